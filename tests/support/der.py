# SPDX-License-Identifier: MIT
"""DER of certificates that are made up: elements and Names."""

OIDS = {"C": "550406", "O": "55040A", "OU": "55040B", "CN": "550403"}


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def name(*pairs):
    """Of (type, value), the root first. A value that is bytes is an element already."""
    return tlv(0x30, *(tlv(0x31, tlv(0x30, tlv(0x06, bytes.fromhex(OIDS[key])),
                                     value if isinstance(value, bytes) else tlv(0x0C, value.encode())))
                       for key, value in pairs))


# sha256WithRSAEncryption.
RSA = tlv(0x30, tlv(0x06, bytes.fromhex("2A864886F70D01010B")), b"\x05\x00")
