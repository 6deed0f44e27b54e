// SPDX-License-Identifier: BSD-3-Clause
/*
 * A device is unbound while others request, free and restore messages (msi/registry.c, irq_unbind();
 * msi/request.c, irq_request() and irq_free(); msi/irq.c, irq_restore_messages(); msi/reference.c,
 * msi/reclaim.c).
 *
 * Promise: nobody touches the binding once it is freed; it is freed in the end if the device is
 * unbound; and no interrupt is of a device that is unbound.
 *
 *   -DCORES=n     cores that request and free; one more unbinds, one restores messages
 *
 * Mutations: -DNO_REFERENCES: the binding is freed when it is unbound, whoever has
 * found it meanwhile; -DUNBOUND_NOT_LOOKED_AT: of who waited for the mutex; -DIRQ_HOLDS_NO_REFERENCE.
 */
bit published = 1;   /* device->interrupts */
byte references = 1; /* the device's own */
bit unbound;
byte in_use;         /* binding->sources.in_use */
bit mutex;           /* the parent's; it outlives the binding */
bit registry_mutex;
bit memory_gone;
bit unbinding_done;

#define USE assert(!memory_gone) /* an access to the binding */

inline lock(l) { atomic { !l -> l = 1 } }
inline unlock(l) { l = 0 }

/* msi/reference.c; one step each, under a spinlock that is only for this. */
inline get() {
    atomic {
        found = published;
#ifndef NO_REFERENCES
        if
        :: found -> USE; references++
        :: else
        fi
#endif
    }
}
inline hold() {
#ifndef NO_REFERENCES
    atomic { USE; references++ }
#else
    skip
#endif
}
inline put() {
#ifndef NO_REFERENCES
    atomic {
        USE;
        references--;
        if
        :: references == 0 -> memory_gone = 1
        :: else
        fi
    }
#else
    skip
#endif
}

/* The first access through the pointer: binding->parent. */
inline lock_parent() { USE; lock(mutex); USE }

active [CORES] proctype requester() {
    bit found, mine;

    get();
    if
    :: found ->
       lock_parent();
#ifndef UNBOUND_NOT_LOOKED_AT
       if
       :: atomic { unbound -> USE }
       :: atomic { !unbound -> USE };
#endif
          atomic { assert(!unbound); in_use++; USE }; /* irq_sources_enter() */
#ifndef IRQ_HOLDS_NO_REFERENCE
          hold(); /* new_irq() */
#endif
          mine = 1;
#ifndef UNBOUND_NOT_LOOKED_AT
       fi;
#endif
       unlock(mutex);
       put();
       if
       :: mine -> /* irq_free() */
          lock_parent();
          in_use--;
          USE;
          unlock(mutex);
#ifndef IRQ_HOLDS_NO_REFERENCE
          put() /* irq_reclaim() */
#else
          USE   /* a core's handler looks at irq->binding until then */
#endif
       :: else
       fi
    :: else
    fi
}

active proctype unbinder() {
    bit found;

    lock(registry_mutex);
    found = published;
    lock_parent();
    if
    :: in_use != 0 -> unlock(mutex); unlock(registry_mutex) /* -EBUSY */
    :: else ->
       published = 0; /* irq_binding_publish() */
       unbound = 1;
       unlock(mutex);
       unlock(registry_mutex);
#ifdef NO_REFERENCES
       memory_gone = 1;
#else
       put();
#endif
       unbinding_done = 1
    fi
}

active proctype restorer() {
    bit found;

    get();
    if
    :: found ->
       lock_parent();
       if
       :: unbound -> USE
       :: !unbound -> USE /* irq_message_restore() */
       fi;
       unlock(mutex);
       put()
    :: else
    fi
}

init {
    timeout ->
    assert(in_use == 0);
    assert(memory_gone == unbinding_done)
}
