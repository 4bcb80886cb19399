# SPDX-License-Identifier: MIT
"""What certmapd costs HAProxy, its own time included, beside what is written without it."""

import bench as live
from cost import Contender

SHIPPED = live.ROOT / "modules/haproxy"
CONF = """global
    log stderr format raw local0 notice
    nbthread 1
defaults
    mode http
    timeout connect 5s
    timeout client 600s
    timeout server 600s
{frontends}
backend page
    http-request return status 200 content-type text/plain string page
backend certmapd
    mode tcp
    timeout server 1m
    server certmapd unix@{folder}/certmapd.sock
"""
FRONTEND = """frontend f{port}
    bind 127.0.0.1:{port} ssl crt {folder}/server.bundle.pem ca-file {pki}/cas.pem verify optional ssl-min-ver TLSv1.3
{lines}
    default_backend page
"""
FILTER = "    filter spoe engine certmap config {spoe}\n"
SERVERS = {
    "without certmap": ("", False),
    "ssl_c_s_dn -m sub OU=Sales": ("    http-request deny unless {{ ssl_c_s_dn -m sub OU=Sales }}", False),
    "certmapd, once a connection": (FILTER + "{shipped}", True),
    "certmapd, once a request": (FILTER + """    http-request send-spoe-group certmap request
    http-request deny deny_status 503 unless {{ var(txn.certmap.decision) -m found }}
    http-request deny deny_status 403 unless {{ var(txn.certmap.decision) -m str allow }}""", True),
}  # fmt: skip


def shipped():
    """What the example has from the question to the headers."""
    lines = (SHIPPED / "haproxy.cfg").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.strip().startswith("http-request"))


def start(run, _):
    socket = run.folder / "certmapd.sock"
    daemon = run.start([run.build / "modules/certmapd/certmapd", "--rules", run.folder / "rules/site.rules", "--spop", f"unix:{socket}",
                        "--mode", "666", "--proxy-verifies"], stderr=(run.folder / "certmapd.log").open("wb"))  # fmt: skip
    live.wait_until(socket.exists, "certmapd listens")
    run.write("server.bundle.pem", (run.pki / "server.pem").read_bytes() + (run.pki / "server.key").read_bytes())
    ports = [run.port() for _ in SERVERS]
    values = {"folder": run.folder, "pki": run.pki, "spoe": SHIPPED / "certmap.spoe", "shipped": shipped()}
    frontends = [FRONTEND.format(port=port, lines=lines.format(**values), **values) for port, (lines, _) in zip(ports, SERVERS.values())]
    conf = run.write("haproxy.cfg", CONF.format(frontends="\n".join(frontends), **values))
    haproxy = run.start(["haproxy", "-f", conf], ports[0], stderr=(run.folder / "haproxy.log").open("wb"))
    contenders = [Contender(name, port, [haproxy.pid] + ([daemon.pid] if asks else []))
                  for (name, (_, asks)), port in zip(SERVERS.items(), ports)]  # fmt: skip
    return contenders, lambda: None
