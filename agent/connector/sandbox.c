#include "agent/connector/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED 1
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- files ---- */

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                  \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |      \
	    LANDLOCK_ACCESS_FS_MAKE_REG)
#define FILES_ABI_1 ((UINT64_C(1) << 13) - 1)
#define FILE_TRUNCATE (UINT64_C(1) << 14) /* ABI 3; not in Debian 12's header */

/* What the resolver, OpenSSL and the C library look up while they run. */
static const char *const readable[] = {
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/usr/lib",
    "/lib",
    "/lib64",
    "/usr/share/ca-certificates",
    "/usr/share/zoneinfo",
    "/usr/local/share/ca-certificates",
    "/run/systemd/resolve",
    "/dev/urandom",
    "/dev/null",
#ifdef SANDBOX_SANITIZED
    "/proc",
#endif
};

static bool allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = access};
	bool done;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return true; /* not there: nothing to allow */
	done = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	           &rule, 0) == 0;
	if (!done) { /* a file, not a folder: fewer rights apply */
		rule.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE;
		done = syscall(SYS_landlock_add_rule, rules,
		           LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	}
	(void)close(rule.parent_fd);
	return done;
}

static bool allow_all(int rules, const char *state, uint64_t truncate)
{
	bool done = true;

	for (size_t i = 0; done && i < COUNT(readable); i++)
		done = allow(rules, readable[i], READ);
	if (state)
		done = done && allow(rules, state, READ | WRITE | truncate);
	return done;
}

static bool close_files(const char *state)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = FILES_ABI_1};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t truncate = abi >= 3 ? FILE_TRUNCATE : 0;
	int rules;
	bool holds;

	if (abi < 1)
		return false;
	attr.handled_access_fs |= truncate;
	rules =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return false;
	holds = allow_all(rules, state, truncate) &&
	    syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	(void)close(rules);
	return holds;
}

/* ---- calls ---- */

/* Nothing of ours, or of libcurl's, ever tries these. */
static const int deadly_calls[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
#ifndef SANDBOX_SANITIZED /* the leak check stops its own threads by it */
    SCMP_SYS(ptrace),
#endif
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
};

/* What only a server does: refused. */
static const int refused_calls[] = {
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(link),
    SCMP_SYS(symlink),
    SCMP_SYS(mknod),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
};

/* NETLINK: the resolver asks which addresses there are. */
static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

static bool add_sockets(scmp_filter_ctx ctx, bool has_network)
{
	const uint32_t refuse = SCMP_ACT_ERRNO(1); /* EPERM */
	struct scmp_arg_cmp one = {.arg = 0, .op = SCMP_CMP_EQ};

	if (!has_network)
		return seccomp_rule_add(ctx, refuse, SCMP_SYS(socket), 0) == 0;
	for (int family = 0; family < AF_MAX; family++) {
		bool is_allowed = false;

		for (size_t i = 0; i < COUNT(families); i++)
			is_allowed = is_allowed || family == families[i];
		one.datum_a = (scmp_datum_t)family;
		if (!is_allowed &&
		    seccomp_rule_add_array(
		        ctx, refuse, SCMP_SYS(socket), 1, &one) != 0)
			return false;
	}
	return true;
}

static bool add_calls(scmp_filter_ctx ctx)
{
	for (size_t i = 0; i < COUNT(deadly_calls); i++)
		if (seccomp_rule_add(
		        ctx, SCMP_ACT_KILL_PROCESS, deadly_calls[i], 0) != 0)
			return false;
	for (size_t i = 0; i < COUNT(refused_calls); i++)
		if (seccomp_rule_add(
		        ctx, SCMP_ACT_ERRNO(1), refused_calls[i], 0) != 0)
			return false;
	return true;
}

static bool close_calls(bool has_network)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	bool holds = ctx && add_calls(ctx) && add_sockets(ctx, has_network) &&
	    seccomp_load(ctx) == 0;

	seccomp_release(ctx);
	return holds;
}

const char *sandbox_close(const char *state, bool has_network)
{
	const struct rlimit none = {0, 0};
	bool has_landlock;
	bool has_seccomp;

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#ifndef SANDBOX_SANITIZED
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	has_landlock = close_files(state);
	has_seccomp = close_calls(has_network);
	if (has_seccomp && has_landlock)
		return "seccomp+landlock";
	if (has_seccomp)
		return "seccomp";
	return has_landlock ? "landlock" : "none";
}
