/* SPDX-License-Identifier: MIT */
/* Addresses in order: what is said of a network is what looking at each of them says. */
#include "base/assert.h"
#include "match/addresses.h"
#include "match/leaf.h"
#include "rules.h"
#include "support/random.h"
#include "support/search.h"

enum { VALUES = 5000, OCTETS = 16, NETWORKS = 2000 };

/* A list of addresses of both kinds, and some that are neither or cannot be read. */
struct made {
    struct cm_list list;
    struct cm_value values[VALUES];
    uint8_t ders[VALUES][2 + OCTETS];
    uint32_t first;
};

/* Near each other, so that networks of any length have some. */
static void random_octets(uint8_t *octets, struct t_random *random) {
    for (size_t i = 0; i < OCTETS; i++)
        octets[i] = (uint8_t)(t_random_below(random, 3) == 0 ? t_random_below(random, 256) : 0xFD * (i % 2));
}

static void make(struct made *made, struct t_random *random, size_t count) {
    static const size_t lengths[] = {4, 4, 4, 16, 16, 5};
    made->list = (struct cm_list){.values = made->values, .count = count, .first = &made->first};
    for (size_t i = 0; i < count; i++) {
        const size_t length = lengths[t_random_below(random, COUNT(lengths))];
        cm_value_begin(&made->values[i]);
        random_octets(made->ders[i] + 2, random);
        made->values[i].der = cm_view(made->ders[i], 2 + length);
    }
    cm_list_chain(&made->list, 0);
}

static enum certmap_truth look(const struct made *made, const struct cm_operand *network) {
    enum certmap_truth truth = CERTMAP_FALSE;
    for (size_t i = 0; i < made->list.count; i++) {
        const struct cm_value *value = &made->values[i];
        if (value->unreadable != CERTMAP_CODE_NONE)
            truth = CERTMAP_UNKNOWN;
        else if (value->der.len == network->matched.len + 2 &&
                 cm_leaf_in_network(cm_view(value->der.data + 2, network->matched.len), network->matched,
                                    network->bits))
            return CERTMAP_TRUE;
    }
    return truth;
}

static bool sort(struct cm_addresses *addresses, const struct made *made) {
    size_t steps = 1000000;
    bool sorted = false;
    cm_addresses_begin(addresses);
    for (size_t i = 0; i <= CM_ADDRESSES_ASKED; i++) {
        ck_assert(!sorted);
        sorted = cm_addresses_sort(addresses, &made->list, 0, &steps);
    }
    return sorted;
}

static const size_t counts[] = {0, 1, 2, 3, 17, 600};

T_TEST(as_looking_at_each) {
    static struct cm_addresses addresses;
    static struct made made;
    struct t_random random = T_RANDOM_SEED(_i + 1);
    size_t truths[3] = {0};
    make(&made, &random, counts[_i / 2]);
    if (_i % 2 == 1 && made.list.count > 0)
        made.values[made.list.count / 2].unreadable = CERTMAP_CODE_VALUE_TYPE;
    ck_assert(sort(&addresses, &made));
    for (size_t i = 0; i < NETWORKS; i++) {
        uint8_t octets[OCTETS];
        const size_t length = i % 2 == 0 ? 4 : 16;
        size_t steps = 100;
        random_octets(octets, &random);
        if (i % 3 == 0 && made.list.count > 0)
            memcpy(octets, made.ders[t_random_below(&random, made.list.count)] + 2, length);
        const struct cm_operand network = {.matched = cm_view(octets, length),
                                           .bits = t_random_below(&random, 8 * length + 1)};
        const enum certmap_truth truth = cm_addresses_in(&addresses, &network, &steps);
        ck_assert_int_eq(truth, look(&made, &network));
        truths[truth]++;
    }
    ck_assert(counts[_i / 2] < 600 ||
              (truths[CERTMAP_TRUE] > 0 && truths[_i % 2 == 1 ? CERTMAP_UNKNOWN : CERTMAP_FALSE] > 0));
}

