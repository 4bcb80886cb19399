/* SPDX-License-Identifier: MIT */
/* Which mapping answers whom, and why; and those that answer nobody. */
#include "certmap/explain.h"
#include "reason.h"
#include "report_parts.h"
#include <stdlib.h>

/* Of many mappings so many are in full view. */
#define LARGEST 15
/* Conditions of an example, each with a value. */
#define CONDITIONS 12
/* Mappings that answer nobody: in full view, and folded. */
#define UNUSED 12
#define UNUSED_FOLDED 200

/* ---- Why ---- */

struct why {
    struct tool_text *page;
    const struct certmap_rules *rules;
    size_t count;
    bool valued; /* the condition has a value already */
};

static void end_condition(const struct why *why) {
    if (why->count > 0 && why->count <= CONDITIONS)
        tool_text_string(why->page, "</li>");
}

static void add_condition(struct why *why, const struct certmap_explain_item *item) {
    static const char *const truths[] = {"does not hold", "holds", "is not known"}; /* enum certmap_truth */
    struct tool_text text = {NULL, 0, 0};
    end_condition(why);
    why->valued = false;
    if (why->count++ >= CONDITIONS)
        return;
    tool_reason_condition(&text, why->rules, item, TOOL_CONDITION_SHOWN);
    tool_text_string(why->page, "<li><code>");
    tool_html_text(why->page, tool_text_view(&text), 2 * TOOL_HTML_LONG);
    tool_text_format(why->page, "</code> %s", truths[item->truth]);
    tool_text_free(&text);
}

static bool see_why(void *ctx, const struct certmap_explain_item *item) {
    struct why *why = ctx;
    if (item->kind == CERTMAP_EXPLAIN_CONDITION)
        add_condition(why, item);
    if (item->kind != CERTMAP_EXPLAIN_VALUE || why->valued || item->truth != CERTMAP_TRUE || why->count > CONDITIONS)
        return true;
    why->valued = true;
    tool_text_string(why->page, ": ");
    tool_html_text(why->page, item->text, TOOL_HTML_SHORT);
    return true;
}

static void add_why(struct tool_text *page, struct tool_report *report, size_t index) {
    const struct tool_report_example *example = &report->facts.mappings[index].example;
    struct certmap_result result = CERTMAP_RESULT_INIT;
    struct why why = {page, report->analysis.rules.rules, 0, false};
    if (!tool_report_prepare_example(report, example))
        return;
    tool_text_string(page, "<details class=why><summary>why, for example</summary><p>");
    tool_html_text(page, tool_view(example->subject), TOOL_HTML_LONG);
    tool_text_string(page, "<small>");
    tool_html_text(page, tool_view(example->label), TOOL_HTML_LONG);
    tool_text_string(page, "</small></p><ul>");
    if (certmap_explain_mapping(why.rules, report->peers[0], &result, index, see_why, &why, NULL) != CERTMAP_OK)
        tool_no_memory();
    end_condition(&why);
    if (why.count > CONDITIONS)
        tool_text_format(page, "<li>and %zu more conditions</li>", why.count - CONDITIONS);
    tool_text_string(page, "</ul></details>");
}

/* ---- Rows ---- */

static void add_tag(struct tool_text *page, const char *state, uint64_t count, const char *what) {
    if (count == 0)
        return;
    tool_text_format(page, " <span class=\"tag %s\">", state);
    tool_html_number(page, count);
    tool_text_format(page, " %s</span>", what);
}

static void add_tags(struct tool_text *page, const struct tool_report_mapping *mapping) {
    if (mapping->count == 0)
        tool_text_string(page, " <span class=\"tag warn\">answers nobody</span>");
    add_tag(page, "bad", mapping->unreadable, "unreadable");
    add_tag(page, "bad", mapping->unbuilt, "whose account cannot be built");
    add_tag(page, "warn", mapping->expired, "expired");
}

