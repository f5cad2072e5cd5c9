"""The stores that durable bids are compared with: a transaction each, correct and on disk."""

import csv
import os
import pathlib
import re
import time

from running import HERE, Missing, Server, cpu_seconds, folder, free_port, program, run

LOTS = 64


class Postgres:
    """PostgreSQL: a function that locks the lot's row, checks and stores, called by pgbench."""

    name = "PostgreSQL"

    def __init__(self, tools):
        binaries = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None)
        if not binaries or not (binaries / "pgbench").exists():
            raise Missing("there is no PostgreSQL")
        self.binaries = binaries
        place, self.port = folder(), free_port()
        data = place / "data"
        as_user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if as_user:
            run(["chown", "postgres", str(place)])
        run([binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-instructions"],
            cwd=place, **as_user)
        version = run([binaries / "postgres", "--version"]).split()[2]
        self.name = f"PostgreSQL {version.split('.')[0]}"
        # The defaults are durable: fsync, full_page_writes and synchronous_commit are on. The memory
        # is that of a small machine, and checkpoints stay out of a run's way, as Gavel's do.
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": place,
            "shared_buffers": "512MB", "max_wal_size": "4GB", "synchronous_commit": "on",
            "max_connections": 200,
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self.server = Server(
            [str(binaries / "postgres"), "-D", str(data)] + options, place, self.port,
            "postgres").wait_until_listening()
        self.psql = [str(binaries / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres",
                     "-qAt", "-v", "ON_ERROR_STOP=1"]
        self.wait_until_ready()
        run(self.psql + ["-f", str(HERE / "bids.sql")])

    def wait_until_ready(self):
        """It listens before it answers."""
        end = time.monotonic() + 20
        while True:
            try:
                return run(self.psql + ["-c", "SELECT 1"])
            except Missing:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def measure(self, clients, in_flight, lots, seconds):
        if in_flight > 1:
            return None
        script = self.server.folder / "bid.pgbench"
        script.write_text(
            r"\set bid random(1, 9000000000000000000)" "\n"
            rf"\set lot :client_id % {lots}" "\n"
            "SELECT place_bid(:lot, :client_id, :bid, 0);\n")
        before = int(run(self.psql + ["-c", "SELECT count(*) FROM bids"]))
        cpu = cpu_seconds(self.server.process.pid)
        output = run([str(self.binaries / "pgbench"), "-h", "127.0.0.1", "-p", str(self.port), "-U",
                      "postgres", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T",
                      str(seconds), "-f", str(script), "postgres"])
        used = cpu_seconds(self.server.process.pid) - cpu
        processed = re.search(r"actually processed: (\d+)", output)
        rate = re.search(r"tps = ([\d.]+)", output)
        if not processed or not rate:
            raise Missing(f"pgbench has no rate: {output.strip()[-300:]}")
        bids, rate = int(processed.group(1)), float(rate.group(1))
        stored = int(run(self.psql + ["-c", "SELECT count(*) FROM bids"])) - before
        if stored != bids:
            raise SystemExit(f"PostgreSQL answered {bids} bids and stored {stored}")
        return {"bids_per_second": rate, "server_cpu_per_bid_us": used * 1e6 / bids}

    def stop(self):
        # A fast shutdown.
        self.server.stop(2)


class Redis:
    """Redis: a script that checks and stores, with the append-only file synced before each answer."""

    name = "Redis"

    def __init__(self, tools):
        server = program("redis-server")
        self.benchmark = program("redis-benchmark")
        self.cli = program("redis-cli")
        version = re.search(r"v=(\d+)", run([server, "--version"])).group(1)
        self.name = f"Redis {version}"
        place, self.port = folder(), free_port()
        self.server = Server(
            [server, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(place),
             "--appendonly", "yes", "--appendfsync", "always", "--save", ""], place, self.port,
            "nobody").wait_until_listening()
        self.script = run([self.cli, "-p", str(self.port), "SCRIPT", "LOAD",
                           (HERE / "bid.lua").read_text()]).strip()
        self.rate = 2000.0

    def measure(self, clients, in_flight, lots, seconds):
        # redis-benchmark counts bids, not seconds: by the rate that there was before.
        # It rounds them to whole pipelines.
        pipelines = clients * in_flight
        count = max(1, round(self.rate * seconds / pipelines)) * pipelines
        run([self.cli, "-p", str(self.port), "FLUSHALL"])
        cpu = cpu_seconds(self.server.process.pid)
        output = run([self.benchmark, "-p", str(self.port), "-c", str(clients), "-n", str(count), "-P",
                      str(in_flight), "-r", "1000000000", "--csv", "EVALSHA", self.script, "1", "lot:",
                      "__rand_int__", str(lots), "0"])
        used = cpu_seconds(self.server.process.pid) - cpu
        rate = float(list(csv.reader(output.strip().splitlines()))[-1][1])
        stored = 0
        for lot in range(lots):
            words = run([self.cli, "-p", str(self.port), "HGET", f"lot:{lot}", "seq"]).strip()
            stored += int(words or 0)
        # A random id may come twice, and is then the same bid.
        if not count * 0.999 <= stored <= count:
            raise SystemExit(f"Redis answered {count} bids and stored {stored}")
        self.rate = rate
        return {"bids_per_second": rate, "server_cpu_per_bid_us": used * 1e6 / count}

    def stop(self):
        self.server.stop()


PEERS = [Postgres, Redis]
# Clients, unanswered bids of each, and lots.
SHAPES = [(1, 1, 1), (64, 1, LOTS), (64, 1, 1), (64, 50, LOTS), (64, 50, 1)]
