/* SPDX-License-Identifier: MIT */
/* The names of the words of the API. */
#include "certmap/build.h"
#include "certmap/names.h"

static const struct {
    enum certmap_code code;
    const char *name;
} codes[] = {
    {CERTMAP_CODE_NONE, ""},
    {CERTMAP_CODE_NO_MATCH, "no-match"},
    {CERTMAP_CODE_DISABLED, "disabled"},
    {CERTMAP_CODE_UNREADABLE, "unreadable"},
    {CERTMAP_CODE_EMPTY_RULES, "empty-rules"},
    {CERTMAP_CODE_AMBIGUOUS, "ambiguous"},
    {CERTMAP_CODE_TOO_MANY_OUTPUTS, "too-many-outputs"},
    {CERTMAP_CODE_VALUE_TYPE, "value-type"},
    {CERTMAP_CODE_VALUE_ENCODING, "value-encoding"},
    {CERTMAP_CODE_VALUE_AMBIGUOUS, "value-ambiguous"},
    {CERTMAP_CODE_VALUE_NUL, "value-nul"},
    {CERTMAP_CODE_VALUE_TOO_LONG, "value-too-long"},
    {CERTMAP_CODE_NOT_SUPPLIED, "not-supplied"},
    {CERTMAP_CODE_STEPS, "steps"},
    {CERTMAP_CODE_MALFORMED_PIECE, "malformed-piece"},
    {CERTMAP_CODE_DUPLICATE_EXTENSION, "duplicate-extension"},
    {CERTMAP_CODE_PLACEHOLDER_NO_VALUE, "placeholder-no-value"},
    {CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES, "placeholder-several-values"},
    {CERTMAP_CODE_PLACEHOLDER_UNREADABLE, "placeholder-unreadable"},
    {CERTMAP_CODE_PLACEHOLDER_EMPTY, "placeholder-empty"},
    {CERTMAP_CODE_PLACEHOLDER_CHARACTER, "placeholder-character"},
    {CERTMAP_CODE_PLACEHOLDER_TOO_LONG, "placeholder-too-long"},
    {CERTMAP_CODE_PLACEHOLDER_USER_NAME, "placeholder-user-name"},
    {CERTMAP_CODE_ARGUMENT, "argument"},
    {CERTMAP_CODE_MEMORY, "memory"},
    {CERTMAP_CODE_BUFFER_TOO_SMALL, "buffer-too-small"},
    {CERTMAP_CODE_CANCELLED, "cancelled"},
    {CERTMAP_CODE_MEMORY_LIMIT, "memory-limit"},
    {CERTMAP_CODE_NO_CERTIFICATE, "no-certificate"},
    {CERTMAP_CODE_NOT_VERIFIED, "not-verified"},
    {CERTMAP_CODE_HANDSHAKE_UNFINISHED, "handshake-unfinished"},
    {CERTMAP_CODE_CERTIFICATE_WITHHELD, "certificate-withheld"},
    {CERTMAP_CODE_MALFORMED_DER, "malformed-der"},
    {CERTMAP_CODE_MALFORMED_CERTIFICATE, "malformed-certificate"},
    {CERTMAP_CODE_MALFORMED_NAME, "malformed-name"},
    {CERTMAP_CODE_MALFORMED_OID, "malformed-oid"},
    {CERTMAP_CODE_EMPTY_RDN, "empty-rdn"},
    {CERTMAP_CODE_NAME_TOO_LARGE, "name-too-large"},
    {CERTMAP_CODE_LIBRARY_REFUSED, "library-refused"},
    {CERTMAP_CODE_NOT_A_CERTIFICATE, "not-a-certificate"},
    {CERTMAP_CODE_CANNOT_READ, "cannot-read"},
    {CERTMAP_CODE_BEING_WRITTEN, "being-written"},
    {CERTMAP_CODE_ENCODED_CERTIFICATE, "encoded-certificate"},
    {CERTMAP_CODE_SWAPPED_FILES, "swapped-files"},
    {CERTMAP_CODE_NOT_RULES, "not-rules"},
    {CERTMAP_CODE_DN_SYNTAX, "dn-syntax"},
    {CERTMAP_CODE_DN_ATTRIBUTE, "dn-attribute"},
    {CERTMAP_CODE_DN_ESCAPE, "dn-escape"},
    {CERTMAP_CODE_DN_HEX, "dn-hex"},
    {CERTMAP_CODE_DN_AMBIGUOUS, "dn-ambiguous"},
    {CERTMAP_CODE_DN_EMPTY, "dn-empty"},
    {CERTMAP_CODE_DN_STRING_TYPE, "dn-string-type"},
    {CERTMAP_CODE_SYNTAX, "syntax"},
    {CERTMAP_CODE_UNKNOWN_SUBFIELD, "unknown-subfield"},
    {CERTMAP_CODE_UNKNOWN_FIELD, "unknown-field"},
    {CERTMAP_CODE_UNTERMINATED_STRING, "unterminated-string"},
    {CERTMAP_CODE_BAD_ESCAPE, "bad-escape"},
    {CERTMAP_CODE_BAD_UTF8, "bad-utf8"},
    {CERTMAP_CODE_MIXED_AND_OR, "mixed-and-or"},
    {CERTMAP_CODE_DUPLICATE_MAPPING, "duplicate-mapping"},
    {CERTMAP_CODE_NO_MAPPINGS, "no-mappings"},
    {CERTMAP_CODE_MISSING_VERSION, "missing-version"},
    {CERTMAP_CODE_UNSUPPORTED_VERSION, "unsupported-version"},
    {CERTMAP_CODE_NESTING, "nesting"},
    {CERTMAP_CODE_TEXT_TOO_LONG, "text-too-long"},
    {CERTMAP_CODE_TOO_MANY, "too-many"},
    {CERTMAP_CODE_MISSING_WHEN, "missing-when"},
    {CERTMAP_CODE_MISSING_DECISION, "missing-decision"},
    {CERTMAP_CODE_EMPTY_NAME, "empty-name"},
    {CERTMAP_CODE_BAD_ACCOUNT, "bad-account"},
    {CERTMAP_CODE_NUL, "nul"},
    {CERTMAP_CODE_RULES_TOO_LARGE, "rules-too-large"},
    {CERTMAP_CODE_CONTROL_CHARACTER, "control-character"},
    {CERTMAP_CODE_EMPTY_LIST, "empty-list"},
    {CERTMAP_CODE_BAD_OID, "bad-oid"},
    {CERTMAP_CODE_BAD_OPERAND, "bad-operand"},
    {CERTMAP_CODE_BAD_OPERATOR, "bad-operator"},
    {CERTMAP_CODE_BAD_TEMPLATE, "bad-template"},
    {CERTMAP_CODE_MISPLACED_PLACEHOLDER, "misplaced-placeholder"},
    {CERTMAP_CODE_UNKNOWN_FILTER, "unknown-filter"},
    {CERTMAP_CODE_UNKNOWN_POLICY, "unknown-policy"},
    {CERTMAP_CODE_UNKNOWN_ISSUERS, "unknown-issuers"},
    {CERTMAP_CODE_DUPLICATE_ISSUERS, "duplicate-issuers"},
    {CERTMAP_CODE_BAD_DIGEST, "bad-digest"},
    {CERTMAP_CODE_NO_LOADER, "no-loader"},
    {CERTMAP_CODE_ISSUER_FILE, "issuer-file"},
    {CERTMAP_CODE_DUPLICATE_OUTPUT, "duplicate-output"},
    {CERTMAP_CODE_BAD_REGEX, "bad-regex"},
    {CERTMAP_CODE_REGEX_TOO_LARGE, "regex-too-large"},
    {CERTMAP_CODE_ALLOWS_EVERYONE, "allows-everyone"},
    {CERTMAP_CODE_UNREACHABLE_MAPPING, "unreachable-mapping"},
    {CERTMAP_CODE_LITERAL_WILDCARD, "literal-wildcard"},
    {CERTMAP_CODE_LITERAL_CLASS, "literal-class"},
    {CERTMAP_CODE_ROOT_FIRST_NAME, "root-first-name"},
    {CERTMAP_CODE_PLAIN_STRUCTURE, "plain-structure"},
    {CERTMAP_CODE_REFUSAL_BY_DIGEST, "refusal-by-digest"},
    {CERTMAP_CODE_OVER_BUDGET, "over-budget"},
    {CERTMAP_CODE_PLACEHOLDER_OTHER_PART, "placeholder-other-part"},
    {CERTMAP_CODE_SHADOWED, "shadowed"},
    {CERTMAP_CODE_SHADOWED_BY_SEVERAL, "shadowed-by-several"},
    {CERTMAP_CODE_DUPLICATE_CONDITION, "duplicate-condition"},
    {CERTMAP_CODE_DEAD_DENY, "dead-deny"},
    {CERTMAP_CODE_NEVER_TRUE, "never-true"},
    {CERTMAP_CODE_DECIDES_ONLY_UNREADABLE, "decides-only-unreadable"},
    {CERTMAP_CODE_LATE_DENY, "late-deny"},
    {CERTMAP_CODE_MAKES_NO_DIFFERENCE, "makes-no-difference"},
    {CERTMAP_CODE_REDUNDANT_CONDITION, "redundant-condition"},
    {CERTMAP_CODE_REDUNDANT_OPERAND, "redundant-operand"},
    {CERTMAP_CODE_NEVER_TRUE_CONDITION, "never-true-condition"},
    {CERTMAP_CODE_ALWAYS_TRUE_CONDITION, "always-true-condition"},
    {CERTMAP_CODE_ALLOW_BY_ABSENCE, "allow-by-absence"},
    {CERTMAP_CODE_NO_ISSUER, "no-issuer"},
    {CERTMAP_CODE_ISSUER_BY_NAME, "issuer-by-name"},
    {CERTMAP_CODE_SERIAL_WITHOUT_ISSUER, "serial-without-issuer"},
    {CERTMAP_CODE_SINGLE_FIELD, "single-field"},
    {CERTMAP_CODE_COMMON_NAME_ONLY, "common-name-only"},
    {CERTMAP_CODE_WEAK_MAPPING, "weak-mapping"},
    {CERTMAP_CODE_OPEN_PATTERN, "open-pattern"},
    {CERTMAP_CODE_DOMAIN_BOUNDARY, "domain-boundary"},
    {CERTMAP_CODE_WIDE_PATTERN, "wide-pattern"},
    {CERTMAP_CODE_NO_WILDCARD, "no-wildcard"},
    {CERTMAP_CODE_CONFUSABLE, "confusable"},
    {CERTMAP_CODE_EDGE_SPACE, "edge-space"},
    {CERTMAP_CODE_INVISIBLE_CHARACTER, "invisible-character"},
    {CERTMAP_CODE_NEAR_MISS, "near-miss"},
    {CERTMAP_CODE_CERTIFICATE_CHOOSES_ACCOUNT, "certificate-chooses-account"},
    {CERTMAP_CODE_PLACEHOLDER_CAN_BE_PRIVILEGED, "placeholder-can-be-privileged"},
    {CERTMAP_CODE_PLACEHOLDER_OTHER_VALUE, "placeholder-other-value"},
    {CERTMAP_CODE_PRIVILEGED_ACCOUNT, "privileged-account"},
    {CERTMAP_CODE_SAME_ACCOUNT, "same-account"},
    {CERTMAP_CODE_AMBIGUOUS_PAIR, "ambiguous-pair"},
    {CERTMAP_CODE_NEVER_WINS, "never-wins"},
    {CERTMAP_CODE_TIE, "tie"},
    {CERTMAP_CODE_UNUSED_MAPPING, "unused-mapping"},
    {CERTMAP_CODE_UNSEEN_VALUE, "unseen-value"},
    {CERTMAP_CODE_UNSEEN_FIELD, "unseen-field"},
    {CERTMAP_CODE_UNMAPPED_CERTIFICATES, "unmapped-certificates"},
    {CERTMAP_CODE_UNUSED_SUPPRESSION, "unused-suppression"},
    {CERTMAP_CODE_SUPPRESSION_WITHOUT_REASON, "suppression-without-reason"},
    {CERTMAP_CODE_NOT_DECIDED, "not-decided"},
    {CERTMAP_CODE_SAME_CERTIFICATE, "same-certificate"},
    {CERTMAP_CODE_NOT_SEPARABLE, "not-separable"},
    {CERTMAP_CODE_XML, "xml"},
    {CERTMAP_CODE_DTD, "dtd"},
    {CERTMAP_CODE_ENCODING, "encoding"},
    {CERTMAP_CODE_NOT_IIS, "not-iis"},
    {CERTMAP_CODE_UNKNOWN_ELEMENT, "unknown-element"},
    {CERTMAP_CODE_UNKNOWN_ATTRIBUTE, "unknown-attribute"},
    {CERTMAP_CODE_MISSING_ATTRIBUTE, "missing-attribute"},
    {CERTMAP_CODE_BAD_BOOLEAN, "bad-boolean"},
    {CERTMAP_CODE_BAD_ENUM, "bad-enum"},
    {CERTMAP_CODE_MISSING_USER_NAME, "missing-user-name"},
    {CERTMAP_CODE_DUPLICATE_RULE, "duplicate-rule"},
    {CERTMAP_CODE_DUPLICATE_CERTIFICATE, "duplicate-certificate"},
    {CERTMAP_CODE_BAD_BASE64, "bad-base64"},
    {CERTMAP_CODE_CONFIG_SOURCE, "config-source"},
    {CERTMAP_CODE_ENCRYPTED_SECTION, "encrypted-section"},
    {CERTMAP_CODE_UNKNOWN_SITE, "unknown-site"},
    {CERTMAP_CODE_DUPLICATE_SECTION, "duplicate-section"},
    {CERTMAP_CODE_UNEXPECTED_TEXT, "unexpected-text"},
    {CERTMAP_CODE_NESTED_LOCATION, "nested-location"},
    {CERTMAP_CODE_SECTION_DISABLED, "section-disabled"},
    {CERTMAP_CODE_OTHER_SITES, "other-sites"},
    {CERTMAP_CODE_NO_SECTION, "no-section"},
    {CERTMAP_CODE_ENCRYPTED_VALUE, "encrypted-value"},
    {CERTMAP_CODE_USELESS_CERTIFICATE, "useless-certificate"},
    {CERTMAP_CODE_MISPLACED_MAPPINGS, "misplaced-mappings"},
    {CERTMAP_CODE_MISSPELT_SECTION, "misspelt-section"},
    {CERTMAP_CODE_DOUBTFUL_CRITERION, "doubtful-criterion"},
    {CERTMAP_CODE_UNKNOWN_APPLICATION, "unknown-application"},
    {CERTMAP_CODE_RELATIVE_LOCATION, "relative-location"},
    {CERTMAP_CODE_LOCATION_PATH, "location-path"},
    {CERTMAP_CODE_MODULE_NOT_INSTALLED, "module-not-installed"},
    {CERTMAP_CODE_MODULE_NOT_ENABLED, "module-not-enabled"},
    {CERTMAP_CODE_MAPPINGS_DISABLED, "mappings-disabled"},
    {CERTMAP_CODE_SSL_NOT_REQUIRED, "ssl-not-required"},
    {CERTMAP_CODE_CERTIFICATE_NOT_REQUIRED, "certificate-not-required"},
    {CERTMAP_CODE_OTHER_AUTHENTICATION, "other-authentication"},
    {CERTMAP_CODE_DIRECTORY_MAPPING, "directory-mapping"},
    {CERTMAP_CODE_NO_HTTPS_BINDING, "no-https-binding"},
    {CERTMAP_CODE_TLS13_ENABLED, "tls13-enabled"},
    {CERTMAP_CODE_CLEAR_PASSWORD, "clear-password"},
    {CERTMAP_CODE_SETUP_VALUE, "setup-value"},
    {CERTMAP_CODE_SETUP_NOT_SHOWN, "setup-not-shown"},
    {CERTMAP_CODE_RULES_DISABLED, "rules-disabled"},
};

