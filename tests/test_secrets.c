/* SPDX-License-Identifier: MIT */
/* Whether a password of an IIS file is left in memory: in that of a process that loaded the file with the library and
 * freed all it had, and in that of the command when it exits.
 *
 * A child does the work and is stopped; its parent reads all of its memory that can be written: heap, stack, data of
 * every library. The password is made anew each time, and is nowhere whole: this program knows it masked. */
#if defined(__linux__)
#define _GNU_SOURCE 1 /* ptrace */
#endif
#include "iis.h"
#include <stdio.h>

#if defined(__SANITIZE_ADDRESS__) /* gcc says so */
#define WITH_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) /* and clang */
#define WITH_SANITIZER
#endif
#endif

/* A sanitizer keeps freed memory, and a wrapper is not the program; what they run is tested without them. */
#if !defined(__linux__) || defined(WITH_SANITIZER)

int main(void) {
    return 77;
}

#else

#include <fcntl.h>
#include <malloc.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the password ---- */

enum { LENGTH = 40, FOUND = 8 /* so many characters in a row are found */ };

static uint8_t masked[LENGTH], mask[LENGTH];

static void make_password(void) {
    FILE *random = fopen("/dev/urandom", "rb");
    ck_assert_ptr_nonnull(random);
    setvbuf(random, NULL, _IONBF, 0);
    ck_assert_uint_eq(fread(masked, 1, LENGTH, random), LENGTH);
    ck_assert_uint_eq(fread(mask, 1, LENGTH, random), LENGTH);
    fclose(random);
    for (size_t i = 0; i < LENGTH; i++)
        masked[i] = (uint8_t)(('A' + masked[i] % 26) ^ mask[i]);
}

static uint8_t password_at(size_t i) {
    return masked[i] ^ mask[i];
}

/* Whether a part of it begins here, each character followed by width - 1 other bytes. */
static bool part_begins(const uint8_t *at, size_t len, size_t first, size_t width) {
    size_t same = 0;
    while (same < FOUND && same * width < len && at[same * width] == password_at(first + same))
        same++;
    return same == FOUND;
}

static bool has_part(const uint8_t *bytes, size_t len) {
    uint8_t begins[256] = {0};
    for (size_t i = 0; i + FOUND <= LENGTH; i++)
        begins[password_at(i)] = 1;
    for (size_t at = 0; at < len; at++)
        for (size_t i = 0; begins[bytes[at]] != 0 && i + FOUND <= LENGTH; i++)
            if (part_begins(bytes + at, len - at, i, 1) || part_begins(bytes + at, len - at, i, 2))
                return true;
    return false;
}

/* ---- the memory of another process ---- */

static bool range_has_part(int memory, unsigned long begin, unsigned long end) {
    enum { PIECE = 1 << 20, OVERLAP = 2 * FOUND };
    uint8_t *piece = malloc(PIECE + OVERLAP);
    bool found = false;
    for (unsigned long at = begin; at < end && !found; at += PIECE) {
        const size_t want = end - at < PIECE + OVERLAP ? end - at : PIECE + OVERLAP;
        const ssize_t got = pread(memory, piece, want, (off_t)at);
        found = got > 0 && has_part(piece, (size_t)got);
    }
    free(piece);
    return found;
}

/* Where a part of the password is, as /proc says it; false if it is nowhere. */
static bool process_has_part(pid_t pid, char where[512]) {
    char path[64];
    unsigned long begin, end, ranges = 0;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%ld/maps", (long)pid);
    FILE *maps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
    int memory = open(path, O_RDONLY);
    ck_assert(maps != NULL && memory >= 0);
    while (!found && fgets(where, 512, maps) != NULL) {
        char rights[8];
        if (sscanf(where, "%lx-%lx %7s", &begin, &end, rights) != 3 || rights[1] != 'w')
            continue;
        found = range_has_part(memory, begin, end);
        ranges++;
    }
    ck_assert_msg(found || ranges > 3, "%lu ranges: no heap, stack or data?", ranges);
    fclose(maps);
    close(memory);
    return found;
}

/* ---- files with the password ---- */

#define SECTION "iisClientCertificateMappingAuthentication"
#define OPEN "<?xml version=\"1.0\"?>\n<" SECTION " enabled=\"true\"><manyToOneMappings>"
#define CLOSE "</manyToOneMappings></" SECTION ">\n"
#define RULES "<rules><add certificateField=\"1\" certificateSubField=\"CN\" matchCriteria=\"*\"/></rules>"
#define ADD "<add name=\"a\" userName=\"u\" password=\"@\">" RULES "</add>"

/* @ stands for the password. */
static const struct file {
    const char *name;
    const char *text;
    bool wide;
} files[] = {
    {"mappings", OPEN ADD CLOSE, false},
    {"UTF-16", OPEN ADD CLOSE, true},
    {"an error after it", OPEN ADD "<add name=\"b\" userNam=\"u\" password=\"@\"/>" CLOSE, false},
    {"the end too early", OPEN ADD "<add password=\"@", false},
    {"the end too early, UTF-16", OPEN ADD "<add password=\"@", true},
    {"not XML", OPEN ADD "<add password=\"@&amp;@ & \"/>" CLOSE, false},
    {"as text, comment and CDATA", OPEN "@<!-- @ --><![CDATA[@]]>" ADD CLOSE, false},
    {"other attributes", OPEN "<add name=\"b\" pasword=\"@\" description=\"@\" passwort=\"@\"/>" CLOSE, false},
};

