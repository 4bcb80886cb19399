/* SPDX-License-Identifier: MIT */
/* What the lines plugin_opt_NAME say. */
#ifndef MOSQUITTO_CERTMAP_OPTIONS_H
#define MOSQUITTO_CERTMAP_OPTIONS_H

#include <certmap/server.h>
#include <stdbool.h>

struct mosquitto_opt;

/* Which answers are logged. */
enum log_choice { LOG_ALL, LOG_REFUSED, LOG_NOTHING };

struct options {
    const char *rules;                /* of the broker, as long as it runs */
    const char *site;                 /* NULL: none */
    const char *shadow, *shadow_site; /* NULL: none; its answers are compared, and never obeyed */
    enum certmap_service_format format;
    enum certmap_answer_text name; /* what becomes the user name: USER or ACCOUNT */
    enum log_choice log;
    unsigned hold_seconds; /* 0: as the library has it */
    bool defer;            /* whom no mapping names, another plugin or the password_file may know */
    bool own_id;           /* the client id has to be the user name */
    bool all_topics;       /* there is no acl_file: whoever is let in may use every topic */
};

/* False: something in them is wrong, and the log says what to write instead. */
bool options_read(struct options *options, const struct mosquitto_opt *given, int count);

#endif
