/* SPDX-License-Identifier: MIT */
/* The limits, each with its reason. What is over one is an error, unless its comment says
 * otherwise; nothing is cut short. */
#ifndef CERTMAP_LIMITS_H
#define CERTMAP_LIMITS_H

/* Largest Name, in bytes of DER. TLS libraries stop at about 100 KiB for a whole chain. */
#define CERTMAP_MAX_NAME_SIZE 1048576
/* Most RDNs in a Name. A real one has about five. */
#define CERTMAP_MAX_RDNS 4096
/* Most AVAs in one RDN. A real one has one or two. */
#define CERTMAP_MAX_AVAS_PER_RDN 256
/* Largest attribute value that is read as text, in bytes of DER contents; a longer one is
 * unreadable. X.520 stops at 64 to 32,768 characters. */
#define CERTMAP_MAX_VALUE_SIZE 65536
/* Largest object identifier, in bytes of DER contents. Turning one into dotted text costs the
 * square of its size. */
#define CERTMAP_MAX_OID_SIZE 1024
/* Largest extensions of a certificate, in bytes of DER, that are read: as large as a Name. */
#define CERTMAP_MAX_EXTENSIONS_SIZE 1048576
/* Most extensions that are read. A real certificate has about ten. */
#define CERTMAP_MAX_EXTENSIONS 4096
/* Most memory one prepared certificate may take, in bytes. */
#define CERTMAP_MAX_PEER_MEMORY 67108864
/* Largest rule file, in bytes: a million mappings of 1,000 bytes each. expat counts to twice that.
 */
#define CERTMAP_MAX_RULES_SIZE 1073741824
/* Most mappings in a rule set: what was measured (docs/performance.md). */
#define CERTMAP_MAX_MAPPINGS 10000000
/* Most bytes of all names, accounts and operands of a rule set together, each of which is kept
 * once: places in it are numbers of 32 bits. With 4 bytes for each mapping and 4 for each
 * condition and group, all in steps of eight, it is as many. */
#define CERTMAP_MAX_RULES_TEXT 4294967294
/* Most conditions in one mapping, and most operands in one condition: what one mapping may cost. */
#define CERTMAP_MAX_CONDITIONS 65536
/* Largest operand, pattern, mapping name or account, in bytes of UTF-8: as large as a value. */
#define CERTMAP_MAX_TEXT_SIZE 65536
/* Largest regular expression, in bytes of UTF-8: what a person can still check. */
#define CERTMAP_MAX_REGEX_SIZE 8192
/* Most characters and classes in a regular expression, where what is repeated counts each time: a
 * match goes through sets of them, and a value of 64 KiB is to end within half of the steps. */
#define CERTMAP_MAX_REGEX_POSITIONS 256
/* Most ranges of characters in a regular expression; the largest alphabets have some dozens. */
#define CERTMAP_MAX_REGEX_RANGES 1024
/* Most RDNs in a pattern over a whole Name, `*` and `**` included: a match keeps a set of them in a
 * word. */
#define CERTMAP_MAX_PATTERN_RDNS 63
/* Most AVAs in one RDN of such a pattern. A real RDN has one or two. */
#define CERTMAP_MAX_PATTERN_AVAS 16
/* Most bytes that the texts built for one answer take together - account, domain, user, groups and
 * attributes -, each with a NUL. A peer holds this much room, so that a match allocates nothing. */
#define CERTMAP_MAX_BUILT_SIZE 16384
/* Most bytes of values that one explanation reports, all together: more than the largest Name
 * has as text, and what a person can still use. */
#define CERTMAP_MAX_REPORTED_SIZE 8388608
/* Most groups, and most attributes, of one mapping and of one answer, with those of `each`. */
#define CERTMAP_MAX_OUTPUTS 64
/* Most accounts in one answer, under CERTMAP_COMBINING_ALL. */
#define CERTMAP_MAX_ACCOUNTS 64
/* Most placeholders in one template, and most filters in one placeholder. */
#define CERTMAP_MAX_PLACEHOLDERS 64
/* Largest serial number that the filter `dec` writes, in octets: twice what RFC 5280 4.1.2.2
 * allows. Turning one into decimal costs the square of its size. */
#define CERTMAP_MAX_DECIMAL_SERIAL 40
/* Most names that the conditions of one mapping give to values: a bit for each. */
#define CERTMAP_MAX_BINDINGS 16
/* Longest such name, in bytes. */
#define CERTMAP_MAX_BINDING_SIZE 64
/* Most CAs in a verified chain, the root included: real chains have two or three, those across
 * bridges eight. Holders of adapters and tickets of TLS have room for the digests of so many. Of a
 * longer one nothing is known. */
#define CERTMAP_MAX_CHAIN 16
/* Most certificates and keys in one list of issuers. */
#define CERTMAP_MAX_ISSUERS 65536
/* Largest number that a `count` condition can ask for: no certificate has ten million values. */
#define CERTMAP_MAX_COUNT 9999999
/* Deepest nesting of parentheses, `not` and builder groups in one mapping; it bounds the stack. A
 * list of issuers with certificates and keys counts as one level, and so does
 * certmap_builder_always: as text they are two conditions in parentheses. */
#define CERTMAP_MAX_NESTING 256
/* Most diagnostics a loader reports; after that many errors it stops reading. */
#define CERTMAP_MAX_DIAGNOSTICS 100
/* Steps of work in one match: so many, and more for each mapping, where struct
 * certmap_build_options has no other number. A condition is a step, and so is each value that it
 * looks at, each comparison of a byte, or of a code point with `?`, in a pattern, every 16 bytes of
 * an exact comparison and of what a `*` passes over, every key that is looked up in the index. A
 * step takes some nanoseconds: a match ends within 20 milliseconds at 10,000 mappings, whatever
 * certificate it is given. When they run out conditions are unknown (CERTMAP_CODE_STEPS): an
 * unknown deny refuses, an unknown allow gives NONE. Building the texts of the answer has as many
 * steps of its own. */
#define CERTMAP_DEFAULT_STEPS 1048576
/* An ordinary certificate takes less where every mapping has to be looked at. */
#define CERTMAP_STEPS_PER_MAPPING 16
/* Most steps that a program can set: about a second. */
#define CERTMAP_MAX_STEPS 67108864

#endif
