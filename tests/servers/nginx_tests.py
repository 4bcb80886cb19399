# SPDX-License-Identifier: MIT
"""The module for nginx, live. Traps are numbered as docs/nginx.md numbers them."""

import json
import os
import re
import subprocess

import nginx_load
import nginx_realms
import nginx_stream
from bench import HERE, ROOT, stop, wait_until
from client import Client, curl, early

DATA = HERE / "data"
PORTS = "backend ticket cache plain early noca on iis shadow keep verify unknown".split() + nginx_realms.PORTS

# Everybody at a location with `certmap require`, in front of a backend that says what it was told:
# certificate: (status, what the backend is told or the page says, what the access log has)
NGINX_REFUSES = (400, "", {"decision": "unverified", "reason": "not-verified", "account": ""})
MATRIX = {
    "alice": (200, "user=[CONTOSO\\alice] groups=[staff,a%2Cb%25c]", {"account": "CONTOSO\\alice", "mapping": "staff"}),
    "carol": (403, "", {"decision": "deny", "mapping": "contractors", "account": ""}),
    "eve": (403, "", {"decision": "none", "reason": "no-match", "account": ""}),
    "fred": (403, "", {"decision": "none", "reason": "no-match", "account": ""}),
    "ida": (200, "user=[CONTOSO\\ida]", {"account": "CONTOSO\\ida"}),
    "newline": (403, "", {"decision": "deny", "account": ""}),
    "unicode": (200, "user=[CONTOSO\\ådá žižka]", {"account": "CONTOSO\\ådá žižka"}),
    "large": (200, "user=[CONTOSO\\large]", {"account": "CONTOSO\\large"}),
    "expired": NGINX_REFUSES,
    "stranger": NGINX_REFUSES,
    "purpose": NGINX_REFUSES,
    None: (403, "", {"decision": "unverified", "reason": "no-certificate", "account": ""}),
}
# nginx keeps no session of more than 4 KB in a cache, and none of a certificate that it refused.
NOT_RESUMED = {("large", "cache"), ("expired", "cache"), ("stranger", "cache"), ("purpose", "cache")}

# Configurations that must not start: what stands in http{}, and what nginx has to say.
SERVER = "server {{ listen 127.0.0.1:1 ssl; ssl_verify_client {verify}; {more} }}"
MISTAKES = [
    ("no rules", SERVER.format(verify="optional", more="certmap require;"), ("nginx.conf:9", 'write "certmap_rules FILE;"')),
    ("2: nobody asks for a certificate", "certmap_rules rules/site.rules;\n" + SERVER.format(verify="off", more="\ncertmap optional;"),
     ("nginx.conf:11", "the server in", "nginx.conf:10", 'write "ssl_verify_client optional;"')),
    ("a mode", SERVER.format(verify="optional", more="certmap on;"), ('invalid value "on"', "off, optional, require", "nginx.conf:9")),
    ("a format", "certmap_rules rules/site.rules format=xml;", ('invalid value "xml"', "native, iis", "nginx.conf:9")),
    ("a parameter", "certmap_rules rules/site.rules sight=x;", ('unknown parameter "sight"', "format, site", "nginx.conf:9")),
    ("no value", "certmap_rules rules/site.rules site;", ("write NAME=VALUE", "nginx.conf:9")),
    ("11: broken rules", "certmap_rules rules/broken.rules;", ("rules/broken.rules:3:", "XYZ", "nginx.conf:9")),
    ("no file", "certmap_rules rules/none.rules;", ("rules/none.rules", "nginx.conf:9")),
    ("a site of a native file", 'certmap_rules rules/site.rules site="Default Web Site";', ("site", "nginx.conf:9")),
    ("a quote without an end", 'certmap_rules rules/applicationHost.config site="Default Web;', ("has no end", "nginx.conf:9")),
    ("a parameter twice", "certmap_rules rules/site.rules resumed=keep resumed=verify;", ('duplicate parameter "resumed=verify"', "nginx.conf:9")),
    ("a parameter twice, the same", "certmap_rules rules/site.rules shadow=rules/everybody.rules shadow=rules/everybody.rules;",
     ("duplicate parameter", 'write one "shadow"', "nginx.conf:9")),
    ("a format twice", "certmap_rules rules/site.rules format=native format=native;", ('duplicate parameter "format=native"', "nginx.conf:9")),
    ("a site twice", "certmap_rules rules/applicationHost.config site=a site=b;", ('duplicate parameter "site=b"', "nginx.conf:9")),
    ("twice", "certmap_rules rules/site.rules; certmap_rules rules/site.rules;", ("is duplicate", "nginx.conf:9")),
]  # fmt: skip


