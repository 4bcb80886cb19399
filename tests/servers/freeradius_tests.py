# SPDX-License-Identifier: MIT
"""The recipe of docs/freeradius.md, live: `certmap match` as the command that FreeRADIUS asks in EAP-TLS. The client is
eapol_test, of wpa_supplicant."""

import re
import socket
import subprocess

from bench import HERE, ROOT, stop, wait_until

DATA = HERE / "data"
SUCCESS, FAILURE = "SUCCESS", "FAILURE"

# certificate: (what comes back, what the log has)
MATRIX = {
    "alice": (SUCCESS, ("Login OK: [alice]",)),
    "carol": (FAILURE, ('deny   (mapping "contractors")', "Certificate CN (Carol) fails external verification!")),
    "eve": (FAILURE, ("none   no mapping matches",)),
    "fred": (FAILURE, ("none   no mapping matches",)),
    "ida": (SUCCESS, ("Login OK: [ida]",)),
    "newline": (FAILURE, ("deny ", "cannot be built")),
    "unicode": (SUCCESS, ("Login OK: [ådá žižka]",)),
    "expired": (FAILURE, ("OpenSSL says error 10", "!Program returned")),
    "stranger": (FAILURE, ("OpenSSL says error 20", "!Program returned")),
    "purpose": (FAILURE, ("OpenSSL says error 26", "!Program returned")),
    "large": (FAILURE, ("greater than the size that we can handle (16384 bytes)", "!Program returned")),
}
NAMES = {"unicode": "ådá žižka"}  # who a certificate says it is, where that is not its name here

CLIENT = """network={{
    key_mgmt=WPA-EAP
    eap=TLS
    identity={identity}
    ca_cert="{pki}/ca.pem"
    client_cert="{pki}/{certificate}.pem"
    private_key="{pki}/{who}.key"
}}
"""


class Radius:
    """One FreeRADIUS, with an eap block, and what it logs."""

    def __init__(self, bench, name, eap):
        self.bench, self.name = bench, name
        self.folder = bench.folder / name
        self.port = bench.port(socket.SOCK_DGRAM)
        self.log_path = bench.folder / f"{name}.log"
        (self.folder / "certificates").mkdir(parents=True)
        bench.write(f"{name}/dictionary", "")
        bench.write(f"{name}/site.rules", (DATA / "site.rules").read_text(encoding="utf-8"))
        bench.fill(f"{name}/radiusd.conf", (DATA / "radiusd.conf").read_text(encoding="utf-8"), eap=self.moved(eap),
                   conf=self.folder, port=self.port)  # fmt: skip

    def moved(self, eap):
        """Paths of the page are those of the tests."""
        for old, new in (("/usr/local/bin/certmap", self.bench.build / "tools/certmap"),
                         ("/usr/local/bin/freeradius-verify", self.folder / "freeradius-verify"),
                         ("/etc/freeradius/certmap/", f"{self.folder}/"), ("/run/freeradius/certificates", f"{self.folder}/certificates"),
                         ("/etc/freeradius/tls/client-cas.pem", f"{self.bench.pki}/cas.pem"),
                         ("/etc/freeradius/tls/", f"{self.bench.pki}/")):  # fmt: skip
            eap = eap.replace(old, str(new))
        return eap

    def __enter__(self):
        with self.log_path.open("ab") as log:
            self.process = self.bench.start(["/usr/sbin/freeradius", "-f", "-l", "stdout", "-d", self.folder], stdout=log, stderr=log)
        wait_until(lambda: self.process.poll() is not None or "Ready to process requests" in self.log(), "FreeRADIUS is ready")
        return self

    def __exit__(self, *_):
        stop(self.process)

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def sign_in(self, who, identity=None, again=0):
        """SUCCESS or FAILURE, and what was logged about it. again: how often it signs in once more, and resumes."""
        pki, before = self.bench.pki, len(self.log())
        certificate = f"{who}.chain" if (pki / f"{who}.chain.pem").exists() else who
        name = (NAMES.get(who, who) if identity is None else identity).encode().hex()  # without quotes it is hexadecimal
        conf = self.bench.write(f"{self.name}/client.conf", CLIENT.format(identity=name, pki=pki, certificate=certificate, who=who))
        command = ["eapol_test", "-c", conf, "-a", "127.0.0.1", "-p", str(self.port), "-s", "testing", "-t", "20", "-r", str(again)]
        done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
        result = done.stdout.rstrip().rpartition("\n")[2]
        self.bench.check(f"{self.name}: {who}: eapol_test's status", done.returncode == 0, result == SUCCESS)
        wait_until(lambda: re.search(r"Login (OK|incorrect)", self.log()[before:]), "the login is logged")
        return result, self.log()[before:]


def run(bench):
    text = (ROOT / "docs/freeradius.md").read_text(encoding="utf-8")
    whole, by_name = re.findall(r"^```radius\n(.*?)^```$", text, re.M | re.S)
    bench.check("page: the configuration has one command", whole.count("client = "), 1)
    with Radius(bench, "whole", whole) as radius:
        matrix(radius, bench.check)
        rules(radius, bench.check)
    names(bench, bench.check, whole, by_name)
    resumed(bench, bench.check, whole)
    iis(bench, bench.check, whole)
    missing(bench, bench.check, whole)


