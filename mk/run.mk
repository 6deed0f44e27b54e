# SPDX-License-Identifier: BSD-3-Clause
# What a person types to see it run. APP=folder runs another application; ARGS="words" are its boot
# arguments; INPUT=file lies in memory as the loader's file.

ifeq ($(APP),app/default)
INPUT ?= $(APP_IMAGE)
endif

# As one word of the shell, whatever is in it.
quoted-args = '$(subst ','\'',$(ARGS))'

.PHONY: run debug picture
run: firmware twin | $(SETUP)/run
	@tools/run-app --twin $(TWIN) --image $(APP_ELF) $(if $(INPUT),--initrd "$(INPUT)") \
	    $(if $(filter app/default,$(APP)),--demo) $(if $(ARGS),--append $(quoted-args))

ifeq ($(CORE),r5)
# The Cortex-R5F's application alone: R5_APP=folder is another one (mk/r5.mk).
debug: r5 twin | $(SETUP)/run $(SETUP)/debug
	@tools/debug --twin $(TWIN) --core r5 --r5 $(R5_ELF)
else
debug: firmware twin | $(SETUP)/run $(SETUP)/debug
	@tools/debug --twin $(TWIN) --image $(APP_ELF) $(if $(INPUT),--initrd "$(INPUT)") $(if $(ARGS),--append $(quoted-args))
endif

# An NVMe drive, read by all cores; DISK=file is its image.
.PHONY: run-nvme
run-nvme: firmware twin | $(SETUP)/run
	@$(MAKE) --no-print-directory firmware APP=app/nvme
	@tools/run-nvme --image $(O)/apps/nvme/nvme.elf $(if $(DISK),--disk "$(DISK)")

# The picture of docs/msi.md: what `irq dot` prints in a run, laid out by Graphviz.
picture: firmware twin | $(SETUP)/run $(SETUP)/picture
	@tools/twin --twin $(TWIN) --image $(APP_ELF) --append selftest=msi_report --timeout 60 --strict </dev/null >$(O)/picture.log \
	    || { tail -n 5 $(O)/picture.log; exit 1; }
	@tr -d '\r' <$(O)/picture.log | sed -n '/^strict digraph/,/^}/p' >$(O)/picture.dot
	@test -s $(O)/picture.dot || { echo "picture: the run has printed no graph ($(O)/picture.log)"; exit 1; }
	@dot -Tsvg -o $(O)/picture.svg $(O)/picture.dot
	@mv $(O)/picture.svg docs/topology.svg
