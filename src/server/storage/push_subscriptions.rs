//! `push_subscriptions`: the browsers in which members get notifications, and what of `notification_deliveries` concerns
//! them.

use super::{Conn, StorageError, Ts, Tx};
use crate::domain::ids::{JobId, NotificationId, PushSubscriptionId, UserId, WorkspaceId};
use crate::domain::push::{PushSubscription, SubscribePush, endpoint_hash};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::fmt;
use uuid::Uuid;

#[derive(FromRow)]
struct SubscriptionRow {
    id: Uuid,
    endpoint: String,
    browser: String,
    created_at: Ts,
    reached_at: Option<Ts>,
    failing_at: Option<Ts>,
    failure: Option<String>,
}

impl From<SubscriptionRow> for PushSubscription {
    fn from(row: SubscriptionRow) -> Self {
        // It was checked to be a URL with a host when it was kept.
        let host = row.endpoint.split('/').nth(2).unwrap_or_default();
        Self {
            id: PushSubscriptionId(row.id),
            browser: row.browser,
            service: host.to_owned(),
            endpoint_hash: endpoint_hash(&row.endpoint),
            created_at: row.created_at.into(),
            reached_at: row.reached_at.map(Into::into),
            failing_at: row.failing_at.map(Into::into),
            failure: row.failure,
        }
    }
}

/// Where a message goes, and with which keys.
pub struct PushTarget {
    pub user: UserId,
    pub browser: String,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
    /// Nothing is wanted before.
    pub retry_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for PushTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushTarget").field("browser", &self.browser).finish_non_exhaustive()
    }
}

#[derive(FromRow)]
struct TargetRow {
    user_id: Uuid,
    browser: String,
    endpoint: String,
    p256dh: String,
    auth: String,
    retry_at: Option<Ts>,
}

