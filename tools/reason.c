/* SPDX-License-Identifier: MIT */
#include "reason.h"
#include "certmap/names.h"
#include "certmap/walk.h"
#include "client.h"
#include "hash.h"
#include <stdlib.h>
#include <string.h>

/* The first thing that stood in the way in the mapping that decided. */
struct cause {
    const struct certmap_rules *rules;
    enum certmap_code reason; /* of the answer: UNREADABLE for a condition that is unknown, else what cannot be built */
    bool found;
    enum certmap_code why;
    enum certmap_field field; /* of a condition */
    struct tool_text subfield;
    struct tool_text name; /* of an output: "its account", `its attribute "mail"` */
    struct tool_text text;
};

static void note_condition(struct cause *cause, const struct certmap_explain_item *item) {
    if (!item->read || item->truth != CERTMAP_UNKNOWN || item->condition == NULL)
        return;
    cause->found = true;
    cause->why = item->why;
    cause->field = item->condition->field;
    tool_text_add(&cause->subfield, item->condition->subfield);
    tool_reason_condition(&cause->text, cause->rules, item, TOOL_CONDITION_SHOWN);
}

static void note_output(struct cause *cause, const struct certmap_explain_item *item) {
    const bool attribute = tool_reason_is_attribute(item);
    if (item->why == CERTMAP_CODE_NONE)
        return;
    cause->found = true;
    tool_text_string(&cause->name, attribute ? "its attribute \"" : "its ");
    tool_text_add(&cause->name, item->field);
    tool_text_string(&cause->name, attribute ? "\"" : "");
    tool_text_add(&cause->text, item->text);
}

/* Ends with what was looked for. */
static bool find_cause(void *ctx, const struct certmap_explain_item *item) {
    struct cause *cause = ctx;
    if (cause->reason == CERTMAP_CODE_UNREADABLE && item->kind == CERTMAP_EXPLAIN_CONDITION)
        note_condition(cause, item);
    else if (cause->reason != CERTMAP_CODE_UNREADABLE &&
             (item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT))
        note_output(cause, item);
    return !cause->found;
}

static bool look_for(struct cause *cause, const struct certmap_result *answer, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    return certmap_explain_mapping(cause->rules, peer, &result, answer->index, find_cause, cause, NULL) == CERTMAP_OK &&
           cause->found;
}

static void free_cause(struct cause *cause) {
    tool_text_free(&cause->subfield);
    tool_text_free(&cause->name);
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
static void add_certificate(struct tool_text *text, struct certmap_view der) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    tool_text_format(text, "(%zu bytes", der.len);
    add_subject(text, der);
    if (tool_hash(NULL, digest, CERTMAP_HASH_SHA256, der)) {
        tool_text_string(text, ", SHA-256 ");
        add_digits(text, digest, sizeof digest);
    }
    tool_text_string(text, ")");
}

/* The certificates of one condition of a mapping. */
struct certificates {
    struct tool_text *text;
    size_t number; /* of the condition */
    bool inside;   /* its operands come now */
    size_t most;   /* bytes, after which the rest is left out */
    bool cut;
};

/* A certmap_walk_fn. */
static bool see_part(void *ctx, const struct certmap_walk_item *item) {
    struct certificates *list = ctx;
    if (item->kind != CERTMAP_WALK_OPERAND) {
        const bool was_inside = list->inside;
        list->inside = item->kind == CERTMAP_WALK_CONDITION && item->number == list->number;
        return !was_inside;
    }
    if (!list->inside)
        return true;
    tool_text_string(list->text, item->number > 0 ? ", " : "");
    list->cut = list->text->len > list->most;
    if (list->cut)
        tool_text_string(list->text, "...");
    else
        add_certificate(list->text, item->shown);
    return !list->cut;
}

