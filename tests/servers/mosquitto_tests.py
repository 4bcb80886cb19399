# SPDX-License-Identifier: MIT
"""The plugin for Mosquitto, live. Traps are numbered as docs/mosquitto.md numbers them."""

import os
import re
import signal
import subprocess
import time

from bench import HERE, ROOT, listens, stop, wait_until
from mqtt import ACCEPTED, IN_HANDSHAKE, REFUSED, REFUSED_5, Device

DATA = HERE / "data"
BAD_METHOD = 140  # of CONNACK, in MQTT 5
DENIED = 128  # a subscription, in SUBACK of both versions; Mosquitto has 135 in MQTT 5

# Everybody at a listener with `require_certificate true` and `plugin_opt_none deny`:
# certificate: (lets in?, what the log has)
MATRIX = {
    "alice": (ACCEPTED, ('accepted: user="alice"', 'account="CONTOSO\\\\alice"', 'mapping="staff"')),
    "carol": (REFUSED, ("refused: user=- ", "decision=deny", 'mapping="contractors"')),
    "eve": (REFUSED, ("refused: user=- ", "decision=none", "reason=no-match")),
    "fred": (REFUSED, ("refused: user=- ", "decision=none", "reason=no-match")),
    "ida": (ACCEPTED, ('accepted: user="ida"',)),
    "newline": (REFUSED, ("refused: user=- ", "decision=deny")),
    "unicode": (ACCEPTED, ('accepted: user="ådá žižka"',)),
    "large": (ACCEPTED, ('accepted: user="large"',)),
    None: (IN_HANDSHAKE, ()),
    "expired": (IN_HANDSHAKE, ()),
    "stranger": (IN_HANDSHAKE, ()),
    "purpose": (IN_HANDSHAKE, ()),
}

ACL = "topic read open/#\npattern readwrite devices/%u/#\nuser bob\ntopic readwrite bob/#\n"


class Broker:
    """One broker, with listeners of these kinds, and what it logs."""

    def __init__(self, bench, name, options, listeners=("tls",), per=False, more="", acl=True, password=False, each=""):
        self.bench, self.name = bench, name
        self.folder = bench.folder / name
        self.ports = {kind: bench.port() for kind in listeners}
        self.module = bench.build / "modules/mosquitto/mosquitto_certmap.so"
        self.log_path = bench.folder / f"{name}.log"
        rules = bench.folder / name / "site.rules"
        if not rules.exists():
            self.rules((DATA / "site.rules").read_text(encoding="utf-8"))
        bench.write(f"{name}/server.key", (bench.pki / "server.key").read_bytes(), 0o644)
        bench.write(f"{name}/acl", ACL, 0o644)
        secret = subprocess.run(["mosquitto_passwd", "-c", "-b", self.folder / "passwd", "bob", "secret"],
                                capture_output=True, check=False)  # fmt: skip
        assert secret.returncode == 0, secret.stderr
        (self.folder / "passwd").chmod(0o644)
        lines = ["allow_anonymous false", f"plugin {self.module}", f"plugin_opt_rules {rules}", *options]
        lines += [f"acl_file {self.folder}/acl"] if acl else []
        lines += [f"password_file {self.folder}/passwd"] if password else []
        security = "\n".join(lines) + "\n"
        text = f"per_listener_settings {'true' if per else 'false'}\nlog_dest stderr\nlog_type all\n{more}\n"
        text += "" if per else security
        for kind, port in self.ports.items():
            text += self.listener(kind, port) + (security if per else "") + each
        self.conf = bench.write(f"{name}/mosquitto.conf", text)

    def listener(self, kind, port):
        text = f"\nlistener {port} 127.0.0.1\n"
        if kind.startswith("ws"):
            text += "protocol websockets\n"
        if "plain" in kind:
            return text
        text += f"cafile {self.bench.pki}/cas.pem\ncertfile {self.bench.pki}/server.pem\nkeyfile {self.folder}/server.key\n"
        return text + f"require_certificate {'false' if 'optional' in kind else 'true'}\n"

    def edit(self, change):
        """Changes the configuration, before the start."""
        self.bench.write(f"{self.name}/mosquitto.conf", change(self.conf.read_text(encoding="utf-8")))
        return self

    def rules(self, text, mode=0o644):
        return self.bench.write(f"{self.name}/site.rules", text, mode)

    def start(self):
        before = len(self.log()) if self.log_path.exists() else 0
        with self.log_path.open("ab") as log:
            self.process = self.bench.start(self.command(), next(iter(self.ports.values())), stdout=log, stderr=log)
        wait_until(lambda: " running" in self.log()[before:], "it takes signals")
        wait_until(lambda: all(map(listens, self.ports.values())), "all its ports are open")
        return self

    def command(self):
        return ["/usr/sbin/mosquitto", "-c", str(self.conf)]

    def stop(self):
        stop(self.process)
        self.bench.check(f"{self.name}: it ends well", self.process.returncode, 0)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def logged(self, mark):
        """certmap's line about the client of this id."""
        found = []

        def look():
            found[:] = [line for line in self.log().splitlines() if "certmap: " in line and f'id="{mark}"' in line]
            return found

        wait_until(look, f"the log has {mark}")
        return found[-1]

    def reload(self):
        """Returns what certmap has logged about it."""
        before = len(self.log())
        os.kill(self.process.pid, signal.SIGHUP)
        wait_until(lambda: re.search(r"in force|not loaded", self.log()[before:]), "the rules are loaded again")
        size = 0
        while size < len(self.log()):  # the broker goes on with everybody who is connected
            size = len(self.log())
            time.sleep(0.1)
        return self.log()[before:]

    def device(self, who, kind="tls", **options):
        options.setdefault("tls", None if "plain" in kind else "1.3")
        return Device(self.bench.pki, self.ports[kind], who, websockets=kind.startswith("ws"), **options)


