/* SPDX-License-Identifier: MIT */
/* The certmap command, run as a user would: one test for each file tests/data/tool/NAME.case.
 *
 *     # What the case shows.
 *     exit: 1
 *     run: certmap match --rules some.rules alice.pem
 *     -- some.rules --
 *     certmap 1;
 *     -- alice.pem --
 *     subject: C=US | O=Contoso | CN=Alice
 *     -- stdout --
 *     alice.pem  none   no mapping matches
 *
 * run: a line for sh; there may be several, and the exit status is the last one's. Each section is a file in
 *   an empty directory, in which they run, except stdout and stderr: what is expected there, and nothing where
 *   there is no such section. [...] stands for any text within a line.
 * platform: posix or windows, where a case holds for one of them only.
 * needs: solver, where a case is left out of a build without PicoSAT, which CERTMAP_SOLVER=no says;
 * needs: terminal, where a case is skipped on a system that has no pseudo-terminals.
 * A section NAME.pem or NAME.der describes certificates, as t_certs of support/der.h has it.
 * $SOURCE is the root of the sources, $ADAPTER the one that is built in and $OTHER_ADAPTER the one that is not.
 * CERTMAP_TOOL is the command, for Windows if it ends in .exe; CERTMAP_WRAPPER, if set, is put before it (an
 * emulator, say). */
#define _XOPEN_SOURCE 700
#include "support/der.h"
#include "support/run.h"
#include "support/terminal.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CASES "tests/data/tool"

static char **case_names; /* sorted; filled by main */
static int case_count;

struct tool_case {
    char name[256];
    char dir[256]; /* where it runs */
    struct t_buf text;
    struct t_buf script;
    struct t_buf expected_out;
    struct t_buf expected_err;
    int exit;
};

/* ---- Files ---- */

static void read_file(struct t_buf *buf, const char *path) {
    char piece[65536];
    size_t len;
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be read", path);
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        t_bytes(buf, piece, len);
    fclose(file);
    t_bytes(buf, "", 1);
    buf->len--; /* a NUL after the end */
}

static void write_file(const struct tool_case *one, const char *name, const void *bytes, size_t len) {
    char path[640];
    snprintf(path, sizeof path, "%s/%s", one->dir, name);
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL && fwrite(bytes, 1, len, file) == len, "%s cannot be written", path);
    fclose(file);
}

static bool ends_with(const char *string, const char *end) {
    size_t len = strlen(string), end_len = strlen(end);
    return len >= end_len && strcmp(string + len - end_len, end) == 0;
}

static void write_certificates(const struct tool_case *one, const char *name, const char *text) {
    struct t_buf out = T_BUF_INIT;
    t_certs(&out, text, ends_with(name, ".pem"));
    write_file(one, name, out.data, out.len);
    t_buf_free(&out);
}

/* ---- Reading a case ---- */

static void take_section(struct tool_case *one, const char *name, char *text, size_t len) {
    if (strcmp(name, "stdout") == 0)
        t_bytes(&one->expected_out, text, len);
    else if (strcmp(name, "stderr") == 0)
        t_bytes(&one->expected_err, text, len);
    else if (ends_with(name, ".pem") || ends_with(name, ".der"))
        write_certificates(one, name, text);
    else
        write_file(one, name, text, len);
}

/* Whether a line is "-- NAME --". */
static bool section_name(char name[128], const char *line) {
    size_t len = strcspn(line, "\n");
    if (len < 7 || len > 120 || strncmp(line, "-- ", 3) != 0 || strncmp(line + len - 3, " --", 3) != 0)
        return false;
    snprintf(name, 128, "%.*s", (int)(len - 6), line + 3);
    return true;
}

static const char *next_line(const char *line) {
    size_t len = strcspn(line, "\n");
    return line + len + (line[len] == '\n');
}

static bool is_windows(void) {
    const char *tool = getenv("CERTMAP_TOOL");
    return tool != NULL && ends_with(tool, ".exe");
}

