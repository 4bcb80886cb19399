/* SPDX-License-Identifier: MIT */
/* Rule sets as data: made without text, looked at, printed. For importers, and for programs that
 * set limits of memory and work. Conventions: certmap.h. */
#ifndef CERTMAP_BUILD_H
#define CERTMAP_BUILD_H

#include "certmap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- How a rule set is made ------------------------------------------------------------------ */

/* Where memory comes from. The functions must be as thread-safe as the caller's use of the objects
 * that hold the allocator. The struct is copied; ctx must outlive the objects. Wherever a
 * const struct certmap_allocator * is taken, NULL means malloc, realloc and free; on Linux,
 * large blocks from there lie in large pages where the system is willing (madvise, MADV_HUGEPAGE).
 */
struct certmap_allocator {
    void *(*alloc)(void *ctx, size_t size);           /* size > 0; NULL when there is none */
    void *(*resize)(void *ctx, void *p, size_t size); /* p from alloc or resize; as realloc */
    void (*release)(void *ctx, void *p);              /* p is never NULL */
    void *ctx;
    void *reserved[2]; /* NULL, else the allocator is refused; room for members of later versions */
};

/* Gets how far a call that makes a rule set has come: done of total. The units mean nothing. total
 * stays the same within one call, done never falls, and the last report of a call that succeeds is
 * total of total. It is called about 200 times at most, from the thread that made the call. False:
 * stop, and nothing is loaded. It must not use the objects of the call. */
typedef bool certmap_progress_fn(void *ctx, size_t done, size_t total);

struct certmap_description; /* a mapping in one piece: below */

/* Gets a mapping that was added in one piece, as certmap_builder_add was given it, with the
 * positions of its parts; valid during the call. */
typedef void certmap_added_fn(void *ctx, const struct certmap_description *added);

/* How a rule set is made, whatever it is made from. */
struct certmap_build_options {
    size_t size; /* sizeof(struct certmap_build_options) */
    /* Most bytes that making the rule set may ask of the allocator, held at one time: the rule set,
     * what is needed beside it until it is finished, and while a block is resized the old one and
     * the new one; 0: no limit. Each block has a header of a few words for this. More is LIMIT,
     * with CERTMAP_CODE_MEMORY_LIMIT. What is allocated later, in certmap_explain, is not counted.
     */
    size_t memory;
    certmap_progress_fn *progress; /* may be NULL */
    void *progress_ctx;
    /* Steps of work that one match with the rules may take, at most CERTMAP_MAX_STEPS; 0:
     * CERTMAP_DEFAULT_STEPS, and CERTMAP_STEPS_PER_MAPPING more for each mapping, and no more than
     * CERTMAP_MAX_STEPS. Fewer bound the
     * time of a match more tightly; rules that need more for ordinary certificates are reported by
     * CERTMAP_CODE_OVER_BUDGET. */
    size_t steps;
    /* Mixed into the seed of the index's hashes; 0: nothing is. The seed comes from where memory
     * lies, because the core asks the system for nothing; a program that has random bytes makes it
     * harder to guess. Who knows the seed can write rules and certificates that meet more often in
     * the index: that takes steps, and changes no answer. */
    uint64_t seed;
    /* Called for each mapping of a file that becomes part of the rules, or NULL: for programs that
     * say where in the file something is. The conditions are those of certmap_rules_walk, in the
     * same order, a list of issuers written out. The mappings come as they are in the file: one of
     * kind ONE_TO_ONE is in the rules before those of other kinds. It is called although the rules
     * may still fail to load. */
    certmap_added_fn *added;
    void *added_ctx;
};
#define CERTMAP_BUILD_OPTIONS_INIT                                                                 \
    { sizeof(struct certmap_build_options), 0, NULL, NULL, 0, 0, NULL, NULL }

/* ---- The words of a mapping ------------------------------------------------------------------ */

/* The part of a certificate that a condition reads. Each is a list of values, of which a subfield,
 * where the field has them, picks some. docs/rules.md says how the values of each read and compare.
 */
