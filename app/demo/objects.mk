# SPDX-License-Identifier: BSD-3-Clause
module-demo := $(addprefix app/demo/, demo.c ethernet.c loaders_file.c)
r5-module-demo := $(addprefix app/demo/, demo.c own_image.c)
