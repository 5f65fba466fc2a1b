-- People are told of workflows, too.
ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN ('approval_needed', 'approval_waiting', 'approval_expiring', 'many_waiting', 'request_decided', 'outcome', 'team_changed', 'trust', 'webhook_off', 'message', 'workflow'));
ALTER TABLE notices ADD COLUMN execution_id UUID;