enum certmap_field {
    CERTMAP_FIELD_SUBJECT = 0, /* AVAs; without a subfield, the whole Name */
    CERTMAP_FIELD_ISSUER = 1,  /* AVAs; without a subfield, the whole Name */
    CERTMAP_FIELD_CERTIFICATE =
        2, /* the certificate: what was signed, byte for byte, whatever the signature; has no
            * subfield. Bytes that are no certificate equal only the same bytes */
    CERTMAP_FIELD_SAN = 3, /* dns email uri ip upn krb5 dirname rid, or the OID of an otherName */
    CERTMAP_FIELD_SAN_DIRNAME = 4, /* the AVAs of all directory names in the SAN */
    CERTMAP_FIELD_EKU = 5,         /* names of the table ("clientAuth") or OIDs */
    CERTMAP_FIELD_KU = 6,          /* the bits that are set, "digitalSignature" */
    CERTMAP_FIELD_POLICY = 7,      /* certificate policies: OIDs, "anyPolicy" */
    CERTMAP_FIELD_SERIAL =
        8, /* lower-case hexadecimal, the first octet first, no leading zero octets */
    CERTMAP_FIELD_SHA256 = 9, /* lower-case hexadecimal, like the digests and identifiers below */
    CERTMAP_FIELD_SHA1 = 10,
    CERTMAP_FIELD_KEY_SHA256 = 11, /* of the SubjectPublicKeyInfo */
    CERTMAP_FIELD_SKI = 12,        /* subject key identifier */
    CERTMAP_FIELD_AKI = 13,        /* authority key identifier: its keyIdentifier */
    CERTMAP_FIELD_MS_SID = 14,     /* Microsoft's SID, of its extension or a URI: "S-1-5-21-..." */
    CERTMAP_FIELD_MS_TEMPLATE =
        15, /* Microsoft's template: its OID, or its name in the older extension */
    CERTMAP_FIELD_VERSION = 16,       /* "1", "2", "3" */
    CERTMAP_FIELD_VALIDITY = 17,      /* at the time supplied: "valid", "early" or "expired" */
    CERTMAP_FIELD_EXTENSION = 18,     /* by OID: the bytes in extnValue, lower-case hexadecimal */
    CERTMAP_FIELD_ISSUER_SHA256 = 19, /* of the certificate that issued this one */
    CERTMAP_FIELD_ISSUER_KEY_SHA256 = 20, /* of its SubjectPublicKeyInfo */
    CERTMAP_FIELD_TBS_SHA256 = 21,        /* of the TBSCertificate: what was signed */
    CERTMAP_FIELD_SHA512 = 22,            /* of the certificate */
    CERTMAP_FIELD_KEY_SHA512 = 23,        /* of the SubjectPublicKeyInfo */
    CERTMAP_FIELD_KEY_SHA1 = 24,          /* of the SubjectPublicKeyInfo */
    CERTMAP_FIELD_ISSUER_SHA1 = 25,       /* of the certificate that issued this one */
    CERTMAP_FIELD_EXTENSION_TEXT =
        26, /* by OID: what an extension says as text, of a string of DER,
                                        * of one in an OCTET STRING, or of bytes that are text */
    CERTMAP_FIELD_QC_STATEMENT =
        27,                       /* of a qualified certificate: names ("QcCompliance") or OIDs */
    CERTMAP_FIELD_QC_TYPE = 28,   /* its types: "esign", "eseal", "web", or OIDs */
    CERTMAP_FIELD_PSD2_ROLE = 29, /* ETSI TS 119 495: "PSP_AS" and so on, or OIDs */
    CERTMAP_FIELD_CHAIN_SHA256 =
        30, /* of each CA of the verified chain, from the issuer to the root */
    CERTMAP_FIELD_CHAIN_KEY_SHA256 = 31 /* of the SubjectPublicKeyInfo of each */
};

/* The field as rules write it: "subject", "spki.sha256"; NULL for a number that is not a field.
 * Static storage. */
CERTMAP_API const char *certmap_field_name(enum certmap_field field);
/* "native", "manyToOne" or "oneToOne"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_kind_name(enum certmap_kind kind);

/* Which of several mappings that hold gives the answer. */
enum certmap_combining {
    CERTMAP_COMBINING_FIRST = 0, /* the first that is not false ends the search; IIS files always */
    CERTMAP_COMBINING_MOST_SPECIFIC = 1, /* the one with the highest score (docs/rules.md) */
    CERTMAP_COMBINING_UNIQUE = 2,        /* the only one; two are AMBIGUOUS */
    CERTMAP_COMBINING_ALL =
        3 /* all of them together: every account, group and attribute; a deny wins */
};
/* "first", "most-specific", "unique" or "all"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_combining_name(enum certmap_combining policy);
/* The policy of a rule set; FIRST for NULL. */
CERTMAP_API enum certmap_combining certmap_rules_combining(const struct certmap_rules *rules);

