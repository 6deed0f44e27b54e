// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ROM of the device management core, which loads the system firmware: the first R5F's loader,
 * host 4, says where in memory it lies (message 0x8105 on thread 4 of the MCU's secure proxy), ROM
 * answers on thread 5 whether it takes its certificate (0x8805), and the system firmware says there
 * that it runs (BOOT_NOTIFICATION, TI-SCI documentation, with a secure host's header). Numbers,
 * threads and flags as U-Boot's driver of the system controller and its device tree for the R5.
 *
 * In the mood from-rom only, and once until the next reset. The twin's system firmware answers
 * others all the same, and it is its own, whatever is loaded.
 */
#include "twin/models/models.h"

#define LOADER_HOST       4u

#define TYPE_LOAD         0x8105u
#define TYPE_RESULT       0x8805u
#define TYPE_NOTIFICATION 0x000au

#define FLAGS_PASSED      0x00555555u
#define FLAGS_FAILED      0x00ffffffu

#define HEADER_TYPE       0u
#define HEADER_HOST       2u
#define HEADER_FLAGS      4u
#define LOAD_ADDRESS      8u
#define LOAD_SIZE         12u

/* What an X.509 certificate begins with, in DER: a SEQUENCE. */
#define DER_SEQUENCE      0x30u

#define RESULT_LATENCY    (500u * MICROSECOND)
#define START_LATENCY     (500u * MICROSECOND)

static enum state {
    AWAITS,
    CHECKS,
    STARTS,
    RUNS,
} state;
static struct sci_message result;
static struct model_timer timer;

static void step(unsigned argument)
{
    struct sci_message notification = {{0}};
    (void)argument;
    if (state == STARTS) {
        sci_put16(&notification, HEADER_TYPE, TYPE_NOTIFICATION);
        sci_put8(&notification, HEADER_HOST, LOADER_HOST);
        secure_proxy_notify(LOADER_HOST, &notification);
        state = RUNS;
        return;
    }
    bool passed = sci_get32(&result, HEADER_FLAGS) == FLAGS_PASSED;
    secure_proxy_notify_plainly(LOADER_HOST, &result);
    state = passed ? STARTS : AWAITS;
    if (passed)
        timer_arm(&timer, START_LATENCY);
}

void boot_rom_reset(void)
{
    state = model_mood(AM65X_MOOD_FROM_ROM) ? AWAITS : RUNS;
    memset(&result, 0, sizeof(result));
    memset(&timer, 0, sizeof(timer));
    timer.expire = step;
}

static bool has_certificate(const struct sci_message *message)
{
    uint64_t address = sci_get32(message, LOAD_ADDRESS);
    uint32_t size = sci_get32(message, LOAD_SIZE);
    uint8_t first, last;
    return size != 0 && model_memory_read(address, &first, 1) &&
           model_memory_read(address + size - 1, &last, 1) && first == DER_SEQUENCE;
}

bool boot_rom_request(const struct sci_message *message)
{
    if (state != AWAITS || sci_get16(message, HEADER_TYPE) != TYPE_LOAD ||
        sci_get8(message, HEADER_HOST) != LOADER_HOST)
        return false;
    memset(&result, 0, sizeof(result));
    memcpy(result.bytes, message->bytes, HEADER_FLAGS);
    sci_put16(&result, HEADER_TYPE, TYPE_RESULT);
    sci_put32(&result, HEADER_FLAGS, has_certificate(message) ? FLAGS_PASSED : FLAGS_FAILED);
    state = CHECKS;
    timer_arm(&timer, RESULT_LATENCY);
    return true;
}
