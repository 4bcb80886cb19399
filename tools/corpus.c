/* SPDX-License-Identifier: MIT */
#include "corpus.h"
#include "certfile.h"
#include "folder.h"
#include "platform.h"
#include <errno.h>
#include <string.h>

#define BEGIN "-----BEGIN "
#define END "-----END "

/* A certificate is a few kilobytes; a longer one, with a list of revoked ones in it say, is none. */
#define MAX_RECORD TOOL_MAX_CERT_FILE

/* ---- What is left out ---- */

void tool_corpus_leave_out(struct tool_corpus *corpus, const char *label, const char *why) {
    if (corpus->left_out++ < TOOL_MAX_CORPUS_MESSAGES)
        tool_complain(corpus->err, label, tool_view(why));
}

bool tool_corpus_end(struct tool_corpus *corpus) {
    struct tool_text text = {NULL, 0, 0};
    if (corpus->left_out > TOOL_MAX_CORPUS_MESSAGES) {
        tool_text_format(&text, "%zu more were left out", corpus->left_out - TOOL_MAX_CORPUS_MESSAGES);
        tool_complain(corpus->err, NULL, tool_text_view(&text));
        tool_text_free(&text);
    }
    if (corpus->passed_over > 0) {
        tool_text_format(&text, "note: %zu %s of folders %s no certificate", corpus->passed_over,
                         corpus->passed_over == 1 ? "file" : "files", corpus->passed_over == 1 ? "holds" : "hold");
        tool_complain(corpus->err, NULL, tool_text_view(&text));
        tool_text_free(&text);
    }
    return corpus->left_out == 0;
}

/* ---- A file ---- */

struct file {
    struct tool_corpus *corpus;
    const char *path;
    bool in_folder;
    FILE *stream;
    struct tool_input buffer;
    size_t at;   /* what is before it has been used */
    size_t line; /* the number of the last line */
    bool ended;
    size_t count;           /* certificates of the file */
    struct tool_text first; /* of them, until it is known whether there are more */
    struct tool_text block; /* the lines of a PEM block */
};

static void leave_out(const struct file *file, const char *why) {
    tool_corpus_leave_out(file->corpus, file->path, why);
}

/* Hands over the number-th certificate of a file; 0: it has no other. */
static void hand_over(const struct file *file, size_t number, struct certmap_view der) {
    struct tool_text label = {NULL, 0, 0};
    tool_text_string(&label, file->path);
    if (number > 0)
        tool_text_format(&label, "#%zu", number);
    if (!file->corpus->ended) {
        file->corpus->certificates++;
        file->corpus->ended = !file->corpus->fn(file->corpus->ctx, label.data, der);
    }
    tool_text_free(&label);
}

/* The first one waits until another comes, or the end: only then it is known whether it is the only one. */
static void take_certificate(struct file *file, struct certmap_view der) {
    if (file->count++ == 0) {
        tool_text_add(&file->first, der);
        return;
    }
    if (file->count == 2)
        hand_over(file, 1, tool_text_view(&file->first));
    hand_over(file, file->count, der);
}

static void end_certificates(const struct file *file) {
    if (file->count == 1)
        hand_over(file, 0, tool_text_view(&file->first));
}

/* Reads on, behind what is there. false: the file is at its end, or what has not been used is too long. */
static bool fill(struct file *file) {
    struct tool_input *buffer = &file->buffer;
    if (file->at > 0) {
        memmove(buffer->data, buffer->data + file->at, buffer->len - file->at);
        buffer->len -= file->at;
        file->at = 0;
    }
    if (buffer->len == buffer->cap && buffer->cap < MAX_RECORD)
        tool_input_grow(buffer, MAX_RECORD);
    if (file->ended || buffer->len == buffer->cap)
        return false;
    errno = 0;
    const size_t got = fread(buffer->data + buffer->len, 1, buffer->cap - buffer->len, file->stream);
    buffer->len += got;
    file->ended = got == 0;
    if (got == 0 && ferror(file->stream))
        leave_out(file, errno == 0 ? "cannot read" : strerror(errno));
    return got > 0;
}

static struct certmap_view rest_of(const struct file *file) {
    const struct tool_input *buffer = &file->buffer;
    return (struct certmap_view){buffer->data == NULL ? NULL : buffer->data + file->at, buffer->len - file->at};
}

/* ---- PEM ---- */

