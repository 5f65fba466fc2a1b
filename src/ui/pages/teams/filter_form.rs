//! The list's filters as a GET form.

use leptos::prelude::*;

use crate::domain::team::{TeamFilter, TeamStatus};
use crate::domain::workspace::Department;
use crate::ui::components::{
    Button, ButtonKind, ButtonVariant, Choice, Icon, IconMark, LinkButton, SelectField,
};
use crate::ui::words::human;

use super::address::{ALL, PATH, narrows};

/// A plain form: the browser loads the page that it names. Open where a filter is in force.
#[component]
pub fn FilterForm(
    /// The filter in force.
    filter: TeamFilter,
) -> impl IntoView {
    let narrowed = narrows(&filter);
    let departments: Vec<_> = std::iter::once(Choice::new("", "Any department"))
        .chain(Department::ALL.iter().map(|one| Choice::new(one.as_str(), human(one.as_str()))))
        .collect();
    let states: Vec<_> = std::iter::once(Choice::new("", "In use"))
        .chain(TeamStatus::ALL.iter().map(|one| Choice::new(one.as_str(), human(one.as_str()))))
        .chain(std::iter::once(Choice::new(ALL, "Any status")))
        .collect();
    view! {
        <form aria-label="Filter teams" method="get" action=PATH class="mb-4">
            <details class="group" open=narrowed>
                <summary class="inline-flex min-h-11 items-center gap-1 rounded-control text-sm text-muted hover:text-fg md:min-h-8">
                    <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                    "Filters"
                </summary>
                <div class="grid items-end gap-3 pt-1 pb-3 sm:grid-cols-3">
                    <SelectField
                        filter=true
                        id="teams-department"
                        name="department"
                        label="Department"
                        options=departments
                        selected=filter.department
                    />
                    <SelectField filter=true id="teams-status" name="status" label="Status" options=states selected=filter.status />
                </div>
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Submit>"Apply"</Button>
                    {narrowed.then(|| view! { <LinkButton href=PATH variant=ButtonVariant::Ghost>"Clear"</LinkButton> })}
                </div>
            </details>
        </form>
    }
}
