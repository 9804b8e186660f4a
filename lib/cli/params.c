/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

#include "cli/drivers.h"
#include "cli/json.h"
#include "util/str.h"

#include <inttypes.h>
#include <string.h>

/* libvirt's VIR_DOMAIN_MEMORY_PARAM_UNLIMITED, and VIR_TYPED_PARAM_STRING_OKAY, which every client of today says. */
#define UNLIMITED UINT64_C(9007199254740991)
#define STRINGS 4u

struct list {
	u_int len;
	wire_typed_param *val;
};

#define AT(type, base, offset) ((type *)((char *)(base) + (offset)))

/* --- values ------------------------------------------------------------------------------------------------------ */

static const struct cli_param *find(const struct cli_param *known, const char *field)
{
	for (; known && known->field; known++)
		if (!strcmp(known->field, field))
			return known;
	return NULL;
}

char *cli_param_text(const wire_typed_param *p, const struct cli_param *known, struct error *err)
{
	const __typeof__(p->value.wire_typed_param_value_u) *v = &p->value.wire_typed_param_value_u;
	char *text = NULL;

	switch (p->value.type) {
	case WIRE_PARAM_INT:
		for (int i = 0; known && known->words && known->words[i] && !text; i++)
			if (i == v->i)
				text = strdup(known->words[i]);
		if (!text)
			text = str_printf("%d", v->i);
		break;
	case WIRE_PARAM_UINT:
		text = str_printf("%u", v->ui);
		break;
	case WIRE_PARAM_LLONG:
		text = str_printf("%" PRId64, (int64_t)v->l);
		break;
	case WIRE_PARAM_ULLONG:
		text = known && known->kind == CLI_PARAM_KIB && v->ul >= UNLIMITED ? strdup("unlimited") : str_printf("%" PRIu64, (uint64_t)v->ul);
		break;
	case WIRE_PARAM_DOUBLE:
		text = str_printf("%f", v->d);
		break;
	case WIRE_PARAM_BOOLEAN:
		text = strdup(v->b ? "yes" : "no");
		break;
	case WIRE_PARAM_STRING:
		text = strdup(v->s ? v->s : "");
		break;
	default:
		text = strdup("?");
	}
	if (!text)
		error_errno(err, "parameter %s", p->field);
	return text;
}

static json_t *json_value(const wire_typed_param *p, const struct cli_param *known)
{
	const __typeof__(p->value.wire_typed_param_value_u) *v = &p->value.wire_typed_param_value_u;

	switch (p->value.type) {
	case WIRE_PARAM_INT:
		for (int i = 0; known && known->words && known->words[i]; i++)
			if (i == v->i)
				return json_string(known->words[i]);
		return json_integer(v->i);
	case WIRE_PARAM_UINT:
		return json_integer(v->ui);
	case WIRE_PARAM_LLONG:
		return json_integer(v->l);
	case WIRE_PARAM_ULLONG:
		return known && known->kind == CLI_PARAM_KIB && v->ul >= UNLIMITED ? json_null() : json_integer((json_int_t)v->ul);
	case WIRE_PARAM_DOUBLE:
		return json_real(v->d);
	case WIRE_PARAM_BOOLEAN:
		return json_boolean(v->b);
	default:
		return cli_json_string(v->s);
	}
}

json_t *cli_params_json(const char *name, const wire_typed_param *p, size_t n)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", cli_json_string(name));
	for (size_t i = 0; i < n; i++)
		json_object_set_new(object, p[i].field, json_value(&p[i], NULL));
	return object;
}

int cli_params_print(struct cli *cli, const char *name, const char *device, const wire_typed_param *p, size_t n, const struct cli_param *known,
		     struct error *err)
{
	json_t *object = cli->json ? json_object() : NULL;

	if (object && name)
		json_object_set_new(object, "name", cli_json_string(name));
	if (object && device)
		json_object_set_new(object, "device", cli_json_string(device));
	for (size_t i = 0; i < n; i++) {
		const struct cli_param *k = find(known, p[i].field);
		if (object) {
			json_object_set_new(object, p[i].field, json_value(&p[i], k));
			continue;
		}
		AUTO_FREE char *text = cli_param_text(&p[i], k, err);
		if (!text)
			return -1;
		printf("%-15s: ", p[i].field);
		cli_put_safe(stdout, text);
		putchar('\n');
	}
	return object ? cli_json_print(object, err) : 0;
}

static int read_signed(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno || end == text || *end ? -1 : 0;
}

int cli_param_from_text(const char *text, const wire_typed_param *like, wire_typed_param *out, struct error *err)
{
	__typeof__(out->value.wire_typed_param_value_u) *v = &out->value.wire_typed_param_value_u;
	int64_t number = 0;
	uint64_t whole = 0;
	int r = 0;

	*out = (wire_typed_param){ .field = like->field, .value = { .type = like->value.type } };
	switch (like->value.type) {
	case WIRE_PARAM_INT:
	case WIRE_PARAM_LLONG:
		r = read_signed(text, &number);
		if (like->value.type == WIRE_PARAM_INT)
			v->i = (int)number, r = number < INT32_MIN || number > INT32_MAX ? -1 : r;
		else
			v->l = number;
		break;
	case WIRE_PARAM_UINT:
		r = str_to_u64(text, UINT32_MAX, &whole);
		v->ui = (unsigned)whole;
		break;
	case WIRE_PARAM_ULLONG:
		r = str_to_u64(text, UINT64_MAX, &whole);
		v->ul = whole;
		break;
	case WIRE_PARAM_BOOLEAN:
		r = strcmp(text, "yes") && strcmp(text, "no") && strcmp(text, "1") && strcmp(text, "0") ? -1 : 0;
		v->b = !strcmp(text, "yes") || !strcmp(text, "1");
		break;
	case WIRE_PARAM_STRING:
		v->s = (char *)text;
		break;
	default:
		r = -1;
	}
	return r < 0 ? cli_usage(err, "'%.100s' is no value for %s", text, like->field) : 0;
}

