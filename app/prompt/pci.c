// SPDX-License-Identifier: BSD-3-Clause
/*
 * The command `pci`: the functions behind the PCI Express controllers as a tree, as lspci shows
 * them; of one function all that it tells of itself.
 */
#include "drivers/pci/pci.h"
#include "drivers/pci/am65x.h"
#include "drivers/pci/pci_registers.h"
#include "lib/command.h"
#include "platform/pci.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KIB                    1024u
#define MIB                    (1024u * 1024u)
#define INDENT                 2
#define DUMPED                 64u
#define MSI_MESSAGES(control)  (1u << ((control) >> 1 & 7u))
#define MSIX_MESSAGES(control) (((control)&0x7ffu) + 1u)

static const char *class_name(uint32_t class_code)
{
    static const struct {
        uint16_t class;
        const char *name;
    } known[] = {
        {0x0106, "SATA controller"},    {0x0108, "NVMe controller"},
        {0x0100, "SCSI controller"},    {0x0200, "Ethernet controller"},
        {0x0280, "network controller"}, {0x0500, "RAM"},
        {0x0600, "host bridge"},        {0x0604, "PCI bridge"},
        {0x0c03, "USB controller"},     {0x00ff, "unclassified"},
    };

    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].class == class_code >> 8)
            return known[i].name;
    return "device";
}

static const char *capability_name(unsigned id)
{
    switch (id) {
    case PCI_CAPABILITY_POWER:
        return "power management";
    case PCI_CAPABILITY_MSI:
        return "MSI";
    case PCI_CAPABILITY_VENDOR:
        return "vendor's";
    case PCI_CAPABILITY_EXPRESS:
        return "PCI Express";
    case PCI_CAPABILITY_MSIX:
        return "MSI-X";
    case PCI_CAPABILITY_AF:
        return "advanced features";
    default:
        return "capability";
    }
}

static void print_size(uint64_t size)
{
    if (size >= MIB && size % MIB == 0)
        printf("%" PRIu64 " MiB", size / MIB);
    else if (size >= KIB && size % KIB == 0)
        printf("%" PRIu64 " KiB", size / KIB);
    else
        printf("%" PRIu64 " bytes", size);
}

/* ---- a line each ---- */

static void print_function(const struct pci_function *function, unsigned depth)
{
    printf("%*s%s %s [%04" PRIx32 "]: %04x:%04x (rev %02x)", (int)(INDENT * (1 + depth)), "",
           function->name, class_name(function->class_code), function->class_code >> 8,
           function->vendor_id, function->device_id, function->revision);
    if (function->layout == PCI_HEADER_BRIDGE)
        printf(", buses %02x-%02x", function->secondary, function->subordinate);
    if (function->owner != NULL)
        printf(", driver %s", function->owner);
    printf("%s\n", pci_check_present(function) == 0 ? "" : ", gone");
}

/* ---- all of one ---- */

static void print_bar(const struct pci_function *function, unsigned index)
{
    const struct pci_bar *bar = &function->bars[index];

    if (bar->size == 0)
        return;
    printf("    BAR %u: %s", index, bar->is_io ? "I/O" : "memory");
    if (bar->is_assigned)
        printf(" at 0x%" PRIx64 ", on the bus 0x%" PRIx64 ", ", bar->cpu, bar->bus);
    else
        printf(", no address, ");
    print_size(bar->size);
    printf("%s%s\n", bar->is_64_bit ? ", 64-bit" : "",
           bar->is_prefetchable ? ", prefetchable" : "");
}

static void print_windows(const struct pci_function *function)
{
    static const char *const kinds[PCI_WINDOW_KINDS] = {"memory", "prefetchable memory", "I/O"};

    for (unsigned kind = 0; kind < PCI_WINDOW_KINDS; kind++)
        if (function->windows[kind].size != 0) {
            printf("    passes on %s 0x%" PRIx64 ", ", kinds[kind], function->windows[kind].bus);
            print_size(function->windows[kind].size);
            printf("\n");
        }
}

static void print_link(const struct pci_function *function, unsigned offset)
{
    uint16_t status = 0, control = 0;

    (void)pci_read16(function, offset + PCI_EXPRESS_LINK_STATUS, &status);
    (void)pci_read16(function, offset + PCI_EXPRESS_DEVICE_CONTROL, &control);
    printf(", type %u, generation %u, %u lanes, payload %u, read request %u",
           (unsigned)function->express_type, (unsigned)PCI_EXPRESS_LINK_SPEED(status),
           (unsigned)PCI_EXPRESS_LINK_WIDTH(status), 128u << (control >> 5 & 7u),
           128u << (control >> 12 & 7u));
}

static bool print_capability(void *argument, unsigned id, unsigned offset)
{
    const struct pci_function *function = argument;
    uint16_t control = 0;

    printf("    0x%02x: %s", offset, capability_name(id));
    (void)pci_read16(function, offset + 2u, &control);
    if (id == PCI_CAPABILITY_MSI)
        printf(", up to %u messages%s", MSI_MESSAGES(control), (control & 1u) != 0 ? ", on" : "");
    else if (id == PCI_CAPABILITY_MSIX)
        printf(", %u messages%s", MSIX_MESSAGES(control), (control & 0x8000u) != 0 ? ", on" : "");
    else if (id == PCI_CAPABILITY_EXPRESS)
        print_link(function, offset);
    else if (strcmp(capability_name(id), "capability") == 0)
        printf(" 0x%02x", id);
    printf("\n");
    return true;
}

