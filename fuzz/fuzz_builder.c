/* SPDX-License-Identifier: MIT */
/* Calls of the builder, right and wrong, in any order, with allocations that fail and a limit of memory. After a call
 * that failed the end fails, with the first error, and nothing is left. What is finished prints, loads again as the same
 * rules, and answers as its explanation says. The input is a script of one call to a line:
 *
 *     F 12                         the 12th allocation from here fails
 *     L 4000                       options: a limit of memory
 *     P 1                          the policy
 *     M 1 1 0 0 name|account       a mapping: kind, decision, is_template, language
 *     C 1 0 0 0 0 CN|a|b           a condition: field, operator, flags, quantifier, count; subfield and operands
 *     ( 1    )                     open a group, close it
 *     A      X                     always; disable
 *     O 2 0 0 name|value           an output: kind, is_template, language
 *     E                            the end; what follows is for the next rule set
 *
 * Numbers that are missing are 0. A text `~` is a view without data, `~5` one that is wrong, and `#5000` 5,000 bytes. */
#include "rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_TEXTS = 40, LONGEST = 70000 };

/* A run of the script. */
struct run {
    struct t_alloc memory;
    struct certmap_builder *builder;
    bool may_fail;                   /* let allocations fail where the script says so */
    bool failed;                     /* a call for this rule set */
    struct certmap_diagnostic first; /* of them */
    enum certmap_status last;        /* of the ends */
    struct certmap_rules *rules;     /* of the last end that made some */
};

/* One line, as it is taken apart. */
struct line {
    struct certmap_view rest;
    int numbers[5];
    struct certmap_view texts[MAX_TEXTS];
    size_t text_count;
};

/* ---- lines ---- */

static char at(const struct line *line) {
    return line->rest.len > 0 ? (char)line->rest.data[0] : (char)0;
}

static void skip(struct line *line, size_t len) {
    line->rest = cm_view(line->rest.data + len, line->rest.len - len);
}

/* A number, which may be negative and is not too large for an int. */
static int take_number(struct line *line) {
    while (at(line) == ' ')
        skip(line, 1);
    const int sign = at(line) == '-' ? -1 : 1;
    int number = 0;
    if (sign < 0)
        skip(line, 1);
    for (; at(line) >= '0' && at(line) <= '9'; skip(line, 1))
        number = number < 100000000 ? 10 * number + (at(line) - '0') : number;
    return sign * number;
}

static struct certmap_view make_text(struct certmap_view written) {
    static char many[LONGEST];
    struct line number = {.rest = written};
    if (written.len == 0 || (written.data[0] != '~' && written.data[0] != '#'))
        return written;
    memset(many, 'b', sizeof many);
    skip(&number, 1);
    const size_t len = (size_t)take_number(&number);
    if (written.data[0] == '~')
        return (struct certmap_view){NULL, len};
    return cm_view(many, len < sizeof many ? len : sizeof many);
}

static void take_texts(struct line *line) {
    while (line->rest.len > 0 && line->text_count < MAX_TEXTS) {
        const uint8_t *bar = memchr(line->rest.data, '|', line->rest.len);
        const size_t len = bar != NULL ? (size_t)(bar - line->rest.data) : line->rest.len;
        line->texts[line->text_count++] = make_text(cm_view(line->rest.data, len));
        skip(line, len + (bar != NULL));
    }
}

/* Takes a line apart, after its letter. */
static struct line take_line(struct certmap_view text, size_t numbers) {
    struct line line = {.rest = cm_view(text.data + 1, text.len - 1)};
    for (size_t i = 0; i < MAX_TEXTS; i++)
        line.texts[i] = CM_VIEW("");
    for (size_t i = 0; i < numbers; i++)
        line.numbers[i] = take_number(&line);
    if (at(&line) == ' ')
        skip(&line, 1);
    take_texts(&line);
    return line;
}

/* ---- calls ---- */

static enum certmap_status call_options(struct run *run, const struct line *line, struct certmap_diagnostic *err) {
    struct certmap_build_options options = CERTMAP_BUILD_OPTIONS_INIT;
    options.memory = (size_t)line->numbers[0];
    return certmap_builder_options(run->builder, &options, err);
}

