/* SPDX-License-Identifier: MIT */
/* Mappings that let in more than a reader thinks:
 *
 *     no-issuer              some way to be true asks for nothing of whoever issued the certificate
 *     serial-without-issuer  the same, and a serial number, which is unique within one issuer
 *     issuer-by-name         anybody can call a CA so; a key is nobody else's
 *     common-name-only       some way asks for a CN, and for no other part of subject and SAN
 *     single-field           the same of another part
 *     weak-mapping           one person's account by what KB5014754 calls weak
 *     allow-by-absence       whoever does not have something is let in
 *
 * Silent: a mapping that refuses; one that asks for nothing of the subject, as for all of a CA. */
#include "advice.h"
#include "placeholder_paths.h"
#include "sample.h"

/* ---- drafts ---- */

/* The way that asks for least. */
struct least {
    const struct cm_lint_model *model;
    unsigned without; /* none of these needs */
    bool single;      /* one path of subject and SAN */
};

static bool is_least(void *ctx, size_t term, size_t condition, bool positive) {
    const struct least *least = ctx;
    const struct cm_lint_needs needs = cm_lint_needs_of_term(least->model, term, condition, positive);
    return (needs.all & least->without) == 0 && (!least->single || needs.ways.none || needs.ways.single);
}

static bool draft_least(struct cm_lint_draft *draft, struct certmap_lint *lint, const struct cm_lint_advised *advised,
                        unsigned without, bool single) {
    struct least least = {&lint->model, without, single};
    return cm_lint_draft_begin(draft, lint) && cm_lint_draft_mapping(draft, advised->index, is_least, &least);
}

static bool has_issuer(const struct cm_lint_draft *draft) {
    for (size_t i = 0; i < draft->count; i++)
        if (draft->values[i].field == CERTMAP_FIELD_ISSUER)
            return true;
    return false;
}

/* The certificate of a stranger: from a CA that nobody asked for. */
static bool draft_stranger(struct cm_lint_draft *draft, struct certmap_lint *lint,
                           const struct cm_lint_advised *advised) {
    const struct cm_lint_path path = {CERTMAP_FIELD_ISSUER, certmap_view_of("CN")};
    if (!draft_least(draft, lint, advised, CM_LINT_NEEDS_ISSUER, false))
        return false;
    if (!has_issuer(draft) && !cm_lint_draft_add(draft, &path, certmap_view_of("Cheap Public CA")))
        return false;
    return cm_lint_draft_is_answered(draft, advised->index, CERTMAP_ALLOW);
}

static struct certmap_lint_report *report(struct certmap_lint *lint, const struct cm_lint_advised *advised,
                                          enum certmap_code code, struct cm_lint_draft *draft, bool shown,
                                          const char *text) {
    struct certmap_lint_report *made =
        cm_lint_report_add(lint, code, shown ? CERTMAP_CERTAINTY_SHOWN : CERTMAP_CERTAINTY_ADVICE, advised->index,
                           cm_lint_mapping_place(lint, advised->index), "%s", text);
    if (shown)
        cm_lint_draft_show(draft, made);
    return made;
}

/* ---- the issuer ---- */

static void advise_issuer(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    const bool serial = (advised->needs.all & CM_LINT_NEEDS_SERIAL) != 0;
    struct cm_lint_draft draft;
    if ((advised->needs.all & CM_LINT_NEEDS_ISSUER) != 0 ||
        !cm_lint_wants(lint, serial ? CERTMAP_CODE_SERIAL_WITHOUT_ISSUER : CERTMAP_CODE_NO_ISSUER))
        return;
    const bool shown = draft_stranger(&draft, lint, advised);
    if (serial)
        cm_lint_report_help(
            lint,
            report(lint, advised, CERTMAP_CODE_SERIAL_WITHOUT_ISSUER, &draft, shown,
                   "any CA can issue a certificate with this serial number, and whoever has it is let in"),
            "add the issuer: and issuer is spki.sha256 \"...\" (certmap show prints it)");
    else
        cm_lint_report_help(lint,
                            report(lint, advised, CERTMAP_CODE_NO_ISSUER, &draft, shown,
                                   "whoever gets such a certificate from any CA that is trusted is let in"),
                            "add the issuer, in each member of an \"or\": and issuer is spki.sha256 \"...\" "
                            "(certmap show prints it)");
}

