/* SPDX-License-Identifier: MIT */
/* Warnings about what rules hardly mean: each with its place and its cure, and silence beside it. */
#include "certmap/limits.h"
#include "rules.h"
#include "support/alloc.h"

/* ---- loading ---- */

struct load {
    struct certmap_rules *rules;
    struct certmap_diagnostic error;
    size_t count;
    struct {
        enum certmap_severity severity;
        struct certmap_diagnostic error;
    } diagnostics[CERTMAP_MAX_DIAGNOSTICS];
};

static void collect(void *ctx, enum certmap_severity severity, const struct certmap_diagnostic *diagnostic) {
    struct load *load = ctx;
    ck_assert_uint_lt(load->count, CERTMAP_MAX_DIAGNOSTICS);
    load->diagnostics[load->count].severity = severity;
    load->diagnostics[load->count++].error = *diagnostic;
}

static enum certmap_status load_with(struct load *load, struct certmap_view text,
                                     const struct certmap_allocator *allocator) {
    struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
    *load = (struct load){.count = 0};
    options.allocator = allocator;
    options.diagnostic = collect;
    options.diagnostic_ctx = load;
    return certmap_rules_parse(&load->rules, text, &options, &load->error);
}

/* Takes the guillemets out of a text; *offset and *length are what stood between the first two. */
static void take_mark(struct t_buf *text, size_t *offset, size_t *length, const char *marked) {
    size_t marks = 0;
    *offset = *length = SIZE_MAX;
    for (; *marked != 0; marked++)
        if (strncmp(marked, "\xC2\xAB", 2) == 0 || strncmp(marked, "\xC2\xBB", 2) == 0) {
            if (marks++ == 0)
                *offset = text->len;
            else if (marks == 2)
                *length = text->len - *offset;
            marked++;
        } else {
            t_bytes(text, marked, 1);
        }
    ck_assert_msg(marks == 0 || marks == 2, "%zu marks", marks);
}

/* The column of an offset, by the plainest means. */
static void check_place(const struct certmap_diagnostic *error, struct certmap_view text) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < error->offset; i++)
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        } else {
            column += (text.data[i] & 0xC0) != 0x80;
        }
    ck_assert_uint_eq(error->line, line);
    ck_assert_uint_eq(error->column, column);
}

/* ---- mappings of rows ---- */

#define V "certmap 1;\n"
#define ALLOW(condition) V "mapping \"m\" { when " condition "; allow \"a\"; }"
#define DENY(condition) V "mapping \"m\" { when " condition "; deny; }"
#define GIVES(condition, texts) V "mapping \"m\" { when " condition "; " texts " }"
#define H "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHA1 "0123456789abcdef0123456789abcdef01234567"

/* ---- what deserves a warning: the token is in guillemets ---- */

