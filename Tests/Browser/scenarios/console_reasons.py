"""The reasons that an auctioneer gives, and who reads them."""

from playwright.async_api import expect

from scenarios.console import answer, choose, console, press
from stage import scenario


@scenario
async def console_reasons(stage):
    """A lot is extended and closed with a reason, which everybody reads; an empty one is none."""
    sale = await stage.sale("Reasons")
    chair = await stage.lot("A chair", sale=sale)
    await stage.lot("A table", sale=sale)
    tab = await console(stage, await stage.house.administrator("boss-of-reasons"))
    watcher = await stage.tab(f"/#/lot/{chair}")
    await choose(tab, "A chair")
    await press(tab, "e")
    await tab.sees("#form")
    await press(tab, "Tab", "Tab", "Tab", "Tab", "Tab")
    await answer(tab, "The lights went out")
    await watcher.sees("#lot .reason", "The lights went out")
    for title, reason in [("A table", ""), ("A chair", "The owner is in a hurry")]:
        await choose(tab, title)
        await tab.find("#actions button").filter(has_text="Close now").focus()
        await press(tab, "Enter")
        await expect(tab.find("#form-title")).to_contain_text(f"Close {title} now")
        await answer(tab, reason)
        await tab.sees("#block .badge", "no bids")
    await watcher.sees("#lot .reason", "The owner is in a hurry")
