/* SPDX-License-Identifier: MIT */
#include "ndjson.h"
#include "base64.h"
#include <string.h>

/* The members that are read. */
enum member { MEMBER_DER, MEMBER_ISSUER, MEMBER_COUNT, MEMBER_NAME, MEMBER_OTHER };

struct json {
    const uint8_t *at, *end;
    struct tool_text *room;
    unsigned seen;   /* a bit for each member */
    const char *why; /* the first thing that is wrong, or NULL */
};

static bool fail(struct json *json, const char *why) {
    if (json->why == NULL)
        json->why = why;
    return false;
}

static bool fail_syntax(struct json *json) {
    return fail(json, json->at == json->end ? "the JSON is cut short" : "it is no JSON");
}

static void skip_blanks(struct json *json) {
    while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\r' || *json->at == '\n'))
        json->at++;
}

/* Takes a character, after blanks. */
static bool take(struct json *json, char c) {
    skip_blanks(json);
    if (json->at == json->end || *json->at != (uint8_t)c)
        return false;
    json->at++;
    return true;
}

/* ---- Strings ---- */

/* The text between the quotes as it is written. */
struct raw {
    struct certmap_view text;
    bool escaped; /* it has a backslash */
};

static bool check_utf8(struct json *json, struct certmap_view text) {
    while (text.len > 0) {
        uint32_t cp;
        const size_t taken = tool_utf8_take(text, &cp);
        if (cp == 0xFFFD && !(taken == 3 && memcmp(text.data, "\xEF\xBF\xBD", 3) == 0))
            return fail(json, "the JSON is not UTF-8");
        text.data += taken;
        text.len -= taken;
    }
    return true;
}

/* Goes to the quote that ends a string. */
static bool take_raw(struct json *json, struct raw *raw) {
    bool ascii = true;
    *raw = (struct raw){{json->at, 0}, false};
    if (!take(json, '"'))
        return fail_syntax(json);
    raw->text.data = json->at;
    while (json->at < json->end && *json->at != '"') {
        if (*json->at < 0x20)
            return fail(json, "a string of the JSON has a control character");
        ascii = ascii && *json->at < 0x80;
        if (*json->at++ != '\\')
            continue;
        raw->escaped = true;
        if (json->at < json->end)
            json->at++;
    }
    raw->text.len = (size_t)(json->at - raw->text.data);
    return take(json, '"') ? ascii || check_utf8(json, raw->text) : fail_syntax(json);
}

static bool take_hex(struct certmap_view *text, uint32_t *unit) {
    *unit = 0;
    if (text->len < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        const uint8_t c = text->data[i], letter = c | 0x20;
        if (!(c >= '0' && c <= '9') && !(letter >= 'a' && letter <= 'f'))
            return false;
        *unit = *unit << 4 | (uint32_t)(c <= '9' ? c - '0' : letter - 'a' + 10);
    }
    *text = (struct certmap_view){text->data + 4, text->len - 4};
    return true;
}

