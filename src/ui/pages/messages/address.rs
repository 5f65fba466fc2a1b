//! The list's filters, in the address of the page.

use leptos_router::params::ParamsMap;

use crate::domain::message::MessageFilter;
use crate::ui::pages::address::with_query;

/// Where the threads live.
pub const PATH: &str = "/messages";

/// The filter that an address names: what cannot be meant is left to the server to refuse.
pub fn from_query(query: &ParamsMap) -> MessageFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    MessageFilter {
        threads: Some("true".to_owned()),
        thread_id: None,
        agent_id: get("agentId"),
        team_id: get("teamId"),
        message_type: get("type"),
        priority: get("priority"),
        status: get("status"),
        limit: None,
        cursor: get("cursor"),
    }
}

/// The address of a filter.
pub fn href(filter: &MessageFilter) -> String {
    let parts = [
        ("agentId", &filter.agent_id),
        ("teamId", &filter.team_id),
        ("type", &filter.message_type),
        ("priority", &filter.priority),
        ("status", &filter.status),
        ("cursor", &filter.cursor),
    ];
    with_query(PATH, parts)
}

/// Whether anything is left out.
pub fn narrows(filter: &MessageFilter) -> bool {
    href(&MessageFilter { cursor: None, ..filter.clone() }) != PATH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_filter_are_the_same_thing() {
        let mut query = ParamsMap::new();
        for (name, value) in [("type", "task"), ("status", "dead"), ("cursor", ""), ("done", "sent")] {
            query.insert(name, value.to_owned());
        }
        let filter = from_query(&query);
        assert_eq!(href(&filter), "/messages?type=task&status=dead");
        assert!(narrows(&filter) && !narrows(&from_query(&ParamsMap::new())));
    }
}
