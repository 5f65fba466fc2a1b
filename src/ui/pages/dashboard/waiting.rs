//! What waits now, by risk.

use leptos::prelude::*;

use crate::domain::metrics::{Metrics, PendingRisk};
use crate::ui::components::time_text::countdown_text;
use crate::ui::components::{Cell, Column, Countdown, RiskBadge, Row, RowHeader, Table};
use crate::ui::words::{risk_tone, stamp};

use super::address::waiting;

/// Each risk with how many wait and the first deadline.
#[component]
pub fn Waiting(
    /// The figures.
    shown: Memo<Metrics>,
) -> impl IntoView {
    let risks =
        move || shown.with(|shown| shown.pending.iter().map(|risk| line(shown, risk)).collect::<Vec<_>>());
    let columns =
        || vec![Column::new("Risk"), Column::new("Waiting").number(), Column::new("First deadline")];
    view! { <Table caption="What waits now, by risk" columns=columns()>{risks}</Table> }
}

fn line(shown: &Metrics, risk: &PendingRisk) -> impl IntoView + use<> {
    let level = risk_tone(risk.risk_level);
    let href = waiting(shown, risk.risk_level);
    let (count, noun) = (risk.count.to_string(), format!(" {} waiting", level.word().to_lowercase()));
    let deadline = risk.oldest_deadline.map(|at| {
        let left = countdown_text(at.timestamp_millis(), shown.as_of.timestamp_millis());
        view! { <Countdown expires_at=stamp(at) text=left /> }
    });
    view! {
        <Row>
            <RowHeader><RiskBadge level=level /></RowHeader>
            <Cell number=true label="Waiting">
                <a class="link tabular" href=href>{count}<span class="sr-only">{noun}</span></a>
            </Cell>
            <Cell label="First deadline">
                {match deadline {
                    Some(deadline) => deadline.into_any(),
                    None => view! { <span class="text-muted">"none"</span> }.into_any(),
                }}
            </Cell>
        </Row>
    }
}
