#!/usr/bin/env python3
"""Measures Gavel beside what people would use instead, in turn and with the same load.

    compare.py --gavel GAVEL --benchmarks GAVEL-BENCHMARKS --environment FOLDER [--quick] [--only fan-out|bids]

Prints tables in Markdown, and writes all runs as JSON to FOLDER/results.json. What can't be had on this
machine is left out, and said.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

import bids
import fan_out
from running import Missing, family, raise_open_files

# Watchers, and updates a second at most: as many deliveries a second with each.
CROWDS = [(1000, 50), (10_000, 5)]


def say(words):
    print(words, file=sys.stderr, flush=True)


def call(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def gavel_figures(tools, arguments):
    report = call([tools.gavel, "bench"] + arguments + ["--repeats", "1", "--warm-up", "1s", "--json"])
    return {figure["name"]: figure["median"] for figure in report["figures"]}


def peer_fan_out(tools, start, watchers, rate, seconds):
    server, arguments = start(tools)
    try:
        processes = [word for pid in family(server.process.pid) for word in ("--process", str(pid))]
        return call([tools.benchmarks, "peer", "--port", str(server.port), "--count", str(watchers),
                     "--rate", str(rate), "--measured", str(seconds), "--update-bytes",
                     str(fan_out.UPDATE_BYTES)] + processes + arguments)
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def compare_fan_out(tools, rounds, seconds):
    """{(name, watchers): [figures of each round]}"""
    results, missing = {}, {}
    for watchers, rate in CROWDS:
        for number in range(rounds):
            for name, start in fan_out.PEERS:
                if name in missing:
                    continue
                say(f"fan-out, {watchers} watchers, round {number + 1}: {name}")
                try:
                    figures = peer_fan_out(tools, start, watchers, rate, seconds)
                except Missing as why:
                    missing[name] = str(why)
                    say(f"  left out: {why}")
                    continue
                except RuntimeError as fault:
                    say(f"  no figure: {fault}")
                    continue
                results.setdefault((name, watchers), []).append(figures)
    return results, missing


def gavel_bids(tools, clients, in_flight, lots, seconds):
    # Bidders race for a single lot, and some are too low; with sealed bids every one is accepted.
    kind = ["--format", "sealed"] if lots < clients else []
    figures = gavel_figures(tools, ["bids", "--bidders", str(clients), "--in-flight", str(in_flight),
                                    "--lots", str(lots), "--duration", f"{seconds}s"] + kind)
    return {"bids_per_second": figures["accepted_bids_per_second"],
            "server_cpu_per_bid_us": figures["server_cpu_per_bid_us"]}


def compare_bids(tools, rounds, seconds):
    """{(name, shape): [figures of each round]}"""
    results, missing, peers = {}, {}, []
    for make in bids.PEERS:
        try:
            peers.append(make(tools))
        except Missing as why:
            missing[make.name] = str(why)
            say(f"{make.name} is left out: {why}")
    try:
        for shape in bids.SHAPES:
            for number in range(rounds):
                for peer in [None] + peers:
                    name = peer.name if peer else "Gavel"
                    say(f"bids, {shape}, round {number + 1}: {name}")
                    try:
                        figures = (peer.measure(*shape, seconds) if peer
                                   else gavel_bids(tools, *shape, seconds))
                    except (RuntimeError, Missing) as fault:
                        say(f"  no figure: {fault}")
                        continue
                    if figures:
                        results.setdefault((name, shape), []).append(figures)
    finally:
        for peer in peers:
            peer.stop()
            shutil.rmtree(peer.server.folder, ignore_errors=True)
    return results, missing


def spread(runs, key, digits):
    values = sorted(run[key] for run in runs if key in run)
    if not values:
        return "–"
    def text(value):
        return f"{value:,.{digits}f}"
    middle = text(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({text(values[0])} to {text(values[-1])})"


def fan_out_table(results):
    sizes = [watchers for watchers, _ in CROWDS]
    names = list(dict.fromkeys(name for name, _ in results))
    yield "| Server | " + " | ".join(
        f"CPU µs a delivery, {size:,} watchers | p99 to the last, ms" for size in sizes) + " |"
    yield "|---" * (1 + 2 * len(sizes)) + "|"
    for name in names:
        cells = []
        for size in sizes:
            runs = results.get((name, size), [])
            cells += [spread(runs, "server_cpu_per_delivery_us", 2),
                      spread(runs, "last_delivery_p99_ms", 1)]
        yield f"| {name} | " + " | ".join(cells) + " |"


def bids_table(results):
    names = list(dict.fromkeys(name for name, _ in results))
    yield "| Clients, in flight, lots | " + " | ".join(f"{name}, bids/s | CPU µs" for name in names) + " |"
    yield "|---" * (1 + 2 * len(names)) + "|"
    for shape in bids.SHAPES:
        clients, in_flight, lots = shape
        cells = []
        for name in names:
            runs = results.get((name, shape), [])
            cells += [spread(runs, "bids_per_second", 0), spread(runs, "server_cpu_per_bid_us", 1)]
        yield f"| {clients}, {in_flight}, {lots} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gavel", required=True)
    parser.add_argument("--benchmarks", required=True)
    parser.add_argument("--environment", required=True, type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["fan-out", "bids"])
    tools = parser.parse_args()
    tools.gavel, tools.benchmarks = os.path.abspath(tools.gavel), os.path.abspath(tools.benchmarks)
    tools.virtual_environment = tools.environment.absolute() / "venv"
    raise_open_files(12_000)
    rounds, seconds = (2, 2) if tools.quick else (5, 3)
    written = {
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} processors, {platform.release()}", "rounds": rounds,
        "seconds": seconds, "fan_out": [], "bids": [], "missing": {},
    }
    if tools.only != "bids":
        results, missing = compare_fan_out(tools, rounds, seconds)
        written["missing"] |= missing
        written["fan_out"] = [
            {"server": name, "watchers": watchers, "runs": runs}
            for (name, watchers), runs in results.items()]
        print("\n".join(fan_out_table(results)), end="\n\n", flush=True)
    if tools.only != "fan-out":
        results, missing = compare_bids(tools, rounds, seconds)
        written["missing"] |= missing
        written["bids"] = [
            {"server": name, "clients": shape[0], "in_flight": shape[1], "lots": shape[2], "runs": runs}
            for (name, shape), runs in results.items()]
        print("\n".join(bids_table(results)), flush=True)
    for name, why in written["missing"].items():
        print(f"\nLeft out: {name} ({why})")
    tools.environment.mkdir(parents=True, exist_ok=True)
    (tools.environment / "results.json").write_text(json.dumps(written, indent=1) + "\n")


main()
