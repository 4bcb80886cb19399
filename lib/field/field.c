/* SPDX-License-Identifier: MIT */
#include "field/field.h"
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "certmap/names.h"
#include "der/oid.h"
#include "name/attr.h"

/* ---- the tables ---- */

/* What may be after the dot. */
enum subfields { SUB_NONE, SUB_ATTRIBUTE, SUB_ATTRIBUTE_OR_NAME, SUB_SAN, SUB_OID };

static const struct field {
    const char *name;
    enum subfields subfields;
    enum cm_text_kind kind; /* where the subfield does not say another */
    unsigned pieces;
} fields[] = {
    [CERTMAP_FIELD_SUBJECT] = {"subject", SUB_ATTRIBUTE_OR_NAME, CM_TEXT_PLAIN, CERTMAP_PIECE_SUBJECT},
    [CERTMAP_FIELD_ISSUER] = {"issuer", SUB_ATTRIBUTE_OR_NAME, CM_TEXT_PLAIN, CERTMAP_PIECE_ISSUER},
    [CERTMAP_FIELD_CERTIFICATE] = {"certificate", SUB_NONE, CM_TEXT_HEX, CERTMAP_PIECE_CERTIFICATE},
    [CERTMAP_FIELD_SAN] = {"san", SUB_SAN, CM_TEXT_PLAIN, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_SAN_DIRNAME] = {"san.dirname", SUB_ATTRIBUTE, CM_TEXT_PLAIN, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_EKU] = {"eku", SUB_NONE, CM_TEXT_OID, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_KU] = {"ku", SUB_NONE, CM_TEXT_USAGE, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_POLICY] = {"policy", SUB_NONE, CM_TEXT_OID, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_SERIAL] = {"serial", SUB_NONE, CM_TEXT_SERIAL, CERTMAP_PIECE_SERIAL},
    [CERTMAP_FIELD_SHA256] = {"sha256", SUB_NONE, CM_TEXT_SHA256, CERTMAP_PIECE_SHA256},
    [CERTMAP_FIELD_SHA1] = {"sha1", SUB_NONE, CM_TEXT_SHA1, CERTMAP_PIECE_SHA1},
    [CERTMAP_FIELD_KEY_SHA256] = {"spki.sha256", SUB_NONE, CM_TEXT_SHA256, CERTMAP_PIECE_KEY_SHA256},
    [CERTMAP_FIELD_SKI] = {"ski", SUB_NONE, CM_TEXT_HEX, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_AKI] = {"aki", SUB_NONE, CM_TEXT_HEX, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_MS_SID] = {"ms.sid", SUB_NONE, CM_TEXT_SID, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_MS_TEMPLATE] = {"ms.template", SUB_NONE, CM_TEXT_PLAIN, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_VERSION] = {"version", SUB_NONE, CM_TEXT_VERSION, CERTMAP_PIECE_VERSION},
    [CERTMAP_FIELD_VALIDITY] = {"validity", SUB_NONE, CM_TEXT_VALIDITY, CERTMAP_PIECE_VALIDITY | CERTMAP_PIECE_TIME},
    [CERTMAP_FIELD_EXTENSION] = {"ext", SUB_OID, CM_TEXT_HEX, CERTMAP_PIECE_EXTENSIONS},
    /* These have words of their own in rules; as the start of a path they would be subfields of issuer. */
    [CERTMAP_FIELD_ISSUER_SHA256] = {"issuer is sha256", SUB_NONE, CM_TEXT_SHA256, CERTMAP_PIECE_ISSUER_SHA256},
    [CERTMAP_FIELD_ISSUER_KEY_SHA256] = {"issuer is spki.sha256", SUB_NONE, CM_TEXT_SHA256,
                                         CERTMAP_PIECE_ISSUER_KEY_SHA256},
    [CERTMAP_FIELD_TBS_SHA256] = {"tbs.sha256", SUB_NONE, CM_TEXT_SHA256, CERTMAP_PIECE_TBS_SHA256},
    [CERTMAP_FIELD_SHA512] = {"sha512", SUB_NONE, CM_TEXT_SHA512, CERTMAP_PIECE_SHA512},
    [CERTMAP_FIELD_KEY_SHA512] = {"spki.sha512", SUB_NONE, CM_TEXT_SHA512, CERTMAP_PIECE_KEY_SHA512},
    [CERTMAP_FIELD_KEY_SHA1] = {"spki.sha1", SUB_NONE, CM_TEXT_SHA1, CERTMAP_PIECE_KEY_SHA1},
    /* As rules write it the word comes last: ext.1.2.3.text. */
    [CERTMAP_FIELD_EXTENSION_TEXT] = {"ext.text", SUB_OID, CM_TEXT_PLAIN, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_QC_STATEMENT] = {"qc.statement", SUB_NONE, CM_TEXT_QC, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_QC_TYPE] = {"qc.type", SUB_NONE, CM_TEXT_QC, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_PSD2_ROLE] = {"psd2.role", SUB_NONE, CM_TEXT_QC, CERTMAP_PIECE_EXTENSIONS},
    [CERTMAP_FIELD_ISSUER_SHA1] = {"issuer is sha1", SUB_NONE, CM_TEXT_SHA1, CERTMAP_PIECE_ISSUER_SHA1},
    [CERTMAP_FIELD_CHAIN_SHA256] = {"chain has sha256", SUB_NONE, CM_TEXT_SHA256, CERTMAP_PIECE_CHAIN_SHA256},
    [CERTMAP_FIELD_CHAIN_KEY_SHA256] = {"chain has spki.sha256", SUB_NONE, CM_TEXT_SHA256,
                                        CERTMAP_PIECE_CHAIN_KEY_SHA256},
};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

