-- A browser in which a member gets notifications as web push (RFC 8030). `endpoint` is an address at the browser's push
-- service, which only this server and that browser know; `p256dh` and `auth` encrypt what is sent there (RFC 8291).
-- `failing_at`: since when nothing could be sent. `retry_at`: the service wants nothing before then.
CREATE TABLE push_subscriptions (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  endpoint TEXT NOT NULL,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  browser TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  reached_at INTEGER,
  failing_at INTEGER,
  failure TEXT,
  retry_at INTEGER,
  UNIQUE (workspace_id, user_id, endpoint)
) STRICT;

-- The kinds that a member also gets as push. Nothing is pushed before they turn it on in a browser; until they choose
-- otherwise it is what they chose for e-mail.
ALTER TABLE notification_preferences ADD COLUMN push TEXT NOT NULL DEFAULT '[]';
UPDATE notification_preferences SET push = email;

-- The table anew: a delivery may also go to a browser, and goes with it.
CREATE TABLE notification_deliveries_and_push (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  notification_id BLOB NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
  channel TEXT NOT NULL CHECK (channel IN ('email', 'push')),
  subscription_id BLOB REFERENCES push_subscriptions (id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unknown')),
  message_id BLOB,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  CHECK ((channel = 'push') = (subscription_id IS NOT NULL))
) STRICT;
INSERT INTO notification_deliveries_and_push (id, workspace_id, user_id, notification_id, channel, state, message_id, due_at, attempts, error, created_at, ended_at)
  SELECT id, workspace_id, user_id, notification_id, channel, state, message_id, due_at, attempts, error, created_at, ended_at FROM notification_deliveries;
DROP TABLE notification_deliveries;
ALTER TABLE notification_deliveries_and_push RENAME TO notification_deliveries;
CREATE INDEX notification_deliveries_waiting ON notification_deliveries (workspace_id, user_id, state, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX notification_deliveries_last ON notification_deliveries (workspace_id, user_id, ended_at);
CREATE INDEX notification_deliveries_of ON notification_deliveries (notification_id);
CREATE INDEX notification_deliveries_to ON notification_deliveries (subscription_id, state, ended_at) WHERE subscription_id IS NOT NULL;

-- Beside the key that signs checkpoints, the one by which push services know this installation (RFC 8292).
CREATE TABLE installation_keys_and_push (
  name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('audit', 'push')),
  secret_key TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO installation_keys_and_push (name, secret_key, created_at) SELECT name, secret_key, created_at FROM installation_keys;
DROP TABLE installation_keys;
ALTER TABLE installation_keys_and_push RENAME TO installation_keys;
