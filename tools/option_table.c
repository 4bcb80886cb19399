/* SPDX-License-Identifier: MIT */
#include "option_table.h"
#include "certmap/diagnostic.h"
#include "certmap/names.h"
#include "code_table.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define SUGGEST ((unsigned)TOOL_VERB_SUGGEST)
#define WORKS (TOOL_VERBS_RULES | SUGGEST | (unsigned)TOOL_VERB_SHOW | (unsigned)TOOL_VERB_NAME)
#define DIFF ((unsigned)TOOL_VERB_DIFF)
#define REPORT ((unsigned)TOOL_VERB_REPORT)
#define CHECK ((unsigned)TOOL_VERB_CHECK)
#define ANALYSES ((unsigned)TOOL_VERB_LINT | DIFF)
#define ANY (WORKS | (unsigned)TOOL_VERB_COMPLETION)
#define WRITES_JSON (WORKS & ~((unsigned)TOOL_VERB_CONVERT | REPORT))

/* clang-format off */
const struct tool_option_row tool_option_rows[] = {
    {TOOL_OPTION_RULES, TOOL_VERBS_RULES | SUGGEST, "--rules", NULL, TOOL_VALUE_FILE, NULL, false, "a rule file or an IIS configuration"},
    {TOOL_OPTION_SITE, TOOL_VERBS_RULES | SUGGEST, "--site", NULL, TOOL_VALUE_TEXT, NULL, false, "the IIS site whose mappings apply"},
    {TOOL_OPTION_FORMAT, TOOL_VERBS_FORMAT, "--format", NULL, TOOL_VALUE_WORD, tool_format_word, false, "the format of the rules"},
    {TOOL_OPTION_ADAPTER, TOOL_VERBS_CERTS, "--adapter", NULL, TOOL_VALUE_WORD, tool_adapter_word, false, "decode through this library"},
    {TOOL_OPTION_ISSUER, TOOL_VERBS_CERTS | (TOOL_VERBS_SWITCHED & ~CHECK), "--issuer", NULL, TOOL_VALUE_FILE, NULL, false, "the certificate that issued the others"},
    {TOOL_OPTION_CHAIN, TOOL_VERBS_CERTS | (TOOL_VERBS_SWITCHED & ~CHECK), "--chain", NULL, TOOL_VALUE_FILE, NULL, false, "the CAs above the others"},
    {TOOL_OPTION_TIME, TOOL_VERBS_CERTS | DIFF | REPORT, "--time", NULL, TOOL_VALUE_TEXT, NULL, false, "a time instead of now"},
    {TOOL_OPTION_STORE, TOOL_VERBS_CERTS, "--store", NULL, TOOL_VALUE_TEXT, NULL, false, "a certificate store of Windows"},
    {TOOL_OPTION_SHA1, TOOL_VERBS_CERTS, "--sha1", NULL, TOOL_VALUE_TEXT, NULL, false, "the thumbprint in the store"},
    {TOOL_OPTION_DIALECT, TOOL_VERB_NAME, "--dialect", NULL, TOOL_VALUE_WORD, tool_dialect_word, false, "how the Name is written"},
    {TOOL_OPTION_COLOR, WORKS, "--color", NULL, TOOL_VALUE_WORD, tool_when_word, false, "when to use colours"},
    {TOOL_OPTION_JSON, WRITES_JSON, "--json", NULL, TOOL_VALUE_NONE, NULL, false, "one JSON object a line"},
    {TOOL_OPTION_EACH, TOOL_VERBS_CERTS | SUGGEST, "--each", NULL, TOOL_VALUE_NONE, NULL, false, "every certificate of a file as a client"},
    {TOOL_OPTION_IIS, (unsigned)TOOL_VERB_SHOW | (unsigned)TOOL_VERB_LINT, "--iis", NULL, TOOL_VALUE_NONE, NULL, false, "for an IIS file, or of one"},
    {TOOL_OPTION_ALL, (unsigned)TOOL_VERB_EXPLAIN | (unsigned)TOOL_VERB_LINT, "--all", NULL, TOOL_VALUE_NONE, NULL, false, "each in full, however many there are"},
    {TOOL_OPTION_MAPPING, TOOL_VERB_EXPLAIN, "--mapping", NULL, TOOL_VALUE_TEXT, NULL, true, "the mapping of this name"},
    {TOOL_OPTION_OUTPUT, TOOL_VERB_LINT, "--format", NULL, TOOL_VALUE_WORD, tool_output_word, false, "how to write what is found"},
    {TOOL_OPTION_LEVEL, TOOL_VERB_LINT, "--level", NULL, TOOL_VALUE_WORD, tool_severity_word, false, "the least that is shown"},
    {TOOL_OPTION_FAIL_ON, TOOL_VERB_LINT, "--fail-on", NULL, TOOL_VALUE_WORD, tool_severity_word, false, "the least that makes exit status 1"},
    {TOOL_OPTION_PROFILE, TOOL_VERB_LINT, "--profile", NULL, TOOL_VALUE_WORD, tool_profile_word, false, "what is how severe"},
    {TOOL_OPTION_ONLY, TOOL_VERB_LINT, "--only", NULL, TOOL_VALUE_WORD, tool_code_word, true, "look for this code"},
    {TOOL_OPTION_ALLOW, TOOL_VERB_LINT, "--allow", NULL, TOOL_VALUE_TEXT, NULL, true, "a code, or code and mapping, that is meant"},
    {TOOL_OPTION_PRIVILEGED, (unsigned)TOOL_VERB_LINT | REPORT, "--privileged", NULL, TOOL_VALUE_FILE, NULL, false, "names of privileged accounts"},
    {TOOL_OPTION_TIME_LIMIT, ANALYSES | REPORT, "--time-limit", NULL, TOOL_VALUE_TEXT, NULL, false, "seconds, then the rest stays undecided"},
    {TOOL_OPTION_WITNESS, ANALYSES, "--witness", NULL, TOOL_VALUE_FILE, NULL, false, "a folder for certificates that show it"},
    {TOOL_OPTION_BASELINE, TOOL_VERB_LINT, "--baseline", NULL, TOOL_VALUE_FILE, NULL, false, "what is known already"},
    {TOOL_OPTION_WRITE_BASELINE, TOOL_VERB_LINT, "--write-baseline", NULL, TOOL_VALUE_FILE, NULL, false, "write what is found as known"},
    {TOOL_OPTION_FIX, TOOL_VERB_LINT, "--fix", NULL, TOOL_VALUE_NONE, NULL, false, "make the changes that change no answer"},
    {TOOL_OPTION_FIX_DRY_RUN, TOOL_VERB_LINT, "--fix-dry-run", NULL, TOOL_VALUE_NONE, NULL, false, "show them as a diff"},
    {TOOL_OPTION_IN, SUGGEST, "--in", NULL, TOOL_VALUE_NONE, NULL, true, "files of certificates that are to be in"},
    {TOOL_OPTION_OUT, SUGGEST, "--out", NULL, TOOL_VALUE_NONE, NULL, true, "files of certificates that are to be out"},
    {TOOL_OPTION_CORPUS, TOOL_VERBS_SWITCHED | (unsigned)TOOL_VERB_MATCH, "--corpus", NULL, TOOL_VALUE_NONE, NULL, true, "files and folders of certificates that come"},
    {TOOL_OPTION_ACCOUNT, SUGGEST, "--account", NULL, TOOL_VALUE_TEXT, NULL, false, "the account of those in"},
    {TOOL_OPTION_DENY, SUGGEST, "--deny", NULL, TOOL_VALUE_NONE, NULL, false, "those in are refused"},
    {TOOL_OPTION_GROUP, SUGGEST, "--group", NULL, TOOL_VALUE_TEXT, NULL, true, "a group of those in"},
    {TOOL_OPTION_NAME, SUGGEST, "--name", NULL, TOOL_VALUE_TEXT, NULL, false, "the name of the mapping"},
    {TOOL_OPTION_FORM, SUGGEST, "--format", NULL, TOOL_VALUE_WORD, tool_form_word, false, "how to write the rule"},
    {TOOL_OPTION_NEW, DIFF | REPORT, "--new", NULL, TOOL_VALUE_FILE, NULL, false, "the rules that are to come"},
    {TOOL_OPTION_PAGE, REPORT, "--output", "-o", TOOL_VALUE_FILE, NULL, false, "the file of the page"},
    {TOOL_OPTION_DIFF_OUTPUT, TOOL_VERB_DIFF, "--format", NULL, TOOL_VALUE_WORD, tool_diff_output_word, false, "how to write what differs"},
    {TOOL_OPTION_DIFF_FAIL_ON, TOOL_VERB_DIFF, "--fail-on", NULL, TOOL_VALUE_WORD, tool_fail_on_word, false, "what makes exit status 1"},
    {TOOL_OPTION_WORKERS, TOOL_VERBS_PASS, "--workers", NULL, TOOL_VALUE_TEXT, NULL, false, "threads for the corpus"},
    {TOOL_OPTION_CSV, TOOL_VERB_MATCH, "--csv", NULL, TOOL_VALUE_NONE, NULL, false, "a table of the corpus"},
    {TOOL_OPTION_SUMMARY, TOOL_VERB_MATCH, "--summary", NULL, TOOL_VALUE_NONE, NULL, false, "how many of the corpus, by mapping"},
    {TOOL_OPTION_DIGEST, CHECK, "--digest", NULL, TOOL_VALUE_NONE, NULL, false, "the digest of the rules, as servers log it"},
    {TOOL_OPTION_HELP, ANY | (unsigned)TOOL_VERB_NONE, "--help", "-h", TOOL_VALUE_NONE, NULL, false, "what there is to say"},
    {TOOL_OPTION_VERSION, TOOL_VERB_NONE, "--version", "-V", TOOL_VALUE_NONE, NULL, false, "versions, formats and adapters"},
};

