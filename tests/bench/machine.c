/* SPDX-License-Identifier: MIT */
#include "machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order of proc(5): user, nice, system, idle, iowait, irq, softirq, steal; guests are in the first two. */
enum { STEAL = 7, COLUMNS = 8 };

static bool take_number(const char **at, double *number) {
    char *end;
    *number = strtod(*at, &end);
    const bool taken = end != *at && *number >= 0;
    *at = end;
    return taken;
}

bool b_machine_parse(struct b_machine *machine, const char *loadavg, const char *stat) {
    double ticks;
    *machine = (struct b_machine){0, 0, 0};
    if (!take_number(&loadavg, &machine->load) || strncmp(stat, "cpu ", 4) != 0)
        return false;
    stat += 4;
    for (int i = 0; i < COLUMNS; i++) {
        if (!take_number(&stat, &ticks))
            return false;
        machine->ticks += ticks;
        machine->stolen += i == STEAL ? ticks : 0;
    }
    return true;
}

static bool read_line(const char *path, char line[512]) {
    FILE *file = fopen(path, "r");
    const bool done = file != NULL && fgets(line, 512, file) != NULL;
    if (file != NULL)
        fclose(file);
    return done;
}

bool b_machine_now(struct b_machine *machine) {
    char loadavg[512], stat[512];
    return read_line("/proc/loadavg", loadavg) && read_line("/proc/stat", stat) &&
           b_machine_parse(machine, loadavg, stat);
}

double b_machine_stolen(const struct b_machine *before, const struct b_machine *after) {
    const double ticks = after->ticks - before->ticks;
    return ticks > 0 ? (after->stolen - before->stolen) / ticks * 100 : 0;
}
