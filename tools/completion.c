/* SPDX-License-Identifier: MIT */
/* certmap completion: what shells need to complete the command line, made of the one table of options. Descriptions in
 * it have no quotes, colons and brackets, so that nothing is escaped here. */
#include "option_table.h"
#include "text.h"
#include "tool.h"
#include <string.h>

/* ---- What all shells need ---- */

static bool takes(const struct tool_verb_row *verb, const struct tool_option_row *option) {
    return (option->verbs & (unsigned)verb->verb) != 0;
}

static void add_words(struct tool_text *out, tool_word_fn *word) {
    for (size_t i = 0; word(i) != NULL; i++) {
        tool_text_string(out, i > 0 ? " " : "");
        tool_text_string(out, word(i));
    }
}

static void add_verbs(struct tool_text *out) {
    add_words(out, tool_verb_word);
}

/* The long names of the options of a verb. */
static void add_options(struct tool_text *out, unsigned verb) {
    const char *before = "";
    for (size_t i = 0; i < tool_option_count; i++)
        if (tool_option_rows[i].verbs & verb) {
            tool_text_string(out, before);
            tool_text_string(out, tool_option_rows[i].name);
            before = " ";
        }
}

/* Whether a file is an operand only after one of --corpus, --in and --out. */
static bool is_switched(const struct tool_verb_row *verb) {
    return ((unsigned)verb->verb & TOOL_VERBS_SWITCHED) != 0;
}

/* ---- bash ---- */

static const char bash_begin[] = "# Completion of certmap for bash; made by: certmap completion bash\n"
                                 "_certmap() {\n"
                                 "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                                 "    local verb='' words='' files='' ended='' switched='' i\n"
                                 "    if [[ $cur == = ]]; then\n"
                                 "        cur=''\n"
                                 "    elif [[ $prev == = ]] && ((COMP_CWORD > 2)); then\n"
                                 "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
                                 "    fi\n"
                                 "    ((COMP_CWORD < 2)) || verb=${COMP_WORDS[1]}\n"
                                 "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
                                 "        [[ ${COMP_WORDS[i]} != -- ]] || ended=1\n"
                                 "        [[ ${COMP_WORDS[i]} != --@(corpus|in|out) ]] || switched=1\n"
                                 "    done\n"
                                 "    COMPREPLY=()\n"
                                 "    case $ended$prev in\n";

static const char bash_end[] = "        esac\n"
                               "        ;;\n"
                               "    esac\n"
                               "    if [[ -n $files ]]; then\n"
                               "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
                               "        compopt -o filenames 2>/dev/null\n"
                               "    else\n"
                               "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                               "    fi\n"
                               "    return 0\n"
                               "}\n"
                               "complete -F _certmap certmap\n";

/* `words='a b'`, or what else a value or an operand is. */
static void bash_value(struct tool_text *out, enum tool_value value, tool_word_fn *word) {
    if (value == TOOL_VALUE_FILE)
        tool_text_string(out, "files=1");
    else if (value == TOOL_VALUE_WORD) {
        tool_text_string(out, "words='");
        add_words(out, word);
        tool_text_string(out, "'");
    } else
        tool_text_string(out, ":");
}

static void bash_verb(struct tool_text *out, const struct tool_verb_row *verb) {
    const bool operands = verb->operand != TOOL_VALUE_NONE;
    tool_text_format(out, "        %s)\n            ", verb->name);
    if (operands)
        tool_text_format(out, "if [[ -z $ended && $cur == -*%s ]]; then ", is_switched(verb) ? " || -z $switched" : "");
    tool_text_string(out, "words='");
    add_options(out, (unsigned)verb->verb);
    tool_text_string(out, operands ? "'; else " : "'");
    if (operands)
        bash_value(out, verb->operand, verb->word);
    tool_text_string(out, operands ? "; fi\n" : "\n");
    tool_text_string(out, "            ;;\n");
}

/* Whether an option before the i-th has its name: other verbs take it. */
static bool is_named_again(size_t i) {
    for (size_t k = 0; k < i; k++)
        if (strcmp(tool_option_rows[k].name, tool_option_rows[i].name) == 0)
            return true;
    return false;
}

