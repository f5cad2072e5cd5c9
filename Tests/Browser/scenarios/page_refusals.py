"""What the bidding page says when a bid is not taken, and what it asks before it sends one."""

from playwright.async_api import expect

from stage import scenario, words


@scenario
async def page_refusals(stage):
    """Each refusal is said in plain words, with what to do."""
    lot = await stage.lot("Desk", start="10", increments="1", confirm_above="2")
    rival = await stage.bidder("rival")
    line = await stage.line()
    limited = await stage.bidder("anna", "--limit", "60")
    tab = await stage.tab(token=limited, line=line)
    await tab.go_to_lot(lot)
    place = ".refusal"

    # What can be seen to be wrong is not even sent.
    for text, fault in [("ten", "Write the amount in digits"), ("9", "The least to bid is $10.00"),
                        ("1,5,0", "could be read in two ways"), ("12.345", "at most 2 decimal places")]:
        await tab.bid_up_to(text)
        await tab.sees("#amount-fault", fault)
        await expect(tab.find("#amount")).to_be_focused()
        await expect(tab.find("#amount")).to_have_attribute("aria-invalid", "true")
    assert not [one for one in tab.sent if one["type"] == "bid"]

    # Somebody is faster than the screen.
    line.hold_answers()
    await stage.house.bid(lot, 2000, rival, kind="exact")
    await tab.tap(0)
    line.release()
    await tab.sees(place, words("Your bid of $10.00 was not taken"))
    await tab.sees(place, words("$21.00 is the least now Bid $21.00 or more".replace("now Bid", "now. Bid")))
    await expect(tab.find(place)).to_have_attribute("role", "alert")

    await tab.bid_up_to("61")
    await tab.sees(place, words("This bid goes over your limit. Bid less, or ask"))
    # Typing anew clears what has been read.
    await tab.find("#amount").fill("22")
    await tab.misses(place)

    await stage.house.command("auction", "pause", lot, "--reason", "A question about the lock")
    await tab.sees("#lot .badge", "Paused")
    await tab.sees("#lot .reason", "A question about the lock")
    await tab.misses("#bid")
    await stage.house.command("auction", "resume", lot)
    await tab.sees("#bid")

    # Too much for the lot's own guard, and meant.
    await tab.bid_up_to("50")
    await tab.sees(place, "This is far more than needed")
    await tab.sees("#meant", "Yes, bid $50.00")
    await tab.find("#meant").click()
    await tab.sees("#panel .banner", words("You lead Your maximum is $50.00"))
    await tab.misses(place)
    # A maximum can only be raised.
    await tab.bid_up_to("40")
    await tab.sees("#amount-fault", "Your maximum is $50.00 already")

    # The lot ends while a bid is on its way.
    line.hold_all()
    await tab.bid_up_to("55")
    await stage.house.command("auction", "close", lot)
    line.release()
    await tab.sees(place, words("Too late: the lot had closed"))
    await tab.sees(place, "Nothing was bid")


@scenario
async def page_unregistered(stage):
    """Who is not approved for a sale, or suspended, is told whom to ask."""
    await stage.house.command("sale", "create", "Members only", "--id", stage.name, "--approved-only")
    lot = await stage.lot("Letter", sale=stage.name)
    tab = await stage.tab(token=await stage.bidder("anna"))
    await tab.go_to_lot(lot)
    await tab.tap(0)
    await tab.sees(".refusal", words("You are not registered for this sale. Ask the auction house"))
    await tab.find("#account").click()
    await tab.sees("#account", "Sign in")
    await tab.misses(".refusal")
    # A token that is none.
    await tab.find("#account").click()
    await tab.find("#token").fill("gvl_nonsense")
    await tab.find("#sign-in-form button[type=submit]").click()
    await tab.sees("#sign-in-fault", "token")
    assert await tab.page.evaluate("sessionStorage.getItem('gavel.token')") is None
    # An administrator's is not for bidding.
    await tab.find("#token").fill(await stage.house.administrator("page-office"))
    await tab.find("#sign-in-form button[type=submit]").click()
    await tab.sees("#sign-in-fault", "not for bidding")
    # The 401 and the 403 are what was asked for.
    tab.faults = [one for one in tab.faults if "Failed to load resource" not in one]


