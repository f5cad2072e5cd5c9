"""What people see on a terminal, tried in one against a real server: test.py GAVEL FOLDER"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from terminal import Terminal

GAVEL = str(pathlib.Path(sys.argv[1]).resolve())
CLOSING = b"\x1b[?1049l"
COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


class House:
    """A server in a folder of its own, and the command line beside it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="gavel-terminal-")
        self.environment = {
            **os.environ, "GAVEL_DATABASE": f"{self.folder}/gavel.db", "GAVEL_LOG_LEVEL": "error"}
        for name in ("GAVEL_SERVER", "GAVEL_TOKEN", "NO_COLOR"):
            self.environment.pop(name, None)
        self.server = subprocess.Popen(
            [GAVEL, "serve", "--listen", "127.0.0.1:0"], env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.server.stdout:
            if "listens" in line:
                break
        else:
            raise AssertionError(f"the server ended with {self.server.wait(60)} before it listened")

    def run(self, *arguments, status=0):
        done = subprocess.run(
            [GAVEL, *arguments], env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stderr}"
        return done

    def bidder(self, name):
        self.run("bidder", "add", name)
        return self.run("bidder", "token", name).stdout.strip()

    def terminal(self, *arguments, columns=80, rows=24, **environment):
        return Terminal(
            [GAVEL, *arguments], columns, rows, {**self.environment, **environment})

    def end(self):
        self.server.terminate()
        self.server.wait(60)
        shutil.rmtree(self.folder)


def hints(house):
    screen = house.terminal("sale", "create", "Autumn sale", "--id", "autumn")
    try:
        assert screen.end() == 0
        assert "autumn" in screen.text and "gavel auction import FILE" in screen.text, screen.text
    finally:
        screen.kill()
    done = house.run("sale", "create", "Winter sale", "--id", "winter")
    assert done.stdout == "winter\n" and not done.stderr, done


def live_table(house):
    ben, anna = house.bidder("ben"), house.bidder("anna")
    house.run("sale", "create", "Spring sale", "--id", "spring", "--soft-close-group", "all")
    for lot, title in (("vase", "Ming vase, 明の花瓶, with a lid"), ("rug", "Rug")):
        house.run(
            "auction", "create", title, "--id", lot, "--sale", "spring", "--start", "10", "--closes",
            "+90m", "--reserve", "40", "--soft-close-window", "2h", "--soft-close-extend", "2h")
    screen = house.terminal("auction", "watch", "--sale", "spring")
    try:
        screen.wait_for("live", "ENDS IN", "vase", "rug", "from 10.00", "unmet", "1:29:")
        first = re.search(r"1:(\d\d):(\d\d)", screen.text).group()
        screen.wait("the time never went on", lambda it: first not in it.text)
        # Only what changes is written: a second is a few figures and not a screen.
        before = len(screen.bytes)
        clears = screen.bytes.count(b"\x1b[2J")
        start = time.monotonic()
        while time.monotonic() < start + 2:
            screen.read()
        assert len(screen.bytes) - before < 1500, "the screen is drawn anew all the time"
        assert screen.bytes.count(b"\x1b[2J") == clears, "the screen is cleared between frames"

        house.run("bid", "vase", "--amount", "20", "--token", ben)
        screen.wait_for("Bidder 1", "Bidder 1 leads", "extended by", "(group soft close)")
        house.run("bid", "vase", "--amount", "50", "--token", anna)
        screen.wait_for("40.00", "Bidder 2", "met")
        house.run("auction", "announce", "rug", "Last call for the rug")
        screen.wait_for("“Last call for the rug”")

        for columns, rows in ((40, 12), (200, 50), (20, 5), (80, 24)):
            screen.resize(columns, rows)
            screen.wait(
                f"no table of {columns} columns",
                lambda it, columns=columns: "vase" in it.text and "live" in it.lines[0]
                and (columns < 40 or "ENDS IN" in it.text)
                and ("LEADER" in it.text) == (columns >= 80))
        house.run("auction", "pause", "rug", "--reason", "A question")
        screen.wait_for("paused", "(A question)")
        for lot in ("vase", "rug"):
            house.run("auction", "close", lot)
        assert screen.end() == 0
        assert CLOSING in screen.bytes and b"\x1b[?25h" in screen.bytes
        # What is left on the shell's own screen.
        rest = screen.bytes.rsplit(CLOSING, 1)[1].decode()
        assert "sold" in rest and "no bids" in rest and "40.00" in rest, rest
    finally:
        screen.kill()


def interrupted(house):
    house.run("auction", "create", "Clock", "--id", "clock", "--start", "10", "--closes", "+1h")
    screen = house.terminal("auction", "watch", "clock", NO_COLOR="1")
    try:
        screen.wait_for("live", "clock")
        assert not COLOUR.search(screen.bytes), "NO_COLOR shows colours"
        screen.type(b"\x03")
        assert screen.end() == -signal.SIGINT
        assert screen.bytes.count(CLOSING) == 1, "the terminal was not given back"
    finally:
        screen.kill()


def plain_lines(house):
    for arguments, environment in (
            (("auction", "watch", "clock", "--lines"), {}),
            (("auction", "watch", "clock"), {"TERM": "dumb"})):
        screen = house.terminal(*arguments, columns=200, **environment)
        try:
            screen.wait_for("clock", "ends")
            assert b"\x1b[?" not in screen.bytes, "lines move the cursor"
        finally:
            screen.kill()
    watcher = subprocess.Popen(
        [GAVEL, "auction", "watch", "clock"], env=house.environment, stdout=subprocess.PIPE)
    try:
        assert b"\x1b" not in watcher.stdout.readline(), "escape codes go into a pipe"
    finally:
        watcher.kill()
        watcher.wait()


def tables(house):
    for columns in (40, 80, 200):
        for arguments in (
                ("auction", "list"), ("sale", "list"), ("sale", "results", "spring"),
                ("sale", "show", "spring"), ("bidder", "list"), ("db", "status"),
                ("auction", "show", "vase", "--reveal")):
            screen = house.terminal(*arguments, columns=columns, rows=60)
            try:
                assert screen.end() == 0, screen.text
                raw = COLOUR.sub(b"", screen.bytes).decode().replace("\r", "")
                wide = [line for line in raw.split("\n") if width(line) > columns]
                assert not wide, (columns, arguments, wide)
            finally:
                screen.kill()


def width(text):
    from wcwidth import wcswidth
    return wcswidth(text)


def progress(house):
    screen = house.terminal("log", "verify")
    try:
        assert screen.end() == 0
        assert "sound" in screen.text, screen.text
        assert "█".encode() in screen.bytes, "no progress is shown"
    finally:
        screen.kill()
    catalogue = pathlib.Path(house.folder) / "long.csv"
    catalogue.write_text("title,start,closes\n" + "Chair,40,+2h\n" * 200)
    screen = house.terminal("auction", "import", str(catalogue))
    try:
        assert screen.end() == 0
        assert "Reading".encode() in screen.bytes and "100 %".encode() in screen.bytes, screen.bytes
    finally:
        screen.kill()
    done = house.run("log", "verify")
    assert "█" not in done.stderr and "\x1b" not in done.stderr, "progress goes into a pipe"


def suggestions(house):
    done = house.run("auction", "show", "vsae", status=3)
    assert "Did you mean vase?" in done.stderr, done.stderr
    done = house.run("sale", "results", "other", status=3)
    assert "There are autumn, spring, winter." in done.stderr, done.stderr
    done = house.run("auction", "craete", status=2)
    assert "did you mean gavel auction create?" in done.stderr, done.stderr


def completions(house):
    folder = pathlib.Path(house.folder)
    for shell in ("bash", "zsh", "fish"):
        script = folder / f"gavel.{shell}"
        script.write_text(house.run("--generate-completion-script", shell).stdout)
        if not shutil.which(shell):
            raise AssertionError(f"{shell} is not installed: .ci/packages {shell}")
        subprocess.run([shell, "-n", str(script)], check=True, timeout=60)
    environment = {**house.environment, "PATH": f"{pathlib.Path(GAVEL).parent}:{os.environ['PATH']}"}

    def bash(*words):
        line = " ".join(words)
        quoted = " ".join(f"'{word}'" for word in words)
        script = (
            f"shopt -s extglob; source '{folder}/gavel.bash'; COMP_WORDS=({quoted}); "
            f"COMP_CWORD={len(words) - 1}; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; "
            "COMP_TYPE=9; _gavel gavel 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(
            ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60)
        return done.stdout.split()

    assert "results" in bash("gavel", "sale", "re")
    assert {"vase", "rug", "clock"} <= set(bash("gavel", "auction", "show", ""))
    assert bash("gavel", "auction", "show", "va") == ["vase"]
    assert "spring" in bash("gavel", "sale", "results", "sp")
    assert "anna" in bash("gavel", "bidder", "suspend", "an")

    # Where there is no database, there is nothing to propose, and none is made.
    environment["GAVEL_DATABASE"] = f"{folder}/none.db"
    assert not any(bash("gavel", "auction", "show", ""))
    assert not (folder / "none.db").exists()
    environment["GAVEL_DATABASE"] = house.environment["GAVEL_DATABASE"]

    # The other two complete only what somebody types.
    functions = folder / "functions"
    functions.mkdir()
    shutil.copy(folder / "gavel.zsh", functions / "_gavel")
    zsh = f"fpath=({functions} $fpath); autoload -Uz compinit; compinit -D -u; PS1='ready> '\n"
    fish = f"source {folder}/gavel.fish; function fish_prompt; echo 'ready> '; end\n"
    for command, setup in ((["zsh", "-f", "-i"], zsh), (["fish", "--no-config", "-i"], fish)):
        screen = Terminal(command, 100, 30, {**environment, "HOME": house.folder})
        try:
            screen.type(setup.encode())
            screen.wait("no prompt", lambda it: it.text.count("ready>") > 1)
            for typed, whole in (
                    ("gavel auction show cl\t", "gavel auction show clock"),
                    ("gavel sale results sp\t", "gavel sale results spring"),
                    ("gavel auction resu\t", "gavel auction resume")):
                screen.type(typed.encode())
                screen.wait_for(whole)
                screen.type(b"\x15\x0c")
                screen.wait(
                    f"{command[0]} keeps its line", lambda it, whole=whole: whole not in it.text)
        finally:
            screen.kill()


def main():
    house = House()
    try:
        for test in (
                live_table, hints, interrupted, plain_lines, tables, progress, suggestions, completions):
            start = time.monotonic()
            test(house)
            print(f"{test.__name__}: {time.monotonic() - start:.1f} s", flush=True)
    finally:
        house.end()


main()
