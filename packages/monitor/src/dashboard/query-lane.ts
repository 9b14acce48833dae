import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";

export type Values = Readonly<Record<string, DuckDBValue>>;

/** A connection that runs one query after the other, and is closed after the last: DuckDB does not survive that under a running one. */
export class QueryLane {
  readonly #connection: DuckDBConnection;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Rows of a query, as the statement names and casts them. */
  rows<Row extends object>(sql: string, values: Values = {}): Promise<readonly Row[]> {
    if (this.#isClosed) return Promise.reject(new Error("The history is closed."));
    this.#waiting += 1;
    const found = this.#last
      .then(() => this.#run<Row>(sql, values))
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#last = found.catch(() => {}); // Told to who asked; the next query does not care.
    return found;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    this.#connection.closeSync();
  }

  async #run<Row extends object>(sql: string, values: Values): Promise<readonly Row[]> {
    const reader = await this.#connection.runAndReadAll(sql, values);
    // The statement's columns and casts are those of Row; each is tested.
    return reader.getRowObjectsJS() as unknown as readonly Row[];
  }
}
