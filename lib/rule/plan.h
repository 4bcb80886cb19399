/* SPDX-License-Identifier: MIT */
/* How few mappings are looked at: all of them together, place by place of the certificate.
 *
 *     places     [ issuer.O | subject.CN | subject.CN, last 8 bytes ]        of conditions that are tests
 *     choices    issuer.O:    none -> 00000 | "Contoso" -> 00011     which mappings pass with which text
 *                subject.CN:  none -> 00010 | "a" -> 00011 | "b" -> 00001
 *                last 8:      none -> 00110 | ".example" -> 00111
 *     patterns   subject.CN:  "a*b" -> 00011, else 00010             one by one
 *     mappings   [ result, rest: none | result, rest: ANY 3, CONDITION, CONDITION | ... | result of none ]
 *
 * A test is a member of the root that compares with one text, or with a pattern that has one literal between stars or none,
 * or the NOT of one. It can be true or false, and nothing else, where the certificate has at most one value of its place,
 * which can be read; else the plan says nothing, and the search is made in another way. What a value passes is found by a
 * hash of its text; the AND of all places has a bit for each mapping whose tests pass, and the lowest bit is the first. The
 * bit after the last mapping is always there. Tests take no steps: what all of them take at most is set aside. */
#ifndef CM_RULE_PLAN_H
#define CM_RULE_PLAN_H

#include "base/hash.h"
#include "rule/rules.h"

/* Most places, so that they fit into a few lines of the cache; conditions about others are no tests. */
#define CM_MAX_PLAN_PLACES 8
/* Most patterns, because each is compared with the value of its place, whatever mappings are left; more are no tests. Three
 * for each of the most mappings. */
#define CM_MAX_PLAN_PATTERNS 72

/* Values in which a literal is looked for at each place: a longer one is not for the plan. A CN has no more. */
#define CM_MAX_PLAN_LOOKED 64

/* A piece of text, and its first and last bytes: of eight and more as they are; of fewer, `last` is all of them. */
struct cm_plan_text {
    struct certmap_view text;
    uint64_t first, last;
};

/* The longest text of a test. */
#define CM_MAX_PLAN_TEXT UINT16_MAX
/* A text that tests compare with; the first of a place is for what is none of them. Half a line of the cache, as all that a
 * match reads of a plan is packed into few lines. */
struct cm_plan_choice {
    const uint8_t *data;
    uint64_t first, last;
    uint32_t pass; /* a bit for each mapping that passes */
    uint16_t len;
    uint16_t next; /* another one in the same slot, or 0 */
};

/* FRONT*BACK or FRONT*INSIDE*BACK */
struct cm_plan_pattern {
    struct cm_plan_text front, back;
    uint32_t pass[2]; /* where a value does not fit, and where it does */
    uint32_t asking;  /* the mappings for which that makes a difference */
    struct cm_plan_text inside;
};

enum cm_plan_part { CM_PLAN_WHOLE, CM_PLAN_FRONT, CM_PLAN_BACK };

/* A row of a list (field/list.h), and how it is compared: all of a text, or as many bytes of its front or back. */
struct cm_plan_place {
    uint8_t list, row;
    bool nocase;
    uint8_t part;    /* enum cm_plan_part */
    uint16_t len;    /* of a part */
    bool looks;      /* a pattern has something inside */
    uint8_t shift;   /* what is left of a hash is the slot */
    uint16_t only;   /* the last choice; 0: there is none. Without slots it is the only one */
    uint32_t absent; /* which mappings pass where there is no value */
    const struct cm_plan_choice *choices;
    const uint16_t *slots; /* choices by their hash, or 0; NULL: there is one at most */
    const struct cm_plan_pattern *patterns, *patterns_end;
};

/* A mapping, and what its result is when it is true; the one after the last is none. A line of the cache. */
struct cm_plan_mapping {
    const uint8_t *name, *account, *domain, *user;
    uint32_t name_len, account_len, domain_len, user_len;
    const struct cm_mapping *mapping; /* NULL: none */
    uint16_t index;                   /* its position */
    uint16_t rest;                    /* its first node that is in no test; 0: all of them are */
    uint8_t decision, kind;
    uint8_t account_count;
    bool made; /* else the result has to be built */
};

struct cm_plan {
    size_t mapping_count, place_count;
    uint64_t lists; /* a bit for each that a place is in */
    size_t steps;   /* set aside */
    const struct cm_plan_mapping *mappings;
    struct cm_plan_place places[];
};

static inline struct cm_plan_text cm_plan_text_of(struct certmap_view text) {
    const uint8_t *data = text.data;
    if (text.len >= sizeof(uint64_t))
        return (struct cm_plan_text){text, cm_hash_load(data), cm_hash_load(data + text.len - sizeof(uint64_t))};
    return (struct cm_plan_text){text, 0, text.len > 0 ? cm_hash_few(data, text.len) : 0};
}

/* The slot, before it is shifted: its highest bits depend on all of the last bytes. */
static inline uint64_t cm_plan_hash(uint64_t last, size_t len) {
    return (last + len) * UINT64_C(0x9E3779B97F4A7C15);
}

#endif
