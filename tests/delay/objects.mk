# SPDX-License-Identifier: BSD-3-Clause
# The run time of the build with delays (mk/delay.mk), a part of its library.
library-sources += $(addprefix tests/delay/, accesses.c atomics.c calls.c points.c target.c)
