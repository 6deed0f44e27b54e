# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/udma/, \
    channel.c deferred.c descriptor.c dma_memory.c held.c left_overs.c numbers.c pairing.c pool.c records.c ring.c setup.c stop.c transfer.c udma.c)
public-headers += $(addprefix drivers/udma/, ring.h ring_registers.h transfers.h udma.h udmap_registers.h)
