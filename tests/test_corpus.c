/* SPDX-License-Identifier: MIT */
/* A corpus: the same records, whatever form it has, however it comes in and however many threads read it; what is damaged
 * costs one record, at its place. */
#define _XOPEN_SOURCE 700
#include "base64.h"
#include "ndjson.h"
#include "pass.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Certificates ---- */

enum { FEW = 5 };

/* The i-th of as many different certificates as one likes, of different lengths. */
static void make_der(struct t_buf *der, int i) {
    char text[256];
    snprintf(text, sizeof text, "subject: O=Contoso | CN=%.*s%d\nissuer: CN=Contoso CA\n", i % 60 + 1,
             "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh", i);
    t_certs(der, text, false);
}

static void add_base64(struct t_buf *text, struct certmap_view der, bool lines) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < der.len; i += 3) {
        const uint8_t b = i + 1 < der.len ? der.data[i + 1] : 0, c = i + 2 < der.len ? der.data[i + 2] : 0;
        const unsigned bits = (unsigned)der.data[i] << 16 | (unsigned)b << 8 | c;
        char group[4];
        for (int k = 0; k < 4; k++)
            group[k] = alphabet[bits >> (18 - 6 * k) & 63];
        memset(group + 4 -
                   (i + 2 < der.len   ? 0
                    : i + 1 < der.len ? 1
                                      : 2),
               '=',
               i + 2 < der.len   ? 0
               : i + 1 < der.len ? 1
                                 : 2);
        t_bytes(text, group, 4);
        if (lines && (i / 3 % 16 == 15 || i + 3 >= der.len))
            t_put(text, "\n");
    }
}

static void add_pem(struct t_buf *out, struct certmap_view der, const char *label) {
    t_put(out, "-----BEGIN ");
    t_put(out, label);
    t_put(out, "-----\n");
    add_base64(out, der, true);
    t_put(out, "-----END ");
    t_put(out, label);
    t_put(out, "-----\n");
}

static void add_ndjson(struct t_buf *out, struct certmap_view der) {
    t_put(out, "{\"der\": \"");
    add_base64(out, der, false);
    t_put(out, "\"}\n");
}

/* SignedData with these certificates, of definite or indefinite lengths. */
static void add_pkcs7(struct t_buf *out, struct certmap_view certificates, bool indefinite) {
    static const uint8_t oid[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};
    static const uint8_t head[] = {0x02, 0x01, 0x01, 0x31, 0x00};
    static const uint8_t data[] = {0x30, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01};
    static const uint8_t open_data[] = {0x30, 0x80, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01,
                                        0xA0, 0x80, 0x24, 0x80, 0x04, 0x01, 0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
    static const uint8_t tail[] = {0x31, 0x00};
    if (indefinite) {
        t_bytes(out, "\x30\x80", 2);
        t_bytes(out, oid, sizeof oid);
        t_bytes(out, "\xA0\x80\x30\x80", 4);
        t_bytes(out, head, sizeof head);
        t_bytes(out, open_data, sizeof open_data);
        t_bytes(out, "\xA0\x80", 2);
        t_bytes(out, certificates.data, certificates.len);
        t_bytes(out, "\0\0", 2);
        t_bytes(out, tail, sizeof tail);
        t_bytes(out, "\0\0\0\0\0\0", 6);
        return;
    }
    const size_t outer = t_begin(out);
    t_bytes(out, oid, sizeof oid);
    const size_t explicit_mark = t_begin(out), inner = t_begin(out);
    t_bytes(out, head, sizeof head);
    t_bytes(out, data, sizeof data);
    const size_t set = t_begin(out);
    t_bytes(out, certificates.data, certificates.len);
    t_end(out, set, 0xA0, 0);
    t_bytes(out, tail, sizeof tail);
    t_end(out, inner, 0x30, 0);
    t_end(out, explicit_mark, 0xA0, 0);
    t_end(out, outer, 0x30, 0);
}

enum form { PEM, DER, NDJSON, PKCS7, PKCS7_OPEN, PKCS7_PEM, FORMS };

static void make_corpus(struct t_buf *out, enum form form, int count) {
    struct t_buf all = T_BUF_INIT, der = T_BUF_INIT;
    for (int i = 0; i < count; i++) {
        t_buf_clear(&der);
        make_der(&der, i);
        if (form == PEM)
            add_pem(out, t_view(&der), "CERTIFICATE");
        else if (form == NDJSON)
            add_ndjson(out, t_view(&der));
        else
            t_bytes(&all, der.data, der.len);
    }
    t_buf_clear(&der);
    if (form == DER)
        t_bytes(out, all.data, all.len);
    else if (form == PKCS7 || form == PKCS7_OPEN)
        add_pkcs7(out, t_view(&all), form == PKCS7_OPEN);
    else if (form == PKCS7_PEM) {
        add_pkcs7(&der, t_view(&all), false);
        add_pem(out, t_view(&der), "PKCS7");
    }
    t_buf_free(&all);
    t_buf_free(&der);
}

/* ---- Files ---- */

static char folder[64];
static char path[128];

static void make_folder(void) {
    snprintf(folder, sizeof folder, "/tmp/certmap-corpus-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/corpus", folder);
}

static void remove_folder(void) {
    (void)remove(path);
    (void)rmdir(folder);
}

static void write_corpus(const struct t_buf *bytes) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes->data, 1, bytes->len, file), bytes->len);
    fclose(file);
}

