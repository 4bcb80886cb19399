/* SPDX-License-Identifier: MIT */
/* Random Names of every shape, and how programs other than OpenSSL print them, as they document it. */
#ifndef T_NAME_FORMS_H
#define T_NAME_FORMS_H

#include "der.h"
#include "random.h"

enum { T_FORM_AVAS = 8, T_FORM_VALUE_SIZE = 128 };

struct t_form_ava {
    size_t type; /* in the table of types */
    size_t rdn;
    uint8_t tag;
    char value[T_FORM_VALUE_SIZE]; /* UTF-8 */
    uint8_t der[4 * T_FORM_VALUE_SIZE];
    size_t der_len; /* of the contents */
};

struct t_form_name {
    size_t count;
    struct t_form_ava avas[T_FORM_AVAS];
};

void t_form_name(struct t_form_name *name, struct t_random *random);
/* Appends its DER. */
void t_form_der(struct t_buf *buf, const struct t_form_name *name);
/* What a form cannot show where it does not escape, and a reader not see:
 * a value that begins with a quote and one that ends with one, which look like one in quotes; */
bool t_form_looks_quoted(const struct t_form_name *name);
/* a separator and a type with spaces around its =, in one line, like what is printed without any option; */
bool t_form_has_spaced_type(const struct t_form_name *name);
/* the space that a value begins with after an = that has padding on its other side; */
bool t_form_begins_blank(const struct t_form_name *name);
/* a value at either end of the Name that ends in CR or LF, like the line that it is in; */
bool t_form_ends_lines(const struct t_form_name *name);
/* and, up to OpenSSL 1.1, an RDN of several attributes, which is printed like several RDNs, and a value that has
 * /TYPE= in it. */
bool t_form_is_glued(const struct t_form_name *name);

/* What no reader can see of Names that are printed from the leaf to the root, where the form is nearly always printed the
 * other way round. Whether the Name then looks as most Names do from the root; */
bool t_form_looks_turned(const struct t_form_name *name);
/* whether C or DC is all that is at the root, and neither is at the leaf, so that a reader sees it; */
bool t_form_shows_root(const struct t_form_name *name);
/* and a separator and a type without spaces around its =, in a value. */
bool t_form_has_type(const struct t_form_name *name);

/* What a form says about the Name, for most Names. */
enum t_form_tells {
    T_FORM_ESCAPES_NOT,  /* it is not escaped well enough to be sure */
    T_FORM_LISTS,        /* it is one of several that are listed */
    T_FORM_TELLS_SINGLE, /* which it is, where each RDN has one attribute */
    T_FORM_TELLS         /* which it is */
};

/* A program other than OpenSSL. */
struct t_form {
    const char *program;
    void (*print)(struct t_buf *text, const struct t_form_name *name);
    enum t_form_tells tells;
    bool glues;  /* RDNs of several attributes look like several RDNs */
    bool turned; /* few people print it so: only Names that show their root are told apart */
};
extern const struct t_form t_forms[];
extern const size_t t_form_count;

#endif
