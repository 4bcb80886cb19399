#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rule sets with faults that certmap lint finds, as docs/performance.md measures them.

usage: faults.py MAPPINGS [--each TIMES] [--seed NUMBER] > faults.rules

Of each kind of fault, and of each kind of what only looks like one, there are as many as one in 2000 mappings, or TIMES;
what is left of MAPPINGS is mappings as people write them. With 1562 times and no others, one mapping in three is at fault.
"""
import argparse
import random

# {ca} is one of twenty issuers, {o} an organisation of its own, {i} a number of its own, {n} that
# number in an octet, {w} a word. Mappings are apart by bars, in their order; those after "deny:" refuse.
FAULTS = """
{ca} and {o} and subject.OU = "{w}" | {ca} and {o} and subject.OU = "{w}"
{ca} and {o} | {ca} and {o} and subject.CN = "n{i}"
{ca} and subject.CN like "svc-{i}-*" | {ca} and subject.CN = "svc-{i}-web"
{ca} and subject.CN = nocase "robot {i}" | {ca} and subject.CN = "ROBOT {i}"
{ca} and san.ip = "10.{n}.0.0/16" and {o} | {ca} and {o} and san.ip in ("10.{n}.3.0/24", "10.{n}.7.1")
subject.OU in ("a{i}", "b{i}", "c{i}") and {ca} | subject.OU in ("c{i}", "a{i}") and {ca}
{ca} and subject.CN like "h{i}*.example" | {ca} and subject.CN like "h{i}-w??.*.example"
{o} and subject.L present | {o} and subject.L absent | {o} and {ca} and subject.CN like "x*"
{o} and san.ip = "192.168.{n}.0/25" | {o} and san.ip = "192.168.{n}.128/25" | {o} and san.ip = "192.168.{n}.0/24"
{o} and subject.OU = "a" | {o} and subject.OU = "b" | {o} and subject.OU in ("a", "b")
deny: {o} and version = "1" | deny: {o} and version = "2" | version = "3" and {o} | {o} and subject.OU = "late"
{ca} and only subject.OU = "a{i}" and subject.OU = "b{i}"
{ca} and every subject.CN like "a{i}*" and subject.CN like "b{i}*"
{ca} and subject.DC absent and subject.DC = "x{i}"
count(subject.OU) = 1 and subject.OU = "a{i}" and subject.OU = "b{i}"
{ca} and subject.CN like "ab{i}*" and subject.CN = "ab{i}c"
{ca} and subject.OU present and subject.OU = "pe{i}"
{ca} and subject.CN like ("k{i}*", "k{i}-b*")
{o} and subject.OU = "Sales" | deny: {o} and subject.OU = "Contractors"
{o} and (subject.OU = "a" or subject.CN like "b*") | {o} and subject.CN = "bob" and subject.L = "Rome"
{ca} and subject.OU = "ea{i}" | {ca} and every subject.OU = "ea{i}"
{ca} and subject.OU = "fa{i}" | {ca} and first subject.OU = "fa{i}"
{ca} and san.email like "*@d{i}.example" | {ca} and san.email = "Bob@D{i}.Example"
san.dns like "*.h{i}.example" and {ca} | san.dns like "WWW-*.H{i}.example" and {ca}
subject under "O=Tree {i},C=US" | subject under "OU=Leaf,O=tree {i},C=US" and {ca}
"""
DECOYS = """
{ca} and subject.OU = "da{i}" and subject.OU = "db{i}"
{ca} and every subject.OU = "de{i}" | {ca} and subject.OU = "de{i}"
{ca} and subject.CN = "Dc {i}" | {ca} and subject.CN = nocase "dc {i}"
{ca} and subject.CN like "g{i}?b*" | {ca} and subject.CN like "g{i}b*"
{o} and subject.L present | {o} and {ca}
{o} and san.ip = "192.168.{n}.0/25" | {o} and san.ip = "192.168.{n}.0/24"
first subject.OU = "a{i}" and last subject.OU = "b{i}"
count(subject.OU) = 2 and subject.OU = "ca{i}" and subject.OU = "cb{i}"
{o} and not subject.OU = "x" | {o} and subject.CN = "z"
{ca} and subject.CN like "*-pr{i}-*" | {ca} and subject.CN like "pr{i}-*"
{o} and subject.OU = "a" | {o} and subject.OU in ("a", "b")
{o} and subject.OU = "Contractors" and subject.CN = "chief" | deny: {o} and subject.OU = "Contractors"
"""
# What is left, each with how many of a hundred it is; {u} is one of two hundred units, {d} and {e} octets of the number.
OTHERS = [
    (45, '{ca} and {u} and subject.CN = "user-{i:06d}"'),
    (15, '{ca} and {u} and subject.CN like "{w}-{i:06d}-*"'),
    (8, '{ca} and subject.CN like nocase "*.n{i:06d}.example"'),
    (6, '{ca} and subject.CN like "*-x{i:06d}-*" and {u}'),
    (6, '{ca} and (subject.OU in ("p{i}", "q{i}") or subject.E = nocase "u{i}@contoso.example")'
        ' and not subject.CN like nocase "test-*"'),
    (5, 'san.email = "p{i}@contoso.example" and {ca}'),
    (4, 'san.dns like "*.s{i}.example" and eku = "clientAuth"'),
    (4, 'subject.O = "Partner {i}" and san.ip in ("10.{d}.{e}.0/24", "172.16.{n}.0/24")'),
    (3, 'serial = "0x{s:08x}" and {ca}'),
    (2, 'subject = "CN=Person {i},O=Contoso,C=US"'),
    (2, '{ca} and first subject.OU = "dep {i}" and count(subject.OU) = 2 and not subject.L = "Berlin"'),
]
WORDS = ["sales", "support", "ops", "billing", "hr", "lab", "plant", "edge", "core", "field"]


class Writer:
    """Makes blocks of mappings whose order matters."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.number = 0
        self.blocks = []

    def next(self):
        self.number += 1
        return self.number

    def decision(self, deny):
        return "deny" if deny else f'allow "CONTOSO\\\\u{self.next()}"'

    def names(self):
        i = self.next()
        return {"i": i, "n": i % 200, "d": i // 65536 % 256, "e": i // 256 % 256, "s": i + 0xA000000,
                "w": self.random.choice(WORDS), "ca": f'issuer.CN = "CA {i % 20}"', "o": f'subject.O = "Org {i}"',
                "u": f'subject.OU = "unit {i % 200}"'}

    def add_block(self, line):
        names = self.names()
        parts = [part.strip().format(**names) for part in line.split(" | ")]
        self.blocks.append([f'when {part.removeprefix("deny: ")}; {self.decision(part.startswith("deny:"))};'
                            for part in parts])

    def add_other(self):
        form, = self.random.choices([text for _, text in OTHERS], [share for share, _ in OTHERS])
        text = form.format(**self.names())
        self.blocks.append([f"when {text}; {self.decision(self.random.random() < .02)};"])

    def shuffled(self):
        """The mappings of a block stay in their order, with others between them."""
        keyed = []
        for block in self.blocks:
            keyed += zip(sorted(self.random.random() for _ in block), block)
        return [text for _, text in sorted(keyed)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mappings", type=int)
    parser.add_argument("--each", type=int, help="how many of each kind of fault")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    writer = Writer(options.seed)
    each = options.each if options.each is not None else max(3, options.mappings // 2000)
    for _ in range(each):
        for line in (FAULTS + DECOYS).split("\n"):
            if line:
                writer.add_block(line)
    for _ in range(sum(map(len, writer.blocks)), options.mappings):
        writer.add_other()
    print("certmap 1;")
    for number, text in enumerate(writer.shuffled()):
        print(f'mapping "m{number}" {{ {text} }}')


main()
