/** What `replay --help` says after the flags. */
export const replayHelp = `
TRACES are files or folders; a folder is walked for .json, .jsonl, .ndjson and .traj files; what is no trace there is named and skipped.
The summary goes to stdout; DIR gets verdicts.jsonl (one line per step), summary.json, junit.xml and report.html, a page to look
at. They keep of the agents' words only the sentences that carry drift, or all with --texts, with secrets and personal data masked.
The drift rate is the share of drifted steps among those that could be judged. Without a gate, drift does not fail a replay.
A replay that was interrupted or killed goes on with the same command and --resume, and ends as if it had not been.
A sample is of whole sessions, so that each can be judged as one; the same seed draws the same ones.
--baseline fails if the drift rate is higher than that of an earlier --out folder by more than chance (one-sided 95 % interval of the
difference, the steps of a session taken together).
--push sends verdicts to where the traces came from, by the environment variables of that tool:
  langsmith  feedback on runs: LANGSMITH_API_KEY, LANGSMITH_ENDPOINT, LANGSMITH_WORKSPACE_ID
  langfuse   scores of observations: LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, LANGFUSE_BASE_URL
  otlp       gen_ai.evaluation.result events on spans: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS

Exit code: 0 pass; 1 a gate failed; 2 a record could not be read or a step not scored (the rest was judged), or a wrong
flag, file or configuration; 130 interrupted (what was judged is written).

--dry-run takes no gate and needs no persona, but follows its rules for tools; it prints the texts to stdout and writes no file.`;
