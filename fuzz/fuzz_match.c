/* SPDX-License-Identifier: MIT */
/* Rules and a certificate's Names: an explanation gives what a match gives, twice, the search through the index gives
 * what the plain one gives, and the audit line holds nothing that acts on a log. The input is
 *
 *     rules 00 H L subject issuer
 *
 * where H L is the length of the subject; the top bit of H says that the whole certificate is supplied, for which
 * the Names together are, and the next one that in place of the issuer there are extensions. What is not a rule
 * set or a Name is replaced by one that is, so that the other parts still count. Of an input that begins with 01 the
 * other bytes choose what random.h makes: rules, and certificates that hit them. */
#include "rules.h"
#include "support/random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    struct certmap_view rules;
    struct certmap_view names; /* subject and issuer */
    struct certmap_view subject;
    struct certmap_view issuer;
    struct certmap_view extensions; /* data NULL: not supplied */
    bool whole;
};

static struct input split(const uint8_t *data, size_t size) {
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    struct input input = {.rules = cm_view(data, end == NULL ? size : (size_t)(end - data))};
    const size_t rest = size - input.rules.len;
    input.names = CM_VIEW("");
    if (rest > 3) {
        input.whole = (end[1] & 0x80) != 0;
        input.names = cm_view(end + 3, rest - 3);
    }
    size_t len = rest > 3 ? (size_t)(end[1] & 0x3F) << 8 | end[2] : 0;
    if (len > input.names.len)
        len = input.names.len;
    input.subject = cm_view(input.names.data, len);
    input.issuer = cm_view(input.names.data + len, input.names.len - len);
    if (rest > 3 && (end[1] & 0x40) != 0)
        input.extensions = input.issuer;
    return input;
}

/* Whether the bytes are a Name that a peer can be set to. */
static bool is_name(struct certmap_peer *peer, struct certmap_view name) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    cert.subject = cert.issuer = name;
    const enum certmap_status status = certmap_peer_set(peer, &cert, NULL);
    F_HOLDS(status == CERTMAP_OK || status == CERTMAP_ERROR_CERTIFICATE || status == CERTMAP_ERROR_LIMIT);
    return status == CERTMAP_OK;
}

static void add_certificate(struct certmap_builder *builder, const char *name, struct certmap_view certificate) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    mapping.kind = CERTMAP_KIND_ONE_TO_ONE;
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = cm_view(name, strlen(name));
    mapping.account = CM_VIEW("CONTOSO\\one");
    condition.field = CERTMAP_FIELD_CERTIFICATE;
    condition.operands = &certificate;
    condition.operand_count = 1;
    F_HOLDS(certmap_builder_mapping(builder, &mapping, NULL) == CERTMAP_OK);
    F_HOLDS(certmap_builder_condition(builder, &condition, NULL) == CERTMAP_OK);
}

/* A mapping that denies where a field is there. */
static void add_presence(struct certmap_builder *builder, enum certmap_field field, const char *subfield) {
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_condition condition = CERTMAP_CONDITION_INIT;
    const char *name = certmap_field_name(field);
    mapping.kind = CERTMAP_KIND_MANY_TO_ONE;
    mapping.decision = CERTMAP_DENY;
    mapping.name = cm_view(name, strlen(name));
    condition.field = field;
    condition.subfield = cm_view(subfield, strlen(subfield));
    condition.op = CERTMAP_OP_COUNT;
    condition.count = 2;
    F_HOLDS(certmap_builder_mapping(builder, &mapping, NULL) == CERTMAP_OK);
    F_HOLDS(certmap_builder_condition(builder, &condition, NULL) == CERTMAP_OK);
}

