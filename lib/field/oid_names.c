/* SPDX-License-Identifier: MIT */
#include "field/oid_names.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/view.h"
#include "certmap/names.h"
#include "der/oid.h"

/* id-kp, 1.3.6.1.5.5.7.3 */
#define KP(last) CM_VIEW_OF("\x2B\x06\x01\x05\x05\x07\x03" last)
/* Microsoft, 1.3.6.1.4.1.311 */
#define MS(rest) CM_VIEW_OF("\x2B\x06\x01\x04\x01\x82\x37" rest)
/* CA/Browser Forum, 2.23.140.1 */
#define CABF(rest) CM_VIEW_OF("\x67\x81\x0C\x01" rest)

/* Names as the documents that register the OIDs spell them, without their id-kp- and the like. */
static const struct oid_name {
    struct certmap_view oid; /* contents octets */
    const char *name;
} table[] = {
    /* RFC 5280 4.2.1.12 */
    {CM_VIEW_OF("\x55\x1D\x25\x00"), "anyExtendedKeyUsage"},
    {KP("\x01"), "serverAuth"},
    {KP("\x02"), "clientAuth"},
    {KP("\x03"), "codeSigning"},
    {KP("\x04"), "emailProtection"},
    {KP("\x08"), "timeStamping"},
    {KP("\x09"), "OCSPSigning"},
    /* RFC 4945 5.1.3.12 and its predecessors */
    {KP("\x05"), "ipsecEndSystem"},
    {KP("\x06"), "ipsecTunnel"},
    {KP("\x07"), "ipsecUser"},
    {KP("\x11"), "ipsecIKE"},
    /* RFC 3029, RFC 4334, RFC 5055, RFC 5415, RFC 5924, RFC 6187, RFC 6494, RFC 6402, RFC 8209, RFC 9336 */
    {KP("\x0A"), "dvcs"},
    {KP("\x0D"), "eapOverPPP"},
    {KP("\x0E"), "eapOverLAN"},
    {KP("\x0F"), "scvpServer"},
    {KP("\x10"), "scvpClient"},
    {KP("\x12"), "capwapAC"},
    {KP("\x13"), "capwapWTP"},
    {KP("\x14"), "sipDomain"},
    {KP("\x15"), "secureShellClient"},
    {KP("\x16"), "secureShellServer"},
    {KP("\x17"), "sendRouter"},
    {KP("\x18"), "sendProxiedRouter"},
    {KP("\x19"), "sendOwner"},
    {KP("\x1A"), "sendProxiedOwner"},
    {KP("\x1B"), "cmcCA"},
    {KP("\x1C"), "cmcRA"},
    {KP("\x1D"), "cmcArchive"},
    {KP("\x1E"), "bgpsecRouter"},
    {KP("\x24"), "documentSigning"},
    /* RFC 4556 3.2.2 and 3.2.4 */
    {CM_VIEW_OF("\x2B\x06\x01\x05\x02\x03\x04"), "pkinitClientAuth"},
    {CM_VIEW_OF("\x2B\x06\x01\x05\x02\x03\x05"), "pkinitKDC"},
    /* FIPS 201-3 */
    {CM_VIEW_OF("\x60\x86\x48\x01\x65\x03\x06\x08"), "pivCardAuth"},
    /* Microsoft */
    {MS("\x14\x02\x02"), "smartcardLogon"},
    {MS("\x14\x02\x01"), "enrollmentAgent"},
    {MS("\x0A\x03\x04"), "encryptedFileSystem"},
    {MS("\x0A\x03\x0C"), "msDocumentSigning"},
    /* certificate policies: RFC 5280 4.2.1.4; CA/Browser Forum, Baseline Requirements 7.1.6.1 */
    {CM_VIEW_OF("\x55\x1D\x20\x00"), "anyPolicy"},
    {CABF("\x01"), "extendedValidation"},
    {CABF("\x02\x01"), "domainValidated"},
    {CABF("\x02\x02"), "organizationValidated"},
    {CABF("\x02\x03"), "individualValidated"},
};
#define ROWS (sizeof table / sizeof *table)

/* ETSI EN 319 412-5, 0.4.0.1862.1, and ETSI TS 119 495, 0.4.0.19495 */
#define QCS(rest) CM_VIEW_OF("\x04\x00\x8E\x46\x01" rest)
#define PSD2(rest) CM_VIEW_OF("\x04\x00\x81\x98\x27" rest)

