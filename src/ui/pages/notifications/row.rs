//! One notification.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::domain::notification::{Notification, ReadNotifications, Unread};
use crate::server_fns::notifications::{NotificationRead, notification_read};
use crate::ui::components::{Badge, ButtonSize, ButtonVariant, RelativeTime, RevealedText, Tone};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};
use crate::ui::hooks::focus_soon;
use crate::ui::words::{moment, segments, stamp};

/// What it says, when, and the page that shows it. Opening that page marks it as read where a script runs; the button
/// does everywhere.
#[component]
pub fn NotificationRow(
    /// The notification.
    notification: Notification,
) -> impl IntoView {
    let id = notification.id;
    let read = RwSignal::new(notification.read_at.is_some());
    let anchor = format!("notification-{id}");
    let opened = move |_| {
        if !read.get_untracked() {
            // The link leads on meanwhile; what cannot be marked stays unread.
            spawn_local(async move {
                let _ = notification_read(ReadNotifications { all: false, ids: vec![id] }).await;
            });
        }
    };
    let lines: Vec<_> = notification
        .body
        .lines()
        .map(|line| view! { <li class="[overflow-wrap:anywhere]"><RevealedText segments=segments(line) /></li> })
        .collect();
    let (title, critical) = (notification.title.clone(), notification.critical);
    let (back, subject) = (anchor.clone(), notification.title.clone());
    view! {
        <li class="flex flex-wrap items-start gap-x-3 gap-y-2 p-3" class:bg-surface-2=move || !read.get()>
            <div class="min-w-0 flex-1 basis-60">
                <p class="flex flex-wrap items-baseline gap-x-2" class:font-medium=move || !read.get()>
                    <a id=anchor class="link" href=notification.href on:click=opened>
                        <RevealedText segments=segments(&title) />
                    </a>
                    {move || (!read.get()).then(|| view! { <Badge tone=Tone::Info>"Unread"</Badge> })}
                    {critical.then(|| view! { <Badge tone=Tone::Bad>"Critical"</Badge> })}
                </p>
                <ul class="text-sm text-muted">{lines}</ul>
                <p class="text-sm text-muted">
                    <RelativeTime datetime=stamp(notification.created_at) text=moment(notification.created_at) />
                </p>
            </div>
            {move || (!read.get()).then(|| view! { <MarkRead id=id.to_string() subject=subject.clone() read=read back=back.clone() /> })}
        </li>
    }
}

#[component]
fn MarkRead(
    /// The notification's id.
    id: String,
    /// Its title, for screen readers.
    subject: String,
    /// Whether it is read.
    read: RwSignal<bool>,
    /// Where focus goes, because the button goes away.
    back: String,
) -> impl IntoView {
    let form = FormState::new(format!("read-{id}"));
    let done = Then::new(move |_: Unread| {
        let _ = read.try_set(true);
        focus_soon(back.clone());
    });
    view! {
        <ActionForm<NotificationRead> form=form.clone() on_done=done>
            <Hidden name="input[ids][]" value=id />
            <SubmitButton
                form=form
                variant=ButtonVariant::Ghost
                size=ButtonSize::Small
                label="Mark as read".to_owned()
                subject=subject
            />
        </ActionForm<NotificationRead>>
    }
}
