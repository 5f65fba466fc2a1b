//! Which department, which range, in which zone. All of it is in the address.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;

use crate::domain::metrics::{Metrics, MetricsFilter, MetricsRange};
use crate::domain::workspace::Department;
use crate::ui::components::{Button, ButtonKind, ButtonVariant, Moment, Tab, Tabs, TextField};
use crate::ui::forms::{Disclose, Hidden};
use crate::ui::hooks::offset_in_zone;
use crate::ui::words::{human, moment, stamp};

use super::address::{of_department, of_range, range_of};

/// The tabs.
#[component]
pub fn Departments(
    /// What is asked for.
    filter: MetricsFilter,
) -> impl IntoView {
    let shown: Option<Department> = filter.department.as_deref().and_then(|name| name.parse().ok());
    let tab = |department: Option<Department>| Tab {
        href: of_department(&filter, department),
        label: department.map_or("All departments".to_owned(), |of| human(of.as_str())),
        count: None,
        current: department == shown,
    };
    let tabs = std::iter::once(None).chain(Department::ALL.iter().copied().map(Some)).map(tab).collect();
    view! { <Tabs label="Departments" tabs=tabs /> }
}

/// The ranges as links, a form for any other, and which zone's days these are.
#[component]
pub fn Ranges(
    /// What is asked for.
    filter: MetricsFilter,
    /// What is shown.
    shown: Memo<Metrics>,
) -> impl IntoView {
    let current = range_of(&filter);
    let links: Vec<_> = [
        (MetricsRange::Today, "Today"),
        (MetricsRange::Week, "7 days"),
        (MetricsRange::Month, "30 days"),
        (MetricsRange::Quarter, "90 days"),
    ]
    .into_iter()
    .map(|(range, label)| {
        let now = (current == Some(range)).then_some("page");
        view! { <li><a class="range" href=of_range(&filter, range) aria-current=now>{label}</a></li> }
    })
    .collect();
    let as_of = move || {
        let at = shown.with(|shown| shown.as_of);
        view! { <Moment datetime=stamp(at) text=moment(at) /> }
    };
    view! {
        <div class="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
            <div class="flex flex-wrap items-start gap-2">
                <nav aria-label="Range"><ul class="ranges">{links}</ul></nav>
                <Other filter=filter shown=shown.get_untracked() custom={current == Some(MetricsRange::Custom)} />
            </div>
            <p class="self-center text-sm text-muted">
                "Days of " {move || shown.with(|shown| shown.tz.clone())} ", as of " {as_of}
            </p>
        </div>
    }
}

/// Any range, any zone: a plain form.
#[component]
fn Other(
    /// What is asked for.
    filter: MetricsFilter,
    /// What is shown.
    shown: Metrics,
    /// Whether it is such a range.
    custom: bool,
) -> impl IntoView {
    let day = |at: DateTime<Utc>| (at + offset_in_zone(&shown.tz, at)).format("%Y-%m-%d").to_string();
    let (from, to) = (day(shown.from), day(shown.to - TimeDelta::microseconds(1)));
    let label = if custom { format!("{from} to {to}") } else { "Other range".to_owned() };
    view! {
        <Disclose label=label variant=ButtonVariant::Outline>
            <form method="get" action="/" class="grid gap-3" aria-label="Range and zone">
                {filter.department.map(|department| view! { <Hidden name="department" value=department /> })}
                <Hidden name="range" value="custom" />
                <TextField filter=true id="range-from" name="from" kind="date" label="From" value=from />
                <TextField filter=true id="range-to" name="to" kind="date" label="To, with that day" value=to />
                <TextField
                    filter=true
                    id="range-tz"
                    name="tz"
                    label="Zone"
                    value=shown.tz
                    hint="Such as Europe/Vienna. Your own is set under Account."
                    maxlength=64
                />
                <Button kind=ButtonKind::Submit variant=ButtonVariant::Primary>"Show"</Button>
            </form>
        </Disclose>
    }
}
