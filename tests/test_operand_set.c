/* SPDX-License-Identifier: MIT */
/* Conditions of many operands: by the set of them, and one by one, they give the same. */
#include "base/steps.h"
#include "match/eval.h"
#include "match/operand_lookup.h"
#include "rules.h"
#include "support/search.h"

/* ---- conditions ---- */

enum { FEW = CM_MIN_OPERAND_SET - 1, MANY = 300, MOST = 60000, LISTS = 200, LONG_OPERAND = 600 };
static const size_t counts[] = {FEW, CM_MIN_OPERAND_SET, MANY};

/* `list` is before the operands, each of which is `operand` with its number; `last` comes after them. */
static const struct {
    const char *list, *operand, *last;
    const char *subject, *answer;
} rows[] = {
    {"subject.OU in", "Unit %", "x", "OU=Unit 0", "deny m"},
    {"subject.OU in", "Unit %", "x", "OU=x", "deny m"},
    {"subject.OU in", "Unit %", "x", "OU=unit 0", "none no-match"},
    {"subject.OU in", "Unit %", "x", "OU=Unit 9999", "none no-match"},
    {"subject.OU in", "Unit %", "", "OU=a | OU=Unit 3", "deny m"},
    {"subject.OU in", "Unit %", "x", "CN=x", "none no-match"},
    {"subject.OU in", "Unit %", "x", "octet OU=x", "deny m unreadable"},
    {"subject.OU in", "Unit %", "x", "octet OU=x | OU=x", "deny m"},
    {"subject.OU in nocase", "Unit %", "x", "OU=uNIT 0", "deny m"},
    {"subject.OU in nocase", "Unit %", "STRASSE", "OU=Strasse", "deny m"},
    {"not subject.OU in", "Unit %", "x", "OU=Unit 2", "none no-match"},
    {"not subject.OU in", "Unit %", "x", "OU=Unit 9999", "deny m"},
    {"not subject.OU in", "Unit %", "x", "octet OU=x", "deny m unreadable"},
    {"every subject.OU in", "Unit %", "x", "OU=Unit 2 | OU=x", "deny m"},
    {"every subject.OU in", "Unit %", "x", "OU=Unit 2 | OU=y", "none no-match"},
    {"only subject.OU in", "Unit %", "x", "OU=Unit 2 | OU=x", "none no-match"},
    {"last subject.OU in", "Unit %", "x", "OU=y | OU=x", "deny m"},
    {"first subject.OU in", "Unit %", "x", "OU=y | OU=x", "none no-match"},
    {"subject.1.2.3.4 in", "Unit %", "x", "1.2.3.4=Unit 1", "deny m"},
    {"subject.1.2.3.4 in", "Unit %", "x", "1.2.3.5=Unit 1", "none no-match"},
    {"subject in", "CN=Unit %,O=Contoso", "O=x", "O=contoso | CN=unit  2", "deny m"},
    {"subject in", "CN=Unit %,O=Contoso", "O=x", "CN=Unit 2 | O=Contoso", "none no-match"},
    {"subject in", "CN=Unit %,O=Contoso", "O=x", "O=Contoso", "none no-match"},
    {"subject in", "CN=Unit %,O=Contoso", "O=x", "O=x", "deny m"},
    {"subject in exact", "CN=Unit %,O=Contoso", "O=x", "O=contoso | CN=Unit 2", "none no-match"},
    {"subject in exact", "CN=Unit %,O=Contoso", "O=contoso,CN=Unit 2", "CN=Unit 2 | O=contoso", "deny m"},
    {"subject in", "CN=Unit %,O=Contoso", "O=x", "octet O=x", "deny m unreadable"},
    {"subject in", "CN=Unit %,O=Contoso", "O=#0403616263", "O=x", "deny m unreadable"},
    {"subject in", "CN=Unit %,O=Contoso", "O=#0403616263", "O=Contoso | CN=Unit 1", "deny m"},
    {"subject in", "CN=Unit %,O=Contoso", "O=x", "", "none no-match"},
    {"not subject in", "CN=Unit %,O=Contoso", "O=x", "O=Contoso | CN=Unit 5", "none no-match"},
    {"san.ip in", "10.0.0.%", "192.0.2.0/24", "ip 0A000003", "deny m"},
    {"san.ip in", "10.0.0.%", "192.0.2.0/24", "ip C00002FF", "deny m"},
    {"san.ip in", "10.0.0.%", "192.0.2.0/24", "ip C0000300", "none no-match"},
    {"san.ip in", "10.0.0.%", "0.0.0.0/0", "ip C0000300", "deny m"},
    {"san.ip in", "10.0.0.%", "0.0.0.0/0", "ip 00000000000000000000000000000000", "none no-match"},
    {"san.ip in", "10.0.0.%", "::/0", "ip 20010DB8000000000000000000000001", "deny m"},
    {"san.ip in", "2001:db8::%", "10.128.0.0/9", "ip 20010DB8000000000000000000000001", "deny m"},
    {"san.ip in", "2001:db8::%", "10.128.0.0/9", "ip 20010DB8000000000000000000009999", "none no-match"},
    {"san.ip in", "2001:db8::%", "10.128.0.0/9", "ip 0AFFFFFF", "deny m"},
    {"not san.ip in", "2001:db8::%", "10.128.0.0/9", "ip 0A7FFFFF", "deny m"},
    {"every san.ip in", "10.0.0.%", "192.0.2.0/24", "ip 0A000003 C0000200", "deny m"},
    {"every san.ip in", "10.0.0.%", "192.0.2.0/24", "ip 0A000003 C0000300", "none no-match"},
};

