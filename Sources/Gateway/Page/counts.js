// Counts, with digits and signs as the reader writes them.

import { locale } from "./language.js";

const numbers = new Intl.NumberFormat(locale);
const twoDigits = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 });

/** "1,204" */
export const number = (value) => numbers.format(value);

/** "05", as in times. */
export const two = (value) => twoDigits.format(value);
