# SPDX-License-Identifier: BSD-3-Clause
#
# Stops where the boot code hands over to C and looks at the machine. system/boot sets $level, $load
# and $wants_dtb, and connects. Each check prints "ok NAME" or "not ok NAME".

set pagination off
set confirm off
set width 0

define check
    # $arg0: the condition, without blanks; $arg1: its name. echo prints it with its quotes; printf would have the
    # target's malloc() make room for a string, and there is no heap yet.
    if $arg0
        echo ok $arg1\n
    else
        echo not ok $arg1\n
    end
end

# All hardware breakpoints: the code is not where it will run before it has copied itself.
hbreak *boot_main
# Any exception stops here first, which is then seen as a wrong pc.
hbreak *((unsigned long)&vectors + 0x200)
hbreak *((unsigned long)&vectors + 0x380)
continue

check ((long)$pc==(long)&boot_main) "C is reached and no exception was taken"

# boot_main(dtb, entry_level, load_address): arguments in x0-x2, still untouched.
check ($x1==$level) "the level of entry is known"
check ($x2==$load) "the load address is known"
if $wants_dtb
    # big-endian 0xd00dfeed
    check (*(int*)$x0==0xedfe0dd0) "x0 is the device tree"
end

# PSTATE in GDB's cpsr: M[3:0] = EL1h (5), DAIF (bits 9:6) all masked.
check (($cpsr&0x1f)==5) "EL1 with SPSel = 1"
check (($cpsr&0x3c0)==0x3c0) "DAIF are masked"

# M, C, SA, I, WXN; A and EE clear.
check (($SCTLR&0x0208100f)==0x0008100d) "MMU, caches, SP check and WXN are on"
check ($VBAR==(long)&vectors) "VBAR_EL1 is the vector table"
check ($TTBR0_EL1==(long)&mmu_root) "TTBR0_EL1 is our root table"
check ($ESR_EL1==0&&$ELR_EL1==0) "no exception to EL1 has left a syndrome"
check ($TPIDR_EL1==(long)&cores) "TPIDR_EL1 is core 0's"
check (($CPACR&0x300000)==0x300000) "FP/SIMD does not trap"

set $top = (unsigned long)&stacks + 0x11000
check ((long)$sp<=$top&&(long)$sp>$top-256) "SP is at the top of core 0's stack"
check ($x29==0&&$x30==0) "the backtrace ends here"

if $level == 2
    # RW, and nothing trapped or routed.
    check ($HCR_EL2==0x80000000) "HCR_EL2 is RW only"
    check (($CNTHCTL_EL2&3)==3) "CNTHCTL_EL2 lets EL1 at the counter and timer"
    check ($CNTVOFF_EL2==0) "CNTVOFF_EL2 is 0"
    check (($CPTR_EL2&0x80000400)==0) "CPTR_EL2 traps neither FP nor CPACR"
    check ($HSTR_EL2==0) "HSTR_EL2 is 0"
    check ($VTTBR_EL2==0) "VTTBR_EL2 is 0"
    check (($MDCR_EL2&0xffe0)==0&&($MDCR_EL2&0x1f)==(($PMCR_EL0>>11)&0x1f)) "MDCR_EL2 traps nothing and has the PMU's counters at EL1"
    check ($VMPIDR_EL2==0x80000000) "VMPIDR_EL2 is core 0's MPIDR"
    check ($VBAR_EL2==(long)&vectors) "VBAR_EL2 is the table, whose entries from below answer HVC"
end

# The copy is the whole image; el2-entry reads GDB's verdict on each section.
check (*(int*)((long)&image_start+56)==0x644d5241) "the image header is in place"
compare-sections .text
compare-sections .rodata

# What EL2's part of the table is for.
if $level == 2
    set $at=$pc
    set *(int*)$pc=0xd4000002
    stepi 8
    check ($pc==$at+4&&$x0==-1) "an HVC is answered: not supported"
end
printf "done\n"
kill
