/* SPDX-License-Identifier: MIT */
/* certmap in a server: what every server needs beside a match. Link with libcertmap-server, which
 * brings libcertmap, libcertmap-openssl and libcertmap-iis with it. Conventions: certmap.h.
 *
 * A service keeps a rule file loaded, in the native language or of IIS. A server opens it once, and
 * asks it when a client has finished its handshake, from any thread:
 *
 *     struct certmap_service_options options = CERTMAP_SERVICE_OPTIONS_INIT;
 *     options.file = "/etc/certmap/site.rules";
 *     options.log = log_line;
 *     certmap_service_open(&service, &options, &err)      at the start: an error stops it
 *     SSL_CTX_set_cert_verify_callback(ctx, certmap_service_keep_issuer, NULL)
 *
 *     certmap_service_ask(service, &answer, ssl, "192.0.2.7", &err)
 *     log(certmap_answer_line(answer))
 *     if (certmap_answer_outcome(answer) == CERTMAP_OUTCOME_ALLOW)
 *         account = certmap_answer_text(answer, CERTMAP_ANSWER_ACCOUNT, CERTMAP_FORM_PLAIN)
 *
 *     certmap_service_is_current(service, answer, 0)      at each further request: ask again?
 *     certmap_answer_free(answer)                         with the connection
 *
 *     certmap_service_reload(service, &err)               on SIGHUP; or certmap_service_watch
 *     certmap_service_close(service)
 *
 * An answer owns its texts. It outlives the rules that gave it, and the service.
 *
 * Fail closed: one outcome grants, CERTMAP_OUTCOME_ALLOW. NULL for an answer, which is what there
 * is when memory ran out, has the outcome ERROR and no text.
 *
 * Threads: any number may use one service. None of them needs state of its own. There are no
 * globals.
 * After a fork a child may use a service that was opened before it; each process counts for itself,
 * and loads for itself. Fork before certmap_service_watch, and while no other thread uses the
 * service: a lock that another thread holds at that moment is never opened in the child. The thread
 * of certmap_service_watch stays with the parent; the child may start its own.
 */
#ifndef CERTMAP_SERVER_H
#define CERTMAP_SERVER_H

#include "certmap.h"
#include <openssl/ssl.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How long an answer holds where struct certmap_service_options has no other number, in seconds:
 * what is taken from a certificate in the meantime is noticed after a minute. */
#define CERTMAP_SERVICE_HOLD_SECONDS 60
/* Longest that a program can set: a day. */
#define CERTMAP_SERVICE_MAX_HOLD_SECONDS 86400
/* Longest name of a client in a log line, in bytes; the rest is left out: a socket's path has 108.
 */
#define CERTMAP_SERVICE_MAX_CLIENT 256
/* Most certificates of a presented chain that are looked at. A real chain has about three. */
#define CERTMAP_SERVICE_MAX_CHAIN 32

/* ---- The service ----------------------------------------------------------------------------- */

struct certmap_service;
struct certmap_answer;

/* What a rule file is. */
enum certmap_service_format {
    CERTMAP_SERVICE_AUTO = 0,   /* XML is an IIS file, anything else is in the native language */
    CERTMAP_SERVICE_NATIVE = 1, /* docs/rules.md */
    CERTMAP_SERVICE_IIS = 2     /* docs/iis.md */
};

/* A resumed session has the client's certificate and OpenSSL's word of the full handshake, but no
 * verified chain. Under each policy the dates of the certificate are looked at again, so that one
 * that has expired since is refused. */
enum certmap_resumed {
    CERTMAP_RESUMED_REFUSE_UNKNOWN = 0, /* who issued it is not known: `issuer is` is unknown, which
                                         * grants nothing */
    CERTMAP_RESUMED_KEEP =
        1, /* the issuer that certmap_service_keep_issuer has put into the session counts */
    CERTMAP_RESUMED_VERIFY =
        2 /* the certificate is verified again, by the trust store of the SSL_CTX,
           * with its CRLs; so is one whose handshake is older than an answer holds.
           * The store needs the CAs between, which a session does not hold */
};

