/* SPDX-License-Identifier: MIT */
/* certmap show: the certificate in the words of the rules. */
#include "show.h"
#include "certmap/limits.h"
#include "json.h"
#include "tool.h"
#include <string.h>

struct show {
    const struct tool_options *options;
    struct tool_stream out;
    struct tool_stream err;
    size_t shown; /* certificates, those that cannot be read included */
    enum tool_exit status;
};

/* The fields in the order in which they are shown. */
static const enum certmap_field fields[] = {
    CERTMAP_FIELD_SUBJECT,
    CERTMAP_FIELD_ISSUER,
    CERTMAP_FIELD_SAN,
    CERTMAP_FIELD_SAN_DIRNAME,
    CERTMAP_FIELD_EKU,
    CERTMAP_FIELD_KU,
    CERTMAP_FIELD_POLICY,
    CERTMAP_FIELD_SERIAL,
    CERTMAP_FIELD_SHA256,
    CERTMAP_FIELD_SHA1,
    CERTMAP_FIELD_SHA512,
    CERTMAP_FIELD_TBS_SHA256,
    CERTMAP_FIELD_KEY_SHA256,
    CERTMAP_FIELD_KEY_SHA1,
    CERTMAP_FIELD_KEY_SHA512,
    CERTMAP_FIELD_SKI,
    CERTMAP_FIELD_AKI,
    CERTMAP_FIELD_MS_SID,
    CERTMAP_FIELD_MS_TEMPLATE,
    CERTMAP_FIELD_QC_STATEMENT,
    CERTMAP_FIELD_QC_TYPE,
    CERTMAP_FIELD_PSD2_ROLE,
    CERTMAP_FIELD_VERSION,
    CERTMAP_FIELD_VALIDITY,
    CERTMAP_FIELD_EXTENSION,
    CERTMAP_FIELD_EXTENSION_TEXT,
    CERTMAP_FIELD_ISSUER_SHA256,
    CERTMAP_FIELD_ISSUER_KEY_SHA256,
    CERTMAP_FIELD_ISSUER_SHA1,
    CERTMAP_FIELD_CHAIN_SHA256,
    CERTMAP_FIELD_CHAIN_KEY_SHA256,
};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

/* Every piece of a certificate. */
#define NEEDS (2u * (unsigned)CERTMAP_PIECE_CHAIN_KEY_SHA256 - 1)

/* ---- Conditions ---- */

/* A larger extension is said to be present: what it holds has mostly been shown by then. */
#define EXTENSION_DIGITS 128
/* The same for one that is text. */
#define EXTENSION_LETTERS 1024

/* The path of a value, as rules write it: FIELD.SUBFIELD. */
static void add_path(struct tool_text *text, enum certmap_field field, const struct certmap_value *value) {
    const bool is_text_of = field == CERTMAP_FIELD_EXTENSION_TEXT; /* of which the word comes last */
    tool_text_string(text, certmap_field_name(is_text_of ? CERTMAP_FIELD_EXTENSION : field));
    if (value->subfield.len > 0)
        tool_text_string(text, ".");
    tool_text_add(text, value->subfield);
    tool_text_string(text, is_text_of ? ".text" : "");
}

/* The operand: digits of a serial number have to say that they are hexadecimal. */
static void add_operand(struct tool_text *text, enum certmap_field field, struct certmap_view value) {
    struct tool_text operand = {NULL, 0, 0};
    const bool negative = field == CERTMAP_FIELD_SERIAL && value.len > 0 && value.data[0] == '-';
    if (negative)
        value = (struct certmap_view){value.data + 1, value.len - 1};
    tool_text_string(&operand, negative ? "-" : "");
    tool_text_string(&operand, field == CERTMAP_FIELD_SERIAL ? "0x" : "");
    tool_text_add(&operand, value);
    tool_text_literal(text, tool_text_view(&operand));
    tool_text_free(&operand);
}

static bool is_text(struct certmap_view view, const char *text) {
    return view.len == strlen(text) && memcmp(view.data, text, view.len) == 0;
}

/* Adds a condition that this value makes true; false, and nothing, where there is none. */
static bool add_condition(struct tool_text *text, enum certmap_field field, const struct certmap_value *value) {
    const bool is_of_ca = field == CERTMAP_FIELD_ISSUER_SHA256 || field == CERTMAP_FIELD_ISSUER_KEY_SHA256 ||
                          field == CERTMAP_FIELD_ISSUER_SHA1 || field == CERTMAP_FIELD_CHAIN_SHA256 ||
                          field == CERTMAP_FIELD_CHAIN_KEY_SHA256;
    const bool is_large = (field == CERTMAP_FIELD_EXTENSION && value->text.len > EXTENSION_DIGITS) ||
                          (field == CERTMAP_FIELD_EXTENSION_TEXT && value->text.len > EXTENSION_LETTERS);
    if (value->text.data == NULL)
        return false;
    if (field == CERTMAP_FIELD_VALIDITY) {
        tool_text_string(text, is_text(value->text, "valid") ? "valid at now" : "not valid at now");
        return true;
    }
    add_path(text, field, value);
    if (is_large) {
        tool_text_string(text, " present");
        return true;
    }
    tool_text_string(text, is_of_ca ? " " : " = ");
    add_operand(text, field, value->text);
    return true;
}

