/* SPDX-License-Identifier: MIT */
/* An answer: one block of texts, and where each is in it.
 *
 *     texts  \0 allow\0 staff\0 CONTOSO\portal\0 ...
 *                  ^ slice = begin, len */
#ifndef CM_SERVER_ANSWER_H
#define CM_SERVER_ANSWER_H

#include "certmap/build.h"
#include "client.h"
#include "text.h"

enum { CM_SERVER_FORMS = 3, CM_SERVER_LISTS = 3 };

struct cm_server_slice {
    size_t begin;
    size_t len;
};

/* One text in each form; forms that are the same are one. */
struct cm_server_forms {
    struct cm_server_slice slices[CM_SERVER_FORMS];
};

/* A member of a list. */
struct cm_server_item {
    struct cm_server_forms value;
    struct cm_server_slice name; /* of an attribute */
};

struct certmap_answer {
    struct certmap_allocator allocator;
    enum certmap_outcome outcome;
    enum certmap_code reason;
    bool may_be_kept;
    unsigned long generation;
    int64_t asked;       /* when; 0: the clock did not tell */
    int64_t holds_until; /* the last second */
    int64_t hold_seconds;
    struct cm_server_text texts; /* its allocator is the one above */
    struct cm_server_forms single[CERTMAP_ANSWER_TEXT_COUNT];
    struct cm_server_slice line;
    size_t counts[CM_SERVER_LISTS];
    struct cm_server_item *items; /* of the lists, one after the other */
};

/* What an answer is made of. */
struct cm_server_facts {
    const struct certmap_allocator *allocator;
    const struct cm_server_client *client;
    const char *name;                     /* of the client, or NULL */
    enum certmap_status status;           /* of the question */
    const struct certmap_diagnostic *err; /* where that is not OK */
    const struct certmap_result *result;  /* where it is */
    const char *digest;                   /* of the rules */
    unsigned long generation;
    unsigned hold_seconds;
};

enum certmap_outcome cm_server_outcome(enum certmap_status status, enum certmap_decision decision);
/* NULL: no memory. */
struct certmap_answer *cm_server_answer_new(const struct cm_server_facts *facts);
/* Whether a server would do the same after both: the outcome, the account and all that comes with it. */
bool cm_server_answer_same(const struct certmap_answer *a, const struct certmap_answer *b);
/* Adds the line for the log. */
void cm_server_line_add(struct cm_server_text *text, const struct cm_server_facts *facts);

#endif
