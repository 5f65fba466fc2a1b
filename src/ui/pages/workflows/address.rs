//! The list's filter, in the address of the page.

use leptos_router::params::ParamsMap;

use crate::domain::workflow::{WorkflowFilter, WorkflowStatus};
use crate::ui::components::Tab;
use crate::ui::pages::address::with_query;

use super::words::status_name;

/// Where the list lives.
pub const PATH: &str = "/workflows";
/// The status that stands for every one.
const ALL: &str = "all";

/// The filter that an address names. A status that there is not is none.
pub fn from_query(query: &ParamsMap) -> WorkflowFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    WorkflowFilter {
        status: get("status").filter(|status| status == ALL || status.parse::<WorkflowStatus>().is_ok()),
        limit: None,
        cursor: get("cursor"),
    }
}

/// The address of a filter.
pub fn href(filter: &WorkflowFilter) -> String {
    with_query(PATH, [("status", &filter.status), ("cursor", &filter.cursor)])
}

/// The list by status, as tabs.
pub fn tabs(filter: &WorkflowFilter) -> Vec<Tab> {
    let tab = |status: Option<&str>, label: &str| Tab {
        href: href(&WorkflowFilter { status: status.map(str::to_owned), limit: None, cursor: None }),
        label: label.to_owned(),
        count: None,
        current: filter.status.as_deref() == status,
    };
    let first = std::iter::once(tab(None, "In use"));
    let each = WorkflowStatus::ALL.iter().map(|status| tab(Some(status.as_str()), status_name(*status)));
    first.chain(each).chain(std::iter::once(tab(Some(ALL), "All"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_filter_are_the_same_thing() {
        let mut query = ParamsMap::new();
        for (name, value) in [("status", "paused"), ("cursor", ""), ("done", "deleted")] {
            query.insert(name, value.to_owned());
        }
        let filter = from_query(&query);
        assert_eq!(href(&filter), "/workflows?status=paused");
        let current: Vec<_> =
            tabs(&filter).into_iter().filter(|tab| tab.current).map(|tab| tab.label).collect();
        assert_eq!(current, ["Paused"]);
        let mut unknown = ParamsMap::new();
        unknown.insert("status", "nonsense".to_owned());
        assert_eq!(href(&from_query(&unknown)), "/workflows");
        assert_eq!(tabs(&from_query(&unknown)).iter().position(|tab| tab.current), Some(0));
    }
}
