/* SPDX-License-Identifier: MIT */
/* What the certmap command shows while rules load: the line, when there is one, and that it goes. */
#define _XOPEN_SOURCE 700
#include "progress.h"
#include "support/der.h"
#include "support/run.h"
#include "support/terminal.h"
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the line ---- */

static const struct {
    const char *path;
    unsigned percent;
    size_t width;
    const char *line;
} lines[] = {
    {"a.rules", 0, 80, "loading a.rules [----------------------------------------]   0%"},
    {"a.rules", 45, 80, "loading a.rules [##################----------------------]  45%"},
    {"a.rules", 99, 80, "loading a.rules [#######################################-]  99%"},
    {"a.rules", 100, 200, "loading a.rules [########################################] 100%"},
    {"a.rules", 50, 50, "loading a.rules [#############-------------]  50%"},
    {"exactly13.cfg", 50, 40, "loading exactly13.cfg [#####-----]  50%"},
    {"exactly-14.cfg", 50, 40, "loading ...tly-14.cfg [#####-----]  50%"},
    {"a.rules", 50, 39, "loading  50%"},
    {"a.rules", 100, 13, "loading 100%"},
    {"a\nb\xFF", 50, 40, "loading a\\u{A}b\\xFF [######------]  50%"},
    {"\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD", 0, 40,
     "loading ...\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD [----------]   0%"},
};

T_TEST(drawing) {
    struct tool_text line = {NULL, 0, 0};
    const size_t columns = tool_progress_draw(&line, lines[_i].path, lines[_i].percent, lines[_i].width);
    tool_text_repeat(&line, '\0', 1);
    ck_assert_str_eq(line.data, lines[_i].line);
    ck_assert_uint_lt(columns, lines[_i].width);
    ck_assert_uint_ge(columns, tool_utf8_count(tool_view(line.data)));
    tool_text_free(&line);
}

/* From 0 to 100 % a line always covers the one before. */
T_TEST(lines_are_as_long) {
    struct tool_text line = {NULL, 0, 0};
    for (unsigned percent = 0; percent <= 100; percent++) {
        ck_assert_uint_eq(tool_progress_draw(&line, "a", percent, 80), line.len);
        ck_assert_uint_eq(line.len, strlen("loading a [----------------------------------------] 100%"));
        line.len = 0;
    }
    tool_text_free(&line);
}

/* ---- when ---- */

static const struct {
    const char *what, *term;
    bool terminal, json, wanted;
} places[] = {
    {"a terminal", "xterm", true, false, true},      {"a terminal of no kind", NULL, true, false, true},
    {"a file", "xterm", false, false, false},        {"JSON", "xterm", true, true, false},
    {"a dumb terminal", "dumb", true, false, false},
};

T_TEST(where_it_is_shown) {
    ck_assert_msg(tool_progress_wanted(places[_i].terminal, places[_i].term, places[_i].json) == places[_i].wanted,
                  "%s", places[_i].what);
}

T_TEST(after_half_a_second) {
    ck_assert(!tool_progress_due(1000, 1000));
    ck_assert(!tool_progress_due(1000, 1499));
    ck_assert(tool_progress_due(1000, 1500));
    ck_assert(tool_progress_due(0, UINT64_MAX));
}

static const struct {
    const char *columns;
    size_t width;
} widths[] = {
    {NULL, 80}, {"", 80},     {"0", 80},  {"132", 132},     {"13", 13},
    {"x", 80},  {"100x", 80}, {"-1", 80}, {"10000", 10000}, {"10001", 80},
};

T_TEST(how_wide_it_is) {
    ck_assert_uint_eq(tool_progress_width(widths[_i].columns), widths[_i].width);
}

/* ---- the command ---- */

/* Where the standard error of the command goes, and with a terminal its output too. */
enum { TO_TERMINAL, TO_PIPE };

static void be_command(const char *script, int input, int output) {
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
        close(fd);
    execl("/bin/sh", "sh", "-c", script, (char *)NULL);
    _exit(127);
}

/* A loader that waits for its text waits long enough to be told of. It has begun when the first byte is taken. */
static void feed_slowly(int fd, const char *rules) {
    const struct timespec moment = {0, 10000000}, wait = {0, 600000000};
    const ssize_t rest = (ssize_t)strlen(rules) - 1;
    ck_assert_int_eq(write(fd, rules, 1), 1);
    for (int left = 1; left > 0; nanosleep(&moment, NULL))
        ck_assert_int_eq(ioctl(fd, FIONREAD, &left), 0);
    nanosleep(&wait, NULL);
    ck_assert_int_eq(write(fd, rules + 1, (size_t)rest), rest);
    close(fd);
}

static void read_all(struct t_buf *out, int fd) {
    char piece[4096];
    ssize_t len;
    while ((len = read(fd, piece, sizeof piece)) > 0) /* a terminal ends in an error */
        t_bytes(out, piece, (size_t)len);
    t_bytes(out, "", 1);
    close(fd);
}

