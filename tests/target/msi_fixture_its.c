// SPDX-License-Identifier: BSD-3-Clause
/*
 * The fixture of a device that sends messages (tests/target/msi_fixture.h).
 */
#include "app/selftest/selftest.h"
#include "platform/platform.h"
#include "tests/target/msi_fixture.h"

void with_messages(void (*body)(void))
{
    open_fixture();
    CHECK_EQUAL(irq_bind_its(&test_device, platform_its(), TEST_DEVICE_ID, TEST_EVENT_BITS), 0);
    body();
    close_fixture();
}