static const struct {
    const char *text, *code, *says;
} deserving[] = {
    /* 602 */
    {ALLOW("subject.CN = «\"*.contoso.example\"»"), "literal-wildcard",
     "write subject.CN like \"*.contoso.example\" if"},
    {ALLOW("subject.CN in («\"*.contoso.example\"», \"a?\")"), "literal-wildcard",
     "subject.CN like (\"*.contoso.example\", ...)"},
    {ALLOW("subject.CN in (\"a\", «\"b?\"»)"), "literal-wildcard", "subject.CN like (\"b?\", ...)"},
    {DENY("subject.OU = «\"EXTERN*\"»"), "literal-wildcard", "write subject.OU like \"EXTERN*\" if"},
    {DENY("subject.OU = nocase «\"extern*\"»"), "literal-wildcard", "write subject.OU like nocase \"extern*\" if"},
    {ALLOW("subject.O = \"Contoso\" and not subject.OU = «\"EXTERN*\"»"), "literal-wildcard", ""},
    {ALLOW("subject.CN = «\"*\"»"), "literal-wildcard", "write subject.CN present if"},
    {ALLOW("every subject.E = «\"*@contoso.example\"»"), "literal-wildcard", ""},
    {ALLOW("san.email = «\"*@Contoso.example\"»"), "literal-wildcard", "san.email like nocase \"*@Contoso.example\""},
    {ALLOW("san.dns = «\"web*.contoso.example\"»"), "literal-wildcard", ""},
    {ALLOW("san.dns = «\"*.*.contoso.example\"»"), "literal-wildcard", ""},
    {ALLOW("san.dns = «\"*.example\"»"), "literal-wildcard", ""},
    {DENY("san.dns = «\"*.contoso.example\"»"), "literal-wildcard", "refuses the name with the * and no host below"},
    {ALLOW("san.dns present and not san.dns = «\"*.contoso.example\"»"), "literal-wildcard", ""},
    {ALLOW("san.uri = «\"https://contoso.example/*\"»"), "literal-wildcard", ""},
    {ALLOW("san.upn = «\"*@contoso.example\"»"), "literal-wildcard", ""},
    {ALLOW("san.krb5 = «\"host/*@CONTOSO.EXAMPLE\"»"), "literal-wildcard", ""},
    {ALLOW("san.1.2.3 = «\"badge ????\"»"), "literal-wildcard", ""},
    {ALLOW("ms.template = «\"Smartcard*\"»"), "literal-wildcard", ""},
    {ALLOW("issuer = «\"CN=Contoso Issuing CA *,O=Contoso\"»"), "literal-wildcard", "issuer.CN like"},
    {ALLOW("subject under «\"OU=*,O=Contoso\"»"), "literal-wildcard", "subject.OU like"},
    /* 603 */
    {ALLOW("subject.CN like «\"[0-9][0-9][0-9]????\"»"), "literal-class", "\"[0-9]\", which here are these characters"},
    {ALLOW("subject.CN like «\"[A-Z]*\"»"), "literal-class", "classes"},
    {ALLOW("subject.CN like «\"[!x]*\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"[^a]*\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"[[:digit:]]*\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"emp-[0-9a-fA-F_]*\"»"), "literal-class", ""},
    {ALLOW("san.dns like «\"web[12].contoso.example\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"srv[12]*\"»"), "literal-class", ""},
    {ALLOW("subject.O like «\"[Cc]ontoso\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"node[abc]-*\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"[abc]*\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"web-[ab]*\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"\\\\d\\\\d\\\\d\"»"), "literal-class", "regular expression"},
    {ALLOW("subject.CN like «\"\\\\d*\"»"), "literal-class", "regular expression"},
    {ALLOW("subject.CN like «\"user\\\\d+\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"\\\\w+@contoso.example\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\".*\"»"), "literal-class", "write subject.CN like \"*\""},
    {ALLOW("san.email like «\".*@contoso.example\"»"), "literal-class", "write san.email like \"*@contoso.example\""},
    {ALLOW("san.email like «\".+@contoso.example\"»"), "literal-class", "write san.email like \"?*@contoso.example\""},
    {ALLOW("san.dns like «\".*\\\\.contoso\\\\.example\"»"), "literal-class", "san.dns like \"*.contoso.example\""},
    {ALLOW("san.dns like «\"*\\\\.contoso.example\"»"), "literal-class", ""},
    {ALLOW("subject.CN like «\"^Sales.*$\"»"), "literal-class", "write subject.CN like \"Sales*\""},
    {ALLOW("subject.CN like nocase «\"^sales\"»"), "literal-class", "write subject.CN like nocase \"sales\""},
    {ALLOW("subject.OU like «\"(Sales|Support)\"»"), "literal-class", "write a list, like (\"a*\", \"b*\")"},
    {ALLOW("subject.OU like «\"(?i)sales\"»"), "literal-class", ""},
    {ALLOW("subject.O like «\"Contoso|Fabrikam\"»"), "literal-class", "\"|\", which here are these characters"},
    {ALLOW("subject.O like «\"a|b\"»"), "literal-class", "write a list, like (\"a*\", \"b*\")"},
    {ALLOW("subject.OU like «\"Sales*|Support*\"»"), "literal-class", "no choice"},
    {ALLOW("subject.OU like «\"Contoso.+\"»"), "literal-class", "write subject.OU like \"Contoso?*\""},
    {ALLOW("subject.CN like «\".{8}\"»"), "literal-class", ""},
    {ALLOW("san.dns like «\"*.{contoso,fabrikam}.example\"»"), "literal-class", "choice"},
    {ALLOW("san.email like «\"%@contoso.example\"»"), "literal-class", "write san.email like \"*@contoso.example\""},
    {ALLOW("subject.OU like «\"%Sales%\"»"), "literal-class", "write subject.OU like \"*Sales*\""},
    {ALLOW("subject.OU like «\"Sales%\"»"), "literal-class", "write subject.OU like \"Sales*\""},
    {ALLOW("subject.CN like «\"CN=.*\"»"), "literal-class", ""},
    {ALLOW("subject.CN = «\"^CN$\"»"), "literal-class", ""},
    {ALLOW("subject.CN = «\"emp-[0-9]\"»"), "literal-class", ""},
    {ALLOW("subject.CN like (\"a*\", «\"[0-9]*\"»)"), "literal-class", ""},
    {DENY("subject.CN like «\"[0-9]*\"»"), "literal-class", ""},
    /* 604 */
    {ALLOW("issuer = «\"DC=example,O=Contoso,CN=CA\"»"), "root-first-name", "write \"CN=CA,O=Contoso,DC=example\""},
    {ALLOW("subject = «\"C=US,O=Contoso,OU=Sales,CN=Alice\"»"), "root-first-name",
     "write \"CN=Alice,OU=Sales,O=Contoso,C=US\""},
    {DENY("issuer in (\"CN=a,O=b\", «\"O=Contoso,CN=CA\"»)"), "root-first-name", "write \"CN=CA,O=Contoso\""},
    {ALLOW("subject under «\"C=US,O=Contoso\"»"), "root-first-name", "write \"O=Contoso,C=US\""},
    {ALLOW("subject under «\"O=Contoso,OU=Sales\"»"), "root-first-name", "write \"OU=Sales,O=Contoso\""},
    {ALLOW("san.dirname = «\"C=US,ST=WA,L=Redmond,O=Contoso,CN=x\"»"), "root-first-name", ""},
    {ALLOW("subject = «\"C=US,O=Contoso,CN=Carol+title=Developer\"»"), "root-first-name",
     "write \"CN=Carol+title=Developer,O=Contoso,C=US\""},
    {ALLOW("subject = «\"C=US,O=Contoso\\\\, Ltd.,CN=x\"»"), "root-first-name",
     "write \"CN=x,O=Contoso\\\\, Ltd.,C=US\""},
    {ALLOW("issuer = «\"2.5.4.6=US,2.5.4.3=x\"»"), "root-first-name", "write \"2.5.4.3=x,2.5.4.6=US\""},
    {ALLOW("issuer = «\"DC=example,DC=contoso,CN=CA\"»"), "root-first-name", "write \"CN=CA,DC=contoso,DC=example\""},
    {ALLOW("subject = «\"c=SE,o=Contoso,cn=x,emailAddress=x@contoso.example\"»"), "root-first-name", ""},
    /* 605 */
    {GIVES("subject.O = \"b\"", "allow «\"CN=${subject.CN},O=Contoso\"»;"), "plain-structure", "looks like a DN"},
    {GIVES("subject.O = \"b\"", "allow «\"uid=${subject.UID},ou=people,dc=contoso\"»;"), "plain-structure", "write dn"},
    {GIVES("subject.O = \"b\"", "allow «\"${subject.CN},ou=people\"»;"), "plain-structure", "write dn"},
    {GIVES("subject.O = \"b\"", "allow «\"u-${subject.UID}, ou=people, dc=contoso\"»;"), "plain-structure", "write dn"},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"d\" = «\"cn=${subject.CN}\"»;"), "plain-structure", ""},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"d\" = «\"/O=Contoso/CN=${subject.CN}\"»;"), "plain-structure",
     ""},
    {GIVES("subject.O = \"b\"", "allow \"x\"; group «\"CN=g-${subject.OU}, OU=Groups\"»;"), "plain-structure", ""},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"f\" = «\"(&(objectClass=person)(uid=${subject.UID}))\"»;"),
     "plain-structure", "write ldap-filter"},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"f\" = «\"(mail=${san.email | lower})\"»;"), "plain-structure",
     ""},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"f\" = «\"(uid=x-${subject.UID})\"»;"), "plain-structure", ""},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"u\" = «\"https://contoso.example/who?u=${subject.CN}\"»;"),
     "plain-structure", "write url"},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"u\" = «\"https://contoso.example/${subject.CN}\"»;"),
     "plain-structure", ""},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"u\" = «\"/who?u=${subject.CN}\"»;"), "plain-structure", ""},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"u\" = «\"u=${subject.CN}&m=${san.email}\"»;"),
     "plain-structure", ""},
    {GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"u\" = «\"spiffe://contoso/${subject.CN}\"»;"),
     "plain-structure", ""},
    /* 606 */
    {DENY("sha256 = «\"" H "\"»"), "refusal-by-digest", "serial and issuer, spki.sha256 or tbs.sha256"},
    {DENY("sha512 in («\"" H H "\"»)"), "refusal-by-digest", ""},
    {DENY("issuer is sha1 «\"" SHA1 "\"»"), "refusal-by-digest", "write issuer is spki.sha256"},
    {DENY("sha1 in («\"" SHA1 "\"»)"), "refusal-by-digest", ""},
    {DENY("subject.O = \"b\" and (subject.CN = \"a\" or sha256 = «\"" H "\"»)"), "refusal-by-digest", ""},
    {DENY("not not sha256 = «\"" H "\"»"), "refusal-by-digest", ""},
    {ALLOW("subject.O = \"b\" and not sha256 = «\"" H "\"»"), "refusal-by-digest", ""},
    {ALLOW("not (subject.O = \"b\" and sha1 = «\"" SHA1 "\"»)"), "refusal-by-digest", ""},
    {DENY("issuer is sha256 «\"" H "\"»"), "refusal-by-digest", "write issuer is spki.sha256"},
    {DENY("chain has sha256 «\"" H "\"»"), "refusal-by-digest", "write chain has spki.sha256"},
    {ALLOW("valid at now and not chain has sha256 «\"" H "\"»"), "refusal-by-digest", "the certificates of the CAs"},
    {ALLOW("valid at now and not issuer is sha256 in («\"" H "\"»)"), "refusal-by-digest", ""},
    {V "issuers \"i\" { sha256 \"" H "\"; }\nmapping \"m\" { when issuer is «\"i\"»; deny; }", "refusal-by-digest", ""},
    {V "issuers \"i\" { sha256 \"" H "\"; spki.sha256 \"" H "\"; }\n"
       "mapping \"m\" { when valid at now and not issuer is «\"i\"»; allow \"a\"; }",
     "refusal-by-digest", ""},
    /* 609 */
    {GIVES("san.upn like \"*@contoso.example\"", "allow \"C\\\\«${san.upn | before(\"@\")}»\";"),
     "placeholder-other-part", "add to the condition: and not san.upn like \"*@*@*\""},
    {GIVES("san.email like \"*@contoso.example\"", "allow \"C\\\\«${san.email | before(\"@\") | lower}»\";"),
     "placeholder-other-part", ""},
    {GIVES("subject.E like nocase \"*@contoso.example\"", "allow \"«${subject.emailAddress | before(\"@\")}»\";"),
     "placeholder-other-part", "not subject.E like"},
    {GIVES("san.upn like (\"a@b\", \"hr-*@contoso.example\")", "allow \"«${san.upn | lower | before(\"@\")}»\";"),
     "placeholder-other-part", ""},
    {GIVES("san.upn like \"*.example\"", "allow \"«${san.upn | before(\"@\")}»\";"), "placeholder-other-part", ""},
    {GIVES("san.upn like \"????@contoso.*\"", "allow \"«${san.upn | before(\"@\")}»\";"), "placeholder-other-part", ""},
    {GIVES("san.upn like \"*@contoso.example\"", "allow \"a\"; domain \"«${san.upn | after(\"@\")}»\";"),
     "placeholder-other-part", "after cuts at the first"},
    {GIVES("only san.upn like \"*@contoso.example\"", "allow \"«${san.upn | before(\"@contoso\")}»\";"),
     "placeholder-other-part", ""},
    {GIVES("san.upn like \"*@contoso.example\" and not san.email like \"*@*@*\"",
           "allow \"«${san.upn | before(\"@\")}»\";"),
     "placeholder-other-part", ""},
    /* 609 of a value that a condition was about */
    {GIVES("san.upn like \"*@contoso.example\" as upn", "allow \"C\\\\«${upn | before(\"@\")}»\";"),
     "placeholder-other-part",
     "line 2 is about the last @ of a value, and before cuts at the first; write before-last"},
    {GIVES("san.upn like \"*@contoso.example\" as upn", "allow \"a\"; domain \"«${upn | lower | after(\"@\")}»\";"),
     "placeholder-other-part", "write after-last, or add to the condition: and not san.upn like \"*@*@*\""},
    {GIVES("san.upn = \"a@b\" as n or san.email like \"*@contoso.example\" as n",
           "allow \"C\\\\«${n | before(\"@\")}»\";"),
     "placeholder-other-part", "not san.email like"},
    {GIVES("san.upn = \"a@b\" as n or (san.email like \"*@c.example\" as n and not san.upn like \"*@*@*\")",
           "allow \"C\\\\«${n | before(\"@\")}»\";"),
     "placeholder-other-part", "not san.email like"},
    {GIVES("subject.O = \"b\" and (first san.upn like \"*@c.example\" as a or subject.E like \"*@c.example\" as b)",
           "allow \"«${b | before(\"@\") ?\? \"none\"}»\";"),
     "placeholder-other-part", "not subject.E like"},
    {GIVES("san.upn like \"*@c.example\" as a and san.upn like \"*@*@*\"", "allow \"«${a | before(\"@\")}»\";"),
     "placeholder-other-part", ""},
    /* 641 */
    {ALLOW("san.uri like «\"https://*.contoso.example/*\"»"), "domain-boundary",
     "and not san.uri like (\"https://*/*.contoso.example/*\", \"https://*\\?*.contoso.example/*\", "
     "\"https://*#*.contoso.example/*\")"},
    {ALLOW("san.uri like «\"https://contoso.example*\"»"), "domain-boundary", "write each host out"},
    {ALLOW("san.uri like «\"https://contoso.example:*/x\"»"), "domain-boundary", "write each host out"},
    {ALLOW("san.uri like «\"*.contoso.example/*\"»"), "domain-boundary", ""},
    {ALLOW("san.uri like «\"*://contoso.example/*\"»"), "domain-boundary", ""},
    {ALLOW("san.uri like «\"https://web?.contoso.example/\"»"), "domain-boundary", ""},
    {ALLOW("san.uri like «\"spiffe://*/ns/prod/*\"»"), "domain-boundary", ""},
    {ALLOW("san.uri like (\"https://a.example/*\", «\"https://*.contoso.example/*\"»)"), "domain-boundary", ""},
    {ALLOW("san.uri like «\"https://*.contoso.example/*\"» and not san.uri like \"https://*/*.contoso.example/*\""),
     "domain-boundary", ""},
    {ALLOW("san.uri like «\"https://*.contoso.example/*\"» or not san.uri like "
           "(\"https://*/*.contoso.example/*\", \"https://*\\?*.contoso.example/*\", "
           "\"https://*#*.contoso.example/*\")"),
     "domain-boundary", ""},
    {DENY("san.uri like «\"https://*.contoso.example/*\"»"), "domain-boundary", ""},
    {DENY("not san.uri like «\"https://*.contoso.example/*\"»"), "domain-boundary", ""},
    /* 662 */
    {GIVES("san.email like \"*@contoso.example\"", "allow \"«${san.email | first}»\";"), "placeholder-other-value",
     "write \"as value\" after it and ${value} here, or write there first san.email, or leave out | first"},
    {GIVES("san.email like \"*@contoso.example\"", "allow \"«${san.email | last}»\";"), "placeholder-other-value",
     "write there last san.email"},
    {GIVES("first san.email like \"*@contoso.example\"", "allow \"«${san.email | last}»\";"), "placeholder-other-value",
     ""},
    {GIVES("last san.email like \"*@contoso.example\"", "allow \"«${san.email | first}»\";"), "placeholder-other-value",
     ""},
    {GIVES("subject.OU = \"Sales\"", "allow \"a\"; group \"ou-«${subject.OU | first | lower}»\";"),
     "placeholder-other-value", ""},
    {GIVES("subject.E = \"a@b.example\"", "allow \"«${subject.1.2.840.113549.1.9.1 | first}»\";"),
     "placeholder-other-value", ""},
    {GIVES("subject.UID in (\"a\", \"b\")", "allow \"x\"; attribute \"u\" = \"«${subject.UID | last}»\";"),
     "placeholder-other-value", ""},
    {GIVES("subject.O = \"b\" and (san.upn like \"a*\" or subject.CN = \"c\")", "allow \"«${san.upn | first}»\";"),
     "placeholder-other-value", ""},
    {GIVES("(first san.upn like \"a*\" and subject.O = \"b\") or san.upn like \"c*\"",
           "allow \"«${san.upn | first}»\";"),
     "placeholder-other-value", ""},
    {GIVES("san.1.3.6.1.4.1.311.20.2.3 like \"a*\"", "allow \"«${san.upn | first}»\";"), "placeholder-other-value", ""},
    {GIVES("subject.CN like \"a*\"", "allow \"${subject.UID}-«${subject.CN | first ?\? \"none\"}»\";"),
     "placeholder-other-value", ""},
};

