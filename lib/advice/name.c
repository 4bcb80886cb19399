/* SPDX-License-Identifier: MIT */
/* 604, a Name with the root first: "DC=example,O=Contoso,CN=CA". Rules write Names as RFC 4514 does, the root last; turned
 * round, a Name equals no certificate's.
 *
 * The text cannot tell which end the root is at, but the types can: countries and domain components are at the root, then
 * places and organizations - in any order among themselves -, then units, then people and things. The first type has to be
 * the most general of all and the last one the most special, and not the same. Types of no certain place do not count. A few
 * CAs do write their certificates so; who means one lists both orders, and is not asked. */
#include "advice/advice.h"
#include "base/out.h"
#include "base/view.h"
#include "name/attr.h"
#include "syntax/print.h"

/* How far from the root a type is; 0: nowhere for certain. */
enum depth { DEPTH_NONE, DEPTH_ROOT, DEPTH_ORGANIZATION, DEPTH_UNIT, DEPTH_LEAF };

static enum depth depth_of(struct certmap_view type) {
    static const struct {
        const char *name;
        enum depth depth;
    } depths[] = {{"C", DEPTH_ROOT},
                  {"DC", DEPTH_ROOT},
                  {"S", DEPTH_ORGANIZATION},
                  {"L", DEPTH_ORGANIZATION},
                  {"O", DEPTH_ORGANIZATION},
                  {"STREET", DEPTH_ORGANIZATION},
                  {"OU", DEPTH_UNIT},
                  {"CN", DEPTH_LEAF},
                  {"UID", DEPTH_LEAF},
                  {"E", DEPTH_LEAF},
                  {"SERIALNUMBER", DEPTH_LEAF},
                  {"G", DEPTH_LEAF},
                  {"SN", DEPTH_LEAF},
                  {"T", DEPTH_LEAF}};
    uint8_t buffer[CERTMAP_MAX_OID_SIZE];
    struct certmap_view oid;
    if (cm_attr_resolve(&oid, buffer, type) != CERTMAP_CODE_NONE)
        return DEPTH_NONE;
    const size_t row = cm_attr_by_oid(oid);
    for (size_t i = 0; row < CM_ATTR_COUNT && i < sizeof depths / sizeof *depths; i++)
        if (strcmp(cm_attr_row(row)->name, depths[i].name) == 0)
            return depths[i].depth;
    return DEPTH_NONE;
}

/* ---- RDNs of a text that was accepted: RFC 4514, in which no quotes are ---- */

/* Where what begins at `at` ends: at one of the separators, or at the end. */
static size_t find_end(struct certmap_view text, size_t at, const char *separators) {
    while (at < text.len && strchr(separators, text.data[at]) == NULL)
        at += text.data[at] == '\\' ? 2 : 1;
    return at < text.len ? at : text.len;
}

static struct certmap_view trim(struct certmap_view text) {
    for (; text.len > 0 && text.data[0] == ' '; text.len--)
        text.data++;
    while (text.len > 0 && text.data[text.len - 1] == ' ' && (text.len < 2 || text.data[text.len - 2] != '\\'))
        text.len--;
    return text;
}

/* The most special of an RDN's types. */
static enum depth depth_of_rdn(struct certmap_view rdn) {
    enum depth most = DEPTH_NONE;
    for (size_t at = 0, end; at < rdn.len; at = end + 1) {
        end = find_end(rdn, at, "+");
        const size_t equals = find_end(rdn, at, "=+");
        const enum depth depth = depth_of(trim(cm_view(rdn.data + at, equals - at)));
        most = depth > most ? depth : most;
    }
    return most;
}

/* Whether the first type is the most general, and the last one the most special. */
static bool is_root_first(struct certmap_view text) {
    enum depth first = DEPTH_NONE, last = DEPTH_NONE, most = DEPTH_NONE;
    for (size_t at = 0, end; at < text.len; at = end + 1) {
        end = find_end(text, at, ",");
        const enum depth depth = depth_of_rdn(cm_view(text.data + at, end - at));
        if (depth == DEPTH_NONE)
            continue;
        first = first == DEPTH_NONE ? depth : first;
        if (depth < first)
            return false;
        most = depth > most ? depth : most;
        last = depth;
    }
    return first < last && last == most;
}

/* Prints the RDNs from the last to the first into the room before its end; false where there is too little. */
static bool turn_round(struct certmap_view text, char *room, size_t size, struct certmap_view *turned) {
    size_t begin = size;
    for (size_t at = 0, end; at < text.len; at = end + 1) {
        end = find_end(text, at, ",");
        const struct certmap_view rdn = trim(cm_view(text.data + at, end - at));
        if (rdn.len + 1 > begin)
            return false;
        if (at > 0)
            room[--begin] = ',';
        begin -= rdn.len;
        memcpy(room + begin, rdn.data, rdn.len);
    }
    *turned = cm_view(room + begin, size - begin);
    return true;
}

/* Whether a list of Names has the turned one too. In a long one it is not looked for. */
static bool has_both(const struct cm_advised_operand *operand, struct certmap_view turned) {
    enum { MAX_OTHERS = 64 };
    for (size_t i = 0; i < operand->other_count && operand->other_count <= MAX_OTHERS; i++)
        if (cm_view_equal(operand->others[i], turned))
            return true;
    return false;
}

bool cm_advise_name(struct certmap_diagnostic *diagnostic, const struct cm_advised_operand *operand) {
    struct cm_advice_message message;
    char room[sizeof diagnostic->text];
    struct certmap_view turned;
    if (operand->path->kind != CM_TEXT_NAME || !is_root_first(operand->text))
        return false;
    const bool fits = turn_round(operand->text, room, sizeof room, &turned);
    if (fits && has_both(operand, turned))
        return false;
    cm_advice_start(&message);
    cm_out_string(&message.out, "this Name is written root first, and rules write the root last; write ");
    if (fits)
        cm_string_print(&message.out, turned);
    else
        message.out.len = sizeof message.text;
    cm_advice_finish(
        diagnostic, &message, CERTMAP_CODE_ROOT_FIRST_NAME,
        "this Name is written root first, and rules write the root last: turn its RDNs round, the last one "
        "to the front (\"certmap show\" prints a certificate's own)",
        operand->position);
    return true;
}
