/* SPDX-License-Identifier: MIT */
#include "worst.h"
#include <stdio.h>
#include <string.h>

/* Errors stay in the builder: b_worst_rules sees them when it finishes. */
static void condition(struct certmap_builder *builder, const char *subfield, enum certmap_operator op,
                      const char *text) {
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    const struct certmap_view operand = t_text(text);
    c.subfield = t_text(subfield);
    c.op = op;
    c.operands = &operand;
    c.operand_count = 1;
    (void)certmap_builder_condition(builder, &c, NULL);
}

static void put_number(struct t_buf *spec, const char *before, size_t number) {
    char text[32];
    snprintf(text, sizeof text, "%04zu", number);
    t_put(spec, before);
    t_put(spec, text);
}

static void end(struct t_buf *spec) {
    t_bytes(spec, "", 1);
}

/* One text, then another one so many times, with 0 after it, step, twice step and so on, then a last one. */
static void numbered(struct t_buf *spec, const char *before, const char *each, size_t count, size_t step,
                     const char *after) {
    t_put(spec, before);
    for (size_t i = 0; i < count; i++)
        put_number(spec, each, i * step);
    t_put(spec, after);
    end(spec);
}

/* ---- Each of 2,000 values is that of a rule, which another condition then refuses ----------------------- */

static void units(struct t_buf *spec, size_t count) {
    numbered(spec, "CN=somebody", " | OU=Unit ", count, 1, "");
}

static void many_subject(struct t_buf *spec) {
    units(spec, 2000);
}

static void some_subject(struct t_buf *spec) {
    units(spec, 200);
}

static void values_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "Unit %04zu", index);
    condition(builder, "OU", CERTMAP_OP_EQUAL, text);
    condition(builder, "CN", CERTMAP_OP_LIKE, "*x"); /* no literal that is a better key than the unit */
}

/* ---- A grid: every unit and every name is in many rules, but no pair of the certificate's is in one ------- */

enum { SIDE = 400, BAND = 25 };

static void grid_mapping(struct certmap_builder *builder, size_t index) {
    char unit[64], name[64];
    const size_t row = index / BAND % SIDE, block = index / BAND / SIDE;
    snprintf(unit, sizeof unit, "U%03zu", row);
    snprintf(name, sizeof name, "N%03zu", (row + 1 + index % BAND) % SIDE);
    condition(builder, "OU", CERTMAP_OP_EQUAL, unit);
    condition(builder, "CN", CERTMAP_OP_EQUAL, name);
    if (block == 0)
        return;
    snprintf(unit, sizeof unit, "L%zu", block); /* so that larger sets do not repeat themselves */
    condition(builder, "L", CERTMAP_OP_EQUAL, unit);
}

static void grid_subject(struct t_buf *spec) {
    t_put(spec, "L=L1");
    for (size_t i = 0; i < 100; i++) {
        char text[64];
        snprintf(text, sizeof text, " | OU=U%03zu | CN=N%03zu", i, 200 + i);
        t_put(spec, text);
    }
    end(spec);
}

/* ---- Patterns without a literal, all of them too long for the value -------------------------------------- */

static void questions(char *text, size_t count) {
    memset(text, '?', count);
    text[count] = '*';
    text[count + 1] = '\0';
}

static void blank_mapping(struct certmap_builder *builder, size_t index) {
    char text[256];
    questions(text, 40 + index % 100);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
    questions(text, 40 + index / 100 % 100);
    condition(builder, "OU", CERTMAP_OP_LIKE, text);
}

static void blank_subject(struct t_buf *spec) {
    t_put(spec, "CN=somebody with a name of 38 letters abc | OU=some unit with a name of 38 letters ab");
    end(spec);
}

/* ---- Nothing but NOT, of patterns that all match ---------------------------------------------------------- */

static void not_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "*%c*%c*%c*%c*", (int)('a' + index % 10), (int)('a' + index / 10 % 10),
             (int)('a' + index / 100 % 10), (int)('a' + index / 1000 % 10));
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
    (void)certmap_builder_close(builder, NULL);
}

static void not_subject(struct t_buf *spec) {
    t_put(spec, "CN=\\{abcdefghij*5}");
    end(spec);
}

/* ---- NOTs of many values, the last of which fails --------------------------------------------------------- */

static void not_unit(struct certmap_builder *builder, const char *kind, size_t number) {
    char text[64];
    snprintf(text, sizeof text, "%s %04zu", kind, number);
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    condition(builder, "OU", CERTMAP_OP_EQUAL, text);
    (void)certmap_builder_close(builder, NULL);
}

static void others_mapping(struct certmap_builder *builder, size_t index) {
    not_unit(builder, "Other", index);
    not_unit(builder, "Former", index);
    not_unit(builder, "Unit", index % 200);
}

/* ---- NOTs of patterns that nearly match at each place of a long value ---------------------------------------- */

