"""The console in the live room: a lot goes from the first ask to the hammer, and back."""

from playwright.async_api import expect

from scenarios.console import answer, choose, console, held, hold, press, show
from scenarios.page_people import check_access
from stage import scenario


async def warnings(tab, step):
    await tab.sees("#warnings [aria-current=step]", step)


async def warn_twice(tab):
    await press(tab, "w")
    await warnings(tab, "Fair warning")
    # The same key again within half a second would be a bounce.
    await tab.page.wait_for_timeout(600)
    await press(tab, "w")
    await warnings(tab, "Second warning")


@scenario
async def console_sells_in_the_room(stage):
    """Ask, bids from the room and from afar, fair warnings, undo, hammer, reopen, pass."""
    sale = await stage.sale("A sale in the room")
    online = await stage.bidder("online")
    await stage.bidder("paddle")
    boss = await stage.house.administrator("auctioneer")
    vase = await stage.lot("A vase", start="500", closes=None, format="live", sale=sale)
    desk = await stage.lot("A desk", start="100", closes=None, format="live", sale=sale)
    tab = await console(stage, boss)
    await choose(tab, "A vase")
    await tab.sees("#block .badge", "queued")
    await press(tab, "a")
    await tab.sees("#block .badge", "on the block")
    await warnings(tab, "On the block")
    await tab.sees("#ask", "$500.00")
    # The other lot has to wait for this one.
    await choose(tab, "A desk")
    await tab.sees("#elsewhere", "A vase is on the block")
    await press(tab, "a")
    await tab.sees("#fault", "A vase is on the block")
    await press(tab, "Home")
    await tab.sees("#block h1", "A vase")

    # A bid in the room, at the ask unless another amount is said.
    await press(tab, "b")
    await answer(tab, f"{stage.name}-paddle")
    await tab.sees("#block .price", "$500.00")
    await tab.sees("#block [data-field=leader]", f"{stage.name}-paddle")
    await tab.sees("#bids li", "in the room")
    await warn_twice(tab)
    # A bid from afar takes the warnings back, and with them the hammer.
    lot = await show(stage, vase)
    await stage.house.bid(vase, lot["ask"], online, ask_seq=lot["ask_seq"])
    await warnings(tab, "On the block")
    await tab.sees("#block [data-field=leader]", f"{stage.name}-online")
    await held(tab, "h")
    assert (await show(stage, vase))["status"] == "on_block"
    # It was an error: the bid is taken back, and the room leads again.
    await press(tab, "u")
    await tab.sees("#form", f"{stage.name}-online")
    await answer(tab, "Not meant")
    await tab.sees("#block [data-field=leader]", f"{stage.name}-paddle")
    await tab.page.wait_for_timeout(600)
    await warn_twice(tab)
    await check_access(tab, "before the hammer")
    await tab.shoot(stage.shots, "console-live")
    # A touch of the key is no hammer.
    await press(tab, "h")
    await tab.sees("#done", "hold it a little longer")
    await tab.page.wait_for_timeout(hold)
    assert (await show(stage, vase))["status"] == "fair_warning"
    await held(tab, "h")
    await tab.sees("#block .badge", "sold")
    sold = await show(stage, vase)
    assert (sold["outcome"], sold["price"], sold["leader_bidder"]) == (
        "sold", 50000, f"{stage.name}-paddle")

    # Once more, until the next lot is there.
    await press(tab, "y")
    await answer(tab, "A bid was not seen")
    await tab.sees("#block .badge", "on the block")
    await held(tab, "g")
    await tab.sees("#block .badge", "passed")
    await press(tab, "n")
    await tab.sees("#block h1", "A desk")
    await press(tab, "a")
    await tab.sees("#block .badge", "on the block")
    await press(tab, "a")
    await answer(tab, "250")
    await tab.sees("#ask", "$250.00")
    assert (await show(stage, desk))["ask"] == 25000
    await choose(tab, "A vase")
    await press(tab, "y")
    await tab.sees("#form")
    await press(tab, "Enter")
    await expect(tab.find("#form-fault")).not_to_be_empty()
    await press(tab, "Escape")
    # The browser notes what was refused; that is what this is about.
    tab.faults = [fault for fault in tab.faults if "status of 409" not in fault]
