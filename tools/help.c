/* SPDX-License-Identifier: MIT */
/* What --help says. The manual page is docs/certmap.1. */
#include "options.h"

static const char general[] =
    "certmap: this client certificate - which account?\n"
    "\n"
    "  certmap match   --rules FILE CERT...   the account of each certificate\n"
    "  certmap explain --rules FILE CERT...   every mapping and condition, and why\n"
    "  certmap explain CODE                   what a code of a finding means\n"
    "  certmap show    CERT...                the certificate in the words of the rules\n"
    "  certmap check   --rules FILE           what is wrong with the rules\n"
    "  certmap lint    --rules FILE           what can happen to whom, with a certificate\n"
    "  certmap diff    --rules FILE --new NEW what a change of the rules changes, for whom\n"
    "  certmap report  --rules FILE -o PAGE   a page that shows who gets what, and why\n"
    "  certmap suggest --in FILE...           the rule that takes these certificates, not those\n"
    "  certmap convert --rules FILE           an IIS file in the language of the rules\n"
    "  certmap name    NAME...                a Name as rules write it\n"
    "  certmap help COMMAND                   the options of a command\n"
    "  certmap completion SHELL               what bash, zsh or fish completes\n"
    "  certmap --version                      versions, formats and adapters\n"
    "\n"
    "FILE is a rule file or an IIS configuration; CERT is PEM or DER; - is standard input.\n"
    "certmap does not verify certificates. That is the TLS library's work.\n";

#define HELP_SITE                                                                                                      \
    "  --rules FILE          a rule file, or an IIS applicationHost.config or web.config\n"                            \
    "  --site NAME           the IIS site, or site/path, whose mappings apply\n"
#define HELP_RULES                                                                                                     \
    HELP_SITE                                                                                                          \
    "  --format native|iis   the format of FILE, instead of telling it from the content\n"
#define HELP_JSON "  --json                one JSON object a line\n"
#define HELP_CERTS                                                                                                     \
    "  --each                every certificate of a PEM file as a client, not the first only\n"                        \
    "  --issuer FILE         the certificate that issued CERT, in the chain that was verified\n"                       \
    "  --chain FILE          all CAs of that chain, from the one that issued CERT to the root\n"                       \
    "  --time TIME           instead of now: YYYY-MM-DDTHH:MM:SSZ\n"                                                   \
    "  --adapter LIBRARY     decode through openssl, or through crypt32 on Windows\n"                                  \
    "  --store STORE --sha1 HASH\n"                                                                                    \
    "                        instead of CERT, a certificate of Windows: MY, LocalMachine\\MY ...\n"
#define HELP_COLOR "  --color WHEN          auto, always or never; NO_COLOR is honoured\n"
#define HELP_FAILED "2 an error.\n"

static const char match[] =
    "certmap match --rules FILE [--site NAME] [OPTION...] CERT...\n"
    "certmap match --rules FILE [--site NAME] [OPTION...] --corpus PATH...\n"
    "\n"
    "Gives the account of each certificate.\n"
    "\n"
    "  --corpus PATH...      every certificate of these files and folders, and - for standard input:\n"
    "                        PEM, DER and PKCS #7 of any size, NDJSON {\"der\": BASE64, ...}; what is\n"
    "                        damaged is an answer, too; up to the next option\n"
    "  --csv                 of a corpus: a table\n"
    "  --summary             of a corpus: how many, by mapping\n"
    "  --workers N           threads for a corpus, instead of one for each processor\n" HELP_RULES HELP_JSON HELP_CERTS
        HELP_COLOR "\n"
    "Exit status: 0 all allowed, 1 some denied or without an account, " HELP_FAILED;

static const char explain[] =
    "certmap explain --rules FILE [--site NAME] [OPTION...] CERT...\n"
    "certmap explain CODE\n"
    "\n"
    "Shows mappings and conditions: the values seen, true, false or unknown, and why. Of more\n"
    "than 20 mappings, what decided and what came nearest.\n"
    "Of a code, as late-deny or 616: what it means, and what to write instead.\n"
    "\n"
    "  --all                 every mapping, however many there are\n"
    "  --mapping NAME        this one, by its name or number; may be given again\n" HELP_RULES HELP_JSON HELP_CERTS
        HELP_COLOR "\n"
    "Exit status: 0, or " HELP_FAILED;

static const char show[] =
    "certmap show [OPTION...] CERT...\n"
    "\n"
    "Shows the certificate as conditions that can be pasted into a rule file.\n"
    "\n"
    "  --iis                 rules and a one-to-one mapping for an IIS file instead\n" HELP_JSON HELP_CERTS HELP_COLOR
    "\n"
    "Exit status: 0, or " HELP_FAILED;

