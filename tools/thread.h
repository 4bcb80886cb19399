/* SPDX-License-Identifier: MIT */
/* Threads, where standard C of every platform has none. One file for each platform. */
#ifndef TOOL_THREAD_H
#define TOOL_THREAD_H

#include <stdbool.h>
#include <stddef.h>

struct tool_thread;
struct tool_lock; /* and a signal that goes with it */

/* How many threads can run at a time; 1 if nobody knows. */
size_t tool_processors(void);

/* Starts a thread; NULL: there can be none more. */
struct tool_thread *tool_thread_start(void (*run)(void *ctx), void *ctx);
/* Waits for its end, and frees it. */
void tool_thread_join(struct tool_thread *thread);

struct tool_lock *tool_lock_new(void);
void tool_lock_free(struct tool_lock *lock);
void tool_lock_take(struct tool_lock *lock);
void tool_lock_give(struct tool_lock *lock);
/* Gives the lock back until somebody signals, or for no reason, and takes it again. */
void tool_lock_wait(struct tool_lock *lock);
/* Wakes all who wait. By who has the lock. */
void tool_lock_signal(struct tool_lock *lock);

#endif
