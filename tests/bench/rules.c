/* SPDX-License-Identifier: MIT */
#include "rules.h"
#include "certificate.h"
#include "certmap/build.h"
#include "clock.h"
#include <stdio.h>
#include <string.h>

static const struct {
    enum certmap_field field;
    const char *subfield;
    const char *native;
    const char *iis;
} slots[B_SLOTS] = {
    [B_ISSUER_O] = {CERTMAP_FIELD_ISSUER, "O", "issuer.O", "Issuer\" certificateSubField=\"O"},
    [B_SUBJECT_L] = {CERTMAP_FIELD_SUBJECT, "L", "subject.L", "Subject\" certificateSubField=\"L"},
    [B_SUBJECT_OU] = {CERTMAP_FIELD_SUBJECT, "OU", "subject.OU", "Subject\" certificateSubField=\"OU"},
    [B_SUBJECT_CN] = {CERTMAP_FIELD_SUBJECT, "CN", "subject.CN", "Subject\" certificateSubField=\"CN"},
};

/* ---- Through the builder ---------------------------------------------------------------------------- */

/* All that is known of one rule before certmap is called. */
struct made {
    struct b_rule rule;
    struct t_buf certificate; /* of a one-to-one mapping */
    char name[32];
    char account[48];
};

static void make(struct made *made, enum b_workload workload, size_t id) {
    snprintf(made->name, sizeof made->name, "m%zu", id);
    snprintf(made->account, sizeof made->account, "CONTOSO\\u%zu", id);
    t_buf_clear(&made->certificate);
    if (workload == B_ONE_TO_ONE) {
        struct b_random random = {id};
        struct b_person person;
        b_workload_person(workload, id, &random, &person);
        b_certificate_small(&made->certificate, &person);
    } else {
        b_workload_rule(workload, id, &made->rule);
    }
}

static size_t text_of(const struct made *made, enum b_workload workload) {
    size_t text = strlen(made->name) + strlen(made->account) + made->certificate.len;
    for (size_t i = 0; workload != B_ONE_TO_ONE && i < made->rule.count; i++)
        text += strlen(made->rule.conditions[i].text);
    return text;
}

static enum certmap_status add_condition(struct certmap_builder *builder, const struct b_condition *condition,
                                         struct certmap_diagnostic *err) {
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    const struct certmap_view operand = t_text(condition->text);
    c.field = slots[condition->slot].field;
    c.subfield = t_text(slots[condition->slot].subfield);
    c.op = condition->pattern ? CERTMAP_OP_LIKE : CERTMAP_OP_EQUAL;
    c.flags = condition->nocase ? CERTMAP_NOCASE : 0;
    c.operands = &operand;
    c.operand_count = 1;
    enum certmap_status status = CERTMAP_OK;
    if (condition->negate)
        status = certmap_builder_open(builder, CERTMAP_NOT, err);
    if (status == CERTMAP_OK)
        status = certmap_builder_condition(builder, &c, err);
    if (status == CERTMAP_OK && condition->negate)
        status = certmap_builder_close(builder, err);
    return status;
}

static enum certmap_status add_certificate(struct certmap_builder *builder, struct made *made,
                                           struct certmap_diagnostic *err) {
    struct certmap_condition c = CERTMAP_CONDITION_INIT;
    const struct certmap_view operand = t_view(&made->certificate);
    c.field = CERTMAP_FIELD_CERTIFICATE;
    c.operands = &operand;
    c.operand_count = 1;
    return certmap_builder_condition(builder, &c, err);
}

static enum certmap_status add_mapping(struct certmap_builder *builder, struct made *made, enum b_workload workload,
                                       struct certmap_diagnostic *err) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    mapping.kind = workload == B_ONE_TO_ONE ? CERTMAP_KIND_ONE_TO_ONE : CERTMAP_KIND_NATIVE;
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = t_text(made->name);
    mapping.account = t_text(made->account);
    enum certmap_status status = certmap_builder_mapping(builder, &mapping, err);
    if (status == CERTMAP_OK && workload == B_ONE_TO_ONE)
        return add_certificate(builder, made, err);
    for (size_t i = 0; status == CERTMAP_OK && i < made->rule.count; i++)
        status = add_condition(builder, &made->rule.conditions[i], err);
    return status;
}

/* Rules are made up in blocks, so that the clock is not asked twice for each. */
enum { BLOCK = 256 };

static enum certmap_status add_block(struct certmap_builder *builder, struct b_built *built, struct made *made,
                                     size_t count, enum b_workload workload, struct certmap_diagnostic *err) {
    enum certmap_status status = CERTMAP_OK;
    const double start = b_now();
    for (size_t i = 0; status == CERTMAP_OK && i < count; i++)
        status = add_mapping(builder, &made[i], workload, err);
    built->seconds += b_now() - start;
    for (size_t i = 0; i < count; i++)
        built->text += text_of(&made[i], workload);
    return status;
}

