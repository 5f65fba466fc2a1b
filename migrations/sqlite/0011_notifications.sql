-- Facts that people are to be told, written with the change; a job turns them into notifications and takes them away.
CREATE TABLE notices (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('approval_needed', 'approval_waiting', 'approval_expiring', 'many_waiting', 'request_decided', 'outcome', 'team_changed', 'trust', 'webhook_off', 'message')),
  event TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  approval_id BLOB,
  team_id BLOB,
  description TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notices_waiting ON notices (workspace_id, id);
CREATE INDEX notices_age ON notices (created_at);

-- One row is one member's. A row of nobody was everybody's.
INSERT INTO notifications (id, workspace_id, user_id, kind, title, body, subject_id, created_at, read_at)
  SELECT randomblob(16), n.workspace_id, m.user_id, n.kind, n.title, n.body, n.subject_id, n.created_at, n.read_at
  FROM notifications n JOIN members m ON m.workspace_id = n.workspace_id WHERE n.user_id IS NULL;
DELETE FROM notifications WHERE user_id IS NULL;
-- How many things it is about, the page that shows them, whether its member wants to see it, and whether one is critical.
ALTER TABLE notifications ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE notifications ADD COLUMN href TEXT;
ALTER TABLE notifications ADD COLUMN in_app INTEGER NOT NULL DEFAULT 1;
ALTER TABLE notifications ADD COLUMN critical INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notifications_unread ON notifications (workspace_id, user_id, created_at, id) WHERE read_at IS NULL AND in_app = TRUE;
CREATE INDEX notifications_age ON notifications (created_at);

-- What a member wants, where they have said so. `in_app` and `email` are JSON lists of kinds; hours are 0 to 23.
CREATE TABLE notification_preferences (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  in_app TEXT NOT NULL,
  email TEXT NOT NULL,
  quiet_from INTEGER CHECK (quiet_from BETWEEN 0 AND 23),
  quiet_until INTEGER CHECK (quiet_until BETWEEN 0 AND 23),
  critical_breaks_quiet INTEGER NOT NULL,
  digest_hour INTEGER CHECK (digest_hour BETWEEN 0 AND 23),
  PRIMARY KEY (workspace_id, user_id)
) STRICT;
CREATE INDEX notification_preferences_digest ON notification_preferences (workspace_id, user_id) WHERE digest_hour IS NOT NULL;

-- A notification on its way by e-mail. `message_id` names the e-mail that carries it, with others of the same time.
CREATE TABLE notification_deliveries (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  notification_id BLOB NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
  channel TEXT NOT NULL CHECK (channel IN ('email')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unknown')),
  message_id BLOB,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX notification_deliveries_waiting ON notification_deliveries (workspace_id, user_id, state, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX notification_deliveries_last ON notification_deliveries (workspace_id, user_id, ended_at);
CREATE INDEX notification_deliveries_of ON notification_deliveries (notification_id);

-- A link in an e-mail: one member's, for a time, once. Only the hash of its token is kept.
CREATE TABLE notification_links (
  token_hash TEXT NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  href TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX notification_links_expiry ON notification_links (expires_at);

-- When people were last told that many approvals wait.
ALTER TABLE workspaces ADD COLUMN many_waiting_at INTEGER;

-- A member's daily digest of one of their days: the row is what makes it one.
CREATE TABLE digests (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  local_date TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('empty', 'waiting', 'sending', 'sent', 'failed', 'unknown')),
  error TEXT,
  PRIMARY KEY (workspace_id, user_id, local_date)
) STRICT;

-- A webhook may also be told of notices (a JSON list of kinds), as Standard Webhooks or as Slack reads it. After a
-- rotation the old secret signs too until `old_secret_until`. `failing_at`: since when nothing reached it.
ALTER TABLE webhooks ADD COLUMN format TEXT NOT NULL DEFAULT 'standard' CHECK (format IN ('standard', 'slack'));
ALTER TABLE webhooks ADD COLUMN notices TEXT NOT NULL DEFAULT '[]';
ALTER TABLE webhooks ADD COLUMN old_secret TEXT;
ALTER TABLE webhooks ADD COLUMN old_secret_until_at INTEGER;
ALTER TABLE webhooks ADD COLUMN failing_at INTEGER;
ALTER TABLE webhooks ADD COLUMN off_reason TEXT;

-- Notices on their way to a webhook; the id is the message's, the same for every try.
CREATE TABLE webhook_deliveries (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  webhook_id BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  answer TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (workspace_id, webhook_id, id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);
