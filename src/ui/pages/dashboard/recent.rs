//! What ran by itself lately, by the hour.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;

use crate::domain::audit::AuditRow;
use crate::domain::metrics::Metrics;
use crate::ui::components::{
    Card, Icon, IconMark, Moment, RevealedText, RiskBadge, Timeline, TimelineItem, Tone,
};
use crate::ui::hooks::offset_in_zone;
use crate::ui::words::{moment, risk_tone, segments, stamp};

use super::address::trail;

/// How far back "lately" goes.
pub const LATELY: TimeDelta = TimeDelta::hours(24);
/// How many are shown; the rest is behind a link.
pub const MOST: usize = 40;

/// One hour and what ran in it, the newest first.
#[derive(Clone, Debug, PartialEq)]
struct Hour {
    name: String,
    rows: Vec<AuditRow>,
}

/// Rows that are newest first, by the hour of a zone's clock.
fn by_hour(rows: Vec<AuditRow>, offset: impl Fn(DateTime<Utc>) -> TimeDelta) -> Vec<Hour> {
    let mut hours: Vec<Hour> = Vec::new();
    for row in rows {
        let wall = row.executed_at + offset(row.executed_at);
        let name = wall.format("%-d %b, %H:00").to_string();
        match hours.last_mut().filter(|hour| hour.name == name) {
            Some(hour) => hour.rows.push(row),
            None => hours.push(Hour { name, rows: vec![row] }),
        }
    }
    hours
}

/// The timeline. It follows the server with the rest of the page.
#[component]
pub fn Recent(
    /// The figures that it stands beside.
    shown: Memo<Metrics>,
    /// Rows of the last day, newest first; one more than is shown where there are more.
    rows: Memo<Vec<AuditRow>>,
) -> impl IntoView {
    let hours = Memo::new(move |_| {
        let zone = shown.with(|shown| shown.tz.clone());
        let rows: Vec<AuditRow> = rows.with(|rows| rows.iter().take(MOST).cloned().collect());
        by_hour(rows, |time| offset_in_zone(&zone, time))
    });
    let more = move || rows.with(Vec::len) > MOST;
    let all = move || shown.with(|shown| trail(shown, "action.auto_approved"));
    view! {
        <Card title="Ran by itself" description="What the gate let through in the last 24 hours, the newest first.">
            <For
                each=move || hours.get()
                key=|hour| (hour.name.clone(), hour.rows.iter().map(|row| row.id).collect::<Vec<_>>())
                children=|hour| view! { <HourOf hour=hour /> }
            />
            {move || {
                hours
                    .with(Vec::is_empty)
                    .then(|| {
                        view! {
                            <p class="text-muted">
                                "Nothing ran by itself in the last 24 hours. What a team's autonomy allows appears here as it happens."
                            </p>
                        }
                    })
            }}
            <p class="pt-1">
                <a class="link inline-flex min-h-11 items-center text-sm md:min-h-6" href=all>
                    {move || if more() { "More of them, and the whole range" } else { "The whole range" }}
                    <IconMark icon=Icon::ChevronRight size=14 />
                </a>
            </p>
        </Card>
    }
}

#[component]
fn HourOf(
    /// The hour.
    hour: Hour,
) -> impl IntoView {
    let label = format!("Ran by itself, {}", hour.name);
    let rows: Vec<_> = hour.rows.into_iter().map(|row| view! { <Ran row=row /> }).collect();
    view! {
        <h3 class="mb-2 text-sm font-medium text-muted">{hour.name}</h3>
        <Timeline label=label>{rows}</Timeline>
    }
}

#[component]
fn Ran(
    /// The row.
    row: AuditRow,
) -> impl IntoView {
    let at = row.executed_at;
    let sentence = row.description.strip_prefix("Let through: ").unwrap_or(&row.description);
    let what = segments(sentence);
    let title = match row.approval_id {
        Some(id) => view! {
            <a class="link" href=format!("/approvals/{id}")><RevealedText segments=what /></a>
        }
        .into_any(),
        None => view! { <RevealedText segments=what /> }.into_any(),
    };
    view! {
        <TimelineItem
            icon=Icon::Play
            tone=Tone::Ok
            time=move || view! { <Moment datetime=stamp(at) text=moment(at) /> }
        >
            {title}
            <p class="flex flex-wrap gap-x-3 text-sm text-muted">
                <span>{row.actor.name}</span>
                {row.risk_level.map(|level| view! { <RiskBadge level=risk_tone(level) /> })}
            </p>
        </TimelineItem>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::approval::{ActorKind, ActorRef};
    use crate::domain::ids::{AuditId, WorkspaceId};
    use uuid::Uuid;

    fn row(at: &str) -> AuditRow {
        AuditRow {
            id: AuditId(Uuid::nil()),
            seq: None,
            workspace_id: WorkspaceId(Uuid::nil()),
            team_id: None,
            agent_id: None,
            actor: ActorRef { kind: ActorKind::Agent, id: Uuid::nil(), name: "agent".to_owned() },
            event: "action.auto_approved".to_owned(),
            action_type: None,
            action_data: None,
            description: String::new(),
            approval_id: None,
            risk_level: None,
            was_automatic: true,
            success: None,
            error: None,
            result: None,
            duration_ms: None,
            executed_at: at.parse().unwrap(),
            prev_hash: None,
            hash: None,
        }
    }

    #[test]
    fn an_hour_is_one_of_the_zone() {
        let rows = ["2026-05-14T09:50:00Z", "2026-05-14T09:10:00Z", "2026-05-14T08:20:00Z"].map(row);
        let counted = |minutes: i64| {
            let hours = by_hour(rows.to_vec(), |_| TimeDelta::minutes(minutes));
            hours.into_iter().map(|hour| (hour.name, hour.rows.len())).collect::<Vec<_>>()
        };
        assert_eq!(counted(0), [("14 May, 09:00".to_owned(), 2), ("14 May, 08:00".to_owned(), 1)]);
        // Kathmandu, 5:45 ahead.
        assert_eq!(counted(345), [("14 May, 15:00".to_owned(), 1), ("14 May, 14:00".to_owned(), 2)]);
    }
}
