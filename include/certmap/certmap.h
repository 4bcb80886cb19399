/* SPDX-License-Identifier: MIT */
/* certmap: this client certificate - which account?
 *
 * What a server needs, in the order in which it needs it: rules, the certificate, the peer, the
 * match; the pieces of a certificate are in cert.h. A whole program, which reads a certificate from
 * standard input (docs/examples/twenty.c):
 *
 *     #include <certmap/certmap.h>
 *     #include <stdio.h>
 *
 *     static const char rules_text[] =
 *         "certmap 1; mapping \"sales\" { when subject.OU = \"Sales\"; allow \"portal\"; }";
 *
 *     int main(void) {
 *         static uint8_t pem[65536];
 *         size_t n = fread(pem, 1, sizeof pem, stdin);
 *         char line[1024] = "";
 *         struct certmap_rules *rules = NULL;
 *         struct certmap_peer *peer = NULL;
 *         struct certmap_cert cert = CERTMAP_CERT_INIT;
 *         struct certmap_result result = CERTMAP_RESULT_INIT;
 *         struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
 *         if (certmap_rules_parse(&rules, certmap_view_of(rules_text), NULL, &err) == CERTMAP_OK &&
 *             certmap_cert_from_pem(&cert, pem, n, &err) == CERTMAP_OK &&
 *             certmap_peer_new(&peer, NULL, &err) == CERTMAP_OK &&
 *             certmap_peer_set(peer, &cert, &err) == CERTMAP_OK &&
 *             certmap_match(rules, peer, &result, &err) == CERTMAP_OK)
 *             certmap_result_format(line, sizeof line, &n, &result, &err);
 *         certmap_peer_free(peer);
 *         certmap_rules_free(rules);
 *         return puts(err.status == CERTMAP_OK ? line : err.text) == EOF ||
 *                result.decision != CERTMAP_ALLOW;
 *     }
 *
 * certmap does not verify certificates. It answers for a certificate that the TLS library has
 * verified already; an answer for any other certificate means nothing. openssl.h, crypt32.h and
 * schannel.h have one call each that asks the TLS library first; server.h keeps rules loaded, too.
 *
 * codes.h and limits.h list codes and limits; diagnostic.h shows people what is wrong with rules.
 * Tools read names.h (Names as text), explain.h (what a certificate holds, why an answer is what it
 * is) and walk.h (rules part by part); importers read build.h (rules without text) or iis.h.
 *
 * Conventions
 *
 * Status and decision: a function that can fail returns enum certmap_status and takes a struct
 *   certmap_diagnostic as its last parameter, which may be NULL. What the rules say about a
 *   certificate is an enum certmap_decision in a result. The two are never mixed. Zero is
 *   CERTMAP_OK, and zero is CERTMAP_NONE: a zeroed result grants nothing.
 * Parameters come in this order: the object, outputs, inputs, the diagnostic.
 * Ownership moves on success only. Outputs are untouched on failure unless stated otherwise.
 *   Every ..._free accepts NULL.
 * Structs whose first member is `size` begin with their ..._INIT macro, which sets it. Members are
 *   only ever appended (docs/abi.md).
 * Threads: there are no globals, no initialisation call and no thread-local state. A struct
 *   certmap_rules never changes after it was built: any number of threads may use one. A struct
 *   certmap_peer belongs to one thread at a time.
 * Text is UTF-8. A text view that certmap hands out has a NUL byte after its end and none inside.
 */
#ifndef CERTMAP_CERTMAP_H
#define CERTMAP_CERTMAP_H

#include "codes.h"
#include "export.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Bytes and diagnostics ------------------------------------------------------------------ */

/* Bytes that somebody else owns. data == NULL means absent where absence has a meaning; an empty
 * view has len 0. */
struct certmap_view {
    const uint8_t *data;
    size_t len;
};
/* The view of nothing, as an initialiser, and as a value. */
#define CERTMAP_NO_VIEW                                                                            \
    { NULL, 0 }
static inline struct certmap_view certmap_no_view(void) {
    const struct certmap_view none = CERTMAP_NO_VIEW;
    return none;
}
/* The view of a C string, without its NUL, and of nothing for NULL. It must outlive the view. */
CERTMAP_API struct certmap_view certmap_view_of(const char *text);

/* How much a diagnostic matters. Only an error keeps rules from loading. */
enum certmap_severity {
    CERTMAP_SEVERITY_ERROR = 0,
    CERTMAP_SEVERITY_WARNING = 1,
    CERTMAP_SEVERITY_NOTE = 2
};

/* What went wrong, in the caller's memory. Holds the first error of a call; a call that succeeds
 * does not write it. */
