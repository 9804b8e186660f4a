/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/guests.h"
#include "cli/json.h"
#include "cli/tool.h"

#include "conf/domain.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static char *disk, *size, *memory = "1GiB", *user, *key, *hostname, *user_data, *network, *firmware, *machine = "q35", *virttype;
static int vcpus = 1, overlay, print_xml, start;

static const struct poptOption options[] = {
	{ "disk", 0, POPT_ARG_STRING, &disk, 0, "the guest's disk, a new file; else NAME.qcow2 among berth's images", "FILE" },
	{ "size", 0, POPT_ARG_STRING, &size, 0, "how large the disk is to be (20GiB)", "SIZE" },
	{ "overlay", 0, POPT_ARG_NONE, &overlay, 0, "keep only what differs from the image, which must then stay as it is", NULL },
	{ "memory", 0, POPT_ARG_STRING, &memory, 0, "1GiB unless given", "SIZE" },
	{ "vcpus", 0, POPT_ARG_INT, &vcpus, 0, "1 unless given", "N" },
	{ "user", 0, POPT_ARG_STRING, &user, 0, "a user that may do everything; for cloud-init", "NAME" },
	{ "ssh-key", 0, POPT_ARG_STRING, &key, 0, "a file with public keys that may log in as that user, or as the image's own", "FILE" },
	{ "hostname", 0, POPT_ARG_STRING, &hostname, 0, "the guest's own name; else NAME", "NAME" },
	{ "user-data", 0, POPT_ARG_STRING, &user_data, 0, "a cloud-init configuration instead of these", "FILE" },
	{ "network", 0, POPT_ARG_STRING, &network, 0, "the virtual network, \"user\" (without root's help), or \"none\"; else default", "NETWORK" },
	{ "firmware", 0, POPT_ARG_STRING, &firmware, 0, "bios (what it is unless given) or efi", "KIND" },
	{ "machine", 0, POPT_ARG_STRING, &machine, 0, "the machine type; else q35", "MACHINE" },
	{ "virttype", 0, POPT_ARG_STRING, &virttype, 0, "qemu or kvm; else KVM where this host has it", "TYPE" },
	{ "start", 0, POPT_ARG_NONE, &start, 0, "start it, too", NULL },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the definition and do nothing else", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_define_xml_flags), HV(domain_create_with_flags), HV(domain_lookup_by_name), RPC_ROW_END };

struct files {
	char *disk, *seed;
	bool made_disk, made_seed;
};

/* --- the seed: cloud-init's NoCloud data on an image with the label "cidata" ------------------------------------ */

/* Every JSON document is one of YAML, and quotes itself. */
static char *cloud_config(const char *name, struct error *err)
{
	json_t *o = json_pack("{s:s}", "hostname", hostname ? hostname : name), *keys = NULL, *one;
	AUTO_FREE char *text = NULL, *json = NULL;
	char *rest, *line, *config;
	size_t len;

	if (key && cli_read_file(key, &text, &len, err) < 0) {
		json_decref(o);
		return NULL;
	}
	for (rest = text; rest && (line = strsep(&rest, "\n"));) {
		if (!*line || *line == '#')
			continue;
		keys = keys ? keys : json_array();
		json_array_append_new(keys, cli_json_string(line));
	}
	if (user) {
		one = json_pack("{s:s, s:s, s:s, s:b}", "name", user, "sudo", "ALL=(ALL) NOPASSWD:ALL", "shell", "/bin/bash", "lock_passwd", 1);
		if (keys)
			json_object_set(one, "ssh_authorized_keys", keys);
		json_object_set_new(o, "users", json_pack("[o]", one));
	} else if (keys) {
		json_object_set(o, "ssh_authorized_keys", keys);
	}
	json_decref(keys);
	json = json_dumps(o, JSON_INDENT(2));
	json_decref(o);
	config = json ? str_printf("#cloud-config\n%s\n", json) : NULL;
	if (!config)
		error_set(err, ERR_NO_MEMORY, "no memory for the cloud-init configuration");
	return config;
}

static int put(int dir, const char *name, const char *text, struct error *err)
{
	return file_replace_at(dir, name, text, strlen(text), 0600, FILE_VOLATILE, err);
}

static int fill_seed(int dir, const char *name, const unsigned char uuid[16], struct error *err)
{
	AUTO_FREE char *given = NULL, *config = NULL, *meta = NULL;
	json_t *o;
	char text[UUID_TEXT];
	size_t len;

	if (user_data ? cli_read_file(user_data, &given, &len, err) < 0 : !(config = cloud_config(name, err)))
		return -1;
	o = json_pack("{s:s, s:s}", "instance-id", uuid_format(uuid, text), "local-hostname", hostname ? hostname : name);
	meta = o ? json_dumps(o, 0) : NULL;
	json_decref(o);
	if (!meta)
		return error_set(err, ERR_NO_MEMORY, "no memory for the cloud-init data");
	return put(dir, "user-data", given ? given : config, err) < 0 ? -1 : put(dir, "meta-data", meta, err);
}

static int make_seed(struct files *f, const char *name, const unsigned char uuid[16], struct error *err)
{
	char folder[] = "/tmp/berth-seed.XXXXXX";
	AUTO_CLOSE int dir = mkdtemp(folder) ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	const char *const argv[] = { "xorriso", "-as", "mkisofs", "-quiet", "-J", "-r", "-V", "cidata", "-o", f->seed, folder, NULL };
	int r;

	if (dir < 0)
		return error_errno(err, "%s", folder);
	if (access(f->seed, F_OK) == 0)
		r = error_set(err, ERR_STORAGE_VOL_EXIST, "%s is there already: nothing is overwritten", f->seed);
	else
		r = fill_seed(dir, name, uuid, err) < 0 ? -1 : cli_tool(argv, "xorriso", NULL, err);
	f->made_seed = r == 0;
	(void)unlinkat(dir, "user-data", 0);
	(void)unlinkat(dir, "meta-data", 0);
	rmdir(folder);
	if (r == 0 && chmod(f->seed, 0600) < 0)
		return error_errno(err, "%s", f->seed);
	return r;
}

/* --- the disk -------------------------------------------------------------------------------------------------- */

static int make_disk(struct cli *cli, struct files *f, const char *image, uint64_t wanted, struct error *err)
{
	char format[16], bytes[24];
	uint64_t there;

	if (cli_image_info(image, format, &there, err) < 0)
		return -1;
	if (wanted && wanted < there)
		return error_set(err, ERR_INVALID_ARG, "--size %s is less than the %llu bytes of %s", size, (unsigned long long)there, image);
	if (access(f->disk, F_OK) == 0)
		return error_set(err, ERR_STORAGE_VOL_EXIST, "%s is there already: nothing is overwritten", f->disk);
	snprintf(bytes, sizeof(bytes), "%llu", (unsigned long long)(wanted ? wanted : there));
	if (overlay) {
		const char *const argv[] = { "qemu-img", "create", "-q", "-f", "qcow2", "-F", format, "-b", image, "--", f->disk, bytes, NULL };

		f->made_disk = cli_tool(argv, "qemu-utils", NULL, err) == 0;
		return f->made_disk ? 0 : -1;
	}
	cli_say(cli, "Copying %s to %s", image, f->disk);
	if (cli_image_copy(image, format, f->disk, "qcow2", err) < 0)
		return -1;
	f->made_disk = true;
	const char *const argv[] = { "qemu-img", "resize", "-q", "-f", "qcow2", "--", f->disk, bytes, NULL };
	return wanted > there ? cli_tool(argv, "qemu-utils", NULL, err) : 0;
}

/* Makes a folder and those above it. */
static int make_folders(char *path, struct error *err)
{
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		int r;

		if (slash)
			*slash = '\0';
		r = mkdir(path, slash ? 0755 : 0700);
		if (r < 0 && errno != EEXIST)
			return error_errno(err, "%s", path);
		if (!slash)
			return 0;
		*slash = '/';
	}
}

