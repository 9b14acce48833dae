/** What the texts of one unit add to a mean in one run. */
export interface Sum {
  readonly texts: number;
  /** Of the texts' values. */
  readonly total: number;
}

/**
 * What is independent of all else: a session, or all sessions of a scenario. Its texts go together, and where it occurs in both
 * runs, so do its two sums.
 */
export interface Unit {
  readonly a: Sum;
  readonly b: Sum;
  /** Whether it occurs in both runs, though it may have no text of this kind in one. */
  readonly isPair: boolean;
}