static void advise_issuer_name(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    const unsigned both = CM_LINT_NEEDS_ISSUER | CM_LINT_NEEDS_ISSUER_KEY;
    if ((advised->needs.all & both) != CM_LINT_NEEDS_ISSUER || !cm_lint_wants(lint, CERTMAP_CODE_ISSUER_BY_NAME))
        return;
    cm_lint_report_help(lint,
                        report(lint, advised, CERTMAP_CODE_ISSUER_BY_NAME, NULL, false,
                               "the issuer is known by its name only: of another CA of that name whatever it issues is "
                               "let in"),
                        "write issuer is spki.sha256 \"...\" (certmap show prints it)");
}

/* ---- the subject ---- */

static void advise_single(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    const struct cm_lint_path *path = cm_lint_path_at(&lint->model, advised->needs.ways.path);
    struct cm_lint_draft draft;
    const unsigned strong = CM_LINT_NEEDS_SERIAL | CM_LINT_NEEDS_DIGEST | CM_LINT_NEEDS_SID | CM_LINT_NEEDS_SKI;
    if (!advised->needs.ways.single || (advised->needs.all & strong) != 0)
        return;
    const bool cn = path->field == CERTMAP_FIELD_SUBJECT && cm_lint_is_named(path->subfield, "CN");
    if (!cn) {
        cm_lint_report_help(lint,
                            report(lint, advised, CERTMAP_CODE_SINGLE_FIELD, NULL, false,
                                   "one field of the certificate is all that is asked for: whoever has it is let in"),
                            "ask for a second field of subject or SAN, as subject.O");
        return;
    }
    if (!cm_lint_wants(lint, CERTMAP_CODE_COMMON_NAME_ONLY))
        return;
    const bool shown =
        draft_least(&draft, lint, advised, 0, true) && cm_lint_draft_is_answered(&draft, advised->index, CERTMAP_ALLOW);
    cm_lint_report_help(lint,
                        report(lint, advised, CERTMAP_CODE_COMMON_NAME_ONLY, &draft, shown,
                               "whatever has this common name is let in: another person of that name, or a device"),
                        "ask for a second field of subject or SAN, as subject.O or san.upn");
}

/* Whether the mapping is about one person: by what it asks for, or by what its account is made of. */
static bool is_personal(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    if (!advised->mapping->is.is_template)
        return (advised->needs.all & CM_LINT_NEEDS_PERSON) != 0;
    const struct cm_lint_placeholders placeholders = cm_lint_placeholders_in(lint, advised->index);
    bool personal = false;
    for (size_t i = 0; i < placeholders.count; i++)
        personal = personal || cm_lint_names_person(&placeholders.paths[i]);
    return personal && !placeholders.unknown;
}

static void advise_weak(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    const unsigned strong = CM_LINT_NEEDS_DIGEST | CM_LINT_NEEDS_SID | CM_LINT_NEEDS_SKI;
    const unsigned serial = CM_LINT_NEEDS_ISSUER | CM_LINT_NEEDS_SERIAL;
    struct cm_lint_draft draft;
    if ((advised->needs.all & strong) != 0 || (advised->needs.all & serial) == serial ||
        !cm_lint_wants(lint, CERTMAP_CODE_WEAK_MAPPING) || !is_personal(lint, advised))
        return;
    const bool shown = draft_least(&draft, lint, advised, 0, false) &&
                       cm_lint_draft_is_answered(&draft, advised->index, CERTMAP_ALLOW);
    cm_lint_report_help(
        lint,
        report(lint, advised, CERTMAP_CODE_WEAK_MAPPING, &draft, shown,
               "another certificate with these names is let in as the same person: KB5014754 calls that a "
               "weak mapping"),
        "ask for ms.sid, for ski, for issuer and serial, or for spki.sha256");
}

