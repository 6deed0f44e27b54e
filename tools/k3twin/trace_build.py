# SPDX-License-Identifier: BSD-3-Clause
"""From the events of the twin and of the firmware to tracks, slices and flows.

Every event gets a time of its own: where the counter is too coarse, a few nanoseconds are added, so that the order
stays what it was. A flow is the way of one thing (a DMA transfer, an interrupt, a request) through the slices of
several tracks.
"""

from collections import defaultdict, deque

from k3twin import trace_sci
from k3twin.elf import name_of
from k3twin.trace_firmware import R5_FIRST, format_text

FIRMWARE, DEVICES = 1, 2
PROCESSES = {FIRMWARE: "firmware", DEVICES: "AM65x"}

# Thread ids in DEVICES, which are also the order on the screen.
SYSTEM_FIRMWARE, RINGS, CHANNELS, INTA, INTR, ITS, GIC, GIC_CORES = 100, 200, 1000, 2000, 3000, 4000, 5000, 6000

MCU = 0x10000          # AM65X_EVENT_MCU
NOWHERE = (1 << 64) - 1
NO_EVENT = 0xffff
STEP = 2               # nanoseconds from event to event, at least: there is room for one between (Software.answer)


class Slice:
    __slots__ = ("track", "name", "category", "start", "end", "args")

    def __init__(self, track, name, category, start, args):
        self.track, self.name, self.category, self.start, self.args = track, name, category, start, args
        self.end = None


class Flow:
    """points: (track, time), each inside a slice of that track, in the order of time."""

    def __init__(self, name):
        self.name, self.points = name, []

    def add(self, track, time):
        if not self.points or time >= self.points[-1][1]:
            self.points.append((track, time))


class Lanes:
    """Tracks of one name for slices that overlap: each takes the first track that is free."""

    def __init__(self, builder, first, name):
        self.builder, self.first, self.name, self.open = builder, first, name, []

    def begin(self, name, category, **args):
        if None not in self.open:
            self.open.append(None)
        lane = self.open.index(None)
        track = self.builder.track(DEVICES, self.first + lane, self.name if lane == 0 else f"{self.name} ({lane + 1})")
        self.open[lane] = self.builder.begin(track, name, category, args)
        return self.open[lane]

    def end(self, piece, **args):
        self.open[self.open.index(piece)] = None
        self.builder.end(piece, args)


def subject_name(what, number):
    return f"MCU {what} {number - MCU}" if number >= MCU else f"{what} {number}"


def signed(value):
    return value - (value >> 63 << 64)


class Builder:
    def __init__(self, elf, r5=()):
        """The A53s' program and the R5Fs'; None where there is none."""
        self.symbols = elf.symbols() if elf else []
        self.r5_symbols = [each.symbols() if each else [] for each in r5]
        self.now = 0
        self.tracks, self.slices, self.instants, self.flows = {}, [], [], []
        self.devices = Devices(self)
        self.software = Software(self)

    def at(self, time):
        self.now = max(time, self.now + STEP)

    def track(self, process, thread, name):
        self.tracks.setdefault((process, thread), name)
        return process, thread

    def begin(self, track, name, category, args):
        piece = Slice(track, name, category, self.now, args)
        self.slices.append(piece)
        return piece

    def end(self, piece, args):
        piece.end = self.now
        piece.args.update(args)

    def instant(self, track, name, category, args):
        self.instants.append((track, self.now, name, category, args))

    def flow(self, name):
        self.flows.append(Flow(name))
        return self.flows[-1]

    def build(self, twin, firmware):
        """twin: (time, kind, core, subject, first, second, bytes); firmware: (time, core, Event, values)."""
        merged = [(record[0], 0, i, record) for i, record in enumerate(twin)]
        merged += [(record[0], 1, i, record) for i, record in enumerate(firmware)]
        merged.sort(key=lambda item: item[:3])
        for time, source, _, record in merged:
            self.at(time)
            (self.software if source else self.devices).take(*record[1:])
        self.at(self.now)
        for piece in self.slices:
            if piece.end is None:
                self.end(piece, {"unfinished": True})


