/* SPDX-License-Identifier: MIT */
#include "schema.h"
#include "certmap/names.h"
#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define TEXT(literal)                                                                                                  \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }

/* ---- the tables ---- */

const struct cm_iis_child cm_iis_children[] = {
    {CM_IIS_DOCUMENT, CM_IIS_CONFIGURATION, TEXT("configuration")},
    {CM_IIS_DOCUMENT, CM_IIS_LOCATION, TEXT("location")},
    {CM_IIS_DOCUMENT, CM_IIS_SECTION, TEXT(CM_IIS_SECTION_NAME)},
    {CM_IIS_CONFIGURATION, CM_IIS_LOCATION, TEXT("location")},
    {CM_IIS_CONFIGURATION, CM_IIS_WEB_SERVER, TEXT("system.webServer")},
    {CM_IIS_CONFIGURATION, CM_IIS_APPLICATION_HOST, TEXT("system.applicationHost")},
    {CM_IIS_LOCATION, CM_IIS_NESTED_LOCATION, TEXT("location")},
    {CM_IIS_LOCATION, CM_IIS_WEB_SERVER, TEXT("system.webServer")},
    {CM_IIS_WEB_SERVER, CM_IIS_SECURITY, TEXT("security")},
    {CM_IIS_SECURITY, CM_IIS_AUTHENTICATION, TEXT("authentication")},
    {CM_IIS_AUTHENTICATION, CM_IIS_SECTION, TEXT(CM_IIS_SECTION_NAME)},
    {CM_IIS_APPLICATION_HOST, CM_IIS_SITES, TEXT("sites")},
    {CM_IIS_SITES, CM_IIS_SITE, TEXT("site")},
    {CM_IIS_SITE, CM_IIS_APPLICATION, TEXT("application")},
    {CM_IIS_SITE, CM_IIS_BINDINGS, TEXT("bindings")},
    {CM_IIS_BINDINGS, CM_IIS_BINDING, TEXT("binding")},
    {CM_IIS_BINDINGS, CM_IIS_BINDING_CLEAR, TEXT("clear")},
    {CM_IIS_WEB_SERVER, CM_IIS_GLOBAL_MODULES, TEXT("globalModules")},
    {CM_IIS_GLOBAL_MODULES, CM_IIS_GLOBAL_ADD, TEXT("add")},
    {CM_IIS_GLOBAL_MODULES, CM_IIS_GLOBAL_REMOVE, TEXT("remove")},
    {CM_IIS_GLOBAL_MODULES, CM_IIS_GLOBAL_CLEAR, TEXT("clear")},
    {CM_IIS_WEB_SERVER, CM_IIS_MODULES, TEXT("modules")},
    {CM_IIS_MODULES, CM_IIS_MODULE_ADD, TEXT("add")},
    {CM_IIS_MODULES, CM_IIS_MODULE_REMOVE, TEXT("remove")},
    {CM_IIS_MODULES, CM_IIS_MODULE_CLEAR, TEXT("clear")},
    {CM_IIS_SECURITY, CM_IIS_ACCESS, TEXT("access")},
    {CM_IIS_AUTHENTICATION, CM_IIS_ANONYMOUS, TEXT("anonymousAuthentication")},
    {CM_IIS_AUTHENTICATION, CM_IIS_BASIC, TEXT("basicAuthentication")},
    {CM_IIS_AUTHENTICATION, CM_IIS_DIGEST, TEXT("digestAuthentication")},
    {CM_IIS_AUTHENTICATION, CM_IIS_WINDOWS, TEXT("windowsAuthentication")},
    {CM_IIS_AUTHENTICATION, CM_IIS_DIRECTORY, TEXT("clientCertificateMappingAuthentication")},
    {CM_IIS_SECTION, CM_IIS_ENCRYPTED_DATA, TEXT("EncryptedData")},
    {CM_IIS_SECTION, CM_IIS_MANY, TEXT("manyToOneMappings")},
    {CM_IIS_SECTION, CM_IIS_ONE, TEXT("oneToOneMappings")},
    {CM_IIS_MANY, CM_IIS_MANY_ADD, TEXT("add")},
    {CM_IIS_MANY, CM_IIS_MANY_CLEAR, TEXT("clear")},
    {CM_IIS_MANY_ADD, CM_IIS_RULES, TEXT("rules")},
    {CM_IIS_RULES, CM_IIS_RULE_ADD, TEXT("add")},
    {CM_IIS_RULES, CM_IIS_RULE_CLEAR, TEXT("clear")},
    {CM_IIS_ONE, CM_IIS_ONE_ADD, TEXT("add")},
    {CM_IIS_ONE, CM_IIS_ONE_CLEAR, TEXT("clear")},
};
const size_t cm_iis_child_count = COUNT(cm_iis_children);

