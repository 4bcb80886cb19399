/* SPDX-License-Identifier: MIT */
/*
 * certmap_explain(): why, with the names that the command's JSON has.
 *
 * The library reports item by item, and the JSON nests: what follows an item
 * decides which brackets are closed before it.
 */
#include "sql.h"

#include <miscadmin.h>

#include <certmap/explain.h>

PG_FUNCTION_INFO_V1(certmap_sql_explain);

/* Where in the JSON the last item was. */
typedef enum
{
    AT_START, IN_MAPPING, IN_CONDITIONS, IN_VALUES, IN_OUTPUTS
} Level;

typedef struct
{
    Sink        sink;
    Level       level;
    bool        has_value;
    bool        has_output;
    char       *nearest;        /* NULL: there is none */
} Writer;

static void
put_name(Sink *sink, const char *name)
{
    certmap_sql_put(sink, "\"");
    certmap_sql_put(sink, name);
    certmap_sql_put(sink, "\":");
}

static void
put_member(Sink *sink, const char *name, struct certmap_view value)
{
    certmap_sql_put(sink, ",");
    put_name(sink, name);
    certmap_sql_put_string(sink, value);
}

static void
put_word(Sink *sink, const char *name, const char *word)
{
    put_member(sink, name, certmap_view_of(word));
}

static void
put_bool(Sink *sink, const char *name, bool value)
{
    certmap_sql_put(sink, ",");
    put_name(sink, name);
    certmap_sql_put(sink, value ? "true" : "false");
}

static void
put_count(Sink *sink, const char *name, size_t number)
{
    certmap_sql_put(sink, ",");
    put_name(sink, name);
    if (number == SIZE_MAX)
        certmap_sql_put(sink, "null");
    else
        certmap_sql_put_number(sink, number);
}

static const char *
truth_name(enum certmap_truth truth)
{
    if (truth == CERTMAP_UNKNOWN)
        return "unknown";
    return truth == CERTMAP_TRUE ? "true" : "false";
}

static void
put_truth(Sink *sink, const struct certmap_explain_item *item)
{
    const char *why = item->why == CERTMAP_CODE_NONE ? NULL : certmap_code_name(item->why);

    put_word(sink, "truth", truth_name(item->truth));
    put_word(sink, "why", why);
}

/* Closes what is open, down to this level. */
static void
close_to(Writer *writer, Level level)
{
    static const char *const ends[] = {"", "}", "]", "]}", "]"};

    while (writer->level > level)
    {
        certmap_sql_put(&writer->sink, ends[writer->level]);
        if (writer->level == IN_OUTPUTS || writer->level == IN_CONDITIONS)
            writer->level = IN_MAPPING;
        else
            writer->level--;
    }
}

static void
put_mapping(Writer *writer, const struct certmap_explain_item *item)
{
    Sink       *sink = &writer->sink;
    bool        is_first = writer->level == AT_START;

    close_to(writer, AT_START);
    certmap_sql_put(sink, is_first ? "{\"index\":" : ",{\"index\":");
    certmap_sql_put_number(sink, item->mapping);
    put_member(sink, "name", item->text);
    put_word(sink, "kind", certmap_kind_name(item->mapping_kind));
    put_word(sink, "decision", certmap_decision_name(item->decision));
    put_count(sink, "line", item->line);
    put_truth(sink, item);
    put_bool(sink, "read", item->read);
    put_bool(sink, "decides", item->decides);
    put_count(sink, "missing", item->missing);
    certmap_sql_put(sink, ",\"conditions\":[");
    writer->level = IN_CONDITIONS;
    writer->has_value = false;
    writer->has_output = false;
}

static void
put_condition(Writer *writer, const struct certmap_explain_item *item)
{
    Sink       *sink = &writer->sink;
    bool        is_first = writer->level == IN_CONDITIONS;

    close_to(writer, IN_CONDITIONS);
    certmap_sql_put(sink, is_first ? "{" : ",{");
    put_name(sink, "kind");
    certmap_sql_put(sink, item->kind == CERTMAP_EXPLAIN_GROUP ? "\"group\"" : "\"condition\"");
    put_count(sink, "depth", item->depth);
    put_member(sink, "text", item->text);
    put_member(sink, "field", item->field);
    put_member(sink, "operands", item->operands);
    put_truth(sink, item);
    put_bool(sink, "read", item->read);
    certmap_sql_put(sink, ",\"values\":[");
    writer->level = IN_VALUES;
    writer->has_value = false;
}

