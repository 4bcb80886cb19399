/* SPDX-License-Identifier: MIT */
/* The search through the index against the plain one, which is the definition: at random, and by hand for every way
 * in which mappings are filed. */
#include "base/alloc.h"
#include "base/hash.h"
#include "base/id_table.h"
#include "base/intern.h"
#include "field/compare.h"
#include "field/peer.h"
#include "index/key.h"
#include "index/state.h"
#include "match/search.h"
#include "rules.h"
#include "support/alloc.h"
#include "support/draft.h"
#include "support/random.h"
#include "support/search.h"

enum { SETS_A_TEST = 60, CERTS_A_SET = 12, FEW_RANDOM_TESTS = 10, RANDOM_TESTS = 150 };

/* ---- at random ---- */

static void set_peer(struct certmap_peer *peer, const struct certmap_cert *cert) {
    struct certmap_diagnostic error = {.text = ""};
    ck_assert_msg(certmap_peer_set(peer, cert, &error) == CERTMAP_OK, "%s", error.text);
}

T_TEST(random_rules) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct t_random_cert made = T_RANDOM_CERT_INIT;
    struct certmap_peer *peer = t_peer_new();
    size_t decisions[3] = {0, 0, 0};
    for (size_t set = 0; set < SETS_A_TEST; set++) {
        struct t_buf text = T_BUF_INIT;
        struct t_world world;
        t_world_make(&world, &random);
        t_world_rules(&text, &world);
        struct certmap_rules *rules = t_rules(t_cstr(&text));
        ck_assert(t_index_make(rules));
        for (size_t i = 0; i < CERTS_A_SET; i++) {
            t_world_cert(&made, &world);
            set_peer(peer, &made.cert);
            ck_assert_msg(t_search_agree(rules, peer), "set %zu, certificate %zu", set, i);
            if (i % 4 == 0)
                ck_assert_msg(t_search_forgets(rules, peer, &made.cert), "set %zu, certificate %zu", set, i);
            decisions[t_match(rules, peer).decision]++;
        }
        certmap_rules_free(rules);
        t_buf_free(&text);
    }
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_ge(decisions[i], SETS_A_TEST * CERTS_A_SET / 20);
    certmap_peer_free(peer);
    t_random_cert_free(&made);
}

/* ---- by hand: how one mapping is filed ---- */

/* What an index looks up in its root, what it finds, and how many mappings have no key:
 * "nfc prefix 3: 1 mapping", "folded exact: 2 mappings", "rest 1". */
static void tell_index(struct t_buf *text, const struct cm_index *index) {
    static const char *const texts[] = {"nfc", "folded", "octets", "name", "bytes"};
    static const char *const shapes[] = {"exact", "prefix", "suffix", "gram"};
    static const char *const kinds[] = {"mappings", "lists", "nodes"};
    const struct cm_index_node *root = &index->nodes[0];
    size_t counts[4] = {0, 0, 0, 0};
    char line[64];
    for (uint32_t i = 0; i < root->probe_count; i++) {
        const struct cm_probe *probe = &index->probes[root->first_probe + i];
        snprintf(line, sizeof line, "%s%s %s", i > 0 ? ", " : "", texts[probe->text], shapes[probe->shape]);
        t_put(text, line);
        snprintf(line, sizeof line, " %u%s", (unsigned)probe->length, probe->typed ? " typed" : "");
        t_put(text, probe->length > 0 || probe->typed ? line : "");
    }
    for (size_t i = 0; i < index->range; i++)
        counts[index->slots[i].kind]++;
    for (const struct cm_slot *slot = &index->slots[index->range]; slot->kind != CM_TARGET_FREE; slot++)
        counts[slot->kind]++;
    for (size_t i = 0; i < 3; i++) {
        snprintf(line, sizeof line, ": %zu %s", counts[i], kinds[i]);
        t_put(text, counts[i] > 0 ? line : "");
    }
    snprintf(line, sizeof line, "%srest %u", text->len > 0 ? "; " : "",
             root->rest == CM_INDEX_NONE ? 0 : (unsigned)index->lists[root->rest]);
    t_put(text, root->rest != CM_INDEX_NONE ? line : "");
}

static struct certmap_rules *indexed(const char *text) {
    struct certmap_rules *rules = t_rules(text);
    ck_assert(t_index_make(rules));
    return rules;
}

static struct certmap_rules *rules_of(const char *expression) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when ");
    t_put(&text, expression);
    t_put(&text, "; allow \"a\"; }");
    struct certmap_rules *rules = indexed(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

/* Matches a Name and these extensions; both searches agree. extensions NULL: not supplied. */
static void check_peer(const struct certmap_rules *rules, const char *subject, const char *extensions,
                       const char *wanted) {
    struct t_buf bytes = T_BUF_INIT;
    struct t_peer peer;
    char answer[128];
    t_peer_make_whole(&peer, subject, "CN=CA");
    if (extensions != NULL) {
        t_der(&bytes, extensions);
        peer.cert.extensions = t_view(&bytes);
    }
    set_peer(peer.peer, &peer.cert);
    ck_assert_msg(t_search_agree(rules, peer.peer), "%s", subject);
    const struct certmap_result result = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &result);
    ck_assert_msg(strcmp(answer, wanted) == 0, "%s: \"%s\" instead of \"%s\"", subject, answer, wanted);
    t_peer_free(&peer);
    t_buf_free(&bytes);
}

#define EIGHT "yyyyyyyy"
#define THIRTY_TWO EIGHT EIGHT EIGHT EIGHT
#define SIXTY_TWO THIRTY_TWO EIGHT EIGHT EIGHT "yyyyyy"
#define SAN(names) "SEQUENCE{ SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ " names " } } } }"

