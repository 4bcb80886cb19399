/* SPDX-License-Identifier: MIT */
/* What a text shows about the program that printed it: labels, spaces, quotes, line ends, types; and from that the
 * dialects that it may be in, in the order of likelihood.
 *
 * What says which end the root is at:
 *
 *     /C=US/CN=a                  OpenSSL: the root is first
 *     C = US, CN = a              spaces around = on one line are OpenSSL's alone: the root is first
 *     subject=C=US, CN=a          OpenSSL since 3.2: the root is first
 *     type    = value on lines    `-nameopt multiline`, types padded: the root is first
 *     TYPE=value on lines, CR LF  Windows: the root is last
 *     CN=a,C=US without a label   RFC 4514: the root is last
 *     Owner: CN=a, C=US           Java's keytool: the root is last
 *
 * Nothing else does: lines that are not padded and end in LF, and C = US,CN = a without a space after the comma, come
 * with dn_rev and RFC2253, too. OpenSSL prints CN=a, C=US with the root first, and last with dn_rev and RFC2253; Windows
 * prints it with the root last, and first without CERT_NAME_STR_REVERSE. Which types are at the ends says what is
 * likely.
 *
 * Each of the first four forms can be had the other way round with an option that few people use: dn_rev, or
 * CertNameToStr without CERT_NAME_STR_REVERSE. The text is the same then. So a text whose types are the other way
 * round than in most Names (C or DC at the end that is not the root's) may be either; and subject=CN=a, C=US,
 * which Java's loggers print, too, is taken for OpenSSL's where the types are as in most Names. */
#include "name/dn_guess.h"
#include "base/view.h"
#include "name/attr.h"
#include "name/dn_parse.h"

/* More than the longest name of a string type, PRINTABLESTRING, has. */
#define MAX_STRING_TYPE 20

