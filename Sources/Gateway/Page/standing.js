// Where a lot stands and how long it has, in words. What is said here is what the server has said.

import { isOnBlock, isOver, isSealed } from "./lots.js";
import { money } from "./money.js";
import { counted, has, t } from "./texts.js";
import { pointInTime, span, timeLeft } from "./time.js";

/** The house's name for somebody, in the reader's language; nothing else than "Bidder 3" is known. */
export function bidderWord(alias) {
  const match = /^Bidder (\d+)$/.exec(alias ?? "");
  return match ? t("bidder", { number: match[1] }) : alias ?? t("bidder.any");
}

/** { text, tone }: the tone is won, leading, outbid, or nothing. */
export function standing(lot) {
  if (lot.status === "cancelled") return { text: t("standing.cancelled"), tone: "" };
  if (lot.status === "closed") {
    if (lot.outcome !== "sold") return { text: outcomeWord(lot), tone: "" };
    if (lot.isWon) return { text: t("standing.won"), tone: "won" };
    const bidder = bidderWord(lot.leader);
    return { text: t("standing.sold", { bidder }), tone: lot.your_max ? "lost" : "" };
  }
  if (isSealed(lot)) {
    return lot.your_max
      ? { text: t("standing.sealed-in"), tone: "leading" }
      : { text: t("standing.sealed"), tone: "" };
  }
  if (lot.leading) return { text: t("standing.leading"), tone: "leading" };
  if (lot.isOutbid) return { text: t("standing.outbid"), tone: "outbid" };
  if (lot.your_max && lot.price === null) {
    return { text: t("standing.absentee"), tone: "leading" };
  }
  return { text: lot.leader ? leaderWord(lot) : t("standing.none"), tone: "" };
}

const leaderWord = (lot) => t("standing.other", { bidder: bidderWord(lot.leader) });

// Outcomes and statuses of a later server are shown as the server calls them, or not at all.
const outcomeWord = ({ outcome }) =>
  t(has(`outcome.${outcome}`) ? `outcome.${outcome}` : "outcome.other");

/** The lot's amount to show, as { label, text }. */
export function headline(lot) {
  if (lot.status === "closed" && lot.outcome === "sold") {
    return { label: t("amount.sold"), text: money(lot.price, lot) };
  }
  if (isOnBlock(lot) && lot.price === null) {
    return { label: t("amount.ask"), text: money(lot.ask, lot) };
  }
  if (lot.price !== null) {
    return { label: t(isOver(lot) ? "amount.last" : "amount.current"), text: money(lot.price, lot) };
  }
  if (lot.minimum !== null) return { label: t("amount.start"), text: money(lot.minimum, lot) };
  return { label: t(isSealed(lot) ? "amount.sealed" : "amount.none"), text: "–" };
}

export function statusWord(lot) {
  if (lot.status === "fair_warning") {
    return t(lot.fair_warnings >= 2 ? "status.last_warning" : "status.fair_warning");
  }
  if (lot.status === "open" && lot.format === "live") return t("status.queued");
  return has(`status.${lot.status}`) ? t(`status.${lot.status}`) : lot.status;
}

export const reserveWord = ({ reserve }) => (has(`reserve.${reserve}`) ? t(`reserve.${reserve}`) : "");

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
      return { text: left > 0 ? t("clock.opens", { left: timeLeft(left) }) : t("clock.opening"), stage: "" };
    }
    case "open": {
      if (lot.format === "live") return { text: t("clock.queued"), stage: "" };
      if (lot.ends_at === null) return { text: t("clock.endless"), stage: "" };
      const left = lot.ends_at - now;
      if (left <= 0) return { text: t("clock.closing"), stage: "closing" };
      return { text: timeLeft(left), stage: left < 10000 ? "last" : left < 60000 ? "late" : "" };
    }
    case "on_block": return { text: t("clock.on_block"), stage: "late" };
    case "fair_warning":
      return { text: t(lot.fair_warnings >= 2 ? "clock.twice" : "clock.once"), stage: "last" };
    case "paused": return { text: t("clock.paused"), stage: "" };
    case "closed": return { text: t("clock.closed"), stage: "over" };
    case "cancelled": return { text: t("clock.cancelled"), stage: "over" };
    default: return { text: "", stage: "" };
  }
}

/** What a late bid does to the end, by the lot's terms; nothing when they are not known. */
export function lateBids(lot, terms) {
  const stage = terms?.soft_close?.stages[0];
  if (!stage || isOver(lot) || lot.ends_at === null) return "";
  return t(stage.mode === "add" ? "late.add" : "late.leave", {
    window: span(stage.window_ms), span: span(stage.amount_ms),
  });
}

/** When a lot opens, ends or ended. */
export function schedule(lot) {
  if (lot.status === "scheduled") return t("opens", { time: pointInTime(lot.starts_at) });
  if (lot.ends_at === null) return "";
  if (isOver(lot)) return t("ended", { time: pointInTime(lot.ends_at) });
  return t("ends", { time: pointInTime(lot.ends_at) });
}
