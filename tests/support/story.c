/* SPDX-License-Identifier: MIT */
#include "story.h"
#include "certmap/explain.h"
#include "certmap/names.h"
#include "sha.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest audit line that is as it is. */
enum { LONGEST_LINE = 2000 };

static void put_number(struct t_buf *out, const char *label, size_t number) {
    char text[64];
    snprintf(text, sizeof text, "%s%lu", label, (unsigned long)number);
    t_put(out, text);
}

static void put_ascii(struct t_buf *out, const char *bytes, size_t len) {
    char hex[8];
    for (size_t i = 0; i < len; i++) {
        const uint8_t byte = (uint8_t)bytes[i];
        if (byte >= 0x20 && byte < 0x7F) {
            t_bytes(out, &byte, 1);
        } else {
            snprintf(hex, sizeof hex, "\\x%02X", (unsigned)byte);
            t_put(out, hex);
        }
    }
}

static void put_digest(struct t_buf *out, struct certmap_view bytes) {
    uint8_t digest[CERTMAP_SHA256_SIZE];
    char hex[3];
    t_sha(NULL, digest, CERTMAP_HASH_SHA256, bytes);
    put_number(out, "<", bytes.len);
    t_put(out, " bytes, sha256 ");
    for (int i = 0; i < 8; i++) {
        snprintf(hex, sizeof hex, "%02x", (unsigned)digest[i]);
        t_put(out, hex);
    }
    t_put(out, ">");
}

/* Room for a text of a size that only its writer knows. */
static char *room(size_t size) {
    char *text = malloc(size);
    if (text == NULL)
        abort();
    return text;
}

void t_story_text(struct t_buf *out, struct certmap_view text) {
    char escaped[T_STORY_TEXT * 10 + 3]; /* "\u{10FFFF}" is the longest that one byte can become */
    size_t len = 0;
    if (text.len > T_STORY_TEXT)
        put_digest(out, text);
    else if (certmap_text_escape(escaped, sizeof escaped, &len, text, true, NULL) == CERTMAP_OK)
        put_ascii(out, escaped, len);
    else
        abort();
}

void t_story_error(struct t_buf *out, const struct certmap_diagnostic *err) {
    t_put(out, "error ");
    t_put(out, certmap_code_name(err->code));
    put_number(out, " at ", err->offset);
    t_put(out, ": ");
    put_ascii(out, err->text, strlen(err->text));
    t_put(out, "\n");
}

static void put_name(struct t_buf *out, const char *label, struct certmap_view name) {
    size_t len = 0;
    certmap_name_to_text(NULL, 0, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL);
    char *text = room(len + 1);
    t_put(out, label);
    if (certmap_name_to_text(text, len + 1, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL) ==
        CERTMAP_OK)
        t_story_text(out, (struct certmap_view){(const uint8_t *)text, len});
    else
        t_put(out, "has no text");
    free(text);
}

void t_story_names(struct t_buf *out, const struct certmap_cert *cert) {
    put_name(out, "subject ", cert->subject);
    put_name(out, " issuer ", cert->issuer);
    t_put(out, "\n");
}

/* ---- the answer ---- */

static char *audit_line(size_t *len, const struct certmap_result *result) {
    certmap_result_format(NULL, 0, len, result, NULL);
    char *line = room(*len + 1);
    if (certmap_result_format(line, *len + 1, len, result, NULL) != CERTMAP_OK)
        abort();
    return line;
}

static void put_answer(struct t_buf *out, const struct certmap_result *result) {
    size_t len;
    char *line = audit_line(&len, result);
    if (len > LONGEST_LINE)
        put_digest(out, (struct certmap_view){(const uint8_t *)line, len});
    else
        put_ascii(out, line, len);
    t_put(out, "\n");
    free(line);
}

/* ---- the explanation ---- */

struct teller {
    struct t_buf *out;
    size_t values;     /* told since the last condition */
    struct t_buf more; /* those that are as one line: how each reads, one after the other */
};

