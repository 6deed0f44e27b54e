# SPDX-License-Identifier: BSD-3-Clause
library-sources += drivers/uart/uart.c
r5-sources += drivers/uart/uart.c
public-headers += drivers/uart/uart.h drivers/uart/uart_registers.h
