/* SPDX-License-Identifier: MIT */
/* What is wrong with rules, shown to people: for every program that loads rules. Conventions:
 * certmap.h. It is a header of its own because certmap.h is what a server needs at each connection,
 * and names.h is about Names. */
#ifndef CERTMAP_DIAGNOSTIC_H
#define CERTMAP_DIAGNOSTIC_H

#include "certmap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "error", "warning" or "note"; NULL for any other number. Static storage. */
CERTMAP_API const char *certmap_severity_name(enum certmap_severity severity);

enum certmap_diagnostic_style {
    CERTMAP_DIAGNOSTIC_PLAIN = 0, /* for logs, files and whoever reads no colours */
    CERTMAP_DIAGNOSTIC_ANSI = 1 /* with the sequences of ECMA-48 that set colours, for terminals */
};

/* Writes a diagnostic as compilers do, which editors find their way by:
 *
 *     staff.rules:2:28: error: there is no subfield "CM"; did you mean CN? [unknown-subfield]
 *       mapping "a" { when subject.CM = "x"; deny; }
 *                                  ^~
 *
 * The first line has diagnostic->file, the position, the severity, the text, and the name of the
 * code (the number of one that this version does not know); what is not known is left out. Without
 * a source it is all that is written: one line for a log.
 *
 * source is the text that was loaded, the same bytes; certmap_no_view() for none. Of a file in
 * UTF-16 that is what certmap_text_from_utf16 made of it; the file itself is taken for none. Where
 * the diagnostic has a line, and this line is not empty, it follows with a caret under the token. A
 * line ends before LF or CR LF; a byte order mark is not part of it. An offset beyond the source is
 * its end. A line over 100 characters is cut around the caret, with "..." where it was.
 *
 * Nothing that is written can take over a terminal or forge a line of a log. In the first line
 * control characters, direction overrides, line separators and bytes that are not UTF-8 are escaped
 * as by certmap_text_escape, but \ is as it is. In the line of the source each of them is U+FFFD,
 * so that the caret is at its place; tabs stay. The caret counts characters, as `column` does:
 * where a terminal shows one in two cells or in none, it is that far from its place.
 *
 * The lines of a source are secrets where the source is: a file that may hold passwords, or may not
 * be rules at all, is better shown without.
 *
 * Lines are separated by LF; there is none at the end. At most cap bytes are written, a NUL
 * included; *len gets the length without the NUL, also on BUFFER, where text is "" if cap > 0. No
 * allocation; linear in the length of file, and otherwise in a constant, however long the source
 * is. Any number of threads. err must not be the diagnostic.
 * Errors: ARGUMENT (NULL; a severity or style that this version does not know), BUFFER. */
CERTMAP_API enum certmap_status
certmap_diagnostic_format(char *text, size_t cap, size_t *len,
                          const struct certmap_diagnostic *diagnostic, struct certmap_view source,
                          enum certmap_diagnostic_style style, struct certmap_diagnostic *err);

/* What docs/abi.md promises of enums. */
CERTMAP_WIDTH_OF(enum certmap_diagnostic_style);

#ifdef __cplusplus
}
#endif

#endif