/* ---- What was read ---- */

/* A line for each record: a number for its bytes, or what is wrong. */
struct read {
    struct t_buf text;
    struct tool_pass_totals totals;
    bool places;
};

static void *no_worker(void *ctx) {
    return ctx;
}

static void end_worker(void *ctx, void *worker) {
    (void)ctx;
    (void)worker;
}

static void *new_part(void *ctx) {
    (void)ctx;
    return calloc(1, sizeof(struct t_buf));
}

static void free_part(void *part) {
    t_buf_free(part);
    free(part);
}

static void work(void *ctx, void *worker, void *own, const struct tool_record *record) {
    const struct read *read = ctx;
    struct t_buf *part = own;
    char line[512];
    unsigned long sum = 5381;
    (void)worker;
    for (size_t i = 0; i < record->der.len; i++)
        sum = (sum * 33 + record->der.data[i]) & 0xFFFFFFFF;
    if (record->why != NULL)
        snprintf(line, sizeof line, "%s", record->why);
    else
        snprintf(line, sizeof line, "%zu bytes %08lx", record->der.len, sum);
    if (read->places)
        snprintf(line + strlen(line), sizeof line - strlen(line), " line %zu byte %llu", record->line,
                 (unsigned long long)record->offset);
    t_put(part, line);
    t_put(part, "\n");
}

static bool take(void *ctx, void *own, const char *const *paths) {
    struct read *read = ctx;
    struct t_buf *part = own;
    (void)paths;
    t_bytes(&read->text, part->data, part->len);
    t_buf_clear(part);
    return true;
}

static void read_corpus(struct read *read, size_t workers) {
    const struct tool_pass pass = {.ctx = read,
                                   .workers = workers,
                                   .begin = no_worker,
                                   .end = end_worker,
                                   .part_new = new_part,
                                   .part_free = free_part,
                                   .work = work,
                                   .take = take};
    char *paths[] = {path};
    t_buf_clear(&read->text);
    tool_pass_run(&pass, paths, 1, &read->totals);
    t_bytes(&read->text, "", 1);
    read->text.len--;
}

static const char *text_of(const struct read *read) {
    return (const char *)read->text.data;
}

/* ---- The same in every form ---- */

/* More than one chunk has. */
enum { MANY = 3000 };

T_TEST(forms) {
    struct read first = {.text = T_BUF_INIT}, next = {.text = T_BUF_INIT};
    struct t_buf bytes = T_BUF_INIT;
    make_folder();
    for (int form = 0; form < FORMS; form++) {
        t_buf_clear(&bytes);
        make_corpus(&bytes, (enum form)form, MANY);
        write_corpus(&bytes);
        for (size_t workers = 1; workers <= 8; workers++) {
            struct read *read = form == 0 && workers == 1 ? &first : &next;
            read_corpus(read, workers);
            ck_assert_uint_eq(read->totals.certificates, MANY);
            ck_assert_uint_eq(read->totals.errors, 0);
            ck_assert_msg(read == &first || strcmp(text_of(&first), text_of(&next)) == 0, "form %d, %zu threads", form,
                          workers);
        }
    }
    remove_folder();
    t_buf_free(&bytes);
    t_buf_free(&first.text);
    t_buf_free(&next.text);
}

