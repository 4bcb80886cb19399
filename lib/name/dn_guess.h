/* SPDX-License-Identifier: MIT */
/* What a text shows about the program that printed it, and the dialects that it may be in. */
#ifndef CM_NAME_DN_GUESS_H
#define CM_NAME_DN_GUESS_H

#include "certmap/names.h"

/* What is before the Name. */
enum cm_dn_label {
    CM_DN_LABEL_NONE,
    CM_DN_LABEL_OPENSSL, /* subject= and s: */
    CM_DN_LABEL_HEADING, /* Subject: of openssl x509 -text, certtool, certutil and keytool */
    CM_DN_LABEL_KEYTOOL  /* Owner: */
};

struct cm_dn_evidence {
    struct certmap_view text; /* after the label; data is NULL where there is no text */
    enum cm_dn_label label;
    bool space_after_label;
    bool below_label;   /* a line ends after the label */
    bool spaced;        /* a space before the first = */
    bool aligned;       /* more of them */
    bool padded;        /* the same, there or before the = of another line */
    bool lines;         /* a line ends before a type */
    bool crlf;          /* in CR LF */
    bool lf;            /* in LF */
    bool slashes;       /* /emailAddress= after a value */
    bool string_types;  /* =UTF8STRING: */
    bool java;          /* types as only Java writes them, or a label of keytool */
    bool tight_plus;    /* a + without spaces before a type */
    bool tight_comma;   /* a , or ; without a space before what looks like a type */
    bool plus_type;     /* a + before what looks like a type, with spaces or without */
    bool cut_slash;     /* a backslash before / or + */
    bool wide;          /* in one line, a blank at an end of a value that is not the one around = or + */
    bool ends_in_blank; /* the text or a line does, and the blank is neither escaped nor the one after = */
    bool ends_in_cr;
    bool empty_line;   /* inside */
    bool mixed;        /* a space before some =, but not on both sides of all (XN_FLAG_FN_ALIGN) */
    bool unknown_type; /* what looks like a type after a separator, and is none that is known */
    bool dumps;        /* a value that is # and hexadecimal digits, or # alone */
    bool texts;        /* another value, or = in one */
    bool quote_first;  /* a value that begins with a quote */
    bool hidden;       /* \xHH, \U and \W */
    bool escapes;      /* a value in quotes, or UTF-8 in hexadecimal */
    bool escaped;      /* a backslash before a character that it may escape */
    bool escaped_hex;  /* a backslash before two hexadecimal digits, in capitals */
    bool control;      /* \xHH of a control character, or of half of another */
    bool high_byte;    /* \xHH of a byte over 0x7F after a backslash, which may be escaped or not */
    bool by_default;   /* subject=C=US, CN=a, as OpenSSL prints by default since 3.2, types as in most Names */
    /* outside quotes, but for what is named so */
    bool spaces;    /* around a type or after = */
    bool backslash; /* anywhere */
    bool quoted;
    bool doubled;                    /* "" in quotes */
    bool windows;                    /* ; and OID. */
    struct certmap_view first, last; /* types */
    struct certmap_view last_line;   /* the type that the last line begins with; data is NULL where there is one line */
};

/* The dialects that a text may be in, the likeliest first. */
struct cm_dn_dialects {
    enum certmap_dialect dialects[CERTMAP_DIALECT_COUNT];
    size_t count;
    /* and, where the others do not read it or a backslash or slash may mean itself, without escapes */
    bool plain, plain_reversed;
};

/* Linear in the text, once. */
void cm_dn_see(struct cm_dn_evidence *seen, struct certmap_view text);
void cm_dn_list(struct cm_dn_dialects *list, const struct cm_dn_evidence *seen);

#endif
