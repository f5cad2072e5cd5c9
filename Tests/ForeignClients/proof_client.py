"""Receipts and a certificate, checked by the words of docs/proof.md: by its own Python, and nothing of
ours.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

page = Path(__file__).resolve().parents[2] / "docs" / "proof.md"
script = re.search(r"```python\n(.*?)```", page.read_text(), re.DOTALL).group(1)
house, lot, token = os.environ["HOUSE"], os.environ["LOT"], os.environ["TOKEN"]
folder = Path(tempfile.mkdtemp(prefix="gavel-proof-"))


def said(what):
    print(f"  {what}", flush=True)


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        house + path, data, {"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


def is_good(signed):
    (folder / "signed.json").write_text(json.dumps(signed))
    (folder / "keys.json").write_text(json.dumps(call("/v1/keys")))
    return subprocess.run(
        [sys.executable, "-c", script, folder / "signed.json", folder / "keys.json"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def changed(signed):
    """The same with one thing changed, in every member."""
    for member in ("statement", "head", "signature"):
        text = signed[member]
        for place in range(len(text) // 2, len(text)):
            if text[place].isdigit():
                digit = "1" if text[place] == "0" else "0"
                yield {**signed, member: text[:place] + digit + text[place + 1:]}
                break
    yield {**signed, "index": signed["index"] + 1}
    yield {**signed, "path": signed["path"] + ["00" * 32]}


def check(signed, **facts):
    assert is_good(signed), f"not good: {signed}"
    statement = json.loads(signed["statement"])
    for key, value in facts.items():
        assert statement[key] == value, f"{key} should be {value!r}: {statement}"
    return statement


accepted = call(
    f"/v1/auctions/{lot}/bids", {"id": "p1", "amount": 5000, "receipt": True})
receipt = check(accepted["receipt"], statement="gavel.receipt.v1", verdict="accepted", amount=5000)
assert receipt["hash"] == accepted["hash"], accepted
refused = call(f"/v1/auctions/{lot}/bids", {"id": "p2", "amount": 1, "receipt": True})
check(refused["receipt"], verdict="refused", code=refused["code"])
for forged in changed(accepted["receipt"]):
    assert not is_good(forged), f"taken for good: {forged}"
said("receipts for an accepted and a refused bid are good, and nothing that was changed is")

assert call(f"/v1/auctions/{lot}/certificate")["code"] == "not_closed"
subprocess.run(
    [os.environ["GAVEL"], "auction", "close", lot, "--database", os.environ["DATABASE"]],
    check=True, stdout=subprocess.DEVNULL)
late = call(f"/v1/auctions/{lot}/bids", {"id": "p3", "amount": 9000, "receipt": True})
check(late["receipt"], verdict="refused", code="closed", late_by_ms=late["late_by_ms"])
answer = call(f"/v1/auctions/{lot}/certificate")
certificate = check(
    answer["certificate"], statement="gavel.certificate.v1", outcome="sold", winner="Bidder 1",
    cause="hammer", bids=1)
check(answer["late"], count=1, late_by_ms=[late["late_by_ms"]])
assert certificate["price"] == call(f"/v1/auctions/{lot}")["price"]
for forged in changed(answer["certificate"]):
    assert not is_good(forged), f"taken for good: {forged}"
said("so are the close certificate and the statement of the late bid")
