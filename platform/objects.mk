# SPDX-License-Identifier: BSD-3-Clause
library-sources += platform/memory.c platform/platform.c platform/start.c
public-headers += platform/am65x.h platform/platform.h
