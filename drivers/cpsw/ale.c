// SPDX-License-Identifier: BSD-3-Clause
/*
 * The address lookup engine (drivers/cpsw/ale.h).
 */
#include "drivers/cpsw/ale.h"

#include "arch/mmio.h"
#include "drivers/cpsw/ale_registers.h"

#include <errno.h>
#include <string.h>

#define HOST_PORT             0u
#define MAC_PORT              1u
#define AGING_SECONDS         30u
#define HZ_PER_UNIT           1000000u /* of the aging's prescaler */

#define FLOW_OF_NO_CLASSIFIER 0u

static struct ale_registers *registers(const struct cpsw_ale *ale)
{
    return (struct ale_registers *)ale->base;
}

static void write(uint32_t *where, uint32_t value)
{
    mmio_write32((uintptr_t)where, value);
}

/* ---- the table ---- */

static void store(const struct cpsw_ale *ale, unsigned number)
{
    struct ale_registers *const ale_registers = registers(ale);
    const struct ale_entry *entry = &ale->table[number].entry;

    for (unsigned i = 0; i < 3; i++)
        write(&ale_registers->tblw[i], entry->words[2u - i]);
    write(&ale_registers->tblctl, ALE_TBLCTL_WRITE | number);
}

int cpsw_ale_find(const struct cpsw_ale *ale, const struct ale_entry *entry)
{
    for (unsigned i = 0; i < CPSW_ALE_ENTRIES; i++)
        if (cpsw_ale_same(&ale->table[i].entry, entry))
            return (int)i;
    return -ENOENT;
}

static int find_free(const struct cpsw_ale *ale)
{
    for (unsigned i = 0; i < CPSW_ALE_ENTRIES; i++)
        if (cpsw_ale_is_free(&ale->table[i].entry))
            return (int)i;
    return -ENOSPC;
}

int cpsw_ale_add(struct cpsw_ale *ale, const struct ale_entry *entry)
{
    int number = cpsw_ale_find(ale, entry);

    if (number >= 0 && ale->table[number].users == UINT16_MAX)
        return -ENOSPC;
    if (number < 0) {
        number = find_free(ale);
        if (number < 0)
            return number;
        ale->table[number].entry = *entry;
        store(ale, (unsigned)number);
    }
    ale->table[number].users++;
    return number;
}

int cpsw_ale_remove(struct cpsw_ale *ale, const struct ale_entry *entry)
{
    const int number = cpsw_ale_find(ale, entry);

    if (number < 0 || ale->table[number].users == 0)
        return -ENOENT;
    if (--ale->table[number].users != 0 || ale->table[number].pinned)
        return 0;
    ale->table[number].entry = (struct ale_entry){{0}};
    store(ale, (unsigned)number);
    return 0;
}

void cpsw_ale_pin(struct cpsw_ale *ale, unsigned number)
{
    ale->table[number].pinned = true;
}

/* ---- what is forwarded ---- */

static void change_port(const struct cpsw_ale *ale, unsigned port, uint32_t clear, uint32_t set)
{
    uint32_t *const control = &registers(ale)->portctl[port];

    write(control, (mmio_read32((uintptr_t)control) & ~clear) | set);
}

void cpsw_ale_forward_host(const struct cpsw_ale *ale, bool on)
{
    change_port(ale, HOST_PORT, ALE_PORTCTL_STATE_MASK,
                on ? ALE_PORTCTL_FORWARD : ALE_PORTCTL_DISABLED);
}

void cpsw_ale_forward_mac(const struct cpsw_ale *ale, bool on)
{
    change_port(ale, MAC_PORT, ALE_PORTCTL_STATE_MASK,
                on ? ALE_PORTCTL_FORWARD : ALE_PORTCTL_DISABLED);
}

void cpsw_ale_take_all(const struct cpsw_ale *ale, bool on)
{
    struct ale_registers *const ale_registers = registers(ale);
    const uint32_t ports = on ? ALE_HOST | ALE_MAC : 0;

    write(&ale_registers->vlan_mask_mux[CPSW_ALE_UNREGISTERED], ports);
    write(&ale_registers->uvlan_member, ports);
    write(&ale_registers->uvlan_urcast, ports);
    write(&ale_registers->uvlan_rmcast, ports);
    change_port(ale, MAC_PORT, ALE_PORTCTL_MAC_ONLY_CAF, on ? ALE_PORTCTL_MAC_ONLY_CAF : 0);
}

