// SPDX-License-Identifier: BSD-3-Clause
/*
 * A controller by its registers (NVM Express Base Specification 1.4, 3.1 and 7.6 "Controller
 * Initialization and Shutdown Processing").
 */
#include "arch/barrier.h"
#include "arch/mmio.h"
#include "drivers/nvme/internal.h"

#include <errno.h>

#define LOOK_US        200u     /* between two looks at the status */
#define READY_UNIT_US  500000u  /* of CAP.TO */
#define SHUT_DOWN_US   5000000u /* the specification has no number for drives without RTD3 */
#define PAGE_SHIFT_MAX 16u

static bool is_gone(const struct nvme *nvme)
{
    return nvme->gone || (nvme->port.is_gone != NULL && nvme->port.is_gone(nvme->port.context));
}

static uint32_t read(const struct nvme *nvme, uint32_t offset)
{
    return is_gone(nvme) ? NVME_GONE : mmio_read32(nvme->port.registers + offset);
}

static void write(const struct nvme *nvme, uint32_t offset, uint32_t value)
{
    if (!is_gone(nvme))
        mmio_write32(nvme->port.registers + offset, value);
}

/* In halves, as not every bus hands on 64 bits at once. */
static void write_address(const struct nvme *nvme, uint32_t offset, const void *memory)
{
    write(nvme, offset, (uint32_t)(uintptr_t)memory);
    write(nvme, offset + 4, (uint32_t)((uint64_t)(uintptr_t)memory >> 32));
}

unsigned nvme_controller_queues(const struct nvme *nvme)
{
    const size_t stride = (size_t)4 << NVME_CAP_DSTRD(nvme->capabilities);
    const size_t pairs = (nvme->port.size - NVME_DOORBELLS) / (2 * stride);

    if (pairs < 2)
        return 0;
    return pairs > CORE_MAX ? CORE_MAX : (unsigned)pairs - 1;
}

int nvme_controller_probe(struct nvme *nvme)
{
    const uint32_t low = read(nvme, NVME_CAP), high = read(nvme, NVME_CAP + 4);
    const uint64_t capabilities = (uint64_t)high << 32 | low;

    if (low == NVME_GONE && high == NVME_GONE)
        return -ENODEV;
    if (NVME_CAP_CSS_NVM(capabilities) == 0 ||
        NVME_PAGE_SHIFT + NVME_CAP_MPSMIN(capabilities) > PAGE_SHIFT_MAX)
        return -ENOTSUP;
    nvme->capabilities = capabilities;
    if (NVME_CAP_MQES(capabilities) + 1 < NVME_ENTRIES_MIN || nvme_controller_queues(nvme) == 0)
        return -EPROTO;
    nvme->version = read(nvme, NVME_VS);
    nvme->page_shift = (uint8_t)(NVME_PAGE_SHIFT + NVME_CAP_MPSMIN(capabilities));
    return 0;
}

/* Until the status has these bits; `fatal`: CFS ends it. */
static int wait_for_status(const struct nvme *nvme, uint32_t mask, uint32_t value,
                           uint64_t timeout_us, bool fatal)
{
    const deadline_t deadline = deadline_after_us(timeout_us);

    for (;;) {
        const bool late = deadline_passed(deadline);
        const uint32_t status = read(nvme, NVME_CSTS);

        if (status == NVME_GONE)
            return -ENODEV;
        if ((status & mask) == value)
            return 0;
        if (fatal && (status & NVME_CSTS_CFS) != 0)
            return -EIO;
        if (late)
            return -ETIMEDOUT;
        delay_us(LOOK_US);
    }
}

static uint64_t ready_us(const struct nvme *nvme)
{
    return (NVME_CAP_TO(nvme->capabilities) + UINT64_C(1)) * READY_UNIT_US;
}

int nvme_controller_disable(struct nvme *nvme)
{
    const uint32_t configuration = read(nvme, NVME_CC);

    if (configuration == NVME_GONE)
        return -ENODEV;
    if ((configuration & NVME_CC_EN) != 0)
        write(nvme, NVME_CC, configuration & ~NVME_CC_EN);
    return wait_for_status(nvme, NVME_CSTS_RDY, 0, ready_us(nvme), false);
}

int nvme_controller_enable(struct nvme *nvme)
{
    write(nvme, NVME_AQA, NVME_AQA_SIZES(nvme->admin.mask + 1, nvme->admin.completion_mask + 1));
    write_address(nvme, NVME_ASQ, nvme->admin.commands);
    write_address(nvme, NVME_ACQ, nvme->admin.completions);
    barrier_before_doorbell(); /* the queues are empty, first */
    write(nvme, NVME_CC,
          NVME_CC_EN | NVME_CC_MPS(nvme->page_shift - NVME_PAGE_SHIFT) |
              NVME_CC_IOSQES(NVME_COMMAND_LOG) | NVME_CC_IOCQES(NVME_COMPLETION_LOG));
    return wait_for_status(nvme, NVME_CSTS_RDY, NVME_CSTS_RDY, ready_us(nvme), true);
}

int nvme_controller_shut_down(struct nvme *nvme)
{
    const uint32_t configuration = read(nvme, NVME_CC);

    if (configuration == NVME_GONE)
        return -ENODEV;
    write(nvme, NVME_CC, (configuration & ~NVME_CC_SHN_MASK) | NVME_CC_SHN_NORMAL);
    return wait_for_status(nvme, NVME_CSTS_SHST_MASK, NVME_CSTS_SHST_DONE, SHUT_DOWN_US, true);
}

bool nvme_controller_is_well(const struct nvme *nvme)
{
    const uint32_t status = read(nvme, NVME_CSTS);

    return status != NVME_GONE && (status & NVME_CSTS_CFS) == 0 && (status & NVME_CSTS_RDY) != 0;
}
