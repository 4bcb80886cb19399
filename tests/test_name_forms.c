/* SPDX-License-Identifier: MIT */
/* Names as programs print them: whatever a certificate holds, what is read is what was printed, or an error that says
 * that the form cannot tell. A Name that is another one, and no error, there must not be.
 *
 * OpenSSL prints for itself, with the flags of every -nameopt; what others print is written here as they document it. */
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"
#include "support/der.h"
#include "support/name_forms.h"
#include "support/random.h"
#include "support/run.h"
#include <openssl/x509.h>
#include <stdio.h>

enum { NAMES = 1000, FEW_NAMES = 100, TEXT_SIZE = 16384 };

/* Where each instruction takes many times as long (T_SLOW), fewer do. */
static int names;

/* ---- OpenSSL's forms ---- */

#define CPLUS_SPC XN_FLAG_SEP_CPLUS_SPC
#define NO_SEPARATOR(flags) ((flags) & ~(unsigned long)XN_FLAG_SEP_MASK)
#define NO_NAMES(flags) ((flags) & ~(unsigned long)XN_FLAG_FN_MASK)
#define LATER (XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ) /* the default since OpenSSL 3.2 */

/* What -nameopt makes of a word. */
static const struct {
    const char *nameopt;
    unsigned long flags;
    enum t_form_tells tells;
} nameopts[] = {
    {"compat", XN_FLAG_COMPAT, T_FORM_ESCAPES_NOT},
    {"default", XN_FLAG_ONELINE, T_FORM_TELLS},
    {"default of 3.2", (LATER & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) | ASN1_STRFLGS_UTF8_CONVERT, T_FORM_LISTS},
    {"oneline,dn_rev", XN_FLAG_ONELINE | XN_FLAG_DN_REV, T_FORM_ESCAPES_NOT},
    {"oneline,dn_rev,lname", NO_NAMES(XN_FLAG_ONELINE) | XN_FLAG_DN_REV | XN_FLAG_FN_LN, T_FORM_ESCAPES_NOT},
    {"multiline,dn_rev", XN_FLAG_MULTILINE | XN_FLAG_DN_REV, T_FORM_ESCAPES_NOT},
    {"RFC2253", XN_FLAG_RFC2253, T_FORM_LISTS},
    {"multiline", XN_FLAG_MULTILINE, T_FORM_TELLS_SINGLE},
    {"multiline,utf8", XN_FLAG_MULTILINE | ASN1_STRFLGS_UTF8_CONVERT, T_FORM_TELLS_SINGLE},
    {"multiline,-esc_msb,utf8", (XN_FLAG_MULTILINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) | ASN1_STRFLGS_UTF8_CONVERT,
     T_FORM_TELLS_SINGLE},
    {"sep_comma_plus", XN_FLAG_SEP_COMMA_PLUS, T_FORM_ESCAPES_NOT},
    {"sep_comma_plus,esc_2253", XN_FLAG_SEP_COMMA_PLUS | ASN1_STRFLGS_ESC_2253, T_FORM_ESCAPES_NOT},
    {"sep_comma_plus_space", CPLUS_SPC, T_FORM_ESCAPES_NOT},
    {"sep_semi_plus_space", XN_FLAG_SEP_SPLUS_SPC, T_FORM_ESCAPES_NOT},
    {"sep_multiline", XN_FLAG_SEP_MULTILINE, T_FORM_ESCAPES_NOT},
    {"sep_multiline,esc_2253,esc_ctrl", XN_FLAG_SEP_MULTILINE | ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL,
     T_FORM_ESCAPES_NOT},
    {"dn_rev", CPLUS_SPC | XN_FLAG_DN_REV, T_FORM_ESCAPES_NOT},
    {"dn_rev,sep_comma_plus", XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_DN_REV, T_FORM_ESCAPES_NOT},
    {"dn_rev,sep_semi_plus_space", XN_FLAG_SEP_SPLUS_SPC | XN_FLAG_DN_REV, T_FORM_ESCAPES_NOT},
    {"RFC2253,sep_comma_plus_space", NO_SEPARATOR(XN_FLAG_RFC2253) | CPLUS_SPC, T_FORM_LISTS},
    {"RFC2253,-dn_rev", XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV, T_FORM_LISTS},
    {"oneline,dn_rev,-space_eq", LATER | XN_FLAG_DN_REV, T_FORM_LISTS},
    {"esc_2253", CPLUS_SPC | ASN1_STRFLGS_ESC_2253, T_FORM_ESCAPES_NOT},
    {"esc_2254", CPLUS_SPC | ASN1_STRFLGS_ESC_2254, T_FORM_ESCAPES_NOT},
    {"esc_ctrl", CPLUS_SPC | ASN1_STRFLGS_ESC_CTRL, T_FORM_ESCAPES_NOT},
    {"esc_msb", CPLUS_SPC | ASN1_STRFLGS_ESC_MSB, T_FORM_ESCAPES_NOT},
    {"esc_msb,utf8", CPLUS_SPC | ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_UTF8_CONVERT, T_FORM_ESCAPES_NOT},
    {"esc_2253,use_quote", CPLUS_SPC | ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_QUOTE, T_FORM_ESCAPES_NOT},
    {"utf8", CPLUS_SPC | ASN1_STRFLGS_UTF8_CONVERT, T_FORM_ESCAPES_NOT},
    {"use_quote", CPLUS_SPC | ASN1_STRFLGS_ESC_QUOTE, T_FORM_ESCAPES_NOT},
    {"space_eq", CPLUS_SPC | XN_FLAG_SPC_EQ, T_FORM_ESCAPES_NOT},
    {"space_eq,utf8", CPLUS_SPC | XN_FLAG_SPC_EQ | ASN1_STRFLGS_UTF8_CONVERT, T_FORM_ESCAPES_NOT},
    {"space_eq,sep_comma_plus", XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_SPC_EQ, T_FORM_ESCAPES_NOT},
    {"space_eq,sep_semi_plus_space", XN_FLAG_SEP_SPLUS_SPC | XN_FLAG_SPC_EQ, T_FORM_ESCAPES_NOT},
    {"space_eq,esc_ctrl,utf8", CPLUS_SPC | XN_FLAG_SPC_EQ | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT,
     T_FORM_ESCAPES_NOT},
    {"space_eq,esc_2254,utf8", CPLUS_SPC | XN_FLAG_SPC_EQ | ASN1_STRFLGS_ESC_2254 | ASN1_STRFLGS_UTF8_CONVERT,
     T_FORM_ESCAPES_NOT},
    {"sname", CPLUS_SPC | XN_FLAG_FN_SN, T_FORM_ESCAPES_NOT},
    {"lname", CPLUS_SPC | XN_FLAG_FN_LN, T_FORM_ESCAPES_NOT},
    {"oid", CPLUS_SPC | XN_FLAG_FN_OID, T_FORM_ESCAPES_NOT},
    {"align", CPLUS_SPC | XN_FLAG_FN_ALIGN, T_FORM_ESCAPES_NOT},
    {"sep_multiline,align", XN_FLAG_SEP_MULTILINE | XN_FLAG_FN_ALIGN, T_FORM_ESCAPES_NOT},
    {"show_type", CPLUS_SPC | ASN1_STRFLGS_SHOW_TYPE, T_FORM_ESCAPES_NOT},
    {"ignore_type", CPLUS_SPC | ASN1_STRFLGS_IGNORE_TYPE, T_FORM_ESCAPES_NOT},
    {"dump_all", CPLUS_SPC | ASN1_STRFLGS_DUMP_ALL, T_FORM_ESCAPES_NOT},
    {"dump_all,dump_der", CPLUS_SPC | ASN1_STRFLGS_DUMP_ALL | ASN1_STRFLGS_DUMP_DER, T_FORM_LISTS},
    {"dump_nostr", CPLUS_SPC | ASN1_STRFLGS_DUMP_UNKNOWN, T_FORM_ESCAPES_NOT},
    {"dump_unknown", CPLUS_SPC | XN_FLAG_DUMP_UNKNOWN_FIELDS, T_FORM_ESCAPES_NOT},
    {"dump_der", CPLUS_SPC | ASN1_STRFLGS_DUMP_DER, T_FORM_ESCAPES_NOT},
    {"oneline,utf8,-esc_msb", XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB, T_FORM_TELLS},
    {"oneline,-use_quote", XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_QUOTE, T_FORM_LISTS},
    {"oneline,lname", NO_SEPARATOR(XN_FLAG_ONELINE & ~(unsigned long)XN_FLAG_FN_MASK) | CPLUS_SPC | XN_FLAG_FN_LN,
     T_FORM_TELLS},
    {"oneline,oid", NO_SEPARATOR(XN_FLAG_ONELINE & ~(unsigned long)XN_FLAG_FN_MASK) | CPLUS_SPC | XN_FLAG_FN_OID,
     T_FORM_TELLS},
    {"oneline,sep_semi_plus_space", NO_SEPARATOR(XN_FLAG_ONELINE) | XN_FLAG_SEP_SPLUS_SPC, T_FORM_TELLS},
    {"oneline,sep_multiline", NO_SEPARATOR(XN_FLAG_ONELINE) | XN_FLAG_SEP_MULTILINE, T_FORM_ESCAPES_NOT},
    {"oneline,show_type", XN_FLAG_ONELINE | ASN1_STRFLGS_SHOW_TYPE, T_FORM_ESCAPES_NOT},
    {"oneline,dump_all", XN_FLAG_ONELINE | ASN1_STRFLGS_DUMP_ALL, T_FORM_TELLS},
    {"oneline,dump_unknown", XN_FLAG_ONELINE | XN_FLAG_DUMP_UNKNOWN_FIELDS, T_FORM_TELLS},
    {"RFC2253,space_eq", XN_FLAG_RFC2253 | XN_FLAG_SPC_EQ, T_FORM_LISTS},
    {"RFC2253,-dn_rev,space_eq", (XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV) | XN_FLAG_SPC_EQ, T_FORM_LISTS},
    {"RFC2253,sep_multiline", NO_SEPARATOR(XN_FLAG_RFC2253) | XN_FLAG_SEP_MULTILINE, T_FORM_ESCAPES_NOT},
    {"RFC2253,sep_multiline,space_eq", NO_SEPARATOR(XN_FLAG_RFC2253) | XN_FLAG_SEP_MULTILINE | XN_FLAG_SPC_EQ,
     T_FORM_ESCAPES_NOT},
    {"RFC2253,sep_multiline,lname", NO_NAMES(NO_SEPARATOR(XN_FLAG_RFC2253)) | XN_FLAG_SEP_MULTILINE | XN_FLAG_FN_LN,
     T_FORM_ESCAPES_NOT},
    {"RFC2253,sep_semi_plus_space", NO_SEPARATOR(XN_FLAG_RFC2253) | XN_FLAG_SEP_SPLUS_SPC, T_FORM_LISTS},
    {"RFC2253,oid", NO_NAMES(XN_FLAG_RFC2253) | XN_FLAG_FN_OID, T_FORM_LISTS},
    {"sep_multiline,dn_rev", XN_FLAG_SEP_MULTILINE | XN_FLAG_DN_REV, T_FORM_ESCAPES_NOT},
    {"sep_multiline,space_eq", XN_FLAG_SEP_MULTILINE | XN_FLAG_SPC_EQ, T_FORM_ESCAPES_NOT},
    {"sep_multiline,use_quote,esc_2253", XN_FLAG_SEP_MULTILINE | ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_QUOTE,
     T_FORM_ESCAPES_NOT},
    {"multiline,sname", NO_NAMES(XN_FLAG_MULTILINE) | XN_FLAG_FN_SN, T_FORM_TELLS_SINGLE},
    {"multiline,oid", NO_NAMES(XN_FLAG_MULTILINE) | XN_FLAG_FN_OID, T_FORM_ESCAPES_NOT},
    {"multiline,-align", XN_FLAG_MULTILINE & ~XN_FLAG_FN_ALIGN, T_FORM_ESCAPES_NOT},
    {"multiline,esc_2253", XN_FLAG_MULTILINE | ASN1_STRFLGS_ESC_2253, T_FORM_TELLS_SINGLE},
    {"oneline,align", XN_FLAG_ONELINE | XN_FLAG_FN_ALIGN, T_FORM_TELLS},
    {"oneline,lname,align", NO_NAMES(XN_FLAG_ONELINE) | XN_FLAG_FN_LN | XN_FLAG_FN_ALIGN, T_FORM_TELLS},
    {"oneline,sep_comma_plus", NO_SEPARATOR(XN_FLAG_ONELINE) | XN_FLAG_SEP_COMMA_PLUS, T_FORM_ESCAPES_NOT},
    {"esc_ctrl,sep_comma_plus", XN_FLAG_SEP_COMMA_PLUS | ASN1_STRFLGS_ESC_CTRL, T_FORM_ESCAPES_NOT},
    {"use_quote,esc_2253,sep_comma_plus", XN_FLAG_SEP_COMMA_PLUS | ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_QUOTE,
     T_FORM_ESCAPES_NOT},
    {"Node", ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT | XN_FLAG_SEP_MULTILINE,
     T_FORM_ESCAPES_NOT},
};