const char *certmap_code_name(enum certmap_code code) {
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return codes[i].name;
    return NULL;
}

const char *certmap_decision_name(enum certmap_decision decision) {
    switch (decision) {
    case CERTMAP_NONE:
        return "none";
    case CERTMAP_ALLOW:
        return "allow";
    case CERTMAP_DENY:
        return "deny";
    }
    return NULL;
}

const char *certmap_kind_name(enum certmap_kind kind) {
    switch (kind) {
    case CERTMAP_KIND_NATIVE:
        return "native";
    case CERTMAP_KIND_MANY_TO_ONE:
        return "manyToOne";
    case CERTMAP_KIND_ONE_TO_ONE:
        return "oneToOne";
    }
    return NULL;
}

const char *certmap_combining_name(enum certmap_combining policy) {
    switch (policy) {
    case CERTMAP_COMBINING_FIRST:
        return "first";
    case CERTMAP_COMBINING_MOST_SPECIFIC:
        return "most-specific";
    case CERTMAP_COMBINING_UNIQUE:
        return "unique";
    case CERTMAP_COMBINING_ALL:
        return "all";
    }
    return NULL;
}

const char *certmap_language_name(enum certmap_language language) {
    switch (language) {
    case CERTMAP_LANGUAGE_PLAIN:
        return "plain";
    case CERTMAP_LANGUAGE_LDAP_FILTER:
        return "ldap-filter";
    case CERTMAP_LANGUAGE_DN:
        return "dn";
    case CERTMAP_LANGUAGE_URL:
        return "url";
    case CERTMAP_LANGUAGE_POSIX_USER:
        return "posix-user";
    case CERTMAP_LANGUAGE_PRINCIPAL:
        return "principal";
    }
    return NULL;
}

const char *certmap_dialect_name(enum certmap_dialect dialect) {
    static const char *const names[] = {
        [CERTMAP_DIALECT_RFC4514] = "rfc4514",
        [CERTMAP_DIALECT_OPENSSL] = "openssl",
        [CERTMAP_DIALECT_SLASHES] = "slashes",
        [CERTMAP_DIALECT_WINDOWS] = "windows",
        [CERTMAP_DIALECT_OPENSSL_REVERSED] = "openssl-reversed",
        [CERTMAP_DIALECT_WINDOWS_REVERSED] = "windows-reversed",
        [CERTMAP_DIALECT_PLAIN] = "plain",
        [CERTMAP_DIALECT_PLAIN_REVERSED] = "plain-reversed",
        [CERTMAP_DIALECT_MULTILINE] = "multiline",
        [CERTMAP_DIALECT_SLASHES_PLAIN] = "slashes-plain",
        [CERTMAP_DIALECT_MULTILINE_REVERSED] = "multiline-reversed",
    };
    return (size_t)dialect < sizeof names / sizeof *names ? names[dialect] : NULL;
}
