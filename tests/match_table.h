/* SPDX-License-Identifier: MIT */
/* What rules mean, row by row: test_match runs every row through certmap_match, test_explain through
 * certmap_explain. docs/matching.md says the same in sentences. Names are written as t_name reads
 * them. */
#ifndef T_MATCH_TABLE_H
#define T_MATCH_TABLE_H

/* ---- conditions and expressions ----
 *
 * What is after "when", a subject, and what comes out: "true", "false", or "unknown" with the code
 * of the cause. The issuer of all of them is T_ISSUER. */
struct t_condition_row {
    const char *condition, *subject, *truth;
};

#define T_ISSUER "C=SE | O=Issuer | CN=Root | CN=CA 1"

/* For the tables of logic, with the subject T_LOGIC. */
#define T "subject.CN = \"x\""
#define F "subject.CN = \"y\""
#define U "subject.OU = \"z\""
#define T_LOGIC "CN=x | octet OU=z"

#define E_ACUTE "\xC3\xA9"           /* U+00E9 */
#define E_AND_ACUTE "e\xCC\x81"      /* U+0065 U+0301 */
#define E_ACUTE_UPPER "\xC3\x89"     /* U+00C9 */
#define SHARP_S "\xC3\x9F"           /* U+00DF */
#define SHARP_S_UPPER "\xE1\xBA\x9E" /* U+1E9E */
#define DOTTED_I "\xC4\xB0"          /* U+0130, capital */
#define DOTLESS_I "\xC4\xB1"         /* U+0131, small */
#define KELVIN "\xE2\x84\xAA"        /* U+212A */
#define ANGSTROM "\xE2\x84\xAB"      /* U+212B */
#define A_RING "\xC3\x85"            /* U+00C5 */
#define SIGMA "\xCF\x83"             /* U+03C3 */
#define SIGMA_FINAL "\xCF\x82"       /* U+03C2 */
#define SIGMA_UPPER "\xCE\xA3"       /* U+03A3 */
#define SMILE "\xF0\x9F\x98\x80"     /* U+1F600 */
#define ACUTE "\xCC\x81"             /* U+0301, combining */

