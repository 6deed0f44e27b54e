// SPDX-License-Identifier: BSD-3-Clause
/*
 * The two PCI Express controllers as root complexes (DesignWare core 4.90a with TI's application
 * registers; AM65x TRM SPRUID7, "PCIe Subsystem"; Linux's driver pci-keystone and U-Boot's
 * pcie_dw_ti): the link, and the way of an access through the outbound space.
 *
 * A link comes up some time after the last of these: the module is on, its mode is that of a root
 * complex (CTRLMMR_PCIEn_CTRL), the SERDES of its first lane works and has that function, PERST# is
 * not asserted, training is on, and the port does not reset what is behind it. And something must
 * be plugged in. If one of them ends, so does the link; what is behind it comes back as after a
 * reset. PERST# is a pin, as in the IOT2050's slots (M.2 and mini PCIe): asserted while it is an
 * output and low.
 *
 * Where nobody answers, all ones are read, and writes are lost. On a board there may be an error
 * besides; none is told here.
 */
#include "twin/models/pcie.h"

#define CTRL(n)         (0x60u + 0x10u * (n)) /* CTRLMMR_PCIEn_CTRL, in the page of modes */
#define CTRL_MODE(word) ((word)&3u)
#define MODE_ROOT       2u

/* The first lane's SERDES, and what its function is called there; PERST#. */
static const struct {
    unsigned device, serdes, function, gpio, pin;
} wiring[PCIE_COUNT] = {
    {DEV_PCIE0, 0, 1, GPIO_MAIN_1, 15},
    {DEV_PCIE1, 1, 0, GPIO_WKUP_0, 27},
};

#define TRAINING_TIME (2000 * MICROSECOND)

static struct pcie {
    bool powered, up;
    struct model_timer training;
} pcies[PCIE_COUNT];

static void link_trained(unsigned n);

static void reset_registers(unsigned n)
{
    pcie_app_reset(n);
    pcie_atu_reset(n);
    pcie_port_reset(n);
}

void pcie_reset(void)
{
    memset(pcies, 0, sizeof(pcies));
    for (unsigned n = 0; n < PCIE_COUNT; n++) {
        pcies[n].training.expire = link_trained;
        pcies[n].training.argument = n;
        reset_registers(n);
    }
    serdes_reset();
}

/* ---- the link ---- */

bool pcie_is_powered(unsigned n)
{
    return pcies[n].powered;
}

bool pcie_is_up(unsigned n)
{
    return pcies[n].up;
}

bool pcie_is_training(unsigned n)
{
    return timer_armed(&pcies[n].training);
}

static void set_up(unsigned n, bool up)
{
    if (pcies[n].up == up)
        return;
    pcies[n].up = up;
    pcie_port_link(n, up);
    model_pcie_link(n, up);
}

static bool has_partner(unsigned n)
{
    uint64_t argument;

    return model_has_pcie(n) && !model_fault_peek(AM65X_FAULT_PCIE_GONE, &argument) &&
           !gpio_drives_low(wiring[n].gpio, wiring[n].pin);
}

/* Whether software has done what there is to do. */
static bool wants_link(unsigned n)
{
    return pcies[n].powered && CTRL_MODE(ctrl_mmr_read(CTRL_MMR_MODES, CTRL(n))) == MODE_ROOT &&
           serdes_is_ready(wiring[n].serdes, wiring[n].function) && pcie_app_trains(n) &&
           !pcie_port_resets(n);
}

static bool may_train(unsigned n)
{
    return wants_link(n) && has_partner(n);
}

static void link_trained(unsigned n)
{
    set_up(n, may_train(n));
}

static void follow(unsigned n)
{
    if (!may_train(n)) {
        const bool surprises = pcies[n].up && wants_link(n);

        timer_cancel(&pcies[n].training);
        set_up(n, false);
        if (surprises && pcie_port_surprised(n))
            pcie_app_error(n, PCIE_ERROR_FATAL);
    } else if (!pcies[n].up && !timer_armed(&pcies[n].training)) {
        timer_arm(&pcies[n].training, TRAINING_TIME);
    }
}

