# SPDX-License-Identifier: BSD-3-Clause
"""Mutations written by hand: what a generator does not come to, and what once escaped every test."""

# (what is broken, [(file, text, text instead)]); each text stands once in its file.
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
         "    error = submit(queue, commands, 1u + target_count, &batch, deadline);\n",
         "    error = submit(queue, commands, 1u, &batch, deadline);\n")]),
    ("a freed event stays mapped", [
        ("msi/parents/inta.c", "    int error = irq_mapping_clear(&event->mapping);\n", "    int error = 0;\n")]),
    ("freeing waits for no handler", [
        ("msi/quiesce.c", "    if (all_moved_on(&quiesce))\n        return 0;\n",
         "    if (quiesce.count > 0 || all_moved_on(&quiesce))\n        return 0;\n")]),
]
