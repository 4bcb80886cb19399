/* SPDX-License-Identifier: MIT */
#include "rule/index_search.h"
#include "base/view.h"
#include "field/compare.h"
#include "rule/index_key.h"

/* Look-ups and candidates that a search may always have, however small the rule set is. */
#define LEAST_WORK 4096

struct cm_hunt cm_hunt_begin(const struct certmap_rules *rules, const struct certmap_peer *peer, size_t steps) {
    return (struct cm_hunt){
        .verify = {.eval = {.rules = rules, .peer = peer, .steps = steps}, .hint = CM_VALUE_NONE},
        .work = LEAST_WORK + 2 * rules->mapping_count,
    };
}

/* ---- candidates ---- */

/* Evaluates a mapping that can be better than the best. */
static void consider(struct cm_hunt *hunt, uint32_t mapping) {
    if (mapping < hunt->from || mapping >= hunt->best)
        return;
    const enum certmap_truth truth = cm_verify(&hunt->verify, &hunt->verify.eval.rules->mappings[mapping]);
    if (truth != CERTMAP_FALSE) {
        hunt->best = mapping;
        hunt->truth = truth;
    }
}

static bool take_work(struct cm_hunt *hunt, size_t work) {
    const bool enough = hunt->work > work;
    hunt->work = enough ? hunt->work - work : 0;
    return enough;
}

/* Mappings in order, so that the first that holds ends it. False: more work than it is worth. */
static bool consider_list(struct cm_hunt *hunt, const uint32_t *list) {
    for (uint32_t i = 1; i <= list[0] && list[i] < hunt->best; i++) {
        if (!take_work(hunt, 1))
            return false;
        consider(hunt, list[i]);
    }
    return true;
}

static void consider_all(struct cm_hunt *hunt) {
    hunt->verify.hint = CM_VALUE_NONE;
    for (size_t i = hunt->from; i < hunt->best; i++)
        consider(hunt, (uint32_t)i);
}

/* ---- the keys of a certificate, in one node ---- */

/* How far the keys of a node have been looked up. */
struct frame {
    uint32_t node;
    uint32_t value;                                 /* of the probe's list, or CM_VALUE_NONE: the probe is done */
    const struct cm_probe *probe, *following, *end; /* end: behind the last one */
    uint64_t probe_seed, seed;                      /* of the keys of the probe, and of those of the value */
    const uint8_t *next;                            /* where the next key of the value begins */
    const struct cm_list *avas;                     /* the same of a Name */
    size_t length, count;                           /* of each key; how many are left */
    const struct cm_slot *slot; /* where the key that was taken last may be found next; NULL: nowhere */
    uint32_t key;
};

static const struct cm_list *list_of(const struct cm_hunt *hunt, const struct frame *frame) {
    return &hunt->verify.eval.peer->lists[frame->probe->list];
}

static struct certmap_view value_bytes(const struct cm_probe *probe, const struct cm_value *value) {
    if (probe->text == CM_KEY_OCTETS) /* behind a tag and a length of one octet each */
        return cm_view(value->der.data + 2, value->der.len - 2);
    return probe->text == CM_KEY_FOLDED ? value->text.folded : value->text.nfc;
}

/* Where keys are: one that is as long as the value, one at an end, or one at each place. */
static void begin_bytes(struct frame *frame, struct certmap_view bytes) {
    const struct cm_probe *probe = frame->probe;
    frame->length = probe->shape == CM_KEY_EXACT ? bytes.len : probe->length;
    if (bytes.len < frame->length)
        return;
    const size_t places = bytes.len - frame->length;
    frame->next = bytes.data + (probe->shape == CM_KEY_SUFFIX ? places : 0);
    frame->count = probe->shape == CM_KEY_GRAM ? places + 1 : 1;
}