_Static_assert(FIELD_COUNT == CM_LIST_SUBJECT_NAME, "the lists of fields come first");

static const struct san_row {
    const char *name;
    const char *asn1; /* as RFC 5280 4.2.1.6 has it; NULL for an otherName */
    struct certmap_view oid;
    enum cm_text_kind kind;
} san_rows[CM_SAN_OTHER] = {
    [CM_SAN_DNS] = {"dns", "dNSName", CM_VIEW_OF(""), CM_TEXT_DNS},
    [CM_SAN_EMAIL] = {"email", "rfc822Name", CM_VIEW_OF("\x2B\x06\x01\x05\x05\x07\x08\x09"), CM_TEXT_EMAIL},
    [CM_SAN_URI] = {"uri", "uniformResourceIdentifier", CM_VIEW_OF(""), CM_TEXT_URI},
    [CM_SAN_IP] = {"ip", "iPAddress", CM_VIEW_OF(""), CM_TEXT_IP},
    [CM_SAN_UPN] = {"upn", NULL, CM_VIEW_OF("\x2B\x06\x01\x04\x01\x82\x37\x14\x02\x03"), CM_TEXT_PLAIN},
    [CM_SAN_KRB5] = {"krb5", NULL, CM_VIEW_OF("\x2B\x06\x01\x05\x02\x02"), CM_TEXT_KRB5},
    [CM_SAN_DIRNAME] = {"dirname", "directoryName", CM_VIEW_OF(""), CM_TEXT_NAME},
    [CM_SAN_RID] = {"rid", "registeredID", CM_VIEW_OF(""), CM_TEXT_OID},
};

static struct certmap_view view_of(const char *text) {
    return cm_view(text, text == NULL ? 0 : strlen(text));
}

const char *certmap_field_name(enum certmap_field field) {
    return (size_t)field < FIELD_COUNT ? fields[field].name : NULL;
}

unsigned cm_field_pieces(enum certmap_field field) {
    return fields[field].pieces;
}

enum cm_text_kind cm_field_kind(enum certmap_field field) {
    return fields[field].kind;
}

size_t cm_field_rows(enum certmap_field field) {
    if (fields[field].subfields == SUB_ATTRIBUTE || fields[field].subfields == SUB_ATTRIBUTE_OR_NAME)
        return CM_ATTR_COUNT;
    if (field == CERTMAP_FIELD_EXTENSION_TEXT)
        return CM_EXTENSION_ROWS;
    return fields[field].subfields == SUB_SAN ? CM_SAN_OTHER : 0;
}

const char *cm_san_row_name(enum cm_san_row row) {
    return san_rows[row].name;
}

enum cm_san_row cm_san_row_by_oid(struct certmap_view oid) {
    unsigned row = 0;
    while (row < CM_SAN_OTHER && (san_rows[row].oid.len == 0 || !cm_view_equal(san_rows[row].oid, oid)))
        row++;
    return (enum cm_san_row)row;
}

/* ---- from text ---- */

/* Whether text is this name, or begins with it and a dot. */
static bool begins_with(struct certmap_view text, struct certmap_view name) {
    return text.len >= name.len && memcmp(text.data, name.data, name.len) == 0 &&
           (text.len == name.len || text.data[name.len] == '.');
}

