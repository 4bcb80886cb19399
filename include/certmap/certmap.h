/* SPDX-License-Identifier: MIT */
/* certmap: this client certificate - which account?
 *
 * A program loads a rule set once, prepares each client certificate, and asks:
 *
 *     struct certmap_rules *rules;                     certmap_rules_parse(&rules, ...)
 *     struct certmap_peer *peer;                       certmap_peer_new(&peer, ...)
 *     struct certmap_cert cert = CERTMAP_CERT_INIT;    certmap_cert_from_der(&cert, ...)
 *     certmap_peer_set(peer, &cert, ...)
 *     struct certmap_result result = CERTMAP_RESULT_INIT;
 *     certmap_match(rules, peer, &result, ...)
 *
 * certmap does not verify certificates. It answers for a certificate that the TLS library has
 * verified already; an answer for any other certificate means nothing.
 *
 * Conventions
 *
 * Status and decision: a function that can fail returns enum certmap_status and takes a
 *   struct certmap_diagnostic as its last parameter, which may be NULL. What the rules say about a
 *   certificate is an enum certmap_decision in a result. The two are never mixed. Zero is
 *   CERTMAP_OK, and zero is CERTMAP_NONE: a zeroed result grants nothing.
 * Parameters come in this order: the object, outputs, inputs, the error.
 * Ownership moves on success only. Outputs are untouched on failure unless stated otherwise.
 *   Every ..._free accepts NULL.
 * Structs whose first member is `size` are versioned: set it to sizeof (the ..._INIT macros do).
 *   Members are only ever appended.
 * Threads: there are no globals, no initialisation call and no thread-local state. A
 *   struct certmap_rules never changes after it was built: any number of threads may use one.
 *   A struct certmap_peer and a struct certmap_builder belong to one thread at a time.
 * Text is UTF-8. A text view that certmap hands out has a NUL byte after its end and none inside.
 */
#ifndef CERTMAP_CERTMAP_H
#define CERTMAP_CERTMAP_H

#include "export.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Limits --------------------------------------------------------------------------------- */

/* Largest Name, in bytes of DER. TLS libraries stop at about 100 KiB for a whole chain. */
#define CERTMAP_MAX_NAME_SIZE 1048576
/* Most RDNs in a Name. A real one has about five. */
#define CERTMAP_MAX_RDNS 4096
/* Most AVAs in one RDN. A real one has one or two. */
#define CERTMAP_MAX_AVAS_PER_RDN 256
/* Largest attribute value that is read as text, in bytes of DER contents; a longer one is
 * unreadable. X.520 stops at 64 to 32,768 characters. */
#define CERTMAP_MAX_VALUE_SIZE 65536
/* Largest object identifier, in bytes of DER contents. Turning one into dotted text costs the
 * square of its size. */
#define CERTMAP_MAX_OID_SIZE 1024
/* Largest extensions of a certificate, in bytes of DER, that are read: as large as a Name. */
#define CERTMAP_MAX_EXTENSIONS_SIZE 1048576
/* Most extensions that are read. A real certificate has about ten. */
#define CERTMAP_MAX_EXTENSIONS 4096
/* Most memory one prepared certificate may take, in bytes. */
#define CERTMAP_MAX_PEER_MEMORY 67108864
/* Largest rule file, in bytes: a million mappings of 1,000 bytes each. expat counts to twice that. */
#define CERTMAP_MAX_RULES_SIZE 1073741824
/* Most mappings in a rule set: what was measured (docs/performance.md). */
#define CERTMAP_MAX_MAPPINGS 1048576
/* Most bytes of all names, accounts and operands of a rule set together, each of which is kept once: places in it are
 * numbers of 32 bits. With 12 bytes for each mapping and 4 for each condition and group, all in steps of eight, it is as
 * many. */
#define CERTMAP_MAX_RULES_TEXT 4294967294
/* Most conditions in one mapping, and most operands in one condition: what one mapping may cost. */
#define CERTMAP_MAX_CONDITIONS 65536
/* Largest operand, pattern, mapping name or account, in bytes of UTF-8: as large as a value. */
#define CERTMAP_MAX_TEXT_SIZE 65536
/* Most bytes that the texts built for one answer take together - account, domain, user, groups and
 * attributes -, each with a NUL. A peer holds this much room, so that a match allocates nothing. */
#define CERTMAP_MAX_BUILT_SIZE 16384
/* Most bytes of values that one explanation tells, all of them together: more than the largest Name has as
 * text, and what a person can still use. */
#define CERTMAP_MAX_TOLD_SIZE 8388608
/* Most groups, and most attributes, of one mapping and of one answer. */
#define CERTMAP_MAX_OUTPUTS 64
/* Most accounts in one answer, under CERTMAP_COMBINING_ALL. */
#define CERTMAP_MAX_ACCOUNTS 64
/* Most placeholders in one template, and most filters in one placeholder. */
#define CERTMAP_MAX_PLACEHOLDERS 64
/* Most certificates and keys in one list of issuers. */
#define CERTMAP_MAX_ISSUERS 65536
/* Largest number that a `count` condition can ask for: no certificate has ten million values. */
#define CERTMAP_MAX_COUNT 9999999
/* Deepest nesting of parentheses, `not` and builder groups in one mapping; it bounds the stack. A list of issuers
 * with certificates and keys counts as one level, and so does certmap_builder_always: as text they are two
 * conditions in parentheses. */
#define CERTMAP_MAX_NESTING 256
/* Most findings a loader reports; after that many errors it stops reading. */
#define CERTMAP_MAX_DIAGNOSTICS 100
/* Steps of work in one match: so many, and more for each mapping, where struct certmap_build_options has no other
 * number. A condition is a step, and so is each value that it looks at, each comparison of a byte, or of a code point
 * with `?`, in a pattern, every 16 bytes of an exact comparison and of what a `*` passes over, every key that is looked
 * up in the index. A step takes some nanoseconds: a match ends within 20 milliseconds at 10,000 mappings, whatever
 * certificate it is given. When they run out conditions are unknown (CERTMAP_CODE_STEPS): an unknown deny refuses, an
 * unknown allow gives NONE. Building the texts of the answer has as many steps of its own. */
#define CERTMAP_DEFAULT_STEPS 1048576
/* An ordinary certificate takes less where every mapping has to be looked at. */
#define CERTMAP_STEPS_PER_MAPPING 16
/* Most steps that a program can set: about a second. */
#define CERTMAP_MAX_STEPS 67108864

/* ---- Vocabulary ----------------------------------------------------------------------------- */

/* Bytes that somebody else owns. data == NULL means absent where absence has a meaning; an empty
 * view has len 0. */
struct certmap_view {
    const uint8_t *data;
    size_t len;
};
/* The view of nothing, as an initialiser. */
#define CERTMAP_NO_VIEW                                                                                                \
    { NULL, 0 }

/* Whether a call did its job. */
enum certmap_status {
    CERTMAP_OK = 0,
    CERTMAP_ERROR_ARGUMENT = 1,    /* the caller's mistake: NULL, a size that is too small, order */
    CERTMAP_ERROR_MEMORY = 2,      /* the allocator returned NULL */
    CERTMAP_ERROR_LIMIT = 3,       /* the input is over one of the limits above, or over the caller's own */
    CERTMAP_ERROR_SYNTAX = 4,      /* rules or a textual Name that cannot be loaded */
    CERTMAP_ERROR_CERTIFICATE = 5, /* a certificate or Name that is not well-formed */
    CERTMAP_ERROR_BUFFER = 6,      /* the caller's buffer is too small; the size needed is given */
    CERTMAP_ERROR_UNVERIFIED = 7,  /* a connection without a verified peer certificate */
    CERTMAP_ERROR_CANCELLED = 8    /* the caller's progress function said to stop */
};

/* What the rules say about a certificate. */
enum certmap_decision {
    CERTMAP_NONE = 0, /* no mapping decided, or one could not be decided: grants nothing */
    CERTMAP_ALLOW = 1,
    CERTMAP_DENY = 2
};

/* The permanent codes of errors, findings and reasons. A number is never used again for another
 * meaning. docs/rules.md explains each; certmap_code_name() gives the name that stands there. */
enum certmap_code {
    CERTMAP_CODE_NONE = 0,

    /* why a match gave what it gave */
    CERTMAP_CODE_NO_MATCH = 100,         /* no mapping is true for this certificate */
    CERTMAP_CODE_DISABLED = 101,         /* the rule set is switched off */
    CERTMAP_CODE_UNREADABLE = 102,       /* a mapping could not be decided */
    CERTMAP_CODE_EMPTY_RULES = 103,      /* the rule set has no mapping */
    CERTMAP_CODE_AMBIGUOUS = 104,        /* CERTMAP_COMBINING_UNIQUE, and two mappings are true */
    CERTMAP_CODE_TOO_MANY_OUTPUTS = 105, /* POLICY_ALL: more than an answer holds */