static struct certmap_rules *rules_of(const char *list, const char *operand, const char *last, size_t count) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, list);
    t_put(&text, " (");
    for (size_t i = 0; i + 1 < count; i++) {
        t_put(&text, "\"");
        t_put_line(&text, operand, strstr(list, "san.ip") != NULL ? i % 250 : i);
        t_put(&text, "\", ");
    }
    t_put(&text, "\"");
    t_put(&text, last);
    t_put(&text, "\"); deny; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

/* "ip 0A000001 0A000002" is a SAN of such addresses, anything else a subject. */
static void make_peer(struct t_peer *peer, struct t_buf *san, const char *spec) {
    const bool addresses = strncmp(spec, "ip ", 3) == 0;
    struct t_buf text = T_BUF_INIT;
    t_peer_make(peer, addresses ? "CN=x" : spec, "CN=CA");
    if (!addresses)
        return;
    t_put(&text, "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ ");
    for (const char *at = spec + 2; *at != 0; at++) {
        if (*at == ' ')
            t_put(&text, at == spec + 2 ? "87{ " : "} 87{ ");
        else
            t_bytes(&text, at, 1);
    }
    t_put(&text, " } } } } }");
    t_der(san, t_cstr(&text));
    peer->cert.extensions = t_view(san);
    ck_assert_int_eq(certmap_peer_set(peer->peer, &peer->cert, NULL), CERTMAP_OK);
    t_buf_free(&text);
}

T_TEST(many_operands) {
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct certmap_rules *rules = rules_of(rows[_i].list, rows[_i].operand, rows[_i].last, counts[i]);
        struct t_buf san = T_BUF_INIT;
        struct t_peer peer;
        make_peer(&peer, &san, rows[_i].subject);
        for (size_t indexed = 0; indexed < 2; indexed++) {
            char answer[64];
            const struct certmap_result result = t_match(rules, peer.peer);
            t_answer(answer, sizeof answer, &result);
            ck_assert_msg(strcmp(answer, rows[_i].answer) == 0, "%zu operands: %s", counts[i], answer);
            ck_assert_msg(t_search_agree(rules, peer.peer), "%zu operands", counts[i]);
            ck_assert(t_index_make(rules));
        }
        t_peer_free(&peer);
        t_buf_free(&san);
        certmap_rules_free(rules);
    }
}

/* ---- certificates ---- */

/* The last one of many is what a certificate is compared with, with another signature around the same TBSCertificate, or
 * it is bytes that are none. */