/* A Name has one key, or none, if it has too few RDNs. */
static void begin_name(struct frame *frame, const struct cm_list *avas) {
    frame->length = frame->probe->shape == CM_KEY_EXACT ? avas->rdn_count : frame->probe->length;
    frame->count = avas->rdn_count >= frame->length;
    frame->avas = avas;
}

static void begin_value(struct frame *frame, const struct cm_value *value) {
    const struct cm_probe *probe = frame->probe;
    frame->seed = frame->probe_seed;
    if (value->unreadable != CERTMAP_CODE_NONE)
        return;
    if (probe->typed)
        frame->seed = cm_key_typed(frame->seed, value->oid);
    if (probe->text == CM_KEY_NAME)
        begin_name(frame, value->avas);
    else
        begin_bytes(frame, value_bytes(probe, value));
}

/* The certificate is no value of its list. */
static void begin_probe(const struct cm_hunt *hunt, struct frame *frame) {
    frame->probe_seed = frame->seed = cm_key_seed(hunt->verify.eval.rules->index->seed, frame->probe);
    frame->value = CM_VALUE_NONE;
    if (frame->probe->text == CM_KEY_BYTES)
        begin_bytes(frame, hunt->verify.eval.peer->certificate);
    else
        frame->value = cm_list_first(list_of(hunt, frame), frame->probe->row);
}

/* Goes on to the next value, or the next probe; false when there is none. */
static bool begin_next(const struct cm_hunt *hunt, struct frame *frame) {
    if (frame->value != CM_VALUE_NONE) {
        frame->value = list_of(hunt, frame)->values[frame->value].next;
    } else {
        if (frame->following == frame->end)
            return false;
        frame->probe = frame->following++;
        begin_probe(hunt, frame);
    }
    if (frame->value != CM_VALUE_NONE)
        begin_value(frame, &list_of(hunt, frame)->values[frame->value]);
    return true;
}

/* ---- look-ups ---- */

static bool may_be_there(const struct cm_index *index, uint32_t key) {
    const uint64_t bits = cm_bloom_bits(key);
    return (index->bloom[cm_bloom_word(key, index->bloom_range)] & bits) == bits;
}

/* Takes keys of the value up to one that may be there; false when there is none any more. */
static bool next_of_value(const struct cm_index *index, struct frame *frame) {
    while (frame->count > 0) {
        frame->count--;
        const uint64_t hash = frame->probe->text == CM_KEY_NAME
                                  ? cm_name_hash(frame->avas, frame->length, frame->seed)
                                  : cm_hash_bytes(frame->next++, frame->length, frame->seed);
        frame->key = cm_key_in(frame->node, hash);
        if (may_be_there(index, frame->key))
            return true;
    }
    return false;
}

/* The next slot of the key that was taken last; NULL when there is none any more. */
static const struct cm_slot *next_slot(struct frame *frame) {
    const struct cm_slot *slot = frame->slot;
    while (slot->kind != CM_TARGET_FREE && slot->key < frame->key)
        slot++;
    const bool found = slot->kind != CM_TARGET_FREE && slot->key == frame->key;
    frame->slot = found ? slot + 1 : NULL;
    return found ? slot : NULL;
}

/* The next slot that a key of the certificate is in; NULL when all were taken, or the work is too much. */
static const struct cm_slot *next_hit(struct cm_hunt *hunt, struct frame *frame) {
    const struct cm_index *index = hunt->verify.eval.rules->index;
    const struct cm_slot *slot = frame->slot != NULL ? next_slot(frame) : NULL;
    while (slot == NULL) {
        while (!next_of_value(index, frame))
            if (!begin_next(hunt, frame) || !take_work(hunt, frame->count))
                return NULL;
        frame->slot = &index->slots[cm_key_slot(frame->key, index->range)];
        slot = next_slot(frame);
    }
    return slot;
}

/* ---- nodes ---- */

static void open_node(struct frame *frame, const struct cm_index *index, uint32_t number) {
    const struct cm_index_node *node = &index->nodes[number];
    frame->node = number;
    frame->following = index->probes + node->first_probe;
    frame->end = frame->following + node->probe_count;
    frame->value = CM_VALUE_NONE;
    frame->count = 0;
    frame->slot = NULL;
}

