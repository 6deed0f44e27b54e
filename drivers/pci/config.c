// SPDX-License-Identifier: BSD-3-Clause
/*
 * Accesses to configuration registers (drivers/pci/pci.h).
 */
#include "drivers/pci/pci.h"
#include "drivers/pci/pci_registers.h"
#include "lib/log.h"

#include <errno.h>

LOG_SUBJECT(pci);

#define ALL_ONES_16 0xffffu

static bool is_register(unsigned offset, unsigned size)
{
    return (size == 1 || size == 2 || size == 4) && offset % size == 0 &&
           offset < PCI_CONFIG_SIZE_EXTENDED;
}

int pci_host_read(struct pci_host *host, uint16_t address, unsigned offset, unsigned size,
                  uint32_t *value)
{
    unsigned long state;
    int error;

    if (host == NULL || !is_register(offset, size))
        return -EINVAL;
    state = spin_lock(&host->lock);
    error = host->is_gone ? -ENODEV : host->read(host, address, offset, size, value);
    spin_unlock(&host->lock, state);
    return error;
}

static int read_register(const struct pci_function *function, unsigned offset, unsigned size,
                         uint32_t *value)
{
    if (function == NULL)
        return -EINVAL;
    return pci_host_read(function->host, function->address, offset, size, value);
}

int pci_read8(const struct pci_function *function, unsigned offset, uint8_t *value)
{
    uint32_t word = 0;
    int error = read_register(function, offset, sizeof(*value), &word);

    *value = (uint8_t)word;
    return error;
}

int pci_read16(const struct pci_function *function, unsigned offset, uint16_t *value)
{
    uint32_t word = 0;
    int error = read_register(function, offset, sizeof(*value), &word);

    *value = (uint16_t)word;
    return error;
}

int pci_read32(const struct pci_function *function, unsigned offset, uint32_t *value)
{
    *value = 0;
    return read_register(function, offset, sizeof(*value), value);
}

static int write_register(const struct pci_function *function, unsigned offset, unsigned size,
                          uint32_t value)
{
    struct pci_host *host;
    unsigned long state;
    int error;

    if (function == NULL || !is_register(offset, size))
        return -EINVAL;
    host = function->host;
    state = spin_lock(&host->lock);
    error = host->is_gone ? -ENODEV : host->write(host, function->address, offset, size, value);
    spin_unlock(&host->lock, state);
    return error;
}

int pci_write8(const struct pci_function *function, unsigned offset, uint8_t value)
{
    return write_register(function, offset, sizeof(value), value);
}

int pci_write16(const struct pci_function *function, unsigned offset, uint16_t value)
{
    return write_register(function, offset, sizeof(value), value);
}

int pci_write32(const struct pci_function *function, unsigned offset, uint32_t value)
{
    return write_register(function, offset, sizeof(value), value);
}

int pci_update16(const struct pci_function *function, unsigned offset, uint16_t clear, uint16_t set)
{
    struct pci_host *host;
    unsigned long state;
    uint32_t value;
    int error;

    if (function == NULL || !is_register(offset, sizeof(set)))
        return -EINVAL;
    host = function->host;
    state = spin_lock(&host->lock);
    error =
        host->is_gone ? -ENODEV : host->read(host, function->address, offset, sizeof(set), &value);
    if (error == 0)
        error = host->write(host, function->address, offset, sizeof(set),
                            (value & ~(uint32_t)clear) | set);
    spin_unlock(&host->lock, state);
    return error;
}

/* With the lock: no access is under way when it returns. */
static void set_gone(struct pci_host *host, bool gone)
{
    unsigned long state = spin_lock(&host->lock);

    __atomic_store_n(&host->is_gone, gone, __ATOMIC_RELAXED);
    spin_unlock(&host->lock, state);
}

void pci_lose(struct pci_host *host)
{
    set_gone(host, true);
}

/* Whoever sees that the host is gone may free what a device was to write to. */
void pci_cut_off(struct pci_host *host, void (*isolate)(struct pci_host *host))
{
    unsigned long state = spin_lock(&host->lock);

    isolate(host);
    __atomic_store_n(&host->is_gone, true, __ATOMIC_RELEASE);
    spin_unlock(&host->lock, state);
}

void pci_regain(struct pci_host *host)
{
    set_gone(host, false);
}

int pci_check_present(const struct pci_function *function)
{
    uint16_t vendor;
    int error = pci_read16(function, PCI_VENDOR_ID, &vendor);

    if (error == 0 && vendor == ALL_ONES_16)
        error = -ENODEV;
    return error;
}
