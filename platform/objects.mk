# SPDX-License-Identifier: BSD-3-Clause
library-sources += platform/platform.c platform/start.c
