// Puts the page together: the connection, what is known of the lots, and the two views.

import { Bids } from "./bids.js";
import { ListView } from "./list.js";
import { LotView } from "./lot.js";
import { Lots } from "./lots.js";
import { money } from "./money.js";
import { Connection } from "./protocol.js";
import { element, toast } from "./view.js";

const tokenKey = "gavel.token";
const watchesMax = 95; // The server's bound is 100.

const lots = new Lots();
const connection = new Connection(sessionStorage.getItem(tokenKey));
const bids = new Bids(connection);
const list = new ListView(lots, () => connection.now());
let bidder = null;
const view = new LotView({
  lots, bids, now: () => connection.now(), bidder: () => bidder, signIn: askForToken,
});

// Lots: the list over HTTP, and everything after it over the WebSocket.

async function load() {
  const token = bidder && sessionStorage.getItem(tokenKey);
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  let cursor = "";
  do {
    const answer = await fetch(`/v1/auctions?cursor=${encodeURIComponent(cursor)}`, { headers });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const page = await answer.json();
    for (const lot of page.auctions) lots.take(lot);
    cursor = page.cursor;
  } while (cursor);
  list.empty("There are no lots yet. New ones will appear here.");
}

const watched = new Set();

function watch() {
  for (const lot of lots.sorted()) {
    const name = lot.sale ? `sale ${lot.sale}` : `auction ${lot.auction}`;
    if (watched.has(name) || watched.size >= watchesMax) continue;
    watched.add(name);
    connection.send(lot.sale
      ? { type: "watch", sale: lot.sale }
      : { type: "watch", auction: lot.auction, after: lot.seq, log: lot.log });
  }
}

async function refresh() {
  try {
    await load();
    watch();
  } catch {
    list.empty("The lots can't be read now; trying again.");
    setTimeout(refresh, 3000);
  }
}

setInterval(() => connection.state === "live" && refresh(), 60000);

lots.addEventListener("change", ({ detail: id }) => {
  list.update(id);
  if (id === view.id) view.update();
});
bids.addEventListener("change", ({ detail: id }) => id === view.id && view.update());

// What the server says.

connection.addEventListener("ready", ({ detail }) => {
  if (detail !== bidder) lots.forgetOwn();
  bidder = detail;
  element("who").textContent = bidder ? `${bidder}: sign out` : "Sign in";
  watched.clear();
  refresh();
  view.update();
});

connection.addEventListener("message", ({ detail: message }) => {
  const isOwn = bids.take(message);
  if (message.auction) lots.take(message);
  const lot = lots.get(message.auction);
  const title = lot?.title ?? message.auction;
  switch (message.type) {
    case "bid_accepted":
      if (isOwn && message.leading === null) toast(`Your bid on ${title} is in.`, "good");
      else if (isOwn && message.leading) toast(`You lead on ${title}.`, "good");
      else if (isOwn) toast(`Taken, but somebody has offered more for ${title}.`, "bad");
      break;
    case "bid_rejected":
      if (isOwn && view.id !== message.auction) toast(message.message, "bad");
      break;
    case "outbid": toast(`You are outbid on ${title}.`, "bad"); break;
    case "won": toast(`${title} is yours for ${money(message.due, lot)}.`, "good"); break;
    case "lost": toast(`${title} went to somebody else.`); break;
    case "bid_voided":
      toast(`A bid of yours on ${title} was voided: ${message.reason}`, "bad");
      break;
    case "below_offer": toast(`${title} takes again what you had offered.`); break;
    case "notice": toast(`The auctioneer: ${message.text}`); break;
    case "error": if (!isOwn) toast(message.message, "bad"); break;
  }
});

connection.addEventListener("state", ({ detail: reason }) => {
  const words = {
    connecting: "connecting", live: "live", stale: "prices may be old",
    offline: "offline, trying again", ended: "disconnected",
  };
  element("connection").textContent = reason || words[connection.state];
  element("connection").dataset.state = connection.state;
  document.querySelector("main").classList.toggle("old", connection.state !== "live");
});

// Who we are.

function askForToken() {
  element("sign-in").hidden = false;
  element("token").focus();
}

function become(token) {
  if (token) sessionStorage.setItem(tokenKey, token);
  else sessionStorage.removeItem(tokenKey);
  bids.forget();
  connection.setToken(token);
}

element("who").addEventListener("click", () => (bidder ? become(null) : askForToken()));
element("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  element("sign-in-fault").textContent = "";
  element("sign-in").hidden = true;
  become(element("token").value.trim() || null);
  element("token").value = "";
});
connection.addEventListener("token-refused", ({ detail: why }) => {
  sessionStorage.removeItem(tokenKey);
  askForToken();
  element("sign-in-fault").textContent = why;
});

// Which of the two views.

function route() {
  const match = /^#\/lot\/(.+)$/.exec(location.hash);
  element("list").hidden = Boolean(match);
  element("lot").hidden = !match;
  if (match) view.open(decodeURIComponent(match[1]));
  else view.close();
}

addEventListener("hashchange", route);
setInterval(() => (view.id ? view.tick() : list.tick()), 250);
route();
connection.start();
