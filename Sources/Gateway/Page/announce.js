// What the page says by itself: notes that are seen, and words that a screen reader reads. What
// matters stays until it is closed; the rest goes by itself.

import { t } from "./texts.js";
import { element, make, setText } from "./view.js";

const staysFor = 7000;
const quietFor = 3000;
const notesMax = 4;

/**
 * Shows a note. kind: good, bad, won or nothing; a note under a key replaces the one before it;
 * { stays } keeps it until it is closed; { action: { text, run } } puts a button or a link on it.
 */
export function note(text, kind = "", { key = null, stays = false, link = null } = {}) {
  dismiss(key);
  const close = make("button", { type: "button", class: "close", "aria-label": t("note.close") }, "×");
  const shown = make("div", { class: "note", "data-kind": kind }, make("p", {}, text));
  if (key) shown.dataset.key = key;
  if (link) {
    const anchor = make("a", { href: link.href }, link.text);
    anchor.addEventListener("click", () => shown.remove());
    shown.append(anchor);
  }
  shown.append(close);
  close.addEventListener("click", () => shown.remove());
  const notes = element("notes");
  notes.append(shown);
  while (notes.children.length > notesMax) notes.firstElementChild.remove();
  if (!stays) setTimeout(() => shown.remove(), staysFor);
  if (kind === "bad" || kind === "won") sayNow(text);
  else say(text);
}

/** Takes the note under a key away. */
export function dismiss(key) {
  if (!key) return;
  for (const shown of [...element("notes").children]) if (shown.dataset.key === key) shown.remove();
}

/** Has a screen reader say it at once, whatever it is reading. */
export function sayNow(text) { setText(element("said-now"), ""); setText(element("said-now"), text); }

let waiting = null;
let timer = null;

/**
 * Has a screen reader say it when it is done with what it reads. Prices may move faster than
 * anybody can listen: of what comes within three seconds the newest is said.
 */
export function say(text) {
  if (timer) {
    waiting = text;
    return;
  }
  setText(element("said"), text);
  timer = setTimeout(() => {
    timer = null;
    if (waiting === null) return;
    const next = waiting;
    waiting = null;
    say(next);
  }, quietFor);
}
