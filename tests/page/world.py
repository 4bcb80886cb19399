# SPDX-License-Identifier: MIT
"""An invented firm for the page of certmap report: rules, new rules, and certificates, always the same. Keys and signatures
are bytes that mean nothing: certmap verifies none."""

import base64
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from der import RSA, name, tlv  # noqa: E402

TIME = "2026-11-28T17:00:00Z"

RULES = r"""certmap 1;
mapping "contractors" { when subject.OU = "Contractors"; deny; }
mapping "legacy CA" { when issuer.CN = "Contoso Legacy CA"; deny; }
mapping "administrators" {
    when issuer.CN = "Contoso Issuing CA 1" and subject.OU = "IT Operations" and eku = "smartcardLogon";
    allow "CONTOSO\\Administrator";
}
mapping "plant robots" { when issuer.CN = "Contoso Device CA"; allow "svc-${subject.CN | before(".")}"; }
mapping "human resources" {
    when issuer.CN in ("Contoso Issuing CA 1", "Contoso Issuing CA 2") and subject.OU = "Human Resources";
    allow "CONTOSO\\hr-portal";
}
mapping "sales" {
    when issuer.CN in ("Contoso Issuing CA 1", "Contoso Issuing CA 2") and subject.OU = "Sales";
    allow "CONTOSO\\sales-portal";
}
mapping "engineers" {
    when issuer.CN in ("Contoso Issuing CA 1", "Contoso Issuing CA 2") and subject.OU = "Engineering";
    allow "CONTOSO\\${subject.CN | lower}";
}
mapping "finance and support" {
    when issuer.CN in ("Contoso Issuing CA 1", "Contoso Issuing CA 2") and subject.OU in ("Finance", "Support");
    allow "CONTOSO\\office";
}
mapping "partners" { when issuer.CN = "Partner CA"; allow "partner"; }
mapping "warehouse night shift" {
    when issuer.CN = "Contoso Issuing CA 2" and subject.OU = "Warehouse Nihgt";
    allow "CONTOSO\\warehouse";
}
"""
NEW = RULES.replace('"Warehouse Nihgt"', '"Warehouse"').replace(
    'mapping "partners" { when issuer.CN = "Partner CA";',
    'mapping "partners" { when issuer.CN = "Partner CA" and subject.O like "Partner 1*";').replace(
    "CONTOSO\\\\office", "CONTOSO\\\\back-office")

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "</title><svg onload=alert(3)>", "--></style><script>alert(4)//",
    "a\u202Egpj.exe", "\u2066isolate\u2069", "zero\u200Bwidth\uFEFF", " leading and trailing ", "</bdi></td></table><h1>owned</h1>",
    "javascript:alert(5)", "{{7*7}}${7*7}", "&lt;b&gt;", "Z\u0335\u0334\u0321\u0322\u0327\u0328algo\u0300\u0301\u0302\u0303",
    "\u05E9\u05DC\u05D5\u05DD", "'-alert(6)-'", "x" * 3000, "\U000E0041\U000E0042 tags", "line\nbreak\ttab\x1b[31m", "</script><script>alert(7)",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>", "<base href=http://127.0.0.1:9/>", "<meta http-equiv=refresh content=0>",
]

KEY = tlv(0x30, tlv(0x30, tlv(0x06, bytes.fromhex("2A864886F70D010101")), b"\x05\x00"), tlv(0x03, b"\x00\x30\x00"))
EKUS = {False: ("2B06010505070302",), True: ("2B06010505070302", "2B060104018237140202")}


def extensions(smartcard):
    ekus = tlv(0x30, *(tlv(0x06, bytes.fromhex(oid)) for oid in EKUS[smartcard]))
    return tlv(0xA3, tlv(0x30, tlv(0x30, tlv(0x06, bytes.fromhex("551D25")), tlv(0x04, ekus))))


