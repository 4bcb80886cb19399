/* SPDX-License-Identifier: MIT */
/* What the documentation shows is what happens. In README.md and docs/?*.md, every block that begins with
 *
 *     ```console
 *
 * is run in docs/examples: lines that begin with "$ " are commands for sh, and the others what they print. The
 * certificates beside the examples are those that certificates.txt describes, and the C example gives accounts.
 *
 * CERTMAP_TOOL is the command; CERTMAP_TWENTY is the compiled twenty.c, which README.md runs as ./twenty, and so are
 * CERTMAP_CHECK and the others. */
#define _POSIX_C_SOURCE 200809L
#include "pages.h"
#include <ctype.h>
#include <sys/wait.h>

#define EXAMPLES "docs/examples"

static struct t_pages pages;
static struct t_blocks consoles;

/* ---- running ---- */

static void write_file(const char *dir, const char *name, struct certmap_view bytes) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL && fwrite(bytes.data, 1, bytes.len, file) == bytes.len, "%s cannot be written", path);
    fclose(file);
}

/* Runs a script in docs/examples with these bytes on its standard input, and appends what it prints. Its exit status, or -1. */
static int run(struct t_buf *output, struct t_buf *script, struct t_buf *input) {
    char dir[] = "/tmp/certmap-examples-XXXXXX", path[64], command[256];
    ck_assert_msg(mkdtemp(dir) != NULL, "no directory can be made in /tmp");
    write_file(dir, "script", t_view(script));
    write_file(dir, "input", t_view(input));
    snprintf(command, sizeof command, "cd " EXAMPLES " && sh %s/script < %s/input > %s/output 2>&1", dir, dir, dir);
    const int status = system(command);
    snprintf(path, sizeof path, "%s/output", dir);
    t_read_file(output, path);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    ck_assert_int_eq(system(command), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The compiled example: for this machine, or for one that Meson has an emulator of. */
#define RUN_TWENTY "$MESON_EXE_WRAPPER \"$CERTMAP_TWENTY\""

/* Prints a command as the page has it, and runs it; $? stays that of the last one. Who reads the page has
 * compiled ./twenty from twenty.c in docs/examples; here it is what CERTMAP_TWENTY names. */
static void add_command(struct t_buf *script, const char *line) {
    const size_t len = strcspn(line, "\n");
    const char *rest = line + strlen("$ ");
    t_put(script, "cat <<'END'\n");
    t_bytes(script, line, len);
    t_put(script, "\nEND\n(exit $status)\n");
    if (strncmp(rest, "./", 2) == 0) {
        t_put(script, "$MESON_EXE_WRAPPER \"$CERTMAP_");
        for (rest += 2; islower((unsigned char)*rest); rest++)
            t_bytes(script, &(char){(char)toupper((unsigned char)*rest)}, 1);
        t_put(script, "\"");
    }
    t_bytes(script, rest, len - (size_t)(rest - line));
    t_put(script, "\nstatus=$?\n");
}

static void make_script(struct t_buf *script, const char *text, const char *end) {
    t_put(script, "certmap() { " T_WRAPPER " \"$CERTMAP_TOOL\" \"$@\"; }\nstatus=0\n");
    for (; text < end; text = t_next_line(text))
        if (strncmp(text, "$ ", 2) == 0)
            add_command(script, text);
    t_put(script, "exit $status\n");
}

T_TEST(console) {
    const struct t_block *block = &consoles.items[_i];
    struct t_buf script = T_BUF_INIT, input = T_BUF_INIT, output = T_BUF_INIT;
    const char *text = (const char *)block->text.data;
    ck_assert_msg(strncmp(text, "$ ", 2) == 0, "%s:%d: a block of commands begins with one", block->page, block->line);
    const char *solver = getenv("CERTMAP_SOLVER");
    if (solver != NULL && strcmp(solver, "no") == 0 &&
        (strcmp(block->page, "docs/diff.md") == 0 || strcmp(block->page, "docs/rollout.md") == 0))
        return; /* what is proven there needs PicoSAT */
    make_script(&script, text, text + block->text.len);
    const int status = run(&output, &script, &input);
    ck_assert_msg(output.len == block->text.len && memcmp(output.data, text, output.len) == 0,
                  "%s:%d: the commands end with %d and print\n%s", block->page, block->line, status,
                  (const char *)output.data);
    t_buf_free(&script);
    t_buf_free(&input);
    t_buf_free(&output);
}

/* ---- every file has a use ---- */

static bool is_used(const char *name) {
    for (int i = 0; i < consoles.count; i++) {
        const char *text = (const char *)consoles.items[i].text.data, *end = text + consoles.items[i].text.len;
        for (; text < end; text = t_next_line(text)) {
            const char *at = strstr(text, name);
            if (strncmp(text, "$ ", 2) == 0 && at != NULL && at < t_next_line(text))
                return true;
        }
    }
    return false;
}

T_TEST(every_example_is_shown) {
    static const char *const ends[] = {".rules", ".config", ".pem"};
    struct t_files files;
    t_list(&files, EXAMPLES, ends[_i]);
    ck_assert_int_gt(files.count, 0);
    for (int i = 0; i < files.count; i++)
        ck_assert_msg(is_used(files.names[i]), EXAMPLES "/%s stands in no command of the docs", files.names[i]);
}

/* ---- certificates ---- */

/* The section of certificates.txt that describes a file: lines up to the next "-- ". */
static void find_section(struct t_buf *section, const char *text, const char *name) {
    char head[80];
    snprintf(head, sizeof head, "\n-- %s --\n", name);
    const char *begin = strstr(text, head);
    ck_assert_msg(begin != NULL, EXAMPLES "/certificates.txt does not describe %s", name);
    begin += strlen(head);
    const char *end = strstr(begin, "\n-- ");
    t_bytes(section, begin, end == NULL ? strlen(begin) : (size_t)(end - begin) + 1);
    t_bytes(section, "", 1);
}

/* Makes a certificate of the examples anew. */
static void make_certificate(struct t_buf *made, const char *name, bool pem) {
    struct t_buf text = T_BUF_INIT, section = T_BUF_INIT;
    t_read_file(&text, EXAMPLES "/certificates.txt");
    find_section(&section, (const char *)text.data, name);
    t_certs(made, (const char *)section.data, pem);
    t_bytes(made, "", 1);
    made->len--;
    t_buf_free(&text);
    t_buf_free(&section);
}

T_TEST(certificates_are_as_described) {
    struct t_files files;
    t_list(&files, EXAMPLES, ".pem");
    for (int i = 0; i < files.count; i++) {
        struct t_buf made = T_BUF_INIT, file = T_BUF_INIT;
        char path[128];
        snprintf(path, sizeof path, EXAMPLES "/%s", files.names[i]);
        t_read_file(&file, path);
        make_certificate(&made, files.names[i], true);
        ck_assert_msg(strcmp((const char *)file.data, (const char *)made.data) == 0, "%s should be\n%s", path,
                      (const char *)made.data);
        t_buf_free(&made);
        t_buf_free(&file);
    }
}

/* ---- the C example ---- */

static const struct {
    const char *certificate;
    const char *output; /* and the exit status */
} accounts[] = {
    {"alice.pem", "decision=allow mapping=\"sales\" account=\"portal\" reason=-\n0\n"},
    {"eve.pem", "decision=none mapping=- account=- reason=no-match\n1\n"},
    {"broken.pem", "subject: an RDN of the Name is empty\n1\n"},
};

static void check_twenty(const char *certificate, bool pem, const char *expected) {
    struct t_buf script = T_BUF_INIT, input = T_BUF_INIT, output = T_BUF_INIT;
    t_put(&script, RUN_TWENTY "\necho $?\n");
    if (certificate != NULL)
        make_certificate(&input, certificate, pem);
    run(&output, &script, &input);
    ck_assert_str_eq((const char *)output.data, expected);
    t_buf_free(&script);
    t_buf_free(&input);
    t_buf_free(&output);
}

T_TEST(twenty_lines) {
    check_twenty(accounts[_i].certificate, false, accounts[_i].output);
    check_twenty(accounts[_i].certificate, true, accounts[_i].output);
}

T_TEST(twenty_lines_of_nothing) {
    check_twenty(NULL, false, "there is nothing where a certificate should be\n1\n");
}

/* ---- check.c with what no page shows ---- */

static void check_output(const char *commands, const char *expected) {
    struct t_buf script = T_BUF_INIT, input = T_BUF_INIT, output = T_BUF_INIT;
    t_put(&script, "check() { $MESON_EXE_WRAPPER \"$CERTMAP_CHECK\" \"$@\"; echo $?; }\n");
    t_put(&script, commands);
    run(&output, &script, &input);
    t_bytes(&output, "", 1);
    ck_assert_str_eq((const char *)output.data, expected);
    t_buf_free(&script);
    t_buf_free(&input);
    t_buf_free(&output);
}

T_TEST(check_reads_utf16) {
    check_output("iconv -f UTF-8 -t UTF-16 staff.rules | check /dev/stdin\n", "/dev/stdin: 2 mappings\n0\n");
    check_output("printf 'certmap 1;\\n\\303\\251' | iconv -f UTF-8 -t UTF-16LE | check /dev/stdin\n",
                 "/dev/stdin:2:1: error: \"\xC3\xA9\" has no meaning here [syntax]\n  \xC3\xA9\n  ^\n1\n");
    check_output("printf '\\376\\377\\000' | check /dev/stdin\n",
                 "/dev/stdin: the file is in UTF-16, and ends with half a code unit\n1\n");
}

T_TEST(check_says_what_cannot_be_read) {
    check_output("check no.rules\n", "no.rules: cannot be read\n1\n");
    check_output("check /dev/zero\n", "/dev/zero: cannot be read, or is too large\n1\n");
}

int main(void) {
    t_pages_read(&pages);
    t_pages_blocks(&consoles, &pages, "console");
    const int status =
        T_RUN("examples",
              T_CASE("examples", T_LOOP(console, consoles.count), T_LOOP(every_example_is_shown, 3),
                     certificates_are_as_described),
              T_CASE("twenty", T_LOOP(twenty_lines, COUNT(accounts)), twenty_lines_of_nothing,
                     T_TAGS("posix") /* standard input is text on Windows, unless a program says otherwise */),
              T_CASE("check", check_reads_utf16, check_says_what_cannot_be_read));
    t_pages_free(&pages);
    return status;
}
