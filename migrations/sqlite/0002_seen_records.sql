-- The records that an action is about, as they were when it was proposed: a reviewer is told what changed since.
ALTER TABLE agent_pending_actions ADD COLUMN seen_records TEXT;
-- What will happen, in words that name those records. Computed by the server, never the requester's words.
ALTER TABLE agent_pending_actions ADD COLUMN sentence TEXT;
