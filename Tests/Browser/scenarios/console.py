"""The auctioneer's console: a sale is run by keys, and nothing happens by accident."""

import re

from playwright.async_api import expect

from scenarios.page_people import check_access
from stage import scenario
from tab import Tab

hold = 1000  # Longer than a key has to be held, in milliseconds.
script = "<img src=x onerror=alert(1)>"


async def console(stage, token, sale=None, line=None, **shape):
    """A console, signed in, with the scenario's sale before it."""
    url = line.url if line else stage.house.url
    tab = await Tab.open(stage.browser, url, f"/console#sale%20{sale or stage.name}", **shape)
    stage.tabs.append(tab)
    await tab.sees("#sign-in")
    await tab.find("#token").fill(token)
    await tab.page.keyboard.press("Enter")
    await tab.sees("#connection[data-state=live]")
    return tab


async def choose(tab, title):
    await tab.find(".entry").filter(has_text=title).click()
    await tab.sees("#block h1", title)


async def press(tab, *keys):
    for key in keys:
        await tab.page.keyboard.press(key)


async def held(tab, key):
    await tab.page.keyboard.down(key)
    await tab.page.wait_for_timeout(hold)
    await tab.page.keyboard.up(key)


async def answer(tab, text):
    """Types into the field that the console asks with, and sends it."""
    await tab.sees("#form")
    await tab.page.keyboard.type(text)
    await tab.page.keyboard.press("Enter")
    await tab.misses("#form")


async def refused(stage, lot, amount, token):
    said = await stage.house.call(f"/v1/auctions/{lot}/bids", {"id": f"low-{amount}", "amount": amount}, token)
    assert said["type"] == "bid_rejected", said


async def show(stage, lot):
    return (await stage.house.command("auction", "show", lot))[0]


@scenario
async def console_sells(stage):
    """A sale from its opening to the close of a lot, with all that an auctioneer does to it."""
    sale = await stage.sale("Spring sale")
    anna, ben = await stage.bidder("anna"), await stage.bidder("ben")
    boss = await stage.house.administrator("boss")
    vase = await stage.lot("Ming vase", sale=sale, opens="+1h", closes="+2h", reserve="400")
    await stage.lot("A chair", sale=sale)
    tab = await console(stage, boss)
    await choose(tab, "Ming vase")
    await press(tab, "o")
    await tab.sees("#done", "Ming vase: Open.")
    await tab.sees("#block .badge", "open")

    # Who bids is known by the house's id; what a maximum is stays secret.
    await stage.house.bid(vase, 2500, anna)
    await tab.sees("#bids li", f"{stage.name}-anna")
    await tab.sees("#bids li", "leads at $10.00")
    await expect(tab.find("#bids")).not_to_contain_text("$25.00")
    await tab.sees("#block .price", "$10.00")
    await tab.sees("#block [data-field=leader]", f"{stage.name}-anna")
    await refused(stage, vase, 500, ben)
    await tab.sees("#refusals li", f"{stage.name}-ben")
    await tab.sees("#refusals li", "below $10.50")

    # Somebody watches the lot by itself.
    watcher = await stage.tab(f"/#/lot/{vase}")
    await tab.sees("#block [data-field=watchers]", re.compile("^[1-9]"))
    await press(tab, "m")
    await answer(tab, "Look at the back")
    await tab.sees("#block [data-field=notice]", "Look at the back")
    await expect(watcher.find("body")).to_contain_text("Look at the back")

    await press(tab, "p")
    await answer(tab, "A question about the frame")
    await tab.sees("#block .badge", "paused")
    await tab.sees("#block [data-field=reason]", "A question about the frame")
    await expect(watcher.find("body")).to_contain_text("A question about the frame")
    await refused(stage, vase, 9900, ben)
    await expect(tab.find("#refusals li").first).to_contain_text("the lot was paused")
    await press(tab, "r")
    await tab.sees("#block .badge", "open")
    before = (await show(stage, vase))["ends_at"]
    await press(tab, "e")
    await answer(tab, "5")
    await tab.sees("#block [data-field=ends]", "extended 1 ×")
    assert (await show(stage, vase))["ends_at"] == before + 300_000

    # A void needs a reason.
    await stage.house.bid(vase, 9900, ben)
    await tab.sees("#block [data-field=leader]", f"{stage.name}-ben")
    await press(tab, "v", "Enter")
    await tab.sees("#form-fault", "this is needed")
    await answer(tab, "Entered in error")
    await tab.sees("#bids li[data-voided]", f"{stage.name}-ben")
    await tab.sees("#block [data-field=leader]", f"{stage.name}-anna")
    bid = next(one for one in (await show(stage, vase))["bid_list"] if one["voided"])
    assert bid["bidder"] == f"{stage.name}-ben"

    await press(tab, "l")
    await answer(tab, "8")
    await tab.sees("#block [data-field=reserve]", "reserve met")
    await held(tab, "c")
    await tab.sees("#done", "Ming vase: Closed.")
    await tab.sees("#block .badge", "sold")
    await tab.sees("#block [data-field=standing]", "is the buyer")
    await tab.sees("#order-count", "1 of 2 done")
    await press(tab, "n")
    await tab.sees("#block h1", "A chair")
    await press(tab, "x")
    await answer(tab, "Damaged in transit")
    await tab.sees("#block .badge", "withdrawn")
    await tab.sees("#block [data-field=reason]", "Damaged in transit")


