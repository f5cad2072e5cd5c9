"""Runs the scenarios: main.py GAVEL CHROMIUM [SCENARIO...]"""

import asyncio
import importlib
import sys
import tempfile
import time
import traceback
from pathlib import Path

from playwright.async_api import async_playwright

from house import House
from stage import Stage, scenarios

here = Path(__file__).resolve().parent
shots = here.parent.parent / ".build" / "browser" / "shots"
# At the same time: they wait for each other's machine more than for anything else.
together = 3
# For one; none takes a fifth of it, but a busy machine may.
seconds_max = 120


async def play(name, house, browser, room):
    async with room:
        start = time.monotonic()
        try:
            async with asyncio.timeout(seconds_max):
                await Stage(name, house, browser, shots).run(scenarios[name])
        except Exception:
            print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)
            return name
        print(f"passed {name} ({time.monotonic() - start:.1f} s)", flush=True)
        return None


async def main(gavel, chromium, chosen):
    for file in sorted((here / "scenarios").glob("*.py")):
        importlib.import_module(f"scenarios.{file.stem}")
    unknown = [name for name in chosen if name not in scenarios]
    if unknown:
        raise SystemExit(f"There is no scenario {', '.join(unknown)}: {', '.join(scenarios)}")
    shots.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gavel-browser-") as folder:
        house = House(gavel, folder)
        await house.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=chromium,
                    args=["--no-sandbox", "--no-proxy-server", "--disable-gpu"])
                room = asyncio.Semaphore(together)
                names = chosen or list(scenarios)
                results = await asyncio.gather(
                    *(play(name, house, browser, room) for name in names))
                await browser.close()
        finally:
            await house.stop()
    failed = [name for name in results if name]
    print(f"{len(names) - len(failed)} of {len(names)} scenarios passed "
          f"in {time.monotonic() - start:.0f} s", flush=True)
    if failed:
        raise SystemExit(f"FAILED: {', '.join(failed)}")


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
