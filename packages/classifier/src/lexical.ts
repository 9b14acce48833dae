import { join } from "node:path";
import {
  type Classifier,
  PersonaGuardError,
  type ScorableText,
  type Trait,
  type TraitScores,
} from "@persona-guard/core";
import { eachCharacterHash, eachWordHash, normalised } from "./lexical-features.js";
import { classifierName, type Manifest } from "./manifest.js";
import { softmax } from "./softmax.js";
import { readWeights } from "./weights-file.js";

/** The linear model over hashed words and character n-grams. @throws "model-missing" or "model-unreadable" */
export async function loadLexical(modelFolder: string, manifest: Manifest): Promise<Classifier> {
  const { labels, lexical } = manifest;
  const bytes = lexical.blocks.reduce((sum, { buckets }) => sum + buckets * (1 + labels.length), 0);
  const weights = await readWeights(join(modelFolder, lexical.file), bytes);
  return new LexicalClassifier(classifierName(manifest, "lexical"), labels, lexical, weights);
}

class LexicalClassifier implements Classifier {
  readonly #blocks: readonly Block[];
  readonly #logits: Float64Array;
  #open = true;

  constructor(
    readonly name: string,
    readonly labels: readonly Trait[],
    readonly settings: Pick<Manifest["lexical"], "blocks" | "bias" | "temperature">,
    weights: ArrayBuffer,
  ) {
    let offset = 0;
    this.#blocks = settings.blocks.map((one) => {
      const block = new Block(one, weights, offset, labels.length);
      offset += one.buckets * (1 + labels.length);
      return block;
    });
    this.#logits = new Float64Array(labels.length);
  }

  async score(texts: readonly ScorableText[]): Promise<readonly TraitScores[]> {
    if (!this.#open)
      throw new PersonaGuardError("classifier-failed", `${this.name} was closed; load it again.`);
    return texts.map((text) => this.#scoresOf(text));
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #scoresOf({ text, kind }: ScorableText): TraitScores {
    const codePoints = normalised(text);
    this.#logits.set(this.settings.bias);
    for (const block of this.#blocks) {
      if (block.settings.name === "word") eachWordHash(codePoints, block.count);
      else eachCharacterHash(codePoints, block.settings.shortest, block.settings.longest, block.count);
      block.addTo(this.#logits);
    }
    return softmax(this.#logits, this.labels, this.settings.temperature[kind]);
  }
}

/** ln(count) for the counts that occur; larger ones are computed. */
const logarithms = Float64Array.from({ length: 256 }, (_, count) => Math.log(count));

/** The weights of one kind of feature, and the counts of the text at hand. */
class Block {
  readonly #idf: Uint8Array;
  /** `[bucket][label]` */
  readonly #weights: Int8Array;
  readonly #counts: Int32Array;
  readonly #touched: Int32Array;
  #touchedCount = 0;
  readonly #sums: Float64Array;

  constructor(
    readonly settings: Manifest["lexical"]["blocks"][number],
    weights: ArrayBuffer,
    offset: number,
    readonly labelCount: number,
  ) {
    const { buckets } = settings;
    this.#idf = new Uint8Array(weights, offset, buckets);
    this.#weights = new Int8Array(weights, offset + buckets, buckets * labelCount);
    this.#counts = new Int32Array(buckets);
    this.#touched = new Int32Array(buckets);
    this.#sums = new Float64Array(labelCount);
  }

  /** Counts one feature. A bucket whose idf is 0 is not used. */
  readonly count = (hash: number): void => {
    const bucket = hash & (this.settings.buckets - 1);
    if (this.#idf[bucket] === 0) return;
    if (this.#counts[bucket] === 0) this.#touched[this.#touchedCount++] = bucket;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  };

  /** Adds what the counted features say to the logits, and forgets them. */
  addTo(logits: Float64Array): void {
    const { weight, idfScale, scales } = this.settings;
    const labelCount = this.labelCount;
    const sums = this.#sums.fill(0);
    let squares = 0;
    for (let at = 0; at < this.#touchedCount; at++) {
      const bucket = this.#touched[at] ?? 0;
      const count = this.#counts[bucket] ?? 0;
      this.#counts[bucket] = 0;
      const value = (1 + (logarithms[count] ?? Math.log(count))) * (this.#idf[bucket] ?? 0) * idfScale;
      squares += value * value;
      const row = bucket * labelCount;
      for (let label = 0; label < labelCount; label++) {
        sums[label] = (sums[label] ?? 0) + value * (this.#weights[row + label] ?? 0);
      }
    }
    this.#touchedCount = 0;
    if (squares === 0) return;
    const share = weight / Math.sqrt(squares);
    for (let label = 0; label < labelCount; label++) {
      logits[label] = (logits[label] ?? 0) + share * (scales[label] ?? 0) * (sums[label] ?? 0);
    }
  }
}