static struct certmap_view up_to_dot(struct certmap_view text) {
    const uint8_t *dot = text.len == 0 ? NULL : memchr(text.data, '.', text.len);
    return cm_view(text.data, dot == NULL ? text.len : (size_t)(dot - text.data));
}

static const struct certmap_view text_word = CM_VIEW_OF(".text");

/* Whether the subfield of an extension ends in the word that asks for its text. */
static bool says_text(struct certmap_view subfield) {
    return subfield.len > text_word.len &&
           memcmp(subfield.data + subfield.len - text_word.len, text_word.data, text_word.len) == 0;
}

bool cm_field_split(enum certmap_field *field, struct certmap_view *subfield, struct certmap_view text) {
    size_t longest = 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        struct certmap_view name = view_of(fields[i].name);
        /* "san.dirname" alone is a kind of name in the SAN, not its inside. */
        bool inside = (i != CERTMAP_FIELD_SAN_DIRNAME || text.len > name.len) && i != CERTMAP_FIELD_EXTENSION_TEXT;
        if (name.len > longest && inside && begins_with(text, name)) {
            longest = name.len;
            *field = (enum certmap_field)i;
        }
    }
    *subfield = up_to_dot(text);
    if (longest > 0)
        *subfield = longest < text.len ? cm_view(text.data + longest + 1, text.len - longest - 1) : CM_VIEW("");
    if (longest > 0 && *field == CERTMAP_FIELD_EXTENSION && says_text(*subfield))
        *field = CERTMAP_FIELD_EXTENSION_TEXT;
    return longest > 0;
}

/* Other names that people know some fields by, too far from the fields' for a misspelling. */
static const struct {
    struct certmap_view name;
    enum certmap_field field;
} synonyms[] = {{CM_VIEW_OF("spki"), CERTMAP_FIELD_KEY_SHA256},
                {CM_VIEW_OF("tbs"), CERTMAP_FIELD_TBS_SHA256},
                {CM_VIEW_OF("tbsCertificate"), CERTMAP_FIELD_TBS_SHA256},
                {CM_VIEW_OF("sha384"), CERTMAP_FIELD_SHA512},
                {CM_VIEW_OF("fingerprint"), CERTMAP_FIELD_SHA256},
                {CM_VIEW_OF("thumbprint"), CERTMAP_FIELD_SHA256},
                {CM_VIEW_OF("chain.sha256"), CERTMAP_FIELD_CHAIN_SHA256},
                {CM_VIEW_OF("chain.spki.sha256"), CERTMAP_FIELD_CHAIN_KEY_SHA256}};

static bool is_path(size_t field) {
    return field != CERTMAP_FIELD_ISSUER_SHA256 && field != CERTMAP_FIELD_ISSUER_KEY_SHA256 &&
           field != CERTMAP_FIELD_ISSUER_SHA1 && field != CERTMAP_FIELD_EXTENSION_TEXT &&
           field != CERTMAP_FIELD_CHAIN_SHA256 && field != CERTMAP_FIELD_CHAIN_KEY_SHA256;
}

/* Whether text is this word, or ends in a dot and the word. */
static bool ends_with_word(struct certmap_view text, struct certmap_view word) {
    if (text.len < word.len || !certmap_text_same(cm_view(text.data + text.len - word.len, word.len), word))
        return false;
    return text.len == word.len || text.data[text.len - word.len - 1] == '.';
}

const char *cm_field_refusal(struct certmap_view text) {
    if (ends_with_word(text, CM_VIEW("md5")))
        return "whoever wants to can make two certificates with the same MD5; write sha256, which every program prints";
    return NULL;
}

const char *cm_field_nearest(struct certmap_view text) {
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (certmap_text_same(text, synonyms[i].name))
            return fields[synonyms[i].field].name;
    struct certmap_view names[FIELD_COUNT];
    for (size_t i = 0; i < FIELD_COUNT; i++)
        names[i] = is_path(i) ? view_of(fields[i].name) : CM_VIEW_NONE;
    size_t nearest = certmap_text_nearest(text, names, FIELD_COUNT);
    if (nearest == SIZE_MAX)
        nearest = certmap_text_nearest(up_to_dot(text), names, FIELD_COUNT);
    return nearest == SIZE_MAX ? NULL : fields[nearest].name;
}

/* ---- subfields ---- */

/* In place of a type: whichever. */
static const char any_attribute[] = "any";

