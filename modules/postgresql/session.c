/* SPDX-License-Identifier: MIT */
/*
 * What a session can read of the answer: current_setting('certmap.account').
 *
 * PGC_INTERNAL would say that nobody can set it, and that every process has the
 * same value; so parallel workers would not be given it.  What keeps a client
 * from setting these is the check hook.
 */
#include "certmap_pg.h"

#include <access/parallel.h>
#include <lib/stringinfo.h>
#include <mb/pg_wchar.h>
#include <utils/guc.h>
#include <utils/json.h>

static char *account;
static char *mapping;
static char *groups;
static char *attributes;
static char *certificate;

static bool publishing;

/* The default is empty, for sessions that no certificate has opened. */
static bool
check_answer(char **newval, void **extra, GucSource source)
{
    if (publishing || InitializingParallelWorker || source == PGC_S_DEFAULT)
        return true;

    GUC_check_errcode(ERRCODE_CANT_CHANGE_RUNTIME_PARAM);
    GUC_check_errdetail("certmap sets it when a client has logged in.");
    return false;
}

/*
 * The text is UTF-8, and when it is published nobody knows yet which database it
 * will be for.  So the value is ASCII, which pg_settings.reset_val can show in a
 * database of any encoding: all other bytes are %HH, and % itself too.
 */
static const char *
encode(const char *text)
{
    StringInfoData out;

    initStringInfo(&out);
    for (; *text != '\0'; text++)
    {
        if (IS_HIGHBIT_SET(*text) || *text == '%')
            appendStringInfo(&out, "%%%02X", (unsigned char) *text);
        else
            appendStringInfoChar(&out, *text);
    }

    return out.data;
}

static int
digit(char c)
{
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* In a database of UTF-8 a session reads the text as it was. */
static const char *
shown(const char *value)
{
    StringInfoData out;

    if (value == NULL)
        return "";
    if (GetDatabaseEncoding() != PG_UTF8)
        return value;

    initStringInfo(&out);
    for (; *value != '\0'; value++)
    {
        if (value[0] == '%' && value[1] != '\0' && value[2] != '\0')
        {
            appendStringInfoChar(&out,
                                 (char) (digit(value[1]) * 16 + digit(value[2])));
            value += 2;
        }
        else
            appendStringInfoChar(&out, *value);
    }

    return out.data;
}

static const char *
show_account(void)
{
    return shown(account);
}

static const char *
show_mapping(void)
{
    return shown(mapping);
}

static const char *
show_groups(void)
{
    return shown(groups);
}

static const char *
show_attributes(void)
{
    return shown(attributes);
}

static void
define(const char *name, const char *what, char **value, GucShowHook show)
{
    DefineCustomStringVariable(name, what, NULL, value, "", PGC_BACKEND,
                               GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
                               check_answer, NULL, show);
}

void
certmap_define_answer(void)
{
    define("certmap.account",
           "The account of the client certificate that has opened the session.",
           &account, show_account);
    define("certmap.mapping", "The mapping that has given the account.",
           &mapping, show_mapping);
    define("certmap.groups",
           "The groups of the account, with commas between them.",
           &groups, show_groups);
    define("certmap.attributes", "The attributes of the account, as JSON.",
           &attributes, show_attributes);
    define("certmap.certificate",
           "The SHA-256 of the client certificate, as hexadecimal digits.",
           &certificate, NULL);
}

/* All texts of an answer end in a NUL. */
static const char *
text_of(struct certmap_view view)
{
    return (const char *) view.data;
}

static char *
attributes_as_json(const struct certmap_answer *answer)
{
    size_t      n = certmap_answer_count(answer, CERTMAP_ANSWER_LIST_ATTRIBUTES);
    StringInfoData out;

    initStringInfo(&out);
    for (size_t i = 0; i < n; i++)
    {
        appendStringInfoChar(&out, i == 0 ? '{' : ',');
        escape_json(&out, text_of(certmap_answer_attribute_name(answer, i)));
        appendStringInfoChar(&out, ':');
        escape_json(&out,
                    text_of(certmap_answer_item(answer,
                                                CERTMAP_ANSWER_LIST_ATTRIBUTES, i,
                                                CERTMAP_FORM_PLAIN)));
    }
    appendStringInfoString(&out, n == 0 ? "{}" : "}");

    return out.data;
}

static void
publish(const char *name, const char *value)
{
    SetConfigOption(name, encode(value), PGC_BACKEND, PGC_S_OVERRIDE);
}

/* account: the one that is the role, of this answer. */
void
certmap_publish(const struct certmap_answer *answer, struct certmap_view role)
{
    publishing = true;
    publish("certmap.account", text_of(role));
    publish("certmap.mapping",
            text_of(certmap_answer_text(answer, CERTMAP_ANSWER_MAPPING,
                                        CERTMAP_FORM_PLAIN)));
    publish("certmap.groups",
            text_of(certmap_answer_text(answer, CERTMAP_ANSWER_GROUPS,
                                        CERTMAP_FORM_PLAIN)));
    publish("certmap.attributes", attributes_as_json(answer));
    publish("certmap.certificate",
            text_of(certmap_answer_text(answer, CERTMAP_ANSWER_SHA256,
                                        CERTMAP_FORM_PLAIN)));
    publishing = false;
}
