/* SPDX-License-Identifier: MIT */
/* How the command reads the name of a Windows store and the SHA-1 of a certificate. */
#include "store.h"
#include "support/run.h"
#include <string.h>

#define HEX "432EAB8023428EA911BBFB56703F892312123300"

static const struct {
    const char *text;
    const char *path; /* NULL: refused */
} names[] = {
    {"MY", "CurrentUser\\MY"},
    {"my", "CurrentUser\\my"},
    {"CurrentUser\\MY", "CurrentUser\\MY"},
    {"currentuser\\My", "CurrentUser\\My"},
    {"LocalMachine\\MY", "LocalMachine\\MY"},
    {"LOCALMACHINE\\Root", "LocalMachine\\Root"},
    {"Cert:\\MY", "CurrentUser\\MY"},
    {"cert:\\LocalMachine\\MY", "LocalMachine\\MY"},
    {"Größe", "CurrentUser\\Größe"},
    {"CurrentUser", "CurrentUser\\CurrentUser"},
    {"", NULL},
    {"\\", NULL},
    {"MY\\", NULL},
    {"\\MY", NULL},
    {"CurrentUser\\", NULL},
    {"LocalMachine\\", NULL},
    {"Cert:\\", NULL},
    {"CurrentUser\\LocalMachine\\MY", NULL},
    {"CurrentService\\MY", NULL},
    {"LocalMachine\\MY\\" HEX, NULL},
};

T_TEST(a_name) {
    struct tool_store store = {.machine = true};
    struct tool_text path = {NULL, 0, 0};
    ck_assert_int_eq(tool_store_set_name(&store, names[_i].text), names[_i].path != NULL);
    if (names[_i].path != NULL) {
        tool_store_add_path(&path, &store);
        ck_assert_str_eq(path.data, names[_i].path);
    }
    tool_text_free(&path);
}

#define WANTED "--sha1 is to be 40 hexadecimal digits"

static const struct {
    const char *text;
    const char *wrong; /* NULL: it is HEX */
} digests[] = {
    {HEX, NULL},
    {"432eab8023428ea911bbfb56703f892312123300", NULL},
    {"43 2e ab 80 23 42 8e a9 11 bb fb 56 70 3f 89 23 12 12 33 00", NULL},
    {"43:2E:AB:80:23:42:8E:A9:11:BB:FB:56:70:3F:89:23:12:12:33:00", NULL},
    {"\xE2\x80\x8E"
     "43 2e ab 80 23 42 8e a9 11 bb fb 56 70 3f 89 23 12 12 33 00\xE2\x80\x8E",
     NULL},
    {" \t" HEX " ", NULL},
    {"\xC2\xA0\xE2\x80\x8F\xE2\x80\xAA\xEF\xBB\xBF" HEX "\xE2\x80\xAC", NULL},
    {"", WANTED ", and this has 0"},
    {" ", WANTED ", and this has 0"},
    {"432EAB8023428EA911BBFB56703F89231212330", WANTED ", and this has 39"},
    {HEX "0", WANTED ", and this has 41"},
    {"218a27ff90cdf60ee7868be2eeea15550b11cd2d9e98ff4406bcad6edff0c8ab", WANTED ", and this has 64"},
    {"0x" HEX, WANTED ", not \"x\""},
    {"g32EAB8023428EA911BBFB56703F892312123300", WANTED ", not \"g\""},
    {"@" HEX, WANTED ", not \"@\""},
    {HEX "\xEF\xBC\xA1", WANTED ", not \"\xEF\xBC\xA1\""}, /* a wide A */
    {HEX "\xE2\x80", WANTED ", not \"\\xE2\\x80\""},
    {HEX "\xE2\x80\xAF", WANTED ", not \"\xE2\x80\xAF\""},
};

T_TEST(a_digest) {
    struct tool_store store = {.name = "MY"};
    struct tool_text label = {NULL, 0, 0};
    char *wrong = tool_store_set_sha1(&store, digests[_i].text);
    ck_assert_int_eq(store.has_sha1, digests[_i].wrong == NULL);
    if (digests[_i].wrong != NULL) {
        ck_assert_str_eq(wrong, digests[_i].wrong);
    } else {
        ck_assert_msg(wrong == NULL, "%s", wrong);
        tool_store_add_label(&label, &store);
        ck_assert_str_eq(label.data, "Cert:\\CurrentUser\\MY\\" HEX);
    }
    free(wrong);
    tool_text_free(&label);
}

T_TESTS("store", T_CASE("reading", T_LOOP(a_name, COUNT(names)), T_LOOP(a_digest, COUNT(digests))))
