// SPDX-License-Identifier: BSD-3-Clause
/*
 * The AM65x's PCI Express controllers (platform/pci.h): what the loader's device tree says of them,
 * and where the rest is (AM65x TRM SPRUID7, chapter 2 "Memory Map" and 5.1 "Control Module";
 * TI-SCI documentation, "AM65x Devices Descriptions").
 */
#include "platform/pci.h"

#include "arch/mmio.h"
#include "arch/mmu.h"
#include "arch/wait.h"
#include "drivers/pci/am65x.h"
#include "drivers/pci/pci.h"
#include "lib/device_tree.h"
#include "lib/device_tree_pci.h"
#include "lib/log.h"
#include "msi/binding.h"
#include "msi/irq.h"
#include "platform/am65x.h"
#include "platform/platform.h"

#include <errno.h>
#include <stddef.h>

LOG_USE(pci);

#define SERDES_COUNT  2u
#define DEVICES_LIMIT UINT64_C(0x80000000) /* below it, all but memory is mapped as registers */

static const char *const names[PLATFORM_PCIS] = {"pcie0", "pcie1"};

static struct controller {
    struct pci_am65x_facts facts;
    struct pci_am65x driver;
    struct pci_host host;
    struct device device; /* whose interrupt tells of errors */
    uint16_t error_intid;
    struct irq *errors; /* NULL: there is none */
    struct platform_sleeper sleeper;
    bool is_up;   /* its functions are known */
    bool is_lost; /* and it is off again: its link did not come back */
} controllers[PLATFORM_PCIS];
static struct mutex lock = MUTEX_INIT;

/* ---- from the device tree ---- */

static int read_tree(unsigned number, struct device_tree_pci *told)
{
    const struct device_tree_info *info = platform_get_device_tree();
    const struct memory_range *tree = &info->tree;
    const char *problem;
    int error;

    if (info->problem != NULL || tree->size == 0 ||
        !device_tree_is_memory(info, tree->base, tree->size))
        return -ENOENT;
    error = device_tree_read_pci((const void *)(uintptr_t)tree->base,
                                 AM65X_PCIE_APP_BASE + number * AM65X_PCIE_STRIDE, told, &problem);
    if (error == -EINVAL)
        log_error(pci, "%s: the device tree: %s can't be", names[number], problem);
    return error == -EINVAL ? -EPROTO : error;
}

static bool are_registers(const struct device_tree_pci_window *window)
{
    return window->cpu < DEVICES_LIMIT && window->size <= DEVICES_LIMIT - window->cpu;
}

/* The first of each kind; what lies where no registers are mapped is left out. */
static void use_windows(const struct device_tree_pci *told, struct pci_host *host)
{
    for (unsigned i = 0; i < told->window_count; i++) {
        const struct device_tree_pci_window *window = &told->windows[i];
        const enum pci_window_kind kind = window->is_io             ? PCI_WINDOW_IO
                                          : window->is_prefetchable ? PCI_WINDOW_PREFETCHABLE
                                                                    : PCI_WINDOW_MEMORY;

        if (are_registers(window) && host->windows[kind].size == 0)
            host->windows[kind] = (struct pci_window){window->cpu, window->bus, window->size};
        else
            log_warning(pci, "%s: the window at 0x%llx is not used", host->name,
                        (unsigned long long)window->cpu);
    }
}

static void fill_host(unsigned number, const struct device_tree_pci *told, struct pci_host *host)
{
    *host = (struct pci_host){
        .name = names[number],
        .first_bus = (uint8_t)told->first_bus,
        .last_bus = (uint8_t)told->last_bus,
        .is_coherent = told->is_coherent,
        .message_map_count = told->map_count,
        .message_parent = platform_its(),
    };
    for (unsigned i = 0; i < told->map_count; i++)
        host->message_maps[i] = (struct pci_message_map){
            told->maps[i].first_requester, told->maps[i].first_device, told->maps[i].count};
    use_windows(told, host);
}

