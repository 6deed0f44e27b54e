// SPDX-License-Identifier: BSD-3-Clause
/* On the host the contract is the target's own; tests/host/support implements it. */
#include "arch/common/include/arch/alarm.h"
