// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receives a file over a serial line: by YMODEM, or by XMODEM with CRC, in blocks of 128 or of 1024
 * bytes (Chuck Forsberg, "XMODEM/YMODEM Protocol Reference", 1988). Which of them it is the
 * sender's first block tells: in YMODEM that is number 0, with the file's name and size.
 *
 * Each block is answered before the next one comes, so no more than one is ever under way, and a
 * line that buffers 1029 bytes needs no flow control. What the sender does wrong ends the transfer;
 * what the line does is tried again.
 */
#ifndef LIB_YMODEM_H
#define LIB_YMODEM_H

#include <stddef.h>
#include <stdint.h>

/* The line, to which nobody else writes during the transfer. */
struct ymodem_line {
    /* The next byte, 0-255; -ETIMEDOUT: none within timeout_us; another negative errno ends the
     * transfer. */
    int (*get)(void *context, uint64_t timeout_us);
    /* Sends bytes as they are. 0, or a negative errno, which ends the transfer. */
    int (*put)(void *context, const uint8_t *bytes, size_t length);
    void *context;
};

/* Receives one file into memory, at most `room` bytes, and its size into *size. YMODEM tells the
 * size; after XMODEM, or a sender of YMODEM that does not tell it, the last block's padding is part
 * of the file. Waits a minute for a sender, ten seconds for a block, and has a block sent ten times
 * at most.
 *
 * -ETIMEDOUT: no sender, or it has fallen silent; -ECANCELED: the sender has ended it, or somebody
 * with Ctrl-C, before it began; -EFBIG: the file is larger than room; -ENOENT: the sender has no
 * file; -EMFILE: it has more than one; -EIO: a block did not come whole in ten times; -EPROTO: a
 * block is not the next one, or there are more or fewer bytes than the sender had told; and what
 * get() and put() say. After an error the sender has been told that it is over, if the line can,
 * and what it had still sent is dropped. Thread context. */
int ymodem_receive(const struct ymodem_line *line, void *memory, size_t room, size_t *size);

#endif
