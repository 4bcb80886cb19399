# SPDX-License-Identifier: MIT
"""nginx and Caddy as Debian has them, in front of certmapd: the configurations of docs/forward-auth.md as they are
there; only paths and ports are those of the tests. Of Traefik, ingress-nginx and Envoy, which Debian does not have, the
page's options, asked as these proxies ask."""

import http.server
import os
import re
import shlex
import signal
import subprocess
import threading
import time

from bench import ROOT, stop
from client import Client

PAGE = ROOT / "docs/forward-auth.md"
FORGED = (("X-Remote-User", "root"), ("X-Remote-Groups", "root"), ("X_Remote_User", "root"), ("X-Remote_Groups", "root"),
          ("X-Certmap-Account", "root"), ("Authorization", "Basic YWRtaW46eA=="))  # fmt: skip

# Everybody behind nginx, and behind Caddy: (status, what the application is told). 0: no handshake.
ALICE, IDA = (200, "CONTOSO\\alice [staff,a%2Cb%25c]"), (200, "CONTOSO\\ida [staff,a%2Cb%25c]")
MATRIX = {
    "alice": (ALICE, ALICE),
    "carol": ((403, ""), (403, "")),
    "eve": ((403, ""), (403, "")),
    "fred": ((403, ""), (403, "")),
    "ida": (IDA, IDA),
    "newline": ((403, ""), (403, "")),
    "unicode": ((200, "CONTOSO\\ådá žižka ["),) * 2,
    "large": ((200, "CONTOSO\\large ["),) * 2,
    "expired": ((400, ""), (0, "")),
    "stranger": ((400, ""), (0, "")),
    "purpose": ((400, ""), (0, "")),
    None: ((401, ""), (401, "")),
}


