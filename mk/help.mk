# SPDX-License-Identifier: BSD-3-Clause

.PHONY: help clean
clean:
	rm -rf $(O) $(addprefix $(O)-,$(FLAVOURS)) $(H) $(TSAN) $(BUILD)/delayed-asan $(BUILD)/delayed-tsan $(COVERAGE) $(Z)

help:
	@echo "make run [INPUT=file]   build, boot on the twin, copy the file by DMA, print every route"
	@echo "make check              all tests, on the host and on the twin"
	@echo "make check-host | check-target   the parts of it on this machine, on the twin"
	@echo "make check-sanitized    self-test and demonstration, built with sanitizers (docs/testing.md)"
	@echo "make check-delayed      a part of it, built with pauses wherever cores could meet"
	@echo "make check-all          the longer ones too"
	@echo "make check-long         those of its suites that check leaves out: sanitizers, moods, soak, models, U-Boot"
	@echo "make coverage           which lines and branches the tests run (docs/testing.md)"
	@echo "make fuzz [FUZZ_SECONDS=20] [FUZZ_TARGETS=names]   random input under sanitizers (docs/testing.md)"
	@echo "make bench              what things cost, for Linux too: docs/performance.md"
	@echo "make check-bench        what interrupts, copies, requests cost, held against the tree's table;"
	@echo "make bench-update       ... writes the table (docs/performance.md)"
	@echo "make debug              boot under GDB"
	@echo "make flash              load it into a board through JTAG and run it (PROBE=xds110 or jlink)"
	@echo "make debug-board        load it into a board, and stop in GDB at its entry"
	@echo "make image [DTB=file]   pack for boards: Image, k3metal.itb, u-boot.img, sdcard/"
	@echo "make check-linux        boot Debian's arm64 kernel on the twin and judge its drivers"
	@echo "make check-linux-new    the same with a newer one, Linux 6.12"
	@echo "make run-linux          the same to a shell; Ctrl-A x ends it"
	@echo "make run-net [NET_PORT=8080]   the application on the network, on the twin; prints its page's address"
	@echo "make check-net          ... tests it: transfers, a bad wire, nonsense, the page in a browser"
	@echo "make check-uboot        build U-Boot from Debian's sources, boot with it on the twin"
	@echo "make soak               a quarter of a million requests and frees (SOAK=soak: a million more), and pauses"
	@echo "make prove [PROVE=all]  check the models of the interrupt layer completely: minutes"
	@echo "make check-mutations    break the firmware, and see the tests fail (MUTATIONS=200: more)"
	@echo "make check-mutations-by-hand   the same with those written by hand only"
	@echo "make sdk                library, headers, tools, templates in a folder that can be moved"
	@echo "make firmware | twin    just build: $(APP_ELF), Image, $(TWIN)"
	@echo "make format             lay the sources out; make check-format only looks"
	@echo "make clean              forget what was built (not newlib)"
	@echo "All of run, debug, image, flash: APP=folder takes another application (docs/application.md)."
	@echo "Variables: CROSS_COMPILE=$(CROSS_COMPILE) BUILD=$(BUILD) V=1 (show commands)"