@scenario
async def console_has_no_accidents(stage):
    """A slip of the hand does nothing; what happens while a key is held ends the hold."""
    sale = await stage.sale("A sale with accidents")
    anna = await stage.bidder("anna")
    boss = await stage.house.administrator("careful")
    lot = await stage.lot("A clock", sale=sale)
    await stage.lot("A stool", sale=sale)
    tab = await console(stage, boss)
    await choose(tab, "A clock")
    await press(tab, "c")
    await tab.sees("#done", "hold it a little longer")
    # The bid comes while the key is held, however slow the machine is between the key and what follows here.
    await tab.page.evaluate("""([path, token, body]) => {
        const headers = { Authorization: `Bearer ${token}` };
        const bid = () => fetch(path, { method: "POST", headers, body });
        addEventListener("keydown", bid, { once: true });
    }""", [f"/v1/auctions/{lot}/bids", anna, '{"id":"accident","amount":2000}'])
    await tab.page.keyboard.down("c")
    await tab.sees("#fault", "something has just happened")
    assert len(await stage.house.bids(lot)) == 1
    await tab.page.wait_for_timeout(hold)
    await tab.page.keyboard.up("c")
    assert (await show(stage, lot))["status"] == "open"
    # A letter that is typed is no command.
    await press(tab, "m")
    await tab.sees("#form")
    await tab.page.keyboard.type("cpxo")
    await press(tab, "Escape")
    await tab.misses("#form")
    assert (await show(stage, lot))["status"] == "open"
    # A click is too short; a key on the button asks.
    close = tab.find("button[data-action=close-auction]")
    await close.click()
    await tab.sees("#done", "hold it a little longer")
    await close.focus()
    await press(tab, "Enter")
    await tab.sees("#form-title", "Close A clock now")
    assert (await show(stage, lot))["status"] == "open"
    # Closed and asked again before the page hears of the closing, as by fast hands on a slow machine.
    await tab.page.evaluate("""() => {
        document.getElementById("form").close("");
        document.querySelector("button[data-action=close-auction]").click();
    }""")
    await tab.sees("#form")
    await press(tab, "Enter")
    await tab.sees("#block .badge", "sold")
    # Held by a finger or a mouse it is done.
    await choose(tab, "A stool")
    await close.hover()
    await tab.page.mouse.down()
    await tab.page.wait_for_timeout(hold)
    await tab.page.mouse.up()
    await tab.sees("#block .badge", "unsold")


