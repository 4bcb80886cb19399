/* SPDX-License-Identifier: MIT */
/* Criteria that were cut out of a printed Name, by hand or by a script that cuts at commas, mostly. IIS compares what
 * is there with the value of one subfield, and knows neither quotes nor escapes. */
#include "doubt.h"
#include "certmap/names.h"
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static bool is_one_of(uint8_t c, const char *set) {
    return c != 0 && strchr(set, c) != NULL;
}

static bool is_lower(uint8_t c) {
    return c >= 'a' && c <= 'z';
}

static bool is_upper(uint8_t c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(uint8_t c) {
    return is_lower(c) || is_upper(c);
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool starts_with(struct certmap_view text, const char *start) {
    return text.len >= strlen(start) && memcmp(text.data, start, strlen(start)) == 0;
}

static struct certmap_view after(struct certmap_view text, size_t len) {
    return (struct certmap_view){text.data + len, text.len - len};
}

/* ---- a character that nobody sees ---- */

/* Direction marks, blanks without a width, the byte order mark, the soft hyphen: what copying from a window brings along.
 * U+200B to U+200F and U+202A to U+202E differ in their last byte. */
static bool is_invisible(const uint8_t *at, size_t len) {
    if (len >= 2 && at[0] == 0xC2 && at[1] == 0xAD)
        return true;
    if (len < 3)
        return false;
    if (at[0] == 0xE2 && at[1] == 0x80)
        return (at[2] >= 0x8B && at[2] <= 0x8F) || (at[2] >= 0xAA && at[2] <= 0xAE);
    return (at[0] == 0xE2 && at[1] == 0x81 && at[2] == 0xA0) || (at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF);
}

static bool has_invisible(struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++)
        if (is_invisible(text.data + i, text.len - i))
            return true;
    return false;
}

/* ---- blanks ---- */

static bool has_outer_blank(struct certmap_view text) {
    const struct certmap_view end = after(text, text.len - (text.len >= 2 ? 2 : text.len));
    return is_one_of(text.data[0], " \t\r\n") || is_one_of(text.data[text.len - 1], " \t\r\n") ||
           starts_with(text, "\xC2\xA0") || starts_with(end, "\xC2\xA0");
}

/* ---- quotes ---- */

static bool is_quoted(struct certmap_view text, const char *begin, const char *end) {
    const size_t length = strlen(begin) + strlen(end);
    return text.len > length && starts_with(text, begin) && starts_with(after(text, text.len - strlen(end)), end);
}

static bool stands_in_quotes(struct certmap_view text) {
    return is_quoted(text, "\"", "\"") || is_quoted(text, "'", "'") ||
           is_quoted(text, "\xE2\x80\x9C", "\xE2\x80\x9D") || is_quoted(text, "\xE2\x80\x9E", "\xE2\x80\x9C");
}

static bool has_half_quote(struct certmap_view text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '"';
    return count % 2 == 1 || (count > 0 && (text.data[0] == '"') != (text.data[text.len - 1] == '"') && count < 2);
}

/* ---- escapes ---- */

static bool is_escape(struct certmap_view text) {
    if (text.len < 2 || text.data[0] != '\\')
        return false;
    return is_one_of(text.data[1], ",+\"<>;=# ") || starts_with(text, "\\2C") || starts_with(text, "\\2c") ||
           starts_with(text, "\\20") || starts_with(text, "\\22");
}

static bool has_escape(struct certmap_view text) {
    for (; text.len > 0; text = after(text, 1))
        if (is_escape(text))
            return true;
    return false;
}

/* Written in XML twice: &amp;amp; is &amp; to IIS. */
static bool has_entity(struct certmap_view text) {
    static const char *const entities[] = {"&amp;", "&quot;", "&lt;", "&gt;", "&apos;"};
    for (; text.len > 0; text = after(text, 1))
        for (size_t i = 0; text.data[0] == '&' && i < COUNT(entities); i++)
            if (starts_with(text, entities[i]))
                return true;
    return false;
}

/* "#0C05..." is DER in hexadecimal digits, which printed Names have for types without a name. */
static bool is_hex_value(struct certmap_view text) {
    size_t i = 1;
    while (i < text.len && is_hex(text.data[i]))
        i++;
    return text.data[0] == '#' && i == text.len && text.len >= 5 && text.len % 2 == 1;
}

/* ---- Names ---- */

/* "CN=", "OID.2.5.4.3 = ": how long it is; 0 if none begins here. */
static size_t type_length(struct certmap_view text) {
    static const char *const types[] = {
        "CN",           "OU",       "O",       "L",         "S",           "ST", "C",   "DC",     "E",
        "Email",        "T",        "G",       "GN",        "SN",          "I",  "UID", "STREET", "title",
        "SERIALNUMBER", "initials", "surname", "givenName", "emailAddress"};
    size_t len = 0, end;
    while (len < text.len && len < 16 &&
           (is_letter(text.data[len]) || is_digit(text.data[len]) || text.data[len] == '.'))
        len++;
    for (end = len; end < text.len && text.data[end] == ' ';)
        end++;
    if (len == 0 || end == text.len || text.data[end] != '=')
        return 0;
    const struct certmap_view name = {text.data, len};
    for (size_t i = 0; i < COUNT(types); i++)
        if (certmap_text_same(name, (struct certmap_view){(const uint8_t *)types[i], strlen(types[i])}))
            return end + 1;
    return starts_with(text, "OID.") || starts_with(text, "2.5.4.") ? end + 1 : 0;
}

/* How many attributes of a Name are written there: at the start, and after what separates them. */
static size_t count_types(struct certmap_view text) {
    bool due = true;
    size_t count = 0;
    while (text.len > 0) {
        const size_t length = due ? type_length(text) : 0;
        count += length > 0;
        due = length == 0 && (is_one_of(text.data[0], ",;/+*\n") || (due && text.data[0] == ' '));
        text = after(text, length > 0 ? length : 1);
    }
    return count;
}

/* ---- a start that is cut off ---- */

static struct certmap_view take_word(struct certmap_view *text) {
    size_t len = 0;
    while (text->len > 0 && text->data[0] == ' ')
        *text = after(*text, 1);
    while (len < text->len && text->data[len] != ' ')
        len++;
    const struct certmap_view word = {text->data, len};
    *text = after(*text, len);
    return word;
}

/* Small words that names begin with: van Gogh. */
static bool is_particle(struct certmap_view word) {
    static const char *const particles[] = {"van", "von", "der", "den", "del", "della", "dos",
                                            "das", "bin", "ibn", "ten", "ter", "the"};
    for (size_t i = 0; i < COUNT(particles); i++)
        if (word.len == strlen(particles[i]) && starts_with(word, particles[i]))
            return true;
    return word.len < 3;
}

static bool is_all_lower(struct certmap_view word) {
    size_t i = 0;
    while (i < word.len && is_lower(word.data[i]))
        i++;
    return i == word.len;
}

/* "ontoso Issuing CA": PowerShell's TrimStart("CN=") takes the C of Contoso, too. All words but the first are
 * capitalised. */
static bool has_lost_start(struct certmap_view text) {
    struct certmap_view word = take_word(&text);
    size_t count = 0;
    if (is_particle(word) || !is_all_lower(word))
        return false;
    for (word = take_word(&text); word.len > 0; word = take_word(&text), count++)
        if (!is_upper(word.data[0]) && (count == 0 || !is_digit(word.data[0])))
            return false;
    return count > 0;
}

/* ---- criteria ---- */

#define AS_SHOWN "; certmap show --iis FILE prints rules for a certificate"

const char *cm_iis_doubt_criterion(struct certmap_view criterion) {
    if (criterion.len == 0)
        return NULL;
    const uint8_t first = criterion.data[0], last = criterion.data[criterion.len - 1];
    const size_t types = count_types(criterion);
    if (has_invisible(criterion))
        return "has an invisible character, which is compared, too: type it anew";
    if (types > 1)
        return "is a whole Name, which no single subfield holds: write a rule for each subfield" AS_SHOWN;
    if (types == 1)
        return "has the name of a subfield and = in it, which are no part of a value: leave them out";
    if (stands_in_quotes(criterion))
        return "is in quotes, which are compared, too: leave them out";
    if (has_half_quote(criterion))
        return "has a quote without its other half, as if cut out of a printed Name: write the whole value" AS_SHOWN;
    if (has_entity(criterion))
        return "has an XML escape in the value, for it was escaped twice: write & as &amp; once";
    if (has_outer_blank(criterion))
        return "begins or ends with a blank, which is compared, too: leave it out";
    if (has_escape(criterion))
        return "has the escape of a printed Name, and IIS knows none: leave the backslash out";
    if (last == '\\')
        return "ends in a backslash, as if a printed Name was cut at an escaped comma: write the whole value" AS_SHOWN;
    if (is_one_of(first, "=,;") || is_one_of(last, "=,;"))
        return "begins or ends with a separator of printed Names, as if cut out of one: write the value alone" AS_SHOWN;
    if (is_hex_value(criterion))
        return "is the hexadecimal form of printed Names, and IIS compares texts: write the text";
    if (has_lost_start(criterion))
        return "begins with a small letter where all else is capitalised: as if its start was cut off" AS_SHOWN;
    return NULL;
}

/* ---- certificates ---- */

#define BELONGS "; the certificate itself belongs here, as certmap show --iis FILE prints it"

/* The name of the algorithm that is written before many a digest: "sha256:", "SHA1 Fingerprint=", "0x". */
static struct certmap_view skip_algorithm(struct certmap_view text) {
    static const char *const names[] = {"sha-256", "sha256", "sha-1", "sha1", "md5", "0x"};
    const struct certmap_view whole = text;
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct certmap_view name = {(const uint8_t *)names[i], strlen(names[i])};
        if (text.len < name.len || !certmap_text_same((struct certmap_view){text.data, name.len}, name))
            continue;
        const struct certmap_view rest = after(text, name.len);
        const uint8_t *colon = memchr(rest.data, ':', rest.len), *equals = memchr(rest.data, '=', rest.len);
        const uint8_t *end = equals != NULL ? equals : colon;
        if (name.data[0] == '0')
            return rest;
        return end != NULL && end - rest.data < 16 ? after(rest, (size_t)(end - rest.data) + 1) : whole;
    }
    return whole;
}

