"""Other people's words are words."""

from playwright.async_api import expect

from stage import scenario

script = "<img src=x onerror=\"alert(1)\"><script>alert(2)</script>"
breaker = "\"'></b><svg onload=alert(3)>{{7*7}}"


@scenario
async def page_injection(stage):
    """Script in titles, notices, reasons and names is shown as it is, and runs nowhere."""
    await stage.house.command("sale", "create", f"Sale {script}", "--id", stage.name)
    lot = await stage.lot(f"Lot {script}", sale=stage.name)
    await stage.lot(f"Other {breaker}", sale=stage.name)
    token = await stage.bidder("anna", "--name", script)
    tab = await stage.tab(f"/#/sale/{stage.name}", token=token)
    await tab.sees("#board h1", f"Sale {script}")
    await expect(tab.find(".card h2")).to_contain_text([f"Lot {script}", f"Other {breaker}"])
    await tab.find("#search").fill(script)
    await expect(tab.find(".card")).to_have_count(1)
    await tab.go_to_lot(lot)
    await tab.sees("#lot h1", f"Lot {script}")
    await tab.sees("#back", f"Sale {script}")
    await tab.tap(0)
    await tab.sees("#panel .banner", "You lead")
    await stage.house.command("auction", "announce", lot, f"Notice {script}")
    await tab.sees("#lot .notice", f"Notice {script}")
    await tab.sees(".note >> nth=-1", f"Notice {script}")
    await stage.house.command("auction", "pause", lot, "--reason", f"Reason {breaker}")
    await tab.sees("#lot .reason", f"Reason {breaker}")
    await stage.house.command("auction", "resume", lot)
    bid = [one for one in tab.sent if one.get("type") == "bid"][0]["id"]
    await stage.house.command("auction", "void-bid", lot, bid, "--reason", f"Void {script}")
    await tab.sees(".note >> nth=-1", f"Void {script}")
    # An address is somebody else's text, too.
    await tab.go("#/lot/" + "%3Cimg%20src%3Dx%20onerror%3Dalert(4)%3E")
    await tab.sees("#lot h1", "There is no such lot")
    await tab.go("#/sale/%E0%A4%A")
    await tab.sees("#board h1", "All lots")
    # The lot that there is not was asked for.
    tab.faults = [one for one in tab.faults if "404" not in one]
    assert await tab.page.evaluate(
        "document.querySelectorAll('img, main script, main iframe, [onerror], [onload]').length") == 0
    # And what would get in in spite of that is not run by this policy.
    result = await tab.page.evaluate("""() => new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
        const made = document.createElement("script");
        made.textContent = "document.title = 'broken'";
        document.body.append(made);
    })""")
    assert result.startswith("script-src"), result
    assert await tab.page.title() != "broken"
    tab.faults = [one for one in tab.faults if "Content Security Policy" not in one]
    tab.check()


@scenario
async def page_token(stage):
    """The token is kept for the tab, goes into no address, and over no WebSocket."""
    token = await stage.bidder("anna")
    tab = await stage.tab(token=token)
    addresses = []
    tab.page.on("request", lambda request: addresses.append(request.url))
    await tab.page.reload()
    await expect(tab.find("#account")).to_have_text("Sign out")
    assert addresses and not [one for one in addresses if token in one], addresses
    assert not [one for one in tab.sent if token in str(one)], "the token went over the WebSocket"
    assert token not in await tab.page.content()
    assert await tab.page.evaluate("localStorage.length") == 0
    # Another tab of the same browser knows nothing of it.
    other = await tab.context.new_page()
    await other.goto(stage.house.url)
    await expect(other.locator("#account")).to_have_text("Sign in")
    # Revoked at the desk: the page says so, and forgets it.
    await stage.house.command("bidder", "revoke", f"{stage.name}-anna")
    await tab.sees("#sign-in-fault", "Your token is no longer good")
    assert await tab.page.evaluate("sessionStorage.getItem('gavel.token')") is None
