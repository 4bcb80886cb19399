#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: nginx_bench.py --build DIR [--quick]

What the module for nginx costs: the processor's time that the worker takes for a new connection of TLS 1.3 with a
client's certificate, and for a request on one that is kept, with the module and without; with 1,000,000 mappings; and
beside a `map` of nginx's own with 1,000 regular expressions. Servers take turns, so that what else the machine does hits
them all; the middle of the rounds counts. Prints a table, and what 1,000,000 mappings take to load.
"""

import argparse
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import bench as live  # noqa: E402  (beside this file)
from client import Client  # noqa: E402

SERVERS = {
    "without certmap": "",
    "certmap require": "certmap require; certmap_rules rules/site.rules;",
    "certmap require, $certmap_account in a header": "certmap require; certmap_rules rules/site.rules; add_header X-User $certmap_account;",
    "certmap require, 1,000,000 mappings": "certmap require; certmap_rules rules/million.rules;",
    "map with 1,000 regular expressions": "if ($by_map = none) { return 403; }",
}
CONF = """daemon off; {user} pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
load_module {module};
events {{ worker_connections 512; }}
http {{
    access_log off; keepalive_requests 10000000; keepalive_timeout 600;
    client_body_temp_path {folder}/temp; proxy_temp_path {folder}/temp; fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp; scgi_temp_path {folder}/temp;
    ssl_certificate {pki}/server.pem; ssl_certificate_key {pki}/server.key; ssl_protocols TLSv1.3;
    ssl_client_certificate {pki}/cas.pem; ssl_verify_client optional; ssl_verify_depth 3;
    map $ssl_client_s_dn $by_map {{
        default none;
{regexes}
        "~(^|,)CN=Alice,OU=Sales,O=Contoso$" alice;
    }}
{servers}
}}
"""
SERVER = "    server {{ listen 127.0.0.1:{port} ssl; root {folder}/www; location / {{ {how} }} }}"


def million(count):
    yield "certmap 1;\n"
    for number in range(count - 1):
        yield f'mapping "user {number}" {{ when issuer.O = "Contoso" and subject.CN = "User {number}"; allow "CONTOSO\\\\user{number}"; }}\n'
    yield 'mapping "alice" { when issuer.O = "Contoso" and subject.CN = "Alice"; allow "CONTOSO\\\\alice"; }\n'


def processor_time(pid):
    """In nanoseconds, while it ran."""
    return int(pathlib.Path("/proc", pid, "schedstat").read_text(encoding="ascii").split()[0])


def new_connections(client, count):
    for _ in range(count):
        with client.connect() as connection:
            if connection.get("/file", "localhost").status != 200:
                raise RuntimeError("a request was refused")


def requests(client, count):
    with client.connect() as connection:
        for _ in range(count):
            if connection.get("/file", "localhost").status != 200:
                raise RuntimeError("a request was refused")


def start(run, module, mappings):
    user = "user www-data;" if os.getuid() == 0 else ""
    ports = {name: run.port() for name in SERVERS}
    for name in ("www", "temp"):
        (run.folder / name).mkdir(mode=0o777)
        (run.folder / name).chmod(0o777)
    run.write("www/file", "page\n")
    run.write("rules/site.rules", (live.HERE / "data/site.rules").read_text(encoding="utf-8"))
    run.write("rules/million.rules", "".join(million(mappings)))
    conf = run.write("nginx.conf", CONF.format(
        user=user, folder=run.folder, pki=run.pki, module=module,
        regexes="\n".join(f'        "~(^|,)CN=User {number},OU=Sales,O=Contoso$" user{number};' for number in range(999)),
        servers="\n".join(SERVER.format(port=ports[name], folder=run.folder, how=how) for name, how in SERVERS.items())))  # fmt: skip
    begin = time.monotonic()
    process = run.start(["nginx", "-e", str(run.folder / "error.log"), "-c", str(conf)])
    live.wait_until(lambda: process.poll() is not None or live.listens(ports["without certmap"]), "nginx listens", 120)
    worker = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, check=True, text=True).stdout.split()[0]
    return ports, worker, time.monotonic() - begin


def measure(run, ports, worker, work, count, rounds):
    """{server: microseconds of the worker for each, in the middle}"""
    clients = {name: Client(run.pki, port, "alice") for name, port in ports.items()}
    seen = {name: [] for name in ports}
    for client in clients.values():
        work(client, count // 4 + 1)
    for turn in range(rounds):
        names = list(ports)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            before = processor_time(worker)
            work(clients[name], count)
            seen[name].append((processor_time(worker) - before) / count / 1000)
    return {name: statistics.median(values) for name, values in seen.items()}


def memory(worker):
    lines = pathlib.Path("/proc", worker, "smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return sizes["Rss"] / 1024, (sizes["Private_Clean"] + sizes["Private_Dirty"]) / 1024


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    mappings, connections, kept, rounds = (1000, 20, 200, 3) if arguments.quick else (1000000, 60, 1500, 9)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nginx is stopped then, too
    with live.Bench("nginx-bench", arguments.build.resolve()) as run:
        ports, worker, seconds = start(run, run.build / "modules/nginx/ngx_http_certmap_module.so", mappings)
        first = measure(run, ports, worker, new_connections, connections, rounds)
        then = measure(run, ports, worker, requests, kept, rounds)
        base = "without certmap"
        print(f"{'microseconds of the worker':48} {'new connection':>22} {'request, kept':>22}")
        for name in SERVERS:
            cells = [f"{values[name]:8.1f} ({100 * (values[name] / values[base] - 1):+6.1f} %)" for values in (first, then)]
            print(f"{name:48} {cells[0]:>22} {cells[1]:>22}")
        rss, private = memory(worker)
        print(f"{mappings} mappings: nginx starts in {seconds:.1f} s; a worker has {rss:.0f} MB, {private:.1f} MB of it its own")


main()
