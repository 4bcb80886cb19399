/* SPDX-License-Identifier: MIT */
/*
 * The library's texts are UTF-8, and the database may have another encoding.
 *
 * What that encoding cannot hold is not an error, by which one stranger's
 * certificate would end a query over a million others.  A value is NULL then,
 * and never another value; a text for people has \u{H} in its place.
 */
#include "sql.h"

#include <catalog/namespace.h>
#include <mb/pg_wchar.h>
#include <utils/builtins.h>
#include <utils/memutils.h>

/* As bytes: the longest escape, of a character of two bytes and more. */
#define ESCAPE_GROWTH 6

struct certmap_view
certmap_sql_view(const char *text)
{
    return (struct certmap_view) {(const uint8_t *) text, strlen(text)};
}

static bool
is_as_it_is(struct certmap_view view)
{
    int         encoding = GetDatabaseEncoding();

    if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
        return true;
    for (size_t i = 0; i < view.len; i++)
    {
        if (IS_HIGHBIT_SET(view.data[i]))
            return false;
    }
    return true;
}

/* NULL: the encoding has not all of it. What is as it is needs a NUL after it, and is not copied. */
char *
certmap_sql_converted(struct certmap_view view)
{
    int         encoding = GetDatabaseEncoding();
    Oid         conversion;
    unsigned char *from;
    unsigned char *to;
    int         room;

    if (is_as_it_is(view))
        return (char *) view.data;
    conversion = FindDefaultConversionProc(PG_UTF8, encoding);
    if (!OidIsValid(conversion))
        return NULL;
    if (view.len >= MaxAllocSize / MAX_CONVERSION_GROWTH)
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("certmap: a text of %zu bytes is too long for the encoding %s",
                        view.len, GetDatabaseEncodingName())));

    from = palloc(view.len + 1);
    memcpy(from, view.data, view.len);
    from[view.len] = '\0';
    room = (int) view.len * MAX_CONVERSION_GROWTH + 1;
    to = palloc((Size) room);
    if (pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding, from,
                                      (int) view.len, to, room, true) != (int) view.len)
        return NULL;
    return (char *) to;
}

/* NULL: there is none, or the database's encoding cannot hold it. */
text *
certmap_sql_text(struct certmap_view view)
{
    char       *server;

    if (view.data == NULL)
        return NULL;
    if (is_as_it_is(view))
        return cstring_to_text_with_len((const char *) view.data, (int) view.len);

    server = certmap_sql_converted(view);
    return server == NULL ? NULL : cstring_to_text(server);
}

/* All characters but ASCII as certmap_text_escape() has control characters: begin, H, }. */
char *
certmap_sql_escaped(struct certmap_view view, const char *begin)
{
    char       *out;
    char       *end;
    size_t      i = 0;

    if (view.len >= MaxAllocSize / ESCAPE_GROWTH)
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("certmap: a text of %zu bytes is too long for the encoding %s",
                        view.len, GetDatabaseEncodingName())));

    end = out = palloc(view.len * ESCAPE_GROWTH + 1);
    while (i < view.len)
    {
        const unsigned char *at = view.data + i;
        int         len = pg_utf_mblen(at);

        if (len == 1 || (size_t) len > view.len - i)
        {
            *end++ = IS_HIGHBIT_SET(*at) ? '?' : (char) *at;
            i++;
            continue;
        }
        end += sprintf(end, "%s%X}", begin, (unsigned int) utf8_to_unicode(at));
        i += (size_t) len;
    }
    *end = '\0';
    return out;
}

/* For people: whatever the encoding, there is a text. */
char *
certmap_sql_readable(struct certmap_view view)
{
    char       *server;

    if (view.len >= MaxAllocSize)
        ereport(ERROR,
                (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                 errmsg("certmap: a text of %zu bytes is too long", view.len)));
    if (is_as_it_is(view))
        return pnstrdup((const char *) view.data, view.len);

    server = certmap_sql_converted(view);
    return server == NULL ? certmap_sql_escaped(view, "\\u{") : server;
}

text *
certmap_sql_readable_text(struct certmap_view view)
{
    return view.data == NULL ? NULL : cstring_to_text(certmap_sql_readable(view));
}

/* The name of a code; NULL for none. */
text *
certmap_sql_code(enum certmap_code code)
{
    const char *name = certmap_code_name(code);

    if (code == CERTMAP_CODE_NONE)
        return NULL;
    return cstring_to_text(name == NULL ? "unknown" : name);
}
