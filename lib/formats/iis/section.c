/* SPDX-License-Identifier: MIT */
/* What each element of the section means for its level. */
#include "../kit/base64.h"
#include "certmap/names.h"
#include "doubt.h"
#include "run.h"
#include <string.h>

#define VIEW(literal) ((struct certmap_view){(const uint8_t *)(literal), sizeof(literal) - 1})

static void report(struct cm_iis *iis, enum certmap_severity severity, enum certmap_code code, const char *text) {
    cm_kit_report(&iis->diagnostics, severity, code, iis->here, "%s", text);
}

static bool starts_with(struct certmap_view text, struct certmap_view start) {
    return text.len >= start.len && memcmp(text.data, start.data, start.len) == 0;
}

static bool is_encrypted(struct certmap_view text) {
    return starts_with(text, VIEW("[enc:"));
}

/* ---- the section ---- */

static void begin_duplicate(struct cm_iis *iis) {
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_DUPLICATE_SECTION, iis->here,
                  "the section is there already for this location, in line %lu", (unsigned long)iis->level->place.line);
}

bool cm_iis_begin_section(struct cm_iis *iis, const struct cm_iis_values *values) {
    if (iis->level->present)
        begin_duplicate(iis);
    iis->level->present = true;
    iis->level->place = iis->here;
    for (size_t slot = 0; slot < CM_IIS_SETTINGS; slot++) {
        struct cm_iis_value value = values->at[slot];
        if (value.text.data == NULL)
            continue;
        value.text = cm_iis_keep(iis, value.text);
        iis->level->settings[slot] = value;
    }
    if (values->at[CM_IIS_CONFIG_SOURCE].text.data != NULL)
        report(iis, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_CONFIG_SOURCE,
               "configSource keeps the section in another file; give that file instead");
    iis->encrypted = values->at[CM_IIS_PROTECTION].text.data != NULL;
    if (iis->encrypted)
        report(iis, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_ENCRYPTED_SECTION,
               "configProtectionProvider encrypts the section, which only the IIS machine can undo");
    return true;
}

/* A section whose level does not apply: nothing of it is checked. Whether it has mappings, or switches
 * on those of the server, is worth knowing. */
void cm_iis_begin_other(struct cm_iis *iis, const char *const *attributes) {
    iis->in_other = true;
    for (; *attributes != NULL; attributes += 2)
        if (strcmp(attributes[0], "enabled") == 0 &&
            certmap_text_same((struct certmap_view){(const uint8_t *)attributes[1], strlen(attributes[1])},
                              VIEW("true")))
            cm_iis_note_other(iis);
}

bool cm_iis_begin_encrypted(struct cm_iis *iis, const struct cm_iis_values *values) {
    (void)values;
    if (!iis->encrypted)
        report(iis, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_ENCRYPTED_SECTION,
               "the section is encrypted, which only the IIS machine can undo");
    iis->encrypted = true;
    return false;
}

/* ---- mappings ---- */

static struct cm_iis_mapping *add_mapping(struct cm_iis *iis, enum cm_iis_list_kind kind) {
    struct cm_iis_list *list = &iis->level->lists[kind];
    struct cm_iis_mapping *items =
        cm_kit_grow(&iis->allocator, list->items, &list->cap, list->count + 1, sizeof *items);
    if (items == NULL) {
        cm_iis_no_memory(iis);
        return NULL;
    }
    list->items = items;
    items[list->count] = (struct cm_iis_mapping){
        .place = iis->here,
        .kind = kind,
        .generation = list->generation,
        .always = kind == CM_IIS_LIST_MANY,
        .first_rule = iis->rule_count,
    };
    return &items[list->count++];
}

/* The many-to-one mapping that is being read. */
static struct cm_iis_mapping *open_mapping(struct cm_iis *iis) {
    struct cm_iis_list *list = &iis->level->lists[CM_IIS_LIST_MANY];
    return &list->items[list->count - 1];
}

/* The password itself is copied only if somebody wants it and can get it, and nowhere else. */
static void read_password(struct cm_iis *iis, struct cm_iis_mapping *mapping, struct certmap_view text) {
    if (text.len == 0)
        return;
    if (is_encrypted(text)) {
        mapping->password.state = CERTMAP_IIS_PASSWORD_ENCRYPTED;
        report(iis, CERTMAP_SEVERITY_NOTE, CERTMAP_CODE_ENCRYPTED_VALUE,
               "password is encrypted, which only the IIS machine can undo");
        return;
    }
    mapping->password.state = CERTMAP_IIS_PASSWORD_CLEAR;
    if (!iis->keep_passwords || !mapping->enabled)
        return;
    mapping->password.text = cm_kit_store_text(&iis->secrets, text);
    if (mapping->password.text.data == NULL)
        cm_iis_no_memory(iis);
}

/* A mapping that gives an account has to name it. */
static void check_user(struct cm_iis *iis, const struct cm_iis_mapping *mapping, const struct cm_iis_values *values) {
    if (!mapping->enabled || mapping->deny || values->at[CM_IIS_ENABLED].bad || values->at[CM_IIS_MODE].bad)
        return;
    if (mapping->user.len == 0)
        report(iis, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_MISSING_USER_NAME,
               "userName is missing, and the mapping is enabled and allows");
    else if (is_encrypted(mapping->user))
        report(iis, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_ENCRYPTED_VALUE,
               "userName is encrypted, which only the IIS machine can undo");
}

/* What both kinds of mapping have. */
static void read_mapping(struct cm_iis *iis, struct cm_iis_mapping *mapping, const struct cm_iis_values *values) {
    mapping->broken = values->broken;
    mapping->enabled = values->at[CM_IIS_ENABLED].number != 0;
    mapping->deny = values->at[CM_IIS_MODE].number == CM_IIS_MODE_DENY;
    mapping->user = cm_iis_keep(iis, values->at[CM_IIS_USER].text);
    read_password(iis, mapping, values->at[CM_IIS_PASSWORD].text);
    check_user(iis, mapping, values);
}

bool cm_iis_begin_many_add(struct cm_iis *iis, const struct cm_iis_values *values) {
    struct cm_iis_mapping *mapping = add_mapping(iis, CM_IIS_LIST_MANY);
    if (mapping == NULL)
        return true;
    read_mapping(iis, mapping, values);
    mapping->name = cm_iis_keep(iis, values->at[CM_IIS_NAME].text);
    return true;
}

bool cm_iis_begin_many_clear(struct cm_iis *iis, const struct cm_iis_values *values) {
    (void)values;
    iis->level->lists[CM_IIS_LIST_MANY].generation++;
    return true;
}

bool cm_iis_begin_one_clear(struct cm_iis *iis, const struct cm_iis_values *values) {
    (void)values;
    iis->level->lists[CM_IIS_LIST_ONE].generation++;
    return true;
}

/* ---- certificates ---- */

static void report_base64(struct cm_iis *iis, struct certmap_view text, size_t at, const char *what) {
    struct certmap_view rest = {text.data + at, text.len - at};
    const char *doubt = cm_iis_doubt_certificate(text);
    if (starts_with(rest, VIEW("-----")))
        what = "has a PEM header or footer; only the base64 between them belongs there";
    else if (doubt != NULL)
        what = doubt;
    else if (cm_iis_doubt_end(text, at) != NULL)
        what = cm_iis_doubt_end(text, at);
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_BAD_BASE64, iis->here,
                  "certificate %s (character %lu)", what, (unsigned long)at + 1);
}

/* The DER of the certificate attribute, in the store; len 0 if there is none. */
static struct certmap_view decode(struct cm_iis *iis, struct certmap_view text) {
    size_t len, at;
    uint8_t *bytes = cm_kit_store_bytes(&iis->store, CM_KIT_BASE64_ROOM(text.len));
    if (bytes == NULL) {
        cm_iis_no_memory(iis);
        return (struct certmap_view){NULL, 0};
    }
    const char *what = cm_kit_base64_decode(bytes, &len, &at, text);
    if (what != NULL)
        report_base64(iis, text, at, what);
    else if (len == 0)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_MISSING_ATTRIBUTE, iis->here,
                      "certificate %s", cm_iis_doubt_certificate(text));
    return (struct certmap_view){bytes, what == NULL ? len : 0};
}

/* What the bytes look like that are no certificate. text: where they come from. */
static void warn_of_useless(struct cm_iis *iis, struct certmap_view der, struct certmap_view text,
                            const struct certmap_diagnostic *error) {
    const char *doubt = cm_iis_doubt_certificate(text);
    if (doubt == NULL)
        doubt = cm_iis_doubt_der(der);
    if (doubt != NULL)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_USELESS_CERTIFICATE, iis->here,
                      "certificate %s", doubt);
    else
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_USELESS_CERTIFICATE, iis->here,
                      "certificate is not one that any client can send: %s", error->text);
}

/* Finds what the mapping compares with: what was signed, or all of the bytes, where they are no certificate. text: where
 * they come from. */
static void check_certificate(struct cm_iis *iis, struct cm_iis_mapping *mapping, struct certmap_view text) {
    const struct certmap_view der = mapping->certificate;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic error;
    const bool found = certmap_cert_from_der(&cert, der, &error) == CERTMAP_OK;
    if (!found)
        warn_of_useless(iis, der, text, &error);
    mapping->compared_at = found ? (uint32_t)(cert.tbs.data - der.data) : 0;
    mapping->compared_len = (uint32_t)(found ? cert.tbs.len : der.len);
}

bool cm_iis_begin_one_add(struct cm_iis *iis, const struct cm_iis_values *values) {
    struct certmap_view text = values->at[CM_IIS_CERTIFICATE].text;
    struct cm_iis_mapping *mapping = add_mapping(iis, CM_IIS_LIST_ONE);
    if (mapping == NULL)
        return true;
    read_mapping(iis, mapping, values);
    if (text.data != NULL)
        mapping->certificate = decode(iis, text);
    if (mapping->certificate.len > 0)
        check_certificate(iis, mapping, text);
    mapping->broken = mapping->broken || mapping->certificate.len == 0;
    return true;
}

/* ---- rules ---- */

bool cm_iis_begin_rule_add(struct cm_iis *iis, const struct cm_iis_values *values) {
    open_mapping(iis)->always = false;
    if (values->broken)
        return true;
    struct cm_iis_rule *rules =
        cm_kit_grow(&iis->allocator, iis->rules, &iis->rule_cap, iis->rule_count + 1, sizeof *rules);
    if (rules == NULL) {
        cm_iis_no_memory(iis);
        return true;
    }
    iis->rules = rules;
    rules[iis->rule_count++] = (struct cm_iis_rule){
        .place = iis->here,
        .generation = open_mapping(iis)->rule_generation,
        .issuer = values->at[CM_IIS_FIELD].number == CM_IIS_FIELD_ISSUER,
        .nocase = values->at[CM_IIS_CASE].number == 0,
        .subfield = cm_iis_keep(iis, values->at[CM_IIS_SUBFIELD].text),
        .criteria = cm_iis_keep(iis, values->at[CM_IIS_CRITERIA].text),
    };
    open_mapping(iis)->rule_count++;
    return true;
}

bool cm_iis_begin_rule_clear(struct cm_iis *iis, const struct cm_iis_values *values) {
    (void)values;
    open_mapping(iis)->rule_generation++;
    open_mapping(iis)->always = true;
    return true;
}
