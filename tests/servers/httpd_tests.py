# SPDX-License-Identifier: MIT
"""The module for Apache httpd, live. Traps are numbered as docs/httpd.md numbers them."""

import contextlib
import os
import re
import signal
import subprocess

import httpd_load
from bench import HERE, ROOT, listens, stop, wait_until
from client import Client, curl

DATA = HERE / "data"
MODULES = "/usr/lib/apache2/modules"
PORTS = "backend plain ticket cache late noca on iis shadow keep verify unknown same".split()

# Everybody at a location with `CertMap require`, whose program says what it was told:
# certificate: (status, what the program says, what the access log has)
MOD_SSL_REFUSES = (0, "Error: ", None)  # an alert, or the end of the connection
MATRIX = {
    "alice": (200, "user=[CONTOSO\\alice] type=[CertMap] account=[CONTOSO\\alice] domain=[CONTOSO] name=[alice] groups=[staff,a%2Cb%25c]",
              "user=[CONTOSO\\\\alice] decision=[allow] account=[CONTOSO\\\\alice] mapping=[staff] reason=[-]"),
    "carol": (403, "", "user=[-] decision=[deny] account=[-] mapping=[contractors]"),
    "eve": (403, "", "user=[-] decision=[none] account=[-] mapping=[-] reason=[no-match]"),
    "fred": (403, "", "user=[-] decision=[none] account=[-] mapping=[-] reason=[no-match]"),
    "ida": (200, "user=[CONTOSO\\ida]", "account=[CONTOSO\\\\ida]"),
    "newline": (403, "", "user=[-] decision=[deny] account=[-]"),
    "unicode": (200, "user=[CONTOSO\\ådá žižka]", "decision=[allow]"),
    "large": (200, "user=[CONTOSO\\large]", "account=[CONTOSO\\\\large]"),
    "expired": MOD_SSL_REFUSES,
    "stranger": MOD_SSL_REFUSES,
    "purpose": MOD_SSL_REFUSES,
    None: (403, "", "user=[-] decision=[unverified] account=[-] mapping=[-] reason=[no-certificate]"),
}  # fmt: skip
# mod_ssl keeps no session of more than 10 KB in a cache.
NOT_RESUMED = {("large", "cache")}

BASIC_ADMIN = (("Authorization", "Basic YWRtaW46eA=="),)  # admin:x
BASIC_BOB = (("Authorization", "Basic Ym9iOnNlY3JldA=="),)  # bob:secret

# Configurations that must not start: what they say of a virtual host, and what httpd has to say.
HOST = "<VirtualHost *:1>\nSSLEngine on\nSSLVerifyClient {verify}\n{more}\n</VirtualHost>"
MISTAKES = [
    ("no rules", HOST.format(verify="optional", more="CertMap require"), ("mistake.conf:17", "has no rules", "CertMapRules FILE")),
    ("9: nobody asks for a certificate", "CertMapRules rules/site.rules\n" + HOST.format(verify="none", more="CertMap optional"),
     ("mistake.conf:18", "asks for no certificate", "SSLVerifyClient optional")),
    ("nobody asks in any host", "CertMapRules rules/site.rules\nCertMap require", ("mistake.conf:15", "SSLVerifyClient optional")),
    ("a mode", "CertMap on", ('invalid value "on"', "off, optional, require", "line 14")),
    ("no mode", "CertMap", ("CertMap takes one argument", "line 14")),
    ("no file named", "CertMapRules", ("needs a file", "line 14")),
    ("a format", "CertMapRules rules/site.rules format=xml", ('invalid value "xml"', "native, iis", "line 14")),
    ("a policy", "CertMapRules rules/site.rules resumed=yes", ('invalid value "yes"', "keep, verify, refuse-unknown", "line 14")),
    ("a parameter", "CertMapRules rules/site.rules sight=x", ('unknown parameter "sight"', "format, site", "line 14")),
    ("no value", "CertMapRules rules/site.rules site", ("write NAME=VALUE", "line 14")),
    ("no name", "CertMapRules rules/site.rules =x", ("unknown parameter", "line 14")),
    ("11: broken rules", "CertMapRules rules/broken.rules", ("rules/broken.rules:3:", "XYZ", "line 14")),
    ("no file", "CertMapRules rules/none.rules", ("rules/none.rules", "line 14")),
    ("a site of a native file", 'CertMapRules rules/site.rules site="Default Web Site"', ("site", "line 14")),
    ("a quote without an end", 'CertMapRules rules/applicationHost.config site="Default Web', ("has no end", "line 14")),
    ("rules twice", "CertMapRules rules/site.rules\nCertMapRules rules/site.rules", ("twice", "line 15")),
    ("a mode twice", "CertMap off\nCertMap off", ("twice", "line 15")),
    ("a mode for a method", "<Location />\n<Limit OPTIONS>\nCertMap off\n</Limit>\n</Location>", ("CertMap cannot occur within <Limit>", "line 16")),
    ("rules for a method", "<Location />\n<Limit GET>\nCertMapRules rules/site.rules\n</Limit>\n</Location>",
     ("CertMapRules cannot occur within <Limit>", "line 16")),
    ("a group without a name", "<Location />\nRequire certmap-group\n</Location>", ("need a NAME", "line 15")),
    ("an attribute without a value", "<Location />\nRequire certmap-attribute mail\n</Location>", ("a NAME and a VALUE", "line 15")),
    ("an unknown requirement", "<Location />\nRequire certmap-user x\n</Location>", ("certmap-user", "line 15")),
]  # fmt: skip

HEAD = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in "mpm_event authz_core authn_core socache_shmcb ssl".split())
HEAD = f"""ServerRoot "@FOLDER@"
PidFile "@FOLDER@/mistake.pid"
ErrorLog "@FOLDER@/mistake.log"
DefaultRuntimeDir "@FOLDER@"
ServerName localhost
{HEAD}
LoadModule certmap_module @MODULE@
SSLCertificateFile "@PKI@/server.pem"
SSLCertificateKeyFile "@PKI@/server.key"
"""  # 13 lines, with what stands before the mistake