const struct tool_verb_row tool_verb_rows[] = {
    {TOOL_VERB_MATCH, TOOL_VALUE_FILE, "match", NULL, "the account of each certificate"},
    {TOOL_VERB_EXPLAIN, TOOL_VALUE_FILE, "explain", NULL, "every mapping and condition, and why"},
    {TOOL_VERB_SHOW, TOOL_VALUE_FILE, "show", NULL, "the certificate in the words of the rules"},
    {TOOL_VERB_CHECK, TOOL_VALUE_FILE, "check", NULL, "what is wrong with the rules"},
    {TOOL_VERB_LINT, TOOL_VALUE_FILE, "lint", NULL, "what can happen to whom, with a certificate"},
    {TOOL_VERB_DIFF, TOOL_VALUE_FILE, "diff", NULL, "what a change of the rules changes, and for whom"},
    {TOOL_VERB_REPORT, TOOL_VALUE_FILE, "report", NULL, "a page that shows who gets what, and why"},
    {TOOL_VERB_SUGGEST, TOOL_VALUE_FILE, "suggest", NULL, "the rule that takes these certificates, not those"},
    {TOOL_VERB_CONVERT, TOOL_VALUE_NONE, "convert", NULL, "an IIS file in the language of the rules"},
    {TOOL_VERB_NAME, TOOL_VALUE_TEXT, "name", NULL, "a Name as rules write it"},
    {TOOL_VERB_COMPLETION, TOOL_VALUE_WORD, "completion", tool_shell_word, "what a shell needs to complete all this"},
    {TOOL_VERB_HELP, TOOL_VALUE_WORD, "help", tool_verb_word, "what there is to say about a command"},
};
/* clang-format on */
const size_t tool_option_count = COUNT(tool_option_rows);
const size_t tool_verb_count = COUNT(tool_verb_rows);

