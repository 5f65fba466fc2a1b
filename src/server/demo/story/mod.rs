//! The story: who works at the company, whom it sells to, and what its agents ask for in a month. Data and words
//! only; `history.rs` plays it through the services.

pub mod business;
pub mod customers;
pub mod filing;
pub mod letters;
pub mod marketing;
pub mod operations;
pub mod people;
pub mod sales;
pub mod support;
pub mod tickets;
pub mod waiting;
pub mod waiting_more;

use super::dice::Dice;
use crate::domain::ids::RecordId;
use crate::domain::record::RecordKind;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// A record that exists, and which line of the story's tables it is.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub kind: RecordKind,
    pub id: RecordId,
    pub line: usize,
}

/// What exists at the moment.
#[derive(Debug, Default)]
pub struct World {
    known: Vec<Known>,
}

impl World {
    pub fn learn(&mut self, known: Known) {
        self.known.push(known);
    }

    pub fn forget(&mut self, id: RecordId) {
        self.known.retain(|known| known.id != id);
    }

    /// Any record of a kind.
    pub fn any(&self, kind: RecordKind, dice: &mut Dice) -> Option<Known> {
        let of_kind: Vec<_> = self.known.iter().filter(|known| known.kind == kind).collect();
        dice.pick(&of_kind).map(|known| **known)
    }

    /// One of the latest records of a kind.
    pub fn recent(&self, kind: RecordKind, dice: &mut Dice) -> Option<Known> {
        let of_kind: Vec<_> = self.known.iter().rev().filter(|known| known.kind == kind).take(5).collect();
        dice.pick(&of_kind).map(|known| **known)
    }

    pub fn line(&self, kind: RecordKind, line: usize) -> Option<Known> {
        self.known.iter().find(|known| known.kind == kind && known.line == line).copied()
    }

    pub fn id(&self, kind: RecordKind, line: usize) -> Option<RecordId> {
        self.line(kind, line).map(|known| known.id)
    }
}

/// Something that an agent asks for, and what people might say to it.
#[derive(Clone, Debug)]
pub struct Ask {
    pub team: &'static str,
    pub agent: &'static str,
    pub action: &'static str,
    pub data: Value,
    pub why: String,
    /// What a person writes who says no.
    pub no: &'static str,
    /// What a person changes before saying yes, and the remark on it.
    pub edit: Option<(Value, &'static str)>,
    /// A remark with a yes.
    pub yes: Option<&'static str>,
}

impl Ask {
    pub fn new(
        team: &'static str,
        agent: &'static str,
        action: &'static str,
        data: Value,
        why: impl Into<String>,
    ) -> Self {
        Self {
            team,
            agent,
            action,
            data,
            why: why.into(),
            no: "Not now. Please ask again next week.",
            edit: None,
            yes: None,
        }
    }

    pub fn no(mut self, reason: &'static str) -> Self {
        self.no = reason;
        self
    }

    pub fn yes(mut self, remark: &'static str) -> Self {
        self.yes = Some(remark);
        self
    }

    /// The same data with some keys changed.
    pub fn edit(mut self, changes: &[(&str, Value)], remark: &'static str) -> Self {
        let mut data = self.data.clone();
        for (key, value) in changes {
            if let Some(place) = data.pointer_mut(key) {
                *place = value.clone();
            }
        }
        self.edit = Some((data, remark));
        self
    }
}

/// What a team might ask for at a time. `None`: what it would be about does not exist (yet).
pub type Asking = fn(&World, &mut Dice, DateTime<Utc>) -> Option<Ask>;
