// SPDX-License-Identifier: BSD-3-Clause
/*
 * What tests/mutation/test has the generator read. A line's comment says the kinds of its mutations
 * in their order; a line without has none. Nothing here is a mutation: (a == b), log_error("x").
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define BOTH(a, b) ((a) && (b))

struct lock {
    int held;
};
unsigned long spin_lock(struct lock *lock);
void spin_unlock(struct lock *lock, unsigned long state);
int mutex_lock(struct lock *lock);
void mutex_unlock(struct lock *lock);
void barrier_complete(void);
int step(int number);
int *allocate(size_t size);
void undo(int *memory);
void log_error(const char *text, ...);

static const int table[2] = {1, 2};
static struct lock first, second;
static int count;

static int add(int number)
{
    unsigned long state = spin_lock(&first); // lock

    count += number;            // assignment
    if (count > 7)              // condition bound constant
        count = 0;              // assignment constant
    spin_unlock(&first, state); /* its mutation is the one of the lock */
    return count & 1;           // bits constant
}

int locks(void)
{
    int error = mutex_lock(&second); // lock

    if (error != 0)     // condition
        return error;   // error
    barrier_complete(); // barrier
    (void)step(4);      // call constant
    mutex_unlock(&second);
    return 0; // constant
}

bool chooses(const int *pointer, int number)
{
    const int *other = &table[1]; // constant

    if (pointer == NULL || !*pointer) // condition condition logic
        return false;                 // return
    log_error("%d", number + 1);
    if (number == 6)
        log_error("six");
    if (step(6) != 0) // constant condition
        log_error("stepped");
    while (BOTH(number < 3, *other))       // condition bound constant
        number++;                          // assignment
    for (int i = 0; i < number; i++)       // constant bound
        *(int *)(unsigned long)other |= i; // assignment bits
    do {
        __asm__ volatile("dsb sy" ::: "memory"); // barrier
    } while (step(number) != 0);                 // condition
    switch (number) {
    case 1:
        return true; // return
    default:
        return number == 2; // condition constant
    }
}

int undoes(void)
{
    int *memory = allocate(16); // constant
    int error;

    if (memory == NULL) // condition
        return -ENOMEM; // error
    error = add(5);     // assignment constant
    if (error != 0) {   // condition
        undo(memory);   // undo
        return error;   // error
    }
    count = count < error ? count : error; // assignment
    return step(error) < 0 ? -EIO : 0;     // bound constant error constant
}
