/* SPDX-License-Identifier: MIT */
/* The public helpers about text: escaping, sameness without case, suggestions; names of codes;
 * versions. */
#include "base/unicode.h"
#include "base/view.h"
#include "certmap/build.h"
#include "certmap/names.h"
#include "support/der.h"
#include "support/run.h"
#include <stdio.h>

/* ---- certmap_text_escape; what is escaped is in test_out.c ---- */

T_TEST(escape) {
    char text[64];
    size_t len;
    ck_assert_int_eq(certmap_text_escape(text, sizeof text, &len, CM_VIEW("a\n\"b\"\\"), false, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, "a\\u{A}\"b\"\\\\");
    ck_assert_uint_eq(len, strlen(text));
    ck_assert_int_eq(certmap_text_escape(text, sizeof text, &len, CM_VIEW("a\n\"b\"\\"), true, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, "\"a\\u{A}\\\"b\\\"\\\\\"");
    ck_assert_uint_eq(len, strlen(text));
}

T_TEST(escape_nothing) {
    char text[3] = "??";
    size_t len = 7;
    ck_assert_int_eq(certmap_text_escape(text, sizeof text, &len, CM_VIEW_NONE, false, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(certmap_text_escape(text, sizeof text, &len, CM_VIEW_NONE, true, NULL), CERTMAP_OK);
    ck_assert_str_eq(text, "\"\"");
}

T_TEST(escape_measures) {
    size_t len = 0;
    struct certmap_diagnostic err;
    ck_assert_int_eq(certmap_text_escape(NULL, 0, &len, CM_VIEW("a\n"), true, &err), CERTMAP_ERROR_BUFFER);
    ck_assert_uint_eq(len, strlen("\"a\\u{A}\""));
    ck_assert_int_eq(err.code, CERTMAP_CODE_BUFFER_TOO_SMALL);
}

T_TEST(escape_in_a_buffer_too_small) {
    char text[8] = "???????";
    size_t len = 0;
    ck_assert_int_eq(certmap_text_escape(text, (size_t)_i, &len, CM_VIEW("a\nb"), false, NULL),
                     _i == 8 ? CERTMAP_OK : CERTMAP_ERROR_BUFFER);
    ck_assert_str_eq(text, _i == 8 ? "a\\u{A}b" : "");
    ck_assert_uint_eq(len, 7);
}

static const struct {
    const char *what;
    bool text, len;
    struct certmap_view view;
} null_arguments[] = {
    {"no text", false, true, CM_VIEW_OF("a")},
    {"no length", true, false, CM_VIEW_OF("a")},
    {"no bytes", true, true, {NULL, 1}},
};

T_TEST(escape_without_an_argument) {
    char text[8] = "";
    size_t len = 9;
    struct certmap_diagnostic err;
    ck_assert_msg(certmap_text_escape(null_arguments[_i].text ? text : NULL, sizeof text,
                                      null_arguments[_i].len ? &len : NULL, null_arguments[_i].view, false,
                                      &err) == CERTMAP_ERROR_ARGUMENT,
                  "%s", null_arguments[_i].what);
    ck_assert_int_eq(err.status, CERTMAP_ERROR_ARGUMENT);
    ck_assert_int_eq(err.code, CERTMAP_CODE_ARGUMENT);
    ck_assert_uint_eq(len, 9);
}

/* ---- certmap_text_same ---- */

static const struct {
    struct certmap_view a, b;
    bool same;
} pairs[] = {
    {CM_VIEW_OF(""), CM_VIEW_OF(""), true},
    {{NULL, 0}, CM_VIEW_OF(""), true},
    {CM_VIEW_OF("a"), CM_VIEW_OF(""), false},
    {CM_VIEW_OF("Default Web Site"), CM_VIEW_OF("DEFAULT WEB SITE"), true},
    {CM_VIEW_OF("Default Web Site"), CM_VIEW_OF("Default Web Site "), false},
    {CM_VIEW_OF("Default"), CM_VIEW_OF("Default Web Site"), false},
    {CM_VIEW_OF("a"), CM_VIEW_OF("b"), false},
    {CM_VIEW_OF("[@`{"), CM_VIEW_OF("{`@["), false},
    {CM_VIEW_OF("Z\xC3\xBCrich"), CM_VIEW_OF("Z\xC3\x9CRICH"), true},
    {CM_VIEW_OF("\xCE\xA3\xCE\xA3"), CM_VIEW_OF("\xCF\x83\xCF\x82"), true},
    {CM_VIEW_OF("\xE2\x84\xAA"), CM_VIEW_OF("k"), true},
    {CM_VIEW_OF("i"), CM_VIEW_OF("I"), true},
    {CM_VIEW_OF("\xC4\xB0"), CM_VIEW_OF("i"), false},
    {CM_VIEW_OF("\xC4\xB1"), CM_VIEW_OF("I"), false},
    {CM_VIEW_OF("stra\xC3\x9F"
                "e"),
     CM_VIEW_OF("STRASSE"), false},
    {CM_VIEW_OF("\xC3\xA9"), CM_VIEW_OF("e\xCC\x81"), false}, /* no normalisation */
    {CM_VIEW_OF("a\0b"), CM_VIEW_OF("A\0B"), true},
    {CM_VIEW_OF("a\0b"), CM_VIEW_OF("a\0c"), false},
    /* bytes that are not UTF-8 */
    {CM_VIEW_OF("\xE9"), CM_VIEW_OF("\xE9"), true},
    {CM_VIEW_OF("\xE9"), CM_VIEW_OF("\xC9"), false},
    {CM_VIEW_OF("\xE9"), CM_VIEW_OF("\xC3\xA9"), false},
    {CM_VIEW_OF("a\xFF"), CM_VIEW_OF("A\xFF"), true},
    {CM_VIEW_OF("a\xFF"), CM_VIEW_OF("A\xFE"), false},
    {CM_VIEW_OF("\xC3"), CM_VIEW_OF("\xC3\xA9"), false},
    {CM_VIEW_OF("\xC0\x80"), CM_VIEW_OF("\0"), false},
};

T_TEST(same) {
    ck_assert_msg(certmap_text_same(pairs[_i].a, pairs[_i].b) == pairs[_i].same, "row %d", _i);
    ck_assert_msg(certmap_text_same(pairs[_i].b, pairs[_i].a) == pairs[_i].same, "row %d, exchanged", _i);
}

/* What texts are made of: each row is characters of one folded form, of one byte and of more. */
static const char *const alike[][3] = {
    {"k", "K", "\xE2\x84\xAA"},
    {"s", "S", "\xC5\xBF"},
    {"\xC3\xA9", "\xC3\x89", "\xC3\xA9"},
    {"7", "7", "7"},
    {"`", "`", "`"},
    {"@", "@", "@"},
    {"\xFF", "\xFF", "\xFF"},
    {"\xC3", "\xC3", "\xC3"},
    {"\xF0\x90\x90\x80", "\xF0\x90\x90\xA8", "\xF0\x90\x90\x80"},
};

/* Twenty characters of ASCII, in which there are others at two places: `at` and some way behind. */
static struct certmap_view put_alike(char text[80], size_t row, size_t variant, size_t at, size_t distance) {
    size_t len = 0;
    for (size_t i = 0; i < 20; i++) {
        const char *put = i % (variant + 2) == 0 ? "a" : variant == 0 ? "A" : "a";
        if (i == at || i == at + distance)
            put = alike[row][variant];
        memcpy(text + len, put, strlen(put));
        len += strlen(put);
    }
    return cm_view(text, len);
}

/* A row's characters are the same, and have the same hash, at any place and as neighbours, with any number of bytes
 * before them; one of another row is another text. */
T_TEST(same_at_every_place) {
    const size_t row = (size_t)_i, rows = sizeof alike / sizeof *alike;
    char text[4][80];
    for (size_t at = 0; at < 20; at++)
        for (size_t distance = 1; distance < 10; distance++) {
            const struct certmap_view one = put_alike(text[0], row, 0, at, distance);
            for (size_t variant = 1; variant < 3; variant++) {
                const struct certmap_view other = put_alike(text[variant], row, variant, at, distance);
                ck_assert_msg(certmap_text_same(one, other), "row %zu at %zu and %zu", row, at, at + distance);
                ck_assert_msg(certmap_text_hash(7, one) == certmap_text_hash(7, other), "row %zu at %zu and %zu", row,
                              at, at + distance);
            }
            const struct certmap_view different = put_alike(text[3], (row + 1) % rows, 0, at, distance);
            ck_assert_msg(!certmap_text_same(one, different), "row %zu at %zu and %zu", row, at, at + distance);
            ck_assert(certmap_text_hash(7, one) != certmap_text_hash(7, different));
        }
}

/* Texts that are one text up to the end of the shorter one. */
T_TEST(same_only_with_the_same_length) {
    static const char text[] = "Contoso Client Services\xC3\xA9";
    for (size_t len = 0; len < sizeof text; len++)
        for (size_t other = 0; other < sizeof text; other++) {
            ck_assert(certmap_text_same(cm_view(text, len), cm_view(text, other)) == (len == other));
            ck_assert((certmap_text_hash(7, cm_view(text, len)) == certmap_text_hash(7, cm_view(text, other))) ==
                      (len == other));
        }
}

/* ---- certmap_text_nearest ---- */

#define TEN "0123456789"
#define SIXTY_FOUR TEN TEN TEN TEN TEN TEN "0123"

static const char *const subfields[] = {"CN", "OU", "O", "C", "emailAddress", "", SIXTY_FOUR, SIXTY_FOUR "4"};
static const char *const words[] = {"Allow", "Deny", "alow", "certificateField", "certificateSubField"};

static const struct {
    const char *word;
    const char *const *candidates;
    int count;
    const char *nearest; /* NULL: none */
} suggestions[] = {
    /* the same but for case */
    {"CN", subfields, 8, "CN"},
    {"cn", subfields, 8, "CN"},
    {"o", subfields, 8, "O"},
    {"EMAILADDRESS", subfields, 8, "emailAddress"},
    /* one or a few letters off */
    {"CNN", subfields, 8, "CN"},
    {"CM", subfields, 8, "CN"},
    {"NC", subfields, 8, "CN"},
    {"emailAdress", subfields, 8, "emailAddress"},
    {"emailAddresss", subfields, 8, "emailAddress"},
    {"emailAddrses", subfields, 8, "emailAddress"},
    {"eMaIlXdDrEsS", subfields, 8, "emailAddress"},
    {"mailAdres", subfields, 8, "emailAddress"},
    {"certificateSubfeild", words, 5, "certificateSubField"},
    {"certificatefield", words, 5, "certificateField"},
    /* the best, and of equals the first */
    {"alow", words, 5, "alow"},
    {"allwo", words, 5, "Allow"},
    {"den", words, 5, "Deny"},
    {"QU", subfields, 8, "OU"},
    /* too far */
    {"telephone", subfields, 8, NULL},
    {"X", subfields, 8, NULL},
    {"XY", subfields, 8, NULL},
    {"Z", words, 5, NULL},
    {"permission", words, 5, NULL},
    {"", subfields, 8, NULL},
    {"CN", subfields, 0, NULL},
    /* up to 64 bytes */
    {SIXTY_FOUR, subfields, 8, SIXTY_FOUR},
    {TEN TEN TEN TEN TEN TEN "012", subfields, 8, SIXTY_FOUR},
    {SIXTY_FOUR "4", subfields, 8, NULL},
    {SIXTY_FOUR "45", subfields, 8, NULL},
};

T_TEST(nearest) {
    struct certmap_view candidates[8] = {{NULL, 0}};
    for (int i = 0; i < suggestions[_i].count; i++)
        candidates[i] = t_text(suggestions[_i].candidates[i]);
    const size_t found = certmap_text_nearest(t_text(suggestions[_i].word), candidates, (size_t)suggestions[_i].count);
    if (suggestions[_i].nearest == NULL) {
        ck_assert_msg(found == SIZE_MAX, "\"%s\" is like %zu", suggestions[_i].word, found);
        return;
    }
    ck_assert_msg(found < (size_t)suggestions[_i].count, "\"%s\" is like nothing", suggestions[_i].word);
    ck_assert_str_eq(suggestions[_i].candidates[found], suggestions[_i].nearest);
}

T_TEST(nearest_among_nothing) {
    ck_assert_uint_eq(certmap_text_nearest(CM_VIEW("CN"), NULL, 0), SIZE_MAX);
    ck_assert_uint_eq(certmap_text_nearest(CM_VIEW_NONE, NULL, 0), SIZE_MAX);
}

/* ---- names of codes ---- */

/* A name is permanent, so each is here a second time. */
static const struct {
    enum certmap_code code;
    const char *name;
} code_names[] = {
    {0, ""},
    {100, "no-match"},
    {101, "disabled"},
    {102, "unreadable"},
    {103, "empty-rules"},
    {104, "ambiguous"},
    {105, "too-many-outputs"},
    {120, "value-type"},
    {121, "value-encoding"},
    {122, "value-ambiguous"},
    {123, "value-nul"},
    {124, "value-too-long"},
    {125, "not-supplied"},
    {126, "steps"},
    {127, "malformed-piece"},
    {128, "duplicate-extension"},
    {140, "placeholder-no-value"},
    {141, "placeholder-several-values"},
    {142, "placeholder-unreadable"},
    {143, "placeholder-empty"},
    {144, "placeholder-character"},
    {145, "placeholder-too-long"},
    {146, "placeholder-user-name"},
    {200, "argument"},
    {201, "memory"},
    {202, "buffer-too-small"},
    {203, "cancelled"},
    {204, "memory-limit"},
    {210, "no-certificate"},
    {211, "not-verified"},
    {212, "handshake-unfinished"},
    {213, "certificate-withheld"},
    {300, "malformed-der"},
    {301, "malformed-certificate"},
    {302, "malformed-name"},
    {303, "malformed-oid"},
    {304, "empty-rdn"},
    {305, "name-too-large"},
    {306, "library-refused"},
    {307, "not-a-certificate"},
    {308, "cannot-read"},
    {309, "being-written"},
    {310, "encoded-certificate"},
    {311, "swapped-files"},
    {312, "not-rules"},
    {400, "dn-syntax"},
    {401, "dn-attribute"},
    {402, "dn-escape"},
    {403, "dn-hex"},
    {404, "dn-ambiguous"},
    {405, "dn-empty"},
    {406, "dn-string-type"},
    {500, "syntax"},
    {501, "unknown-subfield"},
    {502, "unknown-field"},
    {503, "unterminated-string"},
    {504, "bad-escape"},
    {505, "bad-utf8"},
    {506, "mixed-and-or"},
    {507, "duplicate-mapping"},
    {508, "no-mappings"},
    {509, "missing-version"},
    {510, "unsupported-version"},
    {511, "nesting"},
    {512, "text-too-long"},
    {513, "too-many"},
    {514, "missing-when"},
    {515, "missing-decision"},
    {516, "empty-name"},
    {517, "bad-account"},
    {518, "nul"},
    {519, "rules-too-large"},
    {520, "control-character"},
    {521, "empty-list"},
    {522, "bad-oid"},
    {523, "bad-operand"},
    {524, "bad-operator"},
    {525, "bad-template"},
    {526, "misplaced-placeholder"},
    {527, "unknown-filter"},
    {528, "unknown-policy"},
    {529, "unknown-issuers"},
    {530, "duplicate-issuers"},
    {531, "bad-digest"},
    {532, "no-loader"},
    {533, "issuer-file"},
    {534, "duplicate-output"},
    {540, "bad-regex"},
    {541, "regex-too-large"},
    {600, "allows-everyone"},
    {601, "unreachable-mapping"},
    {602, "literal-wildcard"},
    {603, "literal-class"},
    {604, "root-first-name"},
    {605, "plain-structure"},
    {606, "refusal-by-digest"},
    {608, "over-budget"},
    {609, "placeholder-other-part"},
    {610, "shadowed"},
    {611, "shadowed-by-several"},
    {612, "duplicate-condition"},
    {613, "dead-deny"},
    {614, "never-true"},
    {615, "decides-only-unreadable"},
    {616, "late-deny"},
    {617, "makes-no-difference"},
    {620, "redundant-condition"},
    {621, "redundant-operand"},
    {622, "never-true-condition"},
    {623, "always-true-condition"},
    {624, "allow-by-absence"},
    {630, "no-issuer"},
    {631, "issuer-by-name"},
    {632, "serial-without-issuer"},
    {633, "single-field"},
    {634, "common-name-only"},
    {635, "weak-mapping"},
    {640, "open-pattern"},
    {641, "domain-boundary"},
    {642, "wide-pattern"},
    {643, "no-wildcard"},
    {650, "confusable"},
    {651, "edge-space"},
    {652, "invisible-character"},
    {653, "near-miss"},
    {660, "certificate-chooses-account"},
    {661, "placeholder-can-be-privileged"},
    {662, "placeholder-other-value"},
    {663, "privileged-account"},
    {665, "same-account"},
    {670, "ambiguous-pair"},
    {671, "never-wins"},
    {672, "tie"},
    {680, "unused-mapping"},
    {681, "unseen-value"},
    {682, "unseen-field"},
    {683, "unmapped-certificates"},
    {690, "unused-suppression"},
    {691, "suppression-without-reason"},
    {692, "not-decided"},
    {695, "same-certificate"},
    {696, "not-separable"},
    {700, "xml"},
    {701, "dtd"},
    {702, "encoding"},
    {703, "not-iis"},
    {704, "unknown-element"},
    {705, "unknown-attribute"},
    {706, "missing-attribute"},
    {707, "bad-boolean"},
    {708, "bad-enum"},
    {709, "missing-user-name"},
    {710, "duplicate-rule"},
    {711, "duplicate-certificate"},
    {712, "bad-base64"},
    {713, "config-source"},
    {714, "encrypted-section"},
    {715, "unknown-site"},
    {716, "duplicate-section"},
    {717, "unexpected-text"},
    {718, "nested-location"},
    {719, "section-disabled"},
    {720, "other-sites"},
    {721, "no-section"},
    {722, "encrypted-value"},
    {723, "useless-certificate"},
    {724, "misplaced-mappings"},
    {725, "misspelt-section"},
    {726, "doubtful-criterion"},
    {727, "unknown-application"},
    {728, "relative-location"},
    {729, "location-path"},
    {730, "module-not-installed"},
    {731, "module-not-enabled"},
    {732, "mappings-disabled"},
    {733, "ssl-not-required"},
    {734, "certificate-not-required"},
    {735, "other-authentication"},
    {736, "directory-mapping"},
    {737, "no-https-binding"},
    {738, "tls13-enabled"},
    {739, "clear-password"},
    {740, "setup-value"},
    {741, "setup-not-shown"},
    {742, "rules-disabled"},
};

T_TEST(names_of_codes) {
    const char *name = certmap_code_name(code_names[_i].code);
    ck_assert_msg(name != NULL && strcmp(name, code_names[_i].name) == 0, "%d is \"%s\", not \"%s\"",
                  (int)code_names[_i].code, name == NULL ? "(none)" : name, code_names[_i].name);
}

T_TEST(no_other_number_is_a_code) {
    int named = 0;
    for (int number = -10; number < 2000; number++)
        named += certmap_code_name((enum certmap_code)number) != NULL;
    ck_assert_int_eq(named, COUNT(code_names));
    ck_assert_ptr_null(certmap_code_name((enum certmap_code)1));
}

T_TEST(names_are_used_once) {
    for (int i = 0; i < COUNT(code_names); i++)
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(certmap_code_name(code_names[i].code), certmap_code_name(code_names[k].code));
}

T_TEST(zero_is_harmless) {
    ck_assert_int_eq(CERTMAP_OK, 0);
    ck_assert_int_eq(CERTMAP_NONE, 0);
    ck_assert_int_eq(CERTMAP_CODE_NONE, 0);
}

/* ---- versions ---- */

static void check_version(const char *version) {
    int parts[3], end = 0;
    ck_assert_int_eq(sscanf(version, "%d.%d.%d%n", &parts[0], &parts[1], &parts[2], &end), 3);
    ck_assert_uint_eq((size_t)end, strlen(version));
}

T_TEST(versions) {
    check_version(certmap_version());
    check_version(certmap_unicode_version());
}

/* Whatever two code points certmap_text_same takes for one has one hash. */
T_TEST(hash_is_the_same_without_case) {
    for (uint32_t cp = 1; cp < 0x110000; cp++) {
        uint8_t plain[4], folded[4];
        if (cp >= 0xD800 && cp < 0xE000)
            continue;
        struct certmap_view a = {plain, cm_utf8_encode(plain, cp)};
        struct certmap_view b = {folded, cm_utf8_encode(folded, cm_fold(cp))};
        ck_assert_msg(certmap_text_hash(7, a) == certmap_text_hash(7, b), "U+%04X", cp);
    }
}

static const char *const different[] = {
    "mapping 1",
    "mapping 2",
    "Mapping 12",
    "mapping 21",
    "\xC3\xBC"
    "ber",
    "\xC3\xA4"
    "ber",
    "\xE6\x97\xA5\xE6\x9C\xAC",
    "\xE6\x9C\xAC\xE6\x97\xA5",
    "\xD7\x90",
    "\xD7\x91",
    "\xEA\xB0\x80",
    "\xEA\xB0\x81",
    "a",
    "ab",
    "\xD0\xB8\xD0\xB2\xD0\xB0\xD0\xBD",
    "\xD0\xB0\xD0\xBD\xD0\xBD\xD0\xB0",
    "\xFF",
    "\xFE",
    "",
};

T_TEST(hash_tells_names_apart) {
    for (int i = 0; i < (int)COUNT(different); i++)
        for (int k = 0; k < i; k++)
            ck_assert_msg(certmap_text_hash(7, cm_view(different[i], strlen(different[i]))) !=
                              certmap_text_hash(7, cm_view(different[k], strlen(different[k]))),
                          "%s and %s", different[i], different[k]);
}

T_TEST(hash_depends_on_the_seed) {
    struct certmap_view text = CM_VIEW("mapping 1");
    ck_assert(certmap_text_hash(1, text) != certmap_text_hash(2, text));
    /* the low bits too, which a table uses */
    ck_assert((certmap_text_hash(1, text) & 0xFFFF) != (certmap_text_hash(UINT64_C(1) << 63, text) & 0xFFFF));
}

/* Of any number of NULs, which are what the last word is filled with. */
T_TEST(hash_of_zeros) {
    static const uint8_t zeros[40];
    uint64_t hashes[sizeof zeros];
    for (size_t len = 0; len < sizeof zeros; len++) {
        hashes[len] = certmap_text_hash(7, cm_view(zeros, len));
        for (size_t shorter = 0; shorter < len; shorter++)
            ck_assert_msg(hashes[len] != hashes[shorter], "%zu and %zu", len, shorter);
    }
}

/* Every bit of the number is one for about half of all texts that differ in a few letters, whichever eight they
 * are in. */
T_TEST(hash_uses_every_bit) {
    for (size_t at = 0; at < 24; at += 4) {
        char text[] = "abcdefghijklmnopqrstuvwxyz";
        unsigned ones = 0;
        for (unsigned i = 0; i < 1024; i++) {
            text[at] = (char)('0' + i % 16 / 2);
            text[at + 1] = (char)('0' + i % 2);
            text[at + 2] = (char)('!' + i / 16 % 8);
            text[at + 3] = (char)('!' + i / 128);
            ones += (unsigned)(certmap_text_hash(7, cm_view(text, sizeof text - 1)) >> _i & 1);
        }
        ck_assert_msg(ones > 400 && ones < 624, "bit %d is one %u times in 1024, by the letters at %zu", _i, ones, at);
    }
}

T_TESTS("text",
        T_CASE("escape", escape, escape_nothing, escape_measures, T_RANGE(escape_in_a_buffer_too_small, 1, 9),
               T_LOOP(escape_without_an_argument, COUNT(null_arguments))),
        T_CASE("same and nearest", T_LOOP(same, COUNT(pairs)), T_LOOP(same_at_every_place, COUNT(alike)),
               same_only_with_the_same_length, T_LOOP(nearest, COUNT(suggestions)), nearest_among_nothing,
               hash_tells_names_apart, hash_depends_on_the_seed, hash_of_zeros, T_LOOP(hash_uses_every_bit, 64)),
        T_CASE("names", T_LOOP(names_of_codes, COUNT(code_names)), no_other_number_is_a_code, names_are_used_once,
               zero_is_harmless, versions),
        T_SLOW_CASE(hash_is_the_same_without_case))
