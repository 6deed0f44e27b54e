// SPDX-License-Identifier: BSD-3-Clause
/*
 * The resource-manager board configuration: which host owns which numbers of a resource. The
 * figures are those of TI's default configuration for the AM65x (the rm-cfg of TI's boot images);
 * resource types and subtypes are those of the TI-SCI documentation for the AM65x, "Board
 * Configuration Resource Assignment Type Descriptions".
 *
 * Hosts: 12 and 13 the A53's non-secure ones, 3 to 5 the R5F's, 128 everyone.
 */
#include "twin/models/models.h"

#define HOST_ALL            128u

#define SUBTYPE_INTR_OUTPUT 0x0u

static const struct assignment {
    uint16_t device;
    uint8_t subtype, host;
    uint16_t first, count;
} assignments[] = {
    {3, 0x0, 12, 0, 12},          {3, 0x0, 13, 12, 4},          {3, 0x0, 3, 16, 8},
    {3, 0x0, 4, 16, 8},           {3, 0x0, 5, 24, 8},           {97, 0x0, 3, 0, 32},
    {97, 0x0, 4, 0, 32},          {97, 0x0, 5, 32, 32},         {98, 0x0, 3, 0, 24},
    {98, 0x0, 4, 0, 24},          {98, 0x0, 5, 24, 24},         {100, 0x0, 12, 0, 20},
    {100, 0x0, 13, 20, 4},        {100, 0x0, 3, 24, 4},         {100, 0x0, 4, 24, 4},
    {100, 0x0, 5, 28, 4},         {145, 0x0, 3, 0, 16},         {145, 0x0, 4, 0, 16},
    {145, 0x0, 5, 16, 16},        {145, 0x0, 128, 32, 8},       {156, 0x0, 12, 0, 4},
    {156, 0x0, 13, 4, 4},         {156, 0x0, 3, 8, 4},          {156, 0x0, 4, 8, 4},
    {156, 0x0, 5, 12, 4},         {179, 0xa, 12, 16, 80},       {179, 0xa, 13, 96, 30},
    {179, 0xa, 3, 126, 50},       {179, 0xa, 4, 126, 50},       {179, 0xa, 5, 176, 50},
    {179, 0xa, 128, 226, 30},     {179, 0xd, 12, 16, 1024},     {179, 0xd, 13, 1040, 512},
    {179, 0xd, 3, 1552, 512},     {179, 0xd, 4, 1552, 512},     {179, 0xd, 5, 2064, 512},
    {179, 0xd, 128, 2576, 2032},  {180, 0xa, 128, 0, 64},       {180, 0xd, 128, 20480, 1024},
    {181, 0xa, 128, 0, 64},       {181, 0xd, 128, 22528, 1024}, {182, 0x0, 12, 16, 64},
    {182, 0x0, 13, 80, 40},       {182, 0x0, 3, 120, 4},        {182, 0x0, 4, 120, 4},
    {182, 0x0, 5, 124, 4},        {182, 0x0, 128, 128, 24},     {185, 0x0, 12, 1, 12},
    {185, 0x0, 13, 13, 4},        {185, 0x0, 3, 17, 16},        {185, 0x0, 4, 17, 16},
    {185, 0x0, 5, 33, 16},        {185, 0x0, 128, 49, 15},      {187, 0x0, 128, 0, 1},
    {187, 0x1, 12, 304, 100},     {187, 0x1, 13, 404, 50},      {187, 0x1, 3, 454, 256},
    {187, 0x1, 4, 454, 256},      {187, 0x1, 5, 710, 32},       {187, 0x1, 128, 742, 26},
    {187, 0x2, 12, 160, 12},      {187, 0x2, 3, 172, 4},        {187, 0x2, 4, 172, 4},
    {187, 0x2, 13, 172, 0},       {187, 0x2, 5, 176, 2},        {187, 0x2, 12, 178, 52},
    {187, 0x2, 13, 230, 8},       {187, 0x2, 3, 238, 32},       {187, 0x2, 4, 238, 32},
    {187, 0x2, 5, 270, 14},       {187, 0x2, 128, 284, 18},     {187, 0x3, 12, 8, 12},
    {187, 0x3, 3, 20, 4},         {187, 0x3, 4, 20, 4},         {187, 0x3, 13, 20, 0},
    {187, 0x3, 5, 24, 2},         {187, 0x3, 12, 26, 38},       {187, 0x3, 13, 64, 8},
    {187, 0x3, 3, 72, 32},        {187, 0x3, 4, 72, 32},        {187, 0x3, 5, 104, 14},
    {187, 0x3, 128, 118, 2},      {187, 0x4, 12, 120, 4},       {187, 0x4, 13, 124, 4},
    {187, 0x4, 3, 128, 12},       {187, 0x4, 4, 128, 12},       {187, 0x4, 5, 140, 12},
    {187, 0x5, 3, 154, 0},        {187, 0x5, 4, 154, 0},        {187, 0x5, 5, 154, 0},
    {187, 0x5, 12, 154, 0},       {187, 0x5, 12, 154, 2},       {187, 0x5, 3, 156, 2},
    {187, 0x5, 4, 156, 2},        {187, 0x5, 5, 158, 2},        {187, 0x7, 3, 1, 0},
    {187, 0x7, 4, 1, 0},          {187, 0x7, 5, 1, 0},          {187, 0x7, 12, 1, 0},
    {187, 0x7, 12, 1, 3},         {187, 0x7, 3, 4, 2},          {187, 0x7, 4, 4, 2},
    {187, 0x7, 5, 6, 2},          {187, 0xa, 12, 2, 1},         {187, 0xa, 13, 3, 1},
    {187, 0xb, 12, 0, 8},         {187, 0xb, 3, 8, 8},          {187, 0xb, 4, 8, 8},
    {187, 0xb, 5, 16, 8},         {187, 0xb, 128, 24, 8},       {188, 0x0, 12, 150, 64},
    {188, 0x0, 13, 214, 8},       {188, 0x0, 3, 222, 64},       {188, 0x0, 4, 222, 64},
    {188, 0x0, 5, 286, 8},        {188, 0x0, 128, 294, 6},      {188, 0x1, 128, 0, 1},
    {188, 0x2, 128, 49152, 1024}, {188, 0x3, 128, 0, 1},        {188, 0xa, 12, 8, 12},
    {188, 0xa, 3, 20, 4},         {188, 0xa, 4, 20, 4},         {188, 0xa, 13, 20, 0},
    {188, 0xa, 5, 24, 2},         {188, 0xa, 12, 26, 52},       {188, 0xa, 13, 78, 8},
    {188, 0xa, 3, 86, 32},        {188, 0xa, 4, 86, 32},        {188, 0xa, 5, 118, 14},
    {188, 0xa, 128, 132, 18},     {188, 0xb, 3, 2, 0},          {188, 0xb, 4, 2, 0},
    {188, 0xb, 5, 2, 0},          {188, 0xb, 12, 2, 0},         {188, 0xb, 12, 2, 2},
    {188, 0xb, 3, 4, 2},          {188, 0xb, 4, 4, 2},          {188, 0xb, 5, 6, 2},
    {188, 0xd, 12, 8, 12},        {188, 0xd, 3, 20, 4},         {188, 0xd, 4, 20, 4},
    {188, 0xd, 13, 20, 0},        {188, 0xd, 5, 24, 2},         {188, 0xd, 12, 26, 38},
    {188, 0xd, 13, 64, 8},        {188, 0xd, 3, 72, 32},        {188, 0xd, 4, 72, 32},
    {188, 0xd, 5, 104, 14},       {188, 0xd, 128, 118, 2},      {188, 0xe, 12, 120, 4},
    {188, 0xe, 13, 124, 4},       {188, 0xe, 3, 128, 12},       {188, 0xe, 4, 128, 12},
    {188, 0xe, 5, 140, 12},       {188, 0xf, 3, 1, 0},          {188, 0xf, 4, 1, 0},
    {188, 0xf, 5, 1, 0},          {188, 0xf, 12, 1, 0},         {188, 0xf, 12, 1, 3},
    {188, 0xf, 3, 4, 2},          {188, 0xf, 4, 4, 2},          {188, 0xf, 5, 6, 2},
    {189, 0xa, 12, 8, 80},        {189, 0xa, 13, 88, 30},       {189, 0xa, 3, 118, 50},
    {189, 0xa, 4, 118, 50},       {189, 0xa, 5, 168, 50},       {189, 0xa, 128, 218, 38},
    {189, 0xd, 12, 16392, 512},   {189, 0xd, 13, 16904, 128},   {189, 0xd, 3, 17032, 256},
    {189, 0xd, 4, 17032, 256},    {189, 0xd, 5, 17288, 256},    {189, 0xd, 128, 17544, 376},
    {190, 0x0, 3, 4, 28},         {190, 0x0, 4, 4, 28},         {190, 0x0, 5, 36, 28},
    {191, 0x0, 12, 0, 12},        {191, 0x0, 13, 12, 4},        {191, 0x0, 3, 16, 24},
    {191, 0x0, 4, 16, 24},        {191, 0x0, 5, 40, 24},        {194, 0x0, 12, 48, 16},
    {194, 0x0, 13, 64, 4},        {194, 0x0, 3, 68, 16},        {194, 0x0, 4, 68, 16},
    {194, 0x0, 5, 84, 8},         {194, 0x0, 128, 92, 4},       {194, 0x1, 128, 0, 1},
    {194, 0x2, 128, 56320, 256},  {194, 0x3, 128, 0, 1},        {194, 0xa, 12, 2, 2},
    {194, 0xa, 3, 4, 4},          {194, 0xa, 4, 4, 4},          {194, 0xa, 13, 4, 0},
    {194, 0xa, 5, 8, 2},          {194, 0xa, 12, 10, 12},       {194, 0xa, 13, 22, 4},
    {194, 0xa, 3, 26, 10},        {194, 0xa, 4, 26, 10},        {194, 0xa, 5, 36, 12},
    {194, 0xb, 3, 0, 0},          {194, 0xb, 3, 0, 2},          {194, 0xb, 4, 0, 0},
    {194, 0xb, 4, 0, 2},          {194, 0xd, 12, 2, 2},         {194, 0xd, 3, 4, 4},
    {194, 0xd, 4, 4, 4},          {194, 0xd, 13, 4, 0},         {194, 0xd, 5, 8, 2},
    {194, 0xd, 12, 10, 12},       {194, 0xd, 13, 22, 4},        {194, 0xd, 3, 26, 10},
    {194, 0xd, 4, 26, 10},        {194, 0xd, 5, 36, 12},        {194, 0xf, 3, 0, 0},
    {194, 0xf, 3, 0, 2},          {194, 0xf, 4, 0, 0},          {194, 0xf, 4, 0, 2},
    {195, 0x0, 128, 0, 1},        {195, 0x1, 12, 96, 32},       {195, 0x1, 13, 128, 8},
    {195, 0x1, 3, 136, 60},       {195, 0x1, 4, 136, 60},       {195, 0x1, 5, 196, 60},
    {195, 0x2, 12, 50, 2},        {195, 0x2, 3, 52, 4},         {195, 0x2, 4, 52, 4},
    {195, 0x2, 13, 52, 0},        {195, 0x2, 5, 56, 2},         {195, 0x2, 12, 58, 12},
    {195, 0x2, 13, 70, 4},        {195, 0x2, 3, 74, 10},        {195, 0x2, 4, 74, 10},
    {195, 0x2, 5, 84, 12},        {195, 0x3, 12, 2, 2},         {195, 0x3, 3, 4, 4},
    {195, 0x3, 4, 4, 4},          {195, 0x3, 13, 4, 0},         {195, 0x3, 5, 8, 2},
    {195, 0x3, 12, 10, 12},       {195, 0x3, 13, 22, 4},        {195, 0x3, 3, 26, 10},
    {195, 0x3, 4, 26, 10},        {195, 0x3, 5, 36, 12},        {195, 0x5, 3, 48, 0},
    {195, 0x5, 3, 48, 2},         {195, 0x5, 4, 48, 0},         {195, 0x5, 4, 48, 2},
    {195, 0x7, 3, 0, 0},          {195, 0x7, 3, 0, 2},          {195, 0x7, 4, 0, 0},
    {195, 0x7, 4, 0, 2},          {195, 0xa, 12, 2, 1},         {195, 0xa, 13, 3, 1},
    {195, 0xb, 12, 0, 8},         {195, 0xb, 3, 8, 8},          {195, 0xb, 4, 8, 8},
    {195, 0xb, 5, 16, 8},         {195, 0xb, 128, 24, 8},
};

