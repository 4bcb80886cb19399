# SPDX-License-Identifier: MIT
"""The module for nginx's stream, live: TLS without HTTP. The server is another one than that of the other tests."""

import json
import os
import pathlib
import socket
import subprocess

from bench import HERE, wait_until
from client import TIMEOUT, Client

DATA = HERE / "data"
MODULE = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")
PORTS = """require optional off noca both plain plainrequire nobody proxy staffroom lobby iis ours ours2 ourscrl command
    keep verify unknown""".split()
SESSION = "certmap: refused: the TLS session is from another server{}, which accepts other certificates"

# Everybody, where an account is required: (what the server says, what its log has); nginx itself ends the last ones.
NGINX_REFUSES = ("", {"status": "500", "account": "", "decision": "unverified", "reason": "not-verified"})
MATRIX = {
    "alice": ("account=[CONTOSO\\alice] user=[alice] groups=[staff,a%2Cb%25c] mail=[alice@contoso.example] mapping=[staff]",
              {"status": "200", "account": "CONTOSO\\alice", "decision": "allow", "mapping": "staff"}),
    "carol": ("", {"status": "403", "account": "", "decision": "deny", "mapping": "contractors"}),
    "eve": ("", {"status": "403", "account": "", "decision": "none", "reason": "no-match"}),
    "fred": ("", {"status": "403", "account": "", "decision": "none", "reason": "no-match"}),
    "ida": ("account=[CONTOSO\\ida]", {"status": "200", "account": "CONTOSO\\ida"}),
    "newline": ("", {"status": "403", "account": "", "decision": "deny"}),
    "unicode": ("account=[CONTOSO\\ådá žižka]", {"status": "200", "account": "CONTOSO\\ådá žižka"}),
    "large": ("account=[CONTOSO\\large]", {"status": "200", "account": "CONTOSO\\large"}),
    None: ("", {"status": "403", "account": "", "decision": "unverified", "reason": "no-certificate"}),
    "expired": NGINX_REFUSES,
    "stranger": NGINX_REFUSES,
    "purpose": NGINX_REFUSES,
}  # fmt: skip

# Where else a client comes to: (name, who, port, what the server says, status in the log)
OTHER = [
    ("optional, an account", "alice", "optional", "account=[CONTOSO\\alice] decision=[allow]", "200"),
    ("optional, no mapping", "eve", "optional", "account=[] decision=[none]", "200"),
    ("optional, no certificate", None, "optional", "account=[] decision=[unverified]", "200"),
    ("optional, denied", "carol", "optional", "", "403"),
    ("optional, not readable", "newline", "optional", "", "403"),
    ("off, an account", "alice", "off", "account=[CONTOSO\\alice] decision=[allow]", "200"),
    ("off, denied", "carol", "off", "account=[] decision=[deny]", "200"),
    ("optional_no_ca", "stranger", "noca", "", "403"),
    ("TLS beside none", "alice", "both", "account=[CONTOSO\\alice] decision=[allow]", "200"),
    ("a server that asks nobody", "alice", "nobody", "account=[] decision=[]", "200"),
    ("a backend by group", "alice", "proxy", "staff of 127.0.0.1", "200"),
    ("a backend, another group", "robot", "proxy", "lobby of 127.0.0.1", "200"),
    ("a backend, denied", "carol", "proxy", "", "403"),
    ("an IIS file", "robot", "iis", "account=[CONTOSO\\order-robot]", "200"),
    ("an IIS file, denied", "carol", "iis", "", "403"),
]

# A session of one server resumed with another: who, from, to, (what the server says, what the error log says)
RESUMED = [
    ("the same", "alice", "ours", "ours", ("account=[everybody]", None)),
    ("another port, the same CAs", "alice", "ours", "ours2", ("account=[everybody]", None)),
    ("another CA", "fred", "command", "ours", ("", SESSION)),
    ("the other way round", "alice", "ours", "command", ("", SESSION)),
    ("a CRL", "robot", "ours", "ourscrl", ("", SESSION)),
]

SERVER = "server {{ listen 127.0.0.1:1 ssl; ssl_verify_client {verify}; {more} return x; }}"
MISTAKES = [
    ("no rules", SERVER.format(verify="optional", more="certmap require;"), ("mistake.conf:6", 'write "certmap_rules FILE;"')),
    ("nobody asks", "certmap_rules rules/site.rules;\n" + SERVER.format(verify="off", more="\ncertmap optional;"),
     ("mistake.conf:8", "the server in", "mistake.conf:7", 'write "ssl_verify_client optional;"')),
    ("a mode", SERVER.format(verify="optional", more="certmap on;"), ('invalid value "on"', "off, optional, require")),
    ("two modes", "certmap off; certmap off;", ('"certmap" directive is duplicate',)),
    ("two rules", "certmap_rules rules/site.rules; certmap_rules rules/site.rules;", ("is duplicate",)),
    ("a parameter twice", "certmap_rules rules/site.rules format=native format=native;", ("duplicate parameter",)),
    ("broken rules", "certmap_rules rules/broken.rules;", ("rules/broken.rules:3:", "XYZ", "mistake.conf:6")),
]
HEAD = """daemon off; pid @FOLDER@/mistake.pid; error_log @FOLDER@/stream-error.log;
@STREAM@
load_module @MODULE@;
events { }
stream { ssl_certificate @PKI@/server.pem; ssl_certificate_key @PKI@/server.key; ssl_client_certificate @PKI@/cas.pem;
"""


