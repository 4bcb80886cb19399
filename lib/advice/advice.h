/* SPDX-License-Identifier: MIT */
/* The one place where warnings about single rules are made: rules that load, and hardly mean what they say. The parser
 * and the importers only say where something is.
 *
 *     advice.c           what is remembered of a mapping while it is read, and what is reported at its end
 *     note.c      notes and their messages, and what all of these ask of the mapping
 *     operand.c   wildcards after "=" (602), and which operands the others look at
 *     pattern.c   patterns of other languages (603)
 *     name.c      Names with the root first (604)
 *     uri.c       wildcards in the host of a URI (641)
 *     refusal.c   digests of certificates in refusals (606)
 *     text.c      a DN, a filter or a URL without its language (605)
 *     other_value.c  placeholders that read something else than the condition is about (609, 662)
 *
 * What could be meant gets no warning: each of these files says where it draws the line. Whether a condition refuses is
 * known only when the mapping has its decision; so diagnostics are kept until then. The work is linear in the text, but for
 * placeholders, where CM_ADVICE_MAX_VISITS bounds it. */
#ifndef CM_ADVICE_ADVICE_H
#define CM_ADVICE_ADVICE_H

#include "base/out.h"
#include "rule/store.h"
#include "template/template.h"

/* A condition of the mapping, in the order of its text. */
struct cm_advised {
    struct certmap_position position; /* of its first operand; without one, of its field */
    bool negated;                     /* below an odd number of "not": known at the end */
};

/* A text with placeholders that the mapping gives. */
struct cm_advised_text {
    struct cm_source source;
    struct certmap_position whole; /* with its quotes */
    bool plain;                    /* says so itself, and so means it */
};

/* A diagnostic that waits for the end of its mapping. */
struct cm_advice_note {
    struct certmap_diagnostic diagnostic;
    uint32_t condition; /* which one it is about; only of those made while conditions are read */
    uint32_t number;    /* of that condition in the draft */
    bool refusals_only; /* is none where the condition lets in */
};

/* Nodes that are looked at for the placeholders of one mapping, at most. */
#define CM_ADVICE_MAX_VISITS (1u << 20)

struct cm_advice {
    struct certmap_allocator allocator;
    const struct certmap_builder *builder;
    struct cm_advised *conditions;
    size_t condition_count, condition_cap;
    struct cm_advised_text *texts;
    size_t text_count, text_cap;
    struct cm_advice_note *notes;
    size_t note_count, note_cap;
    size_t visits;
    uint32_t number;  /* of the condition that is looked at, in the draft */
    bool has_digests; /* some condition is about the digest of a certificate */
    bool no_memory;
};

/* ---- for the parser ---- */

void cm_advice_free(struct cm_advice *advice);
/* Begins a mapping. */
void cm_advice_begin(struct cm_advice *advice);
/* Notes a text with placeholders; the account is the first. False: no memory. */
bool cm_advice_text(struct cm_advice *advice, const struct cm_advised_text *text);
/* Ends the mapping, which the builder has just taken as it is described: the diagnostics are notes[0] to
 * notes[note_count - 1], in the order of the text. False: no memory. */
bool cm_advice_end(struct cm_advice *advice, const struct certmap_description *description);

/* ---- among the files of advice ---- */

/* The diagnostic being made; a text that does not fit becomes the short one. */
struct cm_advice_message {
    char text[sizeof((struct certmap_diagnostic *)0)->text];
    struct cm_out out;
};
void cm_advice_start(struct cm_advice_message *message);
/* Fills a diagnostic with the message, or with `otherwise` where the message is too long. */
void cm_advice_finish(struct certmap_diagnostic *diagnostic, struct cm_advice_message *message, enum certmap_code code,
                      const char *otherwise, struct certmap_position position);
/* Room for one more note, or NULL: no memory, or there are enough. */
struct cm_advice_note *cm_advice_add(struct cm_advice *advice, size_t condition);

/* What is looked at of an operand. */
struct cm_advised_operand {
    const struct cm_path *path;
    enum certmap_operator op;
    bool nocase;
    struct certmap_view text;
    const struct certmap_view *others; /* all operands of the condition */
    size_t other_count;
    struct certmap_position position;
};
/* Each: whether there is something to say, and then what. */
bool cm_advise_wildcard(struct certmap_diagnostic *diagnostic, const struct cm_advised_operand *operand,
                        bool *refusals_only);
bool cm_advise_pattern(struct certmap_diagnostic *diagnostic, const struct cm_advised_operand *operand);
bool cm_advise_name(struct certmap_diagnostic *diagnostic, const struct cm_advised_operand *operand);
bool cm_advise_uri(struct certmap_diagnostic *diagnostic, const struct cm_advised_operand *operand);
/* Whether the mapping excludes what 641 warns of. */
bool cm_advice_uri_is_guarded(const struct cm_advice *advice, const struct cm_condition *condition);

/* A pattern as it is matched, wildcards as glob.h has them; a longer one is not looked at. */
#define CM_ADVICE_PATTERN_SIZE 1024
/* Copies a pattern into units, or returns SIZE_MAX where it is too long. */
size_t cm_advice_units(uint8_t units[CM_ADVICE_PATTERN_SIZE], struct certmap_view pattern, bool escapes);
/* Prints "subject.CN like nocase " and the like: what is before an operand. */
void cm_advice_print_like(struct cm_out *out, const struct cm_advised_operand *operand);

/* The root of the open mapping, and its size in nodes. */
const struct cm_node *cm_advice_root(const struct cm_advice *advice, size_t *size);
/* Whether making the condition true makes the answer a refusal; after conditions[].negated is known. */
bool cm_advice_refuses(const struct cm_advice *advice, size_t condition);
/* Whether a field is the digest of a certificate with its signature. */
bool cm_is_certificate_digest(enum certmap_field field);
void cm_advise_refusals(struct cm_advice *advice);
void cm_advise_text(struct cm_advice *advice, const struct cm_advised_text *text, const struct cm_output *output);
void cm_advise_placeholders(struct cm_advice *advice, const struct cm_advised_text *text,
                            const struct cm_output *output);

#endif
