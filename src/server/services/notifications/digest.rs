//! The daily digest: one e-mail for each of a member's days, at their hour, whatever the number of nodes and whatever
//! the clocks of their zone do. Its row is claimed in the transaction that enqueues the e-mail.

use super::digest_text::{self, DigestLinks};
use super::{links, times};
use crate::domain::ids::{UserId, WorkspaceId};
use crate::domain::notification::NotificationPreferences;
use crate::server::actions::outside::Delivery;
use crate::server::actions::perform::Executors;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::storage::digests::{DigestSpan, Subscriber};
use crate::server::storage::jobs::Job;
use crate::server::storage::notices::QUEUE_NOTICES;
use crate::server::storage::{Db, NewJob, StorageError, Tx};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Sends one digest.
pub const SEND: &str = "digest.send";
/// A digest goes on where the last one ended, but for one that is older than this; then it is of one day.
const LONGEST: TimeDelta = TimeDelta::days(3);
const PAGE: i64 = 200;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfDay {
    user_id: UserId,
    day: NaiveDate,
}

/// Claims every digest that is due, and enqueues those that have something to tell.
pub(super) async fn digests_due(db: &Db) -> Result<(), StorageError> {
    let mut after = (WorkspaceId(Uuid::nil()), UserId(Uuid::nil()));
    loop {
        let page = db.read().await?.digest_subscribers(after, PAGE).await?;
        let now = db.now().await?;
        for one in &page {
            if let Some(span) = span(one, now) {
                claim(db, one, span).await?;
            }
        }
        match page.last() {
            Some(last) => after = (last.workspace, last.user),
            None => return Ok(()),
        }
    }
}

/// The digest of the member's present day, once its hour has come and unless there was one.
fn span(of: &Subscriber, now: DateTime<Utc>) -> Option<DigestSpan> {
    let preferences =
        NotificationPreferences { time_zone: of.time_zone.clone(), ..NotificationPreferences::default() };
    let zone = times::zone(&preferences);
    let day = now.with_timezone(&zone).date_naive();
    let until = times::hour_of(day, of.hour, zone).filter(|at| *at <= now)?;
    let from = match &of.last {
        // Dates are written so that their text sorts as they do.
        Some((last, _)) if *last >= day.to_string() => return None,
        Some((_, ended)) if *ended >= until - LONGEST => *ended,
        _ => until - TimeDelta::days(1),
    };
    Some(DigestSpan { day, from, until })
}

async fn claim(db: &Db, of: &Subscriber, span: DigestSpan) -> Result<(), StorageError> {
    let (workspace, user) = (of.workspace, of.user);
    let mut tx = db.begin().await?;
    if !tx.digest_insert(workspace, user, span).await? {
        return Ok(());
    }
    let counts = tx.digest_counts(workspace, span.from, span.until).await?;
    if counts.is_empty() && tx.digest_waiting(workspace).await?.is_empty() {
        tx.digest_set(workspace, user, span.day, "empty", None).await?;
        return tx.commit().await;
    }
    let now = tx.now();
    tx.enqueue(NewJob {
        workspace_id: workspace,
        queue: QUEUE_NOTICES,
        kind: SEND,
        payload: json!(OfDay { user_id: user, day: span.day }),
        priority: 0,
        run_at: now,
        max_attempts: 20,
        dedupe_key: None,
    });
    tx.commit().await
}

pub struct SendDigest {
    pub executors: Executors,
}

