/* SPDX-License-Identifier: MIT */
/* The answer for one certificate, as match and explain report it. DESIGN fixes the JSON form. */
#ifndef TOOL_ANSWER_H
#define TOOL_ANSWER_H

#include "client.h"
#include "json.h"
#include "rules.h"
#include "tool.h"

struct tool_answer {
    const char *certificate; /* the label; NULL when the rules did not load */
    const char *decision;    /* "allow", "deny", "none" or "error" */
    const char *kind;        /* of the mapping that decided, or NULL; so are the next */
    struct certmap_view mapping;
    struct certmap_view other;    /* the second mapping of an ambiguous answer */
    struct certmap_result result; /* for allow, else zero; valid until the peer is used again */
    const char *reason;           /* the name of a code, or NULL */
    struct tool_text message;     /* data NULL where there is nothing to say */
    bool hints;                   /* no mapping applied, and diagnostics of the rules may say why */
    enum tool_exit status;        /* of match */
    struct tool_text note;        /* what is to be said of the certificate besides; data NULL: nothing */
    enum tool_validity_state validity;
};

/* The answer for a certificate, or the error about it. The caller frees the answer. */
void tool_answer_make(struct tool_answer *answer, const struct tool_rules *rules, const struct tool_client *client);
/* The answer in place of all when the rules did not load. */
void tool_answer_rules(struct tool_answer *answer, const struct tool_rules *rules);
void tool_answer_free(struct tool_answer *answer);

/* Appends to the message what diagnostics of the rules say about why no mapping applied. */
void tool_answer_add_hints(struct tool_answer *answer, const struct tool_rules *rules);
/* Prints those diagnostics as warnings. */
void tool_answer_print_hints(struct tool_stream *stream, const struct tool_rules *rules);

/* Prints the note, if there is one: "certmap: FILE: note: ...". */
void tool_answer_print_note(struct tool_stream *stream, const struct tool_answer *answer);

/* For people: the decision, filled with spaces to width, the account, and by which mapping, on the stream's line. */
void tool_answer_add(struct tool_stream *stream, const struct tool_answer *answer, size_t width);
/* The answer is an error: "certmap: FILE: message". */
void tool_answer_complain(struct tool_stream *stream, const struct tool_answer *answer);
/* The object of DESIGN section 6; the caller may add to it. */
json_t *tool_answer_json(const struct tool_answer *answer);

#endif
