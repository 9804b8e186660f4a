/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain.h"
#include "hypervisor/host.h"
#include "hypervisor/hypervisor.h"
#include "scratch.h"

#include <libxml/relaxng.h>
#include <sys/wait.h>

static int refuse_bad(const struct domain *def, struct error *err)
{
	return def->title && !strcmp(def->title, "bad") ? error_set(err, ERR_CONFIG_UNSUPPORTED, "cannot be had") : 0;
}

static const struct hv_driver lxc = { .kind = "lxc", .validate = refuse_bad };
static const struct hv_driver *const drivers[] = { &lxc, NULL };
static struct hv hv;

#define GUEST(name, more) "<domain type='lxc'><name>" name "</name>" more \
	"<memory unit='KiB'>65536</memory><os><type>exe</type><init>/bin/sh</init></os></domain>"
#define U1 "01020300-0000-0000-0000-000000000001"
#define U2 "01020300-0000-0000-0000-000000000002"
#define UUID(u) "<uuid>" u "</uuid>"

static int setup(void **state)
{
	struct error err = { 0 };

	return scratch_setup(state) < 0 ? -1 : hv_open(&hv, "lxc:///", false, drivers, &err);
}

static enum hv_change defined(const char *xml, unsigned flags)
{
	struct hv_defined d;
	struct error err = { 0 };
	enum hv_change change;

	if (hv_define(&hv, xml, flags, &d, &err) < 0)
		fail_msg("%s", err.text);
	change = d.change;
	hv_defined_clear(&d);
	return change;
}

static void refused(const char *xml, enum error_code code, const char *word)
{
	struct hv_defined d;
	struct error err = { 0 };

	assert_int_equal(hv_define(&hv, xml, 0, &d, &err), -1);
	hv_defined_clear(&d);
	if (err.code != code || !strstr(err.text, word))
		fail_msg("%d %s", err.code, err.text);
}

static wire_domain named(const char *name)
{
	return (wire_domain){ .name = (char *)name, .id = -1 };
}

#define CALL(procedure, args, ret, err) \
	hv_##procedure(&(struct rpc_call){ .ctx = &hv, .proc = &rpc_##procedure }, args, ret, err)

static char *xml_of(const char *name)
{
	wire_domain_get_xml_desc_args args = { .dom = named(name) };
	wire_domain_get_xml_desc_ret ret = { 0 };
	struct error err = { 0 };

	if (CALL(domain_get_xml_desc, &args, &ret, &err) < 0)
		fail_msg("%s", err.text);
	return ret.xml;
}

static void created_changed_unchanged(void **state)
{
	struct guest a, b;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(defined(GUEST("web", ""), HV_DEFINE_DRY_RUN), HV_CREATED);
	assert_int_equal(state_is_defined("lxc", "web", &err), 0);
	assert_int_equal(defined(GUEST("web", ""), 0), HV_CREATED);
	assert_int_equal(guest_by_name(&hv, "web", &a, &err), 0);
	assert_int_equal(defined(GUEST("web", ""), 0), HV_UNCHANGED);
	assert_int_equal(defined(GUEST("web", "<title>t</title>"), HV_DEFINE_DRY_RUN), HV_CHANGED);
	assert_int_equal(defined(GUEST("web", ""), 0), HV_UNCHANGED);
	assert_int_equal(defined(GUEST("web", "<title>t</title>"), 0), HV_CHANGED);
	/* the UUID that was made up the first time stays */
	assert_int_equal(guest_by_name(&hv, "web", &b, &err), 0);
	assert_memory_equal(a.uuid, b.uuid, UUID_BYTES);
	guest_clear(&a);
	guest_clear(&b);
	/* and so does a MAC address */
#define NET "<domain type='lxc'><name>net</name><memory unit='KiB'>65536</memory><os><type>exe</type></os><devices>" \
	"<interface type='network'><source network='default'/></interface></devices></domain>"
	assert_int_equal(defined(NET, 0), HV_CREATED);
	assert_int_equal(defined(NET, 0), HV_UNCHANGED);
	/* a damaged one is put right by defining it */
	scratch_write("var/lib/berth/lxc/web/config.xml", "<domain");
	assert_int_equal(defined(GUEST("web", ""), 0), HV_CHANGED);
	assert_int_equal(guest_by_name(&hv, "web", &b, &err), 0);
	assert_memory_equal(a.uuid, b.uuid, UUID_BYTES);
	guest_clear(&b);
}

