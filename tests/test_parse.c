/* SPDX-License-Identifier: MIT */
/* The native language: what loads, and where and how mistakes are reported. */
#define _POSIX_C_SOURCE 200809L

#include "certmap/limits.h"
#include "rules.h"
#include "support/alloc.h"
#include <dirent.h>

/* ---- loading ---- */

struct diagnostic {
    enum certmap_severity severity;
    struct certmap_diagnostic error;
};

struct load {
    enum certmap_status status;
    struct certmap_diagnostic error;
    struct certmap_rules *rules;
    size_t count;
    struct diagnostic diagnostics[CERTMAP_MAX_DIAGNOSTICS];
};

static void collect(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct load *load = ctx;
    ck_assert_uint_lt(load->count, CERTMAP_MAX_DIAGNOSTICS);
    ck_assert_uint_gt(diagnostic->line, 0);
    load->diagnostics[load->count++] = (struct diagnostic){severity, *diagnostic};
}

/* Line and column again, by the plainest means. */
static void check_place(struct certmap_position place, struct certmap_view text) {
    size_t line = 1, column = 1;
    ck_assert_uint_le(place.offset, text.len);
    ck_assert_uint_le(place.length, text.len - place.offset);
    size_t i = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    for (; i < place.offset; i++) {
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        } else if ((text.data[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    ck_assert_uint_eq(place.line, line);
    ck_assert_uint_eq(place.column, column);
}

static void check_position(const struct certmap_diagnostic *error, struct certmap_view text) {
    check_place((struct certmap_position){error->line, error->column, error->offset, error->length}, text);
}

/* What is true of every load, whatever the text. */
static void check_load(const struct load *load, struct certmap_view text) {
    const struct certmap_diagnostic *first = NULL;
    for (size_t i = 0; i < load->count; i++) {
        const struct diagnostic *diagnostic = &load->diagnostics[i];
        const bool is_error = diagnostic->severity == CERTMAP_SEVERITY_ERROR;
        check_position(&diagnostic->error, text);
        ck_assert_ptr_nonnull(certmap_code_name(diagnostic->error.code));
        ck_assert_uint_gt(strlen(diagnostic->error.text), 0);
        ck_assert_int_eq(diagnostic->error.status != CERTMAP_OK, is_error);
        if (is_error && first == NULL)
            first = &diagnostic->error;
    }
    ck_assert_int_eq(load->status == CERTMAP_OK, load->rules != NULL);
    ck_assert_int_eq(load->status == CERTMAP_OK, first == NULL);
    ck_assert(first == NULL || memcmp(first, &load->error, sizeof *first) == 0);
}

#define R10 "0123456789"

static char loader; /* the context that open_file gets */

/* Opens the files that lists of issuers in these tests name. */
static const char *open_file(void *ctx, struct certmap_view name, certmap_issuer_add_fn *add, void *add_ctx) {
    static const uint8_t digest[CERTMAP_SHA256_SIZE] = {0xAB};
    ck_assert_ptr_eq(ctx, &loader);
    ck_assert_uint_eq(name.data[name.len], 0);
    if (strcmp((const char *)name.data, "empty.pem") == 0)
        return NULL;
    if (strcmp((const char *)name.data, "two.pem") == 0)
        return add(add_ctx, digest) && add(add_ctx, digest) ? NULL : "stopped";
    for (size_t i = 0; strcmp((const char *)name.data, "full.pem") == 0; i++)
        if (i == CERTMAP_MAX_ISSUERS)
            return NULL;
        else if (!add(add_ctx, digest))
            return "stopped";
    for (size_t i = 0; strcmp((const char *)name.data, "many.pem") == 0; i++)
        if (!add(add_ctx, digest)) {
            ck_assert_uint_eq(i, CERTMAP_MAX_ISSUERS);
            return "stopped";
        }
    if (strcmp((const char *)name.data, "advice.pem") == 0)
        return "not in C:\\ca; look: dir C:\\ca";
    if (strcmp((const char *)name.data, "long.pem") == 0)
        return "it is no certificate; to make one: " R10 R10 R10 R10 R10 R10 R10 R10 R10 R10 R10 R10 R10;
    return "there is no such file\n";
}

static struct load *load_with(struct certmap_view text, const struct certmap_allocator *allocator) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct load *load = calloc(1, sizeof *load);
    ck_assert_ptr_nonnull(load);
    options.allocator = allocator;
    options.diagnostic = collect;
    options.diagnostic_ctx = load;
    options.issuer_file = open_file;
    options.issuer_file_ctx = &loader;
    load->status = certmap_rules_parse(&load->rules, text, &options, &load->error);
    return load;
}

static struct load *load_text(struct certmap_view text) {
    struct load *load = load_with(text, NULL);
    check_load(load, text);
    return load;
}

static void free_load(struct load *load) {
    certmap_rules_free(load->rules);
    free(load);
}

/* ---- rows: the token at fault is in guillemets ---- */

enum { MAX_MARKS = 8 };

struct mark {
    size_t offset, length;
};

/* Takes the guillemets out of a text and remembers where they were. */
static size_t take_marks(struct t_buf *text, struct mark marks[MAX_MARKS], const char *marked) {
    size_t count = 0;
    for (const char *at = marked; *at != 0; at++) {
        if (strncmp(at, "\xC2\xAB", 2) == 0) {
            ck_assert_uint_lt(count, MAX_MARKS);
            marks[count++] = (struct mark){text->len, SIZE_MAX};
            at++;
        } else if (strncmp(at, "\xC2\xBB", 2) == 0) {
            size_t open = count;
            while (marks[--open].length != SIZE_MAX)
                ck_assert_uint_gt(open, 0);
            marks[open].length = text->len - marks[open].offset;
            at++;
        } else {
            t_bytes(text, at, 1);
        }
    }
    return count;
}

struct row {
    const char *marked;
    struct {
        const char *code, *says; /* a part of the text */
    } diagnostics[MAX_MARKS];
};

static void run_marked(const char *marked, const struct row *row) {
    struct t_buf text = T_BUF_INIT;
    struct mark marks[MAX_MARKS];
    const size_t count = take_marks(&text, marks, marked);
    struct load *load = load_text(t_view(&text));
    for (size_t i = 0; i < load->count && i < count; i++) {
        const struct certmap_diagnostic *error = &load->diagnostics[i].error;
        ck_assert_msg(strcmp(certmap_code_name(error->code), row->diagnostics[i].code) == 0, "%s: %s, %s", row->marked,
                      certmap_code_name(error->code), error->text);
        ck_assert_msg(error->offset == marks[i].offset && error->length == marks[i].length,
                      "%s: %zu bytes at %zu instead of %zu at %zu: %s", row->marked, error->length, error->offset,
                      marks[i].length, marks[i].offset, error->text);
        ck_assert_msg(strstr(error->text, row->diagnostics[i].says) != NULL, "%s: says \"%s\"", row->marked,
                      error->text);
        ck_assert_int_eq(load->diagnostics[i].severity, error->code >= CERTMAP_CODE_ALLOWS_EVERYONE
                                                            ? CERTMAP_SEVERITY_WARNING
                                                            : CERTMAP_SEVERITY_ERROR);
    }
    ck_assert_msg(load->count == count, "%s: %zu diagnostics instead of %zu; the last: %s", row->marked, load->count,
                  count, load->count > 0 ? load->diagnostics[load->count - 1].error.text : "");
    free_load(load);
    t_buf_free(&text);
}

/* What is after "when". */
static const struct row conditions[] = {
    /* fields and subfields */
    {"subject.«XN» = \"a\"", {{"unknown-subfield", "there is no subfield \"XN\"; did you mean CN?"}}},
    {"issuer.«OUU» = \"a\"", {{"unknown-subfield", "did you mean OU?"}}},
    {"subject.«comonName» = \"a\"", {{"unknown-subfield", "did you mean commonName?"}}},
    {"subject.«serialNumbr» present", {{"unknown-subfield", "did you mean SERIALNUMBER?"}}},
    {"subject.«xyzzy» present", {{"unknown-subfield", "every type can be written as an OID, for example 2.5.4.3"}}},
    {"subject.«CN.O» present", {{"unknown-subfield", "\"CN.O\""}}},
    {"subject.«-» present", {{"unknown-subfield", "\"-\""}}},
    {"subject.«_» present", {{"unknown-subfield", "\"_\""}}},
    {"subject.«1» present", {{"bad-oid", "\"1\" is not an object identifier"}}},
    {"subject.«1.2.» present", {{"bad-oid", "\"1.2.\""}}},
    {"subject.«1..2» present", {{"bad-oid", "\"1..2\""}}},
    {"subject.«3.1» present", {{"bad-oid", "\"3.1\""}}},
    {"subject.«1.40» present", {{"bad-oid", "\"1.40\""}}},
    {"subject.«1.2.03» present", {{"bad-oid", "\"1.2.03\""}}},
    {"subject.«1.2.x» present", {{"bad-oid", "\"1.2.x\""}}},
    {"subject.«2a» present", {{"bad-oid", "\"2a\""}}},
    {"subject.«OID.» present", {{"bad-oid", "\"OID.\""}}},
    {"subject.«OID.CN» present", {{"bad-oid", "\"OID.CN\""}}},
    {"subject.«oid.1.2.» = \"a\"", {{"bad-oid", "\"oid.1.2.\""}}},
    {"«issuer.» present", {{"unknown-subfield", "a subfield is missing after \"issuer.\""}}},
    {"«san.» present", {{"unknown-subfield", "a subfield is missing after \"san.\""}}},
    {"«serial.» present", {{"unknown-subfield", "a subfield is missing after \"serial.\""}}},
    {"«san.dirname.» present", {{"unknown-subfield", "a subfield is missing after \"san.dirname.\""}}},
    {"«CN» = \"a\"", {{"unknown-field", "expected a condition, but there is \"CN\"; did you mean subject.CN?"}}},
    {"«upn» = \"a\"", {{"unknown-field", "but there is \"upn\"; did you mean san.upn?"}}},
    {"«dNSName» = \"a\"", {{"unknown-field", "did you mean san.dNSName?"}}},
    {"«1».2.3 present", {{"unknown-field", "but there is \"1\", which is no field"}}},
    {"«spki.sha265» present", {{"unknown-field", "but there is \"spki.sha265\"; did you mean spki.sha256?"}}},
    {"«spki» = \"a\"", {{"unknown-field", "but there is \"spki\"; did you mean spki.sha256?"}}},
    {"«Fingerprint» = \"a\"", {{"unknown-field", "but there is \"Fingerprint\"; did you mean sha256?"}}},
    {"«thumbprint» present", {{"unknown-field", "did you mean sha256?"}}},
    {"«sha26» present", {{"unknown-field", "but there is \"sha26\"; did you mean sha256?"}}},
    {"«ms.sidd» present", {{"unknown-field", "but there is \"ms.sidd\"; did you mean ms.sid?"}}},
    {"san.«dsn» present", {{"unknown-subfield", "there is no subfield \"dsn\"; did you mean dns?"}}},
    {"san.«xyzzy» present",
     {{"unknown-subfield", "san has dns, email, uri, ip, upn, krb5, dirname, rid, and other names by OID"}}},
    {"san.dirname.«XN» present", {{"unknown-subfield", "did you mean CN?"}}},
    {"«san» present", {{"unknown-subfield", "san needs a subfield, for example san.dns"}}},
    {"«ext» present", {{"unknown-subfield", "ext needs a subfield, for example ext.2.5.29.17"}}},
    {"ext.«keyUsage» present", {{"bad-oid", "\"keyUsage\" is not an object identifier"}}},
    {"serial.«CN» present", {{"unknown-subfield", "serial has no subfields"}}},
    {"«sbject».CN = \"a\"", {{"unknown-field", "but there is \"sbject\"; did you mean subject?"}}},
    {"«Subject».CN = \"a\"", {{"unknown-field", "but there is \"Subject\"; did you mean subject?"}}},
    {"«issur».organizationalUnitName present", {{"unknown-field", "did you mean issuer?"}}},
    {"«peer».CN present", {{"unknown-field", "expected a condition, but there is \"peer\", which is no field"}}},
    {"«mapping».CN present", {{"unknown-field", "but there is \"mapping\""}}},
    {"«subject-CN» present", {{"unknown-field", "\"subject-CN\""}}},
    {"«.»CN present", {{"syntax", "\".\" has no meaning here"}}},
    {"subject «.» CN present", {{"syntax", "\".\" has no meaning here"}}},
    {"«nto» subject.CN present", {{"unknown-field", "did you mean not?"}}},
    {"«Not» subject.CN present", {{"unknown-field", "did you mean not?"}}},
    {"«\"a\"» = subject.CN", {{"syntax", "expected a condition, but there is a string"}}},
    {"«=» subject.CN", {{"syntax", "expected a condition, but there is \"=\""}}},
    {"(«)»", {{"syntax", "expected a condition, but there is \")\""}}},
    {"«-»subject.CN present", {{"syntax", "\"-\" has no meaning here"}}},
    {"«\xC3\xA9» present", {{"syntax", "\"\xC3\xA9\" has no meaning here"}}},

    /* operators */
    {"subject.CN «is» \"a\"",
     {{"syntax", "expected \"=\", \"in\", \"like\", \"matches\", \"under\", \"present\" or \"absent\" after the field, "
                 "but there is "
                 "\"is\"; "
                 "did you mean in?"}}},
    {"subject.CN «lyke» \"a\"", {{"syntax", "did you mean like?"}}},
    {"subject.CN «match» \"a\"", {{"syntax", "did you mean matches?"}}},
    {"subject.CN matches «a»", {{"syntax", "expected a string in double quotes"}}},
    {"subject.CN matches «\"a(\"»", {{"bad-regex", "the group does not end"}}},
    {"subject.CN matches \"a«\\u»\"", {{"bad-escape", "u is the beginning of \\u{H..}"}}},
    {"subject.CN matches (\"a\", «\"^b$\"»)", {{"bad-regex", "leave out ^"}}},
    {"subject.CN matches «\"(a)\\1\"»", {{"bad-regex", "a backreference needs backtracking"}}},
    {"subject.CN matches \"«${»a}\"", {{"misplaced-placeholder", ""}}},
    {"subject «matches» \"CN=a\"", {{"bad-operator", "subject is a whole Name and has no regular expressions"}}},
    {"san.ip «matches» \"1.*\"", {{"bad-operator", "san.ip has no regular expressions"}}},
    {"sha256 «matches» \"a.*\"", {{"bad-operator", "sha256 has no regular expressions"}}},
    {"certificate «matches» \"abab\"", {{"bad-operator", "byte for byte"}}},
    {"san.email matches «\".*@Contoso\\.example\"»", {{"bad-operand", "compared in small letters"}}},
    {"san.uri matches «\"HTTPS?://a\\.example/.*\"»", {{"bad-operand", "small letters"}}},
    {"ms.sid matches «\"X-1-.*\"»", {{"bad-operand", "is no SID"}}},
    {"subject.CN «Like» \"a\"", {{"syntax", "did you mean like?"}}},
    {"subject.CN «presentt»", {{"syntax", "did you mean present?"}}},
    {"subject.CN «equals» \"a\"", {{"syntax", "but there is \"equals\""}}},
    {"subject.CN «!»= \"a\"", {{"syntax", "\"!\" has no meaning here; write not (... = ...) for what is not equal"}}},
    {"subject.CN = «\xE2\x80\x9C»a\xE2\x80\x9D",
     {{"syntax", "has no meaning here; strings are written in plain double quotes"}}},
    {"subject.CN «~» \"a\"", {{"syntax", "\"~\" has no meaning here"}}},
    {"subject.CN =«=» \"a\"", {{"syntax", "expected a string in double quotes, but there is \"=\""}}},
    {"subject.CN «nocase» = \"a\"", {{"syntax", "after the field, but there is \"nocase\""}}},
    {"subject.CN = nocase «nocase» \"a\"", {{"syntax", "expected a string in double quotes"}}},
    {"subject.CN = «Nocase» \"a\"", {{"syntax", "expected a string in double quotes"}}},
    {"subject.CN = «a»", {{"syntax", "expected a string in double quotes, but there is \"a\""}}},
    {"subject.CN = «'»a'", {{"syntax", "\"'\" has no meaning here; strings are written in plain double quotes"}}},
    {"subject.CN = «(»\"a\")", {{"syntax", "expected a string in double quotes, but there is \"(\""}}},
    {"subject.CN present «\"a\"»",
     {{"syntax", "expected \"and\", \"or\" or \";\" after the condition, but there is a string"}}},
    {"subject.CN «\"a\"»", {{"syntax", "after the field, but there is a string"}}},

    {"subject.CN «absentt»", {{"syntax", "did you mean absent?"}}},

    /* operators that a field does not have, at the operator */
    {"subject like «\"Sales\"»", {{"dn-syntax", "an attribute type and = are expected"}}},
    {"san.dirname like («\"CN=a, O=b\"»)", {{"dn-syntax", "an attribute type and = are expected"}}},
    {"issuer like nocase «\"CM=*\"»", {{"dn-attribute", "did you mean CN?"}}},
    {"subject.CN «=» exact \"a\"", {{"bad-operator", "subject.CN is compared exactly anyway; leave out \"exact\""}}},
    {"subject «like» exact \"CN=a\"", {{"bad-operator", "exact case after = and in only"}}},
    {"subject «under» exact \"CN=a\"", {{"bad-operator", "exact case after = and in only"}}},
    {"subject «present»", {{"bad-operator", "subject is always there, once; write \"=\""}}},
    {"issuer «absent»", {{"bad-operator", "issuer is always there, once"}}},
    {"subject «absent»", {{"bad-operator", "subject is always there, once"}}},
    {"subject.CN «under» \"CN=a\"", {{"bad-operator", "subject.CN is no whole Name"}}},
    {"san.1.2.3 «under» \"CN=a\"", {{"bad-operator", "san.1.2.3 is no whole Name"}}},
    {"san.ip «like» \"10.*\"", {{"bad-operator", "san.ip has no patterns; write = \"192.0.2.0/24\" for a network"}}},
    {"serial «like» \"*\"", {{"bad-operator", "serial has no patterns; write \"=\" or \"in\""}}},
    {"ku «like» \"*\"", {{"bad-operator", "ku has no patterns"}}},
    {"issuer is sha256 «like» \"*\"", {{"bad-operator", "issuer is sha256 has no patterns"}}},
    {"certificate «present»", {{"bad-operator", "certificate is compared byte for byte"}}},
    {"certificate «=» nocase \"30\"", {{"bad-operator", "certificate is compared byte for byte"}}},
    {"every certificate «=» \"30\"", {{"bad-operator", "certificate is compared byte for byte"}}},

    /* operands, at the string */
    {"ms.sid = «\"s-1-5-21-1\"»", {{"bad-operand", "every SID begins with S-1-"}}},
    {"ms.sid like «\"s-1-*\"»", {{"bad-operand", "every SID begins with S-1-"}}},
    {"san.krb5 in (\"a@R\", «\"a\"»)", {{"bad-operand", "write user@REALM"}}},
    {"subject = «\"a\"»", {{"dn-syntax", ""}}},
    {"subject = «\"/C=US/CN=a\"»", {{"dn-syntax", "; \"certmap name\" turns the slashes form into RFC 4514"}}},
    {"subject under «\"C = US, CN = a\"»", {{"dn-syntax", "\"certmap name\" turns the openssl form into RFC 4514"}}},
    {"subject in (\"CN=a\", «\"XN=a\"»)", {{"dn-attribute", ""}}},
    {"subject under «\"\"»",
     {{"bad-operand", "every Name is under the empty one; write the RDNs that have to be there"}}},
    {"issuer under (\"O=a\", «\"\"»)", {{"bad-operand", "every Name is under the empty one"}}},
    {"san.dns = «\"b\xC3\xBC"
     "cher.example\"»",
     {{"bad-operand", "a host name in a certificate is ASCII; write the A-label (xn--...) of \"b\xC3\xBC"
                      "cher"}}},
    {"san.dns like «\"*.b\xC3\xBC"
     "cher\"»",
     {{"bad-operand", "write the A-label"}}},
    {"san.dns = «\"a b\"»", {{"bad-operand", "\"a b\" holds a space or a control character, and no host name does"}}},
    {"san.email = «\"alice\"»", {{"bad-operand", "\"alice\" is no mailbox: write user@host"}}},
    {"san.email = «\"a@b\xC3\xBC\"»", {{"bad-operand", "write the A-label"}}},
    {"san.uri = «\"http://b\xC3\xBC/\"»", {{"bad-operand", "a URI in a certificate is ASCII; write"}}},
    {"san.ip in (\"10.0.0.0/8\", «\"10.1.2.3/8\"»)",
     {{"bad-operand", "\"10.1.2.3/8\" is an address inside a network; the network is \"10.0.0.0/8\""}}},
    {"san.ip = «\"10.0.0\"»", {{"bad-operand", "\"10.0.0\" is no address; write for example 192.0.2.1"}}},
    {"san.ip = «\"10.0.0.0/33\"»", {{"bad-operand", "write a number from 0 to 32 after the slash"}}},
    {"eku = «\"clientAut\"»",
     {{"bad-operand", "there is no object identifier \"clientAut\"; did you mean \"clientAuth\"?"}}},
    {"policy = «\"xyzzy\"»", {{"bad-operand", "one without a name here is written like 1.3.6.1.5.5.7.3.2"}}},
    {"ku = «\"digitalSig\"»", {{"bad-operand", "there is no key usage \"digitalSig\""}}},
    {"ku = «\"keyCertSing\"»", {{"bad-operand", "did you mean \"keyCertSign\"?"}}},
    {"serial = «\"1234\"»", {{"bad-operand", "is \"1234\" hexadecimal or decimal? write 0x1234 or dec:1234"}}},
    {"serial = «\"xyz\"»", {{"bad-operand", "\"xyz\" is no serial number: write it in hexadecimal"}}},
    {"sha256 = «\"ab\"»", {{"bad-operand", "a SHA-256 digest has 64 hexadecimal digits, and this has 2"}}},
    {"sha1 = «\"ab\"»", {{"bad-operand", "a SHA-1 digest has 40 hexadecimal digits, and this has 2"}}},
    {"ski = «\"abc\"»", {{"bad-operand", "\"abc\" is no hexadecimal: two digits an octet"}}},
    {"ext.1.2.3 = «\"xy\"»", {{"bad-operand", "\"xy\" is no hexadecimal"}}},
    {"certificate in (\"30\", «\"3\"»)", {{"bad-operand", "\"3\" is no hexadecimal"}}},
    {"version = «\"4\"»", {{"bad-operand", "\"4\" is no version: 1, 2 or 3"}}},
    {"validity = «\"now\"»", {{"bad-operand", "\"now\" is no state of validity: valid, early or expired"}}},
    {"issuer is sha256 «\"ab\"»", {{"bad-operand", "64 hexadecimal digits"}}},
    {"san.«XX» = \"«\\q»\"", {{"unknown-subfield", ""}, {"bad-escape", ""}}},
    {"subject.CN = \"a«${»subject.O}\"",
     {{"misplaced-placeholder",
       "a placeholder ${...} belongs in accounts, domains, groups and attributes only; write \\u{24}{"}}},
    {"subject.CN like \"«${»\"", {{"misplaced-placeholder", ""}}},

    /* valid, issuer is */
    {"valid «now»", {{"syntax", "expected \"valid at now\", but there is \"now\""}}},
    {"valid at «noww»", {{"syntax", "expected \"valid at now\", but there is \"noww\"; did you mean now?"}}},
    {"«vaild» at now", {{"unknown-field", "did you mean valid?"}}},
    {"every «valid» at now", {{"unknown-field", "but there is \"valid\""}}},
    {"issuer is «sha265» \"ab\"",
     {{"syntax", "expected \"sha256\", \"spki.sha256\", \"sha1\" or the name of a list, a string, but there is "
                 "\"sha265\"; did you "
                 "mean sha256?"}}},
    {"every issuer is «\"a\"»",
     {{"syntax", "expected \"sha256\", \"spki.sha256\" or \"sha1\", but there is a string"}}},
    {"count(issuer is «\"a\"») = 1",
     {{"syntax", "expected \"sha256\", \"spki.sha256\" or \"sha1\", but there is a string"}}},
    {"«md5» = \"00\"", {{"unknown-field", "two certificates with the same MD5; write sha256"}}},
    {"«spki.md5» = \"00\"", {{"unknown-field", "there is no field \"spki.md5\": whoever"}}},
    {"issuer is «md5» \"00\"", {{"unknown-field", "write sha256"}}},
    {"sha512 = «\"00\"»", {{"bad-operand", "a SHA-512 digest has 128 hexadecimal digits, and this has 2"}}},
    {"«sha384» = \"00\"", {{"unknown-field", "did you mean sha"}}},
    {"issuer is sha256 «and»", {{"syntax", "after the field, but there is \"and\""}}},
    {"issuer is «\"partners\"»", {{"unknown-issuers", "there is no list of issuers \"partners\" above"}}},
    {"issuer is \"«\\q»\"", {{"bad-escape", ""}}},
    {"issuer is \"«${»a}\"", {{"misplaced-placeholder", ""}}},

    /* chain has */
    {"chain «is» \"a\"", {{"syntax", "expected \"has\" after \"chain\", but there is \"is\""}}},
    {"chain «hs» \"a\"", {{"syntax", "did you mean has?"}}},
    {"chain «\"a\"»", {{"syntax", "expected \"has\" after \"chain\", but there is a string"}}},
    {"«chian» has \"a\"", {{"unknown-field", "did you mean chain?"}}},
    {"«chain».sha256 = \"ab\"", {{"unknown-field", "did you mean chain has sha256?"}}},
    {"«chain.spki.sha256» = \"ab\"", {{"unknown-field", "did you mean chain has spki.sha256?"}}},
    {"chain has «sha265» \"ab\"",
     {{"syntax",
       "expected \"sha256\", \"spki.sha256\" or the name of a list, a string, but there is \"sha265\"; did you "
       "mean sha256?"}}},
    {"chain has «sha1» \"ab\"",
     {{"syntax", "expected \"sha256\", \"spki.sha256\" or the name of a list, a string, but there is \"sha1\""}}},
    {"every chain has «\"a\"»", {{"syntax", "expected \"sha256\" or \"spki.sha256\", but there is a string"}}},
    {"count(chain has «\"a\"») = 1", {{"syntax", "expected \"sha256\" or \"spki.sha256\", but there is a string"}}},
    {"chain has «md5» \"00\"", {{"unknown-field", "write sha256"}}},
    {"chain has sha256 «\"ab\"»", {{"bad-operand", "64 hexadecimal digits"}}},
    {"chain has sha256 «and»", {{"syntax", "after the field, but there is \"and\""}}},
    {"chain has spki.sha256 «like» \"*\"", {{"bad-operator", "chain has spki.sha256 has no patterns"}}},
    {"chain has «\"partners\"»", {{"unknown-issuers", "there is no list of issuers \"partners\" above"}}},
    {"chain has \"«\\q»\"", {{"bad-escape", ""}}},
    {"chain has \"«${»a}\"", {{"misplaced-placeholder", ""}}},

    /* quantifiers, count, absent */
    {"every subject.CN «present»",
     {{"syntax", "expected \"=\", \"in\", \"like\", \"matches\" or \"under\" after the quantified field, but there is "
                 "\"present\""}}},
    {"only subject.CN «absent»", {{"syntax", "after the quantified field"}}},
    {"first subject.CN «lyke» \"a\"", {{"syntax", "did you mean like?"}}},
    {"every «every» subject.CN = \"a\"",
     {{"unknown-field", "expected a condition, but there is \"every\", which is no field"}}},
    {"every «not» subject.CN = \"a\"", {{"unknown-field", "\"not\""}}},
    {"every «(»subject.CN = \"a\")", {{"syntax", "expected a condition, but there is \"(\""}}},
    {"«everi» subject.CN = \"a\"", {{"unknown-field", "did you mean every?"}}},
    {"«fyrst» subject.CN = \"a\"", {{"unknown-field", "did you mean first?"}}},
    {"«Last» subject.CN = \"a\"", {{"unknown-field", "did you mean last?"}}},
    {"«onli» subject.CN = \"a\"", {{"unknown-field", "did you mean only?"}}},
    {"«cuont»(subject.CN) = 1", {{"unknown-field", "did you mean count?"}}},
    {"count «subject.CN» = 1", {{"syntax", "expected \"(\" after \"count\""}}},
    {"count(«)» = 1", {{"syntax", "expected a condition, but there is \")\""}}},
    {"count(subject.«XN») = 1", {{"unknown-subfield", "did you mean CN?"}}},
    {"count(subject.CN «=» 1", {{"syntax", "expected \")\" after the field"}}},
    {"count(subject.CN) «present»", {{"syntax", "expected \"=\" and a number after \"count(...)\""}}},
    {"count(subject.CN) = «\"1\"»", {{"syntax", "expected a number of at most 7 digits, but there is a string"}}},
    {"count(subject.CN) = «01»", {{"syntax", "a number of at most 7 digits, but there is \"01\""}}},
    {"count(subject.CN) = «1a»", {{"syntax", "a number of at most 7 digits"}}},
    {"count(subject.CN) = «a1»", {{"syntax", "a number of at most 7 digits"}}},
    {"count(subject.CN) = «.»1", {{"syntax", "\".\" has no meaning here"}}},
    {"count(subject.CN) = «-»1", {{"syntax", "\"-\" has no meaning here"}}},
    {"count(subject.CN) = «1.5»", {{"syntax", "a number of at most 7 digits"}}},
    {"count(subject.CN) = «10000000»", {{"syntax", "a number of at most 7 digits"}}},
    {"count(subject.CN) = «nocase» 1", {{"syntax", "a number of at most 7 digits"}}},

    /* lists */
    {"subject.CN in «\"a\"»", {{"syntax", "expected \"(\" and a list of strings after \"in\", but there is a string"}}},
    {"subject.CN in nocase «\"a\"»", {{"syntax", "expected \"(\" and a list"}}},
    {"subject.CN in («)»", {{"empty-list", "expected at least one string in the list, but there is \")\""}}},
    {"subject.CN in nocase («)»", {{"empty-list", "at least one string"}}},
    {"subject.CN like («)»", {{"empty-list", "at least one string"}}},
    {"subject.CN in (\"a\" «\"b\"»)",
     {{"syntax", "expected \",\" or \")\" after a string of the list, but there is a string"}}},
    {"subject.CN in (\"a\",«)»", {{"syntax", "expected a string in double quotes, but there is \")\""}}},
    {"subject.CN in («,» \"a\")", {{"syntax", "expected a string in double quotes, but there is \",\""}}},
    {"subject.CN in («a», b)", {{"syntax", "expected a string in double quotes, but there is \"a\""}}},
    {"subject.CN in ( «nocase» \"a\")", {{"syntax", "expected a string in double quotes"}}},
    {"subject.CN in («(»(", {{"syntax", "expected a string"}}},

    /* and, or, not */
    {"subject.CN = \"a\" «subject.O» = \"b\"", {{"syntax", "expected \"and\", \"or\" or \";\" after the condition"}}},
    {"subject.CN = \"a\" «an» subject.O = \"b\"", {{"syntax", "did you mean and?"}}},
    {"subject.CN = \"a\" «AND» subject.O = \"b\"", {{"syntax", "did you mean and?"}}},
    {"subject.CN = \"a\" «OR» subject.O = \"b\"", {{"syntax", "did you mean or?"}}},
    {"subject.CN = \"a\" «&»& subject.O = \"b\"", {{"syntax", "\"&\" has no meaning here; write and"}}},
    {"subject.CN = \"a\" «|»| subject.O = \"b\"", {{"syntax", "\"|\" has no meaning here; write or"}}},
    {"«!»subject.CN = \"a\"", {{"syntax", "\"!\" has no meaning here; write not (...)"}}},
    {"subject.CN «<»> \"a\"", {{"syntax", "write not (... = ...) for what is not equal"}}},
    {"subject.CN «!»~ \"a\"", {{"syntax", "write not (... matches ...)"}}},
    {"subject.CN =«~» \"a\"", {{"syntax", "write matches and a regular expression, or like"}}},
    {"subject.CN «~» \"a\"", {{"syntax", "write matches and a regular expression, or like"}}},
    {"subject.CN«:» \"a\"", {{"syntax", "write = between a field and a string"}}},
    {"subject.CN =«=» \"a\"", {{"syntax", "write = once"}}},
    {"subject.CN in «[»\"a\"]", {{"syntax", "a list is written in parentheses: in (\"a\", \"b\")"}}},
    {"subject.CN «eq» \"a\"", {{"syntax", "write ="}}},
    {"subject.CN «EQUALS» \"a\"", {{"syntax", "write ="}}},
    {"subject.CN «ne» \"a\"", {{"syntax", "write not (... = ...)"}}},
    {"subject.CN «not» in (\"a\")", {{"syntax", "write not before the condition"}}},
    {"subject.CN «contains» \"a\"", {{"syntax", "write like \"*text*\""}}},
    {"subject.CN «regex» \"a\"", {{"syntax", "write matches"}}},
    {"subject.CN «exists»", {{"syntax", "write present"}}},
    {"«$»subject.CN = \"a\"", {{"syntax", "in conditions a field is written as it is, subject.CN"}}},
    {"subject.CN = «Alice»", {{"syntax", "but there is \"Alice\"; the quotes have to be written, too"}}},
    {"subject.CN = \"CONTOSO«\\p»ortal\"", {{"bad-escape", "a backslash is written twice: \"CONTOSO\\\\portal\""}}},
    {"subject.CN like \"«\\d»+\"", {{"bad-escape", "a pattern is no regular expression"}}},
    {"subject.CN like \".*«\\.»example\"", {{"bad-escape", "a pattern is no regular expression"}}},
    {"subject.CN like \"CONTOSO«\\d»ave*\"", {{"bad-escape", "twice: \"CONTOSO\\\\dave*\""}}},
    {"subject.CN = \"«\\u{41»\"", {{"bad-escape", "one to six hexadecimal digits"}}},
    {"subject.CN = \"a\"«,» subject.O = \"b\"", {{"syntax", "but there is \",\""}}},
    {"subject.CN = \"a\"«)»",
     {{"syntax", "expected \"and\", \"or\" or \";\" after the condition, but there is \")\""}}},
    {"not «and» subject.CN present", {{"unknown-field", "but there is \"and\""}}},
    {"subject.CN present and «or» subject.O present", {{"unknown-field", "but there is \"or\""}}},
    {"subject.CN present and «always»", {{"unknown-field", "but there is \"always\""}}},
    {"always «and» subject.CN present", {{"syntax", "expected \";\" after \"always\", but there is \"and\""}}},
    {"not «always»", {{"unknown-field", "but there is \"always\""}}},
    {"«Always»", {{"unknown-field", "but there is \"Always\""}}},
    {"subject.CN present and subject.O present «or» subject.L present",
     {{"mixed-and-or", "\"and\" and \"or\" are mixed; put parentheses around what belongs together"}}},
    {"subject.CN present or subject.O present «and» subject.L present", {{"mixed-and-or", "are mixed"}}},
    {"subject.CN present and subject.O present «or» subject.L present and subject.C present or subject.T present",
     {{"mixed-and-or", "are mixed"}}},
    {"(subject.CN present and subject.O present «or» subject.L present) or subject.C present «and» subject.T present",
     {{"mixed-and-or", "are mixed"}, {"mixed-and-or", "are mixed"}}},
    {"not subject.CN present and subject.O present «or» subject.L present", {{"mixed-and-or", "are mixed"}}},
    {"subject.CN present and subject.O present «or» subject.«XX» present",
     {{"mixed-and-or", "are mixed"}, {"unknown-subfield", "\"XX\""}}},

    /* escapes */
    {"subject.CN = \"a«\\q»b\"", {{"bad-escape", "a string knows \\\\ \\\" \\n \\t and \\u{H..} only"}}},
    {"subject.CN = \"«\\*»\"", {{"bad-escape", "a string knows \\\\ \\\" \\n \\t and"}}},
    {"subject.CN = \"«\\?»\"", {{"bad-escape", "a string knows"}}},
    {"subject.CN in (\"a\", \"«\\*»\")", {{"bad-escape", "a string knows"}}},
    {"subject.CN like \"*«\\q»\"", {{"bad-escape", "a string knows \\\\ \\\" \\n \\t \\* \\? and \\u{H..} only"}}},
    {"subject.CN like \"\\*«\\[»\"", {{"bad-escape", "\\* \\?"}}},
    {"subject.CN = \"«\\r»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\N»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\0»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\x»41\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\ »\"", {{"bad-escape", ""}}},
    {"subject.CN = \"\xC3\xA9«\\\xC3\xA9»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u»0041\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u»\xC3\xA9\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{}»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{41»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{41»g}\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{»g}\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{»+41}\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{0}»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{000000}»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{D800}»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{dfff}»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{110000}»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\u{0000041}»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\U»{41}\"", {{"bad-escape", ""}}},
    {"subject.CN = \"\\\\\\\\«\\q»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"\\u{1F600}«\\q»\"", {{"bad-escape", ""}}},
    {"subject.CN = \"«\\q»\\q\"", {{"bad-escape", ""}}}, /* once a string */
    {"subject.CN in (\"«\\q»\", \"ok\", \"«\\w»\")", {{"bad-escape", ""}, {"bad-escape", ""}}},
    {"subject.CN = \"«\\q»\" and subject.O = \"«\\w»\"", {{"bad-escape", ""}, {"bad-escape", ""}}},

    /* characters */
    {"subject.CN = \"a«\xFF»\"", {{"bad-utf8", "\"\\xFF\" is not UTF-8"}}},
    {"subject.CN = \"a«\xE2»\x82\"", {{"bad-utf8", "\"\\xE2\" is not UTF-8"}}},
    {"subject.CN = \"«\xC0»\x80\"", {{"bad-utf8", "not UTF-8"}}},
    {"subject.CN = \"«\xED»\xA0\x80\"", {{"bad-utf8", "not UTF-8"}}},
    {"subject.CN = «\xE9» \"a\"", {{"bad-utf8", "\"\\xE9\" is not UTF-8"}}},
    {"subject.CN = \"a«\x01»\"",
     {{"control-character", "control and direction characters cannot be in rules; in a string, write \"\\u{1}\""}}},
    {"subject.CN = \"a«\x7F»\"", {{"control-character", "\\u{7F}"}}},
    {"subject.CN = \"a«\x1B»[31m\"", {{"control-character", "\\u{1B}"}}},
    {"subject.CN = \"a«\xC2\x85»\"", {{"control-character", "\\u{85}"}}},
    {"subject.CN = \"a«\xE2\x80\xAE»b\"", {{"control-character", "\\u{202E}"}}},
    {"subject.CN = \"a«\xE2\x80\xA8»b\"", {{"control-character", "\\u{2028}"}}},
    {"subject.CN = \"a«\xE2\x81\xA6»b\"", {{"control-character", "\\u{2066}"}}},
    {"subject.CN = \"a«\xEF\xBB\xBF»b\"", {{"control-character", "\\u{FEFF}"}}},
    {"subject.CN = \"a«\xF3\xA0\x81\x81»b\"", {{"control-character", "\\u{E0041}"}}},
    {"subject.CN «\x0B» = \"a\"", {{"control-character", "\\u{B}"}}},
    {"subject.CN «\xE2\x80\x8F»= \"a\"", {{"control-character", "\\u{200F}"}}},
    {"subject.CN «\xC2\xA0»= \"a\"", {{"syntax", "has no meaning here"}}},
    {"subject.CN = \"a\" # «\x01»\n", {{"control-character", "\\u{1}"}}},
    {"subject.CN = \"a\" # a «\xE2\x80\xAE» turns round what follows\n", {{"control-character", "\\u{202E}"}}},
    {"subject.CN = \"a\" # «\xE9»t\xE9\n", {{"bad-utf8", "\\xE9"}}}, /* once a comment, */
    {"subject.CN = \"«\xE9»t\xE9\"", {{"bad-utf8", "\\xE9"}}},       /* once a string */
    {"subject.CN = \"a\tb\xC2\xA0\" # \ttabs\n", {{NULL, NULL}}},

    /* columns count code points, tabs count one */
    {"\tsubject.CN\t=\t«a»", {{"syntax", ""}}},
    {"subject.CN = \"\xC3\xA9\xF0\x9F\x98\x80\" «x»", {{"syntax", ""}}},
    {"subject.CN = \"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80«\\q»\"", {{"bad-escape", ""}}},
    {"# \xC3\xA9\n  subject.CN = \"\xC3\xA9\" «x»", {{"syntax", ""}}},
    {"subject.CN = \"a\"\r\n and subject.«XX» = \"b\"\r\n", {{"unknown-subfield", ""}}},
    {"subject.CN = \"a\"«\r» and subject.CN = \"b\"", {{"control-character", "a carriage return without a line feed"}}},
    {"# a«\r» subject.XX = \"b\" \n and subject.CN = \"b\"", {{"control-character", "a carriage return without"}}},
    {"subject.CN = \"b\"\n# a«\r»", {{"control-character", "a carriage return without"}}},
    {"subject.CN = «\"a»\r\"", {{"unterminated-string", ""}}},

    /* the first mistake is the first found: operands come before the lookup of the name */
    {"subject.«XX» in (\"a\", \"b\") and subject.«YY» present",
     {{"unknown-subfield", "\"XX\""}, {"unknown-subfield", "\"YY\""}}},
};

T_TEST(condition) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\nmapping \"m\" {\n    when ");
    t_put(&text, conditions[_i].marked);
    t_put(&text, ";\n    deny;\n}\nmapping \"n\" { when subject.CN = \"a\"; deny; }\n");
    run_marked(t_cstr(&text), &conditions[_i]);
    t_buf_free(&text);
}

