// SPDX-License-Identifier: BSD-3-Clause
/* What an A53's and an R5F's program share: words in MCU SRAM, and of the R5F's TCMs. */
#ifndef TESTS_GUESTS_BESIDE_H
#define TESTS_GUESTS_BESIDE_H

#define SHARED        0x41c7f000u
#define SHARED_READY  0
#define SHARED_TAKEN  1 /* interrupts */
#define SHARED_WAKES  2 /* how often WFI has ended */
#define SHARED_MAGIC  0x52354630u
#define SHARED_ROUNDS 200u

#define TCM_OFFSET    0x2f00u
#define ATCM_PATTERN  0xa7c3a7c3u
#define BTCM_PATTERN  0xb7c3b7c3u

#endif
