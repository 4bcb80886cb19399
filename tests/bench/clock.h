/* SPDX-License-Identifier: MIT */
#ifndef B_CLOCK_H
#define B_CLOCK_H

/* Seconds since some moment; it never goes back. */
double b_now(void);

#endif
