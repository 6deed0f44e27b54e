# SPDX-License-Identifier: BSD-3-Clause
# What things cost (docs/performance.md).

.PHONY: bench-update check-bench

# k3metal's figures against those of the tree, and the tree's for what is measured now.
check-bench: firmware twin measure-plugin | $(SETUP)/run
	@tests/bench/run $(O) --linux $(LINUX)

bench-update: firmware twin measure-plugin | $(SETUP)/run
	@tests/bench/run $(O) --linux $(LINUX) --update

# The same of Linux, on the same twin; some minutes. Of its NVMe driver alone: on plain virt; a minute.
.PHONY: bench bench-nvme
bench: firmware twin measure-plugin | $(SETUP)/run $(SETUP)/debug
	@tools/linux-packages $(LINUX)
	@$(MAKE) --no-print-directory APP=app/net firmware
	@tests/bench/run $(O) --linux $(LINUX) --compare

bench-nvme: firmware twin measure-plugin | $(SETUP)/run
	@tools/linux-packages $(LINUX)
	@tests/bench/run $(O) --linux $(LINUX) --compare-nvme
