-- Since when somebody had what they were known by; null where it was never written down.
alter table former_identities add column since timestamptz;

