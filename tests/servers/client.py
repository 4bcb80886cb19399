# SPDX-License-Identifier: MIT
"""Clients of the live tests: HTTP/1.1 and HTTP/2 over TLS of a stated version, with a certificate and a session of
the test's choice. Python's standard library alone; curl and `openssl s_client` where they do what it cannot."""

import dataclasses
import pathlib
import socket
import ssl
import struct
import subprocess
import tempfile

TIMEOUT = 20  # seconds; a server that is silent for so long has failed


@dataclasses.dataclass
class Response:
    """What came back. status 0: the connection ended instead, and body says how."""

    status: int
    body: str = ""
    headers: dict = dataclasses.field(default_factory=dict)
    reused: bool = False  # the TLS session is an older connection's


class Client:
    """One user: a certificate of the PKI (None: has none), a TLS version, and the session to resume."""

    def __init__(self, pki, port, who=None, tls="1.3", http="1.1", host="localhost", tickets=True, ciphers=None):
        self.port = port
        self.http = http
        self.host = host
        self.session = None
        self.address = "127.0.0.1"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.load_verify_locations(pki / "ca.pem")
        self.context.check_hostname = False  # a test may ask for a server by any name
        version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[tls]
        self.context.minimum_version = self.context.maximum_version = version
        self.context.set_alpn_protocols(["h2"] if http == "2" else ["http/1.1"])
        if ciphers:
            self.context.set_ciphers(ciphers)  # with a level that takes the client's own certificate
        if not tickets:
            self.context.options |= ssl.OP_NO_TICKET
        if who is not None:
            chain = pki / f"{who}.chain.pem"
            self.context.load_cert_chain(chain if chain.exists() else pki / f"{who}.pem", pki / f"{who}.key")

    def connect(self, host=None, port=None, resume=False):
        """host is the name in SNI; "" sends none."""
        name = self.host if host is None else host
        plain = socket.create_connection((self.address, port or self.port), timeout=TIMEOUT)
        session = self.session if resume else None
        try:
            sock = self.context.wrap_socket(plain, server_hostname=name or None, session=session)
        except BaseException:
            plain.close()
            raise
        return Http2(self, sock) if self.http == "2" else Http1(self, sock)

    def ask(self, *paths, host=None, sni=None, port=None, resume=False, headers=()):
        """The responses to these paths on one connection, and the session kept for the next one."""
        try:
            with self.connect(sni if sni is not None else host, port, resume) as connection:
                return [connection.get(path, host or self.host, headers) for path in paths]
        except (OSError, EOFError) as error:
            return [Response(0, f"{type(error).__name__}: {error}")] * len(paths)


class Connection:
    """What both versions of HTTP share."""

    def __init__(self, client, sock):
        self.client = client
        self.sock = sock
        self.file = sock.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.session = self.sock.session or self.client.session
        try:
            self.sock.settimeout(0.2)
            self.sock.unwrap()  # without it some servers drop the session
        except (OSError, ValueError):
            pass
        self.file.close()
        self.sock.close()

    def read(self, count):
        data = self.file.read(count)
        if len(data) < count:
            raise EOFError("the server closed the connection")
        return data


class Http1(Connection):
    def line(self):
        line = self.file.readline()
        if not line.endswith(b"\n"):
            raise EOFError("the server closed the connection")
        return line.rstrip(b"\r\n")

    def body(self, headers):
        if headers.get("transfer-encoding") != "chunked":
            return self.read(int(headers.get("content-length", 0)))
        body = b""
        while size := int(self.line(), 16):
            body += self.read(size)
            self.line()
        self.line()
        return body

    def send(self, path, host, headers=()):
        extra = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n".encode())

    def receive(self):
        status = int(self.line().split()[1])
        headers = {}
        while line := self.line():
            name, _, value = line.decode("utf-8", "replace").partition(":")
            headers[name.lower()] = value.strip()
        return Response(status, self.body(headers).decode("utf-8", "replace"), headers, self.sock.session_reused)

    def get(self, path, host, headers=()):
        self.send(path, host, headers)
        return self.receive()


