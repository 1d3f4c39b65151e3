/*
 * dying_vfs: SQLite's own files, and a kill -9 of this process at the nth write
 * to them: a write, a sync, a truncation, a deletion. Test code only.
 */
#ifndef TESTS_UNIT_DEPARTURES_DYING_VFS_H
#define TESTS_UNIT_DEPARTURES_DYING_VFS_H

#include <stdbool.h>

/* Becomes the way SQLite opens files; before the first database is opened. */
int dying_vfs_install(void);
/*
 * The nth write from now on kills, 0: none does. before: instead of that
 * write; else after half of it, where it has halves.
 */
void dying_vfs_arm(unsigned long nth, bool before);
/* Writes since it was armed. */
unsigned long dying_vfs_count(void);

#endif
