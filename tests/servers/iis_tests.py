# SPDX-License-Identifier: MIT
"""From IIS to nginx: the steps of docs/iis.md, and what ./dev demo shows at its end."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

from bench import ROOT, listens, wait_until

TIMEOUT = 60
NAME = "portal.contoso.example"


def run(bench):
    bench.module = bench.build / "modules/nginx/ngx_http_certmap_module.so"
    page(bench, bench.check)
    demo(bench, bench.check)
    interrupted(bench, bench.check)
    failing(bench, bench.check)


# ---- docs/iis.md


def openssl(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)


def exported(bench):
    """What step 1 takes from the IIS server."""
    folder, pki = bench.folder / "move", bench.pki
    (folder / "clients").mkdir(parents=True)
    shutil.copy(ROOT / "docs/examples/applicationHost.config", folder)
    for name in ("ca", "issuing"):
        openssl(folder, "x509", "-in", pki / f"{name}.pem", "-outform", "DER", "-out", f"{name}.cer")
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={NAME}",
            "-keyout", "site.key", "-out", "site.csr")  # fmt: skip
    (folder / "site.ext").write_text(f"subjectAltName=DNS:{NAME}\n", encoding="ascii")
    openssl(folder, "x509", "-req", "-in", "site.csr", "-CA", pki / "ca.pem", "-CAkey", pki / "ca.key", "-set_serial", "77",
            "-days", "30", "-extfile", "site.ext", "-out", "site.pem")  # fmt: skip
    (folder / "portal.password").write_text("secret\n", encoding="ascii")
    openssl(folder, "pkcs12", "-export", "-in", "site.pem", "-inkey", "site.key", "-certfile", pki / "ca.pem", "-passout",
            "file:portal.password", "-out", "portal.pfx")  # fmt: skip
    # The file wants OU=... and an issuing CA, which Ida has.
    openssl(folder, "x509", "-in", pki / "ida.pem", "-outform", "DER", "-out", "clients/alice.cer")
    for end in ("pem", "key"):
        shutil.copy(pki / f"ida.{end}", folder / f"alice.{end}")
    return folder


def steps(bench, folder, port, backend):
    """The commands of the page and its configuration, with the paths and ports of the tests."""
    text = (ROOT / "docs/iis.md").read_text(encoding="utf-8")
    conf = re.search(r"^```nginx\n(load_module.*?)^```$", text, re.M | re.S)[1]
    blocks = bench.folder / "blocks"
    blocks.mkdir()
    subprocess.run([ROOT / "scripts/doc-blocks", "--for", "servers", blocks, ROOT / "docs/iis.md"], check=True)
    scripts = [path.read_text(encoding="utf-8") for path in sorted(blocks.glob("*.sh"))]

    def here(text):
        for old, new in (("/etc/nginx", bench.folder / "etc"), ("127.0.0.1:443", f"127.0.0.1:{port}"), ("listen 443", f"listen 127.0.0.1:{port}"),
                         ("127.0.0.1:8080", f"127.0.0.1:{backend}"), ("/usr/local/lib/nginx/modules/ngx_http_certmap_module.so", bench.module)):  # fmt: skip
            text = text.replace(old, str(new))
        return text

    return here(conf), [here(script) for script in scripts]


def shell(script, folder, bench):
    """As an administrator would: certmap is installed, and no setting of curl's is the tests'."""
    path = f"{bench.build}/tools:{os.environ['PATH']}:/usr/sbin"
    done = subprocess.run(["sh", "-e", "-c", script], cwd=folder, capture_output=True, check=False, timeout=TIMEOUT,
                          env={"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8"})  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def nginx(bench, name, conf, port):
    folder = bench.folder
    user = "user www-data;" if os.getuid() == 0 else ""
    temp = " ".join(f"{kind}_temp_path {folder}/temp;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = conf.replace("http {\n", f"http {{ access_log off; {temp}\n")
    path = bench.write(f"{name}.conf", f"daemon off; pid {folder}/{name}.pid; error_log {folder}/{name}.log; {user}\n{conf}")
    return bench.start(["nginx", "-e", str(folder / f"{name}.log"), "-c", str(path)], port, stderr=subprocess.DEVNULL)


def page(bench, check):
    port, backend = bench.port(), bench.port()
    folder = exported(bench)
    conf, (install, ask, request) = steps(bench, folder, port, backend)
    check("page: the files are there", shell(install, folder, bench)[0], 0)
    check("page: nobody else reads the key", (bench.folder / "etc/tls/server.key").stat().st_mode & 0o777, 0o600)
    check("page: nor the passwords", (bench.folder / "etc/certmap/applicationHost.config").stat().st_mode & 0o777, 0o600)
    status, said = shell(ask, folder, bench)
    check("page: the file is understood", (status, "3 mappings" in said), (0, True))
    check("page: who gets which account", said, ("alice.cer  allow  CONTOSO\\portal",))
    answer = f'events {{ }}\nhttp {{\nserver {{ listen 127.0.0.1:{backend}; return 200 "X-Remote-User: $http_x_remote_user\\n"; }}\n}}\n'
    nginx(bench, "application", answer, backend)
    nginx(bench, "page", conf, port)
    check("page: the first request", shell(request, folder, bench)[1], ("X-Remote-User: CONTOSO\\portal\n",))
    for who, code in (("carol", "403"), ("eve", "403"), ("alice", "403"), ("stranger", "400"), ("expired", "400")):
        other = request.replace("alice.pem", f"{bench.pki}/{who}.pem").replace("alice.key", f"{bench.pki}/{who}.key")
        check(f"page: {who}", shell(other, folder, bench)[1], (code, "!X-Remote-User"))
    without = request.replace("--cert alice.pem --key alice.key", "--header 'X-Remote-User: root'")
    check("page: without a certificate", shell(without, folder, bench)[1], ("403", "!X-Remote-User"))
    forged = request.replace("curl ", "curl --header 'X-Remote-User: root' ")
    check("page: a header of the client's", shell(forged, folder, bench)[1], ("X-Remote-User: CONTOSO\\portal\n", "!root"))


# ---- examples/demo.sh


def demo_command(bench, program=None):
    return ["sh", ROOT / "examples/demo.sh", bench.build / "tools/certmap", program or shutil.which("nginx", path="/usr/sbin:/usr/bin"), bench.module]


def heed_signals():
    """As in a terminal: a shell that runs these tests in the background has made them deaf to some, and a script cannot
    undo that."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def start_demo(bench, command):
    """With a folder of its own for its files, so that one can see what is left."""
    temp = bench.folder / "demo"
    shutil.rmtree(temp, ignore_errors=True)
    temp.mkdir()
    temp.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(temp), "LC_ALL": "C.UTF-8", "https_proxy": "http://127.0.0.1:1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
                               start_new_session=True, preexec_fn=heed_signals)  # fmt: skip
    return process, temp


