import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadGuard, type Tier } from "@persona-guard/classifier";
import { kinds, parseStep, shippedLabels } from "@persona-guard/core";
import * as z from "zod";
import { auc, mean } from "./metrics.js";

const personaSchema = z.object({
  id: z.string(),
  name: z.string(),
  expresses: z.array(z.string()),
  examples_in: z.array(z.string()),
  examples_out: z.array(z.string()),
});
const sessionSchema = z.object({
  session: z.string(),
  persona: z.string(),
  steps: z.array(z.object({ kind: z.enum(kinds), text: z.string(), in_persona: z.boolean() })),
});
const threshold = 0.5;

interface JudgedStep {
  readonly inPersona: boolean;
  readonly confidence: number;
}

/** Prints, per tier, how the steps of sessions are told apart by personas' labels, and by these and their examples. */
export async function reportPersonas(folder: string): Promise<void> {
  const personas = rows(join(folder, "personas.jsonl"), personaSchema);
  const sessions = rows(join(folder, "sessions.jsonl"), sessionSchema);
  console.log("\n| tier | examples | steps | AUC over steps | false alarms | drift found |");
  console.log("|---|---|---:|---:|---:|---:|");
  for (const tier of ["lexical", "cascade", "ensemble"] as const) {
    for (const withExamples of [false, true]) {
      const found = await Promise.all(
        personas.map((persona) => {
          const own = sessions.filter((session) => session.persona === persona.id);
          return confidencesOf(persona, own, { tier, withExamples });
        }),
      );
      const means = [0, 1, 2].map((at) => mean(found.map((steps) => figuresOf(steps)[at] ?? Number.NaN)));
      const cells = [found.flat().length, ...means.map((value) => value.toFixed(3))];
      console.log(`| ${tier} | ${withExamples ? "yes" : "no"} | ${cells.join(" | ")} |`);
    }
  }
}

/** Area under the curve, share of clean steps and share of drifted steps under the threshold. */
function figuresOf(steps: readonly JudgedStep[]): readonly number[] {
  const ofSide = (inPersona: boolean) =>
    steps.filter((step) => step.inPersona === inPersona).map((step) => step.confidence);
  const under = (confidences: readonly number[]) => mean(confidences.map((one) => Number(one < threshold)));
  return [auc(ofSide(true), ofSide(false)), under(ofSide(true)), under(ofSide(false))];
}

/** Each judged step's confidence by a guard of the persona; what a session says too briefly is not judged. */
async function confidencesOf(
  persona: z.infer<typeof personaSchema>,
  sessions: readonly z.infer<typeof sessionSchema>[],
  { tier, withExamples }: { readonly tier: Tier; readonly withExamples: boolean },
): Promise<readonly JudgedStep[]> {
  const guard = await loadGuard({
    persona: {
      name: persona.name,
      allows: persona.expresses.filter((label) => shippedLabels.some((known) => known === label)),
      ...(withExamples ? { examples: { in: persona.examples_in, out: persona.examples_out } } : {}),
    },
    tier,
    threshold,
  });
  const found: JudgedStep[] = [];
  for (const { session, steps } of sessions) {
    for (const [index, { kind, text, in_persona }] of steps.entries()) {
      const step = parseStep({ id: `${session}-${index}`, session, index, text, kind }, "sessions.jsonl");
      const { confidence } = await guard.judge(step);
      if (confidence !== undefined) found.push({ inPersona: in_persona, confidence });
    }
  }
  await guard.close();
  return found;
}

function rows<Row>(path: string, schema: z.ZodType<Row>): readonly Row[] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)));
}