impl Conn {
    /// The member's, in the order in which they were made. There are only so many.
    pub async fn push_subscriptions(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Vec<PushSubscription>, StorageError> {
        let rows: Vec<SubscriptionRow> = self
            .fetch_all(
                sql!(
                    "SELECT id, endpoint, browser, created_at, reached_at, failing_at, failure ",
                    "FROM push_subscriptions WHERE workspace_id = $1 AND user_id = $2 ORDER BY created_at, id"
                ),
                args![workspace, user],
            )
            .await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// `None` also for another member's.
    pub async fn push_subscription_get(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        id: PushSubscriptionId,
    ) -> Result<Option<PushSubscription>, StorageError> {
        let row: Option<SubscriptionRow> = self
            .fetch_optional(
                sql!(
                    "SELECT id, endpoint, browser, created_at, reached_at, failing_at, failure ",
                    "FROM push_subscriptions WHERE workspace_id = $1 AND user_id = $2 AND id = $3"
                ),
                args![workspace, user, id],
            )
            .await?;
        Ok(row.map(Into::into))
    }

    /// The member's subscription at this endpoint, with the keys and the name that are kept.
    pub async fn push_subscription_at(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        endpoint: &str,
    ) -> Result<Option<(PushSubscriptionId, SubscribePush)>, StorageError> {
        let row: Option<(Uuid, String, String, String)> = self
            .fetch_optional(
                sql!(
                    "SELECT id, p256dh, auth, browser FROM push_subscriptions ",
                    "WHERE workspace_id = $1 AND user_id = $2 AND endpoint = $3"
                ),
                args![workspace, user, endpoint],
            )
            .await?;
        Ok(row.map(|(id, p256dh, auth, browser)| {
            (PushSubscriptionId(id), SubscribePush { endpoint: endpoint.to_owned(), p256dh, auth, browser })
        }))
    }

    /// Where messages to this browser go. `None`: it is not subscribed any more.
    pub async fn push_target(
        &mut self,
        workspace: WorkspaceId,
        id: PushSubscriptionId,
    ) -> Result<Option<PushTarget>, StorageError> {
        let row: Option<TargetRow> = self
            .fetch_optional(
                sql!(
                    "SELECT user_id, browser, endpoint, p256dh, auth, retry_at FROM push_subscriptions ",
                    "WHERE workspace_id = $1 AND id = $2"
                ),
                args![workspace, id],
            )
            .await?;
        Ok(row.map(|row| PushTarget {
            user: UserId(row.user_id),
            browser: row.browser,
            endpoint: row.endpoint,
            p256dh: row.p256dh,
            auth: row.auth,
            retry_at: row.retry_at.map(Into::into),
        }))
    }

    /// When the last notifications went to this browser.
    pub async fn push_delivery_last(
        &mut self,
        workspace: WorkspaceId,
        id: PushSubscriptionId,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let (last,): (Option<Ts>,) = self
            .fetch_one(
                sql!(
                    "SELECT max(ended_at) AS last FROM notification_deliveries ",
                    "WHERE workspace_id = $1 AND subscription_id = $2 AND state = 'sent'"
                ),
                args![workspace, id],
            )
            .await?;
        Ok(last.map(Into::into))
    }
}

impl Tx {
    pub async fn push_subscription_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        new: &SubscribePush,
    ) -> Result<PushSubscriptionId, StorageError> {
        let (id, now) = (PushSubscriptionId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO push_subscriptions (id, workspace_id, user_id, endpoint, p256dh, auth, browser, created_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            ),
            args![id, workspace, user, &new.endpoint, &new.p256dh, &new.auth, &new.browser, now],
        )
        .await?;
        Ok(id)
    }

    /// New keys and a new name for the endpoint that is kept; what failed before says nothing about them.
    pub async fn push_subscription_update(
        &mut self,
        workspace: WorkspaceId,
        id: PushSubscriptionId,
        new: &SubscribePush,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE push_subscriptions SET p256dh = $3, auth = $4, browser = $5, failing_at = NULL, failure = NULL ",
                "WHERE workspace_id = $1 AND id = $2"
            ),
            args![workspace, id, &new.p256dh, &new.auth, &new.browser],
        )
        .await?;
        Ok(())
    }

    /// What is on its way to it goes too. `false`: it is gone already.
    pub async fn push_subscription_delete(
        &mut self,
        workspace: WorkspaceId,
        id: PushSubscriptionId,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!("DELETE FROM push_subscriptions WHERE workspace_id = $1 AND id = $2"),
                args![workspace, id],
            )
            .await?;
        Ok(deleted == 1)
    }

    /// Its push service took something.
    pub async fn push_reached(
        &mut self,
        workspace: WorkspaceId,
        id: PushSubscriptionId,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE push_subscriptions SET reached_at = $3, failing_at = NULL, failure = NULL, retry_at = NULL ",
                "WHERE workspace_id = $1 AND id = $2"
            ),
            args![workspace, id, now],
        )
        .await?;
        Ok(())
    }

    /// Its push service took nothing, said `failure`, and wants nothing before `retry_at`.
    pub async fn push_missed(
        &mut self,
        workspace: WorkspaceId,
        id: PushSubscriptionId,
        failure: &str,
        retry_at: Option<DateTime<Utc>>,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE push_subscriptions SET failing_at = COALESCE(failing_at, $3), failure = $4, retry_at = $5 ",
                "WHERE workspace_id = $1 AND id = $2"
            ),
            args![workspace, id, now, failure, retry_at],
        )
        .await?;
        Ok(())
    }

    /// Puts a notification on its way to a browser, unless it waits for that already. `true`: a new one, which needs a
    /// job at `due_at`.
    pub async fn push_delivery_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        notification: NotificationId,
        subscription: PushSubscriptionId,
        due_at: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let (id, now) = (self.id(), self.now());
        let made = self
            .execute(
                sql!(
                    "INSERT INTO notification_deliveries (id, workspace_id, user_id, notification_id, channel, ",
                    "subscription_id, state, due_at, created_at) SELECT $1, $2, $3, $4, 'push', $7, 'waiting', $5, $6 ",
                    "WHERE NOT EXISTS (SELECT 1 FROM notification_deliveries WHERE notification_id = $4 ",
                    "AND channel = 'push' AND subscription_id = $7 AND state = 'waiting' AND message_id IS NULL ",
                    "AND due_at <= $5)"
                ),
                args![id, workspace, user, notification, due_at, now, subscription],
            )
            .await?;
        Ok(made == 1)
    }

    /// The swap: everything that is due to this browser is on its way in the message of this job. Returns how many.
    pub async fn push_deliveries_start(
        &mut self,
        workspace: WorkspaceId,
        subscription: PushSubscriptionId,
        job: JobId,
    ) -> Result<u64, StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE notification_deliveries SET state = 'sending', message_id = $3, attempts = attempts + 1 ",
                "WHERE workspace_id = $1 AND subscription_id = $2 AND due_at <= $4 ",
                "AND ((state = 'waiting' AND (message_id IS NULL OR message_id = $3)) ",
                "OR (state = 'sending' AND message_id = $3))"
            ),
            args![workspace, subscription, job, now],
        )
        .await
    }
}
