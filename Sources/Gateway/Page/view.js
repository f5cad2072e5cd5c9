// Small things that all views need. Whatever comes from the server is set as text, never as HTML.

import { speak } from "./texts.js";

export const element = (id) => document.getElementById(id);

/** A copy of what a template holds, in the reader's language. */
export const copy = (id) => speak(element(id).content.cloneNode(true));

/** Sets a text where it has changed, so that screen readers and selections are left in peace. */
export function setText(place, text) {
  if (place && place.textContent !== text) place.textContent = text;
}

/** Fills the places of a template: { price: "$1.00" } goes where data-field="price" stands. */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    setText(root.querySelector(`[data-field="${name}"]`), text);
  }
}

/** An element made of text and other elements. Attributes may not name code (on…). */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** The same in SVG. */
export function draw(tag, attributes = {}, ...children) {
  const made = document.createElementNS(document.querySelector("svg").namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Gives a list its rows. One that looks as before stays the element that it was, with its focus, a selection in
 * it, and its listeners: nothing is taken from under somebody's hands because others bid.
 */
export function renew(list, rows) {
  let place = list.firstElementChild;
  for (const row of rows) {
    let same = place;
    while (same && !same.isEqualNode(row)) same = same.nextElementSibling;
    if (!same) {
      list.insertBefore(row, place);
      continue;
    }
    while (place !== same) place = removed(place);
    place = same.nextElementSibling;
  }
  while (place) place = removed(place);
}

function removed(row) {
  const next = row.nextElementSibling;
  row.remove();
  return next;
}

/** Lets a place light up once. */
export function flash(place) {
  place.classList.remove("moved");
  void place.offsetWidth; // Starts the animation anew.
  place.classList.add("moved");
}

/** Sets or takes away an attribute that others style by. */
export function mark(place, name, value) {
  if (value) place.dataset[name] = value;
  else delete place.dataset[name];
}

/** Collects many calls into one before the next painting; a hidden tab paints nothing. */
export function beforePainting(work) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      work();
    });
  };
}

const unsettled = new WeakMap();

/**
 * Shows a dialog that is closed; resolves to what it is closed with, "" by Escape.
 *
 * The event of a closing comes a little later, and the dialog may be open again by then: the question before
 * ends at the latest here, and its event is not taken for the end of this one.
 */
export function show(dialog) {
  unsettled.get(dialog)?.();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const end = () => {
      dialog.removeEventListener("close", close);
      unsettled.delete(dialog);
      resolve(dialog.returnValue);
    };
    const close = () => { if (!dialog.open) end(); };
    unsettled.set(dialog, end);
    dialog.addEventListener("close", close);
  });
}
