# SPDX-License-Identifier: MIT
"""certmapd, live: questions over HTTP as proxies ask them, and as nobody should; then nginx and Caddy in front of it
(certmapd_proxies.py)."""

import base64
import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import certmapd_proxies
from bench import HERE, ROOT, connect_unix, raise_limit, stop, unread, wait_until

DATA = HERE / "data"
TIMEOUT = 20  # seconds; who is silent for so long has failed
QUIET = 0.3  # seconds in which nothing more is said

# Everybody: (status, account, mapping, reason), whichever form the certificate comes in, verified by certmapd.
UNVERIFIED = (401, "", "", "not-verified")
MATRIX = {
    "alice": (200, "CONTOSO\\alice", "staff", ""),
    "carol": (403, "", "contractors", ""),
    "eve": (403, "", "", "no-match"),
    "fred": (403, "", "", "no-match"),
    "ida": (200, "CONTOSO\\ida", "staff", ""),
    "newline": (403, "", "staff", "placeholder-character"),
    "unicode": (200, "CONTOSO\\ådá žižka", "staff", ""),
    "large": (200, "CONTOSO\\large", "staff", ""),
    "robot": (200, "service:robot", "robots", ""),
    "expired": UNVERIFIED,
    "stranger": UNVERIFIED,
    "purpose": UNVERIFIED,
    None: (401, "", "", "no-certificate"),
}
# What the proxy's word changes: certmapd looks at the dates, and at nothing else.
BELIEVED = {"stranger": MATRIX["alice"], "purpose": MATRIX["alice"]}

# Command lines that must not start: the exit status, and what is said.
RULES = ["--rules", "@FOLDER@/site.rules"]
WORD = [*RULES, "--proxy-verifies"]
MISTAKES = [
    ("nothing", [], 2, ("--rules FILE is missing",)),
    ("nobody verifies", RULES, 2, ("who verifies certificates?", "--ca-file FILE", "--proxy-verifies")),
    ("two verify", [*WORD, "--ca-file", "@PKI@/ca.pem"], 2, ("write one of them",)),
    ("revocation lists for nobody", [*WORD, "--crl-file", "@PKI@/ca.pem"], 2, ("--crl-file needs --ca-file",)),
    ("a word that is not believed", [*RULES, "--ca-file", "@PKI@/ca.pem", "--verify-header", "X"], 2, ("--verify-header needs",)),
    ("nobody could ask", WORD, 1, ("write --http ADDRESS",)),
    ("other machines", [*WORD, "--http", "0.0.0.0:0"], 2, ("other machines reach", "--allow-remote")),
    ("other machines, IPv6", [*WORD, "--http", "[::]:0"], 2, ("other machines reach",)),
    ("no port", [*WORD, "--http", "127.0.0.1"], 2, ("neither unix:/PATH nor ADDRESS:PORT",)),
    ("a port that is none", [*WORD, "--http", "127.0.0.1:99999"], 2, ("neither unix:/PATH",)),
    ("a name", [*WORD, "--http", "localhost:1"], 2, ("not an IP address",)),
    ("a path that is not whole", [*WORD, "--http", "unix:http.sock"], 2, ("a whole path",)),
    ("a long path", [*WORD, "--http", "unix:/" + "a" * 110], 2, ("too long",)),
    ("a file that is no socket", [*WORD, "--http", "unix:@FOLDER@/site.rules"], 1, ("not a socket",)),
    ("no folder", [*WORD, "--http", "unix:@FOLDER@/none/x"], 1, ("No such file",)),
    ("an option", [*WORD, "--htpt", "x"], 2, ("--htpt",)),
    ("an argument", [*WORD, "x"], 2, ("every argument belongs to an option",)),
    ("a form", [*WORD, "--certificate", "pem"], 2, ("escaped-pem, base64, rfc9440, xfcc or traefik",)),
    ("a format", [*WORD, "--format", "xml"], 2, ("auto, native or iis",)),
    ("a mode", [*WORD, "--mode", "888"], 2, ("660",)),
    ("a large mode", [*WORD, "--mode", "7777"], 2, ("660",)),
    ("a group", [*WORD, "--group", "nobody-has-this"], 2, ("no such group",)),
    ("a header", [*WORD, "--certificate-header", "a b"], 2, ("not the name of a header",)),
    ("the same header twice", [*WORD, "--verify-header", "x-ssl-client-cert"], 2, ("two options name the same header",)),
    ("a log", [*WORD, "--log", "none"], 2, ("refused or all",)),
    ("broken rules", ["--rules", "@FOLDER@/broken.rules", "--proxy-verifies", "--http", "127.0.0.1:0"], 1, ("broken.rules:3:", "XYZ")),
    ("no rules", ["--rules", "@FOLDER@/none.rules", "--proxy-verifies", "--http", "127.0.0.1:0"], 1, ("none.rules",)),
    ("a site of a native file", [*WORD, "--site", "Default Web Site", "--http", "127.0.0.1:0"], 1, ("site",)),
    ("no CAs", [*RULES, "--ca-file", "@FOLDER@/none.pem", "--http", "127.0.0.1:0"], 1, ("none.pem: No such file",)),
    ("CAs that are none", [*RULES, "--ca-file", "@FOLDER@/site.rules", "--http", "127.0.0.1:0"], 1, ("site.rules: nothing of what",)),
    ("CAs cut off", [*RULES, "--ca-file", "@FOLDER@/cut.pem", "--http", "127.0.0.1:0"], 1, ("cut.pem: cannot be read as PEM",)),
    ("a list that is none", [*RULES, "--ca-file", "@PKI@/ca.pem", "--crl-file", "@PKI@/ca.pem", "--http", "127.0.0.1:0"], 1, ("ca.pem: nothing of what",)),
    ("CAs that cannot be read", [*RULES, "--ca-file", "/proc/self/mem", "--http", "127.0.0.1:0"], 1, ("/proc/self/mem: a read error",)),
    ("a list that cannot be read", [*RULES, "--ca-file", "@PKI@/ca.pem", "--crl-file", "/proc/self/mem", "--http", "127.0.0.1:0"], 1,
     ("/proc/self/mem: a read error",)),
    ("a folder", [*RULES, "--ca-file", "@PKI@", "--http", "127.0.0.1:0"], 1, ("not a file",)),
]  # fmt: skip