/* A NOT that is false, in one of a hundred ways: what all mappings of a list have is found false once (index/guard.c), and so
 * is what those have that were tried before (match/fast_eval.c). */
enum { ENDS = 100 };

static void last_not(struct certmap_builder *builder, const char *subfield, enum certmap_operator op,
                     const char *text) {
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    condition(builder, subfield, op, text);
    (void)certmap_builder_close(builder, NULL);
}

static void not_letters(struct certmap_builder *builder, size_t index) {
    char text[ENDS + 2] = "*";
    memset(text + 1, 'a', index % ENDS + 1);
    last_not(builder, "CN", CERTMAP_OP_LIKE, text);
}

static void not_number(struct certmap_builder *builder, size_t index) {
    char text[8];
    snprintf(text, sizeof text, "%04u", (unsigned)(index % ENDS));
    last_not(builder, "OU", CERTMAP_OP_EQUAL, text);
}

/* "Contoso", with a ? for some of its letters. */
static void not_contoso(struct certmap_builder *builder, size_t index) {
    char text[] = "Contoso";
    for (size_t i = 0; i + 1 < sizeof text; i++)
        if ((index % ENDS >> i & 1) != 0)
            text[i] = '?';
    last_not(builder, "O", CERTMAP_OP_LIKE, text);
}

static void near_mapping(struct certmap_builder *builder, size_t index) {
    char text[96];
    memset(text, 'a', 64);
    text[0] = '*';
    snprintf(text + 64, sizeof text - 64, "b%zu*", index);
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
    (void)certmap_builder_close(builder, NULL);
    condition(builder, "L", CERTMAP_OP_EQUAL, "x");
    not_letters(builder, index);
}

static void near_subject(struct t_buf *spec) {
    t_put(spec, "L=x | CN=\\{a*3600}");
    end(spec);
}

/* ---- A thousand stars ------------------------------------------------------------------------------------- */

static void stars_mapping(struct certmap_builder *builder, size_t index) {
    char text[2100];
    for (size_t i = 0; i < 1000; i++)
        memcpy(text + 2 * i, "*a", 2);
    snprintf(text + 2000, sizeof text - 2000, "*b%zu", index);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
}

/* All but the last letter of each pattern fits, again and again. */
static void stars_subject(struct t_buf *spec) {
    t_put(spec, "CN=\\{a*3600}b");
    end(spec);
}

/* ---- All mappings share one value -------------------------------------------------------------------------- */

static void one_mapping(struct certmap_builder *builder, size_t index) {
    static const char *const patterns[] = {"u*", "us*", "use*", "user*", "user-*"};
    condition(builder, "O", CERTMAP_OP_EQUAL, "Contoso");
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    condition(builder, "CN", CERTMAP_OP_LIKE, patterns[index % 5]);
    (void)certmap_builder_close(builder, NULL);
}

static void one_subject(struct t_buf *spec) {
    t_put(spec, "O=Contoso | CN=user-1");
    end(spec);
}

/* ---- Hostile certificates: larger ones, in which one value of a kind cannot be read, or all have what patterns ask for --- */

/* What people write; the certificate makes the index leave it to look at each. */
static void ordinary_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "user-%06zu", index);
    condition(builder, "CN", CERTMAP_OP_EQUAL, text);
    snprintf(text, sizeof text, "Unit %zu", index % 100);
    condition(builder, "OU", CERTMAP_OP_EQUAL, text);
    snprintf(text, sizeof text, "Org %zu", index % 20);
    condition(builder, "O", CERTMAP_OP_EQUAL, text);
    condition(builder, "L", CERTMAP_OP_EQUAL, "Berlin");
    condition(builder, "S", CERTMAP_OP_EQUAL, "BE");
    condition(builder, "C", CERTMAP_OP_EQUAL, "SE");
}

static void spoiled_subject(struct t_buf *spec) {
    static const char *const types[] = {" | CN=somebody ", " | OU=unit ", " | O=organization ", " | L=town ",
                                        " | S=land "};
    t_put(spec, "octet CN=x | octet OU=x | octet O=x | octet L=x | octet S=x | C=DE");
    for (size_t type = 0; type < sizeof types / sizeof *types; type++)
        for (size_t i = 0; i < 300; i++)
            put_number(spec, types[type], i);
    end(spec);
}

static void long_literal_mapping(struct certmap_builder *builder, size_t index) {
    char text[1100];
    memset(text, 'a', 1000);
    text[0] = '*';
    snprintf(text + 1000, sizeof text - 1000, "%zu*", index);
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    condition(builder, "OU", CERTMAP_OP_LIKE, text);
    (void)certmap_builder_close(builder, NULL);
    condition(builder, "C", CERTMAP_OP_EQUAL, "DE");
}

static void short_values_subject(struct t_buf *spec) {
    t_put(spec, "C=SE");
    for (size_t i = 0; i < 4000; i++)
        t_put(spec, " | OU=aa");
    end(spec);
}

