# SPDX-License-Identifier: MIT
"""The module for PostgreSQL, live: a cluster of its own, and psql as the client."""

import contextlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from bench import HERE, ROOT, stop, wait_until
from client import Client
from sql_cluster import INITDB, SERVER_USER, output, own, pg_config

DATA = HERE / "data"
TIMEOUT = 60
GUARDED = "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n"
LOCAL = "local all all trust\n"
BASE = {"shared_preload_libraries": "@MODULE@", "session_preload_libraries": "@MODULE@",
        "certmap.rules": "@FOLDER@/rules/site.rules", "certmap.name": "user"}  # fmt: skip
ROLES = ["alice", "Alice", "bob", "carol", "eve", "ida", "ådá žižka", "large", "writer", "portal", "CONTOSO\\alice", "robot",
         "a123456789b123456789c123456789d123456789e123456789f123456789g12"]  # fmt: skip

# Everybody, who asks for a role: certificate: (role, what the session or the client says, what the log has)
FAILED = "certificate authentication failed for user"
MATRIX = {
    "alice": ("alice", "account=[CONTOSO\\alice] mapping=[staff] groups=[staff,a%2Cb%25c]", ('decision=allow mapping="staff"',)),
    "carol": ("carol", FAILED, ('decision=deny mapping="contractors"', 'role="carol"')),
    "eve": ("eve", FAILED, ("decision=none", "reason=no-match")),
    "fred": ("alice", FAILED, ("decision=none", "reason=no-match")),
    "ida": ("ida", "account=[CONTOSO\\ida]", ("decision=allow",)),
    "newline": ("alice", FAILED, ("decision=deny",)),
    "unicode": ("ådá žižka", "account=[CONTOSO\\ådá žižka]", ("decision=allow",)),
    "large": ("large", "account=[CONTOSO\\large]", ("decision=allow",)),
    "expired": ("alice", "expired", ("could not accept SSL connection",)),
    "stranger": ("alice", "alert", ("could not accept SSL connection",)),
    "purpose": ("alice", "alert", ("could not accept SSL connection",)),
    None: ("alice", "connection requires a valid client certificate", ("!certmap: role",)),
}
WHO = ("select format('role=[%s] account=[%s] mapping=[%s] groups=[%s]', session_user, "
       "current_setting('certmap.account'), current_setting('certmap.mapping'), current_setting('certmap.groups'))")  # fmt: skip

# Settings that must not start: what is changed, and what the log has to say.
MISTAKES = [
    ("no rules", {"certmap.rules": None}, ("FATAL", "certmap.rules is not set", "Write certmap.rules = ")),
    ("empty rules", {"certmap.rules": ""}, ("FATAL", "certmap.rules is not set", "postgresql.conf\" line ")),
    ("no file", {"certmap.rules": "@FOLDER@/rules/none.rules"}, ("FATAL", "rules/none.rules", "postgresql.conf\" line ")),
    ("broken rules", {"certmap.rules": "@FOLDER@/rules/broken.rules"}, ("FATAL", "rules/broken.rules:3:", "XYZ", "postgresql.conf\" line ")),
    ("a folder", {"certmap.rules": "@FOLDER@/rules"}, ("FATAL", "/rules")),
    ("a format", {"certmap.format": "xml"}, ("FATAL", 'parameter "certmap.format": "xml"', "postgresql.conf\" line ", "Write auto, native or iis")),
    ("the wrong format", {"certmap.format": "iis"}, ("FATAL", "rules/site.rules", "have not been loaded")),
    ("a mode", {"certmap.mode": "on"}, ("FATAL", 'parameter "certmap.mode": "on"', "postgresql.conf\" line ", "Write require, optional or off")),
    ("a name", {"certmap.name": "role"}, ("FATAL", 'parameter "certmap.name": "role"', "Write account or user")),
    ("a site of a native file", {"certmap.site": "Default Web Site"}, ("FATAL", "site")),
    ("a setting that is none", {"certmap.ruls": "x"}, ("FATAL", 'parameter "certmap.ruls"', "postgresql.conf\" line ", "There are certmap.rules")),
    ("an answer", {"certmap.account": "root"}, ("FATAL", 'parameter "certmap.account"', "postgresql.conf\" line ")),
    ("a broken shadow", {"certmap.shadow": "@FOLDER@/rules/broken.rules"}, ("FATAL", "rules/broken.rules:3:")),
]  # fmt: skip