static enum certmap_status call_mapping(struct run *run, const struct line *line, struct certmap_diagnostic *err) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.kind = (enum certmap_kind)line->numbers[0];
    mapping.decision = (enum certmap_decision)line->numbers[1];
    mapping.is_template = line->numbers[2] != 0;
    mapping.language = (enum certmap_language)line->numbers[3];
    mapping.name = line->texts[0];
    mapping.account = line->texts[1];
    return certmap_builder_mapping(run->builder, &mapping, err);
}

static enum certmap_status call_condition(struct run *run, const struct line *line, struct certmap_diagnostic *err) {
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    condition.field = (enum certmap_field)line->numbers[0];
    condition.op = (enum certmap_operator)line->numbers[1];
    condition.flags = (unsigned)line->numbers[2];
    condition.quantifier = (enum certmap_quantifier)line->numbers[3];
    condition.count = (size_t)line->numbers[4];
    condition.subfield = line->texts[0];
    condition.operands = line->text_count > 1 ? line->texts + 1 : NULL;
    condition.operand_count = line->text_count > 1 ? line->text_count - 1 : 0;
    return certmap_builder_condition(run->builder, &condition, err);
}

static enum certmap_status call_output(struct run *run, const struct line *line, struct certmap_diagnostic *err) {
    struct certmap_output output = CERTMAP_OUTPUT_INIT;
    output.kind = (enum certmap_output_kind)line->numbers[0];
    output.is_template = line->numbers[1] != 0;
    output.language = (enum certmap_language)line->numbers[2];
    output.each = line->numbers[1] == 2;
    output.name = line->texts[0];
    output.value = line->texts[1];
    return certmap_builder_output(run->builder, &output, err);
}

static enum certmap_status call(struct run *run, struct certmap_view text, struct certmap_diagnostic *err) {
    switch (text.data[0]) {
    case 'L':
        return call_options(run, &(struct line){.numbers = {take_line(text, 1).numbers[0]}}, err);
    case 'P':
        return certmap_builder_combining(run->builder, (enum certmap_combining)take_line(text, 1).numbers[0], err);
    case 'M': {
        const struct line line = take_line(text, 4);
        return call_mapping(run, &line, err);
    }
    case 'C': {
        const struct line line = take_line(text, 5);
        return call_condition(run, &line, err);
    }
    case 'O': {
        const struct line line = take_line(text, 3);
        return call_output(run, &line, err);
    }
    case '(':
        return certmap_builder_open(run->builder, (enum certmap_join)take_line(text, 1).numbers[0], err);
    case ')':
        return certmap_builder_close(run->builder, err);
    case 'A':
        return certmap_builder_always(run->builder, err);
    case 'X':
        return certmap_builder_disable(run->builder, err);
    default:
        return CERTMAP_OK;
    }
}

/* ---- what holds for them ---- */

static void check_error(const struct certmap_diagnostic *error, enum certmap_status status) {
    F_HOLDS(error->status == status);
    if (status == CERTMAP_OK)
        return;
    F_HOLDS(certmap_code_name(error->code) != NULL && error->code != CERTMAP_CODE_NONE);
    F_HOLDS(memchr(error->text, 0, sizeof error->text) != NULL && error->text[0] != 0);
    f_check_safe(cm_view(error->text, strlen(error->text)));
}

/* Of a mapping, two things can be wrong: the end of the one before, and itself, which is what it returns. */
static void check_call(struct run *run, struct certmap_view text) {
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    const enum certmap_status status = call(run, text, &error);
    check_error(&error, status);
    if (status != CERTMAP_OK && !run->failed)
        run->first = error;
    if (status != CERTMAP_OK && !run->failed && text.data[0] == 'M')
        run->first.status = CERTMAP_OK;
    run->failed = run->failed || status != CERTMAP_OK;
}

static void finish(struct run *run) {
    struct certmap_rules *made = (void *)run, *const untouched = made;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    run->last = certmap_builder_finish(run->builder, &made, &error);
    check_error(&error, run->last);
    F_HOLDS((run->last == CERTMAP_OK) == (made != untouched));
    F_HOLDS(run->last != CERTMAP_OK || !run->failed);
    if (run->failed && run->first.status != CERTMAP_OK)
        F_HOLDS(memcmp(&error, &run->first, sizeof error) == 0);
    if (run->last == CERTMAP_OK) {
        certmap_rules_free(run->rules);
        run->rules = made;
    }
    F_HOLDS(run->rules != NULL || run->memory.live == 1); /* the builder, which is empty */
    run->failed = false;
    run->first.status = CERTMAP_OK;
}