T_TEST(deserves) {
    struct t_buf text = T_BUF_INIT;
    struct load load;
    size_t offset, length;
    take_mark(&text, &offset, &length, deserving[_i].text);
    ck_assert_msg(load_with(&load, t_view(&text), NULL) == CERTMAP_OK, "%s: %s", deserving[_i].text, load.error.text);
    ck_assert_msg(load.count == 1, "%s: %zu diagnostics: %s", deserving[_i].text, load.count,
                  load.diagnostics[0].error.text);
    const struct certmap_diagnostic *found = &load.diagnostics[0].error;
    const char *code = certmap_code_name(found->code);
    ck_assert_int_eq(load.diagnostics[0].severity, CERTMAP_SEVERITY_WARNING);
    ck_assert_int_eq(found->status, CERTMAP_OK);
    ck_assert_msg(strcmp(code, deserving[_i].code) == 0, "%s: %s", deserving[_i].text, code);
    ck_assert_msg(found->offset == offset && found->length == length, "%s: %zu bytes at %zu", deserving[_i].text,
                  found->length, found->offset);
    ck_assert_msg(strstr(found->text, deserving[_i].says) != NULL, "%s: %s", deserving[_i].text, found->text);
    ck_assert_msg(strlen(found->text) < sizeof found->text - 1, "%s: may be cut", found->text);
    check_place(found, t_view(&text));
    certmap_rules_free(load.rules);
    t_buf_free(&text);
}

