/* SPDX-License-Identifier: MIT */
#include "issuer.h"
#include "certfile.h"
#include "certmap/names.h"
#include "text.h"
#include <string.h>

enum certmap_status tool_issuer_read(struct tool_issuer *issuer, const char *path, struct certmap_diagnostic *err) {
    struct certmap_diagnostic why;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    *issuer = (struct tool_issuer){.pem = {NULL, 0}};
    enum certmap_status status = path == NULL ? CERTMAP_OK : tool_certfile_read(&issuer->pem, path, &why);
    if (status == CERTMAP_OK && path != NULL)
        status = certmap_cert_from_der(&cert, tool_input_view(&issuer->pem.items[0]), &why);
    if (status == CERTMAP_OK && path != NULL) {
        issuer->der = tool_input_view(&issuer->pem.items[0]);
        issuer->name = cert.subject;
    }
    if (status == CERTMAP_OK)
        return status;
    return tool_certfile_fail(err, status, &why, TOOL_ISSUER, "--issuer", path);
}

void tool_issuer_free(struct tool_issuer *issuer) {
    tool_pem_free(&issuer->pem);
    issuer->der = issuer->name = certmap_no_view();
}

static bool is_same(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool is_name(struct certmap_view name) {
    size_t len;
    return certmap_name_to_text(NULL, 0, &len, name, CERTMAP_NAME_RFC4514, CERTMAP_NAME_ROOT_LAST, NULL) ==
           CERTMAP_ERROR_BUFFER;
}

bool tool_issuer_same_name(struct certmap_view a, struct certmap_view b) {
    struct tool_text one = {NULL, 0, 0}, two = {NULL, 0, 0};
    if (is_same(a, b))
        return true;
    if (!is_name(a) || !is_name(b))
        return false;
    tool_text_name(&one, a);
    tool_text_name(&two, b);
    const bool same = certmap_text_same(tool_text_view(&one), tool_text_view(&two));
    tool_text_free(&one);
    tool_text_free(&two);
    return same;
}

bool tool_issuer_fits(const struct tool_issuer *issuer, struct certmap_view name) {
    return issuer->der.data != NULL && tool_issuer_same_name(issuer->name, name);
}
