import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import { loadClassifier } from "@persona-guard/classifier";
import type { ScorableText } from "@persona-guard/core";
import { modelFolder } from "@persona-guard/model";
import { rawBatches } from "./raw-batches.js";

const batchSizes = [1, 8, 16] as const;
/** As many as the command `replay` takes on two cores; a live guard takes one thread of two cores. */
const threads = 2;
const local = { local_files_only: true } as const;

/** What one writes without us: a pipeline on a plain export, one text after the other. fp32 is what the library takes if not told. */
export const plainLoops = {
  int8: "transformers.js pipeline in a loop, plain export, int8",
  fp32: "transformers.js pipeline in a loop, plain export, fp32",
} as const;

/** Something that takes the texts with these indexes through the model. */
export interface Contender {
  readonly name: string;
  readonly run: (chosen: readonly number[]) => Promise<unknown>;
}

/**
 * All that is timed, and a way to end it.
 *
 * @param plain folder of a plain export of the same architecture, if there is one
 */
export async function contendersFor(
  texts: readonly ScorableText[],
  plain: string | undefined,
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
  const pipes = [
    {
      name: "transformers.js pipeline in a loop, our graph, int8",
      pipe: await pipeline("feature-extraction", join(modelFolder, "encoder"), { dtype: "q8", ...local }),
    },
    ...(plain === undefined
      ? []
      : [
          {
            name: plainLoops.int8,
            pipe: await pipeline("text-classification", plain, { dtype: "q8", ...local }),
          },
          {
            name: plainLoops.fp32,
            pipe: await pipeline("text-classification", plain, { dtype: "fp32", ...local }),
          },
        ]),
  ];
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
      ...pipes.map(({ name, pipe }) => ({
        name,
        run: async (chosen: readonly number[]) => {
          for (const { text } of textsAt(chosen)) await pipe(text);
        },
      })),
    ],
    close: async () => {
      await Promise.all(classifiers.map(({ classifier }) => classifier.close()));
    },
  };
}
