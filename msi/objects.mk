# SPDX-License-Identifier: BSD-3-Clause
msi-sources := $(addprefix msi/, \
    balance.c dispatch.c evacuate.c init.c irq.c later.c local.c message.c nesting.c placement.c places.c priority.c \
    quiesce.c reclaim.c \
    reference.c registry.c request.c service.c sources.c state.c statistics.c storm.c stray.c timeout.c work.c)
library-sources += $(msi-sources)
r5-sources += $(msi-sources)
public-headers += $(addprefix msi/, \
    balance.h binding.h device.h evacuate.h handler.h irq.h limits.h local.h places.h report.h service.h statistics.h timeout.h work.h)
