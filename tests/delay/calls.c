// SPDX-License-Identifier: BSD-3-Clause
/*
 * Points around locks and the masking of interrupts, which are functions, and before accesses of
 * registers (tests/delay/registers.h).
 */
#include "arch/core.h"
#include "arch/spinlock.h"
#include "arch/wait.h"
#include "tests/delay/points.h"

unsigned long __real_spin_lock(struct spinlock *lock);
unsigned long __wrap_spin_lock(struct spinlock *lock);
void __real_spin_unlock(struct spinlock *lock, unsigned long state);
void __wrap_spin_unlock(struct spinlock *lock, unsigned long state);
int __real_mutex_lock(struct mutex *mutex);
int __wrap_mutex_lock(struct mutex *mutex);
void __real_mutex_unlock(struct mutex *mutex);
void __wrap_mutex_unlock(struct mutex *mutex);
unsigned long __real_irq_save(void);
unsigned long __wrap_irq_save(void);
void __real_irq_restore(unsigned long state);
void __wrap_irq_restore(unsigned long state);
void delay_at_register(void);

DELAY_POINT unsigned long __wrap_spin_lock(struct spinlock *lock)
{
    DELAY_PASS(DELAY_LOCK);
    unsigned long state = __real_spin_lock(lock);

    DELAY_PASS(DELAY_LOCK);
    return state;
}

DELAY_POINT void __wrap_spin_unlock(struct spinlock *lock, unsigned long state)
{
    DELAY_PASS(DELAY_LOCK);
    __real_spin_unlock(lock, state);
    DELAY_PASS(DELAY_LOCK);
}

DELAY_POINT int __wrap_mutex_lock(struct mutex *mutex)
{
    DELAY_PASS(DELAY_LOCK);
    int error = __real_mutex_lock(mutex);

    DELAY_PASS(DELAY_LOCK);
    return error;
}

DELAY_POINT void __wrap_mutex_unlock(struct mutex *mutex)
{
    DELAY_PASS(DELAY_LOCK);
    __real_mutex_unlock(mutex);
    DELAY_PASS(DELAY_LOCK);
}

DELAY_POINT unsigned long __wrap_irq_save(void)
{
    DELAY_PASS(DELAY_LOCK);
    unsigned long state = __real_irq_save();

    DELAY_PASS(DELAY_LOCK);
    return state;
}

DELAY_POINT void __wrap_irq_restore(unsigned long state)
{
    DELAY_PASS(DELAY_LOCK);
    __real_irq_restore(state);
    DELAY_PASS(DELAY_LOCK);
}

DELAY_POINT void delay_at_register(void)
{
    DELAY_PASS(DELAY_REGISTER);
}