/* ---- what comes of a text ---- */

enum outcome { RIGHT, CANDIDATE, OTHERS, REFUSED, WRONG, OUTCOMES };

struct tally {
    size_t counts[OUTCOMES];
    const char *form;
};

/* Whether rules take one Name for the other: AVAs of an RDN are in any order, and string types do not matter. */
static bool same_name(struct certmap_view name, struct certmap_view expected) {
    char text[TEXT_SIZE], rules_text[2 * TEXT_SIZE], escaped[TEXT_SIZE];
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    size_t len = 0, escaped_len = 0;
    if (cm_view_equal(name, expected))
        return true;
    ck_assert_int_eq(
        certmap_name_to_text(text, sizeof text, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL),
        CERTMAP_OK);
    ck_assert_int_eq(certmap_text_escape(escaped, sizeof escaped, &escaped_len, cm_view(text, len), true, NULL),
                     CERTMAP_OK);
    snprintf(rules_text, sizeof rules_text, "certmap 1; mapping \"m\" { when subject = %s; deny; }", escaped);
    if (certmap_rules_parse(&rules, cm_view(rules_text, strlen(rules_text)), NULL, NULL) != CERTMAP_OK)
        ck_abort_msg("not a rule: %s", rules_text);
    cert.subject = cert.issuer = expected;
    ck_assert_int_eq(certmap_peer_new(&peer, NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_match(rules, peer, &result, NULL), CERTMAP_OK);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    return result.decision == CERTMAP_DENY;
}

static bool reads(struct certmap_view text, enum certmap_dialect dialect, struct certmap_view expected) {
    uint8_t der[TEXT_SIZE];
    size_t len = 0;
    return certmap_name_from_dialect(der, sizeof der, &len, certmap_name_bare(text), dialect, NULL) == CERTMAP_OK &&
           same_name(cm_view(der, len), expected);
}

static enum outcome outcome_of(struct certmap_view text, struct certmap_view expected) {
    enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT];
    struct certmap_diagnostic err = {.text = ""};
    size_t count = 0;
    const enum certmap_status status = certmap_dialect_find(dialects, &count, text, NULL, &err);
    ck_assert_int_eq(status == CERTMAP_OK, count == 1);
    ck_assert_msg(count <= 1 || err.code == CERTMAP_CODE_DN_AMBIGUOUS, "%s", err.text);
    for (size_t i = 0; i < count; i++)
        if (reads(text, dialects[i], expected))
            return count == 1 ? RIGHT : CANDIDATE;
    return count == 1 ? WRONG : count == 0 ? REFUSED : OTHERS;
}

