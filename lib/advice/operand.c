/* SPDX-License-Identifier: MIT */
/* 602, a wildcard where there are none: = "EXTERN*".
 *
 * Silent: a ? in a URI begins its query. The name of a wildcard certificate, "*.contoso.example", is what san.dns
 * really holds, and a whole Name may have it too; a refusal that names it is asked about all the same, for under = it is no
 * refusal of the hosts below. Who means the character itself writes like "\*". */
#include "advice/advice.h"
#include "base/glob.h"
#include "base/out.h"
#include "base/view.h"
#include "field/canonical.h"
#include "syntax/print.h"

/* Where the first wildcard is, or text.len. */
static size_t find_wildcard(const struct cm_advised_operand *operand) {
    const struct certmap_view text = operand->text;
    const bool uri = operand->path->kind == CM_TEXT_URI;
    size_t at = 0;
    while (at < text.len && text.data[at] != '*' && (text.data[at] != '?' || uri))
        at++;
    return at;
}

/* Whether the only wildcard is a whole label at the beginning of a host name of at least two more. */
static bool is_wildcard_host(struct certmap_view text, size_t at) {
    const bool begins = at == 0 || text.data[at - 1] == '=';
    size_t dots = 0, i = at + 1;
    if (!begins || i + 1 >= text.len || text.data[i] != '.')
        return false;
    for (; i < text.len && text.data[i] != ',' && text.data[i] != '+'; i++)
        dots += text.data[i] == '.' && i + 1 < text.len;
    return dots >= 2 && memchr(text.data + at + 1, '*', text.len - at - 1) == NULL &&
           memchr(text.data, '?', text.len) == NULL;
}

/* The attribute of a whole Name whose value has the wildcard; len 0: it is not known. */
static struct certmap_view type_before(struct certmap_view text, size_t at) {
    size_t end = at;
    while (end > 0 && text.data[end - 1] != '=')
        end--;
    size_t begin = end > 0 ? --end : end;
    while (begin > 0 && text.data[begin - 1] != ',' && text.data[begin - 1] != '+')
        begin--;
    while (begin < end && text.data[begin] == ' ')
        begin++;
    return cm_view(text.data + begin, end - begin);
}

static const char *const wildcard_short =
    "* and ? are themselves here; \"like\" takes them as wildcards, and \\* and \\? "
    "as themselves";

/* A whole Name, or its attributes. */
static void say_name(struct cm_advice_message *message, const struct cm_advised_operand *operand, size_t at) {
    const struct certmap_view type = type_before(operand->text, at);
    cm_out_string(&message->out,
                  "* and ? are themselves after =, in and under; write like, where * is also an RDN and ** "
                  "are any number of them, or conditions on attributes, for example ");
    cm_path_print(&message->out, operand->path);
    cm_out_char(&message->out, '.');
    if (type.len > 0)
        cm_out_escaped(&message->out, type, false);
    else
        cm_out_string(&message->out, "CN");
    cm_out_string(&message->out, " like \"...*\"");
}

/* Capital letters are an error in some patterns. */
static bool needs_nocase(const struct cm_advised_operand *operand) {
    bool capitals = false;
    if (operand->nocase || (operand->path->kind != CM_TEXT_URI && operand->path->kind != CM_TEXT_EMAIL))
        return operand->nocase;
    for (size_t i = 0; i < operand->text.len; i++)
        capitals = capitals || (operand->text.data[i] >= 'A' && operand->text.data[i] <= 'Z');
    return capitals;
}

static void say_text(struct cm_advice_message *message, const struct cm_advised_operand *operand, bool host) {
    const bool any = cm_view_equal(operand->text, CM_VIEW("*"));
    struct cm_advised_operand like = *operand;
    like.nocase = needs_nocase(operand);
    cm_out_string(&message->out, host ? "= refuses the name with the * and no host below it; write "
                                      : "* and ? are themselves after = and in; write ");
    if (any) {
        cm_path_print(&message->out, operand->path);
        cm_out_string(&message->out, " present");
    } else {
        cm_advice_print_like(&message->out, &like);
        cm_out_string(&message->out, operand->other_count > 1 ? "(" : "");
        cm_string_print(&message->out, operand->text);
        cm_out_string(&message->out, operand->other_count > 1 ? ", ...)" : "");
    }
    cm_out_string(&message->out, " if wildcards are meant");
    if (!any)
        cm_out_string(&message->out, ", and \\* or \\? in it for the characters themselves");
}

bool cm_advise_wildcard(struct certmap_diagnostic *diagnostic, const struct cm_advised_operand *operand,
                        bool *refusals_only) {
    struct cm_advice_message message;
    const size_t at = find_wildcard(operand);
    const bool name = operand->path->kind == CM_TEXT_NAME;
    if ((operand->op != CERTMAP_OP_EQUAL && operand->op != CERTMAP_OP_UNDER) || at == operand->text.len)
        return false;
    const bool host = (name || operand->path->kind == CM_TEXT_DNS) && is_wildcard_host(operand->text, at);
    if (name && host)
        return false;
    *refusals_only = host;
    cm_advice_start(&message);
    if (name)
        say_name(&message, operand, at);
    else
        say_text(&message, operand, host);
    cm_advice_finish(diagnostic, &message, CERTMAP_CODE_LITERAL_WILDCARD, wildcard_short, operand->position);
    return true;
}
