# SPDX-License-Identifier: MIT
"""The live tests themselves: when they are told to end, nothing that they have started stays, and no folder of theirs."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from bench import ROOT, wait_until

TIMEOUT = 60
# A server with a child in its group, and one that has left it; and a client that gets no answer, for which a with clause waits.
PROGRAM = f"""
import subprocess, sys, pathlib
sys.dont_write_bytecode = True
sys.path.insert(0, {str(ROOT / "tests/servers")!r})
import bench
bench.end_on_signals()
with bench.Bench("ended", pathlib.Path()) as run:
    mark = str(run.folder)
    run.start(["sh", "-c", "eval \\"$1\\"; sleep 601 & setsid sleep 602 & echo started >$0/started; while :; do sleep 1; done", mark, sys.argv[1]])
    with subprocess.Popen(["sh", "-c", "sleep 603; true", mark]) as client:
        bench.wait_until(lambda: (run.folder / "started").exists(), "it runs")
        print("runs", flush=True)
        client.wait()
"""


def of_session(session):
    """The command lines of what runs with this folder for its temporary files."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={session}".encode() in path.joinpath("environ").read_bytes().split(b"\0"):
                found.append(path.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            pass
    return found


def run(bench):
    for number, again, trap in ((signal.SIGTERM, False, ":"), (signal.SIGINT, False, ":"), (signal.SIGHUP, False, ":"),
                                (signal.SIGTERM, True, "trap '' TERM")):  # fmt: skip
        name = f"{number.name}{', again and again, to the deaf' if again else ''}"
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            process = subprocess.Popen([sys.executable, "-c", PROGRAM, trap], stdout=subprocess.PIPE, text=True, preexec_fn=heed,
                                       env={**os.environ, "TMPDIR": folder})  # fmt: skip
            bench.check(f"{name}: it runs", process.stdout.readline(), "runs\n")
            bench.check(f"{name}: so do its processes", len(of_session(folder)) >= 6, True)
            process.send_signal(number)
            if again:
                wait_until(lambda: process.poll() is not None or process.send_signal(number), "it ends", TIMEOUT)  # noqa: B023
            status = process.wait(TIMEOUT)
            if again and status == -number:  # one more came when Python had given up its handlers, and all was done
                status = 128 + number
            bench.check(f"{name}: its status", status, 128 + number)
            bench.check(f"{name}: no process is left", of_session(folder), [])
            bench.check(f"{name}: nor a file", os.listdir(folder), [])


def heed():
    """A shell that runs these tests in the background has made them deaf."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
