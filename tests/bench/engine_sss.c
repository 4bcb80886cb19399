/* SPDX-License-Identifier: MIT */
/* libsss_certmap: from a certificate to an answer, as SSSD does it: an expression for the issuer and one for the
 * subject, each over the Name as text. All rules have one priority, because it loads in the square of their number
 * when each has its own; of one priority it tries the last that was added first. */
#include "engine.h"
#include <ctype.h>
#include <errno.h>
#include <sss_certmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *unable(enum b_workload workload) {
    if (workload == B_ONE_TO_ONE)
        return "has no condition on a whole certificate";
    return workload == B_SHARED ? "has no NOT" : NULL;
}

static void quiet(void *private_data, const char *file, long line, const char *function, const char *format, ...) {
    (void)private_data;
    (void)file;
    (void)line;
    (void)function;
    (void)format;
}

/* One condition as an extended regular expression; it has no way to ignore case but [aA]. */
static size_t put_pattern(char *out, const struct b_condition *condition) {
    size_t length = 0;
    for (const char *c = condition->text; *c != '\0'; c++) {
        if (*c == '*')
            length += (size_t)sprintf(out + length, "[^,]*");
        else if (condition->nocase && isalpha((unsigned char)*c))
            length += (size_t)sprintf(out + length, "[%c%c]", tolower((unsigned char)*c), toupper((unsigned char)*c));
        else if (*c == '.')
            length += (size_t)sprintf(out + length, "\\.");
        else
            out[length++] = *c;
    }
    return length;
}

static const struct b_condition *condition_on(const struct b_rule *rule, enum b_slot slot) {
    for (size_t i = 0; i < rule->count; i++)
        if (rule->conditions[i].slot == slot)
            return &rule->conditions[i];
    return NULL;
}

/* The Names as the library writes them: the last RDN first, a comma between. */
static void match_rule(const struct b_rule *rule, char text[B_EXPRESSION]) {
    const struct b_condition *issuer = condition_on(rule, B_ISSUER_O), *unit = condition_on(rule, B_SUBJECT_OU),
                             *name = condition_on(rule, B_SUBJECT_CN);
    size_t length = (size_t)sprintf(text, "<ISSUER>,O=");
    length += put_pattern(text + length, issuer);
    length += (size_t)sprintf(text + length, ",C=US$<SUBJECT>^CN=");
    length += put_pattern(text + length, name);
    length += (size_t)sprintf(text + length, ",OU=");
    length += put_pattern(text + length, unit);
    sprintf(text + length, ",");
}

static void add(struct sss_certmap_ctx *ctx, enum b_workload workload, size_t position, size_t size) {
    struct b_rule rule;
    char match[B_EXPRESSION], map[64];
    b_workload_rule(workload, b_workload_id(position, size), &rule);
    match_rule(&rule, match);
    snprintf(map, sizeof map, "LDAP:(uid=m%zu)", position);
    if (sss_certmap_add_rule(ctx, 1, match, map, NULL) != 0)
        b_engine_failed("libsss_certmap", "it does not take a rule");
}

static void *build(enum b_workload workload, size_t size) {
    struct sss_certmap_ctx *ctx = NULL;
    if (sss_certmap_init(NULL, quiet, NULL, &ctx) != 0)
        b_engine_failed("libsss_certmap", "no memory");
    for (size_t i = size; i-- > 0;)
        add(ctx, workload, i, size);
    return ctx;
}

static void release(void *state) {
    sss_certmap_free_ctx(state);
}

static size_t match(void *state, const struct b_person *person, struct certmap_view der) {
    (void)person;
    const int found = sss_certmap_match_cert(state, der.data, der.len);
    if (found != 0 && found != ENOENT)
        b_engine_failed("libsss_certmap", "it does not read a certificate");
    return found == 0 ? B_ANY : SIZE_MAX;
}

static size_t which(void *state, const struct b_person *person, struct certmap_view der) {
    char *filter = NULL, **domains = NULL;
    size_t position = SIZE_MAX;
    (void)person;
    if (sss_certmap_get_search_filter(state, der.data, der.len, &filter, &domains) != 0)
        return SIZE_MAX;
    if (sscanf(filter, "(uid=m%zu)", &position) != 1)
        b_engine_failed("libsss_certmap", "it does not tell which rule it was");
    sss_certmap_free_filter_and_domains(filter, domains);
    return position;
}

const struct b_engine b_engine_sss = {
    .name = "libsss_certmap",
    .how = "<ISSUER> and <SUBJECT> expressions, one priority; from the certificate, as it has no other way",
    .from_der = true,
    .most = 20000,
    .unable = unable,
    .build = build,
    .release = release,
    .match = match,
    .which = which,
};