# ---- a daemon, and who asks it

STATUS = re.compile(rb"HTTP/1\.[01] (\d+) [A-Z]")


class Daemon:
    def __init__(self, bench, *options, http=None, rules="site.rules", name="certmapd", environment=None, tcp=True):
        self.bench = bench
        self.log_path = bench.folder / f"{name}.log"
        self.port = bench.port() if tcp else None
        self.socket = str(bench.folder / f"{name}.sock")
        self.address = http or (f"127.0.0.1:{self.port}" if tcp else f"unix:{self.socket}")
        self.metrics = bench.port()
        self.command = [str(bench.build / "modules/certmapd/certmapd"), "--rules", str(bench.folder / rules),
                        "--http", self.address, "--metrics", f"127.0.0.1:{self.metrics}", *map(str, options)]  # fmt: skip
        self.environment = {**os.environ, **(environment or {})}
        self.process = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = self.bench.start(self.command, self.metrics, stderr=log, env=self.environment)
        self.get("/ready")  # from then on it has all its descriptors
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        stop(self.process)

    def connect(self):
        if self.address.startswith("unix:"):
            return connect_unix(self.address[5:], TIMEOUT)
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)

    def raw(self, data, answers=None):
        """Everything that comes back to these bytes, and whether the connection was closed. With a number of answers it
        is over when that many have come and no more follow."""
        answer = b""
        with self.connect() as sock:
            try:
                sock.sendall(data)
                while True:
                    sock.settimeout(TIMEOUT if answers is None or len(STATUS.findall(answer)) < answers else QUIET)
                    if not (chunk := sock.recv(65536)):
                        break
                    answer += chunk
            except TimeoutError:
                return answer, False
            except OSError:
                pass
        return answer, True

    def ask(self, *headers, method="GET", path="/"):
        lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *(f"{name}: {value}" for name, value in headers)]
        return Answer(self.raw("\r\n".join([*lines, "", ""]).encode())[0])

    def get(self, path):
        with socket.create_connection(("127.0.0.1", self.metrics), timeout=TIMEOUT) as sock:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            return Answer(sock.makefile("rb").read())

    def count(self, name):
        return float(re.search(rf"^{re.escape(name)} (\S+)$", self.get("/metrics").body, re.M)[1])

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def reload(self, says):
        """Returns when the log has said this once more. Rules are in force before CAs are: who has both waits for CAs."""
        before = self.log().count(says)
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.log().count(says) > before, f"the log says {says}")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self):
        status = open(f"/proc/{self.process.pid}/status", encoding="ascii").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


class Answer:
    def __init__(self, data):
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0].startswith("HTTP/1.") else 0
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers.setdefault(name.lower(), []).append(value.strip())
        self.body = body.decode("utf-8", "replace")

    def said(self, name):
        return "|".join(self.headers.get(f"x-certmap-{name}", ["(none)"]))

    def short(self):
        return self.status, *(self.said(name) for name in ("account", "mapping", "reason"))


class Forms:
    """Certificates as proxies write them: form: (header, function from names of files, leaf first, to its value)."""

    def __init__(self, pki):
        self.pki = pki
        self.all = {
            "escaped-pem": ("X-SSL-Client-Cert", lambda who, *_: self.escaped(who)),
            "base64": ("X-SSL-Client-Cert", lambda who, *_: self.base64(who)),
            "rfc9440": ("Client-Cert", lambda who, *_: f":{self.base64(who)}:"),
            "xfcc": ("X-Forwarded-Client-Cert", self.xfcc),
            "traefik": ("X-Forwarded-Tls-Client-Cert", lambda *all: ",".join(map(self.base64, all))),
        }

    def pem(self, name):
        return (self.pki / f"{name}.pem").read_text(encoding="ascii")

    def base64(self, name):
        return "".join(self.pem(name).split("\n")[1:-2])

    def escaped(self, *names):
        return urllib.parse.quote("".join(map(self.pem, names)), safe="")

    def xfcc(self, who, *chain):
        subject = 'Subject="CN=\\"a\\",OU=b;c"'
        more = f';Chain="{self.escaped(who, *chain)}"' if chain else ""
        return f'By=spiffe://x;Hash=00;Cert="{self.escaped(who)}"{more};{subject};URI='

    def header(self, form, who, *chain):
        name, write = self.all[form]
        return (name, write(who, *chain) if who else "")


def prepare(bench):
    bench.openssl_pki("revoke")
    for name in ("site.rules", "broken.rules", "pinned.rules"):
        bench.write(name, (DATA / name).read_text(encoding="utf-8"))
    bench.write("ca.pem", (bench.pki / "ca.pem").read_bytes())
    bench.write("cut.pem", (bench.pki / "ca.pem").read_text(encoding="ascii")[:-60])


def run(bench):
    prepare(bench)
    forms = Forms(bench.pki)
    for tests in (mistakes, matrix, chains, verified, two_certificates, hostile, answers, iis, revoked, reloads,
                  atomic, sockets, systemd, journal, ends, flood, garbage, slow):  # fmt: skip
        tests(bench, forms)
    certmapd_proxies.run(bench, forms, Daemon)