/* ---- What a rule may say ---- */

/* Whether rules with a condition load, and it is true of this certificate. Else err says why not. */
static bool is_true(const struct tool_client *client, const struct tool_text *condition,
                    struct certmap_diagnostic *err) {
    struct tool_text text = {NULL, 0, 0};
    struct certmap_rules *rules = NULL;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    tool_text_string(&text, "certmap 1;\nmapping \"shown\" {\nwhen ");
    tool_text_add(&text, tool_text_view(condition));
    tool_text_string(&text, ";\ndeny;\n}\n");
    enum certmap_status status = certmap_rules_parse(&rules, tool_text_view(&text), NULL, err);
    if (status == CERTMAP_OK)
        status = certmap_match(rules, client->peer, &result, err);
    certmap_rules_free(rules);
    tool_text_free(&text);
    if (status == CERTMAP_ERROR_MEMORY)
        tool_no_memory();
    if (status != CERTMAP_OK)
        return false;
    tool_error(err, CERTMAP_OK, result.reason, "%s",
               result.reason == CERTMAP_CODE_NONE ? "it does not hold" : certmap_code_name(result.reason));
    return result.decision == CERTMAP_DENY && result.reason == CERTMAP_CODE_NONE;
}

/* Adds a condition that rules take and this value makes true; false, and nothing, where there is none. why is empty
 * unless rules refuse what the value would be written as. */
static bool add_true_condition(struct tool_text *text, const struct tool_client *client, enum certmap_field field,
                               const struct certmap_value *value, struct certmap_diagnostic *why) {
    struct tool_text condition = {NULL, 0, 0};
    *why = (struct certmap_diagnostic){.text = ""};
    const bool added = add_condition(&condition, field, value) && is_true(client, &condition, why);
    if (added)
        tool_text_add(text, tool_text_view(&condition));
    tool_text_free(&condition);
    return added;
}

/* ---- For people ---- */

static void begin_condition(struct show *show, bool *first) {
    tool_text_string(&show->out.line, *first ? "    when  " : "      and ");
    *first = false;
}

static void begin_comment(struct show *show) {
    tool_style_begin(&show->out, TOOL_STYLE_DIM);
    tool_text_string(&show->out.line, "    # ");
}

static void end_line(struct show *show) {
    tool_style_end(&show->out);
    tool_stream_end_line(&show->out);
}

/* Of a whole Name; an empty one has nothing to compare with. */
static void print_name(struct show *show, const struct tool_client *client, enum certmap_field field,
                       struct certmap_view der, bool *first) {
    struct tool_text name = {NULL, 0, 0}, condition = {NULL, 0, 0};
    struct certmap_diagnostic why = {.text = ""};
    tool_text_name(&name, der);
    tool_text_format(&condition, "%s = ", certmap_field_name(field));
    tool_text_literal(&condition, tool_text_view(&name));
    if (name.len == 0 || name.len > CERTMAP_MAX_TEXT_SIZE || !is_true(client, &condition, &why)) {
        begin_comment(show);
        tool_text_format(&show->out.line, "%s: %s", certmap_field_name(field),
                         name.len == 0                      ? "(empty)"
                         : name.len > CERTMAP_MAX_TEXT_SIZE ? "too long for a rule"
                                                            : "no rule can compare it: ");
        tool_text_safe(&show->out.line, tool_view(why.text));
    } else {
        begin_condition(show, first);
        tool_text_add(&show->out.line, tool_text_view(&condition));
    }
    end_line(show);
    tool_text_free(&name);
    tool_text_free(&condition);
}

/* Whether another field is read from an extension, so that people need not see its bytes. */
static bool is_shown_already(enum certmap_field field, const struct certmap_value *value) {
    static const char *const oids[] = {"2.5.29.17",
                                       "2.5.29.37",
                                       "2.5.29.15",
                                       "2.5.29.32",
                                       "2.5.29.14",
                                       "2.5.29.35",
                                       "1.3.6.1.5.5.7.1.3",
                                       "1.3.6.1.4.1.311.25.2",
                                       "1.3.6.1.4.1.311.21.7",
                                       "1.3.6.1.4.1.311.20.2"};
    const bool is_extension = field == CERTMAP_FIELD_EXTENSION || field == CERTMAP_FIELD_EXTENSION_TEXT;
    for (size_t i = 0; is_extension && i < sizeof oids / sizeof *oids; i++)
        if (is_text(value->oid, oids[i]))
            return true;
    return false;
}