#define V "certmap 1;\n"
#define M "mapping \"m\" { when subject.CN = \"a\"; deny; }\n"

/* Whole files. */
#define H "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"

static const struct row files[] = {
    {V M, {{NULL, NULL}}},
    {V "# comment\n" M "# end", {{NULL, NULL}}},
    {"\xEF\xBB\xBF" V M, {{NULL, NULL}}},
    {"certmap 1;mapping\"m\"{when subject.CN=\"a\"and subject.O=\"b\";deny;}", {{NULL, NULL}}},
    {"certmap\n1\n;\nmapping\n\"m\"\n{\nwhen\nsubject.CN\n=\n\"a\"\n;\ndeny\n;\n}", {{NULL, NULL}}},
    {"\t# a\r\n\tcertmap\t1 ;\r\n\r\n" M, {{NULL, NULL}}},

    /* nothing there */
    {"«»", {{"no-mappings", "the rules have no mapping"}}},
    {"\xEF\xBB\xBF«»", {{"no-mappings", "the rules have no mapping"}}},
    {"   \n\t\r\n«»", {{"no-mappings", ""}}},
    {"# only a comment«»", {{"no-mappings", ""}}},
    {"# only\n# comments\n«»", {{"no-mappings", ""}}},
    {V "«»", {{"no-mappings", ""}}},
    {V "# and nothing else\n«»", {{"no-mappings", ""}}},

    /* the version */
    {"«mapping» \"m\" { when always; deny; }",
     {{"missing-version", "expected \"certmap 1;\" at the start of the rules"}}},
    {"«mapping» \"m\" { when subject.«XX» present; deny; }", {{"missing-version", ""}, {"unknown-subfield", ""}}},
    {"«Certmap» 1;\n" M, {{"missing-version", "did you mean certmap?"}}},
    {"«cert-map» 1;\n" M, {{"missing-version", "did you mean certmap?"}}},
    {"«1»;\n" M, {{"missing-version", ""}}},
    {"«\"certmap\"» 1;\n" M, {{"missing-version", "but there is a string"}}},
    {"«;» certmap 1;\n" M, {{"missing-version", "but there is \";\""}}},
    {"«<»?xml version=\"1.0\"?>\n<configuration>\n</configuration>\n", {{"syntax", "\"<\" has no meaning here"}}},
    {"certmap «2»;\n" M, {{"unsupported-version", "expected version 1, the only one there is, but there is \"2\""}}},
    {"certmap «1.0»;\n" M, {{"unsupported-version", "\"1.0\""}}},
    {"certmap «01»;\n" M, {{"unsupported-version", "\"01\""}}},
    {"certmap «\"1\"»;\n" M, {{"unsupported-version", "but there is a string"}}},
    {"certmap «;»\n" M, {{"unsupported-version", "but there is \";\""}}},
    {"certmap«»", {{"unsupported-version", "but the file ends"}}},
    {"certmap 1«»", {{"syntax", "expected \";\" after \"certmap 1\", but the file ends"}}},
    {"certmap 1\n«mapping» \"m\" { when always; deny; }", {{"syntax", "expected \";\" after \"certmap 1\""}}},
    {"certmap 1«,»\n" M, {{"syntax", "but there is \",\""}}},
    {V "«certmap» 1;\n" M, {{"syntax", "expected \"mapping\", \"issuers\" or \"policy\", but there is \"certmap\""}}},

    /* between mappings */
    {V "«mapng» \"m\" { when always; deny; }\n" M, {{"syntax", "did you mean mapping?"}}},
    {V "«Mapping» \"m\" { when always; deny; }\n" M, {{"syntax", "did you mean mapping?"}}},
    {V M "«;»", {{"syntax", "expected \"mapping\", \"issuers\" or \"policy\", but there is \";\""}}},
    {V M "«}»", {{"syntax", "but there is \"}\""}}},
    {V "«}»\n" M, {{"syntax", "but there is \"}\""}}},
    {V "«{»\n" M, {{"syntax", "but there is \"{\""}}},
    {V M "«\"text\"»\n", {{"syntax", "but there is a string"}}},
    {V "«%» " M, {{"syntax", "\"%\" has no meaning here"}}},
    {V "«/»* no such comment */\n" M, {{"syntax", "\"/\" has no meaning here; a comment begins with #"}}},
    {V "«/»/ no such comment\n" M, {{"syntax", "\"/\" has no meaning here; a comment begins with #"}}},
    {V "«-»- no such comment\n" M, {{"syntax", "\"-\" has no meaning here; a comment begins with #"}}},
    {V "mapping \"m\" { when always; «permit» \"a\"; }", {{"missing-decision", "write allow"}}},
    {V "mapping \"m\" { when always; «Reject»; }", {{"missing-decision", "write deny"}}},
    {V "mapping \"m\" { «if» always; deny; }", {{"missing-when", "write when"}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «subject.CN»; }",
     {{"syntax", "a value of the certificate is written \"${subject.CN}\""}}},

    /* the head of a mapping */
    {V "mapping «m» { when always; deny; }",
     {{"syntax", "expected the name of the mapping, a string in double quotes"}}},
    {V "mapping «{» when always; deny; }", {{"syntax", "but there is \"{\""}}},
    {V "mapping«»", {{"syntax", "but the file ends"}}},
    {V "mapping «mapping» \"m\" { when subject.CN = \"a\"; deny; }", {{"syntax", "expected the name"}}},
    {V "mapping \"m\" «when» always; deny; }", {{"syntax", "expected \"{\" after the name of the mapping"}}},
    {V "mapping \"m\" «\"n\"» { when always; deny; }", {{"syntax", "but there is a string"}}},
    {V "mapping \"m\"«»", {{"syntax", "but the file ends"}}},
    {V "mapping «\"\"» { when subject.CN = \"a\"; deny; }", {{"empty-name", "the name of the mapping is empty"}}},
    {V "mapping \"a«\\q»\" { when subject.CN = \"a\"; deny; }", {{"bad-escape", ""}}},
    {V "mapping \"a«\\q»\" { when subject.«XX» = \"a\"; deny; }", {{"bad-escape", ""}, {"unknown-subfield", ""}}},
    {V "mapping \"a«\\q»\" { when subject.CN = \"a\"; deny; }\nmapping \"b«\\q»\" { when subject.CN = \"a\"; deny; }\n"
       "mapping \"?\" { when subject.CN = \"a\"; deny; }",
     {{"bad-escape", ""}, {"bad-escape", ""}}},
    {V M "mapping «\"m\"» { when subject.CN = \"a\"; deny; }",
     {{"duplicate-mapping", "there is a mapping \"m\" already, in line 2"}}},
    {V M "mapping «\"M\"» { when subject.CN = \"a\"; deny; }",
     {{"duplicate-mapping", "a mapping \"M\" already, in line 2"}}},
    {V M "mapping «\"\\u{6D}\"» { when subject.CN = \"a\"; deny; }", {{"duplicate-mapping", "in line 2"}}},
    {V M "mapping \"m \" { when subject.CN = \"a\"; deny; }", {{NULL, NULL}}},
    {V "mapping \"\xC3\xA9\" { when subject.CN = \"a\"; deny; }\nmapping «\"\xC3\x89\"» { when subject.CN = \"a\"; "
       "deny; }",
     {{"duplicate-mapping", "\"\xC3\x89\" already, in line 2"}}},
    {V M "mapping «\"m\"» { when subject.CN = \"b\"; deny; }\nmapping «\"m\"» { when subject.CN = \"c\"; deny; }",
     {{"duplicate-mapping", "in line 2"}, {"duplicate-mapping", "in line 2"}}},
    {V M "mapping «\"m\"» { when subject.«XX» = \"a\"; allow «\"\"»; }",
     {{"duplicate-mapping", ""}, {"unknown-subfield", ""}, {"bad-account", ""}}},

    /* when */
    {V "mapping \"m\" { «subject.CN» present; deny; }",
     {{"missing-when", "expected \"when\" and the conditions of the mapping"}}},
    {V "mapping \"m\" { «deny»; }", {{"missing-when", "but there is \"deny\""}}},
    {V "mapping \"m\" { «}»", {{"missing-when", "but there is \"}\""}}},
    {V "mapping \"m\" { «wen» always; deny; }", {{"missing-when", "did you mean when?"}}},
    {V "mapping \"m\" {«»", {{"missing-when", "but the file ends"}}},
    {V "mapping \"m\" { when«»", {{"syntax", "expected a condition, but the file ends"}}},
    {V "mapping \"m\" { when «;» deny; }", {{"syntax", "expected a condition, but there is \";\""}}},
    {V "mapping \"m\" { when subject.CN = \"a\" and «;» deny; }", {{"syntax", "expected a condition"}}},
    {V "mapping \"m\" { when not «;» deny; }", {{"syntax", "expected a condition"}}},
    {V "mapping \"m\" { when (subject.CN = \"a\"«;» deny; }",
     {{"syntax", "expected \"and\", \"or\" or \")\", but there is \";\""}}},
    {V "mapping \"m\" { when subject.CN = \"a\" «deny»; }",
     {{"syntax", "or \";\" after the condition, but there is \"deny\""}}},
    {V "mapping \"m\" { when always «deny»; }", {{"syntax", "expected \";\" after \"always\", but there is \"deny\""}}},
    {V "mapping \"m\" { when always; «when» always; deny; }", {{"missing-decision", "but there is \"when\""}}},
    {V "mapping \"m\" { when subject.CN =«»", {{"syntax", "expected a string in double quotes, but the file ends"}}},
    {V "mapping \"m\" { when subject.CN in (\"a\"«»",
     {{"syntax", "expected \",\" or \")\" after a string of the list, but the file ends"}}},

    /* the decision */
    {V "mapping \"m\" { when always; «}»",
     {{"missing-decision", "expected \"allow\" or \"deny\", but there is \"}\""}}},
    {V "mapping \"m\" { when always; «Deny»; }", {{"missing-decision", "did you mean deny?"}}},
    {V "mapping \"m\" { when always; «alow» \"a\"; }", {{"missing-decision", "did you mean allow?"}}},
    {V "mapping \"m\" { when always; «permit» \"a\"; }", {{"missing-decision", "but there is \"permit\""}}},
    {V "mapping \"m\" { when always; allow«;» }",
     {{"syntax", "expected the account, a string in double quotes, but there is \";\""}}},
    {V "mapping \"m\" { when always; allow «a»; }", {{"syntax", "expected the account"}}},
    {V "mapping \"m\" { when always; deny «\"a\"»; }",
     {{"syntax", "expected \";\" after the decision, but there is a string"}}},
    {V "mapping \"m\" { when always; deny «}»", {{"syntax", "expected \";\" after the decision"}}},
    {V "mapping \"m\" { when always; deny; «allow» \"b\"; }",
     {{"syntax", "expected \"}\" after the decision, but there is \"allow\""}}},
    {V "mapping \"m\" { when always; deny;«»", {{"syntax", "expected \"}\" after the decision, but the file ends"}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «\"\"»; }", {{"bad-account", "the account is empty"}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «\"\\\\a\"»; }",
     {{"bad-account", "the account \"\\\\a\" is not DOMAIN\\user, user@domain or user"}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «\"a\\\\\"»; }", {{"bad-account", ""}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «\"a\\\\b\\\\c\"»; }", {{"bad-account", ""}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «\"@a\"»; }", {{"bad-account", ""}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «\"a@\"»; }", {{"bad-account", ""}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «\"a\\nb\"»; }",
     {{"bad-account", "the account \"a\\u{A}b\" holds a control or direction character"}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow «\"\\u{202E}b\"»; }", {{"bad-account", "\\u{202E}"}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow \"a«\\q»\"; }", {{"bad-escape", ""}}},
    {V "mapping \"m\" { when subject.CN = \"a\"; allow \"CONTOSO«\\p»ortal\"; }", {{"bad-escape", ""}}},

    /* strings that do not end */
    {V "mapping «\"m { when always; deny; }»\n" M, {{"unterminated-string", "the string does not end on its line"}}},
    {V "mapping \"n\" { when subject.CN = «\"a; deny; }»\n" M, {{"unterminated-string", ""}}},
    {V "mapping \"m\" { when subject.CN = «\"a; deny; }»", {{"unterminated-string", ""}}},
    {V "mapping \"n\" { when subject.CN = «\"a\\\"; deny; }»\r\n" M, {{"unterminated-string", ""}}},
    {V "mapping \"n\" { when subject.CN = «\"a\\»\n; deny; }\n" M, {{"unterminated-string", ""}}},
    {V "mapping \"m\" { when subject.CN = «\"»", {{"unterminated-string", ""}}},
    {V "mapping \"m\" { when subject.CN = «\"\\»", {{"unterminated-string", ""}}},
    {"certmap «\"1;»\n" M, {{"unterminated-string", ""}}},
    {"«\"certmap 1;»\n" M, {{"unterminated-string", ""}}},

    /* several in one run, in order; what is wrong in one mapping hides nothing in the next */
    {V "mapping \"a\" { when subject.«XX» = \"a\"; deny; }\n"
       "mapping \"b\" { when subject.CN = \"«\\q»\"; allow «\"@\"»; }\n"
       "mapping «\"A\"» { when subject.CN present «orr» subject.O present; deny; }\n"
       "mapping \"c\" { «always»; }\n"
       "mapping \"d\" { when subject.CN = \"a\"; deny; }\n"
       "«map» \"e\" { when subject.CN = \"a\"; deny; }\n",
     {{"unknown-subfield", ""},
      {"bad-escape", ""},
      {"bad-account", ""},
      {"duplicate-mapping", ""},
      {"syntax", ""},
      {"missing-when", ""},
      {"syntax", "expected \"mapping\", \"issuers\" or \"policy\""}}},
    {V "mapping \"a\" { when subject.O = \"a\"; allow «\"@\"»; group \"g\"; attribute \"n\" = \"«\\q»\"; domain "
       "«\"\"»; }\n" M,
     {{"bad-account", ""}, {"bad-escape", ""}, {"bad-account", ""}}},
    {V "# caf«\xE9» mapping \"x\" }\n" M "mapping \"b\" { when subject.«YY» present; deny; }\n",
     {{"bad-utf8", ""}, {"unknown-subfield", ""}}},
    {V "mapping \"a\" { when subject.CN = \"«\x01» mapping } \"; deny; }\n" M
       "mapping \"b\" { when subject.«YY» present; deny; }\n",
     {{"control-character", ""}, {"unknown-subfield", ""}}},
    {V "mapping \"a\" { when subject.CN = \"«\x01» mapping ; deny; }\n" M, {{"control-character", ""}}},
    {V "mapping \"a\" { when «XX»\n" M, {{"unknown-field", ""}}},
    {V "mapping \"a\" {\n«mapping» \"b\" { when subject.CN = \"a\"; deny; }\n" M, {{"missing-when", ""}}},
    {V "mapping \"a\" { when «XX» = \"}\" mapping «}» «\"b\"»\n" M,
     {{"unknown-field", ""}, {"syntax", ""}, {"syntax", ""}}},
    {V "mapping \"a\" { when «XX» = \"mapping\"; deny; }\n" M, {{"unknown-field", ""}}}, /* a string is no keyword */
    {V "mapping \"a\" { when «XX» present; deny; # }\n}\n" M, {{"unknown-field", ""}}},  /* nor is a comment */
    {V "mapping \"a\" { when «XX» present; deny; \n" M "mapping \"b\" { when subject.«YY» present; deny; }\n",
     {{"unknown-field", ""}, {"unknown-subfield", ""}}},

    /* rules that are switched off */
    {V "«disabled»;", {{"rules-disabled", "no certificate gets an answer"}}},
    {V "«disabled»;\n" M, {{"rules-disabled", ""}}},
    {V "policy all; «disabled»;\n" M, {{"rules-disabled", ""}}},
    {V "«disabled»;\n«disabled»;\n" M, {{"rules-disabled", ""}, {"syntax", "the rules are switched off twice"}}},
    {V M "«disabled»;\n", {{"syntax", "what switches the rules off belongs before the first mapping"}}},
    {V "«disabled»\n«mapping» \"m\" { when always; deny; }",
     {{"rules-disabled", ""}, {"syntax", "expected \";\" after \"disabled\""}}},
    {V "«disabled» «\"yes\"»;\n" M, {{"rules-disabled", ""}, {"syntax", "but there is a string"}}},
    {V "«disable»;\n" M, {{"syntax", "did you mean disabled?"}}},
    {V "«disabled»;\nmapping \"m\" { when subject.«CM» = \"x\"; deny; }",
     {{"rules-disabled", ""}, {"unknown-subfield", ""}}},

    /* the policy */
    {V "policy first;\n" M, {{NULL, NULL}}},
    {V "policy most-specific;\n" M, {{NULL, NULL}}},
    {V "policy unique;\n" M, {{NULL, NULL}}},
    {V "policy all;\n" M, {{NULL, NULL}}},
    {V "issuers \"i\" { sha256 \"" H "\"; }\npolicy all;\n" M, {{NULL, NULL}}},
    {V "policy «frist»;\n" M,
     {{"unknown-policy",
       "expected the policy first, most-specific, unique or all, but there is \"frist\"; did you mean "
       "first?"}}},
    {V "policy «most_specific»;\n" M, {{"unknown-policy", "did you mean most-specific?"}}},
    {V "policy «\"all\"»;\n" M, {{"unknown-policy", "but there is a string"}}},
    {V "policy «;»\n" M, {{"unknown-policy", "but there is \";\""}}},
    {V "policy all\n«mapping» \"m\" { when always; deny; }", {{"syntax", "expected \";\" after the policy"}}},
    {V "policy all;\n«policy» unique;\n" M, {{"syntax", "the policy is given twice"}}},
    {V M "«policy» all;\n"
         "mapping \"n\" { when subject.«XN» present; deny; }",
     {{"syntax", "the policy belongs before the first mapping"}, {"unknown-subfield", ""}}},

    /* lists of issuers */
    {V "issuers \"i\" { sha256 \"" H "\"; }\n" M, {{NULL, NULL}}},
    {V "issuers \"i\" { sha256 \"" H "\", \"" H "\"; spki.sha256 \"" H "\"; file \"two.pem\", \"two.pem\"; }\n" M,
     {{NULL, NULL}}},
    {V "issuers \"i\" { sha256 \"" H "\"; } issuers \"j\" { sha256 \"" H "\"; }\n"
       "mapping \"m\" { when not issuer is \"I\" and not issuer is \"j\"; deny; }",
     {{NULL, NULL}}},
    {V "issuers «i» { sha256 \"" H "\"; }\n" M,
     {{"syntax", "expected the name of the list, a string in double quotes"}}},
    {V "issuers «\"\"» { sha256 \"" H "\"; }\n" M, {{"empty-name", "the name of the list is empty"}}},
    {V "issuers \"a«${»b}\" { sha256 \"" H "\"; }\n" M, {{"misplaced-placeholder", ""}}},
    {V "issuers \"i\" «sha256» \"" H "\";\n" M, {{"syntax", "expected \"{\" after the name of the list"}}},
    {V "issuers \"i\" {«}»\n" M, {{"empty-list", "expected at least one issuer in the list"}}},
    {V "issuers \"i\" { «sha1» \"" H "\"; }\n" M,
     {{"syntax", "expected \"sha256\", \"spki.sha256\" or \"file\", but there is \"sha1\""}}},
    {V "issuers \"i\" { «sha265» \"" H "\"; }\n" M, {{"syntax", "did you mean sha256?"}}},
    {V "issuers \"i\" { sha256 «=» \"" H "\"; }\n" M,
     {{"syntax", "expected a digest in hexadecimal, a string in double quotes"}}},
    {V "issuers \"i\" { file «two.pem»; }\n" M, {{"syntax", "expected the name of a file, a string in double quotes"}}},
    {V "issuers \"i\" { sha256 \"" H "\"«}»\n" M, {{"syntax", "expected \",\" or \";\" after a string of the list"}}},
    {V "issuers \"i\" { sha256 \"" H "\"; «»", {{"syntax", "or \"file\", but the file ends"}}},
    {V "issuers \"i\" { sha256 «\"ab\"», \"" H "\", «\"xy\"»; }\n" M,
     {{"bad-digest", "a SHA-256 digest has 64 hexadecimal digits, and this has 2"},
      {"bad-digest", "\"xy\" is no hexadecimal"}}},
    {V "issuers \"i\" { spki.sha256 «\"ab\"»; sha256 \"«\\q»\"; }\n"
       "mapping \"m\" { when issuer is \"i\"; deny; }",
     {{"bad-digest", ""}, {"bad-escape", ""}}},
    {V "issuers \"i\" { file «\"empty.pem\"», «\"none.pem\"»; }\n" M,
     {{"issuer-file", "the file \"empty.pem\" cannot be loaded: there is no certificate in it"},
      {"issuer-file", "the file \"none.pem\" cannot be loaded: there is no such file\\u{A}"}}},
    {V "issuers \"i\" { file «\"advice.pem\"», «\"long.pem\"»; }\n" M,
     {{"issuer-file", "the file \"advice.pem\" cannot be loaded: not in C:\\ca; look: dir C:\\ca"},
      {"issuer-file", "the file \"long.pem\" cannot be loaded: it is no certificate"}}},
    {V "issuers \"i\" { file \"full.pem\"; } mapping \"m\" { when issuer is \"i\"; allow \"a\"; }", {{NULL, NULL}}},
    {V "issuers \"i\" { file \"full.pem\"; } mapping \"m\" { when chain has \"i\"; allow \"a\"; }", {{NULL, NULL}}},
    {V "issuers \"i\" { spki.sha256 «\"ab\"»; }\nmapping \"m\" { when chain has \"i\"; deny; }", {{"bad-digest", ""}}},
    {V "issuers \"i\" { file \"full.pem\"; sha256 «\"" H "\"»; }\n" M, {{"too-many", ""}}},
    {V "issuers \"i\" { file «\"many.pem\"»; }\n" M,
     {{"too-many", "the list has more than 65536 certificates and keys"}}},
    {V "issuers \"i\" { file \"two.pem\"; }\nissuers «\"I\"» { file \"two.pem\"; }\n" M,
     {{"duplicate-issuers", "there is a list of issuers \"I\" already, in line 2"}}},
    {V "mapping \"m\" { when issuer is «\"i\"»; deny; }\nissuers \"i\" { file \"two.pem\"; }",
     {{"unknown-issuers", "there is no list of issuers \"i\" above"}}},
    {V "issuers \"partners\" { file \"two.pem\"; } issuers \"parents\" { file \"two.pem\"; }\n"
       "mapping \"m\" { when issuer is «\"partnrs\"»; deny; }",
     {{"unknown-issuers", "there is no list of issuers \"partnrs\" above; did you mean \"partners\"?"}}},

    /* diagnostics in rules that load */
    {V "mapping «\"m\"» { when always; allow \"a\"; }",
     {{"allows-everyone", "the mapping \"m\" allows every certificate"}}},
    {V M "mapping \"n\" { when always; deny; }", {{NULL, NULL}}},
    {V "mapping \"m\" { when always; deny; }\nmapping «\"n\"» { when subject.CN = \"a\"; deny; }",
     {{"unreachable-mapping", "the mapping \"n\" is never reached: \"m\" in line 2 holds for every certificate"}}},
    {V "mapping «\"m\"» { when always; allow \"a\"; }\nmapping «\"n\"» { when always; deny; }",
     {{"allows-everyone", ""}, {"unreachable-mapping", ""}}},
    {V "mapping \"m\" { when always; deny; }\nmapping ««\"n\"»» { when always; allow \"a\"; }",
     {{"allows-everyone", ""}, {"unreachable-mapping", ""}}},
    {V "mapping \"a\\\"b\" { when always; deny; }\nmapping «\"c\\\\d\"» { when subject.CN = \"a\"; deny; }",
     {{"unreachable-mapping", "the mapping \"c\\\\d\" is never reached: \"a\\\"b\" in line 2"}}},
};

T_TEST(rule_file) {
    run_marked(files[_i].marked, &files[_i]);
}

T_TEST(disabled_rules_give_no_answer) {
    struct certmap_rules *rules = t_rules(V "disabled;\nmapping \"m\" { when always; allow \"a\"; }");
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct t_peer peer;
    t_peer_make(&peer, "CN=Alice", "CN=CA");
    ck_assert_int_eq(certmap_match(rules, peer.peer, &result, NULL), CERTMAP_OK);
    ck_assert_int_eq(result.decision, CERTMAP_NONE);
    ck_assert_int_eq(result.reason, CERTMAP_CODE_DISABLED);
    ck_assert_uint_eq(certmap_rules_count(rules), 1);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TEST(policy_of_a_file) {
    static const char *const names[] = {"first", "most-specific", "unique", "all"};
    char text[120];
    snprintf(text, sizeof text, V "policy %s; " M, names[_i]);
    struct certmap_rules *rules = t_rules(text);
    ck_assert_int_eq(certmap_rules_combining(rules), _i);
    certmap_rules_free(rules);
}

T_TEST(issuers_without_a_loader) {
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    ck_assert_int_eq(certmap_rules_parse(&rules, t_text(V "issuers \"i\" { file \"two.pem\"; }\n" M), NULL, &error),
                     CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(error.code, CERTMAP_CODE_NO_LOADER);
    ck_assert_uint_eq(error.line, 2);
    ck_assert_uint_eq(error.column, 20);
    ck_assert_str_eq(error.text, "the file \"two.pem\" cannot be loaded: the program that reads these rules opens no "
                                 "files for them");
}

#undef V
#undef M

/* ---- files of tests/data/rules ----
 *
 * NAME.rules, and beside it NAME.expected with a line "line:column severity code" for each diagnostic. Rules
 * without such a file load without one. */

#define FOLDER "tests/data/rules"

enum { MAX_FILES = 256 };

static char *names[MAX_FILES];
static int name_count;

static bool ends_with(const char *string, const char *end) {
    const size_t len = strlen(string), end_len = strlen(end);
    return len > end_len && strcmp(string + len - end_len, end) == 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_files(void) {
    DIR *folder = opendir(FOLDER);
    if (folder == NULL)
        return;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (ends_with(entry->d_name, ".rules") && name_count < MAX_FILES)
            names[name_count++] = strdup(entry->d_name);
    closedir(folder);
    qsort(names, (size_t)name_count, sizeof *names, by_name);
}

/* Appends a file; false if there is none. */
static bool read_file(struct t_buf *buf, const char *path) {
    char bytes[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    for (size_t n = sizeof bytes; n == sizeof bytes;) {
        n = fread(bytes, 1, sizeof bytes, file);
        t_bytes(buf, bytes, n);
    }
    ck_assert_int_eq(ferror(file), 0);
    fclose(file);
    return true;
}

static void read_rules(struct t_buf *buf, const char *name) {
    char path[512];
    snprintf(path, sizeof path, FOLDER "/%s", name);
    ck_assert_msg(read_file(buf, path), "cannot read %s", path);
}

static void write_diagnostics(struct t_buf *buf, const struct load *load) {
    static const char *const severities[] = {"error", "warning", "note"};
    for (size_t i = 0; i < load->count; i++) {
        const struct diagnostic *diagnostic = &load->diagnostics[i];
        char line[128];
        snprintf(line, sizeof line, "%zu:%zu %s %s\n", diagnostic->error.line, diagnostic->error.column,
                 severities[diagnostic->severity], certmap_code_name(diagnostic->error.code));
        t_put(buf, line);
    }
}

/* A folder that is not found would be a folder without mistakes. */
T_TEST(data_files_are_there) {
    ck_assert_int_gt(name_count, 0);
    ck_assert_int_lt(name_count, MAX_FILES);
}

T_TEST(data_file) {
    struct t_buf text = T_BUF_INIT, expected = T_BUF_INIT, found = T_BUF_INIT;
    char path[512];
    read_rules(&text, names[_i]);
    snprintf(path, sizeof path, FOLDER "/%.*s.expected", (int)(strlen(names[_i]) - strlen(".rules")), names[_i]);
    const bool is_bad = read_file(&expected, path);
    struct load *load = load_text(t_view(&text));
    write_diagnostics(&found, load);
    ck_assert_msg(strcmp(t_cstr(&found), t_cstr(&expected)) == 0, "%s:\n%s", names[_i], t_cstr(&found));
    ck_assert_msg(is_bad == (load->count > 0), "%s: an empty file of diagnostics", names[_i]);
    free_load(load);
    t_buf_free(&text);
    t_buf_free(&expected);
    t_buf_free(&found);
}

/* A file cut off anywhere is an error, but after the last brace of a mapping. */
T_TEST(data_file_cut_off) {
    struct t_buf text = T_BUF_INIT;
    read_rules(&text, names[_i]);
    for (size_t len = 0; len < text.len && len < 4096; len++) {
        uint8_t *start = malloc(len > 0 ? len : 1); /* of this length, so that a sanitizer sees a read past it */
        ck_assert_ptr_nonnull(start);
        memcpy(start, t_view(&text).data, len);
        free_load(load_text((struct certmap_view){start, len}));
        free(start);
    }
    t_buf_free(&text);
}

/* Runs out of memory at every request in turn: nothing leaks, nothing loads, and the first thing that
 * went wrong is what is told. */
static void run_out_of_memory(struct certmap_view text, const char *about) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct load *whole = load_text(text);
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        t_alloc_fail_at(&memory, n);
        struct load *load = load_with(text, &allocator);
        failed = t_alloc_failed(&memory);
        ck_assert_msg(
            !failed || load->status == CERTMAP_ERROR_MEMORY ||
                (load->status == whole->status && load->error.code == whole->error.code && load->status != CERTMAP_OK),
            "%s: request %zu: status %d", about, n, (int)load->status);
        ck_assert(failed || load->status == whole->status);
        ck_assert(failed || load->count == whole->count);
        ck_assert_int_eq(load->rules == NULL, load->status != CERTMAP_OK);
        free_load(load);
        ck_assert_msg(memory.live == 0, "%s: request %zu leaks", about, n);
    }
    free_load(whole);
}

T_TEST(data_file_without_memory) {
    struct t_buf text = T_BUF_INIT;
    read_rules(&text, names[_i]);
    run_out_of_memory(t_view(&text), names[_i]);
    t_buf_free(&text);
}

/* Where there is no memory for a mapping without a name, that is said where the name should be. */
T_TEST(nameless_mapping_without_memory) {
    run_out_of_memory(t_text("certmap 1; mapping { when always; deny; }"), "a mapping without a name");
    run_out_of_memory(t_text("certmap 1; mapping \"caf\xE9\" { when always; deny; }"), "a name that is not UTF-8");
}

/* What the program's loader gives takes memory too. */
T_TEST(issuer_file_without_memory) {
    run_out_of_memory(
        t_text("certmap 1; issuers \"i\" { file \"two.pem\"; } mapping \"m\" { when issuer is \"i\"; deny; }"),
        "a file of issuers");
}

static void put_long(struct t_buf *text, const char *start, const char *unit, size_t count, const char *end) {
    t_put(text, start);
    for (size_t i = 0; i < count; i++)
        t_put(text, unit);
    t_put(text, end);
}

/* Texts that no piece of memory has room for beside others, so that each is a request of its own. */
T_TEST(long_texts_without_memory) {
    const size_t count = 3000;
    struct t_buf text = T_BUF_INIT;
    put_long(&text, "certmap 1; mapping \"", "n", count, "\" { when ");
    put_long(&text, "subject.CN = \"", "\xC3\x89", count, "\" and ");
    put_long(&text, "subject.CN in nocase (\"", "E\xCC\x81", count, "\", \"A\") and ");
    put_long(&text, "subject.CN in nocase (\"", "A", count, "\", \"A\") and ");
    put_long(&text, "subject.CN like \"*", "\xC3\x89", count, "*\" and ");
    put_long(&text, "subject.CN like nocase \"?", "A*", 10, "A\" and ");
    put_long(&text, "not (subject.2.999", ".1", 500, " present or subject.1.2.3 absent); allow \"");
    put_long(&text, "D\\\\", "u", count, "\"; }");
    put_long(&text, "mapping \"m\" { when subject.CN present; allow \"", "u", count, "@d\"; }");
    run_out_of_memory(t_view(&text), "long texts");
    t_buf_free(&text);
}

/* ---- what loads ---- */

T_TEST(cut_off_example) {
    static const char example[] =
        "certmap 1;\n"
        "mapping \"a\" { when (subject.CN = \"a\" or not issuer.O in (\"b\", \"c\\n\")); deny; }\n"
        "mapping \"b\" { when subject.OU like nocase \"*\"; allow \"D\\\\u\"; } # end";
    const size_t first = (size_t)(strchr(example, '}') - example) + 1;
    const size_t last = (size_t)(strrchr(example, '}') - example) + 1;
    for (size_t len = 0; len < sizeof example; len++) {
        struct load *load = load_text((struct certmap_view){(const uint8_t *)example, len});
        const bool whole = len >= last || len == first || len == first + 1;
        ck_assert_msg(load->status == (whole ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX), "%zu bytes", len);
        free_load(load);
    }
}

T_TEST(a_nul_byte_ends_nothing) {
    static const char text[] = "certmap 1;\0mapping \"m\" { when subject.CN = \"a\"; deny; }\n";
    struct load *load = load_text((struct certmap_view){(const uint8_t *)text, sizeof text - 1});
    ck_assert_uint_eq(load->count, 1);
    ck_assert_int_eq(load->error.code, CERTMAP_CODE_CONTROL_CHARACTER);
    ck_assert_uint_eq(load->error.column, 11);
    ck_assert_uint_eq(load->error.length, 1);
    ck_assert_str_eq(load->error.text, "U+0000 cannot be in rules");
    free_load(load);
}

T_TEST(mappings_as_written) {
    struct certmap_rules *rules = t_rules("certmap 1;\n"
                                          "mapping \"a \\\"b\\\"\" { when subject.CN = \"a\"; deny; }\n"
                                          "\t# a comment\n"
                                          "\tmapping \"\\u{E9}\" { when subject.CN = \"b\"; allow \"D\\\\u\"; }\n");
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    ck_assert_uint_eq(certmap_rules_count(rules), 2);
    ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, 0, NULL), CERTMAP_OK);
    ck_assert_str_eq((const char *)mapping.name.data, "a \"b\"");
    ck_assert_uint_eq(mapping.name.len, 5);
    ck_assert_int_eq(mapping.kind, CERTMAP_KIND_NATIVE);
    ck_assert_int_eq(mapping.decision, CERTMAP_DENY);
    ck_assert_ptr_null(mapping.account.data);
    ck_assert_uint_eq(mapping.line, 2);
    ck_assert_uint_eq(mapping.column, 9);
    ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, 1, NULL), CERTMAP_OK);
    ck_assert_str_eq((const char *)mapping.name.data, "\xC3\xA9");
    ck_assert_int_eq(mapping.decision, CERTMAP_ALLOW);
    ck_assert_str_eq((const char *)mapping.account.data, "D\\u");
    ck_assert_uint_eq(mapping.line, 4);
    ck_assert_uint_eq(mapping.column, 10);
    certmap_rules_free(rules);
}

/* Every position of a mapping that was added. */
static void check_places(void *ctx, const struct certmap_description *added) {
    const struct certmap_view text = t_text(ctx);
    check_place(added->position, text);
    check_place(added->account, text);
    check_place(added->extent, text);
    for (size_t i = 0; i < added->term_count; i++)
        if (added->term_extents[i].line > 0)
            check_place(added->term_extents[i], text);
    for (size_t i = 0; i < added->condition_count; i++) {
        check_place(added->condition_positions[i].field, text);
        check_place(added->condition_positions[i].op, text);
        check_place(added->condition_positions[i].operands[0], text);
    }
    check_place(added->output_positions[0].value, text);
}

/* Tokens of ASCII are counted on another way than others; blanks, tabs and comments are between them. */
static const char *const layouts[] = {
    "certmap 1; mapping \"a\" { when subject.CN = \"a\" and subject.CN = \"b\" and subject.CN = \"c\"; allow \"d\"; "
    "group \"e\"; }",
    "certmap 1;\n\tmapping\t\"\xC3\xA9\" {\n  when subject.CN = \"\xC3\xA9\"\t and subject.CN = \"\xF0\x9F\x98\x80\"\n "
    "and "
    "subject.CN = \"c\" ;\n allow \"\xC3\xA9\\u{E9}\"; group \"\xC3\xA9\"; }",
    "\xEF\xBB\xBF"
    "certmap 1; # \xC3\xA9\r\n mapping \"a\\\\\xC3\xA9\" { # \xC3\xA9\n# \n  when subject.CN = \"a\" # \xC3\xA9\n"
    "   and subject.CN = \"\xC3\xA9\"and subject.CN = \"\\u{E9}\"; allow \"x-${subject.CN | at(1) ?? \"\xC3\xA9\"}\"; "
    "group "
    "\"\xC3\xA9${subject.CN | at(1)}\";}",
    "certmap 1; mapping \"a\" { when (\xC2\xA0",
};

T_TEST(positions_of_parts) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    char text[512];
    build.added = check_places;
    build.added_ctx = text;
    options.build = &build;
    for (size_t i = 0; i < COUNT(layouts); i++) {
        struct certmap_rules *rules = NULL;
        struct certmap_diagnostic error = {.status = CERTMAP_OK};
        snprintf(text, sizeof text, "%s", layouts[i]);
        const enum certmap_status status = certmap_rules_parse(&rules, t_text(text), &options, &error);
        ck_assert_msg(status == (i + 1 < COUNT(layouts) ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX), "%zu: %s", i, error.text);
        if (status != CERTMAP_OK)
            check_position(&error, t_text(text));
        certmap_rules_free(rules);
    }
}

/* The longest text that a string can have, and one byte more, where it is read at once and where it is not. */
T_TEST(longest_string) {
    static const char *const begins[] = {"", "\\\\", "\xC3\xA9"};
    for (size_t i = 0; i < COUNT(begins); i++)
        for (size_t more = 0; more < 2; more++) {
            struct t_buf text = T_BUF_INIT;
            struct certmap_rules *rules = NULL;
            struct certmap_diagnostic error = {.status = CERTMAP_OK};
            t_put(&text, "certmap 1; mapping \"m\" { when subject.CN = \"");
            t_put(&text, begins[i]);
            for (size_t len = i == 1 ? 1 : strlen(begins[i]); len < CERTMAP_MAX_TEXT_SIZE + more; len++)
                t_put(&text, "a");
            t_put(&text, "\"; deny; }");
            ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), NULL, &error),
                             more == 0 ? CERTMAP_OK : CERTMAP_ERROR_SYNTAX);
            ck_assert_int_eq(error.code, more == 0 ? CERTMAP_CODE_NONE : CERTMAP_CODE_TEXT_TOO_LONG);
            certmap_rules_free(rules);
            t_buf_free(&text);
        }
}

/* The text is not kept. */
T_TEST(text_may_go) {
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.1.2.3 = \"a\"; allow \"b\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    memset(text.data, 'x', text.len);
    t_buf_free(&text);
    t_peer_make(&peer, "1.2.3=a", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_str_eq((const char *)result.mapping.data, "m");
    ck_assert_str_eq((const char *)result.account.data, "b");
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

static const struct {
    const char *condition;
    unsigned needs;
} needs[] = {
    {"always", 0},
    {"subject.CN present", CERTMAP_PIECE_SUBJECT},
    {"issuer.CN present", CERTMAP_PIECE_ISSUER},
    {"subject.CN = \"a\" and not issuer.CN = \"b\"", CERTMAP_PIECE_SUBJECT | CERTMAP_PIECE_ISSUER},
};

T_TEST(pieces_needed) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, needs[_i].condition);
    t_put(&text, "; deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    ck_assert_uint_eq(certmap_rules_needs(rules), needs[_i].needs);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- many diagnostics ---- */

static struct certmap_view repeated(struct t_buf *text, const char *start, const char *unit, size_t count) {
    t_put(text, start);
    for (size_t i = 0; i < count; i++)
        t_put(text, unit);
    return t_view(text);
}

static const struct {
    const char *about, *start, *unit;
    size_t count, diagnostics;
} caps[] = {
    {"one less", "certmap 1;\n", "mapping 1 }\n", CERTMAP_MAX_DIAGNOSTICS - 1, CERTMAP_MAX_DIAGNOSTICS - 1},
    {"at the limit", "certmap 1;\n", "mapping 1 }\n", CERTMAP_MAX_DIAGNOSTICS, CERTMAP_MAX_DIAGNOSTICS},
    {"one more", "certmap 1;\n", "mapping 1 }\n", CERTMAP_MAX_DIAGNOSTICS + 1, CERTMAP_MAX_DIAGNOSTICS},
    {"far more", "certmap 1;\n", "mapping 1 }\n", 100000, CERTMAP_MAX_DIAGNOSTICS},
    {"in one mapping", "certmap 1; mapping \"m\" { when subject.CN in (\"a\"", ", \"\\q\"", 1000,
     CERTMAP_MAX_DIAGNOSTICS},
    {"no mapping at all", "certmap 1;\n", "} ", 1000, CERTMAP_MAX_DIAGNOSTICS},
    {"open parentheses", "certmap 1; mapping \"m\" { when ", "(", 100000, 1},
    {"open parentheses and spaces", "certmap 1; mapping \"m\" { when ", "( \n", 100000, 1},
    {"nots", "certmap 1; mapping \"m\" { when ", "not ", 100000, 1},
    {"open braces", "certmap 1; ", "{", 100000, 1},
    {"quotes", "certmap 1; ", "\"", 99999, 1},
    {"backslashes", "certmap 1; ", "\\", 100000, 1},
    {"zeros", "certmap 1; ", "\xFF", 100000, 1},
};

T_TEST(many_diagnostics) {
    struct t_buf text = T_BUF_INIT;
    struct load *load = load_text(repeated(&text, caps[_i].start, caps[_i].unit, caps[_i].count));
    ck_assert_msg(load->count == caps[_i].diagnostics, "%s: %zu diagnostics", caps[_i].about, load->count);
    ck_assert_int_ne(load->status, CERTMAP_OK);
    free_load(load);
    t_buf_free(&text);
}

/* Warnings count, so that a caller can keep all diagnostics in an array; they leave room for errors, and an error is never
 * lost. */
T_TEST(warnings_before_an_error) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\nmapping \"all\" { when always; deny; }\n");
    for (int i = 0; i < 2 * CERTMAP_MAX_DIAGNOSTICS; i++) {
        char mapping[64];
        snprintf(mapping, sizeof mapping, "mapping \"%d\" { when subject.CN present; deny; }\n", i);
        t_put(&text, mapping);
    }
    t_put(&text, "mapping \"all\" { when subject.CN present; deny; }\n");
    struct load *load = load_with(t_view(&text), NULL);
    ck_assert_uint_eq(load->count, CERTMAP_MAX_DIAGNOSTICS / 2 + 1);
    ck_assert_int_eq(load->diagnostics[CERTMAP_MAX_DIAGNOSTICS / 2 - 1].severity, CERTMAP_SEVERITY_WARNING);
    ck_assert_int_eq(load->diagnostics[CERTMAP_MAX_DIAGNOSTICS / 2].severity, CERTMAP_SEVERITY_ERROR);
    ck_assert_int_eq(load->status, CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(load->error.code, CERTMAP_CODE_DUPLICATE_MAPPING);
    ck_assert_uint_eq(load->error.line, 2 * CERTMAP_MAX_DIAGNOSTICS + 3);
    free_load(load);
    t_buf_free(&text);
}

/* ---- a megabyte on one line: work that grows with its square would run into the timeout ---- */

static const struct {
    const char *about, *start, *unit, *end;
} lines[] = {
    {"conditions", "certmap 1; mapping \"m\" { when subject.CN = \"x\"", " or subject.CN = \"\xC3\xA9\"", "; deny; }"},
    {"a list", "certmap 1; mapping \"m\" { when subject.CN in (\"x\"", ",\"some operand that is quite long\"",
     "); deny; }"},
    {"groups", "certmap 1; mapping \"m\" { when subject.CN = \"x\"",
     " and (subject.CN present or not issuer.CN present)", "; deny; }"},
    {"a comment", "certmap 1; mapping \"m\" { when always; deny; } #", " \xC3\xA9", ""},
    {"blanks", "certmap 1; mapping \"m\" { when always; deny; }", " \t", ""},
};

static struct certmap_view megabyte(struct t_buf *text, int row) {
    return repeated(text, lines[row].start, lines[row].unit, (1 << 20) / strlen(lines[row].unit));
}

T_TEST(long_line) {
    struct t_buf text = T_BUF_INIT;
    megabyte(&text, _i);
    t_put(&text, lines[_i].end);
    struct load *load = load_text(t_view(&text));
    ck_assert_msg(load->status == CERTMAP_OK, "%s: %s", lines[_i].about, load->error.text);
    free_load(load);
    t_buf_free(&text);
}

T_TEST(long_line_with_an_error_at_its_end) {
    struct t_buf text = T_BUF_INIT;
    megabyte(&text, _i);
    t_put(&text, "\x01");
    struct load *load = load_text(t_view(&text));
    ck_assert_int_eq(load->error.code, CERTMAP_CODE_CONTROL_CHARACTER);
    ck_assert_uint_eq(load->error.offset, text.len - 1);
    free_load(load);
    t_buf_free(&text);
}

T_TEST(many_mappings_on_one_line) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;");
    for (int i = 0; i < 20000; i++) {
        char mapping[80];
        snprintf(mapping, sizeof mapping, " mapping \"%d\" { when subject.CN = \"%d\"; deny; }", i, i);
        t_put(&text, mapping);
    }
    struct load *load = load_text(t_view(&text));
    ck_assert_uint_eq(certmap_rules_count(load->rules), 20000);
    free_load(load);
    t_buf_free(&text);
}

/* ---- the call ---- */

static void assert_fails(struct certmap_view text, const struct certmap_parse_options *options,
                         enum certmap_status status, enum certmap_code code) {
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    char somewhere;
    struct certmap_rules *const untouched = (void *)&somewhere, *rules = untouched;
    ck_assert_int_eq(certmap_rules_parse(&rules, text, options, &error), status);
    ck_assert_ptr_eq(rules, untouched);
    ck_assert_int_eq(error.status, status);
    ck_assert_int_eq(error.code, code);
    ck_assert_int_eq(certmap_rules_parse(&rules, text, options, NULL), status);
    ck_assert_ptr_eq(rules, untouched);
}

T_TEST(nothing_loads_on_error) {
    const struct certmap_view wrong = t_text("certmap 1; mapping \"a\" { when subject.CN present; deny; }\n"
                                             "mapping \"b\" { when subject.XX present; deny; }");
    assert_fails(wrong, NULL, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_SUBFIELD);
    assert_fails((struct certmap_view){NULL, 0}, NULL, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NO_MAPPINGS);
}

T_TEST(refuses_arguments) {
    const struct certmap_view text = t_text("certmap 1; mapping \"a\" { when subject.CN present; deny; }");
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    ck_assert_int_eq(certmap_rules_parse(NULL, text, NULL, NULL), CERTMAP_ERROR_ARGUMENT);
    assert_fails((struct certmap_view){NULL, 1}, NULL, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT);
    options.size--;
    assert_fails(text, &options, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT);
    options.size++;
    options.allocator = &allocator;
    allocator.resize = NULL;
    assert_fails(text, &options, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_ARGUMENT);
    ck_assert_uint_eq(memory.requests, 0);
}

T_TEST(success_leaves_the_error_alone) {
    struct certmap_diagnostic error = {.status = CERTMAP_ERROR_BUFFER, .line = 7};
    struct certmap_rules *rules = NULL;
    ck_assert_int_eq(
        certmap_rules_parse(&rules, t_text("certmap 1; mapping \"m\" { when always; allow \"a\"; }"), NULL, &error),
        CERTMAP_OK);
    ck_assert_int_eq(error.status, CERTMAP_ERROR_BUFFER);
    ck_assert_uint_eq(error.line, 7);
    certmap_rules_free(rules);
}

/* Each could hide its end 64 KiB away, which is looked for; with all of them it would take an hour. */
T_TEST(many_placeholders_without_an_end) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct certmap_rules *rules = NULL;
    t_put(&text, "certmap 1; mapping \"");
    for (int i = 0; i < 10000000; i++)
        t_put(&text, "${\"");
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), NULL, &error), CERTMAP_ERROR_SYNTAX);
    ck_assert_int_eq(error.code, CERTMAP_CODE_MISPLACED_PLACEHOLDER);
    t_buf_free(&text);
}