/* The rows of an element are together; those of which there may be a million come first. */
const struct cm_iis_attribute cm_iis_attributes[] = {
    {CM_IIS_RULE_ADD, CM_IIS_FIELD, CM_IIS_FIELD_WORD, CM_IIS_FIELD_SUBJECT, true, TEXT("certificateField")},
    {CM_IIS_RULE_ADD, CM_IIS_SUBFIELD, CM_IIS_TEXT, 0, true, TEXT("certificateSubField")},
    {CM_IIS_RULE_ADD, CM_IIS_CRITERIA, CM_IIS_TEXT, 0, true, TEXT("matchCriteria")},
    {CM_IIS_RULE_ADD, CM_IIS_CASE, CM_IIS_BOOLEAN, true, false, TEXT("compareCaseSensitive")},
    {CM_IIS_MANY_ADD, CM_IIS_NAME, CM_IIS_TEXT, 0, true, TEXT("name")},
    {CM_IIS_MANY_ADD, CM_IIS_DESCRIPTION, CM_IIS_TEXT, 0, false, TEXT("description")},
    {CM_IIS_MANY_ADD, CM_IIS_ENABLED, CM_IIS_BOOLEAN, true, false, TEXT("enabled")},
    {CM_IIS_MANY_ADD, CM_IIS_MODE, CM_IIS_MODE_WORD, CM_IIS_MODE_ALLOW, false, TEXT("permissionMode")},
    {CM_IIS_MANY_ADD, CM_IIS_USER, CM_IIS_TEXT, 0, false, TEXT("userName")},
    {CM_IIS_MANY_ADD, CM_IIS_PASSWORD, CM_IIS_TEXT, 0, false, TEXT("password")},
    {CM_IIS_ONE_ADD, CM_IIS_ENABLED, CM_IIS_BOOLEAN, true, false, TEXT("enabled")},
    {CM_IIS_ONE_ADD, CM_IIS_USER, CM_IIS_TEXT, 0, false, TEXT("userName")},
    {CM_IIS_ONE_ADD, CM_IIS_PASSWORD, CM_IIS_TEXT, 0, false, TEXT("password")},
    {CM_IIS_ONE_ADD, CM_IIS_CERTIFICATE, CM_IIS_TEXT, 0, true, TEXT("certificate")},
    {CM_IIS_LOCATION, CM_IIS_PATH, CM_IIS_TEXT, 0, false, TEXT("path")},
    {CM_IIS_LOCATION, CM_IIS_INHERIT, CM_IIS_BOOLEAN, true, false, TEXT("inheritInChildApplications")},
    {CM_IIS_SITE, CM_IIS_NAME, CM_IIS_TEXT, 0, false, TEXT("name")},
    {CM_IIS_APPLICATION, CM_IIS_PATH, CM_IIS_TEXT, 0, false, TEXT("path")},
    {CM_IIS_BINDING, CM_IIS_PROTOCOL, CM_IIS_TEXT, 0, false, TEXT("protocol")},
    {CM_IIS_BINDING, CM_IIS_SSL_FLAGS, CM_IIS_NUMBER, 0, false, TEXT("sslFlags")},
    {CM_IIS_GLOBAL_ADD, CM_IIS_NAME, CM_IIS_TEXT, 0, false, TEXT("name")},
    {CM_IIS_GLOBAL_REMOVE, CM_IIS_NAME, CM_IIS_TEXT, 0, false, TEXT("name")},
    {CM_IIS_MODULE_ADD, CM_IIS_NAME, CM_IIS_TEXT, 0, false, TEXT("name")},
    {CM_IIS_MODULE_REMOVE, CM_IIS_NAME, CM_IIS_TEXT, 0, false, TEXT("name")},
    {CM_IIS_ACCESS, CM_IIS_SSL_FLAGS, CM_IIS_FLAG_WORDS, 0, false, TEXT("sslFlags")},
    {CM_IIS_ACCESS, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_ACCESS, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
    {CM_IIS_ANONYMOUS, CM_IIS_ENABLED, CM_IIS_BOOLEAN, true, false, TEXT("enabled")},
    {CM_IIS_ANONYMOUS, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_ANONYMOUS, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
    {CM_IIS_BASIC, CM_IIS_ENABLED, CM_IIS_BOOLEAN, false, false, TEXT("enabled")},
    {CM_IIS_BASIC, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_BASIC, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
    {CM_IIS_DIGEST, CM_IIS_ENABLED, CM_IIS_BOOLEAN, false, false, TEXT("enabled")},
    {CM_IIS_DIGEST, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_DIGEST, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
    {CM_IIS_WINDOWS, CM_IIS_ENABLED, CM_IIS_BOOLEAN, false, false, TEXT("enabled")},
    {CM_IIS_WINDOWS, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_WINDOWS, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
    {CM_IIS_DIRECTORY, CM_IIS_ENABLED, CM_IIS_BOOLEAN, false, false, TEXT("enabled")},
    {CM_IIS_DIRECTORY, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_DIRECTORY, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
    {CM_IIS_GLOBAL_MODULES, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_GLOBAL_MODULES, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
    {CM_IIS_MODULES, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_MODULES, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
    {CM_IIS_SECTION, CM_IIS_ENABLED, CM_IIS_BOOLEAN, false, false, TEXT("enabled")},
    {CM_IIS_SECTION, CM_IIS_ONE_ENABLED, CM_IIS_BOOLEAN, true, false, TEXT("oneToOneCertificateMappingsEnabled")},
    {CM_IIS_SECTION, CM_IIS_MANY_ENABLED, CM_IIS_BOOLEAN, true, false, TEXT("manyToOneCertificateMappingsEnabled")},
    {CM_IIS_SECTION, CM_IIS_DEFAULT_DOMAIN, CM_IIS_TEXT, 0, false, TEXT("defaultLogonDomain")},
    {CM_IIS_SECTION, CM_IIS_LOGON_METHOD, CM_IIS_METHOD_WORD, 3, false, TEXT("logonMethod")},
    {CM_IIS_SECTION, CM_IIS_CONFIG_SOURCE, CM_IIS_TEXT, 0, false, TEXT("configSource")},
    {CM_IIS_SECTION, CM_IIS_PROTECTION, CM_IIS_TEXT, 0, false, TEXT("configProtectionProvider")},
};
const size_t cm_iis_attribute_count = COUNT(cm_iis_attributes);

const struct cm_iis_word cm_iis_words[] = {
    {CM_IIS_BOOLEAN, false, TEXT("false")},
    {CM_IIS_BOOLEAN, true, TEXT("true")},
    {CM_IIS_METHOD_WORD, 0, TEXT("Interactive")},
    {CM_IIS_METHOD_WORD, 1, TEXT("Batch")},
    {CM_IIS_METHOD_WORD, 2, TEXT("Network")},
    {CM_IIS_METHOD_WORD, 3, TEXT("ClearText")},
    {CM_IIS_MODE_WORD, CM_IIS_MODE_ALLOW, TEXT("Allow")},
    {CM_IIS_MODE_WORD, CM_IIS_MODE_DENY, TEXT("Deny")},
    {CM_IIS_FIELD_WORD, CM_IIS_FIELD_SUBJECT, TEXT("Subject")},
    {CM_IIS_FIELD_WORD, CM_IIS_FIELD_ISSUER, TEXT("Issuer")},
    {CM_IIS_FLAG_WORDS, 0, TEXT("None")},
    {CM_IIS_FLAG_WORDS, CM_IIS_SSL, TEXT("Ssl")},
    {CM_IIS_FLAG_WORDS, CM_IIS_SSL_NEGOTIATE, TEXT("SslNegotiateCert")},
    {CM_IIS_FLAG_WORDS, CM_IIS_SSL_REQUIRE, TEXT("SslRequireCert")},
    {CM_IIS_FLAG_WORDS, 128, TEXT("SslMapCert")},
    {CM_IIS_FLAG_WORDS, 256, TEXT("Ssl128")},
};
const size_t cm_iis_word_count = COUNT(cm_iis_words);

/* Accepted on every element of the section. They forbid lower levels to change something; a file that
 * IIS has loaded obeys them already. */
static const struct certmap_view locks[] = {
    TEXT("lockItem"),
    TEXT("lockAttributes"),
    TEXT("lockElements"),
    TEXT("lockAllAttributesExcept"),
    TEXT("lockAllElementsExcept"),
};

/* ---- elements ---- */

static struct certmap_view view_of(const char *string) {
    return (struct certmap_view){(const uint8_t *)string, strlen(string)};
}

static bool equal(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

enum cm_iis_element cm_iis_child(enum cm_iis_element parent, const char *name) {
    struct certmap_view view = view_of(name);
    for (size_t i = 0; i < COUNT(cm_iis_children); i++)
        if (cm_iis_children[i].parent == parent && equal(cm_iis_children[i].name, view))
            return cm_iis_children[i].element;
    return CM_IIS_ELEMENTS;
}

const char *cm_iis_element_name(enum cm_iis_element element) {
    size_t i = 0;
    while (cm_iis_children[i].element != element)
        i++;
    return (const char *)cm_iis_children[i].name.data;
}

/* Names to suggest one of. */
struct candidates {
    struct certmap_view names[COUNT(cm_iis_attributes) + COUNT(locks)];
    size_t count;
};

static void add_candidate(struct candidates *candidates, struct certmap_view name) {
    candidates->names[candidates->count++] = name;
}

/* "; did you mean X?", or nothing. */
struct suggestion {
    char text[80];
};

static struct suggestion suggest(const struct candidates *candidates, struct certmap_view word) {
    struct suggestion suggestion = {""};
    size_t nearest = certmap_text_nearest(word, candidates->names, candidates->count);
    if (nearest != SIZE_MAX)
        (void)snprintf(suggestion.text, sizeof suggestion.text, "; did you mean %s?",
                       (const char *)candidates->names[nearest].data);
    return suggestion;
}

void cm_iis_report_child(struct cm_kit_diagnostics *diagnostics, enum cm_iis_element parent, const char *name,
                         struct cm_kit_position place) {
    struct candidates candidates = {.count = 0};
    for (size_t i = 0; i < COUNT(cm_iis_children); i++)
        if (cm_iis_children[i].parent == parent)
            add_candidate(&candidates, cm_iis_children[i].name);
    if (parent == CM_IIS_DOCUMENT)
        cm_kit_report(diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_NOT_IIS, place,
                      "the root element is %s, not configuration, location or " CM_IIS_SECTION_NAME "%s",
                      cm_kit_quote_string(name).text, suggest(&candidates, view_of(name)).text);
    else
        cm_kit_report(diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_UNKNOWN_ELEMENT, place,
                      "there is no element %s in <%s>%s", cm_kit_quote_string(name).text, cm_iis_element_name(parent),
                      suggest(&candidates, view_of(name)).text);
}

/* ---- attributes ---- */

/* The rows of an element, which are together. */
struct rows {
    const struct cm_iis_attribute *begin, *end;
};

static struct rows rows_of(enum cm_iis_element element) {
    const struct cm_iis_attribute *const last = cm_iis_attributes + COUNT(cm_iis_attributes);
    struct rows rows = {cm_iis_attributes, NULL};
    while (rows.begin < last && rows.begin->element != element)
        rows.begin++;
    for (rows.end = rows.begin; rows.end < last && rows.end->element == element;)
        rows.end++;
    return rows;
}

static const struct cm_iis_attribute *find_attribute(struct rows rows, struct certmap_view name) {
    for (const struct cm_iis_attribute *row = rows.begin; row < rows.end; row++)
        if (equal(row->name, name))
            return row;
    return NULL;
}

static bool is_lock(struct certmap_view name) {
    for (size_t i = 0; i < COUNT(locks); i++)
        if (equal(locks[i], name))
            return true;
    return false;
}

static void report_attribute(struct cm_kit_diagnostics *diagnostics, enum cm_iis_element element, struct rows rows,
                             struct certmap_view name, struct cm_kit_position place) {
    struct candidates candidates = {.count = 0};
    for (const struct cm_iis_attribute *row = rows.begin; row < rows.end; row++)
        add_candidate(&candidates, row->name);
    for (size_t i = 0; i < COUNT(locks); i++)
        add_candidate(&candidates, locks[i]);
    cm_kit_report(diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_UNKNOWN_ATTRIBUTE, place,
                  "there is no attribute %s of <%s>%s", cm_kit_quote(name).text, cm_iis_element_name(element),
                  suggest(&candidates, name).text);
}

/* 26, 0x1A. Nothing that has more than 32 bits. */
static bool read_number(unsigned *number, struct certmap_view text) {
    static const uint8_t digits[] = "0123456789abcdef0123456789ABCDEF";
    const bool hex = text.len > 2 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x';
    const uint64_t base = hex ? 16 : 10;
    uint64_t sum = 0;
    for (size_t i = hex ? 2 : 0; i < text.len; i++) {
        const uint8_t *digit = memchr(digits, text.data[i], sizeof digits - 1);
        uint64_t value = digit == NULL ? base : (uint64_t)(digit - digits) % 16;
        sum = sum * base + value;
        if (value >= base || sum > UINT32_MAX)
            return false;
    }
    *number = (unsigned)sum;
    return text.len > 0;
}

/* Booleans go by name only, enumerations also by number. */
static bool is_word(const struct cm_iis_word *word, struct certmap_view text) {
    /* All words are ASCII; what folds to one from elsewhere is longer. */
    if (equal(word->name, text) || (text.len == word->name.len && certmap_text_same(word->name, text)))
        return true;
    return word->type != CM_IIS_BOOLEAN && word->type != CM_IIS_FLAG_WORDS && text.len == 1 &&
           text.data[0] == '0' + word->number;
}

static bool read_word(unsigned *number, enum cm_iis_type type, struct certmap_view text) {
    for (size_t i = 0; i < COUNT(cm_iis_words); i++)
        if (cm_iis_words[i].type == type && is_word(&cm_iis_words[i], text)) {
            *number = cm_iis_words[i].number;
            return true;
        }
    return type == CM_IIS_FLAG_WORDS && read_number(number, text);
}

/* Takes the next of "Ssl, SslRequireCert", without the blanks around it; false at the end. */
static bool next_flag(struct certmap_view *flag, struct certmap_view *text) {
    if (text->data == NULL)
        return false;
    const uint8_t *comma = text->len > 0 ? memchr(text->data, ',', text->len) : NULL;
    *flag = (struct certmap_view){text->data, comma != NULL ? (size_t)(comma - text->data) : text->len};
    *text =
        comma != NULL ? (struct certmap_view){comma + 1, text->len - flag->len - 1} : (struct certmap_view){NULL, 0};
    for (; flag->len > 0 && flag->data[0] == ' '; flag->data++)
        flag->len--;
    while (flag->len > 0 && flag->data[flag->len - 1] == ' ')
        flag->len--;
    return true;
}

/* On failure *flag is the first that does not exist. */
static bool read_flags(unsigned *number, struct certmap_view *flag, struct certmap_view text) {
    unsigned all = 0, one;
    while (next_flag(flag, &text)) {
        if (!read_word(&one, CM_IIS_FLAG_WORDS, *flag))
            return false;
        all |= one;
    }
    *number = all;
    return true;
}

/* Reads value->text; false where it is no word of its type, and *wrong is then what is none. */
static bool read_value(struct cm_iis_value *value, enum cm_iis_type type, struct certmap_view *wrong) {
    *wrong = value->text;
    if (type == CM_IIS_FLAG_WORDS)
        return read_flags(&value->number, wrong, value->text);
    if (type == CM_IIS_NUMBER)
        return read_number(&value->number, value->text);
    return type == CM_IIS_TEXT || read_word(&value->number, type, value->text);
}

/* Room for the words of an enumeration in a message. */
struct word_list {
    char text[128];
};

/* "Allow (1), Deny (2)", and the words themselves for a suggestion. */
static struct word_list list_words(struct candidates *candidates, enum cm_iis_type type) {
    struct word_list list = {""};
    size_t len = 0;
    for (size_t i = 0; i < COUNT(cm_iis_words); i++) {
        const struct cm_iis_word *word = &cm_iis_words[i];
        if (word->type != type)
            continue;
        add_candidate(candidates, word->name);
        len += (size_t)snprintf(list.text + len, sizeof list.text - len, type == CM_IIS_BOOLEAN ? "%s%s" : "%s%s (%u)",
                                len > 0 ? ", " : "", (const char *)word->name.data, word->number);
    }
    return list;
}

/* permissionMode="Alow" is not one of Allow (1), Deny (2); did you mean Allow? */
static void report_word(struct cm_kit_diagnostics *diagnostics, const struct cm_iis_attribute *row,
                        struct certmap_view wrong, struct cm_kit_position place) {
    struct candidates candidates = {.count = 0};
    struct word_list list = list_words(&candidates, row->type);
    cm_kit_report(diagnostics, CERTMAP_SEVERITY_ERROR,
                  row->type == CM_IIS_BOOLEAN ? CERTMAP_CODE_BAD_BOOLEAN : CERTMAP_CODE_BAD_ENUM, place,
                  "%s=%s is not one of %s%s", (const char *)row->name.data, cm_kit_quote(wrong).text, list.text,
                  suggest(&candidates, wrong).text);
}

/* The same outside of the section: sslFlags: "SslRequire" is not one of ... */
static void warn_of_word(struct cm_kit_diagnostics *diagnostics, const struct cm_iis_attribute *row,
                         struct certmap_view wrong, struct cm_kit_position place) {
    struct candidates candidates = {.count = 0};
    struct word_list list = list_words(&candidates, row->type);
    cm_kit_report(diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_SETUP_VALUE, place,
                  row->type == CM_IIS_NUMBER ? "%s of <%s>: %s is not a number%s%s"
                                             : "%s of <%s>: %s is not one of %s%s",
                  (const char *)row->name.data, cm_iis_element_name(row->element), cm_kit_quote(wrong).text, list.text,
                  suggest(&candidates, wrong).text);
}

/* sslFlags of <binding>: 257 has unknown bits (0x100) */
static void warn_of_bits(struct cm_kit_diagnostics *diagnostics, const struct cm_iis_attribute *row,
                         const struct cm_iis_value *value, struct cm_kit_position place) {
    const unsigned known = row->type == CM_IIS_NUMBER ? CM_IIS_BINDING_BITS : CM_IIS_ACCESS_BITS;
    if ((row->type == CM_IIS_NUMBER || row->type == CM_IIS_FLAG_WORDS) && (value->number & ~known) != 0)
        cm_kit_report(diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_SETUP_VALUE, place,
                      "%s of <%s>: %s has bits that are not known (0x%X); the known ones are 0x%X",
                      (const char *)row->name.data, cm_iis_element_name(row->element), cm_kit_quote(value->text).text,
                      value->number & ~known, known);
}

/* Absent attributes get their fallback. */
static void set_fallbacks(struct cm_iis_values *values, struct rows rows) {
    *values = (struct cm_iis_values){.broken = false};
    for (const struct cm_iis_attribute *row = rows.begin; row < rows.end; row++)
        values->at[row->slot].number = row->fallback;
}

static void read_attribute(struct cm_iis_values *values, struct cm_kit_diagnostics *diagnostics,
                           enum cm_iis_element element, struct rows rows, const char *const *pair,
                           struct cm_kit_position place) {
    struct certmap_view name = view_of(pair[0]);
    const bool strict = element >= CM_IIS_SECTION;
    const struct cm_iis_attribute *row = find_attribute(rows, name);
    struct certmap_view wrong;
    if (row == NULL && strict && !is_lock(name)) {
        report_attribute(diagnostics, element, rows, name, place);
        values->broken = true;
    }
    if (row == NULL)
        return;
    struct cm_iis_value *value = &values->at[row->slot];
    value->text = view_of(pair[1]);
    value->bad = !read_value(value, row->type, &wrong);
    if (value->bad && strict) {
        report_word(diagnostics, row, wrong, place);
        values->broken = true;
    } else if (value->bad && element >= CM_IIS_BINDINGS) {
        warn_of_word(diagnostics, row, wrong, place);
    } else if (!strict) {
        warn_of_bits(diagnostics, row, value, place);
    }
}

static void check_required(struct cm_iis_values *values, struct cm_kit_diagnostics *diagnostics, struct rows rows,
                           struct cm_kit_position place) {
    for (const struct cm_iis_attribute *row = rows.begin; row < rows.end; row++) {
        if (!row->required || values->at[row->slot].text.data != NULL)
            continue;
        cm_kit_report(diagnostics, CERTMAP_SEVERITY_ERROR, CERTMAP_CODE_MISSING_ATTRIBUTE, place,
                      "the attribute %s of <%s> is missing", (const char *)row->name.data,
                      cm_iis_element_name(row->element));
        values->broken = true;
    }
}

void cm_iis_read(struct cm_iis_values *values, struct cm_kit_diagnostics *diagnostics, enum cm_iis_element element,
                 const char *const *attributes, struct cm_kit_position place) {
    const struct rows rows = rows_of(element);
    set_fallbacks(values, rows);
    for (; *attributes != NULL && !cm_kit_diagnostics_full(diagnostics); attributes += 2)
        read_attribute(values, diagnostics, element, rows, attributes, place);
    check_required(values, diagnostics, rows, place);
}
