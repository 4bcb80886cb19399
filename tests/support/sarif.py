# SPDX-License-Identifier: MIT
"""usage: sarif.py < FILE

Holds a SARIF file to the part of the 2.1.0 schema of OASIS that certmap writes: which members an object
may have and must have, of which type and with which values, and that indices and places make sense. What
certmap does not write is not here, so that a member that is spelt wrong is an error.
"""

import json
import re
import sys

TEXT, NUMBER, FLAG, ANY = "text", "number", "flag", "any"

# kind: (members that are there, members that may be there); a list is of the kind in it.
KINDS = {
    "log": ({"version": TEXT, "runs": ["run"]}, {"$schema": TEXT}),
    "run": (
        {"tool": "tool", "results": ["result"]},
        {"columnKind": TEXT, "invocations": ["invocation"], "artifacts": ["artifact"]},
    ),
    "tool": ({"driver": "driver"}, {}),
    "driver": ({"name": TEXT}, {"version": TEXT, "rules": ["rule"]}),
    "rule": (
        {"id": TEXT},
        {
            "defaultConfiguration": "configuration",
            "shortDescription": "message",
            "fullDescription": "message",
            "help": "message",
            "properties": ANY,
        },
    ),
    "configuration": ({}, {"level": TEXT}),
    "invocation": ({"executionSuccessful": FLAG}, {}),
    "artifact": ({}, {"location": "artifactLocation"}),
    "artifactLocation": ({}, {"uri": TEXT}),
    "message": ({"text": TEXT}, {"markdown": TEXT}),
    "result": (
        {"message": "message"},
        {
            "ruleId": TEXT,
            "level": TEXT,
            "locations": ["location"],
            "relatedLocations": ["location"],
            "partialFingerprints": ANY,
            "suppressions": ["suppression"],
            "fixes": ["fix"],
            "properties": ANY,
        },
    ),
    "location": ({}, {"physicalLocation": "physicalLocation", "message": "message"}),
    "physicalLocation": ({"artifactLocation": "artifactLocation"}, {"region": "region"}),
    "region": ({}, {"startLine": NUMBER, "startColumn": NUMBER, "endLine": NUMBER, "endColumn": NUMBER}),
    "suppression": ({"kind": TEXT}, {"justification": TEXT}),
    "fix": ({"artifactChanges": ["change"]}, {"description": "message"}),
    "change": ({"artifactLocation": "artifactLocation", "replacements": ["replacement"]}, {}),
    "replacement": ({"deletedRegion": "region"}, {"insertedContent": "content"}),
    "content": ({}, {"text": TEXT}),
}
WORDS = {
    ("log", "version"): {"2.1.0"},
    ("run", "columnKind"): {"utf16CodeUnits", "unicodeCodePoints"},
    ("result", "level"): {"none", "note", "warning", "error"},
    ("configuration", "level"): {"none", "note", "warning", "error"},
    ("suppression", "kind"): {"inSource", "external"},
}
# Arrays that must not be empty.
FILLED = {"artifactChanges", "replacements"}
URI = re.compile(r"(file://)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})*")


def fail(place, what):
    sys.exit(f"{place}: {what}")


def check_leaf(value, kind, place):
    types = {TEXT: str, NUMBER: int, FLAG: bool}
    if kind == ANY:
        return
    if not isinstance(value, types[kind]) or (kind == NUMBER and (isinstance(value, bool) or value < 1)):
        fail(place, f"{value!r} is no {kind}")
    if place.endswith(".uri") and not URI.fullmatch(value):
        fail(place, f"{value!r} is no URI reference")


def check(value, kind, place):
    if isinstance(kind, list):
        if not isinstance(value, list) or (not value and place.rsplit(".", 1)[-1] in FILLED):
            fail(place, "is no array, or an empty one")
        for i, item in enumerate(value):
            check(item, kind[0], f"{place}[{i}]")
        return
    if kind not in KINDS:
        check_leaf(value, kind, place)
        return
    needed, optional = KINDS[kind]
    if not isinstance(value, dict):
        fail(place, "is no object")
    for name in needed:
        if name not in value:
            fail(place, f"lacks {name}")
    for name, member in value.items():
        if name not in needed and name not in optional:
            fail(place, f"has {name}")
        if (kind, name) in WORDS and member not in WORDS[kind, name]:
            fail(place, f"{name} is {member!r}")
        check(member, needed.get(name) or optional[name], f"{place}.{name}")
    if kind == "region" and (value.get("endLine", 1 << 60), value.get("endColumn", 1 << 60)) < (
        value["startLine"],
        value.get("startColumn", 1),
    ):
        fail(place, "ends before it begins")


def main():
    log = json.load(sys.stdin)
    check(log, "log", "$")
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        if len(rules) != len(set(rules)):
            fail("$.runs", "a rule is there twice")
        for result in run["results"]:
            if result["ruleId"] not in rules:
                fail("$.runs", f"{result['ruleId']} is no rule")
            for name, value in result["partialFingerprints"].items():
                check_leaf(value, TEXT, name)
        print(f"SARIF: {len(rules)} rules, {len(run['results'])} results")


if __name__ == "__main__":
    main()
