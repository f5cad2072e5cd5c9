// What there is in the house, by HTTP: its sales, its lots, and a lot's terms and bids. All of it is
// news by WebSocket afterwards.

const pagesMax = 25;

export class Catalogue {
  #terms = new Map();
  #titles = new Map();

  constructor(connection, lots) {
    this.connection = connection;
    this.lots = lots;
  }

  /** What a sale is called; its id as long as that is not known. */
  titleOf(sale) { return this.#titles.get(sale) ?? sale; }

  /** The lot's terms, or null as long as they are not known. */
  termsOf(auction) { return this.#terms.get(auction) ?? null; }

  /** Reads all lots, of one sale or of the house. Throws when the house does not answer. */
  async load(sale = null) {
    const asks = sale ? `&sale=${encodeURIComponent(sale)}` : "";
    let cursor = "";
    for (let page = 0; page < pagesMax; page += 1) {
      const after = cursor ? `cursor=${encodeURIComponent(cursor)}` : "";
      const { auctions, cursor: next } = await this.#get(`/v1/auctions?${after}${asks}`);
      for (const lot of auctions) this.lots.take(lot);
      if (!next) return;
      cursor = next;
    }
  }

  /** Reads one lot as it is for us. */
  async loadLot(id) {
    this.lots.take(await this.#get(`/v1/auctions/${encodeURIComponent(id)}`));
  }

  /** Reads what the sales are called. True when something is new. */
  async loadSales() {
    const { sales } = await this.#get("/v1/sales");
    const isNew = sales.some(({ sale, title }) => this.#titles.get(sale) !== title);
    for (const { sale, title } of sales) this.#titles.set(sale, title);
    return isNew;
  }

  /** Reads a lot's terms; they never change. */
  async loadTerms(id) {
    if (this.#terms.has(id)) return;
    this.#terms.set(id, await this.#get(`/v1/auctions/${encodeURIComponent(id)}/terms`));
  }

  /** Reads a lot's public bids from a position on, oldest first. */
  async bids(id, from) {
    const bids = [];
    let cursor = from;
    while (cursor !== null) {
      const path = `/v1/auctions/${encodeURIComponent(id)}/bids?cursor=${cursor}`;
      const page = await this.#get(path);
      bids.push(...page.bids);
      cursor = page.cursor;
    }
    return bids;
  }

  async #get(path) {
    const answer = await fetch(path, { headers: this.connection.headers });
    if (!answer.ok) {
      const fault = new Error(`HTTP ${answer.status}`);
      fault.status = answer.status;
      throw fault;
    }
    return answer.json();
  }
}
