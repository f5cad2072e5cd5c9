"""A lot that an auctioneer calls up: the ask, fair warning, and the hammer."""

from playwright.async_api import expect

from stage import scenario, words


@scenario
async def page_live(stage):
    """One bids at the ask and at no other; fair warning and the hammer are shown as they come."""
    await stage.sale("Live")
    lot = await stage.lot("Marine chronometer", start="500", increments="50", closes=None,
                          format="live", sale=stage.name)
    line = await stage.line()
    rival = await stage.bidder("rival")
    anna = await stage.tab(token=await stage.bidder("anna"), line=line)
    watcher = await stage.tab()
    for tab in (anna, watcher):
        await tab.go_to_lot(lot)
        await tab.sees("#lot .badge", "Next up")
        await tab.sees("#panel .clock", "waits for the auctioneer")
    await anna.sees("#bid label >> nth=0", "Leave a maximum with the auctioneer")
    await anna.misses(".quick")

    await stage.house.command("auction", "ask", lot)
    for tab in (anna, watcher):
        await tab.sees("#lot .badge", "On the block")
        await tab.sees("#panel .ask", "The auctioneer asks for $500.00")
    await anna.misses("#bid")
    await anna.tap(0)
    await anna.sees("#panel .banner", "You lead")
    await anna.sees("#panel .ask", "The auctioneer asks for $550.00")
    await expect(anna.find(".quick button >> nth=0")).to_be_disabled()
    await watcher.sees("#panel .banner", "Bidder 1 leads")

    # The room is faster than her screen.
    await stage.house.command("auction", "room-bid", lot, f"{stage.name}-rival", "--amount", "550")
    await anna.sees("#panel .banner", words("You are outbid Bid $600.00 to lead again"))
    line.hold_answers()
    await stage.house.command("auction", "ask", lot, "--amount", "700")
    await anna.tap(0)
    line.release()
    await anna.sees(".refusal", words("Your bid of $600.00 was not taken"))
    await anna.sees(".refusal", "the auctioneer asks for $700.00 now")
    await anna.sees("#panel .ask", "The auctioneer asks for $700.00")

    await stage.house.command("auction", "warn", lot)
    for tab in (anna, watcher):
        await tab.sees("#panel .clock", "going once")
        await tab.sees("#lot .badge", "Fair warning")
    await expect(watcher.find("#said")).to_contain_text("Fair warning")
    await anna.tap(0)
    await anna.sees("#panel .banner", "You lead")
    await watcher.sees("#panel .clock", "going now")
    await stage.house.command("auction", "warn", lot)
    await stage.house.command("auction", "warn", lot)
    await watcher.sees("#panel .clock", "going twice")
    await watcher.sees("#panel .ask", "Going twice: last call")
    await stage.house.command("auction", "hammer", lot)
    await anna.sees("#panel .banner", words("You won $700.00 to pay"))
    await watcher.sees("#panel .banner", "Sold to Bidder 1")
    await anna.sees(".note[data-kind=won]", "You won Marine chronometer")
    # It is put up again.
    await stage.house.command("auction", "reopen", lot, "--reason", "A bid was missed")
    await anna.sees("#lot .badge", "On the block")
    await anna.sees(".note", "Marine chronometer is being sold again")
    await stage.house.command("auction", "pass", lot)
    await watcher.sees("#panel .banner", "Passed: not sold")
