/* SPDX-License-Identifier: MIT */
/* The inside of the builder.
 *
 *     description.c  a mapping in one piece: compiles it, or checks it
 *     mapping.c      what a mapping is without its parts: its name, its kind
 *     value_names.c  names for the values of conditions
 *     output.c       accounts, domains, groups, attributes
 *     condition.c    conditions: subfields, operands
 *     store.c        what is stored: text, conditions and paths, each once (rules.h)
 *     finish.c       from the mappings to the rule set
 *     builder.c              the object, its options, nodes and groups
 *
 * A mapping comes in one piece, certmap_builder_add, or in calls for each part of it, which have to answer at once. Both
 * are made of the same functions, one for each part. Only lib/rule sees this: loaders have door.h. */
#ifndef CM_COMPILE_BUILDER_H
#define CM_COMPILE_BUILDER_H

#include "base/id_table.h"
#include "base/progress.h"
#include "certmap/limits.h"
#include "compile/door.h"
#include "rule/binding.h"
#include "rule/draft.h"
#include "template/template.h"

/* Bytes as they are to be in the text of the draft. */
struct cm_record {
    uint8_t *bytes;
    size_t len, cap;
};

/* Fields and subfields of the last conditions, as they were given: most rules are about a few. */
#define CM_RECENT_PATHS 8
struct cm_recent {
    enum certmap_field field;
    uint32_t path;
    uint8_t len; /* 0: none */
    uint8_t subfield[15];
};

/* A condition as it will be stored, and its hash. */
struct cm_made_condition {
    struct cm_stored_condition stored;
    uint32_t count;          /* of operands, or the number of a COUNT */
    struct cm_record record; /* of the operands */
    uint32_t hash;
};

/* Conditions of the mapping that is added, made before it is their turn: where they may be already is fetched meanwhile,
 * which takes as long as much of the work on a mapping. Mappings with more conditions, and long texts, are seldom. */
#define CM_MAX_AHEAD 8
#define CM_AHEAD_BYTES 512
struct cm_ahead {
    struct cm_made_condition made[CM_MAX_AHEAD]; /* record.len 0: one that has to wait for its turn */
    size_t count, next;
    uint8_t bytes[CM_AHEAD_BYTES]; /* their records */
    size_t used;
};

struct certmap_builder {
    struct certmap_allocator allocator;
    struct cm_arena scratch; /* of one call, or less */
    struct cm_arena work;    /* an operand on its way */
    struct cm_arena checked; /* texts of a mapping that is only checked */
    struct cm_draft draft;
    size_t path_count, path_cap;
    size_t name_count, name_cap;
    size_t output_count, output_cap;
    size_t prefix_len, prefix_cap;
    struct cm_id_table mapping_names, conditions, paths, names, prefixes; /* what there is already */
    struct cm_record record;                                              /* of the current condition */
    struct cm_expected {
        struct certmap_view name; /* data NULL: none */
        uint32_t hash;
    } expected; /* the name of the next mapping */
    struct cm_ahead ahead;
    struct cm_recent recent[CM_RECENT_PATHS];
    size_t next_recent;
    bool checking;          /* what comes is not to be kept */
    bool has_options;       /* set, for this rule set */
    bool has_begun;         /* a mapping, if only one that was refused */
    bool has_open_mapping;  /* and there is room for what follows it */
    bool is_stand_in;       /* the open mapping takes what follows one that was refused */
    size_t condition_count; /* of the open mapping */
    size_t binding_cap;
    struct cm_names names_bound;        /* those of the mapping that is being compiled in one piece */
    uint32_t open[CERTMAP_MAX_NESTING]; /* groups that are open: nodes of the mapping */
    size_t open_count;
    size_t most; /* mappings: CERTMAP_MAX_MAPPINGS, and fewer where a test is about the limit */
    size_t one_to_one_count;
    size_t operand;                  /* which one of the condition was at fault, or SIZE_MAX */
    struct certmap_diagnostic first; /* of an earlier call, if its status is not OK */
    struct cm_progress progress;
    size_t steps;  /* of one match with the rules; 0: as many as there are for their number */
    uint64_t seed; /* of the caller, for the index */
    certmap_added_fn *added;
    void *added_ctx;
};

/* ---- the mapping that was added last ---- */

