# SPDX-License-Identifier: BSD-3-Clause
ti-sci-sources := $(addprefix drivers/ti_sci/, \
    secure_proxy.c ti_sci.c ti_sci_batch.c ti_sci_clock.c ti_sci_device.c ti_sci_flow.c ti_sci_irq.c ti_sci_monitor.c \
    ti_sci_notes.c ti_sci_processor.c ti_sci_proxy.c ti_sci_reset.c ti_sci_rm.c ti_sci_sequence.c \
    ti_sci_trigger.c ti_sci_udmap.c)
library-sources += $(ti-sci-sources)
r5-sources += $(ti-sci-sources)
public-headers += $(addprefix drivers/ti_sci/, secure_proxy_registers.h ti_sci.h ti_sci_notes.h ti_sci_processor.h)
