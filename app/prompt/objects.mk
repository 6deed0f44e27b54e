# SPDX-License-Identifier: BSD-3-Clause
# On both kinds of cores.
prompt-sources := $(addprefix app/prompt/, \
    general.c irq_report.c irq_trigger.c irq_words.c line_editor.c parts.c prompt.c show.c trace.c)
# What is there with a GIC and its ITS, PSCI, an MMU and a device tree.
module-prompt := $(prompt-sources) $(addprefix app/prompt/, memory.c nvme.c pci.c reboot.c registers.c show_its.c suspend.c)
r5-module-prompt := $(prompt-sources)
# The tests, which may be there without the prompt, have samples taken too.
library-sources += app/prompt/irq_latency.c
r5-sources += app/prompt/irq_latency.c
public-headers += app/prompt/prompt.h
