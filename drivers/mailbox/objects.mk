# SPDX-License-Identifier: BSD-3-Clause
library-sources += drivers/mailbox/mailbox.c
r5-sources += drivers/mailbox/mailbox.c
public-headers += drivers/mailbox/mailbox.h
