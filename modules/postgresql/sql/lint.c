/* SPDX-License-Identifier: MIT */
/*
 * certmap_lint(): what can happen to whom under a rule set, and where its
 * mistakes are; a row for each finding, of the loader and of the analysis.
 *
 * The rules are loaded for it alone, because a finding has a line only while
 * they are.  Findings are kept until the library has returned: a tuplestore
 * can raise an error.
 */
#include "sql.h"

#include <catalog/pg_type.h>
#include <funcapi.h>
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/memutils.h>
#include <utils/tuplestore.h>

#include <certmap/lint.h>
#include <certmap/diagnostic.h>

PG_FUNCTION_INFO_V1(certmap_sql_lint);

/* The columns, as certmap--*.sql declares them. */
enum
{
    COLUMN_SEVERITY, COLUMN_CODE, COLUMN_CERTAINTY, COLUMN_LINE, COLUMN_COLUMN,
    COLUMN_MAPPING, COLUMN_MESSAGE, COLUMN_HELP, COLUMN_CERTIFICATE, COLUMNS
};

typedef struct Finding
{
    struct Finding *next;
    struct certmap_diagnostic diagnostic;
    enum certmap_certainty certainty;
    size_t      mapping;        /* SIZE_MAX: it is about the rule set */
    const char *help;
    struct certmap_view certificate;    /* that shows it; no data: none */
} Finding;

typedef struct
{
    RulesMemory memory;
    Finding    *first;
    Finding    *last;
    bool        failed;         /* no memory */
} Findings;

/* NULL, and failed, without memory. */
static Finding *
add_finding(Findings *findings, const struct certmap_diagnostic *diagnostic)
{
    Finding    *finding = certmap_sql_alloc(&findings->memory, sizeof *finding);

    if (finding == NULL)
    {
        findings->failed = true;
        return NULL;
    }
    memset(finding, 0, sizeof *finding);
    finding->diagnostic = *diagnostic;
    finding->mapping = SIZE_MAX;
    if (findings->first == NULL)
        findings->first = finding;
    else
        findings->last->next = finding;
    findings->last = finding;
    return finding;
}

/* Warnings and notes of the loader; its errors are raised.  Of the library. */
static void
take_diagnostic(void *ctx, enum certmap_severity severity,
                const struct certmap_diagnostic *diagnostic)
{
    if (severity != CERTMAP_SEVERITY_ERROR)
        (void) add_finding(ctx, diagnostic);
}

/* Of the library. */
static bool
take_report(void *ctx, const struct certmap_lint_report *report)
{
    Findings   *findings = ctx;
    Finding    *finding = add_finding(findings, &report->diagnostic);

    if (finding == NULL)
        return false;
    finding->certainty = report->certainty;
    finding->mapping = report->mapping;
    if (report->help != NULL)
    {
        finding->help = certmap_sql_copy(&findings->memory, certmap_view_of(report->help));
        findings->failed |= finding->help == NULL;
    }
    if (report->witness != NULL && report->witness->der.data != NULL)
    {
        char       *der = certmap_sql_copy(&findings->memory, report->witness->der);

        findings->failed |= der == NULL;
        finding->certificate = (struct certmap_view) {(const uint8_t *) der,
                                                      report->witness->der.len};
    }
    return !findings->failed;
}

/* Of the library: between two questions. */
static bool
is_cancelled(void *ctx)
{
    return !certmap_sql_go_on(ctx, 0, 0);
}

static struct certmap_lint *
new_lint(Findings *findings)
{
    struct certmap_allocator allocator = certmap_sql_allocator(&findings->memory);
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_lint *lint = NULL;
    enum certmap_status status;

    options.allocator = &allocator;
    options.progress = certmap_sql_go_on;
    options.enough = is_cancelled;
    status = certmap_lint_new(&lint, &options, &err);
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    return lint;
}

/* The rules, which the findings' mappings are of. */
static struct certmap_rules *
analyse(Findings *findings, struct certmap_view text)
{
    struct certmap_lint *lint = new_lint(findings);
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    struct certmap_rules *rules = NULL;
    enum certmap_status status;

    build.added = certmap_lint_added;
    build.added_ctx = lint;
    options.diagnostic = take_diagnostic;
    options.diagnostic_ctx = findings;
    certmap_sql_parse(&rules, text, &findings->memory, options, build);

    status = certmap_lint_run(lint, rules, take_report, findings, &err);
    CHECK_FOR_INTERRUPTS();
    if (findings->failed)
        certmap_sql_raise_memory();
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    return rules;
}

StaticAssertDecl(COLUMNS <= MAX_COLUMNS, "a Row has a place for each column");

/* Lines and columns begin with 1; 0: not known. */
static void
set_position(Row *row, int column, size_t number)
{
    row->values[column] = Int32GetDatum(number > INT32_MAX ? INT32_MAX : (int32) number);
    row->nulls[column] = number == 0;
}

static text *
name_of(const struct certmap_rules *rules, size_t index)
{
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;

    if (certmap_rules_mapping(rules, &mapping, index, NULL) != CERTMAP_OK)
        return NULL;
    return certmap_sql_readable_text(mapping.name);
}

static bytea *
bytes_of(struct certmap_view view)
{
    bytea      *bytes;

    if (view.data == NULL)
        return NULL;
    bytes = palloc(VARHDRSZ + view.len);
    SET_VARSIZE(bytes, VARHDRSZ + view.len);
    memcpy(VARDATA(bytes), view.data, view.len);
    return bytes;
}

static void
put_finding(ReturnSetInfo *result, const struct certmap_rules *rules, const Finding *finding)
{
    const struct certmap_diagnostic *diagnostic = &finding->diagnostic;
    Row         row;

    memset(row.nulls, 0, sizeof row.nulls);
    row.values[COLUMN_SEVERITY] =
        CStringGetTextDatum(certmap_severity_name(diagnostic->severity));
    certmap_sql_set_text(&row, COLUMN_CODE, certmap_sql_code(diagnostic->code));
    row.values[COLUMN_CERTAINTY] =
        CStringGetTextDatum(certmap_certainty_name(finding->certainty));
    set_position(&row, COLUMN_LINE, diagnostic->line);
    set_position(&row, COLUMN_COLUMN, diagnostic->column);
    certmap_sql_set_text(&row, COLUMN_MAPPING, name_of(rules, finding->mapping));
    certmap_sql_set_text(&row, COLUMN_MESSAGE,
                         certmap_sql_readable_text(certmap_sql_view(diagnostic->text)));
    certmap_sql_set_text(&row, COLUMN_HELP,
                         certmap_sql_readable_text(certmap_view_of(finding->help)));
    certmap_sql_set_text(&row, COLUMN_CERTIFICATE, bytes_of(finding->certificate));
    tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
}

Datum
certmap_sql_lint(PG_FUNCTION_ARGS)
{
    RulesValue  value = certmap_sql_rules_value(PG_GETARG_VARLENA_PP(0), true);
    Findings    findings = {.memory = {.limit = certmap_sql_memory_limit()}};
    const struct certmap_rules *rules;

    InitMaterializedSRF(fcinfo, 0);
    findings.memory.context = AllocSetContextCreate(CurrentMemoryContext, "certmap lint",
                                                    ALLOCSET_DEFAULT_SIZES);
    rules = analyse(&findings, value.text);
    for (const Finding *finding = findings.first; finding != NULL; finding = finding->next)
        put_finding((ReturnSetInfo *) fcinfo->resultinfo, rules, finding);
    MemoryContextDelete(findings.memory.context);
    return (Datum) 0;
}