/* -EPROTO: the AM65x has no such SERDES. */
static int fill_serdes(const struct device_tree_serdes *told, struct pci_am65x_serdes *serdes)
{
    const uint64_t offset = told->base - AM65X_SERDES_BASE;
    const unsigned number = (unsigned)(offset / AM65X_SERDES_STRIDE);

    if (offset % AM65X_SERDES_STRIDE != 0 || offset / AM65X_SERDES_STRIDE >= SERDES_COUNT)
        return -EPROTO;
    *serdes = (struct pci_am65x_serdes){
        .base = (uintptr_t)told->base,
        .control = AM65X_SERDES_CTRL + number * AM65X_SERDES_CTRL_STRIDE,
        .device = (uint16_t)(AM65X_DEV_SERDES0 + number),
        .function = (uint8_t)told->function & AM65X_SERDES_FUNCTIONS,
        .clock_count = (uint8_t)told->clock_count,
    };
    for (unsigned i = 0; i < told->clock_count; i++) {
        serdes->clocks[i].device = (uint16_t)told->clocks[i].device;
        serdes->clocks[i].clock = (uint8_t)told->clocks[i].clock;
        serdes->clocks[i].parent = (uint8_t)told->clocks[i].parent;
    }
    for (unsigned i = 0; i < PCI_AM65X_OUTPUTS; i++)
        serdes->sources[i] = (enum pci_am65x_clock)told->sources[i];
    return 0;
}

static int fill_facts(unsigned number, const struct device_tree_pci *told,
                      struct pci_am65x_facts *facts)
{
    int error = 0;

    *facts = (struct pci_am65x_facts){
        .app = (uintptr_t)told->app,
        .dbi = (uintptr_t)told->dbi,
        .atu = (uintptr_t)told->atu,
        .config = (uintptr_t)told->config,
        .mode = AM65X_PCIE_CTRL + number * AM65X_PCIE_CTRL_STRIDE,
        .ids = mmio_read32(AM65X_PCI_DEVICE_ID),
        .device = (uint16_t)(AM65X_DEV_PCIE0 + number),
        .max_speed = (uint8_t)told->max_speed,
        .lane_count = (uint8_t)told->lane_count,
        .reset =
            {
                .gpio = (uintptr_t)told->reset_gpio,
                .device = (uint16_t)told->reset_gpio_device,
                .pin = (uint8_t)told->reset_pin,
                .is_released_low = told->is_reset_active_low,
            },
    };
    for (unsigned i = 0; error == 0 && i < told->lane_count; i++)
        error = fill_serdes(&told->lanes[i], &facts->serdes[i]);
    return error;
}

/* ---- errors ---- */

/* -EBUSY of the binding: it has stayed from a try before. */
static int bind_and_request(struct controller *controller)
{
    const struct irq_request request = {
        .handler = pci_am65x_interrupt,
        .context = &controller->host,
        .name = "errors",
        .flags = IRQ_FLAG_EDGE,
        .core = IRQ_CORE_ANY,
    };
    int error = irq_bind_wired(&controller->device, platform_wired(), &controller->error_intid, 1);

    if (error != 0 && error != -EBUSY)
        return error;
    error = irq_request(&controller->device, &request, &controller->errors);
    if (error != 0) {
        controller->errors = NULL;
        (void)irq_unbind(&controller->device);
    }
    return error;
}

/* Without it they are not told, and all else works; whoever opens the controller next tries it
 * again. The controller raises the line from here on. */
static void request_errors(struct controller *controller)
{
    int error;

    if (controller->error_intid != 0 && controller->errors == NULL) {
        controller->device.name = controller->host.name;
        error = bind_and_request(controller);
        if (error != 0)
            log_warning(pci, "%s: its errors are not told: error %d", controller->host.name, error);
    }
    pci_am65x_enable_errors(&controller->driver);
}

/* The handler reads registers of the controller: not while that is off. */
static void mask_errors(const struct controller *controller)
{
    if (controller->errors == NULL)
        return;
    irq_mask(controller->errors);
    (void)irq_synchronize(controller->errors);
}

static void unmask_errors(const struct controller *controller)
{
    if (controller->errors != NULL)
        irq_unmask(controller->errors);
}

int platform_pci_get_errors(unsigned number, struct pci_am65x_errors *errors)
{
    if (number >= PLATFORM_PCIS)
        return -EINVAL;
    if (controllers[number].errors == NULL)
        return -ENOENT;
    pci_am65x_get_errors(&controllers[number].driver, errors);
    return 0;
}

