# SPDX-License-Identifier: BSD-3-Clause
# For boards (docs/board.md).

.PHONY: image flash debug-board

# DTB=file.dtb puts the board's device tree into the FITs. Of the R5F's files these are the ones in DRAM:
# Linux loads no other by the boards' trees. The second core's is for split mode.
image: firmware r5 | $(SETUP)/images
	@CROSS_COMPILE=$(CROSS_COMPILE) CROSS_COMPILE_R5=$(CROSS_COMPILE_R5) tools/make-images --r5 $(R5_DRAM_ELF) --r5-1 $(R5_DRAM_1_ELF) $(APP_ELF) $(A)/images $(DTB)

# Through JTAG. DTB=file: a device tree for the firmware.
PROBE ?= xds110

ifeq ($(CORE),r5)
flash: r5 | $(SETUP)/board
	@tools/flash --core r5 --probe $(PROBE) $(R5_ELF)

debug-board: r5 | $(SETUP)/board $(SETUP)/debug
	@tools/flash --core r5 --debug --probe $(PROBE) $(R5_ELF)
else
flash: firmware | $(SETUP)/board
	@tools/flash --probe $(PROBE) $(if $(DTB),--dtb $(DTB)) $(APP_ELF)

debug-board: firmware | $(SETUP)/board $(SETUP)/debug
	@tools/flash --debug --probe $(PROBE) $(if $(DTB),--dtb $(DTB)) $(APP_ELF)
endif
