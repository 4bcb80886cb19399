/* SPDX-License-Identifier: MIT */
/* Names as other programs print them, for texts that are handed to these: one form each, which is not read back here.
 *
 *     rfc4514      CN=Alice,OU=Sales,O=Contoso             RFC 4514, root last
 *     root-first   O=Contoso,OU=Sales,CN=Alice             the same, in the order of the certificate
 *     java         CN=Alice, OU="a, b", O=Contoso          toString of Java's X500Principal
 *     oneline      /O=Contoso/OU=Sales/CN=Alice            X509_NAME_oneline of OpenSSL 3
 *
 * Values are in NFC, as everywhere. One that cannot be read, or that a form would print so that it could be taken for
 * another, refuses the whole Name. Every loop goes through the AVAs or through a value once, and takes steps. */
#include "template/printed.h"
#include "base/steps.h"
#include "base/view.h"
#include "name/attr.h"
#include "template/language.h"

struct printing {
    struct cm_out *out;
    enum cm_printed_form form;
    size_t *steps;
};

/* ---- types ---- */

/* What a program calls a type, where it is not what rules call it; by: NULL: it has no name for it. */
struct other_name {
    const char *name, *by;
};

static const char *find_name(const struct other_name *names, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].by;
    return name;
}

/* The keywords that java.security prints; of others it prints the OID. */
static const char *java_name(const char *name) {
    static const struct other_name names[] = {
        {"CN", "CN"},
        {"OU", "OU"},
        {"O", "O"},
        {"C", "C"},
        {"DC", "DC"},
        {"L", "L"},
        {"S", "ST"},
        {"E", "EMAILADDRESS"},
        {"UID", "UID"},
        {"G", "GIVENNAME"},
        {"T", "T"},
        {"SN", "SURNAME"},
        {"I", "INITIALS"},
        {"STREET", "STREET"},
        {"DNQ", "DNQ"},
        {"generationQualifier", "GENERATION"},
        {"SERIALNUMBER", "SERIALNUMBER"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].by;
    return NULL;
}

/* OpenSSL's short names. */
static const char *openssl_name(const char *name) {
    static const struct other_name names[] = {{"S", "ST"},
                                              {"E", "emailAddress"},
                                              {"SERIALNUMBER", "serialNumber"},
                                              {"G", "GN"},
                                              {"T", "title"},
                                              {"I", "initials"},
                                              {"STREET", "street"},
                                              {"DNQ", "dnQualifier"},
                                              {"INNLE", NULL},
                                              {"rfc822Mailbox", "mail"},
                                              {"uniqueIdentifier", "uid"},
                                              {"employeeNumber", NULL},
                                              {"displayName", NULL}};
    return find_name(names, sizeof names / sizeof *names, name);
}

static const char *type_name(enum cm_printed_form form, size_t row) {
    if (row == CM_ATTR_OTHER)
        return NULL;
    if (form == CM_PRINTED_JAVA)
        return java_name(cm_attr_row(row)->name);
    return form == CM_PRINTED_ONELINE ? openssl_name(cm_attr_row(row)->name) : cm_attr_row(row)->ldap;
}

/* ---- values ---- */

/* Whether Java's toString would put the value into double quotes: special characters, a blank at an end, two blanks. */
static bool needs_quotes(struct certmap_view value) {
    bool quotes = false;
    for (size_t i = 0; i < value.len; i++) {
        const uint8_t c = value.data[i];
        const bool ends = i == 0 || i + 1 == value.len;
        quotes =
            quotes || (c != 0 && strchr(",+=<>#;\\\"", c) != NULL) || (c == ' ' && (ends || value.data[i + 1] == ' '));
    }
    return quotes;
}

static void put_java_value(struct cm_out *out, struct certmap_view value) {
    const bool quotes = needs_quotes(value);
    if (quotes)
        cm_out_char(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] == '"' || value.data[i] == '\\')
            cm_out_char(out, '\\');
        cm_out_char(out, (char)value.data[i]);
    }
    if (quotes)
        cm_out_char(out, '"');
}

static void put_oneline_value(struct cm_out *out, struct certmap_view value) {
    for (size_t i = 0; i < value.len; i++) {
        const uint8_t c = value.data[i];
        if (c > '~') {
            cm_out_string(out, "\\x");
            cm_out_hex(out, cm_view(&value.data[i], 1));
            continue;
        }
        if (c == '/' || c == '+')
            cm_out_char(out, '\\');
        cm_out_char(out, (char)c);
    }
}

/* Whether a form prints the value so that it could be taken for another. Java leaves a value that begins and ends with a
 * double quote as it is; OpenSSL escapes / and +, but not the \ that it escapes them with. */
