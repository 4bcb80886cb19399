# SPDX-License-Identifier: MIT
"""HAProxy that asks certmapd over SPOP, live. Traps are numbered as docs/haproxy.md numbers them."""

import contextlib
import os
import pwd
import random
import re
import signal
import socket
import struct
import subprocess
import threading
import time

from bench import HERE, ROOT, Holds, connect_unix, raise_limit, stop, wait_until
from client import Client, curl

DATA = HERE / "data"
UNTESTED = {"9": "HAProxy 3.1 is not in Debian 12"}
SHIPPED = ROOT / "modules/haproxy"
PAGE = ROOT / "docs/haproxy.md"
PORTS = "ticket cache strict required nobody plain other names request tcp backend".split()
TIMEOUT = 20

# Everybody, where HAProxy lets every certificate come through: (status, what the application is told, what the log has).
ALICE = "user=[CONTOSO\\alice] groups=[staff,a%2Cb%25c]"
NOT_VERIFIED = (403, "", 'decision=unverified mapping="" account="" reason=not-verified')
MATRIX = {
    "alice": (200, ALICE, 'decision=allow mapping="staff" account="CONTOSO\\\\alice"'),
    "carol": (403, "", 'decision=deny mapping="contractors" account=""'),
    "eve": (403, "", 'decision=none mapping="" account="" reason=no-match'),
    "fred": (403, "", 'decision=none mapping="" account="" reason=no-match'),
    "ida": (200, "user=[CONTOSO\\ida]", 'decision=allow mapping="staff"'),
    "newline": (403, "", 'decision=deny mapping="staff" account="" reason=placeholder-character'),
    "unicode": (200, "user=[CONTOSO\\ådá žižka]", 'decision=allow mapping="staff"'),
    "expired": NOT_VERIFIED,
    "stranger": NOT_VERIFIED,
    "purpose": NOT_VERIFIED,
    "large": (403, "", 'decision=error mapping="" account="" reason=certificate-withheld'),
    None: (403, "", 'decision=unverified mapping="" account="" reason=no-certificate'),
}
LARGE_SEEN = (200, "user=[CONTOSO\\large]", 'decision=allow mapping="staff"')


# ---- the two programs


class Daemon:
    """certmapd, on a socket for HAProxy."""

    def __init__(self, bench, *options, rules="site.rules", name="certmapd", path=None):
        self.bench = bench
        self.path = path or str(bench.folder / f"{name}.sock")
        self.log_path = bench.folder / f"{name}.log"
        self.metrics = bench.port()
        self.options = [str(bench.build / "modules/certmapd/certmapd"), "--rules", str(bench.folder / rules), "--spop",
                        f"unix:{self.path}", "--mode", "666", "--metrics", f"127.0.0.1:{self.metrics}", "--log", "all",
                        *map(str, options)]  # fmt: skip
        self.process = None
        self.start()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = self.bench.start(self.options, self.metrics, stderr=log)

    def stop(self):
        """It ends by itself, and finds nothing wrong: where it is built with a sanitizer, no leak either."""
        stop(self.process)
        self.bench.check(f"{self.log_path.stem}: the end", self.process.returncode, 0)

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def asked(self):
        return self.log().count('client="')

    def reload(self, said):
        before = self.log().count(said)
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.log().count(said) > before, f"the log has {said}")

    def connect(self):
        return connect_unix(self.path, TIMEOUT)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def counters(self):
        with socket.create_connection(("127.0.0.1", self.metrics), timeout=TIMEOUT) as sock:
            sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            text = b""
            while chunk := sock.recv(65536):
                text += chunk
        return dict(re.findall(r"^(certmapd_\S+) (\d+)$", text.decode(), re.M))


class Haproxy:
    """HAProxy as Debian has it, in front of an application that says what it is told."""

    def __init__(self, bench, path, name="haproxy", bufsize=16384, check=""):
        self.bench = bench
        self.name = name
        self.log_path = bench.folder / f"{name}.log"
        self.ports = {port: bench.port() for port in PORTS}
        template = (DATA / "haproxy.cfg").read_text(encoding="utf-8")
        self.conf = bench.fill(f"{name}.cfg", template, socket=path, bufsize=bufsize, check=check, **self.ports)
        self.start()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = self.bench.start(["haproxy", "-f", str(self.conf)], self.ports["ticket"], stderr=log)

    def stop(self):
        stop(self.process)

    def client(self, who, port="ticket", **options):
        return Client(self.bench.pki, self.ports[port], who, **options)

    def ask(self, who, path="/", port="ticket", **options):
        return self.client(who, port, **options).ask(path)[0]

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def logged(self, mark):
        """The line of the log about the request whose path ends in the mark."""
        ending = f'?{mark} HTTP/'
        wait_until(lambda: ending in self.log(), f"the log has {mark}")
        return next(line for line in self.log().splitlines() if ending in line)


ACK = 103  # the type of an answer's frame


