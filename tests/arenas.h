/* SPDX-License-Identifier: MIT */
/* Two arenas without a limit, for tests of what the core reads and compiles into them: one for what lasts, one for what does
 * not. Each test starts with empty ones, by T_EACH(start_arenas, free_arenas). */
#ifndef T_ARENAS_H
#define T_ARENAS_H

#include "base/alloc.h"
#include "field/list.h"
#include "support/der.h"
#include "support/run.h"

static struct cm_arena arena, scratch;

static inline void start_arenas(void) {
    struct certmap_allocator allocator;
    ck_assert(cm_allocator_init(&allocator, NULL));
    cm_arena_init(&arena, &allocator, SIZE_MAX);
    cm_arena_init(&scratch, &allocator, SIZE_MAX);
}

static inline void free_arenas(void) {
    cm_arena_free(&arena);
    cm_arena_free(&scratch);
}

/* The AVAs of a Name that t_name describes, root first. */
static inline struct cm_list read_name(const char *text) {
    struct t_buf der = T_BUF_INIT;
    struct cm_list list;
    t_name(&der, text);
    const struct certmap_view kept = cm_arena_text(&arena, t_view(&der));
    ck_assert_int_eq(cm_list_from_name(&list, kept, &arena, &scratch, NULL), CERTMAP_OK);
    t_buf_free(&der);
    return list;
}

#endif
