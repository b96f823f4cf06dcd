-- Media: why a file is not here and when it is tried again, and what was made of it (thumbnail, waveform, pages, a version to show).

alter table media
  add column declared_mime text,
  add column executable boolean not null default false,
  add column reason text check (reason in ('not_yet', 'token', 'expired', 'too_large', 'checksum', 'refused')),
  add column attempts int not null default 0,
  add column retry_at timestamptz,
  add column try_id uuid,
  add column thumbnail_key text,
  add column blur text check (length(blur) <= 2000),
  add column waveform bytea check (length(waveform) <= 256),
  add column duration_ms int,
  add column pages int,
  add column shown_key text,
  add column shown_mime text,
  add column shown_size bigint,
  add column derived_at timestamptz,
  add column derive_error text;

-- What waits for a better token or another try; few rows.
create index media_waiting on media (tenant_id, created_at) where status in ('pending', 'failed');
