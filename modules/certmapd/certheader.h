/* SPDX-License-Identifier: MIT */
/* The certificate of a client in a header of a request, in the forms in which proxies write it. */
#ifndef CERTMAPD_CERTHEADER_H
#define CERTMAPD_CERTHEADER_H

#include <certmap/certmap.h>

enum certheader_form {
    CERTHEADER_ESCAPED_PEM = 0, /* nginx: $ssl_client_escaped_cert */
    CERTHEADER_BASE64 = 1,      /* Caddy: {http.request.tls.client.certificate_der_base64} */
    CERTHEADER_RFC9440 = 2,     /* Client-Cert: `:MIIC...:`, and Client-Cert-Chain */
    CERTHEADER_XFCC = 3,        /* Envoy: `Hash=...;Cert="-----BEGIN%20...";Chain="..."` */
    CERTHEADER_TRAEFIK = 4      /* base64 without line ends; certificates of the chain after commas */
};
#define CERTHEADER_FORMS 5

enum certheader_status {
    CERTHEADER_NONE,       /* empty: the client has shown none */
    CERTHEADER_DECODED,    /* these bytes, whatever they are */
    CERTHEADER_WITHHELD,   /* it has shown one, which is not in the header */
    CERTHEADER_UNREADABLE, /* not in this form: problem says why */
    CERTHEADER_MEMORY
};

/* Most certificates of a chain: as many as are looked at (CERTMAP_SERVICE_MAX_CHAIN). */
#define CERTHEADER_MAX_CHAIN 32

struct certheader {
    struct certmap_view certificate; /* DER, where it was decoded */
    struct certmap_view chain;       /* DER, one after the other; may be empty */
    const char *problem;             /* of what cannot be read; static storage */
    uint8_t *room;                   /* what the views are in */
};

struct certheader_kind {
    const char *name;         /* of the form, as an option has it */
    const char *header;       /* in which it is, where no option says otherwise */
    const char *chain_header; /* NULL: the chain, if any, is in the same header */
};
/* By enum certheader_form. */
extern const struct certheader_kind certheader_kinds[CERTHEADER_FORMS];

/* The value of the header, and of chain_header, which may be empty. Whatever comes back, certheader_free has to be
 * called. Each byte is looked at a fixed number of times. */
enum certheader_status certheader_decode(struct certheader *header, enum certheader_form form,
                                         struct certmap_view value, struct certmap_view chain);
void certheader_free(struct certheader *header);

#endif
