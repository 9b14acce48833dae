import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Calibration, messageOf, type Persona, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";

const confidences = z.array(z.number().min(0).max(1)).readonly();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const calibrationFileSchema = z.object({
  schema: z.literal("persona-guard/calibration/1"),
  persona: z.object({
    name: z.string(),
    version: z.string(),
    sha256: sha256.describe("Of what decides a confidence: labels, overrides per kind, examples."),
  }),
  classifier: z.object({
    name: z.string(),
    sha256: sha256.nullable().describe("Of the model's files; null for a model by id, which has none here."),
  }),
  madeAt: z.iso.datetime(),
  confidences: z
    .object({ chat: confidences, email: confidences, message: confidences, report: confidences })
    .describe("Of texts in persona, by kind."),
  plainShare: z.number().gt(0).lt(0.95).optional(),
});

/** A calibration as it is written down: the numbers, and which persona and weights they hold for. It keeps no text. */
export type CalibrationFile = Readonly<z.infer<typeof calibrationFileSchema>>;

/** Which weights score. */
export interface Scorer {
  readonly name: string;
  /** Folder of the model; undefined if it is not known, as for a classifier that was loaded elsewhere or a model by id. */
  readonly folder: string | undefined;
}

/** What is to be written into a calibration file. */
export async function calibrationFileOf(
  calibration: Calibration,
  persona: Persona,
  scorer: Scorer,
): Promise<CalibrationFile> {
  const { plainShare } = calibration;
  return {
    schema: "persona-guard/calibration/1",
    persona: { name: persona.name, version: persona.version, sha256: personaHash(persona) },
    classifier: { name: scorer.name, sha256: await folderHash(scorer.folder) },
    madeAt: new Date().toISOString(),
    confidences: calibration.confidences,
    ...(plainShare === undefined ? {} : { plainShare }),
  };
}

/**
 * The calibration at `path`, if it was made for this persona and these weights.
 *
 * @throws PersonaGuardError "calibration-unreadable" or "calibration-mismatch"
 */
export async function readCalibration(path: string, persona: Persona, scorer: Scorer): Promise<Calibration> {
  const file = await readFileOf(path);
  const advice = `Make it again: persona-guard calibrate TRACES --persona FILE --out ${path}`;
  const refuse = (what: string) =>
    new PersonaGuardError("calibration-mismatch", `The calibration ${path} ${what}. ${advice}`);
  if (file.persona.sha256 !== personaHash(persona)) {
    throw refuse(
      `was made for persona "${file.persona.name}" version ${file.persona.version} with other labels, kinds or examples than ` +
        `"${persona.name}" version ${persona.version} has`,
    );
  }
  if (file.classifier.name !== scorer.name)
    throw refuse(`was made with ${file.classifier.name}, but ${scorer.name} is loaded`);
  const hash = await folderHash(scorer.folder);
  if (hash !== null && file.classifier.sha256 !== null && hash !== file.classifier.sha256)
    throw refuse(`was made with other weights than those loaded, which have the same name (${scorer.name})`);
  const { confidences: byKind, plainShare } = file;
  const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);
  return {
    confidences: {
      chat: ascending(byKind.chat),
      email: ascending(byKind.email),
      message: ascending(byKind.message),
      report: ascending(byKind.report),
    },
    ...(plainShare === undefined ? {} : { plainShare }),
  };
}

async function readFileOf(path: string): Promise<CalibrationFile> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw unreadable(path, `cannot be read: ${messageOf(cause)}`, cause);
  }
  const read = calibrationFileSchema.safeParse(content);
  if (read.success) return read.data;
  throw unreadable(path, `is no calibration:\n${z.prettifyError(read.error)}`);
}

function unreadable(path: string, what: string, cause?: unknown): PersonaGuardError {
  return new PersonaGuardError("calibration-unreadable", `${path} ${what}`, { cause });
}

/** Custom traits are not in it: they are part of the classifier's name, with a hash each. */
function personaHash({ expresses, allows, kinds, examples }: Persona): string {
  const sorted = (labels: readonly string[] = []) => labels.toSorted();
  const overrides = Object.entries(kinds)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, one]) => [kind, one?.expresses && sorted(one.expresses), one?.allows && sorted(one.allows)]);
  const decisive = [sorted(expresses), sorted(allows), overrides, examples?.in, examples?.out];
  return createHash("sha256").update(JSON.stringify(decisive)).digest("hex");
}

/** Of every file below a folder and its name, in the order of the names. */
async function folderHash(folder: string | undefined): Promise<string | null> {
  if (folder === undefined) return null;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const hash = createHash("sha256");
  for (const file of files.toSorted()) {
    hash.update(`${file.slice(folder.length)}\n`);
    hash.update(await readFile(file));
  }
  return hash.digest("hex");
}
