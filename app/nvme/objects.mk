# SPDX-License-Identifier: BSD-3-Clause
# Reads an NVMe drive (docs/nvme.md).
app-name     := nvme
app-warnings  = $(WARNINGS)
