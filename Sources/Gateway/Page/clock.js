// What time it is at the house. This computer's clock is only trusted to run, not to be right, and
// not even to run while the computer sleeps.

const jumpMax = 1500;
const ageMax = 120000;

export class ServerClock {
  #server = Date.now();
  #local = performance.now();
  #trip = Infinity;
  // The wall clock and the running clock move together; when they part, one of them has jumped or
  // the machine has slept, and the offset is worth nothing until the house has been asked again.
  #parting = Date.now() - performance.now();

  /** The server's time in Unix milliseconds, as well as it is known. */
  now() { return this.#server + performance.now() - this.#local; }

  /** Whether this machine has slept or its clocks have jumped since the house was last asked. */
  hasJumped() { return Math.abs(Date.now() - performance.now() - this.#parting) > jumpMax; }

  /**
   * Takes the server's time over; with `sent`, half of the round trip is added. A quick trip is
   * better than a slow one, unless it is long ago.
   */
  set(serverTime, sent = null) {
    const local = performance.now();
    const trip = sent === null ? Infinity : local - sent;
    const isOld = local - this.#local > ageMax;
    if (!this.hasJumped() && !isOld && trip > this.#trip) return;
    this.#server = serverTime + (sent === null ? 0 : trip / 2);
    this.#local = local;
    this.#trip = trip;
    this.#parting = Date.now() - local;
  }

  /** A new connection: what the old one measured no longer counts. */
  forget() { this.#trip = Infinity; }
}
