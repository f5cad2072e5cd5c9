// The page's own words in the reader's language. What the server says (titles, reasons, names) is
// never translated.

import { number } from "./counts.js";
import { english } from "./english.js";
import { german } from "./german.js";
import { language } from "./language.js";

const words = { en: english, de: german }[language];
const forms = new Intl.PluralRules(language);

/** Whether there is a text of that name. */
export const has = (key) => Object.hasOwn(words, key);

/**
 * The text of a name: t("standing.sold", { bidder }). Values take the places of their names in braces;
 * where there is one text for each form of a count, { count } decides.
 */
export function t(key, values = {}) {
  const entry = words[key];
  const text = typeof entry === "string" ? entry : entry[forms.select(values.count)];
  return text.replace(/\{(\w+)\}/g, (place, name) =>
    name === "count" ? number(values.count) : String(values[name]));
}

/** "1 bid", "1,204 bids". unit: lot, bid, day, hour, minute or second. */
export const counted = (count, unit) => t(`count.${unit}`, { count });

/**
 * Puts the words into markup: data-t names an element's text, and data-t-label, data-t-placeholder its
 * attributes. What stands in templates is said when they are copied.
 */
export function speak(root) {
  for (const place of root.querySelectorAll("[data-t]")) place.textContent = t(place.dataset.t);
  for (const place of root.querySelectorAll("[data-t-label]")) {
    place.setAttribute("aria-label", t(place.dataset.tLabel));
  }
  for (const place of root.querySelectorAll("[data-t-placeholder]")) {
    place.setAttribute("placeholder", t(place.dataset.tPlaceholder));
  }
  return root;
}
