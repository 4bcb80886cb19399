# SPDX-License-Identifier: MIT
"""PostgreSQL with the extension in it, as an administrator has it who installed it, without writing to the system's: a
server looks for extensions beside its own program, so a copy of that stands in a tree of its own. Clusters listen on
Unix sockets only."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess

from bench import ROOT, stop, wait_until

EXTENSION = ROOT / "modules/postgresql/sql"
TIMEOUT = 120
SETTINGS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "lc_messages": "C", "logging_collector": "off",
            "shared_buffers": "32MB", "log_min_messages": "warning", "jit": "off", "max_connections": "30",
            "TimeZone": "UTC", "DateStyle": "ISO"}  # fmt: skip


# A server refuses to be root: then it is the user postgres.
SERVER_USER = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
INITDB = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]


def own(path):
    """The server's, as its user wants it."""
    if SERVER_USER:
        entry = pwd.getpwnam(SERVER_USER["user"])
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return path


def output(*command):
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def pg_config(what):
    return pathlib.Path(output("pg_config", f"--{what}").strip())


class Installation:
    """PostgreSQL's programs and files under bench.folder, with those of the build beside them."""

    def __init__(self, bench):
        self.bench = bench
        self.root = bench.folder / "installed"
        self.bin = self.under(pg_config("bindir"))
        self.share = self.under(pg_config("sharedir"))
        self.lib = self.under(pg_config("pkglibdir"))
        self.libraries = bench.folder / "lib"
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/nonexistent", "PGCLIENTENCODING": "UTF8", "TZ": "UTC",
                            "PGTZ": "UTC", "LD_LIBRARY_PATH": str(self.libraries)}  # fmt: skip
        self.copy()

    def under(self, path):
        return self.root / path.relative_to("/")

    def copy(self):
        for folder in (self.bin, self.share / "extension", self.lib, self.libraries):
            folder.mkdir(parents=True)
        for name in ("postgres", "initdb"):
            shutil.copy(pg_config("bindir") / name, self.bin)
        self.link(pg_config("pkglibdir"), self.lib)
        self.link(pg_config("sharedir"), self.share)
        self.link(pg_config("sharedir") / "extension", self.share / "extension")
        build = self.bench.build
        shutil.copy(build / "modules/postgresql/sql/certmap_sql.so", self.lib)
        for path in build.glob("lib/libcertmap*.so.?"):
            shutil.copy(path, self.libraries)
        for path in (EXTENSION / "certmap.control", *EXTENSION.glob("certmap--*.sql")):
            self.add(path.name, path.read_text(encoding="utf-8"))

    @staticmethod
    def link(source, target):
        for path in source.iterdir():
            if path.name.startswith("certmap") or path.name == "extension":
                continue
            (target / path.name).symlink_to(path)

    def add(self, name, text):
        """A file of the extension."""
        path = self.share / "extension" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)


class Cluster:
    """One server, and what it logs."""

    def __init__(self, installation, name, like=None, **settings):
        self.installation, self.name = installation, name
        self.bench = installation.bench
        self.port = self.bench.port()
        self.folder = self.bench.folder / name
        self.data = self.folder / "data"
        self.log_file = self.bench.folder / f"{name}.log"
        self.settings = {**SETTINGS, "port": self.port, "unix_socket_directories": self.folder, **settings}
        self.process = None
        self.prefix = []  # of the server's command: valgrind, say
        self.folder.mkdir(mode=0o755)
        own(self.folder)
        if like is None:
            self.run("initdb", "-D", self.data, *INITDB, stdout=subprocess.DEVNULL)
        else:
            subprocess.run(["cp", "-a", like.data, self.data], check=True)

    def run(self, program, *arguments, **options):
        return subprocess.run([self.installation.bin / program, *arguments], check=True, env=self.installation.environment, cwd="/",
                              **SERVER_USER, **options)  # fmt: skip

    def configure(self):
        text = "".join(f"{key} = '{value}'\n" for key, value in self.settings.items())
        (self.data / "postgresql.auto.conf").write_text(text, encoding="utf-8")
        own(self.data / "postgresql.auto.conf")

    def start(self, **settings):
        self.settings.update(settings)
        self.configure()
        with open(self.log_file, "ab") as log:
            self.process = self.bench.start([*self.prefix, self.installation.bin / "postgres", "-D", self.data], stderr=log, env=self.installation.environment,
                                            cwd="/", **SERVER_USER)  # fmt: skip
        wait_until(lambda: self.process.poll() is not None or self.psql("select 1")[0], f"{self.name} is ready")
        return self

    def stop(self):
        if self.process is not None:
            stop(self.process, signal.SIGINT, TIMEOUT)  # fast, and orderly
            self.process = None

    # ---- clients

    def command(self, program="psql", database="postgres", user="postgres"):
        return [pg_config("bindir") / program, "-h", self.folder, "-p", str(self.port), "-U", user, "-d", database]

    def psql(self, *sql, database="postgres", user="postgres", arguments=(), stdin=None):
        """Returns whether it worked, and what it said."""
        command = [*self.command(database=database, user=user), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", *arguments]
        for statement in sql:
            command += ["-c", statement]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=self.installation.environment, timeout=TIMEOUT * 5)
        return done.returncode == 0, (done.stdout if done.returncode == 0 else done.stdout + done.stderr).decode("utf-8", "replace").strip()

    def sql(self, *sql, **more):
        worked, text = self.psql(*sql, **more)
        if not worked:
            raise RuntimeError(f"{sql[-1] if sql else ''}: {text}")
        return text

    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def has_crashed(self):
        return any(word in self.log() for word in ("terminated by signal", "PANIC", "AddressSanitizer", "runtime error"))
