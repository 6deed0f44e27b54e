# SPDX-License-Identifier: BSD-3-Clause
# Included as "root/root.h" where it is the root of the interrupt layer (drivers/gic/include otherwise).
library-sources += $(addprefix drivers/vim/, vim.c vim_root.c)
public-headers += $(addprefix drivers/vim/, vim.h vim_registers.h vim_root.h include/root/root.h)
