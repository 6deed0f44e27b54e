# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/r5f/, image.c memory.c r5f.c write.c)
public-headers += drivers/r5f/r5f.h
