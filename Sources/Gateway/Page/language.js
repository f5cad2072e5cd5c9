// The language that the page speaks, and how it writes numbers and times.

const keptKey = "gavel.language";

const primary = (tag) => tag.toLowerCase().split("-")[0];

/** What the languages are called, each in itself. */
export const names = { en: "English", de: "Deutsch" };

// Other pages of the house have parts in common with this one: each names the languages it speaks.
const offered = (document.documentElement.dataset.languages ?? "en").split(" ");
const kept = sessionStorage.getItem(keptKey);
const isChosen = offered.includes(kept);

/** "en" or "de": the one that was chosen, or the browser's first one that there is. */
export const language = isChosen
  ? kept : navigator.languages.map(primary).find((one) => offered.includes(one)) ?? "en";

/**
 * For numbers, amounts and times: the browser's own, as there are more of those than languages here.
 * Whoever has chosen a language means all of it.
 */
export const locale = isChosen
  ? navigator.languages.find((tag) => primary(tag) === language) ?? language : undefined;

/** Speaks another language from now on, in this tab. */
export function choose(other) {
  sessionStorage.setItem(keptKey, other);
  location.reload();
}

document.documentElement.lang = language;