/* What follows PKCS #7 is read as if it were a file of its own: more of it, and DER. */
T_TEST(pkcs7_is_followed) {
    struct read expected = {.text = T_BUF_INIT}, read = {.text = T_BUF_INIT};
    struct t_buf bytes = T_BUF_INIT;
    const int count = _i == 0 ? 2 : MANY;
    make_folder();
    for (int i = 0; i < 3; i++)
        make_corpus(&bytes, DER, count);
    write_corpus(&bytes);
    read_corpus(&expected, 1);
    t_buf_clear(&bytes);
    make_corpus(&bytes, PKCS7, count);
    make_corpus(&bytes, PKCS7, count);
    make_corpus(&bytes, DER, count);
    write_corpus(&bytes);
    read_corpus(&read, 2);
    ck_assert_uint_eq(read.totals.certificates, 3 * (uint64_t)count);
    ck_assert_uint_eq(read.totals.errors, 0);
    ck_assert_str_eq(text_of(&expected), text_of(&read));
    remove_folder();
    t_buf_free(&bytes);
    t_buf_free(&expected.text);
    t_buf_free(&read.text);
}

/* JSON has four blanks, and a NUL is none of them. */
T_TEST(a_line_ends_in_blanks) {
    struct read read = {.text = T_BUF_INIT};
    struct t_buf bytes = T_BUF_INIT;
    make_folder();
    make_corpus(&bytes, NDJSON, 2);
    t_bytes(&bytes, _i == 0 ? " \t\r\n" : " \0\r\n", 4);
    bytes.data[bytes.len - 5] = ' '; /* the second line goes on */
    write_corpus(&bytes);
    read_corpus(&read, 1);
    ck_assert_uint_eq(read.totals.certificates, _i == 0 ? 2 : 1);
    ck_assert_uint_eq(read.totals.errors, _i == 0 ? 0 : 1);
    remove_folder();
    t_buf_free(&bytes);
    t_buf_free(&read.text);
}

/* An indented block, as in YAML, is one that is damaged, not nothing. */
T_TEST(indented_blocks_are_left_out) {
    struct read read = {.text = T_BUF_INIT, .places = true};
    struct t_buf block = T_BUF_INIT, bytes = T_BUF_INIT;
    make_folder();
    make_corpus(&block, PEM, 1);
    t_bytes(&block, "", 1);
    t_put(&bytes, "ca: |\n");
    for (char *line = strtok((char *)block.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        t_put(&bytes, _i == 0 ? "  " : "\t");
        t_put(&bytes, line);
        t_put(&bytes, "\n");
    }
    make_corpus(&bytes, PEM, 1);
    write_corpus(&bytes);
    read_corpus(&read, 1);
    ck_assert_uint_eq(read.totals.certificates, 1);
    ck_assert_uint_eq(read.totals.errors, 1);
    ck_assert_ptr_nonnull(strstr(text_of(&read), "left out line 2 byte 0\n"));
    remove_folder();
    t_buf_free(&block);
    t_buf_free(&bytes);
    t_buf_free(&read.text);
}

/* Writes bytes into a pipe, in odd pieces. */
static pid_t feed(const struct t_buf *bytes) {
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child > 0)
        return child;
    FILE *file = fopen(path, "wb");
    for (size_t at = 0, piece = 1; file != NULL && at < bytes->len; at += piece, piece = piece * 7 % 9973 + 1) {
        piece = piece < bytes->len - at ? piece : bytes->len - at;
        (void)fwrite(bytes->data + at, 1, piece, file);
        (void)fflush(file);
    }
    _exit(file == NULL || fclose(file) != 0);
}

