/* SPDX-License-Identifier: MIT */
/* Any bytes as a Name: printing it and preparing it agree on whether it is one; what it prints parses, and prints
 * the same again, but for the order of the AVAs in an RDN, which parsing sorts. */
#include "certmap/explain.h"
#include "dn.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What certmap_peer_set makes of the Name as a subject. */
static struct certmap_peer *prepare(struct certmap_view name, enum certmap_status *status) {
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    cert.subject = name;
    cert.issuer = CM_VIEW("\x30\x00");
    F_HOLDS(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    *status = certmap_peer_set(peer, &cert, NULL);
    return peer;
}

static size_t count_avas(struct certmap_view name) {
    enum certmap_status status;
    struct certmap_peer *peer = prepare(name, &status);
    const size_t count = certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT);
    F_HOLDS(status == CERTMAP_OK);
    certmap_peer_free(peer);
    return count;
}

/* Whether each AVA has an RDN of its own; looks at every value on the way. */
static bool is_flat(struct certmap_peer *peer) {
    const size_t count = certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT);
    struct certmap_value value = CERTMAP_VALUE_INIT;
    for (size_t i = 0; i < count; i++) {
        F_HOLDS(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, i, NULL) == CERTMAP_OK);
        F_HOLDS((value.text.data == NULL) == (value.unreadable != CERTMAP_CODE_NONE));
    }
    return count == 0 || value.rdn == count - 1;
}

static void check_text(struct certmap_view name, struct certmap_peer *peer) {
    struct t_buf der = T_BUF_INIT, der_again = T_BUF_INIT;
    struct t_buf text = T_BUF_INIT, text_again = T_BUF_INIT;
    f_check_forms(name);
    if (f_print_and_parse(&text, &der, name)) {
        F_HOLDS(f_print_and_parse(&text_again, &der_again, t_view(&der)));
        F_HOLDS(text.len == text_again.len);
        F_HOLDS(!is_flat(peer) || cm_view_equal(t_view(&text), t_view(&text_again)));
        F_HOLDS(cm_view_equal(t_view(&der), t_view(&der_again)));
        F_HOLDS(count_avas(t_view(&der)) == certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT));
    }
    t_buf_free(&der);
    t_buf_free(&der_again);
    t_buf_free(&text);
    t_buf_free(&text_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct certmap_view name = size > 0 ? cm_view(data, size) : CM_VIEW("");
    struct certmap_diagnostic err = {.status = CERTMAP_OK};
    enum certmap_status prepared;
    size_t len;
    struct certmap_peer *peer = prepare(name, &prepared);
    const enum certmap_status printed =
        certmap_name_to_text(NULL, 0, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, &err);
    if (prepared == CERTMAP_OK) {
        F_HOLDS(printed == CERTMAP_ERROR_BUFFER);
        check_text(name, peer);
    } else {
        F_HOLDS(printed == prepared && err.offset <= size);
    }
    certmap_peer_free(peer);
    return 0;
}
