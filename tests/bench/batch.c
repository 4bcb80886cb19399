/* SPDX-License-Identifier: MIT */
#include "batch.h"
#include "certificate.h"
#include "certmap/certmap.h"
#include <stdio.h>
#include <stdlib.h>

void b_die(const char *what, const char *detail) {
    fprintf(stderr, "bench: %s: %s\n", what, detail);
    exit(EXIT_FAILURE);
}

struct b_batch *b_batch_new(void) {
    struct b_batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        b_die("certificates", "no memory");
    for (size_t i = 0; i < B_BATCH; i++) {
        batch->ders[i] = (struct t_buf)T_BUF_INIT;
        if (certmap_peer_new(&batch->peers[i], NULL, NULL) != CERTMAP_OK)
            b_die("certificates", "no memory");
    }
    return batch;
}

void b_batch_free(struct b_batch *batch) {
    for (size_t i = 0; i < B_BATCH; i++) {
        t_buf_free(&batch->ders[i]);
        X509_free(batch->x509s[i]);
        certmap_peer_free(batch->peers[i]);
    }
    free(batch);
}

static void decode(struct b_batch *batch, size_t i) {
    const unsigned char *at = batch->ders[i].data;
    X509_free(batch->x509s[i]);
    batch->x509s[i] = d2i_X509(NULL, &at, (long)batch->ders[i].len);
    if (batch->x509s[i] == NULL)
        b_die("certificates", "OpenSSL does not decode one");
}

static void prepare(struct b_batch *batch, size_t i) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    if (certmap_cert_from_der(&cert, t_view(&batch->ders[i]), &error) != CERTMAP_OK ||
        certmap_peer_set(batch->peers[i], &cert, &error) != CERTMAP_OK)
        b_die("certificates", error.text);
}

static void make(struct b_batch *batch, enum b_workload workload, size_t i, unsigned forms, struct b_random *random) {
    struct b_random own = {batch->ids[i]};
    t_buf_clear(&batch->ders[i]);
    b_workload_person(workload, batch->ids[i], workload == B_ONE_TO_ONE ? &own : random, &batch->people[i]);
    if (workload == B_ONE_TO_ONE)
        b_certificate_small(&batch->ders[i], &batch->people[i]);
    else if (forms != 0)
        b_certificate(&batch->ders[i], &batch->people[i]);
    if (forms & B_FORM_X509)
        decode(batch, i);
    if (forms & B_FORM_PEER)
        prepare(batch, i);
}

void b_batch_fill(struct b_batch *batch, enum b_workload workload, const size_t *ids, size_t count, unsigned forms,
                  struct b_random *random) {
    batch->count = count;
    for (size_t i = 0; i < count; i++) {
        batch->ids[i] = ids[i];
        make(batch, workload, i, forms, random);
    }
}

void b_batch_random(struct b_batch *batch, enum b_workload workload, size_t size, size_t count, unsigned forms,
                    struct b_random *random) {
    batch->count = count;
    for (size_t i = 0; i < count; i++) {
        batch->ids[i] = b_random_below(random, size);
        make(batch, workload, i, forms, random);
    }
}
