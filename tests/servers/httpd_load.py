# SPDX-License-Identifier: MIT
"""Rules that change under httpd while clients ask 200 times a second. It runs as another user than the tests', so that it
may not read everything."""

import signal
import subprocess

import load
from bench import listens, stop, wait_until

CONF = """ServerRoot "{home}"
PidFile "{home}/httpd.pid"
DefaultRuntimeDir "{home}"
ServerName localhost
{modules}
LoadModule certmap_module {module}
StartServers 2
ServerLimit 8
MaxRequestWorkers 200
MaxKeepAliveRequests 0
KeepAliveTimeout 30
LogLevel warn certmap:info
ErrorLog "{home}/error.log"
SSLSessionCache "shmcb:{home}/ssl_cache(512000)"
Listen 127.0.0.1:{port}
CertMapRules "{home}/site.rules"
<VirtualHost *:{port}>
    Protocols h2 http/1.1
    SSLEngine on
    SSLCertificateFile "{pki}/server.pem"
    SSLCertificateKeyFile "{home}/server.key"
    SSLCACertificateFile "{pki}/cas.pem"
    SSLVerifyClient optional
    SSLVerifyDepth 3
    DocumentRoot "{home}/www"
    DirectoryIndex index.shtml
    AddOutputFilter INCLUDES .shtml
    <Directory "{home}/www">
        Options +Includes
        Require all granted
    </Directory>
    <Location "/">
        CertMap require
    </Location>
</VirtualHost>
"""
MODULES = "mpm_event authz_core authn_core dir mime filter include socache_shmcb ssl http2".split()


class Loaded:
    """Under another program where that is given, which may take its time."""

    def __init__(self, bench, module, modules, under=(), patience=60):
        self.bench, self.home, self.port, self.patience = bench, bench.folder / "load", bench.port(), patience
        bench.write("load/www/index.shtml", 'user=[<!--#echo encoding="none" var="REMOTE_USER" -->] groups=[<!--#echo encoding="none" var="CERTMAP_GROUPS" -->]')
        bench.write("load/mime.types", "text/html html shtml\n")
        self.home.chmod(0o777)
        self.rules = bench.write("load/site.rules", load.OLD)
        bench.write("load/server.key", (bench.pki / "server.key").read_bytes())
        lines = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in MODULES) + f'\nTypesConfig "{self.home}/mime.types"'
        conf = bench.write("load/httpd.conf", CONF.format(home=self.home, pki=bench.pki, module=module, port=self.port, modules=lines))
        output = (self.home / "start.log").open("wb")
        command = [*under, "/usr/sbin/apache2", "-f", str(conf), "-DFOREGROUND"]
        self.process = bench.start(command, self.port, patience, stdout=output, stderr=output, **load.other_user())
        wait_until(lambda: len(self.children()) >= 2, "the children are there", patience)

    def log(self):
        return "".join((self.home / name).read_text(encoding="utf-8", errors="replace") for name in ("error.log", "start.log"))

    def children(self):
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, check=False, text=True)
        return set(found.stdout.split())

    def reload(self, good, step):
        """Past configtest. The module keeps the old rules where it cannot load new ones."""
        children, kept = self.children(), self.log().count("the old rules stay in force")
        self.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: self.children() and not children & self.children(), f"{step}: the old children end", self.patience)
        wait_until(lambda: listens(self.port), "it listens", self.patience)
        self.bench.check(f"11: under load, {step}: the old rules stay", self.log().count("the old rules stay in force") > kept, not good)


def reloads(httpd, modules):
    loaded = Loaded(httpd.bench, httpd.module, modules)
    clients = load.Load(httpd.bench.pki, loaded.port)
    load.reload_on(httpd.bench, "11: under load", clients, loaded.rules, loaded.reload)
    httpd.bench.check("11: under load: no process died", loaded.log(), ("!exit signal",))
    stop(loaded.process)
