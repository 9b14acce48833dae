import {
  evaluationName,
  explanationOf,
  originOf,
  type PushTarget,
  type PushTargetOptions,
  stableId,
  uuid,
  variableOf,
} from "./push-target.js";

/** A span or trace id of OpenTelemetry, which Langfuse uses, too. */
const hexId = /^([0-9a-f]{16}|[0-9a-f]{32})$/i;

/**
 * Verdicts as numeric scores on Langfuse observations. A verdict without a confidence has no score to give.
 *
 * @see https://langfuse.com/docs/evaluation/evaluation-methods/scores-via-sdk
 */
export function langfuse({ env, persona, classifier }: PushTargetOptions): PushTarget {
  const publicKey = variableOf(env, ["LANGFUSE_PUBLIC_KEY"], "the public key of a Langfuse project");
  const secretKey = variableOf(env, ["LANGFUSE_SECRET_KEY"], "the secret key of a Langfuse project");
  const host =
    env.LANGFUSE_BASE_URL || env.LANGFUSE_BASEURL || env.LANGFUSE_HOST || "https://cloud.langfuse.com";
  const name = evaluationName(persona);
  const isId = (id: string) => uuid.test(id) || hexId.test(id);
  return {
    title: "Langfuse",
    batchSize: 1,
    accepts: (row) => {
      const { trace, span } = originOf(row);
      return row.confidence !== undefined && (row.origin !== undefined || (isId(trace) && isId(span)));
    },
    requestOf: (rows) => {
      const [row] = rows;
      if (row === undefined) throw new RangeError("A request needs a verdict.");
      const { trace, span } = originOf(row);
      return {
        url: `${host.replace(/\/+$/, "")}/api/public/scores`,
        headers: {
          authorization: `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString("base64")}`,
        },
        body: {
          id: stableId("langfuse", trace, span, name),
          traceId: trace,
          observationId: span,
          name,
          value: row.confidence,
          dataType: "NUMERIC",
          comment: explanationOf(row),
          metadata: {
            outcome: row.outcome,
            persona_version: persona.version,
            classifier,
            session_alarm: row.sessionAlarm,
            session_e_value: row.sessionEValue,
          },
        },
      };
    },
  };
}
