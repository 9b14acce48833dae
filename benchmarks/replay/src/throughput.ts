import type { ScorableText } from "@persona-guard/core";
import { contendersFor } from "./contenders.js";

const chunkSize = 128;

export interface Throughput {
  readonly name: string;
  readonly textsPerSecond: number;
  /** In texts per second, of each chunk. */
  readonly perChunk: readonly number[];
}

/**
 * Every contender on the same texts, chunk after chunk and in another order each time, so that whatever else the machine does falls on all
 * of them alike.
 *
 * @param plain folder of a plain export of the same architecture, if there is one
 */
export async function throughputs(
  texts: readonly ScorableText[],
  plain: string | undefined,
): Promise<readonly Throughput[]> {
  const { contenders, close } = await contendersFor(texts, plain);
  const seconds = contenders.map((): number[] => []);
  const indexes = texts.map((_, at) => at);
  for (const { run } of contenders) await run(indexes.slice(0, 8)); // warm-up
  for (let from = 0; from < texts.length; from += chunkSize) {
    const chosen = indexes.slice(from, from + chunkSize);
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + from / chunkSize) % contenders.length;
      const begin = performance.now();
      await contenders[at]?.run(chosen);
      seconds[at]?.push((performance.now() - begin) / 1000);
    }
  }
  await close();
  return contenders.map(({ name }, at) => {
    const times = seconds[at] ?? [];
    return {
      name,
      textsPerSecond: texts.length / times.reduce((sum, time) => sum + time, 0),
      perChunk: times.map((time) => chunkSize / time),
    };
  });
}