# ---- what does not start


def mistakes(bench, _):
    program = str(bench.build / "modules/certmapd/certmapd")
    for name, options, status, says in MISTAKES:
        options = [option.replace("@FOLDER@", str(bench.folder)).replace("@PKI@", str(bench.pki)) for option in options]
        done = subprocess.run([program, *options], capture_output=True, text=True, timeout=TIMEOUT, check=False)
        bench.check(f"mistake, {name}: status", done.returncode, status)
        bench.check(f"mistake, {name}", done.stderr, says)
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    bench.check("--help", (done.returncode, "--rules FILE" in done.stdout, done.stderr), (0, True, ""))
    good = ["--rules", str(bench.folder / "site.rules"), "--ca-file", str(bench.pki / "ca.pem"), "--check"]
    bench.check("--check", subprocess.run([program, *good], capture_output=True, check=False).returncode, 0)


# ---- who is who


def matrix(bench, forms):
    for form in forms.all:
        with Daemon(bench, "--ca-file", bench.pki / "cas-issuing.pem", "--certificate", form, name=f"ca-{form}") as daemon:
            for who, expected in MATRIX.items():
                bench.check(f"{form}, {who}", daemon.ask(forms.header(form, who)).short(), expected)
        with Daemon(bench, "--proxy-verifies", "--certificate", form, tcp=False, name=f"word-{form}") as daemon:
            for who, expected in {**MATRIX, **BELIEVED}.items():
                bench.check(f"{form}, {who}, believed", daemon.ask(forms.header(form, who)).short(), expected)
    log = (bench.folder / "ca-escaped-pem.log").read_text(encoding="utf-8")
    bench.check("the log has refusals", log, ('decision=deny mapping="contractors"', "reason=no-match", "certificate has expired"))
    bench.check("and no more than that", log, ("!CONTOSO",))


def chains(bench, forms):
    """The CA between is not in the file: it helps where the proxy hands it on, and is not trusted for that."""
    for form in ("rfc9440", "xfcc", "traefik"):
        with Daemon(bench, "--ca-file", bench.pki / "cas.pem", "--certificate", form, name=f"chain-{form}") as daemon:
            chain = ["issuing"] if form != "rfc9440" else []
            more = [("Client-Cert-Chain", f":{forms.base64('issuing')}:")] if form == "rfc9440" else []
            bench.check(f"{form}: with the CA between", daemon.ask(forms.header(form, "ida", *chain), *more).short(), MATRIX["ida"])
            bench.check(f"{form}: without", daemon.ask(forms.header(form, "ida")).short(), UNVERIFIED)
            strange = ["strange"] if form != "rfc9440" else []
            more = [("Client-Cert-Chain", f":{forms.base64('strange')}:")] if form == "rfc9440" else []
            bench.check(f"{form}: a CA of the client's", daemon.ask(forms.header(form, "stranger", *strange), *more).short(), UNVERIFIED)


def verified(bench, forms):
    """nginx says whether it has accepted the certificate."""
    alice = forms.header("escaped-pem", "alice")
    options = ("--proxy-verifies", "--verify-header", "X-SSL-Client-Verify", "--client-header", "X-Real-IP", "--log", "all")
    with Daemon(bench, *options, name="word") as daemon:
        for value, status in (("SUCCESS", 200), ("FAILED:unable to verify", 401), ("NONE", 401), ("success", 401), ("SUCCESS ", 200),
                              ("SUCCESS,SUCCESS", 401), ("", 401), ("0", 401)):  # fmt: skip
            bench.check(f"the proxy says {value!r}", daemon.ask(alice, ("X-SSL-Client-Verify", value)).status, status)
        bench.check("the proxy says nothing", daemon.ask(alice).status, 401)
        bench.check("and twice", daemon.ask(alice, ("X-SSL-Client-Verify", "SUCCESS"), ("X-SSL-Client-Verify", "SUCCESS")).status, 400)
        bench.check("no certificate", daemon.ask(("X-SSL-Client-Verify", "SUCCESS")).status, 401)
        daemon.ask(alice, ("X-SSL-Client-Verify", "SUCCESS"), ("X-Real-IP", "192.0.2.7"))
        bench.check("the client's name", daemon.log(), ('client="192.0.2.7"', "decision=allow", 'account="CONTOSO\\\\alice"'))
        daemon.ask(("X-Real-IP", 'x" decision=allow y="'))
        bench.check("a client's name forges no line", daemon.log(), ('client="x\\" decision=allow y=\\""',))
        bench.check("the client's name twice", daemon.ask(alice, ("X-Real-IP", "a"), ("X-Real-IP", "b")).status, 400)


# ---- what nobody should send


