# SPDX-License-Identifier: MIT
"""What the extension for PostgreSQL costs a session for each row, under ten rules and the corpus of tests/bench/corpus.py, and
beside what is written in SQL without it: two regular expressions over a text column that has the printed Names of the same
certificates. Its processor's time counts, but where workers are asked for."""

import os
import pathlib
import random
import statistics
import struct
import subprocess
import sys
import time

from bench import ROOT
from sql_cluster import Cluster, Installation
from sql_tests import Session, literal

sys.path.insert(0, str(ROOT / "tests/bench"))
import corpus  # noqa: E402

ROWS, QUICK_ROWS, ROUNDS = 300000, 20000, 7
TEN = "(SELECT rules FROM ruleset WHERE name = 'ten')"
HUNDRED_THOUSAND = "(SELECT rules FROM ruleset WHERE name = 'hundred thousand')"
TWO = literal('certmap 1; mapping "s" { when subject.OU = "Sales" and subject.O = "Contoso"; allow "s"; }')
REGEXES = "two regular expressions over a text column"
CONDITIONS = "certmap_allows, the same two conditions as a rule"
# Asked of the table m; the first is what all have in common.
QUERIES = {
    "the table alone, length(der)": "SELECT count(length(der)) FROM m",
    REGEXES: "SELECT count(*) FROM m WHERE dn ~ 'OU=Sales' AND dn ~ 'O=Contoso'",
    CONDITIONS: f"SELECT count(*) FROM m WHERE certmap_allows({TWO}, der)",
    "certmap_decision, 10 mappings": f"SELECT count(certmap_decision({TEN}, der)) FROM m",
    "certmap_decision, 100,000 mappings": f"SELECT count(certmap_decision({HUNDRED_THOUSAND}, der)) FROM m",
    "certmap_account, 10": f"SELECT count(certmap_account({TEN}, der)) FROM m",
    "certmap_answer, 10": f"SELECT count(certmap_answer({TEN}, der)) FROM m",
    "certmap_match, 10": f"SELECT count(a.account) FROM m, certmap_match({TEN}, der) a",
    "certmap_same, 10 and 100,000": f"SELECT count(*) FROM m WHERE NOT certmap_same({TEN}, {HUNDRED_THOUSAND}, der)",
    "certmap_field, subject.OU": "SELECT count(certmap_field(der, 'subject.OU')) FROM m",
}


def compare(run, quick):
    rows, rounds = (QUICK_ROWS, 3) if quick else (ROWS, ROUNDS)
    cluster = Cluster(Installation(run), "measured", shared_buffers="128MB", max_parallel_workers_per_gather="0").start()
    try:
        fill(cluster, rows)
        session = Session(cluster)
        pid = session.ask("SELECT pg_backend_pid();")
        seen = measured(session, pid, rounds)
        show(seen, rows)
        workers(cluster, session, pid, rounds)
        session.close()
    finally:
        cluster.stop()
    return seen[CONDITIONS] < seen[REGEXES]


def fill(cluster, rows):
    """As a firm has them: certificates, and the text of their Names beside them."""
    source = random.Random(1)
    ders = (corpus.certificate(source, i) for i in range(rows))
    message = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0) + b"".join(struct.pack("!hi", 1, len(der)) + der for der in ders) + struct.pack("!h", -1)
    cluster.sql("CREATE EXTENSION certmap", "CREATE UNLOGGED TABLE given (der bytea)", "COPY given FROM STDIN (FORMAT binary)",
                "CREATE UNLOGGED TABLE m AS SELECT der, (certmap_field(der, 'subject'))[1] AS dn FROM given", "DROP TABLE given",
                "CREATE TABLE ruleset (name text PRIMARY KEY, rules certmap_rules)", "VACUUM ANALYZE m", stdin=message)  # fmt: skip
    for name, count in (("ten", 10), ("hundred thousand", 100000)):
        text = subprocess.run([sys.executable, ROOT / "tests/bench/corpus.py", "rules", str(count)], capture_output=True, check=True, text=True).stdout
        cluster.sql(arguments=["-f", "-"], stdin=f"INSERT INTO ruleset VALUES ({literal(name)}, {literal(text)})".encode())


def processor_time(pid):
    """Seconds, while it ran."""
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e9


def measured(session, pid, rounds):
    """Seconds of the processor, in the middle of the rounds, in which each has its turn."""
    seen = {name: [] for name in QUERIES}
    for _ in range(rounds + 1):
        for name, query in QUERIES.items():
            before = processor_time(pid)
            answer = session.ask(f"{query};")
            if not answer.isdigit():
                raise RuntimeError(f"{query}: {answer}")
            seen[name].append(processor_time(pid) - before)
    return {name: statistics.median(values[1:]) for name, values in seen.items()}  # the first compiles


def show(seen, rows):
    print(f"{f'{rows:,} certificates, one session':60} {'microseconds a row':>20} {'rows a second':>16} {'regular expressions':>20}")
    for name, seconds in seen.items():
        print(f"{name:60} {seconds / rows * 1e6:20.2f} {rows / seconds:16,.0f} {seconds / seen[REGEXES]:20.2f}")


def ended_children(process):
    """Seconds of the processor that they took, in hundredths."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def workers(cluster, session, pid, rounds):
    """How much sooner a session is done that has two workers, by the clock, where what else the machine does counts, too; and
    how much more of the processor all of them take together."""
    query = f"SELECT count(certmap_decision({TEN}, der)) FROM m;"
    session.ask("SET parallel_setup_cost = 0; SET min_parallel_table_scan_size = 0;")
    sooner, more = [], []
    for _ in range(rounds):
        took = []
        for number in (0, 2):
            session.ask(f"SET max_parallel_workers_per_gather = {number};")
            begin, busy = time.monotonic(), processor_time(pid) + ended_children(cluster.process)
            session.ask(query)
            took.append((time.monotonic() - begin, processor_time(pid) + ended_children(cluster.process) - busy))
        sooner.append(took[0][0] / took[1][0])
        more.append(took[1][1] / took[0][1])
    print(f"{'certmap_decision, 10 mappings, with two workers':60} {statistics.median(sooner):.2f} times as many a second, {max(sooner):.2f} at most; "
          f"{statistics.median(more):.2f} times the processor's time")  # fmt: skip
