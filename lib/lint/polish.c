/* SPDX-License-Identifier: MIT */
#include "polish.h"
#include <string.h>

/* Most values of a certificate of which each is tried to be left out. */
#define MAX_MINIMISED 64

/* A certificate that is changed as long as it shows the same. */
struct polishing {
    struct cm_lint_value *values;
    size_t count;
    cm_lint_shows_fn *shows;
    void *ctx;
};

static bool shows(const struct polishing *polishing) {
    const struct cm_lint_witness witness = {polishing->values, polishing->count};
    return polishing->shows(polishing->ctx, &witness);
}

static void minimise(struct polishing *polishing) {
    for (size_t i = polishing->count; i > 0 && polishing->count <= MAX_MINIMISED; i--) {
        const struct cm_lint_value value = polishing->values[i - 1];
        const size_t after = polishing->count - i;
        memmove(&polishing->values[i - 1], &polishing->values[i], after * sizeof value);
        polishing->count--;
        if (shows(polishing))
            continue;
        memmove(&polishing->values[i], &polishing->values[i - 1], after * sizeof value);
        polishing->values[i - 1] = value;
        polishing->count++;
    }
}

static void dress(struct polishing *polishing, enum certmap_field field, const char *name) {
    for (size_t i = 0; i < polishing->count; i++)
        if (polishing->values[i].field == field)
            return;
    polishing->values[polishing->count++] =
        (struct cm_lint_value){field, certmap_view_of("CN"), certmap_view_of(name), CERTMAP_LINT_READABLE};
    if (!shows(polishing))
        polishing->count--;
}

/* In the order of the fields, and of the values as they were. */
static void sort(struct polishing *polishing) {
    for (size_t i = 1; i < polishing->count; i++) {
        const struct cm_lint_value value = polishing->values[i];
        size_t at = i;
        for (; at > 0 && polishing->values[at - 1].field > value.field; at--)
            polishing->values[at] = polishing->values[at - 1];
        polishing->values[at] = value;
    }
}

void cm_lint_polish(struct cm_lint_pool *pool, struct cm_lint_witness *witness, cm_lint_shows_fn *fn, void *ctx) {
    struct polishing polishing = {cm_lint_pool_take(pool, witness->count + 2, sizeof *polishing.values), witness->count,
                                  fn, ctx};
    if (polishing.values == NULL)
        return;
    if (witness->count > 0)
        memcpy(polishing.values, witness->values, witness->count * sizeof *polishing.values);
    minimise(&polishing);
    dress(&polishing, CERTMAP_FIELD_ISSUER, "Any CA");
    dress(&polishing, CERTMAP_FIELD_SUBJECT, "Mallory");
    sort(&polishing);
    if (shows(&polishing))
        *witness = (struct cm_lint_witness){polishing.values, polishing.count};
}
