/* SPDX-License-Identifier: MIT */
/* What the safety of a site depends on besides its mappings: the module, sslFlags, the other kinds of
 * authentication, the bindings. Nothing here is an error: a file that is set up badly still loads. */
#include "certmap/names.h"
#include "run.h"
#include <stdio.h>
#include <string.h>

#define MODULE "IISCertificateMappingAuthenticationModule"
#define DIRECTORY_MODULE "CertificateMappingAuthenticationModule"

static bool is_text(struct certmap_view text, const char *string) {
    return text.len == strlen(string) && memcmp(text.data, string, text.len) == 0;
}

static bool is_there(struct cm_kit_position place) {
    return place.line > 0;
}

/* ---- reading ---- */

/* A section may be kept in another file, or encrypted: it is not known then what it says. */
static bool is_hidden(struct cm_iis *iis, enum cm_iis_element element, const struct cm_iis_values *values) {
    bool encrypted = values->at[CM_IIS_PROTECTION].text.data != NULL;
    if (!encrypted && values->at[CM_IIS_CONFIG_SOURCE].text.data == NULL)
        return false;
    cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_SETUP_VALUE, iis->here,
                  encrypted ? "configProtectionProvider encrypts <%s>, which only the IIS machine can undo"
                            : "configSource keeps <%s> in another file, which is not read",
                  cm_iis_element_name(element));
    return true;
}

static void read_switch(struct cm_iis *iis, struct cm_iis_setup *setup, enum cm_iis_element element,
                        const struct cm_iis_values *values) {
    struct cm_iis_switch_value *one = &setup->switches[element - CM_IIS_ACCESS];
    struct cm_iis_value value = values->at[element == CM_IIS_ACCESS ? CM_IIS_SSL_FLAGS : CM_IIS_ENABLED];
    if (is_there(one->place))
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_DUPLICATE_SECTION, iis->here,
                      "<%s> is there already for this location, in line %lu", cm_iis_element_name(element),
                      (unsigned long)one->place.line);
    one->place = iis->here;
    one->hidden = is_hidden(iis, element, values);
    if (value.text.data != NULL)
        value.text = cm_iis_keep(iis, value.text);
    one->value = value;
}

static void read_modules(struct cm_iis *iis, struct cm_iis_setup *setup, enum cm_iis_element element,
                         const struct cm_iis_values *values) {
    struct cm_iis_modules *list =
        &setup->modules[element == CM_IIS_GLOBAL_MODULES ? CM_IIS_MODULES_GLOBAL : CM_IIS_MODULES_ENABLED];
    list->place = iis->here;
    list->hidden = is_hidden(iis, element, values);
}

/* The names of modules are compared with case, as IIS does. */
static void set_module(struct cm_iis *iis, struct cm_iis_modules *list, const struct cm_iis_values *values,
                       bool present) {
    struct certmap_view name = values->at[CM_IIS_NAME].text;
    if (is_text(name, MODULE))
        list->own = (struct cm_iis_module){iis->here, present};
    else if (is_text(name, DIRECTORY_MODULE))
        list->directory = (struct cm_iis_module){iis->here, present};
}

static void clear_modules(struct cm_iis *iis, struct cm_iis_modules *list) {
    list->own = list->directory = (struct cm_iis_module){iis->here, false};
}

static void read_binding(struct cm_iis *iis, const struct cm_iis_values *values) {
    struct cm_iis_bindings *bindings = &iis->bindings;
    const struct certmap_view https = {(const uint8_t *)"https", 5};
    const struct cm_iis_value *flags = &values->at[CM_IIS_SSL_FLAGS];
    const unsigned wanted = CM_IIS_NO_TLS13 | CM_IIS_NO_HTTP3;
    const bool in_handshake = (flags->number & CM_IIS_IN_HANDSHAKE) != 0;
    if (!certmap_text_same(values->at[CM_IIS_PROTOCOL].text, https))
        return;
    bindings->https++;
    if (flags->bad || in_handshake || (flags->number & wanted) == wanted)
        return;
    if (bindings->tls13++ > 0)
        return;
    bindings->first = iis->here;
    bindings->flags = flags->number;
}