class Nginx:
    """The server under test, and what it logs."""

    def __init__(self, bench):
        self.bench = bench
        self.module = bench.build / "modules/nginx/ngx_http_certmap_module.so"
        self.ports = {name: bench.port() for name in PORTS}
        self.conf = bench.folder / "nginx.conf"
        self.prepare()

    def prepare(self):
        bench = self.bench
        bench.openssl_pki("revoke", "robot")
        for name in ("www", "temp"):
            (bench.folder / name).mkdir(mode=0o777)
            (bench.folder / name).chmod(0o777)
        bench.write("www/index.html", "page\n")
        bench.write("www/file", "page\n")
        bench.write("ticket.key", os.urandom(80))
        secret = subprocess.run(["openssl", "passwd", "-apr1", "secret"], capture_output=True, check=True, text=True)
        bench.write("htpasswd", f"bob:{secret.stdout}")
        for rules in DATA.glob("*.rules"):
            self.rules(rules.name, rules.read_text(encoding="utf-8"))
        bench.write("rules/ca.pem", (bench.pki / "ca.pem").read_bytes())
        robot = "".join((bench.pki / "robot.pem").read_text(encoding="ascii").split("\n")[1:-2])
        iis = (DATA / "applicationHost.config").read_text(encoding="utf-8")
        self.rules("applicationHost.config", iis.replace("@ROBOT@", robot))
        for name in ("locations", "realms", "everybody"):
            bench.fill(f"{name}.conf", (DATA / f"nginx-{name}.conf").read_text(encoding="utf-8"), **self.ports)
        self.fill("nginx.conf", (DATA / "nginx.conf").read_text(encoding="utf-8"))

    def fill(self, name, template):
        # As root the workers are somebody else, who cannot read the rules; nobody else may choose.
        user = "user www-data;" if os.getuid() == 0 else ""
        return self.bench.fill(name, template, user=user, module=self.module, **self.ports)

    def rules(self, name, text):
        """Only for the one who starts nginx: the workers never read them."""
        return self.bench.write(f"rules/{name}", text, 0o600)

    def command(self, *arguments, conf=None):
        return ["nginx", "-e", str(self.bench.folder / "error.log"), "-c", str(conf or self.conf), *arguments]

    def start(self):
        self.process = self.bench.start(self.command(), self.ports["ticket"], stderr=subprocess.DEVNULL)

    def test(self, conf):
        """What `nginx -t` says of a configuration."""
        done = subprocess.run(self.command("-t", conf=conf), capture_output=True, check=False, text=True)
        return done.returncode, done.stderr

    def workers(self):
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, check=False, text=True)
        return set(found.stdout.split())

    def reload(self):
        """Returns whether it was taken, and waits until the old workers are gone."""
        before = self.workers()
        done = subprocess.run(self.command("-s", "reload"), capture_output=True, check=False, text=True)
        if done.returncode == 0:
            wait_until(lambda: len(self.workers()) >= 2 and not before & self.workers(), "the old workers end")
        return done.returncode == 0, done.stderr

    def client(self, who, port="ticket", **options):
        return Client(self.bench.pki, self.ports[port], who, **options)

    def log(self, name="access.log"):
        return (self.bench.folder / name).read_text(encoding="utf-8", errors="replace")

    def logged(self, mark):
        """The line of the access log about the request whose URI ends in the mark; as JSON."""
        ending = f'?{mark}"'
        wait_until(lambda: ending in self.log(), f"the log has {mark}")
        return json.loads(next(line for line in self.log().splitlines() if ending in line))


def run(bench):
    nginx = Nginx(bench)
    mistakes(nginx)
    nginx.start()
    for tests in (matrix, remote_user, other_servers, nginx_realms.run, nginx_stream.run, satisfy, other_locations, early_data, kept, forged, iis, browsers,
                  shadow, page, stock, resumed, expiry, reloads, nginx_load.reloads, unloaded):  # fmt: skip
        tests(nginx, bench.check)


# ---- everybody, every way


def matrix(nginx, check):
    for who, (status, body, log) in MATRIX.items():
        for tls in ("1.2", "1.3"):
            for mode in ("ticket", "cache"):
                for http in ("1.1", "2"):
                    client = nginx.client(who, mode, tls=tls, http=http, tickets=mode == "ticket" or tls == "1.3")
                    name = f"{who}, TLS {tls}, {mode}, HTTP/{http}"
                    visits(nginx, check, client, name, (status, body, log), (who, mode) not in NOT_RESUMED)


def visits(nginx, check, client, name, expected, resumes):
    """A new connection and a resumed one, with two requests each: nginx closes one that it answers with 400."""
    status, body, log = expected
    for visit in ("new", "resumed"):
        marks = [re.sub(r"\W", "-", f"{name} {visit} {turn}") for turn in (1, 2)]
        paths = [f"/?{mark}" for mark in marks][: 1 if status == 400 else 2]
        answers = client.ask(*paths, resume=visit == "resumed")
        seen = [answer.status or answer.body for answer in answers]
        if not check(f"{name}, {visit}: status", seen, [status] * len(paths)):
            return
        check(f"{name}, {visit}: body", answers[-1].body, (body,))
        if status != 400:  # of these the log says what nginx found, which is looked at once
            line = nginx.logged(marks[1])
            check(f"{name}, {visit}: log", {key: line[key] for key in log}, log)
    check(f"{name}: the session is resumed", answers[0].reused, resumes)


