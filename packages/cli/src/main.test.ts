import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { flattering, folderWith, personaGuard, plain } from "./testing.js";

let cwd = "";
beforeAll(async () => {
  cwd = await folderWith({
    "persona.yaml": "name: clerk\n",
    "broken.yaml": 'name: "clerk\nallows: [',
    "typo.yaml": "name: clerk\nalows: [neutral]\nexpresses: humor\n",
    "unknown-label.yaml": "name: clerk\nallows: [neutral, grumpiness]\n",
    "broken-config.yaml": "tier: fast\nfalsealarmrate: 0.01\n",
    "two-criteria.yaml": "threshold: 0.5\nfalseAlarmRate: 0.01\n",
    "empty.txt": "",
    "picture.png": Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13),
    "utf16.txt": Buffer.from("\uFEFFDear Ms. Okafor, thank you.", "utf16le"),
    "array.json": JSON.stringify([{ text: plain }]),
    "broken.jsonl": `{"text": "${plain}"}\n{"text": "cut of\n{"text": "${plain}"}\n`,
    "fields.jsonl": '{"text": 7}\n{"txt": "a"}\n{"text": "a", "kind": "fax"}\n[]\n',
    "steps.jsonl": `{"text": "${plain}"}\n`,
    "unknown.jsonl": '{"price": 3}\n',
    "mail.txt": plain,
  });
  await mkdir(join(cwd, "folder"));
});

const lexical = ["--tier", "lexical"];
test.each([
  { args: ["scor"], says: "error: unknown command 'scor'\n(Did you mean score?)" },
  {
    args: ["score", "--persna", "p.yaml"],
    says: "error: unknown option '--persna'\n(Did you mean --persona?)",
  },
  {
    args: ["score", "--tier", "fast"],
    says: "argument 'fast' is invalid. Allowed choices are lexical, encoder, cascade, ensemble.",
  },
  {
    args: ["score", "--threshold", "2"],
    says: "argument '2' is invalid. It must be a number between 0 and 1.",
  },
  { args: ["score", "--threshold", "0.5", "--false-alarm-rate", "0.1"], says: "cannot be used with option" },
  { args: ["replay"], says: "error: missing required argument 'traces'" },
  { args: ["replay", "steps.jsonl"], says: "A replay needs a persona: give --persona FILE" },
  {
    args: ["replay", "steps.jsonl", "--max-session-alarms", "-1"],
    says: "It must be a whole number, 0 or more.",
  },
  { args: ["score", "mail.txt", "--persona", "gone.yaml"], says: "There is no gone.yaml" },
  { args: ["score", "mail.txt", "--persona", "broken.yaml"], says: "is not valid YAML" },
  { args: ["score", "mail.txt", "--persona", "typo.yaml"], says: "typo.yaml is not a valid persona:\n" },
  {
    args: ["score", "mail.txt", "--persona", "unknown-label.yaml", ...lexical],
    says: 'Persona "clerk" names "grumpiness", which',
  },
  {
    args: ["score", "mail.txt", "--config", "gone.config.yaml"],
    says: "gone.config.yaml cannot be read: ENOENT",
  },
  {
    args: ["score", "mail.txt", "--config", "broken-config.yaml"],
    says: "broken-config.yaml is not a valid configuration:\n  tier: ",
  },
  {
    args: ["score", "mail.txt", "--config", "two-criteria.yaml"],
    says: "threshold: cannot be given together with falseAlarmRate",
  },
  { args: ["score", "mail.txt", "--model", "no-folder"], says: "There is no folder no-folder with a model" },
  {
    args: ["score", "mail.txt", "--persona", "persona.yaml", "--model", "folder"],
    says: "no false-alarm rate can be promised",
  },
  { args: ["score", "mail.txt", "--model", "folder"], says: "folder" },
  { args: ["score", "gone.txt", "folder"], says: "gone.txt cannot be read: ENOENT" },
  {
    args: ["score", "gone.txt", "folder"],
    says: 'folder is a folder: name the files in it, or use "persona-guard replay"',
  },
  { args: ["score", "empty.txt", ...lexical], says: "empty.txt is empty; give a text" },
  { args: ["score", "picture.png", ...lexical], says: "picture.png is binary, not text (a NUL at byte 8)" },
  { args: ["score", "utf16.txt", ...lexical], says: "utf16.txt is UTF-16 text; save it as UTF-8." },
  {
    args: ["score", "array.json", ...lexical],
    says: "array.json is one JSON document; give one object per line (JSONL)",
  },
  {
    args: ["score", "broken.jsonl", ...lexical],
    says: "broken.jsonl:2: is not valid JSON (16 characters). Line skipped.",
  },
  { args: ["score", "fields.jsonl", ...lexical], says: "fields.jsonl:1: text: not a string" },
  { args: ["score", "fields.jsonl", ...lexical], says: "fields.jsonl:2: text: not a string" },
  {
    args: ["score", "fields.jsonl", ...lexical],
    says: "fields.jsonl:3: kind: not one of chat, email, message, report",
  },
  { args: ["score", "fields.jsonl", ...lexical], says: "fields.jsonl:4: is not a JSON object" },
  { args: ["replay", "gone.jsonl", "-p", "persona.yaml"], says: "gone.jsonl cannot be read: ENOENT" },
  { args: ["replay", "unknown.jsonl", "-p", "persona.yaml"], says: "unknown.jsonl: unknown trace format." },
  {
    args: ["replay", "folder", "-p", "persona.yaml"],
    says: "No trace found in folder; 0 files were looked at.",
  },
  { args: ["replay", "picture.png", "-p", "persona.yaml"], says: "picture.png: none of its first" },
  {
    args: ["replay", "broken.jsonl", "-p", "persona.yaml", ...lexical],
    says: "broken.jsonl:2: is not valid JSON (16 characters",
  },
  {
    args: ["replay", "steps.jsonl", "-p", "persona.yaml", ...lexical, "--out", "mail.txt"],
    says: "Cannot write results into mail.txt",
  },
])("$args exits with 2, says $says, and shows no stack", async ({ args, says }) => {
  const { exitCode, stderr } = await personaGuard(args, { cwd });
  expect(stderr).toContain(says);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(exitCode).toBe(2);
});

