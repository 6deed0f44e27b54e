// SPDX-License-Identifier: BSD-3-Clause
/* The contract is the target's own; the fuzz targets implement it. */
#include "arch/arm64/include/arch/mmu.h"