@scenario
async def page_confirmation(stage):
    """An amount far above the minimum, and buy-now, are asked about; Escape and Enter mean no."""
    lot = await stage.lot("Racing bicycle", start="10", buy_now="900", increments="1")
    tab = await stage.tab(token=await stage.bidder("anna"))
    await tab.go_to_lot(lot)

    await tab.bid_up_to("5000")
    await tab.sees("#confirm-dialog", words("Bid up to $5,000.00? That is 500 times"))
    await expect(tab.find("#confirm-no")).to_be_focused()
    await tab.page.keyboard.press("Escape")
    await tab.misses("#confirm-dialog")
    await expect(tab.find("#amount")).to_be_focused()
    await tab.find("#submit").click()
    await tab.sees("#confirm-dialog")
    await tab.page.keyboard.press("Enter")
    await tab.misses("#confirm-dialog")
    assert not await stage.house.bids(lot)

    await tab.find("#buy").click()
    await tab.sees("#confirm-dialog", words("Buy Racing bicycle? It is yours at once for $900.00"))
    await tab.find("#confirm-no").click()
    await tab.misses("#confirm-dialog")
    assert not await stage.house.bids(lot)
    await tab.find("#buy").click()
    await tab.find("#confirm-yes").click()
    await tab.sees("#panel .banner", words("You won $900.00 to pay"))


@scenario
async def page_sealed(stage):
    """A sealed bid is shown to its bidder alone, can be replaced, and is opened at the end."""
    lot = await stage.lot("Letter by Ada Lovelace", start="200", format="vickrey", currency="GBP")
    anna = await stage.tab(token=await stage.bidder("anna"))
    watcher = await stage.tab()
    for tab in (anna, watcher):
        await tab.go_to_lot(lot)
        await tab.sees("#panel .banner", "Sealed bids")
        await tab.misses(".quick")
    await anna.bid_up_to("300")
    await anna.sees("#panel .banner", words("Your sealed bid is in You offer £300.00"))
    await anna.bid_up_to("350")
    await anna.sees("#panel .banner", "£350.00")
    await stage.house.bid(lot, 25000, await stage.bidder("ben"))
    assert "350" not in await watcher.page.inner_text("body")
    await watcher.sees("#no-bids", "Sealed bids are shown when the lot has ended")
    await stage.house.command("auction", "close", lot)
    await anna.sees("#panel .banner", words("You won £250.00 to pay"))
    await watcher.sees("#panel .banner", "Sold to Bidder 1")


@scenario
async def page_retraction(stage):
    """Where the lot allows it, an own bid can be taken back, after a question."""
    lot = await stage.lot("Rug", start="10", increments="1", closes="+2d", retraction="ebay")
    tab = await stage.tab(token=await stage.bidder("anna"))
    await tab.go_to_lot(lot)
    await tab.bid_up_to("20")
    await tab.sees("#panel .banner", "You lead")
    await tab.find("#own-bids button").click()
    await tab.sees("#confirm-dialog", "Take back your bid of $20.00?")
    await tab.find("#confirm-yes").click()
    await tab.sees("#own-bids", words("$20.00 taken back"))
    await tab.sees("#panel .banner", "No bid yet")
    await tab.sees("#bids tr >> nth=0", "taken out")
    await tab.misses("#own-bids button")


@scenario
async def page_rows_stay(stage):
    """Others' bids take nothing from under one's hands: neither a focus nor a row that is being read."""
    lot = await stage.lot("Rug", start="10", increments="1", closes="+2d", retraction="ebay")
    tab = await stage.tab(token=await stage.bidder("anna"))
    await tab.go_to_lot(lot)
    await tab.bid_up_to("20")
    await tab.find("#own-bids button").focus()
    await tab.find("#bids tr").evaluate("(row) => { row.isRead = true; }")
    await stage.house.bid(lot, 1500, await stage.bidder("rival"))
    await expect(tab.find("#bids tr")).to_have_count(2)
    await expect(tab.find("#own-bids button")).to_be_focused()
    assert await tab.find("#bids tr >> nth=-1").evaluate("(row) => row.isRead === true")
    await tab.page.keyboard.press("Enter")
    await tab.sees("#confirm-dialog", "Take back your bid of $20.00?")
