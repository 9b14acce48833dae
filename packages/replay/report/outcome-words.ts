import type { StepOutcome } from "@persona-guard/core";

export const outcomeWords: Readonly<Record<StepOutcome, string>> = {
  "in-persona": "in persona",
  drifted: "drifted",
  undecided: "undecided",
  unscored: "not scored",
  silent: "silent",
};