/* ---- silence ---- */

static const char *const silent[] = {
    /* 602: patterns, what no wildcard is in, what holds one for sure */
    ALLOW("subject.CN like \"*.contoso.example\""),
    ALLOW("subject.CN like \"\\*.contoso.example\""),
    ALLOW("subject.CN = \"Alice\""),
    ALLOW("subject.description = \"100 % sure, (a) [b] {c} $d ^e | f\""),
    ALLOW("san.dns = \"*.contoso.example\""),
    ALLOW("san.dns in (\"*.contoso.example\", \"contoso.example\")"),
    DENY("not san.dns = \"*.contoso.example\""),
    ALLOW("subject = \"CN=*.contoso.example,O=Contoso,C=US\""),
    DENY("subject = \"CN=*.contoso.example,O=Contoso,C=US\""),
    ALLOW("san.uri = \"https://contoso.example/who?u=alice\""),
    ALLOW("san.uri in (\"https://contoso.example/?a=1&b=2\", \"urn:x\")"),
    ALLOW("sha256 = \"" H "\""),
    ALLOW("serial = \"0x1F2A\" and eku = \"clientAuth\" and version = \"3\""),
    ALLOW("san.ip = \"10.0.0.0/8\""),
    /* 603: values as they are */
    ALLOW("subject.CN like \"* [Contractor]\""),
    ALLOW("subject.CN like \"*[TEST]*\""),
    ALLOW("subject.CN like \"*(External)\""),
    ALLOW("subject.CN like \"Alice [E-Mail]*\""),
    ALLOW("subject.CN like \"* [2020-2021]\""),
    ALLOW("subject.CN like \"* [10-20]\""),
    ALLOW("subject.CN like \"Batch [12] *\""),
    ALLOW("subject.OU like \"Contoso[EU]*\""),
    ALLOW("subject.OU like \"Contoso[eu]\""),
    ALLOW("subject.CN like \"[]*\""),
    ALLOW("subject.CN like \"CONTOSO\\\\d*\""),
    ALLOW("subject.CN like \"CONTOSO\\\\dave\""),
    ALLOW("subject.CN like \"*\\\\d*\""),
    ALLOW("subject.CN like \"CONTOSO\\\\*\""),
    ALLOW("subject.CN like \"contoso.local\\\\w*\""),
    ALLOW("subject.CN like \"*$\""),
    ALLOW("subject.CN like \"WEB*$\""),
    ALLOW("san.upn like \"*$@contoso.example\""),
    ALLOW("subject.CN like \"web.*\""),
    ALLOW("subject.CN like \"*.*\""),
    ALLOW("san.dns like \"*.contoso.*\""),
    ALLOW("san.dns like \"*.contoso.example\""),
    ALLOW("san.email like \"alice.*@contoso.example\""),
    ALLOW("san.email like \"alice+*@contoso.example\""),
    ALLOW("san.email like \"*+tag@contoso.example\""),
    ALLOW("subject.T like \"+49 *\""),
    ALLOW("subject.CN like \"John|12345\""),
    ALLOW("subject.CN like \"Alice Smith | Contoso\""),
    ALLOW("san.uri like \"https://contoso.example/a|b\""),
    ALLOW("subject.CN like \"alice.+tag\""),
    ALLOW("subject.CN like \"{12345678-*}\""),
    ALLOW("subject.CN like \"* {a, b}\""),
    ALLOW("subject.description like \"100%\""),
    ALLOW("subject.description like \"50% of *\""),
    ALLOW("subject.description like \"*%*\""),
    ALLOW("subject.O like \"AT&T*\""),
    ALLOW("subject.O like \"*^*\""),
    ALLOW("subject.O like \"Contoso (UK) *\""),
    ALLOW("subject.O like \"Contoso, Inc.*\""),
    ALLOW("san.uri like \"https://[2001:db8::1]/*\""),
    ALLOW("san.uri like \"https://contoso.example/a%20b/*\""),
    ALLOW("san.uri like \"https://contoso.example/.*\""),
    ALLOW("san.krb5 like \"host/*@CONTOSO.EXAMPLE\""),
    ALLOW("ms.sid like \"S-1-5-21-*\""),
    ALLOW("ms.template like \"1.3.6.1.4.1.311.21.8.*\""),
    ALLOW("subject.CN like \"\""),
    ALLOW("subject.CN like \"*\""),
    ALLOW("subject.CN like \"???????\""),
    ALLOW("subject.description like \"100 \\* 2 = \\?*\""),
    /* 604: the root last, types of no certain order, both orders */
    ALLOW("issuer = \"CN=CA,O=Contoso,DC=example\""),
    ALLOW("subject = \"CN=Alice,OU=Sales,O=Contoso,L=Paris,ST=IDF,C=FR\""),
    ALLOW("subject = \"CN=Alice\""),
    ALLOW("subject = \"\""),
    ALLOW("subject = \"DC=contoso,DC=example\""),
    ALLOW("subject = \"DC=example,DC=contoso\""),
    ALLOW("subject under \"O=Contoso,C=US\""),
    ALLOW("subject under \"L=Paris,O=Contoso\""),
    ALLOW("subject under \"O=Contoso,L=Paris\""),
    ALLOW("subject under \"OU=People,OU=Sales\""),
    ALLOW("issuer = \"O=Contoso,C=US,CN=CA\""),
    ALLOW("subject = \"E=a@b.example,CN=a,O=b\""),
    ALLOW("subject = \"CN=a,E=a@b.example\""),
    ALLOW("subject = \"1.2.3=a,CN=b\""),
    ALLOW("subject in (\"C=US,O=Contoso,CN=Alice\", \"CN=Alice,O=Contoso,C=US\")"),
    ALLOW("subject = \"CN=Carol+title=Developer,O=Contoso\""),
    ALLOW("subject.O = \"C=US,O=Contoso,CN=Alice\""),
    ALLOW("subject = \"CN=a\\\\,C=US\\\\,O=b,C=SE\""),
    /* 605: a language, no placeholder in it, or no structure */
    GIVES("subject.O = \"b\"", "allow dn \"CN=${subject.CN},O=Contoso\";"),
    GIVES("subject.O = \"b\"", "allow plain \"CN=${subject.CN},O=Contoso\";"),
    GIVES("subject.O = \"b\"", "allow \"CN=x,O=Contoso\"; attribute \"a\" = \"${subject.CN}\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"f\" = ldap-filter \"(uid=${subject.UID})\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"u\" = url \"https://contoso.example/${subject.CN}\";"),
    GIVES("subject.O = \"b\"", "allow \"${subject.CN}@contoso.example\";"),
    GIVES("subject.O = \"b\"", "allow \"CONTOSO\\\\${subject.UID}\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"role\" = \"role=${subject.role}\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"name=${subject.CN}\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"user=${subject.CN},shell=x\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"${subject.CN} (${subject.OU})\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"${subject.CN} (uid=${subject.UID})\";"),
    GIVES("subject.O = \"b\"", "allow \"${subject.CN},${subject.O}\";"),
    GIVES("subject.O = \"b\"", "allow \"${subject.CN}, Contoso\";"),
    GIVES("subject.O = \"b\"", "allow \"${subject.CN}$\";"),
    GIVES("subject.O = \"b\"", "allow \"WEB01$\";"),
    GIVES("subject.O = \"b\"", "allow \"$svc\";"),
    GIVES("subject.O = \"b\"", "allow \"US$100\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"d\" = \"$1.50\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"who? ${subject.CN}\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"${subject.CN} https://contoso.example/\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"R&D=${subject.OU}\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"a/${subject.OU}/c\";"),
    GIVES("subject.O = \"b\"", "allow \"x\"; attribute \"a\" = \"(${subject.OU})\";"),
    /* 606: a digest that lets in, and what is signed */
    ALLOW("sha256 = \"" H "\""),
    ALLOW("not not sha256 = \"" H "\""),
    DENY("not sha256 = \"" H "\""),
    DENY("not (subject.O = \"b\" and sha256 = \"" H "\")"),
    DENY("serial = \"0x1\" and issuer = \"CN=a\""),
    DENY("spki.sha256 = \"" H "\""),
    DENY("tbs.sha256 = \"" H "\""),
    DENY("certificate = \"3000\""),
    DENY("issuer is spki.sha256 \"" H "\""),
    DENY("chain has spki.sha256 \"" H "\""),
    ALLOW("chain has sha256 \"" H "\" and valid at now"),
    DENY("ski = \"01\" or aki = \"02\" or ext.1.2.3 = \"0500\""),
    DENY("not issuer is sha256 \"" H "\""),
    ALLOW("issuer is sha256 \"" H "\" and valid at now"),
    V "issuers \"i\" { sha256 \"" H "\"; }\nmapping \"m\" { when issuer is \"i\"; allow \"a\"; }",
    V "issuers \"i\" { sha256 \"" H "\"; }\nmapping \"m\" { when not issuer is \"i\"; deny; }",
    V "issuers \"i\" { spki.sha256 \"" H "\"; }\nmapping \"m\" { when issuer is \"i\"; deny; }",
    DENY("count(sha256) = 1"),
    /* 609: one @ for certain */
    GIVES("san.upn like \"*@contoso.example\" and not san.upn like \"*@*@*\"", "allow \"${san.upn | before(\"@\")}\";"),
    GIVES("not san.upn like \"*@*@*\" and (san.upn like \"*@a.example\" or san.upn like \"*@b.example\")",
          "allow \"${san.upn | before(\"@\")}\";"),
    GIVES("san.upn like \"*@contoso.example\" and not san.upn like (\"*@*@*\", \"x*\")",
          "allow \"${san.upn | before(\"@\")}\";"),
    GIVES("san.upn = \"alice@contoso.example\"", "allow \"${san.upn | before(\"@\")}\";"),
    GIVES("san.upn like \"alice@*\"", "allow \"${san.upn | before(\"@\")}\";"),
    GIVES("san.upn like \"alice*\"", "allow \"${san.upn | before(\"@\")}\";"),
    GIVES("san.upn like \"*@*\"", "allow \"${san.upn | before(\"@\")}\";"),
    GIVES("not san.upn like \"*@contoso.example\"", "allow \"${san.upn | before(\"@\")}\";"),
    GIVES("san.upn like \"*@contoso.example\"", "allow \"${san.upn}\";"),
    GIVES("san.upn like \"*@contoso.example\"", "allow \"${san.email | before(\"@\")}\";"),
    GIVES("san.dns like \"*.contoso.example\"", "allow \"${san.dns | before(\".\")}\";"),
    GIVES("subject.CN like \"* robot\"", "allow \"${subject.CN | before(\" \")}\";"),
    /* 609 of a value that a condition was about: as above, and of others nothing is said */
    GIVES("san.upn like \"*@contoso.example\" as upn", "allow \"${upn | before-last(\"@\")}\";"),
    GIVES("san.upn like \"*@contoso.example\" as upn", "allow \"${upn}\";"),
    GIVES("san.upn like \"*@contoso.example\" as upn", "allow \"${upn.star}\";"),
    GIVES("san.upn like \"*@contoso.example\" as upn and not san.upn like \"*@*@*\"",
          "allow \"${upn | before(\"@\")}\";"),
    GIVES("san.upn like \"alice@*\" as upn", "allow \"${upn | before(\"@\")}\";"),
    GIVES("san.upn = \"alice@c.example\" as upn", "allow \"${upn | before(\"@\")}\";"),
    GIVES("san.upn matches \"[a-z]+@c\" as upn", "allow \"${upn | before(\"@\")}\";"),
    GIVES("san.upn like \"*@c.example\" as a and san.email = \"a@c.example\" as b", "allow \"${b | before(\"@\")}\";"),
    /* 641: the host is written out, or nothing of it is said */
    ALLOW("san.uri like \"https://contoso.example/*\""),
    ALLOW("san.uri like (\"https://a.contoso.example/*\", \"https://b.contoso.example/*\")"),
    ALLOW("san.uri like \"spiffe://contoso.example/ns/*/sa/*\""),
    ALLOW("san.uri like \"https://*\""),
    ALLOW("san.uri like \"https://*/*\""),
    ALLOW("san.uri like \"urn:uuid:*\""),
    ALLOW("san.uri like \"sip:*@contoso.example\""),
    ALLOW("san.uri like \"*/people/*\""),
    ALLOW("san.uri like \"*.pdf\""),
    ALLOW("san.uri like \"https://contoso.example\\?*\""),
    ALLOW("subject.CN like \"https://*.contoso.example/*\""),
    ALLOW("san.uri like \"https://*.contoso.example/*\" and not san.uri like "
          "(\"https://*/*.contoso.example/*\", \"https://*\\?*.contoso.example/*\", "
          "\"https://*#*.contoso.example/*\")"),
    ALLOW("san.uri present and not san.uri like \"https://*.evil.example/*\""),
    /* 662: the value is the one */
    GIVES("san.email like \"*b.example\" as mail", "allow \"${mail}\";"),
    GIVES("san.email like \"*b.example\"", "allow \"${san.email}\";"),
    GIVES("first san.email like \"*b.example\"", "allow \"${san.email | first}\";"),
    GIVES("last san.email like \"*b.example\"", "allow \"${san.email | last}\";"),
    GIVES("every san.email like \"*b.example\"", "allow \"${san.email | first}\";"),
    GIVES("only san.email like \"*b.example\"", "allow \"${san.email | last}\";"),
    GIVES("san.email like \"*b.example\" and count(san.email) = 1", "allow \"${san.email | first}\";"),
    GIVES("san.email like \"*b.example\" and (subject.O = \"b\" and first san.email like \"a*\")",
          "allow \"${san.email | first}\";"),
    GIVES("first san.email like \"a*\" or first san.email like \"b*\"", "allow \"${san.email | first}\";"),
    GIVES("not san.email like \"*evil.example\"", "allow \"${san.email | first}\";"),
    GIVES("san.email present", "allow \"${san.email | first}\";"),
    GIVES("san.upn like \"a*\"", "allow \"${san.email | first}\";"),
    GIVES("issuer.CN = \"a\"", "allow \"${subject.CN | first}\";"),
    GIVES("san.dirname.CN = \"a\"", "allow \"${subject.CN | first}\";"),
    GIVES("subject.1.2.3 = \"a\"", "allow \"${subject.1.2.4 | first}\";"),
    GIVES("subject = \"CN=a,O=b\" and subject.CN = \"a\"", "allow \"${subject.CN | first}\";"),
    GIVES("subject under \"O=b\"", "allow \"a\"; group \"${subject.OU | first}\";"),
    /* and the rest */
    DENY("always"),
    ALLOW("subject.CN present and subject.DC absent and count(subject.OU) = 2"),
};

