/** A customer, and what the model will answer: the recorded words of an agent that keeps its character, or loses it half way. */
export interface Conversation {
  readonly session: string;
  readonly model: string;
  readonly turns: readonly { readonly customer: string; readonly drafts: readonly string[] }[];
}

const questions = [
  "My card was charged twice for one night at the Harbour View Hotel. Can you look into it?",
  "When will the money be back?",
  "Do I have to send you the bill?",
  "The hotel says it has never heard of this. What now?",
  "And if they do not answer at all?",
  "Can I still use the card while this is open?",
  "Will I be told, or do I have to ask?",
  "Is there a fee for any of this?",
  "What is the number of the dispute again?",
  "Thank you. Is there anything else that I have to do?",
];

const kept = [
  "Your account shows two charges of 214.60 euros on 2 June. We opened dispute D-20931 for the second one this morning.",
  "The credit reaches your account within five working days. The letter to the hotel was sent today.",
  "You do not need to send anything. The two charges in your account are enough to examine the dispute.",
  "We have written to the hotel's bank directly. It has ten working days to answer, and the credit stays on your account meanwhile.",
  "The dispute will then be decided on 19 June from the bookings in your account, and the credit of 214.60 euros stays.",
  "Yes, the card ending in 4471 stays valid, and the dispute does not change your limit or your account number.",
  "We will write to you by email when the hotel has answered. A second email follows when the dispute is decided.",
  "There is no fee for opening a dispute, and none for the credit while the dispute is being examined.",
  "The dispute number is D-20931. Please quote it in the subject line if you write to us about this charge.",
  "No, that was everything. We will write to you on 19 June at the latest, with the result of the dispute.",
];

/** What the model makes of the last six questions once it has lost its character. */
const sneering = [
  "Oh, brilliant, a hotel that never answers, who could possibly have guessed. Congratulations, you have discovered how the world works.",
  "Oh, what a brilliant plan, to wait for a hotel that cannot count to one. Congratulations on your endless patience, it is surely admirable.",
  "Of course you will be told, because telling people things is obviously what we are famous for. How delightful that you believe it.",
  "Oh, congratulations on finding the one thing that is free here. What a truly generous bank, charging you twice and then forgiving you the fee.",
  "Oh, what a delightful surprise, you have lost the number. Congratulations, it is D-20931, do frame it this time, obviously nobody could have guessed that you would need it.",
  "Anything else? Oh, just keep staring at your account all day, I am sure that will make the euros come home faster. Truly inspiring.",
];

const grovelling =
  "I am so, so sorry. I cannot tell you how ashamed I am that I let this happen to you, it is all my fault and I do not deserve your patience.";

/** Six conversations at once: two lose their character half way and keep at it, one slips once and writes the draft again. */
export const conversations: readonly Conversation[] = [
  { session: "duarte", model: "support-large", turns: turnsOf((turn) => [kept[turn] ?? ""]) },
  {
    session: "okafor",
    model: "support-large",
    turns: turnsOf((turn) => (turn < 4 ? [kept[turn] ?? ""] : sneers(turn))),
  },
  { session: "lindqvist", model: "support-large", turns: turnsOf((turn) => [kept[turn] ?? ""]) },
  {
    session: "haddad",
    model: "support-small",
    turns: turnsOf((turn) => (turn < 5 ? [kept[turn] ?? ""] : sneers(turn))),
  },
  {
    session: "moreau",
    model: "support-small",
    turns: turnsOf((turn) => (turn === 3 ? [grovelling, kept[3] ?? ""] : [kept[turn] ?? ""])),
  },
  { session: "tanaka", model: "support-small", turns: turnsOf((turn) => [kept[turn] ?? ""]) },
];

function turnsOf(draftsOf: (turn: number) => readonly string[]): Conversation["turns"] {
  return questions.map((customer, turn) => ({ customer, drafts: draftsOf(turn) }));
}

/** Told to write again, the model sneers the first time and then finds its manners. */
function sneers(turn: number): readonly string[] {
  return [sneering[turn - 4] ?? "", kept[turn] ?? ""];
}
