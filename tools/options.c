/* SPDX-License-Identifier: MIT */
/* A small parser in place of getopt_long, which Windows does not have. */
#include "options.h"
#include "adapter.h"
#include "advice.h"
#include "certfile.h"
#include "certmap/names.h"
#include "code_table.h"
#include "explain_code.h"
#include "moment.h"
#include "option_table.h"
#include "pass.h"
#include "platform.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

/* More codes than there are. */
#define TOOL_MAX_EXPLAINED 512

/* ---- Mistakes ---- */

/* Ends the line about a mistake with where to read on, and prints it. */
static bool complain(const struct tool_options *options, struct tool_text *text) {
    const char *verb = tool_verb_name(options->verb);
    struct tool_text line = {NULL, 0, 0};
    tool_text_format(&line, "certmap%s%s: ", verb[0] == '\0' ? "" : " ", verb);
    tool_text_safe(&line, tool_text_view(text));
    tool_text_format(&line, " (see: certmap %s%s--help)\n", verb, verb[0] == '\0' ? "" : " ");
    tool_text_flush(&line, stderr);
    tool_text_free(&line);
    tool_text_free(text);
    return false;
}

static bool complain_about(const struct tool_options *options, const char *before, const char *word,
                           const char *after) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_string(&text, before);
    tool_text_string(&text, word);
    tool_text_string(&text, after);
    return complain(options, &text);
}

/* "unknown WHAT WORD", and the nearest of the words that would have been right. */
static bool complain_unknown(const struct tool_options *options, const char *what, struct certmap_view word,
                             const struct certmap_view *known, size_t count) {
    struct tool_text text = {NULL, 0, 0};
    size_t nearest = certmap_text_nearest(word, known, count);
    tool_text_format(&text, "unknown %s ", what);
    tool_text_quoted(&text, word);
    if (nearest != SIZE_MAX) {
        tool_text_string(&text, "; did you mean ");
        tool_text_add(&text, known[nearest]);
        tool_text_string(&text, "?");
    }
    return complain(options, &text);
}

/* ---- Options ---- */

/* The position of value among the words that an option takes. */
static bool set_word(const struct tool_options *options, size_t *index, const char *name, const char *value,
                     tool_word_fn *word) {
    struct certmap_view known[TOOL_MAX_WORDS];
    for (*index = 0; *index < TOOL_MAX_WORDS && word(*index) != NULL; ++*index) {
        if (strcmp(word(*index), value) == 0)
            return true;
        known[*index] = tool_view(word(*index));
    }
    struct tool_text what = {NULL, 0, 0};
    tool_text_format(&what, "value of %s:", name);
    complain_unknown(options, what.data, tool_view(value), known, *index);
    tool_text_free(&what);
    return false;
}

static bool set_format(struct tool_options *options, const char *value) {
    size_t index;
    if (!set_word(options, &index, "--format", value, tool_format_word))
        return false;
    options->format = (enum tool_format)index;
    return true;
}

static bool set_color(struct tool_options *options, const char *value) {
    size_t index;
    if (!set_word(options, &index, "--color", value, tool_when_word))
        return false;
    options->color = (enum tool_when)index;
    return true;
}

static bool set_adapter(struct tool_options *options, const char *value) {
    size_t index;
    if (!set_word(options, &index, "--adapter", value, tool_adapter_word))
        return false;
    if (strcmp(value, tool_adapter_name) != 0)
        return complain_about(options, "the adapter ", value, " is not available on this platform");
    options->adapter = value;
    return true;
}

static bool set_dialect(struct tool_options *options, const char *value) {
    size_t index;
    if (!set_word(options, &index, "--dialect", value, tool_dialect_word))
        return false;
    options->dialect = index == 0 ? NULL : value;
    return true;
}

static bool set_time(struct tool_options *options, const char *value) {
    if (tool_moment_parse(&options->time, value))
        return true;
    return complain_about(options, "--time is to be YYYY-MM-DDTHH:MM:SSZ, after 1970 began, not ", value, "");
}

