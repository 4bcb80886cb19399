/* SPDX-License-Identifier: MIT */
/* How busy the machine is with other work: what a time says, and what not. */
#ifndef B_MACHINE_H
#define B_MACHINE_H

#include <stdbool.h>

struct b_machine {
    double load;   /* average of the last minute, of processes that run or wait to */
    double ticks;  /* of all processors, whatever they did, since the start */
    double stolen; /* of these, what the host gave to other machines */
};

/* Reads the first lines of /proc/loadavg and /proc/stat; false: they are not as Linux writes them. */
bool b_machine_parse(struct b_machine *machine, const char *loadavg, const char *stat);
/* Now; false: the system does not say. */
bool b_machine_now(struct b_machine *machine);
/* The part of the ticks between two moments that was stolen, in percent. */
double b_machine_stolen(const struct b_machine *before, const struct b_machine *after);

#endif
