/* SPDX-License-Identifier: MIT */
#include "match/search.h"
#include "base/assert.h"
#include "base/compiler.h"
#include "base/view.h"
#include "field/compare.h"
#include "index/key.h"
#include "index/tuning.h"

/* Every loop over values or mappings takes work, or steps where it evaluates; both come from the steps of the match.
 * Those over what an index has - probes, rows, slots of one key - are as long as the rules make them. A search goes
 * through them again for each mapping that it finds, each of which takes work every time. */

/* Steps that the index may not evaluate with: half of them. Its work comes from these, and takes half of them at most. */
static inline size_t reserve_of(const struct certmap_rules *rules) {
    return rules->steps / 2;
}

static inline size_t work_of(const struct certmap_rules *rules) {
    const size_t work = CM_MIN_WORK + CM_WORK_A_MAPPING * rules->mapping_count, most = reserve_of(rules) / 2;
    return work < most ? work : most;
}

void cm_index_search_begin(struct cm_index_search *search, const struct certmap_rules *rules,
                           struct certmap_peer *peer) {
    cm_fast_eval_begin(&search->fast, rules, peer);
    search->index = rules->index;
    search->truth = CERTMAP_FALSE;
    search->fetch = CM_FETCH;
    search->tried.any = false;
    search->gathered.on = false;
    search->known_false.any = false;
    if (search->index == NULL)
        return;
    search->fast.eval.steps -= reserve_of(rules);
    search->work = work_of(rules);
}

void cm_index_search_begin_all(struct cm_index_search *search, const struct certmap_rules *rules,
                               struct certmap_peer *peer) {
    cm_index_search_begin(search, rules, peer);
    search->gathered.on = search->index != NULL;
    search->gathered.walked = false;
    search->gathered.count = search->gathered.next = 0;
}

size_t cm_index_search_left(const struct cm_index_search *search) {
    const struct certmap_rules *rules = search->fast.eval.rules;
    const size_t kept = search->index != NULL ? reserve_of(rules) - (work_of(rules) - search->work) : 0;
    return search->fast.eval.steps + kept;
}

/* From here on mappings are looked at one by one, with what is left of the steps. What the index has found is kept but
 * where it may be unknown for want of steps: the index looks at mappings in another order than that of trial. */
static CM_RARELY void leave_index(struct cm_index_search *search) {
    if (search->fast.eval.steps == 0)
        search->best = CM_NO_PLACE;
    search->fast.eval.steps = cm_index_search_left(search);
    search->index = NULL;
}

/* ---- what was seen lately ---- */

static bool has_seen(const struct cm_seen *seen, uint32_t number) {
    return seen->any && seen->numbers[number % CM_SEEN] == number;
}

static void see(struct cm_seen *seen, uint32_t number) {
    if (!seen->any)
        memset(seen->numbers, 0xFF, sizeof seen->numbers);
    seen->any = true;
    seen->numbers[number % CM_SEEN] = number;
}

/* ---- what is false ---- */

/* An ordinary match has nothing to keep: it evaluates a few. */
static void keep_false(struct cm_index_search *search, uint32_t place) {
    struct cm_false *known = &search->known_false;
    if (search->fast.tried <= CM_MANY_TRIED || place >= CM_FALSE_KEPT)
        return;
    if (!known->any)
        memset(known->bits, 0, sizeof known->bits);
    known->any = true;
    known->bits[place / 64] |= (uint64_t)1 << place % 64;
}

static inline bool is_known_false(const struct cm_index_search *search, uint32_t place) {
    const struct cm_false *known = &search->known_false;
    return known->any && place < CM_FALSE_KEPT && (known->bits[place / 64] >> place % 64 & 1) != 0;
}

/* ---- gathering ---- */