/* `if [[ $verb == a || $verb == b ]]; then words='x y'; elif ...; fi`, of the options that are named as the i-th is. */
static void bash_same_name(struct tool_text *out, size_t i) {
    const char *word = "if [[";
    for (size_t k = i; k < tool_option_count; k++) {
        const struct tool_option_row *option = &tool_option_rows[k];
        if (strcmp(option->name, tool_option_rows[i].name) != 0)
            continue;
        tool_text_string(out, word);
        const char *before = "";
        for (size_t v = 0; v < tool_verb_count; v++)
            if (takes(&tool_verb_rows[v], option)) {
                tool_text_format(out, "%s $verb == %s", before, tool_verb_rows[v].name);
                before = " ||";
            }
        tool_text_string(out, " ]]; then ");
        bash_value(out, option->value, option->word);
        word = "; elif [[";
    }
    tool_text_string(out, "; fi");
}

static void write_bash(struct tool_text *out) {
    tool_text_string(out, bash_begin);
    for (size_t i = 0; i < tool_option_count; i++) {
        if (tool_option_rows[i].value == TOOL_VALUE_NONE || is_named_again(i))
            continue;
        tool_text_format(out, "    %s", tool_option_rows[i].name);
        if (tool_option_rows[i].brief != NULL)
            tool_text_format(out, " | %s", tool_option_rows[i].brief);
        tool_text_string(out, ") ");
        bool again = false;
        for (size_t k = i + 1; k < tool_option_count; k++)
            again = again || strcmp(tool_option_rows[k].name, tool_option_rows[i].name) == 0;
        if (again)
            bash_same_name(out, i);
        else
            bash_value(out, tool_option_rows[i].value, tool_option_rows[i].word);
        tool_text_string(out, " ;;\n");
    }
    tool_text_string(out, "    *)\n        case $verb in\n        '')\n            words='");
    add_verbs(out);
    tool_text_string(out, " ");
    add_options(out, TOOL_VERB_NONE);
    tool_text_string(out, "'\n            ;;\n");
    for (size_t i = 0; i < tool_verb_count; i++)
        bash_verb(out, &tool_verb_rows[i]);
    tool_text_string(out, bash_end);
}

/* ---- zsh ---- */

static const char zsh_begin[] = "#compdef certmap\n"
                                "# Completion of certmap for zsh; made by: certmap completion zsh\n"
                                "_certmap() {\n"
                                "    local verb=$words[2]\n"
                                "    local -a verbs\n"
                                "    verbs=(\n";

static const char zsh_verbs_end[] = "    )\n"
                                    "    if (( CURRENT == 2 )) && [[ $verb != -* ]]; then\n"
                                    "        _describe -t commands command verbs\n"
                                    "        return\n"
                                    "    fi\n"
                                    "    (( CURRENT == 2 )) || { shift words; (( CURRENT-- )) }\n"
                                    "    case $verb in\n";

static const char zsh_end[] = "    esac\n"
                              "}\n"
                              "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
                              "    _certmap \"$@\"\n"
                              "else\n"
                              "    compdef _certmap certmap\n"
                              "fi\n";

/* `:what:action` of _arguments. */
static void zsh_value(struct tool_text *out, enum tool_value value, tool_word_fn *word) {
    if (value == TOOL_VALUE_FILE)
        tool_text_string(out, ":file:_files");
    else if (value == TOOL_VALUE_WORD) {
        tool_text_string(out, ":word:(");
        add_words(out, word);
        tool_text_string(out, ")");
    } else if (value == TOOL_VALUE_TEXT)
        tool_text_string(out, ":text: ");
}

static void zsh_option(struct tool_text *out, const struct tool_option_row *option) {
    tool_text_string(out, " \\\n            ");
    if (option->brief != NULL)
        tool_text_format(out, "'(%s %s)'{%s,%s}", option->brief, option->name, option->brief, option->name);
    else
        tool_text_format(out, "'%s", option->name);
    tool_text_string(out, option->brief != NULL ? "'" : option->value == TOOL_VALUE_NONE ? "" : "=");
    tool_text_format(out, "[%s]", option->what);
    zsh_value(out, option->value, option->word);
    tool_text_string(out, "'");
}

static void zsh_options(struct tool_text *out, unsigned verb) {
    tool_text_string(out, "        _arguments -S");
    for (size_t i = 0; i < tool_option_count; i++)
        if (tool_option_rows[i].verbs & verb)
            zsh_option(out, &tool_option_rows[i]);
}