static bool set_store(struct tool_options *options, const char *value) {
    if (!tool_store_exists())
        return complain_about(options, "only Windows has certificate stores, for --store", "", "");
    if (tool_store_set_name(&options->store, value))
        return true;
    struct tool_text text = {NULL, 0, 0};
    tool_text_string(&text, "--store is to be NAME, CurrentUser\\NAME or LocalMachine\\NAME, not ");
    tool_text_source(&text, tool_view(value));
    return complain(options, &text);
}

static bool set_sha1(struct tool_options *options, const char *value) {
    char *why = tool_store_set_sha1(&options->store, value);
    const bool set = why == NULL || complain_about(options, why, "", "");
    free(why);
    return set;
}

static bool add_mapping(struct tool_options *options, const char *value) {
    if (options->mapping_count == TOOL_MAX_MAPPINGS)
        return complain_about(options, "--mapping is given too often; --all shows every mapping", "", "");
    options->mappings[options->mapping_count++] = value;
    return true;
}

/* ---- Options of lint ---- */

static bool set_output(struct tool_options *options, const char *value) {
    size_t index;
    if (!set_word(options, &index, "--format", value, tool_output_word))
        return false;
    options->lint.output = (enum tool_output)index;
    return true;
}

static bool set_severity(struct tool_options *options, enum certmap_severity *severity, const char *name,
                         const char *value) {
    size_t index;
    if (!set_word(options, &index, name, value, tool_severity_word))
        return false;
    *severity = (enum certmap_severity)index;
    return true;
}

static bool set_profile(struct tool_options *options, const char *value) {
    size_t index;
    if (!set_word(options, &index, "--profile", value, tool_profile_word))
        return false;
    options->lint.profile = (enum certmap_lint_profile)index;
    options->lint.has_profile = true;
    return true;
}

static bool set_time_limit(struct tool_options *options, const char *value) {
    char *end;
    const unsigned long seconds = value[0] >= '0' && value[0] <= '9' ? strtoul(value, &end, 10) : 0;
    if (seconds == 0 || *end != '\0' || seconds > TOOL_MAX_TIME_LIMIT)
        return complain_about(options, "--time-limit is to be whole seconds, from 1 to 86400, not ", value, "");
    options->lint.time_limit = seconds;
    return true;
}

/* The code of an option whose value begins with its name. */
static bool find_code(const struct tool_options *options, enum certmap_code *code, const char *option,
                      struct certmap_view name) {
    *code = tool_code_find(name);
    if (*code != CERTMAP_CODE_NONE)
        return true;
    struct certmap_view known[TOOL_MAX_WORDS];
    size_t count = 0;
    while (count < TOOL_MAX_WORDS && tool_code_word(count) != NULL) {
        known[count] = tool_view(tool_code_word(count));
        count++;
    }
    struct tool_text what = {NULL, 0, 0};
    tool_text_format(&what, "code of %s:", option);
    complain_unknown(options, what.data, name, known, count);
    tool_text_free(&what);
    return false;
}

static bool add_only(struct tool_options *options, const char *value) {
    enum certmap_code code;
    if (options->lint.only_count == TOOL_MAX_CODES)
        return complain_about(options, "--only is given too often", "", "");
    if (!find_code(options, &code, "--only", tool_view(value)))
        return false;
    options->lint.only[options->lint.only_count++] = code;
    return true;
}

static bool add_allow(struct tool_options *options, const char *value) {
    enum certmap_code code;
    const struct certmap_view name = {(const uint8_t *)value, strcspn(value, ":")};
    if (options->lint.allow_count == TOOL_MAX_CODES)
        return complain_about(options, "--allow is given too often; what is known can be in a --baseline", "", "");
    if (!find_code(options, &code, "--allow", name))
        return false;
    if (value[name.len] == ':' && value[name.len + 1] == '\0')
        return complain_about(options, "--allow has no name of a mapping after the colon: ", value, "");
    options->lint.allow[options->lint.allow_count++] = value;
    return true;
}

