/* SPDX-License-Identifier: MIT */
#include "field/tbs.h"
#include "base/view.h"
#include "der/der.h"

bool cm_tbs_find(struct certmap_view *tbs, struct certmap_view certificate) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    if (certmap_cert_from_der(&cert, certificate, NULL) != CERTMAP_OK)
        return false;
    *tbs = cert.tbs;
    return true;
}

struct certmap_view cm_tbs_in(struct certmap_view certificate) {
    struct cm_der der = cm_der_open(certificate);
    struct cm_tlv whole, tbs;
    if (!cm_der_any(&der, &whole))
        return CM_VIEW_NONE;
    struct cm_der inside = cm_der_inside(&der, whole.contents);
    return cm_der_any(&inside, &tbs) ? tbs.whole : CM_VIEW_NONE;
}
