/* SPDX-License-Identifier: MIT */
/* Hyperscan: all rules in one database, one expression a rule over the joined values. */
#include "engine.h"
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct set {
    enum b_workload workload;
    size_t size;
    hs_database_t *database;
    hs_scratch_t *scratch;
};

struct search {
    const struct set *set;
    const struct b_person *person;
    size_t best;
};

static const char *unable(enum b_workload workload) {
    return workload == B_ONE_TO_ONE ? "compares text, not certificates" : NULL;
}

struct expressions {
    const char **texts;
    unsigned *flags;
    unsigned *ids;
};

static char *expression_of(enum b_workload workload, size_t id) {
    struct b_rule rule;
    char body[B_EXPRESSION], text[B_EXPRESSION + 8];
    b_workload_rule(workload, id, &rule);
    if (!b_engine_expression(workload, &rule, body))
        b_engine_failed("Hyperscan", "a rule has nothing but NOT");
    snprintf(text, sizeof text, "\\A%s\\z", body);
    char *copy = malloc(strlen(text) + 1);
    if (copy == NULL)
        b_engine_failed("Hyperscan", "no memory");
    return memcpy(copy, text, strlen(text) + 1);
}

static bool compile(struct set *set, const struct expressions *all) {
    hs_compile_error_t *error = NULL;
    if (hs_compile_multi(all->texts, all->flags, all->ids, (unsigned)set->size, HS_MODE_BLOCK, NULL, &set->database,
                         &error) != HS_SUCCESS) {
        hs_free_compile_error(error);
        return false;
    }
    return hs_alloc_scratch(set->database, &set->scratch) == HS_SUCCESS;
}

static void release(void *state) {
    struct set *set = state;
    hs_free_scratch(set->scratch);
    hs_free_database(set->database);
    free(set);
}

static void *build(enum b_workload workload, size_t size) {
    struct set *set = calloc(1, sizeof *set);
    struct expressions all = {calloc(size, sizeof *all.texts), calloc(size, sizeof *all.flags),
                              calloc(size, sizeof *all.ids)};
    char **owned = calloc(size, sizeof *owned);
    if (set == NULL || all.texts == NULL || all.flags == NULL || all.ids == NULL || owned == NULL)
        b_engine_failed("Hyperscan", "no memory");
    set->workload = workload;
    set->size = size;
    for (size_t i = 0; i < size; i++) {
        owned[i] = expression_of(workload, b_workload_id(i, size));
        all.texts[i] = owned[i];
        all.ids[i] = (unsigned)i;
        all.flags[i] = HS_FLAG_SINGLEMATCH | (workload == B_WILDCARDS ? HS_FLAG_CASELESS : 0U);
    }
    const bool compiled = compile(set, &all);
    for (size_t i = 0; i < size; i++)
        free(owned[i]);
    free(owned);
    free(all.ids);
    free(all.flags);
    free(all.texts);
    if (compiled)
        return set;
    release(set);
    return NULL;
}

static int found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx) {
    struct search *search = ctx;
    (void)from;
    (void)to;
    (void)flags;
    if (id < search->best &&
        b_engine_negations_hold(search->set->workload, b_workload_id(id, search->set->size), search->person))
        search->best = id;
    return 0;
}

static size_t match(void *state, const struct b_person *person, struct certmap_view der) {
    const struct set *set = state;
    char joined[B_JOINED];
    struct search search = {set, person, SIZE_MAX};
    const size_t length = b_engine_join(set->workload, person, joined);
    (void)der;
    if (hs_scan(set->database, joined, (unsigned)length, 0, set->scratch, found, &search) != HS_SUCCESS)
        b_engine_failed("Hyperscan", "a scan fails");
    return search.best;
}

const struct b_engine b_engine_hyperscan = {
    .name = "Hyperscan",
    .how = "one database, one anchored expression a rule over the joined values; a NOT is tested on what it finds",
    .most = 100000,
    .unable = unable,
    .build = build,
    .release = release,
    .match = match,
};
