/* SPDX-License-Identifier: MIT */
#include "privileged.h"
#include "certmap/names.h"
#include <string.h>

/* Of Unix; of Windows (learn.microsoft.com: "Active Directory security groups", "Local accounts"), whose computers' names
 * end with a dollar sign. */
static const char *const names[] = {
    "root",
    "toor",
    "wheel",
    "sudo",
    "daemon",
    "Administrator",
    "Administrators",
    "SYSTEM",
    "LocalSystem",
    "LocalService",
    "NetworkService",
    "krbtgt",
    "Domain Admins",
    "Domain Controllers",
    "Enterprise Admins",
    "Schema Admins",
    "Key Admins",
    "Enterprise Key Admins",
    "Account Operators",
    "Backup Operators",
    "Server Operators",
    "Print Operators",
    "Group Policy Creator Owners",
    "DnsAdmins",
    "TrustedInstaller",
};

/* Without DOMAIN\ or @domain. */
static struct certmap_view user_of(struct certmap_view account) {
    for (size_t i = 0; i < account.len; i++) {
        if (account.data[i] == '\\')
            return (struct certmap_view){account.data + i + 1, account.len - i - 1};
        if (account.data[i] == '@')
            return (struct certmap_view){account.data, i};
    }
    return account;
}

bool certmap_lint_is_privileged(struct certmap_view account) {
    const struct certmap_view user = user_of(account);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (certmap_text_same(user, certmap_view_of(names[i])))
            return true;
    return user.len > 1 && user.data[user.len - 1] == '$';
}

bool certmap_lint_is_named(struct certmap_view account, const struct certmap_view *others, size_t count) {
    const struct certmap_view user = user_of(account);
    for (size_t i = 0; i < count; i++)
        if (certmap_text_same(account, others[i]) || certmap_text_same(user, others[i]))
            return true;
    return false;
}

bool cm_lint_is_privileged(const struct certmap_lint *lint, struct certmap_view account) {
    return certmap_lint_is_named(account, lint->options.privileged, lint->options.privileged_count) ||
           certmap_lint_is_privileged(account);
}
