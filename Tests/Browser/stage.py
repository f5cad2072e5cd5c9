"""What a scenario works with: the house, lots and bidders of its own, and tabs."""

import asyncio
import re
import tempfile
from contextlib import asynccontextmanager

from house import House
from tab import Tab

scenarios = {}
# In seconds, for a screenshot after a failure or the end of a tab.
tidying_max = 20


def scenario(function):
    """Registers a scenario under its function's name."""
    scenarios[function.__name__] = function
    return function


class Stage:
    def __init__(self, name, house, browser, shots):
        self.name, self.house, self.browser, self.shots = name.replace("_", "-"), house, browser, shots
        self.tabs, self.lines, self.lots = [], [], 0

    @asynccontextmanager
    async def other_house(self, **limits):
        """Plays in a house of its own meanwhile, with other limits: bid_burst=1 …"""
        shared = self.house
        with tempfile.TemporaryDirectory(prefix="gavel-browser-") as folder:
            named = {name.replace("_", "-"): value for name, value in limits.items()}
            self.house = House(shared.gavel, folder, named)
            await self.house.start()
            try:
                yield
            finally:
                await self.house.stop()
                self.house = shared

    async def sale(self, title):
        """A sale, named after the scenario."""
        await self.house.command("sale", "create", title, "--id", self.name)
        return self.name

    async def lot(self, title="A chair", start="10", closes="+1h", lot=None, **options):
        """A lot, open from now on: reserve="40", soft_close="catawiki" …; a flag is True."""
        self.lots += 1
        lot = lot or f"{self.name}-{self.lots}"
        words = []
        for name, value in options.items():
            words.append("--" + name.replace("_", "-"))
            if value is not True:
                words.append(value)
        await self.house.command(
            "auction", "create", title, "--id", lot, "--start", start,
            *([] if closes is None else ["--closes", closes]), *words)
        return lot

    async def bidder(self, name, *options):
        """A bidder's token; the id is the scenario's and the name."""
        return await self.house.bidder(f"{self.name}-{name}", *options)

    async def tab(self, path="/", token=None, line=None, **shape):
        url = line.url if line else self.house.url
        tab = await Tab.open(self.browser, url, path, **shape)
        self.tabs.append(tab)
        await tab.is_live()
        if token:
            await tab.sign_in(token)
        return tab

    async def line(self):
        """A network of its own for a tab."""
        line = await self.house.free_lines.pop().open()
        self.lines.append(line)
        return line

    async def run(self, function):
        try:
            await function(self)
            for tab in self.tabs:
                tab.check()
        except BaseException:
            for number, tab in enumerate(self.tabs):
                print(f"{self.name}, tab {number}: {tab.faults or 'no faults'}, "
                      f"heard last: {tab.received[-3:]}", flush=True)
                await self.tidy(tab.shoot(self.shots, f"failed-{self.name}-{number}"))
            raise
        finally:
            for tab in self.tabs:
                await self.tidy(tab.context.close())
            for line in self.lines:
                await line.close()
                self.house.free_lines.append(line)


    async def tidy(self, work):
        """What is done for a tab that is over: one that hangs must not hold up the others."""
        try:
            await asyncio.wait_for(work, tidying_max)
        except Exception as why:
            print(f"{self.name}: {type(why).__name__} while tidying up", flush=True)


def words(text):
    """A pattern that finds the words, whatever is between them."""
    end = r"(?!\d)" if text[-1].isdigit() else ""
    return re.compile(r"\s*".join(re.escape(word) for word in text.split()) + end)
