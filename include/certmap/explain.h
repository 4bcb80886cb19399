/* SPDX-License-Identifier: MIT */
/* What a certificate holds, value by value, and why an answer is what it is: for tools of
 * administrators. Conventions: certmap.h. */
#ifndef CERTMAP_EXPLAIN_H
#define CERTMAP_EXPLAIN_H

#include "build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- When a certificate is valid ------------------------------------------------------------ */

/* Its notBefore and notAfter, both within, in seconds since 1970-01-01 00:00 UTC, negative before:
 * for answers that are kept, and for people. Rules say `valid at now`. Only cert->validity is
 * looked at. Errors: ARGUMENT; CERTIFICATE (NOT_SUPPLIED, MALFORMED_PIECE, and VALUE_ENCODING for
 * what RFC 5280 4.1.2.5 does not permit); then neither is written. Any number of threads. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_cert_validity(int64_t *not_before, int64_t *not_after, const struct certmap_cert *cert,
                      struct certmap_diagnostic *err);

/* ---- The values of a certificate ------------------------------------------------------------- */

/* One value of a field of a prepared certificate. Views live until the peer is set again or freed.
 */
struct certmap_value {
    size_t size; /* sizeof(struct certmap_value) */
    size_t rdn;  /* of an AVA: which RDN it is in, from 0, encoded order */
    struct certmap_view
        subfield; /* the canonical name ("CN", "dns"), or the dotted OID; empty without; text */
    struct certmap_view oid; /* of an AVA, an otherName or an extension: dotted; text; else empty */
    struct certmap_view
        type; /* of an AVA: the string type ("UTF8String"), or "tag 0x04"; text; else empty */
    struct certmap_view
        der; /* the value, tag and length included: in a SAN the GeneralName, but of dirname the
              * Name and of an otherName its inside; data NULL where it is no DER */
    struct certmap_view text;     /* the value as rules compare it, in NFC; data NULL: unreadable */
    enum certmap_code unreadable; /* why text is NULL, or CERTMAP_CODE_NONE */
    unsigned reserved;            /* 0 */
};
#define CERTMAP_VALUE_INIT                                                                         \
    {                                                                                              \
        sizeof(struct certmap_value), 0, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,        \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_CODE_NONE, 0                                 \
    }

/* Why nothing is known of a field, so that every condition on it is unknown: NOT_SUPPLIED,
 * MALFORMED_PIECE, DUPLICATE_EXTENSION, VALUE_TOO_LONG; else CERTMAP_CODE_NONE. NOT_SUPPLIED too
 * for an empty peer or a number that is no field. */
CERTMAP_API enum certmap_code certmap_peer_field_unknown(const struct certmap_peer *peer,
                                                         enum certmap_field field);
/* How many values the field has; 0 for an empty peer, for CERTMAP_FIELD_CERTIFICATE, and for a
 * field of which nothing is known. */
CERTMAP_API size_t certmap_peer_value_count(const struct certmap_peer *peer,
                                            enum certmap_field field);
/* The index-th value in encoded order. value->size must be set. May allocate.
 * Errors: ARGUMENT (index out of range), MEMORY, LIMIT (over CERTMAP_MAX_PEER_MEMORY). */
CERTMAP_API enum certmap_status certmap_peer_value(struct certmap_peer *peer,
                                                   struct certmap_value *value,
                                                   enum certmap_field field, size_t index,
                                                   struct certmap_diagnostic *err);

/* ---- Why ------------------------------------------------------------------------------------- */

/* What a condition, a group or a mapping gives, in Kleene's logic. */
enum certmap_truth { CERTMAP_FALSE = 0, CERTMAP_TRUE = 1, CERTMAP_UNKNOWN = 2 };

enum certmap_explain_kind {
    CERTMAP_EXPLAIN_MAPPING = 0,   /* text: its name */
    CERTMAP_EXPLAIN_GROUP = 1,     /* text: "and", "or" or "not"; its members follow, one deeper */
    CERTMAP_EXPLAIN_CONDITION = 2, /* text: the condition in the native language */
    CERTMAP_EXPLAIN_VALUE = 3,     /* text: a value that the condition above looked at, in NFC; data
                                    * NULL: unreadable. It may hold any character but U+0000 */
    /* After the members of a mapping that allows, and that is not false: what it gives. text: as it
     * was built, or as the rule has it where why says why it cannot be; truth: TRUE if it can. */
    CERTMAP_EXPLAIN_ACCOUNT = 4, /* the first of them */
    CERTMAP_EXPLAIN_OUTPUT = 5,  /* a domain, a group or an attribute */
    /* The last item, if the decision is not ALLOW and a mapping allows: of those that allow, the
     * nearest to being true; text: its name. Nearer is what misses fewer digests, then fewer
     * conditions, then has more conditions that hold; the first of several (missing_digests,
     * missing, held). */
    CERTMAP_EXPLAIN_NEAREST = 6
};

