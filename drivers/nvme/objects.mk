# SPDX-License-Identifier: BSD-3-Clause
library-sources += $(addprefix drivers/nvme/,admin.c controller.c nvme.c path.c pci.c queue.c recovery.c start.c status.c suspend.c watch.c)
public-headers += drivers/nvme/nvme.h drivers/nvme/nvme_pci.h
