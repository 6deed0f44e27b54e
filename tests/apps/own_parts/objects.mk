# SPDX-License-Identifier: BSD-3-Clause
app-modules := prompt selftest
app-cflags  := -DGREETING='"good morning"'
