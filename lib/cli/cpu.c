/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpu.h"

#include "cli/edit.h"
#include "cli/json.h"
#include "conf/xml.h"

#include <string.h>

char *cli_emulator, *cli_arch, *cli_machine, *cli_virttype;

const struct poptOption cli_emulator_options[] = {
	{ "virttype", 0, POPT_ARG_STRING, &cli_virttype, 0, "for guests of this type: qemu or kvm", "TYPE" },
	{ "emulator", 0, POPT_ARG_STRING, &cli_emulator, 0, "with this program", "PATH" },
	{ "arch", 0, POPT_ARG_STRING, &cli_arch, 0, "for guests of this architecture", "ARCH" },
	{ "machine", 0, POPT_ARG_STRING, &cli_machine, 0, "for guests of this machine type", "MACHINE" },
	POPT_TABLEEND
};

struct found {
	struct cli_cpus *cpus;
	bool failed;
};

static void add(struct found *f, struct buf *text)
{
	char *one = buf_finish(text);
	char **items = one ? realloc(f->cpus->items, (f->cpus->n + 1) * sizeof(*items)) : NULL;

	if (!items) {
		free(one);
		f->failed = true;
		return;
	}
	items[f->cpus->n++] = one;
	f->cpus->items = items;
}

/* The host's model of domain capabilities is a guest's CPU but for the element's name. */
static void add_host_model(struct found *f, const struct xml_node *mode)
{
	AUTO_BUF struct buf text = { 0 };

	buf_str(&text, "<cpu mode='custom' match='exact'>");
	for (const struct xml_node *n = mode->children; n; n = n->next)
		xml_write(n, &text);
	buf_str(&text, "</cpu>");
	add(f, &text);
}

static bool is(const struct xml_node *node, const char *name)
{
	return node->kind == XML_ELEMENT && node->name && !strcmp(node->name, name);
}

static void collect(struct found *f, const struct xml_node *node)
{
	for (const struct xml_node *n = node->children; n; n = n->next) {
		const char *mode = is(n, "mode") ? xml_attr(n, "name") : NULL;

		/* those of <cpus> are the host's processors, each by its number */
		if (is(n, "cpu") && (xml_child(n, "model") || xml_child(n, "arch") || xml_attr(n, "mode"))) {
			AUTO_BUF struct buf text = { 0 };

			xml_write(n, &text);
			add(f, &text);
		} else if (mode && !strcmp(mode, "host-model") && xml_child(n, "model")) {
			add_host_model(f, n);
		} else {
			collect(f, n);
		}
	}
}

/* All of a file in one element: without its XML declarations. */
static char *wrapped(const char *text)
{
	struct buf out = { 0 };

	buf_str(&out, "<all>");
	for (const char *p = text; *p;) {
		const char *declaration = strstr(p, "<?xml"), *end = declaration ? strstr(declaration, "?>") : NULL;

		if (!end) {
			buf_str(&out, p);
			break;
		}
		buf_add(&out, p, declaration - p);
		p = end + 2;
	}
	buf_str(&out, "</all>");
	return buf_finish(&out);
}

static int read_cpus(const char *file, struct cli_cpus *cpus, struct error *err)
{
	AUTO_FREE char *text = NULL, *all = NULL;
	AUTO_XML struct xml_doc *doc = NULL;
	struct found f = { .cpus = cpus };
	size_t len;

	if (cli_read_file(file, &text, &len, err) < 0)
		return -1;
	all = wrapped(text);
	if (!all)
		return error_set(err, ERR_NO_MEMORY, "no memory for %s", file);
	doc = xml_parse(all, strlen(all), err);
	if (!doc)
		return error_wrap(err, "%s", file);
	collect(&f, xml_root(doc));
	if (f.failed)
		return error_set(err, ERR_NO_MEMORY, "no memory for %s", file);
	return cpus->n ? 0 : error_set(err, ERR_XML, "%s: there is no <cpu> in it", file);
}

void cli_cpus_clear(struct cli_cpus *cpus)
{
	while (cpus->n > 0)
		free(cpus->items[--cpus->n]);
	free(cpus->items);
}

struct cli_conn *cli_open_cpus(struct cli *cli, const struct rpc_row *uses, const struct hv_driver *const *drivers, struct cli_cpus *cpus,
			       struct error *err)
{
	return read_cpus(cli->args[0], cpus, err) < 0 ? NULL : cli_open(cli, uses, drivers, err);
}

int cli_compared(struct cli *cli, const char *file, int result, const char *whose, struct error *err)
{
	static const char *const words[] = { "incompatible", "identical", "superset" };
	int status = result == 0 ? EXIT_FAILED : EXIT_DONE;

	if (result < 0 || result >= (int)ARRAY_LEN(words))
		return error_set(err, ERR_INTERNAL, "the answer %d to a comparison of CPUs is not known", result);
	if (cli->json)
		return cli_json_print(json_pack("{s:s}", "result", words[result]), err) < 0 ? -1 : status;
	if (result == 2)
		printf("%s is a superset of CPU described in %s\n", whose, file);
	else
		printf("CPU described in %s is %s %s %c%s\n", file, words[result], result ? "to" : "with", whose[0] == 'H' ? 'h' : 't', whose + 1);
	return status;
}
