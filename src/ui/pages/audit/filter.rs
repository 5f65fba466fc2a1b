//! The audit filters, in the address of the page.

use chrono::{DateTime, NaiveDateTime, Utc};
use leptos_router::params::ParamsMap;

use crate::domain::audit::AuditFilter;
use crate::ui::components::FilterChip;
use crate::ui::words::human;

/// Where the trail lives.
pub const PATH: &str = "/audit";
const PAGE_SIZE: &str = "50";
/// What a `datetime-local` input reads and writes; here always UTC.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

/// The filter that an address names. Times may be RFC 3339, or what a form writes.
pub fn from_query(query: &ParamsMap) -> AuditFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    AuditFilter {
        team_id: get("teamId"),
        agent_id: get("agentId"),
        approval_id: get("approvalId"),
        actor_id: get("actorId"),
        department: get("department"),
        reviewer_id: get("reviewerId"),
        opened: get("opened"),
        event: get("event"),
        action_type: get("actionType"),
        risk_level: get("riskLevel"),
        automatic: get("automatic"),
        q: get("q"),
        from: get("from").map(|time| to_rfc3339(&time)),
        to: get("to").map(|time| to_rfc3339(&time)),
        format: None,
        limit: Some(PAGE_SIZE.to_owned()),
        cursor: get("cursor"),
    }
}

/// The address of a filter.
pub fn href(filter: &AuditFilter) -> String {
    address(PATH, filter, None)
}

/// The address of a filter that verifies the chain behind a number, and shows what was found.
pub fn verify_href(filter: &AuditFilter, from: i64) -> String {
    let base = href(filter);
    let mark = if base.contains('?') { '&' } else { '?' };
    format!("{base}{mark}verify={from}")
}

/// The address of everything that fits the filter, as a file.
pub fn export_href(filter: &AuditFilter, format: &str) -> String {
    address("/api/orchestration/audit", &AuditFilter { cursor: None, ..filter.clone() }, Some(format))
}

fn address(path: &str, filter: &AuditFilter, format: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields(filter).into_iter().chain([("format", format)]) {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    match query.finish() {
        none if none.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

fn fields(filter: &AuditFilter) -> [(&'static str, Option<&str>); 15] {
    [
        ("q", filter.q.as_deref()),
        ("event", filter.event.as_deref()),
        ("teamId", filter.team_id.as_deref()),
        ("agentId", filter.agent_id.as_deref()),
        ("actorId", filter.actor_id.as_deref()),
        ("department", filter.department.as_deref()),
        ("reviewerId", filter.reviewer_id.as_deref()),
        ("opened", filter.opened.as_deref()),
        ("approvalId", filter.approval_id.as_deref()),
        ("actionType", filter.action_type.as_deref()),
        ("riskLevel", filter.risk_level.as_deref()),
        ("automatic", filter.automatic.as_deref()),
        ("from", filter.from.as_deref()),
        ("to", filter.to.as_deref()),
        ("cursor", filter.cursor.as_deref()),
    ]
}

/// The filters in force, each with the address without it.
pub fn chips(filter: &AuditFilter) -> Vec<FilterChip> {
    let base = AuditFilter { cursor: None, ..filter.clone() };
    let mut chips = Vec::new();
    let mut add = |label: &str, value: Option<String>, without: AuditFilter| {
        if let Some(value) = value {
            chips.push(FilterChip { label: label.to_owned(), value, remove_href: href(&without) });
        }
    };
    let automatic = base.automatic.as_deref().map(|automatic| match automatic {
        "true" => "Automatic".to_owned(),
        "false" => "By a person".to_owned(),
        other => other.to_owned(),
    });
    add("Words", base.q.clone(), AuditFilter { q: None, ..base.clone() });
    add("Event", base.event.clone(), AuditFilter { event: None, ..base.clone() });
    add("Team", base.team_id.clone(), AuditFilter { team_id: None, ..base.clone() });
    add("Agent", base.agent_id.clone(), AuditFilter { agent_id: None, ..base.clone() });
    add("Actor", base.actor_id.clone(), AuditFilter { actor_id: None, ..base.clone() });
    add(
        "Department",
        base.department.as_deref().map(human),
        AuditFilter { department: None, ..base.clone() },
    );
    add("Approved by", base.reviewer_id.clone(), AuditFilter { reviewer_id: None, ..base.clone() });
    let opened = base.opened.as_deref().map(|opened| if opened == "true" { "Yes" } else { "No" }.to_owned());
    add("Opened before", opened, AuditFilter { opened: None, ..base.clone() });
    add("Approval", base.approval_id.clone(), AuditFilter { approval_id: None, ..base.clone() });
    add("Action type", base.action_type.clone(), AuditFilter { action_type: None, ..base.clone() });
    add("Risk", base.risk_level.as_deref().map(human), AuditFilter { risk_level: None, ..base.clone() });
    add("How", automatic, AuditFilter { automatic: None, ..base.clone() });
    add("From", base.from.clone(), AuditFilter { from: None, ..base.clone() });
    add("Before", base.to.clone(), AuditFilter { to: None, ..base.clone() });
    chips
}

fn to_rfc3339(time: &str) -> String {
    match NaiveDateTime::parse_from_str(time, LOCAL) {
        Ok(time) => time.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        // The server says what is wrong with anything else.
        Err(_) => time.to_owned(),
    }
}

/// A time of the filter as a form shows it.
pub fn to_local(time: Option<&str>) -> Option<String> {
    let time: DateTime<Utc> = time?.parse().ok()?;
    Some(time.format(LOCAL).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_form_are_utc() {
        let mut query = ParamsMap::new();
        query.insert("from", "2025-11-20T09:14".to_owned());
        query.insert("event", String::new());
        let filter = from_query(&query);
        assert_eq!(filter.from.as_deref(), Some("2025-11-20T09:14:00Z"));
        assert_eq!(to_local(filter.from.as_deref()).as_deref(), Some("2025-11-20T09:14"));
        assert_eq!(href(&filter), "/audit?from=2025-11-20T09%3A14%3A00Z");
        assert_eq!(verify_href(&filter, 7), "/audit?from=2025-11-20T09%3A14%3A00Z&verify=7");
        assert_eq!(verify_href(&AuditFilter::default(), 0), "/audit?verify=0");
        assert_eq!(
            export_href(&filter, "csv"),
            "/api/orchestration/audit?from=2025-11-20T09%3A14%3A00Z&format=csv"
        );
    }
}