static void conflicts(void **state)
{
	(void)state;
	assert_int_equal(defined(GUEST("web", UUID(U1)), 0), HV_CREATED);
	assert_int_equal(defined(GUEST("web", UUID(U1)), 0), HV_UNCHANGED);
	refused(GUEST("web", UUID(U2)), ERR_OPERATION_FAILED, U1);
	refused(GUEST("db", UUID(U1)), ERR_OPERATION_FAILED, "'web'");
	refused(GUEST("db", "<title>bad</title>"), ERR_CONFIG_UNSUPPORTED, "'db': cannot be had");
	refused("<domain type='qemu'><name>q</name><memory>65536</memory><os><type>hvm</type></os></domain>", ERR_CONFIG_UNSUPPORTED, "qemu");
	refused(GUEST("a/b", ""), ERR_XML, "slash");
	refused("<domain", ERR_XML_DETAIL, "");
	assert_int_equal(state_check(false, NULL, NULL, NULL), 0);
}

static void warn(void *ctx, const char *text)
{
	snprintf(ctx, 200, "%s", text);
}

static void unknown_elements(void **state)
{
	char text[200] = "";
	struct hv_defined d;
	struct error err = { 0 };

	(void)state;
	hv.warn = warn;
	hv.warn_ctx = text;
	assert_int_equal(defined(GUEST("web", "<nonsense/>"), 0), HV_CREATED);
	assert_non_null(strstr(text, "nonsense"));
	assert_int_equal(hv_define(&hv, GUEST("db", "<nonsense/>"), HV_DEFINE_VALIDATE, &d, &err), -1);
	hv_defined_clear(&d);
	hv.warn = NULL;
}

static int set_metadata(int type, const char *text, const char *key, const char *uri)
{
	wire_domain_set_metadata_args args = { .dom = named("web"), .type = type, .metadata = text ? (char **)&text : NULL,
					       .key = key ? (char **)&key : NULL, .uri = uri ? (char **)&uri : NULL };
	struct error err = { 0 };
	int r = CALL(domain_set_metadata, &args, NULL, &err);

	return r < 0 ? (int)err.code : 0;
}

