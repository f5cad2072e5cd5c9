"""The network drops, swallows, and comes back; a tab sleeps. Nothing is missed, and no bid is lost
or made twice.
"""

from playwright.async_api import expect

from stage import scenario, words


async def watched(stage, title):
    """A lot, a rival's token, and a bidder's tab on that lot with a network of its own."""
    lot = await stage.lot(title, start="10", increments="1")
    rival = await stage.bidder("rival")
    line = await stage.line()
    tab = await stage.tab(token=await stage.bidder("anna"), line=line)
    await tab.go_to_lot(lot)
    await tab.sees("#panel .price", "$10.00")
    return lot, rival, line, tab


@scenario
async def page_network(stage):
    """Bids are made while the network is away: the page says so, and then misses none of them."""
    lot, rival, line, tab = await watched(stage, "Armchair")
    await stage.house.bid(lot, 1000, rival)
    await tab.sees("#panel .banner", "Bidder 1 leads")
    line.cut()
    await tab.sees("#connection", "Reconnecting …")
    await tab.sees("#trouble", "prices may be old")
    await expect(tab.find(".quick button >> nth=0")).to_be_disabled()
    other = await stage.bidder("other")
    for number in range(1, 6):
        await stage.house.bid(lot, 1000 + 100 * number, other if number % 2 else rival, kind="exact")
    await tab.sees("#panel .price", "$10.00")
    line.mend()
    await tab.is_live()
    await tab.sees("#panel .price", "$15.00")
    await tab.misses("#trouble")
    await expect(tab.find("#bids tr")).to_have_count(6)
    resumed = [one for one in tab.sent if one.get("type") == "watch" and "after" in one]
    assert resumed, "the page did not resume where it was"
    head = (await stage.house.call(f"/v1/auctions/{lot}"))["seq"]
    # Resumed, not started over: the changes themselves came, each once.
    tab.check_stream(lot, head)
    assert tab.seqs(lot)[-5:] == list(range(head - 4, head + 1)), tab.seqs(lot)


@scenario
async def page_answer_lost(stage):
    """The answer to a bid is lost with the connection: it is asked for again, and the bid is one."""
    lot, _, line, tab = await watched(stage, "Dracula")
    line.hold_answers()
    await tab.tap(0)
    await tab.sees("#bidding .progress", "Sending your bid")
    while not await stage.house.bids(lot):
        pass
    line.cut()
    await tab.sees("#bidding .progress", "The connection broke before an answer came")
    line.mend()
    line.release()
    await tab.sees("#panel .banner", "You lead")
    bids = [one for one in tab.sent if one.get("type") == "bid"]
    assert len(bids) == 2 and bids[0]["id"] == bids[1]["id"], bids
    assert len(await stage.house.bids(lot)) == 1


@scenario
async def page_reloaded(stage):
    """A page that is loaded anew while its bid is away finds out what became of it."""
    lot, rival, line, tab = await watched(stage, "Baseball")
    line.hold_answers()
    await tab.tap(0)
    while not await stage.house.bids(lot):
        pass
    await stage.house.bid(lot, 1500, rival)
    line.cut()
    line.mend()
    line.release()
    await tab.page.reload()
    await tab.is_live()
    await tab.sees("#panel .banner", "You are outbid")
    await tab.sees("#own-bids", "$10.00")
    asked = [one for one in tab.sent if one.get("type") in ("bid_status", "bid")]
    assert asked[-1]["type"] == "bid_status" and asked[-1]["id"] == asked[0]["id"], asked
    assert len(await stage.house.bids(lot)) == 2


@scenario
async def page_silence(stage):
    """A network that swallows everything without a word is noticed by the missing heartbeats."""
    lot, rival, line, tab = await watched(stage, "Ukiyo-e print")
    line.hold_all()
    await stage.house.bid(lot, 1000, rival)
    await tab.sees("#connection", "Price may be old")
    await tab.sees("#trouble", "prices may be old")
    await tab.sees("#panel .banner", "No bid yet")
    await expect(tab.find(".quick button >> nth=0")).to_be_disabled()
    line.release()
    await tab.is_live()
    await tab.sees("#panel .banner", "Bidder 1 leads")
    await expect(tab.find(".quick button >> nth=0")).to_be_enabled()


@scenario
async def page_sleep(stage):
    """A tab that slept while the bidding went on, and lost its connection, is whole when it wakes."""
    lot, rival, line, tab = await watched(stage, "Barolo")
    devtools = await tab.context.new_cdp_session(tab.page)
    await devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    for number in range(4):
        await stage.house.bid(lot, 1000 + 500 * number, rival if number % 2 else
                              await stage.bidder(f"other{number}"), kind="exact")
    line.cut()
    line.mend()
    await stage.house.command("auction", "announce", lot, "A second crate was found")
    await devtools.send("Page.setWebLifecycleState", {"state": "active"})
    await tab.is_live()
    await tab.sees("#panel .price", "$25.00")
    await expect(tab.find("#bids tr")).to_have_count(4)
    tab.check_stream(lot, (await stage.house.call(f"/v1/auctions/{lot}"))["seq"])
    # And it goes on from there.
    await tab.tap(0)
    await tab.sees("#panel .banner", "You lead")


@scenario
async def page_signing_out(stage):
    """Somebody signs in and out on one tab: what was his is shown to nobody after him."""
    lot = await stage.lot("Silver spoon", start="10", increments="1")
    anna, ben = await stage.bidder("anna"), await stage.bidder("ben")
    tab = await stage.tab(token=anna)
    await tab.go_to_lot(lot)
    await tab.bid_up_to("30")
    await tab.sees("#panel .banner", words("You lead Your maximum is $30.00"))
    await tab.find("#account").click()
    await tab.sees("#account", "Sign in")
    await tab.sees("#panel .banner", "Bidder 1 leads")
    assert "30.00" not in await tab.page.inner_text("body")
    await tab.sign_in(ben)
    await tab.sees("#panel .banner", "Bidder 1 leads")
    assert "30.00" not in await tab.page.inner_text("body")
    await tab.find("#account").click()
    await tab.sign_in(anna)
    await tab.sees("#panel .banner", words("You lead Your maximum is $30.00"))
