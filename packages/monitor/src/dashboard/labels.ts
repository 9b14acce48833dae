import { readFile, rename, writeFile } from "node:fs/promises";
import { type DriftEvent, messageOf, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import type { LabelRequest, StepView } from "./api.js";

const rowSchema = z.looseObject({
  event: z.string(),
  verdict: z.enum(["false-alarm", "missed-drift"]),
  label: z.string(),
});

/**
 * What people said of steps: a JSONL file of one row a text, which `persona-guard train` reads as examples, and `calibrate`,
 * its false alarms, as good steps. A row has `text` only if the event carried texts; what people take back is removed.
 */
export class LabelFile {
  #writing: Promise<unknown> = Promise.resolve();

  constructor(readonly path: string) {}

  async labelOf(event: string): Promise<StepView["label"]> {
    const row = (await this.#lines()).map(parsedRow).find((one) => one?.event === event);
    if (row === undefined) return null;
    return { verdict: row.verdict, trait: row.verdict === "missed-drift" ? row.label : null };
  }

  /** Replaces what was said of an event. @throws PersonaGuardError "output-unwritable" */
  say(event: DriftEvent, said: LabelRequest, at: string): Promise<void> {
    const written = this.#writing.then(() => this.#replace(event.id, rowsOf(event, said, at)));
    this.#writing = written.catch(() => {}); // Told to who asked; the next one starts afresh.
    return written;
  }

  async #replace(event: string, rows: readonly object[]): Promise<void> {
    const kept = (await this.#lines()).filter((line) => parsedRow(line)?.event !== event);
    const lines = [...kept, ...rows.map((row) => JSON.stringify(row))];
    const draft = `${this.path}.${process.pid}.tmp`;
    try {
      await writeFile(draft, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
      await rename(draft, this.path);
    } catch (cause) {
      const message = `Cannot write the labels to ${this.path}: ${messageOf(cause)}. Name another file with --labels.`;
      throw new PersonaGuardError("output-unwritable", message, { cause });
    }
  }

  async #lines(): Promise<readonly string[]> {
    const content = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    return content.split("\n").filter((line) => line !== "");
  }
}

/** A line that someone else wrote is kept as it is. */
function parsedRow(line: string): z.infer<typeof rowSchema> | undefined {
  try {
    return rowSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** A false alarm speaks of the texts that were called drifted, a missed drift of the others. */
function rowsOf(event: DriftEvent, { verdict, trait }: LabelRequest, at: string): readonly object[] {
  if (verdict === "none") return [];
  const meant = event.utterances.filter(
    ({ outcome }) => (outcome === "drifted") === (verdict === "false-alarm"),
  );
  return (meant.length > 0 ? meant : event.utterances).map(({ text, kind, field, driftedTo }) => ({
    ...(text === undefined ? {} : { text }),
    kind,
    label: verdict === "false-alarm" ? "negative" : (trait ?? "positive"),
    verdict,
    ...(driftedTo === undefined ? {} : { driftedTo }),
    event: event.id,
    id: `${event.id}/${field}`,
    session: event.session,
    step: event.step,
    index: event.index,
    field,
    persona: event.persona.name,
    labelledAt: at,
  }));
}