static void clear_bindings(struct cm_iis_bindings *bindings) {
    bindings->https = 0;
    bindings->tls13 = 0;
}

/* Which element it is, for a level that applies. */
static void read_setup(struct cm_iis *iis, struct cm_iis_setup *setup, enum cm_iis_element element,
                       const struct cm_iis_values *values) {
    struct cm_iis_modules *global = &setup->modules[CM_IIS_MODULES_GLOBAL];
    struct cm_iis_modules *enabled = &setup->modules[CM_IIS_MODULES_ENABLED];
    if (element == CM_IIS_GLOBAL_MODULES || element == CM_IIS_MODULES)
        read_modules(iis, setup, element, values);
    else if (element == CM_IIS_GLOBAL_ADD || element == CM_IIS_GLOBAL_REMOVE)
        set_module(iis, global, values, element == CM_IIS_GLOBAL_ADD);
    else if (element == CM_IIS_MODULE_ADD || element == CM_IIS_MODULE_REMOVE)
        set_module(iis, enabled, values, element == CM_IIS_MODULE_ADD);
    else if (element == CM_IIS_GLOBAL_CLEAR || element == CM_IIS_MODULE_CLEAR)
        clear_modules(iis, element == CM_IIS_GLOBAL_CLEAR ? global : enabled);
    else
        read_switch(iis, setup, element, values);
}

void cm_iis_begin_setup(struct cm_iis *iis, enum cm_iis_element element, const char *const *attributes) {
    const bool binding = element <= CM_IIS_BINDING_CLEAR;
    struct cm_iis_level *level = cm_iis_level_here(iis);
    struct cm_iis_values values;
    if (binding ? !iis->sites.inside : level == NULL)
        return;
    iis->location.has_setup = true;
    cm_iis_read(&values, &iis->diagnostics, element, attributes, iis->here);
    if (element == CM_IIS_BINDING)
        read_binding(iis, &values);
    else if (element == CM_IIS_BINDING_CLEAR)
        clear_bindings(&iis->bindings);
    else if (!binding)
        read_setup(iis, &level->setup, element, &values);
}

/* ---- merging ---- */

/* A lower level says something, or is silent. */
static void merge_module(struct cm_iis_module *merged, const struct cm_iis_module *lower) {
    if (is_there(lower->at))
        *merged = *lower;
}

static void merge_modules(struct cm_iis_modules *merged, const struct cm_iis_modules *lower) {
    if (!is_there(lower->place))
        return;
    merged->place = lower->place;
    merged->hidden = merged->hidden || lower->hidden;
    merge_module(&merged->own, &lower->own);
    merge_module(&merged->directory, &lower->directory);
}

static void merge_switch(struct cm_iis_switch_value *merged, const struct cm_iis_switch_value *lower) {
    if (lower->hidden || lower->value.text.data != NULL)
        *merged = *lower;
    else if (is_there(lower->place) && merged->value.text.data == NULL && !merged->hidden)
        merged->place = lower->place;
}

static struct cm_iis_setup merge(struct cm_iis *iis) {
    struct cm_iis_setup merged;
    memset(&merged, 0, sizeof merged);
    for (size_t level = 0; level < iis->level_count; level++) {
        const struct cm_iis_setup *setup = &iis->levels[level].setup;
        for (size_t i = 0; i < CM_IIS_SWITCHES; i++)
            merge_switch(&merged.switches[i], &setup->switches[i]);
        for (size_t i = 0; i < CM_IIS_MODULES_KINDS; i++)
            merge_modules(&merged.modules[i], &setup->modules[i]);
    }
    return merged;
}

/* ---- checking ---- */

struct check {
    struct cm_iis *iis;
    struct cm_iis_setup setup; /* merged */
    struct cm_kit_position section;
    char unseen[256]; /* names of what the file does not show */
    size_t unseen_len;
};

