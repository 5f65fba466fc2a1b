//! Webhooks and their secrets.

use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{WebhookId, WorkspaceId};
use crate::domain::webhook::{Webhook, WebhookFormat};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct WebhookRow {
    id: Uuid,
    name: String,
    url: String,
    enabled: bool,
    version: i64,
    created_at: Ts,
    format: String,
    notices: String,
    off_reason: Option<String>,
    old_secret_until_at: Option<Ts>,
}

impl TryFrom<WebhookRow> for Webhook {
    type Error = CorruptRow;

    fn try_from(row: WebhookRow) -> Result<Self, CorruptRow> {
        let at = At { table: "webhooks", row: row.id };
        Ok(Self {
            id: WebhookId(row.id),
            name: row.name,
            url: row.url,
            enabled: row.enabled,
            version: row.version,
            created_at: row.created_at.into(),
            format: at.word("format", &row.format)?,
            notices: at.json("notices", &row.notices)?,
            off_reason: row.off_reason,
            old_secret_until: row.old_secret_until_at.map(Into::into),
        })
    }
}

/// Where an enabled webhook goes and what signs it.
#[derive(Debug, FromRow)]
pub struct WebhookTarget {
    pub url: String,
    pub secret: String,
    pub old_secret: Option<String>,
}

impl Conn {
    /// By name, from after `after`.
    pub async fn webhook_list(
        &mut self,
        workspace: WorkspaceId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Webhook>, StorageError> {
        let rows: Vec<WebhookRow> = self
            .fetch_all(
                sql!(
                    "SELECT id, name, url, enabled, version, created_at, format, notices, off_reason, ",
                    "old_secret_until_at FROM webhooks ",
                    "WHERE workspace_id = $1 AND name > $2 ORDER BY name LIMIT $3"
                ),
                args![workspace, after, i64::from(limit)],
            )
            .await?;
        Ok(all(rows)?)
    }

    pub async fn webhook_get(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
    ) -> Result<Option<Webhook>, StorageError> {
        let row: Option<WebhookRow> = self
            .fetch_optional(
                sql!(
                    "SELECT id, name, url, enabled, version, created_at, format, notices, off_reason, ",
                    "old_secret_until_at FROM webhooks ",
                    "WHERE workspace_id = $1 AND id = $2"
                ),
                args![workspace, webhook],
            )
            .await?;
        Ok(row.map(Webhook::try_from).transpose()?)
    }

    /// The key that signs what is sent to a webhook, as it was shown: `whsec_…`.
    pub async fn webhook_secret(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
    ) -> Result<Option<String>, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(
                sql!("SELECT secret FROM webhooks WHERE workspace_id = $1 AND id = $2"),
                args![workspace, webhook],
            )
            .await?;
        Ok(row.map(|(secret,)| secret))
    }

    /// Where an enabled webhook goes and what signs it at this time.
    pub async fn webhook_target(
        &mut self,
        workspace: WorkspaceId,
        id: WebhookId,
        now: DateTime<Utc>,
    ) -> Result<Option<WebhookTarget>, StorageError> {
        self.fetch_optional(
            sql!(
                "SELECT url, secret, CASE WHEN old_secret_until_at > $3 THEN old_secret END AS old_secret ",
                "FROM webhooks WHERE workspace_id = $1 AND id = $2 AND enabled"
            ),
            args![workspace, id, now],
        )
        .await
    }

    /// The enabled webhooks that get notices.
    pub async fn webhooks_noticed(&mut self, workspace: WorkspaceId) -> Result<Vec<Webhook>, StorageError> {
        let rows: Vec<WebhookRow> = self
            .fetch_all(
                sql!(
                    "SELECT id, name, url, enabled, version, created_at, format, notices, off_reason, ",
                    "old_secret_until_at FROM webhooks WHERE workspace_id = $1 AND enabled AND notices <> '[]'"
                ),
                args![workspace],
            )
            .await?;
        Ok(all(rows)?)
    }

    /// An action type of the workspace's own that this webhook performs.
    pub async fn webhook_user(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
    ) -> Result<Option<String>, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(
                sql!(
                    "SELECT name FROM action_types WHERE workspace_id = $1 AND webhook_id = $2 ",
                    "ORDER BY name LIMIT 1"
                ),
                args![workspace, webhook],
            )
            .await?;
        Ok(row.map(|(name,)| name))
    }
}

impl Tx {
    /// Fails with a unique violation when the name is taken.
    pub async fn webhook_insert(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
        url: &str,
        secret: &str,
    ) -> Result<Webhook, StorageError> {
        let (id, now) = (WebhookId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO webhooks (id, workspace_id, name, url, secret, created_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            args![id, workspace, name, url, secret, now],
        )
        .await?;
        Ok(Webhook {
            id,
            name: name.to_owned(),
            url: url.to_owned(),
            enabled: true,
            version: 1,
            created_at: now,
            format: WebhookFormat::default(),
            notices: Vec::new(),
            off_reason: None,
            old_secret_until: None,
        })
    }

    /// Writes what may change. `false`: the version is no longer the one that was read.
    pub async fn webhook_update(
        &mut self,
        workspace: WorkspaceId,
        webhook: &Webhook,
    ) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                sql!(
                    "UPDATE webhooks SET name = $4, url = $5, enabled = $6, format = $7, notices = $8, ",
                    "off_reason = $9, failing_at = CASE WHEN $6 THEN failing_at ELSE NULL END, ",
                    "version = version + 1 WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![
                    workspace,
                    webhook.id,
                    webhook.version,
                    &webhook.name,
                    &webhook.url,
                    webhook.enabled,
                    webhook.format.as_str(),
                    Arg::json(&webhook.notices),
                    webhook.off_reason.as_ref()
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Gives it a new secret; the old one signs too until `until`. `false`: the version has changed.
    pub async fn webhook_rotate(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
        version: i64,
        secret: &str,
        until: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                sql!(
                    "UPDATE webhooks SET old_secret = secret, old_secret_until_at = $5, secret = $4, ",
                    "version = version + 1 WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![workspace, webhook, version, secret, until],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Fails with a foreign key violation when an action type names it. `false`: the version has changed.
    pub async fn webhook_delete(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
        version: i64,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!("DELETE FROM webhooks WHERE workspace_id = $1 AND id = $2 AND version = $3"),
                args![workspace, webhook, version],
            )
            .await?;
        Ok(deleted == 1)
    }
}