static void set_hint(struct cm_hunt *hunt, const struct frame *frame) {
    hunt->verify.hint_list = list_of(hunt, frame);
    hunt->verify.hint_row = frame->probe->row;
    hunt->verify.hint = frame->value;
}

/* Takes what a slot leads to; a node that may have a better mapping becomes the next frame. */
static bool take_slot(struct cm_hunt *hunt, const struct frame *frame, const struct cm_slot *slot, struct frame *next) {
    const struct cm_index *index = hunt->verify.eval.rules->index;
    if (slot->kind == CM_TARGET_NODE) {
        if (index->nodes[slot->at].least >= hunt->best)
            return false;
        open_node(next, index, slot->at);
        return true;
    }
    set_hint(hunt, frame);
    if (slot->kind == CM_TARGET_MAPPING)
        consider(hunt, slot->at);
    else
        (void)consider_list(hunt, index->lists + slot->at);
    return false;
}

/* Goes through the nodes that keys of the certificate lead to. */
static void walk(struct cm_hunt *hunt) {
    const struct cm_index *index = hunt->verify.eval.rules->index;
    struct frame frames[CM_INDEX_DEPTH];
    size_t depth = 1;
    open_node(&frames[0], index, 0);
    while (depth > 0) {
        struct frame *frame = &frames[depth - 1];
        const struct cm_slot *slot = next_hit(hunt, frame);
        if (slot != NULL) {
            depth += take_slot(hunt, frame, slot, frame + 1);
            continue;
        }
        const uint32_t rest = index->nodes[frame->node].rest;
        hunt->verify.hint = CM_VALUE_NONE;
        if (rest != CM_INDEX_NONE)
            (void)consider_list(hunt, index->lists + rest);
        depth--;
    }
}

/* ---- what cannot be looked up ---- */

/* Whether a condition about the value is unknown, or could be: about a Name with an AVA that cannot be read. */
static bool is_value_clouded(const struct cm_value *value) {
    bool clouded = value->unreadable != CERTMAP_CODE_NONE;
    for (size_t i = 0; value->avas != NULL && i < value->avas->count && !clouded; i++)
        clouded = value->avas->values[i].unreadable != CERTMAP_CODE_NONE;
    return clouded;
}

/* Whether a condition about the place could be unknown. */
static bool is_clouded(const struct certmap_peer *peer, const struct cm_index_place *place) {
    const struct cm_list *list = &peer->lists[place->list];
    bool clouded = list->unknown != CERTMAP_CODE_NONE;
    for (uint32_t at = cm_list_first(list, place->row); at != CM_VALUE_NONE && !clouded; at = list->values[at].next)
        clouded = is_value_clouded(&list->values[at]);
    return clouded;
}

/* Considers the mappings that may be unknown without being found; false where they are not listed. */
static bool consider_clouded(struct cm_hunt *hunt) {
    const struct cm_index *index = hunt->verify.eval.rules->index;
    for (uint32_t i = 0; i < index->place_count; i++) {
        const struct cm_index_place *place = &index->places[i];
        if (!is_clouded(hunt->verify.eval.peer, place))
            continue;
        if (place->members == CM_INDEX_NONE || !consider_list(hunt, index->lists + place->members))
            return false;
    }
    return true;
}

size_t cm_hunt_next(struct cm_hunt *hunt, size_t from, enum certmap_truth *truth) {
    const struct certmap_rules *rules = hunt->verify.eval.rules;
    hunt->from = from;
    hunt->best = rules->mapping_count;
    bool done = rules->index != NULL && hunt->work > 0 && consider_clouded(hunt);
    if (done)
        walk(hunt);
    if (!done || hunt->work == 0)
        consider_all(hunt);
    *truth = hunt->truth;
    return hunt->best;
}
