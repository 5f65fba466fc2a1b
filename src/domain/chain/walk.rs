//! Walking along a chain and naming the first row that is not what was sealed.

use super::{ChainRow, GENESIS, link};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

/// A row's number and hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    pub seq: i64,
    pub hash: String,
}

impl Mark {
    /// Before the first row.
    pub fn genesis() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

/// What is wrong with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The row's content is not what was sealed.
    Changed,
    /// Rows are missing before this one.
    Gap,
    /// Two rows have one number.
    Twice,
    /// The row does not follow the one before it.
    Fork,
    /// Rows are missing at the end.
    Cut,
    /// A checkpoint, or the head, says another hash.
    Rewritten,
    /// A checkpoint's signature does not fit.
    Signature,
    /// The row cannot be read, or is of another workspace.
    Unreadable,
}

/// The first bad row and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainFault {
    pub kind: FaultKind,
    /// The number at which it was found.
    pub seq: i64,
    /// The row, where there is one.
    pub id: Option<Uuid>,
    pub detail: String,
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {}", self.seq)?;
        if let Some(id) = self.id {
            write!(f, " (row {id})")?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl ChainFault {
    pub fn new(kind: FaultKind, seq: i64, id: Option<Uuid>, detail: impl Into<String>) -> Self {
        Self { kind, seq, id, detail: detail.into() }
    }
}

/// What a walk needs to know of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub seq: i64,
    pub id: Uuid,
    pub prev_hash: String,
    pub hash: String,
    /// Its content gives its hash.
    pub intact: bool,
}

impl ChainRow {
    /// What its seal says, checked against its content; `None` without a whole seal.
    pub fn sealed(&self) -> Option<Sealed> {
        let (seq, prev_hash, hash) = (self.seq?, self.prev_hash.clone()?, self.hash.clone()?);
        let intact = link(&prev_hash, &self.digest()) == hash;
        Some(Sealed { seq, id: self.id, prev_hash, hash, intact })
    }
}

/// A chain that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Walked {
    /// How many rows were looked at.
    pub rows: i64,
    /// The last of them.
    pub last: Mark,
}

/// The state of a walk: rows come in the order of their numbers.
#[derive(Clone, Debug)]
pub struct ChainWalk {
    last: Option<Mark>,
    anchor: Option<Mark>,
    /// What checkpoints say about rows that have not come yet.
    marks: BTreeMap<i64, String>,
    /// Only a part of the chain is there: gaps and a missing end are no faults.
    partial: bool,
    rows: i64,
}

impl ChainWalk {
    /// From the beginning. `anchor`: up to this row they may have been removed. `marks`: what checkpoints say.
    pub fn new(anchor: Option<Mark>, marks: impl IntoIterator<Item = Mark>) -> Self {
        let marks = marks.into_iter().chain(anchor.clone()).map(|mark| (mark.seq, mark.hash)).collect();
        Self { last: None, anchor, marks, partial: false, rows: 0 }
    }

    /// Goes on after a row that was found to hold.
    pub fn after(last: Mark, marks: impl IntoIterator<Item = Mark>) -> Self {
        let marks = marks.into_iter().filter(|mark| mark.seq > last.seq);
        let marks = marks.map(|mark| (mark.seq, mark.hash)).collect();
        Self { last: Some(last), anchor: None, marks, partial: false, rows: 0 }
    }

    /// Of rows that were picked out of a chain.
    pub fn of_a_part(marks: impl IntoIterator<Item = Mark>) -> Self {
        Self { partial: true, ..Self::new(None, marks) }
    }

    /// How many rows were looked at.
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// The row that was looked at last.
    pub fn last(&self) -> Option<&Mark> {
        self.last.as_ref()
    }

    pub fn step(&mut self, row: &ChainRow) -> Result<(), ChainFault> {
        match row.sealed() {
            Some(sealed) => self.step_to(sealed),
            None => {
                let seq = row.seq.unwrap_or_default();
                Err(ChainFault::new(FaultKind::Changed, seq, Some(row.id), "its seal is incomplete"))
            }
        }
    }

