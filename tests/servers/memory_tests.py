# SPDX-License-Identifier: MIT
"""nginx, httpd and certmapd under valgrind, with ordinary requests and a reload: nothing is read that is not there, and
nothing of certmap's is lost. And what a request on a connection that is kept allocates: as much as without certmap."""

import re
import signal
import xml.etree.ElementTree

import certmapd_tests
import client
import httpd_load
import httpd_tests
import load
import nginx_load
from bench import Holds
from client import Client

# Everybody, at a location that requires an account. 0: no answer, or one that the server refuses before.
EXPECTED = {"alice": 200, "carol": 403, "eve": 403, "fred": 403, "ida": 200, "newline": 403, "unicode": 200, "large": 200, None: 403}
PATIENCE = 300  # seconds: valgrind makes thirty of one
FEW, MANY = 20, 320  # requests


def run(bench):
    bench.folder.chmod(0o777)  # servers of another user write what valgrind says
    usual = client.TIMEOUT
    client.TIMEOUT = certmapd_tests.TIMEOUT = PATIENCE
    try:
        for tests in (certmapd, nginx, httpd, kept):
            tests(bench)
    finally:
        client.TIMEOUT = certmapd_tests.TIMEOUT = usual


# ---- valgrind


def memcheck(bench, name):
    """With debug information of modules that have been unloaded."""
    return ["valgrind", "--xml=yes", f"--xml-file={bench.folder}/{name}.%p.xml", "--leak-check=full", "--keep-debuginfo=yes",
            "--show-leak-kinds=definite,indirect", "--num-callers=40"]  # fmt: skip


def frames(error):
    return [(frame.findtext("fn", "?"), frame.findtext("obj", "?"), frame.findtext("file", "?")) for frame in error.iter("frame")]


def is_ours(bench, error):
    """Of another program's errors: those on whose way is a function, or a file, of certmap."""
    return any("certmap" in text.replace(str(bench.folder), "") for frame in frames(error) for text in frame)


def errors(bench, name):
    """What valgrind says of all processes, as far as it is certmap's, and how many processes there were."""
    files, found = sorted(bench.folder.glob(f"{name}.*.xml")), []
    for path in files:
        for error in xml.etree.ElementTree.parse(path).iter("error"):
            if is_ours(bench, error):
                found.append((error.findtext("kind"), [function for function, *_ in frames(error)][:12]))
    return found, len(files)


def no_errors(bench, name, process):
    """The server ends by itself, so that valgrind looks at what is left."""
    process.send_signal(signal.SIGTERM if name == "certmapd" else signal.SIGQUIT if name == "nginx" else signal.SIGWINCH)
    process.wait(PATIENCE)
    found, processes = errors(bench, name)
    bench.check(f"{name}, valgrind: nothing of certmap's", found[:3], [])
    bench.check(f"{name}, valgrind: processes", processes >= (1 if name == "certmapd" else 4), True)


def everybody(bench, name, port):
    """New and resumed, twice on each connection."""
    for who, status in EXPECTED.items():
        for tls, http in (("1.2", "1.1"), ("1.3", "1.1"), ("1.3", "2")):
            visitor = Client(bench.pki, port, who, tls=tls, http=http)
            for resume in (False, True):
                seen = [answer.status or answer.body for answer in visitor.ask("/", "/", resume=resume)]
                bench.check(f"{name}, valgrind: {who}, TLS {tls}, HTTP/{http}, resumed {resume}", seen, [status] * 2)


def change(bench, name, loaded):
    """New rules, broken ones, and the first ones again, while a connection is kept."""
    visitor = Client(bench.pki, loaded.port, "alice")
    for text, good, group in ((load.NEW, True, "crew"), (load.BROKEN, False, "crew"), (load.OLD, True, "staff")):
        bench.write("load/site.rules", text)
        with visitor.connect(resume=True) as connection:
            connection.get("/", "localhost")
            loaded.reload(good, name)
        bench.check(f"{name}, valgrind: the rules in force", visitor.ask("/")[0].body, (f"groups=[{group},",))


