import { useState } from "preact/hooks";
import type { LabelRequest, StepView } from "../src/dashboard/api.js";
import { fetchJson } from "./query.js";
import { VisibleText } from "./visible-text.js";

const traits = [
  "sarcasm",
  "humor",
  "remorse",
  "nonchalance",
  "impulsiveness",
  "sycophancy",
  "mathematical",
  "poeticism",
  "loving",
  "goodness",
  "misalignment",
];

/** Lets a person say that the guard was wrong; what is said can be taken back. */
export function LabelButtons({
  view: { event, label: known },
  labels,
  hasTexts,
}: {
  readonly view: StepView;
  readonly labels: string | undefined;
  readonly hasTexts: boolean;
}) {
  const [label, setLabel] = useState(known);
  const [trait, setTrait] = useState(traits[0] ?? "");
  const [fault, setFault] = useState("");
  const say = async (request: LabelRequest) => {
    try {
      const answer = await fetchJson<Pick<StepView, "label">>(
        `api/label?${new URLSearchParams({ id: event.id })}`,
        {
          method: "POST",
          headers: { "content-type": "application/json", "x-persona-guard": "label" },
          body: JSON.stringify(request),
        },
      );
      setLabel(answer.label);
      setFault("");
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section class="label" aria-labelledby="label-title">
      <h2 id="label-title">Was the guard right?</h2>
      {label === null ? (
        <div class="answers">
          {event.outcome === "drifted" ? (
            <button type="button" onClick={() => say({ verdict: "false-alarm" })}>
              Mark as false alarm
            </button>
          ) : (
            <>
              <label class="choice">
                <span>Drifted to</span>
                <input
                  value={trait}
                  list="traits"
                  maxLength={200}
                  onInput={({ currentTarget }) => setTrait(currentTarget.value)}
                />
                <datalist id="traits">
                  {traits.map((name) => (
                    <option key={name} value={name} />
                  ))}
                </datalist>
              </label>
              <button
                type="button"
                disabled={trait.trim() === ""}
                onClick={() => say({ verdict: "missed-drift", trait: trait.trim() })}
              >
                Mark as missed drift
              </button>
            </>
          )}
        </div>
      ) : (
        <div class="answers">
          <strong>
            {label.verdict === "false-alarm" ? "Marked as a false alarm." : "Marked as missed drift to "}
            {label.trait !== null && <VisibleText>{`${label.trait}.`}</VisibleText>}
          </strong>
          <button type="button" onClick={() => say({ verdict: "none" })}>
            Take back
          </button>
        </div>
      )}
      <p role="status" class={fault === "" ? "unseen" : "failed"}>
        {fault !== "" ? `Not saved: ${fault}` : label === null ? "" : "Saved."}
      </p>
      <p class="quiet">
        Kept in {labels ?? "the labels file"}.{" "}
        {hasTexts
          ? "With its text, so persona-guard train can learn from it, and calibrate from false alarms."
          : 'This log holds no whole texts: the label names the step, but train and calibrate need the text, which a guard logs only with logTexts: "all".'}
      </p>
    </section>
  );
}
