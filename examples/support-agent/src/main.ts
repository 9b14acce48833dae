import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadGuard } from "@persona-guard/classifier";
import type { DriftEvent } from "@persona-guard/core";
import { personaGuardMiddleware } from "@persona-guard/langchain";
import { type Completion, startCompletionsServer } from "@persona-guard/testing";
import { answer, chatModel } from "./agent.js";
import { heading, showDraft, showEmail, showReply, showTotals } from "./show.js";

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const logFile = here("events.jsonl");
const complaint =
  "You charged my card twice for one night at the Harbour View Hotel, 214.60 euros each time, on 2 June. I wrote on 9 June " +
  "and nobody answered. Account 7731-04. Please write to me and to the hotel, and tell me what happens next. Ines Duarte";

const live = process.argv.includes("--live");
if (live && process.env.OPENAI_API_KEY === undefined) {
  console.error(
    "--live uses the real API: set OPENAI_API_KEY, or leave --live out for the recorded completions.",
  );
  process.exit(2);
}
const guard = await loadGuard({ persona: here("persona.yaml") });
await runAgent();
await guard.close();
replayLastWeek();

async function runAgent(): Promise<void> {
  const recorded: readonly Completion[] = JSON.parse(readFileSync(here("recordings/complaint.json"), "utf8"));
  const server = live ? undefined : await startCompletionsServer(recorded);
  const events: DriftEvent[] = [];
  rmSync(logFile, { force: true });
  const keepPersona = personaGuardMiddleware({
    guard,
    logFile,
    onEvent: (event) => {
      events.push(event);
      showDraft(event);
    },
  });
  heading(`A complaint reaches ${guard.persona.description}`);
  console.log(`  ${complaint}`);
  const model = chatModel(server?.url);
  showReply(await answer(complaint, { model, middleware: [keepPersona], send: showEmail }));
  await server?.close();

  heading("This run");
  showTotals(events);
  console.log(`  event log: ${logFile}`);
}

function replayLastWeek(): void {
  heading("The same guard over last week's recorded conversations");
  const command = ["replay", "recordings/last-week.jsonl", "--persona", "persona.yaml"];
  console.log(`  $ persona-guard ${command.join(" ")}\n`);
  const cli = fileURLToPath(new URL("dist/main.js", import.meta.resolve("persona-guard/package.json")));
  const { status } = spawnSync(process.execPath, [cli, ...command], { cwd: here("."), stdio: "inherit" });
  process.exitCode = status ?? 1;
}