/* Without their id-etsi-qcs- and the like, as they are spelt after it; of roles the name that is in certificates. */
static const struct oid_name qc_table[] = {
    {CM_VIEW_OF("\x2B\x06\x01\x05\x05\x07\x0B\x01"), "pkixQCSyntax-v1"}, /* RFC 3739 3.2.6.1 */
    {CM_VIEW_OF("\x2B\x06\x01\x05\x05\x07\x0B\x02"), "pkixQCSyntax-v2"},
    {QCS("\x01"), "QcCompliance"},
    {QCS("\x02"), "QcLimitValue"},
    {QCS("\x03"), "QcRetentionPeriod"},
    {QCS("\x04"), "QcSSCD"},
    {QCS("\x05"), "QcPDS"},
    {QCS("\x06"), "QcType"},
    {QCS("\x07"), "QcCClegislation"},
    {QCS("\x06\x01"), "esign"},
    {QCS("\x06\x02"), "eseal"},
    {QCS("\x06\x03"), "web"},
    {PSD2("\x02"), "psd2-qcStatement"},
    {PSD2("\x01\x01"), "PSP_AS"},
    {PSD2("\x01\x02"), "PSP_PI"},
    {PSD2("\x01\x03"), "PSP_AI"},
    {PSD2("\x01\x04"), "PSP_IC"},
};
#define QC_ROWS (sizeof qc_table / sizeof *qc_table)

/* Looks at no more than the rows of a table. */
static const char *name_of(const struct oid_name *rows, size_t count, struct certmap_view contents) {
    for (size_t i = 0; i < count; i++)
        if (cm_oid_same(rows[i].oid, contents))
            return rows[i].name;
    return NULL;
}

static struct certmap_view by_name(const struct oid_name *rows, size_t count, struct certmap_view name) {
    for (size_t i = 0; i < count; i++)
        if (certmap_text_same(name, cm_view(rows[i].name, strlen(rows[i].name))))
            return rows[i].oid;
    return CM_VIEW_NONE;
}

static const char *nearest(const struct oid_name *rows, size_t count, struct certmap_view name) {
    struct certmap_view names[ROWS > QC_ROWS ? ROWS : QC_ROWS];
    for (size_t i = 0; i < count; i++)
        names[i] = cm_view(rows[i].name, strlen(rows[i].name));
    const size_t found = certmap_text_nearest(name, names, count);
    return found == SIZE_MAX ? NULL : rows[found].name;
}

const char *cm_oid_name(struct certmap_view contents) {
    return name_of(table, ROWS, contents);
}

struct certmap_view cm_oid_by_name(struct certmap_view name) {
    return by_name(table, ROWS, name);
}

const char *cm_oid_name_nearest(struct certmap_view name) {
    return nearest(table, ROWS, name);
}

const char *cm_qc_name(struct certmap_view contents) {
    return name_of(qc_table, QC_ROWS, contents);
}

struct certmap_view cm_qc_by_name(struct certmap_view name) {
    return by_name(qc_table, QC_ROWS, name);
}

const char *cm_qc_name_nearest(struct certmap_view name) {
    return nearest(qc_table, QC_ROWS, name);
}

/* ---- for everyone ---- */

/* The contents octets, in buffer or static. data NULL: it is neither a name nor an OID. */
static struct certmap_view contents_of(struct certmap_view text, uint8_t buffer[CERTMAP_MAX_OID_SIZE]) {
    struct certmap_view known = cm_oid_by_name(text);
    if (known.data == NULL)
        known = cm_qc_by_name(text);
    const size_t len = known.data == NULL ? cm_oid_parse(buffer, text) : 0;
    return len > 0 ? cm_view(buffer, len) : known;
}

enum certmap_status certmap_oid_from_text(uint8_t *contents, size_t cap, size_t *len, struct certmap_view text,
                                          struct certmap_diagnostic *err) {
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    if (len == NULL || (contents == NULL && cap > 0) || (text.data == NULL && text.len > 0))
        return cm_error_argument(err, "certmap_oid_from_text: contents, len or text is NULL");
    const struct certmap_view oid = contents_of(text, buffer);
    if (oid.data == NULL)
        return cm_error(err, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_BAD_OID,
                        "%s is no object identifier, and no name of one", cm_quote(text).text);
    *len = oid.len;
    if (oid.len > cap)
        return cm_error(err, CERTMAP_ERROR_BUFFER, CERTMAP_CODE_BUFFER_TOO_SMALL,
                        "the object identifier has %zu bytes, and there is room for %zu", oid.len, cap);
    if (contents != NULL)
        memcpy(contents, oid.data, oid.len);
    return CERTMAP_OK;
}
