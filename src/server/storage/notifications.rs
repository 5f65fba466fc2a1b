//! `notifications` and what their members want: a member's own, and nobody else's.

use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{NotificationId, UserId, WorkspaceId};
use crate::domain::member::Role;
use crate::domain::notification::{NoticeKind, Notification, NotificationPreferences, QuietHours};
use crate::{args, sql};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// Unread ones are counted up to here.
const COUNTED: i64 = 100;

#[derive(FromRow)]
struct NotificationRow {
    id: Uuid,
    kind: String,
    title: String,
    body: String,
    count: i64,
    href: Option<String>,
    subject_id: Option<Uuid>,
    critical: bool,
    created_at: Ts,
    read_at: Option<Ts>,
}

impl TryFrom<NotificationRow> for Notification {
    type Error = CorruptRow;

    fn try_from(row: NotificationRow) -> Result<Self, CorruptRow> {
        let kind: NoticeKind = At { table: "notifications", row: row.id }.word("kind", &row.kind)?;
        Ok(Self {
            id: NotificationId(row.id),
            kind,
            title: row.title,
            body: row.body,
            count: row.count,
            // Rows from before there were addresses are about an approval.
            href: row.href.unwrap_or_else(|| match row.subject_id {
                Some(approval) => format!("/approvals/{approval}"),
                None => kind.place().to_owned(),
            }),
            critical: row.critical,
            created_at: row.created_at.into(),
            read_at: row.read_at.map(Into::into),
        })
    }
}

/// A notification before it is written.
#[derive(Clone, Debug)]
pub struct NewNotification<'a> {
    pub kind: NoticeKind,
    pub title: &'a str,
    pub body: &'a str,
    pub count: i64,
    pub href: &'a str,
    pub subject: Option<Uuid>,
    pub critical: bool,
    /// Whether the member wants to see it on the page.
    pub in_app: bool,
}

/// A member who may be told something.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub user: UserId,
    pub role: Role,
    pub email: String,
    pub preferences: NotificationPreferences,
    /// Nobody sends mail to the people of the example workspace.
    pub demo: bool,
    /// Whether they turned push on in one.
    pub has_browser: bool,
}

#[derive(FromRow)]
struct RecipientRow {
    user_id: Uuid,
    role: String,
    email_address: String,
    demo: bool,
    time_zone: Option<String>,
    in_app: Option<String>,
    email: Option<String>,
    push: Option<String>,
    quiet_from: Option<i64>,
    quiet_until: Option<i64>,
    critical_breaks_quiet: Option<bool>,
    digest_hour: Option<i64>,
    has_browser: bool,
}

impl TryFrom<RecipientRow> for Recipient {
    type Error = CorruptRow;

    fn try_from(row: RecipientRow) -> Result<Self, CorruptRow> {
        let at = At { table: "notification_preferences", row: row.user_id };
        let kept = match (&row.in_app, &row.email, &row.push, row.critical_breaks_quiet) {
            (Some(in_app), Some(email), Some(push), Some(critical_breaks_quiet)) => NotificationPreferences {
                in_app: at.json("in_app", in_app)?,
                email: at.json("email", email)?,
                push: at.json("push", push)?,
                quiet: row.quiet_from.zip(row.quiet_until).map(|(from, until)| QuietHours { from, until }),
                critical_breaks_quiet,
                digest_hour: row.digest_hour,
                time_zone: None,
            },
            _ => NotificationPreferences::default(),
        };
        Ok(Self {
            user: UserId(row.user_id),
            role: At { table: "members", row: row.user_id }.word("role", &row.role)?,
            email: row.email_address,
            preferences: NotificationPreferences { time_zone: row.time_zone, ..kept },
            demo: row.demo,
            has_browser: row.has_browser,
        })
    }
}

impl Conn {
    /// The newest first, from before `before`.
    pub async fn notification_list(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        unread_only: bool,
        before: (DateTime<Utc>, Uuid),
        limit: u32,
    ) -> Result<Vec<Notification>, StorageError> {
        let sql = if unread_only {
            sql!(
                "SELECT id, kind, title, body, count, href, subject_id, critical, created_at, read_at ",
                "FROM notifications WHERE workspace_id = $1 AND user_id = $2 AND in_app = TRUE AND read_at IS NULL ",
                "AND (created_at, id) < ($3, $4) ORDER BY created_at DESC, id DESC LIMIT $5"
            )
        } else {
            sql!(
                "SELECT id, kind, title, body, count, href, subject_id, critical, created_at, read_at ",
                "FROM notifications WHERE workspace_id = $1 AND user_id = $2 AND in_app = TRUE ",
                "AND (created_at, id) < ($3, $4) ORDER BY created_at DESC, id DESC LIMIT $5"
            )
        };
        let rows: Vec<NotificationRow> =
            self.fetch_all(sql, args![workspace, user, before.0, before.1, i64::from(limit)]).await?;
        Ok(all(rows)?)
    }

