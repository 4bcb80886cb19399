/* SPDX-License-Identifier: MIT */
/* Loading texts with placeholders: what loads, and where and how mistakes are reported, in rules and through a builder. */
#include "certmap/limits.h"
#include "rules.h"
#include "support/alloc.h"

/* ---- mistakes: the part at fault is in guillemets ---- */

struct mistake {
    const char *marked; /* what is after "when always; " */
    enum certmap_code code;
    const char *says; /* a part of the text */
};

static const struct mistake mistakes[] = {
    /* placeholders */
    {"allow \"a«${»subject.CN\";", CERTMAP_CODE_BAD_TEMPLATE, "does not end"},
    {"allow \"${subject.CN}«${»\";", CERTMAP_CODE_BAD_TEMPLATE, "\\u{24}{"},
    {"allow \"\xC3\xBC${«»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected a field"},
    {"allow \"${«|» lower}\";", CERTMAP_CODE_BAD_TEMPLATE, "but there is \"|\""},
    {"allow \"${«subjet».CN}\";", CERTMAP_CODE_UNKNOWN_FIELD, "did you mean subject?"},
    {"allow \"${«xyzzyx».CN}\";", CERTMAP_CODE_UNKNOWN_FIELD, "for example subject.CN"},
    {"allow \"${subject.«CM»}\";", CERTMAP_CODE_UNKNOWN_SUBFIELD, "did you mean"},
    {"allow \"${subject.«1.2.x»}\";", CERTMAP_CODE_BAD_OID, "not an object identifier"},
    {"allow \"${san.«foo»}\";", CERTMAP_CODE_UNKNOWN_SUBFIELD, "san has dns"},
    {"allow \"${«san»}\";", CERTMAP_CODE_UNKNOWN_SUBFIELD, "needs a subfield"},
    {"allow \"${«subject»}\";", CERTMAP_CODE_BAD_TEMPLATE, "one attribute, for example subject.CN"},
    {"allow \"${«issuer»}\";", CERTMAP_CODE_BAD_TEMPLATE, "write principal before this text"},
    {"allow \"${«san.dirname»}\";", CERTMAP_CODE_BAD_TEMPLATE, "a whole Name"},
    {"allow posix-user \"${«subject»}\";", CERTMAP_CODE_BAD_TEMPLATE, "a whole Name"},
    {"allow \"u\"; group \"${«subject»}\";", CERTMAP_CODE_BAD_TEMPLATE, "write principal"},
    {"allow principal \"${«certificate»}\";", CERTMAP_CODE_BAD_TEMPLATE, "cannot read \"certificate\""},
    {"allow principal \"${subject | «before»(\",\")}\";", CERTMAP_CODE_BAD_TEMPLATE, "is not taken apart"},
    {"allow principal \"${subject | java | «slice»(1, 2)}\";", CERTMAP_CODE_BAD_TEMPLATE, "is not taken apart"},
    {"allow principal \"${subject | «replace»(\",\", \"/\")}\";", CERTMAP_CODE_BAD_TEMPLATE, "is not taken apart"},
    {"allow principal \"${subject | java | «oneline»}\";", CERTMAP_CODE_BAD_TEMPLATE, "one of them"},
    {"allow principal \"${subject | lower | «java»}\";", CERTMAP_CODE_BAD_TEMPLATE, "in front of the other filters"},
    {"allow principal \"${subject.CN | «java»}\";", CERTMAP_CODE_BAD_TEMPLATE, "${subject | java}"},
    {"allow principal \"${subject | «slashes»}\";", CERTMAP_CODE_UNKNOWN_FILTER, "write oneline"},
    {"allow principal «\"\"»;", CERTMAP_CODE_BAD_ACCOUNT, "the account is empty"},
    {"allow principal «\"a\\n\"»;", CERTMAP_CODE_BAD_ACCOUNT, "control or direction character"},
    {"allow principal \"a@${subject.CN ?\? «\"b@c\"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not hold here"},
    {"allow principal \"a\"; «domain» \"d\";", CERTMAP_CODE_BAD_ACCOUNT, "a principal has no domain"},
    {"allow \"a\"; «domain» principal \"d\";", CERTMAP_CODE_BAD_ACCOUNT, "a principal has no domain"},
    {"allow \"${«certificate»}\";", CERTMAP_CODE_BAD_TEMPLATE, "cannot read \"certificate\""},
    {"allow \"${«validity»}\";", CERTMAP_CODE_BAD_TEMPLATE, "cannot read \"validity\""},
    {"allow \"${subject.CN «lower»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected |, ?\? or }"},
    {"allow \"${subject.CN «?» \"x\"}\";", CERTMAP_CODE_BAD_TEMPLATE, "but there is \"?\""},
    {"allow \"${subject.CN ?\? \"x\" «|» lower}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected } in the placeholder"},
    {"allow \"${subject.CN ?\? «x»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected a string"},
    {"allow \"${subject.CN ?\?«»}\";", CERTMAP_CODE_BAD_TEMPLATE, "but it ends"},
    {"allow \"${subject.CN ?\? «\"\"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not be empty"},
    {"allow \"${subject.CN ?\? \"a«${»subject.O}\"}\";", CERTMAP_CODE_MISPLACED_PLACEHOLDER,
     "cannot be in a placeholder"},
    {"allow \"${subject.CN ?\? \"a«\\x»\"}\";", CERTMAP_CODE_BAD_ESCAPE, "\\u{H..}"},

    /* filters */
    {"allow \"${subject.CN |«»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected a filter"},
    {"allow \"${subject.CN | «\"x\"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected a filter"},
    {"allow \"${subject.CN | «lowr»}\";", CERTMAP_CODE_UNKNOWN_FILTER, "did you mean lower?"},
    {"allow \"${subject.CN | «base64»}\";", CERTMAP_CODE_UNKNOWN_FILTER, "there are first, last, lower"},
    {"allow \"${subject.CN | «LOWER»}\";", CERTMAP_CODE_UNKNOWN_FILTER, "did you mean lower?"},
    {"allow \"${subject.CN | lower | «first»}\";", CERTMAP_CODE_BAD_TEMPLATE, "in front of the other filters"},
    {"allow \"${subject.CN | first | «last»}\";", CERTMAP_CODE_BAD_TEMPLATE, "one of them"},
    {"allow \"${subject.CN | before«»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected \"(\""},
    {"allow \"${subject.CN | before(«)»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected a string"},
    {"allow \"${subject.CN | before(«\"\"»)}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not be empty"},
    {"allow \"${subject.CN | before(\"a\"«,» \"b\")}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected \")\""},
    {"allow \"${subject.CN | after(\"a«\\u{D800}»\")}\";", CERTMAP_CODE_BAD_ESCAPE, "\\u{H..}"},
    {"allow \"${subject.CN | replace(\"a\"«)»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected \",\""},
    {"allow \"${subject.CN | replace(\"a\", «)»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected a string"},
    {"allow \"${subject.CN | «nth»(2)}\";", CERTMAP_CODE_UNKNOWN_FILTER, "write at(N)"},
    {"allow \"${subject.CN | «take»(10)}\";", CERTMAP_CODE_UNKNOWN_FILTER, "write slice(1, N)"},
    {"allow \"${subject.CN | «beforelast»(\"@\")}\";", CERTMAP_CODE_UNKNOWN_FILTER, "did you mean before-last?"},
    {"allow \"${subject.CN | before-last«»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected \"(\""},
    {"allow \"${subject.CN | after-last(«\"\"»)}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not be empty"},
    {"allow \"${subject.CN | at«»}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected \"(\" and a number"},
    {"allow \"${subject.CN | at(«0»)}\";", CERTMAP_CODE_BAD_TEMPLATE, "from 1 to 9999999"},
    {"allow \"${subject.CN | at(«10000000»)}\";", CERTMAP_CODE_BAD_TEMPLATE, "from 1 to 9999999"},
    {"allow \"${subject.CN | at(«99999999999999999999999999»)}\";", CERTMAP_CODE_BAD_TEMPLATE, "the first is 1"},
    {"allow \"${subject.CN | at(«-»1)}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected a number"},
    {"allow \"${subject.CN | at(«\"1\"»)}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected a number"},
    {"allow \"${subject.CN | first | «at»(1)}\";", CERTMAP_CODE_BAD_TEMPLATE, "one of them"},
    {"allow \"${subject.CN | lower | «at»(1)}\";", CERTMAP_CODE_BAD_TEMPLATE, "in front of the other filters"},
    {"allow \"${subject.CN | slice«»}\";", CERTMAP_CODE_BAD_TEMPLATE, "two numbers"},
    {"allow \"${subject.CN | slice(«0», 3)}\";", CERTMAP_CODE_BAD_TEMPLATE, "the first is 1"},
    {"allow \"${subject.CN | slice(1«)»}\";", CERTMAP_CODE_BAD_TEMPLATE, "how many characters"},
    {"allow \"${subject.CN | slice(1, «65537»)}\";", CERTMAP_CODE_BAD_TEMPLATE, "from 1 to 65536"},
    {"allow \"${subject.CN | slice(1, 2«,» 3)}\";", CERTMAP_CODE_BAD_TEMPLATE, "expected \")\""},
    {"allow \"${subject.CN | «dec»}\";", CERTMAP_CODE_BAD_TEMPLATE, "${serial | dec}"},
    {"allow \"${sha256 | «dec»}\";", CERTMAP_CODE_BAD_TEMPLATE, "${serial | dec}"},
    {"allow \"${serial | lower | «dec»}\";", CERTMAP_CODE_BAD_TEMPLATE, "in front of the other filters"},
    {"allow \"${san.email | «colons»}\";", CERTMAP_CODE_BAD_TEMPLATE, "${sha256 | colons}"},
    {"allow \"${serial | dec | «colons»}\";", CERTMAP_CODE_BAD_TEMPLATE, "in front of the other filters"},
    {"allow \"${subject.CN | lower«(»)}\";", CERTMAP_CODE_BAD_TEMPLATE, "but there is \"(\""},

    /* defaults that could not be in the placeholder */
    {"allow \"${subject.CN ?\? «\"a:b\"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not hold here"},
    {"allow \"D\\\\${subject.CN ?\? «\"a@b\"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not hold here"},
    {"allow \"${subject.CN ?\? «\"a \"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not hold here"},
    {"allow \"${subject.CN ?\? «\"a\\n\"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not hold here"},
    {"allow posix-user \"${subject.CN ?\? «\"a b\"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not hold here"},
    {"allow url \"a:${subject.CN ?\? «\"..\"»}\";", CERTMAP_CODE_BAD_TEMPLATE, "must not hold here"},

    /* accounts */
    {"allow «\"\"»;", CERTMAP_CODE_BAD_ACCOUNT, "the account is empty"},
    {"allow «\"\\\\${subject.CN}\"»;", CERTMAP_CODE_BAD_ACCOUNT, "is not DOMAIN\\user"},
    {"allow «\"${subject.CN}\\\\\"»;", CERTMAP_CODE_BAD_ACCOUNT, "is not DOMAIN\\user"},
    {"allow «\"D\\\\${subject.CN}\\\\a\"»;", CERTMAP_CODE_BAD_ACCOUNT, "is not DOMAIN\\user"},
    {"allow «\"@${subject.CN}\"»;", CERTMAP_CODE_BAD_ACCOUNT, "is not DOMAIN\\user"},
    {"allow «\"${subject.CN}@\"»;", CERTMAP_CODE_BAD_ACCOUNT, "is not DOMAIN\\user"},
    {"allow «\"a\\n${subject.CN}\"»;", CERTMAP_CODE_BAD_ACCOUNT, "control or direction character"},
    {"allow \"a«\\q»${subject.CN}\";", CERTMAP_CODE_BAD_ESCAPE, "\\u{H..}"},
    {"allow \"a«\\$»{subject.CN}\";", CERTMAP_CODE_BAD_ESCAPE, "\\u{H..}"},
    {"allow «\"CONTOSO\\tom\"»;", CERTMAP_CODE_BAD_ACCOUNT,
     "\\t is a tab; a backslash is written twice: \"CONTOSO\\\\tom\""},
    {"allow \"CONTOSO«\\p»ortal\";", CERTMAP_CODE_BAD_ESCAPE, "twice: \"CONTOSO\\\\portal\""},
    {"allow \"CONTOSO«\\u»rsula\";", CERTMAP_CODE_BAD_ESCAPE, "twice: \"CONTOSO\\\\ursula\""},

    /* placeholders of other languages */
    {"allow \"«$subject.CN»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}, or \\u{24}"},
    {"allow \"CONTOSO\\\\«$Subject.CN»-x\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}"},
    {"allow \"a«{subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}, or \\u{7B}"},
    {"allow \"«{{san.email}}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${san.email}"},
    {"allow \"«$(san.upn)»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${san.upn}"},
    {"allow \"«%{subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}, or \\u{25}"},
    {"allow \"«#{subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}, or \\u{23}"},
    {"allow \"«%{SSL_CLIENT_S_DN_CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}"},
    {"allow \"«%{REMOTE_USER}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${...}"},
    {"allow \"«{CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}"},
    {"allow \"«$CN»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}, or \\u{24}"},
    {"allow \"CONTOSO\\\\«$cn»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.cn}"},
    {"allow \"«$emailAddress»-x\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.emailAddress}"},
    {"allow \"«$UID»@contoso.example\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.UID}"},
    {"allow \"«$(CN)»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}"},
    {"allow \"«$1»\";", CERTMAP_CODE_BAD_TEMPLATE, "\"$1\" is no placeholder; write ${...}"},
    {"allow \"«$1»@contoso.example\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${...}"},
    {"allow \"CONTOSO\\\\«$2»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${...}"},
    {"allow \"«{serial}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${serial}"},
    {"allow \"${subject.UID}«{subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}"},
    {"allow dn \"CN=«{subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}"},
    {"allow \"u\"; group \"«%{ou}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.ou}"},
    {"allow \"u\"; attribute \"a\" = \"«{subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "write ${subject.CN}"},
    {"allow \"${«CN»}\";", CERTMAP_CODE_UNKNOWN_FIELD, "did you mean subject.CN?"},

    /* what a mapping gives */
    {"allow \"u\"; group each «\"g\"»;", CERTMAP_CODE_BAD_TEMPLATE, "needs a placeholder"},
    {"allow \"u\"; group each \"«${subject.OU | first}»\";", CERTMAP_CODE_BAD_TEMPLATE, "leave out | first"},
    {"allow \"u\"; group each \"«${subject.O}${subject.OU}»\";", CERTMAP_CODE_BAD_TEMPLATE, "in the others"},
    {"allow \"u\"; group «ecah» \"${subject.OU}\";", CERTMAP_CODE_SYNTAX, "a string in double quotes"},
    {"allow \"u\"; domain «each» \"${subject.OU}\";", CERTMAP_CODE_SYNTAX, "a string in double quotes"},
    {"allow \"u\"; attribute «each» \"a\" = \"${subject.OU}\";", CERTMAP_CODE_SYNTAX, "the name of the attribute"},
    {"allow \"u\"; attribute \"a\" each «\"${subject.OU}\"»;", CERTMAP_CODE_SYNTAX, "after \"each\""},
    {"allow \"u\"; domain «\"\"»;", CERTMAP_CODE_BAD_ACCOUNT, "the domain is empty"},
    {"allow \"u\"; group «\"\\t\"»;", CERTMAP_CODE_BAD_ACCOUNT, "the group \"\\u{9}\" holds"},
    {"allow \"u\"; attribute \"a\" = «\"\"»;", CERTMAP_CODE_BAD_ACCOUNT, "the attribute is empty"},
    {"allow \"u\"; attribute «\"\"» = \"a\";", CERTMAP_CODE_EMPTY_NAME, "the name of the attribute is empty"},
    {"allow \"u\"; attribute «\"a\\n\"» = \"a\";", CERTMAP_CODE_BAD_ACCOUNT, "the name of the attribute"},
    {"allow \"u\"; attribute \"a«${»subject.CN}\" = \"a\";", CERTMAP_CODE_MISPLACED_PLACEHOLDER,
     "accounts, domains, groups"},
    {"allow \"u\"; domain \"a\"; group \"b\"; «domain» \"c\";", CERTMAP_CODE_DUPLICATE_OUTPUT, "a domain already"},
    {"allow \"u\"; attribute \"a\" = \"b\"; attribute «\"A\"» = \"c\";", CERTMAP_CODE_DUPLICATE_OUTPUT,
     "an attribute \"A\" already"},
    {"deny; «group» \"a\";", CERTMAP_CODE_SYNTAX, "\"}\" after the decision"},
    {"allow \"u\"; «gruop» \"a\";", CERTMAP_CODE_SYNTAX, "did you mean group?"},
    {"allow \"u\"; «allow» \"v\";", CERTMAP_CODE_SYNTAX, "\"domain\", \"group\", \"attribute\" or \"}\""},
    {"allow \"u\"«group» \"a\";", CERTMAP_CODE_SYNTAX, "\";\" after the account"},
    {"allow \"u\"; group \"a\" «\"b\"»;", CERTMAP_CODE_SYNTAX, "\";\" after what the mapping gives"},
    {"allow \"u\"; attribute «a» = \"b\";", CERTMAP_CODE_SYNTAX, "the name of the attribute"},
    {"allow \"u\"; attribute \"a\" «\"b\"»;", CERTMAP_CODE_SYNTAX, "\"=\" after the name"},
    {"allow «ldap-fliter» \"(a=b)\";", CERTMAP_CODE_SYNTAX, "did you mean ldap-filter?"},
    {"allow dn «;»", CERTMAP_CODE_SYNTAX, "the account, a string"},
    {"allow \"u\"; group «staff»;", CERTMAP_CODE_SYNTAX, "a string in double quotes"},

    /* RFC 4515 */
    {"allow ldap-filter \"«a»=b\";", CERTMAP_CODE_BAD_TEMPLATE, "expected ("},
    {"allow ldap-filter \"(a=b«»\";", CERTMAP_CODE_BAD_TEMPLATE, "expected )"},
    {"allow ldap-filter \"(a=b)«)»\";", CERTMAP_CODE_BAD_TEMPLATE, "more after"},
    {"allow ldap-filter \"(a=b)«(»c=d)\";", CERTMAP_CODE_BAD_TEMPLATE, "more after"},
    {"allow ldap-filter \"(a=b)«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in an LDAP filter"},
    {"allow ldap-filter \"(«)»\";", CERTMAP_CODE_BAD_TEMPLATE, "expected an attribute"},
    {"allow ldap-filter \"(«=»a)\";", CERTMAP_CODE_BAD_TEMPLATE, "expected an attribute"},
    {"allow ldap-filter \"(«${subject.CN}»=a)\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in an LDAP filter"},
    {"allow ldap-filter \"(a«${subject.CN}»=a)\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in an LDAP filter"},
    {"allow ldap-filter \"«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in an LDAP filter"},
    {"allow ldap-filter \"(&(a=b)«${subject.CN}»)\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in an LDAP filter"},
    {"allow ldap-filter \"(&«)»\";", CERTMAP_CODE_BAD_TEMPLATE, "expected ("},
    {"allow ldap-filter \"(|«)»\";", CERTMAP_CODE_BAD_TEMPLATE, "expected ("},
    {"allow ldap-filter \"(!«)»\";", CERTMAP_CODE_BAD_TEMPLATE, "expected ("},
    {"allow ldap-filter \"(!(a=b)«(»c=d))\";", CERTMAP_CODE_BAD_TEMPLATE, "one filter of !"},
    {"allow ldap-filter \"(!(a=b)«${subject.CN}»)\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in an LDAP filter"},
    {"allow ldap-filter \"(&(a=b)«»\";", CERTMAP_CODE_BAD_TEMPLATE, "expected ("},
    {"allow ldap-filter \"(a=b«(»c)\";", CERTMAP_CODE_BAD_TEMPLATE, "\\28"},
    {"allow ldap-filter \"(a>=b«*»)\";", CERTMAP_CODE_BAD_TEMPLATE, "\\2a"},
    {"allow ldap-filter \"(a:=«*»)\";", CERTMAP_CODE_BAD_TEMPLATE, "\\2a"},
    {"allow ldap-filter \"(a=\\\\«g»0)\";", CERTMAP_CODE_BAD_TEMPLATE, "two hexadecimal digits"},
    {"allow ldap-filter \"(a=\\\\5«)»\";", CERTMAP_CODE_BAD_TEMPLATE, "two hexadecimal digits"},
    {"allow ldap-filter \"(a=\\\\«${subject.CN}»)\";", CERTMAP_CODE_BAD_TEMPLATE, "two hexadecimal digits"},
    {"allow ldap-filter \"(a=\\\\5«${subject.CN}»)\";", CERTMAP_CODE_BAD_TEMPLATE, "two hexadecimal digits"},
    {"allow ldap-filter \"(a~«b»)\";", CERTMAP_CODE_BAD_TEMPLATE, "expected =, ~=, >=, <= or :"},
    {"allow ldap-filter \"(a ~=b)\";", CERTMAP_CODE_BAD_TEMPLATE, "expected =, ~=, >=, <= or :"},
    {"allow ldap-filter \"(a;«=»b)\";", CERTMAP_CODE_BAD_TEMPLATE, "expected an attribute"},
    {"allow ldap-filter \"(1.«=»b)\";", CERTMAP_CODE_BAD_TEMPLATE, "expected an attribute"},
    {"allow ldap-filter \"(12«=»b)\";", CERTMAP_CODE_BAD_TEMPLATE, "expected an attribute"},
    {"allow ldap-filter \"(a:b«)»\";", CERTMAP_CODE_BAD_TEMPLATE, "a matching rule"},
    {"allow ldap-filter \"(:«=»b)\";", CERTMAP_CODE_BAD_TEMPLATE, "a matching rule"},
    {"allow ldap-filter \"(a:x:«y»:=b)\";", CERTMAP_CODE_BAD_TEMPLATE, "a matching rule"},
    {"allow ldap-filter \"(a:«${subject.CN}»:=b)\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in an LDAP filter"},

    /* RFC 4514 */
    {"allow dn \"«${subject.CN}»=a\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in a DN"},
    {"allow dn \"C«${subject.CN}»=a\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in a DN"},
    {"allow dn \"CN=a,«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "a placeholder in a DN"},
    {"allow dn \"CN=#«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "does not begin with #"},
    {"allow dn \"CN=#0«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "does not begin with #"},
    {"allow dn \"CN=#«,»O=a\";", CERTMAP_CODE_BAD_TEMPLATE, "pairs of hexadecimal digits"},
    {"allow dn \"CN=#0«x»\";", CERTMAP_CODE_BAD_TEMPLATE, "pairs of hexadecimal digits"},
    {"allow dn \"CN=a,«»\";", CERTMAP_CODE_BAD_TEMPLATE, "an attribute type"},
    {"allow dn \"CN=a,« »O=b\";", CERTMAP_CODE_BAD_TEMPLATE, "an attribute type"},
    {"allow dn \"CN«»\";", CERTMAP_CODE_BAD_TEMPLATE, "expected = after"},
    {"allow dn \"CN=« »a\";", CERTMAP_CODE_BAD_TEMPLATE, "at the begin"},
    {"allow dn \"CN=a« »,O=b\";", CERTMAP_CODE_BAD_TEMPLATE, "at the end"},
    {"allow dn \"CN=${subject.CN}« »\";", CERTMAP_CODE_BAD_TEMPLATE, "at the end"},
    {"allow dn \"CN=a«;»O=b\";", CERTMAP_CODE_BAD_TEMPLATE, "after a backslash"},
    {"allow dn \"CN=«\\\"»a\\\"\";", CERTMAP_CODE_BAD_TEMPLATE, "after a backslash"},
    {"allow dn \"CN=a\\\\«x»\";", CERTMAP_CODE_BAD_TEMPLATE, "two hexadecimal digits"},
    {"allow dn \"CN=a\\\\«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two hexadecimal digits"},
    {"allow dn \"CN=a\\\\2«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two hexadecimal digits"},

    /* RFC 3986 */
    {"allow ldap-filter \"(a=${subject.CN ?\? «\"\\u{338}\"»})\";", CERTMAP_CODE_BAD_TEMPLATE, "must not hold here"},
    {"allow url \"«${subject.CN}»://h/\";", CERTMAP_CODE_BAD_TEMPLATE, "after its scheme and host"},
    {"allow url \"http«${subject.CN}»://h/\";", CERTMAP_CODE_BAD_TEMPLATE, "after its scheme and host"},
    {"allow url \"https://«${subject.CN}»/\";", CERTMAP_CODE_BAD_TEMPLATE, "after its scheme and host"},
    {"allow url \"https://h«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "after its scheme and host"},
    {"allow url \"https://«${subject.CN}»@h/\";", CERTMAP_CODE_BAD_TEMPLATE, "after its scheme and host"},
    {"allow url \"https:«/»${subject.CN}\";", CERTMAP_CODE_BAD_TEMPLATE, "needs a host"},
    {"allow url \"https://«/»${subject.CN}\";", CERTMAP_CODE_BAD_TEMPLATE, "needs a host"},
    {"allow url \"LDAP://h«/»dc=x??sub?(uid=${subject.CN})\";", CERTMAP_CODE_BAD_TEMPLATE, "language of its own"},
    {"allow url \"javascript:«f»('${subject.CN}')\";", CERTMAP_CODE_BAD_TEMPLATE, "language of its own"},
    {"allow url \"«/»a\";", CERTMAP_CODE_BAD_TEMPLATE, "begins with its scheme"},
    {"allow url \"«1»:a\";", CERTMAP_CODE_BAD_TEMPLATE, "begins with its scheme"},
    {"allow url \"https«»\";", CERTMAP_CODE_BAD_TEMPLATE, "begins with its scheme"},
    {"allow url \"https://h/a« »b\";", CERTMAP_CODE_BAD_TEMPLATE, "percent-encoded"},
    {"allow url \"https://h/«\xC3\xBC»\";", CERTMAP_CODE_BAD_TEMPLATE, "percent-encoded"},
    {"allow url \"https://«\\u{FC}»/\";", CERTMAP_CODE_BAD_TEMPLATE, "percent-encoded"},
    {"allow url \"https://h/«[»\";", CERTMAP_CODE_BAD_TEMPLATE, "percent-encoded"},
    {"allow url \"https://h/#a«#»\";", CERTMAP_CODE_BAD_TEMPLATE, "percent-encoded"},
    {"allow url \"https://h/?«\\\\»\";", CERTMAP_CODE_BAD_TEMPLATE, "percent-encoded"},
    {"allow url \"https://h/%«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "% in a URL"},
    {"allow url \"https://h/%2«${subject.CN}»\";", CERTMAP_CODE_BAD_TEMPLATE, "% in a URL"},
    {"allow url \"https://%«x»\";", CERTMAP_CODE_BAD_TEMPLATE, "% in a URL"},
    {"allow url \"https://h/?%4«g»\";", CERTMAP_CODE_BAD_TEMPLATE, "% in a URL"},
    {"allow url «\"https://h/../${subject.CN}\"»;", CERTMAP_CODE_BAD_TEMPLATE, "segment . or .."},
    {"allow url «\"https://h/a/%2E\"»;", CERTMAP_CODE_BAD_TEMPLATE, "segment . or .."},

    /* posix-user */
    {"allow posix-user \"«-»a\";", CERTMAP_CODE_BAD_TEMPLATE, "does not begin with -"},
    {"allow posix-user \"a« »b\";", CERTMAP_CODE_BAD_TEMPLATE, "A-Z a-z 0-9"},
    {"allow posix-user \"${subject.CN}«@»b\";", CERTMAP_CODE_BAD_TEMPLATE, "A-Z a-z 0-9"},
    {"allow posix-user «\"..\"»;", CERTMAP_CODE_BAD_TEMPLATE, "or a number"},
    {"allow posix-user «\"12\"»;", CERTMAP_CODE_BAD_TEMPLATE, "or a number"},

    /* a whole Name beside another placeholder */
    {"allow principal \"${subject},«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two different pairs of values"},
    {"allow principal \"${subject}«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two different pairs of values"},
    {"allow principal \"${subject}+«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two different pairs of values"},
    {"allow principal \"${subject} «${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two different pairs of values"},
    {"allow principal \"${subject},CN=x,«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two different pairs of values"},
    {"allow principal \"${subject | java}, «${issuer | java}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow principal \"${subject | oneline},«${issuer | oneline}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow principal \"${subject | oneline}«${issuer | oneline}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow principal \"${subject},${serial},«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow principal \"${subject} «${serial}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two different pairs of values"},
    {"allow principal \"${subject.CN}-«${subject}»\";", CERTMAP_CODE_BAD_TEMPLATE, "two different pairs of values"},
    {"allow principal \"${subject.CN}-${subject.O},«${subject}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow principal \"a:${subject.CN | first}«${issuer}»|${serial}\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow \"u\"; group principal \"${subject},«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow \"u\"; attribute \"x\" = principal \"${subject},«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow \"u\"; attribute \"x\" = ldap-filter \"(a=${subject},«${issuer}»)\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow \"u\"; attribute \"x\" = ldap-filter \"(a=${subject}\\\\28«${issuer}»)\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow \"u\"; attribute \"x\" = dn \"CN=${subject}\\\\,«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
    {"allow \"u\"; attribute \"x\" = url \"https://h/${subject}-«${issuer}»\";", CERTMAP_CODE_BAD_TEMPLATE,
     "two different pairs of values"},
};

static const char before_statement[] = "certmap 1;\n# \xC3\xA4\nmapping \"m\" { when always; ";

/* The rules with what is marked, and where it is. */
static void take_marks(struct t_buf *text, size_t *offset, size_t *length, const char *marked) {
    *offset = *length = SIZE_MAX;
    for (; *marked != 0; marked++) {
        if (strncmp(marked, "\xC2\xAB", 2) == 0)
            *offset = text->len;
        else if (strncmp(marked, "\xC2\xBB", 2) == 0)
            *length = text->len - *offset;
        else {
            t_bytes(text, marked, 1);
            continue;
        }
        marked++;
    }
}

static void check_place(const struct certmap_diagnostic *error, struct certmap_view text) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < error->offset; i++) {
        const bool end = text.data[i] == '\n';
        line += end;
        column = end ? 1 : column + ((text.data[i] & 0xC0) != 0x80);
    }
    ck_assert_uint_eq(error->line, line);
    ck_assert_uint_eq(error->column, column);
}

T_TEST(a_mistake) {
    const struct mistake *mistake = &mistakes[_i];
    struct t_buf text = T_BUF_INIT;
    struct certmap_rules *rules = NULL;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    size_t offset, length;
    t_put(&text, before_statement);
    take_marks(&text, &offset, &length, mistake->marked);
    t_put(&text, " }\n");
    if (offset == SIZE_MAX) { /* a space that cannot be marked within a word */
        offset = (size_t)(strstr(t_cstr(&text), " ~") - (const char *)text.data);
        length = 1;
    }
    ck_assert_msg(certmap_rules_parse(&rules, t_view(&text), NULL, &error) == CERTMAP_ERROR_SYNTAX, "%s",
                  mistake->marked);
    ck_assert_msg(error.code == mistake->code, "%s: %s, %s", mistake->marked, certmap_code_name(error.code),
                  error.text);
    ck_assert_msg(strstr(error.text, mistake->says) != NULL, "%s: %s", mistake->marked, error.text);
    ck_assert_msg(error.offset == offset && error.length == length, "%s: %zu bytes at %zu, not %zu at %zu: %s",
                  mistake->marked, error.length, error.offset, length, offset, error.text);
    check_place(&error, t_view(&text));
    t_buf_free(&text);
}

/* ---- what loads ---- */

static const char *const right[] = {
    /* RFC 4515 4 */
    "allow ldap-filter \"(cn=Babs Jensen)\"",
    "allow ldap-filter \"(!(cn=Tim Howes))\"",
    "allow ldap-filter \"(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))\"",
    "allow ldap-filter \"(o=univ*of*mich*)\"",
    "allow ldap-filter \"(seeAlso=)\"",
    "allow ldap-filter \"(cn:caseExactMatch:=Fred Flintstone)\"",
    "allow ldap-filter \"(cn:=Betty Rubble)\"",
    "allow ldap-filter \"(sn:dn:2.4.6.8.10:=Barney Rubble)\"",
    "allow ldap-filter \"(o:dn:=Ace Industry)\"",
    "allow ldap-filter \"(:1.2.3:=Wilma Flintstone)\"",
    "allow ldap-filter \"(:DN:2.4.6.8.10:=Dino)\"",
    "allow ldap-filter \"(o=Parens R Us \\\\28for all your parenthetical needs\\\\29)\"",
    "allow ldap-filter \"(cn=*\\\\2A*)\"",
    "allow ldap-filter \"(filename=C:\\\\5cMyFile)\"",
    "allow ldap-filter \"(bin=\\\\00\\\\00\\\\00\\\\04)\"",
    "allow ldap-filter \"(sn=Lu\\\\c4\\\\8di\\\\c4\\\\87)\"",
    "allow ldap-filter \"(1.3.6.1.4.1.1466.0=\\\\04\\\\02\\\\48\\\\69)\"",
    "allow ldap-filter \"(cn;lang-de;x-1=*)\"",
    "allow ldap-filter \"(a~=${subject.CN})\"",
    "allow ldap-filter \"(a>=${subject.CN})\"",
    "allow ldap-filter \"(a<=${subject.CN})\"",
    "allow ldap-filter \"(a=\\\\2a${subject.CN}\\\\2a)\"",

    /* RFC 4514 4 */
    "allow dn \"UID=jsmith,DC=example,DC=net\"",
    "allow dn \"OU=Sales+CN=J.  Smith,DC=example,DC=net\"",
    "allow dn \"CN=James \\\\\\\"Jim\\\\\\\" Smith\\\\, III,DC=example,DC=net\"",
    "allow dn \"CN=Before\\\\0dAfter,DC=example,DC=net\"",
    "allow dn \"1.3.6.1.4.1.1466.0=#04024869\"",
    "allow dn \"CN=Lu\\\\C4\\\\8Di\\\\C4\\\\87\"",
    "allow dn \"CN=\\\\ a\\\\ ,O=\\\\#x\\\\=\"",
    "allow dn \"CN=,O=a=b\"",
    "allow dn \"CN=${subject.CN}${subject.O},O=x ${subject.O}\"",

    "allow url \"ldap://[2001:db8::7]/c=GB?objectClass?one\"",
    "allow url \"mailto:${subject.E}\"",
    "allow url \"urn:x:${subject.CN}\"",
    "allow url \"HTTP://h/${subject.CN}\"",
    "allow url \"httpx:/${subject.CN}\"",
    "allow url \"data:,x\"",
    "allow url \"https://h?q=${subject.CN}&r=/?#${subject.CN}\"",
    "allow url \"https://u%20:p@h:1/a;b=c,d/(e)!*'$%2e%2e%2e/...\"",
    "allow url \"https://h\"",
    "allow url \"https://h/?../x#/./\"",

    "allow posix-user \"_svc.x-1\"",
    "allow plain \"a\"",
    "allow \"${eku | first}${ku | last}${policy | first}${serial}\"",
    "allow \"${sha256}${sha1}${sha512}${spki.sha256}${spki.sha512}${spki.sha1}${tbs.sha256}${ski}${aki}\"",
    "allow \"${ms.sid}${ms.template}${version}${ext.1.2.3}${san.dns}${san.ip}${san.1.2.3}${san.dirname.CN}\"",
    "allow \"a\"; group \"b\"; domain \"c\"; attribute \"d\" = \"e\"; group \"b\"; attribute \"f\" = \"e\"",
    "allow \"u\"; attribute \"\\u{24}{x}\" = dn \"O=${subject.CN ?\? \"}\\\"{\"}\"",
};

T_TEST(loads) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, before_statement);
    t_put(&text, right[_i]);
    t_put(&text, "; }");
    certmap_rules_free(t_rules(t_cstr(&text)));
    t_buf_free(&text);
}

static const struct {
    const char *text;
    unsigned needs;
} needs[] = {
    {"a", 0},
    {"${subject.CN}", CERTMAP_PIECE_SUBJECT},
    {"${issuer.CN}${serial}", CERTMAP_PIECE_ISSUER | CERTMAP_PIECE_SERIAL},
    {"${san.email}", CERTMAP_PIECE_EXTENSIONS},
    {"${spki.sha256}", CERTMAP_PIECE_KEY_SHA256},
    {"${tbs.sha256}", CERTMAP_PIECE_TBS_SHA256},
};

T_TEST(pieces_that_placeholders_need) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when always; allow \"u\"; group \"");
    t_put(&text, needs[_i].text);
    t_put(&text, "\"; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    ck_assert_msg(certmap_rules_needs(rules) == needs[_i].needs, "%s: %u", needs[_i].text, certmap_rules_needs(rules));
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- limits ---- */

static enum certmap_status parse(struct t_buf *text, struct certmap_diagnostic *error) {
    struct certmap_rules *rules = NULL;
    *error = (struct certmap_diagnostic){.status = CERTMAP_OK};
    const enum certmap_status status = certmap_rules_parse(&rules, t_view(text), NULL, error);
    certmap_rules_free(rules);
    return status;
}

static const struct {
    const char *what, *begin, *one, *end;
    int most;
    enum certmap_code code;
} limits[] = {
    {"placeholders", "allow \"", "${subject.CN}", "\"; }", CERTMAP_MAX_PLACEHOLDERS, CERTMAP_CODE_TOO_MANY},
    {"filters", "allow \"${subject.CN", "|lower", "}\"; }", CERTMAP_MAX_PLACEHOLDERS, CERTMAP_CODE_TOO_MANY},
    {"groups", "allow \"u\"; domain \"d\"; ", "group \"g\"; ", "}", CERTMAP_MAX_OUTPUTS, CERTMAP_CODE_TOO_MANY},
    {"bytes of text", "allow \"", "a", "\"; }", CERTMAP_MAX_TEXT_SIZE, CERTMAP_CODE_TEXT_TOO_LONG},
    {"bytes around a placeholder", "allow \"${subject.CN}", "a", "\"; }", CERTMAP_MAX_TEXT_SIZE - 13,
     CERTMAP_CODE_TEXT_TOO_LONG},
    {"nested filters", "allow ldap-filter \"", "(!", "(a=b)", CERTMAP_MAX_NESTING, CERTMAP_CODE_BAD_TEMPLATE},
};

T_TEST(limit) {
    for (int over = 0; over < 2; over++) {
        struct t_buf text = T_BUF_INIT;
        struct certmap_diagnostic error;
        const bool nested = limits[_i].code == CERTMAP_CODE_BAD_TEMPLATE;
        t_put(&text, before_statement);
        t_put(&text, limits[_i].begin);
        for (int i = 0; i < limits[_i].most + over; i++)
            t_put(&text, limits[_i].one);
        t_put(&text, limits[_i].end);
        for (int i = 0; nested && i < limits[_i].most + over; i++)
            t_put(&text, ")");
        t_put(&text, nested ? "\"; }" : "");
        parse(&text, &error);
        ck_assert_msg(error.code == (over ? limits[_i].code : CERTMAP_CODE_NONE), "%s: %s", limits[_i].what,
                      error.text);
        t_buf_free(&text);
    }
}

T_TEST(attributes_limit) {
    for (int over = 0; over < 2; over++) {
        struct t_buf text = T_BUF_INIT;
        struct certmap_diagnostic error;
        char attribute[40];
        t_put(&text, before_statement);
        t_put(&text, "allow \"u\"; ");
        for (int i = 0; i < CERTMAP_MAX_OUTPUTS + over; i++) {
            snprintf(attribute, sizeof attribute, "attribute \"a%d\" = \"x\"; ", i);
            t_put(&text, attribute);
        }
        t_put(&text, "}");
        ck_assert_int_eq(parse(&text, &error), over ? CERTMAP_ERROR_LIMIT : CERTMAP_OK);
        ck_assert_int_eq(error.code, over ? CERTMAP_CODE_TOO_MANY : CERTMAP_CODE_NONE);
        t_buf_free(&text);
    }
}

/* A text of escapes may be ten times as long as what it stands for; one that is longer is not read. */
T_TEST(long_escapes) {
    static const int counts[] = {CERTMAP_MAX_TEXT_SIZE, CERTMAP_MAX_TEXT_SIZE + 1, 2 * CERTMAP_MAX_TEXT_SIZE};
    for (int i = 0; i < 3; i++) {
        struct t_buf text = T_BUF_INIT;
        struct certmap_diagnostic error;
        t_put(&text, before_statement);
        t_put(&text, "allow \"");
        for (int n = 0; n < counts[i]; n++)
            t_put(&text, "\\u{000041}");
        t_put(&text, "\"; }");
        parse(&text, &error);
        ck_assert_int_eq(error.code, i == 0 ? CERTMAP_CODE_NONE : CERTMAP_CODE_TEXT_TOO_LONG);
        t_buf_free(&text);
    }
}

/* ---- builders: the offset is in the text, and there is no line ---- */

static const struct {
    const char *text;
    size_t len; /* 0: of the string */
    enum certmap_code code;
    size_t offset, length;
} built[] = {
    {"${subject.CN}", 0, CERTMAP_CODE_NONE, 0, 0},
    {"a\\u{E9}\\\"", 0, CERTMAP_CODE_NONE, 0, 0},
    {"\xC3\xBC${subject.XX}", 0, CERTMAP_CODE_UNKNOWN_SUBFIELD, 12, 2},
    {"a${subject.CN | lowr}", 0, CERTMAP_CODE_UNKNOWN_FILTER, 16, 4},
    {"a${subject.CN", 0, CERTMAP_CODE_BAD_TEMPLATE, 1, 2},
    {"a${subject.CN\n}", 0, CERTMAP_CODE_BAD_TEMPLATE, 1, 2},
    {"a${subject.CN\x01}", 0, CERTMAP_CODE_CONTROL_CHARACTER, 13, 1},
    {"a${subject.CN ?\? \"\x01\"}", 0, CERTMAP_CODE_CONTROL_CHARACTER, 18, 1},
    {"a\"b", 0, CERTMAP_CODE_BAD_TEMPLATE, 1, 1},
    {"a\nb", 0, CERTMAP_CODE_CONTROL_CHARACTER, 1, 1},
    {"a\xE2\x80\xAE", 0, CERTMAP_CODE_CONTROL_CHARACTER, 1, 3},
    {"a\tb", 0, CERTMAP_CODE_BAD_ACCOUNT, 0, 0},
    {"a\\", 0, CERTMAP_CODE_BAD_ESCAPE, 1, 1},
    {"a\\\xC3\xA9", 0, CERTMAP_CODE_BAD_ESCAPE, 1, 3},
    {"a\\u{", 0, CERTMAP_CODE_BAD_ESCAPE, 1, 3},
    {"a\\u", 0, CERTMAP_CODE_BAD_ESCAPE, 1, 2},
    {"a\\u{0}b", 0, CERTMAP_CODE_BAD_ESCAPE, 1, 5},
    {"a\\u{1111111}b", 0, CERTMAP_CODE_BAD_ESCAPE, 1, 10},
    {"a\xFF", 0, CERTMAP_CODE_BAD_UTF8, 0, 0},
    {"a\0b", 3, CERTMAP_CODE_NUL, 0, 0},
    {"", 0, CERTMAP_CODE_BAD_ACCOUNT, 0, 0},
};

static enum certmap_status build(struct certmap_view text, bool is_template, struct certmap_diagnostic *error) {
    struct certmap_builder *builder = t_builder();
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = t_text("m");
    mapping.account = text;
    mapping.is_template = is_template;
    const enum certmap_status status = certmap_builder_mapping(builder, &mapping, error);
    certmap_builder_free(builder);
    return status;
}

T_TEST(a_built_template) {
    struct certmap_view text = t_text(built[_i].text);
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    if (built[_i].len > 0)
        text.len = built[_i].len;
    ck_assert_int_eq(build(text, true, &error) == CERTMAP_OK, built[_i].code == CERTMAP_CODE_NONE);
    ck_assert_msg(error.code == built[_i].code, "%s: %s", built[_i].text, error.text);
    ck_assert_msg(error.offset == built[_i].offset && error.length == built[_i].length, "%s: %zu bytes at %zu: %s",
                  built[_i].text, error.length, error.offset, error.text);
    ck_assert_uint_eq(error.line, 0);
    ck_assert_uint_eq(error.column, 0);
}

/* A text that is no template is what it is. */
T_TEST(a_built_text) {
    struct certmap_builder *builder = t_builder();
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = t_text("m");
    mapping.account = t_text("D\\${subject.CN}\"");
    ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
    struct certmap_rules *rules = t_finish(builder);
    struct t_peer peer;
    t_peer_make(&peer, "CN=a", "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_str_eq((const char *)result.account.data, "D\\${subject.CN}\"");
    ck_assert_str_eq((const char *)result.domain.data, "D");
    ck_assert_str_eq((const char *)result.user.data, "${subject.CN}\"");
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

static const struct {
    const char *statement, *account;
    bool is_template;
    enum certmap_language language;
} told[] = {
    {"allow \"a\\u{E9}\"", "a\xC3\xA9", false, CERTMAP_LANGUAGE_PLAIN},
    {"allow \"\\u{61}${ subject.CN }\"", "\\u{61}${ subject.CN }", true, CERTMAP_LANGUAGE_PLAIN},
    {"allow dn \"CN=\\\\,\"", "CN=\\,", false, CERTMAP_LANGUAGE_DN},
    {"allow ldap-filter \"(a=${subject.CN})\"", "(a=${subject.CN})", true, CERTMAP_LANGUAGE_LDAP_FILTER},
    {"deny", NULL, false, CERTMAP_LANGUAGE_PLAIN},
};

/* What certmap_rules_mapping tells, given to a builder, gives the same again. */
T_TEST(mapping_is_told) {
    struct t_buf text = T_BUF_INIT;
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    t_put(&text, before_statement);
    t_put(&text, told[_i].statement);
    t_put(&text, "; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(certmap_rules_mapping(rules, &mapping, 0, NULL), CERTMAP_OK);
        ck_assert_int_eq(mapping.account.data == NULL, told[_i].account == NULL);
        if (told[_i].account != NULL)
            ck_assert_str_eq((const char *)mapping.account.data, told[_i].account);
        ck_assert_int_eq(mapping.is_template, told[_i].is_template);
        ck_assert_int_eq(mapping.language, told[_i].language);
        struct certmap_builder *builder = t_builder();
        ck_assert_int_eq(certmap_builder_mapping(builder, &mapping, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_builder_always(builder, NULL), CERTMAP_OK);
        certmap_rules_free(rules);
        rules = t_finish(builder);
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
}

/* ---- memory ---- */

/* Templates, and such that each piece of memory is too large for what an arena has left. */
static const char *const allocations[] = {
    ("allow \"D\\\\${subject.1.2.3 | lower | before(\"x\\u{E9}\") ?\? \"y\"}\"; domain \"d${subject.CN}\"; attribute "
     "\"n\" = ldap-filter \"(a=b)\"; group \"g\""),
    "allow \"LONG\"",
    "allow \"LONG\\\\LONG\"",
    "allow \"LONG${subject.CN}LONG\"",
    "allow \"${subject.CN | replace(\"LONG\", \"LONG\")}\"",
    "allow \"${subject.CN ?\? \"\xC4\x80LONG\"}\"",
    "allow \"${subject.CN | lower | before(\"LONG\") | lower}\"",
    "allow \"${subject.1.2.3 | lower | lower | lower | lower | lower | lower | lower | lower}${subject.CN}\"",
};

static void put_long(struct t_buf *text, const char *statement) {
    for (; *statement != 0; statement++)
        if (strncmp(statement, "LONG", 4) == 0) {
            t_der(text, "5000*\"a\"");
            statement += 3;
        } else {
            t_bytes(text, statement, 1);
        }
}

T_TEST(every_allocation_fails) {
    struct t_buf buf = T_BUF_INIT;
    t_put(&buf, before_statement);
    put_long(&buf, allocations[_i]);
    t_put(&buf, "; }");
    const struct certmap_view text = t_view(&buf);
    for (size_t n = 0;; n++) {
        struct t_alloc memory = T_ALLOC_INIT;
        const struct certmap_allocator allocator = t_alloc_allocator(&memory);
        struct certmap_parse_options options = CERTMAP_PARSE_OPTIONS_INIT;
        struct certmap_rules *rules = NULL;
        options.allocator = &allocator;
        t_alloc_fail_at(&memory, n);
        const enum certmap_status status = certmap_rules_parse(&rules, text, &options, NULL);
        certmap_rules_free(rules);
        ck_assert_uint_eq(memory.live, 0);
        if (!t_alloc_failed(&memory)) {
            ck_assert_int_eq(status, CERTMAP_OK);
            break;
        }
        ck_assert_int_eq(status, CERTMAP_ERROR_MEMORY);
    }
    t_buf_free(&buf);
}

T_TESTS("template", T_CASE("mistakes", T_LOOP(a_mistake, COUNT(mistakes))),
        T_CASE("loading", T_LOOP(loads, COUNT(right)), T_LOOP(pieces_that_placeholders_need, COUNT(needs)),
               T_LOOP(limit, COUNT(limits)), attributes_limit, long_escapes,
               T_LOOP(every_allocation_fails, COUNT(allocations))),
        T_CASE("builders", T_LOOP(a_built_template, COUNT(built)), a_built_text, T_LOOP(mapping_is_told, COUNT(told))))
