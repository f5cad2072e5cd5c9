#!/usr/bin/env python3
"""Counts the instructions that one unit of each component takes, and compares them with what is kept.

    measure.py BENCHMARKS [--accept] [COMPONENT ...]

BENCHMARKS is the release build of gavel-benchmarks. Each component runs twice under callgrind, once with
all units and once with half of them: the difference is of the units alone, whatever the start costs. The
counts are the same whatever else the machine does, to some tenths of a percent.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
KEPT = HERE / "thresholds.json"
# More than this above what is kept fails, and so much below is worth keeping.
TOLERANCE = 0.10
UNITS = {
    "rules": 4096,
    "frame": 8192,
    "decode-bid": 8192,
    "encode-answer": 8192,
    "encode-price": 8192,
    "ledger": 4096,
    "ledger-many-lots": 4096,
    "service": 4096,
    "service-many-lots": 4096,
    "lone-bid": 1024,
    "receipt": 1024,
}


def count(program, component, units, most):
    with tempfile.TemporaryDirectory(prefix="gavel-instructions-") as folder:
        command = [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
            program, "component", component, str(units), str(most), folder,
        ]
        run = subprocess.run(command, capture_output=True, text=True, timeout=300)
        found = re.search(r"Collected *: *(\d+)", run.stderr)
        if run.returncode != 0 or not found:
            sys.exit(f"{' '.join(command)} ended with {run.returncode}:\n{run.stdout}{run.stderr[-2000:]}")
        return int(found.group(1))


def instructions(program, component):
    units = UNITS[component]
    whole = count(program, component, units, units)
    half = count(program, component, units // 2, units)
    return (whole - half) / (units - units // 2)


def stripped(program, folder):
    """A copy with its symbols and without the rest: Debian's valgrind does not understand all of DWARF 5."""
    copy = f"{folder}/gavel-benchmarks"
    subprocess.run(["strip", "--strip-debug", "-o", copy, program], check=True)
    return copy


def count_all(program, components):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(components, pool.map(lambda name: instructions(program, name), components)))


def main():
    arguments = sys.argv[1:]
    accepts = "--accept" in arguments
    arguments = [argument for argument in arguments if argument != "--accept"]
    if not arguments or any(name not in UNITS for name in arguments[1:]):
        sys.exit(f"usage: measure.py BENCHMARKS [--accept] [{' | '.join(UNITS)}] ...")
    program, components = arguments[0], arguments[1:] or list(UNITS)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    with tempfile.TemporaryDirectory(prefix="gavel-instructions-") as folder:
        counted = count_all(stripped(program, folder), components)
    print(f"{'instructions a unit':22}{'now':>10}{'kept':>10}")
    dearer = []
    for name, now in counted.items():
        before = kept.get(name)
        ratio = now / before if before else None
        note = "" if ratio is None else f"{(ratio - 1) * 100:+8.1f} %"
        print(f"{name:22}{now:10,.0f}{before or 0:10,}{note}")
        if not accepts and (ratio is None or ratio > 1 + TOLERANCE):
            dearer.append(name)
        elif not accepts and ratio < 1 - TOLERANCE:
            print(f"  {name} has become cheaper: keep that with make instructions-accept")
    if accepts:
        kept.update({name: round(now) for name, now in counted.items()})
        KEPT.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
        print(f"Kept in {KEPT}: commit it, and say in the message why it has changed.")
    if dearer:
        sys.exit(
            f"More than {TOLERANCE:.0%} dearer than kept, or not kept at all: {', '.join(dearer)}. Find "
            "what costs it (callgrind_annotate shows) and mend it; if it has to cost that, say so with "
            "make instructions-accept.")


main()