@scenario
async def console_loses_the_network(stage):
    """It says that what it shows may be old, sends nothing but a pause, and catches up."""
    sale = await stage.sale("A sale on a bad line")
    anna, ben = await stage.bidder("anna"), await stage.bidder("ben")
    boss = await stage.house.administrator("far")
    lot = await stage.lot("A desk", sale=sale)
    line = await stage.line()
    tab = await console(stage, boss, line=line)
    await choose(tab, "A desk")
    line.cut()
    await tab.sees("#lost")
    await tab.sees("#connection", "Not connected")
    await held(tab, "c")
    await tab.sees("#fault", "Not connected")
    await stage.house.bid(lot, 2000, anna)
    await refused(stage, lot, 5, anna)
    line.mend()
    await tab.sees("#connection[data-state=live]")
    await tab.misses("#lost")
    await tab.sees("#bids li", f"{stage.name}-anna")
    await tab.sees("#refusals li", "not above the bidder's own max")
    await tab.sees("#block .price", "$10.00")
    assert (await show(stage, lot))["status"] == "open"
    # A line that swallows everything is noticed by its silence.
    line.hold_answers()
    await tab.sees("#connection", "May be old")
    await stage.house.bid(lot, 3000, ben)
    line.release()
    await tab.sees("#connection[data-state=live]")
    await tab.sees("#block [data-field=leader]", f"{stage.name}-ben")


@scenario
async def console_finds_a_lot(stage):
    """In a large sale the running order shows what is looked for, and the keys go over that."""
    sale = await stage.sale("Large sale")
    boss = await stage.house.administrator("boss-f")
    for number in range(1, 12):
        title = f"Chair {number}" if number % 4 else f"Blue table {number}"
        await stage.lot(title, sale=sale)
    tab = await console(stage, boss)
    await tab.sees("#order-count", "0 of 11 done")
    lines = tab.find("#lots li:visible")
    await expect(lines).to_have_count(11)
    await press(tab, "/")
    await tab.page.keyboard.type("BLUE ta")
    await expect(lines).to_have_count(2)
    await press(tab, "Enter")
    await tab.sees("#block h1", "Blue table 4")
    await press(tab, "ArrowDown")
    await tab.sees("#block h1", "Blue table 8")
    await press(tab, "ArrowDown")
    await tab.sees("#block h1", "Blue table 8")
    await press(tab, "/", "Escape")
    await expect(lines).to_have_count(11)
    await press(tab, "/")
    await tab.page.keyboard.type("7")
    await expect(lines).to_have_count(1)
    await tab.sees("#lots li:visible", "Chair 7")
    await tab.page.keyboard.type(" nothing")
    await tab.sees("#no-lots", "No lot has that.")


@scenario
async def console_is_for_administrators(stage):
    """Nobody else gets in, and who loses the right is out at once."""
    sale = await stage.sale("A closed sale")
    await stage.lot("A secret lot", sale=sale)
    anna = await stage.bidder("anna")
    tab = await Tab.open(stage.browser, stage.house.url, "/console")
    stage.tabs.append(tab)
    for token, why in [(anna, "not for administration"), ("gvl_nonsense", "no token of this house")]:
        await tab.sees("#sign-in")
        await tab.find("#token").fill(token)
        await press(tab, "Enter")
        await tab.sees("#sign-in-fault", why)
        await expect(tab.find("body")).not_to_contain_text("A secret lot")
    issued = (await stage.house.command("admin", "token", "brief"))[0]
    await tab.find("#token").fill(issued["token"])
    await press(tab, "Enter")
    await tab.sees("#connection[data-state=live]")
    # For the tab, and never in an address.
    assert issued["token"] not in tab.page.url
    await tab.page.reload()
    await tab.sees("#connection[data-state=live]")
    await stage.house.command("admin", "revoke", issued["hash"])
    await tab.sees("#sign-in-fault", "no longer good")
    await tab.misses("#room")
    # The browser notes what was refused; that is what this is about.
    tab.faults = [fault for fault in tab.faults if "status of 40" not in fault]


