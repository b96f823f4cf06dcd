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
# Nobody fetches them (the backup service does not run): PostgreSQL must not stop on a full disk for it. The oldest goes, and is noted,
# so that the next backup is known to be needed. The backup service itself lets go earlier (BACKUP_WAL_KEEP_MB).
segments=0
for path in "$archive"/[0-9A-F]*; do case $path in *.history) ;; *) segments=$((segments + 1)) ;; esac; done
for path in "$archive"/[0-9A-F]*; do
  if [ "$segments" -lt "${WAL_ARCHIVE_KEEP:-512}" ] || ! [ -e "$path" ]; then break; fi
  case $path in *.history) continue ;; esac
  echo "${path##*/}" >> "$archive/.let-go"
  rm -f "$path"
  segments=$((segments - 1))
done
cp "$1" "$archive/.$2.part"
sync "$archive/.$2.part"
mv "$archive/.$2.part" "$archive/$2"
sync "$archive"