class Httpd:
    """The server under test, and what it logs."""

    def __init__(self, bench):
        self.bench = bench
        self.module = bench.build / "modules/httpd/mod_certmap.so"
        self.ports = {name: bench.port() for name in PORTS}
        self.conf = bench.folder / "httpd.conf"
        self.prepare()

    def prepare(self):
        bench = self.bench
        bench.openssl_pki("revoke")
        bench.openssl_pki("weak", "weak")
        bench.write("www/index.html", "index\n")
        bench.write("www/file", "page\n")
        bench.write("www/refused.txt", "refused by page\n")
        bench.write("www/open.shtml", '[<!--#include virtual="/file" -->]')
        bench.write("www/open-same.shtml", '[<!--#echo var="REMOTE_USER" -->]')
        bench.write("www/closed.shtml", '[<!--#echo var="REMOTE_USER" -->|<!--#include virtual="/pages/file" -->]')
        bench.write("www/ht/.htaccess", "CertMap off\n")
        bench.write("www/ht/file", "page\n")
        bench.write("www/htok/.htaccess", "AuthType CertMap\nRequire certmap-group crew staff\n")
        bench.write("www/htok/file", "page\n")
        bench.write("mime.types", "text/html html shtml\ntext/plain txt\n")
        bench.write("ticket.key", os.urandom(48))
        bench.write("proxy.pem", (bench.pki / "robot.pem").read_text("ascii") + (bench.pki / "robot.key").read_text("ascii"))
        secret = subprocess.run(["openssl", "passwd", "-apr1", "secret"], capture_output=True, check=True, text=True).stdout
        fake = subprocess.run(["openssl", "passwd", "-apr1", "password"], capture_output=True, check=True, text=True).stdout
        bench.write("htpasswd", f"bob:{secret}CN=Eve\\, OU=Sales,O=Contoso:{fake}")
        for name in ("env", "seen"):
            bench.write(f"cgi/{name}", (DATA / f"httpd-{name}").read_text("utf-8"), 0o755)
        for rules in DATA.glob("*.rules"):
            self.rules(rules.name, rules.read_text("utf-8"))
        bench.write("rules/ca.pem", (bench.pki / "ca.pem").read_bytes())
        robot = "".join((bench.pki / "robot.pem").read_text("ascii").split("\n")[1:-2])
        self.rules("applicationHost.config", (DATA / "applicationHost.config").read_text("utf-8").replace("@ROBOT@", robot))
        for name in ("httpd-locations.conf", "httpd-policy.conf"):
            self.fill(name, (DATA / name).read_text("utf-8"))
        self.fill("httpd.conf", (DATA / "httpd.conf").read_text("utf-8"))

    @staticmethod
    def user():
        # As root the children are somebody else, who cannot read the rules; nobody else may choose.
        return "User www-data\nGroup www-data" if os.getuid() == 0 else ""

    def fill(self, name, template):
        return self.bench.fill(name, template, user=self.user(), module=self.module, modules=MODULES, **self.ports)

    def rules(self, name, text):
        """Only for the one who starts httpd: the children never read them."""
        return self.bench.write(f"rules/{name}", text, 0o600)

    def command(self, *arguments, conf=None):
        return ["apache2", "-f", str(conf or self.conf), *arguments]

    def start(self):
        output = (self.bench.folder / "start.log").open("wb")
        self.process = self.bench.start(self.command("-DFOREGROUND"), self.ports["ticket"], stdout=output, stderr=output)
        wait_until(lambda: len(self.children()) >= 3, "the children are there")  # from then on it takes signals

    def test(self, conf=None):
        """What `apachectl configtest` says of a configuration."""
        done = subprocess.run(self.command("-t", conf=conf), capture_output=True, check=False, text=True)
        return done.returncode, done.stderr + done.stdout

    def children(self):
        """Those that answer; one is mod_cgid's."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, check=False, text=True)
        return set(found.stdout.split())

    def graceful(self, number=signal.SIGUSR1):
        """As `apachectl graceful` after its look at the configuration; waits until the old children are gone."""
        before = self.children()
        self.process.send_signal(number)
        wait_until(lambda: self.children() and not before & self.children(), "the old children end", 30)
        wait_until(lambda: listens(self.ports["ticket"]), "it listens")

    def client(self, who, port="ticket", **options):
        return Client(self.bench.pki, self.ports[port], who, **options)

    def log(self, name="access.log"):
        return (self.bench.folder / name).read_text(encoding="utf-8", errors="replace")

    def logged(self, mark):
        """The line of the access log about the request whose URI ends in the mark."""
        ending = re.compile(rf".*\?{re.escape(mark)} HTTP/.*")
        wait_until(lambda: ending.search(self.log()), f"the log has {mark}")
        return ending.search(self.log())[0]


def run(bench):
    httpd = Httpd(bench)
    mistakes(httpd)
    whole = (DATA / "httpd.conf").read_text("utf-8")
    httpd.fill("httpd.conf", whole.replace("SSLProtocol", "SSLVHostSNIPolicy insecure\nSSLProtocol", 1))
    httpd.start()
    other_hosts(httpd, bench.check, insecure=True)
    stop(httpd.process)
    httpd.fill("httpd.conf", whole)
    httpd.start()
    for tests in (matrix, users, satisfy, passwords, requirements, late, parallel, headers, log, other_requests, other_hosts,
                  accepted, without_tls, iis, shadow, browsers, kept, page, stock, resumed, expiry, reloads, restarts, unloaded):  # fmt: skip
        tests(httpd, bench.check)
    httpd_load.reloads(httpd, MODULES)
    bench.check("no child died", httpd.log("error.log"), ("!exit signal", "!core dumped"))


# ---- everybody, every way


def matrix(httpd, check):
    for who, (status, body, log_line) in MATRIX.items():
        for tls in ("1.2", "1.3"):
            for mode in ("ticket", "cache"):
                for http in ("1.1", "2"):
                    client = httpd.client(who, mode, tls=tls, http=http, tickets=mode == "ticket" or tls == "1.3")
                    name = f"{who}, TLS {tls}, {mode}, HTTP/{http}"
                    visits(httpd, check, client, name, (status, body, log_line), (who, mode) not in NOT_RESUMED)


def visits(httpd, check, client, name, expected, resumes):
    """A new connection and a resumed one, with two requests each."""
    status, body, line = expected
    for visit in ("new", "resumed"):
        marks = [re.sub(r"\W", "-", f"{name} {visit} {turn}") for turn in (1, 2)]
        paths = [f"/env-require?{mark}" for mark in marks]
        answers = client.ask(*paths, resume=visit == "resumed")
        if not check(f"{name}, {visit}: status", [answer.status for answer in answers], [status] * 2):
            print(answers[0].body)
            return
        check(f"{name}, {visit}: body", answers[-1].body, (body,))
        if status:
            check(f"{name}, {visit}: log", httpd.logged(marks[1]), (line,))
    if status:
        check(f"{name}: the session is resumed", answers[0].reused, resumes)


def rows_of(httpd, check, rows, http_versions=("1.1", "2")):
    """Rows are (name, who, path, headers, status, pieces of the body)."""
    for http in http_versions:
        for name, who, path, headers, status, body in rows:
            answer = httpd.client(who, http=http).ask(path, headers=headers)[0]
            label = f"{name}: {who} at {path}, HTTP/{http}"
            check(f"{label}: status", answer.status, status)
            if body:
                check(label, answer.body, body)


# ---- 1: AuthType CertMap


def users(httpd, check):
    alice = ("user=[CONTOSO\\alice] type=[CertMap]",)
    rows_of(httpd, check, [
        ("1", "alice", "/env-valid", (), 200, alice), ("1", "alice", "/env-valid", BASIC_ADMIN, 200, alice),
        ("1", "carol", "/env-valid", (), 403, ()), ("1", "eve", "/env-valid", (), 403, ()), ("1", None, "/env-valid", (), 403, ()),
        ("1", None, "/env-valid", BASIC_BOB, 403, ()), ("1", "eve", "/env-valid", BASIC_BOB, 403, ()),
        ("1", "alice", "/env-user", (), 200, alice), ("1", "ida", "/env-user", (), 403, ()), ("1", None, "/env-user", (), 403, ()),
        ("1", None, "/env-user", BASIC_BOB, 403, ()),
        ("1: without CertMap", "alice", "/file-mistaken", (), 500, ()), ("1: without CertMap", None, "/file-mistaken", (), 500, ()),
    ])  # fmt: skip
    check("1: and the log says what to write", httpd.log("error.log"), ("AuthType CertMap does not work here: write CertMap optional",))


# ---- 2: Satisfy Any


def satisfy(httpd, check):
    rows = [("2", "alice", f"/file-{path}", (), 200, ()) for path in ("any", "anygranted", "anyallowed", "anyrequire")]
    rows += [("2", "carol", f"/file-{path}", basic, 403, ()) for path in ("any", "anygranted", "anyallowed", "anyrequire")
             for basic in ((), BASIC_BOB)]  # fmt: skip
    rows += [("2", who, "/file-anyrequire", BASIC_BOB, 403, ()) for who in ("eve", "newline", None)]
    rows += [
        ("2", "newline", "/file-any", BASIC_BOB, 403, ()), ("2", "eve", "/file-any", BASIC_BOB, 200, ()), ("2", "eve", "/file-any", (), 401, ()),
        ("2", None, "/file-any", BASIC_BOB, 200, ()), ("2", None, "/file-any", BASIC_ADMIN, 401, ()), ("2", None, "/file-any", (), 401, ()),
        ("2", None, "/file-anygranted", (), 200, ()), ("2", "eve", "/file-anyallowed", (), 200, ()),
    ]  # fmt: skip
    rows_of(httpd, check, rows)


# ---- 3: passwords, and users that mod_ssl makes of certificates


def passwords(httpd, check):
    alice = ("user=[CONTOSO\\alice] type=[CertMap]",)
    rows_of(httpd, check, [
        ("3", "alice", "/env-either", (), 200, alice), ("3", "alice", "/env-either", BASIC_BOB, 200, alice),
        ("3", "alice", "/env-either", BASIC_ADMIN, 200, alice), ("3", None, "/env-either", BASIC_BOB, 200, ("user=[bob] type=[Basic] account=[]",)),
        ("3", "eve", "/env-either", BASIC_BOB, 200, ("user=[bob] type=[Basic] account=[]",)), ("3", "eve", "/env-either", (), 401, ()),
        ("3", None, "/env-either", BASIC_ADMIN, 401, ()), ("3", "carol", "/env-either", BASIC_BOB, 403, ()),
        ("3", "newline", "/env-either", BASIC_BOB, 403, ()),
        ("3: SSLUserName", "alice", "/env-username", (), 200, alice), ("3: SSLUserName", "eve", "/env-username", (), 403, ()),
        ("3: SSLUserName", "fred", "/env-username", (), 403, ()), ("3: SSLUserName", "carol", "/env-username", (), 403, ()),
        ("3: SSLUserName by itself", "eve", "/env-usernamealone", (), 200, ("user=[Eve, OU=Sales]",)),
        ("3: SSLUserName, anybody", "eve", "/env-usernameopen", (), 200, ("user=[] type=[]",)),
        ("3: SSLUserName, anybody", "alice", "/env-usernameopen", (), 200, alice),
        ("3: FakeBasicAuth", "alice", "/env-fake", (), 200, alice), ("3: FakeBasicAuth", "carol", "/env-fake", (), 403, ()),
        ("3: FakeBasicAuth", "fred", "/env-fake", (), 401, ()), ("3: FakeBasicAuth", None, "/env-fake", BASIC_BOB, 200, ("user=[bob]",)),
        ("3: SSLOptions", "alice", "/env-ssloptions", (), 200, alice), ("3: SSLOptions", "eve", "/env-ssloptions", (), 403, ()),
    ])  # fmt: skip


# ---- Require


def requirements(httpd, check):
    staff, nobody = ("alice", "ida", "unicode"), ("eve", "fred", None)
    table = {  # path: (who gets in, who is refused with 403, who with 500)
        "/file-group": (staff, ("carol", "robot", "newline", *nobody), ()),
        "/file-othergroup": (staff, ("robot", *nobody), ()),
        "/file-nogroup": ((), (*staff, "robot", *nobody), ()),
        "/file-mapping": (("robot",), ("alice", "carol", *nobody), ()),
        "/file-attribute": (("alice",), ("ida", "robot", "carol", *nobody), ()),
        "/file-orlocal": ((*staff, "robot", *nobody), ("carol", "newline"), ()),
        "/file-none": (("robot",), (*staff, "carol", "newline", *nobody), ()),
        "/file-noneof": ((*staff, "robot"), ("carol", "newline", *nobody), ()),
        "/file-nonenot": (staff, ("robot", "carol", "newline", *nobody), ()),
        "/file-not": ((*staff, "robot"), ("carol", "newline", *nobody), ()),
        "/file-alias": (staff, ("carol", "robot"), nobody),
        "/file-notalias": (("robot",), (*staff, "carol"), nobody),
        "/file-unmapped": ((), (), ("alice", "carol", "robot", None)),
        "/file-merged": (staff, ("robot", "carol", None), ()),
        "/file-merged/and": ((), ("alice", "robot", "carol", None), ()),
        "/file-merged/or": ((*staff, "robot"), ("carol",), ()),  # httpd merges it with the directory, too
        "/file-merged/off": ((*staff, "robot", *nobody), ("carol",), ()),
        "/file-expr": (staff, ("robot", "carol", "eve", None), ()),
        "/pages/htok/file": (staff, ("robot", "carol", "eve", None), ()),
    }
    rows = [("Require", who, path, (), status, ()) for path, groups in table.items()
            for status, group in zip((200, 403, 500), groups) for who in group]  # fmt: skip
    rows += [
        ("Require", "alice", "/file-orpassword", (), 200, ()), ("Require", None, "/file-orpassword", (), 401, ()),
        ("Require", None, "/file-orpassword", BASIC_BOB, 200, ()), ("Require", "robot", "/file-orpassword", BASIC_BOB, 403, ()),
        ("Require", "carol", "/file-orpassword", BASIC_BOB, 403, ()),
        ("in .htaccess", "alice", "/pages/ht/file", (), 500, ()),
    ]  # fmt: skip
    rows_of(httpd, check, rows, ("1.1",))
    check("Require: and the log says what to write", httpd.log("error.log"), ("Require certmap-... does not work here: write CertMap optional",))


# ---- 4, 5: a certificate that comes late


def place_level(httpd, check):
    """A place's SSLCipherSuite does not take a key that is too weak for its virtual host: it would count at all places."""
    answers = httpd.client("alice", "late", tls="1.2").ask("/env-weak")
    check("4: a place with a level of its own: status", answers[0].status, 200)
    check("4: a place with a level of its own", answers[0].body, ("user=[CONTOSO\\alice]",))
    answers = httpd.client("weak", "late", tls="1.2", ciphers="DEFAULT:@SECLEVEL=0").ask("/env-weak", "/env-late")
    check("4: a weak key at a place with a level of its own", {answer.status for answer in answers}, {0})