/* ---- the SoC's suspend ---- */

/* Once more from the beginning, with the functions that were found. */
static int come_back(struct controller *controller)
{
    int error;

    mask_errors(controller);
    pci_regain(&controller->host); /* the root port's registers are needed */
    error = pci_am65x_open(&controller->driver, &controller->facts, &controller->host);
    controller->is_lost = error != 0;
    if (error == 0) {
        unmask_errors(controller);
        pci_am65x_enable_errors(&controller->driver);
        return 0;
    }
    pci_lose(&controller->host);
    log_error(pci, "%s: does not come back: error %d", controller->host.name, error);
    return error;
}

static int go_down(void *context)
{
    struct controller *controller = context;

    int error = controller->is_lost ? 0 : pci_suspend(&controller->host);

    if (error == 0)
        mask_errors(controller);
    return error;
}

static int come_up(void *context, bool lost)
{
    struct controller *controller = context;
    int error = 0, resumed;

    if (controller->is_lost)
        return 0;
    lost = lost || !pci_am65x_link_is_sound(&controller->driver);
    if (lost)
        error = come_back(controller);
    else
        unmask_errors(controller);
    resumed = pci_resume(&controller->host, lost);
    return error != 0 ? error : resumed;
}

static void add_sleeper(struct controller *controller)
{
    controller->sleeper = (struct platform_sleeper){
        .down = go_down,
        .up = come_up,
        .context = controller,
    };
    platform_add_sleeper(&controller->sleeper);
}

/* ---- bringing it up ---- */

/* The link was lost. Who is not there any more tells so when it is accessed. Drivers hear of it
 * when their devices do nothing any more, also where no interrupt has told. */
static int open_again(struct controller *controller)
{
    int error;

    if (!controller->is_lost)
        pci_am65x_cut_off(&controller->driver);
    pci_tell_lost(&controller->host);
    error = come_back(controller);
    if (error == 0)
        (void)pci_restore(&controller->host);
    return error;
}

/* One that is lost is off, and not to be asked. */
static bool has_link(const struct controller *controller)
{
    return !controller->is_lost && pci_am65x_link_is_sound(&controller->driver);
}

static int open_opened(struct controller *controller)
{
    int error = has_link(controller) ? 0 : open_again(controller);

    if (error == 0 && controller->errors == NULL)
        request_errors(controller);
    return error;
}

static int open_locked(unsigned number)
{
    struct controller *controller = &controllers[number];
    struct device_tree_pci told;
    int error;

    if (controller->is_up)
        return open_opened(controller);
    error = read_tree(number, &told);
    if (error == 0)
        error =
            mmu_map_registers(AM65X_CTRL_MMR0_BASE, AM65X_CTRL_MMR0_BASE + AM65X_CTRL_MMR0_SIZE);
    if (error == 0)
        error = fill_facts(number, &told, &controller->facts);
    if (error != 0)
        return error;
    fill_host(number, &told, &controller->host);
    error = pci_am65x_open(&controller->driver, &controller->facts, &controller->host);
    if (error == -ENODEV)
        log_info(pci, "%s: no link: nothing is plugged in, or it does not answer", names[number]);
    else if (error != 0)
        log_error(pci, "%s: bringing it up: error %d", names[number], error);
    if (error != 0)
        return error;
    (void)pci_enumerate(&controller->host); /* what was found is there, also after an error */
    controller->is_up = true;
    controller->error_intid = told.error_intid;
    request_errors(controller);
    add_sleeper(controller);
    return 0;
}

int platform_pci_open(unsigned number, struct pci_host **host)
{
    int error = number < PLATFORM_PCIS ? mutex_lock(&lock) : -EINVAL;

    if (error != 0)
        return error;
    error = open_locked(number);
    mutex_unlock(&lock);
    if (error == 0)
        *host = &controllers[number].host;
    return error;
}

struct pci_function *platform_pci_find_class(uint32_t class_code)
{
    struct pci_function *found = NULL;
    struct pci_host *host;

    for (unsigned i = 0; i < PLATFORM_PCIS && found == NULL; i++)
        if (platform_pci_open(i, &host) == 0)
            found = pci_find_class(host, class_code, NULL);
    return found;
}