@scenario
async def console_shows_secrets_on_demand(stage):
    """Names and maximum bids are there when they are asked for, and gone again afterwards."""
    sale = await stage.sale("A sale with secrets")
    anna = await stage.bidder("anna", "--name", "Anna Schmidt")
    boss = await stage.house.administrator("curious")
    lot = await stage.lot("A mirror", sale=sale, reserve="40")
    tab = await console(stage, boss)
    await choose(tab, "A mirror")
    await stage.house.bid(lot, 7700, anna)
    await tab.sees("#bids li", f"{stage.name}-anna")
    body = tab.find("body")
    for secret in ("Anna Schmidt", "$77.00"):
        await expect(body).not_to_contain_text(secret)
    await tab.find("#names").click()
    await tab.sees("#bids li", "Anna Schmidt")
    await tab.find("#amounts").click()
    await tab.sees("#bids li", "max $77.00")
    await tab.sees("#block [data-field=reserve]", "$40.00")
    await tab.find("#amounts").click()
    await tab.find("#names").click()
    await tab.sees("#bids li", f"{stage.name}-anna")
    for secret in ("Anna Schmidt", "$77.00"):
        await expect(body).not_to_contain_text(secret)


@scenario
async def console_takes_no_markup(stage):
    """What others have written is text: titles, names, reasons, messages."""
    sale = await stage.sale(f"A sale {script}")
    anna = await stage.bidder("anna", "--name", f"Anna {script}")
    boss = await stage.house.administrator("calm")
    lot = await stage.lot(f"A lamp {script}", sale=sale)
    await stage.house.bid(lot, 2000, anna)
    tab = await console(stage, boss)
    await tab.sees("#block h1", script)
    await tab.find("#names").click()
    await tab.sees("#bids li", f"Anna {script}")
    await stage.house.command("auction", "announce", lot, f"Hear {script}")
    await tab.sees("#block [data-field=notice]", f"Hear {script}")
    await stage.house.command("auction", "pause", lot, "--reason", f"Why {script}")
    await tab.sees("#block [data-field=reason]", f"Why {script}")
    await press(tab, "x")
    await tab.sees("#form-title", script)
    assert await tab.find("img").count() == 0


@scenario
async def console_looks(stage):
    """Pictures of it, and nothing serious that axe has to say, on every screen."""
    sale = await stage.sale("Spring sale")
    boss = await stage.house.administrator("grace")
    tokens = [await stage.bidder(name) for name in ("anna", "ben", "carla")]
    vase = await stage.lot("Ming vase, blue and white", sale=sale, reserve="400", soft_close="catawiki")
    for title in ("A chair", "Two candlesticks", "A clock, about 1790"):
        await stage.lot(title, sale=sale, closes="+3h")
    for number in range(4):
        await stage.lot(f"Drawing number {number + 1}", sale=sale, opens="+1h", closes="+4h")
    amount = 1000
    for number in range(8):
        await stage.house.bid(vase, amount, tokens[number % 3], kind="exact")
        amount += 700
    await refused(stage, vase, 1500, tokens[0])
    sizes = {"desktop": (1440, 900), "tablet": (820, 1180), "phone": (390, 844)}
    for is_dark in (False, True):
        tab = await console(stage, boss, is_dark=is_dark)
        await choose(tab, "Ming vase")
        await tab.sees("#bids li >> nth=7")
        for size, (width, height) in sizes.items():
            await tab.page.set_viewport_size({"width": width, "height": height})
            await tab.shoot(stage.shots, f"console-{size}-{'dark' if is_dark else 'light'}")
            # Nothing sticks out to the right.
            assert await tab.page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"), size
            # The colours are the same on all screens.
            if not is_dark or size == "desktop":
                await check_access(tab, f"{size}, dark: {is_dark}")
        for key, place in (("v", "#form"), ("?", "#help")):
            await press(tab, key)
            await tab.sees(place)
            await check_access(tab, place)
            await press(tab, "Escape")
            await tab.misses(place)
