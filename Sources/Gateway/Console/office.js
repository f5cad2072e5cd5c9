// Administrators' commands, by HTTP. The token goes with each in its header, never in an address.

/** Why a command was not done. code: the server's, or "network" when nothing can be told. */
export class OfficeFault extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }

  /** Whether nobody is behind the token, or nobody who may do this. */
  get isOfToken() { return this.code === "unauthenticated" || this.code === "forbidden"; }
}

const lost = "No answer came: it can't be told whether this was done. Look before you repeat it.";

export class Office extends EventTarget {
  token = null;

  /** The answer to a command, or an OfficeFault. */
  async command(name, body = {}) {
    const answer = await this.post(name, body);
    let value = null;
    try { value = await answer.json(); } catch { throw new OfficeFault("network", lost); }
    if (answer.ok) return value;
    throw this.#fault(value);
  }

  /** The raw answer; a fault only where none came. */
  async post(name, body, signal = undefined) {
    const headers = { "Content-Type": "application/json" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    try {
      return await fetch(`/v1/admin/${name}`, {
        method: "POST", headers, body: JSON.stringify(body), signal, cache: "no-store",
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new OfficeFault("network", lost);
    }
  }

  /** What an answer that is no success says. */
  async faultOf(answer) {
    try { return this.#fault(await answer.json()); } catch {
      return new OfficeFault("network", `The server answers with ${answer.status}.`);
    }
  }

  #fault(value) {
    const { code = "internal", message = "The server did not say why." } = value?.error ?? {};
    const fault = new OfficeFault(code, message);
    if (fault.isOfToken) this.dispatchEvent(new CustomEvent("token-refused", { detail: message }));
    return fault;
  }
}
