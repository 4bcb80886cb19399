/* SPDX-License-Identifier: MIT */
/* One run of the IIS importer.
 *
 *     text --iis_xml--> elements --iis_walk--> places --iis_section--> levels --iis_build--> rule set
 *                          |         (iis_schema has the words, iis_place counts lines)
 *                          +--iis_survey--> applications, and what paths begin with (read first)
 *
 *     levels    [server] [site] [site/app] ...        one for each step of options.site
 *                  |
 *                  +- settings   enabled, logonMethod, ...    each given here or not
 *                  +- lists      one:  [mapping] [mapping] ...
 *                                many: [mapping] [mapping] ...
 *                                          |
 *     rules     [rule] [rule] [rule] ...  <+  first_rule, rule_count
 *
 * What the section's safety depends on besides goes the same way, if it is to be checked: elements of
 * the server --iis_setup--> levels and the site's bindings --> warnings. Nothing of it reaches a rule.
 *
 * The levels are anywhere in the file, so that they are filled while it is read and merged at its
 * end. Sections of other places are passed over. <clear/> removes nothing: it begins a new generation
 * of its list, and what is not of the last one is checked but not built. */
#ifndef CM_FORMATS_IIS_RUN_H
#define CM_FORMATS_IIS_RUN_H

#include "../kit/diagnostic.h"
#include "../kit/memory.h"
#include "../kit/progress.h"
#include "../kit/set.h"
#include "../kit/store.h"
#include "certmap/build.h"
#include "logon.h"
#include "schema.h"

/* Many-to-one mappings and one-to-one mappings. */
enum cm_iis_list_kind { CM_IIS_LIST_ONE = 0, CM_IIS_LIST_MANY = 1, CM_IIS_LISTS = 2 };

struct cm_iis_rule {
    struct cm_kit_position place;
    uint32_t generation;
    bool issuer; /* else subject */
    bool nocase;
    struct certmap_view subfield;
    struct certmap_view criteria;
};

struct cm_iis_mapping {
    struct cm_kit_position place;
    enum cm_iis_list_kind kind;
    uint32_t generation;
    bool enabled;
    bool deny;
    bool broken; /* an attribute was reported: name, user and certificate may be missing */
    bool always; /* many: it has no rules, or none since <clear/>, not even bad ones */
    uint32_t rule_generation;
    uint32_t compared_at; /* one: which part of certificate the mapping compares: what was signed */
    uint32_t compared_len;
    size_t first_rule;
    size_t rule_count;
    struct certmap_view name;        /* many */
    struct certmap_view user;        /* as in the file */
    struct certmap_view certificate; /* one: the DER */
    struct cm_iis_password password;
};

struct cm_iis_list {
    struct cm_iis_mapping *items;
    size_t count;
    size_t cap;
    uint32_t generation; /* how many times it was cleared */
};

/* What may be on or off besides the section, in the order of the elements from CM_IIS_ACCESS. */
enum cm_iis_switch {
    CM_IIS_SWITCH_ACCESS = 0,
    CM_IIS_SWITCH_ANONYMOUS,
    CM_IIS_SWITCH_BASIC,
    CM_IIS_SWITCH_DIGEST,
    CM_IIS_SWITCH_WINDOWS,
    CM_IIS_SWITCH_DIRECTORY,
    CM_IIS_SWITCHES
};

/* One of them: of a level, and merged. */
struct cm_iis_switch_value {
    struct cm_kit_position place; /* of its element, line 0: there is none */
    bool hidden;                  /* what it says is elsewhere, or is encrypted */
    struct cm_iis_value value;    /* text in the store; data NULL: it is not given */
};

/* Whether a module is in a list; at: the element that says so, line 0: none does. */
struct cm_iis_module {
    struct cm_kit_position at;
    bool present;
};

/* globalModules, what is installed; modules, what of it is enabled. */
enum cm_iis_modules_kind { CM_IIS_MODULES_GLOBAL = 0, CM_IIS_MODULES_ENABLED = 1, CM_IIS_MODULES_KINDS = 2 };

