# SPDX-License-Identifier: MIT
"""The module for nginx: no certificate that one server{} has accepted counts in another that accepts other ones."""

import pathlib
import subprocess

from bench import stop, wait_until

PORTS = "realm realm2 realmcrl command realmcache ocsp responder".split()
BASIC_ADMIN = (("Authorization", "Basic YWRtaW46eA=="),)  # admin:x
IN = "account=[everybody] decision=[allow]"
OUT = "account=[] decision=[]"
SERVER = "certmap: refused: the handshake was with another server{}, which accepts other certificates"
SESSION = "certmap: refused: the TLS session is from another server{}, which accepts other certificates"

# A new connection: who, port, the name in TLS, Host, (status of /file, what /who says, what the error log says)
FULL = [
    ("the server itself", "alice", "realm", "ours.test", "ours.test", (200, IN, None)),
    ("the server itself, another CA's client", "fred", "realm", "ours.test", "ours.test", (400, None, None)),
    ("another CA", "fred", "realm", "theirs.test", "theirs.test", (200, IN, None)),
    ("without SNI", "alice", "realm", "", "ours.test", (200, IN, None)),
    ("without SNI, the same CAs", "alice", "realm", "", "too.test", (200, None, None)),
    ("without SNI, another CA", "alice", "realm", "", "theirs.test", (403, OUT, SERVER)),
    ("unknown SNI, another CA", "alice", "realm", "unknown.test", "theirs.test", (403, OUT, SERVER)),
    ("without SNI, another ssl_trusted_certificate", "alice", "realm", "", "trusted.test", (403, OUT, SERVER)),
    ("without SNI, another ssl_verify_depth", "alice", "realm", "", "depth.test", (403, OUT, SERVER)),
    ("without SNI, another level of security", "alice", "realm", "", "level.test", (403, OUT, SERVER)),
    ("without SNI, Suite B", "alice", "realm", "", "suiteb.test", (403, OUT, SERVER)),
    ("without SNI, another ssl_ecdh_curve", "alice", "realm", "", "curve.test", (403, OUT, SERVER)),
    ("without SNI, another ssl_conf_command", "alice", "realm", "", "command.test", (403, OUT, SERVER)),
    ("a server that asks nobody", "alice", "realm", "", "nobody.test", (200, OUT, None)),
    ("ssl_conf_command, its own client", "fred", "command", "command.test", "command.test", (200, IN, None)),
    ("ssl_conf_command, another server", "fred", "command", "ours.test", "ours.test", (400, None, None)),
    ("ssl_conf_command, without SNI", "fred", "command", "", "ours.test", (403, OUT, SERVER)),
    ("a CRL", "robot", "realmcrl", "ours.test", "ours.test", (400, None, None)),
]

# What comes of a resumed session, with TLS 1.2 and 1.3: nginx itself refuses where the session of TLS 1.2 has the name of
# another server than Host, and where TLS 1.3 is to go on under another name.
SAME = ((200, IN, None),) * 2
OTHER = ((403, OUT, SESSION),) * 2
NGINX_12 = ((421, None, None), (403, OUT, SESSION))
NGINX_BOTH = ((421, None, None), (0, None, None))
# A session of one server resumed with another: who, (port, SNI), (port, SNI, Host), what then
RESUMED = [
    ("the same", "alice", ("realm", "ours.test"), ("realm", "ours.test", "ours.test"), SAME),
    ("the same, without SNI", "alice", ("realm", ""), ("realm", "", "ours.test"), SAME),
    ("the same, unknown SNI", "alice", ("realm", "unknown.test"), ("realm", "unknown.test", "ours.test"), SAME),
    ("another port, the same CAs", "alice", ("realm", "ours.test"), ("realm2", "theirs.test", "theirs.test"), SAME),
    ("another CA, without SNI", "fred", ("realm", "theirs.test"), ("realm", "", "ours.test"), NGINX_12),
    ("another CA, unknown SNI", "fred", ("realm", "theirs.test"), ("realm", "unknown.test", "ours.test"), NGINX_12),
    ("another CA, by SNI", "fred", ("realm", "theirs.test"), ("realm", "ours.test", "ours.test"), NGINX_BOTH),
    ("another CA, another port", "fred", ("realm", "theirs.test"), ("realm2", "theirs.test", "theirs.test"), OTHER),
    ("without SNI before, another CA", "alice", ("realm", ""), ("realm", "theirs.test", "theirs.test"), ((403, OUT, SERVER), OTHER[1])),
    ("a CRL on the other port", "robot", ("realm2", "theirs.test"), ("realmcrl", "ours.test", "ours.test"), OTHER),
    ("ssl_conf_command", "fred", ("command", "command.test"), ("command", "", "ours.test"), (NGINX_12[0], (403, OUT, SERVER))),
    ("ssl_conf_command, another port", "fred", ("command", "command.test"), ("realm2", "ours.test", "ours.test"), OTHER),
    ("a cache, the same", "alice", ("realmcache", ""), ("realmcache", "", "ours.test"), SAME),
    ("a cache, another CA", "fred", ("realmcache", "theirs.test"), ("realmcache", "", "ours.test"), NGINX_12),
]  # fmt: skip


