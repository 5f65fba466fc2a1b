//! The list's filters, in the address of the page.

use leptos_router::params::ParamsMap;

use crate::domain::team::{TeamFilter, TeamStatus};
use crate::domain::workspace::Department;
use crate::ui::pages::address::with_query;

/// Where the list lives.
pub const PATH: &str = "/teams";
/// The status that stands for every one.
pub const ALL: &str = "all";

/// The filter that an address names. What names nothing is left out.
pub fn from_query(query: &ParamsMap) -> TeamFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    TeamFilter {
        status: get("status").filter(|status| status == ALL || status.parse::<TeamStatus>().is_ok()),
        department: get("department").filter(|department| department.parse::<Department>().is_ok()),
        limit: None,
        cursor: get("cursor"),
    }
}

/// The address of a filter.
pub fn href(filter: &TeamFilter) -> String {
    let parts = [("department", &filter.department), ("status", &filter.status), ("cursor", &filter.cursor)];
    with_query(PATH, parts)
}

/// Whether a filter is in force.
pub fn narrows(filter: &TeamFilter) -> bool {
    filter.status.is_some() || filter.department.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_filter_are_the_same_thing() {
        let mut query = ParamsMap::new();
        for (name, value) in
            [("status", "paused"), ("department", "sales"), ("cursor", ""), ("done", "created")]
        {
            query.insert(name, value.to_owned());
        }
        let filter = from_query(&query);
        assert_eq!(href(&filter), "/teams?department=sales&status=paused");
        assert!(narrows(&filter) && !narrows(&from_query(&ParamsMap::new())));
        let mut unknown = ParamsMap::new();
        for (name, value) in [("status", "x"), ("department", "x")] {
            unknown.insert(name, value.to_owned());
        }
        assert_eq!(href(&from_query(&unknown)), "/teams");
        let mut all = ParamsMap::new();
        all.insert("status", ALL.to_owned());
        assert_eq!(href(&from_query(&all)), "/teams?status=all");
    }
}
