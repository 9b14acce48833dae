/** Odds beyond this rest on digits of a probability that no model has learned. */
const mostOdds = 1e6;
/** Share of the stake that is bet on drift: one text alone must not be able to end the evidence of all others. */
const stake = 0.9;

/**
 * How much likelier a text is under drift than in persona, by a confidence that is a calibrated probability: (1 - c) / c times the
 * odds of being in persona before the text was seen. In [0, 10^6].
 *
 * @param confidence in [0, 1]
 * @param priorOdds > 0
 */
export function driftOdds(confidence: number, priorOdds = 1): number {
  return Math.min(mostOdds, ((1 - confidence) / Math.max(confidence, Number.MIN_VALUE)) * priorOdds);
}

/** The e-value of a text by its odds alone: of mean 1 or less in persona, as far as the confidence is calibrated. */
export function eValueOfOdds(odds: number): number {
  return 1 - stake + stake * odds;
}

/**
 * The e-value of a text against calibration texts: its odds by the mean of theirs and its own. Its mean is at most 1 while texts
 * are exchangeable with the calibration texts, whatever the confidences are worth; it is at most n + 1.
 *
 * e = (n + 1) * odds / (sum + odds)
 *
 * @param sum of the odds of the n calibration texts
 * @see Vovk, Conformal e-prediction, arXiv 2001.05989
 */
export function conformalEValue(
  odds: number,
  { sum, n }: { readonly sum: number; readonly n: number },
): number {
  return eValueOfOdds(((n + 1) * odds) / Math.max(sum + odds, Number.MIN_VALUE));
}