static bool is_line(const char *line, const char *text) {
    const size_t len = strcspn(line, "\n");
    return len == strlen(text) && memcmp(line, text, len) == 0;
}

static void take_head(struct tool_case *one, const char *line) {
    size_t len = strcspn(line, "\n");
    if (strncmp(line, "exit: ", 6) == 0)
        one->exit = line[6] - '0';
    else if (strncmp(line, "run: ", 5) == 0)
        t_bytes(&one->script, line + 5, len - 5 + 1);
    else if (is_line(line, "platform: posix") || is_line(line, "platform: windows") ||
             is_line(line, "needs: terminal") || is_line(line, "needs: solver"))
        return; /* such cases are listed where they can run */
    else
        ck_assert_msg(len == 0 || line[0] == '#', "%s: not a line of a case: %.*s", one->name, (int)len, line);
}

static void add_adapters(struct t_buf *script) {
    const char *adapters =
        is_windows() ? "ADAPTER=crypt32 OTHER_ADAPTER=openssl\n" : "ADAPTER=openssl OTHER_ADAPTER=crypt32\n";
    t_bytes(script, adapters, strlen(adapters));
}

static void read_case(struct tool_case *one) {
    /* Wine takes the encoding of names and arguments from the locale. */
    static const char prologue[] = "LC_ALL=C.UTF-8; CERTMAP_WRAPPER=" T_WRAPPER "; export LC_ALL CERTMAP_WRAPPER\n"
                                   "certmap() { $CERTMAP_WRAPPER \"$CERTMAP_TOOL\" \"$@\"; }\n";
    char name[128] = "", following[128] = "";
    char path[320];
    snprintf(path, sizeof path, CASES "/%s", one->name);
    read_file(&one->text, path);
    t_bytes(&one->script, prologue, sizeof prologue - 1);
    add_adapters(&one->script);
    const char *line = (const char *)one->text.data;
    for (; *line != '\0' && !section_name(name, line); line = next_line(line))
        take_head(one, line);
    while (*line != '\0') {
        struct t_buf section = T_BUF_INIT;
        for (line = next_line(line); *line != '\0' && !section_name(following, line); line = next_line(line))
            t_bytes(&section, line, (size_t)(next_line(line) - line));
        t_bytes(&section, "", 1);
        take_section(one, name, (char *)section.data, section.len - 1);
        memcpy(name, following, sizeof name);
        t_buf_free(&section);
    }
    write_file(one, ".script", one->script.data, one->script.len);
}

/* ---- Comparing ---- */

/* Whether a line is what was expected; [...] in it stands for any text. */
static bool line_matches(const char *expected, size_t expected_len, const char *line, size_t len) {
    static const char any[] = "[...]";
    const size_t any_len = sizeof any - 1;
    while (expected_len > 0 && (expected_len < any_len || memcmp(expected, any, any_len) != 0)) {
        if (len == 0 || *expected++ != *line++)
            return false;
        expected_len--;
        len--;
    }
    if (expected_len == 0)
        return len == 0;
    for (size_t skip = 0; skip <= len; skip++)
        if (line_matches(expected + any_len, expected_len - any_len, line + skip, len - skip))
            return true;
    return false;
}

/* The length of what is alike at the beginning of both, in whole lines of the expected one; of the other in *len. */
static size_t alike(const char *expected, const char *text, size_t *len) {
    const char *at = expected, *other = text;
    while (*at != '\0' && *other != '\0' && line_matches(at, strcspn(at, "\n"), other, strcspn(other, "\n"))) {
        at = next_line(at);
        other = next_line(other);
    }
    *len = (size_t)(other - text);
    return (size_t)(at - expected);
}

