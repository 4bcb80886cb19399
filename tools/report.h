/* SPDX-License-Identifier: MIT */
/* certmap report: what rules say of a corpus, as one page. Facts are gathered while the certificates pass; then the page is
 * written from them.
 *
 *     corpus -> report_facts -> { mappings, accounts, groups, months } -> report_page -> sections -> html, svg
 *
 * Memory is in proportion to the mappings, and to what the constants below permit. What is over a limit is counted, and the
 * page says so. */
#ifndef TOOL_REPORT_H
#define TOOL_REPORT_H

#include "certmap/diff.h"
#include "corpus.h"
#include "lint.h"
#include "moment.h"
#include "prepare.h"
#include "privileged.h"
#include "rank.h"
#include "report_table.h"

/* Accounts and groups, each with the mapping that gives it. */
#define TOOL_REPORT_ACCOUNTS 100000
/* So many privileged ones more, however many others come before them, and so many are listed. */
#define TOOL_REPORT_PRIVILEGED 1000
/* Groups of certificates without an account, by unit and issuer: a person reads some tens, a program makes thousands. */
#define TOOL_REPORT_GROUPS 5000
#define TOOL_REPORT_ISSUERS 1000
#define TOOL_REPORT_CHANGES 2000
/* Certificates that expire next, and those that cannot be read, by name. */
#define TOOL_REPORT_SOON 25
#define TOOL_REPORT_BROKEN 20
/* Kinds of damage that are counted apart: there are a handful of codes. */
#define TOOL_REPORT_DAMAGES 16
/* Subjects that are shown of a group. */
#define TOOL_REPORT_EXAMPLES 3
/* A text is kept up to so many bytes: more than a page shows of it. */
#define TOOL_REPORT_TEXT 700
/* Certificates that are kept whole, as examples, for a later explanation: each of at most so many bytes, and all. */
#define TOOL_REPORT_EXAMPLE_SIZE 8192
#define TOOL_REPORT_EXAMPLES_SIZE 33554432
/* Explaining takes time in proportion to the rules: so many mappings are looked at, over all groups, but of few groups each. */
#define TOOL_REPORT_EXPLAINED 1000000
#define TOOL_REPORT_LEAST_EXPLAINED 40
/* Under `all`, each mapping is asked whether it holds with the first: so often takes some seconds. */
#define TOOL_REPORT_ASKED 20000000
/* With more mappings the page shows the largest, and all in a list. */
#define TOOL_REPORT_FEW 60
/* Rows of a list: what is over this is for a database, not for a page. */
#define TOOL_REPORT_ROWS 10000
/* Months before this one and after it, and days from today on, that are drawn. */
#define TOOL_REPORT_PAST 6
#define TOOL_REPORT_MONTHS 31
#define TOOL_REPORT_DAYS 14

/* Decisions, and what is none. */
enum tool_report_answer { TOOL_REPORT_ALLOW, TOOL_REPORT_DENY, TOOL_REPORT_NONE, TOOL_REPORT_ERROR };
#define TOOL_REPORT_ANSWERS 4

/* A certificate that shows something. */
struct tool_report_example {
    char *label;   /* where it is in the corpus, or NULL */
    char *subject; /* or NULL */
    uint8_t *der;  /* or NULL: it is not kept */
    size_t len;
    uint8_t *issuer_sha256; /* after der, where its record had one; else NULL */
};

struct tool_report_mapping {
    uint64_t count;
    uint64_t unreadable; /* of them: a value that it asks about cannot be read */
    uint64_t unbuilt;    /* of them: its account cannot be built */
    uint64_t expired;    /* of those that it allows: they have expired */
    uint64_t soon;       /* of those that it allows: they expire within 30 days */
    uint64_t nearest;    /* certificates without an account that are nearest to it */
    size_t accounts;     /* different ones */
    struct tool_report_example example;
};

/* How much power an account has. Lint calls the first two privileged. */
enum tool_report_power { TOOL_REPORT_ADMINISTRATOR, TOOL_REPORT_COMPUTER, TOOL_REPORT_ORDINARY };

/* An account or a group that a mapping gives. */
struct tool_report_account {
    uint64_t count;
    size_t mapping;
    char *subject; /* of the first certificate that gets it */
    enum tool_report_power power;
    bool group;
};

/* Certificates without an account, of one unit and issuer. */
struct tool_report_group {
    uint64_t count;
    bool unreadable;
    bool explained;
    size_t nearest; /* mapping; SIZE_MAX: none comes near */
    size_t missing;
    char *condition; /* in the way; or why it is unreadable */
    char *subjects[TOOL_REPORT_EXAMPLES];
    size_t subject_count;
    struct tool_report_example example;
};

struct tool_report_issuer {
    uint64_t answers[TOOL_REPORT_ANSWERS];
};

/* Certificates whose answer changes from one mapping to another. */
struct tool_report_change {
    enum certmap_diff_effect_kind kind;
    uint64_t count;
    enum tool_report_power power;         /* of the most powerful account or group of before or after */
    size_t before, after;                 /* mappings; SIZE_MAX: none */
    char *account_before, *account_after; /* of the example; NULL: none */
    struct tool_report_example example;
};

