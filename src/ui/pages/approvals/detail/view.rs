//! The page's order: header, what will happen and why it waits, the data and what was said, the decision, the history.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::domain::approval::{Approval, ApprovalDetail, ApprovalStatus};
use crate::domain::member::Me;
use crate::domain::text::reveal_text;
use crate::ui::components::{
    ButtonSize, ButtonVariant, Card, Countdown, FormError, LinkButton, PageHeader, RelativeTime, RiskBadge,
    StatusBadge, risk_edge,
};
use crate::ui::forms::ReturnedError;
use crate::ui::hooks::focus_soon;
use crate::ui::pages::approvals::panel::{CloseLink, PANEL_TITLE};
use crate::ui::words::{asker, moment, risk_tone, short_title, stamp, status_words};

use super::attending::OnIt;
use super::comments::Comments;
use super::data::DataPanel;
use super::decide::DecideBar;
use super::detail_state::{NOW, Shown};
use super::facts::{ChangedSince, WhatWillHappen, WhyItStopped};
use super::follow_up::FollowUp;
use super::history::History;
use super::outcome::OutcomePanel;
use super::similar::SimilarDecisions;
use super::snooze::Snooze;

/// How an approval stands beside the list.
#[derive(Clone)]
pub struct Beside {
    /// The list without it.
    pub close: String,
    /// Whether focus goes into it: somebody opened it.
    pub focus: bool,
    /// What follows when it leaves the list.
    pub gone: Callback<()>,
}

/// One approval, as it was read, then as events tell.
#[component]
pub fn DetailView(
    /// As it was read.
    detail: ApprovalDetail,
    /// Who looks.
    me: Me,
    /// Beside the list; without it, on a page of its own.
    #[prop(optional, into)]
    beside: Option<Beside>,
) -> impl IntoView {
    let shown = Shown::new(detail, None);
    let sentence = shown.part(|detail| reveal_text(&detail.preview.sentence));
    let approval = shown.part(|detail| detail.approval.clone());
    let preview = shown.part(|detail| detail.preview.clone());
    let records = shown.part(|detail| detail.records.changed_since.clone());
    let history = shown.part(|detail| detail.history.clone());
    let (follow_me, talk_me) = (me.clone(), me.clone());
    // What the gate let through was never anything else.
    let why = match approval.with_untracked(|approval| approval.status) {
        ApprovalStatus::AutoApproved => "Why it ran by itself",
        _ => "Why it stopped here",
    };
    let is_beside = beside.is_some();
    let gone = beside.as_ref().map(|beside| beside.gone);
    let head = match beside {
        Some(beside) => view! { <PanelHead shown=shown beside=beside title=sentence /> }.into_any(),
        None => {
            let title = shown.part(|detail| short_title(&detail.approval));
            // The server writes the head last, when what the page was made of may be gone.
            let first = title.get_untracked();
            view! {
                <Title text=move || title.try_get().unwrap_or_else(|| first.clone()) />
                {move || view! { <PageHeader title=sentence.get() back="/approvals" back_label="Approvals" /> }}
                <ReturnedError />
            }
            .into_any()
        }
    };
    view! {
        {head}
        <div class="mb-4 empty:hidden"><FormError message=shown.notice /></div>
        {move || approval.with(|approval| view! { <Headline approval=approval.clone() /> })}
        // One column on a phone and beside the list, in which the decision sticks to the foot.
        <div class=if is_beside { "detail" } else { "detail detail-page" }>
            <div class="grid min-w-0 gap-4">
                <Card title="What will happen">
                    {move || records.with(|records| view! { <ChangedSince records=records.clone() /> })}
                    {move || {
                        let words = approval.with(|approval| approval.description.clone());
                        preview.with(|preview| view! { <WhatWillHappen preview=preview.clone() words=words /> })
                    }}
                </Card>
                <Card title=why>
                    {move || approval.with(|approval| view! { <WhyItStopped approval=approval.clone() /> })}
                </Card>
                <DataPanel shown=shown />
                <SimilarDecisions shown=shown />
                <Comments shown=shown me=talk_me />
            </div>
            <div class="detail-side">
                <DecideBar shown=shown me=me.clone() />
                <OnIt shown=shown me=me />
                <Snooze shown=shown gone=gone />
                <div id=NOW tabindex="-1" class="grid gap-4 rounded-card empty:hidden">
                    {move || approval.with(|approval| view! { <OutcomePanel approval=approval.clone() /> })}
                    <FollowUp shown=shown me=follow_me />
                </div>
                <Card title="History">
                    {move || {
                        let votes = approval.with(|approval| (approval.votes.clone(), approval.required_approvals));
                        history.with(|rows| view! { <History rows=rows.clone() votes=votes.0 required=votes.1 /> })
                    }}
                    <p class="mt-4 text-sm">
                        <a
                            class="link"
                            href=format!("/api/orchestration/approvals/{}/evidence", shown.id)
                            rel="external"
                            download=format!("evidence-{}.json", shown.id)
                        >
                            "Download the evidence"
                        </a>
                        <span class="text-muted">" Who saw, decided and ran what, signed, as one file."</span>
                    </p>
                </Card>
            </div>
        </div>
    }
}

/// The panel's heading, the way to the page, the way out.
#[component]
fn PanelHead(
    /// The approval.
    shown: Shown,
    /// How it is left.
    beside: Beside,
    /// What will happen.
    title: Memo<String>,
) -> impl IntoView {
    let Beside { close, focus, .. } = beside;
    Effect::new(move |_| {
        if focus {
            focus_soon(PANEL_TITLE);
        }
    });
    view! {
        <div class="mb-3 flex items-start gap-2">
            <h2 id=PANEL_TITLE tabindex="-1" class="min-w-0 flex-1 rounded-control py-1 text-base">
                {move || title.get()}
            </h2>
            <LinkButton href=format!("/approvals/{}", shown.id) size=ButtonSize::Small variant=ButtonVariant::Ghost>
                "Open as a page"
            </LinkButton>
            <CloseLink href=close />
        </div>
    }
}

/// Risk, state, deadline, who asked.
#[component]
fn Headline(
    /// The approval.
    approval: Approval,
) -> impl IntoView {
    let (tone, word) = status_words(approval.status);
    let edge = risk_edge(risk_tone(approval.risk_level));
    let pending = approval.status == ApprovalStatus::Pending;
    view! {
        <div class=format!("mb-4 flex flex-wrap items-baseline gap-x-4 gap-y-1 pl-3 {edge}")>
            <RiskBadge level=risk_tone(approval.risk_level) />
            <StatusBadge tone=tone label=word />
            {if approval.expiry_paused && pending {
                view! { <span class="text-muted">"The clock stands still: automatic work is frozen."</span> }.into_any()
            } else if pending {
                let text = format!("expires {}", moment(approval.expires_at));
                view! { <Countdown expires_at=stamp(approval.expires_at) text=text /> }.into_any()
            } else {
                ().into_any()
            }}
            <span class="text-muted">
                {format!("{} asked ", asker(&approval))}
                <RelativeTime datetime=stamp(approval.created_at) text=moment(approval.created_at) />
            </span>
            <code class="text-muted">{approval.action_type}</code>
        </div>
    }
}
