# SPDX-License-Identifier: BSD-3-Clause
library-sources += platform/cpsw.c platform/mailbox.c platform/memory.c platform/navigator.c platform/platform.c platform/power.c platform/serial.c platform/start.c platform/suspend.c platform/watchdog.c
public-headers += platform/am65x.h platform/cpsw.h platform/platform.h