/* How many nodes it has so far: where the next one will be. */
size_t cm_builder_mark(const struct certmap_builder *builder);

/* ---- among the builder's files ---- */

/* A number that cannot be guessed by who writes rules, for hashes. */
uint64_t cm_builder_seed(const struct certmap_builder *builder);
/* Adds bytes to a record. False: no memory. */
bool cm_record_number(struct cm_record *record, uint32_t number, const struct certmap_allocator *allocator);
bool cm_record_string(struct cm_record *record, struct certmap_view string, const struct certmap_allocator *allocator);
bool cm_record_operand(struct cm_record *record, const struct cm_operand *operand, enum cm_text_kind kind,
                       const struct certmap_allocator *allocator);
/* Appends an operand that is a certificate, or bytes that are not one. */
bool cm_record_certificate(struct cm_record *record, struct certmap_view bytes, bool has_tbs,
                           const struct certmap_allocator *allocator);
/* Puts a record into the text of the draft, at *at. Errors: MEMORY, LIMIT (over CERTMAP_MAX_RULES_TEXT). */
enum certmap_status cm_builder_keep(struct certmap_builder *builder, const struct cm_record *record, uint32_t *at,
                                    struct certmap_diagnostic *err);
/* Where a text that may be there already is in the prefixes of the rules, as a string; uses the record. Errors: MEMORY,
 * LIMIT. */
enum certmap_status cm_builder_prefix(struct certmap_builder *builder, struct certmap_view prefix, uint32_t *at,
                                      struct certmap_diagnostic *err);
/* The number of a path, which is new or there already; what it points at is copied. Errors: MEMORY, LIMIT. */
enum certmap_status cm_builder_path(struct certmap_builder *builder, const struct cm_path *path, uint32_t *number,
                                    struct certmap_diagnostic *err);
/* The same of a whole Name, made of scratch memory. Errors: MEMORY, LIMIT. */
enum certmap_status cm_builder_name(struct certmap_builder *builder, const struct cm_operand *name, uint32_t *number,
                                    struct certmap_diagnostic *err);
/* Sets the hash of a condition, and says that it will be looked for. */
void cm_builder_hash(const struct certmap_builder *builder, struct cm_made_condition *made);
/* The same of a condition that has its hash. Errors: MEMORY, LIMIT. */
enum certmap_status cm_builder_stored(struct certmap_builder *builder, const struct cm_made_condition *made,
                                      uint32_t *number, struct certmap_diagnostic *err);

/* The steps of one match with so many mappings, where the program does not say how many. */
size_t cm_default_steps(size_t mappings);
/* Makes a builder an empty one. */
void cm_builder_start(struct certmap_builder *builder, const struct certmap_allocator *allocator);
/* Frees what only building needs. */
void cm_builder_free_tables(struct certmap_builder *builder);
/* Forgets everything that was added, the options included. The rules may have been given away. */
void cm_builder_empty(struct certmap_builder *builder, bool given_away);
/* Remembers the first error for certmap_builder_finish, and passes this one on. */
enum certmap_status cm_builder_note(struct certmap_builder *builder, enum certmap_status status,
                                    const struct certmap_diagnostic *own, struct certmap_diagnostic *err);
/* Makes the rule set that is being built, when it is first needed; false when there is no memory. */
bool cm_builder_have_rules(struct certmap_builder *builder);
/* Whether there is an open mapping to add to. Errors: ARGUMENT, of the call of that name. */
enum certmap_status cm_builder_need_mapping(const struct certmap_builder *builder, const char *call,
                                            struct certmap_diagnostic *err);
/* The mapping that was begun last, if it is open. */
struct cm_draft_mapping *cm_builder_open_mapping(const struct certmap_builder *builder);
/* Ends the mapping that is open, if any. Errors: ARGUMENT. */
enum certmap_status cm_builder_close_mapping(struct certmap_builder *builder, struct certmap_diagnostic *err);
/* Adds a mapping and its root. Errors: MEMORY, LIMIT, and then there is no mapping more. */
enum certmap_status cm_builder_add_mapping(struct certmap_builder *builder, const struct certmap_mapping *mapping,
                                           struct certmap_diagnostic *err);
