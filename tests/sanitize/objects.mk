# SPDX-License-Identifier: BSD-3-Clause
# The run time of the sanitized build (mk/sanitize.mk), a part of its library.
library-sources += $(addprefix tests/sanitize/, access.c heap.c shadow.c strings.c undefined.c)