class Cluster:
    """A server, and what it logs. It refuses to be root: then it is the user postgres."""

    def __init__(self, bench):
        self.bench = bench
        self.port = bench.port()
        self.bin = pg_config("bindir")
        self.folder = bench.folder
        self.process = None
        self.prepare()

    def prepare(self):
        self.module = self.copy_module()
        for name in ("data", "socket"):
            (self.folder / name).mkdir(mode=0o700)
            own(self.folder / name)
        for name in ("server.pem", "server.key"):
            own(self.bench.write(name, (self.bench.pki / name).read_bytes(), 0o600))
        for rules in DATA.glob("*.rules"):
            self.rules(rules.name, rules.read_text(encoding="utf-8"))
        robot = "".join((self.bench.pki / "robot.pem").read_text(encoding="ascii").split("\n")[1:-2])
        self.rules("applicationHost.config", (DATA / "applicationHost.config").read_text(encoding="utf-8").replace("@ROBOT@", robot))
        self.bench.write("rules/ca.pem", (self.bench.pki / "ca.pem").read_bytes())
        self.bench.write("pg_ident.conf", "")
        subprocess.run([self.bin / "initdb", "-D", self.folder / "data", *INITDB], stdout=subprocess.DEVNULL, check=True, env=environment(), cwd="/", **SERVER_USER)  # fmt: skip

    def copy_module(self):
        """The server's user cannot always read the build directory."""
        build = self.bench.build
        for path in [build / "modules/postgresql/certmap.so", *build.glob("lib/libcertmap*.so.?")]:
            to = self.folder / path.relative_to(build)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)
        return self.folder / "modules/postgresql/certmap.so"

    def rules(self, name, text, mode=0o600):
        return own(self.bench.write(f"rules/{name}", text, mode))

    # ---- configuration

    def configure(self, settings=(), hba=LOCAL + GUARDED):
        """These settings beside those of data/postgresql.conf; None takes one of BASE away."""
        values = {key: value for key, value in {**BASE, **dict(settings)}.items() if value is not None}
        lines = "".join(f"{key} = '{value}'\n" for key, value in values.items())
        template = (DATA / "postgresql.conf").read_text(encoding="utf-8") + lines
        own(self.bench.fill("data/postgresql.conf", template, module=self.module, port=self.port))
        self.bench.fill("pg_hba.conf", hba)

    def command(self, *arguments):
        return [self.bin / "postgres", "-D", self.folder / "data", *arguments]

    def start(self, settings=(), hba=LOCAL + GUARDED, arguments=()):
        self.stop()
        self.configure(settings, hba)
        before = self.mark()
        with open(self.folder / "server.log", "ab") as log:
            self.process = self.bench.start(self.command(*arguments), self.port, stderr=log, env=environment(), cwd="/", **SERVER_USER)
        wait_until(lambda: "ready to accept connections" in self.log(before), "the server is ready")
        return self.log(before)

    def stop(self):
        if self.process is not None:
            stop(self.process, signal.SIGINT, TIMEOUT)  # fast, and orderly
            self.process = None

    def fails(self, settings, hba=LOCAL + GUARDED):
        """What a server says that does not start; its exit status."""
        self.configure(settings, hba)
        done = subprocess.run(self.command(), capture_output=True, check=False, text=True, env=environment(), cwd="/",
                              timeout=TIMEOUT, **SERVER_USER)  # fmt: skip
        return done.returncode, done.stderr

    def reload(self, settings=(), hba=LOCAL + GUARDED):
        """What the server says of its configuration, read again."""
        self.configure(settings, hba)
        return self.reread()

    def reread(self):
        before = self.mark()
        self.process.send_signal(1)
        wait_until(lambda: "received SIGHUP" in self.log(before), "the server reads its configuration")
        self.sql("select 1")  # a session that it opened afterwards
        return self.log(before)

    # ---- the log

    def mark(self):
        path = self.folder / "server.log"
        return path.stat().st_size if path.exists() else 0

    def log(self, since=0):
        return (self.folder / "server.log").read_bytes()[since:].decode("utf-8", "replace")

    # ---- clients

    def psql(self, conninfo, *sql):
        """Returns whether it worked, and what it said."""
        text = " ".join(f"{key}='{quote(value)}'" for key, value in conninfo.items())
        command = [self.bin / "psql", "-X", "-A", "-t", "-q", "-d", text]
        for statement in sql:
            command += ["-c", statement]
        done = subprocess.run(command, capture_output=True, check=False, env=environment(), timeout=TIMEOUT)
        return done.returncode == 0, (done.stdout if done.returncode == 0 else done.stderr).decode("utf-8", "replace").strip()

    def sql(self, *sql, user="postgres", **more):
        """By the socket, as anybody: no certificate."""
        worked, text = self.psql({"host": self.folder / "socket", "port": self.port, "user": user, "dbname": "postgres", **more}, *sql)
        if not worked:
            raise RuntimeError(text)
        return text

    def conninfo(self, who, role, **more):
        pki = self.bench.pki
        info = {"host": "localhost", "hostaddr": "127.0.0.1", "port": self.port, "user": role, "dbname": "postgres",
                "sslmode": "verify-full", "sslrootcert": pki / "ca.pem", "sslcert": "/nonexistent", "sslkey": "/nonexistent",
                "gssencmode": "disable", "connect_timeout": TIMEOUT}  # fmt: skip
        if who is not None:
            chain = pki / f"{who}.chain.pem"
            info.update(sslcert=chain if chain.exists() else pki / f"{who}.pem", sslkey=pki / f"{who}.key")
        return {**info, **more}

    def connect(self, who, role, *sql, **more):
        """Returns whether it worked, what the client saw, and what the log has of it."""
        before = self.mark()
        worked, text = self.psql(self.conninfo(who, role, **more), *(sql or [WHO]))
        if not worked:
            wait_until(lambda: re.search("FATAL|ERROR|LOG: +could not", self.log(before)), "the log says why")
        return worked, text, self.log(before)


