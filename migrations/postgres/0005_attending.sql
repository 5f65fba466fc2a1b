-- "I am on it": which reviewer looks at an approval, and until when that stands.
ALTER TABLE agent_pending_actions ADD COLUMN attending_by UUID REFERENCES users (id);
ALTER TABLE agent_pending_actions ADD COLUMN attending_name TEXT;
ALTER TABLE agent_pending_actions ADD COLUMN attending_until TIMESTAMPTZ;
