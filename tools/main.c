/* SPDX-License-Identifier: MIT */
#include "adapter.h"
#include "certmap/names.h"
#include "explain_code.h"
#include "option_table.h"
#include "platform.h"
#include "text.h"
#include "tool.h"
#include <errno.h>
#include <string.h>

static enum tool_exit print_version(void) {
    (void)printf("certmap %s\nUnicode %s\nformats: native, iis\nadapters: %s\n", certmap_version(),
                 certmap_unicode_version(), tool_adapter_name);
    return TOOL_OK;
}

static enum tool_exit print_help(enum tool_verb verb) {
    (void)fputs(tool_help(verb), stdout);
    return TOOL_OK;
}

static enum tool_exit run(const struct tool_options *options) {
    if (options->help)
        return print_help(options->verb);
    switch (options->verb) {
    case TOOL_VERB_MATCH:
        return tool_match(options);
    case TOOL_VERB_EXPLAIN:
        if (options->code == CERTMAP_CODE_NONE)
            return tool_explain(options);
        tool_explain_code(options->code);
        return TOOL_OK;
    case TOOL_VERB_SHOW:
        return tool_show(options);
    case TOOL_VERB_CHECK:
        return tool_check(options);
    case TOOL_VERB_LINT:
        return tool_lint(options);
    case TOOL_VERB_REPORT:
        return tool_report(options);
    case TOOL_VERB_SUGGEST:
        return tool_suggest(options);
    case TOOL_VERB_DIFF:
        return tool_diff(options);
    case TOOL_VERB_CONVERT:
        return tool_convert(options);
    case TOOL_VERB_NAME:
        return tool_name(options);
    case TOOL_VERB_COMPLETION:
        return tool_completion(options);
    case TOOL_VERB_NONE:
    case TOOL_VERB_HELP:
        break;
    }
    return print_version();
}

/* An answer that did not get out is no answer. */
static enum tool_exit close_output(enum tool_exit status) {
    const bool failed = ferror(stdout) != 0;
    errno = 0;
    const bool flushed = fflush(stdout) == 0; /* fclose of Windows does not tell */
    int number = errno;
    const bool closed = fclose(stdout) == 0;
    if (closed && flushed && !failed)
        return status;
    if (flushed && !closed)
        number = errno;
    (void)fprintf(stderr, "certmap: cannot write the output: %s\n", number == 0 ? "write error" : strerror(number));
    return TOOL_FAILED;
}

int main(int argc, char **argv) {
    struct tool_platform platform;
    struct tool_options options;
    enum tool_exit status = TOOL_FAILED;
    tool_platform_start(&platform, &argc, &argv);
    if (tool_options_parse(&options, argc, argv)) {
        if (tool_verb_takes_files(options.verb))
            tool_platform_expand(&platform, &options.operands, &options.operand_count, options.switches.at,
                                 options.switches.count);
        status = close_output(run(&options));
    }
    tool_platform_end(&platform);
    return (int)status;
}
