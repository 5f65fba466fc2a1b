-- A browser in which a member gets notifications as web push (RFC 8030). `endpoint` is an address at the browser's push
-- service, which only this server and that browser know; `p256dh` and `auth` encrypt what is sent there (RFC 8291).
-- `failing_at`: since when nothing could be sent. `retry_at`: the service wants nothing before then.
CREATE TABLE push_subscriptions (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  user_id UUID NOT NULL REFERENCES users (id),
  endpoint TEXT NOT NULL,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  browser TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  reached_at TIMESTAMPTZ,
  failing_at TIMESTAMPTZ,
  failure TEXT,
  retry_at TIMESTAMPTZ,
  UNIQUE (workspace_id, user_id, endpoint)
);

-- The kinds that a member also gets as push. Nothing is pushed before they turn it on in a browser; until they choose
-- otherwise it is what they chose for e-mail.
ALTER TABLE notification_preferences ADD COLUMN push TEXT NOT NULL DEFAULT '[]';
UPDATE notification_preferences SET push = email;

-- A delivery may also go to a browser, and goes with it.
ALTER TABLE notification_deliveries DROP CONSTRAINT notification_deliveries_channel_check;
ALTER TABLE notification_deliveries ADD CONSTRAINT notification_deliveries_channel_check CHECK (channel IN ('email', 'push'));
ALTER TABLE notification_deliveries ADD COLUMN subscription_id UUID REFERENCES push_subscriptions (id) ON DELETE CASCADE;
ALTER TABLE notification_deliveries ADD CONSTRAINT notification_deliveries_subscription_check CHECK ((channel = 'push') = (subscription_id IS NOT NULL));
CREATE INDEX notification_deliveries_to ON notification_deliveries (subscription_id, state, ended_at) WHERE subscription_id IS NOT NULL;

-- Beside the key that signs checkpoints, the one by which push services know this installation (RFC 8292).
ALTER TABLE installation_keys DROP CONSTRAINT installation_keys_name_check;
ALTER TABLE installation_keys ADD CONSTRAINT installation_keys_name_check CHECK (name IN ('audit', 'push'));
