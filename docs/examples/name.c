/* SPDX-License-Identifier: MIT */
/* A Name as somebody pasted it, in whichever form, as rules write it. Where the text may be several Names, all of them
 * are shown, for the person to choose. docs/programs.md explains it. */
#include <certmap/names.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 65536 }; /* as much as a Name has here */

/* The Name that the text is in this dialect, as rules write it. */
static bool print_reading(struct certmap_view text, enum certmap_dialect dialect) {
    static uint8_t der[ROOM];
    static char line[ROOM];
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_view name = {der, 0};
    size_t len = 0;
    if (certmap_name_from_dialect(der, sizeof der, &name.len, text, dialect, &err) != CERTMAP_OK ||
        certmap_name_to_text(line, sizeof line, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, &err) !=
            CERTMAP_OK) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    printf("%s: %s\n", certmap_dialect_name(dialect), line);
    return true;
}

int main(int argc, char **argv) {
    enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT];
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    size_t count = 0;
    bool printed = true;
    if (argc != 2) {
        fprintf(stderr, "usage: %s NAME\n", argv[0]);
        return EXIT_FAILURE;
    }
    const struct certmap_view text = certmap_view_of(argv[1]);
    const bool plain = certmap_dialect_find(dialects, &count, text, NULL, &err) == CERTMAP_OK;
    if (!plain)
        fprintf(stderr, "%s\n", err.text);
    for (size_t i = 0; i < count; i++) /* one, or those to choose from */
        printed = print_reading(certmap_name_bare(text), dialects[i]) && printed;
    return plain && printed ? EXIT_SUCCESS : EXIT_FAILURE;
}
