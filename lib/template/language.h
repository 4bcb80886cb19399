/* SPDX-License-Identifier: MIT */
/* The languages that the texts of mappings are in: what a certificate's value may not hold, how it is escaped,
 * and where a placeholder may be. A value never changes the structure of the text around it.
 *
 *     language.c       plain, posix-user, and the choice among all
 *     ldap.c  filters, RFC 4515
 *     dn.c    Names, RFC 4514
 *     url.c   URLs, RFC 3986 */
#ifndef CM_TEMPLATE_LANGUAGE_H
#define CM_TEMPLATE_LANGUAGE_H

#include "base/out.h"
#include "template/cursor.h"

/* ---- when rules are loaded ---- */

/* Whether the text is one of the language, with placeholders where values are only: NULL, or what is wrong at
 * cursor->at. */
const char *cm_language_check(enum certmap_language language, struct cm_cursor *cursor);

/* ---- during a match ---- */

/* Why a value cannot be in a placeholder, or CERTMAP_CODE_NONE: PLACEHOLDER_EMPTY, PLACEHOLDER_CHARACTER, PLACEHOLDER_USER_NAME. separators:
 * those that the text itself has; name: the value is the text of a whole Name, in which , = and + are its own. */
enum certmap_code cm_language_refuses(const struct cm_output *output, const char *separators, bool name,
                                      struct certmap_view value);
/* Whether a value may not even be a part of the text of a Name: it has a character that is not seen, or begins with a mark. */
bool cm_language_refuses_part(struct certmap_view value);
/* Writes a value that may be in a placeholder. */
void cm_language_put(struct cm_out *out, enum certmap_language language, struct certmap_view value);
/* Why a text that has been built is none of the language all the same, or CERTMAP_CODE_NONE. */
enum certmap_code cm_language_refuses_whole(enum certmap_language language, struct certmap_view text);

/* ---- among the files of languages ---- */

const char *cm_language_ldap_check(struct cm_cursor *cursor);
void cm_language_ldap_put(struct cm_out *out, struct certmap_view value);
const char *cm_language_dn_check(struct cm_cursor *cursor);
void cm_language_dn_put(struct cm_out *out, struct certmap_view value);
const char *cm_language_url_check(struct cm_cursor *cursor);
void cm_language_url_put(struct cm_out *out, struct certmap_view value);
/* Whether the path has a segment that is "." or "..", also where a dot is written %2E. */
bool cm_url_has_dot_segment(struct certmap_view url);

#endif
