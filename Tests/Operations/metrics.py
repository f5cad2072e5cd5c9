"""Has a real server under some traffic, and reads its metrics as Prometheus would.

Usage: metrics.py GAVEL
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

GAVEL = sys.argv[1]
faults = []


def check(holds, fault):
    if not holds:
        faults.append(fault)


class Server:
    def __init__(self, folder):
        self.database = os.path.join(folder, "gavel.db")
        # The traffic here is faster than people.
        limits = [f"--limit={name}=10000" for name in (
            "bids-per-second", "bid-burst", "bids-on-lot-per-second", "bid-on-lot-burst",
            "messages-per-second", "message-burst")]
        self.process = subprocess.Popen(
            [GAVEL, "serve", "--listen", "127.0.0.1:0", "--json", "--database", self.database,
             *limits], stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["url"]

    def gavel(self, *arguments, status=0):
        result = subprocess.run(
            [GAVEL, *arguments, "--database", self.database], capture_output=True, text=True,
            timeout=120)
        if result.returncode != status:
            sys.exit(f"gavel {' '.join(arguments)}: {result}")
        return result.stdout

    def request(self, method, path, body=None, headers=None):
        request = urllib.request.Request(
            self.url + path, method=method, headers=headers or {},
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def metrics(self):
        status, headers, text = self.request("GET", "/metrics")
        check(status == 200, f"/metrics: {status}")
        check(headers["Content-Type"].startswith("text/plain; version=0.0.4"),
              f"Content-Type: {headers['Content-Type']}")
        return text

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(timeout=120) == 0, "the server did not stop in order")


# MARK: Reading

BASE_UNITS = ("seconds", "bytes", "fds")
OTHER_UNITS = ("milliseconds", "microseconds", "nanoseconds", "minutes", "hours", "kilobytes",
               "megabytes", "kib", "mib", "percent", "ms", "us")


def lint(text):
    """The rules of `promtool check metrics`, and those of the format."""
    described, typed = {}, {}
    for line in text.splitlines():
        if match := re.match(r"# HELP (\S+) (.+)$", line):
            check(match[1] not in described, f"{match[1]}: HELP twice")
            described[match[1]] = match[2]
        elif match := re.match(r"# TYPE (\S+) (\S+)$", line):
            check(match[1] not in typed, f"{match[1]}: TYPE twice")
            typed[match[1]] = match[2]
        else:
            check(line and not line.startswith("#"), f"a line that says nothing: {line!r}")
    check(described.keys() == typed.keys(), "HELP and TYPE are not of the same families")
    check(text.endswith("\n"), "the last line has no end")
    for name, kind in typed.items():
        check(re.fullmatch(r"[a-z][a-z0-9_]*", name), f"{name}: not a name in small letters")
        check(name.startswith(("gavel_", "process_")), f"{name}: no prefix")
        check(kind in ("counter", "gauge", "histogram"), f"{name}: {kind}")
        check((kind == "counter") == name.endswith("_total"), f"{name}: {kind} and _total")
        for word in name.split("_"):
            check(word not in OTHER_UNITS, f"{name}: {word} is no base unit")
            check(word not in ("gauge", "counter", "histogram"), f"{name}: names its type")
        check(not re.search(r"_(count|sum|bucket|info)$", name), f"{name}: a part's name")
    return typed


def read(text):
    """The samples by name and labels."""
    samples = {}
    for family in text_string_to_metric_families(text):
        check(family.documentation, f"{family.name}: no HELP")
        check(family.type not in ("unknown", "untyped"), f"{family.name}: no TYPE")
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            check(key not in samples, f"{key}: twice")
            samples[key] = sample.value
            for label in sample.labels:
                check(re.fullmatch(r"[a-z][a-z_]*", label), f"{sample.name}: label {label}")
            check(sample.value >= 0, f"{key}: {sample.value}")
    return samples


def check_histograms(typed, samples):
    for name in (name for name, kind in typed.items() if kind == "histogram"):
        series = {}
        for (sample, labels), value in samples.items():
            if sample == name + "_bucket":
                rest = tuple(pair for pair in labels if pair[0] != "le")
                series.setdefault(rest, []).append((float(dict(labels)["le"]), value))
        check(series, f"{name}: no buckets")
        for labels, buckets in series.items():
            bounds = [bound for bound, _ in buckets]
            counts = [count for _, count in buckets]
            check(bounds == sorted(set(bounds)), f"{name}{labels}: bounds {bounds}")
            check(bounds[-1] == float("inf"), f"{name}{labels}: no +Inf")
            check(counts == sorted(counts), f"{name}{labels}: not cumulative {counts}")
            check(samples[(name + "_count", labels)] == counts[-1], f"{name}{labels}: count")
            total = samples[(name + "_sum", labels)]
            check((total > 0) or counts[-1] == 0 or counts[0] == counts[-1],
                  f"{name}{labels}: sum {total}")


def check_growth(typed, earlier, later):
    for (name, labels), value in earlier.items():
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        if typed.get(name) == "counter" or typed.get(family) == "histogram":
            check((name, labels) in later, f"{name}{labels}: is gone")
            check(later.get((name, labels), 0) >= value, f"{name}{labels}: fell")


# MARK: Traffic

def traffic(server, tokens, prefix, base):
    """Bids over HTTP and WebSocket, two bidders against each other from `base` cents on, one bid
    repeated and one too low; a request for nothing, and a refused handshake."""
    def bid(number, amount):
        server.request(
            "POST", "/v1/auctions/lot/bids", {"id": f"{prefix}-{number}", "amount": amount},
            {"Authorization": f"Bearer {tokens[number % 2]}", "Content-Type": "application/json"})

    for number in range(10):
        bid(number, base + 1000 * number)
    bid(0, base)
    bid(10, 1)
    server.request("GET", "/nothing")
    server.request("GET", "/v1/ws")
    # A head that is too large: one of the limits.
    server.request("GET", "/healthz", headers={"X-Large": "x" * 20_000})
    amount = (base + 20_000) / 100
    server.gavel("bid", "lot", "--amount", f"{amount:.2f}", "--token", tokens[0])


def value(samples, name, **labels):
    return samples.get((name, tuple(sorted(labels.items()))), 0)


with tempfile.TemporaryDirectory() as folder:
    server = Server(folder)
    try:
        server.gavel("auction", "create", "Lot", "--id", "lot", "--start", "10",
                     "--closes", "+1h")
        tokens = []
        for name in ("anna", "ben"):
            server.gavel("bidder", "add", name)
            tokens.append(json.loads(server.gavel("bidder", "token", name, "--json"))["token"])
        watcher = subprocess.Popen(
            [GAVEL, "auction", "watch", "lot", "--full", "--json", "--database",
             server.database], stdout=subprocess.PIPE, text=True)
        watcher.stdout.readline()
        traffic(server, tokens, "a", 10_000)
        first_text = server.metrics()
        first = read(first_text)
        traffic(server, tokens, "b", 50_000)
        second_text = server.metrics()
        second = read(second_text)
        watcher.terminate()
        watcher.wait(timeout=120)
    finally:
        server.stop()

typed = lint(second_text)
lint(first_text)
check_histograms(typed, second)
check_growth(typed, first, second)
for name, labels, least in [
    ("gavel_bids_total", {"outcome": "accepted"}, 22),
    ("gavel_bid_repeats_total", {}, 2),
    ("gavel_ack_seconds_count", {"stage": "decide"}, 26),
    ("gavel_ack_seconds_count", {"stage": "commit"}, 26),
    ("gavel_ack_seconds_count", {"stage": "write"}, 2),
    ("gavel_commit_seconds_count", {}, 24),
    ("gavel_batch_entries_count", {}, 24),
    ("gavel_broadcast_lag_seconds_count", {}, 20),
    ("gavel_connections_opened_total", {"state": "websocket"}, 3),
    ("gavel_connections", {"state": "websocket"}, 1),
    ("gavel_handshake_failures_total", {"reason": "version"}, 2),
    ("gavel_http_requests_total", {"status": "4xx"}, 4),
    ("gavel_limits_reached_total", {"limit": "head"}, 2),
    ("process_resident_memory_bytes", {}, 1_000_000),
    ("process_open_fds", {}, 5),
    ("process_cpu_seconds_total", {}, 0.001),
    ("process_start_time_seconds", {}, 1_700_000_000),
]:
    found = value(second, name, **labels)
    check(found >= least, f"{name}{labels}: {found}, not {least} or more")
for key in first:
    check(key in second, f"{key}: is gone")

if faults:
    sys.exit("\n".join(faults))
print(f"/metrics: {len(typed)} families, {len(second)} samples, read twice and sound")