def run(bench):
    mistakes(bench)
    for per in (False, True):
        with Broker(bench, f"matrix-{per}", [], ("tls", "ws"), per=per) as broker:
            matrix(broker, bench.check)
            bench.check(f"6: {broker.name}: both versions, websockets, and this kind of settings", broker.process.poll(), None)
            topics(broker, bench.check)
            wills(broker, bench.check)
            names(broker, bench.check)
            sessions(broker, bench.check)
            reloads(broker, bench.check)
    for tests in (account, identity, username_as_id, passwords, expiry, iis, shadow, issuer, client_ids, bad_names, without_acl,
                  restarted, reload_window, twice, quiet, page):  # fmt: skip
        tests(bench, bench.check)


# ---- everybody, every way


def refused(mqtt):
    return REFUSED_5 if mqtt == 5 else REFUSED


def matrix(broker, check):
    for who, (code, log) in MATRIX.items():
        for tls in ("1.2", "1.3"):
            for kind in ("tls", "ws"):
                for mqtt in (4, 5):
                    device = broker.device(who, kind, tls=tls, mqtt=mqtt)
                    name = f"{broker.name}: {who}, TLS {tls}, {kind}, MQTT {mqtt}"
                    visits(broker, check, device, name, refused(mqtt) if code == REFUSED else code, log)
                if tls == "1.2":
                    device = broker.device(who, kind, tls=tls, tickets=False)
                    visits(broker, check, device, f"{broker.name}: {who}, TLS {tls}, {kind}, no ticket", code, log)


def visits(broker, check, device, name, code, log):
    for visit in ("new", "resumed"):
        mark = re.sub(r"\W", "-", f"{name} {visit}")
        with device.connect(mark, resume=visit == "resumed") as connection:
            check(f"{name}, {visit}", connection.code, code)
            if code != IN_HANDSHAKE:
                check(f"{name}, {visit}: the session is resumed", connection.reused, visit == "resumed")
        if log:
            check(f"{name}, {visit}: log", broker.logged(mark), log)


# ---- topics


def topics(broker, check):
    """`pattern readwrite devices/%u/#` of the acl_file: %u is who the rules say."""
    for mqtt in (4, 5):
        with broker.device("alice", mqtt=mqtt).connect("a") as alice, broker.device("ida", mqtt=mqtt).connect("i") as ida:
            alice.subscribe("#")
            ida.subscribe("devices/ida/#", "devices/alice/#")
            own = alice.publish("devices/alice/door", "own")
            others = alice.publish("devices/ida/door", "forged")
            check(f"topics, MQTT {mqtt}: own", own, 0)
            check(f"topics, MQTT {mqtt}: another's", others, REFUSED_5 if mqtt == 5 else 0)
            ida.publish("devices/ida/door", "hers")
            check(f"topics, MQTT {mqtt}: alice sees", alice.messages(), [("devices/alice/door", "own")])
            check(f"topics, MQTT {mqtt}: ida sees", ida.messages(), [("devices/ida/door", "hers")])
    with broker.device("unicode").connect("u") as unicode:
        unicode.subscribe("devices/ådá žižka/#")
        unicode.publish("devices/ådá žižka/x", "čau")
        check("topics: a name that is not ASCII", unicode.messages(), [("devices/ådá žižka/x", "čau")])


def wills(broker, check):
    for kind in ("tls", "ws"):
        for mqtt in (4, 5):
            with broker.device("alice", mqtt=mqtt).connect("watch") as watch:
                watch.subscribe("#")
                own = broker.device("alice", kind, mqtt=mqtt).connect("w1", will=("devices/alice/will", f"own {kind}"))
                other = broker.device("ida", kind, mqtt=mqtt).connect("w2", will=("devices/alice/will", "forged"))
                check(f"wills, {kind}, MQTT {mqtt}: both are in", (own.code, other.code), (0, 0))
                other.drop()
                own.drop()
                seen = []
                wait_until(lambda: seen.extend(watch.messages()) or seen, "the will is published")
                check(f"wills, {kind}, MQTT {mqtt}", seen, [("devices/alice/will", f"own {kind}")])


    with broker.device("alice", mqtt=5).connect("watch") as watch:
        watch.subscribe("#")
        for who in ("alice", "ida"):
            broker.device(who, mqtt=5).connect(f"delayed-{who}", will=("devices/alice/will", f"of {who}", 1), expiry=60).drop()
        seen = []
        wait_until(lambda: seen.extend(watch.messages()) or seen, "the delayed will is published")
        time.sleep(1)
        check("wills: delayed", seen + watch.messages(), [("devices/alice/will", "of alice")])


# ---- names and ids that a client writes itself