/* One line of an explanation; valid during the callback only. */
struct certmap_explain_item {
    size_t size; /* sizeof(struct certmap_explain_item) of the library that calls */
    enum certmap_explain_kind kind;
    size_t mapping;                 /* index of the mapping it belongs to */
    unsigned depth;                 /* 0 for a mapping, 1 for what is in it, and so on */
    enum certmap_truth truth;       /* of a value: whether it satisfies the condition */
    enum certmap_code why;          /* for UNKNOWN, the cause; else NONE */
    bool read;                      /* certmap_match would have read this */
    bool decides;                   /* a mapping: it gave the answer, or has a part in it */
    enum certmap_decision decision; /* of the mapping */
    enum certmap_kind mapping_kind;
    size_t line; /* of the mapping in the rule file, or 0 */
    struct certmap_view text;
    /* For people. A condition: "subject.CN"; an output: "account", "domain", "group", or the name
     * of an attribute; else data NULL. */
    struct certmap_view field;
    /* For people. A condition: what it compares with, as rules write it; else data NULL. */
    struct certmap_view operands;
    /* A mapping, and NEAREST: how many conditions would have to give something else until it is
     * true: the fewest digests, and then the least number; SIZE_MAX: it never is. */
    size_t missing;
    size_t score; /* a mapping: under CERTMAP_COMBINING_MOST_SPECIFIC its score; else 0 */
    /* As missing: how many of them compare the certificate, its digest or that of its key, which
     * every other certificate misses: a mapping that misses none is nearer than one that does, as
     * one-to-one mappings do. */
    size_t missing_digests;
    size_t held; /* as missing: how many conditions give what they have to already */
    /* GROUP: ALL, ANY or NOT. CONDITION: CONDITION, or ALWAYS for `always`. Else CONDITION. */
    enum certmap_term_kind term;
    unsigned reserved; /* 0 */
    /* CONDITION but `always`, and VALUE: the condition as certmap_rules_walk gives it, with its
     * field, its canonical subfield, operator and quantifier; and which one of the mapping it is,
     * from 0, by which certmap_rules_walk gives its operands. Else NULL, and 0. */
    const struct certmap_condition *condition;
    size_t number;
    const struct certmap_output *output; /* OUTPUT: as certmap_rules_walk gives it; else NULL */
};

/* The item is valid during the call only. False: it has seen enough. Then the explanation ends, no
 * more is evaluated, and the call succeeds as if everything had been reported. */
typedef bool certmap_explain_fn(void *ctx, const struct certmap_explain_item *item);

/* Runs the plain evaluator over every mapping and condition, also those that a match would not have
 * reached, and reports to fn what each gave, in order. The result is what certmap_match gives. What
 * a match would not read has as many steps as a match, all of it together, and so have texts: an
 * explanation takes at most six times certmap_rules_steps - two to decide, one for what was not
 * read, three for texts -, and time in proportion to the text of the rules, in which a list of
 * issuers counts wherever it is used. Of values, at most CERTMAP_MAX_REPORTED_SIZE bytes are
 * reported, all of them together, and reporting them takes steps too, of those on the side;
 * conditions after that come without. Allocates from the allocator of the rules. Errors: ARGUMENT,
 * MEMORY, LIMIT (the certificate's values take more than CERTMAP_MAX_PEER_MEMORY as texts); fn may
 * have been called already. */
CERTMAP_API enum certmap_status certmap_explain(const struct certmap_rules *rules,
                                                struct certmap_peer *peer,
                                                struct certmap_result *result,
                                                certmap_explain_fn *fn, void *ctx,
                                                struct certmap_diagnostic *err);

/* The items of one mapping alone, by its index (certmap_rules_find has that of a name), as
 * certmap_explain reports them; never NEAREST. Takes the time of a match and that of this mapping;
 * where the match ran out of steps, also that of the mappings before. Other steps, and the bytes of
 * values, are this mapping's alone: so something may be known here, and values be reported, for
 * which those of certmap_explain had been used up by mappings before. Errors: as certmap_explain;
 * ARGUMENT too for an index that there is not. */
CERTMAP_API enum certmap_status certmap_explain_mapping(const struct certmap_rules *rules,
                                                        struct certmap_peer *peer,
                                                        struct certmap_result *result, size_t index,
                                                        certmap_explain_fn *fn, void *ctx,
                                                        struct certmap_diagnostic *err);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_truth);
CERTMAP_WIDTH_OF(enum certmap_explain_kind);

#ifdef __cplusplus
}
#endif

#endif
