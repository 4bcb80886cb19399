/* SPDX-License-Identifier: MIT */
/* Why a certificate gets no account: what it lacks for the mapping that it misses by the least. docs/programs.md
 * explains it. */
#include <certmap/explain.h>
#include <certmap/names.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN = 3 }; /* conditions; who wants more asks the command */

/* What the callbacks note. */
struct why {
    size_t nearest; /* the index of a mapping; SIZE_MAX: no mapping is near */
    size_t shown;
};

/* A certmap_explain_fn: the last item is the nearest miss. */
static bool note_nearest(void *ctx, const struct certmap_explain_item *item) {
    struct why *why = ctx;
    if (item->kind == CERTMAP_EXPLAIN_NEAREST && item->missing != SIZE_MAX)
        why->nearest = item->mapping;
    return true;
}

/* Escaped for a terminal: rules may hold anything. */
static void print_text(struct certmap_view text) {
    size_t len = 0;
    (void)certmap_text_escape(NULL, 0, &len, text, false, NULL);
    char *line = malloc(len + 1);
    if (line != NULL && certmap_text_escape(line, len + 1, &len, text, false, NULL) == CERTMAP_OK)
        puts(line);
    free(line);
}

/* A certmap_explain_fn for one mapping: shows conditions that are not true, and stops after a few. A condition inside
 * `not` has to be false, and is left out here. */
static bool show_condition(void *ctx, const struct certmap_explain_item *item) {
    struct why *why = ctx;
    if (item->kind == CERTMAP_EXPLAIN_MAPPING) {
        printf("nearest: ");
        print_text(item->text);
    }
    if (item->kind != CERTMAP_EXPLAIN_CONDITION || item->depth > 1 || item->truth == CERTMAP_TRUE)
        return true;
    if (why->shown == SHOWN) {
        puts("  ...");
        return false;
    }
    why->shown++;
    printf("  %s, about the field %s: ", item->truth == CERTMAP_FALSE ? "false" : "unknown",
           item->condition != NULL ? certmap_field_name(item->condition->field) : "-");
    print_text(item->text);
    return true;
}

static enum certmap_status explain(const struct certmap_rules *rules, struct certmap_peer *peer,
                                   struct certmap_diagnostic *err) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct why why = {SIZE_MAX, 0};
    enum certmap_status status = certmap_explain(rules, peer, &result, note_nearest, &why, err);
    if (status != CERTMAP_OK)
        return status;
    printf("decision: %s\n", certmap_decision_name(result.decision));
    if (why.nearest != SIZE_MAX)
        status = certmap_explain_mapping(rules, peer, &result, why.nearest, show_condition, &why, err);
    return status;
}

/* Reads a file to its end, if it has room. */
static struct certmap_view read_file(uint8_t *room, size_t size, const char *path) {
    FILE *file = fopen(path, "rb");
    const size_t len = file == NULL ? 0 : fread(room, 1, size, file);
    if (file != NULL)
        fclose(file);
    return (struct certmap_view){room, len < size ? len : 0};
}

int main(int argc, char **argv) {
    static uint8_t text[1 << 20], bytes[1 << 20];
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_peer *peer = NULL;
    if (argc != 3) {
        fprintf(stderr, "usage: %s RULES CERTIFICATE\n", argv[0]);
        return EXIT_FAILURE;
    }
    const size_t len = read_file(bytes, sizeof bytes, argv[2]).len;
    if (certmap_rules_parse(&rules, read_file(text, sizeof text, argv[1]), NULL, &err) == CERTMAP_OK &&
        certmap_cert_from_pem(&cert, bytes, len, &err) == CERTMAP_OK &&
        certmap_peer_new(&peer, NULL, &err) == CERTMAP_OK && certmap_peer_set(peer, &cert, &err) == CERTMAP_OK)
        (void)explain(rules, peer, &err);
    if (err.status != CERTMAP_OK)
        fprintf(stderr, "%s\n", err.text);
    certmap_peer_free(peer);
    certmap_rules_free(rules);
    return err.status == CERTMAP_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
