import { join, resolve } from "node:path";
import {
  type Classifier,
  PersonaGuardError,
  type ScorableText,
  type Trait,
  type TraitScores,
} from "@persona-guard/core";
import { classifierName, type Manifest } from "./manifest.js";
import { ModelThread } from "./model-thread.js";
import { softmax } from "./softmax.js";
import { eachState } from "./thread-states.js";
import { readWeights } from "./weights-file.js";

/** The transformer with one linear head on its pooled states, in a thread. @throws "model-missing", "model-unreadable" */
export async function loadEncoder(
  modelFolder: string,
  manifest: Manifest,
  timeoutMs: number,
): Promise<Classifier> {
  const { encoder, labels } = manifest;
  const values = labels.length * (encoder.dims + 1);
  const heads = new Float32Array(
    await readWeights(join(modelFolder, encoder.heads), values * Float32Array.BYTES_PER_ELEMENT),
  );
  const thread = new ModelThread({
    model: resolve(modelFolder, encoder.folder),
    output: "pooled",
    maxTokens: encoder.maxTokens,
    allowDownload: false,
  });
  const { width } = await thread.loaded();
  if (width !== encoder.dims) {
    await thread.close();
    throw new PersonaGuardError(
      "model-unreadable",
      `${thread.start.model} gives ${width} values a text; its heads take ${encoder.dims}. Install the model again.`,
    );
  }
  return new Encoder(classifierName(manifest, "encoder"), labels, encoder, heads, thread, timeoutMs);
}

class Encoder implements Classifier {
  /** @param heads `[label][dim]`, then one bias a label */
  constructor(
    readonly name: string,
    readonly labels: readonly Trait[],
    readonly settings: Pick<Manifest["encoder"], "dims" | "temperature">,
    readonly heads: Float32Array,
    readonly thread: ModelThread,
    readonly timeoutMs: number,
  ) {}

  async score(texts: readonly ScorableText[]): Promise<readonly TraitScores[]> {
    return eachState(texts, this.thread, this.timeoutMs, (state, { kind }) =>
      softmax(this.#logitsOf(state), this.labels, this.settings.temperature[kind]),
    );
  }

  close(): Promise<void> {
    return this.thread.close();
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
