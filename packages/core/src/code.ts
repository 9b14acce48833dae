import { type Line, runsOf, stretch } from "./line.js";
import type { Offsets } from "./voice.js";

/** Code, diffs, logs, stack traces and markup for machines, fenced or not. */
export function codeIn(text: string, lines: readonly Line[]): readonly Offsets[] {
  const marked = patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
  return [...marked, ...codeLines(text, lines)];
}

const patterns: readonly RegExp[] = [
  /^ {0,12}(`{3,80}|~{3,80})(?![`~])[^\n]*\n[\s\S]*?(?:\n {0,12}\1[^\n]*|$(?![\s\S]))/gm, // fenced
  /(`{1,2})(?!`)[^`\n]{1,300}\1/g, // inline
  /\{ ?"[^"\n]{1,80}" ?:(?:[^{}\n]|\{[^{}\n]*\}){0,2000}\}/g, // JSON within a line
  /<\?xml\b[^<>]*\?>\s*<([\w:.-]{1,80})\b[^<>]*>[\s\S]*?(?:<\/\1>|$(?![\s\S]))/g,
  /^Traceback \(most recent call last\):[^\n]*\n(?:[ \t]+[^\n]*\n)*(?:[\w.]{1,120}(?::[^\n]*)?$)?/gm,
];

const level = "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE";
const logLine = new RegExp(
  `^\\[?(?:\\d{4}-\\d\\d-\\d\\d[T ])?\\d\\d:\\d\\d:\\d\\d[.,\\dZ+:]*\\]?\\s.{0,60}?(?<![A-Z])(?:${level})(?![A-Z])|` + // 2026-06-03T10:14:22Z ERROR …
    `^\\[?(?:${level})\\]?:?\\s+\\[?(?:\\d{4}-\\d\\d-\\d\\d|\\d\\d:\\d\\d:\\d\\d)|` + // ERROR 2026-06-03 …
    "^[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\S+ [\\w./-]+(?:\\[\\d+\\])?:|" + // syslog
    '^[\\d.]{7,15} \\S+ \\S+ \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:[^\\]]{1,30}\\] "', // access log
);
const stackFrame =
  /^at (?:async |new )?[\w.$<>[\]/ ]{1,120}(?:\(.{1,200}\)|:\d+:\d+)$|^at \S{1,200}:\d+:\d+\)?$|^\.\.\. \d+ (?:more|common frames)/;
const thrown =
  /^(?:Caused by: |Uncaught |Unhandled |Exception in thread "[^"]{1,60}" )?[\w.$]{0,120}(?:Error|Exception|Throwable)(?::|$)/;
const diffStart = /^(?:diff --git |@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@|--- [ab]\/|\+\+\+ [ab]\/|Index: \S+$)/;
const diffLine =
  /^(?:[+\-@\\ \t]|diff --git |index [\da-f]{6,}|new file mode|deleted file mode|similarity index|rename )/;
const jsonStart = /^(?:"[^"]{1,80}"\s?:\s?)?[{[]$/;
const jsonLine =
  /^(?:"[^"]*"\s?:|"(?:[^"\\]|\\.)*",?$|[{}[\]],?$|[}\]][}\]],?$|-?\d[\d.eE+-]*,?$|(?:true|false|null),?$)/;
const yamlLine = /^(?:-\s)?[a-z_][\w./-]*:(?:\s|$)|^- [\w"'./:@-]+$|^---$|^#\s/;

/** Lines that only a machine writes, by clear rules: a diff has a header, JSON an opening line, YAML is nested. */
function codeLines(text: string, lines: readonly Line[]): readonly Offsets[] {
  const raw = (index: number) => text.slice(lines[index]?.start ?? 0, lines[index]?.end ?? 0);
  let inDiff = false;
  let inJson = false;
  const belongs = ({ text: line }: { readonly text: string }, index: number): boolean => {
    const asWritten = raw(index);
    inDiff = diffStart.test(asWritten) || (inDiff && diffLine.test(asWritten));
    inJson =
      (inJson && jsonLine.test(line)) ||
      (jsonStart.test(line) && jsonLine.test(lines[index + 1]?.text ?? ""));
    return inDiff || inJson || logLine.test(line) || stackFrame.test(line) || throws(index);
  };
  const throws = (index: number) =>
    thrown.test(lines[index]?.text ?? "") && stackFrame.test(lines[index + 1]?.text ?? "");
  const yaml = runsOf(lines, ({ text: line }) => yamlLine.test(line)).filter(([first, last]) => {
    const isNested = /:$/.test(lines[first]?.text ?? "") || last - first > 3;
    const run = lines.slice(first, last + 1);
    const indented = run.filter((_, index) => /^(?:[ \t]+\S|- )/.test(raw(first + index))).length;
    return (
      isNested &&
      last - first >= 2 &&
      indented >= 2 &&
      run.filter(({ text: line }) => /:/.test(line)).length > 2
    );
  });
  return [...runsOf(lines, belongs), ...yaml].map(([first, last]) => stretch(lines, first, last));
}