static bool set_lint_option(struct tool_options *options, enum tool_option option, const char *value) {
    struct tool_lint_options *lint = &options->lint;
    if (option == TOOL_OPTION_OUTPUT)
        return set_output(options, value);
    if (option == TOOL_OPTION_LEVEL)
        return set_severity(options, &lint->level, "--level", value);
    if (option == TOOL_OPTION_FAIL_ON)
        return set_severity(options, &lint->fail_on, "--fail-on", value);
    if (option == TOOL_OPTION_PROFILE)
        return set_profile(options, value);
    if (option == TOOL_OPTION_ONLY)
        return add_only(options, value);
    if (option == TOOL_OPTION_ALLOW)
        return add_allow(options, value);
    if (option == TOOL_OPTION_TIME_LIMIT)
        return set_time_limit(options, value);
    *(option == TOOL_OPTION_PRIVILEGED ? &lint->privileged
      : option == TOOL_OPTION_WITNESS  ? &lint->witness
      : option == TOOL_OPTION_BASELINE ? &lint->baseline
                                       : &lint->write_baseline) = value;
    return true;
}

/* ---- Options of suggest ---- */

static bool set_form(struct tool_options *options, const char *value) {
    size_t index;
    if (!set_word(options, &index, "--format", value, tool_form_word))
        return false;
    options->json = options->json || index == 1;
    return true;
}

static bool set_suggest_option(struct tool_options *options, enum tool_option option, const char *value) {
    struct tool_suggest_options *suggest = &options->suggest;
    if (option == TOOL_OPTION_FORM)
        return set_form(options, value);
    if (option == TOOL_OPTION_GROUP && suggest->group_count == TOOL_MAX_GROUPS)
        return complain_about(options, "--group is given too often", "", "");
    if (option == TOOL_OPTION_GROUP)
        suggest->groups[suggest->group_count++] = tool_view(value);
    else
        *(option == TOOL_OPTION_NAME ? &suggest->name : &suggest->account) = value;
    return true;
}

/* ---- Switches ---- */

static enum certmap_suggest_role role_of(enum tool_option option) {
    return option == TOOL_OPTION_IN    ? CERTMAP_SUGGEST_IN
           : option == TOOL_OPTION_OUT ? CERTMAP_SUGGEST_OUT
                                       : CERTMAP_SUGGEST_CORPUS;
}

static const char *switch_name(enum certmap_suggest_role role) {
    static const char *const names[] = {"--in", "--out", "--corpus"}; /* enum certmap_suggest_role */
    return names[role];
}

/* A switch is about at least one file. */
static bool end_switch(const struct tool_options *options) {
    const struct tool_switches *switches = &options->switches;
    if (switches->count == 0 || switches->at[switches->count - 1] < options->operand_count)
        return true;
    return complain_about(options, switch_name(switches->roles[switches->count - 1]), " needs a file", "");
}

static bool begin_switch(struct tool_options *options, enum certmap_suggest_role role) {
    struct tool_switches *switches = &options->switches;
    if (!end_switch(options))
        return false;
    if (switches->count > 0 && switches->roles[switches->count - 1] == role)
        return true;
    if (switches->count == TOOL_MAX_SWITCHES)
        return complain_about(options, switch_name(role), " is given too often: one can be before all of its files",
                              "");
    switches->roles[switches->count] = role;
    switches->at[switches->count++] = options->operand_count;
    return true;
}

bool tool_options_is(const struct tool_options *options, size_t operand, enum certmap_suggest_role role) {
    const struct tool_switches *switches = &options->switches;
    size_t i = switches->count;
    while (i > 0 && switches->at[i - 1] > operand)
        i--;
    return i > 0 && switches->roles[i - 1] == role;
}

size_t tool_options_count(const struct tool_options *options, enum certmap_suggest_role role) {
    size_t count = 0;
    for (size_t i = 0; i < options->operand_count; i++)
        count += tool_options_is(options, i, role);
    return count;
}

/* ---- Options of a corpus ---- */

static bool set_workers(struct tool_options *options, const char *value) {
    char *end;
    const unsigned long workers = value[0] >= '0' && value[0] <= '9' ? strtoul(value, &end, 10) : 0;
    if (workers == 0 || *end != '\0' || workers > TOOL_MAX_WORKERS)
        return complain_about(options, "--workers is to be a number of threads, from 1 to 256, not ", value, "");
    options->corpus.workers = workers;
    return true;
}

/* ---- Options of diff ---- */

