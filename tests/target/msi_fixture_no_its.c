// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where there is no ITS (tests/target/msi_fixture.h).
 */
#include "app/selftest/selftest.h"
#include "tests/target/msi_fixture.h"

void with_messages(void (*body)(void))
{
    (void)body;
    SKIP("there is no ITS");
}