/* A department's place and number in a pattern; the certificate has the piece that the index looks for of each of 600, and
 * its last letter everywhere. */
static void department_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "*finance-london-%04zu-contractor*", index);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
}

static void departments_subject(struct t_buf *spec) {
    numbered(spec, "CN=", "n-", 600, 16, "\\{r*11000}");
}

static void not_like_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    condition(builder, "O", CERTMAP_OP_EQUAL, "Contoso");
    snprintf(text, sizeof text, "*other-%04zu*", index);
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    condition(builder, "OU", CERTMAP_OP_LIKE, text);
    (void)certmap_builder_close(builder, NULL);
    not_contoso(builder, index);
}

static void numbers_subject(struct t_buf *spec) {
    numbered(spec, "O=Contoso", " | OU=", 900, 1, "");
}

static void hundred_nots(struct certmap_builder *builder, size_t index) {
    for (size_t i = 0; i < 100; i++)
        not_unit(builder, "a", (index * 7 + i) % 5000);
}

static void many_nots_mapping(struct certmap_builder *builder, size_t index) {
    hundred_nots(builder, index);
    not_contoso(builder, index);
}

/* What makes all of them false is the same. */
static void guarded_mapping(struct certmap_builder *builder, size_t index) {
    hundred_nots(builder, index);
    last_not(builder, "O", CERTMAP_OP_EQUAL, "Contoso");
}

static void question_mapping(struct certmap_builder *builder, size_t index) {
    char text[128];
    memset(text, '?', 64);
    memcpy(text, "*a?", 3);
    snprintf(text + 64, sizeof text - 64, "b%zu*", index);
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
    (void)certmap_builder_close(builder, NULL);
    condition(builder, "L", CERTMAP_OP_EQUAL, "x");
    not_letters(builder, index);
}

static void letters_subject(struct t_buf *spec) {
    t_put(spec, "L=x | O=Contoso | CN=\\{a*15600}");
    end(spec);
}

/* ---- What people write, and certificates of 16 KB and less that are made for it ------------------------------ */

static const char *const words[] = {"finance",  "engineer", "platform",  "payroll",  "logistics",
                                    "security", "research", "marketing", "customer", "operations"};
static const char *const cities[] = {"london", "berlin", "munich", "madrid", "zurich",
                                     "vienna", "dublin", "warsaw", "prague", "lisbon"};

/* "finance-london-0000" */
static void department(char text[64], size_t index) {
    snprintf(text, 64, "%s-%s-%04zu", words[index % 10], cities[index / 10 % 10], index);
}

static void contractor_mapping(struct certmap_builder *builder, size_t index) {
    char name[64], text[128];
    department(name, index);
    snprintf(text, sizeof text, "*%s-contractor*", name);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
}

/* The eight bytes in the middle of a literal, which the index looks for, of so many mappings; then the letter that each
 * literal ends in. */
static void pieces(struct t_buf *spec, size_t count, size_t letters) {
    char name[64], text[128];
    for (size_t i = 0; i < count; i++) {
        department(name, i * (10000 / count));
        const size_t len = (size_t)snprintf(text, sizeof text, "%s-contractor", name);
        t_bytes(spec, text + (len - 8) / 2, 8);
    }
    snprintf(text, sizeof text, "\\{r*%zu}", letters);
    t_put(spec, text);
}

static void contractor_subject(struct t_buf *spec) {
    t_put(spec, "CN=");
    pieces(spec, 600, 10000);
    end(spec);
}

static void long_contractor_subject(struct t_buf *spec) {
    t_put(spec, "CN=");
    pieces(spec, 2000, 48000);
    end(spec);
}

static void three_contractors_subject(struct t_buf *spec) {
    for (size_t i = 0; i < 3; i++) {
        t_put(spec, i > 0 ? " | CN=" : "CN=");
        pieces(spec, 1000, 24000);
    }
    end(spec);
}

static void unit_and_name_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "Dept %04zu", index % 1000);
    condition(builder, "OU", CERTMAP_OP_EQUAL, text);
    snprintf(text, sizeof text, "*%s-contractor*", words[index / 1000 % 10]);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
}

static void units_and_name_subject(struct t_buf *spec) {
    numbered(spec, "CN=\\{r*8000}", " | OU=Dept ", 300, 1, "");
}

static void two_patterns_mapping(struct certmap_builder *builder, size_t index) {
    char name[64], text[128];
    department(name, index);
    snprintf(text, sizeof text, "*%s*", name);
    condition(builder, "OU", CERTMAP_OP_LIKE, text);
    condition(builder, "OU", CERTMAP_OP_LIKE, "*contractor*");
}

static void departments_of_many_subject(struct t_buf *spec) {
    t_put(spec, "CN=a");
    for (size_t i = 0; i < 450; i++) {
        char name[64];
        department(name, i * 22);
        t_put(spec, " | OU=x-");
        t_put(spec, name);
    }
    end(spec);
}

