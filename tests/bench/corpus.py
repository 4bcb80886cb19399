#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes a corpus for measurements: the certificates of an invented firm, always the same.

    tests/bench/corpus.py COUNT pem|der|ndjson > corpus
    tests/bench/corpus.py rules 10 > ten.rules

Staff, devices, contractors, partners, a legacy CA, misspelt and unreadable units, hostile text. They have keys and
signatures of the usual lengths, which are random bytes: certmap verifies none. About 950 bytes each."""

import base64
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from der import RSA, name, tlv  # noqa: E402

UNITS = ["Sales", "Engineering", "Human Resources", "Finance", "Legal", "Support", "Operations", "Research"]
ODD_UNITS = ["SALES", "Sales ", "Human Ressources", "Enginering", "=HYPERLINK(\"http://x\")", "<script>alert(1)</script>"]

KEY = tlv(0x30, tlv(0x06, bytes.fromhex("2A864886F70D010101")), b"\x05\x00")
EXTENSIONS = tlv(0xA3, tlv(0x30,
    tlv(0x30, tlv(0x06, bytes.fromhex("551D0F")), b"\x01\x01\xFF", tlv(0x04, bytes.fromhex("030205A0"))),
    tlv(0x30, tlv(0x06, bytes.fromhex("551D25")), tlv(0x04, tlv(0x30, tlv(0x06, bytes.fromhex("2B06010505070302"))))),
    tlv(0x30, tlv(0x06, bytes.fromhex("551D0E")), tlv(0x04, tlv(0x04, bytes(20)))),
    tlv(0x30, tlv(0x06, bytes.fromhex("551D23")), tlv(0x04, tlv(0x30, tlv(0x80, bytes(20)))))))


def validity(rng):
    begin = rng.randrange(20, 27)
    month = rng.randrange(1, 13)
    return tlv(0x30, tlv(0x17, b"%02d%02d01000000Z" % (begin, month)), tlv(0x17, b"%02d%02d01000000Z" % (begin + 2, month)))


def subject_of(rng, i):
    """The issuer's CN, and the subject."""
    kind = rng.random()
    unit = rng.choice(UNITS) if rng.random() < 0.94 else rng.choice(ODD_UNITS)
    if rng.random() < 0.001:
        unit = tlv(0x0C, b"Sa\xFFles")
    if kind < 0.6:
        return "Contoso Staff CA", (("C", "US"), ("O", "Contoso"), ("OU", unit), ("CN", f"person{i}@contoso.example"))
    if kind < 0.8:
        return "Contoso Device CA", (("O", "Contoso"), ("OU", "Devices"), ("CN", f"host{i}.contoso.example"))
    if kind < 0.87:
        return "Contoso Staff CA", (("C", "US"), ("O", "Contoso"), ("OU", "Contractors"), ("CN", f"temp-{i}"))
    if kind < 0.95:
        return "Partner CA", (("O", f"Partner {i % 50}"), ("OU", unit), ("CN", f"user {i}"))
    return "Contoso Legacy CA 1", (("O", "Contoso Ltd"), ("CN", f"legacy{i}"))


def certificate(rng, i):
    issuer, subject = subject_of(rng, i)
    tbs = tlv(0x30, b"\xA0\x03\x02\x01\x02", tlv(0x02, b"\x01" + rng.randbytes(15)), RSA,
              name(("C", "US"), ("O", "Contoso" if "Contoso" in issuer else "Partner"), ("CN", issuer)), validity(rng),
              name(*subject), tlv(0x30, KEY, tlv(0x03, b"\x00", tlv(0x30, tlv(0x02, b"\x00" + rng.randbytes(256)),
                                                                  b"\x02\x03\x01\x00\x01"))), EXTENSIONS)
    return tlv(0x30, tbs, RSA, tlv(0x03, b"\x00", rng.randbytes(256)))


def write_certificates(count, form):
    rng = random.Random(1)
    out = sys.stdout.buffer
    for i in range(count):
        der = certificate(rng, i)
        text = base64.b64encode(der)
        if form == "der":
            out.write(der)
        elif form == "ndjson":
            out.write(b'{"der": "' + text + b'"}\n')
        else:
            lines = b"\n".join(text[at:at + 64] for at in range(0, len(text), 64))
            out.write(b"-----BEGIN CERTIFICATE-----\n" + lines + b"\n-----END CERTIFICATE-----\n")


TEN = """certmap 1;
mapping "no contractors" { when subject.OU = "Contractors"; deny; }
mapping "sales" { when issuer.CN = "Contoso Staff CA" and subject.O = "Contoso" and subject.OU = "Sales"; allow "CONTOSO\\\\sales"; }
mapping "engineering" { when issuer.CN = "Contoso Staff CA" and subject.OU = "Engineering"; allow "${subject.CN}"; }
mapping "people" { when issuer.CN = "Contoso Staff CA" and subject.OU in ("Human Resources", "Finance", "Legal"); allow "${subject.CN}"; }
mapping "support" { when subject.OU = "Support" and issuer.O = "Contoso"; allow "CONTOSO\\\\support"; }
mapping "rest of staff" { when issuer.CN = "Contoso Staff CA" and subject.OU in ("Operations", "Research"); allow "${subject.CN}"; }
mapping "devices" { when issuer.CN = "Contoso Device CA" and subject.CN like "*.contoso.example"; allow "device"; }
mapping "partners" { when issuer.CN = "Partner CA" and subject.O like "Partner 1*"; allow "partner"; }
mapping "old devices" { when issuer.CN = "Contoso Legacy CA 1" and subject.CN like "legacy1*"; allow "legacy"; }
mapping "no legacy" { when issuer.CN like "Contoso Legacy*"; deny; }
"""


def write_rules(count):
    out = sys.stdout
    out.write(TEN)
    for i in range(10, count):
        out.write(f'mapping "m{i}" {{ when issuer.CN = "Contoso Staff CA" and subject.O = "Contoso" '
                  f'and subject.CN = "person{i}@contoso.test"; allow "CONTOSO\\\\person{i}"; }}\n')


def main():
    if sys.argv[1] == "rules":
        write_rules(int(sys.argv[2]))
    else:
        write_certificates(int(sys.argv[1]), sys.argv[2])


if __name__ == "__main__":
    main()
