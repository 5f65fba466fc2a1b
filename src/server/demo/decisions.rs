//! What becomes of a request: who decides when and how, what its agent does then, and what goes wrong.

use super::history::{Play, Step};
use super::journey::when_people_work;
use super::story::Ask;
use super::story::people::{ADMIN, BOOK_COURIER, OPERATIONS, OPERATOR, OWNER, RESERVE_STOCK, REVIEWERS};
use crate::domain::approval::{Approval, ApprovalStatus, Decide, Withdraw};
use crate::domain::canonical::Data;
use crate::domain::ids::ApprovalId;
use crate::domain::outcome::{OutcomeStatus, ReportOutcome, ReportedStatus};
use crate::domain::risk::RiskLevel;
use crate::domain::{AppError, AppResult};
use crate::server::services::approvals::{decide, lifecycle, opening, read};
use crate::server::services::ctx::{DecideApprovals, ReadApprovals, ReportOutcomes, SubmitActions};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// Everything is decided by this long before the present, so that what follows has time.
const SETTLED: TimeDelta = TimeDelta::minutes(20);

pub struct Fate {
    pub expires_in: Option<i64>,
    what: What,
    when: DateTime<Utc>,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    Approve,
    Edit,
    Reject,
    Expire,
    Withdraw,
}

/// How a person decides.
pub struct Will {
    approved: bool,
    notes: Option<&'static str>,
    edited: Option<Value>,
    by: usize,
    /// More votes are given, by others, where they are needed.
    to_the_end: bool,
}

impl Will {
    /// The first of several votes.
    pub fn vote() -> Self {
        Self {
            to_the_end: false,
            notes: Some("Checked against the order."),
            by: REVIEWERS[1],
            ..Self::approve()
        }
    }

    pub fn approve() -> Self {
        Self::approve_by(REVIEWERS[0])
    }

    /// As it was asked for, without a remark.
    pub fn approve_by(by: usize) -> Self {
        Self { approved: true, notes: None, edited: None, by, to_the_end: true }
    }
}

/// What an agent outside says about what it did.
#[derive(Clone, Copy)]
pub enum Report {
    Done,
    Failed(&'static str),
    /// It takes the action and is not heard of again.
    Silent {
        cleared: bool,
    },
}

impl Play<'_> {
    pub fn fate(&mut self, ask: &Ask, at: DateTime<Utc>) -> Fate {
        let what = match self.dice.below(100) {
            0..17 => What::Reject,
            17..21 => What::Expire,
            21..26 => What::Withdraw,
            26..39 if ask.edit.is_some() => What::Edit,
            _ => What::Approve,
        };
        let minutes = match self.dice.below(10) {
            0..6 => self.dice.between(2, 25),
            6..9 => self.dice.between(25, 150),
            _ => self.dice.between(150, 400),
        };
        let morning = self.dice.between(4, 75);
        let mut when = when_people_work(at + TimeDelta::minutes(minutes), morning);
        // Somebody is on call today.
        let latest = self.journey.present - SETTLED;
        if when > latest {
            when = at + (latest - at) / 2;
        }
        let expires_in = match what {
            What::Expire => Some(3_600 * self.dice.between(2, 9)),
            _ if when - at > TimeDelta::hours(23) => Some(96 * 3_600),
            _ => None,
        };
        Fate { expires_in, what, when }
    }

    pub fn await_fate(&mut self, approval: &Approval, ask: Ask, fate: Fate) {
        let by = self.reviewer(ask.team);
        let will = |approved, notes, edited| Will { approved, notes, edited, by, to_the_end: true };
        let step = match (fate.what, ask.edit) {
            (What::Expire, _) => return self.at(approval.expires_at + TimeDelta::seconds(1), Step::Due),
            (What::Withdraw, _) => Step::Withdraw(approval.id, ask.agent),
            (What::Reject, _) => Step::Decide(approval.id, will(false, Some(ask.no), None)),
            (What::Edit, Some((data, remark))) => {
                Step::Decide(approval.id, will(true, Some(remark), Some(data)))
            }
            _ => {
                let notes = ask.yes.filter(|_| self.dice.percent(60));
                Step::Decide(approval.id, will(true, notes, None))
            }
        };
        self.at(fate.when, step);
    }

    /// Reviewers do most of it; the agents' owners cannot.
    fn reviewer(&mut self, team: &str) -> usize {
        match self.dice.below(20) {
            0..9 => REVIEWERS[0],
            9..16 => REVIEWERS[1],
            16 | 17 => OWNER,
            _ if team == OPERATIONS => OPERATOR,
            _ => ADMIN,
        }
    }

    pub async fn decide(&mut self, id: ApprovalId, will: Will) -> AppResult<()> {
        let by = self.cast.person::<DecideApprovals>(will.by)?;
        self.read_first(id, &will).await?;
        let seen = read::now(&self.cast.person::<ReadApprovals>(will.by)?, self.db, id).await?;
        let confirmation = match seen.approval.risk_level {
            RiskLevel::Critical if will.approved => Some(self.target(id, &will).await?),
            _ => None,
        };
        let decision = Decide {
            approved: will.approved,
            args_hash: seen.approval.args_hash.clone(),
            review_notes: will.notes.map(str::to_owned),
            edited_action_data: will.edited.clone().map(Data::from_value).transpose()?,
            confirmation,
            records_hash: seen.records.records_hash,
        };
        let decided = match decide::decide(&by, self.db, id, decision).await {
            // Somebody, or the deadline, was faster: so be it.
            Err(AppError::Conflict { .. }) => return Ok(()),
            decided => decided?,
        };
        let now = self.journey.now();
        if decided.votes_missing > 0 {
            if will.to_the_end {
                let after = TimeDelta::minutes(self.dice.between(3, 12));
                let next = if will.by == REVIEWERS[0] { REVIEWERS[1] } else { REVIEWERS[0] };
                let second = Will { by: next, edited: None, notes: None, ..will };
                self.at(now + after, Step::Decide(id, second));
            }
            return Ok(());
        }
        if decided.approval.status == ApprovalStatus::Approved {
            let free = decided.approval.hold_until.unwrap_or(now) + TimeDelta::seconds(1);
            match self.performer(&decided.approval) {
                None => self.at(free, Step::Due),
                Some(agent) => {
                    let report = self.next_report(decided.approval.action_type == BOOK_COURIER);
                    let after = TimeDelta::seconds(self.dice.between(20, 150));
                    self.at(free + after, Step::Claim(id, agent, report));
                }
            }
        }
        Ok(())
    }

