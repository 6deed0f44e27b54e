// SPDX-License-Identifier: BSD-3-Clause
/*
 * A small program whose lines and branches have a known fate, which the comments tell and
 * tests/coverage/test reads. It is built for the host and for the target, and run on both.
 */
#ifdef HOST
#define ON_THE_HOST   1
#define ON_THE_TARGET 0
#else
#define ON_THE_HOST   0
#define ON_THE_TARGET 1
#endif

#define APART __attribute__((noipa))

static volatile int sink;
static volatile int host = ON_THE_HOST;
static volatile int target = ON_THE_TARGET;

int dropped(int number);

static inline int inlined(int number)
{
    if (number > 2)    /* branches host 2/2 target 2/2 */
        sink = number; /* ran host target */
    return sink;
}

static APART void called(void)
{
    sink = inlined(1); /* ran host target */
    sink = inlined(3); /* ran host target */
}

static APART void inlines(int number)
{
    sink = inlined(number); /* ran host target */
    sink = 5;               /* ran host target */
}

static inline void store(int number)
{
    sink = number; /* ran host target */
}

/* Nothing is left of the call but what is inlined there. */
static APART void stores(void)
{
    store(6); /* ran host target */
}

static APART void never_called(void)
{
    sink = 7; /* ran */
}

/* The linker drops it: nobody calls it. */
int dropped(int number)
{
    if (number != 0)   /* branches host 0/2 target 0/2 */
        sink = number; /* ran */
    return 3;          /* ran */
}

static APART void on_the_host(void)
{
    sink = 8; /* ran host */
}

static APART void on_the_target(void)
{
    sink = 9; /* ran target */
}

static APART void one_way(int number)
{
    if (number == 4) /* branches host 1/2 target 1/2 */
        sink = 10;   /* ran host target */
    sink = 11;       /* ran host target */
}

static APART void both_ways(int number)
{
    if (number == 4) /* branches host 2/2 target 2/2 */
        sink = 12;   /* ran host target */
    sink = 13;       /* ran host target */
}

static APART void one_way_on_the_host(int number)
{
    if (number == 4) /* branches host 1/2 target 2/2 */
        sink = 14;   /* ran target */
    sink = 15;       /* ran host target */
}

static APART void loop(int number)
{
    for (int i = 0; i < number; i++) /* ran host target */
        sink = i;                    /* ran host target */
}

/* The product is the same in each round: the compiler makes it before the first. */
static APART void moves_up(int rounds, int number)
{
    while (rounds-- > 0) {
        if (sink == 400)
            sink = number * 77; /* ran */
        sink = 16;              /* ran host target */
    }
}

int main(void)
{
    called();
    inlines(1);
    inlines(3);
    one_way(4);
    both_ways(3);
    both_ways(4);
    loop(3);
    stores();
    moves_up(2, 3);
    one_way_on_the_host(3);
    if (host != 0)     /* branches host 1/2 target 1/2 */
        on_the_host(); /* ran host */
    if (target != 0) { /* branches host 1/2 target 1/2 */
        one_way_on_the_host(4);
        on_the_target(); /* ran target */
    }
    if (host == target) /* branches host 1/2 target 1/2 */
        never_called(); /* ran */
    return 0;
}

#ifndef HOST
__asm__(".section .text.start, \"ax\"\n"
        ".global _start\n"
        "_start:\n"
        "    ldr x0, =stack_end\n"
        "    mov sp, x0\n"
        "    bl main\n"
        "    ldr x0, =0x84000008\n" /* PSCI SYSTEM_OFF */
        "    hvc #0\n"
        "    b .\n"
        "    .ltorg\n"
        ".bss\n"
        ".align 4\n"
        ".skip 4096\n"
        "stack_end:\n");
#endif
