/* SPDX-License-Identifier: MIT */
/*
 * What a server{} accepts as a client's certificate, in one text.  nginx may
 * resume a session that another server{} has made, of this port or another one,
 * and with it takes over what that one has accepted: the text is kept in the
 * session, so that it can be told.
 */
#ifndef NGX_CERTMAP_REALM_H
#define NGX_CERTMAP_REALM_H

#include <ngx_config.h>
#include <ngx_core.h>

#include <certmap/server.h>


/* all that decides which certificates are accepted; strings may be empty */

typedef struct {
    ngx_ssl_t    *ssl;
    ngx_uint_t    verify_depth;
    ngx_uint_t    ocsp;
    ngx_str_t     ocsp_responder;
    ngx_str_t     client_certificate;
    ngx_str_t     trusted_certificate;
    ngx_str_t     crl;
    ngx_str_t     ecdh_curve;            /* also of a key, up to TLS 1.2 */
    ngx_array_t  *conf_commands;         /* of ngx_keyval_t; NULL: none */
} ngx_certmap_accepted_t;


/*
 * The realm of what is accepted: equal for equal settings only.  From now on
 * the sessions that are made with them have it.  NULL: the error is logged.
 */
char *ngx_certmap_realm(ngx_conf_t *cf, ngx_certmap_accepted_t *accepted);

ngx_uint_t ngx_certmap_same_realm(const char *one, const char *two);

/*
 * Why the session of this connection is not to be believed, where the server{}
 * that it has come to is of this realm; NULL: nothing is against it.
 */
const char *ngx_certmap_session_objection(ngx_connection_t *c,
    const char *realm);

#endif
