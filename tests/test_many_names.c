/* SPDX-License-Identifier: MIT */
/* Many whole Names, patterns over them, and many extensions: at random, and by definition they give the same. */
#include "match/search.h"
#include "rules.h"
#include "support/random.h"
#include "support/search.h"

/* Rules that ask so often that rows are filled. */
enum { MAPPINGS = 200, FIRST = 120, CERTIFICATES = 12, ROUNDS = 60 };

static size_t below(struct t_random *random, size_t end) {
    return t_random_below(random, end);
}

static void put_number(struct t_buf *text, const char *before, size_t number) {
    char digits[32];
    snprintf(digits, sizeof digits, "%zu", number);
    t_put(text, before);
    t_put(text, digits);
}

/* ---- certificates ---- */

static const struct {
    const char *name, *oid;
} types[] = {{"OU", "2.5.4.11"},     {"CN", "2.5.4.3"},      {"O", "2.5.4.10"},
             {"1.2.3.4", "1.2.3.4"}, {"1.2.3.5", "1.2.3.5"}, {"1.2.3.6", "1.2.3.6"}};

static void put_subject(struct t_buf *spec, struct t_random *random, bool spoiled) {
    t_put(spec, "subject: O=Contoso");
    for (size_t i = below(random, 80); i > 0; i--) {
        t_put(spec, t_random_chance(random, 80) ? " | " : " + ");
        t_put(spec, spoiled && t_random_chance(random, 10) ? "octet " : "");
        t_put(spec, types[below(random, COUNT(types))].name);
        put_number(spec, "=unit ", below(random, 16));
    }
    t_put(spec, "\n");
}

static void put_ava(struct t_buf *text, struct t_random *random, bool spoiled) {
    t_put(text, "SEQUENCE{ OID{ ");
    t_put(text, types[below(random, COUNT(types))].oid);
    t_put(text, spoiled && t_random_chance(random, 5) ? " } OCTETSTRING{ \"" : " } UTF8String{ \"");
    t_put(text, t_random_chance(random, 20) ? "Unit  " : "unit ");
    put_number(text, "", below(random, 16));
    t_put(text, "\" } } ");
}

static void put_directory_name(struct t_buf *text, struct t_random *random, bool spoiled) {
    t_put(text, "A4{ SEQUENCE{ ");
    for (size_t rdns = below(random, 4); rdns > 0; rdns--) {
        t_put(text, "SET{ ");
        put_ava(text, random, spoiled);
        if (t_random_chance(random, 20))
            put_ava(text, random, spoiled);
        t_put(text, "} ");
    }
    t_put(text, "} } ");
}

static void put_extensions(struct t_buf *text, struct t_random *random, bool spoiled) {
    const size_t names = below(random, 60), others = below(random, 60);
    t_put(text, "extensions-der: ");
    if (names > 0) {
        t_put(text, "SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ ");
        for (size_t i = 0; i < names; i++)
            put_directory_name(text, random, spoiled);
        t_put(text, "} } } ");
    }
    for (size_t i = 0; i < others; i++) {
        put_number(text, "SEQUENCE{ OID{ 1.2.840.", spoiled ? below(random, 100) : i);
        put_number(text, " } OCTETSTRING{ 0C 01 3", below(random, 4));
        t_put(text, " } } ");
    }
    t_put(text, "\n");
}

/* A certificate with these lines, as t_certs takes them. */
static void check_lines(const struct certmap_rules *rules, struct t_buf *lines) {
    struct t_buf der = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct certmap_peer *peer = t_peer_new();
    t_certs(&der, t_cstr(lines), false);
    ck_assert_msg(certmap_cert_from_der(&cert, t_view(&der), &error) == CERTMAP_OK, "%s", error.text);
    ck_assert_msg(certmap_peer_set(peer, &cert, &error) == CERTMAP_OK, "%s", error.text);
    ck_assert_msg(t_search_agree(rules, peer), "%.2000s", (const char *)lines->data);
    certmap_peer_free(peer);
    t_buf_free(&der);
    t_buf_free(lines);
}

static void check(const struct certmap_rules *rules, struct t_random *random) {
    const bool spoiled = t_random_chance(random, 40);
    struct t_buf lines = T_BUF_INIT;
    put_subject(&lines, random, spoiled);
    put_extensions(&lines, random, spoiled);
    check_lines(rules, &lines);
}

/* ---- rules ---- */

static void put_name_ava(struct t_buf *text, struct t_random *random, bool pattern) {
    t_put(text, types[below(random, COUNT(types))].name);
    t_put(text, "=");
    t_put(text, pattern && t_random_chance(random, 30) ? "*" : t_random_chance(random, 30) ? "Unit " : "unit ");
    put_number(text, "", below(random, 17));
    t_put(text, pattern && t_random_chance(random, 20) ? "*" : "");
}

static void put_element(struct t_buf *text, struct t_random *random, bool pattern) {
    if (pattern && t_random_chance(random, 15)) {
        t_put(text, "*");
        return;
    }
    put_name_ava(text, random, pattern);
    if (t_random_chance(random, 15)) {
        t_put(text, "+");
        put_name_ava(text, random, pattern);
    }
}

static void put_name(struct t_buf *text, struct t_random *random, bool pattern) {
    size_t rdns = 1 + below(random, 3);
    t_put(text, "\"");
    if (pattern && t_random_chance(random, 60))
        t_put(text, "**,");
    for (; rdns > 0; rdns--) {
        put_element(text, random, pattern);
        t_put(text, rdns > 1 ? "," : "");
        t_put(text, pattern && rdns > 1 && t_random_chance(random, 60) ? "**," : "");
    }
    t_put(text, pattern && t_random_chance(random, 60) ? ",**\"" : "\"");
}

