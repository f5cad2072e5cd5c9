// The two questions that this page asks: who are you, and do you mean it?

import { t } from "./texts.js";
import { element, setText, show } from "./view.js";

/**
 * Asks for a confirmation; true when it was given. Escape and the first button, which has the
 * focus, mean no: nothing is ever bought by pressing Enter twice.
 */
export function confirmed({ title, text, yes }) {
  const dialog = element("confirm-dialog");
  if (dialog.open) return Promise.resolve(false);
  setText(element("confirm-title"), title);
  setText(element("confirm-text"), text);
  setText(element("confirm-yes"), yes);
  const closed = show(dialog);
  element("confirm-no").focus();
  return closed.then((answer) => answer === "yes");
}

/** Closes the question without an answer: what it asked about has changed. */
export function withdrawConfirmation() {
  if (element("confirm-dialog").open) element("confirm-dialog").close("no");
}

/** Asks for a token. become(token) is called with what was given. */
export class SignIn {
  constructor(become) {
    this.#dialog.addEventListener("close", () => { element("token").value = ""; });
    element("sign-in-cancel").addEventListener("click", () => this.#dialog.close());
    element("sign-in-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const token = element("token").value.trim();
      if (!token) return this.#fault(t("sign-in.empty"));
      this.#dialog.close();
      become(token);
    });
    for (const [id, value] of [["confirm-no", "no"], ["confirm-yes", "yes"]]) {
      element(id).addEventListener("click", () => element("confirm-dialog").close(value));
    }
  }

  get #dialog() { return element("sign-in"); }

  ask(fault = "") {
    this.#fault(fault);
    if (!this.#dialog.open) this.#dialog.showModal();
    element("token").focus();
  }

  #fault(text) {
    setText(element("sign-in-fault"), text);
    element("token").setAttribute("aria-invalid", text ? "true" : "false");
  }
}
