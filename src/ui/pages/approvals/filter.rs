//! The list's filters, in the address of the page.

use leptos_router::params::ParamsMap;

use crate::domain::approval::ApprovalFilter;
use crate::ui::components::FilterChip;
use crate::ui::words::human;

/// Where the list lives.
pub const PATH: &str = "/approvals";
const PAGE_SIZE: &str = "25";

/// The tabs: the filter's `status` and `snoozed`, and the word for both.
pub const TABS: [(Option<&str>, Option<&str>, &str); 7] = [
    (None, None, "Pending"),
    (None, Some("only"), "Snoozed"),
    (Some("approved"), None, "Approved"),
    (Some("rejected"), None, "Rejected"),
    (Some("expired"), None, "Expired"),
    (Some("auto_approved"), None, "Ran automatically"),
    (Some("all"), None, "All"),
];

/// How long until the deadline, as the filter's seconds and in words.
pub const WITHIN: [(&str, &str); 4] =
    [("600", "10 minutes"), ("3600", "1 hour"), ("14400", "4 hours"), ("86400", "1 day")];

/// The filter that an address names. What it does not know stays out.
pub fn from_query(query: &ParamsMap) -> ApprovalFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    ApprovalFilter {
        status: get("status").filter(|status| status != "pending"),
        risk_level: get("riskLevel"),
        team_id: get("teamId"),
        agent_id: get("agentId"),
        action_type: get("actionType"),
        department: get("department"),
        q: get("q"),
        expiring_within: get("expiringWithin"),
        outcome: get("outcome"),
        external_ref: get("externalRef"),
        snoozed: get("snoozed"),
        sort: get("sort").filter(|sort| sort != "expires_at"),
        limit: Some(PAGE_SIZE.to_owned()),
        cursor: get("cursor"),
    }
}

/// The address of a filter.
pub fn href(filter: &ApprovalFilter) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields(filter) {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    match query.finish() {
        none if none.is_empty() => PATH.to_owned(),
        query => format!("{PATH}?{query}"),
    }
}

/// The parts that an address carries, in its order.
pub fn fields(filter: &ApprovalFilter) -> Vec<(&'static str, Option<&str>)> {
    filter.fields().into_iter().chain([("cursor", filter.cursor.as_deref())]).collect()
}

/// The first page of the same list.
pub fn first_page(filter: &ApprovalFilter) -> ApprovalFilter {
    ApprovalFilter { cursor: None, ..filter.clone() }
}

/// The filters in force, each with the address without it. The tab and the order are not among them. `team` and
/// `agent` are the names of those that the filter names by id, where a row shows them.
pub fn chips(filter: &ApprovalFilter, team: Option<&str>, agent: Option<&str>) -> Vec<FilterChip> {
    let base = first_page(filter);
    let mut chips = Vec::new();
    let mut add = |label: &str, value: Option<String>, without: ApprovalFilter| {
        if let Some(value) = value {
            chips.push(FilterChip { label: label.to_owned(), value, remove_href: href(&without) });
        }
    };
    let named = |id: &Option<String>, name: Option<&str>| id.as_ref().map(|id| name.unwrap_or(id).to_owned());
    let within = |seconds: &String| {
        WITHIN
            .iter()
            .find(|(value, _)| value == seconds)
            .map_or(format!("{seconds} s"), |(_, word)| (*word).to_owned())
    };
    add("Text", base.q.clone(), ApprovalFilter { q: None, ..base.clone() });
    add("Risk", base.risk_level.as_deref().map(human), ApprovalFilter { risk_level: None, ..base.clone() });
    add("Team", named(&base.team_id, team), ApprovalFilter { team_id: None, ..base.clone() });
    add("Agent", named(&base.agent_id, agent), ApprovalFilter { agent_id: None, ..base.clone() });
    add(
        "Department",
        base.department.as_deref().map(human),
        ApprovalFilter { department: None, ..base.clone() },
    );
    add("Action type", base.action_type.clone(), ApprovalFilter { action_type: None, ..base.clone() });
    add(
        "Expires within",
        base.expiring_within.as_ref().map(within),
        ApprovalFilter { expiring_within: None, ..base.clone() },
    );
    let aside = |snoozed: &str| match snoozed {
        "only" => "Only these".to_owned(),
        "all" => "Shown too".to_owned(),
        other => other.to_owned(),
    };
    add("Snoozed", base.snoozed.as_deref().map(aside), ApprovalFilter { snoozed: None, ..base.clone() });
    add("Outcome", base.outcome.as_deref().map(human), ApprovalFilter { outcome: None, ..base.clone() });
    add("Reference", base.external_ref.clone(), ApprovalFilter { external_ref: None, ..base.clone() });
    chips
}

/// The tab's list without any other filter.
pub fn cleared(filter: &ApprovalFilter) -> ApprovalFilter {
    ApprovalFilter { status: filter.status.clone(), sort: filter.sort.clone(), ..ApprovalFilter::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_filter_are_the_same_thing() {
        let mut query = ParamsMap::new();
        for (name, value) in [
            ("externalRef", "7"),
            ("sort", "risk"),
            ("snoozed", "only"),
            ("status", "all"),
            ("q", "a & b"),
            ("riskLevel", ""),
            ("__err", "x"),
        ] {
            query.insert(name, value.to_owned());
        }
        let filter = from_query(&query);
        assert_eq!(href(&filter), "/approvals?status=all&q=a+%26+b&externalRef=7&snoozed=only&sort=risk");
        assert_eq!(href(&ApprovalFilter::default()), "/approvals");
    }

    #[test]
    fn a_chip_takes_away_its_filter_and_the_place_in_the_list() {
        let filter = ApprovalFilter {
            q: Some("x".to_owned()),
            risk_level: Some("high".to_owned()),
            snoozed: Some("only".to_owned()),
            cursor: Some("c".to_owned()),
            ..ApprovalFilter::default()
        };
        let chips = chips(&filter, None, None);
        assert_eq!(chips.len(), 3);
        assert_eq!(chips[0].remove_href, "/approvals?riskLevel=high&snoozed=only");
        assert_eq!((chips[1].label.as_str(), chips[1].value.as_str()), ("Risk", "High"));
        assert_eq!((chips[2].label.as_str(), chips[2].value.as_str()), ("Snoozed", "Only these"));
    }
}