/* What a text that a mapping gives is, where placeholders are in it. */
enum certmap_language {
    CERTMAP_LANGUAGE_PLAIN = 0,       /* an account, a domain, a group, the value of an attribute */
    CERTMAP_LANGUAGE_LDAP_FILTER = 1, /* RFC 4515; placeholders are escaped */
    CERTMAP_LANGUAGE_DN = 2,          /* RFC 4514; placeholders are escaped */
    CERTMAP_LANGUAGE_URL = 3,         /* RFC 3986; placeholders are percent-encoded */
    CERTMAP_LANGUAGE_POSIX_USER = 4,  /* POSIX.1 3.437; anything else is refused */
    CERTMAP_LANGUAGE_PRINCIPAL = 5    /* opaque: an account that is not split */
};
/* "plain", "ldap-filter", "dn", "url", "posix-user" or "principal"; NULL for any other number.
 * Static storage. */
CERTMAP_API const char *certmap_language_name(enum certmap_language language);

/* One mapping: what a builder is given, and what certmap_rules_mapping gives. */
struct certmap_mapping {
    size_t size; /* sizeof(struct certmap_mapping) */
    enum certmap_kind kind;
    enum certmap_decision decision; /* ALLOW or DENY */
    struct certmap_view name;    /* text; required, except for ONE_TO_ONE, where it may be empty */
    struct certmap_view account; /* text; required for ALLOW, ignored for DENY */
    size_t line;                 /* of the rule file, or 0; over 4,294,967,295 that is kept */
    size_t column;               /* over 134,217,727 that is kept */
    bool is_template;            /* account is as it would be between double quotes in a rule file,
                       * placeholders and escapes included; else it is the text itself */
    enum certmap_language language; /* of account */
};
#define CERTMAP_MAPPING_INIT                                                                       \
    {                                                                                              \
        sizeof(struct certmap_mapping), CERTMAP_KIND_NATIVE, CERTMAP_NONE, CERTMAP_NO_VIEW,        \
            CERTMAP_NO_VIEW, 0, 0, false, CERTMAP_LANGUAGE_PLAIN                                   \
    }

/* ---- The builder ----------------------------------------------------------------------------- */

struct certmap_builder;

enum certmap_operator {
    CERTMAP_OP_EQUAL = 0,   /* any value equals any operand (`=`, `in`) */
    CERTMAP_OP_LIKE = 1,    /* any value matches any operand as a pattern; a whole Name one over its
                             * RDNs: RFC 4514, leaf first, where `*` is an RDN and `**` any number
                             * of them; case counts but with NOCASE */
    CERTMAP_OP_PRESENT = 2, /* there is an AVA, readable or not; no operands */
    CERTMAP_OP_ABSENT = 3,  /* there is none; no operands */
    CERTMAP_OP_COUNT = 4,   /* there are exactly `count` AVAs, readable or not, or RDNs in
                             * subject or issuer as a whole; no operands */
    CERTMAP_OP_UNDER = 5,   /* a whole Name that is in the subtree of an operand, or is it */
    CERTMAP_OP_MATCHES = 6  /* any value is, all of it, what any operand, a regular expression,
                             * describes (docs/matching.md); whatever has patterns has these */
};

/* Which values of the subfield an EQUAL, LIKE or MATCHES is about. Without a value each of them is
 * false. */
enum certmap_quantifier {
    CERTMAP_ANY_VALUE = 0, /* true if one value satisfies it; else unknown if one is unreadable */
    CERTMAP_EVERY_VALUE =
        1, /* false if a readable value fails; else unknown if one is unreadable */
    CERTMAP_FIRST_VALUE = 2, /* the first in encoded order, AVAs of an RDN included */
    CERTMAP_LAST_VALUE = 3,  /* the last in encoded order */
    CERTMAP_ONLY_VALUE = 4,  /* false if there are several */
    CERTMAP_AT_VALUE = 5     /* the one that count says, in encoded order: 1 is the first */
};