/* The twin's GIC may have fewer interrupts than the AM65x's: of the main NAVSS's router's outputs
 * to it, only those that lead to an existing INTID are handed out. */
static bool leads_somewhere(unsigned output)
{
    unsigned intid = intr_output_intid(output);
    return intid == 0 || intid < model_config()->intid_limit;
}

static uint16_t limited_count(const struct assignment *entry)
{
    if (entry->device != DEV_MAIN_INTR || entry->subtype != SUBTYPE_INTR_OUTPUT)
        return entry->count;
    uint16_t count = 0;
    while (count < entry->count && leads_somewhere(entry->first + count))
        count++;
    return count;
}

static unsigned ranges_of(uint8_t host, uint16_t device, uint8_t subtype, struct rm_range ranges[2])
{
    unsigned found = 0;
    for (size_t i = 0; i < COUNT_OF(assignments) && found < 2; i++) {
        const struct assignment *entry = &assignments[i];
        if (entry->host != host || entry->device != device || entry->subtype != subtype)
            continue;
        ranges[found].first = entry->first;
        ranges[found].count = limited_count(entry);
        found++;
    }
    return found;
}

unsigned rm_ranges(uint8_t host, uint16_t device, uint8_t subtype, struct rm_range ranges[2])
{
    unsigned found = ranges_of(host, device, subtype, ranges);
    return found != 0 ? found : ranges_of(HOST_ALL, device, subtype, ranges);
}

static bool assigned(uint8_t host, uint16_t device, uint8_t subtype, uint32_t index)
{
    struct rm_range ranges[2];
    unsigned found = ranges_of(host, device, subtype, ranges);
    for (unsigned i = 0; i < found; i++)
        if (index >= ranges[i].first && index - ranges[i].first < ranges[i].count)
            return true;
    return false;
}

bool rm_owns(uint8_t host, uint16_t device, uint8_t subtype, uint32_t index)
{
    return assigned(host, device, subtype, index) || assigned(HOST_ALL, device, subtype, index);
}

bool rm_owns_any(uint8_t host, uint16_t device, uint8_t first, uint8_t last, uint32_t index)
{
    for (unsigned subtype = first; subtype <= last; subtype++)
        if (rm_owns(host, device, (uint8_t)subtype, index))
            return true;
    return false;
}
