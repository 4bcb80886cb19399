/* SPDX-License-Identifier: MIT */
/* What bash, zsh and fish complete, each asked itself: tests/completion/complete.SHELL runs it with what "certmap
 * completion SHELL" writes. A shell that is not installed is passed over, and so is zsh without a pseudo-terminal.
 * And that what is written has every option of the table, and no other. */
#define _POSIX_C_SOURCE 200809L
#include "option_table.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_TERMINAL 77

static const char *const shells[] = {"bash", "zsh", "fish"};
#define SHELLS (sizeof shells / sizeof *shells)

/* ---- Running ---- */

/* What a command writes. *status: of its exit. */
static char *run(const char *command, int *status) {
    struct t_buf out = T_BUF_INIT;
    char piece[4096];
    size_t len;
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    while ((len = fread(piece, 1, sizeof piece, pipe)) > 0)
        t_bytes(&out, piece, len);
    const int ended = pclose(pipe);
    *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
    t_bytes(&out, "", 1);
    return (char *)out.data;
}

static char *run_tool(const char *arguments) {
    char command[512];
    int status;
    snprintf(command, sizeof command, "LC_ALL=C.UTF-8; export LC_ALL; " T_WRAPPER " \"$CERTMAP_TOOL\" %s", arguments);
    char *out = run(command, &status);
    ck_assert_int_eq(status, 0);
    return out;
}

/* ---- Asking the shells ---- */

/* What is offered, in order of the alphabet. Files: a.rules, alice.pem, "b c.pem" and the folder sub. */
static const struct {
    const char *line;
    const char *bash;
    const char *others; /* NULL: the same */
} rows[] = {
    {"certmap ma", "match", NULL},
    {"certmap co", "completion convert", NULL},
    {"certmap -", "--help --version", "--help --version -V -h"},
    {"certmap --v", "--version", NULL},
    {"certmap match --ru", "--rules", NULL},
    {"certmap match --e", "--each", NULL},
    {"certmap match --ii", "", NULL},
    {"certmap show --ii", "--iis", NULL},
    {"certmap convert --js", "", NULL},
    {"certmap match --rules ", "a.rules alice.pem b c.pem sub", NULL},
    {"certmap match --rules al", "alice.pem", NULL},
    {"certmap match --rules=al", "alice.pem", NULL},
    {"certmap explain --issuer b", "b c.pem", NULL},
    {"certmap match --rules a.rules al", "alice.pem", NULL},
    {"certmap match --format ", "auto iis native", NULL},
    {"certmap match --format=n", "native", NULL},
    {"certmap lint --format ", "github json sarif text", NULL},
    {"certmap lint --format=s", "sarif", NULL},
    {"certmap lint --fail-on e", "error", NULL},
    {"certmap lint --profile k", "kb5014754", NULL},
    {"certmap lint --only late", "late-deny", NULL},
    {"certmap lint --w", "--witness --write-baseline", NULL},
    {"certmap diff --fail-on ", "any gain lose none", NULL},
    {"certmap diff --format ", "json text", NULL},
    {"certmap show --adapter ", "crypt32 openssl", NULL},
    {"certmap name --dialect rf", "rfc4514", NULL},
    {"certmap check --color a", "always auto", NULL},
    {"certmap match --site ", "", NULL},
    {"certmap match --time a", "", NULL},
    {"certmap name a", "", NULL},
    {"certmap convert a", "", NULL},
    {"certmap check --digest --corpus a", "a.rules alice.pem", NULL},
    {"certmap lint al", "", NULL},
    {"certmap lint --rules a.rules al", "", NULL},
    {"certmap lint --rules a.rules --corpus sub al", "alice.pem", NULL},
    {"certmap suggest --rules a.rules al", "", NULL},
    {"certmap suggest --in al", "alice.pem", NULL},
    {"certmap suggest --in sub --out sub al", "alice.pem", NULL},
    {"certmap suggest --cha", "--chain", NULL},
    {"certmap report -o al", "alice.pem", NULL},
    {"certmap diff --rules a.rules --new al", "alice.pem", NULL},
    {"certmap match -- a", "a.rules alice.pem", NULL},
    {"certmap match -- --ru", "", NULL},
    {"certmap completion ", "bash fish zsh", NULL},
    {"certmap help ex", "explain", NULL},
};
#define ROWS (sizeof rows / sizeof *rows)

/* The shell's answer as one line; NULL where it cannot be asked. fish marks a folder with a slash. */
static char *ask(const char *shell, const char *line) {
    char command[1024];
    int status;
    snprintf(command, sizeof command,
             "command -v %s >/dev/null || exit %d; root=$PWD; dir=$(mktemp -d) && mkdir \"$dir/work\" || exit 1; "
             "cd \"$dir/work\" || exit 1; touch a.rules alice.pem 'b c.pem'; mkdir sub; "
             "HOME=$dir XDG_CONFIG_HOME=$dir LC_ALL=C.UTF-8; export HOME XDG_CONFIG_HOME LC_ALL; " T_WRAPPER
             " \"$CERTMAP_TOOL\" completion %s > ../script; "
             "%s \"$root/tests/completion/complete.%s\" ../script '%s' > ../out 2> ../err < /dev/null; status=$?; "
             "sed 's/\\/$//' ../out | LC_ALL=C sort | tr '\\n' ' ' | sed 's/ $//'; "
             "cd / && rm -rf \"$dir\"; exit $status",
             shell, NO_TERMINAL, shell, shell, shell, line);
    char *answer = run(command, &status);
    if (status == NO_TERMINAL) {
        free(answer);
        return NULL;
    }
    ck_assert_msg(status == 0, "%s: exit status %d for \"%s\"", shell, status, line);
    return answer;
}

