import { join } from "node:path";
import { AutoTokenizer, env } from "@huggingface/transformers";
import { modelFolder } from "@persona-guard/model";
import { InferenceSession, Tensor } from "onnxruntime-node";

const mostTokens = 256;

/**
 * ONNX Runtime alone on token ids made beforehand: texts sorted by length, padded to the longest of each
 * batch. Nothing of ours is in it: no tokenising, no thread, no heads.
 *
 * @param spins whether its threads wait in a loop for work, as they do by default: best on a machine that does nothing else
 */
export async function rawBatches(
  texts: readonly string[],
  spins: boolean,
): Promise<{
  /** @param chosen indexes of texts */
  run(chosen: readonly number[], batchSize: number): Promise<void>;
}> {
  env.allowRemoteModels = false;
  const folder = join(modelFolder, "encoder");
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const session = await InferenceSession.create(
    join(folder, "onnx", "model_quantized.onnx"),
    spins ? {} : { intraOpNumThreads: 2, extra: { session: { intra_op: { allow_spinning: "0" } } } },
  );
  const ids = texts.map((text) => tokenizer.encode(text).slice(0, mostTokens));
  return {
    run: async (chosen, batchSize) => {
      const rows = chosen.map((at) => ids[at] ?? []).sort((a, b) => a.length - b.length);
      for (let from = 0; from < rows.length; from += batchSize)
        await session.run(inputOf(rows.slice(from, from + batchSize)));
    },
  };
}

function inputOf(rows: readonly (readonly number[])[]): Record<string, Tensor> {
  const width = Math.max(...rows.map(({ length }) => length));
  const tensor = (value: (row: readonly number[], at: number) => number) => {
    const values = new BigInt64Array(rows.length * width);
    for (const [index, row] of rows.entries())
      for (let at = 0; at < width; at++) values[index * width + at] = BigInt(value(row, at));
    return new Tensor("int64", values, [rows.length, width]);
  };
  return {
    input_ids: tensor((row, at) => row[at] ?? 0),
    attention_mask: tensor((row, at) => (at < row.length ? 1 : 0)),
    token_type_ids: tensor(() => 0),
  };
}