/* ---- absence ---- */

/* Mappings before and after that are looked at for whether they take what a negation excludes. */
#define MAX_NEAR 8

/* The first condition that is excluded. */
static size_t first_refused(const struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    for (size_t i = 0; i < advised->mapping->condition_count; i++) {
        const struct cm_lint_condition *condition = cm_lint_condition_at(&lint->model, advised->mapping->condition + i);
        const bool excludes = advised->refused[i] ? condition->operand_count > 0 : condition->op == CERTMAP_OP_ABSENT;
        if (excludes && cm_lint_is_subject(cm_lint_path_at(&lint->model, condition->path)))
            return advised->mapping->condition + i;
    }
    return SIZE_MAX;
}

/* A draft of a mapping with what a condition of another one excludes. */
static bool draft_excluded(struct cm_lint_draft *draft, struct certmap_lint *lint, size_t mapping, size_t condition) {
    const struct cm_lint_condition *made = cm_lint_condition_at(&lint->model, condition);
    const struct cm_lint_path *path = cm_lint_path_at(&lint->model, made->path);
    if (!cm_lint_draft_begin(draft, lint) || !cm_lint_draft_mapping(draft, mapping, NULL, NULL))
        return false;
    if (made->op != CERTMAP_OP_ABSENT)
        return cm_lint_draft_condition(draft, condition);
    return cm_lint_draft_find(draft, path) < draft->count ||
           cm_lint_draft_add(draft, path, cm_lint_any_text(&lint->scratch, path, 0));
}

/* Whether another mapping lets in what this one excludes: then the negation sorts, and refuses nobody. */
static bool is_sorting(struct certmap_lint *lint, const struct cm_lint_advised *advised, size_t condition) {
    const size_t count = lint->model.mappings.count, own = advised->index;
    struct cm_lint_draft draft;
    for (size_t i = own > MAX_NEAR ? own - MAX_NEAR : 0; i < count && i <= own + MAX_NEAR; i++)
        if (i != own && cm_lint_mapping_at(&lint->model, i)->is.decision == CERTMAP_ALLOW &&
            draft_excluded(&draft, lint, i, condition) && cm_lint_draft_is_answered(&draft, i, CERTMAP_ALLOW))
            return true;
    return false;
}

static void advise_absence(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    const struct cm_lint_needs *needs = &advised->needs;
    const size_t condition = first_refused(lint, advised);
    struct cm_lint_draft draft;
    if (needs->asked > 0 || !needs->ways.none || condition == SIZE_MAX ||
        !cm_lint_wants(lint, CERTMAP_CODE_ALLOW_BY_ABSENCE) || is_sorting(lint, advised, condition) ||
        !draft_least(&draft, lint, advised, 0, false) ||
        !cm_lint_draft_is_answered(&draft, advised->index, CERTMAP_ALLOW))
        return;
    cm_lint_report_help(lint,
                        report(lint, advised, CERTMAP_CODE_ALLOW_BY_ABSENCE, &draft, true,
                               "whoever leaves out of the certificate what is excluded here is let in"),
                        "ask for something that those who are meant have, as subject.O, or refuse the others in a "
                        "mapping of its own before this one");
}

void cm_lint_advise_breadth(struct certmap_lint *lint, const struct cm_lint_advised *advised) {
    if (!advised->allows)
        return;
    advise_issuer(lint, advised);
    advise_issuer_name(lint, advised);
    advise_single(lint, advised);
    advise_weak(lint, advised);
    advise_absence(lint, advised);
}