static void check_certificates(size_t count, size_t own, const char *wanted) {
    struct t_peer peer;
    struct certmap_builder *builder = t_builder();
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    static uint8_t other[MANY][4];
    static struct certmap_view operands[MANY];
    char answer[64];
    t_peer_make_whole(&peer, "CN=x", "CN=CA");
    for (size_t i = 0; i < count; i++) {
        const uint8_t bytes[] = {0x30, 0x02, (uint8_t)(i / 128), (uint8_t)(i % 128)};
        memcpy(other[i], bytes, sizeof bytes);
        operands[i] = (struct certmap_view){other[i], sizeof other[i]};
    }
    if (own < count)
        operands[own] = peer.cert.certificate;
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = operands;
    condition.operand_count = count;
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "m", NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    const struct certmap_result result = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &result);
    ck_assert_msg(strcmp(answer, wanted) == 0, "%zu certificates: %s", count, answer);
    ck_assert(t_search_agree(rules, peer.peer));
    certmap_rules_free(rules);
    t_peer_free(&peer);
}

T_TEST(certificates) {
    for (size_t i = 0; i < COUNT(counts); i++) {
        check_certificates(counts[i], 0, "deny m");
        check_certificates(counts[i], counts[i] - 1, "deny m");
        check_certificates(counts[i], counts[i], "none no-match");
    }
}

/* ---- networks of every length ---- */

T_TEST(networks_of_every_length) {
    for (size_t octets = 4; octets <= CM_MAX_ADDRESS; octets += CM_MAX_ADDRESS - 4) {
        uint8_t one[CM_MAX_ADDRESS], other[CM_MAX_ADDRESS];
        memset(one, 0xA5, sizeof one);
        for (size_t bits = 0; bits <= 8 * octets; bits++)
            for (size_t bit = 0; bit < 8 * octets; bit++) {
                memcpy(other, one, sizeof other);
                other[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
                const bool same = cm_operand_hash_network(1, (struct certmap_view){one, octets}, bits) ==
                                  cm_operand_hash_network(1, (struct certmap_view){other, octets}, bits);
                ck_assert_msg(same == (bit >= bits), "%zu bits, bit %zu", bits, bit);
            }
    }
    ck_assert_uint_eq(cm_network_length(4, 32) + 1, cm_network_length(CM_MAX_ADDRESS, 0));
    ck_assert_uint_eq(cm_network_length(CM_MAX_ADDRESS, 128) + 1, CM_NETWORK_LENGTHS);
}

/* ---- work ---- */

/* However many operands there are, and whether the value is one of them or not. */
T_TEST(as_much_work_as_with_few) {
    struct t_peer peer;
    size_t taken[2][2];
    for (size_t hit = 0; hit < 2; hit++) {
        t_peer_make(&peer, hit ? "OU=Unit 5" : "OU=none", "CN=CA");
        for (size_t i = 0; i < 2; i++) {
            struct certmap_rules *rules = rules_of("subject.OU in", "Unit %", "x", i == 0 ? 10 : MOST);
            taken[hit][i] = t_search_steps(rules, peer.peer, false);
            ck_assert_int_eq(t_match(rules, peer.peer).decision, hit ? CERTMAP_DENY : CERTMAP_NONE);
            certmap_rules_free(rules);
        }
        ck_assert_uint_le(taken[hit][0], 20);
        ck_assert_uint_le(taken[hit][1], 40);
        t_peer_free(&peer);
    }
}

/* A value that is looked for where the steps run out is unknown, never false. */
T_TEST(steps_run_out) {
    struct t_peer peer;
    struct certmap_rules *rules = rules_of("subject.OU in", "Unit %", "x", MANY);
    t_peer_make(&peer, "OU=none", "CN=CA");
    const size_t needed = t_search_steps(rules, peer.peer, false);
    ck_assert_uint_gt(needed, 1);
    for (size_t steps = 1; steps <= needed; steps++) {
        rules->steps = steps;
        ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_UNREADABLE);
    }
    rules->steps = needed + 1;
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_NO_MATCH);
    certmap_rules_free(rules);
    t_peer_free(&peer);
}

