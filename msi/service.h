// SPDX-License-Identifier: BSD-3-Clause
/*
 * What interrupts leave for thread context to do.
 */
#ifndef MSI_SERVICE_H
#define MSI_SERVICE_H

/* Does what interrupts have left for thread context: logs strays and storms, and turns off at the
 * ITS what can only be turned off there. Costs nothing when there is nothing. Thread context, any
 * core, now and then: irq_request() and irq_free() call it, and so should an idle loop. From
 * interrupt context it does nothing. */
void irq_service(void);

#endif
