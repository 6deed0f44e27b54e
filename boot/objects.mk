# SPDX-License-Identifier: BSD-3-Clause
library-sources += boot/start.S
public-headers += boot/boot.h
