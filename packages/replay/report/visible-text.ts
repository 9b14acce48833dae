/** Controls and formats but for line ends, tabs, joiners (emoji are made with them) and soft hyphens. */
const hidden = /(?!\n|\t|\u200c|\u200d|\u00ad)[\p{Cc}\p{Cf}]/gu;

/**
 * The text with its control characters, and those that turn the direction of writing, as visible signs: none can disguise what
 * is written.
 */
export function visibleText(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}
