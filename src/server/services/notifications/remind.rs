//! The clock of what waits: at half of its time an approval's reviewers are told, at three quarters its admins, and
//! everybody once more before it expires. One timer per approval, which moves on by itself; once the approval is
//! decided it does nothing.

use super::recipients::ESCALATED;
use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::ids::{ApprovalId, WorkspaceId};
use crate::domain::notification::NoticeKind;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::approvals::REMIND;
use crate::server::services::ctx::system_actor;
use crate::server::storage::NewJob;
use crate::server::storage::jobs::Job;
use crate::server::storage::notices::{NewNotice, QUEUE_NOTICES};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Before it expires: a tenth of its time, and an hour at most.
const LAST_WORD: TimeDelta = TimeDelta::hours(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    HalfTime,
    Escalated,
    Expiring,
}

impl Stage {
    fn moment(self, from: DateTime<Utc>, until: DateTime<Utc>) -> DateTime<Utc> {
        let life = (until - from).max(TimeDelta::zero());
        match self {
            Self::HalfTime => from + life / 2,
            Self::Escalated => from + life / 4 * 3,
            Self::Expiring => until - (life / 10).min(LAST_WORD),
        }
    }

    const fn next(self) -> Option<Self> {
        match self {
            Self::HalfTime => Some(Self::Escalated),
            Self::Escalated => Some(Self::Expiring),
            Self::Expiring => None,
        }
    }

    const fn notice(self) -> (NoticeKind, &'static str) {
        match self {
            Self::HalfTime => (NoticeKind::ApprovalWaiting, "approval.half_time"),
            Self::Escalated => (NoticeKind::ApprovalWaiting, ESCALATED),
            Self::Expiring => (NoticeKind::ApprovalExpiring, "approval.expiring"),
        }
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reminder {
    approval_id: ApprovalId,
    /// When its present time began: when it was asked for, or given more time.
    from: DateTime<Utc>,
    stage: Stage,
}

impl Reminder {
    fn job(self, workspace: WorkspaceId, until: DateTime<Utc>) -> NewJob {
        NewJob {
            workspace_id: workspace,
            queue: QUEUE_NOTICES,
            kind: REMIND,
            payload: json!(self),
            priority: 0,
            run_at: self.stage.moment(self.from, until),
            max_attempts: 20,
            dedupe_key: Some(self.approval_id.to_string()),
        }
    }
}

/// The timer of an approval that begins to wait `from` now on.
pub fn remind_job(
    workspace: WorkspaceId,
    id: ApprovalId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> NewJob {
    Reminder { approval_id: id, from, stage: Stage::HalfTime }.job(workspace, until)
}

pub struct Remind;

#[async_trait]
impl Handler for Remind {
    fn kind(&self) -> &'static str {
        REMIND
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let reminder: Reminder = job.payload()?;
        let mut tx = cx.db().begin().await?;
        let found = tx.approval_get(job.workspace_id, reminder.approval_id).await?;
        // The end of a freeze makes a new timer.
        let waits =
            |approval: &Approval| approval.status == ApprovalStatus::Pending && !approval.expiry_paused;
        if let Some(approval) = found.filter(waits) {
            let (told, then) = step(reminder, approval.expires_at, tx.now());
            if let Some(stage) = told {
                let (kind, event) = stage.notice();
                tx.notice_write(NewNotice {
                    workspace_id: job.workspace_id,
                    kind,
                    event,
                    actor_id: system_actor().id,
                    approval_id: Some(approval.id),
                    team_id: approval.team_id,
                    execution_id: None,
                    description: approval.sentence.clone(),
                });
            }
            if let Some(then) = then {
                tx.enqueue(then.job(job.workspace_id, approval.expires_at));
            }
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }
}

/// What is told now, and the timer that follows. Of stages that passed while no node ran, only the last is told.
fn step(reminder: Reminder, until: DateTime<Utc>, now: DateTime<Utc>) -> (Option<Stage>, Option<Reminder>) {
    let mut told = None;
    let mut stage = Some(reminder.stage);
    while let Some(at) = stage.filter(|stage| stage.moment(reminder.from, until) <= now) {
        told = Some(at);
        stage = at.next();
    }
    (told, stage.map(|stage| Reminder { stage, ..reminder }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn half_three_quarters_and_the_last_tenth() {
        let from = at("2026-03-01T00:00:00Z");
        let (day, hour) = (from + TimeDelta::days(1), from + TimeDelta::hours(1));
        for (stage, of_a_day, of_an_hour) in [
            (Stage::HalfTime, "2026-03-01T12:00:00Z", "2026-03-01T00:30:00Z"),
            (Stage::Escalated, "2026-03-01T18:00:00Z", "2026-03-01T00:45:00Z"),
            (Stage::Expiring, "2026-03-01T23:00:00Z", "2026-03-01T00:54:00Z"),
        ] {
            assert_eq!((stage.moment(from, day), stage.moment(from, hour)), (at(of_a_day), at(of_an_hour)));
        }
    }

    #[test]
    fn a_stage_that_was_missed_is_not_told_late() {
        let from = at("2026-03-01T00:00:00Z");
        let until = from + TimeDelta::days(1);
        let reminder = Reminder { approval_id: ApprovalId(uuid::Uuid::nil()), from, stage: Stage::HalfTime };
        for (hours, told, then) in [
            (11, None, Some(Stage::HalfTime)),
            (12, Some(Stage::HalfTime), Some(Stage::Escalated)),
            (19, Some(Stage::Escalated), Some(Stage::Expiring)),
            (23, Some(Stage::Expiring), None),
        ] {
            let (now_told, next) = step(reminder, until, from + TimeDelta::hours(hours));
            assert_eq!((now_told, next.map(|next| next.stage)), (told, then), "{hours}");
        }
    }
}