    /// How many the member has not read, at most 100.
    pub async fn notification_count_unread(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                sql!(
                    "SELECT COUNT(*) FROM (SELECT 1 FROM notifications WHERE workspace_id = $1 AND user_id = $2 ",
                    "AND in_app = TRUE AND read_at IS NULL LIMIT $3) AS counted"
                ),
                args![workspace, user, COUNTED],
            )
            .await?;
        Ok(count)
    }

    /// Every member who may enter, with what they want to hear of.
    pub async fn recipients(&mut self, workspace: WorkspaceId) -> Result<Vec<Recipient>, StorageError> {
        let rows: Vec<RecipientRow> = self
            .fetch_all(
                sql!(
                    "SELECT m.user_id, m.role, u.email AS email_address, w.demo, u.time_zone, p.in_app, p.email, ",
                    "p.push, p.quiet_from, p.quiet_until, p.critical_breaks_quiet, p.digest_hour, ",
                    "EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.workspace_id = m.workspace_id ",
                    "AND s.user_id = m.user_id) AS has_browser FROM members m ",
                    "JOIN users u ON u.id = m.user_id JOIN workspaces w ON w.id = m.workspace_id ",
                    "LEFT JOIN notification_preferences p ON p.workspace_id = m.workspace_id ",
                    "AND p.user_id = m.user_id ",
                    "WHERE m.workspace_id = $1 AND m.disabled_at IS NULL ORDER BY m.user_id"
                ),
                args![workspace],
            )
            .await?;
        Ok(all(rows)?)
    }

    /// One of [`Conn::recipients`].
    pub async fn recipient(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Option<Recipient>, StorageError> {
        let row: Option<RecipientRow> = self
            .fetch_optional(
                sql!(
                    "SELECT m.user_id, m.role, u.email AS email_address, w.demo, u.time_zone, p.in_app, p.email, ",
                    "p.push, p.quiet_from, p.quiet_until, p.critical_breaks_quiet, p.digest_hour, ",
                    "EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.workspace_id = m.workspace_id ",
                    "AND s.user_id = m.user_id) AS has_browser FROM members m ",
                    "JOIN users u ON u.id = m.user_id JOIN workspaces w ON w.id = m.workspace_id ",
                    "LEFT JOIN notification_preferences p ON p.workspace_id = m.workspace_id ",
                    "AND p.user_id = m.user_id ",
                    "WHERE m.workspace_id = $1 AND m.user_id = $2 AND m.disabled_at IS NULL"
                ),
                args![workspace, user],
            )
            .await?;
        Ok(row.map(Recipient::try_from).transpose()?)
    }

    /// A member's newest unread notification of a kind, not older than `since`, with its lines: what more of the same
    /// is added to. Locked on PostgreSQL by being changed next.
    pub async fn notification_open(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        kind: NoticeKind,
        since: DateTime<Utc>,
    ) -> Result<Option<(NotificationId, i64, String)>, StorageError> {
        let row: Option<(Uuid, i64, String)> = self
            .fetch_optional(
                sql!(
                    "SELECT id, count, body FROM notifications WHERE workspace_id = $1 AND user_id = $2 ",
                    "AND kind = $3 AND read_at IS NULL AND created_at >= $4 ",
                    "ORDER BY created_at DESC, id DESC LIMIT 1"
                ),
                args![workspace, user, kind.as_str(), since],
            )
            .await?;
        Ok(row.map(|(id, count, body)| (NotificationId(id), count, body)))
    }

    /// Where a link of an e-mail leads, and until when; of this member, whether or not it was used.
    pub async fn notification_link(
        &mut self,
        user: UserId,
        token_hash: &str,
    ) -> Result<Option<StoredLink>, StorageError> {
        let row: Option<(Uuid, String, Ts, Option<Ts>)> = self
            .fetch_optional(
                sql!(
                    "SELECT workspace_id, href, expires_at, used_at FROM notification_links ",
                    "WHERE token_hash = $1 AND user_id = $2"
                ),
                args![token_hash, user],
            )
            .await?;
        Ok(row.map(|(workspace, href, expires_at, used_at)| StoredLink {
            workspace: WorkspaceId(workspace),
            href,
            expires_at: expires_at.into(),
            used_at: used_at.map(Into::into),
        }))
    }
}