/* Most extensions are no text, which nobody has to be told. */
static bool is_no_text(enum certmap_field field, const struct certmap_value *value) {
    return field == CERTMAP_FIELD_EXTENSION_TEXT && value->unreadable != CERTMAP_CODE_NONE;
}

/* A comment that there can be no condition on a value. */
static void print_unreadable(struct show *show, enum certmap_field field, const struct certmap_value *value) {
    begin_comment(show);
    add_path(&show->out.line, field, value);
    tool_text_string(&show->out.line, ": ");
    tool_value_add_type(&show->out.line, value);
    tool_text_format(&show->out.line, "%sunreadable (%s)", value->type.len > 0 ? ", " : "",
                     certmap_code_name(value->unreadable));
    end_line(show);
}

/* A comment that rules do not take a value, with its text. */
static void print_refused(struct show *show, enum certmap_field field, const struct certmap_value *value,
                          const struct certmap_diagnostic *why) {
    begin_comment(show);
    add_path(&show->out.line, field, value);
    tool_text_string(&show->out.line, ": ");
    tool_text_quoted(&show->out.line, value->text);
    tool_text_string(&show->out.line, ", no rule can compare it: ");
    tool_text_safe(&show->out.line, tool_view(why->text));
    end_line(show);
}

static void print_value(struct show *show, const struct tool_client *client, enum certmap_field field,
                        const struct certmap_value *value, bool *first) {
    struct tool_text condition = {NULL, 0, 0};
    struct certmap_diagnostic why;
    if (add_true_condition(&condition, client, field, value, &why)) {
        begin_condition(show, first);
        tool_text_add(&show->out.line, tool_text_view(&condition));
        end_line(show);
    } else if (why.text[0] != '\0') {
        print_refused(show, field, value, &why);
    } else {
        print_unreadable(show, field, value);
    }
    tool_text_free(&condition);
}

/* Of what was not supplied - the issuer and the chain, mostly - nothing is said. */
static void print_field(struct show *show, const struct tool_client *client, enum certmap_field field, bool *first) {
    const enum certmap_code unknown = certmap_peer_field_unknown(client->peer, field);
    const size_t count = certmap_peer_value_count(client->peer, field);
    if (unknown != CERTMAP_CODE_NONE && unknown != CERTMAP_CODE_NOT_SUPPLIED) {
        begin_comment(show);
        tool_text_format(&show->out.line, "%s: unknown (%s)", certmap_field_name(field), certmap_code_name(unknown));
        end_line(show);
    }
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value;
        tool_show_value(client, &value, field, i);
        if (!is_shown_already(field, &value) && !is_no_text(field, &value))
            print_value(show, client, field, &value, first);
    }
}

/* Both dates, which no condition has. */
static void print_dates(struct show *show, const struct tool_validity *validity) {
    if (validity->before[0] == '\0' || validity->after[0] == '\0')
        return;
    begin_comment(show);
    tool_text_format(&show->out.line, "valid from %s to %s", validity->before, validity->after);
    end_line(show);
}

static void show_plain(struct show *show, const struct tool_client *client) {
    bool first = true;
    tool_text_string(&show->out.line, "# ");
    tool_text_safe(&show->out.line, tool_view(client->label));
    tool_stream_end_line(&show->out);
    print_name(show, client, CERTMAP_FIELD_SUBJECT, client->cert.subject, &first);
    print_name(show, client, CERTMAP_FIELD_ISSUER, client->cert.issuer, &first);
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        print_field(show, client, fields[f], &first);
        if (fields[f] == CERTMAP_FIELD_VALIDITY)
            print_dates(show, &client->validity);
    }
}

/* ---- For programs ---- */

static json_t *text_or_null(struct certmap_view text) {
    return text.len > 0 ? tool_json_text(text) : json_null();
}

static json_t *value_json(const struct tool_client *client, enum certmap_field field,
                          const struct certmap_value *value) {
    struct certmap_diagnostic refused;
    json_t *object = tool_json_object();
    struct tool_text condition = {NULL, 0, 0};
    const char *why = value->unreadable == CERTMAP_CODE_NONE ? NULL : certmap_code_name(value->unreadable);
    (void)add_true_condition(&condition, client, field, value, &refused);
    tool_json_set(object, "rdn", value->type.len > 0 ? json_integer((json_int_t)value->rdn) : json_null());
    tool_json_set(object, "subfield", text_or_null(value->subfield));
    tool_json_set(object, "oid", text_or_null(value->oid));
    tool_json_set(object, "type", text_or_null(value->type));
    tool_json_set(object, "text", tool_json_text(value->text));
    tool_json_set(object, "unreadable", tool_json_string(why));
    tool_json_set(object, "condition", tool_json_text(tool_text_view(&condition)));
    tool_text_free(&condition);
    return object;
}

