# SPDX-License-Identifier: MIT
"""What the module costs nginx, also with 1,000,000 mappings, and beside a `map` with 1,000 regular expressions; what so
many mappings take where several workers share them, and whether a request fails while they are loaded again."""

import pathlib
import time

import bench as live
import load
import nginx_load
from cost import Contender, children, user

WORKERS = 4
PATIENCE = 300  # seconds, for a million mappings on a slow machine

SERVERS = {
    "without certmap": "",
    "certmap require": "certmap require; certmap_rules rules/site.rules;",
    "certmap require, $certmap_account in a header": "certmap require; certmap_rules rules/site.rules; add_header X-User $certmap_account;",
    "certmap require, {mappings:,} mappings": "certmap require; certmap_rules rules/many.rules;",
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


def rules(count):
    yield "certmap 1;\n"
    for number in range(count - 1):
        yield f'mapping "user {number}" {{ when issuer.O = "Contoso" and subject.CN = "User {number}"; allow "CONTOSO\\\\user{number}"; }}\n'
    yield 'mapping "alice" { when issuer.O = "Contoso" and subject.CN = "Alice"; allow "CONTOSO\\\\alice"; }\n'


def others(count):
    """Mappings that are nobody's here, beside those that answer."""
    return "".join(f'mapping "user {number}" {{ when issuer.O = "Contoso" and subject.CN = "User {number}"; allow "CONTOSO\\\\user{number}"; }}\n'
                   for number in range(count))  # fmt: skip


def reload_under_load(run, mappings):
    """Old rules, new ones and the old ones again, while others ask. Returns whether nothing was lost or wrong."""
    module = run.build / "modules/nginx/ngx_http_certmap_module.so"
    many = others(mappings - load.OLD.count("mapping "))
    loaded = nginx_load.Loaded(run, module, patience=PATIENCE, workers=WORKERS, rules=load.OLD + many)
    clients = load.Load(run.pki, loaded.port)
    time.sleep(2)
    sizes = [memory(worker) for worker in loaded.workers()]
    seconds = []
    for version, text in (("new", load.NEW), ("old", load.OLD)):
        run.write("load/site.rules", text + many)
        begin = time.monotonic()
        clients.change(version, lambda: loaded.reload(True, "reload"))
        seconds.append(time.monotonic() - begin)
    failed = clients.stop(run, f"{mappings:,} mappings, reloaded")
    rss, private = max(size for size, _ in sizes), max(own for _, own in sizes)
    print(f"{mappings:,} mappings, {WORKERS} workers: each has {rss:.0f} MB, {private:.1f} MB of it its own; loaded again in {seconds[0]:.1f} "
          f"and {seconds[1]:.1f} s while {clients.rate:.0f} requests a second came: {failed} of {clients.count} failed")  # fmt: skip
    live.stop(loaded.process)
    return run.failed == 0


def memory(worker):
    lines = pathlib.Path("/proc", worker, "smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return sizes["Rss"] / 1024, (sizes["Private_Clean"] + sizes["Private_Dirty"]) / 1024


def start(run, mappings):
    ports = [run.port() for _ in SERVERS]
    (run.folder / "temp").mkdir(mode=0o777)
    (run.folder / "temp").chmod(0o777)
    run.write("rules/many.rules", "".join(rules(mappings)))
    conf = run.write("nginx.conf", CONF.format(
        user=f"user {user()};" if user() else "", folder=run.folder, pki=run.pki,
        module=run.build / "modules/nginx/ngx_http_certmap_module.so",
        regexes="\n".join(f'        "~(^|,)CN=User {number},OU=Sales,O=Contoso$" user{number};' for number in range(999)),
        servers="\n".join(SERVER.format(port=port, folder=run.folder, how=how) for port, how in zip(ports, SERVERS.values()))))  # fmt: skip
    begin = time.monotonic()
    process = run.start(["nginx", "-e", str(run.folder / "error.log"), "-c", str(conf)])
    live.wait_until(lambda: process.poll() is not None or live.listens(ports[0]), "nginx listens", 120)
    seconds = time.monotonic() - begin
    worker = children(process)[0]

    def finish():
        rss, private = memory(worker)
        print(f"{mappings:,} mappings: nginx starts in {seconds:.1f} s; a worker has {rss:.0f} MB, {private:.1f} MB of it its own")
        live.stop(process)
        return reload_under_load(run, mappings)

    return [Contender(name.format(mappings=mappings), port, [worker]) for name, port in zip(SERVERS, ports)], finish