class Relay:
    """Between HAProxy and certmapd: hands bytes on in pieces, and answers late."""

    def __init__(self, bench, name, path, piece=65536, delay=0.0):
        self.path = str(bench.folder / f"{name}.sock")
        self.target, self.piece, self.delay = path, piece, delay
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(self.path)
        os.chmod(self.path, 0o666)
        self.server.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near = self.server.accept()[0]
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.target)
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    def pump(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if data[4] == ACK:
                    time.sleep(self.delay)
                for start in range(0, len(data), self.piece):
                    sink.sendall(data[start : start + self.piece])
        for sock in (source, sink):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.server.close()


def run(bench):
    prepare(bench)
    daemon = Daemon(bench, "--proxy-verifies")
    haproxy = Haproxy(bench, daemon.path)
    for tests in (checked, matrix, ways, browsers, forged, kept, requests, tcp, binds, names, forms, garbage, flood, away, slow,
                  messages):  # fmt: skip
        tests(bench, daemon, haproxy)
    expiry(bench, daemon, haproxy)
    reloads(bench, daemon, haproxy)
    haproxy.stop()
    daemon.stop()
    for tests in (large, own_verification, page):
        tests(bench)


# Names of servers, each with the CAs of its clients.
CRT_LIST = """{pem} [ca-file {pki}/ca.pem verify required] a.test
{pem} [ca-file {pki}/other.pem verify required] b.test
{pem} [verify none] c.test
"""


def prepare(bench):
    bench.write("server.bundle.pem", (bench.pki / "server.pem").read_bytes() + (bench.pki / "server.key").read_bytes())
    for rules in DATA.glob("*.rules"):
        bench.write(rules.name, rules.read_text(encoding="utf-8"))
    bench.write("ca.pem", (bench.pki / "ca.pem").read_bytes())
    bench.write("crt-list", CRT_LIST.format(pem=bench.folder / "server.bundle.pem", pki=bench.pki))
    bench.write("certmap.spoe", (SHIPPED / "certmap.spoe").read_text(encoding="utf-8"))


# ---- everybody, every way


def checked(bench, _daemon, haproxy):
    done = subprocess.run(["haproxy", "-c", "-f", str(haproxy.conf)], capture_output=True, check=False, text=True)
    bench.check("haproxy -c", (done.returncode, done.stdout.strip(), done.stderr), (0, "Configuration file is valid", ""))


def matrix(bench, _daemon, haproxy):
    for who, expected in MATRIX.items():
        for tls in ("1.2", "1.3"):
            for mode in ("ticket", "cache"):
                for http in ("1.1", "2"):
                    client = haproxy.client(who, mode, tls=tls, http=http, tickets=mode == "ticket" or tls == "1.3")
                    name = f"{who}, TLS {tls}, {mode}, HTTP/{http}"
                    visits(bench.check, haproxy, client, name, expected, (who, mode) not in NOT_RESUMED)


# HAProxy keeps no session of more than 4 KB in its cache.
NOT_RESUMED = {("large", "cache")}


def visits(check, haproxy, client, name, expected, resumes):
    """A new connection and a resumed one, with two requests each."""
    status, body, log = expected
    for visit in ("new", "resumed"):
        marks = [re.sub(r"\W", "-", f"{name} {visit} {turn}") for turn in (1, 2)]
        answers = client.ask(*(f"/?{mark}" for mark in marks), resume=visit == "resumed")
        seen = [answer.status or answer.body for answer in answers]
        if not check(f"{name}, {visit}: status", seen, [status, status]):
            return
        check(f"{name}, {visit}: body", answers[-1].body, (body,))
        check(f"{name}, {visit}: log", haproxy.logged(marks[1]), (log,))
    check(f"{name}: the session is resumed", answers[0].reused, resumes)


def ways(bench, _daemon, haproxy):
    """6: what HAProxy lets through, and what it says of it, new and resumed."""
    for tls in ("1.2", "1.3"):
        for who, verify in (("alice", "0"), ("expired", "10"), ("stranger", ""), ("purpose", "26")):
            client = haproxy.client(who, tls=tls)
            for visit in ("new", "resumed"):
                answer = client.ask("/who", resume=visit == "resumed")[0]
                said = (f"verify=[{verify}", "decision=[allow]" if who == "alice" else "decision=[unverified] account=[]")
                bench.check(f"6: {who}, TLS {tls}, {visit}: HAProxy's word stays", answer.body, said)
        for port in ("strict", "required"):
            for who in ("expired", "stranger", "purpose"):
                answer = haproxy.ask(who, port=port, tls=tls)
                bench.check(f"{who}, TLS {tls}, {port}: the handshake ends", answer.status, 0)
            bench.check(f"alice, TLS {tls}, {port}", haproxy.ask("alice", port=port, tls=tls).body, (ALICE,))
    for who in ("alice", None):
        bench.check(f"{who} where nobody is asked", haproxy.ask(who, "/who", "nobody").body,
                    ("decision=[unverified] account=[]", "reason=[no-certificate]"))  # fmt: skip
    done = subprocess.run(["curl", "-s", f"http://127.0.0.1:{haproxy.ports['plain']}/who"], capture_output=True, check=False, text=True)
    bench.check("without TLS", done.stdout, ("decision=[unverified] account=[]", "reason=[no-certificate]"))


def browsers(bench, _daemon, haproxy):
    for option in ("--http1.1", "--http2"):
        for who, status, body in (("alice", 200, (ALICE,)), ("carol", 403, ()), ("eve", 403, ()), (None, 403, ())):
            answer = curl(bench.pki, haproxy.ports["ticket"], "/", who, [option])
            bench.check(f"curl {option}, {who}: status", answer.status, status)
            bench.check(f"curl {option}, {who}", answer.body, body)


def forged(bench, _daemon, haproxy):
    headers = (("X-Remote-User", "root"), ("X-Remote-Groups", "wheel"), ("X_Remote_User", "root"), ("X.Remote.User", "root"))
    for http in ("1.1", "2"):
        for port in ("ticket", "request"):
            for given in (headers, (*headers, *headers)):
                answer = haproxy.client("alice", port, http=http).ask("/", headers=given)[0]
                bench.check(f"forged headers, {port}, HTTP/{http}", answer.body, (ALICE, "!root"))
                told = bytes.fromhex(re.search(r"all=\[([0-9A-F]*)\]", answer.body)[1]).decode().lower()
                bench.check(f"forged headers, {port}, HTTP/{http}: all of them", told,
                            ("x-remote-user: contoso\\alice", "!root", "!wheel", "!x_remote", "!x.remote"))  # fmt: skip
        for who in ("eve", None):
            answer = haproxy.client(who, http=http).ask("/optional", headers=headers)[0]
            bench.check(f"forged headers without an account, {who}, HTTP/{http}", answer.body, ("user=[] groups=[]",))
        answer = haproxy.client("carol", http=http).ask("/optional", headers=headers)[0]
        bench.check(f"denied where an account is optional, HTTP/{http}", answer.status, 403)


# ---- 4: one question a connection, or one a request


def kept(bench, daemon, haproxy):
    for http in ("1.1", "2"):
        before = daemon.asked()
        answers = haproxy.client("alice", http=http).ask(*["/"] * 50)
        bench.check(f"4: 50 requests, HTTP/{http}", {answer.status for answer in answers}, {200})
        bench.check(f"4: one question, HTTP/{http}", daemon.asked() - before, 1)
    before = daemon.asked()
    with haproxy.client("alice", http="2").connect() as connection:
        streams = [connection.send("/", "localhost") for _ in range(50)]
        bodies = {(answer.status, ALICE in answer.body) for answer in connection.receive(*streams)}
    bench.check("4: 50 streams at once", bodies, {(200, True)})
    bench.check("4: no more than one question each", 1 <= daemon.asked() - before <= 50, True)


def requests(bench, daemon, haproxy):
    for http in ("1.1", "2"):
        before = daemon.asked()
        answers = haproxy.client("alice", "request", http=http).ask(*["/"] * 20)
        bench.check(f"4: 20 requests that ask, HTTP/{http}", {(a.status, ALICE in a.body) for a in answers}, {(200, True)})
        bench.check(f"4: 20 questions, HTTP/{http}", daemon.asked() - before, 20)
    for who, status in (("carol", 403), ("eve", 403), ("fred", 403), ("newline", 403), (None, 403), ("ida", 200)):
        bench.check(f"{who}, asked for each request", haproxy.ask(who, port="request").status, status)


def tcp(bench, _daemon, haproxy):
    """Without HTTP: who is refused gets no byte."""
    for tls in ("1.2", "1.3"):
        for who in ("alice", "ida"):
            bench.check(f"TCP, {who}, TLS {tls}", haproxy.client(who, "tcp", tls=tls).ask("/")[0].status, 200)
        for who in ("carol", "eve", "fred", None):
            bench.check(f"TCP, {who}, TLS {tls}", haproxy.client(who, "tcp", tls=tls).ask("/")[0].status, 0)


def binds(bench, _daemon, haproxy):
    """8: a session of another bind line, whose CAs this one does not have."""
    client = haproxy.client("alice", "cache", tls="1.2", tickets=False)
    bench.check("8: alice at her own", client.ask("/")[0].status, 200)
    answer = client.ask("/who", port=haproxy.ports["other"], resume=True)[0]
    bench.check("8: HAProxy accepts her session at another CA's", (answer.reused, "verify=[0]" in answer.body), (True, True))


def names(bench, _daemon, haproxy):
    """8: a session of another name of a crt-list, whose CAs this one does not have; or which asks nobody."""
    for tls in ("1.2", "1.3"):
        for tickets in (True, False):
            client = haproxy.client("alice", "names", tls=tls, host="a.test", tickets=tickets)
            name = f"8: TLS {tls}, {'ticket' if tickets else 'cache'}"
            bench.check(f"{name}: at her own name", client.ask("/")[0].status, 200)
            for other in ("b.test", "c.test"):
                answer = client.ask("/who", sni=other, resume=True)[0]
                bench.check(f"{name}: HAProxy accepts her session at {other}", (answer.reused, "verify=[0]" in answer.body), (True, True))
    for other in ("b.test", "c.test"):
        answer = haproxy.client("alice", "names", host=other).ask("/")[0]
        bench.check(f"8: new at {other}", answer.status, 0 if other == "b.test" else 403)


def forms(bench, _daemon, _haproxy):
    daemon = Daemon(bench, "--proxy-verifies", "--header-form", "percent", name="percent")
    haproxy = Haproxy(bench, daemon.path, name="percent-haproxy")
    bench.check("percent-encoded", haproxy.ask("unicode").body, ("user=[CONTOSO\\%C3%A5d%C3%A1 %C5%BEi%C5%BEka]",))
    haproxy.stop()
    daemon.stop()


# ---- what comes to certmapd's socket


def varint(number):
    if number < 240:
        return bytes([number])
    data, number = [number & 0xFF | 240], (number - 240) >> 4
    while number >= 128:
        data.append(number & 0xFF | 128)
        number = (number - 128) >> 7
    return bytes([*data, number])


def string(data):
    data = data.encode() if isinstance(data, str) else data
    return varint(len(data)) + data


def frame(kind, payload, stream=0, number=0, flags=1):
    data = bytes([kind]) + struct.pack(">I", flags) + varint(stream) + varint(number) + payload
    return struct.pack(">I", len(data)) + data


HELLO = frame(1, string("supported-versions") + b"\x08" + string("2.0") + string("max-frame-size") + b"\x03" + varint(16380)
              + string("capabilities") + b"\x08" + string("pipelining"))  # fmt: skip


def question(number, der=b"\x00", used=b"\x11", verify=b"\x04\x00", chain=b"\x00", src=b"\x06\xc0\x00\x02\x07"):
    arguments = (("der", der), ("used", used), ("verify", verify), ("chain", chain), ("src", src))
    payload = string("certmap-session") + b"\x05" + b"".join(string(name) + value for name, value in arguments)
    return frame(3, payload, 1, number)


def talk(daemon, *parts, until=None):
    """Everything that comes back, or up to a piece, and whether the connection was closed."""
    answer = b""
    with daemon.connect() as sock:
        try:
            for part in parts:
                sock.sendall(part)
            while chunk := sock.recv(65536):
                answer += chunk
                if until is not None and until in answer:
                    return answer, False
        except TimeoutError:
            return answer, False
        except OSError:
            pass
    return answer, True


def garbage(bench, daemon, haproxy):
    der = subprocess.run(["openssl", "x509", "-in", bench.pki / "alice.pem", "-outform", "DER"], capture_output=True, check=True).stdout
    alice = question(1, b"\x09" + string(der))
    by_hand = [
        ("a question by hand", alice, b"\x08decision\x08\x05allow"),
        ("withheld", question(1), b"certificate-withheld"),
        ("not verified", question(1, b"\x09" + string(der), verify=b"\x04\x15"), b"not-verified"),
        ("a certificate that is none", question(1, b"\x09" + string(b"0\x03abc")), b"\x05error"),
    ]
    for name, asked, piece in by_hand:
        bench.check(name, talk(daemon, HELLO, asked, until=piece)[0], Holds(piece))
    rows = [
        ("HTTP", (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",), 3),
        ("a length of 4 GB", (b"\xff\xff\xff\xff",), 3),
        ("zeros", (bytes(100),), 4),
        ("no HELLO", (alice,), 4),
        ("HELLO twice", (HELLO, HELLO), 4),
        ("a frame longer than agreed", (HELLO, struct.pack(">I", 16381)), 3),
        ("a fragment", (HELLO, frame(3, b"", 1, 1, 0)), 10),
        ("an unknown type", (HELLO, frame(77, b"", 1, 1)), 4),
        ("a certificate longer than its frame", (HELLO, question(1, b"\x09" + varint(100000) + der)), 4),
    ]
    for name, parts, code in rows:
        answer, closed = talk(daemon, *parts)
        bench.check(f"garbage: {name}", (closed, answer), (True, Holds(b"status-code\x03" + bytes([code]) + b"\x07message")))
    chance = random.Random(4)
    for turn in range(300):
        data = bytearray(HELLO + alice + frame(2, string("status-code") + b"\x03\x00" + string("message") + b"\x08\x00"))
        for _ in range(1 + turn % 8):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(OSError), daemon.connect() as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            sock.recv(65536)
    bench.check("garbage: the daemon is there", daemon.process.poll(), None)
    bench.check("garbage: HAProxy is answered", haproxy.ask("alice").body, (ALICE,))
    bench.check("garbage: in the log", daemon.log(), ("certmapd: SPOP: a connection ends: 3 a frame is longer than agreed",))
    bench.check("garbage: counted", int(daemon.counters()["certmapd_spop_faults_total"]) >= len(rows), True)


def flood(bench, daemon, haproxy):
    """Ten times as many connections as there may be: that say nothing, half a frame, or HELLO and no more."""
    raise_limit()
    before = daemon.descriptors()
    held, lost, seen = [], 0, set()
    for number in range(10_000):
        try:
            held.append(daemon.connect())
            held[-1].sendall((b"", HELLO[: len(HELLO) // 2], HELLO)[number % 3])
        except OSError:
            lost += 1
        if number % 500 == 0:
            seen |= {("alice", haproxy.ask("alice").status), ("carol", haproxy.ask("carol").status)}
    bench.check("flooded: all of them could connect", lost, 0)
    bench.check("flooded: answered, or refused", seen <= {("alice", 200), ("alice", 503), ("carol", 403), ("carol", 503)}, True)
    wait_until(lambda: int(daemon.counters()["certmapd_connections"]) <= 1024, "the daemon keeps its limit")
    bench.check("flooded: counted", int(daemon.counters()["certmapd_connections_evicted_total"]) > 8000, True)
    for sock in held:
        sock.close()
    wait_until(lambda: haproxy.ask("alice").status == 200, "HAProxy is answered after a flood")
    wait_until(lambda: daemon.descriptors() < before + 100, "its connections are gone")  # HAProxy may have some more
    bench.check("flooded: the daemon is there", daemon.process.poll(), None)


# ---- 3: nobody answers


def away(bench, daemon, haproxy):
    everybody = ("alice", "carol", "eve", None)
    with haproxy.client("alice").connect() as connection:
        bench.check("3: alice before", connection.get("/", "localhost").status, 200)
        daemon.process.kill()
        daemon.process.wait()
        bench.check("3: what was answered holds until it ends", connection.get("/", "localhost").status, 200)
    for who in everybody:
        for path in ("/", "/optional"):
            bench.check(f"3: killed, {who} at {path}", haproxy.ask(who, path).status, 503)
        bench.check(f"3: killed, {who}, a request", haproxy.ask(who, port="request").status, 503)
        bench.check(f"3: killed, {who}, TCP", haproxy.ask(who, port="tcp").status, 0)
    with haproxy.client("alice").connect() as connection:
        bench.check("3: killed, a connection", connection.get("/", "localhost").status, 503)
        daemon.start()
        wait_until(lambda: connection.get("/", "localhost").status == 200, "the same connection is answered again")
    haproxy.client("alice").ask("/?asked")
    daemon.process.send_signal(signal.SIGSTOP)
    for who in everybody:
        start = time.monotonic()
        answer = haproxy.client(who).ask(f"/optional?stopped-{who}")[0]
        took = time.monotonic() - start
        bench.check(f"3: stopped, {who}", answer.status, 503)
        bench.check(f"3: stopped, {who}: {took:.2f} s", 0.4 < took < 2 * bench.pace, True)
        bench.check(f"3: stopped, {who}: log", haproxy.logged(f"stopped-{who}"), ("decision=- ", "spop=1"))
    daemon.process.send_signal(signal.SIGCONT)
    wait_until(lambda: haproxy.ask("alice").status == 200, "it goes on")
    for who, (status, body, _) in MATRIX.items():
        answer = haproxy.ask(who)
        bench.check(f"3: after it was stopped, {who}", (answer.status, body in answer.body), (status, True))
    daemon.stop()
    bench.check("3: ended", haproxy.ask("alice").status, 503)
    daemon.start()
    wait_until(lambda: haproxy.ask("alice").status == 200, "it is there again")


def slow(bench, daemon, _haproxy):
    late = Relay(bench, "late", daemon.path, delay=0.8)
    haproxy = Haproxy(bench, late.path, name="late-haproxy")
    for who in ("alice", "carol", "alice"):
        start = time.monotonic()
        bench.check(f"slow: {who}", haproxy.ask(who).status, 503)
        took = time.monotonic() - start
        bench.check(f"slow: {who}: {took:.2f} s", took < 1.5 * bench.pace, True)
    late.delay = 0.0
    time.sleep(1)
    for who in ("carol", "alice", "eve"):  # no late answer of another one
        status, body, _ = MATRIX[who]
        answer = haproxy.ask(who)
        bench.check(f"after it was slow: {who}", (answer.status, body in answer.body), (status, True))
    haproxy.stop()
    late.close()
    pieces = Relay(bench, "pieces", daemon.path, piece=1)
    haproxy = Haproxy(bench, pieces.path, name="pieces-haproxy", check="check inter 200ms")
    for who in ("alice", "carol", "eve", "ida", None):
        status, body, _ = MATRIX[who]
        answer = haproxy.ask(who)
        bench.check(f"byte by byte: {who}", (answer.status, body in answer.body), (status, True))
    time.sleep(1)
    bench.check("health checks", haproxy.log(), ("!is DOWN",))
    haproxy.stop()
    pieces.close()


# ---- 2: a certmap.spoe that asks something else


def messages(bench, daemon, _haproxy):
    shipped = (SHIPPED / "certmap.spoe").read_text(encoding="utf-8")
    rows = [
        ("base64", "der=ssl_c_der", "der=ssl_c_der,base64", "write der=ssl_c_der"),
        ("a text for a boolean", "used=ssl_c_used", "used=str(1)", "write used=ssl_c_used"),
        ("no verify", "verify=ssl_c_verify ", "", "is missing"),
        ("one more", "src=src", "src=src port=dst_port", "none of der"),
        ("names left out", "der=ssl_c_der", "ssl_c_der", "none of der"),
        ("another name", "certmap-session", "certmap-other", "neither certmap-session"),
    ]
    for name, old, new, said in rows:
        bench.check(f"2: {name}: it is in the file", old in shipped, True)
        bench.write("certmap.spoe", shipped.replace(old, new))
        haproxy = Haproxy(bench, daemon.path, name=f"spoe-{rows.index((name, old, new, said))}")
        before = len(daemon.log())
        for path in ("/", "/optional"):
            bench.check(f"2: {name}, {path}", haproxy.ask("alice", path).status, 403)
        bench.check(f"2: {name}, what HAProxy knows", haproxy.ask("alice", "/who").body, ("decision=[error] account=[]", "reason=[spop-message]"))
        bench.check(f"2: {name}, log", daemon.log()[before:], ("a question is not as certmap.spoe has it", said))
        haproxy.stop()
    bench.write("certmap.spoe", shipped)


# ---- time, and rules that change


def expiry(bench, daemon, haproxy):
    """All: an answer ends with its certificate, on a connection that goes on, and for a session that is resumed."""
    wait = bench.brief("short", 6)
    clients = [(port, tls, haproxy.client("short", port, tls=tls, tickets=port != "cache" or tls == "1.3"))
               for port in ("ticket", "cache", "strict", "required", "request") for tls in ("1.2", "1.3")]  # fmt: skip
    opened = [(http, haproxy.client("short", http=http).connect()) for http in ("1.1", "2")]
    before = daemon.asked()
    for port, tls, client in clients:
        bench.check(f"short, {port}, TLS {tls}, new", client.ask("/")[0].status, 200)
    for http, connection in opened:
        for _ in range(3):
            bench.check(f"short, open, HTTP/{http}", connection.get("/", "localhost").status, 200)
    bench.check("short: asked once for each connection", daemon.asked() - before, len(clients) + len(opened))
    wait()
    for port, tls, client in clients:
        answer = client.ask("/", resume=True)[0]
        bench.check(f"6: short, {port}, TLS {tls}, resumed when expired", (answer.status, answer.reused), (403, True))
    for http, connection in opened:
        with connection:
            bench.check(f"short, open when expired, HTTP/{http}", connection.get("/who", "localhost").body,
                        ("decision=[unverified] account=[] user=[] domain=[] groups=[] mapping=[] reason=[not-verified]",))  # fmt: skip
            bench.check(f"short, open when expired, HTTP/{http}: refused", connection.get("/", "localhost").status, 403)


NEW_RULES = (DATA / "site.rules").read_text(encoding="utf-8").replace('group "staff"', 'group "crew"')


def reloads(bench, daemon, haproxy):
    seen, failed, done = set(), [], threading.Event()

    def load():
        client = haproxy.client("alice", "request")
        while not done.is_set():
            with contextlib.suppress(OSError), client.connect(resume=True) as connection:
                while not done.is_set():
                    answer = connection.get("/", "localhost")
                    seen.add((answer.status, answer.body.split(" all=")[0]))
                    failed.extend([answer.status] if answer.status != 200 else [])

    threads = [threading.Thread(target=load, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    good = (DATA / "site.rules").read_text(encoding="utf-8")
    steps = [("good", NEW_RULES, "in force"), ("broken", good.replace("deny;", "denny;"), "old rules"),
             ("half written", good[: len(good) // 2], "old rules"), ("empty", "", "old rules"), ("good again", good, "in force"),
             ("new again", NEW_RULES, "in force")]  # fmt: skip
    for _, text, said in steps:
        bench.write("site.rules", text)
        daemon.reload(said)
        time.sleep(0.2)
    done.set()
    for thread in threads:
        thread.join()
    bench.check("5: reloads: no request failed", failed, [])
    whole = {(200, f"user=[CONTOSO\\alice] groups=[{group},a%2Cb%25c]") for group in ("staff", "crew")}
    bench.check("reloads: by old rules or by new ones", seen, whole)
    bench.check("reloads: new rules are in force", haproxy.ask("alice").body, ("groups=[crew,",))
    bench.write("site.rules", good)
    daemon.reload("in force")


# ---- other ways to run them


def large(bench):
    """1: a certificate over tune.bufsize."""
    daemon = Daemon(bench, "--proxy-verifies", name="large")
    for bufsize, (status, body, log) in ((16384, MATRIX["large"]), (65536, LARGE_SEEN)):
        haproxy = Haproxy(bench, daemon.path, name=f"bufsize-{bufsize}", bufsize=bufsize)
        for tls in ("1.2", "1.3"):
            for http in ("1.1", "2"):
                mark = f"large-{tls}-{http}"
                client = haproxy.client("large", tls=tls, http=http)
                for resume in (False, True):
                    answer = client.ask(f"/?{mark}-{resume}", resume=resume)[0]
                    name = f"1: tune.bufsize {bufsize}, TLS {tls}, HTTP/{http}{', resumed' if resume else ''}"
                    bench.check(f"{name}: status", answer.status, status)
                    bench.check(name, answer.body, (body,))
                    bench.check(f"{name}: log", haproxy.logged(f"{mark}-{resume}"), (log,))
        bench.check(f"1: tune.bufsize {bufsize}, alice", haproxy.ask("alice").body, (ALICE,))
        haproxy.stop()
    daemon.stop()


def own_verification(bench):
    """7: certmapd verifies by itself; 8: so that another bind line's session is refused."""
    bench.openssl_pki("revoke")
    rows = [("no intermediates", "cas.pem"), ("intermediates", "cas-issuing.pem")]
    for name, cas in rows:
        daemon = Daemon(bench, "--ca-file", bench.pki / cas, name=f"verifies-{cas}")
        haproxy = Haproxy(bench, daemon.path, name=f"verifies-haproxy-{cas}")
        for who, (status, body, log) in MATRIX.items():
            for tls in ("1.2", "1.3"):
                client = haproxy.client(who, tls=tls)
                for visit in ("new", "resumed"):
                    lost = who == "ida" and visit == "resumed" and cas == "cas.pem"  # the chain is not in a session
                    mark = f"own-{who}-{tls}-{visit}"
                    answer = client.ask(f"/?{mark}", resume=visit == "resumed")[0]
                    bench.check(f"7: {name}, {who}, TLS {tls}, {visit}: status", answer.status, 403 if lost else status)
                    bench.check(f"7: {name}, {who}, TLS {tls}, {visit}", answer.body, ("",) if lost else (body,))
                    bench.check(f"7: {name}, {who}, TLS {tls}, {visit}: log", haproxy.logged(mark), ("not-verified" if lost else log,))
        haproxy.stop()
        daemon.stop()
    daemon = Daemon(bench, "--ca-file", bench.pki / "other.pem", name="other-ca")
    haproxy = Haproxy(bench, daemon.path, name="other-ca-haproxy")
    client = haproxy.client("alice", "cache", tls="1.2", tickets=False)
    client.ask("/")
    answer = client.ask("/who", port=haproxy.ports["other"], resume=True)[0]
    bench.check("8: certmapd that verifies refuses her session there", answer.body, ("decision=[unverified] account=[]", "verify=[0]"))
    bench.check("8: fred is the one there", haproxy.ask("fred", "/who", "other").body, ("decision=[none]", "verify=[0]"))
    haproxy.stop()
    daemon.stop()
    issuers(bench)
    revoked(bench)


def issuers(bench):
    for option, status in ((("--proxy-verifies",), 403), (("--ca-file", bench.pki / "ca.pem"), 200)):
        daemon = Daemon(bench, *option, rules="pinned.rules", name=f"pinned-{status}")
        haproxy = Haproxy(bench, daemon.path, name=f"pinned-haproxy-{status}")
        client = haproxy.client("alice")
        for resume in (False, True):
            bench.check(f"7: `issuer is`, {option[0]}, resumed {resume}", client.ask("/", resume=resume)[0].status, status)
        haproxy.stop()
        daemon.stop()


def revoked(bench):
    daemon = Daemon(bench, "--ca-file", bench.pki / "ca.pem", "--crl-file", bench.pki / "crl.pem", name="revoked")
    haproxy = Haproxy(bench, daemon.path, name="revoked-haproxy")
    client = haproxy.client("robot")
    bench.check("a CRL: robot before", [client.ask("/", resume=resume)[0].status for resume in (False, True)], [200, 200])
    bench.openssl_pki("revoke", "robot")
    daemon.reload("crl.pem: in force")
    for resume in (True, False):
        bench.check(f"a CRL: robot revoked, resumed {resume}", client.ask("/", resume=resume)[0].status, 403)
    bench.check("a CRL: alice", haproxy.ask("alice").status, 200)
    haproxy.stop()
    daemon.stop()


# ---- docs/haproxy.md


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def page(bench):
    """The configurations of the page as they are there; only paths and ports are those of the tests."""
    whole, spoe, per_request, optional, imap = blocks("haproxy")
    bench.check("page: certmap.spoe is the one that is installed", spoe, without_licence("certmap.spoe"))
    bench.check("page: haproxy.cfg is the one that is installed", whole, without_licence("haproxy.cfg"))
    rules = re.search(r"^```certmap\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)[1]
    bench.write("page.rules", rules)
    jail = bench.folder / "jail"
    jail.mkdir(mode=0o755)
    daemon = Daemon(bench, "--proxy-verifies", rules="page.rules", name="page", path=str(jail / "certmapd.sock"))
    with page_haproxy(bench, jail, "page", whole) as port:
        page_rows(bench, port, daemon)
    asks = re.search(r"    # ask once a connection.*?X-Remote-Groups [^\n]*\n", whole, re.S)[0]
    rows = [("alice", 200, "user=[CONTOSO\\alice] groups=[sales]"), ("eve", 403, ""), ("large", 403, ""), (None, 403, "")]
    with page_haproxy(bench, jail, "request", whole.replace(asks, per_request)) as port:
        page_visits(bench, port, "each request", rows)
    rows = [*rows[:1], ("eve", 200, "user=[] groups=[]"), (None, 200, "user=[] groups=[]"), ("large", 403, ""), ("newline", 403, "")]
    with page_haproxy(bench, jail, "optional", whole.replace(asks, optional)) as port:
        page_visits(bench, port, "optional", rows)
    with page_haproxy(bench, jail, "imap", whole, imap) as port:
        for who, status in (("alice", 200), ("eve", 0), ("carol", 0), (None, 0)):
            bench.check(f"page: TCP, {who}", Client(bench.pki, port, who).ask("/")[0].status, status)
    daemon.stop()


def without_licence(name):
    """A file that is installed, as the page has it."""
    lines = (SHIPPED / name).read_text(encoding="utf-8").splitlines(True)
    return "".join(line for line in lines if not line.startswith("# SPDX"))


TOLD = """
frontend told
    bind 127.0.0.1:{port}
    http-request return status 200 content-type text/plain lf-string "user=[%[req.fhdr(x-remote-user)]] groups=[%[req.fhdr(x-remote-groups)]]"
"""


@contextlib.contextmanager
def page_haproxy(bench, jail, name, text, more=""):
    """Gives the port of the last frontend."""
    port, application = bench.port(), bench.port()
    ports = [bench.port(), port] if more else [port]
    for old, new in page_changes(bench, jail, ports[0], application):
        bench.check(f"page: {name} has {old.strip()}", old in text, True)
        text, more = text.replace(old, str(new)), more.replace(old, str(new))
    more = more.replace(":993", f"127.0.0.1:{port}").replace("127.0.0.1:143", f"127.0.0.1:{application}")
    conf = bench.write(f"{name}.cfg", text + more + TOLD.format(port=application))
    done = subprocess.run(["haproxy", "-c", "-f", str(conf)], capture_output=True, check=False, text=True)
    bench.check(f"page: {name}: haproxy -c", (done.returncode, done.stderr), (0, ""))
    with open(bench.folder / f"{name}-haproxy.log", "ab") as log:
        process = bench.start(["haproxy", "-f", str(conf)], port, stderr=log)
    yield port
    stop(process)


def page_visits(bench, port, name, rows):
    forging = (("X-Remote-User", "root"), ("X_Remote_User", "root"), ("X-Remote-Groups", "wheel"))
    for http in ("1.1", "2"):
        for who, status, body in rows:
            answers = Client(bench.pki, port, who, http=http).ask("/", "/", headers=forging)
            bench.check(f"page: {name}, {who}, HTTP/{http}: status", [answer.status for answer in answers], [status, status])
            if status:
                bench.check(f"page: {name}, {who}, HTTP/{http}", answers[1].body, (body, "!root", "!wheel"))


def page_changes(bench, jail, port, application):
    yield "log /dev/log local0", "log stderr format raw local0"
    yield "/etc/haproxy/tls/server.pem", bench.folder / "server.bundle.pem"
    yield "/etc/haproxy/tls/client-cas.pem", bench.pki / "cas.pem"
    yield "/etc/haproxy/certmap.spoe", bench.folder / "certmap.spoe"
    yield "bind :443", f"bind 127.0.0.1:{port}"
    yield "127.0.0.1:8080", f"127.0.0.1:{application}"
    has_user = "haproxy" in [entry.pw_name for entry in pwd.getpwall()]
    if os.getuid() == 0 and has_user:
        yield "chroot /var/lib/haproxy", f"chroot {jail}"
    else:  # only root can go into one
        yield "    chroot /var/lib/haproxy\n    user haproxy\n    group haproxy\n", ""
        yield "unix@/certmapd.sock", f"unix@{jail}/certmapd.sock"


def page_rows(bench, port, daemon):
    rows = [("alice", 200, "user=[CONTOSO\\alice] groups=[sales]"), ("eve", 403, ""), ("fred", 403, ""), ("carol", 403, ""),
            ("newline", 403, ""), ("large", 403, ""), (None, 403, ""), ("expired", 0, ""), ("stranger", 0, "")]  # fmt: skip
    page_visits(bench, port, "whole", rows)
    daemon.process.kill()
    daemon.process.wait()
    bench.check("page: certmapd is away", Client(bench.pki, port, "alice").ask("/")[0].status, 503)
    log = bench.folder / "page-haproxy.log"
    wait_until(lambda: "Server certmapd/certmapd is DOWN" in log.read_text(encoding="utf-8"), "the health check")
    start = time.monotonic()
    bench.check("page: certmapd is known to be away", Client(bench.pki, port, "alice").ask("/?known")[0].status, 503)
    bench.check("page: and nobody waits", time.monotonic() - start < 0.4 * bench.pace, True)
    daemon.start()
    wait_until(lambda: Client(bench.pki, port, "alice").ask("/")[0].status == 200, "HAProxy sees that certmapd is there again")
    bench.check("page: its log", log.read_text(encoding="utf-8"), ('decision=allow mapping="sales" account="CONTOSO\\\\alice" reason=- spop=-',
                                       'decision=none mapping="" account="" reason=no-match spop=-', "spop=1\n", "spop=2\n"))  # fmt: skip
