# SPDX-License-Identifier: BSD-3-Clause
"""Mutations written by hand: what a generator does not come to, and what once escaped every test."""

# (what is broken, changes). A change is (file, text, text instead), where the text stands once in
# the file; or the beginning of ids, for all generated mutations whose id begins so, at once.
WRITTEN = [
    ("INTA's status is not cleared", [
        ("msi/parents/vint.c", "    mmio_write64(REGISTER(vint, status_clear), status);\n", "")]),
    ("a transfer ring's doorbell is skipped", [
        ("drivers/udma/ring.c",
         "    barrier_before_doorbell();\n    mmio_write32(REGISTER(ring, doorbell), count);\n", "    (void)count;\n")]),
    ("a completion ring's doorbell is skipped", [
        ("drivers/udma/ring.c",
         "    mmio_write32(REGISTER(ring, doorbell), 0u - count);", "    (void)count; (void)ring;")]),
    ("the ITS's SYNC is dropped", [
        ("drivers/gic/its_queue.c",
         "submit(queue, commands, 1u + target_count, &batch,", "submit(queue, commands, 1u, &batch,")]),
    ("a freed event stays mapped", [
        ("msi/parents/inta.c", "error != 0 ? error : irq_mapping_clear(&event->mapping);", "error;")]),
    ("freeing waits for no handler", [
        ("msi/quiesce.c", "    if (all_moved_on(&quiesce))\n        return 0;\n",
         "    if (quiesce.count > 0 || all_moved_on(&quiesce))\n        return 0;\n")]),

    # These escaped the tests of version 0.1.0.
    ("the search for a region of LPIs looks at the first 64", [
        ("msi/parents/lpi_regions.c", "start <= regions->count - size; start += size",
         "start <= regions->count - size && start < WORD_BITS; start += size")]),
    ("a freed interrupt stays on the list of replays", [
        ("msi/state.c", "    (void)withdraw_everywhere(irq);\n", "    (void)withdraw_everywhere;\n")]),
    ("a freed interrupt is never marked dead", [
        ("msi/state.c", "    mask(irq, IRQ_STATE_DEAD | IRQ_STATE_MASKED);\n", "    mask(irq, IRQ_STATE_MASKED);\n")]),
    ("the router is not locked", ["msi/parents/intr.c:intr_line_open:lock", "msi/parents/intr.c:intr_line_close:lock"]),
    ("binding is not locked", ["msi/registry.c:irq_binding_create:lock"]),
    ("unbinding is not locked", ["msi/registry.c:irq_unbind:lock"]),
    ("moving is not locked", ["msi/irq.c:irq_set_affinity:lock"]),
    ("restoring messages is not locked", ["msi/irq.c:irq_restore_messages:lock"]),
    ("a page's full bit is kept", ["msi/sources.c:irq_sources_remove:assignment:534c5803"]),
    ("no stale pending edge is cleared", [
        ("msi/parents/spi.c", "        error = gic_clear_pending(intid);\n", "        error = 0;\n"),
        ("msi/parents/spi.c", "    (void)gic_clear_pending(intid);", "    ")]),
    ("evacuating waits for no handler", [
        ("msi/evacuate.c", "    return error == 0 ? irq_quiesce() : error;\n", "    return error;\n")]),
    ("udma_copy() is not refused during a close", [
        ("drivers/udma/transfer.c", "    if (channel->refusal != 0)\n        return channel->refusal;\n", "")]),
    ("IRQ_FLAG_EDGE is ignored", [
        ("msi/parents/wired.c", "(flags & IRQ_FLAG_EDGE) != 0 ? GIC_EDGE : GIC_LEVEL",
         "(flags & IRQ_FLAG_EDGE) != 0 ? GIC_LEVEL : GIC_LEVEL")]),
    ("IRQ_CORE_ANY is core 0", [
        ("msi/request.c", "request->core == IRQ_CORE_ANY ? irq_place_anywhere() :",
         "request->core == IRQ_CORE_ANY ? 0 :")]),
    ("an interrupt whose handler hangs is not kept", [
        ("msi/request.c", "    int error = stop(irq);\n", "    int error = stop(irq) * 0;\n")]),
]
