/* SPDX-License-Identifier: MIT */
#include "sha.h"
#include "way.h"

const char *const t_way_name = NULL;
const char *const t_way_title = NULL;

bool t_way_is_listed(void) {
    return true;
}

enum certmap_status t_way_open(struct t_way **way, struct certmap_cert *cert, struct certmap_view der, unsigned needs,
                               struct certmap_diagnostic *err) {
    const enum certmap_status status = certmap_cert_from_der(cert, der, err);
    *way = NULL; /* the views point into der */
    if (status != CERTMAP_OK)
        return status;
    cert->hash = t_sha;
    certmap_cert_restrict(cert, needs);
    return CERTMAP_OK;
}

void t_way_close(struct t_way *way) {
    (void)way;
}