static void put_names(struct t_buf *text, struct t_random *random) {
    t_put(text, "in (");
    for (size_t left = 1 + below(random, 11); left > 0; left--) {
        put_name(text, random, false);
        t_put(text, left > 1 ? ", " : ")");
    }
}

static void put_name_condition(struct t_buf *text, struct t_random *random) {
    const char *field = t_random_chance(random, 40) ? "subject " : "san.dirname ";
    t_put(text, t_random_chance(random, 10) ? "every " : "");
    t_put(text, field);
    switch (below(random, 5)) {
    case 0:
        t_put(text, "= ");
        put_name(text, random, false);
        break;
    case 1:
        put_names(text, random);
        break;
    case 2:
        t_put(text, "under ");
        put_name(text, random, false);
        break;
    default:
        t_put(text, t_random_chance(random, 30) ? "like nocase " : "like ");
        put_name(text, random, true);
    }
}

static void put_extension_condition(struct t_buf *text, struct t_random *random) {
    static const char *const what[] = {"= \"0C0130\"",
                                       "= \"0c0132\"",
                                       "present",
                                       "absent",
                                       "in (\"0C0131\", \"0C0139\")",
                                       "in (\"01\", \"02\", \"03\", \"04\", \"05\", \"06\", \"07\", \"0C0132\")"};
    put_number(text, "ext.1.2.840.", below(random, 100));
    t_put(text, " ");
    t_put(text, what[below(random, COUNT(what))]);
}

static void put_type_condition(struct t_buf *text, struct t_random *random) {
    static const char *const quantifiers[] = {"", "", "", "last ", "first ", "every ", "only "};
    static const char *const fields[] = {"subject.1.2.3.", "san.dirname.1.2.3."};
    const char *field = fields[below(random, 2)];
    const bool counts = t_random_chance(random, 20);
    t_put(text, counts ? "count(" : quantifiers[below(random, COUNT(quantifiers))]);
    put_number(text, field, 4 + below(random, 4));
    if (counts) {
        put_number(text, ") = ", below(random, 8));
        return;
    }
    put_number(text, t_random_chance(random, 50) ? " = \"unit " : " like \"*t ", below(random, 17));
    t_put(text, "\"");
}

static void put_condition(struct t_buf *text, struct t_random *random) {
    t_put(text, t_random_chance(random, 60) ? "not " : "");
    if (t_random_chance(random, 25))
        put_type_condition(text, random);
    else if (t_random_chance(random, 30))
        put_extension_condition(text, random);
    else
        put_name_condition(text, random);
}

/* A condition of its own that is false, so that none of them is known from another mapping. */
static void put_false(struct t_buf *text, size_t index) {
    t_put(text, " and not subject.O like \"");
    for (size_t i = 0; i < 7; i++)
        t_bytes(text, (index >> i & 1) != 0 ? "?" : &"Contoso"[i], 1);
    t_put(text, index >> 7 != 0 ? "*\"" : "\"");
}

static void put_mapping(struct t_buf *text, struct t_random *random, size_t index) {
    put_number(text, "mapping \"m", index);
    t_put(text, "\" { when ");
    for (size_t left = 1 + below(random, 4); left > 0; left--) {
        put_condition(text, random);
        t_put(text, left > 1 ? " and " : "");
    }
    if (t_random_chance(random, index < FIRST ? 97 : 30)) /* few hold, so that others are looked at */
        put_false(text, index);
    t_put(text, "; allow \"u\"; }\n");
}

T_TEST(at_random) {
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct certmap_rules *rules = t_rules_each(_i % 3 != 0 ? "all" : "first", MAPPINGS, &random, put_mapping);
    for (size_t i = 0; i < CERTIFICATES; i++)
        check(rules, &random);
    certmap_rules_free(rules);
}

/* ---- Names that are the same but for case, so that they have one place in a set ---- */

static void put_cased(struct t_buf *text, size_t number) {
    for (size_t i = 0; i < 8; i++)
        t_bytes(text, (number >> i & 1) != 0 ? "X" : "x", 1);
}

static void put_cased_names(struct t_buf *lines, size_t count) {
    t_put(lines, "subject: O=Contoso\nextensions-der: SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ ");
    for (size_t i = 0; i < count; i++) {
        t_put(lines, "A4{ SEQUENCE{ SET{ SEQUENCE{ OID{ 2.5.4.3 } UTF8String{ \"");
        put_cased(lines, i);
        t_put(lines, "\" } } } } } ");
    }
    t_put(lines, "} } }\n");
}

static const size_t cased[] = {15, 16, 63, 64, 65, 66, 200};

T_TEST(names_that_collide) {
    struct t_buf text = T_BUF_INIT, lines = T_BUF_INIT;
    t_put(&text, "certmap 1; policy all;\n");
    for (size_t i = 0; i < 256; i += 5) {
        put_number(&text, "mapping \"e", i);
        t_put(&text, "\" { when not san.dirname = exact \"CN=");
        put_cased(&text, i);
        put_number(&text, "\"; allow \"u\"; }\nmapping \"n", i);
        t_put(&text, "\" { when not san.dirname = \"CN=");
        put_cased(&text, i);
        t_put(&text, i % 2 == 0 ? "\"; allow \"u\"; }\n" : "y\"; allow \"u\"; }\n");
    }
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    put_cased_names(&lines, cased[_i]);
    check_lines(rules, &lines);
    certmap_rules_free(rules);
    t_buf_free(&text);
}

T_TESTS("many names", T_CASE("random", T_LOOP(at_random, ROUNDS), T_LOOP(names_that_collide, COUNT(cased))))