def late(httpd, check):
    alice = (200, ("user=[CONTOSO\\alice]",))
    for tls in ("1.2", "1.3"):
        for who, (status, body) in {"alice": alice, "ida": (200, ("user=[CONTOSO\\ida]",)), "carol": (403, ()), "eve": (403, ())}.items():
            client = httpd.client(who, "late", tls=tls)
            client.context.post_handshake_auth = True
            for visit in ("new", "again", "and again"):
                answers = client.ask("/env", "/env-late", "/env-late", "/env", resume=visit != "new")
                name = f"4: {who}, TLS {tls}, {visit}"
                check(f"{name}: status", [answer.status for answer in answers], [200, status, status, 200])
                check(name, answers[2].body, body)
                for answer in (answers[0], answers[-1]):
                    check(f"5: {name}, where nobody is asked", answer.body, ("user=[] type=[] account=[]",))
    answers = httpd.client("alice", "late").ask("/env", "/env-late")
    check("4: TLS 1.3 without post-handshake authentication", [answer.status for answer in answers], [200, 403])
    for option in ("--http1.1", "--http2"):
        answer = curl(httpd.bench.pki, httpd.ports["late"], "/env-late", "alice", [option])
        check(f"4: curl {option}", (answer.status, "user=[CONTOSO\\alice]" in answer.body), (200, True))
    client = httpd.client("stranger", "late", tls="1.2")
    check("10: optional_no_ca in a location", client.ask("/env-noca")[0].status, 403)
    place_level(httpd, check)
    check("4: no certificate", [httpd.client(None, "late", tls=tls).ask("/env-late")[0].status for tls in ("1.2", "1.3")], [0, 403])


