/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processors: of this host and of what its drivers' emulators can give to guests. */
#include "hypervisor/local_xml.h"

#include "cpu/cpu.h"

#include <string.h>
#include <sys/utsname.h>

enum { COMPARE_FAIL = 1, COMPARE_VALIDATE = 2 };

static struct cpu *parse_cpu(const char *xml, bool validate, struct error *err)
{
	return conf_document_parse(&cpu_document, xml, strlen(xml), validate ? CONF_PARSE_VALIDATE : 0, NULL, NULL, err);
}

static void free_cpu(struct cpu *cpu)
{
	if (cpu)
		conf_free(&cpu_elem, cpu);
}

static enum domain_arch host_arch(void)
{
	struct utsname u;
	int arch = uname(&u) == 0 ? conf_enum_value(&domain_arch_names, u.machine) : 0;

	return arch > 0 ? arch : 0;
}

/* --- of the host ----------------------------------------------------------------------------------------------- */

static int host_cpu(struct x86_cpu *out, struct error *err)
{
	return x86_host(out) ? 0 : error_set(err, ERR_NO_SUPPORT, "CPUs of this host's architecture cannot be compared");
}

static int compare(const struct x86_cpu *host, const char *xml, unsigned flags, int *result, struct error *err)
{
	struct cpu *cpu = parse_cpu(xml, flags & COMPARE_VALIDATE, err);
	AUTO_BUF struct buf why = { 0 };

	if (!cpu)
		return -1;
	if (cpu->arch && cpu->arch != host_arch() && !(cpu->arch == DOMAIN_ARCH_I686 && host_arch() == DOMAIN_ARCH_X86_64)) {
		buf_printf(&why, "the CPU is one of %s", conf_enum_name(&domain_arch_names, cpu->arch));
		*result = CPU_INCOMPATIBLE;
	} else {
		*result = cpu_compare(host, &cpu->cpu, &why, err);
	}
	free_cpu(cpu);
	if (*result == CPU_INCOMPATIBLE && (flags & COMPARE_FAIL))
		return error_set(err, ERR_CPU_INCOMPATIBLE, "the CPU is incompatible with the host's: %.900s", why.len ? why.data : "it has other features");
	return *result < 0 ? -1 : 0;
}

int hv_connect_compare_cpu(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_compare_cpu_args *a = args;
	wire_connect_compare_cpu_ret *r = ret;
	struct x86_cpu host;

	if (hv_flags(call, a->flags, COMPARE_FAIL | COMPARE_VALIDATE, err) < 0 || host_cpu(&host, err) < 0)
		return -1;
	return compare(&host, a->xml, a->flags, &r->result, err);
}

/* The baseline of the XML texts; what *out gets is the caller's. */
static int baseline(char *const *texts, unsigned n, const struct x86_cpu *start, unsigned flags, bool (*usable)(void *ctx, const char *name), void *ctx,
		    char **out, struct error *err)
{
	struct cpu **cpus = calloc(n ? n : 1, sizeof(*cpus));
	struct domain_cpu *found = NULL;
	unsigned i = 0;

	if (!cpus)
		return error_set(err, ERR_NO_MEMORY, "no memory for %u CPUs", n);
	while (i < n && (cpus[i] = parse_cpu(texts[i], false, err)))
		i++;
	if (i == n)
		found = cpu_baseline(cpus, n, start, flags, usable, ctx, err);
	while (i > 0)
		free_cpu(cpus[--i]);
	free(cpus);
	if (!found)
		return -1;
	*out = conf_format(&domain_cpu_elem, "cpu", found, 0, err);
	conf_free(&domain_cpu_elem, found);
	return *out ? 0 : -1;
}

int hv_connect_baseline_cpu(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_baseline_cpu_args *a = args;
	wire_connect_baseline_cpu_ret *r = ret;

	if (hv_flags(call, a->flags, CPU_BASELINE_EXPAND | CPU_BASELINE_MIGRATABLE, err) < 0)
		return -1;
	return baseline(a->xmlcp_us.xmlcp_us_val, a->xmlcp_us.xmlcp_us_len, NULL, a->flags, NULL, NULL, &r->cpu, err);
}

