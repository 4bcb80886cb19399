# SPDX-License-Identifier: MIT
"""The extension for PostgreSQL, live: SQL with the output that is expected of it (sql/*.sql and *.out), queries that are
cancelled, run out of memory or meet hostile input, and three clusters, of which two have the certificates."""

import base64
import contextlib
import difflib
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess

from bench import HERE, ROOT, wait_until
from der import tlv
from sql_cluster import SERVER_USER, TIMEOUT, Cluster, Installation, pg_config

CASES = HERE / "sql"
EXAMPLES = ROOT / "docs/examples"
STAFF = "(SELECT rules FROM ruleset WHERE name = 'staff')"
ACCOUNTS = "(SELECT rules FROM ruleset WHERE name = 'accounts')"
ROWS = 4000  # of the table certs, which has each example in turn
PARALLEL = ("SET parallel_setup_cost = 0", "SET parallel_tuple_cost = 0", "SET min_parallel_table_scan_size = 0", "SET max_parallel_workers_per_gather = 2")
COUNTS = f"SELECT certmap_decision({STAFF}, der) AS d, count(*) FROM certs GROUP BY 1 ORDER BY 1"
ALWAYS = 'certmap 1; mapping "{0}" {{ when always; allow "{0}"; }}'
# Days in one machine, or years: each row is asked at ten million times.
ENDLESS = f"SELECT count(*) FROM certs, generate_series(1, 10000000) i WHERE certmap_denies({STAFF}, der, to_timestamp(i))"
UNTESTED = {}


def run(bench):
    installation = Installation(bench)
    cluster = Cluster(installation, "one").start()
    others = []
    try:
        prepare(cluster)
        for tests in (regress, parallel, indexes, encodings, upgrade, dumped, binary, cancelled, memory, hostile_certificates, too_large, hostile_rules):
            tests(cluster, bench.check)
            bench.check(f"after {tests.__name__}: nothing has crashed", cluster.has_crashed(), False)
        page(cluster, bench.check)
        files(cluster, bench.check)
        beside_the_module(cluster, bench.check)
        killed(cluster, bench.check)
        upgraded(cluster, others, bench.check)
        sharded(cluster, others, bench.check)
    finally:
        for server in (*others, cluster):
            server.stop()


# ---- what the tests ask of


def der_of(path):
    text = path.read_text(encoding="ascii", errors="replace")
    body = re.search("-----BEGIN CERTIFICATE-----(.*?)-----END", text, re.S)
    return base64.b64decode(body[1])


def examples():
    return {path.stem: der_of(path) for path in sorted(EXAMPLES.glob("*.pem"))}


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def many_mappings(count):
    """A rule set in which each mapping names another person; the last one is of Alice."""
    lines = [f'mapping "{i}" {{ when issuer.CN = "Contoso Issuing CA {i % 7}" and subject.CN = "{i * 7919 % 1000003:x}"; allow "{i}"; }}\n' for i in range(count)]
    return "certmap 1;\n" + "".join(lines) + 'mapping "last" { when subject.CN = "Alice"; allow "last"; }\n'


def tables(cluster, database="postgres", rows=ROWS):
    cluster.sql("CREATE EXTENSION IF NOT EXISTS certmap", "CREATE TABLE examples (name text PRIMARY KEY, der bytea NOT NULL)",
                "CREATE TABLE ruleset (name text PRIMARY KEY, rules certmap_rules NOT NULL)", database=database)  # fmt: skip
    inserts = [f"INSERT INTO examples VALUES ({literal(name)}, '\\x{der.hex()}');" for name, der in examples().items()]
    for name in ("staff", "accounts"):
        inserts.append(f"INSERT INTO ruleset VALUES ({literal(name)}, {literal((EXAMPLES / f'{name}.rules').read_text(encoding='utf-8'))});")
    inserts.append(f"INSERT INTO ruleset VALUES ('large', {literal(many_mappings(3000))});")
    inserts.append(
        "CREATE TABLE certs AS SELECT i AS id, i % 2 AS shard, e.der FROM generate_series(0, "
        f"{rows - 1}) i JOIN (SELECT der, row_number() OVER (ORDER BY name COLLATE \"C\") - 1 AS n, count(*) OVER () AS all_of FROM examples) e ON e.n = i % e.all_of;"
        "ANALYZE certs;"
    )
    cluster.sql(arguments=["-f", "-"], stdin="\n".join(inserts).encode(), database=database)


def prepare(cluster):
    cluster.sql("CREATE ROLE plain LOGIN", "ALTER DATABASE postgres SET max_parallel_workers_per_gather = 0")
    tables(cluster)
    cluster.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain")


# ---- SQL, and what is expected of it


def answer_of(cluster, path, database="postgres"):
    command = [*cluster.command(database=database), "-X", "-a", "-q", "-v", f"staff={STAFF}", "-v", f"accounts={ACCOUNTS}", "-f", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env=cluster.installation.environment, timeout=TIMEOUT * 5)
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.decode("utf-8", "replace").replace(f"psql:{path}:", "psql:").splitlines())


def regress(cluster, check):
    for path in sorted(CASES.glob("*.sql")):
        seen = answer_of(cluster, path)
        expected_path = path.with_suffix(".out")
        if os.environ.get("CERTMAP_WRITE_EXPECTED"):
            expected_path.write_text(seen, encoding="utf-8")
        expected = expected_path.read_text(encoding="utf-8") if expected_path.exists() else ""
        lines = list(difflib.unified_diff(expected.splitlines(), seen.splitlines(), "expected", "seen", n=1, lineterm=""))
        check(f"{path.name}: as {expected_path.name} has it", "\n".join(lines), "")


# ---- plans


def explain(cluster, query, *before, database="postgres", verbose=False):
    return cluster.sql(*before, f"EXPLAIN (COSTS OFF{', VERBOSE' if verbose else ''}) {query}", database=database)


