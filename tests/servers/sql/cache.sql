-- A rule set is compiled once by a backend, whatever the query, and whatever reads it.
SELECT * FROM certmap_cache() c (compilations, evictions, rule_sets, pinned, bytes) \gset before_
SELECT count(*) FROM certs WHERE certmap_allows((SELECT rules FROM ruleset WHERE name = 'staff'), der);
SELECT count(*) FROM certs WHERE certmap_account((SELECT rules FROM ruleset WHERE name = 'staff'), der) IS NOT NULL;
SELECT count(*) FROM certs, ruleset WHERE name = 'staff' AND certmap_allows(rules, der);
SELECT compilations - :before_compilations AS compiled, rule_sets, pinned FROM certmap_cache();

-- Many rule sets in one query, with room for few: all answers are right, and nothing is kept that is not to be.
\set many_sets 'SELECT certmap_mapping((''certmap 1; mapping "a'' || (id % 5) || ''" { when always; deny; }'')::certmap_rules, der) AS m, count(*) FROM certs WHERE id < 100 GROUP BY 1 ORDER BY 1'
SET certmap.cache_size = 0;
:many_sets;
SELECT rule_sets, pinned, bytes FROM certmap_cache();
SET certmap.cache_size = 1;
:many_sets;
SELECT rule_sets, pinned FROM certmap_cache();
SET certmap.cache_size = 2;
:many_sets;
SELECT rule_sets, pinned FROM certmap_cache();
SELECT count(*) FROM certs a WHERE id < 50 AND certmap_same(('certmap 1; mapping "a" { when always; allow "' || id % 3 || '"; }')::certmap_rules, ('certmap 1; mapping "b" { when always; allow "' || id % 2 || '"; }')::certmap_rules, der);
SELECT rule_sets, pinned FROM certmap_cache();
SELECT count(*) AS contexts FROM pg_backend_memory_contexts WHERE name = 'certmap rules';
SELECT count(*) FROM certs, (VALUES ('certmap 1; mapping "a" { when always; allow "x"; }'::certmap_rules), ('certmap 1; mapping "b" { when always; deny; }')) r (r) WHERE certmap_allows(r, der);
SET certmap.cache_size = 0;
SELECT count(*) FROM certs WHERE id < 100 AND certmap_allows(('certmap 1; mapping "x' || id || '" { when always; allow "x"; }')::certmap_rules, der);
SELECT rule_sets, pinned FROM certmap_cache();
RESET certmap.cache_size;

-- An error in the middle of a query leaves nothing pinned.
SELECT count(1 / (id - 50)) FROM certs WHERE certmap_decision((SELECT rules FROM ruleset WHERE name = 'staff'), der) IS NOT NULL;
DO $$ BEGIN FOR i IN 1..20 LOOP BEGIN
    PERFORM 1 / (id - 50) FROM certs WHERE certmap_decision(('certmap 1; mapping "e' || i || '" { when always; deny; }')::certmap_rules, der) IS NOT NULL;
EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$;
SELECT rule_sets, pinned FROM certmap_cache();

-- An expression of PL/pgSQL is evaluated again with other rules.
CREATE FUNCTION pg_temp.each_of(OUT answers text) LANGUAGE plpgsql AS $$
DECLARE r certmap_rules; d bytea := (SELECT der FROM examples WHERE name = 'alice');
BEGIN
    answers := '';
    FOR i IN 1..6 LOOP
        r := format('certmap 1; mapping "m%s" { when always; allow "a%s"; }', i % 3, i % 3);
        answers := answers || ' ' || certmap_account(r, d);
    END LOOP;
END $$;
SELECT pg_temp.each_of();

-- Rules that are stored out of line, and changed within a transaction.
BEGIN;
SELECT certmap_decision(rules, der) FROM ruleset, examples e WHERE ruleset.name = 'large' AND e.name = 'alice';
UPDATE ruleset SET rules = (replace(rules::text, 'allow "last"', 'allow "other"'))::certmap_rules WHERE name = 'large';
SELECT certmap_account(rules, der) FROM ruleset, examples e WHERE ruleset.name = 'large' AND e.name = 'alice';
ROLLBACK;
SELECT certmap_account(rules, der) FROM ruleset, examples e WHERE ruleset.name = 'large' AND e.name = 'alice';

-- Limits.
SET certmap.rules_memory = '64kB';
-- At which mapping the limit is reached is the build's; that it is said is not.
DO $$ DECLARE d text; h text; BEGIN PERFORM certmap_digest((SELECT rules::text || ' ' FROM ruleset WHERE name = 'large')::certmap_rules);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RAISE NOTICE '% / % / %', regexp_replace(SQLERRM, 'line \d{3,4}, column \d+', 'line N, column N'), split_part(d, E'\n', 1), h;
END $$;
SELECT count(*) FROM certmap_lint((SELECT rules FROM ruleset WHERE name = 'large'));
SELECT certmap_explain((SELECT rules FROM ruleset WHERE name = 'large'), der) IS NULL FROM examples WHERE name = 'alice';
RESET certmap.rules_memory;
SET certmap.rules_memory = '1kB';
SET certmap.cache_size = -1;
SET ROLE plain;
SET certmap.rules_memory = '100GB';
SET certmap.cache_size = 1000;
SELECT certmap_decision('certmap 1; mapping "a" { when always; deny; }', '\x00');
RESET ROLE;
