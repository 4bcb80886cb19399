/* SPDX-License-Identifier: MIT */
#include "advice.h"
#include "certfile.h"
#include "option_table.h"
#include <string.h>

bool tool_advice_is_rules(const char *path) {
    struct tool_input input;
    struct certmap_diagnostic err;
    if (strcmp(path, "-") == 0 || tool_input_read(&input, path, TOOL_MAX_CERT_FILE, &err) != CERTMAP_OK)
        return false;
    const bool yes = tool_kind_is_rules(tool_kind_find(tool_input_view(&input)).kind);
    tool_input_free(&input);
    return yes;
}

/* The operand that holds rules. Of one file alone that check or convert is given, nobody needs to look. */
static size_t find_rules(const struct tool_options *options) {
    const bool certificates = tool_verb_reads_certificates(options->verb);
    size_t i = 0;
    if (!certificates && options->operand_count == 1)
        return 0;
    while (i < options->operand_count && !tool_advice_is_rules(options->operands[i]))
        i++;
    return i;
}

static void add_path(struct tool_text *text, const char *path) {
    char shown[TOOL_KIND_MAX_PATH + 1];
    tool_kind_path(shown, path);
    tool_text_string(text, " ");
    tool_text_string(text, strcmp(path, "-") == 0 ? "-" : shown);
}

void tool_advice_rules(struct tool_text *text, const struct tool_options *options) {
    const size_t rules = find_rules(options);
    if (rules == options->operand_count)
        return;
    tool_text_format(text, "; did you mean: certmap %s --rules", tool_verb_name(options->verb));
    add_path(text, options->operands[rules]);
    for (size_t i = 0; i < options->operand_count; i++)
        if (i != rules && tool_verb_reads_certificates(options->verb))
            add_path(text, options->operands[i]);
    if (tool_verb_reads_certificates(options->verb) && options->operand_count == 1)
        tool_text_string(text, " CERT");
}