def parallel(cluster, check):
    alone = cluster.sql(COUNTS)
    check("workers: the plan has them", explain(cluster, COUNTS, *PARALLEL), ("Workers Planned: 2", "Parallel Seq Scan"))
    check("workers: the same counts", cluster.sql(*PARALLEL, COUNTS), alone)
    check("workers: only the workers", cluster.sql(*PARALLEL, "SET parallel_leader_participation = off", COUNTS), alone)
    one = f"SELECT count(*) FROM certs WHERE NOT certmap_same({STAFF}, {ACCOUNTS}, der)"
    check("workers: two rule sets", cluster.sql(*PARALLEL, one), cluster.sql(one))
    settings = ("SET certmap.cache_size = 0", "SET certmap.rules_memory = '32MB'")
    check("workers: with the settings of their session", cluster.sql(*PARALLEL, *settings, COUNTS), alone)
    worked, said = cluster.psql(*PARALLEL, "SET parallel_leader_participation = off", COUNTS.replace(STAFF, f"({STAFF}::text || id % 3 * 0)::certmap_rules"))
    check("workers: an error of one is the query's", (worked, "invalid certmap rules" in said), (False, True))


def indexes(cluster, check):
    rules = "certmap 1; mapping \"c\" { when subject.OU like nocase \"contractor*\"; deny; }"
    denied = f"SELECT count(*) FROM certs WHERE certmap_denies({literal(rules)}, der)"
    before = cluster.sql(denied)
    cluster.sql(f"CREATE INDEX ON certs (id) WHERE certmap_denies({literal(rules)}, der)", "ANALYZE certs")
    check("a partial index of what is refused is used", explain(cluster, denied, "SET enable_seqscan = off"), ("Index Only Scan", "!Filter"))
    check("and gives the same count", cluster.sql("SET enable_seqscan = off", denied), before)
    account = f"SELECT count(*) FROM certs WHERE certmap_decision({literal(rules)}, der) = 'deny'"
    cluster.sql(f"CREATE INDEX ON certs (certmap_decision({literal(rules)}, der))", "ANALYZE certs")
    check("an index on the decision is used", explain(cluster, account, "SET enable_seqscan = off"), ("Index Cond",))
    check("with the same count", cluster.sql("SET enable_seqscan = off", account), before)
    by_unit = "SELECT count(*) FROM certs WHERE certmap_field(der, 'subject.OU') @> '{Sales}'"
    sales = cluster.sql(by_unit)
    cluster.sql("CREATE INDEX ON certs USING gin (certmap_field(der, 'subject.OU'))", "ANALYZE certs")
    check("a GIN index on a field is used", explain(cluster, by_unit, "SET enable_seqscan = off"), ("Bitmap Index Scan",))
    check("and finds as many", cluster.sql("SET enable_seqscan = off", by_unit), sales)
    cluster.sql("ALTER TABLE certs ADD unit text[] GENERATED ALWAYS AS (certmap_field(der, 'subject.OU')) STORED", "CREATE INDEX ON certs USING gin (unit)")
    stored = "SELECT count(*) FROM certs WHERE unit @> '{Sales}'"
    check("a generated column, too", explain(cluster, stored, "SET enable_seqscan = off"), ("Bitmap Index Scan",))
    check("with as many", cluster.sql(stored), sales)


# ---- encodings, versions, copies


def encodings(cluster, check):
    cluster.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    tables(cluster, "latin", 30)
    rules = 'certmap 1; mapping "für" { when subject.CN = "René"; allow "é"; group "${subject.CN}"; } mapping "€" { when subject.O = "Contoso"; allow "${subject.CN}\u20ac"; }'
    plain = literal(rules.split(" mapping \"€")[0])
    check("LATIN1: rules with what it has", cluster.sql(f"SELECT certmap_account({plain}, der) FROM examples WHERE name = 'rene'", database="latin"), "é")
    worked, said = cluster.psql(f"SELECT {literal(rules)}::certmap_rules", database="latin")
    check("LATIN1: rules with what it has not are refused by the connection", (worked, "has no equivalent in encoding \"LATIN1\"" in said), (False, True))
    escaped = rules.replace("\u20ac", "\\u{20AC}")
    row = f"SELECT m.decision, m.account, m.mapping, m.reason, m.groups FROM examples, certmap_match({literal(escaped)}, der) m WHERE name = "
    check("LATIN1: an account that it has", cluster.sql(row + "'rene'", database="latin"), 'allow|é|für||{René}')
    check("LATIN1: one that it has not is NULL, and no other", cluster.sql(row + "'alice'", database="latin"), "allow||||{}")
    check("LATIN1: the decision is that of UTF-8", cluster.sql(f"SELECT certmap_allows({literal(escaped)}, der) FROM examples WHERE name = 'alice'", database="latin"), "t")
    check("LATIN1: a log shows it", cluster.sql(f"SELECT certmap_answer({literal(escaped)}, der) FROM examples WHERE name = 'alice'", database="latin"),
          ('mapping="\\u{20AC}" account="Alice\\u{20AC}"',))  # fmt: skip
    check("LATIN1: so does an explanation", cluster.sql(f"SELECT certmap_explain({literal(escaped)}, der) ->> 'account' FROM examples WHERE name = 'alice'", database="latin"), "Alice\\u{20AC}")
    check("LATIN1: the text comes back", cluster.sql(f"SELECT {literal(escaped)}::certmap_rules::text = {literal(escaped)}", database="latin"), "t")
    check("LATIN1: the digest is of UTF-8", cluster.sql(f"SELECT certmap_digest({literal(escaped)})", database="latin"), cluster.sql(f"SELECT certmap_digest({literal(escaped)})"))
    check("LATIN1: lint", cluster.sql(f"SELECT count(*) > 0 FROM certmap_lint({literal(escaped)})", database="latin"), "t")
    cluster.sql("CREATE EXTENSION certmap", database="ascii")
    worked, said = cluster.psql("SET client_encoding = 'SQL_ASCII'", "SELECT E'certmap 1; mapping \"\\xff\" { when always; deny; }'::certmap_rules", database="ascii")
    check("SQL_ASCII: rules that are no UTF-8 are refused", (worked, 'invalid byte sequence for encoding "UTF8": 0xff' in said), (False, True))


