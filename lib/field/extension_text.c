/* SPDX-License-Identifier: MIT */
/* What an extension says as text: the field `ext.1.2.3.text`. RFC 5280 4.2 has DER in each extension; CAs that make
 * extensions of their own put there a string of DER, one within an OCTET STRING, or the bytes of the text as they are.
 * No text can be taken for DER, nor DER for text: in text no byte but a tab or the end of a line is below a space, and it
 * does not begin with these; strings and OCTET STRINGs of DER begin with a byte below a space.
 *
 * Every loop goes through an extension, or through all of them, once. */
#include "base/unicode.h"
#include "base/view.h"
#include "der/der.h"
#include "field/make.h"
#include "field/pieces.h"

static bool is_text_byte(uint8_t byte) {
    return (byte >= 0x20 && byte != 0x7F) || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Whether bytes are the text itself. */
static bool is_bare(struct certmap_view bytes) {
    if (bytes.len > 0 && bytes.data[0] < 0x20)
        return false;
    for (size_t i = 0; i < bytes.len; i++)
        if (!is_text_byte(bytes.data[i]))
            return false;
    return cm_utf8_check(bytes) == bytes.len;
}

/* What is in the OCTET STRING that bytes are, or else they. */
static struct certmap_view unwrap(struct certmap_view bytes) {
    struct cm_der inside;
    if (!cm_der_only(&inside, bytes, CM_DER_OCTET_STRING))
        return bytes;
    return cm_view(inside.next, (size_t)(inside.end - inside.next));
}

static enum certmap_code make_text(struct certmap_peer *peer, struct cm_value *value, struct certmap_view extension) {
    const struct certmap_view bytes = unwrap(extension);
    struct cm_der der = cm_der_open(bytes);
    struct cm_tlv string = {.tag = CM_DER_SEQUENCE};
    if (is_bare(bytes))
        return cm_make_string(peer, value, CM_TEXT_PLAIN, CM_DER_UTF8_STRING, bytes);
    if (!cm_der_any(&der, &string) || !cm_der_done(&der))
        string.tag = CM_DER_SEQUENCE; /* which holds no text */
    return cm_make_string(peer, value, CM_TEXT_PLAIN, string.tag, string.contents);
}

bool cm_extension_texts_read(struct certmap_peer *peer, const struct cm_list *extensions) {
    struct cm_list *list = &peer->lists[CERTMAP_FIELD_EXTENSION_TEXT];
    if (extensions->count == 0)
        return true;
    if (!cm_list_reserve(list, extensions->count, CM_EXTENSION_ROWS, &peer->arena))
        return false;
    for (size_t i = 0; i < extensions->count; i++) {
        const struct cm_value *extension = &extensions->values[i];
        struct cm_value *value = &list->values[i];
        *value = (struct cm_value){.oid = extension->oid,
                                   .der = extension->der,
                                   .row = (uint16_t)cm_extension_row(extension->oid),
                                   .unreadable = extension->unreadable};
        if (value->unreadable == CERTMAP_CODE_NONE &&
            make_text(peer, value, cm_extension_octets(extension)) != CERTMAP_CODE_NONE)
            return false;
    }
    cm_list_chain(list, CM_EXTENSION_ROWS);
    return true;
}