# ---- 1: $remote_user is who the rules say


BASIC_ADMIN = (("Authorization", "Basic YWRtaW46eA=="),)  # admin:x
BASIC_BOB = (("Authorization", "Basic Ym9iOnNlY3JldA=="),)  # bob:secret


def remote_user(nginx, check):
    rows = [
        ("alice and another's password", "alice", "/remote/", BASIC_ADMIN, 200, ("user=[CONTOSO\\alice]", "auth=[Basic YWRtaW46eA==]")),
        ("alice, optional", "alice", "/claim/", BASIC_ADMIN, 200, ("user=[CONTOSO\\alice]",)),
        ("an account with a colon", "robot", "/remote/", BASIC_ADMIN, 200, ("user=[service:robot]",)),
        ("before the access phase", "alice", "/who", BASIC_ADMIN, 200, ("remote_user=[CONTOSO\\alice]", "early=[CONTOSO\\alice]")),
        ("denied, nobody's name", "carol", "/who", BASIC_ADMIN, 200, ("remote_user=[]", "early=[]")),
        ("nobody, and nobody looked at the password", None, "/claim/", BASIC_ADMIN, 200, ("user=[admin]",)),
        ("a password that was looked at", "eve", "/either/", BASIC_BOB, 200, ("user=[bob]",)),
        ("a certificate before a password", "alice", "/either/", BASIC_BOB, 200, ("user=[CONTOSO\\alice]",)),
        ("without certmap", "alice", "/password/", BASIC_BOB, 200, ("user=[bob]",)),
        ("after try_files", "alice", "/try/x", BASIC_ADMIN, 200, ("account=[CONTOSO\\alice] remote_user=[CONTOSO\\alice]",)),
        ("in the page of an error", "carol", "/why/", BASIC_ADMIN, 403, ("decision=[deny]", "remote_user=[]")),
    ]  # fmt: skip
    for http in ("1.1", "2"):
        for name, who, path, headers, status, body in rows:
            answer = nginx.client(who, http=http).ask(path, headers=headers)[0]
            check(f"1: {name}, HTTP/{http}: status", answer.status, status)
            check(f"1: {name}, HTTP/{http}", answer.body, body)
    refused = nginx.client(None).ask("/?claimed", headers=BASIC_ADMIN)[0]
    check("1: refused", refused.status, 403)
    check("1: and not logged as who it claims to be", nginx.logged("claimed")["user"], "")


# ---- 2: a certificate that another server{} has accepted


def other_servers(nginx, check):
    rows = [
        ("a server that does not ask", "a.test", "b.test", "/who", (200, ("account=[] decision=[]",))),
        ("another CA's, by SNI", "a.test", "c.test", "/who", (421, ())),
        ("another CA's, without SNI", "", "c.test", "/file", (403, ())),
        ("another CA's, without SNI, optional", "", "c.test", "/who", (200, ("account=[] decision=[]",))),
        ("another CA's, unknown SNI", "x.test", "c.test", "/file", (403, ())),
        ("the same CAs, without SNI", "", "d.test", "/file", (200, ("page",))),
        ("the same CAs, by SNI", "a.test", "d.test", "/file", (421, ())),
        ("itself", "d.test", "d.test", "/file", (200, ("page",))),
    ]
    for tls in ("1.2", "1.3"):
        for http in ("1.1", "2"):
            for name, sni, host, path, (status, body) in rows:
                answer = nginx.client("alice", tls=tls, http=http, host=host).ask(path, sni=sni)[0]
                check(f"2: {name}, TLS {tls}, HTTP/{http}: status", answer.status, status)
                check(f"2: {name}, TLS {tls}, HTTP/{http}", answer.body, body)
    for tls, status in (("1.2", 421), ("1.3", 0)):  # nginx itself; nginx_realms.py has what it does not see
        client = nginx.client("alice", tls=tls, host="a.test")
        client.ask("/file")
        answer = client.ask("/file", host="c.test", resume=True)[0]
        check(f"2: a session of another server{{}}, TLS {tls}", (answer.status, "page" in answer.body), (status, False))


# ---- 4: satisfy