def names(broker, check):
    for kind in ("tls", "ws"):
        for mqtt in (4, 5):
            mark = f"names-{kind}-{mqtt}"
            with broker.device("alice", kind, mqtt=mqtt).connect(mark, username="ida", password="x") as alice:
                check(f"{mark}: a name that it gives itself", alice.code, ACCEPTED)
                check(f"{mark}: in the log", broker.logged(mark), ('user="alice"', 'asked="ida"'))
                alice.subscribe("#")
                alice.publish("devices/ida/x", "forged")
                alice.publish("devices/alice/x", "own")
                check(f"{mark}: is not who it is", alice.messages(), [("devices/alice/x", "own")])
            with broker.device("carol", kind, mqtt=mqtt).connect(mark, username="alice", password="x") as carol:
                check(f"{mark}: nor makes a denied one somebody", carol.code, refused(mqtt))
    for who in ("alice", "carol"):
        with broker.device(who, mqtt=5).connect("method", method="any") as connection:
            check(f"names: {who} by extended authentication, which nobody offers", connection.code, BAD_METHOD)
    forged = 'x" user="root'
    with broker.device("alice").connect(forged, username='u" decision=allow') as alice:
        check("names: a client id with a quote", alice.code, ACCEPTED)
    wait_until(lambda: 'id="x\\" user=\\"root"' in broker.log(), "the client id is escaped")
    check("names: a user name with a quote", broker.log(), ('asked="u\\" decision=allow"',))
    with broker.device("alice").connect("i" * 20000, username="n" * 60000) as alice:
        check("names: long ones", alice.code, ACCEPTED)
    check("names: long ones are cut off", broker.log(), (f'id="{"i" * 24}"... asked="{"n" * 24}"...',))


# ---- sessions that the broker keeps, and a reload while their clients are away


def sessions(broker, check):
    for mqtt in (4, 5):
        for kind in ("tls", "ws"):
            options = {"clean": False, "expiry": 3600 if mqtt == 5 else 0}
            devices = [(f"kept-{mqtt}-{kind}", broker.device("alice", kind, mqtt=mqtt), True),
                       (f"bare-{mqtt}-{kind}", broker.device("alice", kind, mqtt=mqtt), False)]  # fmt: skip
            for name, device, subscribes in devices:
                with device.connect(name, **options) as connection:
                    if subscribes:
                        connection.subscribe(f"devices/alice/{name}", qos=1)
            broker.reload()
            for _ in range(2):
                with broker.device("alice", mqtt=mqtt).connect("sender") as sender:
                    for name, _, _ in devices:
                        check(f"sessions: a message to {name}", sender.publish(f"devices/alice/{name}", "kept") in (0, 16), True)
                broker.reload()
            for name, device, subscribes in devices:
                with device.connect(name, **options) as connection:
                    check(f"sessions: {name} is there after reloads", (connection.code, connection.present), (0, 1))
                    check(f"sessions: {name} has its messages", [m for _, m in connection.messages()], ["kept"] * 2 * subscribes)
                    connection.subscribe(f"devices/alice/{name}", qos=1)
                    connection.publish(f"devices/alice/{name}", "again")
                    check(f"sessions: {name} goes on", connection.messages()[-1:], [(f"devices/alice/{name}", "again")])
            kept = devices[0][1]
            with broker.device("alice", mqtt=mqtt).connect("sender") as sender:
                sender.publish(f"devices/alice/{devices[0][0]}", "a secret that waits")
            with broker.device("ida", mqtt=mqtt).connect(devices[0][0], **options) as thief:
                check("sessions: another account's session", thief.code, ACCEPTED)
                with broker.device("alice", mqtt=mqtt).connect("sender") as sender:
                    sender.publish(f"devices/alice/{devices[0][0]}", "secret")
                check("sessions: has nothing to read in it", thief.messages(), [])
            kept.connect(devices[0][0], clean=True).close()


# ---- 4: rules that change


def reloads(broker, check):
    original = (DATA / "site.rules").read_text(encoding="utf-8")
    broken = (DATA / "broken.rules").read_text(encoding="utf-8")
    no_ida = original.replace('mapping "robots"', 'mapping "no-ida" { when subject.CN = "Ida"; deny; }\nmapping "robots"')
    ida_ws = broker.device("ida", "ws").connect("ida-ws", will=("devices/ida/will", "thrown out"))
    with broker.device("alice").connect("stays") as alice, broker.device("ida", mqtt=5).connect("ida") as ida, ida_ws:
        for name, text, mode, said in (
            ("broken", broken, 0o644, ("site.rules:3:", "XYZ", "the old rules stay in force")),
            ("half written", original[: len(original) - 40], 0o644, ("site.rules:", "the old rules stay in force")),
            ("empty", "", 0o644, ("the old rules stay in force",)),
            ("unreadable", original, 0o000, ("Permission denied", "the old rules stay in force")),
            ("good", original + "# more\n", 0o644, ("in force, sha256:",)),
        ):
            if name == "unreadable" and os.getuid() == 0 and broker_user(broker) == "root":
                continue
            broker.rules(text, mode)
            check(f"4: {broker.name}: {name} rules: log", broker.reload(), said)
            check(f"4: {broker.name}: {name} rules: who is in stays", (alice.is_open(), ida.is_open(), ida_ws.is_open()), (True,) * 3)
            with broker.device("alice").connect("next") as following:
                check(f"4: {broker.name}: {name} rules: who comes is let in", following.code, ACCEPTED)
        (broker.folder / "site.rules").unlink()
        check(f"4: {broker.name}: no file: log", broker.reload(), ("site.rules", "the old rules stay in force"))
        check(f"4: {broker.name}: no file: who is in stays", (alice.is_open(), ida.is_open()), (True, True))
        alice.subscribe("#")
        broker.rules(no_ida.replace("${subject.CN | lower}", "${subject.CN | upper}"))
        check(f"4: {broker.name}: new rules: log", broker.reload(), ("in force, sha256:", 'refused: user=- id="ida"'))
        check(f"4: {broker.name}: who is refused now is thrown out", (ida.is_open(), ida_ws.is_open()), (False, False))
        check(f"4: {broker.name}: who is not stays", alice.is_open(), True)
        alice.publish("devices/alice/x", "by the old name")
        alice.publish("devices/ALICE/x", "by the new name")
        check(f"4: {broker.name}: with the name of the new rules, and no will of others", alice.messages(),
              [("devices/ALICE/x", "by the new name")])  # fmt: skip
    with broker.device("ida").connect("ida") as ida:
        check(f"4: {broker.name}: and does not come in again", ida.code, REFUSED)
    broker.rules(original)
    broker.reload()
    with broker.device("ida").connect("ida") as ida:
        check(f"4: {broker.name}: until the rules say so", ida.code, ACCEPTED)


