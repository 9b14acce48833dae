import type { Offsets } from "./voice.js";

/** HTML: the tags, and the elements whose content the agent does not say. Links and addresses. */
export function markupIn(text: string): readonly Offsets[] {
  const marked = patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
  return [...marked, ...silentElements(text)];
}

const patterns: readonly RegExp[] = [
  /<!--[\s\S]*?(?:-->|$(?![\s\S]))/g,
  /<!doctype\b[^<>]*>/gi,
  /<\/?[a-z][a-z0-9:]*(?:\s[^<>]*)?\/?>/gi, // the tags; their text stays
  /\bhttps?:\/\/[^\s<>"')\]]+/g,
  /\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b/g,
];

const tag = /<(\/?)([a-z][a-z0-9]*)\b([^<>]*)>/gi;
const silentTag = /^(?:script|style|head|title|blockquote|pre|code|svg)$/i;
const silentAttribute =
  /\b(?:class|id)\s?=\s?["']?[^"'<>]{0,80}(?:gmail_quote|gmail_extra|gmail_signature|gmail_attr|moz-cite-prefix|moz-signature|moz-forward-container|yahoo_quoted|protonmail_quote|x_gmail_quote)|\bid\s?=\s?["']?(?:Signature|ms-outlook-mobile-signature)\b/i;
/** Outlook sets its divider between the reply and the thread, which runs to the end. */
const threadDivider =
  /\bid\s?=\s?["']?(?:x_)?(?:divRplyFwdMsg|appendonsend|stopSpelling|mail-editor-reference-message-container)\b/i;

/** One pass over the tags: an element that is silent ends where as many of its name were closed as opened. */
function silentElements(text: string): readonly Offsets[] {
  const found: Offsets[] = [];
  let open: { readonly name: string; readonly start: number; depth: number } | undefined;
  for (const match of text.matchAll(tag)) {
    const [whole, slash, name = "", attributes = ""] = match;
    if (open === undefined) {
      if (slash === "/" || attributes.endsWith("/")) continue;
      if (threadDivider.test(attributes)) return [...found, { start: match.index, end: text.length }];
      if (silentTag.test(name) || silentAttribute.test(attributes))
        open = { name: name.toLowerCase(), start: match.index, depth: 1 };
    } else if (name.toLowerCase() === open.name) {
      open.depth += slash === "/" ? -1 : 1;
      if (open.depth > 0) continue;
      found.push({ start: open.start, end: match.index + whole.length });
      open = undefined;
    }
  }
  return open === undefined ? found : [...found, { start: open.start, end: text.length }];
}