/// A link of an e-mail.
#[derive(Clone, Debug)]
pub struct StoredLink {
    pub workspace: WorkspaceId,
    pub href: String,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

impl Tx {
    pub async fn notification_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        new: &NewNotification<'_>,
    ) -> Result<NotificationId, StorageError> {
        let (id, now) = (NotificationId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO notifications (id, workspace_id, user_id, kind, title, body, subject_id, count, href, ",
                "in_app, critical, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            ),
            args![
                id,
                workspace,
                user,
                new.kind.as_str(),
                new.title,
                new.body,
                new.subject,
                new.count,
                new.href,
                new.in_app,
                new.critical,
                now
            ],
        )
        .await?;
        Ok(id)
    }

    /// Makes a notification about more of the same. `false`: it was read meanwhile.
    pub async fn notification_grow(
        &mut self,
        workspace: WorkspaceId,
        id: NotificationId,
        new: &NewNotification<'_>,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE notifications SET title = $3, body = $4, count = $5, href = $6, subject_id = NULL, ",
                    "critical = CASE WHEN $7 THEN TRUE ELSE critical END, created_at = $8 ",
                    "WHERE workspace_id = $1 AND id = $2 AND read_at IS NULL"
                ),
                args![workspace, id, new.title, new.body, new.count, new.href, new.critical, now],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Marks what a member has read; returns how many were unread. Ids of others are as if they were not there.
    pub async fn notifications_read(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        ids: &[NotificationId],
    ) -> Result<u64, StorageError> {
        let sql = self.dialect(
            sql!(
                "UPDATE notifications SET read_at = $3 WHERE workspace_id = $1 AND user_id = $2 ",
                "AND read_at IS NULL AND id IN (SELECT unhex(value) FROM json_each($4))"
            ),
            sql!(
                "UPDATE notifications SET read_at = $3 WHERE workspace_id = $1 AND user_id = $2 ",
                "AND read_at IS NULL ",
                "AND id IN (SELECT CAST(value AS UUID) FROM jsonb_array_elements_text(CAST($4 AS JSONB)) AS value)"
            ),
        );
        let now = self.now();
        self.execute(sql, args![workspace, user, now, Arg::ids(ids.iter().copied())]).await
    }

    pub async fn notifications_read_all(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<u64, StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE notifications SET read_at = $3 ",
                "WHERE workspace_id = $1 AND user_id = $2 AND read_at IS NULL AND in_app = TRUE"
            ),
            args![workspace, user, now],
        )
        .await
    }

    pub async fn notification_preferences_set(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        wanted: &NotificationPreferences,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "INSERT INTO notification_preferences (workspace_id, user_id, in_app, email, push, quiet_from, ",
                "quiet_until, critical_breaks_quiet, digest_hour) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ",
                "ON CONFLICT (workspace_id, user_id) DO UPDATE SET in_app = EXCLUDED.in_app, email = EXCLUDED.email, ",
                "push = EXCLUDED.push, quiet_from = EXCLUDED.quiet_from, quiet_until = EXCLUDED.quiet_until, ",
                "critical_breaks_quiet = EXCLUDED.critical_breaks_quiet, digest_hour = EXCLUDED.digest_hour"
            ),
            args![
                workspace,
                user,
                Arg::json(&wanted.in_app),
                Arg::json(&wanted.email),
                Arg::json(&wanted.push),
                wanted.quiet.map(|quiet| quiet.from),
                wanted.quiet.map(|quiet| quiet.until),
                wanted.critical_breaks_quiet,
                wanted.digest_hour
            ],
        )
        .await?;
        Ok(())
    }

    /// A link for one member, under the hash of its token.
    pub fn notification_link_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        token_hash: &str,
        href: &str,
        lasts: TimeDelta,
    ) {
        let until = self.now() + lasts;
        self.at_commit(
            sql!(
                "INSERT INTO notification_links (token_hash, workspace_id, user_id, href, expires_at) ",
                "VALUES ($1, $2, $3, $4, $5)"
            ),
            args![token_hash, workspace, user, href, until],
        );
    }

    /// Uses a link up. `false`: it was used before, or its time is over.
    pub async fn notification_link_use(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        token_hash: &str,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let used = self
            .execute(
                sql!(
                    "UPDATE notification_links SET used_at = $4 WHERE token_hash = $3 AND workspace_id = $1 ",
                    "AND user_id = $2 AND used_at IS NULL AND expires_at > $4"
                ),
                args![workspace, user, token_hash, now],
            )
            .await?;
        Ok(used == 1)
    }
}