static void add_row(struct tool_text *page, struct tool_report *report, size_t index, uint64_t most) {
    const struct tool_report_mapping *facts = &report->facts.mappings[index];
    const struct certmap_mapping mapping = tool_report_mapping_at(report->analysis.rules.rules, index);
    tool_text_format(page, "<tr><td class=o>%zu</td><th scope=row>", index + 1);
    tool_report_add_mapping(page, report->analysis.rules.rules, index, "");
    add_tags(page, facts);
    add_why(page, report, index);
    tool_text_string(page, "</th><td class=g>");
    tool_report_add_gives(page, &mapping);
    if (!mapping.is_template && tool_report_power(report, mapping.account) != TOOL_REPORT_ORDINARY)
        tool_text_string(page, " <span class=\"tag bad\">privileged</span>");
    if (mapping.is_template && facts->accounts > 0) {
        tool_text_string(page, " <span class=tag>");
        tool_html_count(page, facts->accounts, "account");
        tool_text_string(page, "</span>");
    }
    tool_text_string(page, "</td><td class=w>");
    tool_svg_bar(page, tool_report_class(&mapping), facts->count, most);
    tool_text_string(page, "</td><td class=\"n unit\">");
    tool_html_number(page, facts->count);
    tool_text_string(page, "</td><td class=n>");
    tool_html_share(page, facts->count, tool_report_all(report));
    tool_text_string(page, "</td></tr>\n");
}

static void begin_table(struct tool_text *page, const char *caption) {
    tool_text_format(page, "<table class=r><caption class=skip>%s</caption>", caption);
    tool_text_string(page,
                     "<thead><tr><th scope=col class=o>#<th scope=col>mapping<th scope=col class=g>gives<th scope=col "
                     "class=w><span class=skip>bar</span><th scope=col class=\"n c\">certificates<th scope=col "
                     "class=\"n s\">share</thead><tbody>\n");
}

/* ---- Many mappings ---- */

