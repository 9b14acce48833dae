import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type DriftEvent, parseDriftEvent } from "@persona-guard/core";
import type { StepRow } from "./api.js";
import type { Chunk, LogFile } from "./growing-files.js";
import { insertSteps, insertUtterances, rowColumns, stageLines, tables } from "./history-tables.js";
import { QueryLane, type Values } from "./query-lane.js";
import { readableLines } from "./readable-lines.js";

/** Oldest steps beyond so many are forgotten; a million take some 170 MB. */
const mostSteps = 5_000_000;
/** Small pieces of one file are found again together up to so many bytes. */
const placeBytes = 4 * 1024 * 1024;
const queryConnections = 2;

/** Where steps lie in a file. */
interface Place {
  readonly file: LogFile;
  readonly start: number;
  end: number;
}

/** A step and where it lies, as the column `place` of `steps` says. */
export interface PlacedStep {
  readonly id: string;
  readonly place: number;
}

export interface Appended {
  /** The newest of the steps that were added, oldest first. */
  readonly rows: readonly StepRow[];
  readonly added: number;
  /** Lines that are no drift event and no other log line either. */
  readonly unreadable: number;
}

/** The numbers of all steps in memory, queried with DuckDB; their texts stay in the log files. */
export class History {
  readonly #instance: DuckDBInstance;
  readonly #writer: QueryLane;
  readonly #readers: readonly QueryLane[];
  readonly #folder: string;
  readonly #places: Place[] = [];
  #read = 0;
  #steps = 0;

  private constructor(
    instance: DuckDBInstance,
    writer: QueryLane,
    readers: readonly QueryLane[],
    folder: string,
  ) {
    this.#instance = instance;
    this.#writer = writer;
    this.#readers = readers;
    this.#folder = folder;
  }

  static async open(): Promise<History> {
    const folder = await mkdtemp(join(tmpdir(), "persona-guard-"));
    const instance = await DuckDBInstance.create(":memory:", {
      temp_directory: "",
      autoinstall_known_extensions: "false",
    });
    const connect = async () => {
      const connection = await instance.connect();
      await connection.run("USE history");
      return new QueryLane(connection);
    };
    const first = await instance.connect();
    await first.run("ATTACH ':memory:' AS history (COMPRESS)");
    first.closeSync();
    const writer = await connect();
    for (const table of tables) await writer.rows(table);
    const readers = await Promise.all(Array.from({ length: queryConnections }, connect));
    return new History(instance, writer, readers, folder);
  }

  get steps(): number {
    return this.#steps;
  }

  /** Adds the steps in a chunk; DuckDB reads it from a copy, because the log itself may grow while it is read. */
  async append(
    { file, start, bytes, tooLong }: Chunk,
    { newest }: { readonly newest: number },
  ): Promise<Appended> {
    if (bytes.length === 0) return { rows: [], added: 0, unreadable: tooLong };
    const before = this.#read;
    const place = this.#placeOf(file, start, bytes.length);
    const { added, unreadable } = await this.#stage(bytes);
    await this.#writer.rows(insertSteps, { before, place });
    await this.#writer.rows(insertUtterances, { before });
    this.#read += added;
    this.#steps += added;
    await this.#forgetOldest();
    const rows = await this.#writer.rows<StepRow>(
      `SELECT ${rowColumns} FROM steps WHERE seq > $after ORDER BY seq`,
      { after: Math.max(before, this.#read - newest) },
    );
    return { rows, added, unreadable: unreadable + tooLong };
  }

  /** Rows of a query, as the statement names and casts them. */
  query<Row extends object>(sql: string, values?: Values): Promise<readonly Row[]> {
    const lane = this.#readers.reduce((best, one) => (one.waiting < best.waiting ? one : best));
    return lane.rows<Row>(sql, values);
  }

  /** An event whole, from its log file; undefined if it is not known, or the file has gone since. */
  async event(id: string): Promise<DriftEvent | undefined> {
    const known = await this.query<PlacedStep>("SELECT id, place FROM steps WHERE id = $id LIMIT 1", { id });
    return (await this.eventsAt(known))[0];
  }

  /** Events whole, in this order; those whose file has gone are left out. */
  async eventsAt(steps: readonly PlacedStep[]): Promise<readonly DriftEvent[]> {
    const bytes = new Map<number, Buffer>();
    for (const { place } of steps) {
      const there = this.#places[place];
      if (there !== undefined && !bytes.has(place)) bytes.set(place, await bytesOf(there));
    }
    return steps.flatMap(({ id, place }) => eventIn(bytes.get(place) ?? Buffer.alloc(0), id) ?? []);
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer, ...this.#readers].map((lane) => lane.close()));
    this.#instance.closeSync();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /**
   * Reads lines into the table `staged`. Where some cannot be read, all but those are read once more: DuckDB can take a large
   * broken line together with the one after it.
   */
  async #stage(bytes: Uint8Array): Promise<Pick<Appended, "added" | "unreadable">> {
    const first = await this.#stageOnce(bytes);
    if (first.unreadable === 0) return first;
    const { kept, dropped } = readableLines(bytes);
    const second = await this.#stageOnce(kept);
    return { added: second.added, unreadable: dropped + second.unreadable };
  }

  async #stageOnce(bytes: Uint8Array): Promise<Pick<Appended, "added" | "unreadable">> {
    const copy = join(this.#folder, "chunk.jsonl");
    await writeFile(copy, bytes, { mode: 0o600 });
    await this.#writer.rows(stageLines(copy));
    const [counted] = await this.#writer.rows<Pick<Appended, "added" | "unreadable">>(
      `SELECT count(*) FILTER (good)::INTEGER AS added, count(*) FILTER (NOT good AND level IS NULL)::INTEGER AS unreadable FROM staged`,
    );
    return counted ?? { added: 0, unreadable: 0 };
  }

  #placeOf(file: LogFile, start: number, length: number): number {
    const last = this.#places.at(-1);
    if (last?.file === file && last.end === start && start + length - last.start <= placeBytes)
      last.end = start + length;
    else this.#places.push({ file, start, end: start + length });
    return this.#places.length - 1;
  }

  async #forgetOldest(): Promise<void> {
    if (this.#steps <= mostSteps) return;
    const oldest = this.#read - mostSteps;
    for (const table of ["steps", "utterances"])
      await this.#writer.rows(`DELETE FROM ${table} WHERE seq <= $oldest`, { oldest });
    this.#steps = mostSteps;
  }
}

async function bytesOf({ file, start, end }: Place): Promise<Buffer> {
  const handle = await open(file.path).catch(() => undefined);
  try {
    const buffer = Buffer.allocUnsafe(end - start);
    const { bytesRead = 0 } = (await handle?.read(buffer, 0, buffer.length, start)) ?? {};
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle?.close();
  }
}

/** Looks for the id as it is usually written; the line is then parsed, so that no other text can pass for it. */
function eventIn(lines: Buffer, id: string): DriftEvent | undefined {
  const written = Buffer.from(JSON.stringify(id));
  for (let at = lines.indexOf(written); at >= 0; at = lines.indexOf(written, at + 1)) {
    const end = lines.indexOf("\n", at);
    const line = lines.subarray(lines.lastIndexOf("\n", at) + 1, end < 0 ? undefined : end);
    const event = parsed(line.toString("utf8"));
    if (event?.id === id) return event;
  }
  return undefined;
}

function parsed(line: string): DriftEvent | undefined {
  try {
    return parseDriftEvent(JSON.parse(line));
  } catch {
    // DuckDB read its numbers, but core refuses it as a whole; the caller says that it cannot be shown.
    return undefined;
  }
}
