/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is learned of guests' addresses: a file for each port beside its binding, a line "ADDRESS EXPIRY" for each. Until there is one, the port has rules that
 * let through no more than learning needs. */
#include "nwfilter/store_impl.h"

#include "state/state.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define LEARNED_MAX 65536
#define ADDRESSES_MAX 64

int nwf_learning(const struct nwfilter_binding *b, enum nwf_learning *how, struct error *err)
{
	static const char *const words[] = { [NWF_LEARN_ANY] = "any", [NWF_LEARN_DHCP] = "dhcp", [NWF_LEARN_NONE] = "none" };

	*how = NWF_LEARN_ANY;
	for (size_t i = 0; i < b->ref.params.n; i++) {
		const struct domain_filter_param *p = b->ref.params.items[i];
		size_t w = 0;

		if (strcmp(p->name, "CTRL_IP_LEARNING"))
			continue;
		while (w < ARRAY_LEN(words) && strcasecmp(words[w], p->value))
			w++;
		if (w == ARRAY_LEN(words))
			return error_set(err, ERR_INVALID_ARG, "CTRL_IP_LEARNING is 'any', 'dhcp' or 'none', not '%.40s'", p->value);
		*how = (enum nwf_learning)w;
	}
	return 0;
}

/* --- what is known ------------------------------------------------------------------------------------------------ */

struct known {
	struct {
		char ip[INET6_ADDRSTRLEN];
		int64_t expiry;
	} items[ADDRESSES_MAX];
	size_t n;
};

static char *file_of(const char *what, const char *portdev, struct error *err)
{
	AUTO_FREE char *name = str_encode_name(portdev, err);
	char *file = name ? str_printf(".%s-%s", what, name) : NULL;

	if (name && !file)
		error_errno(err, "%s", portdev);
	return file;
}

static int load(int dir, const char *portdev, struct known *k, struct error *err)
{
	AUTO_FREE char *file = file_of("learned", portdev, err);
	AUTO_FREE char *text = NULL;
	struct error why = { 0 };

	k->n = 0;
	if (!file)
		return -1;
	if (file_read_at(dir, file, LEARNED_MAX, &text, NULL, &why) < 0) {
		if (why.sys == ENOENT)
			return 0;
		*err = why;
		return -1;
	}
	for (char *save = NULL, *line = strtok_r(text, "\n", &save); line && k->n < ADDRESSES_MAX; line = strtok_r(NULL, "\n", &save)) {
		struct in_addr a;

		if (sscanf(line, "%45s %" SCNd64, k->items[k->n].ip, &k->items[k->n].expiry) == 2 && inet_pton(AF_INET, k->items[k->n].ip, &a) == 1)
			k->n++;
	}
	return 0;
}

static int store(int dir, const char *portdev, const struct known *k, struct error *err)
{
	AUTO_FREE char *file = file_of("learned", portdev, err);
	AUTO_BUF struct buf b = { 0 };

	for (size_t i = 0; i < k->n; i++)
		buf_printf(&b, "%s %" PRId64 "\n", k->items[i].ip, k->items[i].expiry);
	if (!file || b.failed)
		return file ? error_set(err, ERR_NO_MEMORY, "%s: no memory", portdev) : -1;
	return file_replace_at(dir, file, b.data ? b.data : "", b.len, 0600, FILE_VOLATILE, err);
}

int nwf_learned(int dir, const char *portdev, const char *ip, int64_t expiry, bool gone, struct error *err)
{
	struct known k;
	size_t i = 0;
	bool news;

	if (load(dir, portdev, &k, err) < 0)
		return -1;
	while (i < k.n && strcmp(k.items[i].ip, ip))
		i++;
	news = gone ? i < k.n : i == k.n;
	if (gone && news)
		k.items[i] = k.items[--k.n];
	if (gone)
		return news && store(dir, portdev, &k, err) < 0 ? -1 : news;
	if (i == ADDRESSES_MAX)
		return 0;
	snprintf(k.items[i].ip, sizeof(k.items[i].ip), "%s", ip);
	k.items[i].expiry = expiry;
	k.n += news;
	return store(dir, portdev, &k, err) < 0 ? -1 : news;
}

