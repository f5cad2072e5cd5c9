"""What every WebSocket client does, whatever library it is: `play(connect)`.

`connect(token)` opens a connection, with the token in its Authorization header if there is one.
What it returns has `send(message)`, `receive()`, `cut()` and `close()`, the last of which returns
the close code that the server answered with.
"""

import asyncio
import os

lot, token, rival_token = os.environ["LOT"], os.environ["TOKEN"], os.environ["RIVAL_TOKEN"]
bidder = os.environ["BIDDER"]
url = os.environ["HOUSE"].replace("http", "ws", 1) + "/v1/ws"
subprotocol = "gavel.v1.json"
# Every client offers permessage-deflate; a server agrees where it is told to.
expects_deflate = os.environ["DEFLATE"] == "1"


def said(what):
    print(f"  {what}", flush=True)


def expect(message, **fields):
    """The message has these fields; anything else ends the scenario."""
    for key, value in fields.items():
        assert message.get(key) == value, f"{key} should be {value!r}: {message}"
    return message


async def next_of(client, *types):
    """The next message, which must be of one of these types; heartbeats don't count."""
    while True:
        message = await client.receive()
        if message["type"] == "heartbeat":
            continue
        assert message["type"] in types, f"not one of {types}: {message}"
        return message


async def bid(client, name, amount):
    await client.send(
        {"type": "bid", "auction": lot, "id": name, "amount": amount, "ref": f"r-{name}"})
    return await next_of(client, "bid_accepted", "bid_rejected")


async def close_lot():
    """The auctioneer's part, on the command line."""
    process = await asyncio.create_subprocess_exec(
        os.environ["GAVEL"], "auction", "close", lot, "--database", os.environ["DATABASE"],
        stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0


async def play(connect):
    rival = await connect(rival_token)
    welcome = await next_of(rival, "welcome")
    assert welcome["bidder"].endswith("-rival"), welcome

    own = await connect(None)
    expect(await next_of(own, "welcome"), protocol="gavel.v1", bidder=None)
    await own.send({"type": "authenticate", "token": token, "ref": "who"})
    expect(await next_of(own, "authenticated"), bidder=bidder, ref="who")
    said("connected and authenticated")

    await own.send({"type": "watch", "auction": lot, "feed": "full"})
    snapshot = expect(
        await next_of(own, "snapshot"), seq=1, price=None, minimum=1000, status="open")
    accepted = expect(await bid(own, "b1", 2000), type="bid_accepted", leading=True, ref="r-b1")
    price = expect(await next_of(own, "price"), seq=accepted["seq"], price=1000, bids=1)
    expect(await bid(own, "b2", 1500), type="bid_rejected", code="max_not_higher")
    said("watched and bid")

    # The price and the private word may come in either order.
    expect(await bid(rival, "r1", 5000), type="bid_accepted", leading=True)
    both = {message["type"]: message for message in
            [await next_of(own, "price", "outbid"), await next_of(own, "price", "outbid")]}
    expect(both["price"], seq=price["seq"] + 1)
    expect(both["outbid"], auction=lot, your_max=2000)
    said("was outbid")

    # Cut off; the rival's bids in the meantime are told afterwards, each once and in order.
    seen = both["price"]["seq"]
    await own.cut()
    for number in range(3):
        # The rival raises its own max: nothing public. The bidder bids against it over HTTP.
        await post_bid(f"h{number}", 2500 + number * 500)
    back = await connect(token)
    expect(await next_of(back, "welcome"), bidder=bidder)
    await back.send({"type": "watch", "auction": lot, "feed": "full", "after": seen,
                     "log": snapshot["log"]})
    for number in range(3):
        expect(await next_of(back, "price"), seq=seen + 1 + number)
    expect(await next_of(back, "watching"), seq=seen + 3)
    said("resumed after a cut")

    await close_lot()
    end = [await next_of(back, "status", "lost"), await next_of(back, "status", "lost")]
    both = {message["type"]: message for message in end}
    expect(both["status"], seq=seen + 4, status="closed", outcome="sold")
    expect(both["lost"], auction=lot)
    expect(await bid(back, "late", 90_000), type="bid_rejected", code="closed")
    assert await back.close() == 1000
    assert await rival.close() == 1000
    said("saw the lot sold, and closed")


async def post_bid(name, amount):
    """A bid over HTTP in the bidder's name, by curl's own way: the plainest client there is."""
    process = await asyncio.create_subprocess_exec(
        "curl", "--silent", "--show-error", "--fail", "--header", f"Authorization: Bearer {token}",
        "--data", f'{{"id":"{name}","amount":{amount}}}',
        f"{os.environ['HOUSE']}/v1/auctions/{lot}/bids", stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0, f"the bid {name} of {amount}"


def main(connect):
    async def bounded():
        async with asyncio.timeout(240):
            await play(connect)

    asyncio.run(bounded())
