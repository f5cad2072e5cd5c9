"""docs/examples/resuming_client.py, through a proxy that keeps on cutting its connections."""

import asyncio
import json
import os
import random
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "examples"))

import resuming_client  # noqa: E402

# An example is read before it is copied.
source = Path(resuming_client.__file__).read_text().split("class Client", 1)[1]
lines = [line for line in source.splitlines() if line.strip() and '"""' not in line]
assert len(lines) <= 60, f"the example has {len(lines)} lines"

lot, house = os.environ["LOT"], os.environ["HOUSE"]
rounds, cuts_max, cuts_min = 25, 15, 5
seed = 20261127


class CuttingProxy:
    """Passes bytes on, and breaks each of the first connections off in the middle of something."""

    def __init__(self, host, port):
        self.target, self.cuts, self.chance = (host, port), 0, random.Random(seed)

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        up_reader, up_writer = await asyncio.open_connection(*self.target)
        # From within the handshake on to well after the snapshot.
        left = self.chance.randrange(100, 6000) if self.cuts < cuts_max else None
        upward = asyncio.create_task(self.pump(reader, up_writer))
        try:
            while data := await up_reader.read(65536):
                if left is not None:
                    data, left = data[:left], left - len(data)
                writer.write(data)
                await writer.drain()
                if left is not None and left <= 0:
                    self.cuts += 1
                    break
        except ConnectionError:
            pass
        upward.cancel()
        for end in (writer, up_writer):
            end.transport.abort()

    @staticmethod
    async def pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass


def ask(path, body=None, token=None):
    request = urllib.request.Request(house + path, data=body and json.dumps(body).encode())
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


async def main():
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    scheme, address = house.split("://")
    host, port = address.split(":")
    proxy = CuttingProxy(host, int(port))
    port = await proxy.start()
    told = []
    client = resuming_client.Client(
        f"{scheme.replace('http', 'ws')}://{host}:{port}", lot, os.environ["TOKEN"], told.append)
    running = asyncio.create_task(client.run())
    for number in range(1, rounds + 1):
        await asyncio.to_thread(ask, f"/v1/auctions/{lot}/bids",
                                {"id": f"r{number}", "amount": number * 10_000},
                                os.environ["RIVAL_TOKEN"])
        verdict = await client.bid(f"c{number}", number * 10_000 + 5000)
        assert verdict["type"] == "bid_accepted", verdict
        assert (await client.bid(f"c{number}", number * 10_000 + 5000)) == verdict
    process = await asyncio.create_subprocess_exec(
        os.environ["GAVEL"], "auction", "close", lot, "--database", os.environ["DATABASE"],
        stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0
    assert await running == "sold"

    changes = [m for m in told if m["type"] in ("snapshot", "price", "status")]
    seqs = [m["seq"] for m in changes]
    assert seqs == list(range(seqs[0], seqs[-1] + 1)), f"a hole, or something twice: {seqs}"
    # The lot opened, every bid moved the price, and it closed.
    assert seqs[-1] == 1 + 2 * rounds + 1, seqs
    bids = ask(f"/v1/auctions/{lot}/bids")["bids"]
    assert len(bids) == 2 * rounds, f"{len(bids)} bids stand, {2 * rounds} were made"
    assert proxy.cuts >= cuts_min, f"only {proxy.cuts} cuts"
    print(f"  {proxy.cuts} cuts, {len(seqs)} changes without a hole, {len(bids)} bids once each")


asyncio.run(asyncio.wait_for(main(), 240))
