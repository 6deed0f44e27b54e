// SPDX-License-Identifier: BSD-3-Clause
/*
 * The chip's identity in the wake-up domain's control module (AM65x TRM SPRUID7, 5.1
 * "CTRL_MMR", WKUP_CTRL_MMR0_JTAGID): silicon revision 2.0.
 */
#include "twin/models/models.h"

#define JTAGID                 0x14u

#define JTAGID_VARIANT_SR2_0   (UINT32_C(1) << 28)
#define JTAGID_PART_AM65X      (UINT32_C(0xbb5a) << 12)
#define JTAGID_MANUFACTURER_TI (UINT32_C(0x17) << 1)
#define JTAGID_LSB             UINT32_C(1)

uint64_t chipid_read(unsigned instance, uint64_t offset)
{
    (void)instance;
    if (offset != JTAGID)
        return 0;
    return JTAGID_VARIANT_SR2_0 | JTAGID_PART_AM65X | JTAGID_MANUFACTURER_TI | JTAGID_LSB;
}
