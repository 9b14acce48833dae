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