static enum certmap_status finish(struct certmap_builder *builder, struct b_built *built, struct certmap_rules **rules,
                                  struct certmap_diagnostic *err) {
    const double start = b_now();
    enum certmap_status status = certmap_builder_finish(builder, rules, err);
    built->seconds += b_now() - start;
    return status;
}

enum certmap_status b_rules_build(struct certmap_rules **rules, struct b_built *built, enum b_workload workload,
                                  size_t size, const struct certmap_allocator *allocator,
                                  struct certmap_diagnostic *err) {
    struct b_built sum = {0, 0};
    struct certmap_builder *builder = NULL;
    struct made made[BLOCK] = {{.certificate = T_BUF_INIT}};
    enum certmap_status status = certmap_builder_new(&builder, allocator, err);
    for (size_t done = 0; status == CERTMAP_OK && done < size;) {
        const size_t count = size - done < BLOCK ? size - done : BLOCK;
        for (size_t i = 0; i < count; i++)
            make(&made[i], workload, b_workload_id(done + i, size));
        status = add_block(builder, &sum, made, count, workload, err);
        done += count;
    }
    if (status == CERTMAP_OK)
        status = finish(builder, &sum, rules, err);
    if (built != NULL)
        *built = sum;
    certmap_builder_free(builder);
    for (size_t i = 0; i < BLOCK; i++)
        t_buf_free(&made[i].certificate);
    return status;
}

/* ---- As text ----------------------------------------------------------------------------------------- */

static void put_number(struct t_buf *text, const char *before, size_t number, const char *after) {
    char digits[32];
    snprintf(digits, sizeof digits, "%zu", number);
    t_put(text, before);
    t_put(text, digits);
    t_put(text, after);
}

static void native_condition(struct t_buf *text, const struct b_condition *condition) {
    t_put(text, condition->negate ? "not " : "");
    t_put(text, slots[condition->slot].native);
    t_put(text, condition->pattern ? " like " : " = ");
    t_put(text, condition->nocase ? "nocase \"" : "\"");
    t_put(text, condition->text);
    t_put(text, "\"");
}

void b_rules_native(struct t_buf *text, enum b_workload workload, size_t size) {
    t_put(text, "certmap 1;\n");
    for (size_t position = 0; position < size; position++) {
        struct b_rule rule;
        const size_t id = b_workload_id(position, size);
        b_workload_rule(workload, id, &rule);
        put_number(text, "\nmapping \"m", id, "\" {\n    when ");
        for (size_t i = 0; i < rule.count; i++) {
            t_put(text, i > 0 ? "\n     and " : "");
            native_condition(text, &rule.conditions[i]);
        }
        put_number(text, ";\n    allow \"CONTOSO\\\\u", id, "\";\n}\n");
    }
}

static void base64(struct t_buf *text, struct certmap_view bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        const size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        group |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        group |= left > 2 ? bytes.data[i + 2] : 0;
        char four[5] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63], digits[group & 63]};
        if (left < 3)
            four[3] = '=';
        if (left < 2)
            four[2] = '=';
        t_put(text, four);
    }
}

static void iis_one(struct t_buf *text, size_t id) {
    struct made made = {.certificate = T_BUF_INIT};
    make(&made, B_ONE_TO_ONE, id);
    put_number(text, "<add userName=\"CONTOSO\\u", id, "\" certificate=\"");
    base64(text, t_view(&made.certificate));
    t_put(text, "\" />\n");
    t_buf_free(&made.certificate);
}

static void iis_many(struct t_buf *text, enum b_workload workload, size_t id) {
    struct b_rule rule;
    b_workload_rule(workload, id, &rule);
    put_number(text, "<add name=\"m", id, "\" permissionMode=\"Allow\" userName=\"CONTOSO\\u");
    put_number(text, "", id, "\">\n  <rules>\n");
    for (size_t i = 0; i < rule.count; i++) {
        t_put(text, "    <add certificateField=\"");
        t_put(text, slots[rule.conditions[i].slot].iis);
        t_put(text, "\" matchCriteria=\"");
        t_put(text, rule.conditions[i].text);
        t_put(text, "\" compareCaseSensitive=\"");
        t_put(text, rule.conditions[i].nocase ? "false\" />\n" : "true\" />\n");
    }
    t_put(text, "  </rules>\n</add>\n");
}

void b_rules_iis(struct t_buf *text, enum b_workload workload, size_t size) {
    const char *list = workload == B_ONE_TO_ONE ? "oneToOneMappings" : "manyToOneMappings";
    t_put(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<iisClientCertificateMappingAuthentication enabled=\"true\">\n<");
    t_put(text, list);
    t_put(text, ">\n");
    for (size_t position = 0; position < size; position++) {
        if (workload == B_ONE_TO_ONE)
            iis_one(text, b_workload_id(position, size));
        else
            iis_many(text, workload, b_workload_id(position, size));
    }
    t_put(text, "</");
    t_put(text, list);
    t_put(text, ">\n</iisClientCertificateMappingAuthentication>\n");
}