static void number_and_unit_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "%04zu", index);
    condition(builder, "OU", CERTMAP_OP_EQUAL, text);
    condition(builder, "OU", CERTMAP_OP_EQUAL, "contractor");
}

static void not_equal_mapping(struct certmap_builder *builder, size_t index) {
    condition(builder, "O", CERTMAP_OP_EQUAL, "Contoso");
    not_unit(builder, "Other", index);
    not_number(builder, index);
}

/* The certificate has the pieces of many of the patterns. */
static void near_numbers_subject(struct t_buf *spec) {
    numbered(spec, "O=Contoso | OU=othe", " | OU=ther-", 900, 11, "");
}

static void letters_and_number_mapping(struct certmap_builder *builder, size_t index) {
    char text[96];
    memset(text, 'a', 64);
    text[0] = '*';
    snprintf(text + 25, sizeof text - 25, "%04zu", index);
    memset(text + 29, 'a', 24);
    memcpy(text + 53, "*", 2);
    condition(builder, "CN", CERTMAP_OP_LIKE, text);
}

static void letters_and_numbers_subject(struct t_buf *spec) {
    numbered(spec, "CN=", "aaaa", 500, 20, "\\{a*11500}");
}

static void contoso_unit_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "Dept %04zu", index);
    condition(builder, "OU", CERTMAP_OP_EQUAL, text);
    condition(builder, "O", CERTMAP_OP_EQUAL, "Contoso");
}

static void contoso_units_subject(struct t_buf *spec) {
    numbered(spec, "O=Contoso", " | OU=Dept ", 600, 1, "");
}

/* ---- NOTs that no other mapping has, and what is compared in other ways ------------------------------------------ */

static void own_nots_mapping(struct certmap_builder *builder, size_t index) {
    for (size_t i = 0; i < 10; i++)
        not_unit(builder, "Other", 10 * index + i);
    not_contoso(builder, index);
}

static void add_not(struct certmap_builder *builder, const struct certmap_condition *condition) {
    (void)certmap_builder_open(builder, CERTMAP_NOT, NULL);
    (void)certmap_builder_condition(builder, condition, NULL);
    (void)certmap_builder_close(builder, NULL);
}

static void not_in_mapping(struct certmap_builder *builder, size_t index) {
    char texts[12][32];
    struct certmap_view operands[12];
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    for (size_t i = 0; i < 12; i++) {
        snprintf(texts[i], sizeof texts[i], "Other %04zu", index * 13 + i * 7);
        operands[i] = t_text(texts[i]);
    }
    c.subfield = t_text("OU");
    c.op = CERTMAP_OP_EQUAL;
    c.operands = operands;
    c.operand_count = 12;
    add_not(builder, &c);
    not_contoso(builder, index);
}

/* As many as have a value set, of few bytes. */
static void few_units_subject(struct t_buf *spec) {
    numbered(spec, "O=Contoso", " | OU=Unit ", 29, 1, "");
}

static void not_any_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "who %zu", index);
    last_not(builder, "any", CERTMAP_OP_EQUAL, text);
    not_contoso(builder, index);
}

static void any_like_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "*who %zu*", index);
    condition(builder, "any", CERTMAP_OP_LIKE, text);
}

static void not_like_short_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    for (size_t i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "*Other %zu*", 4 * index + i);
        last_not(builder, "OU", CERTMAP_OP_LIKE, text);
    }
    not_contoso(builder, index);
}

static void not_matches_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "[a-z ]*other%zu[a-z]{1,20}", index);
    last_not(builder, "OU", CERTMAP_OP_MATCHES, text);
    not_contoso(builder, index);
}

static void expression_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "(a|b|[0-9]{2})*%zux?[a-z]{3}", index);
    condition(builder, "OU", CERTMAP_OP_MATCHES, text);
}

static void bounded_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "([a-z]|[0-9]){0,60}%zu", index);
    last_not(builder, "CN", CERTMAP_OP_MATCHES, text);
    not_contoso(builder, index);
}

/* So many of some letters, always the same ones. */
static void put_letters(struct t_buf *spec, const char *letters, size_t count, uint32_t *state) {
    for (size_t i = 0; i < count; i++) {
        *state = *state * 1664525u + 1013904223u;
        t_bytes(spec, letters + (*state >> 16) % strlen(letters), 1);
    }
}

static void chunks_subject(struct t_buf *spec) {
    uint32_t state = 1;
    t_put(spec, "O=Contoso");
    for (size_t i = 0; i < 31; i++) {
        t_put(spec, " | OU=");
        put_letters(spec, "unit0123456789", 480, &state);
    }
    end(spec);
}

static void long_name(struct t_buf *spec, const char *letters) {
    uint32_t state = 1;
    t_put(spec, "O=Contoso | CN=");
    put_letters(spec, letters, 15000, &state);
    end(spec);
}

