/* SPDX-License-Identifier: MIT */
/* The numbers that calls, errors, reasons and the pieces of a certificate have. certmap.h includes
 * this. */
#ifndef CERTMAP_CODES_H
#define CERTMAP_CODES_H

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a call did its job. */
enum certmap_status {
    CERTMAP_OK = 0,
    CERTMAP_ERROR_ARGUMENT = 1,    /* the caller's mistake: NULL, a size that is too small, order */
    CERTMAP_ERROR_MEMORY = 2,      /* the allocator returned NULL */
    CERTMAP_ERROR_LIMIT = 3,       /* the input is over one of limits.h, or over the caller's own */
    CERTMAP_ERROR_SYNTAX = 4,      /* rules or a textual Name that cannot be loaded */
    CERTMAP_ERROR_CERTIFICATE = 5, /* a certificate or Name that is not well-formed */
    CERTMAP_ERROR_BUFFER = 6,      /* the caller's buffer is too small; the size needed is given */
    CERTMAP_ERROR_UNVERIFIED = 7,  /* a connection without a verified peer certificate */
    CERTMAP_ERROR_CANCELLED = 8    /* the caller's progress function said to stop */
};

/* The permanent codes of diagnostics and reasons. A number is never used again for another
 * meaning. docs/rules.md explains each; certmap_code_name() gives the name that is there. */
enum certmap_code {
    CERTMAP_CODE_NONE = 0,

    /* why a match gave what it gave */
    CERTMAP_CODE_NO_MATCH = 100,         /* no mapping is true for this certificate */
    CERTMAP_CODE_DISABLED = 101,         /* the rule set is switched off */
    CERTMAP_CODE_UNREADABLE = 102,       /* a mapping could not be decided */
    CERTMAP_CODE_EMPTY_RULES = 103,      /* the rule set has no mapping */
    CERTMAP_CODE_AMBIGUOUS = 104,        /* CERTMAP_COMBINING_UNIQUE, and two mappings are true */
    CERTMAP_CODE_TOO_MANY_OUTPUTS = 105, /* COMBINING_ALL: more than an answer holds */

    /* why a condition is unknown */
    CERTMAP_CODE_VALUE_TYPE = 120,      /* the ASN.1 type does not hold text */
    CERTMAP_CODE_VALUE_ENCODING = 121,  /* the bytes are not valid in their string type */
    CERTMAP_CODE_VALUE_AMBIGUOUS = 122, /* a TeletexString that platforms read differently */
    CERTMAP_CODE_VALUE_NUL = 123,       /* the value holds U+0000 */
    CERTMAP_CODE_VALUE_TOO_LONG = 124,  /* over CERTMAP_MAX_VALUE_SIZE */
    CERTMAP_CODE_NOT_SUPPLIED = 125,    /* the caller did not supply this piece */
    CERTMAP_CODE_STEPS = 126,           /* the steps of the match ran out */
    /* an extension or another piece is not what its standard says */
    CERTMAP_CODE_MALFORMED_PIECE = 127,
    /* the extension is there twice, which RFC 5280 4.2 forbids */
    CERTMAP_CODE_DUPLICATE_EXTENSION = 128,

    /* why an account, a group or an attribute cannot be built: a deny */
    CERTMAP_CODE_PLACEHOLDER_NO_VALUE = 140, /* the certificate has none */
    /* it has several, and the placeholder chooses none */
    CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES = 141,
    /* a value the placeholder reads is unreadable, or not supplied */
    CERTMAP_CODE_PLACEHOLDER_UNREADABLE = 142,
    CERTMAP_CODE_PLACEHOLDER_EMPTY = 143, /* nothing is left of the value, or of all of the text */
    /* the value holds a character that could change the meaning */
    CERTMAP_CODE_PLACEHOLDER_CHARACTER = 144,
    CERTMAP_CODE_PLACEHOLDER_TOO_LONG = 145,  /* over CERTMAP_MAX_BUILT_SIZE */
    CERTMAP_CODE_PLACEHOLDER_USER_NAME = 146, /* posix-user: not a portable user name */

    /* calls */
    CERTMAP_CODE_ARGUMENT = 200,
    CERTMAP_CODE_MEMORY = 201,
    CERTMAP_CODE_BUFFER_TOO_SMALL = 202,
    CERTMAP_CODE_CANCELLED = 203,            /* the progress function said to stop */
    CERTMAP_CODE_MEMORY_LIMIT = 204,         /* over struct certmap_build_options.memory */
    CERTMAP_CODE_NO_CERTIFICATE = 210,       /* the connection has no peer certificate */
    CERTMAP_CODE_NOT_VERIFIED = 211,         /* the TLS library did not accept the certificate */
    CERTMAP_CODE_HANDSHAKE_UNFINISHED = 212, /* possession of the key is not proven yet */
    /* a server says of a certificate that it does not hand on */
    CERTMAP_CODE_CERTIFICATE_WITHHELD = 213,

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
    CERTMAP_CODE_SWAPPED_FILES = 311, /* rules in place of a certificate, or the other way round */
    CERTMAP_CODE_NOT_RULES = 312,     /* something else in place of rules */

