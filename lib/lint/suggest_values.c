/* SPDX-License-Identifier: MIT */
/* What the certificates hold that are to be in or out, and how easily a stranger gets each kind of value. */
#include "suggest.h"
#include <stdlib.h>
#include <string.h>

/* clang-format off */
/* From the value that a CA checks most to the one that anybody is given for the asking. Of several rows the first
 * counts. field, subfield, cost, usable, personal, counts, domain. */
static const struct cm_suggest_path paths[] = {
    {CERTMAP_FIELD_SUBJECT, "O", 100, true, false, true, false},
    {CERTMAP_FIELD_SUBJECT, "organizationIdentifier", 100, true, false, true, false},
    {CERTMAP_FIELD_SUBJECT, "OU", 120, true, false, true, false},
    {CERTMAP_FIELD_SUBJECT, "DC", 130, true, false, true, false},
    {CERTMAP_FIELD_SUBJECT, "C", 250, true, false, false, false},
    {CERTMAP_FIELD_SUBJECT, "S", 240, true, false, true, false},
    {CERTMAP_FIELD_SUBJECT, "L", 240, true, false, true, false},
    {CERTMAP_FIELD_SUBJECT, "E", 150, true, true, true, true},
    {CERTMAP_FIELD_SUBJECT, "UID", 200, true, true, true, false},
    {CERTMAP_FIELD_SUBJECT, "SERIALNUMBER", 200, true, true, true, false},
    {CERTMAP_FIELD_SUBJECT, "CN", 220, true, true, true, false},
    {CERTMAP_FIELD_SUBJECT, "SN", 260, true, true, true, false},
    {CERTMAP_FIELD_SUBJECT, "G", 260, true, true, true, false},
    {CERTMAP_FIELD_SUBJECT, "I", 260, true, true, true, false},
    {CERTMAP_FIELD_SUBJECT, "T", 210, true, false, true, false},
    {CERTMAP_FIELD_SUBJECT, NULL, 230, true, true, true, false},
    {CERTMAP_FIELD_SAN, "upn", 120, true, true, true, true},
    {CERTMAP_FIELD_SAN, "email", 130, true, true, true, true},
    {CERTMAP_FIELD_SAN, "dns", 130, true, true, true, true},
    {CERTMAP_FIELD_SAN, "krb5", 150, true, true, true, true},
    {CERTMAP_FIELD_SAN, "uri", 160, true, true, true, false},
    {CERTMAP_FIELD_SAN, "ip", 200, true, true, true, false},
    {CERTMAP_FIELD_SAN, "dirname", 0, false, false, false, false},
    {CERTMAP_FIELD_SAN, NULL, 230, true, true, true, false},
    {CERTMAP_FIELD_SAN_DIRNAME, NULL, 230, true, true, true, false},
    {CERTMAP_FIELD_MS_TEMPLATE, NULL, 100, true, false, false, false},
    {CERTMAP_FIELD_POLICY, NULL, 110, true, false, false, false},
    {CERTMAP_FIELD_EKU, NULL, 140, true, false, false, false},
};
/* clang-format on */

/* Fields that tell one certificate or one person from all others: for a single certificate that is to be in. */
static const struct cm_suggest_path single_paths[] = {
    {CERTMAP_FIELD_MS_SID, NULL, 140, true, true, false, false},
    {CERTMAP_FIELD_SERIAL, NULL, 300, true, true, false, false},
    {CERTMAP_FIELD_KEY_SHA256, NULL, 320, true, true, false, false},
};

static bool is_text(struct certmap_view view, const char *text) {
    return view.len == strlen(text) && memcmp(view.data, text, view.len) == 0;
}

const struct cm_suggest_path *cm_suggest_path_of(enum certmap_field field, struct certmap_view subfield) {
    static const struct cm_suggest_path none = {CERTMAP_FIELD_SUBJECT, NULL, 0, false, false, false, false};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (paths[i].field == field && (paths[i].subfield == NULL || is_text(subfield, paths[i].subfield)))
            return &paths[i];
    for (size_t i = 0; i < sizeof single_paths / sizeof *single_paths; i++)
        if (single_paths[i].field == field)
            return &single_paths[i];
    return &none;
}

bool cm_suggest_same_path(const struct cm_suggest_value *a, const struct cm_suggest_value *b) {
    return a->field == b->field && cm_suggest_same_text(a->subfield, b->subfield);
}

/* ---- reading ---- */

