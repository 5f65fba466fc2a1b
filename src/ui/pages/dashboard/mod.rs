//! `/`: what the workspace's agents do, what waits, and how people decide.

mod address;
mod controls;
mod oversight;
mod recent;
mod strip;
mod teams;
mod trends;
mod waiting;
mod words;

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::AppError;
use crate::domain::audit::{AuditFilter, AuditRow};
use crate::domain::event::Topic;
use crate::domain::member::Permission;
use crate::domain::metrics::{Metrics, MetricsFilter, Step};
use crate::server_fns::audit::audit_list;
use crate::server_fns::metrics::metrics_read;
use crate::ui::components::{Card, Chart, ChartKind, EmptyState, Icon, LinkButton, PageHeader, Skeleton};
use crate::ui::forms::{Notice, NoticeBar};
use crate::ui::hooks::{use_browser_zone, use_changes};
use crate::ui::pages::trust::TrustSuggestions;
use crate::ui::pages::{PageError, use_session};

use address::from_query;
use controls::{Departments, Ranges};
use oversight::Oversight;
use recent::Recent;
use strip::{Others, Strip};
use teams::Teams;
use waiting::Waiting;

/// At most so often is the page read anew while things happen.
const EVERY: Duration = Duration::from_secs(2);

type Loaded = (Metrics, Vec<AuditRow>);

/// The dashboard.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let chosen_zone = use_session().preferences.time_zone;
    let (query, browser_zone) = (use_query_map(), use_browser_zone());
    let filter = Memo::new(move |_| {
        let mut filter = query.with(from_query);
        if filter.tz.is_none() && chosen_zone.is_none() {
            filter.tz = browser_zone.get();
        }
        filter
    });
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move {
            let answer = load(filter.clone()).await;
            (filter, answer)
        },
    );
    view! {
        <Title text="Dashboard" />
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                match answer {
                    Ok(first) => view! { <Board filter=filter first=first /> }.into_any(),
                    Err(error) => {
                        let retry = Callback::new(move |()| loaded.refetch());
                        view! {
                            <PageHeader title="Dashboard" />
                            <Departments filter=filter />
                            <PageError title="The figures could not be loaded" error=error retry=retry />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
        <div class="mt-4 empty:hidden"><TrustSuggestions /></div>
    }
}

async fn load(filter: MetricsFilter) -> Result<Loaded, AppError> {
    let figures = metrics_read(filter.clone()).await?;
    let lately = AuditFilter {
        event: Some("action.auto_approved".to_owned()),
        department: filter.department,
        from: Some((figures.as_of - recent::LATELY).to_rfc3339()),
        limit: Some((recent::MOST + 1).to_string()),
        ..AuditFilter::default()
    };
    let rows = audit_list(lately).await?.items;
    Ok((figures, rows))
}

/// The page in its shape, before there is anything to put in.
#[component]
fn Loading() -> impl IntoView {
    view! {
        <PageHeader title="Dashboard" />
        <div class="grid gap-4" aria-busy="true">
            <Card><Skeleton lines=4 label="Loading the figures" /></Card>
            <div class="grid gap-4 lg:grid-cols-2">
                <Card><Skeleton lines=6 label="Loading the charts" /></Card>
                <Card><Skeleton lines=6 label="Loading the charts" /></Card>
            </div>
            <Card><Skeleton lines=6 label="Loading the teams" /></Card>
        </div>
    }
}

/// What was loaded. It follows the server in place: nothing that somebody reads, opens or types in is drawn anew.
#[component]
fn Board(
    /// What is asked for.
    filter: MetricsFilter,
    /// What was loaded first.
    first: Loaded,
) -> impl IntoView {
    let may_write = use_session().may(Permission::WriteTeams);
    let now = RwSignal::new(first);
    let asked = StoredValue::new(filter.clone());
    let look = move || {
        let Some(asked) = asked.try_get_value() else { return };
        spawn_local(async move {
            // What cannot be read now is read with the next change; the page says when it is as of.
            if let Ok(next) = load(asked).await {
                let _ = now.try_set(next);
            }
        });
    };
    use_changes(&[Topic::Approval, Topic::Team], EVERY, look);
    let shown = Memo::new(move |_| now.with(|(figures, _)| figures.clone()));
    let rows = Memo::new(move |_| now.with(|(_, rows)| rows.clone()));
    let notice = Notice::new(|_| None);
    let changed = Callback::new(move |text: String| {
        notice.say(text);
        look();
    });
    let before = words::before_words(address::range_of(&filter));
    let is_new = Memo::new(move |_| {
        shown.with(|shown| shown.teams.is_empty() && shown.department.is_none() && rests(shown))
    });
    let charts = filter.clone();
    view! {
        <PageHeader title="Dashboard" />
        <NoticeBar notice=notice />
        <Departments filter=filter.clone() />
        <Ranges filter=filter shown=shown />
        {move || is_new.get().then(|| view! { <Nothing /> })}
        <div class="grid gap-4">
            <Strip shown=shown before=before />
            <div class="grid gap-4 lg:grid-cols-2">
                <Card title="Waiting now" flush=true><Waiting shown=shown /></Card>
                <Card title="Also in this range"><Others shown=shown /></Card>
            </div>
            <Charts filter=charts shown=shown />
            <Teams shown=shown may_write=may_write changed=changed />
            <Oversight shown=shown />
            <Recent shown=shown rows=rows />
        </div>
    }
}

/// Nothing happens and nothing waits.
fn rests(shown: &Metrics) -> bool {
    shown.figures.actions == 0 && shown.pending.iter().all(|risk| risk.count == 0)
}

/// A workspace in which nobody has done anything yet.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="card mb-4">
            <EmptyState
                icon=Icon::Dashboard
                title="No agent has done anything yet"
                body="What agents do, what waits for people and how they decide appears here. Make a team that says what its agents may do by themselves, then give an agent its token."
            >
                <LinkButton href="/settings/teams">"Make a team"</LinkButton>
                <LinkButton href="/settings/tokens">"Make a token"</LinkButton>
            </EmptyState>
        </div>
    }
}

#[component]
fn Charts(
    /// What is asked for.
    filter: MetricsFilter,
    /// The figures.
    shown: Memo<Metrics>,
) -> impl IntoView {
    let data = move |of: fn(&Metrics) -> crate::ui::components::ChartData| Memo::new(move |_| shown.with(of));
    let csv = Signal::derive(move || shown.with(|shown| address::csv(&filter, shown)));
    let point = Signal::derive(move || {
        shown.with(|shown| if shown.step == Step::Day { "Day" } else { "Hour" }).to_owned()
    });
    view! {
        <div class="grid gap-4 lg:grid-cols-2 xl:grid-cols-3">
            <Chart id="chart-verdicts" title="Actions by verdict" kind=ChartKind::Stacked point_name=point data=data(trends::verdicts) csv=csv />
            <Chart id="chart-times" title="Time to decide" kind=ChartKind::Lines point_name=point data=data(trends::decision_times) csv=csv />
            <Chart id="chart-rates" title="Approved and succeeded" kind=ChartKind::Lines point_name=point data=data(trends::rates) csv=csv />
        </div>
    }
}
