/* SPDX-License-Identifier: MIT */
/* The one table of options, and that of verbs: what the command line takes, what shells complete. */
#ifndef TOOL_OPTION_TABLE_H
#define TOOL_OPTION_TABLE_H

#include "options.h"

enum tool_option {
    TOOL_OPTION_RULES,
    TOOL_OPTION_SITE,
    TOOL_OPTION_FORMAT,
    TOOL_OPTION_ADAPTER,
    TOOL_OPTION_ISSUER,
    TOOL_OPTION_CHAIN,
    TOOL_OPTION_TIME,
    TOOL_OPTION_STORE,
    TOOL_OPTION_SHA1,
    TOOL_OPTION_DIALECT,
    TOOL_OPTION_COLOR,
    TOOL_OPTION_JSON,
    TOOL_OPTION_EACH,
    TOOL_OPTION_IIS,
    TOOL_OPTION_ALL,
    TOOL_OPTION_MAPPING,
    TOOL_OPTION_OUTPUT,
    TOOL_OPTION_LEVEL,
    TOOL_OPTION_FAIL_ON,
    TOOL_OPTION_PROFILE,
    TOOL_OPTION_ONLY,
    TOOL_OPTION_ALLOW,
    TOOL_OPTION_PRIVILEGED,
    TOOL_OPTION_TIME_LIMIT,
    TOOL_OPTION_WITNESS,
    TOOL_OPTION_BASELINE,
    TOOL_OPTION_WRITE_BASELINE,
    TOOL_OPTION_FIX,
    TOOL_OPTION_FIX_DRY_RUN,
    TOOL_OPTION_IN,
    TOOL_OPTION_OUT,
    TOOL_OPTION_CORPUS,
    TOOL_OPTION_ACCOUNT,
    TOOL_OPTION_DENY,
    TOOL_OPTION_GROUP,
    TOOL_OPTION_NAME,
    TOOL_OPTION_FORM,
    TOOL_OPTION_NEW,
    TOOL_OPTION_PAGE,
    TOOL_OPTION_DIFF_OUTPUT,
    TOOL_OPTION_DIFF_FAIL_ON,
    TOOL_OPTION_WORKERS,
    TOOL_OPTION_CSV,
    TOOL_OPTION_SUMMARY,
    TOOL_OPTION_DIGEST,
    TOOL_OPTION_HELP,
    TOOL_OPTION_VERSION
};

/* What comes after an option, or is an operand. */
enum tool_value {
    TOOL_VALUE_NONE,
    TOOL_VALUE_FILE,
    TOOL_VALUE_WORD, /* one of a list */
    TOOL_VALUE_TEXT  /* anything else */
};

/* The i-th word of a list, or NULL after its end. */
typedef const char *tool_word_fn(size_t i);

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order in which a row is read */
struct tool_option_row {
    enum tool_option option;
    unsigned verbs; /* those that take it */
    const char *name;
    const char *brief; /* the same in two characters, or NULL */
    enum tool_value value;
    tool_word_fn *word; /* of TOOL_VALUE_WORD */
    bool again;         /* it may be given again */
    const char *what;   /* in a few words, without quotes, colons and brackets */
};

struct tool_verb_row {
    enum tool_verb verb;
    enum tool_value operand;
    const char *name;
    tool_word_fn *word;
    const char *what;
};

extern const struct tool_option_row tool_option_rows[];
extern const size_t tool_option_count;
extern const struct tool_verb_row tool_verb_rows[];
extern const size_t tool_verb_count;

/* Verbs that share options. */
#define TOOL_VERBS_ANSWER ((unsigned)TOOL_VERB_MATCH | (unsigned)TOOL_VERB_EXPLAIN)
#define TOOL_VERBS_FORMAT (TOOL_VERBS_ANSWER | (unsigned)TOOL_VERB_CHECK | (unsigned)TOOL_VERB_CONVERT)
#define TOOL_VERBS_RULES                                                                                               \
    (TOOL_VERBS_FORMAT | (unsigned)TOOL_VERB_LINT | (unsigned)TOOL_VERB_DIFF | (unsigned)TOOL_VERB_REPORT)
/* Those whose operands are what a switch before them says. Those of match may be. */
#define TOOL_VERBS_SWITCHED                                                                                            \
    ((unsigned)TOOL_VERB_LINT | (unsigned)TOOL_VERB_SUGGEST | (unsigned)TOOL_VERB_DIFF | (unsigned)TOOL_VERB_REPORT |  \
     (unsigned)TOOL_VERB_CHECK)
/* Those that go through a corpus with several threads. */
#define TOOL_VERBS_PASS ((unsigned)TOOL_VERB_MATCH | (unsigned)TOOL_VERB_DIFF | (unsigned)TOOL_VERB_CHECK)
#define TOOL_VERBS_CERTS (TOOL_VERBS_ANSWER | (unsigned)TOOL_VERB_SHOW)

/* The name of a verb, or "" for TOOL_VERB_NONE. */
const char *tool_verb_name(enum tool_verb verb);
/* Whether the operands of a verb are certificate files, if it has any. */
bool tool_verb_reads_certificates(enum tool_verb verb);

/* Whether they are files at all. */
bool tool_verb_takes_files(enum tool_verb verb);

/* Most words of a list. */
#define TOOL_MAX_WORDS 128

/* As text, or as JSON. */
tool_word_fn tool_diff_output_word;
tool_word_fn tool_fail_on_word;

/* The lists. Those of formats and of whens are in the order of their enums, as those of severities,
 * profiles and outputs. */
tool_word_fn tool_format_word;
tool_word_fn tool_when_word;
tool_word_fn tool_output_word;
tool_word_fn tool_form_word;
tool_word_fn tool_severity_word;
tool_word_fn tool_profile_word;
tool_word_fn tool_adapter_word;
tool_word_fn tool_dialect_word;
tool_word_fn tool_shell_word;
tool_word_fn tool_verb_word;

#endif
