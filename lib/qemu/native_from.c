/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Command line to XML: the classic options, which people write. Each option is a row of a table; what no row knows, and what the definition
 * cannot say, is kept in <qemu:commandline>, so that nothing is lost.
 */
#include "qemu/native.h"

#include "conf/domain.h"
#include "qemu/address.h"
#include "qemu/define.h"
#include "util/str.h"

#include <string.h>

#define WORDS_MAX 4096

struct reading {
	char *words[WORDS_MAX];
	size_t n;
	const char *emulator, *arch;
	char *name, *uuid, *machine, *accel, *memory, *cpu, *smp, *boot, *kernel, *initrd, *append, *dtb, *loader, *watchdog, *action, *vga;
	bool no_acpi, localtime, usb, graphics, no_defaults, hyperv_crash;
	unsigned disks[3];          /* how many hd, sd, vd there are */
	struct buf devices, features, kvm, hyperv, cpu_features, timers, pm, keywrap, args, env, bios;
	char *macs[16], *models[16];
	struct error *err;
};

/* --- words ----------------------------------------------------------------------------------------------------- */

/* One word as a shell reads it: quotes and backslashes, no expansion. NULL at the end. */
static char *next_word(const char **at, bool *unfinished)
{
	AUTO_BUF struct buf word = { 0 };
	const char *p = *at;
	bool any = false;
	char quote = 0;

	while (*p && (strchr(" \t\n", *p) || (*p == '\\' && p[1] == '\n')))
		p += *p == '\\' ? 2 : 1;
	for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
		any = true;
		if (quote ? *p == quote : *p == '\'' || *p == '"')
			quote = quote ? 0 : *p;
		else if (*p == '\\' && quote != '\'' && p[1])
			p++, *p == '\n' ? (void)0 : buf_add(&word, p, 1);
		else
			buf_add(&word, p, 1);
	}
	*at = p;
	*unfinished = quote != 0;
	if (!any)
		return NULL;
	buf_str(&word, "");
	return word.data ? buf_finish(&word) : strdup("");
}

static int split(struct reading *r, const char *text)
{
	bool unfinished;
	char *word;

	while ((word = next_word(&text, &unfinished))) {
		if (r->n + 1 == WORDS_MAX || unfinished) {
			free(word);
			return error_set(r->err, ERR_INVALID_ARG, unfinished ? "a quote does not end" : "there are more than %u words", WORDS_MAX - 1);
		}
		r->words[r->n++] = word;
	}
	return r->n ? 0 : error_set(r->err, ERR_INVALID_ARG, "there is no command line");
}

/* The value of a key in "first,key=value,..."; of "" the first part without a key. The caller's; NULL: not there. Doubled commas are one. */
static char *value_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text && *text) {
		const char *end = text;
		AUTO_BUF struct buf value = { 0 };
		bool match = len ? !strncmp(text, key, len) && text[len] == '=' : !memchr(text, '=', strcspn(text, ","));

		for (const char *p = text + (len && match ? len + 1 : 0); (end = p) && *p && (*p != ',' || p[1] == ','); p++) {
			if (*p == ',')
				p++;
			buf_add(&value, p, 1);
		}
		if (match) {
			buf_str(&value, "");
			return value.data ? buf_finish(&value) : strdup("");
		}
		text = *end ? end + 1 : NULL;
	}
	return NULL;
}

static void set(char **to, const char *value)
{
	free(*to);
	*to = value ? strdup(value) : NULL;
}

static void put_attr(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(b, " %s='", name);
	buf_escaped(b, value, true);
	buf_str(b, "'");
}

static void put_element(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(b, "<%s>", name);
	buf_escaped(b, value, false);
	buf_printf(b, "</%s>", name);
}

/* --- disks ----------------------------------------------------------------------------------------------------- */