/* Hexadecimal digits, whatever is between them as between those of a thumbprint; SIZE_MAX for any other text. */
static size_t count_hex(struct certmap_view whole) {
    const struct certmap_view text = skip_algorithm(whole);
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        if (is_hex(text.data[i]))
            count++;
        else if (!is_one_of(text.data[i], " :-\t\r\n") && text.data[i] < 0x80)
            return SIZE_MAX;
    return count;
}

static bool ends_with(struct certmap_view text, const char *end) {
    const size_t len = strlen(end);
    return text.len > len &&
           certmap_text_same(after(text, text.len - len), (struct certmap_view){(const uint8_t *)end, len});
}

static bool is_file_name(struct certmap_view text) {
    static const char *const ends[] = {".cer", ".crt", ".pem", ".der", ".pfx", ".p12", ".p7b", ".p7c", ".txt"};
    for (size_t i = 0; i < COUNT(ends); i++)
        if (ends_with(text, ends[i]))
            return true;
    return starts_with(text, "\\\\") || starts_with(text, "file:") || starts_with(text, "~/") ||
           starts_with(text, "./") ||
           (text.len > 2 && is_letter(text.data[0]) && text.data[1] == ':' && is_one_of(text.data[2], "\\/"));
}

static const char *name_hex(size_t digits, bool marked) {
    if (marked && (digits == 40 || digits == 64))
        return "looks like a thumbprint, with an invisible character that was copied with it" BELONGS;
    if (digits == 40)
        return "looks like a thumbprint (SHA-1)" BELONGS;
    if (digits == 64)
        return "looks like a thumbprint (SHA-256)" BELONGS;
    if (digits == 32 || digits == 96 || digits == 128)
        return "looks like a digest" BELONGS;
    return digits < 128 ? "looks like a serial number or a part of a thumbprint" BELONGS
                        : "is hexadecimal, and base64 belongs here, as certmap show --iis FILE prints it";
}