T_TEST(is_silent) {
    struct load load;
    ck_assert_msg(load_with(&load, t_text(silent[_i]), NULL) == CERTMAP_OK, "%s: %s", silent[_i], load.error.text);
    ck_assert_msg(load.count == 0, "%s: %s", silent[_i], load.diagnostics[0].error.text);
    certmap_rules_free(load.rules);
}

/* ---- several ---- */

/* In the order of the text, whatever they are about. */
T_TEST(order) {
    static const char text[] = V "mapping \"a\" { when sha256 = \"" H "\" or subject.OU = \"x*\"; deny; }\n"
                                 "mapping \"b\" {\n"
                                 "    when not sha1 = \"" SHA1 "\"\n"
                                 "     and san.upn like \"*@b.example\"\n"
                                 "     and subject.OU = \"y*\";\n"
                                 "    allow \"CN=${san.upn | first | before(\"@\")}\";\n"
                                 "    group \"${subject.OU | last}\";\n"
                                 "}\n"
                                 "mapping \"c\" { when always; allow \"x\"; }\n";
    static const struct {
        size_t line;
        enum certmap_code code;
    } expected[] = {
        {2, CERTMAP_CODE_REFUSAL_BY_DIGEST},      {2, CERTMAP_CODE_LITERAL_WILDCARD},
        {4, CERTMAP_CODE_REFUSAL_BY_DIGEST},      {6, CERTMAP_CODE_LITERAL_WILDCARD},
        {7, CERTMAP_CODE_PLAIN_STRUCTURE},        {7, CERTMAP_CODE_PLACEHOLDER_OTHER_VALUE},
        {7, CERTMAP_CODE_PLACEHOLDER_OTHER_PART}, {8, CERTMAP_CODE_PLACEHOLDER_OTHER_VALUE},
        {10, CERTMAP_CODE_ALLOWS_EVERYONE},
    };
    struct load load;
    ck_assert_int_eq(load_with(&load, t_text(text), NULL), CERTMAP_OK);
    ck_assert_uint_eq(load.count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < load.count; i++) {
        ck_assert_int_eq(load.diagnostics[i].error.code, expected[i].code);
        ck_assert_uint_eq(load.diagnostics[i].error.line, expected[i].line);
    }
    certmap_rules_free(load.rules);
}

