/* SPDX-License-Identifier: MIT */
#include "show.h"
#include "tool.h"

void tool_show_value(const struct tool_client *client, struct certmap_value *value, enum certmap_field field,
                     size_t index) {
    *value = (struct certmap_value)CERTMAP_VALUE_INIT;
    const enum certmap_status status = certmap_peer_value(client->peer, value, field, index, NULL);
    if (status == CERTMAP_ERROR_LIMIT)
        value->unreadable = CERTMAP_CODE_VALUE_TOO_LONG;
    else if (status != CERTMAP_OK)
        tool_no_memory();
}
