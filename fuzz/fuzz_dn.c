/* SPDX-License-Identifier: MIT */
/* Textual Names: what parses gives a Name that prints, and what it prints parses to the same Name. Text with #hex
 * may name a string type that the parser would not choose: then the text is the same, not the Name. And what any text
 * may be: each Name that is found is read, no two are the same, and a Name that was printed is found as none but itself.
 *
 * Input: one byte, `0` to `:`, that chooses the dialect (any other byte: RFC 4514, and it is text), then text. */
#include "dn.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum certmap_dialect take_dialect(struct certmap_view *input) {
    if (input->len == 0 || input->data[0] < '0' || input->data[0] >= '0' + CERTMAP_DIALECT_COUNT)
        return CERTMAP_DIALECT_RFC4514;
    const enum certmap_dialect dialect = (enum certmap_dialect)(input->data[0] - '0');
    *input = cm_view(input->data + 1, input->len - 1);
    return dialect;
}

/* The Names that a text may be. Returns how many; where there is one, name gets it. */
static size_t find_names(struct t_buf *name, struct certmap_view text) {
    enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT];
    struct t_buf names[CERTMAP_DIALECT_COUNT];
    struct certmap_diagnostic err = {.status = CERTMAP_OK};
    enum certmap_status read;
    size_t count = 0;
    const enum certmap_status status = certmap_dialect_find(dialects, &count, text, NULL, &err);
    F_HOLDS(status == CERTMAP_OK || status == CERTMAP_ERROR_SYNTAX || status == CERTMAP_ERROR_LIMIT);
    F_HOLDS((status == CERTMAP_OK) == (count == 1) && err.status == status);
    F_HOLDS(count <= 1 || err.code == CERTMAP_CODE_DN_AMBIGUOUS);
    for (size_t i = 0; i < count; i++) {
        names[i] = (struct t_buf)T_BUF_INIT;
        F_HOLDS(f_parse_dialect(&names[i], certmap_name_bare(text), dialects[i], &read));
        for (size_t j = 0; j < i; j++)
            F_HOLDS(!cm_view_equal(t_view(&names[i]), t_view(&names[j])));
    }
    t_buf_clear(name);
    if (count == 1)
        t_bytes(name, names[0].data, names[0].len);
    for (size_t i = 0; i < count; i++)
        t_buf_free(&names[i]);
    return count;
}

/* A text that a Name was printed as is no other Name. */
static void check_found(struct certmap_view text, struct certmap_view name) {
    struct t_buf found = T_BUF_INIT;
    F_HOLDS(find_names(&found, text) != 1 || cm_view_equal(t_view(&found), name));
    t_buf_free(&found);
}

/* Whether a text has a byte over 0x7F in hexadecimal after a backslash: then it is taken to be escaped, for nobody's name
 * has that in it (names.h). */
static bool shows_bytes(struct certmap_view text) {
    static const char digits[] = "89ABCDEF01234567";
    for (size_t i = 0; i + 2 < text.len; i++)
        if (text.data[i] == '\\' && memchr(digits, text.data[i + 1], 8) != NULL &&
            memchr(digits, text.data[i + 2], 16) != NULL)
            return true;
    return false;
}

/* The Name in RFC 4514 text, and back. */
static void check_name(struct t_buf *name, bool has_hex) {
    struct t_buf again = T_BUF_INIT, text = T_BUF_INIT, text_again = T_BUF_INIT;
    f_check_forms(t_view(name));
    if (f_print_and_parse(&text, &again, t_view(name))) {
        f_print(&text_again, t_view(&again));
        F_HOLDS(cm_view_equal(t_view(&text), t_view(&text_again)));
        F_HOLDS(has_hex || cm_view_equal(t_view(name), t_view(&again)));
        check_found(t_view(&text), t_view(&again));
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
        if (!shows_bytes(t_view(&text)))
            check_found(t_view(&text), t_view(&shown));
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
    (void)find_names(&name, input);
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
