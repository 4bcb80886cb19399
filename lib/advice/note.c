/* SPDX-License-Identifier: MIT */
#include "advice/advice.h"
#include "base/alloc.h"
#include "base/glob.h"
#include "base/out.h"
#include "compile/builder.h"
#include "field/canonical.h"

/* ---- messages ---- */

void cm_advice_start(struct cm_advice_message *message) {
    message->out = (struct cm_out){message->text, sizeof message->text - 1, 0};
}

void cm_advice_finish(struct certmap_diagnostic *diagnostic, struct cm_advice_message *message, enum certmap_code code,
                      const char *otherwise, struct certmap_position position) {
    const bool fits = message->out.len <= message->out.cap;
    message->text[fits ? message->out.len : 0] = 0;
    cm_error(diagnostic, CERTMAP_OK, code, "%s", fits ? message->text : otherwise);
    cm_error_place(diagnostic, position);
}

/* ---- patterns, for messages ---- */

size_t cm_advice_units(uint8_t units[CM_ADVICE_PATTERN_SIZE], struct certmap_view pattern, bool escapes) {
    size_t len = 0;
    if (pattern.len > CM_ADVICE_PATTERN_SIZE)
        return SIZE_MAX;
    for (size_t i = 0; i < pattern.len; i++) {
        const uint8_t c = pattern.data[i];
        if (escapes && c == '\\' && i + 1 < pattern.len)
            units[len++] = pattern.data[++i];
        else
            units[len++] = c == '*' ? CM_GLOB_MANY : c == '?' ? CM_GLOB_ONE : c;
    }
    return len;
}

void cm_advice_print_like(struct cm_out *out, const struct cm_advised_operand *operand) {
    cm_path_print(out, operand->path);
    cm_out_string(out, operand->nocase ? " like nocase " : " like ");
}

/* ---- the mapping that is read ---- */

/* Where there are so many notes, no more would be reported. */
struct cm_advice_note *cm_advice_add(struct cm_advice *advice, size_t condition) {
    if (advice->note_count == CERTMAP_MAX_DIAGNOSTICS)
        return NULL;
    struct cm_advice_note *notes =
        cm_array_reserve(&advice->allocator, advice->notes, &advice->note_cap, advice->note_count + 1, sizeof *notes);
    advice->no_memory = advice->no_memory || notes == NULL;
    if (notes == NULL)
        return NULL;
    advice->notes = notes;
    notes[advice->note_count] = (struct cm_advice_note){.condition = (uint32_t)condition};
    return &notes[advice->note_count++];
}

const struct cm_node *cm_advice_root(const struct cm_advice *advice, size_t *size) {
    *size = cm_builder_mark(advice->builder);
    return &advice->builder->draft.nodes[cm_builder_open_mapping(advice->builder)->nodes];
}

bool cm_advice_refuses(const struct cm_advice *advice, size_t condition) {
    return cm_builder_open_mapping(advice->builder)->allow == advice->conditions[condition].negated;
}
