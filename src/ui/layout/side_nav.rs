//! The side navigation of a desktop.

use leptos::{html, prelude::*};

use crate::ui::components::{CountBadge, Icon, IconMark};
use crate::ui::hooks::use_disclosure;

use super::logo::Logo;
use super::nav::{NavItem, NavSection};

/// Workspace on top, sections, then the foot and the member's menu.
#[component]
pub(super) fn SideNav(
    /// The workspace's name.
    workspace: String,
    /// The sections.
    nav: Vec<NavSection>,
    /// Links at the foot.
    foot: Vec<NavItem>,
    /// The path of the page shown.
    current: Signal<String>,
    /// The member's name.
    member: String,
    /// The member's role or address.
    member_detail: String,
    /// What the member's menu holds.
    member_menu: ViewFn,
) -> impl IntoView {
    let menu = NodeRef::<html::Details>::new();
    use_disclosure(menu, current);
    let sections: Vec<_> = nav
        .into_iter()
        .map(|section| {
            view! {
                {section
                    .label
                    .map(|label| view! { <p class="px-2 pt-4 pb-1 text-xs font-medium text-muted">{label}</p> })}
                <ul class="grid gap-0.5">{links(section.items, current)}</ul>
            }
        })
        .collect();
    view! {
        <header class="frame-side">
            <div class="flex items-center gap-2.5 px-4 pt-5 pb-4">
                <Logo />
                <p class="min-w-0 truncate font-semibold" title=workspace.clone()>{workspace.clone()}</p>
            </div>
            <nav aria-label="Main" class="flex min-h-0 flex-1 flex-col overflow-y-auto px-2 pb-2">
                {sections} <ul class="mt-auto grid gap-0.5 pt-4">{links(foot, current)}</ul>
            </nav>
            <div class="border-t border-line p-2">
                <details class="menu" node_ref=menu>
                    <summary class="nav-link min-h-11 text-fg">
                        <span class="grid size-7 place-items-center rounded-full bg-surface-2 text-muted">
                            <IconMark icon=Icon::User />
                        </span>
                        <span class="min-w-0 flex-1">
                            <span class="block truncate text-sm leading-4">{member}</span>
                            <span class="block truncate text-xs font-normal text-muted">{member_detail}</span>
                        </span>
                        <IconMark icon=Icon::ChevronsUpDown class="text-muted" />
                    </summary>
                    <div class="menu-panel">{member_menu.run()}</div>
                </details>
            </div>
        </header>
    }
}

fn links(items: Vec<NavItem>, current: Signal<String>) -> Vec<AnyView> {
    items
        .into_iter()
        .map(|item| {
            let shown = item.clone();
            view! {
                <li>
                    <a class="nav-link" href=item.href aria-current=move || current.with(|path| shown.current(path))>
                        <IconMark icon=item.icon />
                        <span class="min-w-0 flex-1 truncate">{item.label}</span>
                        <CountBadge count=item.count noun=item.count_noun />
                    </a>
                </li>
            }
            .into_any()
        })
        .collect()
}
