# SPDX-License-Identifier: MIT
"""The module for nginx's stream, live: TLS without HTTP. The server is another one than that of the other tests."""

import contextlib
import json
import os
import pathlib
import socket
import socketserver
import subprocess
import threading

from bench import HERE, wait_until
from client import TIMEOUT, Client

DATA = HERE / "data"
MODULE = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")
PORTS = """require optional off noca both plain plainrequire nobody proxy staffroom lobby iis ours ours2 ourscrl command
    keep verify unknown early udp preread through proxyssl long echo realip""".split()
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
        self.process = self.bench.start(self.nginx.command(conf=self.conf), self.ports["require"], stderr=subprocess.DEVNULL)

    def workers(self):
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, check=False, text=True)
        return set(found.stdout.split())

    def reload(self):
        """Returns whether it was taken, and waits until new workers alone take connections; an old one stays as long as
        it has some."""
        before = self.workers()
        done = subprocess.run(self.nginx.command("-s", "reload", conf=self.conf), capture_output=True, check=False)
        if done.returncode == 0:
            wait_until(lambda: self.workers() - before and all(map(is_closing, before)), "the old workers close")
        return done.returncode == 0

    def client(self, who, port, **options):
        return Client(self.bench.pki, self.ports[port], who, **options)

    def log(self, name="stream-error.log"):
        return (self.bench.folder / name).read_text(encoding="utf-8", errors="replace")

    def lines(self, port):
        return [line for line in self.log("stream-access.log").splitlines() if f'"port":"{self.ports[port]}"' in line]

    def ask(self, client, port, resume=False, first=b"", host=None):
        """What the server says until it closes the connection, and what it logs of that. The client may begin."""
        before = len(self.lines(port))
        said, reused = b"", None
        try:
            with client.connect(host, self.ports[port], resume) as connection:
                reused = connection.sock.session_reused
                connection.sock.sendall(first)
                said = connection.file.read()
        except OSError:
            pass  # an end without a farewell
        wait_until(lambda: len(self.lines(port)) > before, f"the log has the connection to {port}")
        return said.decode(), reused, json.loads(self.lines(port)[-1])


def is_closing(worker):
    try:
        return "shutting down" in pathlib.Path("/proc", worker, "cmdline").read_text(encoding="utf-8")
    except OSError:
        return True  # and has gone


def run(nginx, check):
    stream = Stream(nginx)
    mistakes(stream, check)
    stream.start()
    for tests in (matrix, other, without_tls, resumed, policies, elsewhere, hostile, handed_on, behind_a_proxy, long_connections, expired, revoked):
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


# ---- what else a client may try


def elsewhere(stream, check):
    """A session that the server for HTTP has made, with the same key of tickets and the same CAs."""
    for tls in ("1.2", "1.3"):
        client = stream.client("alice", "optional", tls=tls)
        check(f"stream: a session of HTTP, TLS {tls}, before", client.ask("/", port=stream.nginx.ports["ticket"])[0].status in (200, 403, 404), True)
        said, reused, _ = stream.ask(client, "optional", True)
        check(f"stream: a session of HTTP, TLS {tls}", (said, reused), ("account=[CONTOSO\\alice] decision=[allow]", False))


def hostile(stream, check):
    """A name in TLS, whatever it is, chooses nothing; nor does what looks like a handshake inside of TLS."""
    hello = bytes.fromhex("16030100450100004103030000000000000000000000000000000000000000000000000000000000000000000002c02b0100"
                          "001600000012001000000d726f6f742e696e7465726e616c")  # fmt: skip
    for name in ("localhost", "a.test", "", "x" * 63 + ".test"):
        for who, port, said in (("alice", "require", ("account=[CONTOSO\\alice]",)), ("carol", "require", ""), ("eve", "require", ""),
                                (None, "require", "")):  # fmt: skip
            check(f"stream: {who} names {name[:9]!r}", stream.ask(stream.client(who, port), port, host=name)[0], said)
    for first in (b"GET / HTTP/1.0\r\n\r\n", hello):
        for who, account in (("alice", "CONTOSO\\alice"), ("carol", None), ("eve", None), (None, None)):
            said, _, line = stream.ask(stream.client(who, "preread"), "preread", first=first)
            check(f"stream: ssl_preread, {who}, {first[:4]!r}", (said[: said.find(" sni")], line["status"]),
                  (f"account=[{account}]", "200") if account else ("", "403"))  # fmt: skip
    said, _, _ = stream.ask(stream.client("alice", "early"), "early")
    check("stream: a map that limit_conn has asked before the handshake", said, "early=[nobody] account=[CONTOSO\\alice]")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        before = len(stream.lines("udp"))
        udp.settimeout(0.5)
        udp.sendto(hello, ("127.0.0.1", stream.ports["udp"]))
        wait_until(lambda: len(stream.lines("udp")) > before, "the log has the datagram")
        try:
            said = udp.recv(1000)
        except OSError:
            said = b""
        check("stream: UDP", (said, json.loads(stream.lines("udp")[-1])["status"]), (b"", "403"))


