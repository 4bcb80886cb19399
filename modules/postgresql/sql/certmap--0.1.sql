/* SPDX-License-Identifier: MIT */
/*
 * The extension certmap, version 0.1.
 *
 * What a query can send to another server (postgres_fdw, option extensions) is
 * IMMUTABLE, and neither takes nor gives a text, which has a collation: hence a
 * type for rules, one for the path of a field, and an enumeration.
 *
 * "at" and "issuer" are not supplied by default: then what rules ask of them is
 * unknown, which grants nothing.
 */
\echo Use "CREATE EXTENSION certmap" to load this file. \quit

-- ---- types

CREATE TYPE certmap_rules;

CREATE FUNCTION certmap_rules_in(cstring)
RETURNS certmap_rules
AS 'MODULE_PATHNAME', 'certmap_sql_rules_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

CREATE FUNCTION certmap_rules_out(certmap_rules)
RETURNS cstring
AS 'MODULE_PATHNAME', 'certmap_sql_rules_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_rules_recv(internal)
RETURNS certmap_rules
AS 'MODULE_PATHNAME', 'certmap_sql_rules_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

CREATE FUNCTION certmap_rules_send(certmap_rules)
RETURNS bytea
AS 'MODULE_PATHNAME', 'certmap_sql_rules_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE certmap_rules (
    INPUT = certmap_rules_in, OUTPUT = certmap_rules_out, RECEIVE = certmap_rules_recv, SEND = certmap_rules_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended, ALIGNMENT = int4
);
COMMENT ON TYPE certmap_rules IS 'A rule set that loads: SHA-256 of its text, and the text';

CREATE TYPE certmap_path;

CREATE FUNCTION certmap_path_in(cstring)
RETURNS certmap_path
AS 'MODULE_PATHNAME', 'certmap_sql_path_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_path_out(certmap_path)
RETURNS cstring
AS 'MODULE_PATHNAME', 'certmap_sql_path_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_path_recv(internal)
RETURNS certmap_path
AS 'MODULE_PATHNAME', 'certmap_sql_path_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_path_send(certmap_path)
RETURNS bytea
AS 'MODULE_PATHNAME', 'certmap_sql_path_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE certmap_path (
    INPUT = certmap_path_in, OUTPUT = certmap_path_out, RECEIVE = certmap_path_recv, SEND = certmap_path_send,
    INTERNALLENGTH = VARIABLE, STORAGE = plain, ALIGNMENT = int4
);
COMMENT ON TYPE certmap_path IS 'A field of a certificate, as rules write it: subject.OU';

CREATE TYPE certmap_decision AS ENUM ('none', 'allow', 'deny', 'error');
COMMENT ON TYPE certmap_decision IS 'What rules say of a certificate; error: it is none, or cannot be read';

-- ---- rule sets

CREATE FUNCTION certmap_rules_eq(certmap_rules, certmap_rules)
RETURNS boolean
AS 'MODULE_PATHNAME', 'certmap_sql_rules_eq'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_rules_ne(certmap_rules, certmap_rules)
RETURNS boolean
AS 'MODULE_PATHNAME', 'certmap_sql_rules_ne'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_rules_hash(certmap_rules)
RETURNS integer
AS 'MODULE_PATHNAME', 'certmap_sql_rules_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_rules_hash_extended(certmap_rules, bigint)
RETURNS bigint
AS 'MODULE_PATHNAME', 'certmap_sql_rules_hash_extended'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR = (
    LEFTARG = certmap_rules, RIGHTARG = certmap_rules, FUNCTION = certmap_rules_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES
);
CREATE OPERATOR <> (
    LEFTARG = certmap_rules, RIGHTARG = certmap_rules, FUNCTION = certmap_rules_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR CLASS certmap_rules_ops DEFAULT FOR TYPE certmap_rules USING hash AS
    OPERATOR 1 =, FUNCTION 1 certmap_rules_hash(certmap_rules), FUNCTION 2 certmap_rules_hash_extended(certmap_rules, bigint);

CREATE FUNCTION certmap_digest(rules certmap_rules)
RETURNS text
AS 'MODULE_PATHNAME', 'certmap_sql_digest'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_lint(rules certmap_rules,
    OUT severity text, OUT code text, OUT certainty text, OUT line integer, OUT col integer,
    OUT mapping text, OUT message text, OUT help text, OUT certificate bytea)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'certmap_sql_lint'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 10;

-- ---- answers that have no collation, and are sent to other servers

CREATE FUNCTION certmap_decision(rules certmap_rules, cert bytea, at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '')
RETURNS certmap_decision
AS 'MODULE_PATHNAME', 'certmap_sql_decides'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION certmap_allows(rules certmap_rules, cert bytea, at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '')
RETURNS boolean
AS 'MODULE_PATHNAME', 'certmap_sql_allows'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION certmap_denies(rules certmap_rules, cert bytea, at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '')
RETURNS boolean
AS 'MODULE_PATHNAME', 'certmap_sql_denies'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION certmap_same(old certmap_rules, new certmap_rules, cert bytea,
    at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '')
RETURNS boolean
AS 'MODULE_PATHNAME', 'certmap_sql_same'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 150;

-- ---- answers as text

CREATE FUNCTION certmap_account(rules certmap_rules, cert bytea, at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '')
RETURNS text
AS 'MODULE_PATHNAME', 'certmap_sql_account'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION certmap_mapping(rules certmap_rules, cert bytea, at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '')
RETURNS text
AS 'MODULE_PATHNAME', 'certmap_sql_mapping'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE FUNCTION certmap_answer(rules certmap_rules, cert bytea, at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '')
RETURNS text
AS 'MODULE_PATHNAME', 'certmap_sql_answer'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 120;

CREATE FUNCTION certmap_match(rules certmap_rules, cert bytea, at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '',
    OUT decision certmap_decision, OUT account text, OUT domain text, OUT username text,
    OUT mapping text, OUT reason text, OUT groups text[], OUT attributes jsonb, OUT accounts text[])
RETURNS record
AS 'MODULE_PATHNAME', 'certmap_sql_match'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

CREATE FUNCTION certmap_explain(rules certmap_rules, cert bytea, at timestamptz DEFAULT 'infinity', issuer bytea DEFAULT '')
RETURNS jsonb
AS 'MODULE_PATHNAME', 'certmap_sql_explain'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

-- ---- what is in a certificate

CREATE FUNCTION certmap_field(cert bytea, field certmap_path)
RETURNS text[]
AS 'MODULE_PATHNAME', 'certmap_sql_field'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

-- ---- this server, and this backend

CREATE FUNCTION certmap_version()
RETURNS text
AS 'MODULE_PATHNAME', 'certmap_sql_version'
LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION certmap_cache(OUT compilations bigint, OUT evictions bigint, OUT rule_sets bigint, OUT pinned bigint, OUT bytes bigint)
RETURNS record
AS 'MODULE_PATHNAME', 'certmap_sql_cache'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;
