/* SPDX-License-Identifier: MIT */
/* Lists of issuers, which conditions use by name.
 *
 *     issuers = "issuers" string "{" entry { entry } "}"
 *     entry   = ( "sha256" | "spki.sha256" | "file" ) string { "," string } ";" */
#include "base/alloc.h"
#include "base/out.h"
#include "base/view.h"
#include "certmap/names.h"
#include "field/canonical.h"
#include "parse/parser.h"

/* What an entry gives. */
enum entry { ENTRY_CERTIFICATE, ENTRY_KEY, ENTRY_FILE };

/* ---- digests ---- */

/* Adds a digest, which stays; false where there is no memory or no room, which is reported. */
static bool add_digest(struct cm_parser *parser, struct cm_issuers *list, struct cm_digests *digests,
                       struct certmap_view digest, struct certmap_position position) {
    if (list->certificates.count + list->keys.count == CERTMAP_MAX_ISSUERS) {
        cm_error(&parser->error, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_TOO_MANY,
                 "the list has more than %d certificates and keys", CERTMAP_MAX_ISSUERS);
        return cm_parser_report(parser, position, &parser->error);
    }
    struct certmap_view *items =
        cm_array_reserve(&parser->allocator, digests->items, &digests->cap, digests->count + 1, sizeof *items);
    if (items == NULL)
        return cm_parser_memory_failed(parser);
    digests->items = items;
    items[digests->count++] = digest;
    return true;
}

/* A digest in hexadecimal. What is not one is reported and does not fail. */
static bool take_digest(struct cm_parser *parser, struct cm_issuers *list, struct cm_digests *digests,
                        struct certmap_view text, struct certmap_position position) {
    struct certmap_view digest;
    const enum certmap_status status =
        cm_canonical_operand(&digest, CM_TEXT_SHA256, text, &parser->kept, &parser->error);
    if (status == CERTMAP_OK)
        return add_digest(parser, list, digests, digest, position);
    if (status == CERTMAP_ERROR_SYNTAX)
        parser->error.code = CERTMAP_CODE_BAD_DIGEST;
    cm_parser_report(parser, position, &parser->error);
    return !parser->fatal;
}

/* ---- files ---- */

/* What the program's loader gives its digests to. */
struct intake {
    struct cm_parser *parser;
    struct cm_issuers *list;
    struct certmap_position position;
    size_t count;
    bool failed;
};

static bool add_from_file(void *ctx, const uint8_t sha256[CERTMAP_SHA256_SIZE]) {
    struct intake *intake = ctx;
    char hex[2 * CERTMAP_SHA256_SIZE];
    struct cm_out out = {hex, sizeof hex, 0};
    cm_hex_print(&out, cm_view(sha256, CERTMAP_SHA256_SIZE));
    const struct certmap_view digest = cm_arena_text(&intake->parser->kept, cm_view(hex, sizeof hex));
    intake->count++;
    if (digest.data == NULL)
        intake->failed = !cm_parser_memory_failed(intake->parser);
    else
        intake->failed =
            !add_digest(intake->parser, intake->list, &intake->list->certificates, digest, intake->position);
    return !intake->failed;
}

/* Bytes for the reason, beside the longest name and the words of the message. */
#define REASON_SIZE 160

/* What is after the last "; " is advice, often a command: half of one does harm, so that it goes where it does not fit. */
static void drop_advice(char *reason) {
    for (size_t i = strlen(reason); i-- > 0;)
        if (reason[i] == ';' && reason[i + 1] == ' ') {
            reason[i] = '\0';
            return;
        }
}

/* A file that cannot be loaded, for a reason that the program gives. */
static void report_file(struct cm_parser *parser, struct certmap_view name, const char *why,
                        struct certmap_position position) {
    char reason[REASON_SIZE];
    struct cm_out out = {reason, sizeof reason - 1, 0};
    cm_out_readable(&out, cm_view(why, strlen(why)));
    reason[out.len < out.cap ? out.len : out.cap] = '\0';
    if (out.len > out.cap)
        drop_advice(reason);
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_ISSUER_FILE, "the file %s cannot be loaded: %s",
             cm_quote(name).text, reason);
    cm_parser_report(parser, position, &parser->error);
}