#[async_trait]
impl Handler for SendDigest {
    fn kind(&self) -> &'static str {
        SEND
    }

    /// On its way, commit, send, record; as the e-mails of notifications.
    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let OfDay { user_id, day } = job.payload()?;
        let workspace = job.workspace_id;
        let mut tx = cx.db().begin().await?;
        let (Some(span), Some(person)) =
            (tx.digest_span(workspace, user_id, day).await?, tx.recipient(workspace, user_id).await?)
        else {
            return Ok(Done::Finish);
        };
        let counts = tx.digest_counts(workspace, span.from, span.until).await?;
        let waiting = tx.digest_waiting(workspace).await?;
        let name = tx.workspace_get(workspace).await?.map(|found| found.name).unwrap_or_default();
        let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let trail = format!("/audit?from={}&to={}", stamp(span.from), stamp(span.until));
        let base = &self.executors.public_url;
        let links = DigestLinks {
            queue: format!("{base}{}", links::make(&mut tx, workspace, user_id, "/approvals")?),
            trail: format!("{base}{}", links::make(&mut tx, workspace, user_id, &trail)?),
            settings: format!("{base}/settings/notifications"),
        };
        let zone = times::zone(&person.preferences);
        let (from, until) = (times::on_the_wall(span.from, zone), times::on_the_wall(span.until, zone));
        let sections = digest_text::sections(&counts, &waiting);
        let letter =
            digest_text::letter(&person.email, &name, day, &format!("{from} to {until}"), &sections, links);
        tx.digest_set(workspace, user_id, day, "sending", None).await?;
        cx.past_swap();
        tx.commit().await?;
        match self.executors.mailer.notify(job.id.0, &letter).await {
            Delivery::Done(_) => record(cx.db(), workspace, user_id, day, "sent", None).await?,
            Delivery::Unknown(cause) => {
                record(cx.db(), workspace, user_id, day, "unknown", Some(&cause)).await?;
            }
            Delivery::Refused(cause) => {
                record(cx.db(), workspace, user_id, day, "waiting", Some(&cause)).await?;
                return Err(JobError::retry(cause));
            }
        }
        Ok(Done::Finish)
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        let OfDay { user_id, day } = job.payload()?;
        tx.digest_set(job.workspace_id, user_id, day, "failed", Some(cause)).await?;
        Ok(())
    }
}

async fn record(
    db: &Db,
    workspace: WorkspaceId,
    user: UserId,
    day: NaiveDate,
    state: &'static str,
    error: Option<&str>,
) -> Result<(), StorageError> {
    let mut tx = db.begin().await?;
    tx.digest_set(workspace, user, day, state, error).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn vienna(hour: i64, last: Option<(&str, &str)>) -> Subscriber {
        Subscriber {
            workspace: WorkspaceId(Uuid::nil()),
            user: UserId(Uuid::nil()),
            hour,
            time_zone: Some("Europe/Vienna".to_owned()),
            last: last.map(|(day, until)| (day.to_owned(), at(until))),
        }
    }

    fn found(of: &Subscriber, now: &str) -> Option<(String, String, String)> {
        let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        span(of, at(now)).map(|span| (span.day.to_string(), text(span.from), text(span.until)))
    }

    #[test]
    fn one_for_each_of_the_members_days() {
        let new = vienna(8, None);
        assert_eq!(found(&new, "2026-02-10T06:59:59Z"), None);
        let first =
            ("2026-02-10".to_owned(), "2026-02-09T07:00:00Z".to_owned(), "2026-02-10T07:00:00Z".to_owned());
        assert_eq!(found(&new, "2026-02-10T07:00:00Z"), Some(first.clone()));
        assert_eq!(found(&new, "2026-02-10T22:00:00Z"), Some(first), "late, after a night without a node");
        let sent = vienna(8, Some(("2026-02-10", "2026-02-10T07:00:00Z")));
        assert_eq!(found(&sent, "2026-02-10T20:00:00Z"), None);
        assert_eq!(found(&sent, "2026-02-11T06:59:00Z"), None);
        assert_eq!(
            found(&sent, "2026-02-12T07:15:00Z").unwrap().1,
            "2026-02-10T07:00:00Z",
            "nothing is left out"
        );
        assert_eq!(
            found(&sent, "2026-03-12T07:15:00Z").unwrap().1,
            "2026-03-11T07:00:00Z",
            "but for what is old"
        );
    }

    #[test]
    fn clocks_that_change_make_neither_none_nor_two() {
        // 02:00 to 03:00 does not happen on 29 March, and happens twice on 25 October.
        let spring = vienna(2, Some(("2026-03-28", "2026-03-28T01:00:00Z")));
        assert_eq!(found(&spring, "2026-03-29T00:59:00Z"), None);
        assert_eq!(found(&spring, "2026-03-29T01:00:00Z").unwrap().2, "2026-03-29T01:00:00Z");
        let autumn = vienna(2, Some(("2026-10-24", "2026-10-24T00:00:00Z")));
        assert_eq!(found(&autumn, "2026-10-24T23:59:00Z"), None);
        assert_eq!(found(&autumn, "2026-10-25T00:00:00Z").unwrap().2, "2026-10-25T00:00:00Z");
        let sent = vienna(2, Some(("2026-10-25", "2026-10-25T00:00:00Z")));
        assert_eq!(found(&sent, "2026-10-25T01:00:00Z"), None, "the second two o'clock");
    }
}
