/* SPDX-License-Identifier: MIT */
/*
 * Rule files.  They belong to the process, not to a configuration: httpd reads
 * its configuration twice when it starts, and anew at each restart, where a rule
 * file that is broken leaves the rules that were in force.  A child does not
 * close them when it ends: its threads may not have ended yet.
 */

#include "mod_certmap.h"

#include <http_core.h>
#include <http_main.h>

#include <apr_lib.h>
#include <apr_strings.h>

static mcm_rules *all;

typedef struct {
    const char *name;
    int value;
} mcm_choice;

static const mcm_choice formats[] = { { "native", CERTMAP_SERVICE_NATIVE },
                                      { "iis", CERTMAP_SERVICE_IIS },
                                      { NULL, 0 } };

static const mcm_choice resumed[] = { { "keep", CERTMAP_RESUMED_KEEP },
                                      { "verify", CERTMAP_RESUMED_VERIFY },
                                      { "refuse-unknown",
                                        CERTMAP_RESUMED_REFUSE_UNKNOWN },
                                      { NULL, 0 } };

/* -------- the directive's words -------- */

/*
 * The next word.  httpd's own ap_getword_conf() takes quotes where a word
 * begins with one; those in site="Default Web Site" were meant as they look.
 */
static const char *next_word(apr_pool_t *p, const char **args,
                             const char **word)
{
    const char *from = *args;
    const char *equals;
    const char *value;

    while (apr_isspace(*from)) {
        from++;
    }
    equals = from + strcspn(from, "= \t\"'");

    if (*equals != '=' || (equals[1] != '"' && equals[1] != '\'')) {
        *args = from;
        *word = ap_getword_conf(p, args);
        return NULL;
    }
    if (strchr(equals + 2, equals[1]) == NULL) {
        return apr_psprintf(p, "the quote after \"%.*s\" has no end",
                            (int)(equals + 1 - from), from);
    }
    *args = equals + 1;
    value = ap_getword_conf(p, args);
    *word = apr_psprintf(p, "%.*s%s", (int)(equals + 1 - from), from, value);
    return NULL;
}

static const char *choose(apr_pool_t *p, const char *name, const char *value,
                          const mcm_choice *choices, int *chosen)
{
    const char *names = "";
    const mcm_choice *choice;

    for (choice = choices; choice->name != NULL; choice++) {
        if (strcmp(choice->name, value) == 0) {
            *chosen = choice->value;
            return NULL;
        }
        names = apr_pstrcat(p, names, *names ? ", " : "", choice->name, NULL);
    }
    return apr_psprintf(p, "invalid value \"%s\" of \"%s\": write one of %s",
                        value, name, names);
}

static const char *set_parameter(apr_pool_t *p, mcm_rules *rules,
                                 const char *word)
{
    const char *equals = strchr(word, '=');
    const char *name;
    const char *error = NULL;
    int chosen = 0;

    if (equals == NULL || equals[1] == '\0') {
        return apr_psprintf(p, "invalid parameter \"%s\": write NAME=VALUE",
                            word);
    }
    name = apr_pstrmemdup(p, word, (apr_size_t)(equals - word));

    if (strcmp(name, "site") == 0) {
        rules->site = equals + 1;
    }
    else if (strcmp(name, "shadow") == 0) {
        rules->shadow = ap_server_root_relative(p, equals + 1);
    }
    else if (strcmp(name, "format") == 0) {
        error = choose(p, name, equals + 1, formats, &chosen);
        rules->format = (enum certmap_service_format)chosen;
    }
    else if (strcmp(name, "resumed") == 0) {
        error = choose(p, name, equals + 1, resumed, &chosen);
        rules->resumed = (enum certmap_resumed)chosen;
    }
    else {
        error = apr_psprintf(p,
                             "unknown parameter \"%s\": there are format, "
                             "site, resumed and shadow",
                             name);
    }
    return error;
}

static const char *read_args(apr_pool_t *p, mcm_rules *rules, const char *args)
{
    const char *word;
    const char *error;

    rules->resumed = CERTMAP_RESUMED_KEEP;
    rules->file = ap_getword_conf(p, &args);
    if (*rules->file == '\0') {
        return "it needs a file";
    }
    rules->file = ap_server_root_relative(p, rules->file);

    while (*args != '\0') {
        word = "";
        error = next_word(p, &args, &word);
        if (error == NULL && *word != '\0') {
            error = set_parameter(p, rules, word);
        }
        if (error != NULL) {
            return error;
        }
    }
    return NULL;
}

