/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that hold the saved memory of a machine: libvirt's own format, so that images go both ways. berth-save-image(5) describes it. Light: the definition in
 * it is text here.
 *
 * An image grows under a temporary name and is marked partial until it is whole, so that none under its own name is ever half.
 */
#ifndef BERTH_HYPERVISOR_SAVE_IMAGE_H
#define BERTH_HYPERVISOR_SAVE_IMAGE_H

#include "util/error.h"

#include <sys/types.h>

/* How the state behind the header is packed; libvirt's numbers (virQEMUSaveFormat). */
enum save_format { SAVE_RAW, SAVE_GZIP, SAVE_BZIP2, SAVE_XZ, SAVE_LZOP, SAVE_ZSTD, SAVE_FORMATS };

/* The word that libvirt's qemu.conf has for it ("raw", "gzip" ...), which is also the program that packs and unpacks it; NULL for other numbers. */
const char *save_format_name(unsigned format);

struct save_image {
	char *xml;             /* the definition, with its secrets */
	const char *cookie;    /* what another program keeps beside it, within `xml`; NULL: nothing */
	unsigned format;       /* enum save_format */
	bool running;          /* it is to run when it is restored */
	off_t data;            /* where the state begins */
};

/* Reads the head of an image and leaves the descriptor at the state. ERR_OPERATION_FAILED for what is none, is partial, or of a version that is not known. Cleared
 * with save_image_clear(), also after an error. */
int save_image_read(int fd, struct save_image *out, struct error *err) NODISCARD;
void save_image_clear(struct save_image *image);

/* Writes the head of an image that is to grow, marked partial; the descriptor is left where the state begins: at image->data, or, where that is 0, at a multiple
 * of 4096 with room for a longer definition. */
int save_image_begin(int fd, const struct save_image *image, struct error *err) NODISCARD;

/* The state is written: the mark goes, and everything is on the disk when it returns. */
int save_image_finish(int fd, struct error *err) NODISCARD;

/* Opens an image by path, following no link; reads its head. */
int save_image_open(int dirfd, const char *path, struct save_image *out, struct error *err) NODISCARD;

/* Gives an image another definition and mark of running. What does not fit into the room that its head leaves becomes a new file, renamed to the old one's name. */
int save_image_change(int dirfd, const char *path, const char *xml, bool running, struct error *err) NODISCARD;

#endif
