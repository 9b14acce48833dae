import { expect, test } from "vitest";
import { Intake } from "./intake.js";
import { type Observed, orderedSteps } from "./ordered-steps.js";

const sendEmail = { name: "send_email", args: { body: "Dear Dana, it left on Monday." } };

/** A span at a time, with a turn that says and calls this. */
function span(
  name: string,
  time: number | undefined,
  given: Partial<Observed> = {},
  text = `text of ${name}`,
): Observed {
  const turn = { text, toolCalls: [], fields: { text: "output", toolCalls: [] }, faults: [] };
  return {
    found: "observed",
    place: { file: "t.jsonl", line: 1 },
    shareRead: 0.5,
    trace: "t",
    span: name,
    time,
    turns: [turn],
    ...given,
  };
}

function calling(call: object) {
  return [
    {
      text: "",
      toolCalls: [{ ...sendEmail, ...call }],
      fields: { text: "", toolCalls: ["calls"] },
      faults: [],
    },
  ];
}

function toolRun(call: object = {}): Partial<Observed> {
  return { turns: [], toolRun: { call: { ...sendEmail, ...call }, field: "inputs" } };
}

async function stepsOf(spans: readonly Observed[], mostCharacters?: number) {
  const intake = new Intake();
  async function* each() {
    yield* spans;
  }
  const steps: string[] = [];
  const shares: number[] = [];
  for await (const item of orderedSteps(each(), intake, mostCharacters)) {
    if (item.found === "fault") continue;
    steps.push(`${item.step.session} ${item.step.index} ${item.step.id}`);
    shares.push(item.shareRead);
  }
  return { steps, shares, left: intake.left.map(({ what, count }) => `${count} ${what}`) };
}

test("spans of a trace become steps in the order of time, and traces in that of their start", async () => {
  const { steps, shares } = await stepsOf([
    span("b2", 40, { trace: "b" }),
    span("a2", 30, { trace: "a" }),
    span("b1", 20, { trace: "b" }),
    span("a1", 10, { trace: "a" }),
  ]);
  expect(steps).toEqual(["a 0 a1", "a 1 a2", "b 0 b1", "b 1 b2"]);
  expect(shares).toEqual([0.25, 0.5, 0.75, 1]);
});

test("spans without a time keep their place in the file", async () => {
  const { steps } = await stepsOf([span("x", undefined), span("y", undefined), span("z", undefined)]);
  expect(steps).toEqual(["t 0 x", "t 1 y", "t 2 z"]);
});

test("a session that one span names holds for its trace, and goes on over traces", async () => {
  const { steps } = await stepsOf([
    span("second", 20, { trace: "b", session: "thread" }),
    span("first", 10, { trace: "a" }),
    span("root", 5, { trace: "a", session: "thread", turns: [] }),
  ]);
  expect(steps).toEqual(["thread 0 first", "thread 1 second"]);
});

test.each([
  {
    what: "with the id of its call",
    call: { id: "1" },
    run: { id: "1", args: { body: "edited" } },
    isLeft: true,
  },
  { what: "with the same arguments", call: { id: "1" }, run: {}, isLeft: true },
  { what: "with other arguments", call: {}, run: { args: { body: "Dear Ms. Okafor" } }, isLeft: false },
  { what: "of another tool", call: {}, run: { name: "post_note" }, isLeft: false },
])(
  "a run of a tool $what is a step of its own only where no turn shows it",
  async ({ call, run, isLeft }) => {
    const { steps, left } = await stepsOf([
      span("tool", 20, toolRun(run)),
      span("turn", 10, { turns: calling(call) }),
    ]);
    expect(steps).toEqual(isLeft ? ["t 0 turn"] : ["t 0 turn", "t 1 tool"]);
    expect(left).toEqual(isLeft ? ["1 runs of tools"] : []);
  },
);

test("each call of a turn hides one run of the tool, not two", async () => {
  const spans = [
    span("turn", 1, { turns: calling({}) }),
    span("one", 2, toolRun()),
    span("two", 3, toolRun()),
  ];
  expect((await stepsOf(spans)).steps).toEqual(["t 0 turn", "t 1 two"]);
});

test("an agent's output is not counted beside the model spans inside it, however deep", async () => {
  const { steps, left } = await stepsOf([
    span("agent", 1),
    span("node", 2, { parent: "agent", turns: [] }),
    span("model", 3, { parent: "node" }),
  ]);
  expect(steps).toEqual(["t 0 model"]);
  expect(left).toEqual(["1 outputs of agents and chains"]);
});

test("an agent that another one calls as a tool does not hide the turn of its caller", async () => {
  const { steps } = await stepsOf([
    span("caller", 1, { turns: calling({}) }),
    span("tool", 2, { parent: "caller", ...toolRun() }),
    span("called", 3, { parent: "tool" }),
  ]);
  expect(steps).toEqual(["t 0 caller", "t 1 called"]);
});

test("a span that stands in the file twice counts once", async () => {
  const { steps, left } = await stepsOf([span("a", 1), span("b", 2), span("a", 1)]);
  expect(steps).toEqual(["t 0 a", "t 1 b"]);
  expect(left).toEqual(["1 spans"]);
});

test("past the limit the quietest traces are given out, none is lost, and later spans follow in their session", async () => {
  const traces = Array.from({ length: 20 }, (_, at) => `t${String(at).padStart(2, "0")}`);
  const spans = traces.flatMap((trace, at) => [
    span(`${trace}-b`, at * 10 + 2, { trace }),
    span(`${trace}-a`, at * 10 + 1, { trace }),
  ]);
  const late = span("late", 3, { trace: "t00" });
  const { steps, shares } = await stepsOf([...spans, late], 10 * 1_600);
  expect([...steps].sort()).toEqual(
    [...traces.flatMap((trace) => [`${trace} 0 ${trace}-a`, `${trace} 1 ${trace}-b`]), "t00 2 late"].sort(),
  );
  expect(steps.indexOf("t00 2 late")).toBeGreaterThan(steps.indexOf("t10 0 t10-a"));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});
