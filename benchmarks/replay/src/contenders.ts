import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import { loadClassifier } from "@persona-guard/classifier";
import type { ScorableText } from "@persona-guard/core";
import { modelFolder } from "@persona-guard/model";
import { rawBatches } from "./raw-batches.js";

const batchSizes = [1, 8, 16] as const;
/** As many as the command `replay` takes on two cores; a live guard takes one thread of two cores. */
const threads = 2;

/** Something that takes the texts with these indexes through the model. */
export interface Contender {
  readonly name: string;
  readonly run: (chosen: readonly number[]) => Promise<unknown>;
}

/** All that is timed, and a way to end it. */
export async function contendersFor(
  texts: readonly ScorableText[],
): Promise<{ readonly contenders: readonly Contender[]; close(): Promise<void> }> {
  env.allowRemoteModels = false;
  const raw = await Promise.all(
    [true, false].map(async (spins) => ({
      name: spins ? "onnxruntime" : "onnxruntime without spinning",
      run: (
        await rawBatches(
          texts.map(({ text }) => text),
          spins,
        )
      ).run,
    })),
  );
  const [encoder, live, cascade, lexical] = await Promise.all([
    loadClassifier({ tier: "encoder", threads }),
    loadClassifier({ tier: "encoder" }),
    loadClassifier({ tier: "cascade", threads }),
    loadClassifier({ tier: "lexical" }),
  ]);
  const pipe = await pipeline("feature-extraction", join(modelFolder, "encoder"), {
    dtype: "q8",
    local_files_only: true,
  });
  const textsAt = (chosen: readonly number[]) => chosen.flatMap((at) => texts[at] ?? []);
  const classifiers = [
    { name: "encoder, 2 threads (replay)", classifier: encoder },
    { name: "encoder, 1 thread (live)", classifier: live },
    { name: "cascade, 2 threads (replay)", classifier: cascade },
    { name: "lexical", classifier: lexical },
  ];
  return {
    contenders: [
      ...raw.flatMap(({ name, run }) =>
        batchSizes.map((size) => ({
          name: `${name}, batches of ${size}`,
          run: (chosen: readonly number[]) => run(chosen, size),
        })),
      ),
      ...classifiers.map(({ name, classifier }) => ({
        name,
        run: (chosen: readonly number[]) => classifier.score(textsAt(chosen)),
      })),
      {
        name: "transformers.js pipeline in a loop",
        run: async (chosen) => {
          for (const { text } of textsAt(chosen)) await pipe(text);
        },
      },
    ],
    close: async () => {
      await Promise.all(classifiers.map(({ classifier }) => classifier.close()));
    },
  };
}