/* Takes one line for the server's log: what was loaded (NOTE), what is doubtful (WARNING), what was
 * not loaded, and what libcertmap-lint calls an error of rules that were loaded all the same
 * (ERROR), as "FILE:LINE:COLUMN: ... [code]", and each answer of a shadow that differs (NOTE). The
 * analysis takes part of a second of each load, looks at sets of up to 10,000 mappings, and has the
 * memory of malloc; CERTMAP_SERVICE_NO_LINT switches it off. The line is UTF-8 without control
 * characters and without a newline - FILE is as certmap_text_escape has it -, and valid during the
 * call only. Called from the thread that made the call, and from that of certmap_service_watch;
 * never under a lock that another call waits for, but for a reload. Must not reload or close the
 * service. */
typedef void certmap_service_log_fn(void *ctx, enum certmap_severity severity, const char *line);

/* The time in seconds since 1970; 0 or less: unknown, and then no certificate is accepted. For the
 * dates of certificates and how long answers hold; where OpenSSL verifies, it asks the system. */
typedef int64_t certmap_service_clock_fn(void *ctx);

enum certmap_service_flag {
    CERTMAP_SERVICE_COUNT_MAPPINGS = 1, /* count the answers of each mapping, too */
    CERTMAP_SERVICE_LOG_SHADOW =
        2,                      /* log each answer of the shadow that differs, not only count it */
    CERTMAP_SERVICE_NO_LINT = 4 /* do not look for what is dangerous about rules that load */
};

/* What certmap_service_open is given. Texts are copied. */
struct certmap_service_options {
    size_t size;      /* sizeof(struct certmap_service_options) */
    const char *file; /* the path of the rule file; required */
    const char *site; /* of an IIS file: "Default Web Site", "Default Web Site/app"; NULL: the
                       * server level. With a native file it is an error */
    const char
        *shadow_file; /* a second rule file, that is asked, too, and never obeyed; NULL: none */
    const char *shadow_site; /* of that */
    enum certmap_service_format format;
    enum certmap_service_format shadow_format;
    enum certmap_resumed resumed;
    unsigned flags;              /* enum certmap_service_flag bits */
    unsigned hold_seconds;       /* how long an answer holds at most, up to
                                  * CERTMAP_SERVICE_MAX_HOLD_SECONDS; 0:
                                  * CERTMAP_SERVICE_HOLD_SECONDS */
    unsigned reserved;           /* 0 */
    certmap_service_log_fn *log; /* may be NULL */
    void *log_ctx;
    certmap_service_clock_fn *clock; /* NULL: the system's clock */
    void *clock_ctx;
    const struct certmap_allocator *allocator; /* of everything; its functions are called from all
                                                * threads. Answers keep it */
    const struct certmap_build_options *build; /* of each load: the limit of memory and of steps,
                                                * the seed. progress is not used. NULL: no limit */
};
#define CERTMAP_SERVICE_OPTIONS_INIT                                                               \
    {                                                                                              \
        sizeof(struct certmap_service_options), NULL, NULL, NULL, NULL, CERTMAP_SERVICE_AUTO,      \
            CERTMAP_SERVICE_AUTO, CERTMAP_RESUMED_REFUSE_UNKNOWN, 0, 0, 0, NULL, NULL, NULL, NULL, \
            NULL, NULL                                                                             \
    }

/* Loads the files and gives the service, which the caller closes. Every diagnostic goes to the log,
 * the first error to err, whose file is the caller's own text. Nothing is opened if a file does not
 * load. Issuer files (`issuers "x" { file "ca.pem"; }`) are beside the rule file, or have an
 * absolute path. Errors: ARGUMENT, MEMORY (also where too many files are open), LIMIT, SYNTAX. */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_service_open(struct certmap_service **service,
                     const struct certmap_service_options *options, struct certmap_diagnostic *err);