    /* why a condition is unknown */
    CERTMAP_CODE_VALUE_TYPE = 120,          /* the ASN.1 type does not hold text */
    CERTMAP_CODE_VALUE_ENCODING = 121,      /* the bytes are not valid in their string type */
    CERTMAP_CODE_VALUE_AMBIGUOUS = 122,     /* a TeletexString that platforms read differently */
    CERTMAP_CODE_VALUE_NUL = 123,           /* the value holds U+0000 */
    CERTMAP_CODE_VALUE_TOO_LONG = 124,      /* over CERTMAP_MAX_VALUE_SIZE */
    CERTMAP_CODE_NOT_SUPPLIED = 125,        /* the caller did not supply this piece */
    CERTMAP_CODE_STEPS = 126,               /* the steps of the match ran out */
    CERTMAP_CODE_MALFORMED_PIECE = 127,     /* an extension or another piece is not what its standard says */
    CERTMAP_CODE_DUPLICATE_EXTENSION = 128, /* the extension is there twice, which RFC 5280 4.2 forbids */

    /* why an account, a group or an attribute cannot be built: a deny */
    CERTMAP_CODE_PLACEHOLDER_NO_VALUE = 140,       /* the certificate has none */
    CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES = 141, /* it has several, and the placeholder chooses none */
    CERTMAP_CODE_PLACEHOLDER_UNREADABLE = 142,     /* a value the placeholder reads is unreadable, or not supplied */
    CERTMAP_CODE_PLACEHOLDER_EMPTY = 143,          /* nothing is left of the value, or of all of the text */
    CERTMAP_CODE_PLACEHOLDER_CHARACTER = 144,      /* the value holds a character that could change the meaning */
    CERTMAP_CODE_PLACEHOLDER_TOO_LONG = 145,       /* over CERTMAP_MAX_BUILT_SIZE */
    CERTMAP_CODE_PLACEHOLDER_USER_NAME = 146,      /* posix-user: not a portable user name */

    /* calls */
    CERTMAP_CODE_ARGUMENT = 200,
    CERTMAP_CODE_MEMORY = 201,
    CERTMAP_CODE_BUFFER_TOO_SMALL = 202,
    CERTMAP_CODE_CANCELLED = 203,            /* the progress function said to stop */
    CERTMAP_CODE_MEMORY_LIMIT = 204,         /* over struct certmap_build_options.memory */
    CERTMAP_CODE_NO_CERTIFICATE = 210,       /* the connection has no peer certificate */
    CERTMAP_CODE_NOT_VERIFIED = 211,         /* the TLS library did not accept the certificate */
    CERTMAP_CODE_HANDSHAKE_UNFINISHED = 212, /* possession of the key is not proven yet */
    CERTMAP_CODE_CERTIFICATE_WITHHELD = 213, /* a server tells of a certificate that it does not hand on */

    /* certificates */
    CERTMAP_CODE_MALFORMED_DER = 300,         /* a tag, length or trailing byte that DER forbids */
    CERTMAP_CODE_MALFORMED_CERTIFICATE = 301, /* DER, but not an X.509 certificate */
    CERTMAP_CODE_MALFORMED_NAME = 302,        /* DER, but not a Name */
    CERTMAP_CODE_MALFORMED_OID = 303,         /* an object identifier that DER forbids */
    CERTMAP_CODE_EMPTY_RDN = 304,
    CERTMAP_CODE_NAME_TOO_LARGE = 305,
    CERTMAP_CODE_LIBRARY_REFUSED = 306,   /* the TLS library cannot decode the certificate */
    CERTMAP_CODE_NOT_A_CERTIFICATE = 307, /* a file that holds something else */
    CERTMAP_CODE_CANNOT_READ = 308,       /* a file that cannot be read */
    CERTMAP_CODE_BEING_WRITTEN = 309,     /* a file that changes while it is read */
    /* of the command: */
    CERTMAP_CODE_ENCODED_CERTIFICATE = 310, /* a certificate in another form than PEM and DER */
    CERTMAP_CODE_SWAPPED_FILES = 311,       /* rules in place of a certificate, or the other way round */
    CERTMAP_CODE_NOT_RULES = 312,           /* something else in place of rules */

    /* textual Names, RFC 4514 */
    CERTMAP_CODE_DN_SYNTAX = 400,
    CERTMAP_CODE_DN_ATTRIBUTE = 401, /* an attribute type that is not known */
    CERTMAP_CODE_DN_ESCAPE = 402,
    CERTMAP_CODE_DN_HEX = 403,         /* a #value that is not the hexadecimal form of one DER value */
    CERTMAP_CODE_DN_AMBIGUOUS = 404,   /* the form that a text is in cannot tell which Name it is */
    CERTMAP_CODE_DN_EMPTY = 405,       /* a text without a Name */
    CERTMAP_CODE_DN_STRING_TYPE = 406, /* UTF8STRING:Alice, which may be a value, or the value Alice */

    /* rules */
    CERTMAP_CODE_SYNTAX = 500,
    CERTMAP_CODE_UNKNOWN_SUBFIELD = 501,
    CERTMAP_CODE_UNKNOWN_FIELD = 502,
    CERTMAP_CODE_UNTERMINATED_STRING = 503,
    CERTMAP_CODE_BAD_ESCAPE = 504,
    CERTMAP_CODE_BAD_UTF8 = 505,
    CERTMAP_CODE_MIXED_AND_OR = 506,
    CERTMAP_CODE_DUPLICATE_MAPPING = 507,
    CERTMAP_CODE_NO_MAPPINGS = 508,
    CERTMAP_CODE_MISSING_VERSION = 509,
    CERTMAP_CODE_UNSUPPORTED_VERSION = 510,
    CERTMAP_CODE_NESTING = 511,
    CERTMAP_CODE_TEXT_TOO_LONG = 512,
    CERTMAP_CODE_TOO_MANY = 513, /* over a limit on mappings, conditions or operands */
    CERTMAP_CODE_MISSING_WHEN = 514,
    CERTMAP_CODE_MISSING_DECISION = 515,
    CERTMAP_CODE_EMPTY_NAME = 516,
    CERTMAP_CODE_BAD_ACCOUNT = 517,
    CERTMAP_CODE_NUL = 518,
    CERTMAP_CODE_RULES_TOO_LARGE = 519,
    CERTMAP_CODE_CONTROL_CHARACTER = 520,
    CERTMAP_CODE_EMPTY_LIST = 521,
    CERTMAP_CODE_BAD_OID = 522,
    CERTMAP_CODE_BAD_OPERAND = 523,           /* an operand that no value of the field can equal */
    CERTMAP_CODE_BAD_OPERATOR = 524,          /* an operator that the field does not have */
    CERTMAP_CODE_BAD_TEMPLATE = 525,          /* a placeholder that cannot be understood, or stands where it must not */
    CERTMAP_CODE_MISPLACED_PLACEHOLDER = 526, /* ${...} in a string that is no template */
    CERTMAP_CODE_UNKNOWN_FILTER = 527,
    CERTMAP_CODE_UNKNOWN_POLICY = 528,
    CERTMAP_CODE_UNKNOWN_ISSUERS = 529, /* a list of issuers that is not defined */
    CERTMAP_CODE_DUPLICATE_ISSUERS = 530,
    CERTMAP_CODE_BAD_DIGEST = 531,
    CERTMAP_CODE_NO_LOADER = 532,        /* rules that name a file, and no loader to open it */
    CERTMAP_CODE_ISSUER_FILE = 533,      /* a file of issuers that cannot be loaded */
    CERTMAP_CODE_DUPLICATE_OUTPUT = 534, /* a domain or an attribute given twice */

    /* findings in rules that load */
    CERTMAP_CODE_ALLOWS_EVERYONE = 600,
    CERTMAP_CODE_UNREACHABLE_MAPPING = 601,
    CERTMAP_CODE_LITERAL_WILDCARD = 602,        /* a * or ? after = or in, where it is itself */
    CERTMAP_CODE_LITERAL_CLASS = 603,           /* a pattern of another language */
    CERTMAP_CODE_ROOT_FIRST_NAME = 604,         /* a whole Name with the root first */
    CERTMAP_CODE_PLAIN_STRUCTURE = 605,         /* a DN, filter or URL that does not say so */
    CERTMAP_CODE_REFUSAL_BY_DIGEST = 606,       /* a refusal that its holder can slip past */
    CERTMAP_CODE_OVER_BUDGET = 608,             /* an ordinary certificate could take more steps than a match has */
    CERTMAP_CODE_PLACEHOLDER_OTHER_PART = 609,  /* cut at the first @, where the condition is about the last */
    CERTMAP_CODE_DOMAIN_BOUNDARY = 641,         /* a wildcard in the host of a URI */
    CERTMAP_CODE_PLACEHOLDER_OTHER_VALUE = 662, /* a placeholder takes another value than the condition is about */