static bool begins_with(struct certmap_view line, const char *word) {
    return line.data != NULL && line.len >= strlen(word) && memcmp(line.data, word, strlen(word)) == 0;
}

/* Takes a line, with what ends it; of one that is too long a part. false: there is none. */
static bool take_line(struct file *file, struct certmap_view *line) {
    size_t looked = 0;
    do {
        const struct certmap_view rest = rest_of(file);
        const uint8_t *end = rest.len > looked ? memchr(rest.data + looked, '\n', rest.len - looked) : NULL;
        *line = (struct certmap_view){rest.data, end == NULL ? rest.len : (size_t)(end - rest.data) + 1};
        looked = rest.len;
        if (end != NULL)
            break;
    } while (fill(file));
    if (line->len == 0)
        return false;
    *line = (struct certmap_view){rest_of(file).data, line->len};
    file->at += line->len;
    file->line++;
    return true;
}

static void leave_out_block(const struct file *file, size_t line) {
    struct tool_text why = {NULL, 0, 0};
    tool_text_format(&why, "the PEM block that begins in line %zu is cut short or damaged, and left out", line);
    leave_out(file, why.data);
    tool_text_free(&why);
}

/* Whether the label of a line that begins a block is that of a certificate. */
static bool is_certificate(struct certmap_view line) {
    static const char *const labels[] = {"CERTIFICATE-----", "X509 CERTIFICATE-----", "TRUSTED CERTIFICATE-----"};
    const struct certmap_view label = {line.data + strlen(BEGIN), line.len - strlen(BEGIN)};
    return begins_with(label, labels[0]) || begins_with(label, labels[1]) || begins_with(label, labels[2]);
}

static void take_block(struct file *file, size_t line) {
    struct tool_pem pem = {NULL, 0};
    struct certmap_diagnostic err;
    if (tool_pem_read(&pem, tool_text_view(&file->block), file->path, &err) == CERTMAP_OK)
        take_certificate(file, tool_input_view(&pem.items[0]));
    else
        leave_out_block(file, line);
    tool_pem_free(&pem);
    file->block.len = 0;
}

static void read_pem(struct file *file) {
    struct certmap_view line;
    size_t begun = 0; /* the line where the block begins; 0: none */
    while (!file->corpus->ended && take_line(file, &line)) {
        const bool begins = begins_with(line, BEGIN);
        if (begun > 0 && (begins || file->block.len + line.len > MAX_RECORD)) {
            leave_out_block(file, begun);
            file->block.len = begun = 0;
        }
        if (begins && is_certificate(line))
            begun = file->line;
        if (begun == 0)
            continue;
        tool_text_add(&file->block, line);
        if (begins_with(line, END)) {
            take_block(file, begun);
            begun = 0;
        }
    }
    if (begun > 0)
        leave_out_block(file, begun);
}

/* ---- DER ---- */

/* The length of what begins like a certificate, by its head; 0: it does not. */
static size_t length_of(struct certmap_view der) {
    size_t len = 0;
    const size_t more = der.len >= 2 && der.data[0] == 0x30 && der.data[1] > 0x80 ? der.data[1] & 0x7Fu : 0;
    if (more == 0 || more > 4 || der.len < 2 + more)
        return 0;
    for (size_t i = 0; i < more; i++)
        len = len << 8 | der.data[2 + i];
    return len > MAX_RECORD ? 0 : 2 + more + len;
}

static void read_der(struct file *file) {
    while (!file->corpus->ended) {
        while (rest_of(file).len < 6 && fill(file))
            ;
        const size_t len = length_of(rest_of(file));
        if (rest_of(file).len == 0)
            return;
        while (rest_of(file).len < len && fill(file))
            ;
        if (len == 0) {
            leave_out(file, file->count > 0 ? "what follows its last certificate is none, and left out"
                                            : "it begins like a certificate, and is none");
            return;
        }
        struct certmap_view der = rest_of(file);
        der.len = der.len < len ? der.len : len; /* of one that is cut short decoding says so */
        file->at += der.len;
        take_certificate(file, der);
    }
}

/* ---- What is neither ---- */

/* What has no kind is taken for a certificate in DER where somebody named it, and in a folder if it begins like one. */
static bool is_meant(const struct file *file, const struct tool_pem *pem) {
    return !file->in_folder || tool_kind_is_der(tool_input_view(&pem->items[0]));
}