/* Ends the thread of certmap_service_watch and frees the rules. No other call may be running. */
CERTMAP_API void certmap_service_close(struct certmap_service *service);

/* Loads the files again, in this thread, while others go on asking: they get the old rules until
 * the new ones are whole. A file that is broken, unreadable or being written leaves its old rules
 * in force; the diagnostics go to the log, the first error to err. Of two files one that loads
 * counts. Write a new file and rename it: what a program has written half and stopped cannot always
 * be told. Errors: as certmap_service_open. */
CERTMAP_API enum certmap_status certmap_service_reload(struct certmap_service *service,
                                                       struct certmap_diagnostic *err);
/* Reloads what has changed since it was loaded: another file under the name, another size, time or
 * content, also of an issuer file. What changes from one look to the next is loaded when it has
 * stopped changing. A file that did not load is tried again when it has changed again; one for
 * which there was no memory, or were too many files open, at the next look. One look costs a stat
 * for each file. Errors: as certmap_service_reload. */
CERTMAP_API enum certmap_status certmap_service_refresh(struct certmap_service *service,
                                                        struct certmap_diagnostic *err);
/* Starts a thread that does certmap_service_refresh every so many seconds, for as long as the
 * service is open. It blocks all signals. Once for each process. 0: it looks only when it is told
 * to, below. Errors: ARGUMENT (it runs already), MEMORY (there can be no more threads). */
CERTMAP_API CERTMAP_MUST_CHECK enum certmap_status
certmap_service_watch(struct certmap_service *service, unsigned seconds,
                      struct certmap_diagnostic *err);
/* Has that thread do certmap_service_reload now; returns at once. For event loops. Not for signal
 * handlers. Errors: ARGUMENT (there is no such thread). */
CERTMAP_API enum certmap_status certmap_service_reload_later(struct certmap_service *service,
                                                             struct certmap_diagnostic *err);

/* ---- Asking ---------------------------------------------------------------------------------- */

/* The account of the client at the other end of ssl. Call it when the handshake is finished, or at
 * a request. What certmap_openssl_match refuses is UNVERIFIED here; so is a certificate whose dates
 * do not have the present in them, also on a resumed session. client is the address of the client
 * for the log, any text; NULL: "-". ssl is not changed; OpenSSL's error queue is left as it was.
 * OK: *answer is the answer, which the caller frees; it may well refuse, or say that the
 * certificate is malformed. On an error there is none, *answer is NULL, and the client must be
 * refused. Errors: ARGUMENT, MEMORY. */
CERTMAP_API enum certmap_status certmap_service_ask(struct certmap_service *service,
                                                    struct certmap_answer **answer, SSL *ssl,
                                                    const char *client,
                                                    struct certmap_diagnostic *err);

/* What a TLS server, or a proxy that ends TLS, says of a client's certificate. */
struct certmap_presented {
    size_t size;                     /* sizeof(struct certmap_presented) */
    struct certmap_view certificate; /* one DER certificate, borrowed for the call */
    struct certmap_view chain; /* what the client has sent beside it: DER certificates in a row.
                                * Only helps to verify by store; may be empty */
    X509_STORE *store;         /* verify the certificate by it, here and now, for a TLS client;
                                * NULL: take verified for it */
    const char *client;        /* as in certmap_service_ask */
    bool present;              /* the client has shown a certificate. Without bytes that is
                                * ERROR: a proxy may withhold one that is large */
    bool verified;             /* the server has verified it, and that the client has the key */
    uint8_t reserved[6];       /* 0, else ARGUMENT */
};
#define CERTMAP_PRESENTED_INIT                                                                     \
    {                                                                                              \
        sizeof(struct certmap_presented), CERTMAP_NO_VIEW, CERTMAP_NO_VIEW, NULL, NULL, false,     \
            false, {                                                                               \
            0                                                                                      \
        }                                                                                          \
    }

