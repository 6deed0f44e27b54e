# SPDX-License-Identifier: BSD-3-Clause
module-r5 := app/r5/r5.c app/r5/receive.c
