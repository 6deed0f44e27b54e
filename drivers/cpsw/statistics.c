// SPDX-License-Identifier: BSD-3-Clause
/*
 * The statistics registers, added up in 64 bits (drivers/cpsw/cpsw.h). They go round after 2^32, as
 * one that counts bytes may after 34 s; so somebody looks at those more often than that.
 */
#include "arch/mmio.h"
#include "drivers/cpsw/cpsw_registers.h"
#include "drivers/cpsw/internal.h"

#include <errno.h>
#include <stddef.h>

static const char *const names[CPSW_STATISTICS] = {
#define CPSW_STATISTIC(number, symbol, name) [number] = #name,
    CPSW_STATISTIC_LIST
#undef CPSW_STATISTIC
};

const char *cpsw_statistic_name(unsigned number)
{
    return number < CPSW_STATISTICS ? names[number] : NULL;
}

static void add_up(struct cpsw *cpsw, unsigned port, unsigned number)
{
    const uintptr_t registers = cpsw->facts->base + CPSW_STATISTICS_OFFSET +
                                port * sizeof(struct cpsw_statistics_registers);
    uint64_t *const sum = &cpsw->statistics[port].values[number];

    *sum += mmio_read32(registers + number * sizeof(uint32_t)) - (uint32_t)*sum;
}

/* While no port counts, what is written is what they become. */
void cpsw_statistics_start(struct cpsw *cpsw)
{
    struct cpsw_switch_registers *const registers =
        (struct cpsw_switch_registers *)(cpsw->facts->base + CPSW_SWITCH_OFFSET);

    mmio_write32((uintptr_t)&registers->stat_port_en, 0);
    for (unsigned port = 0; port < CPSW_PORTS; port++)
        for (unsigned i = 0; i < CPSW_STATISTICS; i++)
            if (names[i] != NULL)
                mmio_write32(cpsw->facts->base + CPSW_STATISTICS_OFFSET +
                                 port * sizeof(struct cpsw_statistics_registers) +
                                 i * sizeof(uint32_t),
                             0);
    mmio_write32((uintptr_t)&registers->stat_port_en, 1u << CPSW_PORT_HOST | 1u << CPSW_PORT_MAC);
}

void cpsw_statistics_look(struct cpsw *cpsw)
{
    static const uint8_t bytes[] = {CPSW_RX_OCTETS, CPSW_TX_OCTETS, CPSW_NET_OCTETS,
                                    CPSW_TX_PRIORITY0_BYTES};

    for (unsigned port = 0; port < CPSW_PORTS; port++)
        for (unsigned i = 0; i < sizeof(bytes); i++)
            add_up(cpsw, port, bytes[i]);
}

int cpsw_get_statistics(struct cpsw *cpsw, enum cpsw_port port, struct cpsw_statistics *statistics)
{
    int error;

    if (cpsw == NULL || statistics == NULL || port >= CPSW_PORTS)
        return -EINVAL;
    error = cpsw_lock(cpsw);
    if (error != 0)
        return error;
    for (unsigned i = 0; i < CPSW_STATISTICS; i++)
        if (names[i] != NULL)
            add_up(cpsw, port, i);
    *statistics = cpsw->statistics[port];
    mutex_unlock(&cpsw->mutex);
    return 0;
}