static bool has_byte(struct certmap_view text, const char *set) {
    for (size_t i = 0; i < text.len; i++)
        if (is_one_of(text.data[i], set))
            return true;
    return false;
}

static bool is_blank(struct certmap_view text) {
    size_t i = 0;
    while (i < text.len && is_one_of(text.data[i], " \t\r\n"))
        i++;
    return i == text.len;
}

/* %2B, %2F and %3D are what base64 has of URLs. */
static bool has_url_escape(struct certmap_view text) {
    for (; text.len >= 3; text = after(text, 1))
        if (text.data[0] == '%' && (text.data[1] == '2' || text.data[1] == '3') && is_one_of(text.data[2], "BbFfDd"))
            return true;
    return false;
}

/* "MIIB...", as people write what is too long to show. */
static bool is_shortened(struct certmap_view text) {
    for (; text.len >= 3; text = after(text, 1))
        if (starts_with(text, "...") || starts_with(text, "\xE2\x80\xA6"))
            return true;
    return false;
}

/* A name, an account, a word. No certificate has so few characters; M begins the base64 of every one. With padding it is
 * more likely base64 of something else. */
static bool is_short_text(struct certmap_view text) {
    size_t letters = 0;
    if (text.len % 4 == 0 && text.data[text.len - 1] == '=')
        return false;
    for (size_t i = 0; i < text.len; i++)
        letters += is_letter(text.data[i]);
    return text.data[0] != 'M' && letters >= 3 && text.len < 100;
}

