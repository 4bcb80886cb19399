-- A rule set is checked when it is input; errors have line and column.
SELECT 'certmap 1; mapping "a" { when always; deny; }'::certmap_rules;
SELECT E'certmap 1;\nmapping "a" {\n  when subject.OUU = "Sales"; allow "x"; }'::certmap_rules;
SELECT ''::certmap_rules;
SELECT 'certmap 1; mapping "a" { when always; }'::certmap_rules;
SELECT 'certmap 1; issuers "x" { file "/etc/passwd"; } mapping "a" { when issuer is "x"; deny; }'::certmap_rules;
SELECT '<configuration/>'::certmap_rules;
SELECT E'certmap 1; mapping "\xC3\xBC" { when subject.CN = "\xE2\x82\xAC"; deny; }'::certmap_rules;
SELECT repeat('certmap 1; ', 3)::certmap_rules;

-- The digest is that of the text, byte for byte.
SELECT certmap_digest('certmap 1; mapping "a" { when always; deny; }')
    = encode(sha256('certmap 1; mapping "a" { when always; deny; }'), 'hex') AS is_sha256;
SELECT 'certmap 1; mapping "a" { when always; deny; }'::certmap_rules = 'certmap 1; mapping "a" { when always; deny; }' AS same,
       'certmap 1; mapping "a" { when always; deny; }'::certmap_rules <> 'certmap 1; mapping "b" { when always; deny; }' AS other;
SELECT count(*), count(DISTINCT certmap_digest(r)) FROM (
    SELECT ('certmap 1; mapping "a' || i % 3 || '" { when always; deny; }')::certmap_rules AS r FROM generate_series(1, 9) i) x;
SELECT count(*) FROM (SELECT ('certmap 1; mapping "a' || i % 3 || '" { when always; deny; }')::certmap_rules AS r
    FROM generate_series(1, 9) i GROUP BY 1) x;

-- Nothing that another server is sent has a collation.
SELECT typname, typcollation, typstorage, typalign FROM pg_type WHERE typname IN ('certmap_rules', 'certmap_path', 'certmap_decision') ORDER BY 1;
SELECT enum_range(NULL::certmap_decision);

-- Paths are those of the language.
SELECT p::certmap_path FROM unnest('{subject,issuer,subject.OU,subject.2.5.4.11,subject.any,san.dns,san.1.2.3,san.dirname.CN,serial,eku,ku,policy,sha256,spki.sha256,ext.1.2.3,ext.1.2.3.text,ms.sid,version}'::text[]) p;
SELECT 'subject.OUU'::certmap_path;
SELECT ''::certmap_path;
SELECT 'subject.OU present; deny; } mapping "x'::certmap_path;
SELECT 'san'::certmap_path;
SELECT 'valid'::certmap_path;
SELECT 'certificate'::certmap_path;
SELECT repeat('subject.', 1000)::certmap_path;

-- What the extension declares.
SELECT proname, provolatile, proisstrict, proparallel, procost, pg_get_function_identity_arguments(oid) AS arguments
FROM pg_proc WHERE proname LIKE 'certmap%' AND proname !~ '_(in|out|recv|send)$' ORDER BY proname COLLATE "C";
SELECT certmap_version() ~ '^[0-9]+\.[0-9]+\.[0-9]+, Unicode [0-9.]+$' AS version;
