import { join } from "node:path";
import {
  type Classifier,
  type Contribution,
  PersonaGuardError,
  type ScorableText,
  type Trait,
  type TraitScores,
} from "@persona-guard/core";
import {
  type AddFeature,
  type CodePoints,
  eachCharacterHash,
  eachWordHash,
  normalised,
  spaceCode,
} from "./lexical-features.js";
import { normalisedWords } from "./lexical-words.js";
import { classifierName, type Manifest } from "./manifest.js";
import { softmax } from "./softmax.js";
import { readWeights } from "./weights-file.js";

/** A classifier whose logits are sums over the words of a text. */
export interface LinearClassifier extends Classifier {
  /** What each word adds to ln(p of label / p of against), and what a text without words has of it. */
  contributions(
    text: ScorableText,
    label: Trait,
    against: Trait,
  ): { readonly bias: number; readonly words: readonly Contribution[] };
}

/** The linear model over hashed words and character n-grams. @throws "model-missing" or "model-unreadable" */
export async function loadLexical(modelFolder: string, manifest: Manifest): Promise<LinearClassifier> {
  const { labels, lexical } = manifest;
  const bytes = lexical.blocks.reduce((sum, { buckets }) => sum + buckets * (1 + labels.length), 0);
  const weights = await readWeights(join(modelFolder, lexical.file), bytes);
  return new LexicalClassifier(classifierName(manifest, "lexical"), labels, lexical, weights);
}

class LexicalClassifier implements LinearClassifier {
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

  /** A feature's part is shared out evenly to the code points that it is made of, spaces excepted. */
  contributions({ text, kind }: ScorableText, label: Trait, against: Trait) {
    const { words, wordAt, ...codePoints } = normalisedWords(text);
    const [ofLabel, ofAgainst] = [this.labels.indexOf(label), this.labels.indexOf(against)];
    const temperature = this.settings.temperature[kind];
    const weights = new Float64Array(words.length);
    for (const block of this.#blocks) {
      block.eachPart(codePoints, ofLabel, ofAgainst, (part, start, end) => {
        const covered = wordAt.subarray(start, end).filter((word) => word >= 0);
        for (const word of covered)
          weights[word] = (weights[word] ?? 0) + part / covered.length / temperature;
      });
    }
    const { bias } = this.settings;
    return {
      bias: ((bias[ofLabel] ?? 0) - (bias[ofAgainst] ?? 0)) / temperature,
      words: words.map((word, at) => ({ ...word, weight: weights[at] ?? 0 })),
    };
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
  /** Gives `add` what each occurrence of a feature adds to logit `label` less logit `against`. */
  eachPart(
    codePoints: CodePoints,
    label: number,
    against: number,
    add: (part: number, start: number, end: number) => void,
  ): void {
    const { weight, idfScale, scales, buckets } = this.settings;
    this.#eachPlaced(codePoints, this.count);
    const valueIn = (bucket: number) =>
      (1 + Math.log(this.#counts[bucket] ?? 1)) * (this.#idf[bucket] ?? 0) * idfScale;
    const touched = this.#touched.subarray(0, this.#touchedCount);
    const norm = Math.sqrt(touched.reduce((sum, bucket) => sum + valueIn(bucket) ** 2, 0));
    const ofLogit = (bucket: number, logit: number) =>
      (scales[logit] ?? 0) * (this.#weights[bucket * this.labelCount + logit] ?? 0);
    this.#eachPlaced(codePoints, (hash, start, end) => {
      const bucket = hash & (buckets - 1);
      const count = this.#counts[bucket] ?? 0;
      if (count === 0) return;
      const margin = ofLogit(bucket, label) - ofLogit(bucket, against);
      add((weight / norm) * (valueIn(bucket) / count) * margin, start, end);
    });
    for (const bucket of touched) this.#counts[bucket] = 0;
    this.#touchedCount = 0;
  }

  /** The features and where they stand; those of characters by the part that they are of, which they never leave. */
  #eachPlaced(codePoints: CodePoints, add: AddFeature): void {
    const { settings } = this;
    if (settings.name === "word") {
      eachWordHash(codePoints, add);
      return;
    }
    const { codes, length } = codePoints;
    for (let start = 0, end = 0; start < length - 1; start = end) {
      end = codes.indexOf(spaceCode, start + 1);
      const part = { codes: codes.subarray(start, end + 1), length: end + 1 - start };
      eachCharacterHash(part, settings.shortest, settings.longest, (hash) => add(hash, start, end));
    }
  }
}
