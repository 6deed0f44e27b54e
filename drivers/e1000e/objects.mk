# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/e1000e/,controller.c e1000e.c link.c path.c ring.c)
public-headers += drivers/e1000e/e1000e.h
