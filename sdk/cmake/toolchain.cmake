# SPDX-License-Identifier: BSD-3-Clause
# CMake toolchain file: AArch64 bare metal. CROSS_COMPILE in the environment names another toolchain.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
if(DEFINED ENV{CROSS_COMPILE})
  set(K3METAL_CROSS_COMPILE $ENV{CROSS_COMPILE})
else()
  set(K3METAL_CROSS_COMPILE aarch64-linux-gnu-)
endif()
set(CMAKE_C_COMPILER ${K3METAL_CROSS_COMPILE}gcc)
set(CMAKE_ASM_COMPILER ${K3METAL_CROSS_COMPILE}gcc)
set(CMAKE_OBJCOPY ${K3METAL_CROSS_COMPILE}objcopy)
# What CMake links to try the compiler out could not run without a linker script.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