const char *cm_iis_doubt_certificate(struct certmap_view text) {
    if (is_blank(text))
        return "is empty" BELONGS;
    const size_t digits = count_hex(text);
    if (digits != SIZE_MAX && digits >= 8)
        return name_hex(digits, has_invisible(text));
    if (starts_with(text, "LS0tLS1CRUdJTi"))
        return "is the base64 of a PEM file, which is base64 itself: what is between its lines belongs here";
    if (starts_with(text, "%") || starts_with(text, "-----BEGIN%20") || has_url_escape(text))
        return "is URL-encoded" BELONGS;
    if (starts_with(text, "TUlJ"))
        return "is base64 of base64" BELONGS;
    if (starts_with(text, "TQBJAEkA"))
        return "is base64 of base64 in UTF-16" BELONGS;
    if (is_file_name(text))
        return "looks like the name of a file" BELONGS;
    if (starts_with(text, "[enc:"))
        return "is encrypted, which only the IIS machine can undo" BELONGS;
    if (count_types(text) > 0 && !starts_with(text, "MII"))
        return "looks like a Name" BELONGS;
    if (starts_with(text, "MI") && has_byte(text, "-_"))
        return "is base64 of the kind for URLs: write + for - and / for _" BELONGS;
    if (has_invisible(text))
        return "has an invisible character: type it anew, or take it out" BELONGS;
    if (stands_in_quotes(text))
        return "is in quotes: leave them out";
    if (is_shortened(text))
        return "is cut short where ... is written" BELONGS;
    return is_short_text(text) ? "is a text, and far too short for a certificate" BELONGS : NULL;
}

const char *cm_iis_doubt_end(struct certmap_view text, size_t at) {
    if (!starts_with(text, "MI"))
        return NULL;
    if (at == text.len)
        return "is cut off, or characters are missing in it" BELONGS;
    return starts_with(after(text, at), "MI")
               ? "goes on after its padding with another one: each has a mapping of its own"
               : NULL;
}

/* The length that the outer element says it has, with its header; 0 if it is none. */
static size_t outer_length(struct certmap_view der) {
    size_t len, bytes = 0;
    if (der.len < 2 || der.data[0] != 0x30)
        return 0;
    if (der.data[1] < 0x80)
        return (size_t)der.data[1] + 2;
    bytes = der.data[1] & 0x7F;
    if (bytes == 0 || bytes > 3 || der.len < 2 + bytes)
        return 0;
    for (size_t i = len = 0; i < bytes; i++)
        len = len << 8 | der.data[2 + i];
    return len + 2 + bytes;
}

enum { INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, SEQUENCE = 0x30 };

/* The tag at an offset; 0 after the end. */
static uint8_t tag_at(struct certmap_view text, size_t at) {
    return at < text.len ? text.data[at] : 0;
}

/* Where the element at `at` ends; SIZE_MAX where its length cannot be read, or goes past the end. */
static size_t end_of(struct certmap_view text, size_t at) {
    size_t len = 0, bytes;
    if (text.len < 2 || at > text.len - 2)
        return SIZE_MAX;
    if (text.data[at + 1] < 0x80)
        return at + 2 + text.data[at + 1] <= text.len ? at + 2 + text.data[at + 1] : SIZE_MAX;
    bytes = text.data[at + 1] & 0x7F;
    if (bytes == 0 || bytes > 3 || at + 2 + bytes > text.len)
        return SIZE_MAX;
    for (size_t i = 0; i < bytes; i++)
        len = len << 8 | text.data[at + 2 + i];
    return len <= text.len - at - 2 - bytes ? at + 2 + bytes + len : SIZE_MAX;
}

static bool starts_with_version(struct certmap_view inside) {
    return inside.len > 3 && inside.data[0] == INTEGER && inside.data[1] == 1 && inside.data[2] <= 1;
}

/* A certificate begins with its version or serial number; a request with version 0, and its Name follows; a list with
 * an algorithm, or version 1 before it. */
static const char *name_signed(struct certmap_view inside) {
    const size_t header = inside.len > 1 && inside.data[1] >= 0x80 ? 2 + (size_t)(inside.data[1] & 0x7F) : 2;
    if (header >= inside.len)
        return NULL;
    const struct certmap_view body = after(inside, header);
    const bool version = starts_with_version(body);
    size_t at = version ? 3 : 0, end = end_of(body, at);
    const size_t third = end == SIZE_MAX || tag_at(body, at) != SEQUENCE ? SIZE_MAX : end;
    if (third == SIZE_MAX || tag_at(body, third) != SEQUENCE)
        return NULL;
    at = end_of(body, third);
    end = at == SIZE_MAX ? 0 : tag_at(body, at);
    if (version && body.data[2] == 0 && (end == 0xA0 || end == SEQUENCE))
        return "is a request for a certificate (PKCS #10)" BELONGS;
    return (end == 0x17 || end == 0x18) && (!version || body.data[2] == 1) ? "is a revocation list (CRL)" BELONGS
                                                                           : NULL;
}

/* The kinds that begin with a SEQUENCE, by what is in it: an INTEGER 0 or 1 and then a key; an algorithm and a BIT
 * STRING; a SEQUENCE that is the request or the list, then an algorithm. */
static const char *name_sequence(struct certmap_view inside) {
    const size_t first = end_of(inside, 0);
    const uint8_t next = first == SIZE_MAX ? 0 : tag_at(inside, first);
    if (starts_with_version(inside) && (next == INTEGER || next == SEQUENCE || next == OCTET_STRING))
        return "is a private key, which belongs on no server but its own" BELONGS;
    if (tag_at(inside, 0) == SEQUENCE && next == OCTET_STRING)
        return "is an encrypted private key" BELONGS;
    if (tag_at(inside, 0) == SEQUENCE && next == BIT_STRING)
        return "is a public key" BELONGS;
    if (tag_at(inside, 0) != SEQUENCE || next != SEQUENCE)
        return NULL;
    return name_signed(inside);
}

const char *cm_iis_doubt_der(struct certmap_view der) {
    static const uint8_t pkcs7[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07};
    static const uint8_t pkcs12[] = {0x02, 0x01, 0x03, 0x30};
    const size_t length = outer_length(der);
    const size_t header = der.len > 1 && der.data[1] >= 0x80 ? 2 + (size_t)(der.data[1] & 0x7F) : 2;
    if ((der.len == 16 || der.len == 20 || der.len == 32 || der.len == 48 || der.len == 64) && length != der.len)
        return "is as long as a digest: it looks like a thumbprint in base64" BELONGS;
    if (der.len > 0 && der.data[0] != SEQUENCE)
        return "is not one that any client can send: its beginning is missing, or it is something else" BELONGS;
    if (length == 0 || header > der.len)
        return der.len < 5 ? "is cut off: its end is missing" BELONGS : NULL;
    const struct certmap_view inside = after(der, header);
    if (inside.len > sizeof pkcs7 && memcmp(inside.data, pkcs7, sizeof pkcs7) == 0)
        return "is PKCS #7, a bundle" BELONGS;
    if (inside.len > sizeof pkcs12 && memcmp(inside.data, pkcs12, sizeof pkcs12) == 0)
        return "is PKCS #12, a bundle with a key" BELONGS;
    if (length > der.len)
        return "is cut off: its end is missing" BELONGS;
    return length < der.len ? "goes on after its end; one certificate belongs here" : name_sequence(inside);
}

/* ---- accounts ---- */

/* What follows a domain; a name with an at sign is a user principal name, in which more may be. */
static struct certmap_view user_part(struct certmap_view user) {
    for (size_t i = user.len; i > 0; i--)
        if (user.data[i - 1] == '\\')
            return after(user, i);
    return memchr(user.data, '@', user.len) != NULL ? (struct certmap_view){user.data, 0} : user;
}

/* Windows fills in nothing from a certificate: ${CN}, $(CN), %USERNAME% */
static bool has_placeholder(struct certmap_view user) {
    if (user.len > 2 && user.data[0] == '%' && user.data[user.len - 1] == '%')
        return true;
    for (; user.len > 2; user = after(user, 1))
        if (starts_with(user, "${") || starts_with(user, "$("))
            return true;
    return false;
}

const char *cm_iis_doubt_user(struct certmap_view user) {
    if (user.len == 0 || starts_with(user, "[enc:"))
        return NULL;
    const size_t digits = user.len == 40 || user.len == 64 ? count_hex(user) : 0;
    if (starts_with(user, "MI") && user.len >= 100)
        return "looks like a certificate; the name of an account belongs here";
    if (digits == user.len)
        return "looks like a thumbprint; the name of an account belongs here";
    if (count_types(user) > 0)
        return "looks like a Name; the name of an account belongs here";
    if (stands_in_quotes(user))
        return "is in quotes, which are a part of it: leave them out";
    if (has_outer_blank(user))
        return "begins or ends with a blank, which is a part of it: leave it out";
    if (has_placeholder(user))
        return "is taken as it is: nothing of the certificate is filled in";
    if (has_byte(user_part(user), "\"/[]:;|=,+*?<>"))
        return "has a character that no name of a Windows account has: \" / [ ] : ; | = , + * ? < or >";
    return NULL;
}
