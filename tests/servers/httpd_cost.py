# SPDX-License-Identifier: MIT
"""What the module costs httpd, beside an httpd that has not loaded it, and beside `Require expr`."""

import bench as live
from cost import Contender, children, user

MODULES = "/usr/lib/apache2/modules"
LOADED = "mpm_event authn_core authz_core authz_user socache_shmcb ssl".split()
CERTMAP = "LoadModule certmap_module {module}\nCertMapRules {folder}/rules/site.rules"
# One child, so that its time is all that counts, and as many threads as a client needs.
CONF = """{user}
ServerRoot "{folder}"
PidFile "{folder}/{name}.pid"
DefaultRuntimeDir "{folder}"
ErrorLog "{folder}/{name}.log"
ServerName localhost
{loaded}
{certmap}
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
MinSpareThreads 1
MaxSpareThreads 8
KeepAliveTimeout 600
MaxKeepAliveRequests 0
SSLSessionCache "shmcb:{folder}/{name}.cache(1024000)"
SSLCertificateFile "{pki}/server.pem"
SSLCertificateKeyFile "{pki}/server.key"
SSLProtocol TLSv1.3
SSLCACertificateFile "{pki}/cas.pem"
SSLVerifyDepth 3
DocumentRoot "{folder}/www"
{hosts}
"""
HOST = """Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
    SSLEngine on
    SSLVerifyClient optional
    <Location "/">
        {how}
    </Location>
</VirtualHost>"""
WITHOUT = {
    "without certmap": "Require all granted",
    "Require expr, a regular expression": "Require expr %{SSL_CLIENT_S_DN} =~ /OU=Sales/",
    "the same, and SSLUserName": "Require expr %{SSL_CLIENT_S_DN} =~ /OU=Sales/\n        SSLUserName SSL_CLIENT_S_DN_CN",
}
WITH = {
    "the module is loaded, CertMap off": "Require all granted",
    "CertMap require": "CertMap require\n        Require all granted",
    "CertMap require, Require certmap-group": "CertMap require\n        Require certmap-group staff",
}


def start_one(run, name, servers, certmap):
    ports = [run.port() for _ in servers]
    conf = run.write(f"{name}.conf", CONF.format(
        user=f"User {user()}\nGroup {user()}" if user() else "", folder=run.folder, pki=run.pki, name=name,
        loaded="\n".join(f"LoadModule {module}_module {MODULES}/mod_{module}.so" for module in LOADED),
        certmap=certmap.format(folder=run.folder, module=run.build / "modules/httpd/mod_certmap.so"),
        hosts="\n".join(HOST.format(port=port, how=how) for port, how in zip(ports, servers.values()))))  # fmt: skip
    process = run.start(["apache2", "-f", str(conf), "-DFOREGROUND"], ports[0])
    live.wait_until(lambda: children(process), "the child is there")
    return [Contender(title, port, children(process)) for title, port in zip(servers, ports)]


def start(run, _):
    return start_one(run, "without", WITHOUT, "") + start_one(run, "with", WITH, CERTMAP), lambda: None