static enum certmap_status bad_oid(struct certmap_view subfield, struct certmap_diagnostic *err) {
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OID, "%s is not an object identifier",
                    cm_quote(subfield).text);
}

/* A subfield that does not exist, with the name that was probably meant, or what would do. */
static enum certmap_status unknown_subfield(struct certmap_view subfield, const char *nearest, const char *what,
                                            struct certmap_diagnostic *err) {
    if (nearest != NULL)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD,
                        "there is no subfield %s; did you mean %s?", cm_quote(subfield).text, nearest);
    return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD, "there is no subfield %s; %s",
                    cm_quote(subfield).text, what);
}

static enum certmap_status resolve_attribute(struct cm_path *path, struct certmap_view subfield, struct cm_arena *arena,
                                             struct certmap_diagnostic *err) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    if (certmap_text_same(subfield, view_of(any_attribute))) {
        path->row = CM_ROW_ANY;
        return CERTMAP_OK;
    }
    enum certmap_code code = cm_attr_resolve(&path->oid, buffer, subfield);
    if (code == CERTMAP_CODE_BAD_OID)
        return bad_oid(subfield, err);
    if (code != CERTMAP_CODE_NONE)
        return unknown_subfield(subfield, cm_attr_nearest(subfield),
                                "every type can be written as an OID, for example 2.5.4.3", err);
    path->row = (uint32_t)cm_attr_by_oid(path->oid);
    path->by_oid = path->row == CM_ATTR_OTHER;
    path->oid = path->by_oid ? cm_arena_text(arena, path->oid) : cm_attr_row(path->row)->oid;
    return path->oid.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

/* How long the "OID." is that may be before a dotted OID. */
static size_t oid_prefix(struct certmap_view text) {
    const struct certmap_view prefix = CM_VIEW("OID.");
    return text.len > prefix.len && certmap_text_same(cm_view(text.data, prefix.len), prefix) ? prefix.len : 0;
}

/* A dotted OID into path->oid, in arena. */
static enum certmap_status resolve_oid(struct cm_path *path, struct certmap_view subfield, struct cm_arena *arena,
                                       struct certmap_diagnostic *err) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    const size_t prefix = oid_prefix(subfield);
    const struct certmap_view dotted = cm_view(subfield.data + prefix, subfield.len - prefix);
    struct certmap_view parsed = cm_view(buffer, cm_oid_parse(buffer, dotted));
    if (parsed.len == 0)
        return bad_oid(subfield, err);
    path->oid = cm_arena_text(arena, parsed);
    path->by_oid = true;
    return path->oid.data != NULL ? CERTMAP_OK : cm_error_memory(err);
}

uint32_t cm_extension_row(struct certmap_view oid) {
    /* id-ce, id-pe, Microsoft, and the list of timestamps of RFC 6962 */
    static const struct certmap_view known[] = {CM_VIEW_OF("\x55\x1D"), CM_VIEW_OF("\x2B\x06\x01\x05\x05\x07\x01"),
                                                CM_VIEW_OF("\x2B\x06\x01\x04\x01\x82\x37"),
                                                CM_VIEW_OF("\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x02")};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (oid.len >= known[i].len && memcmp(oid.data, known[i].data, known[i].len) == 0)
            return CM_EXTENSION_ROWS;
    return 0;
}

/* The text of an extension, with or without the word at the end. */
static enum certmap_status resolve_text(struct cm_path *path, struct certmap_view subfield, struct cm_arena *arena,
                                        struct certmap_diagnostic *err) {
    if (says_text(subfield))
        subfield.len -= text_word.len;
    const enum certmap_status status = resolve_oid(path, subfield, arena, err);
    if (status == CERTMAP_OK)
        path->row = cm_extension_row(path->oid);
    return status;
}

static enum cm_san_row san_row_by_name(struct certmap_view name) {
    unsigned row = 0;
    while (row < CM_SAN_OTHER && !certmap_text_same(name, view_of(san_rows[row].name)) &&
           (san_rows[row].asn1 == NULL || !certmap_text_same(name, view_of(san_rows[row].asn1))))
        row++;
    return (enum cm_san_row)row;
}