def two_certificates(bench, forms):
    alice, carol = forms.header("escaped-pem", "alice"), forms.header("escaped-pem", "carol")
    cut = ("X-SSL-Client-Cert", forms.escaped("alice")[:-40])
    broken = base64.b64encode(base64.b64decode(forms.base64("alice"))[:-9]).decode()
    pem = urllib.parse.quote(f"-----BEGIN CERTIFICATE-----\n{broken}\n-----END CERTIFICATE-----\n", safe="")
    more = base64.b64encode(base64.b64decode(forms.base64("alice")) + b"more").decode()
    longer = urllib.parse.quote(f"-----BEGIN CERTIFICATE-----\n{more}\n-----END CERTIFICATE-----\n", safe="")
    rows = [
        ("the header twice", [alice, carol], 400),
        ("the same twice", [alice, alice], 400),
        ("twice, one empty", [("X-SSL-Client-Cert", ""), alice], 400),
        ("twice, another case", [alice, ("x-ssl-client-cert", carol[1])], 400),
        ("a name with _", [alice, ("X_SSL_Client_Cert", carol[1])], 400),
        ("an answer's with _", [alice, ("X-Certmap_Groups", "root")], 400),
        ("an answer's", [alice, ("x-certmap-groups", "root")], 200),
        ("only a name with _", [("X_SSL_CLIENT_CERT", alice[1])], 400),
        ("another form beside it", [alice, forms.header("xfcc", "alice")], 400),
        ("another form alone", [forms.header("rfc9440", "alice")], 400),
        ("a chain of another form", [alice, ("Client-Cert-Chain", ":YQ==:")], 400),
        ("two certificates in one header", [("X-SSL-Client-Cert", forms.escaped("alice", "carol"))], 400),
        ("joined by a comma", [("X-SSL-Client-Cert", f"{alice[1]}, {carol[1]}")], 400),
        ("cut off", [cut], 400),
        ("the DER cut off", [("X-SSL-Client-Cert", pem)], 403),
        ("bytes after the DER", [("X-SSL-Client-Cert", longer)], 403),
        ("not encoded", [("X-SSL-Client-Cert", forms.pem("alice").replace("\n", " "))], 400),
        ("tabs for line ends", [("X-SSL-Client-Cert", forms.pem("alice").replace("\n", "\t"))], 400),
        ("words", [("X-SSL-Client-Cert", "(null)")], 400),
        ("a NUL, encoded", [("X-SSL-Client-Cert", alice[1] + "%00")], 400),
        ("the answer's own names", [("X-Certmap-Account", "root"), ("X-Certmap-Groups", "root")], 401),
        ("the answer's own names, and alice", [("X-Certmap-Account", "root"), alice], 200),
    ]
    with Daemon(bench, "--ca-file", bench.pki / "ca.pem", name="forged") as daemon:
        for name, headers, status in rows:
            answer = daemon.ask(*headers)
            bench.check(f"forged: {name}", answer.status, status)
            bench.check(f"forged: {name}: nobody else's account", "root" in str(answer.headers), False)
    with Daemon(bench, "--proxy-verifies", "--certificate", "xfcc", name="forged-xfcc") as daemon:
        one = forms.xfcc("alice")
        for name, value, status in (("two elements", f"{one},{forms.xfcc('carol')}", 400), ("a client's before Envoy's", f"Hash=1,{one}", 400),
                                    ("no Cert", "By=a;Hash=b", 403), ("Cert twice", f'{one};Cert="x"', 400), ("a quote", 'Cert="', 400)):  # fmt: skip
            bench.check(f"forged: xfcc, {name}", daemon.ask(("X-Forwarded-Client-Cert", value)).status, status)
        bench.check("withheld, in the log", daemon.log(), ("certificate-withheld",))


def hostile(bench, forms):
    cert = forms.header("escaped-pem", "alice")
    alice = f"{cert[0]}: {cert[1]}\r\n".encode()
    get = b"GET / HTTP/1.1\r\nHost: x\r\n"
    rows = [
        ("as it should be", get + alice + b"\r\n", [200], False),
        ("two in a row", (get + alice + b"\r\n") * 2, [200, 200], False),
        ("HTTP/1.0", b"GET / HTTP/1.0\r\n" + alice + b"\r\n", [200], True),
        ("a NUL in a value", get + alice[:-2] + b"\0\r\n\r\n", [400], True),
        ("a NUL after it", get + alice + b"A: b\0c\r\n\r\n", [400], True),
        ("a NUL in a name", get + alice + b"A\0: b\r\n\r\n", [400], True),
        ("a NUL at the start", b"\0" + get + alice + b"\r\n", [400], True),
        ("a line that goes on", get + alice[:-2] + b"\r\n x\r\n\r\n", [400], True),
        ("a line that goes on with a tab", get + b"A: b\r\n\tc\r\n" + alice + b"\r\n", [400], True),
        ("LF alone", (get + alice + b"\r\n").replace(b"\r\n", b"\n"), [400], True),
        ("CR alone", get + b"A: b\rX-SSL-Client-Cert: x\r\n\r\n", [400], True),
        ("an escape", get + b"A: \x1b[1m\r\n" + alice + b"\r\n", [400], True),
        ("a body", b"POST / HTTP/1.1\r\nContent-Length: 4\r\n" + alice + b"\r\nbody", [400], True),
        ("a body of HEAD", b"HEAD / HTTP/1.1\r\nContent-Length: 60\r\n" + alice + b"\r\n" + get + alice + b"\r\n", [400], True),
        ("a body in chunks", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + alice + b"\r\n4\r\nbody\r\n0\r\n\r\n", [400], True),
        ("a large body", b"POST / HTTP/1.1\r\nContent-Length: 999999\r\n" + alice + b"\r\n", [413], True),
        ("two lengths", b"GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 9\r\n" + alice + b"\r\n", [400], True),
        ("a length that is none", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n" + alice + b"\r\n", [400], True),
        ("no body, said", b"POST / HTTP/1.1\r\nContent-Length: 0\r\n" + alice + b"\r\n", [200], False),
        ("chunks and a length", get + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n" + alice + b"\r\n0\r\n\r\n", [400], True),
        ("a blank before the colon", get + b"X-SSL-Client-Cert : x\r\n" + alice + b"\r\n", [400], True),
        ("no name", get + b": x\r\n" + alice + b"\r\n", [400], True),
        ("no colon", get + b"x\r\n" + alice + b"\r\n", [400], True),
        ("no head", b"\r\n\r\n", [400], True),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400], True),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400], True),
        ("a method of WebDAV", b"PROPFIND / HTTP/1.1\r\n" + alice + b"\r\n", [501], True),
        ("OPTIONS *", b"OPTIONS * HTTP/1.1\r\n" + alice + b"\r\n", [200], False),
        ("a path as browsers may send it", b"GET /a?b={c}|d&e=%zz^` HTTP/1.1\r\n" + alice + b"\r\n", [200], False),
        ("256 lines", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 255 + alice + b"\r\n", [200], False),
        ("257 lines", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 256 + alice + b"\r\n", [400], True),
        ("a head of 130 KB", get + b"A: " + b"b" * 130_000 + b"\r\n\r\n", [401], False),
        ("a head of 132 KB", get + b"A: " + b"b" * 132_000 + b"\r\n\r\n", [400], True),
        ("a long path", b"GET /" + b"b" * 132_000 + b" HTTP/1.1\r\n\r\n", [400], True),
        ("a head without an end", get + b"A: " + b"b" * 300_000, None, True),
        ("the second one is refused", get + alice + b"\r\n" + b"GET / HTTP/1.1\r\nA\n\n", [200, 400], True),
        ("half a question", get + alice, [], False),
        ("nothing", b"", [], False),
    ]  # fmt: skip
    with Daemon(bench, "--ca-file", bench.pki / "ca.pem", tcp=False, name="hostile") as daemon:
        before = daemon.descriptors()
        for name, data, expected, closed in rows:
            seen, ended = daemon.raw(data, None if closed else len(expected))
            statuses = [int(status) for status in STATUS.findall(seen)]
            # What is refused in one piece with a question before it may be all that is answered; and who still sends when
            # the connection is closed may see no answer.
            if statuses[-1:] == [400] and expected == [200, 400] or expected is None and 200 not in statuses:
                statuses = expected
            bench.check(f"hostile: {name}: status", statuses, expected)
            bench.check(f"hostile: {name}: closed", ended, closed)
            bench.check(f"hostile: {name}: no account with a refusal", b"alice" in seen, b" 200 OK" in seen)
        wait_until(lambda: daemon.descriptors() <= before, "all connections are gone")
        bench.check("hostile: still answers", daemon.ask(cert).status, 200)


