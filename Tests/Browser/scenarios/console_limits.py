"""What the auctioneer sees of the limits that a house sets."""

from scenarios.console import choose, console
from stage import scenario


@scenario
async def console_too_fast(stage):
    """Who bids faster than the limits allow is turned away, and the auctioneer sees who it is."""
    async with stage.other_house(bids_per_second=1, bid_burst=1, bids_on_lot_per_second=1, bid_on_lot_burst=1):
        sale = await stage.sale("Rush")
        lot = await stage.lot("A chair", sale=sale)
        anna = await stage.bidder("anna")
        tab = await console(stage, await stage.house.administrator("boss"))
        await choose(tab, "A chair")
        said = []
        # However slow the machine is, one of some falls into the second of another.
        for number in range(20):
            body = {"id": f"fast-{number}", "amount": 1000 + 100 * number}
            said.append(await stage.house.call(f"/v1/auctions/{lot}/bids", body, anna))
            if said[-1].get("code") == "rate_limited":
                break
        assert said[-1].get("code") == "rate_limited", said
        assert said[-1]["retry_after_ms"] > 0, said[-1]
        await tab.sees("#refusals li", f"{stage.name}-anna")
        await tab.sees("#refusals li", "a bid came too fast")
        await stage.tidy(tab.context.close())
        stage.tabs.remove(tab)
        tab.check()