/* One of these lists: of a level, and merged. */
struct cm_iis_modules {
    struct cm_kit_position place;   /* of the list, line 0: there is none */
    bool hidden;                    /* what is in it is elsewhere, or is encrypted */
    struct cm_iis_module own;       /* the module that reads our section */
    struct cm_iis_module directory; /* the one that asks Active Directory */
};

/* What else a level says about the safety of its section. */
struct cm_iis_setup {
    struct cm_iis_switch_value switches[CM_IIS_SWITCHES];
    struct cm_iis_modules modules[CM_IIS_MODULES_KINDS];
};

/* The https bindings of the site asked for. */
struct cm_iis_bindings {
    struct cm_kit_position site;  /* line 0: it was not found */
    size_t https;                 /* how many there are */
    size_t tls13;                 /* of these, with TLS 1.3 or HTTP/3 */
    struct cm_kit_position first; /* the first of those */
    unsigned flags;               /* its sslFlags */
};

/* What the file has for one level. */
struct cm_iis_level {
    bool application; /* an application begins here; said by the survey */
    bool present;
    struct cm_kit_position place;                  /* of the last section */
    struct cm_iis_value settings[CM_IIS_SETTINGS]; /* texts in the store */
    struct cm_iis_list lists[CM_IIS_LISTS];
    struct cm_iis_setup setup;
};

/* The location that is being read; server level outside of one. */
struct cm_iis_location {
    size_t level; /* SIZE_MAX: not on the way to the site */
    struct cm_kit_position place;
    bool inherits;
    bool bad_inherits; /* neither true nor false */
    bool bad_told;     /* and that was reported */
    bool has_setup;    /* something in it is about the set-up and applies */
    bool has_section;  /* a section of ours, which applies */
    bool ends_unknown; /* it does not reach child applications, and may end above the site's path */
    size_t folder;     /* of a path that is relative: how many steps of the site's path are before it */
    char *path;        /* a copy, path_len long */
    size_t path_len;
    size_t path_cap;
};

/* What was seen before the file is read; all zero: nothing, for no site is asked for. */
struct cm_iis_survey {
    enum cm_iis_element stack[8]; /* the way down to where it is: at most to a <site> */
    size_t top;
    size_t depth;
    size_t skipped;
    bool done;         /* what follows does not matter */
    bool found;        /* the <site> asked for */
    bool relative;     /* paths of locations begin in a folder, as those of a web.config: none begins with the site */
    bool applications; /* the site's list of applications is known */
};

/* How many other sites a diagnostic names. */
enum { CM_IIS_OTHERS = 3 };
/* So many names near to that of the site are kept. With more of them, one that is missing is no sign. */
enum { CM_IIS_NEAR = 16 };

/* What is known about sites besides the one asked for. */
struct cm_iis_sites {
    bool listed; /* the file has a <sites> */
    bool found;  /* the site asked for is in it */
    bool inside; /* that is where we are */
    struct cm_kit_position place;
    struct certmap_view nearest;               /* the listed name that is nearest to it */
    struct certmap_view others[CM_IIS_OTHERS]; /* locations with mappings that do not apply */
    size_t other_count;
    bool more_others;
    bool others_fit; /* one of them would apply if its path began in a folder of the site */
    struct cm_kit_position other_place;
    struct certmap_view near[CM_IIS_NEAR]; /* listed names that are nearly that of the site, and not it */
    size_t near_count;
    bool more_near;
    bool unlisted_told; /* of a location whose site is nearly this one, and is not listed */
};

struct cm_iis {
    struct certmap_allocator allocator;
    struct certmap_view text;
    struct certmap_view site; /* without slashes at the ends; data NULL: none */
    bool keep_passwords;
    bool check_setup;
    bool stop; /* read no further */
    struct certmap_diagnostic
        fatal; /* why, where diagnostics are not reported: no memory, cancelled; status OK: none */
    const struct certmap_build_options *build; /* the caller's; NULL: none */
    struct cm_kit_progress progress;
    struct cm_kit_diagnostics diagnostics;