static void add_unseen(struct check *check, const char *name) {
    check->unseen_len += (size_t)snprintf(check->unseen + check->unseen_len, sizeof check->unseen - check->unseen_len,
                                          "%s%s", check->unseen_len > 0 ? ", " : "", name);
}

static void warn_of_module(struct check *check, enum certmap_code code, const struct cm_iis_modules *list,
                           struct cm_kit_position place, const char *what) {
    cm_kit_report(&check->iis->diagnostics, CERTMAP_SEVERITY_WARNING, code, place, "%s%s", what,
                  list->directory.present ? "; " DIRECTORY_MODULE " is another one, for Active Directory" : "");
}

/* A web.config has no globalModules and need not repeat the modules. */
static void check_modules(struct check *check) {
    const struct cm_iis_modules *global = &check->setup.modules[CM_IIS_MODULES_GLOBAL];
    const struct cm_iis_modules *enabled = &check->setup.modules[CM_IIS_MODULES_ENABLED];
    const bool shown = is_there(global->place);
    struct cm_kit_position place = is_there(enabled->place) ? enabled->place : global->place;
    if (!shown)
        add_unseen(check, "globalModules");
    if (!shown && !is_there(enabled->own.at) && !enabled->hidden)
        add_unseen(check, "modules");
    if (shown && !global->own.present && !global->hidden)
        warn_of_module(check, CERTMAP_CODE_MODULE_NOT_INSTALLED, global,
                       is_there(global->own.at) ? global->own.at : global->place,
                       "globalModules has no " MODULE ": it is not installed");
    else if (!enabled->own.present && !enabled->hidden && (shown || is_there(enabled->own.at)))
        warn_of_module(check, CERTMAP_CODE_MODULE_NOT_ENABLED, enabled,
                       is_there(enabled->own.at) ? enabled->own.at : place,
                       "modules has no " MODULE ": it is not enabled");
}

/* The switch, if the file shows what it is. Only an applicationHost.config has sites, and in it nothing
 * is above the server level: there what is absent has its default. */
static const struct cm_iis_switch_value *seen_switch(struct check *check, enum cm_iis_switch which) {
    const struct cm_iis_switch_value *one = &check->setup.switches[which];
    if (one->hidden || one->value.bad)
        return NULL;
    if (one->value.text.data != NULL || check->iis->sites.listed)
        return one;
    add_unseen(check, cm_iis_element_name((enum cm_iis_element)(CM_IIS_ACCESS + which)));
    return NULL;
}

static struct cm_kit_position place_of(const struct check *check, const struct cm_iis_switch_value *one) {
    return is_there(one->place) ? one->place : check->section;
}

/* What an authentication that is on means. */
static void check_authentication(struct check *check, enum cm_iis_switch which, enum certmap_code code, bool fallback,
                                 const char *meaning) {
    const struct cm_iis_switch_value *one = seen_switch(check, which);
    const bool given = one != NULL && one->value.text.data != NULL;
    if (one == NULL || !(given ? one->value.number != 0 : fallback))
        return;
    cm_kit_report(&check->iis->diagnostics, CERTMAP_SEVERITY_WARNING, code, place_of(check, one), "%s is on%s: %s",
                  cm_iis_element_name((enum cm_iis_element)(CM_IIS_ACCESS + which)),
                  given ? "" : ", because nothing says enabled=\"false\"", meaning);
}

static void check_authentications(struct check *check) {
    static const char others[] = "it lets in users without a mapped certificate";
    check_authentication(check, CM_IIS_SWITCH_ANONYMOUS, CERTMAP_CODE_OTHER_AUTHENTICATION, true,
                         "users without a mapped certificate are served as the anonymous user");
    check_authentication(check, CM_IIS_SWITCH_BASIC, CERTMAP_CODE_OTHER_AUTHENTICATION, false, others);
    check_authentication(check, CM_IIS_SWITCH_DIGEST, CERTMAP_CODE_OTHER_AUTHENTICATION, false, others);
    check_authentication(check, CM_IIS_SWITCH_WINDOWS, CERTMAP_CODE_OTHER_AUTHENTICATION, false, others);
    check_authentication(check, CM_IIS_SWITCH_DIRECTORY, CERTMAP_CODE_DIRECTORY_MAPPING, false,
                         "it asks Active Directory for the account, not the mappings of this file");
}

