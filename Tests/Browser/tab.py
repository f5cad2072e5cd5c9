"""One tab of the browser, and what a person sees and does in it."""

import json
import re

from playwright.async_api import expect

# In milliseconds, for one thing to appear; none takes one, but on a busy machine.
patience = 30_000
expect.set_options(timeout=patience)

phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
desk = {"viewport": {"width": 1280, "height": 860}}


class Tab:
    """A tab in a context of its own: nothing is shared with other tabs, as with other people."""

    def __init__(self, context, page, url):
        self.context, self.page, self.url = context, page, url
        # Everything that went over the tab's WebSockets, in order, and what broke.
        self.received, self.sent, self.faults = [], [], []
        page.on("websocket", self._listen)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._note)
        page.on("dialog", self._dialog)

    @classmethod
    async def open(cls, browser, url, path="/", *, is_phone=False, is_dark=False, locale="en-US"):
        shape = phone if is_phone else desk
        context = await browser.new_context(
            **shape, color_scheme="dark" if is_dark else "light", locale=locale,
            reduced_motion="reduce")
        context.set_default_timeout(patience)
        tab = cls(context, await context.new_page(), url)
        await tab.page.goto(url + path)
        return tab

    def _listen(self, socket):
        socket.on("framereceived", lambda text: self.received.append(json.loads(text)))
        socket.on("framesent", lambda text: self.sent.append(json.loads(text)))

    def _note(self, message):
        # What can't be loaded while there is no network is no fault of the page's.
        if message.type == "error" and "net::" not in message.text:
            if "WebSocket connection" not in message.text:
                self.faults.append(f"console: {message.text}")

    async def _dialog(self, dialog):
        self.faults.append(f"a script opened a dialog: {dialog.message}")
        await dialog.dismiss()

    def check(self):
        assert not self.faults, self.faults

    def find(self, selector):
        return self.page.locator(selector)

    async def sees(self, selector, text=None):
        """Waits until something is there to be seen, with a text (a string or a pattern) if given."""
        place = self.find(selector)
        await expect(place).to_be_visible()
        if text is not None:
            await expect(place).to_contain_text(text)
        return place

    async def misses(self, selector):
        """Waits until something is not to be seen."""
        await expect(self.find(selector)).to_be_hidden()

    async def wait(self, expression, argument=None):
        """Waits until a function of the page's is true."""
        await self.page.wait_for_function(expression, arg=argument)

    async def module(self, name, expression, argument=None):
        """What an expression gives, with a module of the house's as `m`."""
        return await self.page.evaluate(
            f"async (a) => {{ const m = await import('/page/{name}'); return ({expression}); }}",
            argument)

    async def shoot(self, folder, name, full=False):
        await self.page.screenshot(path=folder / f"{name}.png", full_page=full)

    # The bidding page.

    async def go(self, address):
        await self.page.evaluate("(address) => { location.hash = address; }", address)

    async def go_to_lot(self, lot):
        await self.go(f"#/lot/{lot}")
        await self.sees("#lot .eyebrow .lot-id", lot)

    async def sign_in(self, token):
        await self.find("#account").click()
        await self.find("#token").fill(token)
        await self.find("#sign-in-form button[type=submit]").click()
        await self.sees("body[data-signed=in]")

    async def tap(self, number):
        """Takes one of the next amounts, once it has stood still for as long as a look takes."""
        await self.find(f".quick button:nth-child({number + 1}):not([data-fresh])").click()

    async def bid_up_to(self, amount):
        await self.find("#amount").fill(amount)
        await self.find("#submit").click()

    async def is_live(self):
        await self.sees("#connection", "Live")

    # The stream.

    def seqs(self, lot):
        """The numbers of the lot's public changes that came by WebSocket, in their order."""
        return [message["seq"] for message in self.received
                if message.get("auction") == lot and message["type"] in ("price", "status")]

    def check_stream(self, lot, until):
        """Every change up to `until` came, once and in order; a snapshot stands for those before."""
        seen = None
        for message in self.received:
            if message.get("auction") != lot:
                continue
            if message["type"] == "snapshot":
                assert seen is None or message["seq"] == seen, f"jumped to {message['seq']}"
                seen = message["seq"]
            elif message["type"] in ("price", "status"):
                assert message["seq"] == seen + 1, f"{message['seq']} after {seen}"
                seen = message["seq"]
        assert seen == until, f"saw up to {seen} of {until}"


def amount(text):
    """A pattern for an amount between other texts."""
    return re.compile(rf"(^|[^\d.,]){re.escape(text)}($|[^\d.,])")