    /* IIS files */
    CERTMAP_CODE_XML = 700,
    CERTMAP_CODE_DTD = 701,
    CERTMAP_CODE_ENCODING = 702,
    CERTMAP_CODE_NOT_IIS = 703,
    CERTMAP_CODE_UNKNOWN_ELEMENT = 704,
    CERTMAP_CODE_UNKNOWN_ATTRIBUTE = 705,
    CERTMAP_CODE_MISSING_ATTRIBUTE = 706,
    CERTMAP_CODE_BAD_BOOLEAN = 707,
    CERTMAP_CODE_BAD_ENUM = 708,
    CERTMAP_CODE_MISSING_USER_NAME = 709,
    CERTMAP_CODE_DUPLICATE_RULE = 710,
    CERTMAP_CODE_DUPLICATE_CERTIFICATE = 711,
    CERTMAP_CODE_BAD_BASE64 = 712,
    CERTMAP_CODE_CONFIG_SOURCE = 713,
    CERTMAP_CODE_ENCRYPTED_SECTION = 714,
    CERTMAP_CODE_UNKNOWN_SITE = 715,
    CERTMAP_CODE_DUPLICATE_SECTION = 716,
    CERTMAP_CODE_UNEXPECTED_TEXT = 717,
    CERTMAP_CODE_NESTED_LOCATION = 718,
    CERTMAP_CODE_SECTION_DISABLED = 719,
    CERTMAP_CODE_OTHER_SITES = 720,
    CERTMAP_CODE_NO_SECTION = 721,
    CERTMAP_CODE_ENCRYPTED_VALUE = 722,
    CERTMAP_CODE_USELESS_CERTIFICATE = 723,
    CERTMAP_CODE_MISPLACED_MAPPINGS = 724,
    CERTMAP_CODE_MISSPELT_SECTION = 725,
    CERTMAP_CODE_DOUBTFUL_CRITERION = 726,
    CERTMAP_CODE_UNKNOWN_APPLICATION = 727, /* whether a location applies is not known */
    CERTMAP_CODE_RELATIVE_LOCATION = 728,
    CERTMAP_CODE_LOCATION_PATH = 729,

    /* the set-up of an IIS site: findings of certmap_iis_load with check_setup */
    CERTMAP_CODE_MODULE_NOT_INSTALLED = 730,
    CERTMAP_CODE_MODULE_NOT_ENABLED = 731,
    CERTMAP_CODE_MAPPINGS_DISABLED = 732,
    CERTMAP_CODE_SSL_NOT_REQUIRED = 733,
    CERTMAP_CODE_CERTIFICATE_NOT_REQUIRED = 734,
    CERTMAP_CODE_OTHER_AUTHENTICATION = 735,
    CERTMAP_CODE_DIRECTORY_MAPPING = 736,
    CERTMAP_CODE_NO_HTTPS_BINDING = 737,
    CERTMAP_CODE_TLS13_ENABLED = 738,
    CERTMAP_CODE_CLEAR_PASSWORD = 739,
    CERTMAP_CODE_SETUP_VALUE = 740,     /* a value of the set-up that IIS would not read */
    CERTMAP_CODE_SETUP_NOT_SHOWN = 741, /* what the file says nothing about */

    CERTMAP_CODE_RULES_DISABLED = 742 /* a rule file says `disabled;` */
};

/* The name of a code as docs/rules.md has it ("unknown-subfield"); "" for CERTMAP_CODE_NONE and
 * NULL for a number that is no code. Static storage. */
CERTMAP_API const char *certmap_code_name(enum certmap_code code);
/* "none", "allow" or "deny"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_decision_name(enum certmap_decision decision);

/* The version of this header: what a program was built with, where certmap_version() tells what it runs with. A program
 * that needs what came with 1.2 tests CERTMAP_VERSION_MAJOR > 1 || (CERTMAP_VERSION_MAJOR == 1 && CERTMAP_VERSION_MINOR >= 2). */
#define CERTMAP_VERSION_MAJOR 0
#define CERTMAP_VERSION_MINOR 1
#define CERTMAP_VERSION_PATCH 0

/* The version of the library, "MAJOR.MINOR.PATCH". Static storage. */
CERTMAP_API const char *certmap_version(void);
/* The version of Unicode that normalisation and case folding follow. Static storage. */
CERTMAP_API const char *certmap_unicode_version(void);

/* The view of a C string, without its NUL, and of nothing for NULL. The string must live as long as the view. */
CERTMAP_API struct certmap_view certmap_view_of(const char *text);

/* What went wrong, in the caller's memory. Holds the first error of a call; a call that succeeds
 * does not write it. */
struct certmap_diagnostic {
    enum certmap_status status;
    enum certmap_code code;
    size_t line;       /* of the input, from 1; 0 where the input has no lines */
    size_t column;     /* in code points, from 1; 0 where unknown */
    size_t offset;     /* in bytes, from 0: of rule text, or of the DER that was being read */
    size_t length;     /* bytes of the token at fault; 0 where unknown */
    char text[256];    /* one sentence of UTF-8 without line or file name, ending in NUL; what it
                     * quotes from the input has control and direction characters escaped */
    const char *file;  /* what the options of the loader call the input: the caller's own pointer; else NULL */
    void *reserved[3]; /* NULL; room for members of later versions */
};

/* How much a finding matters. Only an error keeps rules from loading. */
enum certmap_severity { CERTMAP_SEVERITY_ERROR = 0, CERTMAP_SEVERITY_WARNING = 1, CERTMAP_SEVERITY_NOTE = 2 };

/* Called by loaders for each finding in the order found, at most CERTMAP_MAX_DIAGNOSTICS times. Half of
 * these are kept for errors: certmap_rules_parse passes on no more warnings than that, and certmap_iis_load drops some
 * for errors. The finding is valid during the call only. */
typedef void certmap_diagnostic_fn(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *finding);

/* Where memory comes from. The functions must be as thread-safe as the caller's use of the objects
 * that hold the allocator. The struct is copied; ctx must outlive the objects. Wherever a
 * const struct certmap_allocator * is taken, NULL stands for malloc, realloc and free. On Linux, large blocks that come
 * from there - the parts of a rule set of some ten thousand mappings and more - are put in large pages where the
 * system is willing (madvise, MADV_HUGEPAGE), which makes matches quicker; other allocators may do the same. */
struct certmap_allocator {
    void *(*alloc)(void *ctx, size_t size);           /* size > 0; NULL when there is none */
    void *(*resize)(void *ctx, void *p, size_t size); /* p from alloc or resize; as realloc */
    void (*release)(void *ctx, void *p);              /* p is never NULL */
    void *ctx;
    void *reserved[2]; /* NULL, else the allocator is refused; room for members of later versions */
};

/* ---- Text, for loaders and tools ------------------------------------------------------------ */

/* Writes text so that it can go to a terminal or a log: control characters, direction overrides and
 * line separators as \u{H..}, bytes that are not UTF-8 as \xHH, and \ as \\. With quote, it is put in
 * double quotes and " becomes \". At most cap bytes are written, a NUL included; *len gets the length
 * without the NUL, also on BUFFER. Errors: ARGUMENT, BUFFER. */
CERTMAP_API enum certmap_status certmap_text_escape(char *text, size_t cap, size_t *len, struct certmap_view view,
                                                    bool quote, struct certmap_diagnostic *err);
/* Whether two texts are the same code points after simple case folding (Unicode CaseFolding.txt, C
 * and S; no normalisation). Bytes that are not UTF-8 equal only themselves. */
CERTMAP_API bool certmap_text_same(struct certmap_view a, struct certmap_view b);
/* A number that is the same for texts that certmap_text_same takes for one, for hash tables. It depends
 * on the seed: with one that cannot be guessed, texts cannot be chosen so that many have the same
 * number. Not for anything that is kept: it may change with the version. */
CERTMAP_API uint64_t certmap_text_hash(uint64_t seed, struct certmap_view text);
/* The index of the candidate that word was probably meant to be - few insertions, deletions,
 * replacements or swaps away, without regard to case -, or SIZE_MAX. Looks at words up to 64 bytes. */
CERTMAP_API size_t certmap_text_nearest(struct certmap_view word, const struct certmap_view *candidates, size_t count);

/* ---- Certificates --------------------------------------------------------------------------- */

enum certmap_hash { CERTMAP_HASH_SHA256 = 0, CERTMAP_HASH_SHA1 = 1 };
/* Bytes of a digest. */
#define CERTMAP_SHA256_SIZE 32
#define CERTMAP_SHA1_SIZE 20

