/* SPDX-License-Identifier: MIT */
#include "name_forms.h"
#include <stdio.h>
#include <string.h>

/* What the programs call a type; NULL: its OID. */
static const struct {
    const char *oid, *openssl, *windows, *java, *gnutls;
} types[] = {
    {"2.5.4.3", "CN", "CN", "CN", "CN"},
    {"2.5.4.11", "OU", "OU", "OU", "OU"},
    {"2.5.4.10", "O", "O", "O", "O"},
    {"2.5.4.6", "C", "C", "C", "C"},
    {"0.9.2342.19200300.100.1.25", "DC", "DC", "DC", "DC"},
    {"2.5.4.7", "L", "L", "L", "L"},
    {"2.5.4.8", "ST", "S", "ST", "ST"},
    {"1.2.840.113549.1.9.1", "emailAddress", "E", "EMAILADDRESS", "EMAIL"},
    {"2.5.4.5", "serialNumber", "SERIALNUMBER", "SERIALNUMBER", "serialNumber"},
    {"0.9.2342.19200300.100.1.1", "UID", NULL, "UID", "UID"},
    {"2.5.4.42", "GN", "G", "GIVENNAME", "givenName"},
    {"2.5.4.4", "SN", "SN", "SURNAME", "surName"},
    {"2.5.4.12", "title", "T", "T", "title"},
    {"2.5.4.9", "street", "STREET", "STREET", "STREET"},
    {"2.5.4.97", "organizationIdentifier", NULL, NULL, NULL},
    {"1.3.6.1.4.1.32473.1", NULL, NULL, NULL, NULL},
};
enum { TYPE_COUNT = sizeof types / sizeof *types, CN = 0, O = 2, COUNTRY = 3 };

/* ---- values ---- */

static const char *const pieces[] = {
    "a",
    "Bob",
    "x1",
    " ",
    ",",
    ", ",
    "+",
    " + ",
    "=",
    ";",
    "<",
    ">",
    "#",
    "\\",
    "\"",
    "/",
    "'",
    "(",
    ")",
    "*",
    ":",
    "@",
    ".",
    "-",
    "&",
    "|",
    "~",
    "%s",
    "\x01",
    "\n",
    "\t",
    "\x7F",
    "Zn",
    "I.",
    "Co",
    "de",
    "\\",
    "\"",
    "/",
    "=",
    "\r",
    "BE",
    "caf",
    "09",
    "\u00E9",
    "\u0416",
    "\u65E5\u672C",
    "\U0001F511",
};
static const char *const whole[] = {
    "",       " ",         "#",           "Contoso, Inc.",  "alice",       "C=US",         "a/b",  "CN",
    "C++",    "a,O=b",     "a/O=b",       "a+O=b",          "\\\\srv\\a",  "CONTOSO\\bob", "#0A",  "a@b.example",
    "\"q\"",  "a \"b\" c", "http://x/?y", "x/emailAddress", "a;b",         "Zoe\u0308 I.", "x  y", " lead",
    "trail ", "a\\,b",     "1 + 1 = 2",   "Eve, OU=HR",     "\u00FCber a", "a\\0",         "\\/",  "UTF8 a",
};
/* What looks like a separator and a type, or like one that is escaped. */
static const char *const hostile[] = {
    "p + OU=q", "p + OU = q", "p+OU=q", "a\\", "a\\/OU=q", "a, OU=y", "a, OU = y", "a,OU = y",
    "a\\+OU=q", "/CN=q",      "=",      "a=",  "a  b  ",   "\\x41",   "a\nOU=q",   "a/title=q",
};

static size_t utf8_take(const char **text) {
    const uint8_t c = (uint8_t) * *text;
    const size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    size_t cp = len == 1 ? c : c & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++)
        cp = cp << 6 | ((uint8_t)(*text)[i] & 0x3F);
    *text += len;
    return cp;
}

static size_t highest(const char *value) {
    size_t most = 0;
    while (*value != 0) {
        const size_t cp = utf8_take(&value);
        most = cp > most ? cp : most;
    }
    return most;
}

