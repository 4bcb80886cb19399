# SPDX-License-Identifier: MIT
"""The extension for PostgreSQL under valgrind: the cases of sql/, and then pgbench with all functions, certificates and rules
that are hostile, errors that are caught and queries that are cancelled. CERTMAP_SQL_SECONDS says for how long, 20 without
it. The module takes each block of its memory from malloc(), of which valgrind sees the ends."""

import os
import shutil
import subprocess

import sql_cluster
import sql_tests
from memory_tests import errors, memcheck
from sql_cluster import Cluster, Installation, pg_config

SECONDS = int(os.environ.get("CERTMAP_SQL_SECONDS", "20"))
CLIENTS = 3
PATIENCE = 900  # seconds: valgrind makes thirty of one
CERTIFICATE = "(SELECT der FROM hostile WHERE id = :n)"
RULES = "(SELECT rules FROM ruleset WHERE name = CASE :kind WHEN 0 THEN 'staff' WHEN 1 THEN 'accounts' ELSE 'large' END)"
CAUGHT = "EXCEPTION WHEN division_by_zero OR query_canceled OR out_of_memory OR program_limit_exceeded OR invalid_text_representation THEN NULL; END $$;"
BEGIN = "\\set n random(1, :rows)\n\\set kind random(0, 2)\n\\set size random(0, 3)\nSET certmap.cache_size = :size;\n"
# Scripts of pgbench: how often, and what.
SCRIPTS = {
    "answers": (8, f"SELECT certmap_decision({RULES}, {CERTIFICATE}), certmap_allows({RULES}, {CERTIFICATE}, now()), certmap_denies({RULES}, {CERTIFICATE}), "
                   f"certmap_account({RULES}, {CERTIFICATE}), certmap_mapping({RULES}, {CERTIFICATE}), certmap_answer({RULES}, {CERTIFICATE}, issuer => {CERTIFICATE});\n"
                   f"SELECT m.* FROM certmap_match({RULES}, {CERTIFICATE}) m;\nSELECT certmap_explain({RULES}, {CERTIFICATE});\n"
                   f"SELECT p, certmap_field({CERTIFICATE}, p) FROM unnest('{{subject,subject.any,issuer.CN,san.dns,eku,ext.2.5.29.17.text,sha256}}'::certmap_path[]) p;"),
    "scan": (4, f"SELECT certmap_decision(r.rules, h.der), count(*) FROM ruleset r, hostile h WHERE h.id BETWEEN :n AND :n + 40 GROUP BY 1;\n"
                f"SELECT count(*) FROM hostile WHERE id BETWEEN :n AND :n + 40 AND NOT certmap_same({RULES}, (SELECT rules FROM ruleset WHERE name = 'staff'), der);"),
    "compile": (3, "SELECT certmap_decision(('certmap 1; mapping \"m' || :n || '\" { when subject.OU like nocase \"s*' || :n || '\" or subject.CN matches \"[a-z]{2,9}\"; "
                   "allow \"${subject.CN}\"; }')::certmap_rules, der) FROM hostile WHERE id BETWEEN :n AND :n + 10;\n"
                   "DO $$ BEGIN FOR i IN 1..5 LOOP BEGIN PERFORM (t || i % 2)::certmap_rules FROM texts WHERE id = 1 + floor(random() * (SELECT count(*) FROM texts)); "
                   + CAUGHT.replace("END $$;", "END; END LOOP; END $$;")),
    "lint": (2, "SELECT count(*), count(certificate) FROM ruleset, certmap_lint(rules) WHERE name <> 'large';"),
    "errors": (3, "DO $$ BEGIN PERFORM certmap_account(rules, der), 1 / (h.id % 7) FROM ruleset, hostile h; " + CAUGHT),
    "cancelled": (2, "DO $$ BEGIN PERFORM set_config('statement_timeout', '0', true); PERFORM count(*) FROM ruleset, certmap_lint(rules); " + CAUGHT
                     + "\nSET statement_timeout = '700ms';\nDO $$ BEGIN PERFORM certmap_decision((rules::text || '# ' || random())::certmap_rules, der) FROM ruleset, hostile; " + CAUGHT
                     + "\nDO $$ BEGIN PERFORM count(*) FROM ruleset, certmap_lint(rules) WHERE name = 'large'; " + CAUGHT + "\nRESET statement_timeout;"),
    "limits": (1, "SET certmap.rules_memory = '64kB';\nDO $$ BEGIN PERFORM certmap_explain(rules, der) FROM ruleset, hostile h WHERE h.id < 20; " + CAUGHT
                  + "\nDO $$ BEGIN PERFORM certmap_digest((rules::text || ' ')::certmap_rules) FROM ruleset; " + CAUGHT
                  + "\nDO $$ BEGIN PERFORM count(*) FROM ruleset, certmap_lint(rules) WHERE name <> 'large'; " + CAUGHT + "\nRESET certmap.rules_memory;"),
    "cursor": (2, f"BEGIN;\nDECLARE c CURSOR FOR SELECT certmap_match({RULES}, der) FROM hostile;\nFETCH 3 FROM c;\nSAVEPOINT s;\n"
                  f"DECLARE d CURSOR FOR SELECT certmap_answer({RULES}, der) FROM hostile;\nFETCH 3 FROM d;\nROLLBACK TO s;\nFETCH 3 FROM c;\nCOMMIT;"),
    "workers": (1, "SET max_parallel_workers_per_gather = 2;\nSET parallel_setup_cost = 0;\nSET parallel_tuple_cost = 0;\nSET min_parallel_table_scan_size = 0;\n"
                   f"SELECT certmap_decision({RULES}, der), count(*) FROM hostile WHERE id < 200 GROUP BY 1;\nRESET max_parallel_workers_per_gather;"),
    "written": (1, f"BEGIN;\nINSERT INTO kept (der) SELECT der FROM hostile WHERE id BETWEEN :n AND :n + 5;\n"
                   "UPDATE ruleset SET rules = (rules::text || ' ')::certmap_rules WHERE name = 'staff';\nROLLBACK;"),
}  # fmt: skip


