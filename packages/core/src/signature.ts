import { type Line, nextFilled, paragraphEnd, stretch } from "./line.js";
import { wordCount } from "./sentence.js";
import type { Offsets } from "./voice.js";

/** Signatures and footers: what a mail program or a legal department adds below a message. */
export function signaturesIn(text: string, lines: readonly Line[]): readonly Offsets[] {
  return [...delimited(lines), ...contactBlocks(lines, text), ...footers(lines)];
}

const mostLines = 15;
const longestLine = 100;
const longestNotice = 30;

/** Below the delimiter of RFC 3676, as long as the lines are short. */
function delimited(lines: readonly Line[]): readonly Offsets[] {
  const first = lines.findIndex(
    ({ text }, index) => text === "--" && nextFilled(lines, index + 1) === index + 1,
  );
  if (first < 0) return [];
  let last = first;
  while (
    last < lines.length - 1 &&
    last - first < mostLines &&
    (lines[last + 1]?.text.length ?? 0) <= longestLine
  )
    last++;
  return [stretch(lines, first, last)];
}

const signOff =
  /^(?:(?:with |many |kind |kindest |best |warm |warmest |very )*(?:regards|wishes|thanks)|best|all the best|cheers|thank you|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|mit freundlichen Grüßen|(?:viele|beste|herzliche) Grüße|cordialement|bien (?:cordialement|à vous)|(?:un )?(?:cordial )?saludos?|met vriendelijke groet(?:en)?|cordiali saluti)(?:[,.!]|$)/i;
const contact =
  /\b(?:tel|phone|mobile|mob|cell|direct|fax|office|[TMPEW])\.?\s?:|(?<![\d.])\+?\(?\d[\d ()./-]{7,}\d|@|\bwww\./i;

/** The lines below a sign-off and a name, if one of them is a telephone number or an address. */
function contactBlocks(lines: readonly Line[], text: string): readonly Offsets[] {
  const raw = (index: number) => text.slice(lines[index]?.start ?? 0, lines[index]?.end ?? 0);
  return lines.flatMap((line, index) => {
    if (line.text.length > 60 || !signOff.test(line.text)) return [];
    const name = wordCount(line.text) > 3 ? index : nextFilled(lines, index + 1);
    let last = name;
    let hasContact = false;
    for (let at = nextFilled(lines, name + 1); at < lines.length && at - name < mostLines; at++) {
      const detail = lines[at]?.text ?? "";
      const isContact = contact.test(raw(at));
      if (detail.length > longestLine || /^P\.?\s?S\b/i.test(detail)) break;
      if (!isContact && (/[.!?…]$/.test(detail) || (detail === "" && hasContact))) break;
      hasContact ||= isContact;
      if (detail !== "") last = at;
    }
    return hasContact ? [stretch(lines, name + 1, last)] : [];
  });
}

/** Each stands alone on its line. */
const footerLine =
  /^(?:Sent from (?:my |Outlook|Yahoo|Gmail|Mail|Proton|Samsung).{0,40}|Get (?:Outlook|BlueMail) for .{2,20}|(?:Von meinem|Gesendet von meinem) .{2,30}|Envoyé de(?:puis)? mon .{2,30}|Enviado desde mi .{2,30}|Verzonden vanaf mijn .{2,30}|(?:Click here to )?unsubscribe(?:\s?[|·•].{0,200}| here\.?| from (?:this|these|our|all) .{2,60})?|To unsubscribe\b.{0,80}\b(?:click|reply|visit|link|https?:).{0,200}|(?:Manage|Update) (?:your )?(?:email |notification )?preferences.{0,120}|View (?:this (?:email|message) )?in (?:your )?browser.{0,80}|You(?:['’]re| are) receiving this (?:e-?mail|message|notification) because .{0,300}|(?:🌳 ?)?Please consider the environment before printing .{0,120}|(?:Copyright )?(?:©|\(c\)) ?\d{4}.{0,160}|.{0,80}\bregistered in (?:England|Scotland|Ireland|Wales|Germany|the Netherlands)\b.{0,200}|Registered office\b.{0,200}|(?:Geschäftsführer|Sitz der Gesellschaft|Amtsgericht|Handelsregister)\b.{0,160})$/i;
/** Starts a paragraph; the paragraph must also speak of secrecy, of who receives it, and of itself. */
const legalStart =
  /^[*_]{0,3}(?:This (?:e-?mail|message|communication|transmission)\b|The (?:information|contents?) (?:contained )?(?:in|of) this (?:e-?mail|message)|CONFIDENTIAL(?:ITY)?(?: NOTICE)?\s?:|(?:LEGAL )?(?:DISCLAIMER|NOTICE)\s?:|PRIVILEGED\b|If you (?:are not|have received) th|Diese E-Mail|Ce (?:message|courriel|mail) (?:et|est)|Este (?:mensaje|correo))/i;
const mailWords = /mail|message|mensaje|correo|courriel|communication|transmission|attachment/i;
const legalWords = /\b(?:confidential|privileged|vertraulich|confidentiel|confidencial)\w*/i;
const recipientWords =
  /\b(?:intended|recipient|addressee|sender|in error|Empfänger|Adressat|destinataire|destinatario|disclos|liabilit|Irrtum|erreur)/i;

function footers(lines: readonly Line[]): readonly Offsets[] {
  const found: Offsets[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]?.text.slice(0, 400) ?? "";
    if (footerLine.test(line)) found.push(stretch(lines, index, index));
    else if (legalStart.test(line)) {
      const last = paragraphEnd(lines, index, longestNotice);
      const paragraph = lines
        .slice(index, last + 1)
        .map(({ text }) => text)
        .join(" ")
        .slice(0, 4_000);
      if (![legalWords, recipientWords, mailWords].every((words) => words.test(paragraph))) continue;
      found.push(stretch(lines, index, last));
      index = last;
    }
  }
  return found;
}