static void make_value(struct t_form_ava *ava, struct t_random *random) {
    size_t count = 1 + t_random_below(random, 5);
    if (t_random_chance(random, 45)) {
        snprintf(ava->value, sizeof ava->value, "%s", whole[t_random_below(random, sizeof whole / sizeof *whole)]);
        return;
    }
    if (t_random_chance(random, 5)) {
        snprintf(ava->value, sizeof ava->value, "%s",
                 hostile[t_random_below(random, sizeof hostile / sizeof *hostile)]);
        return;
    }
    for (; count > 0; count--) {
        const char *piece = pieces[t_random_below(random, sizeof pieces / sizeof *pieces)];
        /* Latin-1 is followed by ASCII, so that its bytes are no UTF-8. */
        strncat(ava->value, piece, sizeof ava->value - strlen(ava->value) - 1);
        if ((uint8_t)piece[0] >= 0x80)
            strncat(ava->value, "n", sizeof ava->value - strlen(ava->value) - 1);
    }
}

static bool is_printable(const char *value) {
    for (; *value != 0; value++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '()+,-./:=?", *value) == NULL)
            return false;
    return true;
}

/* A string type that can hold the value. */
static uint8_t make_tag(const char *value, struct t_random *random) {
    const size_t most = highest(value);
    switch (t_random_below(random, 8)) {
    case 0:
        return is_printable(value) ? 0x13 : 0x0C;
    case 1:
        return most < 0x80 ? 0x16 : 0x0C;
    case 2:
        return most < 0x100 ? 0x14 : 0x0C;
    case 3:
        return most < 0x10000 ? 0x1E : 0x0C;
    case 4:
        return t_random_chance(random, 20) ? 0x1C : 0x0C;
    default:
        return 0x0C;
    }
}

static void encode(struct t_form_ava *ava) {
    const char *at = ava->value;
    const size_t width = ava->tag == 0x1E ? 2 : ava->tag == 0x1C ? 4 : 1;
    if (ava->tag == 0x0C) {
        ava->der_len = strlen(ava->value);
        memcpy(ava->der, ava->value, ava->der_len);
        return;
    }
    for (ava->der_len = 0; *at != 0;) {
        const size_t cp = utf8_take(&at);
        for (size_t i = width; i > 0; i--)
            ava->der[ava->der_len++] = (uint8_t)(cp >> (8 * (i - 1)));
    }
}

void t_form_name(struct t_form_name *name, struct t_random *random) {
    const size_t shape = t_random_below(random, 4);
    memset(name, 0, sizeof *name);
    name->count = 1 + t_random_below(random, shape == 0 ? 1 : shape == 1 ? 3 : T_FORM_AVAS);
    for (size_t i = 0; i < name->count; i++) {
        struct t_form_ava *ava = &name->avas[i];
        const bool common = t_random_chance(random, 50);
        ava->type = common ? t_random_below(random, COUNTRY + 1) : t_random_below(random, TYPE_COUNT);
        ava->rdn = i == 0 ? 0 : name->avas[i - 1].rdn + !t_random_chance(random, 12);
        make_value(ava, random);
        ava->tag = make_tag(ava->value, random);
        encode(ava);
    }
}

/* ---- DER ---- */

static int compare(const struct t_buf *a, const struct t_buf *b) {
    const int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : a->len < b->len ? -1 : a->len > b->len;
}

static void put_ava(struct t_buf *buf, const struct t_form_ava *ava) {
    const size_t sequence = t_begin(buf);
    const size_t oid = t_begin(buf);
    t_der(buf, types[ava->type].oid);
    t_end(buf, oid, 0x06, 0);
    t_tlv(buf, ava->tag, ava->der, ava->der_len);
    t_end(buf, sequence, 0x30, 0);
}

/* One RDN, its AVAs in DER's order. Returns how many they are. */
static size_t put_rdn(struct t_buf *buf, const struct t_form_ava *avas, size_t left) {
    struct t_buf parts[T_FORM_AVAS];
    size_t count = 0;
    for (; count < left && avas[count].rdn == avas[0].rdn; count++) {
        parts[count] = (struct t_buf)T_BUF_INIT;
        put_ava(&parts[count], &avas[count]);
        for (size_t i = count; i > 0 && compare(&parts[i], &parts[i - 1]) < 0; i--) {
            const struct t_buf part = parts[i];
            parts[i] = parts[i - 1];
            parts[i - 1] = part;
        }
    }
    const size_t set = t_begin(buf);
    for (size_t i = 0; i < count; i++) {
        t_bytes(buf, parts[i].data, parts[i].len);
        t_buf_free(&parts[i]);
    }
    t_end(buf, set, 0x31, 0);
    return count;
}

void t_form_der(struct t_buf *buf, const struct t_form_name *name) {
    const size_t sequence = t_begin(buf);
    for (size_t i = 0; i < name->count;)
        i += put_rdn(buf, &name->avas[i], name->count - i);
    t_end(buf, sequence, 0x30, 0);
}

bool t_form_looks_quoted(const struct t_form_name *name) {
    bool begins = false, ends = false;
    for (size_t i = 0; i < name->count; i++) {
        const char *value = name->avas[i].value;
        begins = begins || value[0] == '"';
        ends = ends || (value[0] != 0 && value[strlen(value) - 1] == '"');
    }
    return begins && ends;
}

bool t_form_has_spaced_type(const struct t_form_name *name) {
    for (size_t i = 0; i < name->count; i++)
        if (strstr(name->avas[i].value, "OU = ") != NULL)
            return true;
    return false;
}

/* How near to the root a type usually is. */
static int depth_of(size_t type) {
    static const struct {
        const char *name;
        int depth;
    } depths[] = {{"C", 0}, {"DC", 0}, {"ST", 1}, {"L", 2}, {"street", 2}, {"O", 3}, {"OU", 4}};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
        if (types[type].openssl != NULL && strcmp(types[type].openssl, depths[i].name) == 0)
            return depths[i].depth;
    return 5;
}

/* The least and greatest depth in an RDN. */
static void measure_rdn(const struct t_form_name *name, size_t rdn, int *least, int *greatest) {
    *least = 5;
    *greatest = 0;
    for (size_t i = 0; i < name->count; i++) {
        const int depth = depth_of(name->avas[i].type);
        if (name->avas[i].rdn == rdn && depth < *least)
            *least = depth;
        if (name->avas[i].rdn == rdn && depth > *greatest)
            *greatest = depth;
    }
}

bool t_form_looks_turned(const struct t_form_name *name) {
    int least, greatest, least_last, greatest_last;
    measure_rdn(name, 0, &least, &greatest);
    measure_rdn(name, name->avas[name->count - 1].rdn, &least_last, &greatest_last);
    return least_last < greatest;
}

bool t_form_shows_root(const struct t_form_name *name) {
    int least, greatest, least_last, greatest_last;
    measure_rdn(name, 0, &least, &greatest);
    measure_rdn(name, name->avas[name->count - 1].rdn, &least_last, &greatest_last);
    return greatest == 0 && least_last > 0;
}

bool t_form_has_type(const struct t_form_name *name) {
    for (size_t i = 0; i < name->count; i++)
        if (strstr(name->avas[i].value, "OU=") != NULL)
            return true;
    return false;
}

bool t_form_begins_blank(const struct t_form_name *name) {
    for (size_t i = 0; i < name->count; i++)
        if (name->avas[i].value[0] == ' ')
            return true;
    return false;
}

bool t_form_ends_lines(const struct t_form_name *name) {
    for (size_t i = 0; i < name->count; i++) {
        const struct t_form_ava *ava = &name->avas[i];
        size_t len = strlen(ava->value);
        while (len > 0 && ava->value[len - 1] == ' ')
            len--;
        const bool end = ava->rdn == 0 || ava->rdn == name->avas[name->count - 1].rdn;
        if (end && len > 0 && strchr("\r\n", ava->value[len - 1]) != NULL)
            return true;
    }
    return false;
}

bool t_form_is_glued(const struct t_form_name *name) {
    for (size_t i = 0; i < name->count; i++) {
        const char *slash = strchr(name->avas[i].value, '/');
        if (i > 0 && name->avas[i].rdn == name->avas[i - 1].rdn)
            return true;
        if (slash != NULL && strchr(slash, '=') != NULL)
            return true;
    }
    return false;
}

/* ---- Printing ---- */

static void put_char(struct t_buf *text, char c) {
    t_bytes(text, &c, 1);
}

static void put_hex(struct t_buf *text, const struct t_form_ava *ava) {
    char digits[3];
    struct t_buf element = T_BUF_INIT;
    t_tlv(&element, ava->tag, ava->der, ava->der_len);
    t_put(text, "#");
    for (size_t i = 0; i < element.len; i++) {
        snprintf(digits, sizeof digits, "%02x", element.data[i]);
        t_put(text, digits);
    }
    t_buf_free(&element);
}

typedef void put_ava_fn(struct t_buf *text, const struct t_form_ava *ava);

/* The AVAs in encoded order, or the RDNs from the last to the first. */
static void put_name(struct t_buf *text, const struct t_form_name *name, const char *rdns, const char *avas,
                     bool reversed, put_ava_fn *put_one) {
    const size_t last = name->count == 0 ? 0 : name->avas[name->count - 1].rdn;
    bool first = true;
    for (size_t r = 0; r <= last; r++) {
        const size_t rdn = reversed ? last - r : r;
        bool inner = false;
        for (size_t i = 0; i < name->count; i++)
            if (name->avas[i].rdn == rdn) {
                t_put(text, first ? "" : inner ? avas : rdns);
                put_one(text, &name->avas[i]);
                first = false;
                inner = true;
            }
    }
}

/* ---- Windows: CertNameToStr ---- */

static bool windows_quotes(const char *value) {
    const size_t len = strlen(value);
    return len == 0 || strpbrk(value, ",+=\"\n<>#;") != NULL || strchr(" \t\r\n", value[0]) != NULL ||
           strchr(" \t\r\n", value[len - 1]) != NULL;
}

static void windows_ava(struct t_buf *text, const struct t_form_ava *ava) {
    const char *name = types[ava->type].windows;
    const bool quotes = windows_quotes(ava->value);
    t_put(text, name == NULL ? "OID." : name);
    t_put(text, name == NULL ? types[ava->type].oid : "");
    t_put(text, quotes ? "=\"" : "=");
    for (const char *c = ava->value; *c != 0; c++) {
        if (*c == '"')
            put_char(text, '"');
        put_char(text, *c);
    }
    t_put(text, quotes ? "\"" : "");
}

static void windows_dialog_ava(struct t_buf *text, const struct t_form_ava *ava) {
    struct t_buf one = T_BUF_INIT;
    windows_ava(&one, ava);
    const uint8_t *equals = memchr(one.data, '=', one.len);
    t_bytes(text, one.data, (size_t)(equals - one.data));
    t_put(text, " = ");
    t_bytes(text, equals + 1, one.len - (size_t)(equals + 1 - one.data));
    t_buf_free(&one);
}

static void windows(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, ", ", " + ", true, windows_ava);
}

