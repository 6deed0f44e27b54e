# SPDX-License-Identifier: BSD-3-Clause
# Other people's software on the twin.

.PHONY: check-linux run-linux check-uboot

# Linux, Debian's kernel for arm64.
LINUX := $(BUILD)/linux

check-linux: twin | $(SETUP)/run
	@tests/conformance/linux $(O) $(LINUX)

run-linux: twin | $(SETUP)/run
	@tools/run-linux $(O) $(LINUX)

# U-Boot, from Debian's source package.
UBOOT := $(BUILD)/u-boot

$(UBOOT)/stamp: tools/build-uboot | $(SETUP)/uboot
	@tools/build-uboot $(CROSS_COMPILE) $(UBOOT)

check-uboot: firmware twin $(UBOOT)/stamp | $(SETUP)/run $(SETUP)/images
	@CROSS_COMPILE=$(CROSS_COMPILE) tests/conformance/uboot $(O) $(UBOOT)