static const struct t_condition_row t_conditions[] = {
    /* equal means equal */
    {"subject.CN = \"Alice\"", "CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "CN=Bob", "false"},
    {"subject.CN = \"Alice\"", "CN=alice", "false"},
    {"subject.CN = \"Alice\"", "CN=Alic", "false"},
    {"subject.CN = \"Alice\"", "CN=Alicee", "false"},
    {"subject.CN = \"Alice\"", "CN=Alice\\x20", "false"},
    {"subject.CN = \"Alice\"", "CN=\\x20Alice", "false"},
    {"subject.CN = \"Alice\"", "CN=", "false"},
    {"subject.CN = \"\"", "CN=", "true"},
    {"subject.CN = \"\"", "CN=\\x20", "false"},
    {"subject.CN = \"a  b\"", "CN=a b", "false"},
    {"subject.CN = \"a  b\"", "CN=a  b", "true"},
    {"subject.CN = \" a \"", "CN=\\x20a\\x20", "true"},
    {"subject.CN = \"Alice,O=Contoso\"", "CN=Alice | O=Contoso", "false"},
    {"subject.CN = \"Alice,O=Contoso\"", "CN=Alice,O=Contoso", "true"},
    {"subject.O = \"Contoso\"", "CN=a,O=Contoso", "false"},
    {"subject.CN = \"*\"", "CN=Alice", "false"},
    {"subject.CN = \"*\"", "CN=*", "true"},
    {"subject.CN = \"?\"", "CN=a", "false"},

    /* escapes */
    {"subject.CN = \"a\\\\b\"", "CN=a\\\\b", "true"},
    {"subject.CN = \"a\\\"b\"", "CN=a\"b", "true"},
    {"subject.CN = \"a\\nb\"", "CN=a\\x0Ab", "true"},
    {"subject.CN = \"a\\tb\"", "CN=a\\x09b", "true"},
    {"subject.CN = \"\\u{41}\"", "CN=A", "true"},
    {"subject.CN = \"\\u{000041}\"", "CN=A", "true"},
    {"subject.CN = \"\\u{e9}\"", "CN=" E_ACUTE, "true"},
    {"subject.CN = \"\\u{E9}\"", "CN=" E_ACUTE, "true"},
    {"subject.CN = \"\\u{1F600}\"", "CN=" SMILE, "true"},
    {"subject.CN = \"\\u{10FFFF}\"", "CN=\\xF4\\x8F\\xBF\\xBF", "true"},
    {"subject.CN = \"\\u{D7FF}\"", "CN=\\xED\\x9F\\xBF", "true"},
    {"subject.CN = \"\\u{202E}\"", "CN=\\xE2\\x80\\xAE", "true"},

    /* any value, whichever RDN it is in */
    {"subject.CN = \"Alice\"", "CN=Bob | CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "CN=Alice | CN=Bob", "true"},
    {"subject.CN = \"Alice\"", "CN=Bob + CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "CN=Alice + CN=Bob", "true"},
    {"subject.CN = \"Alice\"", "O=x + CN=Bob | OU=y + CN=Alice + L=z", "true"},
    {"subject.CN = \"Alice\"", "O=Alice | OU=Alice", "false"},
    {"subject.CN = \"Alice\"", "", "false"},
    {"subject.CN = \"Alice\"", "rdns 300 CN=Bob | CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "avas 200 CN=Bob + CN=Alice", "true"},
    {"subject.CN = \"Alice\" and subject.CN = \"Bob\"", "CN=Bob | CN=Alice", "true"},
    {"not subject.CN = \"Alice\"", "CN=Bob | CN=Alice", "false"},
    {"not subject.CN = \"Alice\"", "CN=Bob", "true"},
    {"not subject.CN = \"Alice\"", "", "true"},
    {"subject.OU = \"Sales\" and subject.OU = \"Berlin\"", "OU=Sales | OU=Munich | OU=Berlin | CN=a", "true"},

    /* subject and issuer */
    {"issuer.CN = \"Root\"", "CN=a", "true"},
    {"issuer.CN = \"CA 1\"", "CN=a", "true"},
    {"issuer.CN = \"a\"", "CN=a", "false"},
    {"subject.CN = \"Root\"", "CN=a", "false"},
    {"subject.CN = \"Root\"", "CN=Root", "true"},
    {"issuer.O = \"Issuer\" and subject.O = \"Subject\"", "O=Subject", "true"},
    {"issuer.O = \"Subject\" or subject.O = \"Issuer\"", "O=Subject", "false"},
    {"issuer.L present", "L=x", "false"},

    /* in */
    {"subject.CN in (\"Alice\", \"Bob\")", "CN=Alice", "true"},
    {"subject.CN in (\"Alice\", \"Bob\")", "CN=Bob", "true"},
    {"subject.CN in (\"Alice\", \"Bob\")", "CN=Carol", "false"},
    {"subject.CN in (\"Alice\", \"Bob\")", "CN=Carol | CN=Bob", "true"},
    {"subject.CN in (\"Alice\")", "CN=Alice", "true"},
    {"subject.CN in (\"Alice\", \"Bob\")", "CN=alice", "false"},
    {"subject.CN in nocase (\"Alice\", \"Bob\")", "CN=BOB", "true"},
    {"subject.CN in (\"Alice\", \"Bob\")", "octet CN=Alice", "unknown value-type"},
    {"subject.CN in (\"A*\")", "CN=Alice", "false"},
    {"subject.CN in (\"A*\")", "CN=A*", "true"},
    {"subject.CN in (\"\", \"x\")", "CN=", "true"},

    /* present is never unknown */
    {"subject.CN present", "CN=Alice", "true"},
    {"subject.CN present", "CN=", "true"},
    {"subject.CN present", "O=x", "false"},
    {"subject.CN present", "", "false"},
    {"subject.CN present", "octet CN=Alice", "true"},
    {"subject.CN present", "CN=\\xFF", "true"},
    {"subject.CN present", "CN=a\\x00b", "true"},
    {"subject.CN present", "CN=\\{a*65537}", "true"},
    {"subject.CN present", "O=x + octet CN=Alice", "true"},
    {"not subject.CN present", "octet CN=Alice", "false"},
    {"not subject.OU present", "octet CN=Alice", "true"},
    {"subject.1.2.3.4 present", "1.2.3.5=a", "false"},
    {"subject.1.2.3.4 present", "1.2.3.5=a | 1.2.3.4=a", "true"},

    /* every: false if a readable value fails, else unknown if one is unreadable; of nothing false */
    {"every subject.CN = \"a\"", "CN=a", "true"},
    {"every subject.CN = \"a\"", "CN=a | CN=a", "true"},
    {"every subject.CN = \"a\"", "CN=a + CN=a", "true"},
    {"every subject.CN = \"a\"", "CN=a | CN=b", "false"},
    {"every subject.CN = \"a\"", "CN=b | CN=a", "false"},
    {"every subject.CN = \"a\"", "O=a", "false"},
    {"every subject.CN = \"a\"", "", "false"},
    {"every subject.CN = \"a\"", "octet CN=a", "unknown value-type"},
    {"every subject.CN = \"a\"", "CN=a | octet CN=a", "unknown value-type"},
    {"every subject.CN = \"a\"", "octet CN=a | CN=a", "unknown value-type"},
    {"every subject.CN = \"a\"", "octet CN=a | CN=b", "false"},
    {"every subject.CN = \"a\"", "CN=b | octet CN=a", "false"},
    {"every subject.CN = \"a\"", "CN=a | CN=a\\x00 | octet CN=a", "unknown value-nul"},
    {"not every subject.CN = \"a\"", "octet CN=a", "unknown value-type"},
    {"not every subject.CN = \"a\"", "", "true"},
    {"every subject.CN in (\"a\", \"b\")", "CN=a | CN=b", "true"},
    {"every subject.CN in (\"a\", \"b\")", "CN=a | CN=c", "false"},
    {"every subject.CN like nocase \"A*\"", "CN=ab | CN=AC", "true"},
    /* whole Names: patterns, exact case, RDNs */
    {"subject like \"CN=*,OU=Sales*,**\"", "C=SE | OU=Sales 2 | CN=a", "true"},
    {"subject like \"CN=*,OU=Sales*,**\"", "C=SE | OU=sales | CN=a", "false"},
    {"subject like nocase \"CN=*,OU=Sales*,**\"", "C=SE | OU=SALES | CN=a", "true"},
    {"subject like \"CN=*,OU=Sales*,**\"", "C=SE | OU=Sales + L=x | CN=a", "false"},
    {"subject like \"CN=a\\\\,b\"", "CN=a,b", "true"},
    {"subject like \"CN=\\*,**\"", "CN=*", "true"},
    {"subject like \"CN=\\*,**\"", "CN=a", "false"},
    {"subject like (\"CN=b\", \"**,O=x\")", "O=x", "true"},
    {"subject like \"CN=*,**\"", "octet CN=a", "unknown value-type"},
    {"subject like \"CN=*,**\"", "octet CN=a | OU=b", "false"},
    {"not subject like \"**,OU=Contractors,**\"", "OU=Staff | octet OU=x", "unknown value-type"},
    {"issuer like \"CN=CA ?,CN=Root,**\"", "", "true"},
    {"subject = exact \"CN=Alice,O=Contoso\"", "O=Contoso | CN=Alice", "true"},
    {"subject = exact \"CN=Alice,O=Contoso\"", "O=Contoso | CN=alice", "false"},
    {"subject = \"CN=Alice,O=Contoso\"", "O=Contoso | CN=alice", "true"},
    {"subject = exact \"CN=a b\"", "CN=a  b", "false"},
    {"subject in exact (\"CN=a\", \"OU=b+CN=c\")", "CN=c + OU=b", "true"},
    {"subject = exact \"CN=a\"", "octet CN=a", "unknown value-type"},
    {"count(subject) = 3", "C=SE | O=a + OU=b | CN=c", "true"},
    {"count(subject) = 2", "C=SE | O=a + OU=b | CN=c", "false"},
    {"count(subject) = 0", "", "true"},
    {"count(issuer) = 4", "", "true"},
    {"count(subject) = 1", "octet CN=a", "true"},
    {"subject.serialNumber matches \"PNO[A-Z]{2}-[0-9]{8,11}\"", "SERIALNUMBER=PNOSE-19800101", "true"},
    {"subject.serialNumber matches \"PNO[A-Z]{2}-[0-9]{8,11}\"", "SERIALNUMBER=PNOSE-198001", "false"},
    {"subject.serialNumber matches \"PNO[A-Z]{2}-[0-9]{8,11}\"", "SERIALNUMBER=xPNOSE-19800101", "false"},
    {"subject.CN matches \"[0-9]{3}....\"", "CN=1122345", "true"},
    {"subject.CN matches \"[0-9]{3}....\"", "CN=11a2345", "false"},
    {"every subject.CN matches \"a+\"", "CN=a | CN=aa", "true"},
    {"every subject.CN matches \"a+\"", "CN=a | CN=ab", "false"},
    {"only subject.CN matches \"a+\"", "CN=a | CN=a", "false"},
    {"subject.CN matches (\"a\", \"b|c\")", "CN=c", "true"},
    {"subject.CN matches \".*\"", "octet CN=a", "unknown value-type"},
    {"subject.CN matches \"a\"", "octet CN=a | CN=a", "true"},
    {"not subject.CN matches \"a.*\"", "CN=ab | CN=b", "false"},
    {"subject.CN matches nocase \"[A-C]" KELVIN "\"", "CN=bk", "true"},
    {"subject.CN matches nocase \"J\\u{30C}\"", "CN=\xC7\xB0", "true"},
    {"subject.CN matches \".\"", "CN=" E_AND_ACUTE, "true"},
    {"subject.CN matches \"" E_AND_ACUTE "\"", "CN=" E_ACUTE, "true"},
    {"subject.CN matches \"\"", "CN=", "true"},
    {"subject.CN matches \"a*\"", "O=a", "false"},
    {"every subject.1.2.3 = \"a\"", "1.2.3=a | 1.2.4=b", "true"},
    /* first and last: in encoded order, AVAs of an RDN included */
    {"first subject.CN = \"a\"", "CN=a | CN=b", "true"},
    {"first subject.CN = \"b\"", "CN=a | CN=b", "false"},
    {"last subject.CN = \"a\"", "CN=b | CN=a", "true"},
    {"last subject.CN = \"b\"", "CN=b | CN=a", "false"},
    {"first subject.CN = \"a\"", "CN=a + CN=b", "true"},
    {"first subject.CN = \"b\"", "CN=a + CN=b", "false"},
    {"last subject.CN = \"a\"", "CN=b + CN=a", "true"},
    {"last subject.CN = \"b\"", "CN=b + CN=a", "false"},
    {"first subject.CN = \"a\"", "O=x | CN=a | CN=b", "true"},
    {"first subject.CN = \"b\"", "O=x | CN=a | CN=b", "false"},
    {"last subject.CN = \"a\"", "CN=b | CN=a | O=x", "true"},
    {"last subject.CN = \"b\"", "CN=b | CN=a | O=x", "false"},
    {"first subject.CN = \"a\"", "", "false"},
    {"first subject.CN = \"a\"", "O=a", "false"},
    {"first subject.CN = \"a\"", "CN=a", "true"},
    {"last subject.CN = \"a\"", "", "false"},
    {"last subject.CN = \"a\"", "O=a", "false"},
    {"last subject.CN = \"a\"", "CN=a", "true"},
    {"first subject.CN = \"a\"", "octet CN=a | CN=a", "unknown value-type"},
    {"first subject.CN = \"a\"", "CN=a | octet CN=a", "true"},
    {"first subject.CN = \"a\"", "CN=b | octet CN=a", "false"},
    {"last subject.CN = \"a\"", "CN=a | octet CN=a", "unknown value-type"},
    {"last subject.CN = \"a\"", "octet CN=a | CN=a", "true"},
    {"first subject.1.2.3 = \"a\"", "1.2.4=b | 1.2.3=a", "true"},
    {"last subject.1.2.3 = \"a\"", "1.2.3=a | 1.2.4=b", "true"},
    /* only: false if there are several, readable or not */
    {"only subject.CN = \"a\"", "CN=a", "true"},
    {"only subject.CN = \"a\"", "CN=b", "false"},
    {"only subject.CN = \"a\"", "", "false"},
    {"only subject.CN = \"a\"", "CN=a | CN=a", "false"},
    {"only subject.CN = \"a\"", "CN=a + CN=a", "false"},
    {"only subject.CN = \"a\"", "octet CN=a", "unknown value-type"},
    {"only subject.CN = \"a\"", "CN=a | octet CN=a", "false"},
    {"only subject.CN = \"a\"", "octet CN=a | CN=a", "false"},
    {"only subject.CN = \"a\"", "CN=a | O=a", "true"},
    /* any says what is meant without it */
    {"any subject.CN = \"a\"", "CN=b | CN=a", "true"},
    {"any subject.CN = \"a\"", "CN=b | octet CN=a", "unknown value-type"},
    /* count and absent look at AVAs and are never unknown */
    {"count(subject.CN) = 0", "", "true"},
    {"count(subject.CN) = 0", "O=x", "true"},
    {"count(subject.CN) = 0", "CN=a", "false"},
    {"count(subject.CN) = 0", "octet CN=a", "false"},
    {"count(subject.CN) = 1", "CN=a", "true"},
    {"count(subject.CN) = 1", "octet CN=a", "true"},
    {"count(subject.CN) = 1", "", "false"},
    {"count(subject.CN) = 1", "CN=a | CN=b", "false"},
    {"count(subject.CN) = 1", "CN=a + CN=b", "false"},
    {"count(subject.CN) = 2", "CN=a | octet CN=b", "true"},
    {"count(subject.CN) = 2", "CN=a + CN=b", "true"},
    {"count(subject.CN) = 2", "CN=a", "false"},
    {"count(subject.CN) = 2", "CN=a | CN=b | CN=c", "false"},
    {"count(subject.CN) = 9999999", "CN=a", "false"},
    {"count(issuer.CN) = 2", "", "true"},
    {"not count(subject.CN) = 1", "CN=a", "false"},
    {"count(subject.1.2.3) = 1", "1.2.3=a | 1.2.4=a", "true"},
    {"subject.CN absent", "", "true"},
    {"subject.CN absent", "O=x", "true"},
    {"subject.CN absent", "CN=a", "false"},
    {"subject.CN absent", "octet CN=a", "false"},
    {"subject.CN absent", "O=x + CN=\\xFF", "false"},
    {"not subject.CN absent", "CN=a", "true"},
    {"issuer.L absent", "L=x", "true"},
    {"subject.1.2.3 absent", "1.2.4=a", "true"},

    /* Kleene: and */
    {T " and " T, T_LOGIC, "true"},
    {T " and " F, T_LOGIC, "false"},
    {T " and " U, T_LOGIC, "unknown value-type"},
    {F " and " T, T_LOGIC, "false"},
    {F " and " F, T_LOGIC, "false"},
    {F " and " U, T_LOGIC, "false"},
    {U " and " T, T_LOGIC, "unknown value-type"},
    {U " and " F, T_LOGIC, "false"},
    {U " and " U, T_LOGIC, "unknown value-type"},
    /* or */
    {T " or " T, T_LOGIC, "true"},
    {T " or " F, T_LOGIC, "true"},
    {T " or " U, T_LOGIC, "true"},
    {F " or " T, T_LOGIC, "true"},
    {F " or " F, T_LOGIC, "false"},
    {F " or " U, T_LOGIC, "unknown value-type"},
    {U " or " T, T_LOGIC, "true"},
    {U " or " F, T_LOGIC, "unknown value-type"},
    {U " or " U, T_LOGIC, "unknown value-type"},
    /* not */
    {"not " T, T_LOGIC, "false"},
    {"not " F, T_LOGIC, "true"},
    {"not " U, T_LOGIC, "unknown value-type"},
    {"not not " T, T_LOGIC, "true"},
    {"not not " U, T_LOGIC, "unknown value-type"},
    {"not not not " F, T_LOGIC, "true"},
    /* more than two, and nested */
    {T " and " T " and " F, T_LOGIC, "false"},
    {U " and " T " and " F, T_LOGIC, "false"},
    {T " and " U " and " T, T_LOGIC, "unknown value-type"},
    {F " or " F " or " T, T_LOGIC, "true"},
    {U " or " F " or " T, T_LOGIC, "true"},
    {F " or " U " or " F, T_LOGIC, "unknown value-type"},
    {"(" T " or " U ") and (" F " or " U ")", T_LOGIC, "unknown value-type"},
    {"(" T " or " U ") and (" F " or " T ")", T_LOGIC, "true"},
    {"(" F " and " U ") or " T, T_LOGIC, "true"},
    {"(" F " and " U ") or " F, T_LOGIC, "false"},
    {"not (" T " and " F ")", T_LOGIC, "true"},
    {"not (" T " and " U ")", T_LOGIC, "unknown value-type"},
    {"not (" F " and " U ")", T_LOGIC, "true"},
    {"not (" F " or " U ")", T_LOGIC, "unknown value-type"},
    {"not (" T " or " U ")", T_LOGIC, "false"},
    {"not " F " and " T, T_LOGIC, "true"},
    {"not " T " or " T, T_LOGIC, "true"},
    {"not (not " U " and not " F ")", T_LOGIC, "unknown value-type"},
    {"not (not " T " and not " F ")", T_LOGIC, "true"},
    {"((" T "))", T_LOGIC, "true"},
    {U " or not " U, T_LOGIC, "unknown value-type"},
    {U " and not " U, T_LOGIC, "unknown value-type"},
    /* the first cause is told */
    {"subject.L = \"a\" or " U, "CN=x | octet OU=z | L=\\xFF", "unknown value-encoding"},
    {U " or subject.L = \"a\"", "CN=x | octet OU=z | L=\\xFF", "unknown value-type"},
    {U " and subject.L = \"a\"", "CN=x | octet OU=z | L=\\xFF", "unknown value-type"},

    /* unknown, unless another value already satisfies the condition */
    {"subject.OU = \"Sales\"", "octet OU=Sales", "unknown value-type"},
    {"subject.OU = \"Sales\"", "octet OU=Sales | OU=Staff", "unknown value-type"},
    {"subject.OU = \"Sales\"", "OU=Staff | octet OU=Sales", "unknown value-type"},
    {"subject.OU = \"Sales\"", "octet OU=x | OU=Sales", "true"},
    {"subject.OU = \"Sales\"", "OU=Sales | octet OU=x", "true"},
    {"subject.OU = \"Sales\"", "octet OU=x + OU=Sales", "true"},
    {"subject.OU = \"Sales\"", "OU=Staff | octet CN=Sales", "false"},
    {"subject.OU = \"Sales\"", "OU=\\xFF | octet OU=x", "unknown value-encoding"},
    {"not subject.OU = \"Sales\"", "octet OU=Sales", "unknown value-type"},
    {"not subject.OU = \"Sales\"", "octet OU=x | OU=Sales", "false"},
    {"subject.OU like \"*\"", "octet OU=Sales", "unknown value-type"},
    {"subject.OU like \"*\"", "octet OU=x | OU=Sales", "true"},
    {"subject.OU like \"*\"", "OU=\\xFF", "unknown value-encoding"},
    {"subject.OU like nocase \"*\"", "octet OU=", "unknown value-type"},

    /* string types */
    {"subject.CN = \"Alice\"", "printable CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "ia5 CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "visible CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "numeric CN=Alice", "true"}, /* outside its repertoire, and tolerated */
    {"subject.CN = \"12 3\"", "numeric CN=12 3", "true"},
    {"subject.CN = \"a@b*_\"", "printable CN=a@b*_", "true"},
    {"subject.CN = \"\\u{7F}\"", "visible CN=\\x7F", "true"},
    {"subject.CN = \"Alice\"", "t61 CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "bmp CN=Alice", "true"},
    {"subject.CN = \"Alice\"", "universal CN=Alice", "true"},
    {"subject.CN = \"" E_ACUTE "\"", "printable CN=\\xE9", "unknown value-encoding"},
    {"subject.CN = \"" E_ACUTE "\"", "printable CN=" E_ACUTE, "unknown value-encoding"},
    {"subject.CN = \"" E_ACUTE "\"", "ia5 CN=\\xE9", "unknown value-encoding"},
    {"subject.CN = \"" E_ACUTE "\"", "visible CN=\\x80", "unknown value-encoding"},
    {"subject.CN = \"" E_ACUTE "\"", "numeric CN=\\xE9", "unknown value-encoding"},
    {"subject.CN = \"" E_ACUTE "\"", "CN=" E_ACUTE, "true"},
    {"subject.CN = \"" E_ACUTE "\"", "CN=\\xE9", "unknown value-encoding"},
    {"subject.CN = \"" E_ACUTE "\"", "t61 CN=\\xE9", "true"},
    {"subject.CN = \"" E_ACUTE "t" E_ACUTE "\"", "t61 CN=\\xE9t\\xE9", "true"},
    {"subject.CN = \"" E_ACUTE "\"", "t61 CN=" E_ACUTE, "unknown value-ambiguous"},
    {"subject.CN = \"\\u{C3}\\u{A9}\"", "t61 CN=" E_ACUTE, "unknown value-ambiguous"},
    {"subject.CN = \"\\u{C3}\\u{A9}\\u{E9}\"", "t61 CN=" E_ACUTE "\\xE9", "true"},
    {"subject.CN = \"\\u{80}\\u{FF}\"", "t61 CN=\\x80\\xFF", "true"},
    {"subject.CN = \"" E_ACUTE "\"", "bmp CN=" E_ACUTE, "true"},
    {"subject.CN = \"" SMILE "\"", "bmp CN=" SMILE, "true"},
    {"subject.CN = \"" E_ACUTE "\"", "universal CN=" E_ACUTE, "true"},
    {"subject.CN = \"" SMILE "\"", "universal CN=" SMILE, "true"},
    {"subject.CN = \"Alice\"", "octet CN=Alice", "unknown value-type"},
    {"subject.CN = \"Alice\"", "0x1B CN=Alice", "unknown value-type"},                    /* GeneralString */
    {"subject.CN = \"Alice\"", "0x19 CN=Alice", "unknown value-type"},                    /* GraphicString */
    {"subject.CN = \"Alice\"", "0x17 CN=Alice", "unknown value-type"},                    /* UTCTime */
    {"subject.CN = \"Alice\"", "0x03 CN=\\x00Alice", "unknown value-type"},               /* BIT STRING */
    {"subject.CN = \"Alice\"", "0x05 CN=", "unknown value-type"},                         /* NULL */
    {"subject.CN = \"Alice\"", "0x8C CN=Alice", "unknown value-type"},                    /* context-specific */
    {"subject.CN = \"Alice\"", "raw CN=\\x2C\\x07\\x0C\\x05Alice", "unknown value-type"}, /* constructed */
    {"subject.CN = \"Alice\"", "raw CN=\\x30\\x07\\x0C\\x05Alice", "unknown value-type"}, /* SEQUENCE */

    /* bytes that are not what their type says */
    {"subject.CN like \"*\"", "CN=\\xC0\\x80", "unknown value-encoding"},           /* overlong U+0000 */
    {"subject.CN like \"*\"", "CN=\\xC1\\x81", "unknown value-encoding"},           /* overlong A */
    {"subject.CN like \"*\"", "CN=\\xE0\\x81\\x81", "unknown value-encoding"},      /* overlong A */
    {"subject.CN like \"*\"", "CN=\\xF0\\x80\\x81\\x81", "unknown value-encoding"}, /* overlong A */
    {"subject.CN like \"*\"", "CN=\\xED\\xA0\\x80", "unknown value-encoding"},      /* surrogate */
    {"subject.CN like \"*\"", "CN=\\xF4\\x90\\x80\\x80", "unknown value-encoding"}, /* past U+10FFFF */
    {"subject.CN like \"*\"", "CN=\\xE2\\x82", "unknown value-encoding"},           /* cut */
    {"subject.CN like \"*\"", "CN=\\x80", "unknown value-encoding"},                /* no lead byte */
    {"subject.CN like \"*\"", "CN=Alice\\xFE", "unknown value-encoding"},
    {"subject.CN like \"*\"", "bmp CN=a\\x00", "unknown value-encoding"},       /* odd */
    {"subject.CN like \"*\"", "bmp CN=\\xD8\\x3D", "unknown value-encoding"},   /* lone high */
    {"subject.CN like \"*\"", "bmp CN=\\xD8\\x3Da", "unknown value-encoding"},  /* high, no low */
    {"subject.CN like \"*\"", "bmp CN=\\xDE\\x00", "unknown value-encoding"},   /* lone low */
    {"subject.CN like \"*\"", "universal CN=a\\x00", "unknown value-encoding"}, /* not a multiple of 4 */
    {"subject.CN like \"*\"", "universal CN=\\x00\\x00\\xD8\\x00", "unknown value-encoding"},
    {"subject.CN like \"*\"", "universal CN=\\x00\\x11\\x00\\x00", "unknown value-encoding"},
    {"subject.CN like \"*\"", "universal CN=\\x80\\x00\\x00\\x41", "unknown value-encoding"},

    /* a NUL, in every type */
    {"subject.CN = \"Alice\"", "CN=Alice\\x00", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "CN=Alice\\x00.evil.example", "unknown value-nul"},
    {"subject.CN like \"Alice*\"", "CN=Alice\\x00.evil.example", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "CN=\\x00", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "printable CN=Alice\\x00", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "ia5 CN=Alice\\x00", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "t61 CN=Alice\\x00", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "t61 CN=Alic\\xE9\\x00", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "bmp CN=Alice\\x00\\x00", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "universal CN=\\x00\\x00\\x00\\x00", "unknown value-nul"},
    {"subject.CN = \"Alice\"", "CN=Alice\\x00 | CN=Alice", "true"},

    /* over the limit of a value */
    {"subject.CN like \"a*\"", "CN=\\{a*65536}", "true"},
    {"subject.CN like \"a*\"", "CN=\\{a*65537}", "unknown value-too-long"},
    {"subject.CN like \"a*\"", "bmp CN=\\{a*32768}", "true"},
    {"subject.CN like \"a*\"", "bmp CN=\\{a*32769}", "unknown value-too-long"},
    {"subject.CN = \"b\"", "CN=\\{a*65537} | CN=b", "true"},

    /* NFC and NFD are the same, both ways */
    {"subject.CN = \"" E_ACUTE "\"", "CN=" E_AND_ACUTE, "true"},
    {"subject.CN = \"" E_AND_ACUTE "\"", "CN=" E_ACUTE, "true"},
    {"subject.CN = \"" E_AND_ACUTE "\"", "CN=" E_AND_ACUTE, "true"},
    {"subject.CN = \"e\\u{301}\"", "CN=" E_ACUTE, "true"},
    {"subject.CN = \"" E_ACUTE "\"", "CN=e", "false"},
    {"subject.CN = \"e\"", "CN=" E_AND_ACUTE, "false"},
    {"subject.CN like \"e*\"", "CN=" E_AND_ACUTE, "false"},
    {"subject.CN like \"" E_AND_ACUTE "*\"", "CN=" E_ACUTE "t" E_ACUTE, "true"},
    {"subject.CN like \"*" E_AND_ACUTE "\"", "CN=" E_ACUTE "t" E_ACUTE, "true"},
    {"subject.CN like \"*" ACUTE "\"", "CN=" E_ACUTE, "false"},
    {"subject.CN like \"e?\"", "CN=" E_AND_ACUTE, "false"},
    {"subject.CN = \"" ANGSTROM "\"", "CN=" A_RING, "true"},
    {"subject.CN = \"" A_RING "\"", "CN=" ANGSTROM, "true"},
    {"subject.CN = \"A\\u{30A}\"", "CN=" ANGSTROM, "true"},
    {"subject.CN = \"" KELVIN "\"", "CN=K", "true"},
    {"subject.CN = \"\\u{1E69}\"", "CN=s\xCC\xA3\xCC\x87", "true"}, /* s, dot below, dot above */
    {"subject.CN = \"\\u{1E69}\"", "CN=s\xCC\x87\xCC\xA3", "true"}, /* the marks the other way round */
    /* U+11A7 is no trailing consonant, whatever utf8proc thinks */
    {"subject.CN = \"\\u{AC00}\"", "CN=\\xEA\\xB0\\x80\\xE1\\x86\\xA7", "false"},
    {"subject.CN = \"\\u{AC00}\\u{11A7}\"", "CN=\\xEA\\xB0\\x80\\xE1\\x86\\xA7", "true"},
    {"subject.CN = \"\\u{1100}\\u{1161}\\u{11A7}\"", "CN=\\xEA\\xB0\\x80\\xE1\\x86\\xA7", "true"},
    {"subject.CN like \"*\\u{11A7}*\"", "CN=\\xEA\\xB0\\x80\\xE1\\x86\\xA7", "true"},
    {"subject.CN like \"\\u{AC00}?\"", "CN=\\xEA\\xB0\\x80\\xE1\\x86\\xA7", "true"},
    {"subject.CN = nocase \"\\u{11A7}X\\u{11A7}\"", "CN=\\xE1\\x86\\xA7x\\xE1\\x86\\xA7", "true"},
    {"subject.CN = \"\\u{AC01}\"", "CN=\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", "true"}, /* Hangul */
    {"subject.CN = \"\\u{915}\\u{93C}\"", "CN=\xE0\xA5\x98", "true"}, /* U+0958, excluded from composition */

    /* no compatibility mapping, nothing ignorable removed, not even with nocase */
    {"subject.CN = nocase \"fi\"", "CN=\xEF\xAC\x81", "false"}, /* ligature */
    {"subject.CN = nocase \"1\"", "CN=\xC2\xB9", "false"},      /* superscript */
    {"subject.CN = nocase \"1\"", "CN=\xE2\x91\xA0", "false"},  /* circled */
    {"subject.CN = nocase \"A\"", "CN=\xEF\xBC\xA1", "false"},  /* full width */
    {"subject.CN = nocase \"\\u{FF41}\"", "CN=\xEF\xBC\xA1", "true"},
    {"subject.CN = nocase \"x y\"", "CN=x\xC2\xA0y", "false"},    /* no-break space */
    {"subject.CN = nocase \"xy\"", "CN=x\xC2\xADy", "false"},     /* soft hyphen */
    {"subject.CN = nocase \"xy\"", "CN=x\xE2\x80\x8By", "false"}, /* zero width space */
    {"subject.CN = nocase \"xy\"", "CN=x\xE2\x80\x8Dy", "false"}, /* zero width joiner */
    {"subject.CN = nocase \"xy\"", "CN=\xEF\xBB\xBFxy", "false"}, /* U+FEFF */
    {"subject.CN = nocase \"xy\"", "CN=x\xEF\xB8\x8Fy", "false"}, /* variation selector */
    {"subject.CN = nocase \"a\"", "CN=\xD0\xB0", "false"},        /* Cyrillic */

    /* nocase: simple folding */
    {"subject.CN = nocase \"alice\"", "CN=ALICE", "true"},
    {"subject.CN = nocase \"ALICE\"", "CN=Alice", "true"},
    {"subject.CN = nocase \"ALICE\"", "CN=Alicf", "false"},
    {"subject.CN = nocase \"[\"", "CN={", "false"},
    {"subject.CN = nocase \"@\"", "CN=`", "false"},
    {"subject.CN = nocase \"" E_ACUTE "\"", "CN=" E_ACUTE_UPPER, "true"},
    {"subject.CN = nocase \"" E_AND_ACUTE "\"", "CN=" E_ACUTE_UPPER, "true"},
    {"subject.CN = nocase \"" E_ACUTE "\"", "CN=E" ACUTE, "true"},
    {"subject.CN = nocase \"" E_ACUTE "\"", "t61 CN=\\xC9", "true"},
    {"subject.CN = \"" E_ACUTE "\"", "CN=" E_ACUTE_UPPER, "false"},
    {"subject.CN = nocase \"ss\"", "CN=" SHARP_S, "false"},
    {"subject.CN = nocase \"" SHARP_S "\"", "CN=SS", "false"},
    {"subject.CN = nocase \"" SHARP_S "\"", "CN=" SHARP_S_UPPER, "true"},
    {"subject.CN = nocase \"" SHARP_S_UPPER "\"", "CN=" SHARP_S, "true"},
    {"subject.CN = nocase \"ss\"", "CN=" SHARP_S_UPPER, "false"},
    {"subject.CN = nocase \"i\"", "CN=" DOTTED_I, "false"},
    {"subject.CN = nocase \"I\"", "CN=" DOTTED_I, "false"},
    {"subject.CN = nocase \"" DOTTED_I "\"", "CN=" DOTTED_I, "true"},
    {"subject.CN = nocase \"" DOTTED_I "\"", "CN=I\xCC\x87", "true"},  /* its NFD */
    {"subject.CN = nocase \"" DOTTED_I "\"", "CN=i\xCC\x87", "false"}, /* its full folding */
    {"subject.CN = nocase \"" DOTLESS_I "\"", "CN=I", "false"},
    {"subject.CN = nocase \"" DOTLESS_I "\"", "CN=i", "false"},
    {"subject.CN = nocase \"" DOTLESS_I "\"", "CN=" DOTLESS_I, "true"},
    {"subject.CN = nocase \"i\"", "CN=I", "true"},
    {"subject.CN = nocase \"k\"", "CN=" KELVIN, "true"},
    {"subject.CN = nocase \"" KELVIN "\"", "CN=k", "true"},
    {"subject.CN = \"k\"", "CN=" KELVIN, "false"},
    {"subject.CN = nocase \"\\u{E5}\"", "CN=" ANGSTROM, "true"},
    {"subject.CN = nocase \"" SIGMA "\"", "CN=" SIGMA_FINAL, "true"},
    {"subject.CN = nocase \"" SIGMA_FINAL "\"", "CN=" SIGMA_UPPER, "true"},
    {"subject.CN = nocase \"" SIGMA_UPPER "\"", "CN=" SIGMA, "true"},
    {"subject.CN = \"" SIGMA "\"", "CN=" SIGMA_FINAL, "false"},
    {"subject.CN = nocase \"s\"", "CN=\xC5\xBF", "true"},        /* long s */
    {"subject.CN = nocase \"\\u{3BC}\"", "CN=\xC2\xB5", "true"}, /* micro sign and mu */
    {"subject.CN = \"\\u{3BC}\"", "CN=\xC2\xB5", "false"},
    {"subject.CN = nocase \"\\u{10D0}\"", "CN=\xE1\xB2\x90", "true"},      /* Georgian */
    {"subject.CN = nocase \"\\u{13A0}\"", "CN=\xEA\xAD\xB0", "true"},      /* Cherokee folds upwards */
    {"subject.CN = nocase \"\\u{10428}\"", "CN=\xF0\x90\x90\x80", "true"}, /* Deseret */
    {"subject.CN = nocase \"\\u{1C6}\"", "CN=\xC7\x85", "true"},           /* title case */
    {"subject.CN = nocase \"\\u{1FF3}\"", "CN=\xE1\xBF\xBC", "true"},      /* status S; full folding is longer */
    {"subject.CN = nocase \"\\u{3C9}\\u{345}\"", "CN=\xE1\xBF\xBC", "true"},
    {"subject.CN = nocase \"\\u{434}\"", "CN=\xD0\x94", "true"}, /* Cyrillic */
    {"subject.CN in nocase (\"x\", \"STRA" SHARP_S "E\")", "CN=stra" SHARP_S_UPPER "e", "true"},

    /* like: anchored, * and ? */
    {"subject.CN like \"*\"", "", "false"},
    {"subject.CN like \"\"", "", "false"},
    {"subject.CN like \"Al*\"", "CN=Bob | CN=Alice", "true"},
    {"subject.CN like (\"A*\", \"B*\")", "CN=Bob", "true"},
    {"subject.CN like (\"A*\", \"B*\")", "CN=Carol", "false"},
    {"subject.CN like nocase (\"a*\", \"b*\")", "CN=BOB", "true"},
    {"subject.CN like nocase \"al*\"", "CN=Alice", "true"},
    {"subject.CN like nocase \"AL*E\"", "CN=alice", "true"},

    /* ? is one code point, after NFC */
    {"subject.CN like \"?\"", "CN=" E_ACUTE, "true"},
    {"subject.CN like \"?\"", "CN=" E_AND_ACUTE, "true"},
    {"subject.CN like \"??\"", "CN=" E_AND_ACUTE, "false"},
    {"subject.CN like \"?\"", "CN=q" ACUTE, "false"},
    {"subject.CN like \"??\"", "CN=q" ACUTE, "true"},
    {"subject.CN like \"?\"", "CN=" SMILE, "true"},
    {"subject.CN like \"??\"", "CN=" SMILE, "false"},
    {"subject.CN like \"?\"", "bmp CN=" SMILE, "true"},
    {"subject.CN like \"a?b\"", "CN=a" SMILE "b", "true"},
    {"subject.CN like \"*?\"", "CN=" SMILE SMILE, "true"},
    {"subject.CN like nocase \"?\"", "CN=" SHARP_S, "true"},
    {"subject.CN like nocase \"??\"", "CN=" SHARP_S, "false"},
    {"subject.CN like nocase \"*ss*\"", "CN=stra" SHARP_S "e", "false"},
    {"subject.CN like nocase \"*" SHARP_S_UPPER "*\"", "CN=stra" SHARP_S "e", "true"},
    {"subject.CN like nocase \"*" SIGMA_UPPER "\"", "CN=a" SIGMA_FINAL, "true"},
    {"subject.CN like nocase \"E" ACUTE "*\"", "CN=" E_ACUTE "t" E_ACUTE, "true"},

    /* like: escapes */
    {"subject.CN like \"a\\*b\"", "CN=a*b", "true"},
    {"subject.CN like \"a\\*b\"", "CN=axb", "false"},
    {"subject.CN like \"a\\?b\"", "CN=a?b", "true"},
    {"subject.CN like \"a\\?b\"", "CN=axb", "false"},
    {"subject.CN like \"a\\\\b\"", "CN=a\\\\b", "true"},
    {"subject.CN like \"a\\\\*\"", "CN=a\\\\b", "true"},
    {"subject.CN like \"a\\\\*\"", "CN=a*", "false"},
    {"subject.CN like \"a\\\\\\*\"", "CN=a\\\\*", "true"},
    {"subject.CN like \"a\\\\\\*\"", "CN=a\\\\b", "false"},
    {"subject.CN like \"\\*\\*\"", "CN=**", "true"},
    {"subject.CN like \"*\\**\"", "CN=a*b", "true"},
    {"subject.CN like \"*\\**\"", "CN=ab", "false"},
    {"subject.CN like \"a\\u{2A}b\"", "CN=a*b", "true"},
    {"subject.CN like \"a\\u{2A}b\"", "CN=axb", "false"},
    {"subject.CN like \"a\\u{3F}b\"", "CN=axb", "false"},
    {"subject.CN like \"a\\u{5C}*\"", "CN=a\\\\b", "true"},
    {"subject.CN like \"a\\nb*\"", "CN=a\\x0Ab", "true"},
    {"subject.CN like \"a\\tb*\"", "CN=a\\x09bc", "true"},
    {"subject.CN like \"\\\"*\\\"\"", "CN=\"a\"", "true"},
    {"subject.CN like \"[a-z]\"", "CN=b", "false"},
    {"subject.CN like \"[a-z]\"", "CN=[a-z]", "true"},
    {"subject.CN like \".*\"", "CN=abc", "false"},
    {"subject.CN like \"%\"", "CN=abc", "false"},

    /* names of subfields: without regard to case, aliases, OIDs */
    {"subject.cn = \"a\"", "CN=a", "true"},
    {"subject.commonName = \"a\"", "CN=a", "true"},
    {"subject.COMMONNAME = \"a\"", "CN=a", "true"},
    {"subject.2.5.4.3 = \"a\"", "CN=a", "true"},
    {"subject.OID.2.5.4.3 = \"a\"", "CN=a", "true"},
    {"subject.oid.2.5.4.3 = \"a\"", "CN=a", "true"},
    {"subject.CN = \"a\"", "2.5.4.3=a", "true"},
    {"subject.CN = \"b\" or subject.2.5.4.3 = \"a\"", "CN=a", "true"},
    {"subject.S = \"a\" and subject.ST = \"a\" and subject.SP = \"a\" and subject.stateOrProvinceName = \"a\"", "S=a",
     "true"},
    {"subject.E = \"a\" and subject.Email = \"a\" and subject.emailAddress = \"a\" and subject.MAIL = \"a\" and "
     "subject.1.2.840.113549.1.9.1 = \"a\"",
     "E=a", "true"},
    {"subject.G = \"a\" and subject.GN = \"a\" and subject.givenName = \"a\"", "G=a", "true"},
    {"subject.T = \"a\" and subject.title = \"a\" and subject.2.5.4.12 = \"a\"", "T=a", "true"},
    {"subject.I = \"a\" and subject.initials = \"a\"", "I=a", "true"},
    {"subject.OU = \"a\" and subject.organizationalUnitName = \"a\"", "OU=a", "true"},
    {"subject.UID = \"a\" and subject.userId = \"a\" and subject.0.9.2342.19200300.100.1.1 = \"a\"", "UID=a", "true"},
    {"subject.SN = \"a\"", "surname=a", "true"},
    {"subject.SN = \"a\"", "SERIALNUMBER=a", "false"},
    {"subject.SERIALNUMBER = \"a\"", "2.5.4.5=a", "true"},
    {"subject.S = \"a\"", "SN=a", "false"},
    {"subject.C = \"SE\"", "printable C=SE", "true"},
    {"subject.C = \"SE\"", "CN=SE", "false"},
    {"subject.organizationIdentifier = \"a\"", "2.5.4.97=a", "true"},
    {"subject.jurisdictionC = \"a\"", "1.3.6.1.4.1.311.60.2.1.3=a", "true"},
    {"issuer.2.5.4.10 = \"Issuer\"", "CN=a", "true"},

    /* OIDs without a name, and arcs of any size */
    {"subject.1.2.3.4 = \"a\"", "1.2.3.4=a", "true"},
    {"subject.1.2.3.4 = \"a\"", "1.2.3.5=a", "false"},
    {"subject.1.2.3.4 = \"a\"", "1.2.3=a", "false"},
    {"subject.1.2.3.4 = \"a\"", "1.2.3.4.5=a", "false"},
    {"subject.1.2.3.4 = \"a\"", "1.2.3.5=a | 1.2.3.4=b | 1.2.3.6=c", "false"},
    {"subject.1.2.3.4 = \"a\"", "1.2.3.5=a | 1.2.3.4=b | 1.2.3.6=c | 1.2.3.4=a", "true"},
    {"subject.1.2.3.4 = \"a\"", "octet 1.2.3.5=a", "false"},
    {"subject.1.2.3.4 = \"a\"", "octet 1.2.3.4=a", "unknown value-type"},
    {"subject.OID.1.2.3.4 = \"a\" and subject.1.2.3.4 = \"a\"", "1.2.3.4=a", "true"},
    {"subject.2.999.1 = \"a\"", "2.999.1=a", "true"},
    {"subject.1.2.4294967299 = \"a\"", "1.2.4294967299=a", "true"},
    {"subject.1.2.4294967299 = \"a\"", "1.2.3=a", "false"}, /* the same in 32 bits */
    {"subject.1.2.3 = \"a\"", "1.2.4294967299=a", "false"},
    {"subject.1.2.18446744073709551619 = \"a\"", "1.2.18446744073709551619=a", "true"},
    {"subject.1.2.18446744073709551619 = \"a\"", "1.2.3=a", "false"}, /* the same in 64 bits */
    {"subject.1.2.3 = \"a\"", "1.2.18446744073709551619=a", "false"},
    {"subject.2.5.4.18446744073709551619 = \"a\"", "CN=a", "false"},
    {"subject.CN = \"a\"", "2.5.4.18446744073709551619=a", "false"},
    {"subject.2.25.329800735698586629295641978511506172918 = \"a\"", "2.25.329800735698586629295641978511506172918=a",
     "true"},
    {"subject.2.25.329800735698586629295641978511506172918 = \"a\"", "2.25.329800735698586629295641978511506172919=a",
     "false"},
};

#undef T
#undef F
#undef U

/* ---- rule sets ----
 *
 * Mappings without the "certmap 1;", a subject, an issuer, and the answer as t_answer writes it. */
struct t_match_row {
    const char *about, *mappings, *subject, *issuer, *answer;
};

#define STAFF "mapping \"staff\" { when subject.O = \"Contoso\"; allow \"CONTOSO\\\\portal\"; }\n"
#define SALES "mapping \"sales\" { when subject.OU = \"Sales\"; allow \"sales\"; }\n"
#define NO_TEMPS "mapping \"no temps\" { when subject.OU = \"Temps\"; deny; }\n"
#define EVERYONE "mapping \"everyone\" { when always; allow \"guest\"; }\n"
#define NOBODY "mapping \"nobody\" { when always; deny; }\n"

static const struct t_match_row t_matches[] = {
    {"allow", STAFF, "CN=a | O=Contoso", "CN=CA", "allow staff"},
    {"nothing matches", STAFF, "CN=a | O=Fabrikam", "CN=CA", "none no-match"},
    {"deny", NO_TEMPS, "OU=Temps", "CN=CA", "deny no temps"},
    {"a deny that does not match", NO_TEMPS, "OU=Staff", "CN=CA", "none no-match"},
    {"a mapping for everyone", EVERYONE, "CN=a", "CN=CA", "allow everyone"},
    {"a mapping for everyone, and no Name at all", EVERYONE, "", "", "allow everyone"},
    {"a refusal for everyone", NOBODY, "CN=a", "CN=CA", "deny nobody"},

    {"the first that is true decides", STAFF SALES, "O=Contoso | OU=Sales", "CN=CA", "allow staff"},
    {"in the other order the other", SALES STAFF, "O=Contoso | OU=Sales", "CN=CA", "allow sales"},
    {"one that is false is passed over", SALES STAFF, "O=Contoso", "CN=CA", "allow staff"},
    {"deny before allow", NO_TEMPS STAFF, "O=Contoso | OU=Temps", "CN=CA", "deny no temps"},
    {"allow before deny", STAFF NO_TEMPS, "O=Contoso | OU=Temps", "CN=CA", "allow staff"},
    {"deny passed over", NO_TEMPS STAFF, "O=Contoso | OU=Staff", "CN=CA", "allow staff"},
    {"across mappings it is or", SALES STAFF, "OU=Sales", "CN=CA", "allow sales"},
    {"the closing catch-all", STAFF NO_TEMPS NOBODY, "O=Fabrikam", "CN=CA", "deny nobody"},
    {"nothing behind a catch-all is tried", NOBODY STAFF, "O=Contoso", "CN=CA", "deny nobody"},

    {"an unreadable value under a deny denies", NO_TEMPS, "octet OU=Temps", "CN=CA", "deny no temps unreadable"},
    {"also when an allow follows", NO_TEMPS STAFF, "O=Contoso | octet OU=Temps", "CN=CA", "deny no temps unreadable"},
    {"also when it would not have matched", NO_TEMPS STAFF, "O=Contoso | octet OU=x", "CN=CA",
     "deny no temps unreadable"},
    {"under an allow it grants nothing", STAFF, "octet O=Contoso", "CN=CA", "none staff unreadable"},
    {"and no later mapping is tried", SALES STAFF, "O=Contoso | octet OU=Sales", "CN=CA", "none sales unreadable"},
    {"not even one for everyone", SALES EVERYONE, "octet OU=Sales", "CN=CA", "none sales unreadable"},
    {"not even a refusal", SALES NOBODY, "octet OU=Sales", "CN=CA", "none sales unreadable"},
    {"an unreadable value that no condition reads", STAFF, "O=Contoso | octet OU=Sales", "CN=CA", "allow staff"},
    {"an unreadable value after the decision", STAFF NO_TEMPS, "O=Contoso | octet OU=Temps", "CN=CA", "allow staff"},
    {"a readable value satisfies the refusal", NO_TEMPS, "octet OU=x | OU=Temps", "CN=CA", "deny no temps"},
    {"a readable value satisfies the permission", SALES, "octet OU=x | OU=Sales", "CN=CA", "allow sales"},
    {"unreadable, but the mapping is false anyway",
     "mapping \"m\" { when subject.OU = \"Sales\" and subject.O = \"Fabrikam\"; deny; }\n" STAFF,
     "O=Contoso | octet OU=Sales", "CN=CA", "allow staff"},
    {"unreadable, but the mapping is true anyway",
     "mapping \"m\" { when subject.OU = \"Sales\" or subject.O = \"Contoso\"; allow \"m\"; }\n",
     "O=Contoso | octet OU=Sales", "CN=CA", "allow m"},
    {"a negation of what is unreadable grants nothing",
     "mapping \"m\" { when not subject.OU = \"Temps\"; allow \"m\"; }\n" EVERYONE, "octet OU=Sales", "CN=CA",
     "none m unreadable"},
    {"a negation of what is absent holds", "mapping \"m\" { when not subject.OU = \"Temps\"; allow \"m\"; }\n", "CN=a",
     "CN=CA", "allow m"},
    {"present tells unreadable from absent",
     "mapping \"odd\" { when subject.OU present and not subject.OU like \"*\"; deny; }\n" EVERYONE, "octet OU=x",
     "CN=CA", "deny odd unreadable"},
    {"present alone is true for unreadable", "mapping \"m\" { when subject.OU present; deny; }\n", "octet OU=x",
     "CN=CA", "deny m"},
    {"a NUL under a deny", "mapping \"m\" { when subject.CN = \"mallory\"; deny; }\n" EVERYONE, "CN=mallory\\x00",
     "CN=CA", "deny m unreadable"},
    {"a NUL under an allow", "mapping \"m\" { when subject.CN = \"alice\"; allow \"m\"; }\n" NOBODY,
     "CN=alice\\x00.evil", "CN=CA", "none m unreadable"},
    {"UTF-8 that is not, under a deny", NO_TEMPS EVERYONE, "OU=Temps\\xFF", "CN=CA", "deny no temps unreadable"},
    {"UTF-8 that is not, under an allow", SALES EVERYONE, "OU=Sales\\xC0\\x80", "CN=CA", "none sales unreadable"},
    {"ambiguous T61 under a deny", NO_TEMPS EVERYONE, "t61 OU=Z\\xC3\\xBCrich", "CN=CA", "deny no temps unreadable"},
    {"ambiguous T61 under an allow", SALES EVERYONE, "t61 OU=Z\\xC3\\xBCrich", "CN=CA", "none sales unreadable"},
    {"T61 as Latin-1", "mapping \"m\" { when subject.L = \"Z\\u{FC}rich\"; allow \"m\"; }\n", "t61 L=Z\\xFCrich",
     "CN=CA", "allow m"},
    {"an unreadable issuer", "mapping \"m\" { when issuer.CN = \"CA\"; allow \"m\"; }\n" EVERYONE, "CN=a",
     "octet CN=CA", "none m unreadable"},
    {"the same subject from another issuer",
     "mapping \"m\" { when issuer.CN = \"CA 1\" and subject.CN = \"a\"; allow \"m\"; }\n", "CN=a", "CN=CA 2",
     "none no-match"},

    {"an account for each spelling of a name", "mapping \"nfc\" { when subject.CN = \"" E_ACUTE "\"; allow \"m\"; }\n",
     "CN=" E_AND_ACUTE, "CN=CA", "allow nfc"},
    {"all conditions of an IIS mapping",
     "mapping \"m\" { when subject.O like \"Contoso*\" and subject.OU = \"IT\" and issuer.CN like \"*CA\"; allow "
     "\"m\"; }\n",
     "O=Contoso Ltd | OU=IT", "CN=Contoso CA", "allow m"},
    {"the example of the design, staff",
     "mapping \"Contoso staff\" {\n"
     "    when  issuer.CN = \"Contoso Issuing CA 1\"\n"
     "      and subject.O = \"Contoso\"\n"
     "      and subject.OU in (\"Sales\", \"Human Resources\")\n"
     "      and not subject.CN like nocase \"test-*\";\n"
     "    allow \"CONTOSO\\\\portal\";\n"
     "}\n" NOBODY,
     "O=Contoso | OU=Human Resources | CN=Alice", "CN=Contoso Issuing CA 1", "allow Contoso staff"},
    {"the example of the design, a test certificate",
     "mapping \"Contoso staff\" { when subject.O = \"Contoso\" and not subject.CN like nocase \"test-*\"; allow \"p\"; "
     "}\n" NOBODY,
     "O=Contoso | CN=TEST-7", "CN=CA", "deny nobody"},
    {"the example of the design, contractors",
     "mapping \"contractors\" { when subject.O = \"Contoso\" and (subject.OU = \"Contractors\" or subject.T like "
     "\"Temp*\");"
     " deny; }\n" EVERYONE,
     "O=Contoso | T=Temporary clerk", "CN=CA", "deny contractors"},
};

#endif
