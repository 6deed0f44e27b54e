# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/serial/, line.c receive.c serial.c)
public-headers += drivers/serial/serial.h
