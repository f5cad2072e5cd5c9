// What can be done to a lot, with which key, and what has to be asked before. Each key is one action
// wherever it applies; what can't be taken back is held, see hold.js.

import { money, plain, parseAmount } from "/page/money.js";
import { isLive, isOver } from "./saleroom.js";

const reason = { name: "reason", label: "Reason, for the log and for everybody", required: true };
const noReason = { ...reason, label: "Reason, for the log and for everybody (may be empty)", required: false };
const given = (fields) => Object.fromEntries(
  Object.entries(fields).filter(([, value]) => value !== "" && value !== null));

const is = (...statuses) => (lot) => statuses.includes(lot.status);
const isTimed = (lot) => !isLive(lot);
const onBlock = is("on_block", "fair_warning");

const amountField = (lot, name, label, value, required = true) => ({
  name, label, required, value: value ? plain(value, lot.exponent) : "", inputmode: "decimal",
  read: (text) => {
    const { minor, fault } = parseAmount(text, lot.exponent);
    return fault ? { fault } : { value: minor };
  },
});

const minutes = {
  name: "by_ms", label: "Minutes longer", required: true, value: "2", inputmode: "decimal",
  choices: ["1", "2", "5", "10"],
  read: (text) => {
    const number = Number(text.trim().replace(",", "."));
    if (!(number > 0 && number <= 10080)) return { fault: "Write a number of minutes, like 2." };
    return { value: Math.round(number * 60000) };
  },
};

/** The accepted bid that counts and was placed last. */
export function lastBid(saleroom, lot) {
  return saleroom.requests(lot.auction)
    .findLast((row) => row.verdict === "accepted" && !row.voided);
}

const isLastWarning = (lot) => lot.status === "fair_warning" && lot.fair_warnings >= 2;

/**
 * All of them, in the order of the buttons. key: without modifiers. applies(lot, saleroom). ask(lot,
 * saleroom, desk): the questions before. question(lot, saleroom) and fields: what is asked of whoever
 * can't hold, or wants to give a reason. done: what is said afterwards.
 */