static bool set_diff_option(struct tool_options *options, enum tool_option option, const char *value) {
    size_t index;
    if (option == TOOL_OPTION_NEW) {
        options->diff.after = value;
        return true;
    }
    if (option == TOOL_OPTION_DIFF_OUTPUT) {
        const bool set = set_word(options, &index, "--format", value, tool_diff_output_word);
        options->json = options->json || (set && index == 1);
        return set;
    }
    if (!set_word(options, &index, "--fail-on", value, tool_fail_on_word))
        return false;
    options->diff.fail_on = (enum tool_fail_on)index;
    return true;
}

/* What an option without a value sets. */
static bool *flag_of(struct tool_options *options, enum tool_option option) {
    return option == TOOL_OPTION_JSON          ? &options->json
           : option == TOOL_OPTION_EACH        ? &options->each
           : option == TOOL_OPTION_IIS         ? &options->iis
           : option == TOOL_OPTION_ALL         ? &options->all
           : option == TOOL_OPTION_HELP        ? &options->help
           : option == TOOL_OPTION_FIX         ? &options->lint.fix
           : option == TOOL_OPTION_FIX_DRY_RUN ? &options->lint.fix_dry_run
           : option == TOOL_OPTION_DENY        ? &options->suggest.deny
           : option == TOOL_OPTION_CSV         ? &options->corpus.csv
           : option == TOOL_OPTION_SUMMARY     ? &options->corpus.summary
           : option == TOOL_OPTION_DIGEST      ? &options->digest
                                               : &options->version;
}

static bool set_string(const char **string, const char *value) {
    *string = value;
    return true;
}

/* Of the options that are kept as they are written. */
static const char **string_of(struct tool_options *options, enum tool_option option) {
    return option == TOOL_OPTION_RULES    ? &options->rules
           : option == TOOL_OPTION_SITE   ? &options->site
           : option == TOOL_OPTION_ISSUER ? &options->issuer
           : option == TOOL_OPTION_PAGE   ? &options->report
                                          : &options->chain;
}

static bool set_choice(struct tool_options *options, enum tool_option option, const char *value) {
    return option == TOOL_OPTION_FORMAT    ? set_format(options, value)
           : option == TOOL_OPTION_ADAPTER ? set_adapter(options, value)
           : option == TOOL_OPTION_DIALECT ? set_dialect(options, value)
           : option == TOOL_OPTION_WORKERS ? set_workers(options, value)
                                           : set_color(options, value);
}

static bool set_option(struct tool_options *options, enum tool_option option, const char *value) {
    switch (option) {
    case TOOL_OPTION_RULES:
    case TOOL_OPTION_SITE:
    case TOOL_OPTION_ISSUER:
    case TOOL_OPTION_CHAIN:
    case TOOL_OPTION_PAGE:
        return set_string(string_of(options, option), value);
    case TOOL_OPTION_FORMAT:
    case TOOL_OPTION_ADAPTER:
    case TOOL_OPTION_DIALECT:
    case TOOL_OPTION_COLOR:
    case TOOL_OPTION_WORKERS:
        return set_choice(options, option, value);
    case TOOL_OPTION_TIME:
        return set_time(options, value);
    case TOOL_OPTION_STORE:
        return set_store(options, value);
    case TOOL_OPTION_SHA1:
        return set_sha1(options, value);
    case TOOL_OPTION_MAPPING:
        return add_mapping(options, value);
    case TOOL_OPTION_OUTPUT:
    case TOOL_OPTION_LEVEL:
    case TOOL_OPTION_FAIL_ON:
    case TOOL_OPTION_PROFILE:
    case TOOL_OPTION_ONLY:
    case TOOL_OPTION_ALLOW:
    case TOOL_OPTION_PRIVILEGED:
    case TOOL_OPTION_TIME_LIMIT:
    case TOOL_OPTION_WITNESS:
    case TOOL_OPTION_BASELINE:
    case TOOL_OPTION_WRITE_BASELINE:
        return set_lint_option(options, option, value);
    case TOOL_OPTION_ACCOUNT:
    case TOOL_OPTION_GROUP:
    case TOOL_OPTION_NAME:
    case TOOL_OPTION_FORM:
        return set_suggest_option(options, option, value);
    case TOOL_OPTION_IN:
    case TOOL_OPTION_OUT:
    case TOOL_OPTION_CORPUS:
        return begin_switch(options, role_of(option));
    case TOOL_OPTION_NEW:
    case TOOL_OPTION_DIFF_OUTPUT:
    case TOOL_OPTION_DIFF_FAIL_ON:
        return set_diff_option(options, option, value);
    case TOOL_OPTION_JSON:
    case TOOL_OPTION_EACH:
    case TOOL_OPTION_IIS:
    case TOOL_OPTION_ALL:
    case TOOL_OPTION_HELP:
    case TOOL_OPTION_VERSION:
    case TOOL_OPTION_FIX:
    case TOOL_OPTION_FIX_DRY_RUN:
    case TOOL_OPTION_DENY:
    case TOOL_OPTION_CSV:
    case TOOL_OPTION_SUMMARY:
    case TOOL_OPTION_DIGEST:
        *flag_of(options, option) = true;
        break;
    }
    return true;
}