static void random_subject(struct t_buf *spec) {
    long_name(spec, "abcdefghijklmnopqrstuvwxyz0123456789");
}

static void not_type_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "who %zu", index);
    last_not(builder, "1.3.6.1.4.1.32473.1", CERTMAP_OP_EQUAL, text);
    not_contoso(builder, index);
}

static void types_subject(struct t_buf *spec) {
    char text[64];
    t_put(spec, "O=Contoso");
    for (size_t i = 0; i < 700; i++) {
        snprintf(text, sizeof text, " | 1.3.6.1.4.1.32473.%zu=who %zu", 2 + i % 100, i);
        t_put(spec, text);
    }
    end(spec);
}

static void not_address_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    snprintf(text, sizeof text, "172.16.%zu.%zu", index / 250 % 250, index % 250);
    const struct certmap_view operand = t_text(text);
    c.field = CERTMAP_FIELD_SAN;
    c.subfield = t_text("ip");
    c.op = CERTMAP_OP_EQUAL;
    c.operands = &operand;
    c.operand_count = 1;
    add_not(builder, &c);
    not_contoso(builder, index);
}

static void contoso_subject(struct t_buf *spec) {
    t_put(spec, "O=Contoso | CN=x");
    end(spec);
}

static void addresses(struct t_buf *text) {
    char address[32];
    t_put(text, "SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ ");
    for (size_t i = 0; i < 2500; i++) {
        snprintf(address, sizeof address, "87{ 0A %02zX %02zX 01 } ", i / 256, i % 256);
        t_put(text, address);
    }
    t_put(text, "} } }");
    end(text);
}

/* ---- Members that no other mapping has, beside what makes them false; places and numbers of values --------------------- */

enum { OWN_NOTS = 40, OWN_PATTERNS = 10, AROUND = 20 };

static void forty_nots_mapping(struct certmap_builder *builder, size_t index) {
    for (size_t i = 0; i < OWN_NOTS; i++)
        not_unit(builder, "Other", OWN_NOTS * index + i);
    not_contoso(builder, index);
}

static void own_patterns_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    for (size_t i = 0; i < OWN_PATTERNS; i++) {
        snprintf(text, sizeof text, "*z%zu*", OWN_PATTERNS * index + i);
        last_not(builder, "OU", CERTMAP_OP_LIKE, text);
    }
    not_contoso(builder, index);
}

/* Not at the same place of each. */
static void around_mapping(struct certmap_builder *builder, size_t index) {
    char number[8];
    snprintf(number, sizeof number, "%04u", (unsigned)(index % ENDS));
    for (size_t i = 0; i < AROUND; i++) {
        if (i == index * 7 % AROUND)
            last_not(builder, "OU", CERTMAP_OP_EQUAL, number);
        not_unit(builder, "Other", AROUND * index + i);
    }
}

static void group_mapping(struct certmap_builder *builder, size_t index) {
    char text[16];
    (void)certmap_builder_open(builder, CERTMAP_ANY, NULL);
    for (size_t i = 0; i < AROUND; i++) {
        snprintf(text, sizeof text, "q%04zu", (index * 7 + i) % 5000);
        condition(builder, "OU", CERTMAP_OP_EQUAL, text);
    }
    snprintf(text, sizeof text, "%04zu", index % 700);
    last_not(builder, "OU", CERTMAP_OP_EQUAL, text);
    (void)certmap_builder_close(builder, NULL);
    not_contoso(builder, index);
}

/* A NOT of two patterns, of which the second is the mapping's own. */
static void not_quantified(struct certmap_builder *builder, enum certmap_quantifier quantifier, size_t position,
                           const char *text, size_t index) {
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    char own[32];
    snprintf(own, sizeof own, "x%zu*", index);
    const struct certmap_view operands[] = {t_text(text), t_text(own)};
    c.subfield = t_text("OU");
    c.op = CERTMAP_OP_LIKE;
    c.quantifier = quantifier;
    c.count = position;
    c.operands = operands;
    c.operand_count = 2;
    add_not(builder, &c);
}

static void last_mapping(struct certmap_builder *builder, size_t index) {
    not_quantified(builder, CERTMAP_LAST_VALUE, 0, "*0*", index);
}

static void place_mapping(struct certmap_builder *builder, size_t index) {
    not_quantified(builder, CERTMAP_AT_VALUE, 700 + index % 100, "*0*", index);
}

static void every_mapping(struct certmap_builder *builder, size_t index) {
    char text[16] = "*";
    memset(text + 1, '?', index % 5);
    not_quantified(builder, CERTMAP_EVERY_VALUE, 0, text, index);
    not_contoso(builder, index);
}

static void count_mapping(struct certmap_builder *builder, size_t index) {
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    c.subfield = t_text("OU");
    c.op = CERTMAP_OP_COUNT;
    c.count = 1000 + index;
    (void)certmap_builder_condition(builder, &c, NULL);
}

