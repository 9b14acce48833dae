import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ScorableText } from "@persona-guard/core";
import { modelFolder } from "@persona-guard/model";
import * as z from "zod";

const script = fileURLToPath(new URL("../python/throughput.py", import.meta.url));
const outputSchema = z.object({
  torch: z.string(),
  transformers: z.string(),
  textsPerSecond: z.record(z.string(), z.number()),
});

/** Python's transformers and torch on the same architecture and texts, in 32-bit floats. @param python an interpreter that has both */
export function pythonThroughput(
  python: string,
  texts: readonly ScorableText[],
): z.infer<typeof outputSchema> {
  const { status, stdout, stderr } = spawnSync(python, [script, join(modelFolder, "encoder")], {
    input: JSON.stringify(texts.map(({ text }) => text)),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${python} ended with ${status}: ${stderr.slice(-500)}`);
  return outputSchema.parse(JSON.parse(stdout));
}