static size_t put_character(uint8_t *to, uint8_t c, bool wide) {
    to[0] = c;
    if (wide)
        to[1] = 0;
    return wide ? 2 : 1;
}

/* The file's bytes; the caller wipes and frees them. */
static uint8_t *make_text(const struct file *file, size_t *len) {
    uint8_t *text = malloc(2 * strlen(file->text) * LENGTH);
    *len = 0;
    for (const char *p = file->text; *p != '\0'; p++)
        for (size_t i = 0; i < (*p == '@' ? LENGTH : 1); i++)
            *len += put_character(text + *len, *p == '@' ? password_at(i) : (uint8_t)*p, file->wide);
    return text;
}

static void wipe(volatile uint8_t *bytes, size_t len) {
    while (len > 0)
        bytes[--len] = 0;
}

/* ---- the library ---- */

/* What a child does with a file. */
enum way { SKIP, KEEP, CANCEL, STARVE, FORGET, WAYS };
static const char *const ways[] = {"loads", "loads with passwords", "is cancelled", "has no memory", "forgets to wipe"};

static bool cancel(void *ctx, size_t done, size_t total) {
    (void)ctx;
    return 2 * done < total;
}

static void load_file(const struct file *file, enum way way, size_t fail_at) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    struct t_alloc memory = T_ALLOC_INIT;
    struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_rules *rules = NULL;
    struct certmap_iis_logon *logon = NULL;
    size_t len;
    uint8_t *text = make_text(file, &len);
    build.progress = way == CANCEL ? cancel : NULL;
    options.build = &build;
    options.allocator = way == STARVE ? &allocator : NULL;
    options.check_setup = true;
    memory.fail_at = fail_at;
    if (certmap_iis_load(&rules, way == SKIP ? NULL : &logon, (struct certmap_view){text, len}, &options, NULL) !=
        CERTMAP_OK)
        ck_assert_ptr_null(rules);
    certmap_iis_logon_free(logon);
    certmap_rules_free(rules);
    if (way != FORGET)
        wipe(text, len);
    free(text);
}

/* Lets a child do it, and looks at what is left. */
static bool is_left(const struct file *file, enum way way, size_t fail_at, char where[512]) {
    int status = 0;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        load_file(file, way, fail_at);
        raise(SIGSTOP);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
    ck_assert_msg(WIFSTOPPED(status), "status %d", status);
    const bool found = process_has_part(pid, where);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return found;
}

T_TEST(library_leaves_no_password) {
    const struct file *file = &files[_i / WAYS];
    const enum way way = (enum way)(_i % WAYS);
    char where[512];
    make_password();
    mallopt(M_PERTURB, 0); /* Meson has free overwrite memory */
    for (size_t n = 0; n < (way == STARVE ? 60 : 1); n += 4)
        ck_assert_msg(is_left(file, way, n, where) == (way == FORGET), "%s, %s, %zu: %s", file->name, ways[way], n,
                      where);
}

/* ---- the command ---- */

/* Runs it; it stops as it exits, with all of its memory. */
static pid_t run_to_the_exit(char *const arguments[]) {
    int status = 0;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        unsetenv("MALLOC_PERTURB_");
        (void)!freopen("/dev/null", "w", stdout);
        (void)!freopen("/dev/null", "w", stderr);
        raise(SIGSTOP);
        execv(arguments[0], arguments);
        _exit(1);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return -1; /* nobody may look into a process here */
    ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL), 0);
    do {
        ck_assert_int_eq(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_msg(WIFSTOPPED(status), "status %d", status);
    } while (status >> 8 != (SIGTRAP | PTRACE_EVENT_EXIT << 8));
    return pid;
}

static void write_file(const char *path, const struct file *file) {
    size_t len;
    uint8_t *text = make_text(file, &len);
    FILE *out = fopen(path, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(text, 1, len, out), len);
    ck_assert_int_eq(fclose(out), 0);
    free(text);
}

static const char *const verbs[] = {"check", "match", "explain", "convert"};

T_TEST(command_leaves_no_password) {
    char path[] = "/tmp/certmap-secrets-XXXXXX", where[512], certificate[] = "docs/examples/alice.pem";
    char tool[512], verb[16], rules[] = "--rules";
    const struct file *file = &files[_i / COUNT(verbs)];
    snprintf(verb, sizeof verb, "%s", verbs[_i % COUNT(verbs)]);
    snprintf(tool, sizeof tool, "%s", getenv("CERTMAP_TOOL"));
    const bool asks = strcmp(verb, "match") == 0 || strcmp(verb, "explain") == 0;
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    make_password();
    write_file(path, file);
    char *const arguments[] = {tool, verb, rules, path, asks ? certificate : NULL, NULL};
    const pid_t pid = run_to_the_exit(arguments);
    const bool found = pid > 0 && process_has_part(pid, where);
    if (pid > 0)
        kill(pid, SIGKILL);
    unlink(path);
    ck_assert_msg(!found, "%s, %s: %s", verb, file->name, where);
}

/* ---- */

/* An emulator has a memory of its own around that of the program: slow, so that none runs these. */
int main(void) {
    const int commands = getenv("CERTMAP_TOOL") != NULL ? COUNT(files) * COUNT(verbs) : 0;
    if (t_left_out(T_SLOW))
        return 77; /* nothing is left to run */
    return T_RUN("secrets", T_CASE("library", T_TAGS(T_SLOW), T_LOOP(library_leaves_no_password, COUNT(files) * WAYS)),
                 T_CASE("command", T_TAGS(T_SLOW), T_LOOP(command_leaves_no_password, commands)));
}

#endif
