//! The frame of a signed-in member around every page, and the way to sign in where there is none.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::task::spawn_local;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

use crate::domain::AppError;
use crate::domain::event::Topic;
use crate::domain::member::Me;
use crate::server_fns::account::me;
use crate::server_fns::approvals::approval_count;
use crate::server_fns::notifications::notification_count;
use crate::ui::components::{Badge, Icon, IconMark, ThemeSwitch, Tone, use_announcer};
use crate::ui::forms::provide_returned;
use crate::ui::hooks::{LiveState, provide_events, provide_zone, use_events, use_navigation_focus};
use crate::ui::keys::{KeysDialog, provide_keys};
use crate::ui::layout::{AppFrame, NavItem, NavSection};
use crate::ui::words::human;

use super::page_error::PageError;

/// The signed-in member, for the pages inside [`SignedIn`].
///
/// # Panics
/// Outside of it.
pub fn use_session() -> Me {
    expect_context::<Me>()
}

/// Loads who is signed in, then shows the page in its frame.
#[component]
pub fn SignedIn() -> impl IntoView {
    provide_returned();
    provide_events();
    use_navigation_focus(use_location().pathname.into());
    // One resource for all, so that no second answer can overtake the redirect to the sign-in page.
    let session = Resource::new_blocking(
        || (),
        |()| async {
            let me = me().await?;
            let unread = notification_count().await.map_or(0, |count| count.unread);
            Ok::<_, AppError>((me, approval_count().await.unwrap_or_default(), unread))
        },
    );
    // Not inside a <Suspense>: it would build its children, and with them every resource of the page, several times.
    Suspend::new(async move {
        let view = match session.await {
            Ok((me, waiting, unread)) => {
                provide_context(me.clone());
                provide_zone(me.preferences.time_zone.clone());
                view! { <Frame me=me waiting=waiting unread=unread /> }.into_any()
            }
            Err(error) => view! {
                <main id="main" class="page mx-auto pt-6">
                    <h1 class="sr-only">"Countersign"</h1>
                    <PageError title="Your account could not be loaded" error=error />
                </main>
            }
            .into_any(),
        };
        // Rendering goes on after the future is done, and needs this owner again.
        OwnedView::new(view)
    })
}

#[component]
fn Frame(
    /// Who is signed in.
    me: Me,
    /// How many approvals wait.
    waiting: i64,
    /// How many notifications are unread.
    unread: i64,
) -> impl IntoView {
    let (waiting, unread) = (RwSignal::new(waiting), RwSignal::new(unread));
    provide_keys(me.preferences.shortcuts);
    use_events().listen(move |changes| {
        if changes.concern(Topic::Approval) {
            spawn_local(async move {
                if let Ok(now) = approval_count().await {
                    let _ = waiting.try_set(now);
                }
            });
        }
        if changes.concern(Topic::Notification) {
            spawn_local(async move {
                if let Ok(now) = notification_count().await {
                    let _ = unread.try_set(now.unread);
                }
            });
        }
    });
    let unread = Signal::derive(move || u32::try_from(unread.get()).ok());
    let count = Signal::derive(move || u32::try_from(waiting.get()).ok());
    let nav = vec![NavSection::new(vec![
        NavItem::new("/", "Dashboard", Icon::Dashboard).on_bar(),
        NavItem::new("/approvals", "Approvals", Icon::Inbox).count(count, "waiting").on_bar(),
        NavItem::new("/teams", "Teams", Icon::Users).on_bar(),
        NavItem::new("/workflows", "Workflows", Icon::Workflow).on_bar(),
        NavItem::new("/executions", "Executions", Icon::Play),
        NavItem::new("/records", "Records", Icon::Database),
        NavItem::new("/messages", "Messages", Icon::Message),
        NavItem::new("/memory", "Memory", Icon::Brain),
        NavItem::new("/audit", "Audit", Icon::Scroll),
    ])];
    let foot = vec![
        NavItem::new("/notifications", "Notifications", Icon::Bell).count(unread, "unread"),
        NavItem::new("/settings", "Settings", Icon::Settings),
    ];
    let menu = me.clone();
    let demo = me.demo;
    view! {
        <AppFrame
            workspace=me.workspace_name
            nav=nav
            foot=foot
            current=use_location().pathname
            member=me.name
            member_detail=human(me.role.as_str())
            member_menu=move || view! { <MemberMenu me=menu.clone() /> }
        >
            <Notices demo=demo />
            <Outlet />
            <KeysDialog />
        </AppFrame>
    }
}

/// What is true of every page: a demo, a lost connection.
#[component]
fn Notices(
    /// Whether the workspace is the example.
    demo: bool,
) -> impl IntoView {
    let (live, announcer) = (use_events(), use_announcer());
    Effect::new(move |before: Option<LiveState>| {
        let now = live.state.get();
        match (before, now) {
            (Some(LiveState::Fresh), LiveState::Stale) => {
                announcer.announce("The connection is lost. What you see may be old.");
            }
            (Some(LiveState::Stale), LiveState::Fresh) => announcer.announce("Connected again."),
            _ => {}
        }
        now
    });
    view! {
        {demo
            .then(|| {
                view! {
                    <p class="flex flex-wrap items-center gap-2 pt-3 text-sm text-muted">
                        <Badge tone=Tone::Info>"Demo"</Badge>
                        "An example workspace: everything in it is invented and goes when the program ends."
                    </p>
                }
            })}
        {move || {
            (live.state.get() == LiveState::Stale)
                .then(|| {
                    view! {
                        <p class="flex items-center gap-2 pt-3 text-sm text-warn">
                            <IconMark icon=Icon::Alert />
                            "The connection is lost. What you see may be old; it follows by itself when the server answers."
                        </p>
                    }
                })
        }}
    }
}

/// Workspaces, theme, sign-out. Drawn twice, so there are no ids in it.
#[component]
fn MemberMenu(
    /// Who is signed in.
    me: Me,
) -> impl IntoView {
    let others: Vec<_> = me
        .workspaces
        .into_iter()
        .filter(|workspace| workspace.id != me.workspace_id)
        .map(|workspace| {
            view! {
                <form method="post" action="/api/fn/account/switch-workspace">
                    <input type="hidden" name="id" value=workspace.id.to_string() />
                    <button type="submit">
                        <IconMark icon=Icon::ArrowRight />
                        <span class="min-w-0 truncate">{workspace.name}</span>
                    </button>
                </form>
            }
        })
        .collect();
    view! {
        <p class="truncate px-2 pt-1 text-sm text-muted">{me.email}</p>
        {(!others.is_empty())
            .then(|| {
                view! {
                    <p class="px-2 pt-2 text-xs font-medium text-muted">"Switch workspace"</p>
                    {others}
                }
            })}
        <div class="p-2"><ThemeSwitch /></div>
        <a href="/settings/account">
            <IconMark icon=Icon::User />
            "Your account"
        </a>
        <form method="post" action="/api/fn/account/sign-out">
            <button type="submit">
                <IconMark icon=Icon::LogOut />
                "Sign out"
            </button>
        </form>
    }
}