static void put_truth(struct t_buf *out, const struct certmap_explain_item *item) {
    static const char *const truths[] = {" false", " true", " unknown"};
    t_put(out, truths[item->truth]);
    if (item->why != CERTMAP_CODE_NONE) {
        t_put(out, " ");
        t_put(out, certmap_code_name(item->why));
    }
    if (!item->read)
        t_put(out, " unread");
}

static void put_mapping(struct t_buf *out, const struct certmap_explain_item *item) {
    t_put(out, item->decides ? "* " : "- ");
    t_put(out, certmap_kind_name(item->mapping_kind));
    put_number(out, " ", item->mapping);
    put_number(out, " line ", item->line);
    t_put(out, " ");
    t_put(out, certmap_decision_name(item->decision));
    t_put(out, " ");
    t_story_text(out, item->text);
    put_truth(out, item);
    put_number(out, " missing ", item->missing);
    put_number(out, " score ", item->score);
}

/* What a condition says is ours; its text may hold anything that a rule may. */
static void put_item(struct t_buf *out, const struct certmap_explain_item *item) {
    if (item->kind == CERTMAP_EXPLAIN_MAPPING) {
        put_mapping(out, item);
        return;
    }
    if ((item->kind == CERTMAP_EXPLAIN_ACCOUNT || item->kind == CERTMAP_EXPLAIN_OUTPUT)) {
        put_ascii(out, (const char *)item->field.data, item->field.len);
        t_put(out, " = ");
    } else if (item->kind == CERTMAP_EXPLAIN_NEAREST) {
        put_number(out, "nearest, missing ", item->missing);
        t_put(out, " ");
    }
    if (item->kind == CERTMAP_EXPLAIN_GROUP || item->kind == CERTMAP_EXPLAIN_CONDITION)
        put_ascii(out, (const char *)item->text.data, item->text.len);
    else if (item->text.data == NULL)
        t_put(out, "unreadable");
    else
        t_story_text(out, item->text);
    if (item->kind != CERTMAP_EXPLAIN_NEAREST)
        put_truth(out, item);
}

static void put_line(struct t_buf *out, const struct certmap_explain_item *item) {
    for (unsigned i = 0; i < item->depth; i++)
        t_put(out, " ");
    put_item(out, item);
    t_put(out, "\n");
}

static void end_values(struct teller *teller) {
    if (teller->more.len > 0) {
        put_number(teller->out, "  and ", teller->values - T_STORY_VALUES);
        t_put(teller->out, " more ");
        put_digest(teller->out, t_view(&teller->more));
        t_put(teller->out, "\n");
    }
    t_buf_clear(&teller->more);
    teller->values = 0;
}

static bool report(void *ctx, const struct certmap_explain_item *item) {
    struct teller *teller = ctx;
    if (item->kind != CERTMAP_EXPLAIN_VALUE) {
        end_values(teller);
        put_line(teller->out, item);
        return true;
    }
    put_line(teller->values < T_STORY_VALUES ? teller->out : &teller->more, item);
    teller->values++;
    return true;
}

void t_story_rules(struct t_buf *out, const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct teller teller = {out, 0, T_BUF_INIT};
    struct t_buf matched = T_BUF_INIT, explained = T_BUF_INIT;
    struct certmap_diagnostic err = {.text = ""};
    if (certmap_match(rules, peer, &result, &err) != CERTMAP_OK)
        t_story_error(&matched, &err);
    else
        put_answer(&matched, &result);
    t_bytes(out, matched.data, matched.len);
    if (certmap_explain(rules, peer, &result, report, &teller, &err) != CERTMAP_OK)
        t_story_error(&explained, &err);
    else
        put_answer(&explained, &result);
    end_values(&teller);
    if (matched.len != explained.len || memcmp(matched.data, explained.data, matched.len) != 0) {
        t_put(out, "but explained: ");
        t_bytes(out, explained.data, explained.len);
    }
    t_buf_free(&teller.more);
    t_buf_free(&matched);
    t_buf_free(&explained);
}
