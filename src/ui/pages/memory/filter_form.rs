//! The list's filters as a GET form.

use leptos::prelude::*;

use crate::domain::memory::{MemoryCategory, MemoryFilter, MemoryTier};
use crate::ui::components::{
    Button, ButtonKind, ButtonVariant, Choice, Icon, IconMark, LinkButton, SelectField, TextField,
};
use crate::ui::pages::whose::Whose;
use crate::ui::words::human;

use super::address::{PATH, href};
use super::words::tier_name;

/// A plain form: the browser loads the page that it names.
#[component]
pub fn FilterForm(
    /// The filter in force.
    filter: MemoryFilter,
    /// Teams and agents to choose from.
    whose: Whose,
) -> impl IntoView {
    let narrowed =
        [&filter.tier, &filter.category, &filter.team_id, &filter.agent_id, &filter.tag, &filter.sort];
    let open = narrowed.into_iter().any(Option::is_some);
    let mut tiers = vec![Choice::new("", "Any tier")];
    tiers.extend(MemoryTier::ALL.iter().map(|tier| Choice::new(tier.as_str(), tier_name(*tier))));
    let mut categories = vec![Choice::new("", "Any category")];
    categories.extend(MemoryCategory::ALL.iter().map(|one| Choice::new(one.as_str(), human(one.as_str()))));
    let orders = vec![Choice::new("", "Newest first"), Choice::new("importance", "Most important first")];
    let clear = href(&MemoryFilter { q: None, cursor: None, ..filter.clone() });
    let searched = filter.q.is_some();
    view! {
        <form role="search" aria-label="Memory" method="get" action=PATH class="mb-4">
            <div class="flex flex-wrap items-center gap-2">
                <label class="sr-only" for="memory-q">"Search memory by its words"</label>
                <div class="min-w-0 max-w-md flex-1">
                    <input
                        id="memory-q"
                        name="q"
                        type="search"
                        class="input"
                        value=filter.q.clone()
                        maxlength="200"
                        placeholder="Words"
                    />
                </div>
                <Button kind=ButtonKind::Submit icon=Icon::Search>
                    "Search"
                </Button>
                {searched.then(|| view! { <LinkButton href=clear variant=ButtonVariant::Ghost>"Clear"</LinkButton> })}
            </div>
            <details class="group" open=open>
                <summary class="mt-1 inline-flex min-h-11 items-center gap-1 rounded-control text-sm text-muted hover:text-fg md:min-h-8">
                    <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                    "Filters"
                </summary>
                <div class="grid items-end gap-3 pt-1 pb-3 sm:grid-cols-2 lg:grid-cols-4">
                    <SelectField filter=true id="memory-tier" name="tier" label="Tier" options=tiers selected=filter.tier.clone() />
                    <SelectField filter=true id="memory-category" name="category" label="Category" options=categories selected=filter.category.clone() />
                    <SelectField filter=true id="memory-team" name="teamId" label="Team" options=whose.team_choices("Any team") selected=filter.team_id.clone() />
                    <SelectField filter=true id="memory-agent" name="agentId" label="Agent" options=whose.agent_choices("Any agent") selected=filter.agent_id.clone() />
                    <TextField filter=true id="memory-tag" name="tag" label="Tag" value=filter.tag.clone() maxlength=40 autocomplete="off" />
                    <SelectField filter=true id="memory-sort" name="sort" label="Order" options=orders selected=filter.sort.clone() />
                </div>
                <Button kind=ButtonKind::Submit>"Apply"</Button>
            </details>
        </form>
    }
}