static void windows_root_first(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, ", ", " + ", false, windows_ava);
}

static void windows_semicolons(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, "; ", " + ", true, windows_ava);
}

static void windows_lines(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, "\r\n", " + ", true, windows_ava);
}

static void windows_format(struct t_buf *text, const struct t_form_name *name) {
    windows_lines(text, name);
    t_put(text, "\r\n");
}

static void windows_dialog(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, "\r\n", " + ", true, windows_dialog_ava);
}

static void windows_lines_root_first(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, "\r\n", " + ", false, windows_ava);
}

static void certutil(struct t_buf *text, const struct t_form_name *name) {
    t_put(text, "Subject:\r\n    ");
    put_name(text, name, "\r\n    ", " + ", true, windows_ava);
}

static void windows_unix_lines(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, "\n", " + ", true, windows_ava);
}

/* ---- Java: X500Principal ---- */

static bool java_quotes(const char *value) {
    const size_t len = strlen(value);
    return strpbrk(value, ",+=\n<>#;\\\"") != NULL || strstr(value, "  ") != NULL ||
           (len > 0 && (value[0] == ' ' || value[len - 1] == ' '));
}

static void java_value(struct t_buf *text, const char *value) {
    const bool quotes = java_quotes(value);
    t_put(text, quotes ? "\"" : "");
    for (; *value != 0; value++) {
        if (*value == '"' || *value == '\\')
            put_char(text, '\\');
        put_char(text, *value);
    }
    t_put(text, quotes ? "\"" : "");
}

