/* SPDX-License-Identifier: MIT */
#include "reader.h"
#include "der_cut.h"
#include "folder.h"
#include "platform.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Enough of a file to tell what is in it, after a byte order mark and white space. */
#define HEAD_SIZE 64

/* ---- Chunks ---- */

const char *tool_chunk_path(const struct tool_chunk *chunk, const struct tool_piece *piece) {
    return chunk->texts.data + piece->path;
}

const char *tool_chunk_why(const struct tool_chunk *chunk, const struct tool_piece *piece) {
    return piece->why == SIZE_MAX ? NULL : chunk->texts.data + piece->why;
}

static void grow_chunk(struct tool_chunk *chunk, size_t cap) {
    uint8_t *grown = realloc(chunk->data, cap);
    if (grown == NULL)
        tool_no_memory();
    chunk->data = grown;
    chunk->cap = cap;
}

void tool_chunk_clear(struct tool_chunk *chunk) {
    chunk->len = chunk->count = chunk->texts.len = 0;
    if (chunk->cap <= TOOL_CHUNK_SIZE)
        return;
    free(chunk->data);
    chunk->data = NULL;
    chunk->cap = 0;
}

void tool_chunk_free(struct tool_chunk *chunk) {
    free(chunk->data);
    free(chunk->pieces);
    tool_text_free(&chunk->texts);
    *chunk = (struct tool_chunk){.data = NULL};
}

static size_t add_text(struct tool_chunk *chunk, const char *text) {
    const size_t at = chunk->texts.len;
    tool_text_string(&chunk->texts, text);
    tool_text_repeat(&chunk->texts, '\0', 1);
    return at;
}

static struct tool_piece *add_piece(struct tool_chunk *chunk) {
    if (chunk->count == chunk->piece_cap) {
        chunk->piece_cap = chunk->piece_cap == 0 ? 8 : 2 * chunk->piece_cap;
        struct tool_piece *grown = realloc(chunk->pieces, chunk->piece_cap * sizeof *grown);
        if (grown == NULL)
            tool_no_memory();
        chunk->pieces = grown;
    }
    return &chunk->pieces[chunk->count++];
}

/* ---- A file ---- */

/* The file that is being read. What it has in the chunk begins at `begin`, and is no piece yet. */
struct file {
    struct tool_reader *reader;
    const char *path;
    bool in_folder;
    bool standard;
    FILE *stream;
    enum tool_form form;
    bool begun; /* it has a piece */
    bool ended;
    size_t begin;
    uint64_t offset;
    size_t line;
};

static struct certmap_view rest_of(const struct file *file) {
    const struct tool_chunk *chunk = &file->reader->chunk;
    return (struct certmap_view){chunk->data + file->begin, chunk->len - file->begin};
}

