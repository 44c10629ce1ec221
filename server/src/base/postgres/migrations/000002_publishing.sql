-- Publishing: stages that a node can finish or revert after a crash, an order of publications, and what is unique in the instance.

-- planned: nothing was changed yet, or the schema is being changed. schema_applied: the tables are new, the logic is old.
-- in_force: served; indexes and drops may be under way. done, failed, cancelled: over.
alter table publications drop constraint publications_state_check;
alter table publications add constraint publications_state_check
  check (state in ('planned', 'schema_applied', 'in_force', 'done', 'failed', 'cancelled'));
drop index publications_one_running;
create unique index publications_one_open on publications (environment_id) where state in ('planned', 'schema_applied');
create index publications_unfinished on publications (state) where state in ('planned', 'schema_applied', 'in_force');

-- Grows with each publication: the order of an environment's versions, and what its cursor holds.
alter table publications add column number bigint generated always as identity;
create unique index publications_by_number on publications (environment_id, number);
-- Set by who wants seeds or indexes to stop; the node that works on it looks.
alter table publications add column cancel_requested boolean not null default false;

-- Paths of the version's API groups: what it needs to be unique in the instance.
alter table versions add column group_paths text[] not null default '{}';

comment on column instance.admin_key_hash is 'a salt of 16 bytes, then HMAC-SHA-256 of the key under it';
