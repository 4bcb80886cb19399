/* SPDX-License-Identifier: MIT */
#include "rule/crowd.h"
#include "base/hash.h"
#include "base/view.h"

static struct certmap_view text_of(const struct cm_crowd *crowd, size_t value) {
    const struct cm_text *text = &crowd->list->values[value].text;
    return crowd->nocase ? text->folded : text->nfc;
}

/* Where a text is, or belongs. Whoever chooses texts that share a slot makes a match no longer than it is without. */
static size_t find(const struct cm_crowd *crowd, struct certmap_view text) {
    size_t at = cm_hash_bytes(text.data, text.len, 0) % CM_CROWD_SLOTS;
    while (crowd->slots[at] != 0 && !cm_view_equal(text_of(crowd, crowd->slots[at] - 1U), text))
        at = (at + 1) % CM_CROWD_SLOTS;
    return at;
}

enum certmap_truth cm_crowd_has(const struct cm_crowd *crowd, struct certmap_view text) {
    if (crowd->slots[find(crowd, text)] != 0)
        return CERTMAP_TRUE;
    return crowd->clouded ? CERTMAP_UNKNOWN : CERTMAP_FALSE;
}

static void fill(struct cm_crowd *crowd) {
    const struct cm_list *list = crowd->list;
    crowd->clouded = false;
    memset(crowd->slots, 0, sizeof crowd->slots);
    for (uint32_t at = cm_list_first(list, crowd->row); at != CM_VALUE_NONE; at = list->values[at].next) {
        if (list->values[at].unreadable != CERTMAP_CODE_NONE)
            crowd->clouded = true;
        else
            crowd->slots[find(crowd, text_of(crowd, at))] = (uint16_t)(at + 1);
    }
}

const struct cm_crowd *cm_crowd_of(struct cm_crowds *crowds, const struct cm_list *list, uint32_t row, bool nocase) {
    if (list->count < CM_CROWD_LEAST || list->count > CM_CROWD_MOST)
        return NULL;
    for (uint32_t i = 0; i < crowds->count; i++) {
        const struct cm_crowd *there = &crowds->crowds[i];
        if (there->list == list && there->row == row && there->nocase == nocase)
            return there;
    }
    struct cm_crowd *crowd = &crowds->crowds[crowds->next];
    crowds->next = (crowds->next + 1) % CM_CROWDS;
    crowds->count += crowds->count < CM_CROWDS;
    crowd->list = list;
    crowd->row = row;
    crowd->nocase = nocase;
    fill(crowd);
    return crowd;
}
