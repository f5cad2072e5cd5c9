#!/usr/bin/env python3
"""A crowd that one process can't hold: as many servers side by side as it takes, each with a lot that ends at the same
moment, so that all of their watchers have to be told at once. How long until the last one knows?

    beside.py GAVEL FOLDER WATCHERS

The work of the machine is that of one server with all of them; each server's crowd is on the machine, too.
"""

import json
import pathlib
import resource
import subprocess
import sys

# A server's and a crowd's own files: the database, epolls, listeners.
SPARE = 600


def main():
    program, folder, watchers = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = watchers if limit == resource.RLIM_INFINITY else limit - SPARE
    servers = -(-watchers // most)
    each = -(-watchers // servers)
    # When the lot ends follows from the number of watchers alone, and from when the load was started.
    command = [
        program, "bench", "closing", "--lots", "1", "--bidders", "1", "--watchers", str(each), "--rate", "0.1",
        "--warm-up", "3s", "--duration", "4s", "--repeats", "1", "--folder", str(folder), "--json",
    ]
    loads = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(servers)]
    results = [json.loads(load.communicate()[0]) for load in loads]
    if any(load.returncode for load in loads):
        sys.exit("\n".join(json.dumps(result) for result in results if "error" in result))
    figures = [{figure["name"]: figure["median"] for figure in result["figures"]} for result in results]
    print(f"{servers * each:,} watchers on {servers} servers: the end of their lots, at the same moment, to the message")
    for name, label in (
        ("close_p50_ms", "half of a server's"), ("close_p99_ms", "99 % of them"), ("close_max_ms", "the last one"),
        ("server_memory_mib", "memory of a server, MiB"),
    ):
        values = sorted(figure[name] for figure in figures)
        print(f"{label:26}" + "".join(f"{value:10,.0f}" for value in values))


main()
