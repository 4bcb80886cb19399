/* SPDX-License-Identifier: MIT */
#include "reason.h"
#include "certmap/names.h"
#include "client.h"
#include "hash.h"
#include <stdlib.h>
#include <string.h>

/* What certmap_explain tells about the first thing that stood in the way in the mapping that decided. */
struct cause {
    enum certmap_explain_kind kind; /* CONDITION: one that is unknown; OUTPUT: one that cannot be built */
    size_t mapping;
    bool found;
    enum certmap_code why;
    struct tool_text field;
    struct tool_text text;
};

static void find_cause(void *ctx, const struct certmap_explain_item *item) {
    struct cause *cause = ctx;
    if (cause->found || item->kind != cause->kind || item->mapping != cause->mapping || item->why == CERTMAP_CODE_NONE)
        return;
    if (item->kind == CERTMAP_EXPLAIN_CONDITION && (!item->read || item->truth != CERTMAP_UNKNOWN))
        return;
    cause->found = true;
    cause->why = item->why;
    tool_text_add(&cause->field, item->field);
    tool_text_add(&cause->text, item->text);
}

static bool look_for(struct cause *cause, const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    return certmap_explain(rules, peer, &result, find_cause, cause, NULL) == CERTMAP_OK && cause->found;
}

static void free_cause(struct cause *cause) {
    tool_text_free(&cause->field);
    tool_text_free(&cause->text);
}

static const char *why_text(enum certmap_code why) {
    static const struct {
        enum certmap_code code;
        const char *text;
    } texts[] = {
        {CERTMAP_CODE_VALUE_TYPE, "a value's ASN.1 type holds no text"},
        {CERTMAP_CODE_VALUE_ENCODING, "a value's bytes are not valid in its string type"},
        {CERTMAP_CODE_VALUE_AMBIGUOUS, "platforms read a value differently"},
        {CERTMAP_CODE_VALUE_NUL, "a value holds a NUL character"},
        {CERTMAP_CODE_VALUE_TOO_LONG, "a value is too long"},
        {CERTMAP_CODE_NOT_SUPPLIED, "this part of the certificate was not supplied"},
        {CERTMAP_CODE_STEPS, "the work for one match ran out"},
        {CERTMAP_CODE_MALFORMED_PIECE, "this part of the certificate is malformed"},
        {CERTMAP_CODE_DUPLICATE_EXTENSION, "the certificate has this extension twice"},
        {CERTMAP_CODE_PLACEHOLDER_NO_VALUE, "the certificate has no such value"},
        {CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES,
         "the certificate has several such values, and the placeholder chooses none"},
        {CERTMAP_CODE_PLACEHOLDER_UNREADABLE, "a value in it cannot be read"},
        {CERTMAP_CODE_PLACEHOLDER_EMPTY, "nothing is left of a value"},
        {CERTMAP_CODE_PLACEHOLDER_CHARACTER, "a value holds a character that could change the meaning"},
        {CERTMAP_CODE_PLACEHOLDER_TOO_LONG, "it is too long"},
        {CERTMAP_CODE_PLACEHOLDER_USER_NAME, "it is no portable user name"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].code == why)
            return texts[i].text;
    return "it is not known";
}

/* ---- conditions on the certificate ----
 *
 * Its digits say nothing to people: in their place are its length, whose it is, and its digest. */

/* More bytes of a subject are left out. */
#define SUBJECT_SHOWN 120

static bool is_certificate(struct certmap_view condition) {
    static const char begin[] = "certificate ";
    return condition.len > strlen(begin) && memcmp(condition.data, begin, strlen(begin)) == 0;
}

/* Adds a text up to most bytes, and "..." where it has more. */
static void add_cut(struct tool_text *text, struct certmap_view view, size_t most) {
    const bool cut = view.len > most;
    if (cut)
        view.len = most;
    while (cut && view.len > 0 && (view.data[view.len] & 0xC0) == 0x80)
        view.len--; /* not in the middle of a character */
    tool_text_add(text, view);
    tool_text_string(text, cut ? "..." : "");
}

