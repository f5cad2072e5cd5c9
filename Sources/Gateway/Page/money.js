// Amounts are whole minor units, as the protocol has them; only people see decimals.

const largest = 9007199254740991n;

/** "USD 1,234.50" for 123450 with two places. */
export function money(minor, lot) {
  const scale = 10n ** BigInt(lot.exponent);
  const whole = (BigInt(minor) / scale).toLocaleString("en");
  const rest = String(BigInt(minor) % scale).padStart(lot.exponent, "0");
  return `${lot.currency} ${whole}${lot.exponent > 0 ? `.${rest}` : ""}`;
}

/** The amount as one types it: "1234.50". */
export function plain(minor, exponent) {
  const digits = String(minor).padStart(exponent + 1, "0");
  if (exponent === 0) return digits;
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * What somebody typed, as { minor } or { fault }. A comma is a decimal point, too: some keyboards
 * have no other. Nothing is rounded.
 */
export function parseAmount(text, exponent) {
  const match = /^(\d+)(?:[.,](\d*))?$/.exec(text.trim());
  if (!match) return { fault: "Write the amount in digits, like 12.50." };
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > exponent) {
    return {
      fault: exponent === 0
        ? "This currency has no smaller unit: write a whole number."
        : `Use at most ${exponent} decimal places, and no separator for thousands.`,
    };
  }
  const minor = BigInt(match[1] + fraction.padEnd(exponent, "0"));
  if (minor < 1n) return { fault: "The amount must be more than zero." };
  if (minor > largest) return { fault: "That is more than this house can count." };
  return { minor: Number(minor) };
}

/** "3 d 4 h", "4 h 05 min", "12:07", "0:07": how long a lot still has. */
export function timeLeft(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${two(minutes)} min`;
  return `${minutes}:${two(seconds % 60)}`;
}

/** A point in time in the reader's own words. */
export function pointInTime(milliseconds) {
  return new Date(milliseconds).toLocaleString(undefined, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
    second: "2-digit",
  });
}