/* Computes a digest of data with the caller's cryptography; the core has none. digest has room for
 * the digest of that hash. False when it cannot be computed, and then it is as if not supplied. */
typedef bool certmap_hash_fn(void *ctx, uint8_t *digest, enum certmap_hash hash, struct certmap_view data);

/* The pieces of one certificate, most of them views of DER that somebody else owns. An adapter fills
 * it, or certmap_cert_from_der, or anyone by hand. data == NULL: not supplied, so that conditions on the
 * piece are unknown; data != NULL and len 0: the certificate does not have it. subject and issuer must
 * be supplied. Where a piece is named for a field of RFC 5280 4.1 it is all of it, tag and length
 * included. */
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
    /* Digests: CERTMAP_SHA256_SIZE or CERTMAP_SHA1_SIZE bytes. What is not supplied here is computed by
     * hash, if there is one, from certificate, key or tbs. */
    struct certmap_view sha256;     /* of certificate */
    struct certmap_view sha1;       /* of certificate */
    struct certmap_view key_sha256; /* of key */
    /* The certificate that issued this one, in the chain that the caller has *verified*: never one that
     * the client merely sent; a certificate that signed itself is its own issuer. len 0: that chain has
     * none, because this certificate is itself trusted. */
    struct certmap_view issuer_certificate;
    struct certmap_view issuer_sha256;     /* its digest, or computed by hash */
    struct certmap_view issuer_key_sha256; /* the digest of its SubjectPublicKeyInfo, or computed by hash */
    certmap_hash_fn *hash;                 /* may be NULL; called by certmap_peer_set only */
    void *hash_ctx;
    int64_t time; /* now, in seconds since 1970-01-01 00:00 UTC; 0: not supplied */
    /* What the issuer signed, so that its holder cannot change it as he can the signature (docs/security.md). Where it is
     * not supplied, it is looked for in certificate. */
    struct certmap_view tbs;        /* TBSCertificate, RFC 5280 4.1, in certificate */
    struct certmap_view tbs_sha256; /* its digest, or computed by hash */
};
#define CERTMAP_CERT_INIT                                                                                              \
    {                                                                                                                  \
        sizeof(struct certmap_cert), CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,               \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,      \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, NULL, NULL, 0, CERTMAP_NO_VIEW,        \
            CERTMAP_NO_VIEW                                                                                            \
    }

/* The pieces of a certificate that a rule set reads; bits for certmap_rules_needs. */
enum certmap_piece {
    CERTMAP_PIECE_SUBJECT = 1,
    CERTMAP_PIECE_ISSUER = 2,
    CERTMAP_PIECE_CERTIFICATE = 4,
    CERTMAP_PIECE_VERSION = 8,
    CERTMAP_PIECE_SERIAL = 16,
    CERTMAP_PIECE_VALIDITY = 32,
    CERTMAP_PIECE_KEY = 64,
    CERTMAP_PIECE_EXTENSIONS = 128,
    CERTMAP_PIECE_SHA256 = 256,
    CERTMAP_PIECE_SHA1 = 512,
    CERTMAP_PIECE_KEY_SHA256 = 1024,
    CERTMAP_PIECE_ISSUER_SHA256 = 2048,
    CERTMAP_PIECE_ISSUER_KEY_SHA256 = 4096,
    CERTMAP_PIECE_TIME = 8192,
    CERTMAP_PIECE_TBS = 16384,
    CERTMAP_PIECE_TBS_SHA256 = 32768
};

/* Fills cert with views into der, one DER-encoded certificate (RFC 5280 4.1): every piece that is DER.
 * Digests, issuer_..., hash and time are made not supplied. Checks the DER strictly from the outside
 * down to both Names, whose insides certmap_peer_set checks; it looks at no signature, date or
 * extension. cert->size must be set. No allocation.
 * Errors: ARGUMENT, CERTIFICATE (offset: the byte of der at fault). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_cert_from_der(struct certmap_cert *cert, struct certmap_view der, struct certmap_diagnostic *err);

/* The same for bytes that are PEM or DER, as files have them: what begins with 0x30 is DER. Otherwise the first block
 * between lines -----BEGIN CERTIFICATE----- and -----END CERTIFICATE----- (RFC 7468) is the certificate, whatever is
 * before and after it; blanks around lines, lines of any length and a byte order mark are accepted. It is decoded in
 * bytes, which are the caller's: they are overwritten, also on failure, and the views are into them. Which of
 * several certificates is the client's, only the TLS library knows: this is for files and texts that hold it first.
 * Work is linear in len. No allocation.
 * Errors: ARGUMENT; CERTIFICATE with NOT_A_CERTIFICATE (offset: the byte of the PEM at fault) or with a
 * code of certmap_cert_from_der (offset: the byte of the DER, which then is at the beginning of bytes). */
CERTMAP_API enum certmap_status certmap_cert_from_pem(struct certmap_cert *cert, uint8_t *bytes, size_t len,
                                                      struct certmap_diagnostic *err);

/* Makes every piece not supplied that needs, of certmap_rules_needs, does not read, so that
 * certmap_peer_set has less to do: after certmap_cert_from_der, which gives them all. Answers stay the same
 * for rules with these needs. subject and issuer stay. What hash, if it is set, computes a digest from stays
 * with the digest. cert->size must be set; a NULL cert is left alone. */
CERTMAP_API void certmap_cert_restrict(struct certmap_cert *cert, unsigned needs);

/* ---- Names ---------------------------------------------------------------------------------- */

enum certmap_name_form {
    CERTMAP_NAME_RFC4514 = 0, /* CN=Alice,O=Contoso: escaped so that it parses back */
    CERTMAP_NAME_X500 = 1     /* CN=Alice, O=Contoso, S=WA: the form Windows shows. For people: types
                               * without a Windows name are OID.1.2.3, control and direction
                               * characters become U+FFFD */
};
enum certmap_name_order {
    CERTMAP_NAME_ROOT_LAST = 0, /* RFC 4514's: last RDN first */
    CERTMAP_NAME_ROOT_FIRST = 1 /* encoded order */
};

/* Writes a DER Name as text. A value that cannot be read as text, and in RFC 4514 a value of a type
 * without an LDAP name, appears as #hex. At most cap bytes are written, a NUL included; *len gets
 * the length without the NUL, also on BUFFER, where text is "" if cap > 0. The text is for people
 * and logs: never match it.
 * Errors: ARGUMENT, BUFFER, LIMIT, CERTIFICATE (offset into name). */
CERTMAP_API enum certmap_status certmap_name_to_text(char *text, size_t cap, size_t *len, struct certmap_view name,
                                                     enum certmap_name_form form, enum certmap_name_order order,
                                                     struct certmap_diagnostic *err);

/* Writes the DER of an RFC 4514 string, root last. Every name of the attribute table and dotted
 * OIDs are accepted as types. Values become PrintableString for C, serialNumber and dnQualifier
 * where its alphabet allows, IA5String for DC and emailAddress where ASCII, UTF8String otherwise;
 * #hex stands for itself. The AVAs of an RDN are put in the order that DER asks for (X.690 11.6).
 * *len gets the length, also on BUFFER.
 * Errors: ARGUMENT, BUFFER, LIMIT (a value over CERTMAP_MAX_VALUE_SIZE included), SYNTAX (line 1, column
 * and offset into text). */
CERTMAP_API enum certmap_status certmap_name_from_text(uint8_t *der, size_t cap, size_t *len, struct certmap_view text,
                                                       struct certmap_diagnostic *err);