static void java_ava(struct t_buf *text, const struct t_form_ava *ava) {
    const char *name = types[ava->type].java;
    t_put(text, name == NULL ? "OID." : name);
    t_put(text, name == NULL ? types[ava->type].oid : "");
    t_put(text, "=");
    java_value(text, ava->value);
}

static void escaped_value(struct t_buf *text, const char *value) {
    const size_t len = strlen(value);
    for (size_t i = 0; i < len; i++) {
        const bool edge = (value[i] == ' ' && (i == 0 || i + 1 == len)) || (value[i] == '#' && i == 0);
        if (edge || strchr(",+\"\\<>;", value[i]) != NULL)
            put_char(text, '\\');
        put_char(text, value[i]);
    }
}

/* RFC 2253 names nine types, and the values of all others are in hexadecimal. */
static void java_2253_ava(struct t_buf *text, const struct t_form_ava *ava) {
    static const char *const known[] = {"CN", "C", "L", "ST", "O", "OU", "STREET", "DC", "UID"};
    const char *name = types[ava->type].java;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (name != NULL && strcmp(known[i], name) == 0) {
            t_put(text, name);
            t_put(text, "=");
            escaped_value(text, ava->value);
            return;
        }
    t_put(text, types[ava->type].oid);
    t_put(text, "=");
    put_hex(text, ava);
}

