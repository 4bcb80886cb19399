/* SPDX-License-Identifier: MIT */
#include "text.h"
#include "thread.h"
#include <process.h>
#include <stdlib.h>
#include <windows.h>

struct tool_thread {
    HANDLE handle;
    void (*run)(void *ctx);
    void *ctx;
};

struct tool_lock {
    SRWLOCK lock;
    CONDITION_VARIABLE signal;
};

size_t tool_processors(void) {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors > 0 ? info.dwNumberOfProcessors : 1;
}

static unsigned __stdcall begin(void *ctx) {
    const struct tool_thread *thread = ctx;
    thread->run(thread->ctx);
    return 0;
}

struct tool_thread *tool_thread_start(void (*run)(void *ctx), void *ctx) {
    struct tool_thread *thread = tool_alloc(sizeof *thread);
    *thread = (struct tool_thread){.run = run, .ctx = ctx};
    thread->handle = (HANDLE)_beginthreadex(NULL, 0, begin, thread, 0, NULL);
    if (thread->handle != NULL)
        return thread;
    free(thread);
    return NULL;
}

void tool_thread_join(struct tool_thread *thread) {
    (void)WaitForSingleObject(thread->handle, INFINITE);
    (void)CloseHandle(thread->handle);
    free(thread);
}

struct tool_lock *tool_lock_new(void) {
    struct tool_lock *lock = tool_alloc(sizeof *lock);
    InitializeSRWLock(&lock->lock);
    InitializeConditionVariable(&lock->signal);
    return lock;
}

void tool_lock_free(struct tool_lock *lock) {
    free(lock);
}

void tool_lock_take(struct tool_lock *lock) {
    AcquireSRWLockExclusive(&lock->lock);
}

void tool_lock_give(struct tool_lock *lock) {
    ReleaseSRWLockExclusive(&lock->lock);
}

void tool_lock_wait(struct tool_lock *lock) {
    (void)SleepConditionVariableSRW(&lock->signal, &lock->lock, INFINITE, 0);
}

void tool_lock_signal(struct tool_lock *lock) {
    WakeAllConditionVariable(&lock->signal);
}
