// SPDX-License-Identifier: BSD-3-Clause
/*
 * Barriers on the host: the same names as the target's, as the C11 memory model has them. The
 * device models run under one lock, so a fence is more than they need.
 */
#ifndef TESTS_HOST_ARCH_BARRIER_H
#define TESTS_HOST_ARCH_BARRIER_H

static inline void barrier_before_doorbell(void)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void barrier_after_status(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static inline void barrier_cores(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void barrier_before_sgi(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void barrier_complete(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void barrier_context(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
