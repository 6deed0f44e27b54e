# SPDX-License-Identifier: BSD-3-Clause
# A node on the Ethernet (docs/ethernet.md).
app-name      := net
app-modules   := prompt
app-libraries := lwip
app-warnings   = $(WARNINGS)
app-embeds    := page.html
