//! What one change counts. The only place that says so: every audit row is asked.

use super::totals::{Measure, Totals};
use crate::domain::ids::{TeamId, UserId};
use crate::domain::risk::RiskLevel;
use chrono::TimeDelta;
use std::fmt;

/// What a change counts for. Its text is kept in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The whole workspace: what its teams are together.
    Workspace,
    /// A team, or what has none.
    Team(Option<TeamId>),
    /// A member, as a reviewer.
    Reviewer(UserId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace => f.write_str("workspace"),
            Self::Team(None) => f.write_str("team"),
            Self::Team(Some(id)) => write!(f, "team/{id}"),
            Self::Reviewer(id) => write!(f, "reviewer/{id}"),
        }
    }
}

/// What counting must know of a change and its audit row does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Whose decision it is, or was.
    pub reviewer: Option<UserId>,
    /// From the request to the decision.
    pub decided_after: Option<TimeDelta>,
    /// From the reviewer's first opening of the approval to the decision. `None`: they had not opened it.
    pub open_for: Option<TimeDelta>,
    /// The risk before a change of the data.
    pub risk_before: Option<RiskLevel>,
}

/// What the change with this audit event counts, for whom.
pub fn deltas(
    event: &str,
    team: Option<TeamId>,
    risk: Option<RiskLevel>,
    counted: &Counted,
) -> Vec<(Subject, Totals)> {
    let one = |measure| Totals::default().with(measure, 1);
    let waits = |totals: Totals, change| match risk {
        Some(risk) => totals.with(Measure::pending(risk), change),
        None => totals,
    };
    let decided = |measure| {
        let totals = waits(one(measure), -1);
        let after = counted.decided_after.map(|after| after.num_milliseconds());
        after.into_iter().fold(totals, Totals::with_time)
    };
    let review = |measure| match counted.open_for {
        Some(open) => one(measure).with_time(open.num_milliseconds()),
        None => one(measure).with(Measure::Unopened, 1),
    };
    let (of_team, of_reviewer) = match event {
        "action.auto_approved" => (one(Measure::Automatic), None),
        "action.denied" => (one(Measure::Denied), None),
        "approval.requested" => (waits(one(Measure::Asked), 1), None),
        "approval.edited" => {
            let before = counted.risk_before.or(risk);
            let left = before.map(|risk| Totals::default().with(Measure::pending(risk), -1));
            (waits(left.unwrap_or_default(), 1), None)
        }
        "approval.approved" => (decided(Measure::Approved), Some(review(Measure::Approved))),
        "approval.rejected" => (decided(Measure::Rejected), Some(review(Measure::Rejected))),
        "approval.undone" => (waits(one(Measure::Undone), 1), Some(one(Measure::Undone))),
        "approval.expired" => (waits(one(Measure::Expired), -1), None),
        "approval.withdrawn" => (waits(one(Measure::Withdrawn), -1), None),
        "action.succeeded" => (one(Measure::Succeeded), None),
        "action.failed" => (one(Measure::Failed), Some(one(Measure::Failed))),
        "action.unknown" => (one(Measure::Unknown), None),
        _ => return Vec::new(),
    };
    let reviewed = counted.reviewer.zip(of_reviewer).map(|(id, totals)| (Subject::Reviewer(id), totals));
    let all = std::iter::once((Subject::Team(team), of_team)).chain(reviewed);
    all.filter(|(_, totals)| !totals.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn of_team(event: &str, risk: RiskLevel, counted: &Counted) -> Totals {
        let found = deltas(event, None, Some(risk), counted);
        found
            .into_iter()
            .find(|(subject, _)| *subject == Subject::Team(None))
            .unwrap_or_else(|| panic!("{event}"))
            .1
    }

    /// Whatever way an approval goes, nothing is left waiting at its end.
    #[test]
    fn what_waited_no_longer_waits_at_the_end() {
        let raised = Counted { risk_before: Some(RiskLevel::Low), ..Counted::default() };
        for way in [
            &["approval.requested", "approval.approved"][..],
            &["approval.requested", "approval.rejected"],
            &["approval.requested", "approval.expired"],
            &["approval.requested", "approval.withdrawn"],
            &["approval.requested", "approval.approved", "approval.undone", "approval.rejected"],
        ] {
            let mut all = Totals::default();
            for event in way {
                all.add(&of_team(event, RiskLevel::Low, &Counted::default()));
            }
            assert_eq!(all.pending(), 0, "{way:?}");
        }
        let mut all = of_team("approval.requested", RiskLevel::Low, &Counted::default());
        all.add(&of_team("approval.edited", RiskLevel::High, &raised));
        assert_eq!((all.get(Measure::PendingLow), all.get(Measure::PendingHigh)), (0, 1));
        assert!(deltas("approval.edited", None, Some(RiskLevel::Low), &raised).is_empty());
    }

    #[test]
    fn a_decision_counts_for_its_reviewer_too() {
        let me = UserId(Uuid::from_u128(7));
        let counted = Counted {
            reviewer: Some(me),
            decided_after: Some(TimeDelta::minutes(5)),
            open_for: Some(TimeDelta::seconds(40)),
            risk_before: None,
        };
        let found = deltas("approval.approved", None, Some(RiskLevel::High), &counted);
        let (subject, totals) = &found[1];
        assert_eq!(*subject, Subject::Reviewer(me));
        assert_eq!((totals.get(Measure::Approved), totals.get(Measure::Unopened)), (1, 0));
        let unseen = Counted { open_for: None, ..counted };
        let found = deltas("approval.rejected", None, Some(RiskLevel::High), &unseen);
        assert_eq!(found[1].1.get(Measure::Unopened), 1);
        assert!(deltas("approval.commented", None, Some(RiskLevel::High), &unseen).is_empty());
    }
}