def upgrade(cluster, check):
    """The way of a later version: stored rules, paths and indexes stay. An extension's files are read when they are asked for."""
    cluster.sql("CREATE DATABASE older")
    tables(cluster, "older", 100)
    rules = 'certmap 1; mapping "c" { when subject.OU like nocase "contractor*"; deny; }'
    cluster.sql(f"CREATE INDEX denied ON certs (certmap_denies({literal(rules)}, der))", "CREATE TABLE fields AS SELECT 'subject.OU'::certmap_path AS p", database="older")
    query = "SELECT (SELECT count(*) FROM ruleset WHERE certmap_digest(rules) ~ '^[0-9a-f]{64}$'), (SELECT min(certmap_field(der, p)::text) FROM fields, examples WHERE name = 'alice')"
    before = cluster.sql(query, database="older")
    cluster.installation.add("certmap--0.1--0.1next.sql", "CREATE FUNCTION certmap_next() RETURNS integer LANGUAGE sql AS 'SELECT 1';\n")
    cluster.sql("ALTER EXTENSION certmap UPDATE TO '0.1next'", database="older")
    check("upgraded: the version", cluster.sql("SELECT extversion FROM pg_extension WHERE extname = 'certmap'", database="older"), "0.1next")
    check("upgraded: what is stored", cluster.sql(query, database="older"), before)
    check("upgraded: what is new belongs to it", cluster.psql("DROP FUNCTION certmap_next()", database="older")[1], ("extension certmap requires it",))
    worked, said = cluster.psql("DROP EXTENSION certmap", database="older")
    check("tables with rules keep it from being dropped", (worked, "cannot drop extension certmap" in said), (False, True))
    cluster.sql("DROP EXTENSION certmap CASCADE", "CREATE SCHEMA x", "CREATE EXTENSION certmap SCHEMA x VERSION '0.1'", database="older")
    check("in another schema", cluster.sql("SELECT x.certmap_decision('certmap 1; mapping \"a\" { when always; deny; }', der) FROM examples WHERE name = 'alice'", database="older"), "deny")


def dumped(cluster, check):
    """pg_dump has rules as text: what is restored is compiled anew, and so by any version that reads them."""
    cluster.sql("CREATE DATABASE copied")
    for options in (["-Fp"], ["-Fp", "--inserts"]):
        dump = subprocess.run([*cluster.command("pg_dump"), *options], capture_output=True, check=True, env=cluster.installation.environment, timeout=TIMEOUT).stdout
        cluster.sql("DROP DATABASE copied", "CREATE DATABASE copied")
        cluster.sql(arguments=["-f", "-"], stdin=dump, database="copied")
        for query in ("SELECT name, certmap_digest(rules) FROM ruleset ORDER BY name", COUNTS, "SELECT count(*) FROM pg_index WHERE indrelid = 'certs'::regclass"):
            check(f"restored, {options[-1]}: {query[:30]}", cluster.sql(query, database="copied"), cluster.sql(query))
    copied = cluster.command(database="copied")
    binary = subprocess.run(["sh", "-c", '"$@" -c "COPY (SELECT rules, \'subject.OU\'::certmap_path FROM ruleset) TO STDOUT (FORMAT binary)"', "sh", *cluster.command()],
                            capture_output=True, check=True, env=cluster.installation.environment, timeout=TIMEOUT).stdout  # fmt: skip
    cluster.sql("CREATE TABLE r (rules certmap_rules, p certmap_path)", database="copied")
    subprocess.run([*copied, "-c", "COPY r FROM STDIN (FORMAT binary)"], input=binary, capture_output=True, check=True, env=cluster.installation.environment, timeout=TIMEOUT)
    check("copied in binary", cluster.sql("SELECT count(*), min(p::text) FROM r JOIN ruleset USING (rules)", database="copied"), "3|subject.OU")


GOOD = b'certmap 1; mapping "a" { when always; deny; }'
# What a client sends in the binary form, and what comes of it: what the text form would give, and never a crash.
BINARY = {
    "certmap_rules": {
        GOOD: ("1",), b"": ("the rules have no mapping",), GOOD + b"\0": ('invalid byte sequence for encoding "UTF8": 0x00',), GOOD[:20] + b"\0" + GOOD[20:]: ("0x00",),
        b"\xff" + GOOD: ('invalid byte sequence for encoding "UTF8": 0xff',), bytes(32) + GOOD: ("0x00",), b"a" * 32 + GOOD: ("invalid certmap rules: line 1, column 1",),
        GOOD[:-1]: ("invalid certmap rules: line 1, column 45",), GOOD + b"#\xe2\x82": ("0xe2 0x82",), b"#" * 3000000: ("the rules have no mapping",),
    },
    "certmap_path": {
        b"subject.OU": ("1",), b"": ("It is empty",), b"subj\0ect": ("0x00",), b"subj\xff": ("0xff",), b"a" * 2000: ("It is too long",), b"\0\0\0\0\1\0\0\0subject": ("0x00",),
        b'subject.OU present; deny; } mapping "x" { when subject.CN': ("A path has letters, digits and dots",),
    },
}  # fmt: skip


def copied(cluster, kind, data):
    """What PostgreSQL says of a value in the binary form."""
    message = b"PGCOPY\n\xff\r\n\0" + struct.pack("!iihi", 0, 0, 1, len(data)) + data + struct.pack("!h", -1)
    return cluster.psql(f"CREATE TEMP TABLE t (c {kind})", "COPY t FROM STDIN (FORMAT binary)", "SELECT count(c::text) FROM t", stdin=message)[1]


