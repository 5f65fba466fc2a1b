-- A person may turn single-key shortcuts off (WCAG 2.1.4).
ALTER TABLE users ADD COLUMN shortcuts INTEGER NOT NULL DEFAULT 1;