    struct XML_ParserStruct *xml;
    size_t bom;                     /* bytes before what expat sees */
    bool plain_lines;               /* lines are counted here, not by expat */
    struct cm_kit_position counted; /* up to where */

    enum cm_iis_element stack[CM_IIS_STACK]; /* the way down to where we are */
    size_t top;
    size_t depth;                /* elements that are open */
    size_t skipped;              /* of these, in a part that is passed over */
    bool in_other;               /* that part is a section that does not apply */
    bool in_nested;              /* it is a location in a location */
    bool in_unread;              /* it is a section that is not read, and that was noted */
    bool text_told;              /* the stray text here was reported */
    bool encrypted;              /* the section was reported as encrypted */
    struct cm_kit_position here; /* the element that was begun last */
    struct cm_kit_position root;
    bool has_configuration;           /* the root is <configuration> */
    struct cm_kit_position misplaced; /* our section in a place where it means nothing */

    struct cm_iis_survey survey;
    struct cm_iis_location location;
    struct cm_iis_sites sites;
    struct cm_iis_bindings bindings;
    struct cm_iis_level *levels;
    size_t level_count;
    struct cm_iis_level *level; /* of the section that is being read */
    struct cm_iis_rule *rules;
    size_t rule_count;
    size_t rule_cap;
    struct cm_kit_store store;   /* texts */
    struct cm_kit_store secrets; /* passwords */
};

/* Where the phases of a run end, in units of CM_KIT_PROGRESS_TOTAL. */
enum { CM_IIS_READ = 130, CM_IIS_CHECKED = 170, CM_IIS_LOADED = CM_KIT_PROGRESS_TOTAL };

/* ---- run.c: for all the other files ---- */

/* Ends the run with an error, in place of its diagnostics. */
void cm_iis_fail(struct cm_iis *iis, const struct certmap_diagnostic *error);
/* Says that there is no memory, which ends the run. */
void cm_iis_no_memory(struct cm_iis *iis);
/* Tells how far the phase is, done of total; false: the caller has had enough, which ends the run. */
bool cm_iis_goes_on(struct cm_iis *iis, size_t done, size_t total);
/* A copy in the store. Without memory it says so; data is then NULL. */
struct certmap_view cm_iis_keep(struct cm_iis *iis, struct certmap_view text);

/* ---- xml.c ---- */

/* Reads the text to its end, or up to what stops it, and fills the levels. */
void cm_iis_parse(struct cm_iis *iis);

/* ---- encoding.c ---- */

/* Encodings as the bytes show them; bits, so that a declared name can stand for several. */
enum { CM_IIS_NARROW = 1, CM_IIS_WIDE_LITTLE = 2, CM_IIS_WIDE_BIG = 4 };
struct cm_iis_encoding {
    unsigned seen;
    size_t bom;         /* its bytes */
    const char *forced; /* what expat is told; NULL: it looks for itself */
};
/* False if it cannot be read. */
bool cm_iis_encoding_detect(struct cm_iis_encoding *encoding, struct certmap_view text);
/* False where UTF-16 has half a surrogate pair, and *place is then where. */
bool cm_iis_encoding_pairs(const struct cm_iis_encoding *encoding, struct certmap_view text,
                           struct cm_kit_position *place);
/* Whether text of this encoding may declare that name; *known: whether it is the name of any. */
bool cm_iis_encoding_allows(const struct cm_iis_encoding *encoding, const char *declared, bool *known);

/* ---- place.c ---- */