void pcie_follow(void)
{
    for (unsigned n = 0; n < PCIE_COUNT; n++)
        follow(n);
}

static void follow_power(unsigned n)
{
    unsigned device = wiring[n].device;
    bool powered = sysfw_device_is_on(device) && sysfw_device_resets_of(device) == 0;

    if (powered == pcies[n].powered)
        return;
    pcies[n].powered = powered;
    follow(n);
    if (powered)
        return;
    reset_registers(n);
    pcie_windows_changed(n);
}

void pcie_power(void)
{
    for (unsigned n = 0; n < PCIE_COUNT; n++)
        follow_power(n);
    serdes_power();
}

/* The modules are on, as the system firmware has it, with nothing of what was in their registers.
 */
void pcie_lose(void)
{
    for (unsigned n = 0; n < PCIE_COUNT; n++) {
        timer_cancel(&pcies[n].training);
        set_up(n, false);
        reset_registers(n);
        pcie_windows_changed(n);
        ctrl_mmr_write(CTRL_MMR_MODES, CTRL(n), 0);
    }
    serdes_lose();
}

bool am65x_pcie_link(unsigned controller)
{
    return controller < PCIE_COUNT && pcies[controller].up;
}

/* ---- what is behind it is told ---- */

void pcie_port_changed(unsigned n, unsigned offset)
{
    model_pcie_port(n, offset, pcie_port_word(n, offset));
}

void pcie_windows_changed(unsigned n)
{
    model_pcie_windows(n);
}

/* ---- accesses: of the root port and of the outbound spaces ---- */

static bool inside(uint64_t address, unsigned size, uint64_t base, uint64_t length)
{
    return address >= base && address - base <= length - size;
}

static bool is_port(uint64_t address, unsigned size, unsigned *n)
{
    for (*n = 0; *n < PCIE_COUNT; ++*n)
        if (inside(address, size, PCIE_DBI_BASE(*n), PCIE_DBI_SIZE))
            return true;
    return false;
}

static bool is_outbound(uint64_t address, unsigned size, unsigned *n)
{
    for (*n = 0; *n < PCIE_COUNT; ++*n)
        if (inside(address, size, PCIE_OUTBOUND_BASE(*n), PCIE_OUTBOUND_SIZE))
            return true;
    return false;
}

bool pcie_claims(uint64_t address, unsigned size)
{
    unsigned n;

    return is_port(address, size, &n) || is_outbound(address, size, &n);
}

/* One access of up to a word. What nobody takes reads as ones. */
static void outbound(unsigned n, uint64_t address, unsigned size, bool write, uint32_t *value)
{
    struct am65x_pcie_request request = {
        .controller = n, .size = size, .write = write, .value = *value};

    if (pcies[n].up && pcie_atu_translate(n, address, &request) && model_pcie_request(&request))
        *value = request.value;
    else
        *value = UINT32_MAX;
    if (size < 4)
        *value &= (1u << 8 * size) - 1;
}

static void access(uint64_t address, unsigned size, bool write, uint32_t *value)
{
    unsigned n;

    if (is_outbound(address, size, &n))
        outbound(n, address, size, write, value);
    else if (!is_port(address, size, &n))
        return;
    else if (write)
        pcie_port_write(n, (unsigned)(address - PCIE_DBI_BASE(n)), size, *value);
    else
        *value = pcie_port_read(n, (unsigned)(address - PCIE_DBI_BASE(n)), size);
}

uint64_t pcie_read(uint64_t address, unsigned size)
{
    uint32_t low = 0, high = 0;

    access(address, size == 8 ? 4 : size, false, &low);
    if (size == 8)
        access(address + 4, 4, false, &high);
    return low | (uint64_t)high << 32;
}

void pcie_write(uint64_t address, unsigned size, uint64_t value)
{
    uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);

    access(address, size == 8 ? 4 : size, true, &low);
    if (size == 8)
        access(address + 4, 4, true, &high);
}
