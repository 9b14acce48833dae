import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadGuard } from "@persona-guard/classifier";
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

const folder = process.argv[2];
if (folder === undefined) {
  console.error(
    "Give a folder with personas.jsonl (id, name, expresses, examples_in, examples_out) and sessions.jsonl (session, persona, " +
      "steps of kind, text, in_persona). They are not part of this repository.",
  );
  process.exit(2);
}
const personas = rows("personas.jsonl", personaSchema);
const sessions = rows("sessions.jsonl", sessionSchema);
console.log("| tier | examples | steps | AUC over steps | false alarms | drift found |");
console.log("|---|---|---:|---:|---:|---:|");
for (const tier of ["lexical", "cascade", "ensemble"] as const) {
  for (const withExamples of [false, true]) {
    const found = await Promise.all(personas.map((persona) => confidencesOf(persona, tier, withExamples)));
    const perPersona = found.map((steps) => {
      const ofSide = (inPersona: boolean) =>
        steps.filter((step) => step.inPersona === inPersona).map((step) => step.confidence);
      return [
        auc(ofSide(true), ofSide(false)),
        mean(ofSide(true).map((confidence) => Number(confidence < threshold))),
        mean(ofSide(false).map((confidence) => Number(confidence < threshold))),
      ];
    });
    const means = [0, 1, 2].map((at) => mean(perPersona.map((one) => one[at] ?? Number.NaN)).toFixed(3));
    console.log(
      `| ${tier} | ${withExamples ? "yes" : "no"} | ${found.flat().length} | ${means.join(" | ")} |`,
    );
  }
}

/** Each judged step's confidence by a guard of the persona; what a session says too briefly is not judged. */
async function confidencesOf(
  persona: z.infer<typeof personaSchema>,
  tier: "lexical" | "cascade" | "ensemble",
  withExamples: boolean,
) {
  const guard = await loadGuard({
    persona: {
      name: persona.name,
      allows: persona.expresses.filter((label) => shippedLabels.some((known) => known === label)),
      ...(withExamples ? { examples: { in: persona.examples_in, out: persona.examples_out } } : {}),
    },
    tier,
    threshold,
  });
  const found: { readonly inPersona: boolean; readonly confidence: number }[] = [];
  for (const { session, steps } of sessions.filter((one) => one.persona === persona.id)) {
    for (const [index, { kind, text, in_persona }] of steps.entries()) {
      const step = parseStep({ id: `${session}-${index}`, session, index, text, kind }, "sessions.jsonl");
      const { confidence } = await guard.judge(step);
      if (confidence !== undefined) found.push({ inPersona: in_persona, confidence });
    }
  }
  await guard.close();
  return found;
}

function rows<Row>(name: string, schema: z.ZodType<Row>): readonly Row[] {
  return readFileSync(join(folder ?? "", name), "utf8")
    .trim()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)));
}
