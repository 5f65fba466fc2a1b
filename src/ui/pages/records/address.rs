//! The list's filters, in the address of the page.

use leptos_router::params::ParamsMap;

use crate::domain::record::{RecordFilter, RecordKind};
use crate::ui::pages::address::with_query;

/// Where the list lives.
pub const PATH: &str = "/records";
const PAGE_SIZE: &str = "50";

/// The filter that an address names. An unknown kind is none.
pub fn from_query(query: &ParamsMap) -> RecordFilter {
    let get = |name: &str| query.get(name).filter(|value| !value.trim().is_empty());
    RecordFilter {
        kind: get("kind").filter(|kind| kind.parse::<RecordKind>().is_ok()),
        q: get("q"),
        limit: Some(PAGE_SIZE.to_owned()),
        cursor: get("cursor"),
    }
}

/// The address of a filter.
pub fn href(filter: &RecordFilter) -> String {
    let parts = [("kind", &filter.kind), ("q", &filter.q), ("cursor", &filter.cursor)];
    with_query(PATH, parts)
}

/// The first page of records of one kind, or of all, with the same search.
pub fn of_kind(filter: &RecordFilter, kind: Option<RecordKind>) -> RecordFilter {
    RecordFilter { kind: kind.map(|kind| kind.to_string()), cursor: None, ..filter.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_filter_are_the_same_thing() {
        let mut query = ParamsMap::new();
        for (name, value) in [("kind", "deal"), ("q", "a & b"), ("cursor", ""), ("done", "deleted")] {
            query.insert(name, value.to_owned());
        }
        let filter = from_query(&query);
        assert_eq!(href(&filter), "/records?kind=deal&q=a+%26+b");
        assert_eq!(href(&of_kind(&filter, None)), "/records?q=a+%26+b");
        let mut unknown = ParamsMap::new();
        unknown.insert("kind", "nonsense".to_owned());
        assert_eq!(href(&from_query(&unknown)), "/records");
    }
}
