//! The rows of the audit trail.

use leptos::prelude::*;

use crate::domain::approval::ActorKind;
use crate::domain::audit::AuditRow;
use crate::domain::canonical::canonical;
use crate::ui::components::{
    Badge, Cell, Column, JsonView, Moment, RevealedText, RiskBadge, Row, RowHeader, StatusBadge, Table, Tone,
};
use crate::ui::words::{human, moment, risk_tone, segments, stamp};

/// A hash's first digits; the whole of it is in the row's details.
pub fn short(hash: &str) -> String {
    format!("{}…", hash.get(..10).unwrap_or(hash))
}

/// Time, who, what, and on request the exact data.
#[component]
pub fn AuditTable(
    /// Newest first.
    rows: Vec<AuditRow>,
) -> impl IntoView {
    let columns =
        ["What", "When", "Who", "Event", "Risk", "Seal"].into_iter().map(Column::new).collect::<Vec<_>>();
    let rows: Vec<_> = rows.into_iter().map(|row| view! { <AuditLine row=row /> }).collect();
    view! {
        <div class="card overflow-x-auto">
            <Table caption="Audit trail" columns=columns>
                {rows}
            </Table>
        </div>
    }
}

#[component]
fn AuditLine(
    /// The row.
    row: AuditRow,
) -> impl IntoView {
    let who = match row.actor.kind {
        ActorKind::User => "person",
        ActorKind::Agent => "agent",
        ActorKind::System => "system",
    };
    let what = segments(&row.description);
    let title = match row.approval_id {
        Some(id) => view! {
            <a class="hover:underline" href=format!("/approvals/{id}")><RevealedText segments=what /></a>
        }
        .into_any(),
        None => view! { <RevealedText segments=what /> }.into_any(),
    };
    let at = row.executed_at;
    let whole = row.clone();
    let seal = match (row.seq, row.hash.clone()) {
        (Some(seq), Some(hash)) => view! {
            <span class="whitespace-nowrap">{format!("#{seq}")}</span>
            " "
            <code class="text-sm text-muted">{short(&hash)}</code>
        }
        .into_any(),
        _ => view! { <span class="text-muted">"not yet"</span> }.into_any(),
    };
    view! {
        <Row>
            <RowHeader>
                {title}
                {row.error.clone().map(|error| view! { <p class="text-sm font-normal text-bad"><RevealedText segments=segments(&error) /></p> })}
                <Exact row=whole />
            </RowHeader>
            <Cell label="When"><span class="text-sm"><Moment datetime=stamp(at) text=moment(at) /></span></Cell>
            <Cell label="Who">
                <a class="hover:underline" href=format!("/audit?actorId={}", row.actor.id)>{row.actor.name.clone()}</a>
                <span class="text-sm text-muted">{format!(" {who}")}</span>
            </Cell>
            <Cell label="Event">
                <a class="hover:underline" href=format!("/audit?event={}", row.event)>{human(&row.event)}</a>
                {row.was_automatic.then(|| view! { " " <Badge>"automatic"</Badge> })}
                {row
                    .success
                    .map(|success| {
                        let (tone, label) = if success { (Tone::Ok, "succeeded") } else { (Tone::Bad, "failed") };
                        view! { <div class="text-sm"><StatusBadge tone=tone label=label /></div> }
                    })}
            </Cell>
            <Cell label="Risk">
                {match row.risk_level {
                    Some(level) => view! { <RiskBadge level=risk_tone(level) /> }.into_any(),
                    None => view! { <span class="text-muted">"none"</span> }.into_any(),
                }}
            </Cell>
            <Cell label="Seal">{seal}</Cell>
        </Row>
    }
}

/// Everything else that the row holds, shown on request.
#[component]
fn Exact(
    /// The row.
    row: AuditRow,
) -> impl IntoView {
    let block = |label: &'static str, value: serde_json::Value| {
        let pretty = serde_json::to_string_pretty(&value).unwrap_or_default();
        view! { <JsonView label=label segments=segments(&pretty) copy=canonical(&value) /> }
    };
    let seal = match (row.seq, &row.hash) {
        (Some(seq), Some(hash)) => {
            format!(
                "Sealed as number {seq}, hash {hash}, behind {}",
                row.prev_hash.as_deref().unwrap_or_default()
            )
        }
        _ => "Not sealed yet.".to_owned(),
    };
    let about = [
        row.approval_id.map(|id| (format!("/audit?approvalId={id}"), "All about this approval")),
        row.agent_id.map(|id| (format!("/settings/agents/{id}"), "The agent")),
        row.team_id.map(|id| (format!("/settings/teams/{id}"), "The team")),
    ];
    let about: Vec<_> = about
        .into_iter()
        .flatten()
        .map(|(href, label)| view! { <a class="link inline-flex min-h-11 items-center md:min-h-6" href=href>{label}</a> })
        .collect();
    let duration = row.duration_ms.map(|ms| format!("It took {ms} ms."));
    view! {
        <details class="font-normal">
            <summary class="link inline-flex min-h-11 items-center text-sm md:min-h-6">
                "Details" <span class="sr-only">{format!(" of {} at {}", row.event, moment(row.executed_at))}</span>
            </summary>
            <div class="grid min-w-0 gap-2 pt-1 pb-2">
                <p class="text-sm text-muted">{row.action_type.map(|of| view! { <code>{of}</code> " " })}{duration}</p>
                <p class="flex flex-wrap gap-x-4 text-sm empty:hidden">{about}</p>
                {row.action_data.map(|data| block("Action data", data))}
                {row.result.map(|result| block("Result", result))}
                <p class="text-sm break-all text-muted">{seal}</p>
            </div>
        </details>
    }
}
