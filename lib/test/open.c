/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Worlds: where they are, and what is in a new one. */
#include "test/image.h"
#include "test/open.h"
#include "test/test.h"
#include "test/world.h"

#include "hypervisor/guest.h"
#include "hypervisor/hypervisor.h"
#include "state/state.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define WORLDS ".test"
#define TEST_NS "http://libvirt.org/schemas/domain/test/1.0"
#define FILE_MAX ((size_t)16 << 20)

enum { RUN_PAUSED = 3, RUN_SHUTOFF = 5 };   /* virDomainState, in <test:runstate> */

static char *open_uri;

const char *test_uri(void)
{
	return open_uri ? open_uri : "test:///default";
}

/* --- where -------------------------------------------------------------------------------------------------------- */

/* "/default" of "test:///default", "test+ext:///default?..." and the like. */
static char *path_of(const char *uri, struct error *err)
{
	const char *colon = strstr(uri, ":///");
	size_t len = colon ? strcspn(colon + 3, "?#") : 0;

	if (strncmp(uri, "test", 4) != 0 || !colon || len < 2) {
		error_set(err, ERR_INVALID_ARG, "invalid argument: '%s' is no URI of the test driver (test:///default, test:///PATH.xml)", uri);
		return NULL;
	}
	return strndup(colon + 3, len);
}

/* The world's own state root: its path, and a descriptor where it is made. */
static char *root_of(const char *path, bool create, struct error *err)
{
	AUTO_FREE char *run = state_root_path(STATE_RUN, err);
	AUTO_FREE char *name = run ? str_encode_name(path[0] == '/' && !strchr(path + 1, '/') ? path + 1 : path, err) : NULL;
	AUTO_CLOSE int worlds = name && create ? state_open_dir(STATE_RUN, WORLDS, true, err) : -1;
	AUTO_CLOSE int fd = worlds < 0 ? -1 : file_open_dir_at(worlds, name, 0700, true, err);

	if (!name || (create && fd < 0))
		return NULL;
	char *root = str_printf("%s/" WORLDS "/%s", run, name);
	if (!root)
		error_errno(err, "the test driver's state");
	return root;
}

/* --- what is in it ------------------------------------------------------------------------------------------------ */

static const char default_domain[] =
	"<domain type='test'><name>test</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><memory>8388608</memory>"
	"<currentMemory>2097152</currentMemory><vcpu>2</vcpu><os><type>hvm</type></os><devices><disk type='file'>"
	"<source file='/guest/diskimage1'/><target dev='vda' bus='virtio'/><address type='pci' bus='1' slot='0'/></disk><interface type='network'>"
	"<mac address='aa:bb:cc:dd:ee:ff'/><source network='default'/><address type='pci' bus='0' slot='1'/></interface><memballoon model='virtio'>"
	"<address type='pci' bus='0' slot='2'/></memballoon></devices></domain>";
static const char default_network[] =
	"<network><name>default</name><uuid>dd8fe884-6c02-601e-7551-cca97df1c5df</uuid><bridge name='virbr0'/><forward/>"
	"<ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>";
static const char default_interface[] =
	"<interface type='ethernet' name='eth1'><start mode='onboot'/><mac address='aa:bb:cc:dd:ee:ff'/><mtu size='1492'/>"
	"<protocol family='ipv4'><ip address='192.168.0.5' prefix='24'/><route gateway='192.168.0.1'/></protocol></interface>";
static const char default_pool[] =
	"<pool type='dir'><name>default-pool</name><uuid>dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566</uuid><target><path>/default-pool</path></target></pool>";
static const char default_device[] =
	"<device><name>computer</name><capability type='system'><hardware><vendor>Libvirt</vendor><version>Test driver</version>"
	"<serial>123456</serial><uuid>11111111-2222-3333-4444-555555555555</uuid></hardware><firmware><vendor>Libvirt</vendor>"
	"<version>Test Driver</version><release_date>01/22/2007</release_date></firmware></capability></device>";

/* How a guest begins. */
struct beginning {
	int state;
	bool transient, saved;
	unsigned char uuid[UUID_BYTES];   /* to be told by add_guest(), like its name */
	char *name;
};

static int add_saved(const struct hv_defined *d, struct error *err)
{
	AUTO_CLOSE int dir = state_open_object(d->kind->name, d->name, err);

	return dir < 0 ? -1 : test_image_write(dir, TEST_MANAGED_SAVE, d->new_xml, true, err);
}