def satisfy(nginx, check):
    rows = [
        ("alice", "/any/file", (), 200), ("carol", "/any/file", (), 403), ("eve", "/any/file", (), 200), (None, "/any/file", (), 200),
        ("alice", "/either/", (), 200), ("carol", "/either/", (), 403), ("carol", "/either/", BASIC_BOB, 403),
        ("newline", "/either/", BASIC_BOB, 403), ("eve", "/either/", (), 401), ("eve", "/either/", BASIC_BOB, 200),
        ("eve", "/either/", BASIC_ADMIN, 401), (None, "/either/", BASIC_BOB, 200), (None, "/either/", (), 401),
        ("alice", "/require-either/", (), 200), ("carol", "/require-either/", BASIC_BOB, 403),
        (None, "/require-either/", BASIC_BOB, 200), (None, "/require-either/", (), 401),
        ("alice", "/optional/file", (), 200), ("carol", "/optional/file", (), 403), (None, "/optional/file", (), 200),
        ("carol", "/off/file", (), 200),
    ]  # fmt: skip
    for http in ("1.1", "2"):
        for who, path, headers, status in rows:
            answer = nginx.client(who, http=http).ask(path, headers=headers)[0]
            check(f"4: {who} at {path} {'with a password' if headers else ''}, HTTP/{http}", answer.status, status)


# ---- 3, 5, 6, 7, 8: where a request comes to otherwise


def other_locations(nginx, check):
    rows = [
        ("3: return comes before access", None, "/return", 200, ("account=[]",)),
        ("3: and knows who it is", "alice", "/return", 200, ("account=[CONTOSO\\alice]",)),
        ("5: a subrequest", "alice", "/subrequest/file", 200, ("page",)),
        ("5: a subrequest, denied", "carol", "/subrequest/file", 403, ()),
        ("5: a subrequest, no mapping", "eve", "/subrequest/file", 403, ()),
        ("5: a subrequest, no certificate", None, "/subrequest/file", 403, ()),
        ("7: an error page", "eve", "/why/file", 403, ("why: decision=[none] reason=[no-match]",)),
        ("7: an error page that is refused, too", "carol", "/loop/file", 403, ("!page",)),
        ("8: a named location without certmap", "alice", "/try/file", 200, ("named: account=[CONTOSO\\alice]",)),
        ("8: a named location, refused before", "carol", "/try/file", 403, ("!named",)),
    ]
    for name, who, path, status, body in rows:
        answer = nginx.client(who).ask(path)[0]
        check(f"{name}: status", answer.status, status)
        check(name, answer.body, body)
    subrequests(nginx, check)
    answer = nginx.client("stranger", "noca").ask("/file", "/who")
    check("6: optional_no_ca lets a stranger in, certmap does not", answer[0].status, 403)
    check("6: optional_no_ca", answer[1].body, ("account=[] decision=[unverified] reason=[not-verified]",))
    for who, status in (("alice", 200), ("carol", 403), (None, 400), ("expired", 400)):
        check(f"6: ssl_verify_client on, {who}", nginx.client(who, "on").ask("/file")[0].status, status)
    done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{nginx.ports['plain']}/"],
                          capture_output=True, check=False, text=True)  # fmt: skip
    check("without TLS", done.stdout, "403")


def subrequests(nginx, check):
    """Who is let in or refused in a subrequest says nothing about the request that it belongs to; other than the reverse."""
    rows = [  # at a location with auth_basic, and a subrequest to one with certmap
        ("alice", "/checked/", BASIC_BOB, 200, "user=[bob]", "bob"),
        ("alice", "/checked/", BASIC_ADMIN, 401, "", "admin"),  # nginx's own: a name without its password
        ("carol", "/checked/", BASIC_BOB, 403, "", "bob"),
        ("eve", "/checked/", BASIC_BOB, 200, "user=[bob]", "bob"),
        ("alice", "/told/", BASIC_BOB, 200, "", "CONTOSO\\alice"),
    ]
    for http in ("1.1", "2"):
        for who, path, headers, status, body, user in rows:
            mark = f"subrequest-{who}-{path.strip('/')}-{status}-{http}"
            answer = nginx.client(who, http=http).ask(f"{path}?{mark}", headers=headers)[0]
            check(f"5: {who} at {path}, HTTP/{http}", answer.status, status)
            check(f"5: {who} at {path}, HTTP/{http}: backend", answer.body, (body,))
            check(f"5: {who} at {path}, HTTP/{http}: log", nginx.logged(mark)["user"], user)
    answer = nginx.client("alice").ask("/told/", headers=BASIC_BOB)[0]
    check("5: a subrequest knows who its parent is", answer.headers.get("x-told"), "CONTOSO\\alice")
    answer = nginx.client("alice").ask("/tried/", headers=BASIC_BOB)[0]
    check("5: and who it is itself after try_files", answer.headers.get("x-told"), "CONTOSO\\alice")


# ---- 9: early data