def with_command(eap, command):
    return re.sub(r"client = \".*\"", lambda _: command.strip(), eap)


def matrix(radius, check):
    for who, (result, log) in MATRIX.items():
        seen, logged = radius.sign_in(who)
        check(f"{who}", seen, result)
        check(f"{who}: log", logged, log)
    check("who another says he is, comes in by the plain command", radius.sign_in("alice", "ida")[0], SUCCESS)
    check("no certificate is left behind", list((radius.folder / "certificates").iterdir()), [])


def rules(radius, check):
    """Read at each login: nothing is reloaded, and a broken file refuses everybody."""
    original = (DATA / "site.rules").read_text(encoding="utf-8")
    for name, text, result, log in (
        ("broken", (DATA / "broken.rules").read_text(encoding="utf-8"), FAILURE, ("Program returned code (2) and output ''",)),
        ("half written", original[: len(original) - 40], FAILURE, ("Program returned code (2)",)),
        ("empty", "", FAILURE, ("Program returned code (2)",)),
        ("new", original.replace('"Sales"', '"Contractors"').replace("deny", 'allow "x"'), FAILURE, ("no mapping matches",)),
        ("good again", original, SUCCESS, ("Login OK",)),
    ):
        radius.bench.write("whole/site.rules", text)
        seen, logged = radius.sign_in("alice")
        check(f"{name} rules", seen, result)
        check(f"{name} rules: log", logged, log)
    (radius.folder / "site.rules").unlink()
    check("no rules", radius.sign_in("alice")[0], FAILURE)


def names(bench, check, whole, by_name):
    """freeradius-verify: who comes in is who the rules say."""
    radius = Radius(bench, "names", with_command(whole, by_name))
    script = (ROOT / "docs/examples/freeradius-verify").read_text(encoding="utf-8")
    check("freeradius-verify: its PATH", "PATH=/usr/local/bin:" in script, True)
    bench.write("names/freeradius-verify", script.replace("PATH=", f"PATH={bench.build}/tools:", 1), 0o755)
    odd = ("", "Alice", "alice ", " alice", 'alice" or true or "', "alice\\", "CONTOSO\\alice", "$(id)", "`id`", "null", "*", "x" * 200)
    with radius:
        for who, (result, _) in MATRIX.items():
            check(f"freeradius-verify: {who}", radius.sign_in(who)[0], result)
        for identity in odd[1:]:
            seen, logged = radius.sign_in("alice", identity)
            check(f"freeradius-verify: alice as {identity!r}", seen, FAILURE)
            check(f"freeradius-verify: alice as {identity!r}: log", logged, ('is not the user "alice"',))
        for who in ("ida", "carol", "eve", "fred"):
            check(f"freeradius-verify: {who} as alice", radius.sign_in(who, "alice")[0], FAILURE)
        bench.write("names/site.rules", (DATA / "broken.rules").read_text(encoding="utf-8"))
        seen, logged = radius.sign_in("alice")
        check("freeradius-verify: broken rules", seen, FAILURE)
        check("freeradius-verify: broken rules: log", logged, ("Program returned code (2)", "site.rules:3"))


def resumed(bench, check, whole):
    """Why the page says `enable = no`."""
    for enable, asked in (("no", 3), ("yes", 1)):
        name = f"cache-{enable}"
        cache = f'enable = {enable}\n            name = "x"\n            persist_dir = "@CONF@"'
        radius = Radius(bench, name, with_command(whole.replace("enable = no", cache), 'client = "@CONF@/count"'))
        bench.write(f"{name}/count", f"#!/bin/sh\necho asked >>{radius.folder}/asked\n", 0o755)
        with radius:
            check(f"{name}: three logins", radius.sign_in("alice", again=2)[0], SUCCESS)
            seen = (radius.folder / "asked").read_text(encoding="ascii").count("asked")
            check(f"{name}: how often the command is asked", seen, asked)


def missing(bench, check, whole):
    with Radius(bench, "missing", whole.replace("/usr/local/bin/certmap", "/no/such/certmap")) as radius:
        check("without the command", radius.sign_in("alice")[0], FAILURE)


def iis(bench, check, whole):
    command = "match --rules /etc/freeradius/certmap/site.rules"
    check("page: it has the command", command in whole, True)
    site = f"{command.replace('site.rules', 'applicationHost.config')} --site 'Default Web Site'"
    radius = Radius(bench, "iis", whole.replace(command, site))
    robot = "".join((bench.pki / "robot.pem").read_text(encoding="ascii").split("\n")[1:-2])
    text = (DATA / "applicationHost.config").read_text(encoding="utf-8")
    bench.write("iis/applicationHost.config", text.replace("@ROBOT@", robot))
    with radius:
        for who, result in (("alice", SUCCESS), ("robot", SUCCESS), ("carol", FAILURE), ("eve", FAILURE)):
            check(f"an IIS file: {who}", radius.sign_in(who)[0], result)
