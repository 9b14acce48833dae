import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { classifierName, type Manifest } from "./manifest.js";
import { readWeights } from "./weights-file.js";

/** Which encoder a custom trait was trained on: its name is for people, its hash decides. */
export interface EncoderFingerprint {
  /** "persona-guard-en-0.1.0/encoder" */
  readonly name: string;
  /** Of the ONNX weights and the tokeniser, in hexadecimal digits. */
  readonly sha256: string;
}

/** @throws PersonaGuardError "model-missing" or "model-unreadable" */
export async function encoderFingerprint(
  modelFolder: string,
  manifest: Manifest,
): Promise<EncoderFingerprint> {
  const folder = join(modelFolder, manifest.encoder.folder);
  const quantised = join(folder, "onnx", "model_quantized.onnx");
  const hash = createHash("sha256");
  for (const file of [
    existsSync(quantised) ? quantised : join(folder, "onnx", "model.onnx"),
    join(folder, "tokenizer.json"),
  ]) {
    hash.update(new Uint8Array(await readWeights(file)));
  }
  return { name: classifierName(manifest, "encoder"), sha256: hash.digest("hex") };
}
