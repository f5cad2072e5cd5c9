// Puts the console together: who is at it, which sale, what is known of it, and the keys.

import { ServerClock } from "/page/clock.js";
import { money } from "/page/money.js";
import { beforePainting, element, make, setText } from "/page/view.js";
import { Block } from "./block.js";
import { Desk } from "./desk.js";
import { isAsking } from "./forms.js";
import { Office } from "./office.js";
import { Order } from "./order.js";
import { Saleroom, isOver } from "./saleroom.js";
import { AdminStream } from "./stream.js";
import { Tape } from "./tape.js";
import { turnedAway, whatCame, whyRefused } from "./verdicts.js";

const tokenKey = "gavel.administrator";
const lotsMax = 100; // The server's bound, where there is no sale: more are shown a hundred at a time.
const listed = 100;

const office = new Office();
const saleroom = new Saleroom();
const stream = new AdminStream(office);
const clock = new ServerClock();
const now = () => clock.now();
let chosen = null;
let log = null;
let reveals = false;
let names = null; // Map while they are shown
let namesReadAt = -Infinity;

const nameOf = (bidder) => names?.get(bidder) ?? "";
const lot = () => saleroom.get(chosen);
const isConnected = () => stream.state === "live";

const desk = new Desk({ office, saleroom, chosen: lot, isConnected });
const block = new Block({
  saleroom, nameOf, now, press: (action, button) => desk.attach(action, button),
});
const order = new Order({ saleroom, choose, now });
const tape = new Tape({ saleroom, nameOf, now, voidBid: (one, row) => desk.voidBid(one, row) });
desk.listen(block);
desk.dispatchDone = (id) => readRequests(id);

// Showing.

const changed = new Set();
const show = beforePainting(() => {
  for (const id of changed) order.update(id);
  order.summarize();
  const isShown = changed.has(chosen);
  changed.clear();
  if (isShown) {
    block.update(lot(), isConnected());
    tape.update(lot());
  }
});

saleroom.addEventListener("change", ({ detail: id }) => {
  changed.add(id);
  desk.changed(saleroom.get(id));
  show();
});

function choose(id) {
  chosen = id;
  order.choose(id);
  block.update(lot(), isConnected());
  tape.update(lot());
  desk.say("");
  if (id) readRequests(id);
}

function step(by) {
  const lots = order.shown;
  const at = lots.findIndex((one) => one.auction === chosen);
  // One that is not shown has no neighbours.
  const next = at < 0 ? lots[0] : lots[at + by];
  if (next) choose(next.auction);
}

function nextLot() {
  const lots = saleroom.lots;
  const start = lots.findIndex((one) => one.auction === chosen);
  const next = lots.slice(start + 1).find((one) => !isOver(one));
  if (next) choose(next.auction);
  else desk.say("This is the last lot.");
}

// What a screen reader is told by itself: the newest of what comes within two seconds.

let saying = null;
let toSay = null;

function announce(text) {
  toSay = text;
  saying ??= setTimeout(() => {
    saying = null;
    setText(element("said"), toSay);
  }, saying === null && element("said").textContent === "" ? 0 : 2000);
}

function takenBefore(row) {
  const taken = saleroom.requests(row.auction).filter((one) => one.verdict !== "refused");
  return taken[taken.indexOf(row) - 1];
}

saleroom.addEventListener("request", ({ detail: row }) => {
  if (names && !names.has(row.bidder)) readNames();
  if (row.auction !== chosen) return;
  announce(row.verdict === "refused"
    ? `Refused: ${row.bidder}, ${whyRefused(row, lot())}`
    : `${row.bidder} ${whatCame(row, lot(), takenBefore(row))}`);
});

// What the server says.