/* The same for a server that hands the certificate out as bytes. Dates are looked at whatever it
 * says. Who issued it is known only where it is verified by store. Errors: as certmap_service_ask.
 */
CERTMAP_API enum certmap_status certmap_service_ask_der(struct certmap_service *service,
                                                        struct certmap_answer **answer,
                                                        const struct certmap_presented *presented,
                                                        struct certmap_diagnostic *err);

/* For SSL_CTX_set_cert_verify_callback: verifies as OpenSSL does without it, and puts into the
 * session, so that tickets and caches hold them, the digests of the certificate, of its issuer and
 * of realm. Not for a server that has other application data in its tickets. realm is a C string
 * that says what this SSL_CTX accepts, or NULL for one alone; it has to live as long as the
 * SSL_CTX. */
CERTMAP_API int certmap_service_keep_issuer(X509_STORE_CTX *ctx, void *realm);
/* Whether a certificate was accepted for this realm, as far as its session says: true after a full
 * handshake, for a certificate that was asked for later on this connection, and for a session
 * without one; false for a session that was resumed and comes from another realm, or from an
 * SSL_CTX without certmap_service_keep_issuer, and for NULL. OpenSSL chooses the session before the
 * client's name of the server chooses the SSL_CTX, and tickets go from port to port where their key
 * does; so a program whose SSL_CTXs accept different CAs must ask this before certmap_service_ask,
 * which believes a resumed session whichever SSL_CTX it is from. */
CERTMAP_API CERTMAP_MUST_CHECK bool certmap_service_session_is_of(const SSL *ssl,
                                                                  const char *realm);

/* ---- The answer ------------------------------------------------------------------------------ */

/* What a server does. The first three are those of enum certmap_decision. */
enum certmap_outcome {
    CERTMAP_OUTCOME_NONE = 0,  /* no mapping decided: refuse, or let the client sign in otherwise */
    CERTMAP_OUTCOME_ALLOW = 1, /* go on as the account */
    CERTMAP_OUTCOME_DENY = 2,  /* refuse, whatever else the client offers */
    CERTMAP_OUTCOME_UNVERIFIED = 3, /* no certificate, or none that was accepted: as NONE. Reason
                                     * HANDSHAKE_UNFINISHED: too early, ask again */
    CERTMAP_OUTCOME_ERROR = 4       /* malformed, withheld, no memory: refuse, as DENY */
};
#define CERTMAP_OUTCOME_COUNT 5
/* "none", "allow", "deny", "unverified" or "error"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_answer_outcome_name(enum certmap_outcome outcome);

/* An answer never changes: threads may share one until it is freed. answer may be NULL wherever one
 * is read: ERROR, with the reason MEMORY, no texts, not to be kept. */
CERTMAP_API void certmap_answer_free(struct certmap_answer *answer);
CERTMAP_API enum certmap_outcome certmap_answer_outcome(const struct certmap_answer *answer);
/* NONE where a mapping has decided plainly; else a code of docs/rules.md. */
CERTMAP_API enum certmap_code certmap_answer_reason(const struct certmap_answer *answer);

enum certmap_answer_text {
    CERTMAP_ANSWER_OUTCOME = 0, /* "allow" */
    CERTMAP_ANSWER_REASON = 1,  /* the name of the code: "no-match"; empty for NONE */
    CERTMAP_ANSWER_MESSAGE = 2, /* of UNVERIFIED and ERROR: a sentence */
    CERTMAP_ANSWER_MAPPING = 3, /* also of a DENY */
    CERTMAP_ANSWER_ACCOUNT = 4, /* of ALLOW only, as what follows: "CONTOSO\portal" */
    CERTMAP_ANSWER_DOMAIN = 5,  /* "CONTOSO" */
    CERTMAP_ANSWER_USER = 6,    /* "portal" */
    CERTMAP_ANSWER_GROUPS =
        7, /* all of them, joined by commas; % and commas in them as %25 and %2C */
    CERTMAP_ANSWER_SHA256 = 8, /* of the certificate, lower-case hexadecimal; of every outcome */
    CERTMAP_ANSWER_SERIAL = 9, /* of the certificate, as rules write it */
    CERTMAP_ANSWER_RULES =
        10 /* the digest of the rules that gave the answer: certmap_service_digest */
};
#define CERTMAP_ANSWER_TEXT_COUNT 11

