/* SPDX-License-Identifier: MIT */
/* Everything that is wrong or doubtful about a rule file, shown as compilers do. The diagnostics come while the file is
 * in memory, so that each is shown with its line. docs/programs.md explains it. */
#include <certmap/build.h>
#include <certmap/diagnostic.h>
#include <certmap/limits.h>
#include <certmap/names.h>
#include <stdio.h>
#include <stdlib.h>

/* What the callback needs. */
struct check {
    struct certmap_view source;
    bool complete; /* everything could be shown */
};

/* A certmap_diagnostic_fn. The first call says how long the text is, the second one writes it. */
static void show(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct check *check = ctx;
    size_t len = 0;
    (void)severity; /* the diagnostic has it, too */
    (void)certmap_diagnostic_format(NULL, 0, &len, diagnostic, check->source, CERTMAP_DIAGNOSTIC_PLAIN, NULL);
    char *text = malloc(len + 1);
    if (text != NULL && certmap_diagnostic_format(text, len + 1, &len, diagnostic, check->source,
                                                  CERTMAP_DIAGNOSTIC_PLAIN, NULL) == CERTMAP_OK)
        puts(text);
    else
        check->complete = false;
    free(text);
}

/* Loads the text; each diagnostic is shown at once. */
static bool load(struct certmap_view source, const char *file) {
    struct check check = {source, true};
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    options.file = file;
    options.diagnostic = show;
    options.diagnostic_ctx = &check;
    const bool loads = certmap_rules_parse(&rules, source, &options, &err) == CERTMAP_OK;
    if (!loads && err.line == 0)
        show(&check, CERTMAP_SEVERITY_ERROR, &err); /* out of memory: no callback gets it */
    else if (loads)
        printf("%s: %zu mappings\n", file, certmap_rules_count(rules));
    certmap_rules_free(rules);
    return loads && check.complete;
}

/* Windows writes files in UTF-16. What is shown is the text that is loaded. */
static bool load_utf16(struct certmap_view bytes, const char *file) {
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    const size_t cap = bytes.len / 2 * 3 + 4; /* as names.h has it */
    char *text = malloc(cap);
    size_t len = 0;
    bool loads = false;
    if (text != NULL && certmap_text_from_utf16(text, cap, &len, bytes, &err) == CERTMAP_OK)
        loads = load((struct certmap_view){(const uint8_t *)text, len}, file);
    else
        fprintf(stderr, "%s: %s\n", file, text == NULL ? "out of memory" : err.text);
    free(text);
    return loads;
}

int main(int argc, char **argv) {
    static uint8_t bytes[1 << 20]; /* as much as a file of rules has here */
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, argc == 2 ? "%s: cannot be read\n" : "usage: %s RULES\n", argv[argc == 2 ? 1 : 0]);
        return EXIT_FAILURE;
    }
    const struct certmap_view text = {bytes, fread(bytes, 1, sizeof bytes, file)};
    const bool whole = text.len < sizeof bytes && !ferror(file);
    fclose(file);
    if (!whole)
        fprintf(stderr, "%s: cannot be read, or is too large\n", argv[1]);
    return whole && (certmap_text_is_utf16(text) ? load_utf16 : load)(text, argv[1]) ? EXIT_SUCCESS : EXIT_FAILURE;
}
