/* SPDX-License-Identifier: MIT */
/* What was signed makes a certificate the one that it is: whoever has it can change what is around that, and is the
 * same client all the same. */
#include "base/view.h"
#include "field/peer.h"
#include "field/tbs.h"
#include "rules.h"
#include "support/sha.h"

/* The signed part of a certificate, and what may be around it: t_der, after the TBSCertificate. The first is what the
 * issuer made. */
static const struct form {
    const char *what, *after;
} forms[] = {
    {"as it was made", "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{ 00 SEQUENCE{ INTEGER{01} INTEGER{02} } }"},
    {"another s", "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{ 00 SEQUENCE{ INTEGER{01} INTEGER{7F 01} } }"},
    {"a padded r", "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{ 00 SEQUENCE{ INTEGER{00 01} INTEGER{02} } }"},
    {"a length in BER", "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{ 00 SEQUENCE+{ INTEGER{01} INTEGER{02} } }"},
    {"something after s",
     "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{ 00 SEQUENCE{ INTEGER{01} INTEGER{02} NULL{} } }"},
    {"something after the signature",
     "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{ 00 SEQUENCE{ INTEGER{01} INTEGER{02} } 00 }"},
    {"unused bits", "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{ 01 SEQUENCE{ INTEGER{01} INTEGER{02} } }"},
    {"parameters of the algorithm",
     "SEQUENCE{ OID{1.2.840.10045.4.3.2} NULL{} } BITSTRING{ 00 SEQUENCE{ INTEGER{01} INTEGER{02} } }"},
    {"another algorithm", "SEQUENCE{ OID{1.2.840.10045.4.3.4} } BITSTRING{ 00 SEQUENCE{ INTEGER{01} INTEGER{02} } }"},
    {"a signature of 2,000 bytes", "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{ 00 2000*41 }"},
    {"no signature", "SEQUENCE{ OID{1.2.840.10045.4.3.2} } BITSTRING{}"},
};

/* The TBSCertificate of a subject, and a certificate around it. */
static void make(struct t_buf *out, const char *subject, const char *after) {
    struct t_buf whole = T_BUF_INIT;
    struct certmap_view tbs;
    t_cert_names(&whole, subject, "CN=CA");
    ck_assert(cm_tbs_find(&tbs, t_view(&whole)));
    const size_t mark = t_begin(out);
    t_bytes(out, tbs.data, tbs.len);
    t_der(out, after);
    t_end(out, mark, 0x30, 0);
    t_buf_free(&whole);
}

/* ---- finding it ---- */

T_TEST(it_is_found) {
    struct t_buf whole = T_BUF_INIT, cut = T_BUF_INIT;
    struct certmap_view tbs, again;
    make(&whole, "CN=Mallory", forms[_i].after);
    ck_assert_msg(cm_tbs_find(&tbs, t_view(&whole)), "%s", forms[_i].what);
    again = cm_tbs_in(t_view(&whole));
    ck_assert(tbs.data == again.data && tbs.len == again.len);
    for (size_t len = 0; len < whole.len; len++) {
        t_buf_clear(&cut);
        t_bytes(&cut, whole.data, len);
        ck_assert(!cm_tbs_find(&again, t_view(&cut)));
        (void)cm_tbs_in(t_view(&cut)); /* reads nothing beyond */
    }
    t_buf_free(&whole);
    t_buf_free(&cut);
}

/* ---- comparing ---- */

enum supply { WHOLE, WALKED, KEPT, TBS_ALONE, SUPPLIES };

/* Sets a peer to a certificate, of which some pieces are supplied. */
static void set_peer(struct t_peer *peer, struct certmap_view whole, enum supply supply, unsigned needs) {
    struct certmap_cert walked = CERTMAP_CERT_INIT;
    ck_assert_int_eq(certmap_cert_from_der(&walked, whole, NULL), CERTMAP_OK);
    peer->cert = (struct certmap_cert)CERTMAP_CERT_INIT;
    peer->cert.subject = t_view(&peer->subject);
    peer->cert.issuer = t_view(&peer->issuer);
    peer->cert.certificate = supply == TBS_ALONE ? CM_VIEW_NONE : whole;
    peer->cert.tbs = supply == TBS_ALONE ? walked.tbs : CM_VIEW_NONE;
    if (supply == WALKED || supply == KEPT)
        peer->cert = walked;
    peer->cert.hash = t_sha;
    if (supply == KEPT)
        certmap_cert_restrict(&peer->cert, needs);
    ck_assert_int_eq(certmap_peer_set(peer->peer, &peer->cert, NULL), CERTMAP_OK);
}