/* Whether there is room for one more. Errors: LIMIT. */
enum certmap_status cm_builder_check_room(const struct certmap_builder *builder, struct certmap_diagnostic *err);
/* Gives the last mapping its name, or, while checking, looks whether it is one. Errors: MEMORY, LIMIT, SYNTAX. */
enum certmap_status cm_builder_set_name(struct certmap_builder *builder, struct certmap_view name,
                                        struct certmap_diagnostic *err);
/* Completes the nodes of the last mapping, all of which are there. */
void cm_builder_end_nodes(struct certmap_builder *builder);
/* Makes the next condition of the mapping ahead of its turn, if it is of the kind that most are; it may be NULL. builder->ahead
 * is empty before the first one, and once the mapping ends. */
void cm_builder_look_ahead(struct certmap_builder *builder, const struct certmap_condition *condition);
/* Compiles a condition, in the name of a call; *number is its own in the draft, unless it is only checked. Errors:
 * ARGUMENT, MEMORY, LIMIT, SYNTAX; builder->operand is then which operand is at fault, or SIZE_MAX. */
enum certmap_status cm_builder_compile_condition(struct certmap_builder *builder,
                                                 const struct certmap_condition *condition, const char *call,
                                                 uint32_t *number, struct certmap_diagnostic *err);
/* Sets the account of the last mapping; one that denies has none. Errors, with a line where they are about a part of the
 * source: MEMORY, LIMIT, SYNTAX. */
enum certmap_status cm_builder_set_account(struct certmap_builder *builder, const struct cm_source *account,
                                           enum certmap_language language, struct certmap_diagnostic *err);
/* Whether an output can be read, in the name of a call. Errors: ARGUMENT. */
enum certmap_status cm_builder_check_output(const struct certmap_output *output, const char *call,
                                            struct certmap_diagnostic *err);
/* Takes apart an output that can be read. */
void cm_builder_read_output(struct cm_output *made, struct cm_source *value, const struct certmap_output *output);
/* Begins an output of the last mapping, which allows, or says what is wrong with its name or number. kind is set;
 * this sets the name, if it is an attribute. Errors: MEMORY, LIMIT, SYNTAX. */
enum certmap_status cm_builder_begin_output(struct certmap_builder *builder, struct cm_output *output,
                                            struct certmap_view name, struct certmap_diagnostic *err);
/* Adds it with its text. Errors as those of cm_builder_set_account. */
enum certmap_status cm_builder_add_output(struct certmap_builder *builder, struct cm_output output,
                                          const struct cm_source *value, struct certmap_diagnostic *err);
/* Gives the open mapping an account that stands for one that was refused, so that what follows can be checked; where
 * there is no memory, less is checked. */
void cm_builder_set_no_account(struct certmap_builder *builder);
/* The conditions of a description, by index; NULL for one that cannot be read. Valid until the next call. */
typedef const struct certmap_condition *cm_condition_fn(void *ctx, size_t index);
/* Reads the names that the conditions of a description give, whose terms are sound. */
void cm_names_read(struct cm_names *names, const struct certmap_description *given, cm_condition_fn *condition_at,
                   void *ctx);
/* The same where all of so many conditions hold; always: they do, else it is not known which. */
void cm_names_read_flat(struct cm_names *names, size_t count, bool always, cm_condition_fn *condition_at, void *ctx);
/* The number of a name, or SIZE_MAX. */
size_t cm_names_find(const struct cm_names *names, struct certmap_view name);
/* Whether a condition can have this name. Errors: SYNTAX, LIMIT. */
enum certmap_status cm_binding_check(const struct cm_condition *made, struct certmap_view name,
                                     const struct cm_names *names, struct certmap_diagnostic *err);
/* Gives a name to the next node of the open mapping. Errors: MEMORY. */
enum certmap_status cm_builder_bind(struct certmap_builder *builder, struct certmap_view name,
                                    struct certmap_diagnostic *err);
/* The nodes of the open mapping are one place nearer to its root than they were. */
void cm_builder_shift_bindings(struct certmap_builder *builder);
/* Makes the bindings those of mappings in their last order. Errors: MEMORY. */
enum certmap_status cm_builder_order_bindings(struct certmap_builder *builder, struct certmap_diagnostic *err);
/* Adds a node at the end of the open mapping. Errors: MEMORY, LIMIT. */
enum certmap_status cm_builder_add_node(struct certmap_builder *builder, struct cm_node node,
                                        struct certmap_diagnostic *err);

#endif
