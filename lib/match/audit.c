/* SPDX-License-Identifier: MIT */
/* The audit line of a result. Every loop goes through what the result has once. */
#include "base/error.h"
#include "base/out.h"
#include "base/view.h"
#include "certmap/versioned.h"

/* A quoted value, or - where there is none. */
static void put_value(struct cm_out *out, const char *key, struct certmap_view value) {
    cm_out_string(out, key);
    if (value.data != NULL)
        cm_out_escaped(out, value, true);
    else
        cm_out_char(out, '-');
}

/* The name of an attribute is the rules' to choose, and must not be taken for another key. */
static bool is_plain_key(struct certmap_view name) {
    static const struct certmap_view keys[] = {CM_VIEW_OF("decision"), CM_VIEW_OF("mapping"), CM_VIEW_OF("account"),
                                               CM_VIEW_OF("domain"),   CM_VIEW_OF("group"),   CM_VIEW_OF("reason"),
                                               CM_VIEW_OF("other")};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (cm_view_equal(name, keys[i]))
            return false;
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.data[i];
        if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\')
            return false;
    }
    return name.len > 0;
}

static void put_attribute(struct cm_out *out, const struct certmap_attribute *attribute) {
    cm_out_char(out, ' ');
    if (is_plain_key(attribute->name))
        cm_out_view(out, attribute->name);
    else
        cm_out_escaped(out, attribute->name, true);
    put_value(out, "=", attribute->value);
}

/* Whether the account says its domain itself: DOMAIN\\user or user@domain. */
static bool names_domain(struct certmap_view account, struct certmap_view domain) {
    const size_t rest = account.len - domain.len;
    if (account.len <= domain.len)
        return false;
    return (account.data[domain.len] == '\\' && cm_view_equal(cm_view(account.data, domain.len), domain)) ||
           (account.data[rest - 1] == '@' && cm_view_equal(cm_view(account.data + rest, domain.len), domain));
}

static void put_result(struct cm_out *out, const struct certmap_result *result) {
    cm_out_string(out, "decision=");
    cm_out_string(out, certmap_decision_name(result->decision));
    put_value(out, " mapping=", result->mapping);
    put_value(out, " account=", result->account);
    for (size_t i = 1; i < result->account_count; i++)
        put_value(out, " account=", result->accounts[i]);
    if (result->domain.data != NULL && !names_domain(result->account, result->domain))
        put_value(out, " domain=", result->domain);
    for (size_t i = 0; i < result->group_count; i++)
        put_value(out, " group=", result->groups[i]);
    for (size_t i = 0; i < result->attribute_count; i++)
        put_attribute(out, &result->attributes[i]);
    if (result->other.data != NULL)
        put_value(out, " other=", result->other);
    cm_out_string(out, " reason=");
    cm_out_string(out, result->reason == CERTMAP_CODE_NONE ? "-" : certmap_code_name(result->reason));
}

enum certmap_status certmap_result_format(char *text, size_t cap, size_t *len, const struct certmap_result *given,
                                          struct certmap_diagnostic *err) {
    struct certmap_result room;
    const struct certmap_result *result = certmap_struct_read(&room, given, CERTMAP_FIRST_RESULT, sizeof room);
    if (len == NULL || (text == NULL && cap > 0) || result == NULL || certmap_decision_name(result->decision) == NULL ||
        certmap_code_name(result->reason) == NULL)
        return cm_error_argument(err, "certmap_result_format: text, len or result is NULL, or result is not set");
    struct cm_out out = {text, cap, 0};
    put_result(&out, result);
    return cm_out_finish(&out, len, err);
}
