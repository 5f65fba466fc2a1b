//! What every settings page has: title, tabs, notice, and the error of a plain post.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::ui::components::{MaybeText, PageHeader, Tab, Tabs};
use crate::ui::forms::{Notice, NoticeBar, ReturnedError};

/// The tabs: address and name.
const TABS: [(&str, &str); 11] = [
    ("/settings", "Account"),
    ("/settings/notifications", "Notifications"),
    ("/settings/views", "Views"),
    ("/settings/members", "Members"),
    ("/settings/tokens", "Tokens"),
    ("/settings/agents", "Agents"),
    ("/settings/models", "Models"),
    ("/settings/teams", "Teams"),
    ("/settings/action-types", "Action types"),
    ("/settings/webhooks", "Webhooks"),
    ("/settings/workspace", "Workspace"),
];

/// A page of the settings.
#[component]
pub fn SettingsFrame(
    /// The tab's address.
    tab: &'static str,
    /// The page's heading.
    #[prop(into)]
    title: String,
    /// A sentence under it.
    #[prop(optional, into)]
    subtitle: MaybeText,
    /// Whether the page is one thing of the tab's list: then there is a way back to it.
    #[prop(optional)]
    detail: bool,
    /// The primary action.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// The page's notice.
    notice: Notice,
    /// The page.
    children: Children,
) -> impl IntoView {
    let tabs = TABS
        .iter()
        .map(|(href, label)| Tab {
            href: (*href).to_owned(),
            label: (*label).to_owned(),
            count: None,
            current: *href == tab,
        })
        .collect();
    let name = TABS.iter().find(|(href, _)| *href == tab).map_or("Settings", |(_, label)| label);
    let back = detail.then_some(tab);
    view! {
        <Title text=format!("{title} · Settings") />
        <PageHeader title=title subtitle=subtitle.0 back=back back_label=name actions=actions />
        <Tabs label="Settings" tabs=tabs />
        <ReturnedError />
        <NoticeBar notice=notice />
        // What was said belongs to the form before.
        <div on:submit=move |_| notice.clear()>{children()}</div>
    }
}

/// Why there is nothing to press here.
#[component]
pub fn ReadOnly(
    /// Who may: "Owners and admins change this."
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <p class="mb-4 text-sm text-muted">{text}</p> }
}
