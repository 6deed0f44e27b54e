# SPDX-License-Identifier: BSD-3-Clause
"""Mutations written by hand: what a generator does not come to, and what once escaped every test."""

# (what is broken, changes). A change is (file, text, text instead), where the text stands once in
# the file; or the beginning of ids, for all generated mutations whose id begins so, at once.
WRITTEN = [
    ("INTA's status is not cleared", [
        ("msi/parents/vint.c", "    mmio_write64((uintptr_t)&registers->status_clear, status);\n", "")]),
    ("a transfer ring's doorbell is skipped", [
        ("drivers/udma/ring.h",
         "    barrier_before_doorbell();\n    mmio_write32((uintptr_t)&ring->registers->doorbell, count);\n",
         "    (void)count;\n    (void)ring;\n")]),
    ("a completion ring's doorbell is skipped", [
        ("drivers/udma/ring.h",
         "    mmio_write32((uintptr_t)&ring->registers->doorbell, 0u - count);", "    (void)count; (void)ring;")]),
    ("the ITS's SYNC is dropped", [
        ("drivers/gic/its_queue.c",
         "i < batch->target_count; i++) {", "i + 1 < batch->target_count; i++) {")]),
    ("a freed event stays mapped", [
        ("msi/parents/inta.c", "error != 0 ? error : irq_mapping_clear(&event->mapping);", "error;")]),
    ("freeing waits for no handler", [
        ("msi/quiesce.c", "    if ((inside & 1u) == 0)\n        return 0;\n",
         "    if (count > 0 || (inside & 1u) == 0)\n        return 0;\n")]),

    ("a suspend forgets the ITS's tables", [
        ("drivers/gic/its.c", "set_again(its.base + GITS_BASER(n), saved.table_bases[n]);", "n < GITS_BASER_COUNT;")]),
    ("edges that were pending before a suspend are forgotten", [
        ("drivers/gic/gic_suspend.c", "    mmio_write32(bits + GIC_ISPENDR, word->pending);\n", "")]),
    ("a ring whose event had nowhere to go is not looked at", [
        ("msi/parents/inta.c", "    if (lost)\n        vint_raise(event->vint, event->mapping.bit);\n", "")]),

    # These escaped the tests of version 0.1.0.
    ("the search for a region of LPIs looks at the first 64 words", [
        ("msi/parents/lpi_regions.c", "    for (uint32_t i = 0; i < words; i++) {\n        uint32_t at",
         "    for (uint32_t i = 0; i < words && i < 1; i++) {\n        uint32_t at")]),
    ("a freed interrupt stays on the list of replays", [
        ("msi/state.c", "        (void)withdraw_everywhere(irq);\n", "        (void)withdraw_everywhere;\n")]),
    ("a freed interrupt is never marked dead", [
        ("msi/state.c", "    mask(irq, IRQ_STATE_DEAD | IRQ_STATE_MASKED);\n", "    mask(irq, IRQ_STATE_MASKED);\n")]),
    ("the router is not locked", ["msi/parents/intr.c:intr_line_open:lock", "msi/parents/intr.c:intr_line_close:lock"]),
    ("binding is not locked", ["msi/registry.c:irq_binding_create:lock"]),
    ("unbinding is not locked", ["msi/registry.c:irq_unbind:lock"]),
    ("moving is not locked", ["msi/irq.c:irq_set_affinity:lock"]),
    ("restoring messages is not locked", ["msi/irq.c:irq_restore_messages:lock"]),
    ("a page's full bit is kept", ["msi/sources.c:irq_sources_remove:assignment:534c5803"]),
    ("no stale pending edge is cleared", [
        ("msi/parents/spi.c", "        error = root_clear_pending(intid);\n", "        error = 0;\n"),
        ("msi/parents/spi.c", "    (void)root_clear_pending(intid);", "    ")]),
    ("evacuating waits for no handler", [
        ("msi/evacuate.c", "    return error == 0 ? irq_quiesce() : error;\n", "    return error;\n")]),
    ("udma_copy() is not refused during a close", [
        ("drivers/udma/transfer.c", "    channel->first_free = &channel->no_slot;\n", "")]),
    ("IRQ_FLAG_EDGE is ignored", [
        ("msi/parents/wired.c", "(flags & IRQ_FLAG_EDGE) != 0 ? ROOT_EDGE : ROOT_LEVEL",
         "(flags & IRQ_FLAG_EDGE) != 0 ? ROOT_LEVEL : ROOT_LEVEL")]),
    ("IRQ_CORE_ANY is core 0", [
        ("msi/request.c", "irq->core = irq_place_anywhere(irq->cores);", "irq->core = 0;")]),
    ("a kept interrupt's memory is not cleared", [
        ("msi/request.c", "return memset(irq, 0, parent->ops->irq_size);", "return irq;")]),
    ("a core that waits elsewhere is not told of its answer", [
        ("drivers/ti_sci/ti_sci.c", "elsewhere = exchange->core != core_id();", "elsewhere = false;")]),
    ("an interrupt whose handler hangs is not kept", [
        ("msi/request.c", "    int error = stop(irq);\n", "    int error = stop(irq) * 0;\n")]),
    ("what is replayed holds nothing back", [
        ("msi/nesting.c", "bool held = root_running_priority() > priority;", "bool held = false;")]),
    ("an urgent interrupt advances the generation", [
        ("msi/nesting.c", "    irq_dispatch_nested(own);\n", "    irq_dispatch_traced(context);\n")]),
    ("an urgent interrupt spoils FP/SIMD", [
        ("arch/arm64/nesting.c", "        exception_restore_fp(&area);", "        (void)area;")]),
    ("a storm of urgent interrupts is not looked for", [
        ("msi/nesting.c", "    irq_storm_nested(core, depth, own->value, root_is_raised());",
         "    (void)root_is_raised;")]),
    ("an urgent event's line is shared", [
        ("msi/parents/vint.c", "vint->alone = !irq_priority_is_default(priority);", "vint->alone = false;")]),
    ("handlers of SGIs are not interrupted", [
        ("msi/local.c", "irq_call_open(&irq_generations[core], handler, context, ROOT_PRIORITY_DEFAULT)",
         "handler(context)")]),
    ("a message's priority is default", [
        ("msi/parents/its.c", "irq->core, irq->priority->number);", "irq->core, GIC_PRIORITY_DEFAULT);")]),
]
