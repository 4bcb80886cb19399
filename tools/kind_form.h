/* SPDX-License-Identifier: MIT */
/* The forms of text in which people get certificates, and the texts that they give for one. Each is linear in the text,
 * which begins after a byte order mark and white space. */
#ifndef TOOL_KIND_FORM_H
#define TOOL_KIND_FORM_H

#include "input.h"
#include "kind_table.h"

/* PEM that is not as RFC 7468 has it. */
tool_form_fn tool_form_is_pgp;
tool_form_fn tool_form_is_xfcc;
tool_form_fn tool_form_is_xfcc_bare; /* without the certificate */
tool_form_fn tool_form_is_url_plus;
tool_form_fn tool_form_is_url;
tool_form_fn tool_form_is_json_pem;
tool_form_fn tool_form_is_escaped_pem;
tool_form_fn tool_form_is_cr_pem;
tool_form_fn tool_form_is_indented_pem;
tool_form_fn tool_form_is_one_line_pem;
tool_form_fn tool_form_is_other_pem;
tool_form_fn tool_form_is_base64_of_pem; /* the whole text */
tool_form_fn tool_form_is_base64_pem;    /* somewhere in it */
/* Base64 and hexadecimal digits without BEGIN and END. */
tool_form_fn tool_form_is_rfc9440;
tool_form_fn tool_form_is_base64;
tool_form_fn tool_form_is_base64_of_sequence;
tool_form_fn tool_form_is_base64_list;
tool_form_fn tool_form_has_base64; /* somewhere in it, of a certificate */
tool_form_fn tool_form_is_headless_pem;
tool_form_fn tool_form_is_base64_url;
tool_form_fn tool_form_is_url_base64;
tool_form_fn tool_form_is_thumbprint;
tool_form_fn tool_form_is_hex;
tool_form_fn tool_form_is_hex_dump;
tool_form_fn tool_form_is_ldif;
/* Other texts. */
tool_form_fn tool_form_is_x5c;
tool_form_fn tool_form_is_json;
tool_form_fn tool_form_is_saml;
tool_form_fn tool_form_is_web_page;
tool_form_fn tool_form_is_iis;
tool_form_fn tool_form_is_xml;
tool_form_fn tool_form_is_rules;
tool_form_fn tool_form_is_openssl_text;
tool_form_fn tool_form_is_printed_name;
tool_form_fn tool_form_is_traefik_info;
tool_form_fn tool_form_is_mail;
tool_form_fn tool_form_is_jwt;
tool_form_fn tool_form_is_ssh;
tool_form_fn tool_form_is_tar;

/* The label of the first PEM block: of the first line with BEGIN. */
bool tool_form_take_label(struct certmap_view *label, struct certmap_view text);

/* What is between the first BEGIN CERTIFICATE and the END after it. */
bool tool_form_take_certificate(struct certmap_view *body, struct certmap_view text);

/* Decodes base64 as tool_form_is_base64 has it; what is no base64 is passed over. The caller frees. */
struct tool_input tool_form_decode(struct certmap_view text);

#endif
