// SPDX-License-Identifier: BSD-3-Clause
/*
 * See life_link.h.
 */
#include "tests/target/life_link.h"

#include "drivers/link/link.h"
#include "drivers/mailbox/mailbox.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/platform.h"
#include "tests/target/life_report.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define CLUSTER  9u /* nobody else's */
#define SIDES    2u
#define DEPTH    4u
#define MESSAGES 9u /* more than there is room for at once */
#define TIME_US  2000000u

struct side {
    struct link *link;
    unsigned next;
};

static struct {
    struct mailbox_cluster *cluster;
    struct side sides[SIDES];
} life;

static void received(void *context, uint64_t message)
{
    struct side *side = context;

    if (message != side->next++)
        life_complain("link", "another message comes", side->next);
}

static void open_side(unsigned number)
{
    struct side *side = &life.sides[number];
    const struct link_config config = {
        .name = "life",
        .cluster = life.cluster,
        .user = (uint8_t)number,
        .transmit = (uint8_t)number,
        .receive = (uint8_t)(1 - number),
        .peer_host = AM65X_HOST_A53,
        .depth = DEPTH,
        .core = IRQ_CORE_ANY,
        .received = received,
        .context = side,
    };

    side->next = 0;
    if (CALL(number, link_open(&config, &side->link)) != 0)
        side->link = NULL;
}

static void talk(void)
{
    for (unsigned i = 0; i < MESSAGES; i++)
        for (unsigned number = 0; number < SIDES; number++)
            (void)CALL(number, link_send_wait(life.sides[number].link, i, TIME_US));
    for (unsigned number = 0; number < SIDES; number++)
        if (CALL(number, link_flush(life.sides[number].link, TIME_US)) == 0 &&
            life.sides[1 - number].next != MESSAGES)
            life_complain("link", "what is acknowledged has not come", number);
}

void life_link_use(void)
{
    if (life.cluster != NULL || CALL(CLUSTER, platform_mailbox_take(CLUSTER, &life.cluster)) != 0)
        return;
    for (unsigned number = 0; number < SIDES; number++)
        open_side(number);
    if (life.sides[0].link != NULL && life.sides[1].link != NULL)
        talk();
}

void life_link_close(void)
{
    for (unsigned number = 0; number < SIDES; number++) {
        struct side *side = &life.sides[number];
        int error = side->link != NULL ? CALL(number, link_close(side->link)) : 0;

        if (error == 0 || error == -EIO)
            side->link = NULL;
    }
    if (life.cluster != NULL && CALL(CLUSTER, platform_mailbox_release(CLUSTER)) == 0)
        life.cluster = NULL;
}