def answers(bench, forms):
    """The answer, wherever it is written."""
    with Daemon(bench, "--proxy-verifies", "--header-form", "percent", "--count-mappings", name="percent") as daemon:
        answer = daemon.ask(forms.header("escaped-pem", "unicode"), method="HEAD", path="/any?path")
        bench.check("percent", answer.short(), (200, "CONTOSO\\%C3%A5d%C3%A1 %C5%BEi%C5%BEka", "staff", ""))
        bench.check("HEAD has no body", answer.body, "")
        answer = daemon.ask(forms.header("escaped-pem", "alice"))
        seen = [answer.said(name) for name in ("decision", "user", "domain", "groups")]
        bench.check("the other headers", seen, ["allow", "alice", "CONTOSO", "staff,a%2Cb%25c"])
        bench.check("not kept", answer.headers["cache-control"], ["no-store"])
        refusal = daemon.ask(forms.header("escaped-pem", "carol"))
        seen = [refusal.said(name) for name in ("decision", "account", "user", "domain", "groups")]
        bench.check("empty, and there", seen, ["deny", "", "", "", ""])
        bench.check("/ready", daemon.get("/ready").status, 200)
        bench.check("elsewhere", daemon.get("/x").status, 404)
        counts = [daemon.count(f'certmapd_http_requests_total{{status="{status}"}}') for status in (200, 403, 400)]
        bench.check("/metrics", counts, [2, 1, 0])
        mapping = daemon.count(f'certmap_mapping_answers_total{{rules="{bench.folder}/site.rules",mapping="staff"}}')
        bench.check("/metrics of mappings", mapping, 2)


def iis(bench, forms):
    text = (DATA / "applicationHost.config").read_text(encoding="utf-8").replace("@ROBOT@", forms.base64("robot"))
    bench.write("applicationHost.config", text)
    options = ("--proxy-verifies", "--site", "Default Web Site", "--shadow", bench.folder / "site.rules")
    with Daemon(bench, *options, rules="applicationHost.config", name="iis") as daemon:
        for who, status, account in (("alice", 200, "CONTOSO\\portal"), ("carol", 403, ""), ("robot", 200, "CONTOSO\\order-robot")):
            answer = daemon.ask(forms.header("escaped-pem", who))
            bench.check(f"IIS: {who}", (answer.status, answer.said("account")), (status, account))
        label = f'{{rules="{bench.folder}/applicationHost.config"}}'
        bench.check("IIS: a shadow that differs", daemon.count(f"certmap_shadow_differences_total{label}"), 2)
        bench.check("IIS: in the log", daemon.log(), ("shadow differs: active: ",))


# ---- new rules, new CAs


def revoked(bench, forms):
    alice, robot = forms.header("escaped-pem", "alice"), forms.header("escaped-pem", "robot")
    bench.write("list.pem", (bench.pki / "crl.pem").read_bytes())
    with Daemon(bench, "--ca-file", bench.pki / "ca.pem", "--crl-file", bench.folder / "list.pem", name="crl") as daemon:
        bench.check("CRL: not revoked", [daemon.ask(alice).status, daemon.ask(robot).status], [200, 200])
        bench.openssl_pki("revoke", "robot")
        bench.write("list.pem", (bench.pki / "crl.pem").read_bytes())
        bench.check("CRL: not loaded yet", daemon.ask(robot).status, 200)
        daemon.reload("list.pem: in force")
        bench.check("CRL: revoked", [daemon.ask(alice).status, daemon.ask(robot).short()], [200, UNVERIFIED])
        bench.check("CRL: in the log", daemon.log(), ("certificate revoked",))
        bench.write("list.pem", (bench.pki / "crl.pem").read_text(encoding="ascii")[:-60])
        daemon.reload("the old rules and CAs stay in force")
        bench.check("CRL: a list cut off", [daemon.ask(alice).status, daemon.ask(robot).status], [200, 401])
    with Daemon(bench, "--ca-file", bench.pki / "cas-issuing.pem", "--crl-file", bench.pki / "crl.pem", name="no-crl") as daemon:
        bench.check("CRL: a CA without a list", daemon.ask(forms.header("escaped-pem", "ida")).short(), UNVERIFIED)
        bench.check("CRL: which the log says", daemon.log(), ("unable to get certificate CRL",))