static struct tool_rank *find_ranks(const struct tool_report *report) {
    const size_t count = report->facts.mapping_count;
    struct tool_rank *ranks = tool_alloc(count * sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        ranks[i] = (struct tool_rank){0, report->facts.mappings[i].count, i};
    tool_rank_sort(ranks, count);
    return ranks;
}

/* How many mappings answer half of what is answered. */
static size_t half_of(const struct tool_rank *ranks, size_t count) {
    uint64_t all = 0, sum = 0;
    size_t half = 0;
    for (size_t i = 0; i < count; i++)
        all = tool_rank_sum(all, ranks[i].count);
    while (half < count && 2 * sum < all)
        sum = tool_rank_sum(sum, ranks[half++].count);
    return half;
}

static void add_drawing(struct tool_text *page, const struct tool_report *report, const struct tool_rank *ranks) {
    const size_t count = report->facts.mapping_count;
    uint64_t *numbers = tool_alloc(count * sizeof *numbers);
    for (size_t i = 0; i < count; i++)
        numbers[i] = ranks[i].count;
    tool_text_string(page, "<figure>");
    tool_svg_ranks(page, numbers, count, count - tool_report_unused(report));
    tool_text_string(page,
                     "<figcaption>All mappings, the largest first, on a logarithmic scale. Half of the answers come "
                     "from ");
    tool_html_count(page, half_of(ranks, count), "mapping");
    tool_text_string(page, ".</figcaption></figure>\n");
    free(numbers);
}

/* As short as can be: there are thousands. */
static void add_short_row(struct tool_text *page, const struct tool_report *report, size_t index) {
    const struct certmap_mapping mapping = tool_report_mapping_at(report->analysis.rules.rules, index);
    tool_text_format(page, "<tr><td class=o>%zu<th>", index + 1);
    tool_report_add_mapping(page, report->analysis.rules.rules, index, "");
    tool_text_string(page, "<td class=g>");
    tool_report_add_gives(page, &mapping);
    tool_text_string(page, "<td class=n>");
    tool_html_number(page, report->facts.mappings[index].count);
    tool_text_string(page, "\n");
}

/* Rows that are left out are those of the least. */
static void add_list(struct tool_text *page, const struct tool_report *report, const struct tool_rank *ranks) {
    const size_t count = report->facts.mapping_count, rows = count < TOOL_REPORT_ROWS ? count : TOOL_REPORT_ROWS;
    tool_text_string(page,
                     "<div class=list><p class=find hidden><label>Find a mapping or an account <input type=search "
                     "autocomplete=off></label> <output></output></p>\n");
    tool_report_fold(page, rows, "mapping", rows < count ? ", the largest" : ", all of them");
    tool_text_string(page,
                     "<div class=long tabindex=0 role=region aria-label=\"All mappings\"><table><caption class=skip>"
                     "All mappings</caption><thead><tr><th scope=col class=o>#<th scope=col>mapping<th scope=col "
                     "class=g>gives<th scope=col class=\"n c\">certificates</thead><tbody>\n");
    for (size_t i = 0; i < rows; i++)
        add_short_row(page, report, rows < count ? ranks[i].index : i);
    tool_text_string(page, "</tbody></table></div></details></div>\n");
}

static const char *order_note(const struct certmap_rules *rules) {
    switch (certmap_rules_combining(rules)) {
    case CERTMAP_COMBINING_MOST_SPECIFIC:
        return "Of those that hold, the most specific mapping decides.";
    case CERTMAP_COMBINING_UNIQUE:
        return "A certificate is to have one mapping that holds.";
    case CERTMAP_COMBINING_ALL:
        return "All mappings that hold give their accounts together, and only a refusal keeps one from it: a "
               "certificate "
               "is counted with each of them.";
    case CERTMAP_COMBINING_FIRST:
        break;
    }
    return "The first mapping that holds decides, in the order of the file.";
}

static void write_many(struct tool_text *page, struct tool_report *report) {
    struct tool_rank *ranks = find_ranks(report);
    tool_text_string(page, "<p class=note>The largest mappings; the drawing and the list below have all of them. ");
    tool_text_format(page, "%s</p>", order_note(report->analysis.rules.rules));
    begin_table(page, "The mappings that answer most certificates");
    for (size_t i = 0; i < LARGEST; i++)
        add_row(page, report, ranks[i].index, ranks[0].count);
    tool_text_string(page, "</tbody></table>\n");
    add_drawing(page, report, ranks);
    add_list(page, report, ranks);
    free(ranks);
}

static void write_few(struct tool_text *page, struct tool_report *report) {
    uint64_t most = 0;
    for (size_t i = 0; i < report->facts.mapping_count; i++)
        most = report->facts.mappings[i].count > most ? report->facts.mappings[i].count : most;
    tool_text_format(page, "<p class=note>%s</p>", order_note(report->analysis.rules.rules));
    begin_table(page, "Mappings in the order of the file");
    for (size_t i = 0; i < report->facts.mapping_count; i++)
        add_row(page, report, i, most);
    tool_text_string(page, "</tbody></table>\n");
}

/* Of whom nothing is known but the first mapping. */
static void add_open(struct tool_text *page, const struct tool_report *report) {
    if (report->facts.open)
        tool_text_string(page, "<p class=note>Of many certificates and mappings, it was not asked of all of them which "
                               "mappings hold together: of some the first alone is counted.</p>\n");
}

void tool_report_write_mappings(struct tool_text *page, struct tool_report *report) {
    tool_report_begin(page, "mappings", "Which mapping answers");
    add_open(page, report);
    if (report->facts.mapping_count > TOOL_REPORT_FEW)
        write_many(page, report);
    else
        write_few(page, report);
    tool_report_end(page);
}

/* ---- Those that answer nobody ---- */

/* What a mapping can be wrong about that then answers nobody. */
static bool is_cause(enum certmap_code code) {
    static const enum certmap_code causes[] = {
        CERTMAP_CODE_LITERAL_WILDCARD,
        CERTMAP_CODE_LITERAL_CLASS,
        CERTMAP_CODE_ROOT_FIRST_NAME,
        CERTMAP_CODE_PLAIN_STRUCTURE,
        CERTMAP_CODE_SHADOWED,
        CERTMAP_CODE_SHADOWED_BY_SEVERAL,
        CERTMAP_CODE_DUPLICATE_CONDITION,
        CERTMAP_CODE_DEAD_DENY,
        CERTMAP_CODE_NEVER_TRUE,
        CERTMAP_CODE_LATE_DENY,
        CERTMAP_CODE_MAKES_NO_DIFFERENCE,
        CERTMAP_CODE_NEVER_TRUE_CONDITION,
        CERTMAP_CODE_NO_WILDCARD,
        CERTMAP_CODE_CONFUSABLE,
        CERTMAP_CODE_EDGE_SPACE,
        CERTMAP_CODE_INVISIBLE_CHARACTER,
        CERTMAP_CODE_NEAR_MISS,
        CERTMAP_CODE_NEVER_WINS,
        CERTMAP_CODE_UNSEEN_VALUE,
        CERTMAP_CODE_UNSEEN_FIELD,
        CERTMAP_CODE_DECIDES_ONLY_UNREADABLE,
    };
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (causes[i] == code)
            return true;
    return false;
}

/* Why, if lint knows it, and the surest of it. */
static const struct tool_finding *find_cause(const struct tool_report *report, size_t index) {
    const struct tool_findings *findings = &report->analysis.findings;
    const struct tool_finding *best = NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const struct tool_finding *finding = &findings->items[i];
        const enum certmap_code code = finding->report.diagnostic.code;
        if (finding->report.mapping != index || !is_cause(code))
            continue;
        if (best == NULL || finding->report.certainty > best->report.certainty)
            best = finding;
    }
    return best;
}

