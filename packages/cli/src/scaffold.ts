import { shippedLabels } from "@persona-guard/core";
import { configFile } from "./config.js";

const personaFile = "persona.yaml";

/** The files that `persona-guard init` writes, by name. */
export function scaffold(name: string): Readonly<Record<string, string>> {
  return { [personaFile]: personaYaml(name), [configFile]: configYaml };
}

function personaYaml(name: string): string {
  return `# Who your agent should be. persona-guard scores what it writes and says when it stops being this character.

# Short name, used in logs and events.
name: ${JSON.stringify(name)}
# Change it whenever the character changes: events and reports carry it.
version: "1"
# Who the agent is, in a sentence or two.
description: A support agent that answers customers factually and calmly.
# How it speaks, in free words. This is quoted to the model when a drifting draft is redone.
style: Plain, polite sentences. No jokes, no flattery, no drama.

# The labels below are what a text is scored for:
#   ${shippedLabels.slice(0, 6).join(", ")},
#   ${shippedLabels.slice(6).join(", ")}

# Labels that the agent must show. If any is listed, a text without it has drifted too ("suppressed"),
# unless neutral is allowed. Empty: an agent without a marked character.
expresses: []
# Labels that it may show.
allows: [neutral]
# Labels that it must not show. Any label that is neither expressed nor allowed is outside as well;
# this list says which ones matter most.
avoids: [sarcasm, sycophancy, misalignment]

# What differs in one kind of text: chat, email, message (short tool text) or report.
# kinds:
#   email:
#     allows: [neutral, loving]

# Which arguments of which tools are the agent's own words. The defaults know the usual names (body, message,
# text, summary, …). A tool or a glob -> false (none), a kind for all its text, or argument -> kind or false.
# tools:
#   send_email: { body: email, subject: false }
#   post_*: message
#   run_*: false
`;
}

const configYaml = `# Defaults for "persona-guard score" and "persona-guard replay" in this folder. Flags override them.
# Paths start from the folder of this file.

# The persona to judge by.
persona: ./${personaFile}

# Which models score: lexical (fastest), encoder, cascade (the encoder only where the lexical one is unsure), ensemble.
# tier: cascade
# A folder with another model: weights of ours, or an ONNX sequence classifier (which then needs a threshold).
# model: ./weights

# Share of in-persona texts that may be called drifted, between 0 and 1 …
falseAlarmRate: 0.01
# … or, instead of it, call drifted whatever has a confidence below this.
# threshold: 0.5
# What a false-alarm rate is measured against: your own good traces, by "persona-guard calibrate", instead of the shipped texts.
# calibration: ./persona.calibration.json
# A text with fewer words is undecided.
# minWords: 8
# Text in another language is undecided; "any" scores it all the same (for a multilingual model of your own).
# language: english

# For "replay": the trace format (auto finds it), the folder for results, and the gates that fail a run (exit code 1).
# format: auto
# out: ./persona-guard-results
# maxDriftRate: 0.05
# maxSessionAlarms: 0
# minCoverage: 0.5
# baseline: ./last-release

# For "watch --alerts": whom to tell, and when. Secrets are names of environment variables. Further targets (slack, teams, otlp,
# prometheus, pino, module) and rules (fleet-alarm, unscored-rate, guard-silent) are in the README of @persona-guard/monitor.
# alerts:
#   targets:
#     ops: { type: webhook, url: $ALERT_URL, secret: $ALERT_SECRET }
#   rules:
#     - { when: session-alarm, severity: critical }
#     - { when: drift-rate, above: 0.1, windowMinutes: 10 }
`;