# ---- the servers


def certmapd(bench):
    certmapd_tests.prepare(bench)
    forms = certmapd_tests.Forms(bench.pki)
    daemon = certmapd_tests.Daemon(bench, "--ca-file", bench.pki / "cas-issuing.pem", "--shadow", bench.folder / "pinned.rules", "--count-mappings",
                                   "--spop", f"unix:{bench.folder}/spop.sock", name="under-valgrind")  # fmt: skip
    daemon.command = [*memcheck(bench, "certmapd"), *daemon.command]
    with daemon:
        for turn in range(2):
            for who, expected in certmapd_tests.MATRIX.items():
                bench.check(f"certmapd, valgrind: {who}, {turn}", daemon.ask(forms.header("escaped-pem", who)).short(), expected)
            for data in (b"GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n"):
                bench.check(f"certmapd, valgrind: hostile, {turn}", daemon.raw(data)[0], Holds(b" 400 "))
            bench.check("certmapd, valgrind: metrics", daemon.count("certmapd_spop_faults_total"), 0)
            bench.write("site.rules", load.BROKEN)
            daemon.reload("the old rules stay in force")
            bench.write("site.rules", load.OLD)
            daemon.reload("cas-issuing.pem: in force")
        no_errors(bench, "certmapd", daemon.process)


def nginx(bench):
    loaded = nginx_load.Loaded(bench, bench.build / "modules/nginx/ngx_http_certmap_module.so", memcheck(bench, "nginx"), PATIENCE)
    everybody(bench, "nginx", loaded.port)
    change(bench, "nginx", loaded)
    no_errors(bench, "nginx", loaded.process)


def httpd(bench):
    loaded = httpd_load.Loaded(bench, bench.build / "modules/httpd/mod_certmap.so", httpd_tests.MODULES, memcheck(bench, "httpd"), PATIENCE)
    everybody(bench, "httpd", loaded.port)
    change(bench, "httpd", loaded)
    no_errors(bench, "httpd", loaded.process)


# ---- what a kept request allocates


def allocations(bench, name, how, http, requests):
    """Of the worker, from its start to its end."""
    loaded = nginx_load.Loaded(bench, bench.build / "modules/nginx/ngx_http_certmap_module.so", [
        "valgrind", "--leak-check=no", f"--log-file={bench.folder}/{name}.%p.heap"], PATIENCE, how=how, workers=1)  # fmt: skip
    worker = loaded.workers().pop()
    with Client(bench.pki, loaded.port, "alice", http=http).connect() as connection:
        seen = {connection.get("/file", "localhost").status for _ in range(requests)}
    bench.check(f"kept, {name}: answers", seen, {200})
    loaded.process.send_signal(signal.SIGQUIT)
    loaded.process.wait(PATIENCE)
    text = (bench.folder / f"{name}.{worker}.heap").read_text(encoding="utf-8")
    return int(re.search(r"total heap usage: ([\d,]+) allocs", text)[1].replace(",", ""))


def kept(bench):
    ways = {"without": 'add_header X-User "CONTOSO\\\\alice"; add_header X-Groups "staff,a%2Cb%25c";',
            "with": "certmap require; add_header X-User $certmap_account; add_header X-Groups $certmap_groups;"}  # fmt: skip
    for http in ("1.1", "2"):
        grown = {way: allocations(bench, f"{way}-{http}-{MANY}", how, http, MANY) - allocations(bench, f"{way}-{http}-{FEW}", how, http, FEW)
                 for way, how in ways.items()}  # fmt: skip
        more = (grown["with"] - grown["without"]) / (MANY - FEW)
        bench.check(f"kept, HTTP/{http}: {grown['without']} allocations without certmap, {grown['with']} with it", abs(more) < 0.2, True)
