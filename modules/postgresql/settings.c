/* SPDX-License-Identifier: MIT */
/*
 * What an administrator writes into postgresql.conf, and the rules.
 *
 * PostgreSQL warns of a mistake in a module's setting, and starts with another
 * value.  Here it does not start.
 */
#include "certmap_pg.h"

#include <miscadmin.h>
#include <utils/guc.h>
#include <utils/guc_tables.h>

int         certmap_mode;
int         certmap_name;
struct certmap_service *certmap_service;

static char *rules;
static char *site;
static char *shadow;
static int  format;

static const struct config_enum_entry formats[] = {
    {"auto", CERTMAP_SERVICE_AUTO, false},
    {"native", CERTMAP_SERVICE_NATIVE, false},
    {"iis", CERTMAP_SERVICE_IIS, false},
    {NULL, 0, false}
};

static const struct config_enum_entry modes[] = {
    {"off", CERTMAP_MODE_OFF, false},
    {"optional", CERTMAP_MODE_OPTIONAL, false},
    {"require", CERTMAP_MODE_REQUIRE, false},
    {NULL, 0, false}
};

static const struct config_enum_entry names[] = {
    {"account", CERTMAP_NAME_ACCOUNT, false},
    {"user", CERTMAP_NAME_USER, false},
    {NULL, 0, false}
};

/* What is in the configuration, before the settings are defined. */
typedef struct
{
    const char *name;
    const char *hint;           /* what to write */
    const char *value;          /* NULL: it is not set */
    const char *where;          /* "" or " in file ... line ..." */
} Given;

#define HINT_RULES "Write certmap.rules = '/etc/postgresql/certmap.rules'."

static Given given[] = {
    {"certmap.format", "Write auto, native or iis.", NULL, ""},
    {"certmap.mode", "Write require, optional or off.", NULL, ""},
    {"certmap.name", "Write account or user.", NULL, ""},
    {"certmap.rules", HINT_RULES, NULL, ""},
    {"certmap.shadow", "Write the path of a second rule file.", NULL, ""},
    {"certmap.site", "Write certmap.site = 'Default Web Site'.", NULL, ""},
};

GucSource
certmap_source_of(const char *name)
{
    struct config_generic **all = get_guc_variables();
    int         n = GetNumConfigOptions();

    for (int i = 0; i < n; i++)
    {
        if (strcmp(all[i]->name, name) == 0)
            return all[i]->source;
    }

    return PGC_S_DEFAULT;
}

static const char *
where(const struct config_generic *setting)
{
    if (setting->sourcefile == NULL)
        return "";
    return psprintf(" in file \"%s\" line %d", setting->sourcefile,
                    setting->sourceline);
}

static Given *
find_given(const char *name)
{
    for (size_t i = 0; i < lengthof(given); i++)
    {
        if (pg_strcasecmp(given[i].name, name) == 0)
            return &given[i];
    }

    return NULL;
}

/*
 * Whether a setting is the extension's.  One that nobody has defined yet would be
 * dropped when the names that begin with "certmap." are reserved.
 */
static bool
is_of_extension(const struct config_generic *setting)
{
    if (pg_strcasecmp(setting->name, "certmap.cache_size") != 0
        && pg_strcasecmp(setting->name, "certmap.rules_memory") != 0)
        return false;

    if (setting->flags & GUC_CUSTOM_PLACEHOLDER)
        ereport(FATAL,
                (errcode(ERRCODE_CONFIG_FILE_ERROR),
                 errmsg("parameter \"%s\"%s is of certmap_sql, which is not loaded yet",
                        setting->name, where(setting)),
                 errhint("Write certmap_sql before certmap in"
                         " shared_preload_libraries.")));
    return true;
}

/* Until a module defines it, a setting is a text that nobody has looked at. */
static void
note_given(void)
{
    struct config_generic **all = get_guc_variables();
    int         n = GetNumConfigOptions();

    for (int i = 0; i < n; i++)
    {
        Given      *known;

        if (pg_strncasecmp(all[i]->name, "certmap.", strlen("certmap.")) != 0
            || is_of_extension(all[i]))
            continue;

        known = find_given(all[i]->name);
        if (known == NULL)
            ereport(FATAL,
                    (errcode(ERRCODE_UNDEFINED_OBJECT),
                     errmsg("unrecognized configuration parameter \"%s\"%s",
                            all[i]->name, where(all[i])),
                     errhint("There are certmap.rules, certmap.format,"
                             " certmap.site, certmap.shadow, certmap.mode and"
                             " certmap.name.")));

        known->value = pstrdup(*((struct config_string *) all[i])->variable);
        known->where = where(all[i]);
    }
}

