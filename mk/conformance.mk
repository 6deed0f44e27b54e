# SPDX-License-Identifier: BSD-3-Clause
# Other people's software on the twin.

.PHONY: check-linux check-linux-new run-linux check-uboot

# Linux, Debian's kernel for arm64.
LINUX := $(BUILD)/linux

check-linux: twin | $(SETUP)/run
	@tests/conformance/linux $(O) $(LINUX) base_board iot2050 serial_dma mailbox

# By hand, since it downloads as much again: the newer kernel that Debian's bookworm has besides its own.
check-linux-new: twin | $(SETUP)/run
	@tests/conformance/linux $(O) $(LINUX)-6.12 --package linux-image-6.12-arm64 base_board iot2050 kexec small_board

run-linux: twin | $(SETUP)/run
	@tools/run-linux $(O) $(LINUX)

# U-Boot, from Debian's source package.
UBOOT := $(BUILD)/u-boot

$(UBOOT)/stamp: tools/build-uboot | $(SETUP)/uboot
	@tools/build-uboot $(CROSS_COMPILE) $(UBOOT)

check-long: $(UBOOT)/stamp

check-uboot: firmware twin net $(UBOOT)/stamp | $(SETUP)/run $(SETUP)/images
	@CROSS_COMPILE=$(CROSS_COMPILE) tests/conformance/uboot $(O) $(UBOOT)
