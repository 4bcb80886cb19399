/* SPDX-License-Identifier: MIT */
/* What certmap_iis_load says about the set-up of a site, if it is asked: the files of
 * tests/data/iis-setup, and each value that sslFlags may have. Whatever it says, it loads the same. */
#include "iis.h"
#include <stdarg.h>
#include <stdio.h>

enum { MAX_SIZE = 65536, MAX_DIAGNOSTICS = 8 };

static char buffer[MAX_SIZE];
static struct t_iis load, plain;

/* ---- files ---- */

/* Every diagnostic of a file at a site (NULL: the server): "code line:column a part of its text". Those that
 * are no warnings begin with "note" or "error". */
static const struct row {
    const char *file;
    const char *site;
    const char *diagnostics[MAX_DIAGNOSTICS];
} rows[] = {
    {"green", "Shop", {NULL}},
    {"green", "shop/app", {NULL}},
    {"green", NULL, {"no-section 3:1 the server", "other-sites 38:21 \"Shop\""}},

    {"module-not-installed", "Shop", {"module-not-installed 15:9 globalModules has no IISCertificateMapping"}},
    {"module-directory", "Shop", {"module-not-installed 15:9 ; CertificateMappingAuthenticationModule is another"}},
    {"module-letters", "Shop", {"module-not-installed 15:9 it is not installed"}},
    {"module-not-enabled", "Shop", {"module-not-enabled 22:13 modules has no IISCertificateMapping"}},
    {"module-not-enabled-directory",
     "Shop",
     {"module-not-enabled 23:13 ; CertificateMappingAuthenticationModule is another"}},
    {"module-removed", "Shop", {"module-not-enabled 31:17 it is not enabled"}},
    {"module-cleared", "Shop", {"module-not-enabled 31:17 ; CertificateMappingAuthenticationModule is another"}},
    {"module-elsewhere", "Shop", {"setup-value 15:9 <globalModules>", "setup-value 21:13 <modules>"}},
    {"module-global-removed", "Shop", {"module-not-installed 18:13 it is not installed"}},
    {"module-global-cleared", "Shop", {"module-not-installed 18:13 it is not installed"}},
    {"module-no-list", "Shop", {"module-not-enabled 15:9 it is not enabled"}},

    {"section-disabled", "Shop", {"section-disabled 38:21 enabled=\"false\""}},
    {"many-disabled",
     "Shop",
     {"mappings-disabled 38:21 manyToOneCertificateMappingsEnabled=\"false\" switches off 1 m"}},
    {"many-disabled-above", "Shop", {"mappings-disabled 22:17 switches off 1 mapping"}},
    {"one-disabled",
     "Shop",
     {"mappings-disabled 38:21 oneToOneCertificateMappingsEnabled=\"false\" switches off 2 mappings",
      "useless-certificate 41:29 ", "useless-certificate 42:29 ", "useless-certificate 43:29 "}},
    {"empty-disabled", "Shop", {NULL}},

    {"ssl-not-required", "Shop", {"ssl-not-required 31:17 sslFlags=\"SslNegotiateCert, SslRequireCert\" lacks Ssl:"}},
    {"certificate-negotiated", "Shop", {"certificate-not-required 31:17 lacks SslRequireCert: "}},
    {"certificate-not-negotiated", "Shop", {"certificate-not-required 31:17 lacks SslNegotiateCert, without"}},
    {"certificate-not-asked", "Shop", {"certificate-not-required 31:17 lacks SslNegotiateCert and SslRequireCert"}},
    {"access-absent",
     "Shop",
     {"ssl-not-required 37:21 sslFlags of <access>, which is absent, lacks Ssl:",
      "certificate-not-required 37:21 sslFlags of <access>, which is absent, lacks SslNegotiateCert and"}},
    {"access-empty", "Shop", {"ssl-not-required 31:17 absent", "certificate-not-required 31:17 absent"}},
    {"access-unknown-flag",
     "Shop",
     {"setup-value 31:17 sslFlags of <access>: \"SslRequireCrt\" is not one of None (0), Ssl (8), SslNegotiateCert "
      "(32), SslRequireCert (64), SslMapCert (128), Ssl128 (256); did you mean SslRequireCert?"}},
    {"access-twice",
     "Shop",
     {"duplicate-section 32:17 <access> is there already for this location, in line 31", "ssl-not-required 32:17 None",
      "certificate-not-required 32:17 None"}},
    {"access-elsewhere", "Shop", {"setup-value 31:17 configSource keeps <access> in another file"}},

    {"anonymous-absent", "Shop", {"other-authentication 37:21 anonymousAuthentication is on, because nothing says"}},
    {"anonymous-silent", "Shop", {"other-authentication 33:21 anonymousAuthentication is on, because nothing says"}},
    {"anonymous-on", "Shop", {"other-authentication 33:21 anonymousAuthentication is on: "}},
    {"basic-on", "Shop", {"other-authentication 34:21 basicAuthentication is on: "}},
    {"digest-on", "Shop", {"other-authentication 36:21 digestAuthentication is on: "}},
    {"windows-on", "Shop", {"other-authentication 37:21 windowsAuthentication is on: "}},
    {"directory-on", "Shop", {"directory-mapping 35:21 clientCertificateMappingAuthentication is on: "}},
    {"others-absent", "Shop", {NULL}},
    {"authentication-bad",
     "Shop",
     {"setup-value 37:21 enabled of <windowsAuthentication>: \"flase\" is not one of false, true; did you mean "
      "false?"}},
    {"authentication-encrypted", "Shop", {"setup-value 34:21 configProtectionProvider encrypts <basicAuthentication>"}},

    {"no-https", "Shop", {"no-https-binding 6:13 no https binding"}},
    {"https-cleared", "Shop", {"no-https-binding 6:13 no https binding"}},
    {"tls13", "Shop", {"tls13-enabled 9:21 has sslFlags 17, which lacks 32: TLS 1.3 is on"}},
    {"http3", "Shop", {"tls13-enabled 9:21 has sslFlags 32, which lacks 16: HTTP/3, which has TLS 1.3, is on"}},
    {"tls13-two", "Shop", {"tls13-enabled 9:21 (1 more binding is so, too)"}},
    {"tls13-several",
     "Shop",
     {"tls13-enabled 9:21 has sslFlags 0, which lacks 32 and 16: TLS 1.3 and HTTP/3 are on, where IIS cannot ask for a "
      "certificate after the handshake (2 more bindings are so, too)"}},
    {"binding-bad", "Shop", {"setup-value 9:21 sslFlags of <binding>: \"DisableTLS13\" is not a number"}},
    {"binding-other-site", "Shop", {NULL}},

    {"password", "Shop", {"clear-password 40:29 password is stored in clear; the tools"}},
    {"password-several",
     "Shop",
     {"clear-password 40:29 password is stored in clear, and so in 1 more mapping; the tools",
      "note encrypted-value 43:29 "}},
    {"password-many", "Shop", {"clear-password 40:29 , and so in 2 more mappings; the tools"}},

    {"letters", "Shop", {NULL}},
    {"numbers", "Shop", {NULL}},
    {"inherits-bad",
     "Shop",
     {"setup-value 28:5 inheritInChildApplications is not one of false, true", "certificate-not-required 31:17 "}},
    {"inherits-bad-section", "Shop", {"error bad-boolean 29:5 inheritInChildApplications"}},
    {"inherits-bad-section", "Other", {"no-section 3:1 \"Other\"", "other-sites 39:21 \"Shop\""}},
    {"error", "Shop", {"setup-value 33:21 \"nay\"", "error missing-attribute 42:37 matchCriteria"}},
    {"no-section",
     "Shop",
     {"no-section 3:1 \"Shop\"", "misplaced-mappings 39:25 \"manyToOneMappings\" here are not read"}},

    {"bare-section",
     NULL,
     {"note setup-not-shown 2:1 does not show globalModules, modules, access, anonymousAuthentication, "
      "basicAuthentication, digestAuthentication, windowsAuthentication, clientCertificateMappingAuthentication, "
      "bindings"}},
    {"root-location",
     "Shop",
     {"note setup-not-shown 2:1 does not show globalModules, modules, anonymousAuthentication, basicAuthentication, "
      "digestAuthentication, clientCertificateMappingAuthentication, bindings",
      "certificate-not-required 5:13 lacks SslRequireCert", "other-authentication 7:17 windowsAuthentication"}},
    {"web",
     NULL,
     {"note setup-not-shown 3:1 does not show globalModules, modules, access, basicAuthentication, "
      "digestAuthentication, clientCertificateMappingAuthentication, bindings"}},
    {"web-removed",
     NULL,
     {"note setup-not-shown 3:1 does not show globalModules, anonymousAuthentication, ",
      "module-not-enabled 6:13 modules has no IISCertificate"}},

    {"levels",
     NULL,
     {"note setup-not-shown 3:1 does not show bindings, which need --site", "ssl-not-required 66:13 None",
      "certificate-not-required 66:13 None", "other-authentication 68:17 anonymous",
      "other-authentication 69:17 basic"}},
    {"levels",
     "Shop",
     {"other-authentication 32:21 digest", "module-not-enabled 40:17 modules", "other-authentication 46:21 windows",
      "other-authentication 69:17 basic"}},
    {"levels",
     "shop/Returns",
     {"certificate-not-required 19:17 lacks SslRequireCert", "other-authentication 21:21 anonymous",
      "other-authentication 46:21 windows"}},
    {"levels",
     "Shop/other",
     {"module-not-enabled 40:17 modules", "other-authentication 46:21 windows", "other-authentication 69:17 basic"}},
};

