import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { type Classifier, PersonaGuardError } from "@persona-guard/core";
import { softmax } from "./softmax.js";
import { modelThreads } from "./thread-pool.js";
import { eachState } from "./thread-states.js";

export interface SequenceClassifierOptions {
  readonly timeoutMs: number;
  readonly allowDownload: boolean;
  readonly threads: number;
}

/**
 * Any Hugging Face sequence classifier with ONNX weights, in a thread. Its labels are those of its config.json, and its
 * scores are as it gives them: no temperature.
 *
 * @param model path of a folder (config.json, tokenizer.json, tokenizer_config.json, onnx/), or an id such as "org/name"
 * @throws PersonaGuardError "model-missing" or "model-unreadable"
 */
export async function loadSequenceClassifier(
  model: string,
  { timeoutMs, allowDownload, threads }: SequenceClassifierOptions,
): Promise<Classifier> {
  const isFolder = isAbsolute(model) || model.startsWith(".") || existsSync(model);
  const start = {
    model: isFolder ? resolve(model) : model,
    output: "logits",
    allowDownload: allowDownload && !isFolder,
  } as const;
  const thread = modelThreads(start, threads);
  const { labels, width } = await thread.loaded();
  if (labels.length !== width) {
    await thread.close();
    throw new PersonaGuardError(
      "model-unreadable",
      `${model} gives ${width} values a text, but its config.json names ${labels.length} labels. Correct id2label.`,
    );
  }
  return {
    name: model,
    labels,
    score: (texts) => eachState(texts, thread, timeoutMs, (logits) => softmax(logits, labels)),
    close: () => thread.close(),
  };
}
