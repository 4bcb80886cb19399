/* SPDX-License-Identifier: MIT */
/*
 * Require certmap-group NAME..., certmap-mapping NAME..., and
 * certmap-attribute NAME VALUE...
 *
 * Who has no account cannot be told from those who have one and keep quiet
 * about it.  So <RequireNone> and "Require not" refuse him, too: a provider
 * without an answer gives the result that refuses, where it is.
 */

#include "mod_certmap.h"

#include <http_request.h>
#include <mod_auth.h>

#include <apr_strings.h>

typedef struct {
    const char *attribute;     /* of certmap-attribute */
    apr_array_header_t *words; /* const char *: any of them will do */
    authz_status unknown;      /* of who has no account */
} mcm_requirement;

static int is_directive(const ap_directive_t *directive, const char *name)
{
    return strcasecmp(directive->directive, name) == 0;
}

/* DENIED, negated, is no refusal; negated twice, it is one again. */
static authz_status when_unknown(cmd_parms *cmd)
{
    const ap_directive_t *directive = cmd->directive;
    const char *args;
    int negated;

    /* an alias does not know where it will be used */
    if (directive == NULL || !is_directive(directive, "Require")) {
        return AUTHZ_GENERAL_ERROR;
    }
    args = directive->args;
    negated = strcasecmp(ap_getword_conf(cmd->temp_pool, &args), "not") == 0;
    for (; directive != NULL; directive = directive->parent) {
        negated ^= is_directive(directive, "<RequireNone");
    }
    return negated ? AUTHZ_GRANTED : AUTHZ_DENIED;
}

static mcm_requirement *read_words(cmd_parms *cmd, const char *line)
{
    mcm_requirement *requirement = apr_pcalloc(cmd->pool, sizeof(*requirement));
    const char *word;

    requirement->words = apr_array_make(cmd->pool, 2, sizeof(const char *));
    requirement->unknown = when_unknown(cmd);
    while (*(word = ap_getword_conf(cmd->pool, &line)) != '\0') {
        APR_ARRAY_PUSH(requirement->words, const char *) = word;
    }
    return requirement;
}

static const char *parse_names(cmd_parms *cmd, const char *line,
                               const void **parsed)
{
    mcm_requirement *requirement = read_words(cmd, line);

    *parsed = requirement;
    return requirement->words->nelts > 0
               ? NULL
               : "certmap-group and certmap-mapping need a NAME";
}

static const char *parse_attribute(cmd_parms *cmd, const char *line,
                                   const void **parsed)
{
    const char *name = ap_getword_conf(cmd->pool, &line);
    mcm_requirement *requirement = read_words(cmd, line);

    requirement->attribute = name;
    *parsed = requirement;
    return requirement->words->nelts > 0
               ? NULL
               : "certmap-attribute needs a NAME and a VALUE";
}

static int has_group(const struct certmap_answer *answer,
                     const mcm_requirement *requirement, const char *word)
{
    return certmap_answer_has(answer, CERTMAP_ANSWER_LIST_GROUPS,
                              certmap_view_of(word));
}

static int is_word(struct certmap_view text, const char *word)
{
    return text.len > 0 && text.len == strlen(word)
           && memcmp(text.data, word, text.len) == 0;
}

static int has_mapping(const struct certmap_answer *answer,
                       const mcm_requirement *requirement, const char *word)
{
    return is_word(
        certmap_answer_text(answer, CERTMAP_ANSWER_MAPPING, CERTMAP_FORM_PLAIN),
        word);
}

static int has_attribute(const struct certmap_answer *answer,
                         const mcm_requirement *requirement, const char *word)
{
    return is_word(certmap_answer_attribute(
                       answer, certmap_view_of(requirement->attribute),
                       CERTMAP_FORM_PLAIN),
                   word);
}

typedef int mcm_has(const struct certmap_answer *answer,
                    const mcm_requirement *requirement, const char *word);

static authz_status check(request_rec *r, const mcm_requirement *requirement,
                          mcm_has *has)
{
    mcm_dir_conf *dir =
        ap_get_module_config(r->per_dir_config, &certmap_module);
    mcm_request *q;
    int i;

    if (dir->mode <= MCM_MODE_OFF) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "certmap: Require certmap-... does not work here: write "
                      "CertMap optional, or require, for %s",
                      r->uri);
        return AUTHZ_GENERAL_ERROR;
    }
    q = mcm_ask(r);
    if (q->outcome != CERTMAP_OUTCOME_ALLOW) {
        return requirement->unknown;
    }
    for (i = 0; i < requirement->words->nelts; i++) {
        if (has(mcm_answer(q), requirement,
                APR_ARRAY_IDX(requirement->words, i, const char *))) {
            return AUTHZ_GRANTED;
        }
    }
    return AUTHZ_DENIED;
}

static authz_status check_group(request_rec *r, const char *line,
                                const void *parsed)
{
    return check(r, parsed, has_group);
}

static authz_status check_mapping(request_rec *r, const char *line,
                                  const void *parsed)
{
    return check(r, parsed, has_mapping);
}

static authz_status check_attribute(request_rec *r, const char *line,
                                    const void *parsed)
{
    return check(r, parsed, has_attribute);
}

static const authz_provider group_provider = { check_group, parse_names };
static const authz_provider mapping_provider = { check_mapping, parse_names };
static const authz_provider attribute_provider = { check_attribute,
                                                   parse_attribute };

static void add_provider(apr_pool_t *p, const char *name,
                         const authz_provider *provider)
{
    ap_register_auth_provider(p, AUTHZ_PROVIDER_GROUP, name,
                              AUTHZ_PROVIDER_VERSION, provider,
                              AP_AUTH_INTERNAL_PER_CONF);
}

void mcm_authz_register(apr_pool_t *p)
{
    add_provider(p, "certmap-group", &group_provider);
    add_provider(p, "certmap-mapping", &mapping_provider);
    add_provider(p, "certmap-attribute", &attribute_provider);
}
