# SPDX-License-Identifier: MIT
"""A client of MQTT 3.1.1 and 5, over TLS, websockets in TLS, or neither: as much of it as the live tests need. Python's
standard library alone."""

import base64
import dataclasses
import os
import socket
import ssl
import struct

from client import TIMEOUT, Client

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 13, 14
ACCEPTED, REFUSED, REFUSED_5 = 0, 5, 135  # of CONNACK; the last in MQTT 5, where it is also of PUBACK
IN_HANDSHAKE = "in the handshake"  # refused by TLS


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(data)) + data


def number(value):
    """A length of one to four bytes."""
    data = b""
    while True:
        value, digit = divmod(value, 128)
        data += bytes([digit | (0x80 if value else 0)])
        if not value:
            return data


@dataclasses.dataclass
class Device:
    """One client: a certificate (None: has none), a TLS version (None: no TLS), a version of MQTT (4 is 3.1.1), and the
    TLS session to resume, from a ticket or by its number."""

    pki: object
    port: int
    who: str = None
    tls: str = "1.3"
    mqtt: int = 4
    websockets: bool = False
    session: object = None
    tickets: bool = True

    def __post_init__(self):
        self.context = Client(self.pki, self.port, self.who, tls=self.tls, tickets=self.tickets).context if self.tls else None

    def open(self, resume=False):
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)
        if self.context is None:
            return sock
        try:
            return self.context.wrap_socket(sock, server_hostname="localhost", session=self.session if resume else None)
        except BaseException:
            sock.close()
            raise

    def connect(self, name="device", resume=False, **options):
        """A connection, whose code says whether it was accepted."""
        try:
            return Connection(self, self.open(resume), name, **options)
        except (OSError, EOFError) as error:
            return Nothing(f"{type(error).__name__}: {error}")


class Nothing:
    """What there is instead of a connection when TLS has refused it."""

    code = IN_HANDSHAKE
    reused = False

    def __init__(self, why):
        self.why = why

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Connection:
    def __init__(self, device, sock, name, username=None, password=None, will=None, clean=True, expiry=0, keepalive=60,
                 method=None):  # fmt: skip
        self.device, self.sock, self.buffer, self.id = device, sock, b"", 0
        self.inbox = []  # messages that came while something else was awaited
        if device.websockets:
            self.upgrade()
        try:
            self.send(CONNECT, 0, self.greeting(name, username, password, will, clean, expiry, keepalive, method))
            self.present, self.code = self.receive(CONNACK)[:2]  # present: the broker has kept the session
        except BaseException:
            sock.close()
            raise
        self.reused = getattr(sock, "session_reused", False)
        if device.context is not None:
            device.session = sock.session or device.session

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Politely: no will."""
        try:
            self.send(DISCONNECT, 0, b"")
            self.sock.settimeout(0.3)
            if isinstance(self.sock, ssl.SSLSocket):
                self.sock.unwrap()
        except (OSError, ValueError):
            pass
        self.sock.close()

    def drop(self):
        """As a device that loses power: the broker publishes the will."""
        self.sock.close()

    # ---- bytes

    def upgrade(self):
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            f"GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.some()
        head, _, self.raw = head.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise EOFError(head.split(b"\r\n")[0].decode())

    def some(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError("the broker closed the connection")
        return data

    def frame(self):
        """The payload of one frame of RFC 6455, which the broker does not mask."""
        def need(count):
            while len(self.raw) < count:
                self.raw += self.some()
        need(2)
        kind, length, start = self.raw[0] & 0x0F, self.raw[1] & 0x7F, 2
        if length >= 126:
            start += 2 if length == 126 else 8
            need(start)
            length = int.from_bytes(self.raw[2:start], "big")
        need(start + length)
        payload, self.raw = self.raw[start : start + length], self.raw[start + length :]
        if kind == 8:
            raise EOFError("the broker closed the websocket")
        return payload if kind < 3 else b""

    def read(self, count):
        while len(self.buffer) < count:
            self.buffer += self.frame() if self.device.websockets else self.some()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def send(self, kind, flags, payload):
        data = bytes([kind << 4 | flags]) + number(len(payload)) + payload
        if self.device.websockets:
            length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
            data = b"\x82" + length + bytes(4) + data
        self.sock.sendall(data)

    # ---- packets

    def properties(self, data=b""):
        return number(len(data)) + data if self.device.mqtt == 5 else b""

    def greeting(self, name, username, password, will, clean, expiry, keepalive, method):
        flags = clean << 1 | (username is not None) << 7 | (password is not None) << 6 | (will is not None) << 2
        data = text("MQTT") + bytes([self.device.mqtt, flags]) + struct.pack(">H", keepalive)
        extra = (b"\x11" + struct.pack(">I", expiry) if expiry else b"") + (b"\x15" + text(method) if method else b"")
        data += self.properties(extra) + text(name)
        if will is not None:
            topic, payload, *delay = will
            data += self.properties(b"\x18" + struct.pack(">I", delay[0]) if delay else b"") + text(topic) + text(payload)
        for value in (username, password):
            data += text(value) if value is not None else b""
        return data

    def packet(self):
        head = self.read(1)[0]
        length = shift = 0
        while True:
            digit = self.read(1)[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return head >> 4, head & 0x0F, self.read(length)

    def receive(self, kind):
        """The next packet of this kind."""
        while True:
            seen, flags, payload = self.packet()
            if seen == PUBLISH:
                self.inbox.append(self.message(flags, payload))
            if seen == kind:
                return payload
            if seen == DISCONNECT:
                raise EOFError("the broker said goodbye")

    def message(self, flags, payload):
        length = struct.unpack(">H", payload[:2])[0]
        topic, rest = payload[2 : 2 + length].decode(), payload[2 + length :]
        if flags & 0x06:
            self.send(PUBACK, 0, rest[:2])
            rest = rest[2:]
        return topic, (rest[1 + rest[0] :] if self.device.mqtt == 5 else rest).decode("utf-8", "replace")

    # ---- what a client does

    def subscribe(self, *topics, qos=0):
        self.id += 1
        data = struct.pack(">H", self.id) + self.properties()
        self.send(SUBSCRIBE, 2, data + b"".join(text(topic) + bytes([qos]) for topic in topics))
        return list(self.receive(SUBACK)[-len(topics) :])

    def publish(self, topic, payload="x", qos=1, retain=False):
        """The reason of PUBACK, in MQTT 5; 0 in 3.1.1, which has none."""
        self.id += 1
        data = text(topic) + (struct.pack(">H", self.id) if qos else b"") + self.properties() + payload.encode()
        self.send(PUBLISH, qos << 1 | retain, data)
        ack = self.receive(PUBACK) if qos else b""
        return ack[2] if len(ack) > 2 else 0

    def messages(self):
        """What has come so far."""
        self.ping()
        inbox, self.inbox = self.inbox, []
        return inbox

    def ping(self):
        self.send(PINGREQ, 0, b"")
        self.receive(PINGRESP)

    def is_open(self):
        try:
            self.ping()
            return True
        except (OSError, EOFError):
            return False
