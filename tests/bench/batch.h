/* SPDX-License-Identifier: MIT */
/* Certificates to measure with, in each form in which something takes them. */
#ifndef B_BATCH_H
#define B_BATCH_H

#include "support/der.h"
#include "workload.h"
#include <openssl/x509.h>

struct certmap_peer;

/* As many certificates as are made before the clock runs: so few that the last one has not driven the
 * first one out of the nearest cache. Servers, too, ask about what they have just prepared. */
enum { B_BATCH = 8 };

enum b_form {
    B_FORM_DER = 1,
    B_FORM_X509 = 2, /* decoded by OpenSSL, the Names read once, as a verification has done */
    B_FORM_PEER = 4  /* prepared */
};

struct b_batch {
    size_t count;
    size_t ids[B_BATCH];
    struct b_person people[B_BATCH];
    struct t_buf ders[B_BATCH];
    X509 *x509s[B_BATCH];
    struct certmap_peer *peers[B_BATCH];
};

/* The caller frees it. Ends the program when there is no memory, as everything here does. */
struct b_batch *b_batch_new(void);
void b_batch_free(struct b_batch *batch);

/* Fills it with certificates of count rules, ids[0] first, in these forms besides the people. */
void b_batch_fill(struct b_batch *batch, enum b_workload workload, const size_t *ids, size_t count, unsigned forms,
                  struct b_random *random);
/* The same with rules chosen at random from a set of so many. */
void b_batch_random(struct b_batch *batch, enum b_workload workload, size_t size, size_t count, unsigned forms,
                    struct b_random *random);

/* Prints a message to standard error and ends the program. */
_Noreturn void b_die(const char *what, const char *detail);

#endif
