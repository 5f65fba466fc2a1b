//! The bar at the foot of a phone: four pages, and the rest under "More".

use leptos::{html, prelude::*};

use crate::ui::components::{CountBadge, Icon, IconMark};
use crate::ui::hooks::use_disclosure;

use super::nav::NavItem;

const ON_BAR: usize = 4;

/// Up to four links marked for the bar, then "More" with every other link and the member's menu.
#[component]
pub(super) fn BottomBar(
    /// The workspace's name.
    workspace: String,
    /// Every link, in order.
    items: Vec<NavItem>,
    /// The path of the page shown.
    current: Signal<String>,
    /// The member's name.
    member: String,
    /// What the member's menu holds.
    member_menu: ViewFn,
) -> impl IntoView {
    let more = NodeRef::<html::Details>::new();
    use_disclosure(more, current);
    let (mut bar, mut rest): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.on_bar);
    if bar.len() > ON_BAR {
        let overflow = bar.split_off(ON_BAR);
        rest.splice(0..0, overflow);
    }
    let bar: Vec<_> = bar
        .into_iter()
        .map(|item| {
            let shown = item.clone();
            view! {
                <a class="bar-link" href=item.href aria-current=move || current.with(|path| shown.current(path))>
                    <IconMark icon=item.icon size=20 />
                    <span class="max-w-full truncate px-1">{item.label}</span>
                    <CountBadge count=item.count noun=item.count_noun />
                </a>
            }
        })
        .collect();
    let (counts, noun) = hidden_counts(&rest);
    let rest: Vec<_> = rest
        .into_iter()
        .map(|item| {
            let shown = item.clone();
            view! {
                <a href=item.href aria-current=move || current.with(|path| shown.current(path))>
                    <IconMark icon=item.icon />
                    <span class="flex-1">{item.label}</span>
                    <CountBadge count=item.count noun=item.count_noun />
                </a>
            }
        })
        .collect();
    view! {
        <nav aria-label="Main" class="frame-bar">
            {bar} <details class="menu static!" node_ref=more>
                <summary class="bar-link">
                    <IconMark icon=Icon::Menu size=20 />
                    <span>"More"</span>
                    <CountBadge count=counts noun=noun />
                </summary>
                <div class="menu-panel">
                    <div class="px-2 pt-2 pb-1">
                        <p class="truncate font-semibold">{workspace}</p>
                        <p class="truncate text-sm text-muted">{member}</p>
                    </div>
                    {rest}
                    <div class="mt-1 border-t border-line pt-1">{member_menu.run()}</div>
                </div>
            </details>
        </nav>
    }
}

/// What the links under "More" count, together, so that it is seen while they are not.
fn hidden_counts(rest: &[NavItem]) -> (Signal<Option<u32>>, String) {
    let counts: Vec<_> = rest.iter().map(|item| item.count).collect();
    let noun = rest.iter().find(|item| !item.count_noun.is_empty()).map(|item| item.count_noun.clone());
    let sum = Signal::derive(move || Some(counts.iter().filter_map(Signal::get).sum()));
    (sum, noun.unwrap_or_default())
}