static const struct {
    const char *expression, *filed;
    const char *hit, *miss; /* subjects; or, where they begin with 8, general names */
} filings[] = {
    {"subject.CN = \"a\"", "nfc exact: 1 mappings", "CN=a", "CN=A | O=a"},
    {"subject.CN = \"\"", "nfc exact: 1 mappings", "CN=", "CN=a"},
    {"subject.CN = nocase \"A\"", "folded exact: 1 mappings", "CN=a", "CN=b"},
    {"subject.CN = nocase \"\xE2\x84\xAA\"", "folded exact: 1 mappings", "CN=K", "CN=j"},
    {"subject.CN = \"J\xCC\x8C\"", "nfc exact: 1 mappings", "CN=J\xCC\x8C", "CN=J"},
    {"subject.CN = nocase \"J\xCC\x8C\"", "folded exact: 1 mappings", "CN=\xC7\xB0", "CN=J"},
    {"subject.CN in (\"a\", \"b\", \"c\")", "nfc exact: 3 mappings", "CN=x | CN=c", "CN=d"},
    {"subject.CN in (\"a\", \"a\")", "nfc exact: 1 mappings", "CN=a", "CN=d"},
    {"every subject.CN = \"a\"", "nfc exact: 1 mappings", "CN=a | CN=a", "CN=a | CN=b"},
    {"last subject.CN = \"a\"", "nfc exact: 1 mappings", "CN=b | CN=a", "CN=a | CN=b"},
    {"at 2 subject.CN = \"a\"", "nfc exact: 1 mappings", "CN=b | CN=a", "CN=a | CN=b"},
    {"at 200 subject.CN in (\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\")", "nfc exact: 9 mappings",
     NULL, "CN=b | CN=a"},
    {"at 2 subject.CN in (\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\")", "nfc exact: 9 mappings",
     "CN=x | CN=i", "CN=i | CN=x"},
    {"subject.any in (\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\")", "rest 1", "CN=x | OU=i",
     "CN=ii"},
    {"subject.any = \"a\"", "rest 1", "OU=b | CN=a", "CN=b"},
    {"subject.any like \"a*\"", "rest 1", "1.2.3.4=ab", "CN=ba"},
    {"only subject.CN = \"a\"", "nfc exact: 1 mappings", "CN=a", "CN=a | CN=a"},
    {"subject.1.2.3.4 = \"a\"", "nfc exact 0 typed: 1 mappings", "1.2.3.4=a", "1.2.3.5=a"},
    {"certificate in (\"3000\", \"3100\")", "bytes exact: 2 mappings", NULL, "CN=a"},

    {"subject.CN like \"abc\"", "nfc exact: 1 mappings", "CN=abc", "CN=abcd"},
    {"subject.CN like \"\"", "nfc exact: 1 mappings", "CN=", "CN=a"},
    {"subject.CN matches \"abc\"", "nfc exact: 1 mappings", "CN=abc", "CN=abcd"},
    {"subject.CN matches \"abc[0-9]+\"", "nfc prefix 3: 1 mappings", "CN=abc1", "CN=ab1"},
    {"subject.CN matches nocase \"(ABC){1,2}.\"", "folded prefix 3: 1 mappings", "CN=aBcabcD", "CN=ab"},
    {"subject.CN matches \"(a|b)*@abc\"", "nfc suffix 4: 1 mappings", "CN=ab@abc", "CN=ab@abcd"},
    {"subject.CN matches \".*ab\\.cd(x|y)\"", "nfc gram 4: 1 mappings", "CN=zab.cdx", "CN=zab-cdx"},
    {"subject.CN like \"abc*\"", "nfc prefix 3: 1 mappings", "CN=abc", "CN=ab | CN=xabc"},
    {"subject.CN like \"a?\"", "nfc prefix 1: 1 mappings", "CN=ab", "CN=a"},
    {"subject.CN like nocase \"ABC*\"", "folded prefix 3: 1 mappings", "CN=aBcD", "CN=ab"},
    {"subject.CN like \"*abc\"", "nfc suffix 3: 1 mappings", "CN=xabc", "CN=abcx"},
    {"subject.CN like \"ab*ba\"", "nfc prefix 2: 1 mappings", "CN=abba", "CN=aba"},
    {"subject.1.2.3.4 like \"a*\"", "nfc prefix 1 typed: 1 mappings", "1.2.3.4=ab", "1.2.3.5=ab"},
    {"subject.CN like \"*a*\"", "nfc gram 1: 1 mappings", "CN=xax", "CN=b"},
    {"subject.CN like \"*ab*\"", "nfc gram 2: 1 mappings", "CN=ab", "CN=a"},
    {"subject.CN like \"?abc?\"", "nfc gram 3: 1 mappings", "CN=xabcx", "CN=abc"},
    {"subject.CN like \"*abcde*\"", "nfc gram 4: 1 mappings", "CN=xabcde", "CN=abcd"},
    {"subject.CN like \"*abcdefg*\"", "nfc gram 6: 1 mappings", "CN=abcdefgh", "CN=abcdef"},
    {"subject.CN like nocase \"*ABCDEFGHIJ*\"", "folded gram 8: 1 mappings", "CN=xabcdefghij", "CN=abcdefghi"},
    {"subject.CN like \"*ab*abcdefgh*a*\"", "nfc gram 8: 1 mappings", "CN=ababcdefgha", "CN=abcdefgha"},
    {"subject.CN like \"*a*b*c*d*ef*\"", "nfc gram 2: 1 mappings", "CN=abcdef", "CN=abcde"},
    {"subject.CN like \"*a*bc*de*fg*hijklmno*\"", "nfc gram 8: 1 mappings", "CN=abcdefghijklmno", "CN=hijklmno"},
    {"subject.CN like \"*a*b*c*d*e*\"", "nfc gram 1: 1 mappings", "CN=abcde", "CN=abcd"},
    {"subject.CN like (\"a*\", \"*b\", \"*c*\", \"d\")",
     "nfc exact, nfc prefix 1, nfc suffix 1, nfc gram 1: 4 mappings", "CN=xcx", "CN=xd"},

    /* ends as long as they may be, one less and one more */
    {"subject.CN like \"" SIXTY_TWO "x*\"", "nfc prefix 63: 1 mappings", "CN=" SIXTY_TWO "x", "CN=" SIXTY_TWO},
    {"subject.CN like \"" SIXTY_TWO "xx*\"", "nfc prefix 64: 1 mappings", "CN=" SIXTY_TWO "xx", "CN=" SIXTY_TWO "x"},
    {"subject.CN like \"" SIXTY_TWO "xxx*\"", "nfc prefix 64: 1 mappings", "CN=" SIXTY_TWO "xxxx",
     "CN=" SIXTY_TWO "xx"},
    {"subject.CN like \"*x" SIXTY_TWO "\"", "nfc suffix 63: 1 mappings", "CN=x" SIXTY_TWO, "CN=" SIXTY_TWO},
    {"subject.CN like \"*xxx" SIXTY_TWO "\"", "nfc suffix 64: 1 mappings", "CN=xxxx" SIXTY_TWO, "CN=xx" SIXTY_TWO},

    {"subject = \"CN=a,O=b\"", "name exact: 1 mappings", "O= B | CN=A ", "O=b | CN=a | CN=a"},
    {"subject = \"\"", "name exact: 1 mappings", "", "CN=a"},
    {"subject = \"CN=a+OU=b\"", "name exact: 1 mappings", "OU=b + CN=a", "OU=b | CN=a"},
    {"subject like \"CN=*,OU=c,**\"", "nfc exact: 1 mappings", "OU=c | CN=a", "OU=C | CN=a"},
    {"subject like nocase \"CN=ab*,**\"", "folded prefix 2: 1 mappings", "OU=c | CN=ABa", "OU=c"},
    {"subject like \"1.2.3.4=*x,**\"", "nfc suffix 1 typed: 1 mappings", "OU=c | 1.2.3.4=ax", "OU=c"},
    {"subject like \"**,*,CN=*\"", "rest 1", "CN=a | O=x", "O=a"},
    {"subject under \"OU=c,O=b\"", "name prefix 2: 1 mappings", "O=b | OU=C | CN=a", "O=b"},
    {"subject under (\"O=b\", \"OU=c,O=d\")", "name prefix 1, name prefix 2: 2 mappings", "O=d | OU=c", "O=d"},
    {"subject = \"CN=#040161\"", "rest 1", "octet CN=a", "O=a"},
    {"subject under \"CN=#040161\"", "rest 1", "octet CN=a | O=x", "O=a"},
    {"subject in (\"CN=a\", \"CN=#040161\")", "rest 1", "CN=a", "O=a"},

    {"san.dns = \"A.example\"", "nfc exact: 1 mappings", "82{\"a.EXAMPLE\"}", "82{\"b.example\"}"},
    {"san.ip = \"10.0.0.1\"", "octets exact: 1 mappings", "87{0A 00 00 01}", "87{0A 00 00 02}"},
    {"san.ip = \"10.0.0.1/32\"", "octets exact: 1 mappings", "87{0A 00 00 01}", "87{0A 00 00 02}"},
    {"san.ip = \"10.0.0.0/31\"", "octets prefix 3: 1 mappings", "87{0A 00 00 01}", "87{0A 00 00 02}"},
    {"san.ip = \"10.0.0.0/8\"", "octets prefix 1: 1 mappings", "87{0A FF 00 01}", "87{0B 00 00 01}"},
    {"san.ip = \"10.128.0.0/9\"", "octets prefix 1: 1 mappings", "87{0A FF 00 01}", "87{0A 7F 00 01}"},
    {"san.ip = \"10.0.0.0/7\"", "rest 1", "87{0B 00 00 01}", "87{0C 00 00 01}"},
    {"san.ip = \"0.0.0.0/0\"", "rest 1", "87{0B 00 00 01}", "87{16*00}"},
    {"san.ip = \"a00::/8\"", "octets prefix 1: 1 mappings", "87{0A 15*00}", "87{0A 00 00 01}"},
    {"san.ip in (\"10.0.0.0/8\", \"2001:db8::1\")", "octets exact, octets prefix 1: 2 mappings",
     "87{20 01 0D B8 11*00 01}", "87{20 01 0D B8 11*00 02}"},

    {"subject.CN present", "rest 1", "CN=a", "O=a"},
    {"subject.CN absent", "rest 1", "O=a", "CN=a"},
    {"count(subject.CN) = 2", "rest 1", "CN=a | CN=a", "CN=a"},
    {"always", "rest 1", "CN=a", NULL},
    {"subject.CN like \"*\"", "rest 1", "CN=a", "O=a"},
    {"subject.CN like \"??\"", "rest 1", "CN=ab", "CN=a"},
    {"subject.CN matches \"ab|cd\"", "rest 1", "CN=cd", "CN=ad"},
    {"subject.CN matches \"[ab]?\"", "rest 1", "CN=", "CN=c"},
    {"subject.CN like (\"a*\", \"*\")", "rest 1", "CN=b", "O=b"},

    /* expressions */
    {"subject.CN = \"a\" and subject.O like \"a*\"", "nfc exact: 1 mappings", "CN=a | O=ab", "O=ab | CN=b"},
    {"subject.CN like \"*a*\" and subject.O like \"a*\"", "nfc prefix 1: 1 mappings", "CN=xa | O=a", "CN=a | O=b"},
    {"subject.CN present and subject.O = \"a\"", "nfc exact: 1 mappings", "CN=x | O=a", "O=a"},
    {"subject.CN = \"a\" or subject.O = \"b\"", "nfc exact, nfc exact: 2 mappings", "O=b", "O=a"},
    {"subject.CN = \"a\" or subject.O present", "rest 1", "O=b", "CN=b"},
    {"not subject.CN = \"a\"", "rest 1", "CN=b", "CN=a"},
    {"not not subject.CN = \"a\"", "nfc exact: 1 mappings", "CN=a", "CN=b"},
    {"not not not subject.CN = \"a\"", "rest 1", "CN=b", "CN=a"},
    {"not (not subject.CN = \"a\" or not subject.O = \"b\")", "nfc exact: 1 mappings", "CN=a | O=b", "CN=a"},
    {"not (not subject.CN = \"a\" and not subject.O = \"b\")", "nfc exact, nfc exact: 2 mappings", "O=b", "CN=b"},
    {"not (subject.CN = \"a\" or subject.O = \"b\")", "rest 1", "CN=b", "O=b"},
    {"subject.CN like \"abc*\" and (subject.O = \"x\" or subject.O = \"y\")", "nfc prefix 3: 1 mappings",
     "CN=abcd | O=y", "CN=abcd | O=z"},
    {"subject.CN = \"a\" and not subject.CN = \"b\"", "nfc exact: 1 mappings", "CN=a", "CN=a | CN=b"},

    /* the value that has the key need not be the one that other conditions are about */
    {"subject.CN = \"a\" and subject.CN = \"b\"", "nfc exact: 1 mappings", "CN=b | CN=a", "CN=a"},
    {"subject.CN = \"a\" and subject.CN = nocase \"A\"", "nfc exact: 1 mappings", "CN=a", "CN=A"},
    {"subject.CN = \"a\" and issuer.CN = \"a\"", "nfc exact: 1 mappings", NULL, "CN=a"},
    {"subject.CN = \"a\" and subject.O = \"a\"", "nfc exact: 1 mappings", "CN=a | O=a", "CN=a"},
    {"subject.1.2.3.4 = \"a\" and subject.1.2.3.5 = \"a\"", "nfc exact 0 typed: 1 mappings", "1.2.3.4=a | 1.2.3.5=a",
     "1.2.3.4=a"},
};

static void check_filing(const struct certmap_rules *rules, const char *made, const char *answer) {
    char extensions[256];
    const bool names = made != NULL && made[0] == '8';
    snprintf(extensions, sizeof extensions, SAN("%s"), names ? made : "82{\"x\"}");
    if (made != NULL)
        check_peer(rules, names ? "CN=x" : made, extensions, answer);
}

