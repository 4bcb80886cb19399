/* SPDX-License-Identifier: MIT */
/* Which bytes the pieces of probes have (index.h): no place of a value that has a key is passed over. */
#include "index/index.h"
#include "index/tuning.h"
#include "rules.h"
#include "support/search.h"

/* Pieces that begin again within themselves. */
static const char *const pieces[] = {"a", "ab", "aab", "abab", "aabaab", "abaababa", "aaaaaaab", "\xC3\xA4\xC3\xA4"};

enum { PIECES = sizeof pieces / sizeof *pieces, MOST_BEFORE = 14, MOST_AFTER = 6, FILLINGS = 3 };

static struct certmap_rules *rules_with(const char *piece) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when subject.CN like \"*");
    t_put(&text, piece);
    t_put(&text, "*\"; allow \"a\"; }");
    struct certmap_rules *rules = t_rules_of(&text);
    ck_assert(t_index_make(rules));
    return rules;
}

/* Bytes of the piece again and again, from one of its first ones on; or of another letter. */
static void put_filling(struct t_buf *value, const char *piece, size_t count, size_t filling) {
    const size_t letters = (unsigned char)piece[0] < 0x80 ? strlen(piece) : 1;
    for (size_t i = 0; i < count; i++)
        t_bytes(value, filling == 0 || letters == 1 ? "b" : &piece[(i + filling) % letters], 1);
}

static void check(const struct certmap_rules *rules, const char *piece, const char *subject) {
    struct t_peer peer;
    t_peer_make_whole(&peer, subject, "CN=CA");
    ck_assert_msg(t_search_agree(rules, peer.peer), "%s in %s", piece, subject);
    const bool has = strstr(subject, piece) != NULL;
    ck_assert_msg((t_match(rules, peer.peer).decision == CERTMAP_ALLOW) == has, "%s in %s", piece, subject);
    t_peer_free(&peer);
}

/* Wherever it is: at the beginning and the end, and across places that are looked at together. */
T_TEST(wherever_it_is) {
    const char *piece = pieces[_i];
    struct certmap_rules *rules = rules_with(piece);
    for (size_t i = 0; i < MOST_BEFORE * MOST_AFTER * FILLINGS * 2; i++) {
        struct t_buf subject = T_BUF_INIT;
        const size_t filling = i / 2 % FILLINGS, rest = i / 2 / FILLINGS;
        t_put(&subject, "CN=");
        put_filling(&subject, piece, rest / MOST_AFTER, filling);
        t_bytes(&subject, piece, strlen(piece) - i % 2); /* or one byte is missing */
        if ((unsigned char)piece[0] >= 0x80 && i % 2 == 1)
            t_bytes(&subject, &piece[1], 1); /* which no letter can do without */
        put_filling(&subject, piece, rest % MOST_AFTER, filling);
        if (subject.len > strlen("CN="))
            check(rules, piece, t_cstr(&subject));
        t_buf_free(&subject);
    }
    certmap_rules_free(rules);
}

/* ---- many probes ---- */

static const char *const attributes[] = {"CN", "O", "OU", "L", "S", "T", "UID", "C"};
static const char *const literals[] = {"x", "xy", "xyz", "xyzx", "xyzxyx", "xyzxyxzz"};

enum { ATTRIBUTES = sizeof attributes / sizeof *attributes, LITERALS = sizeof literals / sizeof *literals };
enum { PROBES = 2 * ATTRIBUTES * LITERALS };

_Static_assert((int)PROBES > CM_MAX_GRAM_TABLES, "more probes than there are tables");

/* Each has an attribute, a length and a way to compare that no other has. */
static void put_mapping(struct t_buf *text, struct t_random *random, size_t i) {
    (void)random;
    t_put_line(text, "mapping \"m%\" { when subject.", i);
    t_put(text, attributes[i % ATTRIBUTES]);
    t_put(text, i / ATTRIBUTES / LITERALS == 0 ? " like \"*" : " like nocase \"*");
    t_put(text, literals[i / ATTRIBUTES % LITERALS]);
    t_put_line(text, "*\"; allow \"a%\"; }\n", i);
}

/* Tables that have bytes of several probes let more through, and nothing is lost. */
T_TEST(more_probes_than_tables) {
    struct certmap_rules *rules = t_rules_each("first", PROBES, NULL, put_mapping);
    uint8_t last = 0;
    ck_assert_uint_eq(rules->index->nodes[0].probe_count, PROBES);
    for (size_t i = 0; i < PROBES; i++)
        last = rules->index->probes[i].grams > last ? rules->index->probes[i].grams : last;
    ck_assert_uint_eq(last, CM_MAX_GRAM_TABLES - 1);
    for (size_t i = 0; i < PROBES; i++) {
        struct t_buf subject = T_BUF_INIT;
        struct t_peer peer;
        t_put(&subject, attributes[i % ATTRIBUTES]);
        t_put(&subject, i % 2 == 0 ? "=y" : "=zz");
        t_put(&subject, literals[i / ATTRIBUTES % LITERALS]);
        t_peer_make_whole(&peer, t_cstr(&subject), "CN=CA");
        ck_assert_msg(t_search_agree(rules, peer.peer), "%s", t_cstr(&subject));
        ck_assert_int_eq(t_match(rules, peer.peer).decision, CERTMAP_ALLOW);
        t_peer_free(&peer);
        t_buf_free(&subject);
    }
    certmap_rules_free(rules);
}

T_TESTS("grams", T_CASE("places", T_LOOP(wherever_it_is, PIECES)), T_CASE("tables", more_probes_than_tables))
