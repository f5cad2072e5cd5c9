"""A real `gavel serve` on a database of its own, and what an auctioneer does with it."""

import asyncio
import json
import random
import socket
import urllib.error
import urllib.request

from line import Line

# For one command or one line of the server's; none takes one, but on a busy machine.
patience = 60
# A tab that needs a network of its own gets one of these.
lines_max = 6


def free_port():
    """A port that nobody listens on, and that no connection going out is given in the meantime.

    Named beforehand, as the server lets in only the origins that it has been told.
    """
    while True:
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", random.randrange(20_000, 30_000)))
                return attempt.getsockname()[1]
            except OSError:
                pass


class House:
    """One server, for all scenarios: they keep apart by their own sales, lots and bidders."""

    def __init__(self, gavel, folder, limits=None):
        """limits: those that differ from what suits most scenarios."""
        self.gavel, self.folder = gavel, folder
        # Scenarios bid faster than people do, and look often, all from one address.
        self.limits = dict.fromkeys(
            ("bids-per-second", "bid-burst", "bids-on-lot-per-second", "bid-on-lot-burst",
             "messages-per-second", "message-burst", "connections-per-bidder-max"), 1000)
        # So that a silence is noticed after seconds and not after half a minute.
        self.limits["heartbeat-seconds"] = 2
        self.limits.update(limits or {})
        self.database = f"{folder}/browser.db"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.free_lines = []
        self.process = None

    async def start(self):
        settings = []
        for limit, value in self.limits.items():
            settings += ["--limit", f"{limit}={value}"]
        for _ in range(lines_max):
            line = Line(free_port(), self.port)
            self.free_lines.append(line)
            settings += ["--origin", line.url]
        self.process = await asyncio.create_subprocess_exec(
            self.gavel, "serve", "--json", "--listen", f"127.0.0.1:{self.port}",
            "--origin", self.url, "--log-level", "warning", "--database", self.database, *settings,
            stdout=asyncio.subprocess.PIPE)
        line = await asyncio.wait_for(self.process.stdout.readline(), patience)
        if not line:
            raise SystemExit("The server did not start.")

    async def stop(self):
        self.process.terminate()
        try:
            status = await asyncio.wait_for(self.process.wait(), patience)
        except TimeoutError:
            self.process.kill()
            raise
        assert status == 0, f"the server ended with {status}"

    async def command(self, *arguments):
        """What a command of the auctioneer's prints, as objects."""
        process = await asyncio.create_subprocess_exec(
            self.gavel, *arguments, "--database", self.database, "--json",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, err = await asyncio.wait_for(process.communicate(), patience)
        assert process.returncode == 0, f"gavel {' '.join(arguments)}: {err.decode()}"
        return [json.loads(line) for line in out.decode().splitlines()]

    async def bidder(self, name, *options):
        """A new bidder's token."""
        await self.command("bidder", "add", name, *options)
        return (await self.command("bidder", "token", name))[0]["token"]

    async def administrator(self, name):
        """A new administrator's token."""
        return (await self.command("admin", "token", name))[0]["token"]

    async def call(self, path, body=None, token=None):
        """What the server answers over HTTP; a refusal is an answer, too."""
        def ask():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            data = None if body is None else json.dumps(body).encode()
            request = urllib.request.Request(self.url + path, data, headers)
            try:
                with urllib.request.urlopen(request, timeout=patience) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as refused:
                return json.load(refused)
        return await asyncio.to_thread(ask)

    async def bid(self, lot, amount, token, **more):
        """A bid of minor units that does not come from a browser; it must be taken."""
        body = {"id": f"b{random.randrange(10**12)}", "amount": amount, **more}
        answer = await self.call(f"/v1/auctions/{lot}/bids", body, token)
        assert answer["type"] == "bid_accepted", answer
        return answer

    async def bids(self, lot):
        """The lot's public bids, as the server has them."""
        return (await self.call(f"/v1/auctions/{lot}/bids"))["bids"]