static void try_text(struct tally *tally, struct t_buf *text, struct certmap_view expected) {
    const enum outcome outcome = outcome_of(t_view(text), expected);
    char shown[1024] = "";
    size_t len;
    tally->counts[outcome]++;
    if (outcome == WRONG)
        (void)certmap_name_to_text(shown, sizeof shown, &len, expected, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST,
                                   NULL);
    ck_assert_msg(outcome != WRONG, "%s: %.*s is not %s", tally->form, (int)text->len, (const char *)text->data, shown);
}

/* Nothing is wrong; here, that a tool that always refuses is not right. */
static void check_tally(const struct tally *tally, enum t_form_tells tells) {
    const size_t *counts = tally->counts;
    const size_t listed = counts[RIGHT] + counts[CANDIDATE], all = listed + counts[OTHERS] + counts[REFUSED];
    const size_t least = names == FEW_NAMES ? 0 : (size_t)names / (tells == T_FORM_ESCAPES_NOT ? 20 : 2);
    ck_assert_uint_gt(all, least); /* of few, chance may leave out most */
    ck_assert_msg(tells < T_FORM_TELLS_SINGLE || counts[RIGHT] * 10 > all * 4, "%s: only %zu of %zu Names are read",
                  tally->form, counts[RIGHT], all);
    ck_assert_msg(tells < T_FORM_TELLS || counts[RIGHT] * 10 > all * 6, "%s: only %zu of %zu Names are read",
                  tally->form, counts[RIGHT], all);
    ck_assert_msg(tells != T_FORM_LISTS || listed * 10 > all * 8, "%s: only %zu of %zu Names are read or listed",
                  tally->form, listed, all);
}