/* Files that have no block: UTF-16, or something else, which has a name. */
static void read_other(struct file *file) {
    struct tool_pem pem = {NULL, 0};
    struct certmap_diagnostic err;
    const bool standard = strcmp(file->path, "-") == 0;
    if (!standard && tool_certfile_read(&pem, file->path, &err) == CERTMAP_OK && is_meant(file, &pem))
        for (size_t i = 0; i < pem.count; i++)
            take_certificate(file, tool_input_view(&pem.items[i]));
    else if (file->in_folder)
        file->corpus->passed_over++;
    else
        leave_out(file, standard ? "there is no certificate" : err.text);
    tool_pem_free(&pem);
}

static void read_open(struct file *file) {
    const size_t before = file->corpus->left_out;
    while (rest_of(file).len < 2 && fill(file))
        ;
    const struct certmap_view rest = rest_of(file);
    if (rest.len >= 2 && rest.data[0] == 0x30 && rest.data[1] >= 0x80) {
        read_der(file);
    } else {
        while (rest_of(file).len < 3 && fill(file))
            ;
        if (begins_with(rest_of(file), "\xEF\xBB\xBF"))
            file->at = 3;
        read_pem(file);
    }
    if (file->count == 0 && file->corpus->left_out == before)
        read_other(file);
    end_certificates(file);
}

/* The first certificate, and no other. */
static void read_first(const struct file *file) {
    struct tool_pem pem;
    struct certmap_diagnostic err;
    const bool read = tool_certfile_read(&pem, file->path, &err) == CERTMAP_OK;
    if (read && is_meant(file, &pem))
        hand_over(file, 0, tool_input_view(&pem.items[0]));
    else if (file->in_folder && (read || err.code != CERTMAP_CODE_CANNOT_READ))
        file->corpus->passed_over++;
    else
        leave_out(file, err.text);
    tool_pem_free(&pem);
}

static void read_file(struct tool_corpus *corpus, const char *path, bool in_folder) {
    struct file file = {.corpus = corpus, .path = path, .in_folder = in_folder};
    const bool standard = strcmp(path, "-") == 0;
    if (corpus->first) {
        read_first(&file);
        return;
    }
    errno = 0;
    file.stream = standard ? stdin : tool_platform_open(path);
    if (file.stream == NULL) {
        struct tool_text why = {NULL, 0, 0};
        tool_text_string(&why, "cannot read: ");
        tool_text_string(&why, errno == 0 ? "unknown error" : strerror(errno));
        leave_out(&file, why.data);
        tool_text_free(&why);
        return;
    }
    read_open(&file);
    if (!standard)
        (void)fclose(file.stream);
    tool_input_free(&file.buffer);
    tool_text_free(&file.first);
    tool_text_free(&file.block);
}

/* ---- Folders ---- */

struct folder {
    struct tool_corpus *corpus;
    const char *path;
    size_t depth;
};

static void read_folder(const struct folder *folder);

static void read_entry(void *ctx, const char *name, enum tool_entry entry) {
    const struct folder *folder = ctx;
    struct tool_text path = {NULL, 0, 0};
    const size_t len = strlen(folder->path);
    if (folder->corpus->ended)
        return;
    tool_text_string(&path, folder->path);
    if (len == 0 || tool_platform_folder(folder->path) != len)
        tool_text_string(&path, "/");
    tool_text_string(&path, name);
    if (entry == TOOL_ENTRY_FILE)
        read_file(folder->corpus, path.data, true);
    else
        read_folder(&(struct folder){folder->corpus, path.data, folder->depth + 1});
    tool_text_free(&path);
}

static void read_folder(const struct folder *folder) {
    struct folder copy = *folder;
    if (folder->depth > TOOL_MAX_CORPUS_DEPTH)
        tool_corpus_leave_out(folder->corpus, folder->path, "folders are too deep in folders; this one is left out");
    else if (!tool_folder_list(folder->path, read_entry, &copy))
        tool_corpus_leave_out(folder->corpus, folder->path, "the folder cannot be read");
}

void tool_corpus_read(struct tool_corpus *corpus, const char *path) {
    if (corpus->ended)
        return;
    if (strcmp(path, "-") != 0 && tool_folder_is(path))
        read_folder(&(struct folder){corpus, path, 0});
    else
        read_file(corpus, path, false);
}
