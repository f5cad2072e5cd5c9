// Where a lot stands and how long it has, in words. What is said here is what the server has said.

import { counted } from "./counts.js";
import { isOnBlock, isOver, isSealed } from "./lots.js";
import { money } from "./money.js";
import { pointInTime, span, timeLeft } from "./time.js";

const outcomes = {
  no_bids: "Ended without bids", reserve_not_met: "Not sold: the reserve was not met",
  passed: "Passed: not sold", withdrawn: "Withdrawn", pending_seller: "The seller decides",
};

/** { text, tone }: the tone is won, leading, outbid, or nothing. */
export function standing(lot) {
  if (lot.status === "cancelled") return { text: "Withdrawn from the sale", tone: "" };
  if (lot.status === "closed") {
    if (lot.outcome !== "sold") return { text: outcomes[lot.outcome] ?? "Ended", tone: "" };
    if (lot.isWon) return { text: "You won", tone: "won" };
    return { text: `Sold to ${lot.leader ?? "a bidder"}`, tone: lot.your_max ? "lost" : "" };
  }
  if (isSealed(lot)) {
    return lot.your_max
      ? { text: "Your sealed bid is in", tone: "leading" } : { text: "Sealed bids", tone: "" };
  }
  if (lot.leading) return { text: "You lead", tone: "leading" };
  if (lot.isOutbid) return { text: "You are outbid", tone: "outbid" };
  if (lot.your_max && lot.price === null) {
    return { text: "Your bid is with the auctioneer", tone: "leading" };
  }
  return { text: lot.leader ? `${lot.leader} leads` : "No bid yet", tone: "" };
}

/** The lot's amount to show, as { label, text }. */
export function headline(lot) {
  if (lot.status === "closed" && lot.outcome === "sold") {
    return { label: "Sold for", text: money(lot.price, lot) };
  }
  if (isOnBlock(lot) && lot.price === null) {
    return { label: "Asking", text: money(lot.ask, lot) };
  }
  if (lot.price !== null) {
    return { label: isOver(lot) ? "Last bid" : "Current bid", text: money(lot.price, lot) };
  }
  if (lot.minimum !== null) return { label: "Bidding starts at", text: money(lot.minimum, lot) };
  return { label: isSealed(lot) ? "Sealed" : "No bids", text: "–" };
}

const statuses = {
  scheduled: "Upcoming", open: "Open", paused: "Paused", closed: "Ended", cancelled: "Withdrawn",
  on_block: "On the block", fair_warning: "Fair warning",
};

export function statusWord(lot) {
  if (lot.status === "fair_warning") {
    return lot.fair_warnings >= 2 ? "Fair warning: last call" : "Fair warning";
  }
  if (lot.status === "open" && lot.format === "live") return "Next up";
  return statuses[lot.status] ?? lot.status;
}

const reserves = { none: "No reserve", unmet: "Reserve not met yet", met: "Reserve met" };

export const reserveWord = (lot) => reserves[lot.reserve] ?? "";

export function bidsWord(lot) {
  if (isSealed(lot) && lot.bids === 0) return "";
  return counted(lot.bids, "bid");
}

/**
 * How long a lot has, by the server's time, as { text, stage }. When the time is up it is still the
 * server that says what happened: until then the lot is about to close.
 */
export function countdown(lot, now) {
  switch (lot.status) {
    case "scheduled": {
      const left = lot.starts_at - now;
      return { text: left > 0 ? `opens in ${timeLeft(left)}` : "about to open", stage: "" };
    }
    case "open": {
      if (lot.format === "live") return { text: "waits for the auctioneer", stage: "" };
      if (lot.ends_at === null) return { text: "until the auctioneer closes it", stage: "" };
      const left = lot.ends_at - now;
      if (left <= 0) return { text: "closing …", stage: "closing" };
      return { text: timeLeft(left), stage: left < 10000 ? "last" : left < 60000 ? "late" : "" };
    }
    case "on_block": return { text: "going now", stage: "late" };
    case "fair_warning":
      return { text: lot.fair_warnings >= 2 ? "going twice" : "going once", stage: "last" };
    case "paused": return { text: "paused", stage: "" };
    case "closed": return { text: "ended", stage: "over" };
    case "cancelled": return { text: "withdrawn", stage: "over" };
    default: return { text: "", stage: "" };
  }
}

/** What a late bid does to the end, by the lot's terms; nothing when they are not known. */
export function lateBids(lot, terms) {
  const stage = terms?.soft_close?.stages[0];
  if (!stage || isOver(lot) || lot.ends_at === null) return "";
  const moved = stage.mode === "add"
    ? `adds ${span(stage.amount_ms)}` : `leaves at least ${span(stage.amount_ms)} for answers`;
  return `A bid in the last ${span(stage.window_ms).replace(/^1 /, "")} ${moved}.`;
}

/** When a lot opens, ends or ended. */
export function schedule(lot) {
  if (lot.status === "scheduled") return `Opens ${pointInTime(lot.starts_at)}`;
  if (lot.ends_at === null) return "";
  if (isOver(lot)) return `Ended ${pointInTime(lot.ends_at)}`;
  return `Ends ${pointInTime(lot.ends_at)}`;
}