/* A one-to-one mapping of Mallory's certificate that refuses, before one that lets everybody in; and more, so that there
 * is an index. */
static struct certmap_rules *make_rules(struct certmap_view certificate, size_t others) {
    struct certmap_builder *builder = t_builder();
    t_add_mapping(builder, CERTMAP_KIND_MANY_TO_ONE, "all", "guest", NULL);
    certmap_builder_always(builder, NULL);
    for (size_t i = 0; i < others; i++) {
        char name[40];
        struct t_buf other = T_BUF_INIT;
        snprintf(name, sizeof name, "CN=other%zu", i);
        make(&other, name, forms[0].after);
        t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "", "other", NULL);
        t_add_certificate(builder, t_view(&other), NULL);
        t_buf_free(&other);
    }
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "", NULL, NULL);
    t_add_certificate(builder, certificate, NULL);
    return t_finish(builder);
}

/* Whichever form is in the rules, and whichever is sent. */
T_TEST(an_altered_certificate_is_the_same) {
    const size_t count = COUNT(forms);
    struct t_buf in_rules = T_BUF_INIT, sent = T_BUF_INIT, other = T_BUF_INIT;
    struct t_peer peer;
    make(&in_rules, "CN=Mallory", forms[_i].after);
    make(&other, "CN=Mallory2", forms[_i].after);
    t_peer_make(&peer, "CN=Mallory", "CN=CA");
    for (size_t others = 0; others <= 40; others += 40) {
        struct certmap_rules *rules = make_rules(t_view(&in_rules), others);
        for (size_t i = 0; i < count * SUPPLIES; i++) {
            t_buf_clear(&sent);
            make(&sent, "CN=Mallory", forms[i / SUPPLIES].after);
            set_peer(&peer, t_view(&sent), (enum supply)(i % SUPPLIES), certmap_rules_needs(rules));
            ck_assert_msg(t_match(rules, peer.peer).decision == CERTMAP_DENY, "%s as %s, %zu others", forms[_i].what,
                          forms[i / SUPPLIES].what, others);
            set_peer(&peer, t_view(&other), (enum supply)(i % SUPPLIES), certmap_rules_needs(rules));
            ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_ALLOW);
        }
        certmap_rules_free(rules);
    }
    t_peer_free(&peer);
    t_buf_free(&in_rules);
    t_buf_free(&sent);
    t_buf_free(&other);
}

/* Bytes that are no certificate equal no part of one: neither on this side nor on the other. */
T_TEST(what_was_signed_alone_is_no_certificate) {
    struct t_buf whole = T_BUF_INIT;
    struct t_peer peer;
    make(&whole, "CN=Mallory", forms[0].after);
    const struct certmap_view tbs = cm_tbs_in(t_view(&whole));
    t_peer_make(&peer, "CN=Mallory", "CN=CA");
    struct certmap_rules *rules = make_rules(tbs, (size_t)_i);
    set_peer(&peer, t_view(&whole), WALKED, 0);
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_ALLOW);
    peer.cert = (struct certmap_cert)CERTMAP_CERT_INIT;
    peer.cert.subject = t_view(&peer.subject);
    peer.cert.issuer = t_view(&peer.issuer);
    peer.cert.certificate = tbs;
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_DENY);
    certmap_rules_free(rules);
    rules = make_rules(t_view(&whole), (size_t)_i);
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_ALLOW);
    certmap_rules_free(rules);
    t_peer_free(&peer);
    t_buf_free(&whole);
}

/* ---- digests ---- */

/* Which refusals hold when the signature was changed. */
static const struct {
    const char *field;
    enum certmap_decision decision;
} refusals[] = {
    {"sha256", CERTMAP_ALLOW},     {"sha1", CERTMAP_ALLOW},  {"tbs.sha256", CERTMAP_DENY},
    {"spki.sha256", CERTMAP_DENY}, {"serial", CERTMAP_DENY},
};

