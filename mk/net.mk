# SPDX-License-Identifier: BSD-3-Clause
# The application on the network (docs/ethernet.md): on the twin, and as a program of this machine
# (tests/net/node.c).
#
#   NET_PORT     of this machine, that leads to the page
#   NET_OPTIONS  more of tools/twin's
#   NET_CARD     1: on a card behind PCI Express (docs/e1000e.md), not on the port

NET_PORT ?= 8080
NET_USER := user,hostfwd=tcp:127.0.0.1:$(NET_PORT)-:80,hostfwd=tcp:127.0.0.1:10007-:7,hostfwd=udp:127.0.0.1:10007-:7,hostfwd=tcp:127.0.0.1:10009-:9,hostfwd=tcp:127.0.0.1:10019-:19
NET_WIRE := $(if $(filter 1,$(NET_CARD)),--device e1000e$(COMMA)netdev=$(subst $(COMMA),$(COMMA)$(COMMA),$(NET_USER)),--net $(NET_USER))

.PHONY: run-net check-net net
net: firmware twin
	@$(MAKE) --no-print-directory APP=app/net firmware

run-net: net | $(SETUP)/run
	@echo "The page: http://127.0.0.1:$(NET_PORT)/ as soon as the console tells an address. Ctrl-A x ends it."
	@tools/twin --twin $(TWIN) --image $(O)/apps/net/net.elf $(NET_WIRE) $(NET_OPTIONS)

# All of it; with what takes minutes, and in a browser.
check-net: net host-tests | $(SETUP)/run $(SETUP)/browser
	@tests/run $(O) $(H) --only network

N           := $(H)/net
NET_CFLAGS   = -std=gnu11 -O1 -g -fno-omit-frame-pointer $(HOST_SANITIZE) -MMD -MP -I. -Itests/host/include \
               -DHOST_TEST=1 -Dsniprintf=snprintf $(call lwip-includes,app/net)
NET_APP     := $(filter-out app/net/main.c app/net/command.c app/net/device_e1000e.c app/net/inventory.c,$(wildcard app/net/*.c))
NET_CODE    := $(NET_APP) $(addprefix tests/net/,machine.c port.c interrupts.c) arch/common/deadline.c lib/command.c
NET_OBJECTS := $(NET_CODE:%=$(N)/%.o) $(N)/app/net/page.S.o $(LWIP_PARTS:%=$(N)/lwip/%.o)

.PHONY: net-node
net-node: $(N)/node

$(N)/lwip/%.c.o: $(LWIP)/stamp $(wildcard app/net/port/*.h app/net/port/arch/*.h) $(MAKEFILE_PARTS) | $(SETUP)/host
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(NET_CFLAGS) -c -o $@ $(LWIP_SOURCE)/$*.c

$(N)/%.c.o: %.c $(LWIP)/stamp $(MAKEFILE_PARTS) | $(SETUP)/host $(SETUP)/net
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(NET_CFLAGS) $(WARNINGS) -c -o $@ $<

$(N)/%.S.o: %.S app/net/page.html $(MAKEFILE_PARTS) | $(SETUP)/host
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -c -o $@ $<

$(N)/libnet.a: $(NET_OBJECTS)
	$(Q)rm -f $@ && ar rcs $@ $^

$(N)/node: $(N)/tests/net/node.c.o $(N)/tests/net/faults.c.o $(N)/libnet.a
	$(Q)$(HOSTCC) $(HOST_SANITIZE) -o $@ $^ -lslirp

-include $(NET_OBJECTS:.o=.d) $(N)/tests/net/node.c.d $(N)/tests/net/faults.c.d

$(N)/test_net: $(N)/tests/net/test_net.c.o $(N)/tests/net/frames.c.o $(N)/libnet.a
	$(Q)$(HOSTCC) $(HOST_SANITIZE) -o $@ $^ -lcmocka

host-tests: $(N)/test_net $(N)/node
-include $(N)/tests/net/test_net.c.d $(N)/tests/net/frames.c.d
