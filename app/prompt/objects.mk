# SPDX-License-Identifier: BSD-3-Clause
module-prompt := $(addprefix app/prompt/, \
    bench.c general.c irq_report.c line_editor.c memory.c parts.c prompt.c registers.c show.c trace.c)
public-headers += app/prompt/prompt.h
