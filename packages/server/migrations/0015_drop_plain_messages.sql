-- What 0012 sealed leaves its plain columns. Their bytes stay in the pages of the tables until those are written anew: `vacuum full`.
drop index messages_search;
alter table messages drop column body, drop column content, drop column raw, drop column earlier_texts;
alter table message_changes drop column body, drop column content;
alter table media drop column sha256, drop column filename, drop column blur, drop column waveform;
alter table account_events drop column value, alter column sealed set not null;
