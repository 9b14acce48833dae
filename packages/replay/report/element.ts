import { visibleText } from "./visible-text.js";

type Child = Node | string | false | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * An element with its attributes and children. Strings become text, never markup, with their control characters made visible.
 *
 * @param attributes true stands for an attribute without value; false and undefined for none
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : `${value}`);
  }
  made.append(...nodesOf(children));
  return made;
}

/** Puts `children` in place of what is in `parent`. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...nodesOf(children));
}

/** A button that does `action` when it is pressed. */
export function button(
  content: string | readonly Child[],
  action: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const children = typeof content === "string" ? [content] : content;
  const made = element("button", { type: "button", ...attributes }, ...children);
  made.addEventListener("click", action);
  return made;
}

function nodesOf(children: readonly Child[]): readonly Node[] {
  return children.flatMap((child) => {
    if (child === undefined || child === false) return [];
    return typeof child === "string" ? document.createTextNode(visibleText(child)) : child;
  });
}
