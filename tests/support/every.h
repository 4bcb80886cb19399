/* SPDX-License-Identifier: MIT */
/* How many fields there are, and the last piece: for tests that go through all of them. */
#ifndef T_EVERY_H
#define T_EVERY_H

#include "certmap/build.h"

#define T_FIELDS (CERTMAP_FIELD_CHAIN_KEY_SHA256 + 1)
#define T_LAST_PIECE CERTMAP_PIECE_CHAIN_KEY_SHA256

#endif
