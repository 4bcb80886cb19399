/* SPDX-License-Identifier: MIT */
/* What the three files of regular expressions have in common: the tree, and the layout of a program. */
#ifndef CM_BASE_REGEX_INSIDE_H
#define CM_BASE_REGEX_INSIDE_H

#include "base/regex.h"
#include "certmap/limits.h"

/* ---- the tree ---- */

/* Code points from first to last. */
struct cm_regex_range {
    uint32_t first, last;
};

enum cm_regex_kind { CM_REGEX_EMPTY, CM_REGEX_SET, CM_REGEX_CAT, CM_REGEX_ALT, CM_REGEX_REPEAT };

/* No node. */
#define CM_REGEX_NONE UINT32_MAX
/* No end of a repetition. */
#define CM_REGEX_MANY UINT32_MAX

struct cm_regex_node {
    enum cm_regex_kind kind;
    uint32_t child;       /* CAT, ALT, REPEAT: the first one */
    uint32_t next;        /* of the same parent, or CM_REGEX_NONE */
    uint32_t min, max;    /* REPEAT */
    uint32_t range;       /* SET: its first range; they are ascending and apart */
    uint32_t range_count; /* which may be none */
    uint32_t positions;   /* in it, after repetitions are written out */
};

struct cm_regex_tree {
    struct cm_regex_node *nodes;
    uint32_t node_count, node_cap;
    struct cm_regex_range *ranges;
    uint32_t range_count, range_cap;
    uint32_t root;
    uint32_t looked_up; /* code points of which it was asked what they fold to */
};

/* With nocase: most code points of classes that are looked up one by one, and most that are looked up for an expression. */
enum { CM_REGEX_FEW_LOOKED_UP = 1024, CM_REGEX_MAX_LOOKED_UP = CM_REGEX_FEW_LOOKED_UP + 0x20000 };

/* Reads an expression. shown gets its NFC. Errors: as cm_regex_compile. */
enum certmap_status cm_regex_parse(struct cm_regex_tree *tree, struct certmap_view *shown, struct certmap_view text,
                                   bool nocase, struct cm_arena *scratch, struct certmap_diagnostic *err);

/* ---- a program ---- */

/* There is no longest text. */
#define CM_REGEX_ENDLESS UINT16_MAX

struct cm_regex_head {
    uint16_t words;     /* of a set of positions */
    uint16_t chunks;    /* of four positions */
    uint16_t classes;   /* of code points that are in the same positions */
    uint16_t intervals; /* beyond ASCII */
    uint16_t glob;      /* bytes of it */
    uint16_t empty;     /* 1: it holds of the empty text */
    uint16_t longest;   /* code points of the longest text that it holds of, or CM_REGEX_ENDLESS */
    uint16_t none;      /* 0, so that all bytes of a program are written */
    uint64_t begins[2]; /* a bit for each ASCII character that a text may begin with */
    uint64_t ends[2];   /* and that it may end with */
};

_Static_assert(sizeof(struct cm_regex_head) == 8 * sizeof(uint16_t) + 4 * sizeof(uint64_t), "it has no padding");

/* Where its parts are, in bytes. */
struct cm_regex_parts {
    size_t glob, ascii, starts, ids, first, last, classes, follow, size;
};

static inline struct cm_regex_parts cm_regex_parts_of(const struct cm_regex_head *head) {
    const size_t set = head->words * sizeof(uint64_t);
    struct cm_regex_parts parts = {.glob = sizeof *head};
    parts.ascii = parts.glob + head->glob;
    parts.starts = parts.ascii + 128 * sizeof(uint16_t);
    parts.ids = parts.starts + head->intervals * sizeof(uint32_t);
    parts.first = parts.ids + head->intervals * sizeof(uint16_t);
    parts.last = parts.first + set;
    parts.classes = parts.last + set;
    parts.follow = parts.classes + head->classes * set;
    parts.size = parts.follow + head->chunks * 16 * set;
    return parts;
}

#endif
