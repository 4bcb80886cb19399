# SPDX-License-Identifier: MIT
"""Whatever tests have started ends with them, also if they are told to end in the middle: servers, clients that wait for an
answer, and what those have started in their turn."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PATIENCE = 5  # seconds


def stop(process, first=None, patience=PATIENCE):
    """Politely, and then not: the process, which leads a group; the group; and what has left that. first is a signal for the
    process alone, by which it ends better than by SIGTERM."""
    family = descendants(process.pid)
    for number, send, seconds in ((first, os.kill, patience), (signal.SIGTERM, os.killpg, PATIENCE), (signal.SIGKILL, os.killpg, PATIENCE)):
        if number is None or process.poll() is not None:
            continue
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # what a dead parent left
    signal_all(signal.SIGKILL, family)


def end_on_signals():
    """Of a program of tests, once: a signal ends what it has started, and then the program by way of its finally and with
    clauses. One that waits for a process does not wait for ever, because that one has ended."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # by nohup, say
            signal.signal(number, end)


def end(number, _):
    for each in SIGNALS:
        signal.signal(each, lambda *_: None)  # not SIG_IGN, which processes inherit
    end_descendants()
    sys.exit(128 + number)


def end_descendants():
    """What they start meanwhile, too; and those whose parent has ended before them."""
    begin = time.monotonic()
    family = descendants(os.getpid())
    while family and time.monotonic() < begin + 2 * PATIENCE:
        signal_all(signal.SIGTERM if time.monotonic() < begin + PATIENCE else signal.SIGKILL, family)
        time.sleep(0.1)
        family.update(descendants(os.getpid()))
        family = {pid: began for pid, began in family.items() if is_running(pid, began)}


# ---- /proc


def stat(pid):
    """(parent, when it began); None: it has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[1]), fields[19]) if fields[0] != "Z" else None


def is_running(pid, began):
    """And is what it was."""
    row = stat(pid)
    return row is not None and row[1] == began


def descendants(ancestor):
    """{pid: when it began}"""
    seen = {int(path.name): stat(path.name) for path in pathlib.Path("/proc").glob("[0-9]*")}
    family = {ancestor}
    while more := {pid for pid, row in seen.items() if row and row[0] in family} - family:
        family |= more
    return {pid: seen[pid][1] for pid in family - {ancestor}}


def signal_all(number, processes):
    for pid, began in processes.items():
        if is_running(pid, began):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