class Stream:
    """The server under test; its folder has the rules of the other tests."""

    def __init__(self, nginx):
        self.bench = nginx.bench
        self.nginx = nginx
        self.ports = {name: self.bench.port() for name in PORTS}
        self.user = "user www-data;" if os.getuid() == 0 else ""
        self.conf = self.fill("stream.conf", (DATA / "nginx-stream.conf").read_text(encoding="utf-8"))

    def fill(self, name, template):
        module = self.bench.build / "modules/nginx/ngx_stream_certmap_module.so"
        stream = f"load_module {MODULE};" if MODULE.exists() else ""  # else nginx has it inside
        return self.bench.fill(name, template, user=self.user, module=module, stream=stream, **self.ports)

    def start(self):
        self.bench.start(self.nginx.command(conf=self.conf), self.ports["require"], stderr=subprocess.DEVNULL)

    def client(self, who, port, **options):
        return Client(self.bench.pki, self.ports[port], who, **options)

    def log(self, name="stream-error.log"):
        return (self.bench.folder / name).read_text(encoding="utf-8", errors="replace")

    def lines(self, port):
        return [line for line in self.log("stream-access.log").splitlines() if f'"port":"{self.ports[port]}"' in line]

    def ask(self, client, port, resume=False):
        """What the server says until it closes the connection, and what it logs of that."""
        before = len(self.lines(port))
        said, reused = b"", None
        try:
            with client.connect(port=self.ports[port], resume=resume) as connection:
                reused = connection.sock.session_reused
                said = connection.file.read()
        except OSError:
            pass  # an end without a farewell
        wait_until(lambda: len(self.lines(port)) > before, f"the log has the connection to {port}")
        return said.decode(), reused, json.loads(self.lines(port)[-1])


def run(nginx, check):
    stream = Stream(nginx)
    mistakes(stream, check)
    stream.start()
    for tests in (matrix, other, without_tls, resumed, policies):
        tests(stream, check)
    check("stream: no process died", stream.log(), ("!exited on signal",))


def matrix(stream, check):
    for who, (said, log) in MATRIX.items():
        for tls in ("1.2", "1.3"):
            client = stream.client(who, "require", tls=tls)
            for visit in ("new", "resumed"):
                name = f"stream: {who}, TLS {tls}, {visit}"
                answer, reused, line = stream.ask(client, "require", visit == "resumed")
                check(f"{name}: answer", answer, (said,) if said else "")
                check(f"{name}: log", {key: line[key] for key in log}, log)
                if visit == "resumed" and log is not NGINX_REFUSES[1]:
                    check(f"{name}: it is", reused, True)


def other(stream, check):
    for name, who, port, said, status in OTHER:
        answer, _, line = stream.ask(stream.client(who, port), port)
        check(f"stream: {name}", (answer, line["status"]), (said, status))


def without_tls(stream, check):
    for port, said, why in (("plain", b"account=[] decision=[]", None), ("plainrequire", b"", "the connection is without TLS")):
        with socket.create_connection(("127.0.0.1", stream.ports[port]), timeout=TIMEOUT) as plain:
            check(f"stream: {port}", plain.recv(100), said)
        if why:
            wait_until(lambda: f"certmap: refused: {why}" in stream.log(), "the log has it")


def resumed(stream, check):
    for name, who, first, second, (said, why) in RESUMED:
        for tls in ("1.2", "1.3"):
            title = f"stream: resumed, {name}, TLS {tls}"
            client = stream.client(who, first, tls=tls)
            check(f"{title}: before", stream.ask(client, first)[0], "account=[everybody]")
            before = len(stream.log())
            answer, reused, line = stream.ask(client, second, True)
            check(title, (answer, reused, line["status"]), (said, True, "403" if why else "200"))
            if why:
                check(f"{title}: log", stream.log()[before:], (why,))
    for who, port in (("alice", "command"), ("fred", "ours"), ("robot", "ourscrl")):
        check(f"stream: {who} at {port}", stream.ask(stream.client(who, port), port)[0], "")


def policies(stream, check):
    for port, account in (("keep", "Alice"), ("verify", "Alice"), ("unknown", "")):
        for tls in ("1.2", "1.3"):
            client = stream.client("alice", port, tls=tls)
            check(f"stream: {port}, TLS {tls}", stream.ask(client, port)[0], "account=[Alice] reused=[.]")
            check(f"stream: {port}, TLS {tls}, resumed", stream.ask(client, port, True)[0], f"account=[{account}] reused=[r]")


def mistakes(stream, check):
    for name, text, said in MISTAKES:
        conf = stream.fill("mistake.conf", HEAD + text + "\n}\n")
        status, output = stream.nginx.test(conf)
        check(f"stream: mistake: {name}: does not start", status != 0, True)
        check(f"stream: mistake: {name}", output, said)
    check("stream: the configuration of these tests is right", stream.nginx.test(stream.conf)[0], 0)
