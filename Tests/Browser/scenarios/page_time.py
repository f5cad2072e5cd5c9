"""How the bidding page shows the end of a lot, and that it never ends one by itself."""

import asyncio
import re

from playwright.async_api import expect

from stage import scenario, words


@scenario
async def page_extension(stage):
    """A late bid extends the lot, and everybody sees by how much as it happens."""
    lot = await stage.lot("Station clock", closes="+40s", soft_close_window="2m",
                          soft_close_extend="10m")
    anna_token = await stage.bidder("anna")
    anna, watcher = await asyncio.gather(stage.tab(token=anna_token), stage.tab())
    for tab in (anna, watcher):
        await tab.go_to_lot(lot)
        await tab.sees("#lot", "A bid less than 2 minutes before the end leaves at least 10 minutes for answers")
        await tab.wait("() => /^0:/.test(document.querySelector('#panel .clock').textContent)")
        await expect(tab.find("#panel .clock")).to_have_attribute("data-stage", "late")
    await anna.tap(0)
    for tab in (anna, watcher):
        await tab.sees("#panel .extended", words("+ 9 minutes"))
        await tab.sees("#panel .clock", "9:5")
        await tab.sees("#panel .details", words("Extended once, by a late bid"))
        await expect(tab.find("#panel .clock")).not_to_have_attribute("data-stage", "late")
        await expect(tab.find("#said")).to_contain_text("Extended by 9 minutes")
    # The auctioneer gives more time.
    await stage.house.command("auction", "extend", lot, "--by", "30m", "--reason", "A question")
    await watcher.sees("#panel .extended", words("+ 30 minutes"))
    await watcher.sees("#lot .reason", "A question")


@scenario
async def page_never_ends_early(stage):
    """When the time is up the page waits for the house to say so, however long that takes."""
    line = await stage.line()
    tab = await stage.tab(token=await stage.bidder("anna"), line=line)
    lot = await stage.lot("Raku tea bowl", closes="+10s")
    await tab.go_to_lot(lot)
    await tab.tap(0)
    await tab.sees("#panel .banner", "You lead")
    line.hold_all()
    await tab.sees("#panel .clock", "closing …")
    # The house has closed it; the page can't know.
    answer = None
    while answer is None or answer["status"] != "closed":
        answer = await stage.house.call(f"/v1/auctions/{lot}?after={answer['seq'] if answer else 0}&wait=20")
    # A silence is doubted first and then taken for a dead line: which of them it is by now depends on how much of
    # the lot's time was left when it began.
    await tab.sees("#connection", re.compile("Price may be old|Reconnecting"))
    await tab.sees("#panel .clock", "closing …")
    await tab.sees("#lot .badge", "Open")
    assert "ended" not in (await tab.page.inner_text("#lot")).lower()
    line.release()
    await tab.sees("#panel .clock", "ended")
    await tab.sees("#panel .banner", "You won")
    await tab.is_live()


@scenario
async def page_clock(stage):
    """The countdown goes by the server's clock, however wrong the computer's is."""
    lot = await stage.lot("Marine chronometer", closes="+30m")
    tab = await stage.tab()
    # Two hours fast, from before the page's first script.
    await tab.page.add_init_script("const now = Date.now; Date.now = () => now() + 7200000;")
    await tab.page.goto(f"{stage.house.url}/#/lot/{lot}")
    await tab.page.reload()
    await tab.is_live()
    await tab.sees("#panel .clock", "29:5")
    assert await tab.page.evaluate("Date.now() - performance.timeOrigin - performance.now() > 7e6")