stream.addEventListener("message", ({ detail: message }) => {
  if (message.server_time) clock.set(message.server_time);
  switch (message.type) {
    case "console":
      // Another log stands in that one's place: nothing of it is true any more.
      if (log !== null && log !== message.log) return start();
      log = message.log;
      setText(element("who"), `${message.administrator ?? "this machine"}: sign out`);
      break;
    case "watching": becomeLive(); break;
    case "request": saleroom.takeRequest(message); break;
    case "too_fast": saleroom.takeRequest(turnedAway(message)); break;
    case "watchers":
      // Where single lots are watched, all of them have come by now.
      becomeLive();
      saleroom.takeWatchers(message);
      break;
    default: saleroom.take(message);
  }
  if (message.auction === chosen && saleroom.isStale(chosen)) readSoon();
});

function becomeLive() {
  if (stream.state === "live") return;
  stream.becomeLive();
  if (!lot()) choose(saleroom.current?.auction ?? null);
  else readRequests(chosen);
  setText(element("empty"), saleroom.size ? "" : "This sale has no lots yet. New ones appear here.");
}

const states = {
  off: "Signed out", connecting: "Connecting …", live: "Live", stale: "May be old",
  offline: "Not connected",
};

stream.addEventListener("state", () => {
  setText(element("connection"), states[stream.state]);
  element("connection").dataset.state = stream.state;
  element("room").classList.toggle("old", !["live", "connecting"].includes(stream.state));
  element("lost").hidden = !["stale", "offline"].includes(stream.state);
  block.update(lot(), isConnected());
});
stream.addEventListener("gone", () => loadSales());

// The past of a lot, from the log.

let reading = null;

async function readRequests(id) {
  const secret = reveals ? { reveal: true } : {};
  try {
    const [list, detail] = await Promise.all([
      office.command("list-requests", { auction: id, limit: listed, ...secret }),
      office.command("show-auction", { auction: id, ...secret }),
    ]);
    saleroom.takeLot(detail);
    saleroom.takeRequests(id, list.requests);
  } catch (error) {
    if (!error.isOfToken) desk.fault(`The bids can't be read: ${error.message}`);
  }
}

function readSoon() {
  reading ??= setTimeout(() => {
    reading = null;
    if (saleroom.isStale(chosen)) readRequests(chosen);
  }, 300);
}

// Which sale.

async function loadSales() {
  const [{ sales }, { auctions }] = await Promise.all([
    office.command("list-sales"), office.command("list-auctions"),
  ]);
  const single = withoutSale(auctions);
  const options = sales.map((sale) => make(
    "option", { value: `sale ${sale.sale}` }, `${sale.title} (${sale.auctions} lots)`));
  for (let first = 0; first < single.length; first += lotsMax) {
    const last = Math.min(first + lotsMax, single.length);
    const which = single.length > lotsMax ? `${first + 1}–${last} of ${single.length}` : `${last}`;
    options.push(make(
      "option", { value: first ? `lots ${first}` : "lots" }, `Lots without a sale (${which})`));
  }
  element("sale").replaceChildren(...options);
  const wanted = decodeURIComponent(location.hash.slice(1));
  const values = options.map((one) => one.value);
  element("sale").value = values.includes(wanted) ? wanted : values[0] ?? "";
  setText(element("empty"), values.length ? "" : "There are no sales and no lots yet.");
  await watch(single);
}

/** In the order in which they are shown: those that are done come last. */
const withoutSale = (auctions) => auctions.filter((one) => one.sale === null)
  .sort((one, other) => isOver(one) - isOver(other));

async function watch(single = null) {
  const value = element("sale").value;
  saleroom.clear();
  order.clear();
  choose(null);
  log = null;
  stream.stop();
  if (!value) return;
  history.replaceState(null, "", `#${encodeURIComponent(value)}`);
  const secret = reveals ? { reveal: true } : {};
  if (value.startsWith("sale ")) {
    const sale = value.slice(5);
    const detail = await office.command("show-sale", { sale, ...secret });
    for (const row of detail.lots) saleroom.takeLot(row);
    return stream.watch({ sale, ...secret });
  }
  const first = Number(value.slice("lots ".length)) || 0;
  const rows = (single ?? withoutSale((await office.command("list-auctions")).auctions))
    .slice(first, first + lotsMax);
  for (const row of rows) saleroom.takeLot(row);
  stream.watch({ auctions: rows.map((one) => one.auction), ...secret });
}

