/* SPDX-License-Identifier: MIT */
/* Names to text and back, for the fuzz targets dn and name: each step with what has to hold for it. */
#ifndef F_DN_H
#define F_DN_H

#include "base/unicode.h"
#include "base/view.h"
#include "certmap/names.h"
#include "support/der.h"
#include <stdio.h>
#include <stdlib.h>

#define F_HOLDS(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                             \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* Exactly len bytes, so that a sanitizer sees a write past their end. */
static inline void *f_room(size_t len) {
    void *room = malloc(len);
    F_HOLDS(room != NULL);
    return room;
}

/* Text may go to a log: it is UTF-8, and nothing in it acts on a terminal. */
static inline void f_check_safe(struct certmap_view text) {
    for (size_t i = 0; i < text.len;) {
        uint32_t cp = 0;
        const size_t len = cm_utf8_decode(text.data + i, text.len - i, &cp);
        F_HOLDS(len > 0);
        F_HOLDS(!cm_is_unsafe(cp));
        i += len;
    }
}

/* Prints a Name that is well-formed. */
static inline void f_print_form(struct t_buf *text, struct certmap_view name, enum certmap_name_form form,
                                enum certmap_name_order order) {
    size_t len = 0, again = 0;
    F_HOLDS(certmap_name_to_text(NULL, 0, &len, name, form, order, NULL) == CERTMAP_ERROR_BUFFER);
    char *room = f_room(len + 1);
    F_HOLDS(certmap_name_to_text(room, len, &again, name, form, order, NULL) == CERTMAP_ERROR_BUFFER);
    F_HOLDS(again == len && (len == 0 || room[0] == 0));
    F_HOLDS(certmap_name_to_text(room, len + 1, &again, name, form, order, NULL) == CERTMAP_OK);
    F_HOLDS(again == len && strlen(room) == len);
    t_buf_clear(text);
    t_bytes(text, room, len);
    free(room);
    f_check_safe(t_view(text));
}

static inline void f_print(struct t_buf *text, struct certmap_view name) {
    f_print_form(text, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST);
}

/* The other forms and orders: only their size can be told from each other. */
static inline void f_check_forms(struct certmap_view name) {
    struct t_buf last = T_BUF_INIT, first = T_BUF_INIT;
    for (int form = CERTMAP_NAME_RFC4514; form <= CERTMAP_NAME_X500; form++) {
        f_print_form(&last, name, (enum certmap_name_form)form, CERTMAP_NAME_ROOT_LAST);
        f_print_form(&first, name, (enum certmap_name_form)form, CERTMAP_NAME_ROOT_FIRST);
        F_HOLDS(last.len == first.len);
    }
    t_buf_free(&last);
    t_buf_free(&first);
}

/* Parses text in a dialect; false if it is refused, the same way whatever the room. */
static inline bool f_parse_dialect(struct t_buf *der, struct certmap_view text, enum certmap_dialect dialect,
                                   enum certmap_status *status) {
    struct certmap_diagnostic err = {.status = CERTMAP_OK};
    size_t len = 0, again = 0;
    *status = certmap_name_from_dialect(NULL, 0, &len, text, dialect, &err);
    if (*status != CERTMAP_ERROR_BUFFER) {
        F_HOLDS(*status == CERTMAP_ERROR_SYNTAX || *status == CERTMAP_ERROR_LIMIT);
        F_HOLDS(err.status == *status && err.line == 1 && err.column >= 1 && err.column <= text.len + 1);
        F_HOLDS(err.offset <= text.len && err.length <= text.len - err.offset && err.column <= err.offset + 1);
        return false;
    }
    uint8_t *room = f_room(len);
    F_HOLDS(certmap_name_from_dialect(room, len - 1, &again, text, dialect, NULL) == CERTMAP_ERROR_BUFFER);
    F_HOLDS(again == len);
    *status = certmap_name_from_dialect(room, len, &again, text, dialect, NULL);
    F_HOLDS(*status == CERTMAP_OK && again == len);
    t_buf_clear(der);
    t_bytes(der, room, len);
    free(room);
    return true;
}

static inline bool f_parse(struct t_buf *der, struct certmap_view text, enum certmap_status *status) {
    size_t len = 0;
    const bool parsed = f_parse_dialect(der, text, CERTMAP_DIALECT_RFC4514, status);
    F_HOLDS(certmap_name_from_text(NULL, 0, &len, text, NULL) == (parsed ? CERTMAP_ERROR_BUFFER : *status));
    return parsed;
}

/* Prints a Name and parses what came out; false where that is over a limit, because UTF-8 takes more room than
 * the string type that the Name had. */
static inline bool f_print_and_parse(struct t_buf *text, struct t_buf *der, struct certmap_view name) {
    enum certmap_status status;
    f_print(text, name);
    const bool parsed = f_parse(der, t_view(text), &status);
    F_HOLDS(parsed || status == CERTMAP_ERROR_LIMIT);
    return parsed;
}

#endif