enum certmap_condition_flag {
    CERTMAP_NOCASE = 1,      /* compare after simple case folding */
    CERTMAP_IIS_PATTERN = 2, /* LIKE: backslash is an ordinary character, as in IIS matchCriteria;
                              * without it \* \? and \\ stand for * ? and \ */
    CERTMAP_EXACT = 4        /* EQUAL on a whole Name: case and space count, which they do not in
                              * RFC 5280 */
};

struct certmap_condition {
    size_t size; /* sizeof(struct certmap_condition) */
    enum certmap_field field;
    struct certmap_view subfield; /* a name of the field's subfields or a dotted OID; "any": every
                                   * attribute of the Name; text; empty for a field without
                                   * subfields, and for a whole Name */
    enum certmap_operator op;
    unsigned flags;                      /* enum certmap_condition_flag bits */
    const struct certmap_view *operands; /* text; bytes for FIELD_CERTIFICATE */
    size_t operand_count;
    enum certmap_quantifier
        quantifier; /* ANY for operators without operands, and FIELD_CERTIFICATE */
    size_t count;   /* of CERTMAP_OP_COUNT, up to CERTMAP_MAX_COUNT; of CERTMAP_AT_VALUE, from 1;
                     * else 0 */
    struct certmap_view
        as; /* EQUAL, LIKE, MATCHES: the name that placeholders of the mapping have for the
                             * value that satisfied it; text, empty: none. In certmap_builder_add
                             * only, and not below a NOT */
};
#define CERTMAP_CONDITION_INIT                                                                     \
    {                                                                                              \
        sizeof(struct certmap_condition), CERTMAP_FIELD_SUBJECT, CERTMAP_NO_VIEW,                  \
            CERTMAP_OP_EQUAL, 0, NULL, 0, CERTMAP_ANY_VALUE, 0, CERTMAP_NO_VIEW                    \
    }

/* How the members of a group are joined. */
enum certmap_join {
    CERTMAP_ALL = 0, /* and */
    CERTMAP_ANY = 1, /* or */
    CERTMAP_NOT = 2  /* not; exactly one member */
};

/* Makes an empty builder, which the caller frees. Errors: ARGUMENT, MEMORY. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_builder_new(struct certmap_builder **builder, const struct certmap_allocator *allocator,
                    struct certmap_diagnostic *err);
CERTMAP_API void certmap_builder_free(struct certmap_builder *builder);
/* Sets how the next rule set is made: comes before every other call for it, once. The options are
 * copied, and hold until certmap_builder_finish, which is the only call that reports progress.
 * memory is of the builder too. Errors: ARGUMENT, MEMORY, LIMIT; certmap_builder_finish then fails
 * with it. */
CERTMAP_API enum certmap_status certmap_builder_options(struct certmap_builder *builder,
                                                        const struct certmap_build_options *options,
                                                        struct certmap_diagnostic *err);

/* The calls below copy what they are given. After an error of any of them certmap_builder_finish
 * fails with the status of the first one, so that half a rule set never results; the others go on
 * checking what they are given, so that a loader can report more than one mistake. What follows a
 * mapping that was refused, up to the next one, is checked as if it had been taken, and goes
 * nowhere.
 *
 * Begins the next mapping; what follows, up to the next call of this function, is joined by
 * CERTMAP_ALL. Order of calls is order of trial, except that ONE_TO_ONE mappings come first.
 * Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX (a name twice - names compare without case -, a name or
 * an account that is empty, too long, or not clean text). */
CERTMAP_API enum certmap_status certmap_builder_mapping(struct certmap_builder *builder,
                                                        const struct certmap_mapping *mapping,
                                                        struct certmap_diagnostic *err);
/* Adds a condition. Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX (an unknown subfield, an operand that
 * is not UTF-8, holds U+0000 or is too long, a bad escape). */
CERTMAP_API enum certmap_status certmap_builder_condition(struct certmap_builder *builder,
                                                          const struct certmap_condition *condition,
                                                          struct certmap_diagnostic *err);
