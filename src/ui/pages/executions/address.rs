//! The list's filters, in the address of the page.

use leptos_router::params::ParamsMap;

use crate::domain::execution::{ExecutionFilter, ExecutionKind, ExecutionStatus};
use crate::domain::ids::{AgentId, TeamId, WorkflowId};
use crate::ui::pages::address::with_query;

/// Where the list lives.
pub const PATH: &str = "/executions";

/// The filter that an address names. What names nothing is left out.
pub fn from_query(query: &ParamsMap) -> ExecutionFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    ExecutionFilter {
        status: get("status").filter(|status| status.parse::<ExecutionStatus>().is_ok()),
        kind: get("kind").filter(|kind| kind.parse::<ExecutionKind>().is_ok()),
        workflow_id: get("workflowId").filter(|id| id.parse::<WorkflowId>().is_ok()),
        team_id: get("teamId").filter(|id| id.parse::<TeamId>().is_ok()),
        agent_id: get("agentId").filter(|id| id.parse::<AgentId>().is_ok()),
        limit: None,
        cursor: get("cursor"),
    }
}

/// The address of a filter.
pub fn href(filter: &ExecutionFilter) -> String {
    let parts = [
        ("status", &filter.status),
        ("kind", &filter.kind),
        ("workflowId", &filter.workflow_id),
        ("teamId", &filter.team_id),
        ("agentId", &filter.agent_id),
        ("cursor", &filter.cursor),
    ];
    with_query(PATH, parts)
}

/// Whether anything is left out.
pub fn narrows(filter: &ExecutionFilter) -> bool {
    href(&ExecutionFilter { cursor: None, ..filter.clone() }) != PATH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_filter_are_the_same_thing() {
        let id = "01a1f85c-7b1a-7531-8cf6-d8909b46437f";
        let mut query = ParamsMap::new();
        for (name, value) in [
            ("status", "failed"),
            ("kind", "team_run"),
            ("workflowId", id),
            ("cursor", ""),
            ("done", "started"),
        ] {
            query.insert(name, value.to_owned());
        }
        let filter = from_query(&query);
        assert_eq!(href(&filter), format!("/executions?status=failed&kind=team_run&workflowId={id}"));
        assert!(narrows(&filter) && !narrows(&from_query(&ParamsMap::new())));
        let mut unknown = ParamsMap::new();
        for (name, value) in
            [("status", "x"), ("kind", "x"), ("workflowId", "x"), ("teamId", "x"), ("agentId", "x")]
        {
            unknown.insert(name, value.to_owned());
        }
        assert_eq!(href(&from_query(&unknown)), "/executions");
    }
}
