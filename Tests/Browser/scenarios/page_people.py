"""By keyboard, on a phone, in other languages, and as axe sees it."""

import asyncio
from pathlib import Path

import axe_playwright_python
from playwright.async_api import expect

from stage import scenario, words

axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


async def check_access(tab, what):
    """No serious or critical finding of axe's on what is shown."""
    if not await tab.page.evaluate("typeof axe === 'object'"):
        await tab.page.evaluate(axe)
    result = await tab.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    grave = [f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}"
             for one in result["violations"] if one["impact"] in ("serious", "critical")]
    assert not grave, f"{what}: " + "\n".join(grave)
    assert len(result["passes"]) > 10, f"{what}: axe has looked at nothing"


async def show_off(stage, sale):
    """A sale with lots in all states, and the token of somebody who leads, is outbid and has won."""
    await stage.sale("Autumn sale")
    you = await stage.house.bidder("anna-schmidt")
    ben, chloe = await stage.bidder("ben"), await stage.bidder("chloe")

    async def lot(number, title, **options):
        return await stage.lot(title, lot=f"autumn-{number}", sale=sale, **options)

    vase = await lot(101, "Ming vase, 15th century", start="120", currency="EUR", closes="+25m",
                     increments="0:5, 200:10, 500:25", reserve="260", soft_close="catawiki")
    clock = await lot(102, "Station clock, 1920s", start="40", closes="+40m")
    bowl = await lot(103, "Raku tea bowl", start="8000", currency="JPY")
    # In turns with what takes longer, so that the chart has something to show.
    bids = iter([(vase, 12000, ben), (clock, 4000, ben), (bowl, 8000, ben), (vase, 15000, chloe),
                 (vase, 19000, you), (clock, 5000, chloe), (bowl, 9500, you), (vase, 23000, ben),
                 (vase, 26500, you), (clock, 9000, you), (vase, 30000, ben), (bowl, 12000, ben),
                 (bowl, 15000, you), (vase, 38000, chloe)])

    async def bid(count):
        for _ in range(count):
            on, amount, token = next(bids)
            await stage.house.bid(on, amount, token)

    await bid(3)
    await lot(104, "Letter by Ada Lovelace", start="200", currency="GBP", closes="+2h",
              format="sealed_first_price")
    await bid(3)
    await lot(105, "Gold dinar", start="45.500", currency="KWD", opens="+1h", closes="+3h")
    await bid(3)
    paused = await lot(106, "Racing bicycle", start="150", buy_now="900", currency="EUR")
    await bid(2)
    await stage.house.command("auction", "pause", paused, "--reason", "A question about the frame")
    await bid(2)
    chair = await lot(107, "Mid-century armchair", start="60", closes="+55s")
    await stage.house.bid(chair, 6000, ben)
    await lot(108, "First edition, “Dracula”", start="300", closes="+5h")
    await bid(1)
    await stage.house.command("auction", "close", bowl)
    return vase, clock, bowl, you


@scenario
async def page_looks(stage):
    """Board, lot and dialogs, on a desk and on a phone, in light and in dark: shown, and accessible."""
    lots = await show_off(stage, "page-looks")
    await asyncio.gather(*(
        look_at(stage, lots, is_phone, is_dark) for is_phone in (False, True)
        for is_dark in (False, True)))


async def look_at(stage, lots, is_phone, is_dark):
    vase, clock, bowl, you = lots
    kind = f"{'phone' if is_phone else 'desk'}-{'dark' if is_dark else 'light'}"
    tab = await stage.tab("/#/sale/page-looks", token=you, is_phone=is_phone, is_dark=is_dark)
    await expect(tab.find(".card")).to_have_count(8)
    await tab.sees(".card[data-tone=outbid]")
    await check_access(tab, f"the board, {kind}")
    await tab.shoot(stage.shots, f"board-{kind}")
    for name, lot in [("outbid", vase), ("leading", clock), ("won", bowl)]:
        await tab.go_to_lot(lot)
        await expect(tab.find("#lot")).to_have_attribute("data-tone", name)
        await tab.sees("#chart svg")
        await check_access(tab, f"a lot, {name}, {kind}")
        await tab.shoot(stage.shots, f"lot-{name}-{kind}", full=is_phone)
    await tab.go_to_lot(vase)
    await tab.bid_up_to("9000")
    await tab.sees("#confirm-dialog")
    await check_access(tab, f"the question, {kind}")
    await tab.shoot(stage.shots, f"question-{kind}")
    await tab.find("#confirm-no").click()
    await tab.find("#account").click()
    await tab.sees("#account", "Sign in")
    await tab.find("#account").click()
    await tab.sees("#sign-in")
    await check_access(tab, f"signing in, {kind}")


