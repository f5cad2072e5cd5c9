"""Starting, measuring and ending the servers that Gavel is compared with."""

import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).parent


class Missing(Exception):
    """A peer that can't be had here, and why."""


def run(command, **options):
    """What a program prints that runs to its end."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    if done.returncode != 0:
        raise Missing(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def raise_open_files(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    except (ValueError, PermissionError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    permitted = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if permitted < wanted:
        raise SystemExit(f"Only {permitted} files may be open: run ulimit -n {wanted} as root before")


def program(name, *places):
    found = shutil.which(name) or next((place for place in places if os.access(place, os.X_OK)), None)
    if not found:
        raise Missing(f"there is no {name}")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(process):
    """Of a process, of its children that have ended, and of those that have not."""
    ticks = 0
    pending = [process]
    while pending:
        identifier = pending.pop()
        try:
            fields = pathlib.Path(f"/proc/{identifier}/stat").read_text().rsplit(")", 1)[1].split()
            children = pathlib.Path(f"/proc/{identifier}/task/{identifier}/children").read_text()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
        pending += [int(child) for child in children.split()]
    return ticks / os.sysconf("SC_CLK_TCK")


def family(process):
    """A process and its descendants."""
    found = [process]
    for identifier in found:
        try:
            children = pathlib.Path(f"/proc/{identifier}/task/{identifier}/children").read_text()
            found += [int(child) for child in children.split()]
        except OSError:
            pass
    return found


class Server:
    """A server in a folder of its own.

    As a superuser it may be started as another user: PostgreSQL refuses to be one, and others drop
    rights that they then miss.
    """

    def __init__(self, command, folder, port, user=None, stdin=subprocess.DEVNULL, environment=None):
        self.folder = folder
        self.port = port
        self.log = open(folder / "log", "wb")
        options = {}
        if user and os.geteuid() == 0:
            shutil.chown(folder, user)
            options = {"user": user, "group": user if user == "postgres" else "nogroup",
                       "extra_groups": []}
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=stdin, stdout=self.log, stderr=subprocess.STDOUT,
            env=environment, **options)

    def wait_until_listening(self, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        self.stop()
        words = (self.folder / "log").read_text(errors="replace")[-300:].strip()
        raise Missing(f"it did not start: {words}")

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.log.close()


def folder():
    made = pathlib.Path(tempfile.mkdtemp(prefix="gavel-peers-"))
    made.chmod(0o755)
    return made
