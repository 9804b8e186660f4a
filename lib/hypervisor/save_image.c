/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/save_image.h"

#include "util/file.h"
#include "util/str.h"

#include <byteswap.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Facts: berth-save-image(5); libvirt's headers of the version 2, which it has written since 2010. */
#define MAGIC_WHOLE "LibvirtQemudSave"
#define MAGIC_PART "LibvirtQemudPart"
#define VERSION 2
#define XML_MAX (16u << 20)
#define ROOM 4096      /* at least, for a definition that is edited later */
#define ALIGN 4096     /* what direct input and output needs */

struct header {
	char magic[16];
	uint32_t version;
	uint32_t data_len;       /* of what lies between this and the state: definition, NUL, cookie, room */
	uint32_t was_running;
	uint32_t format;
	uint32_t cookie_offset;  /* from the header's end; 0: there is none */
	uint32_t unused[14];
};
_Static_assert(sizeof(struct header) == 92, "the header has no gaps");

static const char *const formats[SAVE_FORMATS] = { "raw", "gzip", "bzip2", "xz", "lzop", "zstd" };

const char *save_format_name(unsigned format)
{
	return format < SAVE_FORMATS ? formats[format] : NULL;
}

static void swap(struct header *h)
{
	h->version = bswap_32(h->version);
	h->data_len = bswap_32(h->data_len);
	h->was_running = bswap_32(h->was_running);
	h->format = bswap_32(h->format);
	h->cookie_offset = bswap_32(h->cookie_offset);
}

static int read_all(int fd, void *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = RETRY_EINTR(read(fd, (char *)data + done, len - done));

		if (n < 0)
			return -1;
		if (n == 0) {
			errno = 0;
			return -1;
		}
		done += n;
	}
	return 0;
}

static int read_header(int fd, struct header *h, struct error *err)
{
	if (read_all(fd, h, sizeof(*h)) < 0)
		return errno ? error_errno(err, "cannot read it") : error_set(err, ERR_OPERATION_FAILED, "it is no saved state: it is too short");
	if (!memcmp(h->magic, MAGIC_PART, sizeof(h->magic)))
		return error_set(err, ERR_OPERATION_FAILED, "its saving was never finished: it cannot be restored");
	if (memcmp(h->magic, MAGIC_WHOLE, sizeof(h->magic)))
		return error_set(err, ERR_OPERATION_FAILED, "it is no saved state");
	/* a machine of the other byte order wrote it */
	if (h->version > 0xffff)
		swap(h);
	if (h->version < 1 || h->version > VERSION)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "it is of the version %u, and %u is the last that is known", h->version, VERSION);
	if (h->format >= SAVE_FORMATS)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "its compression has the number %u, which is not known", h->format);
	if (h->data_len < 2 || h->data_len > XML_MAX || h->cookie_offset > h->data_len)
		return error_set(err, ERR_OPERATION_FAILED, "it is damaged: its definition has %u bytes", h->data_len);
	return 0;
}

int save_image_read(int fd, struct save_image *out, struct error *err)
{
	struct header h;
	size_t len;

	*out = (struct save_image){ 0 };
	if (read_header(fd, &h, err) < 0)
		return -1;
	len = h.cookie_offset ? h.cookie_offset - 1 : h.data_len;
	out->xml = malloc(h.data_len + 1);
	if (!out->xml)
		return error_errno(err, "no memory for its definition");
	if (read_all(fd, out->xml, h.data_len) < 0)
		return errno ? error_errno(err, "cannot read it") : error_set(err, ERR_OPERATION_FAILED, "it is damaged: it ends in its definition");
	out->xml[len] = out->xml[h.data_len] = '\0';
	out->cookie = h.cookie_offset && h.cookie_offset < h.data_len ? out->xml + h.cookie_offset : NULL;
	out->format = h.format;
	out->running = h.was_running != 0;
	out->data = (off_t)sizeof(h) + h.data_len;
	return *out->xml ? 0 : error_set(err, ERR_OPERATION_FAILED, "it is damaged: its definition is empty");
}

void save_image_clear(struct save_image *image)
{
	free(image->xml);
	*image = (struct save_image){ 0 };
}