    pub fn step_to(&mut self, Sealed { seq, id, prev_hash, hash, intact }: Sealed) -> Result<(), ChainFault> {
        self.place(seq, id)?;
        let fault = |kind, detail: &str| Err(ChainFault::new(kind, seq, Some(id), detail));
        if !intact {
            return fault(FaultKind::Changed, "its content is not what was sealed");
        }
        self.follow(seq, id, &prev_hash)?;
        if self.marks.remove(&seq).is_some_and(|signed| signed != hash) {
            return fault(
                FaultKind::Rewritten,
                "a checkpoint names another row here: the chain was written anew",
            );
        }
        self.last = Some(Mark { seq, hash });
        self.rows += 1;
        Ok(())
    }

    /// The number must be the next one.
    fn place(&self, seq: i64, id: Uuid) -> Result<(), ChainFault> {
        let fault = |kind, detail| Err(ChainFault::new(kind, seq, Some(id), detail));
        if seq < 1 {
            return fault(FaultKind::Changed, "numbers begin with 1".to_owned());
        }
        let (first, latest_first) = match (&self.last, &self.anchor) {
            (Some(last), _) => (last.seq + 1, last.seq + 1),
            (None, Some(anchor)) => (1, anchor.seq + 1),
            (None, None) => (1, 1),
        };
        if self.last.as_ref().is_some_and(|last| last.seq == seq) {
            return fault(FaultKind::Twice, "another row has this number too".to_owned());
        }
        if seq < first {
            return fault(FaultKind::Fork, format!("number {first} was expected"));
        }
        if seq > latest_first && !self.partial {
            let missing = match latest_first == seq - 1 {
                true => format!("number {latest_first} is missing before it"),
                false => format!("numbers {latest_first} to {} are missing before it", seq - 1),
            };
            return fault(FaultKind::Gap, missing);
        }
        Ok(())
    }

    /// What it says it follows must be the row before it.
    fn follow(&self, seq: i64, id: Uuid, prev: &str) -> Result<(), ChainFault> {
        let before = match (&self.last, &self.anchor) {
            (Some(last), _) if last.seq + 1 == seq => Some(last.hash.as_str()),
            (None, Some(anchor)) if anchor.seq + 1 == seq => Some(anchor.hash.as_str()),
            (None, _) if seq == 1 => Some(GENESIS),
            _ => None,
        };
        match before {
            Some(before) if before != prev => Err(ChainFault::new(
                FaultKind::Fork,
                seq,
                Some(id),
                "it does not follow the row before it: it is of another chain",
            )),
            _ => Ok(()),
        }
    }

    /// All rows have come. `head`: how the chain says it ends, where that is known.
    pub fn finish(mut self, head: Option<&Mark>) -> Result<Walked, ChainFault> {
        let last = match (self.last.take(), self.anchor.take()) {
            (Some(last), _) => last,
            (None, Some(anchor)) => {
                self.marks.remove(&anchor.seq);
                anchor
            }
            (None, None) => Mark::genesis(),
        };
        let cut = |ends: i64, says: &str| {
            let detail = match last.seq {
                0 => format!("no row is left, but {says} number {ends}"),
                last => {
                    format!("the last row is number {last}, but {says} number {ends}: the end was cut off")
                }
            };
            Err(ChainFault::new(FaultKind::Cut, last.seq + 1, None, detail))
        };
        if let Some(head) = head {
            if head.seq > last.seq {
                return cut(head.seq, "the chain went on to");
            }
            if *head != last {
                let detail = "the chain's head names another row as the last one";
                return Err(ChainFault::new(FaultKind::Rewritten, last.seq, None, detail));
            }
        }
        // What checkpoints say about rows before the first one that is left cannot be looked at any more.
        match self.marks.pop_last() {
            Some((seq, _)) if seq > last.seq && !self.partial => cut(seq, "a checkpoint names"),
            _ => Ok(Walked { rows: self.rows, last }),
        }
    }
}
