/* SPDX-License-Identifier: MIT */
/* Which letters look like others, and which characters nobody sees. */
#ifndef CM_LINT_SCRIPT_H
#define CM_LINT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cm_lint_script {
    CM_LINT_NO_SCRIPT, /* any other, or none */
    CM_LINT_LATIN,
    CM_LINT_GREEK,
    CM_LINT_CYRILLIC,
    CM_LINT_ARMENIAN,
    CM_LINT_CHEROKEE
};
#define CM_LINT_SCRIPTS 6

enum cm_lint_script cm_lint_script_of(uint32_t code_point);
/* A letter, or a mark on one. */
bool cm_lint_is_letter(uint32_t code_point);
/* A blank: of category Zs. */
bool cm_lint_is_blank(uint32_t code_point);
/* Whether it is usually not shown: Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 15.0. */
bool cm_lint_is_invisible(uint32_t code_point);
/* Whether NFKC makes other characters of it, and no blank. */
bool cm_lint_is_compatible(uint32_t code_point);
/* What NFKC makes of it, up to so many code points: returns how many. */
size_t cm_lint_decompose(uint32_t *to, size_t cap, uint32_t code_point);
/* The letter of a script that looks like this one; 0: there is none. One of the two is Latin. */
uint32_t cm_lint_look_alike(uint32_t code_point, enum cm_lint_script script);

#endif