static int from_option(const struct cli_param *p, wire_typed_param *out, struct error *err)
{
	static const wire_typed_param_type types[] = {
		[CLI_PARAM_NUMBER] = WIRE_PARAM_ULLONG, [CLI_PARAM_UINT] = WIRE_PARAM_UINT, [CLI_PARAM_SIGNED] = WIRE_PARAM_LLONG,
		[CLI_PARAM_KIB] = WIRE_PARAM_ULLONG, [CLI_PARAM_BYTES] = WIRE_PARAM_ULLONG, [CLI_PARAM_STRING] = WIRE_PARAM_STRING,
		[CLI_PARAM_MODE] = WIRE_PARAM_INT,
	};
	const wire_typed_param like = { .field = (char *)p->field, .value = { .type = (int)types[p->kind] } };
	const char *text = *p->given;
	uint64_t size;

	*out = like;
	if (p->kind == CLI_PARAM_KIB && (!strcmp(text, "-1") || !strcmp(text, "unlimited"))) {
		out->value.wire_typed_param_value_u.ul = UNLIMITED;
		return 0;
	}
	if (p->kind == CLI_PARAM_KIB || p->kind == CLI_PARAM_BYTES) {
		uint64_t unit = p->kind == CLI_PARAM_KIB ? 1024 : 1;
		if (cli_scaled(text, unit, unit, &size, err) < 0)
			return -1;
		out->value.wire_typed_param_value_u.ul = size;
		return 0;
	}
	for (int i = 0; p->kind == CLI_PARAM_MODE && p->words[i]; i++) {
		if (!strcmp(p->words[i], text)) {
			out->value.wire_typed_param_value_u.i = i;
			return 0;
		}
	}
	return cli_param_from_text(text, &like, out, err);
}

/* --- calls ------------------------------------------------------------------------------------------------------- */

static int ask(struct cli_conn *conn, const struct cli_params *spec, void *args, void *ret, int room, struct error *err)
{
	memset(ret, 0, spec->get->ret_size);
	*AT(int, args, spec->get_nparams) = room;
	return cli_call(conn, spec->get, args, ret, err);
}

static int show(struct cli *cli, struct cli_conn *conn, const struct guest *guest, const struct cli_params *spec, unsigned flags, struct error *err)
{
	AUTO_FREE char *args = calloc(1, spec->get->args_size), *ret = calloc(1, spec->get->ret_size);
	char *device = spec->get_device ? (char *)cli->args[1] : NULL;
	int room;

	if (!args || !ret)
		return error_errno(err, "%s", guest->name);
	*AT(wire_domain, args, 0) = cli_domain(guest);
	*AT(unsigned, args, spec->get_flags) = flags | STRINGS;
	if (spec->get_device && spec->device_optional)
		*AT(char **, args, spec->get_device) = &device;
	else if (spec->get_device)
		*AT(char *, args, spec->get_device) = device;
	/* how many there are, then all of them; a driver elsewhere that has no strings can refuse the word for them */
	int first = ask(conn, spec, args, ret, 0, err);
	if (first < 0 && conn->remote && err->code == ERR_INVALID_ARG) {
		*AT(unsigned, args, spec->get_flags) = flags;
		first = ask(conn, spec, args, ret, 0, err);
	}
	if (first < 0)
		return -1;
	room = *AT(int, ret, spec->ret_nparams);
	xdr_free(spec->get->ret, ret);
	if (ask(conn, spec, args, ret, room, err) < 0)
		return -1;
	struct list *list = AT(struct list, ret, spec->ret_params);
	int rc = cli_params_print(cli, guest->name, device, list->val, list->len, spec->params, err);
	xdr_free(spec->get->ret, ret);
	return rc;
}

int cli_params_run(struct cli *cli, const struct cli_params *spec, const struct rpc_row *uses, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_FREE char *args = calloc(1, spec->set->args_size);
	struct list given = { 0 };
	struct cli_conn *conn;
	unsigned flags;
	int rc = 0;

	for (const struct cli_param *p = spec->params; p->field; p++)
		given.len++;
	given.val = calloc(given.len + 1, sizeof(*given.val));
	if (!args || !given.val)
		return error_errno(err, "the parameters");
	given.len = 0;
	for (const struct cli_param *p = spec->params; p->field && rc == 0; p++)
		if (*p->given)
			rc = from_option(p, &given.val[given.len++], err);
	if (rc < 0 || cli_affect_flags(&flags, err) < 0 || !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err))) {
		free(given.val);
		return -1;
	}
	if (!given.len) {
		free(given.val);
		return show(cli, conn, &guest, spec, flags, err);
	}
	*AT(wire_domain, args, 0) = cli_domain(&guest);
	*AT(struct list, args, spec->set_params) = given;
	*AT(unsigned, args, spec->set_flags) = flags;
	if (spec->set_device)
		*AT(char *, args, spec->set_device) = (char *)cli->args[1];
	rc = cli_call(conn, spec->set, args, NULL, err);
	free(given.val);
	if (rc == 0)
		cli_say(cli, "Domain '%s' changed", guest.name);
	return rc;
}