static const char check[] =
    "certmap check --rules FILE [--site NAME] [OPTION...]\n"
    "certmap check --digest --corpus CERT...\n"
    "\n"
    "Reports everything that is wrong or doubtful about the rules, with its position; of an\n"
    "IIS file also what else makes its site unsafe: modules, sslFlags, bindings ...\n"
    "\n"
    "  --digest              instead, the SHA-256 of the rules and the issuer files that they\n"
    "                        name, as the audit lines of servers have it\n"
    "  --corpus CERT...      with --digest: that of the certificates in files and folders, too, as\n"
    "                        certmap report has it; up to the next option\n"
    "  --workers N           threads for it, instead of one for each processor\n" HELP_RULES HELP_JSON HELP_COLOR "\n"
    "Exit status: 0 clean, 1 warnings, 2 the rules cannot be loaded, or a certificate cannot be read.\n";

static const char lint[] =
    "certmap lint --rules FILE [--site NAME] [OPTION...]\n"
    "\n"
    "Says what can happen to whom under the rules, and shows it with a certificate. What certmap\n"
    "check says of the rules is there too. certmap explain CODE has more about a code.\n"
    "\n" HELP_SITE "  --iis                 FILE is an IIS configuration, instead of telling it from the content\n"
    "  --level LEVEL         show errors (error), warnings too (warning, as without it), or all (note)\n"
    "  --fail-on LEVEL       the least that makes the exit status 1: error, warning or note\n"
    "  --profile PROFILE     default; strict: notes are warnings; kb5014754: weak mappings are\n"
    "  --all                 each finding, where many are alike\n"
    "  --only CODE           look for this code; may be given again\n"
    "  --allow CODE[:MAPPING]\n"
    "                        it is meant so, everywhere or in this mapping; may be given again\n"
    "  --baseline FILE       what this file has is known, and not shown again\n"
    "  --write-baseline FILE\n"
    "                        write what is found to this file, and exit with 0\n"
    "  --corpus FILE...      certificates that come, files or folders: what no certificate has, and\n"
    "                        who gets no answer; up to the next option\n"
    "  --issuer FILE         the certificate of the CA that issued them\n"
    "  --chain FILE          all CAs of that chain, from the one that issued them to the root\n"
    "  --privileged FILE     more names of accounts that are not handed out, one a line\n"
    "  --time-limit SECONDS  what is not decided by then stays so\n"
    "  --witness DIR         write the certificates to this folder: late-deny-6.pem\n"
    "  --fix                 make the changes of what is shown that change no answer, proven\n"
    "  --fix-dry-run         show them as a diff, and change nothing\n"
    "  --format FORMAT       text, json (one object a line), sarif or github\n" HELP_JSON HELP_COLOR "\n"
    "Exit status: 0 nothing of that level, 1 findings, " HELP_FAILED;

static const char suggest[] =
    "certmap suggest --in FILE... [--out FILE...] [--corpus FILE...] [OPTION...]\n"
    "\n"
    "Makes the simplest rule that takes all of the first and none of the second, of what a\n"
    "stranger gets least easily; says why each condition is there, and whom else it takes.\n"
    "A folder stands for the files in it. Give --issuer, so that the CA is known by its key.\n"
    "\n"
    "  --in FILE...          certificates that are to be in; up to the next option of these three\n"
    "  --out FILE...         certificates that are to be out\n"
    "  --corpus FILE...      certificates of which nothing is said: who of them is taken, too\n"
    "  --issuer FILE         the certificate of the CA that issued those in\n"
    "  --chain FILE          all CAs of that chain, from the one that issued them to the root\n"
    "  --account TEXT        the account of those in, as a rule file has it\n"
    "  --deny                those in are refused instead\n"
    "  --group NAME          a group of those in; may be given again\n"
    "  --name NAME           the name of the mapping\n"
    "  --rules FILE          the rules that there are: where in them it belongs\n"
    "  --site NAME           the IIS site, or site/path, whose mappings apply\n"
    "  --each                every certificate of a file of --in and --out, not the first only\n"
    "  --format FORMAT       text, a rule file with comments, or json\n" HELP_JSON HELP_COLOR "\n"
    "Exit status: 0, or 2 an error, or nothing tells who is in from who is out.\n";
