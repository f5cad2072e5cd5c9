"""Chromium without a screen, through its DevTools: the bidding page, and a page's own WebSocket."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile

from websockets.asyncio.client import connect as open_socket

# In seconds, for one thing to appear; none takes one, but on a busy machine.
patience = 60
house, lot = os.environ["HOUSE"], os.environ["LOT"]
token, rival_token = os.environ["TOKEN"], os.environ["RIVAL_TOKEN"]


def said(what):
    print(f"  {what}", flush=True)


class Page:
    """One tab."""

    def __init__(self, socket):
        self.socket, self.number, self.session = socket, 0, None

    async def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        await self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(await self.socket.recv())
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    async def open(self):
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]

    async def evaluate(self, expression):
        result = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, f"{expression}: {result['exceptionDetails']}"
        return result["result"].get("value")

    async def see(self, wanted, where="document.body?.innerText"):
        """Waits until the page shows it."""
        for _ in range(patience * 10):
            shown = await self.evaluate(where) or ""
            if re.search(wanted, shown):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{wanted} is not on the page: {shown}")


def gavel(*arguments):
    subprocess.run([os.environ["GAVEL"], *arguments], check=True, stdout=subprocess.DEVNULL)


async def use_page(page):
    """What a person does."""
    await page.call("Page.navigate", url=f"{house}/")
    await page.see("Lot for chromium")
    await page.see("Live")
    await page.evaluate(f"location.hash = '#/lot/{lot}'")
    await page.see("No bid yet")
    said("the page shows the lot")

    await page.evaluate(f"""
        document.getElementById("account").click();
        document.getElementById("token").value = {json.dumps(token)};
        document.getElementById("sign-in-form").requestSubmit();""")
    await page.see(os.environ["BIDDER"])
    await page.see("Bid up to")
    await page.evaluate("""
        document.getElementById("amount").value = "20";
        document.getElementById("bid").requestSubmit();""")
    await page.see("You lead")
    await page.see("10\\.00")
    said("signed in and bid")

    gavel("bid", lot, "--amount", "50", "--token", rival_token,
          "--database", os.environ["DATABASE"])
    await page.see("You are outbid")
    await page.see("Bids\\s+2")
    said("was outbid")


# What a page's own script does: watch, be cut off, come back and resume.
script = """
(async () => {
  const open = () => new Promise((resolve, reject) => {
    const socket = new WebSocket(location.origin.replace("http", "ws") + "/v1/ws", "gavel.v1.json");
    const messages = [];
    let wake = () => {};
    socket.onmessage = ({ data }) => { messages.push(JSON.parse(data)); wake(); };
    socket.onopen = () => resolve({ socket, next: async (type) => {
      for (;;) {
        const message = messages.shift();
        if (message?.type === type) return message;
        if (message && !["welcome", "heartbeat"].includes(message.type)) {
          throw new Error(`not ${type}: ${JSON.stringify(message)}`);
        }
        if (!message) await new Promise((resolve) => { wake = resolve; });
      }
    } });
    socket.onerror = () => reject(new Error("no WebSocket"));
  });
  const lot = LOT, token = TOKEN;
  const first = await open();
  first.socket.send(JSON.stringify({ type: "watch", auction: lot, feed: "full" }));
  const snapshot = await first.next("snapshot");
  first.socket.close();
  for (let number = 0; number < 3; number += 1) {
    const answer = await fetch(`/v1/auctions/${lot}/bids`, {
      method: "POST", headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify({ id: `c${number}`, amount: 2500 + number * 500 }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
  const second = await open();
  second.socket.send(JSON.stringify({
    type: "watch", auction: lot, feed: "full", after: snapshot.seq, log: snapshot.log }));
  const seqs = [];
  for (let number = 0; number < 3; number += 1) seqs.push((await second.next("price")).seq);
  const watching = await second.next("watching");
  const closed = new Promise((resolve) => { second.socket.onclose = ({ code }) => resolve(code); });
  second.socket.close(1000);
  return { from: snapshot.seq, seqs, to: watching.seq, code: await closed };
})()
"""


async def use_socket(page):
    body = script.replace("LOT", json.dumps(lot), 1).replace("TOKEN", json.dumps(token), 1)
    result = await page.evaluate(body)
    seq = result["from"]
    wanted = {"from": seq, "seqs": [seq + 1, seq + 2, seq + 3], "to": seq + 3, "code": 1000}
    assert result == wanted, result
    said("a script resumed after a cut")


async def use_elsewhere(page):
    """A page that is not the house's does not get in."""
    await page.call("Page.navigate", url="data:text/html,elsewhere")
    await page.see("elsewhere")
    result = await page.evaluate(f"""
        new Promise((resolve) => {{
          const socket = new WebSocket({json.dumps(house.replace("http", "ws") + "/v1/ws")});
          socket.onopen = () => resolve("open");
          socket.onerror = () => resolve("refused");
        }})""")
    assert result == "refused", result
    said("another site's page was refused")


async def play():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory(prefix="gavel-chromium-") as profile:
        browser = await asyncio.create_subprocess_exec(
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--no-proxy-server", "--disable-background-networking", "--disable-component-update",
            # The house's certificate is its own.
            *(["--ignore-certificate-errors"] if house.startswith("https") else []),
            "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
        try:
            while line := (await browser.stderr.readline()).decode():
                if match := re.search("DevTools listening on (ws://\\S+)", line):
                    break
            else:
                raise AssertionError("Chromium did not start")
            reading = asyncio.create_task(drain(browser.stderr))
            async with open_socket(match[1], max_size=None, proxy=None) as socket:
                page = Page(socket)
                await page.open()
                await use_page(page)
                await use_socket(page)
                gavel("auction", "close", lot, "--database", os.environ["DATABASE"])
                await page.see("Ended")
                await page.see("went to somebody else")
                said("saw the lot sold")
                await use_elsewhere(page)
            reading.cancel()
        finally:
            with contextlib.suppress(ProcessLookupError):
                browser.terminate()
            await browser.wait()


async def drain(stream):
    while await stream.read(4096):
        pass


async def bounded():
    async with asyncio.timeout(270):
        await play()


asyncio.run(bounded())
