// SPDX-License-Identifier: BSD-3-Clause
/* With a VIM at the root the contract is the R5F's. */
#include "arch/arm/include/arch/core_max.h"
