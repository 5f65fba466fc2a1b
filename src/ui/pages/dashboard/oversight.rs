//! How people review: for an owner everybody, for a member themselves.

use leptos::prelude::*;

use crate::domain::metrics::{Metrics, ReviewerFigures};
use crate::ui::components::{Card, Cell, Column, Row, RowHeader, Table};

use super::address::{DECISIONS, trail_of_member, trail_of_reviewer, trail_unopened};
use super::words::maybe_span;

/// The table; nothing where there is nobody to show.
#[component]
pub fn Oversight(
    /// The figures.
    shown: Memo<Metrics>,
) -> impl IntoView {
    let none = Memo::new(move |_| shown.with(|shown| shown.reviewers.is_empty()));
    let rows = move || {
        shown.with(|shown| shown.reviewers.iter().map(|reviewer| line(shown, reviewer)).collect::<Vec<_>>())
    };
    let columns = || {
        let numbers = ["Decisions", "Without opening", "Opened for", "Taken back", "Failed later"];
        let numbers = numbers.into_iter().map(|name| Column::new(name).number());
        std::iter::once(Column::new("Reviewer")).chain(numbers).collect::<Vec<_>>()
    };
    move || {
        (!none.get()).then(|| {
            view! {
                <Card
                    title="Oversight"
                    description="How decisions were made, in all departments. \"Opened for\": half of those opened first were decided within this time. Owners see everybody, others themselves."
                    flush=true
                >
                    <Table caption="Oversight by reviewer" columns=columns()>
                        {rows}
                    </Table>
                </Card>
            }
        })
    }
}

fn line(shown: &Metrics, reviewer: &ReviewerFigures) -> impl IntoView + use<> {
    let id = reviewer.user_id;
    let name = reviewer.name.clone();
    let decisions = reviewer.approved + reviewer.rejected;
    let linked = |count: i64, href: String, what: &'static str| {
        view! {
            <a class="link" href=href>{count.to_string()}<span class="sr-only">{format!(" {what}")}</span></a>
        }
    };
    let (all, unopened) = (
        linked(decisions, trail_of_member(shown, id, DECISIONS), "decisions"),
        linked(reviewer.unopened, trail_unopened(shown, id), "decided without opening"),
    );
    let (undone, failed) = (
        linked(reviewer.undone, trail_of_reviewer(shown, id, "approval.undone"), "taken back"),
        linked(reviewer.failed, trail_of_reviewer(shown, id, "action.failed"), "failed later"),
    );
    let open = maybe_span(reviewer.median_open_ms);
    view! {
        <Row>
            <RowHeader>{name}</RowHeader>
            <Cell number=true label="Decisions">{all}</Cell>
            <Cell number=true label="Without opening">{unopened}</Cell>
            <Cell number=true label="Opened for">{open}</Cell>
            <Cell number=true label="Taken back">{undone}</Cell>
            <Cell number=true label="Failed later">{failed}</Cell>
        </Row>
    }
}