def binary(cluster, check):
    for kind, rows in BINARY.items():
        for data, said in rows.items():
            check(f"binary {kind}: {data[:60]}", copied(cluster, kind, data), said)
    choice = random.Random(3)
    for _ in range(60):
        changed = bytearray(GOOD)
        for _ in range(3):
            changed[choice.randrange(len(changed))] = choice.randrange(256)
        seen = copied(cluster, "certmap_rules", bytes(changed))
        check(f"binary: {bytes(changed)}: {seen}", bool(re.search("^ERROR: +(invalid certmap rules|invalid byte sequence)|^1$", seen, re.M)), True)


# ---- queries that do not end by themselves


def cancelled(cluster, check):
    big = many_mappings(60000)
    path = cluster.bench.write("big.rules", big)
    load = f"(pg_read_file({literal(str(path))}))::certmap_rules"
    said = cluster.psql("SET statement_timeout = '1ms'", f"SELECT certmap_digest({load})")
    check("a timeout ends a compilation", said[1], ("canceling statement due to statement timeout",))
    cluster.sql("CREATE TABLE big (rules certmap_rules)", f"INSERT INTO big VALUES ({load})")
    for name, query in (("lint", "SELECT count(*) FROM big, certmap_lint(rules)"), ("explain", "SELECT count(certmap_explain(rules, der)) FROM big, certs"),
                        ("scan", ENDLESS)):  # fmt: skip
        said = cluster.psql("SET statement_timeout = '50ms'", query)
        check(f"a timeout ends {name}", said[1], ("canceling statement due to statement timeout",))
    for name, call, logged in (("cancelled", "pg_cancel_backend", "canceling statement due to user request"),
                               ("terminated", "pg_terminate_backend", "terminating connection due to administrator command")):  # fmt: skip
        endless = ENDLESS.replace("FROM", f"/* {name} */ FROM", 1)
        with subprocess.Popen([*cluster.command(), "-X", "-c", endless], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=cluster.installation.environment) as client:
            asked = f"FROM pg_stat_activity WHERE query LIKE '%/* {name} */%' AND state = 'active' AND pid <> pg_backend_pid()"
            wait_until(lambda: cluster.sql(f"SELECT count(*) {asked}") == "1", "the query runs")  # noqa: B023
            cluster.sql(f"SELECT {call}(pid) {asked}")
            check(f"a query is {name}", client.communicate(timeout=TIMEOUT)[1].decode(), (logged,))
    check("afterwards a session has the answers that it had", cluster.sql("SET statement_timeout = 0", "SELECT certmap_account(rules, der) FROM big, examples WHERE name = 'alice'"), "last")
    path = cluster.bench.write("larger.rules", many_mappings(100000))
    cluster.sql("CREATE TABLE larger (rules certmap_rules)", f"INSERT INTO larger VALUES (pg_read_file({literal(str(path))})::certmap_rules)")
    each = "SELECT count(*) FROM larger, certs WHERE certmap_allows(rules, der)"
    said = cluster.sql(each, each, f"{each} AND certmap_mapping(rules, der) = 'last'", "SELECT compilations, pinned FROM certmap_cache()").splitlines()
    check("100,000 mappings in a column: one compilation, whatever asks", (len(set(said[:3])), said[3]), (1, "1|0"))
    again = ("DO $$ BEGIN FOR i IN 1..5 LOOP BEGIN PERFORM set_config('statement_timeout', '1', false); PERFORM certmap_digest(rules::text::certmap_rules) FROM big; "
             "EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$")  # fmt: skip
    cluster.psql(again, "SET statement_timeout = 0", "SELECT 1")


# ---- memory


