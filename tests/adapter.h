/* SPDX-License-Identifier: MIT */
/* What is true of each adapter of a TLS library: it gives the views that certmap_cert_from_der gives, and where it
 * refuses, nothing is left of an earlier answer. */
#ifndef T_ADAPTER_H
#define T_ADAPTER_H

#include "certmap/explain.h"
#include "pages.h"
#include "rules.h"
#include "support/every.h"
#include <stddef.h>

#define T_ALL_PIECES (2u * T_LAST_PIECE - 1)

/* ---- views ---- */

/* The pieces that are views of DER. */
static const struct {
    const char *name;
    enum certmap_piece piece;
    size_t at;
} t_parts[] = {
    {"subject", CERTMAP_PIECE_SUBJECT, offsetof(struct certmap_cert, subject)},
    {"issuer", CERTMAP_PIECE_ISSUER, offsetof(struct certmap_cert, issuer)},
    {"certificate", CERTMAP_PIECE_CERTIFICATE, offsetof(struct certmap_cert, certificate)},
    {"version", CERTMAP_PIECE_VERSION, offsetof(struct certmap_cert, version)},
    {"serial", CERTMAP_PIECE_SERIAL, offsetof(struct certmap_cert, serial)},
    {"validity", CERTMAP_PIECE_VALIDITY, offsetof(struct certmap_cert, validity)},
    {"key", CERTMAP_PIECE_KEY, offsetof(struct certmap_cert, key)},
    {"extensions", CERTMAP_PIECE_EXTENSIONS, offsetof(struct certmap_cert, extensions)},
    {"tbs", CERTMAP_PIECE_TBS, offsetof(struct certmap_cert, tbs)},
};

/* The digests: what each is of, and by which hash. */
static const struct {
    const char *name;
    enum certmap_piece piece;
    size_t at, of;
    enum certmap_hash hash;
    size_t size;
} t_digests[] = {
    {"sha256", CERTMAP_PIECE_SHA256, offsetof(struct certmap_cert, sha256), offsetof(struct certmap_cert, certificate),
     CERTMAP_HASH_SHA256, CERTMAP_SHA256_SIZE},
    {"sha1", CERTMAP_PIECE_SHA1, offsetof(struct certmap_cert, sha1), offsetof(struct certmap_cert, certificate),
     CERTMAP_HASH_SHA1, CERTMAP_SHA1_SIZE},
    {"key_sha256", CERTMAP_PIECE_KEY_SHA256, offsetof(struct certmap_cert, key_sha256),
     offsetof(struct certmap_cert, key), CERTMAP_HASH_SHA256, CERTMAP_SHA256_SIZE},
    {"tbs_sha256", CERTMAP_PIECE_TBS_SHA256, offsetof(struct certmap_cert, tbs_sha256),
     offsetof(struct certmap_cert, tbs), CERTMAP_HASH_SHA256, CERTMAP_SHA256_SIZE},
    {"sha512", CERTMAP_PIECE_SHA512, offsetof(struct certmap_cert, sha512), offsetof(struct certmap_cert, certificate),
     CERTMAP_HASH_SHA512, CERTMAP_SHA512_SIZE},
    {"key_sha512", CERTMAP_PIECE_KEY_SHA512, offsetof(struct certmap_cert, key_sha512),
     offsetof(struct certmap_cert, key), CERTMAP_HASH_SHA512, CERTMAP_SHA512_SIZE},
    {"key_sha1", CERTMAP_PIECE_KEY_SHA1, offsetof(struct certmap_cert, key_sha1), offsetof(struct certmap_cert, key),
     CERTMAP_HASH_SHA1, CERTMAP_SHA1_SIZE},
};

static inline struct certmap_view t_view_at(const struct certmap_cert *cert, size_t offset) {
    return *(const struct certmap_view *)(const void *)((const char *)cert + offset);
}

static inline bool t_equal(struct certmap_view a, struct certmap_view b) {
    return a.len == b.len && a.data != NULL && b.data != NULL && memcmp(a.data, b.data, a.len) == 0;
}

