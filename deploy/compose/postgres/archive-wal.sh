#!/bin/sh
# archive_command: keeps a segment for the backup service. Without backups nobody would ever take it away, so nothing is kept.
#   archive-wal.sh PATH NAME
set -eu
[ -n "${BACKUP_RECIPIENT:-}" ] || exit 0
archive=${WAL_ARCHIVE:-/wal-archive}
# Told twice after a crash: the same content is fine, another one is not.
if [ -e "$archive/$2" ]; then
  cmp -s "$1" "$archive/$2" && exit 0
  echo "archive: $2 is there already, with other content" >&2
  exit 1
fi
cp "$1" "$archive/.$2.part"
sync "$archive/.$2.part"
mv "$archive/.$2.part" "$archive/$2"
sync "$archive"
