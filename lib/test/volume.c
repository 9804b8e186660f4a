/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in volumes: a file for each whose bytes somebody has asked for or given. */
#include "test/test.h"
#include "test/world.h"

#include "conf/storage.h"
#include "rpc/stream_file.h"
#include "state/state.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

/* virStorageVolUploadFlags, virStorageVolDownloadFlags */
enum { SPARSE_STREAM = 1 };

static int volumes_dir(struct error *err)
{
	return state_open_dir(STATE_LIB, "test-volumes", true, err);
}

int world_volume_open(const char *key, uint64_t size, struct error *err)
{
	AUTO_CLOSE int dir = volumes_dir(err);
	AUTO_FREE char *name = dir < 0 ? NULL : str_encode_name(key, err);
	AUTO_CLOSE int fd = name ? openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	struct stat st;

	if (fd < 0)
		return name ? error_errno(err, "the volume '%s'", key) : -1;
	if (fstat(fd, &st) < 0 || ((uint64_t)st.st_size < size && ftruncate(fd, (off_t)size) < 0))
		return error_errno(err, "the volume '%s'", key);
	return STEAL_FD(fd);
}

void world_volume_remove(const char *key)
{
	struct error ignored;
	AUTO_CLOSE int dir = volumes_dir(&ignored);
	AUTO_FREE char *name = dir < 0 ? NULL : str_encode_name(key, &ignored);

	if (name)
		unlinkat(dir, name, 0);
}

int world_volume_copy(const char *from, const char *to, struct error *err)
{
	AUTO_CLOSE int dir = volumes_dir(err);
	AUTO_FREE char *name = dir < 0 ? NULL : str_encode_name(from, err);
	AUTO_CLOSE int in = name ? openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	struct stat st;

	if (in < 0)
		return name && errno == ENOENT ? 0 : name ? error_errno(err, "the volume '%s'", from) : -1;
	AUTO_CLOSE int out = fstat(in, &st) < 0 ? error_errno(err, "the volume '%s'", from) : world_volume_open(to, 0, err);
	if (out < 0)
		return -1;
	/* data alone: holes stay holes */
	for (off_t at = lseek(in, 0, SEEK_DATA); at >= 0; at = lseek(in, at, SEEK_DATA)) {
		off_t end = lseek(in, at, SEEK_HOLE);

		if (end < 0 || lseek(out, at, SEEK_SET) < 0)
			return error_errno(err, "the volume '%s'", to);
		while (at < end) {
			ssize_t n = sendfile(out, in, &at, (size_t)(end - at));

			if (n <= 0)
				return error_errno(err, "the volume '%s'", to);
		}
	}
	return ftruncate(out, st.st_size) < 0 ? error_errno(err, "the volume '%s'", to) : 0;
}

/* Opens the bytes of the volume that a call names; *size is its capacity. */
static int open_called(const wire_storage_vol *ref, uint64_t *size, struct error *err)
{
	struct storage_vol *def = NULL;
	struct world w;
	int fd = -1;

	if (world_begin(&w, err) == 0) {
		json_t *pool, *vol = test_called_vol(&w, ref, &pool, err);

		def = vol ? conf_document_parse(&storage_vol_document, world_text(vol, "xml"), strlen(world_text(vol, "xml")), 0, NULL, NULL, err) : NULL;
		if (def) {
			*size = def->capacity.value;
			fd = world_volume_open(world_text(vol, "key"), *size, err);
		}
		conf_free(&storage_vol_elem, def);
	}
	world_end(&w);
	return fd;
}

static int upload(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_storage_vol_upload_args *a = args;
	struct rpc_file_part part = { .offset = a->offset, .length = a->length, .sparse = a->flags & SPARSE_STREAM };
	uint64_t size;

	(void)ret;
	part.fd = open_called(&a->vol, &size, err);
	return part.fd < 0 ? -1 : rpc_stream_receive_file(call, &part, size, err);
}

static int download(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_storage_vol_download_args *a = args;
	struct rpc_file_part part = { .offset = a->offset, .length = a->length, .sparse = a->flags & SPARSE_STREAM };
	uint64_t size;

	(void)ret;
	part.fd = open_called(&a->vol, &size, err);
	return part.fd < 0 ? -1 : rpc_stream_send_file(call, &part, err);
}

const struct rpc_row test_volume_rows[] = {
	RPC_ROW(storage_vol_upload, upload),
	RPC_ROW(storage_vol_download, download),
	RPC_ROW_END,
};