/* The head of an image, up to where its state begins; where it best does if image->data is 0. */
static char *make_head(const char *magic, const struct save_image *image, size_t *size, struct error *err)
{
	size_t len = strlen(image->xml) + 1, cookie = image->cookie ? strlen(image->cookie) + 1 : 0;
	size_t need = sizeof(struct header) + len + cookie;
	struct header h = { .version = VERSION, .was_running = image->running, .format = image->format };
	char *head;

	*size = image->data ? (size_t)image->data : (need + ROOM + ALIGN - 1) / ALIGN * ALIGN;
	if (need > *size || *size > XML_MAX) {
		error_set(err, ERR_OPERATION_FAILED, "the definition of %zu bytes does not fit into the image", len);
		return NULL;
	}
	head = calloc(1, *size);
	if (!head) {
		error_errno(err, "no memory for the definition");
		return NULL;
	}
	memcpy(h.magic, magic, sizeof(h.magic));
	h.data_len = (uint32_t)(*size - sizeof(h));
	h.cookie_offset = cookie ? (uint32_t)len : 0;
	memcpy(head, &h, sizeof(h));
	memcpy(head + sizeof(h), image->xml, len);
	if (cookie)
		memcpy(head + sizeof(h) + len, image->cookie, cookie);
	return head;
}

int save_image_begin(int fd, const struct save_image *image, struct error *err)
{
	size_t size;
	AUTO_FREE char *head = make_head(MAGIC_PART, image, &size, err);

	if (!head)
		return -1;
	return file_write_all(fd, head, size) < 0 ? error_errno(err, "cannot write it") : 0;
}

int save_image_finish(int fd, struct error *err)
{
	/* the state first: what says that it is whole must not be there before it */
	if (fsync(fd) < 0 && errno != EINVAL)
		return error_errno(err, "cannot write it");
	if (pwrite(fd, MAGIC_WHOLE, 16, 0) != 16 || (fsync(fd) < 0 && errno != EINVAL))
		return error_errno(err, "cannot write it");
	return 0;
}

int save_image_open(int dirfd, const char *path, struct save_image *out, struct error *err)
{
	AUTO_CLOSE int fd = RETRY_EINTR(openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	struct stat st;

	*out = (struct save_image){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, "cannot open it");
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return error_set(err, ERR_INVALID_ARG, "it is no file");
	return save_image_read(fd, out, err) < 0 ? -1 : STEAL_FD(fd);
}

static int copy_rest(int from, int to, struct error *err)
{
	for (;;) {
		ssize_t n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);

		if (n < 0)
			return error_errno(err, "cannot copy the state");
		if (n == 0)
			return 0;
	}
}

/* In a file of its own beside the old one. */
static int change_by_copy(int dirfd, const char *path, int from, const struct save_image *image, struct error *err)
{
	AUTO_FREE char *temporary = str_printf("%s.new", path);
	AUTO_CLOSE int fd = -1;
	struct stat st;
	int r;

	if (!temporary || fstat(from, &st) < 0)
		return error_errno(err, "cannot copy it");
	fd = RETRY_EINTR(openat(dirfd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, st.st_mode & 07777));
	if (fd < 0)
		return error_errno(err, "cannot make %s", temporary);
	r = save_image_begin(fd, image, err) < 0 || copy_rest(from, fd, err) < 0 || save_image_finish(fd, err) < 0 ? -1 : 0;
	if (r == 0 && fchown(fd, st.st_uid, st.st_gid) < 0)
		r = error_errno(err, "cannot give %s to its owner", temporary);
	if (r == 0 && renameat(dirfd, temporary, dirfd, path) < 0)
		r = error_errno(err, "cannot rename %s", temporary);
	if (r < 0)
		unlinkat(dirfd, temporary, 0);
	return r;
}

int save_image_change(int dirfd, const char *path, const char *xml, bool running, struct error *err)
{
	struct save_image old, now;
	AUTO_CLOSE int fd = save_image_open(dirfd, path, &old, err), out = -1;
	AUTO_FREE char *head = NULL;
	size_t size;
	int r;

	now = old;
	now.xml = (char *)xml;
	now.running = running;
	if (fd < 0) {
		r = -1;
	} else if (!(head = make_head(MAGIC_WHOLE, &now, &size, NULL))) {
		now.data = 0;
		r = change_by_copy(dirfd, path, fd, &now, err);
	} else {
		out = RETRY_EINTR(openat(dirfd, path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
		/* one call, so that a kill leaves the one or the other */
		r = out < 0 || pwrite(out, head, size, 0) != (ssize_t)size || fsync(out) < 0 ? error_errno(err, "cannot write it") : 0;
	}
	save_image_clear(&old);
	return r;
}