async def tab_to(tab, selector, steps=80):
    """Presses Tab until the focus is where it is wanted, and can be seen."""
    for _ in range(steps):
        await tab.page.keyboard.press("Tab")
        if await tab.page.evaluate("(s) => document.activeElement.matches(s)", selector):
            outline = await tab.page.evaluate(
                "getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {selector} can't be seen"
            return
    raise AssertionError(f"Tab does not get to {selector}")


@scenario
async def page_keyboard(stage):
    """Everything is done with the keyboard alone."""
    await stage.sale("By keyboard")
    lot = await stage.lot("Lamp", start="10", increments="1", sale=stage.name)
    token = await stage.bidder("anna")
    tab = await stage.tab(f"/#/sale/{stage.name}")
    keys = tab.page.keyboard
    await tab.sees(".card")
    await keys.press("Tab")
    await expect(tab.find("#skip")).to_be_focused()
    await keys.press("Enter")
    await expect(tab.find("#board h1")).to_be_focused()
    await tab.page.reload()
    await tab.sees(".card")
    await tab_to(tab, "#account")
    await keys.press("Enter")
    await expect(tab.find("#token")).to_be_focused()
    await keys.type(token)
    await keys.press("Enter")
    await expect(tab.find("#account")).to_have_text("Sign out")
    await tab_to(tab, ".card a")
    await keys.press("Enter")
    await expect(tab.find("#lot h1")).to_be_focused()
    await tab_to(tab, "[data-quick]")
    await tab.sees("[data-quick]:focus:not([data-fresh])")
    await keys.press("Enter")
    await tab.sees("#panel .banner", "You lead")
    await tab_to(tab, "#amount")
    await keys.type("500")
    await keys.press("Enter")
    await tab.sees("#confirm-dialog")
    await expect(tab.find("#confirm-no")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Enter")
    await tab.sees("#panel .banner", words("You lead Your maximum is $500.00"))
    assert (await stage.house.call(f"/v1/auctions/{lot}"))["bids"] == 1


@scenario
async def page_phone(stage):
    """On a small phone nothing is cut off, what is to be tapped is large enough, and the bar helps."""
    await stage.sale("On a phone")
    title = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 2
    lot = await stage.lot(title.strip(), start="900719925474.09", sale=stage.name, increments="100")
    rival = await stage.bidder("rival")
    for number in range(12):
        await stage.house.bid(lot, 90071992547409 + number * 10000, rival
                              if number % 2 else await stage.bidder(f"b{number}"), kind="exact")
    tab = await stage.tab(f"/#/sale/{stage.name}", token=await stage.bidder("anna"), is_phone=True)
    await tab.page.set_viewport_size({"width": 320, "height": 640})
    for address in (f"#/sale/{stage.name}", f"#/lot/{lot}"):
        await tab.go(address)
        await tab.sees("#lot h1" if "lot/" in address else ".card", title.split()[0])
        if "lot/" in address:
            await expect(tab.find("#bids tr")).to_have_count(12)
        wide = await tab.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{address} is {wide} wide"
        small = await tab.page.evaluate("""() => [...document.querySelectorAll("button, input, .card a")]
            .filter((one) => one.checkVisibility() && !one.closest("label"))
            .filter((one) => one.getBoundingClientRect().height < 36)
            .map((one) => one.outerHTML)""")
        assert not small, small
    await tab.misses("#bar")
    await tab.find("#bids tr >> nth=-1").scroll_into_view_if_needed()
    await tab.sees("#bar")
    await tab.find("#bar-bid").tap()
    await tab.misses("#bar")
    await tab.tap(0)
    await tab.sees("#panel .banner", "You lead")


@scenario
async def page_languages(stage):
    """Amounts are written and read as the reader's language does it, with the lot's own places."""
    dinar = await stage.lot("Dinar", start="45.500", currency="KWD", increments="0.250")
    bowl = await stage.lot("Bowl", start="8000", currency="JPY", increments="500")
    vase = await stage.lot("Vase", start="1234.50", currency="EUR", increments="10")
    token = await stage.bidder("anna")
    shown = {
        "de-DE": {vase: "1.234,50 €", bowl: "8.000 ¥", dinar: "45,500 KWD"},
        "en-IN": {vase: "€1,234.50", bowl: "JP¥8,000", dinar: "KWD 45.500"},
        "fr-FR": {vase: "1 234,50 €", bowl: "8 000 JPY", dinar: "45,500 KWD"},
    }
    for locale, amounts in shown.items():
        tab = await stage.tab(token=token if locale == "de-DE" else None, locale=locale)
        for lot, text in amounts.items():
            await tab.go_to_lot(lot)
            await tab.sees("#panel .price", text)
        if locale == "de-DE":
            await tab.go_to_lot(vase)
            await tab.bid_up_to("1.300,50")
            await tab.sees("#panel .banner", "Ihr Höchstgebot ist 1.300,50 €")
    arabic = await stage.tab(locale="ar-EG")
    assert await arabic.module("texts.js", "m.counted(...a)", [1204, "bid"]) == "١٬٢٠٤ bids"
    assert await arabic.module("time.js", "m.timeLeft(...a)", [65000]) == "١:٠٥"
    tab = stage.tabs[0]
    assert await tab.module("texts.js", "m.counted(...a)", [1204, "bid"]) == "1.204 Gebote"
    assert await tab.module("texts.js", "m.counted(...a)", [1, "bid"]) == "1 Gebot"
    cases = [
        ["12.50", 2, "en-US", 1250], ["12,50", 2, "en-US", 1250], ["1,234", 2, "en-US", 123400],
        ["1.234", 2, "de-DE", 123400], ["1.234", 2, "en-US", None], ["1,234", 3, "en-US", None],
        ["1.234", 3, "en-US", 1234], ["1.234.567,8", 2, "de-DE", 123456780], ["1'234.5", 2, "de-CH", 123450],
        ["1 234,5", 2, "fr-FR", 123450], ["12,34,567", 0, "en-IN", 1234567], ["€ 20", 2, "en-US", 2000],
        ["20 EUR", 2, "en-US", 2000], ["٢٠", 2, "ar-EG", 2000], ["8000", 0, "ja-JP", 8000],
        ["0", 2, "en-US", None], ["", 2, "en-US", None], ["-5", 2, "en-US", None], ["1e3", 2, "en-US", None],
        ["90071992547409.91", 2, "en-US", 9007199254740991], ["90071992547409.92", 2, "en-US", None],
        ["1,2.3,4", 2, "en-US", None], ["5.5", 0, "en-US", None], ["12.500", 2, "en-US", None],
    ]
    for text, places, locale, minor in cases:
        read = await tab.module("money.js", "m.parseAmount(...a)", [text, places, locale])
        assert read.get("minor") == minor, f"{text} in {locale}: {read}, not {minor}"
        assert ("fault" in read) == (minor is None)
    written = await tab.module(
        "money.js", "m.money(9007199254740991, { currency: 'USD', exponent: 2 }, 'en-US')")
    assert written == "$90,071,992,547,409.91", written
    assert await tab.module("money.js", "m.money(5, { currency: 'B4', exponent: 0 }, 'en')") == "B4 5"


@scenario
async def page_board(stage):
    """The board sorts, filters, searches, takes in new lots, and finds its way back."""
    await stage.sale("Board")
    first = await stage.lot("Late lamp", closes="+2h", sale=stage.name)
    second = await stage.lot("Early lamp", closes="+1h", sale=stage.name)
    await stage.lot("Coming chair", opens="+1h", closes="+3h", sale=stage.name)
    tab = await stage.tab(f"/#/sale/{stage.name}", token=await stage.bidder("anna"))
    titles = tab.find(".card h2")
    await expect(titles).to_have_text(["Early lamp", "Late lamp", "Coming chair"])
    await tab.sees("#board .summary", "3 lots · 2 open")
    await tab.find("[data-filter=upcoming]").click()
    await expect(titles).to_have_text(["Coming chair"])
    await expect(tab.find("[data-filter=upcoming]")).to_have_attribute("aria-pressed", "true")
    await tab.find("[data-filter=mine]").click()
    await tab.sees("#empty", "You have not bid here yet")
    await tab.find("[data-filter=all]").click()
    await tab.find("#search").fill("LAMP")
    await expect(titles).to_have_text(["Early lamp", "Late lamp"])
    await stage.lot("New lamp", closes="+30m", sale=stage.name)
    await expect(titles).to_have_text(["New lamp", "Early lamp", "Late lamp"])
    await stage.house.command("auction", "close", second)
    await expect(titles).to_have_text(["New lamp", "Late lamp", "Early lamp"])
    await tab.go_to_lot(first)
    await expect(tab.page).to_have_title("Late lamp – Gavel")
    await tab.find("#back").click()
    await tab.sees("#board h1", "Board")
    await tab.page.go_back()
    await tab.sees("#lot h1", "Late lamp")
