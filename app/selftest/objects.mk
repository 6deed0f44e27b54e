# SPDX-License-Identifier: BSD-3-Clause
module-selftest := app/selftest/selftest.c app/selftest/watchdog.c
public-headers += app/selftest/selftest.h
