/* SPDX-License-Identifier: MIT */
/* certmap show --iis: the certificate as elements of iisClientCertificateMappingAuthentication. */
#include "show.h"
#include <string.h>

/* The names of subfields that Microsoft documents: CN to C in the reference of the section, the others in the help
 * of the dialog "Edit Rule Element". To IIS any other text is a subfield that no certificate has. */
static const struct {
    const char *subfield; /* as rules have it */
    const char *iis;
} subfields[] = {
    {"CN", "CN"}, {"OU", "OU"},   {"O", "O"},  {"L", "L"}, {"S", "S"},
    {"C", "C"},   {"E", "Email"}, {"G", "GN"}, {"I", "I"}, {"T", "T"},
};

static const char *iis_name(struct certmap_view subfield) {
    for (size_t i = 0; i < sizeof subfields / sizeof *subfields; i++)
        if (strlen(subfields[i].subfield) == subfield.len &&
            memcmp(subfields[i].subfield, subfield.data, subfield.len) == 0)
            return subfields[i].iis;
    return NULL;
}

/* ---- XML ---- */

/* Whether XML 1.0 can hold a character, as it is or by its number (2.2). */
static bool is_xml(uint32_t cp) {
    return cp >= ' ' ? cp != 0xFFFE && cp != 0xFFFF : cp == '\t' || cp == '\n' || cp == '\r';
}

/* The entity of a character that would be markup, or NULL. */
static const char *entity(uint32_t cp) {
    return cp == '&' ? "&amp;" : cp == '<' ? "&lt;" : cp == '>' ? "&gt;" : cp == '"' ? "&quot;" : NULL;
}

/* Adds the value of an attribute; false if XML cannot hold it. The text is UTF-8. */
static bool add_attribute(struct tool_text *text, struct certmap_view value) {
    uint32_t cp;
    while (value.len > 0) {
        const size_t taken = tool_utf8_take(value, &cp);
        const struct certmap_view character = {value.data, taken};
        if (!is_xml(cp))
            return false;
        if (entity(cp) != NULL)
            tool_text_string(text, entity(cp));
        else if (cp < ' ' ||
                 tool_is_unsafe(character)) /* what an attribute would lose (3.3.3), or a terminal must not get */
            tool_text_format(text, "&#x%X;", (unsigned)cp);
        else
            tool_text_add(text, character);
        value.data += taken;
        value.len -= taken;
    }
    return true;
}

/* A comment must not hold two hyphens in a row, nor end in one (2.5). */
static void print_comment(struct tool_stream *out, struct certmap_view text) {
    struct tool_text safe = {NULL, 0, 0};
    tool_text_safe(&safe, text);
    tool_style_begin(out, TOOL_STYLE_DIM);
    tool_text_string(&out->line, "<!-- ");
    for (size_t i = 0; i < safe.len; i++) {
        const bool twice = i > 0 && safe.data[i] == '-' && safe.data[i - 1] == '-';
        tool_text_string(&out->line, twice ? " " : "");
        tool_text_repeat(&out->line, safe.data[i], 1);
    }
    tool_text_string(&out->line, " -->");
    tool_style_end(out);
    tool_stream_end_line(out);
    tool_text_free(&safe);
}

/* ---- Rules ---- */

static void print_problem(struct tool_stream *out, const char *field, const struct certmap_value *value,
                          const char *what) {
    struct tool_text text = {NULL, 0, 0};
    tool_text_format(&text, "%s ", field);
    tool_text_add(&text, value->subfield);
    tool_text_string(&text, what);
    print_comment(out, tool_text_view(&text));
    tool_text_free(&text);
}

static bool has_wildcard(struct certmap_view text) {
    return text.len > 0 && (memchr(text.data, '*', text.len) != NULL || memchr(text.data, '?', text.len) != NULL);
}

/* The element, or a comment that there can be none. */
static void print_rule(struct tool_stream *out, const char *field, const struct certmap_value *value) {
    const char *name = iis_name(value->subfield);
    struct tool_text criteria = {NULL, 0, 0};
    if (name == NULL) {
        print_problem(out, field, value, ": IIS documents no name for this subfield");
    } else if (value->text.data == NULL) {
        print_problem(out, field, value, ": the value is unreadable");
    } else if (!add_attribute(&criteria, value->text)) {
        print_problem(out, field, value, ": XML cannot hold a character of the value");
    } else {
        if (has_wildcard(value->text))
            print_problem(out, field, value, ": IIS has no escape for * and ?, so that other values match, too");
        tool_text_format(&out->line, "<add certificateField=\"%s\" certificateSubField=\"%s\" matchCriteria=\"", field,
                         name);
        tool_text_string(&out->line, criteria.data == NULL ? "" : criteria.data);
        tool_text_string(&out->line, "\" compareCaseSensitive=\"true\" />");
        tool_stream_end_line(out);
    }
    tool_text_free(&criteria);
}

static void print_rules(struct tool_stream *out, const struct tool_client *client, enum certmap_field field,
                        const char *name) {
    const size_t count = certmap_peer_value_count(client->peer, field);
    for (size_t i = 0; i < count; i++) {
        struct certmap_value value;
        tool_show_value(client, &value, field, i);
        print_rule(out, name, &value);
    }
}

/* ---- The certificate itself ---- */

static void add_base64(struct tool_text *text, struct certmap_view bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        const size_t left = bytes.len - i;
        const unsigned long group = (unsigned long)bytes.data[i] << 16 |
                                    (left > 1 ? (unsigned long)bytes.data[i + 1] << 8 : 0) |
                                    (left > 2 ? (unsigned long)bytes.data[i + 2] : 0);
        tool_text_repeat(text, digits[group >> 18 & 63], 1);
        tool_text_repeat(text, digits[group >> 12 & 63], 1);
        tool_text_repeat(text, left > 1 ? digits[group >> 6 & 63] : '=', 1);
        tool_text_repeat(text, left > 2 ? digits[group & 63] : '=', 1);
    }
}

void tool_show_iis(struct tool_stream *out, const struct tool_client *client) {
    print_comment(out, tool_view(client->label));
    print_comment(out, tool_view("rules of a manyToOneMappings entry: delete those that it should not depend on"));
    print_rules(out, client, CERTMAP_FIELD_SUBJECT, "Subject");
    print_rules(out, client, CERTMAP_FIELD_ISSUER, "Issuer");
    print_comment(out, tool_view("an entry of oneToOneMappings: userName and password are to be filled in"));
    tool_text_string(&out->line, "<add enabled=\"true\" userName=\"\" password=\"\" certificate=\"");
    add_base64(&out->line, client->cert.certificate);
    tool_text_string(&out->line, "\" />");
    tool_stream_end_line(out);
}
