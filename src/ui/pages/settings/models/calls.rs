//! What models were used for: the last day altogether, and the last calls.

use leptos::prelude::*;

use crate::domain::model::{ModelCall, ModelLimits, ModelUse};
use crate::ui::components::{
    Card, Cell, Column, DescriptionList, KeyValue, RelativeTime, RevealedText, Row, RowHeader, StatusBadge,
    Table, Tone,
};
use crate::ui::words::{moment, segments, stamp};

use super::words::{dollars, grouped, took};

/// Millionths of a dollar in a cent.
const CENT: i64 = 10_000;

/// The use of the last day, beside its limits.
#[component]
pub fn Day(
    /// The use.
    day: ModelUse,
    /// The limits.
    limits: ModelLimits,
) -> impl IntoView {
    let calls = of_limit(grouped(day.calls), limits.calls_per_day.map(grouped));
    let tokens = of_limit(
        grouped(day.input_tokens.saturating_add(day.output_tokens)),
        limits.tokens_per_day.map(grouped),
    );
    let most = limits.cents_per_day.map(|cents| dollars(cents.saturating_mul(CENT)));
    let cost = of_limit(dollars(day.cost_micros), most);
    view! {
        <Card title="The last 24 hours" description="Costs are by the prices in the settings.">
            <DescriptionList>
                <KeyValue label="Calls">{calls}</KeyValue>
                <KeyValue label="Tokens read">{grouped(day.input_tokens)}</KeyValue>
                <KeyValue label="Tokens written">{grouped(day.output_tokens)}</KeyValue>
                <KeyValue label="Tokens together">{tokens}</KeyValue>
                <KeyValue label="Cost">{cost}</KeyValue>
            </DescriptionList>
        </Card>
    }
}

fn of_limit(used: String, limit: Option<String>) -> String {
    match limit {
        Some(limit) => format!("{used} of {limit}"),
        None => used,
    }
}

/// The last calls.
#[component]
pub fn Calls(
    /// The calls, newest first.
    calls: Vec<ModelCall>,
) -> impl IntoView {
    if calls.is_empty() {
        return view! {
            <Card title="Calls">
                <p class="text-muted">
                    "No agent has called a model yet. Each call appears here with its cost and the execution that it was for."
                </p>
            </Card>
        }
        .into_any();
    }
    let rows: Vec<_> = calls.into_iter().map(|call| view! { <CallRow call=call /> }).collect();
    let columns = vec![
        Column::new("Agent"),
        Column::new("When"),
        Column::new("For"),
        Column::new("Model"),
        Column::new("Read").number(),
        Column::new("Written").number(),
        Column::new("Cost").number(),
        Column::new("Took").number(),
        Column::new("Answer"),
    ];
    view! {
        <Card title="Calls" description="The last 50. Read and written are tokens." flush=true>
            <Table caption="Calls of models, newest first" columns=columns>
                {rows}
            </Table>
        </Card>
    }
    .into_any()
}

#[component]
fn CallRow(
    /// The call.
    call: ModelCall,
) -> impl IntoView {
    let usage = call.usage;
    let answer = match call.error {
        None => view! { <StatusBadge tone=Tone::Ok label="Answered" /> }.into_any(),
        Some(error) => view! {
            <StatusBadge tone=Tone::Bad label="Failed" />
            <p class="text-sm text-muted [overflow-wrap:anywhere]">
                <RevealedText segments=segments(&error) />
            </p>
        }
        .into_any(),
    };
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=format!("/settings/agents/{}", call.agent_id)>
                    <RevealedText segments=segments(&call.agent_name) />
                </a>
            </RowHeader>
            <Cell label="When"><RelativeTime datetime=stamp(call.created_at) text=moment(call.created_at) /></Cell>
            <Cell label="For">
                <a class="link" href=format!("/executions/{}", call.execution_id)>"Its execution"</a>
            </Cell>
            <Cell label="Model"><span class="[overflow-wrap:anywhere]">{call.model}</span></Cell>
            <Cell label="Read" number=true>{grouped(usage.input_tokens)}</Cell>
            <Cell label="Written" number=true>{grouped(usage.output_tokens)}</Cell>
            <Cell label="Cost" number=true>{dollars(usage.cost_micros)}</Cell>
            <Cell label="Took" number=true>{took(usage.milliseconds)}</Cell>
            <Cell label="Answer">{answer}</Cell>
        </Row>
    }
}