static bool put_network_source(struct buf *b, const char *file)
{
	static const char *const protocols[] = { "nbd", "rbd", "gluster", "iscsi", "sheepdog", "http", "https", "ftp", "ftps", "tftp", "ssh" };
	size_t len = strcspn(file, ":+");
	const char *p = file + len + 1, *host, *slash;
	bool is_unix = !strncmp(file + len, "+unix", 5);
	const char *protocol = NULL;

	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		if (strlen(protocols[i]) == len && !strncmp(protocols[i], file, len) && file[len])
			protocol = protocols[i];
	if (!protocol)
		return false;
	p = strchr(file, ':') + 1;
	p += !strncmp(p, "//", 2) ? 2 : 0;
	buf_printf(b, "<source protocol='%s'", protocol);
	if (!strcmp(protocol, "rbd")) {
		AUTO_FREE char *image = strndup(p, strcspn(p, ":"));

		put_attr(b, "name", image);
		buf_str(b, "/>");
		return true;
	}
	host = p;
	slash = strchr(p, '/');
	if (slash && strcmp(protocol, "nbd")) {
		AUTO_FREE char *name = strndup(slash + 1, strcspn(slash + 1, "?"));

		put_attr(b, "name", name);
	}
	if (is_unix) {
		const char *socket = strstr(p, "socket=");

		buf_str(b, "><host transport='unix'");
		put_attr(b, "socket", socket ? socket + 7 : "");
	} else {
		const char *end = *host == '[' ? strchr(host, ']') : NULL;
		AUTO_FREE char *name = end ? strndup(host + 1, end - host - 1) : strndup(host, strcspn(host, ":/"));
		const char *colon = strchr(end ? end : host, ':');
		AUTO_FREE char *port = colon ? strndup(colon + 1, strspn(colon + 1, "0123456789")) : NULL;

		buf_str(b, "><host");
		put_attr(b, "name", name);
		put_attr(b, "port", port);
	}
	buf_str(b, "/></source>");
	return true;
}

static void put_disk(struct reading *r, const char *file, const char *format, const char *bus, const char *device, unsigned index,
		     const char *cache, bool readonly, const char *serial)
{
	struct buf *b = &r->devices;
	const char *prefix = !strcmp(bus, "virtio") ? "vd" : !strcmp(bus, "ide") ? "hd" : !strcmp(bus, "fdc") ? "fd" : "sd";
	AUTO_BUF struct buf source = { 0 };
	bool network = file && put_network_source(&source, file), block = file && !strncmp(file, "/dev/", 5);

	buf_printf(b, "<disk type='%s' device='%s'><driver name='qemu' type='%s'", network ? "network" : block || !file ? "block" : "file", device,
		   format ? format : "raw");
	put_attr(b, "cache", cache);
	buf_str(b, "/>");
	if (network) {
		buf_str(b, source.data);
	} else if (file) {
		buf_str(b, "<source");
		put_attr(b, block ? "dev" : "file", file);
		buf_str(b, "/>");
	}
	buf_printf(b, "<target dev='%s%c' bus='%s'/>", prefix, 'a' + index % 26, bus);
	put_element(b, "serial", serial);
	if (readonly || !strcmp(device, "cdrom"))
		buf_str(b, "<readonly/>");
	buf_str(b, "</disk>");
}

static bool read_drive(struct reading *r, const char *value)
{
	AUTO_FREE char *file = value_of(value, "file"), *format = value_of(value, "format"), *interface = value_of(value, "if");
	AUTO_FREE char *media = value_of(value, "media"), *bus = value_of(value, "bus"), *unit = value_of(value, "unit");
	AUTO_FREE char *index = value_of(value, "index"), *cache = value_of(value, "cache"), *readonly = value_of(value, "readonly");
	AUTO_FREE char *serial = value_of(value, "serial");
	static const struct { const char *qemu, *libvirt; unsigned count; } buses[] = {
		{ "ide", "ide", 0 }, { "scsi", "scsi", 1 }, { "virtio", "virtio", 2 }, { "floppy", "fdc", 1 }, { "sd", "sd", 1 },
	};
	const char *name = interface ? interface : "ide";

	for (size_t i = 0; i < ARRAY_LEN(buses); i++) {
		unsigned n = r->disks[buses[i].count];

		if (strcmp(buses[i].qemu, name))
			continue;
		if (index)
			n = strtoul(index, NULL, 10);
		else if (unit)
			n = strtoul(unit, NULL, 10) + (bus ? strtoul(bus, NULL, 10) : 0) * (i == 0 ? 2 : 7);
		r->disks[buses[i].count]++;
		put_disk(r, file && *file ? file : NULL, format, buses[i].libvirt, media && !strcmp(media, "cdrom") ? "cdrom" : i == 3 ? "floppy" : "disk",
			 n, cache, readonly && !strcmp(readonly, "on"), serial);
		return true;
	}
	return false;
}

static bool read_hd(struct reading *r, const char *value, char letter)
{
	put_disk(r, value, NULL, "ide", "disk", letter - 'a', NULL, false, NULL);
	return true;
}

static bool read_hda(struct reading *r, const char *v) { return read_hd(r, v, 'a'); }
static bool read_hdb(struct reading *r, const char *v) { return read_hd(r, v, 'b'); }
static bool read_hdc(struct reading *r, const char *v) { return read_hd(r, v, 'c'); }
static bool read_hdd(struct reading *r, const char *v) { return read_hd(r, v, 'd'); }

