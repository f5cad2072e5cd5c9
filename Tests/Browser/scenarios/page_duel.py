"""Two people bid against each other on the bidding page."""

import asyncio

from playwright.async_api import expect

from stage import scenario, words
from tab import amount


@scenario
async def page_duel(stage):
    """Price, leader, bid count and history move on both screens; outbid and won can't be missed."""
    await stage.sale("Duel")
    lot = await stage.lot("Ming vase", start="100", currency="EUR", increments="5", reserve="150",
                          sale="page-duel")
    anna_token, ben_token = await asyncio.gather(stage.bidder("anna"), stage.bidder("ben"))
    anna, ben, watcher = await asyncio.gather(
        stage.tab(token=anna_token), stage.tab(token=ben_token, is_phone=True, is_dark=True),
        stage.tab())
    for tab in (anna, ben, watcher):
        await tab.go_to_lot(lot)
        await tab.sees("#panel .price", "€100.00")
        await tab.sees("#panel .label >> nth=0", "Bidding starts at")
        await tab.sees("#panel .details", "Reserve not met yet")
    await watcher.sees("#to-sign-in", "Sign in to bid")
    await watcher.misses("#bid")

    # Anna takes what is offered with one tap.
    await anna.tap(0)
    await anna.sees("#panel .banner", words("You lead Your maximum is €100.00"))
    for tab in (ben, watcher):
        await tab.sees("#panel .banner", "Bidder 1 leads")
    for tab in (anna, ben, watcher):
        await tab.sees("#panel .details", words("Bids 1"))
        await tab.sees("#panel .details", words("Next bid €105.00"))
    await anna.sees("#bids", "Bidder 1 (you)")

    # Ben sets a maximum; nobody but he sees it.
    await ben.bid_up_to("200")
    await ben.sees("#panel .banner", words("You lead Your maximum is €200.00"))
    await ben.sees("#panel .price", "€150.00")
    await anna.sees("#panel .banner", words("You are outbid Bid €155.00 or more to lead again"))
    await expect(anna.find("#said-now")).to_contain_text("You are outbid on Ming vase")
    await anna.sees("#panel .details", "Reserve met")
    await watcher.sees("#panel .banner", "Bidder 2 leads")
    for tab in (anna, watcher):
        assert "200.00" not in await tab.page.inner_text("body"), "somebody else's maximum is shown"

    # She offers more than that in steps, and is beaten at once by Ben's maximum.
    await anna.tap(1)
    await anna.sees("#panel .price", "€165.00")
    await anna.sees("#panel .banner", "You are outbid")
    await anna.sees("#bids tr >> nth=0", words("Bidder 1 (you) outbid at once"))
    # On the board she sees it, too.
    await anna.go("#/sale/page-duel")
    card = await anna.sees(".card", words("You are outbid"))
    await expect(card).to_have_attribute("data-tone", "outbid")
    await anna.go_to_lot(lot)
    await anna.bid_up_to("300")
    await anna.sees("#panel .banner", "You lead")
    await ben.sees("#panel .banner", "You are outbid")
    await ben.sees("#panel .price", amount("€205.00"))

    await stage.house.command("auction", "close", lot)
    await anna.sees("#panel .banner", words("You won €205.00 to pay"))
    await anna.sees(".note[data-kind=won]", "You won Ming vase")
    await ben.sees("#panel .banner", "Sold to Bidder 1")
    await watcher.sees("#panel .label >> nth=0", "Sold for")
    for tab in (anna, ben, watcher):
        await tab.misses("#bidding")
        await expect(tab.find("#bids tr")).to_have_count(4)
        await tab.sees("#chart svg")
        assert await tab.find("#chart .dot, #chart .own").count() == 4
    # The page is the same after it was loaded anew.
    await anna.page.reload()
    await anna.sees("#panel .banner", "You won")