static void add_presences(struct certmap_builder *builder) {
    static const struct {
        enum certmap_field field;
        const char *subfield;
    } fields[] = {{CERTMAP_FIELD_SAN, "dns"},
                  {CERTMAP_FIELD_SAN_DIRNAME, "CN"},
                  {CERTMAP_FIELD_EKU, ""},
                  {CERTMAP_FIELD_KU, ""},
                  {CERTMAP_FIELD_POLICY, ""},
                  {CERTMAP_FIELD_SKI, ""},
                  {CERTMAP_FIELD_AKI, ""},
                  {CERTMAP_FIELD_MS_SID, ""},
                  {CERTMAP_FIELD_MS_TEMPLATE, ""},
                  {CERTMAP_FIELD_EXTENSION, "1.2.3"},
                  {CERTMAP_FIELD_EXTENSION_TEXT, "1.2.3"},
                  {CERTMAP_FIELD_QC_STATEMENT, ""},
                  {CERTMAP_FIELD_QC_TYPE, ""},
                  {CERTMAP_FIELD_PSD2_ROLE, ""}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        add_presence(builder, fields[i].field, fields[i].subfield);
}

/* A rule set for inputs whose rules do not load, which reads the commonest subfields, and certificates. */
static struct certmap_rules *default_rules(const struct input *input) {
    static const char *const subfields[] = {"CN", "OU", "O", "DC", "E", "1.2.3.4"};
    static const struct certmap_view patterns[] = {CM_VIEW_OF("a*b?c"), CM_VIEW_OF("*\\e*")};
    struct certmap_builder *builder = NULL;
    struct certmap_rules *rules = NULL;
    F_HOLDS(certmap_builder_new(&builder, NULL, NULL) == CERTMAP_OK);
    for (size_t i = 0; i < sizeof subfields / sizeof *subfields; i++) {
        struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
        struct certmap_condition condition = CERTMAP_CONDITION_INIT;
        mapping.kind = CERTMAP_KIND_MANY_TO_ONE;
        mapping.decision = i % 2 == 0 ? CERTMAP_ALLOW : CERTMAP_DENY;
        mapping.name = cm_view(subfields[i], strlen(subfields[i]));
        mapping.account = CM_VIEW("many@contoso");
        condition.field = i % 3 == 0 ? CERTMAP_FIELD_ISSUER : CERTMAP_FIELD_SUBJECT;
        condition.subfield = mapping.name;
        condition.op = CERTMAP_OP_LIKE;
        condition.flags = CERTMAP_IIS_PATTERN | CERTMAP_NOCASE;
        condition.operands = patterns;
        condition.operand_count = sizeof patterns / sizeof *patterns;
        condition.quantifier = (enum certmap_quantifier)(i % 6);
        condition.count = condition.quantifier == CERTMAP_AT_VALUE ? 1 + i / 6 : 0;
        F_HOLDS(certmap_builder_mapping(builder, &mapping, NULL) == CERTMAP_OK);
        F_HOLDS(certmap_builder_condition(builder, &condition, NULL) == CERTMAP_OK);
    }
    add_certificate(builder, "one\n\xE2\x80\xAE", input->subject);
    add_certificate(builder, "two", input->names);
    add_presences(builder);
    F_HOLDS(certmap_builder_finish(builder, &rules, NULL) == CERTMAP_OK);
    certmap_builder_free(builder);
    return rules;
}

/* One line that is safe in a log, in a buffer that is just large enough, and in none that is smaller. */
static void check_line(const struct certmap_result *result) {
    size_t len = 0, again = 0;
    F_HOLDS(certmap_result_format(NULL, 0, &len, result, NULL) == CERTMAP_ERROR_BUFFER);
    char *line = f_room(len + 1);
    F_HOLDS(certmap_result_format(line, len, &again, result, NULL) == CERTMAP_ERROR_BUFFER);
    F_HOLDS(again == len && line[0] == 0);
    F_HOLDS(certmap_result_format(line, len + 1, &again, result, NULL) == CERTMAP_OK);
    F_HOLDS(again == len && strlen(line) == len);
    f_check_safe(cm_view(line, len));
    free(line);
}

static void check_match(struct certmap_rules *rules, struct certmap_peer *peer) {
    const struct certmap_result first = f_match(rules, peer);
    struct f_told told;
    f_explain(&told, rules, peer, &first);
    f_check_searches(rules, peer);
    const struct certmap_result second = f_match(rules, peer);
    f_check_same_result(&first, &second);
    check_line(&first);
    f_told_free(&told);
}

enum { CERTIFICATES = 4 };

/* Rules and certificates that the bytes choose. */
static void check_world(const uint8_t *data, size_t size) {
    struct t_random random = {data, size, 1};
    struct t_random_cert made = T_RANDOM_CERT_INIT;
    struct t_buf text = T_BUF_INIT;
    struct certmap_peer *peer = NULL;
    struct t_world world;
    struct f_load load;
    t_world_make(&world, &random);
    t_world_rules(&text, &world);
    f_load(&load, t_view(&text), SIZE_MAX);
    F_HOLDS(load.status == CERTMAP_OK);
    F_HOLDS(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    for (size_t i = 0; i < CERTIFICATES; i++) {
        t_world_cert(&made, &world);
        F_HOLDS(certmap_peer_set(peer, &made.cert, NULL) == CERTMAP_OK);
        check_match(load.rules, peer);
        F_HOLDS(t_search_forgets(load.rules, peer, &made.cert));
    }
    f_unload(&load);
    certmap_peer_free(peer);
    t_random_cert_free(&made);
    t_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 0 && data[0] == 1) {
        check_world(data + 1, size - 1);
        return 0;
    }
    struct input input = split(data, size);
    struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    struct f_load load;
    F_HOLDS(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    t_name(&subject, "CN=Alice | OU=Sales + OU=Staff | octet O=Contoso | 1.2.3.4=axbyc");
    t_name(&issuer, "O=Contoso | CN=CA");
    cert.subject = is_name(peer, input.subject) ? input.subject : t_view(&subject);
    cert.issuer = is_name(peer, input.issuer) ? input.issuer : t_view(&issuer);
    cert.extensions = input.extensions;
    if (input.whole)
        cert.certificate = input.names;
    F_HOLDS(certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK);
    f_load(&load, input.rules, SIZE_MAX);
    struct certmap_rules *rules = load.status == CERTMAP_OK ? load.rules : default_rules(&input);
    check_match(rules, peer);
    if (rules != load.rules)
        certmap_rules_free(rules);
    f_unload(&load);
    certmap_peer_free(peer);
    t_buf_free(&subject);
    t_buf_free(&issuer);
    return 0;
}
