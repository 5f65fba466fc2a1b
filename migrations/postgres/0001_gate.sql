-- The gate, its people and its dispatch. CHECK constraints repeat the enums of src/domain.
-- JSON that a reviewer signs is TEXT on purpose: jsonb would reorder keys and rewrite numbers.

CREATE TABLE workspaces (
  id UUID NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  demo BOOLEAN NOT NULL DEFAULT FALSE,
  internal_domains TEXT NOT NULL DEFAULT '[]',
  frozen_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX workspaces_name ON workspaces (name);

CREATE TABLE users (
  id UUID NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  hold_seconds BIGINT NOT NULL DEFAULT 10 CHECK (hold_seconds BETWEEN 0 AND 100),
  created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE members (
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  user_id UUID NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'operator', 'reviewer', 'viewer')),
  created_at TIMESTAMPTZ NOT NULL,
  disabled_at TIMESTAMPTZ,
  PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

CREATE TABLE sessions (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  user_id UUID NOT NULL REFERENCES users (id),
  token_hash TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE setup_links (
  token_hash TEXT NOT NULL PRIMARY KEY,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ
);

CREATE TABLE sign_in_attempts (
  subject TEXT NOT NULL PRIMARY KEY,
  window_start TIMESTAMPTZ NOT NULL,
  failures BIGINT NOT NULL
);

CREATE TABLE agents (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL CHECK (kind IN ('internal', 'external')),
  status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'paused', 'archived')),
  owner_id UUID REFERENCES users (id),
  version BIGINT NOT NULL DEFAULT 1,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX agents_name ON agents (workspace_id, name);

CREATE TABLE api_tokens (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  agent_id UUID REFERENCES agents (id),
  user_id UUID REFERENCES users (id),
  scopes TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ,
  last_used_at TIMESTAMPTZ,
  revoked_at TIMESTAMPTZ,
  CHECK ((agent_id IS NULL) <> (user_id IS NULL))
);
CREATE UNIQUE INDEX api_tokens_hash ON api_tokens (token_hash);
CREATE INDEX api_tokens_workspace ON api_tokens (workspace_id, id);

CREATE TABLE agent_teams (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  department TEXT NOT NULL CHECK (department IN ('sales', 'marketing', 'support', 'operations', 'finance', 'product', 'general')),
  autonomy_level TEXT NOT NULL CHECK (autonomy_level IN ('supervised', 'semi_autonomous', 'autonomous')),
  approval_required TEXT NOT NULL DEFAULT '[]',
  required_approvals BIGINT NOT NULL DEFAULT 1 CHECK (required_approvals BETWEEN 1 AND 10),
  status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'archived')),
  frozen_at TIMESTAMPTZ,
  version BIGINT NOT NULL DEFAULT 1,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX agent_teams_name ON agent_teams (workspace_id, name);

CREATE TABLE agent_team_members (
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  team_id UUID NOT NULL REFERENCES agent_teams (id),
  agent_id UUID NOT NULL REFERENCES agents (id),
  role TEXT NOT NULL CHECK (role IN ('coordinator', 'specialist', 'support')),
  priority BIGINT NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 100),
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (workspace_id, team_id, agent_id)
);
CREATE INDEX agent_team_members_agent ON agent_team_members (workspace_id, agent_id);