static struct certmap_view read_text(const char *name) {
    char path[128];
    snprintf(path, sizeof path, "tests/data/iis-setup/%s.config", name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be opened", path);
    size_t len = fread(buffer, 1, MAX_SIZE, file);
    fclose(file);
    ck_assert_uint_lt(len, MAX_SIZE);
    return (struct certmap_view){(const uint8_t *)buffer, len};
}

static void load_setup(struct certmap_view text, const char *site) {
    struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
    options.check_setup = true;
    t_iis_load_options(&load, text, site, true, options);
}

/* Whether a diagnostic is as the row has it. */
static bool as_expected(const struct t_diagnostic *diagnostic, const char *expected) {
    static const char *const severities[] = {"error ", "", "note "};
    char start[128];
    snprintf(start, sizeof start, "%s%s %zu:%zu ", severities[diagnostic->severity],
             certmap_code_name(diagnostic->error.code), diagnostic->error.line, diagnostic->error.column);
    return strncmp(expected, start, strlen(start)) == 0 &&
           strstr(diagnostic->error.text, expected + strlen(start)) != NULL;
}

T_TEST(file_gives_these_diagnostics) {
    const struct row *row = &rows[_i];
    size_t count = 0;
    load_setup(read_text(row->file), row->site);
    for (; row->diagnostics[count] != NULL; count++) {
        ck_assert_msg(count < load.count, "%s: not found: %s", row->file, row->diagnostics[count]);
        const struct t_diagnostic *diagnostic = &load.diagnostics[count];
        ck_assert_msg(as_expected(diagnostic, row->diagnostics[count]), "%s: wanted %s, got %s %zu:%zu %s", row->file,
                      row->diagnostics[count], certmap_code_name(diagnostic->error.code), diagnostic->error.line,
                      diagnostic->error.column, diagnostic->error.text);
        ck_assert_uint_lt(strlen(diagnostic->error.text), sizeof diagnostic->error.text - 1);
    }
    ck_assert_msg(count == load.count, "%s: also found %s", row->file, load.diagnostics[count].error.text);
    t_iis_free(&load);
}

/* ---- what does not change ---- */

static bool about_setup(const struct t_diagnostic *diagnostic) {
    return diagnostic->error.code >= CERTMAP_CODE_MODULE_NOT_INSTALLED ||
           diagnostic->error.code == CERTMAP_CODE_UNKNOWN_APPLICATION ||
           (diagnostic->error.code == CERTMAP_CODE_DUPLICATE_SECTION &&
            diagnostic->severity == CERTMAP_SEVERITY_WARNING);
}

/* Without the option the same diagnostics come, but for those about the set-up, and the same rules. */
T_TEST(file_loads_the_same_without_the_option) {
    const struct row *row = &rows[_i];
    struct certmap_view text = read_text(row->file);
    size_t k = 0;
    load_setup(text, row->site);
    t_iis_load_with(&plain, text, row->site, true, NULL);
    ck_assert_int_eq(load.status, plain.status);
    for (size_t i = 0; i < load.count; i++) {
        if (about_setup(&load.diagnostics[i]))
            continue;
        ck_assert_msg(k < plain.count && strcmp(load.diagnostics[i].error.text, plain.diagnostics[k].error.text) == 0,
                      "%s: %s", row->file, load.diagnostics[i].error.text);
        ck_assert(!about_setup(&plain.diagnostics[k++]));
    }
    ck_assert_uint_eq(k, plain.count);
    ck_assert_uint_eq(certmap_rules_count(load.rules), certmap_rules_count(plain.rules));
    for (size_t i = 0; load.rules != NULL && i < 2; i++) {
        const char *subject = i == 0 ? "O=Contoso | CN=Alice" : "O=Fabrikam | CN=Alice";
        struct certmap_result a = t_iis_match(load.rules, subject, "CN=CA");
        struct certmap_result b = t_iis_match(plain.rules, subject, "CN=CA");
        ck_assert(a.decision == b.decision && a.reason == b.reason && a.index == b.index);
    }
    t_iis_free(&load);
    t_iis_free(&plain);
}

/* ---- values ---- */

#define SECTION "<iisClientCertificateMappingAuthentication enabled='true'/>"

/* A file that is in order, but for the attributes of its binding and of access. */
static struct certmap_view text_with(const char *binding, const char *access) {
    int len = snprintf(buffer, sizeof buffer,
                       "<configuration><system.applicationHost><sites><site name='A'><bindings>"
                       "<binding %s/></bindings></site></sites></system.applicationHost>"
                       "<system.webServer><globalModules><add name='IISCertificateMappingAuthenticationModule'/>"
                       "</globalModules><modules><add name='IISCertificateMappingAuthenticationModule'/></modules>"
                       "<security><access %s/><authentication><anonymousAuthentication enabled='false'/>" SECTION
                       "</authentication></security></system.webServer></configuration>",
                       binding, access);
    ck_assert_int_gt(len, 0);
    return (struct certmap_view){(const uint8_t *)buffer, (size_t)len};
}

/* The codes that are found, in order, ended by 0. */
static void check_codes(const char *what, const int *codes) {
    size_t count = 0;
    for (; codes[count] != 0; count++)
        ck_assert_msg(count < load.count && (int)load.diagnostics[count].error.code == codes[count], "%s: no %d", what,
                      codes[count]);
    ck_assert_msg(count == load.count, "%s: also found %s", what, load.diagnostics[count].error.text);
    ck_assert_int_eq(load.status, CERTMAP_OK);
}

static const struct {
    const char *text;
    int codes[4];
} access_flags[] = {
    {"sslFlags='Ssl,SslNegotiateCert,SslRequireCert'", {0}},
    {"sslFlags='SslRequireCert, Ssl128, SslMapCert, SslNegotiateCert, Ssl'", {0}},
    {"sslFlags='  ssl ,\n\tSSLNEGOTIATECERT,sslrequirecert '", {0}},
    {"sslFlags='None, Ssl, SslNegotiateCert, SslRequireCert'", {0}},
    {"sslFlags='104'", {0}},
    {"sslFlags='0x68'", {0}},
    {"sslFlags='0X1e8'", {0}},
    {"sslFlags='0x1E8'", {0}},
    {"sslFlags='0000000000104'", {0}},
    {"sslFlags='4294967295'", {740}},
    {"sslFlags='0xFFFFFFFF'", {740}},
    {"sslFlags='120'", {740}}, /* 104 and 16 */
    {"sslFlags='Ssl, SslNegotiateCert, SslRequireCert, 512'", {740}},
    {"sslFlags='16'", {740, 733, 734}},
    {"sslFlags='Ssl, 96'", {0}},
    {"sslFlags='8,0x20,64'", {0}},
    {"sslFlags='96'", {733}},
    {"sslFlags='Ssl128, SslNegotiateCert, SslRequireCert'", {733}},
    {"sslFlags='40'", {734}},
    {"sslFlags='72'", {734}},
    {"sslFlags='8'", {734}},
    {"sslFlags='None'", {733, 734}},
    {"sslFlags='0'", {733, 734}},
    {"", {733, 734}},
    {"sslFlags=''", {740}},
    {"sslFlags=' '", {740}},
    {"sslFlags='Ssl, SslNegotiateCert, SslRequireCert,'", {740}},
    {"sslFlags=',Ssl, SslNegotiateCert, SslRequireCert'", {740}},
    {"sslFlags='Ssl SslNegotiateCert SslRequireCert'", {740}},
    {"sslFlags='Ssl; SslNegotiateCert; SslRequireCert'", {740}},
    {"sslFlags='Ssl, P, SslRequireCert'", {740}},
    {"sslFlags='-1'", {740}},
    {"sslFlags='+104'", {740}},
    {"sslFlags='10 4'", {740}},
    {"sslFlags='6A'", {740}},
    {"sslFlags='0x'", {740}},
    {"sslFlags='0x6G'", {740}},
    {"sslFlags='1x68'", {740}},
    {"sslFlags='4294967296'", {740}},
    {"sslFlags='0x100000000'", {740}},
    {"sslFlags='18446744073709551720'", {740}},
    {"sslFlags='true'", {740}},
    {"SslFlags='104'", {733, 734}},
};

T_TEST(flags_of_access) {
    load_setup(text_with("protocol='https' sslFlags='48'", access_flags[_i].text), "A");
    check_codes(access_flags[_i].text, access_flags[_i].codes);
    t_iis_free(&load);
}

static const struct {
    const char *text;
    int codes[3];
} binding_flags[] = {
    {"sslFlags='48'", {0}},           {"sslFlags='0x30'", {0}},         {"sslFlags='113'", {0}},
    {"sslFlags='4294967295'", {740}}, {"sslFlags='0'", {738}},          {"sslFlags='16'", {738}},
    {"sslFlags='32'", {738}},         {"sslFlags='79'", {738}},         {"", {738}},
    {"sslFlags=''", {740}},           {"sslFlags='48 '", {740}},        {"sslFlags='16,32'", {740}},
    {"sslFlags='None'", {740}},       {"sslFlags='4294967296'", {740}}, {"sslFlags='128'", {0}},
    {"sslFlags='129'", {0}},          {"sslFlags='0x80'", {0}},         {"sslFlags='255'", {0}},
    {"sslFlags='144'", {0}},          {"sslFlags='127'", {0}},          {"sslFlags='64'", {738}},
    {"sslFlags='256'", {740, 738}},   {"sslFlags='384'", {740}},        {"sslFlags='0x130'", {740}},
};

T_TEST(flags_of_a_binding) {
    char binding[64];
    snprintf(binding, sizeof binding, "protocol='https' %s", binding_flags[_i].text);
    load_setup(text_with(binding, "sslFlags='104'"), "A");
    check_codes(binding_flags[_i].text, binding_flags[_i].codes);
    t_iis_free(&load);
}

static const struct {
    const char *binding;
    int codes[2];
} protocols[] = {
    {"protocol='https' sslFlags='48'", {0}},
    {"protocol='Https' sslFlags='48'", {0}},
    {"protocol='http' sslFlags='48'", {737}},
    {"protocol='https ' sslFlags='48'", {737}},
    {"protocol='net.tcp' sslFlags='0'", {737}},
    {"protocol='' sslFlags='48'", {737}},
    {"sslFlags='48'", {737}},
    {"Protocol='https' sslFlags='48'", {737}},
};

T_TEST(protocol_of_a_binding) {
    load_setup(text_with(protocols[_i].binding, "sslFlags='104'"), "A");
    check_codes(protocols[_i].binding, protocols[_i].codes);
    t_iis_free(&load);
}

/* ---- how much there may be ---- */

/* Whatever the file has a thousand times is said once, so that other diagnostics have room. */
T_TEST(diagnostics_do_not_crowd_out_others) {
    static struct t_buf text;
    text = (struct t_buf)T_BUF_INIT;
    const char *start = "<configuration><system.applicationHost><sites><site name='A'><bindings>";
    const char *binding = "<binding protocol='https'/>";
    const char *middle =
        "</bindings></site></sites></system.applicationHost><system.webServer><security><access/>"
        "<authentication><iisClientCertificateMappingAuthentication enabled='true'><manyToOneMappings>";
    const char *end = "</manyToOneMappings></iisClientCertificateMappingAuthentication><basicAuthentication "
                      "enabled='true'/></authentication></security></system.webServer></configuration>";
    static const int codes[] = {741, 738, 733, 734, 732, 735, 739, 735, 0};
    t_bytes(&text, start, strlen(start));
    for (int i = 0; i < 1000; i++)
        t_bytes(&text, binding, strlen(binding));
    t_bytes(&text, middle, strlen(middle));
    for (int i = 0; i < 1000; i++) {
        char mapping[64];
        snprintf(mapping, sizeof mapping, "<add name='%d' enabled='false' password='p'/>", i);
        t_bytes(&text, mapping, strlen(mapping));
    }
    t_bytes(&text, end, strlen(end));
    load_setup(t_view(&text), "A");
    check_codes("a thousand", codes);
    ck_assert_ptr_nonnull(strstr(load.diagnostics[1].error.text, "(999 more bindings are so, too)"));
    ck_assert_ptr_nonnull(strstr(load.diagnostics[6].error.text, "and so in 999 more mappings;"));
    t_iis_free(&load);
    t_buf_free(&text);
}

/* A password is never told, and neither is a long value in full. */
T_TEST(diagnostics_hold_no_password_and_are_cut) {
    char access[4096] = "sslFlags='Ssl";
    size_t len = strlen(access);
    memset(access + len, 'x', sizeof access - len);
    memcpy(access + sizeof access - 2, "'", 2);
    load_setup(text_with("protocol='https' sslFlags='48'", access), "A");
    check_codes("long", (const int[]){740, 0});
    ck_assert_ptr_nonnull(strstr(load.diagnostics[0].error.text, "xxx...\" is not one of None (0)"));
    t_iis_free(&load);
    load_setup(read_text("password-many"), "Shop");
    for (size_t i = 0; i < load.count; i++)
        ck_assert_ptr_null(strstr(load.diagnostics[i].error.text, "not-a-real"));
    t_iis_free(&load);
}

/* ---- lack of memory ---- */

/* Fails one allocation after the other, until none is left to fail. */
T_TEST(memory_may_run_out) {
    struct certmap_view text = read_text("levels");
    enum certmap_status status = CERTMAP_ERROR_MEMORY;
    for (size_t i = 0; status == CERTMAP_ERROR_MEMORY; i++) {
        struct t_alloc memory = T_ALLOC_INIT;
        struct certmap_allocator allocator = t_alloc_allocator(&memory);
        struct certmap_iis_options options = CERTMAP_IIS_OPTIONS_INIT;
        options.check_setup = true;
        options.allocator = &allocator;
        t_alloc_fail_at(&memory, i);
        t_iis_load_options(&load, text, "Shop/returns", true, options);
        status = load.status;
        ck_assert(status == CERTMAP_OK || load.count == 0);
        t_iis_free(&load);
        ck_assert_uint_eq(memory.live, 0);
        ck_assert_uint_lt(i, 1000);
    }
    ck_assert_int_eq(status, CERTMAP_OK);
}

T_TESTS("iis_setup",
        T_CASE("files", T_LOOP(file_gives_these_diagnostics, COUNT(rows)),
               T_LOOP(file_loads_the_same_without_the_option, COUNT(rows))),
        T_CASE("values", T_LOOP(flags_of_access, COUNT(access_flags)), T_LOOP(flags_of_a_binding, COUNT(binding_flags)),
               T_LOOP(protocol_of_a_binding, COUNT(protocols))),
        T_CASE("rest", diagnostics_do_not_crowd_out_others, diagnostics_hold_no_password_and_are_cut,
               memory_may_run_out))
