/* SPDX-License-Identifier: MIT */
/* IIS configuration files as certmap rules. Link with libcertmap-iis. Conventions: certmap.h.
 *
 * Reads system.webServer/security/authentication/iisClientCertificateMappingAuthentication from an
 * applicationHost.config or web.config, a root <location>, or the bare section. docs/iis.md says
 * what each element and attribute means and what differs from IIS.
 *
 * XML is read by expat, whose memory comes from the allocator that is given here, too.
 */
#ifndef CERTMAP_IIS_H
#define CERTMAP_IIS_H

#include "certmap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Deepest nesting of XML elements, anywhere in the file. A section needs ten; expat spends about a
 * hundred bytes on each. */
#define CERTMAP_IIS_MAX_DEPTH 1024

/* How a file is loaded. A NULL options pointer means all zero. */
struct certmap_iis_options {
    size_t size;              /* sizeof(struct certmap_iis_options) */
    struct certmap_view site; /* "Default Web Site" or "Default Web Site/app"; data NULL: the server
                               * level only. Compared without case */
    const struct certmap_allocator *allocator; /* of the rules and the log-on; copied */
    certmap_diagnostic_fn *diagnostic;         /* NULL: only the first error, in err */
    void *diagnostic_ctx;
    bool check_setup; /* also warn, through diagnostic, of what else in the file makes the site
                       * unsafe: the module, sslFlags, other authentications, bindings, passwords in
                       * clear. docs/iis.md has the list. What is loaded stays the same */
    /* progress: of reading, checking and compiling. memory: of the builder that makes the rule set,
     * as in certmap_builder_options; the mappings as they were read, passwords and what expat needs
     * come from the allocator too, are not counted, and grow with the text. added: a condition is
     * at the element <add> that it is from. NULL: none of it. */
    const struct certmap_build_options *build;
    const char *file; /* as in struct certmap_parse_options */
};
#define CERTMAP_IIS_OPTIONS_INIT                                                                   \
    { sizeof(struct certmap_iis_options), {NULL, 0}, NULL, NULL, NULL, false, NULL, NULL }

/* How the server is to log a mapped account on: the section's logonMethod and the passwords. */
struct certmap_iis_logon;

/* Loads the mappings that apply at the site (or, without a site, at the server level) from the text
 * of a file, UTF-8 or UTF-16. The site may go on with a path: "Shop/admin". In a web.config, which
 * has no <system.applicationHost> and no location that begins with the site's name, locations begin
 * in its folder, which is taken to be one on that path. A section that is disabled or absent gives
 * a rule set that is disabled. Nothing is loaded from a text with an error in a level that applies.
 * Diagnostics are reported at the end of the call, in the order of the file.
 *
 * Passwords: with logon == NULL they are skipped. Otherwise *logon gets them, apart from the rules,
 * and the caller owns it. No message ever holds one. Every buffer that held a part of the
 * file is wiped before it is released, those of expat too; the text is the caller's to wipe.
 *
 * Errors: ARGUMENT, MEMORY, LIMIT (over CERTMAP_MAX_RULES_SIZE, or over build->memory), SYNTAX
 * (line and column of the element at fault; the text names the attribute), CANCELLED. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_iis_load(struct certmap_rules **rules, struct certmap_iis_logon **logon,
                 struct certmap_view text, const struct certmap_iis_options *options,
                 struct certmap_diagnostic *err);

/* The values of the logonMethod attribute; they are the file's own numbers. */
enum certmap_iis_logon_method {
    CERTMAP_IIS_LOGON_INTERACTIVE = 0,
    CERTMAP_IIS_LOGON_BATCH = 1,
    CERTMAP_IIS_LOGON_NETWORK = 2,
    CERTMAP_IIS_LOGON_CLEAR_TEXT = 3
};
/* NULL, as a section that does not say, is CLEAR_TEXT. */
CERTMAP_API enum certmap_iis_logon_method
certmap_iis_logon_method(const struct certmap_iis_logon *logon);

/* What the file holds as the password of a mapping. */
enum certmap_iis_password_state {
    CERTMAP_IIS_PASSWORD_ABSENT = 0, /* none, or an empty one */
    CERTMAP_IIS_PASSWORD_CLEAR = 1,
    CERTMAP_IIS_PASSWORD_ENCRYPTED = 2 /* "[enc:...]": only the IIS machine can decrypt it */
};
/* The password of the mapping that a result of these rules names by its index. *password is set for
 * CLEAR and otherwise gets data NULL; it is text, it lives as long as logon, and the caller must
 * not let it reach a log. An index out of range gives ABSENT. password may be NULL. */
CERTMAP_API enum certmap_iis_password_state
certmap_iis_logon_password(const struct certmap_iis_logon *logon, struct certmap_view *password,
                           size_t index);
/* Wipes every password, then frees. */
CERTMAP_API void certmap_iis_logon_free(struct certmap_iis_logon *logon);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_iis_logon_method);
CERTMAP_WIDTH_OF(enum certmap_iis_password_state);

#ifdef __cplusplus
}
#endif

#endif