struct certmap_diagnostic {
    enum certmap_status status;
    enum certmap_code code;
    size_t line;      /* of the input, from 1; 0 where the input has no lines */
    size_t column;    /* in code points, from 1; 0 where unknown */
    size_t offset;    /* in bytes, from 0: of rule text, or of the DER that was being read */
    size_t length;    /* bytes of the token at fault; 0 where unknown */
    char text[256];   /* one sentence of UTF-8, ending in NUL; what it quotes is escaped */
    const char *file; /* what the loader's options call the input: the caller's pointer; or NULL */
    /* ERROR in an err; a loader's callback gets the others, too. */
    enum certmap_severity severity;
    unsigned reserved_bits; /* 0; room for members of later versions, as reserved is */
    void *reserved[2];      /* NULL */
};
#define CERTMAP_DIAGNOSTIC_INIT                                                                    \
    {                                                                                              \
        CERTMAP_OK, CERTMAP_CODE_NONE, 0, 0, 0, 0, "", NULL, CERTMAP_SEVERITY_ERROR, 0, {          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }

/* Called by loaders for each diagnostic, at most CERTMAP_MAX_DIAGNOSTICS times. Half of these are
 * kept for errors. The diagnostic, which has the severity too, is valid during the call only. */
typedef void certmap_diagnostic_fn(void *ctx, enum certmap_severity severity,
                                   const struct certmap_diagnostic *diagnostic);

/* ---- Rules ---------------------------------------------------------------------------------- */

struct certmap_rules;

/* Bytes of a digest. */
#define CERTMAP_SHA256_SIZE 32
#define CERTMAP_SHA1_SIZE 20
#define CERTMAP_SHA512_SIZE 64

/* Takes one certificate of a file of issuers, as its SHA-256 digest. False: stop. */
typedef bool certmap_issuer_add_fn(void *add_ctx, const uint8_t sha256[CERTMAP_SHA256_SIZE]);
/* Opens the file that rules name in `issuers "..." { file "..."; }` and calls add with the digest
 * of each certificate in it. What a name means is the program's to say. Returns NULL, or why it
 * could not, as a text that stays until the next call. */
typedef const char *certmap_issuer_file_fn(void *ctx, struct certmap_view name,
                                           certmap_issuer_add_fn *add, void *add_ctx);

struct certmap_allocator;     /* where memory comes from: build.h. NULL: malloc, realloc and free */
struct certmap_build_options; /* limits of memory and work, progress: build.h. NULL: none */

/* How rule text is loaded. A NULL options pointer means all zero. */
struct certmap_parse_options {
    size_t size;                               /* sizeof(struct certmap_parse_options) */
    const struct certmap_allocator *allocator; /* of the rule set; copied */
    certmap_diagnostic_fn *diagnostic;         /* NULL: only the first error, in err */
    void *diagnostic_ctx;
    certmap_issuer_file_fn *issuer_file; /* for `file`; NULL: such rules are an error */
    void *issuer_file_ctx;
    const struct certmap_build_options *build;
    const char *file; /* what diagnostics call the text; NULL: nothing. Not opened, not copied */
};
#define CERTMAP_PARSE_OPTIONS_INIT                                                                 \
    { sizeof(struct certmap_parse_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* Loads rules in the native language (docs/rules.md) from UTF-8 text, which is not kept. Nothing is
 * loaded from a text with an error. The caller owns *rules and frees it after its last reader.
 * Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX, CANCELLED. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_rules_parse(struct certmap_rules **rules, struct certmap_view text,
                    const struct certmap_parse_options *options, struct certmap_diagnostic *err);
CERTMAP_API void certmap_rules_free(struct certmap_rules *rules);

/* Which pieces of a certificate the conditions read: enum certmap_piece bits, codes.h. subject and
 * issuer have to be supplied all the same, because every Name is checked. 0 for NULL. */
CERTMAP_API unsigned certmap_rules_needs(const struct certmap_rules *rules);

/* ---- The certificate: cert.h ---------------------------------------------------------------- */

struct certmap_cert;

/* ---- The peer: a certificate prepared ------------------------------------------------------- */

struct certmap_peer;

/* Makes an empty peer, to be set again and again. The caller frees it. Errors: ARGUMENT, MEMORY. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_peer_new(struct certmap_peer **peer, const struct certmap_allocator *allocator,
                 struct certmap_diagnostic *err);
/* Parses both Names to the end, and decodes, normalises and folds every value. The bytes that cert
 * points to must stay until the next set or the free; cert itself need not. After an error the
 * peer is empty, and can be set again.
 * Errors: ARGUMENT (a required piece is missing, or a digest has not the length of one), MEMORY,
 * LIMIT, CERTIFICATE (offset into the Name at fault, which the text names). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status certmap_peer_set(struct certmap_peer *peer,
                                                                    const struct certmap_cert *cert,
                                                                    struct certmap_diagnostic *err);
/* Empties the peer but keeps its memory. peer may be NULL. */
CERTMAP_API void certmap_peer_clear(struct certmap_peer *peer);
CERTMAP_API void certmap_peer_free(struct certmap_peer *peer);

/* ---- The match ------------------------------------------------------------------------------ */

/* What the rules say about a certificate. */
enum certmap_decision {
    CERTMAP_NONE = 0, /* no mapping decided, or one could not be decided: grants nothing */
    CERTMAP_ALLOW = 1,
    CERTMAP_DENY = 2
};
/* "none", "allow" or "deny"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_decision_name(enum certmap_decision decision);

/* Where a mapping comes from. */
enum certmap_kind {
    CERTMAP_KIND_NATIVE = 0,
    CERTMAP_KIND_MANY_TO_ONE = 1,
    CERTMAP_KIND_ONE_TO_ONE = 2
};
/* An attribute of the answer. */
struct certmap_attribute {
    struct certmap_view name;
    struct certmap_view value;
};

/* The answer for one certificate. Views point into the rules and live as long as they do; account,
 * domain, user and the texts of accounts, groups and attributes may point into the peer, and these
 * three lists always do: all of that lives until its next set, match, explain or free;
 * certmap_peer_clear leaves it. */
struct certmap_result {
    size_t size; /* sizeof(struct certmap_result) */
    enum certmap_decision decision;
    /* NONE where a mapping decided plainly; else NO_MATCH, DISABLED, EMPTY_RULES, AMBIGUOUS,
     * TOO_MANY_OUTPUTS, PLACEHOLDER_... (a deny: the account cannot be built), or UNREADABLE:
     * mapping was neither true nor false, so that a deny holds and an allow grants nothing. */
    enum certmap_code reason;
    enum certmap_kind kind;      /* of the mapping that gave the answer */
    size_t index;                /* its position, or SIZE_MAX when none did */
    struct certmap_view mapping; /* its name; data NULL when none did */
    struct certmap_view account; /* for ALLOW only, else data NULL */
    struct certmap_view domain;  /* the account's part before \ or after @ as the rule has them, or
                                  * what `domain` gives; data NULL if none */
    struct certmap_view user;    /* the rest of the account */
    struct certmap_view other;   /* AMBIGUOUS: the name of the second mapping; else data NULL */
    /* For ALLOW only, else 0; under CERTMAP_COMBINING_ALL, of all true mappings, each once. */
    size_t account_count;
    size_t group_count;
    size_t attribute_count;
    const struct certmap_view *accounts; /* the first is account */
    const struct certmap_view *groups;
    const struct certmap_attribute *attributes;
    uint64_t principals; /* bit i: accounts[i] is one: it has no domain, user is all of it */
};
#define CERTMAP_RESULT_INIT                                                                        \
    {                                                                                              \
        sizeof(struct certmap_result), CERTMAP_NONE, CERTMAP_CODE_NONE, CERTMAP_KIND_NATIVE,       \
            SIZE_MAX, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,          \
            CERTMAP_NO_VIEW, 0, 0, 0, NULL, NULL, NULL, 0                                          \
    }

/* Finds the answer for the peer's certificate. Builds its account in the peer. result->size must be
 * set; every other member is, whatever it was, so that a result can be used again. Allocates
 * nothing and takes no lock; the work is bounded by the steps of the rules (certmap_rules_steps).
 * One peer serves any number of rule sets. On failure result holds NONE.
 * Errors: ARGUMENT (NULL, a size too small, a peer that is not set). */
CERTMAP_API enum certmap_status certmap_match(const struct certmap_rules *rules,
                                              struct certmap_peer *peer,
                                              struct certmap_result *result,
                                              struct certmap_diagnostic *err);

/* Copies a result with all that its views point to, so that another match of the same peer, other
 * rules and the end of either leave it as it is: for the answers of two rule sets to one
 * certificate, say. The lists and texts are in room, which the caller owns, and of which at most
 * cap bytes are written; it can begin at any address, and may be NULL if cap is 0. *len gets how
 * many bytes are enough, also on BUFFER, which leaves copy as it is. copy->size and result->size
 * must be set; the two may be one struct. No allocation. Any number of threads may copy one result;
 * meanwhile no thread matches with its peer, or sets or frees it. Errors: ARGUMENT, BUFFER. */
CERTMAP_API enum certmap_status certmap_result_copy(struct certmap_result *copy, void *room,
                                                    size_t cap, size_t *len,
                                                    const struct certmap_result *result,
                                                    struct certmap_diagnostic *err);

/* Writes one line for an audit log, without a newline:
 *     decision=allow mapping="Contoso staff" account="CONTOSO\\portal" reason=-
 * and, where there are any, after account= further accounts, domain= unless the account says it,
 * group= for each group, name= for each attribute (the name in quotes if it could be taken for
 * anything else), and other=. Values are escaped so that none ends its quotes or the line. At most
 * cap bytes are written, a NUL included; *len gets the length without the NUL, also on BUFFER.
 * Errors: ARGUMENT, BUFFER. */
CERTMAP_API enum certmap_status certmap_result_format(char *text, size_t cap, size_t *len,
                                                      const struct certmap_result *result,
                                                      struct certmap_diagnostic *err);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_severity);
CERTMAP_WIDTH_OF(enum certmap_decision);
CERTMAP_WIDTH_OF(enum certmap_kind);

#ifdef __cplusplus
}
#endif

#include "cert.h" /* which needs the above */

#endif
