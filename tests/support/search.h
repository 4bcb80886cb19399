/* SPDX-License-Identifier: MIT */
/* The searches of a match, held against each other. Knows nothing of Check: fuzz targets use it too. */
#ifndef T_SEARCH_H
#define T_SEARCH_H

#include "der.h"
#include "match/match.h"

/* The seed of indexes that are the same each time. */
#define T_INDEX_SEED 1

struct cm_index;

/* An index of the rules with that seed, apart from their own; NULL: no memory. */
struct cm_index *t_index_build(struct certmap_rules *rules);
/* Gives rules an index, with that seed, if they have so few mappings that they have none; they keep it. False: no memory. */
bool t_index_make(struct certmap_rules *rules);

/* Steps that a search takes for the first mapping that is not false: by definition, or through the index. */
size_t t_search_steps(const struct certmap_rules *rules, struct certmap_peer *peer, bool plain);

/* Appends all that a search says - the plain one, or the one through the index -, as text. */
void t_search_tell(struct t_buf *text, const struct certmap_rules *rules, struct certmap_peer *peer, bool plain);
/* Whether all searches say the same: the plain one, the one through the index, and the one by a plan where there is one;
 * if not, what they say is printed to standard error, and the rules. */
bool t_search_agree(const struct certmap_rules *rules, struct certmap_peer *peer);
/* Whether a search says the same with this peer, which is set to the certificate and had others before, and with a new one;
 * if not, both are printed. */
bool t_search_forgets(const struct certmap_rules *rules, struct certmap_peer *peer, const struct certmap_cert *cert);

#endif
