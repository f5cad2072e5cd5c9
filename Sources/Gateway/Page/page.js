// Puts the page together: the connection, what is known of the lots, and the two views.

import { note } from "./announce.js";
import { Bids } from "./bids.js";
import { Board } from "./board.js";
import { Catalogue } from "./catalogue.js";
import { SignIn } from "./dialogs.js";
import { choose, language, names } from "./language.js";
import { LotView } from "./lot.js";
import { Lots } from "./lots.js";
import { News } from "./news.js";
import { Connection } from "./protocol.js";
import { place } from "./router.js";
import { has, speak, t } from "./texts.js";
import { element, make, mark, setText } from "./view.js";

const tokenKey = "gavel.token";
const salesMax = 80; // A connection may watch 100 lots and sales.
const lonersMax = 15;
const retryAfter = 3000;
const refreshEvery = 60000;

speak(document);

const lots = new Lots();
const connection = new Connection(sessionStorage.getItem(tokenKey));
const catalogue = new Catalogue(connection, lots);
const bids = new Bids(connection);
const signIn = new SignIn(become);
const board = new Board({
  lots, catalogue, now: () => connection.now(), bidder: () => connection.bidder,
});
const view = new LotView({ lots, bids, catalogue, connection, signIn: () => signIn.ask() });
const news = new News({ lots, openLot: () => view.id });

// MARK: what there is

async function refresh() {
  const here = place();
  try {
    if (here.view === "lot") await loadLot(here.id);
    else await catalogue.load(here.id);
    await catalogue.loadSales();
    board.explain(t("nothing.all"));
  } catch {
    board.explain(t("nothing.read"));
    setTimeout(() => connection.isLive && refresh(), retryAfter);
  }
  watchAll();
  showTitle();
  board.update();
  view.update();
}

async function loadLot(id) {
  try {
    await catalogue.loadLot(id);
  } catch (fault) {
    if (fault.status !== 404) throw fault;
    view.explain(t("nothing.lot"));
    return;
  }
  // Without the terms the steps are guessed from the present one.
  await catalogue.loadTerms(id).catch(() => null);
}

// A sale is watched as a whole, and the lot that is open by itself: of that every change counts.
function watchAll() {
  const sales = new Set(lots.all.map((lot) => lot.sale).filter(Boolean));
  for (const sale of [...sales].slice(0, salesMax)) connection.watch({ sale });
  const loners = lots.all.filter((lot) => !lot.sale);
  for (const lot of loners.slice(0, lonersMax)) connection.watch({ auction: lot.auction });
  watchOpenLot();
}

let watchedLot = null;

function watchOpenLot() {
  const wanted = view.id && lots.get(view.id) ? view.id : null;
  if (watchedLot && watchedLot !== wanted) connection.unwatch({ auction: watchedLot, feed: "full" });
  if (wanted && wanted !== watchedLot) {
    connection.unwatch({ auction: wanted });
    connection.watch({ auction: wanted, feed: "full" });
  }
  watchedLot = wanted;
}

lots.addEventListener("change", ({ detail: { id } }) => {
  board.update();
  if (id === view.id) view.update();
});
bids.addEventListener("change", ({ detail: id }) => id === view.id && view.update());
setInterval(() => connection.isLive && !document.hidden && refresh(), refreshEvery);

// MARK: what the server says

connection.addEventListener("ready", ({ detail: { bidder, isSame } }) => {
  if (!isSame) lots.forgetOwn();
  showWho(bidder);
  refresh();
});

connection.addEventListener("message", ({ detail: message }) => {
  const isOwn = bids.take(message);
  if (message.auction) lots.take(message);
  news.hear(message, isOwn);
  const isOld = message.type === "bid_accepted" && message.seq < lots.get(message.auction)?.seq;
  // What these leave of our own standing is in a snapshot.
  if (isOld || ["bid_retracted", "bid_voided"].includes(message.type)) {
    catalogue.loadLot(message.auction).catch(() => null);
  }
});

connection.addEventListener("state", () => {
  const { state, why } = connection;
  const place = element("connection");
  setText(place, t(`connection.${state}`));
  mark(place, "state", state);
  mark(document.body, "connection", state);
  setText(element("trouble"), why || (has(`trouble.${state}`) ? t(`trouble.${state}`) : ""));
  element("trouble").hidden = !element("trouble").textContent;
  view.update();
});

// MARK: who we are

function become(token) {
  if (token) sessionStorage.setItem(tokenKey, token);
  else sessionStorage.removeItem(tokenKey);
  bids.forget();
  connection.setToken(token);
}

function showWho(bidder) {
  setText(element("who"), bidder ?? "");
  setText(element("account"), t(bidder ? "sign-out" : "sign-in"));
  mark(document.body, "signed", bidder ? "in" : "");
}

element("account").addEventListener("click", () => {
  if (!connection.bidder) return signIn.ask();
  become(null);
  note(t("signed-out"));
});
connection.addEventListener("token-refused", ({ detail: why }) => {
  sessionStorage.removeItem(tokenKey);
  signIn.ask(why);
});

// MARK: which language

element("language").append(...Object.entries(names).map(([value, name]) => make(
  "option", { value, lang: value, selected: value === language ? "" : null }, name)));
element("language").addEventListener("change", (event) => choose(event.target.value));

// MARK: where we are

let isFirst = true;

function route() {
  const here = place();
  if (here.view === "lot") {
    board.close();
    view.open(here.id);
    news.open(here.id);
  } else {
    view.close();
    board.open(here.id);
  }
  watchOpenLot();
  showTitle();
  if (connection.isLive) refresh();
  // Whoever follows a link by keyboard or screen reader goes on at the new page's beginning.
  if (!isFirst) {
    scrollTo(0, 0);
    heading()?.focus({ preventScroll: true });
  }
  isFirst = false;
}

const heading = () => document.querySelector("main > :not([hidden]) h1");

function showTitle() {
  const title = view.id ? view.title : board.title;
  news.setTitle(`${title} – Gavel`);
}

addEventListener("hashchange", route);
element("skip").addEventListener("click", (event) => {
  // A link to a place in the page would change the address that says where we are.
  event.preventDefault();
  heading()?.focus();
});
setInterval(() => {
  board.tick();
  view.tick();
  news.tick(lots.get(view.id), connection.now());
}, 250);
route();
connection.start();
