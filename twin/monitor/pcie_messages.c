// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where interrupt messages go. A device of the AM65x's writes them into the pre-ITS window, at four
 * times its device id; QEMU's writes them to GITS_TRANSLATER, and its requester id, which is the
 * same number, comes with them. So where a guest gives a function the one address as that of its
 * messages, in an MSI-X table or an MSI capability, the function gets the other; and it reads back
 * as the guest wrote it.
 *
 * Any other address stays what it is, and the SMMU (smmu.c) lets it through to the guest's memory
 * or nowhere. That of another device id's messages leads nowhere, and is reported.
 */
#include "twin/monitor/board.h"
#include "twin/monitor/monitor.h"
#include "twin/monitor/pcie.h"

#define MSIX_ENTRY     16u
#define MSIX_DATA      8u /* behind the address */

#define CAPABILITY_MSI 0x05u
#define MSI_CONTROL    2u
#define MSI_64         (1u << 7)
#define MSI_ADDRESS    4u

static uint64_t own_address(unsigned requester)
{
    return GUEST_PRE_ITS_BASE + 4 * guest_device(requester);
}

/* From what the guest has written to what the device gets, and back: the two change places, so that
 * QEMU's address means nothing to the guest. */
static uint64_t exchange(uint64_t address, unsigned requester)
{
    if (address == own_address(requester))
        return BOARD_TRANSLATER;
    return address == BOARD_TRANSLATER ? own_address(requester) : address;
}

/* ---- MSI-X ---- */

static bool read_address(uint64_t entry, uint64_t *address)
{
    uint32_t low = 0, high = 0;

    if (!probe_read(entry, 4, &low) || !probe_read(entry + 4, 4, &high))
        return false;
    *address = low | (uint64_t)high << 32;
    return true;
}

static bool write_address(uint64_t entry, uint64_t address)
{
    return probe_write(entry, 4, (uint32_t)address) &&
           probe_write(entry + 4, 4, (uint32_t)(address >> 32));
}

bool pcie_table_access(const struct pcie_function *function, struct am65x_pcie_request *request)
{
    uint64_t offset = (request->address - function->table) % MSIX_ENTRY;
    uint64_t entry = request->address - offset, address = 0;

    if (offset >= MSIX_DATA)
        return request->write ? probe_write(request->address, request->size, request->value)
                              : probe_read(request->address, request->size, &request->value);
    if (!read_address(entry, &address))
        return false;
    address = exchange(address, function->requester);
    if (!request->write) {
        request->value = (uint32_t)(address >> 8 * offset);
        return true;
    }
    address = merge(address, offset, request->size, request->value);
    return write_address(entry, exchange(address, function->requester));
}

/* ---- MSI ---- */

bool pcie_message_access(unsigned id, unsigned offset, struct am65x_pcie_request *request)
{
    const struct pcie_function *function = pcie_function_of(id);
    unsigned requester = function != NULL ? function->requester : id;
    unsigned at = pcie_capability(id, CAPABILITY_MSI);
    bool wide = at != 0 && (ecam_read(id, at + MSI_CONTROL, 2) & MSI_64) != 0;
    uint64_t address;

    if (at == 0 || offset - (at + MSI_ADDRESS) >= (wide ? 8u : 4u))
        return false;
    at += MSI_ADDRESS;
    address = ecam_read(id, at, 4) | (wide ? (uint64_t)ecam_read(id, at + 4, 4) << 32 : 0);
    address = exchange(address, requester);
    if (!request->write) {
        request->value = (uint32_t)(address >> 8 * (offset - at));
        return true;
    }
    address = exchange(merge(address, offset - at, request->size, request->value), requester);
    ecam_write(id, at, 4, (uint32_t)address);
    if (wide)
        ecam_write(id, at + 4, 4, (uint32_t)(address >> 32));
    return true;
}
