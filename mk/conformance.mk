# SPDX-License-Identifier: BSD-3-Clause
# Other people's software on the twin.

.PHONY: check-linux check-linux-new run-linux check-uboot check-r5-strangers

# Linux, Debian's kernel for arm64.
LINUX := $(BUILD)/linux

check-linux: twin r5-linux | $(SETUP)/run $(SETUP)/modules
	@tests/conformance/linux $(O) $(LINUX) base_board iot2050 serial_dma mailbox remoteproc remoteproc_split remoteproc_attach

# By hand, since it downloads as much again: the newer kernel that Debian's bookworm has besides its own.
check-linux-new: twin | $(SETUP)/run
	@tests/conformance/linux $(O) $(LINUX)-6.12 --package linux-image-6.12-arm64 base_board iot2050 kexec small_board

run-linux: twin | $(SETUP)/run
	@tools/run-linux $(O) $(LINUX)

# U-Boot, from Debian's source package.
UBOOT := $(BUILD)/u-boot

$(UBOOT)/stamp: tools/build-uboot | $(SETUP)/uboot $(SETUP)/r5f
	@CROSS_COMPILE_R5=$(CROSS_COMPILE_R5) tools/build-uboot $(CROSS_COMPILE) $(UBOOT)

check-long: $(UBOOT)/stamp

check-uboot: firmware r5 twin net $(UBOOT)/stamp | $(SETUP)/run $(SETUP)/images
	@CROSS_COMPILE=$(CROSS_COMPILE) CROSS_COMPILE_R5=$(CROSS_COMPILE_R5) tests/conformance/uboot $(O) $(UBOOT)

# GCC's execution tests, of Debian's package of its source, on the R5F. No more is unpacked.
GCC_TESTS := $(BUILD)/gcc-tests

$(GCC_TESTS)/stamp: tools/debian-package | $(SETUP)/source
	@tools/debian-package gcc-12-source amd64 $(GCC_TESTS)/package
	@tar -xJf $(GCC_TESTS)/package/usr/src/gcc-12/gcc-12*.tar.xz -C $(GCC_TESTS) --strip-components=1 \
	    --wildcards '*/gcc/testsuite/gcc.c-torture/execute'
	@rm -r $(GCC_TESTS)/package
	@touch $@

check-long: $(GCC_TESTS)/stamp

check-r5-strangers: twin $(GCC_TESTS)/stamp | $(SETUP)/run $(SETUP)/r5f
	@CROSS_COMPILE_R5=$(CROSS_COMPILE_R5) tests/conformance/r5f $(O) $(GCC_TESTS)
