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
        ("msi/parents/spi.c", "(flags & IRQ_FLAG_EDGE) != 0 ? ROOT_EDGE : ROOT_LEVEL",
         "(flags & IRQ_FLAG_EDGE) != 0 ? ROOT_LEVEL : ROOT_LEVEL")]),
    ("a stranger's element does not keep its ring's event", [
        ("drivers/link/run.c", "keep = link->stashed || link_is_resting(link);", "keep = link_is_resting(link);")]),
    ("what another side did not acknowledge is not sent again", [
        ("drivers/link/messages.c", "link->base = link->put = link->confirmed;", "link->base = link->put;")]),
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
        ("msi/nesting.c", "    irq_storm_nested(core, depth, own->value, root_is_raised(own->root));",
         "    (void)root_is_raised;")]),
    ("an urgent event's line is shared", [
        ("msi/parents/vint.c", "vint->alone = !irq_priority_is_default(priority);", "vint->alone = false;")]),
    ("handlers of SGIs are not interrupted", [
        ("msi/local.c", "irq_call_open(&irq_generations[core], handler, context, ROOT_PRIORITY_DEFAULT)",
         "handler(context)")]),
    ("a message's priority is default", [
        ("msi/parents/its.c", "irq->core, irq->priority->number);", "irq->core, GIC_PRIORITY_DEFAULT);")]),

    # The Cortex-R5F's, and what goes between it and the A53s.
    ("the VIM's pulse is not cleared when it is taken", [
        ("drivers/vim/vim.c",
         "    if ((vim_state.pulse[input / 32] & bit) != 0)\n        mmio_write32(vim_group(input) + VIM_STS, bit);\n", "")]),
    ("a level that software has raised is not raised again", [
        ("drivers/vim/vim.c", "        vim_state.again[input / 32] |= bit_of(input);\n", "")]),
    ("what is active in the VIM of a program before stays so", [
        ("drivers/vim/vim.c", "i < ACTIVE_MAX; i++) {", "i + 1 < 1; i++) {")]),
    ("inputs of the VIM that a program before has enabled stay so", [
        ("drivers/vim/vim.c", "    mmio_write32(group + VIM_INTR_EN_CLR, ALL);\n", "")]),
    ("an enabled input of the VIM gets another trigger", [
        ("drivers/vim/vim.c", "            error = -EBUSY;\n        else\n            write_trigger",
         "            error = 0;\n        if (error == 0)\n            write_trigger")]),
    ("the R5F is let go before its program is there", [
        ("drivers/r5f/r5f.c", "    if (error == 0)\n        error = halt(core);\n", "")]),
    ("an R5F that runs for another is loaded", [
        ("drivers/r5f/r5f.c", "        error = downwards(core, check_idle);", "        error = 0 * downwards(core, check_idle);")]),
    ("an R5F that can't be started is kept", [
        ("drivers/r5f/r5f.c", "    else\n        (void)give_back(core); /* tells, and is tried again */\n", "")]),
    ("an R5F that works is stopped without being waited for", [
        ("drivers/r5f/r5f.c", "cores[core].started && !at_once ? await_wfi(core) : 0;",
         "cores[core].started && !at_once ? 0 * await_wfi(core) : 0;")]),
    ("room in a mailbox that came before its interrupt was enabled is missed", [
        ("drivers/mailbox/mailbox.c", "    return !is_full(mailbox);\n", "    return false;\n")]),
    ("who was told of room in a mailbox is told again and again", [
        ("drivers/mailbox/mailbox.c", "        mailbox->wants_ready = false;\n", "")]),
    ("a mailbox that is closed keeps its user and FIFOs", [
        ("drivers/mailbox/mailbox.c", "    unclaim(&mailbox->config);\n    free(mailbox);", "    free(mailbox);")]),
    ("a mailbox that is closing sends", [
        ("drivers/mailbox/mailbox.c", "    if (mailbox->closing) {\n        error = -ECANCELED;\n    } else if", "    if")]),
    ("a buffer that Linux names outside of its memory is believed", [
        ("drivers/rpmsg/vring.c",
         "    if (size > window->size || offset > window->size - size)\n        return NULL;\n",
         "    (void)size;\n")]),
    ("a queue that claims more buffers than it has is read", [
        ("drivers/rpmsg/vring.c", "    if (waiting > ring->count)\n        return -EPROTO;\n", "")]),
    ("Linux is kicked against its wish", [
        ("drivers/rpmsg/vring.c",
         "(ring->available[0] & NO_INTERRUPT) == 0", "(ring->available[0] & NO_INTERRUPT) < 2")]),
    ("a driver of Linux's that went and came between two looks is not noticed", [
        ("drivers/rpmsg/rpmsg.c",
         "rpmsg->state == RPMSG_DOWN || vring_is_stale(&rpmsg->transmit) ||\n        vring_is_stale(&rpmsg->receive)",
         "rpmsg->state == RPMSG_DOWN")]),
    ("a message's length is believed", [
        ("drivers/rpmsg/rpmsg.c", "header->length > buffer->size - sizeof(*header) || ", "")]),
    ("a buffer that a message does not fit into is lost", [
        ("drivers/rpmsg/rpmsg.c", "        rpmsg->transmit.taken--;\n", "")]),
    ("the trace's text has no end while it grows", [
        ("lib/log_buffer.c", "    buffer[used + 1] = '\\0';\n", "")]),
    ("a range that is reserved twice is an R5F's", [
        ("lib/device_tree_r5f.c", "found >= 0 || ", "")]),
    ("an R5F gets memory that the firmware uses", [
        ("lib/device_tree_r5f.c", "memory_range_overlaps(own, range->base, end) ||", "own == NULL ||")]),
    ("an 82574's received frames have one message, and no other", [
        ("drivers/e1000e/path.c", "    e1000e_write(e1000e, E1000E_IMS, E1000E_CAUSE_RXQ0);\n", "")]),
    ("an 82574's sent frames have one message, and no other", [
        ("drivers/e1000e/path.c", "    e1000e_write(e1000e, E1000E_IMS, E1000E_CAUSE_TXQ0);\n", "")]),
    ("an 82574's frame of several pieces is one descriptor", [
        ("drivers/e1000e/path.c", "    ring->taken += slot->descriptors;\n    __atomic", "    ring->taken += slot->descriptors != 0;\n    __atomic")]),
    ("a part of a frame is one", [
        ("drivers/e1000e/path.c", "(word & E1000E_RX_EOP) != 0 && ", "")]),
    ("who found an 82574's ring full is not told when there is room", [
        ("drivers/e1000e/path.c", "    if (taken != 0)\n        tell_room(e1000e);\n", "    (void)tell_room;\n")]),
    ("an 82574's link changes once", [
        ("drivers/e1000e/link.c", "    e1000e_write(e1000e, E1000E_ICR, E1000E_CAUSES_OTHER);\n", "")]),
    ("an 82574 that was gone is there again", [
        ("drivers/e1000e/link.c", "e1000e->status == E1000E_GONE || e1000e_is_lost(e1000e)", "e1000e_is_lost(e1000e)")]),
    ("an 82574 whose bus was reset goes on", [
        ("drivers/e1000e/e1000e.c", "    if (error != 0)\n        e1000e_lose(context);\n",
         "    (void)e1000e_lose;\n    (void)context;\n    (void)error;\n")]),
    ("an 82574 is reset without a link", [
        ("drivers/e1000e/controller.c", "    if (e1000e_is_lost(e1000e))\n        return -ENODEV;\n", "")]),
    ("an 82574 does not know of the buffers that it had before the start", [
        ("drivers/e1000e/e1000e.c", "        mmio_write32(ring->tail, ring->put & ring->mask);\n", "")]),
    ("an 82574 that does not stop gives buffers back that it may write to", [
        ("drivers/e1000e/e1000e.c", "    if (e1000e->stop_error != 0)\n        (void)pci_disable(e1000e->function);\n", "")]),
    ("an NVMe completion queue's phase stays", [
        ("drivers/nvme/path.c", "queue->phase = phase ^ NVME_PHASE;", "queue->phase = phase;")]),
    ("an NVMe completion of another command is believed", [
        ("drivers/nvme/path.c", "slot->ids != NVME_IDS(entry) || request == NULL",
         "request == NULL")]),
    ("an NVMe completion of another queue's command is believed", [
        ("drivers/nvme/path.c", "slot->ids != NVME_IDS(entry) || request == NULL",
         "(slot->ids ^ NVME_IDS(entry)) >> 16 != 0 || request == NULL")]),
    ("an NVMe drive that was formatted is used on", [
        ("drivers/nvme/start.c", "found.shift != nvme->block_shift ||", "")]),
    ("an NVMe drive that has shrunk has its old end", [
        ("drivers/nvme/start.c", "    relaxed_store64(&nvme->block.blocks, found.blocks);\n", "")]),
    ("an NVMe command has its slot's last id again", [
        ("drivers/nvme/path.c", "slot->ids + (mask + 1) * NVME_COMMAND_ONE", "slot->ids")]),
    ("a list of an NVMe command's pages lacks the last", [
        ("drivers/nvme/path.c", "for (; next < end; next += page)",
         "for (; next + page < end; next += page)")]),
    ("an NVMe controller is not told what was taken", [
        ("drivers/nvme/path.c", "    mmio_write32(queue->head_doorbell, queue->head & queue->completion_mask);\n    if (wants_room(queue))",
         "    if (wants_room(queue))")]),
    ("who waits for room in an NVMe queue is not told", [
        ("drivers/nvme/path.c", "    if (wants_room(queue))\n        wait_signal(queue);\n",
         "    (void)wants_room;\n")]),
    ("an NVMe command that is late is not looked for", [
        ("drivers/nvme/watch.c", "        late |= has_late(&nvme->queues[i]);\n",
         "        (void)has_late;\n")]),
    ("an NVMe queue that was idle once is not watched again", [
        ("drivers/nvme/watch.c", "    queue->watched = busy;\n",
         "    queue->watched = true;\n")]),
    ("an NVMe drive is not watched after a suspend that was late", [
        ("drivers/nvme/watch.c", "    nvme->watch_paused = true;\n    return timeout_end(&nvme->timeout);",
         "    int error = timeout_end(&nvme->timeout);\n\n    nvme->watch_paused = error == 0;\n    return error;")]),
    ("an NVMe interrupt that was lost is an error", [
        ("drivers/nvme/recovery.c", "        (void)nvme_vector_interrupt(&nvme->vectors[i]);\n",
         "        ;\n")]),
    ("an NVMe controller that does not stop stays on the bus", [
        ("drivers/nvme/recovery.c", "    if (error != 0)\n        nvme->port.quiet(nvme->port.context);\n",
         "")]),
    ("an NVMe controller is not reset by its bus", [
        ("drivers/nvme/recovery.c",
         "        error = nvme->port.reset(nvme->port.context);\n        if (error == 0)\n"
         "            error = nvme_controller_disable(nvme);\n",
         "        ;\n")]),
    ("NVMe's vectors are masked for good after a reset", [
        ("drivers/nvme/recovery.c", "        nvme_queue_reset(&nvme->admin);\n        mask_all(nvme, false);\n",
         "        nvme_queue_reset(&nvme->admin);\n")]),
    ("an NVMe queue's vector is not shared", [
        ("drivers/nvme/start.c", "queue % nvme->port.vectors;",
         "0;")]),
    ("an NVMe drive that is closed keeps its vectors", [
        ("drivers/nvme/nvme.c", "        int error = nvme->vectors[i].irq != NULL ? irq_free(nvme->vectors[i].irq) : 0;\n",
         "        int error = 0;\n")]),
    ("blocks beyond an NVMe drive's end are asked for", [
        ("drivers/nvme/path.c", "request->count <= left",
         "request->count != 0")]),
    ("a long read goes on at the same block", [
        ("lib/block.c", "        first += part;\n",
         "")]),

    ("a bridge that keeps no number is believed", [
        ("drivers/pci/enumerate.c", "error == 0 && secondary != scan->next_bus", "false")]),
    ("who is not ready is not there", [
        ("drivers/pci/enumerate.c", "error == 0 && (uint16_t)word == PCI_NOT_READY",
         "error != 0 && (uint16_t)word == PCI_NOT_READY")]),
    ("a bridge passes on nothing", [
        ("drivers/pci/assign.c", "window->size = address - window->bus;", "window->size = 0;")]),
    ("a function that is reset is accessed at once", [
        ("drivers/pci/reset.c", "    delay_us(RESET_US);\n", "")]),
    ("a function masters the bus before its messages are back", [
        ("drivers/pci/reset.c", "saved->command & (uint16_t)~PCI_COMMAND_MASTER", "saved->command")]),
    ("a function with a BAR that has no address is enabled", [
        ("drivers/pci/function.c", "            return -ENOSPC;\n    return set", "            break;\n    return set")]),
    ("a conventional bridge's devices send by their own ids", [
        ("drivers/pci/interrupt.c", "bridge->express == 0", "false")]),
    ("configuration accesses go out while the link is down", [
        ("drivers/pci/am65x_config.c", "    if (!link_is_up(controller))\n        return -EIO;\n", "    (void)link_is_up(controller);\n")]),
    ("a bus behind a bridge is accessed as the next one", [
        ("drivers/pci/am65x_config.c", "behind == 1 ? ATU_CONFIG0 : ATU_CONFIG1", "ATU_CONFIG0")]),
    ("an empty slot's controller stays on", [
        ("drivers/pci/am65x.c", "    if (error != 0)\n        power_off(facts->device);", "    (void)0;")]),
    ("a SERDES is reset under a loader's link", [
        ("drivers/pci/am65x.c", "    stop_link(facts);\n    if (power_reset(", "    if (power_reset(")]),
    ("PERST# is driven without power", [
        ("drivers/pci/am65x.c", "    if (power_reset(&facts->reset) == 0) /* else the start will tell */\n", "")]),
    ("more windows are read than there is room for", [
        ("lib/device_tree_pci.c", "groups > (int)DEVICE_TREE_PCI_WINDOWS", "false")]),

    ("an NVMe drive's queues are deleted under a handler", [
        ("drivers/nvme/nvme.c", "return nvme_wait_for_handlers(nvme);", "return 0;")]),
    ("a read beyond the end of a block device begins", [
        ("lib/block.c", "count > blocks || first > blocks - count", "count > blocks")]),

    # PCI over resets, suspends and lost links.
    ("a bus is reset under another's function", [
        ("drivers/pci/bus_reset.c", "pci_take(other, OWNER) != 0) {\n            release", "false) {\n            release")]),
    ("a restored function's line is on", [
        ("drivers/pci/restore.c", "(void)pci_update16(function, PCI_COMMAND, PCI_COMMAND_MEMORY, 0);",
         "(void)pci_write16(function, PCI_COMMAND, 0);")]),
    ("another device in a function's place gets its addresses", [
        ("drivers/pci/restore.c", "error == 0 && id != function->device_id ? -ENODEV : error", "error")]),
    ("a device masters the bus while the SoC is suspended", [
        ("drivers/pci/suspend.c", "        (void)pci_update16(function, PCI_COMMAND, PCI_COMMAND_MASTER, 0);\n", "        return;\n")]),
    ("accesses go on after the link was lost", [
        ("drivers/pci/am65x_errors.c", "        pci_am65x_cut_off(controller);\n", "")]),
    ("a device behind a lost link goes on writing", [
        ("drivers/pci/am65x_errors.c",
         "    mmio_write16(command, mmio_read16(command) & (uint16_t)~PCI_COMMAND_MASTER);\n", "")]),
    ("a link that recovers is lost", [
        ("drivers/pci/am65x_config.c", "DBI_DEBUG1) & DBI_LINK_UP) != 0;",
         "DBI_DEBUG1) & (DBI_LINK_UP | DBI_LINK_TRAINS)) == DBI_LINK_UP;")]),
    ("a driver goes while it is told", [
        ("drivers/pci/suspend.c", "        function->suspend->resume(function->suspend_context, error);\n    mutex_unlock(mutex);\n",
         "        mutex_unlock(mutex), function->suspend->resume(function->suspend_context, error);\n"
         "    else\n        mutex_unlock(mutex);\n")]),
    ("a drive that is taken apart is told", [
        ("drivers/nvme/pci.c", "    error = pci_on_suspend(function, NULL, NULL); /* what it calls must not be freed */\n",
         "    error = 0;\n")]),
    ("a drive that is told of a lost link takes requests", [
        ("drivers/nvme/suspend.c", "        nvme_stop_all(nvme, error);", "        (void)error;")]),
    ("a link that has come back by itself is used as it was", [
        ("drivers/pci/am65x_errors.c", "((status & APP_ERROR_FATAL) != 0 ||", "((status & APP_ERROR_SYSTEM) != 0 ||")]),

    # Interrupts of PCI functions.
    ("a function's vector is not masked in it", [
        ("msi/parents/its.c", "    if (device->mask_source != NULL)", "    if (device->mask_source != NULL && !mask)")]),
    ("functions that share an id share their events", [
        ("msi/parents/its.c", "return irq->binding->first_event + irq->index;", "return irq->index;")]),
    ("masks are not restored with messages", [
        ("msi/message.c", "    if (slot != NULL)\n        irq_state_restore(irq);\n", "")]),
    ("what a freed vector has pending is its next owner's", [
        ("drivers/pci/msix.c", "    if (!is_in_use(msix, index) && is_pending(msix, index))",
         "    if (is_in_use(msix, index) && is_pending(msix, index))")]),
    ("a function that was reset gets no MSI", [
        ("drivers/pci/msi.c", "(control & PCI_MSI_ENABLE) == 0 ? begin", "msi->in_use == 0 ? begin")]),
    ("a serial line that a callback keeps open is closed", [
        ("drivers/serial/serial.c", "        return received;\n", "        return worse(serial->outcome, received);\n")]),
    ("alarms that a handler has kept are nobody's", [
        ("msi/timeout.c", "    kept = irq_ppi_free_all(ALARM_INTID) != 0;", "    (void)irq_ppi_free_all(ALARM_INTID);")]),
    ("what is given up is not freed later", [
        ("msi/request.c", "    if (irq_free(irq) == -EAGAIN)\n        keep(irq);\n", "    (void)irq_free(irq);\n")]),
    ("a line that is taken into use again is a stray at once", [
        ("msi/parents/shared.c", "    relaxed_store32(&line->idle, 0);\n    irq_stray_forget(", "    irq_stray_forget(")]),
    ("a late message of an abort's teardown ends the close", [
        ("drivers/udma/control.c", "    channel->stopped = false;\n    udma_slots_reset", "    udma_slots_reset"),
        ("drivers/udma/control.c", "    channel->cut_off = false;", "    channel->stopped = channel->cut_off = false;")]),
    ("a message that is pending in a pause stays behind when its device leaves", [
        ("drivers/gic/its.c", "        if (error == -ETIMEDOUT || error == -ENOBUFS)", "        if (error == -ETIMEDOUT)")]),
    ("a pending message stays behind when its device leaves", [
        ("drivers/gic/its.c", "        if (device->events[event].state != EVENT_UNMAPPED)\n            error = its_discard",
         "        if (device->events[event].state == EVENT_MAPPED)\n            error = its_discard")]),
    ("a level that one function of a line holds calls all", [
        ("msi/parents/shared.c", "           device->source_pending(device, irq->index);\n}\n\nstatic void nobody",
         "           device->source_pending != NULL;\n}\n\nstatic void nobody")]),
]
