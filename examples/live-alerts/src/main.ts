import { once } from "node:events";
import pc from "picocolors";
import { startLiveAlerts } from "./live-alerts.js";

const isQuick = process.argv.includes("--quick");

const live = await startLiveAlerts({
  port: isQuick ? 0 : 4100,
  pauseMs: isQuick ? 0 : 2_500,
  onEvent: ({ session, index, attempt, outcome, confidence, action }) => {
    const word = outcome === "drifted" ? pc.red(outcome) : pc.green(outcome);
    const draft = attempt === 1 ? "" : `, redraft ${attempt - 1}`;
    const share = confidence === undefined ? "" : ` ${(confidence * 100).toFixed(1)} %`;
    console.log(
      `${session.padEnd(10)} step ${index}${draft}: ${word}${share}${action === "none" ? "" : `, ${action}`}`,
    );
  },
  onAlert: ({ severity, alerts }) => {
    for (const { title, evidence } of alerts)
      console.log(pc.bold(pc.red(`ALERT (${severity}) ${title}`)), evidence[0] ?? "");
  },
});
console.log(`Dashboard: ${pc.cyan(live.dashboard.url)}\n`);
await live.finished;
if (!isQuick) {
  console.log(
    `\nThe conversations are over. The dashboard stays at ${pc.cyan(live.dashboard.url)} until Ctrl-C.`,
  );
  await once(process, "SIGINT");
}
await live.close();
