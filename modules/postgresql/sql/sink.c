/* SPDX-License-Identifier: MIT */
/*
 * JSON in UTF-8, written by callbacks of the library: nothing here raises an
 * error until the text is turned into a jsonb.
 */
#include "sql.h"

#include <utils/builtins.h>
#include <utils/fmgrprotos.h>

#define FIRST_ROOM 1024

static bool
has_room(Sink *sink, Size more)
{
    Size        room = Max(sink->room, FIRST_ROOM);
    char       *fresh;

    if (sink->failed)
        return false;
    if (more < sink->room - sink->len)
        return true;

    while (room - sink->len <= more)
    {
        if (room > SIZE_MAX / 4)
            return !(sink->failed = true);
        room *= 2;
    }

    fresh = certmap_sql_alloc(sink->memory, room);
    if (fresh == NULL)
        return !(sink->failed = true);
    if (sink->len > 0)
        memcpy(fresh, sink->data, sink->len);
    if (sink->data != NULL)
        certmap_sql_allocator(sink->memory).release(sink->memory, sink->data);
    sink->data = fresh;
    sink->room = room;
    return true;
}

void
certmap_sql_put_bytes(Sink *sink, const char *bytes, Size len)
{
    if (!has_room(sink, len))
        return;
    memcpy(sink->data + sink->len, bytes, len);
    sink->len += len;
}

void
certmap_sql_put(Sink *sink, const char *text)
{
    certmap_sql_put_bytes(sink, text, strlen(text));
}

void
certmap_sql_put_number(Sink *sink, size_t number)
{
    char        digits[32] = "";

    certmap_sql_put_bytes(sink, digits, (Size) snprintf(digits, sizeof digits, "%zu", number));
}

static void
put_character(Sink *sink, char c)
{
    char        escape[8] = "";

    if (c == '"' || c == '\\')
    {
        escape[0] = '\\';
        escape[1] = c;
        certmap_sql_put_bytes(sink, escape, 2);
    }
    else if ((unsigned char) c < ' ')
        certmap_sql_put_bytes(sink, escape,
                  (Size) snprintf(escape, sizeof escape, "\\u%04x", (unsigned int) c));
    else
        certmap_sql_put_bytes(sink, &c, 1);
}

/* null, if there is no data. */
void
certmap_sql_put_string(Sink *sink, struct certmap_view view)
{
    if (view.data == NULL)
    {
        certmap_sql_put(sink, "null");
        return;
    }

    certmap_sql_put(sink, "\"");
    for (size_t i = 0; i < view.len && !sink->failed; i++)
        put_character(sink, (char) view.data[i]);
    certmap_sql_put(sink, "\"");
}

/*
 * In a database of another encoding the text is converted; what that encoding
 * cannot hold is \u{H} in a string, whose backslash is escaped in JSON.
 */
static char *
in_server_encoding(const Sink *sink)
{
    struct certmap_view all = {(const uint8_t *) sink->data, sink->len};
    char       *converted = certmap_sql_converted(all);

    return converted != NULL ? converted : certmap_sql_escaped(all, "\\\\u{");
}

Datum
certmap_sql_jsonb(Sink *sink)
{
    certmap_sql_put_bytes(sink, "", 1); /* a NUL */
    if (sink->failed)
        certmap_sql_raise_memory();
    sink->len--;
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(in_server_encoding(sink)));
}
