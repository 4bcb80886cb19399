/* SPDX-License-Identifier: MIT */
/* The same certificate twice: in two files, or, by mistake, both in and out. What was signed says which one it is; the
 * signature can be written in more than one way. */
#include "suggest.h"
#include <stdlib.h>
#include <string.h>

struct identity {
    struct certmap_view one, two;
    struct cm_suggest_cert *cert;
    size_t order; /* in which it was added, those of the corpus last */
};

static struct identity identity_of(struct cm_suggest_cert *cert, size_t order) {
    struct identity identity = {cert->cert.tbs, {NULL, 0}, cert, order};
    if (identity.one.len == 0)
        identity.one = cert->cert.certificate;
    if (identity.one.len == 0) {
        identity.one = cert->cert.issuer;
        identity.two = cert->cert.serial;
    }
    return identity;
}

static int compare_views(struct certmap_view a, struct certmap_view b) {
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return a.len == 0 ? 0 : memcmp(a.data, b.data, a.len);
}

static int compare_identities(const struct identity *a, const struct identity *b) {
    const int order = compare_views(a->one, b->one);
    return order != 0 ? order : compare_views(a->two, b->two);
}

static int compare(const void *one, const void *two) {
    const struct identity *a = one, *b = two;
    const int order = compare_identities(a, b);
    return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

/* Marks twins by a label without data, which no other has. */
static bool is_twin(const struct cm_suggest_cert *cert) {
    return cert->label.data == NULL;
}

static void drop(struct cm_lint_array *array) {
    struct cm_suggest_cert *items = array->items;
    size_t kept = 0;
    for (size_t i = 0; i < array->count; i++)
        if (!is_twin(&items[i]))
            items[kept++] = items[i];
    array->count = kept;
}

static enum certmap_status mark(struct certmap_suggest *suggest, struct identity *all, size_t count,
                                struct certmap_diagnostic *err) {
    const struct identity *first = NULL;
    for (size_t i = 0; i < count; i++) {
        if (first == NULL || compare_identities(first, &all[i]) != 0) {
            first = &all[i];
            continue;
        }
        if (all[i].cert->role != CERTMAP_SUGGEST_CORPUS && all[i].cert->role != first->cert->role)
            return cm_suggest_fail(err, CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_SAME_CERTIFICATE,
                                   "%s and %s are the same certificate, which cannot be in and out",
                                   cm_suggest_label(suggest, first->cert), cm_suggest_label(suggest, all[i].cert));
        all[i].cert->label = (struct certmap_view){NULL, 0};
    }
    return CERTMAP_OK;
}

enum certmap_status cm_suggest_drop_twins(struct certmap_suggest *suggest, struct certmap_diagnostic *err) {
    const size_t count = suggest->spoken.count + suggest->corpus.count;
    struct identity *all = cm_lint_pool_take(&suggest->scratch, count + 1, sizeof *all);
    if (all == NULL)
        return cm_suggest_fail(err, CERTMAP_ERROR_MEMORY, CERTMAP_CODE_MEMORY, "out of memory");
    for (size_t i = 0; i < suggest->spoken.count; i++)
        all[i] = identity_of(cm_suggest_spoken(suggest, i), i);
    for (size_t i = suggest->spoken.count; i < count; i++)
        all[i] = identity_of((struct cm_suggest_cert *)suggest->corpus.items + (i - suggest->spoken.count), i);
    qsort(all, count, sizeof *all, compare);
    const enum certmap_status status = mark(suggest, all, count, err);
    drop(&suggest->spoken);
    drop(&suggest->corpus);
    return status;
}
