//! Plays the month: a calendar of what happens when, taken in order, each step through its service at its time.

use super::cast::{self, Cast};
use super::dice::Dice;
use super::journey::{Journey, is_weekend};
use super::story::people::{OPERATIONS, OPERATOR};
use super::story::{
    Ask, Asking, Known, World, filing, marketing, operations, sales, support, waiting, waiting_more,
};
use crate::domain::action::{SubmitAction, SubmitVerdict};
use crate::domain::approval::Approval;
use crate::domain::canonical::Data;
use crate::domain::ids::{ApprovalId, RecordId};
use crate::domain::record::{NewRecord, RecordKind};
use crate::domain::{AppError, AppResult};
use crate::server::actions::perform::Executors;
use crate::server::engine::{self, Handler};
use crate::server::runtime;
use crate::server::services::approvals::{QUEUE_ACTIONS, QUEUE_DEFAULT, submit};
use crate::server::services::ctx::WriteRecords;
use crate::server::services::records;
use crate::server::storage::Db;
use crate::server::storage::notices::QUEUE_NOTICES;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

const DAYS: i64 = 30;
/// Where the ordinary requests end: what is asked for later waits when the demo opens.
const QUIET: TimeDelta = TimeDelta::minutes(70);

/// One thing that happens.
pub(super) enum Step {
    File(RecordKind, usize),
    Ask,
    Wait(usize),
    /// A request for a change of a record that a person deletes before it is performed.
    Doomed(&'static str),
    Delete(RecordId),
    Decide(ApprovalId, super::decisions::Will),
    Withdraw(ApprovalId, &'static str),
    Claim(ApprovalId, &'static str, super::decisions::Report),
    Report(ApprovalId, &'static str, super::decisions::Report),
    /// What is approved every time; see `routine.rs`.
    News(usize),
    Note(usize),
    Grant,
    /// What is remembered outside of actions; see `memories.rs`.
    Remember(usize),
    Recall(usize),
    /// A person says what became of an unknown outcome.
    Clear(ApprovalId),
    /// Something may be due.
    Due,
}

pub(super) struct Play<'a> {
    pub db: &'a Db,
    pub cast: Cast,
    pub dice: Dice,
    pub journey: &'a Journey,
    pub world: World,
    /// Claims so far: a few of them end badly.
    pub claims: usize,
    /// Decisions so far: most were read first.
    pub decided: usize,
    start: DateTime<Utc>,
    handlers: Vec<Arc<dyn Handler>>,
    calendar: BTreeMap<(DateTime<Utc>, usize), Step>,
    entries: usize,
}

/// Makes the company and plays its month up to the present.
pub async fn play(db: &Db, executors: Executors, journey: &Journey, password: &str) -> AppResult<()> {
    let start = journey.present - TimeDelta::days(DAYS);
    journey.begin(start - TimeDelta::hours(1));
    let cast = cast::assemble(db, password).await?;
    let mut play = Play {
        db,
        cast,
        dice: Dice::new(0x48_61_6c_64_65_6e),
        journey,
        world: World::default(),
        claims: 0,
        decided: 0,
        start,
        handlers: runtime::handlers(executors),
        calendar: BTreeMap::new(),
        entries: 0,
    };
    play.plan();
    while let Some(((at, _), step)) = play.calendar.pop_first() {
        // Nothing that is planned lies ahead of the present; a timer may.
        if at > journey.present {
            break;
        }
        journey.go_to(at);
        play.step(step).await?;
    }
    super::workflows::equip(db, &play.cast).await
}

impl Play<'_> {
    pub fn at(&mut self, at: DateTime<Utc>, step: Step) {
        self.entries += 1;
        self.calendar.insert((at, self.entries), step);
    }

    fn plan(&mut self) {
        let present = self.journey.present;
        for (at, kind, line) in filing::plan(self.start, present) {
            self.at(at, Step::File(kind, line));
        }
        let first = self.start + TimeDelta::hours(3);
        for day in 0..=DAYS {
            let midnight =
                (self.start + TimeDelta::days(day)).date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
            let count =
                if is_weekend(midnight) { self.dice.between(4, 6) } else { self.dice.between(15, 19) };
            for _ in 0..count {
                // Agents keep the company's hours, and a few work at night.
                let minute = match self.dice.below(10) {
                    0 => self.dice.between(0, 1_439),
                    1 | 2 => self.dice.between(330, 1_170),
                    _ => self.dice.between(430, 990),
                };
                let at = midnight + TimeDelta::minutes(minute) + TimeDelta::seconds(self.dice.between(0, 59));
                if at > first && at < present - QUIET {
                    self.at(at, Step::Ask);
                }
            }
        }
        for (days, title) in [
            (21, "Return 12 pallets to the carrier"),
            (9, "Order labels for dispatch"),
            (2, "Book the meeting room for Friday"),
        ] {
            let at = super::journey::office_hour(present, -days - 2, 10);
            self.at(at, Step::Doomed(title));
        }
        self.plan_routine();
        self.plan_memories();
        let waits = waiting::FIRST.iter().chain(waiting_more::SECOND).enumerate();
        for (index, waiting) in waits {
            self.at(present - TimeDelta::minutes(waiting.age), Step::Wait(index));
        }
    }

    async fn step(&mut self, step: Step) -> AppResult<()> {
        match step {
            Step::File(kind, line) => self.file(kind, line).await,
            Step::Ask => self.ask().await,
            Step::Wait(index) => self.wait(index).await,
            Step::Doomed(title) => self.doomed(title).await,
            Step::Delete(id) => {
                self.world.forget(id);
                records::record_delete(&self.cast.person::<WriteRecords>(OPERATOR)?, self.db, id, None).await
            }
            Step::Decide(id, will) => self.decide(id, will).await,
            Step::Withdraw(id, agent) => self.withdraw(id, agent).await,
            Step::Claim(id, agent, report) => self.claim(id, agent, report).await,
            Step::Report(id, agent, report) => self.report(id, agent, report).await,
            Step::News(line) => self.news(line).await,
            Step::Note(line) => self.note(line).await,
            Step::Grant => self.grant().await,
            Step::Remember(line) => self.remember(line).await,
            Step::Recall(line) => self.recall(line).await,
            Step::Clear(id) => self.clear(id).await,
            Step::Due => self.run_due().await,
        }
    }

    pub async fn run_due(&self) -> AppResult<()> {
        engine::run_due(self.db, &[QUEUE_ACTIONS, QUEUE_DEFAULT, QUEUE_NOTICES], &self.handlers).await?;
        Ok(())
    }

    async fn file(&mut self, kind: RecordKind, line: usize) -> AppResult<()> {
        let new = filing::record(kind, line, &self.world, self.start)?;
        let record =
            records::record_create(&self.cast.person::<WriteRecords>(OPERATOR)?, self.db, new).await?;
        self.world.learn(Known { kind, id: record.id, line });
        Ok(())
    }

    /// One of the teams asks for something.
    async fn ask(&mut self) -> AppResult<()> {
        let at = self.journey.now();
        for _ in 0..4 {
            let asking: Asking = match self.dice.below(100) {
                0..34 => sales::ask,
                34..62 => support::ask,
                62..86 => operations::ask,
                _ => marketing::ask,
            };
            if let Some(ask) = asking(&self.world, &mut self.dice, at) {
                let fate = self.fate(&ask, at);
                return self.submit(ask, fate).await;
            }
        }
        Ok(())
    }

    async fn submit(&mut self, ask: Ask, fate: super::decisions::Fate) -> AppResult<()> {
        let (verdict, approval) = self.send(&ask, fate.expires_in).await?;
        let Some(approval) = approval else { return Ok(()) };
        match verdict {
            // Mail that the gate let through is sent by a job.
            SubmitVerdict::Executed
                if ask.action.contains("mail") || ask.action.contains("communication") =>
            {
                self.run_due().await
            }
            SubmitVerdict::Executed | SubmitVerdict::Denied => Ok(()),
            SubmitVerdict::Pending => {
                self.await_fate(&approval, ask, fate);
                Ok(())
            }
        }
    }

    pub async fn send(
        &self,
        ask: &Ask,
        expires_in: Option<i64>,
    ) -> AppResult<(SubmitVerdict, Option<Approval>)> {
        let action = SubmitAction {
            action_type: ask.action.to_owned(),
            action_data: Data::from_value(ask.data.clone())?,
            team_id: self.cast.team(ask.team),
            agent_id: None,
            description: Some(ask.why.clone()),
            expires_in_seconds: expires_in,
            required_approvals: None,
            workflow_execution_id: None,
            external_ref: None,
        };
        let submitted = submit::submit(&self.cast.agent(ask.agent)?, self.db, action).await?;
        Ok((submitted.verdict, submitted.approval))
    }

    /// Something that is still undecided when the demo opens.
    async fn wait(&mut self, index: usize) -> AppResult<()> {
        let Some(waiting) = waiting::FIRST.iter().chain(waiting_more::SECOND).nth(index) else {
            return Ok(());
        };
        let Some(ask) = (waiting.ask)(&self.world, self.journey.present) else {
            return Err(AppError::not_found("record of the story"));
        };
        let left = self.journey.present - self.journey.now() + TimeDelta::minutes(waiting.left);
        let (_, approval) = self.send(&ask, Some(left.num_seconds())).await?;
        if let Some(approval) = approval.filter(|_| waiting.votes > 0) {
            let after = TimeDelta::minutes(waiting.age / 2);
            self.at(self.journey.now() + after, Step::Decide(approval.id, super::decisions::Will::vote()));
        }
        Ok(())
    }

    async fn doomed(&mut self, title: &'static str) -> AppResult<()> {
        let by = self.cast.person::<WriteRecords>(OPERATOR)?;
        let data = Data::from_value(json!({"status": "open", "assignee": "Priya Raman"}))?;
        let new = NewRecord { kind: RecordKind::Task, title: title.to_owned(), data };
        let record = records::record_create(&by, self.db, new).await?;
        let change = json!({"recordId": record.id, "changes": {"priority": "high"}});
        let ask = Ask::new(
            OPERATIONS,
            "Task Prioritizer",
            "update_task",
            change,
            format!("\"{title}\" comes first today"),
        );
        let (_, approval) = self.send(&ask, None).await?;
        let now = self.journey.now();
        self.at(now + TimeDelta::minutes(12), Step::Delete(record.id));
        if let Some(approval) = approval {
            self.at(
                now + TimeDelta::minutes(31),
                Step::Decide(approval.id, super::decisions::Will::approve()),
            );
        }
        Ok(())
    }
}
