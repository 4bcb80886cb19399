/* SPDX-License-Identifier: MIT */
/* A rule set that is in force, or was: those who are being answered by it hold it. */
#ifndef CM_SERVER_SET_H
#define CM_SERVER_SET_H

#include "certmap/certmap.h"

/* How often each name of a mapping has given the answer.
 *
 *     mapping    0 1 2 3 4        names  ""  "sales"  "staff"       in order
 *     slots      2 0 1 0 0        counts  7     0        41 */
struct cm_server_tally {
    uint32_t *slots; /* of each mapping, its name; NULL: nothing is counted */
    struct certmap_view *names;
    uint64_t *counts; /* under the lock of the service */
    size_t *carried;  /* of each name, where it is in the set before, or SIZE_MAX; until this set is in force */
    size_t count;     /* of names */
};

/* Characters of a digest in hexadecimal, and a NUL. */
enum { CM_SERVER_DIGEST_SIZE = 2 * CERTMAP_SHA256_SIZE + 1 };

struct cm_server_set {
    struct certmap_rules *rules;
    size_t holders; /* under the lock of the service */
    char digest[CM_SERVER_DIGEST_SIZE];
    struct cm_server_tally tally;
};

/* Takes the rules, also on failure. NULL: no memory. */
struct cm_server_set *cm_server_set_new(const struct certmap_allocator *allocator, struct certmap_rules *rules,
                                        const char digest[CM_SERVER_DIGEST_SIZE], bool counts);
void cm_server_set_free(const struct certmap_allocator *allocator, struct cm_server_set *set);

/* Finds the names that the set before has, too, without its counts: without the lock. */
void cm_server_tally_carry(struct cm_server_tally *tally, const struct cm_server_tally *before);
/* Takes over its counts; linear in the names. */
void cm_server_tally_begin(struct cm_server_tally *tally, const struct cm_server_tally *before);
/* Counts an answer of a mapping of `from` in tally, by its name where they are not the same. */
void cm_server_tally_count(struct cm_server_tally *tally, const struct cm_server_tally *from, size_t mapping);

#endif