int nwf_learned_expire(int dir, const char *portdev, int64_t *next, struct error *err)
{
	int64_t now = time(NULL);
	struct known k;
	bool some = false;

	*next = 0;
	if (load(dir, portdev, &k, err) < 0)
		return -1;
	for (size_t i = k.n; i-- > 0;) {
		if (k.items[i].expiry && k.items[i].expiry <= now) {
			k.items[i] = k.items[--k.n];
			some = true;
		}
	}
	for (size_t i = 0; i < k.n; i++)
		if (k.items[i].expiry && (!*next || k.items[i].expiry < *next))
			*next = k.items[i].expiry;
	return some && store(dir, portdev, &k, err) < 0 ? -1 : some;
}

struct nwfilter_binding *nwf_with_learned(int dir, const struct nwfilter_binding *b, size_t *known, struct error *err)
{
	AUTO_NWFILTER_BINDING struct nwfilter_binding *with = conf_copy(nwfilter_binding_document.elem, b, err);
	struct known k;

	if (!with || load(dir, b->portdev, &k, err) < 0)
		return NULL;
	*known = k.n;
	for (size_t i = 0; i < k.n; i++) {
		struct domain_filter_param *p = CONF_LIST_ADD(&with->ref.params);

		if (!p || !(p->name = strdup("IP")) || !(p->value = strdup(k.items[i].ip))) {
			error_errno(err, "%s", b->portdev);
			return NULL;
		}
	}
	return STEAL_PTR(with);
}

void nwf_forget_learned(int dir, const char *portdev)
{
	AUTO_FREE char *learned = file_of("learned", portdev, NULL), *lock = file_of("learn", portdev, NULL);

	if (learned && unlinkat(dir, learned, 0) < 0 && errno != ENOENT)
		return;
	if (lock)
		(void)unlinkat(dir, lock, 0);
}

/* --- who learns --------------------------------------------------------------------------------------------------- */

/* Only UDP over IPv4 from or to the ports of DHCP, unfragmented. */
static const struct sock_filter only_dhcp[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 11),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 9),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 7, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 67, 3, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 2, 0),
	BPF_STMT(BPF_RET | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_K, 2048), BPF_STMT(BPF_RET | BPF_K, 0),
};

static int open_socket(const struct nwfilter_binding *b, enum nwf_learning how, struct error *err)
{
	const struct sock_fprog prog = { ARRAY_LEN(only_dhcp), (struct sock_filter *)only_dhcp };
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(b->portdev) };
	/* of no protocol until it is bound and filtered: nothing of other interfaces gets in */
	AUTO_CLOSE int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (!at.sll_ifindex)
		return error_set(err, ERR_NO_INTERFACE, "there is no network interface '%s' on which the guest's addresses could be learned", b->portdev);
	if (fd < 0 || (how == NWF_LEARN_DHCP && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return error_errno(err, "%s: the guest's addresses cannot be learned", b->portdev);
	return STEAL_FD(fd);
}

int nwf_learn(int dir, const struct nwfilter_binding *b, enum nwf_learning how, struct error *err)
{
	AUTO_FREE char *file = file_of("learn", b->portdev, err);
	AUTO_FREE char *path = file ? process_helper_path("nwfilter-learn", err) : NULL;
	AUTO_CLOSE int lock = path ? openat(dir, file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1, sock = -1;
	char *const argv[] = { (char *)"nwfilter-learn", b->portdev, (char *)(how == NWF_LEARN_DHCP ? "dhcp" : "any"), NULL };
	char **env;
	pid_t pid;

	if (!path)
		return -1;
	if (lock < 0 || (file_try_lock(lock) < 0 && errno != EAGAIN))
		return error_errno(err, "%s", file);
	if (file_is_locked(lock) == 1)
		return 0;
	if ((sock = open_socket(b, how, err)) < 0 || !(env = state_environment(err)))
		return -1;
	const struct process_fd fds[] = { { sock, 3 }, { lock, 4 } };
	const struct process_spec spec = { .path = path, .argv = argv, .envp = env, .fds = fds, .n_fds = 2, .new_session = true };
	pid = process_spawn(&spec, NULL, err);
	state_environment_free(env);
	return pid < 0 ? -1 : 0;
}
