-- The control database: what an instance knows about its workspaces. Names are plain, ids are opaque text (ws_, env_, ver_, alr_ + base32).

create table instance (
  one            boolean primary key default true check (one),
  id             text not null,
  -- SHA-256 of the admin key; null until the first start has set it
  admin_key_hash bytea,
  -- grows with every change that nodes must see; what NOTIFY carries and what nodes poll
  revision       bigint not null default 0,
  created_at     timestamptz(3) not null default now()
);
insert into instance (id) values ('ins_' || replace(gen_random_uuid()::text, '-', ''));

create table workspaces (
  id         text primary key,
  -- unique slug, used in control URLs
  name       text not null unique,
  created_at timestamptz(3) not null default now()
);

-- Contents of files, addressed by SHA-256; immutable.
create table files (
  hash    text primary key,
  content bytea not null,
  created_at timestamptz(3) not null default now()
);

-- A version: a manifest of paths and hashes; immutable.
create table versions (
  id             text primary key,
  workspace_id   text not null references workspaces on delete cascade,
  parent_id      text references versions on delete set null,
  -- {"path": "sha256 hex"}
  manifest       jsonb not null,
  -- SHA-256 over the sorted manifest: equal folders are one version
  manifest_hash  text not null,
  -- ids of steps that have none in their file: {"apis/x.get.jsonc": {"/stack/0": "step id"}}
  step_ids       jsonb not null default '{}',
  -- hash over the tables' definitions
  schema_version text not null,
  author         text not null,
  message        text not null default '',
  created_at     timestamptz(3) not null default now()
);
create index versions_by_workspace on versions (workspace_id, created_at desc, id desc);
create index versions_by_manifest on versions (workspace_id, manifest_hash);
create index versions_by_parent on versions (parent_id);

create table environments (
  id             text primary key,
  workspace_id   text not null references workspaces on delete cascade,
  name           text not null,
  is_default     boolean not null default false,
  -- the version in force; null until the first publication is done
  version_id     text references versions on delete restrict,
  -- where the data live (DatabaseRef)
  database       text not null unique,
  owner_role     text not null,
  app_role       text not null,
  app_password   text not null,
  query_role     text not null,
  query_password text not null,
  -- signs this environment's tokens, seals its cursors
  token_key      bytea not null,
  created_at     timestamptz(3) not null default now(),
  unique (workspace_id, name)
);
create unique index environments_one_default on environments (workspace_id) where is_default;
create index environments_by_version on environments (version_id);

-- Base paths of API groups are unique in the instance.
create table group_paths (
  path         text primary key,
  workspace_id text not null references workspaces on delete cascade
);
create index group_paths_by_workspace on group_paths (workspace_id);

-- Each attempt to put a version in force, with its schema plan; what a node looks at when it starts.
create table publications (
  id             text primary key,
  environment_id text not null references environments on delete cascade,
  version_id     text not null references versions on delete cascade,
  state          text not null check (state in ('running', 'done', 'failed')),
  plan           jsonb not null default '[]',
  progress       jsonb not null default '{}',
  error          text,
  author         text not null,
  started_at     timestamptz(3) not null default now(),
  finished_at    timestamptz(3)
);
create index publications_by_environment on publications (environment_id, started_at desc, id desc);
create index publications_by_version on publications (version_id);
create unique index publications_one_running on publications (environment_id) where state = 'running';

create table environment_variables (
  environment_id text not null references environments on delete cascade,
  name           text not null,
  value          text not null,
  updated_at     timestamptz(3) not null default now(),
  primary key (environment_id, name)
);

-- Tokens issued to a row before `valid_after` are revoked.
create table token_valid_after (
  environment_id text not null references environments on delete cascade,
  table_name     text not null,
  row_key        text not null,
  valid_after    timestamptz(3) not null,
  primary key (environment_id, table_name, row_key)
);
create table revoked_tokens (
  environment_id text not null references environments on delete cascade,
  token_id       text not null,
  revoked_at     timestamptz(3) not null default now(),
  -- when the token would have ended by itself; the row may go then
  expires_at     timestamptz(3) not null,
  primary key (environment_id, token_id)
);

create table alerts (
  id             text primary key,
  environment_id text references environments on delete cascade,
  alert_type     text not null,
  severity       text not null check (severity in ('low', 'medium', 'high', 'critical')),
  endpoint       text,
  data           jsonb not null default '{}',
  acknowledged_at timestamptz(3),
  created_at     timestamptz(3) not null default now()
);
create index alerts_by_time on alerts (created_at desc, id desc);
create index alerts_by_environment on alerts (environment_id, created_at desc);
