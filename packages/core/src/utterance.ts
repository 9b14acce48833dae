import type { Persona } from "./persona.js";
import type { Step, ToolCall } from "./step.js";
import { type Offsets, voiceOf } from "./voice.js";

/** chat: a reply; email: the body of one; message: short tool text (Slack, ticket, SMS, comment); report: a summary. */
export const kinds = ["chat", "email", "message", "report"] as const;
export type Kind = (typeof kinds)[number];

/** A piece of text in a step that speaks in the agent's voice. */
export interface Utterance {
  readonly kind: Kind;
  /** The agent's own words: what is scored. */
  readonly text: string;
  /** The whole field as the agent wrote it, quotations and code included. */
  readonly original: string;
  /** Where the pieces of `text` stand in `original`; joined by one line break each. */
  readonly pieces: readonly Offsets[];
  /** "text" for the message itself, else the tool and the path of the argument. */
  readonly source:
    | { readonly from: "text" }
    | { readonly from: "tool"; readonly tool: string; readonly callId?: string; readonly path: string };
}

/** Argument names that hold prose in the agent's voice in most tools. */
const voicedArguments = new Set(
  (
    "body message text content comment subject summary description note notes reply response answer caption title " +
    "report memo announcement feedback html html_body message_body email_body message_text comment_body"
  ).split(" "),
);
/** Tools whose text is for machines, whatever their arguments are called. */
const silentTools =
  /(^|[_.-])(read|list|get|find|search|query|sql|run|exec|execute|eval|python|bash|shell|think|calculate|lookup|fetch)([_.-]|$)|(^|[_.-])(write|create|edit|save|update)[_.-]?(file|code)([_.-]|$)/;

/** The utterances of a step: its message, then its tool arguments in the order of the calls. */
export function utterancesOf(step: Step, persona: Pick<Persona, "tools">): readonly Utterance[] {
  const reply = utteranceOf(step.text, step.kind, { from: "text" });
  const inTools = step.toolCalls.flatMap((call) => utterancesOfCall(call, persona));
  return reply === undefined ? inTools : [reply, ...inTools];
}

/** The utterances among the arguments of one tool call. */
export function utterancesOfCall(call: ToolCall, { tools }: Pick<Persona, "tools">): readonly Utterance[] {
  const rule = ruleFor(call.name, tools);
  if (rule === false) return [];
  const source = (path: string) => ({
    from: "tool" as const,
    tool: call.name,
    ...(call.id === undefined ? {} : { callId: call.id }),
    path,
  });
  return stringLeaves(call.args).flatMap(({ path, value }) => {
    const kind = kindOf(call.name, path, rule);
    if (kind === false) return [];
    const utterance = utteranceOf(value, kind, source(path));
    return utterance === undefined ? [] : [utterance];
  });
}

/** Translates offsets in `utterance.text` to offsets in `utterance.original`. */
export function inOriginal({ pieces }: Pick<Utterance, "pieces">, { start, end }: Offsets): Offsets {
  return { start: originalIndex(pieces, start), end: originalIndex(pieces, end - 1) + 1 };
}

function originalIndex(pieces: readonly Offsets[], index: number): number {
  let left = index;
  for (const piece of pieces) {
    const length = piece.end - piece.start;
    if (left < length) return piece.start + left;
    left -= length + 1; // the joining line break
    if (left < 0) return piece.end - 1;
  }
  return (pieces.at(-1)?.end ?? 1) - 1;
}

function utteranceOf(original: string, kind: Kind, source: Utterance["source"]): Utterance | undefined {
  if (!looksLikeProse(original)) return undefined;
  const pieces = voiceOf(original);
  const text = pieces.map(({ start, end }) => original.slice(start, end)).join("\n");
  return /\p{L}{2}/u.test(text) ? { kind, text, original, pieces, source } : undefined;
}

/** False for ids, numbers, paths, addresses, JSON and other values that no one would read as speech. */
function looksLikeProse(value: string): boolean {
  const text = value.trim();
  if (
    text === "" ||
    (!/\s/.test(text) && !/[.!?…]$/.test(text) && !/[\p{Script=Han}\p{Script=Hiragana}]/u.test(text))
  ) {
    return false;
  }
  if (/^[[{]/.test(text)) {
    try {
      JSON.parse(text);
      return false;
    } catch {
      // Not JSON after all: a bracketed sentence is prose.
    }
  }
  return true;
}

type ToolRule = Persona["tools"][string];

/** The rule of the tool's own name, or of the first glob that fits, or undefined for the defaults. */
function ruleFor(tool: string, tools: Persona["tools"]): ToolRule | undefined {
  if (Object.hasOwn(tools, tool)) return tools[tool];
  const glob = Object.keys(tools).find((pattern) => pattern.includes("*") && globFits(pattern, tool));
  return glob === undefined ? undefined : tools[glob];
}

/** Whether `name` fits a pattern in which `*` stands for any run of characters. */
export function globFits(pattern: string, name: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "s").test(name);
}

function kindOf(tool: string, path: string, rule: ToolRule | undefined): Kind | false {
  if (typeof rule === "string") return rule;
  const leaf =
    path
      .replace(/\[\d+\]/g, "")
      .split(".")
      .at(-1) ?? "";
  if (typeof rule === "object")
    return rule[path] ?? rule[path.replace(/\[\d+\]/g, "[]")] ?? rule[leaf] ?? false;
  const lowerCased = snakeCased(tool);
  if (!voicedArguments.has(snakeCased(leaf)) || silentTools.test(lowerCased)) return false;
  if (/mail|newsletter/.test(lowerCased)) return "email";
  return /report|summar/.test(lowerCased) || /report|summary/.test(leaf.toLowerCase()) ? "report" : "message";
}

function snakeCased(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}

/** Every string in a value with its path, such as `items[0].text`, in document order. Cycles end at depth 20. */
function stringLeaves(value: unknown, path = "", depth = 0): { path: string; value: string }[] {
  if (typeof value === "string") return [{ path, value }];
  if (typeof value !== "object" || value === null || depth > 20) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => stringLeaves(item, `${path}[${index}]`, depth + 1));
  return Object.entries(value).flatMap(([key, item]) =>
    stringLeaves(item, path === "" ? key : `${path}.${key}`, depth + 1),
  );
}
