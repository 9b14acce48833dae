/** While a persona that must show character still does, at most this share of its texts is plain; unless measured. */
export const usualPlainShare = 0.4;
/** Share of plain texts once the character is gone. */
const plainWhenGone = 0.95;

/**
 * The e-value of one text against "no more of the texts are plain than `plainShare`": the likelihood ratio of a character that is
 * gone to one that just shows enough.
 *
 * @param plainShare largest share of plain texts while the character shows, in (0, 0.95)
 */
export function plainnessEValue(isPlain: boolean, plainShare: number): number {
  return isPlain ? plainWhenGone / plainShare : (1 - plainWhenGone) / (1 - plainShare);
}
