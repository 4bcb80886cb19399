/* SPDX-License-Identifier: MIT */
/* What lint says of rules. A certificate that is shown gets the answer that is said; what is proven to answer nobody
 * answers none of the certificates; and edits that are proven to change nothing are made, and nothing changes: for the
 * certificates that are shown, for others made of their values, some of which cannot be read, and for one of everything.
 * Out of memory leaves nothing. */
#include "certmap/lint.h"
#include "rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MAX_TEXT = 4096,    /* bytes of rules: an analysis takes its time */
    MAX_CERTS = 96,     /* that answers are compared for */
    MADE = 32,          /* of them: made of values */
    MAX_VALUES = 128,   /* that certificates are made of */
    MAX_QUESTIONS = 400 /* then time is up */
};

/* ---- what was found ---- */

struct said {
    struct f_load *load;
    struct t_buf certs[MAX_CERTS];
    size_t cert_count;
    struct {
        enum certmap_field field;
        struct t_buf subfield, text;
    } values[MAX_VALUES];
    size_t value_count;
    struct t_buf fixed[64]; /* the text with the edits of a report */
    size_t fixed_count;
    bool dead[256];
    size_t questions;
};

static struct said said; /* larger than a stack should hold */

static struct certmap_peer *peer_of(struct t_buf *der) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_peer *peer = NULL;
    F_HOLDS(certmap_cert_from_der(&cert, t_view(der), NULL) == CERTMAP_OK);
    cert.time = 1893456000; /* when the analysis looks at it: 2030 */
    F_HOLDS(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    F_HOLDS(certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK);
    return peer;
}

static void take_values(const struct certmap_lint_witness *witness) {
    for (size_t i = 0; i < witness->value_count && said.value_count < MAX_VALUES; i++) {
        const struct certmap_lint_value *value = &witness->values[i];
        if (value->state != CERTMAP_LINT_READABLE)
            continue;
        said.values[said.value_count].field = value->field;
        t_bytes(&said.values[said.value_count].subfield, value->subfield.data, value->subfield.len);
        t_bytes(&said.values[said.value_count++].text, value->text.data, value->text.len);
    }
}

/* A certificate that can be a file gets the answer that is said. */
static void check_witness(const struct certmap_lint_witness *witness) {
    struct t_buf der = T_BUF_INIT;
    if (witness == NULL)
        return;
    take_values(witness);
    if (witness->der.data == NULL)
        return;
    t_bytes(&der, witness->der.data, witness->der.len);
    struct certmap_peer *peer = peer_of(&der);
    const struct certmap_result result = f_match(said.load->rules, peer);
    F_HOLDS(result.decision == witness->decision && result.reason == witness->reason);
    F_HOLDS(result.index == witness->mapping);
    F_HOLDS(cm_view_equal(result.account, witness->account));
    certmap_peer_free(peer);
    if (said.cert_count < MAX_CERTS - MADE)
        said.certs[said.cert_count++] = der;
    else
        t_buf_free(&der);
}

/* The edits are in the order of the file, and apart. */
static void apply(struct t_buf *text, const struct certmap_lint_report *report) {
    const struct certmap_view source = said.load->text;
    size_t at = 0;
    for (size_t i = 0; i < report->edit_count; i++) {
        const struct certmap_position position = report->edits[i].position;
        F_HOLDS(position.offset >= at && position.length <= source.len - position.offset);
        t_bytes(text, source.data + at, position.offset - at);
        t_bytes(text, report->edits[i].text.data, report->edits[i].text.len);
        at = position.offset + position.length;
    }
    t_bytes(text, source.data + at, source.len - at);
}

static bool is_dead(enum certmap_code code) {
    return code >= CERTMAP_CODE_SHADOWED && code < CERTMAP_CODE_DECIDES_ONLY_UNREADABLE;
}