/* Those that somebody left: a match of one would send frames to flows that are not. */
static void clear_policers(const struct cpsw_ale *ale)
{
    struct ale_registers *const ale_registers = registers(ale);
    const unsigned count = ALE_STATUS_POLICERS(mmio_read32((uintptr_t)&ale_registers->status));

    write(&ale_registers->policer_port_oui, 0);
    write(&ale_registers->policer_da_sa, 0);
    write(&ale_registers->policer_vlan, 0);
    write(&ale_registers->policer_ethertype_ipsa, 0);
    write(&ale_registers->policer_ipda, 0);
    for (unsigned i = 0; i < count; i++) {
        write(&ale_registers->policer_tbl_ctl, ALE_POLICER_WRITE | i);
        write(&ale_registers->thread_ctl, i);
        write(&ale_registers->thread_val, 0);
    }
    write(&ale_registers->policer_ctl, 0);
}

void cpsw_ale_start(struct cpsw_ale *ale, uintptr_t base, uint32_t clock_hz)
{
    struct ale_registers *const ale_registers = (struct ale_registers *)base;

    memset(ale, 0, sizeof(*ale));
    ale->base = base;
    write(&ale_registers->control, ALE_CONTROL_ENABLE | ALE_CONTROL_CLEAR | ALE_CONTROL_VLAN_AWARE);
    write(&ale_registers->aging_ctrl, clock_hz / HZ_PER_UNIT * AGING_SECONDS & ALE_AGING_MASK);
    write(&ale_registers->portctl[HOST_PORT], ALE_PORTCTL_DISABLED | ALE_PORTCTL_NO_LEARN);
    write(&ale_registers->portctl[MAC_PORT],
          ALE_PORTCTL_DISABLED | ALE_PORTCTL_NO_LEARN | ALE_PORTCTL_MAC_ONLY);
    write(&ale_registers->vlan_mask_mux[CPSW_ALE_REGISTERED], ALE_HOST | ALE_MAC);
    write(&ale_registers->uvlan_untag, 0);
    cpsw_ale_take_all(ale, false);
    clear_policers(ale);
    write(&ale_registers->thread_def, ALE_THREAD_ENABLE | FLOW_OF_NO_CLASSIFIER);
}

void cpsw_ale_stop(struct cpsw_ale *ale)
{
    struct ale_registers *const ale_registers = registers(ale);

    cpsw_ale_forward_mac(ale, false);
    cpsw_ale_forward_host(ale, false);
    write(&ale_registers->aging_ctrl, 0);
    write(&ale_registers->control, ALE_CONTROL_CLEAR);
}

/* ---- classifiers ---- */

int cpsw_ale_classify(struct cpsw_ale *ale, enum cpsw_ale_field field, unsigned value,
                      unsigned flow)
{
    struct ale_registers *const ale_registers = registers(ale);
    const unsigned count = ALE_STATUS_POLICERS(mmio_read32((uintptr_t)&ale_registers->status));
    const uint32_t high = ALE_POLICER_HIGH_MEN | value << ALE_POLICER_HIGH_SHIFT;
    const uint32_t low = ALE_POLICER_LOW_MEN | value;

    if (ale->policers == count)
        return count == 0 ? -ENOTSUP : -ENOSPC;
    write(&ale_registers->policer_port_oui,
          field == CPSW_ALE_PRIORITY ? ALE_POLICER_PRI_MEN | value << ALE_POLICER_PRI_SHIFT : 0);
    write(&ale_registers->policer_da_sa, field == CPSW_ALE_DESTINATION ? high
                                         : field == CPSW_ALE_SOURCE    ? low
                                                                       : 0);
    write(&ale_registers->policer_vlan, field == CPSW_ALE_VLAN ? high : 0);
    write(&ale_registers->policer_ethertype_ipsa, field == CPSW_ALE_ETHERTYPE   ? high
                                                  : field == CPSW_ALE_IP_SOURCE ? low
                                                                                : 0);
    write(&ale_registers->policer_ipda, field == CPSW_ALE_IP_DESTINATION ? high : 0);
    write(&ale_registers->thread_ctl, ale->policers);
    write(&ale_registers->thread_val, ALE_THREAD_ENABLE | flow);
    write(&ale_registers->policer_tbl_ctl, ALE_POLICER_WRITE | ale->policers);
    ale->policers++;
    return 0;
}
