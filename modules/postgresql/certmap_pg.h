/* SPDX-License-Identifier: MIT */
/*
 * The module for PostgreSQL: certmap.c decides at a connection, settings.c has
 * what an administrator writes, hba.c reads pg_hba.conf, session.c has what a
 * session can read of the answer.
 */
#ifndef CERTMAP_PG_H
#define CERTMAP_PG_H

#include <postgres.h>

#include <libpq/hba.h>
#include <utils/guc.h>

#include <certmap/server.h>

/*
 * Rules are read by the postmaster and shared by fork.  Where every backend is
 * a new process of its own, each of them would have to read them.
 */
#ifdef EXEC_BACKEND
#error "certmap needs fork: it is not for EXEC_BACKEND, nor for Windows"
#endif
#ifndef USE_OPENSSL
#error "certmap needs a PostgreSQL that is built with OpenSSL"
#endif

typedef enum
{
    CERTMAP_MODE_OFF,
    CERTMAP_MODE_OPTIONAL,
    CERTMAP_MODE_REQUIRE
} CertmapMode;

typedef enum
{
    CERTMAP_NAME_ACCOUNT,
    CERTMAP_NAME_USER
} CertmapName;

/* settings.c */
extern int  certmap_mode;       /* a CertmapMode */
extern int  certmap_name;       /* a CertmapName */
extern struct certmap_service *certmap_service;

extern void certmap_define_settings(void);
extern void certmap_open_rules(void);
extern GucSource certmap_source_of(const char *setting);

/* hba.c */
extern bool certmap_line_wants_certificate(const HbaLine *line);
extern bool certmap_line_is_open(const HbaLine *line);
extern void certmap_check_hba(void);

/* session.c */
extern void certmap_define_answer(void);
extern void certmap_publish(const struct certmap_answer *answer,
                            struct certmap_view account);

#endif
