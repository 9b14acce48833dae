import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelFolder } from "@persona-guard/model";

const script = fileURLToPath(new URL("../python/plain_export.py", import.meta.url));

/**
 * A folder with a classifier of the encoder's architecture as Python's tools export it, fp32 and int8, for a transformers.js pipeline.
 *
 * @param python an interpreter with torch, transformers and onnxruntime
 */
export function plainExport(python: string): string {
  const folder = mkdtempSync(join(tmpdir(), "persona-guard-plain-export-"));
  const { status, stderr } = spawnSync(python, [script, join(modelFolder, "encoder"), folder], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${python} ended with ${status}: ${stderr.slice(-500)}`);
  return folder;
}
