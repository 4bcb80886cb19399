# SPDX-License-Identifier: MIT
"""Clients that ask on and on while the rules of a server change: on connections that they keep, each at its own pace.
Every answer has to be one that rules give which were whole, and in force at that time; and none may be lost."""

import os
import threading
import time

from bench import HERE
from client import Client, Response

RATE = 240  # requests a second, of all clients together
MUST = 200  # of them that have to come through, on a machine that is not slow
MAX_TRIES = 4

OLD = (HERE / "data/site.rules").read_text(encoding="utf-8")
NEW = OLD.replace('group "staff"', 'group "crew"')
BROKEN = (HERE / "data/broken.rules").read_text(encoding="utf-8")

# certificate, TLS, HTTP, and what each of the two rule sets makes of it: the status, and what the body says
STAFF, CREW, REFUSED = (200, "user=[CONTOSO\\alice] groups=[staff,"), (200, "user=[CONTOSO\\alice] groups=[crew,"), (403, "")
CLIENTS = [
    ("alice", "1.3", "1.1", STAFF, CREW), ("alice", "1.2", "1.1", STAFF, CREW), ("alice", "1.3", "2", STAFF, CREW), ("alice", "1.2", "2", STAFF, CREW),
    ("carol", "1.3", "1.1", REFUSED, REFUSED), ("carol", "1.3", "2", REFUSED, REFUSED), ("eve", "1.2", "2", REFUSED, REFUSED),
    (None, "1.3", "1.1", REFUSED, REFUSED),
]  # fmt: skip


class Asker:
    """One client. A request that meets the end of a connection that was kept, or that the server has taken leave of, is
    asked again on a new one, as browsers and proxies do; any other is lost."""

    def __init__(self, pki, port, row):
        self.who, tls, http, old, new = row
        self.name = f"{self.who}, TLS {tls}, HTTP/{http}"
        self.answers = {"old": old, "new": new}
        self.client = Client(pki, port, self.who, tls=tls, http=http)
        self.connection = None
        self.asked = 0  # on this connection

    def close(self):
        if self.connection is not None:
            self.connection.__exit__()
        self.connection = None

    def once(self):
        if self.connection is None:
            self.connection, self.asked = self.client.connect(resume=True), 0
        response = self.connection.get("/", "localhost")
        if response.status == 0:
            raise EOFError("the server said goodbye")  # to this stream
        self.asked += 1
        if response.headers.get("connection") == "close":
            self.close()
        return response

    def ask(self):
        for _ in range(MAX_TRIES):
            try:
                return self.once()
            except (OSError, EOFError) as error:
                kept, why = self.connection is not None and self.asked > 0, f"{type(error).__name__}: {error}"
                self.close()
                if not kept and "goodbye" not in why:
                    break
        return Response(0, why)


class Load:
    """All of them, each in a thread. `versions` are those that may answer now."""

    def __init__(self, pki, port, version="old"):
        self.versions = frozenset([version])
        self.wrong, self.seen, self.count, self.rate = [], set(), 0, 0.0
        self.lock, self.done = threading.Lock(), threading.Event()
        self.begin = time.monotonic()
        self.threads = [threading.Thread(target=self.run, args=(Asker(pki, port, row),), daemon=True) for row in CLIENTS]
        for thread in self.threads:
            thread.start()

    def run(self, asker):
        due = time.monotonic()
        while not self.done.is_set():
            before = self.versions
            response = asker.ask()
            self.note(asker, response, before | self.versions)
            due = max(due + len(CLIENTS) / RATE, time.monotonic() - 1)
            time.sleep(max(0, due - time.monotonic()))
        asker.close()

    def note(self, asker, response, versions):
        given = {version for version in versions for status, piece in [asker.answers[version]]
                 if response.status == status and piece in response.body}  # fmt: skip
        with self.lock:
            self.count += 1
            self.seen |= given
            if not given:
                self.wrong.append((asker.name, sorted(versions), response.status, response.body[:200]))

    def change(self, version, make_and_reload):
        """Until the reload has ended both may answer, and then only the new one. None: the one before stays."""
        before = self.versions
        if version is not None:
            self.versions = before | {version}
        make_and_reload()
        if version is not None:
            self.versions = frozenset([version])

    def stop(self, bench, name):
        """Returns how many requests were lost, or answered wrongly."""
        seconds = time.monotonic() - self.begin
        self.done.set()
        for thread in self.threads:
            thread.join()
        self.rate = self.count / seconds
        bench.check(f"{name}: each answer by rules that were whole and in force, none lost", self.wrong[:5], [])
        bench.check(f"{name}: by both", self.seen, {"old", "new"})
        bench.check(f"{name}: {self.rate:.0f} requests a second", self.rate > MUST / bench.pace, True)
        return len(self.wrong)


def steps(path):
    """name, what makes the file so, and which rules are in force afterwards (None: those before)."""

    def write(text):
        fresh = path.with_name("fresh")
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(0o644)
        fresh.replace(path)

    def in_place(text):  # as an editor that does not know better
        path.write_text(text, encoding="utf-8")

    half = NEW.index("group") + 3  # within a mapping
    return [
        ("good", lambda: write(NEW), "new"), ("broken", lambda: write(BROKEN), None), ("whole again", lambda: write(OLD), "old"),
        ("unreadable", lambda: (write(NEW), path.chmod(0)), None), ("away", path.unlink, None), ("empty", lambda: write(""), None),
        ("a folder", lambda: (path.unlink(), path.mkdir()), None), ("half written", lambda: (path.rmdir(), in_place(NEW[:half])), None),
        ("the other half", lambda: in_place(NEW), "new"), ("cut off", lambda: os.truncate(path, half), None), ("the first", lambda: write(OLD), "old"),
    ]  # fmt: skip


def reload_on(bench, name, load, path, reload):
    """All steps; reload(good, name) returns when the server has done it."""
    for step, make, version in steps(path):

        def change(step=step, make=make, version=version):
            make()
            reload(version is not None, step)

        load.change(version, change)
        time.sleep(0.3)  # for answers by what is in force now
    load.stop(bench, name)


def other_user():
    """For a server that may not read everything: root can read a file whatever its mode is."""
    return {"user": "www-data", "group": "www-data", "extra_groups": []} if os.getuid() == 0 else {}