/* ---- OpenSSL ---- */

static X509_NAME *openssl_name(struct t_buf *der) {
    const unsigned char *at = der->data;
    return d2i_X509_NAME(NULL, &at, (long)der->len);
}

/* X509_NAME_oneline, or X509_NAME_print_ex. */
static void put_openssl(BIO *bio, X509_NAME *name, int indent, unsigned long flags) {
    char *slashes = flags == XN_FLAG_COMPAT ? X509_NAME_oneline(name, NULL, 0) : NULL;
    if (slashes != NULL)
        BIO_puts(bio, slashes);
    else
        ck_assert_int_ge(X509_NAME_print_ex(bio, name, indent, flags), 0);
    OPENSSL_free(slashes);
}

/* As the command prints it after `subject=`. */
static void print_openssl(struct t_buf *text, X509_NAME *name, const char *label, unsigned long flags) {
    char *printed = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    const bool lines = (flags & XN_FLAG_SEP_MASK) == XN_FLAG_SEP_MULTILINE;
    BIO_puts(bio, label);
    if (lines && label[0] != 0)
        BIO_puts(bio, "\n");
    put_openssl(bio, name, lines && label[0] != 0 ? 4 : 0, flags);
    const long len = BIO_get_mem_data(bio, &printed);
    t_buf_clear(text);
    t_bytes(text, printed, (size_t)len);
    BIO_free(bio);
}

