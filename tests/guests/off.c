// SPDX-License-Identifier: BSD-3-Clause
/*
 * A guest that is off at once.
 */
#include "tests/guests/guest.h"

int main(void)
{
    return 0;
}
