# SPDX-License-Identifier: BSD-3-Clause
module-prompt := $(addprefix app/prompt/, \
    general.c irq_report.c irq_trigger.c irq_words.c line_editor.c memory.c parts.c prompt.c registers.c show.c suspend.c \
    trace.c)
# The tests, which may be there without the prompt, have samples taken too.
library-sources += app/prompt/irq_latency.c
public-headers += app/prompt/prompt.h
