/* SPDX-License-Identifier: MIT */
/* Templates and the values in their placeholders: a text that was built is one of its language, has the structure that any
 * other value gives it, and holds the value. The input is
 *
 *     L template 00 value
 *
 * where L is `0` to `5`, a language, and the value that of subject.CN, a UTF8String. A template that does not load
 * is replaced by one that does. */
#include "certmap/explain.h"
#include "dn.h"
#include "support/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    enum certmap_language language;
    struct certmap_view text;
    struct certmap_view value;
};

static const struct certmap_view placeholder = CM_VIEW_OF("${subject.CN}");

/* By language: what is before and after the placeholder in the templates of which the value has to come back. */
static const struct {
    struct certmap_view before, behind;
} plain_templates[] = {
    [CERTMAP_LANGUAGE_PLAIN] = {CM_VIEW_OF("CONTOSO\\"), CM_VIEW_OF("")},
    [CERTMAP_LANGUAGE_LDAP_FILTER] = {CM_VIEW_OF("(&(objectClass=person)(cn="), CM_VIEW_OF("))")},
    [CERTMAP_LANGUAGE_DN] = {CM_VIEW_OF("CN="), CM_VIEW_OF(",O=Contoso")},
    [CERTMAP_LANGUAGE_URL] = {CM_VIEW_OF("https://h/a/"), CM_VIEW_OF("/b?c=d#e")},
    [CERTMAP_LANGUAGE_POSIX_USER] = {CM_VIEW_OF("u"), CM_VIEW_OF("")},
    [CERTMAP_LANGUAGE_PRINCIPAL] = {CM_VIEW_OF("user/"), CM_VIEW_OF("@REALM")},
};

static struct input split(const uint8_t *data, size_t size) {
    struct input input = {CERTMAP_LANGUAGE_PLAIN, CM_VIEW(""), CM_VIEW("")};
    const uint8_t *end = size > 1 ? memchr(data + 1, 0, size - 1) : NULL;
    if (size == 0)
        return input;
    const size_t len = end == NULL ? size - 1 : (size_t)(end - data) - 1;
    input.language = (enum certmap_language)((data[0] - '0') & 0xFF) % 6;
    input.text = cm_view(data + 1, len);
    if (end != NULL)
        input.value = cm_view(end + 1, size - len - 2);
    return input;
}

/* ---- peers ---- */

/* Sets a peer to the subject CN=value; der has to stay. */
static void set_peer(struct certmap_peer *peer, struct t_buf *der, struct certmap_view value) {
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    t_buf_clear(der);
    const size_t name = t_begin(der), rdn = t_begin(der), ava = t_begin(der);
    t_tlv(der, 0x06, "\x55\x04\x03", 3);
    t_tlv(der, 0x0C, value.data, value.len);
    t_end(der, ava, 0x30, 0);
    t_end(der, rdn, 0x31, 0);
    t_end(der, name, 0x30, 0);
    cert.subject = cert.issuer = t_view(der);
    F_HOLDS(certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK);
}

/* The first value of a peer's subject in NFC; data NULL: unreadable. */
static struct certmap_view first_value(struct certmap_peer *peer) {
    struct certmap_value value = CERTMAP_VALUE_INIT;
    F_HOLDS(certmap_peer_value(peer, &value, CERTMAP_FIELD_SUBJECT, 0, NULL) == CERTMAP_OK);
    return value.text;
}

/* ---- rules ---- */

/* A mapping for everyone that gives the text as its account; NULL if it is refused. fail_at: the allocation that
 * fails. */
