/* SPDX-License-Identifier: MIT */
/* The AVAs of a Name as a list: of a plain Name in one pass and one piece of memory, of any other with a cursor. */
#include "base/ascii.h"
#include "base/assert.h"
#include "base/error.h"
#include "field/list.h"
#include "name/attr.h"
#include "name/name.h"
#include "name/plain.h"
#include "name/value.h"

/* An arena gave nothing: the Name is too much, or the machine too small. */
static enum certmap_status no_room(const struct cm_arena *arena, const struct cm_arena *scratch,
                                   struct certmap_diagnostic *err) {
    if (arena->over || scratch->over)
        return cm_error(err, CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE,
                        "the Names need more memory than %d bytes", CERTMAP_MAX_PEER_MEMORY);
    return cm_error_memory(err);
}

/* A Name that has been read to its end, so that what follows cannot fail for its form. The first AVAs are kept,
 * which are all of them in most Names; the others are read again. */
#define KEPT_AVAS 16

_Static_assert(CM_PLAIN_AVAS <= KEPT_AVAS, "a plain Name is kept whole");

struct name {
    struct cm_rdn_ava kept[KEPT_AVAS];
    size_t count;                 /* of all AVAs */
    struct cm_name_cursor behind; /* comes after those that are kept */
};

/* Goes through the Name once. */
static enum certmap_status read_name(struct name *name, struct certmap_view der, struct certmap_diagnostic *err) {
    struct cm_name_cursor cursor;
    struct cm_rdn_ava ava;
    bool more = true;
    name->count = 0;
    enum certmap_status status = cm_name_open(&cursor, der, err);
    while (status == CERTMAP_OK && more) {
        if (name->count == KEPT_AVAS)
            name->behind = cursor;
        status = cm_name_next(&cursor, name->count < KEPT_AVAS ? &name->kept[name->count] : &ava, &more, err);
        name->count += status == CERTMAP_OK && more;
    }
    return status;
}

/* The AVAs one after the other, up to the last. */
static const struct cm_rdn_ava *next_ava(struct name *name, size_t number) {
    bool more;
    if (number < KEPT_AVAS)
        return &name->kept[number];
    (void)cm_name_next(&name->behind, &name->kept[0], &more, NULL);
    return &name->kept[0];
}

/* Decodes, normalises and folds the value of an AVA; false when there is no memory. */
static bool make_value(struct cm_value *value, const struct cm_rdn_ava *ava, struct cm_arena *arena,
                       struct cm_arena *scratch) {
    struct certmap_view utf8 = {NULL, 0};
    cm_value_begin(value);
    value->oid = ava->oid;
    value->der = ava->value;
    value->tag = ava->tag;
    value->rdn = (uint16_t)ava->rdn;
    value->row = (uint16_t)cm_attr_by_oid(ava->oid);
    cm_arena_reset(scratch);
    value->unreadable = cm_value_read(&utf8, ava->tag, ava->contents, scratch);
    if (value->unreadable == CERTMAP_CODE_NONE)
        return cm_text_make(&value->text, utf8, arena, scratch);
    return value->unreadable != CERTMAP_CODE_MEMORY;
}

/* ---- plain Names ----
 *
 * One piece of memory for all of it; the texts are in it twice, as they are and folded:
 *
 *     | values ... | first ... | a l i c e 0 S a l e s 0 ... | . . . . . . s a l e s 0 ... |
 *                                ^ nfc                         ^ folded                     */

/* Where the next text goes. */
struct plain_texts {
    uint8_t *nfc, *folded;
};

static bool is_ascii_type(uint8_t tag) {
    return tag == CM_DER_UTF8_STRING || tag == CM_DER_PRINTABLE_STRING || tag == CM_DER_IA5_STRING ||
           tag == CM_DER_VISIBLE_STRING || tag == CM_DER_NUMERIC_STRING;
}

/* Copies a word and its small letters. Returns its capitals; *text is false where it is not text in ASCII. */
static inline uint64_t copy_word(uint8_t *nfc, uint8_t *folded, const uint8_t *from, bool *text) {
    const uint64_t word = cm_word_load(from);
    *text = *text && cm_word_is_text(word);
    cm_word_store(nfc, word);
    cm_word_store(folded, cm_word_lower(word));
    return cm_word_capitals(word);
}

/* Copies text of less than a word. */
static uint64_t copy_short(const struct plain_texts *to, const uint8_t *from, size_t len, bool *text) {
    uint8_t room[CM_WORD], small[CM_WORD];
    memset(room, ' ', sizeof room);
    memcpy(room, from, len);
    const uint64_t capitals = copy_word(room, small, room, text);
    memcpy(to->nfc, room, len);
    memcpy(to->folded, small, len);
    return capitals;
}

/* Copies text of a word and more: the last word may overlap the one before it. */
static uint64_t copy_long(const struct plain_texts *to, const uint8_t *from, size_t len, bool *text) {
    const size_t last = len - CM_WORD;
    uint64_t capitals = copy_word(to->nfc + last, to->folded + last, from + last, text);
    for (size_t i = 0; i < last; i += CM_WORD)
        capitals |= copy_word(to->nfc + i, to->folded + i, from + i, text);
    return capitals;
}

/* Makes a text of contents in ASCII; false: they are not. */
static inline bool make_ascii(struct cm_text *made, struct plain_texts *to, const uint8_t *from, size_t len) {
    bool text = true;
    const uint64_t capitals = len < CM_WORD ? copy_short(to, from, len, &text) : copy_long(to, from, len, &text);
    to->nfc[len] = to->folded[len] = 0;
    made->nfc = (struct certmap_view){to->nfc, len};
    made->folded = (struct certmap_view){capitals != 0 ? to->folded : to->nfc, len};
    to->nfc += len + 1;
    to->folded += len + 1;
    return text;
}

