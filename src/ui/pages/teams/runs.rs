//! What a team has run, newest first. It follows the server in place: no row moves under whoever has it in focus, and
//! nothing is drawn anew but what changed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::domain::AppError;
use crate::domain::event::Topic;
use crate::domain::execution::{Execution, ExecutionFilter, ExecutionKind, ExecutionStatus};
use crate::domain::ids::{ExecutionId, TeamId};
use crate::server_fns::executions::execution_list;
use crate::ui::components::{
    ButtonSize, Card, Cell, Column, LinkButton, RelativeTime, RevealedText, Row, RowHeader, StatusBadge,
    Table,
};
use crate::ui::hooks::use_changes;
use crate::ui::pages::executions::{actor, execution_status, headline, took};
use crate::ui::words::{human, moment, segments, stamp};

/// So many are listed; the rest is one link away.
const LISTED: &str = "10";
/// An execution tells of each of its steps; the list is read once in this time.
const EVERY: Duration = Duration::from_secs(1);

/// An execution as its row needs it, without what went in and came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    id: ExecutionId,
    title: String,
    kind: ExecutionKind,
    by: String,
    made: DateTime<Utc>,
    stands: Stands,
}

/// What changes of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Stands {
    status: ExecutionStatus,
    started: Option<DateTime<Utc>>,
    finished: Option<DateTime<Utc>>,
}

impl From<Execution> for RunLine {
    fn from(of: Execution) -> Self {
        Self {
            id: of.id,
            title: headline(&of.title),
            kind: of.kind,
            by: actor(&of.started_by),
            made: of.created_at,
            stands: Stands { status: of.status, started: of.started_at, finished: of.finished_at },
        }
    }
}

/// The newest executions of a team that nobody's step started.
pub async fn runs_of(team: TeamId) -> Result<Vec<RunLine>, AppError> {
    let filter = ExecutionFilter {
        team_id: Some(team.to_string()),
        limit: Some(LISTED.to_owned()),
        ..ExecutionFilter::default()
    };
    Ok(execution_list(filter).await?.items.into_iter().map(RunLine::from).collect())
}

/// The list as it was read first, then as events tell.
fn followed(team: TeamId, first: Vec<RunLine>) -> RwSignal<Vec<RunLine>> {
    let runs = RwSignal::new(first);
    // How often it was asked for, and which answer is shown: a later one may come before.
    let turns = StoredValue::new((0_u64, 0_u64));
    use_changes(&[Topic::Execution], EVERY, move || {
        let turn = turns.try_update_value(|(asked, _)| {
            *asked += 1;
            *asked
        });
        let Some(turn) = turn else { return };
        spawn_local(async move {
            // What cannot be read now is read with the next change.
            let Ok(now) = runs_of(team).await else { return };
            let newest = turns.try_update_value(|(_, shown)| {
                let newest = turn > *shown;
                *shown = turn.max(*shown);
                newest
            });
            if newest == Some(true) {
                let _ = runs.try_set(now);
            }
        });
    });
    runs
}

/// The runs of a team.
#[component]
pub fn RunHistory(
    /// The team.
    team: TeamId,
    /// Its newest runs.
    first: Vec<RunLine>,
) -> impl IntoView {
    let runs = followed(team, first);
    let none = Memo::new(move |_| runs.with(Vec::is_empty));
    let columns = vec![
        Column::new("Run"),
        Column::new("Kind"),
        Column::new("Status"),
        Column::new("Started by"),
        Column::new("Begun"),
        Column::new("Took").number(),
    ];
    let all = move || {
        view! {
            <LinkButton href=format!("/executions?teamId={team}") size=ButtonSize::Small>
                "All runs"
            </LinkButton>
        }
    };
    view! {
        <Card title="Run history" flush=true actions=all>
            <Table caption="Runs of this team, newest first" columns=columns>
                <For
                    each=move || runs.get()
                    key=|run| run.id
                    children=move |run| view! { <RunRow run=run runs=runs /> }
                />
            </Table>
            {move || {
                none.get()
                    .then(|| {
                        view! {
                            <p class="px-4 py-3 text-muted">
                                "Nothing has run yet. What the team is given to do appears here, and how it stands."
                            </p>
                        }
                    })
            }}
        </Card>
    }
}

#[component]
fn RunRow(
    /// The run as it was when its row was drawn.
    run: RunLine,
    /// The runs.
    runs: RwSignal<Vec<RunLine>>,
) -> impl IntoView {
    let (id, first) = (run.id, run.stands);
    let stands = Memo::new(move |_| {
        runs.with(|runs| runs.iter().find(|of| of.id == id).map_or(first, |of| of.stands))
    });
    let (title, kind, made) = (segments(&run.title), human(run.kind.as_str()), run.made);
    let status = move || {
        let (tone, label) = execution_status(stands.get().status);
        view! { <StatusBadge tone=tone label=label /> }
    };
    let begun = move || {
        let begun = stands.get().started.unwrap_or(made);
        view! { <RelativeTime datetime=stamp(begun) text=moment(begun) /> }
    };
    let took = move || match stands.get() {
        Stands { started: Some(started), finished: Some(finished), .. } => took(started, finished),
        _ => "–".to_owned(),
    };
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=format!("/executions/{id}")>
                    <RevealedText segments=title />
                </a>
            </RowHeader>
            <Cell label="Kind">{kind}</Cell>
            <Cell label="Status">{status}</Cell>
            <Cell label="Started by">{run.by}</Cell>
            <Cell label="Begun">{begun}</Cell>
            <Cell label="Took" number=true>{took}</Cell>
        </Row>
    }
}
