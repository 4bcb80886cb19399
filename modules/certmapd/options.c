/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "log.h"
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const listening_names[LISTENINGS] = {"http", "spop", "metrics"};

/* Of a Unix socket, where --mode does not say. */
#define DEFAULT_MODE 0660

enum option_id {
    OPTION_RULES = 1,
    OPTION_SITE,
    OPTION_FORMAT,
    OPTION_SHADOW,
    OPTION_SHADOW_SITE,
    OPTION_CA_FILE,
    OPTION_CRL_FILE,
    OPTION_PROXY_VERIFIES,
    OPTION_VERIFY_HEADER,
    OPTION_HTTP,
    OPTION_SPOP,
    OPTION_METRICS,
    OPTION_GROUP,
    OPTION_MODE,
    OPTION_ALLOW_REMOTE,
    OPTION_CERTIFICATE,
    OPTION_CERTIFICATE_HEADER,
    OPTION_CLIENT_HEADER,
    OPTION_HEADER_FORM,
    OPTION_LOG,
    OPTION_COUNT_MAPPINGS,
    OPTION_CHECK,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option table[] = {
    {"rules", required_argument, NULL, OPTION_RULES},
    {"site", required_argument, NULL, OPTION_SITE},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"shadow", required_argument, NULL, OPTION_SHADOW},
    {"shadow-site", required_argument, NULL, OPTION_SHADOW_SITE},
    {"ca-file", required_argument, NULL, OPTION_CA_FILE},
    {"crl-file", required_argument, NULL, OPTION_CRL_FILE},
    {"proxy-verifies", no_argument, NULL, OPTION_PROXY_VERIFIES},
    {"verify-header", required_argument, NULL, OPTION_VERIFY_HEADER},
    {"http", required_argument, NULL, OPTION_HTTP},
    {"spop", required_argument, NULL, OPTION_SPOP},
    {"metrics", required_argument, NULL, OPTION_METRICS},
    {"group", required_argument, NULL, OPTION_GROUP},
    {"mode", required_argument, NULL, OPTION_MODE},
    {"allow-remote", no_argument, NULL, OPTION_ALLOW_REMOTE},
    {"certificate", required_argument, NULL, OPTION_CERTIFICATE},
    {"certificate-header", required_argument, NULL, OPTION_CERTIFICATE_HEADER},
    {"client-header", required_argument, NULL, OPTION_CLIENT_HEADER},
    {"header-form", required_argument, NULL, OPTION_HEADER_FORM},
    {"log", required_argument, NULL, OPTION_LOG},
    {"count-mappings", no_argument, NULL, OPTION_COUNT_MAPPINGS},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static const char usage[] =
    "usage: certmapd --rules FILE (--ca-file FILE | --proxy-verifies) [OPTION...]\n"
    "\n"
    "Answers which account the client certificate of a request has, for proxies that ask over HTTP\n"
    "(nginx auth_request, Caddy, Traefik, Envoy) or SPOP (HAProxy).\n"
    "\n"
    "  --rules FILE              the rules: native, or a configuration of IIS\n"
    "  --format native|iis       what the file is; without it, XML is of IIS\n"
    "  --site NAME               the site of an IIS file whose mappings count\n"
    "  --shadow FILE             a second rule file, asked and never obeyed; --shadow-site NAME\n"
    "  --ca-file FILE            verify each certificate by these CAs (PEM, the ones between too)\n"
    "  --crl-file FILE           and by their revocation lists (PEM)\n"
    "  --proxy-verifies          believe that the proxy hands on verified certificates only\n"
    "  --verify-header NAME      and only where this header is SUCCESS\n"
    "  --http ADDRESS            answer HTTP on unix:/PATH or 127.0.0.1:PORT\n"
    "  --spop ADDRESS            answer HAProxy\n"
    "  --metrics ADDRESS         /metrics for Prometheus, and /ready\n"
    "  --count-mappings          count the answers of each mapping, too\n"
    "  --group NAME, --mode OCTAL  of Unix sockets; without them, the own group and 660\n"
    "  --allow-remote            addresses that other machines reach\n"
    "  --certificate FORM        how the certificate is written: escaped-pem (nginx; the default),\n"
    "                            base64 (Caddy), rfc9440, xfcc (Envoy), traefik\n"
    "  --certificate-header NAME   in which header, if not in that of the form\n"
    "  --client-header NAME      the header in which the proxy says the client's address, for the log\n"
    "  --header-form utf8|percent  how accounts are written in the answer\n"
    "  --log refused|all         which answers are logged\n"
    "  --check                   load the files, say what is wrong, and end\n"
    "  --help, --version\n";

/* ---- values ---- */

static enum options_end wrong(const char *option, const char *value, const char *what) {
    log_line(LOG_LEVEL_ERROR, "%s %s: %s", option, value, what);
    return OPTIONS_WRONG;
}

/* The index of one of these words, or count. */
static size_t choose(const char *value, const char *const *words, size_t count) {
    size_t i = 0;
    while (i < count && strcmp(value, words[i]) != 0)
        i++;
    return i;
}

static enum options_end set_format(struct options *options, const char *value) {
    static const char *const words[] = {"auto", "native", "iis"};
    const size_t chosen = choose(value, words, 3);
    if (chosen == 3)
        return wrong("--format", value, "write auto, native or iis");
    options->format = (enum certmap_service_format)chosen;
    return OPTIONS_RUN;
}

static enum options_end set_certificate(struct options *options, const char *value) {
    for (size_t i = 0; i < CERTHEADER_FORMS; i++)
        if (strcmp(value, certheader_kinds[i].name) == 0) {
            options->form = (enum certheader_form)i;
            return OPTIONS_RUN;
        }
    return wrong("--certificate", value, "write escaped-pem, base64, rfc9440, xfcc or traefik");
}

static enum options_end set_header_form(struct options *options, const char *value) {
    static const char *const words[] = {"utf8", "percent"};
    const size_t chosen = choose(value, words, 2);
    if (chosen == 2)
        return wrong("--header-form", value, "write utf8 or percent");
    options->header_form = chosen == 0 ? CERTMAP_FORM_HEADER : CERTMAP_FORM_ASCII;
    return OPTIONS_RUN;
}

static enum options_end set_log(struct options *options, const char *value) {
    static const char *const words[] = {"refused", "all"};
    const size_t chosen = choose(value, words, 2);
    options->log_all = chosen == 1;
    return chosen < 2 ? OPTIONS_RUN : wrong("--log", value, "write refused or all");
}

static enum options_end set_mode(struct options *options, const char *value) {
    char *end = NULL;
    const unsigned long mode = value[0] >= '0' && value[0] <= '7' ? strtoul(value, &end, 8) : 0;
    options->access.mode = (mode_t)(mode & 0777U);
    return end != NULL && *end == '\0' && mode <= 0777 ? OPTIONS_RUN
                                                       : wrong("--mode", value, "write three digits: 660");
}

static enum options_end set_group(struct options *options, const char *value) {
    char *end = NULL;
    const struct group *group = getgrnam(value);
    const unsigned long number = value[0] >= '0' && value[0] <= '9' ? strtoul(value, &end, 10) : 0;
    if (group != NULL)
        options->access.group = group->gr_gid;
    else if (end != NULL && *end == '\0' && number < (gid_t)-1)
        options->access.group = (gid_t)number;
    else
        return wrong("--group", value, "there is no such group");
    return OPTIONS_RUN;
}

/* A header's name is a token of HTTP. */
static enum options_end set_header(const char **header, const char *option, const char *value) {
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    *header = value;
    return value[0] != '\0' && value[strspn(value, token)] == '\0' ? OPTIONS_RUN
                                                                   : wrong(option, value, "not the name of a header");
}

static enum options_end set_listen(struct options *options, enum listening which, const char *value) {
    const char *problem = address_parse(&options->address[which], value);
    if (problem == NULL) {
        options->listen[which] = value;
        return OPTIONS_RUN;
    }
    log_line(LOG_LEVEL_ERROR, "--%s %s: %s", listening_names[which], value, problem);
    return OPTIONS_WRONG;
}

static enum options_end set_text(const char **text, const char *value) {
    *text = value;
    return OPTIONS_RUN;
}

static enum options_end set_flag(bool *flag) {
    *flag = true;
    return OPTIONS_RUN;
}

static enum options_end say(const char *text) {
    (void)fputs(text, stdout);
    return fflush(stdout) == 0 ? OPTIONS_DONE : OPTIONS_WRONG;
}

static enum options_end set(struct options *options, int option, const char *value) {
    switch (option) {
    case OPTION_RULES:
        return set_text(&options->rules, value);
    case OPTION_SITE:
        return set_text(&options->site, value);
    case OPTION_FORMAT:
        return set_format(options, value);
    case OPTION_SHADOW:
        return set_text(&options->shadow, value);
    case OPTION_SHADOW_SITE:
        return set_text(&options->shadow_site, value);
    case OPTION_CA_FILE:
        return set_text(&options->ca_file, value);
    case OPTION_CRL_FILE:
        return set_text(&options->crl_file, value);
    case OPTION_PROXY_VERIFIES:
        return set_flag(&options->proxy_verifies);
    case OPTION_VERIFY_HEADER:
        return set_header(&options->verify_header, "--verify-header", value);
    case OPTION_HTTP:
        return set_listen(options, LISTENING_HTTP, value);
    case OPTION_SPOP:
        return set_listen(options, LISTENING_SPOP, value);
    case OPTION_METRICS:
        return set_listen(options, LISTENING_METRICS, value);
    case OPTION_GROUP:
        return set_group(options, value);
    case OPTION_MODE:
        return set_mode(options, value);
    case OPTION_ALLOW_REMOTE:
        return set_flag(&options->allow_remote);
    case OPTION_CERTIFICATE:
        return set_certificate(options, value);
    case OPTION_CERTIFICATE_HEADER:
        return set_header(&options->certificate_header, "--certificate-header", value);
    case OPTION_CLIENT_HEADER:
        return set_header(&options->client_header, "--client-header", value);
    case OPTION_HEADER_FORM:
        return set_header_form(options, value);
    case OPTION_LOG:
        return set_log(options, value);
    case OPTION_COUNT_MAPPINGS:
        return set_flag(&options->count_mappings);
    case OPTION_CHECK:
        return set_flag(&options->check);
    case OPTION_HELP:
        return say(usage);
    case OPTION_VERSION:
        return say("certmapd " CERTMAP_VERSION "\n");
    default:
        return OPTIONS_WRONG; /* getopt has said what */
    }
}

/* ---- what goes together ---- */

static bool is_same_header(const char *one, const char *other) {
    return one != NULL && other != NULL && strcasecmp(one, other) == 0;
}

/* NULL, or what is missing or contradicts another option. */
static const char *look_at_all(const struct options *options) {
    if (options->rules == NULL)
        return "--rules FILE is missing";
    if (options->ca_file == NULL && !options->proxy_verifies)
        return "who verifies certificates? Write --ca-file FILE, or --proxy-verifies if the proxy does";
    if (options->ca_file != NULL && options->proxy_verifies)
        return "--ca-file and --proxy-verifies: write one of them, for one of the two verifies";
    if (options->crl_file != NULL && options->ca_file == NULL)
        return "--crl-file needs --ca-file: who verifies looks at revocation lists";
    if (options->verify_header != NULL && !options->proxy_verifies)
        return "--verify-header needs --proxy-verifies: with --ca-file nobody else is believed";
    if (options->shadow_site != NULL && options->shadow == NULL)
        return "--shadow-site needs --shadow FILE";
    if (is_same_header(options->certificate_header, options->verify_header) ||
        is_same_header(options->certificate_header, options->client_header) ||
        is_same_header(options->verify_header, options->client_header))
        return "two options name the same header";
    return NULL;
}

static bool look_at_addresses(const struct options *options) {
    for (size_t i = 0; i < LISTENINGS; i++)
        if (options->listen[i] != NULL && options->address[i].remote && !options->allow_remote) {
            log_line(LOG_LEVEL_ERROR,
                     "--%s %s: other machines reach this address, and whoever asks chooses the certificate; write "
                     "unix:/PATH, or --allow-remote too",
                     listening_names[i], options->listen[i]);
            return false;
        }
    return true;
}

static enum options_end settle(struct options *options, const char *stray) {
    if (stray != NULL)
        return wrong("argument", stray, "every argument belongs to an option: certmapd --help");
    if (options->certificate_header == NULL)
        options->certificate_header = certheader_kinds[options->form].header;
    const char *problem = look_at_all(options);
    if (problem != NULL)
        log_text(LOG_LEVEL_ERROR, problem);
    return problem == NULL && look_at_addresses(options) ? OPTIONS_RUN : OPTIONS_WRONG;
}

enum options_end options_parse(struct options *options, int argc, char **argv) {
    int option = 0;
    *options = (struct options){.access = {DEFAULT_MODE, (gid_t)-1}, .header_form = CERTMAP_FORM_HEADER};
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        const enum options_end end = set(options, option, optarg);
        if (end != OPTIONS_RUN)
            return end;
    }
    return settle(options, argv[optind]);
}
