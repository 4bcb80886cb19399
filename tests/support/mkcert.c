/* SPDX-License-Identifier: MIT */
/* mkcert SPEC... OUT: makes certificates from readable files, PEM if OUT ends in .pem, else DER.
 *
 * A spec has lines `key: value`; a line that begins with a space continues the one before, and one that
 * begins with # is a comment. Names and elements are written as der.h says.
 *
 *     subject: NAME            of t_name; "printable C=US | utf8 O=Contoso | utf8 CN=Alice" if not given
 *     issuer: NAME             "printable C=US | utf8 O=Contoso | utf8 CN=Contoso Issuing CA 1" if not given
 *     subject-der: ELEMENTS    of t_der, in place of the above
 *     issuer-der: ELEMENTS
 *     append-der: ELEMENTS     after the certificate
 *     certificate-der: ELEMENTS  in place of the whole
 *     label: TEXT              of the PEM block; "CERTIFICATE" if not given */
#include "der.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static void fail(const char *what, const char *which) {
    fprintf(stderr, "mkcert: %s: %s\n", which, what);
    exit(EXIT_FAILURE);
}

/* The pieces of one certificate; cap 0: not given. */
struct pieces {
    struct t_buf subject;
    struct t_buf issuer;
    struct t_buf append;
    struct t_buf certificate;
    struct t_buf label;
};

static void take_line(struct pieces *pieces, const char *key, const char *value) {
    if (strcmp(key, "subject") == 0)
        t_name(&pieces->subject, value);
    else if (strcmp(key, "subject-der") == 0)
        t_der(&pieces->subject, value);
    else if (strcmp(key, "issuer") == 0)
        t_name(&pieces->issuer, value);
    else if (strcmp(key, "issuer-der") == 0)
        t_der(&pieces->issuer, value);
    else if (strcmp(key, "append-der") == 0)
        t_der(&pieces->append, value);
    else if (strcmp(key, "certificate-der") == 0)
        t_der(&pieces->certificate, value);
    else if (strcmp(key, "label") == 0)
        t_bytes(&pieces->label, value, strlen(value) + 1);
    else
        fail("unknown key", key);
}

/* Reads a file as lines of its spec: joins what is continued, and ends each in a NUL. */
static void read_file(struct t_buf *text, const char *path) {
    char piece[4096];
    size_t len;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail("cannot be read", path);
    while ((len = fread(piece, 1, sizeof piece, file)) > 0)
        t_bytes(text, piece, len);
    fclose(file);
    t_bytes(text, "\n", 2);
}

/* The end of the line and of those that continue it. */
static char *line_end(char *line) {
    char *end = strchr(line, '\n');
    while (end[1] == ' ')
        end = strchr(end + 1, '\n');
    return end;
}

static void read_spec(struct pieces *pieces, const char *path) {
    struct t_buf text = T_BUF_INIT;
    read_file(&text, path);
    for (char *line = (char *)text.data; *line != 0;) {
        char *end = line_end(line);
        *end = 0;
        char *colon = strstr(line, ": ");
        if (*line != '#' && *line != 0) {
            if (colon == NULL)
                fail("a line without a key", path);
            *colon = 0;
            take_line(pieces, line, colon + 2);
        }
        line = end + 1;
    }
    t_buf_free(&text);
}

static void assemble(struct t_buf *der, struct pieces *pieces) {
    if (pieces->subject.cap == 0)
        t_name(&pieces->subject, "printable C=US | utf8 O=Contoso | utf8 CN=Alice");
    if (pieces->issuer.cap == 0)
        t_name(&pieces->issuer, "printable C=US | utf8 O=Contoso | utf8 CN=Contoso Issuing CA 1");
    if (pieces->certificate.cap == 0)
        t_cert(der, t_view(&pieces->subject), t_view(&pieces->issuer));
    t_bytes(der, pieces->certificate.data, pieces->certificate.len);
    t_bytes(der, pieces->append.data, pieces->append.len);
}

/* Appends the certificate of a spec to out. */
static void make(struct t_buf *out, const char *path, bool pem) {
    struct pieces pieces = {T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT, T_BUF_INIT};
    struct t_buf der = T_BUF_INIT;
    read_spec(&pieces, path);
    assemble(&der, &pieces);
    if (pem)
        t_pem(out, pieces.label.len > 0 ? (const char *)pieces.label.data : "CERTIFICATE", t_view(&der));
    else
        t_bytes(out, der.data, der.len);
    t_buf_free(&der);
    t_buf_free(&pieces.subject);
    t_buf_free(&pieces.issuer);
    t_buf_free(&pieces.append);
    t_buf_free(&pieces.certificate);
    t_buf_free(&pieces.label);
}

int main(int argc, char **argv) {
    struct t_buf out = T_BUF_INIT;
    const char *path = argv[argc - 1];
    if (argc < 3)
        fail("SPEC... OUT expected", "usage");
    const bool pem = strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".pem") == 0;
    for (int i = 1; i < argc - 1; i++)
        make(&out, argv[i], pem);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(out.data, 1, out.len, file) != out.len || fclose(file) != 0)
        fail("cannot be written", path);
    t_buf_free(&out);
    return EXIT_SUCCESS;
}