/* The part of an argument before its =. */
static struct certmap_view option_word(const char *argument) {
    return (struct certmap_view){(const uint8_t *)argument, strcspn(argument, "=")};
}

static bool is_word(struct certmap_view word, const char *name) {
    return name != NULL && strlen(name) == word.len && memcmp(name, word.data, word.len) == 0;
}

/* Of options of one name, that of the verb. */
static const struct tool_option_row *find_option(struct certmap_view word, enum tool_verb verb) {
    const struct tool_option_row *found = NULL;
    for (size_t i = 0; i < tool_option_count; i++) {
        const struct tool_option_row *row = &tool_option_rows[i];
        if ((is_word(word, row->name) || is_word(word, row->brief)) &&
            (found == NULL || (row->verbs & (unsigned)verb) != 0))
            found = row;
    }
    return found;
}

static bool complain_option(const struct tool_options *options, struct certmap_view word) {
    struct certmap_view known[TOOL_MAX_WORDS];
    size_t count = 0;
    for (size_t i = 0; i < tool_option_count && count < TOOL_MAX_WORDS; i++)
        if (tool_option_rows[i].verbs & (unsigned)options->verb)
            known[count++] = tool_view(tool_option_rows[i].name);
    return complain_unknown(options, "option", word, known, count);
}

static bool is_switch(enum tool_option option) {
    return option == TOOL_OPTION_IN || option == TOOL_OPTION_OUT || option == TOOL_OPTION_CORPUS;
}

/* There is room: it is one of the arguments that were read. */
static bool add_operand(struct tool_options *options, char *operand) {
    options->operands[options->operand_count++] = operand;
    return true;
}

/* Reads the option at argv[*at] and its value, and moves *at to the last argument used. given: a bit for each
 * option with a value that was there before. */
static bool read_option(struct tool_options *options, int argc, char **argv, int *at, uint64_t *given) {
    const char *argument = argv[*at];
    struct certmap_view word = option_word(argument);
    const struct tool_option_row *row = find_option(word, options->verb);
    const bool has_value = argument[word.len] == '=', takes_value = row != NULL && row->value != TOOL_VALUE_NONE;
    const char *value = has_value ? argument + word.len + 1 : "";
    if (row == NULL)
        return complain_option(options, word);
    if (!(row->verbs & (unsigned)options->verb))
        return complain_about(options, row->name, " does not apply here", "");
    if (is_switch(row->option) && has_value)
        return begin_switch(options, role_of(row->option)) && add_operand(options, argv[*at] + word.len + 1);
    if (!takes_value && has_value)
        return complain_about(options, row->name, " takes no value", "");
    if (takes_value && !has_value) {
        if (*at + 1 >= argc)
            return complain_about(options, row->name, " needs a value", "");
        value = argv[++*at];
    }
    if (takes_value && !row->again && (*given & UINT64_C(1) << row->option))
        return complain_about(options, row->name, " is given twice", "");
    *given |= UINT64_C(1) << row->option;
    return set_option(options, row->option, value);
}

/* ---- The whole line ---- */

static bool read_verb(struct tool_options *options, const char *word) {
    struct certmap_view known[TOOL_MAX_WORDS];
    for (size_t i = 0; i < tool_verb_count; i++) {
        known[i] = tool_view(tool_verb_rows[i].name);
        if (strcmp(tool_verb_rows[i].name, word) == 0) {
            options->verb = tool_verb_rows[i].verb;
            return true;
        }
    }
    return complain_unknown(options, "command", tool_view(word), known, tool_verb_count);
}