element("sale").addEventListener("change", () => attempt(() => watch()));

async function attempt(work) {
  try { await work(); } catch (error) {
    if (!error.isOfToken) setText(element("empty"), error.message);
  }
}

const start = () => attempt(loadSales);

// Names and amounts, which the server's log says were looked at.

async function readNames() {
  if (performance.now() - namesReadAt < 5000) return;
  namesReadAt = performance.now();
  await attempt(async () => {
    const { bidders } = await office.command("list-bidders", { reveal: true });
    names = new Map(bidders.map((one) => [one.bidder, one.name ?? ""]));
    changed.add(chosen);
    show();
  });
}

function toggle(id, work) {
  element(id).addEventListener("click", () => {
    const isOn = element(id).getAttribute("aria-pressed") !== "true";
    element(id).setAttribute("aria-pressed", String(isOn));
    work(isOn);
  });
}

toggle("names", (isOn) => {
  names = isOn ? new Map() : null;
  namesReadAt = -Infinity;
  if (isOn) return readNames();
  changed.add(chosen);
  show();
});
toggle("amounts", (isOn) => {
  reveals = isOn;
  const keep = chosen;
  saleroom.forgetSecrets();
  attempt(async () => {
    await watch();
    if (saleroom.get(keep)) choose(keep);
  });
});

// Who is at it.

function askForToken(fault = "") {
  setText(element("sign-in-fault"), fault);
  if (!element("sign-in").open) element("sign-in").showModal();
  element("token").focus();
}

function become(token) {
  office.token = token;
  if (token) sessionStorage.setItem(tokenKey, token);
  else sessionStorage.removeItem(tokenKey);
  stream.stop();
  saleroom.clear();
  order.clear();
  choose(null);
  log = null;
  names = null;
  reveals = false;
  for (const id of ["names", "amounts"]) element(id).setAttribute("aria-pressed", "false");
  setText(element("who"), token ? "Sign out" : "Sign in");
  element("room").hidden = !token;
  setText(element("empty"), "");
  element("sale").replaceChildren();
  if (token) start();
  else askForToken();
}

element("who").addEventListener("click", () => become(null));
element("sign-in").addEventListener("cancel", (event) => event.preventDefault());
element("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = element("token").value.trim();
  if (!token) return setText(element("sign-in-fault"), "Paste an administrator's token.");
  element("token").value = "";
  element("sign-in").close();
  become(token);
});
office.addEventListener("token-refused", ({ detail: why }) => {
  if (!office.token) return;
  become(null);
  askForToken(why);
});

// The other keys.

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isAsking()) return;
  if (event.target.closest?.("input, select, textarea")) return;
  // There they scroll.
  if (event.key.startsWith("Arrow") && event.target.closest?.("#tape")) return;
  const work = {
    ArrowDown: () => step(1), j: () => step(1), ArrowUp: () => step(-1), k: () => step(-1),
    n: nextLot, Home: () => choose((saleroom.onBlock ?? saleroom.current)?.auction ?? null),
    "/": () => element("filter").hidden || element("filter").focus(),
    "?": () => element("help").showModal(),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!work) return;
  event.preventDefault();
  work();
});
element("next").addEventListener("click", nextLot);
element("go").addEventListener("click", () => choose(saleroom.onBlock?.auction ?? chosen));
element("keys").addEventListener("click", () => element("help").showModal());

setInterval(() => order.tick(), 1000);
setInterval(() => {
  block.tick(lot());
  if (lot()) {
    document.title = lot().price === null ? `${lot().title} – console`
      : `${money(lot().price, lot())} ${lot().title} – console`;
  }
}, 250);

become(sessionStorage.getItem(tokenKey));