static void networks_mapping(struct certmap_builder *builder, size_t index) {
    enum { NETWORKS = 12 };
    char texts[NETWORKS][32];
    struct certmap_view operands[NETWORKS];
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    for (unsigned i = 0; i < NETWORKS; i++) {
        snprintf(texts[i], sizeof texts[i], "172.%u.%u.%u/28", 16 + i, (unsigned)(index / 16 % 250),
                 (unsigned)(index % 16) * 16);
        operands[i] = t_text(texts[i]);
    }
    snprintf(texts[0], sizeof texts[0], "10.%u.0.0/16", (unsigned)(index % 9));
    operands[0] = t_text(texts[0]);
    c.field = CERTMAP_FIELD_SAN;
    c.subfield = t_text("ip");
    c.op = CERTMAP_OP_EQUAL;
    c.operands = operands;
    c.operand_count = NETWORKS;
    add_not(builder, &c);
}

static void letters_and_b_mapping(struct certmap_builder *builder, size_t index) {
    char text[256] = "*";
    const size_t before = 10 + index % 100, after = index / 100 % 100;
    memset(text + 1, 'a', before);
    text[1 + before] = 'b';
    memset(text + 2 + before, 'a', after);
    memcpy(text + 2 + before + after, "*", sizeof "*");
    last_not(builder, "CN", CERTMAP_OP_LIKE, text);
    not_contoso(builder, index);
}

/* A value of so many letters, as if at random. */
static void abc_subject(struct t_buf *spec) {
    long_name(spec, "abc");
}

static void texts_mapping(struct certmap_builder *builder, size_t index) {
    struct certmap_output output = CERTMAP_OUTPUT_INIT;
    char text[64];
    snprintf(text, sizeof text, "g%zu-${subject.O | upper | lower | replace(\"n\", \"m\")}", index % 60);
    output.kind = CERTMAP_OUTPUT_GROUP;
    output.value = t_text(text);
    output.is_template = true;
    (void)certmap_builder_output(builder, &output, NULL);
    condition(builder, "O", CERTMAP_OP_EQUAL, "Contoso");
}

/* ---- Whole Names, and extensions ----------------------------------------------------------------------------- */

static void name_pattern_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    snprintf(text, sizeof text, "**,OU=unit %zu,**,O=Contoso", index);
    condition(builder, "", CERTMAP_OP_LIKE, text);
}

/* RDNs of as many AVAs as there may be. */
static void wide_subject(struct t_buf *spec) {
    t_put(spec, "O=Contoso");
    for (size_t i = 0; i < 780; i++) {
        char text[64];
        snprintf(text, sizeof text, i % 195 == 0 ? " | OU=unit %zu" : " + OU=unit %zu", i);
        t_put(spec, text);
    }
    end(spec);
}

static void three_units_mapping(struct certmap_builder *builder, size_t index) {
    char text[96];
    snprintf(text, sizeof text, "**,OU=*%zu,**,OU=*%zux,**,OU=*%zu,**", index % 50, index % 40, index);
    condition(builder, "", CERTMAP_OP_LIKE, text);
}

static void spoiled_units_subject(struct t_buf *spec) {
    numbered(spec, "O=Contoso | octet OU=x", " | OU=Unit ", 29, 1, "");
}

static void not_san(struct certmap_builder *builder, enum certmap_operator op, const char *const *texts, size_t count) {
    struct certmap_view operands[10];
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    for (size_t i = 0; i < count; i++)
        operands[i] = t_text(texts[i]);
    c.field = CERTMAP_FIELD_SAN;
    c.subfield = t_text("dirname");
    c.op = op;
    c.operands = operands;
    c.operand_count = count;
    add_not(builder, &c);
}

static void directory_pattern_mapping(struct certmap_builder *builder, size_t index) {
    char text[64];
    const char *texts[] = {text};
    snprintf(text, sizeof text, "CN=*%zu,O=Contoso", index);
    not_san(builder, CERTMAP_OP_LIKE, texts, 1);
    not_contoso(builder, index);
}

static void directory_mapping(struct certmap_builder *builder, size_t index) {
    char texts[10][64];
    const char *all[10];
    for (size_t i = 0; i < 10; i++) {
        snprintf(texts[i], sizeof texts[i], "CN=who x%zu,O=Contoso", 10 * index + i);
        all[i] = texts[i];
    }
    not_san(builder, CERTMAP_OP_EQUAL, all, 10);
    not_contoso(builder, index);
}

static void directories(struct t_buf *text) {
    char name[192];
    t_put(text, "SEQUENCE{ OID{ 2.5.29.17 } OCTETSTRING{ SEQUENCE{ ");
    for (size_t i = 0; i < 290; i++) {
        snprintf(name, sizeof name,
                 "A4{ SEQUENCE{ SET{ SEQUENCE{ OID{ 2.5.4.10 } UTF8String{ \"Contoso\" } } } "
                 "SET{ SEQUENCE{ OID{ 2.5.4.3 } UTF8String{ \"who %zu\" } } } } } ",
                 i);
        t_put(text, name);
    }
    t_put(text, "} } }");
    end(text);
}