static bool read_cdrom(struct reading *r, const char *value)
{
	put_disk(r, value, NULL, "ide", "cdrom", 2, NULL, true, NULL);
	return true;
}

static bool read_fda(struct reading *r, const char *value)
{
	put_disk(r, value, NULL, "fdc", "floppy", 0, NULL, false, NULL);
	return true;
}

/* --- the machine ----------------------------------------------------------------------------------------------- */

static bool read_machine(struct reading *r, const char *value)
{
	static const char *const wraps[][2] = { { "aes-key-wrap", "aes" }, { "dea-key-wrap", "dea" } };
	AUTO_FREE char *accel = value_of(value, "accel"), *type = value_of(value, ""), *named = value_of(value, "type");

	set(&r->machine, type ? type : named);
	if (accel)
		set(&r->accel, accel);
	for (size_t i = 0; i < ARRAY_LEN(wraps); i++) {
		AUTO_FREE char *state = value_of(value, wraps[i][0]);

		if (state)
			buf_printf(&r->keywrap, "<cipher name='%s' state='%s'/>", wraps[i][1], !strcmp(state, "on") ? "on" : "off");
	}
	return true;
}

static bool read_cpu_word(struct reading *r, char *word)
{
	static const struct { const char *qemu, *xml; } hyperv[] = {
		{ "hv_relaxed", "relaxed" }, { "hv_vapic", "vapic" }, { "hv_vpindex", "vpindex" }, { "hv_runtime", "runtime" },
		{ "hv_synic", "synic" }, { "hv_stimer", "stimer" }, { "hv_reset", "reset" }, { "hv_frequencies", "frequencies" },
	};
	char *equals = strchr(word, '='), *value = equals ? equals + 1 : "on";
	bool on = strcmp(value, "off") != 0;

	if (equals)
		*equals = '\0';
	for (char *p = word; !strncmp(word, "hv", 2) && *p; p++)
		*p = *p == '-' ? '_' : *p;
	for (size_t i = 0; i < ARRAY_LEN(hyperv); i++) {
		if (!strcmp(word, hyperv[i].qemu)) {
			buf_printf(&r->hyperv, "<%s state='%s'/>", hyperv[i].xml, on ? "on" : "off");
			return true;
		}
	}
	if (!strcmp(word, "hv_spinlocks"))
		buf_printf(&r->hyperv, "<spinlocks state='on' retries='%lu'/>", strtoul(value, NULL, 0));
	else if (!strcmp(word, "hv_vendor_id"))
		buf_str(&r->hyperv, "<vendor_id state='on'"), put_attr(&r->hyperv, "value", value), buf_str(&r->hyperv, "/>");
	else if (!strcmp(word, "hv_crash"))
		r->hyperv_crash = true;
	else if (!strcmp(word, "hv_time"))
		buf_str(&r->timers, "<timer name='hypervclock' present='yes'/>");
	else if (!strcmp(word, "kvm"))
		buf_printf(&r->kvm, "<hidden state='%s'/>", on ? "off" : "on");
	else if (!strcmp(word, "kvmclock"))
		buf_printf(&r->timers, "<timer name='kvmclock' present='%s'/>", on ? "yes" : "no");
	else if (*word == '+' || *word == '-')
		buf_printf(&r->cpu_features, "<feature policy='%s'", *word == '+' ? "require" : "disable"),
			put_attr(&r->cpu_features, "name", word + 1), buf_str(&r->cpu_features, "/>");
	else
		buf_printf(&r->cpu_features, "<feature policy='%s'", on ? "require" : "disable"), put_attr(&r->cpu_features, "name", word),
			buf_str(&r->cpu_features, "/>");
	return true;
}

static bool read_cpu(struct reading *r, const char *value)
{
	AUTO_FREE char *copy = strdup(value);
	char *rest = copy, *word;

	set(&r->cpu, rest ? strsep(&rest, ",") : NULL);
	while ((word = strsep(&rest, ",")))
		read_cpu_word(r, word);
	return true;
}