    /// Opens what is decided next, but for one in nine, and reads for a while.
    async fn read_first(&mut self, id: ApprovalId, will: &Will) -> AppResult<()> {
        self.decided += 1;
        if self.decided.is_multiple_of(9) {
            return Ok(());
        }
        opening::open(&self.cast.person::<ReadApprovals>(will.by)?, self.db, id).await?;
        let reading = TimeDelta::seconds(12 + (self.decided * 37 % 120) as i64);
        self.journey.go_to(self.journey.now() + reading);
        Ok(())
    }

    /// What has to be typed for a critical action.
    async fn target(&self, id: ApprovalId, will: &Will) -> AppResult<String> {
        let detail = read::detail(&self.cast.person::<ReadApprovals>(will.by)?, self.db, id).await?;
        Ok(detail.preview.target)
    }

    fn performer(&self, approval: &Approval) -> Option<&'static str> {
        [RESERVE_STOCK, BOOK_COURIER].contains(&approval.action_type.as_str()).then_some("Workflow Executor")
    }

    fn next_report(&mut self, courier: bool) -> Report {
        self.claims += 1;
        match (self.claims, courier) {
            (3, true) => {
                Report::Failed("The carrier's booking service answered 503 three times. Nothing was booked.")
            }
            (3, false) => {
                Report::Failed("The warehouse system is counting stock until 18:00. Nothing was reserved.")
            }
            (10, true) => Report::Failed("The carrier does not pick up on that day. Nothing was booked."),
            (10, false) => Report::Failed("One piece less than asked for: it was counted as a demo unit."),
            (17, true) => Report::Failed("The carrier refuses the address: no tail lift in that street."),
            (17, false) => Report::Failed("The stock number is blocked for a recall. Nothing was reserved."),
            (6, _) => Report::Silent { cleared: true },
            (14 | 29, _) => Report::Silent { cleared: false },
            _ => Report::Done,
        }
    }

    pub async fn withdraw(&mut self, id: ApprovalId, agent: &'static str) -> AppResult<()> {
        let reason = self.dice.of([
            "The customer has written meanwhile; this is no longer needed.",
            "Asked for twice. The other request stays.",
            "The plan has changed, a new request follows.",
            "Found the answer elsewhere.",
        ]);
        let by = self.cast.agent::<SubmitActions>(agent)?;
        let input = Withdraw { reason: Some(reason.to_owned()) };
        match lifecycle::withdraw(&by, self.db, id, input).await {
            Err(AppError::Conflict { .. }) => Ok(()),
            withdrawn => withdrawn.map(drop),
        }
    }

    pub async fn claim(&mut self, id: ApprovalId, agent: &'static str, report: Report) -> AppResult<()> {
        lifecycle::claim(&self.cast.agent::<ReportOutcomes>(agent)?, self.db, id).await?;
        let now = self.journey.now();
        match report {
            Report::Silent { cleared } => {
                self.at(now + TimeDelta::minutes(61), Step::Due);
                if cleared {
                    self.at(now + TimeDelta::hours(3), Step::Clear(id));
                }
            }
            _ => {
                let after = TimeDelta::seconds(self.dice.between(8, 240));
                self.at(now + after, Step::Report(id, agent, report));
            }
        }
        Ok(())
    }

    pub async fn report(&mut self, id: ApprovalId, agent: &'static str, report: Report) -> AppResult<()> {
        let by = self.cast.agent::<ReportOutcomes>(agent)?;
        let told = match report {
            Report::Failed(cause) => {
                ReportOutcome { status: ReportedStatus::Failed, error: Some(cause.to_owned()), result: None }
            }
            Report::Done | Report::Silent { .. } => {
                let result = json!({"confirmation": format!("WH-{}", self.dice.between(70_000, 79_999))});
                let result = Some(Data::from_value(result)?);
                ReportOutcome { status: ReportedStatus::Succeeded, error: None, result }
            }
        };
        lifecycle::report(&by, self.db, id, told).await.map(drop)
    }

    pub async fn clear(&mut self, id: ApprovalId) -> AppResult<()> {
        let by = self.cast.person::<ReportOutcomes>(OPERATOR)?;
        let seen = read::get(&self.cast.person::<ReadApprovals>(OPERATOR)?, self.db, id).await?;
        if seen.outcome.status != OutcomeStatus::Unknown {
            return Ok(());
        }
        let result = Data::from_value(json!({"seenBy": "Priya Raman", "where": "on the shelf, bay 14"}))?;
        let told = ReportOutcome { status: ReportedStatus::Succeeded, error: None, result: Some(result) };
        lifecycle::report(&by, self.db, id, told).await.map(drop)
    }
}
