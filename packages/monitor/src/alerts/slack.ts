import { type Alert, headlineOf, type Notice, oneLine, titleOf } from "./alert.js";
import type { AlertTarget } from "./alert-target.js";
import { post } from "./post.js";

/** Slack shows at most 50 blocks, 150 characters of a header and 3,000 of a section. */
const mostAlerts = 15;
const signs = { info: "ℹ️", warning: "⚠️", critical: "🚨" } as const;

/** @param url a Slack incoming webhook; it is a secret */
export function slackTarget({ name, url }: { readonly name: string; readonly url: string }): AlertTarget {
  return {
    name,
    deliver: (notice, signal) => post(url, { body: JSON.stringify(slackMessage(notice)), signal }),
  };
}

/** @see https://docs.slack.dev/reference/block-kit/blocks */
function slackMessage(notice: Notice): object {
  const { alerts, omitted, severity, rule } = notice;
  const headline = `${signs[severity]} ${headlineOf(notice)}`;
  const rest = omitted + Math.max(0, alerts.length - mostAlerts);
  return {
    text: escaped(headline),
    blocks: [
      { type: "header", text: plain(oneLine(headline, 150)) },
      ...alerts.slice(0, mostAlerts).flatMap(blocksOf),
      {
        type: "context",
        elements: [plain(`${severity}, rule ${rule}${rest === 0 ? "" : `, ${rest} more alerts not shown`}`)],
      },
    ],
  };
}

function blocksOf(alert: Alert): readonly object[] {
  const { details, evidence } = alert;
  const facts = Object.entries(details).map(([name, value]) => `${name} ${value}`);
  const lines = [...evidence.map((sentence) => `“${sentence}”`), facts.join(", ")];
  return [
    { type: "section", text: plain(titleOf(alert)) },
    { type: "section", text: plain(lines.join("\n")) },
  ];
}

/** Plain text blocks know no mentions, links or formatting, so that an agent's words cannot call a channel. */
function plain(text: string): object {
  return { type: "plain_text", text, emoji: true };
}

/** The fallback text is markup, where these three are special. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
