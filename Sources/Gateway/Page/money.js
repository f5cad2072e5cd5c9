// Amounts are whole minor units, as the protocol has them; only people see decimals, written the
// way they are used to, with as many places as the house says.

import { locale as ours } from "./language.js";
import { t } from "./texts.js";

const largest = 9007199254740991n;
const formats = new Map();

function format({ currency, exponent }, locale) {
  const key = `${locale} ${currency} ${exponent}`;
  if (!formats.has(key)) formats.set(key, makeFormat(currency, exponent, locale));
  return formats.get(key);
}

function makeFormat(currency, exponent, locale) {
  const places = { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
  try {
    const style = { style: "currency", currency, ...places };
    return new Intl.NumberFormat(locale, style);
  } catch {
    // No browser knows every code that a house may have made up.
    const number = new Intl.NumberFormat(locale, places);
    return { format: (text) => `${currency} ${number.format(text)}` };
  }
}

/** "$1,234.50" for 123450 of a lot in USD, in the reader's own way of writing. */
export function money(minor, lot, locale = ours) {
  return format(lot, locale).format(plain(minor, lot.exponent));
}

/** The amount as a plain number, "1234.50": nothing is rounded on the way. */
export function plain(minor, exponent) {
  const digits = String(minor).padStart(exponent + 1, "0");
  if (exponent === 0) return digits;
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** The amount as the reader would type it: "1234,50". */
export function typed(minor, exponent, locale = ours) {
  return plain(minor, exponent).replace(".", separators(locale).decimal);
}

function separators(locale) {
  const parts = new Intl.NumberFormat(locale).formatToParts(1234567.5);
  const part = (type) => parts.find((one) => one.type === type)?.value;
  return { decimal: part("decimal") ?? ".", group: part("group") ?? "," };
}

// The digits that keyboards have besides 0 to 9: each row starts with its zero.
const zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xff10];

function westernDigits(text) {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const zero = zeros.find((one) => digit.codePointAt(0) >= one && digit.codePointAt(0) < one + 10);
    return zero ? String(digit.codePointAt(0) - zero) : digit;
  });
}

/**
 * What somebody typed, as { minor } or { fault }. A point and a comma are told apart the way the
 * reader's language does; what could be read in two ways is not guessed, and nothing is rounded.
 */
export function parseAmount(text, exponent, locale = ours) {
  const signs = separators(locale);
  const clean = westernDigits(text.trim())
    .replace(/^[\p{Sc}\p{L}]+\s*|\s*[\p{Sc}\p{L}]+$/gu, "")
    .replace(/\u066b/g, ".").replace(/\u066c/g, ",")
    .replace(/(?<=\d)[\s\u00a0\u202f'\u2019](?=\d{3}(?!\d))/g, "");
  if (!/^\d+([.,]\d+)*[.,]?$/.test(clean)) {
    return { fault: t("typed.digits", { example: typed(1250n, 2, locale) }) };
  }
  const split = splitAmount(clean, exponent, signs);
  if (!split) return { fault: t("typed.two-ways") };
  if (split.fraction.length > exponent) {
    return {
      fault: exponent === 0
        ? t("typed.whole")
        : t("typed.places", { places: exponent }),
    };
  }
  const minor = BigInt(split.whole + split.fraction.padEnd(exponent, "0"));
  if (minor < 1n) return { fault: t("typed.zero") };
  if (minor > largest) return { fault: t("typed.too-much") };
  return { minor: Number(minor) };
}

const grouped = /^[1-9]\d{0,2}([.,]\d{2,3})*[.,]\d{3}$/;

function splitAmount(text, exponent, { decimal, group }) {
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  if (last < 0) return { whole: text, fraction: "" };
  const [sign, before, after] = [text[last], text.slice(0, last), text.slice(last + 1)];
  const other = sign === "." ? "," : ".";
  // "1.234,50": the last sign is the decimal one, the other one groups.
  if (before.includes(other)) {
    if (before.includes(sign) || !grouped.test(before)) return null;
    return { whole: before.replaceAll(other, ""), fraction: after };
  }
  // "1,234,567": a sign that comes twice groups.
  if (before.includes(sign)) {
    return grouped.test(text) ? { whole: text.replaceAll(sign, ""), fraction: "" } : null;
  }
  if (after.length === 3 && sign === group && sign !== decimal && grouped.test(text)) {
    return exponent === 3 ? null : { whole: before + after, fraction: "" };
  }
  return { whole: before, fraction: after };
}
