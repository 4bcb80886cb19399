/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "log.h"
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option { RULES, FORMAT, SITE, SHADOW, SHADOW_SITE, NAME, NONE, ACL, CLIENTID, HOLD, LOG, OPTION_COUNT };

struct choice {
    const char *word;
    int value;
};
#define MAX_CHOICES 4

/* Of choices the first is what counts without the line. None: the value is a text. */
static const struct {
    const char *key;
    struct choice choices[MAX_CHOICES];
} known[OPTION_COUNT] = {
    [RULES] = {"rules", {{NULL, 0}}},
    [FORMAT] = {"format",
                {{"auto", CERTMAP_SERVICE_AUTO}, {"native", CERTMAP_SERVICE_NATIVE}, {"iis", CERTMAP_SERVICE_IIS}}},
    [SITE] = {"site", {{NULL, 0}}},
    [SHADOW] = {"shadow", {{NULL, 0}}},
    [SHADOW_SITE] = {"shadow_site", {{NULL, 0}}},
    [NAME] = {"name", {{"user", CERTMAP_ANSWER_USER}, {"account", CERTMAP_ANSWER_ACCOUNT}}},
    [NONE] = {"none", {{"deny", false}, {"defer", true}}},
    [ACL] = {"acl", {{"defer", false}, {"allow", true}}},
    [CLIENTID] = {"clientid", {{"any", false}, {"name", true}}},
    [HOLD] = {"hold", {{NULL, 0}}},
    [LOG] = {"log", {{"all", LOG_ALL}, {"refused", LOG_REFUSED}, {"nothing", LOG_NOTHING}}},
};

/* What was given, by option. */
struct values {
    const char *text[OPTION_COUNT];
    int chosen[OPTION_COUNT];
};

/* "a, b or c", of the keys or of the words of an option. */
static void list(char *room, size_t size, size_t count, const char *(*name)(size_t which, size_t i), size_t which) {
    size_t len = 0;
    room[0] = '\0';
    for (size_t i = 0; i < count && len < size; i++) {
        const int written = snprintf(room + len, size - len, "%s%s",
                                     i == 0           ? ""
                                     : i + 1 == count ? " or "
                                                      : ", ",
                                     name(which, i));
        len += written > 0 ? (size_t)written : 0;
    }
}

static const char *key_of(size_t which, size_t i) {
    (void)which;
    return known[i].key;
}

static const char *word_of(size_t which, size_t i) {
    return known[which].choices[i].word;
}

/* The broker takes the whole rest of the line for the value. */
static const char *comment_hint(const char *value) {
    return strstr(value, " #") != NULL ? "; a comment has to be on a line of its own" : "";
}

static bool choose(struct values *values, size_t which, const char *value) {
    char quoted[QUOTED_SIZE], words[100];
    size_t count = 0;
    for (; count < MAX_CHOICES && known[which].choices[count].word != NULL; count++)
        if (strcmp(known[which].choices[count].word, value) == 0) {
            values->chosen[which] = known[which].choices[count].value;
            return true;
        }
    list(words, sizeof words, count, word_of, which);
    log_line(MOSQ_LOG_ERR, "plugin_opt_%s has the value %s: write %s%s", known[which].key, quote(quoted, value), words,
             comment_hint(value));
    return false;
}

static bool take(struct values *values, const struct mosquitto_opt *given) {
    char quoted[QUOTED_SIZE], keys[200];
    size_t which = 0;
    while (which < OPTION_COUNT && strcmp(known[which].key, given->key) != 0)
        which++;
    if (which == OPTION_COUNT) {
        list(keys, sizeof keys, OPTION_COUNT, key_of, 0);
        log_line(MOSQ_LOG_ERR, "unknown option plugin_opt_ with the name %s: there are %s", quote(quoted, given->key),
                 keys);
        return false;
    }
    if (values->text[which] != NULL) {
        log_line(MOSQ_LOG_ERR, "plugin_opt_%s is there twice: write it once", known[which].key);
        return false;
    }
    values->text[which] = given->value;
    return known[which].choices[0].word == NULL || choose(values, which, given->value);
}

/* 0: it is not one that the library takes. */
static unsigned seconds_of(const char *value) {
    char *end = NULL;
    const unsigned long number = value[0] >= '0' && value[0] <= '9' ? strtoul(value, &end, 10) : 0;
    return end != NULL && *end == '\0' && number <= CERTMAP_SERVICE_MAX_HOLD_SECONDS ? (unsigned)number : 0;
}

static bool is_path(size_t which, const char *value) {
    char quoted[QUOTED_SIZE];
    if (value[0] == '/')
        return true;
    log_line(MOSQ_LOG_ERR, "plugin_opt_%s has the value %s: write a path that begins with /%s", known[which].key,
             quote(quoted, value), comment_hint(value));
    return false;
}

static bool check(struct options *options, const struct values *values) {
    char quoted[QUOTED_SIZE];
    const char *hold = values->text[HOLD];
    if (options->rules == NULL) {
        log_line(MOSQ_LOG_ERR, "plugin_opt_rules is missing: write plugin_opt_rules and the path of the rule file");
        return false;
    }
    if (!is_path(RULES, options->rules) || (options->shadow != NULL && !is_path(SHADOW, options->shadow)))
        return false;
    if (options->shadow == NULL && options->shadow_site != NULL) {
        log_line(MOSQ_LOG_ERR, "plugin_opt_shadow_site is there without a shadow: write plugin_opt_shadow and the path "
                               "of its rule file");
        return false;
    }
    options->hold_seconds = hold != NULL ? seconds_of(hold) : 0;
    if (hold != NULL && options->hold_seconds == 0) {
        log_line(MOSQ_LOG_ERR, "plugin_opt_hold has the value %s: write a number of seconds from 1 to %d%s",
                 quote(quoted, hold), CERTMAP_SERVICE_MAX_HOLD_SECONDS, comment_hint(hold));
        return false;
    }
    return true;
}

bool options_read(struct options *options, const struct mosquitto_opt *given, int count) {
    struct values values = {.text = {NULL}};
    bool good = true;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        values.chosen[i] = known[i].choices[0].value;
    for (int i = 0; i < count; i++)
        good = take(&values, &given[i]) && good;
    *options = (struct options){
        .rules = values.text[RULES],
        .site = values.text[SITE],
        .shadow = values.text[SHADOW],
        .shadow_site = values.text[SHADOW_SITE],
        .format = (enum certmap_service_format)values.chosen[FORMAT],
        .name = (enum certmap_answer_text)values.chosen[NAME],
        .log = (enum log_choice)values.chosen[LOG],
        .defer = values.chosen[NONE],
        .own_id = values.chosen[CLIENTID],
        .all_topics = values.chosen[ACL],
    };
    return good && check(options, &values);
}
