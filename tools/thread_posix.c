/* SPDX-License-Identifier: MIT */
#include "text.h"
#include "thread.h"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct tool_thread {
    pthread_t id;
    void (*run)(void *ctx);
    void *ctx;
};

struct tool_lock {
    pthread_mutex_t mutex;
    pthread_cond_t signal;
};

/* POSIX has no name for it before 2024, every system here has. */
size_t tool_processors(void) {
#ifdef _SC_NPROCESSORS_ONLN
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (size_t)count : 1;
#else
    return 1;
#endif
}

static void *begin(void *ctx) {
    const struct tool_thread *thread = ctx;
    thread->run(thread->ctx);
    return NULL;
}

struct tool_thread *tool_thread_start(void (*run)(void *ctx), void *ctx) {
    struct tool_thread *thread = tool_alloc(sizeof *thread);
    *thread = (struct tool_thread){.run = run, .ctx = ctx};
    if (pthread_create(&thread->id, NULL, begin, thread) == 0)
        return thread;
    free(thread);
    return NULL;
}

void tool_thread_join(struct tool_thread *thread) {
    (void)pthread_join(thread->id, NULL);
    free(thread);
}

struct tool_lock *tool_lock_new(void) {
    struct tool_lock *lock = tool_alloc(sizeof *lock);
    if (pthread_mutex_init(&lock->mutex, NULL) != 0 || pthread_cond_init(&lock->signal, NULL) != 0)
        tool_no_memory();
    return lock;
}

void tool_lock_free(struct tool_lock *lock) {
    (void)pthread_cond_destroy(&lock->signal);
    (void)pthread_mutex_destroy(&lock->mutex);
    free(lock);
}

void tool_lock_take(struct tool_lock *lock) {
    (void)pthread_mutex_lock(&lock->mutex);
}

void tool_lock_give(struct tool_lock *lock) {
    (void)pthread_mutex_unlock(&lock->mutex);
}

void tool_lock_wait(struct tool_lock *lock) {
    (void)pthread_cond_wait(&lock->signal, &lock->mutex);
}

void tool_lock_signal(struct tool_lock *lock) {
    (void)pthread_cond_broadcast(&lock->signal);
}
