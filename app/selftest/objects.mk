# SPDX-License-Identifier: BSD-3-Clause
module-selftest := app/selftest/selftest.c app/selftest/watchdog.c
r5-module-selftest := app/selftest/selftest.c app/selftest/watchdog_r5f.c
public-headers += app/selftest/selftest.h