/* Defines a guest, and starts it when it is to run. */
static int add_guest(const struct hv *hv, const char *xml, struct beginning *b, struct error *err)
{
	int state = b->state;
	bool transient = b->transient;
	struct hv_defined d = { 0 };
	struct error why = { 0 };
	int rc = hv_define(hv, xml, transient ? HV_DEFINE_DRY_RUN : 0, &d, err);

	if (rc == 0 && state != RUN_SHUTOFF)
		rc = hv_start(hv, d.kind, d.name, state == RUN_PAUSED ? HV_START_PAUSED : 0, transient ? d.new_xml : NULL, d.uuid, &why);
	if (rc == 0 && b->saved)
		rc = add_saved(&d, err);
	if (d.name && !(b->name = strdup(d.name)))
		rc = error_errno(err, "a guest");
	memcpy(b->uuid, d.uuid, sizeof(b->uuid));
	/* begun by somebody who did not get to the end */
	if (rc < 0 && why.code == ERR_OPERATION_INVALID)
		rc = 0;
	else if (why.code)
		*err = why;
	hv_defined_clear(&d);
	return rc;
}

/* An object that is defined and runs. */
static json_t *add_object(struct world *w, const struct test_type *type, const char *xml, struct error *err)
{
	json_t *object = test_add(type, w, xml, false, err);
	/* with the UUID that it got */
	AUTO_FREE char *config = object ? strdup(world_text(object, "config")) : NULL;

	return config ? test_add(type, w, config, true, err) : NULL;
}

static int seed_default(const struct hv *hv, struct world *w, struct error *err)
{
	if (!add_object(w, &test_network, default_network, err) || !add_object(w, &test_iface, default_interface, err) ||
	    !add_object(w, &test_pool, default_pool, err) || !add_object(w, &test_nodedev, default_device, err))
		return -1;
	struct beginning b = { 0 };
	int rc = add_guest(hv, default_domain, &b, err);
	free(b.name);
	return rc;
}

/* --- from a file -------------------------------------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *len, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0) {
		error_errno(err, "%s", path);
		return NULL;
	}
	return file_read_fd(fd, FILE_MAX, &text, len, err) < 0 ? NULL : text;
}

/* An element's own text, or that of the file that it names (relative to the document's). */
static char *text_of(const char *path, const struct xml_node *node, struct error *err)
{
	const char *file = xml_attr(node, "file"), *slash = strrchr(path, '/');
	AUTO_BUF struct buf out = { 0 };
	size_t len;

	if (file) {
		AUTO_FREE char *full = *file == '/' ? strdup(file) : str_printf("%.*s/%s", (int)(slash - path), path, file);

		return full ? read_file(full, &len, err) : NULL;
	}
	xml_write(node, &out);
	char *text = buf_finish(&out);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "out of memory");
	return text;
}

/* The next <test:NAME> in a guest's element, from `c` on; NULL: none. */
static const struct xml_node *extension(const struct xml_node *c, const char *name)
{
	for (; c; c = c->next)
		if (c->kind == XML_ELEMENT && c->ns && !strcmp(c->ns, TEST_NS) && !strcmp(c->name, name))
			return c;
	return NULL;
}

static int read_state(const struct xml_node *root, int *state, struct error *err)
{
	const struct xml_node *node = extension(root->children, "runstate");
	AUTO_FREE char *text = node ? xml_text(node) : NULL;
	uint64_t number = 0;

	if (text && (str_to_u64(text, 5, &number) < 0 || (number != 0 && number != 1 && number != RUN_PAUSED && number != RUN_SHUTOFF)))
		return error_set(err, ERR_XML, "XML error: <test:runstate>%s</test:runstate> is not possible", text);
	*state = (int)number;
	return 0;
}

static int seed_snapshots(const struct hv *hv, struct world *w, const char *path, const struct xml_node *root, const struct beginning *b, struct error *err)
{
	for (const struct xml_node *c = root->children; (c = extension(c, "domainsnapshot")); c = c->next) {
		struct xml_node inlined = *c;

		inlined.name = "domainsnapshot";
		inlined.ns = inlined.prefix = NULL;
		AUTO_FREE char *xml = text_of(path, xml_attr(c, "file") ? c : &inlined, err);
		if (!xml || test_add_snapshot(hv, w, b->name, b->uuid, xml, err) < 0)
			return -1;
	}
	return 0;
}

static int seed_guest(const struct hv *hv, struct world *w, const char *path, const char *xml, struct error *err)
{
	AUTO_XML struct xml_doc *doc = xml_parse(xml, strlen(xml), err);
	const struct xml_node *root = doc ? xml_root(doc) : NULL;
	struct beginning b = { 0 };
	int rc;

	if (!root || read_state(root, &b.state, err) < 0)
		return -1;
	b.transient = extension(root->children, "transient");
	b.saved = extension(root->children, "hasmanagedsave");
	if (b.transient && b.state == RUN_SHUTOFF)
		return error_set(err, ERR_XML, "XML error: a guest that is shut off cannot be transient");
	if (b.saved && b.state != RUN_SHUTOFF)
		return error_set(err, ERR_XML, "XML error: a guest that runs cannot have a managed save");
	rc = add_guest(hv, xml, &b, err);
	if (rc == 0)
		rc = seed_snapshots(hv, w, path, root, &b, err);
	free(b.name);
	return rc;
}