/* Where both are: beside each other. */
static int name_files(struct files *f, const char *name, struct error *err)
{
	AUTO_FREE char *root = disk ? NULL : state_root_path(STATE_LIB, err), *images = root ? str_printf("%s/" STATE_IMAGES, root) : NULL;
	const char *dot;

	if (!disk && (!images || make_folders(images, err) < 0))
		return -1;
	f->disk = disk ? (*disk == '/' ? strdup(disk) : NULL) : str_printf("%s/%s.qcow2", images, name);
	if (!f->disk)
		return cli_usage(err, "--disk needs a whole path, from / on");
	dot = strrchr(f->disk, '.');
	f->seed = str_printf("%.*s-seed.iso", (int)(dot && !strchr(dot, '/') ? dot - f->disk : (long)strlen(f->disk)), f->disk);
	return f->seed ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for the names of files");
}

/* --- the definition -------------------------------------------------------------------------------------------- */

static void put_network(struct buf *b)
{
	const char *which = network ? network : "default";

	if (!strcmp(which, "none"))
		return;
	if (!strcmp(which, "user")) {
		buf_str(b, "<interface type='user'><model type='virtio'/></interface>");
		return;
	}
	buf_str(b, "<interface type='network'><source network='");
	buf_escaped(b, which, true);
	buf_str(b, "'/><model type='virtio'/></interface>");
}

