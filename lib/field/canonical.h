/* SPDX-License-Identifier: MIT */
/* The one form in which a value of each kind (field.h) compares, and in which rules print it. Values of a
 * certificate and operands of rules become it here and nowhere else, so that they cannot drift apart.
 * docs/rules.md, "Fields", says which clause of which RFC each follows. */
#ifndef CM_FIELD_CANONICAL_H
#define CM_FIELD_CANONICAL_H

#include "field/field.h"

/* ---- kinds that are text in the certificate: plain, dns, email, uri ---- */

/* Makes UTF-8 text, which a certificate or a rule has, canonical: points into text or into arena. What the
 * kind does not permit is CERTMAP_CODE_VALUE_ENCODING; no memory CERTMAP_CODE_MEMORY. */
enum certmap_code cm_canonical_text(struct certmap_view *canonical, enum cm_text_kind kind, struct certmap_view text,
                                    struct cm_arena *arena);

/* ---- kinds that are octets in the certificate ---- */

/* 4 or 16 octets as RFC 5952 has them; false for any other number. */
bool cm_ip_print(struct cm_out *out, struct certmap_view octets);
/* An OID's name in the tables of extended key usages and policies, or dotted. */
void cm_oid_name_print(struct cm_out *out, struct certmap_view contents);
/* The same with the names of qualified certificates. */
void cm_qc_name_print(struct cm_out *out, struct certmap_view contents);
/* The name of a bit of the key usage, 0 to 8; NULL for any other. */
const char *cm_key_usage_name(size_t bit);
/* Lower-case hexadecimal, two digits an octet. */
void cm_hex_print(struct cm_out *out, struct certmap_view octets);
/* A serial number: the contents octets of its INTEGER. Without zeros at the front, of which a number that is
 * zero keeps one; a negative one has "-" and its magnitude. */
void cm_serial_print(struct cm_out *out, struct certmap_view contents);

/* ---- operands ---- */

/* Makes an operand of a rule canonical for any kind but CM_TEXT_IP and CM_TEXT_NAME: points into text or into
 * arena. Errors: SYNTAX (BAD_OPERAND: no value can be that; the text says what is expected), MEMORY. */
enum certmap_status cm_canonical_operand(struct certmap_view *canonical, enum cm_text_kind kind,
                                         struct certmap_view text, struct cm_arena *arena,
                                         struct certmap_diagnostic *err);
/* An address, or a network as address/bits: octets gets 4 or 16, *bits how many of their bits count. Errors:
 * SYNTAX (BAD_OPERAND: no address, or bits of a network's address beyond its length that are not zero). */
enum certmap_status cm_ip_parse(uint8_t octets[16], size_t *len, size_t *bits, struct certmap_view text,
                                struct certmap_diagnostic *err);
/* Whether patterns make sense for a kind: for what people read as text. Not for OIDs, of which some have names:
 * a pattern would be about the one form or the other. */
bool cm_kind_has_patterns(enum cm_text_kind kind);
/* Whether values are octets in hexadecimal; a serial number is, with a sign where it is negative. */
bool cm_kind_is_hexadecimal(enum cm_text_kind kind);
/* Makes a pattern, with * ? and escapes as rules have it, canonical where case is insignificant. */
enum certmap_status cm_canonical_pattern(struct certmap_view *canonical, enum cm_text_kind kind, bool nocase,
                                         struct certmap_view pattern, struct cm_arena *arena,
                                         struct certmap_diagnostic *err);

/* Whether a value of the kind can equal an operand, or fit a pattern, where the kind says how every value begins
 * or what it holds: SIDs and Kerberos principals. Errors: SYNTAX (BAD_OPERAND). */
enum certmap_status cm_canonical_check(enum cm_text_kind kind, bool nocase, bool pattern, struct certmap_view text,
                                       struct certmap_diagnostic *err);

#endif