static bool read_net(struct reading *r, const char *value)
{
	AUTO_FREE char *type = value_of(value, ""), *mac = value_of(value, "macaddr"), *model = value_of(value, "model");
	AUTO_FREE char *vlan = value_of(value, "vlan");
	unsigned long n = vlan ? strtoul(vlan, NULL, 10) % ARRAY_LEN(r->macs) : 0;
	const char *ends[][2] = { { "user", "user" }, { "tap", "ethernet" } };

	if (!type || !strcmp(type, "none"))
		return type != NULL;
	if (!strcmp(type, "nic")) {
		set(&r->macs[n], mac);
		set(&r->models[n], model ? model : "rtl8139");
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		AUTO_FREE char *script = value_of(value, "script"), *ifname = value_of(value, "ifname");

		if (strcmp(type, ends[i][0]))
			continue;
		/* the guest's end may stand on either side of the host's */
		buf_printf(&r->devices, "<interface type='%s'>\001%c", ends[i][1], (char)('A' + n));
		if (i) {
			if (script && strcmp(script, "no"))
				buf_str(&r->devices, "<script"), put_attr(&r->devices, "path", script), buf_str(&r->devices, "/>");
			if (ifname)
				buf_str(&r->devices, "<target"), put_attr(&r->devices, "dev", ifname), buf_str(&r->devices, "/>");
		}
		buf_str(&r->devices, "</interface>");
		return true;
	}
	return false;
}

/* --- ports and screens ----------------------------------------------------------------------------------------- */

static bool put_port(struct reading *r, const char *element, const char *value)
{
	struct buf *b = &r->devices;
	static const char *const plain[] = { "pty", "vc", "null", "stdio" };
	const char *path = strchr(value, ':');

	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (!strcmp(value, plain[i])) {
			buf_printf(b, "<%s type='%s'/>", element, plain[i]);
			return true;
		}
	}
	if (!strcmp(value, "none"))
		return true;
	if (*value == '/' || !strncmp(value, "file:", 5) || !strncmp(value, "pipe:", 5)) {
		buf_printf(b, "<%s type='%s'><source", element, *value == '/' ? "dev" : *value == 'f' ? "file" : "pipe");
		put_attr(b, "path", *value == '/' ? value : path + 1);
	} else if (!strncmp(value, "tcp:", 4) || !strncmp(value, "telnet:", 7)) {
		AUTO_FREE char *host = strndup(path + 1, strcspn(path + 1, ":,"));
		const char *colon = strchr(path + 1, ':');
		AUTO_FREE char *port = colon ? strndup(colon + 1, strcspn(colon + 1, ",")) : NULL;

		buf_printf(b, "<%s type='tcp'><source mode='%s'", element, strstr(value, ",server") ? "bind" : "connect");
		put_attr(b, "host", host);
		put_attr(b, "service", port);
		buf_printf(b, "/><protocol type='%s'", *(value + 2) == 'l' ? "telnet" : "raw");
	} else if (!strncmp(value, "unix:", 5)) {
		AUTO_FREE char *socket = strndup(path + 1, strcspn(path + 1, ","));

		buf_printf(b, "<%s type='unix'><source mode='%s'", element, strstr(value, ",server") ? "bind" : "connect");
		put_attr(b, "path", socket);
	} else {
		return false;
	}
	buf_printf(b, "/></%s>", element);
	return true;
}

static bool read_serial(struct reading *r, const char *value)
{
	return put_port(r, "serial", value);
}

static bool read_parallel(struct reading *r, const char *value)
{
	return put_port(r, "parallel", value);
}

static bool read_vnc(struct reading *r, const char *value)
{
	struct buf *b = &r->devices;
	AUTO_FREE char *share = value_of(value, "share");
	AUTO_FREE char *where = strndup(value, strcspn(value, ","));
	char *colon = where ? strrchr(where, ':') : NULL;

	if (!colon)
		return false;
	buf_str(b, "<graphics type='vnc'");
	put_attr(b, "sharePolicy", share);
	if (!strncmp(where, "unix:", 5)) {
		put_attr(b, "socket", where + 5);
		buf_str(b, "/>");
	} else {
		size_t len = colon - where;
		bool v6 = *where == '[';
		AUTO_FREE char *host = strndup(where + v6, len > 2u * v6 ? len - 2 * v6 : 0);

		buf_printf(b, " port='%lu' autoport='no'", 5900 + strtoul(colon + 1, NULL, 10));
		if (host && *host)
			put_attr(b, "listen", host);
		buf_str(b, "/>");
	}
	r->graphics = true;
	return true;
}

static bool read_sdl(struct reading *r, const char *value)
{
	(void)value;
	buf_str(&r->devices, "<graphics type='sdl'/>");
	r->graphics = true;
	return true;
}

static bool read_display(struct reading *r, const char *value)
{
	return !strncmp(value, "sdl", 3) ? read_sdl(r, value) : !strcmp(value, "none");
}

