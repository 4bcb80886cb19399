/* SPDX-License-Identifier: MIT */
/* Textual Names: what parses gives a Name that prints, and what it prints parses to the same Name. Text with #hex
 * may name a string type that the parser would not choose: then the text is the same, not the Name.
 *
 * Input: one byte, `0` to `3`, that chooses the dialect (any other byte: RFC 4514, and it is text), then text. */
#include "dn.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum certmap_dialect take_dialect(struct certmap_view *input) {
    if (input->len == 0 || input->data[0] < '0' || input->data[0] > '3')
        return CERTMAP_DIALECT_RFC4514;
    const enum certmap_dialect dialect = (enum certmap_dialect)(input->data[0] - '0');
    *input = cm_view(input->data + 1, input->len - 1);
    return dialect;
}

/* The Name in RFC 4514 text, and back. */
static void check_name(struct t_buf *name, bool has_hex) {
    struct t_buf again = T_BUF_INIT, text = T_BUF_INIT, text_again = T_BUF_INIT;
    f_check_forms(t_view(name));
    if (f_print_and_parse(&text, &again, t_view(name))) {
        f_print(&text_again, t_view(&again));
        F_HOLDS(cm_view_equal(t_view(&text), t_view(&text_again)));
        F_HOLDS(has_hex || cm_view_equal(t_view(name), t_view(&again)));
    }
    t_buf_free(&again);
    t_buf_free(&text);
    t_buf_free(&text_again);
}

/* Windows' form, of a Name that came from it, gives that Name again. (Of another Name it need not: U+FFFD stands for
 * what may not be shown.) */
static void check_x500(struct t_buf *name) {
    struct t_buf text = T_BUF_INIT, shown = T_BUF_INIT, again = T_BUF_INIT;
    enum certmap_status status;
    f_print_form(&text, t_view(name), CERTMAP_NAME_X500, CERTMAP_NAME_ROOT_LAST);
    if (f_parse_dialect(&shown, t_view(&text), CERTMAP_DIALECT_WINDOWS, &status)) {
        f_print_form(&text, t_view(&shown), CERTMAP_NAME_X500, CERTMAP_NAME_ROOT_LAST);
        F_HOLDS(f_parse_dialect(&again, t_view(&text), CERTMAP_DIALECT_WINDOWS, &status));
        F_HOLDS(cm_view_equal(t_view(&shown), t_view(&again)));
    } else {
        F_HOLDS(status == CERTMAP_ERROR_LIMIT);
    }
    t_buf_free(&text);
    t_buf_free(&shown);
    t_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct certmap_view input = cm_view(data, size);
    struct t_buf name = T_BUF_INIT;
    const enum certmap_dialect dialect = take_dialect(&input);
    const bool has_hex = input.len > 0 && memchr(input.data, '#', input.len) != NULL;
    enum certmap_status status;
    F_HOLDS(certmap_dialect_name(certmap_dialect_guess(input)) != NULL);
    if (dialect == CERTMAP_DIALECT_RFC4514 ? f_parse(&name, input, &status)
                                           : f_parse_dialect(&name, input, dialect, &status)) {
        check_name(&name, has_hex);
        check_x500(&name);
    }
    t_buf_free(&name);
    return 0;
}
