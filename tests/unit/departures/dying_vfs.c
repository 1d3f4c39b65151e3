#include "tests/unit/departures/dying_vfs.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static atomic_ulong count;
static unsigned long deadly;
static bool dies_before;
static sqlite3_vfs shim;
static sqlite3_vfs *real;

/* The real file lies behind it in the same allocation. */
struct dying_file {
	sqlite3_file base;
	sqlite3_io_methods methods;
};

static sqlite3_file *behind(sqlite3_file *file)
{
	return (sqlite3_file *)(void *)((struct dying_file *)(void *)file + 1);
}

static void die(void)
{
	(void)kill(getpid(), SIGKILL);
	for (;;)
		(void)pause();
}

/* True: this is the one, and it is to be done half. */
static bool is_last(void)
{
	if (atomic_fetch_add(&count, 1) + 1 != deadly)
		return false;
	if (dies_before)
		die();
	return true;
}

static int do_write(
    sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	bool last = is_last();
	int rc = behind(file)->pMethods->xWrite(
	    behind(file), data, last ? len / 2 : len, at);

	if (last)
		die();
	return rc;
}

static int do_sync(sqlite3_file *file, int flags)
{
	if (is_last())
		die();
	return behind(file)->pMethods->xSync(behind(file), flags);
}

static int do_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (is_last())
		die();
	return behind(file)->pMethods->xTruncate(behind(file), size);
}

static int do_close(sqlite3_file *file)
{
	return behind(file)->pMethods->xClose(behind(file));
}

static int do_read(sqlite3_file *file, void *data, int len, sqlite3_int64 at)
{
	return behind(file)->pMethods->xRead(behind(file), data, len, at);
}

static int do_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return behind(file)->pMethods->xFileSize(behind(file), size);
}

static int do_lock(sqlite3_file *file, int level)
{
	return behind(file)->pMethods->xLock(behind(file), level);
}

static int do_unlock(sqlite3_file *file, int level)
{
	return behind(file)->pMethods->xUnlock(behind(file), level);
}

static int do_reserved(sqlite3_file *file, int *out)
{
	return behind(file)->pMethods->xCheckReservedLock(behind(file), out);
}

static int do_control(sqlite3_file *file, int op, void *arg)
{
	return behind(file)->pMethods->xFileControl(behind(file), op, arg);
}

static int do_sector(sqlite3_file *file)
{
	return behind(file)->pMethods->xSectorSize(behind(file));
}

static int do_traits(sqlite3_file *file)
{
	return behind(file)->pMethods->xDeviceCharacteristics(behind(file));
}

static int do_shm_map(
    sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return behind(file)->pMethods->xShmMap(
	    behind(file), page, size, extend, out);
}

static int do_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return behind(file)->pMethods->xShmLock(behind(file), offset, n, flags);
}

static void do_shm_barrier(sqlite3_file *file)
{
	behind(file)->pMethods->xShmBarrier(behind(file));
}

static int do_shm_unmap(sqlite3_file *file, int erases)
{
	return behind(file)->pMethods->xShmUnmap(behind(file), erases);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = do_close,
    .xRead = do_read,
    .xWrite = do_write,
    .xTruncate = do_truncate,
    .xSync = do_sync,
    .xFileSize = do_size,
    .xLock = do_lock,
    .xUnlock = do_unlock,
    .xCheckReservedLock = do_reserved,
    .xFileControl = do_control,
    .xSectorSize = do_sector,
    .xDeviceCharacteristics = do_traits,
    .xShmMap = do_shm_map,
    .xShmLock = do_shm_lock,
    .xShmBarrier = do_shm_barrier,
    .xShmUnmap = do_shm_unmap,
};

static int do_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	int rc = real->xOpen(real, name, behind(file), flags, out);

	(void)vfs;
	file->pMethods = behind(file)->pMethods ? &methods : NULL;
	return rc;
}

static int do_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	if (is_last())
		die();
	return real->xDelete(real, name, sync);
}

int dying_vfs_install(void)
{
	real = sqlite3_vfs_find(NULL);
	if (!real)
		return -1;
	shim = *real;
	shim.pNext = NULL;
	shim.zName = "dying";
	shim.szOsFile = real->szOsFile + (int)sizeof(struct dying_file);
	shim.xOpen = do_open;
	shim.xDelete = do_delete;
	return sqlite3_vfs_register(&shim, 1) == SQLITE_OK ? 0 : -1;
}

void dying_vfs_arm(unsigned long nth, bool before)
{
	deadly = nth;
	dies_before = before;
	atomic_store(&count, 0);
}

unsigned long dying_vfs_count(void)
{
	return atomic_load(&count);
}
