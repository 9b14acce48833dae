/** One of a list that is not empty, each as likely. */
export function oneOf<Item>(items: readonly Item[], random: () => number): Item {
  // The list is not empty, and the position is inside it.
  return items[Math.floor(random() * items.length)] as Item;
}