/* Begins to count lines, where there is an encoding in which they can be counted here. */
void cm_iis_place_start(struct cm_iis *iis, const struct cm_iis_encoding *encoding);
/* Where expat is; no place before the last one is asked for. */
struct cm_kit_position cm_iis_here(struct cm_iis *iis);
/* The same as expat counts, which looks at every byte again. */
struct cm_kit_position cm_iis_place_by_expat(const struct cm_iis *iis);
/* How many bytes expat is done with, the BOM apart. */
size_t cm_iis_place_used(const struct cm_iis *iis);

/* ---- walk.c ---- */

void cm_iis_start(struct cm_iis *iis, const char *name, const char *const *attributes);
void cm_iis_end(struct cm_iis *iis);
/* Whether text where we are is an error, and not reported yet. */
bool cm_iis_text_matters(const struct cm_iis *iis);

/* ---- survey.c ---- */

void cm_iis_survey_start(struct cm_iis *iis, const char *name, const char *const *attributes);
void cm_iis_survey_end(struct cm_iis *iis);

/* ---- section.c ---- */

/* An element begins; false if what is in it is to be passed over. */
bool cm_iis_begin_section(struct cm_iis *iis, const struct cm_iis_values *values);
bool cm_iis_begin_encrypted(struct cm_iis *iis, const struct cm_iis_values *values);
bool cm_iis_begin_many_add(struct cm_iis *iis, const struct cm_iis_values *values);
bool cm_iis_begin_many_clear(struct cm_iis *iis, const struct cm_iis_values *values);
bool cm_iis_begin_rule_add(struct cm_iis *iis, const struct cm_iis_values *values);
bool cm_iis_begin_rule_clear(struct cm_iis *iis, const struct cm_iis_values *values);
bool cm_iis_begin_one_add(struct cm_iis *iis, const struct cm_iis_values *values);
bool cm_iis_begin_one_clear(struct cm_iis *iis, const struct cm_iis_values *values);
/* A section that does not apply begins. */
void cm_iis_begin_other(struct cm_iis *iis, const char *const *attributes);

/* ---- site.c ---- */

/* Sets the site and makes its levels. Errors: ARGUMENT, MEMORY. */
enum certmap_status cm_iis_site_set(struct cm_iis *iis, struct certmap_view site, struct certmap_diagnostic *err);
/* Whether a path begins with the site asked for; its name does, too. */
bool cm_iis_is_of_site(const struct cm_iis *iis, struct certmap_view path);
/* An application of that site, whose path begins with a slash. */
void cm_iis_note_application(struct cm_iis *iis, struct certmap_view path);
bool cm_iis_begin_location(struct cm_iis *iis, const struct cm_iis_values *values);
void cm_iis_end_location(struct cm_iis *iis);
bool cm_iis_begin_sites(struct cm_iis *iis, const struct cm_iis_values *values);
bool cm_iis_begin_site(struct cm_iis *iis, const struct cm_iis_values *values);
/* The level that an element here is of, or NULL. */
struct cm_iis_level *cm_iis_level_here(const struct cm_iis *iis);
/* The same for a section, for which the location has to be right. */
struct cm_iis_level *cm_iis_applying_level(struct cm_iis *iis);
/* Remembers that the location has mappings that do not apply. */
void cm_iis_note_other(struct cm_iis *iis);
void cm_iis_report_unknown_site(struct cm_iis *iis);
void cm_iis_report_others(struct cm_iis *iis);

/* ---- setup.c ---- */

/* An element from CM_IIS_BINDINGS to the section begins. */
void cm_iis_begin_setup(struct cm_iis *iis, enum cm_iis_element element, const char *const *attributes);
/* Merges the levels, and warns of what makes a section that applies unsafe. section: where to say it
 * of what is not in the file. */
void cm_iis_check_setup(struct cm_iis *iis, struct cm_kit_position section);

/* ---- build.c ---- */

/* Merges the levels, checks what can be checked only then, and makes the rule set and, where logon is
 * not NULL, what belongs to it. Both only if no error was found. */
void cm_iis_build(struct cm_iis *iis, struct certmap_rules **rules, struct certmap_iis_logon **logon);

#endif
