/* SPDX-License-Identifier: MIT */
/* What each mapping of a rule file, read from standard input, decides, and which fields it asks for: an overview for who
 * has to believe 500 of them. docs/programs.md explains it. */
#include <certmap/diagnostic.h>
#include <certmap/walk.h>
#include <stdio.h>
#include <stdlib.h>

static void show_text(struct certmap_view text) {
    printf("%.*s", (int)text.len, text.data != NULL ? (const char *)text.data : "");
}

/* A certmap_walk_fn. What a condition compares with would follow as items of their own. */
static bool show_field(void *ctx, const struct certmap_walk_item *item) {
    (void)ctx;
    if (item->kind == CERTMAP_WALK_ALWAYS)
        printf(" always");
    if (item->kind != CERTMAP_WALK_CONDITION)
        return true;
    printf(" %s%s", certmap_field_name(item->condition->field), item->condition->subfield.len > 0 ? "." : "");
    show_text(item->condition->subfield);
    return true;
}

/* Lines are shown only of what the parser took: names and accounts hold no control characters. */
static bool show_mapping(const struct certmap_rules *rules, size_t index) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    if (certmap_rules_mapping(rules, &mapping, index, NULL) != CERTMAP_OK)
        return false;
    printf("line %zu: ", mapping.line);
    show_text(mapping.name);
    printf(mapping.decision == CERTMAP_ALLOW ? ": allow " : ": deny");
    show_text(mapping.account);
    printf(":");
    const bool whole = certmap_rules_walk(rules, index, show_field, NULL, NULL) == CERTMAP_OK;
    printf("\n");
    return whole;
}

/* NULL, and what is wrong was said. */
static struct certmap_rules *load(struct certmap_view text) {
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    char line[1024];
    size_t len;
    if (certmap_rules_parse(&rules, text, NULL, &err) == CERTMAP_OK)
        return rules;
    if (certmap_diagnostic_format(line, sizeof line, &len, &err, text, CERTMAP_DIAGNOSTIC_PLAIN, NULL) == CERTMAP_OK)
        fprintf(stderr, "%s\n", line);
    return NULL;
}

int main(void) {
    static uint8_t bytes[1 << 20]; /* as much as a file of rules has here */
    const struct certmap_view text = {bytes, fread(bytes, 1, sizeof bytes, stdin)};
    struct certmap_rules *rules = text.len < sizeof bytes ? load(text) : NULL;
    if (text.len == sizeof bytes)
        fprintf(stderr, "the rules are too large\n");
    bool shown = rules != NULL;
    for (size_t i = 0; i < certmap_rules_count(rules) && shown; i++)
        shown = show_mapping(rules, i);
    certmap_rules_free(rules);
    return shown ? EXIT_SUCCESS : EXIT_FAILURE;
}
