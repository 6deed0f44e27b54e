// SPDX-License-Identifier: BSD-3-Clause
/* On the host the contract is the A53's. */
#include "arch/arm64/include/arch/core_max.h"
