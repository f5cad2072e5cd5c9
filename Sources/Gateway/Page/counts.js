// Counts, with digits and signs as the reader writes them. The words are English, and so are their
// forms.

const numbers = new Intl.NumberFormat();
const twoDigits = new Intl.NumberFormat(undefined, { minimumIntegerDigits: 2 });
const forms = new Intl.PluralRules("en");

/** "1,204" */
export const number = (value) => numbers.format(value);

/** "05", as in times. */
export const two = (value) => twoDigits.format(value);

/** "1 bid", "1,204 bids" */
export const counted = (value, one) =>
  `${number(value)} ${forms.select(value) === "one" ? one : `${one}s`}`;
