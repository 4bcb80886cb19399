/* SPDX-License-Identifier: MIT */
#include "template/expand.h"
#include "base/assert.h"
#include "base/steps.h"
#include "base/view.h"
#include "field/compare.h"
#include "template/language.h"
#include "template/printed.h"

/* ---- the value of a placeholder ---- */

struct values {
    const struct cm_list *list;
    const struct cm_path *path;
    size_t *steps;
};

/* The first value of the path from `at` on, or CM_VALUE_NONE; that too when the steps run out. A step for each. */
static uint32_t value_from(const struct values *values, uint32_t at) {
    const struct cm_path *path = values->path;
    for (; at != CM_VALUE_NONE; at = cm_list_next(values->list, path->row, at)) {
        const struct cm_value *value = &values->list->values[at];
        if (!cm_steps_take(values->steps, cm_steps_to_look(path, value)))
            return CM_VALUE_NONE;
        if (!path->by_oid || cm_view_equal(value->oid, path->oid))
            return at;
    }
    return CM_VALUE_NONE;
}

static uint32_t value_behind(const struct values *values, uint32_t at) {
    return value_from(values, cm_list_next(values->list, values->path->row, at));
}

/* The text of a value: of a whole Name made in the working room. */
static enum certmap_code text_of(struct certmap_view *text, const struct cm_value *value, enum cm_printed_form form,
                                 struct cm_built *built, size_t *steps) {
    struct cm_out out = {(char *)built->work[0], CERTMAP_MAX_BUILT_SIZE, 0};
    if (value->avas == NULL) {
        *text = value->text.nfc;
        return text->data != NULL ? CERTMAP_CODE_NONE : CERTMAP_CODE_PLACEHOLDER_UNREADABLE;
    }
    const enum certmap_code code = cm_printed_put(&out, value->avas, form, steps);
    *text = cm_view(out.text, out.len);
    return code;
}

static enum certmap_code choose(struct certmap_view *value, const struct cm_placeholder *placeholder,
                                struct certmap_peer *peer, size_t *steps) {
    const struct values values = {&peer->lists[placeholder->path.list], &placeholder->path, steps};
    if (values.list->unknown != CERTMAP_CODE_NONE)
        return CERTMAP_CODE_PLACEHOLDER_UNREADABLE;
    uint32_t at = value_from(&values, cm_list_first(values.list, placeholder->path.row));
    for (size_t i = 1; i < placeholder->number && at != CM_VALUE_NONE; i++)
        at = value_behind(&values, at);
    uint32_t next = at == CM_VALUE_NONE || placeholder->choice == CM_CHOICE_FIRST || placeholder->choice == CM_CHOICE_AT
                        ? CM_VALUE_NONE
                        : value_behind(&values, at);
    if (placeholder->choice == CM_CHOICE_LAST)
        for (; next != CM_VALUE_NONE; next = value_behind(&values, at))
            at = next;
    if (*steps == 0)
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    if (at == CM_VALUE_NONE)
        return CERTMAP_CODE_PLACEHOLDER_NO_VALUE;
    if (next != CM_VALUE_NONE)
        return CERTMAP_CODE_PLACEHOLDER_SEVERAL_VALUES;
    return text_of(value, &values.list->values[at], placeholder->form, &peer->built, steps);
}

/* The value that `each` has come to. */
static enum certmap_code take_current(struct certmap_view *value, const struct cm_placeholder *placeholder,
                                      const struct cm_each *each, struct certmap_peer *peer, size_t *steps) {
    if (each->at == CM_VALUE_NONE)
        return CERTMAP_CODE_PLACEHOLDER_NO_VALUE;
    return text_of(value, &peer->lists[placeholder->path.list].values[each->at], placeholder->form, &peer->built,
                   steps);
}

/* The value that a condition has bound, or what the one * of its patterns took. */
static enum certmap_code take_bound(struct certmap_view *value, const struct cm_placeholder *placeholder,
                                    const struct cm_built *built) {
    CM_ASSERT(placeholder->binding <= CERTMAP_MAX_BINDINGS);
    const struct cm_bound *bound = &built->bound[placeholder->binding - 1];
    if (bound->code != CERTMAP_CODE_NONE)
        return bound->code;
    *value = placeholder->star ? bound->star : bound->value;
    if (placeholder->star && bound->star_code != CERTMAP_CODE_NONE)
        return bound->star_code;
    return value->data != NULL ? CERTMAP_CODE_NONE : CERTMAP_CODE_PLACEHOLDER_NO_VALUE;
}

static enum certmap_code find_value(struct certmap_view *value, const struct cm_placeholder *placeholder,
                                    const struct cm_each *each, struct certmap_peer *peer, size_t *steps) {
    enum certmap_code code;
    if (placeholder->binding > 0)
        code = take_bound(value, placeholder, &peer->built);
    else if (each != NULL)
        code = take_current(value, placeholder, each, peer, steps);
    else
        code = choose(value, placeholder, peer, steps);
    if (code == CERTMAP_CODE_PLACEHOLDER_NO_VALUE && placeholder->fallback.data != NULL) {
        *value = placeholder->fallback;
        return CERTMAP_CODE_NONE;
    }
    return code != CERTMAP_CODE_NONE ? code : cm_filter_run(value, placeholder, &peer->built, steps);
}

/* ---- the text ---- */

/* A step for each byte of the value, which the languages go through a fixed number of times. */

