# SPDX-License-Identifier: BSD-3-Clause
module-bench := $(addprefix app/bench/, bench.c copies.c counters.c drives.c interrupts.c packets.c requests.c)