/* What is wrong with flags that ask for a client certificate, or NULL. */
static const char *certificate_fault(unsigned flags) {
    const bool negotiate = (flags & CM_IIS_SSL_NEGOTIATE) != 0, require = (flags & CM_IIS_SSL_REQUIRE) != 0;
    if (!negotiate && !require)
        return "lacks SslNegotiateCert and SslRequireCert: no client certificate is asked for";
    if (!negotiate)
        return "lacks SslNegotiateCert, without which no client certificate is asked for";
    return require ? NULL : "lacks SslRequireCert: a client certificate is asked for, but not required";
}

static void check_access(struct check *check) {
    const struct cm_iis_switch_value *access = seen_switch(check, CM_IIS_SWITCH_ACCESS);
    char flags[80] = "sslFlags of <access>, which is absent,";
    if (access == NULL)
        return;
    if (access->value.text.data != NULL)
        (void)snprintf(flags, sizeof flags, "sslFlags=%s", cm_kit_quote(access->value.text).text);
    const char *fault = certificate_fault(access->value.number);
    if ((access->value.number & CM_IIS_SSL) == 0)
        cm_kit_report(&check->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_SSL_NOT_REQUIRED,
                      place_of(check, access), "%s lacks Ssl: requests without TLS are served", flags);
    if (fault != NULL)
        cm_kit_report(&check->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_CERTIFICATE_NOT_REQUIRED,
                      place_of(check, access), "%s %s", flags, fault);
}

/* What sslFlags of a binding lack, one bit or both. */
static const char *binding_fault(unsigned flags) {
    if ((flags & CM_IIS_NO_TLS13) != 0)
        return "lacks 16: HTTP/3, which has TLS 1.3, is on";
    if ((flags & CM_IIS_NO_HTTP3) != 0)
        return "lacks 32: TLS 1.3 is on";
    return "lacks 32 and 16: TLS 1.3 and HTTP/3 are on";
}

static void warn_of_tls13(struct check *check) {
    const struct cm_iis_bindings *bindings = &check->iis->bindings;
    char others[64] = "";
    if (bindings->tls13 > 1)
        (void)snprintf(others, sizeof others, " (%lu more %s so, too)", (unsigned long)(bindings->tls13 - 1),
                       bindings->tls13 == 2 ? "binding is" : "bindings are");
    cm_kit_report(&check->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_TLS13_ENABLED, bindings->first,
                  "the https binding has sslFlags %u, which %s, where IIS cannot ask for a certificate after the "
                  "handshake%s; on Windows Server 2025, 128 makes the handshake ask",
                  bindings->flags, binding_fault(bindings->flags), others);
}

static void check_bindings(struct check *check) {
    const struct cm_iis_bindings *bindings = &check->iis->bindings;
    if (!check->iis->sites.listed)
        add_unseen(check, "bindings");
    else if (!is_there(bindings->site))
        add_unseen(check, "bindings, which need --site");
    else if (bindings->https == 0)
        cm_kit_report(&check->iis->diagnostics, CERTMAP_SEVERITY_WARNING, CERTMAP_CODE_NO_HTTPS_BINDING, bindings->site,
                      "the site has no https binding, so that no client can send a certificate");
    else if (bindings->tls13 > 0)
        warn_of_tls13(check);
}

void cm_iis_check_setup(struct cm_iis *iis, struct cm_kit_position section) {
    struct check check = {.iis = iis, .setup = merge(iis), .section = section};
    check_modules(&check);
    check_access(&check);
    check_authentications(&check);
    check_bindings(&check);
    if (check.unseen_len > 0)
        cm_kit_report(&iis->diagnostics, CERTMAP_SEVERITY_NOTE, CERTMAP_CODE_SETUP_NOT_SHOWN, iis->root,
                      "the file does not show %s", check.unseen);
}
