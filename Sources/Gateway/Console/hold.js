// What can't be taken back needs a key or a button that is held for a moment: a slip of the hand does
// nothing. Who can't hold one presses Enter on the button, and is asked.

export const holdMilliseconds = 700;

/** One hold at a time. */
export class Hold {
  #timer = null;
  #button = null;

  constructor() {
    addEventListener("blur", () => this.cancel());
    document.addEventListener("visibilitychange", () => this.cancel());
  }

  get isOn() { return this.#timer !== null; }

  /** Counts, and does it when it was held long enough. */
  begin(button, done) {
    this.cancel();
    this.#button = button;
    button?.classList.add("holding");
    this.#timer = setTimeout(() => {
      this.cancel();
      done();
    }, holdMilliseconds);
  }

  /** Whether something was cut short by this. */
  cancel() {
    const wasOn = this.isOn;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#button?.classList.remove("holding");
    this.#button = null;
    return wasOn;
  }
}
