-- An open cursor keeps its rule set, whatever else the session does with the cache.
BEGIN;
DECLARE kept CURSOR FOR SELECT certmap_decision((SELECT rules FROM ruleset WHERE name = 'large'), der) FROM certs ORDER BY id;
FETCH 2 FROM kept;
SET LOCAL certmap.cache_size = 0;
SELECT certmap_decision('certmap 1; mapping "a" { when subject.OU = "Sales"; deny; }', der) FROM examples WHERE name = 'alice';
SELECT rule_sets, pinned FROM certmap_cache();
SAVEPOINT s;
SELECT 1 / 0;
ROLLBACK TO s;
FETCH 2 FROM kept;
SELECT rule_sets, pinned FROM certmap_cache();
COMMIT;
SELECT pinned FROM certmap_cache();
-- One that is opened in what is rolled back goes with it; one that outlives its transaction needs no rules any more.
BEGIN;
SAVEPOINT s;
DECLARE gone CURSOR FOR SELECT certmap_account((SELECT rules FROM ruleset WHERE name = 'large'), der) FROM certs;
FETCH 1 FROM gone;
SELECT pinned FROM certmap_cache();
ROLLBACK TO s;
SELECT pinned FROM certmap_cache();
COMMIT;
DECLARE held CURSOR WITH HOLD FOR SELECT certmap_decision((SELECT rules FROM ruleset WHERE name = 'large'), der) FROM certs;
FETCH 1 FROM held;
DISCARD ALL;
SELECT pinned FROM certmap_cache();

-- A procedure that ends its transaction itself; the rules are stored out of line.
CREATE PROCEDURE asks(OUT last text) LANGUAGE plpgsql AS $$
DECLARE r certmap_rules;
BEGIN
    FOR i IN 1..6 LOOP
        SELECT rules INTO r FROM ruleset WHERE name = 'large';
        last := certmap_account(r, (SELECT der FROM examples WHERE name = 'alice'));
        IF i % 2 = 0 THEN ROLLBACK; ELSE COMMIT; END IF;
    END LOOP;
END $$;
CALL asks(NULL);
SELECT pinned FROM certmap_cache();
DROP PROCEDURE asks;

-- Errors that are caught: compilations that fail leave neither a context nor memory.
CREATE TABLE broken AS SELECT rules::text || 'mapping "broken" {' AS t FROM ruleset WHERE name = 'large';
SELECT sum(total_bytes) AS before FROM pg_backend_memory_contexts \gset
DO $$ BEGIN FOR i IN 1..50 LOOP BEGIN
    PERFORM t::certmap_rules FROM broken;
EXCEPTION WHEN invalid_text_representation THEN NULL; END; END LOOP; END $$;
SELECT sum(total_bytes) - :before < 2000000 AS nothing_left, count(*) FILTER (WHERE name = 'certmap rules') <= 8 AS few FROM pg_backend_memory_contexts;
DROP TABLE broken;

-- Prepared statements, whose rules change.
PREPARE counts(certmap_rules) AS SELECT count(*) FROM certs WHERE certmap_allows($1, der);
EXECUTE counts('certmap 1; mapping "s" { when subject.OU = "Sales"; allow "x"; }');
EXECUTE counts('certmap 1; mapping "s" { when subject.OU = "Sales"; deny; }');
SET plan_cache_mode = force_generic_plan;
EXECUTE counts('certmap 1; mapping "s" { when subject.OU = "Sales"; allow "x"; }');
EXECUTE counts(NULL);
RESET plan_cache_mode;

-- Domains, arrays, rows.
CREATE DOMAIN narrow_rules AS certmap_rules CHECK (certmap_decision(VALUE, '\x00') = 'error' AND VALUE::text !~ 'always');
SELECT 'certmap 1; mapping "a" { when always; deny; }'::narrow_rules;
SELECT certmap_denies('certmap 1; mapping "a" { when subject.OU = "Sales"; deny; }'::narrow_rules, der) FROM examples WHERE name = 'alice';
DROP DOMAIN narrow_rules;
SELECT '{"certmap 1; mapping \"a\" { when always; deny; }", NULL}'::certmap_rules[];
SELECT ROW('certmap 1; mapping "a" { when always; deny; }'::certmap_rules, '{subject.OU}'::certmap_path[]);

-- Every way in which a hash of rules is needed.
CREATE TABLE parts (rules certmap_rules) PARTITION BY HASH (rules);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT rules FROM ruleset;
SELECT count(*) FROM parts JOIN ruleset USING (rules);
SELECT count(*) FROM parts WHERE rules = (SELECT rules FROM ruleset WHERE name = 'staff');
DROP TABLE parts;
SELECT certmap_rules_hash_extended(rules, 0) & 4294967295 = certmap_rules_hash(rules)::bigint & 4294967295 AS as_without_salt,
       certmap_rules_hash_extended(rules, 1) <> certmap_rules_hash_extended(rules, 0) AS salted FROM ruleset WHERE name = 'staff';
SELECT count(*) FROM (SELECT rules FROM ruleset UNION SELECT rules FROM ruleset) x;

-- What is no value of the types, as a superuser or a broken disk makes it, is an error and answers for no other rules.
CREATE CAST (bytea AS certmap_rules) WITHOUT FUNCTION;
CREATE CAST (bytea AS certmap_path) WITHOUT FUNCTION;
SELECT certmap_digest('\x'::bytea::certmap_rules);
SELECT certmap_decision(decode(repeat('00', 31), 'hex')::certmap_rules, '\x00');
SELECT certmap_decision((sha256('certmap 1; mapping "f" { when always; deny; }') || 'certmap 1; mapping "f" { when always; allow "root"; }'::bytea)::certmap_rules, der) FROM examples WHERE name = 'alice';
SELECT certmap_decision('certmap 1; mapping "f" { when always; deny; }', der) FROM examples WHERE name = 'alice';
SELECT certmap_decision((sha256('\xff00') || '\xff00'::bytea)::certmap_rules, der) FROM examples WHERE name = 'alice';
SELECT certmap_field(der, p::certmap_path) FROM examples, unnest('{"", "subject.OUU", "subject\\000OU", "\\377"}'::bytea[]) p WHERE name = 'alice';
SELECT certmap_field(der, 'subject.OU'::bytea::certmap_path) FROM examples WHERE name = 'alice';
DROP CAST (bytea AS certmap_rules);
DROP CAST (bytea AS certmap_path);

-- Which field is asked for changes from row to row.
SELECT p, certmap_field(der, p) FROM examples, unnest('{subject.OU,subject.CN,subject.OU,subject,issuer.CN,issuer,subject.CN}'::certmap_path[]) WITH ORDINALITY x (p, n) WHERE name = 'alice' ORDER BY n;

-- A client of another encoding is told what is wrong with the rules, and of nothing else.
SET client_encoding = 'LATIN1';
SELECT E'certmap 1; mapping "a" { when always; deny; }#\u0082'::certmap_rules;
SELECT E'certmap 1; mapping "e\u0082" { when subject.OUU = "x"; deny; }'::certmap_rules;
RESET client_encoding;

-- Times: all that a timestamp can be.
SELECT t, certmap_decision('certmap 1; mapping "a" { when valid at now; deny; }', der, t)
FROM examples, unnest('{4714-11-24 00:00:00 BC,294276-12-31 23:59:59,-infinity,infinity,1970-01-01 00:00:00,1969-12-31 23:59:59.999999,2026-12-01}'::timestamptz[]) t WHERE name = 'alice';