/* Whether a pattern, as an operand of CERTMAP_OP_LIKE with these flags, holds what means something
 * in regular expressions, shells or SQL, and is mere text here: [0-9], ^Sales.*, %Sales%. For
 * loaders that want to warn: it says what certmap_rules_parse does, CERTMAP_CODE_LITERAL_CLASS.
 * Then *diagnostic, which may be NULL, has code and text, status OK and no position. Patterns of
 * more than 1,024 bytes are not looked at. Needs no memory; any thread. */
CERTMAP_API bool certmap_pattern_advise(struct certmap_view pattern, unsigned flags,
                                        struct certmap_diagnostic *diagnostic);
/* Says that the mapping holds for every certificate. A mapping without a condition must say so.
 * Errors: ARGUMENT, MEMORY, LIMIT. */
CERTMAP_API enum certmap_status certmap_builder_always(struct certmap_builder *builder,
                                                       struct certmap_diagnostic *err);
/* Opens a group, to be closed in the same mapping. Groups nest; none may be empty. Errors:
 * ARGUMENT, MEMORY, LIMIT. */
CERTMAP_API enum certmap_status certmap_builder_open(struct certmap_builder *builder,
                                                     enum certmap_join join,
                                                     struct certmap_diagnostic *err);
/* Closes the group that was opened last. Errors: ARGUMENT. */
CERTMAP_API enum certmap_status certmap_builder_close(struct certmap_builder *builder,
                                                      struct certmap_diagnostic *err);
/* What a mapping that allows gives besides the account. */
enum certmap_output_kind {
    CERTMAP_OUTPUT_DOMAIN = 0,   /* once; instead of the domain in the account */
    CERTMAP_OUTPUT_GROUP = 1,    /* up to CERTMAP_MAX_OUTPUTS */
    CERTMAP_OUTPUT_ATTRIBUTE = 2 /* up to CERTMAP_MAX_OUTPUTS; a name once */
};
struct certmap_output {
    size_t size; /* sizeof(struct certmap_output) */
    enum certmap_output_kind kind;
    struct certmap_view name;  /* of an ATTRIBUTE; text */
    struct certmap_view value; /* text, not empty */
    bool is_template;          /* as in struct certmap_mapping */
    enum certmap_language language;
    unsigned each; /* 1: a GROUP or an ATTRIBUTE for each value of the one placeholder that does not
                    * say which value it takes; none where there is no value. Else 0 */
    unsigned reserved; /* 0, else ARGUMENT */
};
#define CERTMAP_OUTPUT_INIT                                                                        \
    {                                                                                              \
        sizeof(struct certmap_output), CERTMAP_OUTPUT_DOMAIN, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,    \
            false, CERTMAP_LANGUAGE_PLAIN, 0, 0                                                    \
    }
/* Adds an output to the open mapping, which allows. Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX. */
CERTMAP_API enum certmap_status certmap_builder_output(struct certmap_builder *builder,
                                                       const struct certmap_output *output,
                                                       struct certmap_diagnostic *err);
/* Sets the policy of the rule set; without this call it is CERTMAP_COMBINING_FIRST. Comes before
 * the first mapping. Errors: ARGUMENT, MEMORY. */
CERTMAP_API enum certmap_status certmap_builder_combining(struct certmap_builder *builder,
                                                          enum certmap_combining policy,
                                                          struct certmap_diagnostic *err);
/* Switches the rule set off: whatever its mappings, a match gives NONE with reason DISABLED.
 * Errors: ARGUMENT, MEMORY, LIMIT. */
CERTMAP_API enum certmap_status certmap_builder_disable(struct certmap_builder *builder,
                                                        struct certmap_diagnostic *err);
/* Compiles what was added into a rule set that the caller owns. A builder without a mapping gives a
 * rule set that matches nothing. Whether it succeeds or fails, the builder is empty afterwards.
 * Errors: ARGUMENT (a group left open or empty, a mapping without conditions), MEMORY, LIMIT,
 * CANCELLED, the first error of an earlier call. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_builder_finish(struct certmap_builder *builder, struct certmap_rules **rules,
                       struct certmap_diagnostic *err);

/* ---- Mappings in one piece, for importers ---------------------------------------------------- */

/* Where something is in a file, as in struct certmap_diagnostic. Line 0: nowhere that is known. */
struct certmap_position {
    size_t line;   /* from 1 */
    size_t column; /* from 1, in code points */
    size_t offset; /* in bytes, from 0 */
    size_t length; /* in bytes */
};

