/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef TOOL_OPTIONS_H
#define TOOL_OPTIONS_H

#include "certmap/lint.h"
#include "certmap/suggest.h"
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
    TOOL_VERB_LINT = 256,
    TOOL_VERB_HELP = 512, /* of the table only: read as --help */
    TOOL_VERB_DIFF = 1024,
    TOOL_VERB_SUGGEST = 2048,
    TOOL_VERB_REPORT = 4096
};

enum tool_format { TOOL_FORMAT_AUTO = 0, TOOL_FORMAT_NATIVE = 1, TOOL_FORMAT_IIS = 2 };
enum tool_when { TOOL_WHEN_AUTO = 0, TOOL_WHEN_ALWAYS = 1, TOOL_WHEN_NEVER = 2 };

/* How lint writes what it finds. */
enum tool_output { TOOL_OUTPUT_TEXT = 0, TOOL_OUTPUT_JSON = 1, TOOL_OUTPUT_SARIF = 2, TOOL_OUTPUT_GITHUB = 3 };

/* So many of --only and of --allow are more than there are codes. */
#define TOOL_MAX_CODES 128

/* The longest --time-limit, in seconds: a day. */
#define TOOL_MAX_TIME_LIMIT 86400

/* What lint alone takes. */
struct tool_lint_options {
    enum certmap_severity level;   /* the least that is shown */
    enum certmap_severity fail_on; /* the least that makes the exit status 1 */
    enum certmap_lint_profile profile;
    bool has_profile; /* it was given, and goes before the one in the file */
    enum tool_output output;
    enum certmap_code only[TOOL_MAX_CODES];
    size_t only_count;
    const char *allow[TOOL_MAX_CODES]; /* CODE or CODE:MAPPING; the code is known */
    size_t allow_count;
    const char *privileged;     /* a file of names, or NULL */
    const char *witness;        /* a folder for certificates, or NULL */
    const char *baseline;       /* what is in this file is known, or NULL */
    const char *write_baseline; /* or NULL */
    bool fix, fix_dry_run;
    unsigned long time_limit; /* in seconds; 0: none */
};

/* Which differences make the exit status of diff 1: all; an account, or another one, that was not had before; one that is
 * not had any more; none of them. */
enum tool_fail_on { TOOL_FAIL_ON_ANY = 0, TOOL_FAIL_ON_GAIN = 1, TOOL_FAIL_ON_LOSE = 2, TOOL_FAIL_ON_NONE = 3 };

/* What diff alone takes. */
struct tool_diff_options {
    const char *after; /* the file of --new */
    enum tool_fail_on fail_on;
};

/* What --corpus of match takes. */
struct tool_corpus_options {
    size_t workers; /* threads; 0: as many as there are processors */
    bool csv;
    bool summary;
};

/* Of --in, --out and --corpus, each time it is another one: more than anybody writes by hand, and a program writes all
 * files of one after it. */
#define TOOL_MAX_SWITCHES 64

/* What the operands are: a switch is about those that follow, up to the next one. */
struct tool_switches {
    enum certmap_suggest_role roles[TOOL_MAX_SWITCHES];
    size_t at[TOOL_MAX_SWITCHES]; /* the index of its first operand */
    size_t count;
};

/* So many --group are more than an account has. */
#define TOOL_MAX_GROUPS 64

/* What suggest alone takes. */
struct tool_suggest_options {
    const char *account; /* as a rule file has it, or NULL */
    const char *name;    /* of the mapping, or NULL */
    bool deny;
    struct certmap_view groups[TOOL_MAX_GROUPS];
    size_t group_count;
};

/* So many --mapping are as much as anybody reads. */
#define TOOL_MAX_MAPPINGS 64

struct tool_options {
    enum tool_verb verb;
    const char *rules; /* NULL where not given; required by the verbs that read rules */
    const char *site;
    const char *adapter;     /* the TLS library to decode with, or NULL */
    const char *issuer;      /* the file of the certificate that issued the others, or NULL */
    const char *chain;       /* the file of the CAs above the others, or NULL */
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
    enum certmap_code code; /* explain: what this means, and nothing else is given; else NONE */
    struct tool_lint_options lint;
    struct tool_suggest_options suggest;
    struct tool_switches switches;
    struct tool_corpus_options corpus;
    struct tool_diff_options diff; /* its witness and time_limit are in lint */
    bool digest;                   /* check: of the rules, and of --corpus */
    const char *report;            /* the file of --output; NULL: standard output */
    bool help;
    bool version;
    char **operands; /* certificate files, or Names; points into argv */
    size_t operand_count;
};

/* Reads the arguments. argv is put into another order: operands points into it. On a mistake, one line
 * about it goes to standard error and the result is false. */
bool tool_options_parse(struct tool_options *options, int argc, char **argv);

/* Whether an operand is of this role, by the switch before it. */
bool tool_options_is(const struct tool_options *options, size_t operand, enum certmap_suggest_role role);
/* How many are. */
size_t tool_options_count(const struct tool_options *options, enum certmap_suggest_role role);

/* The help text of a verb; of the command for TOOL_VERB_NONE. */
const char *tool_help(enum tool_verb verb);

#endif