class Application(http.server.BaseHTTPRequestHandler):
    """Says who it was told that the user is."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        seen = [(name.replace("_", "-").lower(), value) for name, value in self.headers.items()]  # as CGI and WSGI see them
        users, groups = ([value for name, value in seen if name == wanted] for wanted in ("x-remote-user", "x-remote-groups"))
        more = self.headers.get("X-Certmap-Account", "")
        text = "|".join(users).encode("latin-1") + f" [{'|'.join(groups)}] {more}".encode("latin-1") + b"\n"
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Page:
    def __init__(self):
        self.text = PAGE.read_text(encoding="utf-8")

    def section(self, title):
        return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", self.text, re.M | re.S)[1]

    def block(self, title, language):
        return re.search(rf"^```{language}\n(.*?)^```$", self.section(title), re.M | re.S)[1]

    def options(self, title):
        """The command line of certmapd in this section."""
        return shlex.split(re.search(r"^```text\ncertmapd (.*?)^```$", self.section(title), re.M | re.S)[1])


def run(bench, forms, daemon_class):
    page = Page()
    application = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    application.daemon_threads = True
    threading.Thread(target=application.serve_forever, daemon=True).start()
    try:
        for title, start, column in (("nginx", start_nginx, 0), ("Caddy", start_caddy, 1)):
            daemon = from_page(bench, page, title, daemon_class).start()
            os.chmod(daemon.socket, 0o666)  # the proxy's user is another one, whose group need not be there
            port = bench.port()
            proxy = start(bench, page.block(title, title.lower().replace("caddy", "caddyfile")), port, daemon, application.server_port)
            matrix(bench, title, port, column)
            forged(bench, forms, title, port)
            expires(bench, title, port)
            away(bench, title, port, daemon)
            stop(proxy)
            stop(daemon.process)
    finally:
        application.shutdown()
    not_run(bench, forms, page, daemon_class)


def from_page(bench, page, title, daemon_class):
    """A daemon with the options of the page, but for paths, ports, and the group."""
    options, kept = page.options(title), []
    for name, value in zip(options, options[1:] + [""]):
        if name in ("--proxy-verifies", "--allow-remote"):
            kept.append(name)
        elif name.startswith("--") and name not in ("--rules", "--http", "--group"):
            kept += [name, value.replace("/etc/certmap/client-cas.pem", str(bench.pki / "cas-issuing.pem"))]
        bench.check(f"{title}: rules", name != "--rules" or value == "/etc/certmap/site.rules", True)
    return daemon_class(bench, *kept, tcp="unix:" not in "".join(options), name=f"page-{title}")


def fill(bench, title, text, replaced):
    for old, new in replaced:
        bench.check(f"{title}: the page has {old.strip()}", old in text, True)
        text = text.replace(old, str(new))
    return text


def start_nginx(bench, text, port, daemon, application):
    folder, pki = bench.folder, bench.pki
    temp = folder / "temp"
    temp.mkdir(exist_ok=True)
    temp.chmod(0o777)
    paths = "".join(f"{kind}_temp_path {temp}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = fill(bench, "nginx", text, [
        ("/run/certmapd/http.sock", daemon.socket), ("/etc/nginx/tls/client-cas.pem", f"{pki}/cas-issuing.pem"),
        ("/etc/nginx/tls/", f"{pki}/"), ("listen 443", f"listen 127.0.0.1:{port}"), ("127.0.0.1:8080", f"127.0.0.1:{application}"),
        ("http {\n", f"http {{ access_log off; {paths}\n")])  # fmt: skip
    user = "user www-data;" if os.getuid() == 0 else ""
    conf = bench.write("stock.conf", f"daemon off; {user} pid {folder}/stock.pid; error_log {folder}/stock.log;\n{text}")
    return bench.start(["nginx", "-e", str(folder / "stock.log"), "-c", str(conf)], port, stderr=subprocess.DEVNULL)


def start_caddy(bench, text, port, daemon, application):
    pki = bench.pki
    text = fill(bench, "Caddy", text, [
        ("/run/certmapd/http.sock", daemon.socket), ("/etc/caddy/tls/client-ca.pem", f"{pki}/ca.pem"),
        ("/etc/caddy/tls/other-ca.pem", f"{pki}/other.pem"), ("/etc/caddy/tls/", f"{pki}/"), ("https://localhost {", f"https://localhost:{port} {{"),
        ("127.0.0.1:8080", f"127.0.0.1:{application}")])  # fmt: skip
    # The port for redirections of http is none that a test can have.
    text = text.replace("admin off", "admin off\n    auto_https disable_redirects")
    conf = bench.write("Caddyfile", text)
    environment = {**os.environ, "HOME": str(bench.folder), "XDG_DATA_HOME": str(bench.folder), "XDG_CONFIG_HOME": str(bench.folder)}
    with open(bench.folder / "caddy.log", "ab") as log:
        return bench.start(["caddy", "run", "--config", str(conf), "--adapter", "caddyfile"], port, stderr=log, stdout=log, env=environment)


def matrix(bench, title, port, column):
    for who, row in MATRIX.items():
        status, told = row[column]
        for tls in ("1.2", "1.3"):
            for http_version in ("1.1", "2"):
                client = Client(bench.pki, port, who, tls=tls, http=http_version)
                for visit in ("new", "resumed"):
                    paths = ["/", "/x?y"] if status == 200 else ["/"]
                    answers = client.ask(*paths, resume=visit == "resumed")
                    name = f"{title}: {who}, TLS {tls}, HTTP/{http_version}, {visit}"
                    bench.check(f"{name}: status", [answer.status for answer in answers], [status] * len(paths))
                    if status == 200:
                        bench.check(name, answers[-1].body, (told,))


def forged(bench, forms, title, port):
    """What a client writes into headers is not what the application or certmapd is told."""
    alice = forms.header("escaped-pem", "alice")
    rows = [
        ("alice, forging", "alice", FORGED, (200, ("CONTOSO\\alice [staff,a%2Cb%25c]",))),
        ("nobody with alice's certificate in a header", None, (alice,), (401, ())),
        ("eve with alice's certificate in a header", "eve", (alice,), (403, ())),
        ("nobody, and nginx's word", None, (("X-SSL-Client-Verify", "SUCCESS"), alice), (401, ())),
    ]
    for http_version in ("1.1", "2"):
        for name, who, headers, (status, body) in rows:
            answer = Client(bench.pki, port, who, http=http_version).ask("/", headers=headers)[0]
            bench.check(f"{title}: {name}, HTTP/{http_version}: status", answer.status, status)
            bench.check(f"{title}: {name}, HTTP/{http_version}", answer.body.partition("]")[0] + "]" if body else "", (*body, "!root"))
    for name, headers in (("with _", (("X_SSL_Client_Cert", alice[1]),)), ("of another form", (forms.header("rfc9440", "alice"),))):
        answer = Client(bench.pki, port, "eve").ask("/", headers=headers)[0]
        bench.check(f"{title}: a certificate in a header {name}", answer.status in (400, 403), True)


def expires(bench, title, port):
    """A client that resumes its session after its certificate has expired."""
    name = f"short-{title.lower()}"
    wait = bench.brief(name, 4)
    clients = [Client(bench.pki, port, name, tls=tls) for tls in ("1.2", "1.3")]
    for client in clients:
        bench.check(f"{title}: it has not expired", client.ask("/")[0].status, 200)
    wait()
    for client in clients:
        answer = client.ask("/", resume=True)[0]
        bench.check(f"{title}: expired since", answer.status in ((401,) if title == "nginx" else (0, 401)), True)


def away(bench, title, port, daemon):
    """Stopped, killed, and back again."""
    client = Client(bench.pki, port, "alice")
    denied = Client(bench.pki, port, "carol")
    bench.check(f"{title}: before", client.ask("/")[0].status, 200)
    daemon.process.send_signal(signal.SIGSTOP)
    start = time.monotonic()
    status = client.ask("/")[0].status
    bench.check(f"{title}: stopped", (status in (500, 502, 504), time.monotonic() - start < 4 * bench.pace), (True, True))
    daemon.process.send_signal(signal.SIGCONT)
    bench.check(f"{title}: goes on", client.ask("/")[0].status, 200)
    daemon.process.kill()
    daemon.process.wait()
    for who in (client, denied):
        bench.check(f"{title}: killed", who.ask("/")[0].status in (500, 502), True)
    daemon.start()
    os.chmod(daemon.socket, 0o666)
    bench.check(f"{title}: again", [who.ask("/")[0].status for who in (client, denied)], [200, 403])


def not_run(bench, forms, page, daemon_class):
    """The page's options, and requests as these proxies write them."""
    rows = {
        "Traefik": [(("alice",), "traefik", None, 200), (("ida", "issuing"), "traefik", None, 200), (("eve",), "traefik", None, 403)],
        "ingress-nginx": [(("alice",), "escaped-pem", "ssl-client-cert", 200), (("carol",), "escaped-pem", "ssl-client-cert", 403)],
        "Envoy": [(("alice",), "xfcc", None, 200), (("ida", "issuing"), "xfcc", None, 200), (("fred",), "xfcc", None, 403),
                  (("expired",), "xfcc", None, 401)],
    }  # fmt: skip
    for title, questions in rows.items():
        with from_page(bench, page, title, daemon_class) as daemon:
            for names, form, header, status in questions:
                name, value = forms.header(form, *names)
                more = [("ssl-client-verify", "SUCCESS")] if title == "ingress-nginx" else []
                answer = daemon.ask((header or name, value), *more, ("X-Forwarded-For", "192.0.2.7"), method="POST", path="/x?y")
                bench.check(f"{title}: {names[0]}", answer.status, status)
            bench.check(f"{title}: no certificate", daemon.ask(("X-Forwarded-For", "192.0.2.7")).status, 401)