def early_data(nginx, check):
    """What was sent early may be looked at when the handshake is finished, and then all is well: nobody can replay that.
    Of some tries at least one is looked at before."""
    known = "account=[CONTOSO\\alice] decision=[allow] reason=[]"
    rows = {
        "/file": (r"HTTP/1.1 (\d+)", "425", "200"),
        "/who": (r"account=\[.*\]", "account=[] decision=[unverified] reason=[handshake-unfinished]", known),
    }
    for path, (pattern, too_early, finished) in rows.items():
        tries = []
        while [too_early, finished] not in tries and len(tries) < 10:
            tries.append(re.findall(pattern, early(nginx.bench.pki, nginx.ports["early"], path, "alice", path)))
        check(f"9: early data, {path}", tries[-1], [too_early, finished])
        check(f"9: early data, {path}, each time", [seen for seen in tries[:-1] if seen != [finished, finished]], [])


# ---- 10: one question a connection


def asked(nginx):
    return nginx.log("error.log").count("certmap: client=")


def kept(nginx, check):
    for http in ("1.1", "2"):
        before = asked(nginx)
        answers = nginx.client("alice", http=http).ask(*["/file"] * 50)
        check(f"10: 50 requests, HTTP/{http}", {answer.status for answer in answers}, {200})
        check(f"10: one question, HTTP/{http}", asked(nginx) - before, 1)
    before = asked(nginx)
    with nginx.client("alice", http="2").connect() as connection:
        streams = [connection.send("/", "localhost") for _ in range(100)]
        bodies = {(answer.status, "CONTOSO\\alice" in answer.body) for answer in connection.receive(*streams)}
    check("10: 100 streams at once", bodies, {(200, True)})
    check("10: 100 streams, one question", asked(nginx) - before, 1)


# ---- what a client may write itself


def forged(nginx, check):
    headers = (("X-Remote-User", "root"), ("X-Remote-Groups", "wheel"), ("X_Remote_User", "root"), ("Remote-User", "root"))
    for http in ("1.1", "2"):
        answer = nginx.client("alice", http=http).ask("/", headers=headers)[0]
        check(f"forged headers, HTTP/{http}", answer.body, ("user=[CONTOSO\\alice] groups=[staff,a%2Cb%25c]", "!root", "!wheel"))
    answer = nginx.client("alice").ask("/", headers=(*headers, *headers))[0]
    check("forged headers twice", answer.body, ("user=[CONTOSO\\alice]", "!root"))


def iis(nginx, check):
    for who, status, body in (("alice", 200, ("user=[CONTOSO\\portal]",)), ("robot", 200, ("user=[CONTOSO\\order-robot]",)),
                              ("carol", 403, ()), ("eve", 403, ()), (None, 403, ())):  # fmt: skip
        answer = nginx.client(who, "iis").ask("/")[0]
        check(f"an IIS file, {who}: status", answer.status, status)
        check(f"an IIS file, {who}", answer.body, body)
    answer = nginx.client("alice", "iis").ask("/native/", "/")
    check("another rule set in a location", answer[0].body, ("account=[CONTOSO\\alice]",))
    check("and the server's own on the same connection", answer[1].body, ("CONTOSO\\portal",))
    wait_until(lambda: "portal" in nginx.log("unescaped.log"), "the log has the request")
    check("14: without escape=json a backslash is changed", nginx.log("unescaped.log"), ("account=CONTOSO\\x5Cportal\n",))


def browsers(nginx, check):
    for option in ("--http1.1", "--http2"):
        for who, status, body in (("alice", 200, ("CONTOSO\\alice",)), ("carol", 403, ()), ("eve", 403, ()), (None, 403, ())):
            answer = curl(nginx.bench.pki, nginx.ports["ticket"], "/", who, [option])
            check(f"curl {option}, {who}: status", answer.status, status)
            check(f"curl {option}, {who}", answer.body, body)


def shadow(nginx, check):
    answer = nginx.client("eve", "shadow").ask("/file")[0]
    check("a shadow is not obeyed", answer.status, 403)
    wait_until(lambda: "shadow" in nginx.log("error.log"), "the shadow's answer is in the log")
    line = next(line for line in nginx.log("error.log").splitlines() if "certmap: " in line and "shadow" in line and "[info]" in line)
    check("and what it would have said is in the log", line, ("everybody",))


# ---- resumed sessions


def resumed(nginx, check):
    rows = {  # policy: alice resumed, and alice resumed after her certificate was revoked
        "keep": ("account=[Alice] reused=[r]", "account=[Alice] reused=[r]"),
        "verify": ("account=[Alice] reused=[r]", "account=[] reused=[r] reason=[not-verified]"),
        "unknown": ("account=[] reused=[r]", "account=[] reused=[r]"),
    }
    clients = [(port, tls, tickets, nginx.client("alice", port, tls=tls, tickets=tickets)) for port in rows
               for tls, tickets in (("1.2", True), ("1.2", False), ("1.3", True))]  # fmt: skip
    for turn in (0, 1):
        for port, tls, tickets, client in clients:
            name = f"resumed={port}, TLS {tls}, {'ticket' if tickets else 'cache'}, turn {turn}"
            if turn == 0:
                check(f"{name}, new", client.ask("/who")[0].body, ("account=[Alice] reused=[.]",))
            check(name, client.ask("/who", resume=True)[0].body, (rows[port][turn],))
        if turn == 0:
            nginx.bench.openssl_pki("revoke", "alice")
            check("a new CRL is taken", nginx.reload()[0], True)