static size_t count_lines(struct certmap_view text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

/* What is before `len` bytes on has been used. */
static void pass_by(struct file *file, size_t len) {
    if (file->line > 0)
        file->line += count_lines((struct certmap_view){file->reader->chunk.data + file->begin, len});
    file->begin += len;
    file->offset += len;
}

/* Makes a piece of the first `len` bytes. why: they are left out. */
static void end_piece(struct file *file, size_t len, const char *why, bool last) {
    struct tool_chunk *chunk = &file->reader->chunk;
    struct tool_piece *piece = add_piece(chunk);
    *piece = (struct tool_piece){
        .path = add_text(chunk, file->path),
        .why = why != NULL ? add_text(chunk, why) : SIZE_MAX,
        .form = file->form,
        .in_folder = file->in_folder,
        .standard = file->standard,
        .first = !file->begun,
        .last = last,
        .begin = file->begin,
        .len = why != NULL ? 0 : len,
        .offset = file->offset,
        .line = file->line,
    };
    file->begun = true;
    pass_by(file, len);
}

/* Hands on the pieces that are there; what has not been used is the begin of the next chunk. */
static void hand_on(struct tool_reader *reader, size_t used) {
    struct tool_chunk *chunk = &reader->chunk;
    const size_t rest = chunk->len - used;
    reader->carry.len = 0;
    if (rest > 0)
        tool_text_add(&reader->carry, (struct certmap_view){chunk->data + used, rest});
    chunk->len = used;
    if (chunk->count > 0 && !reader->ended)
        reader->ended = !reader->fn(reader->ctx, chunk);
    tool_chunk_clear(chunk);
    if (chunk->cap < TOOL_CHUNK_SIZE || chunk->cap < rest)
        grow_chunk(chunk, rest <= TOOL_CHUNK_SIZE ? TOOL_CHUNK_SIZE : rest < TOOL_MAX_RECORD ? TOOL_MAX_RECORD : rest);
    if (rest > 0)
        memcpy(chunk->data, reader->carry.data, rest);
    chunk->len = rest;
    if (reader->carry.cap > TOOL_CHUNK_SIZE)
        tool_text_free(&reader->carry);
}

static void hand_on_file(struct file *file) {
    hand_on(file->reader, file->begin);
    file->begin = 0;
}

static void note_error(struct file *file) {
    struct tool_text why = {NULL, 0, 0};
    tool_text_string(&why, "cannot read: ");
    tool_text_string(&why, errno == 0 ? "unknown error" : strerror(errno));
    end_piece(file, 0, why.data, false);
    file->reader->chunk.pieces[file->reader->chunk.count - 1].unread = true;
    tool_text_free(&why);
}

/* Reads on until the chunk is full. false: nothing came, because it is, or the file is at its end. */
static bool fill(struct file *file) {
    struct tool_chunk *chunk = &file->reader->chunk;
    if (file->ended || chunk->len == chunk->cap)
        return false;
    errno = 0;
    const size_t got = fread(chunk->data + chunk->len, 1, chunk->cap - chunk->len, file->stream);
    chunk->len += got;
    file->reader->bytes += got;
    file->ended = chunk->len < chunk->cap;
    if (file->ended && ferror(file->stream))
        note_error(file);
    return got > 0;
}

/* There is no end of a record in a chunk that is full. false: the record is too long. */
static bool make_room(struct file *file) {
    struct tool_chunk *chunk = &file->reader->chunk;
    if (chunk->count > 0 || file->begin > 0) {
        hand_on_file(file);
        if (file->form == TOOL_FORM_DER && chunk->cap < 2 * chunk->len)
            grow_chunk(chunk, 2 * chunk->len); /* as many bytes come as were moved, however often it is called */
    } else if (chunk->cap < TOOL_MAX_RECORD) {
        grow_chunk(chunk, 2 * chunk->cap);
    } else {
        return false;
    }
    return true;
}

/* ---- Text ---- */

static bool begins_with(struct certmap_view text, const char *word) {
    const size_t len = strlen(word);
    return text.len >= len && memcmp(text.data, word, len) == 0;
}

/* Up to the end of the last line; 0: there is none. */
static size_t last_line(struct certmap_view text) {
    size_t len = text.len;
    while (len > 0 && text.data[len - 1] != '\n')
        len--;
    return len;
}

/* Up to the end of the last PEM block, or of the last line where no block has begun. */
static size_t last_block(struct certmap_view text) {
    size_t end = last_line(text), begin;
    const size_t lines = end;
    bool open = false;
    for (; end > 0 && !open; end = begin) {
        begin = last_line((struct certmap_view){text.data, end - 1});
        const struct certmap_view line = {text.data + begin, end - begin};
        if (begins_with(line, "-----END "))
            return end;
        open = begins_with(line, "-----BEGIN ");
    }
    return open ? end : lines;
}

static size_t last_record(const struct file *file) {
    return file->form == TOOL_FORM_PEM ? last_block(rest_of(file)) : last_line(rest_of(file));
}

/* Goes on to what follows the next newline, or to a hyphen, which is before it. */
static void skip_to(struct file *file, char c) {
    for (bool found = false; !found;) {
        const struct certmap_view rest = rest_of(file);
        const uint8_t *at = rest.len > 0 ? memchr(rest.data, c, rest.len) : NULL;
        found = at != NULL;
        pass_by(file, !found ? rest.len : (size_t)(at - rest.data) + (c == '\n'));
        if (found || file->ended)
            return;
        hand_on_file(file);
        (void)fill(file);
    }
}

/* Leaves out a record that is too long, up to the end of its line, or of its block: base64 has no hyphen. */
static void leave_out_long(struct file *file) {
    const bool pem = file->form == TOOL_FORM_PEM;
    end_piece(file, rest_of(file).len, pem ? "the PEM block is too long" : "the line is too long", false);
    skip_to(file, pem ? '-' : '\n');
    if (!pem)
        return;
    hand_on_file(file);
    (void)fill(file);
    if (begins_with(rest_of(file), "-----END "))
        skip_to(file, '\n');
}

static void read_lines(struct file *file) {
    while (!file->reader->ended) {
        (void)fill(file);
        if (file->ended)
            break;
        const size_t len = last_record(file);
        if (len > 0) {
            end_piece(file, len, NULL, false);
            hand_on_file(file);
        } else if (!make_room(file)) {
            leave_out_long(file);
        }
    }
}

/* ---- DER ---- */

/* Where in PKCS #7 it is; all zero outside of it. */
struct der {
    bool pkcs7;
    bool unknown;   /* where its certificates end */
    uint64_t end;   /* of them, as an offset of the file */
    uint64_t whole; /* the end of PKCS #7 itself; 0: it is not said */
    uint64_t lost;  /* bytes before the current one that are no certificate */
    size_t used;    /* bytes of certificates that are no piece yet */
};

static void leave_out_lost(struct file *file, struct der *der) {
    struct tool_text why = {NULL, 0, 0};
    if (der->lost == 0)
        return;
    tool_text_format(&why, "%llu byte%s here %s no certificate, and left out", (unsigned long long)der->lost,
                     der->lost == 1 ? "" : "s", der->lost == 1 ? "is" : "are");
    file->offset -= der->lost;
    end_piece(file, 0, why.data, false);
    file->offset += der->lost;
    der->lost = 0;
    tool_text_free(&why);
}

static void end_certificates(struct file *file, struct der *der) {
    if (der->used > 0)
        end_piece(file, der->used, NULL, false);
    der->used = 0;
}

static enum tool_der_step step(const struct file *file, const struct der *der, size_t *len) {
    struct certmap_view rest = rest_of(file);
    rest.data += der->used;
    rest.len -= der->used;
    const uint64_t at = file->offset + der->used;
    if (der->pkcs7 && !der->unknown && at >= der->end)
        return TOOL_DER_END;
    if (rest.len == 0)
        return file->ended ? TOOL_DER_END : TOOL_DER_MORE;
    if (!der->pkcs7)
        return tool_der_step(rest, file->ended, len);
    const bool inside = der->unknown || der->end - at > rest.len;
    rest.len = inside ? rest.len : (size_t)(der->end - at);
    return tool_pkcs7_step(rest, file->ended || !inside, len);
}

/* More bytes, or room for them. What has been used already is handed on. */
static void read_more(struct file *file, struct der *der) {
    if (fill(file))
        return;
    end_certificates(file, der);
    if (file->ended || make_room(file))
        return;
    der->lost++; /* it says that it is longer than any record */
    pass_by(file, 1);
}

static void read_certificates(struct file *file, struct der *der) {
    enum tool_der_step found = TOOL_DER_MORE;
    while (!file->reader->ended && found != TOOL_DER_END) {
        size_t len = 0;
        found = step(file, der, &len);
        if (found == TOOL_DER_MORE) {
            read_more(file, der);
        } else if (found == TOOL_DER_CERTIFICATE) {
            leave_out_lost(file, der);
            der->used += len;
        } else if (found != TOOL_DER_END) {
            end_certificates(file, der);
            der->lost += found == TOOL_DER_OTHER ? len : 0;
            pass_by(file, len);
        }
    }
    if (der->lost == 0)
        return;
    end_certificates(file, der);
    if (file->begun || file->offset > der->lost)
        leave_out_lost(file, der);
}

/* Goes to the certificates. false: there are none, which has been said if it is wrong. */
static bool open_pkcs7(struct file *file, struct der *der) {
    struct tool_pkcs7 pkcs7;
    enum tool_der_step found = tool_pkcs7_open(&pkcs7, rest_of(file));
    while (found == TOOL_DER_MORE && (fill(file) || (!file->ended && make_room(file))))
        found = tool_pkcs7_open(&pkcs7, rest_of(file));
    if (found != TOOL_DER_CERTIFICATE) {
        end_piece(file, rest_of(file).len, "the PKCS #7 is cut short or damaged", false);
        return false;
    }
    const uint64_t whole = pkcs7.whole > 0 ? file->offset + pkcs7.whole : 0;
    pass_by(file, pkcs7.begin);
    *der = (struct der){.pkcs7 = true, .unknown = pkcs7.unknown, .end = file->offset + pkcs7.len, .whole = whole};
    return !pkcs7.none;
}

/* Goes on to what follows PKCS #7: its signatures are passed over. false: nothing does, or it is not known where. */
static bool leave_pkcs7(struct file *file, struct der *der) {
    if (der->whole == 0 || der->whole < file->offset)
        return false;
    end_certificates(file, der);
    while (!file->reader->ended && file->offset < der->whole) {
        const uint64_t left = der->whole - file->offset;
        const size_t there = rest_of(file).len;
        pass_by(file, left < there ? (size_t)left : there);
        if (left > there && !fill(file) && (file->ended || !make_room(file)))
            return false;
    }
    while (rest_of(file).len < HEAD_SIZE && (fill(file) || (!file->ended && make_room(file))))
        ;
    return !file->reader->ended && rest_of(file).len > 0;
}

/* Returns how much of what is there is the last piece. A file that has no certificate at all is an empty piece, and what
 * is in it is found out when that is read. */
static size_t read_der(struct file *file) {
    struct der der;
    do {
        der = (struct der){.pkcs7 = false};
        if (!tool_pkcs7_begins(rest_of(file)) || open_pkcs7(file, &der))
            read_certificates(file, &der);
    } while (der.pkcs7 && leave_pkcs7(file, &der));
    return der.used;
}

/* ---- What a file is ---- */

static enum tool_form form_of(struct certmap_view text) {
    const size_t mark = begins_with(text, "\xEF\xBB\xBF") ? 3 : 0;
    size_t i = mark;
    if (text.len >= 2 && text.data[0] == 0x30 && text.data[1] >= 0x80)
        return TOOL_FORM_DER;
    while (i < text.len && memchr(" \t\r\n", text.data[i], 4) != NULL)
        i++;
    return i < text.len && text.data[i] == '{' ? TOOL_FORM_NDJSON : TOOL_FORM_PEM;
}

static void read_open(struct file *file) {
    while (rest_of(file).len < HEAD_SIZE && fill(file))
        ;
    file->form = form_of(rest_of(file));
    file->line = file->form != TOOL_FORM_DER;
    if (begins_with(rest_of(file), "\xEF\xBB\xBF"))
        pass_by(file, 3);
    if (file->form == TOOL_FORM_DER) {
        end_piece(file, read_der(file), NULL, true);
        return;
    }
    read_lines(file);
    end_piece(file, rest_of(file).len, NULL, true);
}

static void read_file(struct tool_reader *reader, const char *path, bool in_folder) {
    struct file file = {.reader = reader, .path = path, .in_folder = in_folder};
    struct tool_chunk *chunk = &reader->chunk;
    if (chunk->cap == 0 || chunk->len > TOOL_CHUNK_SIZE / 2 || chunk->count >= TOOL_MAX_PIECES)
        hand_on(reader, chunk->len);
    file.begin = chunk->len;
    file.standard = strcmp(path, "-") == 0;
    errno = 0;
    file.stream = file.standard ? stdin : tool_platform_open(path);
    if (file.stream == NULL) {
        note_error(&file);
        end_piece(&file, 0, NULL, true);
        return;
    }
    (void)setvbuf(file.stream, NULL, _IONBF, 0); /* a chunk is read at once */
    read_open(&file);
    if (!file.standard)
        (void)fclose(file.stream);
}

/* ---- Folders ---- */

struct folder {
    struct tool_reader *reader;
    const char *path;
    size_t depth;
};

static void note_folder(const struct folder *folder, const char *why) {
    struct file file = {.reader = folder->reader, .path = folder->path, .begin = folder->reader->chunk.len};
    end_piece(&file, 0, why, false);
    folder->reader->chunk.pieces[folder->reader->chunk.count - 1].unread = true;
    end_piece(&file, 0, NULL, true);
}

static void read_folder(const struct folder *folder);

static void read_entry(void *ctx, const char *name, enum tool_entry entry) {
    const struct folder *folder = ctx;
    struct tool_text path = {NULL, 0, 0};
    const size_t len = strlen(folder->path);
    if (folder->reader->ended)
        return;
    tool_text_string(&path, folder->path);
    if (len == 0 || tool_platform_folder(folder->path) != len)
        tool_text_string(&path, "/");
    tool_text_string(&path, name);
    if (entry == TOOL_ENTRY_FILE)
        read_file(folder->reader, path.data, true);
    else
        read_folder(&(struct folder){folder->reader, path.data, folder->depth + 1});
    tool_text_free(&path);
}

static void read_folder(const struct folder *folder) {
    struct folder copy = *folder;
    if (folder->depth > TOOL_MAX_CORPUS_DEPTH)
        note_folder(folder, "folders are too deep in folders; this one is left out");
    else if (!tool_folder_list(folder->path, read_entry, &copy))
        note_folder(folder, "the folder cannot be read");
}

void tool_reader_read(struct tool_reader *reader, const char *path) {
    if (reader->ended)
        return;
    if (strcmp(path, "-") != 0 && tool_folder_is(path))
        read_folder(&(struct folder){reader, path, 0});
    else
        read_file(reader, path, false);
}

void tool_reader_end(struct tool_reader *reader) {
    if (reader->chunk.count > 0 && !reader->ended)
        reader->ended = !reader->fn(reader->ctx, &reader->chunk);
    tool_chunk_free(&reader->chunk);
    tool_text_free(&reader->carry);
}
