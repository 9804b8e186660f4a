/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML to command line, for people to read. */
#include "qemu/native.h"

#include "conf/domain.h"
#include "qemu/address.h"
#include "qemu/command.h"
#include "qemu/qemu.h"
#include "state/state.h"
#include "util/str.h"

#include <string.h>

/* Where descriptors begin in what is shown. */
#define FIRST_FD 33

struct stand_ins {
	struct qemu_fds *fds;
	int *numbers;
	size_t n;
};

/* Each interface on a tap device has one, or one per queue. */
static int make_fds(const struct domain *def, struct stand_ins *s, struct error *err)
{
	const struct domain_devices *d = &def->devices;
	size_t total = 0, used = 0;

	for (size_t i = 0; i < d->interfaces.n; i++)
		total += d->interfaces.items[i]->driver.queues > 1 ? d->interfaces.items[i]->driver.queues : 1;
	s->fds = calloc(d->interfaces.n + 1, sizeof(*s->fds));
	s->numbers = calloc(total + 1, sizeof(*s->numbers));
	if (!s->fds || !s->numbers)
		return error_set(err, ERR_NO_MEMORY, "no memory for descriptors");
	for (size_t i = 0; i < total; i++)
		s->numbers[i] = FIRST_FD + (int)i;
	for (size_t i = 0; i < d->interfaces.n; i++) {
		const struct domain_net *net = d->interfaces.items[i];
		size_t n = net->driver.queues > 1 ? net->driver.queues : 1;

		s->fds[s->n++] = (struct qemu_fds){ net->info.alias.name, QEMU_FD_TAP, s->numbers + used, n };
		used += n;
	}
	return 0;
}

/* What is chosen when a guest starts: the first ports, the loopback address. */
static int choose_ports(struct domain *def, struct error *err)
{
	for (size_t i = 0; i < def->devices.graphics.n; i++) {
		struct domain_graphics *g = def->devices.graphics.items[i];

		if (g->type == DOMAIN_GRAPHICS_VNC && g->autoport == CONF_YES)
			g->port = (struct conf_int){ 5900, true };
		if (g->type == DOMAIN_GRAPHICS_SPICE && g->autoport == CONF_YES)
			g->port = (struct conf_int){ 5901, true };
		for (size_t j = 0; j < g->listens.n; j++) {
			struct domain_listen *l = g->listens.items[j];

			if (l->type != DOMAIN_LISTEN_ADDRESS || l->address)
				continue;
			l->address = strdup("127.0.0.1");
			if (!l->address)
				return error_set(err, ERR_NO_MEMORY, "no memory for an address");
		}
	}
	return 0;
}

/* Interfaces are made when a guest starts. They are shown as libvirt shows them: on a tap device, by model and address alone. */
static int show_as_taps(struct domain *def, struct error *err)
{
	for (size_t i = 0; i < def->devices.interfaces.n; i++) {
		struct domain_net *n = def->devices.interfaces.items[i], keep = { .type = DOMAIN_NET_ETHERNET, .mac = n->mac };

		keep.model = STEAL_PTR(n->model);
		if (!keep.model && n->type == DOMAIN_NET_HOSTDEV)
			keep.model = strdup("rtl8139");
		conf_clear(&domain_net_elem, n);
		*n = keep;
	}
	return qemu_assign_addresses(def, err);
}

static void put_word(struct buf *out, const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%^";

	if (out->len)
		buf_str(out, " ");
	if (*word && !word[strspn(word, safe)]) {
		buf_str(out, word);
		return;
	}
	buf_str(out, "'");
	for (; *word; word++) {
		if (*word == '\'')
			buf_str(out, "'\\''");
		else
			buf_add(out, word, 1);
	}
	buf_str(out, "'");
}

static void put_environment(struct buf *out, const char *assignment)
{
	const char *equals = strchr(assignment, '=');

	if (out->len)
		buf_str(out, " ");
	buf_add(out, assignment, equals + 1 - assignment);
	if (equals[1]) {
		AUTO_BUF struct buf value = { 0 };

		put_word(&value, equals + 1);
		buf_str(out, value.data ? value.data : "");
	}
}

static char *format(const struct qemu_command *c, struct error *err)
{
	AUTO_BUF struct buf out = { 0 };
	char *text;

	for (size_t i = 0; c->env[i]; i++)
		put_environment(&out, c->env[i]);
	for (size_t i = 0; c->argv[i]; i++)
		put_word(&out, c->argv[i]);
	buf_str(&out, "\n");
	text = buf_finish(&out);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "no memory for the command line");
	return text;
}

static char *build(struct domain *def, struct error *err)
{
	AUTO_FREE char *installed = qemu_caps_installed(def->devices.emulator);
	AUTO_FREE char *root = state_root_path(STATE_RUN, err), *dir = NULL, *key = NULL, *channels = NULL;
	AUTO_QEMU_CAPS struct qemu_caps *caps = NULL;
	struct stand_ins s = { 0 };
	struct qemu_command command = { 0 };
	char *text = NULL;

	if (!installed) {
		error_set(err, ERR_CONFIG_UNSUPPORTED, "%s is not installed: what it can do cannot be told", def->devices.emulator);
		return NULL;
	}
	caps = qemu_caps_get(installed, err);
	/* a guest that does not run has no number: no run directory has such a name */
	dir = root ? str_printf("%s/qemu/domain--1-%s", root, def->name) : NULL;
	key = dir ? str_printf("%s/master-key.aes", dir) : NULL;
	channels = root ? str_printf("%s/qemu/channel/target/domain--1-%s", root, def->name) : NULL;
	if (!caps || !dir || !key || !channels || qemu_assign_aliases(def, err) < 0 || make_fds(def, &s, err) < 0) {
		free(s.fds);
		free(s.numbers);
		return NULL;
	}
	const struct qemu_runtime rt = { .dir = dir, .channel_dir = channels, .monitor_fd = -1, .master_key = key, .fds = s.fds, .n_fds = s.n };
	if (qemu_command_build(def, caps, &rt, &command, err) == 0) {
		text = format(&command, err);
		qemu_command_clear(&command);
	}
	free(s.fds);
	free(s.numbers);
	return text;
}

char *qemu_native_to(const char *xml, unsigned flags, struct error *err)
{
	AUTO_DOMAIN struct domain *def = domain_parse(xml, strlen(xml), 0, err);

	(void)flags;
	if (!def)
		return NULL;
	if (def->virt != DOMAIN_VIRT_QEMU && def->virt != DOMAIN_VIRT_KVM) {
		error_set(err, ERR_CONFIG_UNSUPPORTED, "'%s' is of type '%s', which is no machine of QEMU", def->name,
			  conf_enum_name(&domain_virt_names, def->virt));
		return NULL;
	}
	if (qemu_hv_driver.defaults(def, err) < 0 || qemu_hv_driver.validate(def, err) < 0) {
		error_wrap(err, "'%s'", def->name);
		return NULL;
	}
	return show_as_taps(def, err) < 0 || choose_ports(def, err) < 0 ? NULL : build(def, err);
}

const struct hv_native qemu_natives[] = {
	{ .format = "qemu-argv", .from = qemu_native_from, .to = qemu_native_to },
	{ .format = NULL },
};