static bool read_usbdevice(struct reading *r, const char *value)
{
	static const char *const inputs[] = { "mouse", "tablet", "keyboard" };

	for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
		if (!strcmp(value, inputs[i])) {
			buf_printf(&r->devices, "<input type='%s' bus='usb'/>", inputs[i]);
			return true;
		}
	}
	if (strncmp(value, "disk:", 5))
		return false;
	put_disk(r, value + 5, NULL, "usb", "disk", r->disks[1]++, NULL, false, NULL);
	return true;
}

static bool read_pcidevice(struct reading *r, const char *value)
{
	AUTO_FREE char *host = value_of(value, "host");
	unsigned bus, slot, function;

	if (!host || sscanf(host, "%x:%x.%x", &bus, &slot, &function) != 3)
		return false;
	buf_printf(&r->devices, "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x%02x' slot='0x%02x' "
		   "function='0x%x'/></source></hostdev>", bus, slot, function);
	return true;
}

/* --- the rest -------------------------------------------------------------------------------------------------- */

static bool read_boot(struct reading *r, const char *value)
{
	AUTO_FREE char *order = value_of(value, "order"), *plain = value_of(value, ""), *timeout = value_of(value, "reboot-timeout");
	AUTO_FREE char *menu = value_of(value, "menu");

	set(&r->boot, order ? order : plain);
	if (timeout)
		buf_str(&r->bios, "<bios"), put_attr(&r->bios, "rebootTimeout", timeout), buf_str(&r->bios, "/>");
	if (menu)
		buf_printf(&r->bios, "<bootmenu enable='%s'/>", !strcmp(menu, "on") ? "yes" : "no");
	return true;
}

static bool read_global(struct reading *r, const char *value)
{
	const char *equals = strchr(value, '='), *dot = strrchr(value, '.');
	bool s3 = dot && !strncmp(dot, ".disable_s3=", 12), s4 = dot && !strncmp(dot, ".disable_s4=", 12);

	if (!equals || (!s3 && !s4))
		return false;
	buf_printf(&r->pm, "<%s enabled='%s'/>", s3 ? "suspend-to-mem" : "suspend-to-disk", equals[1] == '1' ? "no" : "yes");
	return true;
}

static bool read_rtc(struct reading *r, const char *value)
{
	AUTO_FREE char *base = value_of(value, "base");

	r->localtime = base && !strcmp(base, "localtime");
	return !base || r->localtime || !strcmp(base, "utc");
}

static bool read_name(struct reading *r, const char *value)
{
	AUTO_FREE char *guest = value_of(value, "guest"), *plain = value_of(value, "");

	set(&r->name, guest ? guest : plain);
	return true;
}

static bool ignore(struct reading *r, const char *value)
{
	(void)r;
	(void)value;
	return true;
}

#define STRING(opt, m) { .option = opt, .value = true, .offset = offsetof(struct reading, m), .kind = 'S' }
#define SWITCH(opt, m) { .option = opt, .offset = offsetof(struct reading, m), .kind = 'F' }
#define READ(opt, fn) { .option = opt, .value = true, .read = fn }
#define IGNORE(opt, v) { .option = opt, .value = v, .read = ignore }

static const struct option {
	const char *option;
	bool value;                                              /* takes one */
	char kind;
	size_t offset;
	bool (*read)(struct reading *r, const char *value);      /* false: the definition cannot say it */
} options[] = {
	READ("name", read_name), STRING("uuid", uuid), READ("M", read_machine), READ("machine", read_machine), STRING("m", memory), READ("cpu", read_cpu),
	STRING("smp", smp), READ("boot", read_boot), STRING("kernel", kernel), STRING("initrd", initrd), STRING("append", append), STRING("dtb", dtb),
	STRING("bios", loader), SWITCH("no-acpi", no_acpi), SWITCH("localtime", localtime), READ("rtc", read_rtc), SWITCH("usb", usb),
	SWITCH("nodefaults", no_defaults), READ("drive", read_drive), READ("hda", read_hda), READ("hdb", read_hdb), READ("hdc", read_hdc),
	READ("hdd", read_hdd), READ("cdrom", read_cdrom), READ("fda", read_fda), READ("net", read_net), READ("serial", read_serial),
	READ("parallel", read_parallel), READ("vnc", read_vnc), { .option = "sdl", .read = read_sdl }, READ("display", read_display), STRING("vga", vga),
	READ("usbdevice", read_usbdevice), READ("pcidevice", read_pcidevice), STRING("watchdog", watchdog), STRING("watchdog-action", action),
	READ("global", read_global), STRING("accel", accel), IGNORE("monitor", true), IGNORE("S", false), IGNORE("nographic", false),
	IGNORE("no-user-config", false), IGNORE("no-shutdown", false), IGNORE("msg", true), IGNORE("sandbox", true), IGNORE("pidfile", true),
	IGNORE("daemonize", false),
};