def asked(httpd):
    return httpd.log("error.log").count("certmap: client=")


def parallel(httpd, check):
    for who, expected in (("alice", (200, True)), ("carol", (403, False))):
        before = asked(httpd)
        with httpd.client(who, http="2").connect() as connection:
            streams = [connection.send("/file", "localhost") for _ in range(90)]
            seen = {(answer.status, "page" in answer.body) for answer in connection.receive(*streams)}
        check(f"5: 90 streams at once, {who}", seen, {expected})
        check(f"5: one question, {who}", asked(httpd) - before, 1)
    with httpd.client("alice", http="2").connect() as connection:
        paths = ["/env-require", "/file-mapping", "/file-group", "/env-optional"] * 10
        streams = [connection.send(path, "localhost") for path in paths]
        seen = [answer.status for answer in connection.receive(*streams)]
    check("5: streams of many kinds", seen, [200, 403, 200, 200] * 10)
    for _ in range(20):  # connections that break while streams run
        with contextlib.suppress(OSError, EOFError):
            connection = httpd.client("alice", http="2").connect()
            for _ in range(20):
                connection.send("/env-require", "localhost")
            connection.file.close()
            connection.sock.close()


# ---- 6, 8: headers


def headers(httpd, check):
    forged = (("X-Remote-User", "root"), ("X-Remote-Groups", "wheel"), ("X_Remote_User", "root"), ("Remote-User", "root"),
              ("REMOTE_USER", "root"), ("CERTMAP_ACCOUNT", "root"), ("Certmap-Account", "root"))  # fmt: skip
    alice = ("user=[CONTOSO\\alice]",)
    rows_of(httpd, check, [
        ("8", "alice", "/env-require", forged, 200, (*alice, "account=[CONTOSO\\alice]", "header=[root]")),
        ("8", None, "/env-optional", forged + BASIC_ADMIN, 200, ("user=[] type=[] account=[] domain=[] name=[] groups=[]",)),
        ("8", "alice", "/proxy", forged + forged + BASIC_ADMIN, 200, ("user=[CONTOSO\\alice] groups=[staff,a%2Cb%25c] auth=[]",)),
        ("8", "unicode", "/proxy", (), 200, ("user=[CONTOSO\\ådá žižka]",)),
        ("8: an account with a colon", "robot", "/env-require", (), 200, ("user=[service:robot]", "mail=[]", "groups=[]")),
        ("8: what is not ASCII", "unicode", "/env-require", (), 200, ("ascii=[CONTOSO\\%C3%A5d%C3%A1 %C5%BEi%C5%BEka]",)),
        ("8: an attribute", "alice", "/env-require", (), 200, ("mail=[alice@contoso.example]",)),
        ("6", None, "/proxy", forged, 200, ("user=[] groups=[] auth=[]",)),
        ("6", "eve", "/proxy", forged, 200, ("user=[] groups=[] auth=[]",)),
        ("6", "carol", "/proxy", forged, 403, ()),
        ("6: what httpd does by itself", None, "/null", (), 200, ("user=[(null)]",)),
        ("a backend with TLS", "alice", "/tls-backend/env-require", (), 200, ("user=[service:robot]",)),
        ("a backend with TLS", None, "/tls-backend/env-require", (), 200, ("user=[service:robot]",)),
        ("a backend with TLS", "carol", "/tls-backend/env-require", (), 403, ()),
    ])  # fmt: skip


