// Node's `ws`.

const { spawnSync } = require("node:child_process");
const assert = require("node:assert/strict");

// Debian puts it where its own Node looks, which need not be the one that runs this.
const WebSocket = (() => {
  try { return require("ws"); } catch { return require("/usr/share/nodejs/ws"); }
})();

const { LOT: lot, TOKEN: token, RIVAL_TOKEN: rivalToken, BIDDER: bidder, HOUSE: house } = process.env;
const url = `${house.replace("http", "ws")}/v1/ws`;
const said = (what) => console.log(`  ${what}`);

class Client {
  #messages = [];
  #waiting = null;

  constructor(token) {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    this.socket = new WebSocket(url, "gavel.v1.json", { headers, perMessageDeflate: true });
    this.closed = new Promise((resolve) => this.socket.on("close", (code) => resolve(code)));
    this.socket.on("error", (error) => { console.error(error); process.exit(1); });
    this.socket.on("message", (data) => {
      const message = JSON.parse(data);
      if (message.type === "heartbeat") return;
      this.#messages.push(message);
      this.#waiting?.();
    });
  }

  send(message) { this.socket.send(JSON.stringify(message)); }

  /** The next message, which must be of one of these types. */
  async next(...types) {
    while (this.#messages.length === 0) await new Promise((resolve) => { this.#waiting = resolve; });
    const message = this.#messages.shift();
    // A notice of a bid by HTTP may still be on its way when its answer is there, and find us back.
    if (message.type === this.mayStillCome) return this.next(...types);
    assert.ok(types.includes(message.type), `not one of ${types}: ${JSON.stringify(message)}`);
    return message;
  }

  async bid(id, amount) {
    this.send({ type: "bid", auction: lot, id, amount, ref: `r-${id}` });
    return this.next("bid_accepted", "bid_rejected");
  }
}

const expect = (message, fields) => {
  assert.deepEqual({ ...message, ...fields }, message, JSON.stringify(message));
  return message;
};

async function play() {
  const rival = new Client(rivalToken);
  assert.match((await rival.next("welcome")).bidder, /-rival$/);
  const own = new Client();
  expect(await own.next("welcome"), { protocol: "gavel.v1", bidder: null });
  assert.equal(own.socket.protocol, "gavel.v1.json");
  assert.equal(own.socket.extensions.includes("permessage-deflate"), process.env.DEFLATE === "1");
  own.send({ type: "authenticate", token, ref: "who" });
  expect(await own.next("authenticated"), { bidder, ref: "who" });
  said("connected and authenticated");

  own.send({ type: "watch", auction: lot, feed: "full" });
  const snapshot = expect(await own.next("snapshot"), { seq: 1, price: null, status: "open" });
  const accepted = expect(await own.bid("b1", 2000), { type: "bid_accepted", leading: true });
  const price = expect(await own.next("price"), { seq: accepted.seq, price: 1000, bids: 1 });
  said("watched and bid");

  expect(await rival.bid("r1", 5000), { type: "bid_accepted", leading: true });
  const words = [await own.next("price", "outbid"), await own.next("price", "outbid")];
  const { price: outbidAt, outbid } = Object.fromEntries(words.map((word) => [word.type, word]));
  expect(outbidAt, { seq: price.seq + 1 });
  expect(outbid, { auction: lot, your_max: 2000 });
  said("was outbid");

  own.socket.terminate();
  await own.closed;
  for (let number = 0; number < 3; number += 1) {
    const answer = await fetch(`${house}/v1/auctions/${lot}/bids`, {
      method: "POST", headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify({ id: `h${number}`, amount: 2500 + number * 500 }),
    });
    expect(await answer.json(), { type: "bid_accepted", leading: false });
  }
  const back = new Client(token);
  back.mayStillCome = "outbid";
  expect(await back.next("welcome"), { bidder });
  back.send({ type: "watch", auction: lot, feed: "full", after: outbidAt.seq, log: snapshot.log });
  for (let number = 1; number <= 3; number += 1) {
    expect(await back.next("price"), { seq: outbidAt.seq + number });
  }
  expect(await back.next("watching"), { seq: outbidAt.seq + 3 });
  said("resumed after a cut");

  const close = spawnSync(process.env.GAVEL,
    ["auction", "close", lot, "--database", process.env.DATABASE]);
  assert.equal(close.status, 0, String(close.stderr));
  const end = [await back.next("status", "lost"), await back.next("status", "lost")];
  expect(end.find((word) => word.type === "status"),
    { seq: outbidAt.seq + 4, status: "closed", outcome: "sold" });
  back.socket.close(1000);
  rival.socket.close(1000);
  assert.deepEqual([await back.closed, await rival.closed], [1000, 1000]);
  said("saw the lot sold, and closed");
}

setTimeout(() => { console.error("no end after 240 s"); process.exit(1); }, 240_000).unref();
play().catch((error) => { console.error(error); process.exit(1); });