static bool is_space(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct certmap_view trim(struct certmap_view text) {
    for (; text.len > 0 && is_space(text.data[0]); text.len--)
        text.data++;
    while (text.len > 0 && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

static struct certmap_view from(struct certmap_view text, size_t offset) {
    return cm_view(text.data + offset, text.len - offset);
}

/* ---- Labels ---- */

static bool begins(struct certmap_view text, const char *word) {
    const size_t len = strlen(word);
    return text.len >= len && certmap_text_same(cm_view(text.data, len), cm_view(word, len));
}

/* What programs print before a Name. */
static const struct {
    const char *word;
    enum cm_dn_label label;
} labels[] = {
    {"subject=", CM_DN_LABEL_OPENSSL}, {"issuer=", CM_DN_LABEL_OPENSSL}, {"subject:", CM_DN_LABEL_HEADING},
    {"issuer:", CM_DN_LABEL_HEADING},  {"owner:", CM_DN_LABEL_KEYTOOL},  {"s:", CM_DN_LABEL_OPENSSL},
    {"i:", CM_DN_LABEL_OPENSSL},
};

static size_t count_digits(struct certmap_view text) {
    size_t i = 0;
    while (i < text.len && text.data[i] >= '0' && text.data[i] <= '9')
        i++;
    return i;
}

/* No ends of lines. */
static size_t count_blanks(struct certmap_view text) {
    size_t i = 0;
    while (i < text.len && text.data[i] == ' ')
        i++;
    return i;
}

static size_t count_spaces(struct certmap_view text) {
    size_t i = 0;
    while (i < text.len && is_space(text.data[i]))
        i++;
    return i;
}

/* `depth=1 `, as `openssl s_client` and `verify` print it. */
static size_t depth_length(struct certmap_view text) {
    const size_t word = sizeof "depth=" - 1;
    if (!begins(text, "depth="))
        return 0;
    const size_t digits = count_digits(from(text, word));
    const bool ends = word + digits < text.len && text.data[word + digits] == ' ';
    return digits > 0 && ends ? word + digits : 0;
}

/* The number of a certificate in a chain, before `s:`. */
static size_t number_length(struct certmap_view text) {
    const size_t digits = count_digits(text);
    const size_t len = digits + count_spaces(from(text, digits));
    return digits > 0 && (begins(from(text, len), "s:") || begins(from(text, len), "i:")) ? len : 0;
}

static size_t label_length(struct certmap_view text, enum cm_dn_label *label) {
    const size_t depth = depth_length(text), number = number_length(text);
    *label = depth > 0 ? CM_DN_LABEL_OPENSSL : CM_DN_LABEL_NONE;
    for (size_t i = 0; depth == 0 && i < sizeof labels / sizeof *labels; i++)
        if (begins(from(text, number), labels[i].word)) {
            *label = labels[i].label;
            return number + strlen(labels[i].word);
        }
    return depth;
}

struct certmap_view certmap_name_bare(struct certmap_view text) {
    enum cm_dn_label label;
    if (text.data == NULL)
        return text;
    text = from(text, count_spaces(text));
    text = from(text, label_length(text, &label));
    text = from(text, count_spaces(text));
    while (text.len > 0 && (text.data[text.len - 1] == '\r' || text.data[text.len - 1] == '\n'))
        text.len--;
    return text;
}

/* ---- What is seen outside quotes ---- */

/* What is between the separator before an = and it. */
static void see_type(struct cm_dn_evidence *seen, struct certmap_view type, bool space_after) {
    const struct certmap_view trimmed = trim(type);
    const bool padded = type.len > 0 && is_space(type.data[type.len - 1]);
    seen->spaces = seen->spaces || trimmed.len < type.len;
    seen->mixed =
        seen->mixed || (padded && !(seen->spaced && space_after) && cm_attr_by_name(trimmed) != CM_ATTR_OTHER);
    seen->windows = seen->windows || (begins(trimmed, "OID.") && trimmed.len > sizeof "OID." - 1);
    if (seen->first.data == NULL)
        seen->first = trimmed;
    seen->last = trimmed;
}

static bool is_separator(uint8_t c) {
    return c == ',' || c == ';' || c == '+' || c == '\r' || c == '\n';
}

/* Walks the text; begin is where the current type begins, while one is read. */
static void see_types(struct cm_dn_evidence *seen, struct certmap_view text) {
    bool quotes = false, in_type = true;
    size_t begin = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.data[i], before = i > 0 ? text.data[i - 1] : 0;
        if (c == '\\') {
            seen->backslash = true;
            i++; /* and what it escapes, if it escapes something */
        } else if (c == '"') {
            seen->doubled = seen->doubled || (!quotes && before == '"');
            seen->quoted = true;
            quotes = !quotes;
        } else if (!quotes && in_type && c == '=') {
            see_type(seen, cm_view(text.data + begin, i - begin), i + 1 == text.len || text.data[i + 1] == ' ');
            in_type = false;
        } else if (!quotes) {
            seen->windows = seen->windows || c == ';';
            seen->spaces = seen->spaces || (before == '=' && c == ' ');
            begin = is_separator(c) ? i + 1 : begin;
            in_type = in_type || is_separator(c);
        }
    }
}

/* ---- What is seen everywhere ---- */

static bool is_upper_hex(uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* \xHH of a byte that is a control character: X509_NAME_oneline prints BMPString byte by byte, U+0416 as \x04\x16. */
static bool is_control(struct certmap_view rest) {
    if (rest.len < 4 || rest.data[1] != 'x')
        return false;
    const unsigned high = cm_hex_value(rest.data[2]), low = cm_hex_value(rest.data[3]);
    return low < 16 && (high < 2 || (high == 7 && low == 15));
}

/* \xHH of a byte over 0x7F: one that is no UTF-8 is how programs print a TeletexString. */
static bool is_high_byte(struct certmap_view rest) {
    return rest.len > 3 && rest.data[1] == 'x' && is_upper_hex(rest.data[2]) && is_upper_hex(rest.data[3]) &&
           rest.data[2] >= '8';
}

/* A backslash: whether it escapes, or may. */
static void see_backslash(struct cm_dn_evidence *seen, struct certmap_view rest) {
    const bool two = rest.len > 1 && rest.data[1] == '\\'; /* the second may begin what the first does not escape */
    seen->control = seen->control || is_control(rest) || (two && is_control(from(rest, 1)));
    seen->high_byte = seen->high_byte || (two && is_high_byte(from(rest, 1)));
    if (rest.len > 3 && strchr("xUW", rest.data[1]) != NULL && is_upper_hex(rest.data[2]) && is_upper_hex(rest.data[3]))
        seen->hidden = true;
    if (rest.len > 1 && strchr("\"+,;<>\\ #=/", rest.data[1]) != NULL && rest.data[1] != 0)
        seen->escaped = true;
    if (rest.len > 1 && (rest.data[1] == '/' || rest.data[1] == '+'))
        seen->cut_slash = true;
    if (rest.len > 2 && is_upper_hex(rest.data[1]) && is_upper_hex(rest.data[2])) {
        seen->escaped_hex = true;
        seen->escaped = seen->escaped || rest.data[1] < '8';
        seen->escapes = seen->escapes || rest.data[1] >= '8'; /* nobody's name has this in it */
    }
}

/* Whether more than one space is between a type and its =. */
static bool is_padded(struct certmap_view text) {
    size_t end = 0;
    while (end < text.len && !is_space(text.data[end]) && text.data[end] != '=')
        end++;
    return count_blanks(from(text, end)) > 1;
}

/* What is before a space or =. */
static struct certmap_view word_at(struct certmap_view text) {
    size_t len = 0;
    while (len < text.len && !is_space(text.data[len]) && text.data[len] != '=')
        len++;
    return cm_view(text.data, len);
}

/* A line that ends, with what follows it. Returns how much white space that is. */
static size_t see_line_end(struct cm_dn_evidence *seen, struct certmap_view text, size_t offset) {
    const size_t spaces = count_spaces(from(text, offset));
    const enum cm_dn_type type = cm_dn_type_at(text, offset + spaces, seen->spaced);
    size_t ends = 0;
    for (size_t i = 0; i < spaces; i++)
        ends += text.data[offset + i] == '\n';
    seen->empty_line = seen->empty_line || ends > 1;
    seen->unknown_type = seen->unknown_type || type == CM_DN_TYPE_UNKNOWN;
    if (type == CM_DN_TYPE_KNOWN) {
        seen->lines = true;
        seen->crlf = seen->crlf || text.data[offset] == '\r';
        seen->lf = seen->lf || text.data[offset] == '\n';
        seen->padded = seen->padded || is_padded(from(text, offset + spaces));
        seen->last_line = word_at(from(text, offset + spaces));
    }
    return spaces;
}

/* `/emailAddress=` after a value. */
static void see_slash(struct cm_dn_evidence *seen, struct certmap_view text, size_t offset) {
    const bool capitals = offset + 3 < text.len && (text.data[offset + 2] == '=' || text.data[offset + 3] == '=');
    seen->slashes = seen->slashes || (!seen->spaced && !capitals && cm_dn_is_known_type(text, offset + 1, false));
}

/* Whether a value ends in a blank before a separator. One is before + and one after =. */
static bool has_wide_end(const struct cm_dn_evidence *seen, struct certmap_view text, uint8_t separator) {
    const size_t own = separator == '+' ? 1 : 0;
    size_t len = text.len;
    while (len > 0 && text.data[len - 1] == ' ')
        len--;
    const bool empty = len > 0 && text.data[len - 1] == '=';
    return text.len - len > own + (empty && seen->spaced ? 1 : 0);
}

/* A separator before a type that is padded, or before what may be a type. */
static void see_separator(struct cm_dn_evidence *seen, struct certmap_view text, size_t offset) {
    const size_t next = offset + 1 + count_blanks(from(text, offset + 1));
    seen->mixed = seen->mixed || (!seen->spaced && cm_dn_is_known_type(text, next, true)) ||
                  (seen->aligned && cm_dn_is_known_type(text, next, false));
    const enum cm_dn_type type = cm_dn_type_at(text, next, seen->spaced);
    seen->unknown_type = seen->unknown_type || type == CM_DN_TYPE_UNKNOWN;
    seen->wide =
        seen->wide || (type != CM_DN_TYPE_NONE && has_wide_end(seen, cm_view(text.data, offset), text.data[offset]));
    seen->tight_comma =
        seen->tight_comma || (text.data[offset] != '+' && next == offset + 1 && type != CM_DN_TYPE_NONE);
}

/* + before a type, with nothing in between or with spaces. */
static void see_plus(struct cm_dn_evidence *seen, struct certmap_view text, size_t offset) {
    const size_t next = offset + 1 + count_blanks(from(text, offset + 1));
    const bool tight = offset > 0 && text.data[offset - 1] != ' ';
    const bool type = cm_dn_type_at(text, next, seen->spaced) != CM_DN_TYPE_NONE;
    seen->tight_plus = seen->tight_plus || (tight && cm_dn_is_known_type(text, offset + 1, seen->spaced));
    seen->plus_type = seen->plus_type || type;
}

/* Whether a value in hexadecimal is here: # and pairs of digits up to a separator. */
static bool is_dump(struct certmap_view value) {
    size_t len = 1;
    while (len < value.len && cm_hex_value(value.data[len]) < 16)
        len++;
    return value.len > 0 && value.data[0] == '#' && len % 2 == 1 &&
           (len == value.len || strchr(",;+ \r\n/", value.data[len]) != NULL);
}

/* Whether a value ends here: the text does, or a separator before a type is here. */
static bool ends_value(struct certmap_view text, bool spaced) {
    size_t next = count_blanks(text);
    if (next == text.len)
        return true;
    if (strchr(",;+\r\n", text.data[next]) == NULL)
        return false;
    next++;
    return cm_dn_type_at(text, next + count_spaces(from(text, next)), spaced) != CM_DN_TYPE_NONE;
}

/* How long a value in quotes is that begins here, with its quotes; 0 if it does not end before a separator. */
static size_t quoted_length(struct certmap_view text, bool spaced) {
    size_t len = 1;
    while (len < text.len && text.data[len] != '"')
        len += text.data[len] == '\\' ? 2 : 1;
    return len < text.len && ends_value(from(text, len + 1), spaced) ? len + 1 : 0;
}

/* = before a value, or in one: before a type of string as `UTF8STRING:` (ASN1_STRFLGS_SHOW_TYPE), # or a quote. Returns
 * how much is passed over: nothing counts inside quotes. */
static size_t see_value(struct cm_dn_evidence *seen, struct certmap_view rest) {
    const char *const word = "STRING:";
    const size_t blanks = count_blanks(from(rest, 1));
    const struct certmap_view value = from(rest, 1 + blanks);
    size_t len = 0;
    const bool dump = is_dump(value);
    seen->wide = seen->wide || blanks > (seen->spaced ? 1 : 0);
    seen->dumps = seen->dumps || dump;
    seen->texts = seen->texts || !dump;
    seen->quote_first = seen->quote_first || (value.len > 0 && value.data[0] == '"');
    while (len < value.len && len < MAX_STRING_TYPE &&
           (is_upper_hex(value.data[len]) || (value.data[len] >= 'A' && value.data[len] <= 'Z')))
        len++;
    const size_t tail = strlen(word);
    if (len + 1 > tail && len < value.len && memcmp(value.data + (len + 1 - tail), word, tail) == 0)
        seen->string_types = true;
    const size_t quoted = value.len > 0 && value.data[0] == '"' ? quoted_length(value, seen->spaced) : 0;
    seen->escapes = seen->escapes || quoted > 0;
    return rest.len - value.len + quoted;
}

static bool is_after_backslash(struct certmap_view text, size_t offset) {
    return offset > 0 && text.data[offset - 1] == '\\';
}

/* What a byte shows, with those after it. Returns how many of them are passed over. */
static size_t see_byte(struct cm_dn_evidence *seen, struct certmap_view text, size_t offset) {
    const struct certmap_view rest = from(text, offset);
    switch (rest.data[0]) {
    case '\\':
        see_backslash(seen, rest);
        return rest.len > 1 ? 2 : 1;
    case '\r':
    case '\n':
        return see_line_end(seen, text, offset);
    case '/':
        seen->cut_slash = seen->cut_slash || is_after_backslash(text, offset);
        see_slash(seen, text, offset);
        break;
    case '+':
        seen->cut_slash = seen->cut_slash || is_after_backslash(text, offset);
        see_plus(seen, text, offset);
        see_separator(seen, text, offset);
        break;
    case ',':
    case ';':
        see_separator(seen, text, offset);
        break;
    case '=':
        return see_value(seen, rest);
    }
    return 1;
}

static void see_bytes(struct cm_dn_evidence *seen, struct certmap_view text) {
    for (size_t i = 0; i < text.len;)
        i += see_byte(seen, text, i);
}

/* Blanks at the ends of lines and of the text. */
static void see_blank_ends(struct cm_dn_evidence *seen, struct certmap_view text) {
    for (size_t i = 1; i <= text.len; i++) {
        const bool end = i == text.len || text.data[i] == '\r' || text.data[i] == '\n';
        const uint8_t before = i > 1 ? text.data[i - 2] : 0;
        if (end && (text.data[i - 1] == ' ' || text.data[i - 1] == '\t') && before != '\\' &&
            !(before == '=' && seen->spaced))
            seen->ends_in_blank = true;
    }
}

/* How the first type is followed by its =. */
static void see_first_type(struct cm_dn_evidence *seen, struct certmap_view text) {
    size_t end = 0, spaces;
    while (end < text.len && !is_space(text.data[end]) && text.data[end] != '=')
        end++;
    spaces = count_spaces(from(text, end));
    if (end + spaces == text.len || text.data[end + spaces] != '=')
        return;
    seen->spaced = spaces > 0;
    seen->aligned = spaces > 1;
    seen->padded = spaces > 1;
}

/* Types as only Java writes them. */
static bool is_java(struct certmap_view text) {
    static const char *const words[] = {"EMAILADDRESS=", "SURNAME=", "GIVENNAME=", "DNQUALIFIER="};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t len = strlen(words[i]);
        for (size_t at = 0; at + len <= text.len; at++)
            if (memcmp(text.data + at, words[i], len) == 0 && (at == 0 || text.data[at - 1] == ' '))
                return true;
    }
    return false;
}

/* ---- The order of types ---- */

/* How near to the root a type usually is: 0 is the root. */
static int depth_of(struct certmap_view type) {
    static const struct {
        const char *name;
        int depth;
    } depths[] = {{"C", 0}, {"DC", 0}, {"S", 1}, {"L", 2}, {"STREET", 2}, {"O", 3}, {"OU", 4}};
    const size_t row = cm_attr_by_name(type);
    for (size_t i = 0; row < CM_ATTR_COUNT && i < sizeof depths / sizeof *depths; i++)
        if (strcmp(cm_attr_row(row)->name, depths[i].name) == 0)
            return depths[i].depth;
    return 5;
}

static int last_depth(const struct cm_dn_evidence *seen) {
    return depth_of(seen->last_line.data != NULL ? seen->last_line : seen->last);
}

/* Whether C or DC is first, and neither is last. */
static bool begins_at_root(const struct cm_dn_evidence *seen) {
    return depth_of(seen->first) == 0 && last_depth(seen) > 0;
}

/* Whether C or DC is last, and neither is first. */
static bool ends_at_root(const struct cm_dn_evidence *seen) {
    return last_depth(seen) == 0 && depth_of(seen->first) > 0;
}

/* Whether this is what OpenSSL prints by default since 3.2. */
static bool is_by_default(const struct cm_dn_evidence *seen) {
    const bool one_line = !seen->lines && !seen->below_label;
    return seen->label == CM_DN_LABEL_OPENSSL && one_line && !seen->spaced && !seen->windows && !seen->tight_comma &&
           !seen->java && depth_of(seen->first) < depth_of(seen->last);
}

/* ---- All of it ---- */

void cm_dn_see(struct cm_dn_evidence *seen, struct certmap_view text) {
    *seen = (struct cm_dn_evidence){.label = CM_DN_LABEL_NONE};
    if (text.data == NULL)
        return;
    const size_t before = count_spaces(text);
    const size_t end = before + label_length(from(text, before), &seen->label);
    seen->space_after_label = end < text.len && text.data[end] == ' ';
    seen->text = certmap_name_bare(text);
    for (const uint8_t *c = text.data + end; c < seen->text.data; c++)
        seen->below_label = seen->below_label || *c == '\n';
    seen->lf = seen->below_label && text.data[end] != '\r';
    seen->crlf = seen->below_label && text.data[end] == '\r';
    seen->ends_in_cr = text.len > 0 && text.data[text.len - 1] == '\r';
    const struct certmap_view trimmed = trim(seen->text);
    see_first_type(seen, trimmed);
    see_bytes(seen, seen->text);
    see_blank_ends(seen, seen->text);
    see_types(seen, trimmed);
    seen->java = seen->label == CM_DN_LABEL_KEYTOOL || is_java(trimmed);
    seen->by_default = is_by_default(seen);
}

/* ---- Which dialects ---- */

static void add(struct cm_dn_dialects *list, enum certmap_dialect dialect) {
    list->dialects[list->count++] = dialect;
}

/* A text that begins with a slash. Up to OpenSSL 1.0 a space is before it after subject=. */
static void list_slashes(struct cm_dn_dialects *list, const struct cm_dn_evidence *seen) {
    const bool old = seen->label == CM_DN_LABEL_OPENSSL && seen->space_after_label;
    if (!old)
        add(list, CERTMAP_DIALECT_SLASHES);
    if (old || seen->escaped || seen->plus_type)
        add(list, CERTMAP_DIALECT_SLASHES_PLAIN);
}

/* One attribute to a line. Only `multiline` pads types, and only Windows ends lines in CR LF without a label. */
static void list_lines(struct cm_dn_dialects *list, const struct cm_dn_evidence *seen) {
    const bool openssl = seen->label == CM_DN_LABEL_OPENSSL || seen->padded;
    const bool windows = seen->crlf && !openssl;
    if (!windows)
        add(list, CERTMAP_DIALECT_MULTILINE);
    if (!openssl)
        add(list, CERTMAP_DIALECT_WINDOWS);
    if (windows && begins_at_root(seen))
        add(list, CERTMAP_DIALECT_WINDOWS_REVERSED);
    if (!windows && (!seen->padded || ends_at_root(seen)))
        add(list, CERTMAP_DIALECT_MULTILINE_REVERSED);
}

/* type = value, ... on one line: the root is first if a space follows the commas and the types may be so. */
static void list_spaced(struct cm_dn_dialects *list, const struct cm_dn_evidence *seen) {
    const bool bare = seen->label == CM_DN_LABEL_NONE;
    if ((seen->padded && bare) || seen->below_label)
        add(list, CERTMAP_DIALECT_MULTILINE);
    if (seen->doubled && bare)
        add(list, CERTMAP_DIALECT_WINDOWS);
    add(list, CERTMAP_DIALECT_OPENSSL);
    const bool either_way = seen->tight_comma || ends_at_root(seen);
    if (either_way)
        add(list, CERTMAP_DIALECT_OPENSSL_REVERSED);
    list->plain = true;
    list->plain_reversed = either_way;
}

/* TYPE=value, ... on one line. The order in which the types are says only what is likely. */
static void list_either_way(struct cm_dn_dialects *list, const struct cm_dn_evidence *seen) {
    const int first = depth_of(seen->first), last = depth_of(seen->last);
    const bool may_be_windows =
        seen->label == CM_DN_LABEL_NONE || (seen->label == CM_DN_LABEL_HEADING && seen->below_label);
    const bool like_windows = may_be_windows && (seen->windows || seen->doubled || !seen->backslash);
    const bool windows = first > last || (first == last && like_windows);
    if (windows && may_be_windows)
        add(list, CERTMAP_DIALECT_WINDOWS);
    if (windows)
        add(list, CERTMAP_DIALECT_OPENSSL_REVERSED);
    add(list, CERTMAP_DIALECT_OPENSSL);
    if (may_be_windows)
        add(list, CERTMAP_DIALECT_WINDOWS_REVERSED);
    if (!windows)
        add(list, CERTMAP_DIALECT_OPENSSL_REVERSED);
    if (!windows && may_be_windows)
        add(list, CERTMAP_DIALECT_WINDOWS);
    list->plain = list->plain_reversed = true;
}

void cm_dn_list(struct cm_dn_dialects *list, const struct cm_dn_evidence *seen) {
    const struct certmap_view text = trim(seen->text);
    size_t len;
    *list = (struct cm_dn_dialects){.count = 0};
    if (text.len > 0 && text.data[0] == '/') {
        list_slashes(list, seen);
    } else if (seen->lines || (seen->below_label && (seen->label == CM_DN_LABEL_OPENSSL || seen->padded))) {
        list_lines(list, seen);
    } else if (seen->label == CM_DN_LABEL_NONE &&
               certmap_name_from_text(NULL, 0, &len, seen->text, NULL) == CERTMAP_ERROR_BUFFER) {
        add(list, CERTMAP_DIALECT_RFC4514);
        list->plain = true;
    } else if (seen->spaced) {
        list_spaced(list, seen);
    } else if (seen->java) {
        add(list, CERTMAP_DIALECT_OPENSSL_REVERSED);
    } else if (seen->by_default) {
        add(list, CERTMAP_DIALECT_OPENSSL);
        list->plain = list->plain_reversed = true;
    } else {
        if (seen->label == CM_DN_LABEL_NONE && !seen->spaces && !seen->quoted && !seen->windows)
            add(list, CERTMAP_DIALECT_RFC4514);
        list_either_way(list, seen);
    }
}

enum certmap_dialect certmap_dialect_guess(struct certmap_view text) {
    struct cm_dn_evidence seen;
    struct cm_dn_dialects list;
    cm_dn_see(&seen, text);
    if (seen.text.data == NULL)
        return CERTMAP_DIALECT_RFC4514;
    cm_dn_list(&list, &seen);
    return list.dialects[0];
}
