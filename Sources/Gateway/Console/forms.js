// The one dialog that asks: for a reason, an amount, a name. Escape and Cancel change nothing.

import { element, make, setText, show } from "/page/view.js";

/**
 * Asks, and resolves to what was given, or to null. send(values) does what it is for: a fault that it
 * throws is shown in the dialog, which stays.
 */
export function ask({ title, text = "", fields = [], yes = "OK", danger = false, add = {} }, send) {
  const dialog = element("form");
  if (dialog.open) return Promise.resolve(null);
  setText(element("form-title"), title);
  setText(element("form-text"), text);
  setText(element("form-fault"), "");
  setText(element("form-yes"), yes);
  element("form-yes").classList.toggle("danger", danger);
  const inputs = fields.map(line);
  element("form-fields").replaceChildren(...inputs.map((one) => one.row));
  element("form-yes").disabled = false;
  const closed = show(dialog);
  const first = inputs[0]?.input ?? element("form-yes");
  first.focus();
  first.select?.();
  let isSending = false;
  let isOver = false;
  const submit = async (event) => {
    event.preventDefault();
    if (isSending) return;
    const { values, fault } = read(fields, inputs);
    setText(element("form-fault"), fault);
    if (fault) return;
    isSending = true;
    element("form-yes").disabled = true;
    let refusal = null;
    try { await send({ ...values, ...add }); } catch (error) { refusal = error.message; }
    // Closed meanwhile, it may be asking something else.
    if (isOver) return;
    isSending = false;
    element("form-yes").disabled = false;
    if (refusal === null) dialog.close("sent");
    else setText(element("form-fault"), refusal);
  };
  element("form-form").addEventListener("submit", submit);
  return closed.then((answer) => {
    isOver = true;
    element("form-form").removeEventListener("submit", submit);
    return answer === "sent";
  });
}

/** Whether something is being asked. */
export const isAsking = () => Boolean(document.querySelector("dialog[open]"));

function line(field) {
  const id = `form-${field.name}`;
  const input = make("input", {
    id, name: field.name, autocomplete: "off", inputmode: field.inputmode, maxlength: "500",
    "aria-describedby": "form-fault", list: field.list?.length ? `${id}-list` : null,
  });
  input.value = field.value ?? "";
  const row = make("div", { class: "field" }, make("label", { for: id }, field.label), input);
  if (field.list?.length) {
    row.append(make("datalist", { id: `${id}-list` },
      ...field.list.map((value) => make("option", { value }))));
  }
  if (field.choices) {
    row.append(make("div", { class: "choices" }, ...field.choices.map((choice) => {
      const button = make("button", { type: "button", class: "quiet" }, choice);
      button.addEventListener("click", () => { input.value = choice; });
      return button;
    })));
  }
  return { row, input };
}

function read(fields, inputs) {
  const values = {};
  for (const [index, field] of fields.entries()) {
    const { input } = inputs[index];
    const text = input.value.trim();
    input.setAttribute("aria-invalid", "false");
    let fault = "";
    if (!text && field.required) fault = `${field.label}: this is needed.`;
    if (text) {
      const result = field.read ? field.read(text) : { value: text };
      values[field.name] = result.value;
      fault = result.fault ?? "";
    }
    if (!fault) continue;
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return { values, fault };
  }
  return { values, fault: "" };
}

for (const close of document.querySelectorAll("dialog [data-close]")) {
  close.addEventListener("click", () => close.closest("dialog").close(""));
}