/* A mapping with an error is not all there; the others are looked at. */
T_TEST(beside_errors) {
    static const char text[] = V "mapping \"a\" { when subject.OU = \"x*\" and subject.XY = \"a\"; deny; }\n"
                                 "mapping \"b\" { when subject.OU = \"y*\"; deny; }\n";
    struct load load;
    ck_assert_int_eq(load_with(&load, t_text(text), NULL), CERTMAP_ERROR_SYNTAX);
    ck_assert_uint_eq(load.count, 2);
    ck_assert_int_eq(load.diagnostics[0].error.code, CERTMAP_CODE_UNKNOWN_SUBFIELD);
    ck_assert_int_eq(load.diagnostics[1].error.code, CERTMAP_CODE_LITERAL_WILDCARD);
    ck_assert_uint_eq(load.diagnostics[1].error.line, 3);
}

/* In one mapping, and in many. */
T_TEST(many) {
    struct t_buf text = T_BUF_INIT;
    struct load load;
    t_put(&text, V "mapping \"a\" { when subject.CN = \"*\"");
    for (int i = 0; i < 1000; i++)
        t_put(&text, _i == 0 ? " and subject.CN = \"*\"" : "; deny; }\nmapping \"b\" { when subject.CN = \"*\"");
    t_put(&text, "; deny; }\n");
    (void)load_with(&load, t_view(&text), NULL);
    for (size_t i = 0; i < CERTMAP_MAX_DIAGNOSTICS / 2 && _i == 0; i++)
        ck_assert_int_eq(load.diagnostics[i].error.code, CERTMAP_CODE_LITERAL_WILDCARD);
    ck_assert_uint_eq(load.count, _i == 0 ? CERTMAP_MAX_DIAGNOSTICS / 2 : CERTMAP_MAX_DIAGNOSTICS);
    certmap_rules_free(load.rules);
    t_buf_free(&text);
}