static void
put_value(Writer *writer, const struct certmap_explain_item *item)
{
    Sink       *sink = &writer->sink;

    if (writer->level != IN_VALUES)
        return;
    certmap_sql_put(sink, writer->has_value ? ",{\"text\":" : "{\"text\":");
    certmap_sql_put_string(sink, item->text);
    put_truth(sink, item);
    certmap_sql_put(sink, "}");
    writer->has_value = true;
}

static void
put_output(Writer *writer, const struct certmap_explain_item *item)
{
    Sink       *sink = &writer->sink;
    bool        is_account = item->kind == CERTMAP_EXPLAIN_ACCOUNT;

    if (writer->level != IN_OUTPUTS)
    {
        close_to(writer, IN_MAPPING);
        certmap_sql_put(sink, ",\"outputs\":[");
        writer->level = IN_OUTPUTS;
    }
    certmap_sql_put(sink, writer->has_output ? ",{\"field\":" : "{\"field\":");
    certmap_sql_put_string(sink, is_account ? certmap_view_of("account") : item->field);
    put_member(sink, "text", item->text);
    put_bool(sink, "built", item->truth == CERTMAP_TRUE);
    put_word(sink, "why", item->why == CERTMAP_CODE_NONE ? NULL : certmap_code_name(item->why));
    certmap_sql_put(sink, "}");
    writer->has_output = true;
}

/* Of the library; raises no error. */
static bool
take_item(void *ctx, const struct certmap_explain_item *item)
{
    Writer     *writer = ctx;

    switch (item->kind)
    {
        case CERTMAP_EXPLAIN_MAPPING:
            put_mapping(writer, item);
            break;
        case CERTMAP_EXPLAIN_GROUP:
        case CERTMAP_EXPLAIN_CONDITION:
            put_condition(writer, item);
            break;
        case CERTMAP_EXPLAIN_VALUE:
            put_value(writer, item);
            break;
        case CERTMAP_EXPLAIN_ACCOUNT:
        case CERTMAP_EXPLAIN_OUTPUT:
            put_output(writer, item);
            break;
        case CERTMAP_EXPLAIN_NEAREST:
            writer->nearest = certmap_sql_copy(writer->sink.memory, item->text);
            writer->sink.failed |= writer->nearest == NULL;
            break;
        default:
            break;
    }
    return !writer->sink.failed && certmap_sql_go_on(NULL, 0, 0);
}

/* The answer, before its mappings. */
static void
put_answer(Sink *sink, const Answer *answer, const char *message)
{
    const struct certmap_result *result = &answer->result;
    enum certmap_code code = answer->is_known ? result->reason : answer->err.code;

    certmap_sql_put(sink, "{\"decision\":\"");
    certmap_sql_put(sink, certmap_sql_decision_name(answer));
    certmap_sql_put(sink, "\"");
    put_member(sink, "mapping", result->mapping);
    put_member(sink, "account", result->account);
    put_word(sink, "reason", code == CERTMAP_CODE_NONE ? NULL : certmap_code_name(code));
    put_word(sink, "message", message);
}

/* There are no mappings: why is the message. */
static void
put_unexplained(Sink *sink, const Answer *answer, const char *message)
{
    put_answer(sink, answer, message);
    certmap_sql_put(sink, ",\"nearest\":null,\"mappings\":[]}");
}

static void
explain(Sink *sink, Answer *answer)
{
    Writer      writer = {.sink = {.memory = sink->memory}};
    struct certmap_diagnostic err = CERTMAP_DIAGNOSTIC_INIT;
    enum certmap_status status;

    status = certmap_explain(answer->rules->rules, answer->site->peer, &answer->result,
                             take_item, &writer, &err);
    CHECK_FOR_INTERRUPTS();
    if (status == CERTMAP_ERROR_LIMIT)
    {
        put_unexplained(sink, answer, err.text);
        return;
    }
    if (status != CERTMAP_OK)
        certmap_sql_raise(status, &err);
    close_to(&writer, AT_START);

    put_answer(sink, answer, NULL);
    put_member(sink, "nearest", certmap_view_of(writer.nearest));
    certmap_sql_put(sink, ",\"mappings\":[");
    certmap_sql_put_bytes(sink, writer.sink.data, writer.sink.len);
    certmap_sql_put(sink, "]}");
    sink->failed |= writer.sink.failed;
}

Datum
certmap_sql_explain(PG_FUNCTION_ARGS)
{
    Answer      answer;
    RulesMemory memory = {.context = CurrentMemoryContext, .limit = certmap_sql_memory_limit()};
    Sink        sink = {.memory = &memory};

    certmap_sql_ask(fcinfo, &answer);
    if (answer.is_known)
        explain(&sink, &answer);
    else
        put_unexplained(&sink, &answer, answer.err.text);
    PG_RETURN_DATUM(certmap_sql_jsonb(&sink));
}