def broker_user(broker):
    return subprocess.run(["ps", "-o", "user=", "-p", str(broker.process.pid)], capture_output=True, check=True, text=True).stdout.strip()


# ---- options


def account(bench, check):
    with Broker(bench, "account", ["plugin_opt_name account"]) as broker:
        with broker.device("alice").connect("a") as alice:
            alice.subscribe("#")
            alice.publish("devices/CONTOSO\\alice/x", "own")
            check("plugin_opt_name account", alice.messages(), [("devices/CONTOSO\\alice/x", "own")])
        check("plugin_opt_name account: log", broker.logged("a"), ('user="CONTOSO\\\\alice"',))


# ---- 1: the broker lets a client in without asking


def identity(bench, check):
    for option in ("use_identity_as_username", "use_subject_as_username"):
        for per in (False, True):
            name = f"{option}-{per}"
            broker = Broker(bench, name, [], ("good", "tls", "ws"), per=per)
            with broker.edit(lambda text, option=option: bypassed(text, broker.ports["tls"], option)):
                with broker.device("alice", "good").connect("watch") as watch:
                    check(f"1: {name}: the other listener", watch.code, ACCEPTED)
                    watch.subscribe("#")
                    for who in ("carol", "alice"):
                        for kind in ("tls", "ws"):
                            for mqtt in (4, 5):
                                bypass(broker, check, f"1: {name}: {who}, {kind}, MQTT {mqtt}", broker.device(who, kind, mqtt=mqtt), per)
                    time.sleep(0.3)
                    check(f"1: {name}: nobody saw anything of them", watch.messages(), [])


def bypassed(text, port, option):
    """The option for this listener and those after it."""
    head, mark, tail = text.partition(f"listener {port} ")
    return head + mark + tail.replace("require_certificate true", f"require_certificate true\n{option} true")


def bypass(broker, check, name, device, per):
    topic, mark = "devices/alice/x", re.sub(r"\W", "-", name)
    first = device.connect(mark, will=(topic, "a will"))
    check(f"{name}: the broker lets it in", first.code, ACCEPTED)
    first.drop()
    delayed = device.connect(mark, will=(topic, "a will", 1), expiry=5) if device.mqtt == 5 else None
    if delayed:
        delayed.drop()
    with device.connect(mark, will=(topic, "a will")) as connection:
        try:
            check(f"{name}: it cannot subscribe", connection.subscribe("#")[0] >= DENIED, True)
            check(f"{name}: nor publish", connection.publish(topic, "forged", retain=True) in (0, REFUSED_5), True)
        except (OSError, EOFError):
            pass  # it has been thrown out already
        if not per:
            wait_until(lambda: not connection.is_open(), f"{name}: it is thrown out")
    check(f"{name}: log", broker.logged(mark), ("use_identity_as_username", "write false"))


# ---- 2: use_username_as_clientid


def username_as_id(bench, check):
    with Broker(bench, "username-as-id", [], more="", each="use_username_as_clientid true\n") as broker:
        with broker.device("alice").connect("a") as alice:
            check("2: use_username_as_clientid: without a name it refuses", alice.code, REFUSED)
        with broker.device("alice").connect("a", username="any") as alice:
            check("2: use_username_as_clientid: with one it does not", alice.code, ACCEPTED)
        check("2: use_username_as_clientid: and the id is what the client said", broker.logged("any"), ('user="alice"', 'asked="any"'))


# ---- 3: certificates and passwords


def passwords(bench, check):
    listeners = ("tls", "optional", "plain", "ws-optional")
    for none in ("defer", "deny"):
        for per in (False, True):
            with Broker(bench, f"passwords-{none}-{per}", [f"plugin_opt_none {none}"], listeners, per=per, password=True) as broker:
                code = ACCEPTED if none == "defer" else REFUSED
                rows = [
                    ("a certificate, no password", "alice", "tls", None, None, ACCEPTED, 'user="alice"'),
                    ("a certificate and a password", "alice", "tls", "bob", "secret", ACCEPTED, 'user="alice"'),
                    ("a certificate and a wrong password", "alice", "tls", "bob", "wrong", ACCEPTED, 'user="alice"'),
                    ("denied, with a password", "carol", "tls", "bob", "secret", REFUSED, "decision=deny"),
                    ("no mapping, with a password", "eve", "tls", "bob", "secret", code, "reason=no-match"),
                    ("no mapping, with a wrong password", "eve", "tls", "bob", "wrong", REFUSED, "reason=no-match"),
                    ("no mapping, with a name of the rules", "eve", "tls", "alice", None, REFUSED, "reason=no-match"),
                    ("no mapping, no password", "eve", "tls", None, None, REFUSED, "reason=no-match"),
                    ("3: nobody is asked for a certificate", "alice", "optional", None, None, REFUSED, "reason=no-certificate"),
                    ("3: nobody is asked, a password", "alice", "optional", "bob", "secret", code, "reason=no-certificate"),
                    ("without TLS", None, "plain", "bob", "secret", code, "reason=no-certificate"),
                    ("without TLS, a wrong password", None, "plain", "bob", "wrong", REFUSED, "reason=no-certificate"),
                    ("without TLS, nothing", None, "plain", None, None, REFUSED, "reason=no-certificate"),
                    ("websockets, a password", None, "ws-optional", "bob", "secret", code, "reason=no-certificate"),
                ]
                for number, (name, who, kind, user, password, expected, log) in enumerate(rows):
                    mark = f"{none}-{number}"
                    with broker.device(who, kind).connect(mark, username=user, password=password) as connection:
                        check(f"passwords, {none}, {per}: {name}", connection.code, expected)
                        if connection.code == ACCEPTED and 'user="alice"' not in log:
                            connection.subscribe("#")
                            connection.publish("bob/x", "bob's")
                            check(f"passwords, {none}, {per}: {name}: it is bob", connection.messages(), [("bob/x", "bob's")])
                    check(f"passwords, {none}, {per}: {name}: log", broker.logged(mark), (log,))
                if none == "defer":
                    deferred(broker, check, per)