/* Standard input can be read once. */
static bool check_inputs(const struct tool_options *options) {
    size_t inputs = options->rules != NULL && strcmp(options->rules, "-") == 0;
    inputs += options->lint.privileged != NULL && strcmp(options->lint.privileged, "-") == 0;
    inputs += options->issuer != NULL && strcmp(options->issuer, "-") == 0;
    inputs += options->chain != NULL && strcmp(options->chain, "-") == 0;
    inputs += options->diff.after != NULL && strcmp(options->diff.after, "-") == 0;
    for (size_t i = 0; tool_verb_takes_files(options->verb) && i < options->operand_count; i++)
        inputs += strcmp(options->operands[i], "-") == 0;
    if (inputs > 1)
        return complain_about(options, "standard input (-) can be given once only", "", "");
    return true;
}

/* One certificate of one store, or files. */
static bool check_store(const struct tool_options *options) {
    if (options->store.name == NULL && options->store.has_sha1)
        return complain_about(options, "--sha1 needs --store, where the certificate is", "", "");
    if (options->store.name == NULL)
        return options->operand_count > 0 || complain_about(options, "a certificate file is missing", "", "");
    if (!options->store.has_sha1)
        return complain_about(options, "--store needs --sha1, which certificate it is", "", "");
    if (options->operand_count > 0)
        return complain_about(options, "--store takes the place of a certificate file: ", options->operands[0], "");
    return true;
}

/* explain CODE, and nothing else. A code that is misspelt is one nearly, and no file. */
static bool is_code(struct tool_options *options, enum certmap_code *nearest) {
    struct certmap_view known[TOOL_MAX_EXPLAINED];
    size_t count = 0, index;
    struct tool_input input;
    struct certmap_diagnostic err;
    *nearest = CERTMAP_CODE_NONE;
    if (options->verb != TOOL_VERB_EXPLAIN || options->rules != NULL || options->operand_count != 1)
        return false;
    options->code = tool_explained_code(options->operands[0]);
    if (options->code != CERTMAP_CODE_NONE)
        return true;
    for (; count < TOOL_MAX_EXPLAINED && tool_explained_word(count) != NULL; count++)
        known[count] = tool_view(tool_explained_word(count));
    index = certmap_text_nearest(tool_view(options->operands[0]), known, count);
    if (index == SIZE_MAX || strcmp(options->operands[0], "-") == 0)
        return false;
    const bool was_read = tool_input_read(&input, options->operands[0], TOOL_MAX_CERT_FILE, &err) == CERTMAP_OK;
    if (was_read)
        tool_input_free(&input);
    else
        *nearest = tool_explained_code(tool_explained_word(index));
    return false;
}

static bool complain_code(const struct tool_options *options, enum certmap_code nearest) {
    struct certmap_view known = tool_view(certmap_code_name(nearest));
    return complain_unknown(options, "code", tool_view(options->operands[0]), &known, 1);
}

/* With the command that was meant, where the operands show it. */
static bool complain_rules(const struct tool_options *options) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_string(&text, "--rules FILE is missing");
    tool_advice_rules(&text, options);
    return complain(options, &text);
}

static bool check_shell(const struct tool_options *options) {
    size_t index;
    if (options->operand_count != 1)
        return complain_about(options, "one of bash, zsh and fish is needed", "", "");
    return set_word(options, &index, "the shell", options->operands[0], tool_shell_word);
}

static bool check_diff(const struct tool_options *options) {
    if (options->verb != TOOL_VERB_DIFF)
        return true;
    if (options->diff.after == NULL)
        return complain_about(options, "--new FILE is missing: the rules that are to come", "", "");
    if (options->operand_count == 0 && (options->issuer != NULL || options->chain != NULL || options->time != 0))
        return complain_about(
            options, "--issuer, --chain and --time are of the certificates of --corpus, which is missing", "", "");
    if (options->operand_count > 0 && (options->lint.witness != NULL || options->lint.time_limit != 0))
        return complain_about(options, "--witness and --time-limit do not go with --corpus", "", "");
    return true;
}