/* Texts at the limit of what is looked at, and of what a message can hold, are neither cut nor read too far. */
T_TEST(long_texts) {
    static const struct {
        const char *before, *unit, *behind;
    } parts[] = {
        {"subject.CN like \"", "[0-9]", ""},        {"subject.CN = \"", "*", ""},
        {"subject.CN like \"%", "x", ""},           {"issuer = \"C=US", ",O=x", ",CN=y"},
        {"san.uri like \"https://*.x.", "x", "/*"}, {"subject.CN like \"^", "\xC3\xA9", "$"},
    };
    for (size_t count = 1; count < 1100; count = count < 300 ? count + 1 : count + 97) {
        struct t_buf text = T_BUF_INIT;
        struct load load;
        t_put(&text, V "mapping \"m\" { when ");
        t_put(&text, parts[_i].before);
        for (size_t i = 0; i < count; i++)
            t_put(&text, parts[_i].unit);
        t_put(&text, parts[_i].behind);
        t_put(&text, "\"; deny; }");
        ck_assert_int_eq(load_with(&load, t_view(&text), NULL), CERTMAP_OK);
        ck_assert_uint_le(load.count, 1);
        ck_assert(count > 200 || load.count == 1);
        ck_assert(load.count == 0 || strlen(load.diagnostics[0].error.text) < sizeof load.error.text);
        certmap_rules_free(load.rules);
        t_buf_free(&text);
    }
}

