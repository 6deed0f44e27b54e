# SPDX-License-Identifier: BSD-3-Clause
# For boards (docs/board.md).

.PHONY: image flash debug-board

# DTB=file.dtb puts the board's device tree into the FITs.
image: firmware | $(SETUP)/images
	@CROSS_COMPILE=$(CROSS_COMPILE) tools/make-images $(APP_ELF) $(A)/images $(DTB)

# Through JTAG. DTB=file: a device tree for the firmware.
PROBE ?= xds110

flash: firmware | $(SETUP)/board
	@tools/flash --probe $(PROBE) $(if $(DTB),--dtb $(DTB)) $(APP_ELF)

debug-board: firmware | $(SETUP)/board $(SETUP)/debug
	@tools/flash --debug --probe $(PROBE) $(if $(DTB),--dtb $(DTB)) $(APP_ELF)