def deferred(broker, check, per):
    """Who came in by a password is looked at again after a reload, too."""
    with broker.device("eve").connect("eve", username="bob", password="secret", will=("bob/will", "x")) as eve, \
            broker.device(None, "plain").connect("bob", username="bob", password="secret") as bob:  # fmt: skip
        bob.subscribe("#")
        broker.reload()
        check(f"passwords, {per}: after a reload", (eve.is_open(), bob.is_open()), (True, True))
        original = (DATA / "site.rules").read_text(encoding="utf-8")
        broker.rules(original + 'mapping "no-eve" { when subject.CN = "Eve, OU=Sales"; deny; }\n')
        broker.reload()
        check(f"passwords, {per}: denied by new rules", (eve.is_open(), bob.is_open()), (False, True))
        check(f"passwords, {per}: without a will", bob.messages(), [])


# ---- 5: certificates that expire


def expiry(bench, check):
    wait = bench.brief("short", 8)
    brokers = [Broker(bench, f"expiry-{per}", ["plugin_opt_hold 1"], ("tls", "ws"), per=per).start() for per in (False, True)]
    resumable, opened = [], []
    for broker in brokers:
        for kind in ("tls", "ws"):
            for tls in ("1.2", "1.3"):
                for mqtt in (4, 5):
                    device = broker.device("short", kind, tls=tls, mqtt=mqtt)
                    with device.connect(f"resumed-{kind}-{tls}-{mqtt}") as connection:
                        check(f"5: {broker.name}, {kind}, TLS {tls}, MQTT {mqtt}: new", connection.code, ACCEPTED)
                    resumable.append((broker, kind, tls, mqtt, device))
            for mqtt in (4, 5):
                connection = broker.device("short", kind, mqtt=mqtt).connect(
                    f"open-{kind}-{mqtt}", will=("open/will", "late"), clean=False, expiry=600 if mqtt == 5 else 0)  # fmt: skip
                connection.subscribe("devices/short/#", qos=1)
                check(f"5: {broker.name}, {kind}, MQTT {mqtt}: publishes", connection.publish("devices/short/x"), 0)
                opened.append((broker, kind, mqtt, connection))
    watchers = [broker.device("alice").connect("watch") for broker in brokers]
    for watch in watchers:
        watch.subscribe("#")
    wait()
    for broker, kind, tls, mqtt, device in resumable:
        mark = f"resumed-{kind}-{tls}-{mqtt}"
        with device.connect(mark, resume=True) as connection:
            check(f"5: {broker.name}, {mark}, when expired", (connection.code, connection.reused), (refused(mqtt), True))
        check(f"5: {broker.name}, {mark}: log", broker.logged(mark), ("decision=unverified", "has expired"))
    for broker, kind, mqtt, connection in opened:
        name = f"5: {broker.name}, open-{kind}-{mqtt}"
        if broker is brokers[0]:
            wait_until(lambda: not connection.is_open(), f"{name}: is thrown out, idle as it is")
        else:
            try:
                check(f"{name}: cannot publish", connection.publish("devices/short/x", "late") in (0, REFUSED_5), True)
                check(f"{name}: nor read", [m for _, m in connection.messages() if m == "late"], [])
            except (OSError, EOFError) as error:
                check(f"{name}: is still there", error, None)
        connection.drop()
        check(f"{name}: log", broker.logged(f"open-{kind}-{mqtt}"), ("refused since", "has expired"))
    time.sleep(0.3)
    for broker, watch in zip(brokers, watchers):
        check(f"5: {broker.name}: nothing of them was published", watch.messages(), [])
        watch.close()
        broker.stop()


# ---- other rules


def iis(bench, check):
    robot = "".join((bench.pki / "robot.pem").read_text(encoding="ascii").split("\n")[1:-2])
    text = (DATA / "applicationHost.config").read_text(encoding="utf-8").replace("@ROBOT@", robot)
    broker = Broker(bench, "iis", ["plugin_opt_format iis", "plugin_opt_site Default Web Site"])
    broker.rules(text)
    with broker:
        for who, code, log in (("alice", ACCEPTED, 'user="portal"'), ("robot", ACCEPTED, 'user="order-robot"'),
                               ("carol", REFUSED, "refused"), ("eve", REFUSED, "refused")):  # fmt: skip
            with broker.device(who).connect(who) as connection:
                check(f"an IIS file: {who}", connection.code, code)
            check(f"an IIS file: {who}: log", broker.logged(who), (log,))


