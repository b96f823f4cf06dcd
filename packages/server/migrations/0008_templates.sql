-- Message templates of the WhatsApp accounts of a tenant, as Meta knows them.
create table templates (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  waba_id text not null,
  -- Meta's id; null while only its name is known.
  provider_id text,
  name text not null,
  language text not null,
  category text not null check (category in ('MARKETING', 'UTILITY', 'AUTHENTICATION')),
  parameter_format text not null default 'positional' check (parameter_format in ('positional', 'named')),
  -- In our words, and as Meta gave it (with what we do not know).
  parts jsonb not null,
  components jsonb not null default '[]',
  status text not null,
  -- Meta's word behind the status, and what it says beyond that.
  reason text,
  reason_details text,
  quality text not null default 'UNKNOWN',
  -- Meta announced another category, perhaps with the moment.
  next_category text check (next_category in ('MARKETING', 'UTILITY', 'AUTHENTICATION')),
  category_change_at timestamptz,
  -- When a webhook said each of these, by Meta's clock: an older word, arriving later, changes nothing.
  status_at timestamptz,
  quality_at timestamptz,
  category_at timestamptz,
  -- Edits since approval: Meta allows one a day and ten in 30 days.
  edited_at timestamptz[] not null default '{}',
  -- When its content was last read from Meta; null: only heard of.
  synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index templates_name on templates (tenant_id, waba_id, name, language);
create index templates_provider on templates (tenant_id, provider_id);
-- Portuguese first, then by name.
create index templates_list on templates (tenant_id, (language <> 'pt_BR'), name, language, id);
select make_tenant_table('templates');