enum certmap_term_kind {
    CERTMAP_TERM_ALL = 0, /* as enum certmap_join */
    CERTMAP_TERM_ANY = 1,
    CERTMAP_TERM_NOT = 2,
    CERTMAP_TERM_ALWAYS = 3,   /* as certmap_builder_always */
    CERTMAP_TERM_CONDITION = 4 /* the next one of the conditions */
};
/* A part of an expression in prefix order: a group is followed by its members. */
struct certmap_term {
    enum certmap_term_kind kind;
    unsigned size; /* of a group: how many terms it is, itself included; else 1 */
};

/* Where a condition is. */
struct certmap_condition_position {
    struct certmap_position field; /* for what is wrong with field or subfield, and all else */
    struct certmap_position op;    /* for an operator that the field does not have */
    const struct certmap_position *operands; /* of each one; NULL: at field */
};

/* Where an output is. */
struct certmap_output_position {
    struct certmap_position what;  /* its name, or the word that begins it */
    struct certmap_position value; /* of a template, with its quotes */
};

/* All that a mapping is, and where. What is pointed at is the caller's, and is copied. The
 * structs of an array all have the same size.
 *
 * A mapping is flawed if something of it could not be read, which the caller has reported. What
 * there is of it is checked: its name, and the value of an output, unless their data is NULL;
 * account and outputs, unless the decision is NONE; the conditions. Terms are not looked at. */
struct certmap_description {
    size_t size;                           /* sizeof(struct certmap_description) */
    const struct certmap_mapping *mapping; /* its line and column are kept */
    const struct certmap_term *terms;      /* which all hold; NULL: all conditions hold */
    size_t term_count;
    const struct certmap_condition *conditions; /* in the order of the terms */
    size_t condition_count;
    const struct certmap_output *outputs; /* of a mapping that allows */
    size_t output_count;
    struct certmap_position position; /* of the mapping: of its name, if it has one */
    struct certmap_position account;  /* of a template, with its quotes */
    const struct certmap_condition_position *condition_positions; /* NULL: all at position */
    const struct certmap_output_position *output_positions;       /* NULL: all at position */
    unsigned flawed;                                              /* 1: it is; else 0 */
    unsigned reserved;                                            /* 0, else ARGUMENT */
    struct certmap_position extent; /* of all of the mapping, so that it could be cut out; nothing
                                     * is reported here */
    /* Of each term, with the word that joins it to the others of its group, so that it could be cut
     * out if they stay; line 0: nothing is known. Nothing is reported here. NULL: of none. */
    const struct certmap_position *term_extents;
};
#define CERTMAP_DESCRIPTION_INIT                                                                   \
    {                                                                                              \
        sizeof(struct certmap_description), NULL, NULL, 0, NULL, 0, NULL, 0, {0, 0, 0, 0},         \
            {0, 0, 0, 0}, NULL, NULL, 0, 0, {0, 0, 0, 0}, NULL                                     \
    }

/* What of a mapping is wrong. */
enum certmap_part {
    CERTMAP_PART_NAME = 0, /* or that there are too many mappings, or no memory for it */
    CERTMAP_PART_ACCOUNT = 1,
    CERTMAP_PART_EXPRESSION = 2,
    CERTMAP_PART_CONDITION = 3, /* index: which one */
    CERTMAP_PART_OUTPUT = 4     /* index: which one */
};
/* Gets a mistake, which lives during the call, with the position of the part or of what is wrong
 * in it. */
typedef void certmap_part_fn(void *ctx, enum certmap_part part, size_t index,
                             const struct certmap_diagnostic *error);

/* Adds a mapping, or nothing of it: the other way to fill a builder, between any of its calls
 * above; a mapping that they began ends. report, which may be NULL, gets each mistake: of the
 * name, the account, the outputs, the conditions, in this order; after one about memory no more is
 * looked for. A mapping that is dropped keeps its name from others, and certmap_builder_finish
 * fails, as it does after one that was flawed.
 * Errors: the first mistake (ARGUMENT, MEMORY, LIMIT, SYNTAX); that it is flawed is not one. */
