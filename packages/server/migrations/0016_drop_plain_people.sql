-- Everything is sealed by now (0014): what was in the clear goes.
alter table contacts drop column sort_name, drop column name, drop column profile_name, drop column phone, drop column email, drop column notes;

alter table contact_identities drop constraint contact_identities_pkey;
alter table contact_identities drop column value, drop column address,
  alter column hash set not null, alter column sealed set not null,
  add primary key (tenant_id, kind, hash);

alter table former_identities drop constraint former_identities_pkey;
alter table former_identities drop column value,
  alter column hash set not null, alter column sealed set not null,
  add primary key (tenant_id, contact_id, kind, hash);
create index former_identities_hash on former_identities (tenant_id, kind, hash);

alter table contact_merges drop column other_name, drop column kept_before, drop column kept_after, drop column moved;
