import type { Start, StepView } from "../src/dashboard/api.js";
import { Drafts } from "./drafts.js";
import { LabelButtons } from "./label-buttons.js";
import { Mark } from "./mark.js";
import { useQuery } from "./query.js";
import { hrefOf } from "./route.js";
import { Answer } from "./state.js";
import { Utterance } from "./utterance.js";
import { VisibleText } from "./visible-text.js";
import {
  actionWords,
  confidence,
  count,
  draftWords,
  fullTime,
  milliseconds,
  outcomeWords,
  statistic,
} from "./words.js";

export function StepPage({ id, start }: { readonly id: string; readonly start: Start | undefined }) {
  const step = useQuery<StepView>(`api/step?${new URLSearchParams({ id })}`, 0);
  if (step.state === "failed" && step.isGone) {
    return (
      <>
        <h1>Step</h1>
        <p class="state">
          The log does not hold this step any more: its file was removed, or never held an event with this id.
        </p>
      </>
    );
  }
  return <Answer query={step}>{(view) => <Step key={id} view={view} labels={start?.labels} />}</Answer>;
}

function Step({ view, labels }: { readonly view: StepView; readonly labels: string | undefined }) {
  const { event, drafts, previous, next } = view;
  const { session, index, outcome, utterances } = event;
  const hasTexts = utterances.some(({ text }) => text !== undefined);
  return (
    <>
      <nav class="neighbours" aria-label="Steps of the session">
        {previous === null ? <span /> : <a href={hrefOf("step", previous)}>← Earlier step</a>}
        <a href={hrefOf("session", session)}>
          Session <VisibleText>{session}</VisibleText>
        </a>
        {next === null ? <span /> : <a href={hrefOf("step", next)}>Later step →</a>}
      </nav>
      <h1>
        <Mark outcome={outcome} /> Step {index}, {draftWords(event.attempt)}: {outcomeWords[outcome]}
      </h1>
      <Facts event={event} />
      {drafts.length > 1 && (
        <nav class="drafts" aria-label="Drafts of this step">
          {drafts.map((draft) => (
            <a
              key={draft.id}
              href={hrefOf("step", draft.id)}
              aria-current={draft.id === event.id ? "page" : undefined}
            >
              <Mark outcome={draft.outcome} /> {draftWords(draft.attempt)}, {confidence(draft.confidence)}
            </a>
          ))}
        </nav>
      )}
      {utterances.map((utterance, at) => (
        <Utterance key={at} utterance={utterance} />
      ))}
      {utterances.length === 0 && <p class="state">This step says nothing in the agent's own voice.</p>}
      {!hasTexts && utterances.length > 0 && (
        <p class="quiet">
          The log holds evidence sentences only. A guard with logTexts: "all" logs whole texts, masked, and
          they show here.
        </p>
      )}
      <Drafts drafts={drafts} />
      {utterances.length > 0 && <LabelButtons view={view} labels={labels} hasTexts={hasTexts} />}
    </>
  );
}

function Facts({ event }: { readonly event: StepView["event"] }) {
  const {
    persona,
    model,
    action,
    confidence: value,
    sessionEValue,
    sessionAlarm,
    scoringMs,
    rescue,
    rejectedTokens,
  } = event;
  const facts: readonly (readonly [name: string, fact: string])[] = [
    ["In persona", confidence(value)],
    ["What was done", actionWords[action]],
    ...(rescue === undefined
      ? []
      : [["Rescued", `${confidence(rescue.before)} → ${confidence(rescue.after)}`] as const]),
    ["Session e-value", `${statistic(sessionEValue)}${sessionAlarm ? ", in alarm" : ""}`],
    ["Persona", `${persona.name} ${persona.version}`],
    ["Model", model ?? "not named"],
    ["Judged", `${fullTime(Date.parse(event.at))}, in ${milliseconds(scoringMs)}`],
    ...(rejectedTokens === undefined
      ? []
      : [
          [
            "Rejected draft",
            `${count(rejectedTokens.input)} + ${count(rejectedTokens.output)} tokens`,
          ] as const,
        ]),
  ];
  return (
    <dl class="facts">
      {facts.map(([name, fact]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <VisibleText>{fact}</VisibleText>
          </dd>
        </div>
      ))}
    </dl>
  );
}
