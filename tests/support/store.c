/* SPDX-License-Identifier: MIT */
/* Certificates in a store of Windows, for tests:
 *     store add|remove user|machine STORE FILE.der
 * Removes what it can find; a store that is not there is made. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#include <wincrypt.h> /* after windows.h */

static PCCERT_CONTEXT read_certificate(const char *path) {
    static unsigned char der[65536];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    const size_t len = fread(der, 1, sizeof der, file);
    (void)fclose(file);
    return CertCreateCertificateContext(X509_ASN_ENCODING, der, (DWORD)len);
}

static bool remove_certificate(HCERTSTORE store, PCCERT_CONTEXT certificate) {
    PCCERT_CONTEXT found =
        CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_EXISTING, certificate, NULL);
    return found != NULL && CertDeleteCertificateFromStore(found);
}

/* Wine 8 keeps in the registry what was removed. */
static void remove_key(HKEY location, const char *store, PCCERT_CONTEXT certificate) {
    char path[512];
    BYTE sha1[20];
    DWORD len = sizeof sha1;
    if (!CertGetCertificateContextProperty(certificate, CERT_SHA1_HASH_PROP_ID, sha1, &len))
        return;
    int at = snprintf(path, sizeof path, "Software\\Microsoft\\SystemCertificates\\%.100s\\Certificates\\", store);
    for (DWORD i = 0; i < len; i++)
        at += snprintf(path + at, sizeof path - (size_t)at, "%02X", sha1[i]);
    (void)RegDeleteKeyA(location, path);
}

static bool change(HCERTSTORE store, bool add, PCCERT_CONTEXT certificate) {
    if (store == NULL || certificate == NULL)
        return false;
    return add ? CertAddCertificateContextToStore(store, certificate, CERT_STORE_ADD_REPLACE_EXISTING, NULL)
               : remove_certificate(store, certificate);
}

int main(int argc, char **argv) {
    if (argc != 5) {
        (void)fputs("usage: store add|remove user|machine STORE FILE.der\n", stderr);
        return 2;
    }
    const bool add = strcmp(argv[1], "add") == 0, user = strcmp(argv[2], "user") == 0;
    const DWORD location = user ? CERT_SYSTEM_STORE_CURRENT_USER : CERT_SYSTEM_STORE_LOCAL_MACHINE;
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, location, argv[3]);
    PCCERT_CONTEXT certificate = read_certificate(argv[4]);
    bool done = change(store, add, certificate);
    done = store != NULL && CertCloseStore(store, 0) && done;
    if (!done)
        (void)fprintf(stderr, "store: Windows error 0x%08lX\n", (unsigned long)GetLastError());
    if (done && !add)
        remove_key(user ? HKEY_CURRENT_USER : HKEY_LOCAL_MACHINE, argv[3], certificate);
    if (certificate != NULL)
        (void)CertFreeCertificateContext(certificate);
    return done ? 0 : 1;
}
