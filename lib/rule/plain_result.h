/* SPDX-License-Identifier: MIT */
/* The result of a mapping that is true, where nothing has to be built for it. */
#ifndef CM_RULE_PLAIN_RESULT_H
#define CM_RULE_PLAIN_RESULT_H

#include "base/view.h"
#include "rule/store.h"

/* Of a mapping that is plain: most give an account and nothing else, and nothing of it has to be copied. False: the part
 * before its separator needs a NUL of its own. Sets every member but size and other, each once; accounts is where the
 * account is to be put. */
static inline bool cm_plain_result(struct certmap_result *result, const struct certmap_rules *rules,
                                   const struct cm_mapping *mapping, const struct certmap_view *accounts) {
    const uint8_t *at = cm_mapping_texts(mapping);
    const struct certmap_view name = mapping->named ? cm_store_string(&at) : CM_VIEW_NONE;
    const struct cm_plain_account account = cm_plain_account_at(rules->prefixes, at);
    struct certmap_view domain = account.prefix, user = account.text;
    if (account.separator > 0) {
        if (account.prefix.data == NULL)
            return false;
        user = cm_view(account.text.data + account.separator, account.text.len - account.separator);
        if (user.data[-1] != '\\') {
            domain = user;
            user = account.prefix;
        }
    }
    *result = (struct certmap_result){.size = result->size,
                                      .decision = CERTMAP_ALLOW,
                                      .reason = CERTMAP_CODE_NONE,
                                      .kind = (enum certmap_kind)mapping->kind,
                                      .index = mapping->index,
                                      .mapping = name,
                                      .account = account.text,
                                      .domain = domain,
                                      .user = user,
                                      .other = result->other,
                                      .account_count = 1,
                                      .group_count = 0,
                                      .attribute_count = 0,
                                      .accounts = accounts,
                                      .groups = NULL,
                                      .attributes = NULL,
                                      .principals = 0};
    return true;
}

#endif
