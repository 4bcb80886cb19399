/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef TOOL_OPTIONS_H
#define TOOL_OPTIONS_H

#include "store.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits, so that an option can say which verbs take it. */
enum tool_verb {
    TOOL_VERB_NONE = 1, /* --help and --version without a verb */
    TOOL_VERB_MATCH = 2,
    TOOL_VERB_EXPLAIN = 4,
    TOOL_VERB_SHOW = 8,
    TOOL_VERB_CHECK = 16,
    TOOL_VERB_CONVERT = 32,
    TOOL_VERB_NAME = 64,
    TOOL_VERB_COMPLETION = 128,
    TOOL_VERB_HELP = 256 /* of the table only: read as --help */
};

enum tool_format { TOOL_FORMAT_AUTO = 0, TOOL_FORMAT_NATIVE = 1, TOOL_FORMAT_IIS = 2 };
enum tool_when { TOOL_WHEN_AUTO = 0, TOOL_WHEN_ALWAYS = 1, TOOL_WHEN_NEVER = 2 };

/* So many --mapping are as much as anybody reads. */
#define TOOL_MAX_MAPPINGS 64

struct tool_options {
    enum tool_verb verb;
    const char *rules; /* NULL where not given; required by the verbs that read rules */
    const char *site;
    const char *adapter;     /* the TLS library to decode with, or NULL */
    const char *issuer;      /* the file of the certificate that issued the others, or NULL */
    const char *dialect;     /* of a Name, or NULL: it is guessed */
    struct tool_store store; /* the certificate is there, and no operand is given */
    int64_t time;            /* as of which certificates are valid, in seconds since 1970; 0: now */
    enum tool_format format;
    enum tool_when color;
    bool json;
    bool each;
    bool iis;                                /* show: in the words of IIS */
    bool all;                                /* explain: every mapping */
    const char *mappings[TOOL_MAX_MAPPINGS]; /* explain: those of these names */
    size_t mapping_count;
    bool help;
    bool version;
    char **operands; /* certificate files, or Names; points into argv */
    size_t operand_count;
};

/* Reads the arguments. argv is put into another order: operands points into it. On a mistake, one line
 * about it goes to standard error and the result is false. */
bool tool_options_parse(struct tool_options *options, int argc, char **argv);

/* The help text of a verb; of the command for TOOL_VERB_NONE. */
const char *tool_help(enum tool_verb verb);

#endif