    /* textual Names, RFC 4514 */
    CERTMAP_CODE_DN_SYNTAX = 400,
    CERTMAP_CODE_DN_ATTRIBUTE = 401, /* an attribute type that is not known */
    CERTMAP_CODE_DN_ESCAPE = 402,
    CERTMAP_CODE_DN_HEX = 403, /* a #value that is not the hexadecimal form of one DER value */
    CERTMAP_CODE_DN_AMBIGUOUS = 404, /* the form that a text is in cannot tell which Name it is */
    CERTMAP_CODE_DN_EMPTY = 405,     /* a text without a Name */
    /* UTF8STRING:Alice, which may be a value, or the value Alice */
    CERTMAP_CODE_DN_STRING_TYPE = 406,

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
    CERTMAP_CODE_BAD_OPERAND = 523,  /* an operand that no value of the field can equal */
    CERTMAP_CODE_BAD_OPERATOR = 524, /* an operator that the field does not have */
    /* a placeholder that cannot be understood, or is where it must not */
    CERTMAP_CODE_BAD_TEMPLATE = 525,
    CERTMAP_CODE_MISPLACED_PLACEHOLDER = 526, /* ${...} in a string that is no template */
    CERTMAP_CODE_UNKNOWN_FILTER = 527,
    CERTMAP_CODE_UNKNOWN_POLICY = 528,
    CERTMAP_CODE_UNKNOWN_ISSUERS = 529, /* a list of issuers that is not defined */
    CERTMAP_CODE_DUPLICATE_ISSUERS = 530,
    CERTMAP_CODE_BAD_DIGEST = 531,
    CERTMAP_CODE_NO_LOADER = 532,        /* rules that name a file, and no loader to open it */
    CERTMAP_CODE_ISSUER_FILE = 533,      /* a file of issuers that cannot be loaded */
    CERTMAP_CODE_DUPLICATE_OUTPUT = 534, /* a domain or an attribute given twice */
    CERTMAP_CODE_BAD_REGEX = 540, /* not a regular expression, or one that needs backtracking */
    CERTMAP_CODE_REGEX_TOO_LARGE = 541,

    /* warnings and notes about rules that load */
    CERTMAP_CODE_ALLOWS_EVERYONE = 600,
    CERTMAP_CODE_UNREACHABLE_MAPPING = 601,
    CERTMAP_CODE_LITERAL_WILDCARD = 602,  /* a * or ? after = or in, where it is itself */
    CERTMAP_CODE_LITERAL_CLASS = 603,     /* a pattern of another language */
    CERTMAP_CODE_ROOT_FIRST_NAME = 604,   /* a whole Name with the root first */
    CERTMAP_CODE_PLAIN_STRUCTURE = 605,   /* a DN, filter or URL that does not say so */
    CERTMAP_CODE_REFUSAL_BY_DIGEST = 606, /* a refusal that its holder can slip past */
    /* an ordinary certificate could take more steps than a match has */
    CERTMAP_CODE_OVER_BUDGET = 608,
    /* cut at the first @, where the condition is about the last */
    CERTMAP_CODE_PLACEHOLDER_OTHER_PART = 609,