/* "certificate = (...)", or "certificate in ((...), (...))"; what is after `most` bytes of a list is left out. */
static void add_certificates(struct tool_text *text, const struct certmap_rules *rules,
                             const struct certmap_explain_item *item, size_t most) {
    struct certificates list = {text, item->number, false, most, false};
    const bool several = item->condition->operand_count > 1;
    list.most = most > SIZE_MAX - text->len ? SIZE_MAX : text->len + most;
    tool_text_string(text, certmap_field_name(CERTMAP_FIELD_CERTIFICATE));
    tool_text_string(text, several ? " in (" : " = ");
    if (certmap_rules_walk(rules, item->mapping, see_part, &list, NULL) != CERTMAP_OK)
        tool_no_memory();
    tool_text_string(text, several && !list.cut ? ")" : "");
}

void tool_reason_condition(struct tool_text *text, const struct certmap_rules *rules,
                           const struct certmap_explain_item *item, size_t most) {
    if (item->condition != NULL && item->condition->field == CERTMAP_FIELD_CERTIFICATE)
        add_certificates(text, rules, item, most);
    else
        add_cut(text, item->text, most);
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

/* Adds the string type of the value that made the condition unknown, if it was one that has a type. */
static void add_type(struct tool_text *text, const struct cause *cause, struct certmap_peer *peer) {
    const bool typed = cause->field == CERTMAP_FIELD_SUBJECT || cause->field == CERTMAP_FIELD_ISSUER ||
                       cause->field == CERTMAP_FIELD_SAN_DIRNAME;
    const struct certmap_view subfield = tool_text_view(&cause->subfield);
    const size_t count = typed && subfield.len > 0 ? certmap_peer_value_count(peer, cause->field) : 0;
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        if (certmap_peer_value(peer, &value, cause->field, i, NULL) != CERTMAP_OK)
            return;
        if (value.unreadable == cause->why && value.subfield.len == subfield.len &&
            memcmp(value.subfield.data, subfield.data, subfield.len) == 0) {
            tool_text_string(text, ", ");
            tool_value_add_type(text, &value);
            return;
        }
    }
}

/* What the person can do about it. */
static void add_advice(struct tool_text *text, const struct cause *cause) {
    if (cause->why != CERTMAP_CODE_NOT_SUPPLIED)
        return;
    if (cause->field == CERTMAP_FIELD_ISSUER_SHA256 || cause->field == CERTMAP_FIELD_ISSUER_KEY_SHA256 ||
        cause->field == CERTMAP_FIELD_ISSUER_SHA1)
        tool_text_string(text, ": give it with --issuer");
    if (cause->field == CERTMAP_FIELD_CHAIN_SHA256 || cause->field == CERTMAP_FIELD_CHAIN_KEY_SHA256)
        tool_text_string(text, ": give it with --chain");
}

/* "mapping "M" cannot be decided: CONDITION is unknown, because WHY (code, type); and what follows from it" */
static void add_unreadable(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                           const struct certmap_result *result) {
    struct cause cause = {.rules = rules, .reason = result->reason};
    tool_reason_mapping(text, result->mapping);
    tool_text_string(text, " cannot be decided");
    if (look_for(&cause, result, peer)) {
        tool_text_string(text, ": ");
        tool_text_add(text, tool_text_view(&cause.text));
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

bool tool_reason_is_attribute(const struct certmap_explain_item *item) {
    return item->output != NULL && item->output->kind == CERTMAP_OUTPUT_ATTRIBUTE;
}

/* "mapping "M" holds, but its account "A" cannot be built: WHY" */
static void add_placeholder(struct tool_text *text, const struct certmap_rules *rules, struct certmap_peer *peer,
                            const struct certmap_result *result) {
    struct cause cause = {.rules = rules, .reason = result->reason};
    tool_reason_mapping(text, result->mapping);
    tool_text_string(text, " holds, but ");
    if (look_for(&cause, result, peer)) {
        tool_text_add(text, tool_text_view(&cause.name));
        tool_text_string(text, " ");
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
        tool_text_string(text, "what holds gives more accounts, groups or attributes than an answer can have");
    } else if (result->decision == CERTMAP_DENY) {
        add_placeholder(text, rules, peer, result);
    }
}