static void add_unused_row(struct tool_text *page, const struct tool_report *report, size_t index) {
    const struct certmap_rules *rules = report->analysis.rules.rules;
    const struct certmap_mapping mapping = tool_report_mapping_at(rules, index);
    const struct tool_finding *cause = find_cause(report, index);
    tool_text_format(page, "<tr><td class=o>%zu</td><th scope=row>", index + 1);
    tool_report_add_mapping(page, rules, index, "");
    tool_text_string(page, "</th><td class=g>");
    tool_report_add_gives(page, &mapping);
    tool_text_string(page, "</td><td>");
    if (cause != NULL) {
        tool_html_text(page, tool_view(cause->report.diagnostic.text), 2 * TOOL_HTML_LONG);
    } else if (report->facts.mappings[index].nearest > 0) {
        tool_text_string(page, "nearest to ");
        tool_html_count(page, report->facts.mappings[index].nearest, "certificate");
        tool_text_string(page, " <a href=\"#none\">without an account</a>");
    } else {
        tool_text_string(page, "no certificate comes near");
    }
    tool_text_string(page, "</td></tr>\n");
}

/* The mappings from the `skip`-th to the `most`-th that answer nobody. */
static void add_unused_table(struct tool_text *page, const struct tool_report *report, size_t skip, size_t most) {
    size_t seen = 0;
    tool_text_string(page,
                     "<table class=r><caption class=skip>Mappings that answer nobody</caption><thead><tr><th "
                     "scope=col class=o>#<th scope=col>mapping<th scope=col class=g>gives<th scope=col>what is known"
                     "</thead><tbody>\n");
    for (size_t i = 0; i < report->facts.mapping_count && seen < most; i++)
        if (report->facts.mappings[i].count == 0 && seen++ >= skip)
            add_unused_row(page, report, i);
    tool_text_string(page, "</tbody></table>\n");
}

void tool_report_write_unused(struct tool_text *page, const struct tool_report *report) {
    const size_t unused = tool_report_unused(report);
    const struct tool_rank_cut cut = tool_rank_cut(unused, UNUSED, UNUSED_FOLDED);
    if (unused == 0)
        return;
    tool_report_begin(page, "unused", "Mappings that answer nobody");
    tool_text_string(page, "<p class=note>");
    tool_html_number(page, unused);
    tool_text_string(page, " of ");
    tool_html_count(page, report->facts.mapping_count, "mapping");
    tool_text_string(page, certmap_rules_combining(report->analysis.rules.rules) == CERTMAP_COMBINING_ALL
                               ? ": written wrongly, refused by another, or no longer needed.</p>"
                               : ": written wrongly, shadowed by another, or no longer needed.</p>");
    add_unused_table(page, report, 0, cut.shown);
    if (cut.folded > cut.shown) {
        tool_report_fold(page, cut.folded - cut.shown, "more mapping", "");
        add_unused_table(page, report, cut.shown, cut.folded);
        tool_text_string(page, "</details>");
    }
    if (cut.others > 0)
        tool_text_string(page,
                         "<p class=note>The <a href=\"#mappings\">list of all mappings</a> has the others, with 0 "
                         "certificates.</p>");
    tool_report_end(page);
}
