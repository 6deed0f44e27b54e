// SPDX-License-Identifier: BSD-3-Clause
/* On the host the code is the target's own. */
#include "arch/common/include/arch/idle.h"
