# SPDX-License-Identifier: MIT
"""What the live tests share: a temporary folder that servers of another user can read, free ports, processes that end
with the tests whatever happens, and the counting of results."""

import contextlib
import errno
import fcntl
import math
import os
import pathlib
import re
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from ending import end_on_signals, stop  # noqa: E402,F401 pylint: disable=wrong-import-position,unused-import

USUAL_PKI = 2.0  # seconds that the certificates take on a machine that is not slow
MAX_PACE = 5


class Bench:
    """One run of one server's tests."""

    def __init__(self, server, build):
        self.server = server
        self.build = build
        self.passed = self.failed = 0
        self.failures = []  # what is said of each
        self.numbers = set()  # of docs/SERVER.md: a test of what stands there under 4 is named "4: ..."
        self.pace = 1  # how much slower this machine is than a usual one
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"certmap-{server}-"))
        self.folder.chmod(0o755)
        self.pki = self.folder / "pki"
        self.processes = []

    def __enter__(self):
        begin = time.monotonic()
        self.openssl_pki()
        self.pace = min(MAX_PACE, max(1, (time.monotonic() - begin) / USUAL_PKI))
        return self

    def __exit__(self, kind, *_):
        try:
            for process in reversed(self.processes):
                stop(process)
            if self.failed or kind:
                self.show_logs()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def show_logs(self):
        for log in sorted(self.folder.glob("*.log")):
            print(f"---- the end of {log.name}")
            print("".join(log.read_text(encoding="utf-8", errors="replace").splitlines(True)[-40:]), end="")

    # ---- certificates

    def openssl_pki(self, *more):
        subprocess.run([HERE / "pki", self.pki, *map(str, more)], check=True)

    def brief(self, name, seconds):
        """A certificate that expires soon, but not before a machine as slow as this one has used it for what takes others
        these seconds. Returns a function that waits until it has expired."""
        lifetime = math.ceil(seconds * self.pace)
        self.openssl_pki("short", name, lifetime)
        end = time.monotonic() + lifetime + 1.5
        return lambda: time.sleep(max(0, end - time.monotonic()))

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
    def port(kind=socket.SOCK_STREAM):
        """One that nobody uses. Below those that the system gives to clients, so that none of them takes it meanwhile; and
        no other run of these tests takes it, which may be going on beside this one: the claim is a name that the system
        gives to one socket, until its process ends."""
        for port in range(20000 + os.getpid() % 8000, 32000):
            claim = socket.socket(socket.AF_UNIX)
            with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
                claim.bind(f"\0certmap live tests, port {port}")
                probe.bind(("127.0.0.1", port))
                Bench.claims.append(claim)
                return port
            claim.close()
        raise RuntimeError("no port is free")

    claims = []

    # ---- processes

    def start(self, command, port=None, patience=60, **options):
        """Starts a server in the foreground, in a process group of its own, and waits until it listens."""
        process = subprocess.Popen(command, start_new_session=True, **options)
        self.processes.append(process)
        if port is not None:
            wait_until(lambda: process.poll() is not None or listens(port), f"{command[0]} listens", patience)
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}")
        return process

    # ---- results

    def what_to_know(self, untested):
        """Whatever docs/SERVER.md numbers under "What to know" has a test, or stands in untested with the reason."""
        page = ROOT / f"docs/{self.server}.md"
        section = re.search(r"^## What to know of .*?\n(.*?)(?=^## |\Z)", page.read_text(encoding="utf-8") if page.exists() else "", re.M | re.S)
        if section:
            listed = set(re.findall(r"^(\d+)\. ", section[1], re.M))
            self.check(f"what docs/{self.server}.md numbers has a test", sorted(listed - self.numbers - set(untested), key=int), [])
            self.check("and what has none is there, and has none", sorted(set(untested) - (listed - self.numbers)), [])

    def check(self, name, seen, expected):
        """Equal, or for a text as expected: it holds all of these pieces (a tuple), and none that begins with "!"."""
        self.numbers |= set(re.findall(r"(?:^|: )(\d+): ", name))
        if isinstance(expected, tuple) and isinstance(seen, str):
            good = all((piece[1:] not in seen) if piece.startswith("!") else piece in seen for piece in expected)
        else:
            good = seen == expected
        if good:
            self.passed += 1
        else:
            self.fail(f"{name}\n        expected {expected!r}\n        seen     {seen!r}")
        return good

    def fail(self, what):
        self.failed += 1
        self.failures.append(f"FAILED  {self.server}: {what}")
        print(self.failures[-1], flush=True)


class Holds:
    """Equal to bytes that have this piece."""

    def __init__(self, piece):
        self.piece = piece

    def __eq__(self, other):
        return self.piece in other

    def __repr__(self):
        return f"...{self.piece!r}..."


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connect_unix(path, timeout):
    """A full queue of connections is waited for, as where the address is one of TCP."""
    sock = socket.socket(socket.AF_UNIX)
    end = time.monotonic() + timeout
    sock.settimeout(timeout)
    while (error := sock.connect_ex(path)) == errno.EAGAIN and time.monotonic() < end:
        time.sleep(0.01)
    if error:
        sock.close()
        raise OSError(error, f"{path}: {os.strerror(error)}")
    return sock


def raise_limit():
    """As many open files as this user may have, for tests that hold thousands of connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


def unread(sock):
    """How many bytes that were sent on this Unix socket nobody has read yet."""
    return struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4))[0]


def wait_until(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {seconds} seconds: {what}")
        time.sleep(0.02)