/* How a text is written. */
enum certmap_form {
    CERTMAP_FORM_PLAIN = 0,  /* as the rules give it: UTF-8, may hold any character but U+0000 */
    CERTMAP_FORM_HEADER = 1, /* UTF-8 for one line of a header: control characters, %, and a space
                              * at an end are %HH */
    CERTMAP_FORM_ASCII = 2   /* the same, and all that is not ASCII */
};

/* One text, with a NUL after its end; len 0 and data "" where there is none. It lives as long as
 * the answer. */
CERTMAP_API struct certmap_view certmap_answer_text(const struct certmap_answer *answer,
                                                    enum certmap_answer_text text,
                                                    enum certmap_form form);

enum certmap_answer_list {
    CERTMAP_ANSWER_LIST_ACCOUNTS = 0, /* under `policy all`; the first is ACCOUNT */
    CERTMAP_ANSWER_LIST_GROUPS = 1,
    CERTMAP_ANSWER_LIST_ATTRIBUTES = 2
};
/* How many the list has; of ALLOW only, else 0. */
CERTMAP_API size_t certmap_answer_count(const struct certmap_answer *answer,
                                        enum certmap_answer_list list);
/* One of them - of an attribute its value -; empty for an index that is out of range. */
CERTMAP_API struct certmap_view certmap_answer_item(const struct certmap_answer *answer,
                                                    enum certmap_answer_list list, size_t index,
                                                    enum certmap_form form);
/* Whether an account or a group is exactly this, byte for byte; or the value of an attribute. */
CERTMAP_API bool certmap_answer_has(const struct certmap_answer *answer,
                                    enum certmap_answer_list list, struct certmap_view text);
/* The name of an attribute; empty out of range. */
CERTMAP_API struct certmap_view certmap_answer_attribute_name(const struct certmap_answer *answer,
                                                              size_t index);
/* The value of the attribute of this name, ASCII letters without case; empty without one. */
CERTMAP_API struct certmap_view certmap_answer_attribute(const struct certmap_answer *answer,
                                                         struct certmap_view name,
                                                         enum certmap_form form);

/* One line for the audit log, without a newline:
 *
 *     client="192.0.2.7" cert=sha256:... serial=... decision=allow mapping="staff" ...
 *         rules=sha256:...
 *
 * Between serial and rules the line is as certmap_result_format has it, or for UNVERIFIED and ERROR
 * decision=unverified mapping=- account=- reason=not-verified message="...". It lives as long as
 * the answer. */
CERTMAP_API const char *certmap_answer_line(const struct certmap_answer *answer);

/* Until when the answer holds, in seconds since 1970: the end of the certificate (notAfter), or
 * hold_seconds after it was asked for, whichever is first. */
CERTMAP_API int64_t certmap_answer_holds_until(const struct certmap_answer *answer);
/* Whether it may be kept at all, with the connection: false before the handshake is finished, where
 * memory ran out, and for NULL. A server that asks for certificates late keeps it with the
 * certificate. */
CERTMAP_API bool certmap_answer_may_be_kept(const struct certmap_answer *answer);
/* Whether an answer that was kept may be used: it may be kept, holds now, and no rules were loaded
 * since. now is in seconds since 1970; 0: ask the service's clock. Takes no lock and allocates
 * nothing. */
