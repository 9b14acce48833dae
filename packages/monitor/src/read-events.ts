import { eventFiles } from "./event-files.js";
import { eventLines, type FoundLine } from "./event-lines.js";

/** A file of which the next line is known. */
interface OpenFile {
  readonly order: number;
  readonly lines: AsyncIterator<FoundLine>;
  line: FoundLine;
  /** Of the last event read, milliseconds since 1970: lines that are no events stay behind it. */
  at: number;
}

/**
 * The lines of logs in the order of their events' time; a file is open only while its time is read, so that years of rolled files
 * can be read at once. Within a file the order is the file's own.
 *
 * @param paths files, or folders with files
 * @throws PersonaGuardError "input-unreadable" if a path is not there
 */
export async function* readEvents(paths: readonly string[]): AsyncGenerator<FoundLine> {
  const files = await eventFiles(paths);
  const starts: { readonly file: string; readonly at: number }[] = [];
  // One after another: all at once would need as many open files.
  for (const file of files) starts.push({ file, at: await firstTimeIn(file) });
  const waiting = starts.sort((a, b) => a.at - b.at).map((start, order) => ({ ...start, order }));
  const open: OpenFile[] = [];
  while (waiting.length > 0 || open.length > 0) {
    const earliest = open.reduce<OpenFile | undefined>(
      (best, file) => (best && before(best, file) ? best : file),
      undefined,
    );
    const next = waiting[0];
    if (next !== undefined && (earliest === undefined || next.at <= earliest.at)) {
      waiting.shift();
      const opened: OpenFile = {
        order: next.order,
        lines: linesIn(next.file),
        line: { found: "other", place: next.file },
        at: next.at,
      };
      if (await advanced(opened)) open.push(opened);
    } else if (earliest !== undefined) {
      yield earliest.line;
      if (!(await advanced(earliest))) open.splice(open.indexOf(earliest), 1);
    }
  }
}

function before(a: OpenFile, b: OpenFile): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

async function advanced(file: OpenFile): Promise<boolean> {
  const next = await file.lines.next();
  if (next.done) return false;
  file.line = next.value;
  if (next.value.found === "event") file.at = Date.parse(next.value.event.at);
  return true;
}

/** When the first event of a file was; files without any come first, so that their faults are told. */
async function firstTimeIn(file: string): Promise<number> {
  for await (const line of linesIn(file)) if (line.found === "event") return Date.parse(line.event.at);
  return Number.NEGATIVE_INFINITY;
}

async function* linesIn(file: string): AsyncGenerator<FoundLine> {
  for await (const { line } of eventLines(file)) yield line;
}
