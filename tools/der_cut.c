/* SPDX-License-Identifier: MIT */
#include "der_cut.h"
#include "reader.h"
#include <string.h>

/* How deep elements of indefinite length are in each other, in what PKCS #7 has before its certificates. */
#define MAX_DEPTH 32

/* ---- Heads ---- */

enum found { FOUND_NOT, FOUND_MORE, FOUND };

/* The tag and length of an element. */
struct head {
    uint8_t tag;
    bool indefinite;
    size_t size; /* of the head itself */
    size_t len;
};

/* MORE: the bytes end before it does. */
static enum found read_head(struct head *head, struct certmap_view bytes) {
    if (bytes.len < 2)
        return FOUND_MORE;
    const size_t more = bytes.data[1] > 0x80 ? bytes.data[1] & 0x7Fu : 0;
    *head = (struct head){bytes.data[0], bytes.data[1] == 0x80, 2 + more, bytes.data[1] < 0x80 ? bytes.data[1] : 0};
    if ((head->tag & 0x1F) == 0x1F || more > 4)
        return FOUND_NOT;
    if (bytes.len < 2 + more)
        return FOUND_MORE;
    for (size_t i = 0; i < more; i++)
        head->len = head->len << 8 | bytes.data[2 + i];
    return FOUND;
}

static struct certmap_view behind(struct certmap_view bytes, size_t len) {
    return (struct certmap_view){bytes.data + len, bytes.len - len};
}

/* ---- Certificates ---- */

/* Whether these bytes begin like a certificate: SEQUENCE { SEQUENCE { [0] version or INTEGER, and how long it says that
 * it is. */
static enum found begins(struct certmap_view bytes, size_t *len) {
    struct head outer, inner;
    const enum found found = read_head(&outer, bytes);
    if (found != FOUND || outer.tag != 0x30 || outer.size < 3 || outer.len > TOOL_MAX_RECORD)
        return found == FOUND ? FOUND_NOT : found;
    const struct certmap_view content = behind(bytes, outer.size);
    const enum found inside = read_head(&inner, content);
    if (inside != FOUND || inner.tag != 0x30 || inner.indefinite || inner.size + inner.len > outer.len)
        return inside == FOUND_MORE && (content.len == 0 || content.data[0] == 0x30) ? FOUND_MORE : FOUND_NOT;
    if (content.len <= inner.size)
        return FOUND_MORE;
    *len = outer.size + outer.len;
    return content.data[inner.size] == 0xA0 || content.data[inner.size] == 0x02 ? FOUND : FOUND_NOT;
}

/* Where the next certificate begins, behind the first byte and before this one; that byte where none does. MORE: more
 * bytes would have to come to tell whether it does at *at. */
static enum found find_begin(struct certmap_view bytes, size_t before, bool ended, size_t *at) {
    size_t len;
    for (*at = 1; *at < before; ++*at) {
        const uint8_t *next = memchr(bytes.data + *at, 0x30, before - *at);
        if (next == NULL)
            break;
        *at = (size_t)(next - bytes.data);
        const enum found found = begins(behind(bytes, *at), &len);
        if (found == FOUND || (found == FOUND_MORE && !ended))
            return found;
    }
    *at = before;
    return FOUND_NOT;
}

/* What begins like a certificate of this length, and is not followed by another one, or is cut short: another may begin
 * in it. */
static enum tool_der_step judge(struct certmap_view bytes, bool ended, size_t *len) {
    const enum found found = find_begin(bytes, *len < bytes.len ? *len : bytes.len, ended, len);
    return found == FOUND ? TOOL_DER_OTHER : found == FOUND_MORE ? TOOL_DER_MORE : TOOL_DER_CERTIFICATE;
}

/* What says that it is longer than what is there: of more than half a chunk it is looked whether another begins in it, or
 * heads that lie would each have as much read again as a record can have. */
static enum tool_der_step judge_long(struct certmap_view bytes, size_t *len) {
    if (bytes.len < TOOL_CHUNK_SIZE / 2)
        return TOOL_DER_MORE;
    return judge(bytes, false, len) == TOOL_DER_OTHER ? TOOL_DER_OTHER : TOOL_DER_MORE;
}

enum tool_der_step tool_der_step(struct certmap_view bytes, bool ended, size_t *len) {
    size_t next;
    const enum found found = begins(bytes, len);
    if (found == FOUND_MORE && !ended)
        return TOOL_DER_MORE;
    if (found != FOUND) {
        (void)find_begin(bytes, bytes.len, ended, len);
        return TOOL_DER_OTHER;
    }
    if (*len >= bytes.len && !ended)
        return judge_long(bytes, len);
    if (*len >= bytes.len)
        return *len == bytes.len ? TOOL_DER_CERTIFICATE : judge(bytes, ended, len);
    const enum found after = begins(behind(bytes, *len), &next);
    if (after == FOUND_MORE && !ended)
        return TOOL_DER_MORE;
    return after == FOUND ? TOOL_DER_CERTIFICATE : judge(bytes, ended, len);
}