static bool take_report(void *ctx, const struct certmap_lint_report *report) {
    (void)ctx;
    F_HOLDS(certmap_code_name(report->diagnostic.code) != NULL && report->diagnostic.text[0] != '\0');
    F_HOLDS(certmap_certainty_name(report->certainty) != NULL);
    F_HOLDS(!report->fixed_by_edits || report->edit_count > 0);
    f_check_safe(cm_view(report->diagnostic.text, strlen(report->diagnostic.text)));
    check_witness(report->witness);
    if (is_dead(report->diagnostic.code) && report->mapping < sizeof said.dead)
        said.dead[report->mapping] = true;
    if (report->fixed_by_edits && said.fixed_count < sizeof said.fixed / sizeof *said.fixed)
        apply(&said.fixed[said.fixed_count++], report);
    return true;
}

/* ---- other certificates ---- */

static uint32_t state;

static uint32_t draw(uint32_t below) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

/* The last octet of an attribute type 2.5.4.x; 0: none of those. */
static uint8_t attribute_of(struct t_buf *subfield) {
    static const struct {
        const char *name;
        uint8_t type;
    } types[] = {{"CN", 3}, {"SN", 4}, {"C", 6}, {"L", 7}, {"S", 8}, {"O", 10}, {"OU", 11}, {"T", 12}, {"G", 42}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (cm_view_equal(t_view(subfield), t_text(types[i].name)))
            return types[i].type;
    return 0;
}

static void add_attribute(struct t_buf *name, uint8_t type, struct certmap_view text) {
    const uint8_t oid[] = {0x55, 0x04, type};
    const size_t set = name->len;
    t_tlv(name, 0x06, oid, sizeof oid);
    t_tlv(name, draw(6) == 0 ? 0x04 : 0x0C, text.data, text.len); /* an OCTET STRING cannot be read */
    t_end(name, set, 0x30, 0);
    t_end(name, set, 0x31, 0);
}

static void make_name(struct t_buf *name, enum certmap_field field) {
    for (size_t i = 0; i < said.value_count; i++) {
        const uint8_t type = attribute_of(&said.values[i].subfield);
        if (said.values[i].field == field && type != 0 && draw(3) == 0 && name->len < 2000)
            add_attribute(name, type, t_view(&said.values[i].text));
    }
    t_end(name, 0, 0x30, 0);
}

static void make_certificates(void) {
    for (size_t i = 0; i < MADE; i++) {
        struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT;
        make_name(&subject, CERTMAP_FIELD_SUBJECT);
        make_name(&issuer, CERTMAP_FIELD_ISSUER);
        t_cert(&said.certs[said.cert_count++], t_view(&subject), t_view(&issuer));
        t_buf_free(&subject);
        t_buf_free(&issuer);
    }
}

/* ---- what must not change ---- */

static void check_same(const struct certmap_rules *before, const struct certmap_rules *after,
                       struct certmap_peer *peer) {
    const struct certmap_result first = f_match(before, peer);
    const enum certmap_decision decision = first.decision;
    struct t_buf account = T_BUF_INIT;
    t_bytes(&account, first.account.data, first.account.len);
    const struct certmap_result second = f_match(after, peer);
    F_HOLDS(second.decision == decision && cm_view_equal(t_view(&account), second.account));
    t_buf_free(&account);
}

/* The rules with the edits; of those that would leave no mapping there is no file. */
static void check_fixed(struct t_buf *text) {
    struct t_buf subject = T_BUF_INIT, issuer = T_BUF_INIT, extensions = T_BUF_INIT;
    struct f_load fixed;
    f_load(&fixed, t_view(text), SIZE_MAX);
    if (fixed.status != CERTMAP_OK && certmap_rules_count(said.load->rules) > 1)
        fprintf(stderr, "%s\n%.*s\n", fixed.error.text, (int)text->len, (const char *)text->data);
    F_HOLDS(fixed.status == CERTMAP_OK || certmap_rules_count(said.load->rules) == 1);
    for (size_t i = 0; fixed.status == CERTMAP_OK && i < said.cert_count; i++) {
        struct certmap_peer *peer = peer_of(&said.certs[i]);
        check_same(said.load->rules, fixed.rules, peer);
        certmap_peer_free(peer);
    }
    struct certmap_peer *everything = f_peer(&subject, &issuer, &extensions);
    if (fixed.status == CERTMAP_OK)
        check_same(said.load->rules, fixed.rules, everything);
    certmap_peer_free(everything);
    f_unload(&fixed);
    t_buf_free(&subject);
    t_buf_free(&issuer);
    t_buf_free(&extensions);
}

/* A mapping that is proven to answer nobody may stop a value that cannot be read, and nothing else. */
static void check_dead(void) {
    for (size_t i = 0; i < said.cert_count; i++) {
        struct certmap_peer *peer = peer_of(&said.certs[i]);
        const struct certmap_result result = f_match(said.load->rules, peer);
        F_HOLDS(result.index >= sizeof said.dead || !said.dead[result.index] || result.reason != CERTMAP_CODE_NONE);
        certmap_peer_free(peer);
    }
}

/* ---- an analysis ---- */

static bool is_enough(void *ctx) {
    (void)ctx;
    return said.questions++ >= MAX_QUESTIONS;
}

/* Loads the rules and analyses them; the allocation fail_at of the analysis fails. */
static enum certmap_status analyse(struct f_load *load, certmap_lint_fn *report, size_t fail_at) {
    struct certmap_build_options build = CERTMAP_BUILD_OPTIONS_INIT;
    struct certmap_parse_options parse = CERTMAP_PARSE_OPTIONS_INIT;
    struct certmap_lint_options options = CERTMAP_LINT_OPTIONS_INIT;
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_lint *lint = NULL;
    struct certmap_rules *rules = NULL, *own = load->rules;
    options.allocator = &allocator;
    options.enough = is_enough;
    t_alloc_fail_at(&memory, fail_at);
    enum certmap_status status = certmap_lint_new(&lint, &options, NULL);
    build.added = certmap_lint_added;
    build.added_ctx = lint;
    parse.build = &build;
    parse.issuer_file = f_issuer_file;
    if (status == CERTMAP_OK && certmap_rules_parse(&rules, load->text, &parse, NULL) == CERTMAP_OK) {
        load->rules = rules;
        status = certmap_lint_run(lint, rules, report, NULL, NULL);
        load->rules = own;
    }
    F_HOLDS(status == CERTMAP_OK || (status == CERTMAP_ERROR_MEMORY && t_alloc_failed(&memory)));
    certmap_lint_free(lint);
    certmap_rules_free(rules);
    F_HOLDS(memory.live == 0);
    return status;
}

static bool ignore(void *ctx, const struct certmap_lint_report *report) {
    return ctx == NULL && report != NULL;
}

static void forget(void) {
    for (size_t i = 0; i < said.cert_count; i++)
        t_buf_free(&said.certs[i]);
    for (size_t i = 0; i < said.value_count; i++) {
        t_buf_free(&said.values[i].subfield);
        t_buf_free(&said.values[i].text);
    }
    for (size_t i = 0; i < said.fixed_count; i++)
        t_buf_free(&said.fixed[i]);
    memset(&said, 0, sizeof said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct f_load load;
    if (size > MAX_TEXT)
        return 0;
    f_load(&load, cm_view(size > 0 ? data : NULL, size), SIZE_MAX);
    said.load = &load;
    state = (uint32_t)size;
    if (load.status == CERTMAP_OK && analyse(&load, take_report, SIZE_MAX) == CERTMAP_OK) {
        make_certificates();
        check_dead();
        for (size_t i = 0; i < said.fixed_count; i++)
            check_fixed(&said.fixed[i]);
        (void)analyse(&load, ignore, size * 7 % 512);
    }
    forget();
    f_unload(&load);
    return 0;
}