/* A file of certificates. One that cannot be loaded is reported and does not fail. */
static bool take_file(struct cm_parser *parser, struct cm_issuers *list, struct certmap_view text,
                      struct certmap_position position) {
    struct intake intake = {parser, list, position, 0, false};
    const struct certmap_view name = cm_arena_text(&parser->strings, text);
    if (name.data == NULL)
        return cm_parser_memory_failed(parser);
    if (parser->options->issuer_file == NULL) {
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_NO_LOADER,
                 "the file %s cannot be loaded: the program that reads these rules opens no files for them",
                 cm_quote(name).text);
        return cm_parser_report(parser, position, &parser->error) || !parser->fatal;
    }
    const char *why = parser->options->issuer_file(parser->options->issuer_file_ctx, name, add_from_file, &intake);
    if (intake.failed)
        return false;
    if (why == NULL && intake.count == 0)
        why = "there is no certificate in it";
    if (why != NULL)
        report_file(parser, name, why, position);
    return true;
}

/* ---- entries ---- */

static bool accept_entry(struct cm_parser *parser, enum entry *entry) {
    static const struct certmap_view words[] = {[ENTRY_CERTIFICATE] = CM_VIEW_OF("sha256"),
                                                [ENTRY_KEY] = CM_VIEW_OF("spki.sha256"),
                                                [ENTRY_FILE] = CM_VIEW_OF("file")};
    for (unsigned i = 0; i <= ENTRY_FILE; i++)
        if (cm_parser_accept_word(parser, words[i])) {
            *entry = (enum entry)i;
            return true;
        }
    return cm_parser_report_unexpected(parser, CERTMAP_CODE_SYNTAX, "\"sha256\", \"spki.sha256\" or \"file\"", words,
                                       3);
}

/* One string of an entry. A mistake in it is reported and does not fail. */
static bool take_item(struct cm_parser *parser, struct cm_issuers *list, enum entry entry) {
    const struct certmap_position position = parser->token.position;
    const size_t errors = parser->errors;
    struct certmap_view text;
    if (!cm_parser_take_string(parser, &text, CM_STRING_TEXT,
                               entry == ENTRY_FILE ? "the name of a file, a string in double quotes"
                                                   : "a digest in hexadecimal, a string in double quotes"))
        return false;
    if (parser->errors > errors)
        return true;
    if (entry == ENTRY_FILE)
        return take_file(parser, list, text, position);
    return take_digest(parser, list, entry == ENTRY_KEY ? &list->keys : &list->certificates, text, position);
}

static bool take_entry(struct cm_parser *parser, struct cm_issuers *list) {
    enum entry entry = ENTRY_FILE;
    cm_arena_reset(&parser->strings);
    if (!accept_entry(parser, &entry))
        return false;
    do
        if (!take_item(parser, list, entry))
            return false;
    while (cm_parser_accept_punct(parser, ','));
    return cm_parser_expect_punct(parser, ';', "\",\" or \";\" after a string of the list");
}

/* ---- lists ---- */

struct list_search {
    const struct cm_parser *parser;
    struct certmap_view name;
};

static bool is_list(const void *ctx, uint32_t number) {
    const struct list_search *search = ctx;
    return certmap_text_same(search->parser->issuers[number].name, search->name);
}

/* The list with a name, or CM_ID_TABLE_NONE. */
static uint32_t find_list(const struct cm_parser *parser, struct certmap_view name, uint32_t *hash) {
    const struct list_search search = {parser, name};
    *hash = cm_id_table_hash(certmap_text_hash((uint64_t)(uintptr_t)parser, name));
    return cm_id_table_find(&parser->issuers_names, *hash, is_list, &search);
}

/* Gives the list its name, unless it is empty or taken, which is reported and does not fail. */
static bool name_list(struct cm_parser *parser, struct cm_issuers *list, struct certmap_view text) {
    const uint32_t number = (uint32_t)parser->issuers_count - 1;
    uint32_t hash;
    if (text.len == 0) {
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_EMPTY_NAME, "the name of the list is empty");
        cm_parser_report(parser, list->position, &parser->error);
        return true;
    }
    const uint32_t there = find_list(parser, text, &hash);
    list->name = cm_arena_text(&parser->kept, text);
    if (list->name.data == NULL ||
        (there == CM_ID_TABLE_NONE && !cm_id_table_add(&parser->issuers_names, hash, number, &parser->allocator)))
        return cm_parser_memory_failed(parser);
    if (there == CM_ID_TABLE_NONE)
        return true;
    cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_DUPLICATE_ISSUERS,
             "there is a list of issuers %s already, in line %zu", cm_quote(text).text,
             parser->issuers[there].position.line);
    cm_parser_report(parser, list->position, &parser->error);
    return true;
}