/* Mappings with lists that no other has; one of them has a long text, of which there are several kinds. */
static void put_list(struct t_buf *text, struct t_random *random, size_t i) {
    (void)random;
    t_put_line(text, "mapping \"m%\" { when not subject.OU in ", i);
    t_put(text, i % 2 == 0 ? "(\"a\"" : "nocase (\"a\"");
    for (size_t k = 0; k < CM_MIN_OPERAND_SET; k++)
        t_put_line(text, ", \"Unit %\"", i * CM_MIN_OPERAND_SET + k);
    t_put(text, ", \"");
    for (size_t k = 0; k < LONG_OPERAND; k++)
        t_put(text, i % 7 == 0 ? "x" : i % 7 == 1 ? "X" : "y");
    t_put(text, "\"); allow \"u\"; }\n");
}

/* A long value is hashed once for all lists, and still is that value: another one, or the same in capitals, is not. */
T_TEST(long_values) {
    struct certmap_rules *rules = t_rules_each("all", LISTS, NULL, put_list);
    static const char *const subjects[] = {"OU=\\{x*600} | OU=\\{Z*600}", "OU=\\{X*600}", "OU=\\{x*599}z",
                                           "OU=\\{y*601} | OU=\\{y*600}"};
    for (size_t i = 0; i < COUNT(subjects); i++) {
        struct t_peer peer;
        t_peer_make(&peer, subjects[i], "CN=CA");
        ck_assert_msg(t_search_agree(rules, peer.peer), "%s", subjects[i]);
        t_peer_free(&peer);
    }
    certmap_rules_free(rules);
}

/* Of thousands of lists all but the first take a few steps. */
T_TEST(long_values_are_hashed_once) {
    struct certmap_rules *rules = t_rules_each("all", LISTS, NULL, put_list);
    struct t_peer peer;
    t_peer_make(&peer, "OU=\\{z*16000}", "CN=CA");
    ck_assert_uint_lt(t_search_steps(rules, peer.peer, false), 2 * 16000 / CM_BYTES_A_STEP + 20 * LISTS);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- the set itself ---- */

/* At each offset from an even address the same bytes are written, and every operand is found. */
T_TEST(where_nothing_is_aligned) {
    static uint8_t bytes[64 * 1024];
    struct certmap_rules *rules = rules_of("subject.OU in", "Unit %", "x", MANY);
    const struct cm_condition stored = cm_condition_at(rules, cm_mapping_at(rules, 0)->nodes[1].value);
    struct cm_condition copy = stored;
    copy.set = NULL;
    const size_t size = (size_t)cm_operand_set_size(&copy);
    ck_assert_uint_eq(cm_operand_set_slots(&stored), CM_SLOTS_AN_OPERAND * MANY);
    for (size_t offset = 0; offset < 8; offset++) {
        struct cm_operands operands = cm_operands_of(&stored);
        struct cm_operand operand;
        copy.set = NULL;
        cm_operand_set_write(bytes + offset, &copy);
        copy.set = bytes + offset;
        ck_assert_int_eq(memcmp(copy.set, stored.set, size), 0);
        while (cm_operands_next(&operands, &operand)) {
            const struct cm_value value = {.text = {operand.matched, operand.matched}};
            struct cm_hashed hashed = {.text = {NULL, 0}};
            size_t steps = 100;
            ck_assert(cm_operand_set_knows(&copy, &value, &steps));
            ck_assert_int_eq(cm_operand_set_has(&copy, &value, &hashed, &steps), CERTMAP_TRUE);
        }
    }
    certmap_rules_free(rules);
}

T_TEST(few_operands_have_none) {
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct certmap_rules *rules = rules_of("subject.OU in", "Unit %", "x", counts[i]);
        const struct cm_condition condition = cm_condition_at(rules, cm_mapping_at(rules, 0)->nodes[1].value);
        ck_assert((condition.set == NULL) == (counts[i] < CM_MIN_OPERAND_SET));
        certmap_rules_free(rules);
    }
}

T_TESTS("operand set", T_CASE("conditions", T_LOOP(many_operands, COUNT(rows)), certificates),
        T_CASE("work", as_much_work_as_with_few, steps_run_out, long_values, long_values_are_hashed_once),
        T_CASE("set", networks_of_every_length, where_nothing_is_aligned, few_operands_have_none))