static void put_element(struct buf *b, const char *before, const char *text, const char *after)
{
	buf_str(b, before);
	buf_escaped(b, text, true);
	buf_str(b, after);
}

static char *definition(const struct files *f, const char *name, const unsigned char uuid[16], uint64_t bytes, struct error *err)
{
	const char *type = virttype ? virttype : access("/dev/kvm", R_OK | W_OK) == 0 ? "kvm" : "qemu";
	struct buf b = { 0 };
	char text[UUID_TEXT];
	char *xml;

	put_element(&b, "<domain type='", type, "'><name>");
	put_element(&b, "", name, "</name>");
	buf_printf(&b, "<uuid>%s</uuid><memory unit='b'>%llu</memory><vcpu>%d</vcpu><os%s>", uuid_format(uuid, text), (unsigned long long)bytes, vcpus,
		   firmware && !strcmp(firmware, "efi") ? " firmware='efi'" : "");
	put_element(&b, "<type machine='", machine, "'>hvm</type><boot dev='hd'/></os><features><acpi/><apic/></features>");
	if (!strcmp(type, "kvm"))
		buf_str(&b, "<cpu mode='host-model'/>");
	put_element(&b, "<clock offset='utc'/><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/><source file='", f->disk,
		    "'/><target dev='vda' bus='virtio'/></disk>");
	put_element(&b, "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='", f->seed,
		    "'/><target dev='sda' bus='sata'/><readonly/></disk>");
	put_network(&b);
	buf_str(&b, "<console type='pty'/><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
		    "<graphics type='vnc' autoport='yes'/><video><model type='virtio'/></video>"
		    "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng></devices></domain>");
	xml = buf_finish(&b);
	if (!xml)
		error_set(err, ERR_NO_MEMORY, "no memory for the definition");
	return xml;
}

static int define(struct cli *cli, struct cli_conn *conn, const struct files *f, char *xml, struct error *err)
{
	wire_domain_define_xml_flags_args args = { .xml = xml };
	wire_domain_define_xml_flags_ret ret = { 0 };
	int r = 0;

	if (cli_call(conn, &rpc_domain_define_xml_flags, &args, &ret, err) < 0)
		return -1;
	if (cli->json)
		r = cli_json_print(json_pack("{s:o, s:o, s:o}", "name", cli_json_string(ret.dom.name), "disk", cli_json_string(f->disk), "seed",
					     cli_json_string(f->seed)), err);
	else
		cli_say(cli, start ? "Domain '%s' imported" : "Domain '%s' imported (start it with: vm-start %s)", ret.dom.name, ret.dom.name);
	if (r == 0 && start) {
		wire_domain_create_with_flags_args go = { .dom = ret.dom };
		wire_domain_create_with_flags_ret went = { 0 };

		r = cli_call(conn, &rpc_domain_create_with_flags, &go, &went, err);
		xdr_free(rpc_domain_create_with_flags.ret, &went);
		if (r < 0)
			error_wrap(err, "imported, but not started");
		r = r < 0 ? 1 : 0;
	}
	xdr_free(rpc_domain_define_xml_flags.ret, &ret);
	return r;
}