static void java(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, ", ", " + ", true, java_ava);
}

static void java_2253(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, ",", "+", true, java_2253_ava);
}

static void keytool(struct t_buf *text, const struct t_form_name *name) {
    t_put(text, "Owner: ");
    java(text, name);
}

static void keytool_issuer(struct t_buf *text, const struct t_form_name *name) {
    t_put(text, "Issuer: ");
    java(text, name);
}

/* ---- GnuTLS ---- */

static void gnutls_ava(struct t_buf *text, const struct t_form_ava *ava) {
    const char *name = types[ava->type].gnutls;
    t_put(text, name == NULL ? types[ava->type].oid : name);
    t_put(text, "=");
    if (name == NULL)
        put_hex(text, ava);
    else
        escaped_value(text, ava->value);
}

static void gnutls(struct t_buf *text, const struct t_form_name *name) {
    put_name(text, name, ",", "+", true, gnutls_ava);
}

static void certtool(struct t_buf *text, const struct t_form_name *name) {
    t_put(text, "\tSubject: ");
    gnutls(text, name);
}

static void certtool_root_first(struct t_buf *text, const struct t_form_name *name) {
    t_put(text, "\tSubject: ");
    put_name(text, name, ",", "+", false, gnutls_ava);
}

/* ---- OpenSSL 1.0: X509_NAME_oneline and X509_NAME_print ---- */

