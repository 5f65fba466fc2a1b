//! What can be done about one: accept, decline, revoke. Each asks once more before it is sent.

use leptos::prelude::*;

use crate::domain::trust::TrustGrant;
use crate::server_fns::trust::{TrustAccept, TrustDecline, TrustRevoke};
use crate::ui::components::{ButtonVariant, Card, Icon, TextareaField};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton, Then, Version};

/// Accept or decline a suggestion.
#[component]
pub fn Suggested(
    /// The suggestion.
    grant: TrustGrant,
    /// Whether the asking person may accept it; if not, why.
    may_accept: bool,
    why_not: Option<String>,
    /// Whether they may decline it.
    administers: bool,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let terms = format!(
        "Accepted, {} runs by itself on {} for 30 days, up to {} risk. The first rejection, undo or failed outcome ends \
         it at once, and so can you. Critical actions still need approval.",
        grant.action_type, grant.team_name, grant.risk_level
    );
    let accept = may_accept.then(|| view! { <Accept grant=grant.clone() changed=changed /> });
    let decline = administers.then(|| view! { <Decline grant=grant changed=changed /> });
    view! {
        <Card title="Your decision">
            <p class="mb-3">{terms}</p>
            {why_not.map(|why| view! { <p class="mb-3 text-muted">{why}</p> })}
            <div class="flex flex-wrap items-start gap-2">{accept} {decline}</div>
        </Card>
    }
}

#[component]
fn Accept(
    /// The suggestion.
    grant: TrustGrant,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("trust-accept").faults_only();
    let done = Then::new(move |_: TrustGrant| {
        let _ = changed.try_run("Accepted: from now on it runs by itself.");
    });
    let question = format!(
        "From now on nobody is asked before {} up to {} risk on {}.",
        grant.action_type, grant.risk_level, grant.team_name
    );
    let version = RwSignal::new(grant.version);
    view! {
        <Disclose label="Accept" icon=Icon::Check variant=ButtonVariant::Primary>
            <p>{question}</p>
            <ActionForm<TrustAccept> form=form.clone() on_done=done>
                <Hidden name="id" value=grant.id.to_string() />
                <Version of=version />
                <SubmitButton form=form variant=ButtonVariant::Primary label="Let it run by itself".to_owned() />
            </ActionForm<TrustAccept>>
        </Disclose>
    }
}

#[component]
fn Decline(
    /// The suggestion.
    grant: TrustGrant,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("trust-decline").faults_only().field("/reason", "trust-decline-reason");
    let open = form.typed("_form").is_some();
    let done = Then::new(move |_: TrustGrant| {
        let _ = changed.try_run("Declined: people go on deciding.");
    });
    let version = RwSignal::new(grant.version);
    view! {
        <Disclose label="Decline" icon=Icon::X open=open>
            <p>"It comes back only after five more approvals in a row."</p>
            <ActionForm<TrustDecline> form=form.clone() class="grid gap-3" on_done=done>
                <Hidden name="id" value=grant.id.to_string() />
                <Version of=version />
                <TextareaField
                    id="trust-decline-reason"
                    name="input[reason]"
                    label="Why not (optional)"
                    value=form.typed("input[reason]").unwrap_or_default()
                    error=form.error_at("/reason")
                    rows=2
                />
                <div>
                    <SubmitButton form=form label="Decline the suggestion".to_owned() />
                </div>
            </ActionForm<TrustDecline>>
        </Disclose>
    }
}

/// Revoke a grant.
#[component]
pub fn Revoke(
    /// The grant.
    grant: TrustGrant,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("trust-revoke").faults_only().field("/reason", "trust-revoke-reason");
    let open = form.typed("_form").is_some();
    let done = Then::new(move |_: TrustGrant| {
        let _ = changed.try_run("Revoked: people decide again.");
    });
    let version = RwSignal::new(grant.version);
    view! {
        <Disclose label="Revoke" icon=Icon::X variant=ButtonVariant::Danger open=open>
            <p>"From now on each of them waits for a person again."</p>
            <ActionForm<TrustRevoke> form=form.clone() class="grid gap-3" on_done=done>
                <Hidden name="id" value=grant.id.to_string() />
                <Version of=version />
                <TextareaField
                    id="trust-revoke-reason"
                    name="input[reason]"
                    label="Why (optional)"
                    value=form.typed("input[reason]").unwrap_or_default()
                    error=form.error_at("/reason")
                    rows=2
                />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Danger label="Revoke the grant".to_owned() />
                </div>
            </ActionForm<TrustRevoke>>
        </Disclose>
    }
}
