//! Tabs, search and filters above the list: links and a GET form.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::approval::ApprovalFilter;
use crate::domain::risk::RiskLevel;
use crate::domain::workspace::Department;
use crate::ui::components::{
    Button, ButtonKind, Choice, FilterChips, Icon, IconMark, SelectField, Tab, Tabs, TextField,
};
use crate::ui::hooks::form_body;
use crate::ui::keys::{Command, use_keys};
use crate::ui::words::human;

use super::filter::{PATH, TABS, WITHIN, chips, cleared, fields, first_page, href};

/// Everything that says which approvals are listed.
#[component]
pub fn FilterBar(
    /// The filter in force.
    filter: ApprovalFilter,
    /// The name of the team that the filter names.
    team: Option<String>,
    /// The name of the agent that the filter names.
    agent: Option<String>,
) -> impl IntoView {
    let tabs = TABS
        .iter()
        .map(|(status, snoozed, word)| {
            let (status, snoozed) = (status.map(str::to_owned), snoozed.map(str::to_owned));
            Tab {
                current: filter.status == status && filter.snoozed == snoozed,
                href: href(&ApprovalFilter { status, snoozed, ..first_page(&filter) }),
                label: (*word).to_owned(),
                count: None,
            }
        })
        .collect();
    let chips = chips(&filter, team.as_deref(), agent.as_deref());
    let clear = href(&cleared(&filter));
    view! {
        <Tabs label="Approvals by state" tabs=tabs />
        <FilterForm filter=filter />
        <FilterChips chips=chips clear_href=clear />
    }
}

#[component]
fn FilterForm(
    /// The filter in force.
    filter: ApprovalFilter,
) -> impl IntoView {
    let navigate = use_navigate();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(form_body(&event).as_bytes()) {
            if !value.is_empty() {
                query.append_pair(&name, &value);
            }
        }
        let to = match query.finish() {
            none if none.is_empty() => PATH.to_owned(),
            query => format!("{PATH}?{query}"),
        };
        navigate(&to, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    // What the form does not ask for stays in force.
    let kept: Vec<_> = fields(&filter)
        .into_iter()
        .filter(|(name, _)| {
            ["status", "teamId", "agentId", "outcome", "externalRef", "snoozed"].contains(name)
        })
        .filter_map(|(name, value)| {
            value.map(|value| view! { <input type="hidden" name=name value=value.to_owned() /> })
        })
        .collect();
    let open = filter.risk_level.is_some()
        || filter.department.is_some()
        || filter.action_type.is_some()
        || filter.expiring_within.is_some()
        || filter.sort.is_some();
    let mut within = vec![Choice::new("", "Any time")];
    within.extend(WITHIN.iter().map(|(value, word)| Choice::new(*value, *word)));
    view! {
        <form role="search" aria-label="Approvals" method="get" action=PATH class="mb-4" on:submit=submit>
            {kept}
            <div class="flex items-center gap-2">
                <label class="sr-only" for="filter-q">"Search the description and the data"</label>
                <input
                    {..use_keys().on(Command::Search)}
                    id="filter-q"
                    name="q"
                    type="search"
                    class="input max-w-md"
                    value=filter.q.clone()
                    maxlength="200"
                    placeholder="Search"
                />
                <Button kind=ButtonKind::Submit icon=Icon::Search>
                    "Search"
                </Button>
            </div>
            <details class="group mt-1" open=open>
                <summary class="inline-flex min-h-11 items-center gap-1 rounded-control text-sm text-muted hover:text-fg md:min-h-8">
                    <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                    "Filters and order"
                </summary>
                <div class="grid items-end gap-3 pt-1 pb-2 sm:grid-cols-2 lg:grid-cols-5">
                    <SelectField
                        filter=true
                        id="filter-risk"
                        name="riskLevel"
                        label="Risk"
                        options=choices("Any risk", RiskLevel::ALL.iter().map(|level| level.as_str()))
                        selected=filter.risk_level.clone()
                    />
                    <SelectField
                        filter=true
                        id="filter-department"
                        name="department"
                        label="Department"
                        options=choices("Any department", Department::ALL.iter().map(|department| department.as_str()))
                        selected=filter.department.clone()
                    />
                    <TextField
                        id="filter-type"
                        name="actionType"
                        label="Action type"
                        value=filter.action_type.clone()
                        placeholder="send_email"
                        filter=true
                    />
                    <SelectField
                        filter=true
                        id="filter-within"
                        name="expiringWithin"
                        label="Expires within"
                        options=within
                        selected=filter.expiring_within.clone()
                    />
                    <SelectField
                        filter=true
                        id="filter-sort"
                        name="sort"
                        label="Order"
                        options=vec![
                            Choice::new("", "Soonest deadline first"),
                            Choice::new("created_at", "Newest first"),
                            Choice::new("risk", "Highest risk first"),
                        ]
                        selected=filter.sort.clone()
                    />
                </div>
                <Button kind=ButtonKind::Submit>"Apply"</Button>
            </details>
        </form>
    }
}

fn choices(any: &str, values: impl Iterator<Item = &'static str>) -> Vec<Choice> {
    std::iter::once(Choice::new("", any))
        .chain(values.map(|value| Choice::new(value, human(value))))
        .collect()
}
