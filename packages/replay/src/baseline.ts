import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import type { MeasuredShare } from "./share.js";
import type { Summary } from "./summary.js";

const summarySchema = z.object({
  schema: z.literal("persona-guard/replay-summary/1"),
  persona: z.object({ name: z.string(), version: z.string() }),
  classifier: z.string(),
  criterion: z.union([z.object({ falseAlarmRate: z.number() }), z.object({ threshold: z.number() })]),
  complete: z.boolean(),
  driftedSteps: z.object({ share: z.number().optional() }),
  effectiveSteps: z.number().min(0),
});

/** An earlier replay that a new one is held against. */
export interface Baseline {
  readonly folder: string;
  readonly judgedBy: Pick<Summary, "persona" | "classifier" | "criterion">;
  readonly drift: MeasuredShare;
}

/**
 * The replay whose results lie in a folder.
 *
 * @throws PersonaGuardError "run-unreadable" if there are none, they are not complete, or no step in them was judged
 */
export async function readBaseline(folder: string): Promise<Baseline> {
  const path = join(folder, "summary.json");
  const { complete, driftedSteps, effectiveSteps, persona, classifier, criterion } = await summaryAt(path);
  const { share } = driftedSteps;
  if (!complete || share === undefined) {
    const why = complete ? "no step in it could be judged" : "that replay was interrupted";
    throw new PersonaGuardError("run-unreadable", `${path} is no baseline: ${why}. Give another run.`);
  }
  return {
    folder,
    judgedBy: { persona, classifier, criterion },
    drift: { share, effective: effectiveSteps },
  };
}

/**
 * Refuses to compare rates that mean different things.
 *
 * @throws PersonaGuardError "runs-mismatch"
 */
export function refuseOtherJudge({ folder, judgedBy }: Baseline, now: Baseline["judgedBy"]): void {
  const named = ({ persona, classifier, criterion }: Baseline["judgedBy"]) => [
    `persona ${persona.name} ${persona.version}`,
    classifier,
    Object.entries(criterion).flat().join(" "),
  ];
  const before = named(judgedBy);
  const other = named(now).find((name, at) => name !== before[at]);
  if (other === undefined) return;
  throw new PersonaGuardError(
    "runs-mismatch",
    `The baseline ${folder} was judged by ${before.join(", ")}, this replay is by ${named(now).join(", ")}: their drift rates cannot be compared. ` +
      "Replay the baseline's traces again as this one.",
  );
}

async function summaryAt(path: string): Promise<z.infer<typeof summarySchema>> {
  try {
    return summarySchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new PersonaGuardError(
      "run-unreadable",
      `${path} cannot be read: ${why}. Give the --out folder of an earlier replay.`,
      { cause: error },
    );
  }
}
