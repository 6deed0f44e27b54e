# SPDX-License-Identifier: BSD-3-Clause
link-sources := $(addprefix drivers/link/,handshake.c link.c messages.c rest.c run.c)
library-sources += $(link-sources)
r5-sources += $(link-sources)
public-headers += drivers/link/link.h