static void not_extension_mapping(struct certmap_builder *builder, size_t index) {
    char oid[64];
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    const struct certmap_view operand = t_text("0500");
    snprintf(oid, sizeof oid, "1.3.6.1.4.1.32473.%zu", index);
    c.field = CERTMAP_FIELD_EXTENSION;
    c.subfield = t_text(oid);
    c.op = CERTMAP_OP_EQUAL;
    c.operands = &operand;
    c.operand_count = 1;
    add_not(builder, &c);
    not_contoso(builder, index);
}

static void extensions(struct t_buf *text) {
    char one[96];
    for (size_t i = 0; i < 700; i++) {
        snprintf(one, sizeof one, "SEQUENCE{ OID{ 1.3.6.1.4.1.32473.%zu } OCTETSTRING{ 05 00 } } ", i);
        t_put(text, one);
    }
    end(text);
}

/* ---- Together ----------------------------------------------------------------------------------------------- */

const struct b_worst b_worst_cases[] = {
    {"values", "200 units that each have a mapping", 1, values_mapping, some_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"many values", "2,000 units that each have a mapping", 20, values_mapping, many_subject, CERTMAP_COMBINING_FIRST,
     NULL},
    {"grid", "100 units and 100 names that mappings pair in other ways", 1, grid_mapping, grid_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"no literals", "only patterns of ? and *", 1, blank_mapping, blank_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"only NOT", "only NOTs of patterns that match", 1, not_mapping, not_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"NOT of units", "NOTs of units that none of 200 has, and of one that one has", 1, others_mapping, some_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"near misses", "NOTs of patterns that nearly match at each byte", 2, near_mapping, near_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"1,000 stars", "patterns of 1,000 stars that match but for the end", 1, stars_mapping, stars_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"one value", "one value that all mappings share, and a NOT", 1, one_mapping, one_subject, CERTMAP_COMBINING_FIRST,
     NULL},
    {"spoiled", "one value of each kind cannot be read, beside 300 others", 20, ordinary_mapping, spoiled_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"long literals", "4,000 short values, and NOTs of long literals", 20, long_literal_mapping, short_values_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"departments", "a long value with pieces of 600 patterns", 2, department_mapping, departments_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"NOT like", "900 units, and NOTs of patterns", 2, not_like_mapping, numbers_subject, CERTMAP_COMBINING_FIRST,
     NULL},
    {"many NOTs", "900 units, and a hundred NOTs each", 2, many_nots_mapping, numbers_subject, CERTMAP_COMBINING_FIRST,
     NULL},
    {"guarded", "the same, where one NOT is in each and false", 2, guarded_mapping, numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"question marks", "NOTs of patterns of ? that nearly match at each byte", 2, question_mapping, letters_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"contractors", "a long value with pieces of 600 patterns, and their last letter", 2, contractor_mapping,
     contractor_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"long contractors", "the same of 2,000 patterns, in 64 KB", 20, contractor_mapping, long_contractor_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"3 contractors", "the same of 1,000 patterns, three times in 96 KB", 20, contractor_mapping,
     three_contractors_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"unit and name", "300 units, and a pattern on a long value", 2, unit_and_name_mapping, units_and_name_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"two patterns", "450 units that fit one pattern each, and none the other", 2, two_patterns_mapping,
     departments_of_many_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"two units", "900 units that each have a mapping, which asks for another", 2, number_and_unit_mapping,
     numbers_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"NOT equal", "900 units, and NOTs of others", 2, not_equal_mapping, numbers_subject, CERTMAP_COMBINING_FIRST,
     NULL},
    {"NOT like, pieces", "900 units with the pieces of NOTs of patterns", 20, not_like_mapping, near_numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"numbered letters", "literals of one letter, and a number", 2, letters_and_number_mapping,
     letters_and_numbers_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"own NOTs", "900 units, and ten NOTs each that no other mapping has", 2, own_nots_mapping, numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"NOT in", "29 units, and NOTs of lists", 2, not_in_mapping, few_units_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"NOT like, few", "29 units, and four NOTs of patterns each", 2, not_like_short_mapping, few_units_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"NOT matches", "29 units, and NOTs of regular expressions", 2, not_matches_mapping, few_units_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"expressions", "31 long values, and regular expressions with pieces of them", 2, expression_mapping,
     chunks_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"bounded", "a long value, and NOTs of regular expressions that end before it does", 2, bounded_mapping,
     random_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"any type", "900 units, and NOTs of values of any type", 2, not_any_mapping, numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"any type, like", "900 units, and patterns for values of any type", 2, any_like_mapping, numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"types", "700 values of types without a name, and NOTs of others", 2, not_type_mapping, types_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"addresses", "2,500 addresses, and NOTs of others", 2, not_address_mapping, contoso_subject,
     CERTMAP_COMBINING_FIRST, addresses},
    {"40 own NOTs", "29 units, and forty NOTs each that no other mapping has", 2, forty_nots_mapping, few_units_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"own patterns", "900 units, and NOTs of ten patterns each that no other mapping has", 2, own_patterns_mapping,
     numbers_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"around", "900 units, and twenty own NOTs around one that is false", 2, around_mapping, numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"groups", "900 units, and groups of values that are not there", 2, group_mapping, numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"last", "the last of 900 units, and NOTs of patterns", 2, last_mapping, numbers_subject, CERTMAP_COMBINING_FIRST,
     NULL},
    {"places", "the 700th of 900 units and those after it, and NOTs of patterns", 2, place_mapping, numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"numbers", "900 units, and numbers of them", 2, count_mapping, numbers_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"every", "900 units, all of which fit a pattern that is negated", 2, every_mapping, numbers_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"networks", "2,500 addresses, and NOTs of twelve networks each", 2, networks_mapping, contoso_subject,
     CERTMAP_COMBINING_FIRST, addresses},
    {"letters", "15,000 letters of three, and NOTs of patterns of two", 2, letters_and_b_mapping, abc_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"any type, long", "a value of 15,000 letters, and patterns for values of any type", 2, any_like_mapping,
     random_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"all, texts", "policy all, and mappings that all hold and give groups", 2, texts_mapping, contoso_subject,
     CERTMAP_COMBINING_ALL, NULL},
    {"Name patterns", "780 units in four RDNs, and patterns over the Name", 2, name_pattern_mapping, wide_subject,
     CERTMAP_COMBINING_FIRST, NULL},
    {"three units", "29 units, one that cannot be read, and patterns of three", 2, three_units_mapping,
     spoiled_units_subject, CERTMAP_COMBINING_FIRST, NULL},
    {"directory", "290 Names in the SAN, and NOTs of lists of others", 2, directory_mapping, contoso_subject,
     CERTMAP_COMBINING_FIRST, directories},
    {"directory, like", "the same, and NOTs of patterns over them", 2, directory_pattern_mapping, contoso_subject,
     CERTMAP_COMBINING_FIRST, directories},
    {"extensions", "700 extensions, and NOTs of one each", 2, not_extension_mapping, contoso_subject,
     CERTMAP_COMBINING_FIRST, extensions},
    {"all", "policy all, and 600 mappings that hold", 2, contoso_unit_mapping, contoso_units_subject,
     CERTMAP_COMBINING_ALL, NULL},
};
const size_t b_worst_count = sizeof b_worst_cases / sizeof *b_worst_cases;

