// SPDX-License-Identifier: BSD-3-Clause
/*
 * Files for lwIP's HTTP server (lwip/apps/fs.h, whose functions these are).
 */
#include "app/net/web.h"

#include "app/net/topology.h"

#include <lwip/apps/fs.h>
#include <lwip/apps/httpd.h>
#include <lwip/opt.h>
#include <stddef.h>
#include <string.h>

#define PAGE    "/index.html"
#define PICTURE "/state.json"

/* page.S */
extern const char net_page[], net_page_end[];

/* A picture that is being sent, or waited for. */
struct reader {
    struct fs_file *file; /* NULL: free */
    struct net_picture *picture;
    fs_wait_cb wait; /* goes on with it; NULL: lwIP has not asked yet */
    void *argument;
};

/* The server has no more connections. */
static struct reader readers[MEMP_NUM_PARALLEL_HTTPD_CONNS];

static struct reader *find_reader(const struct fs_file *file)
{
    for (unsigned i = 0; i < MEMP_NUM_PARALLEL_HTTPD_CONNS; i++)
        if (readers[i].file == file)
            return &readers[i];
    return NULL;
}

/* ---- what waits for a picture ---- */

bool net_web_is_pending(void)
{
    for (unsigned i = 0; i < MEMP_NUM_PARALLEL_HTTPD_CONNS; i++)
        if (readers[i].file != NULL && readers[i].picture == NULL)
            return true;
    return false;
}

static void show(struct reader *reader)
{
    fs_wait_cb wait = reader->wait;

    reader->picture = net_picture_hold();
    if (reader->picture == NULL)
        return;
    reader->file->len = (int)net_picture_length(reader->picture);
    reader->wait = NULL;
    if (wait != NULL)
        wait(reader->argument);
}

void net_web_turn(const struct net_interface *interface)
{
    if (!net_web_is_pending())
        return;
    (void)net_picture_take(interface); /* -EBUSY: they get the last one */
    for (unsigned i = 0; i < MEMP_NUM_PARALLEL_HTTPD_CONNS; i++)
        if (readers[i].file != NULL && readers[i].picture == NULL)
            show(&readers[i]);
}

/* ---- what the server calls ---- */

static err_t open_picture(struct fs_file *file)
{
    struct reader *reader = find_reader(NULL);

    if (reader == NULL)
        return ERR_MEM;
    *reader = (struct reader){.file = file};
    *file = (struct fs_file){
        .pextension = reader, .is_custom_file = 1, .flags = FS_FILE_FLAGS_HEADER_PERSISTENT};
    return ERR_OK;
}

static err_t open_page(struct fs_file *file)
{
    int length = (int)(net_page_end - net_page);

    *file = (struct fs_file){.data = net_page,
                             .len = length,
                             .index = length, /* there is nothing to read */
                             .flags = FS_FILE_FLAGS_HEADER_PERSISTENT};
    return ERR_OK;
}

err_t fs_open(struct fs_file *file, const char *name)
{
    if (strcmp(name, PAGE) == 0)
        return open_page(file);
    if (strcmp(name, PICTURE) == 0)
        return open_picture(file);
    return ERR_VAL;
}

void fs_close(struct fs_file *file)
{
    struct reader *reader = file->pextension;

    if (reader == NULL)
        return;
    if (reader->picture != NULL)
        net_picture_release(reader->picture);
    memset(reader, 0, sizeof(*reader));
}

/* Also of no file at all: where an error is told. */
int fs_is_file_ready(struct fs_file *file, fs_wait_cb callback, void *argument)
{
    struct reader *reader = file != NULL ? file->pextension : NULL;

    if (reader == NULL || reader->picture != NULL)
        return 1;
    reader->wait = callback;
    reader->argument = argument;
    return 0;
}

int fs_read_async(struct fs_file *file, char *buffer, int count, fs_wait_cb callback,
                  void *argument)
{
    const struct reader *reader = file->pextension;
    int left = fs_bytes_left(file);

    (void)callback;
    (void)argument;
    if (left == 0)
        return FS_READ_EOF;
    if (count > left)
        count = left;
    memcpy(buffer, net_picture_text(reader->picture) + file->index, (size_t)count);
    file->index += count;
    return count;
}

int fs_bytes_left(struct fs_file *file)
{
    return file->len - file->index;
}

void net_web_open(void)
{
    httpd_init();
}