def validity(rng):
    """Two years, around the time of the report."""
    day = rng.randrange(0, 800)
    month = 10 + day // 28
    end = b"%02d%02d%02d120000Z" % (26 + (month - 1) // 12, (month - 1) % 12 + 1, day % 28 + 1)
    return tlv(0x30, tlv(0x17, b"240101000000Z"), tlv(0x17, end))


def certificate(rng, issuer, subject, smartcard=False):
    tbs = tlv(0x30, b"\xA0\x03\x02\x01\x02", tlv(0x02, b"\x01" + rng.randbytes(15)), RSA, name(*issuer), validity(rng),
              name(*subject), KEY, extensions(smartcard))
    return tlv(0x30, tbs, RSA, tlv(0x03, b"\x00" + rng.randbytes(8)))


def contoso(cn):
    return (("C", "US"), ("O", "Contoso"), ("CN", cn))


def staff(rng, i):
    issuing = contoso(f"Contoso Issuing CA {rng.choice('112')}")
    units = ("Sales", "Engineering", "Finance", "Support", "Human Resources", "Warehouse")
    unit = rng.choices(units, (30, 30, 15, 15, 10, 12))[0]
    if rng.random() < 0.03:
        unit = rng.choice(("SALES", "Sales ", "Human Ressources", "Enginering", "Legal", "Facilities", "Marketing"))
    if rng.random() < 0.004:
        unit = tlv(0x0C, b"Sa\xFFles")
    return certificate(rng, issuing, (("C", "US"), ("O", "Contoso"), ("OU", unit), ("CN", f"Person {i}")))


def one_of(rng, i):
    kind = rng.random()
    if kind < 0.62:
        return staff(rng, i)
    if kind < 0.82:
        return certificate(rng, contoso("Contoso Device CA"), (("O", "Contoso"), ("CN", f"robot{i % 900}.plant.example")))
    if kind < 0.89:
        return certificate(rng, contoso("Contoso Issuing CA 1"), (("O", "Contoso"), ("OU", "Contractors"), ("CN", f"temp {i}")))
    if kind < 0.95:
        return certificate(rng, (("O", "Partner"), ("CN", "Partner CA")), (("O", f"Partner {i % 30}"), ("CN", f"user {i}")))
    if kind < 0.97:
        return certificate(rng, contoso("Contoso Legacy CA"), (("O", "Contoso"), ("CN", f"old{i}")))
    if kind < 0.972:
        return certificate(rng, contoso("Contoso Issuing CA 1"), (("O", "Contoso"), ("OU", "IT Operations"), ("CN", f"admin {i}")), True)
    if kind < 0.98:
        return certificate(rng, contoso("Contoso Issuing CA 1"), (("O", "Contoso"), ("OU", "IT Operations"), ("CN", f"admin {i}")))
    return certificate(rng, (("O", "Northwind Traders"), ("CN", "Northwind Root")),
                       (("O", "Northwind Traders"), ("OU", rng.choice(("Sales", "Shipping"))), ("CN", f"nw {i}")))


def firm(count):
    rng = random.Random(1)
    return [one_of(rng, i) for i in range(count)]


def hostile():
    """Each text as unit, as name, and as the name of an issuer."""
    rng = random.Random(2)
    found = []
    for text in HOSTILE:
        found.append(certificate(rng, contoso("Contoso Issuing CA 1"), (("OU", text), ("CN", "unit"))))
        found.append(certificate(rng, contoso("Contoso Issuing CA 1"), (("OU", "Engineering"), ("CN", text))))
        found.append(certificate(rng, (("O", text), ("CN", text)), (("OU", "Sales"), ("CN", text))))
    return found


def hidden():
    """Units of which a part is not seen."""
    rng = random.Random(4)
    units = ("a\u202Egpj.exe", "zero\u200Bwidth\uFEFF", "line\nbreak\x1b[31m", " Sales ")
    return [certificate(rng, contoso("Contoso Issuing CA 1"), (("OU", unit), ("CN", "somebody"))) for unit in units]


def by_name(domain):
    """Rules that give whoever an account of the name that the certificate has."""
    return f'certmap 1;\nmapping "cn" {{ when issuer.CN = "Contoso Issuing CA 1"; allow "{domain}\\\\${{subject.CN}}"; }}\n'


def people_and_computers(computers, people):
    """Computers, people, and after all of them one that becomes root."""
    rng = random.Random(5)
    names = [f"host{i}$" for i in range(computers)] + [f"person{i}" for i in range(people)] + ["root"]
    return [certificate(rng, contoso("Contoso Issuing CA 1"), (("O", "Contoso"), ("CN", cn))) for cn in names]


def many_rules(count):
    rules = [RULES]
    for i in range(10, count):
        rules.append(f'mapping "plant {i}" {{ when issuer.CN = "Contoso Device CA {i % 7}" and subject.O = "Contoso" '
                     f'and subject.CN = "robot{i}.plant.example"; allow "CONTOSO\\\\robot-{i}"; }}\n')
    return "".join(rules)


def many(count):
    """Some mappings answer many, most few or none."""
    rng = random.Random(3)
    found = []
    for _ in range(count):
        i = 10 + int(3000 * rng.random() ** 6)
        found.append(certificate(rng, contoso(f"Contoso Device CA {i % 7}"), (("O", "Contoso"), ("CN", f"robot{i}.plant.example"))))
    return found


def pem(certificates):
    blocks = []
    for der in certificates:
        text = base64.b64encode(der).decode()
        blocks.append("-----BEGIN CERTIFICATE-----\n" + "\n".join(text[at:at + 64] for at in range(0, len(text), 64)) +
                      "\n-----END CERTIFICATE-----\n")
    return "".join(blocks)


def main():
    if sys.argv[1] == "rules":
        sys.stdout.write(RULES)
    elif sys.argv[1] == "new":
        sys.stdout.write(NEW)
    elif sys.argv[1] == "firm":
        sys.stdout.write(pem(firm(int(sys.argv[2]))))
    elif sys.argv[1] == "hostile":
        sys.stdout.write(pem(hostile()))
    elif sys.argv[1] == "many-rules":
        sys.stdout.write(many_rules(int(sys.argv[2])))
    elif sys.argv[1] == "many":
        sys.stdout.write(pem(many(int(sys.argv[2]))))


if __name__ == "__main__":
    main()