/* --------------------------------------------------------------------------------------------------------------- */

static int bytes_of(const char *text, const char *option, uint64_t *bytes, struct error *err)
{
	size_t digits = strspn(text, "0123456789");
	AUTO_FREE char *number = strndup(text, digits);

	/* a plain letter is as people write it: 20G */
	if (number && digits && conf_scale(number, text[digits] ? text + digits : NULL, 1, bytes) == 0 && *bytes)
		return 0;
	return cli_usage(err, "%s: '%s' is no size (20GiB)", option, text);
}

static int check(const char *image, const char *name, uint64_t *disk_bytes, uint64_t *memory_bytes, struct error *err)
{
	const struct cli_given forms[] = { { "--user-data", user_data != NULL }, { "--user, --ssh-key or --hostname", user || key || hostname }, { NULL, 0 } };

	if (cli_at_most_one(forms, err) < 0 || bytes_of(memory, "--memory", memory_bytes, err) < 0 || (size && bytes_of(size, "--size", disk_bytes, err) < 0))
		return -1;
	if (conf_check_name(name))
		return cli_usage(err, "'%s' is no name: it %s", name, conf_check_name(name));
	if (firmware && strcmp(firmware, "bios") && strcmp(firmware, "efi"))
		return cli_usage(err, "--firmware is bios or efi");
	if (vcpus < 1)
		return cli_usage(err, "--vcpus is 1 or more");
	return overlay && *image != '/' ? cli_usage(err, "with --overlay the image needs a whole path, from / on: the disk keeps its name") : 0;
}

static int import(struct cli *cli, struct cli_conn *conn, const char *name, uint64_t disk_bytes, uint64_t memory_bytes, struct files *f, struct error *err)
{
	unsigned char uuid[UUID_BYTES];
	AUTO_FREE char *xml = NULL;

	if (uuid_generate(uuid, err) < 0 || name_files(f, name, err) < 0 || !(xml = definition(f, name, uuid, memory_bytes, err)))
		return -1;
	if (print_xml) {
		AUTO_DOMAIN struct domain *def = domain_parse(xml, strlen(xml), 0, err);
		AUTO_FREE char *canonical = def ? domain_format(def, DOMAIN_FORMAT_INACTIVE, err) : NULL;

		if (canonical)
			fputs(canonical, stdout);
		return canonical ? 0 : -1;
	}
	if (make_disk(cli, f, cli->args[0], disk_bytes, err) < 0 || make_seed(f, name, uuid, err) < 0)
		return -1;
	return define(cli, conn, f, xml, err);
}

static int run(struct cli *cli, struct error *err)
{
	const char *name = cli->args[1];
	uint64_t disk_bytes = 0, memory_bytes = 0;
	AUTO_CLI_GUEST struct guest there = { 0 };
	struct files f = { 0 };
	struct cli_conn *conn;
	int r;

	if (check(cli->args[0], name, &disk_bytes, &memory_bytes, err) < 0)
		return -1;
	conn = cli_open(cli, uses, cli_drivers, err);
	if (!conn || cli_only_local(conn, "vm-import", err) < 0)
		return -1;
	if (cli_find(conn, name, &there, NULL) == 0)
		return error_set(err, ERR_OPERATION_FAILED, "there is a domain '%s' already", name);
	r = import(cli, conn, name, disk_bytes, memory_bytes, &f, err);
	if (r < 0 && f.made_disk)
		unlink(f.disk);
	if (r < 0 && f.made_seed)
		unlink(f.seed);
	free(f.disk);
	free(f.seed);
	return r > 0 ? -1 : r;
}

static const struct cli_program program = {
	.name = "vm-import", .summary = "make a machine of a cloud image", .args = "IMAGE NAME", .options = options, .min_args = 2, .max_args = 2,
	.flags = CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
