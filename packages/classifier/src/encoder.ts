import { join, resolve } from "node:path";
import {
  type Classifier,
  type Kind,
  PersonaGuardError,
  type ScorableText,
  type Trait,
  type TraitScores,
} from "@persona-guard/core";
import { classifierName, type Manifest } from "./manifest.js";
import { softmax } from "./softmax.js";
import { type ModelThreads, modelThreads } from "./thread-pool.js";
import { eachState } from "./thread-states.js";
import { readWeights } from "./weights-file.js";

/** A classifier that also gives the states it scores by: one forward pass, many heads. */
export interface Encoder extends Classifier {
  /**
   * The pooled states of each text. Those of a text that was asked for are kept for as long as that object lives: scoring
   * the same object does not run the model again.
   */
  states(texts: readonly ScorableText[]): Promise<readonly Float64Array[]>;
}

/** The transformer with one linear head on its pooled states, in a thread. @throws "model-missing", "model-unreadable" */
export async function loadEncoder(
  modelFolder: string,
  manifest: Manifest,
  { timeoutMs, threads }: { readonly timeoutMs: number; readonly threads: number },
): Promise<Encoder> {
  const { encoder, labels } = manifest;
  const values = labels.length * (encoder.dims + 1);
  const heads = new Float32Array(
    await readWeights(join(modelFolder, encoder.heads), values * Float32Array.BYTES_PER_ELEMENT),
  );
  const start = {
    model: resolve(modelFolder, encoder.folder),
    output: "pooled",
    maxTokens: encoder.maxTokens,
    allowDownload: false,
  } as const;
  const thread = modelThreads(start, threads);
  const { width } = await thread.loaded();
  if (width !== encoder.dims) {
    await thread.close();
    throw new PersonaGuardError(
      "model-unreadable",
      `${thread.start.model} gives ${width} values a text; its heads take ${encoder.dims}. Install the model again.`,
    );
  }
  return new HeadsOnStates(classifierName(manifest, "encoder"), labels, encoder, heads, thread, timeoutMs);
}

class HeadsOnStates implements Encoder {
  readonly #known = new WeakMap<ScorableText, Float64Array>();

  /** @param heads `[label][dim]`, then one bias a label */
  constructor(
    readonly name: string,
    readonly labels: readonly Trait[],
    readonly settings: Pick<Manifest["encoder"], "dims" | "temperature">,
    readonly heads: Float32Array,
    readonly thread: ModelThreads,
    readonly timeoutMs: number,
  ) {}

  async score(texts: readonly ScorableText[]): Promise<readonly TraitScores[]> {
    const unknown = texts.filter((text) => !this.#known.has(text));
    const found = await eachState(unknown, this.thread, this.timeoutMs, (state, { kind }) =>
      this.#scoresOf(state, kind),
    );
    const next = found.values();
    return texts.map((text) => {
      const state = this.#known.get(text);
      return state === undefined ? (next.next().value ?? {}) : this.#scoresOf(state, text.kind);
    });
  }

  states(texts: readonly ScorableText[]): Promise<readonly Float64Array[]> {
    return eachState(texts, this.thread, this.timeoutMs, (state, text) => {
      this.#known.set(text, state);
      return state;
    });
  }

  close(): Promise<void> {
    return this.thread.close();
  }

  #scoresOf(state: Float64Array, kind: Kind): TraitScores {
    return softmax(this.#logitsOf(state), this.labels, this.settings.temperature[kind]);
  }

  #logitsOf(state: Float64Array): readonly number[] {
    const { dims } = this.settings;
    return this.labels.map((_, label) => {
      let logit = this.heads[this.labels.length * dims + label] ?? 0;
      for (let dim = 0; dim < dims; dim++) logit += (this.heads[label * dims + dim] ?? 0) * (state[dim] ?? 0);
      return logit;
    });
  }
}
