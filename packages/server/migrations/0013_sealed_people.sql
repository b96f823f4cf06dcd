-- People are sealed: what is said of them under their own key, how they are known as a keyed hash beside a sealed value.
alter table contacts
  -- Name, profile name, phone, e-mail and notes. Null or without a key: erased.
  add column sealed bytea,
  -- Keyed hashes of what the person can be found by.
  add column words bigint[];
alter table contact_identities add column hash bytea, add column sealed bytea;
alter table former_identities add column hash bytea, add column sealed bytea;
-- Names, fields before and after, and what moved. Null once it was undone: nothing is taken back twice.
alter table contact_merges add column sealed bytea;
