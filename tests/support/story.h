/* SPDX-License-Identifier: MIT */
/* What certmap says of a prepared certificate, as lines of ASCII that are the same on every platform. */
#ifndef T_STORY_H
#define T_STORY_H

#include "der.h"

/* A text longer than this is as its length and the beginning of its SHA-256. */
enum { T_STORY_TEXT = 200 };
/* Of the values that one condition looked at, those after the first few are as one line. */
enum { T_STORY_VALUES = 6 };

/* Appends text in quotes, escaped as certmap_text_escape does; bytes that are not ASCII as \xHH. */
void t_story_text(struct t_buf *out, struct certmap_view text);
/* Appends one line for an error. */
void t_story_error(struct t_buf *out, const struct certmap_diagnostic *err);
/* Appends a line with both Names of a certificate, for whoever reads it. */
void t_story_names(struct t_buf *out, const struct certmap_cert *cert);
/* Appends the audit line of the answer, as certmap_match gives it, and the whole explanation. Where
 * certmap_explain has another answer, a line says so. */
void t_story_rules(struct t_buf *out, const struct certmap_rules *rules, struct certmap_peer *peer);

#endif