def handed_on(stream, check):
    rows = [("alice", "through", "account=[CONTOSO\\alice] decision=[allow]"), ("carol", "through", ""),
            (None, "through", "account=[] decision=[unverified]"),
            ("alice", "proxyssl", "account=[service:robot] decision=[allow]"), ("carol", "proxyssl", ""), ("eve", "proxyssl", ""),
            (None, "proxyssl", "")]  # fmt: skip
    for who, port, said in rows:
        for tls in ("1.2", "1.3"):
            client = stream.client(who, port, tls=tls)
            for resume in (False, True):
                with contextlib.suppress(OSError), client.connect(resume=resume) as connection:
                    check(f"stream: {port}, {who}, TLS {tls}, resumed {resume}", read_all(connection), said)
    line = json.loads(stream.lines("proxyssl")[0])
    check("stream: proxy_ssl, the log has the client", (line["account"], line["status"]), ("CONTOSO\\alice", "200"))


def read_all(connection):
    try:
        return connection.file.read().decode()
    except OSError:
        return ""


def behind_a_proxy(stream, check):
    """The address that a proxy in front tells is that of the log; it says nothing of a certificate."""
    for who, said in (("alice", b"account=[CONTOSO\\alice] address=[192.0.2.7]"), ("carol", b""), (None, b"")):
        client = stream.client(who, "realip")
        with socket.create_connection(("127.0.0.1", stream.ports["realip"]), timeout=TIMEOUT) as plain:
            plain.sendall(b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 443\r\n")
            with contextlib.suppress(OSError), client.context.wrap_socket(plain, server_hostname="localhost") as sock:
                seen = b""
                with contextlib.suppress(OSError):
                    seen = sock.recv(1000)
                check(f"stream: PROXY, {who}", seen, said)
    check("stream: PROXY, the log has its address", stream.log(), ('client="192.0.2.7" cert=sha256:', "decision=deny"))


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        while line := self.rfile.readline():
            self.wfile.write(line)


def long_connections(stream, check):
    """One that is open goes on by the answer that let it in, whatever becomes of the rules."""
    original = (DATA / "site.rules").read_text(encoding="utf-8")
    others = 'certmap 1; mapping "others" { when subject.CN = "Nobody"; allow "nobody"; }\n'
    with socketserver.ThreadingTCPServer(("127.0.0.1", stream.ports["echo"]), Echo) as backend:
        threading.Thread(target=backend.serve_forever, daemon=True).start()
        client = stream.client("alice", "long")
        with client.connect() as connection:
            for turn, rules in enumerate((original, others, (DATA / "broken.rules").read_text(encoding="utf-8"), original)):
                stream.nginx.rules("site.rules", rules)
                check(f"stream: rules, turn {turn}, are taken", stream.reload(), turn != 2)
                connection.sock.sendall(b"still there\n")
                check(f"stream: an open connection, turn {turn}", connection.file.readline(), b"still there\n")
                if turn == 1:
                    for resume in (False, True):
                        check("stream: a new one by the new rules", stream.ask(client, "require", resume)[0], "")
        wait_until(lambda: stream.lines("long"), "the log has the long connection")
        line = json.loads(stream.lines("long")[-1])
        check("stream: its log", (line["status"], line["account"]), ("200", "CONTOSO\\alice"))
        backend.shutdown()
    check("stream: after all", stream.ask(stream.client("alice", "require"), "require")[0], ("account=[CONTOSO\\alice]",))


def expired(stream, check):
    wait = stream.bench.brief("brief", 5)
    clients = [(port, tls, stream.client("brief", port, tls=tls)) for port in ("require", "keep", "verify", "unknown") for tls in ("1.2", "1.3")]
    for port, tls, client in clients:
        check(f"stream: brief, {port}, TLS {tls}", stream.ask(client, port)[2]["decision"], "allow")
    wait()
    for port, tls, client in clients:
        said, reused, line = stream.ask(client, port, True)
        check(f"stream: brief, {port}, TLS {tls}, expired", ("brief" in said, reused, line["decision"]), (False, True, "unverified"))


def revoked(stream, check):
    stream.bench.openssl_pki("short", "gone", 3600)
    rows = {"keep": "Gone", "verify": "", "unknown": ""}
    clients = [(port, tls, stream.client("gone", port, tls=tls)) for port in rows for tls in ("1.2", "1.3")]
    for port, tls, client in clients:
        check(f"stream: to be revoked, {port}, TLS {tls}", stream.ask(client, port)[2]["account"] != "", True)
    stream.bench.openssl_pki("revoke", "gone")
    stream.reload()
    for port, tls, client in clients:
        said, reused, _ = stream.ask(client, port, True)
        check(f"stream: revoked, {port}, TLS {tls}", (said, reused), (f"account=[{rows[port]}] reused=[r]", True))
        check(f"stream: revoked, {port}, TLS {tls}, new", stream.ask(stream.client("gone", port, tls=tls), port)[0], "")


def mistakes(stream, check):
    for name, text, said in MISTAKES:
        conf = stream.fill("mistake.conf", HEAD + text + "\n}\n")
        status, output = stream.nginx.test(conf)
        check(f"stream: mistake: {name}: does not start", status != 0, True)
        check(f"stream: mistake: {name}", output, said)
    check("stream: the configuration of these tests is right", stream.nginx.test(stream.conf)[0], 0)
