//! Before and after, field by field.

use leptos::prelude::*;

use super::revealed_text::{SegmentKind, segment_views};

/// A value in pieces; see [`super::RevealedText`].
pub type DiffValue = Vec<(SegmentKind, String)>;

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRow {
    /// Its name.
    pub field: String,
    /// What it is now; `None` where there is none.
    pub before: Option<DiffValue>,
    /// What it will be; `None` where it goes.
    pub after: Option<DiffValue>,
}

/// A table of fields with what they are and what they will be.
#[component]
pub fn DiffTable(
    /// What changes, for screen readers.
    #[prop(into)]
    caption: String,
    /// The fields, in order.
    rows: Vec<DiffRow>,
) -> impl IntoView {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let changed = row.before != row.after;
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">{row.field}</th>
                    <td role="cell" data-label="Before">{value(row.before, changed, false)}</td>
                    <td role="cell" data-label="After">{value(row.after, changed, true)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <table class="table table-cards" role="table">
            <caption class="sr-only">{caption}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"Field"</th>
                    <th scope="col" role="columnheader">"Before"</th>
                    <th scope="col" role="columnheader">"After"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

fn value(value: Option<DiffValue>, changed: bool, after: bool) -> AnyView {
    match (value, changed, after) {
        (None, _, _) => view! { <span class="text-muted">"none"</span> }.into_any(),
        (Some(value), false, _) => {
            view! { <span class="reveal font-mono text-sm">{segment_views(value)}</span> }.into_any()
        }
        (Some(value), true, false) => {
            view! { <div><del class="diff-before">{segment_views(value)}</del></div> }.into_any()
        }
        (Some(value), true, true) => {
            view! { <div><ins class="diff-after">{segment_views(value)}</ins></div> }.into_any()
        }
    }
}
