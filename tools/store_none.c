/* SPDX-License-Identifier: MIT */
/* Where there are no certificate stores. */
#include "store.h"

bool tool_store_exists(void) {
    return false;
}

enum certmap_status tool_store_read(struct tool_pem *certificates, const struct tool_store *store,
                                    struct certmap_diagnostic *err) {
    (void)store;
    *certificates = (struct tool_pem){NULL, 0};
    return tool_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ, "only Windows has certificate stores");
}
