/* SPDX-License-Identifier: MIT */
/* Kerberos principals in certificates (RFC 4556 3.2.2), where every tag is EXPLICIT:
 *
 *     KRB5PrincipalName ::= SEQUENCE { realm [0] Realm, principalName [1] PrincipalName }
 *     PrincipalName ::= SEQUENCE { name-type [0] Int32, name-string [1] SEQUENCE OF KerberosString }
 *     Realm ::= KerberosString ::= GeneralString (IA5String)
 *
 * They become the text that krb5_unparse_name makes: component/component@REALM. The name-type, which says how a name
 * was meant, is no part of it (RFC 4120 6.2).
 *
 * What separates the parts cannot be in them. krb5_unparse_name would write it with a backslash; but a pattern
 * does not know the one from the other: "*@REALM" would hold for the realm EVIL\@REALM, and "bob?/admin@REALM" for a
 * name of one component, bob\/admin. Principals that need a backslash are unreadable.
 *
 * Every loop goes through the principal once; it is read three times, to check, to measure and to print it. */
#include "base/out.h"
#include "base/view.h"
#include "der/der.h"
#include "field/make.h"
#include "field/pieces.h"

struct principal {
    struct cm_tlv realm;
    struct cm_der components;
};

/* Takes [number] around one element of this tag. */
static bool take_boxed(struct cm_der *der, uint32_t number, uint32_t tag, struct cm_tlv *tlv) {
    struct cm_tlv box;
    if (!cm_der_next(der, CM_DER_CONTEXT_CONSTRUCTED(number), &box))
        return false;
    struct cm_der inside = cm_der_inside(der, box.contents);
    return cm_der_next(&inside, tag, tlv) && cm_der_done(&inside);
}

/* Neither what separates parts, nor what announces it, nor a control character. */
static bool is_part(struct certmap_view string) {
    for (size_t i = 0; i < string.len; i++) {
        const uint8_t c = string.data[i];
        if (c < 0x20 || c >= 0x7F || c == '/' || c == '@' || c == '\\')
            return false;
    }
    return true;
}

/* A string of the only type that they have. */
static bool is_string(const struct cm_tlv *tlv) {
    return tlv->tag == CM_DER_GENERAL_STRING && is_part(tlv->contents);
}

/* A name without a component would read like one whose only component is empty. */
static bool are_strings(struct cm_der components) {
    struct cm_tlv component;
    if (cm_der_done(&components))
        return false;
    while (!cm_der_done(&components))
        if (!cm_der_any(&components, &component) || !is_string(&component))
            return false;
    return true;
}

static bool read_principal(struct principal *principal, struct certmap_view element) {
    struct cm_der outer, name;
    struct cm_tlv inner, type, strings;
    if (!cm_der_only(&outer, element, CM_DER_SEQUENCE) ||
        !take_boxed(&outer, 0, CM_DER_GENERAL_STRING, &principal->realm) || !is_string(&principal->realm) ||
        !take_boxed(&outer, 1, CM_DER_SEQUENCE, &inner) || !cm_der_done(&outer))
        return false;
    name = cm_der_inside(&outer, inner.contents);
    if (!take_boxed(&name, 0, CM_DER_INTEGER, &type) || !take_boxed(&name, 1, CM_DER_SEQUENCE, &strings) ||
        !cm_der_done(&name))
        return false;
    principal->components = cm_der_inside(&name, strings.contents);
    return are_strings(principal->components);
}

/* An element that has been checked. */
static void print_principal(struct cm_out *out, struct certmap_view element) {
    struct principal principal = {.components = cm_der_open(element)};
    struct cm_tlv component;
    (void)read_principal(&principal, element);
    for (bool first = true; cm_der_any(&principal.components, &component); first = false) {
        if (!first)
            cm_out_char(out, '/');
        cm_out_view(out, component.contents);
    }
    cm_out_char(out, '@');
    cm_out_view(out, principal.realm.contents);
}

enum certmap_code cm_krb5_read(struct certmap_peer *peer, struct cm_value *value, struct certmap_view element) {
    struct principal principal;
    if (element.len <= CERTMAP_MAX_VALUE_SIZE && !read_principal(&principal, element)) {
        value->unreadable = CERTMAP_CODE_VALUE_ENCODING;
        return CERTMAP_CODE_NONE;
    }
    return cm_make_printed(peer, value, print_principal, element);
}