static void take(struct run *run, struct certmap_view text) {
    if (text.data[0] == 'E')
        finish(run);
    else if (text.data[0] != 'F')
        check_call(run, text);
    else if (run->may_fail)
        t_alloc_fail_at(&run->memory, (size_t)take_line(text, 1).numbers[0]);
}

/* Makes all calls. Free with end_run. */
static void start_run(struct run *run, struct certmap_view script, bool may_fail) {
    *run = (struct run){.memory = T_ALLOC_INIT, .may_fail = may_fail};
    const struct certmap_allocator allocator = t_alloc_allocator(&run->memory);
    F_HOLDS(certmap_builder_new(&run->builder, &allocator, NULL) == CERTMAP_OK);
    while (script.len > 0) {
        const uint8_t *end = memchr(script.data, '\n', script.len);
        const size_t len = end != NULL ? (size_t)(end - script.data) : script.len;
        if (len > 0)
            take(run, cm_view(script.data, len));
        script = cm_view(script.data + len + (end != NULL), script.len - len - (end != NULL));
    }
    finish(run);
    t_alloc_fail_at(&run->memory, SIZE_MAX);
}

static void end_run(struct run *run) {
    certmap_rules_free(run->rules);
    certmap_builder_free(run->builder);
    F_HOLDS(run->memory.live == 0);
}

/* ---- what holds for rules ---- */

/* One that the builder was given step by step may be longer than its text: groups of one, `always` twice. */
static void check_printed(const struct certmap_rules *rules, struct certmap_peer *peer,
                          const struct certmap_result *matched) {
    struct t_buf text = T_BUF_INIT, again = T_BUF_INIT;
    struct f_load load;
    f_print_rules(&text, rules);
    f_load(&load, t_view(&text), SIZE_MAX);
    if (load.status != CERTMAP_OK)
        fprintf(stderr, "%s\n%.*s\n", load.error.text, (int)text.len, (const char *)text.data);
    F_HOLDS(load.status == CERTMAP_OK);
    f_print_rules(&again, load.rules);
    F_HOLDS(cm_view_equal(t_view(&text), t_view(&again)));
    const struct certmap_result parsed = f_match(load.rules, peer);
    F_HOLDS(parsed.decision == matched->decision && parsed.reason == matched->reason);
    F_HOLDS(parsed.index == matched->index && f_same_view(parsed.account, matched->account));
    f_unload(&load);
    t_buf_free(&text);
    t_buf_free(&again);
}

static void check_rules(struct certmap_rules *rules) {
    struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT, extensions = T_BUF_INIT;
    struct certmap_peer *peer = f_peer(&subject, &issuer, &extensions);
    const struct certmap_result matched = f_match(rules, peer);
    struct f_told told;
    f_explain(&told, rules, peer, &matched);
    f_told_free(&told);
    f_check_searches(rules, peer);
    f_check_walked(rules);
    if (matched.reason != CERTMAP_CODE_DISABLED) /* as text they are switched on */
        check_printed(rules, peer, &matched);
    certmap_peer_free(peer);
    t_buf_free(&subject);
    t_buf_free(&issuer);
    t_buf_free(&extensions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct certmap_view script = cm_view(size > 0 ? data : (const uint8_t *)"", size);
    struct run sound, again;
    start_run(&sound, script, false);
    start_run(&again, script, true);
    F_HOLDS(again.last == sound.last || again.last == CERTMAP_ERROR_MEMORY || again.last == CERTMAP_ERROR_LIMIT);
    if (sound.last == CERTMAP_OK && again.last == CERTMAP_OK)
        F_HOLDS(t_rules_difference(sound.rules, again.rules) == NULL);
    if (certmap_rules_count(sound.rules) > 0)
        check_rules(sound.rules);
    end_run(&sound);
    end_run(&again);
    return 0;
}