/* -------- the files -------- */

/* What the library finds in a rule file, and later what a shadow says. */
static void log_line(void *ctx, enum certmap_severity severity,
                     const char *line)
{
    mcm_rules *rules = ctx;
    int level = APLOG_INFO;

    if (severity == CERTMAP_SEVERITY_ERROR) {
        level = APLOG_ERR;
    }
    else if (severity == CERTMAP_SEVERITY_WARNING) {
        level = APLOG_WARNING;
    }

    if (level == APLOG_ERR && rules->service == NULL && rules->error == NULL) {
        rules->error = apr_pstrdup(rules->pool, line);
        return;
    }
    ap_log_error(APLOG_MARK, level, 0, rules->loading ? NULL : ap_server_conf,
                 "certmap: %s", line);
}

static const char *open_service(mcm_rules *rules, cmd_parms *cmd)
{
    struct certmap_service_options options = CERTMAP_SERVICE_OPTIONS_INIT;
    struct certmap_diagnostic err;
    const char *error;

    options.file = rules->file;
    options.site = rules->site;
    options.format = rules->format;
    options.resumed = rules->resumed;
    options.shadow_file = rules->shadow;
    options.flags = CERTMAP_SERVICE_LOG_SHADOW;
    options.log = log_line;
    options.log_ctx = rules;

    rules->loading = 1;
    if (certmap_service_open(&rules->service, &options, &err) != CERTMAP_OK) {
        error = apr_pstrdup(cmd->pool, rules->error ? rules->error : err.text);
        apr_pool_destroy(rules->pool);
        return error;
    }
    rules->loading = 0;
    rules->next = all;
    all = rules;
    return NULL;
}

static void reload_service(mcm_rules *rules)
{
    rules->loading = 1;
    /* the log has what is wrong, and that the old rules stay in force */
    (void)certmap_service_reload(rules->service, NULL);
    rules->loading = 0;
}

static int same_text(const char *one, const char *two)
{
    return one == two || (one != NULL && two != NULL && strcmp(one, two) == 0);
}

static mcm_rules *find(const mcm_rules *wanted)
{
    mcm_rules *rules = all;

    while (rules != NULL
           && !(rules->format == wanted->format
                && rules->resumed == wanted->resumed
                && same_text(rules->file, wanted->file)
                && same_text(rules->site, wanted->site)
                && same_text(rules->shadow, wanted->shadow))) {
        rules = rules->next;
    }
    return rules;
}

/* In a pool that no other one ends. */
static mcm_rules *copy(const mcm_rules *wanted)
{
    apr_pool_t *p;
    mcm_rules *rules;

    if (apr_pool_create_unmanaged(&p) != APR_SUCCESS) {
        return NULL;
    }
    apr_pool_tag(p, "certmap_rules");
    rules = apr_pmemdup(p, wanted, sizeof(*wanted));
    rules->pool = p;
    rules->file = apr_pstrdup(p, wanted->file);
    rules->site = apr_pstrdup(p, wanted->site);
    rules->shadow = apr_pstrdup(p, wanted->shadow);
    return rules;
}

const char *mcm_rules_directive(mcm_rules **rules, cmd_parms *cmd,
                                const char *args)
{
    mcm_rules wanted = { NULL };
    int generation = ap_state_query(AP_SQ_CONFIG_GEN);
    const char *error = read_args(cmd->pool, &wanted, args);

    if (error != NULL) {
        return error;
    }
    if (wanted.file == NULL) {
        return "the file's name is not a path";
    }

    *rules = find(&wanted);
    if (*rules == NULL) {
        *rules = copy(&wanted);
        error = *rules ? open_service(*rules, cmd) : "out of memory";
    }
    else if ((*rules)->generation != generation) {
        reload_service(*rules);
    }
    if (error == NULL) {
        (*rules)->generation = generation;
    }
    return error;
}

void mcm_rules_close_unused(void)
{
    int generation = ap_state_query(AP_SQ_CONFIG_GEN);
    mcm_rules **link = &all;
    mcm_rules *rules;

    while ((rules = *link) != NULL) {
        if (rules->generation == generation) {
            link = &rules->next;
        }
        else {
            *link = rules->next;
            certmap_service_close(rules->service);
            apr_pool_destroy(rules->pool);
        }
    }
}
