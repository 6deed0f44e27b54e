# SPDX-License-Identifier: BSD-3-Clause
# Models of the interrupt layer, checked completely, and litmus tests (docs/testing.md).

.PHONY: prove

# PROVE=all: the larger configurations too. PROVE_JOBS=n: so many at once.
PROVE      ?=
PROVE_JOBS ?= 1

prove: | $(SETUP)/prove
	@HOSTCC="$(HOSTCC)" tests/prove/run $(O) --jobs $(PROVE_JOBS) $(if $(filter all,$(PROVE)),--all)
