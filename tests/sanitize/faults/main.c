// SPDX-License-Identifier: BSD-3-Clause
/*
 * An application that commits the fault that its boot argument names, for tests/system/sanitized:
 * each must be told with its file and line, which is that of the comment that names the fault.
 *
 * Without a check a fault does nothing that is seen, and main() returns 0.
 */
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct pair {
    uint32_t first, second;
};

/* What the compiler must not know. */
static volatile size_t one = 1, thirteen = 13, sixty_four = 64;
static volatile int largest = INT_MAX;
static volatile uintptr_t sink;
static struct pair *volatile nobody = NULL;
static uint8_t numbers[13], neighbours[13];
static uint64_t words[2];

static void heap_overflow(void)
{
    uint8_t *volatile block = malloc(thirteen);

    block[thirteen] = 1; /* fault: heap-overflow */
    sink = block[one];
    free(block);
}

static void heap_underflow(void)
{
    uint8_t *volatile block = malloc(thirteen);

    sink = *(block - one); /* fault: heap-underflow */
    free(block);
}

static void heap_copy(void)
{
    uint8_t *volatile block = malloc(thirteen);

    memset(block, 0, thirteen + one); /* fault: heap-copy */
    sink = block[one];
    free(block);
}

static void use_after_free(void)
{
    struct pair *pair = malloc(sizeof(*pair));
    struct pair *volatile kept = pair;

    free(pair);
    sink = kept->second; /* fault: use-after-free */
}

static void double_free(void)
{
    void *volatile block = malloc(thirteen);

    free(block);
    free(block); /* fault: double-free */
}

static void wild_free(void)
{
    uint8_t *volatile block = malloc(thirteen * 16);

    free(block + 16); /* fault: wild-free */
}

static void stack_overflow(void)
{
    uint8_t local[13];
    uint8_t *volatile start = local;

    memset(local, 0, sizeof(local));
    start[thirteen] = 1; /* fault: stack-overflow */
    sink = local[one];
}

static void stack_scope(void)
{
    uint8_t *volatile kept = NULL;

    for (size_t i = 0; i < one; i++) {
        uint8_t local[13] = {(uint8_t)i};

        kept = local;
        sink = kept[0];
    }
    sink = *kept; /* fault: stack-scope */
}

static void global_overflow(void)
{
    uint8_t *volatile start = numbers;

    start[thirteen] = neighbours[one]; /* fault: global-overflow */
}

static void index_outside(void)
{
    numbers[thirteen] = neighbours[one]; /* fault: index */
}

static void shift(void)
{
    sink = UINT64_C(1) << sixty_four; /* fault: shift */
}

static void overflow(void)
{
    largest = largest + (int)one; /* fault: overflow */
}

static void misaligned(void)
{
    uint64_t *volatile word = (uint64_t *)((uintptr_t)words + one);

    sink = *word; /* fault: misaligned */
}

static void null_member(void)
{
    sink = nobody->second; /* fault: null-member */
}

static void bad_bool(void)
{
    volatile uint8_t three = 3;
    bool *volatile flag = (bool *)&three;

    sink = *flag; /* fault: bool */
}

static void unreachable(void)
{
    if (one == 1)
        __builtin_unreachable(); /* fault: unreachable */
}

static const struct fault {
    const char *name;
    void (*commit)(void);
} faults[] = {
    {"heap-overflow", heap_overflow},
    {"heap-underflow", heap_underflow},
    {"heap-copy", heap_copy},
    {"use-after-free", use_after_free},
    {"double-free", double_free},
    {"wild-free", wild_free},
    {"stack-overflow", stack_overflow},
    {"stack-scope", stack_scope},
    {"global-overflow", global_overflow},
    {"index", index_outside},
    {"shift", shift},
    {"overflow", overflow},
    {"misaligned", misaligned},
    {"null-member", null_member},
    {"bool", bad_bool},
    {"unreachable", unreachable},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < COUNT(faults); i++)
        if (argc > 1 && strcmp(argv[1], faults[i].name) == 0) {
            faults[i].commit();
            printf("%s: not noticed\n", faults[i].name);
            return 0;
        }
    return 0;
}