/* The forms in which people paste Names. Rules take RFC 4514 only; tools may ask for another. */
enum certmap_dialect {
    CERTMAP_DIALECT_RFC4514 = 0, /* CN=Alice,O=Contoso: as certmap_name_from_text */
    CERTMAP_DIALECT_OPENSSL = 1, /* O = Contoso, CN = Alice: `openssl x509 -subject` since 1.1, root first */
    CERTMAP_DIALECT_SLASHES = 2, /* /O=Contoso/CN=Alice: X509_NAME_oneline of OpenSSL 3, root first */
    CERTMAP_DIALECT_WINDOWS = 3, /* CN=Alice, OU="a, b"; O=Contoso: root last, as Windows shows Names; also one to
                                  * a line */
    CERTMAP_DIALECT_OPENSSL_REVERSED = 4,   /* as OPENSSL, root last: `-nameopt dn_rev` and `RFC2253`, Java */
    CERTMAP_DIALECT_WINDOWS_REVERSED = 5,   /* as WINDOWS, root first: CertNameToStr without CERT_NAME_STR_REVERSE */
    CERTMAP_DIALECT_PLAIN = 6,              /* O=Contoso, CN=Alice/emailAddress=a@b, root first, values as they are:
                                           * `-text` up to OpenSSL 1.0, and `-nameopt` without `esc_...` */
    CERTMAP_DIALECT_PLAIN_REVERSED = 7,     /* the same, root last */
    CERTMAP_DIALECT_MULTILINE = 8,          /* commonName = Alice, one to a line, root first: `-nameopt multiline`
                                           * and `sep_multiline`, Node */
    CERTMAP_DIALECT_SLASHES_PLAIN = 9,      /* as SLASHES up to OpenSSL 1.1, which escapes no / and + */
    CERTMAP_DIALECT_MULTILINE_REVERSED = 10 /* as MULTILINE, root last: `-nameopt RFC2253,sep_multiline` */
};
#define CERTMAP_DIALECT_COUNT 11
/* "rfc4514", "openssl", "openssl-reversed" ...; NULL for a number that is none. Static storage. */
CERTMAP_API const char *certmap_dialect_name(enum certmap_dialect dialect);
/* As certmap_name_from_text, from a text in this dialect, without a label. In all but RFC4514 and SLASHES space around
 * types, = and separators is insignificant, and so is white space around the text; but in MULTILINE a value keeps the
 * spaces around it, save one after = where one stands before it. In OPENSSL and WINDOWS values may be in double quotes. What a dialect cannot tell apart is an error or has one reading: in SLASHES a slash in a value that
 * is not followed by a type and = is part of the value, one that is begins an RDN; so does a plus an AVA, and a
 * separator in PLAIN and MULTILINE. Errors: as certmap_name_from_text. */
CERTMAP_API enum certmap_status certmap_name_from_dialect(uint8_t *der, size_t cap, size_t *len,
                                                          struct certmap_view text, enum certmap_dialect dialect,
                                                          struct certmap_diagnostic *err);
/* The Name in what a program printed: without what stands in front - space, "subject=", "Issuer: ", " 0 s:" - and
 * without ends of lines behind it. A view into text. */
CERTMAP_API struct certmap_view certmap_name_bare(struct certmap_view text);
/* Which dialect the text of a Name is in, a label and spaces in front included. One of the dialects in which it is a
 * Name, if that is the only one that programs print it for, or all of them read the same Name: then *count is 1. Where
 * the text may be several Names, *count is how many, and dialects gets one for each, the likeliest first; the error
 * is DN_AMBIGUOUS, and whoever knows the program has to choose; where they are too many to list, *count is 0. After any
 * other error *count is 0 and dialects[0] is the dialect that the error speaks of. Read the Name with certmap_name_from_dialect, from certmap_name_bare.
 * allocator: for as long as the call takes, may be NULL; about the bytes of ten Names.
 * A certificate may have types in any order. So the order of types does not decide where programs print both orders by
 * default; where only an option that few people use (dn_rev) prints the other one, the form by default is taken, unless
 * C or DC stands at the end of the text that is not the root's then.
 * Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX (DN_AMBIGUOUS, DN_EMPTY, DN_STRING_TYPE without a position; others with line
 * 1, column and offset into certmap_name_bare). Any number of threads. */
CERTMAP_API enum certmap_status certmap_dialect_find(enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT],
                                                     size_t *count, struct certmap_view text,
                                                     const struct certmap_allocator *allocator,
                                                     struct certmap_diagnostic *err);
/* Which dialect a text is probably in, also where certmap_dialect_find finds several or none. The guess is for
 * messages: never read a Name by it. */
CERTMAP_API enum certmap_dialect certmap_dialect_guess(struct certmap_view text);

/* ---- The prepared certificate --------------------------------------------------------------- */

struct certmap_peer;

/* Makes an empty peer, to be set again and again. The caller frees it. Errors: ARGUMENT, MEMORY. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_peer_new(struct certmap_peer **peer, const struct certmap_allocator *allocator, struct certmap_diagnostic *err);
/* Parses both Names to the end, and decodes, normalises and folds every value. The bytes that cert
 * points to must stay until the next set or the free; cert itself need not. After an error the
 * peer is empty, and can be set again.
 * Errors: ARGUMENT (a piece that is required is missing, or a digest has not the length of one), MEMORY,
 * LIMIT, CERTIFICATE (offset into the Name at fault, which the text names). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_peer_set(struct certmap_peer *peer, const struct certmap_cert *cert, struct certmap_diagnostic *err);
/* Empties the peer but keeps its memory. peer may be NULL. */
CERTMAP_API void certmap_peer_clear(struct certmap_peer *peer);
CERTMAP_API void certmap_peer_free(struct certmap_peer *peer);

/* The part of a certificate that a condition reads. Each is a list of values, of which a subfield, where
 * the field has them, picks some. docs/rules.md says how the values of each read and compare. */
enum certmap_field {
    CERTMAP_FIELD_SUBJECT = 0,     /* AVAs; without a subfield, the whole Name */
    CERTMAP_FIELD_ISSUER = 1,      /* AVAs; without a subfield, the whole Name */
    CERTMAP_FIELD_CERTIFICATE = 2, /* the certificate: what was signed, byte for byte, whatever the signature; has no
                                    * subfield. Bytes that are no certificate equal only the same bytes */
    CERTMAP_FIELD_SAN = 3,         /* dns email uri ip upn krb5 dirname rid, or the OID of an otherName */
    CERTMAP_FIELD_SAN_DIRNAME = 4, /* the AVAs of all directory names in the SAN */
    CERTMAP_FIELD_EKU = 5,         /* names of the table ("clientAuth") or OIDs */
    CERTMAP_FIELD_KU = 6,          /* the bits that are set, "digitalSignature" */
    CERTMAP_FIELD_POLICY = 7,      /* certificate policies: OIDs, "anyPolicy" */
    CERTMAP_FIELD_SERIAL = 8,      /* lower-case hexadecimal, the first octet first, no leading zero octets */
    CERTMAP_FIELD_SHA256 = 9,      /* lower-case hexadecimal, like the digests and identifiers below */
    CERTMAP_FIELD_SHA1 = 10,
    CERTMAP_FIELD_KEY_SHA256 = 11,        /* of the SubjectPublicKeyInfo */
    CERTMAP_FIELD_SKI = 12,               /* subject key identifier */
    CERTMAP_FIELD_AKI = 13,               /* authority key identifier: its keyIdentifier */
    CERTMAP_FIELD_MS_SID = 14,            /* Microsoft's SID extension, "S-1-5-21-..." */
    CERTMAP_FIELD_MS_TEMPLATE = 15,       /* Microsoft's template: its OID, or its name in the older extension */
    CERTMAP_FIELD_VERSION = 16,           /* "1", "2", "3" */
    CERTMAP_FIELD_VALIDITY = 17,          /* at the time supplied: "valid", "early" or "expired" */
    CERTMAP_FIELD_EXTENSION = 18,         /* by OID: the bytes in extnValue, lower-case hexadecimal */
    CERTMAP_FIELD_ISSUER_SHA256 = 19,     /* of the certificate that issued this one */
    CERTMAP_FIELD_ISSUER_KEY_SHA256 = 20, /* of its SubjectPublicKeyInfo */
    CERTMAP_FIELD_TBS_SHA256 = 21         /* of the TBSCertificate: what was signed */
};

/* One value of a field of a prepared certificate. Views live until the peer is set again or freed. */
struct certmap_value {
    size_t size;                  /* sizeof(struct certmap_value) */
    size_t rdn;                   /* of an AVA: which RDN it stands in, from 0, encoded order */
    struct certmap_view subfield; /* the canonical name ("CN", "dns"), or the dotted OID; empty without; text */
    struct certmap_view oid;      /* of an AVA, an otherName or an extension: dotted; text; else empty */
    struct certmap_view type;     /* of an AVA: the string type ("UTF8String"), or "tag 0x04"; text; else empty */
    struct certmap_view der;      /* the value, tag and length included: in a SAN the GeneralName, but of dirname the
                                   * Name and of an otherName its inside; data NULL where it is no DER */
    struct certmap_view text;     /* the value as rules compare it, in NFC; data NULL: unreadable */
    enum certmap_code unreadable; /* why text is NULL, or CERTMAP_CODE_NONE */
    unsigned reserved;            /* 0 */
};
#define CERTMAP_VALUE_INIT                                                                                             \
    {                                                                                                                  \
        sizeof(struct certmap_value), 0, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW,           \
            CERTMAP_NO_VIEW, CERTMAP_CODE_NONE, 0                                                                      \
    }

/* The field as rules write it: "subject", "spki.sha256"; NULL for a number that is none. Static storage. */
CERTMAP_API const char *certmap_field_name(enum certmap_field field);
/* Why nothing is known of a field, so that every condition on it is unknown: NOT_SUPPLIED,
 * MALFORMED_PIECE, DUPLICATE_EXTENSION, VALUE_TOO_LONG; else CERTMAP_CODE_NONE. NOT_SUPPLIED too for an empty
 * peer or a number that is no field. */