/* The character of a \u escape, which may be two of them. */
static bool take_unicode(struct certmap_view *text, uint32_t *cp) {
    uint32_t low;
    if (!take_hex(text, cp) || (*cp >= 0xDC00 && *cp < 0xE000))
        return false;
    if (*cp < 0xD800 || *cp >= 0xE000)
        return true;
    if (text->len < 6 || text->data[0] != '\\' || text->data[1] != 'u')
        return false;
    *text = (struct certmap_view){text->data + 2, text->len - 2};
    if (!take_hex(text, &low) || low < 0xDC00 || low >= 0xE000)
        return false;
    *cp = 0x10000 + ((*cp - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static void add_utf8(struct tool_text *room, uint32_t cp) {
    uint8_t bytes[4];
    size_t len = 0;
    if (cp < 0x80)
        bytes[len++] = (uint8_t)cp;
    else if (cp < 0x800)
        bytes[len++] = (uint8_t)(0xC0 | cp >> 6);
    else if (cp < 0x10000)
        bytes[len++] = (uint8_t)(0xE0 | cp >> 12);
    else
        bytes[len++] = (uint8_t)(0xF0 | cp >> 18);
    if (cp >= 0x10000)
        bytes[len++] = (uint8_t)(0x80 | (cp >> 12 & 0x3F));
    if (cp >= 0x800)
        bytes[len++] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
    if (cp >= 0x80)
        bytes[len++] = (uint8_t)(0x80 | (cp & 0x3F));
    tool_text_add(room, (struct certmap_view){bytes, len});
}

/* What comes after a backslash. */
static bool add_escape(struct tool_text *room, struct certmap_view *text) {
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const uint8_t c = text->data[0];
    const char *at = c != '\0' ? strchr(names, c) : NULL;
    uint32_t cp;
    *text = (struct certmap_view){text->data + 1, text->len - 1};
    if (at != NULL)
        tool_text_add(room, (struct certmap_view){(const uint8_t *)meant + (at - names), 1});
    else if (c == 'u' && take_unicode(text, &cp))
        add_utf8(room, cp);
    else
        return false;
    return true;
}

/* What a string says: it is as written, or in room. It never grows. */
static bool decode(struct json *json, struct certmap_view *value, const struct raw *raw) {
    struct certmap_view text = raw->text;
    const size_t begin = json->room->len;
    *value = raw->text;
    if (!raw->escaped)
        return true;
    while (text.len > 0) {
        const uint8_t *backslash = memchr(text.data, '\\', text.len);
        const size_t plain = backslash == NULL ? text.len : (size_t)(backslash - text.data);
        tool_text_add(json->room, (struct certmap_view){text.data, plain});
        text = (struct certmap_view){text.data + plain, text.len - plain};
        if (text.len == 0)
            break;
        text = (struct certmap_view){text.data + 1, text.len - 1};
        if (text.len == 0 || !add_escape(json->room, &text))
            return fail(json, "a string of the JSON has a wrong escape");
    }
    *value = (struct certmap_view){(const uint8_t *)json->room->data + begin, json->room->len - begin};
    return true;
}

static bool take_string(struct json *json, struct certmap_view *value) {
    struct raw raw;
    return take_raw(json, &raw) && decode(json, value, &raw);
}

/* ---- What is passed over ---- */

static bool is_digit(const struct json *json) {
    return json->at < json->end && *json->at >= '0' && *json->at <= '9';
}

static bool skip_digits(struct json *json) {
    if (!is_digit(json))
        return fail_syntax(json);
    while (is_digit(json))
        json->at++;
    return true;
}

static bool is_at(const struct json *json, char a, char b) {
    return json->at < json->end && (*json->at == (uint8_t)a || *json->at == (uint8_t)b);
}

static bool skip_number(struct json *json) {
    json->at += is_at(json, '-', '-');
    const bool zero = is_at(json, '0', '0');
    if (!skip_digits(json))
        return false;
    if (zero && json->at[-1] != '0')
        return fail(json, "a number of the JSON begins with 0");
    if (is_at(json, '.', '.')) {
        json->at++;
        if (!skip_digits(json))
            return false;
    }
    if (!is_at(json, 'e', 'E'))
        return true;
    json->at++;
    json->at += is_at(json, '+', '-');
    return skip_digits(json);
}

static bool skip_word(struct json *json) {
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t len = strlen(words[i]);
        if ((size_t)(json->end - json->at) >= len && memcmp(json->at, words[i], len) == 0) {
            json->at += len;
            return true;
        }
    }
    return fail_syntax(json);
}

static bool skip_scalar(struct json *json) {
    struct raw raw;
    struct certmap_view value;
    const size_t len = json->room->len;
    if (json->at < json->end && *json->at == '"') {
        const bool ok = take_raw(json, &raw) && decode(json, &value, &raw);
        json->room->len = len;
        return ok;
    }
    return is_digit(json) || is_at(json, '-', '-') ? skip_number(json) : skip_word(json);
}

/* The name of a member that is passed over, and its colon. */
static bool skip_name(struct json *json) {
    skip_blanks(json);
    if (json->at == json->end || *json->at != '"')
        return fail_syntax(json);
    return skip_scalar(json) && (take(json, ':') || fail_syntax(json));
}

/* Goes past a value, however it is nested. A bit of objects says what each level is. */
static bool skip_value(struct json *json) {
    uint64_t objects = 0;
    size_t depth = 0;
    for (;;) {
        skip_blanks(json);
        const bool opens = is_at(json, '{', '[');
        if (opens && depth == TOOL_MAX_JSON_DEPTH)
            return fail(json, "the JSON is nested too deeply");
        if (opens) {
            const bool object = *json->at++ == '{';
            objects = objects << 1 | object;
            depth++;
            if (!take(json, object ? '}' : ']')) {
                if (object && !skip_name(json))
                    return false;
                continue;
            }
            objects >>= 1;
            depth--;
        } else if (!skip_scalar(json)) {
            return false;
        }
        while (depth > 0 && !take(json, ',')) {
            if (!take(json, objects & 1 ? '}' : ']'))
                return fail_syntax(json);
            objects >>= 1;
            depth--;
        }
        if (depth == 0)
            return true;
        if ((objects & 1) && !skip_name(json))
            return false;
    }
}

/* ---- Members ---- */

static bool take_der(struct json *json, struct tool_ndjson *record) {
    struct certmap_view text;
    bool ended = false;
    if (!take_string(json, &text))
        return false;
    const size_t begin = json->room->len;
    tool_text_repeat(json->room, ' ', text.len / 4 * 3);
    uint8_t *bytes = (uint8_t *)json->room->data + begin;
    const size_t len = tool_base64(bytes, text, true, &ended);
    if (len == SIZE_MAX || len == 0)
        return fail(json, "\"der\" is not base64 of a certificate");
    record->der = (struct certmap_view){bytes, len};
    return true;
}

static bool take_issuer(struct json *json, struct tool_ndjson *record) {
    struct certmap_view text;
    static const char why[] = "\"issuer_sha256\" is not a SHA-256 digest in hexadecimal";
    if (!take_string(json, &text))
        return false;
    if (text.len != 2 * CERTMAP_SHA256_SIZE)
        return fail(json, why);
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.data[i], letter = c | 0x20;
        if (!(c >= '0' && c <= '9') && !(letter >= 'a' && letter <= 'f'))
            return fail(json, why);
        const unsigned digit = (unsigned)(c <= '9' ? c - '0' : letter - 'a' + 10);
        record->issuer_sha256[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 : record->issuer_sha256[i / 2] | digit);
    }
    record->has_issuer = true;
    return true;
}

static bool take_count(struct json *json, struct tool_ndjson *record) {
    static const char why[] = "\"count\" is not a whole number from 1 to 9007199254740991";
    skip_blanks(json);
    const uint8_t *begin = json->at;
    uint64_t count = 0;
    if (!skip_value(json))
        return false;
    for (const uint8_t *p = begin; p < json->at; p++) {
        if (*p < '0' || *p > '9' || count > TOOL_MAX_COUNT / 10)
            return fail(json, why);
        count = count * 10 + (*p - '0');
    }
    record->count = count;
    return (count > 0 && count <= TOOL_MAX_COUNT) || fail(json, why);
}

static bool take_name(struct json *json, struct tool_ndjson *record) {
    if (!take_string(json, &record->name))
        return false;
    if (record->name.len > TOOL_MAX_RECORD_NAME)
        return fail(json, "\"name\" is longer than 1024 bytes");
    return true;
}

static enum member member_of(struct certmap_view name) {
    static const char *const names[] = {"der", "issuer_sha256", "count", "name"}; /* enum member */
    for (unsigned i = 0; i < MEMBER_OTHER; i++)
        if (name.len == strlen(names[i]) && memcmp(name.data, names[i], name.len) == 0)
            return (enum member)i;
    return MEMBER_OTHER;
}

/* null is as if the member were not there. */
static bool take_null(struct json *json) {
    skip_blanks(json);
    if (json->end - json->at < 4 || memcmp(json->at, "null", 4) != 0)
        return false;
    json->at += 4;
    return true;
}

static bool take_member(struct json *json, struct tool_ndjson *record) {
    static const char *const twice[] = {"\"der\" is there twice", "\"issuer_sha256\" is there twice",
                                        "\"count\" is there twice", "\"name\" is there twice"}; /* enum member */
    struct certmap_view name;
    if (!take_string(json, &name))
        return false;
    const enum member member = member_of(name);
    if (!take(json, ':'))
        return fail_syntax(json);
    if (member == MEMBER_OTHER)
        return skip_value(json);
    if ((json->seen & 1u << member) != 0)
        return fail(json, twice[member]);
    json->seen |= 1u << member;
    if (take_null(json))
        return true;
    return member == MEMBER_DER      ? take_der(json, record)
           : member == MEMBER_ISSUER ? take_issuer(json, record)
           : member == MEMBER_COUNT  ? take_count(json, record)
                                     : take_name(json, record);
}

static bool take_object(struct json *json, struct tool_ndjson *record) {
    if (!take(json, '{'))
        return fail(json, "it is no JSON object");
    if (take(json, '}'))
        return true;
    do
        if (!take_member(json, record))
            return false;
    while (take(json, ','));
    return take(json, '}') || fail_syntax(json);
}

const char *tool_ndjson_read(struct tool_ndjson *record, struct tool_text *room, struct certmap_view line) {
    struct json json = {.at = line.data, .end = line.data + line.len, .room = room};
    *record = (struct tool_ndjson){.count = 1};
    if (!take_object(&json, record))
        return json.why;
    skip_blanks(&json);
    if (json.at < json.end)
        return "something follows the JSON object";
    return record->der.len > 0 ? NULL : "it has no \"der\": there is no certificate in it";
}