static struct cm_rdn_ava ava_of(const struct cm_plain_ava *plain, size_t rdn) {
    return (struct cm_rdn_ava){
        .rdn = rdn,
        .last_of_rdn = true,
        .oid = {plain->oid, plain->oid_len},
        .tag = (uint32_t)(plain->value[0] & 0xE0u) << 24 | (plain->value[0] & 0x1Fu),
        .value = {plain->value, plain->len + (size_t)2},
        .contents = {plain->value + 2, plain->len},
    };
}

/* A value whose text goes into the piece if it is ASCII. */
static bool make_plain_value(struct cm_value *value, const struct cm_rdn_ava *ava, const struct cm_plain_ava *plain,
                             struct plain_texts *texts, struct cm_arena *arena, struct cm_arena *scratch) {
    cm_value_begin(value);
    value->oid = ava->oid;
    value->der = ava->value;
    value->tag = ava->tag;
    value->rdn = (uint16_t)ava->rdn;
    value->row = plain->row;
    return (is_ascii_type(plain->value[0]) && make_ascii(&value->text, texts, plain->value + 2, plain->len)) ||
           make_value(value, ava, arena, scratch);
}

/* Room for the values of so many AVAs, their chains, and two times their texts. False: there is none. */
static bool reserve_plain(struct cm_list *list, struct plain_texts *texts, size_t count, size_t text,
                          struct cm_arena *arena) {
    const size_t front = count * sizeof *list->values + (CM_ATTR_COUNT + 1) * sizeof *list->first;
    uint8_t *piece = cm_arena_alloc(arena, front + 2 * (text + count));
    if (piece == NULL)
        return false;
    list->values = (struct cm_value *)(void *)piece;
    list->first = (uint32_t *)(void *)(list->values + count);
    list->count = list->rdn_count = count;
    *texts = (struct plain_texts){piece + front, piece + front + text + count};
    return true;
}

/* Whether the cursor finds the same AVAs, and no more. */
static bool are_walked(const struct cm_plain_ava *avas, size_t count, struct certmap_view der) {
    struct name name;
    bool same = read_name(&name, der, NULL) == CERTMAP_OK && name.count == count;
    for (size_t i = 0; i < count && same; i++) {
        const struct cm_rdn_ava *ava = &name.kept[i];
        same = ava->rdn == i && ava->last_of_rdn && ava->oid.data == avas[i].oid && ava->oid.len == avas[i].oid_len &&
               ava->value.data == avas[i].value && ava->contents.len == avas[i].len &&
               cm_attr_by_oid(ava->oid) == avas[i].row;
    }
    return same;
}

/* Whether the Name is plain; then *done says whether there was memory for it. */
static bool make_plain(struct cm_list *list, struct certmap_view der, struct cm_arena *arena, struct cm_arena *scratch,
                       bool *done) {
    struct cm_plain_ava avas[CM_PLAIN_AVAS];
    struct plain_texts texts = {NULL, NULL};
    size_t text;
    const size_t count = cm_plain_name(avas, &text, der);
    if (count == 0)
        return false;
    CM_ASSERT(are_walked(avas, count, der)); /* name/plain.c and the cursor say the same */
    *done = reserve_plain(list, &texts, count, text, arena);
    for (size_t i = 0; i < count && *done; i++) {
        const struct cm_rdn_ava ava = ava_of(&avas[i], i);
        *done = make_plain_value(&list->values[i], &ava, &avas[i], &texts, arena, scratch);
    }
    if (*done)
        cm_list_chain(list, CM_ATTR_COUNT);
    return true;
}

enum certmap_status cm_list_from_any_name(struct cm_list *list, struct certmap_view der, struct cm_arena *arena,
                                          struct cm_arena *scratch, struct certmap_diagnostic *err) {
    struct name name;
    *list = (struct cm_list){.unknown = CERTMAP_CODE_NONE};
    enum certmap_status status = read_name(&name, der, err);
    if (status != CERTMAP_OK)
        return status;
    if (!cm_list_reserve(list, name.count, CM_ATTR_COUNT, arena))
        return no_room(arena, scratch, err);
    for (size_t i = 0; i < name.count; i++) /* once more */
        if (!make_value(&list->values[i], next_ava(&name, i), arena, scratch))
            return no_room(arena, scratch, err);
    list->rdn_count = name.count == 0 ? 0 : list->values[name.count - 1].rdn + (size_t)1;
    cm_list_chain(list, CM_ATTR_COUNT);
    return CERTMAP_OK;
}

enum certmap_status cm_list_from_name(struct cm_list *list, struct certmap_view der, struct cm_arena *arena,
                                      struct cm_arena *scratch, struct certmap_diagnostic *err) {
    bool done;
    *list = (struct cm_list){.unknown = CERTMAP_CODE_NONE};
    if (!make_plain(list, der, arena, scratch, &done))
        return cm_list_from_any_name(list, der, arena, scratch, err);
    return done ? CERTMAP_OK : no_room(arena, scratch, err);
}

enum certmap_status cm_list_check_name(struct certmap_view der, struct certmap_diagnostic *err) {
    struct cm_plain_ava avas[CM_PLAIN_AVAS];
    struct name name;
    size_t text;
    return cm_plain_name(avas, &text, der) > 0 ? CERTMAP_OK : read_name(&name, der, err);
}
