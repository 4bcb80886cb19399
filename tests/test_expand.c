/* SPDX-License-Identifier: MIT */
/* What templates give for a certificate: values, filters, defaults, escapes, and what is refused. */
#include "certmap/limits.h"
#include "certmap/names.h"
#include "rules.h"
#include "support/alloc.h"
#include "support/random.h"

#define UE "\xC3\xBC"      /* u with diaeresis */
#define RLO "\xE2\x80\xAE" /* right-to-left override */

/* ---- rows ---- */

/* A statement that gives a text. */
struct row {
    const char *what, *subject /* t_name */, *statement;
    const char *wanted; /* NULL: reason says why not */
    enum certmap_code reason;
};
#define REFUSED(code) NULL, CERTMAP_CODE_PLACEHOLDER_##code

static const struct row rows[] = {
    /* literal text */
    {"no placeholder", "CN=a", "allow \"portal\"", "portal", 0},
    {"text on both sides", "CN=a", "allow \"x-${subject.CN}-y\"", "x-a-y", 0},
    {"two placeholders", "CN=a | UID=b", "allow \"${subject.UID}${subject.CN}\"", "ba", 0},
    {"the same placeholder twice", "CN=a", "allow \"${subject.CN}.${subject.CN}\"", "a.a", 0},
    {"escapes", "CN=a", "allow \"D\\\\\\u{E9}${subject.CN}\\u{24}{x}\"",
     "D\\\xC3\xA9"
     "a${x}",
     0},
    {"a dollar alone", "CN=a", "allow \"$${subject.CN}$}\"", "$a$}", 0},
    {"space in the placeholder", "CN=a",
     "allow \"${ subject.CN\t|  lower ?"
     "? \"x\" }\"",
     "a", 0},

    /* values */
    {"no value", "O=a", "allow \"${subject.CN}\"", REFUSED(NO_VALUE)},
    {"several values", "CN=a | CN=b", "allow \"${subject.CN}\"", REFUSED(SEVERAL_VALUES)},
    {"the same value twice", "CN=a | CN=a", "allow \"${subject.CN}\"", REFUSED(SEVERAL_VALUES)},
    {"several in one RDN", "CN=a + CN=b", "allow \"${subject.CN}\"", REFUSED(SEVERAL_VALUES)},
    {"first", "CN=a | CN=b | CN=c", "allow \"${subject.CN | first}\"", "a", 0},
    {"last", "CN=a | CN=b | CN=c", "allow \"${subject.CN | last}\"", "c", 0},
    {"first of one", "CN=a", "allow \"${subject.CN | first}\"", "a", 0},
    {"last of one", "CN=a", "allow \"${subject.CN | last}\"", "a", 0},
    {"first of none", "O=a", "allow \"${subject.CN | first}\"", REFUSED(NO_VALUE)},
    {"last of none", "O=a", "allow \"${subject.CN | last}\"", REFUSED(NO_VALUE)},
    {"unreadable", "octet CN=a", "allow \"${subject.CN}\"", REFUSED(UNREADABLE)},
    {"the first is unreadable", "octet CN=a | CN=b", "allow \"${subject.CN | first}\"", REFUSED(UNREADABLE)},
    {"another one is unreadable", "CN=a | octet CN=b", "allow \"${subject.CN | first}\"", "a", 0},
    {"one of several is unreadable", "CN=a | octet CN=b", "allow \"${subject.CN}\"", REFUSED(SEVERAL_VALUES)},
    {"the last is unreadable", "CN=a | octet CN=b", "allow \"${subject.CN | last}\"", REFUSED(UNREADABLE)},
    {"by OID", "1.2.3.4=a", "allow \"${subject.1.2.3.4}\"", "a", 0},
    {"by OID, others beside it", "1.2.3.5=b | 1.2.3.4=a | 1.2.3.6=c", "allow \"${subject.1.2.3.4}\"", "a", 0},
    {"by OID, several", "1.2.3.4=a | 1.2.3.5=b | 1.2.3.4=c", "allow \"${subject.1.2.3.4}\"", REFUSED(SEVERAL_VALUES)},
    {"by OID, last", "1.2.3.4=a | 1.2.3.4=c | 1.2.3.5=b", "allow \"${subject.1.2.3.4 | last}\"", "c", 0},
    {"by OID, none", "1.2.3.5=b", "allow \"${subject.1.2.3.4}\"", REFUSED(NO_VALUE)},
    {"the issuer", "CN=a", "allow \"${issuer.CN}\"", "CA", 0},
    {"not supplied", "CN=a", "allow \"${san.email}\"", REFUSED(UNREADABLE)},
    {"not supplied, with a default", "CN=a", "allow \"${san.email ?\? \"x\"}\"", REFUSED(UNREADABLE)},
    {"empty", "CN=", "allow \"x${subject.CN}\"", REFUSED(EMPTY)},
    {"NFC", "CN=u\xCC\x88", "allow \"${subject.CN}\"", UE, 0},

    /* defaults */
    {"default for none", "O=a", "allow \"${subject.CN ?\? \"guest\"}\"", "guest", 0},
    {"default not needed", "CN=a", "allow \"${subject.CN ?\? \"guest\"}\"", "a", 0},
    {"no default for several", "CN=a | CN=b", "allow \"${subject.CN ?\? \"guest\"}\"", REFUSED(SEVERAL_VALUES)},
    {"no default for unreadable", "octet CN=a", "allow \"${subject.CN ?\? \"guest\"}\"", REFUSED(UNREADABLE)},
    {"no default for empty", "CN=", "allow \"${subject.CN ?\? \"guest\"}\"", REFUSED(EMPTY)},
    {"no default for nothing left", "CN=a", "allow \"${subject.CN | after(\"@\") ?\? \"guest\"}\"", REFUSED(EMPTY)},
    {"filters leave it alone", "O=a", "allow \"${subject.CN | upper | before(\"@\") ?\? \"guest\"}\"", "guest", 0},
    {"default with a quote and braces", "O=a", "attribute \"x\" = \"${subject.CN ?\? \"a\\\"}{\\\\\"}\"", "a\"}{\\", 0},

    /* filters */
    {"lower", "CN=\xC3\x9CMIT I", "allow \"${subject.CN | lower}\"", UE "mit i", 0},
    {"upper", "CN=" UE "mit i", "allow \"${subject.CN | upper}\"", "\xC3\x9CMIT I", 0},
    {"lower, no locale", "CN=\xC4\xB0I", "allow \"${subject.CN | lower}\"", "\xC4\xB0i", 0},
    {"upper, simple",
     "CN=stra\xC3\x9F"
     "e",
     "allow \"${subject.CN | upper}\"",
     "STRA\xC3\x9F"
     "E",
     0},
    {"lower, NFC again", "CN=J\xCC\x8C", "allow \"${subject.CN | lower}\"", "\xC7\xB0", 0},
    {"before", "CN=a@b@c", "allow \"${subject.CN | before(\"@\")}\"", "a", 0},
    {"after", "CN=a@b.c", "allow \"${subject.CN | after(\"@\")}\"", "b.c", 0},
    {"after the first only", "CN=a=b=c", "allow \"${subject.CN | after(\"=\")}\"", "b=c", 0},
    {"before, several characters", "CN=a::b", "allow \"${subject.CN | before(\"::\")}\"", "a", 0},
    {"before, nearly", "CN=a:b::c", "attribute \"x\" = \"${subject.CN | before(\"::\")}\"", "a:b", 0},
    {"after, overlapping", "CN=aaab", "allow \"${subject.CN | after(\"aab\")}x\"", REFUSED(EMPTY)},
    {"before, not there", "CN=ab", "allow \"${subject.CN | before(\"@\")}\"", REFUSED(EMPTY)},
    {"after, not there", "CN=ab", "allow \"${subject.CN | after(\"@\")}\"", REFUSED(EMPTY)},
    {"before, longer than the value", "CN=a", "allow \"${subject.CN | before(\"aa\")}\"", REFUSED(EMPTY)},
    {"before, at the begin", "CN=@a", "allow \"${subject.CN | before(\"@\")}\"", REFUSED(EMPTY)},
    {"after, at the end", "CN=a@", "allow \"${subject.CN | after(\"@\")}\"", REFUSED(EMPTY)},
    {"before, of nothing", "CN=", "allow \"${subject.CN | before(\"@\")}\"", REFUSED(EMPTY)},
    {"the operand is in NFC", "CN=a" UE "b", "allow \"${subject.CN | before(\"u\xCC\x88\")}\"", "a", 0},
    {"replace", "CN=a b c", "allow \"${subject.CN | replace(\" \", \"_\")}\"", "a_b_c", 0},
    {"replace, longer", "CN=aXbX", "allow \"${subject.CN | replace(\"X\", \"123\")}\"", "a123b123", 0},
    {"replace, by nothing", "CN=aXbX", "allow \"${subject.CN | replace(\"X\", \"\")}\"", "ab", 0},
    {"replace, not there", "CN=ab", "allow \"${subject.CN | replace(\"X\", \"y\")}\"", "ab", 0},
    {"replace, everything", "CN=XX", "allow \"${subject.CN | replace(\"X\", \"\")}x\"", REFUSED(EMPTY)},
    {"replace, once over", "CN=aa", "allow \"${subject.CN | replace(\"a\", \"aa\")}\"", "aaaa", 0},
    {"replace, from the left", "CN=aaa", "allow \"${subject.CN | replace(\"aa\", \"b\")}\"", "ba", 0},
    {"replace, NFC again", "CN=q\xCC\x88", "allow \"${subject.CN | replace(\"q\", \"u\")}\"", UE, 0},
    {"replace a control character", "CN=a\\x09b", "allow \"${subject.CN | replace(\"\\t\", \" \")}\"", "a b", 0},
    {"before the last", "CN=a@b@c", "allow \"${subject.CN | before-last(\"@\")}\"", "a@b", 0},
    {"after the last", "CN=a@b@c", "allow \"${subject.CN | after-last(\"@\")}\"", "c", 0},
    {"before the last, once there", "CN=a@b", "allow \"${subject.CN | before-last(\"@\")}\"", "a", 0},
    {"after the last, several characters", "CN=a--b---c", "allow \"${subject.CN | after-last(\"--\")}\"", "c", 0},
    {"before the last, overlapping", "CN=a--b---c", "allow \"${subject.CN | before-last(\"--\")}\"", "a--b-", 0},
    {"before the last, not there", "CN=ab", "allow \"${subject.CN | before-last(\"@\")}\"", REFUSED(EMPTY)},
    {"after the last, not there", "CN=ab", "allow \"${subject.CN | after-last(\"@\")}\"", REFUSED(EMPTY)},
    {"before the last, longer than the value", "CN=a", "allow \"${subject.CN | before-last(\"aa\")}\"", REFUSED(EMPTY)},
    {"before the last, the whole value", "CN=aa", "allow \"x${subject.CN | before-last(\"aa\")}\"", REFUSED(EMPTY)},
    {"before the last, at the begin", "CN=@a", "allow \"${subject.CN | before-last(\"@\")}\"", REFUSED(EMPTY)},
    {"after the last, at the end", "CN=a@b@", "allow \"${subject.CN | after-last(\"@\")}\"", REFUSED(EMPTY)},
    {"before the last, of nothing", "CN=", "allow \"${subject.CN | before-last(\"@\")}\"", REFUSED(EMPTY)},
    {"a personal number", "CN=DOE.JANE.Q.1234567890", "allow \"${subject.CN | after-last(\".\")}\"", "1234567890", 0},
    {"slice", "CN=abcdef", "allow \"${subject.CN | slice(2, 3)}\"", "bcd", 0},
    {"slice, the beginning", "CN=1234567890123456@mil", "allow \"${subject.CN | before(\"@\") | slice(1, 10)}@mil\"",
     "1234567890@mil", 0},
    {"slice, all of it", "CN=abc", "allow \"${subject.CN | slice(1, 3)}\"", "abc", 0},
    {"slice, less than asked for", "CN=abc", "allow \"${subject.CN | slice(2, 65536)}\"", "bc", 0},
    {"slice, past the end", "CN=abc", "allow \"x${subject.CN | slice(4, 1)}\"", REFUSED(EMPTY)},
    {"slice, of code points",
     "CN=" UE UE "\xF0\x9F\x98\x80"
     "ab",
     "allow \"${subject.CN | slice(2, 2)}\"", UE "\xF0\x9F\x98\x80", 0},
    {"slice, of nothing", "CN=", "allow \"x${subject.CN | slice(1, 1)}\"", REFUSED(EMPTY)},
    {"at", "CN=a | CN=b | CN=c", "allow \"${subject.CN | at(2)}\"", "b", 0},
    {"at, the first", "CN=a | CN=b", "allow \"${subject.CN | at(1)}\"", "a", 0},
    {"at, in one RDN", "CN=a + CN=b | CN=c", "allow \"${subject.CN | at(2) | upper}\"", "B", 0},
    {"at, too few", "CN=a | CN=b", "allow \"${subject.CN | at(3)}\"", REFUSED(NO_VALUE)},
    {"at, too few, with a default", "CN=a | CN=b", "allow \"${subject.CN | at(9999999) ?\? \"x\"}\"", "x", 0},
    {"at, unreadable", "CN=a | octet CN=b", "allow \"${subject.CN | at(2)}\"", REFUSED(UNREADABLE)},
    {"at, past one that is unreadable", "octet CN=a | CN=b", "allow \"${subject.CN | at(2)}\"", "b", 0},
    {"at, by OID", "1.2.3.4=a | 1.2.3.5=b | 1.2.3.4=c", "allow \"${subject.1.2.3.4 | at(2)}\"", "c", 0},
    {"in order", "CN=A@B", "allow \"${subject.CN | lower | before(\"@\")}\"", "a", 0},
    {"in this order", "CN=A@B", "allow \"${subject.CN | lower | before(\"B\")}\"", REFUSED(EMPTY)},
    {"first and others", "CN=A | CN=B", "allow \"${subject.CN | first | lower | replace(\"a\", \"c\") | upper}\"", "C",
     0},

    /* characters: everywhere */
    {"a line feed", "CN=a\\x0Ab", "attribute \"x\" = \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"a direction override", "CN=a" RLO "b", "attribute \"x\" = \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"a control character in a filter", "CN=a\\x1Fb", "attribute \"x\" = ldap-filter \"(a=${subject.CN})\"",
     REFUSED(CHARACTER)},
    {"a control character in a DN", "CN=a\\x1Fb", "attribute \"x\" = dn \"CN=${subject.CN}\"", REFUSED(CHARACTER)},
    {"a control character in a URL", "CN=a\\x1Fb", "attribute \"x\" = url \"a:${subject.CN}\"", REFUSED(CHARACTER)},
    {"a control character in a user name", "CN=a\\x1Fb", "allow posix-user \"${subject.CN}\"", REFUSED(CHARACTER)},

    /* characters: accounts, groups, domains */
    {"backslash", "CN=D\\\\a", "allow \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"slash", "CN=a/b", "allow \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"colon", "CN=a:b", "group \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"semicolon", "CN=a;b", "domain \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"space in front",
     "CN=\\x20"
     "a",
     "allow \"x${subject.CN}\"", REFUSED(CHARACTER)},
    {"space behind", "CN=a\\x20", "allow \"${subject.CN}x\"", REFUSED(CHARACTER)},
    {"space within", "CN=a b", "allow \"${subject.CN}\"", "a b", 0},
    {"@ without a domain", "CN=a@b", "allow \"${subject.CN}\"", "a@b", 0},
    {"@ before a domain", "CN=a@b", "allow \"${subject.CN}@c\"", REFUSED(CHARACTER)},
    {"@ behind a domain", "CN=a@b", "allow \"D\\\\${subject.CN}\"", REFUSED(CHARACTER)},
    {"@ beside a domain", "CN=a@b", "allow \"${subject.CN}\"; domain \"d\"", REFUSED(CHARACTER)},
    {"@ beside a domain, in a default", "O=a", "allow \"${subject.CN ?\? \"a@b\"}\"; domain \"d\"", REFUSED(CHARACTER)},
    {"a no-break space in front", "CN=\xC2\xA0x", "allow \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"an ideographic space behind", "CN=x\xE3\x80\x80", "group \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"a no-break space within", "CN=x\xC2\xA0y", "allow \"${subject.CN}\"", "x\xC2\xA0y", 0},
    {"a zero width space", "CN=x\xE2\x80\x8By", "allow \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"a soft hyphen", "CN=x\xC2\xADy", "domain \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"a soft hyphen in an attribute", "CN=x\xC2\xADy", "attribute \"x\" = \"${subject.CN}\"", "x\xC2\xADy", 0},
    {"a mark that would make = another sign", "CN=\xCC\xB8x", "attribute \"x\" = dn \"uid=${subject.CN}\"",
     REFUSED(CHARACTER)},
    {"so in a filter", "CN=\xCC\xB8x", "attribute \"x\" = ldap-filter \"(uid=${subject.CN})\"", REFUSED(CHARACTER)},
    {"a mark that would join the text before", "CN=\xCC\x88x", "allow \"u${subject.CN}\"", REFUSED(CHARACTER)},
    {"@ in a group", "CN=a@b", "group \"${subject.CN}\"", "a@b", 0},
    {"@ in a group with one", "CN=a@b", "group \"g@${subject.CN}\"", REFUSED(CHARACTER)},
    {"an attribute may hold them", "CN= D\\\\a/b:c;d@e", "attribute \"x\" = \"@${subject.CN}\"", "@ D\\a/b:c;d@e", 0},
    {"so may text of the rule", "CN=a", "allow \"/x:y;${subject.CN}\"", "/x:y;a", 0},

    /* ldap-filter: RFC 4515 3 and 4 */
    {"star", "CN=*", "attribute \"x\" = ldap-filter \"(cn=${subject.CN})\"", "(cn=\\2a)", 0},
    {"parentheses", "CN=Parens R Us (for all your parenthetical needs)",
     "attribute \"x\" = ldap-filter \"(o=${subject.CN})\"", "(o=Parens R Us \\28for all your parenthetical needs\\29)",
     0},
    {"backslash in a filter", "CN=C:\\\\MyFile", "attribute \"x\" = ldap-filter \"(filename=${subject.CN})\"",
     "(filename=C:\\5cMyFile)", 0},
    {"not ASCII in a filter", "CN=Lu\xC4\x8Di\xC4\x87", "attribute \"x\" = ldap-filter \"(sn=${subject.CN})\"",
     "(sn=Lu\xC4\x8Di\xC4\x87)", 0},
    {"in a substring", "CN=*", "attribute \"x\" = ldap-filter \"(cn=*${subject.CN}*)\"", "(cn=*\\2a*)", 0},
    {"the default too", "O=a", "attribute \"x\" = ldap-filter \"(cn=${subject.CN ?\? \"*\"})\"", "(cn=\\2a)", 0},
    {"extensible", "CN=a)", "attribute \"x\" = ldap-filter \"(cn:dn:2.4.6.8.10:=${subject.CN})\"",
     "(cn:dn:2.4.6.8.10:=a\\29)", 0},
    {"an account", "CN=a@b", "allow ldap-filter \"(mail=${subject.CN})\"", "(mail=a@b)", 0},

    /* dn: RFC 4514 2.4 */
    {"space at the begin",
     "CN=\\x20"
     "a",
     "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=\\ a", 0},
    {"space at the end", "CN=a\\x20", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a\\ ", 0},
    {"one space", "CN=\\x20", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=\\ ", 0},
    {"spaces", "CN=\\x20\\x20\\x20", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=\\  \\ ", 0},
    {"space in the middle", "CN=a b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a b", 0},
    {"number sign at the begin", "CN=#a", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=\\#a", 0},
    {"number sign within", "CN=a#b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a#b", 0},
    {"quote", "CN=a\"b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a\\\"b", 0},
    {"plus", "CN=a\\+b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a\\+b", 0},
    {"comma", "CN=a,b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a\\,b", 0},
    {"semicolon in a DN", "CN=a;b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a\\;b", 0},
    {"less than", "CN=a<b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a\\<b", 0},
    {"greater than", "CN=a>b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a\\>b", 0},
    {"backslash in a DN", "CN=a\\\\b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a\\\\b", 0},
    {"equals", "CN=a=b", "attribute \"x\" = dn \"CN=${subject.CN}\"", "CN=a=b", 0},
    {"text around it",
     "CN=\\x20"
     "a",
     "attribute \"x\" = dn \"CN=Mr ${subject.CN} jr,O=x\"", "CN=Mr \\ a jr,O=x", 0},

    /* url: RFC 3986 2.1 to 2.3 */
    {"reserved characters", "CN=:/?#[]@!$&'()*\\+,;=", "attribute \"x\" = url \"https://h/${subject.CN}\"",
     "https://h/%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D", 0},
    {"unreserved characters", "CN=azAZ09-._~", "attribute \"x\" = url \"https://h/${subject.CN}\"",
     "https://h/azAZ09-._~", 0},
    {"percent and space", "CN=% %", "attribute \"x\" = url \"https://h/?q=${subject.CN}\"", "https://h/?q=%25%20%25",
     0},
    {"UTF-8", "CN=" UE, "attribute \"x\" = url \"https://h/#${subject.CN}\"", "https://h/#%C3%BC", 0},
    {"a dot", "CN=.", "attribute \"x\" = url \"https://h/a${subject.CN}b\"", REFUSED(CHARACTER)},
    {"two dots", "CN=..", "attribute \"x\" = url \"https://h/?${subject.CN}\"", REFUSED(CHARACTER)},
    {"three dots", "CN=...", "attribute \"x\" = url \"https://h/${subject.CN}\"", "https://h/...", 0},
    {"a dot segment made of two", "CN=.x", "attribute \"x\" = url \"https://h/.${subject.CN | before(\"x\")}/\"",
     REFUSED(CHARACTER)},
    {"a dot segment of text and value", "CN=a.", "attribute \"x\" = url \"https://h/%2e${subject.CN | after(\"a\")}\"",
     REFUSED(CHARACTER)},

    /* posix-user */
    {"a user", "CN=alice", "allow posix-user \"${subject.CN}\"", "alice", 0},
    {"all characters", "CN=_a.B-9", "allow posix-user \"${subject.CN}\"", "_a.B-9", 0},
    {"hyphen at the begin", "CN=-a", "allow posix-user \"${subject.CN}\"", REFUSED(USER_NAME)},
    {"hyphen behind text", "CN=-a", "allow posix-user \"x${subject.CN}\"", "x-a", 0},
    {"a user that is a dot", "CN=.", "allow posix-user \"${subject.CN}\"", REFUSED(USER_NAME)},
    {"a user that is two dots", "CN=.", "allow posix-user \".${subject.CN}\"", REFUSED(USER_NAME)},
    {"digits only", "CN=0", "allow posix-user \"${subject.CN}\"", REFUSED(USER_NAME)},
    {"digits only, together", "CN=0", "allow posix-user \"1${subject.CN}\"", REFUSED(USER_NAME)},
    {"digits and more", "CN=0", "allow posix-user \"u${subject.CN}\"", "u0", 0},
    {"another character", "CN=a@b", "allow posix-user \"${subject.CN}\"", REFUSED(USER_NAME)},
    {"a letter that is not ASCII", "CN=" UE, "allow posix-user \"${subject.CN}\"", REFUSED(USER_NAME)},
    /* whole Names, as programs print them */
    {"a Name", "C=DE | O=Contoso | OU=foo | CN=strimzi-kafka", "allow principal \"${subject}\"",
     "CN=strimzi-kafka,OU=foo,O=Contoso,C=DE", 0},
    {"a Name, escaped", "O=a,b | CN=#x", "allow principal \"${subject}\"", "CN=\\#x,O=a\\,b", 0},
    {"a Name in NFC", "CN=u\xCC\x88", "allow principal \"${subject}\"", "CN=" UE, 0},
    {"AVAs of an RDN", "O=x | OU=a + CN=b", "allow principal \"${subject}\"", "OU=a+CN=b,O=x", 0},
    {"types with other names", "S=BY | E=a@b | SERIALNUMBER=1", "allow principal \"${subject}\"",
     "serialNumber=1,emailAddress=a@b,ST=BY", 0},
    {"a type without a name", "1.2.3.4=a", "allow principal \"${subject}\"", "1.2.3.4=#0C0161", 0},
    {"root first", "C=DE | O=a,b | CN=x", "allow principal \"${subject | root-first}\"", "C=DE,O=a\\,b,CN=x", 0},
    {"Java", "C=DE | O=a,b | CN=x | E=a@b", "allow principal \"${subject | java}\"",
     "EMAILADDRESS=a@b, CN=x, O=\"a,b\", C=DE", 0},
    {"Java, quotes", "OU=a\"b | O=a  b | CN=x\\\\y", "allow principal \"${subject | java}\"",
     "CN=\"x\\\\y\", O=\"a  b\", OU=\"a\\\"b\"", 0},
    {"Java, an RDN of two", "OU=a + CN=b", "allow principal \"${subject | java}\"", "OU=a + CN=b", 0},
    {"Java, a type without a keyword", "1.2.3.4=a", "allow principal \"${subject | java}\"", "OID.1.2.3.4=a", 0},
    {"Java, what it leaves as it is", "CN=\"x, O=admin\"", "allow principal \"${subject | java}\"", REFUSED(CHARACTER)},
    {"one line", "C=DE | O=Contoso | OU=a + CN=b", "allow principal \"${subject | oneline}\"",
     "/C=DE/O=Contoso/OU=a+CN=b", 0},
    {"one line, escaped", "CN=x/CN=root\\+y | E=a@b", "allow principal \"${subject | oneline}\"",
     "/CN=x\\/CN=root\\+y/emailAddress=a@b", 0},
    {"one line, not ASCII", "CN=" UE, "allow principal \"${subject | oneline}\"", "/CN=\\xC3\\xBC", 0},
    {"one line, a backslash", "CN=x\\\\", "allow principal \"${subject | oneline}\"", REFUSED(CHARACTER)},
    {"one line, in small letters", "CN=X", "allow principal \"${subject | oneline | lower}\"", "/cn=x", 0},
    {"a Name that is empty", "", "allow principal \"${subject}\"", REFUSED(EMPTY)},
    {"a Name with an unreadable value", "CN=a | octet O=b", "allow principal \"${subject}\"", REFUSED(UNREADABLE)},
    {"a Name with a line feed", "CN=a\\x0Ab", "allow principal \"${subject}\"", REFUSED(CHARACTER)},
    {"a Name with a direction override", "CN=a" RLO "b", "attribute \"x\" = \"${subject}\"", REFUSED(CHARACTER)},
    {"a Name with a mark after =", "CN=\xCC\xB8x", "attribute \"x\" = \"${subject}\"", REFUSED(CHARACTER)},
    {"a Name in an attribute", "O=o | CN=a;b", "attribute \"x\" = \"${subject}\"", "CN=a\\;b,O=o", 0},
    {"a Name in a filter", "CN=a*,b", "attribute \"x\" = ldap-filter \"(dn=${subject})\"", "(dn=CN=a\\2a\\5c,b)", 0},
    {"a Name in a URL", "CN=a b", "attribute \"x\" = url \"https://h/${subject}\"", "https://h/CN%3Da%20b", 0},

    /* principals: separators that the rule has */
    {"a prefix", "O=o | CN=a", "allow principal \"User:${subject}\"", "User:CN=a,O=o", 0},
    {"a prefix whose colon is in the Name", "CN=a:b", "allow principal \"User:${subject}\"", REFUSED(CHARACTER)},
    {"a SPIFFE ID", "CN=spiffe://contoso.example/ns/a/sa/b", "allow principal \"${subject.CN}\"",
     "spiffe://contoso.example/ns/a/sa/b", 0},
    {"a slash where the rule has one", "CN=a/b", "allow principal \"spiffe:${subject.CN}\"", "spiffe:a/b", 0},
    {"another slash", "CN=a/b", "allow principal \"spiffe://x/${subject.CN}\"", REFUSED(CHARACTER)},
    {"another realm", "CN=root@EVIL", "allow principal \"user/${subject.CN}@REALM\"", REFUSED(CHARACTER)},
    {"another instance", "CN=a/admin", "allow principal \"user/${subject.CN}@REALM\"", REFUSED(CHARACTER)},
    {"another part", "CN=a,b", "allow principal \"x,${subject.CN}\"", REFUSED(CHARACTER)},
    {"an invisible character", "CN=x\xE2\x80\x8By", "allow principal \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"a control character in a principal", "CN=x\\x1By", "allow principal \"${subject.CN}\"", REFUSED(CHARACTER)},
    {"a space at the end", "CN=x\\x20", "allow principal \"${subject.CN}\"", REFUSED(CHARACTER)},

    {"a group", "CN=x", "group posix-user \"g-${subject.CN}\"", "g-x", 0},
};

static struct certmap_rules *rules_of(const char *statement) {
    struct t_buf text = T_BUF_INIT;
    t_put(&text, "certmap 1; mapping \"m\" { when always; ");
    t_put(&text, strncmp(statement, "allow", 5) == 0 ? "" : "allow \"u\"; ");
    t_put(&text, statement);
    t_put(&text, "; }");
    struct certmap_rules *rules = t_rules(t_cstr(&text));
    t_buf_free(&text);
    return rules;
}

/* What the statement gave. */
static struct certmap_view given(const struct certmap_result *result, const char *statement) {
    if (statement[0] == 'd')
        return result->domain;
    if (statement[0] == 'g')
        return result->group_count == 1 ? result->groups[0] : (struct certmap_view)CERTMAP_NO_VIEW;
    if (statement[1] == 't')
        return result->attribute_count == 1 ? result->attributes[0].value : (struct certmap_view)CERTMAP_NO_VIEW;
    return result->account;
}

static void assert_nothing_given(const struct certmap_result *result) {
    ck_assert_ptr_null(result->account.data);
    ck_assert_ptr_null(result->domain.data);
    ck_assert_ptr_null(result->user.data);
    ck_assert_uint_eq(result->account_count + result->group_count + result->attribute_count, 0);
    ck_assert(result->accounts == NULL && result->groups == NULL && result->attributes == NULL);
}

static void assert_text(const char *what, struct certmap_view text, const char *wanted) {
    ck_assert_msg(text.data != NULL && text.data[text.len] == 0 && strcmp((const char *)text.data, wanted) == 0,
                  "%s: %s", what, text.data != NULL ? (const char *)text.data : "nothing");
}

T_TEST(a_statement) {
    const struct row *row = &rows[_i];
    struct certmap_rules *rules = rules_of(row->statement);
    struct t_peer peer;
    t_peer_make(&peer, row->subject, "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_msg(result.reason == row->reason, "%s: %s", row->what, certmap_code_name(result.reason));
    ck_assert_int_eq(result.decision, row->wanted == NULL ? CERTMAP_DENY : CERTMAP_ALLOW);
    ck_assert_uint_eq(result.index, 0);
    if (row->wanted == NULL)
        assert_nothing_given(&result);
    else
        assert_text(row->what, given(&result, row->statement), row->wanted);
    ck_assert_uint_eq(result.principals, row->wanted != NULL && strncmp(row->statement, "allow principal", 15) == 0);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- numbers ---- */

static const struct number_row {
    const char *serial; /* the contents of its INTEGER, in hexadecimal */
    const char *filters;
    const char *wanted; /* NULL: PLACEHOLDER_TOO_LONG */
} number_rows[] = {
    {"00", "dec", "0"},
    {"09", "dec", "9"},
    {"00FF", "dec", "255"},
    {"1A2B", "dec", "6699"},
    {"FF", "dec", "-1"},
    {"8000", "dec", "-32768"},
    {"0003", "dec | slice(1, 1)", "3"},
    {"7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "dec", "730750818665451459101842416358141509827966271487"},
    {"7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "dec",
     "1067993517960455041197510853084776057301352261178326384973520803911109862890320275011481043468287"},
    {"00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "dec",
     "2135987035920910082395021706169552114602704522356652769947041607822219725780640550022962086936575"},
    {"01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "dec", NULL},
    {"09", "colons", "09"},
    {"0A2B", "colons", "0a:2b"},
    {"1A2B3C", "colons | upper", "1A:2B:3C"},
    {"FF", "colons", "-01"},
};

/* A serial number of hexadecimal, as DER. */
static struct certmap_view serial_of(uint8_t room[64], const char *hex) {
    size_t len = 2;
    for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        room[len++] = (uint8_t)byte;
    room[0] = 0x02;
    room[1] = (uint8_t)(len - 2);
    return (struct certmap_view){room, len};
}

T_TEST(a_serial_number) {
    const struct number_row *row = &number_rows[_i];
    uint8_t room[64];
    char statement[64];
    struct t_peer peer;
    snprintf(statement, sizeof statement, "attribute \"x\" = \"${serial | %s}\"", row->filters);
    struct certmap_rules *rules = rules_of(statement);
    t_peer_make(&peer, "CN=a", "CN=CA");
    peer.cert.serial = serial_of(room, row->serial);
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_int_eq(result.reason, row->wanted == NULL ? CERTMAP_CODE_PLACEHOLDER_TOO_LONG : CERTMAP_CODE_NONE);
    if (row->wanted != NULL)
        assert_text(row->filters, given(&result, statement), row->wanted);
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

/* ---- whole Names beside other placeholders ---- */

/* Texts that are read. Two certificates in which the parts that a text reads differ give different texts. */
static const char *const distinct[] = {
    "allow principal \"${subject}|${issuer}\"",
    "allow principal \"${subject | java}; ${issuer | java}\"",
    "allow principal \"${subject | oneline}|${issuer | oneline}\"",
    "allow principal \"${subject}&${issuer | root-first}\"",
    "allow principal \"${subject.CN | first},${subject}\"",
    "allow principal \"${issuer},${subject.CN | last}\"",
    "allow principal \"${subject.CN | first}, ${issuer}=${subject.O ?\? \"none\"}\"",
    "allow principal \"${subject.CN | first}+${issuer | java}, x,${subject.O ?\? \"none\"}|${subject}\"",
    "attribute \"x\" = ldap-filter \"(&(a=${subject})(b=${issuer}))\"",
    "attribute \"x\" = dn \"CN=${subject},O=${issuer}\"",
    "attribute \"x\" = url \"https://h/${subject}/${issuer}\"",
    "attribute \"x\" = principal \"${subject}|${issuer}\"",
};
enum { DISTINCT_NAMES = 60, DISTINCT_SIZE = 1024 };

/* A Name of few and short values, in which the characters that texts are made of are frequent. */
static void random_name(char *name, size_t size, struct t_random *random) {
    static const char *const characters[] = {"a", "b",     ",",     "=",  "\\x2B", "\\x7C", ";",
                                             "/", "\\x20", "\\x5C", "\"", "CN=",   ",CN="};
    size_t len = 0;
    for (size_t i = 0, count = t_random_below(random, 2) + 1; i < count; i++) {
        len += (size_t)snprintf(name + len, size - len, "%s%s=x", i == 0 ? "" : " | ",
                                i + 1 == count                ? "CN"
                                : t_random_chance(random, 50) ? "CN"
                                                              : "O");
        for (size_t k = t_random_below(random, 4); k > 0; k--)
            len +=
                (size_t)snprintf(name + len, size - len, "%s", characters[t_random_below(random, COUNT(characters))]);
        len += (size_t)snprintf(name + len, size - len, "y");
    }
    ck_assert_uint_lt(len, size);
}

/* What the statement gives for a certificate of two Names; an empty text: nothing. */
static void text_for(char *text, const struct certmap_rules *rules, const char *statement, const char *subject,
                     const char *issuer) {
    struct t_peer peer;
    t_peer_make(&peer, subject, issuer);
    const struct certmap_result result = t_match(rules, peer.peer);
    text[0] = 0;
    if (result.decision == CERTMAP_ALLOW)
        snprintf(text, DISTINCT_SIZE, "%s", (const char *)given(&result, statement).data);
    t_peer_free(&peer);
}

T_TEST(texts_are_distinct) {
    static char names[DISTINCT_NAMES][256], texts[DISTINCT_NAMES * DISTINCT_NAMES / 4][DISTINCT_SIZE];
    struct t_random random = T_RANDOM_SEED(_i + 1);
    struct certmap_rules *rules = rules_of(distinct[_i]);
    const bool reads_issuer = strstr(distinct[_i], "issuer") != NULL,
               reads_subject =
                   strstr(distinct[_i], "${subject}") != NULL || strstr(distinct[_i], "${subject |") != NULL;
    size_t built = 0;
    for (size_t i = 0; i < DISTINCT_NAMES; i++)
        random_name(names[i], sizeof names[i], &random);
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *subject = names[i % (DISTINCT_NAMES / 2)],
                   *issuer = names[DISTINCT_NAMES / 2 + i / (DISTINCT_NAMES / 2)];
        text_for(texts[i], rules, distinct[_i], subject, issuer);
        built += texts[i][0] != 0;
        for (size_t k = 0; k < i && texts[i][0] != 0; k++) {
            const char *other = names[k % (DISTINCT_NAMES / 2)],
                       *other_issuer = names[DISTINCT_NAMES / 2 + k / (DISTINCT_NAMES / 2)];
            if ((!reads_subject || strcmp(subject, other) == 0) && (!reads_issuer || strcmp(issuer, other_issuer) == 0))
                continue;
            ck_assert_msg(strcmp(texts[i], texts[k]) != 0, "%s: \"%s\", \"%s\" and \"%s\", \"%s\": %s", distinct[_i],
                          subject, issuer, other, other_issuer, texts[i]);
        }
    }
    ck_assert_uint_gt(built, 10);
    certmap_rules_free(rules);
}

/* ---- hostile values ---- */

/* A peer whose subject is CN=value. */
static void make_peer(struct t_peer *peer, struct certmap_view value) {
    static const uint8_t cn[] = {0x06, 3, 0x55, 4, 3};
    t_peer_make(peer, "", "");
    t_buf_clear(&peer->subject);
    const size_t name = t_begin(&peer->subject), rdn = t_begin(&peer->subject), ava = t_begin(&peer->subject);
    t_bytes(&peer->subject, cn, sizeof cn);
    t_tlv(&peer->subject, 0x0C, value.data, value.len);
    t_end(&peer->subject, ava, 0x30, 0);
    t_end(&peer->subject, rdn, 0x31, 0);
    t_end(&peer->subject, name, 0x30, 0);
    peer->cert.subject = t_view(&peer->subject);
    ck_assert_int_eq(certmap_peer_set(peer->peer, &peer->cert, NULL), CERTMAP_OK);
}

static const char *const hostile[] = {
    "alice",
    "*)(uid=*",
    "*))(|(uid=*",
    "x)(objectClass=*",
    "\\2a",
    "\\",
    "\\\\",
    "a\\,O=Evil",
    "a,O=Evil",
    "a+O=Evil",
    "a;O=Evil",
    "\",O=Evil,X=\"",
    "#0403666F6F",
    " #a ",
    "  ",
    "<>=\"",
    "..%2f..%2fetc",
    "../../etc/passwd",
    "%2e%2e",
    "a/../b",
    "a?b=c&d=e#f",
    "//evil.example/",
    "@evil.example",
    "root@evil.example",
    "EVIL\\root",
    "a:0:0:x",
    "0",
    "-rf",
    "${subject.CN}",
    "${subject.CN | lower}",
    "\xF0\x9F\x98\x80\xC3\xBC",
    "\xEF\xBC\x8A\xEF\xBC\x89", /* full-width star and parenthesis stay what they are */
};
enum { STRINGS = sizeof hostile / sizeof *hostile, CHARACTERS = 0x7F - ' ', SHAPES = 4 };

/* The n-th value: one of the above, or each printable character alone, in front, after and within. */
static struct certmap_view hostile_value(int n, char room[8]) {
    static const char *const before[SHAPES] = {"", "", "a", "a"}, *const behind[SHAPES] = {"", "a", "", "a"};
    if (n < STRINGS)
        return t_text(hostile[n]);
    n -= STRINGS;
    snprintf(room, 8, "%s%c%s", before[n % SHAPES], ' ' + n / SHAPES, behind[n % SHAPES]);
    return t_text(room);
}
#define HOSTILE (STRINGS + CHARACTERS * SHAPES)

/* Expands a template for a value; the text is copied to buf. False: it was refused, for this reason. */
static bool expand(struct t_buf *buf, const char *statement, struct certmap_view value, enum certmap_code *reason) {
    struct certmap_rules *rules = rules_of(statement);
    struct t_peer peer;
    make_peer(&peer, value);
    const struct certmap_result result = t_match(rules, peer.peer);
    const struct certmap_view text = given(&result, statement);
    *reason = result.reason;
    t_buf_clear(buf);
    if (text.data != NULL)
        t_bytes(buf, text.data, text.len);
    t_peer_free(&peer);
    certmap_rules_free(rules);
    return text.data != NULL;
}

/* A filter, taken apart by its parentheses and = only: what is outside values goes to structure, values, with
 * escapes resolved, to values, each with a line feed after it. */
static void take_filter_apart(struct t_buf *structure, struct t_buf *values, struct certmap_view text) {
    bool in_value = false;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.data[i];
        unsigned byte = 0;
        const char digits[3] = {(char)text.data[i + 1 < text.len ? i + 1 : i],
                                (char)text.data[i + 2 < text.len ? i + 2 : i]};
        if (in_value && c == '\\' && i + 2 < text.len && sscanf(digits, "%2x", &byte) == 1) {
            t_bytes(values, &(uint8_t){(uint8_t)byte}, 1);
            i += 2;
        } else if (in_value && c != ')' && c != '(' && c != '*') {
            t_bytes(values, &c, 1);
        } else {
            t_bytes(structure, &c, 1);
            t_put(values, in_value && c == ')' ? "\n" : "");
            in_value = in_value && c != ')';
        }
        in_value = in_value || c == '=';
    }
}

T_TEST(filters_keep_their_structure) {
    struct t_buf text = T_BUF_INIT, structure = T_BUF_INIT, values = T_BUF_INIT, wanted = T_BUF_INIT;
    char room[8];
    enum certmap_code reason;
    const struct certmap_view value = hostile_value(_i, room);
    ck_assert(expand(&text, "attribute \"x\" = ldap-filter \"(&(uid=${subject.CN})(!(cn=a*${subject.CN}*b)))\"", value,
                     &reason));
    take_filter_apart(&structure, &values, t_view(&text));
    ck_assert_str_eq(t_cstr(&structure), "(&(uid=)(!(cn=**)))");
    t_bytes(&wanted, value.data, value.len);
    t_put(&wanted, "\na");
    t_bytes(&wanted, value.data, value.len);
    t_put(&wanted, "b\n");
    ck_assert_str_eq(t_cstr(&values), t_cstr(&wanted));
    t_buf_free(&text);
    t_buf_free(&structure);
    t_buf_free(&values);
    t_buf_free(&wanted);
}

/* The Name that was built, parsed: the value, text around the value, O=x, and nothing else. */
T_TEST(names_keep_their_structure) {
    struct t_buf text = T_BUF_INIT, wanted = T_BUF_INIT;
    uint8_t der[1024];
    size_t len = 0;
    char room[8];
    enum certmap_code reason;
    const struct certmap_view value = hostile_value(_i, room);
    struct t_peer peer;
    struct certmap_value one = CERTMAP_VALUE_INIT;
    ck_assert(
        expand(&text, "attribute \"x\" = dn \"CN=${subject.CN}+OU=a${subject.CN}b,O=${subject.CN}\"", value, &reason));
    ck_assert_msg(certmap_name_from_text(der, sizeof der, &len, t_view(&text), NULL) == CERTMAP_OK, "%s",
                  t_cstr(&text));
    t_peer_make(&peer, "", "");
    peer.cert.subject = (struct certmap_view){der, len};
    ck_assert_int_eq(certmap_peer_set(peer.peer, &peer.cert, NULL), CERTMAP_OK);
    ck_assert_uint_eq(certmap_peer_value_count(peer.peer, CERTMAP_FIELD_SUBJECT), 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(certmap_peer_value(peer.peer, &one, CERTMAP_FIELD_SUBJECT, i, NULL), CERTMAP_OK);
        const bool around = strcmp((const char *)one.subfield.data, "OU") == 0;
        t_buf_clear(&wanted);
        t_put(&wanted, around ? "a" : "");
        t_bytes(&wanted, value.data, value.len);
        t_put(&wanted, around ? "b" : "");
        assert_text(t_cstr(&text), one.text, t_cstr(&wanted));
    }
    t_peer_free(&peer);
    t_buf_free(&text);
    t_buf_free(&wanted);
}

/* Percent-decodes. */
static void decode(struct t_buf *decoded, struct certmap_view text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned byte = text.data[i];
        if (byte == '%' && sscanf((const char *)text.data + i + 1, "%2x", &byte) == 1)
            i += 2;
        t_bytes(decoded, &(uint8_t){(uint8_t)byte}, 1);
    }
}

T_TEST(urls_keep_their_structure) {
    struct t_buf text = T_BUF_INIT, decoded = T_BUF_INIT, wanted = T_BUF_INIT;
    char room[8];
    enum certmap_code reason;
    const struct certmap_view value = hostile_value(_i, room);
    const bool dots = strcmp((const char *)value.data, ".") == 0 || strcmp((const char *)value.data, "..") == 0;
    const bool built = expand(&text, "attribute \"x\" = url \"https://h/p/${subject.CN}/e\"", value, &reason);
    ck_assert_int_eq(built, !dots);
    if (built) {
        const char *begin = "https://h/p/", *url = t_cstr(&text);
        ck_assert_int_eq(strncmp(url, begin, strlen(begin)), 0);
        const size_t segment = strcspn(url + strlen(begin), "/?#");
        ck_assert_str_eq(url + strlen(begin) + segment, "/e");
        decode(&decoded, (struct certmap_view){text.data + strlen(begin), segment});
        t_bytes(&wanted, value.data, value.len);
        ck_assert_str_eq(t_cstr(&decoded), t_cstr(&wanted));
    }
    t_buf_free(&text);
    t_buf_free(&decoded);
    t_buf_free(&wanted);
}

/* An account with a domain has the domain of the rule and the user of the certificate, or is refused. */
T_TEST(accounts_keep_their_domain) {
    static const char *const statements[] = {"allow \"${subject.CN}@contoso.com\"",
                                             "allow \"CONTOSO\\\\${subject.CN}\""};
    static const char *const domains[] = {"contoso.com", "CONTOSO"};
    char room[8];
    const struct certmap_view value = hostile_value(_i, room);
    const char *string = (const char *)value.data;
    const bool refused = strpbrk(string, "\\/:;@") != NULL || string[0] == ' ' || string[value.len - 1] == ' ';
    for (size_t i = 0; i < 2; i++) {
        struct certmap_rules *rules = rules_of(statements[i]);
        struct t_peer peer;
        make_peer(&peer, value);
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_msg(result.reason == (refused ? CERTMAP_CODE_PLACEHOLDER_CHARACTER : CERTMAP_CODE_NONE), "%s",
                      string);
        if (!refused) {
            assert_text(string, result.domain, domains[i]);
            assert_text(string, result.user, string);
        }
        t_peer_free(&peer);
        certmap_rules_free(rules);
    }
}

T_TEST(user_names_are_portable) {
    static const char portable[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    struct t_buf text = T_BUF_INIT;
    char room[8];
    enum certmap_code reason;
    const struct certmap_view value = hostile_value(_i, room);
    const char *string = (const char *)value.data;
    const bool right = strspn(string, portable) == value.len && string[0] != '-' && strcmp(string, ".") != 0 &&
                       strspn(string, "0123456789") < value.len;
    ck_assert_msg(expand(&text, "allow posix-user \"${subject.CN}\"", value, &reason) == right, "%s", string);
    if (right)
        ck_assert_str_eq(t_cstr(&text), string);
    else
        ck_assert_int_eq(reason, CERTMAP_CODE_PLACEHOLDER_USER_NAME);
    t_buf_free(&text);
}

/* ---- limits ---- */

static void assert_reason(const char *statement, const char *subject, enum certmap_code reason) {
    struct certmap_rules *rules = rules_of(statement);
    struct t_peer peer;
    t_peer_make(&peer, subject, "CN=CA");
    const struct certmap_result result = t_match(rules, peer.peer);
    ck_assert_msg(result.reason == reason, "%.60s: %s", statement, certmap_code_name(result.reason));
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

static const struct {
    const char *statement;
    int more; /* bytes that the texts have besides the value, each NUL included */
} sizes[] = {
    {"allow \"${subject.CN}\"", 1},
    {"allow \"xyz${subject.CN}\"", 4},
    {"allow \"${subject.CN}xyz\"", 4},
    {"allow \"${subject.CN | lower}\"", 1},
    {"allow \"${subject.CN | upper}\"", 1},
    {"allow \"${subject.CN | replace(\"b\", \"c\")}\"", 1},
    {"allow \"${subject.CN | after(\"a\")}\"", 0},
    {"attribute \"x\" = \"${subject.CN}\"", 1},
    {"allow \"DO\\\\${subject.CN}\"", 3 + 1 + 3},
    {"allow \"DO\\\\${subject.CN}\"; domain \"X\"", 3 + 1},
    {"allow \"${issuer.CN}@DO\"; group \"${subject.CN}\"", 6 + 3 + 1},
};

T_TEST(built_size) {
    char subject[32];
    const int most = CERTMAP_MAX_BUILT_SIZE - sizes[_i].more;
    snprintf(subject, sizeof subject, "CN=\\{a*%d}", most);
    assert_reason(sizes[_i].statement, subject, CERTMAP_CODE_NONE);
    snprintf(subject, sizeof subject, "CN=\\{a*%d}", most + 1);
    assert_reason(sizes[_i].statement, subject, CERTMAP_CODE_PLACEHOLDER_TOO_LONG);
}

static const struct {
    const char *what, *statement, *subject;
} too_long[] = {
    {"a value of 64 KiB", "allow \"${subject.CN}\"", "CN=\\{a*65000}"},
    {"a filter makes it longer", "allow \"${subject.CN | replace(\"a\", \"aaaaaaaa\")}\"", "CN=\\{a*4000}"},
    {"an intermediate text", "allow \"${subject.CN | replace(\"a\", \"aaaaaaaa\") | replace(\"a\", \"\")}x\"",
     "CN=\\{a*4000}"},
    {"escapes", "attribute \"x\" = ldap-filter \"(a=${subject.CN})\"", "CN=\\{(*6000}"},
    {"lower of 64 KiB", "allow \"${subject.CN | lower | before(\"b\")}\"", "CN=ab\\{c*65000}"},
};

T_TEST(too_long_at_once) {
    assert_reason(too_long[_i].statement, too_long[_i].subject, CERTMAP_CODE_PLACEHOLDER_TOO_LONG);
}

/* Before a filter that changes it, a value may be as long as it can be. */
T_TEST(long_value_made_short) {
    assert_reason("allow \"${subject.CN | before(\"b\") | lower}\"", "CN=ab\\{c*65000}", CERTMAP_CODE_NONE);
    assert_reason("allow \"${subject.CN | after(\"b\")}\"", "CN=\\{c*65000}ba", CERTMAP_CODE_NONE);
}

/* Filters take steps; when they run out the account cannot be built. */
T_TEST(work_is_bounded) {
    struct t_buf statement = T_BUF_INIT;
    t_put(&statement, "allow \"u\"");
    for (int i = 0; i < CERTMAP_MAX_OUTPUTS; i++) {
        t_put(&statement, "; group \"");
        for (int placeholder = 0; placeholder < 8; placeholder++) {
            t_put(&statement, "${subject.CN");
            for (int filter = 0; filter < 20; filter++)
                t_put(&statement, " | lower");
            t_put(&statement, " | before(\"b\")}");
        }
        t_put(&statement, "\"");
    }
    assert_reason(t_cstr(&statement), "CN=xb\\{a*16000}", CERTMAP_CODE_PLACEHOLDER_TOO_LONG);
    assert_reason(t_cstr(&statement), "CN=xb\\{a*100}", CERTMAP_CODE_NONE);
    t_buf_free(&statement);
}

T_TEST(values_take_steps) {
    struct t_buf statement = T_BUF_INIT;
    t_put(&statement, "allow \"u\"");
    for (int i = 0; i < CERTMAP_MAX_OUTPUTS; i++) {
        t_put(&statement, "; group \"");
        for (int placeholder = 0; placeholder < CERTMAP_MAX_PLACEHOLDERS; placeholder++)
            t_put(&statement, "${subject.1.2.3.4 | last}");
        t_put(&statement, "\"");
    }
    assert_reason(t_cstr(&statement), "1.2.3.4=a | rdns 400 avas 50 1.2.3.5=b", CERTMAP_CODE_PLACEHOLDER_TOO_LONG);
    assert_reason(t_cstr(&statement), "1.2.3.4=a | rdns 4 avas 50 1.2.3.5=b", CERTMAP_CODE_NONE);
    t_buf_free(&statement);
}

static const struct {
    const char *what, *filter, *subject;
} searches[] = {
    {"nearly everywhere", "before(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\")", "CN=\\{a*60000}"},
    {"nowhere", "after(\"b\")", "CN=\\{a*60000}"},
};

T_TEST(search_ends) {
    struct t_buf statement = T_BUF_INIT;
    t_put(&statement, "allow \"${subject.CN | ");
    t_put(&statement, searches[_i].filter);
    t_put(&statement, "}\"");
    assert_reason(t_cstr(&statement), searches[_i].subject, CERTMAP_CODE_PLACEHOLDER_EMPTY);
    t_buf_free(&statement);
}

/* Searches for a long text in a long value that nearly holds it everywhere stop in time. */
T_TEST(long_search_is_bounded) {
    struct t_buf statement = T_BUF_INIT;
    t_put(&statement, "allow \"u\"");
    for (int i = 0; i < 3; i++) {
        t_put(&statement, "; group \"${subject.CN");
        for (int filter = 0; filter < 7; filter++) {
            t_put(&statement, " | replace(\"");
            for (int byte = 0; byte < 8000; byte++)
                t_put(&statement, "a");
            t_put(&statement, "b\", \"\")");
        }
        t_put(&statement, "}\"");
    }
    assert_reason(t_cstr(&statement), "CN=\\{a*16000}", CERTMAP_CODE_PLACEHOLDER_TOO_LONG);
    assert_reason(t_cstr(&statement), "CN=\\{a*8000}", CERTMAP_CODE_NONE);
    t_buf_free(&statement);
}

/* The steps are those of all texts together: a search that is in bounds alone is too much after others. */
T_TEST(searches_share_steps) {
    struct t_buf statement = T_BUF_INIT;
    t_put(&statement, "allow \"${subject.CN");
    for (int filter = 0; filter < 5; filter++) {
        t_put(&statement, " | replace(\"");
        for (int byte = 0; byte < 1000; byte++)
            t_put(&statement, "a");
        t_put(&statement, "b\", \"\")");
    }
    t_put(&statement, "}\"; group \"${subject.O | before(\"");
    for (int byte = 0; byte < 1000; byte++)
        t_put(&statement, "a");
    t_put(&statement, "b\")}\"");
    assert_reason(t_cstr(&statement), "CN=\\{a*3000} | O=\\{a*10000}", CERTMAP_CODE_PLACEHOLDER_TOO_LONG);
    assert_reason(t_cstr(&statement), "CN=\\{a*100} | O=\\{a*10000}", CERTMAP_CODE_PLACEHOLDER_EMPTY);
    t_buf_free(&statement);
}

/* To decompose and compose a letter takes as long as many comparisons, and as many steps. */
static const struct {
    const char *filters, *few, *many;
} mapped[] = {
    {"lower", "CN=\\{\xC3\xA9*100}@x", "CN=\\{\xC3\xA9*4000}@x"},
    {"lower | upper | lower", "CN=\\{A*4000}@x", "CN=\\{A*16000}@x"},
};

T_TEST(mapping_takes_steps) {
    struct t_buf statement = T_BUF_INIT;
    t_put(&statement, "allow \"u\"");
    for (int i = 0; i < CERTMAP_MAX_OUTPUTS; i++) {
        t_put(&statement, "; group \"g${subject.CN | ");
        t_put(&statement, mapped[_i].filters);
        t_put(&statement, " | after(\"@\")}\"");
    }
    assert_reason(t_cstr(&statement), mapped[_i].few, CERTMAP_CODE_NONE);
    assert_reason(t_cstr(&statement), mapped[_i].many, CERTMAP_CODE_PLACEHOLDER_TOO_LONG);
    t_buf_free(&statement);
}

/* ---- memory ---- */

T_TEST(matching_allocates_nothing) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct t_peer made;
    struct certmap_peer *peer = NULL;
    struct certmap_rules *rules =
        rules_of("allow \"D\\\\${subject.CN | lower | upper | replace(\"A\", \"\xC3\x84\") | "
                 "before(\"@\")}\"; group \"${subject.CN | after(\"@\")}\"; attribute \"x\" = dn "
                 "\"CN=${subject.CN}\"");
    t_peer_make(&made, "CN=a@b", "CN=CA");
    ck_assert_int_eq(certmap_peer_new(&peer, &allocator, NULL), CERTMAP_OK);
    ck_assert_int_eq(certmap_peer_set(peer, &made.cert, NULL), CERTMAP_OK);
    t_alloc_fail_at(&memory, 0);
    const struct certmap_result result = t_match(rules, peer);
    ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
    assert_text("user", result.user, "\xC3\x84");
    ck_assert(!t_alloc_failed(&memory));
    certmap_peer_free(peer);
    t_peer_free(&made);
    certmap_rules_free(rules);
}

/* A second match takes the place of the first. */
T_TEST(matching_again) {
    struct certmap_rules *rules = rules_of("allow \"${subject.CN}@x\"");
    struct t_peer peer;
    char subject[32];
    snprintf(subject, sizeof subject, "CN=\\{a*%d}", CERTMAP_MAX_BUILT_SIZE / 3);
    t_peer_make(&peer, subject, "CN=CA");
    for (int i = 0; i < 5; i++) {
        const struct certmap_result result = t_match(rules, peer.peer);
        ck_assert_int_eq(result.decision, CERTMAP_ALLOW);
        ck_assert_uint_eq(result.user.len, CERTMAP_MAX_BUILT_SIZE / 3);
    }
    t_peer_free(&peer);
    certmap_rules_free(rules);
}

T_TESTS("expand", T_CASE("statements", T_LOOP(a_statement, COUNT(rows))),
        T_CASE("numbers", T_LOOP(a_serial_number, COUNT(number_rows)), T_LOOP(texts_are_distinct, COUNT(distinct))),
        T_CASE("hostile values", T_LOOP(filters_keep_their_structure, HOSTILE),
               T_LOOP(names_keep_their_structure, HOSTILE), T_LOOP(urls_keep_their_structure, HOSTILE),
               T_LOOP(accounts_keep_their_domain, HOSTILE), T_LOOP(user_names_are_portable, HOSTILE)),
        T_CASE("limits", T_LOOP(built_size, COUNT(sizes)), T_LOOP(too_long_at_once, COUNT(too_long)),
               long_value_made_short, T_LOOP(search_ends, COUNT(searches))),
        T_CASE("work", T_TAGS(T_SLOW), work_is_bounded, values_take_steps, long_search_is_bounded, searches_share_steps,
               T_LOOP(mapping_takes_steps, sizeof mapped / sizeof *mapped)),
        T_CASE("memory", matching_allocates_nothing, matching_again))
