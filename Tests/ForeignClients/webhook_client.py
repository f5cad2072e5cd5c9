"""A back office that is not ours: verifies webhooks with the package of the Standard Webhooks, and with
what the receiver in docs/webhooks.md verifies by.
"""

import http.server
import json
import os
import re
import subprocess
import threading
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

page = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
ours = {}
# Of that receiver all that stands before it listens.
receiver = re.search(r"office\.py <<'END'\n(.*?)\nclass Office", page.read_text(), re.DOTALL)
exec(receiver.group(1), ours)
lot, secret = os.environ["LOT"], os.environ["HOOK_SECRET"]
came, more = [], threading.Condition()


class Office(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with more:
            came.append((dict(self.headers), body))
            more.notify_all()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def gavel(*arguments):
    subprocess.run([os.environ["GAVEL"], *arguments, "--database", os.environ["DATABASE"]],
                   check=True, stdout=subprocess.DEVNULL)


def events():
    return [(headers, body, event) for headers, body in came
            if (event := json.loads(body))["data"].get("auction") == lot]


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["HOOK_PORT"])), Office)
threading.Thread(target=server.serve_forever, daemon=True).start()
# What could not be delivered before we were here comes now, too.
gavel("webhook", "retry", "office")
gavel("auction", "extend", lot, "--by", "1h")
gavel("auction", "close", lot)
with more:
    assert more.wait_for(lambda: len(events()) >= 3, 200), came
mine = events()
assert [event["type"] for _, _, event in mine] == [
    "lot.opened", "lot.extended", "lot.closed"], mine
assert mine[2][2]["data"]["result"]["outcome"] == "no_bids"
webhook = Webhook(secret)
for headers, body, event in mine:
    assert webhook.verify(body, headers) == event
    assert ours["verified"](secret, headers, body)
    assert not ours["verified"](secret, headers, body + b" ")
    try:
        webhook.verify(body.replace(b"lot", b"lob"), headers)
    except WebhookVerificationError:
        continue
    raise SystemExit("a changed message was taken")
print(f"  {len(mine)} events verified by standardwebhooks and by the page", flush=True)
server.shutdown()
