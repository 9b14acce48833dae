import { join } from "node:path";
import { kinds, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import { parseJson, readWeights } from "./weights-file.js";

export const tiers = ["lexical", "encoder", "cascade", "ensemble"] as const;
/** Which of our models scores: see design "Two tiers". */
export type Tier = (typeof tiers)[number];

const share = z.number().min(0).max(1);
const count = z.int().min(1);
const powerOfTwo = count.refine((size) => Number.isInteger(Math.log2(size)), "is not a power of two");
const temperature = z.record(z.enum(kinds), z.number().positive());
/** Files lie in the folder of the manifest: no path may lead out of it. */
const fileName = z.string().regex(/^[\w-][\w.-]*$/);
const block = { buckets: powerOfTwo, weight: z.number(), idfScale: z.number(), scales: z.array(z.number()) };

const manifestSchema = z
  .object({
    format: z.literal(1, "is a format that this version cannot read: update @persona-guard/classifier"),
    name: z.string().min(1),
    version: z.string().min(1),
    labels: z.array(z.string().min(1)).min(2),
    kinds: z.array(z.enum(kinds)).min(1),
    lexical: z.object({
      file: fileName,
      blocks: z.array(
        z.discriminatedUnion("name", [
          z.object({ name: z.literal("word"), ...block }),
          z.object({ name: z.literal("character"), shortest: count, longest: count, ...block }),
        ]),
      ),
      bias: z.array(z.number()),
      temperature,
    }),
    encoder: z.object({ folder: fileName, dims: count, maxTokens: count, heads: fileName, temperature }),
    ensemble: z.object({ lexicalWeight: share, temperature }),
    cascade: z.object({ gate: share }),
    calibration: z.object({ file: fileName, rows: z.int().min(0), tiers: z.array(z.enum(tiers)) }),
  })
  .refine(
    ({ labels, lexical }) =>
      [lexical.bias, ...lexical.blocks.map(({ scales }) => scales)].every(
        ({ length }) => length === labels.length,
      ),
    { path: ["lexical"], message: "bias and scales need one number a label" },
  );

/** What a weights folder holds; training/FORMATS.md of "@persona-guard/model" says what the fields mean. */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * The manifest `model.json` of a weights folder.
 *
 * @throws PersonaGuardError "model-missing" if there is none, "model-unreadable" if it is not what the trainer writes
 */
export async function readManifest(modelFolder: string): Promise<Manifest> {
  const path = join(modelFolder, "model.json");
  const result = manifestSchema.safeParse(parseJson(await readWeights(path), path));
  if (result.success) return result.data;
  throw new PersonaGuardError("model-unreadable", `${path}: ${z.prettifyError(result.error)}`);
}

/** Which weights speak, as written into events: "persona-guard-en-0.1.0/cascade". */
export function classifierName({ name, version }: Pick<Manifest, "name" | "version">, tier: Tier): string {
  return `${name}-${version}/${tier}`;
}