static enum certmap_code put_placeholder(struct cm_out *out, const struct cm_output *output,
                                         const struct cm_placeholder *placeholder, const struct cm_each *each,
                                         struct certmap_peer *peer, size_t *steps) {
    struct certmap_view value;
    enum certmap_code code =
        find_value(&value, placeholder, placeholder == output->placeholders->each ? each : NULL, peer, steps);
    if (code != CERTMAP_CODE_NONE)
        return code;
    if (value.len > CERTMAP_MAX_BUILT_SIZE || !cm_steps_take(steps, value.len))
        return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    code = cm_language_refuses(output, output->placeholders->separators, placeholder->path.kind == CM_TEXT_NAME, value);
    if (code == CERTMAP_CODE_NONE)
        cm_language_put(out, output->language, value);
    return code;
}

/* At most CERTMAP_MAX_PLACEHOLDERS, and the literals around them. */
static enum certmap_code put_pieces(struct cm_out *out, size_t *separator, const struct cm_output *output,
                                    const struct cm_each *each, struct certmap_peer *peer, size_t *steps) {
    enum certmap_code code = CERTMAP_CODE_NONE;
    for (size_t i = 0; i < output->placeholders->piece_count && code == CERTMAP_CODE_NONE; i++) {
        const struct cm_piece *piece = &output->placeholders->pieces[i];
        const uint8_t *begin = piece->literal.data;
        if (output->separator != NULL && output->separator >= begin && output->separator < begin + piece->literal.len)
            *separator = out->len + (size_t)(output->separator - begin);
        cm_out_view(out, piece->literal);
        if (!cm_steps_take(steps, 1 + piece->literal.len / CM_BYTES_A_STEP))
            return CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
        if (piece->placeholder != NULL)
            code = put_placeholder(out, output, piece->placeholder, each, peer, steps);
        if (code == CERTMAP_CODE_NONE && out->len >= out->cap)
            code = CERTMAP_CODE_PLACEHOLDER_TOO_LONG;
    }
    return code;
}

static enum certmap_code expand(struct certmap_view *text, size_t *separator, const struct cm_output *output,
                                const struct cm_each *each, struct certmap_peer *peer, size_t *steps) {
    struct cm_built *built = &peer->built;
    struct cm_out out = {(char *)built->text + built->len, sizeof built->text - built->len, 0};
    if (output->placeholders == NULL) {
        *text = output->shown;
        return CERTMAP_CODE_NONE;
    }
    enum certmap_code code = put_pieces(&out, separator, output, each, peer, steps);
    const struct certmap_view made = cm_view(out.text, out.len);
    if (code == CERTMAP_CODE_NONE)
        code = cm_language_refuses_whole(output->language, made);
    if (code != CERTMAP_CODE_NONE)
        return code;
    out.text[out.len] = 0;
    built->len += out.len + 1;
    *text = made;
    return CERTMAP_CODE_NONE;
}

enum certmap_code cm_expand(struct certmap_view *text, size_t *separator, const struct cm_output *output,
                            struct certmap_peer *peer, size_t *steps) {
    return expand(text, separator, output, NULL, peer, steps);
}

enum certmap_code cm_expand_each(struct certmap_view *text, const struct cm_output *output, const struct cm_each *each,
                                 struct certmap_peer *peer, size_t *steps) {
    size_t separator;
    return expand(text, &separator, output, each, peer, steps);
}

/* ---- each ---- */

static struct values values_of_each(const struct cm_output *output, const struct certmap_peer *peer, size_t *steps) {
    const struct cm_path *path = &output->placeholders->each->path;
    return (struct values){&peer->lists[path->list], path, steps};
}

static enum certmap_code end_each(const struct cm_each *each, const size_t *steps) {
    return *steps == 0 && !each->more ? CERTMAP_CODE_PLACEHOLDER_TOO_LONG : CERTMAP_CODE_NONE;
}

enum certmap_code cm_each_begin(struct cm_each *each, const struct cm_output *output, const struct certmap_peer *peer,
                                size_t *steps) {
    const struct values values = values_of_each(output, peer, steps);
    *each = (struct cm_each){CM_VALUE_NONE, false};
    if (values.list->unknown != CERTMAP_CODE_NONE)
        return CERTMAP_CODE_PLACEHOLDER_UNREADABLE;
    each->at = value_from(&values, cm_list_first(values.list, values.path->row));
    each->more = each->at != CM_VALUE_NONE || (*steps > 0 && output->placeholders->each->fallback.data != NULL);
    return end_each(each, steps);
}

enum certmap_code cm_each_next(struct cm_each *each, const struct cm_output *output, const struct certmap_peer *peer,
                               size_t *steps) {
    const struct values values = values_of_each(output, peer, steps);
    each->at = each->at == CM_VALUE_NONE ? CM_VALUE_NONE : value_behind(&values, each->at);
    each->more = each->at != CM_VALUE_NONE;
    return end_each(each, steps);
}

/* ---- copies ---- */

bool cm_built_copy(struct certmap_view *copy, struct cm_built *built, struct certmap_view text) {
    uint8_t *to = built->text + built->len;
    if (text.len >= sizeof built->text - built->len)
        return false;
    memcpy(to, text.data, text.len);
    to[text.len] = 0;
    built->len += text.len + 1;
    *copy = cm_view(to, text.len);
    return true;
}