/* Of more than there is room for nothing is known, of another row neither, and without steps nothing at all. */
T_TEST(up_to_the_limit) {
    static struct cm_addresses addresses;
    static struct made made;
    const uint8_t octets[4] = {10, 0, 0, 0};
    const struct cm_operand network = {.matched = cm_view(octets, sizeof octets), .bits = 8};
    struct t_random random = T_RANDOM_SEED(1);
    size_t steps = 1000;
    make(&made, &random, CM_ADDRESS_WORDS + 1);
    for (size_t i = 0; i <= CM_ADDRESS_WORDS; i++)
        made.values[i].der.len = 2 + 4;
    ck_assert(!sort(&addresses, &made));
    made.list.count--;
    cm_list_chain(&made.list, 0);
    ck_assert(sort(&addresses, &made));
    ck_assert(!cm_addresses_sort(&addresses, &made.list, 1, &steps));
    ck_assert_int_eq(cm_addresses_in(&addresses, &network, &steps), look(&made, &network));
    steps = CM_STEPS_TO_HALVE - 1;
    ck_assert_int_eq(cm_addresses_in(&addresses, &network, &steps), CERTMAP_UNKNOWN);
    made.list.count = CM_ADDRESS_WORDS / 4;
    cm_list_chain(&made.list, 0);
    for (size_t i = 0; i < made.list.count; i++)
        made.values[i].der.len = 2 + 16;
    ck_assert(sort(&addresses, &made));
}

/* ---- in a match ---- */

enum { MAPPINGS = 150, SEEDS = 12 };

static void put_network(struct t_buf *text, struct t_random *random) {
    const size_t a = t_random_below(random, 4), b = t_random_below(random, 40);
    char network[64];
    switch (t_random_below(random, 4)) {
    case 0:
        snprintf(network, sizeof network, "10.%u.%u.0/24", (unsigned)(a & 3), (unsigned)(b & 63));
        break;
    case 1:
        snprintf(network, sizeof network, "10.%u.0.0/%u", (unsigned)(a & 3) * 4, (unsigned)(14 + (b & 1)));
        break;
    case 2:
        snprintf(network, sizeof network, "10.%u.%u.1", (unsigned)(a & 3), (unsigned)(b & 63));
        break;
    default:
        snprintf(network, sizeof network, "fd00:%x:%x00::/40", (unsigned)(a & 3), (unsigned)(b & 63));
    }
    t_put(text, "\"");
    t_put(text, network);
    t_put(text, "\"");
}

static void put_mapping(struct t_buf *text, struct t_random *random, size_t number) {
    t_put_line(text, "mapping \"m%\" { when issuer.CN present and not san.ip in (", number);
    for (size_t i = t_random_below(random, 12); i > 0; i--) {
        put_network(text, random);
        t_put(text, ", ");
    }
    put_network(text, random);
    t_put(text, t_random_chance(random, 50) ? ") and not subject.CN = \"c\"" : ")");
    t_put(text, "; allow \"u\"; }\n");
}

static void put_addresses(struct t_buf *text, struct t_random *random) {
    char address[96];
    const size_t count = t_random_below(random, 80), two = t_random_below(random, 4);
    t_put(text, "SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ 82{ \"x\" } ");
    for (size_t i = 0; i < count; i++) {
        snprintf(address, sizeof address,
                 i % 5 == 4 ? "87{ FD00 00%02X %02X00 00000000000000000001 } " : "87{ 0A %02X %02X 01 } ",
                 (unsigned)(two & 3), (unsigned)(t_random_below(random, 40) & 63));
        t_put(text, address);
    }
    t_put(text, "} } }");
}

T_TEST(in_matches) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct certmap_rules *rules = t_rules_each(_i % 2 == 0 ? "all" : "first", MAPPINGS, &random, put_mapping);
    for (size_t i = 0; i < 10; i++) {
        struct t_buf text = T_BUF_INIT, bytes = T_BUF_INIT;
        struct t_peer peer;
        t_peer_make(&peer, i % 2 == 0 ? "CN=c" : "CN=d", "CN=CA");
        put_addresses(&text, &random);
        t_der(&bytes, t_cstr(&text));
        struct t_buf extensions = T_BUF_INIT;
        t_put(&extensions, "SEQUENCE{ ");
        t_put(&extensions, t_cstr(&text));
        t_put(&extensions, " }");
        t_buf_free(&bytes);
        t_der(&bytes, t_cstr(&extensions));
        peer.cert.extensions = t_view(&bytes);
        ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
        ck_assert(t_search_agree(rules, peer.peer));
        t_peer_free(&peer);
        t_buf_free(&extensions);
        t_buf_free(&text);
        t_buf_free(&bytes);
    }
    certmap_rules_free(rules);
}

T_TESTS("addresses", T_CASE("addresses", T_LOOP(as_looking_at_each, 2 * COUNT(counts)), up_to_the_limit),
        T_CASE("matches", T_LOOP(in_matches, SEEDS)))
