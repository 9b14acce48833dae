import { readPersona } from "@persona-guard/classifier";
import {
  fieldOf,
  type Kind,
  type Persona,
  type Utterance,
  utterancesOf,
  utterancesOfCall,
} from "@persona-guard/core";
import { findTraces, Intake, placeName, readTraces, type TracedStep } from "@persona-guard/replay";
import type { Colors } from "picocolors/types.js";
import { type Running, type Surroundings, visible } from "./command.js";
import { type ScorerFlags, settingsOf } from "./guard-options.js";

/** Characters of a text that are shown to a person; --json has all. */
const mostShown = 200;
/** Unreadable records that are named one by one. */
const mostFaultsSaid = 20;

interface DryRunFlags extends ScorerFlags {
  readonly format?: string;
}

/** A text that a replay would score, and where it stands. */
interface Row {
  readonly place: string;
  readonly session: string;
  readonly step: string;
  readonly index: number;
  readonly kind: Kind;
  /** "text", or tool and argument. */
  readonly field: string;
  /** Path of that field in its record. */
  readonly path: string;
  readonly characters: number;
  readonly text: string;
}

/**
 * Says every text that a replay would score, and at last what was taken and left and why. No model is loaded and no file written:
 * the texts go to stdout alone, for the one who asked to look at them.
 */
export async function* dryRun(
  paths: readonly string[],
  { json, verbose, ...flags }: DryRunFlags,
  { colors, signal }: Surroundings,
): Running {
  const settings = await settingsOf(flags);
  const found = await findTraces(paths, { format: flags.format ?? settings.format ?? "auto" });
  // Whose rules say which arguments of a tool speak.
  const persona = settings.persona === undefined ? { tools: {} } : await readPersona(settings.persona);
  for (const { reason } of found.skipped) yield { to: "stderr", text: `Skipped ${reason}` };
  const intake = new Intake();
  const counts = { steps: 0, silent: 0, texts: 0, unreadable: 0, kinds: new Map<Kind, number>() };
  const sessions = new Set<string>();
  for await (const item of readTraces(found.traces, intake)) {
    if (signal.aborted) break;
    if (item.found === "fault") {
      counts.unreadable += 1;
      if (verbose || counts.unreadable <= mostFaultsSaid) yield { to: "stderr", text: item.message };
      continue;
    }
    counts.steps += 1;
    sessions.add(item.step.session);
    const rows = rowsOf(item, persona, intake);
    if (rows.length === 0) counts.silent += 1;
    for (const row of rows) {
      counts.texts += 1;
      counts.kinds.set(row.kind, (counts.kinds.get(row.kind) ?? 0) + 1);
      yield { to: "stdout", text: json ? JSON.stringify(row) : shown(row, colors) };
    }
  }
  const ending = {
    schema: "persona-guard/dry-run/1",
    complete: !signal.aborted,
    files: found.traces.map(({ file, reader }) => ({ file: file.name, format: reader.name })),
    skippedFiles: found.skipped,
    ...counts,
    kinds: Object.fromEntries(counts.kinds),
    sessions: sessions.size,
    taken: intake.taken,
    left: intake.left,
  };
  yield { to: "stdout", text: json ? JSON.stringify(ending) : endingText(ending) };
  if (signal.aborted) return 130;
  return counts.unreadable > 0 || counts.texts === 0 ? 2 : 0;
}

function rowsOf(
  { place, step, fields }: TracedStep,
  persona: Pick<Persona, "tools">,
  intake: Intake,
): readonly Row[] {
  const row = (utterance: Utterance, path: string): Row => ({
    place: placeName(place),
    session: step.session,
    step: step.id,
    index: step.index,
    kind: utterance.kind,
    field: fieldOf(utterance),
    path,
    characters: utterance.text.length,
    text: utterance.text,
  });
  const spoken = utterancesOf({ ...step, toolCalls: [] }, persona);
  if (step.text !== "" && spoken.length === 0)
    intake.leave("texts of steps", "no prose of the agent's own, as in code, quotations or bare ids");
  const called = step.toolCalls.flatMap((call, at) => {
    const found = utterancesOfCall(call, persona);
    if (found.length === 0) intake.leave(`arguments of ${call.name}`, "none speaks in the agent's voice");
    const field = fields?.toolCalls[at] ?? "";
    return found.map((utterance) =>
      row(utterance, utterance.source.from === "tool" ? `${field}.${utterance.source.path}` : field),
    );
  });
  return [...spoken.map((utterance) => row(utterance, fields?.text ?? "text")), ...called];
}

function shown({ place, session, index, kind, field, path, characters, text }: Row, colors: Colors): string {
  const words = visible(text);
  const cut = words.length > mostShown ? `${words.slice(0, mostShown)}…` : words;
  const where = field === "text" ? path : `${visible(field)} in ${path}`;
  return `${place} session ${visible(session)}, step ${index}, ${kind}, ${where}, ${characters} characters\n  ${colors.cyan(cut)}`;
}

interface Ending extends Pick<Intake, "taken" | "left"> {
  readonly complete: boolean;
  readonly files: readonly { readonly file: string; readonly format: string }[];
  readonly steps: number;
  readonly silent: number;
  readonly texts: number;
  readonly unreadable: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly sessions: number;
}

function endingText(ending: Ending): string {
  const { complete, files, steps, silent, texts, unreadable, kinds, sessions, taken, left } = ending;
  const formats = [...new Set(files.map(({ format }) => format))].join(", ");
  const ofKinds = Object.entries(kinds).map(([kind, count]) => `${kind} ${count}`);
  const lines: (readonly [string, string])[] = [
    ["files", `${files.length} (${formats})`],
    ["steps", `${steps} in ${sessions} sessions; ${silent} without a text to score`],
    ["texts", `${texts}${ofKinds.length === 0 ? "" : `: ${ofKinds.join(", ")}`}`],
    ...Object.entries(taken).map(
      ([field, count], at) => [at === 0 ? "taken" : "", `${count} ${field}`] as const,
    ),
    ...left.map(
      ({ what, why, count }, at) => [at === 0 ? "left" : "", `${count} ${visible(what)}: ${why}`] as const,
    ),
    ["unreadable", unreadable === 0 ? "none" : `${unreadable}`],
  ];
  const table = lines.map(([name, text]) => `${name.padEnd(12)}${text}`).join("\n");
  const end = complete ? "Nothing was scored: this is a dry run." : "Interrupted; nothing was scored.";
  return `\n${table}\n${end}`;
}
