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

/**
 * Verdicts as feedback on LangSmith runs.
 *
 * @see https://docs.langchain.com/langsmith/smith-api/feedback/create-feedback
 */
export function langSmith({ env, persona, classifier }: PushTargetOptions): PushTarget {
  const key = variableOf(env, ["LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"], "an API key of LangSmith");
  const endpoint = env.LANGSMITH_ENDPOINT || env.LANGCHAIN_ENDPOINT || "https://api.smith.langchain.com";
  const workspace = env.LANGSMITH_WORKSPACE_ID;
  const name = evaluationName(persona);
  return {
    title: "LangSmith",
    batchSize: 1,
    accepts: (row) => uuid.test(originOf(row).span),
    requestOf: (rows) => {
      const [row] = rows;
      if (row === undefined) throw new RangeError("A request needs a verdict.");
      const { span } = originOf(row);
      return {
        url: `${endpoint.replace(/\/+$/, "")}/feedback`,
        headers: { "x-api-key": key, ...(workspace ? { "x-tenant-id": workspace } : {}) },
        body: {
          id: stableId("langsmith", span, name),
          run_id: span,
          key: name,
          score: row.confidence ?? null,
          value: row.outcome,
          comment: explanationOf(row),
          feedback_source: {
            type: "model",
            metadata: {
              persona_version: persona.version,
              classifier,
              session_alarm: row.sessionAlarm,
              session_e_value: row.sessionEValue,
            },
          },
        },
      };
    },
  };
}
