import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf, type Persona, PersonaGuardError, parsePersona } from "@persona-guard/core";
import { LineCounter, parseDocument } from "yaml";

/**
 * A persona from a YAML or JSON file. The paths of its traits, which start from its folder, become absolute.
 *
 * @throws PersonaGuardError "persona-unreadable" if it is no such file, "persona-invalid" if it does not say who the agent is
 */
export async function readPersona(path: string): Promise<Persona> {
  const persona = parsePersona(parseYaml(await readText(path), path), path);
  return { ...persona, traits: persona.traits.map((trait) => resolve(dirname(path), trait)) };
}

async function readText(path: string): Promise<string> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT")
      throw unreadable(
        `There is no ${path}. Write one with "persona-guard init", or correct the path`,
        cause,
      );
    if (code === "EISDIR") throw unreadable(`${path} is a folder. Give the path of a persona file`, cause);
    throw unreadable(`Cannot read ${path}: ${messageOf(cause)}`, cause);
  }
  try {
    // Also removes a byte-order mark.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(content);
    if (!text.includes("\u0000")) return text;
  } catch {
    // Told below, like a zero byte.
  }
  throw unreadable(`${path} is not text in UTF-8. Save the persona as a YAML or JSON file in UTF-8`);
}

/** JSON is YAML, so one parser reads both. */
function parseYaml(text: string, path: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw unreadable(`${path}:${line}:${col} is not valid YAML: ${error.message}`, error);
  }
  try {
    return document.toJS();
  } catch (cause) {
    throw unreadable(`${path} cannot be read as YAML: ${messageOf(cause)}`, cause);
  }
}

function unreadable(message: string, cause?: unknown): PersonaGuardError {
  return new PersonaGuardError("persona-unreadable", `${message}.`, cause === undefined ? {} : { cause });
}
