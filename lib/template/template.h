/* SPDX-License-Identifier: MIT */
/* Texts that a mapping gives, with placeholders that a certificate fills (docs/rules.md, "Templates").
 *
 *     "CONTOSO\\${subject.UID | lower}-x"
 *
 *     symbols   C O N T O S O \ [placeholder] - x          how the text is read: template.c, placeholder.c
 *     pieces    [ "CONTOSO\" placeholder ] [ "-x" ]        what is kept of it
 *
 *     language*.c  where a placeholder may be, and how its value is escaped there
 *     distinct.c   whether different values give different texts
 *     expand*.c    the text for one certificate */
#ifndef CM_TEMPLATE_TEMPLATE_H
#define CM_TEMPLATE_TEMPLATE_H

#include "base/error.h"
#include "certmap/limits.h"
#include "rule/rules.h"
#include "syntax/lex.h"

enum cm_choice { CM_CHOICE_ONLY, CM_CHOICE_FIRST, CM_CHOICE_LAST, CM_CHOICE_AT };

enum cm_filter_kind {
    CM_FILTER_LOWER,
    CM_FILTER_UPPER,
    CM_FILTER_BEFORE,
    CM_FILTER_AFTER,
    CM_FILTER_BEFORE_LAST,
    CM_FILTER_AFTER_LAST,
    CM_FILTER_REPLACE,
    CM_FILTER_SLICE,
    CM_FILTER_DEC,   /* of a serial number, which no other filter has changed */
    CM_FILTER_COLONS /* of hexadecimal, which no other filter has changed */
};

struct cm_filter {
    enum cm_filter_kind kind;
    struct certmap_view what; /* BEFORE, AFTER, their likes, REPLACE: what is looked for, in NFC */
    struct certmap_view with; /* REPLACE */
    size_t from, length;      /* SLICE: the first code point, from 1, and how many at most */
};

/* How a whole Name is written. */
enum cm_printed_form { CM_PRINTED_RFC4514, CM_PRINTED_ROOT_FIRST, CM_PRINTED_JAVA, CM_PRINTED_ONELINE };

struct cm_placeholder {
    struct cm_path path;       /* where there is no binding */
    uint32_t binding;          /* the number of the name of a value, + 1; 0: none */
    bool star;                 /* of a binding: what the one * took */
    enum cm_printed_form form; /* of a whole Name */
    enum cm_choice choice;
    size_t number; /* CM_CHOICE_AT: which value, from 1 */
    const struct cm_filter *filters;
    size_t filter_count;
    struct certmap_view fallback; /* data NULL: none */
};

/* A literal and the placeholder after it. */
struct cm_piece {
    struct certmap_view literal;
    const struct cm_placeholder *placeholder; /* NULL at the end of the text */
};

struct cm_template {
    const struct cm_piece *pieces;
    size_t piece_count;
    const struct cm_placeholder
        *each;              /* of an output that has a text for each value: the placeholder that it is of; else NULL */
    bool bound;             /* a placeholder has a binding */
    const char *separators; /* those of cm_separators that the literals have */
};

/* ---- compiling ---- */

/* The names that conditions of a mapping give to values. */
struct cm_names {
    struct certmap_view items[CERTMAP_MAX_BINDINGS];
    size_t count;
    uint32_t always;  /* a bit for each: it has a value in every way in which the mapping can be true */
    uint32_t starred; /* a bit for each: all of its patterns have one * */
    uint32_t serials; /* a bit for each: all of its conditions are about serial numbers */
    uint32_t octets;  /* a bit for each: all of them are about hexadecimal, which serial numbers are too */
    size_t below_not; /* the first condition that has one below a "not", or SIZE_MAX */
};

/* A text as it is given. */
struct cm_source {
    struct certmap_view text;
    bool written; /* as between the quotes of a rule, with escapes and placeholders; else the text itself */
    struct certmap_position position; /* where it begins in a file; line 0: in none */
    const struct cm_names *names;     /* what placeholders can read besides fields; NULL: nothing */
};

/* Compiles a text into *output, of which kind, language and name are set already: the rest, but for last and head. Where
 * it has no placeholders, its text is in scratch or where it was. *needs gets the
 * pieces of a certificate that the placeholders read. Errors, placed in the source where they are about a part of it: SYNTAX, LIMIT, MEMORY. */
enum certmap_status cm_template_compile(struct cm_output *output, unsigned *needs, const struct cm_source *source,
                                        struct cm_arena *arena, struct cm_arena *scratch,
                                        struct certmap_diagnostic *err);
/* "the account", "the domain", "the group" or "the attribute". */
const char *cm_output_noun(enum cm_output_kind kind);

/* ---- among the files of templates ---- */

#define CM_SYMBOL_PLACEHOLDER 256

/* What separates the parts of accounts, principals and their likes. */
#define CM_SEPARATORS "\\/:;@,=+|#&?<>"

/* A byte of literal text, or a placeholder. */
struct cm_symbol {
    uint32_t at, len; /* in the source: of the character that the byte is of, or of the placeholder */
    uint16_t code;    /* the byte, or CM_SYMBOL_PLACEHOLDER */
};

/* What a placeholder is compiled for. */
struct cm_placeholder_place {
    const struct cm_output *output; /* kind and language */
    const char *separators;         /* as in the template */
    const struct cm_names *names;
    struct cm_arena *arena, *scratch;
};

/* Compiles a placeholder, part of a token's text, its "${" and "}" included. Errors, placed: SYNTAX, MEMORY. */
enum certmap_status cm_placeholder_compile(struct cm_placeholder *placeholder, const struct cm_token *token,
                                           struct certmap_view part, const struct cm_placeholder_place *place,
                                           struct certmap_diagnostic *err);

/* The first placeholder, from 0, at which two pairs of values can give one text, because a whole Name is beside another
 * placeholder; or SIZE_MAX. Not for plain texts, in which nothing is escaped and little is refused. */
size_t cm_template_indistinct(const struct cm_template *made, enum certmap_language language);

#endif