class Http2(Connection):
    """As much of RFC 9113 as a GET needs. Of a response's headers only :status is read: the server is told to keep no
    dynamic table, so that it stands there as one of the static table or as three digits."""

    DATA, HEADERS, RST, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
    END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20
    STATIC = {8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500}

    def __init__(self, client, sock):
        super().__init__(client, sock)
        if sock.selected_alpn_protocol() != "h2":
            raise EOFError("the server does not speak HTTP/2")
        self.next = 1
        no_table, no_push, window = struct.pack(">HI", 1, 0), struct.pack(">HI", 2, 0), struct.pack(">HI", 4, 1 << 20)
        sock.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self.frame(self.SETTINGS, 0, 0, no_table + no_push + window)
        self.frame(self.WINDOW, 0, 0, struct.pack(">I", 1 << 24))

    def frame(self, kind, flags, stream, payload):
        self.sock.sendall(struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload)

    @staticmethod
    def text(value):
        """A string of HPACK: seven bits of length, more where they do not suffice, no Huffman code."""
        data = value.encode()
        if len(data) < 127:
            return bytes([len(data)]) + data
        length, prefix = len(data) - 127, b"\x7f"
        while length >= 128:
            prefix += bytes([length % 128 + 128])
            length //= 128
        return prefix + bytes([length]) + data

    def send(self, path, host, headers=()):
        """Returns the stream's number."""
        block = b"\x82\x87\x04" + self.text(path) + b"\x01" + self.text(host)  # GET, https, :path, :authority
        for name, value in headers:
            block += b"\x00" + self.text(name.lower()) + self.text(value)
        stream, self.next = self.next, self.next + 2
        self.frame(self.HEADERS, self.END_STREAM | self.END_HEADERS, stream, block)
        return stream

    def status(self, block):
        while block[0] & 0xE0 == 0x20:  # the size of the dynamic table
            block = block[1:]
        if block[0] & 0x80:
            return self.STATIC[block[0] & 0x7F]
        if not block[1] & 0x80:
            return int(block[2 : 2 + block[1]])
        bits = "".join(f"{byte:08b}" for byte in block[2 : 2 + (block[1] & 0x7F)])
        digits = ""
        while len(digits) < 3:  # Huffman: 0, 1, 2 have five bits, the other digits six
            size = 5 if bits[:5] in ("00000", "00001", "00010") else 6
            digits += str(int(bits[:size], 2) - (22 if size == 6 else 0))
            bits = bits[size:]
        return int(digits)

    def receive(self, *streams):
        """The responses of these streams, in their order, however they come."""
        status, body, open_streams = {}, {stream: b"" for stream in streams}, set(streams)
        while open_streams:
            head = self.read(9)
            kind, flags, stream = head[3], head[4], struct.unpack(">I", head[5:])[0]
            payload = self.read(int.from_bytes(head[:3], "big"))
            if flags & self.PADDED and kind in (self.DATA, self.HEADERS):
                payload = payload[1 : len(payload) - payload[0]]
            if kind == self.SETTINGS and not flags & self.ACK:
                self.frame(self.SETTINGS, self.ACK, 0, b"")
            elif kind == self.PING and not flags & self.ACK:
                self.frame(self.PING, self.ACK, 0, payload)
            elif kind == self.HEADERS:
                status[stream] = self.status(payload[5:] if flags & self.PRIORITY else payload)
            elif kind == self.DATA:
                body[stream] += payload
            elif kind == self.GOAWAY and struct.unpack(">I", payload[:4])[0] < max(streams):
                raise EOFError("the server said goodbye")
            if (kind in (self.DATA, self.HEADERS) and flags & self.END_STREAM) or kind == self.RST:
                open_streams.discard(stream)
        reused = self.sock.session_reused
        return [Response(status.get(s, 0), body[s].decode("utf-8", "replace"), {}, reused) for s in streams]

    def get(self, path, host, headers=()):
        return self.receive(self.send(path, host, headers))[0]


def curl(pki, port, path, who=None, arguments=(), host="localhost"):
    """The same by curl, whose HTTP/2 and TLS are others' work."""
    command = ["curl", "-s", "--max-time", str(TIMEOUT), "--resolve", f"{host}:{port}:127.0.0.1", "--cacert", pki / "ca.pem"]
    if who is not None:
        command += ["--cert", pki / f"{who}.pem", "--key", pki / f"{who}.key"]
    command += ["-w", "\n%{http_code}", *arguments, f"https://{host}:{port}{path}"]
    done = subprocess.run(command, capture_output=True, check=False)
    body, _, status = done.stdout.decode("utf-8", "replace").rpartition("\n")
    return Response(int(status or 0), body)


def early(pki, port, path, who, then=None):
    """A request in the early data of a resumed TLS 1.3 connection, and another one after the handshake if then is a
    path. Returns everything the server sent, as text; the session comes from a connection before."""
    base = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost", "-tls1_3", "-quiet",
            "-CAfile", pki / "ca.pem", "-cert", pki / f"{who}.pem", "-key", pki / f"{who}.key"]  # fmt: skip
    request = "GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n"
    with tempfile.TemporaryDirectory() as folder:
        session, data = pathlib.Path(folder, "session"), pathlib.Path(folder, "data")
        last = request.format(path, "Connection: close\r\n")
        subprocess.run([*base, "-sess_out", session], input=last.encode(), capture_output=True, timeout=TIMEOUT, check=True)
        data.write_text(request.format(path, "" if then else "Connection: close\r\n"), encoding="ascii")
        rest = request.format(then, "Connection: close\r\n") if then else ""
        done = subprocess.run([*base, "-sess_in", session, "-early_data", data], input=rest.encode(),
                              capture_output=True, timeout=TIMEOUT, check=False)  # fmt: skip
    return done.stdout.decode("utf-8", "replace")
