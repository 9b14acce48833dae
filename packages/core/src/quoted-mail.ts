import { type Line, nextFilled, nextThat, runsOf, stretch } from "./line.js";
import type { Offsets } from "./voice.js";

/** Quoted replies, the threads below an attribution, forwarded and original messages with their headers. */
export function quotedMailIn(text: string, lines: readonly Line[]): readonly Offsets[] {
  return [...quotedLines(lines), ...threads(text, lines), ...forwards(lines), ...headedMessages(lines)];
}

const quoteMark = /^(?:[A-Z]{0,3}>|&gt;)(?!=)/;
/** Callouts are the agent's own, and so is a draft that it offers: "> **Note:** …", "Here is a draft:\n> …". */
const callout =
  /^(?:>|&gt;)\s*(?:\[!|\*{0,2}(?:Note|Tip|Important|Warning|Caution|Summary|Heads[- ]up)\b|💡|⚠|📌)/iu;
const draftOffer =
  /\b(?:draft|suggest(?:ed|ion)?|wording|version|template|something like|could (?:say|send|reply|write)|try)\b[^.!?]{0,80}:$/i;

function quotedLines(lines: readonly Line[]): readonly Offsets[] {
  return runsOf(lines, ({ text }) => quoteMark.test(text))
    .filter(([first, last]) => {
      const { text = "" } = lines[first] ?? {};
      const comparison = first === last && /^(?:>|&gt;)\s?[$€£]?\d+(?:[.,]\d+)*(?![.)\d])/.test(text);
      return !comparison && !callout.test(text) && !draftOffer.test(filledBefore(lines, first).slice(-300));
    })
    .map(([first, last]) => stretch(lines, first, last));
}

function filledBefore(lines: readonly Line[], index: number): string {
  const before = lines[index - 1]?.text ?? "";
  return before === "" ? (lines[index - 2]?.text ?? "") : before;
}

const wroteVerb =
  "wrote|writes|schrieb|schreibt|a écrit|écrit|escribió|ha scritto|schreef|escreveu|skrev|napisała?";
const dated = new RegExp(
  `^(?:On|Am|Le|El|Il|Op|Em|Den|W dniu)\\s(?=.*\\d)(?=.*(?:\\d[:.h]\\d\\d|@|\\p{L}{2,4}\\.?,|day,)).*(?<!\\p{L})(?:${wroteVerb})(?!\\p{L})`,
  "u",
);
const addressed = new RegExp(`[<(\\[](?:mailto:)?[\\w.+-]+@[\\w.-]+[>)\\]].{0,60}(?:${wroteVerb})`, "u");
const oldGmail = /^\d{4}-\d\d-\d\d \d\d:\d\d (?:GMT|UTC)?[+-]?[\d:]* ?.{1,80}<[\w.+-]+@[\w.-]+>\s?:$/;
const firstPerson = new RegExp(
  `(?<!\\p{L})(?:I|we|ich|wir|je|j’ai|j'ai|yo|ho)\\s(?:${wroteVerb})(?!\\p{L})`,
  "iu",
);
const longestAttribution = 300;

/** An attribution is one line or two: "On Tue, 3 Jun 2026 at 10:14, Jane Doe\nwrote:". Returns its last line. */
function attributionEnd(lines: readonly Line[], index: number, text: string): number | undefined {
  const raw = (at: number) => text.slice(lines[at]?.start ?? 0, lines[at]?.end ?? 0).trim();
  const first = raw(index);
  if (first === "" || first.length > longestAttribution) return undefined;
  if (isAttribution(first)) return index;
  const second = raw(index + 1);
  if (second.length > longestAttribution || first.endsWith(":") || !second.endsWith(":")) return undefined;
  return isAttribution(`${first} ${second}`) ? index + 1 : undefined;
}

function isAttribution(line: string): boolean {
  if (!line.endsWith(":") || firstPerson.test(line)) return false;
  return dated.test(line) || addressed.test(line) || oldGmail.test(line);
}

/** Below an attribution all is quoted, unless the quotation is marked: then it ends where its marks end. */
function threads(text: string, lines: readonly Line[]): readonly Offsets[] {
  const found: Offsets[] = [];
  for (let index = 0; index < lines.length; index++) {
    const last = attributionEnd(lines, index, text);
    if (last === undefined) continue;
    const next = nextFilled(lines, last + 1);
    const gap = text.slice(lines[last]?.end ?? 0, lines[next]?.start ?? text.length);
    const isMarked = quoteMark.test(lines[next]?.text ?? "") || /<blockquote\b/i.test(gap);
    if (!isMarked) return [...found, toEnd(lines, index)];
    found.push(stretch(lines, index, last));
    index = last;
  }
  return found;
}

const forwardMark =
  /^[*_> ]{0,6}(?:[-—_]{2,}\s{0,3}(?:Original[- ](?:Message|Nachricht|Appointment)|Forwarded (?:message|by)|Begin forwarded message|Ursprüngliche Nachricht|Weitergeleitete Nachricht|Message d['’]origine|Message (?:transféré|original)|Mensaje (?:original|reenviado)|Messaggio (?:originale|inoltrato)|Oorspronkelijk bericht|Doorgestuurd bericht)|(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht|Début du message (?:transféré|réexpédié))\s?:)/i;
const forwardEnd = /^[-—_ ]{0,40}End (?:of )?(?:the )?(?:forwarded|original) message/i;

function forwards(lines: readonly Line[]): readonly Offsets[] {
  const first = lines.findIndex((line) => forwardMark.test(line.text));
  return first < 0 ? [] : [toEnd(lines, first)];
}

const sender = /^[*_]{0,2}(?:From|Von|De|Da|Van|Från)\s?:[*_]{0,2}\s/;
const header =
  /^[*_]{0,2}(?:From|Sent|Date|To|Cc|Bcc|Reply-To|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado(?: el)?|Fecha|Para|Asunto|Inviato|A|Oggetto|Verzonden|Aan|Onderwerp)\s?:[*_]{0,2}\s/;
const mailOnly =
  /^[*_]{0,2}(?:Sent|Subject|Gesendet|Betreff|Envoyé|Objet|Enviado(?: el)?|Asunto|Inviato|Oggetto|Verzonden|Onderwerp)\s?:/;

/**
 * A block of mail headers begins somebody's message, which runs to the end. At the top of the text it heads the
 * agent's own draft, and only the headers go. "From: Oslo, To: Bergen" is a journey.
 */
function headedMessages(lines: readonly Line[]): readonly Offsets[] {
  const top = nextFilled(lines, 0);
  for (const [first, last] of runsOf(lines, ({ text }) => header.test(text) || sender.test(text))) {
    const block = lines.slice(first, last + 1);
    const at = block.findIndex(({ text }) => sender.test(text));
    if (at < 0 || block.length - at < 2 || !block.some(({ text }) => mailOnly.test(text))) continue;
    if (first === top) continue;
    return [toEnd(lines, first + at)];
  }
  return [];
}

/** From here to "End of forwarded message", or to the end of the text. */
function toEnd(lines: readonly Line[], first: number): Offsets {
  return stretch(
    lines,
    first,
    nextThat(lines, first + 1, ({ text }) => forwardEnd.test(text)) ?? lines.length - 1,
  );
}