# ---- 7, 12: the log


def log(httpd, check):
    for who, path, pieces in (
        ("alice", "/file", ("200 user=[CONTOSO\\\\alice] decision=[allow]", "mapping=[staff] reason=[-] first=[allow]")),
        ("carol", "/file", ("403 user=[-] decision=[deny]", "mapping=[contractors]")),
        ("eve", "/file-any", ("401 user=[-] decision=[none]", "reason=[no-match]")),
        ("carol", "/file-why", ("403 user=[-] decision=[-]", "first=[deny]")),
        ("carol", "/file-off", ("200 user=[-] decision=[-]", "first=[-]")),
        (None, "/env-rewrite-forbidden", ("403 user=[-]",)),
        ("carol", "/env-username", ("403 user=[-] decision=[deny]",)),
        ("eve", "/env-username", ("403 user=[-] decision=[none]",)),
        ("eve", "/env-usernameopen", ("200 user=[-] decision=[none]",)),
        ("eve", "/env-usernamealone", ("200 user=[Eve, OU=Sales] decision=[-]",)),
    ):  # fmt: skip
        mark = f"log-{who}-{path[1:]}"
        httpd.client(who).ask(f"{path}?{mark}")
        check(f"7: {who} at {path}", httpd.logged(mark), pieces)
    errors = httpd.log("error.log")
    check("7: the error log", errors, ('certmap: refused: client="127.0.0.1" cert=sha256:', 'decision=deny mapping="contractors"'))
    check("12: it escapes backslashes once more", errors, ('account="CONTOSO\\\\\\\\alice"',))


# ---- 9: subrequests and internal redirects


def other_requests(httpd, check):
    rows_of(httpd, check, [
        ("9: a subrequest", "alice", "/pages/open.shtml", (), 200, ("[page\n]",)),
        ("9: a subrequest", "carol", "/pages/open.shtml", (), 200, ("an error occurred", "!page")),
        ("9: a subrequest", "eve", "/pages/open.shtml", (), 200, ("an error occurred", "!page")),
        ("9: a subrequest", None, "/pages/open.shtml", (), 200, ("an error occurred", "!page")),
        ("9: a subrequest of the same", "alice", "/pages/closed.shtml", (), 200, ("[CONTOSO\\alice|page\n]",)),
        ("9: where it is off", "alice", "/pages/open-same.shtml", BASIC_ADMIN, 200, ("[(none)]",)),
        ("9: DirectoryIndex", "alice", "/pages/", (), 200, ("index",)), ("9: DirectoryIndex", "carol", "/pages/", (), 403, ()),
        ("9: rewritten", "alice", "/rewritten/env-require", (), 200, ("user=[CONTOSO\\alice]",)),
        ("9: rewritten", "carol", "/rewritten/env-require", (), 403, ()), ("9: rewritten", None, "/rewritten/env-require", (), 403, ()),
        ("9: rewritten by a directory", "alice", "/rw/x", (), 200, ("user=[CONTOSO\\alice]", "redirect: user=[] decision=[allow]")),
        ("9: rewritten by a directory", "carol", "/rw/x", (), 403, ()),
        ("9: ErrorDocument", "carol", "/file-why", (), 403, ("refused by page",)),
        ("9: ErrorDocument", "alice", "/file-why", (), 200, ("page",)),
        ("9: ErrorDocument that is refused", "carol", "/file-loop", (), 403, ("!page\n",)),
        ("9: ErrorDocument that says who", "carol", "/env-page", (), 403, ("user=[] type=[] account=[]", "redirect: user=[] decision=[deny]")),
        ("13: kept by nobody", "alice", "/file-cache", (), 200, ("page",)), ("13: kept by nobody", None, "/file-cache", (), 403, ("!page\n",)),
        ("13: kept by nobody", "carol", "/file-cache", (), 403, ("!page\n",)),
        ("9: traversal", None, "/file-off/../env-require", (), 403, ()), ("9: escaped", None, "/%65nv-require", (), 403, ()),
        ("9: slashes", None, "//env-require", (), 403, ()),
    ])  # fmt: skip
    answers = httpd.client(None).ask("/file-off-cache", "/file-off-cache")
    check("13: what is open is kept", ["age" in answer.headers for answer in answers], [False, True])


# ---- 9, 10: what was accepted elsewhere


OTHER_CIPHERS = ("f.test", "g.test")


def other_hosts(httpd, check, insecure=False):
    """mod_ssl answers 421 itself, unless it is told not to; then certmap sees to it."""
    rows = [
        ("a host that does not ask, by SNI", "a.test", "b.test", "/env", 421, 200, ("!CONTOSO",)),
        ("a host that does not ask, without SNI", "", "b.test", "/env", 421, 200, ("!CONTOSO",)),
        ("a host that does not ask, without SNI", "", "b.test", "/file", 421, 403, ()),
        ("a host that does not ask", "b.test", "b.test", "/env", 200, 200, ("user=[] type=[] account=[]",)),
        ("another CA's, by SNI", "a.test", "c.test", "/file", 421, 403, ()),
        ("another CA's, by SNI, optional", "a.test", "c.test", "/env-optional", 421, 200, ("!CONTOSO",)),
        ("another CA's, without SNI", "", "c.test", "/file", 421, 403, ()),
        ("another CA's, without SNI, optional", "", "c.test", "/env-optional", 421, 200, ("!CONTOSO",)),
        ("by a CRL, without SNI", "", "e.test", "/file", 421, 403, ()),
        ("by a CRL, by SNI", "e.test", "e.test", "/file", 200, 200, ("page",)),
        ("by a level of security, without SNI", "", "f.test", "/file", 421, 403, ()),
        ("by Suite B, without SNI", "", "g.test", "/file", 421, 403, ()),
        ("by the age of OCSP, without SNI", "", "h.test", "/file", 403, 403, ()),
        ("by the proxy of OCSP, without SNI", "", "i.test", "/file", 403, 403, ()),
        ("by kinds of signatures, without SNI", "", "j.test", "/file", 421, 403, ()),
        ("by a level of security, by SNI", "f.test", "f.test", "/file", 200, 200, ("page",)),
        ("the same CAs, without SNI", "", "d.test", "/file", 200, 200, ("page",)),
        ("itself", "d.test", "d.test", "/file", 200, 200, ("page",)),
    ]  # fmt: skip
    for tls in ("1.2", "1.3"):
        for http in ("1.1", "2"):
            for name, sni, host, path, secure_status, insecure_status, body in rows:
                if insecure and tls == "1.2" and host in OTHER_CIPHERS:
                    continue  # mod_ssl wants a renegotiation before certmap is asked
                answer = httpd.client("alice", tls=tls, http=http, host=host).ask(path, sni=sni)[0]
                name = f"9: {name} at {path}, TLS {tls}, HTTP/{http}, {'insecure' if insecure else 'as it is'}"
                check(f"{name}: status", answer.status, insecure_status if insecure else secure_status)
                check(name, answer.body, body)
    if insecure:
        wait_until(lambda: "nobody is asked" in httpd.log("error.log"), "why is in the log")
        check("9: the log says why", httpd.log("error.log"), ("the handshake was with another virtual host, which accepts other certificates",
                                                              "nobody is asked for a certificate here: write SSLVerifyClient optional"))  # fmt: skip
        return
    for tls in ("1.2", "1.3"):  # a session of one host is none in another
        for host in ("c.test", "e.test", "b.test"):
            client = httpd.client("alice", tls=tls, host="a.test")
            check(f"9: before a session goes to {host}, TLS {tls}", client.ask("/file")[0].status, 200)
            answer = client.ask("/file", host=host, sni=host, resume=True)[0]
            check(f"9: a session at {host}, TLS {tls}", answer.status in (0, 403, 421) or not answer.reused, True)
            answer = client.ask("/file", host=host, sni="a.test", resume=True)[0]
            check(f"9: a session and Host {host}, TLS {tls}", answer.status in (403, 421), True)
        client = httpd.client("alice", "same", tls=tls, tickets=tls == "1.3")
        check(f"9: at one address, TLS {tls}", client.ask("/file")[0].status, 200)
        client.address = "127.0.0.2"
        answer = client.ask("/file", resume=True)[0]
        check(f"9: the session at another address, TLS {tls}", answer.status in (0, 403), True)
        check(f"9: resumed, and refused by certmap, TLS {tls}", (answer.status, answer.reused) if tls == "1.2" else (403, True), (403, True))
        weak_key(httpd, check, tls)
    check("9: and the log says why", httpd.log("error.log"), ("the resumed session was made where other certificates are accepted",))


