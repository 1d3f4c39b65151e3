#include "server/keeper/shield.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>
#include <seccomp.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SHIELD_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHIELD_SANITIZED 1
#endif

void shield_privileges(void)
{
	(void)prctl(PR_SET_NAME, "workphone-keepr", 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void shield_limits(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_NOFILE, &none);
	(void)setrlimit(RLIMIT_NPROC, &none);
}

int shield_descriptors(int keep)
{
	/* Out of the way first: a server without stdin may have it as 0. */
	int high = fcntl(keep, F_DUPFD_CLOEXEC, 10);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int last = 2;

	if (null < 0 || high < 0)
		return -1;
#ifdef SHIELD_SANITIZED
	last = 1; /* a sanitizer's report must be seen */
#endif
	for (int fd = 0; fd <= last; fd++) {
		if (dup2(null, fd) < 0)
			return -1;
	}
	if (dup2(high, SHIELD_FD) < 0)
		return -1;
	return close_range(SHIELD_FD + 1, ~0u, 0);
}

/*
 * The kernel's struct landlock_ruleset_attr as of ABI 6; Debian 12's header
 * knows ABI 2. An older kernel is given the shorter struct that it knows.
 */
struct ruleset {
	uint64_t files;
	uint64_t net;    /* ABI 4 */
	uint64_t scoped; /* ABI 6 */
};

#define LANDLOCK_FILES_ABI_1 ((UINT64_C(1) << 13) - 1)
#define LANDLOCK_FILE_REFER (UINT64_C(1) << 13)     /* ABI 2 */
#define LANDLOCK_FILE_TRUNCATE (UINT64_C(1) << 14)  /* ABI 3 */
#define LANDLOCK_FILE_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */
#define LANDLOCK_NET_TCP UINT64_C(3)                /* bind and connect */
#define LANDLOCK_SCOPES UINT64_C(3) /* abstract sockets, signals */

static size_t ruleset_for(long abi, struct ruleset *ruleset)
{
	*ruleset = (struct ruleset){.files = LANDLOCK_FILES_ABI_1};
	if (abi >= 2)
		ruleset->files |= LANDLOCK_FILE_REFER;
	if (abi >= 3)
		ruleset->files |= LANDLOCK_FILE_TRUNCATE;
	if (abi >= 5)
		ruleset->files |= LANDLOCK_FILE_IOCTL_DEV;
	if (abi < 4)
		return offsetof(struct ruleset, net);
	ruleset->net = LANDLOCK_NET_TCP;
	if (abi < 6)
		return offsetof(struct ruleset, scoped);
	ruleset->scoped = LANDLOCK_SCOPES;
	return sizeof(*ruleset);
}

/* A ruleset that handles everything and allows nothing. */
bool shield_landlock(void)
{
	struct ruleset ruleset;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	size_t size;
	long fd;
	bool holds;

	if (abi < 1)
		return false;
	size = ruleset_for(abi, &ruleset);
	fd = syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
	if (fd < 0)
		return false;
	holds = syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0;
	(void)close((int)fd);
	return holds;
}

/* What a loop of receive, compute, send needs, and malloc beneath it. */
static const int allowed_calls[] = {
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(getrandom),
    SCMP_SYS(futex),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getpid), /* OpenSSL's fork detection */
    SCMP_SYS(gettid),
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(close),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
#ifdef SHIELD_SANITIZED
    /* Their allocators and their way of dying. */
    SCMP_SYS(sched_yield),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(getrlimit),
    SCMP_SYS(prctl),
#endif
};

/* Nothing of ours ever tries these: who does is not us any more. */
static const int deadly_calls[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
};

static bool rules_add(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp not_executable =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);

	for (size_t i = 0; i < sizeof(allowed_calls) / sizeof(int); i++) {
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed_calls[i], 0))
			return false;
	}
	for (size_t i = 0; i < sizeof(deadly_calls) / sizeof(int); i++) {
		if (seccomp_rule_add(
		        ctx, SCMP_ACT_KILL_PROCESS, deadly_calls[i], 0))
			return false;
	}
	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	           &not_executable) == 0 &&
	    seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	        &not_executable) == 0;
}

/* All else fails with EPERM: a library's odd call must not end the keeper. */
bool shield_seccomp(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool holds = ctx && rules_add(ctx) && seccomp_load(ctx) == 0;

	seccomp_release(ctx);
	return holds;
}

const char *shield_name(bool has_seccomp, bool has_landlock)
{
	if (has_seccomp && has_landlock)
		return "seccomp+landlock";
	if (has_seccomp)
		return "seccomp";
	return has_landlock ? "landlock" : "none";
}
