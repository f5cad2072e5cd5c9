"""Runs the Autobahn WebSocket suite against gavel-echo, and judges what it says strictly.

The suite wants CPython 2.7, and never fails by itself: it exits with 0 whatever happened, writes
its verdicts only at the end, and leaves out what it did not get to. So it is run group by group,
each with a time limit, and every case that it knows must have got a verdict.

Exit status: 0 all is well, or there is no Python 2.7; 1 a case failed; 2 it could not be run.
"""

import argparse
import collections
import fnmatch
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
REQUIREMENTS = os.path.join(HERE, "requirements.txt")

# The newest virtualenv that still makes environments of Python 2.7.
VIRTUALENV = "virtualenv==20.21.1"

# Cases that have no right or wrong: they only show what a server does.
INFORMATIONAL = {"7.1.6", "7.13.1", "7.13.2"}

# The compression groups send 1,000 messages a case. The short profile leaves out most of those with
# 16 KiB and more, and keeps 128 KiB whole and in pieces, once with a small window.
SHORT_LEAVES_OUT = [
    "12.*.[789]", "12.*.1[23467]", "12.[2345].10", "12.[2345].15", "12.[2345].18",
    "13.*.[789]", "13.*.1[2345678]", "13.[123467].10",
]

# Seconds for a group, several times what a debug build takes on a busy machine of two cores.
GROUP_SECONDS = {"short": 600, "full": 5400}

LIST_CASES = """
import json
from autobahntestsuite.case import Cases, CaseBasename, CaseCategories, CaseSetname, \
    CaseSubCategories
from autobahntestsuite.caseset import CaseSet
known = CaseSet(CaseSetname, CaseBasename, Cases, CaseCategories, CaseSubCategories)
print(json.dumps(list(known.CasesIndices)))
"""
RUN_SUITE = "from autobahntestsuite.wstest import run; run()"


class CannotRun(Exception):
    pass


def find_python27():
    candidates = [os.environ.get("PYTHON27", "")]
    roots = [os.environ.get("PYENV_ROOT", ""), os.path.expanduser("~/.pyenv")]
    for root in filter(None, roots):
        candidates += sorted(glob.glob(os.path.join(root, "versions/2.7*/bin/python2.7")))
    candidates += [shutil.which("python2.7"), shutil.which("python2")]
    check = "import sys, ssl, zlib; sys.exit(sys.version_info[:2] != (2, 7))"
    for path in filter(None, candidates):
        try:
            if subprocess.run([path, "-c", check], capture_output=True).returncode == 0:
                return path
        except OSError:
            continue
    return None


