# SPDX-License-Identifier: BSD-3-Clause
# lwIP, from Debian's source package: for an application that says `app-libraries := lwip` and has
# its lwipopts.h and arch/cc.h in a folder `port`; and for this machine (mk/net.mk).

LWIP          := $(BUILD)/lwip
LWIP_SOURCE   := $(LWIP)/source/src
LWIP_PARTS    := $(addprefix core/, def.c inet_chksum.c init.c ip.c mem.c memp.c netif.c pbuf.c raw.c stats.c \
                   tcp.c tcp_in.c tcp_out.c timeouts.c udp.c altcp.c altcp_alloc.c altcp_tcp.c \
                   ipv4/dhcp.c ipv4/etharp.c ipv4/icmp.c ipv4/ip4.c ipv4/ip4_addr.c ipv4/ip4_frag.c) \
                 netif/ethernet.c apps/http/httpd.c

# Its headers are not ours to warn about; port/ is.
lwip-includes  = -isystem $(LWIP_SOURCE)/include -I$(1)/port

$(LWIP)/stamp: tools/debian-package | $(SETUP)/firmware $(SETUP)/source
	@tools/debian-package lwip source $(LWIP)