    /* what libcertmap-lint finds in rules that load (lint.h), and of the loader's: 641 and 662 */
    CERTMAP_CODE_SHADOWED = 610, /* an earlier mapping answers all that this one is true of */
    CERTMAP_CODE_SHADOWED_BY_SEVERAL = 611, /* earlier mappings together do */
    CERTMAP_CODE_DUPLICATE_CONDITION = 612, /* an earlier mapping has the same conditions */
    /* any of these, where this one denies and the others allow somebody */
    CERTMAP_CODE_DEAD_DENY = 613,
    CERTMAP_CODE_NEVER_TRUE = 614, /* no certificate makes it true, and none is stopped by it */
    /* it only stops certificates with unreadable values */
    CERTMAP_CODE_DECIDES_ONLY_UNREADABLE = 615,
    CERTMAP_CODE_LATE_DENY = 616, /* an earlier mapping allows what this one is to refuse */
    CERTMAP_CODE_MAKES_NO_DIFFERENCE = 617,   /* without it every answer is the same */
    CERTMAP_CODE_REDUNDANT_CONDITION = 620,   /* implied by the others of the mapping */
    CERTMAP_CODE_REDUNDANT_OPERAND = 621,     /* included in another operand of the list */
    CERTMAP_CODE_NEVER_TRUE_CONDITION = 622,  /* a member of `or` that cannot hold */
    CERTMAP_CODE_ALWAYS_TRUE_CONDITION = 623, /* holds of every certificate */
    CERTMAP_CODE_ALLOW_BY_ABSENCE = 624,      /* allows by what a certificate does not have */
    CERTMAP_CODE_NO_ISSUER = 630,             /* can be true whoever issued the certificate */
    CERTMAP_CODE_ISSUER_BY_NAME = 631,        /* knows the issuer by its Name only */
    CERTMAP_CODE_SERIAL_WITHOUT_ISSUER = 632, /* serial numbers are unique within one issuer only */
    CERTMAP_CODE_SINGLE_FIELD = 633,          /* looks at one field of subject and SAN */
    CERTMAP_CODE_COMMON_NAME_ONLY = 634,      /* looks at CN and at nothing else of the subject */
    CERTMAP_CODE_WEAK_MAPPING = 635,        /* one account by what KB5014754 calls a weak mapping */
    CERTMAP_CODE_OPEN_PATTERN = 640,        /* a wildcard inside a word */
    CERTMAP_CODE_DOMAIN_BOUNDARY = 641,     /* a wildcard in the host of a URI, or in a domain */
    CERTMAP_CODE_WIDE_PATTERN = 642,        /* matches nearly every value */
    CERTMAP_CODE_NO_WILDCARD = 643,         /* `like` without a wildcard */
    CERTMAP_CODE_CONFUSABLE = 650,          /* characters that look like others */
    CERTMAP_CODE_EDGE_SPACE = 651,          /* a blank at an end, or two in a row */
    CERTMAP_CODE_INVISIBLE_CHARACTER = 652, /* a character that nobody sees */
    CERTMAP_CODE_NEAR_MISS = 653,           /* one letter away from a value that is used often */
    CERTMAP_CODE_CERTIFICATE_CHOOSES_ACCOUNT = 660, /* a placeholder that nothing confines */
    /* a placeholder that can be the name of an administrator */
    CERTMAP_CODE_PLACEHOLDER_CAN_BE_PRIVILEGED = 661,
    /* a placeholder takes another value than the condition is about */
    CERTMAP_CODE_PLACEHOLDER_OTHER_VALUE = 662,
    CERTMAP_CODE_PRIVILEGED_ACCOUNT = 663, /* an administrator, by less than key and digest */
    CERTMAP_CODE_SAME_ACCOUNT = 665,   /* the certificates of two issuers can have one account */
    CERTMAP_CODE_AMBIGUOUS_PAIR = 670, /* policy unique: two mappings can be true at once */
    /* policies other than first: another one always goes before it */
    CERTMAP_CODE_NEVER_WINS = 671,
    /* policy most-specific: the order decides, because the scores are equal */
    CERTMAP_CODE_TIE = 672,
    CERTMAP_CODE_UNUSED_MAPPING = 680,        /* answers no certificate of the corpus */
    CERTMAP_CODE_UNSEEN_VALUE = 681,          /* no certificate of the corpus has the value */
    CERTMAP_CODE_UNSEEN_FIELD = 682,          /* no certificate of the corpus has the field */
    CERTMAP_CODE_UNMAPPED_CERTIFICATES = 683, /* certificates of the corpus that get no answer */
    CERTMAP_CODE_UNUSED_SUPPRESSION = 690,    /* a comment that suppresses nothing */
    /* a comment that suppresses and does not say why */
    CERTMAP_CODE_SUPPRESSION_WITHOUT_REASON = 691,
    CERTMAP_CODE_NOT_DECIDED = 692, /* a question that stays open */
    /* why no rule is suggested */
    CERTMAP_CODE_SAME_CERTIFICATE = 695, /* one certificate is to be in and out */
    CERTMAP_CODE_NOT_SEPARABLE = 696,    /* no condition tells who is in from who is out */

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

    /* the set-up of an IIS site: diagnostics of certmap_iis_load with check_setup */
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
    CERTMAP_PIECE_TBS_SHA256 = 32768,
    CERTMAP_PIECE_SHA512 = 65536,
    CERTMAP_PIECE_KEY_SHA512 = 131072,
    CERTMAP_PIECE_KEY_SHA1 = 262144,
    CERTMAP_PIECE_ISSUER_SHA1 = 524288,
    CERTMAP_PIECE_CHAIN_SHA256 = 1048576,
    CERTMAP_PIECE_CHAIN_KEY_SHA256 = 2097152
};

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_status);
CERTMAP_WIDTH_OF(enum certmap_code);
CERTMAP_WIDTH_OF(enum certmap_piece);

#ifdef __cplusplus
}
#endif

#endif
