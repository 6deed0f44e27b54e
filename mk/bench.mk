# SPDX-License-Identifier: BSD-3-Clause
# What things cost (docs/performance.md).

.PHONY: bench-update check-bench

# k3metal's figures against those of the tree, and the tree's for what is measured now.
check-bench: firmware twin measure-plugin | $(SETUP)/run
	@tests/bench/run $(O) --linux $(LINUX)

bench-update: firmware twin measure-plugin | $(SETUP)/run
	@tests/bench/run $(O) --linux $(LINUX) --update

# The same of Linux, on the same twin; some minutes.
.PHONY: bench
bench: firmware twin measure-plugin | $(SETUP)/run $(SETUP)/debug
	@tools/linux-packages $(LINUX)
	@$(MAKE) --no-print-directory APP=app/net firmware
	@tests/bench/run $(O) --linux $(LINUX) --compare
