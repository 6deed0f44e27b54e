// SPDX-License-Identifier: BSD-3-Clause
/*
 * The instruction of an access that the core reports without a syndrome (ISS.ISV = 0); U-Boot's
 * secure-proxy driver has one, which compilers make of a loop over device memory.
 */
#include "twin/monitor/caches.h"
#include "twin/monitor/mmio.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/sysreg.h"

#define PAR_FAILED       0x1ull
#define PAR_ADDRESS(par) ((par)&0xfffffffff000ull)
#define PAGE_OFFSET      0xfffull

bool syndrome_fetch(uint64_t pc, uint32_t *instruction)
{
    uint64_t guests = read_sysreg(par_el1), translated, address;

    if (read_sysreg(spsr_el2) & SPSR_AARCH32)
        return false;        /* nor is there a decoder for its instructions */
    if (caches_bypassed()) { /* by stage 2 the core may execute there, not read */
        if (!guest_memory(pc, sizeof(*instruction)))
            return false;
        *instruction = *(const uint32_t *)memory_at(caches_shadow(pc));
        return true;
    }
    translate_for_guest(pc);
    synchronise_context(); /* PAR_EL1 holds the result */
    translated = read_sysreg(par_el1);
    write_sysreg(par_el1, guests);
    address = PAR_ADDRESS(translated) | (pc & PAGE_OFFSET);
    if ((translated & PAR_FAILED) || !guest_memory(address, sizeof(*instruction)))
        return false;
    *instruction = *(const uint32_t *)memory_at(address);
    return true;
}