const char *tool_format_word(size_t i) {
    static const char *const words[] = {"auto", "native", "iis"}; /* enum tool_format */
    return i < COUNT(words) ? words[i] : NULL;
}

const char *tool_when_word(size_t i) {
    static const char *const words[] = {"auto", "always", "never"}; /* enum tool_when */
    return i < COUNT(words) ? words[i] : NULL;
}

const char *tool_output_word(size_t i) {
    static const char *const words[] = {"text", "json", "sarif", "github"}; /* enum tool_output */
    return i < COUNT(words) ? words[i] : NULL;
}

const char *tool_diff_output_word(size_t i) {
    static const char *const words[] = {"text", "json"};
    return i < COUNT(words) ? words[i] : NULL;
}

const char *tool_fail_on_word(size_t i) {
    static const char *const words[] = {"any", "gain", "lose", "none"}; /* enum tool_fail_on */
    return i < COUNT(words) ? words[i] : NULL;
}

const char *tool_form_word(size_t i) {
    static const char *const words[] = {"text", "json"};
    return i < COUNT(words) ? words[i] : NULL;
}

const char *tool_severity_word(size_t i) {
    return certmap_severity_name((enum certmap_severity)i);
}

const char *tool_profile_word(size_t i) {
    return certmap_lint_profile_name((enum certmap_lint_profile)i);
}

const char *tool_adapter_word(size_t i) {
    static const char *const words[] = {"openssl", "crypt32"};
    return i < COUNT(words) ? words[i] : NULL;
}

const char *tool_dialect_word(size_t i) {
    return i == 0 ? "auto" : certmap_dialect_name((enum certmap_dialect)(i - 1));
}

const char *tool_shell_word(size_t i) {
    static const char *const words[] = {"bash", "zsh", "fish"};
    return i < COUNT(words) ? words[i] : NULL;
}

const char *tool_verb_word(size_t i) {
    return i < tool_verb_count ? tool_verb_rows[i].name : NULL;
}

const char *tool_verb_name(enum tool_verb verb) {
    for (size_t i = 0; i < tool_verb_count; i++)
        if (tool_verb_rows[i].verb == verb)
            return tool_verb_rows[i].name;
    return "";
}

bool tool_verb_reads_certificates(enum tool_verb verb) {
    return ((unsigned)verb & TOOL_VERBS_CERTS) != 0;
}

bool tool_verb_takes_files(enum tool_verb verb) {
    return ((unsigned)verb & (TOOL_VERBS_CERTS | TOOL_VERBS_SWITCHED)) != 0;
}
