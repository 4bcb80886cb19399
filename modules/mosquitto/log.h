/* SPDX-License-Identifier: MIT */
/* Lines in the broker's log. */
#ifndef MOSQUITTO_CERTMAP_LOG_H
#define MOSQUITTO_CERTMAP_LOG_H

/* Room for a text of a client or of the configuration, quoted and escaped. Long ones lose their end: a client id may
 * have 64 KB. */
#define QUOTED_SIZE 200

/* Writes text in quotes, so that it can be in a line; - for NULL. Returns room. */
const char *quote(char room[QUOTED_SIZE], const char *text);

/* One line "certmap: ..." at a level MOSQ_LOG_*. What the broker would cut off goes on in another line. */
void log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
