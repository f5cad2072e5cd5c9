// What became of a request, in an auctioneer's words: short, and about the bidder. Codes of a later
// server are shown in the server's own words.

import { money } from "/page/money.js";

const reasons = {
  malformed: () => "could not be read",
  wrong_currency: () => "in another currency",
  invalid_amount: () => "no amount that can be counted",
  idempotency_conflict: () => "its id was used for another bid",
  not_open: () => "the lot was not open yet",
  paused: () => "the lot was paused",
  closed: () => "the lot had ended",
  cancelled: () => "the lot was withdrawn",
  not_registered: () => "not registered",
  not_approved: () => "not approved for this sale",
  suspended: () => "suspended",
  self_bidding: () => "a party to the sale of this lot",
  limit_exceeded: () => "over the bidder's limit",
  already_leading: () => "leads already",
  max_not_higher: () => "not above the bidder's own max",
  too_low: (row, lot) => `below ${money(row.minimum, lot)}`,
  off_ladder: () => "not a step of the ladder",
  confirm_required: (row, lot) => `far above ${money(row.minimum, lot)}: asked to confirm`,
  ask_moved: () => "the ask had moved on",
  too_fast: (row) => (row.bids === 1 ? "a bid came too fast" : `${row.bids} bids came too fast`),
  unavailable: () => "the server could not store it",
};

/** Bids that came too fast were not judged: what there is to say of them, in the form of a refusal. */
export const turnedAway = ({ auction, bidder, bids, at }) => ({
  auction, bidder, bids, at, alias: null, id: "", action: "", amount: null, verdict: "refused",
  code: "too_fast", message: "", minimum: null, seq: null,
});

/** Why it was refused. */
export function whyRefused(row, lot) {
  const reason = reasons[row.code];
  const isWhole = !["too_low", "confirm_required"].includes(row.code) || row.minimum !== null;
  return reason && isWhole ? reason(row, lot) : row.message;
}

/** What was asked for: "max $50.00", "$41.00", "buys", "takes b1 back". */
export function whatAsked(row, lot) {
  const amount = row.amount === null ? "" : money(row.amount, lot);
  switch (row.action) {
    case "max": return `max ${amount}`.trim();
    case "exact": return amount || "an amount";
    case "room": return `${amount || money(row.price, lot)} in the room`;
    case "buy": return "buys at once";
    case "retract": return "takes a bid back";
    default: return row.action;
  }
}

/** What came of one that was taken. before: the taken one before it, if any. */
export function whatCame(row, lot, before = null) {
  if (row.verdict === "retracted") return "taken back";
  if (row.voided) return "void";
  // It made no change of its own.
  if (row.leading && before && before.seq === row.seq) return "raised the max";
  if (row.price === null) return "taken";
  return `${row.leading ? "leads at" : "outbid at once, at"} ${money(row.price, lot)}`;
}

const outcomes = {
  sold: "sold", reserve_not_met: "unsold: reserve not met", no_bids: "unsold: no bids",
  passed: "passed", withdrawn: "withdrawn", pending_seller: "the seller decides",
};

/** A lot's status in a word or two. */
export function statusOf(lot) {
  switch (lot.status) {
    case "closed": return outcomes[lot.outcome] ?? `ended: ${lot.outcome}`;
    case "cancelled": return "withdrawn";
    case "open": return lot.format === "live" ? "queued" : "open";
    case "on_block": return "on the block";
    case "fair_warning": return `fair warning ${lot.fair_warnings ?? ""}`.trim();
    default: return lot.status;
  }
}

const reserves = { none: "no reserve", unmet: "reserve not met", met: "reserve met" };
export const reserveOf = (lot) => reserves[lot.reserve] ?? lot.reserve;