/* With a seed that is the same each time: keys that collide would be filed otherwise. */
static void tell_filing(struct t_buf *text, struct certmap_rules *rules) {
    struct cm_index *index = t_index_build(rules);
    ck_assert_ptr_nonnull(index);
    tell_index(text, index);
    cm_release(&rules->allocator, index);
}

T_TEST(filing) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_rules *rules = rules_of(filings[_i].expression);
    tell_filing(&text, rules);
    ck_assert_msg(strcmp(t_cstr(&text), filings[_i].filed) == 0, "%s: \"%s\" instead of \"%s\"", filings[_i].expression,
                  t_cstr(&text), filings[_i].filed);
    check_filing(rules, filings[_i].hit, "allow m");
    check_filing(rules, filings[_i].miss, "none no-match");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- by hand: many mappings ---- */

/* Appends a text in which % stands for the next of the numbers. */
static void put_line(struct t_buf *text, const char *line, size_t a, size_t b, size_t c) {
    const size_t numbers[] = {a, b, c};
    char digits[32];
    for (size_t next = 0; *line != 0; line++) {
        if (*line != '%') {
            t_bytes(text, line, 1);
            continue;
        }
        ck_assert_uint_lt(next, 3);
        snprintf(digits, sizeof digits, "%zu", numbers[next++]);
        t_put(text, digits);
    }
}

static void check_told(struct certmap_rules *rules, const char *wanted) {
    struct t_buf text = T_BUF_INIT;
    tell_filing(&text, rules);
    ck_assert_str_eq(t_cstr(&text), wanted);
    t_buf_free(&text);
}

