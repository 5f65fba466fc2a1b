-- Learned trust (DESIGN.md, The gate, 3): what people's decisions suggest, what a person grants, how it ends.
CREATE TABLE trust_grants (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  team_id BLOB NOT NULL REFERENCES agent_teams (id),
  action_type TEXT NOT NULL,
  -- The highest risk that it lets run; never critical.
  risk_level TEXT NOT NULL CHECK (risk_level IN ('medium', 'high')),
  status TEXT NOT NULL CHECK (status IN ('suggested', 'accepted', 'declined', 'withdrawn', 'revoked', 'lapsed')),
  -- The approvals that it rests on, the newest first, as a JSON list of ids.
  evidence TEXT NOT NULL,
  approvals_in_row INTEGER NOT NULL,
  suggested_at INTEGER NOT NULL,
  -- Of a suggestion: when its evidence is too old. Of a grant: when it lapses.
  expires_at INTEGER NOT NULL,
  -- Who accepted or declined it.
  decided_by BLOB REFERENCES users (id),
  decided_at INTEGER,
  ended_at INTEGER,
  ended_reason TEXT CHECK (ended_reason IN ('rejection', 'edit', 'undo', 'failure', 'person', 'replaced', 'time')),
  -- The person who revoked it, where one did.
  ended_by BLOB REFERENCES users (id),
  -- Why it was declined, or revoked by a person, in their words.
  note TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  CHECK ((status IN ('suggested', 'accepted')) = (ended_at IS NULL)),
  CHECK (status <> 'accepted' OR (decided_by IS NOT NULL AND decided_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX trust_grants_suggested ON trust_grants (workspace_id, team_id, action_type) WHERE status = 'suggested';
CREATE UNIQUE INDEX trust_grants_accepted ON trust_grants (workspace_id, team_id, action_type) WHERE status = 'accepted';
CREATE INDEX trust_grants_key ON trust_grants (workspace_id, team_id, action_type, ended_at);
CREATE INDEX trust_grants_list ON trust_grants (workspace_id, id);
CREATE INDEX trust_grants_live ON trust_grants (workspace_id, id) WHERE status IN ('suggested', 'accepted');

-- What speaks against trust: evidence counts only after the last of these.
CREATE TABLE trust_setbacks (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  team_id BLOB NOT NULL REFERENCES agent_teams (id),
  action_type TEXT NOT NULL,
  approval_id BLOB NOT NULL REFERENCES agent_pending_actions (id),
  kind TEXT NOT NULL CHECK (kind IN ('rejection', 'edit', 'undo', 'failure')),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX trust_setbacks_key ON trust_setbacks (workspace_id, team_id, action_type, created_at);
-- What was recorded before there was such a table.
INSERT INTO trust_setbacks (id, workspace_id, team_id, action_type, approval_id, kind, created_at)
SELECT id, workspace_id, team_id, action_type, approval_id,
  CASE WHEN NOT approved THEN 'rejection' WHEN undone THEN 'undo' ELSE 'edit' END, created_at
FROM approval_patterns WHERE team_id IS NOT NULL AND (NOT approved OR undone OR edited);
INSERT INTO trust_setbacks (id, workspace_id, team_id, action_type, approval_id, kind, created_at)
SELECT id, workspace_id, team_id, action_type, id, 'failure', COALESCE(outcome_finished_at, created_at)
FROM agent_pending_actions WHERE team_id IS NOT NULL AND outcome = 'failed';

-- Decisions are read by team and type, whatever their risk.
CREATE INDEX approval_patterns_streak ON approval_patterns (workspace_id, team_id, action_type, created_at, id);
DROP INDEX approval_patterns_key;

-- The grant that let an action run by itself.
ALTER TABLE agent_pending_actions ADD COLUMN trust_grant_id BLOB REFERENCES trust_grants (id);
CREATE INDEX pending_by_grant ON agent_pending_actions (workspace_id, trust_grant_id, created_at, id) WHERE trust_grant_id IS NOT NULL;