class Session:
    """psql that stays, so that its backend can be told how much memory it may have."""

    def __init__(self, cluster):
        self.process = subprocess.Popen([*cluster.command(), "-X", "-A", "-t", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=cluster.installation.environment)  # fmt: skip

    def ask(self, sql):
        self.process.stdin.write(f"{sql}\n\\echo ==\n")
        self.process.stdin.flush()
        return "".join(iter(self.process.stdout.readline, "==\n")).strip() if self.process.poll() is None else ""

    def close(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(TIMEOUT)


def address_space(pid):
    """Bytes."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def limit_address_space(cluster, pid, soft):
    """As the server's user, who may do that without being more."""
    subprocess.run(["prlimit", f"--pid={pid}", f"--as={soft}:"], check=True, cwd="/", **SERVER_USER)


def memory(cluster, check):
    query = "SELECT count(certmap_digest(rules::text::certmap_rules)) FROM big;"
    check("a limit that is too small is an error that names it", cluster.psql("SET certmap.rules_memory = '4MB'", query)[1], ("certmap.rules_memory is the limit", "memory-limit"))
    check("and one that is not is none", cluster.psql("SET certmap.rules_memory = '1GB'", query), (True, "1"))
    for name, sql in (("lint", "SELECT count(*) FROM big, certmap_lint(rules)"), ("an explanation", f"SELECT certmap_explain({STAFF}, der) IS NULL, certmap_explain(rules, der) IS NULL FROM big, examples WHERE name = 'alice'")):
        check(f"{name}, over the limit", cluster.psql("SET certmap.rules_memory = '2MB'", sql)[1], ("certmap",))
    cluster.sql("ALTER DATABASE postgres SET certmap.rules_memory = '200MB'")
    check("of a database, whoever asks", cluster.sql("SELECT certmap_version() <> ''", "SHOW certmap.rules_memory", user="plain"), "t\n200MB")
    cluster.sql("ALTER DATABASE postgres RESET certmap.rules_memory")
    session = Session(cluster)
    try:
        pid = int(session.ask("SELECT pg_backend_pid();"))
        session.ask(f"SELECT certmap_decision({STAFF}, der) FROM examples;")
        for room in (1, 3, 6, 9):
            limit_address_space(cluster, pid, address_space(pid) + room * 1000 * 1000)
            for name, sql in (("rules", query), ("explanation", "SELECT length(certmap_explain(rules, der)::text) > 0 FROM big, examples WHERE name = 'alice';"),
                              ("lint", "SELECT count(*) FROM big, certmap_lint(rules);")):  # fmt: skip
                check(f"{room} MB are left, {name}: an error, or an answer", bool(re.search("^ERROR:|^[1t]|^[0-9]+$", session.ask(sql))), True)
            limit_address_space(cluster, pid, "unlimited")
            check(f"{room} MB were left: the backend goes on", session.ask(f"SELECT pg_backend_pid() = {pid}, pinned FROM certmap_cache();"), "t|0")
        check("and has the right answers", session.ask("SELECT certmap_account(rules, der) FROM big, examples WHERE name = 'alice';"), "last")
    finally:
        session.close()


# ---- hostile input


# As long as "Alice": a NUL, no UTF-8, a surrogate, beyond Unicode, control characters, quotes, none that is assigned, of ECMA-48, a direction
HOSTILE_NAMES = [bytes.fromhex(text) for text in ("416c006365", "416cff6365", "eda0806365", "f490808065", "0102080b1f", "225c220a7f", "efbfbf4141", "c285c29f41", "e280ae4141")]


def hostile_ders(changes):
    """So many of each example with octets that are changed, and others."""
    choice = random.Random(1)
    ders = []
    for der in examples().values():
        ders += [der[:length] for length in range(0, len(der), 1 + 1000 // changes)]
        for _ in range(changes):
            changed = bytearray(der)
            for _ in range(choice.randint(1, 4)):
                changed[choice.randrange(len(changed))] = choice.randrange(256)
            ders.append(bytes(changed))
        ders.append(der + b"\0")
    alice = examples()["alice"]
    ders += [alice.replace(b"Alice", name) for name in HOSTILE_NAMES]
    ders += [choice.randbytes(choice.randint(0, 300)) for _ in range(200)]
    return ders + [b"\x30\x80" * 2000, b"\x30\x84\xff\xff\xff\xff" + b"\0" * 50, b"\x30\x82\xff\xff" + b"\x30" * 0xFFFF, b"0" * 3000000]


def hostile_certificates(cluster, check):
    """Each is an answer, none an error, and all are counted."""
    ders = hostile_ders(150)
    copy = "CREATE TABLE hostile (der bytea);\nCOPY hostile FROM STDIN;\n" + "".join(f"\\\\x{der.hex()}\n" for der in ders) + "\\.\n"
    cluster.sql(arguments=["-f", "-"], stdin=copy.encode())
    for rules in (STAFF, ACCOUNTS):
        query = f"SELECT sum(n) FROM (SELECT certmap_decision({rules}, der), count(*) AS n FROM hostile GROUP BY 1) x"
        check("hostile certificates: as many answers", cluster.sql(query), str(len(ders)))
        check("hostile certificates: whole answers", cluster.sql(f"SELECT count(m) FROM hostile, certmap_match({rules}, der) m"), str(len(ders)))
        check("hostile certificates: lines", cluster.sql(f"SELECT count(certmap_answer({rules}, der, '2026-12-01', der)) FROM hostile"), str(len(ders)))
    same = "SELECT count(*) FROM hostile, certmap_match({0}, der) m WHERE (m.decision = 'allow') <> certmap_allows({0}, der) OR m.account IS DISTINCT FROM certmap_account({0}, der)"
    check("hostile certificates: one answer, whichever function gives it", cluster.sql(same.format(ACCOUNTS)), "0")
    for path in ("subject", "issuer", "subject.any", "subject.CN", "san.dns", "san.dirname", "eku", "ku", "policy", "serial", "ski", "aki", "ms.sid", "ext.2.5.29.17", "ext.2.5.29.17.text", "spki.sha256"):
        check(f"hostile certificates: {path}", cluster.sql(f"SELECT count(*) FROM (SELECT certmap_field(der, '{path}') FROM hostile OFFSET 0) x"), str(len(ders)))
    check("hostile certificates: explained", cluster.sql(f"SELECT count(certmap_explain({ACCOUNTS}, der)) FROM hostile"), str(len(ders)))
    texts = "SELECT unnest(certmap_field(der, p)) FROM hostile, unnest('{subject,subject.any,issuer.any,san.dns,san.uri,san.email,san.dirname,ext.2.5.29.17.text}'::certmap_path[]) p"
    copied_rules = 'certmap 1; mapping "a" { when always; allow "${subject.CN}"; attribute "q" = "${subject.CN}"; group "${subject.OU}"; }'
    answers = f"SELECT m::text FROM hostile, certmap_match({literal(copied_rules)}, der) m UNION ALL SELECT certmap_explain({literal(copied_rules)}, der)::text FROM hostile"
    for query in (texts, answers):  # convert_from() looks at each byte, as no function does that gives a text
        check("hostile certificates: every text is one of the database", cluster.sql(f"SELECT count(*) > 100, bool_and(convert_from(convert_to(t, 'UTF8'), 'UTF8') = t) FROM ({query}) x (t)"), "t|t")


def crowded(count):
    """A certificate with so many directory names without an RDN, four octets each, that their texts hardly have room."""
    algorithm = tlv(0x30, tlv(0x06, bytes.fromhex("2A864886F70D01010B")), b"\x05\x00")
    common_name = tlv(0x30, tlv(0x31, tlv(0x30, tlv(0x06, bytes.fromhex("550403")), tlv(0x0C, b"x"))))
    names = tlv(0x30, bytes.fromhex("A4023000") * count)
    extensions = tlv(0xA3, tlv(0x30, tlv(0x30, tlv(0x06, bytes.fromhex("551D11")), tlv(0x04, names))))
    validity = tlv(0x30, tlv(0x17, b"200101000000Z"), tlv(0x17, b"400101000000Z"))
    tbs = tlv(0x30, b"\xA0\x03\x02\x01\x02\x02\x01\x05", algorithm, common_name, validity, common_name, tlv(0x30, algorithm, b"\x03\x02\0\0"), extensions)
    return tlv(0x30, tbs, algorithm, b"\x03\x02\0\0")


def too_large(cluster, check):
    """What does not fit into the memory of a certificate ends no query over others."""
    counts = range(120000, 150000, 3000)
    copy = "CREATE TABLE crowded (der bytea);\nCOPY crowded FROM STDIN;\n" + "".join(f"\\\\x{crowded(count).hex()}\n" for count in counts) + "\\.\n"
    cluster.sql(arguments=["-f", "-"], stdin=copy.encode())
    rules = literal('certmap 1; mapping "d" { when san.dirname under "C=US"; allow "x"; }')
    check("too large: fields", cluster.sql("SELECT count(*) FROM (SELECT certmap_field(der, 'san.dns') FROM crowded OFFSET 0) x"), str(len(counts)))
    said = cluster.sql(f"SELECT DISTINCT e ->> 'decision', e ->> 'message' IS NULL FROM (SELECT certmap_explain({rules}, der) AS e FROM crowded OFFSET 0) x ORDER BY 1, 2")
    check("too large: explained, without mappings, and what is no certificate for certmap", said.splitlines(), ["error|f", "none|f", "none|t"])


def hostile_texts(longest):
    choice = random.Random(2)
    base = (EXAMPLES / "accounts.rules").read_text(encoding="utf-8")
    texts = [base[: choice.randrange(len(base))] for _ in range(40)]
    for _ in range(160):
        changed = list(base)
        for _ in range(choice.randint(1, 6)):
            changed[choice.randrange(len(changed))] = choice.choice('"\\{}();,.$|*? \n\tABC019é€\U0001f600' + chr(choice.randint(1, 0xD7FF)))
        texts.append("".join(changed))
    return texts + ["(" * 100000, "certmap 1; mapping \"a\" { when " + "not " * 10000 + "always; deny; }", "certmap 1; mapping \"a\" { when subject.CN matches \"" + "(a*)*" * 1000 + "\"; deny; }",
              "certmap 1; mapping \"" + "a" * 100000 + "\" { when always; deny; }", "\ufeffcertmap 1; mapping \"a\" { when always; deny; }", "#" * longest]  # fmt: skip


def hostile_rules(cluster, check):
    """Each loads, or is an error of PostgreSQL; a function for it catches those, and everything goes on."""
    texts = hostile_texts(5000000)
    copy = "CREATE TABLE texts (t text);\n" + "".join(f"INSERT INTO texts VALUES ({literal(text)});\n" for text in texts)
    cluster.sql(arguments=["-f", "-"], stdin=copy.encode())
    cluster.sql(
        "CREATE FUNCTION loads(t text, der bytea) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN certmap_decision(t::certmap_rules, der); "
        "EXCEPTION WHEN invalid_text_representation OR program_limit_exceeded THEN RETURN SQLERRM; END $$"
    )
    query = "SELECT count(*), count(*) FILTER (WHERE a ~ '^invalid certmap rules: (line [0-9]+, column [0-9]+: )?.'), count(*) FILTER (WHERE a IN ('none', 'allow', 'deny', 'error')) FROM (SELECT loads(t, der) AS a FROM texts, examples WHERE name = 'alice' OFFSET 0) x"
    total, refused, answered = map(int, cluster.sql(query, user="postgres").split("|"))
    check("hostile rules: each is refused, or answers", (total, refused + answered), (len(texts), len(texts)))
    check("hostile rules: nothing stays pinned", cluster.sql(query, "SELECT pinned FROM certmap_cache()").splitlines()[-1], "0")


def killed(cluster, check):
    """A backend that is killed takes the others with it, as PostgreSQL does; what was stored is there afterwards."""
    before = cluster.sql(COUNTS)
    with subprocess.Popen([*cluster.command(), "-X", "-c", ENDLESS.replace("FROM", "/* killed */ FROM", 1)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=cluster.installation.environment):  # fmt: skip
        asked = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%/* killed */%' AND state = 'active' AND pid <> pg_backend_pid()"
        wait_until(lambda: cluster.sql(asked), "the query runs")
        os.kill(int(cluster.sql(asked)), signal.SIGKILL)
    wait_until(lambda: cluster.psql("SELECT 1")[0], "the server is back")
    check("after a backend was killed", cluster.sql(COUNTS), before)


# ---- in one server with the module for logins


def beside_the_module(cluster, check):
    module = shutil.copy(cluster.bench.build / "modules/postgresql/certmap.so", cluster.bench.folder)
    rules = cluster.bench.write("logins.rules", (EXAMPLES / "staff.rules").read_bytes())
    both = {"shared_preload_libraries": f"certmap_sql, {module}", "certmap.rules": rules, "certmap.cache_size": "3", "certmap.rules_memory": "12MB"}
    cluster.stop()
    cluster.start(**both)
    check("beside the module: both settings", cluster.sql("SHOW certmap.cache_size", "SHOW certmap.rules_memory", "SHOW certmap.mode").splitlines(), ["3", "12MB", "require"])
    check("beside the module: answers", cluster.sql(COUNTS).startswith("none|"), True)
    check("beside the module: workers, too", cluster.sql(*PARALLEL, COUNTS), cluster.sql(COUNTS))
    check("beside the module: nothing is warned of", bool(re.search("WARNING.*(cache_size|rules_memory)", cluster.log())), False)
    cluster.stop()
    mark = len(cluster.log())
    with contextlib.suppress(RuntimeError):
        cluster.start(shared_preload_libraries=str(module))
    check("without certmap_sql before it, it does not start", cluster.log()[mark:], ('parameter "certmap.cache_size"', 'auto.conf" line', "Write certmap_sql before certmap in shared_preload_libraries"))
    for key in both:
        del cluster.settings[key]
    cluster.start()


# ---- docs/sql.md


def blocks(name):
    """(sql, the output beneath it or None) of each block of a page."""
    text = (ROOT / f"docs/{name}.md").read_text(encoding="utf-8")
    for match in re.finditer(r"^```sql\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", text, re.M | re.S):
        yield match[1], match[2]


def run_page(cluster, check, page, database, replaced=()):
    """All SQL of a page, in order, in one database: what it prints is what the page has."""
    folder = cluster.bench.folder / page
    for path in (*EXAMPLES.glob("*.pem"), *EXAMPLES.glob("*.rules")):
        cluster.bench.write(f"{page}/{path.name}", path.read_bytes())
    count = 0
    for sql, expected in blocks(page):
        count += 1
        name = f"{page}.md: {sql.strip().splitlines()[0]}"
        for old, new in replaced:
            sql = sql.replace(old, new)
        script = cluster.bench.write(f"{page}/block.sql", sql)
        command = [*cluster.command(database=database), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", script.name]
        done = subprocess.run(command, capture_output=True, check=False, text=True, env=cluster.installation.environment, timeout=TIMEOUT, cwd=folder)
        said = re.sub(r"^psql:block\.sql:\d+: ", "", done.stdout + done.stderr, flags=re.M)
        if expected is None:
            check(name, (done.returncode, done.stderr), (0, ""))
        else:
            check(name, trimmed(said), trimmed(expected))
    check(f"{page}.md: it has examples", count >= 5, True)


def page(cluster, check):
    cluster.sql("CREATE DATABASE page")
    run_page(cluster, check, "sql", "page")


def trimmed(text):
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


# ---- docs/scale.md: files


def files(cluster, check):
    """The commands of the page, for a bundle that is cut into several pieces."""
    folder = cluster.bench.folder / "files"
    bundle = b"".join(path.read_bytes() for path in sorted(EXAMPLES.glob("*.pem"))) * 40
    cluster.bench.write("files/certs.pem", bundle)
    cluster.bench.write("files/staff.rules", (EXAMPLES / "staff.rules").read_bytes())
    text = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    path = {**os.environ, "PATH": f"{cluster.bench.build / 'tools'}:{os.environ['PATH']}", "HOME": str(folder), "SHELL": "/bin/sh"}
    done = subprocess.run(["sh", "-c", first.replace("--block 10M", "--block 20k")], cwd=folder, env=path, capture_output=True, check=False, text=True, timeout=TIMEOUT)
    check("GNU parallel: several pieces, in each of which somebody is not allowed", (done.returncode > 5, done.stderr), (True, ""))
    counts = subprocess.run(["sh", "-c", second], cwd=folder, env=path, capture_output=True, check=True, text=True, timeout=TIMEOUT).stdout.split()
    check("GNU parallel: as many answers as certificates", counts, [str(bundle.count(b"BEGIN CERTIFICATE"))] * 2)
    alone = subprocess.run(["certmap", "match", "--json", "--rules", "staff.rules", "--corpus", "-"], cwd=folder, env=path, input=bundle, capture_output=True, check=False, timeout=TIMEOUT)
    decisions = [re.findall(b'"decision":"[a-z]+"', output) for output in (alone.stdout, (folder / "answers.ndjson").read_bytes())]
    check("GNU parallel: the answers, in their order", decisions[0] == decisions[1] and len(decisions[0]) > 0, True)


# ---- pg_upgrade


def upgraded(cluster, others, check):
    """What is on disk stays as it is, and another server reads it: rules, paths, decisions, and indexes on them."""
    cluster.sql("CREATE TABLE on_disk AS SELECT 'subject.OU'::certmap_path AS p, d FROM unnest(enum_range(NULL::certmap_decision)) d")
    queries = ["SELECT name, certmap_digest(rules) FROM ruleset ORDER BY name", COUNTS, "SELECT d, certmap_field(der, p) FROM on_disk, examples WHERE name = 'alice' ORDER BY d",
               "SELECT certmap_account(rules, der) FROM larger, examples WHERE name = 'alice'"]  # fmt: skip
    before = [cluster.sql(query) for query in queries]
    cluster.stop()
    old, new = Cluster(cluster.installation, "old", like=cluster), Cluster(cluster.installation, "new")
    cluster.start()
    old.configure()
    new.configure()
    programs = cluster.installation.bin
    for path in pg_config("bindir").iterdir():
        if not (programs / path.name).exists():
            shutil.copy(path, programs)  # they start those that are beside them
    done = subprocess.run([programs / "pg_upgrade", "-b", programs, "-B", programs, "-d", old.data, "-D", new.data, "-s", old.folder, "-U", "postgres"], check=False,
                          capture_output=True, text=True, env=cluster.installation.environment, cwd=new.folder, timeout=TIMEOUT, **SERVER_USER)  # fmt: skip
    logs = "".join(path.read_text(encoding="utf-8")[-1000:] for path in new.data.glob("pg_upgrade_output.d/*/log/pg_upgrade_dump*.log"))  # of what failed
    check("pg_upgrade", (done.returncode, logs), (0, ""))
    others.append(new.start())
    for query, expected in zip(queries, before):
        check(f"pg_upgrade: {query[:60]}", new.sql(query), expected)
    check("pg_upgrade: an index on a field", explain(new, "SELECT count(*) FROM certs WHERE unit @> '{Sales}'", "SET enable_seqscan = off"), ("Bitmap Index Scan",))
    others.remove(new)
    new.stop()


# ---- more than one server


def shards(cluster, others, check):
    """Two servers with half of the table each, and one that has none of it."""
    cluster.stop()
    for name in ("left", "right"):
        others.append(Cluster(cluster.installation, name, like=cluster).start())
    cluster.start()
    for number, shard in enumerate(others):
        shard.sql(f"DELETE FROM certs WHERE shard <> {number}", "ANALYZE certs", "CREATE VIEW certmap_here AS SELECT certmap_version() AS version")
    cluster.sql("CREATE DATABASE hub")
    replaced = [("dbname 'certs'", "dbname 'postgres'"), ("user 'auditor', password 'secret'", "user 'postgres', password_required 'false'"), ("DATABASE audit", "DATABASE hub")]
    for shard in others:
        replaced.append((f"host '{shard.name}.example'", f"host '{shard.folder}', port '{shard.port}'"))
    run_page(cluster, check, "scale", "hub", replaced)
    cluster.sql(f"INSERT INTO ruleset VALUES ('accounts', {literal((EXAMPLES / 'accounts.rules').read_text(encoding='utf-8'))})", database="hub")


# query: what is in the SQL that the shards are sent
SHIPPED = {
    f"SELECT count(*) FROM certs WHERE certmap_denies({STAFF}, der)": ("WHERE (public.certmap_denies($1::public.certmap_rules, der",),
    f"SELECT count(*) FROM certs WHERE certmap_decision({STAFF}, der) = 'deny'": ("WHERE ((public.certmap_decision($1::public.certmap_rules, der",),
    f"SELECT count(*) FROM certs WHERE NOT certmap_same({STAFF}, {ACCOUNTS}, der)": ("WHERE ((NOT public.certmap_same($1::public.certmap_rules, $2::public.certmap_rules, der",),
    f"SELECT count(*) FROM certs WHERE certmap_allows({STAFF}, der, (SELECT now()))": ("WHERE (public.certmap_allows($1::public.certmap_rules, der, $2::timestamp with time zone",),
    f"SELECT sum(n) FROM (SELECT shard, count(*) AS n FROM certs WHERE certmap_denies({STAFF}, der) GROUP BY shard) x": ("Aggregate on (public.certs_0 certs)", "SELECT shard, count(*) FROM public.certs WHERE (public.certmap_denies("),
    f"SELECT d, sum(n) FROM (SELECT shard, certmap_decision({STAFF}, der) AS d, count(*) AS n FROM certs GROUP BY 1, 2) x GROUP BY d ORDER BY d": ("Aggregate on", "public.certmap_decision($1::public.certmap_rules, der", "GROUP BY"),
    "SELECT u, sum(n) FROM (SELECT shard, certmap_field(der, 'subject.OU') AS u, count(*) AS n FROM certs GROUP BY 1, 2) x GROUP BY u ORDER BY u": ("Aggregate on", "public.certmap_field(der, 'subject.OU'::public.certmap_path)", "GROUP BY"),
    "SELECT count(*) FROM certs WHERE certmap_allows('certmap 1; mapping \"s\" { when subject.OU = \"Sales\"; allow \"s\"; }', der)": ("WHERE (public.certmap_allows('certmap 1;",),
    f"SELECT m, sum(n) FROM (SELECT shard, certmap_mapping({STAFF}, der) AS m, count(*) AS n FROM certs GROUP BY 1, 2) x GROUP BY m ORDER BY m": ("Aggregate on", "public.certmap_mapping($1::public.certmap_rules, der", "GROUP BY"),
}  # fmt: skip
# What is not: the certificates come to the hub.
FETCHED = [
    "SELECT count(*) FROM certs WHERE certmap_field(der, 'subject.OU') @> '{Sales}'",
    f"SELECT count(*) FROM certs WHERE certmap_account({STAFF}, der) = 'CONTOSO\\portal'",
    f"SELECT count(*) FROM certs WHERE (certmap_match({STAFF}, der)).decision = 'deny'",
    f"SELECT count(*) FROM certs WHERE certmap_allows({STAFF}, der, now())",
]


def sharded(cluster, others, check):
    shards(cluster, others, check)
    for query, sent in SHIPPED.items():
        plan = explain(cluster, query, database="hub", verbose=True)
        remote = [line for line in plan.splitlines() if "Remote SQL" in line]
        check(f"shipped: {query[:90]}", plan, sent)
        check(f"to both shards, and nothing is left for the hub: {query[:60]}", (len(remote), "Filter:" in plan), (2, False))
        check(f"the same answer: {query[:80]}", cluster.sql(query, database="hub"), cluster.sql(query))
    for query in FETCHED:
        plan = explain(cluster, query, database="hub", verbose=True)
        check(f"not shipped: {query[:80]}", ("Filter:" in plan, "public.certmap_" in "".join(re.findall("Remote SQL.*", plan))), (True, False))
        check(f"and right all the same: {query[:80]}", cluster.sql(query, database="hub"), cluster.sql(query))
    check("at the same time", explain(cluster, next(iter(SHIPPED)).replace("count(*)", "id"), database="hub"), ("Async Foreign Scan",))
    check("versions of the shards", cluster.sql("SELECT count(DISTINCT version) FROM (TABLE left_version UNION ALL TABLE right_version UNION ALL SELECT certmap_version()) x", database="hub"), "1")
    others[1].sql("ALTER DATABASE postgres SET certmap.rules_memory = '64kB'")
    cluster.sql(arguments=["-f", "-"], stdin=f"INSERT INTO ruleset VALUES ('large', {literal(many_mappings(3000))})".encode(), database="hub")
    worked, said = cluster.psql(next(iter(SHIPPED)).replace("'staff'", "'large'"), database="hub")
    check("an error of a shard is the hub's", (worked, [piece for piece in ("certmap.rules_memory is the limit", "remote SQL command") if piece not in said] and said), (False, []))
    others[1].sql("ALTER DATABASE postgres RESET certmap.rules_memory")
    others[1].sql("DROP EXTENSION certmap CASCADE")
    worked, said = cluster.psql(next(iter(SHIPPED)), database="hub")
    check("a shard without the extension", (worked, "does not exist" in said and "remote SQL command" in said), (False, True))
    others[1].stop()
    worked, said = cluster.psql(next(iter(SHIPPED)), database="hub")
    check("a shard that is down is an error that names it", (worked, 'could not connect to server "right_shard"' in said), (False, True))
    check("and what is asked of the other has an answer", cluster.psql(f"SELECT count(*) > 0 FROM certs WHERE shard = 0 AND certmap_denies({STAFF}, der)", database="hub"), (True, "t"))