static void compare(const struct tool_case *one, const char *file, struct t_buf *expected) {
    struct t_buf text = T_BUF_INIT;
    char path[320];
    snprintf(path, sizeof path, "%s/%s", one->dir, file);
    read_file(&text, path);
    t_bytes(expected, "", 1);
    const char *want = (const char *)expected->data, *have = (const char *)text.data;
    size_t skipped;
    want += alike(want, have, &skipped);
    have += skipped;
    /* A long message is one that Check does not print at all. */
    ck_assert_msg(*want == *have && *want == '\0',
                  "%s: %s, after %zu bytes, is\n%.1200s\ninstead of\n%.1200s\nThe files are in %s", one->name, file + 1,
                  skipped, have, want, one->dir);
    t_buf_free(&text);
}

/* ---- The test ---- */

static void run_script(const struct tool_case *one) {
    char command[640];
    snprintf(command, sizeof command,
             "SOURCE=$PWD; export SOURCE; cd %s && sh ./.script > .stdout 2> .stderr < /dev/null", one->dir);
    int status = system(command);
    ck_assert_msg(WIFEXITED(status), "%s: the shell did not exit", one->name);
    ck_assert_msg(WEXITSTATUS(status) == one->exit, "%s: exit status %d instead of %d; the files are in %s", one->name,
                  WEXITSTATUS(status), one->exit, one->dir);
}

static void remove_directory(const struct tool_case *one) {
    char command[640];
    snprintf(command, sizeof command, "rm -rf %s", one->dir);
    ck_assert_int_eq(system(command), 0);
}

T_TEST(a_case) {
    struct tool_case one = {.exit = 0};
    snprintf(one.name, sizeof one.name, "%s", case_names[_i]);
    snprintf(one.dir, sizeof one.dir, "/tmp/certmap-tool-XXXXXX");
    ck_assert_msg(mkdtemp(one.dir) != NULL, "no directory can be made in /tmp");
    read_case(&one);
    run_script(&one);
    compare(&one, ".stdout", &one.expected_out);
    compare(&one, ".stderr", &one.expected_err);
    remove_directory(&one);
    t_buf_free(&one.text);
    t_buf_free(&one.script);
    t_buf_free(&one.expected_out);
    t_buf_free(&one.expected_err);
}

/* ---- The list of cases ---- */

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether the head of a case has this line. */
static bool has_line(const char *name, const char *text) {
    char path[320], line[256];
    bool yes = false;
    snprintf(path, sizeof path, CASES "/%s", name);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL && strncmp(line, "-- ", 3) != 0)
        yes = yes || is_line(line, text);
    if (file != NULL)
        fclose(file);
    return yes;
}

/* Whether a case holds on this platform, and can be run. */
static bool applies(const char *name) {
    const char *solver = getenv("CERTMAP_SOLVER");
    if (solver != NULL && strcmp(solver, "no") == 0 && has_line(name, "needs: solver"))
        return false;
    if (has_line(name, is_windows() ? "platform: posix" : "platform: windows"))
        return false;
    const char *why = has_line(name, "needs: terminal") ? t_terminal_missing() : NULL;
    if (why != NULL)
        t_skipped(1, "a case of the command on a terminal: no pseudo-terminal can be opened", why);
    return why == NULL;
}

static void list_cases(void) {
    const struct dirent *entry;
    DIR *dir = opendir(CASES);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (!ends_with(entry->d_name, ".case") || !applies(entry->d_name))
            continue;
        char **grown = realloc(case_names, ((size_t)case_count + 1) * sizeof *grown);
        char *name = strdup(entry->d_name);
        if (grown == NULL || name == NULL)
            exit(EXIT_FAILURE);
        case_names = grown;
        case_names[case_count++] = name;
    }
    if (dir != NULL)
        closedir(dir);
    if (case_count > 0)
        qsort(case_names, (size_t)case_count, sizeof *case_names, by_name);
}

static void free_cases(void) {
    for (int i = 0; i < case_count; i++)
        free(case_names[i]);
    free(case_names);
}

int main(void) {
    list_cases();
    const int status = T_RUN("tool", T_CASE("cases", T_LOOP(a_case, case_count)));
    free_cases();
    return status;
}