/* The fields whose values are read; those that conditions on the CA are made of, too. */
static const enum certmap_field fields[] = {
    CERTMAP_FIELD_SUBJECT,
    CERTMAP_FIELD_SAN,
    CERTMAP_FIELD_SAN_DIRNAME,
    CERTMAP_FIELD_MS_TEMPLATE,
    CERTMAP_FIELD_POLICY,
    CERTMAP_FIELD_EKU,
    CERTMAP_FIELD_MS_SID,
    CERTMAP_FIELD_SERIAL,
    CERTMAP_FIELD_KEY_SHA256,
    CERTMAP_FIELD_AKI,
    CERTMAP_FIELD_ISSUER_KEY_SHA256,
};
#define NEEDS                                                                                                          \
    ((unsigned)CERTMAP_PIECE_SUBJECT | (unsigned)CERTMAP_PIECE_ISSUER | (unsigned)CERTMAP_PIECE_SERIAL |               \
     (unsigned)CERTMAP_PIECE_EXTENSIONS | (unsigned)CERTMAP_PIECE_KEY_SHA256 |                                         \
     (unsigned)CERTMAP_PIECE_ISSUER_KEY_SHA256)

/* A value longer than this is no group of people's; rules with it could not be read. */
#define MAX_TEXT 256

/* A serial number has to say that its digits are hexadecimal. */
static struct certmap_view operand_of(struct certmap_suggest *suggest, enum certmap_field field,
                                      struct certmap_view text) {
    const bool negative = text.len > 0 && text.data[0] == '-';
    if (field != CERTMAP_FIELD_SERIAL)
        return cm_lint_pool_copy(&suggest->pool, text);
    return cm_suggest_print(suggest, "%s0x%.*s", negative ? "-" : "", (int)(text.len - negative),
                            (const char *)text.data + negative);
}

static void add_value(struct certmap_suggest *suggest, size_t cert, enum certmap_field field,
                      const struct certmap_value *value) {
    struct cm_suggest_value *added = cm_lint_array_add(&suggest->values, &suggest->allocator, sizeof *added);
    if (added == NULL) {
        suggest->failed = true;
        return;
    }
    added->field = field;
    added->cert = cert;
    added->subfield = cm_lint_pool_copy(&suggest->pool, value->subfield);
    added->text = operand_of(suggest, field, value->text);
}

/* Adds the readable values of a field, while there is room. False: there is none left. */
static bool read_field(struct certmap_suggest *suggest, size_t cert, enum certmap_field field, size_t *room) {
    const size_t count = certmap_peer_value_count(suggest->peer, field);
    for (size_t i = 0; i < count && !cm_suggest_is_bad(suggest); i++) {
        struct certmap_value value = CERTMAP_VALUE_INIT;
        if (*room == 0)
            return false;
        --*room;
        if (certmap_peer_value(suggest->peer, &value, field, i, NULL) == CERTMAP_ERROR_MEMORY)
            suggest->failed = true;
        else if (value.text.data != NULL && value.text.len > 0 && value.text.len <= MAX_TEXT)
            add_value(suggest, cert, field, &value);
    }
    return true;
}

static void read_cert(struct certmap_suggest *suggest, size_t index) {
    const struct cm_suggest_cert *cert = cm_suggest_spoken(suggest, index);
    size_t room = CERTMAP_MAX_SUGGEST_VALUES;
    bool all = true;
    if (!cm_suggest_set(suggest, cert, NEEDS))
        return;
    /* The last ones first: who fills a Name does not hide the CA. */
    for (size_t f = sizeof fields / sizeof *fields; f-- > 0;)
        all = read_field(suggest, index, fields[f], &room) && all;
    if (!all)
        cm_suggest_note(suggest, cm_suggest_print(suggest, "%s has more than %d values; the others were not looked at",
                                                  cm_suggest_label(suggest, cert), CERTMAP_MAX_SUGGEST_VALUES));
}

static int compare_texts(struct certmap_view a, struct certmap_view b) {
    const size_t len = a.len < b.len ? a.len : b.len;
    const int order = len == 0 ? 0 : memcmp(a.data, b.data, len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_values(const void *one, const void *two) {
    const struct cm_suggest_value *a = one, *b = two;
    int order = (a->field > b->field) - (a->field < b->field);
    if (order == 0)
        order = compare_texts(a->subfield, b->subfield);
    if (order == 0)
        order = compare_texts(a->text, b->text);
    return order != 0 ? order : (a->cert > b->cert) - (a->cert < b->cert);
}

void cm_suggest_read_values(struct certmap_suggest *suggest) {
    for (size_t i = 0; i < suggest->spoken.count && !cm_suggest_is_bad(suggest); i++)
        read_cert(suggest, i);
    if (suggest->values.count > 0)
        qsort(suggest->values.items, suggest->values.count, sizeof(struct cm_suggest_value), compare_values);
}