/* Ends of ten lengths, of which six are looked up: each mapping is found all the same, and by no shorter value. */
T_TEST(more_lengths_than_are_looked_up) {
    static const char letters[] = "abcdefghij";
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (int i = 10; i > 0; i--) {
        char line[128];
        snprintf(line, sizeof line, "mapping \"m%d\" { when subject.CN like \"%s%.*s%s\"; deny; }\n", i,
                 _i == 1 ? "*" : "", i, _i == 1 ? letters + 10 - i : letters, _i == 0 ? "*" : "");
        t_put(&text, line);
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    ck_assert_uint_eq(rules->index->nodes[0].probe_count, 6);
    for (int i = 1; i <= 10; i++) {
        char subject[64], answer[64];
        snprintf(subject, sizeof subject, _i == 0 ? "CN=%.*s!" : "CN=!%.*s", i, _i == 1 ? letters + 10 - i : letters);
        snprintf(answer, sizeof answer, "deny m%d", i);
        check_peer(rules, subject, NULL, answer);
    }
    check_peer(rules, "CN=x", NULL, "none no-match");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Names below so many RDNs that not all numbers of them are looked up, and one of more than 64. */
T_TEST(more_levels_of_names) {
    struct t_buf text = T_BUF_INIT, dn = T_BUF_INIT, subject = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 70; i > 0; i -= 7) {
        t_buf_clear(&dn);
        for (size_t k = i; k > 0; k--)
            put_line(&dn, k == i ? "DC=%" : ",DC=%", k, 0, 0);
        put_line(&text, "mapping \"m%\" { when subject under \"", i, 0, 0);
        t_bytes(&text, dn.data, dn.len);
        t_put(&text, "\"; deny; }\n");
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    ck_assert_uint_eq(rules->index->nodes[0].probe_count, 6);
    for (size_t i = 1; i <= 75; i++) {
        char answer[64];
        put_line(&subject, i == 1 ? "DC=%" : " | DC=%", i, 0, 0);
        snprintf(answer, sizeof answer, i < 7 ? "none no-match" : "deny m%zu", i > 70 ? 70 : i / 7 * 7);
        check_peer(rules, t_cstr(&subject), NULL, answer);
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&dn);
    t_buf_free(&subject);
}

/* Three conditions, each shared by many: three levels of nodes. */
T_TEST(a_grid) {
    enum { SIDE = 10 };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < SIDE * SIDE * SIDE; i++) {
        put_line(&text, "mapping \"m%%%\" { when ", i / 100, i / 10 % 10, i % 10);
        put_line(&text, "subject.CN = \"c%\" and subject.O = \"o%\" and subject.OU like \"*u%*\"; deny; }\n", i / 100,
                 i / 10 % 10, i % 10);
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    for (size_t i = 0; i < SIDE * SIDE * SIDE; i += 37) {
        struct t_buf subject = T_BUF_INIT, answer = T_BUF_INIT;
        put_line(&subject, "CN=c% | CN=x | O=o% | O=y | OU=-u%-", i / 100, i / 10 % 10, i % 10);
        put_line(&answer, "deny m%%%", i / 100, i / 10 % 10, i % 10);
        check_peer(rules, t_cstr(&subject), NULL, t_cstr(&answer));
        t_buf_free(&subject);
        t_buf_free(&answer);
    }
    check_peer(rules, "CN=c1 | O=o1 | OU=u", NULL, "none no-match");
    check_peer(rules, "CN=c1 | CN=c0 | O=o2 | O=o1 | OU=u9 | OU=u8", NULL, "deny m018");
    ck_assert_uint_gt(rules->index->nodes[1].probe_count, 0);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Twelve conditions with two values each: as many levels as there may be, and lists below the last. */
T_TEST(a_cube) {
    static const char *const subfields[] = {"CN", "OU", "O", "L", "S", "C", "T", "UID", "DC", "E", "G", "SN"};
    enum { CORNERS = 1 << 12 };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < CORNERS; i++) {
        put_line(&text, "mapping \"m%\" { when ", i, 0, 0);
        for (size_t k = 0; k < 12; k++) {
            char condition[64];
            snprintf(condition, sizeof condition, "%ssubject.%s = \"%zu\"", k > 0 ? " and " : "", subfields[k],
                     i >> k & 1);
            t_put(&text, condition);
        }
        t_put(&text, "; deny; }\n");
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    for (size_t i = 0; i < CORNERS; i += 101) {
        struct t_buf subject = T_BUF_INIT, answer = T_BUF_INIT;
        for (size_t k = 0; k < 12; k++) {
            char ava[32];
            snprintf(ava, sizeof ava, "%s%s=%zu", k > 0 ? " | " : "", subfields[k], i >> k & 1);
            t_put(&subject, ava);
        }
        put_line(&answer, "deny m%", i, 0, 0);
        check_peer(rules, t_cstr(&subject), NULL, t_cstr(&answer));
        t_put(&subject, " | CN=0 | O=0 | G=0 | E=0 | SN=0 | DC=0");
        t_buf_clear(&answer);
        put_line(&answer, "deny m%", i & ~(size_t)(1 | 4 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11), 0, 0);
        check_peer(rules, t_cstr(&subject), NULL, t_cstr(&answer));
        t_buf_free(&subject);
        t_buf_free(&answer);
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Covers of several conditions, which a node copies a mapping for: until it may not any more. */
T_TEST(covers_of_several) {
    enum { MAPPINGS = 40 };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MAPPINGS; i++) {
        put_line(&text, "mapping \"m%\" { when subject.CN in (\"a\", \"b\", \"c\", \"d\") and ", i, 0, 0);
        t_put(&text, "(subject.O = \"a\" or subject.O = \"b\" or subject.O = \"c\" or subject.O like \"d*\") and ");
        t_put(&text, _i == 0 ? "" : "(subject.L = \"a\" or subject.L in (\"b\", \"c\", \"d\", \"e\", \"f\")) and ");
        put_line(&text, "(subject.OU like \"*%%*\" or subject.T in (\"x%\")) ; deny; }\n", i / 10, i % 10, i);
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    for (size_t i = 0; i < MAPPINGS; i++) {
        struct t_buf subject = T_BUF_INIT, answer = T_BUF_INIT;
        put_line(&subject, i % 2 == 0 ? "CN=d | O=b | L=f | OU=-%%" : "CN=a | CN=b | O=dd | L=a | OU=%%", i / 10,
                 i % 10, 0);
        put_line(&answer, "deny m%", i, 0, 0);
        check_peer(rules, t_cstr(&subject), NULL, t_cstr(&answer));
        t_buf_free(&subject);
        t_buf_free(&answer);
    }
    check_peer(rules, "CN=a | O=a | L=a | OU=99", NULL, "none no-match");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- by hand: expressions that repeat ---- */

static const struct {
    const char *policy;
    size_t count; /* of mappings, all with the same expression */
    const char *filed, *answer;
} repeats[] = {
    {"first", 2, "nfc exact: 1 mappings", "allow m0"},
    {"first", 8, "nfc exact: 1 mappings", "allow m0"},
    {"first", 9, "nfc exact: 1 mappings", "allow m0"},
    {"first", 100, "nfc exact: 1 mappings", "allow m0"},
    {"all", 2, "nfc exact: 1 lists", "allow m0"},
    {"all", 8, "nfc exact: 1 lists", "allow m0"},
    {"all", 9, "nfc exact: 1 lists", "allow m0"},
    {"all", 60, "nfc exact: 1 lists", "allow m0"},
    {"unique", 3, "nfc exact: 1 lists", "none m0 ambiguous"},
    {"most-specific", 3, "nfc exact: 1 lists", "allow m0"},
};

T_TEST(repeated) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, repeats[_i].policy);
    t_put(&text, ";\n");
    for (size_t i = 0; i < repeats[_i].count; i++)
        put_line(&text, "mapping \"m%\" { when subject.CN = \"a\"; allow \"u%\"; }\n", i, i, 0);
    struct certmap_rules *rules = indexed(t_cstr(&text));
    check_told(rules, repeats[_i].filed);
    check_peer(rules, "CN=a", NULL, repeats[_i].answer);
    check_peer(rules, "CN=b", NULL, "none no-match");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Expressions that are nearly the same are not; mappings without a key repeat each other too. */
T_TEST(nearly_repeated) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < 20; i++)
        put_line(&text, "mapping \"m%\" { when subject.CN = \"a\" and count(subject.O) = %; deny; }\n", i, i % 10, 0);
    for (size_t i = 20; i < 40; i++)
        put_line(&text, "mapping \"m%\" { when count(subject.OU) = %; deny; }\n", i, 1 + i % 2, 0);
    struct certmap_rules *rules = indexed(t_cstr(&text));
    check_told(rules, "nfc exact: 1 lists; rest 2");
    check_peer(rules, "CN=a", NULL, "deny m0");
    check_peer(rules, "CN=a | O=x | O=y | O=z", NULL, "deny m3");
    check_peer(rules, "O=x | OU=y", NULL, "deny m20");
    check_peer(rules, "O=x | OU=y | OU=y", NULL, "deny m21");
    check_peer(rules, "CN=b", NULL, "none no-match");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- by hand: guards ---- */

/* So many mappings, in each of which % is another number. */
static const struct {
    const char *about, *policy, *conditions;
    size_t mappings;
    const char *guards;   /* where they are in the nodes of the first mapping */
    const char *refusing; /* a subject by which one of them is false, or NULL */
    size_t steps;         /* that then are enough */
} guards[] = {
    {"a condition, and a NOT", "first", "subject.O = \"a\" and not subject.L = \"b\" and not subject.OU = \"%\"", 16,
     "1 2", "O=a | L=b | OU=x", 16},
    {"a pattern, a list and a quantifier", "first",
     "subject.O like \"a*\" and every subject.L in (\"b\", \"c\") and not subject.OU = \"%\"", 16, "1 2", "L=d | OU=x",
     16},
    {"whatever is before them", "first", "not subject.OU = \"%\" and not subject.O = \"a\"", 40, "3", "O=a | OU=x", 16},
    {"a list that is too short", "first", "subject.O = \"a\" and not subject.OU = \"%\"", 15, "none", NULL, 0},
    {"as many as there may be", "first",
     "subject.O = \"a\" and subject.L = \"a\" and subject.T = \"a\" and subject.ST = \"a\" and subject.C = \"a\" and "
     "not subject.OU = \"%\"",
     16, "1 2 3 4", "OU=x", 16},
    {"another in each", "first", "not subject.OU = \"%\"", 40, "", NULL, 0},
    {"a group", "first", "(subject.O = \"a\" or subject.O = \"b\") and not subject.OU = \"%\"", 16, "", NULL, 0},
    {"a NOT of a group", "first", "not (subject.O = \"a\" and subject.L = \"b\") and not subject.OU = \"%\"", 16, "",
     NULL, 0},
    {"a condition in a group is another thing", "first",
     "not (subject.L = \"b\" and subject.OU = \"%\") and subject.L = \"b\"", 16, "5", "L=a | OU=x", 16},
    {"every policy", "all", "not subject.O = \"a\" and not subject.OU = \"%\"", 40, "1", "O=a | OU=x", 16},
};

/* The guards of the list that the root, or a key, leads to. */
static void tell_guards(struct t_buf *text, const struct certmap_rules *rules) {
    const struct cm_index *index = rules->index;
    const uint32_t *list = index->nodes[0].rest != CM_INDEX_NONE ? index->lists + index->nodes[0].rest : NULL;
    for (size_t i = 0; i < index->slot_count && list == NULL; i++)
        if (index->slots[i].kind == CM_TARGET_LIST)
            list = index->lists + index->slots[i].at;
    ck_assert_ptr_nonnull(list);
    if (list == NULL) /* a compiler that does not know that the line above ends the test */
        return;
    if (list[0] < CM_MIN_GUARDED)
        t_put(text, "none");
    for (uint32_t i = 1; list[0] >= CM_MIN_GUARDED && i <= list[1 + list[0]]; i++)
        put_line(text, i > 1 ? " %" : "%", list[1 + list[0] + i], 0, 0);
}

T_TEST(guard) {
    struct t_buf text = T_BUF_INIT, told = T_BUF_INIT;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, guards[_i].policy);
    t_put(&text, ";\n");
    for (size_t i = 0; i < guards[_i].mappings; i++) {
        put_line(&text, "mapping \"m%\" { when ", i, 0, 0);
        put_line(&text, guards[_i].conditions, i, 0, 0);
        t_put(&text, "; allow \"u\"; }\n");
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    tell_guards(&told, rules);
    ck_assert_msg(strcmp(t_cstr(&told), guards[_i].guards) == 0, "%s: %s", guards[_i].about, t_cstr(&told));
    if (guards[_i].refusing != NULL) {
        struct t_peer peer;
        t_peer_make(&peer, guards[_i].refusing, "CN=CA");
        ck_assert_uint_le(t_search_steps(rules, peer.peer, false), guards[_i].steps);
        t_peer_free(&peer);
        check_peer(rules, guards[_i].refusing, NULL, "none no-match");
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&told);
}

/* Sets of mappings that have much in common, against the plain search; values may be several, or not be read. */
T_TEST(guards_at_random) {
    static const char *const shared[] = {"subject.O = \"a\"",       "not subject.O = \"a\"",
                                         "subject.L like \"a*\"",   "not subject.L = nocase \"A\"",
                                         "every subject.L = \"a\"", "not (subject.O = \"a\" or subject.L = \"a\")",
                                         "subject.O present"};
    static const char *const avas[] = {" | O=a",       " | O=b",       " | L=a", " | L=b",
                                       " | octet L=x", " | octet O=x", " | OU=3"};
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct t_buf text = T_BUF_INIT;
    const char *first = shared[t_random_below(&random, COUNT(shared))];
    const char *second = shared[t_random_below(&random, COUNT(shared))];
    t_put(&text, t_random_below(&random, 4) == 0 ? "certmap 1; policy all;\n" : "certmap 1;\n");
    for (size_t i = 0; i < 16 + t_random_below(&random, 30); i++) {
        put_line(&text, "mapping \"m%\" { when not subject.OU = \"%\" and ", i, i, 0);
        t_put(&text, first);
        t_put(&text, " and ");
        t_put(&text, t_random_below(&random, 20) == 0 ? "subject.CN = \"x\"" : second);
        t_put(&text, t_random_below(&random, 2) == 0 ? "; allow \"u\"; }\n" : "; deny; }\n");
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    for (size_t i = 0; i < 40; i++) {
        struct t_buf subject = T_BUF_INIT;
        struct t_peer peer;
        t_put(&subject, "CN=x");
        for (size_t k = t_random_below(&random, 4); k > 0; k--)
            t_put(&subject, avas[t_random_below(&random, COUNT(avas))]);
        t_peer_make(&peer, t_cstr(&subject), "CN=CA");
        ck_assert_msg(t_search_agree(rules, peer.peer), "%s", t_cstr(&subject));
        t_peer_free(&peer);
        t_buf_free(&subject);
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Many mappings with the same many conditions, in an OR: what each key leads to is looked at for the first keys only, so
 * that making the index does not take the square of the conditions. It changes no answer. */
T_TEST(looks_run_out) {
    enum { MAPPINGS = 9, CONDITIONS = 300 };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MAPPINGS; i++) {
        put_line(&text, "mapping \"m%\" { when (subject.CN = \"0\"", i, 0, 0);
        for (size_t k = 1; k < CONDITIONS; k++)
            put_line(&text, " or subject.CN = \"%\"", k, 0, 0);
        t_put(&text, ")");
        if (_i == 1)
            put_line(&text, " and not subject.O = \"%\"", i, 0, 0);
        t_put(&text, "; deny; }\n");
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    check_told(rules, _i == 0 ? "nfc exact: 256 mappings: 44 lists" : "nfc exact: 300 lists");
    for (size_t k = 0; k < CONDITIONS; k++) {
        struct t_buf subject = T_BUF_INIT;
        put_line(&subject, "CN=% | O=0", k, 0, 0);
        check_peer(rules, t_cstr(&subject), NULL, _i == 0 ? "deny m0" : "deny m1");
        t_buf_free(&subject);
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Mappings that share a long list are filed under all of it only as long as memory stays linear in the rules. It changes
 * no answer. */
T_TEST(entries_run_out) {
    enum { MAPPINGS = 20, OPERANDS = 9000 };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < MAPPINGS; i++) {
        put_line(&text, "mapping \"m%\" { when not subject.O = \"%\" and subject.CN in (\"x\"", i, i, 0);
        for (size_t k = 0; k < OPERANDS; k++)
            put_line(&text, ", \"%\"", k, 0, 0);
        t_put(&text, "); deny; }\n");
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    ck_assert_uint_ne(rules->index->nodes[0].rest, CM_INDEX_NONE);
    check_peer(rules, "CN=x | O=0", NULL, "deny m1");
    check_peer(rules, "CN=8999 | O=1", NULL, "deny m0");
    check_peer(rules, "CN=y | O=z", NULL, "none no-match");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* Behind a mapping for everyone, none decides if the first one does. */
T_TEST(behind_everyone) {
    static const struct {
        const char *policy, *everyone, *filed, *answer;
    } cases[] = {
        {"first", "always", "nfc exact: 1 mappings; rest 1", "deny all"},
        {"all", "always", "nfc exact: 2 mappings; rest 1", "deny all"},
        {"unique", "always", "nfc exact: 2 mappings; rest 1", "deny all ambiguous"},
    };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, cases[_i].policy);
    t_put(&text, "; mapping \"a\" { when subject.CN = \"a\"; deny; } mapping \"all\" { when ");
    t_put(&text, cases[_i].everyone);
    t_put(&text, "; deny; } mapping \"b\" { when subject.CN = \"b\"; allow \"b\"; }");
    struct certmap_rules *rules = indexed(t_cstr(&text));
    check_told(rules, cases[_i].filed);
    check_peer(rules, "CN=b", NULL, cases[_i].answer);
    check_peer(rules, "CN=x", NULL, "deny all");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- by hand: what cannot be looked up ---- */

#define OTHER "mapping \"dns\" { when san.dns = \"a.example\"; allow \"u\"; }\n"

/* Mappings about subject.CN are too many to be listed; the one about san.dns is. */
static struct certmap_rules *unknown_rules(const char *front, const char *back) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    t_put(&text, front);
    for (size_t i = 0; i < 40; i++)
        put_line(&text, "mapping \"m%\" { when subject.CN = \"c%\"; allow \"u\"; }\n", i, i, 0);
    t_put(&text, back);
    struct certmap_rules *rules = indexed(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

static const struct {
    const char *front, *back, *subject, *extensions, *answer;
} clouds[] = {
    {"", OTHER, "CN=c7", "", "allow m7"},
    {"", OTHER, "CN=c7", NULL, "allow m7"},
    {OTHER, "", "CN=c7", NULL, "none dns unreadable"},
    {"", OTHER, "CN=x", NULL, "none dns unreadable"},
    {"", OTHER, "CN=x", SAN("82{FF}"), "none dns unreadable"},
    {"", OTHER, "CN=x", SAN("82{FF} 82{\"a.example\"}"), "allow dns"},
    {"", OTHER, "CN=x", SAN("81{FF}"), "none no-match"},
    {"", OTHER, "CN=x", SAN("82{\"a.example\"} 89{}"), "none dns unreadable"},
    {"", OTHER, "octet CN=c7", "", "none m0 unreadable"},
    {"", OTHER, "octet CN=x | CN=c0", "", "allow m0"},
    {"", OTHER, "octet CN=x | CN=c1", "", "none m0 unreadable"},
    {OTHER, "", "octet CN=x | CN=c1", SAN("82{\"a.example\"}"), "allow dns"},
    {"", OTHER, "octet O=c7 | CN=c7", "", "allow m7"},
    {"", "mapping \"name\" { when subject = \"CN=a,O=b\"; deny; }", "octet O=b | CN=a", "", "deny name unreadable"},
    {"", "mapping \"name\" { when subject = \"CN=a,O=b\"; deny; }", "octet L=b | CN=a", "", "none no-match"},
    {"", "mapping \"type\" { when subject.1.2.3.4 = \"a\"; deny; }", "octet 1.2.3.4=b", "", "deny type unreadable"},
    {"", "mapping \"type\" { when subject.1.2.3.4 = \"a\"; deny; }", "octet 1.2.3.5=b", "", "none no-match"},
    {"", "mapping \"ip\" { when san.ip = \"10.0.0.1\"; deny; }", "CN=x", SAN("87{00 00}"), "deny ip unreadable"},
    {"", "mapping \"or\" { when subject.O = \"a\" or san.dns = \"a\"; deny; }", "O=a", NULL, "deny or"},
    {"", "mapping \"or\" { when subject.O = \"a\" or san.dns = \"a\"; deny; }", "O=b", NULL, "deny or unreadable"},
    {"", "mapping \"and\" { when subject.O = \"a\" and san.dns = \"a\"; deny; }", "O=b", NULL, "none no-match"},
    {"", "mapping \"not\" { when not san.dns = \"a\"; deny; }", "O=b", NULL, "deny not unreadable"},
    {"", "mapping \"not\" { when not san.dns = \"a\"; deny; }", "O=b", "", "deny not"},
    {"", "mapping \"cert\" { when sha1 = \"0123456789012345678901234567890123456789\"; deny; }", "CN=x", "",
     "deny cert unreadable"},
};

T_TEST(may_be_unknown) {
    struct certmap_rules *rules = unknown_rules(clouds[_i].front, clouds[_i].back);
    const struct cm_index *index = rules->index;
    size_t listed = 0, every = 0;
    for (uint32_t i = 0; i < index->row_count; i++)
        *(index->rows[i].members == CM_INDEX_NONE ? &every : &listed) += 1;
    ck_assert_uint_eq(every, 1);
    ck_assert_uint_le(listed, 2);
    check_peer(rules, clouds[_i].subject, clouds[_i].extensions, clouds[_i].answer);
    certmap_rules_free(rules);
}

/* The whole certificate, which one-to-one mappings are about, and which may not be supplied. */
T_TEST(whole_certificates) {
    struct certmap_builder *builder = t_builder();
    struct t_peer peer;
    char names[8][4];
    t_peer_make_whole(&peer, "CN=a", "CN=CA");
    for (size_t i = 0; i < 8; i++) {
        struct certmap_view bytes = peer.cert.certificate;
        bytes.len -= 7 - i;
        snprintf(names[i], sizeof names[i], "m%zu", i);
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, names[i], "a", NULL), CERTMAP_OK);
        ck_assert_int_eq(t_add_certificate(builder, bytes, NULL), CERTMAP_OK);
    }
    struct certmap_rules *rules = t_finish(builder);
    check_told(rules, "bytes exact: 8 mappings");
    check_peer(rules, "CN=a", "", "allow m7");
    check_peer(rules, "CN=b", "", "none no-match");
    peer.cert.certificate = (struct certmap_view){NULL, 0};
    set_peer(peer.peer, &peer.cert);
    ck_assert(t_search_agree(rules, peer.peer));
    ck_assert_int_eq(t_match(rules, peer.peer).reason, CERTMAP_CODE_UNREADABLE);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- work and steps ---- */

/* Appends a text many times. */
static void put_many(struct t_buf *text, const char *piece, size_t count) {
    for (size_t i = 0; i < count; i++)
        t_put(text, piece);
}

/* Values of so many bytes that the keys are too much work, which runs out at every place once: among keys of the root
 * and of a node, in a list, in the mappings without a key. */
T_TEST(work_runs_out) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, _i % 2 == 0 ? "first;\n" : "unique;\n");
    for (size_t i = 0; i < 20; i++)
        put_line(&text, "mapping \"g%\" { when subject.O = \"o\" and subject.CN like \"*zzz%*\"; deny; }\n", i, i, 0);
    for (size_t i = 0; i < 5; i++)
        put_line(&text, "mapping \"l%\" { when subject.O = \"o\" and count(subject.OU) = %; deny; }\n", i, i + 1, 0);
    for (size_t i = 0; i < 10; i++)
        put_line(&text, "mapping \"r%\" { when count(subject.L) = %; deny; }\n", i, i + 1, 0);
    struct certmap_rules *rules = indexed(t_cstr(&text));
    const struct {
        const char *avas, *answer, *ambiguous;
    } rows[] = {{" | O=o | CN=zzz13", "deny g1", "deny g1 ambiguous"}, /* 1 begins 13 */
                {" | O=o | OU=x | OU=y", "deny l1", "deny l1"},
                {" | L=x | L=y | L=z", "deny r2", "deny r2"},
                {" | O=x", "none no-match", "none no-match"}};
    for (size_t i = 0; i < 4; i++)
        for (size_t len = 32768 + 16 * 35 - 160; len <= 32768 + 16 * 35 + 10; len += 3) {
            struct t_buf subject = T_BUF_INIT;
            put_line(&subject, "CN=\\{y*%}", len, 0, 0);
            t_put(&subject, rows[i].avas);
            if (_i < 2)
                t_put(&subject, " | O=o");
            check_peer(rules, t_cstr(&subject), NULL, _i % 2 == 0 ? rows[i].answer : rows[i].ambiguous);
            t_buf_free(&subject);
        }
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* One value that has the key of a mapping at each of its bytes; a mapping that takes all steps there are, after one
 * that is true. Through the index as much is known as without it. */
static const struct {
    const char *front;
    size_t stars, letters; /* of the pattern: *, a ... and ?b at the end */
    size_t value;
    const char *back, *answer;
} slow[] = {
    {"", 1, 8, 4000, "", "none no-match"},
    {"", 1, 16, 8000, "", "none no-match"},
    {"", 4, 16, 3000, "", "none no-match"},
    {"mapping \"front\" { when subject.O present; deny; }\n", 1, 10000, 60000, "", "deny front"},
    {"mapping \"front\" { when subject.O = \"o\"; deny; }\n", 1, 10000, 60000, "", "deny front"},
    {"", 1, 10000, 60000, "mapping \"back\" { when subject.O = \"o\"; deny; }\n", "none slow unreadable"},
};

T_TEST(steps_are_taken_once) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    t_put(&text, slow[_i].front);
    t_put(&text, "mapping \"slow\" { when subject.CN like \"");
    for (size_t i = 0; i < slow[_i].stars; i++) {
        t_put(&text, "*");
        put_many(&text, "a", slow[_i].letters);
    }
    t_put(&text, "?b*\"; allow \"a\"; }\n");
    t_put(&text, slow[_i].back);
    struct certmap_rules *rules = indexed(t_cstr(&text));
    put_line(&subject, "CN=b\\{a*%} | O=o", slow[_i].value, 0, 0);
    check_peer(rules, t_cstr(&subject), NULL, slow[_i].answer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&subject);
}

/* A value of one list that has the key is not taken for one of another list, or of another row, at the same place. */
T_TEST(hints_of_other_lists) {
    static const struct {
        const char *expression, *subject, *issuer, *answer;
    } rows[] = {
        {"subject.CN = \"a\" and issuer.CN = \"a\"", "CN=a", "O=a | CN=b", "none no-match"},
        {"subject.CN = \"a\" and issuer.CN = \"a\"", "CN=a", "O=a | CN=b | CN=a", "allow m"},
        {"subject.CN = \"a\" and issuer.CN = \"a\"", "CN=a", "O=a | CN=b | CN=b", "none no-match"},
        {"subject.CN = \"a\" and subject.O = \"a\"", "CN=a | O=b | O=c", "CN=x", "none no-match"},
        {"subject.CN = \"a\" and subject.CN = \"b\"", "CN=a | CN=c | CN=c", "CN=x", "none no-match"},
        {"subject.1.2.3.4 = \"a\" and subject.1.2.3.5 = \"a\"", "1.2.3.4=a | 1.2.3.5=b", "CN=x", "none no-match"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct certmap_rules *rules = rules_of(rows[i].expression);
        struct t_peer peer;
        char answer[64];
        t_peer_make(&peer, rows[i].subject, rows[i].issuer);
        ck_assert(t_search_agree(rules, peer.peer));
        const struct certmap_result result = t_match(rules, peer.peer);
        t_answer(answer, sizeof answer, &result);
        ck_assert_str_eq(answer, rows[i].answer);
        t_peer_free(&peer);
        certmap_rules_free(rules);
    }
}

/* A place whose mappings are filed at several levels: the list of them is in order all the same. */
T_TEST(unknown_at_several_levels) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < 200; i++) {
        put_line(&text, "mapping \"m%\" { when ", i, 0, 0);
        if (i == 10 || i == 100)
            put_line(&text, "san.dns = \"h%\"; deny; }\n", i, 0, 0);
        else if (i == 7)
            t_put(&text, "subject.O = \"s\" and san.dns like \"*h*\"; deny; }\n");
        else
            put_line(&text,
                     i < 40 ? "subject.O = \"s\" and count(subject.L) = %; deny; }\n"
                            : "subject.CN = \"c%\"; deny; }\n",
                     i + 1, 0, 0);
    }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    check_peer(rules, "O=s", NULL, "deny m7 unreadable");
    check_peer(rules, "O=t", NULL, "deny m10 unreadable");
    check_peer(rules, "O=s", SAN("82{\"xhx\"}"), "deny m7");
    check_peer(rules, "O=t", SAN("82{\"h100\"}"), "deny m100");
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* More nodes than may wait: mappings are looked at one by one. */
T_TEST(many_nodes) {
    enum { NODES = CM_MAX_WAITING + 40, SIDE = 9 };
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < NODES; i++)
        for (size_t k = 0; k < SIDE; k++) {
            put_line(&text, "mapping \"m%-%\" { when ", i, k, 0);
            put_line(&text, "subject.CN = \"c%\" and subject.OU = \"o%\"; deny; }\n", i, k, 0);
        }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    for (size_t i = NODES; i > 0; i--) {
        put_line(&subject, "CN=c% | ", i - 1, 0, 0);
        if (NODES - i != 20 && NODES - i != CM_MAX_WAITING - 1 && NODES - i != CM_MAX_WAITING && i != 1)
            continue;
        struct t_buf one = T_BUF_INIT, answer = T_BUF_INIT;
        t_bytes(&one, subject.data, subject.len);
        t_put(&one, "OU=o7 | OU=o4");
        put_line(&answer, "deny m%-4", i - 1, 0, 0);
        check_peer(rules, t_cstr(&one), NULL, t_cstr(&answer));
        t_buf_free(&one);
        t_buf_free(&answer);
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&subject);
}

/* What the plain evaluator takes few steps for takes few here: values of another length than a long operand, of another
 * type, or that cannot be read. All of them together would take more than there are, if each took as many as the
 * operand has. */
static const struct {
    const char *subfield, *avas, *answer;
} cheap[] = {
    {"OU", " | OU=x", "allow m"},
    {"1.2.3", " | 1.2.4=x", "allow m"},
    {"OU", " | octet OU=x", "none m unreadable"},
};

T_TEST(long_operands_take_no_steps) {
    enum { CONDITIONS = 20, VALUES = 1000 };
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when not subject.O = \"o\"");
    for (size_t i = 0; i < CONDITIONS; i++) {
        t_put(&text, " and not subject.");
        t_put(&text, cheap[_i].subfield);
        put_line(&text, " = \"%", i, 0, 0);
        put_many(&text, "abcdefghij", 6000);
        t_put(&text, "\"");
    }
    t_put(&text, "; allow \"a\"; }");
    t_put(&subject, "CN=x");
    put_many(&subject, cheap[_i].avas, VALUES);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    check_peer(rules, t_cstr(&subject), NULL, cheap[_i].answer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&subject);
}

/* A value that has the key of one node more often than nodes may wait: it waits once. */
T_TEST(one_node_often) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    struct t_peer peer;
    struct cm_index_search search;
    t_put(&text, "certmap 1;\n");
    for (size_t i = 0; i < 20; i++)
        put_line(&text, "mapping \"m%\" { when subject.CN like \"*aaaaaaaa*\" and subject.OU = \"o%\"; deny; }\n", i, i,
                 0);
    for (size_t i = 0; i < 20; i++)
        for (size_t k = 0; k < 200; k++) {
            put_line(&text, "mapping \"m%-%\" { when ", i, k, 0);
            put_line(&text, "subject.OU = \"o%\" and count(subject.L) = %; deny; }\n", i, k + 1, 0);
        }
    struct certmap_rules *rules = indexed(t_cstr(&text));
    put_line(&subject, "CN=\\{a*%} | OU=o7", CM_MAX_WAITING + 40, 0, 0);
    check_peer(rules, t_cstr(&subject), NULL, "deny m7");
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    cm_index_search_begin(&search, rules, peer.peer);
    ck_assert_ptr_eq(cm_index_search_next(&search, 0), cm_mapping_at(rules, 7));
    ck_assert_uint_gt(search.work, 0);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&subject);
}

/* What was found before steps ran out is found again, and once. */
T_TEST(steps_under_policies) {
    static const struct {
        const char *policy, *mappings, *answer;
    } rows[] = {
        {"unique", "mapping \"a\" { when subject.O = \"o\"; deny; }\n", "deny a"},
        {"unique", "mapping \"a\" { when subject.O = \"o\"; allow \"x\"; }\n", "none slow unreadable"},
        {"all", "mapping \"a\" { when subject.O = \"o\"; allow \"x\"; group \"g\"; }\n", "none slow unreadable"},
        {"all", "mapping \"a\" { when subject.O = \"o\"; allow \"${subject.L}\"; }\n", "deny a placeholder-no-value"},
        {"all", "mapping \"a\" { when subject.O = \"o\"; deny; }\n", "deny a"},
        {"most-specific", "mapping \"a\" { when subject.O = \"o\"; deny; }\n", "deny a"},
    };
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, rows[_i].policy);
    t_put(&text, ";\n");
    t_put(&text, rows[_i].mappings);
    t_put(&text, "mapping \"slow\" { when subject.CN like \"*");
    put_many(&text, "a", 10000);
    t_put(&text, "?b*\"; allow \"a\"; }\n");
    struct certmap_rules *rules = indexed(t_cstr(&text));
    check_peer(rules, "CN=b\\{a*60000} | O=o", NULL, rows[_i].answer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* A key at each byte of a value does not cost an evaluation each: hardly any steps are taken. */
T_TEST(a_key_at_each_byte) {
    struct certmap_rules *rules = rules_of("subject.CN like \"*aaaaaaaa?b*\"");
    struct cm_index_search search;
    struct t_peer peer;
    t_peer_make(&peer, "CN=\\{a*4000}", "CN=CA");
    cm_index_search_begin(&search, rules, peer.peer);
    ck_assert_ptr_null(cm_index_search_next(&search, 0));
    ck_assert_uint_gt(search.fast.eval.steps, rules->steps / 2 - 12 * 4000);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- keys that collide ---- */

/* What cm_hash_mix makes a number from: the multiplier is odd, so it has an inverse. */
static uint64_t unmix(uint64_t mixed) {
    const uint64_t multiplier = 0x9E3779B97F4A7C15u;
    uint64_t inverse = multiplier;
    for (int i = 0; i < 6; i++)
        inverse *= 2 - multiplier * inverse;
    return (mixed ^ mixed >> 32) * inverse;
}

/* 16 bytes with this hash; number is in the first ones. */
static void forge(uint8_t bytes[16], uint64_t number, uint64_t hash, uint64_t seed) {
    memcpy(bytes, &number, 8);
    const uint64_t front = cm_hash_word(seed ^ 16 * 0xC2B2AE3D27D4EB4Fu, cm_hash_load(bytes));
    const uint64_t back = unmix(unmix(unmix(hash))) ^ front;
    memcpy(bytes + 8, &back, 8);
    ck_assert(cm_hash_bytes(bytes, 16, seed) == hash);
}

/* Where the hashes of certificates begin in each index with the seed of t_index_make. */
static uint64_t certificate_seed(void) {
    struct certmap_builder *builder = t_builder();
    t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, "m", "a", NULL);
    t_add_certificate(builder, t_text("x"), NULL);
    struct certmap_rules *rules = t_finish(builder);
    ck_assert(t_index_make(rules));
    const uint64_t seed = cm_key_seed(rules->index->seed, &rules->index->probes[0]);
    certmap_rules_free(rules);
    return seed;
}

/* Ends the builder; the index has the seed of t_index_make. */
static struct certmap_rules *finish_seeded(struct certmap_builder *builder) {
    struct certmap_rules *rules = t_finish(builder);
    cm_release(&rules->allocator, rules->index);
    rules->index = NULL;
    ck_assert(t_index_make(rules));
    return rules;
}

static void check_certificate(const struct certmap_rules *rules, const uint8_t bytes[16], const char *subject,
                              const char *wanted) {
    struct t_peer peer;
    char answer[64];
    t_peer_make(&peer, subject, "CN=CA");
    peer.cert.certificate = (struct certmap_view){bytes, 16};
    set_peer(peer.peer, &peer.cert);
    ck_assert(t_search_agree(rules, peer.peer));
    const struct certmap_result result = t_match(rules, peer.peer);
    t_answer(answer, sizeof answer, &result);
    ck_assert_str_eq(answer, wanted);
    t_peer_free(&peer);
}

/* Three hundred certificates with the same hash, all of it: one list, and each is found. */
T_TEST(the_same_hash) {
    enum { MAPPINGS = 300, HASH = 12345 };
    const uint64_t seed = certificate_seed();
    struct certmap_builder *builder = t_builder();
    uint8_t bytes[16];
    char name[32];
    for (size_t i = 0; i < MAPPINGS; i++) {
        snprintf(name, sizeof name, "m%zu", i);
        forge(bytes, i, HASH, seed);
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_ONE_TO_ONE, name, NULL, NULL), CERTMAP_OK);
        ck_assert_int_eq(t_add_certificate(builder, (struct certmap_view){bytes, 16}, NULL), CERTMAP_OK);
    }
    struct certmap_rules *rules = finish_seeded(builder);
    check_told(rules, "bytes exact: 1 lists");
    for (size_t i = 0; i < MAPPINGS + 3; i++) {
        snprintf(name, sizeof name, i < MAPPINGS ? "deny m%zu" : "none no-match", i);
        forge(bytes, i, HASH, seed);
        check_certificate(rules, bytes, "CN=a", name);
    }
    certmap_rules_free(rules);
}

static void add_in(struct certmap_builder *builder, const uint8_t bytes[4][16]) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_view operands[4];
    for (size_t i = 0; i < 4; i++)
        operands[i] = (struct certmap_view){bytes[i], 16};
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = operands;
    condition.operand_count = 4;
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
}

/* count(subject.subfield) = count */
static void add_count(struct certmap_builder *builder, const char *subfield, size_t count) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.subfield = t_text(subfield);
    condition.op = CERTMAP_OP_COUNT;
    condition.count = count;
    ck_assert_int_eq(certmap_builder_condition(builder, &condition, NULL), CERTMAP_OK);
}

static size_t count_twins(const struct cm_index *index) {
    size_t twins = 0;
    for (const struct cm_slot *slot = index->slots + 1; slot <= index->slots + index->range; slot++)
        twins += slot->kind != CM_TARGET_FREE && slot[-1].kind != CM_TARGET_FREE && slot->key == slot[-1].key;
    return twins;
}

/* A certificate whose key in the root is that of others in a node: two slots with the same key. */
T_TEST(the_same_key) {
    const uint64_t seed = certificate_seed();
    struct certmap_builder *builder = t_builder();
    uint8_t inside[4][4][16], outside[16];
    char name[32];
    for (size_t i = 0; i < 16; i++)
        forge(inside[i / 4][i % 4], i, 1000 + i, seed);
    forge(outside, 99, 1000 ^ 1 * 0xD6E8FEB86659FD93u, seed);
    for (size_t i = 0; i < 16; i++) {
        snprintf(name, sizeof name, "m%zu", i);
        ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, name, NULL, NULL), CERTMAP_OK);
        ck_assert_int_eq(t_add_equal(builder, "CN", "a", NULL), CERTMAP_OK);
        add_count(builder, "OU", i % 4);
        add_in(builder, (const uint8_t(*)[16])inside[i / 4]);
    }
    ck_assert_int_eq(t_add_mapping(builder, CERTMAP_KIND_NATIVE, "outside", NULL, NULL), CERTMAP_OK);
    ck_assert_int_eq(t_add_certificate(builder, (struct certmap_view){outside, 16}, NULL), CERTMAP_OK);
    struct certmap_rules *rules = finish_seeded(builder);
    ck_assert_uint_ge(count_twins(rules->index), 1);
    check_certificate(rules, outside, "CN=a | OU=b", "deny outside");
    check_certificate(rules, inside[0][0], "CN=a", "deny m0");
    check_certificate(rules, inside[3][2], "OU=d | CN=a | OU=d", "deny m14");
    check_certificate(rules, inside[0][0], "CN=b | CN=c", "none no-match");
    certmap_rules_free(rules);
}

