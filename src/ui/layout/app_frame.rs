//! The frame around every page of a signed-in member.

use leptos::prelude::*;

use crate::ui::components::LiveRegion;

use super::bottom_bar::BottomBar;
use super::nav::{NavItem, NavSection};
use super::side_nav::SideNav;

/// Skip link, navigation, main landmark and the page's polite status. A page begins with a
/// `PageHeader`, which holds its only `<h1>`.
///
/// `member_menu` is drawn twice, for desktop and phone: no ids inside.
#[component]
pub fn AppFrame(
    /// The workspace's name.
    #[prop(into)]
    workspace: String,
    /// The pages, in sections.
    nav: Vec<NavSection>,
    /// Pages at the foot: Settings.
    foot: Vec<NavItem>,
    /// The path of the page shown; the router's `use_location().pathname` fits.
    #[prop(into)]
    current: Signal<String>,
    /// The member's name.
    #[prop(into)]
    member: String,
    /// The member's role or address.
    #[prop(optional, into)]
    member_detail: String,
    /// What the member's menu holds: theme, and the form that signs out.
    #[prop(into)]
    member_menu: ViewFn,
    /// The page.
    children: Children,
) -> impl IntoView {
    let items: Vec<_> = nav.iter().flat_map(|section| section.items.iter()).chain(&foot).cloned().collect();
    view! {
        // The router would take the link and leave focus behind; the browser moves it.
        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
        <div class="frame">
            <SideNav
                workspace=workspace.clone()
                nav=nav
                foot=foot
                current=current
                member=member.clone()
                member_detail=member_detail
                member_menu=member_menu.clone()
            />
            <main id="main" tabindex="-1" class="min-w-0">
                <div class="page mx-auto">{children()}</div>
            </main>
            <BottomBar workspace=workspace items=items current=current member=member member_menu=member_menu />
        </div>
        <LiveRegion />
    }
}
