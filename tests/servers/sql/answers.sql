-- Every example certificate, under the same rules.
SELECT name, certmap_decision(:staff, der), certmap_allows(:staff, der) AS allows, certmap_denies(:staff, der) AS denies,
       certmap_account(:staff, der), certmap_mapping(:staff, der)
FROM examples ORDER BY name COLLATE "C";

-- A row has all of the answer.
SELECT e.name, m.* FROM examples e, certmap_match(:accounts, der) m WHERE e.name IN ('ada', 'broken', 'mallory', 'grace') ORDER BY e.name;
SELECT m.decision, m.account, m.domain, m.username, m.groups, m.attributes, m.accounts FROM examples, certmap_match(
    'certmap 1; policy all; mapping "a" { when subject.O = "Contoso"; allow "CONTOSO\\${subject.CN}"; group "staff"; group "a,b"; attribute "x\"y" = "1"; }
     mapping "b" { when always; allow principal "host/x@Y"; }', der) m WHERE name = 'alice';

-- The line of a log.
SELECT certmap_answer(:staff, der) FROM examples WHERE name IN ('alice', 'broken', 'mallory') ORDER BY name;

-- What is no certificate is an answer, and no error.
SELECT certmap_decision(:staff, d), certmap_allows(:staff, d), certmap_denies(:staff, d), certmap_account(:staff, d), (certmap_match(:staff, d)).reason
FROM unnest('{"\\x", "\\x00", "\\x30", "\\x3080", "\\x3003020100", "\\x30820100"}'::bytea[]) d;

-- NULL in, NULL out.
SELECT certmap_decision(NULL, '\x00') IS NULL, certmap_decision(:staff, NULL) IS NULL, certmap_allows(:staff, NULL) IS NULL,
       certmap_match(:staff, NULL) IS NULL, certmap_same(:staff, NULL, '\x00') IS NULL, certmap_field(NULL, 'serial') IS NULL,
       certmap_explain(NULL, '\x00') IS NULL, certmap_digest(NULL) IS NULL;

-- A time that is not supplied is not known, which grants nothing.
SELECT certmap_answer(v, der) AS without, certmap_decision(v, der, '2026-12-01') AS valid, certmap_decision(v, der, '1999-12-31 23:59:59.5') AS early,
       certmap_decision(v, der, '2999-01-01') AS expired, certmap_decision(v, der, '-infinity') AS never
FROM examples, (SELECT 'certmap 1; mapping "v" { when valid at now; allow "a"; }'::certmap_rules) r (v) WHERE name = 'alice';

-- Nor is an issuer.
SELECT certmap_decision(i, e.der) AS without, certmap_decision(i, e.der, issuer => ca.der) AS with_it, certmap_decision(i, e.der, issuer => e.der) AS other,
       certmap_decision(i, e.der, issuer => '\x00') AS broken
FROM examples e, examples ca, LATERAL (SELECT format('certmap 1; mapping "i" { when issuer is sha256 "%s"; allow "a"; }', encode(sha256(ca.der), 'hex'))::certmap_rules) r (i)
WHERE e.name = 'alice' AND ca.name = 'contoso-ca';

-- Digests are computed for rules that read them.
SELECT count(*) FILTER (WHERE certmap_allows(format('certmap 1; mapping "d" { when sha256 = "%s"; allow "a"; }', encode(sha256(der), 'hex'))::certmap_rules, der)) AS by_digest,
       count(*) FILTER (WHERE certmap_field(der, 'sha256') = ARRAY[encode(sha256(der), 'hex')]) AS by_field FROM examples WHERE name <> 'broken';

-- The same answer?
SELECT name, certmap_same(:staff, :staff, der) AS itself, certmap_same(:staff, :accounts, der) AS accounts,
       certmap_same(:staff, 'certmap 1; mapping "c" { when subject.OU like nocase "contractor*"; deny; }
           mapping "t" { when issuer.CN = "Contoso Issuing CA 1" and subject.O = "Contoso" and subject.OU in ("Sales", "Human Resources"); allow "CONTOSO\\portal"; }', der) AS by_other_names
FROM examples ORDER BY name COLLATE "C";
SELECT certmap_same('certmap 1; mapping "a" { when always; allow "x"; group "ab"; group "c"; }', 'certmap 1; mapping "a" { when always; allow "x"; group "a"; group "bc"; }', der) AS other_groups,
       certmap_same('certmap 1; mapping "a" { when always; allow "D\\x"; }', 'certmap 1; mapping "a" { when always; allow principal "D\\x"; }', der) AS principal,
       certmap_same('certmap 1; mapping "a" { when always; allow "${subject.CN}"; }', 'certmap 1; mapping "b" { when always; allow "${subject.OU}"; }', der) AS two_built
FROM examples WHERE name = 'alice';

-- Fields: a value that cannot be read is NULL, one that is not there is no element.
SELECT name, certmap_field(der, 'subject.OU') AS ou, certmap_field(der, 'subject.ou') = certmap_field(der, 'subject.2.5.4.11') AS same,
       cardinality(certmap_field(der, 'subject.any')) AS attributes, certmap_field(der, 'san.dns') AS dns, certmap_field(der, 'version') AS version
FROM examples ORDER BY name COLLATE "C";
SELECT certmap_field(der, 'subject'), certmap_field(der, 'issuer'), certmap_field(der, 'serial'), certmap_field(der, 'eku'), certmap_field(der, 'ku') FROM examples WHERE name = 'ada';

-- Why.
SELECT jsonb_pretty(certmap_explain(:staff, der)) FROM examples WHERE name = 'eve';
SELECT certmap_explain(:staff, der) - 'mappings', jsonb_array_length(certmap_explain(:staff, der) -> 'mappings') FROM examples WHERE name IN ('alice', 'broken') ORDER BY name;
SELECT certmap_explain(:accounts, der) #> '{mappings,0,conditions}' IS NOT NULL FROM examples WHERE name = 'mallory';

-- Lint.
SELECT severity, code, certainty, line, col, mapping, message FROM certmap_lint(E'certmap 1;\nmapping "all" { when subject.O = "Contoso"; allow "a"; }\nmapping "late" { when subject.O = "Contoso" and subject.OU = "Sales"; deny; }');
SELECT l.code, certmap_decision(r, l.certificate), certmap_mapping(r, l.certificate) FROM (SELECT E'certmap 1;\nmapping "all" { when subject.O = "Contoso"; allow "a"; }\nmapping "late" { when subject.O = "Contoso" and subject.OU = "Sales"; deny; }'::certmap_rules) x (r), certmap_lint(r) l WHERE l.certificate IS NOT NULL;
SELECT count(*) FROM certmap_lint(NULL);
