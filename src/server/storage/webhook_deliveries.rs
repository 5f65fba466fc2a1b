//! `webhook_deliveries`: notices on their way to webhooks, and what came of each.

use super::read::{At, all};
use super::{Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{WebhookDeliveryId, WebhookId, WorkspaceId};
use crate::domain::notification::NoticeKind;
use crate::domain::webhook::WebhookDelivery;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct DeliveryRow {
    id: Uuid,
    kind: String,
    title: String,
    state: String,
    attempts: i64,
    next_at: Option<Ts>,
    answer: Option<String>,
    created_at: Ts,
    ended_at: Option<Ts>,
}

impl TryFrom<DeliveryRow> for WebhookDelivery {
    type Error = CorruptRow;

    fn try_from(row: DeliveryRow) -> Result<Self, CorruptRow> {
        let at = At { table: "webhook_deliveries", row: row.id };
        Ok(Self {
            id: WebhookDeliveryId(row.id),
            kind: at.word("kind", &row.kind)?,
            title: row.title,
            state: at.word("state", &row.state)?,
            attempts: row.attempts,
            next_at: row.next_at.map(Into::into),
            answer: row.answer,
            created_at: row.created_at.into(),
            ended_at: row.ended_at.map(Into::into),
        })
    }
}

/// One try.
#[derive(Debug)]
pub struct Delivering {
    pub webhook: WebhookId,
    pub payload: String,
    /// Which try this is, from 1.
    pub attempt: i64,
}

impl Conn {
    /// The newest first, from before `before`.
    pub async fn webhook_delivery_list(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
        before: Uuid,
        limit: u32,
    ) -> Result<Vec<WebhookDelivery>, StorageError> {
        let rows: Vec<DeliveryRow> = self
            .fetch_all(
                sql!(
                    "SELECT id, kind, title, state, attempts, next_at, answer, created_at, ended_at ",
                    "FROM webhook_deliveries WHERE workspace_id = $1 AND webhook_id = $2 AND id < $3 ",
                    "ORDER BY id DESC LIMIT $4"
                ),
                args![workspace, webhook, before, i64::from(limit)],
            )
            .await?;
        Ok(all(rows)?)
    }

    /// One of them, with its webhook.
    pub async fn webhook_delivery_get(
        &mut self,
        workspace: WorkspaceId,
        id: WebhookDeliveryId,
    ) -> Result<Option<(WebhookId, WebhookDelivery)>, StorageError> {
        let Some((webhook,)): Option<(Uuid,)> = self
            .fetch_optional(
                sql!("SELECT webhook_id FROM webhook_deliveries WHERE workspace_id = $1 AND id = $2"),
                args![workspace, id],
            )
            .await?
        else {
            return Ok(None);
        };
        let row: DeliveryRow = self
            .fetch_one(
                sql!(
                    "SELECT id, kind, title, state, attempts, next_at, answer, created_at, ended_at ",
                    "FROM webhook_deliveries WHERE workspace_id = $1 AND id = $2"
                ),
                args![workspace, id],
            )
            .await?;
        Ok(Some((WebhookId(webhook), row.try_into()?)))
    }
}

impl Tx {
    pub async fn webhook_delivery_insert(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
        kind: NoticeKind,
        title: &str,
        payload: &str,
    ) -> Result<WebhookDeliveryId, StorageError> {
        let (id, now) = (WebhookDeliveryId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO webhook_deliveries (id, workspace_id, webhook_id, kind, title, payload, state, next_at, ",
                "created_at) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $7)"
            ),
            args![id, workspace, webhook, kind.as_str(), title, payload, now],
        )
        .await?;
        Ok(id)
    }

    /// The swap before a call. `None`: it is over, or not there any more.
    pub async fn webhook_delivery_start(
        &mut self,
        workspace: WorkspaceId,
        id: WebhookDeliveryId,
    ) -> Result<Option<Delivering>, StorageError> {
        let row: Option<(Uuid, String, i64)> = self
            .fetch_optional(
                sql!(
                    "UPDATE webhook_deliveries SET state = 'sending', attempts = attempts + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND state IN ('waiting', 'sending') ",
                    "RETURNING webhook_id, payload, attempts"
                ),
                args![workspace, id],
            )
            .await?;
        Ok(row.map(|(webhook, payload, attempt)| Delivering {
            webhook: WebhookId(webhook),
            payload,
            attempt,
        }))
    }

    pub async fn webhook_delivery_done(
        &mut self,
        workspace: WorkspaceId,
        id: WebhookDeliveryId,
        answer: &str,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE webhook_deliveries SET state = 'delivered', answer = $3, next_at = NULL, ended_at = $4 ",
                "WHERE workspace_id = $1 AND id = $2"
            ),
            args![workspace, id, answer, now],
        )
        .await?;
        Ok(())
    }

    /// A try that did not succeed; without `next_at` it was the last.
    pub async fn webhook_delivery_failed(
        &mut self,
        workspace: WorkspaceId,
        id: WebhookDeliveryId,
        answer: &str,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StorageError> {
        let (state, ended_at) =
            if next_at.is_some() { ("waiting", None) } else { ("failed", Some(self.now())) };
        self.execute(
            sql!(
                "UPDATE webhook_deliveries SET state = $3, answer = $4, next_at = $5, ended_at = $6 ",
                "WHERE workspace_id = $1 AND id = $2 AND state IN ('waiting', 'sending')"
            ),
            args![workspace, id, state, answer, next_at, ended_at],
        )
        .await?;
        Ok(())
    }

    /// Lets an ended delivery be tried from the beginning. `false`: it is not over.
    pub async fn webhook_delivery_restart(
        &mut self,
        workspace: WorkspaceId,
        id: WebhookDeliveryId,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_at = $3, ended_at = NULL ",
                    "WHERE workspace_id = $1 AND id = $2 AND state IN ('delivered', 'failed')"
                ),
                args![workspace, id, now],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Something reached the webhook.
    pub async fn webhook_reached(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE webhooks SET failing_at = NULL ",
                "WHERE workspace_id = $1 AND id = $2 AND failing_at IS NOT NULL"
            ),
            args![workspace, webhook],
        )
        .await?;
        Ok(())
    }

    /// Nothing reached it. Returns since when that is so.
    pub async fn webhook_missed(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let now = self.now();
        let row: Option<(Ts,)> = self
            .fetch_optional(
                sql!(
                    "UPDATE webhooks SET failing_at = COALESCE(failing_at, $3) WHERE workspace_id = $1 AND id = $2 ",
                    "RETURNING failing_at"
                ),
                args![workspace, webhook, now],
            )
            .await?;
        Ok(row.map(|(since,)| since.0))
    }

    /// Switches a webhook off because of `reason`; its name. `None`: it is off already.
    pub async fn webhook_switch_off(
        &mut self,
        workspace: WorkspaceId,
        webhook: WebhookId,
        reason: &str,
    ) -> Result<Option<String>, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(
                sql!(
                    "UPDATE webhooks SET enabled = FALSE, off_reason = $3, failing_at = NULL, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND enabled RETURNING name"
                ),
                args![workspace, webhook, reason],
            )
            .await?;
        Ok(row.map(|(name,)| name))
    }
}
