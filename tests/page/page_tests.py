#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: page_tests.py --tool CERTMAP --out DIR

Opens the page of certmap report in Chromium: light, dark, narrow, printed, with scripts and without, of ten mappings and of
ten thousand, with texts in certificates that try to be more than texts. DIR gets the pages, and a picture of each. The last
line is "N passed, N failed"."""

import argparse
import base64
import collections
import hashlib
import html
import json
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import browser  # noqa: E402  (beside this file)
import world  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
MOST_BYTES = 3 * 1024 * 1024  # of the page of 10,000 mappings

SHAPES = {
    "light": {},
    "dark": {"dark": True},
    "narrow": {"width": 390, "height": 844},
    "narrow-dark": {"width": 390, "height": 844, "dark": True},
    "print": {"width": 794, "media": "print"},
    "without-scripts": {"scripts": False},
}
NOISE = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Page.javascriptDialogOpening",
         "Page.windowOpen", "Page.fileChooserOpened", "Page.frameAttached")


class Run:
    def __init__(self, tool, out):
        self.tool, self.out = tool, out
        self.passed, self.failures = 0, []

    def check(self, good, what, found=""):
        if good:
            self.passed += 1
            return
        self.failures.append(f"{what}: {found}")
        print(f"FAILED {what}: {found}", flush=True)

    def same(self, found, wanted, what):
        self.check(found == wanted, what, f"{found!r}, not {wanted!r}")

    def report(self, page, rules, *words, status=0):
        """Writes a page from files of DIR. status: 2 where something is damaged, which standard error says."""
        command = [self.tool, "report", "--rules", rules, "--time", world.TIME, "-o", page, *words]
        done = subprocess.run(command, cwd=self.out, capture_output=True, text=True, check=False)
        self.same((done.returncode, done.stdout, done.stderr == ""), (status, "", status == 0), f"{page} is written")
        return self.out / page


def text_of(source):
    """What is read of HTML, with one blank for many."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", source)))


# ---- In the browser --------------------------------------------------------------------------------


def look(run, chromium, path, name, shape):
    """Opens a page, and asks what is wrong with it."""
    page = browser.Page(chromium, **SHAPES[shape])
    what = f"{name}, {shape}"
    page.open(path)
    run.same(page.evaluate((HERE / "checks.js").read_text()), [], f"{what}: nothing is wrong as it opens")
    page.screenshot(run.out / f"{name}-{shape}.png", height=None if name != "many" else 3000)
    page.evaluate("document.querySelectorAll('details').forEach(function (folded) { folded.open = true })")
    run.same(page.evaluate((HERE / "checks.js").read_text()), [], f"{what}: nothing is wrong with all unfolded")
    asked = [event["params"]["request"]["url"] for event in page.seen("Network.requestWillBeSent")]
    run.same(asked, ["file://" + str(path)], f"{what}: it asks for the file alone")
    run.same(page.seen(*NOISE), [], f"{what}: it is silent")
    return page


def check_policy(run, page, what):
    """A script that got in all the same does not run."""
    page.send("Page.addScriptToEvaluateOnNewDocument", source="0")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.owned = 1\">');"
                  "var script = document.createElement('script'); script.textContent = 'window.owned = 1';"
                  "document.body.append(script); document.body.setAttribute('style', 'color: red');"
                  "new Promise(function (done) { setTimeout(done, 50) })")
    run.same(page.evaluate("typeof window.owned"), "undefined", f"{what}: the policy stops scripts")
    asked = [event["params"]["request"]["url"] for event in page.seen("Network.requestWillBeSent")]
    blocked = [event for event in page.seen("Network.loadingFailed") if event["params"].get("blockedReason") == "csp"]
    run.check(len(asked) - len(blocked) <= 1, f"{what}: the policy stops requests", asked)


def check_tree(run, page, what):
    """What a screen reader is told: whatever is no text has a name."""
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    named = ("image", "button", "link", "textbox", "searchbox", "region", "heading", "navigation", "table")
    nameless = [node["role"]["value"] for node in nodes
                if not node.get("ignored") and node.get("role", {}).get("value") in named
                and not node.get("name", {}).get("value", "").strip()]
    run.same(nameless, [], f"{what}: all has a name for a screen reader")


