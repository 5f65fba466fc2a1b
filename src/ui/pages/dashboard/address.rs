//! Addresses of the dashboard, and of the lists behind its numbers.

use leptos_router::params::ParamsMap;

use crate::domain::ids::{TeamId, UserId};
use crate::domain::metrics::{Metrics, MetricsFilter, MetricsRange};
use crate::domain::risk::RiskLevel;
use crate::domain::workspace::Department;
use crate::ui::words::stamp;

/// What agents set out to do, as the audit trail says it.
pub const VERDICTS: &str = "action.auto_approved,approval.requested,action.denied";
pub const DECISIONS: &str = "approval.approved,approval.rejected";
pub const OUTCOMES: &str = "action.succeeded,action.failed";

/// What an address asks for.
pub fn from_query(query: &ParamsMap) -> MetricsFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    MetricsFilter {
        department: get("department"),
        range: get("range"),
        from: get("from"),
        to: get("to"),
        tz: get("tz"),
        format: None,
    }
}

/// The address of a filter.
pub fn href(filter: &MetricsFilter) -> String {
    match filter.query() {
        none if none.is_empty() => "/".to_owned(),
        query => format!("/?{query}"),
    }
}

/// The same range of another department, or of all.
pub fn of_department(filter: &MetricsFilter, department: Option<Department>) -> String {
    href(&MetricsFilter { department: department.map(|of| of.to_string()), ..filter.clone() })
}

/// Another range that ends with today.
pub fn of_range(filter: &MetricsFilter, range: MetricsRange) -> String {
    href(&MetricsFilter { range: Some(range.to_string()), from: None, to: None, ..filter.clone() })
}

/// Which of the ranges is asked for.
pub fn range_of(filter: &MetricsFilter) -> Option<MetricsRange> {
    match (&filter.range, &filter.from) {
        (Some(range), _) => range.parse().ok(),
        (None, Some(_)) => Some(MetricsRange::Custom),
        (None, None) => Some(MetricsRange::default()),
    }
}

/// The figures of the range by day or hour, as a file.
pub fn csv(filter: &MetricsFilter, shown: &Metrics) -> String {
    let filter =
        MetricsFilter { tz: Some(shown.tz.clone()), format: Some("csv".to_owned()), ..filter.clone() };
    format!("/api/orchestration/metrics?{}", filter.query())
}

/// Rows of the audit trail in the range that have one of these events.
pub fn trail(shown: &Metrics, events: &str) -> String {
    let department = shown.department.map(|department| ("department", department.to_string()));
    trail_with(shown, events, department)
}

pub fn trail_of_team(shown: &Metrics, team: TeamId, events: &str) -> String {
    trail_with(shown, events, Some(("teamId", team.to_string())))
}

/// What a member decided.
pub fn trail_of_member(shown: &Metrics, member: UserId, events: &str) -> String {
    trail_with(shown, events, Some(("actorId", member.to_string())))
}

/// What they decided without having opened it.
pub fn trail_unopened(shown: &Metrics, member: UserId) -> String {
    trail_with(shown, DECISIONS, [("actorId", member.to_string()), ("opened", "false".to_owned())])
}

/// What became of what they had approved.
pub fn trail_of_reviewer(shown: &Metrics, member: UserId, events: &str) -> String {
    trail_with(shown, events, Some(("reviewerId", member.to_string())))
}

fn trail_with(
    shown: &Metrics,
    events: &str,
    more: impl IntoIterator<Item = (&'static str, String)>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("event", events).extend_pairs(more);
    query.append_pair("from", &stamp(shown.from)).append_pair("to", &stamp(shown.to));
    format!("/audit?{}", query.finish())
}

/// What waits now, with what the member put aside: the number has it too.
pub fn waiting(shown: &Metrics, risk: RiskLevel) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("riskLevel", risk.as_str());
    if let Some(department) = shown.department {
        query.append_pair("department", department.as_str());
    }
    format!("/approvals?{}", query.append_pair("snoozed", "all").finish())
}

pub fn waiting_of_team(team: TeamId) -> String {
    format!("/approvals?teamId={team}&snoozed=all")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(department: Option<&str>, range: Option<&str>, from: Option<&str>) -> MetricsFilter {
        let own = |text: Option<&str>| text.map(str::to_owned);
        MetricsFilter {
            department: own(department),
            range: own(range),
            from: own(from),
            ..Default::default()
        }
    }

    #[test]
    fn a_tab_keeps_the_range_and_a_range_keeps_the_tab() {
        let shown = filter(Some("sales"), Some("custom"), Some("2026-05-01"));
        assert_eq!(of_department(&shown, None), "/?range=custom&from=2026-05-01");
        assert_eq!(
            of_department(&shown, Some(Department::Finance)),
            "/?department=finance&range=custom&from=2026-05-01"
        );
        assert_eq!(of_range(&shown, MetricsRange::Month), "/?department=sales&range=30d");
        assert_eq!(of_department(&filter(None, None, None), None), "/");
    }

    #[test]
    fn a_range_is_known_by_what_is_given() {
        for (range, from, found) in [
            (None, None, Some(MetricsRange::Week)),
            (None, Some("2026-05-01"), Some(MetricsRange::Custom)),
            (Some("90d"), None, Some(MetricsRange::Quarter)),
            (Some("8d"), None, None),
        ] {
            assert_eq!(range_of(&filter(None, range, from)), found, "{range:?} {from:?}");
        }
    }
}