CERTMAP_API enum certmap_status certmap_builder_add(struct certmap_builder *builder,
                                                    const struct certmap_description *description,
                                                    certmap_part_fn *report, void *ctx,
                                                    struct certmap_diagnostic *err);
/* Looks for the same mistakes and adds nothing: of mappings that are switched off, say. The name
 * may be one that another mapping has, and others may have it; certmap_builder_finish does not fail
 * for what is wrong. Errors: as certmap_builder_add. */
CERTMAP_API enum certmap_status certmap_builder_check(struct certmap_builder *builder,
                                                      const struct certmap_description *description,
                                                      certmap_part_fn *report, void *ctx,
                                                      struct certmap_diagnostic *err);

/* ---- Looking at a rule set ------------------------------------------------------------------- */

/* How many mappings there are. */
CERTMAP_API size_t certmap_rules_count(const struct certmap_rules *rules);
/* The index-th mapping in order. mapping->size must be set; views live as long as the rules.
 * Errors: ARGUMENT. */
CERTMAP_API enum certmap_status certmap_rules_mapping(const struct certmap_rules *rules,
                                                      struct certmap_mapping *mapping, size_t index,
                                                      struct certmap_diagnostic *err);

/* The index of the first mapping of this name, or SIZE_MAX. Names are compared without case, as the
 * builder does. Linear in the rules. Any number of threads. */
CERTMAP_API size_t certmap_rules_find(const struct certmap_rules *rules, struct certmap_view name);

/* Steps that one match may take: struct certmap_build_options.steps, or the default for so many
 * mappings; 0 for NULL. */
CERTMAP_API size_t certmap_rules_steps(const struct certmap_rules *rules);
/* How many steps an ordinary certificate may take, at most: one that has up to four values of a
 * kind, each of up to 64 bytes, and keys of as many mappings as any has. *mapping, if mapping is
 * not NULL, gets the index of the first mapping that most of it comes from. Where it is more than
 * half of certmap_rules_steps, loaders report it as CERTMAP_CODE_OVER_BUDGET: the index has no more
 * to evaluate with. 0 for NULL. */
CERTMAP_API size_t certmap_rules_cost(const struct certmap_rules *rules, size_t *mapping);
/* Writes a rule set in the native language, so that parsing the text gives the same rules again:
 * mappings of IIS files become native ones with the same meaning, one-to-one mappings conditions on
 * tbs.sha256 where hash is not NULL - on sha256 where the bytes are no certificate -, and on
 * `certificate` where it is. A set that is disabled, or has no mapping, says `disabled;`. At most
 * cap bytes are written, a NUL included; *len gets the length without the NUL, also on BUFFER.
 * Errors: ARGUMENT, BUFFER. */
CERTMAP_API enum certmap_status certmap_rules_print(char *text, size_t cap, size_t *len,
                                                    const struct certmap_rules *rules,
                                                    certmap_hash_fn *hash, void *hash_ctx,
                                                    struct certmap_diagnostic *err);
/* Computes a SHA-256 digest of what a rule set says: of its text as certmap_rules_print writes it,
 * without hash. So comments, the layout and the encoding of a file do not count, and the issuers
 * that were read from other files do. It is the same in all programs with this version of the
 * library; certmap_service_digest (server.h) is of the bytes of the files instead. The text is made
 * in memory of the allocator, or of malloc for NULL. Any number of threads.
 * Errors: ARGUMENT (NULL, or hash cannot), MEMORY. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_rules_digest(uint8_t digest[CERTMAP_SHA256_SIZE], const struct certmap_rules *rules,
                     certmap_hash_fn *hash, void *hash_ctx,
                     const struct certmap_allocator *allocator, struct certmap_diagnostic *err);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_field);
CERTMAP_WIDTH_OF(enum certmap_combining);
CERTMAP_WIDTH_OF(enum certmap_language);
CERTMAP_WIDTH_OF(enum certmap_operator);
CERTMAP_WIDTH_OF(enum certmap_quantifier);
CERTMAP_WIDTH_OF(enum certmap_condition_flag);
CERTMAP_WIDTH_OF(enum certmap_join);
CERTMAP_WIDTH_OF(enum certmap_output_kind);
CERTMAP_WIDTH_OF(enum certmap_term_kind);
CERTMAP_WIDTH_OF(enum certmap_part);

#ifdef __cplusplus
}
#endif

#endif
