// Refusals in plain words: what happened, and what to do now. Codes of a later server are shown in
// the server's own words.

import { money } from "./money.js";
import { span } from "./time.js";

const advice = {
  malformed: () => ["The house could not read this bid.", "Reload the page and bid again."],
  wrong_currency: () => ["This lot is sold in another currency.", "Reload the page and bid again."],
  invalid_amount: () => ["The house can't count this amount.", "Write another one."],
  idempotency_conflict: () => ["This bid was mixed up with another one.", "Bid again."],
  unknown_auction: () => ["This lot is no longer here.", "Look at the other lots."],
  not_open: () => ["The lot is not open yet.", "Bid as soon as it opens."],
  paused: () => ["The auctioneer has paused this lot.", "Bid when it goes on; you will see it here."],
  closed: (message) => [
    message.late_by_ms > 0
      ? `Too late: the lot had closed ${lateness(message.late_by_ms)} before your bid came in.`
      : "Too late: the lot closed at the moment your bid came in.",
    "Nothing was bid. A maximum, set early, bids for you in the last second.",
  ],
  cancelled: () => ["The lot was withdrawn.", "Nothing was bid."],
  not_registered: () => [
    "You are not registered for this sale.", "Ask the auction house to register you."],
  not_approved: () => [
    "You are not approved for this sale yet.", "Ask the auction house to approve you."],
  suspended: () => ["You are suspended from bidding.", "Ask the auction house why."],
  self_bidding: () => ["You are a party to this lot's sale and may not bid on it.", ""],
  limit_exceeded: () => [
    "This bid goes over your limit.", "Bid less, or ask the auction house for a higher limit."],
  already_leading: () => ["You lead already.", "To be safer, raise your maximum."],
  max_not_higher: () => [
    "That is not more than your present maximum.", "A maximum can only be raised."],
  too_low: (message, lot) => [
    `Somebody was faster: ${money(message.minimum, lot)} is the least now.`,
    `Bid ${money(message.minimum, lot)} or more.`],
  off_ladder: (message, lot) => [
    "This lot takes only set amounts.",
    lot.minimum ? `Bid ${money(lot.minimum, lot)} or one of the steps above it.` : ""],
  confirm_required: () => ["This is far more than needed.", "Confirm it if you mean it."],
  ask_moved: (message, lot) => [
    `The ask has moved on: the auctioneer asks for ${money(message.ask, lot)} now.`,
    "Nothing was bid. Bid at the new ask if you still want it."],
  unsupported: (message) => [message.message, ""],
  unavailable: () => ["The house could not store your bid.", "Trying again …"],
  not_seen: () => ["Your bid did not reach the house.", "Nothing was bid: bid again if you like."],
  unauthenticated: () => ["You are no longer signed in.", "Sign in and bid again."],
  rate_limited: () => ["That was a little fast.", "Trying again …"],
  unknown_outcome: () => ["The house can't tell yet what became of your bid.", "Asking again …"],
};

function lateness(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds} ms` : span(milliseconds);
}

/** A refusal or an error about a bid on a lot, as { what, todo }. */
export function explain(message, lot) {
  const make = advice[message.code];
  const isComplete = message.code !== "too_low" || message.minimum !== undefined;
  if (!make || !isComplete) return { what: message.message, todo: "" };
  const [what, todo] = make(message, lot);
  return { what, todo };
}
