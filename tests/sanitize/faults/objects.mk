# SPDX-License-Identifier: BSD-3-Clause
# Faults, committed one by one (tests/system/sanitized).
app-name     := faults
app-warnings  = $(WARNINGS)
