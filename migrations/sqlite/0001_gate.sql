-- The gate, its people and its dispatch. CHECK constraints repeat the enums of src/domain.
-- The twin of postgres/0001_gate.sql. Times are microseconds since 1970 (UTC), ids are 16-byte blobs.

CREATE TABLE workspaces (
  id BLOB NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  demo INTEGER NOT NULL DEFAULT 0,
  internal_domains TEXT NOT NULL DEFAULT '[]',
  frozen_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX workspaces_name ON workspaces (name);

CREATE TABLE users (
  id BLOB NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  hold_seconds INTEGER NOT NULL DEFAULT 10 CHECK (hold_seconds BETWEEN 0 AND 100),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE members (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'operator', 'reviewer', 'viewer')),
  created_at INTEGER NOT NULL,
  disabled_at INTEGER,
  PRIMARY KEY (workspace_id, user_id)
) STRICT;
CREATE INDEX members_user ON members (user_id);

CREATE TABLE sessions (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  token_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE setup_links (
  token_hash TEXT NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;

CREATE TABLE sign_in_attempts (
  subject TEXT NOT NULL PRIMARY KEY,
  window_start INTEGER NOT NULL,
  failures INTEGER NOT NULL
) STRICT;

CREATE TABLE agents (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL CHECK (kind IN ('internal', 'external')),
  status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'paused', 'archived')),
  owner_id BLOB REFERENCES users (id),
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX agents_name ON agents (workspace_id, name);

CREATE TABLE api_tokens (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  agent_id BLOB REFERENCES agents (id),
  user_id BLOB REFERENCES users (id),
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER,
  CHECK ((agent_id IS NULL) <> (user_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX api_tokens_hash ON api_tokens (token_hash);
CREATE INDEX api_tokens_workspace ON api_tokens (workspace_id, id);

CREATE TABLE agent_teams (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  department TEXT NOT NULL CHECK (department IN ('sales', 'marketing', 'support', 'operations', 'finance', 'product', 'general')),
  autonomy_level TEXT NOT NULL CHECK (autonomy_level IN ('supervised', 'semi_autonomous', 'autonomous')),
  approval_required TEXT NOT NULL DEFAULT '[]',
  required_approvals INTEGER NOT NULL DEFAULT 1 CHECK (required_approvals BETWEEN 1 AND 10),
  status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'archived')),
  frozen_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX agent_teams_name ON agent_teams (workspace_id, name);

CREATE TABLE agent_team_members (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  team_id BLOB NOT NULL REFERENCES agent_teams (id),
  agent_id BLOB NOT NULL REFERENCES agents (id),
  role TEXT NOT NULL CHECK (role IN ('coordinator', 'specialist', 'support')),
  priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 100),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, team_id, agent_id)
) STRICT;
CREATE INDEX agent_team_members_agent ON agent_team_members (workspace_id, agent_id);

CREATE TABLE webhooks (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhooks_name ON webhooks (workspace_id, name);

-- A row re-classes a built-in type (custom = FALSE) or registers one of the workspace's own (custom = TRUE).
CREATE TABLE action_types (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  custom INTEGER NOT NULL,
  title TEXT NOT NULL,
  risk_level TEXT NOT NULL CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  data_schema TEXT,
  executor TEXT NOT NULL CHECK (executor IN ('builtin', 'mail', 'webhook', 'agent')),
  webhook_id BLOB REFERENCES webhooks (id),
  required_approvals INTEGER NOT NULL DEFAULT 1 CHECK (required_approvals BETWEEN 1 AND 10),
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX action_types_name ON action_types (workspace_id, name);

CREATE TABLE records (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('contact', 'deal', 'ticket', 'task', 'event', 'document', 'campaign', 'invoice')),
  title TEXT NOT NULL,
  title_key TEXT NOT NULL,
  data TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX records_list ON records (workspace_id, kind, updated_at, id);
CREATE INDEX records_all ON records (workspace_id, updated_at, id);

CREATE TABLE agent_pending_actions (
  -- A declared rowid, which VACUUM keeps: the full-text index points at it.
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  team_id BLOB REFERENCES agent_teams (id),
  agent_id BLOB REFERENCES agents (id),
  workflow_execution_id BLOB,
  action_type TEXT NOT NULL,
  action_data TEXT NOT NULL,
  original_data TEXT,
  description TEXT NOT NULL,
  risk_level TEXT NOT NULL CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  -- 0 is critical, 3 is low, so that "worst first" is ascending like every other sort.
  risk_order INTEGER NOT NULL CHECK (risk_order BETWEEN 0 AND 3),
  risk_reasons TEXT NOT NULL,
  gate_reasons TEXT NOT NULL,
  executor TEXT NOT NULL CHECK (executor IN ('builtin', 'mail', 'webhook', 'agent')),
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn', 'auto_approved')),
  reviewed_by BLOB REFERENCES users (id),
  reviewed_at INTEGER,
  review_notes TEXT,
  expires_at INTEGER NOT NULL,
  expiry_paused_at INTEGER,
  created_at INTEGER NOT NULL,
  args_hash TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  required_approvals INTEGER NOT NULL DEFAULT 1 CHECK (required_approvals BETWEEN 1 AND 10),
  requested_by_kind TEXT NOT NULL CHECK (requested_by_kind IN ('user', 'agent', 'system')),
  requested_by_id BLOB NOT NULL,
  requested_by_name TEXT NOT NULL,
  external_ref TEXT,
  idempotency_key TEXT,
  -- The key of the request that decided, so that its repeat is answered and not refused.
  decision_key TEXT,
  hold_until INTEGER,
  outcome TEXT NOT NULL DEFAULT 'none' CHECK (outcome IN ('none', 'queued', 'running', 'succeeded', 'failed', 'unknown')),
  fence INTEGER NOT NULL DEFAULT 0,
  outcome_attempts INTEGER NOT NULL DEFAULT 0,
  outcome_started_at INTEGER,
  outcome_finished_at INTEGER,
  outcome_error TEXT,
  outcome_result TEXT,
  claimed_at INTEGER,
  claimed_by BLOB,
  search TEXT NOT NULL,
  CHECK (status <> 'pending' OR outcome = 'none'),
  CHECK (outcome = 'none' OR status IN ('approved', 'auto_approved'))
) STRICT;
CREATE INDEX pending_by_expiry ON agent_pending_actions (workspace_id, status, expires_at, id);
CREATE INDEX pending_by_creation ON agent_pending_actions (workspace_id, status, created_at, id);
CREATE INDEX pending_by_risk ON agent_pending_actions (workspace_id, status, risk_order, expires_at, id);
CREATE INDEX pending_by_team ON agent_pending_actions (workspace_id, team_id, status, expires_at, id);
CREATE INDEX pending_by_agent ON agent_pending_actions (workspace_id, agent_id, status, expires_at, id);
CREATE INDEX pending_by_type ON agent_pending_actions (workspace_id, action_type, status, expires_at, id);
CREATE INDEX pending_all_by_creation ON agent_pending_actions (workspace_id, created_at, id);
CREATE INDEX pending_all_by_expiry ON agent_pending_actions (workspace_id, expires_at, id);
CREATE INDEX pending_by_outcome ON agent_pending_actions (workspace_id, outcome, created_at, id) WHERE outcome IN ('queued', 'running', 'failed', 'unknown');
CREATE UNIQUE INDEX pending_external_ref ON agent_pending_actions (workspace_id, requested_by_id, external_ref) WHERE external_ref IS NOT NULL;
CREATE UNIQUE INDEX pending_idempotency ON agent_pending_actions (workspace_id, requested_by_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE approval_votes (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  approval_id BLOB NOT NULL REFERENCES agent_pending_actions (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  approved INTEGER NOT NULL,
  args_hash TEXT NOT NULL,
  notes TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, approval_id, user_id)
) STRICT;

CREATE TABLE approval_patterns (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  team_id BLOB REFERENCES agent_teams (id),
  action_type TEXT NOT NULL,
  risk_level TEXT NOT NULL CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  approval_id BLOB NOT NULL REFERENCES agent_pending_actions (id),
  reviewer_id BLOB NOT NULL REFERENCES users (id),
  approved INTEGER NOT NULL,
  edited INTEGER NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_patterns_key ON approval_patterns (workspace_id, team_id, action_type, risk_level, created_at);
CREATE INDEX approval_patterns_approval ON approval_patterns (workspace_id, approval_id);

-- Inserted unsealed with the change; a sealer fills seq, prev_hash and hash.
CREATE TABLE agent_action_audit_log (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  seq INTEGER,
  team_id BLOB,
  agent_id BLOB,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'agent', 'system')),
  actor_id BLOB NOT NULL,
  actor_name TEXT NOT NULL,
  event TEXT NOT NULL,
  action_type TEXT,
  action_data TEXT,
  description TEXT NOT NULL,
  approval_id BLOB,
  risk_level TEXT CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  was_automatic INTEGER NOT NULL DEFAULT 0,
  success INTEGER,
  error TEXT,
  result TEXT,
  duration_ms INTEGER,
  executed_at INTEGER NOT NULL,
  prev_hash TEXT,
  hash TEXT
) STRICT;
CREATE INDEX audit_by_time ON agent_action_audit_log (workspace_id, executed_at, id);
CREATE INDEX audit_by_team ON agent_action_audit_log (workspace_id, team_id, executed_at, id);
CREATE INDEX audit_by_agent ON agent_action_audit_log (workspace_id, agent_id, executed_at, id);
CREATE INDEX audit_by_event ON agent_action_audit_log (workspace_id, event, executed_at, id);
CREATE INDEX audit_by_approval ON agent_action_audit_log (workspace_id, approval_id, executed_at, id);
CREATE INDEX audit_by_actor ON agent_action_audit_log (workspace_id, actor_id, executed_at, id);

CREATE TABLE jobs (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  queue TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead', 'cancelled')),
  priority INTEGER NOT NULL DEFAULT 0,
  run_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL DEFAULT 10,
  fence INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER,
  worker TEXT,
  dedupe_key TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_ready ON jobs (queue, priority DESC, run_at, id) WHERE state = 'ready';
CREATE INDEX jobs_next ON jobs (run_at) WHERE state = 'ready';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_finished ON jobs (id) WHERE state IN ('done', 'cancelled');
CREATE INDEX jobs_dead ON jobs (id) WHERE state = 'dead';
CREATE UNIQUE INDEX jobs_dedupe ON jobs (kind, dedupe_key) WHERE state = 'ready';

CREATE TABLE cron_fires (
  name TEXT NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (name, slot)
) STRICT;

-- Numbered as it is written: with one writer at a time, a reader that resumes by seq misses nothing.
CREATE TABLE events (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  seq INTEGER NOT NULL,
  topic TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_seq ON events (seq);
CREATE INDEX events_follow ON events (workspace_id, seq);
CREATE INDEX events_age ON events (created_at);

CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('event_seq', 0);

CREATE TABLE idempotency_keys (
  workspace_id BLOB NOT NULL,
  holder_id BLOB NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER,
  content_type TEXT,
  body TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, holder_id, idempotency_key)
) STRICT;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE agent_shared_memory (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  team_id BLOB,
  agent_id BLOB,
  tier TEXT NOT NULL CHECK (tier IN ('short_term', 'medium_term', 'long_term')),
  category TEXT NOT NULL CHECK (category IN ('context', 'pattern', 'preference', 'knowledge', 'relationship')),
  content TEXT NOT NULL,
  importance INTEGER NOT NULL DEFAULT 50,
  expires_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX memory_list ON agent_shared_memory (workspace_id, created_at, id);

CREATE TABLE agent_messages (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  team_id BLOB,
  from_agent_id BLOB,
  to_agent_id BLOB,
  message_type TEXT NOT NULL CHECK (message_type IN ('task', 'result', 'context', 'handoff', 'status', 'query')),
  priority TEXT NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'read', 'processed')),
  subject TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_inbox ON agent_messages (workspace_id, to_agent_id, created_at, id);

CREATE TABLE notifications (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  subject_id BLOB,
  created_at INTEGER NOT NULL,
  read_at INTEGER
) STRICT;
CREATE INDEX notifications_list ON notifications (workspace_id, user_id, created_at, id);


CREATE VIRTUAL TABLE agent_pending_actions_fts USING fts5 (search, content = 'agent_pending_actions', content_rowid = 'n', tokenize = 'unicode61');
CREATE TRIGGER agent_pending_actions_fts_insert AFTER INSERT ON agent_pending_actions BEGIN
  INSERT INTO agent_pending_actions_fts (rowid, search) VALUES (new.n, new.search);
END;
CREATE TRIGGER agent_pending_actions_fts_update AFTER UPDATE OF search ON agent_pending_actions BEGIN
  INSERT INTO agent_pending_actions_fts (agent_pending_actions_fts, rowid, search) VALUES ('delete', old.n, old.search);
  INSERT INTO agent_pending_actions_fts (rowid, search) VALUES (new.n, new.search);
END;