T_TEST(odd_pieces) {
    struct read whole = {.text = T_BUF_INIT, .places = true}, pieces = {.text = T_BUF_INIT, .places = true};
    struct t_buf bytes = T_BUF_INIT;
    int status;
    make_folder();
    make_corpus(&bytes, (enum form)_i, MANY);
    write_corpus(&bytes);
    read_corpus(&whole, 2);
    (void)remove(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    const pid_t child = feed(&bytes);
    read_corpus(&pieces, 2);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(text_of(&whole), text_of(&pieces));
    remove_folder();
    t_buf_free(&bytes);
    t_buf_free(&whole.text);
    t_buf_free(&pieces.text);
}

/* ---- Damage ---- */

static void line_of(char line[64], int i) {
    struct t_buf der = T_BUF_INIT;
    unsigned long sum = 5381;
    make_der(&der, i);
    for (size_t k = 0; k < der.len; k++)
        sum = (sum * 33 + der.data[k]) & 0xFFFFFFFF;
    snprintf(line, 64, "%zu bytes %08lx\n", der.len, sum);
    t_buf_free(&der);
}

/* All but the third are there, and something for that. */
static void check_others(const struct read *read, const char *what, size_t at) {
    for (int i = 0; i < FEW; i++) {
        char line[64];
        line_of(line, i);
        ck_assert_msg(i == 2 || strstr(text_of(read), line) != NULL, "%s at %zu: certificate %d is lost:\n%s", what, at,
                      i + 1, text_of(read));
    }
    ck_assert_msg(read->totals.certificates + read->totals.errors >= FEW, "%s at %zu: one is missing:\n%s", what, at,
                  text_of(read));
}

/* Where the third certificate is. */
static void bounds(enum form form, size_t *begin, size_t *end) {
    struct t_buf two = T_BUF_INIT, three = T_BUF_INIT;
    make_corpus(&two, form, 2);
    make_corpus(&three, form, 3);
    *begin = two.len;
    *end = three.len;
    t_buf_free(&two);
    t_buf_free(&three);
}

/* Without a byte, without all from it on, with another one in its place; newlines between records stay. */
T_TEST(damage) {
    const enum form form = (enum form)_i;
    struct read read = {.text = T_BUF_INIT};
    struct t_buf whole = T_BUF_INIT, bytes = T_BUF_INIT;
    size_t begin, end;
    make_folder();
    make_corpus(&whole, form, FEW);
    bounds(form, &begin, &end);
    for (size_t at = begin; at < end - (form != DER); at++)
        for (int way = 0; way < 3; way++) {
            const size_t rest = way == 0 ? at + 1 : way == 1 ? end - (form != DER) : at + 1;
            t_buf_clear(&bytes);
            t_bytes(&bytes, whole.data, at);
            if (way == 2)
                t_bytes(&bytes, form == DER ? "\xFF" : "!", 1);
            t_bytes(&bytes, whole.data + rest, whole.len - rest);
            write_corpus(&bytes);
            read_corpus(&read, 1);
            if (way == 1 && at < begin + strlen("-----BEGIN "))
                continue; /* nothing of it is left by which one would know it */
            check_others(&read, way == 0 ? "a byte less" : way == 1 ? "cut short" : "another byte", at);
            if (form != DER)
                ck_assert_uint_eq(read.totals.certificates + read.totals.errors, FEW);
        }
    remove_folder();
    t_buf_free(&whole);
    t_buf_free(&bytes);
    t_buf_free(&read.text);
}

/* ---- Long records ---- */

/* A record of this many bytes with its newline, and one after it. */
static void make_long(struct t_buf *bytes, enum form form, size_t len) {
    static const char before[] = "{\"x\": \"", after[] = "\"}\n";
    struct t_buf room = T_BUF_INIT;
    if (form == NDJSON) {
        t_put(bytes, before);
        for (size_t i = strlen(before) + strlen(after); i < len; i++)
            t_bytes(&room, "x", 1);
        t_bytes(bytes, room.data, room.len);
        t_put(bytes, after);
    } else {
        t_put(bytes, "-----BEGIN CERTIFICATE-----\n");
        for (size_t i = bytes->len + strlen("-----END CERTIFICATE-----\n"); i < len; i++)
            t_bytes(bytes, i % 65 == 64 ? "\n" : "A", 1);
        t_put(bytes, "\n-----END CERTIFICATE-----\n");
    }
    t_buf_clear(&room);
    make_der(&room, 1);
    if (form == NDJSON)
        add_ndjson(bytes, t_view(&room));
    else
        add_pem(bytes, t_view(&room), "CERTIFICATE");
    t_buf_free(&room);
}

static const struct {
    enum form form;
    size_t len;
    const char *text;
} long_rows[] = {
    {NDJSON, TOOL_MAX_RECORD, "it has no \"der\": there is no certificate in it"},
    {NDJSON, TOOL_MAX_RECORD + 1, "the line is too long"},
    {NDJSON, 3 * (size_t)TOOL_MAX_RECORD, "the line is too long"},
    {PEM, TOOL_MAX_RECORD + 100, "the PEM block is too long"},
    {PEM, 3 * (size_t)TOOL_MAX_RECORD, "the PEM block is too long"},
};

T_TEST(long_records) {
    struct read read = {.text = T_BUF_INIT};
    struct t_buf bytes = T_BUF_INIT;
    make_folder();
    make_long(&bytes, long_rows[_i].form, long_rows[_i].len);
    write_corpus(&bytes);
    read_corpus(&read, 2);
    ck_assert_uint_eq(read.totals.certificates, 1);
    ck_assert_uint_eq(read.totals.errors, 1);
    ck_assert_msg(strncmp(text_of(&read), long_rows[_i].text, strlen(long_rows[_i].text)) == 0, "%s", text_of(&read));
    remove_folder();
    t_buf_free(&bytes);
    t_buf_free(&read.text);
}

/* A length that says more than a record can have costs what it is in, not what follows. */
T_TEST(long_der) {
    static const uint8_t head[] = {0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x30, 0x82, 0x01, 0x00, 0xA0};
    struct read read = {.text = T_BUF_INIT};
    struct t_buf bytes = T_BUF_INIT;
    make_folder();
    make_der(&bytes, 0);
    t_bytes(&bytes, head, sizeof head);
    make_der(&bytes, 1);
    write_corpus(&bytes);
    read_corpus(&read, 1);
    ck_assert_uint_eq(read.totals.certificates, 2);
    ck_assert_uint_eq(read.totals.errors, 1);
    remove_folder();
    t_buf_free(&bytes);
    t_buf_free(&read.text);
}

/* ---- Memory ---- */

static bool see_chunk(void *ctx, struct tool_chunk *chunk) {
    size_t *most = ctx;
    *most = chunk->cap > *most ? chunk->cap : *most;
    return true;
}

T_TEST(memory) {
    struct t_buf bytes = T_BUF_INIT;
    size_t most = 0;
    struct tool_reader reader = {.fn = see_chunk, .ctx = &most};
    make_folder();
    make_corpus(&bytes, (enum form)_i, 2 * MANY);
    write_corpus(&bytes);
    tool_reader_read(&reader, path);
    tool_reader_end(&reader);
    ck_assert_uint_eq(most, TOOL_CHUNK_SIZE);
    remove_folder();
    t_buf_free(&bytes);
}

/* ---- NDJSON ---- */

#define NO_JSON "it is no JSON"
#define CUT "the JSON is cut short"
#define COUNTED "\"count\" is not a whole number from 1 to 9007199254740991"
#define DER_WRONG "\"der\" is not base64 of a certificate"
#define ISSUER "\"issuer_sha256\" is not a SHA-256 digest in hexadecimal"
#define NONE "it has no \"der\": there is no certificate in it"
#define ESCAPE "a string of the JSON has a wrong escape"

static const struct {
    const char *line, *why;
    size_t len; /* of der */
    uint64_t count;
    const char *name;
} json_rows[] = {
    {"{\"der\":\"MAA=\"}", NULL, 2, 1, NULL},
    {" { \"der\" : \"MAA=\" } ", NULL, 2, 1, NULL},
    {"{\"\\u0064er\":\"\\u004dAA=\"}", NULL, 2, 1, NULL},
    {"{\"der\":\"\\/\\/\\/\\/\"}", NULL, 3, 1, NULL},
    {"{\"der\":\"MAA=\",\"count\":9007199254740991,\"name\":\"x\"}", NULL, 2, 9007199254740991, "x"},
    {"{\"der\":\"MAA=\",\"count\":9007199254740992}", COUNTED, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"count\":99999999999999999999999999}", COUNTED, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"count\":0}", COUNTED, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"count\":-1}", COUNTED, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"count\":1.0}", COUNTED, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"count\":1e3}", COUNTED, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"count\":01}", "a number of the JSON begins with 0", 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"count\":\"1\"}", COUNTED, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"count\":null,\"name\":null}", NULL, 2, 1, NULL},
    {"{\"der\":\"MAA=\",\"name\":\"a\\u00e9\\ud83d\\ude00\\n\"}", NULL, 2, 1, "a\xC3\xA9\xF0\x9F\x98\x80\n"},
    {"{\"der\":\"MAA=\",\"name\":\"\\ud83d\"}", ESCAPE, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"name\":\"\\ude00\"}", ESCAPE, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"name\":\"\\x\"}", ESCAPE, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"name\":\"\xFF\"}", "the JSON is not UTF-8", 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"name\":\"a\tb\"}", "a string of the JSON has a control character", 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"der\":\"MAA=\"}", "\"der\" is there twice", 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"name\":\"a\",\"name\":\"b\"}", "\"name\" is there twice", 0, 0, NULL},
    {"{\"der\":null}", NONE, 0, 0, NULL},
    {"{}", NONE, 0, 0, NULL},
    {"{\"der\":\"\"}", DER_WRONG, 0, 0, NULL},
    {"{\"der\":\"MAA\"}", DER_WRONG, 0, 0, NULL},
    {"{\"der\":\"MAB=\"}", DER_WRONG, 0, 0, NULL},
    {"{\"der\":\"M A=\"}", DER_WRONG, 0, 0, NULL},
    {"{\"der\":\"MA==MAA=\"}", DER_WRONG, 0, 0, NULL},
    {"{\"der\":17}", NO_JSON, 0, 0, NULL},
    {"{\"der\":\"MAA=\",\"issuer_sha256\":\"00\"}", ISSUER, 0, 0, NULL},
    {"{\"x\":[1,-2.5e+3,{\"y\":[true,false,null,\"z\\n\"]},[],{}],\"der\":\"MAA=\"}", NULL, 2, 1, NULL},
    {"{\"x\":[1,],\"der\":\"MAA=\"}", NO_JSON, 0, 0, NULL},
    {"{\"x\":[1}],\"der\":\"MAA=\"}", NO_JSON, 0, 0, NULL},
    {"{\"x\":{\"y\"},\"der\":\"MAA=\"}", NO_JSON, 0, 0, NULL},
    {"{\"x\":-,\"der\":\"MAA=\"}", NO_JSON, 0, 0, NULL},
    {"{\"x\":NaN,\"der\":\"MAA=\"}", NO_JSON, 0, 0, NULL},
    {"{\"x\":1e,\"der\":\"MAA=\"}", NO_JSON, 0, 0, NULL},
    {"{\"der\":\"MAA=\",}", NO_JSON, 0, 0, NULL},
    {"{\"der\":\"MAA=\"", CUT, 0, 0, NULL},
    {"{\"der\":\"MAA=", CUT, 0, 0, NULL},
    {"{\"der\":\"MAA=\\", CUT, 0, 0, NULL},
    {"{\"der\"", CUT, 0, 0, NULL},
    {"{\"x\":[", CUT, 0, 0, NULL},
    {"{\"x\":tru", NO_JSON, 0, 0, NULL},
    {"{\"der\":\"MAA=\"}{}", "something follows the JSON object", 0, 0, NULL},
    {"[]", "it is no JSON object", 0, 0, NULL},
};

static const char *read_line(struct tool_ndjson *record, struct tool_text *room, struct certmap_view line) {
    tool_text_repeat(room, ' ', 2 * line.len + 16);
    room->len = 0;
    return tool_ndjson_read(record, room, line);
}

T_TEST(json) {
    struct tool_text room = {NULL, 0, 0};
    struct tool_ndjson record;
    const char *why = read_line(&record, &room, t_text(json_rows[_i].line));
    if (json_rows[_i].why != NULL) {
        ck_assert_msg(why != NULL, "%s", json_rows[_i].line);
        ck_assert_str_eq(why, json_rows[_i].why);
    } else {
        ck_assert_msg(why == NULL, "%s: %s", json_rows[_i].line, why);
        ck_assert_uint_eq(record.der.len, json_rows[_i].len);
        ck_assert_uint_eq(record.count, json_rows[_i].count);
        ck_assert_int_eq(record.name.data != NULL, json_rows[_i].name != NULL);
        if (json_rows[_i].name != NULL) {
            ck_assert_uint_eq(record.name.len, strlen(json_rows[_i].name));
            ck_assert_mem_eq(record.name.data, json_rows[_i].name, record.name.len);
        }
    }
    tool_text_free(&room);
}

static const char *read_nested(struct t_buf *line, size_t depth, char open, char close) {
    struct tool_text room = {NULL, 0, 0};
    struct tool_ndjson record;
    t_buf_clear(line);
    t_put(line, "{\"x\":");
    for (size_t i = 0; i < depth; i++)
        t_put(line, open == '{' ? "{\"y\":" : "[");
    t_put(line, "1");
    for (size_t i = 0; i < depth; i++)
        t_bytes(line, &close, 1);
    t_put(line, ",\"der\":\"MAA=\"}");
    const char *why = read_line(&record, &room, t_view(line));
    tool_text_free(&room);
    return why;
}

T_TEST(json_limits) {
    struct t_buf line = T_BUF_INIT;
    struct tool_text room = {NULL, 0, 0};
    struct tool_ndjson record;
    ck_assert_ptr_null(read_nested(&line, TOOL_MAX_JSON_DEPTH, '[', ']'));
    ck_assert_ptr_null(read_nested(&line, TOOL_MAX_JSON_DEPTH, '{', '}'));
    ck_assert_str_eq(read_nested(&line, TOOL_MAX_JSON_DEPTH + 1, '[', ']'), "the JSON is nested too deeply");
    ck_assert_str_eq(read_nested(&line, TOOL_MAX_JSON_DEPTH + 1, '{', '}'), "the JSON is nested too deeply");
    ck_assert_str_eq(read_nested(&line, 100000, '[', ']'), "the JSON is nested too deeply");
    for (size_t more = 0; more < 2; more++) {
        t_buf_clear(&line);
        t_put(&line, "{\"der\":\"MAA=\",\"name\":\"");
        for (size_t i = 0; i < TOOL_MAX_RECORD_NAME + more; i++)
            t_put(&line, "n");
        t_put(&line, "\"}");
        const char *why = read_line(&record, &room, t_view(&line));
        ck_assert_msg((why == NULL) == (more == 0), "%s", why);
    }
    t_buf_free(&line);
    tool_text_free(&room);
}

/* ---- Base64 ---- */

static const struct {
    const char *text;
    size_t strict, loose; /* bytes; SIZE_MAX: none */
} base64_rows[] = {
    {"", 0, 0},
    {"AAAA", 3, 3},
    {"AAA=", 2, 2},
    {"AA==", 1, 1},
    {"AAB=", SIZE_MAX, 2},
    {"AB==", SIZE_MAX, 1},
    {"A===", SIZE_MAX, SIZE_MAX},
    {"====", SIZE_MAX, SIZE_MAX},
    {"AA=A", SIZE_MAX, SIZE_MAX},
    {"AAAA=", SIZE_MAX, SIZE_MAX},
    {"AAAAAA==", 4, 4},
    {"AA==AAAA", SIZE_MAX, SIZE_MAX},
    {"AA-A", SIZE_MAX, SIZE_MAX},
    {"AA\xFF"
     "A",
     SIZE_MAX, SIZE_MAX},
    {"////", 3, 3},
    {"++++", 3, 3},
};

T_TEST(base64) {
    uint8_t bytes[16];
    bool ended = false;
    ck_assert_uint_eq(tool_base64(bytes, t_text(base64_rows[_i].text), true, &ended), base64_rows[_i].strict);
    ck_assert_uint_eq(tool_base64(bytes, t_text(base64_rows[_i].text), false, &ended), base64_rows[_i].loose);
}

T_TESTS("corpus",
        T_CASE("forms", forms, T_LOOP(pkcs7_is_followed, 2), T_LOOP(indented_blocks_are_left_out, 2),
               T_LOOP(a_line_ends_in_blanks, 2), T_LOOP(odd_pieces, FORMS), T_LOOP(memory, NDJSON + 1)),
        T_CASE("damage", T_LOOP(damage, NDJSON + 1), T_LOOP(long_records, (int)COUNT(long_rows)), long_der),
        T_CASE("ndjson", T_LOOP(json, (int)COUNT(json_rows)), json_limits),
        T_CASE("base64", T_LOOP(base64, (int)COUNT(base64_rows))))