/* ---- memory ---- */

/* Rules that make all of it: nodes, lists, several operands, ends, pieces, places listed and not, mappings without a key. */
static void put_everything(struct t_buf *text, const char *policy) {
    t_put(text, "certmap 1; policy ");
    t_put(text, policy);
    t_put(text, ";\n");
    for (size_t i = 0; i < 100; i++)
        put_line(text, "mapping \"g%\" { when subject.CN = \"c%\" and subject.O like \"o%*\"; deny; }\n", i, i / 10,
                 i % 10);
    for (size_t i = 0; i < 20; i++)
        put_line(text, "mapping \"s%\" { when subject.CN in (\"a\", \"b\") and san.dns like \"*.h%\"; deny; }\n", i, i,
                 0);
    for (size_t i = 0; i < 20; i++)
        put_line(text, "mapping \"p%\" { when subject.L = \"a\" and count(subject.L) = %; deny; }\n", i, i % 15, 0);
    for (size_t i = 0; i < 20; i++)
        put_line(text, "mapping \"r%\" { when count(subject.OU) = %; deny; }\n", i, i % 15, 0);
    for (size_t i = 0; i < 9; i++)
        put_line(text, "mapping \"n%\" { when san.ip = \"10.%.0.0/16\" or issuer under \"O=a%\"; deny; }\n", i, i, i);
    for (size_t i = 0; i < 9; i++)
        put_line(text, "mapping \"q%\" { when subject.OU like \"*piece%*\" or subject.CN like \"*y%*\"; deny; }\n", i,
                 i, i);
}

