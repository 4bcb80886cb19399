/* SPDX-License-Identifier: MIT */
/* The vocabulary of IIS files: elements, attributes, and the words of enumerations, each in one table.
 * What the reader accepts, what a message suggests and what the tests go through is the same. */
#ifndef CM_FORMATS_IIS_SCHEMA_H
#define CM_FORMATS_IIS_SCHEMA_H

#include "../kit/diagnostic.h"

#define CM_IIS_SECTION_NAME "iisClientCertificateMappingAuthentication"

/* An element in its place. */
enum cm_iis_element {
    CM_IIS_DOCUMENT = 0, /* above the root */
    CM_IIS_CONFIGURATION,
    CM_IIS_LOCATION,
    CM_IIS_NESTED_LOCATION,
    CM_IIS_WEB_SERVER,
    CM_IIS_SECURITY,
    CM_IIS_AUTHENTICATION,
    CM_IIS_APPLICATION_HOST,
    CM_IIS_SITES,
    CM_IIS_SITE,
    CM_IIS_APPLICATION,
    CM_IIS_BINDINGS, /* from here to the section: what its safety depends on */
    CM_IIS_BINDING,
    CM_IIS_BINDING_CLEAR,
    CM_IIS_GLOBAL_MODULES,
    CM_IIS_GLOBAL_ADD,
    CM_IIS_GLOBAL_REMOVE,
    CM_IIS_GLOBAL_CLEAR,
    CM_IIS_MODULES,
    CM_IIS_MODULE_ADD,
    CM_IIS_MODULE_REMOVE,
    CM_IIS_MODULE_CLEAR,
    CM_IIS_ACCESS, /* from here on in the order of enum cm_iis_switch */
    CM_IIS_ANONYMOUS,
    CM_IIS_BASIC,
    CM_IIS_DIGEST,
    CM_IIS_WINDOWS,
    CM_IIS_DIRECTORY,
    CM_IIS_SECTION, /* from here on nothing unknown is accepted */
    CM_IIS_ENCRYPTED_DATA,
    CM_IIS_MANY,
    CM_IIS_MANY_ADD,
    CM_IIS_MANY_CLEAR,
    CM_IIS_RULES,
    CM_IIS_RULE_ADD,
    CM_IIS_RULE_CLEAR,
    CM_IIS_ONE,
    CM_IIS_ONE_ADD,
    CM_IIS_ONE_CLEAR,
    CM_IIS_ELEMENTS /* how many; also: none of them */
};

/* The deepest way down the table: configuration/location/system.webServer/security/authentication/
 * section/manyToOneMappings/add/rules/add, and the document. */
#define CM_IIS_STACK 11

/* What an attribute means, whichever element it is on. The settings of the section come first. */
enum cm_iis_slot {
    CM_IIS_ENABLED = 0,
    CM_IIS_ONE_ENABLED,
    CM_IIS_MANY_ENABLED,
    CM_IIS_DEFAULT_DOMAIN,
    CM_IIS_LOGON_METHOD,
    CM_IIS_SETTINGS, /* how many settings; no slot is lost */
    CM_IIS_CONFIG_SOURCE = CM_IIS_SETTINGS,
    CM_IIS_PROTECTION,
    CM_IIS_NAME,
    CM_IIS_DESCRIPTION,
    CM_IIS_MODE,
    CM_IIS_USER,
    CM_IIS_PASSWORD,
    CM_IIS_FIELD,
    CM_IIS_SUBFIELD,
    CM_IIS_CRITERIA,
    CM_IIS_CASE,
    CM_IIS_CERTIFICATE,
    CM_IIS_PATH,
    CM_IIS_INHERIT,
    CM_IIS_SSL_FLAGS,
    CM_IIS_PROTOCOL,
    CM_IIS_SLOTS
};

enum cm_iis_type {
    CM_IIS_TEXT = 0,
    CM_IIS_BOOLEAN,
    CM_IIS_METHOD_WORD,
    CM_IIS_MODE_WORD,
    CM_IIS_FIELD_WORD,
    CM_IIS_FLAG_WORDS, /* several words or numbers, with commas between them */
    CM_IIS_NUMBER      /* no words; bits, as a number that is decimal, or hexadecimal with 0x */
};

enum { CM_IIS_MODE_ALLOW = 1, CM_IIS_MODE_DENY = 2, CM_IIS_FIELD_SUBJECT = 1, CM_IIS_FIELD_ISSUER = 2 };

/* The bits of sslFlags: those of <access>, and of them those that matter on a <binding>. */
enum { CM_IIS_SSL = 8, CM_IIS_SSL_NEGOTIATE = 32, CM_IIS_SSL_REQUIRE = 64 };
enum { CM_IIS_NO_HTTP3 = 16, CM_IIS_NO_TLS13 = 32, CM_IIS_IN_HANDSHAKE = 128 };
/* All bits that <access> has, and all that a <binding> has: SNI 1, central certificate store 2, no HTTP/2 4, no OCSP
 * stapling 8, no HTTP/3 16, no TLS 1.3 32, no old TLS 64, and, since Windows Server 2025, a certificate that the
 * handshake asks for 128. */
enum { CM_IIS_ACCESS_BITS = 0x1E8, CM_IIS_BINDING_BITS = 0xFF };

/* <parent><name> is element. */
struct cm_iis_child {
    enum cm_iis_element parent;
    enum cm_iis_element element;
    struct certmap_view name;
};

/* One attribute of one element. */
struct cm_iis_attribute {
    enum cm_iis_element element;
    enum cm_iis_slot slot;
    enum cm_iis_type type;
    unsigned fallback; /* the number where the attribute is absent */
    bool required;
    struct certmap_view name;
};

/* A word of an enumeration, of flags or a boolean, and its number. */
struct cm_iis_word {
    enum cm_iis_type type;
    unsigned number;
    struct certmap_view name;
};

extern const struct cm_iis_child cm_iis_children[];
extern const size_t cm_iis_child_count;
extern const struct cm_iis_attribute cm_iis_attributes[];
extern const size_t cm_iis_attribute_count;
extern const struct cm_iis_word cm_iis_words[];
extern const size_t cm_iis_word_count;

struct cm_iis_value {
    struct certmap_view text; /* expat's memory; data NULL: absent */
    unsigned number;          /* of a word, or of flags together; the fallback where absent or bad */
    bool bad;                 /* not a word of its type */
};

/* The attributes of one element, by slot. */
struct cm_iis_values {
    struct cm_iis_value at[CM_IIS_SLOTS];
    bool broken; /* an error was reported */
};

/* The element that a name is in a parent, or CM_IIS_ELEMENTS. */
enum cm_iis_element cm_iis_child(enum cm_iis_element parent, const char *name);
/* The name of an element in a file. */
const char *cm_iis_element_name(enum cm_iis_element element);
/* Reports an element that is not in the table. */
void cm_iis_report_child(struct cm_kit_diagnostics *diagnostics, enum cm_iis_element parent, const char *name,
                         struct cm_kit_position place);
/* Reads expat's attributes: pairs of name and value, and NULL. In the section and below it reports
 * what is unknown, missing or not a word of its type. Of what the section's safety depends on, it
 * warns of what is not a word of its type; elsewhere it reports nothing. */
void cm_iis_read(struct cm_iis_values *values, struct cm_kit_diagnostics *diagnostics, enum cm_iis_element element,
                 const char *const *attributes, struct cm_kit_position place);

#endif
