// SPDX-License-Identifier: BSD-3-Clause
/*
 * What interrupts leave for thread context to do.
 */
#ifndef MSI_SERVICE_H
#define MSI_SERVICE_H

/* Does what interrupts have left for thread context: logs strays and storms, and turns off at the
 * ITS what can only be turned off there. Looks at one flag when there is nothing to do. Thread
 * context, any core: irq_request(), irq_free() and the prompt call it, and an application's idle
 * loop should. Elsewhere, and where irq_is_allowed() says no, it leaves all for the next call.
 * Errors are logged. */
void irq_service(void);

#endif