CERTMAP_API bool certmap_service_is_current(const struct certmap_service *service,
                                            const struct certmap_answer *answer, int64_t now);

/* ---- Counters -------------------------------------------------------------------------------- */

/* Since the service was opened. asked is the sum of the five after it. */
struct certmap_counts {
    size_t size; /* sizeof(struct certmap_counts) */
    uint64_t asked;
    uint64_t allowed;
    uint64_t denied;
    uint64_t none;
    uint64_t unverified;
    uint64_t errors;
    uint64_t reloads;            /* that put new rules in force; the first load is not one */
    uint64_t failed_reloads;     /* that left the old ones */
    uint64_t shadow_asked;       /* answers that the shadow was asked for, too */
    uint64_t shadow_differences; /* in which it gave another outcome, account, domain, group or
                                    attribute */
    uint64_t generation;         /* grows with each load */
    uint64_t mappings;           /* how many the active rules have */
};
#define CERTMAP_COUNTS_INIT                                                                        \
    { sizeof(struct certmap_counts), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* counts->size must be set. Errors: ARGUMENT. */
CERTMAP_API enum certmap_status certmap_service_counts(struct certmap_service *service,
                                                       struct certmap_counts *counts,
                                                       struct certmap_diagnostic *err);

/* Gets one name of a mapping of the active rules and how often a mapping of that name gave the
 * answer. Mappings without a name count together, as "". False: stop. */
typedef bool certmap_mapping_count_fn(void *ctx, struct certmap_view name, uint64_t count);
/* With CERTMAP_SERVICE_COUNT_MAPPINGS; a count stays with the name when rules are loaded. Errors:
 * ARGUMENT (they are not counted), MEMORY. */
CERTMAP_API enum certmap_status certmap_service_mapping_counts(struct certmap_service *service,
                                                               certmap_mapping_count_fn *fn,
                                                               void *ctx,
                                                               struct certmap_diagnostic *err);

/* Takes a text. */
typedef void certmap_service_write_fn(void *ctx, struct certmap_view text);
/* All counters of these services, one or more, in Prometheus's text format, version 0.0.4, in one
 * call of write, with the path of the rule file as label `rules`: no two of them may have the same
 * file. One text for all, because the samples of a metric have to be together. With
 * CERTMAP_SERVICE_COUNT_MAPPINGS those of each mapping, too. Errors: ARGUMENT, MEMORY; then write
 * is not called. */
CERTMAP_API enum certmap_status certmap_service_metrics(struct certmap_service *const *services,
                                                        size_t count,
                                                        certmap_service_write_fn *write, void *ctx,
                                                        struct certmap_diagnostic *err);

/* The SHA-256 of the active rules, lower-case hexadecimal, 64 characters and a NUL: of the file's
 * bytes, and of the issuer files' after it, in the order in which the rules name them (`cat
 * site.rules ca.pem | sha256sum`). */
#define CERTMAP_SERVICE_DIGEST_SIZE 65
CERTMAP_API enum certmap_status certmap_service_digest(struct certmap_service *service,
                                                       char digest[CERTMAP_SERVICE_DIGEST_SIZE],
                                                       struct certmap_diagnostic *err);

/* Which pieces of a certificate the rules in force read, those of the shadow included, as
 * certmap_rules_needs has them; 0 for NULL. For servers that do not know who issued a certificate,
 * and have to say so where rules ask for it. Ask again after a load. */
CERTMAP_API unsigned certmap_service_needs(struct certmap_service *service);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_service_format);
CERTMAP_WIDTH_OF(enum certmap_resumed);
CERTMAP_WIDTH_OF(enum certmap_service_flag);
CERTMAP_WIDTH_OF(enum certmap_outcome);
CERTMAP_WIDTH_OF(enum certmap_answer_text);
CERTMAP_WIDTH_OF(enum certmap_form);
CERTMAP_WIDTH_OF(enum certmap_answer_list);

#ifdef __cplusplus
}
#endif

#endif