/* ---- PKCS #7 ---- */

static const uint8_t signed_data[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};

bool tool_pkcs7_begins(struct certmap_view bytes) {
    struct head head;
    return read_head(&head, bytes) == FOUND && head.tag == 0x30 && bytes.len - head.size >= sizeof signed_data &&
           memcmp(bytes.data + head.size, signed_data, sizeof signed_data) == 0;
}

/* A place in what is before the certificates. */
struct cursor {
    struct certmap_view bytes;
    size_t at;
};

/* Goes into an element of this tag. */
static enum found enter(struct cursor *cursor, uint8_t tag, struct head *head) {
    const enum found found = read_head(head, behind(cursor->bytes, cursor->at));
    if (found == FOUND && head->tag == tag)
        cursor->at += head->size;
    return found == FOUND && head->tag != tag ? FOUND_NOT : found;
}

/* Goes past the content of an element that has been entered. */
static enum found leave(struct cursor *cursor, size_t len) {
    if (len > cursor->bytes.len - cursor->at)
        return FOUND_MORE;
    cursor->at += len;
    return FOUND;
}

/* Goes past an element, also of indefinite length, in which others may be. */
static enum found skip(struct cursor *cursor, uint8_t tag) {
    struct head head;
    enum found found = enter(cursor, tag, &head);
    size_t depth = found == FOUND && head.indefinite;
    if (found == FOUND)
        found = leave(cursor, head.len);
    while (found == FOUND && depth > 0) {
        found = read_head(&head, behind(cursor->bytes, cursor->at));
        if (found != FOUND || depth > MAX_DEPTH)
            return found == FOUND ? FOUND_NOT : found;
        cursor->at += head.size;
        depth += head.indefinite;
        depth -= head.tag == 0;
        found = leave(cursor, head.len);
    }
    return found;
}

/* ContentInfo { OID, [0] SignedData { version, digestAlgorithms, contentInfo, [0] certificates ... */
static enum found go_to_certificates(struct cursor *cursor, struct head *head, size_t *whole) {
    enum found found = enter(cursor, 0x30, head);
    if (found == FOUND) {
        *whole = head->indefinite ? 0 : head->size + head->len;
        found = skip(cursor, 0x06);
    }
    if (found == FOUND)
        found = enter(cursor, 0xA0, head);
    if (found == FOUND)
        found = enter(cursor, 0x30, head);
    if (found == FOUND)
        found = skip(cursor, 0x02);
    if (found == FOUND)
        found = skip(cursor, 0x31);
    return found == FOUND ? skip(cursor, 0x30) : found;
}

enum tool_der_step tool_pkcs7_open(struct tool_pkcs7 *pkcs7, struct certmap_view bytes) {
    struct cursor cursor = {bytes, 0};
    struct head head;
    size_t whole = 0;
    enum found found = go_to_certificates(&cursor, &head, &whole);
    if (found == FOUND)
        found = read_head(&head, behind(bytes, cursor.at));
    *pkcs7 = (struct tool_pkcs7){.begin = cursor.at, .whole = whole};
    if (found != FOUND)
        return found == FOUND_MORE ? TOOL_DER_MORE : TOOL_DER_OTHER;
    pkcs7->none = head.tag != 0xA0;
    pkcs7->begin += head.size;
    pkcs7->len = head.len;
    pkcs7->unknown = head.indefinite;
    return TOOL_DER_CERTIFICATE;
}

enum tool_der_step tool_pkcs7_step(struct certmap_view bytes, bool ended, size_t *len) {
    struct head head;
    const enum found found = read_head(&head, bytes);
    const enum tool_der_step step = found == FOUND && head.tag == 0x30 ? TOOL_DER_CERTIFICATE : TOOL_DER_PASSED_OVER;
    *len = bytes.len;
    if (found == FOUND_MORE && !ended)
        return TOOL_DER_MORE;
    if (found != FOUND || head.indefinite || head.len > TOOL_MAX_RECORD)
        return TOOL_DER_OTHER;
    if (head.tag == 0)
        return TOOL_DER_END;
    if (head.tag != 0x30 && (head.tag & 0xF0) != 0xA0)
        return TOOL_DER_OTHER;
    if (head.size + head.len > bytes.len)
        return ended ? step : TOOL_DER_MORE;
    *len = head.size + head.len;
    return step;
}