static enum certmap_status resolve_san(struct cm_path *path, struct certmap_view subfield, struct cm_arena *arena,
                                       struct certmap_diagnostic *err) {
    enum certmap_status status = CERTMAP_OK;
    const bool dotted = oid_prefix(subfield) > 0 || (subfield.data[0] >= '0' && subfield.data[0] <= '9');
    if (dotted)
        status = resolve_oid(path, subfield, arena, err);
    const enum cm_san_row row = dotted ? cm_san_row_by_oid(path->oid) : san_row_by_name(subfield);
    if (status != CERTMAP_OK)
        return status;
    if (row == CM_SAN_OTHER && !dotted) {
        struct certmap_view names[CM_SAN_OTHER];
        for (unsigned i = 0; i < CM_SAN_OTHER; i++)
            names[i] = view_of(san_rows[i].name);
        size_t nearest = certmap_text_nearest(subfield, names, CM_SAN_OTHER);
        return unknown_subfield(subfield, nearest == SIZE_MAX ? NULL : san_rows[nearest].name,
                                "san has dns, email, uri, ip, upn, krb5, dirname, rid, and other names by OID", err);
    }
    path->row = row;
    path->by_oid = row == CM_SAN_OTHER;
    if (!path->by_oid)
        path->oid = CM_VIEW_NONE;
    path->kind = row == CM_SAN_OTHER ? CM_TEXT_PLAIN : san_rows[row].kind;
    return CERTMAP_OK;
}

/* subject and issuer alone. */
static void resolve_name(struct cm_path *path) {
    path->list = path->field == CERTMAP_FIELD_SUBJECT ? CM_LIST_SUBJECT_NAME : CM_LIST_ISSUER_NAME;
    path->kind = CM_TEXT_NAME;
}

enum certmap_status cm_path_resolve(struct cm_path *path, enum certmap_field field, struct certmap_view subfield,
                                    struct cm_arena *arena, struct certmap_diagnostic *err) {
    const struct field *row = &fields[field];
    static const char *const examples[] = {
        [SUB_ATTRIBUTE] = "CN", [SUB_ATTRIBUTE_OR_NAME] = "CN", [SUB_SAN] = "dns", [SUB_OID] = "2.5.29.17"};
    *path = (struct cm_path){.field = field, .list = field, .kind = row->kind};
    if (row->subfields == SUB_NONE && subfield.len > 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD, "%s has no subfields", row->name);
    if (row->subfields == SUB_NONE)
        return CERTMAP_OK;
    if (row->subfields == SUB_ATTRIBUTE_OR_NAME && subfield.len == 0) {
        resolve_name(path);
        return CERTMAP_OK;
    }
    if (subfield.len == 0)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD,
                        "%s needs a subfield, for example %s.%s", row->name, row->name, examples[row->subfields]);
    if (row->subfields == SUB_SAN)
        return resolve_san(path, subfield, arena, err);
    if (field == CERTMAP_FIELD_EXTENSION_TEXT)
        return resolve_text(path, subfield, arena, err);
    return row->subfields == SUB_OID ? resolve_oid(path, subfield, arena, err)
                                     : resolve_attribute(path, subfield, arena, err);
}

/* ---- to text ---- */

struct cm_path cm_path_of_type(const struct cm_path *name, struct certmap_view oid) {
    const bool subject = name->list == CM_LIST_SUBJECT_NAME, issuer = name->list == CM_LIST_ISSUER_NAME;
    const enum certmap_field field = subject  ? CERTMAP_FIELD_SUBJECT
                                     : issuer ? CERTMAP_FIELD_ISSUER
                                              : CERTMAP_FIELD_SAN_DIRNAME;
    const size_t row = cm_attr_by_oid(oid);
    return (struct cm_path){.field = field,
                            .list = field,
                            .row = (uint32_t)row,
                            .by_oid = row == CM_ATTR_OTHER,
                            .oid = oid,
                            .kind = CM_TEXT_PLAIN};
}

void cm_path_print(struct cm_out *out, const struct cm_path *path) {
    const enum subfields subfields = fields[path->field].subfields;
    const bool text = path->field == CERTMAP_FIELD_EXTENSION_TEXT;
    cm_out_string(out, fields[text ? CERTMAP_FIELD_EXTENSION : path->field].name);
    if (subfields == SUB_NONE || (path->kind == CM_TEXT_NAME && path->list != CERTMAP_FIELD_SAN))
        return;
    cm_out_char(out, '.');
    if (path->by_oid)
        cm_oid_print(out, path->oid);
    if (text)
        cm_out_string(out, (const char *)text_word.data);
    if (path->by_oid)
        return;
    if (subfields == SUB_SAN)
        cm_out_string(out, san_rows[path->row].name);
    else if (path->row == CM_ROW_ANY)
        cm_out_string(out, any_attribute);
    else
        cm_attr_print(out, path->row, path->oid);
}
