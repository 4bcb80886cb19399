/* SPDX-License-Identifier: MIT */
/* An importer: a table of organisational units and their accounts becomes a rule set, without text in between. Each line
 * is `UNIT,ACCOUNT`; those that begin with # are comments. What is wrong is shown at its place in the table, and the
 * rules are printed. docs/programs.md explains it. */
#include <certmap/build.h>
#include <certmap/diagnostic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of the table: what is in it, and where that is. */
struct entry {
    struct certmap_view unit, account;
    struct certmap_position position;
};

struct import {
    const char *file;
    struct certmap_view table;
    struct certmap_builder *builder;
};

/* ---- what is wrong ---- */

static void show(const struct import *import, const struct certmap_diagnostic *error) {
    struct certmap_diagnostic named = *error;
    char text[2048];
    size_t len = 0;
    named.file = import->file;
    if (certmap_diagnostic_format(text, sizeof text, &len, &named, import->table, CERTMAP_DIAGNOSTIC_PLAIN, NULL) ==
        CERTMAP_OK)
        fprintf(stderr, "%s\n", text);
    else
        fprintf(stderr, "%s: %s\n", import->file, error->text);
}

/* A certmap_part_fn. The builder has put the position there that it was given. */
static void show_part(void *ctx, enum certmap_part part, size_t index, const struct certmap_diagnostic *error) {
    (void)part;
    (void)index;
    show(ctx, error);
}

/* ---- one line ---- */

/* A mapping in one piece: name, condition, account, and where they are. Texts are copied. */
static enum certmap_status add_entry(struct import *import, const struct entry *entry) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    struct certmap_description description = CERTMAP_DESCRIPTION_INIT;
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = entry->unit;
    mapping.account = entry->account;
    mapping.line = entry->position.line;
    condition.subfield = certmap_view_of("OU"); /* of the field that is the first: the subject */
    condition.operands = &entry->unit;
    condition.operand_count = 1;
    description.mapping = &mapping;
    description.conditions = &condition;
    description.condition_count = 1;
    description.position = entry->position;
    return certmap_builder_add(import->builder, &description, show_part, import, NULL);
}

/* The two halves of a line; without a comma, the account is empty, which the builder refuses. */
static struct entry split(const struct import *import, size_t begin, size_t end, size_t line) {
    const uint8_t *at = import->table.data + begin;
    const uint8_t *comma = memchr(at, ',', end - begin);
    const size_t unit = comma != NULL ? (size_t)(comma - at) : end - begin;
    const size_t rest = comma != NULL ? begin + unit + 1 : end;
    return (struct entry){{at, unit}, {import->table.data + rest, end - rest}, {line, 1, begin, end - begin}};
}

static void add_lines(struct import *import) {
    const struct certmap_view table = import->table;
    for (size_t begin = 0, end, line = 1; begin < table.len; begin = end + 1, line++) {
        for (end = begin; end < table.len && table.data[end] != '\n'; end++)
            ;
        if (end == begin || table.data[begin] == '#')
            continue;
        const struct entry entry = split(import, begin, end, line);
        (void)add_entry(import, &entry); /* certmap_builder_finish fails after an error, and all of them are shown */
    }
}

/* ---- all of it ---- */

static bool print_rules(const struct certmap_rules *rules) {
    size_t len = 0;
    (void)certmap_rules_print(NULL, 0, &len, rules, NULL, NULL, NULL);
    char *text = malloc(len + 1);
    const bool printed =
        text != NULL && certmap_rules_print(text, len + 1, &len, rules, NULL, NULL, NULL) == CERTMAP_OK;
    if (printed)
        fputs(text, stdout);
    free(text);
    return printed;
}

static bool run(struct import *import) {
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    bool done = false;
    if (certmap_builder_new(&import->builder, NULL, &err) == CERTMAP_OK) {
        add_lines(import);
        if (certmap_builder_finish(import->builder, &rules, &err) == CERTMAP_OK)
            done = print_rules(rules);
    }
    if (err.status == CERTMAP_ERROR_MEMORY)
        show(import, &err); /* of all else there is a line already */
    certmap_rules_free(rules);
    certmap_builder_free(import->builder);
    return done;
}

int main(int argc, char **argv) {
    static uint8_t bytes[1 << 20]; /* as much as a table has here */
    struct import import = {.file = argc == 2 ? argv[1] : ""};
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, argc == 2 ? "%s: cannot be read\n" : "usage: %s TABLE\n", argv[argc == 2 ? 1 : 0]);
        return EXIT_FAILURE;
    }
    import.table = (struct certmap_view){bytes, fread(bytes, 1, sizeof bytes, file)};
    const bool whole = import.table.len < sizeof bytes && !ferror(file);
    fclose(file);
    if (!whole)
        fprintf(stderr, "%s: cannot be read, or is too large\n", argv[1]);
    return whole && run(&import) ? EXIT_SUCCESS : EXIT_FAILURE;
}