static void add_digits(struct tool_text *text, const uint8_t *bytes, size_t len) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++)
        tool_text_add(text, (struct certmap_view){
                                (const uint8_t[]){(uint8_t)digits[bytes[i] >> 4], (uint8_t)digits[bytes[i] & 15]}, 2});
}

static uint8_t digit_of(uint8_t c) {
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* Bytes from digits as rules print them. The caller frees them. */
static uint8_t *from_digits(struct certmap_view digits) {
    uint8_t *bytes = tool_alloc(digits.len / 2);
    for (size_t i = 0; i < digits.len / 2; i++)
        bytes[i] = (uint8_t)(digit_of(digits.data[2 * i]) << 4 | digit_of(digits.data[2 * i + 1]));
    return bytes;
}

/* Whether a Name is well-formed: then its text only has no room. */
static bool has_text(struct certmap_view name) {
    size_t len;
    return certmap_name_to_text(NULL, 0, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL) ==
           CERTMAP_ERROR_BUFFER;
}

static void add_subject(struct tool_text *text, struct certmap_view der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct tool_text subject = {NULL, 0, 0};
    if (certmap_cert_from_der(&cert, der, NULL) != CERTMAP_OK || !has_text(cert.subject)) {
        tool_text_string(text, ", no certificate that can be read");
        return;
    }
    tool_text_name(&subject, cert.subject);
    tool_text_string(text, subject.len > 0 ? " of " : " without a subject");
    if (subject.len > 0)
        add_cut(text, tool_text_view(&subject), SUBJECT_SHOWN);
    tool_text_free(&subject);
}

/* "(636 bytes of CN=Bob,O=Contoso, SHA-256 4355a46b...)" */
static void add_certificate(struct tool_text *text, struct certmap_view digits) {
    uint8_t *bytes = from_digits(digits), digest[CERTMAP_SHA256_SIZE];
    const struct certmap_view der = {bytes, digits.len / 2};
    tool_text_format(text, "(%zu bytes", der.len);
    add_subject(text, der);
    if (tool_hash(NULL, digest, CERTMAP_HASH_SHA256, der)) {
        tool_text_string(text, ", SHA-256 ");
        add_digits(text, digest, sizeof digest);
    }
    tool_text_string(text, ")");
    free(bytes);
}

/* A condition on the certificate has digits in quotes, and nothing else in them. Of a list, what is after `most`
 * bytes is left out. */
static void add_certificates(struct tool_text *text, struct certmap_view condition, size_t most) {
    const size_t begin = text->len;
    while (condition.len > 0) {
        const uint8_t *quote = memchr(condition.data, '"', condition.len);
        const size_t before = quote != NULL ? (size_t)(quote - condition.data) : condition.len;
        const size_t rest = condition.len - before;
        const uint8_t *end = rest > 0 ? memchr(quote + 1, '"', rest - 1) : NULL;
        tool_text_add(text, (struct certmap_view){condition.data, before});
        if (end == NULL)
            return;
        if (text->len - begin > most) {
            tool_text_string(text, "...");
            return;
        }
        add_certificate(text, (struct certmap_view){quote + 1, (size_t)(end - quote - 1)});
        condition.len -= (size_t)(end + 1 - condition.data);
        condition.data = end + 1;
    }
}

void tool_reason_condition(struct tool_text *text, struct certmap_view condition, size_t most) {
    if (is_certificate(condition))
        add_certificates(text, condition, most);
    else
        add_cut(text, condition, most);
}

/* ---- mappings ---- */

void tool_reason_mapping(struct tool_text *text, struct certmap_view name) {
    if (name.len == 0) {
        tool_text_string(text, "a one-to-one mapping");
        return;
    }
    tool_text_string(text, "mapping ");
    tool_text_quoted(text, name);
}

/* ---- A condition is unknown ---- */

/* Whether FIELD.SUBFIELD, as the library names it, is the path of a value. */
static bool is_path(struct certmap_view path, const char *field, struct certmap_view subfield) {
    const size_t len = strlen(field);
    return path.len == len + 1 + subfield.len && memcmp(path.data, field, len) == 0 &&
           memcmp(path.data + len + 1, subfield.data, subfield.len) == 0;
}

/* Adds the string type of the value that made the condition unknown, if it was one that has a type. */
static void add_type(struct tool_text *text, const struct cause *cause, struct certmap_peer *peer) {
    static const enum certmap_field fields[] = {CERTMAP_FIELD_SUBJECT, CERTMAP_FIELD_ISSUER, CERTMAP_FIELD_SAN_DIRNAME};
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
        const size_t count = certmap_peer_value_count(peer, fields[f]);
        for (size_t i = 0; i < count; i++) {
            struct certmap_value value = CERTMAP_VALUE_INIT;
            if (certmap_peer_value(peer, &value, fields[f], i, NULL) != CERTMAP_OK)
                return;
            if (value.unreadable == cause->why &&
                is_path(tool_text_view(&cause->field), certmap_field_name(fields[f]), value.subfield)) {
                tool_text_string(text, ", ");
                tool_value_add_type(text, &value);
                return;
            }
        }
    }
}

