//! `notification_deliveries`: notifications on their way out of the program. Several go out in one e-mail, or in one
//! message to a browser, whose id is that of the job that sends it, so that the job finds its own again after a crash.
//! What only concerns browsers is in `push_subscriptions.rs`.

use super::{Conn, StorageError, Ts, Tx};
use crate::domain::ids::{JobId, NotificationId, UserId, WorkspaceId};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// One notification of an e-mail or a push message, as it is now.
#[derive(Debug, FromRow)]
pub struct OutgoingNotification {
    pub id: Uuid,
    pub title: String,
    pub body: String,
    pub count: i64,
    pub href: String,
    pub critical: bool,
    pub created_at: Ts,
}

/// How the sending of a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryEnd {
    Sent,
    /// It did not go out and nobody tries again.
    Failed,
    /// It may have gone out.
    Unknown,
}

impl DeliveryEnd {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl Tx {
    /// Puts a notification on its way by e-mail, unless it waits for that already. `true`: a new one, which needs a
    /// job at `due_at`.
    pub async fn delivery_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        notification: NotificationId,
        due_at: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let (id, now) = (self.id(), self.now());
        let made = self
            .execute(
                sql!(
                    "INSERT INTO notification_deliveries (id, workspace_id, user_id, notification_id, channel, state, ",
                    "due_at, created_at) SELECT $1, $2, $3, $4, 'email', 'waiting', $5, $6 WHERE NOT EXISTS (",
                    "SELECT 1 FROM notification_deliveries WHERE notification_id = $4 AND channel = 'email' ",
                    "AND state = 'waiting' AND message_id IS NULL AND due_at <= $5)"
                ),
                args![id, workspace, user, notification, due_at, now],
            )
            .await?;
        Ok(made == 1)
    }

    /// The swap: everything that is due to this member is on its way in the e-mail of this job. Returns how many.
    pub async fn deliveries_start(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        job: JobId,
    ) -> Result<u64, StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE notification_deliveries SET state = 'sending', message_id = $3, attempts = attempts + 1 ",
                "WHERE workspace_id = $1 AND user_id = $2 AND channel = 'email' AND due_at <= $4 ",
                "AND ((state = 'waiting' AND (message_id IS NULL OR message_id = $3)) ",
                "OR (state = 'sending' AND message_id = $3))"
            ),
            args![workspace, user, job, now],
        )
        .await
    }

    /// The message was refused: what it carries waits for the job's next attempt.
    pub async fn deliveries_wait(
        &mut self,
        workspace: WorkspaceId,
        job: JobId,
        error: &str,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE notification_deliveries SET state = 'waiting', error = $3 ",
                "WHERE workspace_id = $1 AND message_id = $2 AND state = 'sending'"
            ),
            args![workspace, job, error],
        )
        .await?;
        Ok(())
    }

    pub async fn deliveries_end(
        &mut self,
        workspace: WorkspaceId,
        job: JobId,
        end: DeliveryEnd,
        error: Option<&str>,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE notification_deliveries SET state = $3, error = $4, ended_at = $5 ",
                "WHERE workspace_id = $1 AND message_id = $2 AND state IN ('waiting', 'sending')"
            ),
            args![workspace, job, end.as_str(), error, now],
        )
        .await?;
        Ok(())
    }
}

impl Conn {
    /// What the message of this job carries, each once: what is critical first, then the newest. One that grew while an
    /// earlier try failed is in it twice.
    pub async fn deliveries_of(
        &mut self,
        workspace: WorkspaceId,
        job: JobId,
    ) -> Result<Vec<OutgoingNotification>, StorageError> {
        self.fetch_all(
            sql!(
                "SELECT n.id, n.title, n.body, n.count, COALESCE(n.href, '/notifications') AS href, n.critical, ",
                "n.created_at ",
                "FROM notifications n WHERE n.workspace_id = $1 AND n.id IN (",
                "SELECT d.notification_id FROM notification_deliveries d ",
                "WHERE d.workspace_id = $1 AND d.message_id = $2 AND d.state = 'sending') ",
                "ORDER BY n.critical DESC, n.created_at DESC, n.id DESC"
            ),
            args![workspace, job],
        )
        .await
    }

    /// When the last e-mail went to this member.
    pub async fn delivery_last(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let (last,): (Option<Ts>,) = self
            .fetch_one(
                sql!(
                    "SELECT max(ended_at) AS last FROM notification_deliveries ",
                    "WHERE workspace_id = $1 AND user_id = $2 AND channel = 'email' AND state = 'sent'"
                ),
                args![workspace, user],
            )
            .await?;
        Ok(last.map(Into::into))
    }
}