static bool print_extended(void *argument, unsigned id, unsigned offset)
{
    (void)argument;
    printf("    0x%03x: extended capability 0x%04x\n", offset, id);
    return true;
}

static void print_header(const struct pci_function *function)
{
    for (unsigned offset = 0; offset < DUMPED; offset += 4) {
        uint32_t word = 0;

        (void)pci_read32(function, offset, &word);
        if (offset % 16u == 0)
            printf("%s    %02x:", offset != 0 ? "\n" : "", offset);
        printf(" %08" PRIx32, word);
    }
    printf("\n");
}

static int print_details(struct pci_function *function)
{
    uint16_t command = 0;
    uint32_t id;
    int error = pci_read16(function, PCI_COMMAND, &command);

    print_function(function, 0);
    printf("    command 0x%04x:%s%s, requester id 0x%04x", command,
           (command & PCI_COMMAND_MEMORY) != 0 ? " memory" : " no memory",
           (command & PCI_COMMAND_MASTER) != 0 ? ", bus master" : "", pci_requester_id(function));
    if (pci_message_device_id(function, &id) == 0)
        printf(", device 0x%" PRIx32 " of the ITS", id);
    printf("\n");
    for (unsigned i = 0; i < PCI_BARS; i++)
        print_bar(function, i);
    print_windows(function);
    if (error == 0)
        error = pci_for_each_capability(function, print_capability, function);
    if (error == 0)
        error = pci_for_each_extended_capability(function, print_extended, function);
    if (error != 0)
        printf("    capabilities: error %d\n", error);
    print_header(function);
    return error == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

/* ---- the command ---- */

/* A function, and what is behind it; no deeper than PCI_DEPTH_MAX. */
static void print_below(const struct pci_host *host, const struct pci_function *bridge,
                        unsigned depth)
{
    for (const struct pci_function *f = pci_next(host, NULL); f != NULL; f = pci_next(host, f))
        if (f->bridge == bridge) {
            print_function(f, depth);
            if (f->layout == PCI_HEADER_BRIDGE)
                print_below(host, f, depth + 1);
        }
}

static void print_errors(unsigned number)
{
    struct pci_am65x_errors errors;

    if (platform_pci_get_errors(number, &errors) != 0)
        return;
    printf("  errors: %" PRIu64 " fatal, %" PRIu64 " non-fatal, %" PRIu64 " correctable, %" PRIu64
           " system, %" PRIu64 " other; the link was lost %" PRIu64 " times\n",
           errors.fatal, errors.nonfatal, errors.correctable, errors.system, errors.other,
           errors.lost_links);
}

/* Its functions, or the one of that name; -ENOENT: it has none of that name. */
static int print_host(unsigned number, struct pci_host *host, const char *name)
{
    struct pci_function *function = pci_next(host, NULL);

    if (name == NULL) {
        printf("%s: link up, %u functions\n", host->name, host->function_count);
        print_below(host, NULL, 0);
        print_errors(number);
        return COMMAND_DONE;
    }
    while (function != NULL && strcmp(function->name, name) != 0)
        function = pci_next(host, function);
    return function != NULL ? print_details(function) : -ENOENT;
}

static void print_missing(unsigned number, int error)
{
    if (error == -ENOENT)
        printf("pcie%u: not in the device tree, or disabled there\n", number);
    else if (error == -ENODEV)
        printf("pcie%u: no link\n", number);
    else
        printf("pcie%u: error %d\n", number, error);
}

/* -ENOENT: nothing to be told of the controller. */
static int show(unsigned number, const char *name)
{
    struct pci_host *host;
    int error = platform_pci_open(number, &host);

    if (error == 0)
        return print_host(number, host, name);
    if (name != NULL)
        return -ENOENT;
    print_missing(number, error);
    return error == -ENOENT || error == -ENODEV ? COMMAND_DONE : COMMAND_FAILED;
}

/* "01:00.0" */
static bool is_function_name(const char *text)
{
    return strlen(text) == 7 && text[2] == ':' && text[5] == '.';
}

static int run_pci(int count, char **words)
{
    const char *name = count == 2 ? words[1] : NULL;
    int status = -ENOENT;

    if (count > 2 || (name != NULL && !is_function_name(name)))
        return COMMAND_USAGE;
    for (unsigned number = 0; number < PLATFORM_PCIS; number++) {
        const int found = show(number, name);

        if (found != -ENOENT && status != COMMAND_FAILED)
            status = found;
    }
    if (status != -ENOENT)
        return status;
    printf("pci: no function %s\n", name);
    return COMMAND_FAILED;
}

COMMAND(pci, .arguments = "[bus:device.function]",
        .help = "what is behind the PCI Express controllers; all of one function", .run = run_pci);
