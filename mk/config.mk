# SPDX-License-Identifier: BSD-3-Clause
# Toolchain, flags and folders.

CROSS_COMPILE ?= aarch64-linux-gnu-
HOSTCC        ?= gcc
BUILD         ?= build
V             ?= 0

# Builds for tests, each in a folder of its own (mk/sanitize.mk, mk/delay.mk).
FLAVOURS := sanitized delayed
FLAVOUR ?=

.DELETE_ON_ERROR:
.SUFFIXES:

CC      := $(CROSS_COMPILE)gcc
AR      := $(CROSS_COMPILE)ar
LD      := $(CROSS_COMPILE)ld
OBJCOPY := $(CROSS_COMPILE)objcopy
TARGET  := $(notdir $(patsubst %-,%,$(CROSS_COMPILE)))
NEWLIB  := $(BUILD)/newlib/$(TARGET)
LIBFDT  := $(BUILD)/libfdt
O       := $(BUILD)/$(TARGET)$(addprefix -,$(FLAVOUR))
Q       := $(if $(filter 1,$(V)),,@)
COMMA   := ,

ifneq ($(words $(CURDIR)),1)
$(error The path of this folder has blanks, which make can't handle: $(CURDIR))
endif

MAKEFILE_PARTS := Makefile $(wildcard mk/*.mk)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla -Werror

# The A53's errata that a compiler and a linker can keep clear of (docs/hardware.md): named, since
# they are each compiler's own choice otherwise, and Debian's takes one of them. The compiler hands
# them to the linker, which mends what libraries bring.
ERRATA_FLAGS = -mfix-cortex-a53-835769 -mfix-cortex-a53-843419

# -fno-pie, -mno-outline-atomics: Debian's compiler is one for Linux; its defaults make position
#   independent programs and atomics that ask Linux for the CPU's features.
# -mgeneral-regs-only: no FP/SIMD in the firmware's own code, so that an interrupt need not save
#   those registers unless a handler calls newlib (arch/arm64/vectors.S).
# -mstrict-align: boot code runs before the MMU is on, where every access is to Device memory.
# -ffile-prefix-map: the same sources make the same files, wherever they lie.
# -fno-...unwind-tables: unwind information for a debugger only (.debug_frame), none in the image.
COMMON_FLAGS = $(ERRATA_FLAGS) -mcpu=cortex-a53 -fno-pie -mno-outline-atomics -fno-stack-protector -fno-common \
               -ffunction-sections -fdata-sections -fno-omit-frame-pointer \
               -fno-asynchronous-unwind-tables -fno-unwind-tables
TARGET_FLAGS = $(COMMON_FLAGS) -mgeneral-regs-only -mstrict-align -g -MMD -MP \
               -ffile-prefix-map=$(CURDIR)=.

# What the compiler brings itself, never the host system's; asked for once, when it is needed.
COMPILER_INCLUDES = $(eval COMPILER_INCLUDES := $(FOUND_INCLUDES))$(COMPILER_INCLUDES)
FOUND_INCLUDES = -nostdinc -isystem $(shell $(CC) -print-file-name=include 2>/dev/null) \
                    -isystem $(shell $(CC) -print-file-name=include-fixed 2>/dev/null)

LIBRARY_INCLUDES = -isystem $(NEWLIB)/aarch64-none-elf/include -isystem $(LIBFDT)/usr/include \
                   -I. -Iarch/arm64/include -Iarch/common/include -Idrivers/gic/include

# _DEFAULT_SOURCE: newlib hides strnlen, strtok_r, sniprintf and the like from a strict C11 program
#   otherwise. The library formats with sniprintf(), which knows no %f and is 14 KB smaller for it.
# __DYNAMIC_REENT__: as newlib is built (tools/build-newlib): its state is per core.
# OPTIMIZE: -Os, but for what an interrupt or a copy goes through (mk/firmware.mk).
OPTIMIZE        = -Os
FIRMWARE_CFLAGS = -std=c11 -D_DEFAULT_SOURCE -D__DYNAMIC_REENT__ $(OPTIMIZE) $(TARGET_FLAGS) \
                  $(COMPILER_INCLUDES) $(LIBRARY_INCLUDES) $(FLAVOUR_CFLAGS)
FIRMWARE_ASFLAGS = $(TARGET_FLAGS) -I. -Iarch/arm64/include -Iarch/common/include

# What an application is compiled with, here and from the SDK. It may use FP/SIMD.
APP_FLAGS  = $(COMMON_FLAGS) -D__DYNAMIC_REENT__
APP_CFLAGS = $(APP_FLAGS) -O2 -g -MMD -MP $(COMPILER_INCLUDES) $(LIBRARY_INCLUDES) $(FLAVOUR_CFLAGS)

LDFLAGS = $(ERRATA_FLAGS) -static -nostdlib -no-pie -Wl,--gc-sections -Wl,--fatal-warnings -Wl,--build-id=none \
          -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack
