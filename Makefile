# SPDX-License-Identifier: BSD-3-Clause
#
# k3metal. `make run` and `make check` are all that a fresh Debian machine needs: they install what
# is missing (tools/setup), build newlib once, and go. `make help` lists the rest.
#
#   mk/config.mk        toolchain, flags, folders          mk/run.mk          run, debug
#   mk/setup.mk         packages, newlib, libfdt           mk/check.mk        check, check-all, analysers
#   mk/lwip.mk          lwIP                               mk/net.mk          the application on the network
#   mk/firmware.mk      the library, modules, applications mk/conformance.mk  Linux, U-Boot
#   mk/twin.mk          the twin                           mk/board.mk        image, flash, debug-board
#   mk/sdk.mk           the SDK                            mk/help.mk         help, clean
#   mk/host.mk          tests on the host                  mk/coverage.mk     coverage
#   mk/sanitize.mk      the image with sanitizers          mk/delay.mk        the image with pauses
#   mk/prove.mk         models, litmus tests               mk/fuzz.mk         fuzzing
#   mk/bench.mk         what things cost                mk/r5.mk           library, application for the Cortex-R5F

.DEFAULT_GOAL := all
.PHONY: all
all: firmware twin

include mk/config.mk mk/setup.mk mk/lwip.mk mk/sanitize.mk mk/delay.mk mk/firmware.mk mk/r5.mk mk/twin.mk mk/host.mk
include mk/run.mk mk/sdk.mk mk/fuzz.mk mk/check.mk mk/coverage.mk mk/prove.mk mk/conformance.mk mk/net.mk mk/bench.mk mk/board.mk mk/help.mk
