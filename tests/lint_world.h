/* SPDX-License-Identifier: MIT */
/* A small world of random_rules.h, each certificate of it with a peer of its own, and rule sets about it. What an analysis
 * says of such rules can be looked up in all of them. */
#ifndef T_LINT_WORLD_H
#define T_LINT_WORLD_H

#include "certmap/lint.h"
#include "certmap/walk.h"
#include "random_rules.h"

/* ---- the world ---- */

static struct certmap_peer *world[8192];
static struct cm_lint_pool pools[8192];
static bool is_readable[8192];
static size_t world_count;

static void add_certificate(const struct cm_lint_value *values, size_t count) {
    const struct cm_lint_witness witness = {values, count};
    struct cm_lint_pool *pool = &pools[world_count];
    ck_assert_uint_lt(world_count, sizeof world / sizeof *world);
    ck_assert(cm_lint_pool_init(pool, NULL));
    ck_assert_int_eq(certmap_peer_new(&world[world_count], NULL, NULL), CERTMAP_OK);
    is_readable[world_count] = true;
    for (size_t i = 0; i < count; i++)
        is_readable[world_count] = is_readable[world_count] && values[i].state == CERTMAP_LINT_READABLE;
    ck_assert(cm_lint_witness_set(world[world_count], pool, &witness, cm_lint_witness_der(pool, &witness)));
    world_count++;
}

static inline void make_world(const struct t_world_kind *of) {
    world_count = 0;
    add_certificates(of);
}

static inline void free_world(void) {
    for (size_t i = 0; i < world_count; i++) {
        certmap_peer_free(world[i]);
        cm_lint_pool_free(&pools[i]);
    }
}

/* ---- random rules ---- */

static inline size_t put_rules(void) {
    const unsigned count = 2 + draw(6);
    text_len = 0;
    put("certmap 1;\n");
    for (unsigned i = 0; i < count; i++) {
        put("mapping \"m%u\" { when ", i);
        put_expression(2);
        if (draw(3) == 0)
            put("; deny; }\n");
        else
            put("; allow \"%c\"; }\n", 'x' + (int)draw(3));
    }
    return count;
}

/* ---- loading, and edits ---- */

static inline void apply(char *fixed, const struct certmap_lint_report *report) {
    size_t at = 0, len = 0;
    for (size_t i = 0; i < report->edit_count; i++) {
        const struct certmap_lint_edit *edit = &report->edits[i];
        memcpy(fixed + len, text + at, edit->position.offset - at);
        len += edit->position.offset - at;
        memcpy(fixed + len, edit->text.data, edit->text.len);
        len += edit->text.len;
        at = edit->position.offset + edit->position.length;
    }
    memcpy(fixed + len, text + at, text_len - at + 1);
}

static inline struct certmap_rules *load(const char *rules_text, struct certmap_lint *lint) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    build.added = lint != NULL ? certmap_lint_added : NULL;
    build.added_ctx = lint;
    options.build = &build;
    ck_assert_msg(certmap_rules_parse(&rules, t_text(rules_text), &options, &err) == CERTMAP_OK, "%s\n%s", err.text,
                  rules_text);
    return rules;
}

#endif
