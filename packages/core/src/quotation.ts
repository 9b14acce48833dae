import { type Line, nextFilled, nextThat, paragraphEnd, stretch } from "./line.js";
import { wordCount } from "./sentence.js";
import type { Offsets } from "./voice.js";

/** Somebody else's words in running text, and messages pasted below a label such as "Customer message:". */
export function quotationsIn(text: string, lines: readonly Line[]): readonly Offsets[] {
  return [...quotations(text), ...pastedMessages(text, lines)];
}

/** Pairs of marks. Each scan ends at the next mark of its kind, so all of them together are linear. */
const quoted: readonly RegExp[] = [
  /(?<![\p{L}\p{N}])"(?=\S)(?:[^"\n]|\n(?![ \t\r]*\n)){1,4000}(?<=\S)"(?![\p{L}\p{N}])/gu,
  /“[^“”]{1,4000}”/g,
  /„[^„“”]{1,4000}[“”]/g,
  /«[^«»]{1,4000}»/g,
  /‘(?:[^‘’\n]|’(?=\p{L})){1,2000}’(?!\p{L})/gu,
  /(?<![\p{L}\p{N}'])'(?=\S)(?:[^'\n]|(?<=\p{L})'(?=\p{L})){1,2000}'(?![\p{L}'])/gu,
];
const fewestWords = 6;
const attributionReach = 160;

/** A quotation is foreign if it is long and someone other than the agent is named as its author next to it. */
function quotations(text: string): readonly Offsets[] {
  return quoted
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map((match) => ({ start: match.index, end: match.index + match[0].length }))
    .filter(({ start, end }) => {
      if (wordCount(text.slice(start, end)) < fewestWords) return false;
      const before = text.slice(Math.max(0, start - attributionReach), start);
      return attributedBefore(before) || attributedAfter(text.slice(end - 2, end + attributionReach));
    });
}

const said =
  "wrote|writes|said|says|replied|replies|answered|responded|asked|asks|complained|complains|told|stated|states|claimed|" +
  "claims|commented|posted|demanded|shouted|insisted|reported|reads|put it|added|opened with|closed with|ended with|" +
  "quote|quoting|quoted|verbatim|in (?:his|her|their|your) (?:own )?words|according to|" +
  "a écrit|écrit|a dit|dit|schrieb|schreibt|sagte|sagt|escribió|dijo|ha scritto|ha detto|schreef|zei";