CERTMAP_API enum certmap_code certmap_peer_field_unknown(const struct certmap_peer *peer, enum certmap_field field);
/* How many values the field has; 0 for an empty peer, for CERTMAP_FIELD_CERTIFICATE, and for a field of
 * which nothing is known. */
CERTMAP_API size_t certmap_peer_value_count(const struct certmap_peer *peer, enum certmap_field field);
/* The index-th value in encoded order. value->size must be set. May allocate.
 * Errors: ARGUMENT (index out of range), MEMORY, LIMIT (over CERTMAP_MAX_PEER_MEMORY). */
CERTMAP_API enum certmap_status certmap_peer_value(struct certmap_peer *peer, struct certmap_value *value,
                                                   enum certmap_field field, size_t index,
                                                   struct certmap_diagnostic *err);

/* ---- Rule sets ------------------------------------------------------------------------------ */

struct certmap_rules;

/* Where a mapping comes from. */
enum certmap_kind { CERTMAP_KIND_NATIVE = 0, CERTMAP_KIND_MANY_TO_ONE = 1, CERTMAP_KIND_ONE_TO_ONE = 2 };
/* "native", "manyToOne" or "oneToOne"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_kind_name(enum certmap_kind kind);

/* Takes one certificate of a file of issuers, as its SHA-256 digest. False: stop. */
typedef bool certmap_issuer_add_fn(void *add_ctx, const uint8_t sha256[CERTMAP_SHA256_SIZE]);
/* Opens the file that rules name in `issuers "..." { file "..."; }` and calls add with the digest of each
 * certificate in it. What a name means is the program's to say. Returns NULL, or why it could not,
 * as a text that stays until the next call. */
typedef const char *certmap_issuer_file_fn(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add,
                                           void *add_ctx);

/* Told how far a call that makes a rule set is: done of total. The units mean nothing. total stays the same
 * within one call, done never falls, and a call that succeeds has told total of total; about 200 times at most,
 * from the thread that made the call. False: stop, and nothing is loaded. Must not use the objects of the call. */
typedef bool certmap_progress_fn(void *ctx, size_t done, size_t total);

/* How a rule set is made, whatever it is made from. */
struct certmap_build_options {
    size_t size; /* sizeof(struct certmap_build_options) */
    /* Most bytes that making the rule set may ask of the allocator, held at one time: the rule set, what is needed
     * beside it until it is finished, and while a block is resized the old one and the new one; 0: no limit. Each
     * block has a header of a few words for this. More is LIMIT, with CERTMAP_CODE_MEMORY_LIMIT. What is allocated
     * later, in certmap_explain, is not counted. */
    size_t memory;
    certmap_progress_fn *progress; /* may be NULL */
    void *progress_ctx;
    /* Steps of work that one match with the rules may take, at most CERTMAP_MAX_STEPS; 0: CERTMAP_DEFAULT_STEPS, and
     * CERTMAP_STEPS_PER_MAPPING more for each mapping. Fewer bound the time of a match more tightly; rules that need
     * more for ordinary certificates are told by CERTMAP_CODE_OVER_BUDGET. */
    size_t steps;
    /* Mixed into the seed of the index's hashes; 0: nothing is. The seed comes from where memory lies, because the core
     * asks the system for nothing; a program that has random bytes makes it harder to guess. Who knows the seed can
     * write rules and certificates that meet more often in the index: that takes steps, and changes no answer. */
    uint64_t seed;
};
#define CERTMAP_BUILD_OPTIONS_INIT                                                                                     \
    { sizeof(struct certmap_build_options), 0, NULL, NULL, 0, 0 }