/* Both ways give the same bytes. */
static inline void t_check_parts(const struct certmap_cert *theirs, const struct certmap_cert *ours, const char *row) {
    for (int i = 0; i < COUNT(t_parts); i++)
        ck_assert_msg(t_equal(t_view_at(theirs, t_parts[i].at), t_view_at(ours, t_parts[i].at)), "%s: %s", row,
                      t_parts[i].name);
}

/* The digests are those of the bytes that certmap_cert_from_der gives. */
static inline void t_check_digests(const struct certmap_cert *theirs, const struct certmap_cert *ours,
                                   certmap_hash_fn *hash, const char *row) {
    for (int i = 0; i < COUNT(t_digests); i++) {
        uint8_t room[CERTMAP_SHA512_SIZE];
        ck_assert(hash(NULL, room, t_digests[i].hash, t_view_at(ours, t_digests[i].of)));
        ck_assert_msg(t_equal(t_view_at(theirs, t_digests[i].at), (struct certmap_view){room, t_digests[i].size}),
                      "%s: %s", row, t_digests[i].name);
    }
}

static inline void t_check_field(struct certmap_peer *theirs, struct certmap_peer *ours, enum certmap_field field,
                                 const char *row) {
    const char *name = certmap_field_name(field);
    const size_t count = certmap_peer_value_count(ours, field);
    ck_assert_msg(certmap_peer_field_unknown(theirs, field) == certmap_peer_field_unknown(ours, field), "%s: %s", row,
                  name);
    ck_assert_msg(certmap_peer_value_count(theirs, field) == count, "%s: %s", row, name);
    for (size_t i = 0; i < count; i++) {
        struct certmap_value a = CERTMAP_VALUE_INIT, b = CERTMAP_VALUE_INIT;
        ck_assert_int_eq(certmap_peer_value(theirs, &a, field, i, NULL), CERTMAP_OK);
        ck_assert_int_eq(certmap_peer_value(ours, &b, field, i, NULL), CERTMAP_OK);
        ck_assert_msg(a.unreadable == b.unreadable, "%s: %s", row, name);
        ck_assert_msg(t_equal(a.text, b.text) || (a.text.data == NULL && b.text.data == NULL), "%s: %s", row, name);
    }
}

/* And so do the certificates prepared from them: ours computes the digests that theirs has been given. */
static inline void t_check_prepared(const struct certmap_cert *theirs, struct certmap_cert ours, certmap_hash_fn *hash,
                                    const char *row) {
    struct certmap_peer *a = t_peer_new(), *b = t_peer_new();
    ours.hash = hash;
    ours.time = theirs->time;
    ck_assert_msg(certmap_peer_set(a, theirs, NULL) == certmap_peer_set(b, &ours, NULL), "%s: status", row);
    for (int field = CERTMAP_FIELD_SUBJECT; field < T_FIELDS; field++)
        t_check_field(a, b, (enum certmap_field)field, row);
    certmap_peer_free(a);
    certmap_peer_free(b);
}

/* ---- the certificates that tests/data/certs describes ---- */

#define T_DESCRIBED "tests/data/certs"

static inline void t_described(struct t_buf *der, const char *name) {
    char path[128];
    struct t_buf description = T_BUF_INIT;
    snprintf(path, sizeof path, T_DESCRIBED "/%s", name);
    t_read_file(&description, path);
    t_certs(der, (const char *)t_view(&description).data, false);
    t_buf_free(&description);
}

/* ---- answers ---- */

struct t_expected {
    enum certmap_status status;
    enum certmap_code code; /* of the error, or the reason of the result */
    enum certmap_decision decision;
    const char *account;
};

#define ACCOUNT(name)                                                                                                  \
    { CERTMAP_OK, CERTMAP_CODE_NONE, CERTMAP_ALLOW, name }
#define DENIED                                                                                                         \
    { CERTMAP_OK, CERTMAP_CODE_NONE, CERTMAP_DENY, NULL }
