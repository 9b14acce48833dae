import { existsSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import type { ThreadStart } from "./thread-messages.js";

type Transformers = typeof import("@huggingface/transformers");
type Tokenizer = Awaited<ReturnType<Transformers["AutoTokenizer"]["from_pretrained"]>>;

/** One text through the model: its values, and their names if the model names them. */
export type Forward = (
  text: string,
) => Promise<{ readonly values: Float32Array<ArrayBuffer>; readonly labels: readonly string[] }>;

/** Longest input of a model whose tokeniser names no limit: ModernBERT reads more, but our windows are shorter. */
const defaultMaxTokens = 512;
/**
 * Cores of one forward pass, without spinning. Emails per second on 2 cores, idle and busy: 1 thread 59 and 51, 2 threads
 * 77 and 50, 2 threads that spin (the default of ONNX Runtime) 89 and 25: they fight with the agent for its own core.
 */
const sessionOptions = (cores: number) => ({
  intraOpNumThreads: Math.min(cores, availableParallelism()),
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
});
const configSchema = z.object({
  id2label: z.record(z.string(), z.string()).default({}),
  problem_type: z.string().nullish(),
});

/** Loads a model for this thread. @throws PersonaGuardError "model-missing", "model-unreadable" or "classifier-failed" */
export async function loadForward(start: ThreadStart): Promise<Forward> {
  const transformers = await importTransformers();
  const { env, LogLevel, AutoTokenizer } = transformers;
  env.logLevel = LogLevel.NONE;
  env.allowRemoteModels = start.allowDownload;
  // The library's default lies inside node_modules, where the next install would throw the model away.
  env.cacheDir = join(homedir(), ".cache", "persona-guard", "models");
  env.useFSCache = !isAbsolute(start.model);
  try {
    const model = await loadModel(transformers, start);
    const tokenizer = await AutoTokenizer.from_pretrained(start.model, {
      local_files_only: !start.allowDownload,
    });
    const labels = start.output === "logits" ? labelsOf(model.config) : [];
    const maxTokens = start.maxTokens ?? Math.min(defaultMaxTokens, tokenizer.model_max_length);
    return async (text) => {
      const output: unknown = await model(inputOf(tokenizer, text, maxTokens));
      return { values: valuesOf(output, start.output, transformers), labels };
    };
  } catch (cause) {
    throw notLoaded(cause, start);
  }
}

async function importTransformers(): Promise<Transformers> {
  try {
    return await import("@huggingface/transformers");
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    throw isMissing
      ? new PersonaGuardError(
          "model-missing",
          "The encoder needs the optional package @huggingface/transformers, which is not installed. " +
            'Run "npm install @huggingface/transformers@4.3.1", or load with tier: "lexical".',
          { cause },
        )
      : new PersonaGuardError(
          "classifier-failed",
          `@huggingface/transformers does not run on this machine: ${messageOf(cause)}. Load with tier: "lexical".`,
          { cause },
        );
  }
}

/** With the 8-bit weights if the model has them, otherwise with its float ones. */
async function loadModel(
  { AutoModel, AutoModelForSequenceClassification, ModelFileNotFoundError }: Transformers,
  { model, output, allowDownload, cores = 2 }: ThreadStart,
) {
  const load = (dtype: "q8" | "fp32") =>
    (output === "pooled" ? AutoModel : AutoModelForSequenceClassification).from_pretrained(model, {
      dtype,
      local_files_only: !allowDownload,
      session_options: sessionOptions(cores),
    });
  if (isAbsolute(model)) return load(existsSync(join(model, "onnx", "model_quantized.onnx")) ? "q8" : "fp32");
  try {
    return await load("q8");
  } catch (error) {
    if (error instanceof ModelFileNotFoundError) return load("fp32");
    throw error;
  }
}

/** The labels in the order of the logits. */
function labelsOf(config: unknown): readonly string[] {
  const { id2label, problem_type } = configSchema.parse(config);
  const labels = Object.keys(id2label)
    .sort((a, b) => Number(a) - Number(b))
    .map((id) => id2label[id] ?? id);
  if (problem_type === "multi_label_classification" || new Set(labels).size < Math.max(2, labels.length)) {
    throw new Error(
      `its config.json is not that of a classifier into at least two exclusive labels ` +
        `(problem_type ${problem_type ?? "not set"}, id2label ${JSON.stringify(id2label)})`,
    );
  }
  return labels;
}

function inputOf(tokenizer: Tokenizer, text: string, maxTokens: number): unknown {
  return tokenizer(text, { truncation: true, max_length: maxTokens });
}

function valuesOf(
  output: unknown,
  name: ThreadStart["output"],
  { Tensor }: Transformers,
): Float32Array<ArrayBuffer> {
  const tensor = typeof output === "object" && output !== null ? Reflect.get(output, name) : undefined;
  if (!(tensor instanceof Tensor) || !(tensor.data instanceof Float32Array)) {
    throw new Error(`its output has no float tensor "${name}"`);
  }
  return new Float32Array(tensor.data); // a copy: ONNX Runtime may use its buffer again
}

function notLoaded(cause: unknown, { model, allowDownload }: ThreadStart): PersonaGuardError {
  const isMissing = cause instanceof Error && cause.name === "ModelFileNotFoundError";
  if (!isMissing) {
    return new PersonaGuardError(
      "model-unreadable",
      `Cannot load the model ${model}: ${messageOf(cause)}. Fetch or export it again.`,
      { cause },
    );
  }
  const advice = allowDownload
    ? "Is the id right, and does the model have ONNX weights (a folder onnx/)?"
    : "Give the path of a folder with config.json, tokenizer.json and onnx/, or set allowDownload: true to fetch it by id.";
  return new PersonaGuardError(
    "model-missing",
    `There is no model ${model} here: ${messageOf(cause)} ${advice}`,
    {
      cause,
    },
  );
}