CREATE TABLE webhooks (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  version BIGINT NOT NULL DEFAULT 1,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX webhooks_name ON webhooks (workspace_id, name);

-- A row re-classes a built-in type (custom = FALSE) or registers one of the workspace's own (custom = TRUE).
CREATE TABLE action_types (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  custom BOOLEAN NOT NULL,
  title TEXT NOT NULL,
  risk_level TEXT NOT NULL CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  data_schema TEXT,
  executor TEXT NOT NULL CHECK (executor IN ('builtin', 'mail', 'webhook', 'agent')),
  webhook_id UUID REFERENCES webhooks (id),
  required_approvals BIGINT NOT NULL DEFAULT 1 CHECK (required_approvals BETWEEN 1 AND 10),
  version BIGINT NOT NULL DEFAULT 1,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX action_types_name ON action_types (workspace_id, name);

CREATE TABLE records (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('contact', 'deal', 'ticket', 'task', 'event', 'document', 'campaign', 'invoice')),
  title TEXT NOT NULL,
  title_key TEXT NOT NULL,
  data TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX records_list ON records (workspace_id, kind, updated_at, id);
CREATE INDEX records_all ON records (workspace_id, updated_at, id);

CREATE TABLE agent_pending_actions (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  team_id UUID REFERENCES agent_teams (id),
  agent_id UUID REFERENCES agents (id),
  workflow_execution_id UUID,
  action_type TEXT NOT NULL,
  action_data TEXT NOT NULL,
  original_data TEXT,
  description TEXT NOT NULL,
  risk_level TEXT NOT NULL CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  -- 0 is critical, 3 is low, so that "worst first" is ascending like every other sort.
  risk_order BIGINT NOT NULL CHECK (risk_order BETWEEN 0 AND 3),
  risk_reasons TEXT NOT NULL,
  gate_reasons TEXT NOT NULL,
  executor TEXT NOT NULL CHECK (executor IN ('builtin', 'mail', 'webhook', 'agent')),
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn', 'auto_approved')),
  reviewed_by UUID REFERENCES users (id),
  reviewed_at TIMESTAMPTZ,
  review_notes TEXT,
  expires_at TIMESTAMPTZ NOT NULL,
  expiry_paused_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL,
  args_hash TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  required_approvals BIGINT NOT NULL DEFAULT 1 CHECK (required_approvals BETWEEN 1 AND 10),
  requested_by_kind TEXT NOT NULL CHECK (requested_by_kind IN ('user', 'agent', 'system')),
  requested_by_id UUID NOT NULL,
  requested_by_name TEXT NOT NULL,
  external_ref TEXT,
  idempotency_key TEXT,
  -- The key of the request that decided, so that its repeat is answered and not refused.
  decision_key TEXT,
  hold_until TIMESTAMPTZ,
  outcome TEXT NOT NULL DEFAULT 'none' CHECK (outcome IN ('none', 'queued', 'running', 'succeeded', 'failed', 'unknown')),
  fence BIGINT NOT NULL DEFAULT 0,
  outcome_attempts BIGINT NOT NULL DEFAULT 0,
  outcome_started_at TIMESTAMPTZ,
  outcome_finished_at TIMESTAMPTZ,
  outcome_error TEXT,
  outcome_result TEXT,
  claimed_at TIMESTAMPTZ,
  claimed_by UUID,
  search TEXT NOT NULL,
  CHECK (status <> 'pending' OR outcome = 'none'),
  CHECK (outcome = 'none' OR status IN ('approved', 'auto_approved'))
);
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
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  approval_id UUID NOT NULL REFERENCES agent_pending_actions (id),
  user_id UUID NOT NULL REFERENCES users (id),
  approved BOOLEAN NOT NULL,
  args_hash TEXT NOT NULL,
  notes TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (workspace_id, approval_id, user_id)
);

CREATE TABLE approval_patterns (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  team_id UUID REFERENCES agent_teams (id),
  action_type TEXT NOT NULL,
  risk_level TEXT NOT NULL CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  approval_id UUID NOT NULL REFERENCES agent_pending_actions (id),
  reviewer_id UUID NOT NULL REFERENCES users (id),
  approved BOOLEAN NOT NULL,
  edited BOOLEAN NOT NULL,
  undone BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX approval_patterns_key ON approval_patterns (workspace_id, team_id, action_type, risk_level, created_at);
CREATE INDEX approval_patterns_approval ON approval_patterns (workspace_id, approval_id);

-- Inserted unsealed with the change; a sealer fills seq, prev_hash and hash.
CREATE TABLE agent_action_audit_log (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  seq BIGINT,
  team_id UUID,
  agent_id UUID,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'agent', 'system')),
  actor_id UUID NOT NULL,
  actor_name TEXT NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  action_type TEXT,
  action_data TEXT,
  description TEXT NOT NULL,
  approval_id UUID,
  risk_level TEXT CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  was_automatic BOOLEAN NOT NULL DEFAULT FALSE,
  success BOOLEAN,
  error TEXT,
  result TEXT,
  duration_ms BIGINT,
  executed_at TIMESTAMPTZ NOT NULL,
  prev_hash TEXT,
  hash TEXT
);
CREATE INDEX audit_by_time ON agent_action_audit_log (workspace_id, executed_at, id);
CREATE INDEX audit_by_team ON agent_action_audit_log (workspace_id, team_id, executed_at, id);
CREATE INDEX audit_by_agent ON agent_action_audit_log (workspace_id, agent_id, executed_at, id);
CREATE INDEX audit_by_event ON agent_action_audit_log (workspace_id, event, executed_at, id);
CREATE INDEX audit_by_approval ON agent_action_audit_log (workspace_id, approval_id, executed_at, id);
CREATE INDEX audit_by_actor ON agent_action_audit_log (workspace_id, actor_id, executed_at, id);