def shadow(bench, check):
    """The other rules are asked, too, and never obeyed."""
    text = (DATA / "site.rules").read_text(encoding="utf-8")
    other = bench.write("shadow.rules", text.replace('"Sales"', '"Finance"'))
    with Broker(bench, "shadow", [f"plugin_opt_shadow {other}"]) as broker:
        for who, code in (("alice", ACCEPTED), ("carol", REFUSED), ("eve", REFUSED)):
            before = len(broker.log())
            with broker.device(who).connect(f"shadow-{who}") as connection:
                check(f"shadow: {who}", connection.code, code)
            broker.logged(f"shadow-{who}")
            check(f"shadow: {who}: log", broker.log()[before:], ("shadow differs: active: " if who == "alice" else "!shadow differs",))
        bench.write("shadow.rules", (DATA / "broken.rules").read_text(encoding="utf-8"))
        check("shadow: a broken one", broker.reload(), ("site.rules: in force", "shadow.rules: not loaded; the old rules stay in force"))
        with broker.device("alice").connect("after") as connection:
            check("shadow: after it", connection.code, ACCEPTED)
    native = Broker(bench, "shadow-iis", [f"plugin_opt_shadow {bench.folder}/shadow.config", "plugin_opt_shadow_site Default Web Site"])
    robot = "".join((bench.pki / "robot.pem").read_text(encoding="ascii").split("\n")[1:-2])
    bench.write("shadow.config", (DATA / "applicationHost.config").read_text(encoding="utf-8").replace("@ROBOT@", robot))
    with native as broker, broker.device("alice").connect("by-site") as connection:
        check("shadow: of a site: alice", connection.code, ACCEPTED)
        check("shadow: of a site: log", broker.log(), ("shadow differs: active: ", "portal"))


def issuer(bench, check):
    """The broker does not tell who issued a certificate."""
    broker = Broker(bench, "issuer", [])
    bench.write("issuer/ca.pem", (bench.pki / "ca.pem").read_bytes())
    broker.rules((DATA / "pinned.rules").read_text(encoding="utf-8"))
    with broker:
        check("issuer is: a warning at the start", broker.log(), ("asks who issued the certificate", "write issuer.CN"))
        with broker.device("alice").connect("alice") as alice:
            check("issuer is: nobody gets in by it", alice.code, REFUSED)
        before = len(broker.log())
        broker.rules((DATA / "site.rules").read_text(encoding="utf-8"))
        broker.reload()
        check("issuer is: no warning without", broker.log()[before:], ("!asks who issued",))
        with broker.device("alice").connect("alice") as alice:
            check("issuer is: rules without it", alice.code, ACCEPTED)


def client_ids(bench, check):
    with Broker(bench, "client-ids", ["plugin_opt_clientid name"]) as broker:
        for who, name, code in (("alice", "alice", ACCEPTED), ("alice", "ida", REFUSED), ("alice", "", REFUSED),
                                ("alice", "Alice", REFUSED), ("ida", "ida", ACCEPTED), ("carol", "carol", REFUSED)):  # fmt: skip
            with broker.device(who).connect(name) as connection:
                check(f"plugin_opt_clientid name: {who} as {name!r}", connection.code, code)
        check("plugin_opt_clientid name: log", broker.logged("Alice"), ("the client id is not the user name",))
        with broker.device("alice").connect("alice") as alice:
            broker.reload()
            check("plugin_opt_clientid name: after a reload", alice.is_open(), True)
    with Broker(bench, "client-ids-defer", ["plugin_opt_clientid name", "plugin_opt_none defer"], ("tls", "plain"), password=True) as broker:
        for who, kind, name, code in ((None, "plain", "bob", ACCEPTED), (None, "plain", "alice", REFUSED), ("eve", "tls", "bob", ACCEPTED),
                                      ("eve", "tls", "alice", REFUSED), ("alice", "tls", "alice", ACCEPTED)):  # fmt: skip
            with broker.device(who, kind).connect(name, username="bob", password="secret") as connection:
                check(f"plugin_opt_clientid name, none defer: {who} at {kind}, as {name!r}", connection.code, code)
                if code == ACCEPTED:
                    broker.reload()
                    check(f"plugin_opt_clientid name, none defer: {who} at {kind}, after a reload", connection.is_open(), True)


def bad_names(bench, check):
    broker = Broker(bench, "bad-names", [], acl=False)
    for name, said in (("a+b", "mean something in a topic"), ("#", "mean something in a topic"), ("a/b", "mean something in a topic"),
                       ("$SYS", "begins with $"), ("DOMAIN\\\\", "no user name"), ("a\\u{7}b", "control character")):  # fmt: skip
        broker.rules(f'certmap 1;\nmapping "m" {{ when always; allow "{name}"; }}\n')
        before = len(broker.log()) if broker.log_path.exists() else 0
        try:
            broker.start()
        except RuntimeError:
            check(f"a user name {name}: the rules do not load", broker.log()[before:], ("site.rules:2:",))
            continue
        with broker.device("alice").connect("alice") as alice:
            check(f"a user name {name}", alice.code, REFUSED)
        check(f"a user name {name}: log", broker.log()[before:], (said,))
        broker.stop()


def without_acl(bench, check):
    for option, messages in (("allow", [("any/topic", "x")]), ("defer", [])):
        with Broker(bench, f"acl-{option}", [f"plugin_opt_acl {option}"], acl=False) as broker:
            with broker.device("alice", mqtt=5).connect("a") as alice:
                check(f"plugin_opt_acl {option}: subscribes", alice.subscribe("#")[0] < DENIED, option == "allow")
                alice.publish("any/topic", "x")
                check(f"plugin_opt_acl {option}", alice.messages(), messages)