test("an error shows its stack when it is asked for", async () => {
  const { stderr } = await personaGuard(["score", "gone.txt", "--verbose"], { cwd });
  expect(stderr).toMatch(/^ {4}at /m);
});

test("a reader that has seen enough ends the command without a word", async () => {
  const many = await folderWith({ "many.jsonl": `{"text": "${flattering}"}\n`.repeat(3_000) });
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "score", "many.jsonl", ...lexical], { cwd: many });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr += text;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const [exitCode] = await once(child, "close");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test.each(["--version", "--help", "score --help", "replay --help", "init --help", "train --help"])(
  "%s succeeds",
  async (line) => {
    const { exitCode, stderr, stdout } = await personaGuard(line.split(" "), { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    if (line === "--version") expect(stdout).toBe("0.1.0\n");
  },
);

test("without a command the help is shown as a mistake", async () => {
  const { exitCode, stderr, stdout } = await personaGuard([], { cwd });
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatchInlineSnapshot(`
    "Usage: persona-guard [options] [command]

    Tells when an AI agent stops being the character its company chose.

    Options:
      --version                          print the version
      -h, --help                         display help for command

    Commands:
      init [options]                     Write a commented persona.yaml and persona-guard.config.yaml into this
                                         folder.
      score [options] [files...]         Score texts for character traits, and against a persona if one is given.
      replay [options] <traces...>       Judge every step of recorded agent traces against a persona.
      report [options] <dir>             Make report.html from the results of a replay.
      calibrate [options] <traces...>    Measure how sure your own good traces are, so that a false-alarm rate
                                         holds for them.
      compare [options] <run-a> <run-b>  Tell whether the character shifted between two releases of an agent.
      train [options] <examples>         Train a trait of your own from texts that show it and texts that do not.
      serve [options] [events...]        Show drift events on a live page in the browser.
      watch [options] <events...>        Show drift events live as agents work, or sum up what is logged.
      alerts                             Try the alerts of the configuration, and send what was not delivered.
      help [command]                     display help for command

    Exit code: 0 pass, 1 a gate failed, 2 usage, configuration or unreadable input, 130 interrupted.
    Data goes to stdout, messages and progress to stderr.
    "
  `);
});

test("the help of score", async () => {
  const { stdout } = await personaGuard(["score", "--help"], { cwd });
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: persona-guard score [options] [files...]

    Score texts for character traits, and against a persona if one is given.

    Arguments:
      files                      files to score, "-" for standard input

    Options:
      -p, --persona <file>       persona file (YAML or JSON)
      -t, --tier <tier>          which models score (default: "cascade") (choices: "lexical", "encoder",
                                 "cascade", "ensemble")
      --model <folder>           folder with another model: weights of ours, or an ONNX sequence classifier
      --false-alarm-rate <rate>  share of in-persona texts that may be called drifted (default: 0.01)
      -c, --config <file>        configuration file (default: persona-guard.config.yaml, if there is one)
      --threshold <confidence>   call drifted what has a confidence below this instead
      --calibration <file>       calibration from your own traces, by "persona-guard calibrate"
      --explain                  show which words and sentences moved the scores, and which way
      --json                     print JSONL on a terminal too
      --verbose                  show the stack of an error
      -h, --help                 display help for command

    Input: JSONL rows {"text", "kind"?, "id"?, …}, or plain text, where the whole file is one text. A kind is chat, email,
    message or report. Without FILES, or for "-", standard input is read.
    Output: the rows in the same order with all their fields, and behind them "scores" (a probability per label) and "label";
    with a persona also "confidence", "pValue", "outcome", "driftedTo", "evidence" and "reason", null where absent. A field of
    the input with one of these names is kept under "input". On a terminal a table is printed instead, unless --json is given.
    --explain adds "explanation": what each sentence and word adds to the log-odds of "label" over "against" (with a persona: of what is
    outside it over what is inside), exactly for --tier lexical, else by taking it out and scoring again, the words of the three
    strongest sentences. On a terminal the text is shown in colours, without colours in marks: [+1.72 sarcasm: brilliant].

    Exit code: 0 if every row was scored, whatever the scores say; 2 if a row could not be read or scored (it is named on
    stderr and the rest is scored), or for a wrong flag, file or configuration.
    "
  `);
});

test("the help of replay", async () => {
  const { stdout } = await personaGuard(["replay", "--help"], { cwd });
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: persona-guard replay [options] <traces...>

    Judge every step of recorded agent traces against a persona.

    Arguments:
      traces                        trace files, or folders of them

    Options:
      -p, --persona <file>          persona file (YAML or JSON)
      -t, --tier <tier>             which models score (default: "cascade") (choices: "lexical", "encoder",
                                    "cascade", "ensemble")
      --model <folder>              folder with another model: weights of ours, or an ONNX sequence classifier
      --false-alarm-rate <rate>     share of in-persona texts that may be called drifted (default: 0.01)
      -c, --config <file>           configuration file (default: persona-guard.config.yaml, if there is one)
      --threshold <confidence>      call drifted what has a confidence below this instead
      --calibration <file>          calibration from your own traces, by "persona-guard calibrate"
      -f, --format <format>         trace format (default: "auto") (choices: "auto", "langsmith", "langfuse",
                                    "openinference", "otel", "tau-bench", "tau2-bench", "agentdojo", "petri",
                                    "swe-agent", "openai", "jsonl")
      -o, --out <dir>               folder for verdicts.jsonl, summary.json, junit.xml, report.html
      --texts                       keep whole texts in verdicts.jsonl and report.html, masked
      --max-drift-rate <share>      gate: highest share of drifted steps, from 0 to 1
      --max-session-alarms <count>  gate: most sessions that may raise an alarm
      --min-coverage <share>        gate: lowest share of judged steps, of those that say something
      --baseline <dir>              gate: drift rate no higher than in the results of an earlier replay
      --resume                      go on with the interrupted replay in --out DIR
      --sample <count>              judge that many sessions, drawn at random
      --seed <number>               which sessions a sample draws (default: 0)
      --push <tool>                 send the verdicts to where the traces came from (choices: "langsmith",
                                    "langfuse", "otlp")
      --push-dry-run                print what --push would send, one JSON line a request, and send nothing
      --json                        print the summary as JSON
      --verbose                     show the stack of an error, and every unreadable record
      --dry-run                     show which texts would be scored, from which fields; --json gives a line per
                                    text
      -h, --help                    display help for command

    TRACES are files or folders; a folder is walked for .json, .jsonl, .ndjson and .traj files; what is no trace there is named and skipped.
    The summary goes to stdout; DIR gets verdicts.jsonl (one line per step), summary.json, junit.xml and report.html, a page to look
    at. They keep of the agents' words only the sentences that carry drift, or all with --texts, with secrets and personal data masked.
    The drift rate is the share of drifted steps among those that could be judged. Without a gate, drift does not fail a replay.
    A replay that was interrupted or killed goes on with the same command and --resume, and ends as if it had not been.
    A sample is of whole sessions, so that each can be judged as one; the same seed draws the same ones.
    --baseline fails if the drift rate is higher than that of an earlier --out folder by more than chance (one-sided 95 % interval of the
    difference, the steps of a session taken together).
    --push sends verdicts to where the traces came from, by the environment variables of that tool:
      langsmith  feedback on runs: LANGSMITH_API_KEY, LANGSMITH_ENDPOINT, LANGSMITH_WORKSPACE_ID
      langfuse   scores of observations: LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, LANGFUSE_BASE_URL
      otlp       gen_ai.evaluation.result events on spans: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS

    Exit code: 0 pass; 1 a gate failed; 2 a record could not be read or a step not scored (the rest was judged), or a wrong
    flag, file or configuration; 130 interrupted (what was judged is written).

    --dry-run takes no gate and needs no persona, but follows its rules for tools; it prints the texts to stdout and writes no file.
    "
  `);
});