T_TEST(index_without_memory) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct t_buf text = T_BUF_INIT;
    struct certmap_rules *rules = NULL;
    struct cm_draft draft;
    options.allocator = &allocator;
    put_everything(&text, _i == 0 ? "first" : "all");
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&text), &options, NULL), CERTMAP_OK);
    ck_assert(t_draft_make(&draft, rules));
    const size_t live = memory.live;
    for (size_t n = 0;; n++) {
        struct certmap_diagnostic error = {.status = CERTMAP_OK};
        struct cm_index *index = NULL;
        struct cm_progress progress = {.fn = NULL};
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = cm_index_build(&index, &draft, T_INDEX_SEED, &progress, &error);
        if (!t_alloc_failed(&memory)) {
            ck_assert_int_eq(status, CERTMAP_OK);
            ck_assert_uint_eq(memory.live, live + 1);
            ck_assert_uint_gt(n, 50);
            memory.fail_at = SIZE_MAX;
            cm_release(&rules->allocator, index);
            break;
        }
        ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
        ck_assert_int_eq(error.status, CERTMAP_ERROR_MEMORY);
        ck_assert_ptr_null(index);
        ck_assert_uint_eq(memory.live, live);
    }
    t_draft_free(&draft);
    certmap_rules_free(rules);
    ck_assert_uint_eq(memory.live, 0);
    t_buf_free(&text);
}

