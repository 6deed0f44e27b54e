// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a loader leaves of Ethernet in the mood stale-ethernet.
 */
#ifndef TWIN_MODELS_STALE_LOADER_H
#define TWIN_MODELS_STALE_LOADER_H

/* After the reset of all models. Nothing without the mood. */
void stale_loader_leave(void);

#endif