/** The last verb of saying before the mark, in the same sentence, with what leads up to it. */
const saidBefore = new RegExp(
  `^(?<lead>.*)(?<!\\p{L})(?:${said})(?!\\p{L})(?:[^.!?\\n:"“”«»„]|\\.(?=\\d)){0,80}[:,]?\\s*$`,
  "isu",
);
/** "Her last comment, as received:", "your remark,", "a note from Dr Moreau:", with what stands between. */
const somebodysWords =
  /(?<!\p{L})(?:(?:your|his|her|their|\p{L}+['’]s|customer|user|guest|caller)(?: [\p{L}-]+){0,2} (?:message|e-?mail|letter|complaint|review|comment|remark|note|statement|words|answer|feedback)|(?:message|e-?mail|letter|complaint|review|comment|note) (?:from|by|of) (?:the |an? )?[\p{L}. ]{2,40})(?<between>[^.!?\n:"“”«»„]{0,60}?)(?:[:,(]| was| is)\s*$/iu;
/** Words of one who proposes a wording. */
const proposes =
  /(?<!\p{L})(?:could|should|would|might|may|can|draft|keep|try|suggest|suggestion|let|make|write|say|send|put|here['’]s|short|brief|propose|version|wording)(?!\p{L})/iu;
/** Whose words the agent may write itself: its own, and those that it proposes. */
const agentSays =
  /(?<!\p{L})(?:I|we|could|should|would|might|may|must|can|will|let|let's|nobody|never|if|I'd|I’d|we'd|we’d|I've|I’ve|we've|we’ve)\s(?:(?!that|who|which)[\p{L}'’]+\s){0,3}$/iu;

/** Where a sentence or a list item begins; a title's full stop ends none. */
const sentenceStart = /(?<!\b(?:Dr|Mr|Mrs|Ms|Prof|St|No))[.!?]["”’»)]?\s|\n\s*\n|\n\s*[-*•\d]/g;

function attributedBefore(before: string): boolean {
  const lead = before.trimEnd();
  const last = [...lead.matchAll(sentenceStart)].at(-1);
  const sentence = last === undefined ? lead : lead.slice(last.index + last[0].length);
  if (somebodysWords.test(sentence) && !proposes.test(sentence)) return true;
  const subject = saidBefore.exec(sentence)?.groups?.lead;
  return subject !== undefined && !agentSays.test(subject);
}

const saying =
  "wrote|writes|said|says|replied|answered|asked|complained|stated|claimed|commented|added|shouted|posted";
const saidAfter = new RegExp(
  `^[^.].[,.!?]?\\s{1,2}(?!(?:He|She|They|You|It|We|The|Then|This|That)\\s)(?:(?:he|she|they|you|one \\p{L}+|(?:the|an?|our|my|your|their|his|her) (?:\\p{L}+ ){0,2}\\p{L}+|\\p{Lu}\\p{L}+(?: \\p{Lu}[\\p{L}.]*)?) (?:then |also |just )?(?:${saying})|(?:${saying}) (?:he|she|the|one|our|\\p{Lu}\\p{L}+)|(?:a écrit|schrieb|schreibt|sagte|écrit|dit|dijo|escribió) \\p{L}+|was (?:how|what) (?:he|she|they|the \\p{L}+) (?:put|wrote|said))(?!\\p{L})`,
  "u",
);
/** "…"\n— Jane D., Google review */
const creditLine = /^..\s{0,3}(?:—|–|--)\s?\p{Lu}[\p{L}.'’-]+(?: [^.!?\n]{1,60}\.?)?[ \t]*(?:\n|$)/u;

/** @param after begins with the last character of the quotation and its mark: after a full stop a new sentence begins */
function attributedAfter(after: string): boolean {
  return saidAfter.test(after) || creditLine.test(after);
}

const who =
  "customer|client|guest|patient|tenant|user|caller|sender|reviewer|member|passenger|complainant|subscriber|buyer|traveller|resident|employee|parent|student|visitor|requester|reporter";
const what =
  "message|complaint|comment|email|e-mail|mail|review|feedback|words|quote|statement|response|reply|request|question|note|text|enquiry|inquiry";
const whose = `(?:the |our )?(?:${who})(?:['’]s)?(?: (?:original|full|last|first|latest|own|exact))?`;
const label =
  `(?:${whose} (?:${what}|wrote|says|said|writes|replied|complained)|` +
  `(?:original|incoming|inbound|full|pasted) (?:${who} )?(?:${what})|(?:${what}) (?:received )?from (?!the team|me|us|our )(?:the )?[^:.!?]{1,60}|` +
  `(?:${what}) as received)(?: ?[(\\[][^)\\]\\n]{1,60}[)\\]])?(?: (?:verbatim|below|in full|on [^:.!?]{1,30}))?` +
  "[*_]{0,2}\\s?:[*_]{0,2}";
const labelAtStart = new RegExp(`^[*_#>\\s-]{0,8}${label}`, "iu");
const labelAtEnd = new RegExp(`[.!?;]\\s${label}$`, "iu");
const rule = /^(?:[-=*_~]{3,}|<{3,}|>{3,}|\[?(?:end|start|begin)\b.{0,30}\]?)$/i;

/** What stands on the label's line, or else the paragraph below; between two rules, all of it. */
function pastedMessages(text: string, lines: readonly Line[]): readonly Offsets[] {
  const found: Offsets[] = [];
  for (let index = 0; index < lines.length; index++) {
    const { text: line, start, end } = lines[index] ?? { text: "", start: 0, end: 0 };
    const atStart = labelAtStart.exec(line.slice(0, 200))?.[0];
    if (atStart !== undefined && line.length > atStart.length) {
      if (wordCount(line.slice(atStart.length)) >= fewestWords)
        found.push({ start: text.indexOf(":", start) + 1, end });
    } else if (atStart !== undefined || labelAtEnd.test(line.slice(-200))) {
      const first = nextFilled(lines, index + 1);
      if (first === lines.length) break;
      const closing = rule.test(lines[first]?.text ?? "")
        ? nextThat(lines, first + 1, (one) => rule.test(one.text))
        : undefined;
      const last = closing ?? paragraphEnd(lines, first);
      found.push(stretch(lines, first, last));
      index = last;
    }
  }
  return found;
}
