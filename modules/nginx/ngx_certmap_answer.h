/* SPDX-License-Identifier: MIT */
/* An answer, who holds it, and variables that have its texts. */
#ifndef NGX_CERTMAP_ANSWER_H
#define NGX_CERTMAP_ANSWER_H

#include "ngx_certmap_rules.h"


/* an answer, held by a connection and by each request that got it */

typedef struct {
    ngx_certmap_rules_t    *rules;
    struct certmap_answer  *answer;
    ngx_uint_t              holders;
} ngx_certmap_held_t;


/* one holder: the data of a cleanup in the pool of a connection or request */

typedef struct {
    ngx_certmap_held_t  *held;
} ngx_certmap_ref_t;


/* a variable of the answer; in the order of ngx_certmap_texts */

typedef struct {
    ngx_str_t                 name;
    enum certmap_answer_text  text;
    enum certmap_form         form;
} ngx_certmap_text_t;


extern ngx_certmap_text_t  ngx_certmap_texts[];   /* until a name is empty */


/* Asks about the client of a connection, and logs that; NULL: no memory. */
ngx_certmap_held_t *ngx_certmap_ask(ngx_connection_t *c,
    ngx_certmap_rules_t *rules);

/* frees it, unless somebody holds it */
void ngx_certmap_free(ngx_certmap_held_t *held);

/* NULL: no memory, and it is as before */
ngx_certmap_ref_t *ngx_certmap_hold(ngx_pool_t *pool, ngx_certmap_held_t *held);

/* lets go of what ref holds, and has it hold another one */
void ngx_certmap_replace(ngx_certmap_ref_t *ref, ngx_certmap_held_t *held);

ngx_certmap_ref_t *ngx_certmap_find(ngx_pool_t *pool,
    const ngx_certmap_rules_t *rules);

/*
 * A variable's value, in the pool: one with an index is read until the end.
 * An empty text is "not found".
 */
ngx_int_t ngx_certmap_set_value(ngx_pool_t *pool, ngx_variable_value_t *v,
    struct certmap_view text);

/* that of $certmap_attr_NAME, of an answer that may be NULL */
struct certmap_view ngx_certmap_attribute(struct certmap_answer *answer,
    ngx_str_t *variable);

#endif