/* Begins a list, also if its name is bad, so that what it holds can be checked. */
static bool begin_list(struct cm_parser *parser) {
    const struct certmap_position position = parser->token.position;
    const size_t errors = parser->errors;
    struct certmap_view text;
    cm_arena_reset(&parser->strings);
    if (!cm_parser_take_string(parser, &text, CM_STRING_TEXT, "the name of the list, a string in double quotes"))
        return false;
    struct cm_issuers *lists = cm_array_reserve(&parser->allocator, parser->issuers, &parser->issuers_cap,
                                                parser->issuers_count + 1, sizeof *lists);
    if (lists == NULL)
        return cm_parser_memory_failed(parser);
    parser->issuers = lists;
    lists[parser->issuers_count++] = (struct cm_issuers){.position = position};
    return parser->errors > errors || name_list(parser, &lists[parser->issuers_count - 1], text);
}

bool cm_parser_take_issuers(struct cm_parser *parser) {
    cm_parser_advance(parser);
    if (!begin_list(parser) || !cm_parser_expect_punct(parser, '{', "\"{\" after the name of the list"))
        return false;
    struct cm_issuers *list = &parser->issuers[parser->issuers_count - 1];
    if (cm_parser_is_punct(parser, '}'))
        cm_parser_report_unexpected(parser, CERTMAP_CODE_EMPTY_LIST, "at least one issuer in the list", NULL, 0);
    while (!cm_parser_is_punct(parser, '}'))
        if (!take_entry(parser, list) || cm_diagnostics_full(&parser->diagnostics))
            return false;
    cm_parser_advance(parser);
    return true;
}

/* ---- use ---- */

/* A name that no list before this place has, with the nearest. */
static void report_unknown(struct cm_parser *parser, struct certmap_view name, struct certmap_position position) {
    const char *nearest = NULL;
    for (size_t i = 0; i < parser->issuers_count; i++) {
        const struct certmap_view best = cm_view(nearest, nearest == NULL ? 0 : strlen(nearest));
        const struct certmap_view pair[] = {best, parser->issuers[i].name};
        if (certmap_text_nearest(name, pair, 2) == 1)
            nearest = (const char *)pair[1].data;
    }
    if (nearest != NULL)
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_ISSUERS,
                 "there is no list of issuers %s above; did you mean %s?", cm_quote(name).text,
                 cm_quote(cm_view(nearest, strlen(nearest))).text);
    else
        cm_error(&parser->error, CERTMAP_ERROR_SYNTAX, CERTMAP_CODE_UNKNOWN_ISSUERS,
                 "there is no list of issuers %s above", cm_quote(name).text);
    cm_parser_report(parser, position, &parser->error);
}

bool cm_parser_take_issuers_name(struct cm_parser *parser, const struct cm_issuers **issuers) {
    const struct certmap_position position = parser->token.position;
    const size_t errors = parser->errors;
    struct certmap_view name;
    *issuers = NULL;
    if (!cm_parser_take_string(parser, &name, CM_STRING_TEXT, "the name of a list of issuers, a string"))
        return false;
    if (parser->errors > errors)
        return true;
    uint32_t hash;
    const uint32_t index = find_list(parser, name, &hash);
    if (index == CM_ID_TABLE_NONE)
        report_unknown(parser, name, position);
    else
        *issuers = &parser->issuers[index];
    return true;
}

void cm_parser_free_issuers(struct cm_parser *parser) {
    for (size_t i = 0; i < parser->issuers_count; i++) {
        cm_release(&parser->allocator, parser->issuers[i].certificates.items);
        cm_release(&parser->allocator, parser->issuers[i].keys.items);
    }
    cm_release(&parser->allocator, parser->issuers);
    cm_id_table_free(&parser->issuers_names, &parser->allocator);
    cm_arena_free(&parser->kept);
}
