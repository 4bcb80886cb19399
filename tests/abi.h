/* SPDX-License-Identifier: MIT */
/* Programs that were built with other headers than the library: each call that takes a struct with a size, with one of
 * the first released size, of a smaller and of a larger one. A program has a table of these calls, gives its rows by
 * t_abi_entry, and has a case of T_ABI_SIZES. */
#ifndef T_ABI_H
#define T_ABI_H

#include "certmap/versioned.h"
#include "support/count.h"
#include "support/every.h"
#include "support/run.h"
#include <stdint.h>

struct t_abi_entry {
    const char *about;
    enum certmap_status (*call)(void *object); /* with the struct as it is given; OK if it was taken */
    const void *object;                        /* such a struct, of this version */
    size_t known, first;
    size_t on64; /* the first size where pointers have eight bytes, as a number, so that nobody moves it by accident */
    bool reads;  /* what is in it: then a tail that is not known has to be zero */
};

/* The program has it: a row of its table. */
static const struct t_abi_entry *t_abi_entry(int i);

/* A struct of this size, in a block of its own, so that whoever looks beyond it is seen. */
static inline unsigned char *t_abi_copy(const struct t_abi_entry *entry, size_t size, unsigned char tail) {
    unsigned char *object = malloc(size);
    ck_assert_ptr_nonnull(object);
    memset(object, 0, size);
    memcpy(object, entry->object, size < entry->known ? size : entry->known);
    memcpy(object, &size, sizeof size);
    if (size > entry->known)
        object[size - 1] = tail;
    return object;
}

static inline void t_abi_call(const struct t_abi_entry *entry, size_t size, unsigned char tail,
                              enum certmap_status expected) {
    unsigned char *object = t_abi_copy(entry, size, tail);
    const enum certmap_status status = entry->call(object);
    ck_assert_msg(status == expected, "%s with %zu bytes and %d at their end: status %d instead of %d", entry->about,
                  size, tail, (int)status, (int)expected);
    ck_assert_uint_eq(certmap_struct_size(object), size);
    if (size > entry->known)
        ck_assert_uint_eq(object[size - 1], tail);
    free(object);
}

T_TEST(the_first_size) {
    const struct t_abi_entry *entry = t_abi_entry(_i);
    if (sizeof(void *) == 8)
        ck_assert_msg(entry->first == entry->on64, "%s: %zu", entry->about, entry->first);
    t_abi_call(entry, entry->first, 0, CERTMAP_OK);
}

T_TEST(a_smaller_size) {
    const struct t_abi_entry *entry = t_abi_entry(_i);
    t_abi_call(entry, entry->first - 1, 0, CERTMAP_ERROR_ARGUMENT);
    t_abi_call(entry, sizeof(size_t), 0, CERTMAP_ERROR_ARGUMENT);
}

T_TEST(a_larger_size_with_a_zero_tail) {
    const struct t_abi_entry *entry = t_abi_entry(_i);
    t_abi_call(entry, entry->known + 1, 0, CERTMAP_OK);
    t_abi_call(entry, entry->known + CERTMAP_MAX_GROWTH, 0, CERTMAP_OK);
}

T_TEST(a_larger_size_with_something_in_its_tail) {
    const struct t_abi_entry *entry = t_abi_entry(_i);
    const enum certmap_status expected = entry->reads ? CERTMAP_ERROR_ARGUMENT : CERTMAP_OK;
    t_abi_call(entry, entry->known + 1, 1, expected);
    t_abi_call(entry, entry->known + CERTMAP_MAX_GROWTH, 1, expected);
}

/* Nothing may be read beyond what there is: the block is smaller than it says. */
T_TEST(a_size_that_was_never_set) {
    const struct t_abi_entry *entry = t_abi_entry(_i);
    unsigned char *object = t_abi_copy(entry, entry->known, 0);
    const size_t sizes[] = {0, entry->known + CERTMAP_MAX_GROWTH + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memcpy(object, &sizes[i], sizeof sizes[i]);
        ck_assert_int_eq(entry->call(object), CERTMAP_ERROR_ARGUMENT);
    }
    free(object);
}

/* No padding at the end: the bytes beyond a size are members and nothing else. */
T_TEST(no_padding_at_the_end) {
    const struct t_abi_entry *entry = t_abi_entry(_i);
    ck_assert_msg(entry->first == entry->known, "%s: %zu of %zu", entry->about, entry->first, entry->known);
}

/* The tests of so many rows, for a T_CASE. */
#define T_ABI_SIZES(count)                                                                                             \
    T_LOOP(the_first_size, count), T_LOOP(a_smaller_size, count), T_LOOP(a_larger_size_with_a_zero_tail, count),       \
        T_LOOP(a_larger_size_with_something_in_its_tail, count), T_LOOP(a_size_that_was_never_set, count),             \
        T_LOOP(no_padding_at_the_end, count)

#endif
