import { type Alert, headlineOf, type Notice, titleOf } from "./alert.js";
import type { AlertTarget } from "./alert-target.js";
import { post } from "./post.js";

/** A message may have 28 KB. */
const mostBytes = 27_000;
const mostAlerts = 10;
const colors = { info: "Accent", warning: "Warning", critical: "Attention" } as const;

/** @param url of a Teams workflow "when a webhook request is received"; it is a secret */
export function teamsTarget({ name, url }: { readonly name: string; readonly url: string }): AlertTarget {
  return { name, deliver: (notice, signal) => post(url, { body: teamsBody(notice), signal }) };
}

/** As many alerts as there is room for. */
function teamsBody(notice: Notice): string {
  for (let shown = mostAlerts; ; shown -= 1) {
    const body = JSON.stringify(teamsMessage(notice, shown));
    if (shown <= 1 || Buffer.byteLength(body) <= mostBytes) return body;
  }
}

/** @see https://adaptivecards.io/explorer, version 1.4 */
function teamsMessage(notice: Notice, shown: number): object {
  const { alerts, omitted, severity, rule } = notice;
  const rest = omitted + Math.max(0, alerts.length - shown);
  const footer = `${severity}, rule ${rule}${rest === 0 ? "" : `, ${rest} more alerts not shown`}`;
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          msteams: { width: "Full" },
          body: [
            paragraph([
              { text: headlineOf(notice), weight: "Bolder", size: "Medium", color: colors[severity] },
            ]),
            ...alerts.slice(0, shown).flatMap(cardOf),
            paragraph([{ text: footer, isSubtle: true, size: "Small" }]),
          ],
        },
      },
    ],
  };
}

function cardOf(alert: Alert): readonly object[] {
  const { details, evidence } = alert;
  const facts = Object.entries(details).map(([name, value]) => `${name} ${value}`);
  return [
    paragraph([{ text: titleOf(alert), weight: "Bolder" }]),
    ...evidence.map((sentence) => paragraph([{ text: `“${sentence}”`, italic: true }])),
    paragraph([{ text: facts.join(", "), isSubtle: true }]),
  ];
}

/** Text runs know no markdown, so that an agent's words cannot become links or images. */
function paragraph(runs: readonly { readonly text: string; readonly [style: string]: unknown }[]): object {
  return { type: "RichTextBlock", inlines: runs.map((run) => ({ type: "TextRun", ...run })) };
}