/* Of a verb with switches, what is before the first is nothing. */
static bool check_switches(const struct tool_options *options) {
    const struct tool_switches *switches = &options->switches;
    if (options->operand_count == 0 || (switches->count > 0 && switches->at[0] == 0))
        return true;
    if (options->verb != TOOL_VERB_SUGGEST)
        return complain_about(options, "it takes no certificate but after --corpus: ", options->operands[0], "");
    return complain_about(options, "is it to be --in, --out, or --corpus? ", options->operands[0], "");
}

/* match answers for the operands, or for a corpus. */
static bool check_corpus(const struct tool_options *options) {
    const struct tool_corpus_options *corpus = &options->corpus;
    const bool switched = options->switches.count > 0;
    if ((options->verb == TOOL_VERB_DIFF || options->verb == TOOL_VERB_CHECK) && corpus->workers > 0 && !switched)
        return complain_about(options, "--workers is for --corpus, which is missing", "", "");
    if (options->verb == TOOL_VERB_CHECK && switched && !options->digest)
        return complain_about(options, "--corpus goes with --digest: the digest of the certificates", "", "");
    if (options->verb != TOOL_VERB_MATCH)
        return true;
    if (!switched && (corpus->workers > 0 || corpus->csv || corpus->summary))
        return complain_about(options, "--workers, --csv and --summary are for --corpus, which is missing", "", "");
    if (!switched)
        return true;
    if (options->switches.at[0] > 0)
        return complain_about(options, "with --corpus all certificates are after it: ", options->operands[0], "");
    if (options->each)
        return complain_about(options, "--corpus reads every certificate, with or without --each", "", "");
    if (options->adapter != NULL || options->store.name != NULL)
        return complain_about(options, "--adapter and --store do not go with --corpus", "", "");
    if (corpus->csv && (options->json || corpus->summary))
        return complain_about(options, "--csv writes a table: it goes with neither --json nor --summary", "", "");
    return true;
}

static bool check_lint(const struct tool_options *options) {
    if (options->verb != TOOL_VERB_LINT || options->operand_count > 0 ||
        (options->issuer == NULL && options->chain == NULL))
        return true;
    return complain_about(options, "--issuer and --chain are of the certificates of --corpus, which is missing", "",
                          "");
}

/* Whether the page is this file, under whatever name. */
static bool is_file(const char *path, const char *page) {
    return path != NULL && tool_platform_same(path, page);
}

/* Whether the page would take the place of a file that it is about. Standard input and output have one name. */
static bool overwrites(const struct tool_options *options) {
    const char *page = options->report;
    if (page == NULL || strcmp(page, "-") == 0)
        return false;
    bool same = is_file(options->rules, page) || is_file(options->diff.after, page) || is_file(options->issuer, page) ||
                is_file(options->chain, page) || is_file(options->lint.privileged, page);
    for (size_t i = 0; i < options->operand_count && !same; i++)
        same = is_file(options->operands[i], page);
    return same;
}

static bool check_report(const struct tool_options *options) {
    if (options->verb != TOOL_VERB_REPORT)
        return true;
    if (overwrites(options))
        return complain_about(options, "--output names a file that is read, and is not overwritten: ", options->report,
                              "");
    if (options->operand_count > 0)
        return true;
    return complain_about(options, "--corpus FILE is missing: the certificates that the page is about", "", "");
}

static bool check_suggest(const struct tool_options *options) {
    const struct tool_suggest_options *suggest = &options->suggest;
    if (options->verb != TOOL_VERB_SUGGEST)
        return true;
    if (tool_options_count(options, CERTMAP_SUGGEST_IN) == 0)
        return complain_about(options, "--in FILE is missing: certificates that the rule is to take", "", "");
    if (suggest->deny && (suggest->account != NULL || suggest->group_count > 0))
        return complain_about(options, "--deny refuses those in, and gives them no account and no group", "", "");
    if (options->site != NULL && options->rules == NULL)
        return complain_about(options, "--site is of the IIS file of --rules, which is missing", "", "");
    return true;
}

