//! The clock of what waits: at half of its time an approval's reviewers are told, at three quarters its admins, and
//! everybody once more before it expires. A team may have the first of them told at another time, or the admins instead
//! of the reviewers. One timer per approval, which moves on by itself; once the approval is decided it does nothing.

use super::recipients::ESCALATED;
use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::ids::{ApprovalId, WorkspaceId};
use crate::domain::notification::NoticeKind;
use crate::domain::team_config::{EscalateTo, Escalation};
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
    /// At half time where the team says nothing else.
    HalfTime,
    /// Once half of what was left then is over.
    Escalated,
    Expiring,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reminder {
    approval_id: ApprovalId,
    /// When its present time began: when it was asked for, or given more time.
    from: DateTime<Utc>,
    stage: Stage,
    /// The team's when that time began.
    #[serde(default)]
    escalation: Escalation,
}

impl Reminder {
    /// When a stage comes of an approval that waits `until` then.
    fn moment(self, stage: Stage, until: DateTime<Utc>) -> DateTime<Utc> {
        let life = (until - self.from).max(TimeDelta::zero());
        let percent = i32::try_from(self.escalation.after_percent).unwrap_or(50);
        match stage {
            Stage::HalfTime => self.from + life * percent / 100,
            Stage::Escalated => self.from + life * (100 + percent) / 200,
            Stage::Expiring => until - (life / 10).min(LAST_WORD),
        }
    }

    /// The stage after one. Admins are not told twice, nor after everybody was.
    fn after(self, stage: Stage, until: DateTime<Utc>) -> Option<Stage> {
        let admins_later = self.escalation.to == EscalateTo::Reviewers
            && self.moment(Stage::Escalated, until) < self.moment(Stage::Expiring, until);
        match stage {
            Stage::HalfTime if admins_later => Some(Stage::Escalated),
            Stage::HalfTime | Stage::Escalated => Some(Stage::Expiring),
            Stage::Expiring => None,
        }
    }

    fn notice(self, stage: Stage) -> (NoticeKind, &'static str) {
        match (stage, self.escalation.to) {
            (Stage::HalfTime, EscalateTo::Reviewers) => (NoticeKind::ApprovalWaiting, "approval.half_time"),
            (Stage::HalfTime, EscalateTo::Admins) | (Stage::Escalated, _) => {
                (NoticeKind::ApprovalWaiting, ESCALATED)
            }
            (Stage::Expiring, _) => (NoticeKind::ApprovalExpiring, "approval.expiring"),
        }
    }

    fn job(self, workspace: WorkspaceId, until: DateTime<Utc>) -> NewJob {
        NewJob {
            workspace_id: workspace,
            queue: QUEUE_NOTICES,
            kind: REMIND,
            payload: json!(self),
            priority: 0,
            run_at: self.moment(self.stage, until),
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
    escalation: Escalation,
) -> NewJob {
    Reminder { approval_id: id, from, stage: Stage::HalfTime, escalation }.job(workspace, until)
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
                let (kind, event) = reminder.notice(stage);
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
    while let Some(at) = stage.filter(|stage| reminder.moment(*stage, until) <= now) {
        told = Some(at);
        stage = reminder.after(at, until);
    }
    (told, stage.map(|stage| Reminder { stage, ..reminder }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn reminder(after_percent: i64, to: EscalateTo) -> Reminder {
        Reminder {
            approval_id: ApprovalId(uuid::Uuid::nil()),
            from: at("2026-03-01T00:00:00Z"),
            stage: Stage::HalfTime,
            escalation: Escalation { after_percent, to },
        }
    }

    #[test]
    fn half_three_quarters_and_the_last_tenth() {
        let reminder = reminder(50, EscalateTo::Reviewers);
        assert_eq!(reminder.escalation, Escalation::default());
        let (day, hour) = (reminder.from + TimeDelta::days(1), reminder.from + TimeDelta::hours(1));
        for (stage, of_a_day, of_an_hour) in [
            (Stage::HalfTime, "2026-03-01T12:00:00Z", "2026-03-01T00:30:00Z"),
            (Stage::Escalated, "2026-03-01T18:00:00Z", "2026-03-01T00:45:00Z"),
            (Stage::Expiring, "2026-03-01T23:00:00Z", "2026-03-01T00:54:00Z"),
        ] {
            let moments = (reminder.moment(stage, day), reminder.moment(stage, hour));
            assert_eq!(moments, (at(of_a_day), at(of_an_hour)));
        }
    }

    #[test]
    fn a_team_says_when_and_whom() {
        use EscalateTo::{Admins, Reviewers};
        // Minutes of an hour: the first notice, whether it is for admins, the notice for admins after it.
        for (percent, to, first, event, admins) in [
            (20, Reviewers, 12, "approval.half_time", Some(36)),
            (20, Admins, 12, ESCALATED, None),
            (75, Reviewers, 45, "approval.half_time", Some(52)),
            // Everybody is told before half of the rest is over.
            (85, Reviewers, 51, "approval.half_time", None),
        ] {
            let reminder = reminder(percent, to);
            let until = reminder.from + TimeDelta::hours(1);
            let minutes = |stage| (reminder.moment(stage, until) - reminder.from).num_minutes();
            assert_eq!((minutes(Stage::HalfTime), reminder.notice(Stage::HalfTime).1), (first, event));
            let later = reminder.after(Stage::HalfTime, until).filter(|stage| *stage == Stage::Escalated);
            assert_eq!(later.map(minutes), admins, "{percent} {to}");
            assert_eq!(reminder.after(Stage::Escalated, until), Some(Stage::Expiring));
        }
    }

    #[test]
    fn a_stage_that_was_missed_is_not_told_late() {
        let reminder = reminder(50, EscalateTo::Reviewers);
        let until = reminder.from + TimeDelta::days(1);
        for (hours, told, then) in [
            (11, None, Some(Stage::HalfTime)),
            (12, Some(Stage::HalfTime), Some(Stage::Escalated)),
            (19, Some(Stage::Escalated), Some(Stage::Expiring)),
            (23, Some(Stage::Expiring), None),
        ] {
            let (now_told, next) = step(reminder, until, reminder.from + TimeDelta::hours(hours));
            assert_eq!((now_told, next.map(|next| next.stage)), (told, then), "{hours}");
        }
    }
}