/* The same from the beginning: whichever allocation fails, nothing is left. */
T_TEST(rules_without_memory) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct t_buf text = T_BUF_INIT;
    options.allocator = &allocator;
    put_everything(&text, "first");
    for (size_t n = 0;; n++) {
        struct certmap_rules *rules = NULL;
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = certmap_rules_parse(&rules, t_view(&text), &options, NULL);
        const bool failed = t_alloc_failed(&memory);
        ck_assert_int_eq(status, failed ? CERTMAP_ERROR_MEMORY : CERTMAP_OK);
        ck_assert_int_eq(rules == NULL, failed);
        certmap_rules_free(rules);
        ck_assert_uint_eq(memory.live, 0);
        if (!failed)
            break;
    }
    t_buf_free(&text);
}

/* ---- what an index is made of ---- */

/* A hash sees its bytes, and only those, wherever they are. */
T_TEST(hash_of_bytes) {
    uint8_t bytes[2][256];
    for (size_t len = 0; len <= 3 * CM_HASH_LONG; len++)
        for (size_t at = 0; at < 8; at++) {
            memset(bytes[0], 0x55, sizeof bytes[0]);
            memset(bytes[1], 0xAA, sizeof bytes[1]);
            for (size_t i = 0; i < len; i++)
                bytes[0][i] = bytes[1][at + i] = (uint8_t)(i * 7 + len);
            const uint64_t hash = cm_hash_bytes(bytes[0], len, 9);
            ck_assert(hash == cm_hash_bytes(bytes[1] + at, len, 9));
            ck_assert(hash != cm_hash_bytes(bytes[0], len, 10));
            ck_assert(hash != cm_hash_bytes(bytes[0], len + 1, 9));
            for (size_t i = 0; i < len; i++) {
                bytes[0][i] ^= 1;
                ck_assert_msg(hash != cm_hash_bytes(bytes[0], len, 9), "byte %zu of %zu", i, len);
                bytes[0][i] ^= 1;
            }
        }
}

/* Numbers in the order in which values come, found again, few to many. */
T_TEST(numbers_of_values) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct cm_intern numbers = {.values = NULL};
    uint32_t number = 0;
    ck_assert_uint_eq(cm_intern_find(&numbers, 0), CM_INTERN_NONE);
    for (uint32_t i = 0; i < 1000; i++) {
        const uint64_t value = (uint64_t)i * i << 16;
        ck_assert_uint_eq(cm_intern_find(&numbers, value), CM_INTERN_NONE);
        ck_assert(cm_intern_add(&numbers, value, &number, &allocator));
        ck_assert_uint_eq(number, i);
        ck_assert(cm_intern_add(&numbers, (uint64_t)(i / 2) * (i / 2) << 16, &number, &allocator));
        ck_assert_uint_eq(number, i / 2);
        ck_assert_uint_eq(numbers.count, i + 1);
    }
    for (uint32_t i = 0; i < 1000; i++)
        ck_assert_uint_eq(cm_intern_find(&numbers, (uint64_t)i * i << 16), i);
    cm_intern_free(&numbers, &allocator);
    ck_assert_uint_eq(memory.live, 0);
    for (size_t n = 0; n < 2; n++) {
        t_alloc_fail_at(&memory, n);
        ck_assert(!cm_intern_add(&numbers, 1, &number, &allocator));
        cm_intern_free(&numbers, &allocator);
        ck_assert_uint_eq(memory.live, 0);
    }
}

