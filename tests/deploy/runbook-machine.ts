import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { reachableByOthers } from '../../packages/server/src/platform/home.ts'

export const REPOSITORY = path.resolve(import.meta.dirname, '../..')
export const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

export type Account = { name: string; group: string; uid: number; gid: number }
export type Places = { root: string; at: (...parts: string[]) => string; account: Account }

/** As on a server: the service is another user than root. Who is not root, or whose checkout nobody else may read, has only himself. */
export function serviceAccount(): Account {
  const me = userInfo()
  const group = (gid: number) => spawnSync('id', ['-gn', String(gid)], { encoding: 'utf8' }).stdout.trim() || String(gid)
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((l) => l.split(':'))
    .find((row) => row[0] === 'nobody')
  if (me.uid !== 0 || !nobody || !reachableByOthers(REPOSITORY)) return { name: me.username, group: group(me.uid), uid: me.uid, gid: me.gid }
  return { name: 'nobody', group: group(Number(nobody[2])), uid: Number(nobody[2]), gid: Number(nobody[3]) }
}

/** Paths and names of a real server, put below the stage and to the user of the tests. */
export const placed = ({ root, account: { name, group } }: Places, text: string): string => {
  const own = userInfo().username
  return text
    .replaceAll(/(?<![\w.}])\/(etc|var|opt\/atende|media\/usb|swapfile|proc\/swaps)(?![\w])/g, `${root}/$1`)
    .replaceAll(/-o (root|atende) -g atende/g, (_, user) => `-o ${user === 'root' ? own : name} -g ${group}`)
    .replaceAll('root:atende', `${own}:${group}`)
    .replaceAll(/^User=atende$/gm, `User=${name}`)
    .replaceAll(/^Group=atende$/gm, `Group=${group}`)
    .replaceAll('runuser -u atende', `runuser -u ${name}`)
}

type Folder = { folder: string; mode: number; owner: 'root' | 'service' | 'group' }
const FOLDERS: readonly Folder[] = [
  { folder: 'bin', mode: 0o755, owner: 'root' },
  { folder: 'home', mode: 0o700, owner: 'root' },
  { folder: 'media/usb', mode: 0o700, owner: 'root' },
  { folder: 'opt/atende', mode: 0o755, owner: 'root' },
  { folder: 'etc/systemd/system', mode: 0o755, owner: 'root' },
  { folder: 'etc/letsencrypt', mode: 0o755, owner: 'root' },
  { folder: 'etc/atende', mode: 0o755, owner: 'root' },
  { folder: 'etc/atende/secrets', mode: 0o750, owner: 'group' },
  { folder: 'var/log/atende', mode: 0o1770, owner: 'group' },
  { folder: 'var/lib/atende', mode: 0o755, owner: 'service' },
  { folder: 'var/backups/atende', mode: 0o700, owner: 'service' },
]

/** Programs of a server that change the machine itself. */
const PROGRAMS: Readonly<Record<string, string>> = {
  sudo: 'exec "$@"',
  // The authority of the test stands in for Let's Encrypt: it takes the wish away when the certificate is there.
  certbot: 'test "$1" = renew; touch "$STAND_IN_ROOT/renew"; while [ -e "$STAND_IN_ROOT/renew" ]; do sleep 0.1; done',
  fallocate: 'truncate -s "$2" "$3"',
  mkswap: 'test "$(stat -c %s "$1")" = 2147483648 && printf SWAPSPACE2 | dd of="$1" conv=notrunc status=none',
  swapon:
    'head -c 10 "$1" | grep -q SWAPSPACE2 && echo "$1 file 2097148 0 -2" >> "$STAND_IN_ROOT/proc/swaps" && sed -i "s/^SwapTotal:.*/SwapTotal: 2097148 kB/" "$STAND_IN_ROOT/proc/meminfo"',
  // From the other machine of the test: its paths come over as those of this one.
  rsync: `delete=no
while case $1 in -*) true ;; *) false ;; esac; do if [ "$1" = --delete ]; then delete=yes; fi; shift; done
from=\${1#root@old.example:}
from=$OLD_ROOT\${from#"$STAND_IN_ROOT"}
if [ "$delete" = yes ]; then find "$2" -mindepth 1 -delete; fi
case $from in */) cp -a "$from." "$2" ;; *) cp -a "$from" "$2" ;; esac
case $2 in *.env) sed -i "s|$OLD_ROOT|$STAND_IN_ROOT|g" "$2" ;; esac`,
}

/** The folders, units and programs that install.sh puts on a server, below the stage. `nginx`: how it is called here. */
export function furnish(places: Places, nginx: string): void {
  const { at, account } = places
  const root = process.getuid?.() === 0
  for (const { folder, mode, owner } of FOLDERS) {
    mkdirSync(at(folder), { recursive: true })
    chmodSync(at(folder), mode)
    if (root && owner !== 'root') chownSync(at(folder), owner === 'service' ? account.uid : 0, account.gid)
  }
  mkdirSync(at('proc'))
  writeFileSync(at('proc/swaps'), 'Filename Type Size Used Priority\n')
  writeFileSync(at('etc/fstab'), '')
  for (const link of ['current', 'blue', 'green']) symlinkSync(REPOSITORY, at('opt/atende', link))
  const read = (file: string) => readFileSync(path.join(REPOSITORY, file), 'utf8')
  for (const unit of readdirSync(path.join(REPOSITORY, 'deploy/systemd')))
    writeFileSync(at('etc/systemd/system', unit), placed(places, read(`deploy/systemd/${unit}`)))
  const script = (name: string, text: string) => writeFileSync(at('bin', name), text, { mode: 0o755 })
  for (const [name, text] of Object.entries(PROGRAMS)) script(name, `#!/bin/sh\nset -e\n${text}\n`)
  script('nginx', `#!/bin/sh\nexec ${nginx} "$@"\n`)
  script('atende', placed(places, read('deploy/bin/atende-operator')))
  script('systemctl', read('scripts/deploy/install-standins/systemctl'))
}

/** A file of settings or secrets, as the installer gives it. */
export function put({ at, account }: Places, file: string, text: string, mode = 0o640): void {
  writeFileSync(at(file), text, { mode })
  if (process.getuid?.() === 0) chownSync(at(file), 0, account.gid)
}
