/** A stretch of text, `start` inclusive and `end` exclusive, in UTF-16 code units of the original. */
export interface Offsets {
  readonly start: number;
  readonly end: number;
}

/**
 * What in a text is not the agent speaking: mention is not use. Every pattern is linear in the text's length.
 * Order matters only for readability: the stretches found are merged.
 */
const notOwnVoice: readonly RegExp[] = [
  /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:\n {0,3}\1[^\n]*|$(?![\s\S]))/gm, // fenced code
  /`[^`\n]{1,300}`/g, // inline code
  /^[ \t]*>[^\n]*/gm, // quoted replies
  /^[ \t]*On [^\n]{5,200}(?:\n[^\n]{0,100})?\bwrote:[ \t]*$[\s\S]*/gm, // a quoted thread below "On … wrote:"
  /^[ \t]*-{2,} ?(?:Original Message|Forwarded message|Begin forwarded message)\b[\s\S]*/gim,
  /^[ \t]*Begin forwarded message:[\s\S]*/gim,
  /^From: [^\n]*\n(?:(?:Sent|Date|To|Cc|Subject): [^\n]*\n)+[\s\S]*/gm, // a forwarded header and what follows
  /^-- ?\n[\s\S]*/gm, // signature after the RFC 3676 delimiter
  /^[ \t]*\|[^\n]*\|[ \t]*$/gm, // table rows
  /<(script|style|blockquote)\b[^<>]*>[\s\S]*?(?:<\/\1>|$(?![\s\S]))/gi,
  /<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/gi, // HTML tags; their text stays
  /\bhttps?:\/\/[^\s<>"')\]]+/g,
  /\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b/g,
];

/** The stretches of `text` in which the agent speaks, in order, none empty, none overlapping. */
export function voiceOf(text: string): readonly Offsets[] {
  const foreign = notOwnVoice
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map((match) => ({ start: match.index, end: match.index + match[0].length }))
    .sort((a, b) => a.start - b.start);
  const own: Offsets[] = [];
  let from = 0;
  for (const { start, end } of [...foreign, { start: text.length, end: text.length }]) {
    if (start > from && text.slice(from, start).trim() !== "") own.push({ start: from, end: start });
    from = Math.max(from, end);
  }
  return own;
}