static json_t *values_json(const struct tool_client *client, enum certmap_field field) {
    json_t *values = tool_json_array();
    const size_t count = certmap_peer_value_count(client->peer, field);
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value;
        tool_show_value(client, &value, field, i);
        if (!is_no_text(field, &value))
            tool_json_append(values, value_json(client, field, &value));
    }
    return values;
}

static json_t *name_json(const struct tool_client *client, enum certmap_field field, struct certmap_view der) {
    struct tool_text text = {NULL, 0, 0};
    json_t *object = tool_json_object();
    tool_text_name(&text, der);
    tool_json_set(object, "rfc4514", tool_json_text(tool_text_view(&text)));
    tool_json_set(object, "values", values_json(client, field));
    tool_text_free(&text);
    return object;
}

/* The fields besides both Names. */
static json_t *fields_json(const struct tool_client *client) {
    json_t *object = tool_json_object();
    for (size_t f = 2; f < FIELD_COUNT; f++) {
        const enum certmap_code unknown = certmap_peer_field_unknown(client->peer, fields[f]);
        json_t *field = tool_json_object();
        tool_json_set(field, "unknown",
                      unknown == CERTMAP_CODE_NONE ? json_null() : tool_json_string(certmap_code_name(unknown)));
        tool_json_set(field, "values", values_json(client, fields[f]));
        tool_json_set(object, certmap_field_name(fields[f]), field);
    }
    return object;
}

static json_t *error_json(const struct tool_client *client) {
    struct tool_text message = {NULL, 0, 0};
    json_t *object = tool_json_object();
    tool_client_add_error(&message, client);
    tool_json_set(object, "code", tool_json_string(certmap_code_name(client->error->code)));
    tool_json_set(object, "message", tool_json_text(tool_text_view(&message)));
    tool_text_free(&message);
    return object;
}

static json_t *date_json(const char *date) {
    return tool_json_string(date[0] == '\0' ? NULL : date);
}

static void show_json(const struct tool_client *client) {
    const bool ok = client->error == NULL;
    json_t *object = tool_json_object();
    tool_json_set(object, "certificate", tool_json_string(client->label));
    tool_json_set(object, "subject", ok ? name_json(client, CERTMAP_FIELD_SUBJECT, client->cert.subject) : json_null());
    tool_json_set(object, "issuer", ok ? name_json(client, CERTMAP_FIELD_ISSUER, client->cert.issuer) : json_null());
    tool_json_set(object, "error", ok ? json_null() : error_json(client));
    tool_json_set(object, "fields", ok ? fields_json(client) : json_null());
    tool_json_set(object, "notBefore", date_json(client->validity.before));
    tool_json_set(object, "notAfter", date_json(client->validity.after));
    tool_json_print(object);
}

/* ---- The verb ---- */

static void complain(struct show *show, const struct tool_client *client) {
    struct tool_text message = {NULL, 0, 0};
    tool_client_add_error(&message, client);
    tool_complain(&show->err, client->label, tool_text_view(&message));
    tool_text_free(&message);
}

static void note(struct show *show, const struct tool_client *client) {
    struct tool_text message = {NULL, 0, 0};
    tool_text_string(&message, "note: ");
    tool_text_string(&message, client->bundle);
    tool_complain(&show->err, client->label, tool_text_view(&message));
    tool_text_free(&message);
}

static void show_client(void *ctx, const struct tool_client *client) {
    struct show *show = ctx;
    if (client->error != NULL)
        show->status = TOOL_FAILED;
    if (show->options->json) {
        show_json(client);
        return;
    }
    if (client->error != NULL) {
        complain(show, client);
        return;
    }
    if (client->bundle != NULL)
        note(show, client);
    if (show->shown++ > 0)
        tool_stream_end_line(&show->out);
    if (show->options->iis)
        tool_show_iis(&show->out, client);
    else
        show_plain(show, client);
}

enum tool_exit tool_show(const struct tool_options *options) {
    struct show show = {.options = options, .status = TOOL_OK};
    show.out = tool_stream_open(stdout, options->color);
    show.err = tool_stream_open(stderr, options->color);
    tool_clients_each(options, NEEDS, show_client, &show);
    tool_stream_close(&show.out);
    tool_stream_close(&show.err);
    return show.status;
}
