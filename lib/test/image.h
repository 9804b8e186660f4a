/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of the test driver: images of libvirt's format without any memory, because there is none. */
#ifndef BERTH_TEST_IMAGE_H
#define BERTH_TEST_IMAGE_H

#include "util/error.h"

/* The file in a guest's directory that vm-start restores. */
#define TEST_MANAGED_SAVE "save"

/* A file that is there when it is whole: `fill` writes it under another name before. */
int test_file_write(int dir, const char *path, int (*fill)(int fd, const void *arg, struct error *err), const void *arg, struct error *err) NODISCARD;

/* An image with this definition; whether the guest is to run when it is restored. */
int test_image_write(int dir, const char *path, const char *xml, bool running, struct error *err) NODISCARD;

#endif
