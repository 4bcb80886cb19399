/* SPDX-License-Identifier: MIT */
#include "hash.h"
#include "store.h"
#include "wide.h"
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <wincrypt.h> /* after windows.h */

bool tool_store_exists(void) {
    return true;
}

static HCERTSTORE open_store(const struct tool_store *store) {
    const DWORD location = store->machine ? CERT_SYSTEM_STORE_LOCAL_MACHINE : CERT_SYSTEM_STORE_CURRENT_USER;
    wchar_t *name = tool_wide_from_utf8(store->name);
    HCERTSTORE opened = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                                      location | CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG, name);
    const DWORD error = GetLastError();
    free(name);
    SetLastError(error);
    return opened;
}

static enum certmap_status no_store(struct certmap_diagnostic *err, const struct tool_store *store, DWORD error) {
    struct tool_text path = {NULL, 0, 0};
    tool_store_add_path(&path, store);
    if (error == ERROR_FILE_NOT_FOUND)
        tool_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ, "there is no store %.150s", path.data);
    else
        tool_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ,
                   "the store %.150s cannot be opened: Windows error 0x%08lX", path.data, (unsigned long)error);
    tool_text_free(&path);
    return err->status;
}

static enum certmap_status not_there(struct certmap_diagnostic *err, const struct tool_store *store, size_t count) {
    struct tool_text path = {NULL, 0, 0};
    tool_store_add_path(&path, store);
    tool_error(err, CERTMAP_ERROR_ARGUMENT, CERTMAP_CODE_CANNOT_READ,
               count == 1 ? "it is not in the store %.150s, which has %zu certificate"
                          : "it is not in the store %.150s, which has %zu certificates",
               path.data, count);
    tool_text_free(&path);
    return err->status;
}

/* The digest is computed: what the store says it is, anyone can have written who can write to the store. */
static bool is_wanted(const CERT_CONTEXT *context, const struct tool_store *store) {
    const struct certmap_view der = {context->pbCertEncoded, context->cbCertEncoded};
    uint8_t sha1[CERTMAP_SHA1_SIZE];
    return tool_hash(NULL, sha1, CERTMAP_HASH_SHA1, der) && memcmp(sha1, store->sha1, sizeof sha1) == 0;
}

static void take(struct tool_pem *certificates, const CERT_CONTEXT *context) {
    const size_t len = context->cbCertEncoded;
    certificates->items = tool_alloc(sizeof *certificates->items);
    certificates->items[0] = (struct tool_input){tool_alloc(len), len, len};
    memcpy(certificates->items[0].data, context->pbCertEncoded, len);
    certificates->count = 1;
}

enum certmap_status tool_store_read(struct tool_pem *certificates, const struct tool_store *store,
                                    struct certmap_diagnostic *err) {
    PCCERT_CONTEXT context = NULL;
    size_t count = 0;
    *certificates = (struct tool_pem){NULL, 0};
    HCERTSTORE opened = open_store(store);
    if (opened == NULL)
        return no_store(err, store, GetLastError());
    while (certificates->count == 0 && (context = CertEnumCertificatesInStore(opened, context)) != NULL) {
        count++;
        if (is_wanted(context, store))
            take(certificates, context);
    }
    if (context != NULL)
        (void)CertFreeCertificateContext(context);
    (void)CertCloseStore(opened, 0);
    return certificates->count > 0 ? CERTMAP_OK : not_there(err, store, count);
}
