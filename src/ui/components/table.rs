//! Tables that become cards on a phone. The roles repeat what the elements say, because some browsers
//! forget it once a table is not laid out as one.

use leptos::prelude::*;

use super::maybe_text::MaybeText;

/// One column's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    label: String,
    number: bool,
    hidden: bool,
}

impl Column {
    /// A column of text.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of numbers, to the right.
    #[must_use]
    pub fn number(mut self) -> Self {
        self.number = true;
        self
    }

    /// A header that only screen readers read: checkboxes, actions.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }
}

/// A table. Its children are [`Row`]s.
#[component]
pub fn Table(
    /// What the table lists, for screen readers.
    #[prop(into)]
    caption: String,
    /// The headers, in order.
    columns: Vec<Column>,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let headers: Vec<_> = columns
        .into_iter()
        .map(|column| {
            let class = if column.number { "num" } else { "" };
            let inner = if column.hidden { "sr-only" } else { "" };
            view! { <th scope="col" role="columnheader" class=class><span class=inner>{column.label}</span></th> }
        })
        .collect();
    view! {
        <table class="table table-cards" role="table">
            <caption class="sr-only">{caption}</caption>
            <thead role="rowgroup">
                <tr role="row">{headers}</tr>
            </thead>
            <tbody role="rowgroup">{children()}</tbody>
        </table>
    }
}

/// One row. Its children are one [`RowHeader`] and [`Cell`]s.
#[component]
pub fn Row(
    /// More classes: a risk edge, a selection.
    #[prop(optional, into)]
    class: String,
    /// The cells.
    children: Children,
) -> impl IntoView {
    view! { <tr role="row" class=class>{children()}</tr> }
}

/// The cell that names its row; on a phone the card's heading.
#[component]
pub fn RowHeader(
    /// The content.
    children: Children,
) -> impl IntoView {
    view! { <th scope="row" role="rowheader"><div class="min-w-0">{children()}</div></th> }
}

/// An ordinary cell.
#[component]
pub fn Cell(
    /// The column's name, shown before the content on a phone. Without it the content fills the line.
    #[prop(optional, into)]
    label: MaybeText,
    /// To the right, with figures of one width.
    #[prop(optional)]
    number: bool,
    /// The content.
    children: Children,
) -> impl IntoView {
    let label = label.0;
    view! {
        <td role="cell" data-label=label class=if number { "num" } else { "" }>
            <div class="min-w-0">{children()}</div>
        </td>
    }
}