/* Runs `certmap` with these words after it and the rules on standard input; returns its exit status. */
static int run(struct t_buf *out, const char *words, int where, const char *rules) {
    const char *tool = getenv("CERTMAP_TOOL");
    char script[1024];
    int input[2], output[2], status;
    ck_assert_ptr_nonnull(tool);
    snprintf(script, sizeof script, "unset NO_COLOR; TERM=xterm; export TERM; " T_WRAPPER " %s %s", tool, words);
    ck_assert_int_eq(pipe(input), 0);
    if (where == TO_TERMINAL)
        ck_assert_msg(t_terminal_open(&output[0], &output[1]), "no pseudo-terminal: %s", strerror(errno));
    else
        ck_assert_int_eq(pipe(output), 0);
    const pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        be_command(script, input[0], output[1]);
    close(input[0]);
    close(output[1]);
    feed_slowly(input[1], rules);
    read_all(out, output[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What is on the screen in the end: a carriage return goes back in the line, and what follows covers it. */
static void show_screen(struct t_buf *screen, const char *out) {
    char line[1024] = "";
    size_t at = 0, len = 0;
    for (; *out != '\0'; out++) {
        if (*out == '\r') {
            at = 0;
        } else if (*out == '\n') {
            while (len > 0 && line[len - 1] == ' ')
                len--;
            t_bytes(screen, line, len);
            t_bytes(screen, "\n", 1);
            at = len = 0;
        } else {
            ck_assert_uint_lt(at, sizeof line);
            line[at++] = *out;
            len = at > len ? at : len;
        }
    }
    while (len > 0 && line[len - 1] == ' ')
        len--;
    t_bytes(screen, line, len);
    t_bytes(screen, "", 1);
}

#define RULES "certmap 1; mapping \"a\" { when subject.CN = \"a\"; deny; }\n"
#define SECTION                                                                                                        \
    "<iisClientCertificateMappingAuthentication enabled=\"true\"><manyToOneMappings><add name=\"a\" "                  \
    "permissionMode=\"Deny\"><rules><add certificateField=\"Subject\" certificateSubField=\"CN\" "                     \
    "matchCriteria=\"a\"/>"                                                                                            \
    "</rules></add></manyToOneMappings></iisClientCertificateMappingAuthentication>\n"

/* Those on a terminal first. */
static const struct {
    const char *words, *rules;
    int where;
    int exit;
    const char *shown;  /* among what is written; NULL: nothing of progress */
    const char *screen; /* in the end: how it begins */
} runs[] = {
    {"check --color=never --rules -", RULES, TO_TERMINAL, 0, "\rloading - [", "-: 1 mapping, no findings\n"},
    {"check --color=never --rules -", RULES, TO_TERMINAL, 0, "] 100%\r   ", "-: 1 mapping, no findings\n"},
    {"check --color=never --rules -", SECTION, TO_TERMINAL, 0, "] 100%\r   ", "-:1:1: note: "},
    {"check --color=never --rules -", "certmap 1; mapping", TO_TERMINAL, 2, "\rloading - [", "-:1:19: error"},
    {"check --json --rules -", "certmap 1; mapping", TO_TERMINAL, 2, NULL, "{\"file\""},
    {"check --rules -", RULES, TO_PIPE, 0, NULL, "-: 1 mapping, no findings\n"},
};

T_TEST(a_slow_load) {
    struct t_buf out = T_BUF_INIT, screen = T_BUF_INIT;
    ck_assert_int_eq(run(&out, runs[_i].words, runs[_i].where, runs[_i].rules), runs[_i].exit);
    const char *written = (const char *)out.data;
    show_screen(&screen, written);
    ck_assert_msg((strstr(written, "loading") != NULL) == (runs[_i].shown != NULL), "%s", written);
    if (runs[_i].shown != NULL)
        ck_assert_msg(strstr(written, runs[_i].shown) != NULL, "%s", written);
    ck_assert_msg(strncmp((const char *)screen.data, runs[_i].screen, strlen(runs[_i].screen)) == 0, "%s",
                  (const char *)screen.data);
    t_buf_free(&out);
    t_buf_free(&screen);
}

T_TEST(the_width_is_the_variable) {
    struct t_buf out = T_BUF_INIT;
    setenv("COLUMNS", "30", 1);
    ck_assert_int_eq(run(&out, "check --rules -", TO_TERMINAL, RULES), 0);
    ck_assert_ptr_nonnull(strstr((const char *)out.data, "\rloading 100%\r            \r"));
    t_buf_free(&out);
}

static int count_on_terminals(void) {
    int count = 0;
    while (count < COUNT(runs) && runs[count].where == TO_TERMINAL)
        count++;
    return count;
}

/* What runs the command on a terminal is skipped, and told of, where none can be had. */
int main(void) {
    const char *why = t_terminal_missing();
    const int on_terminals = count_on_terminals();
    if (why != NULL)
        t_skipped(on_terminals + 1, "the progress line on a terminal: no pseudo-terminal can be opened", why);
    return T_RUN("progress", T_CASE("line", T_LOOP(drawing, COUNT(lines)), lines_are_as_long),
                 T_CASE("when", T_LOOP(where_it_is_shown, COUNT(places)), after_half_a_second,
                        T_LOOP(how_wide_it_is, COUNT(widths))),
                 T_CASE("command", T_RANGE(a_slow_load, why == NULL ? 0 : on_terminals, COUNT(runs)),
                        T_LOOP(the_width_is_the_variable, why == NULL)));
}