/* Where a mapping is among those that were gathered, or belongs: a search by halves. */
static size_t gathered_at(const struct cm_gathered *gathered, uint32_t place) {
    size_t low = 0, high = gathered->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (gathered->found[middle].mapping->index < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Keeps a mapping for later, with the value that led to it; of too many the first ones, and from then on only those that are
 * before the last of them are of interest. Moves at most CM_MAX_GATHERED. */
static CM_RARELY void gather(struct cm_index_search *search, const struct cm_mapping *mapping) {
    struct cm_gathered *gathered = &search->gathered;
    const size_t at = gathered_at(gathered, mapping->index);
    CM_ASSERT(at < CM_MAX_GATHERED);
    if (at < gathered->count && gathered->found[at].mapping == mapping)
        return;
    gathered->count += gathered->count < CM_MAX_GATHERED;
    memmove(&gathered->found[at + 1], &gathered->found[at], (gathered->count - at - 1) * sizeof gathered->found[0]);
    gathered->found[at] = (struct cm_noted){mapping, search->fast.hint};
    if (gathered->count == CM_MAX_GATHERED)
        search->best = gathered->found[CM_MAX_GATHERED - 1].mapping->index;
}

/* ---- candidates ---- */

/* Evaluates a mapping that can be better than the best, or keeps it until all are found. */
static inline void consider(struct cm_index_search *search, const struct cm_mapping *mapping) {
    const uint32_t place = mapping->index;
    if (place < search->from || place >= search->best || has_seen(&search->tried, place) ||
        is_known_false(search, place))
        return;
    if (search->gathered.on) {
        gather(search, mapping);
        return;
    }
    const enum certmap_truth truth = cm_fast_eval(&search->fast, mapping);
    if (truth == CERTMAP_FALSE) {
        see(&search->tried, place);
        keep_false(search, place);
        return;
    }
    search->best = place;
    search->found = mapping;
    search->truth = truth;
}

/* At most CM_MAX_NOTED. */
static void consider_noted(struct cm_index_search *search) {
    for (size_t i = 0; i < search->noted_count; i++) {
        search->fast.hint = search->noted[i].hint;
        consider(search, search->noted[i].mapping);
    }
    search->noted_count = 0;
}

/* Fetches a mapping, or most of it, and what may be after the store: a number, because no pointer may point there. At
 * most CM_MAX_FETCH. */
static CM_FETCHES void prefetch(const struct cm_mapping *mapping, size_t size) {
    for (size_t i = 0; i < size; i += CM_FETCH_LINE)
        CM_PREFETCH((const void *)((uintptr_t)mapping + i));
}

/* Fetches a mapping that has no home. */
static CM_FETCHES void fetch(const struct cm_index_search *search, const struct cm_mapping *mapping) {
    if (search->index->home_size > 0)
        return;
    prefetch(mapping, CM_FETCH);
    if (search->fetch > CM_FETCH)
        prefetch(mapping, search->fetch);
}

/* Keeps a mapping that a value led to for later, if there is more to be looked up until then. */
static void note(struct cm_index_search *search, const struct cm_mapping *mapping) {
    fetch(search, mapping);
    if (search->at_once) {
        consider(search, mapping);
        return;
    }
    const struct cm_hint hint = search->fast.hint;
    if (search->noted_count == CM_MAX_NOTED) {
        consider_noted(search);
        search->fast.hint = hint;
    }
    search->noted[search->noted_count++] = (struct cm_noted){mapping, hint};
}

static bool take_work(struct cm_index_search *search, size_t work) {
    const bool enough = search->work > work;
    search->work = enough ? search->work - work : 0;
    return enough;
}

/* Whether a guard of a list is false. As many as CM_MAX_GUARDS, which take steps. */
static CM_RARELY bool is_refuted(struct cm_index_search *search, const uint32_t *list) {
    const uint32_t *guards = list + 1 + list[0];
    const struct cm_mapping *first = cm_mapping_at(search->fast.eval.rules, list[1]);
    bool refuted = false;
    for (uint32_t i = 1; i <= guards[0] && !refuted; i++) {
        const struct cm_node *guard = &first->nodes[guards[i]];
        refuted = cm_fast_eval_members(&search->fast, guard, guard + cm_node_size(guard)) == CERTMAP_FALSE;
    }
    return refuted;
}

/* The mapping at a place, when it will soon be evaluated: those after it lie anywhere. */
static inline const struct cm_mapping *mapping_at(const struct certmap_rules *rules, uint32_t place) {
    if (place + CM_FETCH_AHEAD < rules->mapping_count)
        CM_PREFETCH(cm_mapping_at(rules, place + CM_FETCH_AHEAD));
    return cm_mapping_at(rules, place);
}

/* Mappings in order, so that the first that holds ends it. False: more work than it is worth. */
static bool consider_list(struct cm_index_search *search, const uint32_t *list) {
    const struct certmap_rules *rules = search->fast.eval.rules;
    if (list[0] >= CM_MIN_GUARDED && list[1] < search->best && is_refuted(search, list))
        return true;
    for (uint32_t i = 1; i <= list[0] && list[i] < search->best; i++) {
        if (!take_work(search, CM_WORK_OF_CANDIDATE))
            return false;
        consider(search, cm_mapping_at(rules, list[i]));
    }
    return true;
}

/* One by one, from that with this index on, but those that the index found to be false: linear in the mappings, whose conditions
 * take steps. */
static inline void consider_all(struct cm_index_search *search, size_t from) {
    const struct certmap_rules *rules = search->fast.eval.rules;
    search->fast.hint = CM_NO_HINT;
    for (uint32_t i = (uint32_t)from; i < rules->mapping_count && i < search->best; i++)
        if (!is_known_false(search, i))
            consider(search, mapping_at(rules, i));
}

/* ---- look-ups ---- */

/* A node that has waited need not do so again: it has been visited, or will be. */
static void queue(struct cm_index_search *search, uint32_t node) {
    if (search->index->nodes[node].least >= search->best || has_seen(&search->queued, node))
        return;
    see(&search->queued, node);
    if (search->waiting_count < CM_MAX_WAITING)
        search->waiting[search->waiting_count++] = node;
    else
        search->work = 0;
}

/* Takes what a slot leads to: mappings are evaluated, a node waits. */
static CM_RARELY void take_several(struct cm_index_search *search, const struct cm_slot *slot) {
    if (slot->kind == CM_TARGET_LIST)
        (void)consider_list(search, search->index->lists + slot->at);
    else
        queue(search, slot->at);
}

static void take_slot(struct cm_index_search *search, const struct cm_slot *slot) {
    if (slot->kind == CM_TARGET_MAPPING)
        note(search, cm_mapping_in(search->fast.eval.rules, slot->at));
    else
        take_several(search, slot);
}

/* Goes to the slots of a key: as many as nodes have it by chance. */
static void take_slots(struct cm_index_search *search, const struct cm_slot *slot, uint32_t key) {
    CM_ASSERT(slot < search->index->slots + search->index->slot_count);
    while (slot->key < key)
        slot++;
    for (; slot->key == key && slot->kind != CM_TARGET_FREE; slot++)
        take_slot(search, slot);
}

static inline const struct cm_slot *slot_of(const struct cm_index *index, uint32_t key) {
    return &index->slots[cm_key_slot(key, index->range)];
}

static inline const uint64_t *filter_of(const struct cm_index *index, uint32_t key) {
    return &index->bloom[cm_bloom_word(key, index->bloom_range)];
}

/* Most keys are not there, and the Bloom filter says so. */
static inline bool may_have(const struct cm_index *index, uint32_t key) {
    const uint64_t bits = cm_bloom_bits(key);
    return (*filter_of(index, key) & bits) == bits;
}

/* Fetches what is at the home of a key, before its slot is there. */
static CM_FETCHES void fetch_home(const struct cm_index_search *search, uint32_t key) {
    const struct cm_index *index = search->index;
    if (index->home_size > 0)
        prefetch(cm_mapping_in(search->fast.eval.rules, index->home_begin + cm_key_home(key, index->home_size)),
                 CM_FETCH_HOME);
}

static inline void find(struct cm_index_search *search, uint32_t key) {
    if (!may_have(search->index, key))
        return;
    fetch_home(search, key);
    take_slots(search, slot_of(search->index, key), key);
}

/* The key of a whole value, or of an end of it. */
static inline void look_up(struct cm_index_search *search, uint32_t node, uint64_t hash) {
    const uint32_t key = cm_key_in(node, hash);
    CM_PREFETCH(slot_of(search->index, key));
    if (search->early == 0) {
        find(search, key);
        return;
    }
    search->early--;
    fetch_home(search, key);
    if (may_have(search->index, key))
        take_slots(search, slot_of(search->index, key), key);
}

/* ---- the keys of a certificate ---- */

/* A probe that is being looked up in a node. */
struct probing {
    uint32_t node;
    const struct cm_probe *probe;
    uint64_t seed; /* the probe's, or that of a type */
};

/* Pieces of a value, whose bytes are each where those of keys are: all places are tried side by side, a bit for each byte of a
 * piece that has been right so far. */
struct pieces {
    const uint8_t *places; /* by byte: where keys have it */
    const uint8_t *at, *end;
    size_t length;
    unsigned right;
};

/* What is right with one more byte. */
static inline unsigned right_with(const struct pieces *pieces, unsigned right, const uint8_t *at) {
    return (right << 1 | 1) & pieces->places[*at];
}

/* Skips places that have no piece, four at a time. */
static inline void skip_places(struct pieces *pieces, unsigned last) {
    unsigned right = pieces->right;
    const uint8_t *at = pieces->at, *const end = pieces->end;
    for (; end - at >= 4; at += 4) {
        const unsigned one = right_with(pieces, right, at), two = right_with(pieces, one, at + 1);
        const unsigned three = right_with(pieces, two, at + 2), four = right_with(pieces, three, at + 3);
        if (((one | two | three | four) & last) != 0)
            break;
        right = four;
    }
    pieces->at = at;
    pieces->right = right;
}

/* The next one, or NULL. */
static inline const uint8_t *next_piece(struct pieces *pieces) {
    const unsigned last = 1u << (pieces->length - 1);
    skip_places(pieces, last);
    while (pieces->at < pieces->end) {
        pieces->right = right_with(pieces, pieces->right, pieces->at++);
        if ((pieces->right & last) != 0)
            return pieces->at - pieces->length;
    }
    return NULL;
}

/* The next ones, at most CM_PIECES_TOGETHER; false: there are no more. */
static bool look_up_pieces(struct cm_index_search *search, const struct probing *probing, struct pieces *pieces) {
    uint32_t keys[CM_PIECES_TOGETHER];
    const uint8_t *piece = NULL;
    size_t count = 0;
    while (count < CM_PIECES_TOGETHER && (piece = next_piece(pieces)) != NULL) {
        keys[count] = cm_key_in(probing->node, cm_key_hash(piece, pieces->length, probing->seed));
        CM_PREFETCH(filter_of(search->index, keys[count++]));
    }
    for (size_t i = 0; i < count; i++)
        find(search, keys[i]);
    return piece != NULL;
}

/* Work for each place of a value. */
static CM_RARELY void look_up_grams(struct cm_index_search *search, const struct probing *probing,
                                    struct certmap_view bytes) {
    const struct cm_probe *probe = probing->probe;
    if (!take_work(search, bytes.len))
        return;
    struct pieces pieces = {search->index->grams[probe->grams].places, bytes.data, bytes.data + bytes.len,
                            probe->length, 0};
    bool more = true;
    while (more)
        more = look_up_pieces(search, probing, &pieces);
}

/* A value that takes long to hash. */
static CM_RARELY bool take_work_of_hash(struct cm_index_search *search, size_t len) {
    return take_work(search, len / CM_BYTES_A_WORK);
}

static inline void look_up_bytes(struct cm_index_search *search, const struct probing *probing,
                                 struct certmap_view bytes) {
    const struct cm_probe *probe = probing->probe;
    const size_t length = probe->shape == CM_KEY_EXACT ? bytes.len : probe->length;
    if (bytes.len < length)
        return;
    if (probe->shape == CM_KEY_GRAM) {
        look_up_grams(search, probing, bytes);
        return;
    }
    if (length >= CM_BYTES_A_WORK && !take_work_of_hash(search, length))
        return;
    const uint8_t *start = bytes.data; /* NULL where the certificate was not supplied */
    if (probe->shape == CM_KEY_SUFFIX)
        start += bytes.len - length;
    look_up(search, probing->node, cm_key_hash(start, length, probing->seed));
}

/* A Name has one key, or none, if it has too few RDNs. */
static CM_RARELY void look_up_name(struct cm_index_search *search, const struct probing *probing,
                                   const struct cm_value *value) {
    const struct cm_probe *probe = probing->probe;
    const struct cm_list *avas = value->avas;
    const size_t length = probe->shape == CM_KEY_EXACT ? avas->rdn_count : probe->length;
    const size_t work = avas->count + value->der.len / CM_NAME_BYTES_A_WORK;
    if (avas->rdn_count >= length && take_work(search, work))
        look_up(search, probing->node, cm_name_hash(avas, length, probing->seed));
}

/* What of a value that is not a Name keys are made of. */
static struct certmap_view key_bytes(const struct cm_probe *probe, const struct cm_value *value) {
    CM_ASSERT(probe->text != CM_KEY_OCTETS || value->der.len > 2);
    if (probe->text == CM_KEY_OCTETS) /* after a tag and a length of one octet each */
        return cm_view(value->der.data + 2, value->der.len - 2);
    return probe->text == CM_KEY_FOLDED ? value->text.folded : value->text.nfc;
}

/* The type of a value is part of its key. */
static CM_RARELY void seed_by_type(struct cm_index_search *search, struct probing *probing,
                                   const struct cm_value *value) {
    (void)take_work(search, 1 + value->oid.len / CM_BYTES_A_WORK);
    probing->seed = cm_key_typed(probing->probe->seed, value->oid);
}

static void look_up_value(struct cm_index_search *search, struct probing *probing, const struct cm_value *value) {
    const struct cm_probe *probe = probing->probe;
    if (probe->typed)
        seed_by_type(search, probing, value);
    if (probe->text == CM_KEY_NAME)
        look_up_name(search, probing, value);
    else
        look_up_bytes(search, probing, key_bytes(probe, value));
}

static CM_RARELY void look_up_certificate(struct cm_index_search *search, const struct probing *probing) {
    const struct certmap_view certificate = search->fast.eval.peer->certificate;
    search->fast.hint = CM_NO_HINT;
    search->fetch = certificate.len < CM_MAX_FETCH - CM_FETCH ? certificate.len + CM_FETCH : CM_MAX_FETCH;
    look_up_bytes(search, probing, certificate);
    search->fetch = CM_FETCH;
}

static void look_up_probe(struct cm_index_search *search, uint32_t node, const struct cm_probe *probe) {
    const struct cm_list *list = &search->fast.eval.peer->lists[probe->list];
    struct probing probing = {node, probe, probe->seed};
    uint32_t at = list->first != NULL ? list->first[probe->row] : CM_VALUE_NONE;
    if (probe->text == CM_KEY_BYTES) { /* of the certificate, which is no value */
        look_up_certificate(search, &probing);
        return;
    }
    search->fast.hint.list = list;
    search->fast.hint.row = probe->row;
    for (; at != CM_VALUE_NONE && take_work(search, 1) /* for each */; at = list->values[at].next) {
        search->fast.hint.at = at;
        if (list->values[at].unreadable == CERTMAP_CODE_NONE)
            look_up_value(search, &probing, &list->values[at]);
    }
}

/* ---- nodes ---- */

static void visit(struct cm_index_search *search, uint32_t number) {
    const struct cm_index *index = search->index;
    const struct cm_index_node *node = &index->nodes[number];
    search->at_once = node->probe_count == 1;
    for (uint32_t i = 0; i < node->probe_count && node->least < search->best; i++)
        look_up_probe(search, number, &index->probes[node->first_probe + i]);
    consider_noted(search);
    search->fast.hint = CM_NO_HINT;
    if (node->rest != CM_INDEX_NONE)
        (void)consider_list(search, index->lists + node->rest);
}

/* A node that a key leads to. The root is visited whatever the certificate holds. */
static void visit_next(struct cm_index_search *search) {
    const uint32_t number = search->waiting[--search->waiting_count];
    if (take_work(search, search->index->nodes[number].probe_count))
        visit(search, number);
}

/* Visits the root, and the nodes that keys of the certificate lead to: at most CM_MAX_WAITING wait. */
static void walk(struct cm_index_search *search) {
    search->noted_count = search->waiting_count = 0;
    search->early = CM_EARLY_HOMES;
    search->queued.any = false;
    visit(search, 0);
    while (search->waiting_count > 0 && search->work > 0)
        visit_next(search);
}

/* ---- what cannot be looked up ---- */

static size_t work_of_value(const struct cm_value *value) {
    return 1 + (value->avas != NULL ? value->avas->count : 0);
}

/* Whether a condition about the row could be unknown, which it is taken for where there is not work enough. */
static bool may_be_unknown(struct cm_index_search *search, const struct cm_index_row *row) {
    const struct cm_list *list = &search->fast.eval.peer->lists[row->list];
    bool unknown = list->unknown != CERTMAP_CODE_NONE;
    for (uint32_t at = cm_list_first(list, row->row); at != CM_VALUE_NONE && !unknown; at = list->values[at].next)
        unknown = !take_work(search, work_of_value(&list->values[at])) || cm_value_may_be_unknown(&list->values[at]);
    return unknown;
}

/* Considers the mappings that may be unknown without being found; false where they are not listed. */
static inline bool consider_unknown(struct cm_index_search *search) {
    const struct cm_index *index = search->index;
    if ((index->lists_used & search->fast.eval.peer->may_be_unknown) == 0)
        return true;
    for (uint32_t i = 0; i < index->row_count; i++) {
        const struct cm_index_row *row = &index->rows[i];
        if (!may_be_unknown(search, row))
            continue;
        if (row->members == CM_INDEX_NONE || !consider_list(search, index->lists + row->members))
            return false;
    }
    return true;
}

/* False: it was more work than there was. */
static inline bool search_index(struct cm_index_search *search) {
    if (search->work == 0 || !consider_unknown(search))
        return false;
    walk(search);
    return search->work > 0 && search->fast.eval.steps > 0;
}

/* Evaluates those that were gathered until one is not false. False: none is, or the steps have run out. */
static bool evaluate_gathered(struct cm_index_search *search) {
    struct cm_gathered *gathered = &search->gathered;
    while (gathered->next < gathered->count) {
        const struct cm_noted *noted = &gathered->found[gathered->next];
        search->fast.hint = noted->hint;
        search->truth = cm_fast_eval(&search->fast, noted->mapping);
        if (search->fast.eval.steps == 0)
            return false;
        gathered->next++;
        search->found = noted->mapping;
        search->best = search->found->index;
        if (search->truth != CERTMAP_FALSE)
            return true;
    }
    return false;
}

/* Walks through the index for what is at a place or after it. False: it was more work than there was. */
static CM_RARELY bool gather_from(struct cm_index_search *search, size_t from) {
    search->from = (uint32_t)from;
    search->best = CM_NO_PLACE;
    search->gathered.walked = true;
    search->gathered.count = search->gathered.next = 0;
    return search_index(search);
}

/* Leaves the index at a mapping. */
static CM_RARELY void leave_at(struct cm_index_search *search, size_t from) {
    search->gathered.on = false;
    search->best = CM_NO_PLACE;
    search->from = (uint32_t)from;
    leave_index(search);
    consider_all(search, from);
}

/* The next of those that were gathered; each time that all CM_MAX_GATHERED of them are false or were given, what comes after
 * them is. */
static CM_RARELY void find_gathered(struct cm_index_search *search, size_t from) {
    struct cm_gathered *gathered = &search->gathered;
    bool walks = !gathered->walked;
    while (!walks || gather_from(search, from)) {
        if (evaluate_gathered(search))
            return;
        if (search->fast.eval.steps == 0) {
            leave_at(search, gathered->found[gathered->next].mapping->index);
            return;
        }
        search->best = CM_NO_PLACE;
        if (gathered->count < CM_MAX_GATHERED)
            return;
        from = (size_t)gathered->found[CM_MAX_GATHERED - 1].mapping->index + 1;
        walks = true;
        if (from >= search->fast.eval.rules->mapping_count)
            return;
    }
    leave_at(search, from);
}

static inline void find_first(struct cm_index_search *search, size_t from) {
    search->from = (uint32_t)from;
    search->best = CM_NO_PLACE;
    if (search->index != NULL && !search_index(search))
        leave_index(search);
    if (search->index == NULL)
        consider_all(search, from);
}

const struct cm_mapping *cm_index_search_next(struct cm_index_search *search, size_t from) {
    if (from >= search->fast.eval.rules->mapping_count)
        return NULL;
    if (search->index != NULL && search->gathered.on)
        find_gathered(search, from);
    else
        find_first(search, from);
    return search->best != CM_NO_PLACE ? search->found : NULL;
}