/* How rule text is loaded. A NULL options pointer stands for all zero. */
struct certmap_parse_options {
    size_t size;                               /* sizeof(struct certmap_parse_options) */
    const struct certmap_allocator *allocator; /* of the rule set; copied */
    certmap_diagnostic_fn *diagnostic;         /* NULL: only the first error, in err */
    void *diagnostic_ctx;
    certmap_issuer_file_fn *issuer_file; /* opens what `file` names; NULL: such rules are an error */
    void *issuer_file_ctx;
    const struct certmap_build_options *build; /* progress: of reading and of compiling; memory: of all that the call
                                                * allocates. NULL: none, and no limit */
    const char *file; /* what errors and findings call the text, in their member file; NULL: nothing. It is not opened
                       * and not copied */
};
#define CERTMAP_PARSE_OPTIONS_INIT                                                                                     \
    { sizeof(struct certmap_parse_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* Loads rules in the native language (docs/rules.md) from UTF-8 text, which is not kept. Nothing is
 * loaded from a text with an error. The caller owns *rules and frees it after its last reader.
 * Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX, CANCELLED. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status certmap_rules_parse(struct certmap_rules **rules,
                                                                       struct certmap_view text,
                                                                       const struct certmap_parse_options *options,
                                                                       struct certmap_diagnostic *err);
CERTMAP_API void certmap_rules_free(struct certmap_rules *rules);

/* Which pieces of a certificate the conditions read: enum certmap_piece bits. subject and issuer
 * have to be supplied all the same, because every Name is checked. */
CERTMAP_API unsigned certmap_rules_needs(const struct certmap_rules *rules);
/* Steps that one match may take: struct certmap_build_options.steps, or the default for so many mappings; 0 for NULL. */
CERTMAP_API size_t certmap_rules_steps(const struct certmap_rules *rules);
/* How many steps an ordinary certificate may take, at most: one that has up to four values of a kind, each of up to 64
 * bytes, and keys of as many mappings as any has. *mapping, if mapping is not NULL, gets the index of the first mapping
 * that most of it comes from. Where it is more than half of certmap_rules_steps, loaders tell it with
 * CERTMAP_CODE_OVER_BUDGET: the index has no more to evaluate with. 0 for NULL. */
CERTMAP_API size_t certmap_rules_cost(const struct certmap_rules *rules, size_t *mapping);
/* How many mappings there are. */
CERTMAP_API size_t certmap_rules_count(const struct certmap_rules *rules);

/* Which of several mappings that hold gives the answer. */
enum certmap_combining {
    CERTMAP_COMBINING_FIRST = 0,         /* the first that is not false ends the search; IIS files always */
    CERTMAP_COMBINING_MOST_SPECIFIC = 1, /* the one with the highest score (docs/rules.md) */
    CERTMAP_COMBINING_UNIQUE = 2,        /* the only one; two are AMBIGUOUS */
    CERTMAP_COMBINING_ALL = 3            /* all of them together: every account, group and attribute; a deny wins */
};
/* "first", "most-specific", "unique" or "all"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_combining_name(enum certmap_combining policy);
/* The policy of a rule set; FIRST for NULL. */
CERTMAP_API enum certmap_combining certmap_rules_combining(const struct certmap_rules *rules);

/* What a text that a mapping gives is, where placeholders stand in it. */
enum certmap_language {
    CERTMAP_LANGUAGE_PLAIN = 0,       /* an account, a domain, a group, the value of an attribute */
    CERTMAP_LANGUAGE_LDAP_FILTER = 1, /* RFC 4515; placeholders are escaped */
    CERTMAP_LANGUAGE_DN = 2,          /* RFC 4514; placeholders are escaped */
    CERTMAP_LANGUAGE_URL = 3,         /* RFC 3986; placeholders are percent-encoded */
    CERTMAP_LANGUAGE_POSIX_USER = 4   /* POSIX.1 3.437; anything else is refused */
};
/* "plain", "ldap-filter", "dn", "url" or "posix-user"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_language_name(enum certmap_language language);

/* One mapping: what a builder is given, and what certmap_rules_mapping tells. */
struct certmap_mapping {
    size_t size; /* sizeof(struct certmap_mapping) */
    enum certmap_kind kind;
    enum certmap_decision decision; /* ALLOW or DENY */
    struct certmap_view name;       /* text; required, except for ONE_TO_ONE, where it may be empty */
    struct certmap_view account;    /* text; required for ALLOW, ignored for DENY */
    size_t line;                    /* of the rule file, or 0; over 4,294,967,295 that is kept */
    size_t column;                  /* over 134,217,727 that is kept */
    bool is_template; /* account is as it would stand between double quotes in a rule file, placeholders and
                                     * escapes included; else it is the text itself */
    enum certmap_language language; /* of account */
};
#define CERTMAP_MAPPING_INIT                                                                                           \
    {                                                                                                                  \
        sizeof(struct certmap_mapping), CERTMAP_KIND_NATIVE, CERTMAP_NONE, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, 0, 0,     \
            false, CERTMAP_LANGUAGE_PLAIN                                                                              \
    }

/* Writes a rule set in the native language, so that parsing the text gives the same rules again: mappings
 * of IIS files become native ones with the same meaning, one-to-one mappings conditions on tbs.sha256 where
 * hash is not NULL - on sha256 where the bytes are no certificate -, and on `certificate` where it is. A set that is
 * disabled, or has no mapping, says `disabled;`. At most cap bytes are written, a NUL included; *len gets the length
 * without the NUL, also on
 * BUFFER. Errors: ARGUMENT, BUFFER. */
CERTMAP_API enum certmap_status certmap_rules_print(char *text, size_t cap, size_t *len,
                                                    const struct certmap_rules *rules, certmap_hash_fn *hash,
                                                    void *hash_ctx, struct certmap_diagnostic *err);

/* The index-th mapping in order. mapping->size must be set; views live as long as the rules.
 * Errors: ARGUMENT. */
CERTMAP_API enum certmap_status certmap_rules_mapping(const struct certmap_rules *rules,
                                                      struct certmap_mapping *mapping, size_t index,
                                                      struct certmap_diagnostic *err);

/* ---- Building rule sets without text -------------------------------------------------------- */

struct certmap_builder;

enum certmap_operator {
    CERTMAP_OP_EQUAL = 0,   /* any value equals any operand (`=`, `in`) */
    CERTMAP_OP_LIKE = 1,    /* any value matches any operand as a pattern */
    CERTMAP_OP_PRESENT = 2, /* there is an AVA, readable or not; no operands */
    CERTMAP_OP_ABSENT = 3,  /* there is none; no operands */
    CERTMAP_OP_COUNT = 4,   /* there are exactly `count` AVAs, readable or not; no operands */
    CERTMAP_OP_UNDER = 5    /* a whole Name that is in the subtree of an operand, or is it */
};

/* Which values of the subfield an EQUAL or LIKE is about. Without a value each of them is false. */
enum certmap_quantifier {
    CERTMAP_ANY_VALUE = 0,   /* true if one value satisfies it; else unknown if one is unreadable */
    CERTMAP_EVERY_VALUE = 1, /* false if a readable value fails; else unknown if one is unreadable */
    CERTMAP_FIRST_VALUE = 2, /* the first in encoded order, AVAs of an RDN included */
    CERTMAP_LAST_VALUE = 3,  /* the last in encoded order */
    CERTMAP_ONLY_VALUE = 4   /* false if there are several */
};

enum certmap_condition_flag {
    CERTMAP_NOCASE = 1,     /* compare after simple case folding */
    CERTMAP_IIS_PATTERN = 2 /* LIKE: backslash is an ordinary character, as in IIS matchCriteria;
                             * without it \* \? and \\ stand for * ? and \ */
};

struct certmap_condition {
    size_t size; /* sizeof(struct certmap_condition) */
    enum certmap_field field;
    struct certmap_view subfield; /* a name of the field's subfields or a dotted OID; text; empty for a field
                                   * without subfields, and for a whole Name */
    enum certmap_operator op;
    unsigned flags;                      /* enum certmap_condition_flag bits */
    const struct certmap_view *operands; /* text; bytes for FIELD_CERTIFICATE */
    size_t operand_count;
    enum certmap_quantifier quantifier; /* ANY for operators without operands, and FIELD_CERTIFICATE */
    size_t count;                       /* of CERTMAP_OP_COUNT, up to CERTMAP_MAX_COUNT; else 0 */
};
#define CERTMAP_CONDITION_INIT                                                                                         \
    {                                                                                                                  \
        sizeof(struct certmap_condition), CERTMAP_FIELD_SUBJECT, CERTMAP_NO_VIEW, CERTMAP_OP_EQUAL, 0, NULL, 0,        \
            CERTMAP_ANY_VALUE, 0                                                                                       \
    }

/* How the members of a group are joined. */
enum certmap_join {
    CERTMAP_ALL = 0, /* and */
    CERTMAP_ANY = 1, /* or */
    CERTMAP_NOT = 2  /* not; exactly one member */
};

/* Makes an empty builder, which the caller frees. Errors: ARGUMENT, MEMORY. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status certmap_builder_new(struct certmap_builder **builder,
                                                                       const struct certmap_allocator *allocator,
                                                                       struct certmap_diagnostic *err);
CERTMAP_API void certmap_builder_free(struct certmap_builder *builder);
/* Sets how the next rule set is made: comes before every other call for it, once. The options are copied, and hold
 * until certmap_builder_finish, which is the only call that tells progress. memory is of the builder too.
 * Errors: ARGUMENT, MEMORY, LIMIT; certmap_builder_finish then fails with it. */
CERTMAP_API enum certmap_status certmap_builder_options(struct certmap_builder *builder,
                                                        const struct certmap_build_options *options,
                                                        struct certmap_diagnostic *err);

/* The calls below copy what they are given. After an error of any of them certmap_builder_finish
 * fails with the status of the first one, so that half a rule set never results; the others go on
 * checking what they are given, so that a loader can report more than one mistake. What follows a
 * mapping that was refused, up to the next one, is checked as if it had been taken, and goes nowhere.
 *
 * Begins the next mapping; what follows, up to the next call of this function, is joined by
 * CERTMAP_ALL. Order of calls is order of trial, except that ONE_TO_ONE mappings come first.
 * Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX (a name twice - names compare without case -, a name or an
 * account that is empty, too long, or not clean text). */
CERTMAP_API enum certmap_status certmap_builder_mapping(struct certmap_builder *builder,
                                                        const struct certmap_mapping *mapping,
                                                        struct certmap_diagnostic *err);
/* Adds a condition. Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX (an unknown subfield, an operand that is
 * not UTF-8, holds U+0000 or is too long, a bad escape). */
CERTMAP_API enum certmap_status certmap_builder_condition(struct certmap_builder *builder,
                                                          const struct certmap_condition *condition,
                                                          struct certmap_diagnostic *err);
/* Whether a pattern, as an operand of CERTMAP_OP_LIKE with these flags, holds what means something in regular
 * expressions, shells or SQL, and is mere text here: [0-9], ^Sales.*, %Sales%. For loaders that want to warn: it says
 * what certmap_rules_parse does, CERTMAP_CODE_LITERAL_CLASS. Then *finding, which may be NULL, has code and text, status
 * OK and no position. Patterns of more than 1,024 bytes are not looked at. Needs no memory; any thread. */
CERTMAP_API bool certmap_pattern_advise(struct certmap_view pattern, unsigned flags,
                                        struct certmap_diagnostic *finding);
/* Says that the mapping holds for every certificate. A mapping without a condition must say so. */
CERTMAP_API enum certmap_status certmap_builder_always(struct certmap_builder *builder, struct certmap_diagnostic *err);
/* Opens a group, to be closed in the same mapping. Groups nest; none may be empty. Errors: ARGUMENT, MEMORY, LIMIT. */
CERTMAP_API enum certmap_status certmap_builder_open(struct certmap_builder *builder, enum certmap_join join,
                                                     struct certmap_diagnostic *err);
CERTMAP_API enum certmap_status certmap_builder_close(struct certmap_builder *builder, struct certmap_diagnostic *err);
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
};
#define CERTMAP_OUTPUT_INIT                                                                                            \
    {                                                                                                                  \
        sizeof(struct certmap_output), CERTMAP_OUTPUT_DOMAIN, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, false,                 \
            CERTMAP_LANGUAGE_PLAIN                                                                                     \
    }
/* Adds an output to the open mapping, which allows. Errors: ARGUMENT, MEMORY, LIMIT, SYNTAX. */
CERTMAP_API enum certmap_status certmap_builder_output(struct certmap_builder *builder,
                                                       const struct certmap_output *output,
                                                       struct certmap_diagnostic *err);
/* Sets the policy of the rule set; without this call it is CERTMAP_COMBINING_FIRST. Comes before the first mapping.
 * Errors: ARGUMENT, MEMORY. */
CERTMAP_API enum certmap_status certmap_builder_combining(struct certmap_builder *builder,
                                                          enum certmap_combining policy,
                                                          struct certmap_diagnostic *err);
/* Switches the rule set off: whatever its mappings, a match gives NONE with reason DISABLED. */
CERTMAP_API enum certmap_status certmap_builder_disable(struct certmap_builder *builder,
                                                        struct certmap_diagnostic *err);
/* Compiles what was added into a rule set that the caller owns. A builder without a mapping gives a
 * rule set that matches nothing. Whether it succeeds or fails, the builder is empty afterwards.
 * Errors: ARGUMENT (a group left open or empty, a mapping without conditions), MEMORY, LIMIT, CANCELLED, the
 * first error of an earlier call. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_builder_finish(struct certmap_builder *builder, struct certmap_rules **rules, struct certmap_diagnostic *err);

/* ---- Matching ------------------------------------------------------------------------------- */

/* An attribute of the answer. */
struct certmap_attribute {
    struct certmap_view name;
    struct certmap_view value;
};

/* The answer for one certificate. Views point into the rules and live as long as they do; account, domain,
 * user and the texts of accounts, groups and attributes may point into the peer, and these three lists always do:
 * all of that lives until its next set, match, explain or free; certmap_peer_clear leaves it. */
struct certmap_result {
    size_t size; /* sizeof(struct certmap_result) */
    enum certmap_decision decision;
    enum certmap_code reason;    /* NONE where a mapping decided plainly; else NO_MATCH, DISABLED,
                                  * EMPTY_RULES, AMBIGUOUS, TOO_MANY_OUTPUTS, PLACEHOLDER_... (a deny: the account
                                  * cannot be built), or UNREADABLE: mapping was neither true nor
                                  * false, so that a deny holds and an allow grants nothing */
    enum certmap_kind kind;      /* of the mapping that gave the answer */
    size_t index;                /* its position, or SIZE_MAX when none did */
    struct certmap_view mapping; /* its name; data NULL when none did */
    struct certmap_view account; /* for ALLOW only, else data NULL */
    struct certmap_view domain;  /* the account's part before \ or after @ as the rule has them, or what
                                  * `domain` gives; data NULL if none */
    struct certmap_view user;    /* the rest of the account */
    struct certmap_view other;   /* AMBIGUOUS: the name of the second mapping; else data NULL */
    /* For ALLOW only, else 0; under CERTMAP_COMBINING_ALL, of all mappings that are true, each once. */
    size_t account_count;
    size_t group_count;
    size_t attribute_count;
    const struct certmap_view *accounts; /* the first is account */
    const struct certmap_view *groups;
    const struct certmap_attribute *attributes;
};
#define CERTMAP_RESULT_INIT                                                                                            \
    {                                                                                                                  \
        sizeof(struct certmap_result), CERTMAP_NONE, CERTMAP_CODE_NONE, CERTMAP_KIND_NATIVE, SIZE_MAX,                 \
            CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, 0, 0, 0, NULL, NULL,  \
            NULL                                                                                                       \
    }

/* Finds the answer for the peer's certificate: under CERTMAP_COMBINING_FIRST, of the first mapping that is
 * not false. Builds its account in the peer. result->size must be set. Allocates nothing and takes no
 * lock; the work is bounded by the steps of the rules. One peer serves any number of rule sets. On failure
 * result holds NONE.
 * Errors: ARGUMENT (NULL, a size too small, a peer that is not set). */
CERTMAP_API enum certmap_status certmap_match(const struct certmap_rules *rules, struct certmap_peer *peer,
                                              struct certmap_result *result, struct certmap_diagnostic *err);

/* Writes one line for an audit log, without a newline:
 *     decision=allow mapping="Contoso staff" account="CONTOSO\\portal" reason=-
 * and, where there are any, after account= further accounts, domain= unless the account says it, group= for each
 * group, name= for each attribute (the name in quotes, where it could be taken for anything else), and other=.
 * In quoted values, " and \ are preceded by \, and control and direction characters and bytes that
 * are not UTF-8 are written \u{H..} or \xHH, so that no value can end its quotes or the line. At most
 * cap bytes are written, a NUL included; *len gets the length without the NUL, also on BUFFER.
 * Errors: ARGUMENT, BUFFER. */
CERTMAP_API enum certmap_status certmap_result_format(char *text, size_t cap, size_t *len,
                                                      const struct certmap_result *result,
                                                      struct certmap_diagnostic *err);

/* What a condition, a group or a mapping gives, in Kleene's logic. */
enum certmap_truth { CERTMAP_FALSE = 0, CERTMAP_TRUE = 1, CERTMAP_UNKNOWN = 2 };

enum certmap_explain_kind {
    CERTMAP_EXPLAIN_MAPPING = 0,   /* text: its name */
    CERTMAP_EXPLAIN_GROUP = 1,     /* text: "and", "or" or "not"; its members follow, one deeper */
    CERTMAP_EXPLAIN_CONDITION = 2, /* text: the condition in the native language */
    CERTMAP_EXPLAIN_VALUE = 3,     /* text: a value that the condition above looked at, in NFC; data
                                    * NULL: unreadable. It may hold any character but U+0000 */
    CERTMAP_EXPLAIN_OUTPUT = 4,    /* after the members of a mapping that allows, and that is not false: text: its
                                    * account, domain, group or attribute as built, or as the rule has it where
                                    * why says why it cannot be; truth: TRUE if it can */
    CERTMAP_EXPLAIN_NEAREST = 5    /* the last item, if the decision is not ALLOW and a mapping allows: of those that
                                    * allow, the nearest to being true; text: its name. Nearer is what misses fewer
                                    * digests, then fewer conditions, then has more conditions that hold; the
                                    * first of several (missing_digests, missing, held) */
};

/* One line of an explanation; valid during the callback only. */
struct certmap_explain_item {
    size_t size; /* sizeof(struct certmap_explain_item) of the library that calls */
    enum certmap_explain_kind kind;
    size_t mapping;                 /* index of the mapping it belongs to */
    unsigned depth;                 /* 0 for a mapping, 1 for what stands in it, and so on */
    enum certmap_truth truth;       /* of a value: whether it satisfies the condition */
    enum certmap_code why;          /* for UNKNOWN, the cause; else NONE */
    bool read;                      /* certmap_match would have read this */
    bool decides;                   /* a mapping: it gave the answer, or has a part in it */
    enum certmap_decision decision; /* of the mapping */
    enum certmap_kind mapping_kind;
    size_t line; /* of the mapping in the rule file, or 0 */
    struct certmap_view text;
    struct certmap_view field;    /* a condition: "subject.CN"; an output: "account", "domain", "group", or the
                                   * name of an attribute; else data NULL */
    struct certmap_view operands; /* a condition: what it compares with, as rules write it; else data NULL */
    size_t missing;               /* a mapping, and NEAREST: how many conditions would have to give something
                                   * else until it is true: the fewest digests, and then the least number;
                                   * SIZE_MAX: it never is */
    size_t score;                 /* a mapping: under CERTMAP_COMBINING_MOST_SPECIFIC its score; else 0 */
    size_t missing_digests;       /* as missing: how many of them compare the certificate, its digest or that of its
                                   * key, which every other certificate misses: a mapping that misses none is
                                   * nearer than one that does, as one-to-one mappings do */
    size_t held;                  /* as missing: how many conditions give what they have to already */
};

/* The item is valid during the call only. */
typedef void certmap_explain_fn(void *ctx, const struct certmap_explain_item *item);

/* Runs the plain evaluator over every mapping and condition, also those that a match would not have
 * reached, and tells fn what each gave, in order. The result is what certmap_match gives. What a match
 * would not read has as many steps as a match, all of it together, and so have texts: an explanation takes at most
 * six times certmap_rules_steps - two to decide, one for what was not read, three for texts -, and time in proportion
 * to the text of the rules, in which a list of issuers counts wherever it is used. Of values, at most
 * CERTMAP_MAX_TOLD_SIZE bytes are told, all of them together, and telling them takes steps too, of those on
 * the side; conditions after that come without. Allocates from the allocator of the rules. Errors: ARGUMENT,
 * MEMORY (fn may have been called already). */
CERTMAP_API enum certmap_status certmap_explain(const struct certmap_rules *rules, struct certmap_peer *peer,
                                                struct certmap_result *result, certmap_explain_fn *fn, void *ctx,
                                                struct certmap_diagnostic *err);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_status);