SECOND = 'certmap 1; mapping "second" { when subject.O = "Contoso"; allow "second"; }\n'


def reloads(bench, forms):
    """While 200 questions a second go on. No answer is by rules that were never whole, and none is lost."""
    rules = bench.folder / "site.rules"
    first = rules.read_text(encoding="utf-8")
    header, seen, stopping = forms.header("escaped-pem", "alice"), [], threading.Event()
    with Daemon(bench, "--proxy-verifies", tcp=False, name="reload") as daemon:
        daemon.ask(header)

        def ask():
            while not stopping.is_set():
                seen.append(daemon.ask(header).short()[:2])
                time.sleep(0.01)

        threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        before = daemon.descriptors()
        for _ in range(3):
            bench.write("site.rules", SECOND)
            daemon.reload("in force")
            for name, make in (("broken", lambda: bench.write("site.rules", (DATA / "broken.rules").read_text(encoding="utf-8"))),
                               ("half written", lambda: rules.write_text(SECOND[:40], encoding="utf-8")),
                               ("empty", lambda: bench.write("site.rules", "")),
                               ("away", rules.unlink)):  # fmt: skip
                make()
                time.sleep(0.05)
                daemon.reload("the old rules stay in force")
                bench.check(f"reload: {name}", daemon.ask(header).short()[:2], (200, "second"))
            bench.write("site.rules", first)
            daemon.reload("in force")
            bench.check("reload: good", daemon.ask(header).short()[:2], (200, "CONTOSO\\alice"))
        for _ in range(30):
            daemon.process.send_signal(signal.SIGHUP)
        stopping.set()
        for thread in threads:
            thread.join()
        bench.check("reload: every answer", set(seen), {(200, "second"), (200, "CONTOSO\\alice")})
        bench.check("reload: enough of them", len(seen) > 100, True)
        label = f'{{rules="{rules}",result="failed"}}'
        bench.check("reload: counted", daemon.count(f"certmap_reloads_total{label}"), 12)
        wait_until(lambda: daemon.descriptors() <= before + 1, "no descriptor is left")
        bench.check("reload: where the mistake is", daemon.log(), ("site.rules:3:18: error:",))


def atomic(bench, forms):
    """Rules that accept one CA's clients, together with that CA: no question may meet the rules of one and the CA of
    the other, under which both clients would be 403."""
    pairs = [("one", "Contoso", "ca"), ("two", "Fabrikam", "other")]
    alice, fred = forms.header("escaped-pem", "alice"), forms.header("escaped-pem", "fred")

    def write(account, organisation, ca):
        many = "".join(f'mapping "m{i}" {{ when subject.CN = "n{i}"; allow "n{i}"; }}\n' for i in range(3000))
        bench.write("pair.rules", f'certmap 1; {many} mapping "x" {{ when issuer.O = "{organisation}"; allow "{account}"; }}\n')
        bench.write("pair.pem", (bench.pki / f"{ca}.pem").read_bytes())

    write(*pairs[0])
    seen, stopping = set(), threading.Event()
    with Daemon(bench, "--ca-file", bench.folder / "pair.pem", rules="pair.rules", tcp=False, name="atomic") as daemon:

        def ask(who, header):
            while not stopping.is_set():
                seen.add((who, *daemon.ask(header).short()[:2]))

        threads = [threading.Thread(target=ask, args=each, daemon=True) for each in (("alice", alice), ("fred", fred))]
        for thread in threads:
            thread.start()
        for turn in range(40):
            write(*pairs[(turn + 1) % 2])
            daemon.reload("pair.pem: in force")
        write(*pairs[1])
        bench.write("pair.rules", "broken")
        daemon.reload("the old rules stay in force")
        both = [daemon.ask(header).short()[:2] for header in (alice, fred)]
        stopping.set()
        for thread in threads:
            thread.join()
    expected = {("alice", 200, "one"), ("alice", 401, ""), ("fred", 200, "two"), ("fred", 401, "")}
    bench.check("rules and CAs: together", seen, expected)
    bench.check("rules and CAs: neither, if one is broken", both, [(200, "one"), (401, "")])


# ---- sockets, systemd, the end