static const struct option *find_option(const char *word)
{
	const char *name = word + 1 + (word[1] == '-');

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (!strcmp(options[i].option, name))
			return &options[i];
	return NULL;
}

static void keep_word(struct reading *r, const char *word)
{
	buf_str(&r->args, "<qemu:arg");
	put_attr(&r->args, "value", word);
	buf_str(&r->args, "/>");
}

static int read_options(struct reading *r, size_t from)
{
	for (size_t i = from; i < r->n; i++) {
		const char *word = r->words[i], *value = i + 1 < r->n ? r->words[i + 1] : NULL;
		const struct option *o = *word == '-' ? find_option(word) : NULL;
		bool said = o != NULL;

		if (*word != '-') {
			read_hd(r, word, 'a');
			continue;
		}
		if (o && o->value && !value)
			return error_set(r->err, ERR_INVALID_ARG, "%s: its value is missing", word);
		if (o && o->kind == 'S')
			set((char **)((char *)r + o->offset), value);
		else if (o && o->kind == 'F')
			*(bool *)((char *)r + o->offset) = true;
		else if (o)
			said = o->read(r, value);
		if (!said)
			keep_word(r, word);
		if (o ? o->value : value && *value != '-') {
			if (!said)
				keep_word(r, value);
			i++;
		}
	}
	return 0;
}

/* --- the document ---------------------------------------------------------------------------------------------- */

static void put_os(struct reading *r, struct buf *b)
{
	static const struct { char letter; const char *dev; } devs[] = { { 'a', "fd" }, { 'c', "hd" }, { 'd', "cdrom" }, { 'n', "network" } };

	buf_str(b, "<os><type");
	put_attr(b, "arch", r->arch);
	put_attr(b, "machine", r->machine);
	buf_str(b, ">hvm</type>");
	put_element(b, "loader", r->loader);
	put_element(b, "kernel", r->kernel);
	put_element(b, "initrd", r->initrd);
	put_element(b, "cmdline", r->append);
	put_element(b, "dtb", r->dtb);
	for (const char *p = r->kernel ? "" : r->boot ? r->boot : ""; *p; p++)
		for (size_t i = 0; i < ARRAY_LEN(devs); i++)
			if (devs[i].letter == *p)
				buf_printf(b, "<boot dev='%s'/>", devs[i].dev);
	buf_printf(b, "%s</os>", r->bios.data ? r->bios.data : "");
}

static void put_features(struct reading *r, struct buf *b)
{
	bool x86 = r->arch && (!strcmp(r->arch, "i686") || !strcmp(r->arch, "x86_64"));

	buf_str(b, "<features>");
	if (!r->no_acpi && x86)
		buf_str(b, "<acpi/>");
	if (r->hyperv.len)
		buf_printf(b, "<hyperv>%s</hyperv>", r->hyperv.data);
	if (r->kvm.len)
		buf_printf(b, "<kvm>%s</kvm>", r->kvm.data);
	buf_str(b, "</features>");
}

static void put_cpu(struct reading *r, struct buf *b)
{
	AUTO_FREE char *sockets = r->smp ? value_of(r->smp, "sockets") : NULL, *cores = r->smp ? value_of(r->smp, "cores") : NULL;
	AUTO_FREE char *threads = r->smp ? value_of(r->smp, "threads") : NULL;
	/* what the machine has anyway need not be said */
	bool usual = !r->cpu || !strcmp(r->cpu, "qemu32") || !strcmp(r->cpu, "qemu64");

	if (usual && !r->cpu_features.len && !sockets)
		return;
	if (r->cpu && !strcmp(r->cpu, "host"))
		buf_str(b, "<cpu mode='host-passthrough'>");
	else if (!usual || r->cpu_features.len)
		buf_str(b, "<cpu match='exact'>"), put_element(b, "model", r->cpu ? r->cpu : "qemu64");
	else
		buf_str(b, "<cpu>");
	if (sockets)
		buf_printf(b, "<topology sockets='%lu' cores='%lu' threads='%lu'/>", strtoul(sockets, NULL, 10), cores ? strtoul(cores, NULL, 10) : 1,
			   threads ? strtoul(threads, NULL, 10) : 1);
	buf_printf(b, "%s</cpu>", r->cpu_features.data ? r->cpu_features.data : "");
}