/* Whether a form is what OpenSSL prints by default since 3.2, but for its order and its escapes. */
static bool is_later(unsigned long flags, const char *label) {
    return (flags & XN_FLAG_SPC_EQ) == 0 && strstr(label, "Subject:") == NULL;
}

/* Whether a Name is printed from its leaf, and a reader not see that. */
static bool hides_order(unsigned long flags, const char *label, const struct t_form_name *name) {
    const bool spaced = (flags & XN_FLAG_SPC_EQ) != 0, padded = (flags & XN_FLAG_FN_ALIGN) != 0;
    const bool lines = (flags & XN_FLAG_SEP_MASK) == XN_FLAG_SEP_MULTILINE;
    if ((flags & XN_FLAG_DN_REV) == 0)
        return false;
    if (spaced && !lines && (flags & XN_FLAG_SEP_MASK) == XN_FLAG_SEP_COMMA_PLUS)
        return false; /* C = US,CN = a is listed both ways round */
    if (lines || spaced)
        return spaced && padded == lines && !t_form_shows_root(name);
    return is_later(flags, label) && t_form_looks_turned(name);
}

/* Whether a form cannot show a Name, and a reader not see that. */
static bool hides(unsigned long flags, const char *label, const struct t_form_name *name) {
    const bool escapes = (flags & ASN1_STRFLGS_ESC_2253) != 0, spaced = (flags & XN_FLAG_SPC_EQ) != 0;
    const bool lines = (flags & XN_FLAG_SEP_MASK) == XN_FLAG_SEP_MULTILINE;
    return t_form_ends_lines(name) || hides_order(flags, label, name) ||
           (!escapes && is_later(flags, label) && t_form_has_type(name)) || (!escapes && t_form_looks_quoted(name)) ||
           (!escapes && spaced && !lines && t_form_has_spaced_type(name)) ||
           ((flags & XN_FLAG_FN_ALIGN) != 0 && !spaced && t_form_begins_blank(name));
}

static void try_openssl(struct tally *tally, const char *label, unsigned long flags) {
    struct t_random random = T_RANDOM_SEED(1);
    struct t_buf der = T_BUF_INIT, text = T_BUF_INIT;
    for (int i = 0; i < names; i++) {
        struct t_form_name name;
        t_form_name(&name, &random);
        t_buf_clear(&der);
        t_form_der(&der, &name);
        X509_NAME *openssl = openssl_name(&der);
        print_openssl(&text, openssl, label, flags);
        X509_NAME_free(openssl);
        if (!hides(flags, label, &name))
            try_text(tally, &text, t_view(&der));
    }
    t_buf_free(&der);
    t_buf_free(&text);
}

