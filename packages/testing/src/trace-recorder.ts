import { writeFile } from "node:fs/promises";
import type { Step } from "@persona-guard/core";
import { type ModelTurn, ModelTurnHandler } from "@persona-guard/langchain";

export interface RecordedSteps {
  /**
   * Of a step that was redrafted: "first" is what the model does by itself, and what moves a session's statistic; "last" is
   * what came of it. @default "first"
   */
  readonly drafts?: "first" | "last";
}

/**
 * Turns live runs into a trace: every turn of a model as a step, at the place that the guard gives it. Written as JSONL it is
 * read by `persona-guard replay`, which then says of each step what the guard said live.
 *
 * @example
 * const recorder = new TraceRecorder();
 * await agent.invoke(input, { callbacks: [recorder], configurable: { thread_id: "monday" } });
 * await recorder.write("monday.jsonl");
 */
export class TraceRecorder extends ModelTurnHandler {
  readonly name = "TraceRecorder";
  readonly #recorded: ModelTurn[] = [];

  constructor() {
    // Awaited, so that a run that is over is recorded.
    super({ raiseError: false, _awaitHandler: true });
  }

  protected override onTurn(turn: ModelTurn): void {
    this.#recorded.push(turn);
  }

  /** In the order in which the models answered. */
  steps({ drafts = "first" }: RecordedSteps = {}): readonly Step[] {
    const steps = new Map<string, Step>();
    for (const { step } of this.#recorded) {
      const place = `${step.session}\n${step.index}`;
      if (drafts === "last" || !steps.has(place)) steps.set(place, step);
    }
    return [...steps.values()];
  }

  /** One step a line. */
  jsonl(options: RecordedSteps = {}): string {
    return this.steps(options)
      .map((step) => `${JSON.stringify(step)}\n`)
      .join("");
  }

  /** Writes the steps to a file, in place of what was in it; they hold what the agent wrote, unmasked. */
  async write(path: string, options: RecordedSteps = {}): Promise<void> {
    await writeFile(path, this.jsonl(options));
  }
}
