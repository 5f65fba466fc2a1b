//! `/notifications`: what the member should know, the newest first; and the links of e-mails, `/n/…`.

mod link;
mod row;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::event::Topic;
use crate::domain::ids::NotificationId;
use crate::domain::notification::{Notification, NotificationFilter, Unread};
use crate::domain::page::Page;
use crate::server_fns::notifications::{NotificationRead, notification_list};
use crate::ui::components::{
    ButtonSize, Card, EmptyState, Icon, IconMark, LinkButton, PageHeader, Pagination, SkeletonRows, Tab, Tabs,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};
use crate::ui::hooks::Changes;
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::pages::{PageError, use_session};

pub use link::LinkPage;
use row::NotificationRow;

const PATH: &str = "/notifications";
const UNREAD: &str = "/notifications?unread=true";

/// The member's notifications.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| NotificationFilter {
            unread: query.get("unread").filter(|value| value == "true"),
            limit: None,
            cursor: query.get("cursor").filter(|cursor| !cursor.is_empty()),
        })
    });
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move { (filter.clone(), notification_list(filter).await) },
    );
    // What the list shows: which were asked for, and the first of them.
    let shown = StoredValue::new(None);
    let me = use_session().user_id;
    // What one reads oneself is told under one's own id; another event may be of what somebody else got.
    let concerns = move |changes: &Changes| changes.ids(Topic::Notification).any(|id| id != me.0);
    let newer = newer_than(shown, concerns, move || {
        let filter = filter.get_untracked();
        async move {
            // Further down nothing comes to the top.
            if filter.cursor.is_some() {
                return None;
            }
            let one = NotificationFilter { limit: Some("1".to_owned()), ..filter.clone() };
            let newest = notification_list(one).await.ok()?;
            first_of(&newest).map(|first| (filter, Some(first)))
        }
    });
    let show = Callback::new(move |()| loaded.refetch());
    let all = FormState::new("read-all");
    let read_all = Then::new(move |_: Unread| {
        let _ = newer.try_set(false);
        loaded.refetch();
    });
    let actions = move || {
        view! {
            <ActionForm<NotificationRead> form=all.clone() on_done=read_all>
                <Hidden name="input[all]" value="true" />
                <SubmitButton form=all.clone() size=ButtonSize::Small icon=Icon::Check label="Mark all as read".to_owned() />
            </ActionForm<NotificationRead>>
            <LinkButton href="/settings/notifications" size=ButtonSize::Small icon=Icon::Settings>"Choose what you get"</LinkButton>
        }
    };
    view! {
        <Title text="Notifications" />
        <PageHeader title="Notifications" actions=actions />
        {move || view! { <Which unread=filter.with(|filter| filter.unread.is_some()) /> }}
        // Rows do not move under whoever reads them: what is new waits for a press.
        <Newer newer=newer what="There is something new." show=show />
        <Transition fallback=|| view! { <SkeletonRows label="Loading the notifications" /> }>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                shown.set_value(answer.as_ref().ok().map(|page| (filter.clone(), first_of(page))));
                match answer {
                    Ok(page) => view! { <List page=page filter=filter /> }.into_any(),
                    Err(error) => {
                        let retry = Callback::new(move |()| loaded.refetch());
                        view! { <PageError title="The notifications could not be loaded" error=error retry=retry /> }.into_any()
                    }
                }
            })}
        </Transition>
    }
}

/// The first notification of a page, as far as it tells one list from another.
type First = Option<(NotificationId, DateTime<Utc>)>;

fn first_of(page: &Page<Notification>) -> First {
    page.items.first().map(|item| (item.id, item.created_at))
}

#[component]
fn Which(
    /// Whether only unread ones are listed.
    unread: bool,
) -> impl IntoView {
    let tab = |href: &str, label: &str, current| Tab {
        href: href.to_owned(),
        label: label.to_owned(),
        count: None,
        current,
    };
    let tabs = vec![tab(PATH, "All", !unread), tab(UNREAD, "Unread", unread)];
    view! { <Tabs label="Notifications by state" tabs=tabs /> }
}

#[component]
fn List(
    /// One page of them.
    page: Page<Notification>,
    /// Where it begins, and which are in it.
    filter: NotificationFilter,
) -> impl IntoView {
    let first = if filter.unread.is_some() { UNREAD } else { PATH };
    if page.items.is_empty() {
        let (title, body) = if filter.unread.is_some() {
            ("Everything is read", "What comes next is listed here, and counted in the navigation.")
        } else {
            (
                "Nothing to tell you yet",
                "When an approval needs you, your request is decided or something fails, it stands here.",
            )
        };
        return view! {
            <Card>
                <EmptyState icon=Icon::Bell title=title body=body>
                    <LinkButton href="/settings/notifications">"Choose what you get"</LinkButton>
                </EmptyState>
            </Card>
        }
        .into_any();
    }
    // A cursor is base64url: nothing in it needs escaping.
    let joint = if first.contains('?') { '&' } else { '?' };
    let next = page.next_cursor.map(|cursor| format!("{first}{joint}cursor={cursor}"));
    let previous = filter.cursor.is_some().then_some(first);
    let rows: Vec<_> =
        page.items.into_iter().map(|item| view! { <NotificationRow notification=item /> }).collect();
    view! {
        <ul aria-label="Notifications" class="card divide-y divide-line">{rows}</ul>
        <Pagination label="Pages of notifications" previous=previous next=next />
        <p class="mt-4 flex items-center gap-2 text-sm text-muted">
            <IconMark icon=Icon::Clock />
            "Notifications are kept for 180 days."
        </p>
    }
    .into_any()
}