def full(nginx, check):
    for name, who, port, sni, host, expected in FULL:
        for tls in ("1.2", "1.3"):
            for http in ("1.1", "2"):
                client = nginx.client(who, port, tls=tls, http=http)
                look(nginx, check, f"realm: {name}, TLS {tls}, HTTP/{http}", client, {"sni": sni, "host": host}, expected)


def look(nginx, check, name, client, how, expected):
    """What /file and /who say, on one connection each; those that nginx refuses itself have no second answer."""
    status, said, logged = expected
    before = len(nginx.log("error.log"))
    session = client.session
    answer = client.ask("/file", **how)[0]
    check(f"{name}: status", answer.status, status)
    if logged:
        check(f"{name}: log", nginx.log("error.log")[before:], (logged,))
    if said:
        client.session = session
        check(f"{name}: who", client.ask("/who", **how)[0].body, (said,))
    return answer


def resumed(nginx, check):
    """OpenSSL takes up a session before it knows the server."""
    for name, who, (port, sni), (port2, sni2, host2), expected in RESUMED:
        for tls, then in zip(("1.2", "1.3"), expected):
            for http in ("1.1", "2"):
                title = f"realm: resumed, {name}, TLS {tls}, HTTP/{http}"
                client = nginx.client(who, port, tls=tls, http=http)
                client.ask("/who", sni=sni, host=sni or "ours.test")
                how = {"sni": sni2, "host": host2, "port": nginx.ports[port2], "resume": True}
                answer = look(nginx, check, title, client, how, then)
                check(f"{title}: it is", answer.reused, then[0] != 0)


def error_pages(nginx, check):
    """Whoever is refused without an answer is nobody in the page of the error, whatever name he claims."""
    answer = nginx.client("alice", "realm").ask("/why/", sni="", host="theirs.test", headers=BASIC_ADMIN)[0]
    check("realm: an error page", (answer.status, answer.body), (403, "why: remote_user=[]\n"))


def is_listening(port):
    """Without a connection: openssl's responder waits for a request on the first that it gets."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in pathlib.Path("/proc/net", name).read_text(encoding="ascii").splitlines()]
    return any(fields[1].endswith(f":{port:04X}") and fields[3] == "0A" for fields in lines)


def ocsp(nginx, check):
    pki, port = nginx.bench.pki, nginx.ports["responder"]
    command = ["openssl", "ocsp", "-port", str(port), "-index", pki / "index.txt", "-CA", pki / "ca.pem",
               "-rsigner", pki / "ca.pem", "-rkey", pki / "ca.key", "-ndays", "1"]  # fmt: skip
    responder = nginx.bench.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: is_listening(port), "the responder listens")
    for tls in ("1.2", "1.3"):
        for who, status, body, why in (("alice", 200, "", None), ("robot", 403, "", "certificate revoked")):
            client = nginx.client(who, "ocsp", tls=tls, host="ours.test")
            for visit in ("new", "resumed"):
                before = len(nginx.log("error.log"))
                answer = client.ask("/file", resume=visit == "resumed")[0]
                check(f"OCSP: {who}, TLS {tls}, {visit}", (answer.status, answer.reused), (status, visit == "resumed"))
                if why:
                    wait_until(lambda: f"refused: {why}" in nginx.log("error.log")[before:], "the log has it")
    stop(responder)
    before = len(nginx.log("error.log"))
    check("OCSP: nobody to ask", nginx.client("eve", "ocsp", host="ours.test").ask("/file")[0].status, 403)
    wait_until(lambda: "refused: certificate status" in nginx.log("error.log")[before:], "the log has it")


def run(nginx, check):
    for tests in (full, resumed, error_pages, ocsp):
        tests(nginx, check)
