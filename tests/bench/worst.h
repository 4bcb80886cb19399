/* SPDX-License-Identifier: MIT */
/* Rule sets and certificates that are made to be slow: no mapping is true, and none is easily seen not to be; under
 * CERTMAP_COMBINING_ALL many are, with the same account. */
#ifndef B_WORST_H
#define B_WORST_H

#include "certmap/build.h"
#include "support/der.h"

struct b_worst {
    const char *name;
    const char *what;
    unsigned most_ms; /* that a match is to take at 10,000 mappings: 1 with certificates of about 4 KB; 2, as long as a
                       * TLS 1.3 handshake, with those of 16 KB; 20 with larger ones */
    void (*mapping)(struct certmap_builder *builder, size_t index);
    void (*subject)(struct t_buf *spec); /* as t_name takes it; ends in a NUL */
    enum certmap_combining combining;
    void (*extensions)(
        struct t_buf *text); /* one after the other, as t_der takes them; ends in a NUL; NULL: those of t_cert */
};

extern const struct b_worst b_worst_cases[];
extern const size_t b_worst_count;

/* Builds so many mappings. NULL if certmap refuses, which err explains. */
struct certmap_rules *b_worst_rules(const struct b_worst *worst, size_t size, struct certmap_diagnostic *err);
/* Appends the certificate in DER. */
void b_worst_certificate(struct t_buf *der, const struct b_worst *worst);

#endif