/* More of them than the parser remembers, in and out of turn. */
T_TEST(fields_over_and_over) {
    static const char *const fields[] = {"subject.CN",    "issuer.CN", "subject.OU",     "san.dns",
                                         "subject.DC",    "issuer.O",  "san.dirname.CN", "san.upn",
                                         "subject.1.2.3", "ext.1.2.3", "serial"};
    struct t_buf text = T_BUF_INIT;
    char line[128], printed[16384];
    size_t len;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < 100; i++) {
        snprintf(line, sizeof line, "\nmapping \"%zu\" {\n    when %s present\n     and %s present;\n    deny;\n}\n", i,
                 fields[i * i % COUNT(fields)], fields[i / 3 % COUNT(fields)]);
        t_put(&text, line);
    }
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    ck_assert_int_eq(certmap_rules_print(printed, sizeof printed, &len, rules, NULL, NULL, NULL), CERTMAP_OK);
    ck_assert_msg(strcmp(printed, t_cstr(&text)) == 0, "%.4000s", printed);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

int main(void) {
    list_files();
    const int status = T_RUN(
        "parse",
        T_CASE("marked", T_LOOP(condition, COUNT(conditions)), T_LOOP(rule_file, COUNT(files)),
               T_LOOP(policy_of_a_file, 4), disabled_rules_give_no_answer, issuers_without_a_loader,
               issuer_file_without_memory),
        T_CASE("data", data_files_are_there, T_LOOP(data_file, name_count),
               T_LOOP(data_file_without_memory, name_count), long_texts_without_memory,
               nameless_mapping_without_memory),
        T_CASE("loads", cut_off_example, a_nul_byte_ends_nothing, mappings_as_written, positions_of_parts,
               longest_string, text_may_go, fields_over_and_over, T_LOOP(pieces_needed, COUNT(needs))),
        T_CASE("large", T_LOOP(many_diagnostics, COUNT(caps)), warnings_before_an_error, many_mappings_on_one_line),
        T_CASE("call", nothing_loads_on_error, refuses_arguments, success_leaves_the_error_alone),
        T_SLOW_CASE(T_LOOP(data_file_cut_off, name_count), many_placeholders_without_an_end,
                    T_LOOP(long_line, COUNT(lines)), T_LOOP(long_line_with_an_error_at_its_end, COUNT(lines))));
    while (name_count > 0)
        free(names[--name_count]);
    return status;
}