static bool is_same_number(const void *ctx, uint32_t number) {
    return *(const uint32_t *)ctx == number;
}

/* Numbers under hashes, of which many are the same, and others follow each other around the end. */
T_TEST(tables) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct cm_id_table table = {.slots = NULL};
    static const uint32_t hashes[] = {7, UINT32_MAX, UINT32_MAX - 1, 31};
    for (uint32_t i = 0; i < 400; i++) {
        const uint32_t hash = hashes[i % 4], other = hash + 1;
        ck_assert_uint_eq(cm_id_table_find(&table, hash, is_same_number, &i), CM_ID_TABLE_NONE);
        ck_assert(cm_id_table_add(&table, hash, i, &allocator));
        ck_assert_uint_eq(cm_id_table_find(&table, hash, is_same_number, &i), i);
        ck_assert_uint_eq(cm_id_table_find(&table, i % 4 == 2 ? 8 : other, is_same_number, &i), CM_ID_TABLE_NONE);
        ck_assert_uint_le(4 * table.count, 3 * table.slot_count);
    }
    for (uint32_t i = 0; i < 400; i++)
        ck_assert_uint_eq(cm_id_table_find(&table, hashes[i % 4], is_same_number, &i), i);
    cm_id_table_free(&table, &allocator);
    t_alloc_fail_at(&memory, 0);
    ck_assert(!cm_id_table_add(&table, 1, 1, &allocator));
    cm_id_table_free(&table, &allocator);
    ck_assert_uint_eq(memory.live, 0);
}

/* By key, and what has the same key as it was; few, and many. */
T_TEST(sorting) {
    enum { MOST = 3000 };
    static struct cm_entry entries[MOST], scratch[MOST];
    struct t_random random = T_RANDOM_SEED(_i + 1);
    static const size_t counts[] = {0, 1, 2, 63, 64, 65, 66, 500, MOST};
    static const size_t ranges[] = {2, 50, 1u << 11, 1u << 31};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (size_t r = 0; r < 4; r++) {
            const size_t count = counts[c];
            uint64_t sum = 0;
            for (size_t i = 0; i < count; i++) {
                const uint32_t key = (uint32_t)t_random_below(&random, ranges[r]);
                entries[i] = (struct cm_entry){_i % 2 == 0 ? key : ~key * 3, (uint32_t)i};
                sum += entries[i].key * (uint64_t)(i + 1);
            }
            cm_entries_sort(entries, scratch, count);
            for (size_t i = 0; i < count; i++)
                sum -= entries[i].key * (uint64_t)(entries[i].mapping + 1);
            ck_assert(sum == 0);
            for (size_t i = 1; i < count; i++)
                ck_assert(entries[i - 1].key < entries[i].key ||
                          (entries[i - 1].key == entries[i].key && entries[i - 1].mapping < entries[i].mapping));
        }
}

static uint64_t hash_name(const char *name, size_t rdns) {
    struct t_peer peer;
    t_peer_make(&peer, name, "CN=CA");
    const struct cm_list *list = &peer.peer->lists[CM_LIST_SUBJECT_NAME];
    const uint64_t hash = cm_name_hash(list->values[0].avas, rdns, 5);
    t_peer_free(&peer);
    return hash;
}

/* Names that are equal so far have the same hash, and hardly any others. */
static const struct {
    const char *name, *other;
    size_t rdns;
    bool same;
} names[] = {
    {"", "", 0, true},
    {"CN=a", "CN=A", 1, true},
    {"CN=a b", "printable CN= A   B ", 1, true},
    {"CN=a", "CN=a | O=b", 1, true},
    {"CN=a", "O=b", 0, true},
    {"CN=\xE2\x84\xAA", "bmp CN=k", 1, true},
    {"CN=J\xCC\x8C", "CN=\xC7\xB0", 1, true},
    {"CN= ", "CN=", 1, true},
    {"CN=a + OU=b + OU=c", "OU=C + CN=A + OU=B", 1, true},
    {"CN=a + OU=b | O=x", "OU=b + CN=a | O=x", 2, true},
    {"1.2.3.4=a | O=x", "1.2.3.4=A | O=X", 2, true},
    {"CN=a", "CN=b", 1, false},
    {"CN=a", "OU=a", 1, false},
    {"1.2.3.4=a", "1.2.3.5=a", 1, false},
    {"CN=a b", "CN=ab", 1, false},
    {"CN=a | OU=b", "OU=b | CN=a", 2, false},
    {"CN=a | OU=b", "CN=a + OU=b", 2, false},
    {"CN=a + CN=b", "CN=a + CN=a", 1, false},
    {"CN=a + OU=b", "CN=b + OU=a", 1, false},
    {"CN=a + OU=b | O=c", "CN=a + O=c | OU=b", 2, false},
    {"CN=\xC3\x9F", "CN=ss", 1, false},
};

T_TEST(name_hashes) {
    const uint64_t one = hash_name(names[_i].name, names[_i].rdns), other = hash_name(names[_i].other, names[_i].rdns);
    ck_assert_msg((one == other) == names[_i].same, "\"%s\" and \"%s\"", names[_i].name, names[_i].other);
}

/* ---- all that hold ---- */

/* So many mappings that one walk through the index finds, and one more or fewer, and several times as many: some of them
 * false, and every way to combine them. */
static const size_t gathered[] = {CM_MAX_GATHERED - 1, CM_MAX_GATHERED, CM_MAX_GATHERED + 1, 2 * CM_MAX_GATHERED,
                                  3 * CM_MAX_GATHERED + 5};
static const char *const policies[] = {"all", "unique", "most-specific"};

static void check_gathered(const char *policy, size_t count, const char *subject) {
    struct t_buf text = T_BUF_INIT;
    struct t_peer peer;
    t_put(&text, "certmap 1; policy ");
    t_put(&text, policy);
    t_put(&text, ";\n");
    for (size_t i = 0; i < count + 50; i++)
        t_put_line(&text,
                   "mapping \"m%\" { when subject.OU = \"Unit %\" and not subject.CN like \"*%*\"; allow \"a\"; }\n",
                   i);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, subject, "CN=CA");
    ck_assert_msg(t_search_agree(rules, peer.peer), "%s, %zu", policy, count);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

T_TEST(all_that_hold) {
    for (size_t i = 0; i < COUNT(gathered); i++) {
        struct t_buf subject = T_BUF_INIT;
        t_put(&subject, "CN=7 | CN=13 x");
        for (size_t k = gathered[i]; k > 0; k--)
            t_put_line(&subject, " | OU=Unit %", k - 1);
        check_gathered(policies[_i], gathered[i], t_cstr(&subject));
        t_put(&subject, " | octet OU=x");
        check_gathered(policies[_i], gathered[i], t_cstr(&subject));
        t_buf_free(&subject);
    }
}

/* One walk is enough for many: the work does not grow with how many of them hold. */
T_TEST(all_in_one_walk) {
    struct t_buf text = T_BUF_INIT, subject = T_BUF_INIT;
    struct t_peer peer;
    struct cm_index_search search;
    size_t found = 0;
    t_put(&text, "certmap 1; policy all;\n");
    t_put(&subject, "O=Contoso");
    for (size_t i = 0; i < 1000; i++)
        t_put_line(&text, "mapping \"m%\" { when subject.OU = \"Unit %\" and subject.O = \"Contoso\"; allow \"a\"; }\n",
                   i);
    for (size_t i = 0; i < 600; i++)
        t_put_line(&subject, " | OU=Unit %", i);
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_peer_make(&peer, t_cstr(&subject), "CN=CA");
    cm_index_search_begin_all(&search, rules, peer.peer);
    const size_t work = search.work;
    const struct cm_mapping *mapping = cm_index_search_next(&search, 0);
    for (; mapping != NULL; mapping = cm_index_search_next(&search, (size_t)mapping->index + 1))
        ck_assert_uint_eq(mapping->index, found++);
    ck_assert_uint_eq(found, 600);
    ck_assert_ptr_nonnull(search.index);
    ck_assert_uint_lt(work - search.work, 600 * 2 * (600 / CM_MAX_GATHERED + 2));
    t_peer_free(&peer);
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&subject);
}

T_TESTS("index",
        T_CASE("by hand", T_LOOP(filing, COUNT(filings)), T_LOOP(more_lengths_than_are_looked_up, 2),
               more_levels_of_names, a_grid, a_cube, T_LOOP(covers_of_several, 2), T_LOOP(repeated, COUNT(repeats)),
               nearly_repeated, T_LOOP(guard, COUNT(guards)), T_LOOP(guards_at_random, 60), T_LOOP(looks_run_out, 2),
               entries_run_out, T_LOOP(behind_everyone, 3), T_LOOP(may_be_unknown, COUNT(clouds)), whole_certificates,
               hints_of_other_lists, unknown_at_several_levels),
        T_CASE("collisions", the_same_hash, the_same_key),
        T_CASE("memory", T_LOOP(index_without_memory, 2), rules_without_memory),
        T_CASE("parts", hash_of_bytes, numbers_of_values, tables, T_LOOP(sorting, 4),
               T_LOOP(name_hashes, COUNT(names))),
        T_CASE("work", T_LOOP(work_runs_out, 4), T_LOOP(steps_are_taken_once, COUNT(slow)),
               T_LOOP(steps_under_policies, 6), a_key_at_each_byte, many_nodes,
               T_LOOP(long_operands_take_no_steps, COUNT(cheap)), one_node_often, T_TAGS(T_SLOW)),
        T_CASE("all that hold", T_LOOP(all_that_hold, COUNT(policies)), all_in_one_walk),
        T_CASE("random", T_LOOP(random_rules, FEW_RANDOM_TESTS)),
        T_CASE("more at random", T_RANGE(random_rules, FEW_RANDOM_TESTS, RANDOM_TESTS), T_TAGS(T_SLOW)))
