import { describe, expect, test } from "vitest";
import { voiceOf } from "./voice.js";

const own = (text: string) => voiceOf(text).map(({ start, end }) => text.slice(start, end).trim());

describe("the agent's own voice", () => {
  test.each([
    { case: "plain text is its own", text: "Dear Ann, it is done.", voice: ["Dear Ann, it is done."] },
    {
      case: "a quoted reply is not",
      text: "See below.\n> You idiots!\n> Again!\nWe will call.",
      voice: ["See below.", "We will call."],
    },
    {
      case: "the thread below an attribution is not",
      text: "Done.\n\nOn Mon, 3 March, Bo Li wrote:\nYou are useless.",
      voice: ["Done."],
    },
    {
      case: "a forwarded message is not",
      text: "FYI\n\n---------- Forwarded message ---------\nFrom: x\n\nHaha",
      voice: ["FYI"],
    },
    {
      case: "an original message is not",
      text: "Fixed.\n-----Original Message-----\nFrom: x\nHaha",
      voice: ["Fixed."],
    },
    {
      case: "a forwarded header block is not",
      text: "Please see.\nFrom: Al\nSent: Monday\nTo: Bo\nSubject: Hm\n\nWhat a joke.",
      voice: ["Please see."],
    },
    {
      case: "fenced code is not",
      text: "Run this:\n```sh\necho lol\n```\nThen wait.",
      voice: ["Run this:", "Then wait."],
    },
    { case: "an unclosed fence runs to the end", text: "Run:\n```\necho lol", voice: ["Run:"] },
    { case: "inline code is not", text: "Call `haha()` twice.", voice: ["Call", "twice."] },
    {
      case: "a table is not",
      text: "Totals:\n| a | b |\n|---|---|\n| 1 | 2 |\nRegards",
      voice: ["Totals:", "Regards"],
    },
    { case: "a signature is not", text: "Thanks.\n-- \nMel, King of Jokes", voice: ["Thanks."] },
    { case: "a link is not", text: "See https://example.com/lol?x=1 please.", voice: ["See", "please."] },
    { case: "an address is not", text: "Write to a.b@example.com now.", voice: ["Write to", "now."] },
    {
      case: "HTML tags are not, their text is",
      text: "<p>Dear Ann,</p><p>done.</p>",
      voice: ["Dear Ann,", "done."],
    },
    {
      case: "a blockquote is not",
      text: "<p>Hi</p><blockquote>You fools</blockquote><p>Bye</p>",
      voice: ["Hi", "Bye"],
    },
    {
      case: "a comparison is no tag",
      text: "Keep a < b and c > d here.",
      voice: ["Keep a < b and c > d here."],
    },
    {
      case: "a sentence with 'On' and 'wrote' stays",
      text: "On Monday I wrote: all is well.",
      voice: ["On Monday I wrote: all is well."],
    },
    { case: "nothing is nothing", text: "  \n ", voice: [] },
  ])("$case", ({ text, voice }) => {
    expect(own(text)).toEqual(voice);
  });

  test.each([
    { name: "fences", text: "```\n".repeat(50_000) },
    { name: "opened tags", text: "<script>".repeat(50_000) },
    { name: "angle brackets", text: "<a ".repeat(100_000) },
    { name: "dots and letters", text: "a.".repeat(200_000) },
    { name: "table bars", text: `${"| ".repeat(100_000)}x` },
    { name: "backticks", text: "`".repeat(200_000) },
    { name: "opened quotations", text: '"a '.repeat(60_000) },
    { name: "opened curly quotations", text: "“a ".repeat(60_000) },
    { name: "opened guillemets", text: "«a ".repeat(60_000) },
    { name: "opened single quotations", text: " 'a'b".repeat(40_000) },
    { name: "attributed quotations", text: 'he said "a b c d e f g" '.repeat(8_000) },
    { name: "attributions", text: "On 3 Jun 10:14\n".repeat(12_000) },
    { name: "answered attributions", text: "On 3 Jun 10:14 x wrote:\n> a\n".repeat(7_000) },
    { name: "mail headers", text: "x\nFrom: a\nTo: b\n\n".repeat(10_000) },
    { name: "forward marks", text: "---- Forwarded message\n".repeat(8_000) },
    { name: "customers' labels", text: "Customer message:\n\n---\n".repeat(8_000) },
    { name: "opened JSON", text: '{"a":{}'.repeat(25_000) },
    { name: "JSON lines", text: "{\n".repeat(80_000) },
    { name: "opened XML", text: "<?xml?><a></b>".repeat(12_000) },
    { name: "stack traces", text: "Traceback (most recent call last):\n  a\n".repeat(5_000) },
    { name: "log lines", text: "10:14:22 a\n".repeat(16_000) },
    { name: "YAML", text: "a:\n  b: c\n".repeat(18_000) },
    { name: "aligned cells", text: "a  b\n".repeat(40_000) },
    { name: "a gap of spaces", text: `a${" ".repeat(200_000)}b` },
    { name: "quoting elements", text: '<div class="gmail_quote">'.repeat(8_000) },
    { name: "attributes", text: `<div ${"class=".repeat(35_000)}>` },
    { name: "comments", text: "<!--".repeat(50_000) },
    { name: "sign-offs", text: "Best,\nA\nB\n".repeat(16_000) },
    { name: "signature delimiters", text: "-- \na\n".repeat(30_000) },
    { name: "legal lines", text: "This email\n".repeat(18_000) },
    { name: "blank lines", text: "\n".repeat(200_000) },
  ])("a hostile text of $name is cut in bounded time", { timeout: 5_000 }, ({ text }) => {
    expect(voiceOf(text).length).toBeGreaterThanOrEqual(0);
  });
});