static bool check_fix(const struct tool_options *options) {
    const struct tool_lint_options *lint = &options->lint;
    if (lint->fix && lint->fix_dry_run)
        return complain_about(options, "--fix writes what --fix-dry-run shows: give one of the two", "", "");
    if (lint->fix && strcmp(options->rules, "-") == 0)
        return complain_about(options, "--fix cannot write standard input; --fix-dry-run shows what it would", "", "");
    if ((lint->fix || lint->fix_dry_run) && options->operand_count > 0)
        return complain_about(options, "--fix is about all certificates, --corpus about some: give one of the two", "",
                              "");
    if (lint->fix_dry_run && (options->json || lint->output != TOOL_OUTPUT_TEXT))
        return complain_about(options, "--fix-dry-run writes a diff, and no other format", "", "");
    return true;
}

/* check --digest --corpus is about certificates alone. */
static bool is_corpus_digest(const struct tool_options *options) {
    return options->verb == TOOL_VERB_CHECK && options->digest && options->switches.count > 0;
}

/* What every verb needs, and nothing that it does not take. */
static bool check_options(struct tool_options *options) {
    enum certmap_code nearest;
    const unsigned verb = (unsigned)options->verb;
    if (options->help || options->version)
        return true;
    if (options->verb == TOOL_VERB_NONE)
        return complain_about(
            options, "a command is missing: match, explain, show, check, lint, diff, report, suggest, convert or name",
            "", "");
    if (is_code(options, &nearest))
        return true;
    if (nearest != CERTMAP_CODE_NONE)
        return complain_code(options, nearest);
    if ((verb & TOOL_VERBS_RULES) && options->rules == NULL && !is_corpus_digest(options))
        return complain_rules(options);
    if (options->verb == TOOL_VERB_COMPLETION)
        return check_shell(options);
    if (!end_switch(options) || !check_corpus(options))
        return false;
    if ((verb & TOOL_VERBS_CERTS) && !check_store(options))
        return false;
    if (options->verb == TOOL_VERB_NAME && options->operand_count == 0)
        return complain_about(options, "a Name is missing", "", "");
    if ((verb & TOOL_VERBS_SWITCHED) && !check_switches(options))
        return false;
    if (!(verb & (TOOL_VERBS_CERTS | TOOL_VERBS_SWITCHED | (unsigned)TOOL_VERB_NAME)) && options->operand_count > 0)
        return complain_about(options, "it takes no certificate: ", options->operands[0], "");
    if (options->all && options->mapping_count > 0)
        return complain_about(options, "--all shows every mapping, --mapping some of them: give one of the two", "",
                              "");
    if (options->digest && options->json)
        return complain_about(options, "--digest writes the digest alone, and no JSON", "", "");
    if (options->iis && options->json && options->verb == TOOL_VERB_SHOW)
        return complain_about(options, "--iis writes XML, not JSON", "", "");
    return check_fix(options) && check_lint(options) && check_diff(options) && check_report(options) &&
           check_suggest(options) && check_inputs(options);
}

/* "help" and "help VERB": what --help of the verb says. */
static bool read_help(struct tool_options *options, int argc, char **argv) {
    options->help = true;
    if (argc > 3)
        return complain_about(options, "help is about one command: ", argv[3], " is too much");
    if (argc == 3 && argv[2][0] != '-' && !read_verb(options, argv[2]))
        return false;
    if (options->verb == TOOL_VERB_HELP)
        options->verb = TOOL_VERB_NONE;
    return true;
}

bool tool_options_parse(struct tool_options *options, int argc, char **argv) {
    bool ended = false;
    uint64_t given = 0;
    int at = 1;
    *options = (struct tool_options){
        .verb = TOOL_VERB_NONE,
        .operands = argv,
        .lint = {.level = CERTMAP_SEVERITY_WARNING, .fail_on = CERTMAP_SEVERITY_WARNING},
    };
    if (argc > 1 && strcmp(argv[1], "help") == 0)
        return read_help(options, argc, argv);
    if (argc > 1 && argv[1][0] != '-') {
        if (!read_verb(options, argv[1]))
            return false;
        at = 2;
    }
    for (; at < argc; at++) {
        if (!ended && strcmp(argv[at], "--") == 0)
            ended = true;
        else if (ended || argv[at][0] != '-' || argv[at][1] == '\0')
            (void)add_operand(options, argv[at]);
        else if (!read_option(options, argc, argv, &at, &given))
            return false;
    }
    return check_options(options);
}
