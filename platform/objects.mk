# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix platform/, \
    application.c common.c cpsw.c devices.c link.c load_r5f.c mailbox.c main_intr.c memory.c navigator.c parts.c \
    pci.c platform.c power.c resources.c serial.c sleeper.c start.c suspend.c watchdog.c)
r5-sources += $(addprefix platform/, \
    application.c common.c mailbox.c navigator.c parts.c r5f.c r5f_arguments.c r5f_console.c r5f_devices.c r5f_link.c \
    r5f_linux.c r5f_main_intr.c r5f_parts.c r5f_timers.c resources.c)
public-headers += platform/am65x.h platform/cpsw.h platform/link.h platform/load_r5f.h platform/pci.h platform/platform.h
r5-public-headers += platform/r5f_linux.h