static int seed_volumes(const char *path, const struct xml_node *node, json_t *pool, struct error *err)
{
	for (const struct xml_node *c = node->children; c; c = c->next) {
		wire_storage_vol vol = { 0 };

		if (c->kind != XML_ELEMENT || strcmp(c->name, "volume") != 0)
			continue;
		AUTO_FREE char *xml = text_of(path, c, err);
		if (!xml || test_add_vol(pool, xml, &vol, err) < 0)
			return -1;
		xdr_free((xdrproc_t)xdr_wire_storage_vol, (char *)&vol);
	}
	return 0;
}

static int seed_node(const struct hv *hv, struct world *w, const char *path, const struct xml_node *node, struct error *err)
{
	static const struct { const char *name; const struct test_type *type; } objects[] = {
		{ "network", &test_network }, { "interface", &test_iface }, { "pool", &test_pool }, { "device", &test_nodedev },
	};

	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		if (strcmp(node->name, objects[i].name) != 0)
			continue;
		AUTO_FREE char *xml = text_of(path, node, err);
		json_t *object = xml ? add_object(w, objects[i].type, xml, err) : NULL;
		if (!object)
			return -1;
		return objects[i].type == &test_pool ? seed_volumes(path, node, object, err) : 0;
	}
	if (strcmp(node->name, "domain") != 0)
		return 0;   /* <cpu>, <auth>: of the host that is none */
	AUTO_FREE char *xml = text_of(path, node, err);
	return xml ? seed_guest(hv, w, path, xml, err) : -1;
}

static int seed_file(const struct hv *hv, struct world *w, const char *path, struct error *err)
{
	size_t len;
	AUTO_FREE char *text = read_file(path, &len, err);
	AUTO_XML struct xml_doc *doc = text ? xml_parse(text, len, err) : NULL;

	if (!doc)
		return -1;
	if (strcmp(xml_root(doc)->name, "node") != 0)
		return error_set(err, ERR_XML, "XML error: Root element is not 'node'");
	for (const struct xml_node *c = xml_root(doc)->children; c; c = c->next)
		if (c->kind == XML_ELEMENT && seed_node(hv, w, path, c, err) < 0)
			return -1;
	return 0;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static int fill(const struct hv *hv, const char *path, struct error *err)
{
	struct world w;
	int rc = world_begin(&w, err);

	if (rc == 0 && !world_is(w.root, "seeded")) {
		rc = strcmp(path, "/default") == 0 ? seed_default(hv, &w, err) : seed_file(hv, &w, path, err);
		world_set(w.root, "seeded", true);
		if (rc == 0)
			rc = world_store(&w, err);
	}
	world_end(&w);
	return rc;
}

int test_open(const struct hv *hv, const char *uri, struct error *err)
{
	AUTO_FREE char *path = path_of(uri, err);
	AUTO_FREE char *root = NULL;
	struct stat st;

	if (!path)
		return -1;
	if (open_uri)
		return error_set(err, ERR_OPERATION_INVALID, "the connection is open already");
	if (strcmp(path, "/default") != 0 && (stat(path, &st) < 0 || !S_ISREG(st.st_mode)))
		return error_set(err, ERR_INVALID_ARG, "invalid argument: %s: there is no such file", path);
	root = root_of(path, true, err);
	open_uri = root ? str_printf("test://%s", path) : NULL;
	if (!open_uri || setenv("BERTH_ROOT", root, 1) < 0)
		return root ? error_errno(err, "%s", uri) : -1;
	return fill(hv, path, err);
}

int test_reset(const char *uri, struct error *err)
{
	AUTO_FREE char *path = path_of(uri, err);
	AUTO_FREE char *root = path ? root_of(path, false, err) : NULL;
	struct hv hv = { .kind = hv_kind_find("test"), .timeout_ms = HV_TIMEOUT_DEFAULT };
	struct guest_list list = { 0 };
	int rc;

	if (!root)
		return -1;
	if (access(root, F_OK) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "%s", root);
	if (setenv("BERTH_ROOT", root, 1) < 0 || guest_list(&hv, GUEST_LIST_ACTIVE, GUEST_WANT_UUID, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.n; i++) {
		wire_domain_destroy_args args = { .dom = { .name = list.guest[i].name, .id = list.guest[i].id } };
		struct rpc_call call = { .ctx = &hv, .proc = &rpc_domain_destroy, .uid = geteuid() };
		struct error ignored;

		memcpy(args.dom.uuid, list.guest[i].uuid, sizeof(args.dom.uuid));
		(void)!hv_domain_destroy(&call, &args, NULL, &ignored);
	}
	guest_list_free(&list);
	rc = file_remove_tree_at(AT_FDCWD, root, err);
	return rc;
}