static const char diff[] =
    "certmap diff --rules FILE --new FILE [--site NAME] [OPTION...] [--corpus CERT...]\n"
    "\n"
    "Says of each mapping that is new, removed, changed or moved whose answer that changes, and\n"
    "shows it with a certificate; or that it changes none, proven. With --corpus, how many of the\n"
    "certificates that are given get another answer.\n"
    "\n" HELP_SITE "  --new FILE            the rules that are to come\n"
    "  --corpus CERT...      compare the answers to all certificates of these files and folders\n"
    "  --workers N           threads for them, instead of one for each processor\n"
    "  --fail-on WHAT        exit with 1 for any effect (as without it), for a gain or a lose, of\n"
    "                        which another account is both, or for none; what is not decided\n"
    "                        may be any\n"
    "  --time-limit SECONDS  what is not decided by then stays so\n"
    "  --witness DIR         write the certificates to this folder: new-gain-6.pem\n"
    "  --issuer FILE         the certificate that issued CERT, in the chain that was verified\n"
    "  --chain FILE          all CAs of that chain, from the one that issued them to the root\n"
    "  --time TIME           instead of now: YYYY-MM-DDTHH:MM:SSZ\n"
    "  --format FORMAT       text, or json (one object a line)\n" HELP_JSON HELP_COLOR "\n"
    "Exit status: 0 nothing of that, 1 differences, " HELP_FAILED;

static const char report[] =
    "certmap report --rules FILE [--new FILE] [OPTION...] -o PAGE --corpus CERT...\n"
    "\n"
    "Writes a page of HTML: which mapping answers how many of the certificates, who gets which\n"
    "account and why, who gets none and by which condition, when they expire, what the new rules\n"
    "change, and what certmap lint finds. The page needs no network and no script.\n"
    "\n" HELP_SITE "  --new FILE            the rules that are to come\n"
    "  --corpus CERT...      the certificates: files and folders, up to the next option\n"
    "  -o, --output PAGE     the file of the page; without it, standard output\n"
    "  --issuer FILE         the certificate of the CA that issued them\n"
    "  --chain FILE          all CAs of that chain, from the one that issued them to the root\n"
    "  --privileged FILE     more names of accounts that are not handed out, one a line\n"
    "  --time TIME           instead of now: YYYY-MM-DDTHH:MM:SSZ\n"
    "  --time-limit SECONDS  what certmap lint has not decided by then stays so\n" HELP_COLOR "\n"
    "Exit status: 0 the page is written; " HELP_FAILED;

static const char convert[] = "certmap convert --rules FILE [--site NAME] [OPTION...]\n"
                              "\n"
                              "Writes the rules in the native language, and as comments what differs.\n"
                              "\n" HELP_RULES HELP_COLOR "\n"
                              "Exit status: 0 clean, 1 warnings, 2 the rules cannot be loaded.\n";

static const char name[] =
    "certmap name [OPTION...] NAME...\n"
    "\n"
    "Writes a Name, as openssl, Windows, Java or a rule file has it, the way rules compare it\n"
    "with subject or issuer. NAME - is standard input. Where the text may be several Names, they\n"
    "are listed, and --dialect chooses.\n"
    "\n"
    "  --dialect DIALECT     openssl, openssl-reversed (root last), windows, windows-reversed\n"
    "                        (root first), plain, plain-reversed, slashes, slashes-plain,\n"
    "                        multiline, multiline-reversed or rfc4514\n" HELP_JSON HELP_COLOR "\n"
    "Exit status: 0, or " HELP_FAILED;

static const char completion[] =
    "certmap completion bash|zsh|fish\n"
    "\n"
    "Writes what the shell needs to complete commands, options and files. It is installed\n"
    "with certmap; for a shell that is running:\n"
    "\n"
    "  eval \"$(certmap completion bash)\"\n"
    "\n"
    "Exit status: 0, or " HELP_FAILED;

const char *tool_help(enum tool_verb verb) {
    switch (verb) {
    case TOOL_VERB_MATCH:
        return match;
    case TOOL_VERB_EXPLAIN:
        return explain;
    case TOOL_VERB_SHOW:
        return show;
    case TOOL_VERB_CHECK:
        return check;
    case TOOL_VERB_LINT:
        return lint;
    case TOOL_VERB_SUGGEST:
        return suggest;
    case TOOL_VERB_DIFF:
        return diff;
    case TOOL_VERB_REPORT:
        return report;
    case TOOL_VERB_CONVERT:
        return convert;
    case TOOL_VERB_NAME:
        return name;
    case TOOL_VERB_COMPLETION:
        return completion;
    case TOOL_VERB_NONE:
    case TOOL_VERB_HELP:
        break;
    }
    return general;
}