T_TEST(openssl) {
    static const char *const labels[] = {"subject=", "        Subject: ", " 0 s:"};
    for (int i = 0; i < COUNT(labels); i++) {
        char form[80];
        struct tally tally = {.form = form};
        snprintf(form, sizeof form, "%s%s", labels[i], nameopts[_i].nameopt);
        try_openssl(&tally, labels[i], nameopts[_i].flags);
        check_tally(&tally, nameopts[_i].tells);
    }
}

T_TEST(others) {
    const struct t_form *form = &t_forms[_i];
    struct t_random random = T_RANDOM_SEED(2);
    struct tally tally = {.form = form->program};
    struct t_buf der = T_BUF_INIT, text = T_BUF_INIT;
    for (int i = 0; i < names; i++) {
        struct t_form_name name;
        t_form_name(&name, &random);
        t_buf_clear(&der);
        t_buf_clear(&text);
        t_form_der(&der, &name);
        form->print(&text, &name);
        if (!t_form_ends_lines(&name) && !(form->glues && t_form_is_glued(&name)) &&
            !(form->turned && !t_form_shows_root(&name)))
            try_text(&tally, &text, t_view(&der));
    }
    check_tally(&tally, form->tells);
    t_buf_free(&der);
    t_buf_free(&text);
}

/* ---- types ---- */

/* Holds a name of a type to its OID, in a Name of two lines and of one. */
static void check_type(const char *name, const char *oid) {
    static const char *const before[] = {"", "CN=b\n", ""}, *const after[] = {"=a", "=a", " = a"};
    for (int i = 0; i < COUNT(before); i++) {
        char form[256];
        uint8_t der[256], expected[256];
        size_t len = 0, expected_len = 0;
        enum certmap_dialect dialect = i == 1 ? CERTMAP_DIALECT_MULTILINE : CERTMAP_DIALECT_OPENSSL;
        snprintf(form, sizeof form, "%s%s%s", before[i], name, after[i]);
        ck_assert_msg(certmap_name_from_dialect(der, sizeof der, &len, cm_view(form, strlen(form)), dialect, NULL) ==
                          CERTMAP_OK,
                      "%s is not read", form);
        snprintf(form, sizeof form, "%s%s%s", before[i], oid, after[i]);
        ck_assert_int_eq(certmap_name_from_dialect(expected, sizeof expected, &expected_len,
                                                   cm_view(form, strlen(form)), dialect, NULL),
                         CERTMAP_OK);
        ck_assert_msg(cm_view_equal(cm_view(der, len), cm_view(expected, expected_len)), "%s is not %s", name, oid);
    }
}

/* OpenSSL's own short and long names for attribute types mean what they mean to it. */
T_TEST(openssl_types) {
    static const char *const prefixes[] = {"2.5.4.", "0.9.2342.19200300.100.1.", "1.3.6.1.4.1.311.60.2.1.",
                                           "1.2.643.100.", "1.2.643.3.131.1."};
    int found = 0;
    for (int nid = 1; nid < OBJ_new_nid(0); nid++) {
        char oid[128] = "";
        const ASN1_OBJECT *object = OBJ_nid2obj(nid);
        OBJ_obj2txt(oid, sizeof oid, object, 1);
        for (int i = 0; object != NULL && i < COUNT(prefixes); i++)
            if (strncmp(oid, prefixes[i], strlen(prefixes[i])) == 0 && strlen(oid) < strlen(prefixes[i]) + 4) {
                check_type(OBJ_nid2sn(nid), oid);
                if (strchr(OBJ_nid2ln(nid), ' ') == NULL)
                    check_type(OBJ_nid2ln(nid), oid);
                found++;
            }
    }
    ck_assert_int_gt(found, 90);
}

/* What Windows prints in Russian. */
T_TEST(russian_types) {
    check_type("\u0418\u041D\u041D", "1.2.643.3.131.1.1");
    check_type("\u041E\u0413\u0420\u041D", "1.2.643.100.1");
    check_type("\u0421\u041D\u0418\u041B\u0421", "1.2.643.100.3");
    check_type("\u0418\u041D\u041D \u042E\u041B", "1.2.643.100.4");
    check_type("\u041E\u0413\u0420\u041D\u0418\u041F", "1.2.643.100.5");
}

int main(void) {
    names = t_left_out(T_SLOW) ? FEW_NAMES : NAMES;
    return T_RUN("name forms", T_CASE("forms", T_LOOP(openssl, COUNT(nameopts)), T_LOOP(others, (int)t_form_count),
                                      openssl_types, russian_types));
}
