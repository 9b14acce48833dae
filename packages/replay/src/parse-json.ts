import { messageOf } from "@persona-guard/core";

/** `JSON.parse` whose fault says where it is, but quotes nothing of the text as Node's own message does. */
export function parseJson(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const position = /position (\d+)/.exec(messageOf(error))?.[1];
    const where = position === undefined ? "" : `, fault at character ${position}`;
    return { fault: `is not valid JSON (${text.length} characters${where})` };
  }
}

/** The value of a text that is a JSON object or array; anything else as it is. Exports into tables write fields so. */
export function parsedIfJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  const parsed = parseJson(value);
  return "value" in parsed ? parsed.value : value;
}