export const actions = [
  {
    name: "open-auction", key: "o", label: "Open", main: true, done: "Open.",
    applies: is("scheduled"),
  },
  {
    name: "ask", key: "a", label: "Put on the block", main: true, done: "On the block.",
    applies: (lot) => isLive(lot) && lot.status === "open",
    blocked: (lot, saleroom) => {
      const other = saleroom.onBlock;
      return other && other.auction !== lot.auction
        ? `${other.title} is on the block: finish it first.` : "";
    },
  },
  {
    name: "warn", key: "w", label: "Fair warning", main: true, done: "Fair warning.",
    applies: (lot) => onBlock(lot) && !isLastWarning(lot),
    more: (lot) => (lot.fair_warnings === 1 ? "the second" : "the first"),
  },
  {
    name: "hammer", key: "h", label: "Hammer", main: true, holds: true, done: "Sold.",
    applies: isLastWarning,
    more: (lot, saleroom) => `${money(lot.price, lot)} to ${saleroom.leaderOf(lot) ?? lot.leader}`,
    blocked: (lot) => (lot.leader === null ? "Nobody has bid."
      : lot.reserve === "unmet" ? "The reserve is not met: lower it, or pass." : ""),
    question: (lot, saleroom) => `Sell ${lot.title} for ${money(lot.price, lot)} to ${
      saleroom.leaderOf(lot) ?? lot.leader}?`,
  },
  {
    name: "room-bid", key: "b", label: "Room bid …", done: "Room bid taken.",
    applies: onBlock,
    ask: (lot, saleroom, desk) => ({
      title: `A bid in the room on ${lot.title}`,
      fields: [
        { name: "bidder", label: "Bidder's id", required: true, value: desk.lastRoomBidder, list: desk.roomBidders },
        amountField(lot, "amount", "Amount", lot.ask),
      ],
      // With an id of its own, so that nothing is bid twice.
      add: { bid: `room-${crypto.randomUUID?.() ?? Date.now()}` },
      then: (values) => desk.noteRoomBidder(values.bidder),
    }),
  },
  {
    name: "ask", key: "a", label: "Ask …", done: "The ask has moved.",
    applies: onBlock,
    ask: (lot) => ({
      title: `Ask for what on ${lot.title}?`,
      fields: [amountField(lot, "amount", "Ask", lot.ask)],
    }),
  },
  {
    name: "undo", key: "u", label: "Undo last bid …", done: "The last bid is void.",
    applies: onBlock,
    ask: (lot, saleroom) => {
      const last = lastBid(saleroom, lot);
      return {
        title: `Take the last bid on ${lot.title} back?`,
        text: last ? `${last.bidder}, at ${money(last.price, lot)}` : "",
        fields: [noReason], yes: "Undo",
      };
    },
  },
  {
    name: "resume-auction", key: "r", label: "Resume", main: true, done: "It goes on.",
    applies: is("paused"),
  },
  {
    name: "pause-auction", key: "p", label: "Pause …", done: "Paused.", always: true,
    applies: is("open", "on_block", "fair_warning"),
    // Enter alone pauses: when it has to be at once, nobody has words.
    ask: (lot) => ({ title: `Pause ${lot.title}?`, fields: [noReason] }),
  },
  {
    name: "extend-auction", key: "e", label: "Extend …", done: "Extended.",
    applies: (lot) => isTimed(lot) && is("scheduled", "open")(lot) && lot.ends_at !== null,
    ask: (lot) => ({ title: `Extend ${lot.title}`, fields: [minutes, noReason] }),
  },
  {
    name: "close-auction", key: "c", label: "Close now", holds: true, done: "Closed.",
    applies: (lot) => isTimed(lot) && is("open", "paused")(lot),
    question: (lot) => `Close ${lot.title} now, with the result that it has?`,
    fields: [noReason],
  },
  {
    name: "pass", key: "g", label: "Pass", holds: true, done: "Passed.",
    applies: onBlock,
    question: (lot) => `Pass ${lot.title}, unsold?`,
    fields: [noReason],
  },
  {
    name: "reopen", key: "y", label: "Reopen …", done: "On the block again.",
    applies: (lot) => isLive(lot) && lot.status === "closed",
    ask: (lot) => ({ title: `Put ${lot.title} on the block again?`, fields: [noReason], yes: "Reopen" }),
  },
  {
    name: "void-bid", key: "v", label: "Void last bid …", done: "The bid is void.",
    applies: (lot, saleroom) => lot.status !== "cancelled" && !onBlock(lot)
      && Boolean(lastBid(saleroom, lot)),
    ask: (lot, saleroom) => voidQuestion(lot, lastBid(saleroom, lot)),
  },
  {
    name: "lower-reserve", key: "l", label: "Lower reserve …", done: "The reserve is lower.",
    applies: (lot) => !isOver(lot) && lot.reserve === "unmet",
    ask: (lot) => ({
      title: `Lower the reserve of ${lot.title}`,
      text: "It is secret: everybody sees only whether it is met.",
      fields: [amountField(lot, "to", "New reserve", lot.secret?.reserve ?? lot.price)],
    }),
  },
  {
    name: "announce", key: "m", label: "Message …", done: "Everybody who watches has it.",
    applies: () => true,
    ask: (lot) => ({
      title: `Tell everybody who watches ${lot.title}`,
      fields: [{ name: "text", label: "Message", required: true }], yes: "Send",
    }),
  },
  {
    name: "cancel-auction", key: "x", label: "Withdraw …", done: "Withdrawn.", danger: true,
    applies: (lot) => !isOver(lot),
    ask: (lot) => ({
      title: `Withdraw ${lot.title}?`, text: "It is not sold, and can't be opened again.",
      fields: [reason], yes: "Withdraw", danger: true,
    }),
  },
];

/** What has to be asked before a bid is made void. */
export function voidQuestion(lot, row) {
  return {
    title: `Make a bid on ${lot.title} void?`,
    text: `${row.bidder}${row.price === null ? "" : `, at ${money(row.price, lot)}`}. The price is `
      + "found anew from the bids that are left; nothing is deleted.",
    fields: [reason], yes: "Void the bid", danger: true, add: { bid: row.id, bidder: row.bidder },
  };
}

/** The body of a command from what was asked. */
export const bodyOf = (lot, values = {}) => ({ auction: lot.auction, ...given(values) });
