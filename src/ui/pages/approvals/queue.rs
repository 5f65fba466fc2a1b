//! The queue as it is drawn: strip, arrivals, rows, bulk bar, pages.

use leptos::prelude::*;

use crate::domain::approval::{Approval, ApprovalFilter, ApprovalStatus};
use crate::domain::member::{Me, Permission};
use crate::domain::page::Page;
use crate::ui::components::{
    Button, ButtonSize, ButtonVariant, EmptyState, Icon, IconMark, LinkButton, use_announcer,
};
use crate::ui::hooks::{Tick, focus_soon, use_now, use_popovers};
use crate::ui::keys::{Command, use_keys};

use super::bulk_bar::BulkBar;
use super::filter::{PATH, first_page, href};
use super::late_detail::use_detail_soon;
use super::panel::Opened;
use super::queue_state::{Queue, RowState};
use super::row::QueueRow;
use super::sheet::{DecisionSheet, Intent};
use super::undo_strip::UndoStrip;

/// One page of the list.
#[component]
pub fn QueueView(
    /// The page.
    page: Page<Approval>,
    /// What may be inside its hold.
    held: Vec<Approval>,
    /// The filter in force.
    filter: ApprovalFilter,
    /// Who looks.
    me: Me,
    /// What is opened beside the list.
    opened: Opened,
    /// Reads the list anew.
    reload: Callback<()>,
) -> impl IntoView {
    let may_decide = me.may(Permission::DecideApprovals);
    let next =
        page.next_cursor.map(|cursor| href(&ApprovalFilter { cursor: Some(cursor), ..filter.clone() }));
    let is_pending = filter.status.is_none();
    let first = filter.cursor.is_some().then(|| href(&first_page(&filter)));
    let queue = Queue::new(page.items, held, filter.clone(), me.user_id, opened, reload);
    use_detail_soon();
    if may_decide {
        use_popovers();
        use_keys().in_rows(move |row, command| match command {
            Command::Approve => queue.ask(row, Intent::Approve),
            Command::Edit => queue.ask(row, Intent::Edit),
            Command::Reject => queue.ask(row, Intent::Reject),
            _ => false,
        });
    }
    let rows = queue.rows();
    watch_deadlines(rows.clone());
    let list = if rows.is_empty() {
        view! { <Nothing filter=filter.clone() /> }.into_any()
    } else {
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| view! { <QueueRow queue=queue row=row may_decide=may_decide /> })
            .collect();
        let all = (may_decide && is_pending).then(|| view! { <PickAll queue=queue /> });
        view! {
            {all}
            <ul aria-label="Approvals" class="card divide-y divide-line">{rows}</ul>
        }
        .into_any()
    };
    view! {
        <Arrivals queue=queue reload=reload />
        {list}
        // At the foot of the screen, so that nothing that appears here moves a row.
        <div class="sticky bottom-[calc(var(--bar-h)+env(safe-area-inset-bottom)+0.5rem)] z-20 mt-4 grid gap-2 empty:hidden md:bottom-4">
            <UndoStrip queue=queue />
            {may_decide.then(|| view! { <BulkBar queue=queue /> })}
        </div>
        {may_decide.then(|| view! { <DecisionSheet queue=queue me=me /> })}
        {(first.is_some() || next.is_some())
            .then(|| {
                view! {
                    <nav aria-label="Pages of approvals" class="mt-4 flex flex-wrap justify-end gap-2">
                        {first.map(|href| view! { <LinkButton href=href size=ButtonSize::Small>"First page"</LinkButton> })}
                        {next
                            .map(|href| {
                                view! {
                                    <LinkButton href=href size=ButtonSize::Small>
                                        "Next page" <IconMark icon=Icon::ChevronRight />
                                    </LinkButton>
                                }
                            })}
                    </nav>
                }
            })}
    }
}

/// "3 new", which waits for a press: rows never move by themselves.
#[component]
fn Arrivals(
    /// The queue.
    queue: Queue,
    /// Reads the list anew.
    reload: Callback<()>,
) -> impl IntoView {
    let keys = use_keys();
    view! {
        {move || {
            let count = queue.arrived.with(std::collections::BTreeSet::len);
            (count > 0)
                .then(|| {
                    view! {
                        // It takes no height, so that no row moves.
                        <div class="relative z-10 flex h-0 items-center justify-center">
                            <Button
                                {..keys.on(Command::Arrivals)}
                                size=ButtonSize::Small
                                variant=ButtonVariant::Secondary
                                icon=Icon::ChevronUp
                                on:click=move |_| {
                                    reload.run(());
                                    focus_soon("page-title");
                                }
                            >
                                {format!("{count} new")}
                            </Button>
                        </div>
                    }
                })
        }}
    }
}

/// Ticks everything that the filter finds, on this page and on the others.
#[component]
fn PickAll(
    /// The queue.
    queue: Queue,
) -> impl IntoView {
    view! {
        <div class="js-only mb-2 flex justify-end">
            <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on:click=move |_| queue.pick_all()>
                "Select all that match"
            </Button>
        </div>
    }
}

#[component]
fn Nothing(
    /// The filter in force.
    filter: ApprovalFilter,
) -> impl IntoView {
    let bare = ApprovalFilter { limit: None, ..filter.clone() } == ApprovalFilter::default();
    if bare {
        view! {
            <div class="card">
                <EmptyState
                    icon=Icon::Inbox
                    title="Nothing waits for you"
                    body="When an agent wants to do something that needs a person, it appears here by itself."
                >
                    <LinkButton href="/approvals?status=all&sort=created_at">"See what was decided"</LinkButton>
                </EmptyState>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="card">
                <EmptyState
                    icon=Icon::Search
                    title="No approval matches"
                    body="Nothing in this workspace fits these filters. Remove one, or look at everything that waits."
                >
                    <LinkButton href=PATH>"Show what waits"</LinkButton>
                </EmptyState>
            </div>
        }
        .into_any()
    }
}

/// The page's one polite word about deadlines: at 10 minutes, at 1 minute, at the end.
fn watch_deadlines(rows: Vec<RowState>) {
    let (now, announcer) = (use_now(Tick::Second), use_announcer());
    Effect::new(move |before: Option<Option<f64>>| {
        let now = now.get();
        if let (Some(Some(before)), Some(now)) = (before, now) {
            for (mark, words) in [
                (600_000.0, "expires in 10 minutes"),
                (60_000.0, "expires in 1 minute"),
                (0.0, "has expired"),
            ] {
                let crossed = rows.iter().filter(|row| {
                    row.approval.with_untracked(|approval| {
                        let left = |at: f64| approval.expires_at.timestamp_millis() as f64 - at;
                        // The server's word of the expiry may be here before the clock's tick.
                        let waits =
                            !approval.status.is_decided() || approval.status == ApprovalStatus::Expired;
                        let shown = !row.left.get_untracked();
                        shown && waits && !approval.expiry_paused && left(before) > mark && left(now) <= mark
                    })
                });
                match crossed.count() {
                    0 => {}
                    1 => announcer.announce(format!("One approval {words}.")),
                    many => announcer.announce(format!("{many} approvals: each {words}.")),
                }
            }
        }
        now
    });
}