def press(page, key, code):
    for kind in ("keyDown", "keyUp"):
        page.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text="\r" if code == 13 else "")


def check_keyboard(run, page, what):
    """The first stop is the way past the links; the stops can be seen."""
    press(page, "Tab", 9)
    run.same(page.evaluate("document.activeElement.textContent"), "Skip to the mappings", f"{what}: the first stop")
    run.check(page.evaluate("document.activeElement.getBoundingClientRect().width") > 50, f"{what}: it can be seen")
    press(page, "Tab", 9)
    run.check(page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", f"{what}: a stop has an outline")
    page.evaluate("document.querySelector('#mappings summary').focus()")
    press(page, "Enter", 13)
    run.check(page.evaluate("document.querySelector('#mappings details').open"), f"{what}: Enter unfolds")


# ---- The firm --------------------------------------------------------------------------------------


def check_numbers(run, path):
    """The page says of each mapping what certmap match says of the certificates."""
    done = subprocess.run([run.tool, "match", "--rules", "portal.rules", "--each", "--json", "--time", world.TIME, "firm.pem"],
                          cwd=run.out, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = collections.Counter(answer["mapping"] for answer in answers if answer["decision"] in ("allow", "deny"))
    section = path.read_text().split("<section id=mappings ")[1].split("</section>")[0]
    found = {}
    for row in section.split("<tr>")[2:]:
        title = html.unescape(re.search(r"<bdi>(.*?)</bdi>", row).group(1))
        number = re.search(r'class="n unit">([^<]*)<', row).group(1)
        found[title] = int(re.sub(r"\D", "", number))
    run.same({title: count for title, count in found.items() if count > 0}, dict(wanted), "the numbers are those of match")
    none = sum(answer["decision"] == "none" for answer in answers)
    run.check(f"{none} certificates without an account" in text_of(path.read_text()).replace("\u202f", ""),
              "those without an account are counted", none)


def check_answers(run, path):
    """The three questions, at the top of the page."""
    text = text_of(path.read_text().split("<div class=asks>")[1].split("<section id=")[0])
    run.check("Who gets Administrator?" in text and "CONTOSO\\Administrator by administrators" in text, "who gets it", text)
    run.check("What breaks next?" in text and "lose their account by the new rules" in text, "what breaks", text)
    run.check("Which rule is useless? 1 of 10 mappings answers nobody warehouse night shift" in text, "what is useless", text)


def picture(chromium, path, out):
    """docs/report.png"""
    page = browser.Page(chromium)
    page.open(path)
    page.screenshot(out, height=1010)
    page.close()


def test_firm(run, chromium):
    (run.out / "portal.rules").write_text(world.RULES)
    (run.out / "next.rules").write_text(world.NEW)
    (run.out / "firm.pem").write_text(world.pem(world.firm(3000)))
    path = run.report("firm.html", "portal.rules", "--new", "next.rules", "--corpus", "firm.pem")
    check_numbers(run, path)
    check_answers(run, path)
    again = run.report("again.html", "portal.rules", "--new", "next.rules", "--corpus", "firm.pem").read_text()
    run.same(again.replace("-o again.html", "-o firm.html"), path.read_text(), "the same again is the same page")
    for shape in SHAPES:
        page = look(run, chromium, path, "firm", shape)
        if shape == "light":
            check_tree(run, page, "firm")
            page.close()
            picture(chromium, path, run.out / "report.png")
            page = browser.Page(chromium)
            page.open(path)
            check_keyboard(run, page, "firm")
            page.print(run.out / "firm.pdf")
            check_policy(run, page, "firm")
        page.close()
    run.check("<script" not in path.read_text(), "a page of few mappings has no script")


# ---- Hostile texts ---------------------------------------------------------------------------------


def test_hostile(run, chromium):
    (run.out / "hostile.rules").write_text(
        world.RULES + 'mapping "</th><script>alert(8)</script>\\u{202E}" { when subject.CN like "*"; '
        'allow "<img src=x onerror=alert(9)>${subject.CN | lower}"; }\n')
    (run.out / "hostile <b>.pem").write_text(world.pem(world.hostile()))
    path = run.report("hostile.html", "hostile.rules", "--new", "hostile.rules", "--corpus", "hostile <b>.pem")
    source = path.read_text()
    for shape in ("light", "without-scripts"):
        page = look(run, chromium, path, "hostile", shape)
        if shape == "light":
            check_policy(run, page, "hostile")
        page.close()
    shown = text_of(source).replace("\\", "")  # a Name as RFC 4514 writes it has backslashes
    for text in ("<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "</title><svg onload=alert(3)>", "owned</h1>"):
        run.check(text in shown, "it is shown as it is", text)
    run.check(not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\x00-\x08\x0b-\x1f]", source), "nothing hidden is in the page")
    run.check("x" * 700 not in source, "what is long is cut")


def test_hidden(run, chromium):
    (run.out / "hidden.pem").write_text(world.pem(world.hidden()))
    path = run.report("hidden.html", "portal.rules", "--corpus", "hidden.pem")
    look(run, chromium, path, "hidden", "light").close()
    shown = re.sub(r"</?b[^>]*>", "", path.read_text())
    for text in ("a\\u{202E}gpj.exe", "zero\\u{200B}width\\u{FEFF}", "line\\u{A}break\\u{1B}[31m", "\u2423Sales\u2423"):
        run.check(text in shown, "what is not seen is shown", text)


# ---- Power, damage, digests ------------------------------------------------------------------------


def account_rows(path):
    """The accounts of the page, in their order, with a mark for those in full view."""
    section = path.read_text().split("<section id=accounts ")[1].split("</section>")[0]
    shown, _, folded = section.partition("<details>")
    rows = [(html.unescape(row), "shown") for row in re.findall(r"<tr><th scope=row><bdi>(.*?)</bdi>", shown)]
    return rows + [(html.unescape(row), "folded") for row in re.findall(r"<tr><th scope=row><bdi>(.*?)</bdi>", folded)]


def test_power(run, chromium):
    """An administrator is on top, after how many computers and people it may come; what becomes of it has its own row."""
    (run.out / "power.rules").write_text(world.by_name("CONTOSO"))
    (run.out / "power.new").write_text(world.by_name("NEW"))
    (run.out / "power.pem").write_text(world.pem(world.people_and_computers(1100, 101000)))
    path = run.report("power.html", "power.rules", "--new", "power.new", "--corpus", "power.pem")
    rows = account_rows(path)
    run.same(rows[0], ("CONTOSO\\root", "shown"), "the administrator is the first account")
    run.same([place for _, place in rows[1:7]], ["shown"] * 5 + ["folded"], "some computers are in full view")
    run.same([name.endswith("$") for name, _ in rows[1:1001]], [True] * 1000, "computers come after it")
    run.same([name.endswith("$") for name, _ in rows[1001:]], [False] * len(rows[1001:]), "and people after them")
    shown = text_of(path.read_text())
    for text in ("Who gets Administrator? 1 certificate CONTOSO\\root by cn 1 get the account of a computer, whose name ends with $ 1 100",
                 "995 more computers", "100 other computers, of 100 certificates, are not listed.",
                 "Of 2 100 more certificates the account is not listed."):
        run.check(text in shown, "what is said of power", text)
    changes = path.read_text().split("<section id=changes ")[1].split("</section>")[0]
    run.check("root" in changes.split("<tr><td>")[1] and "root" not in changes.split("<tr><td>")[2], "its change is the first")
    run.check(path.stat().st_size < MOST_BYTES, "100,000 accounts are under 3 MB", path.stat().st_size)
    look(run, chromium, path, "power", "light").close()


def digest_of(entries):
    """As docs/report.md has it."""
    digest = bytes(32)
    for line in entries:
        digest = hashlib.sha256(digest + line.encode() + b"\n").digest()
    return "sha256:" + digest.hex()


def test_damage(run, chromium):
    """What cannot be read is at the top and at the end, and in the digest."""
    certificates = world.firm(40)
    lines = [json.dumps({"der": base64.b64encode(der).decode(), "count": i + 1}) for i, der in enumerate(certificates)]
    lines[5] = "{}"
    lines[7] = '{"der": "AAAA", "count": 9}'
    (run.out / "damaged <i>.ndjson").write_text("\n".join(lines))
    path = run.report("damaged.html", "portal.rules", "--corpus", "damaged <i>.ndjson", status=2)
    entries = [f"{hashlib.sha256(der).hexdigest()} {i + 1} -" for i, der in enumerate(certificates)]
    entries[5] = "damaged not-a-certificate"
    entries[7] = f"{hashlib.sha256(bytes(3)).hexdigest()} 9 -"
    run.check(digest_of(entries) in path.read_text(), "the digest is that of the documentation", digest_of(entries))
    shown = text_of(path.read_text())
    for text in (f"{sum(range(1, 41)) - 6 - 8} certificates (38 entries, each counted as often as it came)", "10 more cannot be read",
                 "damaged 2 entries that cannot be read", "damaged <i>.ndjson:6 : it has no"):
        run.check(text in shown, "what is said of damage", text)
    look(run, chromium, path, "damaged", "light").close()
    look(run, chromium, path, "damaged", "dark").close()


# ---- Ten thousand mappings -------------------------------------------------------------------------


def search(page, word):
    page.evaluate(f"var field = document.querySelector('.find input'); field.value = {json.dumps(word)};"
                  "field.dispatchEvent(new Event('input')); new Promise(function (done) { setTimeout(done, 400) })")
    return page.evaluate("[document.querySelectorAll('.list tbody tr').length, document.querySelector('.find output').textContent]")


def column(page, at):
    return page.evaluate("Array.from(document.querySelectorAll('.list tbody tr')).slice(0, 5)"
                         f".map(function (row) {{ return row.cells[{at}].textContent.replace(/\\D/g, '') }})")


def check_list(run, chromium, path):
    page = browser.Page(chromium)
    page.open(path)
    run.check(page.evaluate("!document.querySelector('.find').hidden"), "there is a field to search in")
    run.same(search(page, "ROBOT-4242"), [1, "1 of 10000 mappings"], "search finds one")
    run.same(search(page, "no such mapping"), [0, "0 of 10000 mappings"], "search finds none")
    run.same(search(page, "<script>"), [0, "0 of 10000 mappings"], "what is searched is a text")
    run.same(search(page, "")[0], 10000, "nothing searched is all")
    page.evaluate("document.querySelectorAll('.list thead button')[3].click()")
    largest = [int(number) for number in column(page, 3)]
    run.same(largest, sorted(largest, reverse=True), "the largest first")
    run.check(largest[0] > 100, "the largest is there", largest)
    run.same(page.evaluate("document.querySelectorAll('.list thead th')[3].getAttribute('aria-sort')"), "descending", "it is said how")
    page.evaluate("document.querySelectorAll('.list thead button')[0].click()")
    run.same(column(page, 0), ["1", "2", "3", "4", "5"], "the order of the file again")
    run.same(page.seen(*NOISE), [], "the script is silent")
    page.close()


def test_many(run, chromium):
    (run.out / "many.rules").write_text(world.many_rules(10000))
    (run.out / "many.pem").write_text(world.pem(world.many(3000)))
    path = run.report("many.html", "many.rules", "--corpus", "many.pem")
    run.check(path.stat().st_size < MOST_BYTES, "10,000 mappings are under 3 MB", path.stat().st_size)
    check_list(run, chromium, path)
    for shape in ("light", "dark", "narrow"):
        page = browser.Page(chromium, **SHAPES[shape])
        page.open(path)
        run.same(page.evaluate((HERE / "checks.js").read_text()), [], f"many, {shape}: nothing is wrong as it opens")
        page.screenshot(run.out / f"many-{shape}.png", height=3000)
        run.same(page.seen(*NOISE), [], f"many, {shape}: it is silent")
        page.close()
    page = browser.Page(chromium, scripts=False)
    page.open(path)
    run.check(page.evaluate("document.querySelector('.find').hidden"), "without scripts there is nothing to search in")
    run.same(page.evaluate("document.querySelectorAll('.list tbody tr').length"), 10000, "but all mappings are there")
    page.close()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--tool", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    browser.end_on_signals()
    arguments.out.mkdir(parents=True, exist_ok=True)
    run = Run(arguments.tool.resolve(), arguments.out.resolve())
    chromium = browser.Browser()
    try:
        for test in (test_firm, test_hostile, test_hidden, test_power, test_damage, test_many):
            test(run, chromium)
    finally:
        chromium.close()
    print(f"{run.passed} passed, {len(run.failures)} failed")
    return 1 if run.failures or not run.passed else 0


sys.exit(main())
