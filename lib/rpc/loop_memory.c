/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory of the event loop. libev ends the program when it gets none; a server must not end for that. What it needs is little
 * (arrays that grow with descriptors and timers), so a static reserve answers where malloc(3) cannot. As long as it is not used
 * its pages do not exist.
 */
#include "rpc/server_priv.h"

#include <malloc.h>
#include <string.h>

#define RESERVE_SIZE 65536
#define ALIGN 16

struct block {
	_Alignas(ALIGN) size_t size;
	char data[];
};

static _Alignas(ALIGN) char arena[RESERVE_SIZE];
static size_t used;
static unsigned blocks;

static bool in_arena(const void *p)
{
	return (const char *)p >= arena && (const char *)p < arena + sizeof(arena);
}

static struct block *block_of(void *p)
{
	return (struct block *)((char *)p - offsetof(struct block, data));
}

static void give_back(void *p)
{
	if (!in_arena(p))
		free(p);
	else if (--blocks == 0)
		used = 0;
}

static void *from_arena(size_t size)
{
	size_t need = (offsetof(struct block, data) + size + ALIGN - 1) / ALIGN * ALIGN;
	struct block *b = (struct block *)(void *)(arena + used);

	if (need > sizeof(arena) - used)
		return NULL;
	b->size = size;
	used += need;
	blocks++;
	return b->data;
}

static void *loop_realloc(void *old, long size)
{
	size_t old_size = !old ? 0 : in_arena(old) ? block_of(old)->size : malloc_usable_size(old);
	void *p;

	if (size <= 0) {
		give_back(old);
		return NULL;
	}
	if (!in_arena(old)) {
		p = realloc(old, (size_t)size);
		if (p)
			return p;
	} else {
		p = malloc((size_t)size);
	}
	if (!p)
		p = from_arena((size_t)size);
	if (!p)
		return NULL;
	if (old)
		memcpy(p, old, old_size < (size_t)size ? old_size : (size_t)size);
	give_back(old);
	return p;
}

void rpc_loop_memory(void)
{
	ev_set_allocator(loop_realloc);
}