int hv_connect_get_cpu_model_names(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_get_cpu_model_names_args *a = args;
	wire_connect_get_cpu_model_names_ret *r = ret;
	const char *names[256];
	int arch = conf_enum_value(&domain_arch_names, a->arch), n;

	if (hv_flags(call, a->flags, 0, err) < 0)
		return -1;
	if (arch <= 0)
		return error_set(err, ERR_INVALID_ARG, "unknown architecture '%.40s'", a->arch);
	n = cpu_models(arch, names, ARRAY_LEN(names), err);
	if (n < 0)
		return -1;
	r->ret = n;
	if (!a->need_results || n == 0)
		return 0;
	r->models.models_val = calloc(n, sizeof(*r->models.models_val));
	for (int i = 0; r->models.models_val && i < n; i++) {
		r->models.models_val[i] = strdup(names[i]);
		if (!r->models.models_val[i])
			break;
		r->models.models_len++;
	}
	return r->models.models_len == (unsigned)n ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for the names of models");
}

/* --- of an emulator -------------------------------------------------------------------------------------------- */

static const char *given(char *const *text)
{
	return text && **text ? *text : NULL;
}

/* The connection's driver that has emulators. */
static const struct hv_driver *driver_of(const struct rpc_call *call, struct error *err)
{
	const struct hv *hv = call->ctx;

	for (const struct hv_driver *const *d = hv->drivers; d && *d; d++)
		if ((*d)->emulator_capabilities && (!hv->kind || !strcmp(hv->kind->name, (*d)->kind)))
			return *d;
	error_set(err, ERR_NO_SUPPORT, "%s has no emulators", hv->kind ? hv->kind->title : "this connection");
	return NULL;
}

int hv_connect_get_domain_capabilities(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_get_domain_capabilities_args *a = args;
	wire_connect_get_domain_capabilities_ret *r = ret;
	const struct hv_emulator e = { given(a->emulatorbin), given(a->arch), given(a->machine), given(a->virttype) };
	const struct hv_driver *driver = hv_flags(call, a->flags, 0, err) < 0 ? NULL : driver_of(call, err);

	r->capabilities = driver ? driver->emulator_capabilities(&e, err) : NULL;
	return r->capabilities ? 0 : -1;
}

int hv_connect_compare_hypervisor_cpu(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_compare_hypervisor_cpu_args *a = args;
	wire_connect_compare_hypervisor_cpu_ret *r = ret;
	const struct hv_emulator e = { given(a->emulator), given(a->arch), given(a->machine), given(a->virttype) };
	const struct hv_driver *driver = hv_flags(call, a->flags, COMPARE_FAIL | COMPARE_VALIDATE, err) < 0 ? NULL : driver_of(call, err);
	struct x86_cpu host;

	if (!driver || driver->emulator_cpu(&e, &host, NULL, err) < 0)
		return -1;
	return compare(&host, a->xmlcpu, a->flags, &r->result, err);
}

static bool is_model(void *ctx, const char *name)
{
	char *const *models = ctx;

	for (size_t i = 0; models[i]; i++)
		if (!strcmp(models[i], name))
			return true;
	return false;
}

int hv_connect_baseline_hypervisor_cpu(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_baseline_hypervisor_cpu_args *a = args;
	wire_connect_baseline_hypervisor_cpu_ret *r = ret;
	const struct hv_emulator e = { given(a->emulator), given(a->arch), given(a->machine), given(a->virttype) };
	const struct hv_driver *driver;
	struct x86_cpu host;
	char **models = NULL;
	int rc;

	driver = hv_flags(call, a->flags, CPU_BASELINE_EXPAND | CPU_BASELINE_MIGRATABLE, err) < 0 ? NULL : driver_of(call, err);
	if (!driver || driver->emulator_cpu(&e, &host, &models, err) < 0)
		return -1;
	rc = baseline(a->xmlcp_us.xmlcp_us_val, a->xmlcp_us.xmlcp_us_len, &host, a->flags, is_model, models, &r->cpu, err);
	for (size_t i = 0; models[i]; i++)
		free(models[i]);
	free(models);
	return rc;
}