def expiry(nginx, check):
    wait = nginx.bench.brief("short", 6)
    clients = [(port, nginx.client("short", port, tls=tls)) for port in ("ticket", "keep", "verify", "unknown") for tls in ("1.2", "1.3")]
    opened = [(port, http, nginx.client("short", http=http).connect()) for port, http in (("ticket", "1.1"), ("ticket", "2"))]
    for port, client in clients:
        check(f"short, {port}, new", client.ask("/file")[0].status, 200)
    for port, http, connection in opened:
        check(f"short, open, HTTP/{http}", connection.get("/file", "localhost").status, 200)
    wait()
    for port, client in clients:
        check(f"short, {port}, resumed when expired", client.ask("/file", resume=True)[0].status, 403)
    for port, http, connection in opened:
        with connection:
            check(f"short, open when expired, HTTP/{http}", connection.get("/file", "localhost").status, 403)


# ---- 11: rules that change


def reloads(nginx, check):
    """What `nginx -s reload` says of a file; nginx_load.py has what happens to requests meanwhile."""
    original = (DATA / "site.rules").read_text(encoding="utf-8")
    broken = (DATA / "broken.rules").read_text(encoding="utf-8")
    crew = original.replace('group "staff"', 'group "crew"')
    for name, text, taken in (("good", original + "# more\n", True), ("broken", broken, False), ("half written", original[: len(original) - 40], False),
                              ("empty", "", False), ("good again", crew, True)):  # fmt: skip
        nginx.rules("site.rules", text)
        took, said = nginx.reload()
        check(f"11: {name} rules are taken", took, taken)
        if not taken:
            check(f"11: {name} rules have a place", re.search(r"rules/site\.rules:\d+:\d+: ", said) is not None, True)
    (nginx.bench.folder / "rules/site.rules").unlink()
    check("11: without a file", nginx.reload()[0], False)
    nginx.rules("site.rules", crew)
    check("11: the new rules are in force", nginx.client("alice").ask("/who")[0].body, ("groups=[crew,",))


def unloaded(nginx, check):
    """A module that is taken out while connections have its answers."""
    with nginx.client("alice").connect() as connection:
        connection.get("/file", "localhost")
        plain = f"daemon off; {'user www-data;' if os.getuid() == 0 else ''} pid {nginx.bench.folder}/nginx.pid;\n" \
                f"worker_processes 2; events {{ }} http {{ server {{ listen 127.0.0.1:{nginx.ports['ticket']} ssl; access_log off; " \
                f"ssl_certificate {nginx.bench.pki}/server.pem; ssl_certificate_key {nginx.bench.pki}/server.key; " \
                f"ssl_protocols TLSv1.3; location / {{ return 200 plain; }} }} }}"  # fmt: skip
        nginx.bench.write("nginx.conf", f"error_log {nginx.bench.folder}/error.log info;\n{plain}\n")
        check("a configuration without the module is taken", nginx.reload()[0], True)
    check("the module can be taken out", [nginx.client(None).ask("/")[0].body for _ in range(4)], ["plain"] * 4)
    check("and no process of it died", nginx.log("error.log"), ("!exited on signal",))


# ---- mistakes


HEAD = """daemon off;
pid @FOLDER@/mistake.pid;
load_module @MODULE@;
events { }
http {
    access_log off; client_body_temp_path @FOLDER@/temp; proxy_temp_path @FOLDER@/temp; fastcgi_temp_path @FOLDER@/temp;
    uwsgi_temp_path @FOLDER@/temp; scgi_temp_path @FOLDER@/temp;
    ssl_certificate @PKI@/server.pem; ssl_certificate_key @PKI@/server.key; ssl_client_certificate @PKI@/cas.pem;
"""


def mistakes(nginx):
    check = nginx.bench.check
    for name, text, said in MISTAKES:
        nginx.fill("mistake/nginx.conf", HEAD + text + "\n}\n")
        (nginx.bench.folder / "mistake/rules").exists() or (nginx.bench.folder / "mistake/rules").symlink_to(nginx.bench.folder / "rules")
        status, output = nginx.test(nginx.bench.folder / "mistake/nginx.conf")
        check(f"mistake: {name}: does not start", status != 0, True)
        check(f"mistake: {name}", output, said)
    other = re.sub(rb"8,4,8,[01]{34}", lambda found: found[0][:-1] + (b"0" if found[0].endswith(b"1") else b"1"), nginx.module.read_bytes())
    (nginx.bench.folder / "lib").symlink_to(nginx.bench.build / "lib")  # the module looks for its libraries beside it
    path = nginx.bench.write("modules/nginx/other.so", other)
    status, output = nginx.test(nginx.fill("mistake/nginx.conf", HEAD.replace("@MODULE@", str(path)) + "}\n"))
    check("12: a module that was built for another nginx", (status != 0, "is not binary compatible" in output), (True, True))
    nginx.fill("mistake/nginx.conf", HEAD + 'certmap_rules rules/applicationHost.config site="Other Site";\n}\n')
    check("a site that is none is doubtful", nginx.test(nginx.bench.folder / "mistake/nginx.conf")[1], ("[warn]", '"Other Site"'))
    status, output = nginx.test(nginx.conf)
    check("the configuration of these tests is right", [status, *re.findall(r"\[warn\].*", output)], [0])