/* Each byte that is no printable ASCII as \xHH, of strings of several bytes without those that are 0 throughout. */
static void old_ava(struct t_buf *text, const struct t_form_ava *ava) {
    const char *name = types[ava->type].openssl;
    char hidden[5];
    const bool wide = ava->tag == 0x1C || ava->tag == 0x1E;
    bool ascii = wide;
    for (size_t i = 0; wide && i < ava->der_len; i++)
        ascii = ascii && (i % 4 == 3 || ava->der[i] == 0);
    t_put(text, name == NULL ? types[ava->type].oid : name);
    t_put(text, "=");
    for (size_t i = ascii && ava->tag == 0x1C ? 3 : 0; i < ava->der_len; i += ascii && ava->tag == 0x1C ? 4 : 1) {
        snprintf(hidden, sizeof hidden, "\\x%02X", ava->der[i]);
        if (ava->der[i] < ' ' || ava->der[i] > '~')
            t_put(text, hidden);
        else
            put_char(text, (char)ava->der[i]);
    }
}

static void old_slashes(struct t_buf *text, const struct t_form_name *name) {
    t_put(text, "/");
    put_name(text, name, "/", "/", false, old_ava);
}

static void old_subject(struct t_buf *text, const struct t_form_name *name) {
    t_put(text, "subject= ");
    old_slashes(text, name);
}

static void old_chain(struct t_buf *text, const struct t_form_name *name) {
    t_put(text, " 0 s:");
    old_slashes(text, name);
}

static bool is_capital(uint8_t c) {
    return c >= 'A' && c <= 'Z';
}

/* A slash before one or two capitals and = is a comma and a space. */
static void old_text(struct t_buf *text, const struct t_form_name *name) {
    struct t_buf slashes = T_BUF_INIT;
    old_slashes(&slashes, name);
    t_bytes(&slashes, "\0\0\0", 3);
    t_put(text, "        Subject: ");
    for (size_t i = 1; i + 3 < slashes.len; i++) {
        const uint8_t *at = slashes.data + i;
        const bool one = is_capital(at[1]) && at[2] == '=';
        const bool two = is_capital(at[1]) && is_capital(at[2]) && at[3] == '=';
        if (at[0] == '/' && (one || two))
            t_put(text, ", ");
        else
            put_char(text, (char)at[0]);
    }
    t_buf_free(&slashes);
}

const struct t_form t_forms[] = {
    {"Windows", windows, T_FORM_LISTS, false, false},
    {"Windows, root first", windows_root_first, T_FORM_LISTS, false, false},
    {"Windows, semicolons", windows_semicolons, T_FORM_LISTS, false, false},
    {"Windows, lines", windows_lines, T_FORM_TELLS, false, false},
    {"Windows, lines of .NET", windows_format, T_FORM_TELLS, false, false},
    {"Windows, lines of the dialog", windows_dialog, T_FORM_TELLS, false, false},
    {"Windows, lines that end in LF", windows_unix_lines, T_FORM_ESCAPES_NOT, false, false},
    {"Windows, lines, root first", windows_lines_root_first, T_FORM_ESCAPES_NOT, false, true},
    {"certutil", certutil, T_FORM_TELLS, false, false},
    {"Java, RFC 1779", java, T_FORM_LISTS, false, false},
    {"Java, RFC 2253", java_2253, T_FORM_TELLS, false, false},
    {"keytool, owner", keytool, T_FORM_TELLS, false, false},
    {"keytool, issuer", keytool_issuer, T_FORM_LISTS, false, false},
    {"GnuTLS", gnutls, T_FORM_TELLS, false, false},
    {"certtool", certtool, T_FORM_ESCAPES_NOT, false, false},
    {"certtool, root first", certtool_root_first, T_FORM_ESCAPES_NOT, false, false},
    {"OpenSSL 1.0, slashes", old_slashes, T_FORM_TELLS_SINGLE, true, false},
    {"OpenSSL 1.0, subject", old_subject, T_FORM_TELLS_SINGLE, true, false},
    {"OpenSSL 1.0, chain", old_chain, T_FORM_TELLS_SINGLE, true, false},
    {"OpenSSL 1.0, text", old_text, T_FORM_ESCAPES_NOT, true, false},
};
const size_t t_form_count = sizeof t_forms / sizeof *t_forms;
