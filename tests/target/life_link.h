// SPDX-License-Identifier: BSD-3-Clause
/*
 * A part of the devices' life (life_devices.h): a link, with both of its sides here, and so the
 * mailbox, rings that others put into, and their interrupts. Thread context.
 */
#ifndef TESTS_TARGET_LIFE_LINK_H
#define TESTS_TARGET_LIFE_LINK_H

/* Opens both sides; messages go either way, and all are acknowledged. */
void life_link_use(void);
/* Gives back what there is of it; may be repeated. */
void life_link_close(void);

#endif
