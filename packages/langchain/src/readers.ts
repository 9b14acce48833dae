import { randomUUID } from "node:crypto";
import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import { getConfig } from "@langchain/langgraph";
import { copyOf, type Draft, withMessage } from "./draft.js";
import type { EndOfTurn, JudgedDraft } from "./guarded-turn.js";
import { sendLive } from "./live-event.js";
import { isChangedBy } from "./plan.js";
import { quietly } from "./quiet.js";
import { show } from "./shown.js";

/** What those who read an agent's streams get to see of a turn. */
export interface Readers {
  /** Runs the model, seen or unseen. */
  ask<T>(model: () => T | Promise<T>): Promise<T>;
  /** Takes back what was seen of a draft that was not accepted. */
  judged(judged: JudgedDraft): Promise<void>;
  /** Shows what is delivered, if it was not seen yet. */
  deliver(end: EndOfTurn): Promise<Draft>;
}

export interface Turn {
  /** What the model was asked, without any rejected draft. */
  readonly asked: readonly BaseMessage[];
  /** The model's name. */
  readonly model: string;
  readonly writer: ((chunk: unknown) => void) | null | undefined;
}

/** Readers who get each draft only when it is accepted. */
export function patientReaders(turn: Turn): Readers {
  return {
    ask: quietly,
    judged: async () => {},
    deliver: async ({ delivered }) => {
      await shown(delivered.message, turn);
      return delivered;
    },
  };
}

/** Readers who see each draft while it is written. */
export function eagerReaders(turn: Turn): Readers {
  return {
    ask: async (model) => model(),
    judged: async ({ draft, plan, event }) => {
      const { id: messageId } = draft.message;
      const isTakenBack = event.mode !== "shadow" && isChangedBy(plan);
      if (isTakenBack && messageId !== undefined)
        await sendLive({ type: "persona_retract", messageId, eventId: event.id }, turn.writer);
    },
    deliver: async ({ draft, delivered, plan, event }) => {
      const isOther = event.mode !== "shadow" && isChangedBy(plan);
      if (!isOther || draft.structured !== undefined) return delivered;
      // Under the id that was taken back, a reader would take it for the same message.
      const other = withMessage(delivered, copyOf(delivered.message, { id: randomUUID() }));
      await shown(other.message, turn);
      return other;
    },
  };
}

function shown(message: AIMessage, { asked, model }: Turn): Promise<void> {
  return show(message, { config: getConfig(), asked, model });
}