def run_step(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise CannotRun("%s failed:\n%s" % (" ".join(command), done.stdout[-2000:]))


def suite_python(folder, python27):
    """The interpreter with the suite installed; made once, and anew when the versions change."""
    python = os.path.join(folder, "suite/bin/python")
    stamp = os.path.join(folder, "requirements.txt")
    wanted = open(REQUIREMENTS).read()
    if os.path.exists(python) and os.path.exists(stamp) and open(stamp).read() == wanted:
        return python
    print("Installing the suite into %s, once" % folder, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    maker = os.path.join(folder, "maker")
    try:
        venv.create(maker, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotRun("can't make a virtual environment (python3-venv?): %s" % error)
    run_step(os.path.join(maker, "bin/pip"), "install", "--quiet", VIRTUALENV)
    run_step(
        os.path.join(maker, "bin/virtualenv"), "--quiet", "--python", python27,
        os.path.join(folder, "suite"))
    run_step(
        os.path.join(folder, "suite/bin/pip"), "install", "--quiet", "--requirement", REQUIREMENTS)
    with open(stamp, "w") as file:
        file.write(wanted)
    return python


def list_cases(python, profile, patterns):
    done = subprocess.run([python, "-c", LIST_CASES], capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotRun("the suite does not list its cases:\n" + done.stderr[-2000:])
    cases = json.loads(done.stdout)
    if patterns:
        cases = [c for c in cases if any(fnmatch.fnmatch(c, p) for p in patterns)]
    elif profile == "short":
        cases = [c for c in cases if not any(fnmatch.fnmatch(c, p) for p in SHORT_LEAVES_OUT)]
    if not cases:
        raise CannotRun("no case is called that")
    return sorted(cases, key=case_key)


def case_key(case):
    return [int(number) for number in case.split(".")]


def run_group(python, url, cases, folder, seconds):
    """What the suite says of each case that it got to, and why it ended early, if it did."""
    os.makedirs(folder)
    spec = os.path.join(folder, "spec.json")
    with open(spec, "w") as file:
        json.dump({
            "outdir": folder, "servers": [{"agent": "gavel", "url": url}], "cases": cases,
            "exclude-cases": [], "exclude-agent-cases": {}, "options": {},
        }, file)
    trouble = None
    with open(os.path.join(folder, "suite.log"), "w") as log:
        # A group of its own, so that nothing of it is left when the time is over.
        suite = subprocess.Popen(
            [python, "-u", "-c", RUN_SUITE, "-m", "fuzzingclient", "-s", spec],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            start_new_session=True)
        try:
            if suite.wait(timeout=seconds) != 0:
                trouble = "the suite exited with %d" % suite.returncode
        except subprocess.TimeoutExpired:
            trouble = "given up after %d s" % seconds
        finally:
            if suite.poll() is None:
                os.killpg(suite.pid, signal.SIGKILL)
                suite.wait()
    try:
        with open(os.path.join(folder, "index.json")) as file:
            return json.load(file)["gavel"], trouble
    except (OSError, KeyError, ValueError):
        return {}, trouble or "the suite wrote no verdicts"


def fault(case, verdict):
    """Why the case does not pass; None when it does."""
    if verdict is None:
        return "not run"
    behavior, close = verdict["behavior"], verdict["behaviorClose"]
    if behavior != "OK" and not (behavior == "INFORMATIONAL" and case in INFORMATIONAL):
        return behavior
    return None if close in ("OK", "INFORMATIONAL") else "close: " + close


def run(arguments, python27):
    python = suite_python(arguments.environment, python27)
    cases = list_cases(python, arguments.profile, arguments.cases)
    report = os.path.join(arguments.environment, "report")
    shutil.rmtree(report, ignore_errors=True)
    groups = collections.OrderedDict()
    for case in cases:
        groups.setdefault(case.split(".")[0], []).append(case)
    server = subprocess.Popen([arguments.server], stdout=subprocess.PIPE, text=True)
    faults = []
    try:
        url = server.stdout.readline().strip()
        if not url:
            raise CannotRun("%s does not start" % arguments.server)
        print("%d cases against %s" % (len(cases), url), flush=True)
        for group, members in groups.items():
            start = time.monotonic()
            verdicts, trouble = run_group(
                python, url, members, os.path.join(report, "group-" + group),
                GROUP_SECONDS[arguments.profile])
            found = [(case, fault(case, verdicts.get(case))) for case in members]
            found = [(case, why) for case, why in found if why]
            if server.poll() is not None:
                trouble = "the server died with %d" % server.returncode
            print("group %2s: %3d cases, %3d pass, %2d informational, %d fail, %.0f s%s" % (
                group, len(members), len(members) - len(found),
                len(INFORMATIONAL.intersection(members)), len(found),
                time.monotonic() - start, "; " + trouble if trouble else ""), flush=True)
            faults += found
            if trouble and not found:
                faults.append(("group " + group, trouble))
            if server.poll() is not None:
                break
    finally:
        server.terminate()
        server.wait()
    for case, why in faults:
        print("FAILED %s: %s" % (case, why))
    print("Autobahn: %d cases, %d failed; wire logs in %s" % (len(cases), len(faults), report))
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True, help="the echo server's executable")
    parser.add_argument("--environment", required=True, help="where the suite is installed")
    parser.add_argument("--profile", choices=["short", "full"], default="short")
    parser.add_argument("cases", nargs="*", help="only these: 6.4.1, 7.*")
    arguments = parser.parse_args()
    arguments.environment = os.path.abspath(arguments.environment)
    arguments.server = os.path.abspath(arguments.server)
    # So that what was started is ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    python27 = find_python27()
    if python27 is None:
        print("SKIPPED: the Autobahn suite needs CPython 2.7 with ssl and zlib; name one in PYTHON27")
        return 0
    try:
        return run(arguments, python27)
    except CannotRun as trouble:
        print("The Autobahn suite can't be run: %s" % trouble, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
