# SPDX-License-Identifier: BSD-3-Clause
module-demo := app/demo/demo.c app/demo/ethernet.c
