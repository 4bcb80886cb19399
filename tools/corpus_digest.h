/* SPDX-License-Identifier: MIT */
/* What a corpus is, in one number: SHA-256 of the number before and of a line for each entry, in order, from 32 bytes of zero
 * on. The line is of the content of the entry, so that it does not matter in which file it is, whether as PEM, DER or JSON:
 *
 *     digest = SHA-256(digest || line)
 *     line   = SHA-256 of the certificate, " ", how often it came, " ", SHA-256 of its issuer or "-", "\n"
 *            | "damaged ", the code of why, "\n"                   there is no certificate to read
 */
#ifndef TOOL_CORPUS_DIGEST_H
#define TOOL_CORPUS_DIGEST_H

#include "options.h"
#include "records.h"

/* Adds the line of an entry. Any thread. */
void tool_corpus_digest_add_line(struct tool_text *lines, const struct tool_record *record);
/* Takes a line, with its end. */
void tool_corpus_digest_take(uint8_t digest[CERTMAP_SHA256_SIZE], struct certmap_view line);
/* Adds it as "sha256:" and hexadecimal digits. */
void tool_corpus_digest_print(struct tool_text *text, const uint8_t digest[CERTMAP_SHA256_SIZE]);

/* check --digest --corpus: reads all of it, with several threads. false: something is damaged, as standard error says, or
 * there is nothing. */
bool tool_corpus_digest_compute(uint8_t digest[CERTMAP_SHA256_SIZE], const struct tool_options *options);

#endif
