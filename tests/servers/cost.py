#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: cost.py --build DIR [--quick] SERVER...

What certmap costs nginx, httpd and haproxy (SERVER_cost.py beside this file): the processor's time that the server takes
for a new connection of TLS 1.3 with a client's certificate, and for a request on one that is kept, with certmap and
without, and beside what is written in such a server today. Servers take turns, so that what else the machine does hits
them all; the middle of the rounds counts. Prints a table for each. Exit status 1 if a request failed where rules were
loaded again. sql is the extension for PostgreSQL, for each row; exit status 1 if two conditions cost more than two regular
expressions.
"""

import argparse
import dataclasses
import importlib
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import bench as live  # noqa: E402  (beside this file)
from client import Client  # noqa: E402


@dataclasses.dataclass
class Contender:
    """A way to let clients in; the first one of a server is without certmap."""

    name: str
    port: int
    processes: list  # whose time counts


def user():
    return "www-data" if os.getuid() == 0 else ""


def children(process):
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, check=False, text=True)
    return found.stdout.split()


def processor_time(processes):
    """In nanoseconds, of all their threads, while they ran."""
    tasks = [task for process in processes for task in pathlib.Path("/proc", str(process), "task").iterdir()]
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks)


def get(connection):
    if connection.get("/file", "localhost").status != 200:
        raise RuntimeError("a request was refused")


def new_connections(client, count):
    for _ in range(count):
        with client.connect() as connection:
            get(connection)


def requests(client, count):
    with client.connect() as connection:
        for _ in range(count):
            get(connection)


def measure(run, contenders, work, count, rounds):
    """Microseconds for each of the contenders, in the middle."""
    clients = [Client(run.pki, contender.port, "alice") for contender in contenders]
    seen = [[] for _ in contenders]
    for client in clients:
        work(client, count // 4 + 1)
    for turn in range(rounds):
        for step in range(len(contenders)):
            i = (turn + step) % len(contenders)
            before = processor_time(contenders[i].processes)
            work(clients[i], count)
            seen[i].append((processor_time(contenders[i].processes) - before) / count / 1000)
    return [statistics.median(values) for values in seen]


def compare(server, build, quick):
    mappings, connections, kept, rounds = (1000, 20, 200, 3) if quick else (1000000, 60, 1500, 9)
    module = importlib.import_module(f"{server}_cost")
    if hasattr(module, "compare"):  # it has no connections
        with live.Bench(f"{server}-cost", build) as run:
            return module.compare(run, quick)
    with live.Bench(f"{server}-cost", build) as run:
        run.write("www/file", "page\n")
        run.write("rules/site.rules", (live.HERE / "data/site.rules").read_text(encoding="utf-8"))
        begin = time.monotonic()
        contenders, after = module.start(run, mappings)
        columns = [measure(run, contenders, work, count, rounds)
                   for work, count in ((new_connections, connections), (requests, kept))]  # fmt: skip
        print(f"{server + ', microseconds of the processor, and as many a second':60} {'new connection':>30} {'request, kept':>30}")
        for contender, *values in zip(contenders, *columns):
            cells = [f"{value:8.1f} ({100 * (value / column[0] - 1):+6.1f} %) {1e6 / value:7,.0f}/s" for value, column in zip(values, columns)]
            print(f"{contender.name:60} {cells[0]:>30} {cells[1]:>30}")
        good = after() is not False
        print(f"{time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
        return good


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("servers", nargs="+")
    arguments = parser.parse_args()
    live.end_on_signals()
    good = [compare(server, arguments.build.resolve(), arguments.quick) for server in arguments.servers]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