CERTMAP_WIDTH_OF(enum certmap_decision);
CERTMAP_WIDTH_OF(enum certmap_code);
CERTMAP_WIDTH_OF(enum certmap_severity);
CERTMAP_WIDTH_OF(enum certmap_hash);
CERTMAP_WIDTH_OF(enum certmap_piece);
CERTMAP_WIDTH_OF(enum certmap_name_form);
CERTMAP_WIDTH_OF(enum certmap_name_order);
CERTMAP_WIDTH_OF(enum certmap_dialect);
CERTMAP_WIDTH_OF(enum certmap_field);
CERTMAP_WIDTH_OF(enum certmap_kind);
CERTMAP_WIDTH_OF(enum certmap_combining);
CERTMAP_WIDTH_OF(enum certmap_language);
CERTMAP_WIDTH_OF(enum certmap_operator);
CERTMAP_WIDTH_OF(enum certmap_quantifier);
CERTMAP_WIDTH_OF(enum certmap_condition_flag);
CERTMAP_WIDTH_OF(enum certmap_join);
CERTMAP_WIDTH_OF(enum certmap_output_kind);
CERTMAP_WIDTH_OF(enum certmap_truth);
CERTMAP_WIDTH_OF(enum certmap_explain_kind);

#ifdef __cplusplus
}
#endif

#endif