T_TEST(a_line) {
    const char *shell = shells[(size_t)_i % SHELLS], *line = rows[(size_t)_i / SHELLS].line;
    const char *expected = rows[(size_t)_i / SHELLS].bash, *others = rows[(size_t)_i / SHELLS].others;
    if (others != NULL && strcmp(shell, "bash") != 0)
        expected = others;
    char *answer = ask(shell, line);
    if (answer == NULL)
        return;
    ck_assert_msg(strcmp(answer, expected) == 0, "%s offers [%s] for \"%s\" instead of [%s]", shell, answer, line,
                  expected);
    free(answer);
}

/* ---- The table ---- */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* Options of different verbs may have one name. */
static bool is_option(const struct tool_option_row *row, const char *name, size_t len) {
    return strlen(row->name) == len && memcmp(row->name, name, len) == 0;
}

static bool takes_name(const struct tool_verb_row *verb, const char *name) {
    bool takes = false;
    for (size_t i = 0; i < tool_option_count; i++)
        takes = takes || (is_option(&tool_option_rows[i], name, strlen(name)) &&
                          (tool_option_rows[i].verbs & (unsigned)verb->verb) != 0);
    return takes;
}

/* Marks the options that a text has; each is one of the table. mark: what goes before a name in place of "--". */
static void mark_options(bool *seen, const char *text, const char *mark) {
    for (const char *at = text; (at = strstr(at, mark)) != NULL; at++) {
        char name[64] = "--";
        const char *word = at + strlen(mark);
        size_t len = 0;
        while (is_letter(word[len]) && len < 32)
            len++;
        if (len == 0 || (mark[0] == '-' && at > text && is_letter(at[-1])))
            continue;
        memcpy(name + 2, word, len);
        bool known = false;
        for (size_t i = 0; i < tool_option_count; i++)
            if (is_option(&tool_option_rows[i], name, len + 2))
                seen[i] = known = true;
        ck_assert_msg(known, "there is no option %s", name);
    }
}

T_TEST(every_option) {
    bool seen[TOOL_MAX_WORDS] = {false};
    char arguments[32];
    ck_assert_uint_le(tool_option_count, TOOL_MAX_WORDS);
    snprintf(arguments, sizeof arguments, "completion %s", shells[_i]);
    char *text = run_tool(arguments);
    mark_options(seen, text, strcmp(shells[_i], "fish") == 0 ? " -l " : "--");
    for (size_t i = 0; i < tool_option_count; i++)
        ck_assert_msg(seen[i], "%s lacks %s", shells[_i], tool_option_rows[i].name);
    for (size_t i = 0; i < tool_verb_count; i++)
        ck_assert_ptr_nonnull(strstr(text, tool_verb_rows[i].name));
    free(text);
}

/* What --help of a verb says has its options, and no other; so has the manual page, for all of them. */
T_TEST(help_has_them) {
    const struct tool_verb_row *verb = &tool_verb_rows[_i];
    bool seen[TOOL_MAX_WORDS] = {false};
    char arguments[64];
    snprintf(arguments, sizeof arguments, "help %s", verb->name);
    char *text = run_tool(arguments);
    mark_options(seen, text, "--");
    for (size_t i = 0; i < tool_option_count; i++) {
        const struct tool_option_row *row = &tool_option_rows[i];
        const bool takes = takes_name(verb, row->name) && row->option != TOOL_OPTION_HELP;
        if (verb->verb != TOOL_VERB_HELP && row->option != TOOL_OPTION_HELP)
            ck_assert_msg(seen[i] == takes, "%s: %s", verb->name, row->name);
    }
    free(text);
}

/* What shells are given has nothing that they would take for more than text. */
T_TEST(words_are_plain) {
    for (size_t i = 0; i < tool_option_count; i++) {
        ck_assert_ptr_null(strpbrk(tool_option_rows[i].what, "'\"`$\\:[]()"));
        ck_assert_int_eq(strncmp(tool_option_rows[i].name, "--", 2), 0);
        ck_assert_uint_eq(i, tool_option_rows[i].option);
        ck_assert((tool_option_rows[i].value == TOOL_VALUE_WORD) == (tool_option_rows[i].word != NULL));
    }
    for (size_t i = 0; i < tool_verb_count; i++)
        ck_assert_ptr_null(strpbrk(tool_verb_rows[i].what, "'\"`$\\:[]()"));
}

T_TESTS("completion", T_CASE("completion", T_LOOP(a_line, (int)(ROWS *SHELLS)), T_LOOP(every_option, (int)SHELLS),
                             T_LOOP(help_has_them, (int)tool_verb_count), words_are_plain))
