import {
  type Action,
  globFits,
  type JudgedUtterance,
  type Judgement,
  type Utterance,
} from "@persona-guard/core";

/** What a drifting draft may lead to. */
export type DriftAction = Exclude<Action, "none">;
/** What may be done when no further draft is asked for. */
export type FinalAction = Exclude<DriftAction, "reprompt">;
/** An action, or a function that chooses one for a drifting utterance. */
export type OnDrift =
  | DriftAction
  | ((judgement: Judgement, drifted: JudgedUtterance) => DriftAction | Promise<DriftAction>);

/** What differs for the text that an agent puts into some tools. */
export interface ToolPolicy {
  readonly onDrift?: OnDrift;
  readonly onExhausted?: FinalAction;
  readonly onEdit?: "log" | "block";
}

/** The tools by name or glob (`mcp__mail__*`), or a predicate; the first that fits decides. */
export type ToolPolicies =
  | Readonly<Record<string, OnDrift | ToolPolicy>>
  | readonly (ToolPolicy & { readonly tools: string | ((name: string) => boolean) })[];

export interface DriftPolicy {
  /** What a drifting draft leads to; a function chooses per utterance. @default "reprompt" */
  readonly onDrift?: OnDrift;
  /** What differs for some tools. */
  readonly toolPolicies?: ToolPolicies;
  /** New drafts asked for per step, 0 to 10. @default 2 */
  readonly maxReprompts?: number;
  /** When the last draft still drifts. @default "block" */
  readonly onExhausted?: FinalAction;
  /** Arguments that a person or another middleware changed after our verdict and that drift. @default "log" */
  readonly onEdit?: "log" | "block";
  /** When a draft cannot be scored: let it pass, or remove it. Logged and counted either way. @default "allow" */
  readonly onError?: "allow" | "block";
  /** When a redraft lost or changed a number, date, amount, id, address or name of the first draft. @default "reprompt" */
  readonly onLostFacts?: "reprompt" | "log";
  /** What stands in the place of removed text. */
  readonly notice?: string;
  /** What "replace" puts in the place of a drifting text. @default the notice */
  readonly replacement?: string | ((judgement: Judgement, drifted: JudgedUtterance) => string);
  /** "shadow" judges the first draft and logs what would have been done, and changes nothing. @default "enforce" */
  readonly mode?: "enforce" | "shadow";
  /** Whether replies are judged. @default true */
  readonly applyToReplies?: boolean;
  /** Whether tool arguments are judged. @default true */
  readonly applyToToolCalls?: boolean;
}

/** A policy with every default filled in. */
export type Policy = Required<DriftPolicy>;

const defaultNotice = "This message was withheld because it did not match the agent's persona.";

export function policyOf(options: DriftPolicy): Policy {
  const notice = options.notice ?? defaultNotice;
  return {
    onDrift: options.onDrift ?? "reprompt",
    toolPolicies: options.toolPolicies ?? {},
    maxReprompts: options.maxReprompts ?? 2,
    onExhausted: options.onExhausted ?? "block",
    onEdit: options.onEdit ?? "log",
    onError: options.onError ?? "allow",
    onLostFacts: options.onLostFacts ?? "reprompt",
    notice,
    replacement: options.replacement ?? notice,
    mode: options.mode ?? "enforce",
    applyToReplies: options.applyToReplies ?? true,
    applyToToolCalls: options.applyToToolCalls ?? true,
  };
}

/** The policy for one utterance: that of its tool where there is one, else the agent's. */
export function policyFor(
  policy: Policy,
  { source }: Pick<Utterance, "source">,
): Required<Pick<Policy, "onDrift" | "onExhausted" | "onEdit">> {
  const own = source.from === "tool" ? toolPolicyFor(policy.toolPolicies, source.tool) : {};
  return {
    onDrift: own.onDrift ?? policy.onDrift,
    onExhausted: own.onExhausted ?? policy.onExhausted,
    onEdit: own.onEdit ?? policy.onEdit,
  };
}

/** Whether a draft could ever be kept from its reader: if not, nothing need be held back while it is judged. */
export function canWithhold({ mode, onDrift, onError, toolPolicies }: Policy): boolean {
  if (mode === "shadow") return false;
  return onDrift !== "log" || onError === "block" || Object.keys(toolPolicies).length > 0;
}

function toolPolicyFor(policies: ToolPolicies, tool: string): ToolPolicy {
  if (isList(policies)) return policies.find(({ tools }) => fits(tools, tool)) ?? {};
  const own = Object.hasOwn(policies, tool)
    ? policies[tool]
    : Object.entries(policies).find(([pattern]) => globFits(pattern, tool))?.[1];
  return typeof own === "object" ? own : own === undefined ? {} : { onDrift: own };
}

// Array.isArray does not narrow a readonly array out of a union.
function isList(policies: ToolPolicies): policies is Extract<ToolPolicies, readonly unknown[]> {
  return Array.isArray(policies);
}

function fits(tools: string | ((name: string) => boolean), tool: string): boolean {
  return typeof tools === "string" ? globFits(tools, tool) : tools(tool);
}
