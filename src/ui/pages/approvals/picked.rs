//! The approvals that are ticked, on this page or not, and what becomes of a decision on all of them.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::AppError;
use crate::domain::approval::{Approval, ApprovalFilter};
use crate::domain::bulk::{BulkOutcome, BulkResult};
use crate::domain::ids::ApprovalId;
use crate::domain::risk::RiskLevel;
use crate::server_fns::approvals::{BulkForm, approval_bulk, approval_list};
use crate::ui::words::short_title;

/// How many a selection holds: as many as one request may decide on.
pub const MOST: usize = 1_000;

/// How many are sent at once, so that progress is seen and can be stopped.
const AT_ONCE: usize = 25;

/// A ticked approval, as it was when it was ticked.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    pub hash: String,
    pub action_type: String,
    pub title: String,
    pub risk: RiskLevel,
}

impl From<&Approval> for Picked {
    fn from(approval: &Approval) -> Self {
        Self {
            hash: approval.args_hash.clone(),
            action_type: approval.action_type.clone(),
            title: short_title(approval),
            risk: approval.risk_level,
        }
    }
}

/// Everything that is ticked.
pub type Picks = BTreeMap<ApprovalId, Picked>;

/// What a form sends for a ticked approval.
pub fn picked_value(id: ApprovalId, hash: &str) -> String {
    format!("{id}.{hash}")
}

/// What will happen, by type: "3 × create_task", the most frequent first.
pub fn by_type<'a>(picks: impl Iterator<Item = &'a Picked>) -> Vec<(String, usize)> {
    let mut counts = BTreeMap::<&str, usize>::new();
    for picked in picks {
        *counts.entry(&picked.action_type).or_default() += 1;
    }
    let mut groups: Vec<_> = counts.into_iter().map(|(of, count)| (of.to_owned(), count)).collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    groups
}

/// Everything that the filter finds now, [`MOST`] of it: what can be ticked, and the names of what cannot because it is
/// critical. What arrives later is not among it.
pub async fn all_that_match(filter: ApprovalFilter) -> Result<(Picks, Vec<String>), AppError> {
    let (mut picks, mut critical) = (Picks::new(), Vec::new());
    let mut filter = ApprovalFilter { cursor: None, limit: Some("200".to_owned()), ..filter };
    loop {
        let page = approval_list(filter.clone()).await?;
        for approval in &page.items {
            if approval.risk_level == RiskLevel::Critical {
                critical.push(short_title(approval));
            } else {
                picks.insert(approval.id, approval.into());
            }
        }
        // A page is a part of it without rest.
        if page.next_cursor.is_none() || picks.len() + critical.len() >= MOST {
            return Ok((picks, critical));
        }
        filter.cursor = page.next_cursor;
    }
}

/// One that was not decided.
#[derive(Clone, Debug, PartialEq)]
pub struct NotDecided {
    pub id: ApprovalId,
    pub picked: Picked,
    pub problem: String,
    /// Whether no answer came, so that the same may be sent again: what was decided all the same is refused then.
    pub again: bool,
}

/// A decision on many that is under way.
#[derive(Clone, Copy)]
pub struct Progress {
    /// How many of how many have an answer; `None` while nothing is under way.
    pub done: RwSignal<Option<(usize, usize)>>,
    /// Somebody wants no more to be sent.
    pub stop: RwSignal<bool>,
    /// Of the last one.
    pub failed: RwSignal<Vec<NotDecided>>,
}

impl Progress {
    pub fn new() -> Self {
        Self { done: RwSignal::new(None), stop: RwSignal::new(false), failed: RwSignal::new(Vec::new()) }
    }

    /// Sends `picks` some at a time; `ended` hears what became of all that were answered.
    pub fn run(
        self,
        picks: Picks,
        approved: bool,
        notes: Option<String>,
        ended: impl FnOnce(BulkOutcome) + 'static,
    ) {
        let all: Vec<_> = picks.into_iter().collect();
        self.stop.set(false);
        self.failed.set(Vec::new());
        self.done.set(Some((0, all.len())));
        spawn_local(async move {
            let mut results = Vec::new();
            for (index, some) in all.chunks(AT_ONCE).enumerate() {
                // The page was left, or somebody pressed Stop.
                if self.stop.try_get_untracked().unwrap_or(true) {
                    self.keep(some, "Not sent.");
                    continue;
                }
                let form = BulkForm {
                    picked: some.iter().map(|(id, picked)| picked_value(*id, &picked.hash)).collect(),
                    approved,
                    review_notes: notes.clone(),
                };
                match approval_bulk(form).await {
                    Ok(outcome) => {
                        self.note(some, &outcome.results);
                        results.extend(outcome.results);
                    }
                    Err(error) => self.keep(some, &error.to_string()),
                }
                let done = (index * AT_ONCE + some.len(), all.len());
                if self.done.try_set(Some(done)).is_some() {
                    return;
                }
            }
            let _ = self.done.try_set(None);
            ended(BulkOutcome::new(results));
        });
    }

    /// Some had no answer.
    fn keep(self, some: &[(ApprovalId, Picked)], problem: &str) {
        let kept = some.iter().map(|(id, picked)| NotDecided {
            id: *id,
            picked: picked.clone(),
            problem: problem.to_owned(),
            again: true,
        });
        let _ = self.failed.try_update(|failed| failed.extend(kept));
    }

    fn note(self, some: &[(ApprovalId, Picked)], results: &[BulkResult]) {
        let refused = results.iter().filter_map(|result| {
            let (_, picked) = some.iter().find(|(id, _)| *id == result.id)?;
            let problem = result.problem.clone()?;
            Some(NotDecided { id: result.id, picked: picked.clone(), problem, again: false })
        });
        let _ = self.failed.try_update(|failed| failed.extend(refused));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_will_happen_is_counted_by_type() {
        let of = |action_type: &str| Picked {
            hash: String::new(),
            action_type: action_type.to_owned(),
            title: String::new(),
            risk: RiskLevel::Medium,
        };
        let picks = [of("send_email"), of("create_task"), of("create_task")];
        let groups = by_type(picks.iter());
        assert_eq!(groups, [("create_task".to_owned(), 2), ("send_email".to_owned(), 1)]);
    }
}