def weak_key(httpd, check, tls):
    """No session takes a key where it is too weak."""
    client = httpd.client("weak", "same", tls=tls, tickets=tls == "1.3", ciphers="DEFAULT:@SECLEVEL=0")
    check(f"9: a weak key where it is too weak, TLS {tls}", client.ask("/file")[0].status, 0)
    client.address = "127.0.0.3"
    check(f"9: a weak key where it is enough, TLS {tls}", client.ask("/file")[0].status, 200)
    client.address = "127.0.0.1"
    answer = client.ask("/file", resume=True)[0]
    check(f"9: the session of a weak key where it is too weak, TLS {tls}", (answer.status, answer.reused), (403, True))


def accepted(httpd, check):
    for who, status in (("alice", 200), ("stranger", 403), ("carol", 403), (None, 403)):
        for http in ("1.1", "2"):
            client = httpd.client(who, "noca", http=http)
            for visit in ("new", "resumed"):
                answer = client.ask("/file", resume=visit == "resumed")[0]
                check(f"10: optional_no_ca, {who}, HTTP/{http}, {visit}", answer.status, status)
    answer = httpd.client("stranger", "noca").ask("/env-optional")[0]
    check("10: a stranger is nobody", answer.body, ("user=[] type=[] account=[]", "decision=[unverified]", "reason=[not-verified]"))
    check("10: nor by RequireNone", httpd.client("stranger", "noca").ask("/file-not")[0].status, 403)
    for who, status in (("alice", 200), ("carol", 403), (None, 0), ("expired", 0)):
        check(f"SSLVerifyClient require, {who}", httpd.client(who, "on").ask("/file")[0].status, status)


def without_tls(httpd, check):
    for path, status in (("/main-require", "403"), ("/main-optional", "200"), ("/main-valid", "403"), ("/main-not", "403"), ("/file", "200")):
        done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{httpd.ports['plain']}{path}"],
                              capture_output=True, check=False, text=True)  # fmt: skip
        check(f"without TLS: {path}", done.stdout, status)
    check("without TLS: the log", httpd.log("error.log"), ("certmap: refused: the request came without TLS",))


def iis(httpd, check):
    for who, status, body in (("alice", 200, ("user=[CONTOSO\\portal]",)), ("robot", 200, ("user=[CONTOSO\\order-robot]",)),
                              ("carol", 403, ()), ("eve", 403, ()), (None, 403, ())):  # fmt: skip
        answer = httpd.client(who, "iis").ask("/env")[0]
        check(f"an IIS file, {who}: status", answer.status, status)
        check(f"an IIS file, {who}", answer.body, body)
    answers = httpd.client("alice", "iis").ask("/env-native", "/env", "/env-native")
    check("another rule set in a location", [re.search(r"account=\[(.*?)\]", answer.body)[1] for answer in answers],
          ["CONTOSO\\alice", "CONTOSO\\portal", "CONTOSO\\alice"])  # fmt: skip


def shadow(httpd, check):
    check("a shadow is not obeyed", httpd.client("eve", "shadow").ask("/file")[0].status, 403)
    wait_until(lambda: "shadow" in httpd.log("error.log"), "the shadow's answer is in the log")
    line = next(line for line in httpd.log("error.log").splitlines() if "certmap: " in line and "shadow" in line)
    check("and what it would have said is in the log", line, ("everybody", "certmap:info"))


def browsers(httpd, check):
    for option in ("--http1.1", "--http2"):
        for who, status, body in (("alice", 200, ("CONTOSO\\alice",)), ("carol", 403, ()), ("eve", 403, ()), (None, 403, ())):
            answer = curl(httpd.bench.pki, httpd.ports["ticket"], "/env-require", who, [option])
            check(f"curl {option}, {who}: status", answer.status, status)
            check(f"curl {option}, {who}", answer.body, body)


def kept(httpd, check):
    for http in ("1.1", "2"):
        before = asked(httpd)
        answers = httpd.client("alice", http=http).ask(*["/file"] * 50)
        check(f"50 requests, HTTP/{http}", {answer.status for answer in answers}, {200})
        check(f"one question, HTTP/{http}", asked(httpd) - before, 1)


# ---- resumed sessions