def restarted(bench, check):
    """Sessions that the broker reads from its file know nothing of certificates, and a reload leaves them alone."""
    for per in (False, True):
        name = f"restarted-{per}"
        (bench.folder / f"{name}-data").mkdir()
        (bench.folder / f"{name}-data").chmod(0o777)
        broker = Broker(bench, name, [], per=per, more=f"persistence true\npersistence_location {bench.folder}/{name}-data/\n")
        with broker:
            for mark in ("subscribes", "bare"):
                with broker.device("alice").connect(mark, clean=False) as alice:
                    check(f"{name}: {mark}", alice.code, ACCEPTED)
                    if mark == "subscribes":
                        alice.subscribe("devices/alice/x", qos=1)
        with broker:
            for _ in range(2):
                broker.reload()
            with broker.device("alice").connect("sender") as sender:
                sender.publish("devices/alice/x", "kept")
            with broker.device("ida").connect("thief-of-nothing") as ida:
                check(f"{name}: others come in", ida.code, ACCEPTED)
            for mark in ("subscribes", "bare"):
                with broker.device("alice").connect(mark, clean=False) as alice:
                    check(f"{name}: {mark}, again", alice.code, ACCEPTED)
                    if mark == "subscribes" and not per:
                        check(f"{name}: {mark}: has its message", alice.messages(), [("devices/alice/x", "kept")])


def reload_window(bench, check):
    """A client without a certificate, which the broker does not tell from a session that is away while it reloads."""
    for per in (False, True):
        with Broker(bench, f"window-{per}", [], ("tls", "optional"), per=per) as broker:
            with broker.device("alice").connect("alice") as alice:
                for turn in range(3):
                    broker.reload()
                    time.sleep(0.6 if per else 0)
                    with broker.device(None, "optional").connect("alice", clean=True) as thief:
                        check(f"after a reload, {per}, {turn}: no certificate", thief.code, REFUSED)
                    check(f"after a reload, {per}, {turn}: the client of that id stays", alice.is_open(), True)
                broker.reload()
                end = time.monotonic() + 1.5
                while time.monotonic() < end:  # one that tries on and on
                    with broker.device(None, "optional").connect("nobody", clean=True) as thief:
                        pass
                check(f"after a reload, {per}: tries do not prolong it", thief.code, REFUSED)
                check(f"after a reload, {per}: alice is still there", alice.is_open(), True)


def quiet(bench, check):
    for log, seen in (("refused", ('!id="alice"', 'id="carol"')), ("nothing", ('!id="alice"', '!id="carol"'))):
        with Broker(bench, f"log-{log}", [f"plugin_opt_log {log}"]) as broker:
            for who in ("alice", "carol"):
                broker.device(who).connect(who).close()
            lines = "\n".join(line for line in broker.log().splitlines() if "certmap: " in line)
            check(f"plugin_opt_log {log}", lines, seen)


# ---- mistakes


MISTAKES = [
    ("an option", ["plugin_opt_rule x"], ('unknown option', '"rule"', "rules, format, site")),
    ("a name", ["plugin_opt_name users"], ('plugin_opt_name has the value "users"', "write user or account")),
    ("a comment", ["plugin_opt_name user      # or account"], ("write user or account", "a comment has to be on a line of its own")),
    ("none", ["plugin_opt_none allow"], ("plugin_opt_none", "write deny or defer")),
    ("a format", ["plugin_opt_format xml"], ("plugin_opt_format", "write auto, native or iis")),
    ("acl", ["plugin_opt_acl deny"], ("plugin_opt_acl", "write defer or allow")),
    ("clientid", ["plugin_opt_clientid user"], ("plugin_opt_clientid", "write any or name")),
    ("log", ["plugin_opt_log no"], ("plugin_opt_log", "write all, refused or nothing")),
    ("hold", ["plugin_opt_hold 0"], ("plugin_opt_hold", "from 1 to 86400")),
    ("hold, too long", ["plugin_opt_hold 86401"], ("plugin_opt_hold", "from 1 to 86400")),
    ("hold, no number", ["plugin_opt_hold 1m"], ("plugin_opt_hold", "from 1 to 86400")),
    ("twice", ["plugin_opt_name user", "plugin_opt_name user"], ("plugin_opt_name is there twice",)),
    ("two mistakes", ["plugin_opt_name x", "plugin_opt_none x"], ("plugin_opt_name", "plugin_opt_none")),
    ("a site of a native file", ["plugin_opt_site Default Web Site"], ("site",)),
    ("a path", ["plugin_opt_rules site.rules"], ("begins with /",)),
    ("a shadow's path", ["plugin_opt_shadow other.rules"], ("plugin_opt_shadow", "begins with /")),
    ("no shadow file", ["plugin_opt_shadow /no/such/shadow"], ("no rules from /no/such/shadow", "readable by the user of the broker")),
    ("a shadow's site without a shadow", ["plugin_opt_shadow_site x"], ("plugin_opt_shadow_site", "write plugin_opt_shadow")),
    ("no file", ["plugin_opt_rules /no/such/file"], ("/no/such/file", "readable by the user of the broker")),
    ("no rules", [None], ("plugin_opt_rules is missing",)),
    ("the plugin twice", ["plugin @MODULE@", "@OWN@"], ("the plugin is there twice",)),
]  # fmt: skip


def mistakes(bench):
    for number, (name, options, said) in enumerate(MISTAKES):
        broker = Broker(bench, f"mistake-{number}", [option for option in options if option])
        own = f"plugin_opt_rules {broker.folder}/site.rules"
        if options == [None] or options[0].startswith("plugin_opt_rules"):
            broker.edit(lambda text, own=own: text.replace(own + "\n", ""))
        broker.edit(lambda text, broker=broker, own=own: text.replace("@MODULE@", str(broker.module)).replace("@OWN@", own))
        refuses_to_start(bench, f"mistake: {name}", broker, said)
    for name, mode, text, said in (("broken rules", 0o644, (DATA / "broken.rules").read_text(encoding="utf-8"), ("site.rules:3:", "XYZ")),
                                   ("unreadable rules", 0o000, "certmap 1;\n", ("Permission denied", "readable by the user"))):  # fmt: skip
        broker = Broker(bench, name.replace(" ", "-"), [])
        broker.rules(text, mode)
        refuses_to_start(bench, f"mistake: {name}", broker, said)