/* Without anyone to report to, nothing is different. */
T_TEST(nobody_to_tell) {
    struct certmap_rules *rules = NULL;
    const char *text = deserving[_i].text;
    struct t_buf plain = T_BUF_INIT;
    size_t offset, length;
    take_mark(&plain, &offset, &length, text);
    ck_assert_int_eq(certmap_rules_parse(&rules, t_view(&plain), NULL, NULL), CERTMAP_OK);
    certmap_rules_free(rules);
    t_buf_free(&plain);
}

/* ---- memory ---- */

T_TEST(without_memory) {
    struct t_buf text = T_BUF_INIT;
    size_t offset, length;
    take_mark(&text, &offset, &length, deserving[_i].text);
    for (size_t n = 0;; n++) {
        struct t_alloc memory = T_ALLOC_INIT;
        const struct certmap_allocator allocator = t_alloc_allocator(&memory);
        struct load load;
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = load_with(&load, t_view(&text), &allocator);
        certmap_rules_free(load.rules);
        ck_assert_uint_eq(memory.live, 0);
        if (!t_alloc_failed(&memory))
            break;
        ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
    }
    t_buf_free(&text);
}

/* ---- patterns, for other loaders ---- */

static const struct {
    const char *pattern;
    unsigned flags;
    const char *says; /* NULL: nothing */
} patterns[] = {
    {"[0-9]*", CERTMAP_IIS_PATTERN, "write ? for any one character"},
    {"^Contoso.*$", CERTMAP_IIS_PATTERN, "write \"Contoso*\""},
    {"\\d+", CERTMAP_IIS_PATTERN, "regular expression"},
    {"\\\\d+", 0, "regular expression"},
    {"%Contoso%", CERTMAP_IIS_PATTERN, "write \"*Contoso*\""},
    {"(a|b)", CERTMAP_IIS_PATTERN, "write a mapping for each"},
    {"Contoso*", CERTMAP_IIS_PATTERN, NULL},
    {"CONTOSO\\d*", CERTMAP_IIS_PATTERN, NULL},
    {"", CERTMAP_IIS_PATTERN, NULL},
    {"\\", 0, NULL},
    {"[", 0, NULL},
};

T_TEST(pattern) {
    struct certmap_diagnostic diagnostic = {.status = CERTMAP_OK};
    const struct certmap_view view = t_text(patterns[_i].pattern);
    const bool found = certmap_pattern_advise(view, patterns[_i].flags, &diagnostic);
    ck_assert_msg(found == (patterns[_i].says != NULL), "%s: %s", patterns[_i].pattern, diagnostic.text);
    ck_assert_int_eq(certmap_pattern_advise(view, patterns[_i].flags, NULL), found);
    if (!found)
        return;
    ck_assert_int_eq(diagnostic.code, CERTMAP_CODE_LITERAL_CLASS);
    ck_assert_uint_eq(diagnostic.line, 0);
    ck_assert_msg(strstr(diagnostic.text, patterns[_i].says) != NULL, "%s: %s", patterns[_i].pattern, diagnostic.text);
}

T_TEST(pattern_of_nothing) {
    ck_assert(!certmap_pattern_advise((struct certmap_view){NULL, 0}, 0, NULL));
    ck_assert(!certmap_pattern_advise((struct certmap_view){NULL, 1}, 0, NULL));
}

T_TESTS("advice", T_CASE("rows", T_LOOP(deserves, COUNT(deserving)), T_LOOP(is_silent, COUNT(silent))),
        T_CASE("several", order, beside_errors, T_LOOP(many, 2), T_LOOP(long_texts, 6),
               T_LOOP(nobody_to_tell, COUNT(deserving)), T_LOOP(without_memory, COUNT(deserving))),
        T_CASE("patterns", T_LOOP(pattern, COUNT(patterns)), pattern_of_nothing))