static bool is_ambiguous(enum cm_printed_form form, struct certmap_view value) {
    if (form == CM_PRINTED_JAVA)
        return value.len > 1 && value.data[0] == '"' && value.data[value.len - 1] == '"';
    return form == CM_PRINTED_ONELINE && value.len > 0 && memchr(value.data, '\\', value.len) != NULL;
}

/* ---- AVAs ---- */

static void put_value(const struct printing *printing, const struct cm_value *ava, bool named) {
    if (printing->form == CM_PRINTED_JAVA) {
        put_java_value(printing->out, ava->text.nfc);
    } else if (printing->form == CM_PRINTED_ONELINE) {
        put_oneline_value(printing->out, ava->text.nfc);
    } else if (named) {
        cm_language_dn_put(printing->out, ava->text.nfc);
    } else { /* RFC 4514 2.4: the value of a type in dotted form is written in hexadecimal. */
        cm_out_char(printing->out, '#');
        cm_out_hex(printing->out, ava->der);
    }
}

static enum certmap_code put_ava(const struct printing *printing, const struct cm_value *ava) {
    struct cm_out *out = printing->out;
    const char *name = type_name(printing->form, ava->row);
    if (ava->text.nfc.data == NULL)
        return CERTMAP_CODE_PLACEHOLDER_UNREADABLE;
    if (!cm_steps_take(printing->steps, 2 + ava->text.nfc.len + ava->oid.len))
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    if (cm_language_refuses_part(ava->text.nfc) || is_ambiguous(printing->form, ava->text.nfc))
        return CERTMAP_CODE_PLACEHOLDER_CHARACTER;
    if (name != NULL)
        cm_out_string(out, name);
    else if (printing->form == CM_PRINTED_JAVA)
        cm_out_string(out, "OID.");
    if (name == NULL)
        cm_attr_print(out, CM_ATTR_OTHER, ava->oid);
    cm_out_char(out, '=');
    put_value(printing, ava, name != NULL);
    return out->len > out->cap ? CERTMAP_CODE_PLACEHOLDER_TOO_LONG : CERTMAP_CODE_NONE;
}

/* ---- the Name ---- */

/* The AVAs of one RDN. */
static enum certmap_code put_rdn(const struct printing *printing, const struct cm_list *name, size_t begin,
                                 size_t end) {
    enum certmap_code code = CERTMAP_CODE_NONE;
    for (size_t i = begin; i < end && code == CERTMAP_CODE_NONE; i++) {
        if (i > begin)
            cm_out_string(printing->out, printing->form == CM_PRINTED_JAVA ? " + " : "+");
        code = put_ava(printing, &name->values[i]);
    }
    return code;
}

/* Where the RDN ends that begins there, and where the one begins that ends there. */
static size_t rdn_end(const struct cm_list *name, size_t begin) {
    size_t end = begin + 1;
    while (end < name->count && name->values[end].rdn == name->values[begin].rdn)
        end++;
    return end;
}

static size_t rdn_begin(const struct cm_list *name, size_t end) {
    size_t begin = end - 1;
    while (begin > 0 && name->values[begin - 1].rdn == name->values[end - 1].rdn)
        begin--;
    return begin;
}

static enum certmap_code put_root_first(const struct printing *printing, const struct cm_list *name) {
    const bool oneline = printing->form == CM_PRINTED_ONELINE;
    enum certmap_code code = CERTMAP_CODE_NONE;
    for (size_t begin = 0, end; begin < name->count && code == CERTMAP_CODE_NONE; begin = end) {
        end = rdn_end(name, begin);
        if (oneline || begin > 0)
            cm_out_char(printing->out, oneline ? '/' : ',');
        code = put_rdn(printing, name, begin, end);
    }
    return code;
}

static enum certmap_code put_root_last(const struct printing *printing, const struct cm_list *name) {
    enum certmap_code code = CERTMAP_CODE_NONE;
    for (size_t end = name->count, begin; end > 0 && code == CERTMAP_CODE_NONE; end = begin) {
        begin = rdn_begin(name, end);
        if (end < name->count)
            cm_out_string(printing->out, printing->form == CM_PRINTED_JAVA ? ", " : ",");
        code = put_rdn(printing, name, begin, end);
    }
    return code;
}

enum certmap_code cm_printed_put(struct cm_out *out, const struct cm_list *name, enum cm_printed_form form,
                                 size_t *steps) {
    const struct printing printing = {out, form, steps};
    return form == CM_PRINTED_ROOT_FIRST || form == CM_PRINTED_ONELINE ? put_root_first(&printing, name)
                                                                       : put_root_last(&printing, name);
}