# ---- docs/nginx.md


def page(nginx, check):
    """The first configuration of the page, with the location for passwords in it, as they stand; only paths and ports
    are those of the tests."""
    text = (ROOT / "docs/nginx.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```nginx\n(.*?)^```$", text, re.M | re.S)
    whole, either = blocks[0], next(block for block in blocks if block.startswith("location /either/"))
    folder, pki, port = nginx.bench.folder, nginx.bench.pki, nginx.bench.port()
    whole = whole.replace("        error_page 403", either + "        error_page 403")
    for old, new in (("/usr/local/lib/nginx/modules/ngx_http_certmap_module.so", nginx.module),
                     ("/etc/nginx/certmap/", f"{folder}/rules/"), ("/etc/nginx/tls/client-cas.pem", f"{pki}/cas.pem"),
                     ("/etc/nginx/tls/", f"{pki}/"), ("/etc/nginx/htpasswd", f"{folder}/htpasswd"),
                     ("/var/log/nginx/", f"{folder}/page-"), ("listen 443", f"listen 127.0.0.1:{port}"),
                     ("127.0.0.1:8080", f"127.0.0.1:{nginx.ports['backend']}"),
                     ("http {\n", f"http {{ client_body_temp_path {folder}/temp; proxy_temp_path {folder}/temp; "
                                  f"fastcgi_temp_path {folder}/temp; uwsgi_temp_path {folder}/temp; scgi_temp_path {folder}/temp;\n")):  # fmt: skip
        check(f"page: it has {old.strip()}", old in whole, True)
        whole = whole.replace(old, str(new))
    user = "user www-data;" if os.getuid() == 0 else ""
    conf = nginx.bench.write("page.conf", f"daemon off; {user} pid {folder}/page.pid;\n{whole}")
    nginx.bench.start(nginx.command(conf=conf), port, stderr=subprocess.DEVNULL)
    rows = [
        ("alice", "/", (), 200, ("user=[CONTOSO\\alice] groups=[staff,a%2Cb%25c] auth=[]",)),
        ("eve", "/", (), 403, ("refused: no-match",)),
        ("carol", "/", (), 403, ("refused:",)),
        (None, "/", (), 403, ("refused: no-certificate",)),
        ("expired", "/", (), 400, ()),
        ("carol", "/public/", (), 200, ("user=[] groups=[] ",)),
        ("alice", "/public/", BASIC_BOB, 200, ("user=[] groups=[] ",)),
        ("alice", "/legacy/", (), 200, ("user=[CONTOSO\\portal] groups=[] ",)),
        ("carol", "/legacy/", (), 403, ("refused:",)),
        ("alice", "/either/", (), 200, ("user=[CONTOSO\\alice] groups=[staff,a%2Cb%25c]",)),
        ("alice", "/either/", BASIC_BOB, 200, ("user=[CONTOSO\\alice] groups=[staff,a%2Cb%25c]",)),
        (None, "/either/", BASIC_BOB, 200, ("user=[bob] groups=[]",)),
        (None, "/either/", (), 401, ()),
        ("carol", "/either/", BASIC_BOB, 403, ("refused:",)),
    ]
    forged = (("X-Remote-User", "root"), ("X-Remote-Groups", "wheel"))
    for who, path, headers, status, body in rows:
        answer = Client(nginx.bench.pki, port, who).ask(path, headers=(*forged, *(headers or BASIC_ADMIN)))[0]
        check(f"page: {who} at {path}: status", answer.status, status)
        check(f"page: {who} at {path}", answer.body, (*body, "!root", "!wheel"))
        if answer.status == 200:
            check(f"page: {who} at {path}: no password goes on", answer.body, ("auth=[]",))
    line = json.loads(nginx.log("page-certmap.log").splitlines()[0])
    check("page: its log", (line["user"], line["decision"], line["mapping"]), ("CONTOSO\\alice", "allow", "staff"))
    rules = re.search(r"^The rule that was meant:\n\n```certmap\n(.*?)^```$", text, re.M | re.S)[1]
    nginx.rules("site.rules", rules)
    stop(nginx.bench.processes[-1])
    nginx.bench.start(nginx.command(conf=conf), port, stderr=subprocess.DEVNULL)
    for who, status in (("alice", 200), ("eve", 403), ("fred", 403), ("newline", 403)):
        check(f"page: the rule that was meant, {who}", Client(nginx.bench.pki, port, who).ask("/")[0].status, status)
    nginx.rules("site.rules", (DATA / "site.rules").read_text(encoding="utf-8"))
    stream_page(nginx, check, text)
    snippet = re.search(r"^```nginx\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)[1]
    snippet = snippet.replace("applicationHost.config", "rules/applicationHost.config")
    nginx.fill("mistake/nginx.conf", HEAD + SERVER.format(verify="optional", more=snippet) + "\n}\n")
    check("README.md: its lines", nginx.test(nginx.bench.folder / "mistake/nginx.conf")[0], 0)


def stream_page(nginx, check, text):
    """The configuration for stream, with backends that say which they are."""
    whole = re.search(r"^## TLS without HTTP\n.*?^```nginx\n(.*?)^```$", text, re.M | re.S)[1]
    stream = nginx_stream.Stream(nginx)
    rooms = "".join(f"server {{ listen 127.0.0.1:{stream.ports[name]}; access_log off; return {name}; }} " for name in ("staffroom", "lobby"))
    folder, pki, port = nginx.bench.folder, nginx.bench.pki, nginx.bench.port()
    for old, new in (("load_module modules/ngx_stream_module.so;", "@STREAM@"),
                     ("/usr/local/lib/nginx/modules/ngx_stream_certmap_module.so", "@MODULE@"),
                     ("/etc/nginx/certmap/", f"{folder}/rules/"), ("/etc/nginx/tls/client-cas.pem", f"{pki}/cas.pem"),
                     ("/etc/nginx/tls/", f"{pki}/"), ("/var/log/nginx/", f"{folder}/page-"), ("listen 8443", f"listen 127.0.0.1:{port}"),
                     ("127.0.0.1:5432", f"127.0.0.1:{stream.ports['staffroom']}"), ("127.0.0.1:5433", f"127.0.0.1:{stream.ports['lobby']}"),
                     ("stream {\n", f"stream {{ {rooms}\n")):  # fmt: skip
        check(f"page: stream: it has {old.strip()}", old in whole, True)
        whole = whole.replace(old, str(new))
    conf = stream.fill("page-stream.conf", f"daemon off; {stream.user} pid {folder}/page-stream.pid;\n{whole}")
    nginx.bench.start(nginx.command(conf=conf), port, stderr=subprocess.DEVNULL)
    for who, said in (("alice", b"staffroom"), ("robot", b"lobby"), ("carol", b""), ("eve", b""), (None, b"")):
        try:
            with Client(pki, port, who).connect() as connection:
                answer = connection.file.read()
        except OSError:
            answer = b""
        check(f"page: stream: {who}", answer, said)
    wait_until(lambda: '"user":"CONTOSO\\\\alice","decision":"allow"' in nginx.log("page-certmap-stream.log"), "stream: its log has alice")


# What the page says of a server without the module: who gets in by a pattern on the printed Name.
STOCK = """daemon off; @USER@ pid @FOLDER@/stock.pid; error_log @FOLDER@/error.log; events { }
http {
    access_log off; client_body_temp_path @FOLDER@/temp; proxy_temp_path @FOLDER@/temp; fastcgi_temp_path @FOLDER@/temp;
    uwsgi_temp_path @FOLDER@/temp; scgi_temp_path @FOLDER@/temp;
    map $ssl_client_s_dn $user { ~CN=([^,]+) $1; }
    server {
        listen 127.0.0.1:@STOCK@ ssl; ssl_certificate @PKI@/server.pem; ssl_certificate_key @PKI@/server.key;
        ssl_client_certificate @PKI@/cas.pem; ssl_verify_client optional; ssl_protocols @PROTOCOLS@;
        location / { if ($ssl_client_s_dn !~ "OU=Sales") { return 403; } return 200 "user=[$user] remote=[$remote_user]"; }
    }
}
"""


def stock(nginx, check):
    port = nginx.bench.port()
    conf = nginx.bench.fill("stock.conf", STOCK.replace("@STOCK@", str(port)).replace("@PROTOCOLS@", "TLSv1.2"),
                            user="user www-data;" if os.getuid() == 0 else "")  # fmt: skip
    nginx.bench.start(nginx.command(conf=conf), port, stderr=subprocess.DEVNULL)
    for who, status in (("alice", 200), ("eve", 200), ("fred", 200), ("carol", 403)):
        answer = Client(nginx.bench.pki, port, who, tls="1.2").ask("/", headers=BASIC_ADMIN)[0]
        check(f"stock: {who}", answer.status, status)
        if who == "alice":
            check("stock: $remote_user", answer.body, ("remote=[admin]",))
    check("13: TLS 1.3 has to be named", Client(nginx.bench.pki, port, "alice").ask("/")[0].status, 0)
