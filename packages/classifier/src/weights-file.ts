import { readFile } from "node:fs/promises";
import { messageOf, PersonaGuardError } from "@persona-guard/core";

/**
 * The bytes of one file of a model, in memory of its own from offset 0, so that any typed array can look at them.
 *
 * @param bytes the size that the manifest promises, where it promises one
 * @throws PersonaGuardError "model-missing" or "model-unreadable"
 */
export async function readWeights(path: string, bytes?: number): Promise<ArrayBuffer> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (bytes !== undefined && content.byteLength !== bytes) {
    throw new PersonaGuardError(
      "model-unreadable",
      `${path} holds ${content.byteLength} bytes; model.json says ${bytes}. Install the model again.`,
    );
  }
  return new Uint8Array(content).buffer;
}

/** @throws PersonaGuardError "model-unreadable" if the bytes are not JSON */
export function parseJson(content: ArrayBuffer, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(content));
  } catch (cause) {
    throw new PersonaGuardError(
      "model-unreadable",
      `${path} is not valid JSON (${content.byteLength} bytes). Install the model again.`,
      { cause },
    );
  }
}

function unreadable(path: string, cause: unknown): PersonaGuardError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR"
    ? new PersonaGuardError(
        "model-missing",
        `There is no ${path}. Install @persona-guard/model again, or set modelFolder to a folder with its weights.`,
        { cause },
      )
    : new PersonaGuardError("model-unreadable", `Cannot read ${path}: ${messageOf(cause)}`, { cause });
}
