/* SPDX-License-Identifier: MIT */
#include "left_out.h"
#include "corpus.h"
#include "rank.h"
#include <string.h>

void tool_left_out_add(struct tool_left_out *left_out, const struct tool_record *record, const char *why) {
    tool_record_add_place(&left_out->texts, record);
    tool_text_repeat(&left_out->texts, '\0', 1);
    tool_text_string(&left_out->texts, why);
    tool_text_repeat(&left_out->texts, '\0', 1);
    left_out->came = tool_rank_sum(left_out->came, record->count);
}

void tool_left_out_say(struct tool_left_out *left_out, struct tool_stream *err, uint64_t *said) {
    const struct tool_text *texts = &left_out->texts;
    for (size_t at = 0; at < texts->len; ++*said) {
        const char *place = texts->data + at, *why = place + strlen(place) + 1;
        if (*said < TOOL_MAX_CORPUS_MESSAGES)
            tool_complain(err, place, tool_view(why));
        at = (size_t)(why - texts->data) + strlen(why) + 1;
    }
    left_out->texts.len = 0;
    left_out->came = 0;
}
