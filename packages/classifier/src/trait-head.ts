import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf, PersonaGuardError, shippedLabels, unlikeExamples } from "@persona-guard/core";
import * as z from "zod";

/** What "suppressed" and the words for a label of an example mean already. */
const reserved: readonly string[] = [
  ...shippedLabels,
  unlikeExamples,
  "suppressed",
  "positive",
  "negative",
  "true",
  "false",
];
const probability = z.number().min(0).max(1);
const count = z.int().min(0);
/** A letter first: names of digits would change the order of the columns of scores. */
const traitName = z
  .string()
  .regex(/^\p{L}[\p{L}\p{N}_-]{0,63}$/u, "must be a letter, then at most 63 letters, digits, - or _")
  .refine((name) => !reserved.includes(name), "is taken: it means something already");

const traitHeadSchema = z.object({
  schema: z.literal(
    "persona-guard/trait/1",
    "is not persona-guard/trait/1, the format that this version reads",
  ),
  name: traitName,
  /** The encoder whose states it reads; null if it reads words alone. */
  encoder: z.object({ name: z.string(), sha256: z.string() }).nullable(),
  /** int16, little-endian, in base64, one a feature; times `scale`. */
  weights: z.base64(),
  scale: z.number().positive(),
  bias: z.number(),
  /** What it was trained on, and how well it told texts that it was not fitted to. */
  training: z.object({
    positives: count,
    negatives: count,
    auc: probability,
    interval: z.object({ low: probability, high: probability }),
    folds: count,
    repeats: count,
    seed: z.int(),
  }),
});

/** A custom trait as its file holds it: a line through the features of `traitFeatures`. Its sigmoid is the trait's probability. */
export type TraitHead = Readonly<z.infer<typeof traitHeadSchema>>;

/** @throws PersonaGuardError "options-invalid" if a trait cannot be called that */
export function refuseTraitName(name: string): void {
  const [issue] = traitName.safeParse(name).error?.issues ?? [];
  if (issue === undefined) return;
  throw new PersonaGuardError(
    "options-invalid",
    `The trait's name "${name}" ${issue.message}. Choose another.`,
  );
}

/** @throws PersonaGuardError "trait-unreadable" */
export async function readTraitHead(path: string): Promise<TraitHead> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const message = `Cannot read the trait ${path}: ${messageOf(cause)}. Write it with "persona-guard train".`;
    throw new PersonaGuardError("trait-unreadable", message, { cause });
  }
  const result = traitHeadSchema.safeParse(content);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path: field, message }) => `${field.join(".") || "it"}: ${message}`,
  );
  throw new PersonaGuardError("trait-unreadable", `${path} is not a trait: ${faults.join("; ")}.`);
}

/** Weights as a file holds them: 16 bits each are more than the examples decide. */
export function packedWeights(weights: Float64Array): Pick<TraitHead, "weights" | "scale"> {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const scale = largest === 0 ? 1 : largest / 32_767;
  const bytes = Buffer.alloc(2 * weights.length);
  for (const [at, weight] of weights.entries()) bytes.writeInt16LE(Math.round(weight / scale), 2 * at);
  return { weights: bytes.toString("base64"), scale };
}

export function unpackedWeights({ weights, scale }: Pick<TraitHead, "weights" | "scale">): Float64Array {
  const bytes = Buffer.from(weights, "base64");
  return Float64Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readInt16LE(2 * at) * scale);
}

/** "pirate@1f0c23ab": two heads of one name are told apart in events. */
export function traitHeadId({ name, weights, scale, bias }: TraitHead): string {
  return `${name}@${createHash("sha256").update(`${weights} ${scale} ${bias}`).digest("hex").slice(0, 8)}`;
}
