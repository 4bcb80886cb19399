/* SPDX-License-Identifier: MIT */
/* What the command line says. */
#ifndef CERTMAPD_OPTIONS_H
#define CERTMAPD_OPTIONS_H

#include "address.h"
#include "certheader.h"
#include <certmap/server.h>

/* What listens: each is an option, and a FileDescriptorName of a systemd socket. */
enum listening { LISTENING_HTTP = 0, LISTENING_SPOP = 1, LISTENING_METRICS = 2 };
#define LISTENINGS 3
extern const char *const listening_names[LISTENINGS];

struct options {
    const char *rules, *site, *shadow, *shadow_site;
    enum certmap_service_format format;
    const char *ca_file, *crl_file; /* certmapd verifies */
    bool proxy_verifies;            /* the proxy does */
    const char *verify_header;      /* has to say SUCCESS; NULL: there is none */
    const char *listen[LISTENINGS]; /* as it is written; NULL: it does not listen */
    struct address address[LISTENINGS];
    struct access access;
    bool allow_remote;
    enum certheader_form form;
    const char *certificate_header; /* never NULL */
    const char *client_header;      /* NULL: the client has no name */
    enum certmap_form header_form;
    bool log_all;        /* each answer, and not refusals only */
    bool count_mappings; /* each by itself */
    bool check;          /* load, and end */
};

enum options_end { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/* Texts stay those of argv. What is wrong is logged, with what to write. Which addresses are needed depends on the
 * sockets that systemd hands over: that is not looked at here. */
enum options_end options_parse(struct options *options, int argc, char **argv);

#endif
