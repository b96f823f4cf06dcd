import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'

/** Migrations as they were released, and new ones beside them: which does the running version survive? */
const SCRIPT = path.resolve(import.meta.dirname, '../scripts/check-migrations.ts')
const folder = mkdtempSync(path.join(tmpdir(), 'atende-migrations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const RELEASED = `
create table messages (id uuid primary key, at timestamptz not null default now(), body text);
create policy own on messages using (true);
create function door_take(p_id uuid, p_kind text) returns void language sql as $$ delete from messages where id = p_id; drop table never $$;
`
let plants = 0
function check(fresh: Record<string, string>, releases: { version: string; migration: string; migrations: number }[] = []) {
  const at = path.join(folder, String(++plants))
  mkdirSync(at)
  writeFileSync(path.join(at, '0001_first.sql'), RELEASED)
  writeFileSync(path.join(at, 'released.json'), JSON.stringify({ baseline: { migration: '0001_first', migrations: 1 }, releases }))
  for (const [name, text] of Object.entries(fresh)) writeFileSync(path.join(at, name), text)
  const r = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT, at], { encoding: 'utf8' })
  return { status: r.status, said: r.stdout + r.stderr }
}
const fileName = (i: number, ending = 'sql') => `${String(i + 2).padStart(4, '0')}_planted.${ending}`

const REFUSED = [
  'alter table messages drop column body;',
  'alter table public."messages" drop body;',
  'alter table messages add note text, drop column if exists body;',
  'alter table messages rename column body to words;',
  'alter table messages rename to letters;',
  'alter table messages alter column body type varchar(10);',
  'alter table messages alter body set not null;',
  'alter table messages alter column at drop default;',
  'alter table messages add column kind text not null;',
  'alter table messages add column token uuid default gen_random_uuid();',
  'alter table messages add column n bigserial;',
  "alter table messages add column kind text check (kind in ('a', 'b'));",
  'alter table messages add constraint short check (length(body) < 10);',
  'alter table messages add constraint fk foreign key (id) references messages (id);',
  'alter table messages add constraint one unique (body);',
  'drop table messages;',
  'drop function door_take(uuid, text);',
  'create or replace function door_take(p_id uuid) returns void language sql as $$ select 1 $$;',
  "create function door_take(p_id uuid, p_kind text, p_more int default 1) returns void language sql as 'select 1';",
  'create index messages_at on messages (at);',
  '-- outside a transaction\ncreate unique index concurrently if not exists messages_one on messages (body);',
  'create index concurrently if not exists messages_at on messages (at);',
  '-- outside a transaction\ninsert into messages values (null);',
  'drop policy own on messages;',
  'truncate messages;',
  "update messages set body = '';",
  'lock table messages;',
  'revoke select on messages from "{{app_role}}";',
  'do $$ begin alter table messages drop column body; end $$;',
  "do $$ begin execute format('drop table %I', 'messages'); end $$;",
  '-- contract: since 0.2.0\nalter table messages drop column body;',
]

it('what the running version could not live with is refused, each by itself', () => {
  const files = Object.fromEntries(REFUSED.map((text, i) => [fileName(i), text]))
  const { status, said } = check(files)
  expect(status).toBe(1)
  expect(REFUSED.filter((_, i) => !said.includes(`${fileName(i)}:`))).toEqual([])
})

it('code is read as well', () => {
  const code = 'import { sql } from "kysely"\nexport async function up(tx) {\n  await sql`alter table messages drop column body`.execute(tx)\n}\n'
  expect(check({ [fileName(0, 'ts')]: code })).toMatchObject({ status: 1, said: expect.stringContaining('line 3') })
})

const ALLOWED = [
  `create table extra (id uuid primary key, message_id uuid references messages, kind text not null check (kind <> ''));
   create index extra_kind on extra (kind); create unique index on extra (message_id); alter table extra drop column kind; update extra set id = id;`,
  "alter table messages add column note text, add column kind text not null default 'a;b', add column seen_at timestamptz default now();",
  'alter table messages add constraint short check (length(body) < 10) not valid;',
  'alter table messages validate constraint short;',
  '-- outside a transaction\ncreate index concurrently if not exists messages_at on messages (at);',
  'create or replace function door_take(p_id uuid, p_kind text) returns void language sql as $$ select 1; drop table messages $$;',
  'create function door_take_many(p_ids uuid[]) returns void language sql as $$ select 1 $$;',
  'drop policy own on messages; create policy own on messages using (id is not null);',
  "update messages set body = 'drop table messages' where id is null; -- drop table messages;\n/* truncate messages; */ select 1;",
]

it('what adds, and takes nothing away, passes', () => {
  const files = Object.fromEntries(ALLOWED.map((text, i) => [fileName(i), text]))
  expect(check(files)).toEqual({ status: 0, said: expect.stringContaining(`${ALLOWED.length} migrations after 0001_first, 0 of what`) })
})

it('what nobody uses any more goes, once the version that does without it is out', () => {
  const drop = { '0003_drop.sql': '-- The words stand sealed.\n-- contract: since 0.2.0\nalter table messages drop column body;' }
  const expand = { '0002_expand.sql': 'alter table messages add column sealed bytea;' }
  const release = (version: string) => [{ version, migration: '0002_expand', migrations: 2 }]
  expect(check({ ...expand, ...drop }, release('0.1.9')).said).toContain('0.2.0, which is said to do without it, has not been released')
  expect(check({ ...expand, ...drop }, release('0.10.0'))).toMatchObject({ status: 0 })
})

it('a number is not taken twice, and not behind a release', () => {
  const release = [{ version: '0.2.0', migration: '0003_c', migrations: 2 }]
  expect(check({ '0003_c.sql': 'select 1;', '0003_d.sql': 'select 1;' }, release).said).toContain('0003_d.sql: its number is taken')
  expect(check({ '0003_c.sql': 'select 1;', '0002_late.sql': 'select 1;' }, release).said).toContain('a new one gets a number behind it')
})

it('the migrations that are here pass', () => {
  const r = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', SCRIPT], { encoding: 'utf8' })
  expect([r.status, r.stderr]).toEqual([0, ''])
})
