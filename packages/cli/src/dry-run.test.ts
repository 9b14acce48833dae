import { readdir } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { folderWith, personaGuard, plain, rowsIn } from "./testing.js";

const email = "Dear Dana, your parcel left our warehouse on Monday and should arrive by Thursday.";
const conversation = {
  id: "visit",
  messages: [
    { role: "user", content: "Where is my parcel?" },
    { role: "assistant", content: plain },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        {
          function: {
            name: "send_email",
            arguments: JSON.stringify({ to: "dana@example.com", body: email }),
          },
        },
        { function: { name: "get_order", arguments: '{"id": "W4410"}' } },
      ],
    },
    { role: "assistant", content: "" },
  ],
};
let cwd = "";
beforeAll(async () => {
  cwd = await folderWith({
    "chats.json": JSON.stringify([conversation]),
    "broken.jsonl": `{nonsense\n${JSON.stringify({ text: plain, session: "s" })}\n`,
    "silent.jsonl": '{"text": "OK"}\n',
    "persona.yaml": "name: clerk\ntools:\n  send_email: { to: message }\n",
  });
});

test("a dry run shows each text with its place and field, and what was taken and left, and scores nothing", async () => {
  const ran = await personaGuard(["replay", "chats.json", "--dry-run", "--model", "no-such-folder"], { cwd });
  expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
  expect(ran.stdout).toMatchInlineSnapshot(`
    "chats.json[0] session visit, step 0, chat, messages[1].content, 100 characters
      Your refund of 42.50 was issued this morning, and it reaches your account within three working days.
    chats.json[0] session visit, step 1, email, send_email.body in messages[2].tool_calls[0].function.arguments.body, 82 characters
      Dear Dana, your parcel left our warehouse on Monday and should arrive by Thursday.

    files       1 (openai)
    steps       3 in 1 sessions; 1 without a text to score
    texts       2: chat 1, email 1
    taken       1 messages[].content
                2 messages[].tool_calls[].function.arguments
    left        1 messages[] of role "user": not the agent's words
                1 arguments of get_order: none speaks in the agent's voice
    unreadable  none
    Nothing was scored: this is a dry run.
    "
  `);
  expect((await readdir(cwd)).sort()).toEqual(["broken.jsonl", "chats.json", "persona.yaml", "silent.jsonl"]);
});

test("with --json a dry run gives a line per text and one with the counts", async () => {
  const { stdout, exitCode } = await personaGuard(["replay", "chats.json", "--dry-run", "--json"], { cwd });
  expect(exitCode).toBe(0);
  expect(rowsIn(stdout)).toEqual([
    {
      place: "chats.json[0]",
      session: "visit",
      step: "step-0",
      index: 0,
      kind: "chat",
      field: "text",
      path: "messages[1].content",
      characters: plain.length,
      text: plain,
    },
    {
      place: "chats.json[0]",
      session: "visit",
      step: "step-1",
      index: 1,
      kind: "email",
      field: "send_email.body",
      path: "messages[2].tool_calls[0].function.arguments.body",
      characters: email.length,
      text: email,
    },
    {
      schema: "persona-guard/dry-run/1",
      complete: true,
      files: [{ file: "chats.json", format: "openai" }],
      skippedFiles: [],
      steps: 3,
      silent: 1,
      texts: 2,
      unreadable: 0,
      kinds: { chat: 1, email: 1 },
      sessions: 1,
      taken: { "messages[].content": 1, "messages[].tool_calls[].function.arguments": 2 },
      left: [
        { what: 'messages[] of role "user"', why: "not the agent's words", count: 1 },
        { what: "arguments of get_order", why: "none speaks in the agent's voice", count: 1 },
      ],
    },
  ]);
});

test("a dry run follows the persona's rules for tools", async () => {
  const args = ["replay", "chats.json", "--dry-run", "--json", "--persona", "persona.yaml"];
  const rows = rowsIn((await personaGuard(args, { cwd })).stdout);
  expect(rows.map(({ field }) => field)).toEqual(["text", undefined]);
  expect(rows.at(-1)?.left).toContainEqual({
    what: "arguments of send_email",
    why: "none speaks in the agent's voice",
    count: 1,
  });
});

test.each([
  {
    file: "broken.jsonl",
    says: /broken\.jsonl:1: is not valid JSON \(9 characters/,
    counted: "unreadable  1",
  },
  { file: "silent.jsonl", says: /^$/, counted: "1 texts of steps: no prose of the agent's own" },
])(
  "a dry run that meets an unreadable record, or no text at all, exits with 2: $file",
  async ({ file, says, counted }) => {
    const { exitCode, stdout, stderr } = await personaGuard(["replay", file, "--dry-run"], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(says);
    expect(stdout).toContain(counted);
  },
);

test("control characters in a recorded text do not reach the terminal", async () => {
  const folder = await folderWith({ "t.jsonl": JSON.stringify({ text: `${plain}\u001b[2J\u0007` }) });
  const { stdout } = await personaGuard(["replay", "t.jsonl", "--dry-run"], { cwd: folder });
  expect(stdout).toContain(plain);
  expect(stdout).not.toContain("\u001b");
  expect(stdout).not.toContain("\u0007");
});