def sockets(bench, forms):
    alice = forms.header("escaped-pem", "alice")
    path = bench.folder / "mode.sock"
    with Daemon(bench, "--proxy-verifies", "--mode", "0600", "--group", os.getgid(), http=f"unix:{path}", name="mode") as daemon:
        bench.check("a socket's mode", (oct(path.stat().st_mode & 0o7777), path.stat().st_gid), ("0o600", os.getgid()))
        bench.check("no other name is left", list(bench.folder.glob("mode.sock?*")), [])
        again = ["127.0.0.1:0" if argument.startswith("127.") else argument for argument in daemon.command]
        second = subprocess.run(again, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        bench.check("a second daemon", second.returncode, 1)
        bench.check("a second daemon says why", second.stderr, ("another process listens there",))
        bench.check("the first one answers", daemon.ask(alice).status, 200)
        daemon.process.kill()
        daemon.process.wait()
        bench.check("killed: its socket is left", path.exists(), True)
        daemon.start()
        bench.check("a dead one's socket is taken over", daemon.ask(alice).status, 200)
        stop(daemon.process)
        bench.check("the end removes it", path.exists(), False)
    with Daemon(bench, "--proxy-verifies", http="[::1]:0", name="any-port") as daemon:
        wait_until(lambda: "answers http on [::1]:" in daemon.log(), "it says its port")
        bench.check("a port of the system's choice", ":0\n" in daemon.log().replace("metrics", ""), False)


def systemd(bench, forms):
    """Sockets that are handed over, and what the service is told."""
    listener, states = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(bench.folder / "handed.sock"))
    listener.listen()
    states.bind(str(bench.folder / "notify.sock"))
    states.settimeout(TIMEOUT)
    environment = {"NOTIFY_SOCKET": str(bench.folder / "notify.sock"), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "http", "WATCHDOG_USEC": "1000000"}
    daemon = Daemon(bench, "--proxy-verifies", name="systemd", environment=environment)
    http = daemon.command.index("--http")
    own = daemon.command[:http] + daemon.command[http + 2 :]
    daemon.address = f"unix:{bench.folder}/handed.sock"

    def start(command):
        # dash knows descriptors of one digit only
        shell = ["bash", "-c", f'exec 3<&{listener.fileno()}; LISTEN_PID=$$ exec "$@"', "bash", *command]
        return subprocess.Popen(shell, pass_fds=[listener.fileno()], env=daemon.environment, stderr=open(daemon.log_path, "ab"), start_new_session=True)

    refused = start([*own, "--http", "127.0.0.1:0"])
    bench.check("systemd: an option for the same", refused.wait(TIMEOUT), 1)
    bench.check("systemd: says so", daemon.log(), ("FileDescriptorName=http, spop or metrics",))
    daemon.process = start(own)
    bench.processes.append(daemon.process)
    bench.check("systemd: ready", states.recv(100), b"READY=1")
    bench.check("systemd: answers", daemon.ask(forms.header("escaped-pem", "alice")).status, 200)

    def heard(state):
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            said = states.recv(100)
            if said.startswith(state):
                return said
        return b""

    bench.check("systemd: lives", heard(b"WATCHDOG=1"), b"WATCHDOG=1")
    daemon.process.send_signal(signal.SIGHUP)
    bench.check("systemd: loads", b"\nMONOTONIC_USEC=" in heard(b"RELOADING=1"), True)
    bench.check("systemd: ready again", heard(b"READY=1"), b"READY=1")
    daemon.process.terminate()
    bench.check("systemd: ends", heard(b"STOPPING=1"), b"STOPPING=1")
    bench.check("systemd: its status", daemon.process.wait(TIMEOUT), 0)
    bench.check("systemd: the socket is not its own", (bench.folder / "handed.sock").exists(), True)
    units(bench)


def units(bench):
    """systemd reads the units; the program is where the test has it."""
    if not shutil.which("systemd-analyze"):
        return
    text = (bench.build / "modules/certmapd/certmapd.service").read_text(encoding="utf-8")
    program = bench.build / "modules/certmapd/certmapd"
    bench.write("units/certmapd.service", re.sub(r"^ExecStart=\S+", f"ExecStart={program}", text, flags=re.M))
    for name in ("certmapd.socket", "certmapd-metrics.socket"):
        bench.write(f"units/{name}", (ROOT / "modules/certmapd/systemd" / name).read_text(encoding="utf-8"))
    files = [str(bench.folder / f"units/{name}") for name in ("certmapd.service", "certmapd.socket", "certmapd-metrics.socket")]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "certmapd" in line]
    bench.check("systemd-analyze verify", (done.returncode, complaints), (0, []))
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=15", files[0]], capture_output=True, text=True, check=False)
    bench.check("systemd-analyze security", (done.returncode, done.stdout[-300:] if done.returncode else ""), (0, ""))


def journal(bench, forms):
    """The journal reads where systemd says that it does."""
    path = bench.write("journal.log", "")
    status = path.stat()
    environment = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
    with Daemon(bench, "--proxy-verifies", name="journal", environment=environment) as daemon:
        daemon.ask(forms.header("escaped-pem", "carol"))
        daemon.ask(("X-SSL-Client-Cert", "x"))
        lines = daemon.log().splitlines()
        bench.check("journal: every line has a priority", [line for line in lines if not re.match(r"<[3-6]>\S", line)], [])
        bench.check("journal: which", daemon.log(), ("<6>", "<5>client=", "<4>refused:"))


def ends(bench, forms):
    """SIGTERM: what has begun is answered, what waits is closed, nobody new comes in."""
    cert = forms.header("escaped-pem", "alice")
    daemon = Daemon(bench, "--proxy-verifies", tcp=False, name="ends").start()
    begun, waiting = daemon.connect(), daemon.connect()
    begun.sendall(f"GET / HTTP/1.1\r\nHost: x\r\n{cert[0]}: {cert[1][:50]}".encode())
    wait_until(lambda: unread(begun) == 0 and daemon.count("certmapd_connections") == 2, "both have come in")
    daemon.process.terminate()
    bench.check("end: who waits", waiting.recv(10), b"")
    with contextlib.suppress(OSError):
        daemon.connect()
        bench.check("end: nobody new", "connected", "refused")
    begun.sendall(f"{cert[1][50:]}\r\n\r\n".encode())
    answer = Answer(begun.makefile("rb").read())
    bench.check("end: what has begun", (answer.status, answer.said("account")), (200, "CONTOSO\\alice"))
    bench.check("end: and is then closed", answer.headers.get("connection"), ["close"])
    bench.check("end: status", daemon.process.wait(TIMEOUT), 0)
    daemon.start()
    stuck = daemon.connect()
    stuck.sendall(b"GET /")
    wait_until(lambda: unread(stuck) == 0, "its bytes have come in")
    start = time.monotonic()
    daemon.process.terminate()
    bench.check("end: one that does not go on", (daemon.process.wait(TIMEOUT), 4 < time.monotonic() - start < 10), (0, True))


