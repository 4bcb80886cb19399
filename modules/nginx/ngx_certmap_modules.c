/* SPDX-License-Identifier: MIT */
/*
 * What nginx looks for in a file of "load_module", for the one module that
 * NGX_CERTMAP_MODULE names; nginx's own make writes it.
 */

#include <ngx_config.h>
#include <ngx_core.h>


#define ngx_certmap_text(name)   ngx_certmap_quote(name)
#define ngx_certmap_quote(name)  #name

/* the only symbols that are seen: the modules have functions in common */
#define ngx_certmap_seen         __attribute__((visibility("default")))


extern ngx_module_t  NGX_CERTMAP_MODULE;

extern ngx_module_t  *ngx_modules[] ngx_certmap_seen;
extern char          *ngx_module_names[] ngx_certmap_seen;
extern char          *ngx_module_order[] ngx_certmap_seen;


ngx_module_t  *ngx_modules[] = {
    &NGX_CERTMAP_MODULE,
    NULL
};


char  *ngx_module_names[] = {
    ngx_certmap_text(NGX_CERTMAP_MODULE),
    NULL
};


char  *ngx_module_order[] = {
    NULL
};
