# SPDX-License-Identifier: BSD-3-Clause
udma-sources := $(addprefix drivers/udma/, \
    channel.c coalesce.c control.c cyclic.c deferred.c descriptor.c endpoint.c error_events.c \
    endpoint_pairing.c flow.c held.c left_overs.c \
    message_port.c message_ring.c monitor.c numbers.c packet_error.c packet_numbers.c packet_path.c packet_setup.c pairing.c \
    peer.c peripheral.c pool.c progress.c receive.c receive_path.c received.c records.c ring.c route.c setup.c \
    spare.c static_tr.c stop.c transfer.c transfers.c transmit.c transmit_path.c trigger.c udma.c)
library-sources += $(udma-sources) drivers/udma/dma_memory.c
r5-sources += $(udma-sources) drivers/udma/dma_region.c
public-headers += $(addprefix drivers/udma/, \
    endpoint.h message_port.h message_ring.h monitor.h packet.h peer.h peer_registers.h peripheral.h ring.h ring_registers.h transfers.h \
    udma.h \
    udmap_registers.h)