# ---- floods


def flood(bench, forms):
    """10,000 connections that say nothing, half a question, or do not read; and somebody who asks in between."""
    raise_limit()
    cert = forms.header("escaped-pem", "alice")
    half = f"GET / HTTP/1.1\r\n{cert[0]}: {cert[1]}\r\n".encode()
    with Daemon(bench, "--ca-file", bench.pki / "ca.pem", tcp=False, name="flood") as daemon:
        daemon.ask(cert)
        before, memory = daemon.descriptors(), daemon.memory()
        held, lost = [], 0
        start = time.monotonic()
        for number in range(10_000):
            try:
                sock = daemon.connect()
                if number % 3:
                    sock.sendall(half if number % 3 == 1 else half + b"\r\n")
                held.append(sock)
            except OSError:
                lost += 1
            if number % 500 == 0:
                bench.check(f"flood: asked after {number}", daemon.ask(cert).status, 200)
        bench.check("flood: all of them could connect", lost, 0)
        bench.check("flood: descriptors", daemon.descriptors() < before + 1024 + 600, True)
        wait_until(lambda: daemon.count("certmapd_connections") <= 1024, "it keeps its limit")
        bench.check("flood: it counts", daemon.count("certmapd_connections_evicted_total") > 8000, True)
        bench.check("flood: memory", daemon.memory() < memory + 150_000, True)
        print(f"certmapd: a flood of 10,000 connections took {time.monotonic() - start:.1f} s, {daemon.memory() - memory} KB")
        for sock in held:
            sock.close()
        wait_until(lambda: daemon.descriptors() <= before, "the flood is gone")
        bench.check("flood: after it", daemon.ask(cert).status, 200)
        sizes = []
        for _ in range(2):  # what a few hundred connections take until they are freed, the first turn takes
            for _ in range(3000):
                daemon.ask(cert)
            wait_until(lambda: daemon.descriptors() <= before, "they are gone")
            sizes.append(daemon.memory())
        bench.check("no leak: 3,000 questions", sizes[1] < sizes[0] + 2000, True)
        deaf(bench, daemon, half + b"\r\n", cert)


def deaf(bench, daemon, question, cert):
    """Peers that ask without end, and read nothing."""
    memory = daemon.memory()
    socks = [daemon.connect() for _ in range(20)]
    for sock in socks:
        sock.settimeout(0.3)
        with contextlib.suppress(OSError):
            for _ in range(2000):
                sock.sendall(question)
    bench.check("deaf: asked meanwhile", daemon.ask(cert).status, 200)
    bench.check("deaf: memory", daemon.memory() < memory + 40_000, True)
    for sock in socks:
        sock.close()


def garbage(bench, forms):
    chance = random.Random(1)
    cert = forms.header("escaped-pem", "alice")
    question = f"GET / HTTP/1.1\r\nHost: x\r\n{cert[0]}: {cert[1]}\r\n\r\n".encode()
    with Daemon(bench, "--ca-file", bench.pki / "ca.pem", tcp=False, name="garbage") as daemon:
        before = daemon.descriptors()
        for turn in range(400):
            data = bytearray(question) if turn % 2 else bytearray(chance.randbytes(chance.randrange(1, 3000)))
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            with contextlib.suppress(OSError), daemon.connect() as sock:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                answer = sock.makefile("rb").read()
                if b" 200 " in answer[:20] and b"Account: CONTOSO\\alice\r\n" not in answer:
                    bench.check(f"garbage {turn}: nobody else is let in", answer, b"")
        wait_until(lambda: daemon.descriptors() <= before, "it is gone")
        bench.check("garbage: after it", daemon.ask(cert).status, 200)
        bench.check("garbage: it lives", daemon.process.poll(), None)


def slow(bench, forms):
    """Bytes that come one by one, and connections that say nothing: each has ten seconds."""
    cert = forms.header("escaped-pem", "alice")
    with Daemon(bench, "--ca-file", bench.pki / "ca.pem", name="slow") as daemon:
        silent, drips = daemon.connect(), [daemon.connect() for _ in range(50)]
        idle = daemon.connect()
        idle.sendall(f"GET / HTTP/1.1\r\nHost: x\r\n{cert[0]}: {cert[1]}\r\n\r\n".encode())
        start, closed = time.monotonic(), 0
        while drips and time.monotonic() < start + TIMEOUT:
            time.sleep(0.5)
            for sock in list(drips):
                try:
                    sock.sendall(b"G")
                except OSError:
                    drips.remove(sock)
                    closed += 1
            bench.check("slow: others are answered", daemon.ask(cert).status, 200)
        bench.check("slow: closed", (closed, 9 < time.monotonic() - start < 16), (50, True))
        bench.check("slow: counted", daemon.count("certmapd_connections_expired_total"), 50)
        bench.check("slow: who says nothing", silent.recv(10), b"")
        bench.check("slow: who has asked may wait", b"CONTOSO\\alice" in idle.recv(65536), True)
        idle.settimeout(QUIET)
        with contextlib.suppress(TimeoutError):
            bench.check("slow: and stays connected", idle.recv(10), b"anything")
