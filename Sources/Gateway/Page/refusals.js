// Refusals in plain words: what happened, and what to do now. Codes of a later server are shown in
// the server's own words.

import { money } from "./money.js";
import { has, t } from "./texts.js";
import { span } from "./time.js";

// What the words name beside the code: an amount, or how late it was.
const amounts = {
  too_low: (message) => message.minimum, off_ladder: (message, lot) => lot.minimum,
  ask_moved: (message) => message.ask,
};

/** A refusal or an error about a bid on a lot, as { what, todo }. */
export function explain(message, lot) {
  const { code, late_by_ms: late } = message;
  const minor = amounts[code]?.(message, lot);
  const isLacking = code in amounts && (minor === undefined || minor === null);
  if (!has(`refusal.${code}`) || (isLacking && code !== "off_ladder")) {
    return { what: message.message, todo: "" };
  }
  const values = { amount: isLacking || minor === undefined ? "" : money(minor, lot) };
  const isLate = code === "closed" && late > 0;
  const what = isLate
    ? t("refusal.closed.late", { span: lateness(late) }) : t(`refusal.${code}`, values);
  const hasTodo = has(`refusal.${code}.todo`) && !isLacking;
  return { what, todo: hasTodo ? t(`refusal.${code}.todo`, values) : "" };
}

function lateness(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds} ms` : span(milliseconds);
}
