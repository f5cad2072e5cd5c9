// The next amounts to bid, from what the lot asks for and the steps of its increment table.

/** The step at a price, from bands of [from, step]. */
export function stepAt(price, bands) {
  let step = bands[0][1];
  for (const [from, by] of bands) if (from <= price) step = by;
  return step;
}

/**
 * Amounts to offer for one tap: the minimum, and what would be asked for after it. Without the
 * table (it has not come yet) the present step is taken to stay.
 */
export function nextAmounts(lot, bands, count = 3) {
  if (lot.minimum === null) return [];
  const amounts = [lot.minimum];
  const present = lot.price === null ? null : lot.minimum - lot.price;
  while (amounts.length < count) {
    const last = amounts.at(-1);
    const step = bands ? stepAt(last, bands) : present;
    if (!step || last + step > Number.MAX_SAFE_INTEGER) break;
    amounts.push(last + step);
  }
  return amounts;
}

/** How many times the minimum an amount is, when that is so much that it may be a slip; or null. */
export function unusual(amount, lot) {
  if (lot.minimum === null) return null;
  const times = amount / lot.minimum;
  return times >= 5 ? times : null;
}