def resumed(httpd, check):
    rows = {  # policy: alice resumed, and alice resumed after her certificate was revoked
        "keep": ("account=[Alice]", "account=[Alice]"),
        "verify": ("account=[Alice]", "account=[]"),
        "unknown": ("account=[]", "account=[]"),
    }
    clients = [(port, tls, httpd.client("alice", port, tls=tls)) for port in rows for tls in ("1.2", "1.3")]
    for turn in (0, 1):
        for port, tls, client in clients:
            name = f"resumed={port}, TLS {tls}, turn {turn}"
            if turn == 0:
                check(f"{name}, new", client.ask("/env")[0].body, ("account=[Alice]",))
            answer = client.ask("/env", resume=True)[0]
            check(f"{name}: resumed", answer.reused, True)
            check(name, answer.body, (rows[port][turn],))
        if turn == 0:
            httpd.bench.openssl_pki("revoke", "alice")
            httpd.graceful()
    check("a revoked one, new", httpd.client("alice", "keep").ask("/env")[0].status, 0)


def expiry(httpd, check):
    wait = httpd.bench.brief("short", 6)
    clients = [(port, httpd.client("short", port, tls=tls)) for port in ("ticket", "cache", "keep", "verify", "unknown") for tls in ("1.2", "1.3")]
    opened = [(http, httpd.client("short", http=http).connect()) for http in ("1.1", "2")]
    for port, client in clients:
        check(f"short, {port}, new", client.ask("/file")[0].status, 200)
    for http, connection in opened:
        check(f"short, open, HTTP/{http}", connection.get("/file", "localhost").status, 200)
    wait()
    for port, client in clients:
        answer = client.ask("/file", resume=True)[0]
        check(f"short, {port}, resumed when expired", (answer.status, answer.reused), (403, True))
    for http, connection in opened:
        with connection:
            check(f"short, open when expired, HTTP/{http}", connection.get("/file", "localhost").status, 403)


# ---- 11: rules that change


def reloads(httpd, check):
    """What configtest and the log say of a file; httpd_load.py has what happens to requests meanwhile."""
    original = (DATA / "site.rules").read_text("utf-8")
    broken = (DATA / "broken.rules").read_text("utf-8")
    crew = original.replace('group "staff"', 'group "crew"')
    more = original.replace('group "staff"', 'group "staff"; group "more"')
    in_force = "groups=[staff,"
    for name, text, good, groups in (("good", more, True, "groups=[staff,more,"), ("broken", broken, False, None),
                                     ("half written", original[: len(original) - 40], False, None), ("empty", "", False, None),
                                     ("no", None, False, None), ("good again", crew, True, "groups=[crew,")):  # fmt: skip
        if text is None:
            (httpd.bench.folder / "rules/site.rules").unlink()
        else:
            httpd.rules("site.rules", text)
        status, said = httpd.test()
        check(f"11: {name} rules: configtest", status == 0, good)
        if not good and text is not None:
            check(f"11: {name} rules have a place", re.search(r"rules/site\.rules:\d+:\d+: ", said) is not None, True)
        httpd.graceful()  # past configtest
        in_force = groups or in_force
        check(f"11: {name} rules: what is in force", httpd.client("alice").ask("/env-require")[0].body, (in_force,))
        if not good:
            check(f"11: {name} rules: the log", httpd.log("error.log") + httpd.log("start.log"), ("the old rules stay in force",))


def restarts(httpd, check):
    original = (DATA / "site.rules").read_text("utf-8")
    httpd.rules("site.rules", original.replace('group "staff"', 'group "hup"'))
    for text, groups in ((None, "groups=[hup,"), ("certmap 1;", "groups=[hup,"), (original, "groups=[staff,")):
        if text is not None:
            httpd.rules("site.rules", text)
        httpd.graceful(signal.SIGHUP)
        check("11: a restart that is not graceful", httpd.client("alice").ask("/env-require")[0].body, (groups,))


def unloaded(httpd, check):
    """A module that is taken out while connections have its answers, and put in again."""
    head = "".join(line + "\n" for line in HEAD.splitlines() if "certmap_" not in line).replace("mistake.log", "error.log").replace("mistake", "httpd")
    # httpd crashes where a restart finds SSLSessionCache gone, with certmap and without
    head += 'SSLSessionCache "shmcb:@FOLDER@/ssl_cache(1024000)"\n'
    host = f'{httpd.user()}\nDocumentRoot "@FOLDER@/www"\nListen 127.0.0.1:@TICKET@\n<VirtualHost *:@TICKET@>\nSSLEngine on\n</VirtualHost>\n'
    with httpd.client("alice").connect() as connection:
        connection.get("/file", "localhost")
        httpd.fill("httpd.conf", head + host)
        httpd.graceful()
    check("the module can be taken out", [httpd.client(None).ask("/file")[0].body for _ in range(4)], ["page\n"] * 4)
    httpd.rules("site.rules", (DATA / "site.rules").read_text("utf-8").replace('group "staff"', 'group "back"'))
    httpd.fill("httpd.conf", (DATA / "httpd.conf").read_text("utf-8"))
    httpd.graceful()
    check("and put in again", httpd.client("alice").ask("/env-require")[0].body, ("groups=[back,",))
    httpd.process.send_signal(signal.SIGTERM)
    check("and httpd ends as it should", httpd.process.wait(20), 0)


# ---- mistakes


def mistakes(httpd):
    check = httpd.bench.check
    for name, text, said in MISTAKES:
        conf = httpd.fill("mistake.conf", HEAD + text + "\n")
        status, output = httpd.test(conf)
        check(f"mistake: {name}: does not start", status != 0, True)
        check(f"mistake: {name}", output, said)
    conf = httpd.fill("mistake.conf", HEAD + 'CertMapRules rules/applicationHost.config site="Other Site"\n')
    check("a site that is none is doubtful", httpd.test(conf)[1], ("warn", '"Other Site"'))
    nowhere = ("CertMapRules in ", "mistake.conf:14 has no effect", "CertMap require")
    for name, text, said in (("nobody asks", "CertMapRules rules/site.rules", nowhere),
                             ("not here", "<VirtualHost *:1>\nCertMapRules rules/site.rules\n</VirtualHost>\n"
                              "<VirtualHost *:2>\nCertMap off\n</VirtualHost>", ("mistake.conf:15 has no effect",)),
                             ("off", "CertMapRules rules/site.rules\n<Location />\nCertMap off\n</Location>", ("!no effect",)),
                             ("in another host", "CertMapRules rules/site.rules\n<VirtualHost *:1>\nCertMap off\n</VirtualHost>", ("!no effect",))):  # fmt: skip
        status, output = httpd.test(httpd.fill("mistake.conf", HEAD + text + "\n"))
        check(f"rules without CertMap, {name}: starts", status, 0)
        check(f"rules without CertMap, {name}", output, said)
    without = "\n".join(line for line in HEAD.splitlines() if "SSL" not in line and "ssl" not in line)
    status, output = httpd.test(httpd.fill("mistake.conf", without + "\nSSLVerifyClient optional\n"))
    check("without mod_ssl", (status != 0, "needs mod_ssl" in output), (True, True))
    status, output = httpd.test()
    check("the configuration of these tests is right", (status, output), (0, "Syntax OK\n"))