def leftovers(process, temp):
    """Processes that know the folder, or are of the session; files in it."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = path.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:4]
            if state == "Z":  # it has ended, and nobody has asked
                continue
            if session == str(process.pid) or str(temp) in path.joinpath("cmdline").read_bytes().decode("utf-8", "replace"):
                found.append(path.name)
        except OSError:
            pass
    return found, [path.name for path in temp.iterdir()]


def demo(bench, check):
    with socket.socket() as taken:  # somebody has the port that it tries first
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if not listens(8443):
            taken.bind(("127.0.0.1", 8443))
            taken.listen(8)
        process, temp = start_demo(bench, demo_command(bench))
        output, _ = process.communicate(timeout=TIMEOUT)
    end = output[output.index("# Alice has an account") :]
    check("demo: exit status", process.returncode, 0)
    check("demo: three commands", len(re.findall(r"^\$ curl --cacert ca.pem .*https://127\.0\.0\.1:\d+/$", end, re.M)), 3)
    check("demo: another port", ":8443/" in end, False)
    answers = [line for line in end.splitlines() if line.startswith(("Welcome", "Refused"))]
    check("demo: three answers", answers, ["Welcome to the portal. X-Remote-User: CONTOSO\\portal", "Refused: deny Contractors",
                                           "Refused: unverified no-certificate"])  # fmt: skip
    check("demo: nothing is left", leftovers(process, temp), ([], []))


def slow_demo(bench):
    """One whose curl takes three seconds for an answer, when it has come there."""
    tools = bench.folder / "tools"
    bench.write("tools/curl", "#!/bin/sh\ncase \" $* \" in *' --cert '*) sleep 3 ;; esac\nexec /usr/bin/curl \"$@\"\n", 0o755)
    process, temp = start_demo(bench, ["env", f"PATH={tools}:{os.environ['PATH']}", *demo_command(bench)])
    for line in process.stdout:
        if line.startswith("$ curl"):
            break
    time.sleep(0.3)
    return process, temp


def interrupted(bench, check):
    """As a terminal does it, to all of the group, and as kill does, to the script alone."""
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)):
        for group in (True, False):
            process, temp = slow_demo(bench)
            (os.killpg if group else os.kill)(process.pid, number)
            process.communicate(timeout=TIMEOUT)
            check(f"demo: {number.name}, {'group' if group else 'one'}: status", process.returncode, status)
            check(f"demo: {number.name}, {'group' if group else 'one'}: nothing is left", leftovers(process, temp), ([], []))
    process, temp = slow_demo(bench)
    process.stdout.close()
    check("demo: nobody reads on: status", process.wait(TIMEOUT), 141)
    check("demo: nobody reads on: nothing is left", leftovers(process, temp), ([], []))
    process, temp = slow_demo(bench)
    process.kill()
    process.communicate(timeout=TIMEOUT)
    wait_until(lambda: leftovers(process, temp)[0] == [], "nginx ends with a demonstration that is killed")
    check("demo: killed: no process is left", leftovers(process, temp)[0], [])


def failing(bench, check):
    """It says why, and leaves nothing either."""
    rows = [
        ("an nginx that is none", bench.write("none", "#!/bin/sh\necho 'nginx: it is broken' >&2\nexit 1\n", 0o755), bench.module,
         ("nginx does not start", "it is broken")),
        ("no nginx", bench.folder / "nowhere", bench.module, ("there is no nginx: ", "nowhere")),
        ("a module that is none", None, bench.write("module.so", "no module\n"), ("nginx does not start", "module.so")),
    ]  # fmt: skip
    for name, program, module, said in rows:
        process, temp = start_demo(bench, [*demo_command(bench, program)[:-1], module])
        output, _ = process.communicate(timeout=TIMEOUT)
        check(f"demo: {name}: status", process.returncode, 1)
        check(f"demo: {name}", output[-600:], said)
        check(f"demo: {name}: nothing is left", leftovers(process, temp), ([], []))