def environment():
    """Nothing of the tests' user."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/nonexistent", "PGCLIENTENCODING": "UTF8"}


def quote(value):
    return str(value).replace("\\", "\\\\").replace("'", "\\'")


def run(bench):
    cluster = Cluster(bench)
    try:
        mistakes(cluster, bench.check)
        warnings = cluster.start()
        bench.check("a good configuration has no warning", [line for line in warnings.splitlines() if "WARNING" in line], [])
        cluster.sql(*[f'create role "{role}" login' for role in ROLES])
        for tests in (matrix, roles, lines, session, forged, parallel, replication, reloads, not_resumed, cancels, busy, chained, policy_all, iis, shadow,
                      page, stock, unlocked, command_line, single):  # fmt: skip
            tests(cluster, bench.check)
    finally:
        cluster.stop()


# ---- what does not start


def mistakes(cluster, check):
    for name, settings, said in MISTAKES:
        status, text = cluster.fails(settings)
        check(f"mistake: {name}: does not start", status != 0, True)
        check(f"mistake: {name}", text, said)
    cluster.rules("secret.rules", "certmap 1;\n", 0o000)
    status, text = cluster.fails({"certmap.rules": "@FOLDER@/rules/secret.rules"})
    check("mistake: an unreadable file", (status != 0, "rules/secret.rules" in text and "FATAL" in text), (True, True))


# ---- everybody


def matrix(cluster, check):
    for who, (role, said, logged) in MATRIX.items():
        for tls in ("TLSv1.2", "TLSv1.3"):
            worked, text, log = cluster.connect(who, role, ssl_min_protocol_version=tls, ssl_max_protocol_version=tls)
            name = f"{who} as {role}, {tls}"
            check(f"{name}: lets in", worked, said.startswith("account="))
            check(f"{name}: says", text, (said, f"role=[{role}]") if worked else (said, "!mapping", "!decision", "!reason", "!certmap"))
            check(f"{name}: log", log, logged)


def roles(cluster, check):
    """Which role an account is: exactly one, whoever asks."""
    rows = [("alice", "bob", "not among the accounts"), ("alice", "postgres", "not among the accounts"),
            ("alice", "Alice", "not among the accounts"), ("alice", "ALICE", "not among the accounts"),
            ("alice", "alice ", "not among the accounts"), ("alice", "CONTOSO\\alice", "certmap.name = 'user' compares"),
            ("alice", "nobody", "not among the accounts"), ("alice", 'a"\n] LOG: x', 'role="a\\"\\u{A}] LOG: x"'),
            ("alice", "x" * 200, 'role="' + "x" * 63 + '"'), ("ida", "alice", "not among the accounts")]  # fmt: skip
    for who, role, logged in rows:
        worked, text, log = cluster.connect(who, role)
        check(f"{who} as {role!r}: refused", (worked, FAILED in text), (False, True))
        check(f"{who} as {role!r}: the log", log, (logged, "pg_hba.conf)"))
    worked, existing, _ = cluster.connect("alice", "bob")
    _, missing, _ = cluster.connect("alice", "b0b")
    check("a role that is not there is refused alike", missing.replace("b0b", "bob"), existing)
    cluster.reload({"certmap.name": "account"})
    check("name = account: the whole", cluster.connect("alice", "CONTOSO\\alice")[:2],
          (True, "role=[CONTOSO\\alice] account=[CONTOSO\\alice] mapping=[staff] groups=[staff,a%2Cb%25c]"))  # fmt: skip
    worked, _, log = cluster.connect("alice", "alice")
    check("name = account: a part", worked, False)
    check("name = account: and the log says so", log, ("certmap.name = 'account' compares the whole",))
    cluster.reload()


# ---- which lines of pg_hba.conf


def lines(cluster, check):
    cluster.sql("alter role alice password 'secret'", "alter role bob password 'secret'", "alter role eve password 'secret'",
                "alter role carol password 'secret'", "alter role \"Alice\" password 'secret'")  # fmt: skip
    scram = LOCAL + "hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n"
    cert = LOCAL + "hostssl all all 127.0.0.1/32 cert map=all\n"
    plain = LOCAL + "host all all 127.0.0.1/32 scram-sha-256\n"
    cluster.bench.write("pg_ident.conf", "all /^.*$ alice\nall /^.*$ eve\nall /^.*$ carol\n")
    password = {"password": "secret"}
    rows = [
        # mode, pg_hba.conf, who, as, more, lets in, the log
        ("require", scram, "alice", "alice", password, True, ("decision=allow",)),
        ("require", scram, "alice", "alice", {"password": "wrong"}, False, ("password authentication failed", "!decision=")),
        ("require", scram, "alice", "bob", password, False, ("not among the accounts",)),
        ("require", scram, "eve", "eve", password, False, ("decision=none",)),
        ("require", scram, "carol", "carol", password, False, ("decision=deny",)),
        ("require", scram, None, "alice", password, False, ("requires a valid client certificate",)),
        ("optional", scram, "alice", "alice", password, True, ("decision=allow",)),
        ("optional", scram, "alice", "bob", password, False, ("not among the accounts",)),
        ("optional", scram, "eve", "eve", password, True, ("!decision=deny",)),
        ("optional", scram, "carol", "carol", password, False, ("decision=deny",)),
        ("off", scram, "carol", "carol", password, True, ("!decision=",)),
        ("require", cert, "alice", "alice", {}, True, ("decision=allow",)),
        ("require", cert, "eve", "eve", {}, False, ("decision=none",)),
        ("require", cert, "fred", "alice", {}, False, ("decision=none",)),
        ("optional", cert, "eve", "eve", {}, True, ("!decision=deny",)),
        ("optional", cert, "carol", "carol", {}, False, ("decision=deny",)),
        ("off", cert, "carol", "carol", {}, True, ("!decision=",)),
        ("optional", LOCAL + GUARDED, "alice", "alice", {}, True, ("decision=allow",)),
        ("optional", LOCAL + GUARDED, "eve", "eve", {}, False, ("decision=none",)),
        ("off", LOCAL + GUARDED, "alice", "alice", {}, False, ("certmap.mode is off",)),
        ("require", plain, "carol", "carol", password, True, ("!decision=",)),
        ("require", plain, None, "bob", {**password, "sslmode": "disable"}, True, ("!decision=",)),
        ("require", LOCAL + GUARDED, None, "alice", {"sslmode": "disable"}, False, ("no pg_hba.conf entry",)),
        ("require", LOCAL + "hostssl all all 127.0.0.1/32 trust\n", None, "postgres", {}, False, ('"trust" in a hostssl line',)),
        ("off", LOCAL + "hostssl all all 127.0.0.1/32 trust\n", "alice", "alice", {}, False, ('"trust" in a hostssl line',)),
        ("require", LOCAL + "hostssl all postgres 127.0.0.1/32 reject\n" + GUARDED, "alice", "postgres", {}, False, ("rejects connection",)),
    ]  # fmt: skip
    for mode, hba, who, role, more, lets_in, logged in rows:
        cluster.reload({"certmap.mode": mode}, hba)
        worked, text, log = cluster.connect(who, role, **more)
        name = f"mode {mode}, {hba.splitlines()[1].split(maxsplit=4)[4]}, {who} as {role}"
        if not check(f"{name}: lets in", worked, lets_in):
            print(text)
        check(f"{name}: log", log, logged)
    warned = [
        ("trust for all", LOCAL + "host all all 127.0.0.1/32 trust\n", ('line 2: "trust" lets everybody in', "asks for a certificate")),
        ("trust by TLS", LOCAL + "hostssl all all all trust\n" + GUARDED, ('line 2: "trust" without clientcert=verify-ca is refused',)),
        ("no line", LOCAL, ("asks for a certificate: the rules are not used",)),
        ("replication", LOCAL + "hostssl replication all all trust clientcert=verify-ca\n", ("line 2:", "every certificate replicate")),
        ("good lines", LOCAL + GUARDED + "host all all 127.0.0.1/32 scram-sha-256\n", ("!WARNING",)),
    ]
    for name, hba, said in warned:
        check(f"2: pg_hba.conf at a reload: {name}", cluster.reload({}, hba), said)
    for libraries, where in (("", "away"), ("@MODULE@", "back")):  # after certmap.rules in the file, that is read line by line
        said = cluster.reload({"session_preload_libraries": None, "Session_Preload_Libraries": libraries})
        check(f"session_preload_libraries is {where}, after the rules", said, ("WARNING" if where == "away" else "!WARNING",))
    said = cluster.start({"session_preload_libraries": None}, LOCAL + GUARDED)
    check("a line that opens without the module, at the start", said, ("WARNING", 'pg_hba.conf" line 2: without certmap in', "HINT"))
    cluster.start()


# ---- what a session sees


def session(cluster, check):
    answer = cluster.connect("alice", "alice", "select current_setting('certmap.attributes')::json ->> 'mail'", "show certmap.certificate")
    digest = output("openssl", "x509", "-in", cluster.bench.pki / "alice.pem", "-noout", "-fingerprint", "-sha256")
    check("attributes and certificate", answer[1].splitlines(),
          ["alice@contoso.example", digest.strip().rpartition("=")[2].replace(":", "").lower()])  # fmt: skip
    check("by the socket there is no account", cluster.sql(WHO, user="alice"), "role=[alice] account=[] mapping=[] groups=[]")
    for encoding, lets_in, account in (("LATIN1", False, "has no equivalent in encoding"),  # PostgreSQL's own, of the Name
                                       ("SQL_ASCII", True, "CONTOSO\\%C3%A5d%C3%A1 %C5%BEi%C5%BEka")):  # fmt: skip
        cluster.sql(f"create database {encoding} encoding '{encoding}' template template0")
        worked, text, _ = cluster.connect("unicode", "ådá žižka", "show certmap.account", dbname=encoding.lower())
        check(f"8: an account in a database in {encoding}", (worked, account in text), (lets_in, True))
        worked, text, _ = cluster.connect("alice", "alice", "show certmap.groups", dbname=encoding.lower())
        check(f"groups in a database in {encoding}", (worked, text), (True, "staff,a%252Cb%2525c"))
    everything = "select setting || ' ' || reset_val from pg_settings where name = 'certmap.account'"
    encoded = "CONTOSO\\%C3%A5d%C3%A1 %C5%BEi%C5%BEka"
    for database, seen in (("postgres", "CONTOSO\\ådá žižka"), ("sql_ascii", encoded)):
        worked, text, _ = cluster.connect("unicode", "ådá žižka", everything, "show all", "reset all", "show certmap.account", dbname=database)
        check(f"all settings in {database}", (worked, text.splitlines()[0], text.splitlines()[-1]), (True, f"{seen} {encoded}", seen))


def forged(cluster, check):
    """What a client may write itself."""
    for statement in ("set certmap.account = 'root'", "set local certmap.account = 'root'", "set session certmap.groups = 'wheel'",
                      "select set_config('certmap.account', 'root', false)", "select set_config('certmap.mapping', 'x', true)",
                      "alter role alice set certmap.account = 'root'", "update pg_settings set setting = 'root' where name = 'certmap.account'",
                      "create function pg_temp.f() returns text language sql set certmap.account = 'root' as $$ select 'x' $$",
                      "set certmap.rules = 'x'", "set certmap.mode = 'off'", "set certmap.anything = 'x'"):  # fmt: skip
        worked, text, _ = cluster.connect("alice", "alice", statement)
        check(f"forged: {statement}", (worked, "ERROR" in text), (False, True))
        with contextlib.suppress(RuntimeError):
            cluster.sql(statement)
            check(f"forged by a superuser: {statement}", "taken", "refused")
    for statement in ("alter system set certmap.account = 'root'", "alter database postgres set certmap.account = 'root'"):
        with contextlib.suppress(RuntimeError):
            cluster.sql(statement)
            check(f"forged by a superuser: {statement}", "taken", "refused")
    for options in ("-c certmap.account=root", "-c certmap.mode=off", "-c certmap.rules=/dev/null", "-c CertMap.Account=root", "--certmap.account=root"):
        worked, text, _ = cluster.connect("alice", "alice", options=options)
        check(f"forged: {options}", (worked, "root" in text and worked), (False, False))
    for statement in ("reset certmap.account", "reset all", "discard all", "set certmap.account to default", "set role none",
                      "begin; rollback", "begin; savepoint a; rollback to a; commit"):  # fmt: skip
        worked, text, _ = cluster.connect("alice", "alice", statement, "show certmap.account")
        check(f"it stays: {statement}", text.splitlines()[-1:], ["CONTOSO\\alice"])
    cluster.sql("grant bob to alice")
    worked, text, _ = cluster.connect("alice", "alice", "set role bob", "show certmap.account")
    check("another role, the same account", (worked, text), (True, "CONTOSO\\alice"))


def parallel(cluster, check):
    cluster.sql("create table many as select generate_series(1, 50000) as i", "analyze many", "grant select on many to alice",
                "grant select on many to bob")  # fmt: skip
    force = ["set parallel_setup_cost = 0", "set parallel_tuple_cost = 0", "set min_parallel_table_scan_size = 0",
             "set max_parallel_workers_per_gather = 4", "set parallel_leader_participation = off"]  # fmt: skip
    seen = "select count(*), min(a), max(a), max(g) from (select current_setting('certmap.account') a, current_setting('certmap.groups') g from many where i > 0) x"
    _, plan, _ = cluster.connect("alice", "alice", *force, "explain " + seen)
    check("workers: the plan has them", plan, ("Parallel",))
    worked, text, _ = cluster.connect("alice", "alice", *force, seen)
    check("workers: they know the account", (worked, text), (True, "50000|CONTOSO\\alice|CONTOSO\\alice|staff,a%2Cb%25c"))
    text = cluster.sql(*force, seen, user="bob")
    check("workers of a session without an account", text, "50000|||")


def replication(cluster, check):
    cluster.sql("alter role alice replication", "alter role bob replication")
    cluster.reload({}, LOCAL + "hostssl replication all 127.0.0.1/32 trust clientcert=verify-ca\n" + GUARDED)
    for who, role, more, lets_in in (("alice", "alice", {"replication": "true"}, True), ("alice", "bob", {"replication": "true"}, False),
                                     ("carol", "alice", {"replication": "true"}, False), ("alice", "alice", {"replication": "database"}, True),
                                     ("eve", "alice", {"replication": "database"}, False)):  # fmt: skip
        worked, text, _ = cluster.connect(who, role, "IDENTIFY_SYSTEM", **more)
        check(f"replication={more['replication']}, {who} as {role}", (worked, FAILED in text), (lets_in, not lets_in))
    cluster.reload()


# ---- rules that change


def reloads(cluster, check):
    original = (DATA / "site.rules").read_text(encoding="utf-8")
    crew = original.replace('group "staff"', 'group "crew"')
    rows = [
        ("good", crew, True, "groups=[crew,"),
        ("broken", (DATA / "broken.rules").read_text(encoding="utf-8"), False, "groups=[crew,"),
        ("half written", original[: len(original) - 40], False, "groups=[crew,"),
        ("empty", "", False, "groups=[crew,"),
        ("not text", "\x01\x02", False, "groups=[crew,"),
        ("good again", original, True, "groups=[staff,"),
    ]
    for name, text, taken, groups in rows:
        cluster.rules("site.rules", text)
        said = cluster.reread()
        check(f"reload, {name}: log", said, ("!old rules stay",) if taken else ("old rules stay", "error: "))
        if not taken:
            check(f"reload, {name}: a place", re.search(r"rules/site\.rules:\d+:\d+: ", said) is not None, True)
        check(f"reload, {name}: in force", cluster.connect("alice", "alice")[1], (groups,))
    if SERVER_USER:
        cluster.rules("site.rules", crew, 0o000)
        check("reload, unreadable: log", cluster.reread(), ("old rules stay", "rules/site.rules"))
    (cluster.folder / "rules/site.rules").unlink()
    check("reload, no file: log", cluster.reread(), ("old rules stay", "rules/site.rules"))
    check("reload, no file: in force", cluster.connect("alice", "alice")[1], ("groups=[staff,",))
    cluster.rules("site.rules", crew)
    check("pg_reload_conf()", cluster.sql("select pg_reload_conf()"), "t")
    wait_until(lambda: "groups=[crew," in cluster.connect("alice", "alice")[1], "the new rules are in force")
    said = cluster.reload({"certmap.rules": "@FOLDER@/rules/everybody.rules"})
    check("another file needs a restart", said, ('parameter "certmap.rules" cannot be changed without restarting',))
    check("and the old one stays", cluster.connect("alice", "alice")[1], ("groups=[crew,",))
    said = cluster.reload({"certmap.mode": "sometimes"})
    check("a bad mode at a reload", said, ('invalid value for parameter "certmap.mode": "sometimes"',))
    said = cluster.reload({"certmap.accounts": "x"})
    check("a setting that is none at a reload", said, ("certmap.accounts",))
    said = cluster.reload({"certmap.account": "root"})
    check("an answer at a reload", said, ("certmap.account",))
    check("and nothing of it counts", cluster.connect("alice", "alice")[1], ("account=[CONTOSO\\alice]",))
    cluster.rules("site.rules", original)
    cluster.reload()
    stays(cluster, check)


def not_resumed(cluster, check):
    """3: a client that offers its session gets a new one."""
    client, sessions = Client(cluster.bench.pki, cluster.port, "alice", tls="1.2"), []
    client.context.set_alpn_protocols(["postgresql"])
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", cluster.port), timeout=TIMEOUT) as plain:
            plain.sendall(struct.pack(">II", 8, 80877103))  # SSLRequest
            check("3: it does TLS", plain.recv(1), b"S")
            with client.context.wrap_socket(plain, session=sessions[-1] if sessions else None) as tls:
                check("3: no session is resumed", tls.session_reused, False)
                sessions.append(tls.session)


def cancels(cluster, check):
    """6: psql cancels by a connection of its own, which has no certificate."""
    command = [cluster.bin / "psql", "-X", "-d", " ".join(f"{k}='{quote(v)}'" for k, v in cluster.conninfo("alice", "alice").items()), "-c", "select pg_sleep(600)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()) as asleep:
        wait_until(lambda: cluster.sql("select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == "1", "the query runs")
        asleep.send_signal(signal.SIGINT)
        check("6: a query is cancelled", asleep.communicate(timeout=TIMEOUT)[1], ("canceling statement due to user request",))


def stays(cluster, check):
    """A session outlives the rules that let it in; and a crash of another one leaves the rules where they are."""
    command = [cluster.bin / "psql", "-X", "-A", "-t", "-q", "-d", " ".join(f"{k}='{quote(v)}'" for k, v in cluster.conninfo("alice", "alice").items())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()) as open_session:
        open_session.stdin.write("show certmap.account;\n")
        open_session.stdin.flush()
        check("an open session", open_session.stdout.readline().strip(), "CONTOSO\\alice")
        cluster.rules("site.rules", (DATA / "everybody.rules").read_text(encoding="utf-8"))
        cluster.reread()
        check("new rules refuse alice", cluster.connect("alice", "alice")[0], False)
        open_session.stdin.write("show certmap.account;\n")
        open_session.stdin.close()
        check("the open session stays what it was", open_session.stdout.readline().strip(), "CONTOSO\\alice")
    cluster.rules("site.rules", (DATA / "site.rules").read_text(encoding="utf-8"))
    cluster.reread()
    before = cluster.mark()
    with contextlib.suppress(RuntimeError):
        cluster.sql("copy (select pg_backend_pid()) to program 'kill -9 $(cat)'")
    wait_until(lambda: "all server processes terminated; reinitializing" in cluster.log(before), "a session has crashed")
    wait_until(lambda: "ready to accept connections" in cluster.log(before), "the server is back")
    check("after a crash", cluster.connect("alice", "alice")[1], ("account=[CONTOSO\\alice]",))
    check("after a crash, refused", cluster.connect("alice", "bob")[0], False)


def busy(cluster, check):
    """Many at once, while rules are loaded: each gets the answer of rules that were whole."""
    original = (DATA / "site.rules").read_text(encoding="utf-8")
    done = threading.Event()

    def rewrite():
        turn = 0
        while not done.is_set():
            turn += 1
            text = (original, original.replace('group "staff"', 'group "crew"'), original[:300])[turn % 3]
            cluster.rules("site.rules", text)
            cluster.process.send_signal(1)
            time.sleep(0.05)

    thread = threading.Thread(target=rewrite, daemon=True)
    thread.start()
    try:
        with ThreadPoolExecutor(16) as pool:
            asked = [("alice", "alice"), ("carol", "carol"), ("eve", "alice"), ("ida", "ida")] * 40
            answers = list(pool.map(lambda ask: cluster.psql(cluster.conninfo(*ask), WHO), asked))
    finally:
        done.set()
        thread.join()
    seen = {(who, re.sub(r"\[(staff|crew),", "[GROUP,", text) if worked else FAILED in text) for (who, _), (worked, text) in zip(asked, answers)}
    check("4: many at once, while rules are loaded", seen, {
        ("alice", "role=[alice] account=[CONTOSO\\alice] mapping=[staff] groups=[GROUP,a%2Cb%25c]"), ("carol", True), ("eve", True),
        ("ida", "role=[ida] account=[CONTOSO\\ida] mapping=[staff] groups=[GROUP,a%2Cb%25c]")})  # fmt: skip
    cluster.rules("site.rules", original)
    cluster.reread()


# ---- others


def chained(cluster, check):
    """Whoever was there before is told that the client is refused: auth_delay makes it wait then."""
    seconds = 2 * cluster.bench.pace
    cluster.start({"shared_preload_libraries": "auth_delay, @MODULE@", "auth_delay.milliseconds": str(round(1000 * seconds))})
    for who, role, slow in (("alice", "alice", False), ("carol", "alice", True)):
        start = time.monotonic()
        cluster.connect(who, role)
        check(f"5: auth_delay, {who}: it waits", time.monotonic() - start >= seconds, slow)
    cluster.start()


def policy_all(cluster, check):
    """Several roles for one certificate. A part of an account counts only where the rules say what is a part."""
    for setting, rows in (
        ("user", (("alice", "alice", True, "account=[CONTOSO\\alice]"), ("alice", "writer", True, "account=[writer]"),
                  ("alice", "bob", False, FAILED), ("ida", "ida", True, "account=[CONTOSO\\ida]"))),
        ("account", (("alice", "CONTOSO\\alice", True, "account=[CONTOSO\\alice]"), ("alice", "writer", True, "account=[writer]"),
                     ("alice", "alice", False, FAILED), ("ida", "ida", True, "account=[ida]"))),
    ):  # fmt: skip
        cluster.start({"certmap.rules": "@FOLDER@/rules/roles.rules", "certmap.name": setting})
        for who, role, lets_in, said in rows:
            worked, text, _ = cluster.connect(who, role)
            check(f"policy all, name {setting}, {who} as {role}", (worked, said in text), (lets_in, True))
    worked, text, _ = cluster.connect("alice", "writer", "select current_setting('certmap.attributes')::json ->> 'shift'", "show certmap.groups")
    check("policy all: groups and attributes of all", text.splitlines(), ['n"i\\ght', "staff,writers"])
    cluster.rules("long.rules", (DATA / "roles.rules").read_text(encoding="utf-8").replace('"CONTOSO\\\\${subject.CN | lower}"', '"' + "z" * 64 + '"'))
    cluster.start({"certmap.rules": "@FOLDER@/rules/long.rules", "certmap.name": "account"})
    worked, _, log = cluster.connect("alice", "z" * 64)
    check("an account longer than a role's name", (worked, "longer than the name of a role" in log), (False, True))


def iis(cluster, check):
    cluster.start({"certmap.rules": "@FOLDER@/rules/applicationHost.config", "certmap.site": "Default Web Site"})
    for who, role, lets_in in (("alice", "portal", True), ("alice", "alice", False), ("carol", "portal", False), ("eve", "portal", False)):
        worked, text, _ = cluster.connect(who, role)
        check(f"an IIS file, {who} as {role}", (worked, "account=[CONTOSO\\portal]" in text), (lets_in, lets_in))


def shadow(cluster, check):
    cluster.start({"certmap.shadow": "@FOLDER@/rules/everybody.rules"})
    worked, text, log = cluster.connect("eve", "everybody")
    check("a shadow is not obeyed", (worked, FAILED in text, "everybody" in text.replace('user "everybody"', "")), (False, True, False))
    check("and what it would have said is in the log", log, ("shadow", "everybody"))


# ---- without the module


def unlocked(cluster, check):
    """shared_preload_libraries has been lost. What is in session_preload_libraries refuses the line that is open then."""
    cluster.start({"shared_preload_libraries": None})
    for who, role in (("alice", "alice"), ("alice", "postgres"), ("carol", "alice")):
        worked, text, log = cluster.connect(who, role)
        check(f"lost, {who} as {role}", (worked, FAILED in text), (False, True))
        check(f"lost, {who} as {role}: log", log, ("certmap is not in shared_preload_libraries",))
    worked, text = cluster.psql({"host": cluster.folder / "socket", "port": cluster.port, "user": "postgres", "dbname": "postgres",
                                 "options": "-c certmap.account=root"}, "show certmap.account")  # fmt: skip
    check("lost, by the socket: the administrator gets in, and nobody has an account", (worked, text), (True, ""))
    check("lost: replication does not load it, as the page says", cluster.connect("alice", "bob", "select 1", replication="database")[0], True)
    cluster.start({"shared_preload_libraries": None, "session_preload_libraries": None})
    worked, text = cluster.psql({"host": cluster.folder / "socket", "port": cluster.port, "user": "postgres", "dbname": "postgres"}, f"load '{cluster.module}'")
    check("loaded by hand", (worked, "has to be in shared_preload_libraries" in text), (False, True))
    check("1: and without both the line is open, as the page says", cluster.connect("alice", "bob", "select 1")[0], True)


def command_line(cluster, check):
    said = cluster.start({"certmap.rules": None}, arguments=["-c", f"certmap.rules={cluster.folder}/rules/site.rules"])
    check("rules on the command line", said, ("WARNING", "certmap.rules is not in postgresql.conf"))
    check("rules on the command line count", cluster.connect("alice", "alice")[0], True)
    cluster.stop()


def single(cluster, check):
    cluster.configure({"certmap.rules": "@FOLDER@/rules/broken.rules"})
    done = subprocess.run([cluster.bin / "postgres", "--single", "-D", cluster.folder / "data", "postgres"], input="select 1;\n", capture_output=True, check=False, text=True,
                          env=environment(), cwd="/", timeout=TIMEOUT, **SERVER_USER)  # fmt: skip
    check("7: postgres --single works whatever the rules are", (done.returncode, "FATAL" in done.stderr), (0, False))


# ---- docs/postgresql.md


def page(cluster, check):
    """The configuration of the page as it stands; only paths are those of the tests, and the port."""
    text = (ROOT / "docs/postgresql.md").read_text(encoding="utf-8")
    conf, hba, sql = re.findall(r"^```text\n(.*?)^```$", text, re.M | re.S)[:3]
    reject = re.search(r"^hostssl .* reject$", text, re.M)[0]
    rules = re.search(r"^```certmap\n(.*?)^```$", text, re.M | re.S)[1]
    folder, pki = cluster.folder, cluster.bench.pki
    for old, new in (("/usr/local/lib/postgresql/certmap.so", cluster.module), ("/etc/postgresql/certmap.rules", f"{folder}/rules/page.rules"),
                     ("/etc/postgresql/tls/client-cas.pem", f"{pki}/cas.pem"), ("/etc/postgresql/tls/", f"{folder}/")):  # fmt: skip
        check(f"page: it has {old}", old in conf, True)
        conf = conf.replace(old, str(new))
    cluster.rules("page.rules", rules)
    settings = dict(re.findall(r"^([\w.]+) = '?([^'\n]*)'?$", conf, re.M))
    check("page: its settings", sorted(settings.keys() & {"ssl", "certmap.rules", "certmap.name"}), ["certmap.name", "certmap.rules", "ssl"])
    cluster.start({}, LOCAL)
    cluster.sql("alter role alice rename to alice_before", *filter(None, sql.split("\n")))
    hba = hba.replace("local    all       postgres            peer", "local all all trust")
    said = cluster.start(settings, hba)
    check("page: no warning", said, ("!WARNING",))
    for who, role, lets_in in (("alice", "alice", True), ("alice", "bob", False), ("alice", "postgres", False), ("carol", "alice", False),
                               ("eve", "alice", False), ("fred", "alice", False), ("newline", "alice", False), ("expired", "alice", False),
                               (None, "alice", False)):  # fmt: skip
        check(f"page: {who} as {role}", cluster.connect(who, role)[0], lets_in)
    cluster.sql("alter role by_cert rename to by_certificate", "grant by_certificate to bob")
    cluster.start({**settings, "certmap.mode": "off"}, hba.replace("hostssl", reject + "\nhostssl").replace("+by_cert", "all"))
    worked, text, _ = cluster.connect("alice", "postgres")
    check("page: no superuser", (worked, "rejects" in text), (False, True))


def stock(cluster, check):
    """What the page says of a server without the module."""
    bare = {key: None for key in BASE}
    rows = [
        ("cert map=cn", "cn /^Alice$ alice", (("alice", True), ("fred", True), ("eve", False))),
        ("cert map=dn clientname=DN", "dn /OU=Sales alice", (("alice", True), ("eve", True), ("fred", True), ("carol", False))),
    ]
    for method, ident, answers in rows:
        cluster.bench.write("pg_ident.conf", ident + "\n")
        cluster.start(bare, LOCAL + f"hostssl all all all {method}\n")
        for who, lets_in in answers:
            check(f"stock: {method}, {who}", cluster.connect(who, "alice", "select 1")[0], lets_in)
