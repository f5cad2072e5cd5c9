"""Follows a lot without a hole and bids on it, whatever happens to the connection.

    pip install websockets
    TOKEN=gvl_… python3 resuming_client.py ws://127.0.0.1:8080 vase 5000

The amount is in minor units: 5000 is 50.00 dollars. Run again, it does not bid twice.
"""

import asyncio
import json
import os
import random
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException


class Client:
    def __init__(self, server, lot, token, tell=print):
        self.url, self.lot, self.tell = server + "/v1/ws", lot, tell
        self.headers = {"Authorization": f"Bearer {token}"}
        self.seen, self.log = 0, None  # the newest change that was told, and in which log
        self.unanswered = {}  # bids by id, each with who waits for the verdict
        self.socket, self.tries, self.wait = None, 0, 0

    async def bid(self, id, amount):
        """Bids up to an amount, and waits for the verdict. The same id counts once, ever."""
        bid = {"type": "bid", "auction": self.lot, "id": id, "amount": amount}
        verdict = asyncio.get_running_loop().create_future()
        self.unanswered[id] = bid, verdict
        if self.socket:
            await self.send(bid)
        return await verdict

    async def send(self, message):
        try:
            await self.socket.send(json.dumps(message))
        except WebSocketException:
            pass  # the connection is gone; what has no answer goes over the next one again

    async def run(self):
        """Follows the lot, and returns how it ended."""
        while True:
            try:
                async with connect(self.url, subprotocols=["gavel.v1.json"],
                                   additional_headers=self.headers) as self.socket:
                    if outcome := await self.listen():
                        return outcome
            except (WebSocketException, OSError) as why:
                self.tell({"type": "disconnected", "why": str(why)})
            self.socket = None
            pause = min(30, 0.25 * 2 ** self.tries) * random.uniform(0.5, 1)
            await asyncio.sleep(max(self.wait, pause))
            self.tries, self.wait = self.tries + 1, 0

    async def listen(self):
        resume = {"after": self.seen, "log": self.log} if self.log else {}
        await self.send({"type": "watch", "auction": self.lot, "feed": "full", **resume})
        for bid, _ in list(self.unanswered.values()):
            await self.send(bid)
        silence_max = 40
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), silence_max))
            match message:
                case {"type": "welcome"}:
                    silence_max = message["heartbeat_ms"] / 1000 * 2.5
                case {"type": "bye", "reconnect": False}:
                    raise SystemExit(f"The server wants no more of us: {message['code']}")
                case {"type": "bye"}:
                    self.wait = (message["wait_ms"] + random.random() * message["jitter_ms"]) / 1000
                case {"type": "heartbeat"}:
                    if message["heads"].get(self.lot, 0) > self.seen:
                        return None  # a hole: come back and ask for what is missing
                case {"type": "error", "code": "rate_limited" | "unknown_outcome", "id": id}:
                    await asyncio.sleep(message.get("retry_after_ms", 1000) / 1000)
                    await self.send(self.unanswered[id][0])
                case {"id": id} if id in self.unanswered:
                    self.unanswered.pop(id)[1].set_result(message)
                case {"type": "error"}:
                    raise SystemExit(message["message"])
                case {"type": "snapshot" | "price" | "status", "auction": self.lot, "seq": seq}:
                    if message["type"] == "snapshot":
                        self.log = message["log"]
                    elif seq <= self.seen:
                        continue
                    elif seq > self.seen + 1:
                        return None
                    self.seen, self.tries = seq, 0
                    self.tell(message)
                    if message.get("outcome"):
                        return message["outcome"]
                case _:
                    self.tell(message)


async def main(server, lot, amount):
    client = Client(server, lot, os.environ["TOKEN"])
    running = asyncio.create_task(client.run())
    print(await client.bid(f"example-{amount}", int(amount)))
    print("The lot ended:", await running)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
