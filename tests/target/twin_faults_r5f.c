// SPDX-License-Identifier: BSD-3-Clause
/*
 * The twin's fault injection and counters, as an R5F's self-test reaches them (twin/service.h): by
 * an SMC, which a Cortex-R5F has not. On a board it is an undefined instruction, and that is the
 * answer.
 */
#include "arch/probe.h"
#include "tests/target/twin_faults.h"
#include "twin/service.h"

struct answer {
    uint32_t r0, r1, r2, r3;
};

/* What a call that nobody knows would answer, where there is no such instruction. */
static struct answer call(uint32_t function, uint32_t first, uint32_t second, uint32_t third)
{
    register uint32_t r0 __asm__("r0") = function;
    register uint32_t r1 __asm__("r1") = first;
    register uint32_t r2 __asm__("r2") = second;
    register uint32_t r3 __asm__("r3") = third;

    __asm__ volatile("1:\t.inst.w 0xf7f08000\n" /* SMC #0 */
                     "\tb 3f\n"
                     "2:\tmvn r0, #0\n"
                     "3:\n" PROBE_FIXUP(1b, 2b)
                     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
                     :
                     : "memory");
    return (struct answer){r0, r1, r2, r3};
}

bool twin_present(void)
{
    struct answer uid = call(TWIN_SMC_UID, 0, 0, 0);

    return uid.r0 == TWIN_UID_0 && uid.r1 == TWIN_UID_1 && uid.r2 == TWIN_UID_2 &&
           uid.r3 == TWIN_UID_3;
}

bool twin_inject(unsigned fault, uint64_t argument, uint32_t count)
{
    return twin_inject_after(fault, argument, 0, count);
}

bool twin_inject_after(unsigned fault, uint64_t argument, uint32_t spare, uint32_t count)
{
    uint32_t counts = spare << TWIN_R5F_SPARE_SHIFT | count;

    return twin_present() && call(TWIN_SMC_INJECT, fault, (uint32_t)argument, counts).r0 == 0;
}

bool twin_counter(unsigned counter, uint64_t *value)
{
    struct answer answer;

    if (!twin_present())
        return false;
    answer = call(TWIN_SMC_COUNTER, counter, 0, 0);
    *value = answer.r1;
    return answer.r0 == 0;
}
