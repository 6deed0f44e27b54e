# SPDX-License-Identifier: BSD-3-Clause
# The image that is flashed and tested.
app-name    := k3metal
app-modules := bench demo prompt r5 selftest tests
app-r5-modules := demo prompt
app-warnings = $(WARNINGS)
