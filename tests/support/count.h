/* SPDX-License-Identifier: MIT */
#ifndef T_COUNT_H
#define T_COUNT_H

/* The number of entries, as int: what rows of tests are counted in. */
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

#endif
