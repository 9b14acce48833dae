import { join } from "node:path";
import { AutoTokenizer, env } from "@huggingface/transformers";
import { modelFolder } from "@persona-guard/model";
import { InferenceSession, Tensor } from "onnxruntime-node";

/**
 * The baseline: ONNX Runtime alone, on the calling thread, with token ids made beforehand. What the encoder tier takes
 * on top is tokenising, the way to its thread and back, and the heads.
 */
export async function rawForward(texts: readonly string[]): Promise<(index: number) => Promise<void>> {
  env.allowRemoteModels = false;
  const folder = join(modelFolder, "encoder");
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const session = await InferenceSession.create(join(folder, "onnx", "model_quantized.onnx"), {
    intraOpNumThreads: 2,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
  const inputs = texts.map((text) => inputOf(tokenizer.encode(text).slice(0, 256)));
  return async (index) => {
    await session.run(inputs[index] ?? {});
  };
}

function inputOf(ids: readonly number[]): Record<string, Tensor> {
  const tensor = (values: readonly number[]) =>
    new Tensor("int64", BigInt64Array.from(values, BigInt), [1, ids.length]);
  return {
    input_ids: tensor(ids),
    attention_mask: tensor(ids.map(() => 1)),
    token_type_ids: tensor(ids.map(() => 0)),
  };
}