static void zsh_verb(struct tool_text *out, const struct tool_verb_row *verb) {
    const bool one = verb->operand == TOOL_VALUE_WORD;
    tool_text_format(out, "    %s)\n", verb->name);
    zsh_options(out, (unsigned)verb->verb);
    if (verb->operand != TOOL_VALUE_NONE) {
        tool_text_string(out, one ? " \\\n            '1" : " \\\n            '*");
        if (is_switched(verb))
            tool_text_string(out, ":file:{ (( ${words[(I)--(corpus|in|out)*]} )) && _files }");
        else
            zsh_value(out, verb->operand, verb->word);
        tool_text_string(out, "'");
    }
    tool_text_string(out, "\n        ;;\n");
}

static void write_zsh(struct tool_text *out) {
    tool_text_string(out, zsh_begin);
    for (size_t i = 0; i < tool_verb_count; i++)
        tool_text_format(out, "        '%s:%s'\n", tool_verb_rows[i].name, tool_verb_rows[i].what);
    tool_text_string(out, zsh_verbs_end);
    for (size_t i = 0; i < tool_verb_count; i++)
        zsh_verb(out, &tool_verb_rows[i]);
    tool_text_string(out, "    -*)\n");
    zsh_options(out, TOOL_VERB_NONE);
    tool_text_string(out, "\n        ;;\n");
    tool_text_string(out, zsh_end);
}

/* ---- fish ---- */

/* What a value or an operand completes to. */
static void fish_value(struct tool_text *out, enum tool_value value, tool_word_fn *word, bool option) {
    if (value == TOOL_VALUE_FILE)
        tool_text_string(out, option ? " -r -F" : " -F");
    else if (option && value != TOOL_VALUE_NONE)
        tool_text_string(out, " -x");
    if (value == TOOL_VALUE_WORD) {
        tool_text_string(out, " -a '");
        add_words(out, word);
        tool_text_string(out, "'");
    }
}

/* The condition that one of the verbs of an option was given. */
static void fish_condition(struct tool_text *out, const struct tool_option_row *option) {
    tool_text_string(out, " -n '__fish_seen_subcommand_from");
    for (size_t i = 0; i < tool_verb_count; i++)
        if (takes(&tool_verb_rows[i], option))
            tool_text_format(out, " %s", tool_verb_rows[i].name);
    tool_text_string(out, "'");
}

static void fish_option(struct tool_text *out, const struct tool_option_row *option, bool verbs) {
    tool_text_string(out, "complete -c certmap");
    if (verbs)
        fish_condition(out, option);
    else
        tool_text_string(out, " -n __fish_use_subcommand");
    if (option->brief != NULL)
        tool_text_format(out, " -s %s", option->brief + strlen("-"));
    tool_text_format(out, " -l %s", option->name + strlen("--"));
    fish_value(out, option->value, option->word, true);
    tool_text_format(out, " -d '%s'\n", option->what);
}

static void fish_verb(struct tool_text *out, const struct tool_verb_row *verb) {
    tool_text_format(out, "complete -c certmap -n __fish_use_subcommand -a %s -d '%s'\n", verb->name, verb->what);
    if (verb->operand != TOOL_VALUE_FILE && verb->operand != TOOL_VALUE_WORD)
        return;
    tool_text_format(out, "complete -c certmap -n '__fish_seen_subcommand_from %s%s'", verb->name,
                     is_switched(verb) ? "; and __fish_contains_opt corpus in out" : "");
    fish_value(out, verb->operand, verb->word, false);
    tool_text_string(out, "\n");
}

static void write_fish(struct tool_text *out) {
    tool_text_string(out, "# Completion of certmap for fish; made by: certmap completion fish\n"
                          "complete -c certmap -f\n");
    for (size_t i = 0; i < tool_verb_count; i++)
        fish_verb(out, &tool_verb_rows[i]);
    for (size_t i = 0; i < tool_option_count; i++) {
        const struct tool_option_row *option = &tool_option_rows[i];
        if (option->verbs & (unsigned)TOOL_VERB_NONE)
            fish_option(out, option, false);
        if (option->verbs & ~(unsigned)TOOL_VERB_NONE)
            fish_option(out, option, true);
    }
}

/* ---- The verb ---- */

enum tool_exit tool_completion(const struct tool_options *options) {
    const char *shell = options->operands[0];
    struct tool_text out = {NULL, 0, 0};
    if (strcmp(shell, "bash") == 0)
        write_bash(&out);
    else if (strcmp(shell, "zsh") == 0)
        write_zsh(&out);
    else
        write_fish(&out);
    tool_text_flush(&out, stdout);
    tool_text_free(&out);
    return TOOL_OK;
}