/* One that was not taken has its default. */
static void
check_given(void)
{
    for (size_t i = 0; i < lengthof(given); i++)
    {
        if (given[i].value == NULL || certmap_source_of(given[i].name) != PGC_S_DEFAULT)
            continue;

        ereport(FATAL,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("invalid value for parameter \"%s\": \"%s\"%s",
                        given[i].name, given[i].value, given[i].where),
                 errhint("%s", given[i].hint)));
    }
}

/*
 * The one door to a reload: the postmaster has no hook for it, and checks each
 * setting that is in a file whenever it reads the files, changed or not.
 */
static bool
check_rules(char **newval, void **extra, GucSource source)
{
    if (IsUnderPostmaster || certmap_service == NULL || source != PGC_S_FILE)
        return true;

    certmap_check_hba();

    if (certmap_service_reload(certmap_service, NULL) == CERTMAP_OK)
        return true;

    GUC_check_errdetail("The rules have not been loaded.");
    GUC_check_errhint("The old rules stay in force.");
    return false;
}

void
certmap_define_settings(void)
{
    note_given();

    DefineCustomStringVariable("certmap.rules",
                               "The file with the rules, native or of IIS.", NULL,
                               &rules, "", PGC_POSTMASTER, GUC_SUPERUSER_ONLY,
                               check_rules, NULL, NULL);
    DefineCustomEnumVariable("certmap.format", "What the rule file is.", NULL,
                             &format, CERTMAP_SERVICE_AUTO, formats,
                             PGC_POSTMASTER, 0, NULL, NULL, NULL);
    DefineCustomStringVariable("certmap.site",
                               "The site of an IIS file whose mappings count.",
                               NULL, &site, "", PGC_POSTMASTER, 0,
                               NULL, NULL, NULL);
    DefineCustomStringVariable("certmap.shadow",
                               "A second rule file, asked and never obeyed.",
                               NULL, &shadow, "", PGC_POSTMASTER, GUC_SUPERUSER_ONLY,
                               NULL, NULL, NULL);
    DefineCustomEnumVariable("certmap.mode",
                             "Whether a line that asks for a certificate also"
                             " wants an account.", NULL,
                             &certmap_mode, CERTMAP_MODE_REQUIRE, modes,
                             PGC_SIGHUP, 0, NULL, NULL, NULL);
    DefineCustomEnumVariable("certmap.name",
                             "What of an account is the name of a role.", NULL,
                             &certmap_name, CERTMAP_NAME_ACCOUNT, names,
                             PGC_SIGHUP, 0, NULL, NULL, NULL);

    check_given();
}

/* What the library finds in a rule file, and what the shadow says. */
static void
log_line(void *ctx, enum certmap_severity severity, const char *line)
{
    bool       *has_errors = ctx;

    if (severity == CERTMAP_SEVERITY_ERROR)
        *has_errors = true;

    ereport(severity == CERTMAP_SEVERITY_NOTE ? LOG : WARNING,
            (errmsg("certmap: %s", line)));
}

static void
check_source(void)
{
    if (certmap_source_of("certmap.rules") == PGC_S_FILE)
        return;

    ereport(WARNING,
            (errmsg("certmap: certmap.rules is not in postgresql.conf: the rules"
                    " are not loaded again when the configuration is"),
             errhint(HINT_RULES)));
}

void
certmap_open_rules(void)
{
    static bool has_errors;
    struct certmap_service_options options = CERTMAP_SERVICE_OPTIONS_INIT;
    struct certmap_diagnostic err;

    if (rules[0] == '\0')
        ereport(FATAL,
                (errcode(ERRCODE_CONFIG_FILE_ERROR),
                 errmsg("certmap.rules is not set%s",
                        find_given("certmap.rules")->where),
                 errhint(HINT_RULES)));

    check_source();

    options.file = rules;
    options.format = (enum certmap_service_format) format;
    options.site = site[0] ? site : NULL;
    options.shadow_file = shadow[0] ? shadow : NULL;
    options.flags = CERTMAP_SERVICE_LOG_SHADOW;
    options.log = log_line;
    options.log_ctx = &has_errors;

    if (certmap_service_open(&certmap_service, &options, &err) == CERTMAP_OK)
        return;

    ereport(FATAL,
            (errcode(ERRCODE_CONFIG_FILE_ERROR),
             errmsg("the rules have not been loaded: certmap.rules = '%s'%s",
                    rules, find_given("certmap.rules")->where),
             has_errors ? 0 : errdetail("%s", err.text)));
}
