import { loadClassifier } from "@persona-guard/classifier";
import { sampledEmails } from "benchmarks-latency/emails";

/** Emails looked at, so that enough of both sorts are among them. */
const looked = 800;

/**
 * Emails that are in persona for an agent that must be neutral, and ones that drift: of a drifting one the guard also searches the
 * sentences that carry the drift, which costs more forwards.
 *
 * @param count of each sort
 */
export async function textsOfBothSorts(count: number) {
  const { emails, sha256 } = sampledEmails(looked);
  const classifier = await loadClassifier({ tier: "lexical" });
  const rows = await classifier.score(emails);
  await classifier.close();
  const where = (fits: (neutral: number) => boolean) =>
    emails
      .filter((_, at) => fits(rows[at]?.neutral ?? 0.5))
      .slice(0, count)
      .map(({ text }) => text);
  const [inPersona, drifting] = [where((neutral) => neutral > 0.9), where((neutral) => neutral < 0.001)];
  if (inPersona.length < count || drifting.length < count) throw new Error("Too few emails of a sort.");
  return { inPersona, drifting, sha256 };
}
