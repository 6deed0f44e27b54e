# SPDX-License-Identifier: BSD-3-Clause
# For the Cortex-R5F: Linux on the A53s is at the other end.
r5-sources += $(addprefix drivers/rpmsg/, rpmsg.c vring.c)
r5-public-headers += $(addprefix drivers/rpmsg/, rpmsg.h vring.h)