/* What the person can do about it. */
static void add_advice(struct tool_text *text, const struct cause *cause) {
    static const char issuer[] = "issuer is";
    if (cause->why == CERTMAP_CODE_NOT_SUPPLIED && cause->field.len > strlen(issuer) &&
        memcmp(cause->field.data, issuer, strlen(issuer)) == 0)
        tool_text_string(text, ": give it with --issuer");
}

/* "mapping "M" cannot be decided: CONDITION is unknown, because WHY (code, type); and what follows from it" */
static void add_unreadable(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                           const struct certmap_result *result) {
    struct cause cause = {.kind = CERTMAP_EXPLAIN_CONDITION, .mapping = result->index};
    tool_reason_mapping(text, result->mapping);
    tool_text_string(text, " cannot be decided");
    if (look_for(&cause, rules, peer)) {
        tool_text_string(text, ": ");
        tool_reason_condition(text, tool_text_view(&cause.text), TOOL_CONDITION_SHOWN);
        tool_text_format(text, " is unknown, because %s (%s", why_text(cause.why), certmap_code_name(cause.why));
        add_type(text, &cause, peer);
        tool_text_string(text, ")");
        add_advice(text, &cause);
    }
    tool_text_string(text, result->decision == CERTMAP_DENY ? "; an undecided deny refuses"
                                                            : "; an undecided allow grants nothing");
    free_cause(&cause);
}

/* ---- An answer cannot be built ---- */

bool tool_reason_is_attribute(struct certmap_view field) {
    static const char *const others[] = {"account", "domain", "group"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (field.len == strlen(others[i]) && memcmp(field.data, others[i], field.len) == 0)
            return false;
    return true;
}

/* "mapping "M" holds, but its account "A" cannot be built: WHY" */
static void add_placeholder(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                            const struct certmap_result *result) {
    struct cause cause = {.kind = CERTMAP_EXPLAIN_OUTPUT, .mapping = result->index};
    tool_reason_mapping(text, result->mapping);
    tool_text_string(text, " holds, but ");
    if (look_for(&cause, rules, peer)) {
        const bool attribute = tool_reason_is_attribute(tool_text_view(&cause.field));
        tool_text_string(text, attribute ? "its attribute \"" : "its ");
        tool_text_add(text, tool_text_view(&cause.field));
        tool_text_string(text, attribute ? "\" " : " ");
        tool_text_source(text, tool_text_view(&cause.text));
    } else {
        tool_text_string(text, "what it gives");
    }
    tool_text_format(text, " cannot be built: %s", why_text(result->reason));
    free_cause(&cause);
}

void tool_reason_add(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                     const struct certmap_result *result) {
    if (result->reason == CERTMAP_CODE_UNREADABLE) {
        add_unreadable(text, rules, peer, result);
    } else if (result->reason == CERTMAP_CODE_AMBIGUOUS) {
        tool_reason_mapping(text, result->mapping);
        tool_text_string(text, " and ");
        tool_reason_mapping(text, result->other);
        tool_text_string(text, " both hold, and the policy is unique");
    } else if (result->reason == CERTMAP_CODE_TOO_MANY_OUTPUTS) {
        tool_text_string(text, "the mappings that hold give more than an answer can have");
    } else if (result->decision == CERTMAP_DENY) {
        add_placeholder(text, rules, peer, result);
    }
}
