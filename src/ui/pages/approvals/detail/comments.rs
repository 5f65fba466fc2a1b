//! What people and the agent said, and a form to say more.

use leptos::prelude::*;

use crate::domain::approval::ActorKind;
use crate::domain::comment::{Audience, Comment};
use crate::domain::member::{Me, Permission};
use crate::server_fns::approvals::ApprovalComment;
use crate::ui::components::{
    Badge, ButtonSize, Card, Choice, Icon, LongText, RadioGroup, RelativeTime, RevealedText, TextareaField,
    Tone,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};
use crate::ui::words::{moment, segments, stamp};

use super::detail_state::{COMMENT, Shown};

/// The comments, oldest first, then the form for those who may say something.
#[component]
pub fn Comments(
    /// The approval.
    shown: Shown,
    /// Who looks.
    me: Me,
) -> impl IntoView {
    let comments = shown.part(|detail| detail.comments.clone());
    let form = me.may(Permission::CommentApprovals).then(|| view! { <CommentForm shown=shown /> });
    view! {
        <Card title="Comments">
            <div class="grid gap-4">
                {move || {
                    comments
                        .with(|comments| {
                            if comments.is_empty() {
                                view! { <p class="text-muted">"Nobody has said anything yet."</p> }.into_any()
                            } else {
                                let said: Vec<_> = comments
                                    .iter()
                                    .cloned()
                                    .map(|comment| view! { <Said comment=comment /> })
                                    .collect();
                                view! { <ol aria-label="Comments" class="grid gap-3">{said}</ol> }.into_any()
                            }
                        })
                }}
                {form}
            </div>
        </Card>
    }
}

#[component]
fn Said(
    /// What was said.
    comment: Comment,
) -> impl IntoView {
    let at = comment.created_at;
    view! {
        <li class="min-w-0">
            <p class="flex flex-wrap items-baseline gap-x-2 text-sm">
                <span class="font-medium">
                    <RevealedText segments=segments(&comment.author.name) />
                </span>
                {(comment.author.kind == ActorKind::Agent).then(|| view! { <Badge tone=Tone::Info>"Agent"</Badge> })}
                {(comment.audience == Audience::Members)
                    .then(|| view! { <Badge tone=Tone::Neutral>"Colleagues only"</Badge> })}
                <span class="text-muted">
                    <RelativeTime datetime=stamp(at) text=moment(at) />
                </span>
            </p>
            <LongText label=format!("Comment of {}", comment.author.name) segments=segments(&comment.text) />
        </li>
    }
}

#[component]
fn CommentForm(
    /// The approval.
    shown: Shown,
) -> impl IntoView {
    let done = Then::new(move |comment: Comment| shown.commented(comment));
    let form = FormState::new("comment")
        .field("/text", COMMENT)
        .field("/audience", "comment-audience")
        .faults_only();
    let audiences = vec![
        Choice::new(Audience::Everyone.as_str(), "Colleagues and the agent"),
        Choice::new(Audience::Members.as_str(), "Colleagues only"),
    ];
    view! {
        <ActionForm<ApprovalComment> form=form.clone() class="grid gap-3" on_done=done emptied=true on_refused=shown.on_refused()>
            <Hidden name="id" value=shown.id.to_string() />
            <TextareaField
                id=COMMENT
                name="input[text]"
                label="Comment"
                hint="Kept with the approval. Nobody can edit or remove it."
                value=form.typed("input[text]")
                error=form.error_at("/text")
                required=true
                rows=3
                maxlength=10_000
            />
            <RadioGroup
                id="comment-audience"
                name="input[audience]"
                legend="Who reads it"
                options=audiences
                error=form.error_at("/audience")
                selected=form.typed("input[audience]").unwrap_or_else(|| Audience::Everyone.to_string())
            />
            <div>
                <SubmitButton form=form size=ButtonSize::Small icon=Icon::Message label="Comment".to_owned() />
            </div>
        </ActionForm<ApprovalComment>>
    }
}
