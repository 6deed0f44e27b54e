# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/udma/, \
    channel.c deferred.c descriptor.c dma_memory.c held.c left_overs.c numbers.c pairing.c pool.c ring.c setup.c stop.c transfer.c udma.c)
library-sources += $(addprefix drivers/udma/, endpoint.c static_tr.c)
public-headers += $(addprefix drivers/udma/, endpoint.h packet.h peer_registers.h ring.h ring_registers.h udma.h udmap_registers.h)
