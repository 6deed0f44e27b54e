# SPDX-License-Identifier: BSD-3-Clause
#
# In the place of a core behind the probe: OpenOCD's commands that tools/openocd/*.cfg use,
# recorded in order. A test sets what the core answers in $core before the load.

set core(up) 1
set core(halts) 1
set core(level) 2
set core(caches) disabled
set core(ddr) good
set core(loads) 1
set core(x0) 0x90000000
set core(x1) 0
set core(cp15) 1
set core(control) 0

proc record {args} {
	echo "did: [join $args]"
}

proc a53_up {name} {
	global core
	record a53_up $name
	if {!$core(up)} { error "Could not find MEM-AP to control the core" }
}

proc r5_up {name} {
	global core
	record r5_up $name
	if {!$core(up)} { error "Error waiting for dbgdscr" }
}

# A register of CP15: arm mrc 15 op1 CRn CRm op2, and mcr with a value behind.
proc arm {operation coprocessor op1 crn crm op2 {value ""}} {
	global core
	if {!$core(cp15)} { error "arm $operation failed" }
	if {$operation eq "mrc"} { return $core(control) }
	record mcr $crn $crm $op2 [format 0x%x $value]
}

proc mww {address value count} {
	record mww [format 0x%x $address] [format 0x%x $value] [format 0x%x $count]
}

proc halt {milliseconds} {
	global core
	record halt
	if {!$core(halts)} { error "timed out while waiting for target halted" }
}

proc poll {} {
}

# The words of OpenOCD 0.12's armv8 code.
proc capture {script} {
	global core
	return "background polling: on\nam654.cpu.a53.0 halted in AArch64 state due to debug-request, current mode:\
		EL$core(level)H\ncpsr: 0x600003c9 pc: 0xfff2a3c8\nMMU: $core(caches), D-Cache: $core(caches),\
		I-Cache: $core(caches)"
}

proc write_memory {address width data} {
	global core memory
	if {$core(ddr) eq "aborts"} { error "abort occurred - dscr = 0x3047d57" }
	if {$core(ddr) eq "mirrored"} { set address [expr {$address & 0xff000000}] }
	set memory([format %x $address]) $data
}

proc read_memory {address width count} {
	global core memory
	if {$core(ddr) eq "dead"} { return 0xffffffff }
	if {$core(ddr) eq "mirrored"} { set address [expr {$address & 0xff000000}] }
	return $memory([format %x $address])
}

proc load_image {file address kind} {
	global core
	record load $kind [format 0x%x $address]
	if {!$core(loads)} { error "abort occurred" }
}

proc verify_image {file address kind} {
	record verify $kind
}

proc reg {name value} {
	record reg $name [format 0x%x $value]
}

proc get_reg {names} {
	global core
	foreach name $names { dict set answer $name $core($name) }
	return $answer
}

proc resume {} {
	record resume
}
