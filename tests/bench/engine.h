/* SPDX-License-Identifier: MIT */
/* Other libraries that can be made to answer the same question: each in a file of its own, engine_<name>.c. They
 * get the values of a certificate as text, so that only the search is compared; the one that has a decoder of its
 * own gets the certificate. */
#ifndef B_ENGINE_H
#define B_ENGINE_H

#include "certmap/certmap.h"
#include "workload.h"

#ifdef __cplusplus
extern "C" {
#endif

#define B_ANY (SIZE_MAX - 1)
#define B_FAILED (SIZE_MAX - 2)

struct b_engine {
    const char *name;
    const char *how;                                 /* the rules' form in this library, for the report */
    bool from_der;                                   /* takes a certificate; else its values */
    size_t most;                                     /* rules for which its memory suffices on a machine of 8 GB */
    const char *(*unable)(enum b_workload workload); /* why it cannot say these rules, or NULL */
    /* The rules of a set of so many. NULL: they are more than the library can take. */
    void *(*build)(enum b_workload workload, size_t size);
    void (*release)(void *state);
    /* Does all the work of an answer. Where that does not tell which rule it was, B_ANY stands for it. B_FAILED: the
     * library could not tell. */
    size_t (*match)(void *state, const struct b_person *person, struct certmap_view der);
    /* The position of the first rule that holds, or SIZE_MAX. NULL: match tells. */
    size_t (*which)(void *state, const struct b_person *person, struct certmap_view der);
};

/* What cannot be but by a mistake here, or for want of memory. Ends the program. */
void b_engine_failed(const char *name, const char *what);

/* Those that were installed when this was built, fnmatch first, and the names of those that were not. */
extern const struct b_engine *const b_engines[];
extern const size_t b_engine_count;
extern const char *const b_engines_missing[];
extern const size_t b_engine_missing_count;

/* ---- What several of them share ---------------------------------------------------------------------- */

/* The values that rules of this workload look at, one after another, a newline after each, as one text for one
 * expression per rule; its length. */
enum { B_JOINED = B_SLOTS * B_TEXT };
size_t b_engine_join(enum b_workload workload, const struct b_person *person, char joined[B_JOINED]);

/* The conditions of a rule that are no NOT, as one regular expression for all of the joined text: \A and \z are
 * up to the caller. False if there are none. */
enum { B_EXPRESSION = 6 * B_JOINED };
bool b_engine_expression(enum b_workload workload, const struct b_rule *rule, char expression[B_EXPRESSION]);
/* The text of one condition as a regular expression, anchored at neither end; its length. */
size_t b_engine_pattern(const char *text, char *expression);

/* Whether the conditions of this rule that are a NOT hold. Made afresh from the number: rules with a NOT are few. */
bool b_engine_negations_hold(enum b_workload workload, size_t id, const struct b_person *person);

#ifdef __cplusplus
}
#endif

#endif
