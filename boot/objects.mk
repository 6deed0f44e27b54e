# SPDX-License-Identifier: BSD-3-Clause
library-sources += boot/start.S
r5-sources += boot/r5f.S
public-headers += boot/boot.h