class Devices:
    """The twin's events."""

    def __init__(self, builder):
        self.builder = builder
        self.firmware = Lanes(builder, SYSTEM_FIRMWARE, "system firmware")
        self.rings = Lanes(builder, RINGS, "rings")
        self.inta = Lanes(builder, INTA, "INTA")
        self.intr = Lanes(builder, INTR, "INTR")
        self.gic = Lanes(builder, GIC, "GIC: pending")
        self.open = {}                                  # (what, number): its slice
        self.levels = set()                             # INTIDs whose line is high
        self.cores = defaultdict(list)                  # core: the slices of its active interrupts
        self.requests = {}                              # serial number: (slice, type)
        self.ring_waiting = defaultdict(deque)          # transfer ring: its doorbells' points
        self.popped = {}                                # transfer ring: the point of what left it last
        self.moving, self.returning = {}, {}            # channel, ring: the flow of its transfer
        self.ring_flows = {}                            # completion ring: the flow of what joined last
        self.event_ring = {}                            # event: the ring that sends it
        self.vint_waiting, self.vint_flows = {}, defaultdict(list)
        self.line_flows, self.irq_flows = {}, defaultdict(list)
        self.acknowledged = {}                          # core: (INTID, flows) that it took last
        self.completed = {}                             # descriptor: the flow of its transfer
        self.actions = {
            1: self.request, 2: self.answer, 3: self.ring, 4: self.fetched, 5: self.returned, 6: self.stopped,
            7: self.event, 8: self.vint, 9: self.output, 10: self.line, 11: self.message, 64: self.acknowledge,
            65: self.end_of_interrupt, 66: self.sgi, 67: self.core_power}

    def take(self, kind, core, subject, first, second, data):
        action = self.actions.get(kind)
        if action is not None:
            action(core, subject, first, second, data)

    # ---- system firmware

    def request(self, _core, serial, host, thread, data):
        header = trace_sci.header(data)
        values = {f"request.{key}": value for key, value in trace_sci.request(data).items()}
        piece = self.firmware.begin(trace_sci.name(header["type"]), "sci", host=host, thread=thread,
                                    sequence=header["sequence"], type=f"{header['type']:#06x}", **values)
        self.requests[serial] = (piece, header["type"])
        self.builder.software.request_arrived(header, piece)

    def answer(self, _core, serial, how, _host, data):
        if serial not in self.requests:
            return
        piece, kind = self.requests.pop(serial)
        args = {"result": "ACK" if how & 1 else "NAK"}
        if how & 1:
            args.update({f"answer.{key}": value for key, value in trace_sci.answer(kind, data).items()})
        if not how & 2:
            args["answer"] = "none was sent"
        self.firmware.end(piece, **args)

    # ---- rings and channels

    def ring(self, _core, ring, delta, state, _data):
        delta = signed(delta)
        occupied, event, hardware = state & 0xffffffff, state >> 32 & 0xffff, state >> 48 & 1
        key = ("ring", ring)
        if delta > 0:
            piece = self.open.get(key)
            if piece is None:
                piece = self.open[key] = self.rings.begin(subject_name("ring", ring), "ring", elements=0, most=0)
            piece.args["elements"] += delta
            piece.args["most"] = max(piece.args["most"], occupied)
            self.joined(ring, piece, delta, event, hardware)
        elif hardware:
            waiting = self.ring_waiting[ring]
            self.popped[ring] = waiting.popleft() if waiting else None
        elif occupied == 0:
            self.ring_waiting.pop(ring, None)
        if occupied == 0 and key in self.open:
            self.rings.end(self.open.pop(key))

    def joined(self, ring, piece, count, event, hardware):
        if not hardware:
            self.ring_waiting[ring].extend([(piece.track, self.builder.now)] * min(count, 128))
            return
        flow = self.returning.pop(ring, None)
        self.ring_flows[ring] = flow
        if flow is not None:
            flow.add(piece.track, self.builder.now)
        if event != NO_EVENT:
            self.event_ring[event] = ring

    def fetched(self, _core, channel, descriptor, _second, _data):
        self.close_channel(channel, {"unfinished": True})
        thread = CHANNELS + (channel if channel < MCU else 500 + channel - MCU)
        track = self.builder.track(DEVICES, thread, "UDMA " + subject_name("channel", channel))
        self.open["channel", channel] = self.builder.begin(track, "transfer", "dma", {"descriptor": f"{descriptor:#x}"})
        flow = self.builder.software.queued.pop(descriptor, None) or self.builder.flow("DMA")
        doorbell = self.popped.pop(channel, None)
        if doorbell is not None:
            flow.add(*doorbell)
        flow.add(track, self.builder.now)
        self.moving[channel] = flow

    def close_channel(self, channel, args):
        piece = self.open.pop(("channel", channel), None)
        if piece is not None:
            self.builder.end(piece, args)

    def returned(self, _core, channel, descriptor, length, _data):
        descriptor, ring = descriptor & (1 << 48) - 1, descriptor >> 48
        self.close_channel(channel, {"bytes": length, "completion_ring": ring})
        flow = self.moving.pop(channel, None)
        if flow is not None:
            self.returning[ring | channel & MCU] = self.completed[descriptor] = flow

    def stopped(self, _core, channel, *_):
        self.close_channel(channel, {"stopped": True})
        self.moving.pop(channel, None)

    # ---- from the event to the line

    def event(self, _core, event, where, rises, _data):
        if where == NOWHERE:
            if rises:
                track = self.builder.track(DEVICES, INTA, self.inta.name)
                self.builder.instant(track, f"event {event} lost", "irq", {})
            return
        if not rises:
            return
        vint, bit = where & 0xffff, where >> 16
        flow = self.ring_flows.pop(self.event_ring.get(event), None) or self.builder.flow("interrupt")
        piece = self.open.get(("vint", vint))
        if piece is None:
            self.vint_waiting[vint] = (flow, event, bit)
            return
        flow.add(piece.track, self.builder.now)
        self.join_line(vint, flow)

    def join_line(self, vint, flow):
        """An event that comes while its VINT is high goes the way that is open."""
        piece = self.open.get(("route", vint))
        if piece is None:
            return
        flow.add(piece.track, self.builder.now)
        intid = piece.args["INTID"]
        pending = self.open.get(("pending", intid))
        if pending is not None:
            flow.add(pending.track, self.builder.now)
            self.irq_flows[intid].append(flow)

    def vint(self, _core, vint, level, bits, _data):
        key = ("vint", vint)
        if level:
            flow, event, bit = self.vint_waiting.pop(vint, None) or (self.builder.flow("interrupt"), None, None)
            args = {} if event is None else {"event": event, "bit": bit}
            self.open[key] = self.inta.begin(f"VINT {vint}", "irq", bits=f"{bits:#x}", **args)
            flow.add(self.open[key].track, self.builder.now)
            self.vint_flows[vint] = [flow]
        elif key in self.open:
            self.vint_flows.pop(vint, None)
            self.inta.end(self.open.pop(key))

    def output(self, _core, output, level, how, _data):
        source, intid = how & 0xffff, how >> 32
        key = ("output", output)
        if level:
            piece = self.open[key] = self.intr.begin(f"output {output}", "irq", input=source, INTID=intid)
            self.open["route", source] = piece
            self.line_flows[intid] = self.vint_flows.get(source, [])
            for flow in self.line_flows[intid]:
                flow.add(piece.track, self.builder.now)
        elif key in self.open:
            piece = self.open.pop(key)
            self.open.pop(("route", piece.args["input"]), None)
            self.intr.end(piece)

    def line(self, _core, intid, level, _second, _data):
        if not level:
            self.levels.discard(intid)
            self.close_pending(intid, {"taken": False})
            return
        self.levels.add(intid)
        piece = self.open_pending(intid)
        flows = self.line_flows.pop(intid, None) or [self.builder.flow("interrupt")]
        for flow in flows:
            flow.add(piece.track, self.builder.now)
        self.irq_flows[intid] = list(flows)

    def message(self, _core, device, event, *_):
        track = self.builder.track(DEVICES, ITS, "ITS")
        self.builder.instant(track, "message", "irq", {"device": device, "event": event})

    # ---- the GIC

    def open_pending(self, intid):
        self.close_pending(intid, {})
        piece = self.open["pending", intid] = self.gic.begin(f"INTID {intid}", "irq")
        return piece

    def close_pending(self, intid, args):
        piece = self.open.pop(("pending", intid), None)
        if piece is not None:
            self.gic.end(piece, **args)

    def core_track(self, core):
        return self.builder.track(DEVICES, GIC_CORES + core, f"GIC: core {core}")

    def acknowledge(self, core, intid, *_):
        if 1020 <= intid < 1024:
            return
        self.close_pending(intid, {"core": core})
        piece = self.builder.begin(self.core_track(core), f"INTID {intid}", "irq", {})
        self.cores[core].append((intid, piece))
        flows = self.irq_flows.pop(intid, [])
        for flow in flows:
            flow.add(piece.track, self.builder.now)
        self.acknowledged[core] = (intid, flows)

    def end_of_interrupt(self, core, intid, *_):
        active = self.cores[core]
        if intid not in [number for number, _ in active]:
            return
        while active:  # an inner one that never ended ends here too
            number, piece = active.pop()
            self.builder.end(piece, {})
            if number == intid:
                break
        if intid in self.levels:
            self.open_pending(intid)

    def sgi(self, core, intid, targets, *_):
        names = [number for number in range(16) if targets >> number & 1]
        self.builder.instant(self.core_track(core), f"SGI {intid}", "irq", {"to cores": names})

    def core_power(self, core, is_on, *_):
        self.builder.instant(self.core_track(core), "on" if is_on else "off", "core", {})