static struct certmap_rules *make_rules(struct certmap_view text, bool is_template, enum certmap_language language,
                                        size_t fail_at) {
    struct t_alloc memory = T_ALLOC_INIT;
    const struct certmap_allocator allocator = t_alloc_allocator(&memory);
    struct certmap_mapping mapping = CERTMAP_MAPPING_INIT;
    struct certmap_diagnostic error = {.status = CERTMAP_OK};
    struct certmap_builder *builder = NULL;
    struct certmap_rules *rules = NULL;
    const bool fails = fail_at != SIZE_MAX;
    F_HOLDS(certmap_builder_new(&builder, fails ? &allocator : NULL, NULL) == CERTMAP_OK);
    mapping.decision = CERTMAP_ALLOW;
    mapping.name = CM_VIEW("m");
    mapping.account = text;
    mapping.is_template = is_template;
    mapping.language = language;
    t_alloc_fail_at(&memory, fail_at);
    const enum certmap_status status = certmap_builder_mapping(builder, &mapping, &error);
    F_HOLDS(status == CERTMAP_OK || status == CERTMAP_ERROR_SYNTAX || status == CERTMAP_ERROR_LIMIT ||
            t_alloc_failed(&memory));
    F_HOLDS(status == CERTMAP_OK || (error.line == 0 && error.offset <= text.len &&
                                     error.length <= text.len - error.offset && error.text[0] != 0));
    f_check_safe(cm_view(error.text, strlen(error.text)));
    certmap_builder_always(builder, NULL);
    F_HOLDS((certmap_builder_finish(builder, &rules, NULL) == CERTMAP_OK) == (rules != NULL));
    certmap_builder_free(builder);
    if (!fails)
        return rules;
    certmap_rules_free(rules);
    F_HOLDS(memory.live == 0);
    return NULL;
}

/* ---- structure ---- */

/* What of a text is structure, not value: parentheses of a filter; separators of a DN that are not escaped; reserved
 * characters of a URL; the domain of an account. */
static void find_structure(struct t_buf *structure, struct certmap_view text, enum certmap_language language) {
    static const char *const sets[] = {
        [CERTMAP_LANGUAGE_PLAIN] = "\\",    [CERTMAP_LANGUAGE_LDAP_FILTER] = "()",
        [CERTMAP_LANGUAGE_DN] = ",+",       [CERTMAP_LANGUAGE_URL] = ":/?#[]@!$&'()*+,;=",
        [CERTMAP_LANGUAGE_POSIX_USER] = "", [CERTMAP_LANGUAGE_PRINCIPAL] = "",
    };
    for (size_t i = 0; i < text.len; i++)
        if (language == CERTMAP_LANGUAGE_DN && text.data[i] == '\\')
            i++;
        else if (strchr(sets[language], text.data[i]) != NULL)
            t_bytes(structure, text.data + i, 1);
}

static void check_same_structure(struct certmap_view a, struct certmap_view b, enum certmap_language language) {
    struct t_buf first = T_BUF_INIT, second = T_BUF_INIT;
    find_structure(&first, a, language);
    find_structure(&second, b, language);
    F_HOLDS(cm_view_equal(t_view(&first), t_view(&second)));
    t_buf_free(&first);
    t_buf_free(&second);
}

/* ---- a match ---- */

/* Copies the account to built; false if it was refused. */
static bool expand(struct t_buf *built, const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    F_HOLDS(certmap_match(rules, peer, &result, NULL) == CERTMAP_OK);
    F_HOLDS((result.decision == CERTMAP_ALLOW) == (result.reason == CERTMAP_CODE_NONE));
    F_HOLDS((result.decision == CERTMAP_DENY) == (result.reason >= CERTMAP_CODE_PLACEHOLDER_NO_VALUE &&
                                                  result.reason <= CERTMAP_CODE_PLACEHOLDER_USER_NAME));
    F_HOLDS((result.account.data != NULL) == (result.decision == CERTMAP_ALLOW));
    t_buf_clear(built);
    if (result.account.data == NULL)
        return false;
    F_HOLDS(result.account.data[result.account.len] == 0 && result.user.data[result.user.len] == 0);
    F_HOLDS(result.principals == 0 || (result.domain.data == NULL && result.user.len == result.account.len));
    F_HOLDS(result.user.len > 0 && (result.domain.data == NULL || result.domain.len > 0));
    F_HOLDS(result.domain.data == NULL || result.domain.len + 1 + result.user.len == result.account.len);
    f_check_safe(result.account);
    t_bytes(built, result.account.data, result.account.len);
    return true;
}

/* What was built is a text of its language, and has the structure that the value x gives. */
static void check_template(const struct input *input, const struct certmap_rules *rules, struct certmap_peer *peer) {
    struct t_buf der = T_BUF_INIT, built = T_BUF_INIT, other = T_BUF_INIT;
    set_peer(peer, &der, input->value);
    if (expand(&built, rules, peer)) {
        struct certmap_rules *again = make_rules(t_view(&built), false, input->language, SIZE_MAX);
        F_HOLDS(again != NULL || input->language == CERTMAP_LANGUAGE_PLAIN);
        certmap_rules_free(again);
        set_peer(peer, &der, CM_VIEW("x"));
        if (expand(&other, rules, peer))
            check_same_structure(t_view(&built), t_view(&other), input->language);
    }
    t_buf_free(&der);
    t_buf_free(&built);
    t_buf_free(&other);
}