CREATE TABLE jobs (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL,
  queue TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead', 'cancelled')),
  priority BIGINT NOT NULL DEFAULT 0,
  run_at TIMESTAMPTZ NOT NULL,
  attempt BIGINT NOT NULL DEFAULT 0,
  max_attempts BIGINT NOT NULL DEFAULT 10,
  fence BIGINT NOT NULL DEFAULT 0,
  lease_until TIMESTAMPTZ,
  worker TEXT,
  dedupe_key TEXT,
  cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
  last_error TEXT,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX jobs_ready ON jobs (queue, priority DESC, run_at, id) WHERE state = 'ready';
CREATE INDEX jobs_next ON jobs (run_at) WHERE state = 'ready';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_finished ON jobs (id) WHERE state IN ('done', 'cancelled');
CREATE INDEX jobs_dead ON jobs (id) WHERE state = 'dead';
CREATE UNIQUE INDEX jobs_dedupe ON jobs (kind, dedupe_key) WHERE state = 'ready';

CREATE TABLE cron_fires (
  name TEXT NOT NULL,
  slot TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (name, slot)
);

-- Numbered after commit by one publisher, so that a reader that resumes by seq misses nothing.
CREATE TABLE events (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL,
  seq BIGINT,
  topic TEXT NOT NULL,
  subject_id UUID NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX events_seq ON events (seq) WHERE seq IS NOT NULL;
CREATE INDEX events_follow ON events (workspace_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX events_unnumbered ON events (id) WHERE seq IS NULL;
CREATE INDEX events_age ON events (created_at);

CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('event_seq', 0);

CREATE TABLE idempotency_keys (
  workspace_id UUID NOT NULL,
  holder_id UUID NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status BIGINT,
  content_type TEXT,
  body TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (workspace_id, holder_id, idempotency_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE agent_shared_memory (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  team_id UUID,
  agent_id UUID,
  tier TEXT NOT NULL CHECK (tier IN ('short_term', 'medium_term', 'long_term')),
  category TEXT NOT NULL CHECK (category IN ('context', 'pattern', 'preference', 'knowledge', 'relationship')),
  content TEXT NOT NULL,
  importance BIGINT NOT NULL DEFAULT 50,
  expires_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX memory_list ON agent_shared_memory (workspace_id, created_at, id);

CREATE TABLE agent_messages (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  team_id UUID,
  from_agent_id UUID,
  to_agent_id UUID,
  message_type TEXT NOT NULL CHECK (message_type IN ('task', 'result', 'context', 'handoff', 'status', 'query')),
  priority TEXT NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'read', 'processed')),
  subject TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX messages_inbox ON agent_messages (workspace_id, to_agent_id, created_at, id);

CREATE TABLE notifications (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  user_id UUID,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  subject_id UUID,
  created_at TIMESTAMPTZ NOT NULL,
  read_at TIMESTAMPTZ
);
CREATE INDEX notifications_list ON notifications (workspace_id, user_id, created_at, id);

ALTER TABLE agent_pending_actions ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', left(search, 100000))) STORED;
CREATE INDEX pending_search ON agent_pending_actions USING GIN (search_words);