class Software:
    """The firmware's events: those that have a part in a flow by name, all others as they are."""

    def __init__(self, builder):
        self.builder = builder
        self.stacks = defaultdict(list)  # core: its open slices
        self.queued = {}                 # descriptor: the flow of a copy that is not yet fetched
        self.asking = {}                 # (type, sequence): (flow, core) of a request that has not arrived
        self.waiting = {}                # (core, sequence): the flow of a request whose answer it waits for
        self.irqs = {}                   # core: the flows of the interrupt that it handles
        self.completed = {}              # core: the flow of the completion that it took last
        self.unmatched = 0               # slices whose beginning was not recorded
        self.actions = {"irq_acknowledge": self.acknowledge, "irq_handler": self.handler, "dma_copy": self.copy,
                        "dma_completion": self.completion, "dma_callback": self.callback, "sci_request": self.request,
                        "sci_answer": self.answer}

    def take(self, core, event, values):
        track = self.builder.track(FIRMWARE, core + 1, f"core {core}" if core < R5_FIRST else f"R5F {core - R5_FIRST}")
        args = {event.name: format_text(event.form, values), f"{event.name}.values": [signed(value) for value in values]}
        category = event.name.partition("_")[0]
        action = self.actions.get(event.name)
        if event.phase == "end":
            if action is not None:
                action(core, track, values)
            self.end(core, args)
            return
        if event.phase == "begin":
            self.stacks[core].append(self.builder.begin(track, event.name, category, args))
        else:
            self.builder.instant(track, event.name, category, args)
        if action is not None:
            action(core, track, values)

    def end(self, core, args):
        if self.stacks[core]:
            self.builder.end(self.stacks[core].pop(), args)
        else:
            self.unmatched += 1

    def acknowledge(self, core, track, values):
        self.stacks[core][-1].name = f"INTID {values[0]}"
        intid, flows = self.builder.devices.acknowledged.pop(core, (None, []))
        self.irqs[core] = flows if intid == values[0] else []
        for flow in self.irqs[core]:
            flow.add(track, self.builder.now)

    def handler(self, core, track, values):
        thumb = core >= R5_FIRST  # bit 0 of an address says Thumb code
        symbols = self.builder.r5_symbols[core - R5_FIRST] if thumb else self.builder.symbols
        self.stacks[core][-1].name = name_of(symbols, values[0] - (values[0] & thumb)) or f"{values[0]:#x}"
        self.stacks[core][-1].category = "handler"
        for flow in self.irqs.pop(core, []):
            if flow.name == "interrupt":  # a transfer's ends where its completion is taken
                flow.add(track, self.builder.now)

    def copy(self, _core, track, values):
        flow = self.queued[values[1]] = self.builder.flow("DMA")
        flow.add(track, self.builder.now)

    def completion(self, core, track, values):
        flow = self.completed[core] = self.builder.devices.completed.pop(values[1], None)
        handlers = [piece for piece in self.stacks[core] if piece.category == "handler"]
        if flow is not None and handlers:
            flow.add(track, handlers[-1].start)

    def callback(self, core, track, _values):
        flow = self.completed.pop(core, None)
        if flow is not None:
            flow.add(track, self.builder.now)

    def request(self, core, track, values):
        self.stacks[core][-1].name = trace_sci.name(values[0])
        flow = self.waiting[core, values[1]] = self.asking[values[0], values[1]] = self.builder.flow("TI-SCI")
        flow.add(track, self.builder.now)

    def request_arrived(self, header, piece):
        flow = self.asking.pop((header["type"], header["sequence"]), None)
        if flow is not None:
            flow.add(piece.track, self.builder.now)

    def answer(self, core, track, values):
        """The request's slice ends now. Its flow ends in a short one of its own, at the end of it."""
        flow = self.waiting.pop((core, values[0]), None)
        if flow is not None and self.stacks[core]:
            piece = self.builder.begin(track, "answer", "sci", {"sequence": values[0], "error": signed(values[1])})
            piece.start -= 1
            self.builder.end(piece, {})
            flow.add(track, piece.start)
