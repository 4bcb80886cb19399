/* SPDX-License-Identifier: MIT */
/* Structs that grow: for authors of adapters, loaders and other libraries over certmap.h. Programs
 * do not need this.
 *
 * A struct whose first member is `size` may come from a program that was built with an older
 * certmap.h, and be smaller than the library's, or from one built with a newer certmap.h, and be
 * larger. docs/abi.md has the promise: members that the caller does not have count as zero where
 * the library reads, and are not written where it writes; members that the library does not have
 * must be zero where it reads, else the call fails with ARGUMENT, because the caller asks for
 * something that this library cannot do; where it only writes, it leaves them as they are. No such
 * struct has padding at its end, so that the bytes beyond a size are members and nothing else.
 */
#ifndef CERTMAP_VERSIONED_H
#define CERTMAP_VERSIONED_H

#include "explain.h"
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The size of a struct whose last member is this one. */
#define CERTMAP_STRUCT_END(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))

/* The sizes that the structs had in the first release; they never change. Smaller is not such a
 * struct. */
#define CERTMAP_FIRST_CERT CERTMAP_STRUCT_END(struct certmap_cert, reserved)
#define CERTMAP_FIRST_VALUE CERTMAP_STRUCT_END(struct certmap_value, reserved)
#define CERTMAP_FIRST_BUILD_OPTIONS CERTMAP_STRUCT_END(struct certmap_build_options, added_ctx)
#define CERTMAP_FIRST_PARSE_OPTIONS CERTMAP_STRUCT_END(struct certmap_parse_options, file)
#define CERTMAP_FIRST_MAPPING CERTMAP_STRUCT_END(struct certmap_mapping, language)
#define CERTMAP_FIRST_CONDITION CERTMAP_STRUCT_END(struct certmap_condition, as)
#define CERTMAP_FIRST_OUTPUT CERTMAP_STRUCT_END(struct certmap_output, reserved)
#define CERTMAP_FIRST_DESCRIPTION CERTMAP_STRUCT_END(struct certmap_description, term_extents)
#define CERTMAP_FIRST_RESULT CERTMAP_STRUCT_END(struct certmap_result, principals)

/* Most bytes by which a caller's struct may be larger than the library's: a size beyond was never
 * set, and the memory there is not looked at. */
#define CERTMAP_MAX_GROWTH 4096

/* The size that a struct says it has. object is not NULL. */
static inline size_t certmap_struct_size(const void *object) {
    size_t size;
    memcpy(&size, object, sizeof size);
    return size;
}

/* Whether a struct can be written, by a library whose own has `known` bytes: it is not NULL and not
 * smaller than `first`, and its size was set. */
static inline bool certmap_struct_fits(const void *object, size_t first, size_t known) {
    const size_t size = object == NULL ? 0 : certmap_struct_size(object);
    return size >= first && size <= known + CERTMAP_MAX_GROWTH;
}

/* Whether all of a struct beyond `known` bytes is zero. */
static inline bool certmap_struct_ends(const void *object, size_t known) {
    const unsigned char *bytes = (const unsigned char *)object;
    const size_t size = certmap_struct_size(object);
    for (size_t i = known; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* A struct as the library knows it, to read: the caller's own where it is large enough, else a copy
 * in room, which has `known` bytes and gets zero for what the caller does not have. NULL: this
 * library cannot serve the caller. */
static inline const void *certmap_struct_read(void *room, const void *object, size_t first,
                                              size_t known) {
    if (!certmap_struct_fits(object, first, known) || !certmap_struct_ends(object, known))
        return NULL;
    if (certmap_struct_size(object) >= known)
        return object;
    memset(room, 0, known);
    memcpy(room, object, certmap_struct_size(object));
    return room;
}

/* Writes own, which has `known` bytes, into a struct that fits, as far as it reaches; its size
 * stays. */
static inline void certmap_struct_write(void *object, const void *own, size_t known) {
    const size_t size = certmap_struct_size(object);
    if (object != own)
        memcpy((unsigned char *)object + sizeof size, (const unsigned char *)own + sizeof size,
               (size < known ? size : known) - sizeof size);
}

#ifdef __cplusplus
}
#endif

#endif