#define UNMATCHED                                                                                                      \
    { CERTMAP_OK, CERTMAP_CODE_NO_MATCH, CERTMAP_NONE, NULL }
#define UNVERIFIED(code)                                                                                               \
    { CERTMAP_ERROR_UNVERIFIED, CERTMAP_CODE_##code, CERTMAP_NONE, NULL }
#define NO_CERTIFICATE UNVERIFIED(NO_CERTIFICATE)
#define NOT_VERIFIED UNVERIFIED(NOT_VERIFIED)
#define UNFINISHED UNVERIFIED(HANDSHAKE_UNFINISHED)
#define MALFORMED                                                                                                      \
    { CERTMAP_ERROR_CERTIFICATE, CERTMAP_CODE_MALFORMED_DER, CERTMAP_NONE, NULL }
#define TOO_LARGE                                                                                                      \
    { CERTMAP_ERROR_LIMIT, CERTMAP_CODE_NAME_TOO_LARGE, CERTMAP_NONE, NULL }

/* A result that holds another answer. */
static inline struct certmap_result t_stale_result(void) {
    struct certmap_result result = CERTMAP_RESULT_INIT;
    result.decision = CERTMAP_ALLOW;
    result.reason = CERTMAP_CODE_STEPS;
    result.kind = CERTMAP_KIND_ONE_TO_ONE;
    result.index = 7;
    result.mapping = result.account = result.domain = result.user = t_text("stale");
    return result;
}

static inline void t_check_none(const struct certmap_result *result, const char *row) {
    ck_assert_msg(result->size == sizeof *result, "%s", row);
    ck_assert_msg(result->decision == CERTMAP_NONE && result->reason == CERTMAP_CODE_NONE, "%s", row);
    ck_assert_msg(result->kind == CERTMAP_KIND_NATIVE && result->index == SIZE_MAX, "%s", row);
    ck_assert_msg(result->mapping.data == NULL && result->account.data == NULL, "%s", row);
    ck_assert_msg(result->domain.data == NULL && result->user.data == NULL, "%s", row);
}

static inline void t_check_answer(const struct certmap_result *result, struct t_expected expected, const char *row) {
    ck_assert_msg(result->decision == expected.decision && result->reason == expected.code,
                  "%s: decision %d, reason %d", row, result->decision, result->reason);
    if (expected.account == NULL) {
        ck_assert_msg(result->account.data == NULL, "%s: an account", row);
        return;
    }
    ck_assert_msg(result->account.data != NULL, "%s: no account", row);
    ck_assert_msg(strcmp((const char *)result->account.data, expected.account) == 0, "%s: account %s", row,
                  (const char *)result->account.data);
}

/* After a call with a result that held another answer, and with a peer that held another certificate, which is
 * freed. */
static inline void t_check_outcome(struct certmap_peer *peer, const struct certmap_rules *rules,
                                   const struct certmap_result *result, const struct certmap_diagnostic *err,
                                   enum certmap_status status, struct t_expected expected, const char *row) {
    struct certmap_result unset = CERTMAP_RESULT_INIT;
    ck_assert_msg(status == expected.status, "%s: status %d: %s", row, status, err->text);
    if (status == CERTMAP_OK) {
        t_check_answer(result, expected, row);
        ck_assert_msg(err->code == CERTMAP_CODE_NONE, "%s: err written", row);
    } else {
        t_check_none(result, row);
        ck_assert_msg(err->status == status && err->code == expected.code, "%s: code %d: %s", row, err->code,
                      err->text);
        ck_assert_msg(err->text[0] != 0, "%s: no text", row);
    }
    ck_assert_msg(certmap_peer_value_count(peer, CERTMAP_FIELD_SUBJECT) == 0, "%s: the peer is not empty", row);
    ck_assert_msg(certmap_match(rules, peer, &unset, NULL) == CERTMAP_ERROR_ARGUMENT, "%s: the peer is set", row);
    certmap_peer_free(peer);
}

#endif
