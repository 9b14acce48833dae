/** Direction overrides, zero-width and control characters: what could hide or reorder a text. Not tab, line end and joiners. */
const hidden = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu;

/** Text of an agent: nothing in it can change what stands beside it, and what is hidden in it shows. */
export function VisibleText({ children }: { readonly children: string }) {
  const parts: (string | { readonly code: string; readonly at: number })[] = [];
  let from = 0;
  for (const { 0: character, index } of children.matchAll(hidden)) {
    parts.push(children.slice(from, index), {
      code: (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0"),
      at: index,
    });
    from = index + character.length;
  }
  return (
    <bdi>
      {parts.map((part) =>
        typeof part === "string" ? (
          part
        ) : (
          <span key={part.at} class="hidden-character" title="a character that does not show">
            U+{part.code}
          </span>
        ),
      )}
      {children.slice(from)}
    </bdi>
  );
}
