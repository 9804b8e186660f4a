/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TPM, random numbers, watchdog, balloon, panic, shared memory, vsock, crypto, NVRAM */
#include "qemu/command_impl.h"

#include "util/str.h"

#include <string.h>

/* --- TPM ------------------------------------------------------------------------------------------------------- */

static int build_tpm(struct qemu_build *b, const struct domain_tpm *t)
{
	static const char *const drivers[] = {
		[DOMAIN_TPM_TIS] = "tpm-tis", [DOMAIN_TPM_CRB] = "tpm-crb", [DOMAIN_TPM_SPAPR] = "tpm-spapr",
		[DOMAIN_TPM_SPAPR_PROXY] = "spapr-tpm-proxy",
	};
	const char *alias = t->info.alias.name, *driver = drivers[t->model ? t->model : DOMAIN_TPM_TIS];
	json_t *o;

	if (t->model == DOMAIN_TPM_TIS && b->def->os.arch == DOMAIN_ARCH_AARCH64)
		driver = "tpm-tis-device";
	if (!qemu_caps_has(b->caps, driver))
		return qemu_unsupported(b, "%s has no TPM of model '%s'", b->caps->binary, conf_enum_name(&domain_tpm_model_names, t->model));
	if (t->model == DOMAIN_TPM_SPAPR_PROXY) {
		o = json_pack("{s:s}", "driver", driver);
		qemu_put(o, "id", alias);
		qemu_put(o, "host-path", t->path);
		return qemu_build_device(b, o);
	}
	if (t->backend == DOMAIN_TPM_PASSTHROUGH) {
		AUTO_BUF struct buf text = { 0 };

		qemu_optf(&text, "passthrough,id=tpm-%s", alias);
		qemu_opt(&text, "path", t->path);
		qemu_optf(&text, "cancel-path=/dev/null");
		qemu_arg_buf(&b->args, "-tpmdev", &text);
	} else {
		AUTO_FREE char *path = t->backend == DOMAIN_TPM_EXTERNAL ? strdup(t->path) : str_printf("%s/swtpm.sock", b->rt->dir);
		const struct qemu_fds *fd = qemu_find_fds(b, alias, QEMU_FD_HELPER);
		AUTO_BUF struct buf text = { 0 };

		qemu_optf(&text, "socket,id=chrtpm");
		if (fd)
			qemu_optf(&text, "fd=%d", fd->fds[0]);
		else
			qemu_opt(&text, "path", path);
		qemu_argf(&b->args, "-tpmdev", "emulator,id=tpm-%s,chardev=chrtpm", alias);
		qemu_arg_buf(&b->args, "-chardev", &text);
	}
	o = json_pack("{s:s}", "driver", driver);
	qemu_putf(o, "tpmdev", "tpm-%s", alias);
	qemu_put(o, "id", alias);
	if (qemu_put_address(b, o, &t->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

int qemu_build_tpms(struct qemu_build *b)
{
	for (size_t i = 0; i < b->def->devices.tpms.n; i++)
		if (build_tpm(b, b->def->devices.tpms.items[i]) < 0)
			return -1;
	return 0;
}

/* --- random numbers -------------------------------------------------------------------------------------------- */

int qemu_build_rng(struct qemu_build *b, const struct domain_rng *r)
{
	const char *alias = r->info.alias.name;
	json_t *o = json_object();

	switch (r->backend.model) {
	case DOMAIN_RNG_EGD: {
		AUTO_FREE char *name = str_printf("%s", alias);

		if (qemu_build_chardev(b, &r->backend.source, name ? name : alias) < 0) {
			json_decref(o);
			return -1;
		}
		qemu_put(o, "qom-type", "rng-egd");
		qemu_putf(o, "id", "obj%s", alias);
		qemu_putf(o, "chardev", "char%s", alias);
		break;
	}
	case DOMAIN_RNG_BUILTIN:
		qemu_put(o, "qom-type", "rng-builtin");
		qemu_putf(o, "id", "obj%s", alias);
		break;
	default:
		qemu_put(o, "qom-type", "rng-random");
		qemu_putf(o, "id", "obj%s", alias);
		qemu_put(o, "filename", r->backend.path);
		break;
	}
	qemu_build_object(b, o);
	o = json_object();
	if (qemu_put_virtio_driver(b, o, "virtio-rng", &r->info, r->model) < 0 || qemu_put_address(b, o, &r->info) < 0) {
		json_decref(o);
		return -1;
	}
	qemu_put_virtio(o, &r->virtio);
	qemu_putf(o, "rng", "obj%s", alias);
	qemu_put(o, "id", alias);
	if (r->rate.bytes) {
		qemu_put_int(o, "max-bytes", r->rate.bytes);
		qemu_put_int(o, "period", r->rate.period ? r->rate.period : 1000);
	}
	return qemu_build_device(b, o);
}

int qemu_build_rngs(struct qemu_build *b)
{
	for (size_t i = 0; i < b->def->devices.rngs.n; i++)
		if (qemu_build_rng(b, b->def->devices.rngs.items[i]) < 0)
			return -1;
	return 0;
}

/* --- watchdog, balloon, panic ---------------------------------------------------------------------------------- */

/* A dump is the supervisor's business, which pauses the guest for it. */
const char *qemu_watchdog_action(const struct domain_watchdog *w)
{
	return w->action == DOMAIN_WATCHDOG_DUMP ? "pause" : conf_enum_name(&domain_watchdog_action_names, w->action);
}

int qemu_build_watchdog(struct qemu_build *b, const struct domain_watchdog *w)
{
	json_t *o = json_object();

	qemu_put(o, "driver", conf_enum_name(&domain_watchdog_model_names, w->model));
	qemu_put(o, "id", w->info.alias.name);
	if (qemu_put_address(b, o, &w->info) < 0) {
		json_decref(o);
		return -1;
	}
	if (qemu_build_device(b, o) < 0)
		return -1;
	qemu_arg2(&b->args, "-watchdog-action", qemu_watchdog_action(w));
	return 0;
}

static int build_balloon(struct qemu_build *b)
{
	const struct domain_memballoon *m = b->def->devices.memballoon;
	enum domain_virtio_model model;
	json_t *o;

	if (!m || m->model == DOMAIN_MEMBALLOON_NONE)
		return 0;
	if (m->model == DOMAIN_MEMBALLOON_XEN)
		return qemu_unsupported(b, "a <memballoon model='xen'> is none of QEMU's");
	model = m->model == DOMAIN_MEMBALLOON_VIRTIO_TRANSITIONAL       ? DOMAIN_VIRTIO_MODEL_TRANSITIONAL
		: m->model == DOMAIN_MEMBALLOON_VIRTIO_NON_TRANSITIONAL ? DOMAIN_VIRTIO_MODEL_NON_TRANSITIONAL
									: DOMAIN_VIRTIO_MODEL_VIRTIO;
	o = json_object();
	if (qemu_put_virtio_driver(b, o, "virtio-balloon", &m->info, model) < 0 || qemu_put_address(b, o, &m->info) < 0) {
		json_decref(o);
		return -1;
	}
	qemu_put(o, "id", m->info.alias.name);
	qemu_put_onoff(o, "deflate-on-oom", m->autodeflate);
	qemu_put_onoff(o, "free-page-reporting", m->free_page_reporting);
	qemu_put_virtio(o, &m->virtio);
	return qemu_build_device(b, o);
}

static int build_panic(struct qemu_build *b, const struct domain_panic *p)
{
	json_t *o;

	/* s390 and pseries have it built in, Hyper-V's is a feature of the CPU */
	if (p->model != DOMAIN_PANIC_ISA)
		return 0;
	o = json_pack("{s:s}", "driver", "pvpanic");
	if (p->info.address.type == DOMAIN_ADDRESS_ISA)
		qemu_put_num(o, "ioport", p->info.address.iobase);
	return qemu_build_device(b, o);
}

/* --- shared memory --------------------------------------------------------------------------------------------- */

int qemu_build_shmem(struct qemu_build *b, const struct domain_shmem *s)
{
	const char *alias = s->info.alias.name;
	json_t *o = json_object();

	if (s->model == DOMAIN_SHMEM_DOORBELL) {
		AUTO_FREE char *path = s->server && s->server->path ? strdup(s->server->path) : str_printf("%s/ivshmem-%s-sock", b->rt->dir, s->name);
		AUTO_FREE char *id = str_printf("char%s", alias);

		qemu_build_socket(b, id, path);
		qemu_put(o, "driver", "ivshmem-doorbell");
		qemu_put(o, "id", alias);
		qemu_putf(o, "chardev", "char%s", alias);
		if (s->msi) {
			qemu_put_uint(o, "vectors", s->msi->vectors);
			qemu_put_onoff(o, "ioeventfd", s->msi->ioeventfd);
		}
	} else {
		json_t *mem = json_pack("{s:s}", "qom-type", "memory-backend-file");

		qemu_putf(mem, "id", "shmmem-%s", alias);
		qemu_putf(mem, "mem-path", "/dev/shm/%s", s->name);
		qemu_put_int(mem, "size", s->size.set ? s->size.value : 4 << 20);
		qemu_put_bool(mem, "share", true);
		qemu_build_object(b, mem);
		qemu_put(o, "driver", "ivshmem-plain");
		qemu_put(o, "id", alias);
		qemu_putf(o, "memdev", "shmmem-%s", alias);
	}
	if (s->role)
		qemu_put(o, "master", s->role == DOMAIN_SHMEM_MASTER ? "on" : "off");
	if (qemu_put_address(b, o, &s->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

/* --- vsock, crypto, NVRAM -------------------------------------------------------------------------------------- */

int qemu_build_vsock(struct qemu_build *b, const struct domain_vsock *v)
{
	const struct qemu_fds *vhost = qemu_find_fds(b, v->info.alias.name, QEMU_FD_VHOST);
	json_t *o = json_object();

	if (qemu_put_virtio_driver(b, o, "vhost-vsock", &v->info, v->model) < 0 || qemu_put_address(b, o, &v->info) < 0) {
		json_decref(o);
		return -1;
	}
	qemu_put_virtio(o, &v->virtio);
	qemu_put(o, "id", v->info.alias.name);
	qemu_put_int(o, "guest-cid", v->cid);
	if (vhost)
		qemu_putf(o, "vhostfd", "%d", vhost->fds[0]);
	return qemu_build_device(b, o);
}

int qemu_build_crypto(struct qemu_build *b, const struct domain_crypto *c)
{
	const char *alias = c->info.alias.name;
	json_t *o = json_pack("{s:s}", "qom-type", c->backend == DOMAIN_CRYPTO_LKCF ? "cryptodev-backend-lkcf" : "cryptodev-backend-builtin");

	qemu_putf(o, "id", "obj%s", alias);
	qemu_put_uint(o, "queues", c->queues);
	qemu_build_object(b, o);
	o = json_object();
	if (qemu_put_virtio_driver(b, o, "virtio-crypto", &c->info, 0) < 0 || qemu_put_address(b, o, &c->info) < 0) {
		json_decref(o);
		return -1;
	}
	qemu_put_virtio(o, &c->virtio);
	qemu_putf(o, "cryptodev", "obj%s", alias);
	qemu_put(o, "id", alias);
	return qemu_build_device(b, o);
}

static int build_nvram(struct qemu_build *b)
{
	const struct domain_nvram_device *n = b->def->devices.nvram;

	if (!n)
		return 0;
	if (n->info.address.type == DOMAIN_ADDRESS_SPAPR_VIO)
		qemu_argf(&b->args, "-global", "spapr-nvram.reg=0x%llx", (unsigned long long)n->info.address.reg.value);
	return 0;
}

int qemu_build_misc(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;
	int r = (d->watchdog && qemu_build_watchdog(b, d->watchdog) < 0) || build_balloon(b) < 0 || build_nvram(b) < 0 ? -1 : 0;

	for (size_t i = 0; r == 0 && i < d->panics.n; i++)
		r = build_panic(b, d->panics.items[i]);
	for (size_t i = 0; r == 0 && i < d->shmems.n; i++)
		r = qemu_build_shmem(b, d->shmems.items[i]);
	if (r == 0 && d->vsock)
		r = qemu_build_vsock(b, d->vsock);
	for (size_t i = 0; r == 0 && i < d->cryptos.n; i++)
		r = qemu_build_crypto(b, d->cryptos.items[i]);
	return r;
}
