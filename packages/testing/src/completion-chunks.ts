import type { ChatCompletion } from "./completion.js";

/** Words that one delta of a text carries: more than one, as providers send them. */
const wordsPerDelta = 2;
/** Characters that one delta of a tool call's arguments carries: words are cut anywhere. */
const charactersPerDelta = 12;

/** A completion as the chunks of a stream: role, text, tool calls (name first, then arguments in pieces), end, usage. */
export function completionChunks({ id, created, model, choices, usage }: ChatCompletion): readonly object[] {
  const head = { id, object: "chat.completion.chunk", created, model };
  const choice = choices[0];
  const deltas = [
    { role: "assistant", content: "" },
    ...textDeltas(choice?.message.content ?? "").map((content) => ({ content })),
    ...(choice?.message.tool_calls ?? []).flatMap((call, index) => [
      { tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: "" } }] },
      ...slices(call.function.arguments).map((slice) => ({
        tool_calls: [{ index, function: { arguments: slice } }],
      })),
    ]),
  ];
  return [
    ...deltas.map((delta) => ({ ...head, choices: [{ index: 0, delta, finish_reason: null }] })),
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: choice?.finish_reason ?? "stop" }] },
    { ...head, choices: [], usage },
  ];
}

function textDeltas(text: string): readonly string[] {
  const words = text.match(/\s*\S+|\s+$/g) ?? [];
  return Array.from({ length: Math.ceil(words.length / wordsPerDelta) }, (_, at) =>
    words.slice(at * wordsPerDelta, (at + 1) * wordsPerDelta).join(""),
  );
}

function slices(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / charactersPerDelta) }, (_, at) =>
    text.slice(at * charactersPerDelta, (at + 1) * charactersPerDelta),
  );
}
