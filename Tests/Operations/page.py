"""Writes the tables of docs/operations.md anew: the settings, the limits and the metrics as they are.

Usage: page.py GAVEL
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request

GAVEL = sys.argv[1]
PAGE = "docs/operations.md"


def settings():
    output = subprocess.run([GAVEL, "serve", "--check-config", "--json"], check=True,
                            capture_output=True, text=True).stdout
    for setting in json.loads(output)["settings"]:
        name, value, help = setting["name"], setting["value"], setting["help"]
        if name.startswith("limits."):
            yield "Limit", f"| `{name.removeprefix('limits.')}` | {value} | {help} |"
        else:
            yield "Setting", f"| `{name}` | {f'`{value}`' if value else '–'} | {help} |"


def families():
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [GAVEL, "serve", "--listen", "127.0.0.1:0", "--json", "--database", f"{folder}/g.db"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        url = json.loads(server.stdout.readline())["url"]
        with urllib.request.urlopen(f"{url}/metrics", timeout=120) as answer:
            lines = answer.read().decode().splitlines()
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=120)
    for help, kind, sample in zip(lines, lines[1:], lines[2:]):
        if match := re.match(r"# HELP (\S+) (.*)", help):
            label = re.match(r"[^{ ]+\{([a-z_]+)=", sample)
            by = f"`{label[1]}`" if label and label[1] != "le" else ""
            yield "Family", f"| `{match[1]}` | {kind.split()[3]} | {by} | {match[2]} |"


tables = {}
for table, row in [*settings(), *families()]:
    tables.setdefault(table, []).append(row)
page = []
rows = None
with open(PAGE, encoding="utf-8") as file:
    for line in file.read().split("\n"):
        if rows is not None and line.startswith("|"):
            if line.startswith("|---"):
                page += [line, *rows]
            continue
        rows = None
        page.append(line)
        if match := re.match(r"\| (Setting|Limit|Family) \|", line):
            rows = tables[match[1]]
with open(PAGE, "w", encoding="utf-8") as file:
    file.write("\n".join(page))
