/* SPDX-License-Identifier: MIT */
/* certmap: this client certificate - which account?
 *
 * What a server needs, in the order in which it needs it: rules, the certificate, the peer, the
 * match. A whole program, which reads a certificate from standard input (docs/examples/twenty.c):
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
/* ---- The certificate ------------------------------------------------------------------------ */

enum certmap_hash { CERTMAP_HASH_SHA256 = 0, CERTMAP_HASH_SHA1 = 1, CERTMAP_HASH_SHA512 = 2 };
/* Computes a digest of data with the caller's cryptography; the core has none. digest has room for
 * the digest of that hash. False when it cannot be computed, and then it is as if not supplied: so
 * for a hash that it does not know. */
typedef bool certmap_hash_fn(void *ctx, uint8_t *digest, enum certmap_hash hash,
                             struct certmap_view data);

/* The pieces of one certificate, most of them views of DER that somebody else owns. An adapter
 * fills it, or certmap_cert_from_der, or anyone by hand. data == NULL: not supplied, so that
 * conditions on the piece are unknown; data != NULL and len 0: the certificate does not have it.
 * subject and issuer must be supplied. Where a piece is named for a field of RFC 5280 4.1 it is all
 * of it, tag and length included. */
struct certmap_cert {
    size_t size;                     /* sizeof(struct certmap_cert) */
    struct certmap_view subject;     /* Name, RFC 5280 4.1.2.6 */
    struct certmap_view issuer;      /* Name, RFC 5280 4.1.2.4 */
    struct certmap_view certificate; /* Certificate, RFC 5280 4.1: all of it, as it was sent */
    struct certmap_view version;     /* the INTEGER in [0]; len 0: version 1 */
    struct certmap_view serial;      /* the INTEGER */
    struct certmap_view validity;    /* the SEQUENCE of both times */
    struct certmap_view key;         /* SubjectPublicKeyInfo */
    struct certmap_view extensions;  /* the SEQUENCE in [3]; len 0: none */
    /* Digests, here and below: as many bytes as CERTMAP_SHA256_SIZE and its like say. What is not
     * supplied is computed by hash, if there is one, from certificate, key or tbs. */
    struct certmap_view sha256;     /* of certificate */
    struct certmap_view sha1;       /* of certificate */
    struct certmap_view key_sha256; /* of key */
    /* The certificate that issued this one, in the chain that the caller has *verified*: never one
     * that the client merely sent; a certificate that signed itself is its own issuer. len 0: that
     * chain has none, because this certificate is itself trusted. */
    struct certmap_view issuer_certificate;
    struct certmap_view issuer_sha256;     /* its digest, or computed by hash */
    struct certmap_view issuer_key_sha256; /* of its SubjectPublicKeyInfo, or computed by hash */
    certmap_hash_fn *hash;                 /* may be NULL; called by certmap_peer_set only */
    void *hash_ctx;
    int64_t time; /* now, in seconds since 1970-01-01 00:00 UTC; 0: not supplied */
    /* What the issuer signed, so that its holder cannot change it as he can the signature
     * (docs/security.md). Where it is not supplied, it is looked for in certificate. */
    struct certmap_view tbs;        /* TBSCertificate, RFC 5280 4.1, in certificate */
    struct certmap_view tbs_sha256; /* its digest, or computed by hash */
    /* More digests, supplied or computed as those above. */
    struct certmap_view sha512;      /* of certificate */
    struct certmap_view key_sha512;  /* of key */
    struct certmap_view key_sha1;    /* of key */
    struct certmap_view issuer_sha1; /* of issuer_certificate */
};
#define CERTMAP_CERT_INIT                                                                          \
    {                                                                                              \
        sizeof(struct certmap_cert), CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,            \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,   \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,   \
            CERTMAP_NO_VIEW, NULL, NULL, 0, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,     \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW                                      \
    }

/* Fills cert with views into der, one DER-encoded certificate (RFC 5280 4.1): every piece that is
 * DER. Digests, issuer_..., hash and time are made not supplied. Checks the DER strictly from the
 * outside down to both Names, whose insides certmap_peer_set checks; it looks at no signature, date
 * or extension. cert->size must be set. No allocation.
 * Errors: ARGUMENT, CERTIFICATE (offset: the byte of der at fault). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_cert_from_der(struct certmap_cert *cert, struct certmap_view der,
                      struct certmap_diagnostic *err);

/* The same for bytes of PEM or DER: what begins with 0x30 is DER; else the first block between
 * -----BEGIN CERTIFICATE----- and -----END CERTIFICATE----- (RFC 7468) is the certificate, whatever
 * is before and after it. It is decoded in bytes, which are the caller's: they are overwritten,
 * also on failure, and the views are into them. Linear in len. No allocation. Errors: ARGUMENT;
 * CERTIFICATE with NOT_A_CERTIFICATE (offset: the byte of the PEM at fault) or with a code of
 * certmap_cert_from_der (offset: the byte of the DER, which then begins bytes). */
CERTMAP_API enum certmap_status certmap_cert_from_pem(struct certmap_cert *cert, uint8_t *bytes,
                                                      size_t len, struct certmap_diagnostic *err);

/* Makes every piece not supplied that needs, of certmap_rules_needs, does not read, so that
 * certmap_peer_set has less to do. Answers stay the same for rules with these needs. subject and
 * issuer stay. What hash, if it is set, computes a digest from stays with the digest. cert->size
 * must be set; a NULL cert is left alone. */
CERTMAP_API void certmap_cert_restrict(struct certmap_cert *cert, unsigned needs);

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
 * set. Allocates nothing and takes no lock; the work is bounded by the steps of the rules
 * (certmap_rules_steps). One peer serves any number of rule sets. On failure result holds NONE.
 * Errors: ARGUMENT (NULL, a size too small, a peer that is not set). */
CERTMAP_API enum certmap_status certmap_match(const struct certmap_rules *rules,
                                              struct certmap_peer *peer,
                                              struct certmap_result *result,
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
CERTMAP_WIDTH_OF(enum certmap_hash);
CERTMAP_WIDTH_OF(enum certmap_decision);
CERTMAP_WIDTH_OF(enum certmap_kind);

#ifdef __cplusplus
}
#endif

#endif