static void add(struct certmap_builder *builder, const struct b_worst *worst, size_t index) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    char name[32], account[32];
    snprintf(name, sizeof name, "m%zu", index);
    snprintf(account, sizeof account, "u%zu", worst->combining == CERTMAP_COMBINING_ALL ? 0 : index);
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = t_text(name);
    mapping.account = t_text(account);
    (void)certmap_builder_mapping(builder, &mapping, NULL);
    worst->mapping(builder, index);
}

struct certmap_rules *b_worst_rules(const struct b_worst *worst, size_t size, struct certmap_diagnostic *err) {
    struct certmap_rules *rules = NULL;
    struct certmap_builder *builder = NULL;
    if (certmap_builder_new(&builder, NULL, err) != CERTMAP_OK)
        return NULL;
    (void)certmap_builder_combining(builder, worst->combining, NULL);
    for (size_t i = 0; i < size; i++)
        add(builder, worst, i);
    if (certmap_builder_finish(builder, &rules, err) != CERTMAP_OK)
        rules = NULL;
    certmap_builder_free(builder);
    return rules;
}

static void put_certificate(struct t_buf *der, struct t_buf *subject, struct t_buf *extensions) {
    struct t_buf issuer = T_BUF_INIT;
    t_name(&issuer, "O=Contoso | CN=Contoso Issuing CA 3");
    t_cert_with(der, t_view(subject), t_view(&issuer), t_view(extensions));
    t_buf_free(&issuer);
}

void b_worst_certificate(struct t_buf *der, const struct b_worst *worst) {
    struct t_buf spec = T_BUF_INIT, subject = T_BUF_INIT, text = T_BUF_INIT, extensions = T_BUF_INIT;
    worst->subject(&spec);
    if (worst->extensions == NULL)
        t_cert_names(der, (const char *)spec.data, "O=Contoso | CN=Contoso Issuing CA 3");
    else {
        worst->extensions(&text);
        t_name(&subject, (const char *)spec.data);
        t_der(&extensions, (const char *)text.data);
        put_certificate(der, &subject, &extensions);
    }
    t_buf_free(&spec);
    t_buf_free(&subject);
    t_buf_free(&text);
    t_buf_free(&extensions);
}
