# SPDX-License-Identifier: MIT
"""Rules that change under nginx while clients ask 200 times a second. It runs as another user than the tests', so that it
may not read everything."""

import signal
import subprocess

import load
from bench import stop, wait_until

CONF = """daemon off; pid {home}/nginx.pid; error_log {home}/error.log info; worker_processes {workers};
load_module {module};
events {{ worker_connections 512; }}
http {{
    access_log off; keepalive_requests 100000;
    client_body_temp_path {home}/temp; proxy_temp_path {home}/temp; fastcgi_temp_path {home}/temp;
    uwsgi_temp_path {home}/temp; scgi_temp_path {home}/temp;
    ssl_certificate {pki}/server.pem; ssl_certificate_key {home}/server.key; ssl_protocols TLSv1.2 TLSv1.3;
    ssl_client_certificate {pki}/cas.pem; ssl_verify_client optional; ssl_verify_depth 3;
    certmap_rules {home}/site.rules;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        location /file {{ root {home}/www; {how} }}
        location / {{
            certmap require;
            proxy_pass http://127.0.0.1:{backend}; proxy_set_header X-Remote-User $certmap_account; proxy_set_header X-Remote-Groups $certmap_groups;
        }}
    }}
    server {{ listen 127.0.0.1:{backend}; location / {{ return 200 "user=[$http_x_remote_user] groups=[$http_x_remote_groups]"; }} }}
}}
"""


class Loaded:
    """Under another program where that is given, which may take its time."""

    def __init__(self, bench, module, under=(), patience=60, how="", workers=2, rules=load.OLD):
        self.bench, self.home, self.port = bench, bench.folder / "load", bench.port()
        self.patience, self.count = patience, workers
        self.rules = bench.write("load/site.rules", rules)
        self.home.chmod(0o777)
        bench.write("load/www/file", "page\n")
        bench.write("load/server.key", (bench.pki / "server.key").read_bytes())
        conf = bench.write("load/nginx.conf", CONF.format(
            home=self.home, pki=bench.pki, module=module, port=self.port, backend=bench.port(), how=how, workers=workers))  # fmt: skip
        command = [*under, "/usr/sbin/nginx", "-e", str(self.home / "error.log"), "-c", str(conf)]
        self.process = bench.start(command, self.port, patience, stderr=subprocess.DEVNULL, **load.other_user())
        wait_until(lambda: len(self.workers()) == workers, "the workers are there", patience)

    def log(self):
        return (self.home / "error.log").read_text(encoding="utf-8", errors="replace")

    def workers(self):
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, check=False, text=True)
        return set(found.stdout.split())

    def reload(self, good, step):
        """Straight to the master: `nginx -s reload` would look at the files first, and stop there."""
        workers, before = self.workers(), len(self.log())
        self.process.send_signal(signal.SIGHUP)
        if good:
            wait_until(lambda: len(self.workers()) >= self.count and not workers & self.workers(), f"{step}: the old workers end", self.patience)
        else:
            wait_until(lambda: "[emerg]" in self.log()[before:], f"{step}: nginx refuses it", self.patience)
            self.bench.check(f"11: under load, {step}: the workers stay", self.workers(), workers)
            self.bench.check(f"11: under load, {step}: the file is named", self.log()[before:], (str(self.rules),))


def reloads(nginx, _check):
    loaded = Loaded(nginx.bench, nginx.module)
    clients = load.Load(nginx.bench.pki, loaded.port)
    load.reload_on(nginx.bench, "11: under load", clients, loaded.rules, loaded.reload)
    nginx.bench.check("11: under load: no process died", loaded.log(), ("!exited on signal",))
    stop(loaded.process)
