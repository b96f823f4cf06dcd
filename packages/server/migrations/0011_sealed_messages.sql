alter table messages add column words bigint[];
create index messages_words on messages using gin (words);
