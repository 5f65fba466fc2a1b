-- Who has opened an approval, with which data: in bulk, high-risk actions are approved only by who opened each.
CREATE TABLE approval_opens (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  approval_id BLOB NOT NULL REFERENCES agent_pending_actions (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  args_hash TEXT NOT NULL,
  first_opened_at INTEGER NOT NULL,
  last_opened_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, approval_id, user_id, args_hash)
) STRICT;
-- What a member has put aside, and until when. It leaves that member's list only.
CREATE TABLE approval_snoozes (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  approval_id BLOB NOT NULL REFERENCES agent_pending_actions (id),
  until INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, user_id, approval_id)
) STRICT;
-- How close the rows stand, which way the pages read, and the zone of times (NULL: the browser's).
ALTER TABLE users ADD COLUMN density TEXT NOT NULL DEFAULT 'comfortable' CHECK (density IN ('comfortable', 'compact'));
ALTER TABLE users ADD COLUMN direction TEXT NOT NULL DEFAULT 'ltr' CHECK (direction IN ('ltr', 'rtl'));
ALTER TABLE users ADD COLUMN time_zone TEXT;
