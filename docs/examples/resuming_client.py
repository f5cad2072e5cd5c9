"""Follows a lot without a hole and bids on it, whatever happens to the connection.

    pip install websockets
    TOKEN=gvl_… python3 resuming_client.py ws://127.0.0.1:8080 vase 5000

The amount is in minor units: 5000 is 50.00 dollars. Run again, it does not bid twice.
"""

import asyncio, contextlib, json, os, random, sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException


class Client:
    def __init__(self, server, lot, token, tell=print):
        self.url, self.lot, self.token, self.tell = server + "/v1/ws", lot, token, tell
        self.seen, self.log = 0, "none"  # the newest change that was told, and in which log
        self.unanswered = {}  # bids by id, each with who waits for the verdict
        self.socket, self.tries, self.wait = None, 0, 0

    async def bid(self, id, amount):
        """Bids up to an amount, and waits for the verdict. The same id counts once, ever."""
        bid = {"type": "bid", "auction": self.lot, "id": id, "amount": amount}
        self.unanswered[id] = bid, (verdict := asyncio.Future())
        await self.send(bid)
        return await verdict

    async def send(self, message):
        with contextlib.suppress(ConnectionClosed):  # what has no answer is sent again by listen
            if self.socket:
                await self.socket.send(json.dumps(message))

    async def run(self):
        """Follows the lot over as many connections as it takes, and returns how it ended."""
        headers = {"Authorization": f"Bearer {self.token}"}
        while True:
            with contextlib.suppress(WebSocketException, OSError):
                async with connect(self.url, additional_headers=headers) as self.socket:
                    if outcome := await self.listen():
                        return outcome
            pause = min(30, 0.25 * 2**self.tries) * random.uniform(0.5, 1)
            await asyncio.sleep(max(self.wait, pause))
            self.tries, self.wait = self.tries + 1, 0

    async def listen(self):
        await self.send({"type": "watch", "auction": self.lot, "feed": "full",
                         "after": self.seen, "log": self.log})
        for bid, _ in list(self.unanswered.values()):
            await self.send(bid)
        while True:  # a heartbeat comes every 15 s
            match message := json.loads(await asyncio.wait_for(self.socket.recv(), 35)):
                case {"type": "snapshot" | "price" | "status" as kind, "seq": seq}:
                    if kind != "snapshot" and seq != self.seen + 1:
                        return None  # a hole: come back, and ask for what is missing
                    self.seen, self.log, self.tries = seq, message.get("log", self.log), 0
                    self.tell(message)
                    if message.get("outcome"):
                        return message["outcome"]
                case {"type": "heartbeat", "heads": heads} if heads.get(self.lot, 0) > self.seen:
                    return None
                case {"type": "error", "code": "rate_limited" | "unknown_outcome", "id": id}:
                    await asyncio.sleep(message.get("retry_after_ms", 1000) / 1000)
                    await self.send(self.unanswered[id][0])
                case {"id": id} if id in self.unanswered:
                    self.unanswered.pop(id)[1].set_result(message)
                case {"type": "bye", "reconnect": True}:
                    self.wait = (message["wait_ms"] + random.random() * message["jitter_ms"]) / 1000
                case {"type": "bye" | "error"}:
                    raise SystemExit(message)
                case _:
                    self.tell(message)


async def main(server, lot, amount):
    client = Client(server, lot, os.environ["TOKEN"])
    running = asyncio.create_task(client.run())
    print(await client.bid(f"example-{amount}", int(amount)))
    print("The lot ended:", await running)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