T_TEST(refusals_that_hold) {
    struct t_buf made = T_BUF_INIT, altered = T_BUF_INIT, text = T_BUF_INIT;
    struct certmap_value value = CERTMAP_VALUE_INIT;
    struct t_peer peer;
    enum certmap_field field = CERTMAP_FIELD_SUBJECT;
    for (; strcmp(certmap_field_name(field), refusals[_i].field) != 0; field = (enum certmap_field)(field + 1))
        ;
    make(&made, "CN=Mallory", forms[0].after);
    make(&altered, "CN=Mallory", forms[1].after);
    t_peer_make(&peer, "CN=Mallory", "CN=CA");
    set_peer(&peer, t_view(&made), WALKED, 0);
    ck_assert_int_eq(certmap_peer_value(peer.peer, &value, field, 0, NULL), CERTMAP_OK);
    t_put(&text, "certmap 1; mapping \"no\" { when ");
    t_put(&text, refusals[_i].field);
    t_put(&text, field == CERTMAP_FIELD_SERIAL ? " = \"0x" : " = \"");
    t_bytes(&text, value.text.data, value.text.len);
    t_put(&text, "\"; deny; } mapping \"all\" { when always; allow \"guest\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_DENY);
    set_peer(&peer, t_view(&altered), WALKED, 0);
    ck_assert_int_eq(t_match(rules, peer.peer).decision, refusals[_i].decision);
    certmap_rules_free(rules);
    t_peer_free(&peer);
    t_buf_free(&made);
    t_buf_free(&altered);
    t_buf_free(&text);
}

/* ---- printing ---- */

static struct certmap_rules *print_and_load(const struct certmap_rules *rules, certmap_hash_fn *hash,
                                            const char *holds) {
    size_t len;
    ck_assert_int_eq(certmap_rules_print(NULL, 0, &len, rules, hash, NULL, NULL), CERTMAP_ERROR_BUFFER);
    char *text = malloc(len + 1);
    ck_assert_int_eq(certmap_rules_print(text, len + 1, &len, rules, hash, NULL, NULL), CERTMAP_OK);
    ck_assert_msg(strstr(text, holds) != NULL, "%s", text);
    struct certmap_rules *loaded = t_rules(text);
    free(text);
    return loaded;
}

/* A mapping of these operands gives the same answers when it was printed and loaded. */
static void check_printed(const struct certmap_view *operands, size_t count, certmap_hash_fn *hash, const char *holds) {
    struct certmap_builder *builder = t_builder();
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct t_buf sent = T_BUF_INIT;
    struct t_peer peer;
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = operands;
    condition.operand_count = count;
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "", "one", NULL);
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    struct certmap_rules *loaded = print_and_load(rules, hash, holds);
    t_peer_make(&peer, "CN=Mallory", "CN=CA");
    for (size_t i = 0; i < 2 * COUNT(forms); i++) {
        t_buf_clear(&sent);
        make(&sent, i % 2 == 0 ? "CN=Mallory" : "CN=Nobody", forms[i / 2].after);
        set_peer(&peer, t_view(&sent), WALKED, 0);
        ck_assert_int_eq(t_match(rules, peer.peer).decision, i % 2 == 0 ? CERTMAP_ALLOW : CERTMAP_NONE);
        ck_assert_int_eq(t_match(loaded, peer.peer).decision, t_match(rules, peer.peer).decision);
    }
    certmap_rules_free(rules);
    certmap_rules_free(loaded);
    t_peer_free(&peer);
    t_buf_free(&sent);
}

T_TEST(one_to_one_mappings_print) {
    struct t_buf one = T_BUF_INIT, two = T_BUF_INIT;
    make(&one, "CN=Mallory", forms[0].after);
    make(&two, "CN=Bob", forms[1].after);
    const struct certmap_view operands[] = {t_view(&one), t_view(&two), CM_VIEW("\x30")};
    check_printed(operands, 1, t_sha, "when tbs.sha256 = \"");
    check_printed(operands, 1, NULL, "when certificate = \"30");
    check_printed(operands, 2, t_sha, "when tbs.sha256 in (");
    check_printed(operands, 3, t_sha, "when certificate in ("); /* of which one is none */
    t_buf_free(&one);
    t_buf_free(&two);
}

/* Bytes that are no certificate have the digest of all of them. */
T_TEST(useless_mappings_print) {
    struct certmap_rules *rules = make_rules(CM_VIEW("\x30"), 0);
    struct certmap_rules *loaded = print_and_load(rules, t_sha, "when sha256 = \"");
    certmap_rules_free(loaded);
    certmap_rules_free(rules);
}

T_TESTS("tbs",
        T_CASE("parts", T_LOOP(it_is_found, COUNT(forms)), T_LOOP(an_altered_certificate_is_the_same, COUNT(forms)),
               T_LOOP(what_was_signed_alone_is_no_certificate, 20), T_LOOP(refusals_that_hold, COUNT(refusals)),
               one_to_one_mappings_print, useless_mappings_print))
