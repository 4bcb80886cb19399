/* SPDX-License-Identifier: MIT */
/* What nginx looks for in a file of "load_module"; its own make writes it. */

#include <ngx_config.h>
#include <ngx_core.h>


extern ngx_module_t  ngx_http_certmap_module;

extern ngx_module_t  *ngx_modules[];
extern char          *ngx_module_names[];
extern char          *ngx_module_order[];


ngx_module_t  *ngx_modules[] = {
    &ngx_http_certmap_module,
    NULL
};


char  *ngx_module_names[] = {
    "ngx_http_certmap_module",
    NULL
};


char  *ngx_module_order[] = {
    NULL
};
