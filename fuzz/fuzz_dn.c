/* SPDX-License-Identifier: MIT */
/* RFC 4514 text: what parses gives a Name that prints, and what it prints parses to the same Name. Text with #hex
 * may name a string type that the parser would not choose: then the text is the same, not the Name. */
#include "dn.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct t_buf name = T_BUF_INIT, again = T_BUF_INIT;
    struct t_buf text = T_BUF_INIT, text_again = T_BUF_INIT;
    const bool has_hex = size > 0 && memchr(data, '#', size) != NULL;
    enum certmap_status status;
    if (f_parse(&name, cm_view(data, size), &status)) {
        f_check_forms(t_view(&name));
        if (f_print_and_parse(&text, &again, t_view(&name))) {
            f_print(&text_again, t_view(&again));
            F_HOLDS(cm_view_equal(t_view(&text), t_view(&text_again)));
            F_HOLDS(has_hex || cm_view_equal(t_view(&name), t_view(&again)));
        }
    }
    t_buf_free(&name);
    t_buf_free(&again);
    t_buf_free(&text);
    t_buf_free(&text_again);
    return 0;
}
