/* SPDX-License-Identifier: MIT */
#include "address.h"
#include "log.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNIX_PREFIX "unix:"
/* What a socket is called until it is ready, after the name that it will have. */
#define FRESH ".new"

/* ---- reading ---- */

static const char *parse_unix(struct address *address, const char *path) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (path[0] != '/')
        return "a Unix socket needs a whole path: unix:/run/certmap/http.sock";
    if (strlen(path) + sizeof FRESH > sizeof name.sun_path)
        return "the path is too long for a Unix socket: it may have 103 bytes";
    memcpy(name.sun_path, path, strlen(path));
    memcpy(&address->name, &name, sizeof name);
    address->len = sizeof name;
    return NULL;
}

static bool parse_port(in_port_t *port, const char *text) {
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9')
        return false;
    const unsigned long number = strtoul(text, &end, 10);
    *port = htons((uint16_t)number);
    return *end == '\0' && number <= UINT16_MAX;
}

static bool parse_ip4(struct address *address, const char *host, in_port_t port) {
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = port};
    if (inet_pton(AF_INET, host, &name.sin_addr) != 1)
        return false;
    address->remote = ntohl(name.sin_addr.s_addr) >> 24 != 127;
    memcpy(&address->name, &name, sizeof name);
    address->len = sizeof name;
    return true;
}

static bool parse_ip6(struct address *address, char *host, in_port_t port) {
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = port};
    const size_t len = strlen(host);
    if (len < 2 || host[0] != '[' || host[len - 1] != ']')
        return false;
    host[len - 1] = '\0';
    if (inet_pton(AF_INET6, host + 1, &name.sin6_addr) != 1)
        return false;
    address->remote = !IN6_IS_ADDR_LOOPBACK(&name.sin6_addr);
    memcpy(&address->name, &name, sizeof name);
    address->len = sizeof name;
    return true;
}

const char *address_parse(struct address *address, const char *text) {
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(text, ':');
    in_port_t port = 0;
    *address = (struct address){.len = 0};
    if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
        return parse_unix(address, text + strlen(UNIX_PREFIX));
    if (colon == NULL || (size_t)(colon - text) >= sizeof host || !parse_port(&port, colon + 1))
        return "neither unix:/PATH nor ADDRESS:PORT";
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    if (!parse_ip4(address, host, port) && !parse_ip6(address, host, port))
        return "not an IP address before the port: 127.0.0.1:9000 or [::1]:9000";
    return NULL;
}

/* ---- listening ---- */

static bool fail(struct bound *bound, const char *text, const char *what) {
    log_line(LOG_LEVEL_ERROR, "%s: %s: %s", text, what, strerror(errno));
    if (bound->fd >= 0)
        (void)close(bound->fd);
    bound->fd = -1;
    return false;
}

/* Whether the name is free, or that of a socket that nobody listens on. */
static bool is_free(const struct sockaddr_un *name, const char *text) {
    struct stat status;
    if (lstat(name->sun_path, &status) != 0)
        return errno == ENOENT;
    if (!S_ISSOCK(status.st_mode)) {
        log_line(LOG_LEVEL_ERROR, "%s: this file is there, and not a socket", text);
        return false;
    }
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool refused = probe >= 0 && connect(probe, (const struct sockaddr *)name, sizeof *name) != 0 &&
                         (errno == ECONNREFUSED || errno == ENOENT);
    if (probe >= 0)
        (void)close(probe);
    if (!refused)
        log_line(LOG_LEVEL_ERROR, "%s: another process listens there", text);
    return refused;
}

/* Under another name first: nobody can connect before mode and group are right, and no moment is without a socket. */
static bool listen_unix(struct bound *bound, const struct sockaddr_un *name, const struct access *access,
                        const char *text) {
    struct sockaddr_un fresh = *name;
    struct stat status;
    memcpy(fresh.sun_path + strlen(fresh.sun_path), FRESH, sizeof FRESH);
    if (!is_free(name, text))
        return fail(bound, text, "cannot listen");
    (void)unlink(fresh.sun_path);
    const mode_t before = umask(0777);
    const bool is_bound = bind(bound->fd, (const struct sockaddr *)&fresh, sizeof fresh) == 0;
    (void)umask(before);
    if (!is_bound)
        return fail(bound, text, "cannot listen");
    if ((access->group != (gid_t)-1 && lchown(fresh.sun_path, (uid_t)-1, access->group) != 0) ||
        chmod(fresh.sun_path, access->mode) != 0 || listen(bound->fd, ADDRESS_BACKLOG) != 0 ||
        lstat(fresh.sun_path, &status) != 0 || rename(fresh.sun_path, name->sun_path) != 0) {
        (void)unlink(fresh.sun_path);
        return fail(bound, text, "cannot give the socket its group, mode or name");
    }
    memcpy(bound->path, name->sun_path, sizeof bound->path);
    bound->device = status.st_dev;
    bound->inode = status.st_ino;
    return true;
}

static bool listen_tcp(struct bound *bound, const struct address *address, const char *text) {
    const int on = 1;
    if (setsockopt(bound->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(bound->fd, (const struct sockaddr *)&address->name, address->len) != 0 ||
        listen(bound->fd, ADDRESS_BACKLOG) != 0)
        return fail(bound, text, "cannot listen");
    return true;
}

bool address_listen(struct bound *bound, const struct address *address, const struct access *access, const char *text) {
    struct sockaddr_un name;
    *bound = (struct bound){.fd = socket(address->name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (bound->fd < 0)
        return fail(bound, text, "no socket");
    if (address->name.ss_family != AF_UNIX)
        return listen_tcp(bound, address, text);
    memcpy(&name, &address->name, sizeof name);
    return listen_unix(bound, &name, access, text);
}

void address_close(struct bound *bound) {
    struct stat status;
    if (bound->fd < 0)
        return;
    if (bound->path[0] != '\0' && lstat(bound->path, &status) == 0 && status.st_dev == bound->device &&
        status.st_ino == bound->inode)
        (void)unlink(bound->path);
    (void)close(bound->fd);
    bound->fd = -1;
}

void address_print(const struct bound *bound, char *text, size_t size) {
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof name;
    char host[INET6_ADDRSTRLEN] = "";
    (void)getsockname(bound->fd, (struct sockaddr *)&name, &len);
    if (bound->path[0] != '\0') { /* the system knows it by its first name */
        (void)snprintf(text, size, UNIX_PREFIX "%s", bound->path);
    } else if (name.ss_family == AF_UNIX) {
        struct sockaddr_un path = {.sun_family = AF_UNIX};
        memcpy(&path, &name, len < sizeof path ? len : sizeof path);
        (void)snprintf(text, size, UNIX_PREFIX "%.*s", (int)sizeof path.sun_path, path.sun_path);
    } else if (name.ss_family == AF_INET) {
        struct sockaddr_in ip4;
        memcpy(&ip4, &name, sizeof ip4);
        (void)snprintf(text, size, "%s:%u", inet_ntop(AF_INET, &ip4.sin_addr, host, sizeof host),
                       (unsigned)ntohs(ip4.sin_port));
    } else {
        struct sockaddr_in6 ip6;
        memcpy(&ip6, &name, sizeof ip6);
        (void)snprintf(text, size, "[%s]:%u", inet_ntop(AF_INET6, &ip6.sin6_addr, host, sizeof host),
                       (unsigned)ntohs(ip6.sin6_port));
    }
}