def run(bench):
    bench.folder.chmod(0o777)  # a server of another user writes what valgrind says
    sql_cluster.TIMEOUT = sql_tests.TIMEOUT = PATIENCE
    cluster = prepare(bench)
    cluster.prefix = memcheck(bench, "postgres")
    try:
        cluster.start()
        cases(bench, cluster)
        pgbench(bench, cluster)
    finally:
        cluster.stop()
    bench.check("nothing has crashed", cluster.has_crashed(), False)
    found, processes = errors(bench, "postgres")
    bench.check("valgrind: nothing of certmap's", found[:3], [])
    bench.check("valgrind: processes", processes > 10, True)


def prepare(bench):
    """Without valgrind."""
    installation = Installation(bench)
    shutil.copy(bench.build / "modules/postgresql/sql/certmap_sql_watched.so", installation.lib / "certmap_sql.so")
    cluster = Cluster(installation, "watched", statement_timeout="0").start()
    sql_tests.prepare(cluster)
    ders, texts = sql_tests.hostile_ders(9), sql_tests.hostile_texts(20000)
    copy = "CREATE TABLE hostile (id serial PRIMARY KEY, der bytea);\nCOPY hostile (der) FROM STDIN;\n" + "".join(f"\\\\x{der.hex()}\n" for der in ders) + "\\.\n"
    copy += "CREATE TABLE texts (id serial PRIMARY KEY, t text);\n" + "".join(f"INSERT INTO texts (t) VALUES ({sql_tests.literal(text)});\n" for text in texts)
    copy += f"UPDATE ruleset SET rules = {sql_tests.literal(sql_tests.many_mappings(200))} WHERE name = 'large';"  # out of line, and compiled soon
    cluster.sql(arguments=["-f", "-"], stdin=copy.encode())
    rules = sql_tests.literal('certmap 1; mapping "c" { when subject.OU like nocase "contractor*"; deny; }')
    cluster.sql("CREATE TABLE kept (der bytea, unit text[] GENERATED ALWAYS AS (certmap_field(der, 'subject.OU')) STORED)", "CREATE INDEX ON kept USING gin (unit)",
                f"CREATE INDEX ON kept (certmap_decision({rules}, der))")  # fmt: skip
    cluster.stop()
    return cluster


def cases(bench, cluster):
    """They have the answers that they have without valgrind, but for what depends on memory's sizes."""
    for name in ("answers", "session", "types"):
        path = sql_tests.CASES / f"{name}.sql"
        bench.check(f"{path.name}: as without valgrind", sql_tests.answer_of(cluster, path), path.with_suffix(".out").read_text(encoding="utf-8"))


def pgbench(bench, cluster):
    rows = cluster.sql("SELECT max(id) FROM hostile")
    command = [pg_config("bindir") / "pgbench", "-n", "-h", cluster.folder, "-p", str(cluster.port), "-U", "postgres", "-c", str(CLIENTS), "-j", "1", "-T", str(SECONDS), "-D", f"rows={rows}"]
    for name, (often, script) in SCRIPTS.items():
        command += ["-f", f"{bench.write(f'bench/{name}.sql', BEGIN + script)}@{often}"]
    done = subprocess.run([*command, "postgres"], capture_output=True, check=False, text=True, env=cluster.installation.environment, timeout=SECONDS + PATIENCE)
    bench.check("pgbench: no client has ended before the end", (done.returncode, "aborted" in done.stderr and done.stderr), (0, False))
    print("".join(line for line in done.stdout.splitlines(True) if "number of transactions actually" in line), end="")