/* Memory is in MiB unless a unit is given. */
static void put_size(struct buf *b, const char *element, const char *attrs, const char *size)
{
	size_t digits = strspn(size, "0123456789");
	const char *unit = size[digits] == 'G' || size[digits] == 'g' ? "GiB" : size[digits] == 'k' || size[digits] == 'K' ? "KiB" : "MiB";

	buf_printf(b, "<%s%s unit='%s'>%.*s</%s>", element, attrs, unit, (int)digits, size, element);
}

static void put_memory(struct reading *r, struct buf *b)
{
	AUTO_FREE char *size = r->memory ? value_of(r->memory, "size") : NULL, *plain = r->memory ? value_of(r->memory, "") : NULL;
	AUTO_FREE char *max = r->memory ? value_of(r->memory, "maxmem") : NULL, *slots = r->memory ? value_of(r->memory, "slots") : NULL;

	if (max && slots) {
		AUTO_FREE char *attrs = str_printf(" slots='%lu'", strtoul(slots, NULL, 10));

		put_size(b, "maxMemory", attrs ? attrs : "", max);
	}
	put_size(b, "memory", "", size ? size : plain ? plain : "128");
}

static void put_vcpus(struct reading *r, struct buf *b)
{
	AUTO_FREE char *plain = r->smp ? value_of(r->smp, "") : NULL, *cpus = r->smp ? value_of(r->smp, "cpus") : NULL;
	AUTO_FREE char *max = r->smp ? value_of(r->smp, "maxcpus") : NULL;
	unsigned long n = plain ? strtoul(plain, NULL, 10) : cpus ? strtoul(cpus, NULL, 10) : 1;

	if (max)
		buf_printf(b, "<vcpu current='%lu'>%lu</vcpu>", n, strtoul(max, NULL, 10));
	else
		buf_printf(b, "<vcpu>%lu</vcpu>", n);
}

/* What a PC has by its chipset, at the places where it is. */
static void put_chipset(struct reading *r, struct buf *b)
{
	bool pc = !strcmp(r->machine, "pc") || !strncmp(r->machine, "pc-i440fx", 9) || !strncmp(r->machine, "pc-0", 4) || !strncmp(r->machine, "pc-1", 4);

	if (!pc)
		return;
	buf_printf(b, "<controller type='usb' index='0'%s>%s</controller><controller type='pci' index='0' model='pci-root'/>", "",
		   "<address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>");
	if (strstr(r->devices.data ? r->devices.data : "", "bus='ide'"))
		buf_str(b, "<controller type='ide' index='0'><address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x1'/></controller>");
	buf_str(b, "<input type='mouse' bus='ps2'/><input type='keyboard' bus='ps2'/>");
}

static void put_devices(struct reading *r, struct buf *b)
{
	static const struct { const char *vga, *type; } cards[] = {
		{ "std", "vga" }, { "cirrus", "cirrus" }, { "vmware", "vmvga" }, { "qxl", "qxl" }, { "virtio", "virtio" },
	};

	buf_str(b, "<devices>");
	put_element(b, "emulator", r->emulator);
	/* interfaces were left a place for the guest's end */
	for (const char *p = r->devices.data ? r->devices.data : ""; *p; p++) {
		if (*p != '\001') {
			buf_add(b, p, 1);
			continue;
		}
		unsigned n = (unsigned)(*++p - 'A');

		if (r->macs[n])
			buf_str(b, "<mac"), put_attr(b, "address", r->macs[n]), buf_str(b, "/>");
		if (r->models[n])
			buf_str(b, "<model"), put_attr(b, "type", r->models[n]), buf_str(b, "/>");
	}
	put_chipset(r, b);
	for (size_t i = 0; i < ARRAY_LEN(cards); i++)
		if (r->vga && !strcmp(r->vga, cards[i].vga))
			buf_printf(b, "<video><model type='%s'/></video>", cards[i].type);
	if (r->watchdog) {
		buf_str(b, "<watchdog");
		put_attr(b, "model", r->watchdog);
		put_attr(b, "action", r->action ? r->action : "reset");
		buf_str(b, "/>");
	}
	if (r->hyperv_crash)
		buf_str(b, "<panic model='hyperv'/>");
	if (!strncmp(r->machine, "s390", 4))
		buf_str(b, "<panic model='s390'/>");
	buf_str(b, "<memballoon model='none'/></devices>");
}

