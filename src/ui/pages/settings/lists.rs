//! What the lists of the settings share: the place in the list, and choices made of what there is.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::domain::page::PageQuery;
use crate::domain::risk::RiskLevel;
use crate::ui::components::{Choice, Pagination};
use crate::ui::words::human;

/// Where the address says the list goes on.
pub fn use_cursor() -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get("cursor")).filter(|cursor| !cursor.is_empty()))
}

/// The page of a list that begins at `cursor`.
pub fn at(cursor: Option<String>) -> PageQuery {
    PageQuery { limit: None, cursor }
}

/// Links to the first and the next page.
#[component]
pub fn Pages(
    /// The list's address.
    path: &'static str,
    /// What is paged, for screen readers.
    label: &'static str,
    /// Where this page begins, if it is not the first.
    cursor: Option<String>,
    /// Where the next one does.
    next: Option<String>,
) -> impl IntoView {
    let first = cursor.is_some().then_some(path);
    // A cursor is base64url: nothing in it needs escaping.
    let joint = if path.contains('?') { '&' } else { '?' };
    let next = next.map(|cursor| format!("{path}{joint}cursor={cursor}"));
    view! { <Pagination label=label previous=first next=next /> }
}

/// Wire names as choices.
pub fn words(names: impl IntoIterator<Item = &'static str>) -> Vec<Choice> {
    names.into_iter().map(|name| Choice::new(name, human(name))).collect()
}

/// The risk levels as choices.
pub fn risk_choices() -> Vec<Choice> {
    words(RiskLevel::ALL.iter().map(|level| level.as_str()))
}
