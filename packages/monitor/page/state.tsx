import type { ComponentChildren } from "preact";
import type { Query } from "./query.js";

/** What is shown while an answer is on its way, when it failed, and when it came. */
export function Answer<Value>({
  query,
  children,
}: {
  readonly query: Query<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  switch (query.state) {
    case "loading":
      return (
        <p class="state" aria-busy="true">
          Loading …
        </p>
      );
    case "failed":
      return (
        <p class="state failed" role="alert">
          {query.isGone
            ? "There is no such thing in the log (any more)."
            : `This could not be shown: ${query.message}`}
        </p>
      );
    case "done":
      return <>{children(query.value)}</>;
  }
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="state">{children}</p>;
}