/* One that expires. */
struct tool_report_expiry {
    int64_t after;
    size_t mapping;
    uint64_t count;
    char *subject, *account;
};

/* One that cannot be read. */
struct tool_report_broken {
    char *label, *why;
};
/* How many entries are damaged in one way. */
struct tool_report_damage {
    enum certmap_code code;
    uint64_t count;
};

/* Each number is of certificates: an entry that says how often it came is as many. */
struct tool_report_facts {
    uint64_t total;   /* that were decoded */
    uint64_t entries; /* of the corpus, that are these */
    uint64_t answers[TOOL_REPORT_ANSWERS];
    struct tool_report_mapping *mappings; /* one for each of the rules */
    size_t mapping_count;
    struct tool_table account_keys, group_keys, issuer_keys, change_keys;
    struct tool_report_account *accounts;
    struct tool_report_group *groups;
    struct tool_report_issuer *issuers;
    struct tool_report_change *changes;
    size_t account_cap, group_cap, issuer_cap, change_cap;
    uint64_t accounts_over, groups_over, issuers_over,
        changes_over; /* certificates that are in none for want of room */
    uint64_t effects[CERTMAP_DIFF_LEFT + 1];
    uint64_t months[TOOL_REPORT_MONTHS][TOOL_REPORT_ANSWERS];
    uint64_t before[TOOL_REPORT_ANSWERS], after[TOOL_REPORT_ANSWERS]; /* what is not drawn */
    uint64_t days[TOOL_REPORT_DAYS];                                  /* of those that have an account */
    uint64_t undated;
    uint64_t expired, week, soon; /* of those that have an account: expired, or to expire in 7 and in 30 days */
    uint64_t powers[TOOL_REPORT_ORDINARY + 1]; /* by the most powerful account or group that they get */
    uint64_t privileged_over;                  /* of them: for want of room it is not among the accounts */
    struct tool_report_expiry next[TOOL_REPORT_SOON];
    size_t next_count;
    struct tool_report_broken broken[TOOL_REPORT_BROKEN];
    size_t broken_count;
    struct tool_report_damage damages[TOOL_REPORT_DAMAGES];
    size_t damage_count;
    size_t kept;                         /* bytes of examples */
    size_t asked;                        /* mappings, whether they hold with others */
    bool open;                           /* that was too often: of further certificates only the first is counted */
    uint8_t digest[CERTMAP_SHA256_SIZE]; /* of the corpus: corpus_digest.h */
};

/* An account or a group, as it was built. */
struct tool_report_output {
    size_t mapping;
    bool group;
    size_t begin, len; /* in the texts */
};

/* The mappings that together decide about a certificate: one, and under `all` those that hold. */
struct tool_report_deciding {
    size_t *mappings;
    size_t count, cap;
    struct tool_report_output *outputs; /* of several mappings: which of them gives what */
    size_t output_count, output_cap;
    struct tool_text texts;
};

struct tool_report {
    const struct tool_options *options;
    struct tool_analysis analysis; /* the rules, and what lint finds */
    struct tool_rules after;       /* of --new */
    bool has_after;
    struct tool_stream err;
    struct tool_corpus corpus;
    struct tool_prepare prepare;
    struct certmap_peer *peers[2]; /* for the rules, and for those of --new: both results are to live */
    int64_t now;
    size_t first_month; /* of facts.months: years and months since the year 0 */
    struct tool_privileged privileged;
    struct tool_report_deciding deciding; /* about the certificate that is noted */
    struct tool_report_facts facts;
};

/* A copy of a text, cut after TOOL_REPORT_TEXT bytes at the end of a character; for free(). */
char *tool_report_copy(struct certmap_view text);
/* The same of a DER Name that is well-formed, as RFC 4514 writes it. */
char *tool_report_copy_name(struct certmap_view name);

/* Reads the corpus. Call it when the rules are loaded; lint may be NULL. */
void tool_report_read(struct tool_report *report, struct certmap_lint *lint);
/* Prepares a certificate for the peers, as a server would. */
enum certmap_status tool_report_prepare(struct tool_report *report, const struct tool_record *record,
                                        struct certmap_cert *cert, struct certmap_diagnostic *err);
/* Prepares an example again, which is kept and was prepared before. false: it is not kept. */
bool tool_report_prepare_example(struct tool_report *report, const struct tool_report_example *example);
/* How much power an account or a group has, with the names of --privileged. */
enum tool_report_power tool_report_power(const struct tool_report *report, struct certmap_view account);
/* Certificates that were read, and those that could not be. */
uint64_t tool_report_all(const struct tool_report *report);
/* Takes note of an answer, which report->deciding gives. after: that of the rules of --new, or NULL. */
void tool_report_note(struct tool_report *report, const char *label, const struct certmap_cert *cert,
                      const struct tool_record *record, const struct certmap_result *result,
                      const struct certmap_result *after);
/* When the corpus has ended: which mapping is nearest to those without an account. */
void tool_report_explain(struct tool_report *report);
void tool_report_facts_free(struct tool_report_facts *facts);

/* Takes note of when certificates expire. */
void tool_report_note_expiry(struct tool_report *report, const struct certmap_cert *cert,
                             const struct certmap_result *result, enum tool_report_answer answer, uint64_t count);

#endif
