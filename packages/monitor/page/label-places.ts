/** Heights for labels near the wanted ones, at least a distance apart, in the same order from top to bottom. */
export function labelPlaces(
  wanted: readonly number[],
  { least, most, distance }: { readonly least: number; readonly most: number; readonly distance: number },
): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const places = [...wanted];
  let lowest = least - distance;
  for (const index of order) {
    lowest = Math.max(places[index] ?? 0, lowest + distance);
    places[index] = lowest;
  }
  let highest = most + distance;
  for (const index of order.toReversed()) {
    highest = Math.min(places[index] ?? 0, highest - distance);
    places[index] = highest;
  }
  return places;
}