static char *document(struct reading *r)
{
	AUTO_BUF struct buf b = { 0 };
	bool kvm = (r->accel && strstr(r->accel, "kvm")) || (r->emulator && strstr(r->emulator, "kvm"));

	buf_printf(&b, "<domain type='%s' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>", kvm ? "kvm" : "qemu");
	put_element(&b, "name", r->name ? r->name : "unnamed");
	put_element(&b, "uuid", r->uuid);
	put_memory(r, &b);
	put_vcpus(r, &b);
	put_os(r, &b);
	put_features(r, &b);
	put_cpu(r, &b);
	buf_printf(&b, "<clock offset='%s'>%s</clock>", r->localtime ? "localtime" : "utc", r->timers.data ? r->timers.data : "");
	if (r->pm.len)
		buf_printf(&b, "<pm>%s</pm>", r->pm.data);
	put_devices(r, &b);
	if (r->keywrap.len)
		buf_printf(&b, "<keywrap>%s</keywrap>", r->keywrap.data);
	if (r->args.len || r->env.len)
		buf_printf(&b, "<qemu:commandline>%s%s</qemu:commandline>", r->args.data ? r->args.data : "", r->env.data ? r->env.data : "");
	buf_str(&b, "</domain>");
	return buf_finish(&b);
}

/* "qemu-system-i686" tells the architecture, "qemu" and "kvm" are PCs. */
static void read_emulator(struct reading *r)
{
	const char *base = strrchr(r->emulator, '/'), *prefix = "qemu-system-";
	int arch;

	base = base ? base + 1 : r->emulator;
	base = !strncmp(base, prefix, strlen(prefix)) ? base + strlen(prefix) : !strcmp(base, "qemu") ? "i386" : "x86_64";
	arch = conf_enum_value(&domain_arch_names, base);
	r->arch = arch > 0 ? conf_enum_name(&domain_arch_names, arch) : !strcmp(base, "i386") ? "i686" : !strcmp(base, "arm") ? "armv7l" : "x86_64";
	set(&r->machine, !strcmp(r->arch, "x86_64") || !strcmp(r->arch, "i686") ? "pc" : !strcmp(r->arch, "s390x") ? "s390-ccw-virtio"
			 : !strncmp(r->arch, "ppc64", 5) ? "pseries" : "virt");
}

static void clear(struct reading *r)
{
	char **strings[] = { &r->name, &r->uuid, &r->machine, &r->accel, &r->memory, &r->cpu, &r->smp, &r->boot, &r->kernel, &r->initrd, &r->append,
			     &r->dtb, &r->loader, &r->watchdog, &r->action, &r->vga };
	struct buf *bufs[] = { &r->devices, &r->features, &r->kvm, &r->hyperv, &r->cpu_features, &r->timers, &r->pm, &r->keywrap, &r->args, &r->env,
			       &r->bios };

	for (size_t i = 0; i < r->n; i++)
		free(r->words[i]);
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		free(*strings[i]);
	for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
		buf_free(bufs[i]);
	for (size_t i = 0; i < ARRAY_LEN(r->macs); i++) {
		free(r->macs[i]);
		free(r->models[i]);
	}
}

static char *convert(struct reading *r, const char *argv)
{
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL;
	size_t i = 0;

	if (split(r, argv) < 0)
		return NULL;
	/* the environment is that of whoever wrote the line */
	while (i < r->n && strchr(r->words[i], '=') && *r->words[i] != '/')
		i++;
	if (i == r->n) {
		error_set(r->err, ERR_INVALID_ARG, "there is no program among the words");
		return NULL;
	}
	r->emulator = r->words[i];
	read_emulator(r);
	if (read_options(r, i + 1) < 0)
		return NULL;
	xml = document(r);
	if (!xml) {
		error_set(r->err, ERR_NO_MEMORY, "no memory for the definition");
		return NULL;
	}
	def = domain_parse(xml, strlen(xml), 0, r->err);
	for (i = 0; def && i < def->devices.serials.n; i++)
		qemu_fill_serial(def, def->devices.serials.items[i]);
	return def && qemu_assign_addresses(def, r->err) == 0 ? domain_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE, r->err)
							     : NULL;
}

char *qemu_native_from(const char *argv, unsigned flags, struct error *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	char *xml;

	(void)flags;
	if (!r) {
		error_set(err, ERR_NO_MEMORY, "no memory for the command line");
		return NULL;
	}
	r->err = err;
	xml = convert(r, argv);
	clear(r);
	free(r);
	return xml;
}
