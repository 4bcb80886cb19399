# SPDX-License-Identifier: MIT
"""What the live tests share: a temporary folder that servers of another user can read, free ports, processes that end
with the tests whatever happens, and the counting of results."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Bench:
    """One run of one server's tests."""

    def __init__(self, server, build):
        self.server = server
        self.build = build
        self.passed = self.failed = 0
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"certmap-{server}-"))
        self.folder.chmod(0o755)
        self.pki = self.folder / "pki"
        self.processes = []

    def __enter__(self):
        self.openssl_pki()
        return self

    def __exit__(self, kind, *_):
        for process in reversed(self.processes):
            stop(process)
        if self.failed or kind:
            for log in sorted(self.folder.glob("*.log")):
                print(f"---- the end of {log.name}")
                print("".join(log.read_text(encoding="utf-8", errors="replace").splitlines(True)[-40:]), end="")
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- certificates

    def openssl_pki(self, *more):
        subprocess.run([HERE / "pki", self.pki, *map(str, more)], check=True)

    # ---- files and ports

    def write(self, name, text, mode=0o644):
        """As an administrator should: a new file, and then the old one's name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_bytes(text if isinstance(text, bytes) else text.encode())
        fresh.chmod(mode)
        fresh.replace(path)
        return path

    def fill(self, name, template, **values):
        """A file from a template in which @NAME@ is the value of name."""
        text = template
        for key, value in {"folder": self.folder, "pki": self.pki, **values}.items():
            text = text.replace(f"@{key.upper()}@", str(value))
        return self.write(name, text)

    @staticmethod
    def port():
        """One that nobody uses. Below those that the system gives to clients, so that none of them takes it meanwhile."""
        for port in range(20000 + os.getpid() % 8000, 32000):
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port not in Bench.taken:
                    Bench.taken.add(port)
                    return port
        raise RuntimeError("no port is free")

    taken = set()

    # ---- processes

    def start(self, command, port=None, **options):
        """Starts a server in the foreground, in a process group of its own, and waits until it listens."""
        process = subprocess.Popen(command, start_new_session=True, **options)
        self.processes.append(process)
        if port is not None:
            wait_until(lambda: process.poll() is not None or listens(port), f"{command[0]} listens")
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}")
        return process

    # ---- results

    def check(self, name, seen, expected):
        """Equal, or for a text as expected: it holds all of these pieces (a tuple), and none that begins with "!"."""
        if isinstance(expected, tuple) and isinstance(seen, str):
            good = all((piece[1:] not in seen) if piece.startswith("!") else piece in seen for piece in expected)
        else:
            good = seen == expected
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED  {self.server}: {name}\n        expected {expected!r}\n        seen     {seen!r}", flush=True)
        return good


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {seconds} seconds: {what}")
        time.sleep(0.02)


def stop(process):
    """Politely, and then not."""
    for number, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # what a dead parent left