# ---- docs/httpd.md


def page(httpd, check):
    """The first configuration of the page, with the second one's location in it, as they stand; only paths and ports
    are those of the tests."""
    text = (ROOT / "docs/httpd.md").read_text(encoding="utf-8")
    whole, either = re.findall(r"^```apache\n(.*?)^```$", text, re.M | re.S)[:2]
    folder, pki, port = httpd.bench.folder, httpd.bench.pki, httpd.bench.port()
    whole = whole.replace("</VirtualHost>", either + "</VirtualHost>")
    for old, new in (("/usr/local/lib/apache2/modules/mod_certmap.so", httpd.module), ('ServerRoot "/etc/apache2"', f'ServerRoot "{folder}"'),
                     ("/etc/apache2/certmap/", f"{folder}/rules/"), ("/etc/apache2/tls/client-cas.pem", f"{pki}/cas.pem"),
                     ("/etc/apache2/tls/", f"{pki}/"), ("/etc/apache2/htpasswd", f"{folder}/htpasswd"),
                     ("/var/log/apache2/", f"{folder}/page-"), ("Listen 443", f"Listen 127.0.0.1:{port}"), ("*:443", f"127.0.0.1:{port}"),
                     ("127.0.0.1:8080", f"127.0.0.1:{httpd.ports['backend']}"), ("User www-data\nGroup www-data", httpd.user())):  # fmt: skip
        check(f"page: it has {old}", old in whole, True)
        whole = whole.replace(old, str(new))
    conf = httpd.bench.write("page.conf", f'PidFile "{folder}/page.pid"\nDefaultRuntimeDir "{folder}"\n{whole}')
    check("page: it is right", httpd.test(conf), (0, "Syntax OK\n"))
    process = httpd.bench.start(httpd.command("-DFOREGROUND", conf=conf), port)
    rows = [
        ("alice", "/", (), 200, ("user=[CONTOSO\\alice] groups=[staff,a%2Cb%25c] auth=[]",)),
        ("eve", "/", (), 403, ()), ("carol", "/", (), 403, ()), (None, "/", (), 403, ()), ("expired", "/", (), 0, ()),
        ("carol", "/public/", (), 200, ("user=[] groups=[]",)), ("alice", "/staff/", (), 200, ("user=[CONTOSO\\alice]",)),
        ("robot", "/staff/", (), 403, ()), ("robot", "/", (), 200, ("user=[service:robot] groups=[]",)),
        ("alice", "/legacy/", (), 200, ("user=[CONTOSO\\portal]",)), ("carol", "/legacy/", (), 403, ()),
        ("alice", "/either/", (), 200, ("user=[CONTOSO\\alice]",)), (None, "/either/", BASIC_BOB, 200, ("user=[bob]",)),
        ("carol", "/either/", BASIC_BOB, 403, ()),
    ]  # fmt: skip
    forging = (("X-Remote-User", "root"), ("X-Remote-Groups", "root"), *BASIC_ADMIN)
    for http in ("1.1", "2"):
        for who, path, basic, status, body in rows:
            answer = Client(pki, port, who, http=http).ask(path, headers=basic or forging)[0]
            check(f"page: {who} at {path}, HTTP/{http}: status", answer.status, status)
            check(f"page: {who} at {path}, HTTP/{http}", answer.body, (*body, "!root"))
    lines = httpd.log("page-certmap.log").splitlines()
    check("page: its log", lines[0], ('CONTOSO\\\\alice 200 "GET / HTTP/1.1" allow staff -',))
    check("page: its log, refused", lines[1], ('- 403 "GET / HTTP/1.1" none - no-match',))
    stop(process)
    rules = re.search(r"^The rule that was meant:\n\n```certmap\n(.*?)^```$", text, re.M | re.S)[1]
    httpd.rules("site.rules", rules)
    process = httpd.bench.start(httpd.command("-DFOREGROUND", conf=conf), port)
    for who, status in (("alice", 200), ("eve", 403), ("fred", 403), ("newline", 403)):
        check(f"page: the rule that was meant, {who}", Client(pki, port, who).ask("/")[0].status, status)
    stop(process)
    httpd.rules("site.rules", (DATA / "site.rules").read_text(encoding="utf-8"))


# What the page says of a server without the module: who gets in by what is written today.
STOCK = """LoadModule authz_user_module @MODULES@/mod_authz_user.so
@USER@
LogFormat "%u %r" x
CustomLog "@FOLDER@/stock.log" x
Listen 127.0.0.1:@PORT@
<VirtualHost 127.0.0.1:@PORT@>
    SSLEngine on
    SSLCACertificateFile "@PKI@/cas.pem"
    SSLVerifyClient optional
    DocumentRoot "@FOLDER@/www"
    <Location "/file">
        Require expr %{SSL_CLIENT_S_DN} =~ /OU=Sales/
        SSLUserName SSL_CLIENT_S_DN_CN
    </Location>
    <Location "/refused.txt">
        SSLRequire %{SSL_CLIENT_S_DN_CN} in {"Alice"}
    </Location>
    <Location "/open.shtml">
        Require valid-user
    </Location>
</VirtualHost>
"""


def stock(httpd, check):
    port = httpd.bench.port()
    head = "".join(line + "\n" for line in HEAD.splitlines() if "certmap_" not in line).replace("mistake", "stock")
    conf = httpd.fill("stock.conf", head + STOCK.replace("@PORT@", str(port)))
    process = httpd.bench.start(httpd.command("-DFOREGROUND", conf=conf), port)
    rows = [("alice", "/file", 200), ("eve", "/file", 200), ("fred", "/file", 200), ("newline", "/file", 200), ("carol", "/file", 403),
            ("fred", "/refused.txt", 200), ("eve", "/refused.txt", 403), ("alice", "/open.shtml", 500)]  # fmt: skip
    for who, path, status in rows:
        check(f"stock: {who} at {path}", Client(httpd.bench.pki, port, who).ask(path)[0].status, status)
    wait_until(lambda: "Eve" in httpd.log("stock.log"), "the log of the server without the module has Eve")
    check("stock: SSLUserName", httpd.log("stock.log"), ("Eve, OU=Sales GET /file",))
    stop(process)
