import { expect, test } from "vitest";
import { readRows } from "../testing.js";

test("a trajectory of SWE-agent without a history gives its responses, and no thought beside them", async () => {
  const trajectory = [
    { response: "I look first.\n```\nls\n```", thought: "I look first.", action: "ls", observation: "a.py" },
    { response: "", thought: "Nothing is left to do.", action: "submit", observation: "" },
    { action: "exit" },
  ];
  expect(await readRows([{ trajectory, history: [], info: {} }])).toEqual([
    "t.jsonl:1|0|-|I look first.\n```\nls\n```",
    "t.jsonl:1|1|-|Nothing is left to do.",
    "t.jsonl:1: trajectory[2]: neither a response nor a thought. Entry skipped.",
  ]);
});

test("a demonstration of SWE-agent is a history alone, and the run of its file", async () => {
  const history = [
    { role: "user", content: "Fix the colon.", agent: "main", message_type: "observation" },
    { role: "assistant", content: "I add it.", thought: "I add it.", action: "submit", agent: "main" },
  ];
  expect(await readRows([{ history }])).toEqual(["t.jsonl:1|0|-|I add it."]);
});
