/* SPDX-License-Identifier: MIT */
/* Addresses of options, and sockets that listen on them. */
#ifndef CERTMAPD_ADDRESS_H
#define CERTMAPD_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/* Connections that the system keeps until they are accepted. */
#define ADDRESS_BACKLOG 511

struct address {
    struct sockaddr_storage name;
    socklen_t len;
    bool remote; /* other machines reach it */
};

/* Who may connect to a Unix socket. */
struct access {
    mode_t mode;
    gid_t group; /* (gid_t)-1: that of the process */
};

/* "unix:/path", "127.0.0.1:9000" or "[::1]:9000". NULL, or what is wrong with it; static storage. */
const char *address_parse(struct address *address, const char *text);

/* A socket that listens, and what has to be removed at its end. */
struct bound {
    int fd; /* -1: it does not listen */
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    dev_t device;
    ino_t inode;
};

/* A Unix socket is there with its mode and group from its first moment on. One that a daemon has left, which is no more,
 * is replaced; one on which somebody listens is not. False: logged, with text, which is the option. */
bool address_listen(struct bound *bound, const struct address *address, const struct access *access, const char *text);
/* Closes it, and removes the file if it is still this socket. */
void address_close(struct bound *bound);
/* As address_parse takes it, with the port that the system has chosen. */
void address_print(const struct bound *bound, char *text, size_t size);

#endif
