# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix msi/, \
    dispatch.c evacuate.c init.c irq.c later.c local.c message.c placement.c quiesce.c reclaim.c \
    reference.c registry.c request.c service.c sources.c state.c storm.c stray.c)
public-headers += $(addprefix msi/, \
    binding.h device.h evacuate.h handler.h irq.h limits.h local.h report.h service.h)