/* ---- the value comes back ---- */

static uint8_t hex_pair(const uint8_t *at) {
    return (uint8_t)(cm_hex_value(at[0]) << 4 | cm_hex_value(at[1]));
}

/* Resolves escapes: of a filter \HH, of a URL %HH. */
static void decode(struct t_buf *value, struct certmap_view text, uint8_t escape) {
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (byte == escape) {
            F_HOLDS(text.len - i > 2);
            byte = hex_pair(text.data + i + 1);
            i += 2;
        }
        t_bytes(value, &byte, 1);
    }
}

/* The CN of a Name as text, which has an O besides. */
static void decode_name(struct t_buf *value, struct certmap_view text) {
    struct certmap_peer *peer = NULL;
    struct certmap_cert cert = CERTMAP_CERT_INIT;
    struct certmap_value one = CERTMAP_VALUE_INIT;
    struct t_buf der = T_BUF_INIT;
    enum certmap_status status;
    F_HOLDS(f_parse(&der, text, &status));
    F_HOLDS(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    cert.subject = cert.issuer = t_view(&der);
    F_HOLDS(certmap_peer_set(peer, &cert, NULL) == CERTMAP_OK);
    F_HOLDS(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT) == 2);
    F_HOLDS(certmap_peer_value(peer, &one, CERTMAP_FIELD_SUBJECT, 1, NULL) == CERTMAP_OK);
    F_HOLDS(one.text.data != NULL);
    t_bytes(value, one.text.data, one.text.len);
    certmap_peer_free(peer);
    t_buf_free(&der);
}

static void check_value(const struct input *input, struct certmap_peer *peer) {
    const enum certmap_language language = input->language;
    const struct certmap_view before = plain_templates[language].before, behind = plain_templates[language].behind;
    struct t_buf text = T_BUF_INIT, der = T_BUF_INIT, built = T_BUF_INIT, value = T_BUF_INIT;
    t_bytes(&text, before.data, before.len);
    t_bytes(&text, "\\", language == CERTMAP_LANGUAGE_PLAIN); /* as rules have it */
    t_bytes(&text, placeholder.data, placeholder.len);
    t_bytes(&text, behind.data, behind.len);
    struct certmap_rules *rules = make_rules(t_view(&text), true, language, SIZE_MAX);
    F_HOLDS(rules != NULL);
    set_peer(peer, &der, input->value);
    if (expand(&built, rules, peer)) {
        const struct certmap_view all = t_view(&built);
        F_HOLDS(all.len > before.len + behind.len && memcmp(all.data, before.data, before.len) == 0);
        F_HOLDS(memcmp(all.data + all.len - behind.len, behind.data, behind.len) == 0);
        const struct certmap_view middle = cm_view(all.data + before.len, all.len - before.len - behind.len);
        if (language == CERTMAP_LANGUAGE_DN)
            decode_name(&value, all);
        else if (language == CERTMAP_LANGUAGE_PRINCIPAL || language == CERTMAP_LANGUAGE_PLAIN)
            t_bytes(&value, middle.data, middle.len);
        else
            decode(&value, middle, language == CERTMAP_LANGUAGE_URL ? '%' : '\\');
        F_HOLDS(cm_view_equal(t_view(&value), first_value(peer)));
        if (language == CERTMAP_LANGUAGE_PRINCIPAL) /* nor another realm, nor another instance */
            F_HOLDS(memchr(middle.data, '@', middle.len) == NULL && memchr(middle.data, '/', middle.len) == NULL);
    }
    certmap_rules_free(rules);
    t_buf_free(&text);
    t_buf_free(&der);
    t_buf_free(&built);
    t_buf_free(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct input input = split(data, size);
    struct certmap_peer *peer = NULL;
    F_HOLDS(certmap_peer_new(&peer, NULL, NULL) == CERTMAP_OK);
    struct certmap_rules *rules = make_rules(input.text, true, input.language, SIZE_MAX);
    if (rules != NULL)
        check_template(&input, rules, peer);
    certmap_rules_free(rules);
    make_rules(input.text, true, input.language, size % 8);
    check_value(&input, peer);
    certmap_peer_free(peer);
    return 0;
}