static void has_metadata(int type, const char *uri, const char *want)
{
	wire_domain_get_metadata_args args = { .dom = named("web"), .type = type, .uri = uri ? (char **)&uri : NULL };
	wire_domain_get_metadata_ret ret = { 0 };
	struct error err = { 0 };

	if (!want) {
		assert_int_equal(CALL(domain_get_metadata, &args, &ret, &err), -1);
		assert_int_equal(err.code, ERR_NO_DOMAIN_METADATA);
		return;
	}
	if (CALL(domain_get_metadata, &args, &ret, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(ret.metadata, want);
	free(ret.metadata);
}

static void metadata(void **state)
{
	(void)state;
	assert_int_equal(defined(GUEST("web", ""), 0), HV_CREATED);
	has_metadata(0, NULL, NULL);
	assert_int_equal(set_metadata(0, "two\nlines & <more>", NULL, NULL), 0);
	assert_int_equal(set_metadata(1, "a title", NULL, NULL), 0);
	assert_int_equal(set_metadata(1, "two\nlines", NULL, NULL), ERR_INVALID_ARG);
	has_metadata(0, NULL, "two\nlines & <more>");
	has_metadata(1, NULL, "a title");
	assert_int_equal(set_metadata(1, NULL, NULL, NULL), 0);
	has_metadata(1, NULL, NULL);
	assert_int_equal(set_metadata(2, "<app a='1'><b>x &amp; y</b></app>", "app", "http://app.example/1"), 0);
	assert_int_equal(set_metadata(2, "<other/>", "o", "http://other.example/"), 0);
	has_metadata(2, "http://app.example/1", "<app a=\"1\"><b>x &amp; y</b></app>");
	AUTO_FREE char *xml = xml_of("web");
	assert_non_null(strstr(xml, "<app:app xmlns:app=\"http://app.example/1\""));
	assert_int_equal(set_metadata(2, "<app>2</app>", "app", "http://app.example/1"), 0);
	has_metadata(2, "http://app.example/1", "<app>2</app>");
	assert_int_equal(set_metadata(2, NULL, NULL, "http://app.example/1"), 0);
	has_metadata(2, "http://app.example/1", NULL);
	has_metadata(2, "http://other.example/", "<other/>");
	assert_int_equal(set_metadata(2, "<x", "app", "http://app.example/1"), ERR_XML_DETAIL);
	assert_int_equal(set_metadata(2, "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "app", "http://app.example/1"), ERR_XML);
	assert_int_equal(set_metadata(2, "<x/>", "a b", "http://app.example/1"), ERR_INVALID_ARG);
	assert_int_equal(set_metadata(2, "<x/>", "a", NULL), ERR_INVALID_ARG);
}

static void rename_guest(const char *from, const char *to, int want)
{
	wire_domain_rename_args args = { .dom = named(from), .new_name = (char **)&to };
	struct error err = { 0 };
	int r = CALL(domain_rename, &args, &(wire_domain_rename_ret){ 0 }, &err);

	if ((r < 0 ? (int)err.code : 0) != want)
		fail_msg("%d %s", err.code, err.text);
}

static void renames(void **state)
{
	struct error err = { 0 };
	struct guest g;

	(void)state;
	assert_int_equal(defined(GUEST("web", UUID(U1)), 0), HV_CREATED);
	assert_int_equal(defined(GUEST("db", ""), 0), HV_CREATED);
	rename_guest("web", "db", ERR_OPERATION_FAILED);   /* as defining under a taken name is refused */
	rename_guest("web", "a/b", ERR_INVALID_ARG);
	rename_guest("web", "", ERR_INVALID_ARG);
	rename_guest("web", "web", ERR_OPERATION_INVALID);
	rename_guest("none", "x", ERR_NO_DOMAIN);
	rename_guest("web", "shop", 0);
	assert_int_equal(guest_find(&hv, U1, &g, &err), 0);
	assert_string_equal(g.name, "shop");
	guest_clear(&g);
	AUTO_FREE char *xml = xml_of("shop");
	assert_non_null(strstr(xml, "<name>shop</name>"));
	assert_int_equal(guest_find(&hv, "web", &g, &err), -1);
	assert_int_equal(err.code, ERR_NO_DOMAIN);
	assert_int_equal(state_check(false, NULL, NULL, NULL), 0);
}

static void looks_up_and_lists(void **state)
{
	struct error err = { 0 };
	struct guest_list list;
	struct guest g;

	(void)state;
	assert_int_equal(defined(GUEST("17", ""), 0), HV_CREATED);
	assert_int_equal(defined(GUEST("web", UUID(U1)), 0), HV_CREATED);
	assert_int_equal(defined(GUEST(U2, ""), 0), HV_CREATED);
	assert_int_equal(guest_find(&hv, "17", &g, &err), 0);
	assert_string_equal(g.name, "17");
	assert_int_equal(g.state, GUEST_SHUTOFF);
	assert_string_equal(guest_state_text(&g), "shut off");
	guest_clear(&g);
	assert_int_equal(guest_find(&hv, U2, &g, &err), 0);
	assert_string_equal(g.name, U2);
	guest_clear(&g);
	assert_int_equal(guest_find(&hv, "18", &g, &err), -1);
	assert_int_equal(err.code, ERR_NO_DOMAIN);
	assert_int_equal(guest_find(&hv, "", &g, &err), -1);
	assert_int_equal(state_set_autostart("lxc", "web", true, &err), 0);
	assert_int_equal(guest_list(&hv, 0, GUEST_WANT_UUID | GUEST_WANT_AUTOSTART | GUEST_WANT_REASON, &list, &err), 0);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.guest[2].name, "web");
	assert_true(list.guest[2].autostart && !list.guest[0].autostart);
	guest_list_free(&list);
	assert_int_equal(guest_list(&hv, GUEST_LIST_AUTOSTART | GUEST_LIST_INACTIVE, 0, &list, &err), 0);
	assert_int_equal(list.n, 1);
	guest_list_free(&list);
	assert_int_equal(guest_list(&hv, GUEST_LIST_ACTIVE, 0, &list, &err), 0);
	assert_int_equal(list.n, 0);
	guest_list_free(&list);
	scratch_write("var/lib/berth/lxc/web/config.xml", "");
	assert_int_equal(guest_list(&hv, GUEST_LIST_INACTIVE, 0, &list, &err), 0);
	assert_int_equal(list.n, 3);
	assert_int_equal(list.damaged, 1);
	assert_string_equal(guest_state_text(&list.guest[2]), "damaged");
	guest_list_free(&list);
}

static void undefines(void **state)
{
	wire_domain_undefine_args args = { .dom = named("web") };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(CALL(domain_undefine, &args, NULL, &err), -1);
	assert_int_equal(err.code, ERR_NO_DOMAIN);
	assert_int_equal(defined(GUEST("web", ""), 0), HV_CREATED);
	assert_int_equal(mkdir(scratch_path("var/lib/berth/lxc/web/snapshots"), 0700), 0);
	assert_int_equal(CALL(domain_undefine, &args, NULL, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_INVALID);
	assert_int_equal(rmdir(scratch_path("var/lib/berth/lxc/web/snapshots")), 0);
	hv.read_only = true;
	assert_int_equal(CALL(domain_undefine, &args, NULL, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_DENIED);
	hv.read_only = false;
	assert_int_equal(CALL(domain_undefine, &args, NULL, &err), 0);
	assert_int_equal(state_check(false, NULL, NULL, NULL), 0);
}

static void R8_define_and_undefine(void **state)
{
	pid_t pids[12];
	int status;

	(void)state;
	for (int i = 0; i < 12; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			wire_domain_undefine_args args = { .dom = named("web") };
			for (int n = 0; n < 8; n++) {
				struct hv_defined d;
				struct error err = { 0 };
				if (i % 2 ? CALL(domain_undefine, &args, NULL, &err) : hv_define(&hv, GUEST("web", ""), 0, &d, &err)) {
					if (i % 2 == 0 || err.code != ERR_NO_DOMAIN) {
						fprintf(stderr, "%s\n", err.text);
						_exit(1);
					}
				}
			}
			_exit(0);
		}
	}
	for (int i = 0; i < 12; i++) {
		waitpid(pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(state_check(false, NULL, NULL, NULL), 0);
}

static void uris(void **state)
{
	struct hv h;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(hv_uri_kind(NULL), HV_URI_LOCAL);
	assert_int_equal(hv_uri_kind("lxc:///"), HV_URI_LOCAL);
	assert_int_equal(hv_uri_kind("lxc:///system"), HV_URI_LOCAL);
	assert_int_equal(hv_uri_kind("lxc://host/"), HV_URI_REMOTE);
	assert_int_equal(hv_uri_kind("lxc+ssh://host/"), HV_URI_REMOTE);
	assert_int_equal(hv_uri_kind("esx://host/"), HV_URI_REMOTE);
	assert_int_equal(hv_open(&h, NULL, false, NULL, &err), 0);
	assert_null(h.kind);
	assert_int_equal(hv_open(&h, "lxc:///", true, NULL, &err), 0);
	assert_string_equal(h.kind->name, "lxc");
	assert_true(h.read_only);
	assert_int_equal(hv_open(&h, "lxc:///nowhere", false, NULL, &err), -1);
	assert_int_equal(err.code, ERR_NO_CONNECT);
	assert_int_equal(hv_open(&h, geteuid() ? "lxc:///system" : "lxc:///session", false, NULL, &err), -1);
}

/* The document is what libvirt's own schema says it must be. */
static void capabilities(void **state)
{
	static const char schema[] = "/usr/share/libvirt/schemas/capability.rng";
	struct error err = { 0 };
	AUTO_FREE char *xml = hv_capabilities(&hv, &err);
	wire_node_get_info_ret info = { 0 };

	(void)state;
	assert_non_null(xml);
	assert_int_equal(hv_node_get_info(&(struct rpc_call){ .ctx = &hv }, NULL, &info, &err), 0);
	assert_true(info.cpus > 0 && info.memory > 0);
	assert_int_equal(info.nodes * info.sockets * info.cores * info.threads, info.cpus);
	if (access(schema, R_OK) < 0)
		skip();
	/* the schema has no feature with a dot in its name; libvirt writes them, too */
	for (char *dotted = xml; (dotted = strstr(dotted, "'sse4.")); )
		dotted[5] = '_';
	xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(schema);
	xmlRelaxNGPtr rng = xmlRelaxNGParse(parser);
	xmlRelaxNGValidCtxtPtr valid = xmlRelaxNGNewValidCtxt(rng);
	xmlDocPtr doc = xmlReadMemory(xml, (int)strlen(xml), "capabilities", NULL, XML_PARSE_NONET);
	assert_int_equal(xmlRelaxNGValidateDoc(valid, doc), 0);
	xmlFreeDoc(doc);
	xmlRelaxNGFreeValidCtxt(valid);
	xmlRelaxNGFree(rng);
	xmlRelaxNGFreeParserCtxt(parser);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(created_changed_unchanged), T(conflicts), T(unknown_elements), T(metadata), T(renames), T(looks_up_and_lists),
		T(undefines), T(R8_define_and_undefine), T(uris), T(capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