def refuses_to_start(bench, name, broker, said):
    done = subprocess.run(broker.command(), capture_output=True, check=False, text=True, timeout=60)
    bench.check(f"{name}: does not start", done.returncode != 0, True)
    bench.check(name, done.stderr, said)


def twice(bench, check):
    """The plugin once for each listener, with rules of its own."""
    broker = Broker(bench, "twice", [], ("tls", "ws"), per=True)
    other = bench.write("twice/other.rules", 'certmap 1;\nmapping "m" { when subject.CN = "Carol"; allow "carol"; }\n')

    def change(text):
        head, mark, tail = text.partition(f"listener {broker.ports['ws']} ")
        return head + mark + tail.replace(f"{broker.folder}/site.rules", str(other))

    with broker.edit(change):
        for who, kind, code in (("alice", "tls", ACCEPTED), ("carol", "tls", REFUSED), ("alice", "ws", REFUSED), ("carol", "ws", ACCEPTED)):
            with broker.device(who, kind).connect(who) as connection:
                check(f"two listeners with rules of their own: {who} at {kind}", connection.code, code)


# ---- docs/mosquitto.md


def page(bench, check):
    """The configurations of the page as they stand; only paths and ports are those of the tests."""
    text = (ROOT / "docs/mosquitto.md").read_text(encoding="utf-8")
    whole, passwords_too = re.findall(r"^```mosquitto\n(.*?)^```$", text, re.M | re.S)
    acl = re.search(r"^The `acl_file`.*?^```text\n(.*?)^```$", text, re.M | re.S)[1]
    rules = re.search(r"^The rule that does.*?^```certmap\n(.*?)^```$", text, re.M | re.S)[1]
    broker = Broker(bench, "page", [], ("tls", "ws"))
    bench.write("page/acl", acl + "user bob\ntopic readwrite bob/#\n")
    replaced = (("/usr/local/lib/mosquitto_certmap.so", broker.module), ("/etc/mosquitto/certmap/", f"{broker.folder}/"),
                ("/etc/mosquitto/acl", f"{broker.folder}/acl"), ("/etc/mosquitto/passwd", f"{broker.folder}/passwd"),
                ("/etc/mosquitto/tls/client-cas.pem", f"{bench.pki}/cas.pem"),
                ("/etc/mosquitto/tls/server.pem", f"{bench.pki}/server.pem"),
                ("/etc/mosquitto/tls/server.key", f"{broker.folder}/server.key"),
                ("log_dest file /var/log/mosquitto/mosquitto.log", "log_dest stderr"),
                ("listener 8883", f"listener {broker.ports['tls']} 127.0.0.1"),
                ("listener 8884", f"listener {broker.ports['ws']} 127.0.0.1"))  # fmt: skip
    head, mark, listeners = whole.partition("listener 8883")
    check("page: both have the same beginning", [line for line in passwords_too.splitlines() if line not in head.splitlines()],
          ["plugin_opt_none defer", "password_file /etc/mosquitto/passwd"])  # fmt: skip
    for name, configuration in (("whole", whole), ("passwords", passwords_too + mark + listeners)):
        for old, new in replaced:
            check(f"page: {name} has {old}", old in configuration or (name, old) in UNUSED, True)
            configuration = configuration.replace(old, str(new))
        if name == "passwords":
            configuration = "log_dest stderr\n" + configuration
        bench.write("page/mosquitto.conf", configuration)
        with broker:
            for kind in ("tls", "ws"):
                page_clients(broker, check, f"page, {name}, {kind}", kind, ACCEPTED if name == "passwords" else REFUSED)
    broker.rules(rules)
    with broker:
        for who, code in (("alice", ACCEPTED), ("eve", REFUSED), ("fred", REFUSED), ("carol", REFUSED), ("newline", REFUSED)):
            with broker.device(who).connect(who) as connection:
                check(f"page: the rule, {who}", connection.code, code)


UNUSED = {("whole", "/etc/mosquitto/passwd"), ("passwords", "log_dest file /var/log/mosquitto/mosquitto.log")}


def page_clients(broker, check, name, kind, by_password):
    with broker.device("alice", kind).connect("alice", username="bob", password="wrong") as alice:
        alice.subscribe("#")
        alice.publish("devices/bob/x", "forged")
        alice.publish("devices/alice/x", "own")
        check(f"{name}: alice", alice.messages(), [("devices/alice/x", "own")])
    for who, code in (("eve", by_password), ("carol", REFUSED)):
        with broker.device(who, kind).connect(who, username="bob", password="secret") as connection:
            check(f"{name}: {who} with a password", connection.code, code)
    check(f"{name}: without a certificate", broker.device(None, kind).connect("none").code, IN_HANDSHAKE)
    for who in ("alice", "carol"):  # Debian's own client
        arguments = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.ports[kind]), "--cafile", broker.bench.pki / "ca.pem",
                     "--cert", broker.bench.pki / f"{who}.pem", "--key", broker.bench.pki / f"{who}.key", "-t", "devices/alice/x", "-m", "x"]  # fmt: skip
        if kind == "tls":
            done = subprocess.run(arguments, capture_output=True, check=False, text=True)
            check(f"{name}: mosquitto_pub, {who}", done.returncode == 0, who == "alice")
